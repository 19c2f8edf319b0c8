package lead_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadflow/shared/lead"
)

// The reference is a list of minutes: each is asked what the clock on the wall shows, and whether it is in a
// working hour. It knows nothing of offsets.

const (
	minutesADay = 24 * 60
	// seenDays is how many days the reference looks at, and arrivalDay the one that an arrival is in.
	seenDays, arrivalDay = 18, 4
)

// minutes are those of some days, from an instant in UTC.
type minutes struct {
	first time.Time
	// wall is what the clock shows in each, in minutes since 1970 as if it were UTC.
	wall []int
	// open says in which of them somebody works.
	open []bool
}

// minutes looks at the wall clock, and opens the minutes in which somebody works.
func (d drawn) minutes() *minutes {
	m := &minutes{first: d.first, wall: make([]int, seenDays*minutesADay), open: make([]bool, seenDays*minutesADay)}
	for i := range m.wall {
		at := d.at(i).In(d.calendar.Zone)
		year, month, day := at.Date()
		hour, minute, _ := at.Clock()
		m.wall[i] = int(time.Date(year, month, day, hour, minute, 0, 0, time.UTC).Unix() / 60)
	}
	m.follow(d.calendar)
	return m
}

// begins is the first minute that the wall shows this time or, if it never does, a later one.
func (m *minutes) begins(wall int) int {
	for i, w := range m.wall {
		if w >= wall {
			return i
		}
	}
	return len(m.wall)
}

// ends is the last minute that the wall shows this time or, if it never does, the one behind the last earlier one.
func (m *minutes) ends(wall int) int {
	for i := len(m.wall) - 1; i >= 0; i-- {
		switch {
		case m.wall[i] == wall:
			return i
		case m.wall[i] < wall:
			return i + 1
		}
	}
	return 0
}

// follow opens the minutes of a calendar.
func (m *minutes) follow(c lead.Calendar) {
	date := m.first.AddDate(0, 0, -2).Truncate(24 * time.Hour)
	for range seenDays + 4 {
		holiday := c.Holiday != nil && c.Holiday(date.Date())
		for _, h := range c.Week[date.Weekday()] {
			from, to := m.begins(int(date.Unix()/60)+h.From), m.ends(int(date.Unix()/60)+h.To)
			for i := from; i < to && !holiday; i++ {
				m.open[i] = true
			}
		}
		date = date.AddDate(0, 0, 1)
	}
	for i := range m.open {
		at := m.first.Add(time.Duration(i) * time.Minute)
		for _, a := range c.Away {
			m.open[i] = m.open[i] && (at.Before(a.From) || !at.Before(a.To))
		}
	}
}

func (m *minutes) at(i int) time.Time { return m.first.Add(time.Duration(i) * time.Minute) }

// clock runs so many minutes. It says no if they are not all seen.
func (m *minutes) clock(from, within int) (starts, due int, stretches []lead.Stretch, ok bool) {
	starts = slices.Index(m.open[from:], true)
	if starts < 0 {
		return 0, 0, nil, false
	}
	starts += from
	due = starts
	for i := starts; within > 0; i++ {
		if i >= len(m.open)-2*minutesADay { // the hours of the last days may begin on a day that is not seen
			return 0, 0, nil, false
		}
		if !m.open[i] {
			continue
		}
		if n := len(stretches); n > 0 && stretches[n-1].To.Equal(m.at(i)) {
			stretches[n-1].To = m.at(i + 1)
		} else {
			stretches = append(stretches, lead.Stretch{From: m.at(i), To: m.at(i + 1)})
		}
		within--
		due = i + 1
	}
	return starts, due, stretches, true
}

var zones = []string{"America/New_York", "Europe/Berlin", "Asia/Seoul", "Australia/Lord_Howe", "America/St_Johns", "Africa/Cairo", "America/Havana",
	"Pacific/Apia", "Asia/Kathmandu", "America/Asuncion", "Europe/Dublin", "Asia/Beirut", "Africa/Casablanca", "Asia/Gaza", "Pacific/Chatham",
	"Antarctica/Troll", "America/Scoresbysund", "Pacific/Kwajalein", "Asia/Pyongyang", "UTC"}

