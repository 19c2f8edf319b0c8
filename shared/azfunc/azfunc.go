// Package azfunc is the handler's side of the Azure Functions custom-handler protocol: the Functions
// host posts an envelope, a function is called with a plain Go value, and its decision becomes the
// answer the host understands.
//
// What it promises:
//
//   - Functions are plain Go. A queue function takes a Message and returns an Outcome (done, later,
//     never), a timer function takes a Timer and returns an error, an HTTP function is an http.Handler.
//     None of them sees the protocol.
//   - Every answer to an invocation is a JSON object with content type application/json and 200 or a
//     status that is not 2xx. Anything else hurts: a 2xx without a body never completes the invocation,
//     another content type fails it.
//   - A message is answered with success only when its decision was carried out: done, a copy sent, or
//     quarantined. Where none of that is possible the answer, a failure, waits for FailWait: the host
//     abandons a failed message at once, with no delay, and dead-letters it after ten deliveries.
//   - Nothing redirects: the host follows redirects, and a POST that is redirected loses its body.
//   - What arrives is bounded (4 MiB for an envelope, 30 s for any body), and a panic of a function ends
//     nothing but its own invocation.
//
// What it is not: it does not settle messages (a custom handler cannot), has no output bindings (the
// host decodes string outputs that look like base64 and sets no MessageID), no batches (cardinality
// many), and no drain on shutdown: Azure kills the process, so functions are crash-safe at every
// instruction and nothing here is needed for that.
package azfunc

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Server serves functions to the Functions host. All functions are registered before Handler or
// ListenAndServe is used; after that it is safe for concurrent use.
//
// A registration that cannot work (a name the host refuses, a name or a route taken twice) panics, as
// http.ServeMux does: it is a mistake in the program, not in its input.
type Server struct {
	log    *slog.Logger
	names  map[string]bool
	called map[string]function
	routed []httpFunction
}

// New returns a server without functions. log gets one line per invocation and request; it is best made
// by NewLogger, which adds the invocation id to each line.
func New(log *slog.Logger) *Server {
	return &Server{log: log, names: map[string]bool{}, called: map[string]function{}}
}

// functionName is what the host accepts as the name of a function.
var functionName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,127}$`)

// claim takes a name for one function of any kind.
func (s *Server) claim(name string) {
	switch {
	case !functionName.MatchString(name) || name == "host" || name == routePrefix:
		panic(fmt.Sprintf("azfunc: %q cannot be the name of a function", name))
	case s.names[name]:
		panic(fmt.Sprintf("azfunc: function %s is registered twice", name))
	}
	s.names[name] = true
}

// Handler returns what answers the host: the probe at /, HTTP functions under /api/, and every other
// function at its name.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(s.dispatch)
}

func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	path := pathAsSent(r.URL)
	switch rest, ok := underPrefix(path); {
	case path == "/":
		s.answerProbe(w, r)
	case ok:
		s.serveHTTPFunction(w, r, rest)
	default:
		s.serveInvocation(w, r, strings.TrimPrefix(path, "/"))
	}
}

// answerProbe answers the host's question whether this process serves. It asks every 25 ms while it
// starts and again whenever it likes, so nothing is logged.
func (s *Server) answerProbe(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		answer(w, http.StatusMethodNotAllowed, "only GET and HEAD are answered here")
		return
	}
	w.WriteHeader(http.StatusOK)
}

// pathAsSent returns the path with its escapes. RawPath, where net/http keeps it, is what stood in the
// request line; EscapedPath alone may escape anew and turn an escaped slash into a real one.
func pathAsSent(u *url.URL) string {
	if u.RawPath != "" {
		return u.RawPath
	}
	return u.EscapedPath()
}
