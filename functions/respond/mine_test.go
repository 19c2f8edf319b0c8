package respond_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/team"
)

// crew is two teams: Kim, Mina and Bo under Sofia, who is away until Wednesday and covered by Kim; Lou alone, without a manager.
var crew = team.Team{
	People: []team.Person{
		{ID: "kim", Name: "Kim Lee", Mail: "kim@contoso.example.com", Calendar: office("UTC")},
		{ID: "mina", Name: "Mina Park", Mail: "mina@contoso.example.com", Calendar: office("Asia/Seoul"), Languages: []string{"ko", "en"}},
		{ID: "bo", Name: "Bo Berg", Mail: "bo@contoso.example.com", Calendar: away(office("UTC"), 48*time.Hour), Cover: "kim"},
		{ID: "sofia", Name: "Sofia Rossi", Mail: "sofia@contoso.example.com", Calendar: office("UTC")},
		{ID: "lou", Name: "Lou", Mail: "lou@contoso.example.com", Calendar: office("UTC")},
	},
	Groups: []team.Group{{ID: "east", People: []string{"kim", "mina", "bo"}, Manager: "sofia"}, {ID: "west", People: []string{"lou"}}},
}.WithOperations("operations@contoso.example.com")

// away is somebody who is absent for a time around nine in the morning.
func away(c lead.Calendar, left time.Duration) lead.Calendar {
	c.Away = []lead.Stretch{{From: morning.Add(-24 * time.Hour), To: morning.Add(left)}}
	return c
}

func list(kind link.Kind, person string) link.Token {
	return link.Token{Kind: kind, Person: person, Expires: morning.Add(link.Life)}
}

// owns writes a lead of an owner about a company, after a contact me at nine.
func (s *site) owns(owner, company string, changes ...func(*lead.Lead) error) string {
	s.t.Helper()
	id := strings.ToLower(company)
	c := ana()
	c.Company = company
	_, err := s.store.Update(s.t.Context(), id, func(l *lead.Lead) error {
		l.Take(touch("s-"+id, lead.ActionContactMe), c, lead.At(morning), crew.Staff(morning, func() lead.Owner { return lead.Owner{Person: owner, Why: "the turn"} }))
		for _, change := range changes {
			if err := change(l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// reads gives a page, which has to be there.
func (s *site) reads(t link.Token, query string) string {
	s.t.Helper()
	res, page := s.asks(http.MethodGet, s.link(t)+query)
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("answered %s:\n%s", res.Status, page)
	}
	return page
}

// outline is a list as its headings have it: sections in brackets, then the leads.
func outline(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		var words strings.Builder
		for in := range n.Descendants() {
			if in.Type == html.TextNode {
				words.WriteString(in.Data)
			}
		}
		switch {
		case n.Data == "ol" && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Val == "cards" }):
			h := n.PrevSibling
			for h.Data != "h2" {
				h = h.PrevSibling
			}
			said = append(said, "["+h.FirstChild.Data+"]")
		case n.Data == "h3", n.Data == "label" && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Val == "tick" }):
			company, _, _ := strings.Cut(words.String(), " - ")
			said = append(said, company)
		}
	}
	return strings.Join(said, " ")
}

// tap is what one of the buttons of a lead on a list sends.
func tap(id, how, seen string) url.Values {
	return url.Values{"how": {how + " 1"}, "leads": {"another " + id}, "seen": {seen}}
}

func contacted(l *lead.Lead) error {
	return l.Contacted(lead.Attempt{At: morning, By: crew.People[0].Actor(), Disposition: lead.NoAnswer}, morning, crew.Staff(morning, nil))
}

