package host

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	// readyWithin is the real host's limit for a start.
	readyWithin = 30 * time.Second
	// probeEvery is the pause between two probes of a handler that does not listen yet.
	probeEvery = 25 * time.Millisecond
	// strikesOut is the abnormal exit that stops the host.
	strikesOut = 3
	// strikesForgotten is how long after the one before an abnormal exit starts a new count.
	strikesForgotten = 30 * time.Minute
)

// handler keeps the process of the handler alive and knows which one to ask.
type handler struct {
	dir         string
	environment []string
	timeout     time.Duration // of an invocation; 0 is none
	within      time.Duration // how long a start may take, and how long an invocation waits for one
	journal     *journal
	onStart     func(pid int) // may be nil

	mu      sync.Mutex
	current *process      // the one that is ready; nil while there is none
	gone    error         // why there will never be one again
	changed chan struct{} // closed, and replaced, whenever one of the two above changes
}

func newHandler(dir string, s settings, timeout time.Duration, j *journal) *handler {
	return &handler{
		dir:         dir,
		environment: environment(s),
		timeout:     timeout,
		within:      readyWithin,
		journal:     j,
		changed:     make(chan struct{}),
	}
}

// inherited are the variables of this process that the handler gets: what any program needs to run, to find
// certificates and the Azure command line's login, and to be examined. Everything else must be a setting.
var inherited = []string{
	"PATH", "HOME", "USER", "TMPDIR", "TMP", "TEMP", "LANG", "LC_ALL", "TZ",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"AZURE_CONFIG_DIR", "GODEBUG", "GOTRACEBACK", "GOCOVERDIR",
	"SystemRoot", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
}

// environment is the handler's, but for its port. A setting wins over what is inherited.
func environment(s settings) []string {
	var env []string
	for _, name := range inherited {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		env = append(env, name+"="+s[name])
	}
	return env
}

// run starts the handler and starts it again after each abnormal exit, until ctx ends, which is no error, or
// the third such exit.
func (h *handler) run(ctx context.Context) error {
	defer h.set(nil, errors.New("the host has stopped"))
	var s strikes
	for {
		p, err := startProcess(h.dir, h.environment, h.journal)
		if err != nil {
			return err
		}
		h.journal.info("handler started", "pid", p.pid)
		if h.onStart != nil {
			h.onStart(p.pid)
		}
		h.attend(ctx, p)
		switch {
		case ctx.Err() != nil:
			return nil
		case p.clean:
			// The real host neither restarts the handler nor says a word.
			h.set(nil, errors.New("the handler has ended with exit code 0 and is not restarted"))
			<-ctx.Done()
			return nil
		}
		h.journal.error("handler ended abnormally", "pid", p.pid, "how", p.state)
		if s.out(time.Now()) {
			return fmt.Errorf("the handler ended abnormally for the third time (%s): the host stops", p.state)
		}
	}
}

// attend waits for p to be ready and then to end. The end of ctx kills it.
func (h *handler) attend(ctx context.Context, p *process) {
	defer context.AfterFunc(ctx, p.kill)()
	starting, cancel := context.WithTimeout(ctx, h.within)
	defer cancel()
	if p.probe(starting) {
		h.journal.info("handler ready", "pid", p.pid)
		h.set(p, nil)
	} else if errors.Is(starting.Err(), context.DeadlineExceeded) {
		h.journal.error("handler did not answer GET / in time and is killed", "pid", p.pid, "limit", h.within)
		p.kill()
	}
	<-p.ended
	h.set(nil, nil)
}

func (h *handler) set(p *process, gone error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.current = p
	if h.gone == nil {
		h.gone = gone
	}
	close(h.changed)
	h.changed = make(chan struct{})
}

// leave stops asking p: invocations that arrive from now on wait for the next process.
func (h *handler) leave(p *process) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current == p {
		h.current = nil // nobody waits for that
	}
}

func (h *handler) get() (p *process, changed <-chan struct{}, gone error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.current, h.changed, h.gone
}

// ready returns the process to ask, waiting for it as long as ctx allows. It fails at once when there will be
// none.
func (h *handler) ready(ctx context.Context) (*process, error) {
	for {
		p, changed, gone := h.get()
		if p != nil {
			return p, nil
		}
		if gone != nil {
			return nil, gone
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// state says how the handler is in the words of the real host's status page.
func (h *handler) state() string {
	switch p, _, gone := h.get(); {
	case p != nil:
		return "Running"
	case gone != nil:
		return "Error"
	}
	return "Starting"
}

// strikes counts abnormal exits.
type strikes struct {
	n    int
	last time.Time
}

// out counts one at now and reports whether it is one too many.
func (s *strikes) out(now time.Time) bool {
	if now.Sub(s.last) > strikesForgotten {
		s.n = 0
	}
	s.n++
	s.last = now
	return s.n >= strikesOut
}
