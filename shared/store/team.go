package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// teamID is the id of the one team document in the container state.
const teamID = "team"

// TeamFile is the team that is applied.
type TeamFile struct {
	ID     string `json:"id"`
	Schema int    `json:"schema"`
	// Version counts the files that were applied, from 1.
	Version   int       `json:"version"`
	AppliedAt lead.Time `json:"appliedAt"`
	// Text is the YAML exactly as it was applied, comments included.
	Text string `json:"text"`
}

// Team reads the team that is applied. ErrNotFound says that none has been yet.
func (s *Store) Team(ctx context.Context) (TeamFile, error) {
	var f TeamFile
	if _, err := s.read(ctx, topology.ContainerState, teamID, teamID, &f); err != nil {
		return TeamFile{}, fmt.Errorf("read the team: %w", err)
	}
	return f, nil
}

// ApplyTeam puts a team file in the place of the version that its author has seen, 0 for none, and gives it
// with its own version. ErrChanged says that another one is applied by now.
func (s *Store) ApplyTeam(ctx context.Context, text string, previousVersion int, now time.Time) (TeamFile, error) {
	f := TeamFile{ID: teamID, Schema: lead.Schema, Version: previousVersion + 1, AppliedAt: lead.At(now), Text: text}
	if err := s.putTeam(ctx, f, previousVersion); err != nil {
		return TeamFile{}, fmt.Errorf("apply version %d of the team: %w", f.Version, err)
	}
	return f, nil
}

func (s *Store) putTeam(ctx context.Context, f TeamFile, previousVersion int) error {
	if previousVersion == 0 {
		_, err := s.create(ctx, topology.ContainerState, teamID, f)
		if errors.Is(err, ErrExists) {
			return ErrChanged
		}
		return err
	}
	var have TeamFile
	etag, err := s.read(ctx, topology.ContainerState, teamID, teamID, &have)
	if errors.Is(err, ErrNotFound) || err == nil && have.Version != previousVersion {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	_, err = s.replace(ctx, topology.ContainerState, teamID, teamID, f, etag)
	if errors.Is(err, ErrNotFound) {
		return ErrChanged
	}
	return err
}
