package lead_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

var probes = []string{"phone:+4722123456", "company:contoso.com|ana silva"}

func TestLeadsWithSomethingInCommonAreSuggestedWithTheReason(t *testing.T) {
	got := lead.Suggestions(probes, []lead.Hit{
		{ID: "both", Probes: []string{probes[1], probes[0], "phone:+4799999999"}},
		{ID: "company", Probes: []string{probes[1]}, Suppression: &lead.Suppression{Reason: lead.SuppressedDoNotContact}},
		{ID: "phone", Probes: []string{probes[0]}},
		{ID: "neither", Probes: []string{"phone:+4799999999"}},
	})
	want := "both: same phone, same company domain and name; company: same company domain and name (suppressed); phone: same phone; "
	if shown := show(got); shown != want {
		t.Errorf("suggestions %q, want %q", shown, want)
	}
}

func show(all []lead.Suggestion) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(s.Lead + ": " + s.Why)
		if s.Suppressed {
			b.WriteString(" (suppressed)")
		}
		b.WriteString("; ")
	}
	return b.String()
}

func TestAProbeThatFindsMoreThanTwentyLeadsSaysNothing(t *testing.T) {
	var hits []lead.Hit
	for n := range 20 {
		hits = append(hits, lead.Hit{ID: "l" + strconv.Itoa(n), Probes: []string{probes[0]}})
	}
	if got := lead.Suggestions(probes, hits); len(got) != 20 {
		t.Errorf("%d suggestions of 20 hits", len(got))
	}
	hits = append(hits, lead.Hit{ID: "l20", Probes: []string{probes[0]}}, lead.Hit{ID: "x", Probes: []string{probes[0], probes[1]}})
	if got := show(lead.Suggestions(probes, hits)); got != "x: same company domain and name; " {
		t.Errorf("suggestions %q: the number is shared by 22 leads and the other probe is not", got)
	}
}

func TestASuggestionIsNotedOnceAndLearnsThatTheOtherMustNotBeContacted(t *testing.T) {
	l := known(lead.ActionContactMe)
	if !l.Suggest(lead.Suggestion{Lead: "l2", Why: "same phone"}) || l.Suggest(lead.Suggestion{Lead: "l2", Why: "same phone"}) {
		t.Error("the second time is no news")
	}
	if !l.Suggest(lead.Suggestion{Lead: "l2", Why: "same phone", Suppressed: true}) || l.Suggest(lead.Suggestion{Lead: "l2", Why: "same phone"}) {
		t.Error("a do-not-contact is news, and is never forgotten")
	}
	if got := show(l.Suggestions); got != "l2: same phone (suppressed); " {
		t.Errorf("suggestions %q", got)
	}
}

func TestAnOwnerIsWarnedOnceOfADoNotContactOnALeadThatMayBeTheSame(t *testing.T) {
	l := known(lead.ActionContactMe)
	other := lead.Suggestion{Lead: "l2", Why: "same phone"}
	if !l.Warn(other, "s9", after(time.Hour)) || l.Warn(other, "s9", after(time.Hour)) {
		t.Error("the second time is no news")
	}
	if n := len(l.OpenMails()); n != 2 || l.Mails[1].Kind != lead.MailSimilar || l.Mails[1].Submission != "s9" || l.Mails[1].To != "ana" {
		t.Errorf("mails %+v", l.Mails)
	}
	if l.Suppression != nil {
		t.Error("people decide: a lead is not suppressed for another")
	}
	if text := l.Timeline[len(l.Timeline)-1].Text; !strings.Contains(text, "same phone") || !strings.Contains(text, "l2") {
		t.Errorf("the timeline says %q", text)
	}
}

func TestNobodyIsMailedAboutALeadThatIsClosedOrSuppressedItself(t *testing.T) {
	closed := known(lead.ActionContactMe)
	closed.Stage = lead.StageWon
	for name, l := range map[string]*lead.Lead{"closed": closed, "suppressed": known(lead.ActionDoNot)} {
		before := len(l.Mails)
		if !l.Warn(lead.Suggestion{Lead: "l2", Why: "same phone"}, "s9", morning) || len(l.Mails) != before || !l.Suggestions[0].Suppressed {
			t.Errorf("%s: mails %+v, suggestions %+v", name, l.Mails, l.Suggestions)
		}
	}
}

func TestTheMailsOfOneWarningAreDifferentOnesForDifferentLeads(t *testing.T) {
	a, b := known(lead.ActionContactMe), known(lead.ActionContactMe)
	b.ID = "l3"
	for _, l := range []*lead.Lead{a, b} {
		l.Warn(lead.Suggestion{Lead: "l2", Why: "same phone"}, "s9", morning)
	}
	if a.Mails[1].ID == b.Mails[1].ID {
		t.Errorf("both are %s, so only one would be sent", a.Mails[1].ID)
	}
}

func TestSuggestionsAreInTheOrderOfTheirIdsAndNameEachReasonOnce(t *testing.T) {
	asked := []string{"phone:+4722123456", "phone:+4722123457", "phone:+4799999999"}
	hits := []lead.Hit{{ID: "b", Probes: asked[1:2]}, {ID: "a", Probes: asked[:2]}}
	for n := range 21 { // the third number says nothing
		hits = append(hits, lead.Hit{ID: "x" + strconv.Itoa(n), Probes: asked[2:]})
	}
	hits[1], hits[22] = hits[22], hits[1]
	if got := show(lead.Suggestions(asked, hits)); got != "a: same phone; b: same phone; " {
		t.Errorf("suggestions %q", got)
	}
	if asked[0] != "phone:+4722123456" || asked[1] != "phone:+4722123457" || asked[2] != "phone:+4799999999" {
		t.Errorf("the probes of the lead are %q by now", asked)
	}
}

func TestTheSuggestionsOfALeadAreBounded(t *testing.T) {
	l := &lead.Lead{}
	for n := range 50 {
		if news := l.Suggest(lead.Suggestion{Lead: strconv.Itoa(n), Why: "same phone"}); news != (n < 40) {
			t.Errorf("suggestion %d is news: %t", n+1, news)
		}
	}
	if len(l.Suggestions) != 40 {
		t.Errorf("%d suggestions", len(l.Suggestions))
	}
}

func TestTwoDoNotContactsAreTwoWarnings(t *testing.T) {
	l := known(lead.ActionContactMe)
	for n, other := range []string{"l2", "l3"} {
		l.Warn(lead.Suggestion{Lead: other, Why: "same phone"}, "s"+other, after(time.Duration(n+1)*time.Hour))
	}
	if len(l.OpenMails()) != 3 || l.Mails[1].ID == l.Mails[2].ID {
		t.Errorf("mails %+v", l.Mails)
	}
	if l.UpdatedAt != after(2*time.Hour) {
		t.Errorf("updated %s", l.UpdatedAt)
	}
}
