package servicebus

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	// highestHandle bounds the links of a session.
	highestHandle = 255
	// incomingWindow is how many frames a client may send ahead. Frames are dealt with as they come,
	// so that it needs no watching.
	incomingWindow = math.MaxInt32
	// maxUnsettled bounds the deliveries of a session that the client has yet to settle, lost locks
	// included. A session gets no message above it.
	maxUnsettled = 1 << 16
)

// A session is one AMQP session. All of it is guarded by the broker's mutex.
type session struct {
	conn    *conn
	channel uint16
	links   map[uint32]*link
	ended   bool // the broker has ended it; the client does not know yet

	nextIncoming uint32
	nextOutgoing uint32
	window       int64    // how many transfer frames the client still takes
	held         [][]byte // rest of a delivery whose frames exceed the window
	holder       *link    // whose delivery that is

	nextDelivery uint32
	unsettled    map[uint32]delivery
}

// A delivery is a locked message in the hands of the client.
type delivery struct {
	link  *link
	token [16]byte
}

// begin opens a session on the client's channel; the broker answers on the channel of the same number.
func (c *conn) begin(channel uint16, f *fields) error {
	s := &session{
		conn:         c,
		channel:      channel,
		links:        map[uint32]*link{},
		nextIncoming: f.uint32(1, 0),
		window:       int64(f.uint32(2, 0)),
		unsettled:    map[uint32]delivery{},
	}
	switch {
	case channel > highestChannel:
		return &wireError{condFraming, fmt.Sprintf("channel %d is above %d", channel, highestChannel)}
	case !f.has(1) || !f.has(2) || f.err != nil:
		return decodeError(errType)
	case f.at(0) != nil:
		return &wireError{condNotAllowed, "the broker begins no sessions"}
	}
	c.sessions[channel] = s
	s.say(codeBegin, ushort(channel), unsigned(0), unsigned(incomingWindow), unsigned(incomingWindow), unsigned(highestHandle))
	return nil
}

func (s *session) say(code uint8, items ...value) { s.conn.say(s.channel, code, items...) }

// act does what one frame of the session says. Its error ends the connection.
func (s *session) act(code uint64, f *fields, payload []byte) error {
	now := s.conn.broker.now()
	if s.ended && code != codeEnd {
		return nil // on its way before the client heard of the end
	}
	switch code {
	case codeEnd:
		if !s.ended {
			s.say(codeEnd)
			s.drop()
		}
		delete(s.conn.sessions, s.channel)
		return nil
	case codeAttach:
		return s.attach(f)
	case codeFlow:
		return s.flow(f, now)
	case codeTransfer:
		return s.transfer(f, payload, now)
	case codeDisposition:
		return s.disposition(f, now)
	case codeDetach:
		return s.detach(f)
	}
	return &wireError{condNotImplemented, fmt.Sprintf("performative 0x%x is not known", code)}
}

// end ends the session with an error.
func (s *session) end(err *wireError) {
	s.say(codeEnd, err.encode())
	s.drop()
	s.ended = true
}

// drop takes all links out of the broker. What they were lent stays locked until the locks end.
func (s *session) drop() {
	clear(s.unsettled)
	for _, l := range s.links {
		l.drop()
	}
	clear(s.links)
}

// linkAt returns the link of a handle, or ends the session.
func (s *session) linkAt(handle uint32) *link {
	l := s.links[handle]
	if l == nil {
		s.end(&wireError{condUnattached, fmt.Sprintf("there is no link with handle %d", handle)})
	}
	return l
}

// flow notes what the client can take, for the session and perhaps for one link.
func (s *session) flow(f *fields, now time.Time) error {
	next, window := f.uint32(0, 0), f.uint32(1, 0)
	handle, hasLink := f.uint32(4, 0), f.at(4) != nil
	deliveries, credit := f.uint32(5, 0), f.uint32(6, 0)
	drain, echo := f.bool(8), f.bool(9)
	if !f.has(1) || f.err != nil {
		return decodeError(errType)
	}
	waited := s.window == 0
	s.window = left(window, s.nextOutgoing-next)
	if waited || !hasLink {
		s.resume(now)
	}
	switch {
	case hasLink:
		if l := s.linkAt(handle); l != nil {
			l.flow(deliveries, credit, drain, echo, now)
		}
	case echo:
		s.say(codeFlow, s.flowState()...)
	}
	return nil
}

