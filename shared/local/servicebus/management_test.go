package servicebus

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"
)

func messageWithID(id any) *amqp.Message {
	return &amqp.Message{Properties: &amqp.MessageProperties{MessageID: id}, Data: [][]byte{[]byte("x")}}
}

// A manager sends requests to $management that azservicebus does not send.
type manager struct {
	sender   *amqp.Sender
	receiver *amqp.Receiver
}

func (s *server) manager(t *testing.T, queue string) *manager {
	t.Helper()
	session := s.dial(t)
	sender, err := session.NewSender(t.Context(), queue+"/$management", nil)
	must(t, err)
	receiver, err := session.NewReceiver(t.Context(), queue+"/$management", &amqp.ReceiverOptions{TargetAddress: "answers", Credit: 10})
	must(t, err)
	return &manager{sender, receiver}
}

// ask sends a request and returns the answer.
func (m *manager) ask(t *testing.T, operation string, arguments ...pair) *amqp.Message {
	t.Helper()
	raw := slices.Concat(
		described(codeProperties, list(text("request"), nil, nil, nil, text("answers"))),
		described(codeApplication, mapping(pair{text("operation"), text(operation)})),
		described(codeValue, mapping(arguments...)))
	var request amqp.Message
	must(t, request.UnmarshalBinary(raw))
	must(t, m.sender.Send(t.Context(), &request, nil))
	answer, err := m.receiver.Receive(t.Context(), nil)
	must(t, err)
	if answer.Properties.CorrelationID != "request" {
		t.Errorf("the answer is to %v", answer.Properties.CorrelationID)
	}
	return answer
}

// status asks and returns what came of it.
func (m *manager) status(t *testing.T, operation string, arguments ...pair) (status int32, condition string) {
	t.Helper()
	p := m.ask(t, operation, arguments...).ApplicationProperties
	status, _ = p["statusCode"].(int32)
	condition, _ = p["errorCondition"].(string)
	return status, condition
}

func TestAnOperationThatIsNotKnownIsRefusedByItsStatus(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	m := s.manager(t, "leads")
	for _, operation := range []string{
		"com.microsoft:receive-by-sequence-number", "com.microsoft:get-message-sessions", "com.microsoft:set-session-state",
		"com.microsoft:add-rule", "peek-message-2", "",
	} {
		if status, condition := m.status(t, operation); status != statusNotImplemented || condition != condNotImplemented {
			t.Errorf("operation %q came to %d %s", operation, status, condition)
		}
	}
}

func TestAnOperationWithWrongArgumentsIsRefusedByItsStatus(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	m := s.manager(t, "leads")
	for operation, test := range map[string]struct {
		argument string
		wrong    []value
		more     []pair
	}{
		"renew-lock":               {argument: "lock-tokens", wrong: []value{nil, text("x"), list(text("x"))}},
		"update-disposition":       {argument: "disposition-status", wrong: []value{nil, long(1), text("lost")}, more: []pair{{text("lock-tokens"), list()}}},
		"peek-message":             {argument: "from-sequence-number", wrong: []value{nil, text("x")}, more: []pair{{text("message-count"), integer(1)}}},
		"schedule-message":         {argument: "messages", wrong: []value{nil, list(text("x")), list(mapping()), list(mapping(pair{text("message"), octets([]byte{1})}))}},
		"cancel-scheduled-message": {argument: "sequence-numbers", wrong: []value{nil, long(1), list(text("1"))}},
	} {
		for _, wrong := range test.wrong {
			status, condition := m.status(t, "com.microsoft:"+operation, append(test.more, pair{text(test.argument), wrong})...)
			if status != statusBadRequest || condition == "" {
				t.Errorf("%s with %x came to %d %s", operation, wrong, status, condition)
			}
		}
	}
	for _, wrong := range []value{nil, integer(0), integer(-1), text("1")} {
		status, _ := m.status(t, "com.microsoft:peek-message", pair{text("from-sequence-number"), long(1)}, pair{text("message-count"), wrong})
		if status != statusBadRequest {
			t.Errorf("peek-message of %x messages came to %d", wrong, status)
		}
	}
}

