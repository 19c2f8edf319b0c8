package main

import (
	"fmt"
	"strconv"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// next is what has to be done about a lead in a few words; "" for nothing.
func next(f *lead.FollowUp, now time.Time) string {
	if f == nil {
		return ""
	}
	by := " by "
	switch {
	case f.Breached(now):
		by = " overdue since "
	case !f.DueAt.After(now):
		by = " since "
	}
	return todo(f) + by + f.DueAt.Format("2006-01-02 15:04")
}

// todo says what has to be done.
func todo(f *lead.FollowUp) string {
	switch f.Kind {
	case lead.FollowUpRespond:
		return "answer"
	case lead.FollowUpDecide:
		return "decide"
	case lead.FollowUpStep:
		return "step " + strconv.Itoa(f.Step)
	case lead.FollowUpClose:
		return "close"
	case lead.FollowUpLook:
		return "look"
	case lead.FollowUpWake:
		return "wake up"
	}
	return string(f.Kind)
}

// printFollowUp prints what has to be done about a lead, and the arithmetic of the time for it.
func (c *call) printFollowUp(f *lead.FollowUp, t team.Team, now time.Time) {
	if f == nil {
		return
	}
	field(c.out, "Follow-up", next(f, now)+" UTC")
	if f.Snoozed(now) {
		field(c.out, "Put off", fmt.Sprintf("until %s UTC, %d of %d times", f.SnoozedUntil.Format(time.DateTime), f.Snoozes, lead.MaxSnoozes))
	}
	clock, ok := f.Arithmetic()
	if !ok {
		return
	}
	hours := "those of " + inTeam(t, f.Clock.Person) + " in " + f.Clock.Zone
	if f.Clock.RoundTheClock {
		hours += ", who has no working time in a whole year, so every hour counts"
	}
	field(c.out, "Hours", hours)
	for _, line := range clock.Lines(lead.English()) {
		field(c.out, "Clock", line)
	}
}

// answered says when somebody contacted the person last, and whether that was in time.
func answered(r *lead.Response, t team.Team) string {
	words := r.ContactedAt.Format(time.DateTime) + " UTC by " + inTeam(t, r.By) + ": " + r.Disposition.Words()
	switch {
	case r.RespondBy.IsZero():
		return words
	case r.Breached():
		return words + ", too late: it was due " + r.RespondBy.Format(time.DateTime) + " UTC"
	}
	return words + ", in time: it was due " + r.RespondBy.Format(time.DateTime) + " UTC"
}
