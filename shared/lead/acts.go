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

// maxNote bounds in bytes what a person writes about one act. The forms ask for less.
const maxNote = 4 << 10

// What an act can be refused for. The texts are for the person who acts.
var (
	ErrSnoozedOut = errors.New("that was put off three times already: contact them, or close the lead with a reason")
	ErrSnoozeLong = errors.New("a lead can be put off for 30 days at most")
	ErrSnoozePast = errors.New("that time has passed already: give one that is to come")
	ErrClosed     = errors.New("the lead is closed: open it again first")
	ErrOptedOut   = errors.New("they said themselves that they want no contact: only they can take that back")
	ErrSuppressed = errors.New("they must not be contacted, so there is nothing to put off")
	ErrNoReason   = errors.New("that needs a reason: choose one")
	ErrNoWords    = errors.New("that needs a few words: write them")
)

// Snooze leaves the owner alone until then. The response clock goes on, and when it is breached the manager is told
// all the same. It fails with ErrSnoozePast, ErrSnoozeLong, ErrSnoozedOut, ErrSuppressed, ErrClosed or ErrRecorded.
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
	case f == nil && l.Suppression != nil:
		return ErrSuppressed
	case f == nil:
		f = &FollowUp{Kind: FollowUpWake, Since: At(now)}
		l.FollowUp = f
	}
	if f.Kind == FollowUpWake {
		f.DueAt = At(until)
	}
	f.SnoozedUntil, f.ShowFrom, f.OwnerAt, f.Told = At(until), At(until), At(until), false
	f.Snoozes++
	l.act(now, Say("snoozed", "by", by.Name, "until", f.SnoozedUntil.String()))
	return nil
}

// Wake ends a snooze, or opens a closed lead again. It fails with ErrRecorded if there is nothing to end.
func (l *Lead) Wake(by Actor, now time.Time) error {
	switch f := l.FollowUp; {
	case l.Stage.Closed():
		l.act(now, Say("opened", "by", by.Name, "stage", string(l.Stage)))
		l.Stage = StageNew
		if l.Response != nil {
			l.Stage = StageContacted
		}
		l.look(now)
	case f != nil && f.Snoozed(now):
		f.SnoozedUntil, f.ShowFrom, f.OwnerAt = Time{}, At(now), At(now)
		l.act(now, Say("woken", "by", by.Name))
	default:
		return ErrRecorded
	}
	return nil
}

// Close ends the lead as Won, Lost or Disqualified. Reason is one of Reasons, and does not matter for Won; note is what
// the person wrote, if anything. It fails with ErrNoReason or ErrRecorded.
func (l *Lead) Close(stage Stage, reason Reason, note string, by Actor, now time.Time) error {
	switch {
	case l.Stage == stage:
		return ErrRecorded
	case stage != StageWon && !reason.known():
		return ErrNoReason
	}
	l.Stage, l.FollowUp = stage, nil
	closed := Say("closed", "by", by.Name, "stage", string(stage))
	if stage != StageWon {
		closed = Say("closed.reason", "by", by.Name, "stage", string(stage), "reason", string(reason))
	}
	l.act(now, withNote("remark", note, closed)...)
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
	l.act(now, Say("qualified", "by", by.Name))
	return nil
}

// Suppress notes that a person of the team says that the lead must not be contacted (SuppressedDoNotContact), or that
// the customer does (SuppressedOptedOut). Note is what the person wrote about it, if anything. It fails with ErrRecorded
// if that or more is known, and with ErrNoReason for another reason, which is nobody's word.
func (l *Lead) Suppress(reason SuppressionReason, note string, by Actor, now time.Time) error {
	why := Say("suppressed.by", "by", by.Name)
	switch {
	case reason == SuppressedOptedOut:
		why = Say("suppressed.told", "by", by.Name)
	case reason != SuppressedDoNotContact:
		return ErrNoReason
	}
	if l.Suppression != nil && l.Suppression.Reason.strength() >= reason.strength() {
		return ErrRecorded
	}
	l.suppress(reason, At(now), withNote("remark", note, why)...)
	return nil
}

