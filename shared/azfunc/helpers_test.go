package azfunc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// lines collects what a logger writes.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// records returns the lines as JSON objects.
func (l *lines) records(t *testing.T) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(l.String()) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("log line %q is no JSON object: %s", line, err)
		}
		all = append(all, r)
	}
	return all
}

// only returns the single line that was logged.
func (l *lines) only(t *testing.T) map[string]any {
	t.Helper()
	all := l.records(t)
	if len(all) != 1 {
		t.Fatalf("%d lines logged, want 1:\n%s", len(all), l)
	}
	return all[0]
}

// newServer returns a server and its log.
func newServer() (*Server, *lines) {
	log := &lines{}
	return New(NewLogger(log, slog.LevelDebug)), log
}

// start serves s on a socket of its own until the test ends.
func start(t *testing.T, s *Server) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveUntilTheEnd(t, s, ln)
	return ln.Addr().String()
}

func serveUntilTheEnd(t *testing.T, s *Server, ln net.Listener) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error)
	go func() { stopped <- s.serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Errorf("serve: %s", err)
		}
	})
}

// reply is a whole response.
type reply struct {
	*http.Response
	body string
}

// send writes one whole request as it is and returns the final response to it.
func send(t *testing.T, addr string, request []byte) reply {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	return receive(t, conn, request)
}

// receive reads the final response to a request.
func receive(t *testing.T, conn net.Conn, request []byte) reply {
	t.Helper()
	method, _, _ := strings.Cut(string(request), " ")
	r := bufio.NewReader(conn)
	for {
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("read the response: %s", err)
		}
		if resp.StatusCode < 200 {
			continue
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatalf("read the body of the response: %s", err)
		}
		return reply{resp, string(body)}
	}
}

// post calls a function in process with an envelope.
func post(s *Server, name, envelope string) reply {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/"+name, strings.NewReader(envelope)))
	return reply{w.Result(), w.Body.String()}
}

// wantAnswer checks that r is an answer that the host understands, and returns its log line.
func wantAnswer(t *testing.T, r reply, status int) (line string) {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("status %d, want %d: %s", r.StatusCode, status, r.body)
	}
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type %q, want application/json", got)
	}
	var a struct {
		Outputs     map[string]any
		Logs        []string
		ReturnValue any
	}
	d := json.NewDecoder(strings.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		t.Fatalf("answer %q: %s", r.body, err)
	}
	if a.Outputs == nil || len(a.Outputs) != 0 || a.ReturnValue != nil || len(a.Logs) != 1 {
		t.Fatalf(`answer %s, want {"Outputs":{},"Logs":["..."],"ReturnValue":null}`, r.body)
	}
	return a.Logs[0]
}

// keep returns a queue function that is done with each message and puts it into to.
func keep(to *Message) QueueFunction {
	return QueueFunction{Run: func(_ context.Context, m Message) Outcome {
		*to = m
		return Done()
	}}
}

// aMessage is the smallest envelope of a message.
const aMessage = `{"Data":{"message":"aGVsbG8="},"Metadata":{"MessageId":"\"m1\"","DeliveryCount":"3"}}`

var errOutage = errors.New("cosmos: 429")

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
