package lead_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

// TestEveryContact records contacts by Lou. The lead arrived on Monday at 09:00 UTC and is due at 13:00; the clocks of
// Oslo are an hour ahead.
func TestEveryContact(t *testing.T) {
	d := oslo(t)
	nothing := func(testing.TB, *lead.Lead) {}
	noPhone := func(_ testing.TB, l *lead.Lead) { l.Contact.Phone = "" }
	archived := func(_ testing.TB, l *lead.Lead) {
		l.Archived, l.CreatedAt = &lead.Archived{}, lead.At(l.CreatedAt.Add(-24*time.Hour))
	}
	const waits = "New respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 13:00"
	const step1 = "Contacted step due Wed 25 08:00 step 1 owner Wed 25 08:00"
	for _, c := range []struct {
		name     string
		before   func(testing.TB, *lead.Lead)
		at       time.Duration // after the arrival
		recorded time.Duration
		is       lead.Disposition
		note     string
		err      error
		state    string
		told     string
		breached bool
	}{
		{"who answered needs no follow-up", nothing, time.Hour, time.Hour, lead.Connected, "", nil,
			"Contacted", "Lou contacted them: they answered. That was in time.", false},
		{"a message begins the cadence", nothing, time.Hour, time.Hour, lead.LeftMessage, "", nil,
			step1, "Lou contacted them: a message was left. That was in time.", false},
		{"no answer begins the cadence", nothing, time.Hour, time.Hour, lead.NoAnswer, " Tried twice. ", nil,
			step1, "Lou contacted them: no answer. That was in time. Note: Tried twice.", false},
		{"a mail that came back answers nothing where there is a phone", nothing, time.Hour, time.Hour, lead.Bounced, "", nil,
			"New respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 13:00", "Lou contacted them: the mail came back. The answer is still due.", false},
		{"and else ends every contact", noPhone, time.Hour, time.Hour, lead.Bounced, "", nil,
			"New suppressed Bounced", "Lou contacted them: the mail came back. | Must not be contacted: the mail came back and there is no phone.", false},
		{"who wants no contact gets none", nothing, time.Hour, time.Hour, lead.OptedOut, "Quite angry.", nil,
			"Contacted suppressed OptedOut", "Lou contacted them: they want no contact. That was in time. Note: Quite angry. | Must not be contacted: they said so.", false},
		{"exactly when it is due it is in time", nothing, 4 * time.Hour, 4 * time.Hour, lead.Connected, "", nil,
			"Contacted", "Lou contacted them: they answered. That was in time.", false},
		{"later it is not", nothing, 4*time.Hour + time.Minute, 4*time.Hour + time.Minute, lead.Connected, "", nil,
			"Contacted", "Lou contacted them: they answered. That was too late: the answer was due Mon 23 Nov 2026, 13:00 UTC.", true},
		{"recorded late with its true time it is no breach", nothing, time.Hour, 26 * time.Hour, lead.Connected, "", nil,
			"Contacted", "Lou contacted them: they answered. That was in time. Recorded Tue 24 Nov 2026, 11:00 UTC.", false},
		{"the cadence counts from the contact and not from the record", nothing, time.Hour, 26 * time.Hour, lead.NoAnswer, "", nil,
			step1, "Lou contacted them: no answer. That was in time. Recorded Tue 24 Nov 2026, 11:00 UTC.", false},
		{"a clock that is two minutes ahead is believed", nothing, time.Hour + 2*time.Minute, time.Hour, lead.Connected, "", nil,
			"Contacted", "Lou contacted them: they answered. That was in time.", false},
		{"what is to come is not", nothing, time.Hour + 2*time.Minute + time.Second, time.Hour, lead.Connected, "", lead.ErrInFuture, waits, "", false},
		{"nobody was contacted before the lead arrived", nothing, -3 * time.Minute, time.Hour, lead.Connected, "", lead.ErrBeforeArrival, waits, "", false},
		{"a clock that is two minutes behind is believed", nothing, -2 * time.Minute, time.Hour, lead.Connected, "", nil,
			"Contacted", "Lou contacted them: they answered. That was in time. Recorded Mon 23 Nov 2026, 10:00 UTC.", false},
		{"not even before one that has an archive", archived, -25 * time.Hour, time.Hour, lead.Connected, "", lead.ErrBeforeArrival, waits, "", false},
		{"something must have come of it", nothing, time.Hour, time.Hour, "", "", lead.ErrNoDisposition, waits, "", false},
		{"that is one of the dispositions", nothing, time.Hour, time.Hour, "Married", "", lead.ErrNoDisposition, waits, "", false},

		{"a contact of a closed lead opens nothing", closedAs(lead.StageWon), time.Hour, time.Hour, lead.NoAnswer, "", nil,
			"Won", "Lou contacted them: no answer.", false},
		{"nor one of somebody who must not be contacted", suppressedBy(lead.SuppressedDoNotContact), time.Hour, time.Hour, lead.NoAnswer, "", nil,
			"Contacted suppressed DoNotContact", "Lou contacted them: no answer.", false},
		{"the customer's word counts more than a person's", suppressedBy(lead.SuppressedDoNotContact), time.Hour, time.Hour, lead.OptedOut, "", nil,
			"Contacted suppressed OptedOut", "Lou contacted them: they want no contact. | Must not be contacted: they said so.", false},
		{"a bounce counts less", several(noPhone, suppressedBy(lead.SuppressedDoNotContact)), time.Hour, time.Hour, lead.Bounced, "", nil,
			"New suppressed DoNotContact", "Lou contacted them: the mail came back. | Must not be contacted: the mail came back and there is no phone.", false},
		{"a contact decides", toDecide, 3 * time.Hour, 3 * time.Hour, lead.Connected, "", nil,
			"Contacted suppressed DoNotContact", "Lou contacted them: they answered. That was in time.", false},
		{"one without an answer decides too, and begins no cadence", toDecide, 3 * time.Hour, 3 * time.Hour, lead.NoAnswer, "", nil,
			"Contacted suppressed DoNotContact", "Lou contacted them: no answer. That was in time.", false},
		{"a lead that has an archive may be older than its touches", archived, -time.Hour, time.Hour, lead.NoAnswer, "", nil,
			"Contacted respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 13:00",
			"Lou contacted them: no answer. That was before they asked. The answer is still due. Recorded Mon 23 Nov 2026, 10:00 UTC.", false},
		{"a qualified lead that has a new owner needs no cadence", func(t testing.TB, l *lead.Lead) {
			_ = l.Qualify(d.person("ana"), morning.Time)
			reached(lead.Connected)(t, l)
			_ = l.Reassign(lead.Owner{Person: "lou"}, morning.Time, d)
		}, time.Hour, time.Hour, lead.NoAnswer, "", nil, "Qualified", "Lou contacted them: no answer.", false},
		{"but not one from before they asked", toDecide, time.Hour, 3 * time.Hour, lead.Connected, "", nil,
			"Contacted suppressed DoNotContact decide due Mon 23 15:00 owner Mon 23 13:00 manager Mon 23 15:00",
			"Lou contacted them: they answered. That was before they asked. The answer is still due. Recorded Mon 23 Nov 2026, 12:00 UTC.", false},
		{"unless they want no contact", toDecide, time.Hour, 3 * time.Hour, lead.OptedOut, "", nil,
			"Contacted suppressed OptedOut", "Lou contacted them: they want no contact. Recorded Mon 23 Nov 2026, 12:00 UTC. | Must not be contacted: they said so.", false},
		{"a qualified lead stays qualified", func(t testing.TB, l *lead.Lead) { _ = l.Qualify(d.person("ana"), morning.Time) }, time.Hour, time.Hour, lead.Connected, "", nil,
			"Qualified", "Lou contacted them: they answered. That was in time.", false},
		{"whoever wanted to be reminded has been", several(reached(lead.Connected), snoozed(time.Hour)), 2 * time.Hour, 2 * time.Hour, lead.NoAnswer, "", nil,
			"Contacted", "Lou contacted them: no answer.", false},
		{"a contact ends a snooze", snoozed(2 * time.Hour), time.Hour, time.Hour, lead.NoAnswer, "", nil,
			step1, "Lou contacted them: no answer. That was in time.", false},
		{"a contact within the cadence and before its day changes nothing", reached(lead.NoAnswer), time.Hour, time.Hour, lead.NoAnswer, "", nil,
			step1, "Lou contacted them: no answer.", false},
		{"but who answered ends it", reached(lead.NoAnswer), time.Hour, time.Hour, lead.Connected, "", nil,
			"Contacted", "Lou contacted them: they answered.", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := asked(t)
			c.before(t, l)
			before, last := len(l.Timeline), l.Response
			now := morning.Add(c.recorded)
			err := l.Contacted(lead.Attempt{At: morning.Add(c.at), By: d.person("lou"), Disposition: c.is, Note: c.note}, now, d)
			if !errors.Is(err, c.err) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if got := state(l); got != c.state {
				t.Errorf("it is\n%s, want\n%s", got, c.state)
			}
			if got := told(l, before); got != c.told {
				t.Errorf("the timeline says\n%s, want\n%s", got, c.told)
			}
			if c.err != nil || c.is == lead.Bounced {
				if l.Response != last {
					t.Errorf("the response is %+v", l.Response)
				}
				return
			}
			r := l.Response
			if r.ContactedAt != after(c.at) || r.RecordedAt != after(c.recorded) || r.By != "lou" || r.Disposition != c.is || r.Breached() != c.breached {
				t.Errorf("the response is %+v, breached %t", r, r.Breached())
			}
			if l.Timeline[before].At != after(c.at) || l.UpdatedAt != after(c.recorded) {
				t.Errorf("the timeline dates it %s, the lead %s", l.Timeline[before].At, l.UpdatedAt)
			}
		})
	}
}

