// Package lab runs the stand-ins for Azure inside a test: a broker, a database and an inbox, each of which
// can be stopped and started again at its address.
//
// A broker that is started again is empty, as it is after a crash: it keeps messages in memory only. The
// database keeps what it has.
package lab

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/azfunc"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/local/inbox"
	"leadflow/shared/local/servicebus"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/topology"
)

// Database is the name of the database in a lab.
const Database = "leadflow"

// Lab is what a test works with.
type Lab struct {
	// ServiceBus, Cosmos and SMTP can be stopped and started.
	ServiceBus, Cosmos, SMTP *Service

	t      testing.TB
	broker atomic.Pointer[servicebus.Broker]
	server *cosmos.Server
	inbox  *inbox.Inbox
	onSMTP atomic.Pointer[func(stage, from, to string) error]
}

// New starts a lab. It ends with the test.
func New(t testing.TB) *Lab {
	t.Helper()
	return NewAt(t, nil)
}

// NewAt starts a lab whose broker has the clock now, which must be safe for concurrent use; nil is the real time.
func NewAt(t testing.TB, now func() time.Time) *Lab {
	t.Helper()
	l := &Lab{t: t}
	l.inbox = inbox.New(inbox.Options{Logger: slog.New(slog.DiscardHandler), Fault: l.askOnSMTP})
	var err error
	if l.server, err = cosmos.Open(cosmos.Options{Key: cosmos.EmulatorKey}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.server.Close() })
	if err := l.server.EnsureDatabase(Database, topology.Load().Containers); err != nil {
		t.Fatal(err)
	}
	l.ServiceBus = newService(t, func() serve {
		b := servicebus.NewBroker(topology.Load().Queues, now)
		l.broker.Store(b)
		return b.Serve
	})
	l.Cosmos = newService(t, always(func(ctx context.Context, ln net.Listener) error {
		web := &http.Server{Handler: l.server, ReadHeaderTimeout: time.Minute}
		defer context.AfterFunc(ctx, func() { web.Close() })()
		if err := web.Serve(ln); err != http.ErrServerClosed {
			return err
		}
		return nil
	}))
	l.SMTP = newService(t, always(l.inbox.ServeSMTP))
	return l
}

// Settings are the app settings that reach the lab, and a quick pace.
func (l *Lab) Settings() map[string]string {
	return map[string]string{
		"SERVICEBUS":      servicebus.ConnectionString(l.ServiceBus.Address),
		"COSMOS_ENDPOINT": "http://" + l.Cosmos.Address + "/",
		"COSMOS_KEY":      cosmos.EmulatorKey,
		"COSMOS_DATABASE": Database,
		"MAIL_URL":        "smtp://" + l.SMTP.Address,
	}
}

// Store is a client of the lab's database.
func (l *Lab) Store() *store.Store {
	l.t.Helper()
	s, err := store.Open(store.Options{Endpoint: "http://" + l.Cosmos.Address, Key: cosmos.EmulatorKey, Database: Database})
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// Queue is a client of the lab's queues.
func (l *Lab) Queue(b queue.Backoff) *queue.Queue {
	l.t.Helper()
	q, err := queue.Open(queue.Options{ConnectionString: servicebus.ConnectionString(l.ServiceBus.Address), Backoff: b})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = q.Close(context.Background()) })
	return q
}

// Queued is what the broker holds now.
func (l *Lab) Queued() map[string]servicebus.QueueStats { return l.broker.Load().Stats() }

// Message is one that the broker holds.
type Message struct {
	// Message is what its trigger would deliver.
	azfunc.Message
	// DueAt is the time for which the message was scheduled; zero if it was sent at once.
	DueAt time.Time
}

// Messages are those that the broker holds for a queue now, the scheduled ones too, in the order in which
// they were sent. They stay there.
func (l *Lab) Messages(queueName string) []Message {
	l.t.Helper()
	ctx := context.Background()
	client, err := azservicebus.NewClientFromConnectionString(servicebus.ConnectionString(l.ServiceBus.Address), nil)
	if err != nil {
		l.t.Fatal(err)
	}
	defer client.Close(ctx)
	receiver, err := client.NewReceiverForQueue(queueName, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	var all []Message
	for {
		page, err := receiver.PeekMessages(ctx, 1000, nil)
		if err != nil {
			l.t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		for _, p := range page {
			m := Message{Message: azfunc.Message{Body: p.Body, ID: p.MessageID, DeliveryCount: 1,
				EnqueuedAt:     p.EnqueuedTime.UTC().Truncate(time.Second), // as the trigger tells it
				SequenceNumber: *p.SequenceNumber, Properties: map[string]any{}}}
			maps.Copy(m.Properties, p.ApplicationProperties)
			if p.ScheduledEnqueueTime != nil {
				m.DueAt = p.ScheduledEnqueueTime.UTC()
			}
			all = append(all, m)
		}
	}
}

// Requests is what the database was asked for so far, by kind and container.
func (l *Lab) Requests() map[string]int { return l.server.Requests() }

// Mails are the mails that arrived, newest first.
func (l *Lab) Mails() []inbox.Message { return l.inbox.Messages() }

// OnSMTP has the inbox ask f at each MAIL, RCPT and DATA command whether to refuse it, as inbox.Options
// says of Fault. nil refuses nothing.
func (l *Lab) OnSMTP(f func(stage, from, to string) error) { l.onSMTP.Store(&f) }

func (l *Lab) askOnSMTP(stage, from, to string) error {
	if f := l.onSMTP.Load(); f != nil && *f != nil {
		return (*f)(stage, from, to)
	}
	return nil
}

// Service is one stand-in at a fixed address.
type Service struct {
	Address string

	t     testing.TB
	begin func() serve
	stop  context.CancelFunc
	done  chan struct{}
}

// serve answers on a listener until the context ends.
type serve func(context.Context, net.Listener) error

func always(s serve) func() serve { return func() serve { return s } }

// newService starts a service. begin is called at each start, before Start returns.
func newService(t testing.TB, begin func() serve) *Service {
	t.Helper()
	s := &Service{Address: "127.0.0.1:0", t: t, begin: begin}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Start has the service answer at its address.
func (s *Service) Start() {
	s.t.Helper()
	ln, err := net.Listen("tcp", s.Address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Address = ln.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	s.stop, s.done = stop, done
	run := s.begin()
	go func() {
		defer close(done)
		if err := run(ctx, ln); err != nil {
			s.t.Error(err)
		}
	}()
}

// Stop ends the service with all its connections; its address refuses from then on.
func (s *Service) Stop() {
	s.stop()
	<-s.done
}

// Eventually waits until something holds, and fails the test if it does not within the time.
func Eventually(t testing.TB, within time.Duration, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s", within, what)
		case <-tick.C:
		}
	}
}
