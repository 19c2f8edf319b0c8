package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/google/uuid"
)

const (
	// reconnectEvery is the pause between two attempts to reach a broker that is away.
	reconnectEvery = 250 * time.Millisecond
	// openWithin is how long one attempt may take.
	openWithin = 30 * time.Second
	// renewEvery is the least pause between two renewals of a lock, for a broker whose clock is behind.
	renewEvery = 250 * time.Millisecond
	// settleWithin is how long settling a message is tried.
	settleWithin = 30 * time.Second
	// settleOnLinkWithin is how long that may take on the connection that the message came by.
	settleOnLinkWithin = time.Second
	// closeWithin is how long a broker may take to say goodbye.
	closeWithin = time.Second
)

// deadLetterQueue is the end of the name of a queue's dead-letter queue.
const deadLetterQueue = "/$deadletterqueue"

// puller receives the messages of one function's queue and calls the function with each.
type puller struct {
	function Function
	options  serviceBusOptions
	handler  *handler
	journal  *journal
	slots    chan struct{} // one for each call at the same time
	calls    sync.WaitGroup
}

func newPuller(f Function, o serviceBusOptions, h *handler, j *journal) *puller {
	return &puller{function: f, options: o, handler: h, journal: j, slots: make(chan struct{}, o.maxConcurrentCalls)}
}

// run pulls until ctx ends. It begins when the handler is ready for the first time. A broker that is away is
// tried for ever, and mentioned once.
func (p *puller) run(ctx context.Context) {
	_, _ = p.handler.ready(ctx) // a handler that is gone for good fails every call, as in Azure
	defer p.calls.Wait()
	away := false
	for ctx.Err() == nil {
		err := p.connection(ctx, func() {
			if away {
				p.journal.info("receiving again", "function", p.function.Name, "queue", p.function.Queue)
			}
			away = false
		})
		if ctx.Err() != nil {
			return
		}
		if !away {
			p.journal.error("cannot receive, trying again until it works", "function", p.function.Name, "queue", p.function.Queue, "error", err)
		}
		away = true
		select {
		case <-time.After(reconnectEvery):
		case <-ctx.Done():
		}
	}
}

// connection receives over one connection until it fails or ctx ends. It calls opened once it is open. Calls
// that are still running then keep the connection, in whatever state it is, to settle their messages.
func (p *puller) connection(ctx context.Context, opened func()) error {
	client, err := p.dial()
	if err != nil {
		return err
	}
	queue, options := p.function.Queue, &azservicebus.ReceiverOptions{}
	if n := len(queue) - len(deadLetterQueue); n > 0 && strings.EqualFold(queue[n:], deadLetterQueue) {
		queue, options.SubQueue = queue[:n], azservicebus.SubQueueDeadLetter
	}
	receiver, err := client.NewReceiverForQueue(queue, options)
	if err != nil {
		return err
	}
	var calls sync.WaitGroup
	defer p.calls.Go(func() {
		calls.Wait()
		// ctx may have ended, and a broker that is away cannot answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
		defer cancel()
		_ = client.Close(ctx) // closes the receiver too
	})

	// ReceiveMessages says nothing before there is a message: looking at one without taking it opens the link.
	opening, cancel := context.WithTimeout(ctx, openWithin)
	_, err = receiver.PeekMessages(opening, 1, nil)
	cancel()
	if err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	opened()

	source := p.source()
	for {
		n, err := p.reserve(ctx)
		if err != nil {
			return err
		}
		messages, err := receiver.ReceiveMessages(ctx, n, nil)
		p.release(n - len(messages))
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		if len(messages) == 0 { // the link was lost, and the next call would open another
			return errors.New("receive: the link was lost")
		}
		for _, m := range messages {
			calls.Go(func() { p.call(ctx, receiver, source, m) })
		}
	}
}

func (p *puller) dial() (*azservicebus.Client, error) {
	// No retries of its own: they pause for seconds, and run tries for ever.
	options := &azservicebus.ClientOptions{RetryOptions: azservicebus.RetryOptions{MaxRetries: -1}}
	c := p.function.connection
	if c.text != "" {
		return azservicebus.NewClientFromConnectionString(c.text, options)
	}
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	if err != nil {
		return nil, err
	}
	return azservicebus.NewClient(c.namespace, credential, options)
}

// source is Metadata's Client.
func (p *puller) source() object {
	namespace := p.function.connection.namespace
	return object{
		{"FullyQualifiedNamespace", namespace},
		{"IsClosed", false},
		{"TransportType", 0},
		{"Identifier", namespace + "-" + uuid.NewString()},
	}
}

// reserve takes every free slot, at least one, and returns how many.
func (p *puller) reserve(ctx context.Context) (int, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	for n := 1; ; n++ {
		select {
		case p.slots <- struct{}{}:
		default:
			return n, nil
		}
	}
}

func (p *puller) release(n int) {
	for range n {
		<-p.slots
	}
}

// call calls the function with one message and settles the message: success completes it, failure abandons it
// at once. At the end of ctx it does neither: the lock ends in its time, as when the real host is gone.
func (p *puller) call(ctx context.Context, receiver *azservicebus.Receiver, source object, m *azservicebus.ReceivedMessage) {
	e, err := messageEnvelope(p.function, source, m, time.Now())
	if err != nil {
		p.journal.error("function failed", "function", p.function.Name, "error", err)
	} else {
		renewing, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.renew(renewing, receiver, m)
		}()
		err = p.handler.perform(ctx, p.function.Name, e)
		stop()
		<-done
	}
	p.release(1) // settling is not calling: it may take long when the broker is away
	if ctx.Err() != nil {
		return
	}
	word, settle := "complete", func(ctx context.Context, m *azservicebus.ReceivedMessage) error {
		return receiver.CompleteMessage(ctx, m, nil)
	}
	if err != nil {
		word, settle = "abandon", func(ctx context.Context, m *azservicebus.ReceivedMessage) error {
			return receiver.AbandonMessage(ctx, m, nil)
		}
	}
	settling, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	first, cancel := context.WithTimeout(settling, settleOnLinkWithin)
	defer cancel()
	if settle(first, m) == nil {
		return
	}
	// The client settles a message only on the connection that it came by, which may be lost, but a bare lock
	// token by asking the broker over any connection.
	err = settle(settling, &azservicebus.ReceivedMessage{LockToken: m.LockToken})
	if err != nil && ctx.Err() == nil {
		p.journal.error("cannot "+word+" a message, it comes again when its lock ends", "function", p.function.Name, "error", err)
	}
}

// renew keeps the lock of a message until ctx ends, or for maxAutoLockRenewalDuration.
func (p *puller) renew(ctx context.Context, receiver *azservicebus.Receiver, m *azservicebus.ReceivedMessage) {
	end := time.Now().Add(p.options.maxRenewal)
	for m.LockedUntil != nil {
		at := time.Now().Add(max(time.Until(*m.LockedUntil)/2, renewEvery))
		if at.After(end) {
			return
		}
		select {
		case <-time.After(time.Until(at)):
		case <-ctx.Done():
			return
		}
		err := receiver.RenewMessageLock(ctx, m, nil)
		if ctx.Err() != nil {
			return
		}
		// A lost connection is no reason to give up while the lock lasts.
		if lost, ok := errors.AsType[*azservicebus.Error](err); ok && lost.Code == azservicebus.CodeLockLost || err != nil && time.Now().After(*m.LockedUntil) {
			p.journal.error("cannot renew the lock of a message", "function", p.function.Name, "error", err)
			return
		}
	}
}
