package team_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// monday is 09:00 UTC on Monday 30 November 2026.
var monday = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func person(id, name string, cover string) team.Person {
	return team.Person{ID: id, Name: name, Cover: cover, Weight: 1, Calendar: lead.Calendar{Zone: time.UTC}}
}

// staffed has two teams and a rule of each kind.
func staffed() team.Team {
	return team.Team{
		Version: 7,
		People: []team.Person{
			person("ana", "Ana Silva", ""), person("kim", "Kim Lee", "mina"), person("mina", "Mina Kim", ""),
			person("bo", "Bo Berg", ""), person("eva", "Eva Boss", "bo"), person("max", "Max Boss", ""),
		},
		Groups: []team.Group{
			{ID: "emea", People: []string{"ana", "bo"}, Manager: "max", Fallback: "eva"},
			{ID: "apac", People: []string{"kim", "mina"}, Manager: "eva"},
		},
		Offers: []team.Offer{{ID: "contoso.analytics"}, {ID: "Backup", Publisher: "contoso", Titles: []string{"Contoso Backup"}, Team: "apac"}, {ID: "lost", Team: "gone"}},
		Rules: []team.Rule{
			{Line: 10, Countries: []string{"AQ"}, Person: "gone"},
			{Line: 11, Countries: []string{"AQ"}, Group: "gone"},
			{Line: 12, Countries: []string{"JP", "KR"}, Group: "apac"},
			{Line: 13, Actions: []lead.Action{lead.ActionTestDrive}, Sources: []string{"AppSource"}, Person: "kim"},
			{Line: 14, Offers: []string{"VIP", "fabrikam.gold"}, Person: "ana"},
			{Line: 15, Publishers: []string{"fabrikam"}, Offers: []string{"free"}, Group: "apac"},
		},
	}.WithOperations("operations@contoso.com")
}

// absent gives the team with these people away for so long from monday on.
func absent(t team.Team, last time.Duration, ids ...string) team.Team {
	t.People = slices.Clone(t.People)
	for i := range t.People {
		if slices.Contains(ids, t.People[i].ID) {
			t.People[i].Calendar.Away = []lead.Stretch{{From: monday, To: monday.Add(last)}}
		}
	}
	return t
}

// assigned gives the next lead of a roster an owner.
func assigned(t team.Team, a team.Ask, r *lead.Roster) lead.Owner {
	o, _ := t.Choose(a, monday).Assign(r, fmt.Sprint("lead-", r.Seq), lead.At(monday))
	return o
}

