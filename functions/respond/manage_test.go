package respond_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"leadflow/functions/respond"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
)

// staffed is leads of the two teams of the crew.
func staffed(t *testing.T) *site {
	t.Helper()
	s := openFor(t, crew)
	overdue := func(l *lead.Lead) error { l.FollowUp.DueAt = lead.At(morning.Add(-time.Hour)); return nil }
	s.owns("kim", "Fabrikam", overdue)
	s.owns("kim", "Contoso")
	s.owns("mina", "Northwind", func(l *lead.Lead) error { l.Owner.Decision = &lead.Decision{Team: "east"}; return nil })
	s.owns("lou", "Elsewhere")
	s.owns("operations", "Nobodys")
	s.owns("gone", "Left", overdue)
	s.owns("lou", "Fallen", func(l *lead.Lead) error { l.Owner.Decision = &lead.Decision{Team: "east"}; return nil })
	return s
}

func TestAManagerSeesTheLeadsOfTheTeamAndThoseOfNobody(t *testing.T) {
	s := staffed(t)
	for _, c := range []struct{ name, person, query, want string }{
		{"all", "sofia", "", "[Waited too long] Fabrikam Left [Wait for an answer] Contoso Fallen Nobodys Northwind"},
		{"those that have waited too long", "sofia", "&show=overdue", "[Waited too long] Fabrikam Left"},
		{"those without an owner", "sofia", "&show=unowned", "[Waited too long] Left [Wait for an answer] Nobodys"},
		{"those of one person", "sofia", "&whose=kim", "[Waited too long] Fabrikam [Wait for an answer] Contoso"},
		{"those of one person that have waited too long", "sofia", "&whose=kim&show=overdue", "[Waited too long] Fabrikam"},
		{"those of somebody else's team", "sofia", "&whose=lou", "[Wait for an answer] Fallen"},
		{"none of a stranger", "sofia", "&whose=x", ""},
		{"all for operations", "operations", "", "[Waited too long] Fabrikam Left [Wait for an answer] Contoso Elsewhere Fallen Nobodys Northwind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			if got := outline(t, s.reads(list(link.KindTeam, c.person), c.query)); got != c.want {
				t.Errorf("the list is\n%s, want\n%s", got, c.want)
			}
		})
	}
	s.t = t
	said := strings.Join(strings.Fields(text(strings.ReplaceAll(s.reads(list(link.KindTeam, "sofia"), ""), "<", " <"))), " ")
	for _, want := range []string{"6 leads are open. 2 have waited too long.", "Kim Lee Available 2 1", "Mina Park Available 1 0", "Bo Berg Away until Wed 25 Nov 2026, 09:00 UTC 0 0", "Owner: Kim Lee"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, "Elsewhere") {
		t.Error("a manager sees another team's leads")
	}
	if page := s.reads(list(link.KindMine, "sofia"), ""); !strings.Contains(page, "My team&#39;s leads") {
		t.Error("the manager's own list does not lead to the team")
	}
}

func TestAManagerSeesTheOwnLeadsAndThoseOfTheFallback(t *testing.T) {
	fallen := crew
	fallen.Groups = slices.Clone(crew.Groups)
	fallen.Groups[0].Fallback = "lou"
	s := openFor(t, fallen)
	s.owns("lou", "Elsewhere")
	s.owns("sofia", "Own")
	if got := outline(t, s.reads(list(link.KindTeam, "sofia"), "")); got != "[Wait for an answer] Elsewhere Own" {
		t.Errorf("the list is %s", got)
	}
}

func TestOperationsSeeAllLeadsWhereThereAreNoTeams(t *testing.T) {
	s := open(t)
	s.owns("kim", "Fabrikam")
	if got := outline(t, s.reads(list(link.KindTeam, "operations"), "")); got != "[Wait for an answer] Fabrikam" {
		t.Errorf("the list is %s", got)
	}
}

func TestATeamsPageOpensForItsManagerOnly(t *testing.T) {
	s := staffed(t)
	for _, person := range []string{"kim", "lou", "gone"} {
		if res, page := s.asks(http.MethodGet, s.link(list(link.KindTeam, person))); res.StatusCode != 403 || strings.Contains(page, "Fabrikam") {
			t.Errorf("%s is answered %s", person, res.Status)
		}
		if res, _ := s.sends(s.link(list(link.KindTeam, person)), url.Values{"do": {"reassign"}, "lead": {"fabrikam"}, "to": {"lou"}, "reason": {"x"}}); res.StatusCode != 403 || s.lead("fabrikam").Owner.Person != "kim" {
			t.Errorf("%s gives a lead away: %s", person, res.Status)
		}
	}
}

