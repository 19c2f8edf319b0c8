package notify

import (
	"sync/atomic"
	"time"
)

// rateLimit is the pause that the mail service asked for. It holds for the whole process: tries that are
// refused count against the limit too.
type rateLimit struct{ until atomic.Int64 } // Unix nanoseconds

// pause lasts until then, or as long as an earlier one does if that is longer.
func (r *rateLimit) pause(until time.Time) {
	for {
		before := r.until.Load()
		if before >= until.UnixNano() || r.until.CompareAndSwap(before, until.UnixNano()) {
			return
		}
	}
}

func (r *rateLimit) left(now time.Time) time.Duration {
	return max(0, time.Unix(0, r.until.Load()).Sub(now))
}
