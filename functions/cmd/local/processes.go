package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"leadflow/shared/local/cosmos"
	"leadflow/shared/local/host"
	"leadflow/shared/local/inbox"
	"leadflow/shared/local/servicebus"
	"leadflow/shared/topology"
)

// process is one child of the local run.
type process struct {
	name string
	// setting is the one that names the service; when it is given, the process is not needed.
	setting string
	// ports are the variables that name what it listens on.
	ports []string
	serve func(context.Context, *setup) error
}

// processes are in the order in which they start.
var processes = []process{
	{"servicebus", "SERVICEBUS", []string{"SERVICEBUS_PORT"}, serveServiceBus},
	{"cosmos", "COSMOS_ENDPOINT", []string{"COSMOS_PORT"}, serveCosmos},
	{"inbox", "MAIL_URL", []string{"SMTP_PORT", "INBOX_PORT"}, serveInbox},
	{"host", "", []string{"WEBHOOK_PORT"}, serveHost},
}

func (s *setup) listen(port string) (net.Listener, error) {
	l, err := net.Listen("tcp", s.address(port))
	if err != nil {
		return nil, fmt.Errorf("port %d is busy: stop what listens there, or set %s to another port", s.ports[port], port)
	}
	return l, nil
}

func serveServiceBus(ctx context.Context, s *setup) error {
	l, err := s.listen("SERVICEBUS_PORT")
	if err != nil {
		return err
	}
	return servicebus.NewBroker(topology.Load().Queues, nil).Serve(ctx, l)
}

func serveCosmos(ctx context.Context, s *setup) error {
	l, err := s.listen("COSMOS_PORT")
	if err != nil {
		return err
	}
	server, err := cosmos.Open(cosmos.Options{Key: cosmos.EmulatorKey, Dir: dataDir})
	if err != nil {
		return err
	}
	defer server.Close()
	if err := server.EnsureDatabase(s.values["COSMOS_DATABASE"], topology.Load().Containers); err != nil {
		return err
	}
	return serveHTTP(ctx, l, server)
}

func serveInbox(ctx context.Context, s *setup) error {
	smtp, err := s.listen("SMTP_PORT")
	if err != nil {
		return err
	}
	page, err := s.listen("INBOX_PORT")
	if err != nil {
		return err
	}
	box := inbox.New(inbox.Options{Logger: slog.New(slog.NewTextHandler(os.Stdout, nil))})
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return box.ServeSMTP(ctx, smtp) })
	g.Go(func() error { return serveHTTP(ctx, page, box.Handler()) })
	return g.Wait()
}

func serveHost(ctx context.Context, s *setup) error {
	values, err := readSettings(settingsFile)
	if err != nil {
		return fmt.Errorf("%w (\"make run\" writes it)", err)
	}
	l, err := s.listen("WEBHOOK_PORT")
	if err != nil {
		return err
	}
	return host.Run(ctx, host.Options{Root: publishDir, Settings: values, Listener: l, Output: os.Stdout,
		Logger: slog.New(slog.NewTextHandler(os.Stdout, nil))})
}

func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// withParent tells a child to end with its parent, whose end of the pipe on its standard input closes
// however the parent ends.
const withParent = "--with-parent"

func untilParentEnds(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		cancel()
	}()
	return ctx, cancel
}