func TestTheSameContactIsRecordedOnce(t *testing.T) {
	d := oslo(t)
	l := asked(t)
	a := lead.Attempt{At: morning.Add(time.Hour), By: d.person("lou"), Disposition: lead.NoAnswer}
	other := a
	other.By = d.person("ana")
	for _, c := range []struct {
		a    lead.Attempt
		want error
	}{{a, nil}, {a, lead.ErrRecorded}, {other, nil}, {other, lead.ErrRecorded}} {
		if err := l.Contacted(c.a, morning.Add(2*time.Hour), d); !errors.Is(err, c.want) {
			t.Errorf("by %s: %v, want %v", c.a.By.Name, err, c.want)
		}
	}
}

func TestAnEarlierContactThatIsRecordedLaterIsNotTheLastOne(t *testing.T) {
	d := oslo(t)
	l := asked(t)
	for _, at := range []time.Duration{3 * time.Hour, time.Hour} {
		if err := l.Contacted(lead.Attempt{At: morning.Add(at), By: d.person("lou"), Disposition: lead.NoAnswer}, morning.Add(5*time.Hour), d); err != nil {
			t.Fatal(err)
		}
	}
	if l.Response.ContactedAt != after(3*time.Hour) {
		t.Errorf("the last contact is that of %s", l.Response.ContactedAt)
	}
}

