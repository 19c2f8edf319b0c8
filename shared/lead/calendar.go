package lead

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"time"
)

// Calendar says when a person works: during the hours of each local day that is no holiday, unless absent. Hours
// that begin at a local time that a change of the clocks leaves out begin when the clocks have changed, and those
// that begin or end at one that comes twice include both, as Instant has it. All times that a calendar gives are
// in UTC.
type Calendar struct {
	// Zone is where the person's days and hours are; nil is UTC.
	Zone *time.Location
	// Week has the working hours of each weekday, in any order; what overlaps counts once.
	Week [7][]Hours // by time.Weekday
	// Holiday says whether a local day is one on which nobody works: all hours that begin on it are off. nil is
	// a year without holidays.
	Holiday func(year int, month time.Month, day int) bool
	// Away are the person's absences, in any order; one that does not end after it begins is none.
	Away []Stretch
}

// Hours are working hours within one local day, in minutes from midnight. To is behind From and 1440 at most.
type Hours struct{ From, To int }

// Stretch is a stretch of real time. It ends before To.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// ErrNoWorkingTime says that a calendar has no working time for a whole year.
var ErrNoWorkingTime = errors.New("there is no working time in a whole year")

// Works says whether the person works at an instant.
func (c Calendar) Works(at time.Time) bool {
	for range c.working(at, at.Add(1)) {
		return true
	}
	return false
}

// Next gives the first working instant at or after another. It fails with ErrNoWorkingTime.
func (c Calendar) Next(at time.Time) (time.Time, error) {
	for s := range c.working(at, yearAfter(at)) {
		return s.From, nil
	}
	return time.Time{}, ErrNoWorkingTime
}

// NextDay gives the first working instant of the n-th local day with working time after the local day of at; an n
// below 1 counts as 1. It fails with ErrNoWorkingTime.
func (c Calendar) NextDay(at time.Time, n int) (time.Time, error) {
	for range max(n, 1) {
		today := localDate(at.In(c.zone()))
		year, month, day := today.Date()
		next, err := c.Next(later(at, Instant(c.zone(), year, month, day+1, 0, false)))
		if err == nil && !localDate(next.In(c.zone())).After(today) { // the clocks went back over midnight
			next, err = c.Next(Instant(c.zone(), year, month, day+1, 0, true))
		}
		if err != nil {
			return time.Time{}, err
		}
		at = next
	}
	return at, nil
}

// IsAway says whether the person is absent at an instant.
func (c Calendar) IsAway(at time.Time) bool {
	return slices.ContainsFunc(c.Away, func(a Stretch) bool { return !at.Before(a.From) && at.Before(a.To) })
}

// working gives the working time at or after an instant that begins before another one, in order. A stretch may
// touch the next, but does not overlap it.
func (c Calendar) working(from, before time.Time) iter.Seq[Stretch] {
	return func(yield func(Stretch) bool) {
		at := from.Round(0).UTC() // without the monotonic clock, so that equal instants are equal values
		away := c.awayAfter(at)
		// Hours that began on the local day before may last, because they end at midnight or the clocks went back.
		date := localDate(at.In(c.zone())).AddDate(0, 0, -1)
		for ; date.Add(-farthest).Before(before); date = date.AddDate(0, 0, 1) {
			for _, h := range c.hours(date) {
				s := c.stretch(date, h)
				// Hours come in the order of their beginnings, so all before at has been seen.
				s.From = later(at, s.From)
				if !s.From.Before(s.To) {
					continue
				}
				at = s.To
				for ; len(away) > 0 && away[0].From.Before(s.To); away = away[1:] {
					if s.From.Before(away[0].From) && (!s.From.Before(before) || !yield(Stretch{s.From, away[0].From})) {
						return
					}
					s.From = later(s.From, away[0].To)
					if away[0].To.After(s.To) {
						break
					}
				}
				if s.From.Before(s.To) && (!s.From.Before(before) || !yield(s)) {
					return
				}
			}
		}
	}
}

// awayAfter are the absences that end after an instant, by their beginning.
func (c Calendar) awayAfter(at time.Time) []Stretch {
	var all []Stretch
	for _, a := range c.Away {
		if a.From.Before(a.To) && a.To.After(at) {
			all = append(all, Stretch{a.From.UTC(), a.To.UTC()})
		}
	}
	slices.SortFunc(all, func(a, b Stretch) int { return a.From.Compare(b.From) })
	return all
}

// hours are the working hours of a local date, by their beginning.
func (c Calendar) hours(date time.Time) []Hours {
	all := c.Week[date.Weekday()]
	if len(all) == 0 || c.Holiday != nil && c.Holiday(date.Date()) {
		return nil
	}
	byFrom := func(a, b Hours) int { return cmp.Compare(a.From, b.From) }
	if !slices.IsSortedFunc(all, byFrom) {
		all = slices.SortedFunc(slices.Values(all), byFrom)
	}
	return all
}

// stretch is when the hours of a local date are. Where midnight comes twice, hours until 24:00 last until the second
// one, but for those before a holiday, which takes the whole of its day.
func (c Calendar) stretch(date time.Time, h Hours) Stretch {
	year, month, day := date.Date()
	last := h.To < 24*60 || c.Holiday == nil || !c.Holiday(date.AddDate(0, 0, 1).Date())
	return Stretch{From: Instant(c.zone(), year, month, day, h.From, false), To: Instant(c.zone(), year, month, day, h.To, last)}
}

func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// localDate is the date of a time where that is, as if it were one of UTC.
func localDate(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// yearAfter is how far working time is looked for.
func yearAfter(at time.Time) time.Time { return at.UTC().AddDate(1, 0, 0) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
