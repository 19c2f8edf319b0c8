package respond_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"leadflow/functions/respond"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

var (
	morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	secrets = [][]byte{bytes.Repeat([]byte("new"), 12), bytes.Repeat([]byte("old"), 12)}
	people  = team.Team{People: []team.Person{
		{ID: "kim", Name: "Kim Lee", Mail: "kim@contoso.example.com"},
		{ID: "mina", Name: "Mina Park", Mail: "mina@contoso.example.com", Calendar: office("Asia/Seoul")},
	}}.WithOperations("operations@contoso.example.com")
)

// site is respond behind the protocol of the host, on a lab, at nine in the morning.
type site struct {
	*lab.Lab
	store *store.Store
	url   string
	log   lab.Output
	now   atomic.Pointer[time.Time]
	t     *testing.T
}

// office is Monday to Friday from nine to five.
func office(zone string) lead.Calendar {
	where, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	c := lead.Calendar{Zone: where}
	for day := time.Monday; day <= time.Friday; day++ {
		c.Week[day] = []lead.Hours{{From: 9 * 60, To: 17 * 60}}
	}
	return c
}

func open(t *testing.T) *site {
	t.Helper()
	return openFor(t, people)
}

func openFor(t *testing.T, people team.Team) *site {
	t.Helper()
	l := lab.New(t)
	s := &site{Lab: l, store: l.Store(), t: t}
	log := slog.New(slog.NewTextHandler(&s.log, nil))
	server := azfunc.New(log)
	s.at(morning)
	server.HTTP("respond", "respond", respond.New(respond.Options{Store: s.store, Team: lab.Team(people), PublicURL: "https://leads.contoso.example.com",
		Secrets: secrets, Now: func() time.Time { return *s.now.Load() }, Log: log}))
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	s.url = web.URL
	return s
}

// at sets the time.
func (s *site) at(now time.Time) { s.now.Store(&now) }

func ana() lead.Contact {
	return lead.Contact{FirstName: "Ana", LastName: "Silva", Email: "ana@fabrikam.example.com", Phone: "+55 11 91234-5678",
		Company: "Fabrikam", JobTitle: "Head of Data", Country: "BR", CountrySent: "Brazil"}
}

func touch(id string, a lead.Action) lead.Touch {
	return lead.Touch{Submission: id, ContentKey: id, Source: "AppSource", Action: a, ReceivedAt: lead.At(morning),
		Offer: lead.Offer{ID: "analytics", Title: "Contoso Analytics"}, Description: "How much is it?\nPlease call me."}
}

