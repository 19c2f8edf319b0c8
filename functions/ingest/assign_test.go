package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// staff has a team of people with these weights applied: p1, p2 and so on, under a manager.
func (d *desk) staff(weights ...int) team.Team {
	t := team.Team{Version: 3, Groups: []team.Group{{ID: "sales", Manager: "boss"}}}
	add := func(id string, weight int) {
		t.People = append(t.People, team.Person{ID: id, Name: strings.ToUpper(id), Mail: id + "@contoso.com", Weight: weight, Calendar: lead.Calendar{Zone: time.UTC}})
	}
	for i, weight := range weights {
		id := fmt.Sprint("p", i+1)
		t.Groups[0].People = append(t.Groups[0].People, id)
		add(id, weight)
	}
	add("boss", 1)
	t = t.WithOperations("leads@contoso.example.com")
	d.ingest.Team = lab.Team(t)
	return t
}

// someone is a body of one of many people.
func someone(n int) string {
	return from("PLT", fmt.Sprintf(`"lastName":"Someone","email":"someone%d@company%d.example.org"`, n, n))
}

func TestAHundredNewLeadsAtOnceAreSharedFairly(t *testing.T) {
	const leads = 100
	for _, c := range []struct {
		name    string
		weights []int
	}{
		{"among three equal people", []int{1, 1, 1}},
		{"by weights of 1 to 2 to 3", []int{1, 2, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.staff(c.weights...)
			var messages []azfunc.Message
			for n := range leads {
				messages = append(messages, d.arrives(fmt.Sprint("s", n), 0, someone(n)))
			}
			other := *d.ingest // a second process, which has a client of its own
			other.Store = d.Store()
			next := make(chan azfunc.Message)
			var handlers sync.WaitGroup
			for h := range 16 {
				i := d.ingest
				if h%2 == 1 {
					i = &other
				}
				handlers.Go(func() {
					for m := range next {
						if o := i.Run(t.Context(), m); o.Kind() != azfunc.KindDone {
							t.Errorf("ingest says %s", o)
						}
					}
				})
			}
			for _, m := range messages {
				next <- m
			}
			close(next)
			handlers.Wait()
			got, all := map[string]int{}, d.leads()
			for _, l := range all {
				got[l.Owner.Person]++
			}
			sum := 0
			for _, weight := range c.weights {
				sum += weight
			}
			for i, weight := range c.weights {
				if n := got[fmt.Sprint("p", i+1)]; n*sum < leads*weight-sum+1 || n*sum > leads*weight+sum-1 { // less than one lead beside the share
					t.Errorf("p%d of weight %d has %d of %d leads: %v", i+1, weight, n, leads, got)
				}
			}
			if len(all) != leads {
				t.Errorf("there are %d leads", len(all))
			}
			r, err := d.store.Roster(t.Context())
			if err != nil || r.Seq != leads || len(r.Assignments) != leads {
				t.Errorf("the roster counts %d assignments and has %d, %v", r.Seq, len(r.Assignments), err)
			}
		})
	}
}

// failingLead is a store that fails to write leads so often: behind the roster, before the lead.
type failingLead struct {
	*store.Store
	left int
}

func (s *failingLead) UpdateFrom(ctx context.Context, l *lead.Lead, v store.Version, change func(*lead.Lead) error) (*lead.Lead, error) {
	if s.left > 0 {
		s.left--
		return nil, errors.Join(change(l), errCrash)
	}
	return s.Store.UpdateFrom(ctx, l, v, change)
}

