package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// suppression is what is so of a lead after it was suppressed or not any more.
type suppression struct {
	Lead    string `json:"lead"`
	Changed bool   `json:"changed"`
	// Suppressed is why the person must not be contacted; absent for one who may be.
	Suppressed lead.SuppressionReason `json:"suppressed,omitempty"`
}

// suppress notes that a person must not be contacted.
func suppress(ctx context.Context, c *call) error {
	why, err := c.why()
	if err != nil {
		return fmt.Errorf("suppress: %w", err)
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	l, err := leadOf(ctx, db, c.args[0])
	if err != nil {
		return err
	}
	reason := lead.SuppressedDoNotContact
	if c.optOut {
		reason = lead.SuppressedOptedOut
	}
	if c.optOut && (l.Suppression == nil || l.Suppression.Reason != reason) {
		happens := "Lead " + l.ID + " would not be contacted any more, because the customer said so. Nobody but the customer can take that back.\n"
		if agreed, err := c.confirm(ctx, happens, "Suppress?", "nothing was changed"); err != nil || !agreed {
			return errors.Join(c.toldSuppression(l, false), err)
		}
	}
	return c.changeSuppression(ctx, db, l.ID, func(l *lead.Lead, now time.Time) error { return l.Suppress(reason, why, theOperator(), now) })
}

// unsuppress notes that a person may be contacted again.
func unsuppress(ctx context.Context, c *call) error {
	why, err := c.why()
	if err != nil {
		return fmt.Errorf("unsuppress: %w", err)
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	l, err := leadOf(ctx, db, c.args[0])
	if err != nil {
		return err
	}
	return c.changeSuppression(ctx, db, l.ID, func(l *lead.Lead, now time.Time) error { return l.Unsuppress(why, theOperator(), now) })
}

// changeSuppression does an act on a lead. One that was recorded before changes nothing, and is no failure.
func (c *call) changeSuppression(ctx context.Context, db *store.Store, id string, act func(*lead.Lead, time.Time) error) error {
	l, changed, err := actOn(ctx, db, id, act)
	if errors.Is(err, lead.ErrOptedOut) {
		return fmt.Errorf("lead %s stays as it is: %w", id, lead.ErrOptedOut)
	}
	if err != nil {
		return err
	}
	if !changed && !c.json {
		fmt.Fprintln(c.out, "Nothing has changed: that was so before.")
	}
	return c.toldSuppression(l, changed)
}

// actOn does an act on a lead that there is, and says whether it changed anything.
func actOn(ctx context.Context, db *store.Store, id string, act func(*lead.Lead, time.Time) error) (l *lead.Lead, changed bool, err error) {
	now := time.Now()
	l, err = db.Update(ctx, id, func(l *lead.Lead) error {
		changed = false
		if l.CreatedAt.IsZero() { // it was erased meanwhile, and must not begin anew
			return store.ErrNotFound
		}
		err := act(l, now)
		if errors.Is(err, lead.ErrRecorded) {
			return store.ErrUnchanged
		}
		changed = err == nil
		return err
	})
	return l, changed, err
}

// toldSuppression says what is so of a lead now.
func (c *call) toldSuppression(l *lead.Lead, changed bool) error {
	now := suppression{Lead: l.ID, Changed: changed}
	if l.Suppression != nil {
		now.Suppressed = l.Suppression.Reason
	}
	if c.json {
		return c.asJSON(now)
	}
	switch now.Suppressed {
	case "":
		fmt.Fprintf(c.out, "Lead %s may be contacted.\n", printable(l.ID))
	default:
		fmt.Fprintf(c.out, "Lead %s must not be contacted (%s).\n", printable(l.ID), printable(string(now.Suppressed)))
	}
	return nil
}
