package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// archives has a lead of Ana's with two archives: day after day she pressed Contact me, s000 to s159.
func (d *desk) archives() *lead.Lead {
	d.t.Helper()
	var got *lead.Lead
	for _, part := range [][2]int{{0, 101}, {101, 160}} {
		var err error
		got, err = d.store.Update(d.t.Context(), leadID(anaAddress), func(l *lead.Lead) error {
			l.Identify(lead.Keys{Email: anaAddress})
			for n := part[0]; n < part[1]; n++ {
				at := lead.At(morning.Add(time.Duration(n) * 24 * time.Hour))
				x := lead.Touch{Submission: fmt.Sprintf("s%03d", n), ContentKey: fmt.Sprint(n), Action: lead.ActionContactMe, ReceivedAt: at,
					Redeliveries: []string{fmt.Sprintf("r%03d", n)}}
				l.Take(x, lead.Contact{}, at, team.Operations("operations@contoso.com").Staff(time.Now(), func() lead.Owner { return lead.Owner{Person: lead.Operations} }))
			}
			for _, m := range l.OpenMails() {
				l.Record(m.ID, "Mail sent.", lead.At(morning))
			}
			return nil
		})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	walked := 0
	if err := d.store.Archives(d.t.Context(), got, func(*lead.Archive) bool { walked++; return true }); err != nil || walked != 2 {
		d.t.Fatalf("%d archives, %v", walked, err)
	}
	return d.lead(got.ID) // as it is stored
}

func TestARepeatIsFoundInWhicheverArchiveItIs(t *testing.T) {
	d := open(t)
	before := d.archives()
	for _, c := range []struct {
		name, id string
		day      int
		want     lead.OutcomeKind
		of       string
	}{
		{"the oldest archive", "s000", 0, lead.OutcomeLead, ""},
		{"the newest archive", "s060", 60, lead.OutcomeLead, ""},
		{"the lead itself", "s159", 159, lead.OutcomeLead, ""},
		{"a redelivery in the oldest archive", "r000", 0, lead.OutcomeRedelivery, "s000"},
		{"a redelivery in the newest archive", "r060", 60, lead.OutcomeRedelivery, "s060"},
		{"a redelivery in the lead itself", "r159", 159, lead.OutcomeRedelivery, "s159"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := d.takes(c.id, time.Duration(c.day)*24*time.Hour, ana("whatever"))
			if o.Kind != c.want || o.Of != c.of || o.Lead != before.ID {
				t.Errorf("outcome %+v", o)
			}
			if after := d.lead(before.ID); asJSON(t, after) != asJSON(t, before) {
				t.Error("the lead has changed")
			}
		})
	}
	if len(d.mails()) != 0 {
		t.Errorf("word of %v", d.mails())
	}
}

func TestTheArchiveIsReadOnlyForWhatMayBeInIt(t *testing.T) {
	d := open(t)
	d.archives()
	m := d.arrives("new", 200*24*time.Hour, ana("new"))
	if cost := d.cost(func() { d.done(m) }); !maps.Equal(cost, map[string]int{"read leads": 1, "replace leads": 1, "patch submissions": 1}) {
		t.Errorf("asked of the database: %v", cost)
	}
	m = d.arrives("s060", 60*24*time.Hour, ana("whatever"))
	if cost := d.cost(func() { d.done(m) }); cost["read leads"] != 2 { // the lead and its newest archive, where it is found
		t.Errorf("asked of the database: %v", cost)
	}
}

// brokenArchive is a store whose archives cannot be read.
type brokenArchive struct{ *store.Store }

func (brokenArchive) Archives(context.Context, *lead.Lead, func(*lead.Archive) bool) error {
	return errors.New("the database is busy")
}

func TestASubmissionWaitsWhileTheArchiveThatItMayBeInCannotBeRead(t *testing.T) {
	d := open(t)
	before := d.archives()
	m := d.arrives("s000", 0, ana("whatever"))
	d.ingest.Store = brokenArchive{d.store}
	d.later(m)
	if o, after := d.outcome("s000"), d.lead(before.ID); o != nil || asJSON(t, after) != asJSON(t, before) {
		t.Errorf("outcome %+v, and the lead has %d touches", o, len(after.Touches))
	}
	d.ingest.Store = d.store
	d.done(m)
}

