package team_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"leadflow/shared/lead"
	"leadflow/shared/marketplace"
	"leadflow/shared/team"
)

// ruled is a file whose rules begin in its line 7, with a catalogue if there is one.
func ruled(catalogue string, rules ...string) string {
	text := three + "teams: [{id: sales, people: [mina, jonas], manager: sofia}]\n" + "rules:\n"
	for _, r := range rules {
		text += "- " + r + "\n"
	}
	return text + catalogue
}

func TestRulesAreReadInTheOrderOfTheFile(t *testing.T) {
	got := says(t, ruled("", "{offer: [Analytics, backup], publisher: contoso, source: APPSOURCE, action: [plt, startTestDrive], country: [KR, Germany, fra], person: mina}",
		"{country: Korea, person: operations}", "{team: sales}")).Rules
	want := []team.Rule{
		{Offers: []string{"Analytics", "backup"}, Publishers: []string{"contoso"}, Sources: []string{"AppSource"}, Actions: []lead.Action{lead.ActionContactMe, lead.ActionTestDrive},
			Countries: []string{"KR", "DE", "FR"}, Person: "mina", Line: 7},
		{Countries: []string{"KR"}, Person: "operations", Line: 8},
		{Group: "sales", Line: 9},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rules %+v", got)
	}
}

func TestEverySourceAndActionOfTheMarketplaceCanBeInARule(t *testing.T) {
	for _, s := range []marketplace.Source{marketplace.SourceAzureMarketplace, marketplace.SourceAppSource, marketplace.SourceAzurePortal, marketplace.SourceTestDrive, marketplace.SourceUnknown} {
		for _, written := range []string{string(s), strings.ToUpper(string(s))} {
			if got := says(t, ruled("", "{source: "+written+", team: sales}")).Rules; got[0].Sources[0] != string(s) {
				t.Errorf("%s is %+v", written, got)
			}
		}
	}
	for _, a := range []marketplace.Action{marketplace.ActionINS, marketplace.ActionPLT, marketplace.ActionDNC, marketplace.ActionCreate, marketplace.ActionStartTestDrive, marketplace.ActionUnknown} {
		for _, written := range []string{string(a), strings.ToLower(string(a))} {
			if got := says(t, ruled("", "{action: "+written+", team: sales}")).Rules; got[0].Actions[0] != lead.Action(a) {
				t.Errorf("%s is %+v", written, got)
			}
		}
	}
}