// changes are when the clocks of a zone change, found by looking once a day, and some days when they do not.
func changes(zone *time.Location) []time.Time {
	all := []time.Time{time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), time.Date(2028, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
	for at := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2040; at = at.AddDate(0, 0, 1) {
		_, before := at.In(zone).Zone()
		if _, after := at.AddDate(0, 0, 1).In(zone).Zone(); before != after {
			all = append(all, at)
		}
	}
	return all
}

// drawn is a calendar, the minutes that are looked at, from an instant in UTC, and an arrival in one of them, which is
// around a change of the clocks.
type drawn struct {
	calendar lead.Calendar
	first    time.Time
	arrival  int
}

// at is when a minute begins.
func (d drawn) at(i int) time.Time { return d.first.Add(time.Duration(i) * time.Minute) }

// draws gives a generator of calendars.
func draws(t *testing.T) func(*rapid.T) drawn {
	at := map[string][]time.Time{}
	for _, name := range zones {
		at[name] = changes(zone(t, name))
	}
	return func(r *rapid.T) drawn {
		name := rapid.SampledFrom(zones).Draw(r, "zone")
		d := drawn{calendar: lead.Calendar{Zone: zone(t, name)}}
		change := rapid.SampledFrom(at[name]).Draw(r, "change")
		d.first = change.AddDate(0, 0, -arrivalDay-rapid.IntRange(-2, 6).Draw(r, "days before"))
		step := rapid.SampledFrom([]int{1, 30, 60}).Draw(r, "step")
		span := rapid.Custom(func(r *rapid.T) lead.Hours {
			from := rapid.IntRange(0, minutesADay/step-1).Draw(r, "from")
			return lead.Hours{From: from * step, To: rapid.IntRange(from+1, minutesADay/step).Draw(r, "to") * step}
		})
		for day := range d.calendar.Week {
			d.calendar.Week[day] = rapid.SliceOfN(span, 0, 3).Draw(r, "hours")
		}
		holidays := rapid.SliceOfN(rapid.IntRange(1, 31), 0, 6).Draw(r, "holidays")
		d.calendar.Holiday = func(_ int, _ time.Month, day int) bool { return slices.Contains(holidays, day) }
		for range rapid.IntRange(0, 4).Draw(r, "absences") {
			from := rapid.IntRange(0, seenDays*minutesADay/step).Draw(r, "away from") * step
			to := from + rapid.IntRange(0, 3*minutesADay/step).Draw(r, "away for")*step
			d.calendar.Away = append(d.calendar.Away, lead.Stretch{From: d.at(from), To: d.at(to)})
		}
		d.arrival = arrivalDay*minutesADay + rapid.IntRange(0, 3*minutesADay).Draw(r, "arrival")
		return d
	}
}

// clock runs the clock, which is right to fail if somebody has no hours, but not otherwise.
func (d drawn) clock(r *rapid.T, from time.Time, within time.Duration) lead.Clock {
	r.Helper()
	c, err := d.calendar.Clock(from, within)
	if err != nil {
		r.Skip("nobody works within a year")
	}
	return c
}

// duration is some working time of several days, and more than none.
func duration(r *rapid.T, label string) time.Duration {
	return time.Duration(rapid.IntRange(1, 60*60).Draw(r, label)) * time.Minute
}

func TestAClockAgreesWithWhoeverCountsTheMinutesOnTheWall(t *testing.T) {
	draw := draws(t)
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r)
		seen := d.minutes()
		within := rapid.IntRange(0, 60*60).Draw(r, "minutes")
		starts, due, stretches, ok := seen.clock(d.arrival, within)
		if !ok {
			r.Skip("it ends on a day that the reference does not see")
		}
		got := d.clock(r, d.at(d.arrival), time.Duration(within)*time.Minute)
		if !got.StartsAt.Equal(d.at(starts)) || !got.RespondBy.Equal(d.at(due)) || !slices.Equal(got.Stretches, stretches) {
			r.Errorf("it starts %s, is due %s and uses\n%v\nand not %s, %s,\n%v", got.StartsAt, got.RespondBy, got.Stretches, d.at(starts), d.at(due), stretches)
		}
	})
}

func TestWhoWorksWhenIsWhatTheMinutesOnTheWallSay(t *testing.T) {
	draw := draws(t)
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r)
		seen := d.minutes()
		for i := d.arrival; i < d.arrival+200; i++ {
			if got := d.calendar.Works(d.at(i)); got != seen.open[i] {
				r.Fatalf("%s: works: %t", d.at(i).In(d.calendar.Zone), got)
			}
		}
	})
}

