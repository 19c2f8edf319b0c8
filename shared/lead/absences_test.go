package lead_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadflow/shared/lead"
)

// day is the beginning of a day of December 2026 in UTC.
func day(n int) time.Time { return time.Date(2026, 12, n, 0, 0, 0, 0, time.UTC) }

func stretch(from, to int) lead.Stretch { return lead.Stretch{From: day(from), To: day(to)} }

func declared(since, until int) lead.Declared {
	return lead.Declared{Since: lead.At(day(since)), Until: lead.At(day(until))}
}

func TestWhatAPersonDeclaresCountsInsteadOfThePlan(t *testing.T) {
	for _, c := range []struct {
		name string
		d    lead.Declared
		plan []lead.Stretch
		want []lead.Stretch
	}{
		{"away without a plan", declared(10, 12), nil, []lead.Stretch{stretch(10, 12)}},
		{"back without a plan", declared(10, 10), nil, nil},
		{"back ends the absence that is running", declared(10, 10), []lead.Stretch{stretch(8, 20)}, []lead.Stretch{stretch(8, 10)}},
		{"back as an absence begins is instead of all of it", declared(10, 10), []lead.Stretch{stretch(10, 20)}, nil},
		{"back leaves what comes later", declared(10, 10), []lead.Stretch{stretch(11, 20)}, []lead.Stretch{stretch(11, 20)}},
		{"away until a day ends there though the plan goes on", declared(10, 12), []lead.Stretch{stretch(8, 20)}, []lead.Stretch{stretch(8, 10), stretch(10, 12)}},
		{"away beyond the plan", declared(10, 25), []lead.Stretch{stretch(8, 20)}, []lead.Stretch{stretch(8, 10), stretch(10, 25)}},
		{"away over a plan that begins meanwhile", declared(10, 12), []lead.Stretch{stretch(11, 20)}, []lead.Stretch{stretch(10, 12)}},
		{"away until a plan begins leaves it", declared(10, 12), []lead.Stretch{stretch(12, 20)}, []lead.Stretch{stretch(12, 20), stretch(10, 12)}},
		{"what begins later stays, and so does what is over", declared(10, 12), []lead.Stretch{stretch(13, 20), stretch(1, 5), stretch(6, 10)},
			[]lead.Stretch{stretch(13, 20), stretch(1, 5), stretch(6, 10), stretch(10, 12)}},
		{"two absences that overlap", declared(10, 10), []lead.Stretch{stretch(7, 20), stretch(9, 11)}, []lead.Stretch{stretch(7, 10), stretch(9, 10)}},
		{"an end before its begin is back", declared(10, 3), []lead.Stretch{stretch(8, 20)}, []lead.Stretch{stretch(8, 10)}},
		{"a word without times changes nothing", lead.Declared{}, []lead.Stretch{stretch(8, 20)}, []lead.Stretch{stretch(8, 20)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := slices.Clone(c.plan)
			if got := c.d.Instead(plan); !reflect.DeepEqual(got, c.want) {
				t.Errorf("away %v, want %v", got, c.want)
			}
			if !slices.Equal(plan, c.plan) {
				t.Errorf("the plan is %v by now", plan)
			}
		})
	}
}

func TestAWordHoldsFromWhenItIsGivenUntilThePlanHasSomethingLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		date := rapid.IntRange(1, 30)
		var plan []lead.Stretch
		for range rapid.IntRange(0, 4).Draw(t, "absences") {
			from := date.Draw(t, "from")
			plan = append(plan, stretch(from, from+rapid.IntRange(0, 9).Draw(t, "days")))
		}
		since := date.Draw(t, "since")
		until := since + rapid.IntRange(0, 9).Draw(t, "away")
		is := lead.Calendar{Away: declared(since, until).Instead(plan)}
		was := lead.Calendar{Away: plan}
		later := lead.Calendar{Away: slices.DeleteFunc(slices.Clone(plan), func(s lead.Stretch) bool { return s.From.Before(day(until)) || !s.From.After(day(since)) })}
		for at := day(1); at.Before(day(42)); at = at.Add(12 * time.Hour) {
			want := later.IsAway(at)
			switch {
			case at.Before(day(since)):
				want = was.IsAway(at)
			case at.Before(day(until)):
				want = true
			}
			if is.IsAway(at) != want {
				t.Errorf("at %s it is %t, with %v", at, !want, is.Away)
			}
		}
	})
}

