package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
	"leadflow/shared/store"
)

// working is a team at work: ana has three open leads and a closed one, and bo has one.
func working(t *testing.T) *operator {
	t.Helper()
	o := start(t)
	o.applies(everybody)
	for _, id := range []string{"a1", "a2", "a3"} {
		o.owned(id, "ana", "Ana Silva")
	}
	o.owned("closed", "ana", "Ana Silva", func(l *lead.Lead) { l.Stage, l.FollowUp = lead.StageWon, nil })
	o.owned("b1", "bo", "Bo Berg")
	return o
}

// last is what the timeline of a lead says last.
func (o *operator) last(id string) string {
	l := o.lead(id)
	return l.Timeline[len(l.Timeline)-1].Text
}

func TestALeadIsGivenToSomebodyElseAndTheTimeToRespondByStays(t *testing.T) {
	o := working(t)
	email := lead.ID(lead.Keys{Email: normalize.Email("kim@northwind.example.com")}.Match(), "")
	o.owned(email, "ana", "Ana Silva")
	before := o.lead("a1")
	inOrder(t, says(t, "reassign", "a1", "--to", "bo", "--reason", "Bo knows them."), "Lead a1 belongs to Bo Berg (bo).")
	after := o.lead("a1")
	if after.Owner.Person != "bo" || after.Owner.Name != "Bo Berg" || after.Owner.Decision == nil || after.FollowUp.DueAt != before.FollowUp.DueAt || after.FollowUp.OwnerAt.After(time.Now()) {
		t.Errorf("owner %+v, follow-up %+v", after.Owner, after.FollowUp)
	}
	if by := theOperator().Name; o.last("a1") != "New owner: Bo Berg. T"+by[1:]+" gave it to Bo Berg: Bo knows them." {
		t.Errorf("the timeline says %q", o.last("a1"))
	}
	inOrder(t, says(t, "reassign", "a1", "--to", "bo", "--reason", "again"), "Nothing has changed", "Lead a1 belongs to Bo Berg (bo).")
	if got := o.lead("a1"); len(got.Timeline) != len(after.Timeline) {
		t.Error("a second time it is noted again")
	}
	if got := saysJSON[reassignment](t, "reassign", "Kim@northwind.example.com", "--to", "eva", "--reason", "x"); got != (reassignment{Lead: email, Owner: "eva", Reassigned: 1}) {
		t.Errorf("to programs: %+v", got)
	}
	if o.lead(email).Owner.Person != "eva" || o.lead("a2").Owner.Person != "ana" {
		t.Error("the wrong lead was given away")
	}
	says(t, "reassign", "a2", "--to", lead.Operations, "--reason", "x")
	if l := o.lead("a2"); l.Owner.Person != lead.Operations || l.Owner.Decision == nil { // else the rules would give it away again
		t.Errorf("owner %+v", l.Owner)
	}
}

func TestAReassignmentIsRefusedThatIsNotClear(t *testing.T) {
	o := working(t)
	for _, c := range []struct {
		args string
		kind error
		says string
	}{
		{"a1 --to bo", errUsage, "reassign: --reason is missing"},
		{"a1 --reason x", errUsage, "reassign: --to is missing"},
		{"--to bo --reason x", errUsage, "reassign: say which lead, or --from whom"},
		{"a1 --from ana --to bo --reason x", errUsage, "reassign: say which lead, or --from whom"},
		{"a1 --to rules --reason x", errUsage, "reassign: one lead goes to a person"},
		{"--from ana --to ana --reason x", errUsage, "reassign: ana would get what is taken from them"},
		{"a1 --to nobody --reason x", store.ErrNotFound, `there is no person "nobody" in the team, whose ids are ana, bo, eva, operations`},
		{"--from nobody --to bo --reason x", store.ErrNotFound, `"nobody" has no open leads, and the team has only ana, bo, eva, operations`},
		{"l9 --to bo --reason x", store.ErrNotFound, "there is no such lead"},
	} {
		if out, _, err := callWith(t, append([]string{"reassign"}, strings.Fields(c.args)...)...); !errors.Is(err, c.kind) || !strings.HasPrefix(err.Error(), c.says) || out != "" {
			t.Errorf("leads reassign %s: %v and the output %q", c.args, err, out)
		}
	}
	for _, id := range []string{"a1", "a2", "a3"} {
		if o.lead(id).Owner.Person != "ana" {
			t.Errorf("%s was given away", id)
		}
	}
	if _, _, err := o.store.Lead(t.Context(), "l9"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a lead came into being: %v", err)
	}
}

