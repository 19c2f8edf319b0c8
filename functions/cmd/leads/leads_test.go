package main

import (
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestTheListHasTheLeadsThatChangedLatelyNewestFirst(t *testing.T) {
	o := start(t)
	now := time.Now()
	for id, days := range map[string]int{"today": 0, "last-week": 7, "last-month": 29, "long-ago": 31} {
		o.keep(id, now.AddDate(0, 0, -days), func(l *lead.Lead) {
			l.Subject, l.Contact = "Contoso - "+id, lead.Contact{FirstName: "Kim", LastName: "of " + id, Company: "Northwind"}
		})
	}
	out := says(t, "list")
	inOrder(t, out, "LEAD", "today", "last-week", "last-month")
	inOrder(t, out, "today", now.UTC().Format(time.DateOnly), "New", "operations", "Kim of today", "Northwind", "Contoso - today\n")
	if strings.Contains(out, "long-ago") {
		t.Errorf("a lead of long ago is in the list:\n%s", out)
	}
	var ids []string
	for _, l := range saysJSON[[]lead.Lead](t, "list", "--days", "8") {
		ids = append(ids, l.ID)
	}
	if strings.Join(ids, " ") != "today last-week" {
		t.Errorf("the leads of 8 days are %q", ids)
	}
	if all := saysJSON[[]lead.Lead](t, "list", "--days", "3650"); len(all) != 4 {
		t.Errorf("%d leads in ten years", len(all))
	}
}

func TestAListWithoutLeadsIsEmpty(t *testing.T) {
	start(t)
	if out := says(t, "list", "--json"); out != "[]\n" {
		t.Errorf("list %q", out)
	}
	if out := says(t, "list"); strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "LEAD") {
		t.Errorf("list %q", out)
	}
}

func TestALeadIsShownWhole(t *testing.T) {
	o := start(t)
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	id := lead.ID("email:kim@northwind.example.com", "")
	o.keep(id, at, func(l *lead.Lead) {
		l.Subject = "Northwind - Contact me - Contoso Analytics"
		l.Contact = lead.Contact{FirstName: "Kim", LastName: "Akers", Company: "Northwind", JobTitle: "IT Manager", Country: "US",
			Email: "kim@northwind.example.com", Emails: []string{"kim@northwind.example.com", "k@northwind.example.com"}, Phones: []string{"+1 425 555 0100"}}
		l.Offers = []lead.Offer{{ID: "contoso.analytics", Title: "Contoso Analytics", Action: lead.ActionContactMe}}
		l.Suppression = &lead.Suppression{Reason: lead.SuppressedOptedOut, Since: lead.At(at)}
		l.Timeline = []lead.Activity{{At: lead.At(at), Text: "Contact me: Contoso Analytics"}, {At: lead.At(at.Add(time.Hour)), Text: "The mail was sent."}}
	})
	for _, word := range []string{id, "kim@northwind.example.com", "KIM@Northwind.Example.com"} {
		out := says(t, "show", word)
		inOrder(t, out, id, "Northwind - Contact me - Contoso Analytics", "Kim Akers", "Northwind", "IT Manager", "US",
			"kim@northwind.example.com, k@northwind.example.com", "+1 425 555 0100", "New", "operations", "OptedOut since 2026-03-02T09:30:00.000Z",
			"Contoso Analytics (Contact me)", "Timeline", "2026-03-02 09:30:00  Contact me: Contoso Analytics", "2026-03-02 10:30:00  The mail was sent.")
		if l := saysJSON[lead.Lead](t, "show", word); l.ID != id || l.Contact.Phones[0] != "+1 425 555 0100" || len(l.Timeline) != 2 {
			t.Errorf("leads show %s --json is %+v", word, l)
		}
	}
}

func TestWhatALeadDoesNotHaveIsNotShown(t *testing.T) {
	o := start(t)
	o.keep("bare", time.Now(), func(*lead.Lead) {})
	out := says(t, "show", "bare")
	for _, label := range []string{"Name", "Company", "Email", "Phone", "Suppressed", "Offer"} {
		if strings.Contains(out, label) {
			t.Errorf("%s is shown:\n%s", label, out)
		}
	}
}
