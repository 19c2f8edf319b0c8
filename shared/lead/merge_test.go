package lead_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

var morning = lead.At(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))

func after(d time.Duration) lead.Time { return lead.At(morning.Add(d)) }

func owner() lead.Owner { return lead.Owner{Person: "ana", Since: morning, Why: "her turn"} }

func ana() lead.Contact {
	return lead.Contact{FirstName: "Ana", LastName: "Silva", Email: "ana@fabrikam.example.com", Company: "Fabrikam"}
}

func touch(id string, at time.Duration, a lead.Action) lead.Touch {
	return lead.Touch{Submission: id, ContentKey: "key", Action: a, Offer: lead.Offer{ID: "contoso.analytics", Title: "Contoso Analytics"}, ReceivedAt: after(at)}
}

// known is a lead with one touch, "s1", at nine in the morning.
func known(a lead.Action) *lead.Lead {
	l := &lead.Lead{ID: "l1", MatchKey: "email:ana@fabrikam.example.com"}
	l.Take(touch("s1", 0, a), ana(), morning, owner)
	return l
}

func TestAFirstTouchBeginsALeadWithAnOwnerAndAnAlert(t *testing.T) {
	l := known(lead.ActionContactMe)
	if l.Stage != lead.StageNew || l.Owner.Person != "ana" || len(l.Touches) != 1 {
		t.Fatalf("stage %s, owner %s, %d touches", l.Stage, l.Owner.Person, len(l.Touches))
	}
	if len(l.Mails) != 1 || l.Mails[0].ID != "alert-s1" || l.Mails[0].To != "ana" || l.MailDueAt != morning {
		t.Errorf("mails %+v, due %s", l.Mails, l.MailDueAt)
	}
	if want := "Fabrikam - Contact me - Contoso Analytics"; l.Subject != want {
		t.Errorf("subject %q, want %q", l.Subject, want)
	}
}

func TestATouchWithTheSameContentIsJudgedByItsDistance(t *testing.T) {
	for _, c := range []struct {
		name string
		at   time.Duration
		want lead.Verdict
		mail string
	}{
		{"a second later it is a redelivery", time.Second, lead.Redelivered, ""},
		{"just under ten minutes later it is a redelivery", 10*time.Minute - time.Millisecond, lead.Redelivered, ""},
		{"a redelivery may be taken up before what it repeats", -9 * time.Minute, lead.Redelivered, ""},
		{"ten minutes later the person asked again", 10 * time.Minute, lead.AskedAgain, "again-s2"},
		{"just under a day later the person asked again", 24*time.Hour - time.Millisecond, lead.AskedAgain, "again-s2"},
		{"a day later it is a touch like any other", 24 * time.Hour, lead.FurtherTouch, "touch-s2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := known(lead.ActionContactMe)
			got := l.Take(touch("s2", c.at, lead.ActionContactMe), ana(), after(c.at), owner)
			if got.Verdict != c.want {
				t.Fatalf("verdict %d, want %d", got.Verdict, c.want)
			}
			if c.mail == "" {
				if len(l.Touches) != 1 || len(l.Mails) != 1 || got.Of != "s1" || len(l.Touches[0].Redeliveries) != 1 {
					t.Errorf("a redelivery is counted and nothing else: %+v", l)
				}
				return
			}
			if len(l.Touches) != 2 || l.Mail(c.mail) == nil {
				t.Errorf("want a second touch and the mail %s, have %+v", c.mail, l.Mails)
			}
		})
	}
}

func TestARedeliveryDoesNotMoveTheWindow(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", 9*time.Minute, lead.ActionContactMe), ana(), morning, owner)
	if got := l.Take(touch("s3", 11*time.Minute, lead.ActionContactMe), ana(), morning, owner); got.Verdict != lead.AskedAgain {
		t.Errorf("verdict %d, want AskedAgain: 11 minutes after the touch, though 2 after its redelivery", got.Verdict)
	}
}

func TestTheWindowRunsFromTheNewestTouchWithThatContent(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", 2*time.Hour, lead.ActionContactMe), ana(), morning, owner)
	if got := l.Take(touch("s3", 2*time.Hour+5*time.Minute, lead.ActionContactMe), ana(), morning, owner); got.Verdict != lead.Redelivered || got.Of != "s2" {
		t.Errorf("verdict %d of %q, want a redelivery of s2", got.Verdict, got.Of)
	}
}

