package host

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const capture = `{"bindings":[
	{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","methods":["get","post","head"],"route":"leads/{offerId?}"},
	{"type":"http","direction":"out","name":"res"}]}`

func TestProxiedRequestsAreTheRecordedOnes(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, nil)
	r := start(t, stage(t, hostJSON(""), map[string]string{"capture": capture}), map[string]string{controlSetting: d.address})
	for _, file := range []string{"http-proxy-length.http", "http-proxy-chunked.http", "http-proxy-get.http", "http-proxy-head.http", "http-proxy-form.http", "http-proxy-expect.http"} {
		t.Run(file, func(t *testing.T) {
			raw, want, wantBody := recording(t, file)
			r.send(t, raw, want.Header.Get("Expect") != "")
			got := next(t, d.calls).Request
			line := func(b []byte) string { l, _, _ := strings.Cut(string(b), "\r\n"); return l }
			if line(got) != line(raw) {
				t.Errorf("request line %q, want %q", line(got), line(raw))
			}
			own := regexp.MustCompile(`^(Host: 127\.0\.0\.1:)\d+$|^(x-ms-invocation-id: )[0-9a-f-]{36}$`)
			hide := func(b []byte) []string {
				h := headers(b)
				for i := range h {
					h[i] = own.ReplaceAllString(h[i], "$1$2*")
				}
				return h
			}
			if !slices.Equal(hide(got), hide(raw)) {
				t.Errorf("headers\n%q\nwant\n%q", hide(got), hide(raw))
			}
			if slices.Contains(headers(got), "Host: 127.0.0.1:17071") {
				t.Error("Host is the caller's")
			}
			if _, body := parse(t, got); !bytes.Equal(body, wantBody) {
				t.Errorf("body %q, want %q", body, wantBody)
			}
		})
	}
}

// send plays the caller of a recorded request: what the host added is left out.
func (r *running) send(t *testing.T, recorded []byte, expect bool) {
	t.Helper()
	head, body, _ := bytes.Cut(recorded, []byte("\r\n\r\n"))
	var lines []string
	for line := range strings.SplitSeq(string(head), "\r\n") {
		switch {
		case strings.HasPrefix(line, "Host:"):
			lines = append(lines, "Host: 127.0.0.1:17071")
		case strings.HasPrefix(line, "X-Forwarded-"), strings.HasPrefix(line, "x-ms-"):
			lines = append(lines, strings.Split(line, ":")[0]+": forged.example")
		default:
			lines = append(lines, line)
		}
	}
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	if expect {
		line, err := in.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100") {
			t.Fatalf("instead of 100 Continue: %q, %v", line, err)
		}
		if _, err := in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Write(body); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(lines[0], " ")
	res, err := http.ReadResponse(in, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != 200 {
		t.Fatalf("answer %d, %v", res.StatusCode, err)
	}
}

func TestAQueryIsPassedOnUntouched(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, nil)
	r := start(t, stage(t, hostJSON(""), map[string]string{"capture": capture}), map[string]string{controlSetting: d.address})
	for _, path := range []string{"/api/leads?a=1;b=%zz&a=2&&c", "/API/LEADS/a%2Fb%20c?x=%00", "/api/leads/?", "/api/leads/%41~!$'()*+,;=:@"} {
		c, err := net.Dial("tcp", r.address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path)
		if got := next(t, d.calls).path(); got != path {
			t.Errorf("%s arrives as %s", path, got)
		}
	}
}

func TestATraceBeginsHereIfTheCallerHasNone(t *testing.T) {
	const given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for _, c := range []struct {
		name string
		in   []string
		same bool
	}{
		{"a valid one is kept", []string{given}, true},
		{"none is made", nil, false},
		{"nonsense is replaced", []string{"00-x"}, false},
		{"two are replaced", []string{given, given}, false},
	} {
		got := trace(c.in)
		if !traceparent.MatchString(got) || (got == given) != c.same {
			t.Errorf("%s: got %s", c.name, got)
		}
	}
}

