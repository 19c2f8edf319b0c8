package lead

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Windows of a repeat with the same content, from the newest touch that has it. They run on receivedAt;
// a redelivery does not move them.
const (
	RedeliveryWindow = 10 * time.Minute
	AgainWindow      = 24 * time.Hour
)

// Bounds of what one lead holds of one touch. The whole text stays in the ledger.
const (
	maxDescription  = 2 << 10 // bytes
	maxField        = 256     // characters of a name, a company, a title, an address or a phone
	maxRedeliveries = 100
)

// Verdict is what a touch is to a lead.
type Verdict int

// What a touch can be.
const (
	// FirstTouch begins the lead.
	FirstTouch Verdict = iota
	// Repeated is the very same submission again: nothing is new, but missing sends are made up for.
	Repeated
	// Redelivered has the content of a touch less than RedeliveryWindow away.
	Redelivered
	// AskedAgain has the content of a touch less than AgainWindow away.
	AskedAgain
	// FurtherTouch is any other touch of a known lead.
	FurtherTouch
)

// Taken is what Take did.
type Taken struct {
	Verdict Verdict
	// Of is the submission that a redelivery repeats.
	Of string
	// Changed says whether the lead must be written.
	Changed bool
	// Suppressed says that it is this submission for which the person must not be contacted.
	Suppressed bool
}

// Take merges a touch and what it says of the person into the lead. It gives a lead that has none an owner, begins
// the response clock where somebody waits for an answer, and plans the mails that the touch gives rise to.
//
// A touch with the same submission changes nothing; without a match key nothing is ever a redelivery. What the
// person is known by must have been noted before (see Identify).
func (l *Lead) Take(t Touch, c Contact, now Time, s Staff) Taken {
	if l.has(t.Submission) {
		return Taken{Verdict: Repeated, Suppressed: l.SuppressedBy(t.Submission)}
	}
	if i := slices.IndexFunc(l.Touches, func(x Touch) bool { return slices.Contains(x.Redeliveries, t.Submission) }); i >= 0 {
		return Taken{Verdict: Redelivered, Of: l.Touches[i].Submission}
	}
	verdict, of := FurtherTouch, -1
	if len(l.Touches) == 0 {
		verdict = FirstTouch
	} else if l.MatchKey != "" {
		if i := l.nearest(t); i >= 0 {
			switch d := l.Touches[i].apart(t); {
			case d < RedeliveryWindow:
				verdict, of = Redelivered, i
			case d < AgainWindow:
				verdict = AskedAgain
			}
		}
	}
	if verdict == Redelivered {
		first := &l.Touches[of]
		counted := len(first.Redeliveries) < maxRedeliveries
		if counted {
			first.Redeliveries = append(first.Redeliveries, t.Submission)
		}
		return Taken{Verdict: Redelivered, Of: first.Submission, Changed: counted}
	}

	t.Again = verdict == AskedAgain
	t.bound()
	older := slices.ContainsFunc(l.Touches, func(x Touch) bool { return x.ReceivedAt.After(t.ReceivedAt.Time) })
	l.Touches = append(l.Touches, t)
	slices.SortFunc(l.Touches, func(a, b Touch) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt.Time), cmp.Compare(a.Submission, b.Submission))
	})
	l.Contact.merge(c, t.ReceivedAt)
	if t.Action != ActionDoNot { // what a do-not-contact names is no offer of interest
		l.interest(t.Offer, t.Action, t.ReceivedAt)
	}
	if verdict == FirstTouch {
		l.Stage, l.CreatedAt, l.Subject = StageNew, now, subject(t, l.Contact)
	}
	l.note(t.ReceivedAt, t.Submission, touched(t, verdict)...)
	if verdict == FirstTouch && l.Suppression != nil { // the person was erased, and has come again
		l.note(now, t.Submission, Say("suppressed.erased"))
	}
	if l.Owner.Person == "" {
		l.Owner = s.Assign()
		l.owned(now, Say("owner", "person", l.Owner.Called()), t.Submission)
	}
	suppressed := l.Suppression
	kind, mailed := mailFor(t, verdict, suppressed)
	if kind == MailDecide && l.stoppedAt().After(t.ReceivedAt.Time) { // it came late: the do-not-contact is the last word
		mailed = false
	}
	answer := t
	if t.Action == ActionDoNot {
		asked, waits := l.asked()
		if !waits || suppressed == nil { // else people decide, or have decided
			l.FollowUp = nil
		}
		if suppressed == nil {
			l.Suppression = &Suppression{Reason: SuppressedDoNotContact, Since: now, Submission: t.Submission}
			l.note(now, t.Submission, Say("suppressed"))
			if waits { // it came late: the customer asked after it
				kind, mailed, answer = MailDecide, true, asked
			}
		}
	}
	if l.Stage.Closed() && !older && mailed && t.Action != ActionDoNot && !l.answered(t) {
		l.note(now, t.Submission, Say("reopened", "stage", string(l.Stage)))
		l.Stage, l.FollowUp = StageNew, nil
	}
	if mailed {
		l.follow(kind, answer, now, s)
		l.tell(kind, t, now, s)
	}
	l.UpdatedAt = now
	return Taken{Verdict: verdict, Changed: true, Suppressed: suppressed == nil && l.Suppression != nil}
}

