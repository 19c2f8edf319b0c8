package lead_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"leadflow/shared/lead"
)

// TestWhoeverIsPutOnAListIsToldAgainInTime puts a lead of Ana's on a list. It arrived on Monday at 09:00 UTC; half of
// the time is used up at 11:00, and the answer is due at 13:00. Her day ends at 16:00 and begins at 08:00.
func TestWhoeverIsPutOnAListIsToldAgainInTime(t *testing.T) {
	d := oslo(t)
	nothing := func(testing.TB, *lead.Lead) {}
	hands := func(t testing.TB, l *lead.Lead) {
		if err := l.Reassign(lead.Owner{Person: "lou", Why: "why"}, morning.Add(time.Hour), d); err != nil {
			t.Fatal(err)
		}
	}
	on := func(kind lead.MailKind, mail, to string, at time.Duration) func(testing.TB, *lead.Lead) {
		return func(t testing.TB, l *lead.Lead) {
			if !l.PutOn(kind, mail, d.person(to), morning.Add(at), d) {
				t.Fatalf("it was not put on %s", mail)
			}
		}
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		name   string
		before func(testing.TB, *lead.Lead)
		kind   lead.MailKind
		to     string
		at     time.Duration
		state  string // empty if it is not put on the list
		about  string
	}{
		{"before half time nobody is reminded", nothing, lead.MailReminder, "ana", 2*time.Hour - time.Minute, "", ""},
		{"at half time the owner is, and when it is due again", nothing, lead.MailReminder, "ana", 2 * time.Hour,
			"New respond due Mon 23 13:00 owner Mon 23 13:00 manager Mon 23 13:00", "An answer is due by Mon 23 Nov 2026, 13:00 UTC."},
		{"when it is due the owner is told daily", on(lead.MailReminder, "m1", "ana", 2*time.Hour), lead.MailReminder, "ana", 4 * time.Hour,
			"New respond due Mon 23 13:00 owner Tue 24 08:00 manager Mon 23 13:00", "The time to respond by has passed: Mon 23 Nov 2026, 13:00 UTC."},
		{"a missed half time is told of once", nothing, lead.MailReminder, "ana", 5 * time.Hour,
			"New respond due Mon 23 13:00 owner Tue 24 08:00 manager Mon 23 13:00", "The time to respond by has passed: Mon 23 Nov 2026, 13:00 UTC."},
		{"the next day it says that an answer is still due", on(lead.MailReminder, "m1", "ana", 5*time.Hour), lead.MailReminder, "ana", day,
			"New respond due Mon 23 13:00 owner Wed 25 08:00 manager Mon 23 13:00", "An answer is still due, since Mon 23 Nov 2026, 13:00 UTC."},
		{"on a Friday the next day is Monday", nothing, lead.MailReminder, "ana", 4 * day,
			"New respond due Mon 23 13:00 owner Mon 30 08:00 manager Mon 23 13:00", "The time to respond by has passed: Mon 23 Nov 2026, 13:00 UTC."},
		{"nobody is reminded of the leads of others", nothing, lead.MailReminder, "lou", 5 * time.Hour, "", ""},
		{"nor twice by one list", on(lead.MailReminder, "m9", "ana", 2*time.Hour), lead.MailReminder, "ana", 5 * time.Hour, "", ""},
		{"the manager is told of what is due", nothing, lead.MailEscalation, "max", 4 * time.Hour,
			"New respond due Mon 23 13:00 owner Mon 23 11:00 manager Tue 24 08:00", "Nobody had answered by Mon 23 Nov 2026, 13:00 UTC."},
		{"but not before", nothing, lead.MailEscalation, "max", 4*time.Hour - time.Minute, "", ""},
		{"and nobody else is", nothing, lead.MailEscalation, "lou", 5 * time.Hour, "", ""},
		{"nor anybody of what is no answer that is due", reached(lead.NoAnswer), lead.MailEscalation, "max", 4 * day, "", ""},
		{"a new owner is shown the lead before half time, and reminded then", hands, lead.MailReminder, "lou", time.Hour,
			"New respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 13:00", "An answer is due by Mon 23 Nov 2026, 13:00 UTC."},
		{"a new owner is shown a step that is to come", several(reached(lead.NoAnswer), hands), lead.MailReminder, "lou", time.Hour,
			"Contacted step due Wed 25 08:00 step 1 owner Wed 25 08:00", "Step 1 of the follow-ups is due by Wed 25 Nov 2026, 08:00 UTC."},
		{"what another wanted to be reminded of is shown to a new owner", several(reached(lead.Connected), snoozed(3*day), hands), lead.MailReminder, "lou", time.Hour,
			"Contacted wake due Thu 26 09:00 owner Thu 26 09:00 snoozes 1", "It was put off until Thu 26 Nov 2026, 09:00 UTC."},
		{"a step is told of, and then the next one", reached(lead.NoAnswer), lead.MailReminder, "ana", 2 * day,
			"Contacted step due Wed 25 08:00 step 1 owner Mon 30 08:00", "Step 1 of the follow-ups is due."},
		{"which comes by itself", several(reached(lead.NoAnswer), on(lead.MailReminder, "m1", "ana", 2*day)), lead.MailReminder, "ana", 7 * day,
			"Contacted step due Mon 30 08:00 step 2 owner Mon 7 08:00", "Step 2 of the follow-ups is due."},
		{"until then a list names the step before", several(reached(lead.NoAnswer), on(lead.MailReminder, "m1", "ana", 2*day)), lead.MailReminder, "ana", 3 * day,
			"Contacted step due Wed 25 08:00 step 1 owner Mon 30 08:00", "Step 1 of the follow-ups is due."},
		{"a step that was missed for weeks is followed by the next day", reached(lead.NoAnswer), lead.MailReminder, "ana", 9 * day,
			"Contacted step due Wed 25 08:00 step 1 owner Thu 3 08:00", "Step 1 of the follow-ups is due."},
		{"whoever put it off is told when that is over, and seldom afterwards", several(reached(lead.Connected), snoozed(day)), lead.MailReminder, "ana", day,
			"Contacted wake due Tue 24 09:00 owner Tue 1 08:00 snoozes 1", "It was put off until now."},
		{"a snooze leaves the owner alone", snoozed(day), lead.MailReminder, "ana", 5 * time.Hour, "", ""},
		{"but not the manager", snoozed(day), lead.MailEscalation, "max", 5 * time.Hour,
			"New respond due Mon 23 13:00 owner Tue 24 09:00 manager Tue 24 08:00 snoozes 1", "Nobody had answered by Mon 23 Nov 2026, 13:00 UTC."},
		{"a closed lead is on no list", closedAs(lead.StageWon), lead.MailReminder, "ana", 5 * time.Hour, "", ""},
		{"nor one that must not be contacted", suppressedBy(lead.SuppressedDoNotContact), lead.MailEscalation, "max", 5 * time.Hour, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := asked(t)
			c.before(t, l)
			now, mails := morning.Add(c.at), len(l.Mails)
			if put := l.PutOn(c.kind, "m9", d.person(c.to), now, d); put != (c.state != "") {
				t.Fatalf("put on it: %t; it is %s", put, state(l))
			}
			if c.state == "" {
				if len(l.Mails) != mails {
					t.Errorf("it has %d mails", len(l.Mails))
				}
				return
			}
			if got := state(l); got != c.state {
				t.Errorf("it is\n%s, want\n%s", got, c.state)
			}
			if m := l.Mail("m9"); m == nil || m.About != c.about || m.To != c.to || m.Kind != c.kind {
				t.Errorf("the mail is %+v, want %s", m, c.about)
			}
			if !l.Named(c.kind, "m9", c.to, now, d) || l.Named(c.kind, "m8", c.to, now, d) || l.Named(c.kind, "m9", "kim", now, d) {
				t.Error("it is not named by that list alone, to that person alone")
			}
			l.Record("m9", "Sent.", lead.At(now))
			if l.Named(c.kind, "m9", c.to, now, d) {
				t.Error("it is named by a list that is over")
			}
		})
	}
}

