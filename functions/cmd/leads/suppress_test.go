package main

import (
	"errors"
	"strings"
	"testing"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

func TestAPersonIsSuppressedAndMayBeContactedAgain(t *testing.T) {
	o := working(t)
	by := theOperator().Name
	inOrder(t, says(t, "suppress", "a1", "--reason", "They are a partner."), "Lead a1 must not be contacted (DoNotContact).")
	if l := o.lead("a1"); l.Suppression == nil || l.Suppression.Reason != lead.SuppressedDoNotContact || l.FollowUp != nil || o.last("a1") != "Must not be contacted: "+by+" said so. They are a partner" {
		t.Errorf("lead %+v, and the timeline says %q", l.Suppression, o.last("a1"))
	}
	n := len(o.lead("a1").Timeline)
	inOrder(t, says(t, "suppress", "a1", "--reason", "again"), "Nothing has changed", "Lead a1 must not be contacted (DoNotContact).")
	if got := saysJSON[suppression](t, "suppress", "a1", "--reason", "again"); got != (suppression{Lead: "a1", Suppressed: lead.SuppressedDoNotContact}) || len(o.lead("a1").Timeline) != n {
		t.Errorf("a third time: %+v", got)
	}
	inOrder(t, says(t, "unsuppress", "a1", "--reason", "They asked for an offer"), "Lead a1 may be contacted.")
	if l := o.lead("a1"); l.Suppression != nil || l.FollowUp == nil || o.last("a1") != "T"+by[1:]+" said that they may be contacted again. They asked for an offer" {
		t.Errorf("lead %+v, and the timeline says %q", l.Suppression, o.last("a1"))
	}
	if got := saysJSON[suppression](t, "unsuppress", "a1", "--reason", "again"); got != (suppression{Lead: "a1"}) {
		t.Errorf("again: %+v", got)
	}
}

func TestTheCustomersOwnWordIsAskedForAndNeverTakenBack(t *testing.T) {
	o := working(t)
	args := []string{"suppress", "a1", "--opt-out", "--reason", "She wrote to us"}
	if _, _, err := callWith(t, args...); err == nil || !strings.HasPrefix(err.Error(), "nothing was changed: there is no terminal to ask on") {
		t.Errorf("error %v", err)
	}
	out, _, err := onTerminal(t, t.Context(), typing("n\n"), append(args, "--json")...)
	if got := decoded[suppression](t, out); err != nil || got != (suppression{Lead: "a1"}) || o.lead("a1").Suppression != nil {
		t.Errorf("printed %s, %v", out, err)
	}
	says(t, "suppress", "a1", "--reason", "at first a colleague said so")
	out, _, err = onTerminal(t, t.Context(), typing("y\n"), args...)
	if err != nil || !strings.HasSuffix(out, "Lead a1 must not be contacted (OptedOut).\n") || o.lead("a1").Suppression.Reason != lead.SuppressedOptedOut {
		t.Errorf("printed %s, %v", out, err)
	}
	if last := o.last("a1"); last != "Must not be contacted: they said so to "+theOperator().Name+". She wrote to us" {
		t.Errorf("the timeline says %q", last)
	}
	inOrder(t, says(t, args...), "Nothing has changed") // and nothing is asked
	before := len(o.lead("a1").Timeline)
	for range 2 {
		out, _, err := callWith(t, "unsuppress", "a1", "--reason", "we need the sale")
		if err == nil || err.Error() != "lead a1 stays as it is: they said themselves that they want no contact: only they can take that back" || out != "" {
			t.Errorf("error %v and the output %q", err, out)
		}
	}
	if l := o.lead("a1"); l.Suppression.Reason != lead.SuppressedOptedOut || len(l.Timeline) != before {
		t.Errorf("lead %+v", l.Suppression)
	}
	says(t, "suppress", "a1", "--reason", "a weaker word")
	if l := o.lead("a1"); l.Suppression.Reason != lead.SuppressedOptedOut {
		t.Errorf("a weaker word changed it to %+v", l.Suppression)
	}
}

func TestNobodyIsSuppressedWhoIsNotThereOrWithoutAReason(t *testing.T) {
	o := working(t)
	for _, command := range []string{"suppress", "unsuppress"} {
		for word, kind := range map[string]error{"l9": store.ErrNotFound, "kim@northwind.example.com": store.ErrNotFound, "@": errUsage} {
			if _, _, err := callWith(t, command, word, "--reason", "x"); !errors.Is(err, kind) {
				t.Errorf("leads %s %s: %v", command, word, err)
			}
		}
		if _, _, err := callWith(t, command, "a1", "--reason", "\n"); !errors.Is(err, errUsage) {
			t.Errorf("leads %s without a reason: %v", command, err)
		}
	}
	if _, _, err := o.store.Lead(t.Context(), "l9"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a lead came into being: %v", err)
	}
}
