package lead

import (
	"slices"
	"time"
)

const (
	// maxNotices bounds the notices of one kind that wait; more of them are only counted.
	maxNotices = 20
	// maxNoted bounds what is remembered of the notices that the next look may find again. A flood of more in a few
	// minutes may be counted twice.
	maxNoted = 500
	// lookBack is how much of the time that was looked at is looked at again: whoever writes an outcome takes the time
	// before the work, which may last 4.5 minutes, and by a clock of its own.
	lookBack = 10 * time.Minute
	// unverifiedEvery is how long operations have peace from posts without a valid code: anybody can send those.
	unverifiedEvery = 24 * time.Hour
)

// NoticeKind says what a notice is about.
type NoticeKind string

// What operations are told of.
const (
	// NoticeSilent is an offer that has brought no lead for its days.
	NoticeSilent NoticeKind = "silent"
	// NoticeCanaryRefused is a canary that the webhook did not take, NoticeCanaryMissing one that is not in the ledger
	// though it did, and NoticeCanaryBack the first that arrived after one of those.
	NoticeCanaryRefused NoticeKind = "canaryRefused"
	NoticeCanaryMissing NoticeKind = "canaryMissing"
	NoticeCanaryBack    NoticeKind = "canaryBack"
	// NoticeUnverified is somebody who posts without a valid code.
	NoticeUnverified NoticeKind = "unverified"
	// NoticeQuarantined is a submission that waits for a person.
	NoticeQuarantined NoticeKind = "quarantined"
	// NoticeGivenUp is a submission that was tried for long enough.
	NoticeGivenUp NoticeKind = "givenUp"
	// NoticeDeadLetter is a submission whose message became a dead letter.
	NoticeDeadLetter NoticeKind = "deadLetter"
	// NoticeMailFailed is a mail that will not be sent any more.
	NoticeMailFailed NoticeKind = "mailFailed"
)

// Notice is one thing that operations are told of. It has no personal data.
type Notice struct {
	Kind NoticeKind `json:"kind"`
	// ID is that of the submission or the mail; empty for offers and canaries.
	ID string `json:"id,omitempty"`
	// Name is how the offer is shown.
	Name string `json:"name,omitempty"`
	// Days are how many there has been no lead, and TestedAt is when the last test lead arrived; zero if none did.
	Days     int  `json:"days,omitempty"`
	TestedAt Time `json:"testedAt,omitzero"`
	// Why is the reason, in English.
	Why string `json:"why,omitempty"`
	At  Time   `json:"at"`

	unknown Unknown
}

// LedgerFrom and MailsFrom are from when on outcomes and failed mails have to be looked at now. The first look begins a
// little before now: what came before Leadflow watched is no news.
func (w *Watch) LedgerFrom(now Time) Time { return from(w.LedgerReadTo, now) }

// MailsFrom is LedgerFrom for the mails that failed for good.
func (w *Watch) MailsFrom(now Time) Time { return from(w.MailsReadTo, now) }

func from(readTo, now Time) Time {
	if readTo.IsZero() || readTo.After(now.Time) {
		readTo = now
	}
	return At(readTo.Add(-lookBack))
}

// SeeOutcome takes in what became of a submission. Nothing happens when it is seen again.
func (w *Watch) SeeOutcome(submission string, receivedAt Time, o Outcome) {
	switch {
	case o.Kind == OutcomeCanary:
		w.seeCanary(o)
		return
	case o.Kind == OutcomeQuarantined && o.Why == Unverified:
		if o.At.Sub(w.UnverifiedAt.Time) >= unverifiedEvery {
			w.UnverifiedAt = o.At
			w.tell(Notice{Kind: NoticeUnverified, At: o.At})
		}
		return
	case o.Kind == OutcomeQuarantined:
		w.note(Notice{Kind: o.Cause.notice(), ID: submission, Why: o.Why, At: o.At})
	}
	if receivedAt.After(w.LastSubmissionAt.Time) {
		w.LastSubmissionAt = receivedAt
	}
}

func (c Cause) notice() NoticeKind {
	switch c {
	case CauseGivenUp:
		return NoticeGivenUp
	case CauseDeadLetter:
		return NoticeDeadLetter
	}
	return NoticeQuarantined
}

// SeeFailed takes in a mail that will not be sent any more. Nothing happens when it is seen again, or for a mail to
// operations: nothing is mailed about those.
func (w *Watch) SeeFailed(mail string, kind MailKind, why string, at Time) {
	if kind != MailOperations {
		w.note(Notice{Kind: NoticeMailFailed, ID: mail, Why: why, At: at})
	}
}

// note has operations told of something that a look may find twice.
func (w *Watch) note(n Notice) {
	key := n.At.String() + " " + n.ID // by time, so that the old ones can be forgotten
	if slices.Contains(w.Noted, key) {
		return
	}
	w.Noted = append(w.Noted, key)
	w.Noted = w.Noted[max(0, len(w.Noted)-maxNoted):]
	w.tell(n)
}

// tell has operations told with the next digest.
func (w *Watch) tell(n Notice) {
	n.Name, n.Why = cutRunes(n.Name, maxField), cutRunes(n.Why, maxField)
	same := 0
	for _, have := range w.Notices {
		if have.Kind == n.Kind {
			same++
		}
	}
	if same < maxNotices {
		w.Notices = append(w.Notices, n)
		return
	}
	if w.Left == nil {
		w.Left = map[NoticeKind]int{}
	}
	w.Left[n.Kind]++
}

// ReadTo notes up to when everything has been looked at; zero leaves what was noted. What can no longer be found again
// is forgotten. It says whether that was news.
func (w *Watch) ReadTo(ledger, mails Time) (changed bool) {
	if ledger.After(w.LedgerReadTo.Time) {
		w.LedgerReadTo, changed = ledger, true
	}
	if mails.After(w.MailsReadTo.Time) {
		w.MailsReadTo, changed = mails, true
	}
	oldest := earliest(w.LedgerReadTo, w.MailsReadTo)
	if oldest.IsZero() {
		return changed
	}
	oldest = At(oldest.Add(-lookBack))
	w.Noted = slices.DeleteFunc(w.Noted, func(key string) bool { return key < oldest.String() })
	return changed
}
