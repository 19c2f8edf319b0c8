package team

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"leadflow/shared/normalize"
)

// daysOff are days on which nobody works whom they are for.
type daysOff struct {
	// public are the public holidays of countries.
	public []*publicDays
	dates  map[date]bool
}

func newDaysOff() *daysOff { return &daysOff{dates: map[date]bool{}} }

func (d *daysOff) has(day date) bool {
	return d.dates[day] || slices.ContainsFunc(d.public, func(p *publicDays) bool { return p.has(day) })
}

// calendars are the days off of a file: those of everybody, and by id those of the people who name it.
type calendars struct {
	everybody *daysOff
	named     map[string]*daysOff
	// countries has the public holidays once for each country.
	countries map[string]*publicDays
}

func newCalendars() *calendars {
	return &calendars{everybody: newDaysOff(), named: map[string]*daysOff{}, countries: map[string]*publicDays{}}
}

// calendars reads holidays. An entry is a date, a country, or keys for several or for some of the people.
func (r *reader) calendars(n *node) *calendars {
	all := newCalendars()
	r.items(n, "holidays", func(n *node) {
		switch {
		case n.kind == keys:
			r.calendar(n, all)
		case strings.ContainsAny(n.text, "0123456789"):
			r.date(n, "an entry of holidays", all.everybody)
		default:
			r.publicDays(n, all.countries, all.everybody)
		}
	})
	return all
}

// calendar reads an entry of holidays that has keys.
func (r *reader) calendar(n *node, all *calendars) {
	into := all.everybody
	r.keys(n, "an entry of holidays",
		field{name: "id", read: func(n *node) {
			into = newDaysOff() // for nobody if the id cannot be used
			if id := r.id(n, &r.holidays); id != "" {
				all.named[id] = into
			}
		}},
		field{name: "country", read: func(n *node) { r.publicDays(n, all.countries, into) }},
		field{name: "dates", read: func(n *node) {
			r.each(n, "dates", func(n *node) { r.date(n, "an entry of dates", into) })
		}},
	)
	if !n.has("country") && !n.has("dates") {
		r.add(n.place, "an entry of holidays has neither country nor dates: give one or both")
	}
}

// date reads a day off.
func (r *reader) date(n *node, what string, into *daysOff) {
	if d, ok := r.moment(n, what, false); ok {
		into.dates[date{d.year, d.month, d.day}] = true
	}
}

// publicDays reads a country whose public holidays are known.
func (r *reader) publicDays(n *node, countries map[string]*publicDays, into *daysOff) {
	code, ok := r.country(n)
	if !ok {
		return
	}
	holidays, known := publicHolidays[code]
	if !known {
		r.add(n.place, fmt.Sprintf("the public holidays of %s are unknown here: give their dates; known are those of %s",
			normalize.CountryName(code), strings.Join(slices.Sorted(maps.Keys(publicHolidays)), ", ")))
		return
	}
	if countries[code] == nil {
		countries[code] = &publicDays{holidays: holidays}
	}
	if !slices.Contains(into.public, countries[code]) {
		into.public = append(into.public, countries[code])
	}
}

// of says whether a day is a holiday of somebody who names these calendars. It is nil for who has no holidays.
func (c *calendars) of(names []string) func(int, time.Month, int) bool {
	var days []*daysOff
	if len(c.everybody.public)+len(c.everybody.dates) > 0 {
		days = append(days, c.everybody)
	}
	for _, name := range names {
		if named := c.named[name]; named != nil {
			days = append(days, named)
		}
	}
	if days == nil {
		return nil
	}
	return func(year int, month time.Month, day int) bool {
		return slices.ContainsFunc(days, func(d *daysOff) bool { return d.has(date{year, month, day}) })
	}
}

// unnamed warns of calendars that are for nobody.
func (r *reader) unnamed() {
	named := r.holidays.isNamed()
	for id, at := range r.holidays.at {
		if !named[id] {
			r.warn(at, fmt.Sprintf("nobody has the holidays %s: name them in the holidays of a person, or take out the id to have them for everybody", id))
		}
	}
}