// has writes a lead after touches, owned by Kim.
func (s *site) has(id string, c lead.Contact, touches ...lead.Touch) {
	s.t.Helper()
	_, err := s.store.Update(s.t.Context(), id, func(l *lead.Lead) error {
		for _, t := range touches {
			l.Take(t, c, lead.At(morning), people.Staff(morning, func() lead.Owner { return lead.Owner{Person: "kim", Why: "her turn"} }))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// to is what a link to a lead may do for Kim, until it expires in thirty days.
func to(leadID string) link.Token {
	return link.Token{Kind: link.KindLead, Person: "kim", Lead: leadID, Expires: morning.Add(link.Life)}
}

func (s *site) link(t link.Token) string { return link.Page(s.url, secrets, t) }

// asks sends a request and gives the answer with its body.
func (s *site) asks(method, url string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res, string(body)
}

// sees gives the page behind a link, which has to be there.
func (s *site) sees(leadID string) string {
	s.t.Helper()
	res, page := s.asks(http.MethodGet, s.link(to(leadID)))
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("answered %s:\n%s", res.Status, page)
	}
	return page
}

// cost is what f asks of the database.
func (s *site) cost(f func()) map[string]int {
	before := s.Requests()
	f()
	diff := map[string]int{}
	for kind, n := range s.Requests() {
		if n != before[kind] {
			diff[kind] = n - before[kind]
		}
	}
	return diff
}

func TestALinkOpensThePageOfItsLead(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionTestDrive), touch("s2", lead.ActionContactMe))
	page := text(s.sees("l1"))
	for _, want := range []string{"Ana Silva", "Fabrikam", "Head of Data", "Brazil", "ana@fabrikam.example.com", "+55 11 91234-5678", "New", "Kim Lee",
		"Test drive: Contoso Analytics", "Contact me: Contoso Analytics", "How much is it?\nPlease call me.", "Mon 23 Nov 2026, 09:00 UTC", "Owner: kim. her turn.",
		"The hours are those of Kim Lee in UTC. There is no working time in a whole year, so every hour counts."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestACountryThatNobodyKnowsIsShownAsItWasSent(t *testing.T) {
	s := open(t)
	c := ana()
	c.Country, c.CountrySent = "", "Atlantis"
	s.has("l1", c, touch("s1", lead.ActionContactMe))
	if page := text(s.sees("l1")); !strings.Contains(page, "Atlantis") {
		t.Error("the page does not say what they wrote")
	}
}

// The reader may be somebody else than the owner, and it is the reader who is let in.
func TestAPageLinksToTheLeadsThatMayBeTheSamePerson(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	s.has("l2", lead.Contact{FirstName: "Anna"}, touch("s2", lead.ActionDoNot))
	if _, err := s.store.Update(t.Context(), "l1", func(l *lead.Lead) error {
		l.Owner.Person = "lou"
		l.Suggest(lead.Suggestion{Lead: "l2", Why: "same phone", Suppressed: true}, lead.Suggestion{Lead: "l3", Why: "same company domain and name"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.at(morning.Add(time.Hour)) // a link on a page is good for as long as the page
	page := s.sees("l1")
	if said := text(page); strings.Count(said, "It must not be contacted.") != 1 || !strings.Contains(said, "Another lead: same phone. It must not be contacted.") ||
		!strings.Contains(said, "Another lead: same company domain and name") {
		t.Errorf("the page says\n%s", said)
	}
	_, after, _ := strings.Cut(page, `<li><a href="`)
	href, _, _ := strings.Cut(after, `"`)
	u, err := url.Parse(html.UnescapeString(href))
	if err != nil || u.IsAbs() || u.Path != "" {
		t.Fatalf("the link leads to %q, %v", href, err)
	}
	token, err := link.Verify(secrets[:1], u.Query().Get("t"), morning.Add(link.Life-time.Second))
	if err != nil || token.Kind != link.KindLead || token.Person != "kim" || token.Lead != "l2" || !token.Expires.Equal(morning.Add(link.Life)) {
		t.Errorf("the link opens %+v, %v", token, err)
	}
	if res, other := s.asks(http.MethodGet, s.url+"/api/respond"+u.String()); res.StatusCode != http.StatusOK || heading(other) != "Anna" {
		t.Errorf("the link is answered %s with %q", res.Status, heading(other))
	}
}

func TestALinkOpensItsPageOnlyWhenItIsWhole(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	s.has("l2", ana(), touch("s2", lead.ActionContactMe))
	with := func(change func(*link.Token)) string {
		token := to("l1")
		change(&token)
		return s.link(token)
	}
	whole := s.link(to("l1"))
	at := strings.LastIndexByte(whole, '.')
	head, mac := whole[:at], whole[at:]
	other := s.link(to("l2"))
	other = other[:strings.LastIndexByte(other, '.')]
	const gone, wrong = "This link has expired", "This link does not work"
	for _, c := range []struct {
		name, url string
		status    int
		title     string
	}{
		{"as it was signed", whole, 200, "Ana Silva"},
		{"signed with an older secret that is still known", s.url + "/api/respond?t=" + link.Sign(secrets[1], to("l1")), 200, "Ana Silva"},
		{"not when that secret is gone", s.url + "/api/respond?t=" + link.Sign([]byte("gone"), to("l1")), 403, wrong},
		{"in its last second", with(func(t *link.Token) { t.Expires = morning.Add(time.Second) }), 200, "Ana Silva"},
		{"not when it has expired", with(func(t *link.Token) { t.Expires = morning }), 410, gone},
		{"not when its person is not in the team", with(func(t *link.Token) { t.Person = "lou" }), 403, wrong},
		{"not when it names nobody", with(func(t *link.Token) { t.Person = "" }), 403, wrong},
		{"not when it is for another kind of page", with(func(t *link.Token) { t.Kind = "leads" }), 403, wrong},
		{"not when it was cut by a mail program", whole[:len(whole)-1], 403, wrong},
		{"not when it was made longer", whole + "A", 403, wrong},
		{"not when a letter was changed", strings.Replace(whole, "?t=b", "?t=c", 1), 403, wrong},
		{"not when it has the mac of another lead's", other + mac, 403, wrong},
		{"not without its mac", head, 403, wrong},
		{"not with an empty mac", head + ".", 403, wrong},
		{"not without a token", s.url + "/api/respond", 403, wrong},
		{"not with an empty token", s.url + "/api/respond?t=", 403, wrong},
		{"not with what is no token", s.url + "/api/respond?t=" + url.QueryEscape("<script>alert(1)</script>\x00\xff"), 403, wrong},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			res, page := s.asks(http.MethodGet, c.url)
			if res.StatusCode != c.status || heading(page) != c.title {
				t.Fatalf("answered %s with %q", res.Status, heading(page))
			}
			if c.status != 200 && (strings.Contains(page, "Ana") || strings.Contains(page, "script")) {
				t.Errorf("the page says too much:\n%s", page)
			}
		})
	}
}

func TestAnErasedLeadIsSaidToBeGone(t *testing.T) {
	s := open(t)
	if res, page := s.asks(http.MethodGet, s.link(to("erased"))); res.StatusCode != 404 || heading(page) != "This lead is gone" {
		t.Errorf("answered %s with %q", res.Status, heading(page))
	}
}

// awayTeam cannot be read.
type awayTeam struct{}

func (awayTeam) Team(context.Context) (team.Team, error) {
	return team.Team{}, errors.New("the database is away")
}

// Nobody can tell who is in the team, so nobody is told that they are not.
func TestWithoutTheTeamThePageAsksForPatience(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	out := httptest.NewRecorder()
	page := respond.New(respond.Options{Store: s.store, Team: awayTeam{}, Secrets: secrets, Now: func() time.Time { return morning }, Log: slog.New(slog.DiscardHandler)})
	page.ServeHTTP(out, httptest.NewRequest(http.MethodGet, s.link(to("l1")), nil))
	if out.Code != 503 || heading(out.Body.String()) != "Not just now" || strings.Contains(out.Body.String(), "Ana") {
		t.Errorf("answered %d with\n%s", out.Code, out.Body)
	}
}

func TestAPageSaysThatThePersonAskedAgain(t *testing.T) {
	s := open(t)
	again := touch("s2", lead.ActionContactMe)
	again.Again = true
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	if page := text(s.sees("l1")); strings.Contains(page, "(asked again)") {
		t.Errorf("the page says it of a first touch:\n%s", page)
	}
	if _, err := s.store.Update(t.Context(), "l1", func(l *lead.Lead) error {
		l.Touches = append(l.Touches, again)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if page := text(s.sees("l1")); strings.Count(page, "(asked again)") != 1 {
		t.Errorf("the page says\n%s", page)
	}
}

func TestWithoutTheDatabaseThePageAsksForPatience(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	s.Cosmos.Stop()
	res, page := s.asks(http.MethodGet, s.link(to("l1")))
	if res.StatusCode != 503 || heading(page) != "Not just now" || res.Header.Get("Retry-After") == "" {
		t.Errorf("answered %s with %q, Retry-After %q", res.Status, heading(page), res.Header.Get("Retry-After"))
	}
	if strings.Contains(page, s.Cosmos.Address) {
		t.Errorf("the page holds what only operators may see:\n%s", page)
	}
	for _, secret := range []string{"Ana", "?t=", link.Sign(secrets[0], to("l1"))} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, &s.log)
		}
	}
	s.Cosmos.Start()
	s.sees("l1")
}

// Scanners of mail open every link, and some repeat it with HEAD.
func TestALinkThatIsOpenedWritesNothing(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		if cost := s.cost(func() { s.asks(method, s.link(to("l1"))) }); !maps.Equal(cost, map[string]int{"read leads": 1}) {
			t.Errorf("%s asked of the database: %v", method, cost)
		}
	}
	for kind := range s.Requests() {
		if kind != "read leads" && kind != "create leads" { // the one that has made the lead
			t.Errorf("the database was asked for %s", kind)
		}
	}
	if q := s.Queued(); q["leads"].Active+q["mails"].Active != 0 {
		t.Errorf("messages were sent: %v", q)
	}
}

func TestHEADIsAnsweredAsGETWithoutABody(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	got, _ := s.asks(http.MethodGet, s.link(to("l1")))
	res, body := s.asks(http.MethodHead, s.link(to("l1")))
	if res.StatusCode != 200 || body != "" {
		t.Errorf("answered %s with %q", res.Status, body)
	}
	for name := range got.Header {
		if name != "Date" && res.Header.Get(name) != got.Header.Get(name) {
			t.Errorf("%s: %q and not %q", name, res.Header.Get(name), got.Header.Get(name))
		}
	}
}

func TestEveryOtherMethodIsRefusedAndAsksNothing(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		var res *http.Response
		var page string
		cost := s.cost(func() { res, page = s.asks(method, s.link(to("l1"))) })
		if res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD, POST" || len(cost) != 0 || strings.Contains(page, "Ana") {
			t.Errorf("%s was answered %s, Allow %q, and asked of the database: %v", method, res.Status, res.Header.Get("Allow"), cost)
		}
	}
}

func TestEveryAnswerKeepsItselfToItself(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	expired := to("l1")
	expired.Expires = morning
	for _, c := range []struct {
		name, method, url string
		status            int
	}{
		{"a page", http.MethodGet, s.link(to("l1")), 200},
		{"a wrong link", http.MethodGet, s.url + "/api/respond?t=wrong", 403},
		{"an erased lead", http.MethodGet, s.link(to("erased")), 404},
		{"an expired link", http.MethodGet, s.link(expired), 410},
		{"a wrong method", http.MethodPut, s.link(to("l1")), 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			res, page := s.asks(c.method, c.url)
			if res.StatusCode != c.status {
				t.Fatalf("answered %s", res.Status)
			}
			sum := sha256.Sum256([]byte(style(t, page)))
			for header, want := range map[string]string{
				"Content-Type": "text/html; charset=utf-8",
				"Content-Security-Policy": "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
					"'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
				"Cache-Control":          "no-store",
				"Referrer-Policy":        "no-referrer",
				"X-Content-Type-Options": "nosniff",
				"X-Robots-Tag":           "noindex",
			} {
				if got := res.Header.Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
			for _, tag := range markup(page) {
				if strings.HasPrefix(tag, "<script") || strings.Contains(tag, " style=") || strings.Contains(tag, " on") || strings.Contains(tag, " src=") {
					t.Errorf("the page has %s, which its own policy blocks", tag)
				}
			}
		})
	}
}

func TestASuppressedPersonCannotBeReachedFromThePage(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe), touch("s2", lead.ActionDoNot))
	page := s.sees("l1")
	if !strings.Contains(page, "Do not contact this person. Microsoft said so.") || !strings.Contains(page, "Ana Silva") {
		t.Errorf("the page does not say so:\n%s", page)
	}
	for _, way := range []string{"mailto:", "tel:", "ana@", "91234"} {
		if strings.Contains(page, way) {
			t.Errorf("the page holds %q", way)
		}
	}
}

