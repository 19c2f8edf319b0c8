package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

const (
	// rosterID is the id of the one roster in the container state.
	rosterID = "roster"
	// maxRosterConflicts is more than Update has: the processes that take new leads all meet here, and with ten of
	// them twenty clashes in a row do come.
	maxRosterConflicts = 200
)

// Roster reads who was given which lead. While there is nothing it is empty.
func (s *Store) Roster(ctx context.Context) (*lead.Roster, error) {
	r, _, err := s.roster(ctx)
	return r, err
}

func (s *Store) roster(ctx context.Context) (*lead.Roster, azcore.ETag, error) {
	r := &lead.Roster{ID: rosterID, Schema: lead.Schema}
	etag, err := s.read(ctx, topology.ContainerState, rosterID, rosterID, r)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, "", fmt.Errorf("read the roster: %w", err)
	}
	return r, etag, nil
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
	return retryUpTo(ctx, maxRosterConflicts, "the roster", func() (clashed bool, err error) {
		r, etag, err := s.roster(ctx)
		if err != nil {
			return false, err
		}
		if err := change(r); err != nil {
			return false, err
		}
		if etag == "" {
			_, err = s.create(ctx, topology.ContainerState, rosterID, r)
		} else {
			_, err = s.replace(ctx, topology.ContainerState, rosterID, rosterID, r, etag)
		}
		return clash(err)
	})
}
