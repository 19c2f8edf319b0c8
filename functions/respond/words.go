package respond

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/words"
)

// notice is a page that says what to do instead of showing a lead. Its name is that of its texts.
type notice struct {
	status int
	name   string
}

// The notices.
var (
	notSupported = notice{http.StatusMethodNotAllowed, "notSupported"}
	foreign      = notice{http.StatusForbidden, "foreign"}
	expired      = notice{http.StatusGone, "expired"}
	wrongLink    = notice{http.StatusForbidden, "wrongLink"}
	gone         = notice{http.StatusNotFound, "gone"}
	tooLong      = notice{http.StatusRequestEntityTooLarge, "tooLong"}
	unreadable   = notice{http.StatusBadRequest, "unreadable"}
	notNow       = notice{http.StatusServiceUnavailable, "notNow"}
	notRecorded  = notice{http.StatusServiceUnavailable, "notRecorded"}
)

// missing is what a form can be refused for before the lead is asked. It is the id of the text that says so.
type missing string

func (m missing) Error() string { return string(m) }

const (
	errWhen     missing = "refused.when"
	errAt       missing = "refused.at"
	errUntil    missing = "refused.until"
	errDate     missing = "refused.date"
	errSuppress missing = "refused.suppress"
	errPerson   missing = "refused.person"
	errLeads    missing = "refused.leads"
	errHow      missing = "refused.how"
)

// why says why something was refused.
func why(w words.Words, err error) string {
	if m, ok := errors.AsType[missing](err); ok {
		return w.Say(string(m))
	}
	return w.Refusal(err)
}

// status is how a refusal is answered: a lead that does not allow it is a conflict, all else is the form's.
func status(refusal error) int {
	for _, conflict := range []error{lead.ErrClosed, lead.ErrSnoozedOut, lead.ErrOptedOut, lead.ErrSuppressed} {
		if errors.Is(refusal, conflict) {
			return http.StatusConflict
		}
	}
	return http.StatusUnprocessableEntity
}

// due is what has to be done about a lead, and by when.
type due struct {
	What, When string
	Late       bool
	// Counted says whose working hours the time comes from, and Arithmetic how; both are empty without a clock.
	Counted    string
	Arithmetic []string
}

// dueOf says to a visitor what has to be done about a lead.
func dueOf(l *lead.Lead, v visit) due {
	f := l.FollowUp
	switch {
	case l.Stage.Closed():
		return due{What: v.Say("due.closed", "Stage", v.Stage(l.Stage))}
	case f == nil && l.Suppression != nil:
		return due{What: v.Say("due.stopped")}
	case f == nil:
		return due{What: v.Say("due.nothing")}
	}
	d := due{What: what(f, v), Late: f.Breached(v.now)}
	at := v.Moment(f.DueAt.Time, v.zone)
	switch {
	case d.Late:
		d.When = v.Say("due.overdue", "Length", length(v.Words, v.now.Sub(f.DueAt.Time)), "At", at)
	case f.DueAt.After(v.now):
		d.When = v.Say("due.by", "At", at)
	default:
		d.When = v.Say("due.since", "At", at)
	}
	if f.Snoozed(v.now) {
		d.When += " " + v.Say("due.snoozed", "At", v.Moment(f.SnoozedUntil.Time, v.zone), "Nth", v.Say("due.nth."+strconv.Itoa(f.Snoozes)), "Max", lead.MaxSnoozes)
	}
	return d
}

// explained is what has to be done about a lead, with how its time comes about.
func explained(l *lead.Lead, v visit) due {
	d := dueOf(l, v)
	if l.FollowUp == nil || l.Stage.Closed() {
		return d
	}
	clock, ok := l.FollowUp.Arithmetic()
	if !ok {
		return d
	}
	d.Arithmetic = clock.Lines(v.Vocabulary())
	d.Counted = v.Say("due.hours", "Person", v.team.Called(l.FollowUp.Clock.Person), "Zone", l.FollowUp.Clock.Zone)
	if l.FollowUp.Clock.RoundTheClock {
		d.Counted += " " + v.Say("due.roundTheClock")
	}
	return d
}

// what says what has to be done.
func what(f *lead.FollowUp, v visit) string {
	switch f.Kind {
	case lead.FollowUpRespond, lead.FollowUpDecide, lead.FollowUpClose, lead.FollowUpLook:
		return v.Say("due." + string(f.Kind))
	case lead.FollowUpStep:
		return v.Say("due.step", "Step", f.Step, "Steps", max(len(v.team.FollowUpDays()), f.Step))
	}
	return v.Say("due.wake")
}

// length is a time in words, to the minute or, from two days on, to the hour.
func length(w words.Words, d time.Duration) string {
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour), int(d/time.Minute)
	unit := w.Vocabulary()
	var text string
	rest, smaller := 0, ""
	switch {
	case days >= 2:
		text, rest, smaller = fmt.Sprintf(unit.Days, days), hours%24, unit.Hours
	case hours > 0:
		text, rest, smaller = fmt.Sprintf(unit.Hours, hours), minutes%60, unit.Minutes
	case minutes > 0:
		text = fmt.Sprintf(unit.Minutes, minutes)
	default:
		return w.Say("due.moment")
	}
	if rest > 0 {
		text += " " + fmt.Sprintf(smaller, rest)
	}
	return text
}

// stop says that a person must not be contacted, and who said so.
func stop(s *lead.Suppression, w words.Words) string {
	switch {
	case s == nil:
		return ""
	case s.Reason == lead.SuppressedDoNotContact && s.Submission != "":
		return w.Say("stop.Microsoft")
	case s.Reason == lead.SuppressedOptedOut, s.Reason == lead.SuppressedBounced:
		return w.Say("stop." + string(s.Reason))
	}
	return w.Say("stop.DoNotContact")
}
