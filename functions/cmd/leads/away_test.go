package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// awayTeam has Mina away for good by the file, Bo with a cover, and Sofia in another zone.
const awayTeam = `people:
- {id: mina, name: Mina Kim, mail: mina@contoso.com, zone: UTC, cover: bo, absences: [{from: 2020-01-01, to: 2099-12-31}]}
- {id: bo, name: Bo Berg, mail: bo@contoso.com, zone: UTC, cover: sofia}
- {id: sofia, name: Sofia Rossi, mail: sofia@contoso.com, zone: Asia/Seoul}
teams:
- {id: sales, people: [mina, bo], manager: sofia}
`

// declares has somebody declare on their page to be away for so long from now on; 0 is back.
func (o *operator) declares(person string, d time.Duration) lead.Declared {
	o.t.Helper()
	now := time.Now()
	word := lead.DeclareBack(now)
	if d > 0 {
		var err error
		if word, err = lead.DeclareAway(now, now.Add(d)); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := o.store.DeclareAway(o.t.Context(), person, word); err != nil {
		o.t.Fatal(err)
	}
	return word
}

// inDays is a day as an operator writes it and as the command says it, where the zone is.
func inDays(t *testing.T, n int, zone string) (written, said string) {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(z)
	day := now.AddDate(0, 0, n)
	layout := "Mon 2 Jan"
	if day.Year() != now.Year() {
		layout += " 2006"
	}
	return day.Format(time.DateOnly), day.Format(layout)
}

func TestAnOperatorDeclaresForSomebodyAndSeesWhoActs(t *testing.T) {
	o := start(t)
	o.applies(awayTeam)
	_, today := inDays(t, 0, "UTC")
	day, until := inDays(t, 7, "UTC")
	if got, want := says(t, "team", "away", "bo", day), "Bo Berg (bo) is away until "+until+", as declared on "+today+".\n"+
		"Sofia Rossi covers for Bo Berg, who is away until "+until+". The handlers follow within a minute.\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	inOrder(t, says(t, "team", "away", "bo", day), "That was declared before, so nothing has changed.\n", "Bo Berg (bo) is away until "+until)
	inOrder(t, says(t, "team", "away", "bo", day+"T13:30"), "Bo Berg (bo) is away until "+until+" 13:30, as declared on "+today+".\n")
	if got, want := says(t, "team", "away", "bo", "back"), "Bo Berg (bo) is there.\nNobody has to act for Bo Berg. The handlers follow within a minute.\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	inOrder(t, says(t, "team", "away", "mina", "back"), "Mina Kim (mina) is back, as declared on "+today+", and not away until Fri 1 Jan 2100 as the team file has it.\nNobody has to act for Mina Kim.")
	_, seoul := inDays(t, 0, "Asia/Seoul")
	day, until = inDays(t, 3, "Asia/Seoul")
	inOrder(t, says(t, "team", "away", "sofia", day), "Sofia Rossi (sofia) is away until "+until+", as declared on "+seoul+".\nSofia Rossi is away until "+until+", and so is everybody who would act. The handlers follow within a minute.\n")
	inOrder(t, says(t, "team", "away", lead.Operations, day), "Operations (operations) is away until", "Operations is away until", "and so is everybody who would act.")
}

func TestProgramsAreToldWhatWasDeclaredAndWhoActs(t *testing.T) {
	o := start(t)
	o.applies(awayTeam)
	day, _ := inDays(t, 7, "UTC")
	got := saysJSON[declaration](t, "team", "away", "bo", day)
	if got.Person != "bo" || got.Until.Format(time.DateOnly+" 15:04") != day+" 00:00" || got.Acting != "sofia" || !strings.HasPrefix(got.Why, "Sofia Rossi covers for Bo Berg") {
		t.Errorf("it is %+v", got)
	}
	if again := saysJSON[declaration](t, "team", "away", "bo", day); again != got {
		t.Errorf("again it is %+v", again)
	}
	got = saysJSON[declaration](t, "team", "away", "bo", "back")
	all, err := o.store.Absences(t.Context())
	if err != nil || got.Since != got.Until || got.Acting != "bo" || got.Why != "" || all["bo"].Since != got.Since {
		t.Errorf("back it is %+v, and stored %+v, %v", got, all, err)
	}
}

func TestWhatCannotBeDeclaredIsExplainedAndNotStored(t *testing.T) {
	o := start(t)
	o.applies(awayTeam)
	for _, c := range []struct {
		name string
		args []string
		says string
		kind error
	}{
		{"nobody", nil, "team away: it is not said which one", errUsage},
		{"no time", []string{"bo"}, "team away: it is not said until when, or back", errUsage},
		{"a person who is not there", []string{"kim", "back"}, `there is no person "kim" in the team, whose ids are mina, bo, sofia, operations`, store.ErrNotFound},
		{"no day", []string{"bo", "friday"}, `team away: "friday" is no date and no time: give the day on which the absence is over, such as 2026-12-07, or a local time, such as 2026-12-07T13:00, or back`, errUsage},
		{"the past", []string{"bo", "2020-01-01"}, "team away: that time has passed already: give when the absence ends", errUsage},
		{"a mistaken year", []string{"bo", "2199-01-01"}, "team away: an absence can end 366 days from now at most: check the year", errUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _, err := callWith(t, append([]string{"team", "away"}, c.args...)...)
			if err == nil || !strings.HasPrefix(err.Error(), c.says) || !errors.Is(err, c.kind) || out != "" {
				t.Errorf("error %v, printed %q", err, out)
			}
		})
	}
	if all, err := o.store.Absences(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("declared is %v, %v", all, err)
	}
}

