package servicebus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"

	"leadflow/shared/topology"
)

func TestEveryOfferedMechanismOpensAConnection(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	for _, mechanism := range mechanisms {
		t.Run(mechanism, func(t *testing.T) {
			c := s.rawDial(t)
			c.write(t, []byte(headerSASL))
			c.wantBytes(t, headerSASL)
			offered, ok := c.want(t, codeSASLMechanisms).at(0).sequence()
			if !ok || len(offered) != len(mechanisms) {
				t.Errorf("offered %q", offered)
			}
			c.write(t, frame(frameSASL, 0, described(codeSASLInit, list(symbol(mechanism), octets([]byte("\x00user\x00secret")))), nil))
			if outcome, _ := c.want(t, codeSASLOutcome).at(0).uint(); outcome != 0 {
				t.Errorf("outcome %d", outcome)
			}
			c.write(t, []byte(headerAMQP))
			c.wantBytes(t, headerAMQP)
			c.say(t, codeOpen, text("raw"))
			c.want(t, codeOpen)
		})
	}
}

func TestAConnectionThatBeginsWronglyIsToldAndEnded(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	t.Run("with another protocol", func(t *testing.T) {
		c := s.rawDial(t)
		c.write(t, []byte("GET / HTTP/1.1\r\n\r\n"))
		c.wantBytes(t, headerAMQP)
		c.wantEnd(t)
	})
	t.Run("with another mechanism", func(t *testing.T) {
		c := s.rawDial(t)
		c.write(t, []byte(headerSASL))
		c.wantBytes(t, headerSASL)
		c.want(t, codeSASLMechanisms)
		c.write(t, frame(frameSASL, 0, described(codeSASLInit, list(symbol("XOAUTH2"))), nil))
		if outcome, _ := c.want(t, codeSASLOutcome).at(0).uint(); outcome != 1 {
			t.Errorf("outcome %d", outcome)
		}
		c.wantEnd(t)
	})
	t.Run("with another frame", func(t *testing.T) {
		c := s.rawHeader(t)
		c.say(t, codeBegin)
		c.want(t, codeOpen)
		c.wantError(t, codeClose, 0, condIllegalState)
	})
	t.Run("with an idle timeout nobody can keep", func(t *testing.T) {
		c := s.rawHeader(t)
		c.say(t, codeOpen, text("raw"), nil, nil, nil, unsigned(1))
		c.want(t, codeOpen)
		c.wantError(t, codeClose, 0, condNotAllowed)
	})
}

func TestAnOrderlyGoodbyeIsAnswered(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	c := s.raw(t)
	c.say(t, codeClose)
	if f := c.want(t, codeClose); f.at(0) != nil {
		t.Errorf("closed with %x", f.at(0))
	}
	c.wantEnd(t)
}

func TestAClientThatWantsToHearSomethingGetsEmptyFrames(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	c := s.rawHeader(t)
	c.say(t, codeOpen, text("raw"), nil, nil, nil, unsigned(40))
	c.want(t, codeOpen)
	for range 3 {
		kind, _, body, err := readFrame(c.in)
		must(t, err)
		if kind != frameAMQP || len(body) > 0 {
			t.Errorf("frame of type %d with %x", kind, body)
		}
	}
}

func TestAClientThatFallsSilentIsCutOffAndOneThatSendsEmptyFramesIsNot(t *testing.T) {
	b := NewBroker([]topology.Queue{plainQueue("leads")}, nil)
	b.idle = 50 * time.Millisecond
	s := startBroker(t, b)
	silent, alive := s.raw(t), s.raw(t)
	over := make(chan struct{})
	go func() {
		defer close(over)
		silent.wantEnd(t)
	}()
	for beating := true; beating; {
		alive.write(t, heartbeat)
		select {
		case <-over:
			beating = false
		case <-time.After(10 * time.Millisecond):
		}
	}
	alive.attachSender(t, "leads")
}

func TestAClientIsToldTheIdleTimeoutAndKeepsIt(t *testing.T) {
	b := NewBroker([]topology.Queue{plainQueue("leads")}, nil)
	b.idle = 100 * time.Millisecond
	s := startBroker(t, b)
	link, err := s.dial(t).NewReceiver(t.Context(), "leads", &amqp.ReceiverOptions{Credit: 1, SettlementMode: amqp.ReceiverSettleModeSecond.Ptr()})
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 4*b.idle) // twice what a silent client would get
	defer cancel()
	if _, err := link.Receive(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting ended with %v", err)
	}
}

