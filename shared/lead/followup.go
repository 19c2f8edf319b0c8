package lead

import (
	"time"
)

// FollowUpKind is what has to be done about a lead.
type FollowUpKind string

// The kinds of follow-ups.
const (
	// FollowUpRespond is the first answer to a touch. Its time runs on the response clock.
	FollowUpRespond FollowUpKind = "respond"
	// FollowUpDecide is whether somebody who must not be contacted and asks for it is contacted; it has a clock too.
	FollowUpDecide FollowUpKind = "decide"
	// FollowUpStep is a step of the cadence after the first contact.
	FollowUpStep FollowUpKind = "step"
	// FollowUpClose asks the owner to close a lead that did not answer to any step.
	FollowUpClose FollowUpKind = "close"
	// FollowUpLook shows a lead to its new owner, when there is nothing else to do about it.
	FollowUpLook FollowUpKind = "look"
	// FollowUpWake is what somebody asked to be reminded of, when there is nothing else to do about the lead.
	FollowUpWake FollowUpKind = "wake"
)

const (
	// closeAfter is how many working days after the last step the owner is asked to close the lead, and closeEvery
	// how many working days later again.
	closeAfter = 1
	closeEvery = 5
	// maxStretches bounds the arithmetic that is kept with a lead; what is longer is shown without its middle.
	maxStretches = 20
)

// FollowUp is the next thing to do about a lead, and when somebody is reminded of it.
type FollowUp struct {
	Kind FollowUpKind `json:"kind"`
	// Step is which of the cadence it is, from 1.
	Step int `json:"step,omitempty"`
	// Since is what the time is counted from: the arrival of the touch, or the first contact.
	Since Time `json:"since"`
	// Clock is the arithmetic of DueAt; nil if there is none.
	Clock *FollowUpClock `json:"clock,omitempty"`
	// HalfAt is when half of the working time is used up; zero without a clock.
	HalfAt Time `json:"halfAt,omitzero"`
	// DueAt is when it is due. With a clock it is the time to respond by.
	DueAt Time `json:"dueAt"`
	// ShowFrom is when the lead first belongs on the lists for its owner.
	ShowFrom Time `json:"showFrom"`
	// OwnerAt and ManagerAt are when the owner and the manager have to be told next; zero for never.
	OwnerAt   Time `json:"ownerAt,omitzero"`
	ManagerAt Time `json:"managerAt,omitzero"`
	// Told says that the owner has been told that it is due.
	Told bool `json:"told,omitempty"`
	// SnoozedUntil is until when the owner wants to be left alone, and Snoozes how often that was asked for.
	SnoozedUntil Time `json:"snoozedUntil,omitzero"`
	Snoozes      int  `json:"snoozes,omitempty"`

	unknown Unknown
}

// FollowUpClock is the arithmetic of a response time as it is kept.
type FollowUpClock struct {
	// Person is whose hours were counted, and Zone where they are.
	Person string `json:"person"`
	Zone   string `json:"zone"`
	// Minutes are the working time there is.
	Minutes  int  `json:"minutes"`
	StartsAt Time `json:"startsAt"`
	// Stretches are the working time that was counted, the last 20 of them.
	Stretches []Stretch `json:"stretches,omitempty"`
	// RoundTheClock says that every hour was counted, because the person has no working time in a whole year.
	RoundTheClock bool `json:"roundTheClock,omitempty"`

	unknown Unknown
}

// Running says whether somebody still waits for a first answer or for a decision.
func (f *FollowUp) Running() bool {
	return f != nil && (f.Kind == FollowUpRespond || f.Kind == FollowUpDecide)
}

// Breached says whether the time to respond by has passed while somebody waits.
func (f *FollowUp) Breached(now time.Time) bool { return f.Running() && !f.DueAt.After(now) }

// Snoozed says whether the owner is left alone for now.
func (f *FollowUp) Snoozed(now time.Time) bool { return f.SnoozedUntil.After(now) }

// from is when remind first has to look at the lead.
func (f *FollowUp) from() Time {
	from := earliest(f.ShowFrom, f.ManagerAt)
	if f.Running() {
		from = earliest(from, f.DueAt)
	}
	return from
}

// WaitsForOwner says whether the lead belongs on a list for its owner now.
func (f *FollowUp) WaitsForOwner(now time.Time) bool { return f != nil && !f.ShowFrom.After(now) }

// earliest is the earlier of two times, of which zero ones do not count.
func earliest(a, b Time) Time {
	if a.IsZero() || !b.IsZero() && b.Before(a.Time) {
		return b
	}
	return a
}

// startClock begins the time to respond to a touch. It runs on the hours of whoever acts for the owner; an absence
// hands the action over and never stops the clock.
func (l *Lead) startClock(kind FollowUpKind, t Touch, now Time, s Staff) {
	actor := s.Acting(l.Owner.Person)
	action := t.Action
	if kind == FollowUpDecide {
		action = ActionContactMe
	}
	within := s.ResponseTime(action)
	works := actor.Works
	works.Away = nil
	clock, half, err := works.clockAndHalf(t.ReceivedAt.Time, within)
	if err != nil {
		clock, half, _ = RoundTheClock(works.Zone).clockAndHalf(t.ReceivedAt.Time, within)
	}
	f := &FollowUp{Kind: kind, Since: t.ReceivedAt, DueAt: At(clock.RespondBy), HalfAt: At(half),
		Clock: &FollowUpClock{Person: actor.Person, Zone: works.Zone.String(), Minutes: int(within / time.Minute),
			StartsAt: At(clock.StartsAt), Stretches: clock.Stretches[max(0, len(clock.Stretches)-maxStretches):], RoundTheClock: err != nil}}
	f.ShowFrom, f.OwnerAt = f.HalfAt, f.HalfAt
	if _, ok := s.Manager(l.Owner); ok {
		f.ManagerAt = f.DueAt
	}
	l.FollowUp = f
	l.note(now, t.Submission, Say("clock", "clock", clock.part()))
	if err != nil {
		l.note(now, t.Submission, Say("clock.round", "person", actor.Name))
	}
}

func (c Calendar) clockAndHalf(from time.Time, within time.Duration) (Clock, time.Time, error) {
	clock, err := c.Clock(from, within)
	if err != nil {
		return clock, time.Time{}, err
	}
	half, err := c.Clock(from, within/2)
	return clock, half.RespondBy, err
}

// RoundTheClock is the calendar of somebody who always works.
func RoundTheClock(zone *time.Location) Calendar {
	day := []Hours{{0, 24 * 60}}
	return Calendar{Zone: zone, Week: [7][]Hours{day, day, day, day, day, day, day}}
}

// LateAfter is within how long Microsoft asks publishers to answer a customer, in real time.
const LateAfter = 24 * time.Hour

// Late says that the answer will come later than Microsoft asks publishers to give it.
func (f *FollowUp) Late() bool { return f.Running() && f.DueAt.Sub(f.Since.Time) > LateAfter }

// Arithmetic is how the time to respond by comes about; without a clock there is none.
func (f *FollowUp) Arithmetic() (Clock, bool) {
	if f.Clock == nil {
		return Clock{}, false
	}
	zone, err := time.LoadLocation(f.Clock.Zone)
	if err != nil {
		zone = time.UTC
	}
	return Clock{Zone: zone, ArrivedAt: f.Since.Time, StartsAt: f.Clock.StartsAt.Time, RespondBy: f.DueAt.Time, Stretches: f.Clock.Stretches}, true
}
