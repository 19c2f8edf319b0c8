package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// showLead shows one lead, found by its id or by the person's address.
func showLead(ctx context.Context, c *call) error {
	db, err := c.store()
	if err != nil {
		return err
	}
	l, err := leadOf(ctx, db, c.args[0])
	if err != nil {
		return err
	}
	if c.json {
		return c.asJSON(l)
	}
	return c.printLead(l, peopleOf(ctx, db), time.Now())
}

// leadOf finds a lead by its id or by the person's address.
func leadOf(ctx context.Context, db *store.Store, word string) (*lead.Lead, error) {
	id := word
	if strings.Contains(word, "@") {
		key := lead.Keys{Email: normalize.Email(word)}.Match()
		if key == "" {
			return nil, fmt.Errorf("this is no address that a lead could be found by: %w", errUsage)
		}
		id = lead.ID(key, "")
	}
	l, _, err := db.Lead(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("there is no such lead: %w", err)
	}
	return l, err
}

// peopleOf is the team that is applied, for the names of people and who acts. They are a help and no more, so without a
// team that can be used there are none.
func peopleOf(ctx context.Context, db *store.Store) team.Team {
	t, err := appliedTeam(ctx, db)
	if err == nil {
		t, err = withDeclared(ctx, db, t.WithOperations(""))
	}
	if err != nil {
		return team.Team{}
	}
	return t
}

// printLead prints one lead with its timeline.
func (c *call) printLead(l *lead.Lead, t team.Team, now time.Time) error {
	w := c.out
	field(w, "Lead", l.ID)
	field(w, "Subject", l.Subject)
	field(w, "Name", normalize.FullName(l.Contact.FirstName, l.Contact.LastName))
	field(w, "Company", l.Contact.Company)
	field(w, "Job title", l.Contact.JobTitle)
	field(w, "Country", cmp.Or(l.Contact.Country, l.Contact.CountrySent))
	field(w, "Email", strings.Join(l.Contact.Emails, ", "))
	field(w, "Phone", strings.Join(l.Contact.Phones, ", "))
	field(w, "Stage", string(l.Stage))
	field(w, "Owner", named(l.Owner.Person, l.Owner.Name)+", since "+l.Owner.Since.Format(time.DateTime)+" UTC")
	field(w, "Why", l.Owner.Why)
	if _, known := t.Person(l.Owner.Person); known && !l.Stage.Closed() {
		_, why := t.Acting(l.Owner.Person, now)
		field(w, "Acting", why)
	}
	c.printDecision(l.Owner.Decision, t)
	c.printFollowUp(l.FollowUp, t, now)
	if r := l.Response; r != nil {
		field(w, "Contacted", answered(r, t))
	}
	if l.Suppression != nil {
		field(w, "Suppressed", string(l.Suppression.Reason)+" since "+l.Suppression.Since.String())
	}
	for _, other := range l.Suggestions {
		note := other.Lead + " (" + other.Why + ")"
		if other.Suppressed {
			note += ", which must not be contacted"
		}
		field(w, "May be", note)
	}
	if l.Archived != nil {
		field(w, "Archive", "older touches and activities are in "+l.Archived.ID)
	}
	for _, o := range l.Offers {
		field(w, "Offer", o.Name()+" ("+o.Action.Words()+")")
	}
	if err := c.printCandidates(l.Owner.Decision, t); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nTimeline (UTC)")
	for _, a := range l.Timeline {
		fmt.Fprintf(w, "  %s  %s\n", a.At.Format(time.DateTime), printable(a.Text))
	}
	return nil
}
