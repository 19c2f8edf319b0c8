package notify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/inbox"
	"leadflow/shared/store"
)

func TestPeopleDecideThoughTheTouchOfALateDoNotContactIsInTheArchive(t *testing.T) {
	d := open(t)
	var id string
	for n := range 100 {
		x := touch(fmt.Sprintf("s%03d", n), lead.ActionContactMe)
		x.ReceivedAt = lead.At(morning.Add(time.Duration(n) * time.Hour))
		id = d.takes(1, x)
	}
	late := touch("late", lead.ActionDoNot) // replayed from the quarantine
	late.ReceivedAt = lead.At(morning.Add(-time.Hour))
	d.takes(1, late)
	d.runs(d.word(id, "decide-late", 0), azfunc.KindDone, 0)
	d.sent(1)
}

func TestAnAlertIsSentThoughItsTouchIsInTheArchive(t *testing.T) {
	d := open(t)
	var id string
	for n := range 8 { // of a customer who writes much
		x := touch(fmt.Sprintf("s%03d", n), lead.ActionContactMe)
		x.Description = strings.Repeat("<", 3000)
		x.RawSource, x.RawAction = strings.Repeat("<", 256), strings.Repeat("<", 256)
		x.Offer = lead.Offer{ID: strings.Repeat("<", 256), Publisher: strings.Repeat("<", 256), Title: strings.Repeat("<", 256)}
		x.ReceivedAt = lead.At(morning.Add(time.Duration(n) * time.Second))
		id = d.takes(1, x)
	}
	d.runs(d.word(id, "alert-s000", 0), azfunc.KindDone, 0)
	d.sent(1)
}

// A mail of a kind that a later version plans, on a lead that must not be contacted.
func TestNobodyIsAskedToCallByAMailOfALaterVersion(t *testing.T) {
	d := open(t)
	id := d.takes(1, touch("s1", lead.ActionContactMe))
	if _, err := d.store.Update(t.Context(), id, func(l *lead.Lead) error {
		l.Mails = append(l.Mails, lead.Mail{ID: "reminder-s1", Kind: "reminder", Submission: "s1", To: lead.Operations, PlannedAt: lead.At(morning)})
		l.Suppression = &lead.Suppression{Reason: lead.SuppressedOptedOut}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d.runs(d.word(id, "reminder-s1", 0), azfunc.KindDone, 0)
	for _, m := range d.Mails() {
		t.Errorf("sent: %s", m.Text)
	}
}

func TestAPersonWhoOptedOutMeanwhileIsNoQuestion(t *testing.T) {
	d := open(t)
	first := touch("s1", lead.ActionDoNot)
	first.ReceivedAt = lead.At(first.ReceivedAt.Add(-time.Minute))
	id := d.takes(1, first)
	d.takes(1, touch("s2", lead.ActionContactMe))
	if _, err := d.store.Update(t.Context(), id, func(l *lead.Lead) error {
		l.Suppression = &lead.Suppression{Reason: lead.SuppressedOptedOut}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d.runs(d.word(id, "decide-s2", 0), azfunc.KindDone, 0)
	for _, m := range d.Mails() {
		t.Errorf("sent: %s", m.Text)
	}
}

// An older version beside a newer one claims a digest with a section that it does not know.
func TestADigestKeepsWhatALaterVersionSays(t *testing.T) {
	var m store.Mail
	if err := json.Unmarshal([]byte(`{"id":"operations-1","kind":"operations","digest":{"id":"operations-1","quarantined":[{"submission":"s1"}]}}`), &m); err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(m)
	if !strings.Contains(string(b), "quarantined") {
		t.Errorf("a claim writes it back as %s", b)
	}
}

func TestADigestThatIsGivenUpIsAnErrorInTheLog(t *testing.T) {
	d := open(t)
	m := d.digest()
	if err := d.notify.Quarantine(t.Context(), m, "tried for long enough"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.log.String(), "level=ERROR") {
		t.Errorf("the log says %q", d.log.String())
	}
}

// A message from strange hands with the id of a lead's mail and no lead.
func TestAMessageWithoutALeadDoesNotEndTheMailOfOne(t *testing.T) {
	d := open(t)
	id := d.takes(1, touch("s1", lead.ActionContactMe))
	if err := d.store.CreateMail(t.Context(), &store.Mail{ID: "alert-s1", Kind: lead.MailAlert, Lead: id, To: lead.Operations, State: store.MailPlanned, Tries: 1, NextTryAt: lead.At(morning)}); err != nil {
		t.Fatal(err)
	}
	_ = d.notify.Run(t.Context(), d.word("", "alert-s1", 0))
	d.runs(d.word(id, "alert-s1", 1), azfunc.KindDone, 0)
	d.sent(1)
}

// Given up while another handler is sending it.
func TestAMailThatIsBeingSentIsNotGivenUp(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	d.OnSMTP(func(stage, _, _ string) error {
		if stage == inbox.StageData {
			d.OnSMTP(nil)
			_ = d.notify.Quarantine(t.Context(), m, "tried for long enough")
		}
		return nil
	})
	d.runs(m, azfunc.KindDone, 0)
	t.Log(len(d.Mails()), d.record("alert-s1"), d.lead(id).Timeline)
	if len(d.Mails()) == 1 && d.record("alert-s1").State != store.MailSent {
		t.Errorf("the mail arrived and its record says %s", d.record("alert-s1").State)
	}
}