func TestMyLeadsAreAllForWhichIActTheMostUrgentFirst(t *testing.T) {
	s := openFor(t, crew)
	s.owns("kim", "Waits")
	s.owns("kim", "Overdue", func(l *lead.Lead) error { l.FollowUp.DueAt = lead.At(morning.Add(-time.Hour)); return nil })
	s.owns("kim", "Longest", func(l *lead.Lead) error { l.FollowUp.DueAt = lead.At(morning.Add(-2 * time.Hour)); return nil })
	snooze := func(until time.Duration) func(*lead.Lead) error {
		return func(l *lead.Lead) error { return l.Snooze(morning.Add(until), crew.People[0].Actor(), morning) }
	}
	s.owns("kim", "Ignored", snooze(2*time.Hour), func(l *lead.Lead) error { l.FollowUp.DueAt = lead.At(morning.Add(-90 * time.Minute)); return nil })
	s.owns("kim", "Evening", snooze(8*time.Hour))
	s.owns("kim", "Step", contacted, func(l *lead.Lead) error { l.FollowUp.DueAt = lead.At(morning); return nil })
	s.owns("kim", "Next", contacted)
	s.owns("kim", "Snoozed", snooze(time.Hour))
	s.owns("kim", "Nothing", func(l *lead.Lead) error { l.FollowUp = nil; return nil })
	s.owns("kim", "Stopped", suppressed(lead.SuppressedDoNotContact))
	s.owns("kim", "Closed", closed)
	s.owns("mina", "Others")
	s.owns("bo", "Covered")
	s.owns("lou", "Elsewhere")
	var page string
	if cost := s.cost(func() { page = s.reads(list(link.KindMine, "kim"), "") }); !maps.Equal(cost, map[string]int{"read state": 1, "query leads": 1}) {
		t.Errorf("it asked of the database: %v", cost)
	}
	want := "[Waited too long] Longest Ignored Overdue [Wait for an answer] Covered Waits [Due now] Step [Later] Snoozed Evening Next Nothing Stopped"
	if got := outline(t, page); got != want {
		t.Errorf("the list is\n%s, want\n%s", got, want)
	}
	said := text(page)
	for _, want := range []string{"Leads of Kim Lee", "11 leads are open. 3 have waited too long.", "You act for Bo Berg.", "Overdue by 1 h: it was due Mon 23 Nov 08:00 UTC.",
		"Follow up: step 1 of 4.", "Nothing is planned.", "Do not contact"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q:\n%s", want, said)
		}
	}
	if n := strings.Count(page, `name="how" value="called `); n != 10 { // but for the one that must not be contacted
		t.Errorf("%d leads can be recorded", n)
	}
	if strings.Contains(said, "team") {
		t.Error("somebody who manages nobody is led to a team")
	}
	if got := outline(t, s.reads(list(link.KindMine, "sofia"), "")); got != "" {
		t.Errorf("somebody without leads has %q", got)
	}
}

func TestAContactIsRecordedFromTheListAndTheListSaysSo(t *testing.T) {
	for how, want := range map[string]string{
		"called":   "Kim Lee contacted them: they answered. That was in time.",
		"mailed":   "Kim Lee contacted them: a message was left. That was in time.",
		"noAnswer": "Kim Lee contacted them: no answer. That was in time.",
	} {
		t.Run(how, func(t *testing.T) {
			s := openFor(t, crew)
			id := s.owns("kim", "Fabrikam")
			here := s.link(list(link.KindMine, "kim"))
			form := tap(id, how, s.lead(id).UpdatedAt.String())
			s.at(morning.Add(time.Second))
			var res *http.Response
			if cost := s.cost(func() { res, _ = s.sends(here, form) }); !maps.Equal(cost, map[string]int{"read leads": 1, "replace leads": 1}) {
				t.Errorf("to record it asked of the database: %v", cost)
			}
			page := s.follows(here, res)
			if got := role(page, "status"); got != "Fabrikam - Contact me - Contoso Analytics - Recorded: "+want {
				t.Errorf("the page says %q", got)
			}
			if l := s.lead(id); l.Response == nil || l.Response.By != "kim" || l.Timeline[len(l.Timeline)-1].Text != want {
				t.Errorf("the lead has %+v", l.Response)
			}
			s.at(morning.Add(time.Minute))
			before := len(s.lead(id).Timeline)
			res, _ = s.sends(here, form)
			if page := s.follows(here, res); !strings.HasSuffix(role(page, "status"), "Already recorded: "+want) || len(s.lead(id).Timeline) != before {
				t.Errorf("the second time the page says %q", role(page, "status"))
			}
			res, _ = s.sends(here, tap(id, how, s.lead(id).UpdatedAt.String())) // from the list as it is now
			if s.follows(here, res); len(s.lead(id).Timeline) != before+1 {
				t.Error("a second attempt is not recorded")
			}
		})
	}
}