func TestAPageOffersADraftThatAnswersTheNewestTouch(t *testing.T) {
	talkative := people
	talkative.Texts = []team.Text{{Language: "en", Offer: "backup", Body: strings.Repeat("many words ", 200) + "{signature}"}}
	s := openFor(t, talkative)
	s.has("l1", ana(), touch("s1", lead.ActionTestDrive), touch("s2", lead.ActionContactMe))
	const draft, tooLong = `<div id="draft"`, "It is too long for a link, so copy it."
	page := s.sees("l1")
	if !strings.Contains(page, draft) || !strings.Contains(page, "asking us to get in touch") || !strings.Contains(page, "mailto:ana@fabrikam.example.com?subject=") || strings.Contains(page, tooLong) {
		t.Errorf("the page is\n%s", text(page))
	}
	long := touch("s3", lead.ActionContactMe)
	long.Offer = lead.Offer{ID: "backup", Title: "Contoso Backup"}
	s.has("l2", ana(), long)
	if page := s.sees("l2"); !strings.Contains(page, "many words many words") || !strings.Contains(page, tooLong) {
		t.Errorf("with a long draft the page is\n%s", text(page))
	}
	for name, change := range map[string]func(*lead.Lead) error{
		"closed": closed, "opted out": suppressed(lead.SuppressedOptedOut), "without a touch": func(l *lead.Lead) error { l.Touches = nil; return nil },
	} {
		s.has(name, ana(), touch("s1", lead.ActionContactMe))
		s.changes(name, change)
		if page := s.sees(name); strings.Contains(page, draft) {
			t.Errorf("the page of a lead that is %s has a draft:\n%s", name, text(page))
		}
	}
}

