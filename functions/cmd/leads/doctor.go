package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"leadflow/shared/config"
)

// finding is one thing that the doctor says.
type finding struct {
	// Level is "ok", "note" for what has to be known, or "problem" for what has to be mended.
	Level string `json:"level"`
	// About is the setting.
	About string `json:"about"`
	Text  string `json:"text"`
}

// examine checks the settings, says how mail is sent, and connects to nothing.
func examine(_ context.Context, c *call) error {
	if err := c.adoptLocal(); err != nil {
		return err
	}
	s, problems := config.Load()
	findings := diagnose(s, problems)
	if c.json {
		if err := c.asJSON(findings); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(c.out, "%-8s %s: %s\n", f.Level, f.About, f.Text)
		}
	}
	if len(problems) > 0 {
		return errors.New("the settings have problems: mend those above where the handler has its settings")
	}
	return nil
}

func diagnose(s config.Settings, problems config.Problems) []finding {
	var all []finding
	bad := map[string]bool{}
	for _, p := range problems {
		bad[p.Setting] = true
		text := p.Text
		if len(p.Functions) > 0 {
			text += " (stops " + strings.Join(p.Functions, ", ") + ")"
		}
		all = append(all, finding{"problem", cmp.Or(p.Setting, "settings"), text})
	}
	if len(problems) == 0 {
		all = append(all, finding{"ok", "settings", "all of them can be used"})
	}
	if !bad["MAIL_URL"] {
		all = append(all, finding{"ok", "MAIL_URL", "mail is sent by " + s.MailURL.String()})
	}
	switch {
	case bad["MAIL_DRY_RUN"]:
	case s.MailDryRun.Get():
		all = append(all, finding{"note", "MAIL_DRY_RUN", "it is true: mails are rendered and recorded as sent, and none is sent. Nobody is told of any lead until it is false"})
	default:
		all = append(all, finding{"ok", "MAIL_DRY_RUN", "it is false: mails are sent"})
	}
	return all
}
