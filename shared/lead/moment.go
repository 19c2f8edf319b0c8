package lead

import "time"

// Moment is an instant in words, to the minute, in a person's zone and in UTC: "Mon 23 Nov 13:00 KST, 04:00 UTC". It has
// no year, for instants that are near.
func (v Vocabulary) Moment(at time.Time, zone *time.Location) string {
	return layout{Vocabulary: v, day: v.Day, clock: "15:04"}.both(at, zone)
}

// Stamp is an instant in words, to the minute, with its date in numbers in a person's zone alone: "Mon 2026-11-23 13:00 KST".
func (v Vocabulary) Stamp(at time.Time, zone *time.Location) string {
	return layout{Vocabulary: v, day: v.Date, clock: "15:04"}.full(at.In(zone))
}