func TestALeadIsPutOffUntilItMayBeToldOf(t *testing.T) {
	d := oslo(t)
	for _, c := range []struct {
		name  string
		kind  lead.MailKind
		to    string
		at    time.Duration
		until time.Duration
		state string // empty if nothing changes
	}{
		{"until then", lead.MailReminder, "ana", 2 * time.Hour, 3 * time.Hour, "New respond due Mon 23 13:00 owner Mon 23 12:00 manager Mon 23 13:00"},
		{"but not beyond the breach", lead.MailReminder, "ana", 2 * time.Hour, 6 * time.Hour, "New respond due Mon 23 13:00 owner Mon 23 13:00 manager Mon 23 13:00"},
		{"unless it is breached", lead.MailReminder, "ana", 4 * time.Hour, 6 * time.Hour, "New respond due Mon 23 13:00 owner Mon 23 15:00 manager Mon 23 13:00"},
		{"the manager too", lead.MailEscalation, "max", 4 * time.Hour, 6 * time.Hour, "New respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 15:00"},
		{"whoever is not told of it is not", lead.MailReminder, "lou", 4 * time.Hour, 6 * time.Hour, ""},
		{"nor is what is to be told later", lead.MailReminder, "ana", time.Hour, 6 * time.Hour, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := asked(t)
			before := state(l)
			if off := l.PutOff(c.kind, d.person(c.to), morning.Add(c.until), morning.Add(c.at), d); off != (c.state != "") {
				t.Fatalf("put off: %t", off)
			}
			if got := state(l); got != c.state && (c.state != "" || got != before) {
				t.Errorf("it is\n%s, want\n%s", got, c.state)
			}
		})
	}
	t.Run("only once", func(t *testing.T) {
		l := asked(t)
		if !l.PutOff(lead.MailReminder, d.person("ana"), morning.Add(3*time.Hour), morning.Add(2*time.Hour), d) ||
			l.PutOff(lead.MailReminder, d.person("ana"), morning.Add(4*time.Hour), morning.Add(2*time.Hour+30*time.Minute), d) {
			t.Errorf("it is %s", state(l))
		}
	})
}

