package servicebus

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"

	"leadflow/shared/topology"
)

func TestAMessageArrivesAsItWasSent(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	sent := &azservicebus.Message{
		Body:             []byte{0, 1, 0xff},
		ContentType:      new("application/json"),
		CorrelationID:    new("correlation"),
		MessageID:        new("id"),
		PartitionKey:     new("partition"),
		ReplyTo:          new("reply"),
		ReplyToSessionID: new("reply session"),
		SessionID:        new("session"),
		Subject:          new("subject"),
		TimeToLive:       new(time.Minute),
		To:               new("to"),
		ApplicationProperties: map[string]any{
			"text": "서울", "long": int64(1) << 40, "int": int32(-5), "small": int64(-1), "unsigned": uint64(300),
			"float": 1.5, "yes": true, "no": false, "none": nil, "time": c.now(), "uuid": amqp.UUID{1, 2},
			"octets": []byte("\xff\x00"), "empty": "", "long text": strings.Repeat("é", 300),
		},
	}
	must(t, s.sender(t, "leads").SendMessage(t.Context(), sent, nil))
	got := receiveOne(t, s.receiver(t, "leads"))

	back := got.Message()
	if !bytes.Equal(back.Body, sent.Body) {
		t.Errorf("body %x", back.Body)
	}
	for name, want := range sent.ApplicationProperties {
		have, known := back.ApplicationProperties[name]
		if at, ok := have.(time.Time); ok {
			have = at.UTC()
		}
		if b, ok := want.([]byte); ok {
			known, have, want = known && bytes.Equal(b, have.([]byte)), nil, nil
		}
		if !known || have != want {
			t.Errorf("property %s is %v, want %v", name, have, want)
		}
	}
	for name, pair := range map[string][2]*string{
		"content type": {back.ContentType, sent.ContentType}, "correlation": {back.CorrelationID, sent.CorrelationID},
		"id": {back.MessageID, sent.MessageID}, "partition": {back.PartitionKey, sent.PartitionKey},
		"reply": {back.ReplyTo, sent.ReplyTo}, "reply session": {back.ReplyToSessionID, sent.ReplyToSessionID},
		"session": {back.SessionID, sent.SessionID}, "subject": {back.Subject, sent.Subject}, "to": {back.To, sent.To},
	} {
		if pair[0] == nil || *pair[0] != *pair[1] {
			t.Errorf("%s is %v, want %q", name, pair[0], *pair[1])
		}
	}
	if *got.TimeToLive != time.Minute || !got.ExpiresAt.Equal(c.now().Add(time.Minute)) {
		t.Errorf("life %s until %s", got.TimeToLive, got.ExpiresAt)
	}
	if *got.SequenceNumber != 1 || !got.EnqueuedTime.Equal(c.now()) || !got.LockedUntil.Equal(c.now().Add(time.Minute)) {
		t.Errorf("number %d, enqueued %s, locked until %s", *got.SequenceNumber, got.EnqueuedTime, got.LockedUntil)
	}
	if got.DeliveryCount != 1 || got.State != azservicebus.MessageStateActive || got.LockToken == [16]byte{} {
		t.Errorf("delivery %d, state %d, token %x", got.DeliveryCount, got.State, got.LockToken)
	}
}

