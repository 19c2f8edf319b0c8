package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"leadflow/functions/notify"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/inbox"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// listed puts leads that have waited since nine on a reminder to operations, and gives their ids and the mail's.
func (d *desk) listed(n int) (leads []string, mailID string) {
	d.t.Helper()
	for i := range n {
		id, m := d.alerted(i + 1)
		d.runs(m, azfunc.KindDone, 0)
		leads = append(leads, id)
	}
	d.now = morning.Add(5 * time.Hour)
	mailID = "reminder-operations-1"
	m := &store.Mail{ID: mailID, Kind: lead.MailReminder, To: lead.Operations, State: store.MailPlanned, NextTryAt: lead.At(d.now), List: &lead.List{Leads: leads}}
	if err := d.store.CreateMail(d.t.Context(), m); err != nil {
		d.t.Fatal(err)
	}
	operations, _ := people.Person(lead.Operations)
	for _, id := range leads {
		d.acts(id, func(l *lead.Lead) error {
			if !l.PutOn(lead.MailReminder, mailID, operations.Actor(), d.now, people.Staff(d.now, nil)) {
				d.t.Fatal("it was not put on the list")
			}
			return nil
		})
	}
	return leads, mailID
}

func (d *desk) acts(id string, act func(*lead.Lead) error) {
	d.t.Helper()
	if _, err := d.store.Update(d.t.Context(), id, act); err != nil {
		d.t.Fatal(err)
	}
}

// list is the list that was sent.
func (d *desk) list() inbox.Message {
	d.t.Helper()
	for _, m := range d.Mails() {
		if strings.HasPrefix(m.MessageID, "reminder-") {
			return m
		}
	}
	d.t.Fatal("no list was sent")
	return inbox.Message{}
}

// said is what the timeline of a lead says of a mail.
func (d *desk) said(id, mailID string) (said []string) {
	d.t.Helper()
	for _, a := range d.lead(id).Timeline {
		if a.Mail == mailID {
			said = append(said, a.Text)
		}
	}
	return said
}

func TestAListNamesTheLeadsThatStillWaitAndEachKnowsWhatBecameOfIt(t *testing.T) {
	const named = "Reminder to Operations sent. The time to respond by has passed: Mon 23 Nov 2026, 13:00 UTC."
	const unnamed = "The reminder to Operations did not name it any more. The time to respond by has passed: Mon 23 Nov 2026, 13:00 UTC."
	operations, _ := people.Person(lead.Operations)
	by := operations.Actor()
	for _, c := range []struct {
		name string
		act  func(*desk, *lead.Lead) error
		said string
	}{
		{"it waits", func(*desk, *lead.Lead) error { return nil }, named},
		{"it was answered", func(d *desk, l *lead.Lead) error {
			return l.Contacted(lead.Attempt{At: d.now, By: by, Disposition: lead.Connected}, d.now, people.Staff(d.now, nil))
		}, unnamed},
		{"it was put off", func(d *desk, l *lead.Lead) error { return l.Snooze(d.now.Add(time.Hour), by, d.now) }, unnamed},
		{"it was closed", func(d *desk, l *lead.Lead) error { return l.Close(lead.StageLost, lead.NoNeed, "", by, d.now) }, unnamed},
		{"it must not be contacted", func(d *desk, l *lead.Lead) error { return l.Suppress(lead.SuppressedOptedOut, "", by, d.now) }, unnamed},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			leads, mailID := d.listed(2)
			d.acts(leads[0], func(l *lead.Lead) error { return c.act(d, l) })
			word := d.word("", mailID, 0)
			for range 2 { // once more, delivered again
				d.runs(word, azfunc.KindDone, 0)
			}
			d.sent(3)
			want := 2
			if c.said == unnamed {
				want = 1
			}
			if got := strings.Count(d.list().Text, "due since"); got != want {
				t.Errorf("%d leads are named:\n%s", got, d.list().Text)
			}
			for id, says := range map[string]string{leads[0]: c.said, leads[1]: named} {
				if said := d.said(id, mailID); len(said) != 1 || said[0] != says {
					t.Errorf("a timeline says %q, want %q", said, says)
				}
			}
		})
	}
}

