package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"leadflow/shared/config"
)

// finding is one thing that the doctor says.
type finding struct {
	// Level is "ok", "note" for what has to be known, or "problem" for what has to be mended.
	Level string `json:"level"`
	// About is the setting or the thing.
	About string `json:"about"`
	Text  string `json:"text"`
}

// The levels of findings.
const (
	levelOK      = "ok"
	levelNote    = "note"
	levelProblem = "problem"
)

// checkTimeout bounds each check. They run at the same time, so it bounds all of them.
const checkTimeout = 30 * time.Second

// check is one thing that the doctor looks at. None stops another.
type check struct {
	about string
	// needs are the settings without which there is nothing to look at; their problems are told anyway.
	needs []string
	look  func(context.Context, *patient) []finding
}

// patient is what the checks look at.
type patient struct {
	*call
	settings config.Settings
}

var checks = slices.Concat(databaseChecks, queueChecks, outsideChecks, peopleChecks)

// examine checks the settings and everything that they name, and says how to mend what is wrong. It writes nothing, takes
// no message and sends no mail.
func examine(ctx context.Context, c *call) error {
	if err := c.adoptLocal(); err != nil {
		return err
	}
	s, problems := config.Load()
	findings := append(diagnose(s, problems), (&patient{c, s}).examine(ctx, problems)...)
	if c.json {
		if err := c.asJSON(findings); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(c.out, "%-8s %s: %s\n", f.Level, f.About, printable(f.Text))
		}
	}
	n := 0
	for _, f := range findings {
		if f.Level == levelProblem {
			n++
		}
	}
	if n > 0 {
		return fmt.Errorf("there is something to be mended: %s", plural(n, "problem"))
	}
	return nil
}

// examine makes all checks whose settings can be used, at the same time, and gives the findings in their order.
func (p *patient) examine(ctx context.Context, problems config.Problems) []finding {
	found := make([][]finding, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		if !slices.ContainsFunc(problems, func(p config.Problem) bool { return slices.Contains(c.needs, p.Setting) }) {
			all.Go(func() { found[i] = p.make(ctx, c) })
		}
	}
	all.Wait()
	return slices.Concat(found...)
}

// make makes one check, or gives it up after a while.
func (p *patient) make(ctx context.Context, c check) []finding {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	done := make(chan []finding, 1)
	go func() { done <- c.look(ctx, p) }()
	select {
	case found := <-done:
		return found
	case <-ctx.Done():
		return []finding{{levelProblem, c.about, fmt.Sprintf("there was no answer within %s: see that it is up and can be reached from here", checkTimeout)}}
	}
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
		all = append(all, finding{levelProblem, cmp.Or(p.Setting, "settings"), text})
	}
	if len(problems) == 0 {
		all = append(all, finding{levelOK, "settings", "all of them can be used"})
	}
	if !bad["MAIL_URL"] {
		all = append(all, finding{levelOK, "MAIL_URL", "mail is sent by " + s.MailURL.String()})
	}
	switch {
	case bad["MAIL_DRY_RUN"]:
	case s.MailDryRun.Get():
		all = append(all, finding{levelNote, "MAIL_DRY_RUN", "it is true: mails are rendered and recorded as sent, and none is sent. Nobody is told of any lead until it is false"})
	default:
		all = append(all, finding{levelOK, "MAIL_DRY_RUN", "it is false: mails are sent"})
	}
	return all
}
