package servicebus

import (
	"fmt"
	"strings"
	"time"
)

const (
	// fullCredit is how many messages a client may send ahead; at half of it, it gets more.
	fullCredit = 1000
	// maxReplies bounds the answers that wait for the client to give credit for them.
	maxReplies = 1000
	// maxReplyTo bounds the address that a client makes up for its answers, in bytes.
	maxReplyTo = 1 << 10

	cbsNode          = "$cbs"
	managementSuffix = "/$management"
)

// Settle modes of an attach frame.
const (
	senderSettled  = 1
	senderMixed    = 2
	receiverFirst  = 0
	receiverSecond = 1
)

const (
	sessionFilter = "com.microsoft:session-filter"
	batchLimit    = "com.microsoft:max-message-batch-size"
)

// A link is one AMQP link. All of it is guarded by the broker's mutex.
type link struct {
	session  *session
	handle   uint32
	node     string // in lower case
	queue    *queue // nil on $cbs
	requests bool   // $cbs or $management, not the queue itself
	sends    bool   // from the broker to the client
	settled  bool   // what is sent is settled at once: receive and delete
	detached bool   // by the broker; the client does not know yet

	credit     uint32 // how many deliveries the sending side may still make
	deliveries uint32 // delivery-count of AMQP: a running number, not that of messages

	incoming incoming
	replyTo  string
	replies  [][]byte // answers that wait for credit
}

// incoming is the message that the client is sending.
type incoming struct {
	begun   bool
	id      uint32
	format  uint32
	settled bool
	body    []byte
}

// attach makes a link, or refuses it as AMQP wants: with a link that has no terminus and is detached
// at once.
func (s *session) attach(f *fields) error {
	f.text(0) // the name, which is only echoed
	l := &link{session: s, handle: f.uint32(1, 0), sends: f.bool(2)}
	senderMode, receiverMode := f.uint32(3, senderMixed), f.uint32(4, receiverFirst)
	f.check(senderMode <= senderMixed && receiverMode <= receiverSecond)
	l.settled = senderMode == senderSettled
	if !l.sends {
		l.deliveries = f.uint32(9, 0)
	}
	if !f.has(0) || !f.has(1) || !f.has(2) || f.err != nil {
		return decodeError(errType)
	}
	if l.handle > highestHandle {
		return &wireError{condFraming, fmt.Sprintf("handle %d is above %d", l.handle, highestHandle)}
	}
	if s.links[l.handle] != nil {
		s.end(&wireError{condHandleInUse, fmt.Sprintf("handle %d is in use", l.handle)})
		return nil
	}
	s.links[l.handle] = l
	if err := l.join(f); err != nil {
		l.sayAttach(f, nil, nil)
		l.detach(err)
		return nil
	}
	l.sayAttach(f, f.at(5), f.at(6))
	switch {
	case !l.sends:
		l.credit = fullCredit
		l.sayFlow(false)
	case l.requests:
		s.conn.replies[replyKey(l.node, l.replyTo)] = l
	default:
		l.queue.receivers = append(l.queue.receivers, l)
	}
	return nil
}

// join connects the link with its node, or tells why not.
func (l *link) join(f *fields) *wireError {
	if len(f.pairs(7)) > 0 { // unsettled deliveries of an earlier link
		return &wireError{condNotImplemented, "links cannot be resumed"}
	}
	// The node is at the far end of the link, seen from the client; its near end may name the
	// address for answers.
	far, near := f.at(6), f.at(5)
	want := uint64(codeTarget)
	if l.sends {
		far, near, want = near, far, codeSource
	}
	code, terminus, ok := composite(far)
	switch {
	case ok && code == codeCoordinator:
		return &wireError{condNotImplemented, "there are no transactions"}
	case !ok || code != want:
		return &wireError{condInvalidField, "the link names no node"}
	case terminus.bool(4):
		return &wireError{condNotImplemented, "there are no dynamic nodes"}
	}
	if l.sends {
		if err := refuseFilters(terminus.pairs(7)); err != nil {
			return err
		}
		if _, target, ok := composite(near); ok {
			l.replyTo = target.text(0)
		}
		if len(l.replyTo) > maxReplyTo {
			return &wireError{condInvalidField, fmt.Sprintf("an address for answers has at most %d bytes", maxReplyTo)}
		}
	} else if f.uint32(4, receiverFirst) != receiverFirst {
		return &wireError{condNotImplemented, "what is sent here is settled first by the receiver"}
	}
	address := terminus.text(0)
	if terminus.err != nil || f.err != nil {
		return decodeError(errType)
	}
	node := strings.ToLower(address)
	name, isManagement := strings.CutSuffix(node, managementSuffix)
	l.requests = isManagement || node == cbsNode
	l.queue = l.session.conn.broker.queues[name]
	switch {
	case node != cbsNode && l.queue == nil:
		return &wireError{condNotFound, fmt.Sprintf("The messaging entity '%s' could not be found.", address)}
	case !l.sends && !l.requests && l.queue.dead == nil:
		return &wireError{condNotAllowed, "Messages cannot be sent to a dead-letter queue."}
	}
	l.node = node
	return nil
}

