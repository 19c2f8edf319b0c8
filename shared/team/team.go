// Package team is the publisher's own configuration: which mail domains are its own staff's, which offers it
// has, who there is and who gets a lead.
//
// It is a YAML file that a person writes and "leads team apply" puts in place. Parse reads it whole and
// strictly: whatever it does not understand is a problem with its line and column, all problems come at once,
// and a file with an error gives no team at all. A Team is a value that never changes; Follower hands the one
// that is applied now to the handlers. Nothing here does I/O: who calls brings the text.
//
// The file has no people yet. The person "operations", who is the setting OPERATIONS_MAIL, owns every lead.
package team

import "leadflow/shared/lead"

// Team is what a team file says, and the people. Its slices are shared between all who have the value:
// nobody may change them.
type Team struct {
	// Version counts the files that were applied, from 1; 0 is a team that is none of them.
	Version int
	People  []Person
	// InternalDomains are the mail domains of the publisher's own staff, in lower-case ASCII.
	InternalDomains []string
	// Offers are the catalogue, in the order of the file.
	Offers []Offer

	// titles finds an offer by a title as sameTitle has it; nil while nobody has prepared it.
	titles map[string]int
}

// Person is somebody who owns leads.
type Person struct {
	ID   string
	Name string
	Mail string
}

// Operations is the team while none has been applied.
func Operations(mail string) Team { return Team{}.WithOperations(mail) }

// WithOperations is the team with the one person there is until a team file can name people.
func (t Team) WithOperations(mail string) Team {
	t.People = []Person{{ID: lead.Operations, Name: "Operations", Mail: mail}}
	return t
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

// Assign gives the owner of a new lead, and why. The team must have people.
func (t Team) Assign(now lead.Time) lead.Owner {
	why := "No team has been applied yet, so "
	if t.Version > 0 {
		why = "The applied team names no people, so "
	}
	return lead.Owner{Person: t.People[0].ID, Since: now, Why: why + t.People[0].Name + " owns every lead"}
}
