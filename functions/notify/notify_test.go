package notify_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/inbox"
	"leadflow/shared/store"
)

const sent = "Mail to Operations sent."

func TestAnAlertGoesToTheOwnerWithALinkThatOpensTheLead(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.runs(m, azfunc.KindDone, 0)
	d.sent(1)
	got := d.Mails()[0]
	if !slices.Equal(got.Recipients, []string{"operations@contoso.example.com"}) || got.Subject != "Fabrikam - Contact me - Contoso Analytics" || got.ReturnPath != sender.Address {
		t.Errorf("%q from %s to %v", got.Subject, got.ReturnPath, got.Recipients)
	}
	if got.MessageID != "alert-s1@contoso.example.com" {
		t.Errorf("Message-ID %s", got.MessageID)
	}
	for header, want := range map[string]string{"Auto-Submitted": "auto-generated", "In-Reply-To": "<lead-" + id + "@contoso.example.com>",
		"Thread-Topic": got.Subject, "List-Id": `"Leadflow leads" <leads.leadflow.contoso.example.com>`} {
		if has := got.Header.Get(header); has != want {
			t.Errorf("%s: %q, want %q", header, has, want)
		}
	}
	_, after, _ := strings.Cut(got.Text, "Open the lead: ")
	page, _, _ := strings.Cut(after, "\n")
	u, err := url.Parse(strings.TrimSpace(page))
	if err != nil || u.Scheme+"://"+u.Host != publicURL || u.Path != "/api/respond" {
		t.Fatalf("the link leads to %q, %v", page, err)
	}
	token, err := link.Verify(secrets[:1], u.Query().Get("t"), morning.Add(link.Life-time.Second))
	if want := (link.Token{Kind: link.KindLead, Person: lead.Operations, Lead: id, Expires: token.Expires}); err != nil || token != want {
		t.Errorf("the link opens %+v, %v", token, err)
	}
	if r := d.record("alert-s1"); r.State != store.MailSent || !r.SentAt.Equal(morning) || r.MessageID != got.MessageID || r.Subject != got.Subject ||
		r.Lead != id || r.Kind != lead.MailAlert || r.To != lead.Operations || r.DryRun || !r.NextTryAt.IsZero() || !r.ClaimedUntil.IsZero() {
		t.Errorf("record %+v", r)
	}
	d.recorded(id, "alert-s1", sent)
}

func TestAMailCostsOneLeadReadTwoMailWritesAndOneLeadWrite(t *testing.T) {
	d := open(t)
	_, m := d.alerted(1)
	cost := d.cost(func() { d.runs(m, azfunc.KindDone, 0) })
	if want := map[string]int{"read leads": 1, "create mails": 1, "replace mails": 1, "replace leads": 1}; !maps.Equal(cost, want) {
		t.Errorf("asked of the database: %v", cost)
	}
	d.sent(1)
	if cost := d.cost(func() { d.runs(m, azfunc.KindDone, 0) }); !maps.Equal(cost, map[string]int{"read leads": 1}) {
		t.Errorf("asked when the mail was sent already: %v", cost)
	}
	d.sent(1)
}

func TestTwoHandlersAtOnceSendOneMail(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	other := d.process()
	var meanwhile azfunc.Outcome
	d.OnSMTP(func(stage, _, _ string) error {
		if stage == inbox.StageData { // the first handler is in the middle of sending
			d.OnSMTP(nil)
			meanwhile = other.Run(t.Context(), m)
		}
		return nil
	})
	d.runs(m, azfunc.KindDone, 0)
	if meanwhile.Kind() != azfunc.KindLater || meanwhile.After() != 3*time.Minute {
		t.Errorf("the second handler says %s, though the first may still fail", meanwhile)
	}
	d.sent(1)
	d.now = d.now.Add(3 * time.Minute)
	d.runs(m, azfunc.KindDone, 0)
	d.sent(1)
	d.recorded(id, "alert-s1", sent)
}

