package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/lead"
	"leadflow/shared/team"
)

var monday = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// staffed has two teams: leads from Korea go to one, all others to the other, where Bo is away.
func staffed() team.Team {
	person := func(id, name string, weight int) team.Person {
		return team.Person{ID: id, Name: name, Weight: weight, Calendar: lead.Calendar{Zone: time.UTC}}
	}
	t := team.Team{
		Version: 4,
		People:  []team.Person{person("ana", "Ana Silva", 1), person("bo", "Bo Berg", 1), person("kim", "Kim Lee", 2), person("mina", "Mina Kim", 1), person("max", "Max Boss", 1)},
		Groups:  []team.Group{{ID: "emea", People: []string{"ana", "bo"}, Manager: "max"}, {ID: "apac", People: []string{"kim", "mina"}, Manager: "max"}},
		Rules:   []team.Rule{{Line: 12, Countries: []string{"KR"}, Group: "apac"}},
	}.WithOperations("")
	t.People[1].Calendar.Away = []lead.Stretch{{From: monday, To: monday.AddDate(0, 0, 7)}}
	return t
}

func readingOf(t *testing.T, body string) ingest.Reading {
	t.Helper()
	return ingest.Read(lead.Submission{ID: "this-submission", ReceivedAt: lead.At(monday), Body: []byte(body)}, staffed(), nil)
}

func TestASimulationSaysWhoWouldGetASubmissionWithEveryCandidate(t *testing.T) {
	inKorea := strings.Replace(ana, "Brazil", "Korea", 1)
	r := &lead.Roster{}
	for i := range 3 {
		simulateOne(staffed(), r, readingOf(t, strings.Replace(inKorea, "Ana.Silva", fmt.Sprint("someone", i), 1)), nil, monday)
	}
	id := lead.ID("email:anasilva@gmail.com", "")
	for _, c := range []struct {
		name, body string
		known      *lead.Lead
		team       func(*team.Team)
		prints     []string
	}{
		{"by a rule", inKorea, nil, nil, []string{"Lead", id, "Owner", "Kim Lee (kim)", "Why", "Kim Lee is next in the team apac (rule in line 12: country KR), with 2 of the last 3 leads at weight 2.",
			"Rule", "rule in line 12: country KR", "Team", "apac", "Counted", "the last 3 assignments, by version 4 of the team",
			"CANDIDATE", "LOAD", "SKIPPED", "kim", "Kim Lee", "2", "2", "1.00", "mina", "Mina Kim", "1", "1", "1.00"}},
		{"past somebody who is away", ana, nil, nil, []string{"Owner", "Ana Silva (ana)", "no rule fits: the first team", "bo", "Bo Berg", "away until Mon 7 Dec"}},
		{"to a manager at once", ana, nil, func(t *team.Team) { t.People[0].Calendar.Away = t.People[1].Calendar.Away },
			[]string{"Owner", "Max Boss (max)", "Nobody in the team emea is available", "Escalated", "to Max Boss (max)", "max"}},
		{"that stays with its owner", inKorea, &lead.Lead{ID: id, Owner: lead.Owner{Person: "bo", Why: "Bo Berg was next"}}, nil,
			[]string{"Owner", "Bo Berg (bo)", "Why", "The lead is there already, and its owner stays. It was decided then: Bo Berg was next."}},
		{"of nobody", `{"leadSource":"AzureMarketplace"}`, nil, nil, []string{"Owner", "Ana Silva (ana)"}},
		{"that is a test", `{"userDetails":{"firstName":"MSFT_TEST_1","lastName":"MSFT_TEST_1"}}`, nil, nil, []string{"Why", "It is no lead but test, so nobody gets it."}},
		{"that cannot be read", "Ana Silva", nil, nil, []string{"Why", "It would be quarantined, so nobody gets it: the body is not JSON"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			of, roster := staffed(), copied(t, r)
			if c.team != nil {
				c.team(&of)
			}
			s := simulateOne(of, roster, readingOf(t, c.body), c.known, monday)
			var out bytes.Buffer
			if err := (&call{out: &out}).printOne(of, s); err != nil {
				t.Fatal(err)
			}
			inOrder(t, out.String(), c.prints...)
			if strings.Contains(out.String(), "Lead ") != (s.Lead != "") || strings.Contains(out.String(), "CANDIDATE") != (s.Decision != nil) {
				t.Errorf("of %+v it prints\n%s", s, &out)
			}
		})
	}
}

