package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

var (
	morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	secrets = [][]byte{bytes.Repeat([]byte("new"), 12), bytes.Repeat([]byte("old"), 12)}
)

var backoff = queue.Backoff{First: time.Minute, Max: 30 * time.Minute, GiveUpAfter: 72 * time.Hour}

const life = 400 * 24 * time.Hour

// desk is ingest at work on a lab, at nine in the morning.
type desk struct {
	*lab.Lab
	ingest *ingest.Ingest
	store  *store.Store
	queue  *queue.Queue
	now    time.Time
	log    lab.Output
	t      *testing.T
}

func open(t *testing.T) *desk {
	t.Helper()
	l := lab.New(t)
	d := &desk{Lab: l, t: t, store: l.Store(), now: morning,
		queue: l.Queue(backoff)}
	d.ingest = &ingest.Ingest{Store: d.store, Queue: d.queue, Team: lab.Team(team.Operations("leads@contoso.example.com")), Secrets: secrets,
		Life: life, Now: func() time.Time { return d.now }, Log: slog.New(slog.NewTextHandler(&d.log, nil))}
	return d
}

// team has a team applied, with operations as its only person.
func (d *desk) team(t team.Team) {
	t.People = team.Operations("leads@contoso.example.com").People
	d.ingest.Team = lab.Team(t)
}

// arrives has a submission received by the webhook at that time after nine: it is in the ledger, and the
// message that the trigger delivers is given.
func (d *desk) arrives(id string, after time.Duration, body string) azfunc.Message {
	d.t.Helper()
	s := submission(id, after, body)
	if err := d.store.AddSubmission(d.t.Context(), s); err != nil {
		d.t.Fatal(err)
	}
	return d.message(s)
}

// message is the message of a submission as the trigger delivers it.
func (d *desk) message(s lead.Submission) azfunc.Message {
	d.t.Helper()
	if err := d.queue.SendSubmission(d.t.Context(), s, ""); err != nil {
		d.t.Fatal(err)
	}
	all := d.Messages("leads")
	return all[len(all)-1].Message
}

func submission(id string, after time.Duration, body string) lead.Submission {
	return lead.Submission{ID: id, ReceivedAt: lead.At(morning.Add(after)), ContentType: "application/json", Body: []byte(body)}
}

// takes runs ingest on a submission that has just arrived, and gives its outcome in the ledger.
func (d *desk) takes(id string, after time.Duration, body string) lead.Outcome {
	d.t.Helper()
	d.now = morning.Add(after)
	d.done(d.arrives(id, after, body))
	return *d.outcome(id)
}

func (d *desk) done(m azfunc.Message) {
	d.t.Helper()
	if o := d.ingest.Run(d.t.Context(), m); o.Kind() != azfunc.KindDone {
		d.t.Fatalf("ingest says %s", o)
	}
}

func (d *desk) later(m azfunc.Message) {
	d.t.Helper()
	o := d.ingest.Run(d.t.Context(), m)
	if o.Kind() != azfunc.KindLater || o.After() != 0 || o.Reason() == "" {
		d.t.Fatalf("ingest says %s", o)
	}
	d.namesNobody("the reason", o.Reason())
}

// namesNobody fails the test if a text for operators holds anything of Ana.
func (d *desk) namesNobody(what, text string) {
	d.t.Helper()
	text = strings.ReplaceAll(strings.ToLower(text), "analytics", "")
	for _, personal := range []string{"ana", "silva", "fabrikam", "91234", "call me"} {
		if strings.Contains(text, personal) {
			d.t.Errorf("%s holds %q: %s", what, personal, text)
		}
	}
}

// outcome is that of an entry of the ledger; nil while it is open.
func (d *desk) outcome(id string) *lead.Outcome {
	d.t.Helper()
	return d.entry(id).Outcome
}

func (d *desk) entry(id string) *store.Entry {
	d.t.Helper()
	e, err := d.store.Entry(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

// lead is a lead; nil if there is none.
func (d *desk) lead(id string) *lead.Lead {
	d.t.Helper()
	l, _, err := d.store.Lead(d.t.Context(), id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		d.t.Fatal(err)
	}
	return l
}

// leads are all leads.
func (d *desk) leads() []lead.Lead {
	d.t.Helper()
	var all []lead.Lead
	err := d.store.Leads(d.t.Context(), time.Time{}, func(l lead.Lead) error {
		all = append(all, l)
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

// mails are the ids of the mails of which word was sent to notify, in that order.
func (d *desk) mails() []string {
	d.t.Helper()
	var ids []string
	for _, m := range d.Messages("mails") {
		_, id, _ := queue.Mail(m.Message)
		ids = append(ids, id)
	}
	return ids
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

// asJSON is for comparing documents.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const anaAddress = "ana.silva@fabrikam.example.com"

// ana is a body of one person who pressed Contact me; text is what she wrote.
func ana(text string) string {
	return fmt.Sprintf(`{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"Ana.Silva@fabrikam.example.com","phone":"+55 11 91234-5678","country":"Brazil","company":"Fabrikam","title":"Head of Data"},`+
		`"leadSource":"SPZA-PLT | contoso.analytics","actionCode":"PLT","offerTitle":"Contoso Analytics","description":%q}`, text)
}

// leadID is the id of the lead of a person.
func leadID(email string) string { return lead.ID("email:"+email, "") }

// stoppingQueue is a queue after whose sends something happens, such as the end of a service.
type stoppingQueue struct {
	*queue.Queue
	sent func()
}

func (q stoppingQueue) SendMail(ctx context.Context, leadID, mailID string, tries int, resend string) error {
	err := q.Queue.SendMail(ctx, leadID, mailID, tries, resend)
	q.sent()
	return err
}
