package team

import "time"

// instant is when a clock on the wall of a zone shows a time. A time that the clocks leave out is the first
// instant behind it, and of one that they show twice it is the first, or the last where it is an end. The minute
// counts from midnight.
func instant(zone *time.Location, year int, month time.Month, day, minute int, end bool) time.Time {
	shown := time.Date(year, month, day, 0, minute, 0, 0, time.UTC)
	found := time.Time{}
	// No zone is a whole day away from UTC, so the offset that holds two days before comes first.
	for at := shown.AddDate(0, 0, -2).In(zone); ; {
		begins, ends := at.ZoneBounds()
		_, offset := at.Zone()
		t := shown.Add(-time.Duration(offset) * time.Second)
		switch {
		case !begins.IsZero() && t.Before(begins) && found.IsZero():
			return begins.UTC()
		case !begins.IsZero() && t.Before(begins):
			return found
		case ends.IsZero() || t.Before(ends):
			found = t
		}
		if ends.IsZero() || !found.IsZero() && !end {
			return found
		}
		at = ends
	}
}