func TestMistakesAboutRules(t *testing.T) {
	const offers = "offers: [{id: analytics, publisher: contoso}, {id: backup}, {id: shared, publisher: contoso}, {id: shared, publisher: fabrikam}]\n"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"no list", "rules: {team: sales}\n", []string{"1:8 rules has keys of its own: it must be a list"}},
		{"a rule without anything", "rules: [{}]\n", []string{"1:9 a rule has neither a team nor a person: say who gets its leads"}},
		{"an unknown key", ruled("", "{city: Seoul, team: sales}"), []string{`7:4 there is no key "city" here: a rule has the keys offer, publisher, source, action, country, team, person`}},
		{"a team and a person", ruled("", "{team: sales, person: mina}"), []string{"7:25 a rule has a team and a person: take one of them out"}},
		{"nobody and no team", ruled("", "{person: x, country: KR}", "{team: mina}"), []string{`7:12 there is no person with the id "x"`, `8:10 there is no team with the id "mina"`}},
		{"a team that is blank", ruled("", "{team: ''}"), []string{"7:10 team is blank"}},
		{"conditions without a value", ruled("", "{offer: [], source: , team: sales}"), []string{"7:11 offer is a list without entries: give it one or take it out", "7:15 source is blank"}},
		{"values that there are not", ruled("", "{offer: a b, publisher: con.toso, source: Web, action: [Buy, PLT], country: [Atlantis, KR, Europe], team: sales}"), []string{
			`7:11 offer "a b" has a character`, `7:27 publisher "con.toso" has a character`, `7:45 there is no source "Web": give one of AzureMarketplace, AppSource, AzurePortal, TestDrive, unknown`,
			`7:59 there is no action "Buy": give one of INS, PLT, DNC, Create, StartTestDrive, unknown`, `7:80 country "Atlantis" is unknown: give its code (ISO 3166-1) or its English name, such as KR or Germany`, `7:94 country "Europe" is unknown`}},
		{"values twice", ruled("", "{offer: [a, A], action: [PLT, plt], country: [KR, Korea], team: sales}"), []string{
			"w7:15 offer lists A twice, first in line 7: take one out", "w7:33 action lists PLT twice", "w7:53 country lists KR twice"}},
		{"an offer that the catalogue lacks", ruled(offers, "{offer: [Analytics, portal], team: sales}"), []string{
			`w7:3 the catalogue has no offer with the id "portal", which this rule names: mend it, or add the offer`}},
		{"an offer of another publisher", ruled(offers, "{offer: analytics, publisher: fabrikam, team: sales}", "{offer: [analytics, SHARED], publisher: Fabrikam, team: sales}", "{offer: [backup, analytics], publisher: fabrikam, team: sales}"), []string{
			"w7:3 this rule never decides: the catalogue has its offers for other publishers only"}},
		{"an offer with its publisher", ruled(offers, "{offer: [Contoso.Analytics, fabrikam.backup, fabrikam.shared], team: sales}", "{offer: contoso.shared, publisher: contoso, person: mina}", "{offer: backup, person: mina}"), nil},
		{"an offer with another publisher", ruled(offers, "{offer: fabrikam.analytics, team: sales}", "{offer: contoso.analytics, publisher: fabrikam, team: sales}"), []string{
			`w7:3 the catalogue has no offer with the id "fabrikam.analytics"`, "w8:3 this rule never decides: the catalogue has its offers for other publishers only"}},
		{"a publisher that the catalogue lacks", ruled("offers: [{id: a, publisher: contoso}, {id: b, publisher: fabrikam}]\n", "{publisher: [CONTOSO, tailspin], team: sales}"), []string{
			`w7:3 the catalogue has no offer of the publisher "tailspin", which this rule names: mend it, or add an offer`}},
		{"a publisher where the catalogue has an offer of any", ruled("offers: [{id: a, publisher: contoso}, {id: b}]\n", "{publisher: tailspin, team: sales}"), nil},
		{"a rule behind several that take all its leads", ruled("", "{country: KR, person: mina}", "{country: JP, action: [PLT, INS], person: mina}", "{country: JP, person: jonas, action: [DNC, create, StartTestDrive, unknown]}", "{country: [JP, KR], offer: a, team: sales}", "{country: [JP, DE], team: sales}"), []string{
			"w10:3 this rule never decides: together those above it take all its leads; put this one before them or take it out"}},
		{"a rule behind those for every action, or every source", ruled("", "{action: [INS, PLT, DNC, Create, StartTestDrive, unknown], person: mina}", "{team: sales}", "{country: KR, team: sales}"), []string{
			"w8:3 this rule never decides: together those above it", "w9:3 this rule never decides: the one in line 8"}},
		{"a rule behind several that leave some of its leads", ruled("", "{country: KR, action: [INS, PLT], person: mina}", "{country: KR, action: [DNC, Create, StartTestDrive], person: mina}", "{action: unknown, offer: a, person: mina}", "{country: KR, team: sales}"), nil},
		{"a rule behind one for everything", ruled("", "{team: sales}", "{offer: a, person: mina}", "{team: sales}"), []string{
			"w8:3 this rule never decides: the one in line 7 takes all its leads; put this one before it or take it out", "w9:3 this rule never decides: the one in line 7"}},
		{"a rule behind one for more", ruled("", "{country: [KR, JP], person: mina}", "{country: Japan, action: plt, team: sales}", "{country: [KR, DE], team: sales}", "{action: PLT, team: sales}"), []string{
			"w8:3 this rule never decides: the one in line 7"}},
		{"a rule behind one for the same in another letter case", ruled("", "{offer: A, publisher: Contoso, person: mina}", "{offer: a, publisher: contoso, team: sales}"), []string{"w8:3 this rule never decides"}},
		{"rules that each take some of the leads", ruled("", "{country: KR, person: mina}", "{action: PLT, person: jonas}", "{source: AppSource, team: sales}"), nil},
		{"a rule that is broken says nothing about those behind it", ruled("", "{country: Atlantis, person: mina}", "{country: KR, team: sales}"), []string{`7:13 country "Atlantis"`}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want...) })
	}
}

func TestMoreThan500RulesAreRefused(t *testing.T) {
	var all []string
	for i := range 501 {
		all = append(all, fmt.Sprintf("{offer: offer-%d, team: sales}", i))
	}
	says(t, ruled("", all[:500]...))
	says(t, ruled("", all...), "507:3 the file has more than 500 rules: put values into one list where a team is the same")
}
