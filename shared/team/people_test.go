package team_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

// mina is a person of whom nothing is wrong, with more lines behind it.
func mina(lines ...string) string {
	return "people:\n- id: mina\n  name: Mina Kim\n  mail: mina@contoso.com\n  zone: Asia/Seoul\n" + indented(lines)
}

func indented(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("  " + l + "\n")
	}
	return b.String()
}

func TestAPersonIsReadWithEveryKey(t *testing.T) {
	got := says(t, `people:
  - id: mina.k_1-a
    name: "Mina  Kim"
    mail: Mina.Kim+leads@Contoso.com
    zone: Asia/Seoul
    hours: {mon: ["09:00-12:00", "13:00-17:30"]}
    absences: [{from: 2026-12-24, to: 2026-12-26}]
    cover: jonas
    weight: 3
    languages: [ko, EN-us]
    onDuty: true
  - {id: jonas, name: Jonas, mail: jonas@contoso.com, zone: Europe/Berlin, languages: de, onDuty: false}
`)
	if len(got.People) != 2 {
		t.Fatalf("people %+v", got.People)
	}
	p := got.People[0]
	if p.ID != "mina.k_1-a" || p.Name != "Mina Kim" || p.Mail != "Mina.Kim+leads@Contoso.com" || p.Cover != "jonas" || p.Weight != 3 ||
		!slices.Equal(p.Languages, []string{"ko", "en-US"}) || !p.OnDuty {
		t.Errorf("the first is %+v", p)
	}
	if z := p.Calendar.Zone; z.String() != "Asia/Seoul" || len(p.Calendar.Week[time.Monday]) != 2 || len(p.Calendar.Week[time.Tuesday]) != 0 || len(p.Calendar.Away) != 1 {
		t.Errorf("the calendar of the first is %+v", p.Calendar)
	}
	p = got.People[1]
	if p.Weight != 1 || p.Cover != "" || p.OnDuty || !slices.Equal(p.Languages, []string{"de"}) || p.Calendar.Holiday != nil || p.Calendar.Away != nil {
		t.Errorf("the second is %+v", p)
	}
	day := []lead.Hours{{From: 9 * 60, To: 17 * 60}}
	if want := ([7][]lead.Hours{1: day, 2: day, 3: day, 4: day, 5: day}); !reflect.DeepEqual(p.Calendar.Week, want) {
		t.Errorf("without hours the week is %v", p.Calendar.Week)
	}
}

