package capture

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// Bounds of what is kept without a valid code: enough to find a badly pasted URL by, too little to fill a
// database with.
const (
	maxUnverified     = 100 // an hour and process
	maxUnverifiedBody = 64 << 10
	unverifiedLife    = 14 * 24 * time.Hour
)

// refuse answers a request without a valid code. Its body is kept as unverified, so that a URL that was
// pasted badly loses nothing.
func (c *Capture) refuse(w http.ResponseWriter, r *http.Request) {
	if c.unverified.take(c.Now()) {
		c.keepUnverified(r)
	}
	drain(r)
	answer(w, http.StatusUnauthorized, "The code in the URL is missing or wrong. Copy the whole URL again from \"leads url\".")
}

func (c *Capture) keepUnverified(r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxUnverifiedBody+1))
	if err != nil || len(body) == 0 {
		return
	}
	truncated := len(body) > maxUnverifiedBody
	if truncated {
		body = body[:maxUnverifiedBody]
	}
	ctx := context.WithoutCancel(r.Context())
	s, err := c.submission(r, body)
	if err == nil {
		s.OfferID = s.OfferID[:min(len(s.OfferID), maxContentType)]
		err = c.Ledger.AddUnverified(ctx, s, truncated, unverifiedLife)
	}
	if err != nil {
		c.Log.ErrorContext(ctx, "an unverified submission was lost", "error", err.Error())
		return
	}
	c.Log.WarnContext(ctx, "a submission without a valid code was kept as unverified", "submission", s.ID, "truncated", truncated)
}

// hourly lets limit through in each hour.
type hourly struct {
	limit int
	mu    sync.Mutex
	since time.Time
	taken int
}

func (h *hourly) take(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Sub(h.since) >= time.Hour {
		h.since, h.taken = now, 0
	}
	if h.taken >= h.limit {
		return false
	}
	h.taken++
	return true
}