func TestTheTeamThatIsShownHasWhoDeclaredWhat(t *testing.T) {
	o := start(t)
	_, today := inDays(t, 0, "UTC")
	word := o.declares(lead.Operations, time.Hour)
	inOrder(t, says(t, "team", "show"), "No team has been applied yet.", "\nOperations (operations) is away until ", ", as declared on "+today+".\n")
	o.applies(awayTeam)
	o.declares("mina", 0)
	o.declares("bo", 48*time.Hour)
	o.declares("gone", 48*time.Hour)
	out := says(t, "team", "show")
	inOrder(t, out, "AWAY UNTIL", "mina", "bo", time.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly), "sofia", "TEAM", "sales",
		"\n\nMina Kim (mina) is back, as declared on "+today+", and not away until Fri 1 Jan 2100 as the team file has it.\nBo Berg (bo) is away until ", ", as declared on "+today+".\nOperations (operations) is away until ")
	if strings.Contains(out, "2100-01-01") || strings.Contains(out, "gone") {
		t.Errorf("printed\n%s", out)
	}
	got := saysJSON[struct {
		Version   int                      `json:"version"`
		AppliedAt lead.Time                `json:"appliedAt"`
		Text      string                   `json:"text"`
		Declared  map[string]lead.Declared `json:"declared"`
	}](t, "team", "show")
	if len(got.Declared) != 4 || got.Declared[lead.Operations].Until != word.Until {
		t.Errorf("it is %+v", got)
	}
	if raw := says(t, "team", "show", "--raw"); raw != awayTeam {
		t.Errorf("printed %q", raw)
	}
}

func TestWhoWouldGetALeadAndWhoActsFollowsWhatWasDeclared(t *testing.T) {
	o := start(t)
	o.applies(awayTeam)
	writeFile(t, "next.yaml", awayTeam)
	commands := [][]string{{"team", "simulate"}, {"team", "simulate", "--team", "next.yaml"}, {"explain"}, {"explain", "--team", "next.yaml"}}
	owner := func(want string) {
		t.Helper()
		for _, args := range commands {
			out, _, err := reads(t, ana, append(args, "--json")...)
			if err != nil || !strings.Contains(out, `"owner": "`+want+`"`) {
				t.Errorf("leads %q: %v, printed\n%s\nwant %s", args, err, out, want)
			}
		}
	}
	owner("bo")
	o.declares("mina", 0)
	o.declares("bo", 48*time.Hour)
	owner("mina")
	l := o.takes("s1", ana)
	if strings.Contains(says(t, "show", l.ID), "Acting") {
		t.Error("somebody acts for Mina, who is there")
	}
	o.declares("mina", 24*time.Hour)
	o.declares("bo", 0)
	inOrder(t, says(t, "show", l.ID), "Owner         Mina Kim (mina)", "Acting        Bo Berg covers for Mina Kim, who is away until ")
	out, _, err := reads(t, strings.Replace(ana, "Please call.", "Please do.", 1), "explain")
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "Bo Berg (bo) would get a mail: touch.")
}
