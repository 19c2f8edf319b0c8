package remind_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

func TestASubmissionWithoutOutcomeIsSentAgain(t *testing.T) {
	settled := func(kind lead.OutcomeKind) func(*desk) {
		return func(d *desk) {
			if err := d.store.Settle(d.t.Context(), submission("s1", 0), lead.Outcome{Kind: kind, At: lead.At(morning)}, life); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	postponed := func(d *desk) {
		if err := d.store.Postpone(d.t.Context(), "s1", morning.Add(30*time.Minute)); err != nil {
			d.t.Fatal(err)
		}
	}
	nothing := func(*desk) {}
	for _, c := range []struct {
		name  string
		since func(*desk)
		at    time.Duration
		sent  int
	}{
		{"not before fifteen minutes", nothing, 15*time.Minute - time.Millisecond, 0},
		{"after fifteen minutes", nothing, 15 * time.Minute, 1},
		{"not when it became a lead", settled(lead.OutcomeLead), time.Hour, 0},
		{"not when it is quarantined", settled(lead.OutcomeQuarantined), time.Hour, 0},
		{"not while a copy for later is not overdue", postponed, 45*time.Minute - time.Millisecond, 0},
		{"fifteen minutes after its copy for later was to come", postponed, 45 * time.Minute, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			d.arrives("s1", 0)
			c.since(d)
			d.now = morning.Add(c.at)
			d.runs()
			d.sent(c.sent, 0)
			if e := d.entry("s1"); c.sent == 1 && (!e.NextTryAt.Equal(d.now) || !e.Open()) {
				t.Errorf("entry %+v", e)
			}
			d.runs()
			d.sent(c.sent, 0) // a consecutive run finds nothing
		})
	}
}

func TestEverySweepSendsTheWholeSubmissionPastDuplicateDetection(t *testing.T) {
	d := open(t)
	d.arrives("s1", 0)
	if err := d.queue.SendSubmission(t.Context(), submission("s1", 0), ""); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		d.now = morning.Add(time.Duration(n+1) * resendAfter)
		d.runs()
		d.sent(n+2, 0)
	}
	for _, m := range d.Messages("leads") {
		if got := queue.Submission(m.Message); !reflect.DeepEqual(got, submission("s1", 0)) {
			t.Errorf("message %s is of %+v", m.ID, got)
		}
	}
}

func TestASubmissionIsGivenUp(t *testing.T) {
	reopened := func(d *desk) {
		if err := d.store.Reopen(d.t.Context(), "s1", morning.Add(71*time.Hour)); err != nil {
			d.t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		since func(*desk)
		at    time.Duration
		open  bool
	}{
		{"not within three days", func(*desk) {}, 72*time.Hour - time.Millisecond, true},
		{"after three days", func(*desk) {}, 72 * time.Hour, false},
		{"not within three days of its last replay", reopened, (71+72)*time.Hour - time.Millisecond, true},
		{"after three days from its last replay", reopened, (71 + 72) * time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			d.arrives("s1", 0)
			c.since(d)
			d.now = morning.Add(c.at)
			d.runs()
			e := d.entry("s1")
			if c.open {
				d.sent(1, 0)
				if !e.Open() {
					t.Errorf("outcome %+v", e.Outcome)
				}
				return
			}
			d.sent(0, 1) // which tells operations
			if e.Open() || e.Outcome.Kind != lead.OutcomeQuarantined || e.Outcome.Why != "no outcome after 72h0m0s" || !e.Outcome.At.Equal(d.now) || e.TTL != -1 || !e.NextTryAt.IsZero() {
				t.Errorf("entry %+v, outcome %+v", e, e.Outcome)
			}
			d.runs()
			if again := d.entry("s1"); !again.Outcome.At.Equal(e.Outcome.At.Time) {
				t.Error("it was given up twice")
			}
		})
	}
}

