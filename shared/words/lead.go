package words

import (
	"errors"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
)

// Action says what the person did.
func (w Words) Action(a lead.Action) string { return w.recorded("action", string(a), a.Words()) }

// Disposition says what came of a contact attempt.
func (w Words) Disposition(d lead.Disposition) string {
	return w.recorded("disposition", string(d), d.Words())
}

// Reason says why a lead ended.
func (w Words) Reason(r lead.Reason) string { return w.recorded("reason", string(r), r.Words()) }

// Stage says where a lead stands.
func (w Words) Stage(s lead.Stage) string { return w.recorded("stage", string(s), string(s)) }

// Refusal says why a lead refused what somebody wanted to do, without a full stop.
func (w Words) Refusal(err error) string {
	for _, r := range []struct {
		of error
		id string
	}{
		{lead.ErrSnoozedOut, "snoozedOut"}, {lead.ErrSnoozeLong, "snoozeLong"}, {lead.ErrSnoozePast, "snoozePast"}, {lead.ErrClosed, "closed"},
		{lead.ErrOptedOut, "optedOut"}, {lead.ErrSuppressed, "suppressed"}, {lead.ErrNoReason, "noReason"}, {lead.ErrNoWords, "noWords"},
		{lead.ErrNoDisposition, "noDisposition"}, {lead.ErrInFuture, "inFuture"}, {lead.ErrBeforeArrival, "beforeArrival"},
		{lead.ErrAwayPast, "awayPast"}, {lead.ErrAwayLong, "awayLong"},
	} {
		if errors.Is(err, r.of) {
			return w.recorded("refusal", r.id, r.of.Error())
		}
	}
	return err.Error()
}

// recorded is a word of the record, whose English stands in the record itself. One that only strange hands or a later
// version can have written stays as it is.
func (w Words) recorded(group, value, english string) string {
	id := group + "." + value
	if text := w.Say(id); w.Language != language.English.String() && text != id {
		return text
	}
	return english
}

// Country is the country's name where it is known, else what the person wrote.
func (w Words) Country(c lead.Contact) string {
	region, err := language.ParseRegion(c.Country)
	if err != nil {
		return c.CountrySent
	}
	if w.Language == language.English.String() {
		return normalize.CountryName(c.Country)
	}
	return display.Regions(language.MustParse(w.Language)).Name(region)
}

// Sentence begins with a capital letter, in languages that have them.
func Sentence(text string) string {
	if text == "" || text[0] >= 0x80 {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