// The days of Oslo: 23 November 2026 is a Monday, and nobody works on a Saturday.
func TestTheCadenceHasItsStepsAndThenAsksToCloseTheLead(t *testing.T) {
	d := oslo(t)
	l := asked(t)
	contact := func(at time.Time) {
		t.Helper()
		if err := l.Contacted(lead.Attempt{At: at, By: d.person("ana"), Disposition: lead.NoAnswer}, at, d); err != nil {
			t.Fatal(err)
		}
	}
	contact(morning.Time)
	for _, want := range []string{
		"Contacted step due Wed 25 08:00 step 1 owner Wed 25 08:00", // two working days after Monday 23 November
		"Contacted step due Mon 30 08:00 step 2 owner Mon 30 08:00", // five
		"Contacted step due Mon 7 08:00 step 3 owner Mon 7 08:00",   // ten
		"Contacted step due Mon 21 08:00 step 4 owner Mon 21 08:00", // twenty
		"Contacted close due Tue 22 08:00 owner Tue 22 08:00",       // and the day after
		"Contacted close due Tue 29 08:00 owner Tue 29 08:00",       // and every five working days
		"Contacted close due Tue 5 08:00 owner Tue 5 08:00",
	} {
		if got := state(l); got != want {
			t.Fatalf("it is\n%s, want\n%s", got, want)
		}
		contact(l.FollowUp.DueAt.Add(2 * time.Hour))
	}
	if err := l.Contacted(lead.Attempt{At: l.FollowUp.DueAt.Time, By: d.person("ana"), Disposition: lead.Connected}, l.FollowUp.DueAt.Time, d); err != nil || l.FollowUp != nil {
		t.Errorf("after an answer it is %s, %v", state(l), err)
	}
}

// Whoever does nothing is reminded of each step once, and then every five working days.
func TestTheCadenceGoesOnByItself(t *testing.T) {
	d := oslo(t)
	l := asked(t)
	reached(lead.NoAnswer)(t, l)
	for n, want := range []string{
		"Contacted step due Wed 25 08:00 step 1 owner Mon 30 08:00",
		"Contacted step due Mon 30 08:00 step 2 owner Mon 7 08:00",
		"Contacted step due Mon 7 08:00 step 3 owner Mon 21 08:00",
		"Contacted step due Mon 21 08:00 step 4 owner Tue 22 08:00",
		"Contacted close due Tue 22 08:00 owner Tue 29 08:00",
		"Contacted close due Tue 22 08:00 owner Tue 5 08:00",
	} {
		at := l.FollowUp.OwnerAt.Time
		if !l.PutOn(lead.MailReminder, "reminder-ana-"+lead.At(at).String(), d.person("ana"), at, d) {
			t.Fatalf("reminder %d is not made: %s", n+1, state(l))
		}
		if got := state(l); got != want {
			t.Fatalf("after reminder %d it is\n%s, want\n%s", n+1, got, want)
		}
	}
}

