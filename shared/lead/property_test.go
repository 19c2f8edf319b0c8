package lead_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadflow/shared/lead"
)

// said is a touch with what it says of the person.
type said struct {
	touch   lead.Touch
	contact lead.Contact
	keys    lead.Keys
}

// person draws what one person may send, at most one submission a day and never the same content twice, so that
// none is a redelivery.
func person(t *rapid.T) []said {
	value := func(label string, of ...string) string { return rapid.SampledFrom(append(of, "")).Draw(t, label) }
	days := rapid.SliceOfNDistinct(rapid.IntRange(0, 60), 1, 8, rapid.ID[int]).Draw(t, "days")
	var all []said
	for n, day := range days {
		c := lead.Contact{FirstName: value("first", "Ana", "Anna"), LastName: value("last", "Silva", "Souza"), Email: value("email", "ana@a.example", "ANA@a.example"),
			Phone: value("phone", "+4722123456", "+4722123457"), Company: value("company", "Fabrikam", "Contoso"), JobTitle: value("title", "CTO", "CEO"),
			Country: value("country", "BR", "KR"), CountrySent: value("country sent", "Brasil", "한국")}
		all = append(all, said{
			touch: lead.Touch{Submission: fmt.Sprintf("s%d", n), ContentKey: fmt.Sprint(n), ReceivedAt: after(time.Duration(day) * 24 * time.Hour),
				Action: rapid.SampledFrom([]lead.Action{lead.ActionAcquired, lead.ActionCreated, lead.ActionContactMe, lead.ActionDoNot, lead.ActionTestDrive, lead.ActionUnknown}).Draw(t, "action"),
				Offer:  lead.Offer{ID: value("offer", "a", "b"), Publisher: value("publisher", "p"), Title: value("offer title", "A", "B")}},
			contact: c, keys: lead.Keys{Email: "ana@a.example", Phone: c.Phone, Name: "ana", Domain: "a.example"},
		})
	}
	return all
}

func (s said) into(l *lead.Lead) lead.Taken {
	l.Identify(s.keys)
	return l.Take(s.touch, s.contact, morning, staff(owner))
}

// who is what a lead knows of its person, without what depends on the order by its nature: lists are sets.
func who(t *rapid.T, l *lead.Lead) string {
	t.Helper()
	c := l.Contact
	c.Emails, c.Phones = sorted(c.Emails), sorted(c.Phones)
	offers := slices.SortedFunc(slices.Values(l.Offers), func(a, b lead.Offer) int {
		return slices.Compare([]string{a.ID, a.Title}, []string{b.ID, b.Title})
	})
	var touches []string
	for _, x := range l.Touches {
		touches = append(touches, x.Submission)
	}
	b, err := json.Marshal([]any{l.MatchKey, sorted(l.Probes), c, offers, touches, l.Suppression != nil})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func TestTheOrderOfTouchesDoesNotChangeThePerson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := person(t)
		inOrder, shuffled := &lead.Lead{ID: "l1"}, &lead.Lead{ID: "l1"}
		for _, s := range all {
			s.into(inOrder)
		}
		for _, s := range rapid.Permutation(all).Draw(t, "order") {
			s.into(shuffled)
		}
		if a, b := who(t, inOrder), who(t, shuffled); a != b {
			t.Errorf("one order makes\n%s\nand another\n%s", a, b)
		}
	})
}

func TestTheOrderOfTouchesOfOneInstantDoesNotChangeThePerson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := person(t)
		for n := range all {
			all[n].touch.ReceivedAt = after(time.Duration(rapid.IntRange(0, 1).Draw(t, "instant")) * time.Millisecond)
		}
		inOrder, shuffled := &lead.Lead{ID: "l1"}, &lead.Lead{ID: "l1"}
		for _, s := range all {
			s.into(inOrder)
		}
		for _, s := range rapid.Permutation(all).Draw(t, "order") {
			s.into(shuffled)
		}
		if a, b := who(t, inOrder), who(t, shuffled); a != b {
			t.Errorf("one order makes\n%s\nand another\n%s", a, b)
		}
	})
}

func TestASubmissionThatIsIngestedAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := person(t)
		for _, s := range rapid.SliceOfN(rapid.SampledFrom(all), 0, 4).Draw(t, "same content soon after") {
			s.touch.Submission += "-soon"
			s.touch.ReceivedAt = lead.At(s.touch.ReceivedAt.Add(time.Minute))
			all = append(all, s)
		}
		l := &lead.Lead{ID: "l1"}
		verdicts := map[string]lead.Taken{}
		for _, s := range all {
			if taken := s.into(l); verdicts[s.touch.Submission].Verdict == 0 {
				verdicts[s.touch.Submission] = taken
			}
		}
		before, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range rapid.Permutation(all).Draw(t, "again") {
			taken := s.into(l)
			if taken.Changed {
				t.Errorf("submission %s changed the lead the second time", s.touch.Submission)
			}
			if first := verdicts[s.touch.Submission]; (taken.Verdict == lead.Redelivered) != (first.Verdict == lead.Redelivered) || taken.Of != first.Of {
				t.Errorf("submission %s is %+v, and was %+v", s.touch.Submission, taken, first)
			}
		}
		if now, _ := json.Marshal(l); string(now) != string(before) {
			t.Errorf("the lead changed from\n%s\nto\n%s", before, now)
		}
	})
}

func TestBlankNeverOverwrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &lead.Lead{ID: "l1"}
		seen := map[string]bool{}
		for _, s := range person(t) {
			s.into(l)
			maps.Copy(seen, filled(s.contact))
			for name := range seen {
				if !filled(l.Contact)[name] {
					t.Errorf("%s was known and is blank: %+v", name, l.Contact)
				}
			}
		}
	})
}

func filled(c lead.Contact) map[string]bool {
	has := map[string]bool{}
	for name, value := range map[string]string{"first name": c.FirstName, "last name": c.LastName, "email": c.Email, "phone": c.Phone,
		"company": c.Company, "job title": c.JobTitle, "country": c.Country + c.CountrySent} {
		if value != "" {
			has[name] = true
		}
	}
	return has
}

func TestADoNotContactNeverTurnsOffByItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &lead.Lead{ID: "l1"}
		suppressed := false
		for _, s := range person(t) {
			before := len(l.Mails)
			s.into(l)
			suppressed = suppressed || s.touch.Action == lead.ActionDoNot
			if suppressed != (l.Suppression != nil) {
				t.Fatalf("suppressed: %t, want %t", l.Suppression != nil, suppressed)
			}
			for _, m := range l.Mails[before:] {
				if suppressed && m.Kind.AsksToCall() {
					t.Errorf("a %s mail asks to call somebody who must not be contacted", m.Kind)
				}
			}
		}
	})
}

func TestWhatAPersonEditedStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &lead.Lead{ID: "l1", Contact: lead.Contact{FirstName: "Anaïs", Phone: "", Edited: []string{"firstName", "phone"}}}
		for _, s := range person(t) {
			s.into(l)
		}
		if l.Contact.FirstName != "Anaïs" || l.Contact.Phone != "" {
			t.Errorf("contact %+v", l.Contact)
		}
	})
}

func TestAnOlderTouchNeverReopensAClosedLead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := person(t)
		newest := slices.MaxFunc(all, func(a, b said) int { return a.touch.ReceivedAt.Compare(b.touch.ReceivedAt.Time) })
		l := &lead.Lead{ID: "l1"}
		newest.into(l)
		l.Stage = rapid.SampledFrom([]lead.Stage{lead.StageWon, lead.StageLost, lead.StageDisqualified}).Draw(t, "stage")
		closed := l.Stage
		for _, s := range all {
			s.into(l)
		}
		if l.Stage != closed {
			t.Errorf("the lead was %s and is %s", closed, l.Stage)
		}
	})
}
