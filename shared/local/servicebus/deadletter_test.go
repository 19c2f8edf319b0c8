package servicebus

import (
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"

	"leadflow/shared/topology"
)

func TestADeadLetterCarriesItsReasonAndItsChanges(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	must(t, s.sender(t, "leads").SendMessage(t.Context(), &azservicebus.Message{
		Body: []byte("a"), MessageID: new("id"), ApplicationProperties: map[string]any{"kept": "yes"}}, nil))
	m := receiveOne(t, receiver)
	must(t, receiver.DeadLetterMessage(t.Context(), m, &azservicebus.DeadLetterOptions{
		Reason: new("unreadable"), ErrorDescription: new("line 1"), PropertiesToModify: map[string]any{"by": "ingest"}}))
	s.wantStats(t, "leads", QueueStats{DeadLettered: 1})

	dead := receiveOne(t, s.deadLetters(t, "leads"))
	if *dead.DeadLetterReason != "unreadable" || *dead.DeadLetterErrorDescription != "line 1" {
		t.Errorf("dead letter %s: %s", *dead.DeadLetterReason, *dead.DeadLetterErrorDescription)
	}
	if p := dead.ApplicationProperties; p["kept"] != "yes" || p["by"] != "ingest" || len(p) != 4 {
		t.Errorf("properties %v", p)
	}
	if string(dead.Body) != "a" || dead.MessageID != "id" || *dead.SequenceNumber != *m.SequenceNumber || dead.DeliveryCount != 1 {
		t.Errorf("got %q, id %s, number %d, delivery %d", dead.Body, dead.MessageID, *dead.SequenceNumber, dead.DeliveryCount)
	}
}

func TestADeadLetterWithoutAReasonHasNone(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a")
	must(t, receiver.DeadLetterMessage(t.Context(), receiveOne(t, receiver), nil))
	if dead := receiveOne(t, s.deadLetters(t, "leads")); dead.DeadLetterReason != nil || dead.DeadLetterErrorDescription != nil {
		t.Errorf("dead letter %v: %v", dead.DeadLetterReason, dead.DeadLetterErrorDescription)
	}
}

func TestAMessageThatFailsTooOftenBecomesADeadLetter(t *testing.T) {
	c := newClock()
	s := start(t, c.now, queueWith("leads", func(p *topology.QueueProperties) { p.MaxDeliveryCount = 3 }))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a")
	for i, fail := range []func(*azservicebus.ReceivedMessage){
		func(m *azservicebus.ReceivedMessage) { must(t, receiver.AbandonMessage(t.Context(), m, nil)) },
		func(*azservicebus.ReceivedMessage) { c.pass(time.Minute) },
		func(m *azservicebus.ReceivedMessage) { must(t, receiver.AbandonMessage(t.Context(), m, nil)) },
	} {
		m := receiveOne(t, receiver)
		if m.DeliveryCount != uint32(i+1) {
			t.Errorf("delivery %d, want %d", m.DeliveryCount, i+1)
		}
		fail(m)
	}
	s.wantStats(t, "leads", QueueStats{DeadLettered: 1})
	dead := receiveOne(t, s.deadLetters(t, "leads"))
	if *dead.DeadLetterReason != "MaxDeliveryCountExceeded" || *dead.DeadLetterErrorDescription == "" {
		t.Errorf("dead letter %s: %s", *dead.DeadLetterReason, *dead.DeadLetterErrorDescription)
	}
}

func TestADeadLetterStaysForEverHoweverOftenItFails(t *testing.T) {
	c := newClock()
	s := start(t, c.now, queueWith("leads", func(p *topology.QueueProperties) {
		p.MaxDeliveryCount = 2
		p.DefaultMessageTimeToLive.Duration = time.Hour
		p.DeadLetteringOnMessageExpiration = true
	}))
	receiver, dead := s.receiver(t, "leads"), s.deadLetters(t, "leads")
	send(t, s.sender(t, "leads"), "a")
	must(t, receiver.DeadLetterMessage(t.Context(), receiveOne(t, receiver), nil))
	for range 5 {
		m := receiveOne(t, dead)
		if m.DeliveryCount != 1 {
			t.Errorf("delivery %d of a dead letter", m.DeliveryCount)
		}
		must(t, dead.AbandonMessage(t.Context(), m, nil))
	}
	c.pass(1000 * time.Hour)
	lost := receiveOne(t, dead)
	c.pass(time.Minute)
	wantCode(t, dead.CompleteMessage(t.Context(), lost, nil), azservicebus.CodeLockLost)
	must(t, dead.CompleteMessage(t.Context(), receiveOne(t, dead), nil))
	s.wantStats(t, "leads", QueueStats{})
}

func TestDeadLettersWaitInTheOrderInWhichTheyWereSent(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a", "b", "c")
	held := receive(t, receiver, 3)
	for _, i := range []int{1, 2, 0} {
		must(t, receiver.DeadLetterMessage(t.Context(), held[i], nil))
	}
	dead := s.deadLetters(t, "leads")
	peeked, err := dead.PeekMessages(t.Context(), 10, nil)
	must(t, err)
	if want := []string{"a", "b", "c"}; !slices.Equal(bodies(peeked), want) || !slices.Equal(bodies(receive(t, dead, 3)), want) {
		t.Errorf("peeked %v", bodies(peeked))
	}
}

func TestNothingCanBeSentToADeadLetterQueue(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	wantCondition(t, s.sender(t, "leads/$DeadLetterQueue").SendMessage(t.Context(), &azservicebus.Message{}, nil), condNotAllowed)

	c := s.manager(t, "leads/$DeadLetterQueue")
	status, condition := c.status(t, "com.microsoft:schedule-message", pair{text("messages"), list(mapping(pair{text("message"), octets(body(nil))}))})
	if status != statusForbidden || condition != condNotAllowed {
		t.Errorf("scheduling came to %d %s", status, condition)
	}
	s.wantStats(t, "leads", QueueStats{})
}

func TestADeadLetterCannotBeDeadLetteredAgain(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a")
	must(t, receiver.DeadLetterMessage(t.Context(), receiveOne(t, receiver), nil))
	dead := s.deadLetters(t, "leads")
	wantCondition(t, dead.DeadLetterMessage(t.Context(), receiveOne(t, dead), nil), condNotAllowed)
	s.wantStats(t, "leads", QueueStats{DeadLettered: 1})
}

func TestAMessageCannotGrowWithoutEndByBeingGivenBack(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a")
	must(t, receiver.DeadLetterMessage(t.Context(), receiveOne(t, receiver), nil))
	link, err := s.dial(t).NewReceiver(t.Context(), "leads/$DeadLetterQueue", &amqp.ReceiverOptions{Credit: 1, SettlementMode: amqp.ReceiverSettleModeSecond.Ptr()})
	must(t, err)
	for i := range 100 {
		m, err := link.Receive(t.Context(), nil)
		must(t, err)
		err = link.ModifyMessage(t.Context(), m, &amqp.ModifyMessageOptions{Annotations: amqp.Annotations{string(rune('A' + i)): make([]byte, 40<<10)}})
		if err != nil {
			wantCondition(t, err, condSizeExceeded)
			if i < 6 {
				t.Errorf("refused at %d KiB", i*40)
			}
			return
		}
	}
	t.Error("a message grew to 4 MiB")
}
