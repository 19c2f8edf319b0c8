package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// Reached is a lead with the ways in which its person was ever reached, as far as they fit into the lead.
type Reached struct {
	ID      string       `json:"id"`
	Contact lead.Contact `json:"contact"`
	// Archived says that an archive may have more.
	Archived *lead.Archived `json:"archived"`
}

// Reached gives every lead to each, in no order. It reads all of them, so its cost follows what is stored; it is for
// an operator who looks for a person, which is seldom and must miss nothing.
func (s *Store) Reached(ctx context.Context, each func(Reached) error) error {
	err := s.query(ctx, topology.ContainerLeads, "SELECT c.id, c.contact, c.archived FROM c WHERE c.updatedAt >= @since",
		[]azcosmos.QueryParameter{{Name: "@since", Value: lead.Time{}.String()}},
		func(b []byte) error {
			var r Reached
			if err := json.Unmarshal(b, &r); err != nil {
				return fmt.Errorf("decode a lead: %w", err)
			}
			return each(r)
		}, 0, 0)
	if err != nil {
		return fmt.Errorf("look through all leads: %w", err)
	}
	return nil
}

// AllArchives gives every archive beside a lead, whether or not the lead is there and knows of it.
func (s *Store) AllArchives(ctx context.Context, leadID string) ([]lead.Archive, error) {
	var all []lead.Archive
	err := s.partition(ctx, topology.ContainerLeads, leadID, func(b []byte) error {
		var a lead.Archive
		if err := json.Unmarshal(b, &a); err != nil {
			return fmt.Errorf("decode an archive: %w", err)
		}
		if a.ID != leadID {
			all = append(all, a)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for the archives of lead %s: %w", leadID, err)
	}
	return all, nil
}

// DeleteArchive removes an archive of a lead. One that is gone already is no error.
func (s *Store) DeleteArchive(ctx context.Context, leadID, id string) error {
	if err := s.remove(ctx, topology.ContainerLeads, leadID, id); err != nil {
		return fmt.Errorf("remove an archive of lead %s: %w", leadID, err)
	}
	return nil
}

// DeleteMail removes the record of a mail. One that is gone already is no error.
func (s *Store) DeleteMail(ctx context.Context, id string) error {
	if err := s.remove(ctx, topology.ContainerMails, id, id); err != nil {
		return fmt.Errorf("remove mail %s: %w", id, err)
	}
	return nil
}

func (s *Store) remove(ctx context.Context, container, partition, id string) error {
	_, err := do(ctx, s, container, func(ctx context.Context, c *azcosmos.ContainerClient) (azcosmos.ItemResponse, error) {
		return c.DeleteItem(ctx, azcosmos.NewPartitionKeyString(partition), id, nil)
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// EraseSubmission removes the body of a submission from the ledger. An entry with a final outcome keeps it; any other
// one ends as erased, is never processed again, and is kept for life. One that is not there is no error.
func (s *Store) EraseSubmission(ctx context.Context, id string, now time.Time, life time.Duration) error {
	erase := func(p *azcosmos.PatchOperations) {
		p.AppendSet("/body", "")
		p.AppendSet("/contentType", "")
		p.AppendSet("/erasedAt", lead.At(now))
	}
	err := s.patch(ctx, id, "FROM c WHERE NOT IS_DEFINED(c.outcome) OR c.outcome.kind = 'quarantined'", nil, func(p *azcosmos.PatchOperations) {
		erase(p)
		p.AppendSet("/outcome", lead.Outcome{Kind: lead.OutcomeErased, At: lead.At(now)})
		p.AppendSet("/ttl", int(life/time.Second))
		p.AppendSet("/nextTryAt", "") // a path must be there to be removed, and a quarantined entry has none
		p.AppendRemove("/nextTryAt")
	})
	if errors.Is(err, ErrChanged) {
		err = s.patch(ctx, id, "", nil, erase)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("erase submission %s: %w", id, err)
	}
	return nil
}
