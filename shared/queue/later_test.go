package queue_test

import (
	"context"
	"maps"
	"strconv"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/topology"
)

func TestTheDelayDoublesFromFirstToMax(t *testing.T) {
	b := queue.Backoff{First: time.Minute, Max: 30 * time.Minute}
	for attempt, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30, 30} {
		if got := b.Delay(attempt); got != want*time.Minute {
			t.Errorf("%s after %d copies, want %s", got, attempt, want*time.Minute)
		}
	}
	for _, c := range []struct {
		name    string
		backoff queue.Backoff
		attempt int
		want    time.Duration
	}{
		{"a First above Max is Max", queue.Backoff{First: time.Hour, Max: time.Minute}, 0, time.Minute},
		{"Max that is First never doubles", queue.Backoff{First: time.Minute, Max: time.Minute}, 5, time.Minute},
		{"a year does not overflow", queue.Backoff{First: 1, Max: 365 * 24 * time.Hour}, 1 << 40, 365 * 24 * time.Hour},
		{"an attempt below nothing is the first", b, -1 << 40, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.backoff.Delay(c.attempt); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestTheDelayOfAMessage(t *testing.T) {
	b := start(t)
	for _, c := range []struct {
		name    string
		attempt any
		after   time.Duration
		want    time.Duration
	}{
		{"is First for one that was never postponed", nil, 0, time.Minute},
		{"goes by its attempt", int64(2), 0, 4 * time.Minute},
		{"goes by its attempt, also as text", "2", 0, 4 * time.Minute},
		{"is what the function asks for", int64(2), 7 * time.Second, 7 * time.Second},
		{"may be longer than Max if the function asks for it", int64(2), 3 * time.Hour, 3 * time.Hour},
		{"is First when its attempt is nonsense", "soon", 0, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := b.Delay(azfunc.Message{Properties: map[string]any{"attempt": c.attempt}}, c.after); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestAMessageIsGivenUp(t *testing.T) {
	b := start(t)
	for _, c := range []struct {
		name  string
		first any
		now   time.Time
		want  bool
	}{
		{"exactly at GiveUpAfter from its first try", morning.Format(lead.TimeLayout), morning.Add(72 * time.Hour), true},
		{"not a millisecond before", morning.Format(lead.TimeLayout), morning.Add(72*time.Hour - time.Millisecond), false},
		{"nor at once", morning.Format(lead.TimeLayout), morning, false},
		{"long after", morning.Format(lead.TimeLayout), morning.AddDate(1, 0, 0), true},
		{"never before it was postponed once", nil, morning.AddDate(1, 0, 0), false},
		{"not by nonsense", "yesterday", morning.AddDate(1, 0, 0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := b.GiveUp(azfunc.Message{Properties: map[string]any{"firstTriedAt": c.first}}, c.now); got != c.want {
				t.Errorf("given up: %v", got)
			}
		})
	}
}

func TestTheCopiesForLaterFormOneChain(t *testing.T) {
	b := start(t)
	b.must(b.SendSubmission(t.Context(), submission(), ""))
	m := b.receiveOne(topology.QueueLeads)
	for attempt := 1; attempt <= 3; attempt++ {
		at := morning.Add(time.Duration(attempt) * time.Hour)
		b.must(b.Postpone(t.Context(), topology.QueueLeads, delivered(m), time.Minute, at))
		m = b.receiveOne(topology.QueueLeads)
		if want := "0193-s1/" + strconv.Itoa(attempt); m.MessageID != want {
			t.Errorf("MessageID %q, want %q", m.MessageID, want)
		}
		want := map[string]any{"id": "0193-s1", "receivedAt": "2026-03-02T09:00:00.000Z", "offerId": "contoso.analytics", "contentType": "application/json",
			"chain": "0193-s1", "attempt": int64(attempt), "firstTriedAt": "2026-03-02T10:00:00.000Z"}
		if !maps.Equal(m.ApplicationProperties, want) || string(m.Body) != string(submission().Body) {
			t.Errorf("properties %v, want %v; body %q", m.ApplicationProperties, want, m.Body)
		}
	}
	if firstCopy := morning.Add(time.Hour); !b.GiveUp(delivered(m), firstCopy.Add(72*time.Hour)) || b.GiveUp(delivered(m), firstCopy.Add(72*time.Hour-time.Millisecond)) {
		t.Error("the third copy is not given up by the time of the first")
	}
}

func TestACopyArrivesAfterItsDelayAndNotBefore(t *testing.T) {
	b := start(t)
	now := time.Now()
	b.must(b.Postpone(t.Context(), topology.QueueLeads, azfunc.Message{ID: "s1"}, 20*time.Minute, now))
	if q := b.lab.Queued()["leads"]; q.Scheduled != 1 || q.Active != 0 {
		t.Fatalf("queue %+v", q)
	}
	receiver, err := b.client.NewReceiverForQueue(topology.QueueLeads, nil)
	b.must(err)
	defer receiver.Close(context.Background())
	waiting, err := receiver.PeekMessages(t.Context(), 1, nil)
	if err != nil || len(waiting) != 1 || waiting[0].ScheduledEnqueueTime == nil {
		t.Fatalf("waiting %+v, %v", waiting, err)
	}
	if d := waiting[0].ScheduledEnqueueTime.Sub(now.Add(20 * time.Minute)).Abs(); d > time.Millisecond {
		t.Errorf("it is scheduled for %s, %s away from %s", waiting[0].ScheduledEnqueueTime, d, now.Add(20*time.Minute))
	}
}

// A crash after the copy was sent and before the message was completed has the message postponed again.
func TestTheSameMessagePostponedTwiceIsOneCopy(t *testing.T) {
	b := start(t)
	copies := 0
	for _, m := range []azfunc.Message{
		{ID: "s1", SequenceNumber: 1},
		{ID: "s2", SequenceNumber: 2, Properties: map[string]any{"chain": "s2", "attempt": int64(4)}},
		{ID: "", SequenceNumber: 3},
	} {
		for i := range 2 {
			b.must(b.Postpone(t.Context(), topology.QueueLeads, m, time.Hour, time.Now().Add(time.Duration(i)*time.Minute)))
		}
		before := copies
		if copies = b.lab.Queued()["leads"].Scheduled; copies != before+1 {
			t.Errorf("message %q has %d copies", m.ID, copies-before)
		}
	}
}

func TestTheCopiesOfEverySendingHaveIdsOfTheirOwn(t *testing.T) {
	b := start(t)
	resends := []string{"", queue.SweepID(morning), queue.SweepID(morning.Add(time.Minute)), queue.ReplayID(morning)}
	for _, resend := range resends {
		b.must(b.SendSubmission(t.Context(), submission(), resend))
	}
	for attempt := 1; attempt <= 2; attempt++ {
		for _, m := range b.receive(topology.QueueLeads, len(resends)) {
			b.must(b.Postpone(t.Context(), topology.QueueLeads, delivered(m), time.Minute, morning))
		}
	}
	got := map[string]bool{}
	for _, m := range b.receive(topology.QueueLeads, len(resends)) {
		got[m.MessageID] = true
	}
	for _, resend := range resends {
		if want := "0193-s1" + resend + "/2"; !got[want] {
			t.Errorf("there is no %s among %v", want, got)
		}
	}
}

func TestAMailIsPostponedInItsOwnQueue(t *testing.T) {
	b := start(t)
	b.must(b.SendMail(t.Context(), "lead-1", "alert-1", 3, ""))
	b.must(b.Postpone(t.Context(), topology.QueueMails, delivered(b.receiveOne(topology.QueueMails)), time.Minute, morning))
	m := b.receiveOne(topology.QueueMails)
	want := map[string]any{"id": "alert-1", "leadId": "lead-1", "chain": "alert-1", "attempt": int64(4), "firstTriedAt": "2026-03-02T09:00:00.000Z"}
	if m.MessageID != "alert-1/4" || !maps.Equal(m.ApplicationProperties, want) {
		t.Errorf("message %q with %v, want %v", m.MessageID, m.ApplicationProperties, want)
	}
}
