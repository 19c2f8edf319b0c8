package azfunc

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// pathLimit is the longest path, in bytes, that is matched: the host's own limit for a request line.
const pathLimit = 8 << 10

// httpFunction is an HTTP function at its route.
type httpFunction struct {
	name    string
	route   route
	handler http.Handler
}

// HTTP registers an HTTP function under its name and with the route of its function.json, such as
// "leads/{offerId?}", which the host serves under /api/. A parameter is r.PathValue of its name, without
// escapes and "" when left out. All methods arrive: the host lets those of function.json pass.
//
// A route is text and {parameters}; only the last may be optional, and there are no constraints and no
// catch-all. Two routes that one path could match panic, because the host tells the path only and may
// have meant the other.
//
// The request's context ends with the request and carries the invocation id. Its body has to arrive within
// 30 s and has no other limit here. A panic is answered with 500 if nothing was written, else the
// connection is cut.
func (s *Server) HTTP(name, pattern string, h http.Handler) {
	s.claim(name)
	rt, err := parseRoute(pattern)
	if err != nil {
		panic(fmt.Sprintf("azfunc: function %s: route %q: %s", name, pattern, err))
	}
	for _, f := range s.routed {
		if rt.overlaps(f.route) {
			panic(fmt.Sprintf("azfunc: functions %s and %s have routes that match the same path", f.name, name))
		}
	}
	s.routed = append(s.routed, httpFunction{name: name, route: rt, handler: h})
}

// serveHTTPFunction answers a request under /api/. Its log line has neither path nor query nor body: keys
// and tokens are in them.
func (s *Server) serveHTTPFunction(w http.ResponseWriter, r *http.Request, path string) {
	begin := time.Now()
	r = r.WithContext(withInvocationID(r.Context(), r.Header))
	rec := &recorder{ResponseWriter: w}
	name, failure := s.route(rec, r, path)

	level := slog.LevelInfo
	if rec.status >= http.StatusInternalServerError || failure != nil {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("function", name),
		slog.String("method", bounded(r.Method, 20)),
		slog.Int("status", rec.status),
		slog.Int64("durationMs", time.Since(begin).Milliseconds()),
	}
	if failure != nil {
		attrs = append(append(attrs, slog.String("error", failure.Error())), failure.attrs()...)
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
	if rec.cut {
		panic(http.ErrAbortHandler)
	}
}

// route calls the function that path belongs to and returns its name, or answers 404.
func (s *Server) route(rec *recorder, r *http.Request, path string) (string, *panicError) {
	if len(path) > pathLimit {
		http.Error(rec, "the address is too long", http.StatusRequestURITooLong)
		return "", nil
	}
	for _, f := range s.routed {
		values, ok := f.route.match(path)
		if !ok {
			continue
		}
		for i, v := range values {
			if p := f.route[i].param; p != "" {
				r.SetPathValue(p, v)
			}
		}
		limitBodyTime(rec, r)
		return f.name, f.serve(rec, r)
	}
	http.Error(rec, "not found", http.StatusNotFound)
	return "", nil
}

// serve runs the handler and returns its panic.
func (f httpFunction) serve(rec *recorder, r *http.Request) (failure *panicError) {
	defer func() {
		v := recover()
		if v == nil {
			if rec.status == 0 {
				rec.status = http.StatusOK // as net/http answers for a handler that wrote nothing
			}
			return
		}
		if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			failure = &panicError{value: fmt.Sprint(v), stack: debug.Stack()}
		}
		if rec.status != 0 || failure == nil {
			// What was written may look whole; only a broken connection says that it is not.
			rec.cut = true
			return
		}
		clear(rec.Header())
		http.Error(rec, "internal error", http.StatusInternalServerError)
	}()
	f.handler.ServeHTTP(rec, r)
	return nil
}

// recorder remembers the status of a response.
type recorder struct {
	http.ResponseWriter
	// status is 0 until the header is written.
	status int
	// cut asks for the connection to be cut.
	cut bool
}

// WriteHeader passes the status on. Informational ones (1xx) do not count as the response, but for 101.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is under it.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// limitBodyTime gives the body of r bodyTime to arrive, as a read deadline of the connection. net/http lifts
// it at the end of the body, so it never touches the work after that.
func limitBodyTime(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	// An error means that the connection is gone, which reading the body tells, or that w is a test's
	// recorder, whose body is already here.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
}
