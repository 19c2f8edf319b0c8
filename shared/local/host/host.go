// Package host is a local Azure Functions host for one custom handler. It reads a staged script root
// (host.json, NAME/function.json in first-level folders, an executable named "handler"), starts that very
// executable and speaks the host's protocol to it, so that what runs on this machine is the binary that
// runs in Azure.
//
// It promises the behavior of the real host (version 4) where a handler can see it:
//
//   - The handler learns its port from FUNCTIONS_CUSTOMHANDLER_PORT, gets every app setting in its
//     environment and counts as ready once GET / is answered, whatever the answer. Invocations wait for it
//     up to 30 seconds.
//   - Queue and timer invocations are POSTs with the envelope, encodings and headers that were recorded
//     from the real host, the traps included: without "dataType": "binary" the fields of a message body
//     overwrite what the broker says of the message, and an answer that is empty or null never completes.
//   - HTTP functions are proxied and streamed, as enableProxyingHttpRequest does.
//   - A failed message is abandoned at once. An invocation longer than functionTimeout ends with the death of
//     the whole process. The third abnormal exit stops the host; exit code 0 is noticed by nobody and lets
//     every later invocation fail. The end of the host is SIGKILL for the handler, without a warning.
//
// Differences and limits, all of them on purpose:
//
//   - authLevel is read and not enforced, as func start does: no key is ever asked for.
//   - A handler that cannot be reached gives the caller of an HTTP function 503. What the real host answers
//     is documented nowhere.
//   - A timer keeps nothing between two runs of the host. IsPastDue is true for a run that the previous one
//     held up; the real host says it of a run missed while the host was down.
//   - The death of a process at functionTimeout counts as one of the three abnormal exits. As in Azure an
//     abnormal exit more than 30 minutes after the one before starts a new count.
//   - Metadata values that look like dates stay as they are; the real host rewrites those it takes from a
//     message body in the American form.
//   - Answers to envelopes are read up to 16 MiB. Protocol upgrades are not proxied.
//   - On Linux the handler dies with the host whatever ends the host. On other systems it survives a host
//     that was killed. Windows cannot start an executable without .exe: there the package only compiles.
//
// What it does not know it refuses when it starts, all problems at once: forwarded HTTP requests, input and
// output bindings other than the one http output, batches, sessions, topics, retry policies, prefetching,
// route constraints, handler arguments, disabled functions.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// Version is what the host calls itself in X-Azure-Functions-HostVersion: the version that the protocol was
// recorded from.
const Version = "4.1037.0.0"

// Options say what to run.
type Options struct {
	// Root is the script root: host.json, handler, NAME/function.json.
	Root string
	// Settings are the app settings. The handler gets all of them, and of this process's own environment only
	// what any program needs (PATH, HOME, TMPDIR and the like), so that a setting that is missing is missed.
	Settings map[string]string
	// Listener is where callers reach HTTP functions. Run closes it.
	Listener net.Listener
	// Output gets what the handler writes, line by line, and the host's own messages, each with a prefix:
	// "handler: " (its stdout), "handler error: " (its stderr), "NAME: " (Logs in an answer), "host: ".
	// One line at a time is written. Nil discards.
	Output io.Writer
	// Logger gets the host's own messages as records, and nothing that the handler writes. Nil discards.
	Logger *slog.Logger
	// OnHandlerStart, if not nil, is called with the process id after each start of the handler.
	OnHandlerStart func(pid int)
}

// Run reads the root and runs it until ctx ends, which is no error: then the handler is killed and what was
// being invoked is lost, as in Azure. It returns an error at once when the root is invalid, naming every
// problem, and later when the handler cannot be started or has ended abnormally three times. When Run has
// returned the handler's process is gone.
func Run(ctx context.Context, o Options) error {
	if o.Listener == nil {
		return errors.New("run functions host: no listener")
	}
	defer o.Listener.Close()
	app, err := load(o.Root, o.Settings)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(o.Root)
	if err != nil {
		return fmt.Errorf("find script root: %w", err)
	}
	j := newJournal(o.Output, o.Logger)
	h := newHandler(dir, o.Settings, app.timeout, j)
	h.onStart = o.OnHandlerStart

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.run(ctx) })
	g.Go(func() error { return serve(ctx, o.Listener, newFront(app, h, j), j) })
	for _, f := range app.functions {
		switch f.Trigger {
		case queueTrigger:
			g.Go(func() error { newPuller(f, app.serviceBus, h, j).run(ctx); return nil })
		case timerTrigger:
			g.Go(func() error { runTimer(ctx, f, h, j); return nil })
		}
	}
	return g.Wait()
}

// Functions describes what root holds, by name. The error names every problem of the root, as Run's does.
func Functions(root string, settings map[string]string) ([]Function, error) {
	app, err := load(root, settings)
	if err != nil {
		return nil, err
	}
	return app.functions, nil
}
