package lead_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

// hours are working hours as people write them: "09:00-12:00 13:00-17:30".
func hours(t testing.TB, text string) []lead.Hours {
	t.Helper()
	var all []lead.Hours
	for _, span := range strings.Fields(text) {
		var fromHour, fromMinute, toHour, toMinute int
		if _, err := fmt.Sscanf(span, "%d:%d-%d:%d", &fromHour, &fromMinute, &toHour, &toMinute); err != nil {
			t.Fatal(err)
		}
		all = append(all, lead.Hours{From: fromHour*60 + fromMinute, To: toHour*60 + toMinute})
	}
	return all
}

// works is a calendar with the same hours on each of these days: "Mon Tue Wed".
func works(t testing.TB, in, days, text string) lead.Calendar {
	t.Helper()
	c := lead.Calendar{Zone: zone(t, in)}
	for day := range c.Week {
		if strings.Contains(days, time.Weekday(day).String()[:3]) {
			c.Week[day] = hours(t, text)
		}
	}
	return c
}

const (
	workdays = "Mon Tue Wed Thu Fri"
	allDays  = workdays + " Sat Sun"
)

// closed is a calendar with these holidays: "2026-11-26".
func closed(c lead.Calendar, dates ...string) lead.Calendar {
	c.Holiday = func(year int, month time.Month, day int) bool {
		return slices.Contains(dates, fmt.Sprintf("%d-%02d-%02d", year, month, day))
	}
	return c
}

