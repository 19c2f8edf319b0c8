package lead

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// lastYear is the last one that a time in JSON can have.
const lastYear = 9999

// errTooLate bounds how long a clock can run.
var errTooLate = errors.New("the time is not used up before the year 10000")

// Clock is the arithmetic of a response time. Its times are in UTC.
type Clock struct {
	// Zone is that of the person whose working time it is.
	Zone *time.Location
	// ArrivedAt is when there was something to respond to.
	ArrivedAt time.Time
	// StartsAt is the first working instant at or after the arrival, and RespondBy when the time is used up.
	StartsAt, RespondBy time.Time
	// Stretches are the working time that is used up, in order; none of them touches the next.
	Stretches []Stretch
}

// Clock says when a response is due that has so much working time, counted in real time, from an arrival. If the
// time is used up exactly when working hours end, it is due at that end; without any time it is due when the clock
// starts. It fails with ErrNoWorkingTime, and if the time lasts beyond the year 9999.
func (c Calendar) Clock(from time.Time, within time.Duration) (Clock, error) {
	startsAt, err := c.Next(from)
	if err != nil {
		return Clock{}, err
	}
	clock := Clock{Zone: c.zone(), ArrivedAt: from.Round(0).UTC(), StartsAt: startsAt, RespondBy: startsAt}
	for left := within; left > 0 && clock.RespondBy.Year() <= lastYear; {
		at := clock.RespondBy
		for s := range c.working(at, yearAfter(at)) {
			s.To = earlier(s.To, s.From.Add(left))
			left -= s.To.Sub(s.From)
			clock.use(s)
			if left == 0 {
				break
			}
		}
		if clock.RespondBy.Equal(at) {
			return Clock{}, ErrNoWorkingTime
		}
	}
	if clock.RespondBy.Year() > lastYear {
		return Clock{}, errTooLate
	}
	return clock, nil
}

// use adds working time that is used up.
func (c *Clock) use(s Stretch) {
	if n := len(c.Stretches); n > 0 && c.Stretches[n-1].To.Equal(s.From) {
		c.Stretches[n-1].To = s.To
	} else {
		c.Stretches = append(c.Stretches, s)
	}
	c.RespondBy = s.To
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Words are the arithmetic in one line, to the minute, such as "arrived Sat 15:00 KST, clock started Mon 09:00 KST,
// due Mon 13:00 KST, 04:00 UTC". It has dates too if a weekday could be one of two.
func (c Clock) Words(v Vocabulary) string {
	l := layout{Vocabulary: v, day: v.Weekday, clock: "15:04"}
	// Whole weeks are compared by local date: what is due next Monday at 08:00 came less than a week before 09:00.
	if localDate(c.RespondBy.In(c.Zone)).Sub(localDate(c.ArrivedAt.In(c.Zone))) >= 7*24*time.Hour {
		l.day = v.Date
	}
	return c.start(l) + ", " + c.due(l)
}

// Lines are the arithmetic in full: a line that says when the clock started, one for each stretch with the time
// that is used up in it, and one that says when the response is due.
func (c Clock) Lines(v Vocabulary) []string {
	l := layout{Vocabulary: v, day: v.Date, clock: "15:04"}
	if c.ArrivedAt.Second() != 0 || c.RespondBy.Second() != 0 {
		l.clock = "15:04:05"
	}
	lines := []string{c.start(l)}
	for _, s := range c.Stretches {
		from, to := s.From.In(c.Zone), s.To.In(c.Zone)
		begin, end := l.full(from), l.full(to)
		if localDate(from).Equal(localDate(to)) && zoneName(from) == zoneName(to) {
			begin, end = l.day(from)+" "+from.Format(l.clock), l.short(to)
		}
		// Parts of a second are shown nowhere, so they must not be in a difference of what is shown.
		used := to.Truncate(time.Second).Sub(from.Truncate(time.Second))
		lines = append(lines, fmt.Sprintf(v.Stretch, begin, end, v.Amount(used)))
	}
	return append(lines, c.due(l))
}

// start says when the clock started.
func (c Clock) start(l layout) string {
	arrived := fmt.Sprintf(l.Arrived, l.full(c.ArrivedAt.In(c.Zone)))
	if c.StartsAt.Equal(c.ArrivedAt) {
		return arrived + " " + l.AtOnce
	}
	return arrived + ", " + fmt.Sprintf(l.Started, l.full(c.StartsAt.In(c.Zone)))
}

// due says when the response is due: for the person, and in UTC.
func (c Clock) due(l layout) string { return fmt.Sprintf(l.Due, l.both(c.RespondBy, c.Zone)) }

// layout is how times are written: by the weekday alone or with the date, with seconds or without.
type layout struct {
	Vocabulary
	day   func(time.Time) string
	clock string
}

func (l layout) full(t time.Time) string  { return l.day(t) + " " + l.short(t) }
func (l layout) short(t time.Time) string { return t.Format(l.clock) + " " + zoneName(t) }

// both is an instant for a person and in UTC, which is left out where it would say the same.
func (l layout) both(at time.Time, zone *time.Location) string {
	local, utc := at.In(zone), at.UTC()
	switch {
	case zoneName(local) == zoneName(utc):
		return l.full(local)
	case localDate(local).Equal(localDate(utc)):
		return l.full(local) + ", " + l.short(utc)
	}
	return l.full(local) + ", " + l.full(utc)
}

// zoneName is what a local time is told by. Zones without a name of their own are told by their offset.
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + t.Format("-07:00")
	}
	return name
}

// Amount is a time in hours, minutes and seconds, such as "1 h 30 min".
func (v Vocabulary) Amount(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		of     time.Duration
		format string
	}{{time.Hour, v.Hours}, {time.Minute, v.Minutes}, {time.Second, v.Seconds}} {
		if n := d / unit.of; n > 0 {
			parts = append(parts, fmt.Sprintf(unit.format, n))
		}
		d %= unit.of
	}
	if len(parts) == 0 {
		return v.Less
	}
	return strings.Join(parts, " ")
}