func TestWhoRecordsFromALaterPartOfAListStaysThere(t *testing.T) {
	s := openFor(t, crew)
	for n := range 60 {
		s.owns("kim", fmt.Sprintf("Company%03d", n), func(l *lead.Lead) error {
			l.FollowUp.DueAt = lead.At(morning.Add(time.Duration(n) * time.Minute))
			return nil
		})
	}
	here := s.link(list(link.KindMine, "kim")) + "&from=50"
	s.at(morning.Add(time.Second))
	res, _ := s.sends(here, tap("company055", "noAnswer", ""))
	if page := s.follows(here, res); !strings.Contains(role(page, "status"), "Company055") || strings.Contains(outline(t, page), "Company003") || !strings.Contains(outline(t, page), "Company059") {
		t.Errorf("the page says %q and shows %s", role(page, "status"), outline(t, page))
	}
}

func TestWhoActsFromAListSeesWhatOthersDidMeanwhile(t *testing.T) {
	s := openFor(t, crew)
	id := s.owns("kim", "Fabrikam")
	here := s.link(list(link.KindMine, "kim"))
	seen := s.lead(id).UpdatedAt.String()
	s.at(morning.Add(time.Minute))
	s.changes(id, func(l *lead.Lead) error {
		return l.Note("They called back.", crew.People[1].Actor(), morning.Add(time.Minute))
	})
	s.at(morning.Add(2 * time.Minute))
	res, _ := s.sends(here, tap(id, "noAnswer", seen))
	page := text(s.follows(here, res))
	_, after, _ := strings.Cut(page, "Since you opened this page:")
	if meanwhile, _, _ := strings.Cut(after, "Leads of"); !strings.Contains(meanwhile, "Mina Park noted: They called back.") || strings.Contains(meanwhile, "Kim") || strings.Contains(meanwhile, "Contact me") {
		t.Errorf("the page says\n%s", page)
	}
}

// What is recorded late stands on the timeline at the time at which it was.
func TestWhoActsFromAListSeesWhatOthersRecordedMeanwhileOfBefore(t *testing.T) {
	s := openFor(t, crew)
	id := s.owns("kim", "Fabrikam")
	s.at(morning.Add(2 * time.Hour))
	here, seen := s.link(list(link.KindMine, "kim")), lead.At(morning.Add(2*time.Hour)).String()
	s.changes(id, func(l *lead.Lead) error {
		later := morning.Add(2*time.Hour + time.Minute)
		return l.Contacted(lead.Attempt{At: morning.Add(time.Hour), By: crew.People[1].Actor(), Disposition: lead.Connected}, later, crew.Staff(later, nil))
	})
	s.at(morning.Add(2*time.Hour + 2*time.Minute))
	res, _ := s.sends(here, tap(id, "noAnswer", seen))
	page := text(s.follows(here, res))
	_, after, _ := strings.Cut(page, "Since you opened this page:")
	if meanwhile, _, _ := strings.Cut(after, "Leads of"); !strings.Contains(meanwhile, "Mina Park contacted them: they answered.") {
		t.Errorf("the page says\n%s", page)
	}
}