func TestTheBodyMayBeAnythingThatAMQPKnows(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	for name, body := range map[string]azservicebus.AMQPAnnotatedMessageBody{
		"several data sections": {Data: [][]byte{[]byte("a"), {}, []byte("b")}},
		"a value":               {Value: map[string]any{"list": []any{int64(1), "two", []string{"x", "y"}}}},
		"sequences":             {Sequence: [][]any{{"a"}, {int64(1), nil}}},
	} {
		t.Run(name, func(t *testing.T) {
			sent := &azservicebus.AMQPAnnotatedMessage{
				Body:                body,
				Footer:              map[any]any{"sum": int64(7)},
				MessageAnnotations:  map[any]any{"x-opt-own": "kept", "x-opt-sequence-number": "a sender's invention"},
				DeliveryAnnotations: map[any]any{"own": "kept", "x-opt-lock-token": "a sender's invention"},
				Header:              &azservicebus.AMQPAnnotatedMessageHeader{Durable: true, Priority: 7, DeliveryCount: 99},
			}
			must(t, s.sender(t, "leads").SendAMQPAnnotatedMessage(t.Context(), sent, nil))
			receiver := s.receiver(t, "leads")
			m := receiveOne(t, receiver)
			got := m.RawAMQPMessage
			if !equalBodies(got.Body, body) {
				t.Errorf("body %v, want %v", got.Body, body)
			}
			if got.Footer["sum"] != int64(7) || got.MessageAnnotations["x-opt-own"] != "kept" || !got.Header.Durable || got.Header.Priority != 7 {
				t.Errorf("footer %v, annotations %v, header %v", got.Footer, got.MessageAnnotations, got.Header)
			}
			if *m.SequenceNumber < 1 || m.DeliveryCount != 1 {
				t.Errorf("number %d, delivery %d: the broker's own are to be set by the broker", *m.SequenceNumber, m.DeliveryCount)
			}
			if a := got.DeliveryAnnotations; a["own"] != "kept" || a["x-opt-lock-token"] != amqp.UUID(m.LockToken) || string(got.DeliveryTag) == string(m.LockToken[:]) {
				t.Errorf("delivery annotations %v, tag %x, token %x", a, got.DeliveryTag, m.LockToken)
			}
			must(t, receiver.CompleteMessage(t.Context(), m, nil))
		})
	}
}

func equalBodies(a, b azservicebus.AMQPAnnotatedMessageBody) bool {
	x, _ := (&amqp.Message{Data: a.Data, Value: a.Value, Sequence: a.Sequence}).MarshalBinary()
	y, _ := (&amqp.Message{Data: b.Data, Value: b.Value, Sequence: b.Sequence}).MarshalBinary()
	return bytes.Equal(x, y)
}

func TestABatchArrivesAsItsMessagesInOrder(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	sender := s.sender(t, "leads")
	batch, err := sender.NewMessageBatch(t.Context(), nil)
	must(t, err)
	for _, body := range []string{"a", "b", "c"} {
		must(t, batch.AddMessage(&azservicebus.Message{Body: []byte(body), Subject: &body}, nil))
	}
	must(t, sender.SendMessageBatch(t.Context(), batch, nil))
	got := receive(t, s.receiver(t, "leads"), 3)
	if want := []string{"a", "b", "c"}; !slices.Equal(bodies(got), want) || *got[2].Subject != "c" {
		t.Errorf("got %v with subject %q last", bodies(got), *got[2].Subject)
	}
}

func TestABatchWithOneBrokenMessageIsRefusedWhole(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	link, err := s.dial(t).NewSender(t.Context(), "leads", nil)
	must(t, err)
	for _, broken := range []*amqp.Message{
		{Data: [][]byte{body([]byte("good")), {0xff}}},
		{Data: [][]byte{body([]byte("good")), body([]byte("cut short"))[:5]}},
	} {
		broken.Format = batchFormat
		wantCondition(t, link.Send(t.Context(), broken, nil), condDecode)
	}
	s.wantStats(t, "leads", QueueStats{})
}

func TestAMessageThatTakesSeveralFramesArrivesWhole(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	sender, receiver := s.sender(t, "leads"), s.receiver(t, "leads")
	for _, size := range []int{60 << 10, 64 << 10, 65<<10 + 1, 192 << 10, maxMessageSize - 200} {
		want := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		must(t, sender.SendMessage(t.Context(), &azservicebus.Message{Body: want}, nil))
		m := receiveOne(t, receiver)
		if !bytes.Equal(m.Body, want) {
			t.Errorf("%d bytes came back as %d", len(want), len(m.Body))
		}
		must(t, receiver.CompleteMessage(t.Context(), m, nil))
	}
}

