package host

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// lives says whether a process exists.
func lives(pid int) bool { return syscall.Kill(pid, 0) == nil }

func oneFunction(t *testing.T) string {
	return stage(t, hostJSON(""), map[string]string{"ask": httpFunction})
}

func TestTheHandlerGetsItsPortTheSettingsAndNoArguments(t *testing.T) {
	t.Setenv("OF_THIS_SHELL", "leaks")
	d := newDouble(t, nil, nil)
	start(t, oneFunction(t), map[string]string{controlSetting: d.address, "MAIL_FROM": "a@b.example", "HOME": "/of/the/settings"})
	e := next(t, d.starts)
	for _, want := range []string{"MAIL_FROM=a@b.example", "HOME=/of/the/settings", "PATH=" + os.Getenv("PATH")} {
		if !slices.Contains(e.Environment, want) {
			t.Errorf("%s is not in the environment %q", want, e.Environment)
		}
	}
	if !slices.ContainsFunc(e.Environment, func(v string) bool { return strings.HasPrefix(v, "FUNCTIONS_CUSTOMHANDLER_PORT=") }) {
		t.Error("there is no port")
	}
	if slices.Contains(e.Environment, "OF_THIS_SHELL=leaks") {
		t.Error("the shell's own variables leak into the handler")
	}
	if len(e.Arguments) > 0 {
		t.Errorf("arguments %q", e.Arguments)
	}
}

// waits checks that GET /api/ask gets no answer while a start is held up, and one once it is let go.
func (r *running) waits(letGo func()) {
	r.t.Helper()
	answered := make(chan int, 1)
	go func() {
		res, err := http.Get("http://" + r.address + "/api/ask")
		if err != nil {
			answered <- 0
			return
		}
		res.Body.Close()
		answered <- res.StatusCode
	}()
	select {
	case status := <-answered:
		r.t.Fatalf("answered %d before the handler listens", status)
	case <-time.After(200 * time.Millisecond):
	}
	letGo()
	if status := <-answered; status != 200 {
		r.t.Errorf("status %d, want 200", status)
	}
}

func TestInvocationsWaitForASlowStart(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	d := newDouble(t, func(int, event) reply { <-hold; return reply{} }, nil)
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	next(t, d.starts)
	if _, body := r.get("/admin/host/status"); !strings.Contains(body, `"state":"Starting"`) {
		t.Errorf("status while starting: %s", body)
	}
	r.waits(func() { close(hold) })
	if _, body := r.get("/admin/host/status"); !strings.Contains(body, `"state":"Running"`) || !strings.Contains(body, `"functions":["ask"]`) {
		t.Errorf("status: %s", body)
	}
}

func TestInvocationsWaitForARestart(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	d := newDouble(t, func(n int, _ event) reply {
		if n == 2 {
			<-hold
		}
		return reply{}
	}, nil)
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	first := next(t, d.starts)
	if status, _ := r.get("/api/ask"); status != 200 {
		t.Fatalf("status %d", status)
	}
	if err := syscall.Kill(first.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if second := next(t, d.starts); second.PID == first.PID {
		t.Error("the handler was not restarted")
	}
	r.waits(func() { close(hold) })
}

func TestTheThirdAbnormalExitStopsTheHost(t *testing.T) {
	t.Parallel()
	d := newDouble(t, func(int, event) reply { return reply{Exit: true, Code: 3} }, nil)
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	err := r.end()
	if err == nil || !strings.Contains(err.Error(), "third time (exit status 3)") {
		t.Errorf("Run says %v", err)
	}
	if n := len(d.starts); n != 3 {
		t.Errorf("%d starts, want 3", n)
	}
}

func TestAStartThatTakesTooLongIsAnAbnormalExitToo(t *testing.T) {
	t.Parallel()
	d := newDouble(t, func(int, event) reply { select {} }, nil)
	out := &transcript{}
	h := newHandler(oneFunction(t), settings{controlSetting: d.address}, 0, newJournal(out, nil))
	h.within = 300 * time.Millisecond
	done := make(chan error, 1)
	go func() { done <- h.run(t.Context()) }()
	if err := h.invoke(t.Context(), "ask", envelope{}); !errors.Is(err, errNotReady) {
		t.Errorf("an invocation that waits says %v, want %v", err, errNotReady)
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "third time (signal: killed)") {
		t.Errorf("run says %v", err)
	}
	if !strings.Contains(out.String(), "did not answer GET / in time") {
		t.Errorf("output %s", out)
	}
}

func TestAbnormalExitsHalfAnHourApartAreForgiven(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var s strikes
	for i, step := range []struct {
		after time.Duration
		out   bool
	}{
		{0, false}, {time.Minute, false}, {31 * time.Minute, false}, {time.Minute, false}, {30 * time.Minute, true},
	} {
		at = at.Add(step.after)
		if got := s.out(at); got != step.out {
			t.Errorf("exit %d stops the host: %v, want %v", i+1, got, step.out)
		}
	}
}

func TestExitCodeZeroIsNeitherReportedNorFollowedByARestart(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, func(event) reply { return reply{Exit: true} })
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	if status, _ := r.get("/api/ask"); status != 503 { // the connection is closed without an answer
		t.Errorf("status %d, want 503", status)
	}
	eventually(t, "the host notices for itself", func() bool {
		_, body := r.get("/admin/host/status")
		return strings.Contains(body, `"state":"Error"`)
	})
	for range 3 {
		if status, _ := r.get("/api/ask"); status != 503 {
			t.Errorf("status %d, want 503", status)
		}
	}
	if n := len(d.starts); n != 1 {
		t.Errorf("%d starts, want 1", n)
	}
	if strings.Contains(r.output.String(), "abnormally") {
		t.Errorf("the exit is reported")
	}
	r.stop()
	if err := r.end(); err != nil {
		t.Errorf("Run says %v", err)
	}
}