func TestAListOfWhichNothingIsLeftIsNotSent(t *testing.T) {
	d := open(t)
	leads, mailID := d.listed(1)
	operations, _ := people.Person(lead.Operations)
	d.acts(leads[0], func(l *lead.Lead) error { return l.Close(lead.StageWon, "", "", operations.Actor(), d.now) })
	d.runs(d.word("", mailID, 0), azfunc.KindDone, 0)
	d.sent(1)
	if r := d.record(mailID); r.State != store.MailDropped || !r.NextTryAt.IsZero() {
		t.Errorf("record %+v", r)
	}
	if said := d.said(leads[0], mailID); len(said) != 1 || !strings.HasPrefix(said[0], "The reminder to Operations was not sent: ") {
		t.Errorf("the timeline says %q", said)
	}
}

func TestWhatATryOfAListNamedIsForgottenByTheNext(t *testing.T) {
	d := open(t)
	leads, mailID := d.listed(2)
	d.SMTP.Stop()
	d.runs(d.word("", mailID, 0), azfunc.KindLater, 0)
	operations, _ := people.Person(lead.Operations)
	d.acts(leads[0], func(l *lead.Lead) error { return l.Close(lead.StageWon, "", "", operations.Actor(), d.now) })
	d.SMTP.Start()
	d.runs(d.word("", mailID, 1), azfunc.KindDone, 0)
	if r := d.record(mailID); fmt.Sprint(r.List.Named) != fmt.Sprint(leads[1:]) {
		t.Errorf("it names %v", r.List.Named)
	}
	if said := d.said(leads[0], mailID); len(said) != 1 || !strings.Contains(said[0], "did not name it") {
		t.Errorf("the timeline says %q", said)
	}
}

