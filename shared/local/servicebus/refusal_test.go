package servicebus

import (
	"errors"
	"slices"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"
)

func TestWhatIsNotAQueueIsNotFound(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	for _, name := range []string{"nowhere", "leads/Subscriptions/sub", "leads/$Transfer/$DeadLetterQueue", "$management", "nowhere/$DeadLetterQueue"} {
		wantCondition(t, s.sender(t, name).SendMessage(t.Context(), &azservicebus.Message{}, nil), condNotFound)
		_, err := s.receiver(t, name).ReceiveMessages(t.Context(), 1, nil)
		wantCondition(t, err, condNotFound)
		_, err = s.dial(t).NewSender(t.Context(), name+"/$management", nil)
		wantCondition(t, err, condNotFound)
	}
	topic, err := s.client.NewReceiverForSubscription("leads", "sub", nil)
	must(t, err)
	_, err = topic.ReceiveMessages(t.Context(), 1, nil)
	wantCondition(t, err, condNotFound)
}

func TestAQueueIsKnownByItsNameInAnyCase(t *testing.T) {
	s := start(t, nil, plainQueue("Leads"))
	send(t, s.sender(t, "LEADS"), "a")
	receiver := s.receiver(t, "leads")
	must(t, receiver.DeadLetterMessage(t.Context(), receiveOne(t, receiver), nil))
	receiveOne(t, s.receiver(t, "leads/$deadletterqueue"))
	s.wantStats(t, "Leads", QueueStats{DeadLettered: 1})
}

func TestSessionsAreNotAllowed(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	_, err := s.client.AcceptSessionForQueue(t.Context(), "leads", "a", nil)
	wantCondition(t, err, condNotAllowed)
	_, err = s.client.AcceptNextSessionForQueue(t.Context(), "leads", nil)
	wantCondition(t, err, condNotAllowed)
}

func TestDeferringIsRefusedAndTheMessageStaysLocked(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a")
	link, err := s.dial(t).NewReceiver(t.Context(), "leads", &amqp.ReceiverOptions{SettlementMode: amqp.ReceiverSettleModeSecond.Ptr()})
	must(t, err)
	m, err := link.Receive(t.Context(), nil)
	must(t, err)
	err = link.ModifyMessage(t.Context(), m, &amqp.ModifyMessageOptions{UndeliverableHere: true})
	wantCondition(t, err, condNotImplemented)
	s.wantStats(t, "leads", QueueStats{Locked: 1})
}

func TestDeferringByLockTokenIsRefused(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a")
	receiver := s.receiver(t, "leads")
	m := receiveOne(t, receiver)
	token := uuid(m.LockToken)
	status, condition := s.manager(t, "leads").status(t, "com.microsoft:update-disposition",
		pair{text("lock-tokens"), array(typeUUID, token)}, pair{text("disposition-status"), text("defered")})
	if status != statusNotImplemented || condition != condNotImplemented {
		t.Errorf("deferring came to %d %s", status, condition)
	}
	must(t, receiver.CompleteMessage(t.Context(), m, nil))
}

