package lead_test

import (
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

// takes merges touches in the order in which they are given, each at a time of its own, when all have been received.
func takes(t testing.TB, l *lead.Lead, touches ...lead.Touch) {
	t.Helper()
	for n, x := range touches {
		x.ContentKey = x.Submission
		l.Take(x, ana(), after(6*time.Hour+time.Duration(n)*time.Minute), oslo(t))
	}
}

// orders gives every order of some touches.
func orders(touches ...lead.Touch) [][]lead.Touch {
	if len(touches) < 2 {
		return [][]lead.Touch{touches}
	}
	var all [][]lead.Touch
	for i := range touches {
		var rest []lead.Touch
		rest = append(append(rest, touches[:i]...), touches[i+1:]...)
		for _, o := range orders(rest...) {
			all = append(all, append([]lead.Touch{touches[i]}, o...))
		}
	}
	return all
}

func TestWhatIsToBeDoneDoesNotDependOnTheOrderInWhichTouchesAreMerged(t *testing.T) {
	asks := func(id string, at time.Duration) lead.Touch { return touch(id, at, lead.ActionContactMe) }
	stops := func(id string, at time.Duration) lead.Touch { return touch(id, at, lead.ActionDoNot) }
	tries := func(id string, at time.Duration) lead.Touch { return touch(id, at, lead.ActionTestDrive) }
	for _, c := range []struct {
		name    string
		touches []lead.Touch
		want    string
	}{
		{"a do-not-contact after a contact-me ends it", []lead.Touch{asks("s1", 0), stops("s2", time.Hour)}, "New suppressed DoNotContact"},
		{"a contact-me after a do-not-contact is to be decided", []lead.Touch{stops("s1", 0), asks("s2", time.Hour)},
			"New suppressed DoNotContact decide due Mon 23 14:00 owner Mon 23 12:00 manager Mon 23 14:00"},
		{"unless another do-not-contact follows", []lead.Touch{stops("s1", 0), asks("s2", time.Hour), stops("s3", 2*time.Hour)}, "New suppressed DoNotContact"},
		{"the last word counts", []lead.Touch{asks("s1", 0), stops("s2", time.Hour), asks("s3", 2*time.Hour)},
			"New suppressed DoNotContact decide due Mon 23 15:00 owner Mon 23 13:00 manager Mon 23 15:00"},
		{"the clock is that of the first touch that waits", []lead.Touch{tries("s1", 0), asks("s2", time.Hour), tries("s3", 2*time.Hour)},
			"New respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 13:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, o := range orders(c.touches...) {
				var ids []string
				for _, x := range o {
					ids = append(ids, x.Submission)
				}
				l := &lead.Lead{ID: "l1", MatchKey: "email:ana@fabrikam.example.com"}
				takes(t, l, o...)
				if got := state(l); got != c.want {
					t.Errorf("merged as %s it is\n%s, want\n%s", strings.Join(ids, ", "), got, c.want)
				}
			}
		})
	}
}

func TestALateDoNotContactAsksNobodyToDecideWhatIsDone(t *testing.T) {
	d := oslo(t)
	for _, c := range []struct {
		name   string
		before func(testing.TB, *lead.Lead)
		want   string
	}{
		{"because they were contacted", func(t testing.TB, l *lead.Lead) {
			if err := l.Contacted(lead.Attempt{At: morning.Add(30 * time.Minute), By: d.person("ana"), Disposition: lead.Connected}, morning.Add(time.Hour), d); err != nil {
				t.Fatal(err)
			}
		}, "Contacted suppressed DoNotContact"},
		{"because the lead is closed", closedAs(lead.StageLost), "Lost suppressed DoNotContact"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := asked(t)
			c.before(t, l)
			takes(t, l, touch("s0", -time.Hour, lead.ActionDoNot))
			if got := state(l); got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
			if l.Mail("decide-s0") != nil || l.Mail("do-not-contact-s0") == nil {
				t.Errorf("mails %+v", l.Mails)
			}
		})
	}
}

func TestALateDoNotContactLeavesADecisionAsItIs(t *testing.T) {
	l := asked(t)
	toDecide(t, l)
	decide := *l.FollowUp
	mails := len(l.Mails)
	takes(t, l, touch("s0", -time.Hour, lead.ActionDoNot))
	if l.FollowUp == nil || l.FollowUp.DueAt != decide.DueAt || l.FollowUp.Since != decide.Since || len(l.Mails) != mails {
		t.Errorf("it is %s with %d mails, was due %s with %d", state(l), len(l.Mails), decide.DueAt, mails)
	}
	if err := l.Leave(oslo(t).person("ana"), morning.Add(7*time.Hour)); err != nil {
		t.Fatal(err)
	}
	takes(t, l, touch("s9", -30*time.Minute, lead.ActionDoNot))
	if l.FollowUp != nil || len(l.Mails) != mails {
		t.Errorf("what was decided is asked again: %s, mails %+v", state(l), l.Mails)
	}
}

func TestATouchThatALaterContactHasAnsweredReopensNothing(t *testing.T) {
	d, l := oslo(t), asked(t)
	if err := l.Contacted(lead.Attempt{At: morning.Add(2 * time.Hour), By: d.person("ana"), Disposition: lead.Connected}, morning.Add(2*time.Hour), d); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(lead.StageLost, lead.NoNeed, "", d.person("ana"), morning.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	takes(t, l, touch("s2", time.Hour, lead.ActionTestDrive)) // received before the contact
	if got := state(l); got != "Lost" {
		t.Errorf("it is %s: open, and nobody is ever reminded of it", got)
	}
	takes(t, l, touch("s3", 5*time.Hour, lead.ActionTestDrive))
	if got := state(l); !strings.HasPrefix(got, "New respond") {
		t.Errorf("after another touch it is %s", got)
	}
}

func TestAnOlderTouchOfAClosedLeadBeginsNoClock(t *testing.T) {
	l := asked(t)
	closedAs(lead.StageLost)(t, l)
	takes(t, l, touch("s0", -time.Hour, lead.ActionTestDrive))
	if got := state(l); got != "Lost" {
		t.Errorf("it is %s", got)
	}
}

// unhurried has two days for whatever is no contact-me.
type unhurried struct{ desk }

func (unhurried) ResponseTime(a lead.Action) time.Duration {
	if a == lead.ActionContactMe {
		return 4 * time.Hour
	}
	return 16 * time.Hour
}

func TestATouchThatCameLateGivesNobodyMoreTime(t *testing.T) {
	l := asked(t)
	before := state(l)
	late := touch("s0", -time.Hour, lead.ActionAcquired)
	late.ContentKey = "other"
	l.Take(late, ana(), after(time.Hour), unhurried{oslo(t)})
	if got := state(l); got != before {
		t.Errorf("it is %s, was %s", got, before)
	}
}