// Unsuppress notes that the lead may be contacted again, for a reason in words. It fails with ErrOptedOut after the
// customer's own word, which only the customer can take back, with ErrNoWords or with ErrRecorded. Who waits for an
// answer gets one: a decision that was asked for becomes a response with the same time. Else the owner is shown the lead.
func (l *Lead) Unsuppress(reason string, by Actor, now time.Time) error {
	switch {
	case l.Suppression == nil:
		return ErrRecorded
	case l.Suppression.Reason == SuppressedOptedOut:
		return ErrOptedOut
	case strings.TrimSpace(reason) == "":
		return ErrNoWords
	}
	l.Suppression = nil
	switch {
	case l.FollowUp != nil && l.FollowUp.Kind == FollowUpDecide:
		l.FollowUp.Kind = FollowUpRespond
		if by.Person != l.Owner.Person { // who does not know yet
			l.FollowUp.ShowFrom, l.FollowUp.OwnerAt = At(now), At(now)
		}
	case l.FollowUp == nil && !l.Stage.Closed():
		l.look(now)
	}
	l.act(now, withNote("remark", reason, Say("unsuppressed", "by", by.Name))...)
	return nil
}

// Leave decides not to contact somebody who must not be contacted and asked for it. It fails with ErrRecorded if
// nothing is to be decided.
func (l *Lead) Leave(by Actor, now time.Time) error {
	if l.FollowUp == nil || l.FollowUp.Kind != FollowUpDecide {
		return ErrRecorded
	}
	l.FollowUp = nil
	l.act(now, Say("left", "by", by.Name))
	return nil
}

// Note adds a person's words to the timeline. It fails with ErrNoWords.
func (l *Lead) Note(text string, by Actor, now time.Time) error {
	if text = strings.TrimSpace(text); text == "" {
		return ErrNoWords
	}
	l.act(now, Say("noted", "by", by.Name, partNote, cut(text, maxNote)))
	return nil
}

// Reassign gives the lead to another owner, who is told by the next list. The time to respond by stays. It fails with
// ErrRecorded if it is the owner's already, unless that is decided now and was not before.
func (l *Lead) Reassign(to Owner, now time.Time, s Staff) error {
	if l.Owner.Person == to.Person && (to.Decision == nil || l.Owner.Decision != nil) {
		return ErrRecorded
	}
	if short := cut(to.Why, maxNote); short != to.Why {
		to.Why, to.Said = short, nil // which would tell of what is not there
	}
	l.Owner = to
	l.owned(At(now), Say("owner.new", "person", to.Called()), "")
	l.UpdatedAt = At(now)
	if l.Stage.Closed() || l.Suppression != nil && l.FollowUp == nil {
		return nil
	}
	if l.FollowUp == nil {
		l.look(now)
	}
	f := l.FollowUp
	f.SnoozedUntil, f.ShowFrom, f.OwnerAt, f.Told = Time{}, At(now), At(now), false
	f.ManagerAt = Time{}
	if _, ok := s.Manager(to); ok && f.Running() {
		f.ManagerAt = f.DueAt
	}
	return nil
}

// look shows the lead to its owner, who has nothing else to do about it, unless it must not be contacted.
func (l *Lead) look(now time.Time) {
	if l.Suppression == nil {
		l.FollowUp = &FollowUp{Kind: FollowUpLook, Since: At(now), DueAt: At(now), ShowFrom: At(now), OwnerAt: At(now)}
	}
}

// strength ranks the reasons. The customer's own word is absolute, and a mail that came back nobody's word.
func (r SuppressionReason) strength() int {
	switch r {
	case SuppressedOptedOut:
		return 2
	case SuppressedDoNotContact:
		return 1
	}
	return 0
}

// suppress stops every contact. No reason is weakened by another.
func (l *Lead) suppress(reason SuppressionReason, now Time, why ...Phrase) {
	if l.Suppression == nil || reason.strength() > l.Suppression.Reason.strength() {
		l.Suppression = &Suppression{Reason: reason, Since: now}
	}
	l.FollowUp = nil
	l.act(now.Time, why...)
}

// act notes what somebody did.
func (l *Lead) act(now time.Time, said ...Phrase) {
	l.note(At(now), "", said...)
	l.UpdatedAt = At(now)
}

// withNote adds what a person wrote, if anything, as a phrase with this id.
func withNote(id, note string, said ...Phrase) []Phrase {
	if note = strings.TrimSpace(note); note != "" {
		said = append(said, Say(id, partNote, cut(note, maxNote)))
	}
	return said
}

// Called is the owner in words.
func (o Owner) Called() string {
	if o.Name != "" {
		return o.Name
	}
	return o.Person
}