func TestALinkThatAsksForMoreThanThereIsIsRefused(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	node := func(code uint8, fields ...value) value { return described(code, list(fields...)) }
	filter := func(name string) value {
		return node(codeSource, text("leads"), nil, nil, nil, nil, nil, nil, mapping(pair{symbol(name), text("x")}))
	}
	for name, test := range map[string]struct {
		receives       bool
		receiverMode   value
		source, target value
		unsettled      value
		want           string
	}{
		"a coordinator of transactions":       {target: node(codeCoordinator), want: condNotImplemented},
		"a dynamic source":                    {receives: true, source: node(codeSource, nil, nil, nil, nil, boolean(true)), want: condNotImplemented},
		"a dynamic target":                    {target: node(codeTarget, nil, nil, nil, nil, boolean(true)), want: condNotImplemented},
		"an endless address for answers":      {receives: true, source: node(codeSource, text("$cbs")), target: node(codeTarget, text(string(bytesOf('x', maxReplyTo+1)))), want: condInvalidField},
		"no target":                           {want: condInvalidField},
		"no source":                           {receives: true, want: condInvalidField},
		"a source in the place of a target":   {target: node(codeSource, text("leads")), want: condInvalidField},
		"an address that is no text":          {target: node(codeTarget, unsigned(7)), want: condDecode},
		"an empty address":                    {target: node(codeTarget), want: condNotFound},
		"a session filter":                    {receives: true, source: filter(sessionFilter), want: condNotAllowed},
		"a selector":                          {receives: true, source: filter("apache.org:selector-filter:string"), want: condNotImplemented},
		"a sender that settles second":        {target: node(codeTarget, text("leads")), receiverMode: ubyte(receiverSecond), want: condNotImplemented},
		"the deliveries of an earlier link":   {target: node(codeTarget, text("leads")), unsettled: mapping(pair{octets([]byte{1}), nil}), want: condNotImplemented},
		"a dead-letter queue to send to":      {target: node(codeTarget, text("leads/$DeadLetterQueue")), want: condNotAllowed},
		"a queue that does not exist":         {target: node(codeTarget, text("nowhere")), want: condNotFound},
		"management of nothing that is known": {target: node(codeTarget, text("nowhere/$management")), want: condNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.raw(t)
			c.say(t, codeAttach, text("link"), unsigned(3), boolean(test.receives), nil, test.receiverMode, test.source, test.target, test.unsettled, nil, unsigned(0))
			f := c.want(t, codeAttach)
			if f.at(5) != nil || f.at(6) != nil || f.uint32(1, 99) != 3 {
				t.Errorf("attach %v", f.items)
			}
			c.wantError(t, codeDetach, 2, test.want)
			c.say(t, codeDetach, unsigned(3), boolean(true))
			c.attachSender(t, "leads") // the session goes on
		})
	}
}

func TestAMessageThatIsNotUnderstoodIsRefused(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	c := s.raw(t)
	c.attachSender(t, "leads")
	annotated := func(key, val value) []byte { return described(codeMessageAnnotations, mapping(pair{key, val})) }
	for name, raw := range map[string][]byte{
		"octets that are no value":       {0xff},
		"half a value":                   body([]byte("whole"))[:5],
		"a value without a descriptor":   text("x"),
		"a section that is not known":    described(0x79, list()),
		"sections in the wrong order":    append(body(nil), described(codeHeader, list())...),
		"two headers":                    append(described(codeHeader, list()), described(codeHeader, list())...),
		"a header that is no list":       described(codeHeader, mapping()),
		"a life that is no number":       described(codeHeader, list(nil, nil, text("x"))),
		"annotations that are no map":    described(codeMessageAnnotations, list()),
		"a schedule that is no time":     annotated(symbol(annotationScheduled), long(7)),
		"properties that are no list":    described(codeProperties, mapping()),
		"a property without a name":      described(codeApplication, mapping(pair{long(1), long(1)})),
		"text that is not UTF-8":         described(codeValue, value{typeString8, 1, 0xff}),
		"values nested without an end":   bytesOf(0, 1<<12),
		"a descriptor that is a symbol":  append(value{typeDescribed}, append(symbol("amqp:data:binary"), octets(nil)...)...),
		"a map with an odd end":          described(codeValue, compound(typeMap32, []value{nil})),
		"a list that is longer than all": described(codeValue, value{typeList32, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff}),
	} {
		c.transfer(t, 7, false, raw)
		f := c.want(t, codeDisposition)
		if code, rejected, _ := composite(f.at(4)); code != codeRejected || conditionOf(rejected.at(0)) != condDecode {
			t.Errorf("%s: state 0x%x", name, code)
		}
	}
	c.transfer(t, 8, false, body(nil))
	c.want(t, codeDisposition)
	s.wantStats(t, "leads", QueueStats{Active: 1})
}

