package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// described is what is printed of a team file at a moment.
func described(t *testing.T, file string, now time.Time) string {
	t.Helper()
	of, problems := team.Parse([]byte(file))
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	var out bytes.Buffer
	if err := (&call{out: &out}).describe(of, now); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestATeamIsDescribedInTablesAndWords(t *testing.T) {
	const want = `Configures    3 people, 2 teams, 3 rules, 2 offers, 2 internal domains
Own domains   contoso.com, contoso.example
Answer within Contact me 1h30m, Test drive 6h, Acquired the offer 6h, Created in the Azure portal 6h, Showed interest 6h
Follow-ups    1, 5 working days after the first contact
Drafts        3 texts in en, pt-BR
Mails         without personal data

PERSON  NAME         ZONE           AWAY UNTIL        COVER  WEIGHT  ON DUTY  LANGUAGES  HOURS
mina    Mina Kim     Asia/Seoul     2026-03-04 12:00  jonas  2       no       ko, en     Mon-Thu 09:00-12:00 13:00-18:00, Fri 09:00-13:30, Sun 00:00-24:00
jonas   Jonas Weber  Europe/Berlin                           1       no                  Mon-Fri 09:00-17:00
sofia   Sofia Rossi  Europe/Berlin                           1       yes                 round the clock

TEAM   PEOPLE       MANAGER     FALLBACK
sales  mina, jonas  sofia       jonas
other  jonas        operations  operations

RULE  GIVES TO    LEADS
1     mina        offer analytics or backup, publisher contoso, source AppSource, action "Contact me" or "Test drive", country South Korea or Germany
2     team sales  country Japan
3     team other  all
else  team sales  offer analytics, publisher contoso
`
	if got := described(t, fullTeam, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)); got != want {
		t.Errorf("printed\n%s", got)
	}
}

func TestATeamWithoutPeopleIsDescribedByWhatHoldsAllTheSame(t *testing.T) {
	const want = `Configures    0 people, 0 teams, 0 rules, 0 offers, 0 internal domains
Answer within Contact me 4h, Test drive 4h, Acquired the offer 8h, Created in the Azure portal 8h, Showed interest 8h
Follow-ups    none
Drafts        in built-in words
Mails         with the customer's data
`
	if got := described(t, "cadence: []\n", time.Time{}); got != want {
		t.Errorf("printed\n%s", got)
	}
}

func TestWhoIsAwayIsShownUntilTheLastOfTheAbsencesThatFollowUponEachOther(t *testing.T) {
	for at, want := range map[string]string{
		"2026-03-01T14:59:59Z": "", // the second of March begins at 15:00 UTC in Seoul
		"2026-03-01T15:00:00Z": "2026-03-04 12:00",
		"2026-03-04T02:59:59Z": "2026-03-04 12:00",
		"2026-03-04T03:00:00Z": "",
		"2026-12-24T00:00:00Z": "2026-12-25 00:00",
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		of, _ := team.Parse([]byte(fullTeam))
		if got := awayUntil(of.People[0], now); got != want {
			t.Errorf("at %s it is %q, want %q", at, got, want)
		}
	}
}

func TestTheHoursOfAWeekAreShort(t *testing.T) {
	hour := func(from, to int) lead.Hours { return lead.Hours{From: from * 60, To: to * 60} }
	day, lunch := []lead.Hours{hour(9, 17)}, []lead.Hours{hour(13, 17), hour(9, 12)}
	for want, week := range map[string][7][]lead.Hours{
		"never":                            {},
		"Mon 09:00-17:00":                  {1: day},
		"Mon-Tue 09:00-17:00":              {1: day, 2: day},
		"Sat-Sun 09:00-17:00":              {0: day, 6: day},
		"Mon 09:00-17:00, Wed 09:00-17:00": {1: day, 3: day},
		"Mon 09:00-12:00 13:00-17:00, Tue 09:00-17:00": {1: lunch, 2: {hour(12, 17), hour(9, 12), hour(10, 11)}},
		"Mon-Sun 09:00-17:00":                          {day, day, day, day, day, day, day},
	} {
		if got := hoursOf(week); got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
}

func TestNamesOfPeopleCannotMoveTheTerminal(t *testing.T) {
	out := described(t, "people: [{id: a, name: \"A\\u202e\\u2066B\", mail: a@contoso.com, zone: UTC}]\n", time.Time{})
	if !strings.Contains(out, "A  B") || strings.ContainsAny(out, "\u202e\u2066") {
		t.Errorf("printed %s", out)
	}
}
