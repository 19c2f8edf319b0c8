package lead

import "time"

// Vocabulary is what times are written with in a language.
type Vocabulary struct {
	// Arrived, Started and Due are formats that take a time; AtOnce says that the clock started as the lead arrived.
	Arrived, Started, AtOnce, Due string
	// Stretch is a format that takes a beginning, an end and an amount.
	Stretch string
	// Days to Seconds are formats that take a number; Less is what is shorter than a second.
	Days, Hours, Minutes, Seconds, Less string
	// Weekday writes the day of the week alone, Date with the date in numbers, Day with the day of the year in words, and
	// FullDay with the year too, ready to be followed by the time.
	Weekday, Date, Day, FullDay func(time.Time) string
}

// English is the vocabulary of the record.
func English() Vocabulary {
	return Vocabulary{
		Arrived: "arrived %s", Started: "clock started %s", AtOnce: "in working time, clock started at once", Due: "due %s",
		Stretch: "%s to %s: %s",
		Days:    "%d d", Hours: "%d h", Minutes: "%d min", Seconds: "%d s", Less: "less than a second",
		Weekday: func(t time.Time) string { return t.Format("Mon") },
		Date:    func(t time.Time) string { return t.Format("Mon 2006-01-02") },
		Day:     func(t time.Time) string { return t.Format("Mon 2 Jan") },
		FullDay: func(t time.Time) string { return t.Format("Mon 2 Jan 2006,") },
	}
}
