package remind

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/store"
)

const (
	// postTimeout bounds the post of a canary. The app may have to start for it, which takes seconds.
	postTimeout = 20 * time.Second
	// maxAnswer is how much is read of the webhook's answer, in bytes; it has less than a hundred.
	maxAnswer = 1 << 10
)

// canary posts the canary that this run has claimed. A refusal is told to operations and is no error of the run.
func (r *Remind) canary(ctx context.Context, w *watched) error {
	if w == nil || w.canary == "" {
		return nil
	}
	body, err := json.Marshal(map[string]string{"leadflowCanary": w.canary, "mac": link.Canary(r.Secrets[0], w.canary)})
	if err != nil {
		return fmt.Errorf("write the canary of %s: %w", w.canary, err)
	}
	refused := ""
	if err := r.Webhook.Post(ctx, body); err != nil {
		refused = err.Error()
		r.Log.ErrorContext(ctx, "the webhook did not take a canary", "hour", w.canary, "error", refused)
	}
	err = r.Store.UpdateWatch(ctx, func(have *lead.Watch) error {
		if !have.PostedCanary(w.canary, refused, lead.At(r.Now())) {
			return store.ErrUnchanged
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note the post of the canary of %s: %w", w.canary, err)
	}
	return nil
}

// PublicWebhook is the webhook as the world reaches it.
type PublicWebhook struct {
	url    string
	client *http.Client
}

// NewPublicWebhook makes one of the URL that Partner Center would be given for all offers. Make one per process.
func NewPublicWebhook(publicURL string, secret []byte) *PublicWebhook {
	return &PublicWebhook{url: link.Webhook(publicURL, secret, ""), client: &http.Client{
		Timeout: postTimeout,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: postTimeout,
			DisableKeepAlives:     true, // one request an hour, which is to find out whether a new caller gets through
		},
		// A caller that was sent elsewhere has not been heard here.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Post posts a body. It is taken if the answer is 202.
func (p *PublicWebhook) Post(ctx context.Context, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, strings.NewReader(string(body)))
	if err != nil {
		return errors.New("PUBLIC_URL is no URL")
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := p.client.Do(r)
	if err != nil {
		if about, ok := errors.AsType[*url.Error](err); ok { // its text has the URL, and so the code
			err = about.Err
		}
		return fmt.Errorf("no answer: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	if answer.StatusCode != http.StatusAccepted {
		return fmt.Errorf("the answer was %d and not 202", answer.StatusCode)
	}
	return nil
}
