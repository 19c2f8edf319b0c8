package notify_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/inbox"
	"leadflow/shared/mail"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

// answers has the mail server refuse at a stage, and counts how often it was asked.
func (d *desk) answers(stage string, refusal error) *atomic.Int64 {
	var asked atomic.Int64
	d.OnSMTP(func(s, _, _ string) error {
		if s != stage {
			return nil
		}
		asked.Add(1)
		return refusal
	})
	return &asked
}

var (
	noSuchUser = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<operations@contoso.example.com>: no such user"}
	busy       = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "the mailbox of operations@contoso.example.com is busy"}
	tooMany    = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "too many mails, slow down"}
)

func TestABadAddressIsRecordedOnceAndForAll(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	asked := d.answers(inbox.StageRcpt, noSuchUser)
	for range 2 {
		d.runs(m, azfunc.KindDone, 0)
	}
	d.sent(0)
	if asked.Load() != 1 {
		t.Errorf("the mail server was asked %d times", asked.Load())
	}
	r := d.record("alert-s1")
	if r.State != store.MailFailed || r.Why != "the server refused the recipient with 550 5.1.1" || !r.FailedAt.Equal(d.now) || !r.NextTryAt.IsZero() || !r.ClaimedUntil.IsZero() || !r.SentAt.IsZero() {
		t.Errorf("record %+v", r)
	}
	d.recorded(id, "alert-s1", "The mail to Operations could not be delivered: the server refused the recipient with 550 5.1.1.")
	d.namesNobody("the log", d.log.String())
}

func TestTheAlertOfAnOwnerWhoLeftTheTeamGoesToOperations(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	if _, err := d.store.Update(t.Context(), id, func(l *lead.Lead) error { l.Owner.Person = "gone"; return nil }); err != nil {
		t.Fatal(err)
	}
	d.runs(m, azfunc.KindDone, 0)
	d.sent(1)
	if r := d.record("alert-s1"); r.State != store.MailSent || r.To != lead.Operations {
		t.Errorf("record %+v", r)
	}
	d.recorded(id, "alert-s1", "Mail to Operations sent.")
}

func TestAMailThatIsRefusedForNowComesAgainWithTheBackOffUntilItIsSent(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.answers(inbox.StageRcpt, busy)
	for try, delay := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		d.runs(m, azfunc.KindLater, 0)
		due := d.now.Add(delay)
		r := d.record("alert-s1")
		if r.State != store.MailPlanned || r.Tries != try+1 || !r.NextTryAt.Equal(due) || !r.ClaimedUntil.IsZero() || r.Why == "" {
			t.Fatalf("after %d tries the record is %+v, want the next try at %s", try+1, r, due)
		}
		d.namesNobody("the record", r.Why)
		if err := d.notify.Postpone(t.Context(), m, 0, r.Why); err != nil {
			t.Fatal(err)
		}
		copied := d.newest()
		leadID, mailID, tries := queue.Mail(copied.Message)
		if !copied.DueAt.Equal(due) || leadID != id || mailID != "alert-s1" || tries != try+1 || copied.ID == m.ID {
			t.Fatalf("copy %s at %s is of %s on %s after %d tries", copied.ID, copied.DueAt, mailID, leadID, tries)
		}
		m, d.now = copied.Message, due
	}
	d.sent(0)
	d.open(id, "alert-s1")
	d.OnSMTP(nil)
	d.runs(m, azfunc.KindDone, 0)
	d.sent(1)
	if r := d.record("alert-s1"); r.State != store.MailSent || r.Why != "" || !r.SentAt.Equal(d.now) || !r.NextTryAt.IsZero() {
		t.Errorf("record %+v", r)
	}
	d.recorded(id, "alert-s1", sent)
	d.namesNobody("the log", d.log.String())
}

func TestWithoutTheMailServerTheMailWaits(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.SMTP.Stop()
	d.runs(m, azfunc.KindLater, 0)
	if r := d.record("alert-s1"); r.State != store.MailPlanned || r.Tries != 1 {
		t.Errorf("record %+v", r)
	}
	d.SMTP.Start()
	d.runs(d.word(id, "alert-s1", 1), azfunc.KindDone, 0)
	d.sent(1)
}

// timedSender sends nothing and notes how long it would have had.
type timedSender struct{ left time.Duration }

func (s *timedSender) Send(ctx context.Context, _ mail.Message) error {
	if end, ok := ctx.Deadline(); ok {
		s.left = time.Until(end)
	}
	return nil
}

// A third of a claim, so that it is over before anybody else may send.
func TestASendHasAMinute(t *testing.T) {
	d := open(t)
	_, m := d.alerted(1)
	timed := &timedSender{}
	d.notify.Sender = timed
	d.runs(m, azfunc.KindDone, 0)
	if timed.left <= 0 || timed.left > time.Minute {
		t.Errorf("a send has %s", timed.left)
	}
}

func TestWithoutTheDatabaseNothingIsSent(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, m := d.alerted(1)
	asked := d.answers(inbox.StageMail, nil)
	d.Cosmos.Stop()
	d.runs(m, azfunc.KindLater, 0)
	if asked.Load() != 0 {
		t.Error("the mail server was asked though nobody could claim the mail")
	}
}

