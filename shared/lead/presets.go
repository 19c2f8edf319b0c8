package lead

import "time"

// Local times of presets, in minutes from midnight.
const (
	presetMorning   = 9 * 60
	presetAfternoon = 15 * 60
)

// SnoozePreset is a usual time to put a lead off until.
type SnoozePreset string

// The presets of a snooze.
const (
	// SnoozeHour is an hour from now.
	SnoozeHour SnoozePreset = "hour"
	// SnoozeTomorrow is 09:00 on the next local day.
	SnoozeTomorrow SnoozePreset = "tomorrow"
	// SnoozeDays is the same local time, to the minute, three days later.
	SnoozeDays SnoozePreset = "days"
	// SnoozeWeek is 09:00 on the next Monday, which is never today.
	SnoozeWeek SnoozePreset = "week"
)

// Until gives when a snooze ends that somebody in a zone asks for now; false if the preset is none of the above.
func (p SnoozePreset) Until(now time.Time, zone *time.Location) (time.Time, bool) {
	local := now.In(zone)
	year, month, day := local.Date()
	switch p {
	case SnoozeHour:
		return now.Add(time.Hour), true
	case SnoozeTomorrow:
		return Instant(zone, year, month, day+1, presetMorning, false), true
	case SnoozeDays:
		return Instant(zone, year, month, day+3, 60*local.Hour()+local.Minute(), false), true
	case SnoozeWeek:
		toMonday := (int(time.Monday-local.Weekday())+6)%7 + 1
		return Instant(zone, year, month, day+toMonday, presetMorning, false), true
	}
	return time.Time{}, false
}

// ContactPreset is a usual answer to when somebody was contacted.
type ContactPreset string

// The presets of a contact.
const (
	ContactNow ContactPreset = "now"
	// ContactHour is an hour ago.
	ContactHour ContactPreset = "hour"
	// ContactMorning is 09:00 on this local day, which may be still to come.
	ContactMorning ContactPreset = "morning"
	// ContactYesterday is 15:00 on the local day before.
	ContactYesterday ContactPreset = "yesterday"
)

// When gives the time that somebody in a zone means now; false if the preset is none of the above.
func (p ContactPreset) When(now time.Time, zone *time.Location) (time.Time, bool) {
	year, month, day := now.In(zone).Date()
	switch p {
	case ContactNow:
		return now, true
	case ContactHour:
		return now.Add(-time.Hour), true
	case ContactMorning:
		return Instant(zone, year, month, day, presetMorning, false), true
	case ContactYesterday:
		return Instant(zone, year, month, day-1, presetAfternoon, false), true
	}
	return time.Time{}, false
}

// LocalTime reads a local time as forms send it, such as "2026-11-23T09:30". Seconds are left out.
func LocalTime(text string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return Instant(zone, t.Year(), t.Month(), t.Day(), 60*t.Hour()+t.Minute(), false), true
		}
	}
	return time.Time{}, false
}

// LocalMorning reads a date as forms send it, such as "2026-11-23", and gives 09:00 on that day.
func LocalMorning(text string, zone *time.Location) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, false
	}
	return Instant(zone, t.Year(), t.Month(), t.Day(), presetMorning, false), true
}
