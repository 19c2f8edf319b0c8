package lead_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

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
	l.Take(touch("s1", 0, a), ana(), morning, staff(owner))
	return l
}

func TestAFirstTouchBeginsALeadWithAnOwnerAndAnAlert(t *testing.T) {
	l := known(lead.ActionContactMe)
	if l.Stage != lead.StageNew || l.Owner.Person != "ana" || len(l.Touches) != 1 || l.CreatedAt != morning || l.UpdatedAt != morning {
		t.Fatalf("stage %s, owner %s, %d touches", l.Stage, l.Owner.Person, len(l.Touches))
	}
	if len(l.Mails) != 1 || l.Mails[0].ID != "alert-s1" || l.Mails[0].To != "ana" || l.MailDueAt != morning {
		t.Errorf("mails %+v, due %s", l.Mails, l.MailDueAt)
	}
	if want := "Fabrikam - Contact me - Contoso Analytics"; l.Subject != want {
		t.Errorf("subject %q, want %q", l.Subject, want)
	}
}

func TestALeadIsCreatedWhenItIsWrittenAndNotWhenItsTouchArrived(t *testing.T) {
	l := &lead.Lead{ID: "l1"}
	l.Take(touch("s1", 0, lead.ActionContactMe), ana(), after(time.Hour), staff(owner))
	if l.CreatedAt != after(time.Hour) || l.Touches[0].ReceivedAt != morning || l.MailDueAt != after(time.Hour) {
		t.Errorf("created %s, received %s, its mail due %s", l.CreatedAt, l.Touches[0].ReceivedAt, l.MailDueAt)
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
			got := l.Take(touch("s2", c.at, lead.ActionContactMe), ana(), after(c.at), staff(owner))
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
			if again := c.want == lead.AskedAgain; l.Touches[1].Again != again || l.Touches[0].Again {
				t.Errorf("asked again: %t and %t", l.Touches[0].Again, l.Touches[1].Again)
			}
		})
	}
}

func TestTheRedeliveriesThatATouchNamesAreBounded(t *testing.T) {
	l := known(lead.ActionContactMe)
	for n := range 150 {
		got := l.Take(touch(fmt.Sprintf("r%03d", n), time.Minute, lead.ActionContactMe), ana(), morning, staff(owner))
		if got.Verdict != lead.Redelivered || got.Of != "s1" || got.Changed != (n < 100) {
			t.Fatalf("redelivery %d: %+v", n+1, got)
		}
	}
	if n := len(l.Touches[0].Redeliveries); n != 100 || len(l.Touches) != 1 {
		t.Errorf("%d redeliveries, %d touches", n, len(l.Touches))
	}
}

func TestARedeliveryDoesNotMoveTheWindow(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", 9*time.Minute, lead.ActionContactMe), ana(), morning, staff(owner))
	if got := l.Take(touch("s3", 11*time.Minute, lead.ActionContactMe), ana(), morning, staff(owner)); got.Verdict != lead.AskedAgain {
		t.Errorf("verdict %d, want AskedAgain: 11 minutes after the touch, though 2 after its redelivery", got.Verdict)
	}
}

func TestTheWindowRunsFromTheNewestTouchWithThatContent(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", 2*time.Hour, lead.ActionContactMe), ana(), morning, staff(owner))
	if got := l.Take(touch("s3", 2*time.Hour+5*time.Minute, lead.ActionContactMe), ana(), morning, staff(owner)); got.Verdict != lead.Redelivered || got.Of != "s2" {
		t.Errorf("verdict %d of %q, want a redelivery of s2", got.Verdict, got.Of)
	}
}

func TestTheOwnerStays(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", time.Hour, lead.ActionContactMe), ana(), morning, staff(func() lead.Owner {
		t.Error("a lead with an owner was assigned once more")
		return lead.Owner{Person: "bo"}
	}))
	if l.Owner.Person != "ana" || l.Mail("again-s2").To != "ana" {
		t.Errorf("owner %s, mails %+v", l.Owner.Person, l.Mails)
	}
}