func TestAPageShowsTheNewestOfALongTimelineAndLeadsToAllOfIt(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	s.changes("l1", func(l *lead.Lead) error {
		l.Timeline = nil
		for n := range 32 {
			if err := l.Note(fmt.Sprintf("Note %02d.", n), people.People[0].Actor(), morning.Add(time.Duration(n)*time.Second)); err != nil {
				return err
			}
		}
		return nil
	})
	told := func(page string) string {
		_, after, _ := strings.Cut(page, `<ol class="told">`)
		return text(after)
	}
	page := s.sees("l1")
	if got := told(page); strings.Count(got, "Note ") != 30 || strings.Contains(got, "Note 01") || !strings.Contains(got, "Note 31") {
		t.Errorf("the page tells\n%s", got)
	}
	_, after, _ := strings.Cut(page, `<h2 id="timeline">`)
	_, after, _ = strings.Cut(after, `<a href="`)
	href, _, _ := strings.Cut(after, `#timeline">2 `)
	_, all := s.asks(http.MethodGet, s.url+"/api/respond"+html.UnescapeString(href))
	if got := told(all); strings.Count(got, "Note ") != 32 || strings.Contains(all, `#timeline"`) {
		t.Errorf("%q tells\n%s", href, got)
	}
}

// A stranger may send the longest text a hundred times.
func TestAPageShowsTheNewestOfManyTouchesAndLeadsToAllOfThem(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	s.changes("l1", func(l *lead.Lead) error {
		l.Touches = nil
		for n := range 12 {
			x := touch(fmt.Sprint("s", n), lead.ActionContactMe)
			x.Description = fmt.Sprintf("Wrote %02d.", n)
			l.Touches = append(l.Touches, x)
		}
		return nil
	})
	did := func(page string) string {
		_, after, _ := strings.Cut(page, `<h2 id="touches">`)
		list, _, _ := strings.Cut(after, `<h2 id="timeline">`)
		return list
	}
	list := did(s.sees("l1"))
	if strings.Count(list, "Wrote ") != 10 || strings.Contains(list, "Wrote 01") || !strings.Contains(list, "Wrote 11") {
		t.Errorf("the page shows\n%s", text(list))
	}
	_, after, _ := strings.Cut(list, `<a href="`)
	href, _, _ := strings.Cut(after, `#touches">2 `)
	_, all := s.asks(http.MethodGet, s.url+"/api/respond"+html.UnescapeString(href))
	if got := did(all); strings.Count(got, "Wrote ") != 12 || strings.Contains(got, "earlier") {
		t.Errorf("%q shows\n%s", href, text(got))
	}
}

