package store

import (
	"context"
	"fmt"

	"leadflow/shared/lead"
)

// maxRosterConflicts is more than Update has: the processes that take new leads all meet here, and with ten of
// them twenty clashes in a row do come.
const maxRosterConflicts = 200

func roster() kept[lead.Roster] {
	const id = "roster"
	return kept[lead.Roster]{"the roster", id, func() *lead.Roster { return &lead.Roster{ID: id, Schema: lead.Schema} }}
}

// Roster reads who was given which lead. While there is nothing it is empty.
func (s *Store) Roster(ctx context.Context) (*lead.Roster, error) {
	r, _, err := roster().read(ctx, s)
	return r, err
}

// UpdateRoster changes the roster, as Update does with a lead. Every new lead changes this one document, so the
// callers of a process wait for their turn, in the order in which they came, instead of clashing with each other;
// other processes do clash, so it tries more often than Update.
func (s *Store) UpdateRoster(ctx context.Context, change func(*lead.Roster) error) error {
	select {
	case s.rosterTurn <- struct{}{}:
		defer func() { <-s.rosterTurn }()
	case <-ctx.Done():
		return fmt.Errorf("wait for the roster: %w", ctx.Err())
	}
	return roster().update(ctx, s, maxRosterConflicts, change)
}
