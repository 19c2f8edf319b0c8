package notify_test

import (
	"strings"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/inbox"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// reps are Mina, who owns every lead, and her manager Sofia, each nine to five at home.
func reps() team.Team {
	nine := []lead.Hours{{From: 9 * 60, To: 17 * 60}}
	week := [7][]lead.Hours{nil, nine, nine, nine, nine, nine, nil}
	at := func(id, name, zone string) team.Person {
		where, err := time.LoadLocation(zone)
		if err != nil {
			panic(err) // the zones are in the program
		}
		return team.Person{ID: id, Name: name, Mail: id + "@contoso.example.com", Weight: 1, Calendar: lead.Calendar{Zone: where, Week: week}}
	}
	return team.Team{Version: 1, People: []team.Person{at("mina", "Mina Kim", "Asia/Seoul"), at("sofia", "Sofia Rossi", "Europe/Rome")},
		Groups: []team.Group{{ID: "sales", People: []string{"mina"}, Manager: "sofia"}}}.WithOperations("operations@contoso.example.com")
}

// waits gives Mina a lead that arrived then, and its id.
func (d *desk) waits(n int, t lead.Touch, at time.Time) string {
	d.t.Helper()
	t.ReceivedAt = lead.At(at)
	c := person(n)
	id := lead.ID(keys(c).Match(), t.Submission)
	_, err := d.store.Update(d.t.Context(), id, func(l *lead.Lead) error {
		l.MatchKey = keys(c).Match()
		l.Take(t, c, t.ReceivedAt, reps().Staff(at, func() lead.Owner { return lead.Owner{Person: "mina", Name: "Mina Kim", Why: "her turn"} }))
		l.Record("alert-"+t.Submission, "sent", t.ReceivedAt)
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

// made puts leads on a list for a person, and gives the message that asks for it.
func (d *desk) made(kind lead.MailKind, to string, ids ...string) azfunc.Message {
	d.t.Helper()
	p, _ := reps().Person(to)
	id := string(kind) + "-" + to
	for _, one := range ids {
		if _, err := d.store.Update(d.t.Context(), one, func(l *lead.Lead) error {
			if !l.PutOn(kind, id, p.Actor(), d.now, reps().Staff(d.now, nil)) {
				d.t.Errorf("%s does not belong on the list", one)
			}
			return nil
		}); err != nil {
			d.t.Fatal(err)
		}
	}
	m := &store.Mail{ID: id, Kind: kind, To: to, State: store.MailPlanned, NextTryAt: lead.At(d.now), List: &lead.List{Leads: ids}}
	if err := d.store.CreateMail(d.t.Context(), m); err != nil {
		d.t.Fatal(err)
	}
	return d.word("", id, 0)
}

// lists is a desk with three leads of Mina's on Monday at one in the afternoon in Seoul: one is due by then, one had half
// of its time, and one was put off.
func lists(t *testing.T) (d *desk, due, half, off string) {
	d = open(t)
	d.notify.Team = lab.Team(reps())
	d.now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	due = d.waits(1, touch("s1", lead.ActionContactMe), d.now.Add(-4*time.Hour))
	half = d.waits(2, touch("s2", lead.ActionTestDrive), d.now.Add(-2*time.Hour))
	off = d.waits(3, touch("s3", lead.ActionContactMe), d.now.Add(-4*time.Hour))
	if _, err := d.store.Update(t.Context(), off, func(l *lead.Lead) error {
		return l.Snooze(d.now.Add(5*time.Hour), lead.Actor{Person: "mina", Name: "Mina Kim"}, d.now.Add(-time.Hour))
	}); err != nil {
		t.Fatal(err)
	}
	return d, due, half, off
}

func TestALeadSaysThatItsListCouldNotBeDelivered(t *testing.T) {
	d, due, _, _ := lists(t)
	m := d.made(lead.MailReminder, "mina", due)
	d.answers(inbox.StageRcpt, noSuchUser)
	d.runs(m, azfunc.KindDone, 0)
	d.sent(0)
	l := d.lead(due)
	if last := l.Timeline[len(l.Timeline)-1].Text; !strings.HasPrefix(last, "The reminder to Mina Kim could not be delivered: ") {
		t.Errorf("the timeline says %q", last)
	}
}

func TestAfterARateLimitAlertsComeBackFirst(t *testing.T) {
	d, due, _, _ := lists(t)
	_, alert := d.alerted(4)
	reminder, escalation := d.made(lead.MailReminder, "mina", due), d.made(lead.MailEscalation, "sofia", due)
	d.answers(inbox.StageMail, tooMany) // for a minute
	d.runs(reminder, azfunc.KindLater, time.Minute+20*time.Second)
	d.now = d.now.Add(10 * time.Second)
	d.runs(escalation, azfunc.KindLater, time.Minute)
	d.runs(alert, azfunc.KindLater, 50*time.Second)
}
