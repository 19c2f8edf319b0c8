package lead_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadflow/shared/lead"
)

// crowded is a lead with so many touches of a kind, a day apart.
func crowded(n int, change func(n int, t *lead.Touch, c *lead.Contact)) (*lead.Lead, []*lead.Archive) {
	l := &lead.Lead{ID: "l1", Partition: "l1", MatchKey: "email:ana@fabrikam.example.com"}
	var archives []*lead.Archive
	for i := range n {
		x, c := touch(fmt.Sprintf("s%04d", i), time.Duration(i)*24*time.Hour, lead.ActionContactMe), ana()
		change(i, &x, &c)
		l.Take(x, c, x.ReceivedAt, staff(owner))
		l.Record("alert-"+x.Submission, "Mail sent.", x.ReceivedAt)
		l.Record("touch-"+x.Submission, "Mail sent.", x.ReceivedAt)
		if a := shed(l); a != nil {
			archives = append(archives, a)
		}
	}
	return l, archives
}

// shed does what a write of the lead does first.
func shed(l *lead.Lead) *lead.Archive {
	document, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	a, err := l.Shed(len(document))
	if err != nil {
		panic(err)
	}
	return a
}

func TestALeadIsBoundedAndWhatItShedsIsInTheArchive(t *testing.T) {
	l, archives := crowded(450, func(n int, x *lead.Touch, c *lead.Contact) {
		x.Offer = lead.Offer{ID: fmt.Sprintf("offer-%d", n)}
		c.Email = strings.Repeat("a", n+1) + "@fabrikam.example.com"
		c.Phone = fmt.Sprintf("+4722%06d", n)
	})
	if len(l.Touches) > 100 || len(l.Timeline) > 200 || len(l.Offers) > 50 || len(l.Contact.Emails) > 20 || len(l.Contact.Phones) > 20 || len(l.Mails) > 100 {
		t.Errorf("%d touches, %d activities, %d offers, %d emails, %d phones, %d mails", len(l.Touches), len(l.Timeline), len(l.Offers),
			len(l.Contact.Emails), len(l.Contact.Phones), len(l.Mails))
	}
	if l.Contact.Phone != "+4722000449" || l.Touches[len(l.Touches)-1].Submission != "s0449" {
		t.Errorf("what is newest stays: %s, %s", l.Contact.Phone, l.Touches[len(l.Touches)-1].Submission)
	}
	touches, offers, phones, activities, mails := len(l.Touches), len(l.Offers), len(l.Contact.Phones), len(l.Timeline), len(l.Mails)
	before := ""
	for _, a := range archives {
		touches, offers, phones, activities, mails = touches+len(a.Touches), offers+len(a.Offers), phones+len(a.Phones), activities+len(a.Timeline), mails+len(a.Mails)
		if a.Before != before || a.Partition != "l1" || a.Schema != lead.Schema || a.ID == before {
			t.Fatalf("archive %s, before it %s, want %s", a.ID, a.Before, before)
		}
		before = a.ID
	}
	if touches != 450 || offers != 450 || phones != 450 || mails != 450 || activities != 2*450+2 {
		t.Errorf("in all %d touches, %d offers, %d phones, %d mails, %d activities", touches, offers, phones, mails, activities)
	}
	if l.Archived.ID != before {
		t.Errorf("the lead names the archive %s, the last is %s", l.Archived.ID, before)
	}
}

func TestALeadThatIsTooLargeShedsAsMuchAsItMustAndNotEverything(t *testing.T) {
	l := &lead.Lead{ID: "l1", MatchKey: "email:ana@fabrikam.example.com"}
	for n := range 90 {
		x := touch(fmt.Sprintf("s%04d", n), time.Duration(n)*48*time.Hour, lead.ActionContactMe)
		x.Description = strings.Repeat("<", 2<<10) // six bytes each in JSON
		l.Take(x, ana(), x.ReceivedAt, staff(owner))
	}
	a := shed(l)
	b, err := json.Marshal(l)
	if err != nil || len(b) > lead.MaxSize || len(b) < lead.MaxSize/4 {
		t.Errorf("%d bytes are left, %v", len(b), err)
	}
	if len(a.Touches)+len(l.Touches) != 90 || l.Touches[len(l.Touches)-1].Submission != "s0089" || a.Touches[0].Submission != "s0000" {
		t.Errorf("%d touches were moved, %d are left", len(a.Touches), len(l.Touches))
	}
	if len(a.Timeline) != 0 {
		t.Errorf("%d activities were moved, and the touches take the most room", len(a.Timeline))
	}
}