func TestASubmissionThatIsTooLargeForTheQueueIsGivenUpAtOnceAndTheOthersAreSent(t *testing.T) {
	d := open(t)
	large := submission("large", 0)
	large.Body = make([]byte, 300<<10)
	if err := d.store.AddSubmission(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		d.arrives(fmt.Sprintf("s%02d", n), 0)
	}
	d.now = morning.Add(resendAfter)
	d.runs()
	if o := d.entry("large").Outcome; o == nil || o.Kind != lead.OutcomeQuarantined || o.Why != "too large for the queue" {
		t.Errorf("outcome %+v", o)
	}
	d.sent(20, 1) // operations are told
	d.runs()
	d.sent(20, 1) // a consecutive run finds nothing
}

func TestAMailThatHasARecordIsSentOnItsWayAgain(t *testing.T) {
	with := func(m store.Mail, change func(*store.Mail)) store.Mail { change(&m); return m }
	for _, c := range []struct {
		name string
		mail store.Mail
		at   time.Duration
		sent int
	}{
		{"not before thirty minutes after its next try", planned("m1", time.Minute), 31*time.Minute - time.Millisecond, 0},
		{"thirty minutes after its next try", planned("m1", time.Minute), 31 * time.Minute, 1},
		{"thirty minutes after its claim ran out", with(planned("m1", 3*time.Minute), func(m *store.Mail) { m.State, m.ClaimedUntil = store.MailClaimed, m.NextTryAt }), 33 * time.Minute, 1},
		{"not when it was sent", with(planned("m1", 0), func(m *store.Mail) { m.State, m.NextTryAt = store.MailSent, lead.Time{} }), time.Hour, 0},
		{"not when it failed", with(planned("m1", 0), func(m *store.Mail) { m.State, m.NextTryAt = store.MailFailed, lead.Time{} }), time.Hour, 0},
		{"not when it ended and its next try was left behind", with(planned("m1", 0), func(m *store.Mail) { m.State = store.MailSent }), time.Hour, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			d.has(c.mail)
			d.now = morning.Add(c.at)
			d.runs()
			d.sent(0, c.sent)
			if c.sent == 0 {
				return
			}
			leadID, mailID, tries := queue.Mail(d.Messages("mails")[0].Message)
			if leadID != "l1" || mailID != "m1" || tries != 2 {
				t.Errorf("word of %s on %s after %d tries", mailID, leadID, tries)
			}
			if m := d.record("m1"); !m.NextTryAt.Equal(d.now) || m.State != c.mail.State || m.Tries != 2 {
				t.Errorf("record %+v", m)
			}
			d.runs()
			d.sent(0, 1) // a consecutive run finds nothing
			d.now = d.now.Add(mailResendAfter)
			d.runs()
			d.sent(0, 2)
		})
	}
}

func TestAMailThatHasNoRecordIsFoundByItsLead(t *testing.T) {
	for _, c := range []struct {
		name  string
		since func(*lead.Lead)
		at    time.Duration
		sent  int
	}{
		{"not before thirty minutes", func(*lead.Lead) {}, 30*time.Minute - time.Millisecond, 0},
		{"after thirty minutes", func(*lead.Lead) {}, 30 * time.Minute, 1},
		{"not when it was recorded", func(l *lead.Lead) { l.Record("alert-s1", "Mail sent.", lead.At(morning)) }, time.Hour, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			d.asks("s1", 0)
			d.changes("s1", c.since)
			d.now = morning.Add(c.at)
			d.runs()
			d.sent(0, c.sent)
			if c.sent == 0 {
				return
			}
			leadID, mailID, tries := queue.Mail(d.Messages("mails")[0].Message)
			if leadID != "s1" || mailID != "alert-s1" || tries != 0 {
				t.Errorf("word of %s on %s after %d tries", mailID, leadID, tries)
			}
			if due := d.lead("s1").MailDueAt; !due.Equal(d.now) {
				t.Errorf("its mail is due at %s", due)
			}
			d.runs()
			d.sent(0, 1) // a consecutive run finds nothing
			d.now = d.now.Add(mailResendAfter)
			d.runs()
			d.sent(0, 2)
		})
	}
}