// Remind looks at no lead before, and would miss one that it looks at later.
func TestALeadIsLookedAtFromItsFirstTurn(t *testing.T) {
	d := oslo(t)
	l := asked(t)
	for _, c := range []struct {
		name   string
		change func() error
		want   string
	}{
		{"from half time", func() error { return nil }, "2026-11-23T11:00:00Z"},
		{"snoozed, from when it is due", func() error { return l.Snooze(morning.AddDate(0, 0, 2), d.person("ana"), morning.Time) }, "2026-11-23T13:00:00Z"},
		{"with a new owner, at once", func() error { return l.Reassign(lead.Owner{Person: "lou"}, morning.Add(time.Minute), d) }, "2026-11-23T09:01:00Z"},
		{"after a contact, from the step", func() error {
			return l.Contacted(lead.Attempt{At: morning.Add(time.Hour), By: d.person("ana"), Disposition: lead.NoAnswer}, morning.Add(time.Hour), d)
		}, "2026-11-25T08:00:00Z"},
		{"closed, never", func() error { return l.Close(lead.StageWon, "", "", d.person("ana"), morning.Time) }, ""},
	} {
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		document := found(t, l)
		if want := c.want; want == "" && !document.DueFrom.IsZero() || want != "" && !document.DueFrom.Equal(rfc(t, want)) {
			t.Errorf("%s: from %s", c.name, document.DueFrom)
		}
		due := lead.Due{ID: l.ID, Owner: l.Owner, FollowUp: l.FollowUp}
		if at := document.DueFrom; !at.IsZero() && due.Turn(at.Add(-time.Millisecond)) {
			t.Errorf("%s: its turn is before it is looked at", c.name)
		}
		if (document.OpenFor == "") != l.Stage.Closed() {
			t.Errorf("%s: it is open for %q", c.name, document.OpenFor)
		}
	}
}

func TestAnOwnerIsDecidedOnce(t *testing.T) {
	d, l := oslo(t), asked(t)
	decided := lead.Owner{Person: "ana", Why: "nobody else is there", Decision: &lead.Decision{}}
	if err := l.Reassign(decided, morning.Time, d); err != nil || l.Owner.Decision == nil {
		t.Errorf("%v, owner %+v", err, l.Owner)
	}
	if err := l.Reassign(decided, morning.Time, d); !errors.Is(err, lead.ErrRecorded) {
		t.Errorf("again: %v", err)
	}
	if err := l.Reassign(lead.Owner{Person: "ana"}, morning.Time, d); !errors.Is(err, lead.ErrRecorded) || l.Owner.Decision == nil {
		t.Errorf("by a person: %v", err)
	}
}

func TestALeadWhoseOwnerHasNoManagerIsLookedAtWhenItIsDueThoughItIsPutOff(t *testing.T) {
	d, l := oslo(t), asked(t)
	if err := l.Reassign(lead.Owner{Person: "max"}, morning.Time, d); err != nil {
		t.Fatal(err)
	}
	if err := l.Snooze(morning.AddDate(0, 0, 2), d.person("max"), morning.Time); err != nil {
		t.Fatal(err)
	}
	if from := found(t, l).DueFrom; from != after(4*time.Hour) { // for a manager who is new by then
		t.Errorf("from %s", from)
	}
}