func TestALeadGoesByTheFirstRuleThatFits(t *testing.T) {
	for _, c := range []struct {
		name              string
		ask               team.Ask
		owner, team, rule string
	}{
		{"a country", team.Ask{Country: "KR"}, "kim", "apac", "rule in line 12: country KR"},
		{"a country in small letters", team.Ask{Country: "jp"}, "kim", "apac", "rule in line 12: country JP"},
		{"all conditions of a rule", team.Ask{Action: lead.ActionTestDrive, Source: "AppSource"}, "kim", "apac", "rule in line 13: source AppSource, action StartTestDrive"},
		{"the first of two", team.Ask{Country: "KR", Action: lead.ActionTestDrive, Source: "AppSource"}, "kim", "apac", "rule in line 12: country KR"},
		{"not all conditions", team.Ask{Action: lead.ActionTestDrive}, "ana", "emea", "no rule fits: the first team"},
		{"an offer in other letters", team.Ask{Offer: lead.Offer{ID: "vip"}}, "ana", "emea", "rule in line 14: offer VIP"},
		{"an offer with its publisher", team.Ask{Offer: lead.Offer{ID: "Gold", Publisher: "Fabrikam"}}, "ana", "emea", "rule in line 14: offer fabrikam.gold"},
		{"an offer of that id from another publisher", team.Ask{Offer: lead.Offer{ID: "gold", Publisher: "contoso"}}, "ana", "emea", "no rule fits: the first team"},
		{"a publisher", team.Ask{Offer: lead.Offer{ID: "free", Publisher: "Fabrikam"}}, "kim", "apac", "rule in line 15: offer free, publisher fabrikam"},
		{"a rule whose person and team are not in the file", team.Ask{Country: "AQ"}, "ana", "emea", "no rule fits: the first team"},
		{"the team of the offer", team.Ask{Offer: lead.Offer{ID: "backup", Publisher: "Contoso"}}, "kim", "apac", "the team of the offer"},
		{"the team of the offer by its title", team.Ask{Offer: lead.Offer{Title: "contoso  backup"}}, "kim", "apac", "the team of the offer"},
		{"an offer without a team", team.Ask{Offer: lead.Offer{ID: "contoso.analytics"}}, "ana", "emea", "no rule fits: the first team"},
		{"an offer whose team is not in the file", team.Ask{Offer: lead.Offer{ID: "lost"}}, "ana", "emea", "no rule fits: the first team"},
		{"a lead that says nothing", team.Ask{}, "ana", "emea", "no rule fits: the first team"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := assigned(staffed(), c.ask, &lead.Roster{})
			if o.Person != c.owner || o.Decision == nil || o.Decision.Team != c.team || o.Decision.Rule != c.rule {
				t.Errorf("owner %s, decision %+v", o.Person, o.Decision)
			}
			if d := o.Decision; d.Escalated || d.Manager != "" || d.TeamVersion != 7 || o.Since != lead.At(monday) {
				t.Errorf("owner %+v, decision %+v", o, d)
			}
		})
	}
	every := staffed()
	every.Rules = append([]team.Rule{{Line: 3, Person: "bo"}}, every.Rules...)
	if o := assigned(every, team.Ask{Country: "KR"}, &lead.Roster{}); o.Person != "bo" || o.Decision.Rule != "rule in line 3: every lead" {
		t.Errorf("a rule without conditions gives %+v", o)
	}
}

func TestWithoutTeamsEverybodyIsATeam(t *testing.T) {
	people := staffed()
	people.Groups, people.Rules = nil, nil
	r := &lead.Roster{}
	for _, want := range []string{"ana", "kim", "mina", "bo", "eva", "max", "ana"} {
		if o := assigned(people, team.Ask{}, r); o.Person != want || o.Decision.Team != "" || o.Decision.Rule != "there are no teams: everybody" {
			t.Errorf("owner %+v, want %s", o, want)
		}
	}
	if o := assigned(people, team.Ask{}, r); o.Why != "Kim Lee is next (there are no teams: everybody), with 1 of the last 7 leads" {
		t.Errorf("why: %s", o.Why)
	}
	all := absent(people, time.Hour, "ana", "kim", "mina", "bo", "eva", "max")
	if o := assigned(all, team.Ask{}, &lead.Roster{}); o.Person != lead.Operations || !o.Decision.Escalated || o.Decision.Manager != lead.Operations ||
		o.Why != "Nobody is available (there are no teams: everybody), so Operations gets it" {
		t.Errorf("owner %+v", o)
	}
}

func TestWhileTheFileNamesNoPeopleOperationsOwnEveryLeadWithoutARoster(t *testing.T) {
	for version, why := range []string{"No team has been applied yet, so Operations owns every lead", "The applied team names no people, so Operations owns every lead"} {
		none := team.Team{Version: version}.WithOperations("operations@contoso.com")
		o, changed := none.Choose(team.Ask{Country: "KR"}, monday).Assign(nil, "l1", lead.At(monday))
		if none.HandsLeads() || changed || o.Person != lead.Operations || o.Why != why || o.Decision != nil || o.Since != lead.At(monday) {
			t.Errorf("version %d: owner %+v, %t", version, o, changed)
		}
	}
	if !staffed().HandsLeads() {
		t.Error("a file with people hands out leads")
	}
}

