package main

import (
	"errors"
	"fmt"
	"os/user"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// held has three quarantined submissions, of which one came without a valid code, and others that are not.
func held(t *testing.T) *operator {
	t.Helper()
	o := start(t)
	now := time.Now()
	o.receive(arrival("q-new", now.Add(-time.Hour), "{}"), &lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "no lead in it", At: lead.At(now)})
	o.receive(arrival("q-old", now.AddDate(-1, 0, 0), hostile), &lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "it is no JSON", At: lead.At(now)})
	if err := o.store.AddUnverified(t.Context(), arrival("q-bad", now.Add(-2*time.Hour), "{"), true, time.Hour); err != nil {
		t.Fatal(err)
	}
	o.receive(arrival("s-lead", now, "{}"), &lead.Outcome{Kind: lead.OutcomeLead, Lead: "l1", At: lead.At(now)})
	o.receive(arrival("s-open", now, "{}"), nil)
	return o
}

func (o *operator) outcome(id string) lead.Outcome {
	o.t.Helper()
	e, err := o.store.Entry(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	if e.Open() {
		return lead.Outcome{Kind: kindOpen}
	}
	return *e.Outcome
}

func TestTheQuarantineIsListedWholeTheOldestFirst(t *testing.T) {
	held(t)
	out := says(t, "quarantine")
	inOrder(t, out, "SUBMISSION", "q-old", "it is no JSON", "q-bad", "unverified", "q-new", "contoso.analytics", "no lead in it", "3 submissions.")
	if strings.Contains(out, "s-") {
		t.Errorf("more is listed than the quarantine:\n%s", out)
	}
	if all := saysJSON[[]submissionJSON](t, "quarantine"); len(all) != 3 || all[0].ID != "q-old" || all[2].Outcome.Why != "no lead in it" {
		t.Errorf("quarantine %+v", all)
	}
	cannotMove(t, says(t, "quarantine", "show", "q-old"))
	if out := says(t, "quarantine", "show", "q-old", "--raw"); out != hostile {
		t.Errorf("raw it is %q", out)
	}
}

func TestAnEmptyQuarantineIsEmpty(t *testing.T) {
	start(t)
	if out := says(t, "quarantine", "--json"); out != "[]\n" {
		t.Errorf("list %q", out)
	}
	inOrder(t, says(t, "quarantine", "replay", "--all"), "There is nothing to replay.")
}

func TestTheWholeQuarantineIsReplayedButForWhatCameWithoutACode(t *testing.T) {
	o := held(t)
	now := time.Now()
	if _, _, err := callWith(t, "quarantine", "replay", "--all"); err == nil || !strings.HasPrefix(err.Error(), "nothing was replayed: there is no terminal to ask on") {
		t.Errorf("error %v", err)
	}
	out, _, err := onTerminal(t, t.Context(), typing("n\n"), "quarantine", "replay", "--all")
	if err != nil || !strings.HasSuffix(out, "Nothing was replayed.\n") || o.outcome("q-new").Kind != lead.OutcomeQuarantined {
		t.Errorf("printed %s, %v", out, err)
	}
	out, _, err = onTerminal(t, t.Context(), typing("y\n"), "quarantine", "replay", "--all")
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "2 quarantined submissions would be processed once more.", "1 submission without a valid code would stay", "2 submissions on the way.")
	for _, m := range o.messages(2) {
		if id := m.ApplicationProperties["id"]; !strings.HasPrefix(m.MessageID, fmt.Sprint(id, "/r")) {
			t.Errorf("message %s of %v", m.MessageID, id)
		}
	}
	o.opened("q-new", now)
	o.opened("q-old", now)
	if got := o.outcome("q-bad"); got.Why != lead.Unverified {
		t.Errorf("without a code: %+v", got)
	}
	if got := saysJSON[replayed](t, "quarantine", "replay", "--all", "--yes"); got != (replayed{Quarantined: 1, Unverified: 1}) {
		t.Errorf("a second time: %+v", got)
	}
	says(t, "quarantine", "replay", "q-bad")
	o.opened("q-bad", now)
}

