package team

import (
	"fmt"
	"slices"
	"time"

	"leadflow/shared/lead"
)

// WithDeclared is the team with what people declared about being away, by id, in the place of what was declared before.
// It wins over the absences of the file, as Declared.Instead has it. Words of people who are not in the team are left
// out.
func (t Team) WithDeclared(declared map[string]lead.Declared) Team {
	t.People = slices.Clone(t.People)
	for i, p := range t.People {
		if p.declared != nil {
			p.Calendar.Away, p.filed, p.declared = p.filed, nil, nil
		}
		if d, said := declared[p.ID]; said {
			p.filed, p.declared = p.Calendar.Away, &d
			p.Calendar.Away = d.Instead(p.filed)
		}
		t.People[i] = p
	}
	return t
}

// Declared is what the person declared last about being away; false if that is nothing.
func (p Person) Declared() (lead.Declared, bool) {
	if p.declared == nil {
		return lead.Declared{}, false
	}
	return *p.declared, true
}

// AsDeclared says in words what the person declared where that makes a difference now, such as "away until Mon 7 Dec
// 09:00, as declared on Wed 25 Nov" or "back, as declared on Wed 25 Nov, and not away until Sat 5 Dec as the team file
// has it"; else it is empty.
func (p Person) AsDeclared(now time.Time) string {
	d, said := p.Declared()
	if !said {
		return ""
	}
	since := "as declared on " + p.day(d.Since.Time, now)
	if d.Until.After(now) && p.Calendar.IsAway(now) {
		return lead.Text(p.away(now)) + ", " + since
	}
	file := p
	file.Calendar.Away = p.filed
	if !file.there(now) && p.there(now) {
		return "back, " + since + ", and not " + lead.Text(file.away(now)) + " as the team file has it"
	}
	return ""
}

// Until reads when an absence ends, in the person's zone: a date, on which the person is back, or a local time.
func (p Person) Until(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02 15:04"} {
		local, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		year, month, day := local.Date()
		return lead.Instant(p.zone(), year, month, day, local.Hour()*60+local.Minute(), layout != time.DateOnly), nil
	}
	return time.Time{}, fmt.Errorf("%s is no date and no time: give the day on which the absence is over, such as 2026-12-07, or a local time, such as 2026-12-07T13:00", quoted(text))
}
