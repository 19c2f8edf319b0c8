package servicebus

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"leadflow/shared/topology"
)

// FuzzConnection says two arbitrary frames in an open session, to a queue that has messages. Whatever
// they say, the broker answers the orderly end of the connection, or has ended it itself, and serves
// the next client.
func FuzzConnection(f *testing.F) {
	attach := func(receives bool) []byte {
		return described(codeAttach, list(text("n"), unsigned(0), boolean(receives), nil, nil,
			described(codeSource, list(text("leads"))), described(codeTarget, list(text("leads"))), nil, nil, unsigned(0)))
	}
	flow := []byte(described(codeFlow, list(unsigned(0), unsigned(10), unsigned(0), unsigned(10), unsigned(0), unsigned(0), unsigned(5))))
	settle := func(state value) []byte {
		return described(codeDisposition, list(boolean(true), unsigned(0), unsigned(1<<32-1), boolean(false), state))
	}
	head := []byte(described(codeTransfer, list(unsigned(0), unsigned(1), octets([]byte{1}), unsigned(0), boolean(false), boolean(false))))
	f.Add(attach(true), flow)
	f.Add(attach(false), append(head, body([]byte("x"))...))
	f.Add(flow, settle(described(codeAccepted, list())))
	f.Add(flow, settle(described(codeModified, list(nil, boolean(true), mapping(pair{symbol("a"), text("b")})))))
	f.Add(flow, settle(described(codeRejected, list(described(codeError, list(symbol("x"), nil, mapping(pair{symbol(propertyReason), text("r")})))))))
	f.Add([]byte(described(codeDetach, list(unsigned(0), boolean(true)))), []byte(described(codeEnd, list())))

	b := NewBroker([]topology.Queue{deduplicating("leads")}, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- b.Serve(ctx, l) }()
	f.Cleanup(func() { cancel(); <-served })

	f.Fuzz(func(t *testing.T, x, y []byte) {
		if len(x)+len(y) > 4000 {
			return
		}
		b.mu.Lock()
		q := b.queues["leads"]
		q.send(body([]byte("a message to be had")), 0, time.Now())
		b.mu.Unlock()
		c, err := net.Dial("tcp", l.Addr().String())
		must(t, err)
		defer c.Close()
		c.SetDeadline(time.Now().Add(10 * time.Second))
		say := func(performative []byte) {
			fr := append(make([]byte, frameHead), performative...)
			binary.BigEndian.PutUint32(fr, uint32(len(fr)))
			fr[4] = frameHead / 4
			c.Write(fr) // fails if the broker has ended the connection
		}
		c.Write([]byte(headerAMQP))
		say(described(codeOpen, list(text("f"))))
		say(described(codeBegin, list(nil, unsigned(0), unsigned(10), unsigned(10))))
		// A receiver that holds messages on handle 1, for the frames to act on.
		say(described(codeAttach, list(text("r"), unsigned(1), boolean(true), nil, ubyte(receiverSecond),
			described(codeSource, list(text("leads"))), described(codeTarget, list()))))
		say(described(codeFlow, list(unsigned(0), unsigned(10), unsigned(0), unsigned(10), unsigned(1), unsigned(0), unsigned(5))))
		say(x)
		say(y)
		say(described(codeClose, list()))
		if _, err := io.Copy(io.Discard, c); err != nil {
			if e, ok := err.(net.Error); ok && e.Timeout() {
				t.Errorf("no end after %x and %x", x, y)
			}
		}
	})
}

// FuzzRequest sends arbitrary messages to $management.
func FuzzRequest(f *testing.F) {
	request := func(operation string, arguments ...pair) []byte {
		raw := append([]byte(nil), described(codeProperties, list(text("id"), nil, nil, nil, text("answers")))...)
		raw = append(raw, described(codeApplication, mapping(pair{text("operation"), text("com.microsoft:" + operation)}))...)
		return append(raw, described(codeValue, mapping(arguments...))...)
	}
	token := uuid([16]byte{})
	f.Add(request("renew-lock", pair{text("lock-tokens"), array(typeUUID, token)}))
	f.Add(request("update-disposition", pair{text("lock-tokens"), array(typeUUID, token, token)}, pair{text("disposition-status"), text("completed")}))
	f.Add(request("peek-message", pair{text("from-sequence-number"), long(1)}, pair{text("message-count"), integer(100)}))
	f.Add(request("schedule-message", pair{text("messages"), list(mapping(pair{text("message"), octets(body(nil))}))}))
	f.Add(request("cancel-scheduled-message", pair{text("sequence-numbers"), array(typeLong, long(1))}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		b := NewBroker([]topology.Queue{deduplicating("leads")}, func() time.Time { return now })
		q := b.queues["leads"]
		c := &conn{broker: b, frameMax: maxFrame, replies: map[string]*link{}, wake: make(chan struct{}, 1)}
		s := &session{conn: c, window: 1000, unsettled: map[uint32]delivery{}}
		held := &link{session: s, queue: q, sends: true, credit: 1}
		q.receivers = []*link{held}
		for range 3 {
			must(t, orNil(q.send(body([]byte("x")), 0, now)))
		}
		for _, m := range q.locked { // under the token that the requests above know
			delete(q.locked, m.token)
			m.token = [16]byte{}
			q.locked[m.token] = m
		}
		c.replies[replyKey("leads/$management", "answers")] = &link{session: s, queue: q, sends: true, requests: true, credit: 10}
		l := &link{session: s, queue: q, requests: true, node: "leads/$management"}
		before := len(c.out)
		err := l.request(raw, now)
		if answered := len(c.out) > before; answered == (err != nil) {
			t.Errorf("answered %t, error %v", answered, err)
		}
		q.pump(now.Add(time.Hour)) // what was renewed or scheduled becomes due
		q.dead.pump(now.Add(time.Hour))
	})
}
