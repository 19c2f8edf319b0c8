package remind_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"leadflow/functions/notify"
	"leadflow/functions/remind"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/mail"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// staffed is a desk with a team.
func staffed(t *testing.T, people team.Team) *desk {
	t.Helper()
	d := open(t)
	d.remind.Team = lab.Team(people)
	return d
}

// another is remind in another process, whose clock is a second ahead.
func (d *desk) another() func() {
	r := *d.remind
	r.Store, r.Now = d.store, func() time.Time { return d.now.Add(time.Second) }
	return func() {
		d.t.Helper()
		if err := r.Run(d.t.Context(), azfunc.Timer{}); err != nil {
			d.t.Error(err)
		}
	}
}

// waiting is a lead that asked to be contacted so long before nine; the owner has four hours. Its alert was sent.
func waiting(people team.Team, id, owner string, before time.Duration) *lead.Lead {
	l, arrived := store.NewLead(id), lead.At(morning.Add(-before))
	l.Take(lead.Touch{Submission: id, ContentKey: id, Action: lead.ActionContactMe, ReceivedAt: arrived}, lead.Contact{FirstName: "Ana"}, arrived,
		people.Staff(arrived.Time, func() lead.Owner { return lead.Owner{Person: owner, Since: arrived, Decision: &lead.Decision{}} }))
	for _, m := range l.OpenMails() {
		l.Record(m.ID, "sent", arrived)
	}
	return l
}

// waits has such a lead in the store.
func (d *desk) waits(id, owner string, before time.Duration) {
	d.t.Helper()
	people, _ := d.remind.Team.Team(d.t.Context())
	d.changes(id, func(l *lead.Lead) { *l = *waiting(people, id, owner, before) })
}

// lists counts the lists that a lead was put on, by their kind.
func (d *desk) lists(id string) map[lead.MailKind]int {
	d.t.Helper()
	n := map[lead.MailKind]int{}
	for _, m := range d.lead(id).Mails {
		if m.Kind.IsList() {
			n[m.Kind]++
		}
	}
	return n
}

// made fails the test unless word was sent of so many lists.
func (d *desk) made(lists int) {
	d.t.Helper()
	_, mails := d.queued()
	if len(mails) != lists {
		d.t.Errorf("word was sent of %v, want %d lists", mails, lists)
	}
}

// listStore is a store in which something happens to the lists on their way.
type listStore struct {
	*store.Store
	found    func()                  // after it was asked what is due
	changing func(*lead.Series)      // before a series is written
	fails    func(step string) error // instead of a write
}

func (s listStore) Due(ctx context.Context, now time.Time) ([]store.Waiting, error) {
	due, err := s.Store.Due(ctx, now)
	if s.found != nil {
		s.found()
	}
	return due, err
}

func (s listStore) UpdateSeries(ctx context.Context, kind lead.MailKind, person string, change func(*lead.Series) error) error {
	return s.Store.UpdateSeries(ctx, kind, person, func(series *lead.Series) error {
		open := series.Open != ""
		err := change(series)
		if err == nil && s.changing != nil {
			s.changing(series)
		}
		if err == nil && open && s.fails != nil {
			return s.fails("end")
		}
		return err
	})
}

func (s listStore) CreateMail(ctx context.Context, m *store.Mail) error {
	if s.fails != nil {
		if err := s.fails("create"); err != nil {
			return err
		}
	}
	return s.Store.CreateMail(ctx, m)
}

func (s listStore) UpdateFrom(ctx context.Context, l *lead.Lead, v store.Version, change func(*lead.Lead) error) (*lead.Lead, error) {
	if s.fails != nil {
		if err := s.fails("mark " + l.ID); err != nil {
			return nil, err
		}
	}
	return s.Store.UpdateFrom(ctx, l, v, change)
}

// since are how long before nine a lead arrives of whose half time or breach its owner is told at nine.
var since = map[string]time.Duration{"half time": 2 * time.Hour, "breach": 4 * time.Hour}

