package team_test

import (
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

func TestWhoActsForAnOwner(t *testing.T) {
	alone := staffed()
	alone.People = append([]team.Person{person("sam", "Sam Solo", "")}, alone.People...)
	for _, c := range []struct {
		name  string
		team  team.Team
		owner string
		acts  string
		why   string
	}{
		{"the owner", staffed(), "kim", "kim", ""},
		{"the owner, whoever else is away", absent(staffed(), time.Hour, "ana", "mina", "eva", "max"), "kim", "kim", ""},
		{"the cover", absent(staffed(), time.Hour, "kim"), "kim", "mina", "Mina Kim covers for Kim Lee, who is away until Mon 30 Nov 10:00"},
		{"the fallback without a cover", absent(staffed(), time.Hour, "ana"), "ana", "eva", "Eva Boss acts as the fallback of the team emea: Ana Silva is away until Mon 30 Nov 10:00"},
		{"the manager with the fallback away", absent(staffed(), time.Hour, "ana", "eva"), "ana", "max", "Max Boss acts as the manager of the team emea: Ana Silva is away until Mon 30 Nov 10:00"},
		{"the manager of a team without a fallback, with the cover away", absent(staffed(), time.Hour, "kim", "mina"), "kim", "eva", "Eva Boss acts as the manager of the team apac: Kim Lee is away until Mon 30 Nov 10:00"},
		{"the owner if all are away", absent(staffed(), time.Hour, "ana", "eva", "max"), "ana", "ana", "Ana Silva is away until Mon 30 Nov 10:00, and so is everybody who would act"},
		{"the manager for a fallback who owns", absent(staffed(), time.Hour, "eva", "bo"), "eva", "max", "Max Boss acts as the manager of the team emea: Eva Boss is away until Mon 30 Nov 10:00"},
		{"operations for somebody of no team", absent(alone, time.Hour, "sam"), "sam", lead.Operations, "Operations acts: Sam Solo is away until Mon 30 Nov 10:00"},
		{"operations for themselves", staffed(), lead.Operations, lead.Operations, ""},
		{"operations for who is not there any more", staffed(), "gone", lead.Operations, "Operations acts: the owner is not in the team any more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if p, why := c.team.Acting(c.owner, monday); p.ID != c.acts || why != c.why {
				t.Errorf("%s acts, %q; want %s, %q", p.ID, why, c.acts, c.why)
			}
		})
	}
	back := absent(staffed(), time.Hour, "kim")
	if p, _ := back.Acting("kim", monday.Add(time.Hour)); p.ID != "kim" {
		t.Errorf("at the end of the absence %s acts", p.ID)
	}
}

func TestTheManagerOfAnOwner(t *testing.T) {
	for _, c := range []struct {
		name, owner, manager string
		other                bool
	}{
		{"is that of the first team that has the owner", "ana", "max", true},
		{"is that of the second team", "mina", "eva", true},
		{"of a fallback is that of the team whose fallback it is", "eva", "max", true},
		{"of a manager is nobody else", "max", "max", false},
		{"of somebody of no team is operations", "sam", lead.Operations, true},
		{"of who is not there any more is operations", "gone", lead.Operations, true},
		{"of operations is nobody else", lead.Operations, lead.Operations, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := staffed()
			of.People = append([]team.Person{person("sam", "Sam Solo", "")}, of.People...)
			if p, other := of.ManagerOf(c.owner); p.ID != c.manager || other != c.other {
				t.Errorf("%s, %t; want %s, %t", p.ID, other, c.manager, c.other)
			}
		})
	}
	without := staffed()
	without.Groups[1].Manager = ""
	if p, other := without.ManagerOf("kim"); p.ID != lead.Operations || !other {
		t.Errorf("of a team without a manager it is %s", p.ID)
	}
}

func TestOnDutyAreThoseWhoAreMarkedAndThere(t *testing.T) {
	marked := staffed()
	marked.People[0].OnDuty, marked.People[3].OnDuty = true, true
	for _, c := range []struct {
		name string
		team team.Team
		want string
	}{
		{"all who are there", marked, "ana bo"},
		{"not who is away", absent(marked, time.Hour, "ana", "kim"), "bo"},
		{"all if all are away", absent(marked, time.Hour, "ana", "bo"), "ana bo"},
		{"nobody if nobody is marked", staffed(), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ids []string
			for _, p := range c.team.OnDuty(monday) {
				ids = append(ids, p.ID)
			}
			if got := strings.Join(ids, " "); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
