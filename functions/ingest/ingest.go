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
	"strings"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
	"leadflow/shared/topology"
)

// noteTimeout bounds the note of the next try: what delayed the submission is often the very database
// that the note goes to, and the note is a help for the sweep and no more.
const noteTimeout = 2 * time.Second

// Store is what ingest needs of the database.
type Store interface {
	Lead(ctx context.Context, id string) (*lead.Lead, store.Version, error)
	Update(ctx context.Context, id string, change func(*lead.Lead) error) (*lead.Lead, error)
	UpdateFrom(ctx context.Context, l *lead.Lead, v store.Version, change func(*lead.Lead) error) (*lead.Lead, error)
	Archives(ctx context.Context, l *lead.Lead, each func(*lead.Archive) bool) error
	Similar(ctx context.Context, probes []string, except string) ([]lead.Hit, error)
	UpdateWatch(ctx context.Context, change func(*lead.Watch) error) error
	UpdateRoster(ctx context.Context, change func(*lead.Roster) error) error
	Settle(ctx context.Context, s lead.Submission, o lead.Outcome, life time.Duration) error
	EraseSubmission(ctx context.Context, id string, now time.Time, life time.Duration) error
	Postpone(ctx context.Context, id string, next time.Time) error
}

// Teams gives the team that is applied now.
type Teams interface {
	Team(ctx context.Context) (team.Team, error)
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
	Team  Teams
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
	t, err := i.Team.Team(ctx)
	if err != nil {
		return azfunc.Later(0, err)
	}
	r := Read(s, t, i.Secrets)
	if r.Kind == lead.OutcomeQuarantined {
		return azfunc.Never(r.Why)
	}
	o, err := i.ingest(ctx, s, r, t)
	if o.Kind == lead.OutcomeErased {
		s.Body = nil // the ledger may have to be told of it, and not of this
	}
	if err == nil {
		err = i.Store.Settle(ctx, s, o, i.Life)
	}
	if err == nil && o.Kind == lead.OutcomeErased {
		err = i.Store.EraseSubmission(ctx, s.ID, i.Now(), i.Life)
	}
	if err != nil {
		return azfunc.Later(0, err)
	}
	i.Log.InfoContext(ctx, "submission ingested", "submission", s.ID, "outcome", o.Kind, "lead", o.Lead)
	return azfunc.Done()
}

// ingest does everything that a submission asks for but its outcome, which it gives.
func (i *Ingest) ingest(ctx context.Context, s lead.Submission, r Reading, t team.Team) (lead.Outcome, error) {
	now := lead.At(i.Now())
	switch r.Kind {
	case lead.OutcomeTest:
		return lead.Outcome{Kind: r.Kind, Offer: offerOf(r), At: now}, i.seeTest(ctx, r)
	case lead.OutcomeInternal:
		return lead.Outcome{Kind: r.Kind, At: now}, nil
	case lead.OutcomeCanary:
		return lead.Outcome{Kind: r.Kind, Hour: r.Hour, At: now}, nil
	}
	l, taken, err := i.merge(ctx, r, t, now)
	if errors.Is(err, errErased) {
		return lead.Outcome{Kind: lead.OutcomeErased, At: now}, nil
	}
	if err != nil {
		return lead.Outcome{}, fmt.Errorf("merge submission %s: %w", s.ID, err)
	}
	if taken.Verdict == lead.Redelivered {
		return lead.Outcome{Kind: lead.OutcomeRedelivery, Lead: l.ID, Of: taken.Of, Offer: offerOf(r), At: now}, nil
	}
	if err := i.sendMails(ctx, l, s.ID); err != nil {
		return lead.Outcome{}, err
	}
	if taken.Suppressed {
		if err := i.warn(ctx, l, s.ID, now); err != nil {
			return lead.Outcome{}, fmt.Errorf("warn of submission %s: %w", s.ID, err)
		}
	}
	return lead.Outcome{Kind: lead.OutcomeLead, Lead: l.ID, Offer: offerOf(r), At: now}, nil
}

// offerOf is the offer of a submission as the ledger keeps it.
func offerOf(r Reading) string {
	if !r.OfferKnown { // a stranger may have written anything
		return ""
	}
	return team.Written(r.Touch.Offer.Publisher, r.Touch.Offer.ID)
}