// asked is the newest touch that asks to be contacted, if it still waits: no do-not-contact came with it or after it,
// nobody has answered it, and the lead is open.
func (l *Lead) asked() (Touch, bool) {
	stopped := l.stoppedAt()
	for _, t := range slices.Backward(l.Touches) {
		if t.Action == ActionContactMe {
			return t, t.ReceivedAt.After(stopped.Time) && !l.answered(t) && !l.Stage.Closed()
		}
	}
	return Touch{}, false
}

// stoppedAt is when the last do-not-contact was received; zero if there was none.
func (l *Lead) stoppedAt() Time {
	for _, t := range slices.Backward(l.Touches) {
		if t.Action == ActionDoNot {
			return t.ReceivedAt
		}
	}
	return Time{}
}

// answered says whether a touch was received before the last contact, which has answered it.
func (l *Lead) answered(t Touch) bool {
	return l.Response != nil && !t.ReceivedAt.After(l.Response.ContactedAt.Time)
}

// follow begins a new clock for a touch that somebody has to answer, unless one is running already: a repeat does
// not restart it. But the clock of a touch that came late, and should have begun the one that runs, takes its place if
// the answer is due earlier by it.
func (l *Lead) follow(kind MailKind, t Touch, now Time, s Staff) {
	begins := FollowUpRespond
	if kind == MailDecide {
		begins = FollowUpDecide
	}
	f := l.FollowUp
	switch {
	case kind == MailDoNotContact || l.Stage.Closed() || l.answered(t):
	case !f.Running():
		l.startClock(begins, t, now, s)
	case f.Kind == begins && t.ReceivedAt.Before(f.Since.Time):
		late := *l
		late.Timeline = slices.Clip(l.Timeline)
		if late.startClock(begins, t, now, s); late.FollowUp.DueAt.Before(f.DueAt.Time) {
			*l = late
		}
	}
}

// tell plans the mails about a touch: to whoever acts for the owner; to the manager too when people have to decide or
// when nobody was there to be given the lead; and to those on duty when the answer would come late.
func (l *Lead) tell(kind MailKind, t Touch, now Time, s Staff) {
	actor := s.Acting(l.Owner.Person)
	mail := Mail{ID: string(kind) + "-" + t.Submission, Kind: kind, Submission: t.Submission, To: actor.Person, PlannedAt: now}
	l.plan(mail)
	if actor.Person != l.Owner.Person {
		l.note(now, t.Submission, Say("owner.absent", "person", actor.Name))
	}
	told := []string{actor.Person}
	copyTo := func(kind MailKind, to Actor) {
		if slices.Contains(told, to.Person) {
			return
		}
		told = append(told, to.Person)
		l.plan(Mail{ID: string(kind) + "-" + t.Submission + "-to-" + to.Person, Kind: kind, Submission: t.Submission, To: to.Person, PlannedAt: now, Copy: true})
	}
	if manager, ok := s.Manager(l.Owner); ok && kind == MailDecide {
		copyTo(kind, manager)
	}
	if d := l.Owner.Decision; kind == MailAlert && d != nil && d.Escalated { // of the team that was asked, which may not be the owner's
		copyTo(kind, s.Acting(d.Manager))
	}
	if l.FollowUp.Late() && l.FollowUp.Since == t.ReceivedAt {
		for _, p := range s.OnDuty() {
			copyTo(MailOnDuty, p)
		}
	}
}

