package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/google/uuid"
)

const (
	acsVersion = "2023-03-31"
	acsScope   = "https://communication.azure.com/.default"

	// repeatWindow is how long a repeat of the same mail is the same request to
	// ACS, which remembers requests for five minutes. The two minutes less leave
	// room for a clock that is wrong.
	repeatWindow = 3 * time.Minute

	// maxAnswer bounds what is read of one answer; honest ones have a few hundred
	// bytes.
	maxAnswer = 256 << 10
)

// acsSender sends through ACS Email's REST interface.
//
// ACS accepts a mail (202) and then sends it; the operation is polled until it
// has ended. When the end cannot be learnt in time, the mail counts as sent and a
// line is logged: it is accepted, and sending it again would mail it twice.
//
// A repeat of a mail whose answer was lost should not mail twice either.
// Repeatability-Request-Id is therefore not random: it is a hash of the request's
// body (the Message-ID is in it), of the beginning of the current window of three
// minutes, which is also Repeatability-First-Sent, and of the number of refusals
// so far. Repeated within its window, by whichever process, the request is
// the same one and ACS answers as it did the first time, without sending. That is
// best effort: a repeat after the window's end is a new request. The body is in
// the hash because ACS refuses a known id with another body. The refusals are in it
// because ACS repeats those as well: a throttled or failed mail must be able to go
// a moment later.
type acsSender struct {
	endpoint string // without a slash at the end
	pipeline runtime.Pipeline
	log      *slog.Logger
	now      func() time.Time
	wait     func(ctx context.Context, d time.Duration) error
	refusals atomic.Uint64
}

func newACS(u *url.URL, cred func() (azcore.TokenCredential, error), transport policy.Transporter, log *slog.Logger) (*acsSender, error) {
	if cred == nil {
		return nil, errors.New("azure communication services need a credential")
	}
	token, err := cred()
	if err != nil {
		return nil, fmt.Errorf("get the credential for azure communication services: %w", err)
	}
	if token == nil {
		return nil, errors.New("azure communication services need a credential")
	}
	if transport == nil {
		transport = standardTransport()
	}
	auth := runtime.NewBearerTokenPolicy(token, []string{acsScope}, &policy.BearerTokenOptions{
		// checkURL lets http through for loopback only; said again where it counts.
		InsecureAllowCredentialWithHTTP: u.Scheme == "http" && isLoopback(u.Hostname()),
	})
	return &acsSender{
		endpoint: u.Scheme + "://" + u.Host,
		pipeline: runtime.NewPipeline("leadflow-mail", "v1", runtime.PipelineOptions{PerRetry: []policy.Policy{auth}}, &policy.ClientOptions{
			Transport: boundedTransport{transport},
			// The queue repeats mails, minutes apart. A second retry here would only add
			// to what ACS counts: throttled tries count too.
			Retry:     policy.RetryOptions{MaxRetries: -1},
			Telemetry: policy.TelemetryOptions{Disabled: true},
		}),
		log:  log,
		now:  time.Now,
		wait: wait,
	}, nil
}

// standardTransport differs from Go's default client in two things: a dead HTTP/2
// connection is noticed by pings (or each mail would run into its time-out until
// the operating system gives the connection up, a quarter of an hour later), and
// redirects are not followed.
func standardTransport() policy.Transporter {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: 10 * time.Second,
			ForceAttemptHTTP2:   true, // off by default when dialer or TLS are set
			HTTP2:               &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
			IdleConnTimeout:     90 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// boundedTransport cuts answers, which azcore reads whole.
type boundedTransport struct{ policy.Transporter }

func (t boundedTransport) Do(req *http.Request) (*http.Response, error) {
	resp, err := t.Transporter.Do(req)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Send hands m to ACS and waits for the operation to end.
func (s *acsSender) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	p, err := prepare(m)
	if err != nil {
		return err
	}
	mail := acsMail(p)
	err = s.post(ctx, mail)
	if errors.Is(err, errMessageID) {
		// With validation asked for, ACS refuses a Message-ID that it does not like or
		// has seen before; without, it sets one of its own. A mail with another
		// Message-ID is better than none.
		s.log.WarnContext(ctx, "mail: Azure does not accept the Message-ID, sending without validation", "messageID", p.id)
		delete(mail.Headers, validateMessageID)
		if err = s.post(ctx, mail); errors.Is(err, errMessageID) {
			return &PermanentError{Reason: "Azure refuses the Message-ID", Err: err}
		}
	}
	return err
}

// post makes the request and follows the operation.
func (s *acsSender) post(ctx context.Context, mail acsMessage) error {
	body, err := json.Marshal(mail)
	if err != nil {
		return fmt.Errorf("encode mail for azure communication services: %w", err)
	}
	req, err := runtime.NewRequest(ctx, http.MethodPost, s.endpoint+"/emails:send?api-version="+acsVersion)
	if err != nil {
		return fmt.Errorf("make request to azure communication services: %w", err)
	}
	if err := req.SetBody(streaming.NopCloser(bytes.NewReader(body)), "application/json"); err != nil {
		return fmt.Errorf("make request to azure communication services: %w", err)
	}
	// Read below: the library would make an error of an answer that breaks off, even
	// when its status says that the mail is accepted.
	runtime.SkipBodyDownload(req)
	first := s.now().UTC().Truncate(repeatWindow)
	id := requestID(body, first, s.refusals.Load())
	h := req.Raw().Header
	h.Set("Accept", "application/json")
	h.Set("Repeatability-Request-Id", id)
	h.Set("Repeatability-First-Sent", first.Format(http.TimeFormat))
	h.Set("Operation-Id", id)

	resp, err := s.pipeline.Do(req)
	if err != nil {
		return fmt.Errorf("post mail to azure communication services: %w", err)
	}
	defer resp.Body.Close()
	answer, err := runtime.Payload(resp)
	if err != nil && resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("read answer of azure communication services: %w", err)
	}
	if resp.StatusCode == http.StatusAccepted {
		err = s.follow(ctx, operationID(resp.Header.Get("Operation-Location"), answer, id), s.retryAfter(resp))
	} else {
		err = acsError(resp.StatusCode, answer, s.retryAfter(resp))
	}
	if err != nil && resp.StatusCode < 500 && resp.StatusCode != http.StatusConflict {
		s.refusals.Add(1)
	}
	return err
}

