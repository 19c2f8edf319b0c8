package queue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/azfunc"
)

const (
	// deadPage is how many dead letters are looked at or taken at once.
	deadPage = 100
	// deadWait is how long a dead letter that is free takes at most to be delivered.
	deadWait = 5 * time.Second
)

// DeadLetters gives the dead letters of a queue to each, the oldest first, also those that somebody is just handling.
// They stay there.
func (q *Queue) DeadLetters(ctx context.Context, queueName string, each func(azfunc.Message) error) error {
	r, err := q.deadLetters(queueName)
	if err != nil {
		return fmt.Errorf("look at the dead letters of the queue %s: %w", queueName, err)
	}
	defer r.Close(context.WithoutCancel(ctx))
	for {
		page, err := r.PeekMessages(ctx, deadPage, nil)
		if err != nil {
			return fmt.Errorf("look at the dead letters of the queue %s: %w", queueName, err)
		}
		if len(page) == 0 {
			return nil
		}
		for _, m := range page {
			if err := each(received(m)); err != nil {
				return err
			}
		}
	}
}

// RemoveDeadLetters removes those dead letters of a queue that have these sequence numbers, and gives how many. What
// somebody else removed or is just handling is left to them. All others stay where they are.
func (q *Queue) RemoveDeadLetters(ctx context.Context, queueName string, numbers map[int64]bool) (removed int, err error) {
	r, err := q.deadLetters(queueName)
	if err != nil {
		return 0, fmt.Errorf("remove dead letters of the queue %s: %w", queueName, err)
	}
	defer r.Close(context.WithoutCancel(ctx))
	held := map[int64]*azservicebus.ReceivedMessage{}
	defer func() {
		for _, m := range held {
			_ = r.AbandonMessage(context.WithoutCancel(ctx), m, nil) // else its lock ends by itself, within a minute
		}
	}()
	for left := maps.Clone(numbers); len(left) > 0; {
		// No more are asked for than are left to remove, so that at the end the link asks for none: what is given back
		// would come straight back to it, and be locked again when it closes.
		page, err := take(ctx, r, min(deadPage, len(left)))
		if err != nil {
			return removed, fmt.Errorf("remove dead letters of the queue %s: %w", queueName, err)
		}
		if len(page) == 0 {
			return removed, nil
		}
		for _, m := range page {
			n := *m.SequenceNumber
			if _, again := held[n]; again { // its lock has ended: everything was seen that is free
				held[n] = m
				return removed, nil
			}
			if !left[n] {
				held[n] = m // so that it does not come again while there are others
				continue
			}
			delete(left, n)
			if err := r.CompleteMessage(ctx, m, nil); err != nil {
				if lost, ok := errors.AsType[*azservicebus.Error](err); ok && lost.Code == azservicebus.CodeLockLost {
					continue
				}
				return removed, fmt.Errorf("remove dead letters of the queue %s: %w", queueName, err)
			}
			removed++
		}
	}
	return removed, nil
}

// take receives at most so many messages under their locks; none if none is free.
func take(ctx context.Context, r *azservicebus.Receiver, most int) ([]*azservicebus.ReceivedMessage, error) {
	waiting, cancel := context.WithTimeout(ctx, deadWait)
	defer cancel()
	page, err := r.ReceiveMessages(waiting, most, nil)
	if err != nil && ctx.Err() == nil && waiting.Err() != nil {
		return nil, nil
	}
	return page, err
}

func (q *Queue) deadLetters(queueName string) (*azservicebus.Receiver, error) {
	return q.client.NewReceiverForQueue(queueName, &azservicebus.ReceiverOptions{SubQueue: azservicebus.SubQueueDeadLetter})
}

// received is a message as its trigger would deliver it.
func received(m *azservicebus.ReceivedMessage) azfunc.Message {
	got := azfunc.Message{Body: m.Body, ID: m.MessageID, DeliveryCount: int(m.DeliveryCount), Properties: map[string]any{}}
	maps.Copy(got.Properties, m.ApplicationProperties)
	if m.EnqueuedTime != nil {
		got.EnqueuedAt = m.EnqueuedTime.UTC().Truncate(time.Second)
	}
	if m.SequenceNumber != nil {
		got.SequenceNumber = *m.SequenceNumber
	}
	for text, from := range map[*string]*string{&got.ContentType: m.ContentType, &got.Subject: m.Subject, &got.CorrelationID: m.CorrelationID,
		&got.DeadLetterReason: m.DeadLetterReason, &got.DeadLetterDescription: m.DeadLetterErrorDescription, &got.DeadLetterSource: m.DeadLetterSource} {
		if from != nil {
			*text = *from
		}
	}
	return got
}
