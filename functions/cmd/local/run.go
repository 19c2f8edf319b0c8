package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"leadflow/shared/link"
)

// demoWithin is how long the samples of a demo may take.
const demoWithin = 60 * time.Second

// run starts everything, delivers the samples and stays until ctx ends.
func (s *setup) run(ctx context.Context, out io.Writer) error {
	v, err := s.everything(ctx, out)
	if err != nil && ctx.Err() != nil {
		return nil // Ctrl-C came before everything was there
	}
	if err != nil {
		return err
	}
	defer v.stop()
	deadline, cancel := context.WithTimeout(ctx, demoWithin)
	_, err = s.deliverSamples(deadline, out)
	cancel()
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		fmt.Fprintln(out, "The samples did not all arrive:", err)
	}
	if err := s.invite(out); err != nil {
		return err
	}
	return v.watch(ctx)
}

// demo starts everything and ends when the samples have arrived.
func (s *setup) demo(ctx context.Context, out io.Writer) error {
	v, err := s.everything(ctx, out)
	if err != nil {
		return err
	}
	defer v.stop()
	ctx, cancel := context.WithTimeout(ctx, demoWithin)
	defer cancel()
	arrived, err := s.deliverSamples(ctx, out)
	if err != nil {
		return fmt.Errorf("the samples did not all arrive: %w\n%s", err, tail(filepath.Join(logDir, "host.log")))
	}
	fmt.Fprintf(out, "All %d samples arrived.\n", arrived)
	return nil
}

// services starts the services only, and writes what func start needs to reach them.
func (s *setup) services(ctx context.Context, out io.Writer) error {
	file := filepath.Join(publishDir, "local.settings.json")
	if err := writeSettings(file, s.values); err != nil {
		return err
	}
	fmt.Fprintln(out, "Starting the services:")
	v, err := s.start(ctx, out, func(p process) bool { return p.name != "host" })
	if err != nil && ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer v.stop()
	fmt.Fprintf(out, `
Ready. %s has the settings. Now, in two other terminals:

  npx azurite --silent --location .local/azurite --skipApiVersionCheck
  func start --script-root publish

The inbox is http://%s/. Ctrl-C stops the services.
`, file, s.address("INBOX_PORT"))
	return v.watch(ctx)
}

// everything starts every process and sees to it that there is a team.
func (s *setup) everything(ctx context.Context, out io.Writer) (*supervisor, error) {
	fmt.Fprintln(out, "Starting Leadflow on this machine:")
	v, err := s.start(ctx, out, func(process) bool { return true })
	if err != nil {
		return nil, err
	}
	if err := s.applySampleTeam(ctx, out); err != nil {
		v.stop()
		return nil, err
	}
	return v, nil
}

// invite says where everything is and what to try.
func (s *setup) invite(out io.Writer) error {
	key, err := s.intakeKey()
	if err != nil {
		return err
	}
	all := link.Webhook(s.values["PUBLIC_URL"], key, "")
	one := link.Webhook(s.values["PUBLIC_URL"], key, "contoso.analytics")
	fmt.Fprintf(out, `
Inbox           http://%s/
Webhook         %s
  for one offer %s

Send a lead of your own:

  curl -i -H 'Content-Type: application/json' '%s' -d '{"userDetails":{"firstName":"Kim","lastName":"Akers","email":"kim@northwind.example.com","company":"Northwind Traders","country":"US"},"leadSource":"AppSource-PLT|contoso.analytics","actionCode":"PLT","offerTitle":"Contoso Analytics","description":"Please call me."}'

Look at what is there:

  go run ./functions/cmd/leads list
  go run ./functions/cmd/leads submissions
  go run ./functions/cmd/leads offers
  go run ./functions/cmd/leads team show

Logs are in .local/log, data in .local/cosmos ("make clean" removes both). Ctrl-C stops everything.
`, s.address("INBOX_PORT"), all, one, all)
	return nil
}
