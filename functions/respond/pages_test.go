package respond_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"leadflow/functions/respond"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// memory is a database that answers at once, so that only the pages are measured. Nothing can be written to it.
type memory struct {
	respond.Store
	lead  *lead.Lead
	cards []lead.Card
}

func (m memory) Lead(context.Context, string) (*lead.Lead, store.Version, error) {
	return m.lead, "", nil
}

func (m memory) Cards(context.Context, ...string) ([]lead.Card, error) { return m.cards, nil }

func (m memory) AllCards(context.Context) ([]lead.Card, error) { return m.cards, nil }

func (m memory) Absences(context.Context) (map[string]lead.Declared, error) { return nil, nil }

// full is a lead of Kim's that has a page with all there is on one.
func full(tb testing.TB) *lead.Lead {
	tb.Helper()
	l := store.NewLead(lead.ID("ana@fabrikam.example.com", ""))
	staff := crew.Staff(morning, func() lead.Owner { return lead.Owner{Person: "kim", Why: "Kim Lee is next in the team east"} })
	for n := range 40 {
		t := touch(fmt.Sprint("s", n), lead.ActionContactMe)
		t.ReceivedAt = lead.At(morning.Add(time.Duration(n-40) * 25 * time.Hour))
		l.Take(t, ana(), t.ReceivedAt, staff)
	}
	l.Suggest(lead.Suggestion{Lead: lead.ID("other", ""), Why: "same phone", Suppressed: true})
	return l
}

// fifty are as many open leads of Kim's as a list shows at once, of a contact whom the number tells from others.
func fifty(of func(n int) lead.Contact) []lead.Card {
	var all []lead.Card
	for n := range 50 {
		c := of(n)
		l := store.NewLead(lead.ID(fmt.Sprint("contact ", n), ""))
		at := morning.Add(-time.Duration(n) * time.Hour)
		t := touch(fmt.Sprint("s", n), lead.ActionContactMe)
		t.ReceivedAt = lead.At(at)
		l.Take(t, c, t.ReceivedAt, crew.Staff(at, func() lead.Owner { return lead.Owner{Person: "kim", Name: "Kim Lee"} }))
		all = append(all, lead.Card{Due: lead.Due{ID: l.ID, Owner: l.Owner, FollowUp: l.FollowUp}, Subject: l.Subject, Contact: l.Contact, Stage: l.Stage, UpdatedAt: l.UpdatedAt})
	}
	return all
}

func someone(n int) lead.Contact {
	c := ana()
	c.Company, c.Phone = fmt.Sprint("Fabrikam Deutschland GmbH ", n), fmt.Sprintf("+55 11 9123-%04d", n)
	return c
}

func jihoon(n int) lead.Contact {
	return lead.Contact{FirstName: "지훈", LastName: "김", Email: "jihoon.kim@contoso.co.kr", Phone: fmt.Sprintf("+82 10-1234-%04d", n), Company: fmt.Sprint("주식회사 대한국제물류 ", n),
		JobTitle: "최고기술책임자", Country: "KR", CountrySent: "대한민국"}
}

// over is the pages over a database, for a team.
func over(m memory, t team.Team) *respond.Respond {
	return respond.New(respond.Options{Store: m, Team: lab.Team(t), PublicURL: "https://leads.contoso.example.com", Secrets: secrets,
		Now: func() time.Time { return morning }, Log: slog.New(slog.DiscardHandler)})
}

