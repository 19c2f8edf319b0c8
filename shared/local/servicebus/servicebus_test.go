package servicebus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"

	"leadflow/shared/topology"
)

// A clock stands still until it is turned.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock {
	return &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A server is a broker with a listener, and a client of it.
type server struct {
	broker *Broker
	addr   string
	client *azservicebus.Client
	stop   func() error // ends Serve and returns what it returned
}

// start serves a broker with the given queues until the test ends.
func start(tb testing.TB, now func() time.Time, queues ...topology.Queue) *server {
	tb.Helper()
	return startBroker(tb, NewBroker(queues, now))
}

func startBroker(tb testing.TB, b *Broker) *server {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- b.Serve(ctx, l) }()
	s := &server{broker: b, addr: l.Addr().String()}
	s.stop = sync.OnceValue(func() error { cancel(); return <-served })
	s.client = newClient(tb, s.addr)
	tb.Cleanup(func() { must(tb, s.stop()) })
	return s
}

func newClient(tb testing.TB, addr string) *azservicebus.Client {
	tb.Helper()
	client, err := azservicebus.NewClientFromConnectionString(ConnectionString(addr), &azservicebus.ClientOptions{
		RetryOptions: azservicebus.RetryOptions{RetryDelay: 10 * time.Millisecond, MaxRetryDelay: 50 * time.Millisecond},
	})
	must(tb, err)
	tb.Cleanup(func() { client.Close(context.Background()) })
	return client
}

func (s *server) sender(tb testing.TB, queue string) *azservicebus.Sender {
	tb.Helper()
	sender, err := s.client.NewSender(queue, nil)
	must(tb, err)
	return sender
}

func (s *server) receiver(tb testing.TB, queue string) *azservicebus.Receiver {
	tb.Helper()
	return s.receiverWith(tb, queue, nil)
}

func (s *server) deadLetters(tb testing.TB, queue string) *azservicebus.Receiver {
	tb.Helper()
	return s.receiverWith(tb, queue, &azservicebus.ReceiverOptions{SubQueue: azservicebus.SubQueueDeadLetter})
}

func (s *server) receiverWith(tb testing.TB, queue string, options *azservicebus.ReceiverOptions) *azservicebus.Receiver {
	tb.Helper()
	receiver, err := s.client.NewReceiverForQueue(queue, options)
	must(tb, err)
	return receiver
}

// plainQueue has the service's defaults.
func plainQueue(name string) topology.Queue { return topology.Queue{Name: name} }

// queueWith is a queue with some of its properties set.
func queueWith(name string, set func(*topology.QueueProperties)) topology.Queue {
	q := plainQueue(name)
	set(&q.Properties)
	return q
}

// dial makes a connection of the AMQP library that azservicebus is built on, for what azservicebus
// never does.
func (s *server) dial(t *testing.T) *amqp.Session {
	t.Helper()
	c, err := amqp.Dial(t.Context(), "amqp://"+s.addr, &amqp.ConnOptions{SASLType: amqp.SASLTypeAnonymous()})
	must(t, err)
	t.Cleanup(func() { c.Close() })
	session, err := c.NewSession(t.Context(), nil)
	must(t, err)
	return session
}

// send sends messages with the given bodies, one by one.
func send(t *testing.T, sender *azservicebus.Sender, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		must(t, sender.SendMessage(t.Context(), &azservicebus.Message{Body: []byte(body)}, nil))
	}
}

// receive returns exactly n messages. It waits for all of them in one call: what comes between two calls
// the client gives back, and some of it out of order.
func receive(t *testing.T, receiver *azservicebus.Receiver, n int) []*azservicebus.ReceivedMessage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var all []*azservicebus.ReceivedMessage
	for len(all) < n {
		messages, err := receiver.ReceiveMessages(ctx, n-len(all), &azservicebus.ReceiveMessagesOptions{TimeAfterFirstMessage: 10 * time.Second})
		must(t, err)
		all = append(all, messages...)
	}
	return all
}

func receiveOne(t *testing.T, receiver *azservicebus.Receiver) *azservicebus.ReceivedMessage {
	t.Helper()
	return receive(t, receiver, 1)[0]
}

func bodies(messages []*azservicebus.ReceivedMessage) []string {
	var all []string
	for _, m := range messages {
		all = append(all, string(m.Body))
	}
	return all
}

// wantStats waits until the queue's messages are where they should be.
func (s *server) wantStats(t *testing.T, queue string, want QueueStats) {
	t.Helper()
	eventually(t, func() error {
		if got := s.broker.Stats()[queue]; got != want {
			return fmt.Errorf("queue %s has %+v, want %+v", queue, got, want)
		}
		return nil
	})
}

// eventually tries until check is content, for ten seconds.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	pause := time.NewTicker(2 * time.Millisecond)
	defer pause.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-pause.C:
		case <-deadline:
			t.Fatal(err)
		}
	}
}

// wantCode wants an error with a code of azservicebus.
func wantCode(t *testing.T, err error, want azservicebus.Code) {
	t.Helper()
	if e, ok := errors.AsType[*azservicebus.Error](err); !ok || e.Code != want {
		t.Errorf("error %v, want code %s", err, want)
	}
}

// wantCondition wants an error with an AMQP condition.
func wantCondition(t *testing.T, err error, want string) {
	t.Helper()
	if e, ok := errors.AsType[*amqp.Error](err); !ok || string(e.Condition) != want {
		t.Errorf("error %v, want condition %s", err, want)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