func TestAnswersWaitForCreditAndARequestThatNobodyWaitsForIsRefused(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	session := s.dial(t)
	sender, err := session.NewSender(t.Context(), "leads/$management", nil)
	must(t, err)
	request := func(replyTo string) *amqp.Message {
		return &amqp.Message{
			Properties:            &amqp.MessageProperties{MessageID: "request", ReplyTo: &replyTo},
			ApplicationProperties: map[string]any{"operation": "com.microsoft:peek-message"},
			Value:                 map[string]any{"from-sequence-number": int64(1), "message-count": int32(1)},
		}
	}
	wantCondition(t, sender.Send(t.Context(), request("nobody"), nil), condNotFound)

	receiver, err := session.NewReceiver(t.Context(), "leads/$management", &amqp.ReceiverOptions{TargetAddress: "answers", Credit: -1})
	must(t, err)
	for range maxReplies {
		must(t, sender.Send(t.Context(), request("answers"), nil))
	}
	wantCondition(t, sender.Send(t.Context(), request("answers"), nil), condResourceLimit)
	must(t, receiver.IssueCredit(maxReplies))
	for range maxReplies {
		answer, err := receiver.Receive(t.Context(), nil)
		must(t, err)
		if answer.ApplicationProperties["statusCode"] != int32(statusNoContent) {
			t.Fatalf("answer %v", answer.ApplicationProperties)
		}
	}
	wantCondition(t, sender.Send(t.Context(), messageWithID("no reply-to"), nil), condInvalidField)
}

func TestATokenIsTakenWhateverItSaysAndOtherWishesAreNot(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	session := s.dial(t)
	sender, err := session.NewSender(t.Context(), "$cbs", nil)
	must(t, err)
	receiver, err := session.NewReceiver(t.Context(), "$cbs", &amqp.ReceiverOptions{TargetAddress: "answers"})
	must(t, err)
	for operation, want := range map[string]int32{"put-token": statusAccepted, "delete-token": statusNotImplemented} {
		must(t, sender.Send(t.Context(), &amqp.Message{
			Properties:            &amqp.MessageProperties{MessageID: uint64(7), ReplyTo: new("answers")},
			ApplicationProperties: map[string]any{"operation": operation, "type": "servicebus.windows.net:sastoken", "name": "sb://x"},
			Value:                 "whatever",
		}, nil))
		answer, err := receiver.Receive(t.Context(), nil)
		must(t, err)
		if answer.ApplicationProperties["status-code"] != want || answer.Properties.CorrelationID != uint64(7) {
			t.Errorf("%s came to %v for %v", operation, answer.ApplicationProperties, answer.Properties.CorrelationID)
		}
	}
}

func TestPeekingShowsMessagesOfEveryStateAndChangesNothing(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	sender, receiver := s.sender(t, "leads"), s.receiver(t, "leads")
	send(t, sender, "locked", "active")
	receiveOne(t, receiver)
	_, err := sender.ScheduleMessages(t.Context(), []*azservicebus.Message{{Body: []byte("scheduled")}}, c.now().Add(time.Hour), nil)
	must(t, err)
	want := QueueStats{Active: 1, Locked: 1, Scheduled: 1}
	s.wantStats(t, "leads", want)

	peeked, err := receiver.PeekMessages(t.Context(), 10, nil)
	must(t, err)
	if got := bodies(peeked); !slices.Equal(got, []string{"locked", "active", "scheduled"}) {
		t.Errorf("peeked %v", got)
	}
	for i, state := range []azservicebus.MessageState{azservicebus.MessageStateActive, azservicebus.MessageStateActive, azservicebus.MessageStateScheduled} {
		if m := peeked[i]; m.State != state || *m.SequenceNumber != int64(i+1) || m.LockToken != [16]byte{} || m.LockedUntil != nil {
			t.Errorf("%s has state %d, number %d, token %x", m.Body, m.State, *m.SequenceNumber, m.LockToken)
		}
	}
	s.wantStats(t, "leads", want)
}

func TestPeekingGoesOnWhereItStoppedOrBeginsAnywhere(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	receiver := s.receiver(t, "leads")
	var all []string
	for i := range 25 {
		all = append(all, fmt.Sprint(i))
	}
	send(t, s.sender(t, "leads"), all...)
	var seen []string
	for range 4 {
		peeked, err := receiver.PeekMessages(t.Context(), 10, nil)
		must(t, err)
		seen = append(seen, bodies(peeked)...)
	}
	if !slices.Equal(seen, all) {
		t.Errorf("peeked %v", seen)
	}
	peeked, err := receiver.PeekMessages(t.Context(), 2, &azservicebus.PeekMessagesOptions{FromSequenceNumber: new(int64(24))})
	must(t, err)
	if got := bodies(peeked); !slices.Equal(got, all[23:]) {
		t.Errorf("peeked %v from 24 on", got)
	}
}

func TestOneLookShowsNoMoreThanAMessageMayHold(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	sender, receiver := s.sender(t, "leads"), s.receiver(t, "leads")
	for range 5 {
		must(t, sender.SendMessage(t.Context(), &azservicebus.Message{Body: make([]byte, 100<<10)}, nil))
	}
	must(t, sender.SendMessage(t.Context(), &azservicebus.Message{Body: make([]byte, maxMessageSize-200)}, nil))
	for _, want := range []int{2, 2, 1, 1, 0} {
		peeked, err := receiver.PeekMessages(t.Context(), 10, nil)
		must(t, err)
		if len(peeked) != want {
			t.Errorf("peeked %d messages, want %d", len(peeked), want)
		}
	}
}
