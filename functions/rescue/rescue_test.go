package rescue_test

import (
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"leadflow/functions/rescue"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const (
	life = 400 * 24 * time.Hour
	body = `{"userDetails":{"firstName":"Ana","email":"ana@fabrikam.example.com"},"leadSource":"AppSource-PLT|contoso.analytics"}`
)

// desk is rescue at work on a lab, at nine in the morning.
type desk struct {
	*lab.Lab
	rescue *rescue.Rescue
	store  *store.Store
	queue  *queue.Queue
	log    lab.Output
	t      *testing.T
}

func open(t *testing.T) *desk {
	t.Helper()
	l := lab.New(t)
	d := &desk{Lab: l, t: t, store: l.Store(), queue: l.Queue(queue.Backoff{})}
	d.rescue = &rescue.Rescue{Ledger: d.store, Mails: d.store, Life: life, Now: func() time.Time { return morning },
		Log: slog.New(slog.NewTextHandler(&d.log, nil))}
	return d
}

func submission() lead.Submission {
	return lead.Submission{ID: "s1", ReceivedAt: lead.At(morning.Add(-time.Hour)), OfferID: "contoso.analytics", ContentType: "application/json", Body: []byte(body)}
}

// died makes a dead letter of the message that was sent to a queue last.
func (d *desk) died(queueName string) azfunc.Message {
	d.t.Helper()
	all := d.Messages(queueName)
	m := all[len(all)-1].Message
	m.DeadLetterReason, m.DeadLetterDescription = "MaxDeliveryCountExceeded", "Message could not be consumed after 10 delivery attempts."
	return m
}

func (d *desk) deadSubmission() azfunc.Message {
	d.t.Helper()
	if err := d.queue.SendSubmission(d.t.Context(), submission(), ""); err != nil {
		d.t.Fatal(err)
	}
	return d.died("leads")
}

// deadMail is the dead letter of the alert of a lead.
func (d *desk) deadMail(leadID string) azfunc.Message {
	d.t.Helper()
	if err := d.queue.SendMail(d.t.Context(), leadID, "alert-s1", 0, ""); err != nil {
		d.t.Fatal(err)
	}
	return d.died("mails")
}

// asks has a lead ask for its alert.
func (d *desk) asks(leadID string) {
	d.t.Helper()
	_, err := d.store.Update(d.t.Context(), leadID, func(l *lead.Lead) error {
		t := lead.Touch{Submission: "s1", Action: lead.ActionContactMe, ReceivedAt: lead.At(morning)}
		l.Take(t, lead.Contact{FirstName: "Ana"}, lead.At(morning), team.Operations("operations@contoso.com").Staff(time.Now(), func() lead.Owner { return lead.Owner{Person: lead.Operations} }))
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

const why = "dead letter: MaxDeliveryCountExceeded Message could not be consumed after 10 delivery attempts."

func TestADeadSubmissionIsQuarantinedWholeSoThatItCanBeReplayed(t *testing.T) {
	for _, c := range []struct {
		name  string
		entry bool
	}{
		{"when the webhook wrote its entry", true},
		{"when the webhook could not write it", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			if c.entry {
				if err := d.store.AddSubmission(t.Context(), submission()); err != nil {
					t.Fatal(err)
				}
			}
			m := d.deadSubmission()
			for range 2 { // a dead letter may be delivered twice
				if o := d.rescue.Lead(t.Context(), m); o.Kind() != azfunc.KindDone {
					t.Fatalf("rescue says %s", o)
				}
				e, err := d.store.Entry(t.Context(), "s1")
				if err != nil {
					t.Fatal(err)
				}
				if want := (lead.Outcome{Kind: lead.OutcomeQuarantined, Why: why, Cause: lead.CauseDeadLetter, At: lead.At(morning)}); e.Open() || *e.Outcome != want {
					t.Errorf("outcome %+v", e.Outcome)
				}
				if e.TTL != -1 || !e.NextTryAt.IsZero() || !reflect.DeepEqual(e.Submission(), submission()) {
					t.Errorf("entry %+v", e)
				}
			}
		})
	}
}

func TestASubmissionThatHasAnOutcomeKeepsIt(t *testing.T) {
	for _, had := range []lead.Outcome{
		{Kind: lead.OutcomeLead, Lead: "l1", At: lead.At(morning.Add(-time.Minute))},
		{Kind: lead.OutcomeTest, At: lead.At(morning.Add(-time.Minute))},
		{Kind: lead.OutcomeQuarantined, Why: "no JSON", At: lead.At(morning.Add(-time.Minute))},
	} {
		t.Run(string(had.Kind), func(t *testing.T) {
			d := open(t)
			if err := d.store.Settle(t.Context(), submission(), had, life); err != nil {
				t.Fatal(err)
			}
			if o := d.rescue.Lead(t.Context(), d.deadSubmission()); o.Kind() != azfunc.KindDone {
				t.Fatalf("rescue says %s", o)
			}
			if e, err := d.store.Entry(t.Context(), "s1"); err != nil || e.Outcome == nil || *e.Outcome != had {
				t.Errorf("entry %+v, %v", e, err)
			}
		})
	}
}

func TestADeadMailIsRecordedAsFailedOnItsLeadToo(t *testing.T) {
	d := open(t)
	d.asks("l1")
	m := d.deadMail("l1")
	for range 2 { // a dead letter may be delivered twice
		if o := d.rescue.Mail(t.Context(), m); o.Kind() != azfunc.KindDone {
			t.Fatalf("rescue says %s", o)
		}
		r, err := d.store.Mail(t.Context(), "alert-s1")
		if err != nil || r.State != store.MailFailed || r.Why != why || r.Lead != "l1" || !r.NextTryAt.IsZero() {
			t.Errorf("record %+v, %v", r, err)
		}
		l, _, err := d.store.Lead(t.Context(), "l1")
		if err != nil {
			t.Fatal(err)
		}
		last := l.Timeline[len(l.Timeline)-1]
		if len(l.OpenMails()) != 0 || !l.MailDueAt.IsZero() || last.Mail != "alert-s1" || !strings.Contains(last.Text, "MaxDeliveryCountExceeded") || len(l.Timeline) != 4 {
			t.Errorf("mails %+v, timeline %+v", l.Mails, l.Timeline)
		}
	}
}

func TestADeadMailThatWasSentStaysSent(t *testing.T) {
	d := open(t)
	d.asks("l1")
	if err := d.store.CreateMail(t.Context(), &store.Mail{ID: "alert-s1", Lead: "l1", State: store.MailSent, SentAt: lead.At(morning)}); err != nil {
		t.Fatal(err)
	}
	if o := d.rescue.Mail(t.Context(), d.deadMail("l1")); o.Kind() != azfunc.KindDone {
		t.Fatalf("rescue says %s", o)
	}
	if r, err := d.store.Mail(t.Context(), "alert-s1"); err != nil || r.State != store.MailSent {
		t.Errorf("record %+v, %v", r, err)
	}
}

// A dead-letter queue gives no message up, so what can never be recorded must not be kept in it.
func TestADeadMailEndsThough(t *testing.T) {
	for _, c := range []struct {
		name string
		mail func(*desk) azfunc.Message
	}{
		{"its lead is gone", func(d *desk) azfunc.Message { return d.deadMail("erased") }},
		{"it names no mail at all", func(*desk) azfunc.Message { return azfunc.Message{ID: "strange"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			if o := d.rescue.Mail(t.Context(), c.mail(d)); o.Kind() != azfunc.KindDone {
				t.Errorf("rescue says %s", o)
			}
			if !strings.Contains(d.log.String(), "level=ERROR") {
				t.Error("nobody is told")
			}
		})
	}
}

func TestWithoutTheDatabaseADeadLetterComesAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.asks("l1")
	submission, mail := d.deadSubmission(), d.deadMail("l1")
	d.Cosmos.Stop()
	if o := d.rescue.Lead(t.Context(), submission); o.Kind() != azfunc.KindLater || o.Reason() == "" {
		t.Errorf("of a submission rescue says %s", o)
	}
	if o := d.rescue.Mail(t.Context(), mail); o.Kind() != azfunc.KindLater || o.Reason() == "" {
		t.Errorf("of a mail rescue says %s", o)
	}
	if said := d.log.String(); said != "" {
		t.Errorf("the log says that something was recorded: %s", said)
	}
}

func TestTheReasonIsBoundedAndIsText(t *testing.T) {
	for _, c := range []struct{ name, reason, description string }{
		{"none", "", ""},
		{"a long one", strings.Repeat("a", 3000), ""},
		{"a long description", "TTLExpiredException", strings.Repeat("가", 3000)},
		{"bytes that are no text", "\xff\xfe", "\x80"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			d.asks("l1")
			submission, mail := d.deadSubmission(), d.deadMail("l1")
			for _, m := range []*azfunc.Message{&submission, &mail} {
				m.DeadLetterReason, m.DeadLetterDescription = c.reason, c.description
			}
			if o := d.rescue.Lead(t.Context(), submission); o.Kind() != azfunc.KindDone {
				t.Fatalf("rescue says %s", o)
			}
			if o := d.rescue.Mail(t.Context(), mail); o.Kind() != azfunc.KindDone {
				t.Fatalf("rescue says %s", o)
			}
			e, err := d.store.Entry(t.Context(), "s1")
			if err != nil {
				t.Fatal(err)
			}
			r, err := d.store.Mail(t.Context(), "alert-s1")
			if err != nil {
				t.Fatal(err)
			}
			for _, why := range []string{e.Outcome.Why, r.Why} {
				if !strings.HasPrefix(why, "dead letter:") || len(why) > 500 || len(c.reason+c.description) > 500 && len(why) < 490 ||
					!utf8.ValidString(why) || strings.ContainsRune(why, utf8.RuneError) {
					t.Errorf("the reason has %d bytes: %q", len(why), why)
				}
			}
		})
	}
}

func TestTheLogSaysWhatDiedAndNamesNobody(t *testing.T) {
	d := open(t)
	d.asks("l1")
	d.rescue.Lead(t.Context(), d.deadSubmission())
	d.rescue.Mail(t.Context(), d.deadMail("l1"))
	said := d.log.String()
	for _, want := range []string{"submission=s1", "mail=alert-s1", "lead=l1", "MaxDeliveryCountExceeded"} {
		if !strings.Contains(said, want) {
			t.Errorf("the log does not say %s: %s", want, said)
		}
	}
	for _, personal := range []string{"Ana", "fabrikam"} {
		if strings.Contains(said, personal) {
			t.Errorf("the log holds %q: %s", personal, said)
		}
	}
}
