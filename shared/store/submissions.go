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

// Entry is a submission in the ledger. Every POST that was answered 202 has exactly one, and every one
// ends with an outcome.
type Entry struct {
	ID          string    `json:"id"`
	Schema      int       `json:"schema"`
	ReceivedAt  lead.Time `json:"receivedAt"`
	OfferID     string    `json:"offerId,omitempty"`
	ContentType string    `json:"contentType,omitempty"`
	// Body is kept as received, byte for byte (base64 in the document).
	Body []byte `json:"body"`
	// Truncated says that only the beginning of the body was kept, as with unverified submissions.
	Truncated bool `json:"truncated,omitempty"`
	// OpenedAt is when the wait for an outcome began: at arrival, or with the last replay.
	OpenedAt lead.Time `json:"openedAt"`
	// NextTryAt is there while the entry is open; the sweep finds it by that.
	NextTryAt lead.Time     `json:"nextTryAt,omitzero"`
	Outcome   *lead.Outcome `json:"outcome,omitempty"`
	// ErasedAt is when the body was erased because of the person whom it told of.
	ErasedAt lead.Time `json:"erasedAt,omitzero"`
	// TTL is the life of the entry in seconds from its last change; -1 is for ever, 0 the container's default.
	TTL int `json:"ttl,omitempty"`

	etag azcore.ETag
}

// Open says that the submission has no outcome yet.
func (e *Entry) Open() bool { return e.Outcome == nil }

// Submission is the submission that the entry keeps.
func (e *Entry) Submission() lead.Submission {
	return lead.Submission{ID: e.ID, ReceivedAt: e.ReceivedAt, OfferID: e.OfferID, ContentType: e.ContentType, Body: e.Body}
}

const never = -1 // a ttl

func newEntry(s lead.Submission) Entry {
	return Entry{ID: s.ID, Schema: lead.Schema, ReceivedAt: s.ReceivedAt, OfferID: s.OfferID, ContentType: s.ContentType,
		Body: s.Body, OpenedAt: s.ReceivedAt}
}

// AddSubmission writes an open entry. An entry that is there already is left as it is: ingest was faster.
func (s *Store) AddSubmission(ctx context.Context, sub lead.Submission) error {
	e := newEntry(sub)
	e.NextTryAt = sub.ReceivedAt
	if _, err := s.create(ctx, topology.ContainerSubmissions, sub.ID, e); err != nil && !errors.Is(err, ErrExists) {
		return fmt.Errorf("write submission %s to the ledger: %w", sub.ID, err)
	}
	return nil
}

// AddUnverified keeps a submission that had no valid code: quarantined, and gone after life.
func (s *Store) AddUnverified(ctx context.Context, sub lead.Submission, truncated bool, life time.Duration) error {
	e := newEntry(sub)
	e.Truncated, e.TTL = truncated, int(life/time.Second)
	e.Outcome = &lead.Outcome{Kind: lead.OutcomeQuarantined, Why: lead.Unverified, At: sub.ReceivedAt}
	if _, err := s.create(ctx, topology.ContainerSubmissions, sub.ID, e); err != nil && !errors.Is(err, ErrExists) {
		return fmt.Errorf("keep unverified submission %s: %w", sub.ID, err)
	}
	return nil
}

// Entry reads one entry of the ledger.
func (s *Store) Entry(ctx context.Context, id string) (*Entry, error) {
	var e Entry
	etag, err := s.read(ctx, topology.ContainerSubmissions, id, id, &e)
	if err != nil {
		return nil, fmt.Errorf("read submission %s: %w", id, err)
	}
	e.etag = etag
	return &e, nil
}

// Settle writes a submission's outcome, creating the entry if the webhook could not. life is how long a
// final entry is kept. An outcome that is final stays; only a quarantine gives way to one, and a drop to anything but a
// quarantine: that the submission was handled all the same is true, whatever a person made of it.
//
// It is one conditional patch and no read: the condition does what an ETag would, and ingest has none.
func (s *Store) Settle(ctx context.Context, sub lead.Submission, o lead.Outcome, life time.Duration) error {
	ttl := int(life / time.Second)
	if o.Kind == lead.OutcomeQuarantined {
		ttl = never
	}
	set := func(p *azcosmos.PatchOperations) {
		p.AppendSet("/outcome", o)
		p.AppendSet("/ttl", ttl)
	}
	for range 2 { // a second time only if the entry appears between the patch and the creation
		err := s.patch(ctx, sub.ID, "FROM c WHERE NOT IS_DEFINED(c.outcome)", nil, func(p *azcosmos.PatchOperations) {
			set(p)
			p.AppendRemove("/nextTryAt")
		})
		if errors.Is(err, ErrChanged) {
			if o.Kind == lead.OutcomeQuarantined {
				return nil
			}
			err = s.patch(ctx, sub.ID, "FROM c WHERE c.outcome.kind = 'quarantined' OR c.outcome.kind = 'dropped'", nil, set)
			if errors.Is(err, ErrChanged) {
				return nil
			}
		}
		if errors.Is(err, ErrNotFound) {
			e := newEntry(sub)
			e.Outcome, e.TTL = &o, ttl
			if _, err = s.create(ctx, topology.ContainerSubmissions, sub.ID, e); errors.Is(err, ErrExists) {
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("write the outcome of submission %s: %w", sub.ID, err)
		}
		return nil
	}
	return fmt.Errorf("write the outcome of submission %s: %w", sub.ID, ErrChanged)
}

// Postpone notes that an open submission is tried again at next.
func (s *Store) Postpone(ctx context.Context, id string, next time.Time) error {
	err := s.patch(ctx, id, "FROM c WHERE NOT IS_DEFINED(c.outcome)", nil, func(p *azcosmos.PatchOperations) {
		p.AppendSet("/nextTryAt", lead.At(next))
	})
	if err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("note the next try of submission %s: %w", id, err)
	}
	return nil
}

