// Package servicebus stands in for Azure Service Bus on one machine: an AMQP 1.0 server in the
// service's dialect, for the unmodified azservicebus client. It is for development and tests.
//
// It promises what Leadflow builds on. A message accepted is delivered in order until somebody
// completes it: to one receiver at a time, under a lock that ends, is renewed, is given back or is
// settled as in the service. Deliveries are counted, and a message that fails too often, expires or is
// dead-lettered waits on <queue>/$DeadLetterQueue, without an end and without a further count. Messages
// are sent alone or in batches, at once or scheduled and cancelled, are deduplicated by message id, can be
// browsed, and can be received and deleted in one step. Messages above 256 KiB are refused, and so is
// everything above 1 GiB in a queue. A lock belongs to the message, not to the connection: what a
// vanished receiver held is delivered again when its lock ends.
//
// It is not a durable service. Everything is in memory and gone when the process ends. It checks
// nobody's credentials, speaks no TLS and no WebSocket, and is meant for the loopback interface. Its
// queues are given at the start; there is no management over HTTP.
//
// Refused, with the error that the service or AMQP has for it: topics, subscriptions and other
// entities that are not a given queue (amqp:not-found); sessions, and sending to a dead-letter queue or
// dead-lettering from one (amqp:not-allowed); deferral, transactions, filters, dynamic addresses,
// resuming a link and unknown delivery states or message formats (amqp:not-implemented); operations
// on $management other than renewing, settling, browsing, scheduling and cancelling (status 501).
// Auto-forwarding does not exist, since no queue can be given with it. Symbolic descriptors are not
// understood (amqp:decode-error).
package servicebus

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"leadflow/shared/topology"
)

// tick is how late the end of a schedule or a lock can be noticed while nothing else happens. The
// clock is polled because a test may turn it.
const tick = 10 * time.Millisecond

// idleTimeout is what clients are told: a connection may be closed if nothing, not even an empty
// frame, comes for so long. The broker waits twice that.
const idleTimeout = time.Minute

// Broker is a Service Bus namespace with its queues. One mutex guards all of it: nothing is done
// under it that waits.
type Broker struct {
	now  func() time.Time
	idle time.Duration

	mu     sync.Mutex
	queues map[string]*queue // dead-letter queues too, by lower-case name
	names  []string          // of the queues, as given
	conns  map[*conn]bool
}

// QueueStats counts the messages of a queue.
type QueueStats struct {
	Active       int // waiting for a receiver
	Scheduled    int // waiting for their time
	Locked       int // at a receiver
	DeadLettered int // on the dead-letter queue, locked there or not
}

// NewBroker makes a broker with the given queues. A lock duration, delivery count or duplicate
// detection window of zero is the service's default (1 minute, 10, 10 minutes); a time to live of zero
// is for ever. now is the clock of everything that happens to messages (nil: time.Now); it must be
// safe for concurrent use.
func NewBroker(queues []topology.Queue, now func() time.Time) *Broker {
	if now == nil {
		now = time.Now
	}
	b := &Broker{now: now, idle: idleTimeout, queues: map[string]*queue{}, conns: map[*conn]bool{}}
	for _, q := range queues {
		made := newQueue(q)
		name := strings.ToLower(q.Name)
		b.names = append(b.names, q.Name)
		b.queues[name], b.queues[name+deadLetterSuffix] = made, made.dead
	}
	return b
}

// ConnectionString is what azservicebus takes to reach a broker at addr ("127.0.0.1:5672"). The key in
// it is a placeholder.
func ConnectionString(addr string) string {
	return "Endpoint=sb://" + addr + ";SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=local;UseDevelopmentEmulator=true"
}

// Serve accepts connections on l until ctx ends, then returns nil, or until l fails. Before it returns
// it closes l and all of its connections, and everything it started has ended. Messages stay: the
// broker can serve again.
func (b *Broker) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer l.Close()
	defer cancel()
	context.AfterFunc(ctx, func() { l.Close() })
	running.Go(func() { b.keepTime(ctx) })
	for {
		accepted, err := l.Accept()
		if ctx.Err() != nil {
			if err == nil {
				accepted.Close()
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("accept a Service Bus connection: %w", err)
		}
		running.Go(func() { b.serve(ctx, accepted) })
	}
}

// keepTime does what becomes due while no client does anything.
func (b *Broker) keepTime(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			b.mu.Lock()
			now := b.now()
			for _, q := range b.queues {
				q.pump(now)
			}
			b.mu.Unlock()
		}
	}
}

// Stats counts the messages of every queue, by the queue's name.
func (b *Broker) Stats() map[string]QueueStats {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	stats := map[string]QueueStats{}
	for _, name := range b.names {
		q := b.queues[strings.ToLower(name)]
		q.pump(now)
		stats[name] = q.stats()
	}
	return stats
}

// DropConnections cuts every client off without a word, as a failing network does. Clients may connect
// again at once.
func (b *Broker) DropConnections() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		c.net.Close()
	}
}