func TestOfTwoRunsThatMeetOneMakesTheList(t *testing.T) {
	for _, meet := range []string{"when both know what is due", "when both begin the list"} {
		for why, before := range since {
			t.Run(meet+", at "+why, func(t *testing.T) {
				d := staffed(t, five())
				d.waits("l1", "rep0", before)
				met, other := false, d.another()
				meets := func() {
					if !met {
						met = true
						other()
					}
				}
				s := listStore{Store: d.store}
				if meet == "when both know what is due" {
					s.found = meets
				} else {
					s.changing = func(*lead.Series) { meets() }
				}
				d.remind.Store = s
				d.runs()
				d.remind.Store = d.store
				d.runs()
				d.now = morning.Add(5 * time.Minute)
				d.runs()
				if n := d.lists("l1"); n[lead.MailReminder] != 1 {
					t.Errorf("it is on %v", n)
				}
				d.made(map[string]int{"half time": 1, "breach": 2}[why]) // and an escalation
			})
		}
	}
}

func TestAListThatACrashLeftOutIsMadeUpForOnce(t *testing.T) {
	for _, step := range []string{"create", "mark l1", "mark l2", "end"} {
		for why, before := range since {
			t.Run("at "+step+", at "+why, func(t *testing.T) {
				d := staffed(t, five())
				d.waits("l1", "rep0", before)
				d.waits("l2", "rep0", before+time.Minute)
				d.remind.Store = listStore{Store: d.store, fails: func(s string) error {
					if s == step {
						return errors.New("away")
					}
					return nil
				}}
				d.fails()
				d.remind.Store = d.store
				for n := range 4 {
					d.now = morning.Add(time.Duration(n+1) * 5 * time.Minute)
					d.runs()
				}
				for _, id := range []string{"l1", "l2"} {
					if n := d.lists(id); n[lead.MailReminder] != 1 {
						t.Errorf("%s is on %v", id, n)
					}
				}
				d.made(map[string]int{"half time": 1, "breach": 2}[why])
			})
		}
	}
}

func TestEachOfVeryManyLeadsIsNamedAndNoListComesForever(t *testing.T) {
	people := five()
	d := staffed(t, people)
	const many = 510
	d.Fill("leads", func(yield func(string, []byte) bool) {
		for n := range many {
			x := waiting(people, fmt.Sprintf("l%d", n), "rep0", 4*time.Hour+time.Duration(n)*time.Second)
			document, err := json.Marshal(x)
			if err != nil {
				t.Error(err)
			}
			if !yield(x.ID, document) {
				return
			}
		}
	})
	for n := range 4 {
		d.now = morning.Add(time.Duration(n) * 5 * time.Minute)
		d.runs()
	}
	reminders, told := map[string]bool{}, 0
	err := d.store.Leads(t.Context(), time.Time{}, func(l lead.Lead) error {
		if l.FollowUp.Told {
			told++
		}
		for _, m := range l.Mails {
			if m.Kind == lead.MailReminder {
				reminders[m.ID] = true
			}
		}
		return nil
	})
	if err != nil || told != many || len(reminders) != 2 {
		t.Errorf("%d of %d were told of, on %d lists; %v", told, many, len(reminders), err)
	}
}

func TestWhatOperationsHoldIsTheirsWhileEverybodyIsAway(t *testing.T) {
	people := five()
	people.Groups = nil
	people.People = append(people.People[:1:1], people.People[len(people.People)-1]) // rep0 and operations
	people.People[0].Calendar.Away = []lead.Stretch{{From: morning.AddDate(0, 0, -7), To: morning.AddDate(0, 0, 7)}}
	d := staffed(t, people)
	d.asks("l1", -3*time.Hour)
	d.changes("l1", func(l *lead.Lead) { l.Record("alert-l1", "sent", lead.At(morning)) })
	for range 3 {
		d.runs()
		d.now = d.now.Add(5 * time.Minute)
	}
	if l := d.lead("l1"); l.Owner.Person != lead.Operations || l.Owner.Decision == nil || d.lists("l1")[lead.MailReminder] != 1 {
		t.Errorf("owner %+v, lists %v", l.Owner, d.lists("l1"))
	}
}