func copied(t *testing.T, r *lead.Roster) *lead.Roster {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return new(decoded[lead.Roster](t, string(b)))
}

func TestASimulationOfTheLastLeadsCountsWhatEachPersonWouldGet(t *testing.T) {
	var leads []past
	for i := range 30 {
		p := past{id: fmt.Sprint("lead-", i), subject: fmt.Sprint("subject ", i), owner: "operations", createdAt: lead.At(monday.Add(time.Duration(i) * time.Hour))}
		if i%2 == 1 {
			p.ask.Country = "KR"
		}
		leads = append(leads, p)
	}
	r := &lead.Roster{}
	r.Pick("lead-1", []lead.Candidate{{Person: "mina", Weight: 1}}, nil, lead.At(monday)) // what is remembered is no repeat here
	all, shares := simulateLast(staffed(), r, leads, monday)
	got := map[string]int{}
	for _, s := range shares {
		got[s.Person] = s.Leads
	}
	if want := map[string]int{"ana": 15, "bo": 0, "kim": 10, "mina": 5, "max": 0}; !maps.Equal(got, want) || len(all) != 30 {
		t.Errorf("they would get %v, want %v", got, want)
	}
	for i, s := range all {
		if s.Lead != leads[i].id || s.OwnerNow != "operations" || s.Why == "" || s.Decision == nil || (s.Decision.Team == "apac") != (i%2 == 1) {
			t.Errorf("lead %d would be %+v", i, s)
		}
	}
	var out bytes.Buffer
	if err := (&call{out: &out}).printLast(all[:2], shares); err != nil {
		t.Fatal(err)
	}
	inOrder(t, out.String(), "LEAD", "CREATED (UTC)", "OWNER NOW", "WOULD GET IT", "WHY", "lead-0", "2026-11-30 09:00:00", "subject 0", "operations", "ana", "Ana Silva is next in the team emea",
		"lead-1", "kim", "PERSON", "NAME", "LEADS", "ana", "Ana Silva", "15", "bo", "Bo Berg", "0")
}

// simulationJSON is what programs get of a simulation.
type simulationJSON struct {
	Kind, Lead, CreatedAt, Subject, OwnerNow, Owner, Name, Why string
	Decision                                                   *lead.Decision
}

type lastJSON struct {
	Leads  []simulationJSON
	People []struct {
		Person, Name string
		Leads        int
	}
}

