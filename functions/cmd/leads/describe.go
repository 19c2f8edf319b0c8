package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
	"leadflow/shared/team"
)

// describe prints what a team file says: who there is, who gets which leads, and how soon they are answered.
func (c *call) describe(t team.Team, now time.Time) error {
	field(c.out, "Configures", contentsOf(t).String())
	field(c.out, "Own domains", strings.Join(t.InternalDomains, ", "))
	field(c.out, "Answer within", responseTimes(t))
	field(c.out, "Follow-ups", followUps(t))
	field(c.out, "Drafts", drafts(t))
	field(c.out, "Mails", privacy(t))
	for _, part := range []struct {
		heading []string
		rows    [][]string
	}{
		{[]string{"PERSON", "NAME", "ZONE", "AWAY UNTIL", "COVER", "WEIGHT", "ON DUTY", "LANGUAGES", "HOURS"}, personRows(t, now)},
		{[]string{"TEAM", "PEOPLE", "MANAGER", "FALLBACK"}, teamRows(t)},
		{[]string{"RULE", "GIVES TO", "LEADS"}, ruleRows(t)},
	} {
		if len(part.rows) == 0 {
			continue
		}
		fmt.Fprintln(c.out)
		if err := c.table(part.heading, part.rows); err != nil {
			return err
		}
	}
	return nil
}

func personRows(t team.Team, now time.Time) [][]string {
	var rows [][]string
	for _, p := range t.People {
		duty := "no"
		if p.OnDuty {
			duty = "yes"
		}
		rows = append(rows, []string{p.ID, p.Name, p.Calendar.Zone.String(), awayUntil(p, now), p.Cover, strconv.Itoa(p.Weight),
			duty, strings.Join(p.Languages, ", "), hoursOf(p.Calendar.Week)})
	}
	return rows
}

func teamRows(t team.Team) [][]string {
	var rows [][]string
	for _, g := range t.Groups {
		manager := cmp.Or(g.Manager, lead.Operations)
		rows = append(rows, []string{g.ID, strings.Join(g.People, ", "), manager, cmp.Or(g.Fallback, manager)})
	}
	return rows
}

// ruleRows are the rules, and behind them the offers that have a team of their own.
func ruleRows(t team.Team) [][]string {
	var rows [][]string
	for i, r := range t.Rules {
		rows = append(rows, []string{strconv.Itoa(i + 1), cmp.Or(r.Person, "team "+r.Group), conditions(r)})
	}
	for _, o := range t.Offers {
		if o.Team != "" {
			fits := team.Rule{Offers: []string{o.ID}}
			if o.Publisher != "" {
				fits.Publishers = []string{o.Publisher}
			}
			rows = append(rows, []string{"else", "team " + o.Team, conditions(fits)})
		}
	}
	return rows
}

// conditions says in words which leads fit a rule.
func conditions(r team.Rule) string {
	var all []string
	add := func(what string, values []string) {
		if len(values) > 0 {
			all = append(all, what+" "+strings.Join(values, " or "))
		}
	}
	var actions, countries []string
	for _, a := range r.Actions {
		actions = append(actions, strconv.Quote(a.Words()))
	}
	for _, code := range r.Countries {
		countries = append(countries, normalize.CountryName(code))
	}
	add("offer", r.Offers)
	add("publisher", r.Publishers)
	add("source", r.Sources)
	add("action", actions)
	add("country", countries)
	return cmp.Or(strings.Join(all, ", "), "all")
}

// responseTimes says within which working time each action is answered.
func responseTimes(t team.Team) string {
	var all []string
	for _, a := range []lead.Action{lead.ActionContactMe, lead.ActionTestDrive, lead.ActionAcquired, lead.ActionCreated, lead.ActionUnknown} {
		all = append(all, a.Words()+" "+short(t.ResponseTime(a)))
	}
	return strings.Join(all, ", ")
}

// short writes hours and minutes as a team file has them.
func short(d time.Duration) string {
	var s string
	if h := int(d.Hours()); h > 0 {
		s = strconv.Itoa(h) + "h"
	}
	if m := int(d.Minutes()) % 60; m > 0 {
		s += strconv.Itoa(m) + "m"
	}
	return s
}

func followUps(t team.Team) string {
	var days []string
	for _, d := range t.FollowUpDays() {
		days = append(days, strconv.Itoa(d))
	}
	if len(days) == 0 {
		return "none"
	}
	return strings.Join(days, ", ") + " working days after the first contact"
}

// drafts says in which languages the publisher has words of its own for the drafts to customers.
func drafts(t team.Team) string {
	var languages []string
	for _, text := range t.Texts {
		if !slices.Contains(languages, text.Language) {
			languages = append(languages, text.Language)
		}
	}
	if len(languages) == 0 {
		return "in built-in words"
	}
	return plural(len(t.Texts), "text") + " in " + strings.Join(languages, ", ")
}

func privacy(t team.Team) string {
	if t.MailPrivacy {
		return "without personal data"
	}
	return "with the customer's data"
}

// awayUntil is when an absence ends that has begun, in the person's zone; empty for who is not away.
func awayUntil(p team.Person, now time.Time) string {
	until := p.AwayUntil(now)
	if until.IsZero() {
		return ""
	}
	return until.In(p.Calendar.Zone).Format("2006-01-02 15:04")
}

// hoursOf says in short when somebody works, days of the same hours together.
func hoursOf(week [7][]lead.Hours) string {
	var all []string
	days := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
	for i := 0; i < len(days); {
		hours, last := intervals(week[days[i]]), i
		for last+1 < len(days) && intervals(week[days[last+1]]) == hours {
			last++
		}
		name := days[i].String()[:3]
		if last > i {
			name += "-" + days[last].String()[:3]
		}
		if hours != "" {
			all = append(all, name+" "+hours)
		}
		i = last + 1
	}
	switch said := strings.Join(all, ", "); said {
	case "":
		return "never"
	case "Mon-Sun 00:00-24:00":
		return "round the clock"
	default:
		return said
	}
}

// intervals writes the hours of a day in order, what overlaps or touches as one.
func intervals(hours []lead.Hours) string {
	var merged []lead.Hours
	for _, h := range slices.SortedFunc(slices.Values(hours), func(a, b lead.Hours) int { return a.From - b.From }) {
		if n := len(merged); n > 0 && h.From <= merged[n-1].To {
			merged[n-1].To = max(merged[n-1].To, h.To)
		} else {
			merged = append(merged, h)
		}
	}
	var all []string
	for _, h := range merged {
		all = append(all, fmt.Sprintf("%02d:%02d-%02d:%02d", h.From/60, h.From%60, h.To/60, h.To%60))
	}
	return strings.Join(all, " ")
}
