package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// Waiting is a lead that somebody waits for, or has to be told of.
type Waiting struct {
	lead.Due
	// Lead and Version are the whole lead, if somebody's turn to be told of it has come; else nil.
	Lead    *lead.Lead
	Version Version
}

// Due gives the leads that somebody has to be told of at or before now, and those that others have been told of and
// that still wait. It reads each of them once.
func (s *Store) Due(ctx context.Context, now time.Time) ([]Waiting, error) {
	var all []Waiting
	err := s.query(ctx, topology.ContainerLeads, "SELECT * FROM c WHERE c.dueFrom <= @now",
		[]azcosmos.QueryParameter{{Name: "@now", Value: lead.At(now).String()}},
		func(b []byte) error {
			var w Waiting
			if err := json.Unmarshal(b, &w.Due); err != nil {
				return fmt.Errorf("decode a lead: %w", err)
			}
			if w.FollowUp == nil { // only strange hands leave it out
				return nil
			}
			if w.Turn(now) {
				var etag struct {
					ETag Version `json:"_etag"`
				}
				w.Lead = &lead.Lead{}
				if err := json.Unmarshal(b, w.Lead); err != nil {
					return fmt.Errorf("decode a lead: %w", err)
				}
				if err := json.Unmarshal(b, &etag); err != nil {
					return fmt.Errorf("decode a lead: %w", err)
				}
				upgrade(w.Lead)
				w.Version = etag.ETag
			}
			all = append(all, w)
			return nil
		}, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("look for leads that wait: %w", err)
	}
	return all, nil
}

// OpenLeads gives what the reminders know of the open leads of an owner.
func (s *Store) OpenLeads(ctx context.Context, owner string) ([]lead.Due, error) {
	all, err := s.open(ctx, "c.openFor = @owner", owner)
	if err != nil {
		return nil, fmt.Errorf("look for the open leads of %s: %w", owner, err)
	}
	return all, nil
}

// AllOpenLeads gives what the reminders know of all leads that are open.
func (s *Store) AllOpenLeads(ctx context.Context) ([]lead.Due, error) {
	all, err := s.open(ctx, "c.openFor > @owner", "")
	if err != nil {
		return nil, fmt.Errorf("look for the open leads: %w", err)
	}
	return all, nil
}

func (s *Store) open(ctx context.Context, where, owner string) ([]lead.Due, error) {
	return openLeads[lead.Due](ctx, s, "c.id, c.owner, c.followUp", where, []azcosmos.QueryParameter{{Name: "@owner", Value: owner}})
}

// Cards gives the open leads of these owners, as lists show them, in no order.
func (s *Store) Cards(ctx context.Context, owners ...string) ([]lead.Card, error) {
	var terms []string
	var parameters []azcosmos.QueryParameter
	for i, owner := range owners {
		name := "@o" + strconv.Itoa(i)
		terms = append(terms, "c.openFor = "+name)
		parameters = append(parameters, azcosmos.QueryParameter{Name: name, Value: owner})
	}
	return s.cards(ctx, strings.Join(terms, " OR "), parameters)
}

// AllCards gives all open leads, as lists show them, in no order.
func (s *Store) AllCards(ctx context.Context) ([]lead.Card, error) {
	return s.cards(ctx, "c.openFor > @owner", []azcosmos.QueryParameter{{Name: "@owner", Value: ""}})
}

func (s *Store) cards(ctx context.Context, where string, parameters []azcosmos.QueryParameter) ([]lead.Card, error) {
	all, err := openLeads[lead.Card](ctx, s, "c.id, c.owner, c.followUp, c.subject, c.contact, c.stage, c.suppression, c.updatedAt", where, parameters)
	if err != nil {
		return nil, fmt.Errorf("look for the open leads of a list: %w", err)
	}
	return all, nil
}

// openLeads gives some fields of the open leads that fit a condition.
func openLeads[T any](ctx context.Context, s *Store, fields, where string, parameters []azcosmos.QueryParameter) ([]T, error) {
	var all []T
	err := s.query(ctx, topology.ContainerLeads, "SELECT "+fields+" FROM c WHERE "+where, parameters, func(b []byte) error {
		var x T
		if err := json.Unmarshal(b, &x); err != nil {
			return fmt.Errorf("decode a lead: %w", err)
		}
		all = append(all, x)
		return nil
	}, 0, 0)
	return all, err
}
