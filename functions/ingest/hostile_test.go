package ingest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/store"
)

func TestHugeNamesDoNotKeepALeadFromBeingWritten(t *testing.T) {
	d := open(t)
	for n := range 13 {
		body := from("PLT", fmt.Sprintf(`"email":"ana.silva@fabrikam.example.com","firstName":"%s%d","lastName":"Silva"`, strings.Repeat("x", 180<<10), n))
		m := d.arrives(fmt.Sprint("s", n), time.Duration(n)*48*time.Hour, body)
		if o := d.ingest.Run(t.Context(), m); o.Kind() != azfunc.KindDone {
			t.Fatalf("submission %d: ingest says %s", n, o)
		}
	}
}

func TestOneHugeName(t *testing.T) {
	d := open(t)
	body := from("PLT", fmt.Sprintf(`"email":"ana.silva@fabrikam.example.com","firstName":"%s","lastName":"Silva"`, strings.Repeat("ﷺ", 60<<10)))
	if o := d.ingest.Run(t.Context(), d.arrives("s", 0, body)); o.Kind() != azfunc.KindDone {
		t.Fatalf("ingest says %s", o)
	}
	t.Log(len(asJSON(t, d.lead(leadID(anaAddress)))))
}

func TestAHugeTitleDoesNotKeepTestLeadsFromBeingSeen(t *testing.T) {
	d := open(t)
	body := strings.Replace(testLead, "Contoso Analytics", strings.Repeat("<", 150<<10), 1)
	if o := d.ingest.Run(t.Context(), d.arrives("s1", 0, body)); o.Kind() != azfunc.KindDone {
		t.Errorf("ingest says %s", o)
	}
}

func full(d *desk, n int) {
	for n := range n {
		d.now = morning.Add(time.Duration(n) * 25 * time.Hour)
		d.done(d.arrives(fmt.Sprintf("s%03d", n), time.Duration(n)*25*time.Hour, from("PLT", erik)))
	}
}

func TestAWarningOfALateDoNotContactIsMadeUpForAfterACrash(t *testing.T) {
	d := open(t)
	other := d.takes("o1", 0, from("PLT", eriksPhone)).Lead
	full(d, 100)
	m := d.arrives("late", -time.Hour, from("DNC", erik))
	d.ServiceBus.Stop()
	d.later(m)
	d.ServiceBus.Start()
	d.done(m)
	if l := d.lead(other); len(l.Mails) != 2 {
		t.Errorf("the owner of the other lead is never warned: %+v", l.Mails)
	}
}

func TestARepeatedRedeliveryAfterItsTouchWasArchivedChangesNothing(t *testing.T) {
	d := open(t)
	full(d, 100)
	id := d.outcome("s000").Lead
	at := 50*25*time.Hour + 5*time.Minute
	m := d.arrives("again", at, from("PLT", erik))
	d.ingest.Store = noOutcome{d.store}
	d.later(m) // the lead is written and the outcome is not
	d.ingest.Store = d.store
	d.now = morning.Add(200 * 25 * time.Hour)
	d.done(d.arrives("s999", 200*25*time.Hour, from("PLT", erik)))
	before := d.lead(id)
	d.done(m)
	if o, after := d.outcome("again"), d.lead(id); o.Kind != lead.OutcomeRedelivery || len(after.Touches) != len(before.Touches) {
		t.Errorf("outcome %+v, %d touches, before %d", o, len(after.Touches), len(before.Touches))
	}
}

type noOutcome struct{ *store.Store }

func (noOutcome) Settle(context.Context, lead.Submission, lead.Outcome, time.Duration) error {
	return fmt.Errorf("the database is busy")
}

func TestARedeliveryOfALateTouchThatIsArchivedIsOne(t *testing.T) {
	d := open(t)
	full(d, 100)
	d.takes("late", -time.Hour, from("INS", erik))
	before := len(d.mails())
	if o := d.takes("late2", -time.Hour+time.Minute, from("INS", erik)); o.Kind != lead.OutcomeRedelivery || len(d.mails()) != before {
		t.Errorf("outcome %+v, %d mails more", o, len(d.mails())-before)
	}
}
