package team

import (
	"fmt"

	"leadflow/shared/lead"
)

// teams reads the teams.
func (r *reader) teams(n *node) []Group {
	var all []Group
	r.items(n, "teams", func(n *node) { all = append(all, r.group(n)) })
	return all
}

// group reads one team.
func (r *reader) group(n *node) Group {
	var g Group
	r.keys(n, "a team",
		field{name: "id", needed: "give a short one that stays, such as sales", read: func(n *node) { g.ID = r.id(n, &r.groups) }},
		field{name: "people", needed: "list the ids of those who share its leads", read: func(n *node) { g.People = r.members(n) }},
		field{name: "manager", read: func(n *node) { g.Manager = r.somebody(n, "manager") }},
		field{name: "fallback", read: func(n *node) { g.Fallback = r.somebody(n, "fallback") }},
	)
	if n.kind == keys && !n.has("manager") {
		r.warn(n.place, "a team has no manager, so operations are told of leads that wait too long: give one, or operations")
	}
	return g
}

// members reads the people of a team.
func (r *reader) members(n *node) []string {
	if n.kind == list && len(n.items) == 0 {
		r.add(n.place, "people is a list without entries: a team needs somebody who gets its leads")
	}
	var all []string
	lines := map[string]int{}
	r.items(n, "people", func(n *node) {
		if isOperations(n) {
			r.add(n.place, "operations are in no team: name them as manager or fallback")
			return
		}
		id := r.name(n, "an entry of people", &r.people)
		if first, twice := lines[id]; twice {
			r.add(n.place, fmt.Sprintf("the team has %s twice, first in line %d: take one out; for a larger share give a weight", id, first))
		} else if id != "" {
			lines[id] = n.line
			all = append(all, id)
		}
	})
	return all
}

// somebody reads the id of a person, who may be operations.
func (r *reader) somebody(n *node, what string) string {
	if isOperations(n) {
		return lead.Operations
	}
	return r.name(n, what, &r.people)
}

func isOperations(n *node) bool { return n.kind == text && n.text == lead.Operations }

// idle warns of people who can get no lead and have no other part either, and of teams that get none. Without teams
// everybody gets leads.
func (r *reader) idle(t Team) {
	if len(t.Groups) == 0 {
		return
	}
	named := r.people.isNamed()
	for _, p := range t.People {
		if p.ID != "" && !named[p.ID] {
			r.warn(r.people.at[p.ID], fmt.Sprintf("%s gets no leads: no team has this person, and nothing else names the person", p.ID))
		}
	}
	named = r.groups.isNamed()
	for _, g := range t.Groups[1:] { // the first one gets what nothing else gives away
		if g.ID != "" && !named[g.ID] {
			r.warn(r.groups.at[g.ID], fmt.Sprintf("the team %s gets no leads: no rule and no offer names it, and it is not the first team", g.ID))
		}
	}
}
