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

// Manager is that of the team that gave the owner the lead, else of the owner's first one. While the manager is absent
// it is who acts for the manager; operations where that is the owner or nobody is there.
func (s staff) Manager(o lead.Owner) (lead.Actor, bool) {
	p, ok := s.ManagerOf(o.Person)
	if o.Decision != nil {
		if g, found := s.group(o.Decision.Team); found {
			p = s.manager(g)
			ok = p.ID != o.Person
		}
	}
	if !ok {
		return lead.Actor{}, false
	}
	told := s.thereFor(p, o.Person, s.now)
	return told.Actor(), told.ID != o.Person
}

// thereFor is who is told in the place of a manager: the one who acts for the manager, else operations.
func (t Team) thereFor(manager Person, owner string, now time.Time) Person {
	if acting, _ := t.Acting(manager.ID, now); acting.ID != owner && acting.there(now) {
		return acting
	}
	return t.operations()
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