// away is a calendar with an absence more, of local times: "2026-11-23T00:00".
func away(t testing.TB, c lead.Calendar, from, to string) lead.Calendar {
	t.Helper()
	var at [2]time.Time
	for i, text := range []string{from, to} {
		local, err := time.Parse("2006-01-02T15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		at[i] = lead.Instant(c.Zone, local.Year(), local.Month(), local.Day(), local.Hour()*60+local.Minute(), i == 1)
	}
	c.Away = append(slices.Clone(c.Away), lead.Stretch{From: at[0], To: at[1]})
	return c
}

func TestAResponseIsDueWhenItsWorkingTimeIsUsedUp(t *testing.T) {
	oslo := works(t, "Europe/Oslo", workdays, "09:00-17:00")
	york := works(t, "America/New_York", workdays, "09:00-17:00")
	nights := works(t, "America/New_York", allDays, "00:00-06:00")
	lunch := works(t, "Europe/Oslo", workdays, "13:00-17:30 09:00-12:00")
	part := works(t, "Europe/Oslo", "Tue Thu", "08:30-12:00")
	howe := works(t, "Australia/Lord_Howe", allDays, "00:00-04:00")
	cairo := works(t, "Africa/Cairo", allDays, "00:00-08:00")
	for _, c := range []struct {
		name     string
		calendar lead.Calendar
		from     string
		within   time.Duration
		starts   string
		due      string
		used     string // the length of each stretch
	}{
		{"Friday evening", oslo, "2026-11-20T16:30:00+01:00", time.Hour, "2026-11-20T16:30:00+01:00", "2026-11-23T09:30:00+01:00", "30m0s 30m0s"},
		{"Saturday", oslo, "2026-11-21T15:00:00+01:00", 4 * time.Hour, "2026-11-23T09:00:00+01:00", "2026-11-23T13:00:00+01:00", "4h0m0s"},
		{"early morning", oslo, "2026-11-23T07:00:00+01:00", 2 * time.Hour, "2026-11-23T09:00:00+01:00", "2026-11-23T11:00:00+01:00", "2h0m0s"},
		{"from another zone", oslo, "2026-11-20T10:30:00-05:00", time.Hour, "2026-11-20T16:30:00+01:00", "2026-11-23T09:30:00+01:00", "30m0s 30m0s"},
		{"exactly at the beginning", oslo, "2026-11-23T09:00:00+01:00", time.Hour, "2026-11-23T09:00:00+01:00", "2026-11-23T10:00:00+01:00", "1h0m0s"},
		{"exactly at the end is closed", oslo, "2026-11-23T17:00:00+01:00", time.Hour, "2026-11-24T09:00:00+01:00", "2026-11-24T10:00:00+01:00", "1h0m0s"},
		{"used up exactly at an end", oslo, "2026-11-23T09:00:00+01:00", 8 * time.Hour, "2026-11-23T09:00:00+01:00", "2026-11-23T17:00:00+01:00", "8h0m0s"},
		{"a nanosecond more than that", oslo, "2026-11-23T09:00:00+01:00", 8*time.Hour + 1, "2026-11-23T09:00:00+01:00", "2026-11-24T09:00:00.000000001+01:00", "8h0m0s 1ns"},
		{"parts of a second", oslo, "2026-11-20T16:59:59.25+01:00", time.Second, "2026-11-20T16:59:59.25+01:00", "2026-11-23T09:00:00.25+01:00", "750ms 250ms"},
		{"no time at all", oslo, "2026-11-21T15:00:00+01:00", 0, "2026-11-23T09:00:00+01:00", "2026-11-23T09:00:00+01:00", ""},
		{"less than none counts as none", oslo, "2026-11-23T10:00:00+01:00", -time.Hour, "2026-11-23T10:00:00+01:00", "2026-11-23T10:00:00+01:00", ""},
		{"over a holiday", closed(oslo, "2026-11-24"), "2026-11-23T16:00:00+01:00", 2 * time.Hour, "2026-11-23T16:00:00+01:00", "2026-11-25T10:00:00+01:00", "1h0m0s 1h0m0s"},
		{"on a holiday", closed(oslo, "2026-11-23"), "2026-11-23T10:00:00+01:00", time.Hour, "2026-11-24T09:00:00+01:00", "2026-11-24T10:00:00+01:00", "1h0m0s"},
		{"a holiday takes the first midnight of two", closed(works(t, "Atlantic/Azores", allDays, "00:00-24:00"), "2026-10-25"), "2026-10-25T00:30:00Z", time.Hour, "2026-10-26T00:00:00-01:00", "2026-10-26T01:00:00-01:00", "1h0m0s"},
		{"a holiday is the local day", closed(works(t, "Asia/Seoul", allDays, "00:00-24:00"), "2026-11-24"), "2026-11-23T14:00:00Z", 2 * time.Hour, "2026-11-23T23:00:00+09:00", "2026-11-25T01:00:00+09:00", "1h0m0s 1h0m0s"},

		{"over the weekend when the clocks go forward", york, "2026-03-06T16:00:00-05:00", 2 * time.Hour, "2026-03-06T16:00:00-05:00", "2026-03-09T10:00:00-04:00", "1h0m0s 1h0m0s"},
		{"over the weekend when they go back", york, "2026-10-30T16:00:00-04:00", 2 * time.Hour, "2026-10-30T16:00:00-04:00", "2026-11-02T10:00:00-05:00", "1h0m0s 1h0m0s"},
		{"through the night when they go forward", nights, "2026-03-08T01:00:00-05:00", 2 * time.Hour, "2026-03-08T01:00:00-05:00", "2026-03-08T04:00:00-04:00", "2h0m0s"},
		{"a night with an hour less", nights, "2026-03-08T00:00:00-05:00", 6 * time.Hour, "2026-03-08T00:00:00-05:00", "2026-03-09T01:00:00-04:00", "5h0m0s 1h0m0s"},
		{"through the night when they go back", nights, "2026-11-01T00:30:00-04:00", 2 * time.Hour, "2026-11-01T00:30:00-04:00", "2026-11-01T01:30:00-05:00", "2h0m0s"},
		{"a night with an hour more", nights, "2026-11-01T00:00:00-04:00", 7 * time.Hour, "2026-11-01T00:00:00-04:00", "2026-11-01T06:00:00-05:00", "7h0m0s"},
		{"a night with half an hour less", howe, "2026-10-04T00:00:00+10:30", 4 * time.Hour, "2026-10-04T00:00:00+10:30", "2026-10-05T00:30:00+11:00", "3h30m0s 30m0s"},
		{"a night with half an hour more", howe, "2026-04-05T00:00:00+11:00", 4*time.Hour + 30*time.Minute, "2026-04-05T00:00:00+11:00", "2026-04-05T04:00:00+10:30", "4h30m0s"},
		{"hours that begin when the clocks go forward", works(t, "America/New_York", "Sun", "02:30-05:00"), "2026-03-07T12:00:00-05:00", 2 * time.Hour, "2026-03-08T03:00:00-04:00", "2026-03-08T05:00:00-04:00", "2h0m0s"},
		{"hours that are left out whole", works(t, "America/New_York", "Sun", "02:00-02:59"), "2026-03-07T12:00:00-05:00", time.Hour, "2026-03-15T02:00:00-04:00", "2026-03-22T02:01:00-04:00", "59m0s 1m0s"},
		{"hours that begin at a midnight that is left out", cairo, "2026-04-23T20:00:00+02:00", 8 * time.Hour, "2026-04-24T01:00:00+03:00", "2026-04-25T01:00:00+03:00", "7h0m0s 1h0m0s"},
		{"hours that begin at what comes twice", works(t, "America/New_York", "Sun", "01:30-03:00"), "2026-10-31T12:00:00-04:00", 2 * time.Hour, "2026-11-01T01:30:00-04:00", "2026-11-01T02:30:00-05:00", "2h0m0s"},
		{"hours that end at what comes twice", works(t, "America/New_York", "Sun", "00:30-01:30"), "2026-10-31T12:00:00-04:00", 2 * time.Hour, "2026-11-01T00:30:00-04:00", "2026-11-01T01:30:00-05:00", "2h0m0s"},
		{"an arrival in the second of two equal hours", nights, "2026-11-01T01:30:00-05:00", time.Hour, "2026-11-01T01:30:00-05:00", "2026-11-01T02:30:00-05:00", "1h0m0s"},
		{"a day that never was", works(t, "Pacific/Apia", allDays, "09:00-17:00"), "2011-12-29T16:00:00-10:00", 2 * time.Hour, "2011-12-29T16:00:00-10:00", "2011-12-31T10:00:00+14:00", "1h0m0s 1h0m0s"},
		{"round the clock over a day that never was", works(t, "Pacific/Apia", allDays, "00:00-24:00"), "2011-12-29T16:00:00-10:00", 9 * time.Hour, "2011-12-29T16:00:00-10:00", "2011-12-31T01:00:00+14:00", "9h0m0s"},
		{"midnight twice, the second time from the day before", works(t, "America/St_Johns", "Sat", "23:00-24:00"), "2010-11-06T12:00:00-02:30", 2 * time.Hour, "2010-11-06T23:00:00-02:30", "2010-11-07T00:00:00-03:30", "2h0m0s"},

		{"24:00 is the end of the day", works(t, "Europe/Oslo", "Mon", "20:00-24:00"), "2026-11-23T21:00:00+01:00", 3 * time.Hour, "2026-11-23T21:00:00+01:00", "2026-11-24T00:00:00+01:00", "3h0m0s"},
		{"hours that touch at midnight are one stretch", works(t, "Europe/Oslo", allDays, "00:00-02:00 22:00-24:00"), "2026-11-23T21:00:00+01:00", 4 * time.Hour, "2026-11-23T22:00:00+01:00", "2026-11-24T02:00:00+01:00", "4h0m0s"},
		{"round the clock is one stretch", works(t, "UTC", allDays, "00:00-24:00"), "2026-11-20T12:00:00Z", 100 * time.Hour, "2026-11-20T12:00:00Z", "2026-11-24T16:00:00Z", "100h0m0s"},
		{"a lunch break", lunch, "2026-11-23T11:30:00+01:00", time.Hour, "2026-11-23T11:30:00+01:00", "2026-11-23T13:30:00+01:00", "30m0s 30m0s"},
		{"hours that overlap, contain and touch each other", works(t, "Europe/Oslo", workdays, "12:00-14:00 09:00-12:30 10:00-11:00 14:00-15:00"), "2026-11-23T08:00:00+01:00", 7 * time.Hour, "2026-11-23T09:00:00+01:00", "2026-11-24T10:00:00+01:00", "6h0m0s 1h0m0s"},
		{"a part-time week", part, "2026-11-26T11:00:00+01:00", 5 * time.Hour, "2026-11-26T11:00:00+01:00", "2026-12-03T09:00:00+01:00", "1h0m0s 3h30m0s 30m0s"},
		{"an absence of dates", away(t, oslo, "2026-11-24T00:00", "2026-11-26T00:00"), "2026-11-23T16:00:00+01:00", 2 * time.Hour, "2026-11-23T16:00:00+01:00", "2026-11-26T10:00:00+01:00", "1h0m0s 1h0m0s"},
		{"an absence within a day", away(t, oslo, "2026-11-23T10:00", "2026-11-23T11:00"), "2026-11-23T09:30:00+01:00", time.Hour, "2026-11-23T09:30:00+01:00", "2026-11-23T11:30:00+01:00", "30m0s 30m0s"},
		{"an arrival when an absence begins", away(t, oslo, "2026-11-23T10:00", "2026-11-23T11:00"), "2026-11-23T10:00:00+01:00", time.Hour, "2026-11-23T11:00:00+01:00", "2026-11-23T12:00:00+01:00", "1h0m0s"},
		{"used up when an absence begins", away(t, oslo, "2026-11-23T10:00", "2026-11-23T11:00"), "2026-11-23T09:30:00+01:00", 30 * time.Minute, "2026-11-23T09:30:00+01:00", "2026-11-23T10:00:00+01:00", "30m0s"},
		{"absences in any order that overlap and contain each other", away(t, away(t, away(t, oslo, "2026-11-23T14:00", "2026-11-23T15:00"), "2026-11-23T10:00", "2026-11-23T13:00"), "2026-11-23T11:00", "2026-11-23T12:00"),
			"2026-11-23T09:00:00+01:00", 3 * time.Hour, "2026-11-23T09:00:00+01:00", "2026-11-23T16:00:00+01:00", "1h0m0s 1h0m0s 1h0m0s"},
		{"an absence that ends before it begins is none", away(t, oslo, "2026-11-23T15:00", "2026-11-23T10:00"), "2026-11-23T09:00:00+01:00", 8 * time.Hour, "2026-11-23T09:00:00+01:00", "2026-11-23T17:00:00+01:00", "8h0m0s"},
		{"almost a year of absence", away(t, oslo, "2026-11-23T00:00", "2027-11-19T10:00"), "2026-11-20T16:00:00+01:00", 2 * time.Hour, "2026-11-20T16:00:00+01:00", "2027-11-19T11:00:00+01:00", "1h0m0s 1h0m0s"},
		{"no zone is UTC", lead.Calendar{Week: works(t, "UTC", workdays, "09:00-17:00").Week}, "2026-11-23T08:00:00Z", time.Hour, "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z", "1h0m0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.calendar.Clock(moment(t, c.from), c.within)
			if err != nil {
				t.Fatal(err)
			}
			var used []string
			for _, s := range got.Stretches {
				used = append(used, s.To.Sub(s.From).String())
			}
			if !got.StartsAt.Equal(moment(t, c.starts)) || !got.RespondBy.Equal(moment(t, c.due)) || strings.Join(used, " ") != c.used {
				t.Errorf("starts %s, due %s, used %s\n want %s,     %s,      %s",
					got.StartsAt.In(got.Zone).Format(time.RFC3339Nano), got.RespondBy.In(got.Zone).Format(time.RFC3339Nano), used, c.starts, c.due, c.used)
			}
			for _, at := range []time.Time{got.ArrivedAt, got.StartsAt, got.RespondBy} {
				if at.Location() != time.UTC {
					t.Errorf("%s is not in UTC", at)
				}
			}
		})
	}
}

