package store

import (
	"context"

	"leadflow/shared/lead"
)

func watch() kept[lead.Watch] {
	const id = "watch"
	return kept[lead.Watch]{"what is kept for operations", id, func() *lead.Watch { return &lead.Watch{ID: id, Schema: lead.Schema} }}
}

// Watch reads what is kept for operations. While there is nothing it is empty.
func (s *Store) Watch(ctx context.Context) (*lead.Watch, error) {
	w, _, err := watch().read(ctx, s)
	return w, err
}

// UpdateWatch changes what is kept for operations, as Update does with a lead.
func (s *Store) UpdateWatch(ctx context.Context, change func(*lead.Watch) error) error {
	return watch().update(ctx, s, maxConflicts, change)
}
