package respond

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// notice is a page that says what to do instead of showing a lead.
type notice struct {
	status      int
	Title, Text string
}

// The notices.
var (
	notSupported = notice{http.StatusMethodNotAllowed, "Not possible", "This page can be read, and its forms can be sent. Nothing else."}
	foreign      = notice{http.StatusForbidden, "Nothing was recorded", "The form came from another site. Open the lead from its mail, and use the form there."}
	expired      = notice{http.StatusGone, "This link has expired", "Links in mails work for 30 days. Open the link in a newer mail about this lead, or ask your administrator to look it up."}
	wrongLink    = notice{http.StatusForbidden, "This link does not work", "It is damaged, or it belongs to somebody who is no longer in the team. Open it from the mail itself; if that does not help, ask your administrator."}
	gone         = notice{http.StatusNotFound, "This lead is gone", "Its data has been removed. There is nothing left to do."}
	tooLong      = notice{http.StatusRequestEntityTooLarge, "Nothing was recorded", "What you wrote is too long: 16 KB are the most. Go back, and shorten it."}
	unreadable   = notice{http.StatusBadRequest, "Nothing was recorded", "The form could not be read. Open the lead from its mail again, and use the form there."}
	notNow       = notice{http.StatusServiceUnavailable, "Not just now", "The lead cannot be read at the moment. Please try again in a minute."}
	notRecorded  = notice{http.StatusServiceUnavailable, "Nothing was recorded", "The lead cannot be written at the moment. Go back in a minute, and send the form again: what is recorded already is not recorded twice."}
)

// What a form can be refused for before the lead is asked. The texts are for the person who filled it in.
var (
	errWhen     = errors.New("when they were contacted is missing: choose")
	errAt       = errors.New("the other time is missing: give its date and time")
	errUntil    = errors.New("until when is missing: choose")
	errDate     = errors.New("the date is missing: give one")
	errSuppress = errors.New("who says so is missing: choose")
	errPerson   = errors.New("choose somebody of the team to give it to")
)

// status is how a refusal is answered: a lead that does not allow it is a conflict, all else is the form's.
func status(refusal error) int {
	for _, conflict := range []error{lead.ErrClosed, lead.ErrSnoozedOut, lead.ErrOptedOut, lead.ErrSuppressed} {
		if errors.Is(refusal, conflict) {
			return http.StatusConflict
		}
	}
	return http.StatusUnprocessableEntity
}

// done says what an act has recorded, and again that it was recorded before.
func done(activities []lead.Activity) string { return "Recorded: " + texts(activities) }

func again(activities []lead.Activity) string {
	if len(activities) == 0 {
		return "That was recorded already."
	}
	return "Already recorded: " + texts(activities)
}

func texts(activities []lead.Activity) string {
	var all []string
	for _, a := range activities {
		all = append(all, a.Text)
	}
	return strings.Join(all, " ")
}

// due is what has to be done about a lead, and by when.
type due struct {
	What, When string
	Late       bool
	// Counted says whose working hours the time comes from, and Arithmetic how; both are empty without a clock.
	Counted    string
	Arithmetic []string
}

// dueOf says what has to be done about a lead, for a person in a zone.
func dueOf(l *lead.Lead, now time.Time, zone *time.Location, t team.Team) due {
	f := l.FollowUp
	switch {
	case l.Stage.Closed():
		return due{What: "Nothing: it is closed as " + string(l.Stage) + "."}
	case f == nil && l.Suppression != nil:
		return due{What: "Nothing: they must not be contacted."}
	case f == nil:
		return due{What: "Nothing is planned."}
	}
	d := due{What: what(f, len(t.FollowUpDays()))}
	at := lead.English().Moment(f.DueAt.Time, zone)
	switch late := now.Sub(f.DueAt.Time); {
	case late < 0:
		d.When = "By " + at + "."
	case f.Running():
		d.Late = true
		d.When = "Overdue by " + length(late) + ": it was due " + at + "."
	default:
		d.When = "Since " + at + "."
	}
	if f.Snoozed(now) {
		d.When += fmt.Sprintf(" Put off until %s, for the %s of %d times.", lead.English().Moment(f.SnoozedUntil.Time, zone), ordinal(f.Snoozes), lead.MaxSnoozes)
	}
	if clock, ok := f.Arithmetic(); ok {
		d.Arithmetic = clock.Lines(lead.English())
		d.Counted = "The hours are those of " + t.Called(f.Clock.Person) + " in " + f.Clock.Zone + "."
		if f.Clock.RoundTheClock {
			d.Counted += " There is no working time in a whole year, so every hour counts."
		}
	}
	return d
}

