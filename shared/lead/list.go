package lead

import (
	"slices"
	"strconv"
	"time"
)

// Due is what the reminders have to know of a lead before they read it.
type Due struct {
	ID       string    `json:"id"`
	Owner    Owner     `json:"owner"`
	FollowUp *FollowUp `json:"followUp"`
}

// Turn says whether it is time to tell somebody of the lead.
func (d *Due) Turn(now time.Time) bool {
	f := d.FollowUp
	return f != nil && (!f.OwnerAt.IsZero() && !f.OwnerAt.After(now) || !f.ManagerAt.IsZero() && !f.ManagerAt.After(now))
}

// List is a mail that names several leads.
type List struct {
	// Leads are the ids of those that it may name; it names those that carry its id.
	Leads []string `json:"leads"`
	// Named are those that the mail named when it was written last.
	Named []string `json:"named,omitempty"`

	unknown Unknown
}

// Names says whether the mail named a lead.
func (l *List) Names(id string) bool { return slices.Contains(l.Named, id) }

// turn moves a cadence on whose present step has been told and whose next one has come. It says whether it did.
func (l *Lead) turn(now time.Time, s Staff) bool {
	f := l.FollowUp
	if f == nil || f.Kind != FollowUpStep || !f.Told || f.OwnerAt.After(now) {
		return false
	}
	l.note(At(now), "", Say("step.passed", "step", strconv.Itoa(f.Step)))
	l.beginStep(f.Step+1, f.Since, s)
	return true
}

// PutOn puts the lead on a list for a person, if it still belongs there, and plans when that person is told next. It
// says whether the lead changed.
func (l *Lead) PutOn(kind MailKind, mail string, to Actor, now time.Time, s Staff) bool {
	if l.Mail(mail) != nil || !l.belongsOn(kind, to.Person, now, s) {
		return false
	}
	if l.turn(now, s) && !l.FollowUp.WaitsForOwner(now) {
		return true
	}
	f := l.FollowUp
	about, said := Told(f.about(kind, now))
	next := workingDay(to.Works, now, 1)
	switch {
	case kind == MailEscalation:
		f.ManagerAt = next
	case !f.DueAt.After(now):
		f.Told = true
		f.OwnerAt = l.afterDue(now, next, to, s)
	case f.HalfAt.After(now): // shown early, to a new owner
		f.OwnerAt = f.HalfAt
	default:
		f.OwnerAt = f.DueAt
	}
	l.plan(Mail{ID: mail, Kind: kind, To: to.Person, PlannedAt: At(now), About: about, Said: said})
	l.UpdatedAt = At(now)
	return true
}

// about says why a list names the lead.
func (f *FollowUp) about(kind MailKind, now time.Time) Phrase {
	due, at, step := !f.DueAt.After(now), f.DueAt.String(), strconv.Itoa(f.Step)
	switch {
	case kind == MailEscalation:
		return Say("about.escalation", "due", at)
	case f.Running() && f.Told:
		return Say("about.stillDue", "due", at)
	case f.Running() && due:
		return Say("about.passed", "due", at)
	case f.Running():
		return Say("about.due", "due", at)
	case f.Kind == FollowUpStep && due:
		return Say("about.step", "step", step)
	case f.Kind == FollowUpStep: // shown early, to a new owner
		return Say("about.stepBy", "step", step, "due", at)
	case f.Kind == FollowUpClose:
		return Say("about.close")
	case f.Kind == FollowUpWake && due:
		return Say("about.wake")
	case f.Kind == FollowUpWake:
		return Say("about.wakeBy", "due", at)
	}
	return Say("about.look")
}

// afterDue is when the owner is told again of what is due: daily while somebody waits for an answer, else with the next
// step, and seldom behind the last one.
func (l *Lead) afterDue(now time.Time, next Time, to Actor, s Staff) Time {
	f := l.FollowUp
	switch {
	case f.Running():
		return next
	case f.Kind == FollowUpStep:
		following := *l
		following.beginStep(f.Step+1, f.Since, s)
		if at := following.FollowUp; at != nil && at.DueAt.After(now) {
			return at.DueAt
		}
		return next
	}
	return workingDay(to.Works, now, closeEvery)
}

// belongsOn says whether a list for a person should name the lead.
func (l *Lead) belongsOn(kind MailKind, to string, now time.Time, s Staff) bool {
	f := l.FollowUp
	if f == nil || l.Stage.Closed() {
		return false
	}
	if kind == MailEscalation {
		manager, ok := s.Manager(l.Owner)
		return ok && manager.Person == to && f.Breached(now)
	}
	return s.Acting(l.Owner.Person).Person == to && f.WaitsForOwner(now)
}

// Named says whether a list that the lead was put on should still name it when it is written. A list that was held up
// leaves it to a later one, so that two of them do not come at once.
func (l *Lead) Named(kind MailKind, mail, to string, now time.Time, s Staff) bool {
	i := slices.IndexFunc(l.Mails, func(m Mail) bool { return m.ID == mail })
	return i >= 0 && l.Mails[i].RecordedAt.IsZero() && l.belongsOn(kind, to, now, s) &&
		!slices.ContainsFunc(l.Mails[i+1:], func(m Mail) bool { return m.Kind == kind && m.To == to })
}

// TellInstead plans that whoever acts for the owner now is told at once, because the last reminder that the lead was put
// on did not name it though it waits: it was for somebody who does not act any more. It says whether that is so.
func (l *Lead) TellInstead(mail string, now time.Time) bool {
	i := slices.IndexFunc(l.Mails, func(m Mail) bool { return m.ID == mail })
	if i < 0 || l.Mails[i].Kind != MailReminder || !l.Mails[i].RecordedAt.IsZero() || !l.FollowUp.WaitsForOwner(now) ||
		slices.ContainsFunc(l.Mails[i+1:], func(m Mail) bool { return m.Kind == MailReminder }) {
		return false
	}
	l.FollowUp.OwnerAt, l.FollowUp.Told = At(now), false
	return true
}

// PutOff moves on when a person is told, who must not be disturbed before. The time to respond by is not moved beyond for
// the owner, because a breach passes the peace between two lists. It says whether anything changed.
func (l *Lead) PutOff(kind MailKind, to Actor, until, now time.Time, s Staff) bool {
	if !l.belongsOn(kind, to.Person, now, s) {
		return false
	}
	f := l.FollowUp
	at, next := &f.OwnerAt, At(until)
	if kind == MailEscalation {
		at = &f.ManagerAt
	} else if f.Running() && f.DueAt.After(now) {
		next = earliest(next, f.DueAt)
	}
	if at.After(now) {
		return false
	}
	*at = next
	return true
}
