package lead

import (
	"errors"
	"strings"
	"time"
)

// Bounds of a snooze: how often one may follow another until something is done, and how far it reaches.
const (
	MaxSnoozes = 3
	MaxSnooze  = 30 * 24 * time.Hour
)

// What an act can be refused for. The texts are for the person who acts.
var (
	ErrSnoozedOut = errors.New("that was put off three times already: contact them, or close the lead with a reason")
	ErrSnoozeLong = errors.New("a lead can be put off for 30 days at most")
	ErrSnoozePast = errors.New("that time has passed already: give one that is to come")
	ErrClosed     = errors.New("the lead is closed: open it again first")
	ErrOptedOut   = errors.New("they said themselves that they want no contact: only they can take that back")
)

// Snooze leaves the owner alone until then. The response clock goes on, and when it is breached the manager is told
// all the same. It fails with ErrSnoozePast, ErrSnoozeLong, ErrSnoozedOut, ErrClosed or ErrRecorded.
func (l *Lead) Snooze(until time.Time, by Actor, now time.Time) error {
	f := l.FollowUp
	switch {
	case l.Stage.Closed():
		return ErrClosed
	case !until.After(now):
		return ErrSnoozePast
	case until.Sub(now) > MaxSnooze:
		return ErrSnoozeLong
	case f != nil && f.SnoozedUntil == At(until):
		return ErrRecorded
	case f != nil && f.Snoozes >= MaxSnoozes:
		return ErrSnoozedOut
	case f == nil:
		f = &FollowUp{Kind: FollowUpWake, Since: At(now), DueAt: At(until)}
		l.FollowUp = f
	}
	f.SnoozedUntil, f.ShowFrom, f.OwnerAt = At(until), At(until), At(until)
	f.Snoozes++
	l.act(now, by.Name+" put it off until "+stamp(f.SnoozedUntil)+".")
	return nil
}

// Wake ends a snooze, or opens a closed lead again. It fails with ErrRecorded if there is nothing to end.
func (l *Lead) Wake(by Actor, now time.Time) error {
	switch f := l.FollowUp; {
	case l.Stage.Closed():
		l.act(now, by.Name+" opened it again; it was "+string(l.Stage)+".")
		l.Stage = StageContacted
		if l.Suppression == nil {
			l.FollowUp = &FollowUp{Kind: FollowUpLook, Since: At(now), DueAt: At(now), ShowFrom: At(now), OwnerAt: At(now)}
		}
	case f != nil && f.Snoozed(now):
		f.SnoozedUntil, f.ShowFrom, f.OwnerAt = Time{}, At(now), At(now)
		l.act(now, by.Name+" took it up again.")
	default:
		return ErrRecorded
	}
	return nil
}

// Close ends the lead as Won, Lost or Disqualified; reason is one of Reasons, note what the person wrote.
func (l *Lead) Close(stage Stage, reason, note string, by Actor, now time.Time) error {
	if l.Stage == stage {
		return ErrRecorded
	}
	l.Stage, l.FollowUp = stage, nil
	text := by.Name + " closed it as " + string(stage)
	if reason != "" {
		text += ": " + reason
	}
	l.act(now, withNote(text+".", note))
	return nil
}

// Qualify notes that the lead is worth a sales process, which has its own follow-ups. A clock that runs goes on.
func (l *Lead) Qualify(by Actor, now time.Time) error {
	switch {
	case l.Stage.Closed():
		return ErrClosed
	case l.Stage == StageQualified:
		return ErrRecorded
	}
	l.Stage = StageQualified
	if !l.FollowUp.Running() {
		l.FollowUp = nil
	}
	l.act(now, by.Name+" qualified it.")
	return nil
}

// Suppress notes that a person of the team says that the lead must not be contacted, or that the customer does.
func (l *Lead) Suppress(reason SuppressionReason, by Actor, now time.Time) error {
	if l.Suppression != nil && (l.Suppression.Reason == reason || l.Suppression.Reason == SuppressedOptedOut) {
		return ErrRecorded
	}
	l.suppress(reason, by.Name+" said so", At(now))
	return nil
}

// Unsuppress notes that the lead may be contacted again, for a reason in words. It fails with ErrOptedOut after the
// customer's own word, which only the customer can take back. Who waits for an answer gets one: a decision that was
// asked for becomes a response with the same time.
func (l *Lead) Unsuppress(reason string, by Actor, now time.Time) error {
	switch {
	case l.Suppression == nil:
		return ErrRecorded
	case l.Suppression.Reason == SuppressedOptedOut:
		return ErrOptedOut
	}
	l.Suppression = nil
	if l.FollowUp != nil && l.FollowUp.Kind == FollowUpDecide {
		l.FollowUp.Kind = FollowUpRespond
	}
	l.act(now, withNote(by.Name+" said that they may be contacted again.", reason))
	return nil
}

// Leave decides not to contact somebody who must not be contacted and asked for it. It fails with ErrRecorded if
// nothing is to be decided.
func (l *Lead) Leave(by Actor, now time.Time) error {
	if l.FollowUp == nil || l.FollowUp.Kind != FollowUpDecide {
		return ErrRecorded
	}
	l.FollowUp = nil
	l.act(now, by.Name+" decided to leave it: they are not contacted.")
	return nil
}

// Note adds a person's words to the timeline. Blank ones are refused with ErrRecorded.
func (l *Lead) Note(text string, by Actor, now time.Time) error {
	if text = strings.TrimSpace(text); text == "" {
		return ErrRecorded
	}
	l.act(now, by.Name+" noted: "+cut(text, maxDescription))
	return nil
}

// Reassign gives the lead to another owner, who is told by the next list. The time to respond by stays. It fails with
// ErrRecorded if it is the owner's already.
func (l *Lead) Reassign(to Owner, now time.Time, s Staff) error {
	if l.Owner.Person == to.Person {
		return ErrRecorded
	}
	l.Owner = to
	l.act(now, "New owner: "+to.Called()+". "+to.Why+".")
	if l.Stage.Closed() || l.Suppression != nil && l.FollowUp == nil {
		return nil
	}
	if l.FollowUp == nil {
		l.FollowUp = &FollowUp{Kind: FollowUpLook, Since: At(now), DueAt: At(now)}
	}
	f := l.FollowUp
	f.SnoozedUntil, f.ShowFrom, f.OwnerAt, f.Told = Time{}, At(now), At(now), false
	f.ManagerAt = Time{}
	if _, ok := s.Manager(to.Person); ok && f.Running() {
		f.ManagerAt = f.DueAt
	}
	return nil
}

// suppress stops every contact. The customer's own word is never weakened by another's.
func (l *Lead) suppress(reason SuppressionReason, why string, now Time) {
	if l.Suppression == nil || l.Suppression.Reason != SuppressedOptedOut {
		l.Suppression = &Suppression{Reason: reason, Since: now}
	}
	l.FollowUp = nil
	l.act(now.Time, "Must not be contacted: "+why+".")
}

// act notes what somebody did.
func (l *Lead) act(now time.Time, text string) {
	l.note(At(now), text, "", "")
	l.UpdatedAt = At(now)
}

func withNote(text, note string) string {
	if note = strings.TrimSpace(note); note != "" {
		text += " " + cut(note, maxDescription)
	}
	return text
}

// Called is the owner in words.
func (o Owner) Called() string {
	if o.Name != "" {
		return o.Name
	}
	return o.Person
}
