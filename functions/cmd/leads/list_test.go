package main

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// listed are the ids of the leads that a list has.
func listed(t *testing.T, args ...string) string {
	t.Helper()
	var ids []string
	for _, l := range saysJSON[[]lead.Lead](t, append([]string{"list"}, args...)...) {
		ids = append(ids, l.ID)
	}
	return strings.Join(ids, " ")
}

// several has leads of two owners, stages and offers, of which two wait too long, one of them for long.
func several(t *testing.T) *operator {
	t.Helper()
	o := start(t)
	o.applies(realTeam)
	now := time.Now()
	for i, l := range []struct {
		id, owner string
		stage     lead.Stage
		offer     lead.Offer
		due       time.Duration
		changed   time.Duration
	}{
		{"a", "ana", lead.StageNew, lead.Offer{ID: "analytics", Publisher: "contoso", Title: "Contoso Analytics"}, -time.Hour, 0},
		{"b", "ana", lead.StageContacted, lead.Offer{Title: "Contoso Backup"}, time.Hour, 24 * time.Hour},
		{"c", "bo", lead.StageNew, lead.Offer{ID: "fabrikam.backup"}, -time.Hour, 100 * 24 * time.Hour},
		{"d", "gone", lead.StageWon, lead.Offer{ID: "strange", Title: "Something"}, 0, 48 * time.Hour},
	} {
		o.keep(l.id, now.Add(-l.changed).Add(-time.Duration(i)*time.Second), func(x *lead.Lead) {
			x.Owner.Person, x.Stage, x.Offers = l.owner, l.stage, []lead.Offer{l.offer}
			if l.due != 0 {
				x.FollowUp = &lead.FollowUp{Kind: lead.FollowUpRespond, DueAt: lead.At(now.Add(l.due))}
			}
		})
	}
	return o
}

func TestFiltersOfTheListCombine(t *testing.T) {
	several(t)
	ago := func(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339) }
	for _, c := range []struct{ args, ids string }{
		{"", "a b d"},
		{"--days 200", "a b d c"},
		{"--stage new", "a"},
		{"--stage New --days 200", "a c"},
		{"--owner ana", "a b"},
		{"--owner Ana --stage Contacted", "b"},
		{"--owner gone", "d"},
		{"--owner operations", ""},
		{"--offer analytics", "a"},
		{"--offer contoso.Analytics", "a"},
		{"--offer backup --days 200", "b c"},
		{"--offer fabrikam.backup --days 200", "b c"}, // which the catalogue has under any publisher
		{"--offer strange", "d"},
		{"--offer something", "d"},
		{"--overdue", "a c"},
		{"--overdue --days 30", "a"},
		{"--overdue --owner bo", "c"},
		{"--since " + ago(36*time.Hour), "a b"},
		{"--since " + time.Now().UTC().AddDate(0, 0, -150).Format(time.DateOnly), "a b d c"},
		{"--overdue --since " + ago(time.Hour), "a"},
	} {
		if ids := listed(t, strings.Fields(c.args)...); ids != c.ids {
			t.Errorf("leads list %s has %q, want %q", c.args, ids, c.ids)
		}
	}
}

func TestWhatThereIsNotIsSaidWithWhatThereIs(t *testing.T) {
	several(t)
	for _, c := range []struct {
		args []string
		kind error
		says string
	}{
		{[]string{"--stage", "Open"}, errUsage, `list: there is no stage "Open", only New, Contacted, Nurturing, Qualified, Won, Lost, Disqualified: `},
		{[]string{"--owner", "eva"}, store.ErrNotFound, `there is no owner "eva", only ana, bo, gone, kim, max, mina, operations: not found`},
		{[]string{"--offer", "\x1b[2J"}, store.ErrNotFound, `there is no offer "\x1b[2J", only backup, contoso.analytics, strange: not found`},
		{[]string{"--since", "yesterday"}, errUsage, `list: --since "yesterday" is neither a day such as 2026-11-21 nor a time`},
		{[]string{"--since", "2026-11-21T15:00:00"}, errUsage, `list: --since "2026-11-21T15:00:00" is neither a day`},
		{[]string{"--since", "2026-11-21", "--days", "30"}, errUsage, "list: --since and --days both say since when"},
		{[]string{"--csv", "--json"}, errUsage, "list: --csv and --json are two answers"},
	} {
		out, _, err := callWith(t, append([]string{"list"}, c.args...)...)
		if err == nil || !errors.Is(err, c.kind) || !strings.HasPrefix(err.Error(), c.says) || out != "" {
			t.Errorf("leads list %q: %v and the output %q, want %s", c.args, err, out, c.says)
		}
	}
}

