package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// process is one life of the handler.
type process struct {
	pid       int
	address   string          // where it listens
	transport *http.Transport // its own, so that no connection outlives the process
	cmd       *exec.Cmd
	ended     chan struct{} // closed once it is over
	state     string        // how it ended, in words; set before ended is closed
	clean     bool          // whether it ended with exit code 0; likewise
}

// startProcess starts the executable in dir on a free port.
func startProcess(dir string, environment []string, j *journal) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	stdout := &lines{j: j, prefix: "handler: "}
	stderr := &lines{j: j, prefix: "handler error: "}
	cmd := exec.Command(filepath.Join(dir, executable))
	cmd.Dir = dir
	cmd.Env = append(slices.Clone(environment), "FUNCTIONS_CUSTOMHANDLER_PORT="+port)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = processAttributes()
	cmd.WaitDelay = time.Second // for a grandchild that keeps stdout open
	p := &process{
		address: address,
		cmd:     cmd,
		ended:   make(chan struct{}),
		transport: &http.Transport{
			DialContext:           (&net.Dialer{}).DialContext,
			DisableCompression:    true, // else the handler is asked for gzip that nobody else asked for
			MaxIdleConnsPerHost:   100,
			ExpectContinueTimeout: time.Second,
		},
	}
	started := make(chan error)
	go func() {
		// The signal that ends the handler with its parent follows the thread that started it, so this one
		// must stay until the handler has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		_ = cmd.Wait() // what it says is in ProcessState
		stdout.flush()
		stderr.flush()
		p.transport.CloseIdleConnections()
		p.state, p.clean = cmd.ProcessState.String(), cmd.ProcessState.Success()
		close(p.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start the handler: %w", err)
	}
	p.pid = cmd.Process.Pid
	return p, nil
}

// freeAddress finds a port of 127.0.0.1 that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// kill ends the process without a warning. It does nothing to one that has ended.
func (p *process) kill() { _ = p.cmd.Process.Kill() }

// probe asks for GET / until there is an answer, whatever it is. Like the real host it takes anything but a
// connection that cannot be made for an answer. It returns false when ctx or the process ends first.
func (p *process) probe(ctx context.Context) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-p.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/", nil)
		if err != nil {
			return false
		}
		req.Header["User-Agent"] = []string{""} // none, as the real host
		res, err := p.transport.RoundTrip(req)
		if err == nil {
			res.Body.Close()
		}
		if ctx.Err() != nil {
			return false
		}
		if !unreached(err) {
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}

// unreached tells an error before anything was sent from all others.
func unreached(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}
