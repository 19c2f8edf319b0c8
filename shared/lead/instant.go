package lead

import (
	"sort"
	"time"
)

// farthest is more than any place has ever been ahead of UTC or behind it: Manila was 15:56 behind.
const farthest = 16 * time.Hour

// Instant gives when it is a local time, in UTC. The minute is counted from midnight as clocks show it, and may be
// 1440 or more: that is a time of the next day, as day 32 is one of the next month.
//
// Where the clocks go forward over the local time, so that it does not exist, this is when they do: the first
// instant that exists after it. Where they go back and it comes twice, it is the first time as a beginning and the
// last time as an end.
func Instant(zone *time.Location, year int, month time.Month, day, minute int, end bool) time.Time {
	local := time.Date(year, month, day, 0, minute, 0, 0, time.UTC)
	first := local.Add(-farthest)
	offset := func(at time.Time) time.Duration {
		_, seconds := at.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	// No zone has ever changed its offset twice within three days, so there is one change at most. time.Date does
	// not say which offset it takes around it.
	old, now := offset(first), offset(local.Add(farthest))
	if old == now {
		return local.Add(-now)
	}
	change := first.Add(time.Second * time.Duration(sort.Search(int(2*farthest/time.Second), func(n int) bool {
		return offset(first.Add(time.Duration(n)*time.Second)) == now
	})))
	before, after := local.Add(-old), local.Add(-now) // when it is by the old offset, and by the new one
	switch {
	case before.Before(change) && (!end || after.Before(change)):
		return before
	case after.Before(change): // neither: the time is left out
		return change
	}
	return after
}
