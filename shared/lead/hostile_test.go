package lead_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestARepeatOfARedeliveryIsLookedForInTheArchive(t *testing.T) {
	l, _ := crowded(100, func(int, *lead.Touch, *lead.Contact) {})
	newest := l.Touches[50] // will be the newest that is moved
	soon := lead.At(newest.ReceivedAt.Add(5 * time.Minute))
	r := newest
	r.Submission, r.ReceivedAt = "r", soon
	if got := l.Take(r, ana(), soon, staff(owner)); got.Verdict != lead.Redelivered || got.Of != newest.Submission {
		t.Fatalf("%+v", got)
	}
	l.Take(touch("s9999", 200*24*time.Hour, lead.ActionContactMe), ana(), morning, staff(owner))
	a := shed(l)
	if a == nil {
		t.Fatal("no archive")
	}
	if of, ok := a.Has(r); !ok || of != newest.Submission {
		t.Fatalf("%s %t", of, ok)
	}
	if !l.MayHaveArchived("r", soon) {
		t.Error("the redelivery is in the archive and is not looked for there")
	}
}

func TestNoNameMakesTheLeadLarge(t *testing.T) {
	l := &lead.Lead{ID: "l1"}
	for i := range 15 {
		name := strings.Repeat("x", 180<<10) + fmt.Sprint(i)
		l.Identify(lead.Keys{Email: "ana@fabrikam.example.com", Domain: "fabrikam.example.com", Name: name})
		x := touch(fmt.Sprint(i), time.Duration(i)*48*time.Hour, lead.ActionContactMe)
		l.Take(x, ana(), morning, staff(owner))
		shed(l)
	}
	if b, _ := json.Marshal(l); len(b) > lead.MaxSize {
		t.Errorf("the document has %d bytes", len(b))
	}
}

func TestNoTestLeadMakesTheWatchLarge(t *testing.T) {
	w := &lead.Watch{}
	for i := range 6 {
		w.SeeTest(lead.Offer{Title: strings.Repeat("x", 180<<10) + fmt.Sprint(i)}, after(time.Duration(i)*time.Second))
	}
	if b, _ := json.Marshal(w); len(b) > 2<<20 {
		t.Errorf("the document has %d bytes", len(b))
	}
}

func TestUnknownOfArchived(t *testing.T) {
	for text, into := range map[string]any{
		`{"archived":{"id":"a","later":1}}`:                     &lead.Lead{},
		`{"testLeads":[{"offer":"a","seenAt":null,"later":1}]}`: &lead.Watch{},
		`{"digest":{"id":"a","later":1}}`:                       &lead.Watch{},
	} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(into)
		if !strings.Contains(string(b), "later") {
			t.Errorf("%s is written as %s", text, b)
		}
	}
}

func TestTheAddressToWriteToStaysInTheList(t *testing.T) {
	l := known(lead.ActionContactMe)
	x := touch("new", 100*24*time.Hour, lead.ActionContactMe)
	c := ana()
	c.Email = "new@fabrikam.example.com"
	l.Take(x, c, morning, staff(owner))
	for i := range 25 { // late ones
		x := touch(fmt.Sprint("o", i), time.Duration(i+1)*48*time.Hour, lead.ActionContactMe)
		c := ana()
		c.Email = fmt.Sprintf("old%d@fabrikam.example.com", i)
		l.Take(x, c, morning, staff(owner))
		shed(l)
	}
	if l.Contact.Email != "new@fabrikam.example.com" || !strings.Contains(fmt.Sprint(l.Contact.Emails), "new@") {
		t.Errorf("%s, %v", l.Contact.Email, l.Contact.Emails)
	}
}

func TestContactMeAfterABounceTellsSomebody(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Suppression = &lead.Suppression{Reason: lead.SuppressedBounced}
	x := touch("s2", 48*time.Hour, lead.ActionContactMe)
	before := len(l.Mails)
	l.Take(x, ana(), morning, staff(owner))
	if len(l.Mails) == before {
		t.Error("nobody is told")
	}
}

func TestAWarningThatFindsTheListFullIsGivenAllTheSame(t *testing.T) {
	l := known(lead.ActionContactMe)
	for i := range 40 {
		l.Suggest(lead.Suggestion{Lead: fmt.Sprint("x", i), Why: "same phone"})
	}
	if !l.Warn(lead.Suggestion{Lead: "l2", Why: "same phone"}, "s9", morning) || len(l.OpenMails()) != 2 {
		t.Error("no warning")
	}
}
