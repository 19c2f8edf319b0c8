package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

// submission is an entry of the ledger as it is printed.
type submission struct {
	ID          string        `json:"id"`
	ReceivedAt  lead.Time     `json:"receivedAt"`
	Offer       string        `json:"offer,omitempty"`
	ContentType string        `json:"contentType,omitempty"`
	Truncated   bool          `json:"truncated,omitempty"`
	NextTryAt   lead.Time     `json:"nextTryAt,omitzero"`
	Outcome     *lead.Outcome `json:"outcome"`
	ErasedAt    lead.Time     `json:"erasedAt,omitzero"`
	// Text is the body if it is text, else Bytes is.
	Text  string `json:"text,omitempty"`
	Bytes []byte `json:"bytes,omitempty"`
}

func printed(e store.Entry) submission {
	s := submission{ID: e.ID, ReceivedAt: e.ReceivedAt, Offer: e.OfferID, ContentType: e.ContentType,
		Truncated: e.Truncated, NextTryAt: e.NextTryAt, Outcome: e.Outcome, ErasedAt: e.ErasedAt}
	if utf8.Valid(e.Body) {
		s.Text = string(e.Body)
	} else {
		s.Bytes = e.Body
	}
	return s
}

// outcome says in a few words what became of a submission.
func (s submission) outcome() (kind, detail string) {
	switch {
	case s.Outcome == nil:
		return "open", "next try " + s.NextTryAt.Format(time.DateTime)
	case s.Outcome.Kind == lead.OutcomeDropped:
		return string(s.Outcome.Kind), "by " + s.Outcome.By + ": " + s.Outcome.Why
	case s.Outcome.Of != "":
		return string(s.Outcome.Kind), "of " + s.Outcome.Of
	case s.Outcome.Lead != "":
		return string(s.Outcome.Kind), s.Outcome.Lead
	}
	return string(s.Outcome.Kind), s.Outcome.Why
}

// listSubmissions lists what arrived lately.
func listSubmissions(ctx context.Context, c *call) error {
	db, err := c.store()
	if err != nil {
		return err
	}
	all, canaries := []submission{}, 0
	err = db.Entries(ctx, time.Now().AddDate(0, 0, -c.days), func(e store.Entry) error {
		if e.Outcome != nil && e.Outcome.Kind == lead.OutcomeCanary && !c.all { // one an hour would hide what people sent
			canaries++
			return nil
		}
		all = append(all, printed(e))
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b submission) int { return strings.Compare(b.ID, a.ID) })
	slices.SortStableFunc(all, func(a, b submission) int { return b.ReceivedAt.Compare(a.ReceivedAt.Time) })
	if c.json {
		return c.asJSON(all)
	}
	rows := make([][]string, len(all))
	for i, s := range all {
		kind, detail := s.outcome()
		rows[i] = []string{s.ID, s.ReceivedAt.Format(time.DateTime), s.Offer, kind, detail}
	}
	if err := c.table([]string{"SUBMISSION", "RECEIVED (UTC)", "OFFER", "OUTCOME", "LEAD OR REASON"}, rows); err != nil {
		return err
	}
	if len(all) > 0 {
		fmt.Fprintln(c.out, count(all))
	}
	if canaries > 0 {
		fmt.Fprintf(c.out, "Left out: %d sent by Leadflow itself to see that the webhook works; --all shows them.\n", canaries)
	}
	return nil
}

// count says how many submissions there are, and how many of each outcome.
func count(all []submission) string {
	kinds := map[string]int{}
	for _, s := range all {
		kind, _ := s.outcome()
		kinds[kind]++
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		parts = append(parts, strconv.Itoa(kinds[kind])+" "+kind)
	}
	return fmt.Sprintf("Submissions: %d (%s)", len(all), strings.Join(parts, ", "))
}

// showSubmission shows one entry of the ledger with its body.
func showSubmission(ctx context.Context, c *call) error {
	db, err := c.store()
	if err != nil {
		return err
	}
	e, err := db.Entry(ctx, c.args[0])
	if err != nil {
		return err
	}
	if c.raw {
		_, err := c.out.Write(e.Body)
		return err
	}
	s := printed(*e)
	if c.json {
		return c.asJSON(s)
	}
	kind, detail := s.outcome()
	field(c.out, "Submission", s.ID)
	field(c.out, "Received", s.ReceivedAt.Format(time.DateTime)+" UTC")
	field(c.out, "Offer", s.Offer)
	field(c.out, "Content type", s.ContentType)
	field(c.out, "Outcome", kind)
	field(c.out, "", detail)
	if !s.ErasedAt.IsZero() {
		field(c.out, "Erased", s.ErasedAt.Format(time.DateTime)+" UTC, with the person")
	}
	size := strconv.Itoa(len(e.Body)) + " bytes"
	if s.Truncated {
		size = "the first " + size
	}
	field(c.out, "Body", size)
	if len(s.Bytes) == 0 {
		for line := range strings.Lines(s.Text) {
			fmt.Fprintln(c.out, "  "+printable(strings.TrimRight(line, "\r\n")))
		}
	} else {
		fmt.Fprintln(c.out, "  It is not text. --raw prints it as it was received.")
	}
	return nil
}

// replaySubmission has a submission processed once more. It is opened before anything else, so that the sweep
// watches over it should the message be lost, and so that only the ledger decides whether it may be.
func replaySubmission(ctx context.Context, c *call) error {
	db, err := c.store()
	if err != nil {
		return err
	}
	q, err := c.queue()
	if err != nil {
		return err
	}
	defer q.Close(context.WithoutCancel(ctx))
	now := time.Now()
	reopened := db.Reopen(ctx, c.args[0], now)
	if reopened != nil && !errors.Is(reopened, store.ErrChanged) {
		return reopened
	}
	e, err := db.Entry(ctx, c.args[0])
	if err != nil {
		return err
	}
	if kind, _ := printed(*e).outcome(); reopened != nil {
		return fmt.Errorf("submission %s has the outcome %s; only open and quarantined ones can be replayed", e.ID, kind)
	}
	if err := q.SendSubmission(ctx, e.Submission(), queue.ReplayID(now)); err != nil {
		return fmt.Errorf("the submission is open again, and the next sweep will send it; sending it now failed: %w", err)
	}
	if c.json {
		return c.asJSON(map[string]any{"submission": e.ID, "replayed": true, "truncated": e.Truncated})
	}
	fmt.Fprintf(c.out, "Submission %s is on its way. \"leads submissions show %s\" says what becomes of it.\n", printable(e.ID), printable(e.ID))
	if e.Truncated {
		fmt.Fprintln(c.out, "Only the beginning of its body was kept, so it may be quarantined again.")
	}
	return nil
}
