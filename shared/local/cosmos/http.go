package cosmos

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// maxBody is the service's limit of a request and of a document: 2 MB of UTF-8.
const maxBody = 2 << 20

// reply is an answer of the store.
type reply struct {
	status int
	body   []byte // JSON; nil: none
	header map[string]string
	charge float64 // 0: the least
}

// failure is an answer that the service gives as an error.
type failure struct {
	status  int
	sub     int // x-ms-substatus; 0: none
	message string
}

func (f *failure) Error() string { return f.message }

func refuse(status int, format string, args ...any) *failure {
	return &failure{status: status, message: fmt.Sprintf(format, args...)}
}

// ServeHTTP answers one request. Bodies over 2 MB get 413 and are read no further.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := s.answer(r)
	if err != nil {
		answer = errorReply(err)
	}
	h := w.Header()
	h.Set("x-ms-activity-id", uuid.NewString())
	h.Set("x-ms-version", "2020-11-05")
	h.Set("x-ms-request-charge", strconv.FormatFloat(max(answer.charge, minimalCharge), 'f', 2, 64))
	for name, value := range answer.header {
		h.Set(name, value)
	}
	if answer.body != nil {
		h.Set("Content-Type", "application/json")
	}
	if answer.status != http.StatusNoContent && answer.status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(answer.body)))
	}
	w.WriteHeader(answer.status)
	w.Write(answer.body) // An error here is the client's: it has gone.
}

func errorReply(err error) reply {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = refuse(http.StatusInternalServerError, "%v", err)
	}
	header := map[string]string{}
	if f.sub != 0 {
		header["x-ms-substatus"] = strconv.Itoa(f.sub)
	}
	if f.status == http.StatusTooManyRequests {
		header["x-ms-retry-after-ms"] = "10"
	}
	code := strings.ReplaceAll(http.StatusText(f.status), " ", "")
	body, err := encode(map[string]string{"code": code, "message": f.message})
	if err != nil {
		body = nil
	}
	return reply{status: f.status, body: body, header: header}
}

func (s *Server) answer(r *http.Request) (reply, error) {
	segments, err := splitURL(r.URL)
	if err != nil {
		return reply{}, err
	}
	if !s.authorized(r, segments) {
		return reply{}, refuse(http.StatusUnauthorized, "The input authorization token can't serve the request. Please check that the expected payload is built as per the protocol, and check the key being used.")
	}
	if s.fault != nil {
		if status := s.fault(r); status != 0 {
			return reply{}, refuse(status, "This answer was ordered by a test.")
		}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return reply{}, refuse(http.StatusBadRequest, "The request body could not be read.")
	}
	if len(body) > maxBody {
		return reply{}, refuse(http.StatusRequestEntityTooLarge, "Request size is too large")
	}
	return s.route(r, segments, body)
}

// splitURL gives the unescaped segments of a path; none for the account.
func splitURL(u *url.URL) ([]string, error) {
	path := strings.Trim(u.EscapedPath(), "/")
	if path == "" {
		return nil, nil
	}
	segments := strings.Split(path, "/")
	for i, escaped := range segments {
		segment, err := url.PathUnescape(escaped)
		if err != nil || segment == "" {
			return nil, refuse(http.StatusBadRequest, "The request path is not valid.")
		}
		segments[i] = segment
	}
	return segments, nil
}

func wrongVerb() error {
	return refuse(http.StatusMethodNotAllowed, "The requested verb is not supported.")
}

// verbQuery is what a POST is called here that says it is a query.
const verbQuery = "QUERY"

// route finds the operation that a request asks for.
func (s *Server) route(r *http.Request, segments []string, body []byte) (reply, error) {
	verb := r.Method
	if verb == http.MethodPost && (strings.EqualFold(r.Header.Get("x-ms-documentdb-query"), "true") || r.Header.Get("Content-Type") == "application/query+json") {
		verb = verbQuery
	}
	at := func(names ...string) bool { // "" stands for any id
		return slices.EqualFunc(segments, names, func(segment, name string) bool { return name == "" || segment == name })
	}
	switch {
	case at():
		return s.serveAccount(verb, r)
	case at("offers"):
		return s.serveOffers(verb)
	case at("dbs"):
		return s.serveDatabases(verb, r, body)
	case at("dbs", ""):
		return s.serveDatabase(verb, r, segments[1])
	case at("dbs", "", "colls"):
		return s.serveContainers(verb, r, segments[1], body)
	case at("dbs", "", "colls", ""):
		return s.serveContainer(verb, r, segments[1], segments[3], body)
	case at("dbs", "", "colls", "", "pkranges"):
		return s.serveRanges(verb, r, segments[1], segments[3])
	case at("dbs", "", "colls", "", "docs"):
		return s.serveItems(verb, r, segments[1], segments[3], body)
	case at("dbs", "", "colls", "", "docs", ""):
		return s.serveItem(verb, r, segments[1], segments[3], segments[5], body)
	}
	return reply{}, refuse(http.StatusNotFound, "Resource Not Found: this stand-in serves databases, containers and documents.")
}

func jsonReply(status int, v any) (reply, error) {
	body, err := encode(v)
	return reply{status: status, body: body}, err
}