func TestTheSameSubmissionTwiceChangesNothing(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", time.Minute, lead.ActionContactMe), ana(), morning, staff(owner))
	l.Take(touch("s3", 20*time.Minute, lead.ActionContactMe), ana(), morning, staff(owner))
	before, _ := json.Marshal(l)
	for _, again := range []lead.Touch{touch("s1", 0, lead.ActionContactMe), touch("s2", time.Minute, lead.ActionContactMe), touch("s3", 20*time.Minute, lead.ActionContactMe)} {
		if got := l.Take(again, ana(), after(time.Hour), staff(owner)); got.Changed {
			t.Errorf("submission %s changed the lead the second time", again.Submission)
		}
	}
	if now, _ := json.Marshal(l); string(now) != string(before) {
		t.Errorf("the lead changed:\n%s\n%s", before, now)
	}
}

func TestWithoutAMatchKeyNothingIsARedelivery(t *testing.T) {
	l := &lead.Lead{ID: "s1"}
	l.Take(touch("s1", 0, lead.ActionContactMe), lead.Contact{}, morning, staff(owner))
	if got := l.Take(touch("s2", time.Minute, lead.ActionContactMe), lead.Contact{}, morning, staff(owner)); got.Verdict != lead.FurtherTouch {
		t.Errorf("verdict %d, want FurtherTouch: two such may be two people", got.Verdict)
	}
}

func TestBlankNeverOverwritesAndTheNewestValueWins(t *testing.T) {
	l := known(lead.ActionContactMe)
	other := touch("s2", time.Hour, lead.ActionAcquired)
	other.ContentKey = "other"
	other.Offer.Title = "Contoso Analytics (new)"
	l.Take(other, lead.Contact{FirstName: "Anna", Email: "ANA@fabrikam.example.com", Phone: "+55 11 91234-5678"}, after(time.Hour), staff(owner))
	if len(l.Offers) != 1 || l.Offers[0].Title != "Contoso Analytics (new)" {
		t.Errorf("one offer has the title that was received last: %+v", l.Offers)
	}
	older := touch("s3", -time.Hour, lead.ActionTestDrive)
	older.ContentKey = "older"
	l.Take(older, lead.Contact{FirstName: "A.", Email: "ana@fabrikam.example.com", Company: "Fabrikam (old)", JobTitle: "CTO"}, after(2*time.Hour), staff(owner))
	c := l.Contact
	if c.FirstName != "Anna" || c.LastName != "Silva" || c.Company != "Fabrikam" || c.JobTitle != "CTO" || c.Phone == "" {
		t.Errorf("contact %+v", c)
	}
	if len(c.Emails) != 2 {
		t.Errorf("every spelling of an address is kept once, have %v", c.Emails)
	}
	if l.Offers[0].Title != "Contoso Analytics (new)" {
		t.Errorf("an older touch changed the title: %+v", l.Offers)
	}
	if l.Touches[0].Submission != "s3" || l.Offers[0].Action != lead.ActionAcquired {
		t.Errorf("touches are in the order of arrival and the strongest action stays: %+v %+v", l.Touches, l.Offers)
	}
}

