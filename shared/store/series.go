package store

import (
	"context"

	"leadflow/shared/lead"
)

// UpdateSeries changes the lists of one kind that one person gets, as Update does with a lead.
func (s *Store) UpdateSeries(ctx context.Context, kind lead.MailKind, person string, change func(*lead.Series) error) error {
	id := lead.SeriesID(kind, person)
	series := kept[lead.Series]{"the lists " + id, id, func() *lead.Series { return &lead.Series{ID: id, Schema: lead.Schema} }}
	return series.update(ctx, s, maxConflicts, change)
}
