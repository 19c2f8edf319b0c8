package team

import (
	"time"

	"leadflow/shared/lead"
)

func (t Team) Acting(owner string, now time.Time) (Person, string) {
	p, ok := t.Person(owner)
	if !ok {
		p = t.People[len(t.People)-1]
	}
	return p, ""
}
func (t Team) ManagerOf(owner string) (Person, bool) { return Person{}, false }
func (t Team) OnDuty(now time.Time) []Person         { return nil }
func (t Team) ResponseTime(a lead.Action) time.Duration {
	if a == lead.ActionContactMe || a == lead.ActionTestDrive {
		return 4 * time.Hour
	}
	return 8 * time.Hour
}
func (t Team) FollowUpDays() []int { return []int{2, 5, 10, 20} }
func (t Team) HandsLeads() bool    { return len(t.People) > 1 }