func TestALeadOfNobodyHasAPageToo(t *testing.T) {
	s := open(t)
	s.has("l1", lead.Contact{Country: "US"}, touch("s1", lead.ActionAcquired))
	if page := s.sees("l1"); heading(page) != "Unknown person" {
		t.Errorf("the page is about %q", heading(page))
	}
}

func TestWhatLeadflowDoesNotKnowIsShownAsItWasSent(t *testing.T) {
	s := open(t)
	odd := touch("s1", lead.ActionUnknown)
	odd.RawSource, odd.RawAction = "Copilot-TRY", "TRY-NOW"
	known := touch("s2", lead.ActionContactMe)
	known.RawSource, known.RawAction = "SPZA-PLT", "plt"
	s.has("l1", ana(), odd, known)
	page := text(s.sees("l1"))
	if !strings.Contains(page, "Copilot-TRY") || !strings.Contains(page, "TRY-NOW") || strings.Contains(page, "SPZA-PLT") {
		t.Errorf("the page says\n%s", page)
	}
}

func TestALeadWhoseOwnerLeftTheTeamHasAPageToo(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	_, err := s.store.Update(t.Context(), "l1", func(l *lead.Lead) error {
		l.Owner.Person = "lou"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if page := text(s.sees("l1")); !strings.Contains(page, "lou") {
		t.Errorf("the page does not name the owner:\n%s", page)
	}
}

// hostile is what strangers may write into any field.
var hostile = map[string]string{
	"an element":           `<img src=x onerror=alert(1)>`,
	"a script":             `"'><script>alert(1)</script>`,
	"the end of the page":  `</li></ol></dd></dl></main></title></style></body></html><h1>`,
	"a style":              `</style><style>*{display:none}`,
	"a comment":            `<!-- --><!--`,
	"an attribute":         `" onmouseover="alert(1)" style="x`,
	"a template":           `{{.Page}} {{define "lead.html"}}{{end}} {{template "x"}} ${x} <%= x %>`,
	"a script's address":   `javascript:alert(1)`,
	"what cannot be seen":  "a\x00b\x1b[31m\u202ecod.exe\u2066\u2028\ufeff",
	"what is no text":      "\xff\xfe\x80",
	"two thousand letters": strings.Repeat("가", 2000),
}

func TestAHostileLeadMakesAPageOfTheSameShapeAsAnyOther(t *testing.T) {
	s := open(t)
	shape := func(id, text string) []string {
		x := touch(id, lead.ActionUnknown)
		x.Source, x.RawSource, x.RawAction, x.Description = text, text, text, text
		x.Offer = lead.Offer{ID: text, Publisher: text, Title: text}
		s.has(id, lead.Contact{FirstName: text, LastName: text, Email: text, Phone: text, Company: text, JobTitle: text, Country: text}, x)
		return markup(s.sees(id))
	}
	want := shape("harmless", "harmless")
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			s.t = t
			if got := shape(strings.ReplaceAll(name, " ", "-"), text); !slices.Equal(got, want) {
				t.Errorf("markup\n%v\nand not\n%v", got, want)
			}
		})
	}
}

