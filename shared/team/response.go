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

const (
	// maxResponse is the longest response time of a file, ten weeks of 40 hours.
	maxResponse = 400 * time.Hour
	// maxSteps and maxDays bound a cadence; there are about 250 working days in a year.
	maxSteps, maxDays = 20, 250
)

// ResponseTime is the working time within which a lead that came with the action is to be answered: that of the
// file for the action, else the file's default, else 4 hours for somebody who asks for contact or tries the
// offer, and 8 for others.
func (t Team) ResponseTime(a lead.Action) time.Duration {
	if within, ok := t.SLA[a]; ok {
		return within
	}
	switch {
	case t.DefaultSLA > 0:
		return t.DefaultSLA
	case a == lead.ActionContactMe, a == lead.ActionTestDrive:
		return 4 * time.Hour
	}
	return 8 * time.Hour
}

// FollowUpDays are the working days from the first contact to each follow-up, ascending: those of the file, which
// may be none, else 2, 5, 10 and 20.
func (t Team) FollowUpDays() []int {
	if t.Cadence != nil {
		return t.Cadence
	}
	return []int{2, 5, 10, 20}
}

// sla reads the response times: those by action, and the default.
func (r *reader) sla(n *node) (byAction map[lead.Action]time.Duration, other time.Duration) {
	answered := slices.DeleteFunc(slices.Clone(actions), func(a lead.Action) bool { return a == lead.ActionDoNot })
	known := strings.Join(append(texts(answered), "default"), ", ")
	if n.kind != keys {
		r.wrong(n, "sla", "keys with values: "+known)
		return nil, 0
	}
	byAction = map[lead.Action]time.Duration{}
	lines := map[string]int{}
	for _, e := range n.entries {
		name := strings.ToLower(e.name)
		if first, twice := lines[name]; twice {
			r.add(e.place, fmt.Sprintf("%s stands here a second time, first in line %d: take one out", quoted(e.name), first))
			continue
		}
		lines[name] = e.line
		is := func(a lead.Action) bool { return strings.EqualFold(string(a), e.name) }
		i := slices.IndexFunc(answered, is)
		switch {
		case i >= 0:
			byAction[answered[i]] = r.duration(e.value, string(answered[i]))
		case name == "default":
			other = r.duration(e.value, "default")
		case is(lead.ActionDoNot):
			r.add(e.place, "DNC has no response time, because nobody may answer such a lead: take it out")
		default:
			r.add(e.place, fmt.Sprintf("there is no key %s here: sla has the keys %s", quoted(e.name), known))
		}
	}
	return byAction, other
}

var durationForm = regexp.MustCompile(`^(?:(\d{1,3})h)?(?:(\d{1,5})m)?$`)

// duration reads hours and minutes of working time.
func (r *reader) duration(n *node, what string) time.Duration {
	const form = "hours and minutes, such as 4h, 90m or 1h30m"
	s, ok := r.single(n, what, form)
	if !ok {
		return 0
	}
	m := durationForm.FindStringSubmatch(s)
	switch {
	case n.kind == integer:
		r.add(n.place, fmt.Sprintf("%s is %s: add h for hours or m for minutes", what, quoted(s)))
		return 0
	case m == nil || s == "":
		r.add(n.place, fmt.Sprintf("%s is %s: give %s", what, quoted(s), form))
		return 0
	}
	hours, _ := strconv.Atoi(m[1]) // digits or nothing
	minutes, _ := strconv.Atoi(m[2])
	within := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if within <= 0 || within > maxResponse {
		r.add(n.place, fmt.Sprintf("%s is %s: give more than nothing and at most 400h", what, quoted(s)))
		return 0
	}
	return within
}

// cadence reads the days of the follow-ups. A list without entries means that there are none.
func (r *reader) cadence(n *node) []int {
	days := []int{}
	last := 0
	r.items(n, "cadence", func(n *node) {
		if len(days) == maxSteps {
			r.add(n.place, fmt.Sprintf("cadence has more than %d entries: give fewer follow-ups", maxSteps))
		}
		day := r.number(n, "an entry of cadence", 1, maxDays)
		if day > 0 && day <= last {
			r.add(n.place, fmt.Sprintf("cadence has %d behind %d: each follow-up is on a later day than the one before", day, last))
		}
		days, last = append(days, day), max(last, day)
	})
	return days
}
