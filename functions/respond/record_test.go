package respond_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"leadflow/functions/respond"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// by is the token of a person for a lead.
func by(person, leadID string) link.Token {
	token := to(leadID)
	token.Person = person
	return token
}

// sends sends a form and gives the answer itself, wherever that leads.
func (s *site) sends(to string, form url.Values, headers ...string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
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

// follows gives the page to which an answer leads.
func (s *site) follows(from string, res *http.Response) string {
	s.t.Helper()
	where, err := url.Parse(from)
	if err != nil || res.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("answered %s, %v", res.Status, err)
	}
	there, err := where.Parse(res.Header.Get("Location"))
	if err != nil {
		s.t.Fatal(err)
	}
	next, page := s.asks(http.MethodGet, there.String())
	if next.StatusCode != http.StatusOK {
		s.t.Fatalf("it leads to %s", next.Status)
	}
	return page
}

// lead is a lead as it is stored.
func (s *site) lead(id string) *lead.Lead {
	s.t.Helper()
	l, _, err := s.store.Lead(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

// changes changes a lead behind the pages' back.
func (s *site) changes(id string, change func(*lead.Lead) error) {
	s.t.Helper()
	if _, err := s.store.Update(s.t.Context(), id, change); err != nil {
		s.t.Fatal(err)
	}
}

// paper is a form as a browser has it: what is sent if nobody touches it, and where to.
type paper struct {
	action string
	values url.Values
	open   bool
}

// papers are the forms of a page by their verb, in the order of the page.
func papers(t *testing.T, page string) (forms map[string]paper, order []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	attr := func(n *html.Node, key string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val, true
			}
		}
		return "", false
	}
	forms = map[string]paper{}
	for n := range root.Descendants() {
		if n.Data != "form" || n.Type != html.ElementNode {
			continue
		}
		f := paper{values: url.Values{}}
		f.action, _ = attr(n, "action")
		_, f.open = attr(n.Parent, "open")
		if method, _ := attr(n, "method"); method != "post" {
			t.Errorf("a form is sent by %q", method)
		}
		for in := range n.Descendants() {
			name, named := attr(in, "name")
			value, _ := attr(in, "value")
			kind, _ := attr(in, "type")
			_, checked := attr(in, "checked")
			switch {
			case !named:
			case in.Data == "input" && (kind != "radio" || checked):
				f.values.Add(name, value)
			case in.Data == "textarea" && in.FirstChild != nil:
				f.values.Add(name, in.FirstChild.Data)
			case in.Data == "textarea":
				f.values.Add(name, "")
			case in.Data == "select":
				chosen := ""
				for o := range in.Descendants() {
					if v, isOption := attr(o, "value"); isOption {
						if _, selected := attr(o, "selected"); selected || chosen == "" {
							chosen = v
						}
					}
				}
				f.values.Add(name, chosen)
			}
		}
		do := f.values.Get("do")
		if _, twice := forms[do]; twice {
			t.Errorf("the page has two forms to %s", do)
		}
		forms[do], order = f, append(order, do)
	}
	return forms, order
}

// fills gives the form of a page with other answers: "when=hour".
func fills(t *testing.T, page, do string, answers ...string) url.Values {
	t.Helper()
	forms, order := papers(t, page)
	f, ok := forms[do]
	if !ok {
		t.Fatalf("there is no form to %s, but %v", do, order)
	}
	for _, a := range answers {
		name, value, _ := strings.Cut(a, "=")
		f.values.Set(name, value)
	}
	return f.values
}

// role is what a page says in an element with that role.
func role(page, name string) string {
	_, after, found := strings.Cut(page, `role="`+name+`"`)
	if !found {
		return ""
	}
	_, after, _ = strings.Cut(after, ">")
	said, _, _ := strings.Cut(after, "</p>")
	return html.UnescapeString(said)
}

// stand says where a lead stands, in one line.
func stand(l *lead.Lead) string {
	text := string(l.Stage) + " of " + l.Owner.Person
	if l.Suppression != nil {
		text += " " + string(l.Suppression.Reason)
	}
	if f := l.FollowUp; f != nil {
		text += " " + string(f.Kind)
		if !f.SnoozedUntil.IsZero() {
			text += " until " + f.SnoozedUntil.Format("2006-01-02T15:04")
		}
	}
	return text
}

func suppressed(reason lead.SuppressionReason) func(*lead.Lead) error {
	return func(l *lead.Lead) error { return l.Suppress(reason, "", people.People[0].Actor(), morning) }
}

func closed(l *lead.Lead) error {
	return l.Close(lead.StageLost, lead.NoNeed, "", people.People[0].Actor(), morning)
}

// toDecide asked for contact after a do-not-contact.
func toDecide(l *lead.Lead) error {
	stop := touch("dnc", lead.ActionDoNot)
	stop.ReceivedAt = lead.At(stop.ReceivedAt.Add(-time.Minute))
	l.Take(stop, ana(), lead.At(morning), people.Staff(morning, nil))
	l.Take(touch("asks", lead.ActionContactMe), ana(), lead.At(morning), people.Staff(morning, nil))
	return nil
}

func snoozed(l *lead.Lead) error {
	return l.Snooze(morning.Add(30*time.Hour), people.People[0].Actor(), morning)
}

