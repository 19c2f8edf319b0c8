package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// startHandler runs a handler alone, without triggers, until the test ends.
func startHandler(t *testing.T, timeout time.Duration, d *double) (*handler, *transcript) {
	t.Helper()
	out := &transcript{}
	h := newHandler(stage(t, hostJSON(""), nil), settings{controlSetting: d.address}, timeout, newJournal(out, nil))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if t.Failed() {
			t.Logf("output:\n%s", out)
		}
	})
	return h, out
}

func TestAnAnswerDecidesTheInvocation(t *testing.T) {
	t.Parallel()
	type row struct {
		name     string
		reply    reply
		succeeds bool
	}
	ok := `{"Outputs":{},"Logs":[],"ReturnValue":null}`
	raw := func(text string) reply { return reply{Answer: []byte(text)} }
	rows := []row{
		{"200 with an outcome succeeds", answer("200 OK", "application/json", ok), true},
		{"202 with an outcome succeeds", answer("202 Accepted", "application/json", ok), true},
		{"a charset changes nothing", answer("200 OK", "application/json; charset=utf-8", ok), true},
		{"text/json is as good", answer("200 OK", "text/json", ok), true},
		{"the letters of the type do not count", answer("200 OK", "Application/JSON", ok), true},
		{"an empty object succeeds", answer("200 OK", "application/json", `{}`), true},
		{"the case of keys does not count", answer("200 OK", "application/json", `{"outputs":{},"LOGS":["x"],"returnvalue":{"a":[1]}}`), true},
		{"outputs and return value are accepted and ignored", answer("200 OK", "application/json", `{"Outputs":{"q":"x"},"ReturnValue":"y","more":1}`), true},
		{"nulls are accepted", answer("200 OK", "application/json", `{"Outputs":null,"Logs":null,"ReturnValue":null}`), true},
		{"text/plain, which Go makes of JSON, fails", answer("200 OK", "text/plain; charset=utf-8", ok), false},
		{"application/problem+json fails", answer("200 OK", "application/problem+json", ok), false},
		{"no content type fails", raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), false},
		{"a content type that is none fails", answer("200 OK", "application/json; charset", ok), false},
		{"broken JSON fails", answer("200 OK", "application/json", `{"Outputs":`), false},
		{"a list fails", answer("200 OK", "application/json", `[]`), false},
		{"a string fails", answer("200 OK", "application/json", `"ok"`), false},
		{"a boolean fails", answer("200 OK", "application/json", `true`), false},
		{"a number fails", answer("200 OK", "application/json", `1`), false},
		{"logs that are no list fail", answer("200 OK", "application/json", `{"Logs":"x"}`), false},
		{"logs that are no text fail", answer("200 OK", "application/json", `{"Logs":[{}]}`), false},
		{"outputs that are no object fail", answer("200 OK", "application/json", `{"Outputs":[]}`), false},
		{"404 fails", answer("404 Not Found", "application/json", ok), false},
		{"429 fails", answer("429 Too Many Requests", "application/json", ok), false},
		{"500 fails", answer("500 Internal Server Error", "application/json", ok), false},
		{"a closed connection fails", reply{}, false},
		{"half an answer fails", raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{}"), false},
		{"a redirect without an address fails", raw("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), false},
	}
	replies := map[string]reply{}
	for i, row := range rows {
		replies[fmt.Sprintf("/row-%d", i)] = row.reply
	}
	d := newDouble(t, nil, func(e event) reply { return replies[e.path()] })
	h, _ := startHandler(t, 5*time.Second, d)
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			err := h.invoke(t.Context(), fmt.Sprintf("row-%d", i), envelope{})
			if errors.Is(err, errTimeout) {
				t.Error("the invocation never completed")
			}
			if (err == nil) != row.succeeds {
				t.Errorf("the invocation says %v", err)
			}
		})
	}
}

