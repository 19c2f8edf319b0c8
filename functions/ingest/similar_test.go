package ingest_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
)

// from is a body of somebody, with any fields and action.
func from(action, userDetails string) string {
	return fmt.Sprintf(`{"userDetails":{%s},"leadSource":"SPZA-%s | contoso.analytics","actionCode":%q,"offerTitle":"Contoso Analytics"}`, userDetails, action, action)
}

const (
	erik       = `"firstName":"Erik","lastName":"Lund","email":"erik@lamna.example.org","phone":"+47 22 12 34 56","country":"NO"`
	eriksPhone = `"firstName":"E.","lastName":"Lund","email":"lund@proseware.example.org","phone":"22 12 34 56","country":"Norway"`
)

func TestALeadThatMayBeThatOfAKnownPersonSaysSoAndStaysItsOwn(t *testing.T) {
	d := open(t)
	first := d.takes("s1", 0, from("INS", erik))
	second := d.takes("s2", time.Hour, from("PLT", eriksPhone))
	if first.Lead == second.Lead {
		t.Fatal("the two were merged, though only people decide that")
	}
	got := d.lead(second.Lead).Suggestions
	if len(got) != 1 || got[0].Lead != first.Lead || got[0].Why != "same phone" || got[0].Suppressed {
		t.Errorf("suggestions %+v", got)
	}
	if known := d.lead(first.Lead).Suggestions; len(known) != 0 {
		t.Errorf("the known lead was written too: %+v", known)
	}
}

func TestALeadThatMayBeThatOfASuppressedPersonSaysSo(t *testing.T) {
	d := open(t)
	first := d.takes("s1", 0, from("DNC", erik))
	second := d.takes("s2", time.Hour, from("PLT", eriksPhone))
	l := d.lead(second.Lead)
	if len(l.Suggestions) != 1 || l.Suggestions[0].Lead != first.Lead || !l.Suggestions[0].Suppressed || l.Suppression != nil {
		t.Errorf("suggestions %+v, suppression %+v", l.Suggestions, l.Suppression)
	}
	if want := []string{"alert-s2"}; !slices.Equal(d.mails(), want) {
		t.Errorf("word of %v", d.mails())
	}
}

func TestTheOwnersOfLeadsThatMayBeTheSameAreWarnedOfADoNotContact(t *testing.T) {
	for _, c := range []struct {
		name  string
		known bool // whether the person who must not be contacted has a lead before
	}{{"of a new lead", false}, {"of a known lead", true}} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			if c.known {
				d.takes("s0", 0, from("INS", eriksPhone))
			}
			other := d.takes("s1", time.Hour, from("PLT", erik)).Lead
			m := d.arrives("s2", 2*time.Hour, from("DNC", eriksPhone))
			d.now = morning.Add(2 * time.Hour)
			var warned string
			for range 2 { // a consecutive run finds nothing to do
				d.done(m)
				l := d.lead(other)
				if len(l.Suggestions) != 1 || !l.Suggestions[0].Suppressed || l.Suggestions[0].Lead != d.outcome("s2").Lead || l.Suppression != nil {
					t.Fatalf("suggestions %+v, suppression %+v", l.Suggestions, l.Suppression)
				}
				similar := slices.DeleteFunc(slices.Clone(l.Mails), func(m lead.Mail) bool { return m.Kind != lead.MailSimilar })
				if len(similar) != 1 || warned != "" && similar[0].ID != warned {
					t.Fatalf("mails %+v", l.Mails)
				}
				warned = similar[0].ID
				if n := len(slices.DeleteFunc(d.mails(), func(id string) bool { return id != warned })); n != 1 {
					t.Errorf("%d words of the warning: %v", n, d.mails())
				}
			}
		})
	}
}

