package lead_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

// desk is a publisher in Oslo: Ana and Lou work from Monday to Friday, Max manages both.
type desk struct{ days []int }

// oslo begins its working day at eight o'clock UTC in winter.
func oslo(t testing.TB) desk {
	t.Helper()
	return desk{days: []int{2, 5, 10, 20}}
}

func (desk) person(id string) lead.Actor {
	week := [7][]lead.Hours{}
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = []lead.Hours{{From: 9 * 60, To: 17 * 60}}
	}
	where, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	return lead.Actor{Person: id, Name: strings.ToUpper(id[:1]) + id[1:], Works: lead.Calendar{Zone: where, Week: week}}
}

func (desk) Assign() lead.Owner                        { return owner() }
func (d desk) Acting(id string) lead.Actor             { return d.person(id) }
func (d desk) Manager(o lead.Owner) (lead.Actor, bool) { return d.person("max"), o.Person != "max" }
func (desk) OnDuty() []lead.Actor                      { return nil }
func (desk) ResponseTime(lead.Action) time.Duration    { return 4 * time.Hour }
func (d desk) FollowUpDays() []int                     { return d.days }

// rfc reads a time as tests write it.
func rfc(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// asked is a lead of Ana's that asked to be contacted on Monday at nine in the morning UTC, ten in Oslo; the answer is
// due at 13:00 UTC.
func asked(t testing.TB) *lead.Lead {
	t.Helper()
	l := &lead.Lead{ID: "l1", MatchKey: "email:ana@fabrikam.example.com"}
	c := ana()
	c.Phone = "+5511912345678"
	l.Take(touch("s1", 0, lead.ActionContactMe), c, morning, oslo(t))
	return l
}

// told is what an act has added to the timeline.
func told(l *lead.Lead, before int) string {
	var all []string
	for _, a := range l.Timeline[before:] {
		all = append(all, a.Text)
	}
	return strings.Join(all, " | ")
}

// state is what acts change, in one line.
func state(l *lead.Lead) string {
	s := string(l.Stage)
	if l.Suppression != nil {
		s += " suppressed " + string(l.Suppression.Reason)
	}
	if f := l.FollowUp; f != nil {
		s += fmt.Sprintf(" %s due %s", f.Kind, f.DueAt.Format("Mon 2 15:04"))
		if f.Step > 0 {
			s += fmt.Sprintf(" step %d", f.Step)
		}
		if !f.OwnerAt.IsZero() {
			s += " owner " + f.OwnerAt.Format("Mon 2 15:04")
		}
		if !f.ManagerAt.IsZero() {
			s += " manager " + f.ManagerAt.Format("Mon 2 15:04")
		}
		if f.Snoozes > 0 {
			s += fmt.Sprintf(" snoozes %d", f.Snoozes)
		}
	}
	return s
}

// What is done before the act that a case is about.
func suppressedBy(reason lead.SuppressionReason) func(testing.TB, *lead.Lead) {
	return func(t testing.TB, l *lead.Lead) {
		if err := l.Suppress(reason, "", oslo(t).person("kim"), morning.Time); err != nil {
			t.Fatal(err)
		}
	}
}

func closedAs(stage lead.Stage) func(testing.TB, *lead.Lead) {
	return func(t testing.TB, l *lead.Lead) {
		if err := l.Close(stage, lead.NoNeed, "", oslo(t).person("kim"), morning.Time); err != nil {
			t.Fatal(err)
		}
	}
}

func reached(d lead.Disposition) func(testing.TB, *lead.Lead) {
	return func(t testing.TB, l *lead.Lead) {
		if err := l.Contacted(lead.Attempt{At: morning.Time, By: oslo(t).person("ana"), Disposition: d}, morning.Time, oslo(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// toDecide has asked for contact after a do-not-contact.
func toDecide(t testing.TB, l *lead.Lead) {
	l.Take(touch("s2", time.Hour, lead.ActionDoNot), ana(), after(time.Hour), oslo(t))
	again := touch("s3", 2*time.Hour, lead.ActionContactMe)
	again.ContentKey = "other"
	l.Take(again, ana(), after(2*time.Hour), oslo(t))
	if l.FollowUp == nil || l.FollowUp.Kind != lead.FollowUpDecide {
		t.Fatalf("there is nothing to decide: %s", state(l))
	}
}

func snoozed(d time.Duration) func(testing.TB, *lead.Lead) {
	return func(t testing.TB, l *lead.Lead) {
		if err := l.Snooze(morning.Add(d), oslo(t).person("ana"), morning.Time); err != nil {
			t.Fatal(err)
		}
	}
}

func several(all ...func(testing.TB, *lead.Lead)) func(testing.TB, *lead.Lead) {
	return func(t testing.TB, l *lead.Lead) {
		for _, f := range all {
			f(t, l)
		}
	}
}

// TestEveryAct does each act by Lou at ten o'clock UTC, an hour after the lead has arrived.
func TestEveryAct(t *testing.T) {
	now := morning.Add(time.Hour)
	d := oslo(t)
	lou := d.person("lou")
	nothing := func(testing.TB, *lead.Lead) {}
	until := func(in time.Duration) func(*lead.Lead) error {
		return func(l *lead.Lead) error { return l.Snooze(now.Add(in), lou, now) }
	}
	note := func(text string) func(*lead.Lead) error {
		return func(l *lead.Lead) error { return l.Note(text, lou, now) }
	}
	end := func(stage lead.Stage, r lead.Reason, note string) func(*lead.Lead) error {
		return func(l *lead.Lead) error { return l.Close(stage, r, note, lou, now) }
	}
	suppress := func(r lead.SuppressionReason) func(*lead.Lead) error {
		return func(l *lead.Lead) error { return l.Suppress(r, "", lou, now) }
	}
	unsuppress := func(reason string) func(*lead.Lead) error {
		return func(l *lead.Lead) error { return l.Unsuppress(reason, lou, now) }
	}
	wake := func(l *lead.Lead) error { return l.Wake(lou, now) }
	qualify := func(l *lead.Lead) error { return l.Qualify(lou, now) }
	leave := func(l *lead.Lead) error { return l.Leave(lou, now) }
	give := func(to string) func(*lead.Lead) error {
		return func(l *lead.Lead) error {
			return l.Reassign(lead.Owner{Person: to, Name: d.person(to).Name, Since: lead.At(now), Why: "Lou gave it to " + d.person(to).Name + ": she knows them"}, now, d)
		}
	}
	const waits = "New respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 13:00"
	for _, c := range []struct {
		name   string
		before func(testing.TB, *lead.Lead)
		act    func(*lead.Lead) error
		err    error
		state  string
		told   string
	}{
		{"a snooze leaves the owner alone and the manager not", nothing, until(5 * time.Hour), nil,
			"New respond due Mon 23 13:00 owner Mon 23 15:00 manager Mon 23 13:00 snoozes 1", "Lou put it off until Mon 23 Nov 2026, 15:00 UTC."},
		{"a snooze of a lead without anything to do is a reminder", reached(lead.Connected), until(48 * time.Hour), nil,
			"Contacted wake due Wed 25 10:00 owner Wed 25 10:00 snoozes 1", "Lou put it off until Wed 25 Nov 2026, 10:00 UTC."},
		{"a further snooze moves that reminder", several(reached(lead.Connected), snoozed(48*time.Hour)), until(72 * time.Hour), nil,
			"Contacted wake due Thu 26 10:00 owner Thu 26 10:00 snoozes 2", "Lou put it off until Thu 26 Nov 2026, 10:00 UTC."},
		{"a snooze of thirty days is the longest", nothing, until(lead.MaxSnooze), nil,
			"New respond due Mon 23 13:00 owner Wed 23 10:00 manager Mon 23 13:00 snoozes 1", "Lou put it off until Wed 23 Dec 2026, 10:00 UTC."},
		{"no snooze is longer", nothing, until(lead.MaxSnooze + time.Second), lead.ErrSnoozeLong, waits, ""},
		{"no snooze ends now", nothing, until(0), lead.ErrSnoozePast, waits, ""},
		{"no snooze ends before", nothing, until(-time.Hour), lead.ErrSnoozePast, waits, ""},
		{"a third snooze is the last", several(snoozed(time.Hour+1*time.Minute), snoozed(2*time.Hour)), until(3 * time.Hour), nil,
			"New respond due Mon 23 13:00 owner Mon 23 13:00 manager Mon 23 13:00 snoozes 3", "Lou put it off until Mon 23 Nov 2026, 13:00 UTC."},
		{"there is no fourth", several(snoozed(time.Hour), snoozed(2*time.Hour), snoozed(3*time.Hour)), until(4 * time.Hour), lead.ErrSnoozedOut,
			"New respond due Mon 23 13:00 owner Mon 23 12:00 manager Mon 23 13:00 snoozes 3", ""},
		{"a contact in between allows three more", several(snoozed(time.Hour), snoozed(2*time.Hour), snoozed(3*time.Hour), reached(lead.NoAnswer)), until(4 * time.Hour), nil,
			"Contacted step due Wed 25 08:00 step 1 owner Mon 23 14:00 snoozes 1", "Lou put it off until Mon 23 Nov 2026, 14:00 UTC."},
		{"the same snooze again is recorded already", snoozed(2 * time.Hour), until(time.Hour), lead.ErrRecorded,
			"New respond due Mon 23 13:00 owner Mon 23 11:00 manager Mon 23 13:00 snoozes 1", ""},
		{"a closed lead is not put off", closedAs(lead.StageWon), until(time.Hour), lead.ErrClosed, "Won", ""},
		{"who must not be contacted is not put off", suppressedBy(lead.SuppressedDoNotContact), until(time.Hour), lead.ErrSuppressed, "New suppressed DoNotContact", ""},
		{"a decision is", toDecide, until(2 * time.Hour), nil,
			"New suppressed DoNotContact decide due Mon 23 15:00 owner Mon 23 12:00 manager Mon 23 15:00 snoozes 1", "Lou put it off until Mon 23 Nov 2026, 12:00 UTC."},

		{"to wake a lead ends its snooze", snoozed(5 * time.Hour), wake, nil,
			"New respond due Mon 23 13:00 owner Mon 23 10:00 manager Mon 23 13:00 snoozes 1", "Lou took it up again."},
		{"there is nothing to wake without a snooze", nothing, wake, lead.ErrRecorded, waits, ""},
		{"nor after it", snoozed(time.Hour), wake, lead.ErrRecorded, "New respond due Mon 23 13:00 owner Mon 23 10:00 manager Mon 23 13:00 snoozes 1", ""},
		{"to wake a closed lead opens it", several(reached(lead.Connected), closedAs(lead.StageLost)), wake, nil,
			"Contacted look due Mon 23 10:00 owner Mon 23 10:00", "Lou opened it again; it was Lost."},
		{"one that nobody has contacted is new again", closedAs(lead.StageDisqualified), wake, nil,
			"New look due Mon 23 10:00 owner Mon 23 10:00", "Lou opened it again; it was Disqualified."},
		{"one that must not be contacted is opened and shown to nobody", several(suppressedBy(lead.SuppressedOptedOut), closedAs(lead.StageLost)), wake, nil,
			"New suppressed OptedOut", "Lou opened it again; it was Lost."},

		{"a note changes nothing else", nothing, note(" They call back. \n"), nil, waits, "Lou noted: They call back."},
		{"a note on a closed lead", closedAs(lead.StageWon), note("Paid."), nil, "Won", "Lou noted: Paid."},
		{"a note needs words", nothing, note(" \n\t"), lead.ErrNoWords, waits, ""},

		{"a qualified lead has no follow-ups", reached(lead.NoAnswer), qualify, nil, "Qualified", "Lou qualified it."},
		{"but somebody who waits for an answer still does", nothing, qualify, nil, strings.Replace(waits, "New", "Qualified", 1), "Lou qualified it."},
		{"qualified twice is recorded already", several(reached(lead.Connected), func(t testing.TB, l *lead.Lead) { _ = qualify(l) }), qualify, lead.ErrRecorded, "Qualified", ""},
		{"a closed lead is not qualified", closedAs(lead.StageLost), qualify, lead.ErrClosed, "Lost", ""},

		{"won", nothing, end(lead.StageWon, "", ""), nil, "Won", "Lou closed it as Won."},
		{"won, with a note", nothing, end(lead.StageWon, "", "Ten seats."), nil, "Won", "Lou closed it as Won. Ten seats."},
		{"lost, for a reason", reached(lead.NoAnswer), end(lead.StageLost, lead.Competitor, ""), nil, "Lost", "Lou closed it as Lost: chose a competitor."},
		{"disqualified, with a note", nothing, end(lead.StageDisqualified, lead.NoCustomer, " A student. "), nil, "Disqualified", "Lou closed it as Disqualified: not a customer (spam, student, job seeker). A student."},
		{"lost needs a reason", nothing, end(lead.StageLost, "", "so what"), lead.ErrNoReason, waits, ""},
		{"disqualified needs one of the reasons", nothing, end(lead.StageDisqualified, "boring", ""), lead.ErrNoReason, waits, ""},
		{"lost twice is recorded already", closedAs(lead.StageLost), end(lead.StageLost, lead.NoBudget, ""), lead.ErrRecorded, "Lost", ""},
		{"one who was faster is corrected", closedAs(lead.StageLost), end(lead.StageWon, "", ""), nil, "Won", "Lou closed it as Won."},

		{"do not contact, on a person's word", nothing, suppress(lead.SuppressedDoNotContact), nil, "New suppressed DoNotContact", "Must not be contacted: Lou said so."},
		{"do not contact, on the customer's word", nothing, suppress(lead.SuppressedOptedOut), nil, "New suppressed OptedOut", "Must not be contacted: they said so to Lou."},
		{"the customer's word counts more", suppressedBy(lead.SuppressedDoNotContact), suppress(lead.SuppressedOptedOut), nil, "New suppressed OptedOut", "Must not be contacted: they said so to Lou."},
		{"and a person's never less", suppressedBy(lead.SuppressedOptedOut), suppress(lead.SuppressedDoNotContact), lead.ErrRecorded, "New suppressed OptedOut", ""},
		{"do not contact twice is recorded already", suppressedBy(lead.SuppressedDoNotContact), suppress(lead.SuppressedDoNotContact), lead.ErrRecorded, "New suppressed DoNotContact", ""},
		{"it ends a decision", toDecide, suppress(lead.SuppressedOptedOut), nil, "New suppressed OptedOut", "Must not be contacted: they said so to Lou."},
		{"a bounce is nobody's word", nothing, suppress(lead.SuppressedBounced), lead.ErrNoReason, waits, ""},
		{"nor is anything else", nothing, suppress("Boring"), lead.ErrNoReason, waits, ""},

		{"may be contacted again, and is shown to the owner", suppressedBy(lead.SuppressedDoNotContact), unsuppress("They called us."), nil,
			"New look due Mon 23 10:00 owner Mon 23 10:00", "Lou said that they may be contacted again. They called us."},
		{"who waits for a decision waits for an answer", toDecide, unsuppress("They asked."), nil,
			"New respond due Mon 23 15:00 owner Mon 23 10:00 manager Mon 23 15:00", "Lou said that they may be contacted again. They asked."},
		{"a closed lead stays closed", several(suppressedBy(lead.SuppressedDoNotContact), closedAs(lead.StageLost)), unsuppress("A mistake."), nil,
			"Lost", "Lou said that they may be contacted again. A mistake."},
		{"not without a reason", suppressedBy(lead.SuppressedDoNotContact), unsuppress(" \n"), lead.ErrNoWords, "New suppressed DoNotContact", ""},
		{"never after the customer's own word", suppressedBy(lead.SuppressedOptedOut), unsuppress("I think so."), lead.ErrOptedOut, "New suppressed OptedOut", ""},
		{"who may be contacted may be already", nothing, unsuppress("They called us."), lead.ErrRecorded, waits, ""},

		{"to leave it ends the decision", toDecide, leave, nil, "New suppressed DoNotContact", "Lou decided to leave it: they are not contacted."},
		{"there is nothing to leave without one", suppressedBy(lead.SuppressedDoNotContact), leave, lead.ErrRecorded, "New suppressed DoNotContact", ""},
		{"nor where an answer is due", nothing, leave, lead.ErrRecorded, waits, ""},

		{"another owner is told by the next list, and has the same time", nothing, give("lou"), nil,
			"New respond due Mon 23 13:00 owner Mon 23 10:00 manager Mon 23 13:00", "New owner: Lou. Lou gave it to Lou: she knows them."},
		{"without a manager none is told", nothing, give("max"), nil,
			"New respond due Mon 23 13:00 owner Mon 23 10:00", "New owner: Max. Lou gave it to Max: she knows them."},
		{"another owner's snooze is over", snoozed(5 * time.Hour), give("lou"), nil,
			"New respond due Mon 23 13:00 owner Mon 23 10:00 manager Mon 23 13:00 snoozes 1", "New owner: Lou. Lou gave it to Lou: she knows them."},
		{"a step stays the step it is", reached(lead.NoAnswer), give("lou"), nil,
			"Contacted step due Wed 25 08:00 step 1 owner Mon 23 10:00", "New owner: Lou. Lou gave it to Lou: she knows them."},
		{"a lead without anything to do is shown", reached(lead.Connected), give("lou"), nil,
			"Contacted look due Mon 23 10:00 owner Mon 23 10:00", "New owner: Lou. Lou gave it to Lou: she knows them."},
		{"a closed lead is not", closedAs(lead.StageWon), give("lou"), nil, "Won", "New owner: Lou. Lou gave it to Lou: she knows them."},
		{"nor one that must not be contacted", suppressedBy(lead.SuppressedOptedOut), give("lou"), nil, "New suppressed OptedOut", "New owner: Lou. Lou gave it to Lou: she knows them."},
		{"the owner has it already", nothing, give("ana"), lead.ErrRecorded, waits, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := asked(t)
			c.before(t, l)
			before, changed := len(l.Timeline), l.UpdatedAt
			err := c.act(l)
			if !errors.Is(err, c.err) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if got := state(l); got != c.state {
				t.Errorf("it is\n%s, want\n%s", got, c.state)
			}
			if got := told(l, before); got != c.told {
				t.Errorf("the timeline says\n%s, want\n%s", got, c.told)
			}
			if want := map[bool]lead.Time{true: changed, false: lead.At(now)}[c.err != nil]; l.UpdatedAt != want {
				t.Errorf("changed %s, want %s", l.UpdatedAt, want)
			}
			if c.err == nil && l.Timeline[before].At != lead.At(now) {
				t.Errorf("the timeline dates it %s", l.Timeline[before].At)
			}
		})
	}
}

func TestAReassignedLeadKeepsWhyItHasItsOwner(t *testing.T) {
	l := asked(t)
	to := lead.Owner{Person: "lou", Name: "Lou", Since: after(time.Hour), Why: "Max gave it to Lou: " + strings.Repeat("on and on ", 1000)}
	if err := l.Reassign(to, morning.Add(time.Hour), oslo(t)); err != nil {
		t.Fatal(err)
	}
	if l.Owner.Person != "lou" || l.Owner.Since != after(time.Hour) || !strings.HasPrefix(l.Owner.Why, "Max gave it to Lou: on and on") || len(l.Owner.Why) > 4<<10 {
		t.Errorf("the owner is %+v", l.Owner)
	}
}

// Nothing weakens the customer's own word: neither another act nor another touch nor a contact.
func TestAnOptOutIsAbsolute(t *testing.T) {
	d := oslo(t)
	lou := d.person("lou")
	now := morning.Add(3 * time.Hour)
	for name, act := range map[string]func(*lead.Lead){
		"a bounce": func(l *lead.Lead) {
			l.Contact.Phone = ""
			_ = l.Contacted(lead.Attempt{At: now, By: lou, Disposition: lead.Bounced}, now, d)
		},
		"a contact": func(l *lead.Lead) {
			_ = l.Contacted(lead.Attempt{At: now, By: lou, Disposition: lead.Connected}, now, d)
		},
		"a person's word":       func(l *lead.Lead) { _ = l.Suppress(lead.SuppressedDoNotContact, "", lou, now) },
		"a person's other word": func(l *lead.Lead) { _ = l.Unsuppress("I am sure.", lou, now) },
		"a do-not-contact":      func(l *lead.Lead) { l.Take(touch("s2", time.Hour, lead.ActionDoNot), ana(), after(time.Hour), d) },
		"a wish to be contacted": func(l *lead.Lead) {
			l.Take(touch("s3", 25*time.Hour, lead.ActionContactMe), ana(), after(25*time.Hour), d)
		},
		"being opened again": func(l *lead.Lead) {
			_ = l.Close(lead.StageLost, lead.NoNeed, "", lou, now)
			_ = l.Wake(lou, now)
		},
		"another owner": func(l *lead.Lead) { _ = l.Reassign(lead.Owner{Person: "lou", Name: "Lou", Why: "why"}, now, d) },
		"a snooze":      func(l *lead.Lead) { _ = l.Snooze(now.Add(time.Hour), lou, now) },
		"leaving it":    func(l *lead.Lead) { _ = l.Leave(lou, now) },
		"qualifying it": func(l *lead.Lead) { _ = l.Qualify(lou, now) },
	} {
		t.Run(name, func(t *testing.T) {
			l := asked(t)
			if err := l.Contacted(lead.Attempt{At: morning.Time, By: lou, Disposition: lead.OptedOut}, morning.Time, d); err != nil {
				t.Fatal(err)
			}
			since := l.Suppression.Since
			mails := len(l.Mails)
			act(l)
			if l.Suppression == nil || l.Suppression.Reason != lead.SuppressedOptedOut || l.Suppression.Since != since {
				t.Errorf("the suppression is %+v", l.Suppression)
			}
			if l.FollowUp != nil {
				t.Errorf("there is something to do: %s", state(l))
			}
			if open := l.Mails[mails:]; len(open) > 0 {
				t.Errorf("mails are planned: %+v", open)
			}
		})
	}
}

func TestAnActIsDoneOnce(t *testing.T) {
	l := asked(t)
	d := oslo(t)
	calls := 0
	optOut := func() error {
		calls++
		return l.Contacted(lead.Attempt{At: morning.Add(time.Hour), By: d.person("lou"), Disposition: lead.OptedOut}, morning.Add(time.Hour), d)
	}
	before := len(l.Timeline)
	if err := l.Once("act1", optOut); err != nil {
		t.Fatal(err)
	}
	if err := l.Once("act1", optOut); !errors.Is(err, lead.ErrRecorded) || calls != 1 {
		t.Errorf("the second time %v, done %d times", err, calls)
	}
	did := l.Did("act1")
	if len(did) != 2 || did[0].Text != l.Timeline[before].Text || did[1].Text != l.Timeline[before+1].Text {
		t.Errorf("it did %+v", did)
	}
	if got := l.Did(""); got != nil {
		t.Errorf("no act did %+v", got)
	}
	refused := errors.New("no")
	if err := l.Once("act2", func() error { return refused }); err != refused || len(l.Did("act2")) != 0 {
		t.Errorf("what was refused: %v, did %+v", err, l.Did("act2"))
	}
}

func TestAnActHasItsIDFromWhoSaidWhatOfWhichLead(t *testing.T) {
	ids := map[string]string{}
	for _, c := range [][3]string{{"ana", "l1", "do=won"}, {"lou", "l1", "do=won"}, {"ana", "l2", "do=won"}, {"ana", "l1", "do=won&seen=x"},
		{"anal", "1", "do=won"}, {"ana\x00l1", "", "do=won"}, {"ana", "l1\x00do=won", ""}} {
		id := lead.ActID(c[0], c[1], c[2])
		if other, twice := ids[id]; twice {
			t.Errorf("%q has the id of %s", c, other)
		}
		if ids[id] = fmt.Sprintf("%q", c); id != lead.ActID(c[0], c[1], c[2]) || len(id) != 16 {
			t.Errorf("%q has the id %s", c, id)
		}
	}
}

func TestWhatCameSinceSomebodyLookedIsKnown(t *testing.T) {
	l := asked(t)
	d := oslo(t)
	seen := l.Seen()
	if since := l.Since(seen); len(since) != 0 {
		t.Fatalf("at once there is %+v", since)
	}
	for range 2 { // the same words in the same millisecond
		if err := l.Note("Hello.", d.person("lou"), morning.Time); err != nil {
			t.Fatal(err)
		}
	}
	if since := l.Since(seen); len(since) != 2 || since[0].Text != "Lou noted: Hello." {
		t.Errorf("since then %+v", since)
	}
	if since := l.Since(l.Seen()); len(since) != 0 {
		t.Errorf("since now %+v", since)
	}
	for _, unknown := range []string{"", "unknown"} {
		if since := l.Since(unknown); len(since) != 0 {
			t.Errorf("since %q: %+v", unknown, since)
		}
	}
	if seen := (&lead.Lead{}).Seen(); seen != "" || len((&lead.Lead{}).Since(seen)) != 0 {
		t.Errorf("of nothing %q was seen", seen)
	}
}

func TestEveryReasonHasItsWords(t *testing.T) {
	words := map[string]bool{}
	for _, r := range lead.Reasons() {
		if w := r.Words(); w == "" || w == string(r) || words[w] {
			t.Errorf("%s is called %q", r, w)
		}
		words[r.Words()] = true
	}
	if w := lead.Reason("Later").Words(); w != "Later" {
		t.Errorf("one of a later version is called %q", w)
	}
}

func TestTheOperatorBeginsASentenceLikeAnybody(t *testing.T) {
	operator := lead.OperatorName + " (lee)"
	for want, said := range map[string]lead.Phrase{
		"The operator (lee) took it up again.":               lead.Say("woken", "by", operator),
		"Must not be contacted: the operator (lee) said so.": lead.Say("suppressed.by", "by", operator),
		"the operator asked for it":                          lead.Say("remark", "note", "the operator asked for it"),
		"von Ulm took it up again.":                          lead.Say("woken", "by", "von Ulm"),
	} {
		if got := lead.Text(said); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}

func TestWhatIsWrittenAboutASuppressionStandsBehindIt(t *testing.T) {
	l := &lead.Lead{}
	if err := l.Suppress(lead.SuppressedOptedOut, " She wrote to us. ", lead.Actor{Name: "Lou"}, morning.Time); err != nil {
		t.Fatal(err)
	}
	if told := l.Timeline[0].Text; told != "Must not be contacted: they said so to Lou. She wrote to us." {
		t.Errorf("the timeline says %q", told)
	}
}
