package lead

import "time"

// Moment is an instant in words, to the minute, in a person's zone and in UTC: "Mon 23 Nov 13:00 KST, 04:00 UTC". It has
// no year, for instants that are near.
func Moment(at time.Time, zone *time.Location) string {
	const day = "Mon 2 Jan "
	local, utc := at.In(zone), at.UTC()
	text := local.Format(day+"15:04 ") + zoneName(local)
	switch {
	case zoneName(local) == zoneName(utc):
		return text
	case localDate(local).Equal(localDate(utc)):
		return text + utc.Format(", 15:04 UTC")
	}
	return text + utc.Format(", "+day+"15:04 UTC")
}
