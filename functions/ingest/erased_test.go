package ingest_test

import (
	"context"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

const (
	asks     = `{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"ana@fabrikam.example.com","phone":"+4791234567","company":"Fabrikam"},"leadSource":"AzureMarketplace-PLT|contoso.analytics","actionCode":"PLT"}`
	acquires = `{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"Ana@Fabrikam.example.com"},"leadSource":"AzureMarketplace-INS|contoso.analytics","actionCode":"INS"}`
)

// erased has Ana's lead erased as it is now, and gives its id.
func (d *desk) erased() string {
	d.t.Helper()
	id := lead.ID("email:ana@fabrikam.example.com", "")
	if _, err := d.store.Update(d.t.Context(), id, func(l *lead.Lead) error {
		l.Erase(lead.Time{}, lead.At(d.now), nil, nil)
		return nil
	}); err != nil {
		d.t.Fatal(err)
	}
	return id
}

func TestWhoWasErasedAndComesAgainIsANewLead(t *testing.T) {
	d := open(t)
	d.takes("s1", 0, asks)
	id := d.erased()
	if o := d.takes("s2", time.Hour, asks); o.Kind != lead.OutcomeLead || o.Lead != id {
		t.Errorf("outcome %+v", o)
	}
	l := d.lead(id)
	if l == nil || len(l.Touches) != 1 || l.Suppression != nil || l.Mail("alert-s2") == nil || l.FollowUp == nil || !l.CreatedAt.Equal(morning.Add(time.Hour)) {
		t.Errorf("lead %+v", l)
	}
}

func TestWhoWasSuppressedAndErasedAndComesAgainIsSuppressedAtOnce(t *testing.T) {
	d := open(t)
	d.takes("s1", 0, asks)
	id := lead.ID("email:ana@fabrikam.example.com", "")
	if _, err := d.store.Update(t.Context(), id, func(l *lead.Lead) error {
		return l.Suppress(lead.SuppressedOptedOut, "", lead.Actor{Person: "operations", Name: "Operations"}, d.now)
	}); err != nil {
		t.Fatal(err)
	}
	d.erased()
	mails := len(d.Messages("mails"))
	for i, body := range []string{acquires, asks} {
		if o := d.takes([]string{"s2", "s3"}[i], time.Duration(i+1)*time.Hour, body); o.Kind != lead.OutcomeLead {
			t.Errorf("outcome %+v", o)
		}
	}
	l := d.lead(id)
	if l == nil || len(l.Touches) != 2 || l.Suppression == nil || l.Suppression.Reason != lead.SuppressedOptedOut || l.FollowUp != nil || len(l.Mails) != 0 {
		t.Errorf("lead %+v", l)
	}
	if n := len(d.Messages("mails")); n != mails {
		t.Errorf("%d mails were sent", n-mails)
	}
}

func TestAMessageOfWhatWasErasedBringsNothingBack(t *testing.T) {
	d := open(t)
	m := d.arrives("s1", 0, asks)
	late := d.arrives("s0", -time.Minute, acquires) // still under way
	d.done(m)
	id := d.erased()
	d.done(m) // delivered once more
	d.done(late)
	unknown := d.message(submission("s-1", -time.Hour, asks)) // of which the ledger knows nothing yet
	d.done(unknown)
	if l := d.lead(id); l != nil {
		t.Errorf("lead %+v", l)
	}
	for submission, want := range map[string]lead.OutcomeKind{"s1": lead.OutcomeLead, "s0": lead.OutcomeErased, "s-1": lead.OutcomeErased} {
		e := d.entry(submission)
		if e.Open() || e.Outcome.Kind != want || len(e.Body) != 0 || e.ErasedAt.IsZero() {
			t.Errorf("%s: entry %+v with %+v", submission, e, e.Outcome)
		}
	}
}

func TestATouchThatComesWhileALeadIsErasedIsErasedOrBeginsAnew(t *testing.T) {
	for name, after := range map[string]time.Duration{"received before": -time.Second, "received after": time.Second} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			d.takes("s1", 0, asks)
			m := d.arrives("s2", after, acquires)
			d.ingest.Store = between{Store: d.store, first: func() { d.erased() }}
			d.done(m)
			l := d.lead(lead.ID("email:ana@fabrikam.example.com", ""))
			if after < 0 {
				if l != nil || d.outcome("s2").Kind != lead.OutcomeErased {
					t.Errorf("lead %+v, outcome %+v", l, d.outcome("s2"))
				}
				return
			}
			if l == nil || len(l.Touches) != 1 || l.Touches[0].Submission != "s2" || l.Contact.Company != "" || d.outcome("s2").Kind != lead.OutcomeLead {
				t.Errorf("lead %+v, outcome %+v", l, d.outcome("s2"))
			}
		})
	}
}

// between is a store in which something happens between the read of a lead and its write.
type between struct {
	*store.Store
	first func()
}

func (b between) UpdateFrom(ctx context.Context, l *lead.Lead, v store.Version, change func(*lead.Lead) error) (*lead.Lead, error) {
	b.first()
	return b.Store.UpdateFrom(ctx, l, v, change)
}
