package servicebus

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/topology"
)

func TestAScheduledMessageWaitsForItsTime(t *testing.T) {
	for name, schedule := range map[string]func(*azservicebus.Sender, *azservicebus.Message, time.Time) error{
		"when it is sent with a time": func(sender *azservicebus.Sender, m *azservicebus.Message, at time.Time) error {
			m.ScheduledEnqueueTime = &at
			return sender.SendMessage(t.Context(), m, nil)
		},
		"when it is scheduled": func(sender *azservicebus.Sender, m *azservicebus.Message, at time.Time) error {
			numbers, err := sender.ScheduleMessages(t.Context(), []*azservicebus.Message{m}, at, nil)
			if err == nil && len(numbers) != 1 {
				err = fmt.Errorf("got numbers %v", numbers)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			s := start(t, c.now, plainQueue("leads"))
			sender, receiver := s.sender(t, "leads"), s.receiver(t, "leads")
			due := c.now().Add(time.Hour)
			must(t, schedule(sender, &azservicebus.Message{Body: []byte("later"), TimeToLive: new(time.Minute)}, due))
			send(t, sender, "now")
			c.pass(time.Hour - time.Millisecond)
			s.wantStats(t, "leads", QueueStats{Active: 1, Scheduled: 1})
			c.pass(time.Millisecond)
			s.wantStats(t, "leads", QueueStats{Active: 2})

			got := receive(t, receiver, 2)
			if want := []string{"now", "later"}; !slices.Equal(bodies(got), want) {
				t.Errorf("got %v", bodies(got))
			}
			later := got[1]
			if *later.SequenceNumber != 3 || !later.EnqueuedTime.Equal(due) || !later.ScheduledEnqueueTime.Equal(due) || !later.ExpiresAt.Equal(due.Add(time.Minute)) {
				t.Errorf("number %d, enqueued %s, scheduled %s, expires %s; it joins the end of the queue when it is due",
					*later.SequenceNumber, later.EnqueuedTime, later.ScheduledEnqueueTime, later.ExpiresAt)
			}
		})
	}
}

func TestAScheduledMessageReachesAReceiverThatOnlyWaits(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	_, err := s.sender(t, "leads").ScheduleMessages(t.Context(), []*azservicebus.Message{{Body: []byte("a")}}, c.now().Add(time.Hour), nil)
	must(t, err)
	s.whileWaiting(t, s.receiver(t, "leads"), "a", func() { c.pass(time.Hour) })
}

func TestAMessageScheduledForThePastIsThereAtOnce(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	_, err := s.sender(t, "leads").ScheduleMessages(t.Context(), []*azservicebus.Message{{}, {}}, c.now(), nil)
	must(t, err)
	s.wantStats(t, "leads", QueueStats{Active: 2})
}

func TestACancelledMessageNeverComes(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	sender := s.sender(t, "leads")
	numbers, err := sender.ScheduleMessages(t.Context(), []*azservicebus.Message{{Body: []byte("a")}, {Body: []byte("b")}, {Body: []byte("c")}}, c.now().Add(time.Hour), nil)
	must(t, err)
	must(t, sender.CancelScheduledMessages(t.Context(), []int64{numbers[0], numbers[2]}, nil))
	s.wantStats(t, "leads", QueueStats{Scheduled: 1})
	c.pass(time.Hour)
	if m := receiveOne(t, s.receiver(t, "leads")); string(m.Body) != "b" {
		t.Errorf("got %q", m.Body)
	}
	s.wantStats(t, "leads", QueueStats{Locked: 1})
}

func TestOnlyScheduledMessagesCanBeCancelledAndAllOrNone(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	sender := s.sender(t, "leads")
	numbers, err := sender.ScheduleMessages(t.Context(), []*azservicebus.Message{{}}, c.now().Add(time.Hour), nil)
	must(t, err)
	send(t, sender, "active")
	wantCode(t, sender.CancelScheduledMessages(t.Context(), []int64{numbers[0], numbers[0] + 1}, nil), azservicebus.CodeNotFound)
	wantCode(t, sender.CancelScheduledMessages(t.Context(), []int64{99}, nil), azservicebus.CodeNotFound)
	s.wantStats(t, "leads", QueueStats{Active: 1, Scheduled: 1})
	c.pass(time.Hour)
	wantCode(t, sender.CancelScheduledMessages(t.Context(), numbers, nil), azservicebus.CodeNotFound)
	s.wantStats(t, "leads", QueueStats{Active: 2})
}

// deduplicating remembers message ids for ten minutes.
func deduplicating(name string) topology.Queue {
	return queueWith(name, func(p *topology.QueueProperties) {
		p.RequiresDuplicateDetection = true
		p.DuplicateDetectionHistoryTimeWindow.Duration = 10 * time.Minute
	})
}

