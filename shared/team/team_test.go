package team_test

import (
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

var operations = team.Operations("operations@contoso.com")

func TestWithoutATeamOperationsOwnsEveryLeadAndTheReasonIsSaid(t *testing.T) {
	now := lead.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	owner := operations.Assign(now)
	if owner.Person != lead.Operations || owner.Since != now {
		t.Errorf("owner %+v", owner)
	}
	if !strings.Contains(owner.Why, "No team has been applied") {
		t.Errorf("the reason is %q", owner.Why)
	}
}

func TestTheOwnerOfALeadIsAPersonWithTheAddressOfTheSetting(t *testing.T) {
	p, ok := operations.Person(operations.Assign(lead.Time{}).Person)
	if !ok || p.Mail != "operations@contoso.com" || p.Name == "" {
		t.Errorf("person %+v, %v", p, ok)
	}
}

func TestWhoIsNotInTheTeamIsNotFound(t *testing.T) {
	for _, id := range []string{"", "Operations", "operations@contoso.com", "somebody"} {
		if p, ok := operations.Person(id); ok || p.ID != "" {
			t.Errorf("%q is %+v", id, p)
		}
	}
}

func TestAPersonIsFoundById(t *testing.T) {
	of := team.Team{People: []team.Person{{ID: "ana", Mail: "ana@contoso.com"}, {ID: "kim", Mail: "kim@contoso.com"}}}
	if p, ok := of.Person("kim"); !ok || p.Mail != "kim@contoso.com" {
		t.Errorf("kim is %+v, %v", p, ok)
	}
}