func bytesOf(b byte, n int) []byte {
	all := make([]byte, n)
	for i := range all {
		all[i] = b
	}
	return all
}

func TestATransferThatIsOutOfPlaceCostsTheLink(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	for name, test := range map[string]struct {
		fields []value // after the handle
		want   string
	}{
		"without a delivery id":         {nil, condInvalidField},
		"with a state of a transaction": {[]value{unsigned(0), nil, nil, nil, nil, nil, described(0x34, list())}, condNotImplemented},
		"resuming":                      {[]value{unsigned(0), nil, nil, nil, nil, nil, nil, boolean(true)}, condNotImplemented},
		"settled and broken":            {[]value{unsigned(0), nil, unsigned(99), boolean(true)}, condNotImplemented},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.raw(t)
			c.attachSender(t, "leads")
			c.say(t, codeTransfer, append([]value{unsigned(0)}, test.fields...)...)
			c.wantError(t, codeDetach, 2, test.want)
		})
	}
	t.Run("with another id than it began with", func(t *testing.T) {
		c := s.raw(t)
		c.attachSender(t, "leads")
		c.transfer(t, 0, true, body(nil))
		c.transfer(t, 1, false, body(nil))
		c.wantError(t, codeDetach, 2, condInvalidField)
	})
	t.Run("on a link for receiving", func(t *testing.T) {
		c := s.raw(t)
		c.attachReceiver(t, 0, "leads")
		c.transfer(t, 0, false, body(nil))
		c.wantError(t, codeDetach, 2, condNotAllowed)
	})
	s.wantStats(t, "leads", QueueStats{})
}

func TestADeliveryStateThatIsNotKnownIsRefusedAndTheMessageStaysLocked(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a")
	c := s.raw(t)
	c.attachReceiver(t, 0, "leads")
	c.say(t, codeFlow, unsigned(0), unsigned(100), unsigned(0), unsigned(100), unsigned(0), unsigned(0), unsigned(1))
	id := c.want(t, codeTransfer).uint32(1, 99)
	c.say(t, codeDisposition, boolean(true), unsigned(id), nil, boolean(false), described(0x34, list()))
	f := c.want(t, codeDisposition)
	if _, rejected, _ := composite(f.at(4)); conditionOf(rejected.at(0)) != condNotImplemented {
		t.Errorf("answer %x", f.at(4))
	}
	s.wantStats(t, "leads", QueueStats{Locked: 1})
}

func TestOnlyAnOutcomeSettlesADelivery(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a", "b")
	c := s.raw(t)
	c.attachReceiver(t, 0, "leads")
	c.say(t, codeFlow, unsigned(0), unsigned(100), unsigned(0), unsigned(100), unsigned(0), unsigned(0), unsigned(2))
	c.want(t, codeTransfer)
	c.want(t, codeTransfer)
	both := []value{boolean(true), unsigned(0), unsigned(1)}
	c.say(t, codeDisposition, append(both, boolean(false), described(0x23, list(unsigned(0), ulong(0))))...) // received so far
	c.say(t, codeDisposition, append(both, boolean(false))...)
	c.say(t, codeDisposition, boolean(true), unsigned(1), nil, boolean(true))          // forgets the second
	c.say(t, codeDisposition, boolean(false), unsigned(0), unsigned(1), boolean(true)) // about what it sent itself
	c.say(t, codeDisposition, append(both, boolean(false), described(codeRejected, list()))...)
	if f := c.want(t, codeDisposition); f.uint32(1, 99) != 0 {
		t.Errorf("answer for %d", f.uint32(1, 99))
	}
	s.wantStats(t, "leads", QueueStats{Locked: 1, DeadLettered: 1})
}

