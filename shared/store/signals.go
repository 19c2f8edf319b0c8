package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// maxCounted is how many documents are counted at most. Across partitions the gateway has no COUNT, so they are read to be
// counted; that there are so many says enough.
const maxCounted = 1000

// Some says how many there are of something that should be few.
type Some struct {
	Count int
	// AtLeast says that there may be more, and older ones than Oldest.
	AtLeast bool
	// Oldest is since when the oldest of them waits; zero if there is none.
	Oldest lead.Time
}

// Add counts one that waits since then.
func (s *Some) Add(since lead.Time) {
	s.Count++
	if s.Oldest.IsZero() || since.Before(s.Oldest.Time) {
		s.Oldest = since
	}
}

// errEnough ends a count.
var errEnough = errors.New("counted enough")

// few gives the documents that a query finds to each, decoded, but for those behind the first maxCounted. It says whether
// there were any of those.
func few[T any](ctx context.Context, s *Store, container, query string, parameter azcosmos.QueryParameter, each func(T)) (more bool, err error) {
	n := 0
	err = s.query(ctx, container, query, []azcosmos.QueryParameter{parameter}, func(b []byte) error {
		if n++; n > maxCounted {
			return errEnough
		}
		var x T
		if err := json.Unmarshal(b, &x); err != nil {
			return fmt.Errorf("decode a document: %w", err)
		}
		each(x)
		return nil
	}, 0, 0)
	if errors.Is(err, errEnough) {
		return true, nil
	}
	return false, err
}

// OpenSubmissions counts the submissions without outcome.
func (s *Store) OpenSubmissions(ctx context.Context) (Some, error) {
	var open Some
	var err error
	open.AtLeast, err = few(ctx, s, topology.ContainerSubmissions, "SELECT c.id, c.openedAt FROM c WHERE c.nextTryAt > @none",
		azcosmos.QueryParameter{Name: "@none", Value: ""}, func(e Entry) { open.Add(e.OpenedAt) })
	if err != nil {
		return Some{}, fmt.Errorf("count the submissions without outcome: %w", err)
	}
	return open, nil
}

// QuarantineCount counts the submissions that wait for a person, those that had no valid code by themselves.
func (s *Store) QuarantineCount(ctx context.Context) (quarantined, unverified Some, err error) {
	more, err := few(ctx, s, topology.ContainerSubmissions, "SELECT c.id, c.outcome FROM c WHERE c.outcome.kind = @kind",
		azcosmos.QueryParameter{Name: "@kind", Value: lead.OutcomeQuarantined}, func(e Entry) {
			if e.Outcome.Why == lead.Unverified {
				unverified.Add(e.Outcome.At)
			} else {
				quarantined.Add(e.Outcome.At)
			}
		})
	if err != nil {
		return Some{}, Some{}, fmt.Errorf("count the submissions in quarantine: %w", err)
	}
	quarantined.AtLeast, unverified.AtLeast = more, more
	return quarantined, unverified, nil
}

// UnsentMails counts the mails that were planned and have not ended: those that leads ask for, by their leads, and the
// others by their own documents.
func (s *Store) UnsentMails(ctx context.Context) (Some, error) {
	var unsent Some
	none := azcosmos.QueryParameter{Name: "@none", Value: ""}
	moreLeads, err := few(ctx, s, topology.ContainerLeads, "SELECT c.id, c.mails FROM c WHERE c.mailDueAt > @none", none, func(l lead.Lead) {
		for _, m := range l.OpenMails() {
			unsent.Add(m.PlannedAt)
		}
	})
	if err != nil {
		return Some{}, fmt.Errorf("count the unsent mails of leads: %w", err)
	}
	moreMails, err := few(ctx, s, topology.ContainerMails, "SELECT c.id, c.lead, c.plannedAt, c.nextTryAt, c.state FROM c WHERE c.nextTryAt > @none", none, func(m Mail) {
		switch {
		case m.Lead != "", m.Ended():
		case m.PlannedAt.IsZero(): // an older version wrote it
			unsent.Add(m.NextTryAt)
		default:
			unsent.Add(m.PlannedAt)
		}
	})
	if err != nil {
		return Some{}, fmt.Errorf("count the unsent mails: %w", err)
	}
	unsent.AtLeast = moreLeads || moreMails
	return unsent, nil
}

// Ended gives the entries whose outcome is of since or later to each, without their bodies, in no order.
func (s *Store) Ended(ctx context.Context, since lead.Time, each func(Entry) error) error {
	err := recent(ctx, s, topology.ContainerSubmissions, "SELECT c.id, c.receivedAt, c.offerId, c.outcome FROM c WHERE c.outcome.at >= @since", since, each)
	if err != nil {
		return fmt.Errorf("look for new outcomes: %w", err)
	}
	return nil
}

// FailedMails gives the mails that failed for good at or after since to each, in no order, with what says what they were
// and why they failed.
func (s *Store) FailedMails(ctx context.Context, since lead.Time, each func(Mail) error) error {
	err := recent(ctx, s, topology.ContainerMails, "SELECT c.id, c.kind, c.lead, c.why, c.failedAt FROM c WHERE c.failedAt >= @since", since, each)
	if err != nil {
		return fmt.Errorf("look for mails that failed: %w", err)
	}
	return nil
}

func recent[T any](ctx context.Context, s *Store, container, query string, since lead.Time, each func(T) error) error {
	return s.query(ctx, container, query, []azcosmos.QueryParameter{{Name: "@since", Value: since.String()}}, func(b []byte) error {
		var x T
		if err := json.Unmarshal(b, &x); err != nil {
			return fmt.Errorf("decode a document: %w", err)
		}
		return each(x)
	}, 0, 0)
}