// TestEveryVerbIsRecordedFromItsForm acts as Mina, whose Monday is nine hours ahead: it is 19:30 in Seoul. The lead
// arrived at 09:00 UTC.
func TestEveryVerbIsRecordedFromItsForm(t *testing.T) {
	s := open(t)
	untouched := func(*lead.Lead) error { return nil }
	for n, c := range []struct {
		name    string
		before  func(*lead.Lead) error
		do      string
		answers []string
		stand   string
		told    string
	}{
		{"contacted just now", untouched, "contacted", []string{"disposition=Connected"}, "Contacted of kim", "Mina Park contacted them: they answered. That was in time."},
		{"contacted an hour ago, with a note", untouched, "contacted", []string{"disposition=NoAnswer", "when=hour", "note= Tried\r\ntwice. "}, "Contacted of kim step",
			"Mina Park contacted them: no answer. That was in time. Recorded Mon 23 Nov 2026, 10:30 UTC. Note: Tried\ntwice."},
		{"contacted at another time", untouched, "contacted", []string{"disposition=LeftMessage", "when=other", "at=2026-11-23T18:15"}, "Contacted of kim step",
			"Mina Park contacted them: a message was left. That was in time. Recorded Mon 23 Nov 2026, 10:30 UTC."},
		{"contacted, and they want no more", untouched, "contacted", []string{"disposition=OptedOut"}, "Contacted of kim OptedOut",
			"Mina Park contacted them: they want no contact. That was in time. | Must not be contacted: they said so."},
		{"put off for an hour", untouched, "snooze", []string{"until=hour"}, "New of kim respond until 2026-11-23T11:30", "Mina Park put it off until Mon 23 Nov 2026, 11:30 UTC."},
		{"put off until tomorrow", untouched, "snooze", []string{"until=tomorrow"}, "New of kim respond until 2026-11-24T00:00", "Mina Park put it off until Tue 24 Nov 2026, 00:00 UTC."},
		{"put off for three days", untouched, "snooze", []string{"until=days"}, "New of kim respond until 2026-11-26T10:30", "Mina Park put it off until Thu 26 Nov 2026, 10:30 UTC."},
		{"put off until next week", untouched, "snooze", []string{"until=week"}, "New of kim respond until 2026-11-30T00:00", "Mina Park put it off until Mon 30 Nov 2026, 00:00 UTC."},
		{"put off until a date", untouched, "snooze", []string{"until=date", "at=2026-12-01"}, "New of kim respond until 2026-12-01T00:00", "Mina Park put it off until Tue 1 Dec 2026, 00:00 UTC."},
		{"taken up again", snoozed, "wake", nil, "New of kim respond", "Mina Park took it up again."},
		{"a note", untouched, "note", []string{"note=They call back.\x1b"}, "New of kim respond", "Mina Park noted: They call back."},
		{"qualified", untouched, "qualify", nil, "Qualified of kim respond", "Mina Park qualified it."},
		{"won", untouched, "won", []string{"note=Ten seats."}, "Won of kim", "Mina Park closed it as Won. Ten seats."},
		{"lost", untouched, "lost", []string{"reason=Competitor"}, "Lost of kim", "Mina Park closed it as Lost: chose a competitor."},
		{"disqualified", untouched, "disqualify", []string{"reason=NoCustomer", "note=A student."}, "Disqualified of kim",
			"Mina Park closed it as Disqualified: not a customer (spam, student, job seeker). A student."},
		{"opened again", closed, "wake", nil, "New of kim look", "Mina Park opened it again; it was Lost."},
		{"not to be contacted, as they say", untouched, "suppress", []string{"reason=OptedOut"}, "New of kim OptedOut", "Must not be contacted: they said so to Mina Park."},
		{"not to be contacted, as we say", untouched, "suppress", []string{"reason=DoNotContact"}, "New of kim DoNotContact", "Must not be contacted: Mina Park said so."},
		{"may be contacted again", suppressed(lead.SuppressedDoNotContact), "unsuppress", []string{"reason=They called."}, "New of kim look",
			"Mina Park said that they may be contacted again. They called."},
		{"left", toDecide, "leave", nil, "New of kim DoNotContact", "Mina Park decided to leave it: they are not contacted."},
		{"given to somebody", untouched, "reassign", []string{"to=mina", "reason=She knows them. "}, "New of mina respond",
			"New owner: Mina Park. Mina Park gave it to Mina Park: She knows them."},
		{"given to operations", untouched, "reassign", []string{"to=operations", "reason=Too many."}, "New of operations respond",
			"New owner: Operations. Mina Park gave it to Operations: Too many."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			id := fmt.Sprintf("l%d", n)
			s.at(morning.Add(90 * time.Minute))
			s.has(id, ana(), touch("s"+id, lead.ActionContactMe))
			s.changes(id, c.before)
			before := len(s.lead(id).Timeline)
			here := s.link(by("mina", id))
			_, page := s.asks(http.MethodGet, here)
			form := fills(t, page, c.do, c.answers...)
			var res *http.Response
			if cost := s.cost(func() { res, _ = s.sends(here, form) }); !maps.Equal(cost, map[string]int{"read leads": 1, "replace leads": 1}) {
				t.Errorf("to record it asked of the database: %v", cost)
			}
			l := s.lead(id)
			var told []string
			for _, a := range l.Timeline[before:] {
				told = append(told, a.Text)
			}
			if got := strings.Join(told, " | "); got != c.told {
				t.Errorf("the timeline says\n%s, want\n%s", got, c.told)
			}
			if got := stand(l); got != c.stand {
				t.Errorf("it is %s, want %s", got, c.stand)
			}
			if cost := s.cost(func() { page = s.follows(here, res) }); !maps.Equal(cost, map[string]int{"read leads": 1}) {
				t.Errorf("to say so it asked of the database: %v", cost)
			}
			if got, want := role(page, "status"), "Recorded: "+strings.ReplaceAll(c.told, " | ", " "); got != want || role(page, "alert") != "" {
				t.Errorf("the page says %q, want %q; alert %q", got, want, role(page, "alert"))
			}
			if strings.Contains(page, "Since you opened this page") {
				t.Error("the page says that somebody else did something")
			}
		})
	}
}

