package team_test

import (
	"reflect"
	"testing"

	"leadflow/shared/team"
)

// three are people without teams.
const three = `people:
- {id: mina, name: Mina, mail: mina@contoso.com, zone: Asia/Seoul}
- {id: jonas, name: Jonas, mail: jonas@contoso.com, zone: Europe/Berlin}
- {id: sofia, name: Sofia, mail: sofia@contoso.com, zone: Europe/Berlin}
`

func TestTeamsAreReadInTheOrderOfTheFile(t *testing.T) {
	got := says(t, three+`teams:
- {id: sales, people: [mina, jonas], manager: sofia, fallback: jonas}
- {id: Kr.1, people: [mina], manager: operations}
rules: [{country: KR, team: Kr.1}]
`).Groups
	want := []team.Group{{ID: "sales", People: []string{"mina", "jonas"}, Manager: "sofia", Fallback: "jonas"}, {ID: "Kr.1", People: []string{"mina"}, Manager: "operations"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("teams %+v", got)
	}
}

func TestMistakesAboutTeams(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"people without teams are one", three, nil},
		{"no list", "teams: sales\n", []string{`1:8 teams is "sales": it must be a list`}},
		{"a team without anything", "teams:\n- {}\n", []string{
			"2:3 a team has no id: give a short one that stays, such as sales", "w2:3 a team has no manager, so operations are told of leads that wait too long: give one, or operations",
			"2:3 a team has no people: list the ids of those who share its leads"}},
		{"an unknown key", "teams:\n- {id: a, lead: b, people: [mina, jonas, sofia], manager: sofia}\n" + three, []string{`2:11 there is no key "lead" here: a team has the keys id, people, manager, fallback`}},
		{"an id that is taken", "teams:\n- {id: a, people: [mina, jonas, sofia], manager: sofia}\n- {id: A, people: [mina], manager: sofia}\n" + three, []string{
			`3:8 the id "A" is that of the team in line 2 already: choose another`}},
		{"a team without people", "teams:\n- {id: a, people: [], manager: sofia}\n- {id: b, people: [mina, jonas], manager: sofia}\nrules: [{team: b}]\n" + three, []string{
			"2:19 people is a list without entries: a team needs somebody who gets its leads"}},
		{"a person twice", "teams:\n- {id: a, people: [mina, jonas, sofia, mina], manager: sofia}\n" + three, []string{
			"2:40 the team has mina twice, first in line 2: take one out; for a larger share give a weight"}},
		{"operations in a team", "teams:\n- {id: a, people: [mina, jonas, sofia, operations], manager: sofia}\n" + three, []string{
			"2:40 operations are in no team: name them as manager or fallback"}},
		{"ids of nobody", "teams:\n- {id: a, people: [mina, jonas, sofia, x], manager: y, fallback: Mina}\n" + three, []string{
			`2:40 there is no person with the id "x": give one that the file has, in the same letter case`, `2:53 there is no person with the id "y"`, `2:66 there is no person with the id "Mina"`}},
		{"people that no team has", "teams:\n- {id: a, people: [mina], manager: operations}\n" + three, []string{
			"w5:8 jonas gets no leads: no team has this person, and nothing else names the person", "w6:8 sofia gets no leads"}},
		{"a team that is not the first and that nothing names", "teams:\n- {id: a, people: [mina], manager: sofia}\n- {id: b, people: [jonas], manager: sofia}\n- {id: c, people: [jonas], manager: sofia}\n- {id: d, people: [jonas], manager: sofia}\n" +
			"rules: [{country: KR, team: c}]\noffers: [{id: x, team: d}]\n" + three, []string{
			"w3:8 the team b gets no leads: no rule and no offer names it, and it is not the first team"}},
		{"people with another part", "teams:\n- {id: a, people: [mina], manager: sofia, fallback: jonas}\n" + three, nil},
		{"a person who only covers", "teams:\n- {id: a, people: [mina], manager: operations}\n" + mina("cover: jonas") + "- {id: jonas, name: J, mail: j@contoso.com, zone: UTC}\n", nil},
		{"an offer's team that is none", "offers: [{id: a, team: sales}]\n", []string{`1:24 there is no team with the id "sales": give one that the file has, in the same letter case`}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want...) })
	}
}

func TestAnOfferNamesATeam(t *testing.T) {
	if got := says(t, three+"offers: [{id: a, team: sales}]\nteams: [{id: sales, people: [mina, jonas], manager: sofia}]\n"); got.Offers[0].Team != "sales" {
		t.Errorf("offers %+v", got.Offers)
	}
}
