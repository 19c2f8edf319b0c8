package functions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// alone is a story with one person, who works from nine to five in UTC, under a manager, on a Monday at nine.
func alone(t *testing.T) *story {
	t.Helper()
	folder := t.TempDir()
	file := "people:\n  - {id: mina, name: Mina, mail: mina@contoso.example.com, zone: Etc/UTC}\n  - {id: sofia, name: Sofia, mail: sofia@contoso.example.com, zone: Etc/UTC}\n" +
		"teams:\n  - {id: sales, people: [mina], manager: sofia}\n"
	if err := os.WriteFile(filepath.Join(folder, "team.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	s := begin(t, folder)
	s.goOn(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	s.apply("team.yaml")
	return s
}

// asks has somebody of a company press Contact me.
func (s *story) asks(company string) {
	s.t.Helper()
	s.post("contoso.analytics", fmt.Sprintf(`{"userDetails":{"firstName":"A","lastName":"B","email":"a@%s.example.com","company":%q},`+
		`"leadSource":"AppSource-PLT|contoso.analytics","actionCode":"PLT","offerTitle":"Contoso Analytics"}`, strings.ToLower(company), company))
}

// waits lets time pass in which the timer does not run.
func (s *story) waits(d time.Duration) {
	later := s.clock().Add(d)
	s.now.Store(&later)
}

// told are the subjects of the mails that arrived since n had, the oldest first.
func (s *story) told(n int) []string {
	var all []string
	mails := s.Mails()
	for i := len(mails) - n - 1; i >= 0; i-- {
		all = append(all, strings.Split(mails[i].Recipients[0], "@")[0]+": "+mails[i].Subject)
	}
	return all
}

const (
	toMina  = "mina: Leadflow: leads that wait for you"
	toSofia = "sofia: Leadflow: leads that have waited too long"
)

func TestMissedRunsBringEachReminderOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		after time.Duration
		want  string
	}{
		{"an hour, over half of the time", 2*time.Hour + 45*time.Minute, toMina},
		{"four hours, over half and the end of it", 5 * time.Hour, toMina + ", " + toSofia},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := alone(t)
			s.asks("Fabrikam")
			n := len(s.Mails())
			s.waits(c.after)
			s.run()
			s.run()
			if got := strings.Join(s.told(n), ", "); got != c.want {
				t.Errorf("the first runs after that bring %s, want %s", got, c.want)
			}
		})
	}
}

func TestALeadThatCameInByOtherWaysRemindsNobody(t *testing.T) {
	s := alone(t)
	_, err := s.store.Update(t.Context(), "imported", func(l *lead.Lead) error {
		*l = *store.NewLead("imported")
		l.Stage, l.CreatedAt, l.UpdatedAt = lead.StageNew, lead.At(s.clock().AddDate(-1, 0, 0)), lead.At(s.clock())
		l.Owner = lead.Owner{Person: "mina", Name: "Mina", Since: l.CreatedAt}
		l.Touches = []lead.Touch{{Submission: "s1", Action: lead.ActionContactMe, ReceivedAt: l.CreatedAt}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.goOn(s.clock().Add(48 * time.Hour))
	if got := s.told(0); len(got) != 0 {
		t.Errorf("it brings %s", got)
	}
}