func TestSmallFramesAreEnoughForALargeMessage(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	want := bytes.Repeat([]byte("x"), 10<<10)
	send(t, s.sender(t, "leads"), string(want))
	c, err := amqp.Dial(t.Context(), "amqp://"+s.addr, &amqp.ConnOptions{MaxFrameSize: minFrame, SASLType: amqp.SASLTypeAnonymous()})
	must(t, err)
	defer c.Close()
	session, err := c.NewSession(t.Context(), nil)
	must(t, err)
	link, err := session.NewReceiver(t.Context(), "leads", nil)
	must(t, err)
	m, err := link.Receive(t.Context(), nil)
	must(t, err)
	if !bytes.Equal(m.GetData(), want) {
		t.Errorf("got %d bytes", len(m.GetData()))
	}
}

// The queue holds far more than fits into the buffers between the broker and a client that does not read.
func TestAClientThatDoesNotReadGetsNoMoreThanItsBufferHoldsUntilItReads(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	sender := s.sender(t, "leads")
	const count = 200
	for range count {
		must(t, sender.SendMessage(t.Context(), &azservicebus.Message{Body: make([]byte, 200<<10)}, nil))
	}
	c := s.raw(t)
	must(t, c.net.(*net.TCPConn).SetReadBuffer(64<<10))
	c.attachReceiver(t, 0, "leads")
	c.say(t, codeFlow, unsigned(0), unsigned(1<<31), unsigned(0), unsigned(100), unsigned(0), unsigned(0), unsigned(1<<31))
	eventually(t, s.hasFullClient(t))
	if stats := s.broker.Stats()["leads"]; stats.Locked > count/2 || stats.Locked == 0 {
		t.Errorf("%+v: most messages have to stay in the queue", stats)
	}
	for got := 0; got < count; {
		if f := c.want(t, codeTransfer); !f.bool(5) {
			got++
		}
	}
	s.wantStats(t, "leads", QueueStats{Locked: count})
}

func TestAClientThatDoesNotReadIsNotListenedTo(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	c := s.raw(t)
	must(t, c.net.(*net.TCPConn).SetReadBuffer(16<<10))
	// Each of these links is refused in as many words as it is asked for in: 120 MB, which no buffer on
	// the way can hold.
	name := text(string(bytesOf('x', 30<<10)))
	written := make(chan error, 1)
	go func() {
		for channel := range uint16(8) {
			begin := described(codeBegin, list(nil, unsigned(0), unsigned(9), unsigned(9)))
			c.net.Write(frame(frameAMQP, channel+1, begin, nil))
			for handle := range uint32(highestHandle) {
				attach := described(codeAttach, list(name, unsigned(handle), boolean(false), nil, nil, nil, described(codeTarget, list(name))))
				if _, err := c.net.Write(frame(frameAMQP, channel+1, attach, nil)); err != nil {
					written <- err
					return
				}
			}
		}
		written <- nil
	}()
	eventually(t, s.hasFullClient(t))
	c.net.Close()
	if err := <-written; err == nil {
		t.Error("all was taken")
	}
}

// hasFullClient wants a client to have been told to wait. What waits for one must always be bounded.
func (s *server) hasFullClient(t *testing.T) func() error {
	return func() error {
		s.broker.mu.Lock()
		defer s.broker.mu.Unlock()
		for c := range s.broker.conns {
			c.mu.Lock()
			full, waiting := c.full, len(c.out)
			c.mu.Unlock()
			if waiting > outLimit+2*maxMessageSize {
				t.Fatalf("%d bytes wait for one client", waiting)
			}
			if full {
				return nil
			}
		}
		return errors.New("no client's buffer is full")
	}
}

