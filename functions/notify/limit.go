package notify

import (
	"sync/atomic"
	"time"
)

// rateLimit is the pause that the mail service asked for. It holds for the whole process: tries that are
// refused count against the limit too.
type rateLimit struct{ until atomic.Int64 } // Unix nanoseconds

func (r *rateLimit) pause(until time.Time) { r.until.Store(until.UnixNano()) }

func (r *rateLimit) left(now time.Time) time.Duration {
	return max(0, time.Unix(0, r.until.Load()).Sub(now))
}
