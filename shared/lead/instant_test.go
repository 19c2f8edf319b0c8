package lead_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests need no zone files

	"leadflow/shared/lead"
)

// zone is a zone of the time zone database.
func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// moment is a time in RFC 3339.
func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestALocalTimeIsOneInstantAroundEveryChangeOfTheClocks(t *testing.T) {
	for _, c := range []struct {
		name, zone, date string
		hour, minute     int
		begins, ends     string
	}{
		{"an ordinary day", "Europe/Berlin", "2026-11-23", 9, 0, "2026-11-23T09:00:00+01:00", "2026-11-23T09:00:00+01:00"},
		{"the end of a day", "Europe/Berlin", "2026-12-31", 24, 0, "2027-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"},
		{"before the clocks go forward", "America/New_York", "2026-03-08", 1, 59, "2026-03-08T01:59:00-05:00", "2026-03-08T01:59:00-05:00"},
		{"when they go forward", "America/New_York", "2026-03-08", 2, 0, "2026-03-08T03:00:00-04:00", "2026-03-08T03:00:00-04:00"},
		{"within what they leave out", "America/New_York", "2026-03-08", 2, 30, "2026-03-08T03:00:00-04:00", "2026-03-08T03:00:00-04:00"},
		{"after they went forward", "America/New_York", "2026-03-08", 3, 0, "2026-03-08T03:00:00-04:00", "2026-03-08T03:00:00-04:00"},
		{"before what comes twice", "America/New_York", "2026-11-01", 0, 59, "2026-11-01T00:59:00-04:00", "2026-11-01T00:59:00-04:00"},
		{"the beginning of what comes twice", "America/New_York", "2026-11-01", 1, 0, "2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00"},
		{"within what comes twice", "America/New_York", "2026-11-01", 1, 30, "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"},
		{"the end of what comes twice, which comes once", "America/New_York", "2026-11-01", 2, 0, "2026-11-01T02:00:00-05:00", "2026-11-01T02:00:00-05:00"},
		{"half an hour that is left out", "Australia/Lord_Howe", "2026-10-04", 2, 10, "2026-10-04T02:30:00+11:00", "2026-10-04T02:30:00+11:00"},
		{"half an hour that comes twice", "Australia/Lord_Howe", "2026-04-05", 1, 45, "2026-04-05T01:45:00+11:00", "2026-04-05T01:45:00+10:30"},
		{"a midnight that is left out", "Africa/Cairo", "2026-04-24", 0, 0, "2026-04-24T01:00:00+03:00", "2026-04-24T01:00:00+03:00"},
		{"the same midnight as the end of the day before", "Africa/Cairo", "2026-04-23", 24, 0, "2026-04-24T01:00:00+03:00", "2026-04-24T01:00:00+03:00"},
		{"the last hour of a day that comes twice", "Africa/Cairo", "2026-10-29", 23, 0, "2026-10-29T23:00:00+03:00", "2026-10-29T23:00:00+02:00"},
		{"another midnight that is left out", "Asia/Beirut", "2026-03-29", 0, 30, "2026-03-29T01:00:00+03:00", "2026-03-29T01:00:00+03:00"},
		{"a midnight that comes twice", "America/Havana", "2026-11-01", 0, 0, "2026-11-01T00:00:00-04:00", "2026-11-01T00:00:00-05:00"},
		{"a minute after midnight, back to the day before", "America/St_Johns", "2010-11-06", 24, 0, "2010-11-07T00:00:00-02:30", "2010-11-07T00:00:00-03:30"},
		{"a whole day that is left out, its begin", "Pacific/Apia", "2011-12-30", 0, 0, "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},
		{"a whole day that is left out, its last minute", "Pacific/Apia", "2011-12-30", 23, 59, "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},
		{"the day before that", "Pacific/Apia", "2011-12-29", 23, 59, "2011-12-29T23:59:00-10:00", "2011-12-29T23:59:00-10:00"},
		{"a whole day that comes twice", "America/Juneau", "1867-10-19", 12, 0, "1867-10-18T20:57:41Z", "1867-10-19T20:57:41Z"},
		{"the end of a leap year in a zone with rules", "America/New_York", "2028-12-31", 12, 0, "2028-12-31T12:00:00-05:00", "2028-12-31T12:00:00-05:00"},
		{"a far future that only rules know", "America/New_York", "2996-07-01", 12, 0, "2996-07-01T12:00:00-04:00", "2996-07-01T12:00:00-04:00"},
		{"a zone of quarters of an hour", "Asia/Kathmandu", "2026-11-23", 9, 0, "2026-11-23T03:15:00Z", "2026-11-23T03:15:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := time.Parse(time.DateOnly, c.date)
			if err != nil {
				t.Fatal(err)
			}
			for end, want := range map[bool]string{false: c.begins, true: c.ends} {
				at := lead.Instant(zone(t, c.zone), d.Year(), d.Month(), d.Day(), c.hour*60+c.minute, end)
				if at.Location() != time.UTC || !at.Equal(moment(t, want)) {
					t.Errorf("as an end: %t: %s, want %s", end, at.In(zone(t, c.zone)).Format(time.RFC3339), want)
				}
			}
		})
	}
}
