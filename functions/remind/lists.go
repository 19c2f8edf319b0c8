package remind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

const (
	// meanwhile is how long ago another run may have made a list of what this one has found too.
	meanwhile = time.Minute
	// putOffAtMost is how long a lead is put off at once: who works when, and who acts for whom, may be changed by then.
	putOffAtMost = 24 * time.Hour
)

// list is one that may be sent now: the leads of one kind that wait for one person. Those whose turn it is come first,
// because a list names only so many.
type list struct {
	kind  lead.MailKind
	to    lead.Actor
	leads []*store.Waiting
	// turns are those for which it is time to be told, the first of leads; without any there is no list.
	turns []*store.Waiting
	// breach says that one of them was just breached, which its owner is told of at once.
	breach bool
}

// remindPeople sends the lists of the leads that wait: to whoever acts for their owners, and to the managers what has
// waited too long. It counts that on its way, nil if it could not look.
func (r *Remind) remindPeople(ctx context.Context) (overdue *store.Some, err error) {
	now := r.Now()
	due, err := r.Store.Due(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("remind people: %w", err)
	}
	overdue = &store.Some{}
	for _, d := range due {
		if d.FollowUp.Breached(now) {
			overdue.Add(d.FollowUp.DueAt)
		}
	}
	t, err := r.Team.Team(ctx)
	if err != nil {
		return overdue, fmt.Errorf("remind people: %w", err)
	}
	var owned []*store.Waiting
	var failed []error
	for i := range due {
		d := &due[i]
		if !unowned(d.Owner, t, now) {
			owned = append(owned, d)
		} else if err := r.assign(ctx, d.ID, t); err != nil { // whoever gets it is told by the next run
			failed = append(failed, err)
		}
	}
	staff := t.Staff(now, nil)
	for _, l := range lists(owned, staff, now) {
		if err := r.list(ctx, l, staff, now); err != nil {
			failed = append(failed, fmt.Errorf("make a list for %s: %w", l.to.Person, err))
		}
	}
	return overdue, errors.Join(failed...)
}

// lists says which lists there could be, in a stable order.
func lists(due []*store.Waiting, s lead.Staff, now time.Time) []*list {
	var all []*list
	slices.SortFunc(due, func(a, b *store.Waiting) int { return a.FollowUp.DueAt.Compare(b.FollowUp.DueAt.Time) })
	put := func(kind lead.MailKind, to lead.Actor, d *store.Waiting, at lead.Time, breach bool) {
		i := slices.IndexFunc(all, func(l *list) bool { return l.kind == kind && l.to.Person == to.Person })
		if i < 0 {
			i, all = len(all), append(all, &list{kind: kind, to: to})
		}
		l := all[i]
		if at.IsZero() || at.After(now) {
			l.leads = append(l.leads, d)
			return
		}
		l.leads = slices.Insert(l.leads, len(l.turns), d)
		l.turns, l.breach = append(l.turns, d), l.breach || breach
	}
	for _, d := range due {
		f := d.FollowUp
		if f.WaitsForOwner(now) {
			put(lead.MailReminder, s.Acting(d.Owner.Person), d, f.OwnerAt, f.Breached(now) && !f.Told)
		}
		if manager, ok := s.Manager(d.Owner); ok && f.Breached(now) {
			put(lead.MailEscalation, manager, d, cmp.Or(f.ManagerAt, f.DueAt), false) // a manager may be new
		}
	}
	return slices.DeleteFunc(all, func(l *list) bool { return len(l.turns) == 0 })
}

