package team

import (
	"cmp"
	"slices"
	"time"

	"leadflow/shared/lead"
)

// Acting is who acts for an owner now, and why in a sentence without its full stop, empty if that is the owner.
// For an owner who is absent it is the one who covers, else the fallback of the owner's team, else its manager,
// whoever is there first; if nobody is, it is still the owner. For one who is not in the team it is operations.
func (t Team) Acting(ownerID string, now time.Time) (p Person, why string) {
	p, said := t.ActingWhy(ownerID, now)
	return p, lead.Text(said...)
}

// ActingWhy is Acting with its reason in phrases, none if that is the owner who is there.
func (t Team) ActingWhy(ownerID string, now time.Time) (p Person, why []lead.Phrase) {
	owner, ok := t.Person(ownerID)
	if !ok {
		operations := t.operations()
		return operations, []lead.Phrase{lead.Say("acts.unknown", "person", operations.words())}
	}
	if owner.there(now) {
		return owner, nil
	}
	if cover, ok := t.Person(owner.Cover); ok && cover.there(now) {
		return cover, []lead.Phrase{lead.Say("acts.covers", "person", cover.words(), "absent", owner.words()).And("away", owner.away(now))}
	}
	g, _ := t.groupOf(ownerID)
	for _, p := range []Person{t.fallback(g), t.manager(g)} {
		if p.there(now) {
			why = append([]lead.Phrase{lead.Say("acts", "person", p.words())}, t.role(p, g)...)
			return p, append(why, lead.Say("acts.away", "absent", owner.words()).And("away", owner.away(now)))
		}
	}
	return owner, []lead.Phrase{lead.Say("acts.nobody", "absent", owner.words()).And("away", owner.away(now))}
}

// ManagerOf is who is told when an owner lets a lead wait: the manager of the owner's first team, else of the team
// whose fallback or manager the owner is, else operations. It is false if that is the owner.
func (t Team) ManagerOf(ownerID string) (Person, bool) {
	g, _ := t.groupOf(ownerID)
	p := t.manager(g)
	return p, p.ID != ownerID
}

// ManagedBy are the teams that a person manages, or for whose absent manager the person acts now.
func (t Team) ManagedBy(id string, now time.Time) []Group {
	var all []Group
	for _, g := range t.Groups {
		m := t.manager(g)
		if acting, _ := t.ActingWhy(m.ID, now); m.ID == id || acting.ID == id {
			all = append(all, g)
		}
	}
	return all
}

// OnDuty are the people who are told at once of a response that would come late, but for those who are absent;
// if all are, it is all of them.
func (t Team) OnDuty(now time.Time) []Person {
	var marked, there []Person
	for _, p := range t.People {
		if !p.OnDuty {
			continue
		}
		marked = append(marked, p)
		if p.there(now) {
			there = append(there, p)
		}
	}
	if len(there) == 0 {
		return marked
	}
	return there
}

// ofTheFile are the people but for operations.
func (t Team) ofTheFile() []Person {
	return slices.DeleteFunc(slices.Clone(t.People), func(p Person) bool { return p.ID == lead.Operations })
}

func (t Team) operations() Person {
	p, _ := t.Person(lead.Operations)
	return p
}

func (t Team) group(id string) (Group, bool) {
	i := slices.IndexFunc(t.Groups, func(g Group) bool { return id != "" && g.ID == id })
	if i < 0 {
		return Group{}, false
	}
	return t.Groups[i], true
}

// groupOf is the first team that has a person, else the first whose fallback or manager the person is.
func (t Team) groupOf(id string) (Group, bool) {
	i := slices.IndexFunc(t.Groups, func(g Group) bool { return slices.Contains(g.People, id) })
	if i < 0 {
		i = slices.IndexFunc(t.Groups, func(g Group) bool { return g.Fallback == id || g.Manager == id })
	}
	if i < 0 {
		return Group{}, false
	}
	return t.Groups[i], true
}

// manager is the manager of a team, else operations.
func (t Team) manager(g Group) Person {
	if p, ok := t.Person(g.Manager); ok {
		return p
	}
	return t.operations()
}

// fallback is to whom the leads of a team fall when nobody in it is available.
func (t Team) fallback(g Group) Person {
	if p, ok := t.Person(g.Fallback); ok {
		return p
	}
	return t.manager(g)
}

// role says as what somebody stands in for a team; nothing where there is none.
func (t Team) role(p Person, g Group) []lead.Phrase {
	fallback, manager := t.fallback(g), t.manager(g)
	role := lead.Say("role.forFallback", "absent", fallback.words(), "team", g.ID)
	switch {
	case g.ID == "":
		return nil
	case p.ID == manager.ID:
		role = lead.Say("role.manager", "team", g.ID)
	case p.ID == fallback.ID:
		role = lead.Say("role.fallback", "team", g.ID)
	case p.ID == manager.Cover:
		role = lead.Say("role.forManager", "absent", manager.words(), "team", g.ID)
	}
	return []lead.Phrase{role}
}

// words is how a person is named to others.
func (p Person) words() string { return cmp.Or(p.Name, p.ID) }

// candidate is the person as one who may get a lead.
func (p Person) candidate(now time.Time) lead.Candidate {
	c := lead.Candidate{Person: p.ID, Weight: max(1, p.Weight)}
	if !p.there(now) {
		c.Skipped = lead.Text(p.away(now))
	}
	return c
}

// there says whether a person is not absent.
func (p Person) there(now time.Time) bool { return !p.Calendar.IsAway(now) }

// away says until when a person is absent who is, by the person's own calendar: "away until Mon 7 Dec".
func (p Person) away(now time.Time) lead.Phrase {
	until, now := p.AwayUntil(now).In(p.zone()), now.In(p.zone())
	if until.Year() != now.Year() {
		return lead.Say("away.year", "date", lead.Day(until))
	}
	return lead.Say("away", "day", lead.Day(until))
}

// day is a date where the person is, with its year if that is not the one of now.
func (p Person) day(at, now time.Time) string {
	at, now = at.In(p.zone()), now.In(p.zone())
	if at.Year() != now.Year() {
		return at.Format("Mon 2 Jan 2006")
	}
	return at.Format("Mon 2 Jan")
}

func (p Person) zone() *time.Location { return cmp.Or(p.Calendar.Zone, time.UTC) }

// AwayUntil is when an absence ends that has begun; zero for somebody who is there. Absences that follow on one another
// are one.
func (p Person) AwayUntil(now time.Time) time.Time {
	if p.there(now) {
		return time.Time{}
	}
	until := now
	for longer := true; longer; {
		longer = false
		for _, s := range p.Calendar.Away {
			if !s.From.After(until) && s.To.After(until) {
				until, longer = s.To, true
			}
		}
	}
	return until
}