// sheet is what a spreadsheet reads.
func sheet(t *testing.T, out string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return rows
}

func TestASheetHasTheLeadsInColumnsWhoseNamesStay(t *testing.T) {
	o := start(t)
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	o.keep("l1", at, func(l *lead.Lead) {
		l.Subject, l.Stage, l.Owner = "Northwind - Contact me", lead.StageContacted, lead.Owner{Person: "ana", Name: "Ana Silva"}
		l.Contact = lead.Contact{FirstName: "지훈", LastName: "김", Company: `Northwind, "Ltd"`, JobTitle: "IT", Email: "kim@northwind.example.com", Phone: "+82 2 555 0100", Country: "KR"}
		l.Offers = []lead.Offer{{Title: "Contoso Analytics", Action: lead.ActionContactMe}, {ID: "backup", Action: lead.ActionTestDrive}}
		l.Touches = []lead.Touch{{ReceivedAt: lead.At(at)}, {ReceivedAt: lead.At(at.Add(-time.Hour))}}
		l.FollowUp = &lead.FollowUp{Kind: lead.FollowUpRespond, DueAt: lead.At(at.Add(time.Hour))}
		l.Response = &lead.Response{RespondBy: lead.At(at), ContactedAt: lead.At(at.Add(time.Minute))}
		l.Suppression = &lead.Suppression{Reason: lead.SuppressedBounced}
	})
	out := says(t, "list", "--csv", "--since", "2026-01-01")
	const heading = "lead,stage,owner,owner_name,company,name,job_title,email,phone,country,offers,actions,subject,created_utc,changed_utc,last_touch_utc,next,due_utc,overdue,contacted_utc,answered_in_time,suppressed\r\n"
	const row = `l1,Contacted,ana,Ana Silva,"Northwind, ""Ltd""",김지훈,IT,kim@northwind.example.com,'+82 2 555 0100,South Korea,Contoso Analytics; backup,Contact me; Test drive,` +
		"Northwind - Contact me,2026-03-02 09:30:00,2026-03-02 09:30:00,2026-03-02 09:30:00,answer,2026-03-02 10:30:00,yes,2026-03-02 09:31:00,no,Bounced\r\n"
	if out != heading+row {
		t.Errorf("the sheet is\n%s, want\n%s", out, heading+row)
	}
	if out := says(t, "list", "--csv"); out != heading {
		t.Errorf("without leads the sheet is %q", out)
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	o := start(t)
	for i, evil := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\n=1", "  =1", "\u200e=1", "＝1", "＋1", "－1", "＠x", hostile, "\"=1\"", "a,=1"} {
		o.keep("l"+string(rune('a'+i)), time.Now(), func(l *lead.Lead) {
			l.Subject, l.Stage, l.Owner = evil, lead.Stage(evil), lead.Owner{Person: evil, Name: evil}
			l.Contact = lead.Contact{FirstName: evil, Company: evil, JobTitle: evil, Email: evil, Phone: evil, Country: evil}
			l.Offers = []lead.Offer{{Title: evil, Action: lead.Action(evil)}}
			l.Suppression = &lead.Suppression{Reason: lead.SuppressionReason(evil)}
		})
	}
	out := says(t, "list", "--csv")
	cannotMove(t, strings.ReplaceAll(out, "\r\n", "\n"))
	rows := sheet(t, out)
	for _, row := range rows {
		for _, text := range row {
			if text != "" && strings.ContainsAny(text, "=+-@＝＋－＠\t\r") && strings.IndexAny(text, "=+-@＝＋－＠\t\r") == 0 {
				t.Errorf("the cell %q is a formula", text)
			}
		}
	}
	if len(rows) != 17 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestACellKeepsItsTextButForWhatMovesAndTheApostrophe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		got := harmless(s)
		if strings.TrimPrefix(got, "'") != strings.TrimSpace(printable(s)) && got != strings.TrimSpace(printable(s)) {
			t.Fatalf("%q became %q", s, got)
		}
		if got != "" && slices.Contains([]rune("=+-@\t\r＝＋－＠"), []rune(got)[0]) {
			t.Fatalf("%q is a formula", got)
		}
	})
}
