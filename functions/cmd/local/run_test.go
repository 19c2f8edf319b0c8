package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"leadflow/shared/local/inbox"
	"leadflow/shared/local/lab"
)

// How long things may take on a loaded machine: all of it to be there, and all of it to be gone.
const (
	up   = 60 * time.Second
	down = 15 * time.Second
)

// nothingLeft checks that no process of the site lives and that its ports are free, within seconds.
func (s *site) nothingLeft() {
	s.t.Helper()
	lab.Eventually(s.t, down, "the ports are free again and every process has ended", func() bool {
		return len(s.busy()) == 0 && len(s.survivors()) == 0
	})
}

func TestADemoDeliversItsSamplesAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.start("demo")
	if code := r.exit(2 * up); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	s.nothingLeft()
	out := r.output.String()
	for _, sample := range []struct{ name, subject string }{
		{"acquired", "Northwind Traders - Acquired the offer - Contoso Backup"},
		{"contact-me", "Fabrikam Ltda. - Contact me - Contoso Analytics"},
		{"test-drive", "㈜에이데이텀 - Test drive - Contoso Analytics"},
	} {
		said := regexp.MustCompile(`(?m)^  ` + sample.name + ` +submission [0-9a-f-]{36}\n +lead +[0-9a-f]{32}\n +owner +(?:mina|jonas)\n +mail +` + regexp.QuoteMeta(sample.subject) + `$`)
		if !said.MatchString(out) {
			t.Errorf("it does not say what became of %s:\n%s", sample.name, out)
		}
	}
	if before, _, ok := strings.Cut(out, "\nDelivering"); !ok || strings.Count(before, "the sample in functions/cmd/local/team.yaml was applied.\n") != 1 {
		t.Errorf("the team is not applied before the samples are delivered: %s", out)
	}
	if !strings.HasSuffix(out, "All 3 samples arrived.\n") {
		t.Errorf("the end: %s", out)
	}
	if len(r.children()) != len(processes) {
		t.Errorf("the processes are %v", r.children())
	}
	if m := mode(t, filepath.Join(s.dir, settingsFile)); m != 0o600 {
		t.Errorf("the settings have mode %o", m)
	}
}

func TestADemoThatCannotWorkFailsAndShowsWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.start("demo", "INTAKE_SECRETS=short")
	if code := r.exit(up); code != 1 {
		t.Errorf("exit code %d", code)
	}
	s.nothingLeft()
	if out := r.output.String(); !strings.Contains(out, "INTAKE_SECRETS") || strings.Contains(out, "arrived.") {
		t.Errorf("printed %s", out)
	}
}

func TestWhatTheEnvironmentNamesIsNotStarted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	mails := inbox.New(inbox.Options{Logger: slog.New(slog.DiscardHandler)})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- mails.ServeSMTP(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	r := s.start("demo", "MAIL_URL=smtp://"+l.Addr().String())
	if code := r.exit(2 * up); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	if _, started := r.children()["inbox"]; started || len(r.children()) != len(processes)-1 {
		t.Errorf("the processes are %v", r.children())
	}
	if n := len(mails.Messages()); n != 3 {
		t.Errorf("%d mails came to the server of the environment", n)
	}
	s.nothingLeft()
}

// running starts a run, with settings, and waits until it is complete.
func (s *site) running(settings ...string) *running {
	s.t.Helper()
	r := s.start("run", settings...)
	r.prints(2*up, "Ctrl-C stops everything")
	return r
}

func TestARunSaysWhereEverythingIsAndEndsOnCtrlC(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.running()
	out := r.output.String()
	if strings.Contains(out, "did not all arrive") {
		t.Errorf("printed %s", out)
	}
	res, err := get(t, s.url("INBOX_PORT", "/"))
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(out, s.url("INBOX_PORT", "/")) {
		t.Fatalf("the inbox: %v, %v", res, err)
	}
	page, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || !strings.Contains(string(page), "Fabrikam Ltda. - Contact me - Contoso Analytics") {
		t.Errorf("the mail is not in the inbox: %v", err)
	}
	if code := s.curl(r); code != http.StatusAccepted {
		t.Errorf("the lead of the curl line is answered %d", code)
	}
	r.signal(os.Interrupt)
	if code := r.exit(down); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s.nothingLeft()
}

// curl sends the lead of the curl line that a run prints.
func (s *site) curl(r *running) int {
	s.t.Helper()
	m := regexp.MustCompile(`curl -i -H 'Content-Type: application/json' '([^']+)' -d '([^']+)'`).FindStringSubmatch(r.output.String())
	if m == nil {
		s.t.Fatal("there is no curl line")
	}
	res, err := http.Post(m[1], "application/json", strings.NewReader(m[2]))
	if err != nil {
		s.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func TestCtrlCBeforeEverythingIsThereEndsTheRunToo(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"run", "services"} {
		s := newSite(t)
		r := s.start(command)
		r.prints(up, "  servicebus")
		r.signal(os.Interrupt)
		if code := r.exit(down); code != 0 {
			t.Errorf("exit code %d of local %s", code, command)
		}
		s.nothingLeft()
	}
}

func TestTheChildrenEndWithARunThatIsKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.running()
	if busy := s.busy(); len(busy) != len(portNames) {
		t.Fatalf("busy are %q", busy)
	}
	if n := len(s.survivors()); runtime.GOOS == "linux" && n != len(processes)+2 {
		t.Fatalf("%d processes run, want the run, its %d children and the handler: %v", n, len(processes), s.survivors())
	}
	r.signal(syscall.SIGKILL)
	r.exit(down)
	s.nothingLeft()
}

