package lead

import "time"

const (
	// canaryWithin is how long a canary that the webhook took may be on its way into the ledger as one.
	canaryWithin = 15 * time.Minute
	// canaryClaim is how long whoever claimed an hour has for the post: three times as long as one may take.
	canaryClaim = time.Minute
	// canaryHour is how an hour is written.
	canaryHour = "2006-01-02T15"
)

// Canary is the last submission that Leadflow has posted to its own webhook, one an hour: what arrives by the public way
// proves that leads do. What counts is its hour: one that was posted twice, because a crash hid whether it was, is one.
type Canary struct {
	Hour string `json:"hour"`
	// ClaimedAt is when its post was begun, PostedAt when the webhook took it, and SeenAt when the ledger had it; each
	// zero until then.
	ClaimedAt Time `json:"claimedAt"`
	PostedAt  Time `json:"postedAt,omitzero"`
	SeenAt    Time `json:"seenAt,omitzero"`
	// Failed says that it was refused, or was not seen in time.
	Failed bool `json:"failed,omitempty"`
	// FailingSince is when the first of those failed since one arrived last; zero while all is well.
	FailingSince Time `json:"failingSince,omitzero"`

	unknown Unknown
}

// open says that it is not known yet what becomes of the canary.
func (c *Canary) open() bool { return c.SeenAt.IsZero() && !c.Failed }

// ClaimCanary says of which hour a canary has to be posted now, empty for none. Whoever writes the watch first may post
// it. One that was claimed and not posted, as by a crash, is given again.
func (w *Watch) ClaimCanary(now Time) (hour string) {
	hour = now.Format(canaryHour)
	c := w.Canary
	switch {
	case c == nil:
		w.Canary = &Canary{Hour: hour, ClaimedAt: now}
		return hour
	case c.open() && (!c.PostedAt.IsZero() || now.Sub(c.ClaimedAt.Time) < canaryClaim): // on its way
		return ""
	case c.Hour > hour, c.Hour == hour && !c.open():
		return ""
	}
	c.Hour, c.ClaimedAt = hour, now
	c.PostedAt, c.SeenAt, c.Failed = Time{}, Time{}, false
	return hour
}

// PostedCanary notes how the post of an hour's canary ended: refused says why the webhook did not take it, empty if it
// did. It says whether that was news.
func (w *Watch) PostedCanary(hour, refused string, now Time) bool {
	c := w.Canary
	if c == nil || c.Hour != hour || !c.open() || !c.PostedAt.IsZero() {
		return false
	}
	if refused == "" {
		c.PostedAt = now
	} else {
		w.failCanary(Notice{Kind: NoticeCanaryRefused, Why: refused, At: now})
	}
	return true
}

// MissCanary gives up a canary that should be in the ledger by now. It gives its hour, empty if there is none.
func (w *Watch) MissCanary(now Time) (hour string) {
	c := w.Canary
	if c == nil || !c.open() || c.PostedAt.IsZero() || now.Sub(c.PostedAt.Time) < canaryWithin {
		return ""
	}
	w.failCanary(Notice{Kind: NoticeCanaryMissing, At: now})
	return c.Hour
}

// failCanary tells operations of the first of several that fail in a row.
func (w *Watch) failCanary(n Notice) {
	w.Canary.Failed = true
	if w.Canary.FailingSince.IsZero() {
		w.Canary.FailingSince = n.At
		w.tell(n)
	}
}

// seeCanary takes in that the ledger has a canary. Only the last one says how things are.
func (w *Watch) seeCanary(o Outcome) {
	c := w.Canary
	if c == nil || c.Hour != o.Hour || !c.SeenAt.IsZero() {
		return
	}
	c.SeenAt, c.Failed = o.At, false
	if !c.FailingSince.IsZero() {
		c.FailingSince = Time{}
		w.tell(Notice{Kind: NoticeCanaryBack, At: o.At})
	}
}
