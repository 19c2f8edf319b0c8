package ingest_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/local/servicebus"
	"leadflow/shared/queue"
)

// newest is the message that was sent to the queue leads last.
func (d *desk) newest() lab.Message {
	d.t.Helper()
	all := d.Messages("leads")
	return all[len(all)-1]
}

func TestACopyForLaterIsTheSameSubmissionAtItsTimeAndTheLedgerKnowsWhen(t *testing.T) {
	d := open(t)
	s := submission("s1", 0, "{\x00\xff}")
	s.OfferID = "contoso.analytics"
	if err := d.store.AddSubmission(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	m := d.message(s)
	firstTried := lead.At(morning).String()
	for attempt, delay := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		if err := d.ingest.Postpone(t.Context(), m, 0, "the database is away"); err != nil {
			t.Fatal(err)
		}
		copied := d.newest()
		if due := d.now.Add(delay); !copied.DueAt.Equal(due) || !d.entry("s1").NextTryAt.Equal(due) {
			t.Errorf("copy %d comes at %s and the ledger says %s, want %s", attempt+1, copied.DueAt, d.entry("s1").NextTryAt, due)
		}
		if copied.Int("attempt") != attempt+1 || copied.Text("firstTriedAt") != firstTried || copied.ID == m.ID {
			t.Errorf("copy %d has the id %s and the properties %v", attempt+1, copied.ID, copied.Properties)
		}
		if got := queue.Submission(copied.Message); asJSON(t, got) != asJSON(t, s) {
			t.Errorf("copy %d is of %+v", attempt+1, got)
		}
		m, d.now = copied.Message, d.now.Add(delay)
	}
}

func TestACopyForLaterKeepsTheTimeThatWasAskedFor(t *testing.T) {
	d := open(t)
	if err := d.ingest.Postpone(t.Context(), d.arrives("s1", 0, ana("")), 7*time.Minute, "a pause"); err != nil {
		t.Fatal(err)
	}
	if want := morning.Add(7 * time.Minute); !d.newest().DueAt.Equal(want) || !d.entry("s1").NextTryAt.Equal(want) {
		t.Errorf("the copy comes at %s and the ledger says %s", d.newest().DueAt, d.entry("s1").NextTryAt)
	}
}

func TestASubmissionIsPostponedAndIngestedThoughItsNextTryCouldNotBeNoted(t *testing.T) {
	t.Parallel()
	d := open(t)
	m := d.arrives("s1", 0, ana(""))
	d.Cosmos.Stop()
	if err := d.ingest.Postpone(t.Context(), m, 0, "the database is away"); err != nil {
		t.Fatalf("%v: a copy was sent, and the note of the next try is only a help", err)
	}
	d.namesNobody("the log", d.log.String())
	d.Cosmos.Start()
	d.now = morning.Add(time.Minute)
	d.done(d.newest().Message)
	if l := d.lead(leadID(anaAddress)); l == nil || len(l.Touches) != 1 || l.Touches[0].ReceivedAt != lead.At(morning) || d.outcome("s1") == nil {
		t.Errorf("lead %+v, outcome %+v", l, d.outcome("s1"))
	}
}

func TestASubmissionThatHasItsOutcomeIsNotOpenedByALateCopy(t *testing.T) {
	d := open(t)
	m := d.arrives("s1", 0, ana(""))
	d.done(m)
	if err := d.ingest.Postpone(t.Context(), m, 0, "a pause"); err != nil {
		t.Fatal(err)
	}
	if e := d.entry("s1"); e.Open() || !e.NextTryAt.IsZero() {
		t.Errorf("entry %+v", e)
	}
}

func TestWithoutTheQueueNothingIsPostponed(t *testing.T) {
	t.Parallel()
	d := open(t)
	m := d.arrives("s1", 0, ana(""))
	before := d.entry("s1").NextTryAt
	d.ServiceBus.Stop()
	if err := d.ingest.Postpone(t.Context(), m, 0, "a pause"); err == nil {
		t.Error("no error, so the message would be completed without a copy")
	}
	if got := d.entry("s1").NextTryAt; got != before {
		t.Errorf("the next try is at %s, though there is no copy", got)
	}
}

func TestAMessageFromStrangeHandsIsOneSubmissionHoweverOftenItIsDelivered(t *testing.T) {
	d := open(t)
	client, err := azservicebus.NewClientFromConnectionString(servicebus.ConnectionString(d.ServiceBus.Address), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close(context.WithoutCancel(t.Context()))
	sender, err := client.NewSender("leads", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.SendMessage(t.Context(), &azservicebus.Message{Body: []byte(ana(""))}, nil); err != nil {
		t.Fatal(err)
	}
	m := d.newest().Message
	for n := range 3 {
		m.DeliveryCount = n + 1
		d.done(m)
		l := d.lead(leadID(anaAddress))
		if len(l.Touches) != 1 || len(l.Touches[0].Redeliveries) != 0 || len(d.mails()) != 1 {
			t.Fatalf("delivery %d: %d touches, redeliveries %v, word of %v", n+1, len(l.Touches), l.Touches[0].Redeliveries, d.mails())
		}
		e := d.entry(l.Touches[0].Submission)
		if e.Outcome.Kind != lead.OutcomeLead || string(e.Body) != ana("") || !e.ReceivedAt.Equal(m.EnqueuedAt) {
			t.Fatalf("delivery %d: entry %+v, outcome %+v", n+1, e, e.Outcome)
		}
	}
}

func TestACopyForLaterOfAMessageFromStrangeHandsIsTheSameSubmission(t *testing.T) {
	d := open(t)
	m := azfunc.Message{ID: "strange", SequenceNumber: 7, EnqueuedAt: morning, Body: []byte(`{"leadSource":"AzureMarketplace","actionCode":"INS"}`)}
	d.done(m)
	if err := d.ingest.Postpone(t.Context(), m, 0, "a crash"); err != nil {
		t.Fatal(err)
	}
	d.done(d.newest().Message)
	if l := d.leads(); len(l) != 1 || len(l[0].Touches) != 1 || !slices.Equal(d.mails(), []string{"alert-" + l[0].ID}) {
		t.Errorf("leads %+v, word of %v", l, d.mails())
	}
}

func TestTwoMessagesFromStrangeHandsAreTwoSubmissions(t *testing.T) {
	d := open(t)
	body := []byte(`{"leadSource":"AzureMarketplace","actionCode":"INS"}`)
	for n := range int64(2) { // the same MessageID, as careless hands may send
		d.done(azfunc.Message{ID: "1", SequenceNumber: n + 1, EnqueuedAt: morning, Body: body})
	}
	if n := len(d.leads()); n != 2 {
		t.Errorf("%d leads of two people", n)
	}
}