// Or what an earlier archive has would not be looked for any more.
func TestAnArchiveWithoutTouchesHidesNoneOfTheEarlierOnes(t *testing.T) {
	l, archives := crowded(101, func(int, *lead.Touch, *lead.Contact) {})
	through := l.Archived.Through
	if through.IsZero() {
		t.Fatal("nothing was moved")
	}
	for n := range 250 {
		l.Timeline = append(l.Timeline, lead.Activity{At: morning, Text: fmt.Sprint(n)})
	}
	a := shed(l)
	if a == nil || len(a.Touches) != 0 || a.Before != archives[len(archives)-1].ID {
		t.Fatalf("archive %+v", a)
	}
	if l.Archived.ID != a.ID || l.Archived.Through != through {
		t.Errorf("archived %+v, before through %s", l.Archived, through)
	}
}

func TestAnArchiveOfLateTouchesHidesNoneOfTheEarlierOnes(t *testing.T) {
	l, _ := crowded(101, func(int, *lead.Touch, *lead.Contact) {})
	through := l.Archived.Through
	for n := range 51 {
		l.Take(touch(fmt.Sprintf("late%02d", n), -time.Duration(n+2)*48*time.Hour, lead.ActionContactMe), ana(), morning, staff(owner))
	}
	a := shed(l)
	if a == nil || len(a.Touches) != 51 || !strings.HasPrefix(a.Touches[50].Submission, "late") {
		t.Fatalf("archive %+v", a)
	}
	if l.Archived.Through != through {
		t.Errorf("archived through %s, before through %s", l.Archived.Through, through)
	}
}

func TestTheArchiveIsSeldomWritten(t *testing.T) {
	_, archives := crowded(450, func(int, *lead.Touch, *lead.Contact) {})
	if len(archives) == 0 || len(archives) > 450/25 {
		t.Errorf("%d of 450 touches cost a write more", len(archives))
	}
	_, archives = crowded(60, func(_ int, x *lead.Touch, _ *lead.Contact) { x.Description = strings.Repeat("<", 2<<10) })
	if len(archives) == 0 || len(archives) > 60/5 {
		t.Errorf("%d of 60 large touches cost a write more", len(archives))
	}
}

func TestAnArchiveKnowsItsSubmissions(t *testing.T) {
	l, archives := crowded(101, func(n int, x *lead.Touch, _ *lead.Contact) { x.Redeliveries = []string{"r" + x.Submission} })
	a := archives[len(archives)-1] // which has the touches; the timeline is full before
	for _, c := range []struct {
		submission, of string
		has            bool
	}{{"s0000", "s0000", true}, {"rs0000", "s0000", true}, {"s0100", "", false}, {"", "", false}} {
		if of, has := a.Has(lead.Touch{Submission: c.submission}); of != c.of || has != c.has {
			t.Errorf("%q: %q, %t", c.submission, of, has)
		}
	}
	oldest := a.Touches[len(a.Touches)-1]
	for _, c := range []struct {
		name, submission string
		at               lead.Time
		want             bool
	}{
		{"one that is older than all that were moved", "x", after(-time.Hour), true},
		{"one as old as the newest that was moved", oldest.Submission, oldest.ReceivedAt, true},
		{"one that may be a redelivery of that", "x", lead.At(oldest.ReceivedAt.Add(10 * time.Minute)), true},
		{"a newer one cannot be there", "x", lead.At(oldest.ReceivedAt.Add(10*time.Minute + time.Second)), false},
		{"one that the lead still has need not be looked for", "s0100", after(0), false},
	} {
		if got := l.MayHaveArchived(c.submission, c.at); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
	if known(lead.ActionContactMe).MayHaveArchived("x", after(-time.Hour)) {
		t.Error("a lead without an archive has nothing there")
	}
}

func TestAnArchiveKnowsATouchByItsIdBeforeItsContent(t *testing.T) {
	a := &lead.Archive{Touches: []lead.Touch{touch("s1", 0, lead.ActionContactMe), touch("s2", time.Minute, lead.ActionContactMe)}}
	for submission, of := range map[string]string{"s1": "s1", "s2": "s2", "s3": "s1"} {
		if got, ok := a.Has(touch(submission, time.Minute, lead.ActionContactMe)); !ok || got != of {
			t.Errorf("%s is %q, %t, want %q", submission, got, ok, of)
		}
	}
	if of, ok := a.Has(touch("s3", time.Hour, lead.ActionContactMe)); ok {
		t.Errorf("what comes an hour later is %q", of)
	}
}

func TestTheSameContentMakesTheSameArchive(t *testing.T) {
	full := func() *lead.Archive {
		l, _ := crowded(100, func(int, *lead.Touch, *lead.Contact) {})
		l.Take(touch("s9999", 200*24*time.Hour, lead.ActionContactMe), ana(), morning, staff(owner))
		return shed(l)
	}
	if a, b := full(), full(); a == nil || a.ID != b.ID {
		t.Errorf("%s and %s: a repeat would leave two", a.ID, b.ID)
	}
}

func TestTheRecordedMailsOfALeadAreBoundedByThemselves(t *testing.T) {
	for _, c := range []struct {
		name                  string
		open, recorded, moved int
	}{
		{"a hundred stay, however many are open", 60, 100, 0},
		{"one more moves the older ones, and fifty stay", 0, 101, 51},
		{"and no open one", 60, 101, 51},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &lead.Lead{ID: "l1"}
			for n := range c.open + c.recorded {
				m := lead.Mail{ID: fmt.Sprintf("m%03d", n), PlannedAt: morning}
				if n >= c.open {
					m.RecordedAt = morning
				}
				l.Mails = append(l.Mails, m)
			}
			newest := l.Mails[len(l.Mails)-1].ID
			moved := 0
			if a := shed(l); a != nil {
				moved = len(a.Mails)
				if first := fmt.Sprintf("m%03d", c.open); a.Mails[0].ID != first {
					t.Errorf("the first that was moved is %s, and %s the oldest", a.Mails[0].ID, first)
				}
			}
			if moved != c.moved || len(l.Mails) != c.open+c.recorded-c.moved || len(l.OpenMails()) != c.open || l.Mails[len(l.Mails)-1].ID != newest {
				t.Errorf("%d were moved; %d are left, %d of them open", moved, len(l.Mails), len(l.OpenMails()))
			}
		})
	}
}

