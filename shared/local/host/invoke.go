package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// maxAnswer is how much of an answer is read.
const maxAnswer = 16 << 20

// maxRedirects is .NET's limit.
const maxRedirects = 50

// invoke sends one envelope and returns nil when the invocation succeeds. An invocation that the answer leaves
// open lasts until functionTimeout or the death of the process.
func (h *handler) invoke(ctx context.Context, function string, e envelope) error {
	body, err := encode(e)
	if err != nil {
		return fmt.Errorf("encode the envelope: %w", err)
	}
	i := h.begin(ctx)
	defer i.end()
	err = i.post(function, body)
	if cause := context.Cause(i.ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// perform is invoke with a word about the failure, if it is one, in the journal.
func (h *handler) perform(ctx context.Context, function string, e envelope) error {
	began := time.Now()
	err := h.invoke(ctx, function, e)
	took := time.Since(began).Round(time.Millisecond)
	switch {
	case err == nil:
		h.journal.log.Debug("function succeeded", "function", function, "took", took)
	case ctx.Err() == nil:
		h.journal.error("function failed", "function", function, "took", took, "error", err)
	}
	return err
}

func (i *invocation) post(function string, body []byte) error {
	req, err := http.NewRequestWithContext(i.ctx, http.MethodPost, "http://"+placeholder+"/"+function, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.ContentLength = -1 // chunked, as the real host sends it
	req.Header = http.Header{
		"Content-Type":                   {"application/json; charset=utf-8"},
		"User-Agent":                     {"Azure-Functions-Host/" + Version},
		"X-Azure-Functions-HostVersion":  {Version},
		"X-Azure-Functions-InvocationId": {i.id},
	}
	client := http.Client{
		Transport: i,
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errors.New("too many redirects")
			}
			return nil
		},
	}
	res, err := client.Do(req)
	if err != nil {
		if urlErr, ok := errors.AsType[*url.Error](err); ok {
			err = urlErr.Err // without the URL, whose query after a redirect may be anything
		}
		return fmt.Errorf("ask the handler: %w", err)
	}
	defer res.Body.Close()
	logs, complete, err := judge(res)
	for _, line := range logs {
		i.handler.journal.line(function+": ", line)
	}
	if err != nil || complete {
		return err
	}
	i.handler.journal.error("function answered nothing, so the invocation does not complete", "function", function)
	select {
	case <-i.ctx.Done():
		return context.Cause(i.ctx)
	case <-i.process.ended:
		return errors.New("the answer was empty or null, and the handler ended")
	}
}

// judge says what the real host makes of an answer: an error fails the invocation, complete false leaves it
// open for ever.
func judge(res *http.Response) (logs []string, complete bool, err error) {
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, false, fmt.Errorf("the answer is status %d", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, false, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, false, fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	if len(body) == 0 {
		return nil, false, nil
	}
	header := res.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(header)
	if err != nil || kind != "application/json" && kind != "text/json" {
		return nil, false, fmt.Errorf("the Content-Type of the answer is %q, must be application/json", header)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, false, nil
	}
	var a *struct {
		Outputs     map[string]json.RawMessage
		Logs        []json.RawMessage
		ReturnValue json.RawMessage
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, false, fmt.Errorf("the answer is not the JSON of an outcome: %w", err)
	}
	if a == nil {
		return nil, false, nil
	}
	for _, raw := range a.Logs {
		line := string(raw)
		switch raw[0] {
		case '{', '[':
			return nil, false, errors.New("an entry of Logs in the answer is not text")
		case '"':
			if err := json.Unmarshal(raw, &line); err != nil {
				return nil, false, fmt.Errorf("read Logs in the answer: %w", err)
			}
		case 'n':
			line = ""
		}
		logs = append(logs, line)
	}
	return logs, true, nil
}
