package host

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// placeholder stands in a URL for the address of the process that will serve the invocation.
const placeholder = "handler"

var (
	errTimeout  = errors.New("it took longer than functionTimeout, so the handler was killed")
	errNotReady = errors.New("the handler was not ready in time")
)

// invocation is one call of one function. As an http.RoundTripper it waits for the handler to be ready, sends
// the request there and sees to functionTimeout, which runs from then on.
type invocation struct {
	id      string
	ctx     context.Context // ends with the invocation
	cancel  context.CancelCauseFunc
	handler *handler
	process *process // the one asked last; nil before the first
	timer   *time.Timer
}

func (h *handler) begin(ctx context.Context) *invocation {
	ctx, cancel := context.WithCancelCause(ctx)
	return &invocation{id: uuid.NewString(), ctx: ctx, cancel: cancel, handler: h}
}

// end releases what the invocation holds. It comes after the last use.
func (i *invocation) end() {
	if i.timer != nil {
		i.timer.Stop()
	}
	i.cancel(context.Canceled)
}

// RoundTrip sends a request whose host is the placeholder to the handler, any other where it says. Its callers
// close the body of the request themselves: it may still be read when the answer has begun, and it is needed
// whole for the next process if the first turns out to be dead.
func (i *invocation) RoundTrip(req *http.Request) (*http.Response, error) {
	for {
		p, err := i.wait(req.Context())
		if err != nil {
			return nil, err
		}
		out := req.Clone(req.Context())
		if req.Body != nil {
			out.Body = io.NopCloser(req.Body)
		}
		if out.URL.Host == placeholder {
			out.URL.Host, out.Host = p.address, p.address
		}
		res, err := p.transport.RoundTrip(out)
		if err == nil || !unreached(err) || !p.endsSoon() {
			return res, err
		}
	}
}

// wait returns the process to ask and gives the invocation its time there.
func (i *invocation) wait(ctx context.Context) (*process, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, i.handler.within, errNotReady)
	defer cancel()
	p, err := i.handler.ready(ctx)
	if err != nil {
		return nil, err
	}
	if p == i.process || i.handler.timeout == 0 {
		i.process = p
		return p, nil
	}
	i.process = p
	if i.timer != nil {
		i.timer.Stop()
	}
	i.timer = time.AfterFunc(i.handler.timeout, func() {
		i.handler.leave(p)
		i.cancel(errTimeout)
		p.kill()
	})
	return p, nil
}

// endsSoon tells a process that has just died, which its parent learns a moment later than its callers, from
// one that lives and does not listen.
func (p *process) endsSoon() bool {
	select {
	case <-p.ended:
		return true
	case <-time.After(100 * time.Millisecond):
		return false
	}
}
