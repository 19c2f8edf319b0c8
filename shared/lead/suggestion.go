package lead

import (
	"slices"
	"strings"
)

// maxHits is how many leads a probe may find before it says nothing: that many people share a switchboard
// or a made-up name (Odoo's rule: 21 hits are thrown away).
const maxHits = 20

// Suggestion names another lead that may be the same person. People decide; nothing ever merges by it.
type Suggestion struct {
	Lead string `json:"lead"`
	// Why says what the two have in common: "same phone", "same company domain and name".
	Why string `json:"why"`
	// Subject is that of the mails about the other one; empty in what earlier versions noted.
	Subject string `json:"subject,omitempty"`
	// Suppressed says that the other one must not be contacted, as far as was known when the two met.
	Suppressed bool `json:"suppressed,omitempty"`

	unknown Unknown
}

// Hit is a lead that a probe has found.
type Hit struct {
	ID          string       `json:"id"`
	Subject     string       `json:"subject"`
	Probes      []string     `json:"probes"`
	Suppression *Suppression `json:"suppression"`
}

// Suggestions gives the leads among hits that may be the same person as the one with these probes. A probe
// that finds more than maxHits leads is dropped.
func Suggestions(probes []string, hits []Hit) []Suggestion {
	useful := slices.DeleteFunc(slices.Clone(probes), func(p string) bool {
		n := 0
		for _, h := range hits {
			if slices.Contains(h.Probes, p) {
				n++
			}
		}
		return n > maxHits
	})
	var all []Suggestion
	for _, h := range hits {
		var why []string
		for _, p := range useful {
			if reason := reasonOf(p); slices.Contains(h.Probes, p) && !slices.Contains(why, reason) {
				why = append(why, reason)
			}
		}
		if len(why) > 0 {
			all = append(all, Suggestion{Lead: h.ID, Subject: h.Subject, Why: strings.Join(why, ", "), Suppressed: h.Suppression != nil})
		}
	}
	slices.SortFunc(all, func(a, b Suggestion) int { return strings.Compare(a.Lead, b.Lead) })
	return all
}

func reasonOf(probe string) string {
	if strings.HasPrefix(probe, probePhone) {
		return "same phone"
	}
	return "same company domain and name"
}

// Suggest notes leads that may be the same person, each once, with what is known now. It says whether there
// was anything new. Merging two of them by hand starts from this list.
func (l *Lead) Suggest(all ...Suggestion) bool {
	news := false
	for _, s := range all {
		i := slices.IndexFunc(l.Suggestions, func(have Suggestion) bool { return have.Lead == s.Lead })
		switch {
		case i < 0:
			if len(l.Suggestions) == 2*maxHits {
				if !s.Suppressed || !l.forgetSuggestion() {
					continue
				}
			}
			l.Suggestions = append(l.Suggestions, s)
			news = true
		case s.Suppressed && !l.Suggestions[i].Suppressed:
			l.Suggestions[i].Suppressed = true
			news = true
		}
	}
	return news
}

// forgetSuggestion makes room by the oldest one that nobody is warned of.
func (l *Lead) forgetSuggestion() bool {
	i := slices.IndexFunc(l.Suggestions, func(s Suggestion) bool { return !s.Suppressed })
	if i >= 0 {
		l.Suggestions = slices.Delete(l.Suggestions, i, i+1)
	}
	return i >= 0
}

// Warn tells a lead that another one, which may be the same person, must not be contacted, and plans word of
// it to the owner: people decide. It says whether that was news. A lead that is closed or suppressed itself
// is told and nobody is mailed.
func (l *Lead) Warn(s Suggestion, submission string, now Time) bool {
	s.Suppressed = true
	if !l.Suggest(s) {
		return false
	}
	l.note(now, submission, Say("similar", "same", s.Why, "lead", s.Lead))
	if l.Suppression == nil && !l.Stage.Closed() {
		l.plan(Mail{ID: string(MailSimilar) + "-" + ID("similar:"+submission+":"+l.ID, ""), Kind: MailSimilar, Submission: submission, To: l.Owner.Person, PlannedAt: now})
	}
	l.UpdatedAt = now
	return true
}