func TestTheOwnerStays(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", time.Hour, lead.ActionContactMe), ana(), morning, func() lead.Owner {
		t.Error("a lead with an owner was assigned once more")
		return lead.Owner{Person: "bo"}
	})
	if l.Owner.Person != "ana" || l.Mail("again-s2").To != "ana" {
		t.Errorf("owner %s, mails %+v", l.Owner.Person, l.Mails)
	}
}

func TestTheSameSubmissionTwiceChangesNothing(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", time.Minute, lead.ActionContactMe), ana(), morning, owner)
	l.Take(touch("s3", 20*time.Minute, lead.ActionContactMe), ana(), morning, owner)
	before, _ := json.Marshal(l)
	for _, again := range []lead.Touch{touch("s1", 0, lead.ActionContactMe), touch("s2", time.Minute, lead.ActionContactMe), touch("s3", 20*time.Minute, lead.ActionContactMe)} {
		if got := l.Take(again, ana(), after(time.Hour), owner); got.Changed {
			t.Errorf("submission %s changed the lead the second time", again.Submission)
		}
	}
	if now, _ := json.Marshal(l); string(now) != string(before) {
		t.Errorf("the lead changed:\n%s\n%s", before, now)
	}
}

func TestWithoutAMatchKeyNothingIsARedelivery(t *testing.T) {
	l := &lead.Lead{ID: "s1"}
	l.Take(touch("s1", 0, lead.ActionContactMe), lead.Contact{}, morning, owner)
	if got := l.Take(touch("s2", time.Minute, lead.ActionContactMe), lead.Contact{}, morning, owner); got.Verdict != lead.FurtherTouch {
		t.Errorf("verdict %d, want FurtherTouch: two such may be two people", got.Verdict)
	}
}

func TestBlankNeverOverwritesAndTheNewestValueWins(t *testing.T) {
	l := known(lead.ActionContactMe)
	other := touch("s2", time.Hour, lead.ActionAcquired)
	other.ContentKey = "other"
	other.Offer.Title = "Contoso Analytics (new)"
	l.Take(other, lead.Contact{FirstName: "Anna", Email: "ANA@fabrikam.example.com", Phone: "+55 11 91234-5678"}, after(time.Hour), owner)
	if len(l.Offers) != 1 || l.Offers[0].Title != "Contoso Analytics" {
		t.Errorf("one offer keeps its title: %+v", l.Offers)
	}
	older := touch("s3", -time.Hour, lead.ActionTestDrive)
	older.ContentKey = "older"
	l.Take(older, lead.Contact{FirstName: "A.", Email: "ana@fabrikam.example.com", Company: "Fabrikam (old)", JobTitle: "CTO"}, after(2*time.Hour), owner)
	c := l.Contact
	if c.FirstName != "Anna" || c.LastName != "Silva" || c.Company != "Fabrikam" || c.JobTitle != "CTO" || c.Phone == "" {
		t.Errorf("contact %+v", c)
	}
	if len(c.Emails) != 2 {
		t.Errorf("every spelling of an address is kept once, have %v", c.Emails)
	}
	if l.Touches[0].Submission != "s3" || l.Offers[0].Action != lead.ActionAcquired {
		t.Errorf("touches are in the order of arrival and the strongest action stays: %+v %+v", l.Touches, l.Offers)
	}
}