// what says what has to be done; steps is how many the cadence has.
func what(f *lead.FollowUp, steps int) string {
	switch f.Kind {
	case lead.FollowUpRespond:
		return "Answer them."
	case lead.FollowUpDecide:
		return "Decide: they must not be contacted, but ask for it. Allow it, or leave it."
	case lead.FollowUpStep:
		return fmt.Sprintf("Follow up: step %d of %d.", f.Step, max(steps, f.Step))
	case lead.FollowUpClose:
		return "Close it with a reason: they have not answered to any follow-up."
	case lead.FollowUpLook:
		return "Have a look: nothing else is planned."
	}
	return "Somebody wanted to be reminded of it."
}

func ordinal(n int) string {
	switch n {
	case 1:
		return "first"
	case 2:
		return "second"
	}
	return "last"
}

// length is a time in words, to the minute or, from two days on, to the hour.
func length(d time.Duration) string {
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour), int(d/time.Minute)
	switch {
	case days >= 2:
		return joined(days, "d", hours%24, "h")
	case hours > 0:
		return joined(hours, "h", minutes%60, "min")
	case minutes > 0:
		return joined(minutes, "min", 0, "")
	}
	return "less than a minute"
}

func joined(n int, unit string, m int, smaller string) string {
	text := strconv.Itoa(n) + " " + unit
	if m > 0 {
		text += " " + strconv.Itoa(m) + " " + smaller
	}
	return text
}

// stop says that a person must not be contacted, and who said so.
func stop(s *lead.Suppression) string {
	switch {
	case s == nil:
		return ""
	case s.Reason == lead.SuppressedOptedOut:
		return "Do not contact this person. They said so themselves."
	case s.Reason == lead.SuppressedBounced:
		return "Do not contact this person. Mail comes back, and there is no phone."
	case s.Submission != "":
		return "Do not contact this person. Microsoft said so."
	}
	return "Do not contact this person. The team said so."
}

// zoneWords say which zone a form's times are in.
func zoneWords(now time.Time, zone *time.Location) string {
	return "Times are yours: " + zone.String() + ", where it is " + now.In(zone).Format("Mon 2 Jan 2006, 15:04") + " now."
}

// snoozesLeft says how often a lead can still be put off.
func snoozesLeft(f *lead.FollowUp) string {
	left := lead.MaxSnoozes
	if f != nil {
		left -= f.Snoozes
	}
	switch {
	case left <= 0:
		return fmt.Sprintf(" It was put off %d times, so it cannot be put off again until something is done.", lead.MaxSnoozes)
	case left == 1:
		return " It can be put off once more."
	}
	return fmt.Sprintf(" It can be put off %d times.", left)
}

// titles are what the verbs are called on the page of a lead.
func titles(do string, l *lead.Lead) string {
	switch do {
	case doContacted:
		return "I contacted them"
	case doSnooze:
		return "Put it off"
	case doNote:
		return "Write a note"
	case doQualify:
		return "Qualify"
	case doWon:
		return "Won"
	case doLost:
		return "Lost"
	case doDisqualify:
		return "Disqualify"
	case doSuppress:
		return "Do not contact"
	case doUnsuppress:
		return "They may be contacted again"
	case doLeave:
		return "Leave it: they are not contacted"
	case doWake:
		if l.Stage.Closed() {
			return "Open it again"
		}
		return "Take it up now"
	}
	return "Give it to somebody else"
}

// The questions of the forms.
const (
	askDisposition = "What came of it?"
	askWhen        = "When was it?"
	askOtherTime   = "The other time"
	askUntil       = "Until when?"
	askOtherDay    = "The other day"
	askNote        = "Note"
	askNoteToo     = "Note, if you like"
	askWhy         = "Why?"
	askWho         = "Who says so?"
	askWhyAgain    = "Why may they be contacted again?"
	askTo          = "To"
	buttonRecord   = "Record it"
)

// choice is one of several that a form offers.
type choice struct{ Value, Words string }

func whens() []choice {
	return []choice{{string(lead.ContactNow), "Just now"}, {string(lead.ContactHour), "An hour ago"}, {string(lead.ContactMorning), "This morning, 09:00"},
		{string(lead.ContactYesterday), "Yesterday, 15:00"}, {whenOther, "Another time"}}
}

func dispositions() []choice {
	var all []choice
	for _, d := range lead.Dispositions() {
		all = append(all, choice{string(d), sentence(d.Words())})
	}
	return all
}

func untils() []choice {
	return []choice{{string(lead.SnoozeHour), "One hour"}, {string(lead.SnoozeTomorrow), "Tomorrow, 09:00"}, {string(lead.SnoozeDays), "Three days"},
		{string(lead.SnoozeWeek), "Next Monday, 09:00"}, {untilDate, "Another day, 09:00"}}
}

func reasons() []choice {
	var all []choice
	for _, r := range lead.Reasons() {
		all = append(all, choice{string(r), sentence(r.Words())})
	}
	return all
}

func stops() []choice {
	return []choice{{string(lead.SuppressedOptedOut), "They said so themselves; only they can take it back"}, {string(lead.SuppressedDoNotContact), "We decided so"}}
}

// sentence begins with a capital letter. The texts are ours and begin in ASCII.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