func TestAServiceThatIsKilledAloneIsReportedAndCanBeStartedAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.running("RESEND_AFTER=2s", "REMIND_SCHEDULE=* * * * * *") // a sweep soon brings what the broker lost
	kill(t, r.children()["servicebus"])
	r.prints(down, "servicebus has stopped (signal: killed); its log is .local/log/servicebus.log")
	again := regexp.MustCompile(`Start it again with: (\S+) (\S+)\n`)
	lab.Eventually(t, down, "it is said how to start it again", func() bool { return again.MatchString(r.output.String()) })
	words := again.FindStringSubmatch(r.output.String())
	if words[2] != "servicebus" || filepath.Clean(words[1]) != filepath.Join(".local", "bin", "local") {
		t.Fatalf("it is to be started again by %q", words)
	}
	if busy := strings.Join(s.busy(), " "); strings.Contains(busy, "SERVICEBUS_PORT") || strings.Count(busy, " ")+1 != len(portNames)-1 {
		t.Errorf("the others do not go on: busy are %s", busy)
	}
	if code := s.curl(r); code != http.StatusAccepted {
		t.Errorf("a lead that comes meanwhile is answered %d", code)
	}
	alone := s.start(words[2])
	const subject = "Northwind Traders - Contact me - Contoso Analytics"
	lab.Eventually(t, 2*up, "the lead that came meanwhile is mailed", func() bool {
		res, err := get(t, s.url("INBOX_PORT", "/"))
		if err != nil {
			return false
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		return err == nil && strings.Contains(string(page), subject)
	})
	alone.signal(os.Interrupt)
	if code := alone.exit(down); code != 0 {
		t.Errorf("exit code %d of the service alone", code)
	}
	r.signal(os.Interrupt)
	if code := r.exit(down); code != 0 {
		t.Errorf("exit code %d of the run", code)
	}
	s.nothingLeft()
}

func TestTheServicesRunWithoutAHostAtThePaceOfProduction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.start("services")
	r.prints(up, "Ready.")
	if busy := strings.Join(s.busy(), " "); busy != "INBOX_PORT SMTP_PORT COSMOS_PORT SERVICEBUS_PORT" {
		t.Errorf("busy are %s", busy)
	}
	for _, file := range []string{filepath.Join(publishDir, "local.settings.json"), settingsFile} {
		values, err := readSettings(filepath.Join(s.dir, file))
		if err != nil || values["REMIND_SCHEDULE"] != "0 */5 * * * *" || values["FUNCTIONS_WORKER_RUNTIME"] != "custom" || values["MAIL_URL"] == "" {
			t.Errorf("%s has %v, %v", file, values, err)
		}
		if m := mode(t, filepath.Join(s.dir, file)); m != 0o600 {
			t.Errorf("%s has mode %o", file, m)
		}
	}
	r.signal(syscall.SIGTERM)
	if code := r.exit(down); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s.nothingLeft()
}

// A host that gave up after the handler's third crash is started again, as Azure does.
func TestAHostThatStoppedIsStartedAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.running()
	kill(t, r.children()["host"])
	r.prints(down, "host has stopped")
	lab.Eventually(t, up, "the webhook answers again", func() bool {
		res, err := get(t, s.url("WEBHOOK_PORT", "/api/leads"))
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusMethodNotAllowed
	})
	if code := s.curl(r); code != http.StatusAccepted {
		t.Errorf("a lead is answered %d", code)
	}
	r.signal(os.Interrupt)
	if code := r.exit(down); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s.nothingLeft()
}

func TestAProcessAloneThatCannotListenFails(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.start("servicebus")
	lab.Eventually(t, up, "the first one listens", func() bool { return len(s.busy()) == 1 })
	second := s.start("servicebus")
	if code := second.exit(up); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if out := second.output.String(); !strings.HasPrefix(out, "local: port ") || !strings.Contains(out, "set SERVICEBUS_PORT to another port") {
		t.Errorf("printed %s", out)
	}
	first.signal(os.Interrupt)
	if code := first.exit(down); code != 0 {
		t.Errorf("exit code %d of the first one", code)
	}
}

func TestAWrongWordEndsTheProgramWithCodeOne(t *testing.T) {
	t.Parallel()
	r := newSite(t).start("start")
	if code := r.exit(down); code != 1 || r.output.String() != "local: there is no command \"start\" (see \"local help\")\n" {
		t.Errorf("exit code %d, printed %s", code, r.output.String())
	}
}
