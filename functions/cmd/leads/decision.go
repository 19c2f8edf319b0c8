package main

import (
	"fmt"
	"strconv"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// printDecision prints by what an owner was found; nothing if there was nothing to decide.
func (c *call) printDecision(d *lead.Decision, t team.Team) {
	if d == nil {
		return
	}
	field(c.out, "Rule", d.Rule)
	field(c.out, "Team", d.Team)
	if d.Escalated {
		field(c.out, "Escalated", "to "+inTeam(t, d.Manager))
	}
	field(c.out, "Counted", fmt.Sprintf("the last %s, by version %d of the team", plural(d.Of, "assignment"), d.TeamVersion))
}

// printCandidates prints everybody who was looked at, and why they were skipped.
func (c *call) printCandidates(d *lead.Decision, t team.Team) error {
	if d == nil {
		return nil
	}
	fmt.Fprintln(c.out)
	rows := make([][]string, len(d.Candidates))
	for i, x := range d.Candidates {
		p, _ := t.Person(x.Person)
		leads := strconv.Itoa(x.Load)
		if x.Credit > 0 {
			leads += fmt.Sprintf(" (%d as a newcomer)", x.Credit)
		}
		rows[i] = []string{x.Person, p.Name, leads, strconv.Itoa(x.Weight), strconv.FormatFloat(float64(x.Load)/float64(max(1, x.Weight)), 'f', 2, 64), x.Skipped}
	}
	return c.table([]string{"CANDIDATE", "NAME", "LEADS", "WEIGHT", "LOAD", "SKIPPED"}, rows)
}

// inTeam is a person of a team by name; only the id of one who is not in it.
func inTeam(t team.Team, id string) string {
	p, _ := t.Person(id)
	return named(id, p.Name)
}

// named is a person's name with the id in brackets.
func named(id, name string) string {
	if name == "" {
		return id
	}
	return name + " (" + id + ")"
}
