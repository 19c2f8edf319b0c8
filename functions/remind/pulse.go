package remind

import (
	"context"
	"errors"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// some is how many there are of something, as the pulse has it.
type some struct {
	Count int `json:"count"`
	// AtLeast says that there may be more, and older ones.
	AtLeast bool `json:"atLeast,omitempty"`
	// OldestSeconds is how long the oldest of them has waited; 0 if there is none.
	OldestSeconds int64 `json:"oldestSeconds"`
}

// canaryPulse is how the canary fares, as the pulse has it.
type canaryPulse struct {
	Hour    string    `json:"hour"`
	SeenAt  lead.Time `json:"seenAt,omitzero"`
	Failing bool      `json:"failing"`
}

// pulse logs one line that says how Leadflow fares. What could not be learnt is null in it, for the reason that the error
// says.
func (r *Remind) pulse(ctx context.Context, w *watched, overdue *store.Some) error {
	now := r.Now()
	open, openErr := r.Store.OpenSubmissions(ctx)
	quarantined, unverified, quarantineErr := r.Store.QuarantineCount(ctx)
	unsent, unsentErr := r.Store.UnsentMails(ctx)
	line := []any{
		"open", beat(&open, openErr, now), "quarantined", beat(&quarantined, quarantineErr, now), "unverified", beat(&unverified, quarantineErr, now),
		"unsentMails", beat(&unsent, unsentErr, now), "overdue", beat(overdue, nil, now),
	}
	r.Log.InfoContext(ctx, "pulse", append(line, watchBeat(w)...)...)
	err := errors.Join(openErr, quarantineErr, unsentErr)
	if err != nil {
		r.Log.ErrorContext(ctx, "parts of the pulse are missing", "error", err.Error())
	}
	return err
}

// beat is a count for the pulse, nil if it failed.
func beat(s *store.Some, err error, now time.Time) *some {
	if s == nil || err != nil {
		return nil
	}
	b := &some{Count: s.Count, AtLeast: s.AtLeast}
	if s.Count > 0 {
		b.OldestSeconds = max(0, int64(now.Sub(s.Oldest.Time)/time.Second))
	}
	return b
}

// watchBeat is what the watch says for the pulse.
func watchBeat(w *watched) []any {
	if w == nil {
		return []any{"lastSubmission", nil, "lastTestLeads", nil, "silent", nil, "canary", nil}
	}
	tests, silent := make(map[string]lead.Time, len(w.TestLeads)), []string{}
	for _, t := range w.TestLeads {
		tests[t.Offer] = t.SeenAt
	}
	for _, o := range w.Offers {
		if o.Silent() {
			silent = append(silent, o.Offer)
		}
	}
	var last *lead.Time
	if !w.LastSubmissionAt.IsZero() {
		last = &w.LastSubmissionAt
	}
	var canary *canaryPulse
	if c := w.Canary; c != nil {
		canary = &canaryPulse{Hour: c.Hour, SeenAt: c.SeenAt, Failing: !c.FailingSince.IsZero()}
	}
	return []any{"lastSubmission", last, "lastTestLeads", tests, "silent", silent, "canary", canary}
}