func TestWhatIsNewestStaysThoughTheLeadIsTooLargeWithoutTheRest(t *testing.T) {
	l := &lead.Lead{ID: "l1", MatchKey: "email:ana@fabrikam.example.com"}
	for n := range 3 {
		c := ana()
		c.Email, c.Phone = fmt.Sprintf("ana%d@fabrikam.example.com", n), fmt.Sprintf("+472212345%d", n)
		x := touch(fmt.Sprintf("s%d", n), time.Duration(n)*48*time.Hour, lead.ActionContactMe)
		x.Offer.ID = x.Submission
		l.Take(x, c, morning, staff(owner))
	}
	for n := range 1500 {
		l.Mails = append(l.Mails, lead.Mail{ID: fmt.Sprintf("touch-%036d", n), PlannedAt: morning})
	}
	a := shed(l)
	if len(l.Touches) != 1 || l.Touches[0].Submission != "s2" || len(l.Offers) != 1 || len(l.Contact.Emails) != 1 || len(l.Contact.Phones) != 1 || len(l.Timeline) != 1 {
		t.Errorf("touches %+v, offers %+v, %v, %v, timeline %+v", l.Touches, l.Offers, l.Contact.Emails, l.Contact.Phones, l.Timeline)
	}
	if len(a.Touches) != 2 || len(a.Mails) != 0 || len(l.OpenMails()) != 1503 {
		t.Errorf("%d touches and %d mails were moved", len(a.Touches), len(a.Mails))
	}
}

func TestAnOpenMailNeverLeavesTheLead(t *testing.T) {
	l := &lead.Lead{ID: "l1", MatchKey: "email:x"}
	for i := range 150 {
		l.Take(touch(fmt.Sprintf("s%04d", i), time.Duration(i)*48*time.Hour, lead.ActionContactMe), ana(), morning, staff(owner))
		shed(l)
	}
	if n := len(l.OpenMails()); n != 150 {
		t.Errorf("%d of 150 open mails are left", n)
	}
}

func TestNoLeadIsLargerThanItsLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string {
			return strings.Repeat(rapid.SampledFrom([]string{"x", "가", "😀", "\"", "<"}).Draw(t, label), rapid.SampledFrom([]int{0, 1, 300, 5000}).Draw(t, label+" times"))
		}
		huge := [3]string{text("a"), text("b"), text("c")}
		l, archives := crowded(rapid.IntRange(1, 30).Draw(t, "touches"), func(n int, x *lead.Touch, c *lead.Contact) {
			s := huge[n%3]
			id := fmt.Sprint(n)
			x.Description, x.RawSource, x.RawAction, x.Offer = s, s, s, lead.Offer{ID: id + s, Title: s, Publisher: s}
			*c = lead.Contact{FirstName: s, LastName: s, Email: id + s, Phone: id + s, Company: s, JobTitle: s, CountrySent: s}
			for r := range 100 {
				x.Redeliveries = append(x.Redeliveries, fmt.Sprintf("%036d", r))
			}
		})
		b, err := json.Marshal(l)
		if err != nil || len(b) > lead.MaxSize {
			t.Fatalf("the document has %d bytes, %v", len(b), err)
		}
		touches := len(l.Touches)
		for _, a := range archives {
			touches += len(a.Touches)
			if b, _ := json.Marshal(a); len(b) > 2_000_000 { // the service's limit
				t.Fatalf("an archive has %d bytes", len(b))
			}
		}
		if want := int(l.Touches[len(l.Touches)-1].ReceivedAt.Sub(morning.Time)/(24*time.Hour)) + 1; touches != want {
			t.Fatalf("%d of %d touches are left", touches, want)
		}
	})
}
