package queue_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
)

// bury sends n submissions and makes dead letters of them. It gives their ids by their sequence numbers.
func (b *bench) bury(n int) map[int64]string {
	b.t.Helper()
	for i := range n {
		if err := b.SendSubmission(b.t.Context(), lead.Submission{ID: fmt.Sprint("s", i), ReceivedAt: lead.At(morning), Body: []byte("{\x00\xff}")}, ""); err != nil {
			b.t.Fatal(err)
		}
	}
	r, err := b.client.NewReceiverForQueue("leads", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Close(b.t.Context())
	for b.lab.Queued()["leads"].Active > 0 {
		page, err := r.ReceiveMessages(b.t.Context(), n, nil)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, m := range page {
			if err := r.DeadLetterMessage(b.t.Context(), m, &azservicebus.DeadLetterOptions{Reason: new("unreadable"), ErrorDescription: new("line 1")}); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	all := map[int64]string{}
	for _, m := range b.dead() {
		all[m.SequenceNumber] = queue.Submission(m).ID
	}
	return all
}

// dead are the dead letters of the queue leads.
func (b *bench) dead() []azfunc.Message {
	b.t.Helper()
	var all []azfunc.Message
	if err := b.DeadLetters(b.t.Context(), "leads", func(m azfunc.Message) error { all = append(all, m); return nil }); err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestDeadLettersAreShownAsTheirTriggerDeliversThemAndStay(t *testing.T) {
	b := start(t)
	b.bury(250) // more than one page
	for range 2 {
		all := b.dead()
		if len(all) != 250 {
			t.Fatalf("%d dead letters", len(all))
		}
		m := all[7]
		s := queue.Submission(m)
		if s.ID != "s7" || s.ReceivedAt != lead.At(morning) || string(s.Body) != "{\x00\xff}" || m.DeadLetterReason != "unreadable" || m.DeadLetterDescription != "line 1" || m.EnqueuedAt.IsZero() || m.ID != "s7" {
			t.Errorf("dead letter %+v", m)
		}
	}
}

func TestOnlyTheDeadLettersThatWereNamedAreRemoved(t *testing.T) {
	b := start(t)
	all := b.bury(10)
	named := map[int64]bool{}
	for n, id := range all {
		named[n] = id == "s3" || id == "s8"
	}
	maps.DeleteFunc(named, func(_ int64, is bool) bool { return !is })
	if n, err := b.RemoveDeadLetters(t.Context(), "leads", named); n != 2 || err != nil || len(named) != 2 {
		t.Errorf("%d removed, %v", n, err)
	}
	var left []string
	for _, m := range b.dead() {
		left = append(left, queue.Submission(m).ID)
	}
	if !slices.Equal(left, []string{"s0", "s1", "s2", "s4", "s5", "s6", "s7", "s9"}) {
		t.Errorf("left are %q", left)
	}
	if n, err := b.RemoveDeadLetters(t.Context(), "leads", nil); n != 0 || err != nil {
		t.Errorf("of none %d were removed, %v", n, err)
	}
}

func TestADeadLetterThatSomebodyElseTookMeanwhileIsLeftToThem(t *testing.T) {
	t.Parallel() // it waits for the message to come
	b := start(t)
	numbers := map[int64]bool{}
	for n := range b.bury(2) {
		numbers[n] = true
	}
	numbers[1<<40] = true // is gone
	r, err := b.client.NewReceiverForQueue("leads", &azservicebus.ReceiverOptions{SubQueue: azservicebus.SubQueueDeadLetter})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ReceiveMessages(t.Context(), 1, nil); err != nil { // which somebody is just handling
		t.Fatal(err)
	}
	if n, err := b.RemoveDeadLetters(t.Context(), "leads", numbers); n != 1 || err != nil || b.lab.Queued()["leads"].DeadLettered != 1 {
		t.Errorf("%d removed, %v", n, err)
	}
}

func TestWithoutServiceBusNothingIsSaidOfDeadLetters(t *testing.T) {
	b := start(t)
	b.lab.ServiceBus.Stop()
	if err := b.DeadLetters(t.Context(), "leads", func(azfunc.Message) error { return nil }); err == nil {
		t.Error("no error")
	}
	if _, err := b.RemoveDeadLetters(t.Context(), "leads", map[int64]bool{1: true}); err == nil {
		t.Error("no error")
	}
	b.lab.ServiceBus.Start()
}
