package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// listLeads lists the leads that changed lately and fit what was asked for.
func listLeads(ctx context.Context, c *call) error {
	now := time.Now()
	w, err := c.wanted(now)
	if err != nil {
		return fmt.Errorf("list: %w: %w", err, errUsage)
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	if w.owner != "" || w.offer != "" {
		if w.team, err = appliedTeam(ctx, db); err != nil {
			return err
		}
		w.team = w.team.WithOperations("")
	}
	leads, read := []lead.Lead{}, 0
	err = db.Leads(ctx, w.since, func(l lead.Lead) error {
		read++
		c.progress(read, 0, "leads read")
		w.see(l.Owner.Person, l.Offers...)
		if w.fits(&l, now) {
			leads = append(leads, l)
		}
		return nil
	})
	if err == nil {
		err = w.unknown()
	}
	if err != nil {
		return err
	}
	slices.SortFunc(leads, func(a, b lead.Lead) int { return b.UpdatedAt.Compare(a.UpdatedAt.Time) })
	switch {
	case c.json:
		return c.asJSON(leads)
	case c.csv:
		return writeSheet(c.out, leads, now)
	}
	rows := make([][]string, len(leads))
	for i, l := range leads {
		rows[i] = []string{l.ID, l.UpdatedAt.Format(time.DateTime), string(l.Stage), l.Owner.Called(), next(l.FollowUp, now), normalize.FullName(l.Contact.FirstName, l.Contact.LastName), l.Contact.Company, l.Subject}
	}
	return c.table([]string{"LEAD", "CHANGED (UTC)", "STAGE", "OWNER", "NEXT (UTC)", "NAME", "COMPANY", "SUBJECT"}, rows)
}

// wanted says which leads are asked for.
type wanted struct {
	since   time.Time
	stage   lead.Stage
	owner   string
	offer   string
	overdue bool
	// team is the one that is applied, if owner or offer is asked for.
	team team.Team
	// owners and offers are all there are, of the team and of the leads that were read.
	owners, offers []string
	// offered says that the offer is one of them, which can be called in several ways.
	offered bool
}

// wanted reads what is asked for.
func (c *call) wanted(now time.Time) (*wanted, error) {
	w := &wanted{owner: c.owner, offer: c.offer, overdue: c.overdue}
	switch {
	case c.csv && c.json:
		return nil, errors.New("--csv and --json are two answers: choose one")
	case c.since != "" && c.daysGiven:
		return nil, errors.New("--since and --days both say since when: choose one")
	}
	if c.stage != "" {
		i := slices.IndexFunc(lead.Stages(), func(s lead.Stage) bool { return strings.EqualFold(string(s), c.stage) })
		if i < 0 {
			return nil, fmt.Errorf("there is no stage %q, only %s", c.stage, stages())
		}
		w.stage = lead.Stages()[i]
	}
	var err error
	switch {
	case c.since != "":
		w.since, err = readSince(c.since)
	case !c.overdue || c.daysGiven: // who waits, waits however long ago anything happened
		w.since = now.AddDate(0, 0, -c.days)
	}
	return w, err
}

// readSince reads a day, which begins in UTC, or a time with its offset.
func readSince(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	at, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if err != nil || !rfc3339.MatchString(text) {
		return at, fmt.Errorf("--since %q is neither a day such as 2026-11-21 nor a time with its offset such as 2026-11-21T15:00:00+09:00", text)
	}
	return at, nil
}

// stages are all there are, in words.
func stages() string {
	var all []string
	for _, s := range lead.Stages() {
		all = append(all, string(s))
	}
	return strings.Join(all, ", ")
}

// see notes an owner and offers that there are.
func (w *wanted) see(owner string, offers ...lead.Offer) {
	w.owners = noted(w.owners, owner)
	for _, o := range offers {
		known, _ := w.team.Find(o)
		w.offers = noted(w.offers, cmp.Or(offerID(known), known.Title))
		w.offered = w.offered || w.isOffer(o)
	}
}

// noted adds a name to a list that has each once.
func noted(all []string, name string) []string {
	if name == "" || slices.Contains(all, name) {
		return all
	}
	return append(all, name)
}

// fits says whether a lead is asked for.
func (w *wanted) fits(l *lead.Lead, now time.Time) bool {
	return (w.stage == "" || l.Stage == w.stage) &&
		(w.owner == "" || strings.EqualFold(l.Owner.Person, w.owner)) &&
		(w.offer == "" || slices.ContainsFunc(l.Offers, w.isOffer)) &&
		(!w.overdue || l.FollowUp.Breached(now))
}

// isOffer says whether an offer is the one that is asked for: by id, with its publisher or without, or by one of its titles.
func (w *wanted) isOffer(o lead.Offer) bool {
	known, _ := w.team.Find(o)
	asked := []string{w.offer}
	for _, as := range []lead.Offer{{ID: w.offer}, {Title: w.offer}} {
		if listed, ok := w.team.Find(as); ok {
			asked = append(asked, offerID(listed))
		}
	}
	return slices.ContainsFunc([]string{known.ID, offerID(known), known.Title, o.Title}, func(name string) bool {
		return name != "" && slices.ContainsFunc(asked, func(a string) bool { return strings.EqualFold(a, name) })
	})
}

// offerID is an offer's id as Partner Center writes it, with its publisher if that is known.
func offerID(o lead.Offer) string {
	if o.Publisher == "" || o.ID == "" {
		return o.ID
	}
	return o.Publisher + "." + o.ID
}

// unknown fails with what there is if nobody or nothing is called as it was asked for.
func (w *wanted) unknown() error {
	for _, p := range w.team.People {
		w.see(p.ID)
	}
	for _, o := range w.team.Offers {
		w.see("", lead.Offer{ID: o.ID, Publisher: o.Publisher})
	}
	slices.Sort(w.owners)
	slices.Sort(w.offers)
	switch {
	case w.owner != "" && !slices.ContainsFunc(w.owners, func(id string) bool { return strings.EqualFold(id, w.owner) }):
		return fmt.Errorf("there is no owner %q, only %s: %w", w.owner, printable(strings.Join(w.owners, ", ")), store.ErrNotFound)
	case w.offer != "" && !w.offered:
		return fmt.Errorf("there is no offer %q, only %s: %w", w.offer, printable(cmp.Or(strings.Join(w.offers, ", "), "none")), store.ErrNotFound)
	}
	return nil
}