// get opens a page, which has to be there.
func get(tb testing.TB, p *respond.Respond, t link.Token) string {
	tb.Helper()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequestWithContext(tb.Context(), http.MethodGet, link.Page("", secrets, t), nil))
	if w.Code != http.StatusOK {
		tb.Fatalf("answered %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func measure(b *testing.B, m memory, t link.Token) {
	p := over(m, crew)
	b.ReportAllocs()
	for b.Loop() {
		get(b, p, t)
	}
}

// BenchmarkLeadPage renders the page of one lead. The aim of each page is less than 2 ms.
func BenchmarkLeadPage(b *testing.B) { measure(b, memory{lead: full(b)}, to("l1")) }

// BenchmarkMyLeads renders a list of 50 leads.
func BenchmarkMyLeads(b *testing.B) {
	measure(b, memory{cards: fifty(someone)}, list(link.KindMine, "kim"))
}

// BenchmarkTeam renders the page of a manager with 50 leads.
func BenchmarkTeam(b *testing.B) {
	measure(b, memory{cards: fifty(someone)}, list(link.KindTeam, "sofia"))
}

// A large team alone may be more than a page may have: its leads can still be reached, and not one by one.
func TestTheLeadsOfALargeTeamAreAllShownInParts(t *testing.T) {
	many := team.Team{People: []team.Person{{ID: "sofia", Name: "Sofia Rossi", Mail: "sofia@contoso.example.com", Calendar: office("UTC")}}}
	group := team.Group{ID: "east", Manager: "sofia"}
	for n := range 300 {
		id := fmt.Sprintf("person-%03d", n)
		many.People = append(many.People, team.Person{ID: id, Name: strings.Repeat("W", 40) + id, Mail: id + "@contoso.example.com", Calendar: office("UTC")})
		group.People = append(group.People, id)
	}
	many.Groups = []team.Group{group}
	cards := fifty(someone)
	for i := range cards {
		cards[i].Owner.Person = "person-001"
	}
	p := over(memory{cards: cards}, many.WithOperations("operations@contoso.example.com"))
	shown, pages := 0, 0
	for next := ""; pages == 0 || next != "" && pages < 10; pages++ {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, link.Page("", secrets, list(link.KindTeam, "sofia"))+next, nil))
		shown += strings.Count(w.Body.String(), "<li>")
		next = following(w.Body.String())
	}
	if shown != 50 || pages > 5 {
		t.Errorf("%d leads are shown on %d pages", shown, pages)
	}
}

func TestAListIsSmallWhateverPeopleAndLeadsAreCalled(t *testing.T) {
	crowd := func(name string, languages ...string) team.Team {
		people := []team.Person{{ID: "kim", Name: "Kim Lee", Mail: "kim@contoso.example.com", Calendar: office("UTC"), Languages: languages},
			{ID: "sofia", Name: "Sofia Rossi", Mail: "sofia@contoso.example.com", Calendar: office("UTC"), Languages: languages}}
		group := team.Group{ID: "east", People: []string{"kim"}, Manager: "sofia"}
		for n := range 30 {
			id := fmt.Sprintf("person-%02d", n)
			people = append(people, team.Person{ID: id, Name: fmt.Sprint(name, " ", n), Mail: id + "@contoso.example.com", Calendar: away(office("Asia/Seoul"), 48*time.Hour)})
			group.People = append(group.People, id)
		}
		return team.Team{People: people, Groups: []team.Group{group}}.WithOperations("operations@contoso.example.com")
	}
	called := func(name string) func(int) lead.Contact {
		return func(int) lead.Contact {
			return lead.Contact{FirstName: name, LastName: name, Email: "a@fabrikam.example.com", Phone: "+1" + strings.Repeat("0", 60), Company: name, JobTitle: name}
		}
	}
	for _, c := range []struct {
		name  string
		team  team.Team
		leads func(int) lead.Contact
		// mine and managed are how many leads the lists show at least.
		mine, managed int
	}{
		{"usual ones", crew, someone, 50, 50},
		{"Korean readers", crowd("선우서연", "ko"), jihoon, 45, 45},
		{"the longest", crowd(strings.Repeat("W", 100)), called(strings.Repeat("W", 256)), 40, 40},
		{"Hangul, three bytes each", crowd(strings.Repeat("가", 100), "ko"), called(strings.Repeat("가", 256)), 30, 10},
		{"what HTML escapes", crowd(strings.Repeat(`"`, 20)), called(strings.Repeat(`"`, 256)), 20, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := over(memory{cards: fifty(c.leads)}, c.team)
			for _, l := range []struct {
				token link.Token
				least int
			}{{list(link.KindMine, "kim"), c.mine}, {list(link.KindTeam, "sofia"), c.managed}} {
				page := get(t, p, l.token)
				shown := strings.Count(page, "<li>")
				if len(page) >= 40_000 || shown < l.least {
					t.Errorf("the page %s of %d bytes shows %d leads, want %d", l.token.Kind, len(page), shown, l.least)
				}
			}
		})
	}
}
