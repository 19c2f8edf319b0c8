// Package rescue takes the dead letters of both queues and records them: a submission as quarantined, a
// mail as failed. Nothing stays in a dead-letter queue unseen.
//
// It has no later: nothing can be sent back to a dead-letter queue, and a message there has no limit of
// deliveries and no time to live. So a dead letter that cannot be recorded waits under its lock before it
// fails, or it would spin.
package rescue

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"leadflow/functions/notify"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
)

// maxReason bounds the broker's own words, in bytes.
const maxReason = 500

// Ledger records what became of a submission.
type Ledger interface {
	Settle(ctx context.Context, s lead.Submission, o lead.Outcome, life time.Duration) error
}

// Rescue handles the dead letters.
type Rescue struct {
	Ledger Ledger
	Mails  notify.Store
	// Life is how long the ledger keeps a submission after its outcome.
	Life time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

// Lead records a dead submission as quarantined. One that has another outcome already keeps it: it was
// processed, and only its message was not completed.
func (r *Rescue) Lead(ctx context.Context, m azfunc.Message) azfunc.Outcome {
	s := queue.Submission(m)
	o := lead.Outcome{Kind: lead.OutcomeQuarantined, Why: reason(m), Cause: lead.CauseDeadLetter, At: lead.At(r.Now())}
	if err := r.Ledger.Settle(ctx, s, o, r.Life); err != nil {
		return azfunc.Later(0, err)
	}
	r.Log.ErrorContext(ctx, "a submission became a dead letter", "submission", s.ID, "why", o.Why)
	return azfunc.Done()
}

// Mail records a dead mail as failed. One that was sent stays sent.
func (r *Rescue) Mail(ctx context.Context, m azfunc.Message) azfunc.Outcome {
	leadID, mailID, _ := queue.Mail(m)
	if err := notify.Fail(ctx, r.Mails, leadID, mailID, reason(m), r.Now()); err != nil {
		return azfunc.Later(0, err)
	}
	r.Log.ErrorContext(ctx, "a mail became a dead letter", "mail", mailID, "lead", leadID, "why", reason(m))
	return azfunc.Done()
}

func reason(m azfunc.Message) string {
	why := strings.TrimSpace("dead letter: " + m.DeadLetterReason + " " + m.DeadLetterDescription)
	return strings.ToValidUTF8(why[:min(len(why), maxReason)], "")
}
