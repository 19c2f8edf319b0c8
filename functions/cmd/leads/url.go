package main

import (
	"context"
	"fmt"

	"leadflow/shared/link"
)

// printURL prints the URL of the webhook, with its code.
func printURL(_ context.Context, c *call) error {
	s, err := c.settings("PUBLIC_URL", "INTAKE_SECRETS")
	if err != nil {
		return err
	}
	offer := ""
	if len(c.args) > 0 {
		offer = c.args[0]
	}
	if offer == "." || offer == ".." {
		return fmt.Errorf("%q cannot stand in a URL as an offer: %w", offer, errUsage)
	}
	url := link.Webhook(s.PublicURL.Get(), s.IntakeSecrets.Keys()[0], offer)
	if c.json {
		return c.asJSON(map[string]string{"offer": offer, "url": url})
	}
	_, err = fmt.Fprintln(c.out, url)
	return err
}
