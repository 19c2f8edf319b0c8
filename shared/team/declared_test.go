package team_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// until is the word of somebody who is away from monday on.
func until(t *testing.T, d time.Duration) lead.Declared {
	t.Helper()
	word, err := lead.DeclareAway(monday, monday.Add(d))
	if err != nil {
		t.Fatal(err)
	}
	return word
}

const hour, week = time.Hour, 7 * 24 * time.Hour

type words = map[string]lead.Declared

func TestWhatPeopleDeclareWinsOverTheFile(t *testing.T) {
	back := lead.DeclareBack(monday)
	for _, c := range []struct {
		name     string
		file     team.Team
		declared words
		at       time.Duration
		away     string
		acts     string
		why      string
	}{
		{"nothing declared", absent(staffed(), week, "kim"), nil, 0, "kim", "mina", "Mina Kim covers for Kim Lee, who is away until Mon 7 Dec 09:00"},
		{"away", staffed(), words{"kim": until(t, week)}, 0, "kim", "mina", "Mina Kim covers for Kim Lee, who is away until Mon 7 Dec 09:00"},
		{"away, and it is over", staffed(), words{"kim": until(t, week)}, week, "", "kim", ""},
		{"away for less than the file has it", absent(staffed(), week, "kim"), words{"kim": until(t, hour)}, 0, "kim", "mina", "Mina Kim covers for Kim Lee, who is away until Mon 30 Nov 10:00"},
		{"away for less than the file has it, and that is over", absent(staffed(), week, "kim"), words{"kim": until(t, hour)}, hour, "", "kim", ""},
		{"back though the file says away", absent(staffed(), week, "kim"), words{"kim": back}, 0, "", "kim", ""},
		{"back again to cover", absent(staffed(), week, "kim", "mina"), words{"mina": back}, 0, "kim", "mina", "Mina Kim covers for Kim Lee, who is away until Mon 7 Dec 09:00"},
		{"away with the cover", staffed(), words{"kim": until(t, week), "mina": until(t, hour)}, 0, "kim mina", "eva", "Eva Boss acts as the manager of the team apac: Kim Lee is away until Mon 7 Dec 09:00"},
		{"of somebody who is not there", staffed(), words{"gone": until(t, week), "": until(t, week)}, 0, "", "kim", ""},
		{"of operations", staffed(), words{lead.Operations: until(t, week)}, 0, "operations", "kim", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := absent(c.file, 0)
			of := c.file.WithDeclared(c.declared)
			now := monday.Add(c.at)
			var away []string
			for _, p := range of.People {
				if !p.AwayUntil(now).IsZero() {
					away = append(away, p.ID)
				}
			}
			if got := strings.Join(away, " "); got != c.away {
				t.Errorf("away are %q, want %q", got, c.away)
			}
			if p, why := of.Acting("kim", now); p.ID != c.acts || why != c.why {
				t.Errorf("%s acts, %q; want %s, %q", p.ID, why, c.acts, c.why)
			}
			if !reflect.DeepEqual(c.file, before) {
				t.Error("the team of the file is another one now")
			}
			if again := of.WithDeclared(c.declared); !reflect.DeepEqual(again, of) {
				t.Errorf("declared twice it is %v and not %v", again, of)
			}
			if other := of.WithDeclared(words{"kim": until(t, 2*week)}).WithDeclared(nil); !reflect.DeepEqual(other, c.file) {
				t.Errorf("with nothing declared any more it is %v and not %v", other, c.file)
			}
		})
	}
}

func TestANewLeadPassesSomebodyWhoDeclaredToBeAwayAndTheDecisionSaysSo(t *testing.T) {
	of := staffed().WithDeclared(words{"ana": until(t, week)})
	for range 2 {
		o := assigned(of, team.Ask{}, &lead.Roster{})
		if o.Person != "bo" || o.Decision.Candidates[0].Skipped != "away until Mon 7 Dec 09:00" {
			t.Errorf("owner %+v", o)
		}
	}
	if o := assigned(of.WithDeclared(words{"ana": lead.DeclareBack(monday.Add(-hour))}), team.Ask{}, &lead.Roster{}); o.Person != "ana" {
		t.Errorf("once she is back the owner is %s", o.Person)
	}
}

// The lead came before she left: the clock goes on as it was, and is that of nobody's absence.
func TestAnAbsenceThatIsDeclaredStopsNoClockButHandsTheActionOver(t *testing.T) {
	of := staffed()
	for i := range of.People {
		of.People[i].Calendar = lead.RoundTheClock(time.UTC)
	}
	due := func(of team.Team) (lead.Time, string) {
		l := &lead.Lead{Owner: lead.Owner{Person: "kim", Name: "Kim Lee"}}
		l.Take(lead.Touch{Submission: "s1", Action: lead.ActionContactMe, ReceivedAt: lead.At(monday)}, lead.Contact{}, lead.At(monday), of.Staff(monday, nil))
		return l.FollowUp.DueAt, l.Mails[0].To
	}
	want, _ := due(of)
	got, to := due(of.WithDeclared(words{"kim": until(t, week)}))
	if got != want || to != "mina" {
		t.Errorf("it is due at %s and told to %s, want %s and mina", got, to, want)
	}
	if at, to := due(of.WithDeclared(words{"kim": lead.DeclareBack(monday)})); at != want || to != "kim" {
		t.Errorf("for one who is back it is due at %s and told to %s", at, to)
	}
}

