package functions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/local/inbox"
	"leadflow/shared/team"
)

// Two teams of three and two people on three continents, each with a manager.
const worldwide = `
people:
  - {id: mina, name: Mina, mail: mina@contoso.example.com, zone: Asia/Seoul}
  - {id: jonas, name: Jonas, mail: jonas@contoso.example.com, zone: Europe/Berlin, hours: {mon-thu: ["08:00-12:00", "13:00-18:00"]}}
  - {id: petra, name: Petra, mail: petra@contoso.example.com, zone: Europe/Prague}
  - {id: joe, name: Joe, mail: joe@contoso.example.com, zone: America/New_York}
  - {id: ana, name: Ana, mail: ana@contoso.example.com, zone: America/Sao_Paulo, hours: {mon-sun: "00:00-24:00"}}
  - {id: sofia, name: Sofia, mail: sofia@contoso.example.com, zone: Europe/Rome, hours: {mon-sun: "00:00-24:00"}}
  - {id: li, name: Li, mail: li@contoso.example.com, zone: Asia/Shanghai}
teams:
  - {id: east, people: [mina, jonas, petra], manager: sofia}
  - {id: west, people: [joe, ana], manager: li}
rules:
  - {country: [US, BR], team: west}
  - {team: east}
`

func TestAWeekOfSilenceStaysWithinTheBoundsAndEachListNamesEveryLeadThatWaits(t *testing.T) {
	for _, c := range []struct {
		name string
		// every is how long after one lead the next arrives.
		every time.Duration
	}{
		{"all at once", 0},
		{"one every half hour", tick / 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "team.yaml"), []byte(worldwide), 0o600); err != nil {
				t.Fatal(err)
			}
			s := begin(t, folder)
			monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
			s.goOn(monday)
			s.apply("team.yaml")
			people, _ := team.Parse([]byte(worldwide))
			w := &watcher{story: s, people: people.WithOperations("operations@contoso.example.com"), sent: map[string][]time.Time{}}
			for n := range 60 {
				country := []string{"KR", "US", "DE", "BR"}[n%4]
				s.post("contoso.analytics", fmt.Sprintf(`{"userDetails":{"firstName":"A","lastName":"B","email":"a%d@fabrikam.example.com","country":%q,"company":"Company %02d"},`+
					`"leadSource":"AppSource-PLT|contoso.analytics","actionCode":"PLT","offerTitle":"Contoso Analytics"}`, n, country, n))
				if c.every > 0 {
					s.goOn(s.clock().Add(c.every))
				}
				w.look()
			}
			for s.clock().Before(monday.AddDate(0, 0, 7)) {
				s.goOn(s.clock().Add(tick))
				w.look()
			}
			if w.lists < 5*5 {
				t.Errorf("%d lists in a week of silence are too few", w.lists)
			}
			t.Logf("%d lists in a week of silence", w.lists)
		})
	}
}

// watcher checks every list that arrives.
type watcher struct {
	*story
	people team.Team
	seen   int
	lists  int
	// sent has when each receiver got lists of a kind.
	sent map[string][]time.Time
}

var company = regexp.MustCompile(`Company \d\d`)

// look checks the lists that arrived since it looked last.
func (w *watcher) look() {
	w.t.Helper()
	mails := w.Mails() // the newest first
	fresh := mails[:len(mails)-w.seen]
	w.seen = len(mails)
	var leads []lead.Lead
	for _, m := range slices.Backward(fresh) {
		kind, _, _ := strings.Cut(m.MessageID, "-")
		if kind != string(lead.MailReminder) && kind != string(lead.MailEscalation) {
			continue
		}
		if leads == nil {
			if err := w.store.Leads(w.t.Context(), time.Time{}, func(l lead.Lead) error { leads = append(leads, l); return nil }); err != nil {
				w.t.Fatal(err)
			}
		}
		w.lists++
		id, _, _ := strings.Cut(m.Recipients[0], "@")
		person, _ := w.people.Person(id)
		w.names(m, lead.MailKind(kind), person, leads)
		w.bounds(lead.MailKind(kind), person, leads)
		w.sent[kind+id] = append(w.sent[kind+id], w.clock())
	}
}

// names checks that a list names the leads that wait for its receiver and no others.
func (w *watcher) names(m inbox.Message, kind lead.MailKind, to team.Person, leads []lead.Lead) {
	w.t.Helper()
	var want []string
	for _, l := range leads {
		manager, _ := w.people.ManagerOf(l.Owner.Person)
		waits := kind == lead.MailReminder && l.Owner.Person == to.ID && !l.FollowUp.HalfAt.After(w.clock()) ||
			kind == lead.MailEscalation && manager.ID == to.ID && !l.FollowUp.DueAt.After(w.clock())
		if waits {
			want = append(want, l.Contact.Company)
		}
	}
	got := company.FindAllString(m.Text, -1)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: the %s to %s names %v, and these wait: %v", w.clock(), kind, to.ID, got, want)
	}
}

// bounds checks that a list did not come at a time at which it must not.
func (w *watcher) bounds(kind lead.MailKind, to team.Person, leads []lead.Lead) {
	w.t.Helper()
	now, zone := w.clock(), to.Calendar.Zone
	if !to.Calendar.Works(now) {
		w.t.Errorf("%s: a %s disturbs %s, who does not work", now.In(zone), kind, to.ID)
	}
	before := w.sent[string(kind)+to.ID]
	if len(before) == 0 {
		return
	}
	last := before[len(before)-1]
	if kind == lead.MailEscalation {
		half := func(t time.Time) string { return t.In(zone).Format("2006-01-02 PM") }
		if half(last) == half(now) {
			w.t.Errorf("%s: another escalation to %s in the same half day, after %s", now.In(zone), to.ID, last.In(zone))
		}
		return
	}
	if slices.ContainsFunc(leads, func(l lead.Lead) bool {
		return l.Owner.Person == to.ID && l.FollowUp.DueAt.After(last) && !l.FollowUp.DueAt.After(now)
	}) {
		return // a new breach passes
	}
	today := 0
	for _, at := range before {
		if at.In(zone).Format(time.DateOnly) == now.In(zone).Format(time.DateOnly) {
			today++
		}
	}
	if now.Sub(last) < 2*time.Hour || today >= 4 {
		w.t.Errorf("%s: a reminder to %s %s after the last one, %d today before", now.In(zone), to.ID, now.Sub(last), today)
	}
}
