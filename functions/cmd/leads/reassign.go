package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// byRules is what is said instead of a person for whoever the rules find.
const byRules = "rules"

// reassignment is what became of a reassignment.
type reassignment struct {
	// Lead and Owner are of the one that was named; absent for all of a person.
	Lead  string `json:"lead,omitempty"`
	Owner string `json:"owner,omitempty"`
	// Open is how many open leads the person had, and Reassigned how many leads changed their owner.
	Open       int `json:"open,omitempty"`
	Reassigned int `json:"reassigned"`
}

// reassign gives a lead, or all open ones of a person, to somebody else.
func reassign(ctx context.Context, c *call) error {
	why, err := c.why()
	switch {
	case err != nil:
		return fmt.Errorf("reassign: %w", err)
	case c.to == "":
		return fmt.Errorf("reassign: --to is missing: it is not said who gets it: %w", errUsage)
	case (c.from == "") == (len(c.args) == 0):
		return fmt.Errorf("reassign: say which lead, or --from whom all are taken: %w", errUsage)
	case c.from == "" && c.to == byRules:
		return fmt.Errorf("reassign: one lead goes to a person; --to %s is for all of one, with --from: %w", byRules, errUsage)
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	t, err := c.teamFor(ctx, db)
	if err != nil {
		return err
	}
	m := move{db: db, team: t, why: why, by: theOperator().Name, from: c.from}
	if c.to != byRules {
		to, err := personOf(t, c.to)
		if err != nil {
			return err
		}
		m.to = &to
	}
	if c.from != "" {
		return c.moveAll(ctx, m)
	}
	return c.moveOne(ctx, m)
}

// move takes leads from one person, if from is not empty, and gives them to another or by the rules.
type move struct {
	db   *store.Store
	team team.Team
	from string
	// to is nil for whoever the rules find.
	to      *team.Person
	why, by string
}

// moveOne gives the lead that was named to a person.
func (c *call) moveOne(ctx context.Context, m move) error {
	l, err := leadOf(ctx, m.db, c.args[0])
	if err != nil {
		return err
	}
	l, changed, err := actOn(ctx, m.db, l.ID, func(l *lead.Lead, now time.Time) error { return l.Reassign(m.given(now), now, m.team.Staff(now, nil)) })
	if err != nil {
		return err
	}
	if c.json {
		r := reassignment{Lead: l.ID, Owner: l.Owner.Person}
		if changed {
			r.Reassigned = 1
		}
		return c.asJSON(r)
	}
	if !changed {
		fmt.Fprintln(c.out, "Nothing has changed: that was so before.")
	}
	fmt.Fprintf(c.out, "Lead %s belongs to %s.\n", printable(l.ID), printable(named(l.Owner.Person, l.Owner.Name)))
	return nil
}

// moveAll gives all open leads of a person to another, or by the rules, if whoever calls agrees.
func (c *call) moveAll(ctx context.Context, m move) error {
	if m.to != nil && m.to.ID == m.from {
		return fmt.Errorf("reassign: %s would get what is taken from them: %w", m.from, errUsage)
	}
	open, err := m.db.OpenLeads(ctx, m.from)
	if err != nil {
		return err
	}
	if _, known := m.team.Person(m.from); !known && len(open) == 0 {
		return fmt.Errorf("%q has no open leads, and the team has only %s: %w", m.from, strings.Join(idsOf(m.team), ", "), store.ErrNotFound)
	}
	whom := "whoever of the others the rules find"
	if m.to != nil {
		whom = named(m.to.ID, m.to.Name)
	} else if m.team = without(m.team, m.from); !m.team.HandsLeads() {
		return errors.New("nothing was reassigned: there is nobody else whom the rules could find; name somebody with --to")
	}
	r := reassignment{Open: len(open)}
	agreed := len(open) > 0
	if agreed {
		agreed, err = c.confirm(ctx, fmt.Sprintf("%s of %s would go to %s.\n", plural(len(open), "open lead"), m.from, whom), "Reassign?", "nothing was reassigned")
	} else if !c.json {
		fmt.Fprintf(c.out, "%s has no open leads.\n", printable(m.from))
	}
	if agreed && err == nil {
		r.Reassigned, err = c.handOut(open, func(id string) (bool, error) { return m.take(ctx, id) })
	}
	switch {
	case c.json:
		err = errors.Join(c.asJSON(r), err)
	case r.Reassigned > 0:
		fmt.Fprintf(c.out, "%s reassigned to %s.\n", plural(r.Reassigned, "open lead"), printable(whom))
	}
	return err
}

// without is a team without somebody: no rule that names the person counts, and no team has them.
func without(t team.Team, id string) team.Team {
	t.People = slices.DeleteFunc(slices.Clone(t.People), func(p team.Person) bool { return p.ID == id && id != lead.Operations })
	return t
}

// take gives a lead to somebody else, if it is still open and the person's. What the rules find they find once, however
// often the lead has to be written.
func (m move) take(ctx context.Context, id string) (bool, error) {
	var found lead.Owner
	_, given, err := actOn(ctx, m.db, id, func(l *lead.Lead, now time.Time) error {
		switch {
		case l.Owner.Person != m.from || l.Stage.Closed():
			return lead.ErrRecorded
		case m.to != nil:
			return l.Reassign(m.given(now), now, m.team.Staff(now, nil))
		case found.Person == "":
			var err error
			if found, err = m.byRules(ctx, l, lead.At(now)); err != nil {
				return err
			}
		}
		return l.Reassign(found, now, m.team.Staff(now, nil))
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return given, err
}

// given is the person as an owner whom the operator chose. The decision has it stay with operations too.
func (m move) given(now time.Time) lead.Owner {
	o := lead.Owner{Person: m.to.ID, Name: m.to.Name, Since: lead.At(now), Decision: &lead.Decision{Rule: "by hand", TeamVersion: m.team.Version}}
	o.Why, o.Said = lead.Told(lead.Say("why.given", "by", m.by, "to", m.to.Name, "note", m.why))
	return o
}

// byRules finds an owner as if the lead had just begun.
func (m move) byRules(ctx context.Context, l *lead.Lead, now lead.Time) (lead.Owner, error) {
	var touch lead.Touch
	if len(l.Touches) > 0 {
		touch = l.Touches[0]
	}
	o, err := ingest.Assign(ctx, m.db, m.team, l.ID, touch, l.Contact, now)
	o.Why, o.Said = lead.Told(append(o.Said, lead.Say("stop"), lead.Say("why.taken", "by", m.by, "absent", l.Owner.Called(), "note", m.why))...)
	return o, err
}
