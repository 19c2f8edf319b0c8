package team_test

import (
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestTheManagerIsThatOfTheTeamThatGaveTheLead(t *testing.T) {
	for _, c := range []struct {
		name string
		of   lead.Owner
		away []string
		want string
	}{
		{"the owner's own team, without a decision", lead.Owner{Person: "ana"}, nil, "max"},
		{"another team, which the owner stood in for", lead.Owner{Person: "ana", Decision: &lead.Decision{Team: "apac"}}, nil, "eva"},
		{"a team that there is no more", lead.Owner{Person: "ana", Decision: &lead.Decision{Team: "gone"}}, nil, "max"},
		{"who acts for an absent manager", lead.Owner{Person: "ana", Decision: &lead.Decision{Team: "apac"}}, []string{"eva"}, "bo"},
		{"operations where that is the owner", lead.Owner{Person: "bo", Decision: &lead.Decision{Team: "apac"}}, []string{"eva"}, lead.Operations},
		{"nobody for a manager who owns", lead.Owner{Person: "eva", Decision: &lead.Decision{Team: "apac"}}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			manager, ok := absent(staffed(), time.Hour, c.away...).Staff(monday, nil).Manager(c.of)
			if manager.Person != c.want && ok || ok != (c.want != "") {
				t.Errorf("it is %s, %t; want %q", manager.Person, ok, c.want)
			}
		})
	}
}
