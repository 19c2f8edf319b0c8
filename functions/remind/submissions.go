package remind

import (
	"context"
	"fmt"

	"leadflow/shared/lead"
	"leadflow/shared/queue"
)

// sweepSubmissions sends the submissions again that have no outcome ResendAfter their arrival or their
// last try. The next try is moved on before the send, by whoever is first, so that chains of messages never
// multiply. What has been open for GiveUpAfter is quarantined for a person to look at.
func (r *Remind) sweepSubmissions(ctx context.Context) error {
	ids, err := r.Store.DueSubmissions(ctx, r.Now().Add(-r.ResendAfter))
	if err == nil {
		err = each(ctx, ids, r.sweepSubmission)
	}
	if err != nil {
		return fmt.Errorf("sweep the submissions: %w", err)
	}
	return nil
}

func (r *Remind) sweepSubmission(ctx context.Context, id string) error {
	e, err := r.Store.Entry(ctx, id)
	if err != nil {
		return err
	}
	now := r.Now()
	if !e.Open() || e.NextTryAt.After(now.Add(-r.ResendAfter)) { // somebody was faster
		return nil
	}
	if now.Sub(e.OpenedAt.Time) >= r.GiveUpAfter {
		return r.giveUp(ctx, e.Submission(), lead.CauseGivenUp, fmt.Sprintf("no outcome after %s", r.GiveUpAfter))
	}
	if err := r.Store.ClaimTry(ctx, e, now); err != nil {
		return err
	}
	err = r.Queue.SendSubmission(ctx, e.Submission(), queue.SweepID(now))
	if queue.Refused(err) {
		return r.giveUp(ctx, e.Submission(), "", "too large for the queue")
	}
	if err == nil {
		r.Log.WarnContext(ctx, "a submission without outcome was sent again", "submission", id)
	}
	return err
}

func (r *Remind) giveUp(ctx context.Context, s lead.Submission, cause lead.Cause, why string) error {
	r.Log.ErrorContext(ctx, "a submission was given up and quarantined", "submission", s.ID, "why", why)
	return r.Store.Settle(ctx, s, lead.Outcome{Kind: lead.OutcomeQuarantined, Why: why, Cause: cause, At: lead.At(r.Now())}, r.Life)
}
