package host

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"regexp"
	"slices"
	"time"
)

// idleLimit is how long a proxied request may go without a byte in either direction.
const idleLimit = 240 * time.Second

// front answers the callers of HTTP functions.
type front struct {
	functions []Function // the more particular route first
	names     []string   // of all functions
	handler   *handler
	journal   *journal
	idle      time.Duration
}

func newFront(a app, h *handler, j *journal) *front {
	f := &front{handler: h, journal: j, idle: idleLimit}
	for _, fn := range a.functions {
		f.names = append(f.names, fn.Name)
		if fn.Trigger == httpTrigger {
			f.functions = append(f.functions, fn)
		}
	}
	slices.SortStableFunc(f.functions, func(a, b Function) int { return compareRoutes(a.route, b.route) })
	return f
}

// serve answers on l until ctx ends, and breaks off what is being answered then.
func serve(ctx context.Context, l net.Listener, handler http.Handler, j *journal) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(&lines{j: j, prefix: "host: "}, "", 0), // log writes one line at a time
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP functions: %w", err)
	}
	return nil
}

// ServeHTTP finds the function by route and method; there is no 405, a function with other methods is as good
// as none. Two pages are the host's own: / and /admin/host/status.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := split(r.URL.EscapedPath())
	for _, fn := range f.functions {
		if fn.route.matches(parts) && (len(fn.Methods) == 0 || slices.Contains(fn.Methods, r.Method)) {
			f.proxy(w, r, fn)
			return
		}
	}
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case read && r.URL.Path == "/":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "The local Functions host is running.\n")
	case read && r.URL.Path == "/admin/host/status":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"state":     f.handler.state(),
			"version":   Version,
			"functions": f.names,
		})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// proxy passes a request to the handler and its answer back, as both come.
func (f *front) proxy(w http.ResponseWriter, r *http.Request, fn Function) {
	i := f.handler.begin(r.Context())
	defer i.end()
	watch := time.AfterFunc(f.idle, func() { i.cancel(fmt.Errorf("nothing was sent or answered for %s", f.idle)) })
	defer watch.Stop()
	alive := func() { watch.Reset(f.idle) }

	// Else the answer waits for the end of the request. Only HTTP/2, which is not spoken here, lacks it.
	_ = http.NewResponseController(w).EnableFullDuplex()
	r = r.WithContext(i.ctx)
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &watched{ReadCloser: r.Body, alive: alive}
	}
	proxy := httputil.ReverseProxy{
		Transport:     i,
		FlushInterval: -1, // at once
		Rewrite:       func(p *httputil.ProxyRequest) { rewrite(p, i.id) },
		ModifyResponse: func(res *http.Response) error {
			alive()
			res.Body = &watched{ReadCloser: res.Body, alive: alive}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if cause := context.Cause(i.ctx); cause != nil {
				err = cause
			}
			if !errors.Is(err, context.Canceled) { // the caller has gone, or the host ends
				f.journal.error("function failed", "function", fn.Name, "error", err)
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		ErrorLog: log.New(io.Discard, "", 0), // an answer that breaks off, which its reader sees
	}
	proxy.ServeHTTP(oneContinue{w}, r)
}

// oneContinue keeps back the handler's 100 Continue: the server sends its own as soon as the body is asked for,
// which that one caused.
type oneContinue struct{ http.ResponseWriter }

// WriteHeader writes any other header.
func (w oneContinue) WriteHeader(status int) {
	if status != http.StatusContinue {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Unwrap is for http.ResponseController.
func (w oneContinue) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// rewrite makes the request that the handler gets: the same path, query and body, and headers that tell of the
// direct peer, whatever the caller said there.
func rewrite(p *httputil.ProxyRequest, invocation string) {
	p.Out.URL.Scheme, p.Out.URL.Host = "http", placeholder
	p.Out.URL.RawQuery = p.In.URL.RawQuery // ReverseProxy drops what it cannot parse
	if forwarded, ok := p.In.Header["Forwarded"]; ok {
		p.Out.Header["Forwarded"] = forwarded
	}
	peer, _, err := net.SplitHostPort(p.In.RemoteAddr)
	if err != nil {
		peer = p.In.RemoteAddr
	}
	h := p.Out.Header
	h.Set("X-Forwarded-For", peer)
	h.Set("X-Forwarded-Host", p.In.Host)
	h.Set("X-Forwarded-Proto", "http")
	h.Del("X-Ms-Invocation-Id")
	h.Del("Traceparent")
	// In the real host's letters, which Go would change.
	h["x-ms-invocation-id"] = []string{invocation}
	h["traceparent"] = []string{trace(p.In.Header["Traceparent"])}
}

var traceparent = regexp.MustCompile(`^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)

// trace is the caller's traceparent if there is a valid one, else a new one.
func trace(header []string) string {
	if len(header) == 1 && traceparent.MatchString(header[0]) {
		return header[0]
	}
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails
	return "00-" + hex.EncodeToString(b[:16]) + "-" + hex.EncodeToString(b[16:]) + "-01"
}

// watched is a body that says when something was read.
type watched struct {
	io.ReadCloser
	alive func()
}

// Read reads.
func (w *watched) Read(b []byte) (int, error) {
	n, err := w.ReadCloser.Read(b)
	w.alive()
	return n, err
}
