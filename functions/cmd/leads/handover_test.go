package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// The team that is applied has everybody; the files that replace it leave some out.
const (
	everybody = `people:
- {id: ana, name: Ana Silva, mail: ana@contoso.com, zone: UTC}
- {id: bo, name: Bo Berg, mail: bo@contoso.com, zone: UTC}
- {id: eva, name: Eva Boss, mail: eva@contoso.com, zone: UTC}
`
	onlyEva = "people:\n- {id: eva, name: Eva Boss, mail: eva@contoso.com, zone: UTC}\n"
)

// owned writes a lead that asked for contact an hour ago and that the person owns.
func (o *operator) owned(id, owner, name string, more ...func(*lead.Lead)) *lead.Lead {
	o.t.Helper()
	t, problems := team.Parse([]byte(everybody))
	if len(problems) > 0 {
		o.t.Fatal(problems)
	}
	now := lead.At(time.Now())
	gives := t.WithOperations("").Staff(now.Time, func() lead.Owner { return lead.Owner{Person: owner, Name: name, Since: now, Why: name + " is next"} })
	l, err := o.store.Update(o.t.Context(), id, func(l *lead.Lead) error {
		l.Take(lead.Touch{Submission: "of-" + id, Action: lead.ActionContactMe, ReceivedAt: lead.At(now.Add(-time.Hour))}, lead.Contact{}, now, gives)
		for _, change := range more {
			change(l)
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return l
}

func (o *operator) lead(id string) *lead.Lead {
	o.t.Helper()
	l, _, err := o.store.Lead(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return l
}

// leaving is a team in which two people have leads who are about to leave it.
func leaving(t *testing.T) *operator {
	t.Helper()
	o := start(t)
	o.applies(everybody)
	for id, owner := range map[string]string{"a1": "ana", "a2": "ana", "b1": "bo"} {
		o.owned(id, owner, map[string]string{"ana": "Ana Silva", "bo": "Bo Berg"}[owner])
	}
	o.owned("closed", "ana", "Ana Silva", func(l *lead.Lead) { l.Stage, l.FollowUp = lead.StageWon, nil })
	o.owned("evas", "eva", "Eva Boss")
	o.owned("held", lead.Operations, "Operations")
	writeFile(t, "team.yaml", onlyEva)
	return o
}

func TestNobodyWhoHasOpenLeadsIsLeftOutUnlessItIsSaidWhoGetsThem(t *testing.T) {
	o := leaving(t)
	const want = "nothing was applied: the file leaves out people who have leads (ana has 2 open leads, bo has 1 open lead): say who gets them with --hand-over-to PERSON"
	if _, _, err := callWith(t, "team", "apply", "team.yaml", "--yes"); err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
	out, _, err := callWith(t, "team", "apply", "team.yaml", "--yes", "--json")
	if got := decoded[applyJSON](t, out); err == nil || err.Error() != want || got.Applied || got.Version != 1 || got.HandedOver != 0 {
		t.Errorf("application %+v, %v", got, err)
	}
	if v := o.applied().Version; v != 1 || o.lead("a1").Owner.Person != "ana" {
		t.Errorf("version %d, and the owner of a lead is %+v", v, o.lead("a1").Owner)
	}
}

func TestWhoIsNotInTheFileGetsNoLeads(t *testing.T) {
	o := leaving(t)
	for _, who := range []string{"bo", "Eva", "nobody"} {
		_, _, err := callWith(t, "team", "apply", "team.yaml", "--yes", "--hand-over-to", who)
		if err == nil || err.Error() != "nothing was applied: --hand-over-to "+who+": the file has no such person, only eva, operations" {
			t.Errorf("error %v", err)
		}
	}
	if v := o.applied().Version; v != 1 || o.lead("b1").Owner.Person != "bo" {
		t.Errorf("version %d, and the owner of a lead is %+v", v, o.lead("b1").Owner)
	}
}

func TestTheOpenLeadsOfThoseWhoLeaveAreHandedOverAndTheTimeToRespondByStays(t *testing.T) {
	o := leaving(t)
	before := o.lead("a1")
	out := says(t, "team", "apply", "team.yaml", "--yes", "--hand-over-to", "eva")
	inOrder(t, out, "--- version 1", "3 open leads of people whom the file leaves out would go to Eva Boss.", "Applied as version 2:", "3 open leads handed over to Eva Boss.")
	for id, from := range map[string]string{"a1": "Ana Silva", "a2": "Ana Silva", "b1": "Bo Berg"} {
		l := o.lead(id)
		if l.Owner.Person != "eva" || l.Owner.Name != "Eva Boss" || l.Owner.Why != "Eva Boss takes over the leads of "+from {
			t.Errorf("%s: owner %+v", id, l.Owner)
		}
		if last := l.Timeline[len(l.Timeline)-1].Text; !strings.Contains(last, "New owner: Eva Boss. Eva Boss takes over the leads of "+from) {
			t.Errorf("%s: the timeline ends with %s", id, last)
		}
	}
	after := o.lead("a1")
	if after.FollowUp.DueAt != before.FollowUp.DueAt || after.FollowUp.OwnerAt.After(time.Now()) {
		t.Errorf("it was to be answered by %s, and now by %s; the owner is told %s", before.FollowUp.DueAt, after.FollowUp.DueAt, after.FollowUp.OwnerAt)
	}
	for id, owner := range map[string]string{"closed": "ana", "evas": "eva", "held": lead.Operations} {
		if l := o.lead(id); l.Owner.Person != owner || len(l.Owner.Why) > 30 {
			t.Errorf("%s: owner %+v", id, l.Owner)
		}
	}
	if out := says(t, "team", "apply", "team.yaml", "--yes", "--hand-over-to", "eva"); out != "team.yaml is what version 2 says, so nothing was applied.\n" {
		t.Errorf("a second time it prints %s", out)
	}
}

func TestProgramsAreToldHowManyLeadsWereHandedOver(t *testing.T) {
	o := leaving(t)
	got := saysJSON[applyJSON](t, "team", "apply", "team.yaml", "--yes", "--hand-over-to", "eva")
	if !got.Applied || got.Version != 2 || got.HandedOver != 3 || o.lead("b1").Owner.Person != "eva" {
		t.Errorf("application %+v", got)
	}
}

// What operations get without a decision is given to somebody by the rules, as what they held before there was a team.
func TestOperationsHoldWhatTheyAreHandedOverUntilTheRulesFindSomebody(t *testing.T) {
	o := leaving(t)
	says(t, "team", "apply", "team.yaml", "--yes", "--hand-over-to", lead.Operations)
	if l := o.lead("a1"); l.Owner.Person != lead.Operations || l.Owner.Decision != nil || l.Owner.Name != "Operations" {
		t.Errorf("owner %+v", l.Owner)
	}
}

func TestWhoeverIsAskedSeesWhatWouldBeHandedOver(t *testing.T) {
	o := leaving(t)
	out, _, err := onTerminal(t, t.Context(), typing("n\n"), "team", "apply", "team.yaml", "--hand-over-to", "eva")
	if err != nil || !strings.HasSuffix(out, "would go to Eva Boss.\nNothing was applied.\n") || o.lead("a1").Owner.Person != "ana" {
		t.Errorf("printed %s, %v", out, err)
	}
	out, _, err = onTerminal(t, t.Context(), typing("y\n"), "team", "apply", "team.yaml", "--hand-over-to", "eva")
	if err != nil || !strings.HasSuffix(out, "3 open leads handed over to Eva Boss.\n") || o.applied().Version != 2 {
		t.Errorf("printed %s, %v", out, err)
	}
}

// unwritable has the database refuse all writes of leads but the first ones.
func (o *operator) unwritable(after int32) *atomic.Bool {
	o.t.Helper()
	target, err := url.Parse(o.Settings()["COSMOS_ENDPOINT"])
	if err != nil {
		o.t.Fatal(err)
	}
	var refuses atomic.Bool
	var written atomic.Int32
	refuses.Store(true)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the database names itself by it
	}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/colls/leads/") && written.Add(1) > after && refuses.Load() {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	o.t.Cleanup(web.Close)
	o.t.Setenv("COSMOS_ENDPOINT", web.URL)
	return &refuses
}

func TestAHandOverThatFailsHalfwayIsFinishedByCallingAgain(t *testing.T) {
	o := leaving(t)
	refuses := o.unwritable(1)
	out, _, err := callWith(t, "team", "apply", "team.yaml", "--yes", "--hand-over-to", "eva", "--json")
	if got := decoded[applyJSON](t, out); err == nil || !strings.Contains(err.Error(), "1 of 3 leads were handed over, call again for the others") || !got.Applied || got.HandedOver != 1 {
		t.Errorf("application %+v, %v", got, err)
	}
	refuses.Store(false)
	// The file is applied, and still nobody is forgotten who has leads.
	if _, _, err := callWith(t, "team", "apply", "team.yaml", "--yes"); err == nil || !strings.Contains(err.Error(), "say who gets them with --hand-over-to PERSON") {
		t.Errorf("error %v", err)
	}
	if _, _, err := callWith(t, "team", "apply", "team.yaml", "--hand-over-to", "eva"); err == nil || !strings.HasPrefix(err.Error(), "nothing was handed over: there is no terminal to ask on") {
		t.Errorf("error %v", err)
	}
	inOrder(t, says(t, "team", "apply", "team.yaml", "--yes", "--hand-over-to", "eva"), "team.yaml is what version 2 says, so nothing was applied.", "2 open leads of people whom the file leaves out would go to Eva Boss.",
		"2 open leads handed over to Eva Boss.")
	for _, id := range []string{"a1", "a2", "b1"} {
		if l := o.lead(id); l.Owner.Person != "eva" {
			t.Errorf("%s: owner %+v", id, l.Owner)
		}
	}
	if v := o.applied().Version; v != 2 {
		t.Errorf("version %d", v)
	}
}

// Between the look at the leads and the hand-over, people go on working.
func TestWhatChangedBeforeItIsHandedOverStaysAsItIs(t *testing.T) {
	o := leaving(t)
	out, _, err := onTerminal(t, t.Context(), func(keyboard io.Writer) {
		for id, change := range map[string]func(*lead.Lead){
			"a1": func(l *lead.Lead) { l.Stage, l.FollowUp = lead.StageLost, nil },
			"b1": func(l *lead.Lead) { l.Owner = lead.Owner{Person: "eva", Why: "Bo asked for it"} },
		} {
			if _, err := o.store.Update(t.Context(), id, func(l *lead.Lead) error { change(l); return nil }); err != nil {
				t.Error(err)
			}
		}
		typing("y\n")(keyboard)
	}, "team", "apply", "team.yaml", "--hand-over-to", "eva", "--json")
	if got := decoded[applyJSON](t, out); err != nil || !got.Applied || got.HandedOver != 1 {
		t.Errorf("application %+v, %v", got, err)
	}
	if a, b := o.lead("a1").Owner, o.lead("b1").Owner; a.Person != "ana" || b.Why != "Bo asked for it" {
		t.Errorf("owners %+v, %+v", a, b)
	}
}
