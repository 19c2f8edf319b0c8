package notify_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"leadflow/functions/notify"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/mail"
	"leadflow/shared/normalize"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

var (
	morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	secrets = [][]byte{bytes.Repeat([]byte("new"), 12), bytes.Repeat([]byte("old"), 12)}
	sender  = mail.Address{Name: "Leadflow", Address: "leadflow@contoso.example.com"}
	people  = team.Operations("operations@contoso.example.com")
)

const publicURL = "https://leadflow.contoso.example.com"

// desk is notify at work on a lab, at nine in the morning.
type desk struct {
	*lab.Lab
	notify *notify.Notify
	store  *store.Store
	queue  *queue.Queue
	now    time.Time
	log    lab.Output
	words  int
	t      *testing.T
}

func open(t *testing.T) *desk {
	t.Helper()
	l := lab.New(t)
	d := &desk{Lab: l, t: t, store: l.Store(), now: morning,
		queue: l.Queue(queue.Backoff{First: time.Minute, Max: 30 * time.Minute, GiveUpAfter: 72 * time.Hour})}
	d.notify = d.process()
	return d
}

// process is notify in a process of its own.
func (d *desk) process() *notify.Notify {
	d.t.Helper()
	log := slog.New(slog.NewTextHandler(&d.log, nil))
	server, err := mail.New(&url.URL{Scheme: "smtp", Host: d.SMTP.Address}, nil, nil, log)
	if err != nil {
		d.t.Fatal(err)
	}
	return &notify.Notify{Store: d.store, Queue: d.queue, Sender: server, Team: lab.Team(people),
		Writer: notify.NewWriter(sender, publicURL, secrets), Now: func() time.Time { return d.now }, Log: log}
}

// takes has the touch of a person, told apart by n, merged into their lead, and gives the lead's id.
func (d *desk) takes(n int, t lead.Touch) string {
	d.t.Helper()
	c := person(n)
	key := keys(c).Match()
	l, err := d.store.Update(d.t.Context(), lead.ID(key, t.Submission), func(l *lead.Lead) error {
		l.MatchKey = key
		l.Take(t, c, lead.At(d.now), people.Staff(lead.At(d.now).Time, func() lead.Owner { return people.Assign(lead.At(d.now)) }))
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return l.ID
}

func person(n int) lead.Contact {
	return lead.Contact{FirstName: "Ana", LastName: "Silva", Email: fmt.Sprintf("ana.%d@fabrikam.example.com", n), Phone: "+55 11 91234-5678",
		Company: "Fabrikam", JobTitle: "Head of Data", Country: "BR", CountrySent: "Brazil"}
}

func touch(id string, a lead.Action) lead.Touch {
	return lead.Touch{Submission: id, ContentKey: id, Source: "AppSource", Action: a, ReceivedAt: lead.At(morning),
		Offer: lead.Offer{ID: "analytics", Publisher: "contoso", Title: "Contoso Analytics"}, Description: "How much is it?\nPlease call me."}
}

// alerted has a person press Contact me, and gives the lead's id and the message that asks for the alert.
func (d *desk) alerted(n int) (leadID string, m azfunc.Message) {
	d.t.Helper()
	id := fmt.Sprintf("s%d", n)
	leadID = d.takes(n, touch(id, lead.ActionContactMe))
	return leadID, d.word(leadID, "alert-"+id, 0)
}

// word is the message that asks for a mail, as the trigger delivers it.
func (d *desk) word(leadID, mailID string, tries int) azfunc.Message {
	d.t.Helper()
	d.words++
	if err := d.queue.SendMail(d.t.Context(), leadID, mailID, tries, fmt.Sprintf("/%d", d.words)); err != nil {
		d.t.Fatal(err)
	}
	return d.newest().Message
}

// newest is the message that was sent to the queue mails last.
func (d *desk) newest() lab.Message {
	d.t.Helper()
	all := d.Messages("mails")
	return all[len(all)-1]
}

// runs runs notify on a message and checks what it decides.
func (d *desk) runs(m azfunc.Message, kind azfunc.Kind, after time.Duration) {
	d.t.Helper()
	if o := d.notify.Run(d.t.Context(), m); o.Kind() != kind || o.After() != after || (o.Reason() == "") != (kind == azfunc.KindDone) {
		d.t.Fatalf("notify says %s, want %s in %s", o, kind, after)
	}
}

// sent fails the test unless so many mails have arrived.
func (d *desk) sent(mails int) {
	d.t.Helper()
	if n := len(d.Mails()); n != mails {
		d.t.Fatalf("%d mails arrived, want %d", n, mails)
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

func (d *desk) lead(id string) *lead.Lead {
	d.t.Helper()
	l, _, err := d.store.Lead(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return l
}

// recorded fails the test unless the timeline of a lead says once how a mail ended, and the lead waits for
// no mail any more.
func (d *desk) recorded(leadID, mailID, sentence string) {
	d.t.Helper()
	l := d.lead(leadID)
	if m := l.Mail(mailID); m == nil || m.RecordedAt.IsZero() || !l.MailDueAt.IsZero() {
		d.t.Errorf("mail %+v, due %s", m, l.MailDueAt)
	}
	var said []string
	for _, a := range l.Timeline {
		if a.Mail == mailID {
			said = append(said, a.Text)
		}
	}
	if len(said) != 1 || said[0] != sentence {
		d.t.Errorf("the timeline says %q, want %q", said, sentence)
	}
}

// open fails the test unless the lead still waits for the mail.
func (d *desk) open(leadID, mailID string) {
	d.t.Helper()
	l := d.lead(leadID)
	if m := l.Mail(mailID); m == nil || !m.RecordedAt.IsZero() || l.MailDueAt.IsZero() {
		d.t.Errorf("mail %+v, due %s", m, l.MailDueAt)
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

// namesNobody fails the test if a text for operators holds anything of the people.
func (d *desk) namesNobody(what, text string) {
	d.t.Helper()
	text = strings.ReplaceAll(strings.ToLower(text), "analytics", "")
	for _, personal := range []string{"ana", "silva", "fabrikam", "91234", "call me", "operations@", "?t="} {
		if strings.Contains(text, personal) {
			d.t.Errorf("%s holds %q: %s", what, personal, text)
		}
	}
}

// watchedStore is a store around whose work something happens, such as the end of a service.
type watchedStore struct {
	*store.Store
	recording func()       // before a lead is written
	read      func()       // after a mail's record was read
	replacing func() error // instead of a write of a mail's record
}

func (s watchedStore) UpdateFrom(ctx context.Context, l *lead.Lead, v store.Version, change func(*lead.Lead) error) (*lead.Lead, error) {
	if s.recording != nil {
		s.recording()
	}
	return s.Store.UpdateFrom(ctx, l, v, change)
}

func (s watchedStore) Mail(ctx context.Context, id string) (*store.Mail, error) {
	m, err := s.Store.Mail(ctx, id)
	if s.read != nil {
		s.read()
	}
	return m, err
}

func (s watchedStore) ReplaceMail(ctx context.Context, m *store.Mail) error {
	if s.replacing != nil {
		return s.replacing()
	}
	return s.Store.ReplaceMail(ctx, m)
}

// keys are what a contact is compared by.
func keys(c lead.Contact) lead.Keys { return lead.Keys{Email: normalize.Email(c.Email)} }
