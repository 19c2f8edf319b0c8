package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// maxHours is more than anybody promises, and soon computed.
const maxHours = 100_000

// decimal is a number that people write. The digits are bounded so that it is soon read.
var decimal = regexp.MustCompile(`^-?([0-9]{1,100}|[0-9]{0,100}\.[0-9]{1,100})$`)

// rfc3339 is how a time is written. The parser of the standard library takes more.
var rfc3339 = regexp.MustCompile(`(?i)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// runClock says when the response to a lead is due, and the arithmetic.
func runClock(ctx context.Context, c *call) error {
	var clock lead.Clock
	from, within, err := c.question()
	if err == nil {
		clock, err = c.answer(ctx, from, within)
	} else {
		err = fmt.Errorf("clock: %w: %w", err, errUsage)
	}
	switch {
	case err != nil && c.json:
		return errors.Join(c.asJSON(struct {
			Error     string     `json:"error"`
			RespondBy *time.Time `json:"respondBy"`
		}{Error: err.Error()}), err)
	case err != nil:
		return err
	case c.json:
		return c.asJSON(struct {
			StartsAt  time.Time      `json:"startsAt"`
			RespondBy time.Time      `json:"respondBy"`
			Stretches []lead.Stretch `json:"stretches"`
		}{clock.StartsAt, clock.RespondBy, append([]lead.Stretch{}, clock.Stretches...)}) // an empty list is one too
	}
	for _, line := range clock.Lines(lead.English()) {
		fmt.Fprintln(c.out, printable(line))
	}
	return nil
}

// question is the arrival and the hours that were asked about.
func (c *call) question() (from time.Time, within time.Duration, err error) {
	for _, flag := range []struct{ name, value string }{{"person", c.person}, {"from", c.from}, {"hours", c.hours}} {
		if flag.value == "" {
			return from, 0, fmt.Errorf("--%s is missing", flag.name)
		}
	}
	if from, err = time.Parse(time.RFC3339, strings.ToUpper(c.from)); err != nil || !rfc3339.MatchString(c.from) {
		return from, 0, fmt.Errorf("--from %q is not a time in RFC 3339 with its offset, such as 2026-11-21T15:00:00+09:00", c.from)
	}
	within, err = readHours(c.hours)
	return from, within, err
}

// readHours reads a decimal number of hours, exactly but for parts of a nanosecond.
func readHours(text string) (time.Duration, error) {
	if !decimal.MatchString(text) { // what else a Rat takes, such as 1e9 and 3/4, may also be too large for it
		return 0, fmt.Errorf("--hours %q is not a decimal number, such as 4 or 1.5", text)
	}
	hours, _ := new(big.Rat).SetString(text)
	switch {
	case hours.Sign() < 0:
		return 0, errors.New("--hours must not be negative")
	case hours.Cmp(big.NewRat(maxHours, 1)) > 0:
		return 0, fmt.Errorf("--hours must not be over %d", maxHours)
	}
	hours.Mul(hours, big.NewRat(int64(time.Hour), 1))
	return time.Duration(new(big.Int).Quo(hours.Num(), hours.Denom()).Int64()), nil
}

// answer computes when a response is due by the team that was named, or the one that is applied.
func (c *call) answer(ctx context.Context, from time.Time, within time.Duration) (lead.Clock, error) {
	var db *store.Store
	if c.team == "" {
		var err error
		if db, err = c.store(); err != nil {
			return lead.Clock{}, fmt.Errorf("%w\n(--team FILE needs no settings)", err)
		}
	}
	t, err := c.teamFor(ctx, db)
	if err != nil {
		return lead.Clock{}, err
	}
	return clockOf(t, c.person, from, within)
}

// clockOf computes when a response of a person is due.
func clockOf(t team.Team, person string, from time.Time, within time.Duration) (lead.Clock, error) {
	p, err := personOf(t, person)
	if err != nil {
		return lead.Clock{}, err
	}
	clock, err := p.Calendar.Clock(from, within)
	if err != nil {
		return lead.Clock{}, fmt.Errorf("%w: look at the hours, holidays and absences of %s in the team file", err, p.ID)
	}
	return clock, nil
}