func TestTheReasonOfAnOwnerIsASentence(t *testing.T) {
	far := 7 * 24 * time.Hour
	kr, testDrive := team.Ask{Country: "KR"}, team.Ask{Action: lead.ActionTestDrive, Source: "AppSource"}
	heavy := staffed()
	heavy.People[1].Weight = 3
	for _, c := range []struct {
		name    string
		team    team.Team
		ask     team.Ask
		before  int
		owner   string
		manager string // whom it is escalated to
		why     string
		looked  string // the candidates and why they were skipped
	}{
		{"of the first lead", staffed(), kr, 0, "kim", "",
			"Kim Lee is next in the team apac (rule in line 12: country KR)", "kim mina"},
		{"of somebody who had some", staffed(), kr, 5, "mina", "",
			"Mina Kim is next in the team apac (rule in line 12: country KR), with 2 of the last 5 leads", "kim mina"},
		{"of somebody who had none", absent(staffed(), far, "kim"), team.Ask{Country: "KR"}, 0, "mina", "",
			"Mina Kim is next in the team apac (rule in line 12: country KR)", "kim(away until Mon 7 Dec 09:00) mina"},
		{"where weights differ", heavy, kr, 6, "kim", "",
			"Kim Lee is next in the team apac (rule in line 12: country KR), with 5 of the last 6 leads at weight 3", "kim mina"},
		{"of whom a rule names", staffed(), testDrive, 9, "kim", "",
			"Kim Lee gets it by the rule in line 13: source AppSource, action StartTestDrive", "kim mina(covers only while Kim Lee is away)"},
		{"of whom a rule names, with the cover away", absent(staffed(), far, "mina"), testDrive, 0, "kim", "",
			"Kim Lee gets it by the rule in line 13: source AppSource, action StartTestDrive", "kim mina(away until Mon 7 Dec 09:00)"},
		{"of whom a rule names and who is away", absent(staffed(), far, "kim"), testDrive, 9, "mina", "",
			"Mina Kim gets it for Kim Lee, who is away until Mon 7 Dec 09:00 (rule in line 13: source AppSource, action StartTestDrive)",
			"kim(away until Mon 7 Dec 09:00) mina"},
		{"of whom a rule names, with the cover away too", absent(staffed(), far, "kim", "mina"), testDrive, 0, "eva", "eva",
			"Kim Lee is away until Mon 7 Dec 09:00 (rule in line 13: source AppSource, action StartTestDrive), so Eva Boss gets it as the manager of the team apac",
			"kim(away until Mon 7 Dec 09:00) mina(away until Mon 7 Dec 09:00) eva bo"},
		{"of the fallback", absent(staffed(), far, "ana", "bo"), team.Ask{}, 0, "eva", "max",
			"Nobody in the team emea is available (no rule fits: the first team), so Eva Boss gets it as the fallback of the team emea, and Max Boss is told",
			"ana(away until Mon 7 Dec 09:00) bo(away until Mon 7 Dec 09:00) eva max"},
		{"of the cover of the fallback", absent(staffed(), far, "kim", "mina", "eva"), kr, 0, "bo", "operations",
			"Nobody in the team apac is available (rule in line 12: country KR), so Bo Berg gets it for Eva Boss, the manager of the team apac, and Operations is told",
			"kim(away until Mon 7 Dec 09:00) mina(away until Mon 7 Dec 09:00) eva(away until Mon 7 Dec 09:00) bo"},
		{"of the manager", absent(staffed(), far, "ana", "bo", "eva"), team.Ask{}, 0, "max", "max",
			"Nobody in the team emea is available (no rule fits: the first team), so Max Boss gets it as the manager of the team emea",
			"ana(away until Mon 7 Dec 09:00) bo(away until Mon 7 Dec 09:00) eva(away until Mon 7 Dec 09:00) max"},
		{"of the fallback when everybody is away", absent(staffed(), far, "ana", "bo", "eva", "max"), team.Ask{}, 0, "eva", "operations",
			"Nobody in the team emea is available (no rule fits: the first team), so Eva Boss gets it as the fallback of the team emea, and Operations is told",
			"ana(away until Mon 7 Dec 09:00) bo(away until Mon 7 Dec 09:00) eva(away until Mon 7 Dec 09:00) max(away until Mon 7 Dec 09:00)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &lead.Roster{}
			for range c.before {
				assigned(c.team, kr, r)
			}
			o := assigned(c.team, c.ask, r)
			if o.Person != c.owner || o.Why != c.why {
				t.Errorf("owner %s, %q\nwant  %s, %q", o.Person, o.Why, c.owner, c.why)
			}
			var looked []string
			for _, x := range o.Decision.Candidates {
				if x.Skipped != "" {
					x.Person += "(" + x.Skipped + ")"
				}
				looked = append(looked, x.Person)
			}
			if got := strings.Join(looked, " "); got != c.looked {
				t.Errorf("looked at %s\nwant      %s", got, c.looked)
			}
			if d := o.Decision; d.Escalated != (c.manager != "") || d.Manager != c.manager || d.Of != c.before {
				t.Errorf("decision %+v", d)
			}
		})
	}
}