func TestAMistakeInASessionCostsTheSessionAlone(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	for name, test := range map[string]struct {
		code  uint8
		items []value
		want  string
	}{
		"a transfer on no link":            {codeTransfer, []value{unsigned(5), unsigned(0)}, condUnattached},
		"a flow for no link":               {codeFlow, []value{unsigned(0), unsigned(9), unsigned(0), unsigned(9), unsigned(5)}, condUnattached},
		"the end of no link":               {codeDetach, []value{unsigned(5)}, condUnattached},
		"a second link on the same handle": {codeAttach, []value{text("x"), unsigned(0), boolean(true)}, condHandleInUse},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.raw(t)
			c.attachSender(t, "leads")
			c.say(t, test.code, test.items...)
			c.wantError(t, codeEnd, 0, test.want)
			c.say(t, codeFlow, unsigned(0), unsigned(9), unsigned(0), unsigned(9), unsigned(0)) // was on its way
			c.say(t, codeEnd)
			c.say(t, codeBegin, nil, unsigned(0), unsigned(9), unsigned(9))
			c.want(t, codeBegin)
			c.attachSender(t, "leads")
		})
	}
}

func TestAMistakeOnTheConnectionEndsItWithAnError(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	for name, test := range map[string]struct {
		frame []byte
		want  string
	}{
		"a frame for no session":           {frame(frameAMQP, 7, described(codeFlow, list()), nil), condNotAllowed},
		"a session that is open":           {frame(frameAMQP, 0, described(codeBegin, list(nil, unsigned(0), unsigned(1), unsigned(1))), nil), condIllegalState},
		"an answer to no session":          {frame(frameAMQP, 1, described(codeBegin, list(ushort(0), unsigned(0), unsigned(1), unsigned(1))), nil), condNotAllowed},
		"a session without a window":       {frame(frameAMQP, 1, described(codeBegin, list(nil, unsigned(0))), nil), condDecode},
		"too many sessions":                {frame(frameAMQP, highestChannel+1, described(codeBegin, list(nil, unsigned(0), unsigned(1), unsigned(1))), nil), condFraming},
		"too many links":                   {frame(frameAMQP, 0, described(codeAttach, list(text("x"), unsigned(highestHandle+1), boolean(true))), nil), condFraming},
		"a second open":                    {frame(frameAMQP, 0, described(codeOpen, list(text("x"))), nil), condIllegalState},
		"a performative that is not known": {frame(frameAMQP, 0, described(0x19, list()), nil), condNotImplemented},
		"no performative":                  {frame(frameAMQP, 0, text("x"), nil), condDecode},
		"no value":                         {frame(frameAMQP, 0, value{0xff}, nil), condDecode},
		"a settle mode that is not known":  {frame(frameAMQP, 0, described(codeAttach, list(text("x"), unsigned(0), boolean(true), ubyte(3))), nil), condDecode},
		"a credit that is no number":       {frame(frameAMQP, 0, described(codeFlow, list(nil, unsigned(1), nil, nil, unsigned(0), nil, text("x"))), nil), condDecode},
		"a link without a name":            {frame(frameAMQP, 0, described(codeAttach, list()), nil), condDecode},
		"a transfer without a link":        {frame(frameAMQP, 0, described(codeTransfer, list()), nil), condDecode},
		"the end of a link without one":    {frame(frameAMQP, 0, described(codeDetach, list()), nil), condDecode},
		"a settlement without a delivery":  {frame(frameAMQP, 0, described(codeDisposition, list(boolean(true))), nil), condDecode},
		"a settlement without a state":     {frame(frameAMQP, 0, described(codeDisposition, list(boolean(true), unsigned(0), nil, nil, text("x"))), nil), condDecode},
		"an outcome that is no list":       {frame(frameAMQP, 0, described(codeDisposition, list(boolean(true), unsigned(0), nil, nil, described(codeRejected, mapping()))), nil), condDecode},
		"a rejection for no known reason":  {frame(frameAMQP, 0, described(codeDisposition, list(boolean(true), unsigned(0), nil, nil, described(codeRejected, list(text("x"))))), nil), condDecode},
		"a reason that is no text":         {frame(frameAMQP, 0, described(codeDisposition, list(boolean(true), unsigned(0), nil, nil, described(codeRejected, list(described(codeError, list(symbol("x"), nil, mapping(pair{symbol(propertyReason), long(1)}))))))), nil), condDecode},
		"a SASL frame":                     {frame(frameSASL, 0, described(codeSASLInit, list(symbol("PLAIN"))), nil), condFraming},
		"a frame above the limit":          {[]byte{0, 1, 0, 1, 2, 0, 0, 0}, condFraming},
		"a frame shorter than its head":    {[]byte{0, 0, 0, 7, 2, 0, 0, 0}, condFraming},
		"a body that begins in the head":   {[]byte{0, 0, 0, 8, 1, 0, 0, 0}, condFraming},
		"a body that begins after the end": {[]byte{0, 0, 0, 8, 3, 0, 0, 0}, condFraming},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.raw(t)
			c.write(t, test.frame)
			c.wantError(t, codeClose, 0, test.want)
			c.say(t, codeClose)
			c.wantEnd(t)
		})
	}
	send(t, s.sender(t, "leads"), "everybody else goes on")
}