func TestWhoGivesALeadAwayIsKeptWithItsOwner(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	s.sends(s.link(to("l1")), fills(t, s.sees("l1"), "reassign", "to=mina", "reason=She knows them."))
	if o := s.lead("l1").Owner; o.Person != "mina" || o.Name != "Mina Park" || o.Since != lead.At(morning) || o.Why != "Kim Lee gave it to Mina Park: She knows them" {
		t.Errorf("the owner is %+v", o)
	}
}

func TestARefusalSaysWhyAndShowsTheFormAsItWasFilledIn(t *testing.T) {
	s := open(t)
	untouched := func(*lead.Lead) error { return nil }
	tired := func(l *lead.Lead) error {
		for n := range 3 {
			if err := l.Snooze(morning.Add(time.Duration(n+1)*time.Hour), people.People[0].Actor(), morning); err != nil {
				return err
			}
		}
		return nil
	}
	for n, c := range []struct {
		name   string
		before func(*lead.Lead) error
		form   string
		status int
		alert  string
	}{
		{"a contact without a disposition", untouched, "do=contacted&when=now&note=x", 422, "what came of it is missing"},
		{"a contact with a strange one", untouched, "do=contacted&when=now&disposition=Married", 422, "what came of it is missing"},
		{"a contact without a time", untouched, "do=contacted&disposition=Connected", 422, "when they were contacted is missing"},
		{"a contact at no time", untouched, "do=contacted&disposition=Connected&when=other&at=", 422, "the other time is missing"},
		{"a contact at what is no time", untouched, "do=contacted&disposition=Connected&when=other&at=2026-11-31T10:00", 422, "the other time is missing"},
		{"a contact this morning, which is still to come", untouched, "do=contacted&disposition=Connected&when=morning&note=x", 422, "that time has not come yet"},
		{"a contact in the future", untouched, "do=contacted&disposition=Connected&when=other&at=2026-11-24T10:00", 422, "that time has not come yet"},
		{"a contact before the lead arrived", untouched, "do=contacted&disposition=Connected&when=yesterday", 422, "that is before the lead arrived"},
		{"a snooze without an end", untouched, "do=snooze", 422, "until when is missing"},
		{"a snooze until no date", untouched, "do=snooze&until=date&at=tomorrow", 422, "the date is missing"},
		{"a snooze until a day that is over", untouched, "do=snooze&until=date&at=2026-11-22", 422, "that time has passed already"},
		{"a snooze for ever", untouched, "do=snooze&until=date&at=2027-11-22", 422, "30 days at most"},
		{"a fourth snooze", tired, "do=snooze&until=days", 409, "put off three times already"},
		{"a snooze of a closed lead", closed, "do=snooze&until=days", 409, "the lead is closed"},
		{"a snooze of what must not be contacted", suppressed(lead.SuppressedDoNotContact), "do=snooze&until=days", 409, "nothing to put off"},
		{"a blank note", untouched, "do=note&note=+%0D%0A", 422, "that needs a few words"},
		{"to qualify a closed lead", closed, "do=qualify", 409, "the lead is closed"},
		{"lost without a reason", untouched, "do=lost&note=x", 422, "that needs a reason"},
		{"disqualified for a strange one", untouched, "do=disqualify&reason=Boring", 422, "that needs a reason"},
		{"suppressed on nobody's word", untouched, "do=suppress", 422, "who says so is missing"},
		{"suppressed for a bounce", untouched, "do=suppress&reason=Bounced", 422, "who says so is missing"},
		{"to be contacted again without a reason", suppressed(lead.SuppressedDoNotContact), "do=unsuppress&reason=+", 422, "that needs a few words"},
		{"to be contacted again against the customer's word", suppressed(lead.SuppressedOptedOut), "do=unsuppress&reason=x", 409, "only they can take that back"},
		{"to be given to nobody", untouched, "do=reassign&to=&reason=x", 422, "choose somebody of the team"},
		{"to be given to a stranger", untouched, "do=reassign&to=lou&reason=x", 422, "choose somebody of the team"},
		{"to be given away without a reason", untouched, "do=reassign&to=mina&reason=...", 422, "that needs a few words"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			s.at(morning.Add(-2 * time.Hour))
			id := fmt.Sprintf("l%d", n)
			s.has(id, ana(), touch("s"+id, lead.ActionContactMe))
			s.changes(id, c.before)
			s.changes(id, func(l *lead.Lead) error { l.Touches[0].ReceivedAt = lead.At(morning.Add(-3 * time.Hour)); return nil })
			before := s.lead(id)
			form, err := url.ParseQuery(c.form)
			if err != nil {
				t.Fatal(err)
			}
			form.Set("seen", before.Seen())
			var res *http.Response
			var page string
			if cost := s.cost(func() { res, page = s.sends(s.link(to(id)), form) }); !maps.Equal(cost, map[string]int{"read leads": 1}) {
				t.Errorf("it asked of the database: %v", cost)
			}
			if res.StatusCode != c.status || !strings.HasPrefix(role(page, "alert"), "Not recorded: ") || !strings.Contains(role(page, "alert"), c.alert) || role(page, "status") != "" {
				t.Errorf("answered %s, alert %q, status %q", res.Status, role(page, "alert"), role(page, "status"))
			}
			if after := s.lead(id); len(after.Timeline) != len(before.Timeline) || stand(after) != stand(before) {
				t.Errorf("it is %s and was %s", stand(after), stand(before))
			}
			forms, _ := papers(t, page)
			for do, f := range forms {
				if f.open != (do == form.Get("do")) {
					t.Errorf("the form to %s is open: %t", do, f.open)
				}
			}
			if shown, ok := forms[form.Get("do")]; ok {
				for _, name := range []string{"when", "until", "note", "at"} {
					if said := strings.TrimSpace(form.Get(name)); said != "" && strings.TrimSpace(shown.values.Get(name)) != said {
						t.Errorf("%s is filled in with %q, not with %q", name, shown.values.Get(name), said)
					}
				}
			}
		})
	}
}

