package lead

import (
	"errors"
	"slices"
	"time"
)

// Disposition is the result of one contact attempt.
type Disposition string

// The dispositions.
const (
	Connected   Disposition = "Connected"
	LeftMessage Disposition = "LeftMessage"
	NoAnswer    Disposition = "NoAnswer"
	Bounced     Disposition = "Bounced"
	OptedOut    Disposition = "OptedOut"
)

// Dispositions are all there are, in the order in which people choose among them.
func Dispositions() []Disposition {
	return []Disposition{Connected, LeftMessage, NoAnswer, Bounced, OptedOut}
}

// Words says what came of a contact attempt.
func (d Disposition) Words() string {
	switch d {
	case Connected:
		return "they answered"
	case LeftMessage:
		return "a message was left"
	case NoAnswer:
		return "no answer"
	case Bounced:
		return "the mail came back"
	case OptedOut:
		return "they want no contact"
	}
	return string(d)
}

// Response is the last contact with the person, and the clock that it answered.
type Response struct {
	// RespondBy is zero if nobody waited for an answer then.
	RespondBy Time `json:"respondBy,omitzero"`
	// ContactedAt is when the person was contacted, and RecordedAt when that was recorded.
	ContactedAt Time        `json:"contactedAt"`
	RecordedAt  Time        `json:"recordedAt"`
	By          string      `json:"by"`
	Disposition Disposition `json:"disposition"`

	unknown Unknown
}

// Breached says whether the answer came after the time to respond by.
func (r *Response) Breached() bool {
	return !r.RespondBy.IsZero() && r.ContactedAt.After(r.RespondBy.Time)
}

// Attempt is one attempt of a person of the team to reach the lead.
type Attempt struct {
	At          time.Time
	By          Actor
	Disposition Disposition
	// Note is what the person wrote about it, if anything.
	Note string
}

// What an act can be refused for. The texts are for the person who acts.
var (
	ErrNoDisposition = errors.New("what came of it is missing: choose")
	ErrInFuture      = errors.New("that time has not come yet: give when they were contacted")
	ErrBeforeArrival = errors.New("that is before the lead arrived: give when they were contacted")
	ErrRecorded      = errors.New("that is recorded already")
)

// clockSlack is how much the clocks of two machines may differ.
const clockSlack = 2 * time.Minute

// Contacted records an attempt to reach the person. The response clock stops at the time of the attempt, whenever it
// is recorded; then the cadence begins, or ends if they answered. An attempt that was made before the touch that
// waits for an answer stops nothing, nor does a mail that came back. It fails with ErrNoDisposition, ErrInFuture,
// ErrBeforeArrival or ErrRecorded.
func (l *Lead) Contacted(a Attempt, now time.Time, s Staff) error {
	at := At(a.At)
	switch {
	case !slices.Contains(Dispositions(), a.Disposition):
		return ErrNoDisposition
	case at.After(now.Add(clockSlack)):
		return ErrInFuture
	case l.beganAfter(at):
		return ErrBeforeArrival
	case l.Response != nil && l.Response.ContactedAt == at && l.Response.By == a.By.Person && l.Response.Disposition == a.Disposition:
		return ErrRecorded
	}
	reached := a.Disposition != Bounced // a mail that came back has reached nobody
	answers := l.FollowUp.Running() && reached && !at.Before(l.FollowUp.Since.Add(-clockSlack))
	r := &Response{ContactedAt: at, RecordedAt: At(now), By: a.By.Person, Disposition: a.Disposition}
	said := []Phrase{Say("contacted", "by", a.By.Name, "disposition", string(a.Disposition))}
	if answers {
		r.RespondBy = l.FollowUp.DueAt
		if r.Breached() {
			said = append(said, Say("contacted.late", "due", r.RespondBy.String()))
		} else {
			said = append(said, Say("contacted.inTime"))
		}
	}
	suppresses := a.Disposition == OptedOut || a.Disposition == Bounced && l.Contact.Phone == ""
	if l.FollowUp.Running() && !answers && !suppresses {
		if reached {
			said = append(said, Say("contacted.before"))
		}
		said = append(said, Say("contacted.stillDue"))
	}
	if now.Sub(at.Time) > clockSlack {
		said = append(said, Say("contacted.recorded", "at", At(now).String()))
	}
	l.note(at, "", withNote("note", a.Note, said...)...)
	if reached && (l.Response == nil || !l.Response.ContactedAt.After(at.Time)) {
		l.Response = r
	}
	if reached && l.Stage == StageNew {
		l.Stage = StageContacted
	}
	switch {
	case suppresses && a.Disposition == OptedOut:
		l.suppress(SuppressedOptedOut, At(now), Say("suppressed.optedOut"))
	case suppresses:
		l.suppress(SuppressedBounced, At(now), Say("suppressed.bounced"))
	default:
		l.goOn(a.Disposition, at, now, answers, s)
	}
	l.UpdatedAt = At(now)
	return nil
}