func TestTheLinksToWriteAndCallHoldTheirTargetsAndNothingElse(t *testing.T) {
	for _, c := range []struct{ name, email, phone, number string }{
		{"usual ones", "ana@fabrikam.example.com", "+55 11 91234-5678", "+5511912345678"},
		{"a tag", "ana+x@fabrikam.example.com", "02 1234 5678", "0212345678"},
		{"characters with a meaning in links", "a?bcc=b&body=%41#c/d@fabrikam.example.com", "1;ext=2?x=%41#3", ""},
		{"a second header, and a code that a phone obeys", "ana@fabrikam.example.com?bcc=everyone@contoso.example.com", "*2767*3855#", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			p := ana()
			p.Email, p.Phone = c.email, c.phone
			s.has("l1", p, touch("s1", lead.ActionContactMe))
			page := s.sees("l1")
			if strings.Contains(page, "tel:") != (c.number != "") || !strings.Contains(text(page), c.phone) {
				t.Error("the page leads to a call of what is no number, or does not say it")
			}
			for scheme, want := range map[string]string{"mailto": c.email, "tel": c.number} {
				if want == "" {
					continue
				}
				_, after, found := strings.Cut(page, `<dd><a href="`+scheme+":")
				value, _, _ := strings.Cut(after, `"`)
				u, err := url.Parse(scheme + ":" + html.UnescapeString(value))
				if !found || err != nil || u.RawQuery != "" || u.Fragment != "" {
					t.Errorf("the link is to %s:%s, %v", scheme, value, err)
					continue
				}
				if got, err := url.PathUnescape(u.Opaque); err != nil || got != want {
					t.Errorf("the link is to %q, %v, want %q", got, err, want)
				}
			}
		})
	}
}

// heading is what the page is about.
func heading(page string) string {
	_, after, _ := strings.Cut(page, "<h1>")
	title, _, _ := strings.Cut(after, "</h1>")
	return html.UnescapeString(title)
}

// style is the page's one stylesheet.
func style(t *testing.T, page string) string {
	t.Helper()
	_, after, _ := strings.Cut(page, "<style>")
	css, _, found := strings.Cut(after, "</style>")
	if !found || strings.Count(page, "<style") != 1 {
		t.Fatalf("the page has not one stylesheet:\n%s", page)
	}
	return css
}

// text is a page without its markup.
func text(page string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			out.WriteString(z.Token().Data)
		}
	}
}

// markup is a page without its text: its tags with their attributes, links only with where they lead.
func markup(page string) []string {
	var tags []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return tags
		case html.TextToken:
			continue
		}
		tag := z.Token()
		for i, a := range tag.Attr {
			switch {
			case a.Key == "href":
				tag.Attr[i].Val, _, _ = strings.Cut(a.Val, ":")
			case a.Key == "action", a.Key == "value" && strings.Contains(tag.String(), ` name="seen"`):
				tag.Attr[i].Val = ""
			}
		}
		tags = append(tags, tag.String())
	}
}
