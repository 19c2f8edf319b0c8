package team

import (
	"time"

	"leadflow/shared/lead"
)

// staff answers for a team at one moment.
type staff struct {
	Team
	now    time.Time
	assign func() lead.Owner
}

// Staff is what leads have to know of the team at one moment. assign gives the owner of a new lead; nil will do where
// no lead is new.
func (t Team) Staff(now time.Time, assign func() lead.Owner) lead.Staff { return staff{t, now, assign} }

func (s staff) Assign() lead.Owner { return s.assign() }

func (s staff) Acting(owner string) lead.Actor {
	p, _ := s.Team.Acting(owner, s.now)
	return p.Actor()
}

// Manager is the owner's manager or, while that one is absent, who acts for the manager; operations where that is
// the owner or nobody is there.
func (s staff) Manager(owner string) (lead.Actor, bool) {
	p, ok := s.ManagerOf(owner)
	if !ok {
		return lead.Actor{}, false
	}
	if acting, _ := s.Team.Acting(p.ID, s.now); acting.ID != owner && acting.away(s.now) == "" {
		return acting.Actor(), true
	}
	operations := s.operations()
	return operations.Actor(), operations.ID != owner
}

func (s staff) OnDuty() []lead.Actor {
	var all []lead.Actor
	for _, p := range s.Team.OnDuty(s.now) {
		all = append(all, p.Actor())
	}
	return all
}

// Actor is the person as leads know people.
func (p Person) Actor() lead.Actor {
	return lead.Actor{Person: p.ID, Name: p.Name, Works: p.Calendar}
}
