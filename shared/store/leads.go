package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// Version is a document as it was read.
type Version = azcore.ETag

// Lead reads one lead. One that was erased is not found.
func (s *Store) Lead(ctx context.Context, id string) (*lead.Lead, Version, error) {
	l, version, err := s.LeadOrTombstone(ctx, id)
	if err == nil && l.Tombstone() {
		return nil, "", fmt.Errorf("read lead %s, which was erased: %w", id, ErrNotFound)
	}
	return l, version, err
}

// LeadOrTombstone reads one lead, or what stays of one that was erased.
func (s *Store) LeadOrTombstone(ctx context.Context, id string) (*lead.Lead, Version, error) {
	var l lead.Lead
	version, err := s.read(ctx, topology.ContainerLeads, id, id, &l)
	if err != nil {
		return nil, "", fmt.Errorf("read lead %s: %w", id, err)
	}
	upgrade(&l)
	return &l, version, nil
}

// Update reads a lead, lets change work on it and writes it back if nobody else did so in the meantime;
// otherwise it starts over with what the other one wrote. A lead that does not exist is given to change with
// nothing but its id, and created; of one that was erased the tombstone is given. change may run several times and
// must depend on nothing but the lead; with ErrUnchanged it says that there is nothing to write, and any other error
// ends the update.
//
// Without contention this is one read and one write, and one more write when the lead has grown over its
// bounds and its oldest parts go to the archive.
func (s *Store) Update(ctx context.Context, id string, change func(*lead.Lead) error) (*lead.Lead, error) {
	var l *lead.Lead
	err := retry(ctx, maxConflicts, "lead "+id, func() (clashed bool, err error) {
		var version Version
		if l, version, err = s.LeadOrTombstone(ctx, id); errors.Is(err, ErrNotFound) {
			l = NewLead(id)
		} else if err != nil {
			return false, err
		}
		return s.changeLead(ctx, l, version, change)
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// NewLead is a lead that does not exist yet.
func NewLead(id string) *lead.Lead {
	return &lead.Lead{ID: id, Partition: id, Schema: lead.Schema}
}

// UpdateFrom is Update for a lead that was read already: without contention it is one write. An empty
// version means that there was none.
func (s *Store) UpdateFrom(ctx context.Context, l *lead.Lead, version Version, change func(*lead.Lead) error) (*lead.Lead, error) {
	clashed, err := s.changeLead(ctx, l, version, change)
	switch {
	case clashed:
		return s.Update(ctx, l.ID, change)
	case err != nil && !errors.Is(err, ErrUnchanged):
		return nil, fmt.Errorf("write lead %s: %w", l.ID, err)
	}
	return l, nil
}

// changeLead changes and writes a lead once. An empty version means that it must not exist yet.
func (s *Store) changeLead(ctx context.Context, l *lead.Lead, version Version, change func(*lead.Lead) error) (clashed bool, err error) {
	if err := change(l); err != nil {
		return false, err
	}
	document, err := json.Marshal(l)
	if err != nil {
		return false, err
	}
	archive, err := l.Shed(len(document))
	if err != nil {
		return false, err
	}
	if archive != nil { // first, so that nothing is ever in neither place
		if _, err := s.create(ctx, topology.ContainerLeads, l.ID, archive); err != nil && !errors.Is(err, ErrExists) {
			return false, fmt.Errorf("write its archive: %w", err)
		}
		if document, err = json.Marshal(l); err != nil {
			return false, err
		}
	}
	if version == "" {
		_, err = s.create(ctx, topology.ContainerLeads, l.ID, json.RawMessage(document))
	} else {
		_, err = s.replace(ctx, topology.ContainerLeads, l.ID, l.ID, json.RawMessage(document), version)
	}
	return clash(err)
}

// Archives gives the archives of a lead to each, the newest first, until each says to stop by false.
func (s *Store) Archives(ctx context.Context, l *lead.Lead, each func(*lead.Archive) bool) error {
	if l.Archived == nil {
		return nil
	}
	for id := l.Archived.ID; id != ""; {
		var a lead.Archive
		if _, err := s.read(ctx, topology.ContainerLeads, l.ID, id, &a); err != nil {
			return fmt.Errorf("read the archive of lead %s: %w", l.ID, err)
		}
		if !each(&a) {
			return nil
		}
		id = a.Before
	}
	return nil
}

// How many leads Similar reads at most: a probe that finds more than a page is useless anyway.
const (
	similarPage  = 100
	similarPages = 3
)

// Similar gives leads that have one of these probes in common, but for the lead with the id except. It reads
// one page, and more only when very many leads share a probe.
func (s *Store) Similar(ctx context.Context, probes []string, except string) ([]lead.Hit, error) {
	if len(probes) == 0 {
		return nil, nil
	}
	var hits []lead.Hit
	var terms []string
	var parameters []azcosmos.QueryParameter
	for i, p := range probes {
		name := "@p" + strconv.Itoa(i)
		terms = append(terms, "ARRAY_CONTAINS(c.probes, "+name+")")
		parameters = append(parameters, azcosmos.QueryParameter{Name: name, Value: p})
	}
	err := s.query(ctx, topology.ContainerLeads, "SELECT c.id, c.subject, c.probes, c.suppression FROM c WHERE "+strings.Join(terms, " OR "), parameters,
		func(b []byte) error {
			var h lead.Hit
			if err := json.Unmarshal(b, &h); err != nil {
				return fmt.Errorf("decode a lead: %w", err)
			}
			if h.ID != except {
				hits = append(hits, h)
			}
			return nil
		}, similarPage, similarPages)
	if err != nil {
		return nil, fmt.Errorf("look for leads that may be the same person: %w", err)
	}
	return hits, nil
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
			if l.Tombstone() {
				return nil
			}
			upgrade(&l)
			return each(l)
		}, 0, 0)
	if err != nil {
		return fmt.Errorf("list the leads: %w", err)
	}
	return nil
}
