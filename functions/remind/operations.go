package remind

import (
	"context"
	"errors"
	"fmt"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// watched is what a run has learnt for operations, after one write of the watch.
type watched struct {
	lead.Watch
	// canary is the hour of which this run has to post one, empty for none.
	canary string
}

// found is what became of submissions and mails since it was looked at last.
type found struct {
	entries []store.Entry
	mails   []store.Mail
	// leads has when the last lead of each listing arrived.
	leads map[string]lead.Time
	// listings are those whose silence is judged; they are not without a team.
	listings []lead.Listing
	silence  bool
	// ledger and failed are up to when that is known; zero for what could not be looked at, which the next run does.
	ledger, failed lead.Time
}

// watch takes into the watch what became of submissions and mails, judges the silence of the offers and the canary, and
// begins the digest that is due: one read and one write, none if nothing has changed. What it gives is nil if that could not
// be done, and may come with the error of a part of it.
func (r *Remind) watch(ctx context.Context) (*watched, error) {
	now := lead.At(r.Now())
	w, version, err := r.Store.ReadWatch(ctx)
	if err != nil {
		return nil, fmt.Errorf("watch for operations: %w", err)
	}
	f, failed := r.find(ctx, w, now)
	var out *watched
	var missed string
	err = r.Store.UpdateWatchFrom(ctx, w, version, func(w *lead.Watch) error {
		out = &watched{}
		for _, e := range f.entries {
			w.SeeOutcome(e.ID, e.ReceivedAt, *e.Outcome)
		}
		for _, m := range f.mails {
			w.SeeFailed(m.ID, m.Kind, m.Why, m.FailedAt)
		}
		if f.silence {
			w.Listen(f.listings, f.leads, now)
		}
		missed = ""
		if !f.ledger.IsZero() { // or it may be there
			missed = w.MissCanary(now)
		}
		changed := w.ReadTo(f.ledger, f.failed)
		out.canary = w.ClaimCanary(now)
		begun := w.Digest != nil
		d := w.NextDigest(now)
		out.Watch = *w
		if !changed && out.canary == "" && (d == nil || begun) {
			return store.ErrUnchanged
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("watch for operations: %w", err), failed)
	}
	if missed != "" {
		r.Log.ErrorContext(ctx, "a canary is not in the ledger, though the webhook took it", "hour", missed)
	}
	return out, failed
}

// find looks for what is new. Its parts are separate: what it could not look at is told by the error and left to the next
// run.
func (r *Remind) find(ctx context.Context, w *lead.Watch, now lead.Time) (found, error) {
	f := found{leads: map[string]lead.Time{}}
	t, teamErr := r.Team.Team(ctx)
	if teamErr != nil {
		teamErr = fmt.Errorf("watch for silence: %w", teamErr)
	} else {
		f.listings = t.Listings()
	}
	ledgerErr := r.Store.Ended(ctx, w.LedgerFrom(now), func(e store.Entry) error {
		f.entries = append(f.entries, e)
		if e.Outcome.Kind != lead.OutcomeLead && e.Outcome.Kind != lead.OutcomeRedelivery {
			return nil
		}
		offer := e.Outcome.Offer
		if offer == "" { // the catalogue may be newer than the outcome, or this program
			offer = e.OfferID
		}
		if listing, known := t.Listing(offer); known && e.ReceivedAt.After(f.leads[listing].Time) {
			f.leads[listing] = e.ReceivedAt
		}
		return nil
	})
	f.silence = teamErr == nil && ledgerErr == nil
	if f.silence {
		f.ledger = now
	}
	mailsErr := r.Store.FailedMails(ctx, w.MailsFrom(now), func(m store.Mail) error {
		f.mails = append(f.mails, m)
		return nil
	})
	if mailsErr == nil {
		f.failed = now
	}
	return f, errors.Join(teamErr, ledgerErr, mailsErr)
}

// tellOperations sends the digest that was begun. Each step can be repeated: the digest stays in the watch until its mail
// has a record, from which the sweep of the mails takes care of it.
func (r *Remind) tellOperations(ctx context.Context, w *watched) error {
	if w == nil || w.Digest == nil {
		return nil
	}
	d, now := w.Digest, lead.At(r.Now())
	m := &store.Mail{ID: d.ID, Kind: lead.MailOperations, To: lead.Operations, State: store.MailPlanned, Digest: d, NextTryAt: now, PlannedAt: now}
	if err := r.Store.CreateMail(ctx, m); err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("tell operations: %w", err)
	}
	if err := r.Queue.SendMail(ctx, "", d.ID, 0, ""); err != nil {
		return fmt.Errorf("tell operations: %w", err)
	}
	return r.Store.UpdateWatch(ctx, func(w *lead.Watch) error {
		if !w.Told(d.ID) {
			return store.ErrUnchanged
		}
		return nil
	})
}
