package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// readyWithin is how long a process may take until it answers.
const readyWithin = 30 * time.Second

// supervisor holds the children of one local run.
type supervisor struct {
	setup *setup
	out   io.Writer
	ended chan ended
	ends  []func()
}

// ended says that a child has come to its end.
type ended struct {
	process process
	err     error
}

// start starts the processes that are needed and waits until each is ready. The settings are written when
// the ports turn out to be free, so that those of another run stay.
func (s *setup) start(ctx context.Context, out io.Writer, want func(process) bool) (*supervisor, error) {
	var needed []process
	for _, p := range processes {
		if want(p) && !s.given[p.setting] {
			needed = append(needed, p)
		}
	}
	if err := s.portsFree(needed); err != nil {
		return nil, err
	}
	if err := writeSettings(settingsFile, s.values); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(logDir); err != nil {
		return nil, fmt.Errorf("clear the logs of the last run: %w", err)
	}
	v := &supervisor{setup: s, out: out, ended: make(chan ended, len(processes))}
	for _, p := range needed {
		if err := v.launch(ctx, p); err != nil {
			v.stop()
			return nil, err
		}
	}
	return v, nil
}

// portsFree reports every busy port at once.
func (s *setup) portsFree(needed []process) error {
	var busy []error
	for _, p := range needed {
		for _, port := range p.ports {
			l, err := s.listen(port)
			if err != nil {
				busy = append(busy, err)
				continue
			}
			l.Close()
		}
	}
	return errors.Join(busy...)
}

// launch starts one process as a child of this one and waits until it is ready.
func (v *supervisor) launch(ctx context.Context, p process) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	logs, err := appendTo(logFile(p))
	if err != nil {
		return err
	}
	defer logs.Close()
	c := exec.Command(self, p.name, withParent)
	c.Stdout, c.Stderr = logs, logs
	c.Env = os.Environ()
	for name, port := range v.setup.ports {
		c.Env = append(c.Env, name+"="+strconv.Itoa(port))
	}
	leash, err := c.StdinPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	gone := make(chan struct{})
	v.ends = append(v.ends, func() {
		leash.Close()
		select {
		case <-gone:
		case <-time.After(5 * time.Second):
			_ = c.Process.Kill()
			<-gone
		}
	})
	go func() {
		err := c.Wait()
		close(gone)
		v.ended <- ended{p, err}
	}()
	if err := v.ready(ctx, p, gone); err != nil {
		return err
	}
	fmt.Fprintf(v.out, "  %-11s process %-8d", p.name, c.Process.Pid)
	for _, port := range p.ports {
		fmt.Fprintf(v.out, " %s", v.setup.address(port))
	}
	fmt.Fprintln(v.out)
	return nil
}

// ready waits until a process answers on its ports; the host, until the handler does.
func (v *supervisor) ready(ctx context.Context, p process, gone <-chan struct{}) error {
	within, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		if v.answers(within, p) {
			return nil
		}
		select {
		case <-gone:
			return fmt.Errorf("%s ended at once:\n%s", p.name, tail(logFile(p)))
		case <-within.Done():
			if ctx.Err() != nil {
				return fmt.Errorf("start %s: %w", p.name, ctx.Err())
			}
			return fmt.Errorf("%s is not ready after %s:\n%s", p.name, readyWithin, tail(logFile(p)))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (v *supervisor) answers(ctx context.Context, p process) bool {
	if p.name == "host" {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+v.setup.address("WEBHOOK_PORT")+"/api/leads", nil)
		if err != nil {
			return false
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusMethodNotAllowed // the handler's own word for GET
	}
	for _, port := range p.ports {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", v.setup.address(port))
		if err != nil {
			return false
		}
		c.Close()
	}
	return true
}

// watch runs until ctx ends. A service that stops stays stopped, so that its absence can be tried out. A
// host that stopped itself, as it does after the handler's third crash, is started again, as Azure does.
func (v *supervisor) watch(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-v.ended:
			if ctx.Err() != nil {
				return nil
			}
			fmt.Fprintf(v.out, "%s has stopped (%v); its log is %s\n", e.process.name, e.err, logFile(e.process))
			if e.process.name != "host" {
				fmt.Fprintf(v.out, "Start it again with: .local/bin/local %s\n", e.process.name)
				continue
			}
			if err := v.launch(ctx, e.process); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// stop ends the children, the last one first.
func (v *supervisor) stop() {
	for i := len(v.ends) - 1; i >= 0; i-- {
		v.ends[i]()
	}
}

func logFile(p process) string { return filepath.Join(logDir, p.name+".log") }

// appendTo opens a log at its end: a process that is started again goes on where it stopped.
func appendTo(file string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
}

// tail is the end of a log, for an error text.
func tail(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4096):])
}