// seeTest keeps when Partner Center's test lead for the offer arrived.
func (i *Ingest) seeTest(ctx context.Context, r Reading) error {
	return i.Store.UpdateWatch(ctx, func(w *lead.Watch) error {
		if !w.SeeTest(r.Touch.Offer, r.Touch.ReceivedAt) {
			return store.ErrUnchanged
		}
		return nil
	})
}

// errErased says that a submission belongs to what was erased of its person.
var errErased = errors.New("the person was erased after it was received")

// merge takes a submission into its lead. Only a new lead is compared with those that may be the same person.
func (i *Ingest) merge(ctx context.Context, r Reading, t team.Team, now lead.Time) (*lead.Lead, lead.Taken, error) {
	var taken lead.Taken
	var similar []lead.Suggestion
	var owner lead.Owner
	id := lead.ID(r.Keys.Match(), r.Touch.Submission)
	l, version, err := i.Store.Lead(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		l = store.NewLead(id)
		if similar, err = i.similar(ctx, r.Keys.Probes(), id); err != nil {
			return nil, taken, err
		}
	case err != nil:
		return nil, taken, err
	}
	l, err = i.Store.UpdateFrom(ctx, l, version, func(l *lead.Lead) error {
		if l.HasErased(r.Touch.ReceivedAt) {
			return errErased
		}
		var found bool
		if taken, found, err = i.archived(ctx, l, r.Touch); err != nil {
			return err
		}
		if found {
			return store.ErrUnchanged
		}
		if len(l.Touches) == 0 {
			l.Suggest(similar...)
		}
		if l.Owner.Person == "" && owner.Person == "" {
			if owner, err = Assign(ctx, i.Store, t, id, r.Touch, r.Contact, now); err != nil {
				return err
			}
		}
		l.Identify(r.Keys)
		taken = l.Take(r.Touch, r.Contact, now, t.Staff(now.Time, func() lead.Owner { return owner }))
		if !taken.Changed {
			return store.ErrUnchanged
		}
		return nil
	})
	return l, taken, err
}

// archived looks for a submission among the touches that no longer fit into the lead.
func (i *Ingest) archived(ctx context.Context, l *lead.Lead, t lead.Touch) (taken lead.Taken, found bool, err error) {
	if !l.MayHaveArchived(t.Submission, t.ReceivedAt) {
		return taken, false, nil
	}
	err = i.Store.Archives(ctx, l, func(a *lead.Archive) bool {
		var of string
		of, found = a.Has(t)
		if found && of != t.Submission {
			taken = lead.Taken{Verdict: lead.Redelivered, Of: of}
		} else {
			taken = lead.Taken{Verdict: lead.Repeated, Suppressed: l.SuppressedBy(t.Submission)}
		}
		return !found
	})
	return taken, found, err
}

func (i *Ingest) similar(ctx context.Context, probes []string, except string) ([]lead.Suggestion, error) {
	hits, err := i.Store.Similar(ctx, probes, except)
	return lead.Suggestions(probes, hits), err
}

// warn tells the leads that may be the same person that this one must not be contacted. It happens once in the
// life of a lead at most, so it looks for them again instead of trusting what was known at its beginning.
func (i *Ingest) warn(ctx context.Context, l *lead.Lead, submission string, now lead.Time) error {
	similar, err := i.similar(ctx, l.Probes, l.ID)
	if err != nil {
		return err
	}
	for _, s := range similar {
		other, err := i.Store.Update(ctx, s.Lead, func(other *lead.Lead) error {
			if len(other.Touches) == 0 || !other.Warn(lead.Suggestion{Lead: l.ID, Subject: l.Subject, Why: s.Why}, submission, now) {
				return store.ErrUnchanged
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := i.sendMails(ctx, other, submission); err != nil {
			return err
		}
	}
	return nil
}

// sendMails sends word of the mails that a lead asks for because of a submission.
func (i *Ingest) sendMails(ctx context.Context, l *lead.Lead, submission string) error {
	for _, mail := range l.OpenMails() {
		if mail.Submission != submission {
			continue
		}
		if err := i.Queue.SendMail(ctx, l.ID, mail.ID, 0, ""); err != nil {
			return err
		}
	}
	return nil
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
	if strings.HasPrefix(reason, azfunc.GivenUp) {
		o.Cause = lead.CauseGivenUp
	}
	if err := i.Store.Settle(ctx, s, o, i.Life); err != nil {
		return err
	}
	i.Log.WarnContext(ctx, "submission quarantined", "submission", s.ID, "why", reason)
	return nil
}
