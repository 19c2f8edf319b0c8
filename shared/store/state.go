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
	return k.updateFrom(ctx, s, conflicts, nil, "", change)
}

// updateFrom is update for a document that was read already, or nil.
func (k kept[T]) updateFrom(ctx context.Context, s *Store, conflicts int, document *T, etag azcore.ETag, change func(*T) error) error {
	return retry(ctx, conflicts, k.what, func() (clashed bool, err error) {
		have, version := document, etag
		if document = nil; have == nil {
			if have, version, err = k.read(ctx, s); err != nil {
				return false, err
			}
		}
		if err := change(have); err != nil {
			return false, err
		}
		if version == "" {
			_, err = s.create(ctx, topology.ContainerState, k.id, have)
		} else {
			_, err = s.replace(ctx, topology.ContainerState, k.id, k.id, have, version)
		}
		return clash(err)
	})
}
