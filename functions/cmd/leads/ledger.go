package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// openFor is how long a submission may be open before a person has to look: it is processed in seconds, and what was
// left undone goes on within minutes.
const openFor = time.Hour

// kindOpen is how a submission without outcome is counted.
const kindOpen = "open"

// tally is how many submissions a month has, and what became of them.
type tally struct {
	Month string `json:"month"`
	// Received is the sum of Outcomes.
	Received int            `json:"received"`
	Outcomes map[string]int `json:"outcomes"`
	// Waiting are those that have been open for over an hour, the oldest first.
	Waiting []submission `json:"waiting"`
}

// countLedger counts the submissions of a month by what became of them.
func countLedger(ctx context.Context, c *call) error {
	now := time.Now().UTC()
	from := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if c.month != "" {
		var err error
		if from, err = time.Parse("2006-01", c.month); err != nil {
			return fmt.Errorf("ledger: --month %q is not a month such as 2026-11: %w", c.month, errUsage)
		}
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	t := newTally(from)
	err = db.EntriesBetween(ctx, from, from.AddDate(0, 1, 0), func(e store.Entry) error {
		t.count(e, now)
		c.progress(t.Received, 0, "submissions counted")
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(t.Waiting, func(a, b submission) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt.Time), strings.Compare(a.ID, b.ID))
	})
	if err := c.printTally(t); err != nil || len(t.Waiting) == 0 {
		return err
	}
	return errors.New(plural(len(t.Waiting), "submission") + " open for over an hour: look whether Service Bus, Cosmos DB and the handler are up")
}

// newTally is a month in which nothing was received. It has every outcome there is, so that none is missed.
func newTally(month time.Time) tally {
	t := tally{Month: month.Format("2006-01"), Outcomes: map[string]int{kindOpen: 0}, Waiting: []submission{}}
	for _, kind := range lead.OutcomeKinds() {
		t.Outcomes[string(kind)] = 0
	}
	return t
}

// count counts an entry.
func (t *tally) count(e store.Entry, now time.Time) {
	t.Received++
	if !e.Open() {
		t.Outcomes[string(e.Outcome.Kind)]++
		return
	}
	t.Outcomes[kindOpen]++
	if now.Sub(e.OpenedAt.Time) > openFor {
		t.Waiting = append(t.Waiting, printed(e))
	}
}

// printTally prints what was counted.
func (c *call) printTally(t tally) error {
	if c.json {
		return c.asJSON(t)
	}
	kinds := []string{}
	for _, kind := range lead.OutcomeKinds() {
		kinds = append(kinds, string(kind))
	}
	kinds = append(kinds, kindOpen)
	var others []string // of a later version
	for kind := range t.Outcomes {
		if !slices.Contains(kinds, kind) {
			others = append(others, kind)
		}
	}
	slices.Sort(others)
	var rows [][]string
	for _, kind := range append(kinds, others...) {
		rows = append(rows, []string{kind, strconv.Itoa(t.Outcomes[kind])})
	}
	rows = append(rows, []string{"received in " + t.Month, strconv.Itoa(t.Received)})
	if err := c.table([]string{"OUTCOME", "SUBMISSIONS"}, rows); err != nil || len(t.Waiting) == 0 {
		return err
	}
	fmt.Fprintln(c.out)
	rows = nil
	for _, s := range t.Waiting {
		rows = append(rows, []string{s.ID, s.ReceivedAt.Format(time.DateTime), s.NextTryAt.Format(time.DateTime), s.Offer})
	}
	return c.table([]string{"OPEN FOR OVER AN HOUR", "RECEIVED (UTC)", "NEXT TRY (UTC)", "OFFER"}, rows)
}