func TestASimulationFollowsTheStoreAndWritesNothing(t *testing.T) {
	o := start(t)
	id := lead.ID("email:anasilva@gmail.com", "")
	simulated := func(args ...string) simulationJSON {
		t.Helper()
		out, note, err := reads(t, ana, append([]string{"team", "simulate", "--json"}, args...)...)
		if err != nil || note != "" {
			t.Fatal(err, note)
		}
		return decoded[simulationJSON](t, out)
	}
	if s := simulated(); s.Kind != "lead" || s.Lead != id || s.OwnerNow != "" || s.Owner != lead.Operations || s.Why != "No team has been applied yet, so Operations owns every lead" {
		t.Errorf("before a team is applied: %+v", s)
	}
	o.applies("offers: []\n")
	if s := simulated(); s.Owner != lead.Operations || s.Why != "The applied team names no people, so Operations owns every lead" {
		t.Errorf("of a team without people: %+v", s)
	}
	now := time.Now()
	for i := range 5 {
		o.keep(fmt.Sprint("lead-", i), now.Add(time.Duration(-i)*time.Hour), func(l *lead.Lead) {
			l.Touches = []lead.Touch{{Submission: fmt.Sprint("s", i), ReceivedAt: l.CreatedAt}}
		})
	}
	o.keep("of-nobody", now, func(*lead.Lead) {})
	o.keep(id, now.AddDate(0, 0, -1), func(l *lead.Lead) {
		l.Touches, l.Subject = []lead.Touch{{Submission: "s9", ReceivedAt: l.CreatedAt}}, "Fabrikam - Contact me"
		l.Owner = lead.Owner{Person: "kim", Why: "Kim Lee was next"}
	})
	before := o.requests()
	if s := simulated(); s.OwnerNow != "kim" || s.Owner != "kim" || s.Subject != "Fabrikam - Contact me" || !strings.Contains(s.Why, "Kim Lee was next") {
		t.Errorf("of a lead that is there: %+v", s)
	}
	if s := simulated("--offline"); s.OwnerNow != "" || s.Owner != lead.Operations {
		t.Errorf("without a store: %+v", s)
	}
	last := saysJSON[lastJSON](t, "team", "simulate", "--last", "3")
	var ids []string
	for _, s := range last.Leads {
		ids = append(ids, s.Lead)
	}
	if !slices.Equal(ids, []string{"lead-2", "lead-1", "lead-0"}) || len(last.People) != 1 || last.People[0].Person != lead.Operations || last.People[0].Leads != 3 {
		t.Errorf("the last three are %+v", last)
	}
	inOrder(t, says(t, "team", "simulate", "--last", "100"), "WOULD GET IT", id, "Fabrikam - Contact me", "kim", "operations", "lead-4", "lead-0", "PERSON", "operations", "Operations", "6")
	for kind, n := range o.requests() {
		if n != before[kind] && !strings.HasPrefix(kind, "read ") && !strings.HasPrefix(kind, "query ") {
			t.Errorf("simulating asked the database for %s", kind)
		}
	}
}

func TestASimulationIsByTheTeamFileThatIsNamed(t *testing.T) {
	o := start(t)
	o.applies("")
	writeFile(t, "team.yaml", "internalDomains: [fabrikam.com]\n")
	out, _, err := reads(t, strings.Replace(ana, "googlemail.com", "fabrikam.com", 1), "team", "simulate", "--team", "team.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "It is no lead but internal, so nobody gets it.")
	bare(t)
	writeFile(t, "team.yaml", "offers: []\n")
	out, note, err := reads(t, ana, "team", "simulate", "--team", "team.yaml")
	if err != nil || !strings.Contains(note, "without a store") {
		t.Fatal(err, note)
	}
	inOrder(t, out, "Operations (operations)", "The applied team names no people")
}

func TestASimulationThatCannotBeSaysWhy(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", "offers: []\n")
	for _, c := range []struct {
		args  []string
		usage bool
		says  string
	}{
		{[]string{"team", "simulate", "body", "--last", "3"}, true, "there is no submission to give"},
		{[]string{"team", "simulate", "--offer", "backup", "--last", "3"}, true, "there is no submission to give"},
		{[]string{"team", "simulate", "--last", "3", "--offline"}, true, "--offline does without"},
		{[]string{"team", "simulate", "--last", "-1"}, true, "--last must not be negative"},
		{[]string{"team", "simulate", "--last", "3", "--team", "team.yaml"}, false, "the last leads are in the store, and the settings name none"},
		{[]string{"team", "simulate"}, false, "--offline simulates without a store"},
		{[]string{"team", "simulate", "--offline", "nothing.json"}, false, "read the submission"},
	} {
		_, _, err := reads(t, ana, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, errUsage) != c.usage {
			t.Errorf("leads %q: %v", c.args, err)
		}
	}
}
