package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// Version is a document as it was read.
type Version = azcore.ETag

// Lead reads one lead.
func (s *Store) Lead(ctx context.Context, id string) (*lead.Lead, Version, error) {
	var l lead.Lead
	version, err := s.read(ctx, topology.ContainerLeads, id, id, &l)
	if err != nil {
		return nil, "", fmt.Errorf("read lead %s: %w", id, err)
	}
	return &l, version, nil
}

// UpdateLead reads a lead, lets change work on it and writes it back if nobody else did so in the
// meantime; otherwise it starts over with what the other one wrote. A lead that does not exist is given
// to change with nothing but its id, and created. change may run several times and must depend on nothing
// but the lead; it says whether there is anything to write.
//
// Without contention this is one read and one write.
func (s *Store) UpdateLead(ctx context.Context, id string, change func(*lead.Lead) (bool, error)) (*lead.Lead, error) {
	for clashes := range maxConflicts {
		l, version, err := s.Lead(ctx, id)
		if errors.Is(err, ErrNotFound) {
			l = &lead.Lead{ID: id, Partition: id, Schema: lead.Schema}
		} else if err != nil {
			return nil, err
		}
		clashed, err := s.changeLead(ctx, l, version, change)
		if !clashed {
			return l, err
		}
		if err := pause(ctx, clashes); err != nil {
			return nil, fmt.Errorf("write lead %s: %w", id, err)
		}
	}
	return nil, fmt.Errorf("write lead %s: %d times %w", id, maxConflicts, ErrChanged)
}

// UpdateLeadFrom is UpdateLead for a lead that was read already: without contention it is one write.
func (s *Store) UpdateLeadFrom(ctx context.Context, l *lead.Lead, version Version, change func(*lead.Lead) (bool, error)) (*lead.Lead, error) {
	if clashed, err := s.changeLead(ctx, l, version, change); !clashed {
		return l, err
	}
	return s.UpdateLead(ctx, l.ID, change)
}

// changeLead changes and writes a lead once. An empty version means that it must not exist yet.
func (s *Store) changeLead(ctx context.Context, l *lead.Lead, version Version, change func(*lead.Lead) (bool, error)) (clashed bool, err error) {
	write, err := change(l)
	if err != nil || !write {
		return false, err
	}
	if version == "" {
		_, err = s.create(ctx, topology.ContainerLeads, l.ID, l)
	} else {
		_, err = s.replace(ctx, topology.ContainerLeads, l.ID, l.ID, l, version)
	}
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, ErrExists), errors.Is(err, ErrChanged), errors.Is(err, ErrNotFound):
		return true, nil
	}
	return false, fmt.Errorf("write lead %s: %w", l.ID, err)
}

// LeadsWithMailDue gives the ids of the leads with a planned mail that was due at or before cutoff and has
// no record.
func (s *Store) LeadsWithMailDue(ctx context.Context, cutoff time.Time) ([]string, error) {
	ids, err := s.ids(ctx, topology.ContainerLeads, "mailDueAt", cutoff)
	if err != nil {
		return nil, fmt.Errorf("look for leads with unsent mails: %w", err)
	}
	return ids, nil
}

// Leads gives the leads changed at or after since to each, in no order.
func (s *Store) Leads(ctx context.Context, since time.Time, each func(lead.Lead) error) error {
	err := s.query(ctx, topology.ContainerLeads, "SELECT * FROM c WHERE c.updatedAt >= @since",
		[]azcosmos.QueryParameter{{Name: "@since", Value: lead.At(since).String()}},
		func(b []byte) error {
			var l lead.Lead
			if err := json.Unmarshal(b, &l); err != nil {
				return fmt.Errorf("decode a lead: %w", err)
			}
			return each(l)
		})
	if err != nil {
		return fmt.Errorf("list the leads: %w", err)
	}
	return nil
}