func TestAllOpenLeadsOfAPersonGoToAnother(t *testing.T) {
	o := working(t)
	args := []string{"reassign", "--from", "ana", "--to", "bo", "--reason", "leave"}
	if _, _, err := callWith(t, args...); err == nil || !strings.HasPrefix(err.Error(), "nothing was reassigned: there is no terminal to ask on") {
		t.Errorf("error %v", err)
	}
	out, _, err := onTerminal(t, t.Context(), typing("n\n"), args...)
	if err != nil || !strings.HasSuffix(out, "3 open leads of ana would go to Bo Berg (bo).\nNothing was reassigned.\n") || o.lead("a1").Owner.Person != "ana" {
		t.Errorf("printed %s, %v", out, err)
	}
	out, _, err = onTerminal(t, t.Context(), func(keyboard io.Writer) {
		// Between the question and the answer, people go on working.
		if _, err := o.store.Update(t.Context(), "a3", func(l *lead.Lead) error { l.Owner = lead.Owner{Person: "eva", Why: "Eva asked for it"}; return nil }); err != nil {
			t.Error(err)
		}
		typing("y\n")(keyboard)
	}, args...)
	if err != nil || !strings.HasSuffix(out, "2 open leads reassigned to Bo Berg (bo).\n") {
		t.Errorf("printed %s, %v", out, err)
	}
	for id, owner := range map[string]string{"a1": "bo", "a2": "bo", "a3": "eva", "closed": "ana", "b1": "bo"} {
		if l := o.lead(id); l.Owner.Person != owner {
			t.Errorf("%s belongs to %s", id, l.Owner.Person)
		}
	}
	inOrder(t, says(t, append(args, "--yes")...), "ana has no open leads.")
	if got := saysJSON[reassignment](t, append(args, "--yes")...); got != (reassignment{}) {
		t.Errorf("to programs: %+v", got)
	}
}

func TestTheRulesGiveTheLeadsOfAPersonToTheOthers(t *testing.T) {
	o := working(t)
	// The roster remembers that she was given a1, which must not give it back to her.
	err := o.store.UpdateRoster(t.Context(), func(r *lead.Roster) error {
		r.Pick("a1", []lead.Candidate{{Person: "ana", Weight: 1}}, nil, lead.At(time.Now()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, says(t, "reassign", "--from", "ana", "--to", "rules", "--reason", "Too many.", "--yes"), "3 open leads of ana would go to whoever of the others the rules find.", "3 open leads reassigned")
	got := map[string]int{}
	for _, id := range []string{"a1", "a2", "a3"} {
		l := o.lead(id)
		got[l.Owner.Person]++
		if l.Owner.Decision == nil || len(l.Owner.Decision.Candidates) != 2 {
			t.Errorf("%s: decision %+v", id, l.Owner.Decision)
		}
		if last := o.last(id); !strings.HasSuffix(last, " took it from Ana Silva: Too many.") || !strings.Contains(last, " is next (there are no teams: everybody)") {
			t.Errorf("%s: the timeline says %q", id, last)
		}
	}
	if got["ana"] != 0 || got["bo"] == 0 || got["eva"] == 0 {
		t.Errorf("they got %v", got)
	}
	if o.lead("closed").Owner.Person != "ana" {
		t.Error("a closed lead was given away")
	}
}

func TestTheRulesNeedSomebodyElse(t *testing.T) {
	o := start(t)
	o.applies(onlyEva)
	o.owned("e1", "eva", "Eva Boss")
	if _, _, err := callWith(t, "reassign", "--from", "eva", "--to", "rules", "--reason", "x", "--yes"); err == nil || !strings.HasPrefix(err.Error(), "nothing was reassigned: there is nobody else") {
		t.Errorf("error %v", err)
	}
}

func TestTheLeadsOfWhoLeftTheTeamAndThoseOfOperationsCanBeReassigned(t *testing.T) {
	o := start(t)
	o.applies(onlyEva)
	o.owned("gone1", "ana", "Ana Silva")
	o.owned("held", lead.Operations, "Operations")
	says(t, "reassign", "--from", "ana", "--to", "eva", "--reason", "x", "--yes")
	says(t, "reassign", "--from", lead.Operations, "--to", "rules", "--reason", "x", "--yes")
	for _, id := range []string{"gone1", "held"} {
		if l := o.lead(id); l.Owner.Person != "eva" {
			t.Errorf("%s: owner %+v", id, l.Owner)
		}
	}
}

func TestAReassignmentThatFailsHalfwayIsFinishedByCallingAgain(t *testing.T) {
	o := working(t)
	refuses := o.unwritable(1)
	out, _, err := callWith(t, "reassign", "--from", "ana", "--to", "rules", "--reason", "x", "--yes", "--json")
	if got := decoded[reassignment](t, out); err == nil || !strings.Contains(err.Error(), "1 of 3 leads were handed over, call again for the others") || got.Open != 3 || got.Reassigned != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	refuses.Store(false)
	if got := saysJSON[reassignment](t, "reassign", "--from", "ana", "--to", "rules", "--reason", "x", "--yes"); got.Open != 2 || got.Reassigned != 2 {
		t.Errorf("again: %+v", got)
	}
	r, err := o.store.Roster(t.Context())
	if err != nil || len(r.Assignments) != 3 { // the one that was decided before the failure counts once
		t.Errorf("assignments %+v, %v", r.Assignments, err)
	}
}