func TestAMessageWhoseIDWasSeenWithinTheWindowIsAcceptedAndDropped(t *testing.T) {
	const after = 30 * time.Minute
	sendNow := func(t *testing.T, c *clock, sender *azservicebus.Sender) {
		must(t, sender.SendMessage(t.Context(), &azservicebus.Message{MessageID: new("id")}, nil))
	}
	schedule := func(t *testing.T, c *clock, sender *azservicebus.Sender) {
		_, err := sender.ScheduleMessages(t.Context(), []*azservicebus.Message{{MessageID: new("id")}}, c.now().Add(after), nil)
		must(t, err)
	}
	wait := func(d time.Duration) func(*testing.T, *clock, *azservicebus.Sender) {
		return func(_ *testing.T, c *clock, _ *azservicebus.Sender) { c.pass(d) }
	}
	for name, test := range map[string]struct {
		steps []func(*testing.T, *clock, *azservicebus.Sender)
		want  QueueStats
	}{
		"a second send": {
			[]func(*testing.T, *clock, *azservicebus.Sender){sendNow, wait(10*time.Minute - 1), sendNow}, QueueStats{Active: 1}},
		"not a send after the window": {
			[]func(*testing.T, *clock, *azservicebus.Sender){sendNow, wait(10 * time.Minute), sendNow}, QueueStats{Active: 2}},
		"and a duplicate does not make the window longer": {
			[]func(*testing.T, *clock, *azservicebus.Sender){sendNow, wait(6 * time.Minute), sendNow, wait(6 * time.Minute), sendNow}, QueueStats{Active: 2}},
		"a send after a schedule, from its acceptance on": {
			[]func(*testing.T, *clock, *azservicebus.Sender){schedule, sendNow}, QueueStats{Scheduled: 1}},
		"a schedule after a send": {
			[]func(*testing.T, *clock, *azservicebus.Sender){sendNow, schedule}, QueueStats{Active: 1}},
		"a second schedule": {
			[]func(*testing.T, *clock, *azservicebus.Sender){schedule, schedule}, QueueStats{Scheduled: 1}},
		"not when the scheduled one comes, for that was seen long ago": {
			[]func(*testing.T, *clock, *azservicebus.Sender){schedule, wait(after), sendNow}, QueueStats{Active: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			s := start(t, c.now, deduplicating("leads"))
			sender := s.sender(t, "leads")
			for _, step := range test.steps {
				step(t, c, sender)
			}
			s.wantStats(t, "leads", test.want)
		})
	}
}

func TestDuplicatesWithinABatchAreDroppedToo(t *testing.T) {
	s := start(t, nil, deduplicating("leads"))
	sender := s.sender(t, "leads")
	batch, err := sender.NewMessageBatch(t.Context(), nil)
	must(t, err)
	for _, id := range []string{"a", "b", "a"} {
		must(t, batch.AddMessage(&azservicebus.Message{MessageID: &id}, nil))
	}
	must(t, sender.SendMessageBatch(t.Context(), batch, nil))
	s.wantStats(t, "leads", QueueStats{Active: 2})
}

func TestACompletedMessageIsStillADuplicate(t *testing.T) {
	s := start(t, nil, deduplicating("leads"))
	sender, receiver := s.sender(t, "leads"), s.receiver(t, "leads")
	m := &azservicebus.Message{MessageID: new("id")}
	must(t, sender.SendMessage(t.Context(), m, nil))
	must(t, receiver.CompleteMessage(t.Context(), receiveOne(t, receiver), nil))
	must(t, sender.SendMessage(t.Context(), m, nil))
	s.wantStats(t, "leads", QueueStats{})
}

func TestNothingElseIsADuplicate(t *testing.T) {
	s := start(t, nil, deduplicating("leads"), deduplicating("mails"), plainQueue("plain"))
	send(t, s.sender(t, "leads"), "no id", "no id")
	for _, queue := range []string{"leads", "mails", "plain", "plain"} {
		must(t, s.sender(t, queue).SendMessage(t.Context(), &azservicebus.Message{MessageID: new("id")}, nil))
	}
	for _, id := range []any{uint64(7), uint64(8), []byte("7")} {
		link, err := s.dial(t).NewSender(t.Context(), "mails", nil)
		must(t, err)
		must(t, link.Send(t.Context(), messageWithID(id), nil))
		must(t, link.Send(t.Context(), messageWithID(id), nil))
	}
	s.wantStats(t, "leads", QueueStats{Active: 3})
	s.wantStats(t, "mails", QueueStats{Active: 4})
	s.wantStats(t, "plain", QueueStats{Active: 2})
}
