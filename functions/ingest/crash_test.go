package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

var errCrash = errors.New("the process ended")

// fuse ends a process at one of the calls that it makes of the services: before the call takes effect, or after.
type fuse struct {
	left  int // calls until then
	after bool
	blown bool
}

// call makes a call, or ends the process.
func (f *fuse) call(do func() error) error {
	if f.blown {
		return errCrash
	}
	f.left--
	if f.blown = f.left < 0; f.blown && !f.after {
		return errCrash
	}
	if err := do(); err != nil || f.blown {
		return errors.Join(err, errCrash)
	}
	return nil
}

type fusedStore struct {
	ingest.Store
	fuse *fuse
}

func (s fusedStore) Update(ctx context.Context, id string, change func(*lead.Lead) error) (l *lead.Lead, err error) {
	err = s.fuse.call(func() error { l, err = s.Store.Update(ctx, id, change); return err })
	return l, err
}

func (s fusedStore) UpdateFrom(ctx context.Context, have *lead.Lead, v store.Version, change func(*lead.Lead) error) (l *lead.Lead, err error) {
	err = s.fuse.call(func() error { l, err = s.Store.UpdateFrom(ctx, have, v, change); return err })
	return l, err
}

func (s fusedStore) UpdateWatch(ctx context.Context, change func(*lead.Watch) error) error {
	return s.fuse.call(func() error { return s.Store.UpdateWatch(ctx, change) })
}

func (s fusedStore) Settle(ctx context.Context, sub lead.Submission, o lead.Outcome, life time.Duration) error {
	return s.fuse.call(func() error { return s.Store.Settle(ctx, sub, o, life) })
}

type fusedQueue struct {
	*queue.Queue
	fuse *fuse
}

func (q fusedQueue) SendMail(ctx context.Context, leadID, mailID string, tries int, resend string) error {
	return q.fuse.call(func() error { return q.Queue.SendMail(ctx, leadID, mailID, tries, resend) })
}

// state is everything that ingest leaves, as a text to compare.
func (d *desk) state(submissions ...string) string {
	d.t.Helper()
	leads := d.leads()
	slices.SortFunc(leads, func(a, b lead.Lead) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
	said := ""
	for _, l := range leads {
		said += fmt.Sprintln(asJSON(d.t, []any{l.ID, l.Contact, l.Offers, l.Touches, l.Owner, l.Stage, l.Suppression, l.Suggestions, l.Mails, l.MailDueAt, l.Timeline}))
	}
	for _, id := range submissions {
		said += fmt.Sprintln(asJSON(d.t, d.outcome(id)))
	}
	w, err := d.store.Watch(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	words := slices.Compact(slices.Sorted(slices.Values(d.mails())))
	return said + asJSON(d.t, []any{w.TestLeads, w.News, words})
}

// Wherever a process ends, the next delivery of the message makes up for the rest, and nothing is there twice.
func TestACrashAtAnyCallLeavesWhatNoCrashWould(t *testing.T) {
	for _, c := range []struct{ name, first, body string }{
		{"of a lead", from("INS", eriksPhone), from("PLT", erik)},
		{"of a do-not-contact on a new lead", from("INS", eriksPhone), from("DNC", erik)},
		{"of a do-not-contact on a known lead, which another may be the same as", from("INS", erik), from("DNC", erik)},
		{"of a redelivery", from("INS", erik), from("INS", erik)},
		{"of a test lead", from("INS", erik), testLead},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := func(f *fuse) (state string) {
				d := open(t)
				d.takes("s0", 0, from("PLT", `"lastName":"Moe","email":"moe@wingtip.example.org","phone":"22 12 34 56","country":"NO"`))
				d.takes("s1", time.Minute, c.first)
				m := d.arrives("s2", 5*time.Minute, c.body)
				d.now = morning.Add(5 * time.Minute)
				crashing := *d.ingest
				crashing.Store, crashing.Queue = fusedStore{d.store, f}, fusedQueue{d.queue, f}
				if o := crashing.Run(t.Context(), m); (o.Kind() == azfunc.KindDone) == f.blown {
					t.Fatalf("ingest says %s, and the process has ended: %t", o, f.blown)
				}
				for range 2 { // a consecutive run finds nothing to do
					d.done(m)
				}
				return d.state("s0", "s1", "s2")
			}
			want := run(&fuse{left: 1 << 30})
			calls := 0
			for crashed := true; crashed; calls++ {
				for _, after := range []bool{false, true} {
					f := &fuse{left: calls, after: after}
					if got := run(f); got != want {
						t.Errorf("a crash at call %d, after its effect: %t, leaves\n%s\nand none\n%s", calls+1, after, got, want)
					}
					crashed = f.blown
				}
			}
			if calls < 3 { // the last one was not reached
				t.Errorf("%d calls at which it could crash", calls-1)
			}
		})
	}
}
