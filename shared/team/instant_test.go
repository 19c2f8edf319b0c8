package team

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestALocalTimeIsOneInstant(t *testing.T) {
	for _, c := range []struct {
		name, zone, at string
		begin, end     string
	}{
		{"a usual time", "Asia/Seoul", "2026-03-02 09:00", "2026-03-02T00:00:00Z", ""},
		{"a usual time in UTC", "UTC", "2026-03-02 09:00", "2026-03-02T09:00:00Z", ""},
		{"one far in the future", "Europe/Berlin", "2199-07-01 09:00", "2199-07-01T07:00:00Z", ""},
		{"one before all changes", "Europe/Berlin", "1700-07-01 09:00", "1700-07-01T08:06:32Z", ""},
		{"one that is left out", "America/New_York", "2026-03-08 02:30", "2026-03-08T07:00:00Z", ""},
		{"the first one that is left out", "America/New_York", "2026-03-08 02:00", "2026-03-08T07:00:00Z", ""},
		{"the one behind what is left out", "America/New_York", "2026-03-08 03:00", "2026-03-08T07:00:00Z", ""},
		{"one that comes twice", "America/New_York", "2026-11-01 01:30", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"},
		{"the last minute before one comes twice", "America/New_York", "2026-11-01 00:59", "2026-11-01T04:59:00Z", ""},
		{"the one behind what comes twice", "America/New_York", "2026-11-01 02:00", "2026-11-01T07:00:00Z", ""},
		{"one that is left out for half an hour", "Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:30:00Z", ""},
		{"one that comes twice in half an hour", "Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
		{"a midnight that is left out", "Africa/Cairo", "2026-04-24 00:00", "2026-04-23T22:00:00Z", ""},
		{"a midnight that comes twice", "America/Havana", "2026-11-01 00:00", "2026-11-01T04:00:00Z", "2026-11-01T05:00:00Z"},
		{"a day that is left out", "Pacific/Apia", "2011-12-30 12:00", "2011-12-30T10:00:00Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse("2006-01-02 15:04", c.at)
			if err != nil {
				t.Fatal(err)
			}
			for end, want := range map[bool]string{false: c.begin, true: c.end} {
				if want == "" {
					want = c.begin
				}
				if got := instant(zone, at.Year(), at.Month(), at.Day(), 60*at.Hour()+at.Minute(), end).Format(time.RFC3339); got != want {
					t.Errorf("as an end %t: %s, want %s", end, got, want)
				}
			}
		})
	}
}

func TestEveryInstantIsThatOfItsLocalTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "Pacific/Apia", "Africa/Casablanca"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_300_000_000/60, 2_000_000_000/60).Draw(t, "minute")*60, 0).In(zone)
		begin := instant(zone, at.Year(), at.Month(), at.Day(), 60*at.Hour()+at.Minute(), false)
		end := instant(zone, at.Year(), at.Month(), at.Day(), 60*at.Hour()+at.Minute(), true)
		const form = time.DateTime
		if begin.In(zone).Format(form) != at.Format(form) || end.In(zone).Format(form) != at.Format(form) || begin.After(at) || end.Before(at) {
			t.Errorf("%v is %v to %v", at, begin, end)
		}
	})
}