func TestOfTwoValuesOfOneInstantTheOneWinsThatSortsLast(t *testing.T) {
	for _, order := range [][]string{{"Ana", "Anna"}, {"Anna", "Ana"}} {
		l := &lead.Lead{ID: "l1", MatchKey: "email:x"}
		for n, name := range order {
			x := touch(name, 0, lead.ActionContactMe)
			x.ContentKey = fmt.Sprint(n)
			l.Take(x, lead.Contact{FirstName: name}, morning, staff(owner))
		}
		if l.Contact.FirstName != "Anna" {
			t.Errorf("in the order %v it is %s", order, l.Contact.FirstName)
		}
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
		l.Take(touch("s2", time.Minute*30, lead.ActionDoNot), ana(), morning, staff(owner))
		if l.Suppression == nil || l.Mail("do-not-contact-s2") == nil {
			t.Errorf("suppression %v, mails %+v", l.Suppression, l.Mails)
		}
	})
	t.Run("contact me afterwards is for people to decide and lifts nothing", func(t *testing.T) {
		l := known(lead.ActionDoNot)
		asked := touch("s2", time.Hour, lead.ActionContactMe)
		asked.ContentKey = "other"
		l.Take(asked, ana(), morning, staff(owner))
		if l.Suppression == nil || l.Mail("decide-s2") == nil || l.Mail("decide-s2-to-operations") == nil || len(l.Mails) != 2 {
			t.Errorf("suppression %v, mails %+v", l.Suppression, l.Mails)
		}
	})
	t.Run("the owner is told once", func(t *testing.T) {
		l := known(lead.ActionContactMe)
		l.Take(touch("s2", time.Hour, lead.ActionDoNot), ana(), morning, staff(owner))
		again := touch("s3", 2*time.Hour, lead.ActionDoNot)
		again.ContentKey = "other"
		l.Take(again, ana(), morning, staff(owner))
		if l.Mail("do-not-contact-s3") != nil {
			t.Errorf("mails %+v", l.Mails)
		}
	})
	t.Run("nobody is asked to call for any other touch afterwards", func(t *testing.T) {
		l := known(lead.ActionDoNot)
		tried := touch("s2", time.Hour, lead.ActionTestDrive)
		tried.ContentKey = "other"
		l.Take(tried, ana(), morning, staff(owner))
		if len(l.Mails) != 0 || len(l.Touches) != 2 {
			t.Errorf("mails %+v, %d touches", l.Mails, len(l.Touches))
		}
	})
	t.Run("a customer's own opt-out stays absolute", func(t *testing.T) {
		l := known(lead.ActionDoNot)
		l.Suppression.Reason = lead.SuppressedOptedOut
		asked := touch("s2", time.Hour, lead.ActionContactMe)
		asked.ContentKey = "other"
		l.Take(asked, ana(), morning, staff(owner))
		if len(l.Mails) != 0 {
			t.Errorf("mails %+v", l.Mails)
		}
	})
}

// What has to be done for the others because of it is made up for with its own repeats only.
func TestOnlyTheSubmissionThatSuppressedALeadSaysSoAndSaysItAgain(t *testing.T) {
	l := known(lead.ActionContactMe)
	dnc, again := touch("s2", time.Hour, lead.ActionDoNot), touch("s3", 48*time.Hour, lead.ActionDoNot)
	for _, c := range []struct {
		name  string
		touch lead.Touch
		want  bool
	}{
		{"the do-not-contact", dnc, true},
		{"its repeat", dnc, true},
		{"the repeat of an earlier touch", touch("s1", 0, lead.ActionContactMe), false},
		{"a second do-not-contact", again, false},
		{"and the repeat of that", again, false},
	} {
		if got := l.Take(c.touch, ana(), morning, staff(owner)); got.Suppressed != c.want {
			t.Errorf("%s: suppressed %t", c.name, got.Suppressed)
		}
	}
	if l.Suppression.Submission != "s2" {
		t.Errorf("suppressed by %s", l.Suppression.Submission)
	}
}

func TestATouchReopensAClosedLeadUnlessItIsOlder(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Stage = lead.StageLost
	older := touch("s2", -time.Hour, lead.ActionTestDrive)
	older.ContentKey = "older"
	if l.Take(older, ana(), morning, staff(owner)); l.Stage != lead.StageLost {
		t.Errorf("an older touch made it %s", l.Stage)
	}
	newer := touch("s3", 48*time.Hour, lead.ActionTestDrive)
	if l.Take(newer, ana(), after(49*time.Hour), staff(owner)); l.Stage != lead.StageNew {
		t.Errorf("a newer touch left it %s", l.Stage)
	}
	if last := l.Timeline[len(l.Timeline)-2]; last.Text != "Reopened from Lost: a new touch arrived." || last.Submission != "s3" || last.At != after(49*time.Hour) {
		t.Errorf("the timeline says %+v", last)
	}
	if l.CreatedAt != morning || l.UpdatedAt != after(49*time.Hour) {
		t.Errorf("created %s, updated %s", l.CreatedAt, l.UpdatedAt)
	}
	l.Stage = lead.StageLost
	same := touch("s4", 48*time.Hour, lead.ActionAcquired)
	same.ContentKey = "other"
	if l.Take(same, ana(), morning, staff(owner)); l.Stage != lead.StageNew {
		t.Errorf("one of the same instant left it %s, and it is no older one", l.Stage)
	}
}

func TestWhatNobodyIsToldOfReopensNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		first  lead.Action
		second lead.Action
		want   lead.Stage
	}{
		{"a do-not-contact", lead.ActionContactMe, lead.ActionDoNot, lead.StageLost},
		{"a touch of somebody who must not be contacted", lead.ActionDoNot, lead.ActionTestDrive, lead.StageLost},
		{"but a contact me after a do-not-contact does, for people have to decide", lead.ActionDoNot, lead.ActionContactMe, lead.StageNew},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := known(c.first)
			l.Stage = lead.StageLost
			if l.Take(touch("s2", 48*time.Hour, c.second), ana(), after(48*time.Hour), staff(owner)); l.Stage != c.want {
				t.Errorf("it is %s, want %s", l.Stage, c.want)
			}
		})
	}
}

func TestTheTimelineSaysWhatHappenedAndWhen(t *testing.T) {
	l := known(lead.ActionContactMe)
	again := touch("s2", time.Hour, lead.ActionContactMe)
	l.Take(again, ana(), after(2*time.Hour), staff(owner))
	dnc := touch("s3", 48*time.Hour, lead.ActionDoNot)
	dnc.Offer = lead.Offer{}
	l.Take(dnc, ana(), after(50*time.Hour), staff(owner))
	var said []string
	for _, a := range l.Timeline {
		said = append(said, fmt.Sprintf("%s %s (%s)", a.At.Sub(morning.Time), a.Text, a.Submission))
	}
	want := []string{
		"0s Contact me: Contoso Analytics (s1)", "0s Owner: ana. her turn. (s1)",
		"0s The response clock began: arrived Mon 09:00 UTC in working time, clock started at once, due Mon 13:00 UTC. (s1)",
		"1h0m0s Asked again. Contact me: Contoso Analytics (s2)",
		"48h0m0s Do not contact (s3)", "50h0m0s Must not be contacted: Microsoft said so. (s3)",
	}
	if !slices.Equal(said, want) {
		t.Errorf("the timeline says\n%s\nand not\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
}

func TestAMailIsDueUntilItIsRecorded(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", time.Hour, lead.ActionContactMe), ana(), after(time.Hour), staff(owner))
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
	l.Take(x, lead.Contact{FirstName: huge, LastName: huge, Email: huge, Phone: huge, Company: huge, JobTitle: huge, Country: huge}, morning, staff(owner))
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

func TestALateTouchIsComparedWithTheNearestOneThatHasItsContent(t *testing.T) {
	for _, c := range []struct {
		name string
		at   time.Duration
		of   string
	}{
		{"with the older one where that is nearer", 2 * time.Minute, "s1"},
		{"with the newer one where that is nearer", 11 * time.Minute, "s2"},
		{"and of two that are equally near with the newer one", 6 * time.Minute, "s2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := known(lead.ActionContactMe)
			l.Take(touch("s2", 12*time.Minute, lead.ActionContactMe), ana(), morning, staff(owner))
			if got := l.Take(touch("s3", c.at, lead.ActionContactMe), ana(), morning, staff(owner)); got.Verdict != lead.Redelivered || got.Of != c.of {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestWhatIsTooLongIsCutAtACharacterAndSaysSo(t *testing.T) {
	take := func(x lead.Touch, c lead.Contact) *lead.Lead {
		l := &lead.Lead{ID: "l1", MatchKey: "email:x"}
		l.Take(x, c, morning, staff(owner))
		return l
	}
	for _, c := range []struct {
		name, description string
		bytes             int
		cut               bool
	}{
		{"the longest description", strings.Repeat("x", 2048), 2048, false},
		{"one byte more", strings.Repeat("x", 2049), 2048, true},
		{"in characters of three bytes", strings.Repeat("가", 700), 2048, true}, // 681 of them, and the mark
		{"with another offset", "x" + strings.Repeat("가", 700), 2047, true},
	} {
		x := touch("s1", 0, lead.ActionContactMe)
		x.Description = c.description
		got := take(x, ana()).Touches[0].Description
		if len(got) > 2048 || len(got) < c.bytes-2 || !utf8.ValidString(got) || strings.HasSuffix(got, "…") != c.cut {
			t.Errorf("%s has %d bytes and ends with %q", c.name, len(got), got[len(got)-6:])
		}
	}
	for _, c := range []struct {
		name, value string
		cut         bool
	}{
		{"the longest field", strings.Repeat("x", 256), false},
		{"as long in Hangul", strings.Repeat("가", 256), false},
		{"one character more", strings.Repeat("x", 257), true},
		{"one character more in Hangul", strings.Repeat("가", 257), true},
	} {
		x := touch("s1", 0, lead.ActionContactMe)
		x.RawSource, x.RawAction, x.Offer = c.value, c.value, lead.Offer{ID: c.value, Publisher: c.value, Title: c.value}
		l := take(x, lead.Contact{FirstName: c.value, LastName: c.value, Email: c.value, Phone: c.value, Company: c.value, JobTitle: c.value,
			Country: c.value, CountrySent: c.value, Emails: []string{c.value}, Phones: []string{c.value}})
		got, p := l.Touches[0], l.Contact
		for _, s := range append([]string{got.RawSource, got.RawAction, got.Offer.ID, got.Offer.Publisher, got.Offer.Title, l.Offers[0].ID, l.Offers[0].Title,
			p.FirstName, p.LastName, p.Email, p.Phone, p.Company, p.JobTitle, p.Country, p.CountrySent}, append(p.Emails, p.Phones...)...) {
			if utf8.RuneCountInString(s) != 256 || strings.HasSuffix(s, "…") != c.cut {
				t.Errorf("%s is kept with %d characters", c.name, utf8.RuneCountInString(s))
			}
		}
	}
}

func TestWhatWasNotSaidIsNotKept(t *testing.T) {
	l := &lead.Lead{ID: "l1"}
	x := touch("s1", 0, lead.ActionAcquired)
	x.Offer = lead.Offer{}
	l.Take(x, lead.Contact{LastName: "Silva"}, morning, staff(owner))
	if len(l.Contact.Emails)+len(l.Contact.Phones)+len(l.Offers) != 0 || len(l.Contact.SaidAt) != 1 {
		t.Errorf("contact %+v, offers %+v", l.Contact, l.Offers)
	}
}

func TestSomebodyIsAnonymousOnlyWithoutAnyNameAddressOrPhone(t *testing.T) {
	for _, c := range []lead.Contact{{FirstName: "Ana"}, {LastName: "Silva"}, {Email: "ana@fabrikam.example.com"}, {Phone: "+4722123456"}} {
		if c.Anonymous() {
			t.Errorf("%+v is somebody", c)
		}
	}
	if !(lead.Contact{Company: "Fabrikam", JobTitle: "CTO", Country: "US"}).Anonymous() {
		t.Error("a company is nobody to call")
	}
}

func TestBothSpellingsOfAPhoneAreKept(t *testing.T) {
	l := known(lead.ActionContactMe)
	l.Take(touch("s2", 48*time.Hour, lead.ActionContactMe), lead.Contact{Phone: "+4722123456", Phones: []string{"22 12 34 56 ext. 7"}}, morning, staff(owner))
	if l.Contact.Phone != "+4722123456" || !slices.Equal(l.Contact.Phones, []string{"22 12 34 56 ext. 7", "+4722123456"}) {
		t.Errorf("phone %q, %q", l.Contact.Phone, l.Contact.Phones)
	}
}

func TestOnlyValuesWithoutATimeAreDated(t *testing.T) {
	c := lead.Contact{FirstName: "Ana", LastName: "Silva", SaidAt: map[string]lead.Time{"firstName": after(time.Hour)}}
	c.SaidBy(morning)
	if len(c.SaidAt) != 2 || c.SaidAt["firstName"] != after(time.Hour) || c.SaidAt["lastName"] != morning {
		t.Errorf("said at %v", c.SaidAt)
	}
}