// left is what remains of an allowance after what was sent since the client granted it. Numbers wrap
// around; a client that counts ahead of the broker is taken to be level.
func left(allowed, sent uint32) int64 {
	return max(0, int64(allowed)-max(0, int64(int32(sent))))
}

func (s *session) flowState() []value {
	return []value{unsigned(s.nextIncoming), unsigned(incomingWindow), unsigned(s.nextOutgoing), unsigned(incomingWindow)}
}

// resume sends what the client can take now.
func (s *session) resume(now time.Time) {
	for len(s.held) > 0 && s.window > 0 {
		s.send(s.held[0])
		s.held = s.held[1:]
	}
	for _, l := range s.links {
		l.resume(now)
	}
}

// transferFrame sends a part of l's delivery as soon as the window allows.
func (s *session) transferFrame(l *link, b []byte) {
	if s.window > 0 && len(s.held) == 0 {
		s.send(b)
		return
	}
	s.held, s.holder = append(s.held, b), l
}

func (s *session) send(b []byte) {
	s.conn.post(b)
	s.window--
	s.nextOutgoing++
}

// disposition settles deliveries. The client's own deliveries are settled when they are answered, so
// what it says about those is not needed.
func (s *session) disposition(f *fields, now time.Time) error {
	receiver, first := f.bool(0), f.uint32(1, 0)
	last, settled := f.uint32(2, first), f.bool(3)
	if !f.has(0) || !f.has(1) || f.err != nil {
		return decodeError(errType)
	}
	if !receiver {
		return nil
	}
	o, final, err := readOutcome(f.at(4))
	if err != nil {
		return decodeError(err)
	}
	if !final && !settled {
		return nil
	}
	touched := map[*queue]bool{}
	for _, id := range s.unsettledBetween(first, last) {
		d := s.unsettled[id]
		delete(s.unsettled, id)
		if !final {
			continue // forgotten by the client: the lock will end
		}
		q := d.link.queue
		q.advance(now)
		touched[q] = true
		// The answer to every success is accepted: the client takes a rejected that carries an error
		// for a failure, even where it asked for a rejection.
		answer := described(codeAccepted, list())
		if err := q.settle(d.token, o, now); err != nil {
			answer = described(codeRejected, list(err.encode()))
		}
		if !settled {
			s.say(codeDisposition, boolean(false), unsigned(id), unsigned(id), boolean(true), answer)
		}
	}
	for q := range touched {
		q.pump(now)
	}
	return nil
}

// unsettledBetween returns the unsettled deliveries from first to last in their order. Numbers wrap
// around, and a range may span all 2^32 of them: whichever is shorter, the range or what is unsettled,
// is gone through.
func (s *session) unsettledBetween(first, last uint32) []uint32 {
	span := last - first
	var ids []uint32
	if uint64(span) < uint64(len(s.unsettled)) {
		for id := first; id != last+1; id++ {
			if _, ok := s.unsettled[id]; ok {
				ids = append(ids, id)
			}
		}
		return ids
	}
	for id := range s.unsettled {
		if id-first <= span {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b uint32) int { return cmp.Compare(a-first, b-first) })
	return ids
}

// readOutcome reads a delivery state; final is false if the delivery stays as it is.
func readOutcome(state value) (o outcome, final bool, err error) {
	const received = 0x23 // a part of a message has been received: no outcome
	if state == nil {
		return o, false, nil
	}
	code, f, ok := composite(state)
	if !ok {
		return o, false, errType
	}
	if code == received {
		return o, false, nil
	}
	o.code = code
	switch code {
	case codeRejected:
		if f.at(0) == nil {
			break
		}
		_, e, ok := composite(f.at(0))
		if !ok {
			return o, false, errType
		}
		for _, p := range e.pairs(2) {
			err := o.explain(p)
			if err != nil {
				return o, false, err
			}
		}
		return o, true, e.err
	case codeModified:
		o.undeliverable = f.bool(1)
		o.changes = f.pairs(2)
	}
	return o, true, f.err
}

// explain takes one entry of a rejection's information: the reason, the description or a property to
// modify.
func (o *outcome) explain(p pair) error {
	var target *string
	switch name, _ := p.key.text(); name {
	case propertyReason:
		target = &o.reason
	case propertyDescription:
		target = &o.description
	default:
		o.changes = append(o.changes, p)
		return nil
	}
	if p.val.null() {
		return nil
	}
	var ok bool
	if *target, ok = p.val.text(); !ok {
		return errType
	}
	return nil
}