func TestAClientGoesOnAfterTheConnectionIsLost(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	sender, receiver := s.sender(t, "leads"), s.receiver(t, "leads")
	for i := range 5 {
		want := fmt.Sprint(i)
		send(t, sender, want)
		s.broker.DropConnections()
		m := receiveOne(t, receiver)
		if string(m.Body) != want || m.DeliveryCount != 1 {
			t.Errorf("got %q in delivery %d, want %s", m.Body, m.DeliveryCount, want)
		}
		s.broker.DropConnections()
		_, err := receiver.PeekMessages(t.Context(), 1, nil)
		must(t, err)
		must(t, receiver.CompleteMessage(t.Context(), &azservicebus.ReceivedMessage{LockToken: m.LockToken}, nil))
	}
	s.wantStats(t, "leads", QueueStats{})
}

func TestWhatALostConnectionHeldIsDeliveredAgainWhenItsLockEnds(t *testing.T) {
	c := newClock()
	s := start(t, c.now, plainQueue("leads"))
	send(t, s.sender(t, "leads"), "a")
	receiver := s.receiver(t, "leads")
	receiveOne(t, receiver)
	s.broker.DropConnections()
	s.wantStats(t, "leads", QueueStats{Locked: 1})
	c.pass(time.Minute)
	if m := receiveOne(t, receiver); m.DeliveryCount != 2 {
		t.Errorf("delivery %d", m.DeliveryCount)
	}
}

func TestABrokerThatServesAgainHasItsMessages(t *testing.T) {
	b := NewBroker([]topology.Queue{plainQueue("leads")}, nil)
	first := startBroker(t, b)
	send(t, first.sender(t, "leads"), "a")
	must(t, first.stop())
	second := startBroker(t, b)
	if m := receiveOne(t, second.receiver(t, "leads")); string(m.Body) != "a" {
		t.Errorf("got %q", m.Body)
	}
}

func TestServeReturnsTheErrorOfItsListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	b := NewBroker([]topology.Queue{plainQueue("leads")}, nil)
	s := &server{broker: b, addr: l.Addr().String()}
	served := make(chan error, 1)
	go func() { served <- b.Serve(t.Context(), l) }()
	c := s.raw(t)
	l.Close()
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
	c.wantEnd(t)
}

func TestNothingIsLeftBehindWhenClientsComeAndGo(t *testing.T) {
	before := runtime.NumGoroutine()
	b := NewBroker([]topology.Queue{plainQueue("leads")}, nil)
	s := startBroker(t, b)
	leave := []func(*rawClient){
		func(c *rawClient) { c.say(t, codeClose); c.want(t, codeClose); c.net.Close() },
		func(c *rawClient) { c.net.Close() },
		func(c *rawClient) { c.write(t, []byte{0, 0, 0, 0, 0, 0, 0, 0}) }, // until the end of the broker, or told off
		func(c *rawClient) {},
	}
	for i := range 100 {
		c := s.raw(t)
		c.attachReceiver(t, 0, "leads")
		c.say(t, codeFlow, unsigned(0), unsigned(100), unsigned(0), unsigned(100), unsigned(0), unsigned(0), unsigned(5))
		leave[i%len(leave)](c)
	}
	must(t, s.stop())
	b.mu.Lock()
	if n, m := len(b.conns), len(b.queues["leads"].receivers); n+m > 0 {
		t.Errorf("%d connections and %d receivers are left", n, m)
	}
	b.mu.Unlock()
	eventually(t, func() error {
		if n := runtime.NumGoroutine(); n > before {
			return fmt.Errorf("%d goroutines, %d before", n, before)
		}
		return nil
	})
}

func TestALinkThatEndsTakesItsPlaceAmongTheReceiversWithIt(t *testing.T) {
	s := start(t, nil, plainQueue("leads"))
	c := s.raw(t)
	for handle := range uint32(10) {
		c.attachReceiver(t, handle, "leads")
		c.say(t, codeFlow, unsigned(0), unsigned(100), unsigned(0), unsigned(100), unsigned(handle), unsigned(0), unsigned(5))
		c.say(t, codeDetach, unsigned(handle), boolean(true))
		if f := c.want(t, codeDetach); f.uint32(0, 99) != handle || !f.bool(1) {
			t.Errorf("answer %v", f.items)
		}
	}
	send(t, s.sender(t, "leads"), "a")
	s.wantStats(t, "leads", QueueStats{Active: 1})
	c.say(t, codeEnd)
	c.want(t, codeEnd)
}