func TestAClockUsesExactlyItsTimeAndNeverClosedHours(t *testing.T) {
	draw := draws(t)
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r)
		within := duration(r, "within")
		c := d.clock(r, d.at(d.arrival).Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(r, "nanoseconds"))), within)
		if !d.calendar.Works(c.StartsAt) || c.StartsAt.Before(c.ArrivedAt) {
			r.Errorf("nobody works when it starts, %s", c.StartsAt)
		}
		if !d.calendar.Works(c.RespondBy.Add(-1)) {
			r.Errorf("nobody works before it is due, %s", c.RespondBy)
		}
		var used time.Duration
		for i, s := range c.Stretches {
			used += s.To.Sub(s.From)
			if !s.From.Before(s.To) || i > 0 && !c.Stretches[i-1].To.Before(s.From) {
				r.Errorf("stretch %d, %v, is empty or touches the one before", i, s)
			}
			for _, at := range []time.Time{s.From, s.From.Add(s.To.Sub(s.From) / 2), s.To.Add(-1)} {
				if !d.calendar.Works(at) || d.calendar.IsAway(at) {
					r.Errorf("nobody works at %s", at)
				}
			}
		}
		n := len(c.Stretches)
		if used != within || !c.Stretches[0].From.Equal(c.StartsAt) || !c.Stretches[n-1].To.Equal(c.RespondBy) {
			r.Errorf("%s is used of %s, from %s to %s", used, within, c.Stretches[0].From, c.Stretches[n-1].To)
		}
	})
}

func TestALaterArrivalOrMoreTimeIsNeverDueEarlier(t *testing.T) {
	draw := draws(t)
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r)
		within, more := duration(r, "within"), time.Duration(rapid.Int64Range(0, int64(40*time.Hour)).Draw(r, "more"))
		at := d.at(d.arrival)
		c := d.clock(r, at, within)
		if later := d.clock(r, at.Add(more), within); later.RespondBy.Before(c.RespondBy) || later.StartsAt.Before(c.StartsAt) {
			r.Errorf("%s later it is due %s instead of %s", more, later.RespondBy, c.RespondBy)
		}
		if longer := d.clock(r, at, within+more); longer.RespondBy.Before(c.RespondBy) || more > 0 && !longer.RespondBy.After(c.RespondBy) {
			r.Errorf("with %s more it is due %s instead of %s", more, longer.RespondBy, c.RespondBy)
		}
	})
}

func TestTwoClocksOneAfterTheOtherAreOneClock(t *testing.T) {
	draw := draws(t)
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r)
		first, second := duration(r, "first"), duration(r, "second")
		at := d.at(d.arrival)
		whole := d.clock(r, at, first+second)
		half := d.clock(r, at, first)
		if rest := d.clock(r, half.RespondBy, second); !rest.RespondBy.Equal(whole.RespondBy) {
			r.Errorf("%s and %s: due %s, and together %s", first, second, rest.RespondBy, whole.RespondBy)
		}
	})
}

func TestALocalTimeIsWhatTheWallShowsFirstOrLast(t *testing.T) {
	draw := draws(t)
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r)
		seen := d.minutes()
		wall := seen.wall[d.arrival] + rapid.IntRange(-minutesADay, minutesADay).Draw(r, "minutes away")
		local := time.Unix(int64(wall)*60, 0).UTC()
		year, month, day := local.Date()
		for end, want := range map[bool]int{false: seen.begins(wall), true: seen.ends(wall)} {
			if got := lead.Instant(d.calendar.Zone, year, month, day, local.Hour()*60+local.Minute(), end); !got.Equal(d.at(want)) {
				r.Errorf("%s in %s, as an end: %t: %s, want %s", local.Format(time.DateTime), d.calendar.Zone, end, got, d.at(want))
			}
		}
	})
}

func TestTheNextWorkingDayIsTheFirstMinuteOfAnotherDateOnTheWall(t *testing.T) {
	draw := draws(t)
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r)
		seen := d.minutes()
		today := seen.wall[d.arrival] / minutesADay
		for i := d.arrival; i < len(seen.wall)-2*minutesADay; i++ {
			if !seen.open[i] || seen.wall[i]/minutesADay <= today {
				continue
			}
			got, err := d.calendar.NextDay(d.at(d.arrival), 1)
			if err != nil || !got.Equal(d.at(i)) {
				r.Errorf("%s, %v, want %s", got, err, d.at(i))
			}
			return
		}
		r.Skip(fmt.Sprintf("nobody works after %s as far as is seen", d.at(d.arrival)))
	})
}