// Reopen takes an entry's quarantine back, so that it is processed once more and the sweep watches over it.
// Entries with another outcome give ErrChanged.
func (s *Store) Reopen(ctx context.Context, id string, now time.Time) error {
	err := s.patch(ctx, id, "FROM c WHERE NOT IS_DEFINED(c.outcome) OR c.outcome.kind = 'quarantined'", nil, func(p *azcosmos.PatchOperations) {
		p.AppendSet("/outcome", "") // a path must be there to be removed, and an open entry has none
		p.AppendRemove("/outcome")
		p.AppendSet("/ttl", never)
		p.AppendSet("/openedAt", lead.At(now))
		p.AppendSet("/nextTryAt", lead.At(now))
	})
	if err != nil {
		return fmt.Errorf("reopen submission %s: %w", id, err)
	}
	return nil
}

// Drop ends a quarantine for good, as o says; life is how long the entry is kept. Entries that are not quarantined give
// ErrChanged, those that were dropped before too.
func (s *Store) Drop(ctx context.Context, id string, o lead.Outcome, life time.Duration) error {
	o.Kind = lead.OutcomeDropped
	err := s.patch(ctx, id, "FROM c WHERE c.outcome.kind = 'quarantined'", nil, func(p *azcosmos.PatchOperations) {
		p.AppendSet("/outcome", o)
		p.AppendSet("/ttl", int(life/time.Second))
	})
	if err != nil {
		return fmt.Errorf("drop submission %s: %w", id, err)
	}
	return nil
}

// ClaimTry moves the next try of an open entry on to next, if nobody else did so since it was read.
func (s *Store) ClaimTry(ctx context.Context, e *Entry, next time.Time) error {
	err := s.patch(ctx, e.ID, "", &e.etag, func(p *azcosmos.PatchOperations) {
		p.AppendSet("/nextTryAt", lead.At(next))
	})
	if err != nil {
		return fmt.Errorf("move on the next try of submission %s: %w", e.ID, err)
	}
	return nil
}

// DueSubmissions gives the ids of the open entries whose next try lies at or before cutoff.
func (s *Store) DueSubmissions(ctx context.Context, cutoff time.Time) ([]string, error) {
	ids, err := s.ids(ctx, topology.ContainerSubmissions, "nextTryAt", cutoff)
	if err != nil {
		return nil, fmt.Errorf("look for submissions without outcome: %w", err)
	}
	return ids, nil
}

// Entries gives the entries received at or after since to each, without their bodies, in no order.
func (s *Store) Entries(ctx context.Context, since time.Time, each func(Entry) error) error {
	return s.entries(ctx, "c.receivedAt >= @since", each, azcosmos.QueryParameter{Name: "@since", Value: lead.At(since).String()})
}

// EntriesBetween is Entries for those that were received before until.
func (s *Store) EntriesBetween(ctx context.Context, since, until time.Time, each func(Entry) error) error {
	return s.entries(ctx, "c.receivedAt >= @since AND c.receivedAt < @until", each, azcosmos.QueryParameter{Name: "@since", Value: lead.At(since).String()},
		azcosmos.QueryParameter{Name: "@until", Value: lead.At(until).String()})
}

// Quarantined gives the quarantined entries to each, without their bodies, in no order.
func (s *Store) Quarantined(ctx context.Context, each func(Entry) error) error {
	return s.entries(ctx, "c.outcome.kind = @kind", each, azcosmos.QueryParameter{Name: "@kind", Value: lead.OutcomeQuarantined})
}

func (s *Store) entries(ctx context.Context, where string, each func(Entry) error, parameters ...azcosmos.QueryParameter) error {
	err := s.query(ctx, topology.ContainerSubmissions,
		"SELECT c.id, c.receivedAt, c.offerId, c.contentType, c.truncated, c.openedAt, c.nextTryAt, c.outcome, c.erasedAt, c.ttl FROM c WHERE "+where, parameters,
		func(b []byte) error {
			var e Entry
			if err := json.Unmarshal(b, &e); err != nil {
				return fmt.Errorf("decode a ledger entry: %w", err)
			}
			return each(e)
		}, 0, 0)
	if err != nil {
		return fmt.Errorf("list the submissions: %w", err)
	}
	return nil
}

// patch changes an entry if condition holds and, unless etag is nil, if it is still as it was read
// (ErrChanged). Conditions have single quotes: the SDK puts them into its JSON unescaped.
func (s *Store) patch(ctx context.Context, id, condition string, etag *azcore.ETag, f func(*azcosmos.PatchOperations)) error {
	var p azcosmos.PatchOperations
	if condition != "" {
		p.SetCondition(condition)
	}
	f(&p)
	_, err := do(ctx, s, topology.ContainerSubmissions, func(ctx context.Context, c *azcosmos.ContainerClient) (azcosmos.ItemResponse, error) {
		return c.PatchItem(ctx, azcosmos.NewPartitionKeyString(id), id, p, &azcosmos.ItemOptions{IfMatchEtag: etag})
	})
	return err
}
