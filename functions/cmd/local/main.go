// Command local is behind make run: everything that Leadflow needs, on this machine.
//
// It runs the stand-ins for Azure (a Service Bus broker, a Cosmos DB, a mail inbox) and a local Functions
// host that starts the real handler, each as a child process of its own, so that each can be stopped and
// started again alone. All of it listens on 127.0.0.1 only.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const usage = `Usage: local COMMAND

  run         start everything, deliver three samples, run until Ctrl-C
  demo        the same, but exit when the samples are in the inbox: 0, or 1 if they are not within 60 s
  services    start only the services, for "func start --script-root publish"

One process of the above, alone (for example to start it again after it was stopped):

  servicebus  the Service Bus stand-in                  SERVICEBUS_PORT, default 5672
  cosmos      the Cosmos DB stand-in, data in .local    COSMOS_PORT, default 8081
  inbox       the mail inbox and its page               SMTP_PORT, default 1025, and INBOX_PORT, default 8025
  host        the Functions host with the handler       WEBHOOK_PORT, default 7071

Ports and every setting in local.settings.sample.json can be given as environment variables. A service
whose setting (SERVICEBUS, COSMOS_ENDPOINT, MAIL_URL) is given is not started.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		_, err := io.WriteString(out, usage)
		return err
	}
	s, err := setUp(args[0] != "services")
	if err != nil {
		return err
	}
	if len(args) == 2 && args[1] == withParent {
		var end context.CancelFunc
		ctx, end = untilParentEnds(ctx)
		defer end()
	} else if len(args) > 1 {
		return fmt.Errorf("too many words; %q takes none (see \"local help\")", args[0])
	}
	switch args[0] {
	case "run":
		return s.run(ctx, out)
	case "demo":
		return s.demo(ctx, out)
	case "services":
		return s.services(ctx, out)
	}
	for _, p := range processes {
		if p.name == args[0] {
			return p.serve(ctx, s)
		}
	}
	return fmt.Errorf("there is no command %q (see \"local help\")", args[0])
}