func TestDoNotContact(t *testing.T) {
	t.Run("a new lead is suppressed and nobody is asked to call", func(t *testing.T) {
		l := known(lead.ActionDoNot)
		if l.Suppression == nil || len(l.Mails) != 0 || len(l.Offers) != 0 || l.Owner.Person == "" {
			t.Errorf("%+v", l)
		}
	})
	t.Run("the owner of a known lead is told to stop", func(t *testing.T) {
		l := known(lead.ActionContactMe)
		l.Take(touch("s2", time.Minute*30, lead.ActionDoNot), ana(), morning, owner)
		if l.Suppression == nil || l.Mail("do-not-contact-s2") == nil {
			t.Errorf("suppression %v, mails %+v", l.Suppression, l.Mails)
		}
	})
	t.Run("contact me afterwards is for people to decide and lifts nothing", func(t *testing.T) {
		l := known(lead.ActionDoNot)
		asked := touch("s2", time.Hour, lead.ActionContactMe)
		asked.ContentKey = "other"
		l.Take(asked, ana(), morning, owner)
		if l.Suppression == nil || l.Mail("decide-s2") == nil || len(l.Mails) != 1 {
			t.Errorf("suppression %v, mails %+v", l.Suppression, l.Mails)
		}
	})
	t.Run("the owner is told once", func(t *testing.T) {
		l := known(lead.ActionContactMe)
		l.Take(touch("s2", time.Hour, lead.ActionDoNot), ana(), morning, owner)
		again := touch("s3", 2*time.Hour, lead.ActionDoNot)
		again.ContentKey = "other"
		l.Take(again, ana(), morning, owner)
		if l.Mail("do-not-contact-s3") != nil {
			t.Errorf("mails %+v", l.Mails)
		}
	})
	t.Run("nobody is asked to call for any other touch afterwards", func(t *testing.T) {
		l := known(lead.ActionDoNot)
		tried := touch("s2", time.Hour, lead.ActionTestDrive)
		tried.ContentKey = "other"
		l.Take(tried, ana(), morning, owner)
		if len(l.Mails) != 0 || len(l.Touches) != 2 {
			t.Errorf("mails %+v, %d touches", l.Mails, len(l.Touches))
		}
	})
	t.Run("a customer's own opt-out stays absolute", func(t *testing.T) {
		l := known(lead.ActionDoNot)
		l.Suppression.Reason = lead.SuppressedOptedOut
		asked := touch("s2", time.Hour, lead.ActionContactMe)
		asked.ContentKey = "other"
		l.Take(asked, ana(), morning, owner)
		if len(l.Mails) != 0 {
			t.Errorf("mails %+v", l.Mails)
		}
	})
}

func TestATouchReopensAClosedLeadUnlessItIsOlder(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Stage = lead.StageLost
	older := touch("s2", -time.Hour, lead.ActionTestDrive)
	older.ContentKey = "older"
	if l.Take(older, ana(), morning, owner); l.Stage != lead.StageLost {
		t.Errorf("an older touch made it %s", l.Stage)
	}
	newer := touch("s3", 48*time.Hour, lead.ActionTestDrive)
	if l.Take(newer, ana(), morning, owner); l.Stage != lead.StageNew {
		t.Errorf("a newer touch left it %s", l.Stage)
	}
}

func TestAMailIsDueUntilItIsRecorded(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", time.Hour, lead.ActionContactMe), ana(), after(time.Hour), owner)
	if !l.Record("alert-s1", "Mail sent.", after(time.Hour)) || l.MailDueAt != after(time.Hour) {
		t.Errorf("due %s, want that of the second mail", l.MailDueAt)
	}
	if !l.Record("again-s2", "Mail sent.", after(time.Hour)) || !l.MailDueAt.IsZero() {
		t.Errorf("due %s, want never", l.MailDueAt)
	}
	if l.Record("again-s2", "Mail sent.", after(time.Hour)) {
		t.Error("recorded twice")
	}
}

func TestNoFieldMakesTheLeadLarge(t *testing.T) {
	huge := strings.Repeat("가", 64<<10)
	l := &lead.Lead{ID: "l1", MatchKey: "email:x"}
	x := touch("s1", 0, lead.ActionContactMe)
	x.Description, x.Offer.Title, x.RawSource, x.RawAction, x.Source = huge, huge, huge, huge, "AppSource"
	l.Take(x, lead.Contact{FirstName: huge, LastName: huge, Email: huge, Phone: huge, Company: huge, JobTitle: huge, Country: huge}, morning, owner)
	if b, _ := json.Marshal(l); len(b) > 32<<10 {
		t.Errorf("the document has %d bytes", len(b))
	}
}

func TestTimesAreStoredWithAFixedWidth(t *testing.T) {
	at := lead.At(time.Date(2026, 1, 2, 3, 4, 5, 600_700_000, time.FixedZone("KST", 9*3600)))
	b, err := json.Marshal(at)
	if err != nil || string(b) != `"2026-01-01T18:04:05.600Z"` {
		t.Fatalf("%s, %v", b, err)
	}
	var back lead.Time
	if err := json.Unmarshal(b, &back); err != nil || !back.Equal(at.Time) {
		t.Errorf("read back %s, %v", back, err)
	}
}