// Escalations go to who acts for an absent manager, and lead to the team's page.
func TestATeamsPageOpensForWhoActsForItsManager(t *testing.T) {
	absent := crew
	absent.People = slices.Clone(crew.People)
	absent.People[3].Calendar, absent.People[3].Cover = away(office("UTC"), time.Hour), "lou"
	s := openFor(t, absent)
	s.owns("kim", "Fabrikam")
	page := s.reads(list(link.KindTeam, "lou"), "")
	if got := outline(t, page); got != "[Wait for an answer] Fabrikam" {
		t.Errorf("the page shows %q", got)
	}
	s.at(morning.Add(2 * time.Hour))
	if res, _ := s.asks(http.MethodGet, s.link(list(link.KindTeam, "lou"))); res.StatusCode != 403 {
		t.Errorf("when the manager is back it is answered %s", res.Status)
	}
}

// gives is the form that gives leads to somebody.
func gives(to, reason string, ids ...string) url.Values {
	return url.Values{"do": {"reassign"}, "to": {to}, "reason": {reason}, "seen": {"2026-11-23T09:00:00.000Z"}, "lead": ids}
}

func TestAManagerGivesSeveralLeadsToSomebodyAtOnce(t *testing.T) {
	s := staffed(t)
	here := s.link(list(link.KindTeam, "sofia"))
	form := gives("mina", "Kim is at a fair. ", "fabrikam", "nobodys", "northwind", "erased")
	res, page := s.sends(here, form)
	if got := role(page, "status"); res.StatusCode != 200 || got != "Recorded: 2 leads were given to Mina Park. 2 were not: they are Mina Park's already, or they are gone." {
		t.Errorf("answered %s: %q", res.Status, got)
	}
	for _, id := range []string{"fabrikam", "nobodys", "northwind"} {
		if o := s.lead(id).Owner; o.Person != "mina" || id != "northwind" && o.Why != "Sofia Rossi gave it to Mina Park: Kim is at a fair" {
			t.Errorf("%s is owned by %+v", id, o)
		}
	}
	if got := outline(t, page); !strings.HasPrefix(got, "[Waited too long] Fabrikam") {
		t.Errorf("the page shows %s", got)
	}
	s.at(morning.Add(time.Minute))
	before := len(s.lead("fabrikam").Timeline)
	if _, page := s.sends(here, form); !strings.HasPrefix(role(page, "status"), "4 were not:") || len(s.lead("fabrikam").Timeline) != before {
		t.Errorf("the second time the page says %q", role(page, "status"))
	}
	if _, page := s.sends(here, gives("mina", "x", "elsewhere")); s.lead("elsewhere").Owner.Person != "lou" || role(page, "status") != "1 was not: it is Mina Park's already, or it is gone." {
		t.Errorf("a manager gives away another team's lead: %q", role(page, "status"))
	}
}

func TestAManagerGivesAwayAllLeadsThatFitTheFilters(t *testing.T) {
	s := staffed(t)
	form := gives("mina", "Kim is ill")
	form.Set("every", "1")
	res, page := s.sends(s.link(list(link.KindTeam, "sofia"))+"&whose=kim", form)
	if got := role(page, "status"); res.StatusCode != 200 || got != "Recorded: 2 leads were given to Mina Park." {
		t.Errorf("answered %s: %q", res.Status, got)
	}
	for id, want := range map[string]string{"fabrikam": "mina", "contoso": "mina", "nobodys": "operations", "elsewhere": "lou", "fallen": "lou"} {
		if got := s.lead(id).Owner.Person; got != want {
			t.Errorf("%s is owned by %s, want %s", id, got, want)
		}
	}
}

func TestWhatAManagerForgotIsSaidAndTheFormKept(t *testing.T) {
	s := staffed(t)
	for _, c := range []struct {
		name, alert string
		form        url.Values
	}{
		{"no lead", "Not recorded: no lead is chosen: tick those that you want to give away.", gives("mina", "x")},
		{"more leads than a form of ours has", "Not recorded: no lead is chosen: tick those that you want to give away.", gives("mina", "x", slices.Repeat([]string{"fabrikam"}, 201)...)},
		{"nobody", "Not recorded: choose somebody of the team to give it to.", gives("", "x", "fabrikam")},
		{"a stranger", "Not recorded: choose somebody of the team to give it to.", gives("x", "x", "fabrikam")},
		{"no reason", "Not recorded: that needs a few words: write them.", gives("mina", " . ", "fabrikam")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			res, page := s.sends(s.link(list(link.KindTeam, "sofia")), c.form)
			if res.StatusCode != 422 || role(page, "alert") != c.alert || s.lead("fabrikam").Owner.Person != "kim" {
				t.Errorf("answered %s: %q", res.Status, role(page, "alert"))
			}
			if ticked := checked(t, page); ticked != strings.Join(slices.Compact(c.form["lead"]), " ") {
				t.Errorf("ticked are %q", ticked)
			}
		})
	}
	s.t = t
	if res, page := s.sends(s.link(list(link.KindTeam, "sofia")), url.Values{"how": {"called"}, "lead": {"fabrikam"}}); res.StatusCode != 400 || heading(page) != "Nothing was recorded" {
		t.Errorf("what is no form of the page is answered %s", res.Status)
	}
}

