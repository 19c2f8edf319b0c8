package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The handlers of these tests are real processes: this test binary, started by the host as "handler". Such a
// process reports its start and each request, byte for byte, to the test that staged it, and does what the
// test replies.

// controlSetting is the app setting with the address of the test; echoSetting makes the process a streaming
// echo instead.
const (
	controlSetting = "HOST_TEST_CONTROL"
	echoSetting    = "HOST_TEST_ECHO"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(echoSetting) != "":
		echo()
	case os.Getenv(controlSetting) != "":
		obey(os.Getenv(controlSetting))
	default:
		os.Exit(m.Run())
	}
}

// event is what a handler reports: its start (no Request) or a request.
type event struct {
	PID         int
	Environment []string // at the start
	Arguments   []string // likewise
	Request     []byte
}

// path is the path of the request.
func (e event) path() string {
	_, after, _ := strings.Cut(string(e.Request), " ")
	path, _, _ := strings.Cut(after, " ")
	return path
}

// body is the body of the request, unchunked.
func (e event) body(t *testing.T) []byte {
	t.Helper()
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(e.Request)))
	if err != nil {
		t.Fatalf("read the recorded request: %v", err)
	}
	b, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatalf("read the recorded body: %v", err)
	}
	return b
}

// reply is what a handler does next. A zero reply to a request closes the connection without an answer.
type reply struct {
	Answer         []byte
	Pad            int // so many letters after the answer
	Stdout, Stderr string
	Exit           bool
	Code           int
}

// answer is a reply with a whole HTTP answer.
func answer(status, contentType, body string) reply {
	return reply{Answer: fmt.Appendf(nil, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", status, contentType, len(body), body)}
}

func success() reply {
	return answer("200 OK", "application/json", `{"Outputs":{},"Logs":[],"ReturnValue":null}`)
}

// obey is the handler. It reports a signal that asks it to end, and does not end.
func obey(control string) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range signals {
			ask(control, event{PID: os.Getpid(), Request: []byte(s.String())})
		}
	}()
	ask(control, event{PID: os.Getpid(), Environment: os.Environ(), Arguments: os.Args[1:]})
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("FUNCTIONS_CUSTOMHANDLER_PORT"))
	if err != nil {
		panic(err)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		go obeyOn(c, control)
	}
}

func obeyOn(c net.Conn, control string) {
	defer c.Close()
	var raw bytes.Buffer
	r := bufio.NewReader(io.TeeReader(c, &raw))
	for {
		raw.Reset()
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if req.Header.Get("Expect") != "" {
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		if req.URL.Path == "/" {
			_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
			continue
		}
		do := ask(control, event{PID: os.Getpid(), Request: raw.Bytes()})
		if do.Answer == nil {
			return
		}
		if req.Method == http.MethodHead {
			head, _, _ := bytes.Cut(do.Answer, []byte("\r\n\r\n"))
			do.Answer = append(head, "\r\n\r\n"...)
		}
		do.Answer = append(do.Answer, bytes.Repeat([]byte("x"), do.Pad)...)
		if _, err := c.Write(do.Answer); err != nil || bytes.Contains(do.Answer, []byte("Connection: close")) {
			return
		}
	}
}

// ask reports an event and does the harmless part of the reply.
func ask(control string, e event) reply {
	c, err := net.Dial("tcp", control)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	if err := json.NewEncoder(c).Encode(e); err != nil {
		panic(err)
	}
	var do reply
	if err := json.NewDecoder(c).Decode(&do); err != nil {
		os.Exit(9) // the test is over
	}
	fmt.Fprint(os.Stdout, do.Stdout)
	fmt.Fprint(os.Stderr, do.Stderr)
	if do.Exit {
		os.Exit(do.Code)
	}
	return do
}

// echo is a handler that answers each line of a request with that line, at once.
func echo() {
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("FUNCTIONS_CUSTOMHANDLER_PORT"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		if err := c.EnableFullDuplex(); err != nil {
			panic(err)
		}
		s := bufio.NewScanner(r.Body)
		for s.Scan() {
			fmt.Fprintln(w, s.Text())
			_ = c.Flush()
		}
	})))
}

// double is the test's side of its handlers.
type double struct {
	t       *testing.T
	address string
	starts  chan event // every start
	calls   chan event // every request
}

// newDouble takes reports until the test ends. onStart and onCall, which may be nil, run concurrently and may
// take their time; n is the number of the start, from 1.
func newDouble(t *testing.T, onStart func(n int, e event) reply, onCall func(e event) reply) *double {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &double{t: t, address: l.Addr().String(), starts: make(chan event, 1000), calls: make(chan event, 10000)}
	var mu sync.Mutex
	n := 0
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				var e event
				if json.NewDecoder(c).Decode(&e) != nil {
					return
				}
				var do reply
				if e.Request == nil {
					mu.Lock()
					n++
					number := n
					mu.Unlock()
					d.starts <- e
					if onStart != nil {
						do = onStart(number, e)
					}
				} else {
					d.calls <- e
					do = success()
					if onCall != nil {
						do = onCall(e)
					}
				}
				_ = json.NewEncoder(c).Encode(do) // a handler that was killed does not listen
			}()
		}
	}()
	return d
}

// patience is how long anything may take before a test fails.
const patience = 20 * time.Second

// next takes one event from a channel.
func next(t *testing.T, events <-chan event) event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(patience):
		t.Fatal("the handler did not report in time")
	}
	panic("unreachable")
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// hostJSON is a host.json with more in it.
func hostJSON(more string) string {
	return `{"version":"2.0","customHandler":{"description":{"defaultExecutablePath":"handler"},"enableProxyingHttpRequest":true}` + more + `}`
}

const httpFunction = `{"bindings":[{"type":"httpTrigger","direction":"in","name":"req","authLevel":"function"},{"type":"http","direction":"out","name":"res"}]}`

// stage makes a script root whose handler is this binary.
func stage(t *testing.T, hostFile string, functions map[string]string) string {
	t.Helper()
	root := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(root, "handler")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "host.json"), hostFile)
	for name, text := range functions {
		write(t, filepath.Join(root, name, "function.json"), text)
	}
	return root
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// running is a host that runs.
type running struct {
	t       *testing.T
	address string // of its HTTP functions
	output  *transcript
	stop    context.CancelFunc
	result  chan error // what Run returned
}

// start runs a host until the test ends.
func start(t *testing.T, root string, settings map[string]string) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t: t, address: l.Addr().String(), output: &transcript{}, stop: cancel, result: make(chan error, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.result <- Run(ctx, Options{Root: root, Settings: settings, Listener: l, Output: r.output})
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-done:
		case <-time.After(patience):
			t.Error("the host did not stop")
		}
		if t.Failed() {
			t.Logf("output:\n%s", r.output)
		}
	})
	return r
}

// end waits for Run to return.
func (r *running) end() error {
	r.t.Helper()
	select {
	case err := <-r.result:
		return err
	case <-time.After(patience):
		r.t.Fatal("Run did not return in time")
	}
	panic("unreachable")
}

// get asks for a path and returns status and body.
func (r *running) get(path string) (int, string) {
	r.t.Helper()
	res, err := http.Get("http://" + r.address + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// transcript collects output.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write collects.
func (o *transcript) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// String is everything so far.
func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// has waits for a line in the output.
func (r *running) has(line string) {
	r.t.Helper()
	eventually(r.t, "the line "+line, func() bool { return strings.Contains("\n"+r.output.String(), "\n"+line+"\n") })
}