func TestANewOwnerHasNotBeenToldByWhatTheOldOneWasTold(t *testing.T) {
	d, l := oslo(t), asked(t)
	now := morning.Add(5 * time.Hour)
	l.PutOn(lead.MailReminder, "m1", d.person("ana"), now, d)
	if l.UpdatedAt != lead.At(now) || !l.FollowUp.Told {
		t.Fatalf("updated at %s, told %t", l.UpdatedAt, l.FollowUp.Told)
	}
	if err := l.Reassign(lead.Owner{Person: "lou"}, now, d); err != nil || l.FollowUp.Told {
		t.Errorf("%v, told %t: it would wait for the bounds of the new owner", err, l.FollowUp.Told)
	}
}

func TestWhoMayBeContactedAgainByTheWordOfTheirOwnerNeedsNoEarlierReminder(t *testing.T) {
	for by, want := range map[string]string{
		"ana": "New respond due Mon 23 15:00 owner Mon 23 13:00 manager Mon 23 15:00",
		"max": "New respond due Mon 23 15:00 owner Mon 23 11:30 manager Mon 23 15:00",
	} {
		d, l := oslo(t), asked(t)
		toDecide(t, l)
		if err := l.Unsuppress("A mistake.", d.person(by), morning.Add(2*time.Hour+30*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if got := state(l); got != want {
			t.Errorf("by %s it is %s, want %s", by, got, want)
		}
	}
}

// A step that was told of goes on by the cadence of that day.
func TestACadenceThatChangesMeanwhile(t *testing.T) {
	for _, c := range []struct {
		name string
		days []int
		want string
		put  bool
	}{
		{"has its next step later", []int{2, 9}, "Contacted step due Fri 4 08:00 step 2 owner Fri 4 08:00", false},
		{"has no more steps", []int{2}, "Contacted close due Thu 26 08:00 owner Mon 7 08:00", true},
		{"is none any more", []int{}, "Contacted", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, l := oslo(t), asked(t)
			reached(lead.NoAnswer)(t, l)
			l.PutOn(lead.MailReminder, "m1", d.person("ana"), morning.AddDate(0, 0, 2), d)
			d.days = c.days
			if !l.PutOn(lead.MailReminder, "m2", d.person("ana"), morning.AddDate(0, 0, 7), d) {
				t.Error("nothing changed, so it would be read forever")
			}
			if got := state(l); got != c.want || (l.Mail("m2") != nil) != c.put {
				t.Errorf("it is %s with the mail %+v, want %s", got, l.Mail("m2"), c.want)
			}
		})
	}
}

// onHoliday is a desk in which Ana is away for three weeks, and nobody acts for her.
type onHoliday struct{ desk }

func (a onHoliday) Acting(id string) lead.Actor {
	p := a.person(id)
	p.Works.Away = []lead.Stretch{{From: morning.AddDate(0, 0, -1), To: morning.AddDate(0, 0, 21)}}
	return p
}

func TestAnAbsenceStopsNeitherTheClockNorTheCadence(t *testing.T) {
	d := onHoliday{oslo(t)}
	l := &lead.Lead{ID: "l1"}
	l.Take(touch("s1", 0, lead.ActionContactMe), ana(), morning, d)
	if got := state(l); got != "New respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 13:00" {
		t.Errorf("it is %s", got)
	}
	if err := l.Contacted(lead.Attempt{At: morning.Time, By: d.person("lou"), Disposition: lead.NoAnswer}, morning.Time, d); err != nil {
		t.Fatal(err)
	}
	if got := state(l); got != "Contacted step due Wed 25 08:00 step 1 owner Wed 25 08:00" {
		t.Errorf("after a contact it is %s", got)
	}
}

// found is a lead as it is stored.
func found(t testing.TB, l *lead.Lead) lead.Lead {
	t.Helper()
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var stored lead.Lead
	if err := json.Unmarshal(b, &stored); err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestAListThatWasHeldUpLeavesALeadToALaterOne(t *testing.T) {
	d, l := oslo(t), asked(t)
	l.PutOn(lead.MailReminder, "half", d.person("ana"), morning.Add(2*time.Hour), d)
	due := morning.Add(4 * time.Hour)
	l.PutOn(lead.MailEscalation, "upwards", d.person("max"), due, d)
	if !l.Named(lead.MailReminder, "half", "ana", due, d) {
		t.Error("a list of another kind takes its place")
	}
	l.PutOn(lead.MailReminder, "due", d.person("ana"), due, d)
	if l.Named(lead.MailReminder, "half", "ana", due, d) || !l.Named(lead.MailReminder, "due", "ana", due, d) {
		t.Error("not the later list names it, and that alone")
	}
}
