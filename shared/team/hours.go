package team

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadflow/shared/lead"
)

// weekdays are the keys of hours; each stands where its time.Weekday has it.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// usualWeek is the week of a person whose hours the file does not give: Monday to Friday from 9 to 17.
func usualWeek() (week [7][]lead.Hours) {
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = []lead.Hours{{From: 9 * 60, To: 17 * 60}}
	}
	return week
}

// week reads hours: keys that are a weekday or several, and the intervals of each.
func (r *reader) week(n *node) (week [7][]lead.Hours) {
	const known = "mon, tue, wed, thu, fri, sat, sun, or several such as mon-fri"
	if n.kind != keys {
		r.wrong(n, "hours", "keys with values: "+known)
		return week
	}
	lines := map[int]int{} // by day
	works, before := false, len(r.problems)
	for _, e := range n.entries {
		days, ok := daysOf(e.name)
		if !ok {
			r.add(e.place, fmt.Sprintf("there is no key %s here: hours has the keys %s", quoted(e.name), known))
			continue
		}
		if i := slices.IndexFunc(days, func(day int) bool { return lines[day] > 0 }); i >= 0 {
			r.add(e.place, fmt.Sprintf("hours has %s a second time, first in line %d: give each day once", weekdays[days[i]], lines[days[i]]))
		}
		hours := r.intervals(e.value, e.name)
		works = works || len(hours) > 0
		for _, day := range days {
			lines[day] = e.line
			week[day] = hours
		}
	}
	if !works && len(r.problems) == before {
		r.warn(n.place, "this person never works: no day of the week has hours")
	}
	return week
}

// daysOf are the days that a key of hours means. Several may go beyond the end of the week, as sat-sun and
// sun-thu do.
func daysOf(key string) (days []int, ok bool) {
	first, last, several := strings.Cut(key, "-")
	from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
	if !several {
		return []int{from}, from >= 0
	}
	if from < 0 || to < 0 || from == to {
		return nil, false
	}
	days = []int{from}
	for day := from; day != to; {
		day = (day + 1) % len(weekdays)
		days = append(days, day)
	}
	return days, true
}

// intervals reads the hours of a day: one interval, or a list of any number.
func (r *reader) intervals(n *node, days string) []lead.Hours {
	hours := []lead.Hours{}
	read := func(n *node) {
		if h, ok := r.interval(n, days); ok {
			hours = append(hours, h)
		}
	}
	if n.kind == list {
		r.items(n, "", read)
	} else {
		read(n)
	}
	return hours
}

var intervalForm = regexp.MustCompile(`^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$`)

// interval reads "09:00-17:00".
func (r *reader) interval(n *node, what string) (lead.Hours, bool) {
	s, ok := r.single(n, what, `"09:00-17:00", or a list of that`)
	if !ok {
		return lead.Hours{}, false
	}
	m := intervalForm.FindStringSubmatch(s)
	if m == nil {
		r.add(n.place, fmt.Sprintf(`%s is %s: write "09:00-17:00", or a list of that`, what, quoted(s)))
		return lead.Hours{}, false
	}
	from, fromOK := minutes(m[1], m[2])
	to, toOK := minutes(m[3], m[4])
	switch {
	case !fromOK || !toOK:
		r.add(n.place, fmt.Sprintf("%s is %s, which is no time of a day: give hours to 23 and minutes to 59, and 24:00 only as an end", what, quoted(s)))
	case from == 24*60:
		r.add(n.place, fmt.Sprintf("%s is %s: 24:00 is only an end, so begin with 00:00 on the next day", what, quoted(s)))
	case to == 0:
		r.add(n.place, fmt.Sprintf(`%s is %s: write the end of the day as 24:00`, what, quoted(s)))
	case to <= from:
		r.add(n.place, fmt.Sprintf(`%s is %s, which does not end after it begins: write two, "%s-24:00" on this day and "00:00-%s" on the next`, what, quoted(s), clock(from), clock(to)))
	default:
		return lead.Hours{From: from, To: to}, true
	}
	return lead.Hours{}, false
}

// minutes is a time of the day, 24:00 being its end.
func minutes(hour, minute string) (int, bool) {
	h, _ := strconv.Atoi(hour) // two digits
	m, _ := strconv.Atoi(minute)
	return 60*h + m, m < 60 && 60*h+m <= 24*60
}

// clock writes a time of the day.
func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