// mailFor decides which mail a touch gives rise to, if any. before is the suppression before the touch.
func mailFor(t Touch, v Verdict, before *Suppression) (MailKind, bool) {
	switch {
	case t.Action == ActionDoNot:
		// The owner of a known lead is told to stop; nobody is asked to call a new one.
		return MailDoNotContact, v != FirstTouch && before == nil
	case before != nil:
		// Contact me after Microsoft's do-not-contact or a bounce is for people to decide. The customer's own
		// word stays absolute.
		return MailDecide, before.Reason != SuppressedOptedOut && t.Action == ActionContactMe
	case v == FirstTouch:
		return MailAlert, true
	case v == AskedAgain:
		return MailAgain, true
	}
	return MailTouch, true
}

// subject names the lead in every mail about it. Outlook breaks a thread when the subject changes, so it is
// made once; it names no person, because subjects show on locked screens.
func subject(t Touch, c Contact) string {
	parts := []string{c.Company, t.Action.Words(), t.Offer.Name()}
	return cutRunes(strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " - "), maxField)
}

func touched(t Touch, v Verdict) []Phrase {
	var said []Phrase
	if v == AskedAgain {
		said = append(said, Say("touch.again"))
	}
	if n := t.Offer.Name(); n != "" {
		return append(said, Say("touch.offer", "action", string(t.Action), "offer", n))
	}
	return append(said, Say("touch", "action", string(t.Action)))
}

// SuppressedBy says whether it is this submission for which the person must not be contacted.
func (l *Lead) SuppressedBy(submission string) bool {
	return l.Suppression != nil && l.Suppression.Submission == submission
}

func (l *Lead) has(submission string) bool {
	return slices.ContainsFunc(l.Touches, func(t Touch) bool { return t.Submission == submission })
}

// nearest is the index of the touch with the same content that was received nearest to t, or -1. It is the
// newest one, unless t itself comes late.
func (l *Lead) nearest(t Touch) int {
	at := -1
	for i, x := range l.Touches {
		if x.ContentKey == t.ContentKey && (at < 0 || x.apart(t) <= l.Touches[at].apart(t)) {
			at = i
		}
	}
	return at
}

// apart is the time between the arrivals of two touches.
func (t Touch) apart(x Touch) time.Duration { return t.ReceivedAt.Sub(x.ReceivedAt.Time).Abs() }

// note adds to the timeline what phrases say.
func (l *Lead) note(at Time, submission string, said ...Phrase) {
	text, stored := Told(said...)
	l.Timeline = append(l.Timeline, Activity{At: at, Text: text, Said: stored, Submission: submission})
}

// owned adds to the timeline who the owner is, as head says, and why.
func (l *Lead) owned(at Time, head Phrase, submission string) {
	why := l.Owner.Said
	if len(why) == 0 {
		_, why = Told(Say("words", partNote, l.Owner.Why))
	}
	said := append(append([]Phrase{head}, why...), Say("stop"))
	l.Timeline = append(l.Timeline, Activity{At: at, Text: Text(head) + " " + l.Owner.Why + ".", Said: said, Submission: submission})
}

// bound shortens what a stranger may have made long.
func (t *Touch) bound() {
	t.Description = cut(t.Description, maxDescription)
	t.RawSource, t.RawAction = cutRunes(t.RawSource, maxField), cutRunes(t.RawAction, maxField)
	t.Offer.bound()
}

// cut shortens s to at most n bytes without breaking a character, and says so.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const mark = "…"
	n -= len(mark)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + mark
}

func cutRunes(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