func TestTheEndOfTheHostIsSIGKILL(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, func(event) reply { select {} })
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	e := next(t, d.starts)
	go func() { // runs into the end
		if res, err := http.Get("http://" + r.address + "/api/ask"); err == nil {
			res.Body.Close()
		}
	}()
	next(t, d.calls)
	r.stop()
	if err := r.end(); err != nil {
		t.Errorf("Run says %v", err)
	}
	if lives(e.PID) {
		t.Error("the handler outlives Run")
	}
	if strings.Contains(r.output.String(), "abnormally") {
		t.Error("the end of the host is reported as an abnormal exit")
	}
	if len(d.calls) > 0 {
		t.Errorf("the handler was warned: %s", next(t, d.calls).Request)
	}
}

func TestTheHandlersLinesAreForwarded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxLine+10)
	d := newDouble(t, func(int, event) reply {
		return reply{Stdout: "{\"level\":\"INFO\"}\r\nsecond\n" + long + "\n", Stderr: "panic: no\n"}
	}, func(event) reply { return reply{Stdout: "no end", Exit: true} })
	r := start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	r.has(`handler: {"level":"INFO"}`)
	r.has("handler: second")
	r.has("handler: " + long[:maxLine])
	r.has("handler: " + long[maxLine:])
	r.has("handler error: panic: no")
	r.get("/api/ask")
	r.has("handler: no end")
}

func TestTheLoggerGetsWhatTheHostSaysAndNothingOfTheHandlers(t *testing.T) {
	t.Parallel()
	d := newDouble(t, func(int, event) reply { return reply{Stdout: "the handler's own line\n"} }, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out, records, pids := &transcript{}, &transcript{}, make(chan int, 1)
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, Options{
			Root: oneFunction(t), Settings: map[string]string{controlSetting: d.address}, Listener: l, Output: out,
			Logger:         slog.New(slog.NewJSONHandler(records, nil)),
			OnHandlerStart: func(pid int) { pids <- pid },
		})
	}()
	if pid := next(t, d.starts).PID; pid != <-pids {
		t.Errorf("OnHandlerStart is told another process than %d", pid)
	}
	eventually(t, "the handler is ready", func() bool { return strings.Contains(out.String(), "host: handler ready") })
	eventually(t, "the handler's line", func() bool { return strings.Contains(out.String(), "handler: the handler's own line") })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if text := records.String(); !strings.Contains(text, `"msg":"handler ready","pid":`) || strings.Contains(text, "own line") {
		t.Errorf("the logger got %s", text)
	}
}

func TestAHandlerThatIsNoProgramEndsRun(t *testing.T) {
	root := oneFunction(t)
	if err := os.Remove(root + "/handler"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root+"/handler", []byte("\x7fELF no program"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := start(t, root, nil)
	if err := r.end(); err == nil || !strings.Contains(err.Error(), "start the handler") {
		t.Errorf("Run says %v", err)
	}
}