// refuseFilters tells why the source cannot be filtered: nothing here filters.
func refuseFilters(filters []pair) *wireError {
	if len(filters) == 0 {
		return nil
	}
	for _, p := range filters {
		if name, _ := p.key.text(); name == sessionFilter {
			return &wireError{condNotAllowed, "A sessionful message receiver cannot be created on an entity that does not require sessions."}
		}
	}
	return &wireError{condNotImplemented, "there are no filters"}
}

// sayAttach answers the client's attach, echoing its settle modes. Without termini it is a refusal.
func (l *link) sayAttach(f *fields, source, target value) {
	var first, limit, properties value
	if l.sends {
		first = unsigned(l.deliveries)
	} else {
		limit = ulong(maxMessageSize)
		properties = mapping(pair{symbol(batchLimit), ulong(maxMessageSize)})
	}
	l.session.say(codeAttach, f.at(0), unsigned(l.handle), boolean(!l.sends), f.at(3), f.at(4), source, target,
		nil, nil, first, limit, nil, nil, properties)
}

// flow notes how much the client can take on the link.
func (l *link) flow(deliveries, credit uint32, drain, echo bool, now time.Time) {
	if l.detached {
		return
	}
	if l.sends {
		l.credit = uint32(left(credit, l.deliveries-deliveries))
		l.resume(now)
		if drain {
			// What is left of the credit finds no message and is used up.
			l.deliveries += l.credit
			l.credit = 0
		}
	}
	if echo || l.sends && drain {
		l.sayFlow(drain)
	}
}

func (l *link) sayFlow(drain bool) {
	items := append(l.session.flowState(), unsigned(l.handle), unsigned(l.deliveries), unsigned(l.credit), nil, boolean(drain))
	l.session.say(codeFlow, items...)
}

// detach ends the link with an error.
func (l *link) detach(err *wireError) {
	l.session.say(codeDetach, unsigned(l.handle), boolean(true), err.encode())
	l.drop()
	l.detached = true
}

// detach ends a link because the client wants it, or takes its answer to the broker's own detach.
func (s *session) detach(f *fields) error {
	handle := f.uint32(0, 0)
	if !f.has(0) || f.err != nil {
		return decodeError(errType)
	}
	l := s.linkAt(handle)
	if l == nil {
		return nil
	}
	if !l.detached {
		s.say(codeDetach, unsigned(l.handle), boolean(true))
		l.drop()
	}
	delete(s.links, handle)
	return nil
}

// drop takes the link out of the broker. What it was lent stays locked until the locks end: a client
// that has kept a lock token can still settle over $management.
func (l *link) drop() {
	l.session.conn.partial -= len(l.incoming.body)
	l.incoming, l.replies = incoming{}, nil
	if l.session.holder == l {
		l.session.held, l.session.holder = nil, nil
	}
	for id, d := range l.session.unsettled {
		if d.link == l {
			delete(l.session.unsettled, id)
		}
	}
	replies, key := l.session.conn.replies, replyKey(l.node, l.replyTo)
	if replies[key] == l {
		delete(replies, key)
	}
	if l.queue != nil && !l.requests {
		l.queue.leaveReceivers(l)
	}
}

func replyKey(node, replyTo string) string { return node + "\x00" + replyTo }