func TestNoWorkingTimeInAYearIsAnError(t *testing.T) {
	oslo := works(t, "Europe/Oslo", workdays, "09:00-17:00")
	const friday = "2026-11-20T16:00:00+01:00"
	for name, c := range map[string]lead.Calendar{
		"no hours":                                   {Zone: oslo.Zone},
		"a holiday every day":                        {Zone: oslo.Zone, Week: oslo.Week, Holiday: func(int, time.Month, int) bool { return true }},
		"an absence of a year from the arrival":      away(t, oslo, "2026-11-20T10:00", "2027-11-22T00:00"),
		"an absence of a year after an hour of work": away(t, oslo, "2026-11-20T17:00", "2027-11-22T00:00"),
	} {
		if got, err := c.Clock(moment(t, friday), 2*time.Hour); !errors.Is(err, lead.ErrNoWorkingTime) || got.Stretches != nil || !got.RespondBy.IsZero() {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	later := away(t, oslo, "2026-11-20T17:00", "2027-11-22T00:00")
	if got, err := later.Clock(moment(t, friday), time.Hour); err != nil || !got.RespondBy.Equal(moment(t, "2026-11-20T17:00:00+01:00")) {
		t.Errorf("what is used up before the year is due at %s, %v", got.RespondBy, err)
	}
}

func TestAClockThatRunsForThousandsOfYearsIsAnError(t *testing.T) {
	minute := works(t, "UTC", "Mon", "09:00-09:01")
	if got, err := minute.Clock(morning.Time, 10_000*time.Hour); err == nil || errors.Is(err, lead.ErrNoWorkingTime) {
		t.Errorf("it is due at %s, %v", got.RespondBy, err)
	}
	if got, err := minute.Clock(moment(t, "9999-12-31T23:00:00Z"), 0); err == nil {
		t.Errorf("it starts at %s", got.StartsAt)
	}
}

func TestAClockReadsTheWallAndNotTheMachinesUptime(t *testing.T) {
	c := works(t, "UTC", allDays, "00:00-24:00")
	now := time.Now()
	got, err := c.Clock(now, time.Hour)
	if err != nil || got.StartsAt != now.Round(0).UTC() || got.RespondBy != now.Round(0).UTC().Add(time.Hour) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAClockIsExplainedInWords(t *testing.T) {
	seoul := works(t, "Asia/Seoul", workdays, "09:00-12:00 13:00-18:00")
	nights := works(t, "America/New_York", allDays, "00:00-06:00")
	for _, c := range []struct {
		name     string
		calendar lead.Calendar
		from     string
		within   time.Duration
		words    string
		lines    []string
	}{
		{"outside working time", works(t, "Asia/Seoul", workdays, "09:00-17:00"), "2026-11-21T15:00:00+09:00", 4 * time.Hour,
			"arrived Sat 15:00 KST, clock started Mon 09:00 KST, due Mon 13:00 KST, 04:00 UTC",
			[]string{"arrived Sat 2026-11-21 15:00 KST, clock started Mon 2026-11-23 09:00 KST",
				"Mon 2026-11-23 09:00 to 13:00 KST: 4 h",
				"due Mon 2026-11-23 13:00 KST, 04:00 UTC"}},
		{"in working time, with a break", seoul, "2026-11-23T10:30:00+09:00", 2*time.Hour + 15*time.Minute,
			"arrived Mon 10:30 KST in working time, clock started at once, due Mon 13:45 KST, 04:45 UTC",
			[]string{"arrived Mon 2026-11-23 10:30 KST in working time, clock started at once",
				"Mon 2026-11-23 10:30 to 12:00 KST: 1 h 30 min",
				"Mon 2026-11-23 13:00 to 13:45 KST: 45 min",
				"due Mon 2026-11-23 13:45 KST, 04:45 UTC"}},
		{"another day in UTC", seoul, "2026-11-20T17:30:00+09:00", time.Hour,
			"arrived Fri 17:30 KST in working time, clock started at once, due Mon 09:30 KST, 00:30 UTC",
			[]string{"arrived Fri 2026-11-20 17:30 KST in working time, clock started at once",
				"Fri 2026-11-20 17:30 to 18:00 KST: 30 min",
				"Mon 2026-11-23 09:00 to 09:30 KST: 30 min",
				"due Mon 2026-11-23 09:30 KST, 00:30 UTC"}},
		{"the evening before in UTC", works(t, "Asia/Seoul", workdays, "08:00-12:00"), "2026-11-23T07:00:00+09:00", 30 * time.Minute,
			"arrived Mon 07:00 KST, clock started Mon 08:00 KST, due Mon 08:30 KST, Sun 23:30 UTC",
			[]string{"arrived Mon 2026-11-23 07:00 KST, clock started Mon 2026-11-23 08:00 KST",
				"Mon 2026-11-23 08:00 to 08:30 KST: 30 min",
				"due Mon 2026-11-23 08:30 KST, Sun 2026-11-22 23:30 UTC"}},
		{"due on the same weekday of the next week", works(t, "Asia/Seoul", "Mon", "09:00-10:00"), "2026-11-23T09:30:00+09:00", time.Hour,
			"arrived Mon 2026-11-23 09:30 KST in working time, clock started at once, due Mon 2026-11-30 09:30 KST, 00:30 UTC",
			[]string{"arrived Mon 2026-11-23 09:30 KST in working time, clock started at once",
				"Mon 2026-11-23 09:30 to 10:00 KST: 30 min",
				"Mon 2026-11-30 09:00 to 09:30 KST: 30 min",
				"due Mon 2026-11-30 09:30 KST, 00:30 UTC"}},
		{"due less than seven days later, on the same weekday", works(t, "Asia/Seoul", "Mon", "09:00-10:00"), "2026-11-23T18:00:00+09:00", 30 * time.Minute,
			"arrived Mon 2026-11-23 18:00 KST, clock started Mon 2026-11-30 09:00 KST, due Mon 2026-11-30 09:30 KST, 00:30 UTC",
			[]string{"arrived Mon 2026-11-23 18:00 KST, clock started Mon 2026-11-30 09:00 KST",
				"Mon 2026-11-30 09:00 to 09:30 KST: 30 min",
				"due Mon 2026-11-30 09:30 KST, 00:30 UTC"}},
		{"in UTC, over days", works(t, "UTC", allDays, "00:00-24:00"), "2026-11-23T10:00:00Z", 25 * time.Hour,
			"arrived Mon 10:00 UTC in working time, clock started at once, due Tue 11:00 UTC",
			[]string{"arrived Mon 2026-11-23 10:00 UTC in working time, clock started at once",
				"Mon 2026-11-23 10:00 UTC to Tue 2026-11-24 11:00 UTC: 25 h",
				"due Tue 2026-11-24 11:00 UTC"}},
		{"when the clocks go back", nights, "2026-11-01T00:30:00-04:00", 2 * time.Hour,
			"arrived Sun 00:30 EDT in working time, clock started at once, due Sun 01:30 EST, 06:30 UTC",
			[]string{"arrived Sun 2026-11-01 00:30 EDT in working time, clock started at once",
				"Sun 2026-11-01 00:30 EDT to Sun 2026-11-01 01:30 EST: 2 h",
				"due Sun 2026-11-01 01:30 EST, 06:30 UTC"}},
		{"in a zone without a name, with seconds", works(t, "Asia/Kathmandu", workdays, "09:00-10:00"), "2026-11-23T09:59:18.7+05:45", time.Minute,
			"arrived Mon 09:59 UTC+05:45 in working time, clock started at once, due Tue 09:00 UTC+05:45, 03:15 UTC",
			[]string{"arrived Mon 2026-11-23 09:59:18 UTC+05:45 in working time, clock started at once",
				"Mon 2026-11-23 09:59:18 to 10:00:00 UTC+05:45: 42 s",
				"Tue 2026-11-24 09:00:00 to 09:00:18 UTC+05:45: 18 s",
				"due Tue 2026-11-24 09:00:18 UTC+05:45, 03:15:18 UTC"}},
		{"without any time", seoul, "2026-11-21T15:00:00+09:00", 0,
			"arrived Sat 15:00 KST, clock started Mon 09:00 KST, due Mon 09:00 KST, 00:00 UTC",
			[]string{"arrived Sat 2026-11-21 15:00 KST, clock started Mon 2026-11-23 09:00 KST", "due Mon 2026-11-23 09:00 KST, 00:00 UTC"}},
		{"less than a second", seoul, "2026-11-23T10:00:00+09:00", time.Millisecond,
			"arrived Mon 10:00 KST in working time, clock started at once, due Mon 10:00 KST, 01:00 UTC",
			[]string{"arrived Mon 2026-11-23 10:00 KST in working time, clock started at once", "Mon 2026-11-23 10:00 to 10:00 KST: less than a second",
				"due Mon 2026-11-23 10:00 KST, 01:00 UTC"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.calendar.Clock(moment(t, c.from), c.within)
			if err != nil {
				t.Fatal(err)
			}
			if got.Words(lead.English()) != c.words {
				t.Errorf("it says\n%s, want\n%s", got.Words(lead.English()), c.words)
			}
			if !slices.Equal(got.Lines(lead.English()), c.lines) {
				t.Errorf("the lines are\n%s\nwant\n%s", strings.Join(got.Lines(lead.English()), "\n"), strings.Join(c.lines, "\n"))
			}
		})
	}
}

func TestAnExplanationIsOfTheClockItIsAskedOf(t *testing.T) {
	got, err := works(t, "Asia/Seoul", workdays, "09:00-17:00").Clock(moment(t, "2026-11-21T15:00:00+09:00"), 4*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	got.RespondBy = got.RespondBy.Add(time.Hour)
	if !strings.HasSuffix(got.Words(lead.English()), "due Mon 14:00 KST, 05:00 UTC") {
		t.Errorf("it says %s", got.Words(lead.English()))
	}
}

func BenchmarkClock(b *testing.B) {
	c := closed(works(b, "America/New_York", workdays, "13:00-17:30 09:00-12:00"), "2026-11-26")
	c = away(b, c, "2026-12-24T00:00", "2027-01-02T00:00")
	for _, within := range []time.Duration{4 * time.Hour, 10_000 * time.Hour} {
		b.Run(within.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := c.Clock(morning.Time, within); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