func TestOfTwoHandlersThatFindAMailFreeOneSendsIt(t *testing.T) {
	d := open(t)
	id := d.takes(1, touch("s1", lead.ActionContactMe))
	if err := d.store.CreateMail(t.Context(), &store.Mail{ID: "alert-s1", Lead: id, To: lead.Operations, State: store.MailPlanned, Tries: 1, NextTryAt: lead.At(morning)}); err != nil {
		t.Fatal(err)
	}
	m := d.word(id, "alert-s1", 1)
	other := d.process()
	d.notify.Store = watchedStore{Store: d.store, read: func() {
		if o := other.Run(t.Context(), m); o.Kind() != azfunc.KindDone {
			t.Errorf("the faster handler says %s", o)
		}
	}}
	d.runs(m, azfunc.KindLater, 3*time.Minute)
	d.sent(1)
	d.recorded(id, "alert-s1", sent)
}

// The server takes longer than a claim holds, and the mail goes to another handler.
func TestAMailThatAnotherHandlerEndedMeanwhileIsDoneWith(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	other := d.process()
	d.OnSMTP(func(stage, _, _ string) error {
		if stage == inbox.StageData {
			d.OnSMTP(nil)
			d.now = d.now.Add(3 * time.Minute)
			if o := other.Run(t.Context(), m); o.Kind() != azfunc.KindDone {
				t.Errorf("the other handler says %s", o)
			}
		}
		return nil
	})
	d.runs(m, azfunc.KindDone, 0)
	d.sent(2)
	if a, b := d.Mails()[0].MessageID, d.Mails()[1].MessageID; a != b {
		t.Errorf("Message-IDs %s and %s", a, b)
	}
	d.recorded(id, "alert-s1", sent)
}

func TestManyHandlersAtOnceSendOneMail(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	var group sync.WaitGroup
	for range 8 {
		process := d.process()
		group.Go(func() {
			if o := process.Run(t.Context(), m); o.Kind() == azfunc.KindNever {
				t.Errorf("a handler says %s", o)
			}
		})
	}
	group.Wait()
	d.sent(1)
	d.recorded(id, "alert-s1", sent)
}

// The mail server has taken the mail when the database goes, so nobody knows that it was sent.
func TestACrashBetweenSendingAndRecordingRepeatsTheMailWithTheSameMessageID(t *testing.T) {
	t.Parallel()
	d := open(t)
	id, m := d.alerted(1)
	d.OnSMTP(func(stage, _, _ string) error {
		if stage == inbox.StageData {
			d.Cosmos.Stop()
		}
		return nil
	})
	d.runs(m, azfunc.KindLater, 0)
	d.OnSMTP(nil)
	d.Cosmos.Start()
	if r := d.record("alert-s1"); r.State != store.MailClaimed || !r.ClaimedUntil.Equal(morning.Add(3*time.Minute)) || !r.NextTryAt.Equal(r.ClaimedUntil.Time) {
		t.Fatalf("record %+v", r)
	}
	d.now = morning.Add(time.Minute)
	d.runs(m, azfunc.KindLater, 2*time.Minute) // the claim may still be that of somebody who is sending
	d.sent(1)
	d.now = morning.Add(3 * time.Minute)
	d.runs(m, azfunc.KindDone, 0)
	d.sent(2)
	if a, b := d.Mails()[0].MessageID, d.Mails()[1].MessageID; a != b {
		t.Errorf("Message-IDs %s and %s", a, b)
	}
	d.recorded(id, "alert-s1", sent)
}

func TestAMailThatWasSentAndNotRecordedOnItsLeadIsRecordedWithoutBeingSentAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	id, m := d.alerted(1)
	d.notify.Store = watchedStore{Store: d.store, recording: d.Cosmos.Stop}
	d.runs(m, azfunc.KindLater, 0)
	d.Cosmos.Start()
	d.notify.Store = d.store
	d.sent(1)
	d.open(id, "alert-s1")
	d.runs(m, azfunc.KindDone, 0)
	d.sent(1)
	d.recorded(id, "alert-s1", sent)
}

// Or the record would stay claimed, and the sweep would find it for ever.
func TestALeadIsNotToldThatAMailWasSentBeforeItsRecordSaysSo(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.notify.Store = watchedStore{Store: d.store, replacing: func() error { return errors.New("the database is busy") }}
	d.runs(m, azfunc.KindLater, 0)
	d.open(id, "alert-s1")
}