func TestAPageOffersNoTimeOfAContactThatItsLeadWouldRefuse(t *testing.T) {
	for _, c := range []struct {
		name     string
		at, came time.Duration // from nine in the morning
		want     string
	}{
		{"a lead of just now, at six", -3 * time.Hour, -3*time.Hour - time.Minute, "now other"},
		{"a lead of two hours, at eleven", 2 * time.Hour, 0, "now hour morning other"},
		{"a lead of half past nine, at eleven", 2 * time.Hour, 30 * time.Minute, "now hour other"},
		{"a lead of two days, at eight", -time.Hour, -48 * time.Hour, "now hour yesterday other"},
		{"a lead of two days, at noon", 3 * time.Hour, -48 * time.Hour, "now hour morning yesterday other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			s.at(morning.Add(c.at))
			x := touch("s1", lead.ActionContactMe)
			x.ReceivedAt = lead.At(morning.Add(c.came))
			s.has("l1", ana(), x)
			var offered []string
			for _, found := range regexp.MustCompile(`name="when" value="([a-z]+)"`).FindAllStringSubmatch(s.sees("l1"), -1) {
				offered = append(offered, found[1])
			}
			if got := strings.Join(offered, " "); got != c.want {
				t.Errorf("it offers %q, want %q", got, c.want)
			}
		})
	}
}

func TestAFormThatIsSentTwiceIsRecordedOnce(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	here := s.link(to("l1"))
	form := fills(t, s.sees("l1"), "contacted", "disposition=NoAnswer")
	first, _ := s.sends(here, form)
	once := s.lead("l1")
	s.at(morning.Add(time.Minute))
	var second *http.Response
	if cost := s.cost(func() { second, _ = s.sends(here, form) }); !maps.Equal(cost, map[string]int{"read leads": 1}) {
		t.Errorf("the second time it asked of the database: %v", cost)
	}
	if page := s.follows(here, second); role(page, "status") != "Already recorded: Kim Lee contacted them: no answer. That was in time." {
		t.Errorf("the second time the page says %q", role(page, "status"))
	}
	for range 2 { // the page is loaded again
		if page := s.follows(here, first); role(page, "status") != "Recorded: Kim Lee contacted them: no answer. That was in time." {
			t.Errorf("the page says %q", role(page, "status"))
		}
	}
	if twice := s.lead("l1"); len(twice.Timeline) != len(once.Timeline) {
		t.Errorf("the timeline grew from %d to %d", len(once.Timeline), len(twice.Timeline))
	}
	// The page that says so has forms too, and they are new ones.
	third, _ := s.sends(here, fills(t, s.follows(here, first), "contacted", "disposition=NoAnswer"))
	if s.follows(here, third); len(s.lead("l1").Timeline) != len(once.Timeline)+1 {
		t.Error("a second attempt is not recorded")
	}
}

func TestWhatIsRecordedAlreadyIsSaidToBe(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	form := fills(t, s.sees("l1"), "qualify")
	s.changes("l1", func(l *lead.Lead) error { return l.Qualify(people.People[1].Actor(), morning) })
	here := s.link(to("l1"))
	res, _ := s.sends(here, form)
	page := s.follows(here, res)
	if role(page, "status") != "That was recorded already." || !strings.Contains(text(page), "Mina Park qualified it.") {
		t.Errorf("the page says\n%s", text(page))
	}
}

func TestTwoPeopleWhoActAtOnceAreBothRecordedAndTheSecondSeesTheFirst(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	kim, mina := s.link(by("kim", "l1")), s.link(by("mina", "l1"))
	_, page := s.asks(http.MethodGet, mina)
	minas := fills(t, page, "contacted", "disposition=Connected")
	refused := fills(t, page, "lost")
	first, _ := s.sends(kim, fills(t, s.sees("l1"), "contacted", "disposition=NoAnswer", "note=From my car."))
	if page := text(s.follows(kim, first)); strings.Contains(page, "Since you opened") {
		t.Errorf("the first sees\n%s", page)
	}
	meanwhile := func(page string) string {
		_, after, _ := strings.Cut(text(page), "Since you opened this page:")
		before, _, _ := strings.Cut(after, "What to do")
		return before
	}
	if res, page := s.sends(mina, refused); res.StatusCode != 422 || !strings.Contains(meanwhile(page), "From my car.") {
		t.Errorf("what is refused is answered %s and shows %q", res.Status, meanwhile(page))
	}
	second, _ := s.sends(mina, minas)
	page = s.follows(mina, second)
	if role(page, "status") != "Recorded: Mina Park contacted them: they answered." {
		t.Errorf("the second is told %q", role(page, "status"))
	}
	if saw := meanwhile(page); !strings.Contains(saw, "Kim Lee contacted them: no answer.") || strings.Contains(saw, "Mina") {
		t.Errorf("the second sees %q", saw)
	}
	l := s.lead("l1")
	if n := len(l.Timeline); !strings.HasPrefix(l.Timeline[n-2].Text, "Kim Lee contacted") || !strings.HasPrefix(l.Timeline[n-1].Text, "Mina Park contacted") {
		t.Errorf("the timeline ends with %+v", l.Timeline[n-2:])
	}
}

