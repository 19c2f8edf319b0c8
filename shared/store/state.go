package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"leadflow/shared/topology"
)

// kept is a document of the container state, of which there is at most one by its id.
type kept[T any] struct {
	// what it is in words.
	what string
	id   string
	// empty makes what it is while there is none.
	empty func() *T
}

// read gives the document, and its ETag, which is empty while there is none.
func (k kept[T]) read(ctx context.Context, s *Store) (*T, azcore.ETag, error) {
	document := k.empty()
	etag, err := s.read(ctx, topology.ContainerState, k.id, k.id, document)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, "", fmt.Errorf("read %s: %w", k.what, err)
	}
	return document, etag, nil
}

// update changes the document, as Update does with a lead. It starts over after so many conflicts at most.
func (k kept[T]) update(ctx context.Context, s *Store, conflicts int, change func(*T) error) error {
	return retry(ctx, conflicts, k.what, func() (clashed bool, err error) {
		document, etag, err := k.read(ctx, s)
		if err != nil {
			return false, err
		}
		if err := change(document); err != nil {
			return false, err
		}
		if etag == "" {
			_, err = s.create(ctx, topology.ContainerState, k.id, document)
		} else {
			_, err = s.replace(ctx, topology.ContainerState, k.id, k.id, document, etag)
		}
		return clash(err)
	})
}