func TestAMessageAboveTheLimitIsRefusedByTheClientThatKnowsTheLimit(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	sender := s.sender(t, "leads")
	err := sender.SendMessage(t.Context(), &azservicebus.Message{Body: make([]byte, maxMessageSize)}, nil)
	if !errors.Is(err, azservicebus.ErrMessageTooLarge) {
		t.Errorf("error %v, want ErrMessageTooLarge", err)
	}
	send(t, sender, "small")
	s.wantStats(t, "leads", QueueStats{Active: 1})
}

func TestAMessageAboveTheLimitCostsItsLinkAndNotTheConnection(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	c := s.raw(t)
	c.attachSender(t, "leads")
	part := make([]byte, 60<<10)
	for range 5 {
		c.transfer(t, 0, true, part)
	}
	c.wantError(t, codeDetach, 2, condSizeExceeded)
	c.transfer(t, 0, false, part) // was on its way
	c.say(t, codeDetach, unsigned(0), boolean(true))

	c.attachSender(t, "leads")
	c.transfer(t, 1, false, body([]byte("small")))
	if f := c.want(t, codeDisposition); f.uint32(1, 99) != 1 {
		t.Errorf("answer for delivery %d", f.uint32(1, 99))
	}
	s.wantStats(t, "leads", QueueStats{Active: 1})
}

func TestAnAbortedMessageIsForgotten(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	c := s.raw(t)
	c.attachSender(t, "leads")
	for range partialLimit/(60<<10) + 1 { // more than can be begun and not ended
		c.transfer(t, 0, true, make([]byte, 60<<10))
		c.say(t, codeTransfer, unsigned(0), unsigned(0), nil, nil, nil, nil, nil, nil, nil, boolean(true))
	}
	c.transfer(t, 1, false, body([]byte("whole")))
	c.want(t, codeDisposition)
	if m := receiveOne(t, s.receiver(t, "leads")); string(m.Body) != "whole" {
		t.Errorf("got %q", m.Body)
	}
}

func TestAMessageSentAsSettledIsTakenWithoutAnAnswer(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	link, err := s.dial(t).NewSender(t.Context(), "leads", &amqp.SenderOptions{SettlementMode: amqp.SenderSettleModeSettled.Ptr()})
	must(t, err)
	must(t, link.Send(t.Context(), amqp.NewMessage([]byte("x")), nil))
	s.wantStats(t, "leads", QueueStats{Active: 1})
}

func TestASenderGetsNewCreditAsItGoes(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	link, err := s.dial(t).NewSender(t.Context(), "leads", nil)
	must(t, err)
	for range 3 * fullCredit {
		must(t, link.Send(t.Context(), amqp.NewMessage([]byte("x")), nil))
	}
	s.wantStats(t, "leads", QueueStats{Active: 3 * fullCredit})
}

func TestAFullQueueRefusesMessagesUntilThereIsRoom(t *testing.T) {
	b := NewBroker([]topology.Queue{plainQueue("leads")}, nil)
	b.queues["leads"].limit = 4 << 10
	s := startBroker(t, b)
	sender, receiver := s.sender(t, "leads"), s.receiver(t, "leads")
	big := &azservicebus.Message{Body: make([]byte, 3<<10)}
	must(t, sender.SendMessage(t.Context(), big, nil))
	wantCondition(t, sender.SendMessage(t.Context(), big, nil), condResourceLimit)
	status, condition := s.manager(t, "leads").status(t, "com.microsoft:schedule-message",
		pair{text("messages"), list(mapping(pair{text("message"), octets(body(big.Body))}))})
	if status != statusForbidden || condition != condResourceLimit {
		t.Errorf("scheduling came to %d %s", status, condition)
	}

	m := receiveOne(t, receiver)
	must(t, receiver.DeadLetterMessage(t.Context(), m, nil))
	wantCondition(t, sender.SendMessage(t.Context(), big, nil), condResourceLimit) // dead letters count

	dead := s.deadLetters(t, "leads")
	must(t, dead.CompleteMessage(t.Context(), receiveOne(t, dead), nil))
	must(t, sender.SendMessage(t.Context(), big, nil))
}
