package servicebus

import (
	"context"
	"fmt"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
)

// One sender and one receiver, each waiting for the answer to every step: what the stand-in adds is
// small beside the client's own work and the way over the loopback interface.

func BenchmarkSend(b *testing.B) {
	s := start(b, nil, plainQueue("leads"))
	sender := s.sender(b, "leads")
	for b.Loop() {
		must(b, sender.SendMessage(b.Context(), &azservicebus.Message{Body: []byte("x")}, nil))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// The depth is how many messages wait behind the ones that are received: it must make no difference.
func BenchmarkReceiveAndComplete(b *testing.B) {
	for _, depth := range []int{0, 50_000} {
		b.Run(fmt.Sprintf("depth %d", depth), func(b *testing.B) {
			s := start(b, nil, plainQueue("leads"))
			sender := s.sender(b, "leads")
			fill(b, sender, depth)
			receiver := s.receiver(b, "leads")
			const batch = 100
			received := 0
			for b.Loop() {
				b.StopTimer()
				fill(b, sender, batch)
				b.StartTimer()
				for got := 0; got < batch; {
					messages, err := receiver.ReceiveMessages(b.Context(), batch-got, nil)
					must(b, err)
					for _, m := range messages {
						must(b, receiver.CompleteMessage(b.Context(), m, nil))
					}
					got += len(messages)
				}
				received += batch
			}
			b.ReportMetric(float64(received)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

func BenchmarkSendReceiveComplete(b *testing.B) {
	s := start(b, nil, plainQueue("leads"))
	sender, receiver := s.sender(b, "leads"), s.receiver(b, "leads")
	for b.Loop() {
		must(b, sender.SendMessage(b.Context(), &azservicebus.Message{Body: []byte("x")}, nil))
		messages, err := receiver.ReceiveMessages(b.Context(), 1, nil)
		must(b, err)
		must(b, receiver.CompleteMessage(b.Context(), messages[0], nil))
	}
}

// fill sends n small messages in batches.
func fill(tb testing.TB, sender *azservicebus.Sender, n int) {
	tb.Helper()
	ctx := context.Background()
	for n > 0 {
		batch, err := sender.NewMessageBatch(ctx, nil)
		must(tb, err)
		for range min(n, 1000) {
			must(tb, batch.AddMessage(&azservicebus.Message{Body: []byte("x")}, nil))
			n--
		}
		must(tb, sender.SendMessageBatch(ctx, batch, nil))
	}
}