func TestAReplayOfAllThatFailsHalfwaySaysHowFarItCame(t *testing.T) {
	o := held(t)
	o.ServiceBus.Stop()
	out, _, err := callWith(t, "quarantine", "replay", "--all", "--yes", "--json")
	if got := decoded[replayed](t, out); err == nil || !strings.HasPrefix(err.Error(), "0 of 2 submissions were replayed, call again for the others") || got.Replayed != 0 || got.Quarantined != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	o.ServiceBus.Start()
	o.opened("q-old", time.Now().Add(-time.Minute)) // and the sweep sends it
}

func TestADropIsFinalAndSaysWhoAndWhy(t *testing.T) {
	o := held(t)
	account, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := callWith(t, "quarantine", "drop", "q-new", "--reason", "spam"); err == nil || !strings.HasPrefix(err.Error(), "nothing was dropped: there is no terminal to ask on") {
		t.Errorf("error %v", err)
	}
	out, _, err := onTerminal(t, t.Context(), typing("n\n"), "quarantine", "drop", "q-new", "--reason", "spam", "--json")
	if got := decoded[map[string]any](t, out); err != nil || got["dropped"] != false || o.outcome("q-new").Kind != lead.OutcomeQuarantined {
		t.Errorf("printed %s, %v", out, err)
	}
	out, _, err = onTerminal(t, t.Context(), typing("y\n"), "quarantine", "drop", "q-new", "--reason", "  spam,\x1b[2J by\nhand. ")
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "Submission q-new of ", "2 bytes, quarantined: no lead in it", "It would be dropped, and could not be replayed any more: spam, [2J by hand.", "Submission q-new is dropped. The ledger keeps it for 400 days.")
	got, by := o.outcome("q-new"), "the operator ("+account.Username+")"
	if got.Kind != lead.OutcomeDropped || got.Why != "spam, [2J by hand" || got.By != by || time.Since(got.At.Time) > time.Minute {
		t.Errorf("outcome %+v", got)
	}
	if e, err := o.store.Entry(t.Context(), "q-new"); err != nil || e.TTL != 400*86400 || string(e.Body) != "{}" {
		t.Errorf("entry %+v, %v", e, err)
	}
	inOrder(t, says(t, "submissions", "show", "q-new"), "dropped", "by "+by+": spam")
	inOrder(t, says(t, "submissions"), "q-new", "dropped", "by "+by, "1 dropped")
	for _, again := range [][]string{{"submissions", "replay", "q-new"}, {"quarantine", "replay", "q-new"}, {"quarantine", "drop", "q-new", "--reason", "x", "--yes"}} {
		if _, _, err := callWith(t, again...); err == nil || !strings.Contains(err.Error(), "submission q-new has the outcome dropped") {
			t.Errorf("leads %q: %v", again, err)
		}
	}
	if got := saysJSON[replayed](t, "quarantine", "replay", "--all", "--yes"); got.Replayed != 1 {
		t.Errorf("all: %+v", got)
	}
	if got := o.outcome("q-new"); got.Kind != lead.OutcomeDropped {
		t.Errorf("after a replay of all: %+v", got)
	}
}

func TestOnlyWhatIsQuarantinedIsDropped(t *testing.T) {
	o := held(t)
	for id, kind := range map[string]lead.OutcomeKind{"s-lead": lead.OutcomeLead, "s-open": kindOpen} {
		_, _, err := callWith(t, "quarantine", "drop", id, "--reason", "spam", "--yes")
		if err == nil || err.Error() != "submission "+id+" has the outcome "+string(kind)+"; only quarantined ones can be dropped" || o.outcome(id).Kind != kind {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, _, err := callWith(t, "quarantine", "drop", "nobody", "--reason", "spam", "--yes"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	for _, args := range [][]string{{"quarantine", "drop", "q-new"}, {"quarantine", "drop", "q-new", "--reason", " . "}, {"quarantine", "replay"}, {"quarantine", "replay", "q-new", "--all"}} {
		if _, _, err := callWith(t, args...); !errors.Is(err, errUsage) {
			t.Errorf("leads %q: %v", args, err)
		}
	}
	if got := saysJSON[map[string]any](t, "quarantine", "drop", "q-new", "--reason", "spam", "--yes"); got["dropped"] != true || got["submission"] != "q-new" {
		t.Errorf("to programs: %v", got)
	}
}
