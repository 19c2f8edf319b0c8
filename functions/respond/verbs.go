package respond

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// The verbs, as forms send them in "do".
const (
	doContacted  = "contacted"
	doSnooze     = "snooze"
	doNote       = "note"
	doQualify    = "qualify"
	doWon        = "won"
	doLost       = "lost"
	doDisqualify = "disqualify"
	doSuppress   = "suppress"
	doUnsuppress = "unsuppress"
	doLeave      = "leave"
	doWake       = "wake"
	doReassign   = "reassign"
)

// The choices that need a field more.
const (
	whenOther = "other"
	untilDate = "date"
)

// verbs are all there are.
func verbs() []string {
	return []string{doContacted, doSnooze, doNote, doQualify, doWon, doLost, doDisqualify, doSuppress, doUnsuppress, doLeave, doWake, doReassign}
}

// act is what a person wants to have recorded on a lead.
type act struct {
	by   team.Person
	said url.Values
	// now is when it was asked for. It stays, however often the lead has to be written.
	now  time.Time
	team team.Team
}

// sameAct is how long the same form counts as the same act that does not say what its sender had seen, as ours do.
const sameAct = 10 * time.Minute

// id is the same when the same person says the same again, having seen the same.
func (a act) id(leadID string) string {
	said := a.said.Encode()
	if !a.said.Has(querySeen) {
		said += " " + lead.At(a.now.Truncate(sameAct)).String()
	}
	return lead.ActID(a.by.ID, leadID, said)
}

// known says whether there is such a verb.
func (a act) known() bool { return slices.Contains(verbs(), a.said.Get("do")) }

// on does the act. Its errors are for the person who acts.
func (a act) on(l *lead.Lead) error {
	by, note := a.by.Actor(), a.text("note")
	switch a.said.Get("do") {
	case doContacted:
		return a.contacted(l)
	case doSnooze:
		until, err := a.until()
		if err != nil {
			return err
		}
		return l.Snooze(until, by, a.now)
	case doNote:
		return l.Note(note, by, a.now)
	case doQualify:
		return l.Qualify(by, a.now)
	case doWon:
		return l.Close(lead.StageWon, "", note, by, a.now)
	case doLost:
		return l.Close(lead.StageLost, lead.Reason(a.said.Get("reason")), note, by, a.now)
	case doDisqualify:
		return l.Close(lead.StageDisqualified, lead.Reason(a.said.Get("reason")), note, by, a.now)
	case doSuppress:
		if !slices.Contains(stops(), lead.SuppressionReason(a.said.Get("reason"))) {
			return errSuppress
		}
		return l.Suppress(lead.SuppressionReason(a.said.Get("reason")), "", by, a.now)
	case doUnsuppress:
		return l.Unsuppress(a.text("reason"), by, a.now)
	case doLeave:
		return l.Leave(by, a.now)
	case doWake:
		return l.Wake(by, a.now)
	}
	return a.reassign(l)
}

func (a act) contacted(l *lead.Lead) error {
	at, ok := lead.ContactPreset(a.said.Get("when")).When(a.now, a.zone())
	if !ok && a.said.Get("when") != whenOther {
		return errWhen
	}
	if !ok {
		if at, ok = lead.LocalTime(a.said.Get("at"), a.zone()); !ok {
			return errAt
		}
	}
	return l.Contacted(lead.Attempt{At: at, By: a.by.Actor(), Disposition: lead.Disposition(a.said.Get("disposition")), Note: a.text("note")},
		a.now, a.team.Staff(a.now, nil))
}

func (a act) until() (time.Time, error) {
	at, ok := lead.SnoozePreset(a.said.Get("until")).Until(a.now, a.zone())
	if ok {
		return at, nil
	}
	if a.said.Get("until") != untilDate {
		return at, errUntil
	}
	if at, ok = lead.LocalMorning(a.said.Get("at"), a.zone()); !ok {
		return at, errDate
	}
	return at, nil
}

func (a act) reassign(l *lead.Lead) error {
	to, ok := a.team.Person(a.said.Get("to"))
	if !ok {
		return errPerson
	}
	reason := a.reason()
	if reason == "" {
		return lead.ErrNoWords
	}
	why, said := lead.Told(lead.Say("why.given", "by", a.by.Name, "to", to.Name, "note", reason))
	return l.Reassign(lead.Owner{Person: to.ID, Name: to.Name, Since: lead.At(a.now), Why: why, Said: said,
		Decision: &lead.Decision{Rule: "by hand", TeamVersion: a.team.Version}}, // so that it stays with operations too
		a.now, a.team.Staff(a.now, nil))
}

// reason is what a person wrote into the field of that name, without its full stop: the sentence ends itself.
func (a act) reason() string { return strings.TrimRight(a.text("reason"), ". \n") }

// text is what a person wrote into a field: valid, in NFC, and without what cannot be seen.
func (a act) text(field string) string {
	text := strings.ReplaceAll(strings.ToValidUTF8(a.said.Get(field), "\uFFFD"), "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return strings.TrimSpace(norm.NFC.String(text))
}

// zone is where the days of the person are who acts.
func (a act) zone() *time.Location { return cmp.Or(a.by.Calendar.Zone, time.UTC) }

// offered are the verbs that the page of a lead offers now. The others are done too, if a page from before asks for
// them and the lead allows it.
func offered(l *lead.Lead, now time.Time) []string {
	stopped, f := l.Suppression != nil, l.FollowUp
	var all []string
	add := func(do string, ok bool) {
		if ok {
			all = append(all, do)
		}
	}
	open := !l.Stage.Closed()
	add(doWake, !open)
	add(doContacted, open && !stopped)
	add(doLeave, open && stopped && f != nil && f.Kind == lead.FollowUpDecide)
	add(doUnsuppress, stopped && l.Suppression.Reason != lead.SuppressedOptedOut)
	add(doWake, open && f != nil && f.Snoozed(now))
	add(doSnooze, open && (f != nil || !stopped))
	add(doNote, true)
	add(doQualify, open && l.Stage != lead.StageQualified)
	add(doWon, open)
	add(doLost, open)
	add(doDisqualify, open)
	add(doReassign, open)
	add(doSuppress, !stopped || l.Suppression.Reason != lead.SuppressedOptedOut)
	return all
}
