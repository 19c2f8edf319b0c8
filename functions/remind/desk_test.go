package remind_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"leadflow/functions/remind"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/marketplace"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// The times of the settings, at their defaults.
const (
	resendAfter     = 15 * time.Minute
	mailResendAfter = 30 * time.Minute
	giveUpAfter     = 72 * time.Hour
	life            = 400 * 24 * time.Hour
)

// desk is remind at work on a lab, at nine in the morning.
type desk struct {
	*lab.Lab
	remind *remind.Remind
	store  *store.Store
	queue  *queue.Queue
	now    time.Time
	log    lab.Output
	mu     sync.Mutex // of what follows
	// posted are the canaries. The webhook says refusal of them; what it takes is in the ledger at once, unless it is lost.
	posted  []string
	refusal error
	lost    bool
	t       *testing.T
}

func open(t *testing.T) *desk {
	t.Helper()
	l := lab.New(t)
	d := &desk{Lab: l, t: t, store: l.Store(), queue: l.Queue(queue.Backoff{}), now: morning}
	d.remind = d.process(func() time.Time { return d.now })
	return d
}

// process is remind in a process of its own.
func (d *desk) process(now func() time.Time) *remind.Remind {
	return &remind.Remind{Store: d.store, Queue: d.queue, Team: lab.Team(team.Operations("operations@contoso.com")), ResendAfter: resendAfter, MailResendAfter: mailResendAfter,
		GiveUpAfter: giveUpAfter, Life: life, Webhook: d, Secrets: [][]byte{[]byte("secret")}, Now: now, Log: slog.New(slog.NewJSONHandler(&d.log, nil))}
}

// Post is the webhook.
func (d *desk) Post(_ context.Context, body []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.posted = append(d.posted, string(body))
	if d.refusal != nil || d.lost {
		return d.refusal
	}
	hour, _, _ := marketplace.ReadCanary(body)
	return d.arrived(hour)
}

// arrived has the ledger have a canary.
func (d *desk) arrived(hour string) error {
	now := lead.At(d.now)
	return d.store.Settle(context.Background(), lead.Submission{ID: "canary-" + hour, ReceivedAt: now}, lead.Outcome{Kind: lead.OutcomeCanary, Hour: hour, At: now}, life)
}

// runs runs every part once; nothing may fail.
func (d *desk) runs() {
	d.t.Helper()
	if err := d.remind.Run(d.t.Context(), azfunc.Timer{}); err != nil {
		d.t.Fatal(err)
	}
}

// fails runs every part once; something has to fail.
func (d *desk) fails() error {
	d.t.Helper()
	err := d.remind.Run(d.t.Context(), azfunc.Timer{})
	if err == nil {
		d.t.Fatal("no part failed")
	}
	return err
}

func submission(id string, after time.Duration) lead.Submission {
	return lead.Submission{ID: id, ReceivedAt: lead.At(morning.Add(after)), OfferID: "contoso.analytics", ContentType: "application/json", Body: []byte("{\x00\xff}")}
}

// arrives has the webhook write a submission to the ledger at that time after nine.
func (d *desk) arrives(id string, after time.Duration) {
	d.t.Helper()
	if err := d.store.AddSubmission(d.t.Context(), submission(id, after)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) entry(id string) *store.Entry {
	d.t.Helper()
	e, err := d.store.Entry(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

// has writes the record of a mail.
func (d *desk) has(m store.Mail) {
	d.t.Helper()
	if err := d.store.CreateMail(d.t.Context(), &m); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) record(id string) *store.Mail {
	d.t.Helper()
	m, err := d.store.Mail(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return m
}

// asks has a lead ask for the alert of one touch at that time after nine.
func (d *desk) asks(id string, after time.Duration) {
	d.t.Helper()
	d.changes(id, func(l *lead.Lead) {
		at := lead.At(morning.Add(after))
		t := lead.Touch{Submission: id, ContentKey: id, Action: lead.ActionContactMe, ReceivedAt: at}
		l.Take(t, lead.Contact{FirstName: "Ana", Email: id + "@fabrikam.example.com"}, at, team.Operations("operations@contoso.com").Staff(time.Now(), func() lead.Owner { return lead.Owner{Person: lead.Operations} }))
	})
}

func (d *desk) changes(id string, change func(*lead.Lead)) {
	d.t.Helper()
	_, err := d.store.Update(d.t.Context(), id, func(l *lead.Lead) error {
		change(l)
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) lead(id string) *lead.Lead {
	d.t.Helper()
	l, _, err := d.store.Lead(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return l
}

// queued counts the messages in the queues by what they are of.
func (d *desk) queued() (submissions, mails map[string]int) {
	d.t.Helper()
	submissions, mails = map[string]int{}, map[string]int{}
	for _, m := range d.Messages("leads") {
		submissions[queue.Submission(m.Message).ID]++
	}
	for _, m := range d.Messages("mails") {
		_, id, _ := queue.Mail(m.Message)
		mails[id]++
	}
	return submissions, mails
}

// sent fails the test unless so many messages are in the queues.
func (d *desk) sent(submissions, mails int) {
	d.t.Helper()
	q := d.Queued()
	if s, m := q["leads"].Active, q["mails"].Active; s != submissions || m != mails {
		d.t.Fatalf("%d submissions and %d mails were sent, want %d and %d", s, m, submissions, mails)
	}
}

// cost is what f asks of the database.
func (d *desk) cost(f func()) map[string]int {
	before := d.Requests()
	f()
	diff := map[string]int{}
	for kind, n := range d.Requests() {
		if n != before[kind] {
			diff[kind] = n - before[kind]
		}
	}
	return diff
}

// planned is the record of a mail that waits for its next try, which was to be at that time after nine.
func planned(id string, next time.Duration) store.Mail {
	return store.Mail{ID: id, Kind: lead.MailAlert, Lead: "l1", To: lead.Operations, State: store.MailPlanned, Tries: 2, NextTryAt: lead.At(morning.Add(next))}
}

// watchedStore is a store that does something before it answers which documents are due, or after.
type watchedStore struct {
	*store.Store
	before func(container string) error
	after  func(container string)
}

func (s watchedStore) DueSubmissions(ctx context.Context, cutoff time.Time) ([]string, error) {
	return s.due("submissions", func() ([]string, error) { return s.Store.DueSubmissions(ctx, cutoff) })
}

func (s watchedStore) DueMails(ctx context.Context, cutoff time.Time) ([]string, error) {
	return s.due("mails", func() ([]string, error) { return s.Store.DueMails(ctx, cutoff) })
}

func (s watchedStore) LeadsWithMailDue(ctx context.Context, cutoff time.Time) ([]string, error) {
	return s.due("leads", func() ([]string, error) { return s.Store.LeadsWithMailDue(ctx, cutoff) })
}

func (s watchedStore) due(container string, query func() ([]string, error)) ([]string, error) {
	if s.before != nil {
		if err := s.before(container); err != nil {
			return nil, err
		}
	}
	ids, err := query()
	if s.after != nil {
		s.after(container)
	}
	return ids, err
}

// failing is the error of a part that cannot ask what is due.
func failing(part string) func(string) error {
	return func(container string) error {
		if container == part {
			return fmt.Errorf("the container %s: %w", container, errAway)
		}
		return nil
	}
}

var errAway = errors.New("away")