func TestAManagerWhoComesLaterIsToldToo(t *testing.T) {
	people := five()
	people.Groups[0].Manager = "rep0" // who has no manager then
	d := staffed(t, people)
	d.waits("l1", "rep0", 5*time.Hour)
	d.runs()
	if n := d.lists("l1"); n[lead.MailEscalation] != 0 || n[lead.MailReminder] != 1 {
		t.Fatalf("at first it is on %v", n)
	}
	d.remind.Team = lab.Team(five())
	for range 3 {
		d.now = d.now.Add(5 * time.Minute)
		d.runs()
	}
	if n := d.lists("l1"); n[lead.MailEscalation] != 1 || n[lead.MailReminder] != 1 {
		t.Errorf("then it is on %v", n)
	}
}

func TestALeadThatWaitsForSomebodyIsGivenToWhoeverIsBackEarlier(t *testing.T) {
	people := five()
	for i := range people.People[:6] {
		people.People[i].Calendar.Away = []lead.Stretch{{From: morning.Add(-time.Hour), To: morning.AddDate(0, 0, 21)}}
	}
	people.People[5].Calendar.Away[0].To = morning.AddDate(0, 0, 2) // the boss
	d := staffed(t, people)
	d.waits("l1", "rep0", 5*time.Hour)
	for d.now.Before(morning.AddDate(0, 0, 2)) {
		d.runs()
		if d.lists("l1")[lead.MailReminder] != 0 {
			t.Fatal("somebody who is away was reminded")
		}
		d.now = d.now.Add(time.Hour)
	}
	d.now = d.now.Add(time.Hour)
	d.runs()
	if n := d.lists("l1"); n[lead.MailReminder] != 1 {
		t.Errorf("it is on %v, though the boss is back", n)
	}
}

