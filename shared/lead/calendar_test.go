package lead_test

import (
	"errors"
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestAPersonWorksDuringHoursThatAreNeitherHolidayNorAbsence(t *testing.T) {
	c := away(t, closed(works(t, "Europe/Oslo", workdays, "13:00-17:00 09:00-12:00"), "2026-11-24"), "2026-11-25T10:00", "2026-11-25T14:00")
	for _, x := range []struct {
		name, at    string
		works, away bool
		next        string // the same instant if the person works
	}{
		{"at the beginning", "2026-11-23T09:00:00+01:00", true, false, "2026-11-23T09:00:00+01:00"},
		{"a moment before it", "2026-11-23T08:59:59.999999999+01:00", false, false, "2026-11-23T09:00:00+01:00"},
		{"a moment before the end", "2026-11-23T11:59:59.999999999+01:00", true, false, "2026-11-23T11:59:59.999999999+01:00"},
		{"at the end", "2026-11-23T12:00:00+01:00", false, false, "2026-11-23T13:00:00+01:00"},
		{"in the evening before a holiday", "2026-11-23T18:00:00+01:00", false, false, "2026-11-25T09:00:00+01:00"},
		{"on a holiday", "2026-11-24T10:00:00+01:00", false, false, "2026-11-25T09:00:00+01:00"},
		{"when an absence begins", "2026-11-25T10:00:00+01:00", false, true, "2026-11-25T14:00:00+01:00"},
		{"a moment before an absence ends", "2026-11-25T13:59:59.999999999+01:00", false, true, "2026-11-25T14:00:00+01:00"},
		{"when it ends", "2026-11-25T14:00:00+01:00", true, false, "2026-11-25T14:00:00+01:00"},
		{"at the weekend", "2026-11-28T10:00:00+01:00", false, false, "2026-11-30T09:00:00+01:00"},
		{"in another zone", "2026-11-23T02:30:00-05:00", false, false, "2026-11-23T09:00:00+01:00"},
	} {
		t.Run(x.name, func(t *testing.T) {
			at := moment(t, x.at)
			if got := c.Works(at); got != x.works {
				t.Errorf("works: %t", got)
			}
			if got := c.IsAway(at); got != x.away {
				t.Errorf("is away: %t", got)
			}
			if got, err := c.Next(at); err != nil || !got.Equal(moment(t, x.next)) || got.Location() != time.UTC {
				t.Errorf("works next at %s, %v", got, err)
			}
		})
	}
}

func TestNobodyWorksWithoutHours(t *testing.T) {
	var c lead.Calendar
	if c.Works(morning.Time) || c.IsAway(morning.Time) {
		t.Error("somebody works, or is away")
	}
	if at, err := c.Next(morning.Time); !errors.Is(err, lead.ErrNoWorkingTime) || !at.IsZero() {
		t.Errorf("works next at %s, %v", at, err)
	}
	if at, err := c.NextDay(morning.Time, 1); !errors.Is(err, lead.ErrNoWorkingTime) || !at.IsZero() {
		t.Errorf("works on the next day at %s, %v", at, err)
	}
}

func TestTheNextWorkingDaysAreThoseWithWorkingTimeLeft(t *testing.T) {
	oslo := works(t, "Europe/Oslo", workdays, "13:00-17:00 09:00-12:00")
	nights := works(t, "Europe/Oslo", allDays, "20:00-24:00 00:00-04:00")
	johns := works(t, "America/St_Johns", allDays, "00:00-24:00")
	for _, c := range []struct {
		name     string
		calendar lead.Calendar
		from     string
		n        int
		want     string
	}{
		{"the next", oslo, "2026-11-23T10:00:00+01:00", 1, "2026-11-24T09:00:00+01:00"},
		{"the day itself does not count, even before its hours", oslo, "2026-11-23T07:00:00+01:00", 1, "2026-11-24T09:00:00+01:00"},
		{"the fifth is over the weekend", oslo, "2026-11-23T10:00:00+01:00", 5, "2026-11-30T09:00:00+01:00"},
		{"from a weekend", oslo, "2026-11-21T10:00:00+01:00", 2, "2026-11-24T09:00:00+01:00"},
		{"over a holiday", closed(oslo, "2026-11-24"), "2026-11-23T10:00:00+01:00", 1, "2026-11-25T09:00:00+01:00"},
		{"an absence of the whole day", away(t, oslo, "2026-11-24T00:00", "2026-11-25T00:00"), "2026-11-23T10:00:00+01:00", 1, "2026-11-25T09:00:00+01:00"},
		{"an absence of the morning", away(t, oslo, "2026-11-24T00:00", "2026-11-24T14:00"), "2026-11-23T10:00:00+01:00", 1, "2026-11-24T14:00:00+01:00"},
		{"the day is the local one", oslo, "2026-11-23T23:30:00Z", 1, "2026-11-25T09:00:00+01:00"},
		{"in hours that go through the night", nights, "2026-11-23T22:00:00+01:00", 1, "2026-11-24T00:00:00+01:00"},
		{"the twentieth", oslo, "2026-11-23T10:00:00+01:00", 20, "2026-12-21T09:00:00+01:00"},
		{"less than one is the next", oslo, "2026-11-23T10:00:00+01:00", 0, "2026-11-24T09:00:00+01:00"},
		{"a day that begins at 01:00", works(t, "Africa/Cairo", allDays, "00:00-24:00"), "2026-04-23T12:00:00+02:00", 1, "2026-04-24T01:00:00+03:00"},
		{"a day that begins twice", works(t, "America/Havana", allDays, "00:00-24:00"), "2026-10-31T12:00:00-04:00", 1, "2026-11-01T00:00:00-04:00"},
		{"a day whose first minute is before the last hour of the day before", johns, "2010-11-06T12:00:00-02:30", 1, "2010-11-07T00:00:00-02:30"},
		{"in the last hour of the day before", johns, "2010-11-06T23:30:00-03:30", 1, "2010-11-07T00:00:00-03:30"},
		{"absent in the first minute of it", away(t, johns, "2010-11-06T12:00", "2010-11-06T23:30"), "2010-11-06T11:00:00-02:30", 1, "2010-11-07T00:00:00-03:30"},
		{"over a day that never was", works(t, "Pacific/Apia", allDays, "09:00-17:00"), "2011-12-29T10:00:00-10:00", 1, "2011-12-31T09:00:00+14:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := c.calendar.NextDay(moment(t, c.from), c.n); err != nil || !got.Equal(moment(t, c.want)) {
				t.Errorf("%s, %v", got.In(c.calendar.Zone).Format(time.RFC3339), err)
			}
		})
	}
}

func TestACalendarIsNotChangedByWhatItIsAsked(t *testing.T) {
	c := away(t, away(t, works(t, "Europe/Oslo", workdays, "13:00-17:00 09:00-12:00"), "2026-11-25T10:00", "2026-11-25T14:00"), "2026-11-24T10:00", "2026-11-24T14:00")
	first, last := c.Week[time.Monday][0], c.Away[1]
	if _, err := c.Clock(morning.Time, 40*time.Hour); err != nil {
		t.Fatal(err)
	}
	if c.Week[time.Monday][0] != first || c.Away[1] != last {
		t.Errorf("its hours are %v and its absences %v by now", c.Week[time.Monday], c.Away)
	}
}