func TestAnInvocationThatIsAnsweredWithNothingNeverCompletes(t *testing.T) {
	for name, do := range map[string]reply{
		"200 without a body":                  answer("200 OK", "application/json", ""),
		"200 without a body, of another type": answer("200 OK", "text/plain", ""),
		"204":                                 {Answer: []byte("HTTP/1.1 204 No Content\r\n\r\n")},
		"null":                                answer("200 OK", "application/json", "null"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDouble(t, nil, func(e event) reply {
				if e.path() == "/nothing" {
					return do
				}
				return success()
			})
			const timeout = 300 * time.Millisecond
			h, _ := startHandler(t, timeout, d)
			first := next(t, d.starts)
			if _, err := h.ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			err := h.invoke(t.Context(), "nothing", envelope{})
			if !errors.Is(err, errTimeout) {
				t.Errorf("the invocation says %v, want %v", err, errTimeout)
			}
			if took := time.Since(began); took < timeout {
				t.Errorf("it completed after %s", took)
			}
			// The whole process is gone, and another one serves.
			if second := next(t, d.starts); second.PID == first.PID {
				t.Error("the handler was not killed")
			}
			if err := h.invoke(t.Context(), "other", envelope{}); err != nil {
				t.Errorf("after the restart: %v", err)
			}
		})
	}
}

func TestATimeoutKillsTheProcessAndEveryInvocationInIt(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{})
	d := newDouble(t, nil, func(e event) reply {
		if e.path() == "/late" {
			close(reached)
		}
		select {} // neither answers
	})
	h, _ := startHandler(t, 500*time.Millisecond, d)
	errs := make(chan error, 2)
	go func() { errs <- h.invoke(t.Context(), "hangs", envelope{}) }()
	next(t, d.calls)
	go func() { errs <- h.invoke(t.Context(), "late", envelope{}) }()
	<-reached
	first, second := <-errs, <-errs
	if !errors.Is(first, errTimeout) {
		t.Errorf("the slow one says %v", first)
	}
	if second == nil {
		t.Error("the other one succeeds in a process that was killed")
	}
}

func TestRedirectsAreFollowedAsDotNetDoes(t *testing.T) {
	t.Parallel()
	to := func(status, where string) reply {
		return reply{Answer: []byte("HTTP/1.1 " + status + "\r\nLocation: " + where + "\r\nContent-Length: 0\r\n\r\n")}
	}
	d := newDouble(t, nil, func(e event) reply {
		method, _, _ := strings.Cut(string(e.Request), " ")
		status, isFirst := strings.CutPrefix(e.path(), "/from-")
		switch {
		case isFirst:
			return to(status+" Elsewhere", "/to")
		case e.path() == "/loop":
			return to("302 Found", "/loop")
		case e.path() == "/slash":
			return to("301 Moved Permanently", "/slash/")
		case e.path() == "/slash/": // registered for POST only, like every function
			if method == "GET" {
				return answer("405 Method Not Allowed", "text/plain", "")
			}
			return success()
		}
		return success()
	})
	h, _ := startHandler(t, 0, d)
	for status, method := range map[string]string{"301": "GET", "302": "GET", "303": "GET", "307": "POST", "308": "POST"} {
		if err := h.invoke(t.Context(), "from-"+status, envelope{Data: object{{"m", "x"}}}); err != nil {
			t.Errorf("%s: %v", status, err)
		}
		next(t, d.calls)
		second := next(t, d.calls)
		if got, _, _ := strings.Cut(string(second.Request), " "); got != method || second.path() != "/to" {
			t.Errorf("%s: %s %s follows, want %s /to", status, got, second.path(), method)
		}
		if body := string(second.body(t)); (method == "POST") != strings.Contains(body, `"m":"x"`) {
			t.Errorf("%s: the body %q follows", status, body)
		}
	}
	if err := h.invoke(t.Context(), "slash", envelope{}); err == nil {
		t.Error("a redirect from /name to /name/ succeeds")
	}
	if err := h.invoke(t.Context(), "loop", envelope{}); err == nil {
		t.Error("a loop of redirects succeeds")
	}
}

func TestLogsOfAnAnswerAreForwarded(t *testing.T) {
	d := newDouble(t, nil, func(event) reply {
		return answer("200 OK", "application/json", `{"Logs":["first \"line\"",2,null]}`)
	})
	h, out := startHandler(t, 0, d)
	if err := h.invoke(t.Context(), "ingest", envelope{}); err != nil {
		t.Fatal(err)
	}
	if want := "ingest: first \"line\"\ningest: 2\ningest: \n"; !strings.Contains(out.String(), want) {
		t.Errorf("output %q lacks %q", out.String(), want)
	}
}

func TestAnAnswerWithoutAnEndIsNotReadForEver(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, func(event) reply {
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", maxAnswer+1)
		return reply{Answer: []byte(head), Pad: maxAnswer + 1}
	})
	h, _ := startHandler(t, 0, d)
	if err := h.invoke(t.Context(), "ingest", envelope{}); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("the invocation says %v", err)
	}
}
