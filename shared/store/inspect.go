package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/topology"
)

// Inspect reads the properties of a container, and the time that the service has; zero if it does not say it.
func (s *Store) Inspect(ctx context.Context, container string) (topology.Container, time.Time, error) {
	var c topology.Container
	var at time.Time
	_, err := do(ctx, s, container, func(ctx context.Context, client *azcosmos.ContainerClient) (struct{}, error) {
		r, err := client.Read(ctx, nil)
		if err != nil {
			return struct{}{}, err
		}
		if t, err := http.ParseTime(r.RawResponse.Header.Get("Date")); err == nil {
			at = t
		}
		b, err := runtime.Payload(r.RawResponse) // the SDK's own form leaves out what it does not know
		if err == nil {
			err = json.Unmarshal(b, &c)
		}
		return struct{}{}, err
	})
	if err != nil {
		return c, at, fmt.Errorf("look at the container %s: %w", container, err)
	}
	return c, at, nil
}

// MayWrite finds out whether a container may be written, and writes nothing: it asks for the replacement of a document
// that is not there.
func (s *Store) MayWrite(ctx context.Context, container string) error {
	const nobody = "nothing-has-this-id"
	_, err := s.replace(ctx, container, nobody, nobody, map[string]string{"id": nobody, "lead": nobody}, azcore.ETag(`"nothing-has-this-etag"`))
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrChanged) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask whether the container %s may be written: %w", container, err)
	}
	return nil
}