func TestOnlyTheRoutesAndMethodsOfFunctionsAreServed(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, func(e event) reply { return answer("418 I'm a teapot", "text/plain", e.path()) })
	r := start(t, stage(t, hostJSON(`,"extensions":{"http":{"routePrefix":"hooks"}}`), map[string]string{
		"capture": capture,
		"any":     httpFunction,
		"late":    strings.Replace(capture, "leads/{offerId?}", "leads/special", 1),
	}), map[string]string{controlSetting: d.address})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"POST", "/hooks/leads/x", 418},
		{"GET", "/hooks/leads", 418},
		{"HEAD", "/hooks/leads/special", 418},
		{"DELETE", "/hooks/leads/x", 404},
		{"OPTIONS", "/hooks/leads/x", 404},
		{"PATCH", "/hooks/any", 418},
		{"GET", "/api/any", 404},
		{"GET", "/leads", 404},
		{"POST", "/", 404},
		{"GET", "/", 200},
		{"GET", "/admin/host/status", 200},
		{"GET", "/admin/functions", 404},
	} {
		req, err := http.NewRequest(c.method, "http://"+r.address+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, res.StatusCode, c.status)
		}
	}
}

func TestAHandlerThatClosesTheConnectionGivesTheCaller503(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, func(event) reply { return reply{} })
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	if status, _ := r.get("/api/ask?code=SECRET"); status != 503 {
		t.Errorf("status %d, want 503", status)
	}
	if strings.Contains(r.output.String(), "SECRET") {
		t.Error("the query is in the output")
	}
}

func TestBodiesStreamInBothDirections(t *testing.T) {
	t.Parallel()
	r := start(t, oneFunction(t), map[string]string{echoSetting: "yes"})
	body, in := io.Pipe()
	req, err := http.NewRequest(http.MethodPost, "http://"+r.address+"/api/ask", body)
	if err != nil {
		t.Fatal(err)
	}
	var out *bufio.Reader
	for i := range 3 {
		// Each line must be back before the next is sent.
		line := fmt.Sprintf("line %d\n", i)
		written := make(chan error, 1)
		go func() { _, err := io.WriteString(in, line); written <- err }()
		if out == nil {
			res, err := (&http.Client{Timeout: patience}).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			out = bufio.NewReader(res.Body)
		}
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		if got, err := out.ReadString('\n'); err != nil || got != line {
			t.Fatalf("got %q, %v, want %q", got, err, line)
		}
	}
	in.Close()
	if rest, err := io.ReadAll(out); err != nil || len(rest) > 0 {
		t.Errorf("after the end: %q, %v", rest, err)
	}
}

func TestAnHTTPInvocationIsBoundByFunctionTimeout(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, func(event) reply { select {} })
	r := start(t, stage(t, hostJSON(`,"functionTimeout":"00:00:00.3"`), map[string]string{"ask": httpFunction}), map[string]string{controlSetting: d.address})
	first := next(t, d.starts)
	if status, _ := r.get("/api/ask"); status != 503 {
		t.Errorf("status %d, want 503", status)
	}
	if second := next(t, d.starts); second.PID == first.PID {
		t.Error("the handler was not killed")
	}
	if !strings.Contains(r.output.String(), errTimeout.Error()) {
		t.Error("the reason is not said")
	}
}

func TestARequestMayBeIdleForALimitedTime(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, func(event) reply { select {} })
	h, out := startHandler(t, 0, d)
	if _, err := h.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := newFront(app{functions: []Function{{Name: "ask", Trigger: httpTrigger, route: route{{kind: literal, text: "ask"}}}}}, h, newJournal(out, nil))
	f.idle = 100 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go serve(t.Context(), l, f, newJournal(out, nil))
	res, err := http.Get("http://" + l.Addr().String() + "/ask")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 503 || !strings.Contains(out.String(), "nothing was sent or answered for 100ms") {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestACallerThatLeavesEndsItsInvocation(t *testing.T) {
	release := make(chan struct{})
	d := newDouble(t, nil, func(event) reply { <-release; return success() })
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "GET /api/ask HTTP/1.1\r\nHost: x\r\n\r\n")
	next(t, d.calls)
	c.Close()
	close(release)
	if status, _ := r.get("/api/ask"); status != 200 {
		t.Errorf("the next caller gets %d", status)
	}
	if strings.Contains(r.output.String(), "failed") {
		t.Error("a caller that leaves is reported as a failure")
	}
}

func TestTheListenerIsClosedWhenRunEnds(t *testing.T) {
	d := newDouble(t, nil, nil)
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	r.stop()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", r.address); err == nil {
		c.Close()
		t.Error("somebody still listens")
	} else if errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
