package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// Series reads the lists of one kind that one person gets. While there is nothing it is empty.
func (s *Store) Series(ctx context.Context, kind lead.MailKind, person string) (*lead.Series, error) {
	series, _, err := s.series(ctx, lead.SeriesID(kind, person))
	return series, err
}

func (s *Store) series(ctx context.Context, id string) (*lead.Series, azcore.ETag, error) {
	series := &lead.Series{ID: id, Schema: lead.Schema}
	etag, err := s.read(ctx, topology.ContainerState, id, id, series)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, "", fmt.Errorf("read the lists %s: %w", id, err)
	}
	return series, etag, nil
}

// UpdateSeries changes the lists of one kind that one person gets, as Update does with a lead.
func (s *Store) UpdateSeries(ctx context.Context, kind lead.MailKind, person string, change func(*lead.Series) error) error {
	id := lead.SeriesID(kind, person)
	return retry(ctx, "the lists "+id, func() (clashed bool, err error) {
		series, etag, err := s.series(ctx, id)
		if err != nil {
			return false, err
		}
		if err := change(series); err != nil {
			return false, err
		}
		return s.put(ctx, id, series, etag)
	})
}