func TestWithoutTheQueueNothingIsPostponed(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, m := d.alerted(1)
	d.ServiceBus.Stop()
	if err := d.notify.Postpone(t.Context(), m, 0, "a pause"); err == nil {
		t.Error("no error, so the message would be completed without a copy")
	}
}

func TestARateLimitPausesTheWholeProcess(t *testing.T) {
	d := open(t)
	_, first := d.alerted(1)
	secondLead, second := d.alerted(2)
	asked := d.answers(inbox.StageMail, tooMany)
	d.runs(first, azfunc.KindLater, time.Minute)
	if r := d.record("alert-s1"); r.State != store.MailPlanned || !r.NextTryAt.Equal(morning.Add(time.Minute)) {
		t.Errorf("record %+v", r)
	}
	d.now = morning.Add(20 * time.Second)
	d.runs(second, azfunc.KindLater, 40*time.Second)
	if r := d.record("alert-s2"); asked.Load() != 1 || r.State != store.MailPlanned || !r.NextTryAt.Equal(morning.Add(time.Minute)) {
		t.Errorf("during the pause the mail server was asked %d times, record %+v", asked.Load()-1, r)
	}
	// The record tells a sweep's word, which comes while the pause lasts, that a copy waits already.
	d.runs(second, azfunc.KindDone, 0)
	d.open(secondLead, "alert-s2")
	d.now = morning.Add(time.Minute)
	d.OnSMTP(nil)
	d.runs(second, azfunc.KindDone, 0)
	d.runs(first, azfunc.KindDone, 0)
	d.sent(2)
}

// refusing answers each send by what f says.
type refusing func(m mail.Message) error

func (f refusing) Send(_ context.Context, m mail.Message) error { return f(m) }

func TestOfTwoPausesTheLongerOneHolds(t *testing.T) {
	d := open(t)
	_, first := d.alerted(1)
	_, second := d.alerted(2)
	_, third := d.alerted(3)
	tooMany := func(after time.Duration) error {
		return &mail.RateLimitError{After: after, Err: errors.New("slow down")}
	}
	d.notify.Sender = refusing(func(m mail.Message) error {
		if !strings.HasPrefix(m.ID, "alert-s1") {
			return tooMany(10 * time.Minute)
		}
		d.runs(second, azfunc.KindLater, 10*time.Minute) // at the same time
		return tooMany(time.Minute)
	})
	d.runs(first, azfunc.KindLater, time.Minute)
	d.now = morning.Add(2 * time.Minute)
	d.runs(third, azfunc.KindLater, 8*time.Minute)
}

// Chains of copies can overlap: a sweep sends word of a mail that a copy for later waits for already.
func TestACopyOfTheMessage(t *testing.T) {
	for _, c := range []struct {
		name  string
		tries int
		now   time.Duration
		sent  int
	}{
		{"that knows of fewer tries than the record leaves the mail to the one that waits", 1, 0, 0},
		{"that knows of no try does so too", 0, 0, 0},
		{"that is the one that waits is sent", 2, 0, 1},
		{"that knows of more tries is sent", 3, 0, 1},
		{"that knows of fewer is sent when the one that waits is overdue", 0, 5 * time.Minute, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			id := d.takes(1, touch("s1", lead.ActionContactMe))
			waiting := &store.Mail{ID: "alert-s1", Kind: lead.MailAlert, Lead: id, To: lead.Operations, State: store.MailPlanned, Tries: 2, NextTryAt: lead.At(morning.Add(5 * time.Minute))}
			if err := d.store.CreateMail(t.Context(), waiting); err != nil {
				t.Fatal(err)
			}
			d.now = morning.Add(c.now)
			d.runs(d.word(id, "alert-s1", c.tries), azfunc.KindDone, 0)
			d.sent(c.sent)
			if r := d.record("alert-s1"); (r.State == store.MailSent) != (c.sent == 1) {
				t.Errorf("record %+v", r)
			}
			if c.sent == 0 {
				d.open(id, "alert-s1")
			}
		})
	}
}

// Or the copy that waits would know of fewer tries than the record and leave the mail to another one.
func TestARecordKnowsOfAsManyTriesAsTheCopyThatWaits(t *testing.T) {
	d := open(t)
	id := d.takes(1, touch("s1", lead.ActionContactMe))
	overdue := &store.Mail{ID: "alert-s1", Kind: lead.MailAlert, Lead: id, To: lead.Operations, State: store.MailPlanned, Tries: 5, NextTryAt: lead.At(morning.Add(-time.Hour))}
	if err := d.store.CreateMail(t.Context(), overdue); err != nil {
		t.Fatal(err)
	}
	m := d.word(id, "alert-s1", 0)
	d.answers(inbox.StageRcpt, busy)
	d.runs(m, azfunc.KindLater, 0)
	if err := d.notify.Postpone(t.Context(), m, 0, "busy"); err != nil {
		t.Fatal(err)
	}
	if _, _, tries := queue.Mail(d.newest().Message); d.record("alert-s1").Tries != tries {
		t.Errorf("the copy knows of %d tries, and the record of %d", tries, d.record("alert-s1").Tries)
	}
}

func TestTheLogSaysWhichMailWasSentAndNamesNobody(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.runs(m, azfunc.KindDone, 0)
	said := d.log.String()
	if !strings.Contains(said, "mail=alert-s1") || !strings.Contains(said, "lead="+id) {
		t.Errorf("the log says %s", said)
	}
	d.namesNobody("the log", said)
}
