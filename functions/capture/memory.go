package capture

import (
	"context"
	"log/slog"
	"time"
)

const (
	// maxInMemory bounds the bodies that wait in memory: 100 of 192 KiB are 19 MiB.
	maxInMemory = 100
	// Pauses between two tries from memory.
	firstPause = time.Second
	maxPause   = 10 * time.Second
)

// memory retries what could not be stored. The caller was told that it failed, so this is a second chance
// and no promise: a process that ends takes it along.
type memory struct {
	slots chan struct{}
	keep  time.Duration
	log   *slog.Logger
}

// hold retries store in the background until it succeeds or keep is over. It says whether there was room.
func (m *memory) hold(id string, store func(context.Context) error) bool {
	select {
	case m.slots <- struct{}{}:
	default:
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), m.keep)
	go func() {
		defer func() { <-m.slots }()
		defer cancel()
		for pause := firstPause; ; pause = min(2*pause, maxPause) {
			timer := time.NewTimer(pause)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				m.log.Error("a submission held in memory was given up", "submission", id)
				return
			}
			if err := store(ctx); err == nil {
				m.log.Info("a submission held in memory was stored", "submission", id)
				return
			}
		}
	}()
	return true
}
