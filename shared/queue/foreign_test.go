package queue_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/topology"
)

func TestAMessageFromOtherHandsIsTheSameSubmissionAtEveryDelivery(t *testing.T) {
	b := start(t)
	b.send(&azservicebus.Message{Body: []byte("{}")})
	receiver, err := b.client.NewReceiverForQueue(topology.QueueLeads, nil)
	b.must(err)
	var deliveries []lead.Submission
	for range 2 {
		got, err := receiver.ReceiveMessages(t.Context(), 1, nil)
		b.must(err)
		b.must(receiver.AbandonMessage(t.Context(), got[0], nil))
		s := queue.Submission(delivered(got[0]))
		deliveries = append(deliveries, s)
		if !s.ReceivedAt.Equal(lead.At(*got[0].EnqueuedTime).Time) || time.Since(s.ReceivedAt.Time) > time.Minute || string(s.Body) != "{}" {
			t.Errorf("submission %+v", s)
		}
	}
	if a, b := deliveries[0], deliveries[1]; a.ID == "" || a.ID != b.ID || a.ReceivedAt != b.ReceivedAt {
		t.Errorf("submissions %+v and %+v of one message", a, b)
	}
}

func TestAnIdThatNeitherTheLedgerNorTheQueueTakesIsReplaced(t *testing.T) {
	for _, c := range []struct {
		name string
		id   any
		kept bool
	}{
		{"none", nil, false},
		{"an empty one", "", false},
		{"one with a slash", "a/b", false},
		{"one with a backslash", `a\b`, false},
		{"one with a question mark", "a?b", false},
		{"one with a number sign", "a#b", false},
		{"one with a control character", "a\x00b", false},
		{"one that leaves no room for a re-send", strings.Repeat("x", 101), false},
		{"a very long one", strings.Repeat("x", 1<<16), false},
		{"the longest that is kept", strings.Repeat("x", 100), true},
		{"a plain one is kept", "0193-s1", true},
		{"a number is kept", int64(17), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := azfunc.Message{ID: "m", SequenceNumber: 7, EnqueuedAt: morning, Properties: map[string]any{"id": c.id}}
			s := queue.Submission(m)
			if kept := s.ID == m.Text("id"); kept != c.kept {
				t.Errorf("id %.40q of %.40q", s.ID, c.id)
			}
			if again := queue.Submission(m); again.ID != s.ID {
				t.Errorf("ids %q and %q of one message", s.ID, again.ID)
			}
			if n := len(s.ID + queue.SweepID(time.Now()) + "/1000"); n > 128 {
				t.Errorf("a copy of a re-send has a MessageID of %d characters", n)
			}
		})
	}
}

func TestTwoMessagesWithoutAnIdAreTwoSubmissions(t *testing.T) {
	a := queue.Submission(azfunc.Message{SequenceNumber: 1})
	b := queue.Submission(azfunc.Message{SequenceNumber: 2})
	if a.ID == b.ID {
		t.Errorf("both are %s", a.ID)
	}
}

func TestATimeThatIsNoneGivesWayToTheBrokers(t *testing.T) {
	for _, at := range []any{nil, "", "yesterday", "2026-03-02T09:00:00Z", int64(5)} {
		s := queue.Submission(azfunc.Message{EnqueuedAt: morning, Properties: map[string]any{"receivedAt": at}})
		if !s.ReceivedAt.Equal(morning) {
			t.Errorf("received at %s, by %v", s.ReceivedAt, at)
		}
	}
}

func TestACopyForLaterIsTheSameSubmission(t *testing.T) {
	id := func(s string) *string { return &s }
	for _, c := range []struct {
		name    string
		message azservicebus.Message
	}{
		{"of a message without properties", azservicebus.Message{MessageID: id("theirs")}},
		{"of a message without id", azservicebus.Message{}},
		{"of a message with an id that cannot be used", azservicebus.Message{MessageID: id("m"), ApplicationProperties: map[string]any{"id": "a/b", "receivedAt": "yesterday"}}},
		{"of a message with the longest MessageID there is", azservicebus.Message{MessageID: id(strings.Repeat("m", 128))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			c.message.Body = []byte("{}")
			b.send(&c.message)
			m := b.receiveOne(topology.QueueLeads)
			want := queue.Submission(delivered(m))
			for range 2 {
				b.must(b.Postpone(t.Context(), topology.QueueLeads, delivered(m), time.Minute, morning))
				m = b.receiveOne(topology.QueueLeads)
				got := queue.Submission(delivered(m))
				if got.ID != want.ID || !got.ReceivedAt.Equal(want.ReceivedAt.Time) || string(got.Body) != "{}" {
					t.Errorf("submission %+v, want %+v", got, want)
				}
				if n := utf8.RuneCountInString(m.MessageID); n > 128 {
					t.Errorf("its MessageID has %d characters", n)
				}
			}
		})
	}
}

func TestTheCopiesOfTwoMessagesWithoutIdAreTwo(t *testing.T) {
	b := start(t)
	for range 2 {
		b.send(&azservicebus.Message{Body: []byte("{}")})
	}
	for _, m := range b.receive(topology.QueueLeads, 2) {
		b.must(b.Postpone(t.Context(), topology.QueueLeads, delivered(m), time.Minute, morning))
	}
	b.receive(topology.QueueLeads, 2)
}

func TestAMessageWithANonsensicalFirstTryIsGivenUpAllTheSame(t *testing.T) {
	b := start(t)
	b.send(&azservicebus.Message{ApplicationProperties: map[string]any{"firstTriedAt": "yesterday", "attempt": "soon"}})
	b.must(b.Postpone(t.Context(), topology.QueueLeads, delivered(b.receiveOne(topology.QueueLeads)), time.Minute, morning))
	m := delivered(b.receiveOne(topology.QueueLeads))
	if !b.GiveUp(m, morning.Add(72*time.Hour)) || m.Int("attempt") != 1 {
		t.Errorf("properties %v", m.Properties)
	}
}

func FuzzSubmission(f *testing.F) {
	f.Add("0193-s1", "2026-03-02T09:00:00.000Z", "contoso.analytics", "m", int64(1))
	f.Add("a/b", "yesterday", "\xff", "", int64(-1))
	f.Add("", "", "", "", int64(0))
	f.Fuzz(func(t *testing.T, id, at, offer, messageID string, sequence int64) {
		m := azfunc.Message{ID: messageID, SequenceNumber: sequence, EnqueuedAt: morning, Properties: map[string]any{"id": id, "receivedAt": at, "offerId": offer}}
		s := queue.Submission(m)
		if s.ID == "" || len(s.ID) > 100 || strings.ContainsAny(s.ID, "/\\?#\x00\n\r\t") {
			t.Errorf("id %q", s.ID)
		}
		if s.ReceivedAt.IsZero() != (at == "0001-01-01T00:00:00.000Z") {
			t.Errorf("received at %s by %q", s.ReceivedAt, at)
		}
		if s.ID != queue.Submission(m).ID {
			t.Error("two ids of one message")
		}
	})
}