// CanContactAt says whether the person can have been contacted then: not before the lead began, and not in the future.
func (l *Lead) CanContactAt(at, now time.Time) bool {
	return !l.beganAfter(At(at)) && !at.After(now.Add(clockSlack))
}

// beganAfter says whether the lead is younger than an instant.
func (l *Lead) beganAfter(at Time) bool {
	began := l.CreatedAt
	if l.Archived == nil && len(l.Touches) > 0 { // else its oldest touches are in the archive
		began = l.Touches[0].ReceivedAt
	}
	return at.Before(began.Add(-clockSlack))
}

// goOn plans what is to be done after a contact.
func (l *Lead) goOn(d Disposition, at Time, now time.Time, answers bool, s Staff) {
	f := l.FollowUp
	switch {
	case f == nil, f.Running() && !answers:
	case l.Suppression != nil || l.Stage.Closed() || d == Connected:
		l.FollowUp = nil
	case answers:
		l.beginStep(1, at, s)
	case f.Kind == FollowUpStep:
		zone := s.Acting(l.Owner.Person).Works.zone()
		for n := f; n != nil && n.Kind == FollowUpStep && !startOfDay(n.DueAt.Time, zone).After(at.Time); n = l.FollowUp {
			l.beginStep(n.Step+1, n.Since, s) // it counts for each step that has come
		}
	case f.Kind == FollowUpClose:
		due := workingDay(s.Acting(l.Owner.Person).Works, now, closeEvery)
		l.FollowUp = &FollowUp{Kind: FollowUpClose, Since: f.Since, DueAt: due, ShowFrom: due, OwnerAt: due}
	case f.Kind == FollowUpLook && d == Bounced: // nobody was reached
	case f.Kind == FollowUpLook && l.Stage != StageQualified:
		l.beginStep(1, at, s)
	default:
		l.FollowUp = nil
	}
}

// beginStep plans a step of the cadence, which began with the contact at since; behind the last step, that the owner
// is asked to close the lead.
func (l *Lead) beginStep(n int, since Time, s Staff) {
	days := s.FollowUpDays()
	works := s.Acting(l.Owner.Person).Works
	f := &FollowUp{Kind: FollowUpStep, Step: n, Since: since}
	switch {
	case len(days) == 0:
		l.FollowUp = nil
		return
	case n <= len(days):
		f.DueAt = workingDay(works, since.Time, days[n-1])
	default:
		f.Kind, f.Step = FollowUpClose, 0
		f.DueAt = workingDay(works, since.Time, days[len(days)-1]+closeAfter)
	}
	f.ShowFrom, f.OwnerAt = f.DueAt, f.DueAt
	l.FollowUp = f
}

// workingDay is when the n-th working day after the day of an instant begins. Absences do not count: whoever acts for
// the absent one does so then. Somebody who never works is taken to work every day.
func workingDay(works Calendar, after time.Time, n int) Time {
	works.Away = nil
	at, err := works.NextDay(after, n)
	if err != nil {
		at, _ = RoundTheClock(works.Zone).NextDay(after, n)
	}
	return At(at)
}

func startOfDay(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	return Instant(zone, year, month, day, 0, false)
}

// stamp is a time in words for the timeline.
func stamp(t Time) string { return t.Format("Mon 2 Jan 2006, 15:04 UTC") }