func TestAStepThatIsPutOffIsRemindedOfAgain(t *testing.T) {
	d := oslo(t)
	l := asked(t)
	reached(lead.NoAnswer)(t, l)
	due := l.FollowUp.DueAt.Time
	l.PutOn(lead.MailReminder, "reminder-ana-1", d.person("ana"), due, d)
	until := due.Add(3 * time.Hour)
	if err := l.Snooze(until, d.person("ana"), due.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if l.PutOn(lead.MailReminder, "reminder-ana-2", d.person("ana"), due.Add(2*time.Hour), d) {
		t.Error("it is reminded of while it is put off")
	}
	if !l.PutOn(lead.MailReminder, "reminder-ana-3", d.person("ana"), until, d) || l.FollowUp.Step != 1 || l.Mail("reminder-ana-3") == nil {
		t.Errorf("when the time has come it is %s", state(l))
	}
}

func TestWithoutACadenceThereIsNothingToDoAfterAContact(t *testing.T) {
	l := asked(t)
	if err := l.Contacted(lead.Attempt{At: morning.Time, By: desk{}.person("ana"), Disposition: lead.NoAnswer}, morning.Time, desk{}); err != nil || l.FollowUp != nil {
		t.Errorf("it is %s, %v", state(l), err)
	}
}

func TestALongNoteOfAContactIsShortened(t *testing.T) {
	l := asked(t)
	err := l.Contacted(lead.Attempt{At: morning.Time, By: oslo(t).person("ana"), Disposition: lead.Connected, Note: strings.Repeat("가", 5000)}, morning.Time, oslo(t))
	if err != nil {
		t.Fatal(err)
	}
	if text := l.Timeline[len(l.Timeline)-1].Text; len(text) > 5<<10 || !strings.HasSuffix(text, "가…") {
		t.Errorf("the timeline has %d bytes", len(text))
	}
}

func TestEveryDispositionHasItsWords(t *testing.T) {
	for _, d := range lead.Dispositions() {
		if w := d.Words(); w == "" || w == string(d) {
			t.Errorf("%s is called %q", d, w)
		}
	}
	if w := lead.Disposition("Later").Words(); w != "Later" {
		t.Errorf("one of a later version is called %q", w)
	}
}

func TestAContactCountsForEveryStepThatHasComeByThen(t *testing.T) {
	d, l := oslo(t), asked(t)
	reached(lead.NoAnswer)(t, l) // on Monday the 23rd: the steps are on Wednesday, next Monday, the 7th and the 21st
	if err := l.Snooze(morning.AddDate(0, 0, 10), d.person("ana"), morning.Time); err != nil {
		t.Fatal(err)
	}
	now := morning.AddDate(0, 0, 8) // Tuesday the 1st, a day after the second step
	if err := l.Contacted(lead.Attempt{At: now, By: d.person("ana"), Disposition: lead.LeftMessage}, now, d); err != nil {
		t.Fatal(err)
	}
	if got := state(l); got != "Contacted step due Mon 7 08:00 step 3 owner Mon 7 08:00" {
		t.Errorf("it is %s, though they were contacted just now", got)
	}
}

func TestALeadThatIsLookedAtWithoutReachingThemGoesOn(t *testing.T) {
	d := oslo(t)
	for _, c := range []struct {
		is   lead.Disposition
		want string
	}{
		{lead.NoAnswer, "Contacted step due Wed 25 08:00 step 1 owner Wed 25 08:00"},
		{lead.LeftMessage, "Contacted step due Wed 25 08:00 step 1 owner Wed 25 08:00"},
		{lead.Bounced, "New look due Mon 23 09:00 owner Mon 23 09:00"},
		{lead.Connected, "Contacted"},
	} {
		t.Run(string(c.is), func(t *testing.T) {
			l := asked(t)
			suppressedBy(lead.SuppressedDoNotContact)(t, l)
			if err := l.Unsuppress("A mistake.", d.person("max"), morning.Time); err != nil {
				t.Fatal(err)
			}
			if err := l.Contacted(lead.Attempt{At: morning.Add(time.Hour), By: d.person("ana"), Disposition: c.is}, morning.Add(time.Hour), d); err != nil {
				t.Fatal(err)
			}
			if got := state(l); got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
		})
	}
}