// What else happens to a lead while its mail is being sent is kept.
func TestATouchThatArrivesWhileAMailIsBeingSentIsKept(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.OnSMTP(func(stage, _, _ string) error {
		if stage == inbox.StageData {
			d.takes(1, touch("s2", lead.ActionTestDrive))
		}
		return nil
	})
	d.runs(m, azfunc.KindDone, 0)
	l := d.lead(id)
	if len(l.Touches) != 2 || l.Mail("alert-s1").RecordedAt.IsZero() || len(l.OpenMails()) != 1 || l.OpenMails()[0].ID != "touch-s2" {
		t.Errorf("%d touches, mails %+v", len(l.Touches), l.Mails)
	}
}

func TestADryRunSaysEverywhereThatNothingWasSent(t *testing.T) {
	d := open(t)
	d.notify.DryRun = true
	id, m := d.alerted(1)
	d.runs(m, azfunc.KindDone, 0)
	d.sent(0)
	if r := d.record("alert-s1"); r.State != store.MailSent || !r.DryRun || r.Subject == "" {
		t.Errorf("record %+v", r)
	}
	d.recorded(id, "alert-s1", "The mail to Operations was rendered and not sent (dry run).")
	if !strings.Contains(d.log.String(), "dryRun=true") {
		t.Errorf("the log says %s", &d.log)
	}
}

// The customer said stop after the mail was planned and before it was sent.
func TestAMailThatADoNotContactOvertakesIsNotSentAndTheOneThatSaysSoIs(t *testing.T) {
	d := open(t)
	id := d.takes(1, touch("s1", lead.ActionContactMe))
	d.takes(1, touch("s2", lead.ActionTestDrive))
	d.takes(1, touch("s3", lead.ActionDoNot))
	for _, mail := range []string{"alert-s1", "touch-s2"} {
		for range 2 {
			d.runs(d.word(id, mail, 0), azfunc.KindDone, 0)
		}
		d.sent(0)
		if r := d.record(mail); r.State != store.MailDropped || !r.NextTryAt.IsZero() || !r.ClaimedUntil.IsZero() || !r.SentAt.IsZero() {
			t.Errorf("record %+v", r)
		}
	}
	d.runs(d.word(id, "do-not-contact-s3", 0), azfunc.KindDone, 0)
	d.sent(1)
	for _, mail := range []string{"alert-s1", "touch-s2"} {
		d.recorded(id, mail, "The mail to Operations was not sent: the person must not be contacted any more.")
	}
	d.recorded(id, "do-not-contact-s3", sent)
}