func TestWhatAListDoesNotRecordItSaysAndWhy(t *testing.T) {
	s := openFor(t, crew)
	mine, shut, others := s.owns("kim", "Mine"), s.owns("kim", "Shut", closed), s.owns("lou", "Others")
	s.changes(others, func(l *lead.Lead) error { l.Mails = nil; return nil })
	for _, c := range []struct {
		name   string
		form   url.Values
		status int
		alert  string
	}{
		{"without how it went", tap(mine, "", ""), 422, "Not recorded: how it went is missing: choose."},
		{"on no lead", url.Values{"how": {"called 1"}, "leads": {mine}}, 422, "Not recorded: how it went is missing: choose."},
		{"on what is no place", url.Values{"how": {"called -1"}, "leads": {mine}}, 422, "Not recorded: how it went is missing: choose."},
		{"in a strange way", tap(mine, "OptedOut", ""), 422, "Not recorded: how it went is missing: choose."},
		{"on a lead that is gone", tap("erased", "called", ""), 404, "That lead is gone, or it is not yours any more."},
		{"on somebody else's lead", tap(others, "called", ""), 404, "That lead is gone, or it is not yours any more."},
		{"away until nothing", url.Values{"away": {"until"}, "at": {""}}, 422, "Not recorded: the date is missing: give one."},
		{"away until yesterday", url.Values{"away": {"until"}, "at": {"2026-11-22"}}, 422, "Not recorded: that time has passed already: give when the absence ends."},
		{"away for years", url.Values{"away": {"until"}, "at": {"2062-11-22"}}, 422, "Not recorded: an absence can end 366 days from now at most: check the year."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			before := len(s.lead(mine).Timeline) + len(s.lead(shut).Timeline) + len(s.lead(others).Timeline)
			res, page := s.sends(s.link(list(link.KindMine, "kim")), c.form)
			if res.StatusCode != c.status || role(page, "alert") != c.alert || !strings.Contains(outline(t, page), "Mine") {
				t.Errorf("answered %s, alert %q", res.Status, role(page, "alert"))
			}
			if after := len(s.lead(mine).Timeline) + len(s.lead(shut).Timeline) + len(s.lead(others).Timeline); after != before {
				t.Error("something was recorded")
			}
		})
	}
	s.t = t
	if res, page := s.sends(s.link(list(link.KindMine, "kim")), url.Values{"do": {"won"}}); res.StatusCode != 400 || heading(page) != "Nothing was recorded" {
		t.Errorf("what is no form of the list is answered %s", res.Status)
	}
	here := s.link(list(link.KindMine, "kim"))
	res, page := s.sends(here, tap(shut, "called", ""))
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("a contact with a lead that was closed meanwhile is answered %s, %q", res.Status, role(page, "alert"))
	}
	from, err := url.Parse(here)
	if err != nil {
		t.Fatal(err)
	}
	there, err := from.Parse(res.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if _, page := s.sends(there.String(), tap(mine, "", "")); role(page, "alert") == "" || role(page, "status") != "" { // the forms of a list are sent to its own address
		t.Errorf("what is refused behind what was recorded shows %q and %q", role(page, "alert"), role(page, "status"))
	}
	s.at(morning.Add(-time.Hour)) // by a clock that goes wrong
	if res, page := s.sends(here, tap(mine, "called", "")); res.StatusCode != 422 || !strings.HasPrefix(role(page, "alert"), "Not recorded: that is before the lead arrived") {
		t.Errorf("a contact before the lead is answered %s, %q", res.Status, role(page, "alert"))
	}
}

func TestALeadThatWasGivenAwayMeanwhileIsStillRecordedByWhoWasToldOfIt(t *testing.T) {
	s := openFor(t, crew)
	id := s.owns("kim", "Fabrikam")
	s.changes(id, func(l *lead.Lead) error {
		return l.Reassign(lead.Owner{Person: "lou", Why: "x"}, morning, crew.Staff(morning, nil))
	})
	here := s.link(list(link.KindMine, "kim"))
	res, _ := s.sends(here, tap(id, "called", ""))
	if page := s.follows(here, res); !strings.Contains(role(page, "status"), "they answered") || s.lead(id).Response == nil {
		t.Errorf("the page says %q", role(page, "status"))
	}
}

