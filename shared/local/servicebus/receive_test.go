package servicebus

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"

	"leadflow/shared/topology"
)

func TestAReceivedMessageIsLockedAndACompletedOneGone(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a", "b")
	m := receiveOne(t, receiver)
	s.wantStats(t, "leads", QueueStats{Active: 1, Locked: 1})
	if other := receiveOne(t, s.receiver(t, "leads")); string(other.Body) != "b" {
		t.Errorf("the second receiver got %q", other.Body)
	}
	must(t, receiver.CompleteMessage(t.Context(), m, nil))
	s.wantStats(t, "leads", QueueStats{Locked: 1})
	wantCode(t, receiver.RenewMessageLock(t.Context(), m, nil), azservicebus.CodeLockLost)
}

func TestMessagesAreReceivedInTheOrderInWhichTheyWereSent(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	var want []string
	for i := range 300 {
		want = append(want, fmt.Sprint(i))
	}
	send(t, s.sender(t, "leads"), want...)
	if got := bodies(receive(t, s.receiver(t, "leads"), 300)); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestAReceiverThatWaitsGetsAMessageAsSoonAsItIsSent(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	s.whileWaiting(t, receiver, "a", func() { send(t, s.sender(t, "leads"), "a") })
}

// whileWaiting has the receiver wait for a message, does something, and wants the message to come then.
func (s *server) whileWaiting(t *testing.T, receiver *azservicebus.Receiver, want string, do func()) *azservicebus.ReceivedMessage {
	t.Helper()
	got := make(chan *azservicebus.ReceivedMessage, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	go func() {
		defer close(got)
		messages, err := receiver.ReceiveMessages(ctx, 1, nil)
		if err != nil || len(messages) != 1 {
			t.Errorf("got %d messages, error %v", len(messages), err)
			return
		}
		got <- messages[0]
	}()
	eventually(t, func() error { return s.wantsCredit("leads") })
	do()
	m := <-got
	if m == nil || string(m.Body) != want {
		t.Fatalf("got %v, want %s", m, want)
	}
	return m
}

// wantsCredit wants somebody to wait for a message of the queue.
func (s *server) wantsCredit(queue string) error {
	s.broker.mu.Lock()
	defer s.broker.mu.Unlock()
	for _, l := range s.broker.queues[queue].receivers {
		if l.credit > 0 {
			return nil
		}
	}
	return fmt.Errorf("nobody waits for messages of %s", queue)
}

func TestReceiversTakeTurns(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	session := s.dial(t)
	var links []*amqp.Receiver
	for range 2 {
		link, err := session.NewReceiver(t.Context(), "leads", &amqp.ReceiverOptions{Credit: 10, SettlementMode: amqp.ReceiverSettleModeSecond.Ptr()})
		must(t, err)
		links = append(links, link)
	}
	eventually(t, func() error {
		s.broker.mu.Lock()
		defer s.broker.mu.Unlock()
		for _, l := range s.broker.queues["leads"].receivers {
			if l.credit != 10 {
				return fmt.Errorf("a receiver has %d credits", l.credit)
			}
		}
		return nil
	})
	send(t, s.sender(t, "leads"), "a", "b", "c", "d")
	seen := map[string]bool{}
	for _, link := range links {
		for range 2 {
			m, err := link.Receive(t.Context(), nil)
			must(t, err)
			seen[string(m.GetData())] = true
		}
	}
	if len(seen) != 4 {
		t.Errorf("got %v", seen)
	}
}

func TestAnAbandonedMessageReturnsToItsPlaceWithItsChanges(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	must(t, s.sender(t, "leads").SendMessage(t.Context(), &azservicebus.Message{
		Body: []byte("a"), ApplicationProperties: map[string]any{"kept": "yes", "attempt": int64(1)}}, nil))
	send(t, s.sender(t, "leads"), "b")

	m := receiveOne(t, receiver)
	must(t, receiver.AbandonMessage(t.Context(), m, &azservicebus.AbandonMessageOptions{PropertiesToModify: map[string]any{"attempt": int64(2), "why": "later"}}))
	m = receiveOne(t, receiver)
	if string(m.Body) != "a" || m.DeliveryCount != 2 {
		t.Errorf("got %q in delivery %d", m.Body, m.DeliveryCount)
	}
	if p := m.ApplicationProperties; len(p) != 3 || p["kept"] != "yes" || p["attempt"] != int64(2) || p["why"] != "later" {
		t.Errorf("properties %v", p)
	}
}

func TestAMessageIsDeliveredAgainAfterItsLockEnds(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a")
	first := receiveOne(t, receiver)
	c.pass(time.Minute - time.Millisecond)
	s.wantStats(t, "leads", QueueStats{Locked: 1})
	c.pass(time.Millisecond)
	s.wantStats(t, "leads", QueueStats{Active: 1})
	wantCode(t, receiver.CompleteMessage(t.Context(), first, nil), azservicebus.CodeLockLost)

	second := receiveOne(t, receiver)
	if second.DeliveryCount != 2 || *second.SequenceNumber != *first.SequenceNumber || second.LockToken == first.LockToken {
		t.Errorf("delivery %d of %d with token %x", second.DeliveryCount, *second.SequenceNumber, second.LockToken)
	}
	must(t, receiver.CompleteMessage(t.Context(), second, nil))
	s.wantStats(t, "leads", QueueStats{})
}

func TestALockEndsWhileNobodyDoesAnything(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a")
	receiver := s.receiver(t, "leads")
	receiveOne(t, receiver)
	if m := s.whileWaiting(t, receiver, "a", func() { c.pass(time.Minute) }); m.DeliveryCount != 2 {
		t.Errorf("delivery %d", m.DeliveryCount)
	}
}

func TestARenewedLockLastsItsWholeDurationAgain(t *testing.T) {
	c := newClock()
	s := start(t, c.now, queueWith("leads", func(p *topology.QueueProperties) { p.LockDuration.Duration = 30 * time.Second }))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a")
	m := receiveOne(t, receiver)
	for range 5 {
		c.pass(20 * time.Second)
		must(t, receiver.RenewMessageLock(t.Context(), m, nil))
		if want := c.now().Add(30 * time.Second); !m.LockedUntil.Equal(want) {
			t.Errorf("locked until %s, want %s", m.LockedUntil, want)
		}
	}
	c.pass(30 * time.Second)
	wantCode(t, receiver.RenewMessageLock(t.Context(), m, nil), azservicebus.CodeLockLost)
}

func TestWhatAClosedReceiverHeldStaysLockedAndCanBeSettledElsewhere(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a", "b")
	receiver := s.receiver(t, "leads")
	held := receive(t, receiver, 2)
	must(t, receiver.Close(t.Context()))
	s.wantStats(t, "leads", QueueStats{Locked: 2})

	other := s.receiver(t, "leads")
	must(t, other.CompleteMessage(t.Context(), &azservicebus.ReceivedMessage{LockToken: held[0].LockToken}, nil))
	s.wantStats(t, "leads", QueueStats{Locked: 1})
	c.pass(time.Minute)
	if m := receiveOne(t, other); string(m.Body) != "b" || m.DeliveryCount != 2 {
		t.Errorf("got %q in delivery %d", m.Body, m.DeliveryCount)
	}
}

func TestEverySettlementWorksByLockTokenAlone(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a")
	token := func() *azservicebus.ReceivedMessage {
		return &azservicebus.ReceivedMessage{LockToken: receiveOne(t, receiver).LockToken}
	}
	must(t, receiver.AbandonMessage(t.Context(), token(), &azservicebus.AbandonMessageOptions{PropertiesToModify: map[string]any{"x": "y"}}))
	m := receiveOne(t, receiver)
	if m.DeliveryCount != 2 || m.ApplicationProperties["x"] != "y" {
		t.Errorf("delivery %d with %v", m.DeliveryCount, m.ApplicationProperties)
	}
	must(t, receiver.DeadLetterMessage(t.Context(), &azservicebus.ReceivedMessage{LockToken: m.LockToken},
		&azservicebus.DeadLetterOptions{Reason: new("reason"), ErrorDescription: new("description")}))
	if dead := receiveOne(t, s.deadLetters(t, "leads")); *dead.DeadLetterReason != "reason" || *dead.DeadLetterErrorDescription != "description" {
		t.Errorf("dead letter %s: %s", *dead.DeadLetterReason, *dead.DeadLetterErrorDescription)
	}
	wantCode(t, receiver.CompleteMessage(t.Context(), &azservicebus.ReceivedMessage{LockToken: m.LockToken}, nil), azservicebus.CodeLockLost)
}

func TestSettlingByLockTokenIsForAllOrForNone(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a", "b", "c")
	var tokens []value
	for _, m := range receive(t, receiver, 2) {
		tokens = append(tokens, uuid(m.LockToken))
	}
	settle := func(status string, more ...pair) (int32, string) {
		return s.manager(t, "leads").status(t, "com.microsoft:update-disposition", append(more, pair{text("disposition-status"), text(status)})...)
	}
	all := pair{text("lock-tokens"), array(typeUUID, tokens...)}
	if status, condition := settle("completed", pair{text("lock-tokens"), list(tokens[0], uuid([16]byte{1}))}); status != statusGone || condition != condLockLost {
		t.Errorf("one lock that is lost came to %d %s", status, condition)
	}
	if status, condition := settle("abandoned", all, pair{text("properties-to-modify"), mapping(pair{long(1), long(1)})}); status != statusBadRequest || condition != condInvalidField {
		t.Errorf("a property without a name came to %d %s", status, condition)
	}
	if status, condition := settle("abandoned", all, pair{text("properties-to-modify"), list()}); status != statusBadRequest || condition != condArgument {
		t.Errorf("properties that are no map came to %d %s", status, condition)
	}
	s.wantStats(t, "leads", QueueStats{Active: 1, Locked: 2})
	if status, _ := settle("completed", all); status != statusOK {
		t.Errorf("completing both came to %d", status)
	}
	s.wantStats(t, "leads", QueueStats{Active: 1})
}

func TestWhatTheClientGivesBackKeepsItsPlaceAndItsCount(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	session := s.dial(t)
	link, err := session.NewReceiver(t.Context(), "leads", &amqp.ReceiverOptions{Credit: -1, SettlementMode: amqp.ReceiverSettleModeSecond.Ptr()})
	must(t, err)
	send(t, s.sender(t, "leads"), "a", "b", "c", "d")
	must(t, link.IssueCredit(3))
	var held []*amqp.Message
	for range 3 {
		m, err := link.Receive(t.Context(), nil)
		must(t, err)
		held = append(held, m)
	}
	for _, i := range []int{2, 0, 1} {
		must(t, link.ReleaseMessage(t.Context(), held[i]))
	}
	s.wantStats(t, "leads", QueueStats{Active: 4})
	got := receive(t, s.receiver(t, "leads"), 4)
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(bodies(got), want) {
		t.Errorf("got %v", bodies(got))
	}
	for _, m := range got {
		if m.DeliveryCount != 1 {
			t.Errorf("%s is in delivery %d", m.Body, m.DeliveryCount)
		}
	}
}

func TestMessagesThatArriveBetweenTwoReceivesAreGivenBackByTheClientInNoTime(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver, sender := s.receiver(t, "leads"), s.sender(t, "leads")
	send(t, sender, "first")
	m, err := receiver.ReceiveMessages(t.Context(), 100, nil) // leaves 99 credits behind
	must(t, err)
	must(t, receiver.CompleteMessage(t.Context(), m[0], nil))
	var want []string
	for i := range 200 {
		want = append(want, fmt.Sprint(i))
	}
	send(t, sender, want...)
	s.wantStats(t, "leads", QueueStats{Active: 200})
	got := receive(t, receiver, 200)
	if !slices.Equal(bodies(got), want) {
		t.Errorf("got %v", bodies(got))
	}
	for _, m := range got {
		if m.DeliveryCount != 1 {
			t.Fatalf("%s is in delivery %d", m.Body, m.DeliveryCount)
		}
	}
}

func TestReceiveAndDeleteTakesTheMessageAtOnce(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a", "b")
	receiver := s.receiverWith(t, "leads", &azservicebus.ReceiverOptions{ReceiveMode: azservicebus.ReceiveModeReceiveAndDelete})
	if m := receiveOne(t, receiver); string(m.Body) != "a" || m.LockedUntil != nil {
		t.Errorf("got %q, locked until %v", m.Body, m.LockedUntil)
	}
	s.wantStats(t, "leads", QueueStats{Active: 1})
}

func TestALiveMessageExpiresAsItsSenderOrItsQueueSays(t *testing.T) {
	for name, test := range map[string]struct {
		queue, message time.Duration
		want           time.Duration
	}{
		"the message's life where the queue has none": {0, time.Hour, time.Hour},
		"the queue's life where the message has none": {time.Hour, 0, time.Hour},
		"the message's life where it is shorter":      {2 * time.Hour, time.Hour, time.Hour},
		"the queue's life where it is shorter":        {time.Hour, 2 * time.Hour, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			s := start(t, c.now, queueWith("leads", func(p *topology.QueueProperties) {
				p.DefaultMessageTimeToLive.Duration = test.queue
				p.DeadLetteringOnMessageExpiration = true
			}), queueWith("forgetful", func(p *topology.QueueProperties) { p.DefaultMessageTimeToLive.Duration = test.queue }))
			m := &azservicebus.Message{Body: []byte("a")}
			if test.message > 0 {
				m.TimeToLive = &test.message
			}
			must(t, s.sender(t, "leads").SendMessage(t.Context(), m, nil))
			must(t, s.sender(t, "forgetful").SendMessage(t.Context(), m, nil))
			c.pass(test.want - time.Millisecond)
			s.wantStats(t, "leads", QueueStats{Active: 1})
			c.pass(time.Millisecond)
			s.wantStats(t, "leads", QueueStats{DeadLettered: 1})
			s.wantStats(t, "forgetful", QueueStats{})
			dead := receiveOne(t, s.deadLetters(t, "leads"))
			if *dead.DeadLetterReason != "TTLExpiredException" || *dead.TimeToLive != test.want {
				t.Errorf("reason %s after %s", *dead.DeadLetterReason, dead.TimeToLive)
			}
		})
	}
}

func TestAMessageDoesNotExpireWhileItIsLocked(t *testing.T) {
	c := newClock()
	s := start(t, c.now, queueWith("leads", func(p *topology.QueueProperties) {
		p.DefaultMessageTimeToLive.Duration = 10 * time.Second
		p.DeadLetteringOnMessageExpiration = true
	}))
	receiver := s.receiver(t, "leads")
	send(t, s.sender(t, "leads"), "a", "b")
	held := receive(t, receiver, 2)
	c.pass(20 * time.Second)
	s.wantStats(t, "leads", QueueStats{Locked: 2})
	must(t, receiver.CompleteMessage(t.Context(), held[0], nil))
	must(t, receiver.AbandonMessage(t.Context(), held[1], nil))
	s.wantStats(t, "leads", QueueStats{DeadLettered: 1})
}

func TestDrainingACreditEndsItAtOnce(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	link, err := s.dial(t).NewReceiver(t.Context(), "leads", &amqp.ReceiverOptions{Credit: -1, SettlementMode: amqp.ReceiverSettleModeSecond.Ptr()})
	must(t, err)
	must(t, link.IssueCredit(5))
	must(t, link.DrainCredit(t.Context(), nil))
	send(t, s.sender(t, "leads"), "a")
	s.wantStats(t, "leads", QueueStats{Active: 1})
	must(t, link.IssueCredit(1))
	m, err := link.Receive(t.Context(), nil)
	must(t, err)
	if string(m.GetData()) != "a" {
		t.Errorf("got %q", m.GetData())
	}
}

func TestTheRestOfAMessageIsNotSentOnALinkThatHasEnded(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	sender := s.sender(t, "leads")
	must(t, sender.SendMessage(t.Context(), &azservicebus.Message{Body: make([]byte, 150<<10)}, nil)) // three frames
	send(t, sender, "b")
	c := s.raw(t)
	c.attachReceiver(t, 0, "leads")
	c.say(t, codeFlow, unsigned(0), unsigned(1), unsigned(0), unsigned(100), unsigned(0), unsigned(0), unsigned(1))
	c.want(t, codeTransfer)
	c.say(t, codeDetach, unsigned(0), boolean(true))
	c.want(t, codeDetach)
	c.attachReceiver(t, 1, "leads")
	c.say(t, codeFlow, unsigned(1), unsigned(9), unsigned(0), unsigned(100), unsigned(1), unsigned(0), unsigned(1))
	if f := c.want(t, codeTransfer); f.uint32(0, 99) != 1 || f.bool(5) {
		t.Errorf("transfer %v", f.items)
	}
	s.wantStats(t, "leads", QueueStats{Locked: 2})
}

func TestMessagesStayInTheQueueUntilTheSessionWindowOpens(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	sender := s.sender(t, "leads")
	must(t, sender.SendMessage(t.Context(), &azservicebus.Message{Body: make([]byte, 150<<10)}, nil)) // three frames
	send(t, sender, "b")
	c := s.raw(t)
	c.attachReceiver(t, 0, "leads")
	flow := func(next, window uint32) {
		c.say(t, codeFlow, unsigned(next), unsigned(window), unsigned(0), unsigned(100), unsigned(0), unsigned(0), unsigned(10))
	}
	flow(0, 2)
	c.want(t, codeTransfer)
	c.want(t, codeTransfer)
	s.wantStats(t, "leads", QueueStats{Active: 1, Locked: 1})
	flow(2, 1)
	if f := c.want(t, codeTransfer); f.bool(5) {
		t.Error("the third frame is not the last")
	}
	s.wantStats(t, "leads", QueueStats{Active: 1, Locked: 1})
	c.say(t, codeFlow, unsigned(3), unsigned(5), unsigned(0), unsigned(100)) // for the whole session
	c.want(t, codeTransfer)
	s.wantStats(t, "leads", QueueStats{Locked: 2})
}
