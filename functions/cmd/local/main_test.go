package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"leadflow/shared/local/lab"
)

// built has what make builds: local, and publish with the real handler. TestMain makes it.
var built string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "local")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if err := build(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		built = dir
		return m.Run()
	}())
}

var project = filepath.Join("..", "..", "..")

func build(dir string) error {
	files, err := filepath.Glob(filepath.Join(project, "functions", "*", "function.json"))
	if err != nil {
		return err
	}
	publish := filepath.Join(dir, publishDir)
	for _, f := range files {
		if err := copyFile(f, filepath.Join(publish, filepath.Base(filepath.Dir(f)), "function.json")); err != nil {
			return err
		}
	}
	if err := copyFile(filepath.Join(project, "host.json"), filepath.Join(publish, "host.json")); err != nil {
		return err
	}
	for name, program := range map[string]string{filepath.Join(publish, "handler"): "../handler", filepath.Join(dir, "local"): "."} {
		if out, err := exec.Command("go", "build", "-trimpath", "-o", name, program).CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", program, err, out)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, b, 0o755)
	}
	return err
}

// portNames are the variables that name the ports.
var portNames = []string{"WEBHOOK_PORT", "INBOX_PORT", "SMTP_PORT", "COSMOS_PORT", "SERVICEBUS_PORT"}

// site is a project's root with all that a local run needs, and ports of its own.
type site struct {
	dir   string
	ports map[string]int
	t     *testing.T
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := emptySite(t)
	if err := os.CopyFS(filepath.Join(s.dir, publishDir), os.DirFS(filepath.Join(built, publishDir))); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(filepath.Join(built, "local"), filepath.Join(s.dir, ".local", "bin", "local")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // a test that failed leaves nothing to the machine either
		for _, pid := range s.survivors() {
			kill(t, pid)
		}
	})
	return s
}

// emptySite is a site in which nothing was built.
func emptySite(t *testing.T) *site {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir()) // as the kernel names it
	if err != nil {
		t.Fatal(err)
	}
	s := &site{dir: dir, ports: map[string]int{}, t: t}
	if err := copyFile(filepath.Join(project, sampleFile), filepath.Join(dir, sampleFile)); err != nil {
		t.Fatal(err)
	}
	for _, name := range portNames {
		s.ports[name] = freePort(t)
	}
	return s
}

var givenOut sync.Map

// freePort finds a port for a service that starts later. It is none of those that the kernel gives to
// outgoing connections, so that nobody gets it in between.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 15000 + rand.IntN(15000)
		if !isFree(port) {
			continue
		}
		if _, taken := givenOut.LoadOrStore(port, true); !taken {
			return port
		}
	}
	t.Fatal("no free port was found")
	return 0
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// busy are the names of the site's ports on which somebody listens.
func (s *site) busy() []string {
	return slices.DeleteFunc(slices.Clone(portNames), func(name string) bool { return isFree(s.ports[name]) })
}

// url is an address at one of the site's ports.
func (s *site) url(port, path string) string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(s.ports[port])) + path
}

// running is one local command that was started.
type running struct {
	*exec.Cmd
	t      *testing.T
	output lab.Output // its standard output and standard error
	ended  chan struct{}
}