// list makes one list and sends word of it, or puts it off until it may be sent. Each step can be repeated: the list
// stays open in its series until word is sent.
func (r *Remind) list(ctx context.Context, l *list, s lead.Staff, now time.Time) error {
	for range 2 { // the first may only close what an earlier run has sent
		var series lead.Series
		var until time.Time
		err := r.Store.UpdateSeries(ctx, l.kind, l.to.Person, func(have *lead.Series) error {
			series, until = lead.Series{}, time.Time{}
			switch {
			case have.Open != "":
				series = *have
				return store.ErrUnchanged
			case have.MadeAfter(now.Add(-meanwhile)):
				return store.ErrUnchanged
			}
			if until = l.free(have, now); until.After(now) {
				return store.ErrUnchanged
			}
			have.Begin(now, ids(l.leads))
			series = *have
			return nil
		})
		switch {
		case err != nil:
			return err
		case series.Open == "" && until.IsZero(): // another run was faster: the next one sees what that left
			return nil
		case series.Open == "":
			return r.putOff(ctx, l, until, s, now)
		}
		if sent, err := r.send(ctx, l, series, s, now); err != nil || !sent {
			return err
		}
	}
	return nil
}

// free is when the list may be sent: in the receiver's working hours, and not too soon after the last one unless
// there is a new breach.
func (l *list) free(series *lead.Series, now time.Time) time.Time {
	at := now
	if !l.breach {
		at = series.Free(l.kind, now, l.to.Works.Zone)
	}
	if next, err := l.to.Works.Next(at); err == nil {
		return next
	}
	return at // somebody who never works is disturbed at any time
}

// putOff moves on when the lead's turn is, so that it is not read again before.
func (r *Remind) putOff(ctx context.Context, l *list, until time.Time, s lead.Staff, now time.Time) error {
	if latest := now.Add(putOffAtMost); until.After(latest) {
		until = latest
	}
	return each(ctx, ids(l.turns), func(ctx context.Context, id string) error {
		return r.change(ctx, id, l.turns, func(x *lead.Lead) bool { return x.PutOff(l.kind, l.to, until, now, s) })
	})
}

// send writes the mail, marks its leads, and sends word. It says whether an earlier run had done all that, so that what
// is known of the leads is no older than the list.
func (r *Remind) send(ctx context.Context, l *list, series lead.Series, s lead.Staff, now time.Time) (sent bool, err error) {
	m := &store.Mail{ID: series.Open, Kind: l.kind, To: l.to.Person, State: store.MailPlanned, NextTryAt: lead.At(now), PlannedAt: lead.At(now), List: &lead.List{Leads: series.Leads}}
	err = r.Store.CreateMail(ctx, m)
	if errors.Is(err, store.ErrExists) {
		m, err = r.Store.Mail(ctx, series.Open)
	}
	if err != nil {
		return false, err
	}
	if sent = m.Ended(); !sent {
		err := each(ctx, series.Leads, func(ctx context.Context, id string) error {
			return r.change(ctx, id, l.leads, func(x *lead.Lead) bool { return x.PutOn(l.kind, m.ID, l.to, now, s) })
		})
		if err != nil {
			return false, err
		}
		if err := r.Queue.SendMail(ctx, "", m.ID, 0, ""); err != nil {
			return false, err
		}
		r.Log.InfoContext(ctx, "a list was made", "kind", l.kind, "to", l.to.Person, "leads", len(series.Leads), "mail", m.ID)
	}
	return sent, r.Store.UpdateSeries(ctx, l.kind, l.to.Person, func(have *lead.Series) error {
		if !have.End(m.ID) {
			return store.ErrUnchanged
		}
		return nil
	})
}

// change changes a lead, without another read if it was read with those that wait and nothing changed it since.
func (r *Remind) change(ctx context.Context, id string, read []*store.Waiting, f func(*lead.Lead) bool) error {
	change := func(l *lead.Lead) error {
		if !f(l) {
			return store.ErrUnchanged
		}
		return nil
	}
	i := slices.IndexFunc(read, func(w *store.Waiting) bool { return w.ID == id })
	if i < 0 || read[i].Lead == nil {
		_, err := r.Store.Update(ctx, id, change)
		return err
	}
	l := read[i].Lead
	read[i].Lead = nil // it is another one from now on
	_, err := r.Store.UpdateFrom(ctx, l, read[i].Version, change)
	return err
}

func ids(due []*store.Waiting) []string {
	var all []string
	for _, d := range due {
		all = append(all, d.ID)
	}
	return all
}