func TestAnAbsenceThatIsDeclaredIsToComeAndEndsWithinAYear(t *testing.T) {
	now := day(10).Add(9*time.Hour + 1234567*time.Nanosecond)
	for _, c := range []struct {
		name  string
		until time.Time
		err   error
	}{
		{"until tomorrow", day(11), nil},
		{"for 366 days", now.Add(lead.MaxAway), nil},
		{"for longer", now.Add(lead.MaxAway + 1), lead.ErrAwayLong},
		{"of a mistaken year", day(11).AddDate(10, 0, 0), lead.ErrAwayLong},
		{"until now", now, lead.ErrAwayPast},
		{"for less than can be stored", now.Add(1), lead.ErrAwayPast},
		{"until yesterday", day(9), lead.ErrAwayPast},
		{"until no time", time.Time{}, lead.ErrAwayPast},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := lead.DeclareAway(now, c.until)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if c.err == nil && (got.Since != lead.At(now) || got.Until != lead.At(c.until)) || c.err != nil && !reflect.DeepEqual(got, lead.Declared{}) {
				t.Errorf("declared %+v", got)
			}
		})
	}
	if got := lead.DeclareBack(now); got.Since != lead.At(now) || got.Until != got.Since {
		t.Errorf("back is %+v", got)
	}
}

func TestTheLastWordOfAPersonCounts(t *testing.T) {
	a := &lead.Absences{}
	for _, c := range []struct {
		name string
		d    lead.Declared
		err  error
		want lead.Declared
	}{
		{"away", declared(10, 12), nil, declared(10, 12)},
		{"away until then, by a clock that is behind", declared(9, 12), nil, declared(9, 12)},
		{"away until then, again", declared(11, 12), lead.ErrRecorded, declared(9, 12)},
		{"away for longer", declared(11, 15), nil, declared(11, 15)},
		{"back", declared(13, 13), nil, declared(13, 13)},
		{"back, again", declared(14, 14), nil, declared(14, 14)},
		{"away again until a day that was named before", declared(14, 15), nil, declared(14, 15)},
		{"back on the day", declared(15, 15), nil, declared(15, 15)},
	} {
		if err := a.Declare("mina", c.d); !errors.Is(err, c.err) || !reflect.DeepEqual(a.People["mina"], c.want) {
			t.Errorf("%s: %v, and %v", c.name, err, a.People["mina"])
		}
	}
}

func TestTheWordsOf500PeopleAreKeptAndTheOneThatIsGivenAlways(t *testing.T) {
	a := &lead.Absences{}
	for i := range 500 {
		if err := a.Declare(fmt.Sprint("p", i), declared(1, 20-i%10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Declare("mina", declared(2, 2)); err != nil {
		t.Fatal(err)
	}
	_, kept := a.People["mina"]
	if _, gone := a.People["p109"]; len(a.People) != 500 || !kept || gone {
		t.Errorf("of %d Mina is one: %t; of those whose absence ended first p109 is one: %t", len(a.People), kept, gone)
	}
}

func TestFieldsOfALaterVersionStayInWhatPeopleDeclared(t *testing.T) {
	const document = `{"id":"absences","schema":9,"people":{"mina":{"since":"2026-12-10T00:00:00.000Z","until":"2026-12-12T00:00:00.000Z","later":1}},"later":[2]}`
	var a lead.Absences
	if err := json.Unmarshal([]byte(document), &a); err != nil {
		t.Fatal(err)
	}
	if b, err := json.Marshal(a); err != nil || string(b) != document {
		t.Errorf("%s, %v", b, err)
	}
}