// start starts .local/bin/local in the site, as make does, with settings on top of its ports.
func (s *site) start(command string, settings ...string) *running {
	s.t.Helper()
	r := &running{Cmd: exec.Command(filepath.Join(".local", "bin", "local"), command), t: s.t, ended: make(chan struct{})}
	r.Dir = s.dir
	r.Env = slices.Concat([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TMPDIR=" + os.TempDir()}, settings)
	for name, port := range s.ports {
		r.Env = append(r.Env, name+"="+strconv.Itoa(port))
	}
	r.Stdout, r.Stderr = &r.output, &r.output
	if err := r.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		defer close(r.ended)
		_ = r.Wait() // what it says is in ProcessState
	}()
	s.t.Cleanup(func() {
		_ = r.Process.Kill()
		<-r.ended
		if s.t.Failed() {
			s.t.Logf("local %s printed:\n%s", command, r.output.String())
		}
	})
	return r
}

// signal sends a signal to the command alone, not to its children.
func (r *running) signal(s os.Signal) {
	r.t.Helper()
	if err := r.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

// exit waits for the end and gives the exit code, -1 after a signal.
func (r *running) exit(within time.Duration) int {
	r.t.Helper()
	select {
	case <-r.ended:
	case <-time.After(within):
		r.t.Fatalf("it has not ended within %s:\n%s", within, r.output.String())
	}
	return r.ProcessState.ExitCode()
}

// prints waits until the command has printed a text.
func (r *running) prints(within time.Duration, text string) {
	r.t.Helper()
	lab.Eventually(r.t, within, "it prints "+text, func() bool { return strings.Contains(r.output.String(), text) })
}

var childLine = regexp.MustCompile(`(?m)^  (\w+) +process (\d+) `)

// children are the process ids that the command printed, by name.
func (r *running) children() map[string]int {
	all := map[string]int{}
	for _, m := range childLine.FindAllStringSubmatch(r.output.String(), -1) {
		all[m[1]], _ = strconv.Atoi(m[2])
	}
	return all
}

// kill ends a process as a crash does.
func kill(t *testing.T, pid int) {
	t.Helper()
	if pid <= 1 {
		t.Fatalf("%d is no process to be killed", pid)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Fatal(err)
	}
}

// get asks one of the site's pages.
func get(t *testing.T, url string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return http.DefaultClient.Do(r)
}

// inSite has the test work in an empty site with its ports, and no other settings of the environment.
func inSite(t *testing.T) *site {
	t.Helper()
	s := emptySite(t)
	values, err := readSettings(filepath.Join(s.dir, sampleFile))
	if err != nil {
		t.Fatal(err)
	}
	values["SERVICEBUS__fullyQualifiedNamespace"] = ""
	for name := range values {
		t.Setenv(name, "") // has it restored
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, port := range s.ports {
		t.Setenv(name, strconv.Itoa(port))
	}
	t.Chdir(s.dir)
	return s
}

// says runs a command in this process.
func says(ctx context.Context, args ...string) (string, error) {
	var out bytes.Buffer
	err := command(ctx, args, &out)
	return out.String(), err
}

// mode is the permissions of a file.
func mode(t *testing.T, file string) fs.FileMode {
	t.Helper()
	i, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return i.Mode().Perm()
}

func TestHelpNamesEveryCommandAndItsPorts(t *testing.T) {
	t.Chdir(t.TempDir()) // it needs nothing
	for _, args := range [][]string{nil, {"help"}, {"-h"}, {"--help"}} {
		out, err := says(t.Context(), args...)
		if err != nil {
			t.Errorf("local %q: %v", args, err)
		}
		for _, word := range []string{"run", "demo", "services"} {
			if !strings.Contains(out, "\n  "+word+" ") {
				t.Errorf("local %q does not name %s:\n%s", args, word, out)
			}
		}
		for _, p := range processes {
			if !strings.Contains(out, "\n  "+p.name+" ") || slices.ContainsFunc(p.ports, func(port string) bool { return !strings.Contains(out, port+", default") }) {
				t.Errorf("local %q does not name %s and %s:\n%s", args, p.name, p.ports, out)
			}
		}
	}
}

func TestWrongWordsAreExplained(t *testing.T) {
	inSite(t)
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"an unknown command", []string{"start"}, `there is no command "start" (see "local help")`},
		{"a flag", []string{"--all"}, `there is no command "--all" (see "local help")`},
		{"a word too many", []string{"run", "now"}, `too many words; "run" takes none (see "local help")`},
		{"words too many", []string{"demo", "a", "b"}, `too many words; "demo" takes none (see "local help")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out, err := says(t.Context(), c.args...); err == nil || err.Error() != c.says || out != "" {
				t.Errorf("printed %q, %v, want %s", out, err, c.says)
			}
		})
	}
}

func TestOutsideOfTheProjectTheErrorSaysWhereToGo(t *testing.T) {
	inSite(t)
	t.Chdir(t.TempDir())
	if _, err := says(t.Context(), "run"); err == nil || !strings.Contains(err.Error(), "run this from the project's root") {
		t.Errorf("error %v", err)
	}
}