func TestMessagesBegunAndNeverEndedAreBounded(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	c := s.raw(t)
	part := make([]byte, 50<<10)
	for handle := range uint32(highestHandle) {
		c.say(t, codeAttach, text("x"), unsigned(handle), boolean(false), nil, nil, nil, described(codeTarget, list(text("leads"))), nil, nil, unsigned(0))
		c.want(t, codeAttach)
		c.want(t, codeFlow)
		for range 5 {
			head := described(codeTransfer, list(unsigned(handle), unsigned(0), octets([]byte{1}), unsigned(0), nil, boolean(true)))
			if _, err := c.net.Write(frame(frameAMQP, 0, head, part)); err != nil {
				break // refused meanwhile
			}
		}
		if handle >= partialLimit/(250<<10) {
			break
		}
	}
	c.wantError(t, codeClose, 0, condResourceLimit)
	eventually(t, func() error {
		s.broker.mu.Lock()
		defer s.broker.mu.Unlock()
		if len(s.broker.conns) > 0 {
			return errors.New("the connection is still there")
		}
		return nil
	})
}

// A peer once brought the broker down by sending back a value whose type it could not encode.
func TestTheTerminusOfALinkIsEchoedWhateverItsTypes(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	for _, odd := range []value{
		{typeDecimal128, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, {typeChar, 0, 1, 0xf6, 0}, {typeByte, 0x80},
		described(200, list(array(typeShort, value{typeShort, 1, 2}))), slices.Concat(value{typeDescribed}, symbol("x:y"), value{typeNull}),
	} {
		c := s.raw(t)
		source := described(codeSource, list(text("leads"), odd))
		c.say(t, codeAttach, text("x"), unsigned(0), boolean(true), nil, nil, source, described(codeTarget, list(odd)))
		if f := c.want(t, codeAttach); string(f.at(5)) != string(source) {
			t.Errorf("%x came back as %x", source, f.at(5))
		}
	}
}

// A peer once kept the broker busy for minutes with one frame.
func TestASettlementOfAllTheDeliveriesThereCanBeTakesNoTime(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a", "b", "c")
	c := s.raw(t)
	c.attachReceiver(t, 0, "leads")
	c.say(t, codeFlow, unsigned(0), unsigned(100), unsigned(0), unsigned(100), unsigned(0), unsigned(0), unsigned(3))
	for range 3 {
		c.want(t, codeTransfer)
	}
	for range 50 {
		c.say(t, codeDisposition, boolean(true), unsigned(3), unsigned(2), boolean(false), described(codeAccepted, list()))
	}
	for _, id := range []uint32{0, 1, 2} { // beginning at 3 and once around
		if f := c.want(t, codeDisposition); f.uint32(1, 99) != id || f.uint32(2, 99) != id {
			t.Errorf("answer for %d to %d, want %d", f.uint32(1, 99), f.uint32(2, 99), id)
		}
	}
	s.wantStats(t, "leads", QueueStats{})
}
