// Package capture is the webhook: it takes what Partner Center posts and makes it durable.
//
// It knows nothing of leads. It promises that a POST is answered 202 only when the queue or the ledger has
// its body, and that a body with a wrong code, or one that came while both were away, is not thrown away
// either as long as the bounds below hold.
package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/queue"
)

const (
	// MaxBody is the largest body taken. Service Bus Standard allows 256 KB for a message with all its
	// properties, and a lead has less than 2 KB.
	MaxBody = 192 << 10
	// maxRefused is how much of a refused body is read, so that the caller gets to see the answer
	// instead of a broken connection.
	maxRefused = 1 << 20
	// maxContentType bounds what is kept of a header that nobody promised to keep short.
	maxContentType = 1 << 10

	// patience is how long the answer waits for the queue alone. Partner Center's time-out is not
	// documented; beyond this the ledger is enough, and the sweep sends what the queue did not take.
	patience = time.Second
	// tryTimeout ends a send or a ledger write that gets no answer at all, so that the caller gets one.
	tryTimeout = 5 * time.Second
	// retryAfter is what a caller is told when nothing could be kept, in seconds.
	retryAfter = 30
)

// Ledger keeps submissions.
type Ledger interface {
	AddSubmission(ctx context.Context, s lead.Submission) error
	AddUnverified(ctx context.Context, s lead.Submission, truncated bool, life time.Duration) error
	Settle(ctx context.Context, s lead.Submission, o lead.Outcome, life time.Duration) error
}

// Sender sends a submission to be ingested.
type Sender interface {
	SendSubmission(ctx context.Context, s lead.Submission, resend string) error
}

// Options are what the webhook works with.
type Options struct {
	Ledger Ledger
	Sender Sender
	// Secrets are behind the codes in the URLs, newest first.
	Secrets [][]byte
	// Keep is how long a body that nothing took is retried from memory.
	Keep time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

// Capture answers the webhook.
type Capture struct {
	Options
	memory     *memory
	unverified *hourly
}

// New makes the webhook.
func New(o Options) *Capture {
	c := &Capture{Options: o, unverified: &hourly{limit: maxUnverified}}
	c.memory = &memory{slots: make(chan struct{}, maxInMemory), keep: o.Keep, log: o.Log}
	return c
}

// ServeHTTP takes one submission. The offer of the URL, if any, is the path value offerId.
func (c *Capture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answer(w, http.StatusMethodNotAllowed, "This is the webhook for marketplace leads. It works: paste its URL into Partner Center, which will POST the leads here.")
		return
	}
	if !link.ValidCode(c.Secrets, r.PathValue("offerId"), r.URL.Query().Get("code")) {
		c.refuse(w, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	switch {
	case err != nil:
		answer(w, http.StatusBadRequest, "The body did not arrive whole.")
		return
	case len(body) == 0:
		answer(w, http.StatusBadRequest, "The body is empty.")
		return
	case len(body) > MaxBody:
		drain(r)
		answer(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("The body is larger than %d bytes.", MaxBody))
		return
	}
	s, err := c.submission(r, body)
	if err == nil {
		// The caller may hang up; what arrived is kept all the same.
		err = c.accept(context.WithoutCancel(r.Context()), s)
	}
	if err != nil {
		kept := s.ID != "" && c.memory.hold(s.ID, func(ctx context.Context) error { return c.accept(ctx, s) })
		c.Log.ErrorContext(r.Context(), "neither the queue nor the ledger took a submission", "submission", s.ID, "inMemory", kept, "error", err.Error())
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		answer(w, http.StatusServiceUnavailable, "The submission could not be stored. Please send it again.")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, "{\"submission\":%q}\n", s.ID)
}

func (c *Capture) submission(r *http.Request, body []byte) (lead.Submission, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return lead.Submission{}, fmt.Errorf("make an id: %w", err)
	}
	contentType := r.Header.Get("Content-Type")
	return lead.Submission{
		ID: id.String(), ReceivedAt: lead.At(c.Now()), OfferID: r.PathValue("offerId"),
		ContentType: contentType[:min(len(contentType), maxContentType)], Body: body,
	}, nil
}

// accept sends the submission and writes it to the ledger, side by side. It returns nil as soon as the
// queue has it or, if that fails or takes longer than patience, as soon as the ledger has it. The other
// one goes on in the background.
func (c *Capture) accept(ctx context.Context, s lead.Submission) error {
	sent, kept := make(chan error, 1), make(chan error, 1)
	go func() { sent <- c.send(ctx, s) }()
	go func() { kept <- c.enter(ctx, s) }()
	impatient := time.NewTimer(patience)
	defer impatient.Stop()
	var sendErr, keepErr error
	ledgerIsEnough, ledgerHasIt := false, false
	for !ledgerIsEnough || !ledgerHasIt {
		select {
		case sendErr = <-sent:
			if sendErr == nil {
				return nil
			}
			ledgerIsEnough = true
		case keepErr = <-kept:
			ledgerHasIt = keepErr == nil
		case <-impatient.C:
			ledgerIsEnough = true
		}
		if sendErr != nil && keepErr != nil {
			return errors.Join(sendErr, keepErr)
		}
	}
	return nil
}

// send sends the submission. One that the queue will never take is quarantined in the ledger instead.
func (c *Capture) send(ctx context.Context, s lead.Submission) error {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	err := c.Sender.SendSubmission(ctx, s, "")
	if err == nil {
		return nil
	}
	c.Log.WarnContext(ctx, "the queue did not take a submission", "submission", s.ID, "error", err.Error())
	if queue.Refused(err) {
		return c.Ledger.Settle(ctx, s, lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "too large for the queue", At: lead.At(c.Now())}, 0)
	}
	return err
}

// enter writes the submission to the ledger.
func (c *Capture) enter(ctx context.Context, s lead.Submission) error {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	err := c.Ledger.AddSubmission(ctx, s)
	if err != nil {
		c.Log.WarnContext(ctx, "the ledger did not take a submission", "submission", s.ID, "error", err.Error())
	}
	return err
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}

func drain(r *http.Request) { _, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxRefused)) }