func TestALeadThatIsGoneHoldsUpNoList(t *testing.T) {
	d := open(t)
	leads, _ := d.listed(1)
	m := &store.Mail{ID: "reminder-operations-2", Kind: lead.MailReminder, To: lead.Operations, State: store.MailPlanned, List: &lead.List{Leads: append([]string{"gone"}, leads...)}}
	if err := d.store.CreateMail(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	operations, _ := people.Person(lead.Operations)
	d.acts(leads[0], func(l *lead.Lead) error {
		l.PutOn(lead.MailReminder, m.ID, operations.Actor(), d.now, people.Staff(d.now, nil))
		return nil
	})
	d.runs(d.word("", m.ID, 0), azfunc.KindDone, 0)
	d.sent(2)
	if said := d.said(leads[0], m.ID); len(said) != 1 {
		t.Errorf("the timeline says %q", said)
	}
}

func TestARecordOfAListThatWasCutShortIsMadeUpFor(t *testing.T) {
	d := open(t)
	leads, mailID := d.listed(3)
	recorded := 0
	d.notify.Store = watchedStore{Store: d.store, recording: func() {
		if recorded++; recorded == 2 {
			d.Cosmos.Stop()
		}
	}}
	word := d.word("", mailID, 0)
	d.runs(word, azfunc.KindLater, 0)
	d.Cosmos.Start()
	d.notify.Store = d.store
	d.runs(word, azfunc.KindDone, 0)
	d.sent(4)
	for _, id := range leads {
		if said := d.said(id, mailID); len(said) != 1 {
			t.Errorf("a timeline says %q", said)
		}
	}
}

func TestTheLeadsOfAListThatWasGivenUpKnowIt(t *testing.T) {
	d := open(t)
	leads, mailID := d.listed(2)
	for range 2 {
		if err := notify.Fail(t.Context(), d.store, "", mailID, "too late", d.now); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range leads {
		if said := d.said(id, mailID); len(said) != 1 || !strings.Contains(said[0], "could not be delivered: too late") {
			t.Errorf("a timeline says %q", said)
		}
	}
}

func TestAListBeginsWithWhatIsMostUrgent(t *testing.T) {
	d := open(t)
	leads, mailID := d.listed(3)
	for n, id := range leads {
		d.acts(id, func(l *lead.Lead) error {
			l.Subject = fmt.Sprintf("Lead %d", n)
			l.FollowUp.DueAt = lead.At(d.now.Add(time.Duration(-n) * time.Minute))
			return nil
		})
	}
	d.acts(leads[0], func(l *lead.Lead) error { l.FollowUp.DueAt = lead.At(d.now.Add(time.Hour)); return nil })
	d.runs(d.word("", mailID, 0), azfunc.KindDone, 0)
	text := d.list().Text
	first, second, third := strings.Index(text, "Lead 2"), strings.Index(text, "Lead 1"), strings.Index(text, "Lead 0")
	if first < 0 || second < first || third < second || !strings.Contains(text, "3 leads wait for you, 2 too long already") {
		t.Errorf("it says\n%s", text)
	}
}

// Mina was away until ten, and Lou covered for her. The list for Lou was made before, and is sent after.
func TestWhoeverActsWhenAListIsSentIsToldInsteadOfItsReceiver(t *testing.T) {
	day := []lead.Hours{{From: 0, To: 24 * 60}}
	works := lead.Calendar{Zone: time.UTC, Week: [7][]lead.Hours{day, day, day, day, day, day, day}}
	mina := team.Person{ID: "mina", Name: "Mina", Mail: "mina@contoso.example.com", Weight: 1, Calendar: works, Cover: "lou"}
	lou := team.Person{ID: "lou", Name: "Lou", Mail: "lou@contoso.example.com", Weight: 1, Calendar: works}
	back := morning.Add(time.Hour)
	mina.Calendar.Away = []lead.Stretch{{From: morning.AddDate(0, 0, -7), To: back}}
	staffed := team.Team{Version: 1, People: []team.Person{mina, lou}}.WithOperations("operations@contoso.example.com")
	for _, c := range []struct {
		name   string
		before func(*lead.Lead) error
		told   bool
	}{
		{"of a lead that waits", func(*lead.Lead) error { return nil }, true},
		{"but not of one that was put off", func(l *lead.Lead) error { return l.Snooze(back.Add(time.Hour), mina.Actor(), back) }, false},
		{"nor of one that she was told of since", func(l *lead.Lead) error {
			l.PutOn(lead.MailReminder, "reminder-mina-1", mina.Actor(), back, staffed.Staff(back, nil))
			return nil
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			d.notify.Team = lab.Team(staffed)
			const mailID = "reminder-lou-1"
			early := touch("s1", lead.ActionContactMe)
			early.ReceivedAt = lead.At(morning.Add(-5 * time.Hour))
			id := d.takes(1, early)
			d.acts(id, func(l *lead.Lead) error {
				if err := l.Reassign(lead.Owner{Person: "mina"}, morning, staffed.Staff(morning, nil)); err != nil {
					return err
				}
				if !l.PutOn(lead.MailReminder, mailID, lou.Actor(), morning, staffed.Staff(morning, nil)) {
					t.Error("it was not put on the list")
				}
				return nil
			})
			m := &store.Mail{ID: mailID, Kind: lead.MailReminder, To: "lou", State: store.MailPlanned, List: &lead.List{Leads: []string{id}}}
			if err := d.store.CreateMail(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			d.now = back
			d.acts(id, c.before)
			d.runs(d.word("", mailID, 0), azfunc.KindDone, 0)
			d.sent(0)
			f := d.lead(id).FollowUp
			if told := f.OwnerAt == lead.At(back) && !f.Told; told != c.told {
				t.Errorf("she is told at %s, was told %t", f.OwnerAt, f.Told)
			}
			const sentence = "The reminder to Lou did not name it: somebody else acts now. The time to respond by has passed: Mon 23 Nov 2026, 08:00 UTC."
			if said := d.said(id, mailID); len(said) != 1 || (said[0] == sentence) != c.told {
				t.Errorf("the timeline says %q", said)
			}
		})
	}
}