func TestAfterACrashBetweenTheRosterAndTheLeadTheSamePersonGetsIt(t *testing.T) {
	d := open(t)
	people := d.staff(1, 1, 1)
	d.takes("s1", 0, someone(1))
	d.now = morning
	m := d.arrives("s2", 0, someone(2))
	d.ingest.Store = &failingLead{d.store, 2}
	d.later(m)
	before, err := d.store.Roster(t.Context())
	if err != nil || before.Seq != 2 || before.Assignments[1].Person != "p2" {
		t.Fatalf("the roster is %+v, %v", before, err)
	}
	id := leadID("someone2@company2.example.org")
	if l := d.lead(id); l != nil {
		t.Fatalf("there is a lead: %+v", l)
	}
	// Others get leads, and the person leaves for a holiday, until it is tried again.
	for n := 3; n < 9; n++ {
		d.ingest.Store = d.store
		d.takes(fmt.Sprint("s", n), time.Minute, someone(n))
	}
	for i := range people.People {
		if people.People[i].ID == "p2" {
			people.People[i].Calendar.Away = []lead.Stretch{{From: morning.Add(time.Minute), To: morning.AddDate(0, 0, 7)}}
		}
	}
	d.now = morning.Add(time.Hour)
	d.ingest.Store = &failingLead{d.store, 1}
	d.later(m) // it crashes once more
	d.done(m)
	l := d.lead(id)
	if l.Owner.Person != "p2" || l.Owner.Why != "P2 had been given this lead before, when it was first tried" || l.Owner.Decision == nil {
		t.Errorf("owner %+v", l.Owner)
	}
	after, err := d.store.Roster(t.Context())
	if err != nil || after.Seq != 8 {
		t.Errorf("the roster counts %d assignments, %v", after.Seq, err)
	}
	if mail := l.Mails[0]; mail.To != "boss" { // who acts while the owner is away
		t.Errorf("mails %+v", l.Mails)
	}
	d.done(m)
	if again := d.lead(id); asJSON(t, again) != asJSON(t, l) {
		t.Errorf("a consecutive run makes of it %s", asJSON(t, again))
	}
}

func TestTheDecisionOfANewLeadNamesEveryCandidateAndWhyTheyWereSkipped(t *testing.T) {
	d := open(t)
	people := d.staff(1, 2, 1)
	people.People[0].Calendar.Away = []lead.Stretch{{From: morning, To: morning.AddDate(0, 0, 7)}}
	d.takes("s1", 0, someone(1))
	want := lead.Decision{Rule: "no rule fits: the first team", Team: "sales", TeamVersion: 3, Candidates: []lead.Candidate{
		{Person: "p1", Weight: 1, Skipped: "away until Mon 30 Nov 09:00"}, {Person: "p2", Weight: 2}, {Person: "p3", Weight: 1}}}
	l := d.lead(leadID("someone1@company1.example.org"))
	if l.Owner.Person != "p2" || asJSON(t, l.Owner.Decision) != asJSON(t, want) {
		t.Errorf("owner %s", asJSON(t, l.Owner))
	}
	// With everybody away it is the manager's at once.
	for i := range 3 {
		people.People[i].Calendar.Away = people.People[0].Calendar.Away
	}
	d.takes("s2", time.Minute, someone(2))
	l = d.lead(leadID("someone2@company2.example.org"))
	skipped := 0
	for _, c := range l.Owner.Decision.Candidates {
		if c.Skipped != "" {
			skipped++
		}
	}
	if l.Owner.Person != "boss" || !l.Owner.Decision.Escalated || l.Owner.Decision.Manager != "boss" || skipped != 3 || len(l.Owner.Decision.Candidates) < 4 {
		t.Errorf("owner %s", asJSON(t, l.Owner))
	}
}

// The fallback of a team can be somebody of another one, whose manager has nothing to do with it.
func TestTheManagerOfTheTeamThatWasAskedIsToldThatNobodyWasThere(t *testing.T) {
	d := open(t)
	people := d.staff(1, 1)
	people.Groups = []team.Group{{ID: "emea", People: []string{"p1"}, Manager: "boss", Fallback: "p2"}, {ID: "apac", People: []string{"p2"}, Manager: lead.Operations}}
	people.People[0].Calendar.Away = []lead.Stretch{{From: morning, To: morning.AddDate(0, 0, 7)}}
	d.ingest.Team = lab.Team(people)
	for n, c := range []struct {
		away  []string
		told  string
		mails []string
	}{
		{nil, "boss", []string{"p2", "boss"}},
		{[]string{"boss"}, lead.Operations, []string{"p2", lead.Operations}}, // who acts for the manager is the owner
		{[]string{"boss", "p2"}, lead.Operations, []string{lead.Operations}}, // who act for the owner too
	} {
		for i := range people.People {
			if slices.Contains(c.away, people.People[i].ID) {
				people.People[i].Calendar.Away = people.People[0].Calendar.Away
			}
		}
		d.takes(fmt.Sprint("s", n), time.Duration(n)*time.Minute, someone(n))
		l := d.lead(leadID(fmt.Sprintf("someone%d@company%d.example.org", n, n)))
		var to []string
		for _, m := range l.Mails {
			to = append(to, m.To)
		}
		if l.Owner.Person != "p2" || l.Owner.Decision.Manager != c.told || !slices.Equal(to, c.mails) {
			t.Errorf("with %q away the owner is %+v, and the mails go to %q", c.away, l.Owner, to)
		}
	}
}