// requestID names a request for repeats; see acsSender.
func requestID(body []byte, first time.Time, refusals uint64) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d ", first.Unix(), refusals)
	h.Write(body)
	return uuid.NewSHA1(uuid.NameSpaceOID, h.Sum(nil)).String()
}

// operationID is the last part of Operation-Location, or else the id in the body,
// or else the one asked for. Only the id is taken: the question goes to our own
// endpoint, because the token must not go where an answer says.
func operationID(location string, body []byte, asked string) string {
	if u, err := url.Parse(location); err == nil {
		if id, err := uuid.Parse(u.Path[strings.LastIndex(u.Path, "/")+1:]); err == nil {
			return id.String()
		}
	}
	var result acsResult
	if json.Unmarshal(body, &result) == nil {
		if id, err := uuid.Parse(result.ID); err == nil {
			return id.String()
		}
	}
	return asked
}

// follow polls an accepted operation until it has ended or ctx has.
func (s *acsSender) follow(ctx context.Context, id string, delay time.Duration) error {
	for {
		// ACS names the least time to wait, often half a minute. Without it: 2 s.
		if delay == 0 {
			delay = 2 * time.Second
		}
		deadline, _ := ctx.Deadline() // Send has set one
		if time.Until(deadline) <= delay || s.wait(ctx, delay) != nil {
			break
		}
		var result acsResult
		var err error
		result, delay, err = s.poll(ctx, id)
		switch {
		case err != nil:
			s.log.InfoContext(ctx, "mail: asking Azure for the end of an operation failed", "operation", id, "error", err)
		case strings.EqualFold(result.Status, "Succeeded"):
			return nil
		case strings.EqualFold(result.Status, "Failed"), strings.EqualFold(result.Status, "Canceled"):
			return operationError(result)
		}
	}
	s.log.WarnContext(ctx, "mail: accepted by Azure, its end is not known; counted as sent", "operation", id)
	return nil
}

// poll asks once how an operation stands and how long to wait before asking again.
func (s *acsSender) poll(ctx context.Context, id string) (acsResult, time.Duration, error) {
	var result acsResult
	req, err := runtime.NewRequest(ctx, http.MethodGet, s.endpoint+"/emails/operations/"+id+"?api-version="+acsVersion)
	if err != nil {
		return result, 0, fmt.Errorf("make request: %w", err)
	}
	req.Raw().Header.Set("Accept", "application/json")
	resp, err := s.pipeline.Do(req)
	if err != nil {
		return result, 0, fmt.Errorf("get operation: %w", err)
	}
	defer resp.Body.Close()
	delay := s.retryAfter(resp)
	if resp.StatusCode != http.StatusOK {
		return result, delay, fmt.Errorf("get operation: status %d", resp.StatusCode)
	}
	body, err := runtime.Payload(resp)
	if err != nil {
		return result, delay, fmt.Errorf("read operation: %w", err)
	}
	if err := json.Unmarshal(body, &result); err != nil {
		return result, delay, errors.New("read operation: not JSON of the expected form")
	}
	return result, delay, nil
}