// The team that handlers follow is half a minute old: by it Mina is there, and Sofia manages the team.
func TestWhoActsForSomebodySinceAMomentAgoMayDoWhatThePageShows(t *testing.T) {
	for name, manager := range map[string]string{"who manages no team": "", "who manages another team": "lou"} {
		t.Run(name, func(t *testing.T) {
			covered := crew
			covered.People, covered.Groups = slices.Clone(crew.People), slices.Clone(crew.Groups)
			covered.People[1].Cover, covered.People[3].Cover, covered.Groups[1].Manager = "kim", "lou", manager
			actsSinceAMoment(t, openFor(t, covered))
		})
	}
}

func actsSinceAMoment(t *testing.T, s *site) {
	t.Helper()
	minas, lous := s.owns("mina", "Northwind"), s.owns("lou", "Elsewhere", func(l *lead.Lead) error { l.Owner.Decision = &lead.Decision{Team: "east"}; return nil })
	leave, err := lead.DeclareAway(morning, morning.Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range []string{"mina", "sofia"} {
		if err := s.store.DeclareAway(t.Context(), person, leave); err != nil {
			t.Fatal(err)
		}
	}
	if got := outline(t, s.reads(list(link.KindMine, "kim"), "")); got != "[Wait for an answer] Northwind" {
		t.Fatalf("Kim has %s", got)
	}
	if res, page := s.sends(s.link(list(link.KindMine, "kim")), tap(minas, "called", "")); res.StatusCode != http.StatusSeeOther || s.lead(minas).Response == nil {
		t.Errorf("to record it is answered %s, %q", res.Status, role(page, "alert"))
	}
	team := list(link.KindTeam, "lou")
	if got := outline(t, s.reads(team, "")); !strings.Contains(got, "Elsewhere") {
		t.Errorf("Lou sees %s of the team", got)
	}
	if _, page := s.sends(s.link(team), gives("kim", "x", minas, lous)); s.lead(lous).Owner.Person != "kim" || s.lead(minas).Owner.Person != "kim" {
		t.Errorf("Lou gives nothing away: %q", role(page, "status"))
	}
}

func TestAPersonDeclaresToBeAwayAndBack(t *testing.T) {
	s := openFor(t, crew)
	here := s.link(list(link.KindMine, "mina")) // it is 18:00 in Seoul
	if page := text(s.reads(list(link.KindMine, "mina"), "")); !strings.Contains(page, "근무 중입니다.") {
		t.Errorf("the page says\n%s", page)
	}
	const first = `<input type="date" name="at" min="%s" required>`
	if page := s.reads(list(link.KindMine, "mina"), ""); !strings.Contains(page, fmt.Sprintf(first, "2026-11-24")) {
		t.Error("the first day to be back is not tomorrow")
	}
	s.at(morning.Add(8 * time.Hour))
	if page := s.reads(list(link.KindMine, "mina"), ""); !strings.Contains(page, fmt.Sprintf(first, "2026-11-25")) {
		t.Error("the first day to be back is not tomorrow in Seoul")
	}
	s.at(morning)
	res, _ := s.sends(here, url.Values{"away": {"until"}, "at": {"2026-12-01"}})
	page := s.follows(here, res)
	if got := role(page, "status"); got != "기록했습니다: 부재중이며 2026년 12월 1일(화) 00:00 KST에 복귀합니다." || !strings.Contains(text(page), "할 일은 대신하는 분에게 전달됩니다.") {
		t.Errorf("the page says %q", got)
	}
	said, err := s.store.Absences(t.Context())
	if err != nil || said["mina"].Since != lead.At(morning) || said["mina"].Until != lead.At(time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("it is stored as %+v, %v", said, err)
	}
	again, _ := s.sends(here, url.Values{"away": {"until"}, "at": {"2026-12-01"}})
	if got := role(s.follows(here, again), "status"); !strings.HasPrefix(got, "기록했습니다: 부재중이며 2026년 12월 1일") {
		t.Errorf("the second time it says %q", got)
	}
	s.at(morning.Add(time.Hour))
	back, _ := s.sends(here, url.Values{"away": {"back"}})
	if page := s.follows(here, back); role(page, "status") != "기록했습니다: 복귀하셨습니다." || !strings.Contains(text(page), "근무 중입니다.") {
		t.Errorf("the page says %q", role(page, "status"))
	}
	if page := s.follows(here, res); role(page, "status") != "" {
		t.Errorf("a page from before says %q", role(page, "status"))
	}
}

// Scanners may put anything into the query of a list.
func TestAListThatIsOpenedWritesNothingAndSaysNothingThatIsNotSo(t *testing.T) {
	s := openFor(t, crew)
	id, others := s.owns("kim", "Fabrikam", contacted), s.owns("lou", "Elsewhere", func(l *lead.Lead) error { l.Mails = nil; return nil })
	for _, kind := range []link.Kind{link.KindMine, link.KindTeam} {
		for _, query := range []string{"", "&how=called&lead=" + id, "&away=back", "&away=2026-11-23T09:00:00.000Z", "&done=x&lead=" + id, "&done=&lead=" + id, "&again=x&lead=" + others, "&do=reassign&lead=" + id + "&to=lou&reason=x",
			"&from=1", "&from=7", "&from=-1", "&from=x", "&show=<script>", "&whose=<script>"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				person := map[link.Kind]string{link.KindMine: "kim", link.KindTeam: "sofia"}[kind]
				var page string
				cost := s.cost(func() { _, page = s.asks(method, s.link(list(kind, person))+query) })
				delete(cost, "read leads") // of the act that it names
				if !maps.Equal(cost, map[string]int{"read state": 1, "query leads": 1}) {
					t.Errorf("%s with %s asked of the database: %v", method, query, cost)
				}
				if role(page, "status")+role(page, "alert") != "" || strings.Contains(page, "<script") {
					t.Errorf("%s with %s shows\n%s", method, query, page)
				}
				if method == http.MethodGet && !strings.Contains(query, "whose") && !strings.Contains(outline(t, page), "Fabrikam") {
					t.Errorf("with %s the list is %q", query, outline(t, page))
				}
			}
		}
	}
}