// checked are the leads that are ticked on a page.
func checked(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for n := range root.Descendants() {
		attrs := map[string]string{}
		for _, a := range n.Attr {
			attrs[a.Key] = a.Val
		}
		if _, ticked := attrs["checked"]; ticked && attrs["type"] == "checkbox" {
			all = append(all, attrs["value"])
		}
	}
	return strings.Join(all, " ")
}

// stuck cannot write one of the leads.
type stuck struct {
	*store.Store
	id string
}

func (s stuck) UpdateFrom(ctx context.Context, l *lead.Lead, v store.Version, change func(*lead.Lead) error) (*lead.Lead, error) {
	if l.ID == s.id {
		return nil, errors.New("away")
	}
	return s.Store.UpdateFrom(ctx, l, v, change)
}

func TestWhatCouldNotBeGivenAwayIsSaidAndDoneByTheSameFormAgain(t *testing.T) {
	s := staffed(t)
	form := gives("mina", "x", "fabrikam", "contoso")
	send := func(db respond.Store) (int, string) {
		r := httptest.NewRequest(http.MethodPost, s.link(list(link.KindTeam, "sofia")), strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		respond.New(respond.Options{Store: db, Team: lab.Team(crew), Secrets: secrets, Now: func() time.Time { return morning }, Log: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	code, page := send(stuck{s.store, "contoso"})
	if code != 503 || role(page, "status") != "Recorded: 1 lead was given to Mina Park." || role(page, "alert") != "1 could not be written at the moment. Please send the form again." {
		t.Errorf("answered %d: %q, %q", code, role(page, "status"), role(page, "alert"))
	}
	if ticked := checked(t, page); ticked != "fabrikam contoso" && ticked != "contoso" {
		t.Errorf("ticked are %q", ticked)
	}
	if code, _ := send(s.store); code != 200 || s.lead("contoso").Owner.Person != "mina" || s.lead("fabrikam").Owner.Person != "mina" {
		t.Errorf("the second time it is answered %d", code)
	}
}

func TestWithoutTheDatabaseTheListsAskForPatience(t *testing.T) {
	s := staffed(t)
	s.Cosmos.Stop()
	for kind, person := range map[link.Kind]string{link.KindMine: "kim", link.KindTeam: "sofia"} {
		if res, page := s.asks(http.MethodGet, s.link(list(kind, person))); res.StatusCode != 503 || heading(page) != "Not just now" {
			t.Errorf("%s is answered %s", kind, res.Status)
		}
	}
	for _, form := range []url.Values{tap("fabrikam", "called", ""), {"away": {"back"}}} {
		if res, page := s.sends(s.link(list(link.KindMine, "kim")), form); res.StatusCode != 503 || heading(page) != "Nothing was recorded" {
			t.Errorf("%v is answered %s with %q", form, res.Status, heading(page))
		}
	}
}

func TestEachReaderIsSpokenToInTheOwnLanguage(t *testing.T) {
	s := staffed(t)
	for _, c := range []struct {
		name, url, accept, want, language string
	}{
		{"a Korean reader's lead", s.link(link.Token{Kind: link.KindLead, Person: "mina", Lead: "fabrikam", Expires: morning.Add(time.Hour)}), "en", "고객에게 연락하세요.", "ko"},
		{"a Korean reader's list", s.link(list(link.KindMine, "mina")), "en", "Mina Park님의 리드", "ko"},
		{"an English reader's list", s.link(list(link.KindMine, "kim")), "ko", "Leads of Kim Lee", "en"},
		{"a wrong link in a Korean browser", s.url + "/api/respond?t=x", "de, ko-KR;q=0.9", "사용할 수 없는 링크입니다", "ko"},
		{"a wrong link in a German browser", s.url + "/api/respond?t=x", "de", "This link does not work", "en"},
		{"a wrong link in an odd browser", s.url + "/api/respond?t=x", "\x01", "This link does not work", "en"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header["Accept-Language"] = []string{strings.ReplaceAll(c.accept, "\x01", ";;;")}
		w := httptest.NewRecorder()
		respond.New(respond.Options{Store: s.store, Team: lab.Team(crew), Secrets: secrets, Now: func() time.Time { return morning }, Log: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
		if page := w.Body.String(); !strings.Contains(page, c.want) || !strings.Contains(page, `<html lang="`+c.language+`"`) {
			t.Errorf("%s: the page is\n%s", c.name, text(page))
		}
	}
}