// Two reminds and two notifies work on the same leads at once while their owners act, and messages are delivered twice.
func TestWhateverRunsAtOnceEachLeadIsToldOfByOneList(t *testing.T) {
	people := five()
	d := staffed(t, people)
	var now atomic.Pointer[time.Time]
	begin := morning
	now.Store(&begin)
	clock := func() time.Time { return *now.Load() }
	const many = 10
	id := func(n int) string { return fmt.Sprintf("l%d", n) }
	for n := range many {
		d.waits(id(n), fmt.Sprintf("rep%d", n%5), time.Duration(n)*20*time.Minute)
	}
	log := slog.New(slog.DiscardHandler)
	transport, err := mail.New(&url.URL{Scheme: "smtp", Host: d.SMTP.Address}, nil, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	writer := notify.NewWriter(mail.Address{Address: "leadflow@contoso.example.com"}, "https://leadflow.contoso.example.com", [][]byte{bytes.Repeat([]byte("l"), 32)})
	var reminds []*remind.Remind
	var notifies []*notify.Notify
	for n := range 2 {
		r := d.process(func() time.Time { return clock().Add(time.Duration(n) * time.Second) })
		r.Team = lab.Team(people)
		reminds = append(reminds, r)
		notifies = append(notifies, &notify.Notify{Store: d.store, Queue: d.queue, Sender: transport, Team: lab.Team(people), Writer: writer, Now: clock, Log: log})
	}
	heard := 0
	for tick := range 4 * 6 {
		next := morning.Add(time.Duration(tick) * 15 * time.Minute)
		now.Store(&next)
		var at sync.WaitGroup
		for _, r := range reminds {
			at.Go(func() {
				if err := r.Run(t.Context(), azfunc.Timer{}); err != nil {
					t.Error(err)
				}
			})
		}
		words := d.Messages("mails")
		words, heard = words[heard:], len(words)
		for _, n := range notifies {
			at.Go(func() {
				for _, w := range words {
					n.Run(t.Context(), w.Message)
				}
			})
		}
		at.Go(func() {
			_, err := d.store.Update(t.Context(), id(tick%many), func(l *lead.Lead) error {
				person, _ := people.Person(l.Owner.Person)
				if tick%4 != 0 {
					return l.Note("I looked.", person.Actor(), next)
				}
				return l.Contacted(lead.Attempt{At: next, By: person.Actor(), Disposition: lead.Connected}, next, people.Staff(next, nil))
			})
			if err != nil {
				t.Error(err)
			}
		})
		at.Wait()
	}
	for _, w := range d.Messages("mails") {
		notifies[0].Run(t.Context(), w.Message)
	}
	for n := range many {
		l, made := d.lead(id(n)), map[string]time.Time{}
		for _, m := range l.Mails {
			if m.RecordedAt.IsZero() {
				t.Errorf("%s does not know what became of %s", l.ID, m.ID)
			}
			at := m.PlannedAt.Truncate(15 * time.Minute)
			if m.Kind.IsList() && made[string(m.Kind)].Equal(at) {
				t.Errorf("%s is on two lists at once: %s", l.ID, m.ID)
			}
			made[string(m.Kind)] = at
		}
		if l.FollowUp != nil && !l.FollowUp.Told {
			t.Errorf("nobody was told that %s is due", l.ID)
		}
	}
	sent := map[string]bool{}
	for _, m := range d.Mails() {
		if sent[m.MessageID] {
			t.Errorf("%s was sent twice", m.MessageID)
		}
		sent[m.MessageID] = true
	}
}

// What is due still is told of daily, and is no new breach.
func TestWhatIsDueStillKeepsToTheBounds(t *testing.T) {
	d := staffed(t, five())
	d.waits("l1", "rep0", 4*time.Hour) // is told of at nine, and on the next day at midnight
	d.runs()
	d.waits("l2", "rep0", -12*time.Hour-30*time.Minute) // has its half time at 23:30
	d.now = morning.Add(14*time.Hour + 30*time.Minute)
	d.runs()
	if n := d.lists("l2"); n[lead.MailReminder] != 1 {
		t.Fatalf("at half time it is on %v", n)
	}
	before := d.lists("l1")[lead.MailReminder]
	d.now = morning.Add(15 * time.Hour)
	d.runs()
	if n := d.lists("l1")[lead.MailReminder]; n != before {
		t.Error("another list came half an hour after the last one")
	}
	d.now = morning.Add(16*time.Hour + 30*time.Minute)
	d.runs()
	if n := d.lists("l1")[lead.MailReminder]; n != before+1 {
		t.Errorf("two hours after the last one it is on %d lists more", n-before)
	}
}

func TestALeadOfSomebodyWhoLeftGetsAnOwnerWhoIsReminded(t *testing.T) {
	for _, c := range []struct {
		name  string
		since time.Duration // how long before nine the owner got it
		owner string
		told  string
	}{
		{"at once", 3 * time.Hour, "rep0", "rep0"},
		{"but not for ten minutes, because the team may be the older one", 5 * time.Minute, "gone", lead.Operations},
	} {
		t.Run(c.name, func(t *testing.T) {
			people := five()
			people.Groups[0].People = []string{"rep0"}
			d := staffed(t, people)
			d.waits("l1", "rep1", 3*time.Hour)
			d.changes("l1", func(l *lead.Lead) {
				l.Owner = lead.Owner{Person: "gone", Since: lead.At(morning.Add(-c.since)), Decision: &lead.Decision{}}
			})
			for range 2 {
				d.runs()
			}
			l := d.lead("l1")
			last := l.Mails[len(l.Mails)-1]
			if l.Owner.Person != c.owner || last.Kind != lead.MailReminder || last.To != c.told {
				t.Errorf("owner %s, mail %+v", l.Owner.Person, last)
			}
		})
	}
}
