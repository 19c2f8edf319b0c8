package team

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"leadflow/shared/lead"
)

// moment is a date of the file, or a time on it.
type moment struct {
	year  int
	month time.Month
	day   int
	// timed says that it is the minute of the day, and not the whole day.
	timed  bool
	minute int
}

var momentForm = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2}):(\d{2})(?::00)?)?$`)

// moment reads a date, or a time where that may stand.
func (r *reader) moment(n *node, what string, timed bool) (moment, bool) {
	form := `a date such as 2026-12-24`
	if timed {
		form += ` or a local time such as 2026-12-24T13:00`
	}
	s, ok := r.single(n, what, form)
	if !ok {
		return moment{}, false
	}
	m := momentForm.FindStringSubmatch(s)
	if m == nil || m[4] != "" && !timed {
		r.add(n.place, fmt.Sprintf("%s is %s: give %s", what, quoted(s), form))
		return moment{}, false
	}
	var d moment
	d.year, _ = strconv.Atoi(m[1]) // digits
	month, _ := strconv.Atoi(m[2])
	d.month = time.Month(month)
	d.day, _ = strconv.Atoi(m[3])
	if is := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC); is.Month() != d.month || is.Day() != d.day {
		r.add(n.place, fmt.Sprintf("%s is %s, a day that there is not: give one of the calendar", what, quoted(s)))
		return moment{}, false
	}
	if d.timed = m[4] != ""; d.timed {
		if d.minute, ok = minutes(m[4], m[5]); !ok || d.minute == 24*60 {
			r.add(n.place, fmt.Sprintf("%s is %s, which is no time of a day: give hours to 23 and minutes to 59", what, quoted(s)))
			return moment{}, false
		}
	}
	return d, true
}

// after says whether an absence that begins at from and ends at m has any length on the wall.
func (m moment) after(from moment) bool {
	end := time.Date(m.year, m.month, m.day, 0, m.minute, 0, 0, time.UTC)
	if !m.timed {
		end = end.AddDate(0, 0, 1)
	}
	return end.After(time.Date(from.year, from.month, from.day, 0, from.minute, 0, 0, time.UTC))
}

// absences reads when a person is away, in the person's zone.
func (r *reader) absences(n *node, zone *time.Location) []lead.Stretch {
	var all []lead.Stretch
	r.items(n, "absences", func(n *node) {
		if away, ok := r.absence(n, zone); ok {
			all = append(all, away)
		}
	})
	return all
}

// absence reads one absence: from a date or a time, to a date with all of that day, or up to a time.
func (r *reader) absence(n *node, zone *time.Location) (lead.Stretch, bool) {
	var from, to moment
	var begins, ends bool
	at, open := n.place, true
	r.keys(n, "an absence",
		field{name: "from", needed: "give its first day, such as 2026-12-24", read: func(n *node) { from, begins = r.moment(n, "from", true) }},
		field{name: "to", read: func(n *node) {
			at, open = n.place, false
			to, ends = r.moment(n, "to", true)
		}},
	)
	if open && from.timed {
		r.add(at, "an absence that begins at a time has no to: give when it ends")
	} else if open {
		to, ends = from, begins
	}
	if !begins || !ends {
		return lead.Stretch{}, false
	}
	away := lead.Stretch{From: lead.Instant(zone, from.year, from.month, from.day, from.minute, false)}
	if to.timed {
		away.To = lead.Instant(zone, to.year, to.month, to.day, to.minute, true)
	} else {
		away.To = lead.Instant(zone, to.year, to.month, to.day+1, 0, false) // where the next day begins
	}
	switch {
	case away.To.After(away.From):
		return away, true
	case to.after(from):
		r.warn(at, "the absence takes no time: the clocks leave these hours out")
	default:
		r.add(at, "the absence does not end after it begins: mend from or to")
	}
	return lead.Stretch{}, false
}