func TestTheRepeatOfAnAssignmentSaysSo(t *testing.T) {
	r, choice := &lead.Roster{}, staffed().Choose(team.Ask{}, monday)
	first, changed := choice.Assign(r, "l1", lead.At(monday))
	if !changed {
		t.Fatal("nothing was remembered")
	}
	again, changed := choice.Assign(r, "l1", lead.At(monday.Add(time.Hour)))
	if changed || again.Person != first.Person || again.Why != "Ana Silva had been given this lead before, when it was first tried" {
		t.Errorf("again %+v, %t", again, changed)
	}
	away := absent(staffed(), time.Hour, "ana").Choose(team.Ask{}, monday)
	if o, changed := away.Assign(r, "l1", lead.At(monday)); changed || o.Person != "ana" {
		t.Errorf("who is away by now keeps it: %+v", o)
	}
}

func TestAnAbsenceIsByTheClockOfThePerson(t *testing.T) {
	day := func(zone *time.Location, day, hour int) time.Time {
		return time.Date(2026, 12, day, hour, 0, 0, 0, zone)
	}
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		zone *time.Location
		away []lead.Stretch
		at   time.Time
		want string
	}{
		{"whole days in Seoul", seoul, []lead.Stretch{{From: day(seoul, 1, 0), To: day(seoul, 7, 0)}}, day(time.UTC, 2, 9), "away until Mon 7 Dec"},
		{"before they begin there", seoul, []lead.Stretch{{From: day(seoul, 1, 0), To: day(seoul, 7, 0)}}, day(seoul, 1, 0).Add(-1), ""},
		{"at the instant that they begin there", seoul, []lead.Stretch{{From: day(seoul, 1, 0), To: day(seoul, 7, 0)}}, day(seoul, 1, 0), "away until Mon 7 Dec"},
		{"at the instant that they end there", seoul, []lead.Stretch{{From: day(seoul, 1, 0), To: day(seoul, 7, 0)}}, day(seoul, 7, 0), ""},
		{"the same days in New York, later", newYork, []lead.Stretch{{From: day(newYork, 1, 0), To: day(newYork, 7, 0)}}, day(seoul, 7, 0), "away until Mon 7 Dec"},
		{"some hours", seoul, []lead.Stretch{{From: day(seoul, 7, 9), To: day(seoul, 7, 14)}}, day(seoul, 7, 10), "away until Mon 7 Dec 14:00"},
		{"one after the other", time.UTC, []lead.Stretch{{From: day(time.UTC, 4, 0), To: day(time.UTC, 8, 0)}, {From: day(time.UTC, 1, 0), To: day(time.UTC, 4, 0)}}, day(time.UTC, 2, 0), "away until Tue 8 Dec"},
		{"with days of work between", time.UTC, []lead.Stretch{{From: day(time.UTC, 6, 0), To: day(time.UTC, 8, 0)}, {From: day(time.UTC, 1, 0), To: day(time.UTC, 4, 0)}}, day(time.UTC, 2, 0), "away until Fri 4 Dec"},
		{"into the next year", time.UTC, []lead.Stretch{{From: day(time.UTC, 20, 0), To: day(time.UTC, 38, 0)}}, day(time.UTC, 20, 0), "away until Thu 7 Jan 2027"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := team.Person{ID: "kim", Calendar: lead.Calendar{Zone: c.zone, Away: c.away}}
			one := team.Team{People: []team.Person{p}}.WithOperations("operations@contoso.com")
			o, _ := one.Choose(team.Ask{}, c.at).Assign(&lead.Roster{}, "l1", lead.At(c.at))
			if got := o.Decision.Candidates[0].Skipped; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