func TestFiftyPeopleAtOnceAreAllRecordedAndNoneTwice(t *testing.T) {
	const n = 50
	var crowd team.Team
	for i := range n {
		crowd.People = append(crowd.People, team.Person{ID: fmt.Sprintf("p%02d", i), Name: fmt.Sprintf("Person %02d", i), Mail: "p@contoso.example.com", Calendar: office("Asia/Seoul")})
	}
	s := openFor(t, crowd.WithOperations("operations@contoso.example.com"))
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	_, page := s.asks(http.MethodGet, s.link(by("p00", "l1")))
	form := fills(t, page, "note", "note=I was here.")
	before := len(s.lead("l1").Timeline)
	answers := make([]int, n+10)
	var all sync.WaitGroup
	for i := range answers { // ten of them send it twice
		all.Go(func() {
			here := s.link(by(fmt.Sprintf("p%02d", i%n), "l1"))
			for { // as the page asks to that is shown when a lead is too busy
				res, _ := s.sends(here, form)
				if answers[i] = res.StatusCode; res.StatusCode != http.StatusServiceUnavailable {
					return
				}
			}
		})
	}
	readers := make([]int, n)
	for i := range readers {
		all.Go(func() {
			res, _ := s.asks(http.MethodGet, s.link(by(fmt.Sprintf("p%02d", i), "l1")))
			readers[i] = res.StatusCode
		})
	}
	all.Wait()
	if other := slices.IndexFunc(answers, func(status int) bool { return status != http.StatusSeeOther }); other >= 0 {
		t.Errorf("answered %v", answers)
	}
	if other := slices.IndexFunc(readers, func(status int) bool { return status != http.StatusOK }); other >= 0 {
		t.Errorf("readers were answered %v", readers)
	}
	var texts []string
	for _, a := range s.lead("l1").Timeline[before:] {
		texts = append(texts, a.Text)
	}
	slices.Sort(texts)
	for i := range n {
		if want := fmt.Sprintf("Person %02d noted: I was here.", i); i >= len(texts) || texts[i] != want {
			t.Fatalf("%d are recorded: %v", len(texts), texts)
		}
	}
	if len(texts) != n {
		t.Errorf("%d are recorded", len(texts))
	}
}

