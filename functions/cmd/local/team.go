package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"time"

	"leadflow/shared/store"
)

// sampleTeam is a team file that explains itself. The samples are about the offers in it.
//
//go:embed team.yaml
var sampleTeam string

// applySampleTeam applies the sample in a database of this run that has no team yet. A database that the
// environment names is somebody's own, and left alone.
func (s *setup) applySampleTeam(ctx context.Context, out io.Writer) error {
	if s.given["COSMOS_ENDPOINT"] {
		return nil
	}
	db, err := s.openStore()
	if err != nil {
		return err
	}
	if _, err := db.Team(ctx); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if _, err := db.ApplyTeam(ctx, sampleTeam, 0, time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "\nThere was no team, so the sample in functions/cmd/local/team.yaml was applied.")
	return err
}
