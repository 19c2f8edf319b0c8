// Package ingest reads submissions and merges them into leads.
//
// A submission takes effect once, however often it comes: everything it writes has an id made from its
// own, and a repeat makes up for what a crash left out. The order is: the lead with its touch and its
// planned mails in one write, then word to the queue mails, then the outcome in the ledger.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/marketplace"
	"leadflow/shared/queue"
	"leadflow/shared/team"
	"leadflow/shared/topology"
)

// noteTimeout bounds the note of the next try: what delayed the submission is often the very database
// that the note goes to, and the note is a help for the sweep and no more.
const noteTimeout = 2 * time.Second

// Store is what ingest needs of the database.
type Store interface {
	UpdateLead(ctx context.Context, id string, change func(*lead.Lead) (bool, error)) (*lead.Lead, error)
	Settle(ctx context.Context, s lead.Submission, o lead.Outcome, life time.Duration) error
	Postpone(ctx context.Context, id string, next time.Time) error
}

// Queue is what ingest needs of the queues.
type Queue interface {
	SendMail(ctx context.Context, leadID, mailID string, tries int, resend string) error
	Delay(m azfunc.Message, after time.Duration) time.Duration
	Postpone(ctx context.Context, queueName string, m azfunc.Message, delay time.Duration, now time.Time) error
}

// Ingest handles the queue leads.
type Ingest struct {
	Store Store
	Queue Queue
	Team  team.Team
	// Secrets are those of the webhook; they also sign the canaries.
	Secrets [][]byte
	// Life is how long the ledger keeps a submission after its outcome.
	Life time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

// Run ingests one submission.
func (i *Ingest) Run(ctx context.Context, m azfunc.Message) azfunc.Outcome {
	s := queue.Submission(m)
	o, err := i.ingest(ctx, s)
	if unreadable, ok := errors.AsType[*marketplace.UnreadableError](err); ok {
		return azfunc.Never(unreadable.Reason)
	}
	if err == nil {
		err = i.Store.Settle(ctx, s, o, i.Life)
	}
	if err != nil {
		return azfunc.Later(0, err)
	}
	i.Log.InfoContext(ctx, "submission ingested", "submission", s.ID, "outcome", o.Kind, "lead", o.Lead)
	return azfunc.Done()
}

func (i *Ingest) ingest(ctx context.Context, s lead.Submission) (lead.Outcome, error) {
	now := lead.At(i.Now())
	if hour, mac, ok := marketplace.ReadCanary(s.Body); ok {
		if !link.ValidCanary(i.Secrets, hour, mac) {
			return lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "a canary with a wrong mac", At: now}, nil
		}
		return lead.Outcome{Kind: lead.OutcomeCanary, At: now}, nil
	}
	said, err := marketplace.Read(s.Body)
	if err != nil {
		return lead.Outcome{}, err
	}
	if said.IsTest() {
		return lead.Outcome{Kind: lead.OutcomeTest, At: now}, nil
	}
	touch, contact := touchOf(s, said)
	matchKey := lead.MatchKey(contact)
	var taken lead.Taken
	l, err := i.Store.UpdateLead(ctx, lead.ID(matchKey, s.ID), func(l *lead.Lead) (bool, error) {
		l.MatchKey = matchKey
		taken = l.Take(touch, contact, now, func() lead.Owner { return i.Team.Assign(now) })
		return taken.Changed, nil
	})
	if err != nil {
		return lead.Outcome{}, fmt.Errorf("merge submission %s: %w", s.ID, err)
	}
	if taken.Verdict == lead.Redelivered {
		return lead.Outcome{Kind: lead.OutcomeRedelivery, Lead: l.ID, Of: taken.Of, At: now}, nil
	}
	for _, mail := range l.OpenMails() {
		if mail.Submission != s.ID {
			continue
		}
		if err := i.Queue.SendMail(ctx, l.ID, mail.ID, 0, ""); err != nil {
			return lead.Outcome{}, err
		}
	}
	return lead.Outcome{Kind: lead.OutcomeLead, Lead: l.ID, At: now}, nil
}

// Postpone sends the copy for later and notes the next try in the ledger where it can.
func (i *Ingest) Postpone(ctx context.Context, m azfunc.Message, after time.Duration, _ string) error {
	now, delay := i.Now(), i.Queue.Delay(m, after)
	if err := i.Queue.Postpone(ctx, topology.QueueLeads, m, delay, now); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, noteTimeout)
	defer cancel()
	if err := i.Store.Postpone(ctx, queue.Submission(m).ID, now.Add(delay)); err != nil {
		i.Log.WarnContext(ctx, "the next try of a submission was not noted", "error", err.Error())
	}
	return nil
}

// Quarantine keeps a submission for a person.
func (i *Ingest) Quarantine(ctx context.Context, m azfunc.Message, reason string) error {
	s := queue.Submission(m)
	o := lead.Outcome{Kind: lead.OutcomeQuarantined, Why: reason, At: lead.At(i.Now())}
	if err := i.Store.Settle(ctx, s, o, i.Life); err != nil {
		return err
	}
	i.Log.WarnContext(ctx, "submission quarantined", "submission", s.ID, "why", reason)
	return nil
}