func TestAFormFromAnotherSiteRecordsNothing(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	for n, c := range []struct {
		name    string
		headers []string
		ok      bool
	}{
		{"a browser that says nothing", nil, true},
		{"this site", []string{"Sec-Fetch-Site", "same-origin", "Origin", "https://leads.contoso.example.com"}, true},
		{"this site in capitals", []string{"Origin", "https://LEADS.contoso.example.com"}, true},
		{"this site, whose pages send no referrer", []string{"Sec-Fetch-Site", "same-origin", "Origin", "null"}, true},
		{"another site", []string{"Sec-Fetch-Site", "cross-site"}, false},
		{"another site without an origin of its own", []string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, false},
		{"another site that claims to be this one", []string{"Sec-Fetch-Site", "Cross-Site", "Origin", "https://leads.contoso.example.com"}, false},
		{"another host", []string{"Origin", "https://evil.example"}, false},
		{"another port", []string{"Origin", "https://leads.contoso.example.com:8443"}, false},
		{"another host of the same site", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://blog.contoso.example.com"}, false},
		{"what is no origin", []string{"Origin", "://"}, false},
		{"what is no host", []string{"Origin", "x"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			before := len(s.lead("l1").Timeline)
			form := fills(t, s.sees("l1"), "note", fmt.Sprintf("note=number %d", n))
			var res *http.Response
			var page string
			cost := s.cost(func() { res, page = s.sends(s.link(to("l1")), form, c.headers...) })
			added := len(s.lead("l1").Timeline) - before
			if c.ok && (res.StatusCode != http.StatusSeeOther || added != 1) {
				t.Errorf("answered %s, %d added", res.Status, added)
			}
			if !c.ok && (res.StatusCode != http.StatusForbidden || added != 0 || len(cost) != 0 || heading(page) != "Nothing was recorded" || strings.Contains(page, "Ana")) {
				t.Errorf("answered %s, %d added, asked %v:\n%s", res.Status, added, cost, page)
			}
		})
	}
}

func TestAFormThatCannotBeReadAsksNothingOfTheDatabase(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	for _, c := range []struct {
		name, kind, body string
		status           int
	}{
		{"the longest note that the page takes", "application/x-www-form-urlencoded", url.Values{"do": {"note"}, "note": {strings.Repeat("가", 1300)}}.Encode(), 303},
		{"as much as fits", "application/x-www-form-urlencoded", "do=note&note=" + strings.Repeat("a", 16<<10-len("do=note&note=")), 303},
		{"a byte more", "application/x-www-form-urlencoded", "do=note&note=" + strings.Repeat("a", 16<<10-len("do=note&note=")+1), 413},
		{"much more", "application/x-www-form-urlencoded", strings.Repeat("a=b&", 1<<18), 413},
		{"nothing", "application/x-www-form-urlencoded", "", 400},
		{"no verb", "application/x-www-form-urlencoded", "note=x", 400},
		{"a strange verb", "application/x-www-form-urlencoded", "do=erase", 400},
		{"broken escapes", "application/x-www-form-urlencoded", "do=note&note=%zz", 400},
		{"JSON", "application/json", `{"do":"won"}`, 400},
		{"text", "text/plain", "do=won", 400},
		{"a verb in the query only", "application/x-www-form-urlencoded", "x=y", 400},
		{"many parts", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\nwon\r\n--b--\r\n", 400},
		{"no type", "", "do=won", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, s.link(to("l1"))+"&do=won", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.kind)
			w := httptest.NewRecorder()
			cost := s.cost(func() {
				respond.New(respond.Options{Store: s.store, Team: lab.Team(people), Secrets: secrets, Now: func() time.Time { return morning }, Log: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
			})
			if w.Code != c.status || c.status != 303 && (len(cost) != 0 || heading(w.Body.String()) != "Nothing was recorded") {
				t.Errorf("answered %d with %q, asked %v", w.Code, heading(w.Body.String()), cost)
			}
		})
	}
}

func TestALinkThatOpensNothingRecordsNothing(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	before := len(s.lead("l1").Timeline)
	old := to("l1")
	old.Expires = morning
	list := to("l1")
	list.Kind = "leads"
	for _, c := range []struct {
		name, url string
		status    int
	}{
		{"expired", s.link(old), 410},
		{"damaged", s.link(to("l1")) + "A", 403},
		{"missing", s.url + "/api/respond", 403},
		{"of another kind", s.link(list), 403},
		{"of somebody who left", s.link(by("lou", "l1")), 403},
		{"to a lead that was erased", s.link(to("erased")), 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			if res, page := s.sends(c.url, url.Values{"do": {"won"}}); res.StatusCode != c.status || strings.Contains(page, "Ana") {
				t.Errorf("answered %s", res.Status)
			}
		})
	}
	s.t = t
	if len(s.lead("l1").Timeline) != before {
		t.Error("something was recorded")
	}
	if _, _, err := s.store.Lead(t.Context(), "erased"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the erased lead: %v", err)
	}
}

// half is a database that can be read and not be written.
type half struct {
	*store.Store
	update func(ctx context.Context, change func(*lead.Lead) error) (*lead.Lead, error)
}

func (h half) UpdateFrom(ctx context.Context, _ *lead.Lead, _ store.Version, change func(*lead.Lead) error) (*lead.Lead, error) {
	return h.update(ctx, change)
}

func TestWhatCannotBeWrittenIsSaidNotToBeRecorded(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	for _, c := range []struct {
		name   string
		update func(context.Context, func(*lead.Lead) error) (*lead.Lead, error)
		status int
		title  string
	}{
		{"while the database is away", func(context.Context, func(*lead.Lead) error) (*lead.Lead, error) { return nil, errors.New("away") }, 503, "Nothing was recorded"},
		{"when the lead was erased meanwhile", func(ctx context.Context, change func(*lead.Lead) error) (*lead.Lead, error) {
			return s.store.Update(ctx, "erased", change)
		}, 404, "This lead is gone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, s.link(to("l1")), strings.NewReader("do=won"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			respond.New(respond.Options{Store: half{s.store, c.update}, Team: lab.Team(people), Secrets: secrets,
				Now: func() time.Time { return morning }, Log: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
			if w.Code != c.status || heading(w.Body.String()) != c.title || (w.Header().Get("Retry-After") != "") != (c.status == 503) {
				t.Errorf("answered %d with %q", w.Code, heading(w.Body.String()))
			}
			if _, _, err := s.store.Lead(t.Context(), "erased"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("the erased lead: %v", err)
			}
		})
	}
}

func TestAPageOffersWhatItsLeadAllows(t *testing.T) {
	s := open(t)
	for n, c := range []struct {
		name   string
		before func(*lead.Lead) error
		offers string
	}{
		{"a new lead", func(*lead.Lead) error { return nil }, "contacted snooze note qualify won lost disqualify reassign suppress"},
		{"one that is put off", snoozed, "contacted wake snooze note qualify won lost disqualify reassign suppress"},
		{"one that is qualified", func(l *lead.Lead) error { return l.Qualify(people.People[0].Actor(), morning) }, "contacted snooze note won lost disqualify reassign suppress"},
		{"one that is closed", closed, "wake note suppress"},
		{"one that must not be contacted", suppressed(lead.SuppressedDoNotContact), "unsuppress note qualify won lost disqualify reassign suppress"},
		{"one that nobody may ever contact", suppressed(lead.SuppressedOptedOut), "note qualify won lost disqualify reassign"},
		{"one that asks in spite of that", toDecide, "leave unsuppress snooze note qualify won lost disqualify reassign suppress"},
		{"one that is closed and must not be contacted", func(l *lead.Lead) error {
			return errors.Join(suppressed(lead.SuppressedDoNotContact)(l), closed(l))
		}, "wake unsuppress note suppress"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			id := fmt.Sprintf("l%d", n)
			s.has(id, ana(), touch("s"+id, lead.ActionContactMe))
			s.changes(id, c.before)
			page := s.sees(id)
			if again := strings.Contains(text(page), "Open it again"); again != strings.HasPrefix(c.name, "one that is closed") {
				t.Errorf("it says that it can be opened again: %t", again)
			}
			if strings.Contains(page, `<option value="kim"`) {
				t.Error("it can be given to its owner")
			}
			forms, order := papers(t, page)
			if got := strings.Join(order, " "); got != c.offers {
				t.Errorf("it offers %s, want %s", got, c.offers)
			}
			for do, f := range forms {
				if f.open != (do == order[0]) {
					t.Errorf("the form to %s is open: %t", do, f.open)
				}
				u, err := url.Parse(f.action)
				if err != nil || u.IsAbs() || u.Path != "" || u.Query().Get("t") != link.Sign(secrets[0], to(id)) || len(u.Query()) != 1 {
					t.Errorf("the form to %s goes to %q", do, f.action)
				}
			}
		})
	}
}

