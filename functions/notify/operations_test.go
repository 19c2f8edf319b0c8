package notify_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"leadflow/functions/notify"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/inbox"
	"leadflow/shared/store"
)

// digest is a mail to operations that waits to be sent, and the message that asks for it.
func (d *desk) digest() azfunc.Message {
	d.t.Helper()
	content := &lead.Digest{ID: "operations-1", TestLeads: []lead.TestLead{
		{Offer: "analytics", Name: "Contoso Analytics", SeenAt: lead.At(morning)},
		{Offer: "title:", SeenAt: lead.At(morning.Add(time.Minute))},
	}}
	m := &store.Mail{ID: content.ID, Kind: lead.MailOperations, To: lead.Operations, State: store.MailPlanned, Digest: content, NextTryAt: lead.At(morning)}
	if err := d.store.CreateMail(d.t.Context(), m); err != nil {
		d.t.Fatal(err)
	}
	return d.word("", content.ID, 0)
}

func TestOperationsAreToldOfTestLeads(t *testing.T) {
	d := open(t)
	m := d.digest()
	for range 2 { // a consecutive run finds nothing to do
		d.runs(m, azfunc.KindDone, 0)
		d.sent(1)
	}
	got := d.Mails()[0]
	if got.To[0].Address != "operations@contoso.example.com" || got.Subject != "Leadflow: news for operations" || !strings.HasPrefix(got.MessageID, "operations-1@") {
		t.Errorf("%q to %v, %s", got.Subject, got.To, got.MessageID)
	}
	for header, want := range map[string]string{"In-Reply-To": "<operations@contoso.example.com>", "Thread-Topic": got.Subject,
		"List-Id": `"Leadflow operations" <operations.leadflow.contoso.example.com>`} {
		if has := got.Header.Get(header); has != want {
			t.Errorf("%s: %q, want %q", header, has, want)
		}
	}
	if !strings.Contains(got.Text, "Partner Center reached Leadflow for Contoso Analytics at Mon 23 Nov 09:00 UTC.") {
		t.Errorf("it says\n%s", got.Text)
	}
	if r := d.record("operations-1"); r.State != store.MailSent || !r.SentAt.Equal(morning) || !r.NextTryAt.IsZero() {
		t.Errorf("record %+v", r)
	}
}

func TestAllDigestsAreOneThread(t *testing.T) {
	w, operations := notify.NewWriter(sender, publicURL, secrets), people.People[0]
	one, err := w.Digest(lead.Digest{ID: "operations-1"}, operations)
	other, otherErr := w.Digest(lead.Digest{ID: "operations-2"}, operations)
	if err != nil || otherErr != nil {
		t.Fatal(err, otherErr)
	}
	if one.ThreadID == "" || one.ThreadID != other.ThreadID || one.ThreadTopic != other.ThreadTopic || one.ID == other.ID {
		t.Errorf("%+v and %+v", one, other)
	}
}

func TestADigestThatCannotBeSentNowComesAgain(t *testing.T) {
	d := open(t)
	m := d.digest()
	d.answers(inbox.StageRcpt, errors.New("451 4.3.0 busy"))
	if o := d.notify.Run(t.Context(), m); o.Kind() == azfunc.KindDone {
		t.Fatalf("notify says %s", o)
	}
	if r := d.record("operations-1"); r.Ended() && r.State == store.MailSent {
		t.Errorf("record %+v", r)
	}
}

func TestAMailWithoutALeadThatHasNoRecordIsPutAside(t *testing.T) {
	d := open(t)
	m := d.word("", "operations-2", 0)
	d.runs(m, azfunc.KindNever, 0)
	if err := d.notify.Quarantine(t.Context(), m, "there is no such mail"); err != nil {
		t.Errorf("%v: it would come again for ever", err)
	}
	d.sent(0)
}

func TestAMailToOperationsWhoseRecordSaysNothingIsRecordedAsFailed(t *testing.T) {
	d := open(t)
	if err := d.store.CreateMail(t.Context(), &store.Mail{ID: "operations-1", Kind: lead.MailOperations, To: lead.Operations, State: store.MailPlanned, NextTryAt: lead.At(morning)}); err != nil {
		t.Fatal(err)
	}
	d.runs(d.word("", "operations-1", 0), azfunc.KindDone, 0)
	d.sent(0)
	if r := d.record("operations-1"); r.State != store.MailFailed || r.Why != "its record does not say what to write" {
		t.Errorf("record %+v", r)
	}
}

func TestADigestThatIsGivenUpIsRecordedAsFailed(t *testing.T) {
	d := open(t)
	m := d.digest()
	if err := d.notify.Quarantine(t.Context(), m, "tried for long enough"); err != nil {
		t.Fatal(err)
	}
	if r := d.record("operations-1"); r.State != store.MailFailed || r.Why != "tried for long enough" || !r.FailedAt.Equal(morning) || !r.NextTryAt.IsZero() {
		t.Errorf("record %+v", r)
	}
	d.runs(m, azfunc.KindDone, 0)
	d.sent(0)
}

func TestASampleOfAnAlertIsSentToThePersonItIsForAndTouchesNoLead(t *testing.T) {
	d := open(t)
	for to, state := range map[string]store.MailState{lead.Operations: store.MailSent, "nobody": store.MailFailed} {
		id := "sample-" + to
		if err := d.store.CreateMail(t.Context(), &store.Mail{ID: id, Kind: lead.MailSample, To: to, State: store.MailPlanned, NextTryAt: lead.At(morning)}); err != nil {
			t.Fatal(err)
		}
		m := d.word("", id, 0)
		for range 2 { // a consecutive run finds nothing to do
			d.runs(m, azfunc.KindDone, 0)
		}
		if r := d.record(id); r.State != state {
			t.Errorf("%s: record %+v", to, r)
		}
	}
	d.sent(1)
	got := d.Mails()[0]
	if got.To[0].Address != "operations@contoso.example.com" || got.Subject != "Leadflow: a sample of an alert" || !strings.Contains(got.Text, "This is a sample: nobody waits for an answer") {
		t.Errorf("%q to %v says\n%s", got.Subject, got.To, got.Text)
	}
}