// following is what the query has besides the token that leads from a page of a list to the next one; empty on the last.
func following(page string) string {
	place := regexp.MustCompile(`href="\?(from=\d+)&amp;t=[^"]+">\d+ more<`).FindStringSubmatch(page)
	if place == nil {
		return ""
	}
	return "&" + place[1]
}

func TestAListShowsAsMuchOfALongNameAsThereIsRoomFor(t *testing.T) {
	s := openFor(t, crew)
	s.owns("kim", strings.Repeat("w", 100))
	if got, want := outline(t, s.reads(list(link.KindMine, "kim"), "")), "[Wait for an answer] "+strings.Repeat("w", 79)+"…"; got != want {
		t.Errorf("the list is %s, want %s", got, want)
	}
}

func TestALongListIsShownInParts(t *testing.T) {
	s := openFor(t, crew)
	for n := range 120 {
		s.owns("kim", fmt.Sprintf("Company %03d", n), func(l *lead.Lead) error {
			l.FollowUp.DueAt = lead.At(morning.Add(time.Duration(n) * time.Minute))
			return nil
		})
	}
	var all []string
	pages := 0
	for next, more := "", true; more; pages++ {
		page := s.reads(list(link.KindMine, "kim"), next)
		if len(page) > 40_000 {
			t.Errorf("a page has %d bytes", len(page))
		}
		all = append(all, strings.Split(outline(t, page), " Company ")[1:]...)
		if first := strings.Contains(page, "From the beginning"); first != (pages > 0) {
			t.Errorf("page %d leads to the beginning: %t", pages, first)
		}
		next = following(page)
		more = next != "" && pages < 10
	}
	if page := s.reads(list(link.KindTeam, "sofia"), "&whose=kim"); !regexp.MustCompile(`href="\?from=\d+&amp;t=[^"]+&amp;whose=kim">\d+ more<`).MatchString(page) {
		t.Error("the next part shows others' leads too")
	}
	if pages != 3 || len(all) != 120 || !slices.IsSorted(all) {
		t.Errorf("%d leads are shown on %d pages: %v", len(all), pages, all)
	}
}