func TestWhatIsDeclaredIsSaidWhileItMakesADifference(t *testing.T) {
	planned := staffed()
	for i := range planned.People {
		planned.People[i].Calendar.Away = []lead.Stretch{{From: monday.Add(week), To: monday.Add(2 * week)}}
	}
	for _, c := range []struct {
		name     string
		file     team.Team
		declared words
		at       time.Duration
		want     string
	}{
		{"nothing", absent(staffed(), week, "kim"), nil, 0, ""},
		{"away", staffed(), words{"kim": until(t, week)}, 2 * 24 * hour, "away until Mon 7 Dec 09:00, as declared on Mon 30 Nov"},
		{"away over the new year", staffed(), words{"kim": until(t, 5*week)}, 0, "away until Mon 4 Jan 2027 09:00, as declared on Mon 30 Nov"},
		{"away since the last year", staffed(), words{"kim": until(t, 6*week)}, 5 * week, "away until Mon 11 Jan 09:00, as declared on Mon 30 Nov 2026"},
		{"away, and it is over", staffed(), words{"kim": until(t, week)}, week, ""},
		{"away for less than the file has it, and that is over", absent(staffed(), week, "kim"), words{"kim": until(t, hour)}, 2 * hour,
			"back, as declared on Mon 30 Nov, and not away until Mon 7 Dec 09:00 as the team file has it"},
		{"away, and later by the file", planned, words{"kim": until(t, hour)}, week + hour, ""},
		{"back", absent(staffed(), week, "kim"), words{"kim": lead.DeclareBack(monday)}, 0, "back, as declared on Mon 30 Nov, and not away until Mon 7 Dec 09:00 as the team file has it"},
		{"back, which the file says too", absent(staffed(), week, "kim"), words{"kim": lead.DeclareBack(monday)}, week, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := c.file.WithDeclared(c.declared).Person("kim")
			if got := p.AsDeclared(monday.Add(c.at)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if d, said := p.Declared(); said != (c.declared != nil) || !reflect.DeepEqual(d, c.declared["kim"]) {
				t.Errorf("declared is %v, %t", d, said)
			}
		})
	}
}

func TestTheEndOfAnAbsenceIsReadInTheZoneOfThePerson(t *testing.T) {
	seoul, berlin := zone(t, "Asia/Seoul"), zone(t, "Europe/Berlin")
	for _, c := range []struct {
		name, text string
		zone       *time.Location
		want       string
	}{
		{"a date, on which the person is back", "2026-12-07", seoul, "2026-12-06T15:00:00Z"},
		{"a local time", "2026-12-07T13:00", seoul, "2026-12-07T04:00:00Z"},
		{"a local time with a space", "2026-12-07 13:00", berlin, "2026-12-07T12:00:00Z"},
		{"without a zone it is UTC", "2026-12-07T13:00", nil, "2026-12-07T13:00:00Z"},
		{"a time that the clocks leave out", "2027-03-28T02:30", berlin, "2027-03-28T01:00:00Z"},
		{"a time that the clocks show twice is the last one", "2027-10-31T02:30", berlin, "2027-10-31T01:30:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := team.Person{Calendar: lead.Calendar{Zone: c.zone}}
			if got, err := p.Until(c.text); err != nil || got.Format(time.RFC3339) != c.want {
				t.Errorf("%s, %v, want %s", got.Format(time.RFC3339), err, c.want)
			}
		})
	}
	for _, text := range []string{"", "tomorrow", "7.12.2026", "2026-02-30", "2026-12-07T24:00", "2026-12-07T13:00Z", "2026-12-07T13:00:00", " 2026-12-07", "2026-12", strings.Repeat("9", 1000)} {
		if got, err := (team.Person{}).Until(text); err == nil || !got.IsZero() || len(err.Error()) > 300 || !strings.Contains(err.Error(), "such as 2026-12-07") {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func FuzzUntil(f *testing.F) {
	for _, text := range []string{"2026-12-07", "2026-12-07T13:00", "2026-12-07 13:00", "0000-01-01", "9999-12-31T23:59", "2026-3-1", "x"} {
		f.Add(text)
	}
	p := team.Person{Calendar: lead.Calendar{Zone: zone(f, "Europe/Berlin")}}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := p.Until(text)
		if err != nil {
			if !got.IsZero() {
				t.Errorf("%q is %s, and the error %v", text, got, err)
			}
			return
		}
		local := got.In(p.Calendar.Zone).Format("2006-01-02T15:04")
		if again, err := p.Until(local); err != nil || !again.Equal(got) && again.Sub(got) != time.Hour {
			t.Errorf("%q is %s, which is %s, %v", text, local, again, err)
		}
	})
}