func TestAWarningThatACrashLeftOutIsMadeUpFor(t *testing.T) {
	t.Parallel()
	d := open(t)
	other := d.takes("s1", 0, from("PLT", erik)).Lead
	m := d.arrives("s2", time.Hour, from("DNC", eriksPhone))
	d.ServiceBus.Stop() // the lead is written, the other one is warned, and no word can be sent
	d.later(m)
	if l := d.lead(other); len(l.Mails) != 2 || d.outcome("s2") != nil {
		t.Fatalf("mails %+v, outcome %+v", l.Mails, d.outcome("s2"))
	}
	d.ServiceBus.Start()
	d.done(m)
	if id := d.lead(other).Mails[1].ID; !slices.Contains(d.mails(), id) || len(d.lead(other).Mails) != 2 {
		t.Errorf("word of %v, want %s", d.mails(), id)
	}
}

func TestACollectiveNumberSuggestsNobody(t *testing.T) {
	d := open(t)
	for n := range 22 {
		o := d.takes(fmt.Sprintf("s%02d", n), 0, from("INS", fmt.Sprintf(`"lastName":"Person %d","email":"p%d@lamna%d.example.org","phone":"+47 22 12 34 56"`, n, n, n)))
		if got := len(d.lead(o.Lead).Suggestions); got != n && n <= 20 || got != 0 && n > 20 {
			t.Errorf("%d suggestions for lead number %d", got, n)
		}
	}
}

func TestTwoSubmissionsOfAPersonAtTheSameInstantOnTwoHandlers(t *testing.T) {
	t.Parallel()
	for range 5 {
		d := open(t)
		messages := []azfunc.Message{d.arrives("s1", 0, ana("first")), d.arrives("s2", 0, ana("second"))}
		other := *d.ingest // a handler of its own has a client of its own
		other.Store, other.Queue = d.Store(), d.Queue(backoff)
		var group sync.WaitGroup
		for i, ingest := range []interface {
			Run(ctx context.Context, m azfunc.Message) azfunc.Outcome
		}{d.ingest, &other} {
			group.Go(func() {
				if o := ingest.Run(t.Context(), messages[i]); o.Kind() != azfunc.KindDone {
					t.Errorf("ingest says %s", o)
				}
			})
		}
		group.Wait()
		leads := d.leads()
		if len(leads) != 1 || len(leads[0].Touches) != 2 || leads[0].Owner.Person != lead.Operations {
			t.Fatalf("leads %+v", leads)
		}
		owned := strings.Count(asJSON(t, leads[0].Timeline), "Owner: ")
		kinds := map[lead.MailKind]int{}
		for _, m := range leads[0].Mails {
			kinds[m.Kind]++
		}
		if want := map[lead.MailKind]int{lead.MailAlert: 1, lead.MailTouch: 1}; !maps.Equal(kinds, want) || owned != 1 || len(d.mails()) != 2 {
			t.Errorf("mails %v, %d owners, word of %v", kinds, owned, d.mails())
		}
	}
}

func TestASubmissionThatIsInTheArchiveAlreadyChangesNothing(t *testing.T) {
	d := open(t)
	const touches = 120
	var first azfunc.Message
	for n := range touches {
		m := d.arrives(fmt.Sprintf("s%03d", n), time.Duration(n)*25*time.Hour, ana(""))
		d.now = morning.Add(time.Duration(n) * 25 * time.Hour)
		d.done(m)
		if n == 0 {
			first = m
		}
	}
	before := d.lead(leadID(anaAddress))
	if before.Archived == nil || len(before.Touches) == touches {
		t.Fatalf("%d touches, archive %+v", len(before.Touches), before.Archived)
	}
	d.done(first)
	if after := d.lead(leadID(anaAddress)); asJSON(t, after) != asJSON(t, before) {
		t.Error("the oldest submission was taken a second time")
	}
	late := d.arrives("late", time.Minute, ana("something else, long ago"))
	d.done(late)
	if after := d.lead(leadID(anaAddress)); len(after.Touches) != len(before.Touches)+1 || after.Touches[0].Submission != "late" {
		t.Error("a submission that is in no archive was not taken")
	}
}
