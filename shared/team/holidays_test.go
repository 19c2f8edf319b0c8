package team_test

import (
	"sync"
	"testing"
	"time"

	"github.com/rickar/cal/v2"

	"leadflow/shared/team"
)

// off says whether a person of the team has a holiday on a day.
func off(t *testing.T, of team.Team, person, day string) bool {
	t.Helper()
	p, ok := of.Person(person)
	on, err := time.Parse(time.DateOnly, day)
	if !ok || err != nil {
		t.Fatal(person, err)
	}
	if p.Calendar.Holiday == nil {
		return false
	}
	return p.Calendar.Holiday(on.Date())
}

// pair are two people, the second of whom has holidays of her own.
func pair(holidays, sofias string) string {
	return "holidays: " + holidays + "\npeople:\n- {id: mina, name: Mina, mail: mina@contoso.com, zone: Asia/Seoul}\n" +
		"- {id: sofia, name: Sofia, mail: sofia@contoso.com, zone: Europe/Berlin, holidays: " + sofias + "}\n"
}

func TestHolidaysAreThoseOfEverybodyAndOfThoseWhoNameThem(t *testing.T) {
	of := says(t, pair(`[2026-12-31, Germany, {dates: [2026-02-16, "2026-02-17"]}, {id: bavaria, dates: 2026-01-06}, {id: italy, country: IT, dates: [2026-06-24]}, {country: DE}]`, "[bavaria, italy]"))
	for _, c := range []struct {
		day         string
		mina, sofia bool
	}{
		{"2026-12-31", true, true},
		{"2027-12-31", false, false},
		{"2026-10-03", true, true},
		{"2031-10-03", true, true},
		{"2026-02-16", true, true},
		{"2026-02-17", true, true},
		{"2026-02-18", false, false},
		{"2026-01-06", false, true},
		{"2027-01-06", false, true}, // also of Italy, each year
		{"2026-04-25", false, true},
		{"2026-06-24", false, true},
		{"2027-06-24", false, false},
		{"2026-03-02", false, false},
	} {
		if mina, sofia := off(t, of, "mina", c.day), off(t, of, "sofia", c.day); mina != c.mina || sofia != c.sofia {
			t.Errorf("%s: %t, %t", c.day, mina, sofia)
		}
	}
}

func TestOneCalendarIsNamedWithoutAList(t *testing.T) {
	of := says(t, pair("[{id: a, dates: [2026-01-06]}]", "a"))
	if off(t, of, "mina", "2026-01-06") || !off(t, of, "sofia", "2026-01-06") {
		t.Error("who has it?")
	}
	if p, _ := of.Person("mina"); p.Calendar.Holiday != nil {
		t.Error("who has no holidays has some")
	}
}

func TestAPublicHolidayIsItsDayAndTheOneOnWhichItIsMadeUpFor(t *testing.T) {
	for _, c := range []struct {
		country, day string
		want         bool
	}{
		{"US", "2026-07-04", true}, // a Saturday
		{"US", "2026-07-03", true},
		{"US", "2026-07-05", false},
		{"US", "2021-12-31", true}, // for January 1 of the next year, a Saturday
		{"US", "2022-01-01", true},
		{"US", "2022-12-31", false},
		{"GB", "2026-12-28", true}, // for Boxing Day
		{"United Kingdom", "2026-05-04", true},
		{"GB", "2023-05-08", true}, // once
		{"GB", "2024-05-08", false},
		{"DE", "2026-04-03", true},
		{"DE", "2026-04-05", false},
		{"DE", "2026-05-14", true},
		{"BR", "2026-02-17", true},
		{"JP", "2026-05-06", true},
		{"AU", "2026-04-25", true},
		{"AU", "2026-10-05", false}, // a state's
		{"CH", "2026-08-01", true},
		{"CH", "2026-03-19", false}, // a canton's
	} {
		of := says(t, "holidays: ["+c.country+"]\npeople: [{id: a, name: A, mail: a@contoso.com, zone: UTC}]\n")
		if got := off(t, of, "a", c.day); got != c.want {
			t.Errorf("%s in %s: %t", c.day, c.country, got)
		}
	}
}

// The library computes in the zone of the machine. In these the clocks leave out the midnight in question, and the
// library is an hour behind or before it.
func TestAPublicHolidayDoesNotDependOnTheZoneOfTheMachine(t *testing.T) {
	machine := cal.DefaultLoc
	t.Cleanup(func() { cal.DefaultLoc = machine })
	for _, c := range []struct {
		zone, country string
		from          time.Time
		want          []bool
	}{
		{"Asia/Beirut", "LV", time.Date(2024, 3, 30, 0, 0, 0, 0, time.UTC), []bool{false, true, true, false}},   // Easter
		{"America/Havana", "UA", time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC), []bool{false, true, true, false}}, // a Sunday, and the Monday for it
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		cal.DefaultLoc = zone
		of := says(t, "holidays: ["+c.country+"]\npeople: [{id: a, name: A, mail: a@contoso.com, zone: UTC}]\n")
		for i, want := range c.want {
			if day := c.from.AddDate(0, 0, i).Format(time.DateOnly); off(t, of, "a", day) != want {
				t.Errorf("on a machine in %s %s is a holiday in %s: %t", c.zone, day, c.country, !want)
			}
		}
	}
}

