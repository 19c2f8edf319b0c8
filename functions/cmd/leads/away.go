package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// back is what is said instead of a time for somebody who is there again.
const back = "back"

// declaration is what was declared for somebody, and what follows.
type declaration struct {
	Person string    `json:"person"`
	Since  lead.Time `json:"since"`
	// Until is Since for somebody who is back.
	Until lead.Time `json:"until"`
	// Acting is the id of who acts for the person now, and Why says why, empty if that is the person.
	Acting string `json:"acting"`
	Why    string `json:"why,omitempty"`
}

// declareAway declares for somebody that they are away, or back: who is ill cannot.
func declareAway(ctx context.Context, c *call) error {
	if len(c.args) < 2 {
		return fmt.Errorf("team away: it is not said until when, or %s: %w", back, errUsage)
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	t, err := c.teamFor(ctx, db)
	if err != nil {
		return err
	}
	p, err := personOf(t, c.args[0])
	if err != nil {
		return err
	}
	now := time.Now()
	d, err := declared(p, c.args[1], now)
	if err != nil {
		return fmt.Errorf("team away: %w: %w", err, errUsage)
	}
	err = db.DeclareAway(ctx, p.ID, d)
	if again := errors.Is(err, lead.ErrRecorded); err != nil && !again {
		return err
	} else if again && !c.json {
		fmt.Fprintln(c.out, "That was declared before, so nothing has changed.")
	}
	if t, err = withDeclared(ctx, db, t); err != nil {
		return err
	}
	return c.printDeclared(t, p.ID, now)
}

// declared is what an operator declares for a person, by the time that was given, or back.
func declared(p team.Person, until string, now time.Time) (lead.Declared, error) {
	if until == back {
		return lead.DeclareBack(now), nil
	}
	at, err := p.Until(until)
	if err != nil {
		return lead.Declared{}, fmt.Errorf("%w, or %s", err, back)
	}
	return lead.DeclareAway(now, at)
}

// printDeclared prints what a person declared last, and who acts now.
func (c *call) printDeclared(t team.Team, id string, now time.Time) error {
	p, _ := t.Person(id)
	d, _ := p.Declared()
	acting, why := t.Acting(id, now)
	if c.json {
		return c.asJSON(declaration{id, d.Since, d.Until, acting.ID, why})
	}
	word := p.AsDeclared(now)
	if word == "" {
		word = "there"
	}
	fmt.Fprintf(c.out, "%s is %s.\n", printable(named(id, p.Name)), printable(word))
	if why == "" {
		why = "Nobody has to act for " + p.Name
	}
	fmt.Fprintf(c.out, "%s. The handlers follow within a minute.\n", printable(why))
	return nil
}

// personOf finds a person of a team.
func personOf(t team.Team, id string) (team.Person, error) {
	p, ok := t.Person(id)
	if !ok {
		return p, fmt.Errorf("there is no person %q in the team, whose ids are %s: %w", id, strings.Join(idsOf(t), ", "), store.ErrNotFound)
	}
	return p, nil
}

// withDeclared is a team with what people declared about being away; as it is without a store.
func withDeclared(ctx context.Context, db *store.Store, t team.Team) (team.Team, error) {
	if db == nil {
		return t, nil
	}
	declared, err := db.Absences(ctx)
	if err != nil {
		return t, err
	}
	return t.WithDeclared(declared), nil
}

// printWords prints what people declared, as far as it makes a difference now.
func (c *call) printWords(t team.Team, now time.Time) {
	before := "\n"
	for _, p := range t.People {
		if word := p.AsDeclared(now); word != "" {
			fmt.Fprintf(c.out, "%s%s is %s.\n", before, printable(named(p.ID, p.Name)), printable(word))
			before = ""
		}
	}
}