// transfer takes one frame of a message.
func (s *session) transfer(f *fields, payload []byte, now time.Time) error {
	s.nextIncoming++
	handle, id, format := f.uint32(0, 0), f.uint32(1, 0), f.uint32(3, 0)
	settled, more, resume, aborted := f.bool(4), f.bool(5), f.bool(8), f.bool(9)
	if !f.has(0) || f.err != nil {
		return decodeError(errType)
	}
	l := s.linkAt(handle)
	if l == nil || l.detached {
		return nil
	}
	in := &l.incoming
	switch {
	case l.sends:
		l.detach(&wireError{condNotAllowed, "this link is for receiving"})
		return nil
	case resume || f.at(7) != nil:
		l.detach(&wireError{condNotImplemented, "deliveries cannot be resumed or have a state"})
		return nil
	case aborted:
		s.conn.partial -= len(in.body)
		*in = incoming{}
		return nil
	case !in.begun && f.at(1) == nil, in.begun && f.at(1) != nil && id != in.id:
		l.detach(&wireError{condInvalidField, "a delivery has to begin with its id and to keep it"})
		return nil
	}
	if !in.begun {
		*in = incoming{begun: true, id: id, format: format}
	}
	in.settled = in.settled || settled
	if len(in.body)+len(payload) > maxMessageSize {
		l.detach(&wireError{condSizeExceeded, fmt.Sprintf("The message is larger than the limit of %d bytes.", maxMessageSize)})
		return nil
	}
	if more {
		in.body = append(in.body, payload...)
		if s.conn.partial += len(payload); s.conn.partial > partialLimit {
			return &wireError{condResourceLimit, "too many messages have been begun"}
		}
		return nil
	}
	body := payload
	if len(in.body) > 0 {
		s.conn.partial -= len(in.body)
		body = append(in.body, payload...)
	}
	done := *in
	*in = incoming{}
	l.take(done, body, now)
	return nil
}

// take deals with a whole message and answers. Credit is renewed before it is used up, so that it needs
// no watching.
func (l *link) take(in incoming, body []byte, now time.Time) {
	l.deliveries++
	l.credit--
	var err *wireError
	if l.requests {
		err = l.request(body, now)
	} else {
		l.queue.advance(now)
		err = l.queue.send(body, in.format, now)
	}
	switch {
	case err != nil && in.settled:
		l.detach(err) // nothing else can tell the client
		return
	case err != nil:
		l.answer(in.id, described(codeRejected, list(err.encode())))
	case !in.settled:
		l.answer(in.id, described(codeAccepted, list()))
	}
	if l.credit <= fullCredit/2 {
		l.credit = fullCredit
		l.sayFlow(false)
	}
}

func (l *link) answer(id uint32, state value) {
	l.session.say(codeDisposition, boolean(true), unsigned(id), unsigned(id), boolean(true), state)
}

// canTake tells whether the client can take a delivery on the link now.
func (l *link) canTake() bool {
	s := l.session
	return l.credit > 0 && s.window > 0 && len(s.held) == 0 && len(s.unsettled) < maxUnsettled && s.conn.hasRoom()
}

// resume sends what waits for the link.
func (l *link) resume(now time.Time) {
	switch {
	case !l.sends || l.detached:
	case !l.requests:
		l.queue.pump(now)
	default:
		for len(l.replies) > 0 && l.canTake() {
			l.deliver(newToken(), l.replies[0], true)
			l.replies = l.replies[1:]
		}
	}
}

// lend delivers a locked message, which the client has to settle. The lock token is in an annotation
// and, in the byte order of a .NET Guid, in the delivery's tag.
func (l *link) lend(m *message) {
	t := m.token
	t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7] = t[3], t[2], t[1], t[0], t[5], t[4], t[7], t[6]
	id := l.deliver(t, m.encode(
		[]pair{{symbol(annotationToken), uuid(m.token)}},
		[]pair{{symbol(annotationLocked), timestamp(m.lockedUntil)}}), false)
	l.session.unsettled[id] = delivery{link: l, token: m.token}
}

// deliver sends an encoded message, in as many frames as it takes, and returns the delivery's id.
func (l *link) deliver(tag [16]byte, encoded []byte, settled bool) uint32 {
	s := l.session
	id := s.nextDelivery
	s.nextDelivery++
	l.deliveries++
	l.credit--
	for first := true; first || len(encoded) > 0; first = false {
		part := encoded[:min(len(encoded), s.conn.frameMax-transferHead)]
		encoded = encoded[len(part):]
		head := described(codeTransfer, list(unsigned(l.handle), unsigned(id), octets(tag[:]), unsigned(0), boolean(settled), boolean(len(encoded) > 0)))
		s.transferFrame(l, frame(frameAMQP, s.channel, head, part))
	}
	return id
}
