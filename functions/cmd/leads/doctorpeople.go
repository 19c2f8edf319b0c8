package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"leadflow/functions"
	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

var peopleChecks = []check{
	{"team", cosmosSettings, examineTeam},
	{"offers", cosmosSettings, examineOffers},
}

// examineTeam looks at the team that is applied.
func examineTeam(ctx context.Context, p *patient) []finding {
	db, err := functions.OpenStore(p.settings, login)
	if err != nil {
		return nil // which is told of the database
	}
	applied, err := db.Team(ctx)
	if err != nil {
		return noTeam(err)
	}
	t, problems := team.Parse([]byte(applied.Text))
	if n := len(problems.Errors()); n > 0 {
		return []finding{{levelProblem, "team", fmt.Sprintf("version %d, which is applied, is not valid for this version of the command (%s): apply one that is", applied.Version, plural(n, "error"))}}
	}
	found := []finding{{levelOK, "team", fmt.Sprintf("version %d is applied: %s", applied.Version, contentsOf(t))}}
	if !t.HandsLeads() {
		found = []finding{{levelNote, "team", fmt.Sprintf("version %d is applied and names nobody, so that OPERATIONS_MAIL owns every lead", applied.Version)}}
	}
	for _, w := range problems {
		found = append(found, finding{levelNote, "team", fmt.Sprintf("line %d: %s", w.Line, w.Words())})
	}
	return found
}

// lookBack is how far back the doctor looks for leads: as far as "leads offers" does.
const lookBack = 90 * 24 * time.Hour

// arrivals are when something last arrived for an offer.
type arrivals struct{ test, real, unverified lead.Time }

// examineOffers says of each offer of the catalogue when something last arrived for it.
func examineOffers(ctx context.Context, p *patient) []finding {
	db, err := functions.OpenStore(p.settings, login)
	if err != nil {
		return nil // which is told of the database
	}
	catalogue, err := appliedTeam(ctx, db)
	if err != nil {
		return nil // which is told of the team
	}
	last, err := lastArrivals(ctx, db, catalogue, time.Now())
	if err != nil {
		return []finding{{levelProblem, "offers", fmt.Sprintf("what arrived could not be read: %v", err)}}
	}
	var found []finding
	for i, o := range catalogue.Offers {
		found = append(found, last[i].finding("offer "+o.ID, fmt.Sprintf("paste the output of \"leads url %s\" into Partner Center", o.ID)))
	}
	if other := last[nowhere]; !other.unverified.IsZero() || len(catalogue.Offers) == 0 {
		found = append(found, other.finding("webhook", "paste the output of \"leads url OFFER\" into Partner Center"))
	}
	return found
}

// nowhere stands for all that arrives for no offer of the catalogue.
const nowhere = -1

// lastArrivals gives when something last arrived, by the offer's place in the catalogue.
func lastArrivals(ctx context.Context, db *store.Store, catalogue team.Team, now time.Time) (map[int]arrivals, error) {
	last := map[int]arrivals{}
	note := func(o lead.Offer, at lead.Time, which func(*arrivals) *lead.Time) {
		i := nowhere
		if found, ok := catalogue.Find(o); ok {
			i = position(catalogue, found)
		}
		a := last[i]
		if t := which(&a); at.After(t.Time) {
			*t = at
		}
		last[i] = a
	}
	watch, err := db.Watch(ctx)
	if err != nil {
		return nil, err
	}
	for _, seen := range watch.TestLeads {
		o := lead.Offer{ID: seen.Offer, Title: seen.Name}
		if strings.HasPrefix(seen.Offer, "title:") {
			o.ID = ""
		}
		note(o, seen.SeenAt, func(a *arrivals) *lead.Time { return &a.test })
	}
	err = db.Leads(ctx, now.Add(-lookBack), func(l lead.Lead) error {
		for _, t := range l.Touches {
			note(t.Offer, t.ReceivedAt, func(a *arrivals) *lead.Time { return &a.real })
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = db.Entries(ctx, now.Add(-lookBack), func(e store.Entry) error {
		if o := e.Outcome; o != nil && o.Kind == lead.OutcomeQuarantined && o.Why == lead.Unverified {
			note(lead.Offer{ID: e.OfferID}, e.ReceivedAt, func(a *arrivals) *lead.Time { return &a.unverified })
		}
		return nil
	})
	return last, err
}

// finding says what last arrived, and whether that is as it should be.
func (a arrivals) finding(about, mend string) finding {
	text := fmt.Sprintf("last test lead %s, last lead %s, last unverified submission %s", day(a.test), day(a.real), day(a.unverified))
	switch {
	case a.unverified.After(a.test.Time) && a.unverified.After(a.real.Time):
		return finding{levelProblem, about, text + ": the code in the URL is missing or wrong since then, so " + mend + "; \"leads submissions\" has what came"}
	case a.test.IsZero() && a.real.IsZero():
		return finding{levelNote, about, text + ": nothing has come yet, so " + mend + " and press Validate"}
	}
	return finding{levelOK, about, text}
}

func day(t lead.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.Format(time.DateTime) + " UTC"
}

// noTeam says why there is no team to look at. An error of the database is told of that.
func noTeam(err error) []finding {
	if errors.Is(err, store.ErrNotFound) {
		return []finding{{levelNote, "team", "none is applied, so that OPERATIONS_MAIL owns every lead: \"leads team apply FILE\" applies one"}}
	}
	return nil
}
