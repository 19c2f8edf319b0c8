package main

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/marketplace"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

func sample(t *testing.T) team.Team {
	t.Helper()
	got, problems := team.Parse([]byte(sampleTeam))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return got
}

func TestTheSampleTeamKnowsTheOffersOfTheSamplesAndNoneOfTheirPeople(t *testing.T) {
	of := sample(t)
	files, err := samples.ReadDir("samples")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		body, err := samples.ReadFile("samples/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		s, err := marketplace.Read(body)
		if err != nil {
			t.Fatal(err)
		}
		offer, known := of.Resolve("", lead.Offer{ID: s.Offer, Publisher: s.Publisher, Title: s.OfferTitle})
		if !known || offer.Publisher != "contoso" || offer.Title != s.OfferTitle {
			t.Errorf("%s is about %+v, known: %v", f.Name(), offer, known)
		}
		if _, host, _ := strings.Cut(s.Email, "@"); of.Internal(host) {
			t.Errorf("the person of %s is the publisher's own", f.Name())
		}
	}
	if !of.Internal("contoso.example") {
		t.Error("the publisher has no domain of its own")
	}
}

func TestTheSampleTeamHasAliasesAndExplainsEveryKey(t *testing.T) {
	for _, o := range sample(t).Offers {
		if len(o.Titles) < 2 {
			t.Errorf("the offer %s has the titles %q", o.ID, o.Titles)
		}
	}
	lines := strings.Split(sampleTeam, "\n")
	for _, key := range []string{"people:", "- id:", "name:", "mail:", "zone:", "hours:", "#   absences:", "cover:", "weight:", "languages:", "onDuty:", "teams:", "people:", "manager:", "fallback:",
		"rules:", "- country:", "#   holidays:", "sla:", "default:", "cadence:", "internalDomains:", "offers:", "publisher:", "titles:", "product:", "team:"} {
		explained := false
		for i, line := range lines {
			explained = explained || i > 0 && strings.HasPrefix(strings.TrimSpace(line), key) && strings.HasPrefix(strings.TrimSpace(lines[i-1]), "#")
		}
		if !explained {
			t.Errorf("nothing is said above %s", key)
		}
	}
}

func TestTheSampleTeamCanBeTriedAtAnyTime(t *testing.T) {
	of := sample(t)
	for _, p := range of.People {
		if p.Calendar.Holiday != nil || len(p.Calendar.Away) > 0 {
			t.Errorf("%s does not work every day", p.ID)
		}
		for day, hours := range p.Calendar.Week {
			if len(hours) != 1 || hours[0] != (lead.Hours{From: 0, To: 24 * 60}) {
				t.Errorf("%s works at %v on %v", p.ID, hours, time.Weekday(day))
			}
		}
		if _, host, _ := strings.Cut(p.Mail, "@"); !of.Internal(host) {
			t.Errorf("%s is somebody else's", p.Mail)
		}
	}
	if got := []time.Duration{of.ResponseTime(lead.ActionContactMe), of.ResponseTime(lead.ActionTestDrive), of.ResponseTime(lead.ActionAcquired)}; !slices.Equal(got, []time.Duration{2 * time.Minute, 3 * time.Minute, 4 * time.Minute}) {
		t.Errorf("leads are answered within %v", got)
	}
}

// What the sample has in comments only is for another day, and has to be right all the same.
func TestTheExamplesOfTheSampleTeamAreValid(t *testing.T) {
	var examples []string
	lines := strings.Split(sampleTeam, "\n")
	for i, line := range lines {
		if key, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "#   "); ok && strings.HasSuffix(key, ":") && !strings.HasPrefix(key, " ") {
			example := key + "\n"
			for _, more := range lines[i+1:] {
				more, ok := strings.CutPrefix(strings.TrimLeft(more, " "), "#     ")
				if !ok {
					break
				}
				example += "  " + more + "\n"
			}
			examples = append(examples, example)
		}
	}
	if len(examples) != 3 {
		t.Fatalf("examples %q", examples)
	}
	person := "people:\n- id: a\n  name: A\n  mail: a@contoso.example\n  zone: UTC\n  holidays: korea\n"
	for _, e := range examples[:2] {
		person += "  " + strings.ReplaceAll(strings.TrimSuffix(e, "\n"), "\n", "\n  ") + "\n"
	}
	if _, problems := team.Parse([]byte(person + examples[2])); len(problems) > 0 {
		t.Errorf("%v in\n%s", problems, person+examples[2])
	}
}

// standIn serves the database of a run at its own address.
func standIn(t *testing.T, s *setup) *store.Store {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- serveCosmos(ctx, s) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	lab.Eventually(t, up, "the database answers", func() bool {
		c, err := net.Dial("tcp", s.address("COSMOS_PORT"))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	db, err := s.openStore()
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestTheSampleTeamIsAppliedOnceAndSaysSo(t *testing.T) {
	inSite(t)
	s := mustSetUp(t, true)
	db := standIn(t, s)
	var out strings.Builder
	if err := s.applySampleTeam(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if out.String() != "\nThere was no team, so the sample in functions/cmd/local/team.yaml was applied.\n" {
		t.Errorf("printed %q", out.String())
	}
	if f, err := db.Team(t.Context()); err != nil || f.Version != 1 || f.Text != sampleTeam {
		t.Errorf("applied %+v, %v", f, err)
	}
	out.Reset()
	if err := s.applySampleTeam(t.Context(), &out); err != nil || out.String() != "" {
		t.Errorf("the second time it printed %q, %v", out.String(), err)
	}
	if f, err := db.Team(t.Context()); err != nil || f.Version != 1 {
		t.Errorf("applied %+v, %v", f, err)
	}
}

func TestATeamThatIsThereStays(t *testing.T) {
	inSite(t)
	s := mustSetUp(t, true)
	db := standIn(t, s)
	if _, err := db.ApplyTeam(t.Context(), "# mine\n", 0, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := s.applySampleTeam(t.Context(), &out); err != nil || out.String() != "" {
		t.Errorf("printed %q, %v", out.String(), err)
	}
	if f, err := db.Team(t.Context()); err != nil || f.Text != "# mine\n" {
		t.Errorf("applied %+v, %v", f, err)
	}
}

func TestADatabaseThatTheEnvironmentNamesIsLeftAlone(t *testing.T) {
	inSite(t)
	l := lab.New(t)
	t.Setenv("COSMOS_ENDPOINT", l.Settings()["COSMOS_ENDPOINT"])
	before := l.Requests()
	var out strings.Builder
	if err := mustSetUp(t, true).applySampleTeam(t.Context(), &out); err != nil || out.String() != "" {
		t.Errorf("printed %q, %v", out.String(), err)
	}
	if after := l.Requests(); len(after) != len(before) {
		t.Errorf("it was asked for %v", after)
	}
}

func TestADatabaseThatCannotTakeTheSampleIsAnError(t *testing.T) {
	inSite(t)
	s := mustSetUp(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if err := s.applySampleTeam(ctx, &out); err == nil || out.String() != "" {
		t.Errorf("printed %q, %v", out.String(), err)
	}
}
