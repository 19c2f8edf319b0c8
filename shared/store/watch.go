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

// ReadWatch is Watch with the version that was read, which is empty while there is nothing.
func (s *Store) ReadWatch(ctx context.Context) (*lead.Watch, Version, error) {
	return watch().read(ctx, s)
}

// UpdateWatchFrom is UpdateWatch for what was read already: without contention it is one write.
func (s *Store) UpdateWatchFrom(ctx context.Context, w *lead.Watch, v Version, change func(*lead.Watch) error) error {
	return watch().updateFrom(ctx, s, maxConflicts, w, v, change)
}

// UpdateWatch changes what is kept for operations, as Update does with a lead.
func (s *Store) UpdateWatch(ctx context.Context, change func(*lead.Watch) error) error {
	return watch().update(ctx, s, maxConflicts, change)
}
