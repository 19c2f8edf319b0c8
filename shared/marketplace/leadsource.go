package marketplace

import "strings"

// origin is what a LeadSource says. Its grammar is "Source-Action | Offer", of which every part but the
// source can be missing.
type origin struct {
	source           Source
	action           Action
	publisher, offer string
	displayName      string
}

// parseLeadSource reads a tidied LeadSource. The offer begins at the first bar, for a display name can hold
// more of them; the action begins at the last hyphen before it.
func parseLeadSource(text string) origin {
	left, right, _ := strings.Cut(text, "|")
	left, right = strings.TrimSpace(left), strings.TrimSpace(right)

	var o origin
	if i := strings.LastIndexByte(left, '-'); i >= 0 {
		o.source = classSource(strings.TrimSpace(left[:i]))
		o.action = classAction(strings.TrimSpace(left[i+1:]))
	} else {
		o.source, o.action = classSource(left), ActionUnknown
		if classAction(left) == ActionDNC { // no source at all, but calling would be the worse mistake
			o.action = ActionDNC
		}
	}

	publisher, offer, dot := strings.Cut(right, ".")
	if dot && isPublisherID(publisher) && offer != "" && !strings.ContainsAny(offer, " |") {
		o.publisher, o.offer = publisher, offer
	} else {
		o.displayName = right
	}
	return o
}

// isPublisherID says whether s has only the characters of a publisher's id. A display name such as
// "My Offer v1.2" fails on its spaces.
func isPublisherID(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
}

func classSource(s string) Source {
	switch {
	case strings.EqualFold(s, "AppSource"), strings.EqualFold(s, "SPZA"), strings.EqualFold(s, "AppSource (SPZA)"):
		return SourceAppSource
	case strings.EqualFold(s, string(SourceAzureMarketplace)):
		return SourceAzureMarketplace
	case strings.EqualFold(s, string(SourceAzurePortal)):
		return SourceAzurePortal
	case strings.EqualFold(s, string(SourceTestDrive)):
		return SourceTestDrive
	default:
		return SourceUnknown
	}
}

func classAction(s string) Action {
	for _, a := range [...]Action{ActionINS, ActionPLT, ActionDNC, ActionCreate, ActionStartTestDrive} {
		if strings.EqualFold(s, string(a)) {
			return a
		}
	}
	return ActionUnknown
}
