package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"leadflow/shared/config"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/host"
	"leadflow/shared/local/lab"
	"leadflow/shared/marketplace"
	"leadflow/shared/store"
)

// root is the staged script root with the real handler; TestMain makes it.
var root string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "leadflow")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if err := stage(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		root = dir
		return m.Run()
	}())
}

// stage makes what make publish-folder makes, for this machine.
func stage(dir string) error {
	project := filepath.Join("..", "..", "..")
	files, err := filepath.Glob(filepath.Join(project, "functions", "*", "function.json"))
	if err != nil {
		return err
	}
	for _, f := range append(files, filepath.Join(project, "host.json")) {
		b, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.Base(f))
		if filepath.Base(f) == "function.json" {
			to = filepath.Join(dir, filepath.Base(filepath.Dir(f)), "function.json")
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, b, 0o644); err != nil {
			return err
		}
	}
	out, err := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "handler"), ".").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the handler: %w\n%s", err, out)
	}
	return nil
}

// app is Leadflow as it runs: the real handler under the local Functions host, on a lab.
type app struct {
	*lab.Lab
	store    *store.Store
	url      string
	settings map[string]string
	t        *testing.T
	output   lab.Output
	pid      atomic.Int64
}

// startApp starts Leadflow at a quick pace; settings change single ones.
func startApp(t *testing.T, settings map[string]string) *app {
	t.Helper()
	a := &app{Lab: lab.New(t), t: t, settings: sampleSettings(t)}
	a.store = a.Store()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.url = "http://" + ln.Addr().String()
	maps.Copy(a.settings, a.Lab.Settings())
	maps.Copy(a.settings, map[string]string{
		"PUBLIC_URL": a.url, "REMIND_SCHEDULE": "* * * * * *", "RESEND_AFTER": "4s", "MAIL_RESEND_AFTER": "4s",
		"BACKOFF_FIRST": "500ms", "BACKOFF_MAX": "4s", "FAIL_WAIT": "1s",
	})
	maps.Copy(a.settings, settings)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.serve(ctx, ln)
	}()
	t.Cleanup(func() {
		stop()
		<-done
		if t.Failed() {
			t.Logf("the end of the handler's output:\n%s", lastOf(a.output.String()))
		}
	})
	lab.Eventually(t, 30*time.Second, "the handler answers", func() bool {
		res, err := http.Get(a.url + "/api/leads")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusMethodNotAllowed
	})
	return a
}

// serve runs the host and, like the platform, starts another one when it gives up after three strikes.
func (a *app) serve(ctx context.Context, ln net.Listener) {
	for ctx.Err() == nil {
		err := host.Run(ctx, host.Options{Root: root, Settings: a.settings, Listener: ln, Output: &a.output,
			Logger: slog.New(slog.NewTextHandler(&a.output, nil)), OnHandlerStart: func(pid int) { a.pid.Store(int64(pid)) }})
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			a.t.Error("the host ended by itself")
			return
		}
		address := ln.Addr().String()
		ln.Close()
		if ln, err = net.Listen("tcp", address); err != nil {
			a.t.Error(err)
			return
		}
	}
}

// kill ends the handler as a crash does.
func (a *app) kill() {
	if err := syscall.Kill(int(a.pid.Load()), syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		a.t.Error(err)
	}
}

func sampleSettings(t testing.TB) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "local.settings.sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Values map[string]string }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Values
}

// webhook is the URL for an offer, or for all.
func (a *app) webhook(offer string) string {
	a.t.Helper()
	var secrets config.Secrets
	if err := secrets.Decode(a.settings["INTAKE_SECRETS"]); err != nil {
		a.t.Fatal(err)
	}
	return link.Webhook(a.url, secrets.Keys()[0], offer)
}

// post sends a body to the webhook. It gives the status, 0 if there was no answer, and the submission's id.
func (a *app) post(body string) (status int, id string) {
	res, err := http.Post(a.webhook(""), "application/json", strings.NewReader(body))
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	var answer struct{ Submission string }
	_ = json.NewDecoder(res.Body).Decode(&answer)
	return res.StatusCode, answer.Submission
}

// mustPost is post that has to be answered 202.
func (a *app) mustPost(body string) string {
	a.t.Helper()
	status, id := a.post(body)
	if status != http.StatusAccepted {
		a.t.Fatalf("answered %d", status)
	}
	return id
}

// outcome waits for the outcome of a submission.
func (a *app) outcome(id string, within time.Duration) *lead.Outcome {
	a.t.Helper()
	var o *lead.Outcome
	lab.Eventually(a.t, within, "submission "+id+" has an outcome", func() bool {
		e, err := a.store.Entry(a.t.Context(), id)
		if err != nil || e.Open() {
			return false
		}
		o = e.Outcome
		return true
	})
	return o
}

// mailed waits until every mail of a lead is in the inbox and recorded on the lead.
func (a *app) mailed(leadID string, within time.Duration) *lead.Lead {
	a.t.Helper()
	var l *lead.Lead
	lab.Eventually(a.t, within, "the mails of lead "+leadID+" are sent", func() bool {
		var err error
		l, _, err = a.store.Lead(a.t.Context(), leadID)
		return err == nil && len(l.Mails) > 0 && len(l.OpenMails()) == 0
	})
	have := a.inInbox()
	for _, m := range l.Mails {
		if have[m.ID] == 0 {
			a.t.Errorf("mail %s is recorded and not in the inbox", m.ID)
		}
	}
	return l
}

// inInbox counts the mails in the inbox by id.
func (a *app) inInbox() map[string]int {
	have := map[string]int{}
	for _, m := range a.Mails() {
		id, _, _ := strings.Cut(m.MessageID, "@")
		have[id]++
	}
	return have
}

// entries are the ledger's entries, without bodies, but for the canaries that the app posts to itself.
func (a *app) entries() []store.Entry {
	a.t.Helper()
	var all []store.Entry
	err := a.store.Entries(a.t.Context(), time.Now().Add(-time.Hour), func(e store.Entry) error {
		canary := !e.Open() && e.Outcome.Kind == lead.OutcomeCanary
		if e.Open() {
			whole, err := a.store.Entry(a.t.Context(), e.ID)
			if err != nil {
				return err
			}
			_, _, canary = marketplace.ReadCanary(whole.Body)
		}
		if !canary {
			all = append(all, e)
		}
		return nil
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return all
}

// person is a body with one person, told apart by n.
func person(n int) string {
	return fmt.Sprintf(`{"userDetails":{"firstName":"Kim","lastName":"Number %d","email":"kim.%d@northwind.example.com","company":"Northwind"},"leadSource":"AppSource-PLT|contoso.analytics","actionCode":"PLT","offerTitle":"Contoso Analytics"}`, n, n)
}

// lastOf is the end of an output, for the log of a failed test.
func lastOf(output string) string { return output[max(0, len(output)-16<<10):] }
