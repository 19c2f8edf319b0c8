package queue_test

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
	"leadflow/shared/topology"
)

// morning lies in the past: a copy scheduled for then arrives at once.
var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// bench is a queue on a lab, and Service Bus's own client to look at what it sent.
type bench struct {
	*queue.Queue
	lab    *lab.Lab
	client *azservicebus.Client
	t      *testing.T
}

func start(t *testing.T) *bench {
	t.Helper()
	l := lab.New(t)
	client, err := azservicebus.NewClientFromConnectionString(l.Settings()["SERVICEBUS"], nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close(context.Background()) })
	return &bench{Queue: l.Queue(queue.Backoff{First: time.Minute, Max: 30 * time.Minute, GiveUpAfter: 72 * time.Hour}), lab: l, client: client, t: t}
}

// receive takes n messages out of a queue, in the order of their ids, and fails if there are more.
func (b *bench) receive(name string, n int) []*azservicebus.ReceivedMessage {
	b.t.Helper()
	receiver, err := b.client.NewReceiverForQueue(name, &azservicebus.ReceiverOptions{ReceiveMode: azservicebus.ReceiveModeReceiveAndDelete})
	if err != nil {
		b.t.Fatal(err)
	}
	defer receiver.Close(context.Background())
	ctx, cancel := context.WithTimeout(b.t.Context(), 10*time.Second)
	defer cancel()
	var all []*azservicebus.ReceivedMessage
	for len(all) < n {
		got, err := receiver.ReceiveMessages(ctx, n-len(all), nil)
		if err != nil {
			b.t.Fatalf("%d of %d messages: %v", len(all), n, err)
		}
		all = append(all, got...)
	}
	if left := b.lab.Queued()[name]; left.Active+left.Scheduled > 0 {
		b.t.Errorf("%+v are left in the queue", left)
	}
	slices.SortFunc(all, func(a, b *azservicebus.ReceivedMessage) int {
		return slices.Compare([]byte(a.MessageID), []byte(b.MessageID))
	})
	return all
}

// receiveOne takes the only message out of a queue.
func (b *bench) receiveOne(name string) *azservicebus.ReceivedMessage {
	b.t.Helper()
	return b.receive(name, 1)[0]
}

