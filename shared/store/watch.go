package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// watchID is the id of the one watch in the container state.
const watchID = "watch"

// Watch reads what is kept for operations. While there is nothing it is empty.
func (s *Store) Watch(ctx context.Context) (*lead.Watch, error) {
	w, _, err := s.watch(ctx)
	return w, err
}

func (s *Store) watch(ctx context.Context) (*lead.Watch, azcore.ETag, error) {
	w := &lead.Watch{ID: watchID, Schema: lead.Schema}
	etag, err := s.read(ctx, topology.ContainerState, watchID, watchID, w)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, "", fmt.Errorf("read what is kept for operations: %w", err)
	}
	return w, etag, nil
}

// UpdateWatch changes what is kept for operations, as Update does with a lead.
func (s *Store) UpdateWatch(ctx context.Context, change func(*lead.Watch) error) error {
	return retry(ctx, "what is kept for operations", func() (clashed bool, err error) {
		w, etag, err := s.watch(ctx)
		if err != nil {
			return false, err
		}
		if err := change(w); err != nil {
			return false, err
		}
		return s.put(ctx, watchID, w, etag)
	})
}

// put writes a document of the container state as it was read; an empty etag says that there was none.
func (s *Store) put(ctx context.Context, id string, document any, etag azcore.ETag) (clashed bool, err error) {
	if etag == "" {
		_, err = s.create(ctx, topology.ContainerState, id, document)
	} else {
		_, err = s.replace(ctx, topology.ContainerState, id, id, document, etag)
	}
	return clash(err)
}