func TestAPageSaysWhatIsDueAndByWhen(t *testing.T) {
	s := open(t)
	fresh := func(*lead.Lead) error { return nil }
	tried := func(l *lead.Lead) error {
		return l.Contacted(lead.Attempt{At: morning, By: people.People[0].Actor(), Disposition: lead.NoAnswer}, morning, people.Staff(morning, nil))
	}
	for n, c := range []struct {
		name   string
		before func(*lead.Lead) error
		in     time.Duration
		want   []string
	}{
		// The lead is Mina's: it arrived at 18:00 in Seoul, so its clock begins on Tuesday at nine there.
		{"an answer", fresh, time.Hour, []string{"Answer them. By Tue 24 Nov 13:00 KST, 04:00 UTC.",
			"The hours are those of Mina Park in Asia/Seoul.", "arrived Mon 2026-11-23 18:00 KST, clock started Tue 2026-11-24 09:00 KST",
			"Tue 2026-11-24 09:00 to 13:00 KST: 4 h", "due Tue 2026-11-24 13:00 KST, 04:00 UTC"}},
		{"an answer that is late by minutes", fresh, 19*time.Hour + 30*time.Minute, []string{"Answer them. Overdue by 30 min: it was due Tue 24 Nov 13:00 KST, 04:00 UTC."}},
		{"an answer that is late by hours", fresh, 21*time.Hour + 5*time.Minute, []string{"Overdue by 2 h 5 min: it was due"}},
		{"an answer that is late by more than a day", fresh, 19*time.Hour + 30*time.Hour, []string{"Overdue by 30 h: it was due"}},
		{"an answer that is late by days", fresh, 19*time.Hour + 75*time.Hour, []string{"Overdue by 3 d 3 h: it was due"}},
		{"an answer that was due just now", fresh, 19 * time.Hour, []string{"Overdue by less than a minute: it was due"}},
		{"an answer that was put off", snoozed, time.Hour, []string{"Answer them. By Tue 24 Nov 13:00 KST, 04:00 UTC. " +
			"Put off until Wed 25 Nov 00:00 KST, Tue 24 Nov 15:00 UTC, for the first of 3 times.", "It can be put off 2 times."}},
		{"an answer that was put off three times", func(l *lead.Lead) error { l.FollowUp.Snoozes = lead.MaxSnoozes; return nil }, time.Hour,
			[]string{"It was put off 3 times, so it cannot be put off again until something is done."}},
		{"a decision", toDecide, time.Hour, []string{"Decide: they must not be contacted, but ask for it. Allow it, or leave it. By Tue 24 Nov 13:00 KST, 04:00 UTC."}},
		{"a step", tried, time.Hour, []string{"Follow up: step 1 of 4. By Wed 25 Nov 09:00 KST, 00:00 UTC."}},
		{"a step whose day has come", tried, 48 * time.Hour, []string{"Follow up: step 1 of 4. Since Wed 25 Nov 09:00 KST, 00:00 UTC."}},
		{"a step of a longer cadence than there is now", func(l *lead.Lead) error {
			l.FollowUp = &lead.FollowUp{Kind: lead.FollowUpStep, Step: 6, DueAt: lead.At(morning)}
			return nil
		}, time.Hour, []string{"Follow up: step 6 of 6. Since Mon 23 Nov 18:00 KST, 09:00 UTC."}},
		{"nothing on a closed lead", closed, time.Hour, []string{"Nothing: it is closed as Lost."}},
		{"nothing where nobody may be contacted", suppressed(lead.SuppressedOptedOut), time.Hour, []string{"Nothing: they must not be contacted.", "They said so themselves."}},
		{"nothing where a colleague said so", suppressed(lead.SuppressedDoNotContact), time.Hour, []string{"Nothing: they must not be contacted.", "Do not contact this person. The team said so."}},
		{"nothing after an answer", func(l *lead.Lead) error {
			return l.Contacted(lead.Attempt{At: morning, By: people.People[0].Actor(), Disposition: lead.Connected}, morning, people.Staff(morning, nil))
		}, time.Hour, []string{"Nothing is planned."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			id := fmt.Sprintf("l%d", n)
			if _, err := s.store.Update(t.Context(), id, func(l *lead.Lead) error {
				l.Take(touch("s"+id, lead.ActionContactMe), ana(), lead.At(morning), people.Staff(morning, func() lead.Owner { return lead.Owner{Person: "mina", Why: "her turn"} }))
				return c.before(l)
			}); err != nil {
				t.Fatal(err)
			}
			s.at(morning.Add(c.in))
			_, page := s.asks(http.MethodGet, s.link(by("mina", id)))
			for _, want := range c.want {
				if !strings.Contains(text(page), want) {
					t.Errorf("the page does not say %q:\n%s", want, text(page))
				}
			}
		})
	}
}

