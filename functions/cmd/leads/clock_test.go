package main

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// clockJSON is what programs get of a clock.
type clockJSON struct {
	StartsAt  string `json:"startsAt"`
	RespondBy string `json:"respondBy"`
	Stretches []struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"stretches"`
}

// noClockJSON is what they get when there is none.
type noClockJSON struct {
	Error     string  `json:"error"`
	RespondBy *string `json:"respondBy"`
}

const saturday = "2026-11-21T15:00:00+09:00"

// clocks are the words that ask for a clock of operations, who works round the clock in UTC.
func clocks(more ...string) []string {
	return append([]string{"clock", "--person", "operations", "--from", saturday, "--hours", "1.5"}, more...)
}

func TestAClockIsArithmeticInLinesAndNeedsNoSettings(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", validTeam)
	want := "arrived Sat 2026-11-21 06:00 UTC in working time, clock started at once\n" +
		"Sat 2026-11-21 06:00 to 07:30 UTC: 1 h 30 min\n" +
		"due Sat 2026-11-21 07:30 UTC\n"
	if out := says(t, clocks("--team", "team.yaml")...); out != want {
		t.Errorf("it says\n%s", out)
	}
	if out, _, err := reads(t, validTeam, clocks("--team", "-")...); err != nil || out != want {
		t.Errorf("of the standard input it says\n%s, %v", out, err)
	}
}

func TestAClockIsOneForPrograms(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", validTeam)
	got := saysJSON[clockJSON](t, clocks("--team", "team.yaml")...)
	if got.StartsAt != "2026-11-21T06:00:00Z" || got.RespondBy != "2026-11-21T07:30:00Z" ||
		len(got.Stretches) != 1 || got.Stretches[0].From != got.StartsAt || got.Stretches[0].To != got.RespondBy {
		t.Errorf("clock %+v", got)
	}
	got = saysJSON[clockJSON](t, "clock", "--team", "team.yaml", "--person=operations", "--from="+saturday, "--hours=0")
	if got.RespondBy != "2026-11-21T06:00:00Z" || got.Stretches == nil || len(got.Stretches) > 0 {
		t.Errorf("without any time it is %+v", got)
	}
}

func TestAClockIsThatOfTheAppliedTeam(t *testing.T) {
	o := start(t)
	for range 2 { // without a team, and with one
		if got := saysJSON[clockJSON](t, clocks()...); got.RespondBy != "2026-11-21T07:30:00Z" {
			t.Errorf("clock %+v", got)
		}
		o.applies(validTeam)
	}
}

func TestWhatHasNoClockIsAnErrorForProgramsToo(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", validTeam)
	writeFile(t, "wrong.yaml", invalidTeam)
	for _, c := range []struct {
		name     string
		args     []string
		says     []string
		notFound bool
	}{
		{"an unknown person", []string{"clock", "--person", "kim", "--from", saturday, "--hours", "1", "--team", "team.yaml"}, []string{`there is no person "kim" in the team, whose ids are operations`}, true},
		{"an invalid team file", clocks("--team", "wrong.yaml"), []string{"wrong.yaml is not valid:", "line 3, column 5: ", "line 4, column 5: "}, false},
		{"no team file", clocks("--team", "none.yaml"), []string{"read the team file"}, false},
		{"no settings", clocks(), []string{"COSMOS_ENDPOINT", "--team FILE needs no settings"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _, err := callWith(t, c.args...)
			if err == nil || out != "" || errors.Is(err, store.ErrNotFound) != c.notFound || errors.Is(err, errUsage) {
				t.Fatalf("%v, and it prints %q", err, out)
			}
			inOrder(t, err.Error(), c.says...)
			out, _, again := callWith(t, append(c.args, "--json")...)
			if got := decoded[noClockJSON](t, out); again == nil || got.Error != err.Error() || !strings.Contains(out, `"respondBy": null`) {
				t.Errorf("to programs it says %v and prints %s", again, out)
			}
		})
	}
}

func TestWhatIsNoQuestionForAClockIsWrongUsage(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", validTeam)
	for _, c := range []struct{ name, person, from, hours, says string }{
		{"no person", "", saturday, "1", "--person is missing"},
		{"no time", "ana", "", "1", "--from is missing"},
		{"no hours", "ana", saturday, "", "--hours is missing"},
		{"a time without an offset", "ana", "2026-11-21T15:00:00", "1", `--from "2026-11-21T15:00:00" is not a time in RFC 3339`},
		{"a time with one digit of the hour", "ana", "2026-11-21T9:00:00Z", "1", "--from"},
		{"a comma in the seconds", "ana", "2026-11-21T15:00:00,5Z", "1", "--from"},
		{"an offset that there is not", "ana", "2026-11-21T15:00:00+24:00", "1", "--from"},
		{"a day that does not exist", "ana", "2026-11-31T15:00:00Z", "1", "--from"},
		{"hours below none", "ana", saturday, "-0.5", "--hours must not be negative"},
		{"too many hours", "ana", saturday, "100000.1", "--hours must not be over 100000"},
		{"hours with a comma", "ana", saturday, "1,5", `--hours "1,5" is not a decimal number`},
		{"hours with an exponent", "ana", saturday, "1e999999999", "--hours"},
		{"a fraction of hours", "ana", saturday, "3/4", "--hours"},
		{"hours that are no number", "ana", saturday, "NaN", "--hours"},
		{"hours without digits", "ana", saturday, ".", "--hours"},
		{"hours of a thousand digits", "ana", saturday, strings.Repeat("0", 1000), "--hours"},
		{"hours with a unit", "ana", saturday, "4h", "--hours"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _, err := callWith(t, "clock", "--team", "team.yaml", "--json", "--person", c.person, "--from", c.from, "--hours", c.hours)
			if !errors.Is(err, errUsage) || !strings.HasPrefix(err.Error(), "clock: "+c.says) || !strings.Contains(out, `"respondBy": null`) {
				t.Errorf("error %v, want %s; it prints %q", err, c.says, out)
			}
		})
	}
}

func TestHoursAreReadExactly(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "-0": 0, "4": 4 * time.Hour, "4.0": 4 * time.Hour, ".5": 30 * time.Minute, "0.1": 6 * time.Minute, "1.15": 69 * time.Minute, "0.0000000000003": 1,
		"0.00000000000027": 0, "100000": 100_000 * time.Hour, "99999.9": 99_999*time.Hour + 54*time.Minute, "0004": 4 * time.Hour,
	} {
		if got, err := readHours(text); err != nil || got != want {
			t.Errorf("%s are %s, %v", text, got, err)
		}
	}
}

// contoso is a team with somebody who works in Seoul, and somebody who never does.
func contoso(t *testing.T) team.Team {
	t.Helper()
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	day := []lead.Hours{{From: 9 * 60, To: 12 * 60}, {From: 13 * 60, To: 18 * 60}}
	c := lead.Calendar{Zone: seoul, Week: [7][]lead.Hours{nil, day, day, day, day, day, nil}}
	c.Away = []lead.Stretch{{From: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)}}
	return team.Team{People: []team.Person{{ID: "kim", Calendar: c}, {ID: "never", Calendar: lead.Calendar{Zone: seoul}}}}.WithOperations("")
}

func TestAClockIsThatOfThePerson(t *testing.T) {
	at, err := time.Parse(time.RFC3339, saturday)
	if err != nil {
		t.Fatal(err)
	}
	clock, err := clockOf(contoso(t), "kim", at, 4*time.Hour)
	want := []string{"arrived Sat 2026-11-21 15:00 KST, clock started Mon 2026-11-23 09:00 KST",
		"Mon 2026-11-23 09:00 to 11:00 KST: 2 h",
		"Mon 2026-11-23 14:00 to 16:00 KST: 2 h",
		"due Mon 2026-11-23 16:00 KST, 07:00 UTC"}
	if err != nil || !slices.Equal(clock.Lines(lead.English()), want) {
		t.Errorf("%v\n%s", err, strings.Join(clock.Lines(lead.English()), "\n"))
	}
	if _, err := clockOf(contoso(t), "never", at, time.Hour); !errors.Is(err, lead.ErrNoWorkingTime) || !strings.Contains(err.Error(), "absences of never in the team file") {
		t.Errorf("of who never works it says %v", err)
	}
	if _, err := clockOf(contoso(t), "Kim", at, time.Hour); err == nil || !strings.Contains(err.Error(), `no person "Kim" in the team, whose ids are kim, never, operations`) {
		t.Errorf("of who is not there it says %v", err)
	}
}

func TestZonesAreInTheProgramItself(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil || !slices.Contains(strings.Fields(string(out)), "time/tzdata") {
		t.Errorf("the command does not have the zones: %v", err)
	}
}

func TestAClockFollowsEverythingThatTheFileSaysOfAPerson(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", `holidays:
- {id: german, country: Germany, dates: [2026-12-24]}
people:
- id: jonas
  name: Jonas Weber
  mail: jonas@contoso.com
  zone: Europe/Berlin
  hours:
    mon-thu: [13:00-17:30, 09:00-12:00, 11:00-12:00]
    fri: 09:00-12:00
  holidays: german
  absences:
  - {from: 2026-12-29}
  - {from: 2026-12-30T10:00, to: 2026-12-30T11:30}
teams:
- {id: sales, people: [jonas], manager: operations}
`)
	ask := func(from, hours string) []string {
		return []string{"clock", "--team", "team.yaml", "--person", "jonas", "--from", from, "--hours", hours}
	}
	// Thursday is a day of the file, Friday a public holiday, then comes the weekend; Tuesday is an absence, and a part of
	// Wednesday morning another.
	want := `arrived Wed 2026-12-23 16:00 CET in working time, clock started at once
Wed 2026-12-23 16:00 to 17:30 CET: 1 h 30 min
Mon 2026-12-28 09:00 to 12:00 CET: 3 h
Mon 2026-12-28 13:00 to 17:30 CET: 4 h 30 min
Wed 2026-12-30 09:00 to 10:00 CET: 1 h
Wed 2026-12-30 11:30 to 11:45 CET: 15 min
due Wed 2026-12-30 11:45 CET, 10:45 UTC
`
	if out := says(t, ask("2026-12-24T00:00:00+09:00", "10.25")...); out != want {
		t.Errorf("it says\n%s", out)
	}
	if got := saysJSON[clockJSON](t, ask("2026-12-24T00:00:00+09:00", "10.25")...); got.StartsAt != "2026-12-23T15:00:00Z" || got.RespondBy != "2026-12-30T10:45:00Z" || len(got.Stretches) != 5 {
		t.Errorf("to programs it says %+v", got)
	}
	for _, c := range []struct{ name, from, hours, starts, due string }{
		{"exactly at the end of the morning", "2026-12-28T09:00:00+01:00", "3", "2026-12-28T08:00:00Z", "2026-12-28T11:00:00Z"},
		{"in the lunch break", "2026-12-28T12:00:00+01:00", "1", "2026-12-28T12:00:00Z", "2026-12-28T13:00:00Z"},
		{"on a public holiday", "2026-12-25T10:00:00+01:00", "1", "2026-12-28T08:00:00Z", "2026-12-28T09:00:00Z"},
		{"when an absence begins", "2026-12-30T10:00:00+01:00", "0.5", "2026-12-30T10:30:00Z", "2026-12-30T11:00:00Z"},
		{"when an absence ends", "2026-12-30T11:30:00+01:00", "0.25", "2026-12-30T10:30:00Z", "2026-12-30T10:45:00Z"},
		{"over New Year and a Friday of three hours", "2026-12-31T16:30:00+01:00", "2", "2026-12-31T15:30:00Z", "2027-01-04T09:00:00Z"},
		{"in summer", "2026-08-14T11:00:00+02:00", "2", "2026-08-14T09:00:00Z", "2026-08-17T08:00:00Z"},
	} {
		if got := saysJSON[clockJSON](t, ask(c.from, c.hours)...); got.StartsAt != c.starts || got.RespondBy != c.due {
			t.Errorf("%s: from %s to %s, want %s to %s", c.name, got.StartsAt, got.RespondBy, c.starts, c.due)
		}
	}
}