func TestEveryOpenMailOfALeadIsSentOnItsWay(t *testing.T) {
	d := open(t)
	d.asks("s1", 0)
	d.changes("s1", func(l *lead.Lead) {
		for n, id := range []string{"s2", "s3"} {
			at := lead.At(morning.Add(time.Duration(n+1) * time.Minute))
			l.Take(lead.Touch{Submission: id, ContentKey: id, Action: lead.ActionTestDrive, ReceivedAt: at}, l.Contact, at, team.Operations("operations@contoso.com").Staff(at.Time, nil))
		}
		l.Record("touch-s2", "Mail sent.", lead.At(morning))
	})
	d.now = morning.Add(mailResendAfter)
	d.runs()
	if _, mails := d.queued(); !maps.Equal(mails, map[string]int{"alert-s1": 1, "touch-s3": 1}) {
		t.Errorf("word of %v", mails)
	}
}

// The clocks of the two runs differ, so duplicate detection drops nothing.
func TestTwoRunsAtOnceSendNothingTwice(t *testing.T) {
	const documents = 12
	d := open(t)
	for n := range documents {
		id := fmt.Sprintf("x%02d", n)
		d.arrives(id, 0)
		d.has(planned(id, 0))
		d.asks(id, 0)
	}
	var group sync.WaitGroup
	for n := range time.Duration(2) {
		group.Go(func() {
			r := d.process(func() time.Time { return morning.Add(time.Hour + n*time.Second) })
			if err := r.Run(t.Context(), azfunc.Timer{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	d.sentOnceEach(documents)
}

// sentOnceEach fails the test unless every submission, mail and lead of a test was sent once.
func (d *desk) sentOnceEach(documents int) {
	d.t.Helper()
	submissions, mails := d.queued()
	if len(submissions) != documents || len(mails) != 2*documents {
		d.t.Errorf("%d submissions and %d mails were sent", len(submissions), len(mails))
	}
	for id, n := range submissions {
		if n != 1 {
			d.t.Errorf("submission %s was sent %d times", id, n)
		}
	}
	for id, n := range mails {
		if n != 1 {
			d.t.Errorf("word of mail %s was sent %d times", id, n)
		}
	}
}

func TestARunThatIsOvertakenByAnotherSendsNothingTwice(t *testing.T) {
	for _, part := range []string{"submissions", "mails", "leads"} {
		t.Run("when it has asked which "+part+" are due", func(t *testing.T) {
			d := open(t)
			d.arrives("s1", 0)
			d.has(planned("m1", 0))
			d.asks("l1", 0)
			d.now = morning.Add(time.Hour)
			faster := d.process(func() time.Time { return d.now.Add(time.Second) })
			d.remind.Store = watchedStore{Store: d.store, after: func(container string) {
				if container != part {
					return
				}
				if err := faster.Run(t.Context(), azfunc.Timer{}); err != nil {
					t.Error(err)
				}
			}}
			d.runs()
			d.sentOnceEach(1)
		})
	}
}

// notify claims a mail while the sweep is on its way to it.
func TestAMailThatIsBeingSentMeanwhileIsLeftAlone(t *testing.T) {
	d := open(t)
	d.has(planned("m1", 0))
	d.now = morning.Add(time.Hour)
	claimed := lead.At(d.now.Add(3 * time.Minute))
	d.remind.Store = watchedStore{Store: d.store, after: func(container string) {
		if container != "mails" {
			return
		}
		m := d.record("m1")
		m.State, m.ClaimedUntil, m.NextTryAt = store.MailClaimed, claimed, claimed
		if err := d.store.ReplaceMail(t.Context(), m); err != nil {
			t.Error(err)
		}
	}}
	d.runs()
	d.sent(0, 0)
	if m := d.record("m1"); m.NextTryAt != claimed {
		t.Errorf("record %+v", m)
	}
}

func TestALeadWhoseMailIsRecordedMeanwhileIsLeftAlone(t *testing.T) {
	d := open(t)
	d.asks("l1", 0)
	d.now = morning.Add(time.Hour)
	d.remind.Store = watchedStore{Store: d.store, after: func(container string) {
		if container == "leads" {
			d.changes("l1", func(l *lead.Lead) { l.Record("alert-l1", "Mail sent.", lead.At(d.now)) })
		}
	}}
	d.runs()
	d.sent(0, 0)
	if l := d.lead("l1"); !l.MailDueAt.IsZero() {
		t.Errorf("its mail is due at %s, though there is none", l.MailDueAt)
	}
}

func TestOnePartThatFailsStopsNoOther(t *testing.T) {
	for _, c := range []struct {
		part               string
		submissions, mails int
	}{
		{"submissions", 0, 2},
		{"mails", 1, 1},
		{"leads", 1, 1},
	} {
		t.Run(c.part, func(t *testing.T) {
			d := open(t)
			d.arrives("s1", 0)
			d.has(planned("m1", 0))
			d.asks("l1", 0)
			d.now = morning.Add(time.Hour)
			d.remind.Store = watchedStore{Store: d.store, before: failing(c.part)}
			if err := d.fails(); !errors.Is(err, errAway) || !strings.Contains(err.Error(), "sweep the "+c.part) {
				t.Errorf("the error is %v", err)
			}
			d.sent(c.submissions, c.mails)
			d.remind.Store = d.store
			d.runs()
			d.sent(1, 2)
		})
	}
}

// What a run claims and cannot send is due again after as long as everything else.
func TestEverythingIsSentWhenServiceBusIsBack(t *testing.T) {
	t.Parallel()
	const documents = 12
	d := open(t)
	for n := range documents {
		id := fmt.Sprintf("x%02d", n)
		d.arrives(id, 0)
		d.has(planned(id, 0))
		d.asks(id, 0)
	}
	d.now = morning.Add(time.Hour)
	d.ServiceBus.Stop()
	err := d.fails()
	for _, part := range []string{"submissions", "mails", "leads"} {
		if !strings.Contains(err.Error(), "sweep the "+part) {
			t.Errorf("the sweep of the %s was not tried: %v", part, err)
		}
	}
	d.ServiceBus.Start()
	for end := d.now.Add(mailResendAfter); d.now.Before(end); {
		d.now = d.now.Add(5 * time.Minute)
		d.runs()
		for of, due := range map[string]lead.Time{"submission": d.entry("x00").NextTryAt, "mail": d.record("x00").NextTryAt, "lead": d.lead("x00").MailDueAt} {
			if due.IsZero() {
				t.Fatalf("the sweep lost a %s", of)
			}
		}
	}
	submissions, mails := d.queued()
	if len(submissions) != documents || len(mails) != 2*documents {
		t.Errorf("%d submissions and %d mails were sent", len(submissions), len(mails))
	}
}

func TestWhatIsNotDueCostsTenQueriesAndOneReadAndWriteHoweverMuchThereIs(t *testing.T) {
	d := open(t)
	for n := range 50 {
		id := fmt.Sprintf("x%02d", n)
		d.arrives(id, 0)
		d.has(planned(id, 0))
		d.asks(id, 0)
	}
	d.runs() // which posts the canary of the hour
	d.now = morning.Add(time.Minute)
	want := map[string]int{"query submissions": 4, "query mails": 3, "query leads": 3, "read state": 1, "replace state": 1}
	if cost := d.cost(d.runs); !maps.Equal(cost, want) {
		t.Errorf("asked of the database: %v", cost)
	}
	d.sent(0, 0)
}

func TestTheLogSaysWhatWasSentAgainAndNamesNobody(t *testing.T) {
	d := open(t)
	d.arrives("s1", 0)
	d.has(planned("m1", 0))
	d.asks("l1", 0)
	d.now = morning.Add(time.Hour)
	d.runs()
	said := d.log.String()
	for _, want := range []string{`"submission":"s1"`, `"mail":"m1"`, `"mail":"alert-l1"`} {
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