// send sends a message as somebody else does.
func (b *bench) send(m *azservicebus.Message) {
	b.t.Helper()
	sender, err := b.client.NewSender(topology.QueueLeads, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	defer sender.Close(context.Background())
	if err := sender.SendMessage(b.t.Context(), m, nil); err != nil {
		b.t.Fatal(err)
	}
}

// must ends the test at an error.
func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// delivered is a message as a function gets it.
func delivered(m *azservicebus.ReceivedMessage) azfunc.Message {
	d := azfunc.Message{Body: m.Body, ID: m.MessageID, SequenceNumber: *m.SequenceNumber, EnqueuedAt: m.EnqueuedTime.UTC(), Properties: map[string]any{}}
	maps.Copy(d.Properties, m.ApplicationProperties)
	return d
}

func submission() lead.Submission {
	return lead.Submission{ID: "0193-s1", ReceivedAt: lead.At(morning), OfferID: "contoso.analytics", ContentType: "application/json", Body: []byte("{\x00\xff}\r\n")}
}

func TestASubmissionArrivesAsItWasSent(t *testing.T) {
	b := start(t)
	sent := submission()
	b.must(b.SendSubmission(t.Context(), sent, ""))
	m := b.receiveOne(topology.QueueLeads)
	if m.MessageID != sent.ID {
		t.Errorf("MessageID %q", m.MessageID)
	}
	if string(m.Body) != string(sent.Body) {
		t.Errorf("body %q", m.Body)
	}
	want := map[string]any{"id": "0193-s1", "receivedAt": "2026-03-02T09:00:00.000Z", "offerId": "contoso.analytics", "contentType": "application/json"}
	if !maps.Equal(m.ApplicationProperties, want) {
		t.Errorf("properties %v, want %v", m.ApplicationProperties, want)
	}
	got := queue.Submission(delivered(m))
	if got.ID != sent.ID || !got.ReceivedAt.Equal(morning) || got.OfferID != sent.OfferID || got.ContentType != sent.ContentType || string(got.Body) != string(sent.Body) {
		t.Errorf("submission %+v, want %+v", got, sent)
	}
}

func TestAClientsRetryIsDroppedAndADeliberateResendIsNot(t *testing.T) {
	b := start(t)
	for _, resend := range []string{"", "", queue.SweepID(morning), queue.SweepID(morning), queue.SweepID(morning.Add(10 * time.Second)), queue.ReplayID(morning), queue.ReplayID(morning.Add(time.Second))} {
		b.must(b.SendSubmission(t.Context(), submission(), resend))
	}
	s, r := morning.UnixMilli(), morning.Unix()
	want := []string{"0193-s1", "0193-s1/r" + strconv.FormatInt(r, 10), "0193-s1/r" + strconv.FormatInt(r+1, 10),
		"0193-s1/s" + strconv.FormatInt(s, 10), "0193-s1/s" + strconv.FormatInt(s+10_000, 10)}
	var ids []string
	for _, m := range b.receive(topology.QueueLeads, len(want)) {
		ids = append(ids, m.MessageID)
		if got := queue.Submission(delivered(m)); got.ID != "0193-s1" || !got.ReceivedAt.Equal(morning) {
			t.Errorf("message %s carries the submission %s of %s", m.MessageID, got.ID, got.ReceivedAt)
		}
	}
	if !slices.Equal(ids, want) {
		t.Errorf("MessageIDs %q, want %q", ids, want)
	}
}

func TestAMailIsAMessageWithoutBody(t *testing.T) {
	b := start(t)
	for _, c := range []struct {
		name   string
		mail   string
		tries  int
		resend string
		wantID string
	}{
		{"the first time it has the mail's id", "alert-1", 0, "", "alert-1"},
		{"a sweep has an id of its own and goes on counting", "alert-2", 3, queue.SweepID(morning), "alert-2/s" + strconv.FormatInt(morning.UnixMilli(), 10)},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.must(b.SendMail(t.Context(), "lead-1", c.mail, c.tries, c.resend))
			m := b.receiveOne(topology.QueueMails)
			if m.MessageID != c.wantID || len(m.Body) != 0 {
				t.Errorf("MessageID %q, body %q", m.MessageID, m.Body)
			}
			if l, id, tries := queue.Mail(delivered(m)); l != "lead-1" || id != c.mail || tries != c.tries {
				t.Errorf("mail %q of the lead %q after %d tries", id, l, tries)
			}
			if d := b.Delay(delivered(m), 0); d != time.Minute<<c.tries {
				t.Errorf("its next delay is %s", d)
			}
		})
	}
}

func TestAQueueOutlivesARestartOfTheBroker(t *testing.T) {
	b := start(t)
	b.must(b.SendSubmission(t.Context(), submission(), ""))
	b.lab.ServiceBus.Stop()
	err := b.SendSubmission(t.Context(), submission(), "/r1")
	if err == nil || queue.Refused(err) {
		t.Errorf("sending to nobody: %v, refused for good: %v", err, queue.Refused(err))
	}
	b.lab.ServiceBus.Start()
	b.must(b.SendSubmission(t.Context(), submission(), "/r2"))
	b.must(b.SendMail(t.Context(), "lead-1", "alert-1", 0, ""))
	if n := b.lab.Queued(); n["leads"].Active != 1 || n["mails"].Active != 1 {
		t.Errorf("the broker that is empty after its start has %+v", n)
	}
}

func TestAQueueCanBeOpenedWhileTheBrokerIsAway(t *testing.T) {
	l := lab.New(t)
	l.ServiceBus.Stop()
	q := l.Queue(queue.Backoff{})
	if err := q.SendSubmission(t.Context(), submission(), ""); err == nil {
		t.Error("a message was sent to nobody")
	}
	l.ServiceBus.Start()
	if err := q.SendSubmission(t.Context(), submission(), ""); err != nil || l.Queued()["leads"].Active != 1 {
		t.Errorf("queue %+v, %v", l.Queued(), err)
	}
}

func TestAConnectionStringThatIsNoneIsAnErrorWithoutIt(t *testing.T) {
	if _, err := queue.Open(queue.Options{ConnectionString: "Endpoint=sb://a.example;SharedAccessKey=sesame"}); err == nil {
		t.Error("it was opened")
	} else if strings.Contains(err.Error(), "sesame") {
		t.Errorf("error %s", err)
	}
}
