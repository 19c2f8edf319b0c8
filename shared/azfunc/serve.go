package azfunc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// drainTime is what running requests get when the server is told to end. The host kills its handlers
// without a word, so this only spares `func start` and the local host a broken request at Ctrl-C.
const drainTime = 3 * time.Second

// ListenAndServe listens on 127.0.0.1 at the given port, the value of FUNCTIONS_CUSTOMHANDLER_PORT, and
// serves until ctx ends; then running requests get 3 s and it returns nil. It returns an error when port
// is not a number from 1 to 65535, or when the port cannot be had or stops working: the process then has
// to exit with a code other than 0, or the host does not notice.
func (s *Server) ListenAndServe(ctx context.Context, port string) error {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return fmt.Errorf("port %q of FUNCTIONS_CUSTOMHANDLER_PORT is not a number from 1 to 65535", port)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.FormatUint(n, 10)))
	if err != nil {
		return fmt.Errorf("listen for the Functions host: %w", err)
	}
	return s.serve(ctx, ln)
}

// serve serves on ln until ctx ends.
func (s *Server) serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    32 << 10,
		// No ReadTimeout and no WriteTimeout: an invocation may last minutes. Bodies have a limit of their own.
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	go func() { stopped <- srv.Serve(ln) }()
	select {
	case err := <-stopped:
		return fmt.Errorf("serve the Functions host: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := srv.Shutdown(drain); errors.Is(err, context.DeadlineExceeded) {
		s.log.WarnContext(ctx, "requests were still running at the end", "waited", drainTime.String())
		srv.Close()
	}
	return nil
}