func TestEveryCountryThatIsKnownHasHolidays(t *testing.T) {
	for _, code := range []string{"AT", "AU", "BE", "BG", "BR", "CA", "CH", "CZ", "DE", "DK", "ES", "FR", "GB", "GR", "HR", "IE", "IT", "JP", "LT", "LV", "MW", "NC", "NL", "NO", "NZ", "PL", "RO", "RU", "SE", "SI", "SK", "UA", "US", "ZA"} {
		of := says(t, "holidays: [{country: "+code+"}]\npeople: [{id: a, name: A, mail: a@contoso.com, zone: UTC}]\n")
		days := 0
		for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
			if of.People[0].Calendar.Holiday(day.Date()) {
				days++
			}
		}
		if !off(t, of, "a", "2026-01-01") || days < 4 || days > 22 {
			t.Errorf("%s has %d", code, days)
		}
	}
}

func TestHolidaysAreAskedForByManyAtOnce(t *testing.T) {
	of := says(t, "holidays: [DE, FR]\npeople: [{id: a, name: A, mail: a@contoso.com, zone: UTC}]\n")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for year := 2020; year < 2040; year++ {
				if !of.People[0].Calendar.Holiday(year, time.December, 25) || of.People[0].Calendar.Holiday(year, time.December, 2+i) {
					t.Errorf("%d is wrong", year)
				}
			}
		})
	}
	all.Wait()
}

func TestMistakesAboutHolidays(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"no list", "holidays: DE\n", []string{`1:11 holidays is "DE": it must be a list`}},
		{"an unknown key", "holidays: [{region: BY, country: DE}]\n", []string{`1:13 there is no key "region" here: an entry of holidays has the keys id, country, dates`}},
		{"no days", "holidays: [{}]\n", []string{"1:12 an entry of holidays has neither country nor dates: give one or both"}},
		{"a blank entry", "holidays:\n-\n- {country: , dates: }\n", []string{"2:1 country is blank", "3:4 country is blank", "3:15 an entry of dates is blank"}},
		{"dates that are none", "holidays: [2026-02-30, 24.12.2026, {dates: ['2026-12-24T13:00', today, []]}, {dates: []}]\n", []string{
			`1:12 an entry of holidays is "2026-02-30", a day that there is not: give one of the calendar`, `1:24 an entry of holidays is "24.12.2026": give a date such as 2026-12-24`,
			`1:45 an entry of dates is "2026-12-24T13:00": give a date such as 2026-12-24`, `1:65 an entry of dates is "today"`, "1:72 an entry of dates is a list", "1:86 dates is a list without entries"}},
		{"a country that is none", "holidays: [Atlantis, {country: XX}]\n", []string{
			`1:12 country "Atlantis" is unknown: give its code (ISO 3166-1) or its English name, such as KR or Germany`, `1:32 country "XX" is unknown`}},
		{"a country without known holidays", "holidays: [Korea, {country: IN, dates: [2026-01-26]}]\n", []string{
			"1:12 the public holidays of South Korea are unknown here: give their dates; known are those of AT, AU, BE, BG, BR, CA, CH, CZ, DE, DK, ES, FR, GB, GR, HR, IE, IT, JP, LT, LV, MW, NC, NL, NO, NZ, PL, RO, RU, SE, SI, SK, UA, US, ZA",
			"1:29 the public holidays of India are unknown here"}},
		{"an id twice", pair("[{id: a, country: DE}, {id: A, country: DE}]", "[a]"), []string{`1:39 the id "A" is that of the calendar of holidays in line 1 already: choose another`}},
		{"holidays that nobody has", pair("[{id: a, country: DE}, {id: b, country: DE}]", "[a]"), []string{
			"w1:39 nobody has the holidays b: name them in the holidays of a person, or take out the id to have them for everybody"}},
		{"holidays that there are not", pair("[DE]", "[DE]"), []string{`4:85 there is no calendar of holidays with the id "DE": give one that the file has, in the same letter case`}},
		{"holidays of a person that are named twice or not at all", pair("[{id: a, country: DE}]", "[a, a]") + "- {id: b, name: B, mail: b@contoso.com, zone: UTC, holidays: []}\n", []string{
			"w4:88 holidays lists a twice, first in line 4: take one out", "5:62 holidays is a list without entries"}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want...) })
	}
}

func BenchmarkHoliday(b *testing.B) {
	of, _ := team.Parse([]byte("holidays: [DE, FR, GB]\npeople: [{id: a, name: A, mail: a@contoso.com, zone: UTC}]\n"))
	for b.Loop() {
		for day := 1; day <= 28; day++ {
			of.People[0].Calendar.Holiday(2026, time.March, day)
		}
	}
}