// ghosts is a store whose query finds a lead that is erased before it is read.
type ghosts struct{ *store.Store }

func (g ghosts) Similar(ctx context.Context, probes []string, except string) ([]lead.Hit, error) {
	hits, err := g.Store.Similar(ctx, probes, except)
	return append(hits, lead.Hit{ID: "erased", Probes: probes}), err
}

func TestAWarningBringsNoErasedLeadBack(t *testing.T) {
	d := open(t)
	d.ingest.Store = ghosts{d.store}
	if o := d.takes("s1", 0, from("DNC", erik)); o.Kind != lead.OutcomeLead {
		t.Errorf("outcome %+v", o)
	}
	if l := d.lead("erased"); l != nil || len(d.leads()) != 1 {
		t.Errorf("lead %+v", l)
	}
}

func TestALeadThatMustNotBeContactedIsNotWarnedOfItself(t *testing.T) {
	d := open(t)
	d.takes("s1", 0, from("INS", erik))
	o := d.takes("s2", time.Hour, from("DNC", erik))
	if l := d.lead(o.Lead); len(l.Suggestions) != 0 || len(l.Mails) != 2 {
		t.Errorf("suggestions %+v, mails %+v", l.Suggestions, l.Mails)
	}
}

func TestASubmissionSendsWordOfItsOwnMailsOnly(t *testing.T) {
	d := open(t)
	d.takes("s1", 0, ana("first"))
	sends := 0
	d.ingest.Queue = stoppingQueue{d.queue, func() { sends++ }}
	d.takes("s2", time.Hour, ana("second"))
	if sends != 1 {
		t.Errorf("%d sends, and the first mail is still open", sends)
	}
}

func TestTheSameContentThroughTheURLsOfTwoOffersIsTwoTouches(t *testing.T) {
	d := open(t)
	for n, offer := range []string{"backup", "analytics"} {
		s := submission(fmt.Sprint("s", n), time.Duration(n)*time.Minute, ana(""))
		s.OfferID = offer
		d.done(d.message(s))
	}
	if l := d.lead(leadID(anaAddress)); len(l.Touches) != 2 || len(l.Touches[0].Redeliveries) != 0 || len(l.Offers) != 2 {
		t.Errorf("touches %+v, offers %+v", l.Touches, l.Offers)
	}
}

func TestAnExtensionIsKeptByKeepingThePhoneAsItWasSent(t *testing.T) {
	d := open(t)
	const sent = "+47 22 12 34 56 ext. 789"
	o := d.takes("s1", 0, from("PLT", `"lastName":"Lund","email":"lund@proseware.example.org","phone":"`+sent+`"`))
	if c := d.lead(o.Lead).Contact; c.Phone != "+4722123456" || asJSON(t, c.Phones) != asJSON(t, []string{sent, "+4722123456"}) {
		t.Errorf("phone %s, %q", c.Phone, c.Phones)
	}
}

func TestATestLeadThatIsNoNewsIsNotWritten(t *testing.T) {
	d := open(t)
	m := d.arrives("s1", 0, testLead)
	d.done(m)
	if cost := d.cost(func() { d.done(m) }); cost["read state"] != 1 || cost["replace state"] != 0 {
		t.Errorf("asked of the database: %v", cost)
	}
}

// timedStore notes how long the note of the next try may take.
type timedStore struct {
	*store.Store
	left *time.Duration
}

func (s timedStore) Postpone(ctx context.Context, _ string, _ time.Time) error {
	if end, ok := ctx.Deadline(); ok {
		*s.left = time.Until(end)
	}
	return nil
}

func TestTheNoteOfTheNextTryHoldsNothingUp(t *testing.T) {
	d := open(t)
	var left time.Duration
	d.ingest.Store = timedStore{d.store, &left}
	if err := d.ingest.Postpone(t.Context(), d.arrives("s1", 0, ana("")), 0, "a pause"); err != nil {
		t.Fatal(err)
	}
	if left <= 0 || left > 2*time.Second {
		t.Errorf("it may take %s", left)
	}
}
