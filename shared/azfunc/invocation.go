package azfunc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

const (
	// envelopeLimit is the largest envelope read, in bytes. A message has at most 256 KiB with its
	// properties: a third more in base64, at worst seven times as much as text encoded twice, and the
	// properties come twice in the metadata.
	envelopeLimit = 4 << 20
	// bodyTime is how long the body of a request may take to arrive.
	bodyTime = 30 * time.Second
	// invocationLimit ends the context of an invocation, before the functionTimeout of 5 minutes at
	// which the host kills the whole process.
	invocationLimit = 4*time.Minute + 30*time.Second
)

// function makes a task of the envelope of one invocation.
type function func(e envelope) (task, error)

// task is one call of a queue or timer function.
type task struct {
	// about is what the log says of it.
	about []slog.Attr
	run   func(ctx context.Context) (Outcome, error)
}

// serveInvocation answers POST /{name}.
//
// The invocation does not end when the host's connection does: the step in hand is finished, because the
// message comes again anyway and a finished step is cheaper to find than a half-done one. It ends after
// invocationLimit.
func (s *Server) serveInvocation(w http.ResponseWriter, r *http.Request, name string) {
	begin := time.Now()
	ctx, cancel := context.WithTimeout(withInvocationID(context.WithoutCancel(r.Context()), r.Header), invocationLimit)
	defer cancel()

	f, ok := s.called[name]
	if !ok {
		why := "there is no such function"
		if s.names[name] {
			why = name + " is an HTTP function and was called with an envelope: host.json must set enableProxyingHttpRequest"
		}
		s.refuse(ctx, w, http.StatusNotFound, why)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		s.refuse(ctx, w, http.StatusMethodNotAllowed, name+" is called with POST")
		return
	}
	body, status, err := readEnvelope(w, r)
	if err != nil {
		s.refuse(ctx, w, status, fmt.Sprintf("%s: read the envelope: %s", name, err))
		return
	}
	t, err := f.prepare(body)
	if err != nil {
		s.refuse(ctx, w, http.StatusBadRequest, fmt.Sprintf("%s: read the envelope: %s", name, err))
		return
	}
	o, err := t.call(ctx)
	s.finish(ctx, w, name, time.Since(begin), t, o, err)
}

// finish logs an invocation and answers the host.
func (s *Server) finish(ctx context.Context, w http.ResponseWriter, name string, took time.Duration, t task, o Outcome, err error) {
	attrs := append([]slog.Attr{
		slog.String("function", name),
		slog.Int64("durationMs", took.Milliseconds()),
	}, t.about...)
	var (
		status  = http.StatusOK
		level   = slog.LevelWarn
		outcome = o.Kind().String()
		line    = fmt.Sprintf("%s: %s", name, o)
	)
	switch {
	case err != nil:
		status, level, outcome = http.StatusInternalServerError, slog.LevelError, "failed"
		line = fmt.Sprintf("%s: failed (%s)", name, err)
		attrs = append(attrs, slog.String("error", bounded(err.Error(), logTextLimit)))
		if p, ok := errors.AsType[*panicError](err); ok {
			attrs = append(attrs, p.attrs()...)
		}
	case o.Kind() == KindDone:
		level = slog.LevelInfo
		line = fmt.Sprintf("%s: done in %d ms", name, took.Milliseconds())
	default:
		attrs = append(attrs, slog.String("reason", bounded(o.Reason(), logTextLimit)))
	}
	s.log.LogAttrs(ctx, level, "invocation", append(attrs, slog.String("outcome", outcome))...)
	answer(w, status, line)
}

// refuse logs and answers a request that calls no function. why must not quote the request.
func (s *Server) refuse(ctx context.Context, w http.ResponseWriter, status int, why string) {
	s.log.LogAttrs(ctx, slog.LevelError, "request refused", slog.Int("status", status), slog.String("error", bounded(why, logTextLimit)))
	answer(w, status, why)
}

// readEnvelope reads the whole body, or says with which status to refuse it.
func readEnvelope(w http.ResponseWriter, r *http.Request) ([]byte, int, error) {
	limitBodyTime(w, r)
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, envelopeLimit))
	if err == nil {
		return b, 0, nil
	}
	status := http.StatusBadRequest
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		status = http.StatusRequestEntityTooLarge
	} else if errors.Is(err, os.ErrDeadlineExceeded) {
		status = http.StatusRequestTimeout
	}
	return nil, status, err
}

// prepare decodes the body of a request.
func (f function) prepare(body []byte) (task, error) {
	e, err := decodeEnvelope(body)
	if err != nil {
		return task{}, err
	}
	return f(e)
}

// call runs t and turns a panic into an error.
func (t task) call(ctx context.Context) (o Outcome, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{value: fmt.Sprint(v), stack: debug.Stack()}
		}
	}()
	return t.run(ctx)
}

// panicError is a panic of a function. Its text says no more than that: what panicked and where goes
// into the log and not into an answer.
type panicError struct {
	value string
	stack []byte
}

func (p *panicError) Error() string { return "the function panicked" }

func (p *panicError) attrs() []slog.Attr {
	return []slog.Attr{slog.String("panic", bounded(p.value, logTextLimit)), slog.String("stack", string(p.stack))}
}

// answer writes the only kind of answer the host understands, with one log line of at most 200 bytes.
func answer(w http.ResponseWriter, status int, line string) {
	b, err := json.Marshal(struct {
		Outputs     struct{}
		Logs        []string
		ReturnValue any
	}{Logs: []string{bounded(line, 200)}})
	if err != nil {
		panic(err) // a struct of strings always marshals
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(b)
}

// logTextLimit bounds an error or a reason in the log, in bytes: those of SDKs can hold whole responses.
const logTextLimit = 2000

// bounded returns s on one line and in at most limit bytes.
func bounded(s string, limit int) string {
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit-len("...")], "") + "..."
	}
	return strings.Join(strings.Fields(s), " ")
}
