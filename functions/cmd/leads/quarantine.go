package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

// quarantined gives what is quarantined, the oldest first, without bodies.
func (c *call) quarantined(ctx context.Context, db *store.Store) ([]submission, error) {
	all := []submission{}
	err := db.Quarantined(ctx, func(e store.Entry) error {
		all = append(all, printed(e))
		c.progress(len(all), 0, "submissions read")
		return nil
	})
	slices.SortFunc(all, func(a, b submission) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt.Time), strings.Compare(a.ID, b.ID))
	})
	return all, err
}

// listQuarantine lists what is quarantined, of whatever age.
func listQuarantine(ctx context.Context, c *call) error {
	db, err := c.store()
	if err != nil {
		return err
	}
	all, err := c.quarantined(ctx, db)
	if err != nil {
		return err
	}
	if c.json {
		return c.asJSON(all)
	}
	rows := make([][]string, len(all))
	for i, s := range all {
		rows[i] = []string{s.ID, s.ReceivedAt.Format(time.DateTime), s.Outcome.At.Format(time.DateTime), s.Offer, s.Outcome.Why}
	}
	if err := c.table([]string{"SUBMISSION", "RECEIVED (UTC)", "QUARANTINED (UTC)", "OFFER", "REASON"}, rows); err != nil {
		return err
	}
	if len(all) > 0 {
		fmt.Fprintf(c.out, "%s. \"leads quarantine show ID\" shows one.\n", plural(len(all), "submission"))
	}
	return nil
}

// replayed is what became of a replay of all.
type replayed struct {
	Quarantined int `json:"quarantined"`
	// Unverified are those of them that came without a valid code. Anybody can send such, so a person looks at each.
	Unverified int `json:"unverified"`
	Replayed   int `json:"replayed"`
}

// replayQuarantine has one quarantined submission processed once more, or all of them.
func replayQuarantine(ctx context.Context, c *call) error {
	switch {
	case c.all && len(c.args) > 0:
		return fmt.Errorf("quarantine replay: --all is all of them, so there is none to name: %w", errUsage)
	case !c.all && len(c.args) == 0:
		return fmt.Errorf("quarantine replay: it is not said which one, or --all: %w", errUsage)
	case !c.all:
		return replaySubmission(ctx, c)
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	q, err := c.queue()
	if err != nil {
		return err
	}
	defer q.Close(context.WithoutCancel(ctx))
	all, err := c.quarantined(ctx, db)
	if err != nil {
		return err
	}
	r := replayed{Quarantined: len(all)}
	all = slices.DeleteFunc(all, func(s submission) bool { return s.Outcome.Why == lead.Unverified })
	r.Unverified = r.Quarantined - len(all)
	left := ""
	if r.Unverified > 0 {
		left = fmt.Sprintf("%s without a valid code would stay: replay those that are leads one by one.\n", plural(r.Unverified, "submission"))
	}
	agreed := len(all) > 0
	if agreed {
		agreed, err = c.confirm(ctx, plural(len(all), "quarantined submission")+" would be processed once more.\n"+left, "Replay?", "nothing was replayed")
	} else if !c.json {
		lines(c.out, "There is nothing to replay.\n"+left)
	}
	if agreed && err == nil {
		r.Replayed, err = c.replayAll(ctx, db, q, all)
	}
	switch {
	case c.json:
		err = errors.Join(c.asJSON(r), err)
	case agreed:
		fmt.Fprintf(c.out, "%s on the way. \"leads submissions\" says what becomes of them.\n", plural(r.Replayed, "submission"))
	}
	return err
}

// replayAll has submissions processed once more. One that somebody else has replayed or dropped meanwhile is left alone.
func (c *call) replayAll(ctx context.Context, db *store.Store, q *queue.Queue, all []submission) (int, error) {
	done := 0
	for i, s := range all {
		c.progress(i, len(all), "submissions replayed")
		e, err := db.Entry(ctx, s.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && (e.Open() || e.Outcome.Kind != lead.OutcomeQuarantined) {
			continue
		}
		now := time.Now()
		if err == nil {
			err = db.Reopen(ctx, s.ID, now)
		}
		if errors.Is(err, store.ErrChanged) {
			continue
		}
		if err == nil {
			err = q.SendSubmission(ctx, e.Submission(), queue.ReplayID(now))
		}
		if err != nil {
			return done, fmt.Errorf("%d of %d submissions were replayed, call again for the others (one that is open already is sent by the next sweep): %w", done, len(all), err)
		}
		done++
	}
	return done, nil
}

// dropSubmission ends a quarantine for good: what was received is nothing.
func dropSubmission(ctx context.Context, c *call) error {
	why, err := c.why()
	if err != nil {
		return fmt.Errorf("quarantine drop: %w", err)
	}
	s, err := c.settings("SUBMISSION_TTL_DAYS")
	if err != nil {
		return err
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	e, err := db.Entry(ctx, c.args[0])
	if err != nil {
		return err
	}
	was := printed(*e)
	kind, detail := was.outcome()
	if e.Open() || e.Outcome.Kind != lead.OutcomeQuarantined {
		return fmt.Errorf("submission %s has the outcome %s; only quarantined ones can be dropped", e.ID, kind)
	}
	happens := fmt.Sprintf("Submission %s of %s UTC, %d bytes, %s: %s\nIt would be dropped, and could not be replayed any more: %s.\n",
		e.ID, e.ReceivedAt.Format(time.DateTime), len(e.Body), kind, detail, why)
	if agreed, err := c.confirm(ctx, happens, "Drop?", "nothing was dropped"); err != nil || !agreed {
		return errors.Join(c.toldDrop(e.ID, false), err)
	}
	err = db.Drop(ctx, e.ID, lead.Outcome{Why: why, By: theOperator().Name, At: lead.At(time.Now())}, s.SubmissionTTL.Get())
	if errors.Is(err, store.ErrChanged) {
		err = fmt.Errorf("nothing was dropped: somebody else replayed or dropped submission %s meanwhile", e.ID)
	}
	if err == nil && !c.json {
		fmt.Fprintf(c.out, "Submission %s is dropped. The ledger keeps it for %s.\n", printable(e.ID), plural(int(s.SubmissionTTL.Get()/(24*time.Hour)), "day"))
	}
	return errors.Join(c.toldDrop(e.ID, err == nil), err)
}

// toldDrop says to programs what became of a drop.
func (c *call) toldDrop(id string, dropped bool) error {
	if !c.json {
		return nil
	}
	return c.asJSON(map[string]any{"submission": id, "dropped": dropped})
}
