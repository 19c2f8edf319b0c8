// Package team is the publisher's own configuration: who there is and who gets a lead.
//
// A team of one stands in until a team has been applied: the person "operations", who is the setting
// OPERATIONS_MAIL, owns every lead.
package team

import "leadflow/shared/lead"

// Team is the people.
type Team struct {
	People []Person
}

// Person is somebody who owns leads.
type Person struct {
	ID   string
	Name string
	Mail string
}

// Operations is the team while none has been applied.
func Operations(mail string) Team {
	return Team{People: []Person{{ID: lead.Operations, Name: "Operations", Mail: mail}}}
}

// Person finds a person by id.
func (t Team) Person(id string) (Person, bool) {
	for _, p := range t.People {
		if p.ID == id {
			return p, true
		}
	}
	return Person{}, false
}

// Assign gives the owner of a new lead, and why.
func (t Team) Assign(now lead.Time) lead.Owner {
	return lead.Owner{Person: t.People[0].ID, Since: now, Why: "No team has been applied yet, so " + t.People[0].Name + " owns every lead"}
}