func TestMistakesAboutPeople(t *testing.T) {
	const utc = "w2:3 a person has no zone, so the hours are those of UTC: give one, such as Europe/Berlin"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a person without anything", "people:\n- {}\n", []string{
			"2:3 a person has no id: give a short one that stays, such as mina", "2:3 a person has no mail: give the address that gets the leads",
			"2:3 a person has no name: give the name that others know", utc}},
		{"people that are no list", "people: mina\n", []string{`1:9 people is "mina": it must be a list`}},
		{"a person that is a text", "people: [mina]\n", []string{`1:10 a person is "mina": it must be keys with values: id, name, mail, zone, hours, holidays, absences, cover, weight, languages, onDuty`}},
		{"an unknown key", mina("role: boss"), []string{`6:3 there is no key "role" here: a person has the keys id, name`}},
		{"no zone", "people:\n- {id: a, name: A, mail: a@contoso.com}\n", []string{utc}},
		{"an id with a space", "people:\n- {id: a b, name: A, mail: a@contoso.com, zone: UTC}\n", []string{`2:8 id "a b" has a character that it cannot have: give letters, digits and - _ . only`}},
		{"an id that is taken, in another letter case", "people:\n- {id: Mina, name: A, mail: a@contoso.com, zone: UTC}\n- {id: mina, name: B, mail: b@contoso.com, zone: UTC}\n", []string{
			`3:8 the id "mina" is that of the person in line 2 already: choose another`}},
		{"the id of operations", "people:\n- {id: Operations, name: A, mail: a@contoso.com, zone: UTC}\n", []string{
			"2:8 the id operations is that of the setting OPERATIONS_MAIL, who is in every team: choose another"}},
		{"a mail that is that of another", "people:\n- {id: a, name: A, mail: A@contoso.com, zone: UTC}\n- {id: b, name: B, mail: a@Contoso.com, zone: UTC}\n", []string{
			`w3:26 mail "a@Contoso.com" is also that of the person in line 2: both get each other's mails`}},
		{"zones that are none", "people:\n- {id: a, name: A, mail: a@contoso.com, zone: Local}\n- {id: b, name: B, mail: b@contoso.com, zone: ''}\n- {id: c, name: C, mail: c@contoso.com, zone: Berlin}\n- {id: d, name: D, mail: d@contoso.com, zone: localtime}\n- {id: e, name: E, mail: e@contoso.com, zone: ../etc/localtime}\n- {id: f, name: F, mail: f@contoso.com, zone: +09:00}\n", []string{
			`2:47 zone "Local" is no time zone: give its name in the IANA database, such as Europe/Berlin, Asia/Seoul or UTC`, "3:47 zone is blank", `4:47 zone "Berlin" is no`, `5:47 zone "localtime"`, `6:47 zone "../etc/localtime"`, `7:47 zone "+09:00"`}},
		{"a cover that is nobody", mina("cover: nobody"), []string{`6:10 there is no person with the id "nobody": give one that the file has, in the same letter case`}},
		{"a cover in another letter case", mina("cover: Jonas") + "- {id: jonas, name: J, mail: j@contoso.com, zone: UTC}\n", []string{`6:10 there is no person with the id "Jonas"`}},
		{"a cover that is the same person", mina("cover: mina"), []string{"6:10 mina is the cover of mina: name somebody else"}},
		{"weights", mina("weight: 0") + "- {id: b, name: B, mail: b@contoso.com, zone: UTC, weight: 101}\n", []string{
			`6:11 weight is "0": give a whole number from 1 to 100, without quotes`, `7:60 weight is "101"`}},
		{"languages that are none", mina("languages: [English, ko, xx-, und, 5, ko]"), []string{
			`6:15 "English" is no language: give its code (BCP 47), such as en, ko or pt-BR`, `6:28 "xx-" is no language`, `6:33 "und" is no`, `6:38 an entry of languages is "5": it must be a text`, "w6:41 languages lists ko twice, first in line 6: take one out"}},
		{"no languages", mina("languages: []"), []string{"6:14 languages is a list without entries: give it one or take it out"}},
		{"what is neither true nor false", mina("onDuty: yes") + "- {id: b, name: B, mail: b@contoso.com, zone: UTC, onDuty: 'true'}\n- {id: c, name: C, mail: c@contoso.com, zone: UTC, onDuty: [true]}\n- {id: d, name: D, mail: d@contoso.com, zone: UTC, onDuty: True}\n", []string{
			`6:11 onDuty is "yes": give true or false, without quotes`, `7:60 onDuty is "true": give`, "8:60 onDuty is a list: it must be true or false", `9:60 onDuty is "True"`}},
		{"an empty list", "people: []\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want...) })
	}
}

func TestWhatIsNotOneMailAddressIsRefused(t *testing.T) {
	for _, s := range []string{"mina", "mina@", "@contoso.com", "mina@contoso", "Mina <mina@contoso.com>", "<mina@contoso.com>", "a@contoso.com, b@contoso.com", "mina@contoso.com (Mina)", "mi na@contoso.com", "mina@10.0.0.1", "mina@con_toso.com", "미나@contoso.com", "mina@bücher.example", strings.Repeat("a", 250) + "@contoso.com", "\"mi na\"@contoso.com"} {
		says(t, "people:\n- {id: a, name: A, zone: UTC, mail: '"+s+"'}\n", "2:37 mail ")
	}
	says(t, "people:\n- {id: a, name: A, zone: UTC, mail: ''}\n", "2:37 mail is blank")
	says(t, "people:\n- {id: a, name: A, zone: UTC, mail: 'mina@contoso'}\n", `2:37 mail "mina@contoso" is not one mail address: give it alone and in ASCII, such as mina@contoso.com`)
	for _, s := range []string{"mina@contoso.com", "o'neil.x+leads@eu.contoso.co.kr", "m@xn--bcher-kva.example", "mina@contoso.example"} {
		if got := says(t, `people: [{id: a, name: A, zone: UTC, mail: "`+s+`"}]`); got.People[0].Mail != s {
			t.Errorf("%s is %+v", s, got.People)
		}
	}
}

func TestOperationsAreTheLastPersonOfEveryTeam(t *testing.T) {
	of := says(t, mina()).WithOperations("operations@contoso.com")
	if len(of.People) != 2 || of.People[0].ID != "mina" || of.People[1].ID != lead.Operations || of.People[1].Mail != "operations@contoso.com" {
		t.Errorf("people %+v", of.People)
	}
	if p, ok := of.Person("mina"); !ok || p.Name != "Mina Kim" {
		t.Errorf("mina is %+v, %v", p, ok)
	}
}