func TestTheFormsSayInWhichZoneTheirTimesAre(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	for person, want := range map[string]string{"kim": "Times are yours: UTC, where it is Mon 23 Nov 2026, 09:00 now.", "mina": "Times are yours: Asia/Seoul, where it is Mon 23 Nov 2026, 18:00 now."} {
		if _, page := s.asks(http.MethodGet, s.link(by(person, "l1"))); strings.Count(text(page), want) != 2 {
			t.Errorf("the page of %s does not say it twice:\n%s", person, text(page))
		}
	}
}

// Scanners may put anything into the query that a page has.
func TestAQueryIsNoFormAndSaysNothingThatIsNotSo(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	for _, query := range []string{"&do=won", "&done=x&seen=y", "&done=&seen=", "&do=note&note=x&seen=" + s.lead("l1").Seen(), "&seen=<script>", "&done=<script>"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			var page string
			if cost := s.cost(func() { _, page = s.asks(method, s.link(to("l1"))+query) }); !maps.Equal(cost, map[string]int{"read leads": 1}) {
				t.Errorf("%s with %s asked of the database: %v", method, query, cost)
			}
			if role(page, "status")+role(page, "alert") != "" || strings.Contains(page, "Since you opened") || strings.Contains(page, "script") {
				t.Errorf("%s with %s shows\n%s", method, query, page)
			}
		}
	}
}

func TestAnswersToFormsKeepThemselvesToThemselves(t *testing.T) {
	s := open(t)
	s.has("l1", ana(), touch("s1", lead.ActionContactMe))
	got, _ := s.asks(http.MethodGet, s.link(to("l1")))
	for name, form := range map[string]url.Values{"recorded": {"do": {"note"}, "note": {"x"}}, "refused": {"do": {"note"}}, "unreadable": {}} {
		res, _ := s.sends(s.link(to("l1")), form)
		for header := range got.Header {
			if header != "Date" && header != "Content-Length" && res.Header.Get(header) != got.Header.Get(header) {
				t.Errorf("%s: %s is %q and not %q", name, header, res.Header.Get(header), got.Header.Get(header))
			}
		}
	}
	for _, secret := range []string{"Ana", "?t=", link.Sign(secrets[0], to("l1"))} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, &s.log)
		}
	}
}

func TestWhatIsWrittenIntoAFormMakesAPageOfTheSameShapeAsAnyOther(t *testing.T) {
	s := open(t)
	shapes := func(id, text string) (all [][]string) {
		s.has(id, ana(), touch("s"+id, lead.ActionContactMe))
		here := s.link(to(id))
		for _, form := range []url.Values{
			{"do": {"contacted"}, "when": {"other"}, "at": {text}, "note": {text}, "disposition": {text}, "seen": {text}},
			{"do": {"snooze"}, "until": {"date"}, "at": {text}, "seen": {text}},
			{"do": {"lost"}, "reason": {text}, "note": {text}},
			{"do": {"reassign"}, "to": {text}, "reason": {text}},
		} {
			res, page := s.sends(here, form)
			if res.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s is answered %s", form.Get("do"), res.Status)
			}
			all = append(all, markup(page))
		}
		res, _ := s.sends(here, url.Values{"do": {"note"}, "note": {text}, "seen": {text}})
		return append(all, markup(s.follows(here, res)))
	}
	// What is filled in again is compared by whether it is there.
	blank := func(all [][]string) [][]string {
		for _, tags := range all {
			for i, tag := range tags {
				if strings.Contains(tag, `name="at"`) {
					before, _, _ := strings.Cut(tag, ` value="`)
					tags[i] = before
				}
			}
		}
		return all
	}
	want := blank(shapes("harmless", "harmless"))
	for name, text := range hostile {
		if letters := []rune(text); len(letters) > 300 { // a form has several
			text = string(letters[:300])
		}
		t.Run(name, func(t *testing.T) {
			s.t = t
			got := blank(shapes(strings.ReplaceAll(name, " ", "-"), text))
			for i := range want {
				if !slices.Equal(got[i], want[i]) {
					t.Errorf("markup\n%v\nand not\n%v", got[i], want[i])
				}
			}
		})
	}
}

// Whatever is sent, the answer is a page or leads to one.
func FuzzAnyForm(f *testing.F) {
	l := lab.New(f)
	db := l.Store()
	if _, err := db.Update(f.Context(), "l1", func(l *lead.Lead) error {
		l.Take(touch("s1", lead.ActionContactMe), ana(), lead.At(morning), people.Staff(morning, func() lead.Owner { return lead.Owner{Person: "kim", Why: "her turn"} }))
		return nil
	}); err != nil {
		f.Fatal(err)
	}
	pages := respond.New(respond.Options{Store: db, Team: lab.Team(people), Secrets: secrets, Now: func() time.Time { return morning }, Log: slog.New(slog.DiscardHandler)})
	for _, do := range []string{"contacted&disposition=NoAnswer&when=other&at=2026-11-23T09:00", "snooze&until=date&at=2026-11-24", "note&note=%00%ff", "lost&reason=NoNeed", "wake", "reassign&to=mina&reason=x"} {
		f.Add("do=" + do + "&seen=x")
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, link.Page("", secrets, to("l1")), strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		switch w.Code {
		case 303, 400, 409, 413, 422:
		default:
			t.Fatalf("answered %d:\n%s", w.Code, w.Body)
		}
	})
}
