package main

import (
	"bytes"
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

func TestALeadIsShownWithItsOwnerTheDecisionAndTheClock(t *testing.T) {
	o := start(t)
	o.applies(realTeam)
	l := o.takes("s1", strings.Replace(ana, "Brazil", "Korea", 1))
	due := l.FollowUp.DueAt.Format("2006-01-02 15:04")
	out := says(t, "show", l.ID)
	inOrder(t, out, "Owner         Mina Kim (mina), since "+l.Owner.Since.Format(time.DateTime)+" UTC", "Why           Nobody in the team apac is available", "Rule          rule in line 11: country KR", "Team          apac", "Escalated     to Max Boss (max)",
		"Counted       the last 0 assignments, by version 1 of the team", "Follow-up     answer by "+due+" UTC", "Hours         those of Mina Kim (mina) in Asia/Seoul", "Clock         arrived ", "Clock         due ",
		"CANDIDATE", "kim", "Kim Lee", "away until Fri 1 Jan 2100", "mina", "Mina Kim", "Timeline (UTC)", "Owner: Mina Kim.")
	got := saysJSON[lead.Lead](t, "show", l.ID)
	if d := got.Owner.Decision; got.Owner.Name != "Mina Kim" || d == nil || len(d.Candidates) != 3 || d.Candidates[0].Skipped == "" || !d.Escalated {
		t.Errorf("to programs the owner is %+v", got.Owner)
	}
	if f := got.FollowUp; f == nil || f.DueAt != l.FollowUp.DueAt || f.Clock == nil || f.Clock.Person != "mina" || len(f.Clock.Stretches) == 0 {
		t.Errorf("to programs the follow-up is %+v", f)
	}
	inOrder(t, says(t, "list"), "OWNER", "NEXT (UTC)", l.ID, "Mina Kim", "answer by "+due)
	o.applies("machines: []\n") // without names people are shown by their ids
	inOrder(t, says(t, "show", l.ID), "Owner         Mina Kim (mina)", "Escalated     to max\n", "Hours         those of mina in Asia/Seoul")
}

func TestWhatHasToBeDoneAboutALeadIsSaidInWords(t *testing.T) {
	at := func(hour int) lead.Time { return lead.At(time.Date(2026, 3, 2, hour, 30, 0, 0, time.UTC)) }
	for _, c := range []struct {
		name string
		l    lead.Lead
		says []string
	}{
		{"an answer that is late", lead.Lead{FollowUp: &lead.FollowUp{Kind: lead.FollowUpRespond, DueAt: at(11)}}, []string{"Follow-up     answer overdue since 2026-03-02 11:30 UTC\n"}},
		{"a decision", lead.Lead{FollowUp: &lead.FollowUp{Kind: lead.FollowUpDecide, DueAt: at(13)}}, []string{"Follow-up     decide by 2026-03-02 13:30 UTC\n"}},
		{"a step that is put off", lead.Lead{FollowUp: &lead.FollowUp{Kind: lead.FollowUpStep, Step: 2, DueAt: at(11), SnoozedUntil: at(14), Snoozes: 1}}, []string{"Follow-up     step 2 since 2026-03-02 11:30 UTC\nPut off       until 2026-03-02 14:30:00 UTC, 1 of 3 times\n"}},
		{"an end", lead.Lead{FollowUp: &lead.FollowUp{Kind: lead.FollowUpClose, DueAt: at(13)}}, []string{"close by"}},
		{"a look", lead.Lead{FollowUp: &lead.FollowUp{Kind: lead.FollowUpLook, DueAt: at(13)}}, []string{"look by"}},
		{"a wake-up", lead.Lead{FollowUp: &lead.FollowUp{Kind: lead.FollowUpWake, DueAt: at(13)}}, []string{"wake up by"}},
		{"hours of somebody who never works", lead.Lead{FollowUp: &lead.FollowUp{Kind: lead.FollowUpRespond, Since: at(9), DueAt: at(11), Clock: &lead.FollowUpClock{Person: "kim", Zone: "UTC", StartsAt: at(9), RoundTheClock: true}}},
			[]string{"Hours         those of Kim Lee (kim) in UTC, who has no working time in a whole year, so every hour counts\n", "Clock         arrived Mon 2026-03-02 09:30 UTC"}},
		{"a contact in time", lead.Lead{Response: &lead.Response{ContactedAt: at(10), RespondBy: at(11), By: "kim", Disposition: lead.LeftMessage}},
			[]string{"Contacted     2026-03-02 10:30:00 UTC by Kim Lee (kim): a message was left, in time: it was due 2026-03-02 11:30:00 UTC\n"}},
		{"a contact too late", lead.Lead{Response: &lead.Response{ContactedAt: at(12), RespondBy: at(11), By: "gone", Disposition: lead.Connected}}, []string{"by gone: they answered, too late: it was due 2026-03-02 11:30:00 UTC\n"}},
		{"a contact that nobody waited for", lead.Lead{Response: &lead.Response{ContactedAt: at(12), By: "kim", Disposition: lead.Connected}}, []string{"(kim): they answered\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := (&call{out: &out}).printLead(&c.l, staffed(), at(12).Time); err != nil {
				t.Fatal(err)
			}
			inOrder(t, out.String(), c.says...)
		})
	}
}
