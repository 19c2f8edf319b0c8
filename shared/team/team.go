// Package team is the publisher's own configuration: which mail domains are its own staff's, which offers it
// has, who there is and who gets a lead.
//
// It is a YAML file that a person writes and "leads team apply" puts in place. Parse reads it whole and
// strictly: whatever it does not understand is a problem with its line and column, all problems come at once,
// and a file with an error gives no team at all. A Team is a value that never changes; Follower hands the one
// that is applied now to the handlers. Nothing here does I/O: who calls brings the text.
//
// Who is absent is what the people declared last, else what the file says.
//
// The person "operations", who is the setting OPERATIONS_MAIL, is in every team, and owns what nobody else can.
package team

import (
	"slices"
	"time"

	"leadflow/shared/lead"
)

// Team is what a team file says, and the people. Its slices and maps are shared between all who have the value:
// nobody may change them.
type Team struct {
	// Version counts the files that were applied, from 1; 0 is a team that is none of them.
	Version int
	// People are those of the file, in its order; the last one is always Operations.
	People []Person
	// Groups are the teams of the file, in its order. Without any, everybody is in one team.
	Groups []Group
	// Rules say which group or person gets a lead; the first that fits decides.
	Rules []Rule
	// InternalDomains are the mail domains of the publisher's own staff, in lower-case ASCII.
	InternalDomains []string
	// Offers are the catalogue, in the order of the file.
	Offers []Offer
	// SLA has the response times that the file sets, by action.
	SLA map[lead.Action]time.Duration
	// DefaultSLA is the response time of an action that SLA does not have; 0 while the file sets none.
	DefaultSLA time.Duration
	// Cadence has the working days from the first contact to each follow-up, ascending; nil while the file sets none.
	Cadence []int
	// Texts are what the publisher says in the drafts to customers, in the order of the file.
	Texts []Text
	// MailPrivacy says that mails hold no personal data: the file has minimal, not full.
	MailPrivacy bool

	// titles finds an offer by a title as sameTitle has it; nil while nobody has prepared it.
	titles map[string]int
}

// Person is somebody who owns leads or looks after those who do.
type Person struct {
	ID   string
	Name string
	Mail string
	// Calendar is when the person works, with the absences of the file or, once something was declared, with those that
	// hold then.
	Calendar lead.Calendar
	// Cover is the id of the person who acts while this one is absent; empty for none.
	Cover string
	// Weight is the person's share of the leads compared with others, 1 to 100.
	Weight int
	// Languages are those that the person writes, the preferred one first, as BCP 47 has them.
	Languages []string
	// OnDuty says that the person is told at once of a lead whose response would come late.
	OnDuty bool

	// declared is what the person declared last about being away, nil for nothing, and filed the absences of the file
	// where something was declared.
	declared *lead.Declared
	filed    []lead.Stretch
}

// Group is one of the publisher's teams.
type Group struct {
	ID string
	// People are the ids of those who share its leads.
	People []string
	// Manager is the id of the person who is told when one of its leads waits too long; empty for Operations.
	Manager string
	// Fallback is the id of the person who gets a lead when nobody else is available; empty for the manager.
	Fallback string
}

// Rule gives the leads that fit all its conditions to a group or to a person. A condition without values fits
// every lead.
type Rule struct {
	// Offers are offer ids; letter case does not matter.
	Offers     []string
	Publishers []string
	Sources    []string
	Actions    []lead.Action
	// Countries are codes of ISO 3166-1 alpha-2.
	Countries []string
	// Group or Person is the id of who gets the lead; the other one is empty.
	Group, Person string
	// Line is where the rule stands in the file.
	Line int
}

// Called is a person's name, else the id.
func (t Team) Called(id string) string {
	if p, ok := t.Person(id); ok {
		return p.Name
	}
	return id
}

// Operations is the team while none has been applied.
func Operations(mail string) Team { return Team{}.WithOperations(mail) }

// WithOperations is the team with the person operations, who works round the clock in UTC.
func (t Team) WithOperations(mail string) Team {
	t.People = append(slices.Clip(t.People), Person{ID: lead.Operations, Name: lead.OperationsName, Mail: mail, Weight: 1,
		Calendar: lead.RoundTheClock(time.UTC)})
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
