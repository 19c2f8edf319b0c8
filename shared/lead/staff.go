package lead

import "time"

// Staff is what a lead has to know of the publisher's people at one moment.
type Staff interface {
	// Assign gives the owner of a lead that has none.
	Assign() Owner
	// Acting gives who acts for an owner now: the owner or, while that one is absent, somebody else.
	Acting(owner string) Actor
	// Manager gives who is told when a lead of an owner waits too long; without one the owner is all there is.
	Manager(owner Owner) (Actor, bool)
	// OnDuty gives those who are told at once of a lead that would be answered late.
	OnDuty() []Actor
	// ResponseTime is the working time within which an action has to be answered.
	ResponseTime(Action) time.Duration
	// FollowUpDays are the working days from the first contact to each step of the cadence, ascending.
	FollowUpDays() []int
}

// Actor is a person who can act on a lead.
type Actor struct {
	// Person is the id in the team.
	Person string
	Name   string
	Works  Calendar
}
