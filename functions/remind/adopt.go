package remind

import (
	"context"
	"fmt"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// leftFor is how long an owner may be unknown before the lead gets another one: this process may have an older team
// than the one that gave the lead away.
const leftFor = 10 * time.Minute

// assignHeld gives an owner to the leads that operations hold since a time when nobody else was there.
func (r *Remind) assignHeld(ctx context.Context) error {
	t, err := r.Team.Team(ctx)
	if err != nil {
		return fmt.Errorf("assign what operations hold: %w", err)
	}
	if !t.HandsLeads() {
		return nil
	}
	open, err := r.Store.OpenLeads(ctx, lead.Operations)
	if err != nil {
		return fmt.Errorf("assign what operations hold: %w", err)
	}
	var held []string
	for _, d := range open {
		if unowned(d.Owner, t, r.Now()) {
			held = append(held, d.ID)
		}
	}
	err = each(ctx, held, func(ctx context.Context, id string) error { return r.assign(ctx, id, t) })
	if err != nil {
		return fmt.Errorf("assign what operations hold: %w", err)
	}
	return nil
}

// unowned says whether an owner is none: operations, to whom no team gave the lead, or somebody who left the team.
func unowned(o lead.Owner, t team.Team, now time.Time) bool {
	if o.Person == lead.Operations {
		return o.Decision == nil && t.HandsLeads()
	}
	_, known := t.Person(o.Person)
	return !known && now.Sub(o.Since.Time) > leftFor
}

// assign gives a lead an owner as if it had just begun. The time to respond by stays.
func (r *Remind) assign(ctx context.Context, id string, t team.Team) error {
	now := lead.At(r.Now())
	var owner lead.Owner
	_, err := r.Store.Update(ctx, id, func(l *lead.Lead) error {
		if l.Stage.Closed() || len(l.Touches) == 0 || !unowned(l.Owner, t, now.Time) {
			return store.ErrUnchanged
		}
		if owner.Person == "" {
			var err error
			if owner, err = ingest.Assign(ctx, r.Store, t, id, l.Touches[0], l.Contact, now); err != nil {
				return err
			}
		}
		return l.Reassign(owner, now.Time, t.Staff(now.Time, nil))
	})
	if err == nil && owner.Person != "" {
		r.Log.InfoContext(ctx, "a lead without an owner was assigned", "lead", id, "owner", owner.Person)
	}
	return err
}
