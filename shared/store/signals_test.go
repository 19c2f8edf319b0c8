package store_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// fill creates documents, given with their ids.
func (d *database) fill(t *testing.T, container string, documents iter.Seq2[string, []byte]) {
	t.Helper()
	if err := d.server.Fill("leadflow", container, documents); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWaitsIsCountedWithTheOldest(t *testing.T) {
	d, ctx := open(t), t.Context()
	at := func(minutes int) lead.Time { return lead.At(morning.Add(time.Duration(minutes) * time.Minute)) }
	for id, received := range map[string]lead.Time{"s1": at(5), "s2": at(1), "s3": at(0)} {
		s := submission(id)
		s.ReceivedAt = received
		if err := d.AddSubmission(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	for id, o := range map[string]lead.Outcome{"s3": {Kind: lead.OutcomeLead}, "s4": {Kind: lead.OutcomeQuarantined, Why: "no JSON", At: at(3)}, "s5": {Kind: lead.OutcomeQuarantined, Why: "no JSON", At: at(2)}} {
		if err := d.Settle(ctx, submission(id), o, life); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.AddUnverified(ctx, submission("s6"), false, time.Hour); err != nil {
		t.Fatal(err)
	}
	if n, err := d.OpenSubmissions(ctx); err != nil || n != (store.Some{Count: 2, Oldest: at(1)}) {
		t.Errorf("open: %+v, %v", n, err)
	}
	q, u, err := d.QuarantineCount(ctx)
	if err != nil || q != (store.Some{Count: 2, Oldest: at(2)}) || u != (store.Some{Count: 1, Oldest: at(0)}) {
		t.Errorf("quarantined: %+v, unverified: %+v, %v", q, u, err)
	}
	if _, err := d.Update(ctx, "l1", func(l *lead.Lead) error {
		l.Mails = []lead.Mail{{ID: "alert-s1", Kind: lead.MailAlert, PlannedAt: at(7)}, {ID: "touch-s2", Kind: lead.MailTouch, PlannedAt: at(8)},
			{ID: "sent", Kind: lead.MailTouch, PlannedAt: at(0), RecordedAt: at(1)}, {ID: "list", Kind: lead.MailReminder, PlannedAt: at(0)}}
		l.MailDueAt = at(9) // as a sweep has it
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, m := range []store.Mail{
		{ID: "alert-s1", Kind: lead.MailAlert, Lead: "l1", State: store.MailClaimed, NextTryAt: at(9)}, // the lead has it
		{ID: "list", Kind: lead.MailReminder, State: store.MailPlanned, NextTryAt: at(30), PlannedAt: at(6)},
		{ID: "operations", Kind: lead.MailOperations, State: store.MailPlanned, NextTryAt: at(20)}, // of an older version
		{ID: "ended", Kind: lead.MailOperations, State: store.MailSent},
	} {
		if err := d.CreateMail(ctx, &m); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := d.UnsentMails(ctx); err != nil || n != (store.Some{Count: 4, Oldest: at(6)}) {
		t.Errorf("unsent: %+v, %v", n, err)
	}
}

func TestWhatWaitsIsCountedUpToAThousandHoweverMuchThereIs(t *testing.T) {
	for _, c := range []struct {
		n    int
		want store.Some
	}{
		{1000, store.Some{Count: 1000, Oldest: lead.At(morning)}},
		{1001, store.Some{Count: 1000, Oldest: lead.At(morning), AtLeast: true}},
		{5000, store.Some{Count: 1000, Oldest: lead.At(morning), AtLeast: true}},
	} {
		d := open(t)
		d.fill(t, "submissions", func(yield func(string, []byte) bool) {
			for n := range c.n {
				id := fmt.Sprint("s", n)
				if !yield(id, fmt.Appendf(nil, `{"id":%q,"openedAt":%q,"nextTryAt":%q}`, id, lead.At(morning), lead.At(morning))) {
					return
				}
			}
		})
		var got store.Some
		var err error
		cost := d.cost(func() { got, err = d.OpenSubmissions(t.Context()) })
		if err != nil || got != c.want || cost["query submissions"] > 11 {
			t.Errorf("of %d: %+v, %v, at the cost of %v", c.n, got, err, cost)
		}
	}
}

func TestWhatEndedLatelyIsFound(t *testing.T) {
	d, ctx := open(t), t.Context()
	for n, id := range []string{"s1", "s2", "s3"} {
		if err := d.AddSubmission(ctx, submission(id)); err != nil {
			t.Fatal(err)
		}
		o := lead.Outcome{Kind: lead.OutcomeLead, Offer: "contoso.backup", At: lead.At(morning.Add(time.Duration(n) * time.Minute))}
		if err := d.Settle(ctx, submission(id), o, life); err != nil {
			t.Fatal(err)
		}
		m := store.Mail{ID: id, Kind: lead.MailAlert, Lead: "l1", State: store.MailFailed, Why: "550", FailedAt: o.At}
		if err := d.CreateMail(ctx, &m); err != nil {
			t.Fatal(err)
		}
	}
	since := lead.At(morning.Add(time.Minute))
	var entries, mails []string
	err := d.Ended(ctx, since, func(e store.Entry) error {
		entries = append(entries, e.ID+" "+e.Outcome.Offer+" "+e.OfferID+" "+e.ReceivedAt.String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.FailedMails(ctx, since, func(m store.Mail) error {
		mails = append(mails, m.ID+" "+string(m.Kind)+" "+m.Why+" "+m.FailedAt.String())
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(entries)
	slices.Sort(mails)
	if want := []string{"s2 contoso.backup contoso.analytics 2026-11-23T09:00:00.000Z", "s3 contoso.backup contoso.analytics 2026-11-23T09:00:00.000Z"}; !slices.Equal(entries, want) {
		t.Errorf("entries %q", entries)
	}
	if want := []string{"s2 alert 550 2026-11-23T09:01:00.000Z", "s3 alert 550 2026-11-23T09:02:00.000Z"}; !slices.Equal(mails, want) {
		t.Errorf("mails %q", mails)
	}
}
