package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// simulation is who would get a lead, and why.
type simulation struct {
	// Kind is what the submission is; only a lead gets an owner. It is absent for a lead that is there already.
	Kind lead.OutcomeKind `json:"kind,omitempty"`
	// Lead is absent while nothing identifies the person.
	Lead      string    `json:"lead,omitempty"`
	CreatedAt lead.Time `json:"createdAt,omitzero"`
	Subject   string    `json:"subject,omitempty"`
	// OwnerNow is who has the lead; absent for one that does not exist.
	OwnerNow string `json:"ownerNow,omitempty"`
	Owner    string `json:"owner,omitempty"`
	// Name is that of Owner.
	Name     string         `json:"name,omitempty"`
	Why      string         `json:"why"`
	Decision *lead.Decision `json:"decision,omitempty"`
}

// past is a lead that came before: what its assignment would go by, and what became of it.
type past struct {
	id, subject, owner string
	createdAt          lead.Time
	ask                team.Ask
}

// share is how many of the leads one person would get.
type share struct {
	Person string `json:"person"`
	Name   string `json:"name"`
	Leads  int    `json:"leads"`
}

// simulateTeam says who would get a submission or the last leads, writing nothing.
func simulateTeam(ctx context.Context, c *call) error {
	switch {
	case c.last > 0 && (len(c.args) > 0 || c.offer != ""):
		return fmt.Errorf("team simulate: --last is about the leads of the store, so there is no submission to give: %w", errUsage)
	case c.last > 0 && c.offline:
		return fmt.Errorf("team simulate: the last leads are in the store, which --offline does without: %w", errUsage)
	}
	db, err := c.storeOrNone("simulates")
	if err != nil {
		return err
	}
	if c.last > 0 && db == nil {
		return errors.New("the last leads are in the store, and the settings name none")
	}
	t, err := c.teamToTry(ctx, db)
	if err != nil {
		return err
	}
	roster := &lead.Roster{}
	if db != nil {
		if roster, err = db.Roster(ctx); err != nil {
			return err
		}
	}
	if c.last > 0 {
		leads, err := lastLeads(ctx, db, c.last)
		if err != nil {
			return err
		}
		return c.printLast(simulateLast(t, roster, leads, time.Now()))
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	now := time.Now()
	r := ingest.Read(lead.Submission{ID: "this-submission", ReceivedAt: lead.At(now), OfferID: c.offer, Body: body}, t, intakeSecrets())
	var known *lead.Lead
	if db != nil && r.Kind == lead.OutcomeLead {
		known, _, err = db.Lead(ctx, lead.ID(r.Keys.Match(), r.Touch.Submission))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	s := simulateOne(t, roster, r, known, now)
	if c.json {
		return c.asJSON(s)
	}
	return c.printOne(t, s)
}

// teamToTry is the team of the file that was named, as the version that it would be, else the applied one.
func (c *call) teamToTry(ctx context.Context, db *store.Store) (team.Team, error) {
	t, err := c.teamFor(ctx, db)
	if err != nil || c.team == "" {
		return t, err
	}
	t.Version = 1
	if db != nil {
		applied, err := db.Team(ctx)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return t, err
		}
		t.Version = applied.Version + 1
	}
	return t, nil
}

// simulateOne says who would get a submission. known is its lead, nil if there is none yet.
func simulateOne(t team.Team, roster *lead.Roster, r ingest.Reading, known *lead.Lead, now time.Time) simulation {
	s := simulation{Kind: r.Kind}
	switch r.Kind {
	case lead.OutcomeLead:
	case lead.OutcomeQuarantined:
		s.Why = "It would be quarantined, so nobody gets it: " + r.Why
		return s
	default:
		s.Why = "It is no lead but " + string(r.Kind) + ", so nobody gets it"
		return s
	}
	id := lead.ID(r.Keys.Match(), r.Touch.Submission)
	if r.Keys.Match() != "" { // else its id would be that of the submission, which has none yet
		s.Lead = id
	}
	if known != nil && known.Owner.Person != "" {
		s.CreatedAt, s.Subject, s.OwnerNow = known.CreatedAt, known.Subject, known.Owner.Person
		s.give(t, known.Owner)
		s.Why = "The lead is there already, and its owner stays. It was decided then: " + known.Owner.Why
		return s
	}
	o, _ := t.Choose(team.AskOf(r.Touch, r.Contact), now).Assign(roster, id, lead.At(now))
	s.give(t, o)
	return s
}

// simulateLast says who would get these leads if they came now, one after the other and as new ones, and how
// many each person would get.
func simulateLast(t team.Team, roster *lead.Roster, leads []past, now time.Time) ([]simulation, []share) {
	all := []simulation{}
	got := map[string]int{}
	for i, p := range leads {
		s := simulation{Lead: p.id, CreatedAt: p.createdAt, Subject: p.subject, OwnerNow: p.owner}
		o, _ := t.Choose(p.ask, now).Assign(roster, "simulated-"+strconv.Itoa(i), lead.At(now))
		s.give(t, o)
		got[o.Person]++
		all = append(all, s)
	}
	shares := []share{}
	for _, p := range t.People {
		if n := got[p.ID]; n > 0 || p.ID != lead.Operations {
			shares = append(shares, share{p.ID, p.Name, n})
		}
	}
	return all, shares
}

// give notes the owner.
func (s *simulation) give(t team.Team, o lead.Owner) {
	p, _ := t.Person(o.Person)
	s.Owner, s.Name, s.Why, s.Decision = o.Person, p.Name, o.Why, o.Decision
}

// lastLeads gives the n leads that came last, in the order in which they came. It reads every lead.
func lastLeads(ctx context.Context, db *store.Store, n int) ([]past, error) {
	var last []past
	keep := func() {
		slices.SortFunc(last, func(a, b past) int { return a.createdAt.Compare(b.createdAt.Time) })
		last = slices.Delete(last, 0, max(0, len(last)-n))
	}
	err := db.Leads(ctx, time.Time{}, func(l lead.Lead) error {
		if len(l.Touches) > 0 {
			last = append(last, past{l.ID, l.Subject, l.Owner.Person, l.CreatedAt, team.AskOf(l.Touches[0], l.Contact)})
		}
		if len(last) >= 2*n+1000 {
			keep()
		}
		return nil
	})
	keep()
	return last, err
}

// printOne prints who would get a submission, with everybody who was looked at.
func (c *call) printOne(t team.Team, s simulation) error {
	w := c.out
	field(w, "Lead", s.Lead)
	field(w, "Subject", s.Subject)
	field(w, "Owner", named(s.Owner, s.Name))
	field(w, "Why", s.Why+".")
	c.printDecision(s.Decision, t)
	return c.printCandidates(s.Decision, t)
}

// printLast prints who would get each of the last leads, and how many each person would.
func (c *call) printLast(all []simulation, shares []share) error {
	if c.json {
		return c.asJSON(struct {
			Leads  []simulation `json:"leads"`
			People []share      `json:"people"`
		}{all, shares})
	}
	rows := make([][]string, len(all))
	for i, s := range all {
		rows[i] = []string{s.Lead, s.CreatedAt.Format(time.DateTime), s.Subject, s.OwnerNow, s.Owner, s.Why}
	}
	if err := c.table([]string{"LEAD", "CREATED (UTC)", "SUBJECT", "OWNER NOW", "WOULD GET IT", "WHY"}, rows); err != nil {
		return err
	}
	fmt.Fprintln(c.out)
	rows = make([][]string, len(shares))
	for i, s := range shares {
		rows[i] = []string{s.Person, s.Name, strconv.Itoa(s.Leads)}
	}
	return c.table([]string{"PERSON", "NAME", "LEADS"}, rows)
}