// The submission of a warning is a touch of the other lead, so this one has no such touch.
func TestAWarningOfALeadThatMayBeTheSameIsSent(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.runs(m, azfunc.KindDone, 0)
	l, err := d.store.Update(t.Context(), id, func(l *lead.Lead) error {
		l.Warn(lead.Suggestion{Lead: "5f0e1d2c", Why: "same phone"}, "s9", lead.At(morning))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	warning := l.OpenMails()[0].ID
	d.runs(d.word(id, warning, 0), azfunc.KindDone, 0)
	d.sent(2)
	if got := d.Mails()[0].Text; !strings.Contains(got, "Perhaps do not contact this lead") || !strings.Contains(got, "it must not be contacted") {
		t.Errorf("the warning says\n%s", got)
	}
	d.recorded(id, warning, sent)
}

func TestAMailThatNobodyAsksForIsNeverSent(t *testing.T) {
	d := open(t)
	id, _ := d.alerted(1)
	for _, c := range []struct{ name, lead, mail string }{
		{"its lead is gone", "erased", "alert-s9"},
		{"its lead asks for another", id, "alert-s9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.runs(d.word(c.lead, c.mail, 0), azfunc.KindNever, 0)
			if _, err := d.store.Mail(t.Context(), c.mail); err == nil {
				t.Error("it has a claim")
			}
		})
	}
	d.sent(0)
}

func TestAMailThatWasGivenUpIsRecordedAsFailed(t *testing.T) {
	for _, c := range []struct {
		name   string
		record *store.Mail
	}{
		{"when it was never tried", nil},
		{"when it was waiting for its next try", &store.Mail{ID: "alert-s1", State: store.MailPlanned, Tries: 3, NextTryAt: lead.At(morning.Add(time.Hour))}},
		{"when its claim was left behind", &store.Mail{ID: "alert-s1", State: store.MailClaimed, ClaimedUntil: lead.At(morning), NextTryAt: lead.At(morning)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			id, m := d.alerted(1)
			if c.record != nil {
				c.record.Lead = id
				if err := d.store.CreateMail(t.Context(), c.record); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if err := d.notify.Quarantine(t.Context(), m, "tried for long enough"); err != nil {
					t.Fatal(err)
				}
			}
			if r := d.record("alert-s1"); r.State != store.MailFailed || r.Why != "tried for long enough" || !r.FailedAt.Equal(morning) || !r.NextTryAt.IsZero() || !r.ClaimedUntil.IsZero() {
				t.Errorf("record %+v", r)
			}
			d.recorded(id, "alert-s1", "A mail was given up: tried for long enough.")
			d.runs(m, azfunc.KindDone, 0) // a copy that is still on its way
			d.sent(0)
		})
	}
}

func TestAMailThatWasSentStaysSentThoughItsMessageIsGivenUp(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.runs(m, azfunc.KindDone, 0)
	if err := d.notify.Quarantine(t.Context(), m, "tried for long enough"); err != nil {
		t.Fatal(err)
	}
	if r := d.record("alert-s1"); r.State != store.MailSent || r.Why != "" {
		t.Errorf("record %+v", r)
	}
	d.recorded(id, "alert-s1", sent)
}

// Its message is given up because the lead could not be written for long enough.
func TestALeadIsToldTheTruthThoughItsMailIsGivenUpBeforeItKnows(t *testing.T) {
	for _, c := range []struct {
		name  string
		state store.MailState
		why   string
		says  string
	}{
		{"that was sent", store.MailSent, "", "Mail to operations sent."},
		{"that was overtaken", store.MailDropped, "the person must not be contacted any more", "The mail to operations was not sent: the person must not be contacted any more."},
		{"that failed", store.MailFailed, "tried for long enough", "A mail was given up: tried for long enough."},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			id, m := d.alerted(1)
			if err := d.store.CreateMail(t.Context(), &store.Mail{ID: "alert-s1", Lead: id, To: lead.Operations, State: c.state, Why: c.why}); err != nil {
				t.Fatal(err)
			}
			if err := d.notify.Quarantine(t.Context(), m, "tried for long enough"); err != nil {
				t.Fatal(err)
			}
			if r := d.record("alert-s1"); r.State != c.state || r.Why != c.why {
				t.Errorf("record %+v", r)
			}
			d.recorded(id, "alert-s1", c.says)
		})
	}
}

// expiredStore has the record of a mail expire just before it is read.
type expiredStore struct{ *store.Store }

func (expiredStore) Mail(_ context.Context, id string) (*store.Mail, error) {
	return nil, fmt.Errorf("read mail %s: %w", id, store.ErrNotFound)
}

func TestAMailIsNotTakenForFailedWithoutARecordThatSaysSo(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.runs(m, azfunc.KindDone, 0)
	d.notify.Store = expiredStore{d.store}
	if err := d.notify.Quarantine(t.Context(), m, "tried for long enough"); err == nil {
		t.Error("no error, and nothing was written")
	}
	d.recorded(id, "alert-s1", sent)
}

func TestAMailOfALeadThatIsGoneIsRecordedAsFailedAllTheSame(t *testing.T) {
	d := open(t)
	if err := d.notify.Quarantine(t.Context(), d.word("erased", "alert-s1", 0), "there is no such lead"); err != nil {
		t.Fatal(err)
	}
	if r := d.record("alert-s1"); r.State != store.MailFailed || r.Lead != "erased" {
		t.Errorf("record %+v", r)
	}
}

func TestAQuarantineThatCannotBeWrittenSaysSo(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, m := d.alerted(1)
	d.Cosmos.Stop()
	if err := d.notify.Quarantine(t.Context(), m, "tried for long enough"); err == nil {
		t.Error("no error, so the message would be completed and its mail lost")
	}
}

func TestAMessageThatNamesNoMailIsPutAsideAtOnce(t *testing.T) {
	d := open(t)
	for _, c := range []struct {
		name       string
		properties map[string]any
	}{
		{"it has no properties", map[string]any{}},
		{"it has no lead, and no record either", map[string]any{"id": "alert-s1"}},
		{"it has no mail", map[string]any{"leadId": "l1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := azfunc.Message{ID: "strange", Properties: c.properties}
			d.runs(m, azfunc.KindNever, 0)
			if err := d.notify.Quarantine(t.Context(), m, "it names no mail"); err != nil {
				t.Errorf("%v: it would come again for ever", err)
			}
		})
	}
}
