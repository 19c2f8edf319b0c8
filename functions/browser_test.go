package functions_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/browser"
	"leadflow/shared/local/inbox"
)

// sales are two who get leads, one who is absent, and their manager. They read one language.
const sales = `
people:
  - {id: mina, name: 김미나, mail: mina@contoso.example.com, zone: Asia/Seoul, languages: [LANGUAGE]}
  - {id: jonas, name: Jonas von Hohenstein-Wackernagel, mail: jonas@contoso.example.com, zone: Asia/Seoul, languages: [LANGUAGE]}
  - {id: li, name: Li Wei, mail: li@contoso.example.com, zone: Asia/Shanghai, absences: [{from: 2026-11-20, to: 2026-12-11}], languages: [LANGUAGE]}
  - {id: sofia, name: Sofia Rossi, mail: sofia@contoso.example.com, zone: Asia/Seoul, languages: [LANGUAGE], onDuty: true}
teams:
  - {id: sales, people: [mina, jonas, li], manager: sofia}
rules:
  - {country: KR, person: mina}
`

// visitor is somebody with a real browser, in front of the whole program.
type visitor struct {
	*story
	tab  context.Context
	view browser.View

	mu sync.Mutex
	// wrong is what the browser complained about.
	wrong []string
}

// visit begins on a Tuesday at ten in Seoul, on a screen.
func visit(t *testing.T, tab context.Context, view browser.View, language string) *visitor {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "team.yaml"), []byte(strings.ReplaceAll(sales, "LANGUAGE", language)), 0o600); err != nil {
		t.Fatal(err)
	}
	v := &visitor{tab: tab, view: view, story: begin(t, folder)}
	v.goOn(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
	v.apply("team.yaml")
	if tab == nil {
		return v
	}
	listening, stop := context.WithCancel(tab)
	t.Cleanup(stop)
	if err := chromedp.Listen(listening, v.hear); err != nil {
		t.Fatal(err)
	}
	v.do(browser.On(view))
	return v
}

// hear notes what the browser complains about: scripts, styles and whatever else its policy does not let through.
func (v *visitor) hear(ev any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch ev := ev.(type) {
	case *log.EventEntryAdded:
		v.wrong = append(v.wrong, ev.Entry.Text)
	case *runtime.EventExceptionThrown:
		v.wrong = append(v.wrong, ev.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		v.wrong = append(v.wrong, string(ev.Type))
	}
}

// do has the browser do something.
func (v *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.tab, steps...); err != nil {
		v.t.Fatal(err)
	}
}

// turn does something that leads to another page, which has to be one that people like.
func (v *visitor) turn(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.tab, time.Minute)
	defer cancel()
	r, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		v.t.Fatal(err)
	}
	if r != nil && r.Status != http.StatusOK {
		v.t.Fatalf("answered %d", r.Status)
	}
	v.fits()
}

// fits is that nothing sticks out of the screen, what is pressed is large enough for a finger, and the browser has
// nothing to complain about.
func (v *visitor) fits() {
	v.t.Helper()
	problems, err := chromedp.Run(v.tab, browser.Unfit(v.view))
	if err != nil {
		v.t.Fatal(err)
	}
	for _, problem := range problems {
		v.t.Error(problem)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, problem := range v.wrong {
		v.t.Errorf("the browser says %q", problem)
	}
	v.wrong = nil
}

// asked is the value of a script on the page.
func asked[T any](v *visitor, script string) T {
	v.t.Helper()
	value, err := chromedp.Run(v.tab, chromedp.Evaluate[T](script))
	if err != nil {
		v.t.Fatal(err)
	}
	return value
}

// says is what the page shows of the first element that a selector finds.
func (v *visitor) says(selector string) string {
	v.t.Helper()
	return asked[string](v, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// hasLead posts a lead of a company, and gives it as it is then.
func (v *visitor) hasLead(company, country string) *lead.Lead {
	v.t.Helper()
	v.post("contoso.analytics", fmt.Sprintf(`{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"ana@%s.example.com","phone":"+82 10-1234-5678","country":%q,"company":%q},`+
		`"leadSource":"AppSource-PLT|contoso.analytics","actionCode":"PLT","offerTitle":"Contoso Analytics","description":"Please call me."}`, strings.ToLower(company), country, company))
	return v.leadOf(company)
}

// leadOf is the lead of a company as it is now.
func (v *visitor) leadOf(company string) *lead.Lead {
	v.t.Helper()
	var found *lead.Lead
	if err := v.store.Leads(v.t.Context(), time.Time{}, func(l lead.Lead) error {
		if l.Contact.Company == company {
			found = &l
		}
		return nil
	}); err != nil {
		v.t.Fatal(err)
	}
	if found == nil {
		v.t.Fatalf("there is no lead of %s", company)
	}
	return found
}

var href = regexp.MustCompile(`href="([^"]*)"`)

// links are those of a mail's HTML part.
func links(m inbox.Message) []string {
	var all []string
	for _, found := range href.FindAllStringSubmatch(m.HTML, -1) {
		all = append(all, html.UnescapeString(found[1]))
	}
	return all
}

// mailed is the link of a kind in the newest mail to somebody that has one, and whose subject has some words.
func (v *visitor) mailed(person, words string, kind link.Kind) string {
	v.t.Helper()
	for _, m := range v.Mails() {
		if !strings.HasPrefix(m.Recipients[0], person+"@") || !strings.Contains(m.Subject, words) {
			continue
		}
		for _, to := range links(m) {
			_, token, _ := strings.Cut(to, "?t=")
			token, _, _ = strings.Cut(token, "#")
			opens, err := link.Verify([][]byte{[]byte(strings.Repeat("l", 32))}, token, v.clock())
			if err == nil && opens.Kind == kind && strings.HasPrefix(to, v.url) {
				return to
			}
		}
	}
	v.t.Fatalf("no mail to %s with %q has a link to a page of the kind %s", person, words, kind)
	return ""
}

// press taps or clicks what a selector finds, as the screen has it.
func press(view browser.View, selector string) chromedp.Action[chromedp.Void] {
	if view.Width < view.Height {
		return chromedp.Tap(chromedp.CSS(selector))
	}
	return chromedp.Click(chromedp.CSS(selector))
}

// everywhere runs a test on every screen and in both languages.
func everywhere(t *testing.T, test func(t *testing.T, tab context.Context, view browser.View, language string)) {
	tab := browser.ForTest(t)
	for _, view := range browser.Views() {
		for _, language := range []string{"en", "ko"} {
			t.Run(view.String()+" "+language, func(t *testing.T) { test(t, tab, view, language) })
		}
	}
}

func TestALeadIsAnsweredFromTheLinkInItsMailOnEveryScreenAndInBothLanguages(t *testing.T) {
	everywhere(t, func(t *testing.T, tab context.Context, view browser.View, language string) {
		v := visit(t, tab, view, language)
		v.hasLead("Fabrikam", "KR")
		v.turn(chromedp.Navigate(v.mailed("mina", "Fabrikam", link.KindLead)))
		if got := asked[string](v, `document.documentElement.lang`); got != language {
			t.Errorf("the page is in %q", got)
		}
		if heading := v.says("h1"); !strings.Contains(heading, "Ana Silva") && !strings.Contains(heading, "SilvaAna") {
			t.Errorf("the page is about %q", heading)
		}
		for _, seen := range []string{".do", ".reach"} {
			if bottom := asked[float64](v, fmt.Sprintf(`document.querySelector(%q).getBoundingClientRect().bottom`, seen)); bottom > float64(view.Height) {
				t.Errorf("%s is not on the first screen: it ends at %.0f", seen, bottom)
			}
		}
		background := asked[string](v, `getComputedStyle(document.body).backgroundColor`)
		if dark := background == "rgb(26, 26, 26)"; dark != view.Dark {
			t.Errorf("the background is %s", background)
		}
		v.do(press(view, `#contacted [value="LeftMessage"]`), press(view, `#contacted [value="now"]`),
			chromedp.SendKeys(chromedp.CSS(`#contacted textarea`), "내일 다시 전화하기로 함"))
		v.turn(press(view, `#contacted button`))
		if said := v.says(`[role="status"]`); !strings.Contains(said, "내일 다시 전화하기로 함") {
			t.Errorf("the page says %q", said)
		}
		l := v.leadOf("Fabrikam")
		if l.Stage != lead.StageContacted || l.Response.Disposition != lead.LeftMessage {
			t.Errorf("the lead is %s, answered %+v", l.Stage, l.Response)
		}
	})
}

// tab presses the tabulator until what has the focus fits the selector. Whatever has it on the way must show it.
func (v *visitor) tabTo(selector string) {
	v.t.Helper()
	for range 60 {
		v.do(chromedp.KeyEvent(kb.Tab))
		at := asked[struct {
			There bool
			Shown bool
			What  string
		}](v, fmt.Sprintf(`(() => { const e = document.activeElement, s = getComputedStyle(e);
			return {There: e.matches(%q), Shown: e === document.body || s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2, What: e.outerHTML.slice(0, 80)} })()`, selector))
		if !at.Shown {
			v.t.Errorf("nobody sees that this has the focus: %s", at.What)
		}
		if at.There {
			return
		}
	}
	v.t.Fatalf("the tabulator never gets to %s", selector)
}

func TestAContactIsRecordedWithTheKeyboardAlone(t *testing.T) {
	tab := browser.ForTest(t)
	for _, view := range browser.Views()[:3] {
		t.Run(view.String(), func(t *testing.T) {
			v := visit(t, tab, view, "en")
			v.hasLead("Fabrikam", "KR")
			v.hasLead("Adatum", "KR")
			v.turn(chromedp.Navigate(v.mailed("mina", "Fabrikam", link.KindLead)))
			v.tabTo(`#contacted [name="disposition"]`)
			v.do(chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.ArrowDown))
			v.tabTo(`#contacted [name="when"]`)
			v.tabTo(`#contacted textarea`)
			v.do(chromedp.KeyEvent("By keyboard"))
			v.tabTo(`#contacted button`)
			v.turn(chromedp.KeyEvent(kb.Enter))
			if l := v.leadOf("Fabrikam"); l.Stage != lead.StageContacted || l.Response.Disposition != lead.LeftMessage || !strings.Contains(l.Timeline[len(l.Timeline)-1].Text, "By keyboard") {
				t.Errorf("the lead is %s: %+v", l.Stage, l.Timeline[len(l.Timeline)-1])
			}
			v.tabTo(`nav a`)
			v.turn(chromedp.KeyEvent(kb.Enter))
			v.tabTo(`summary`)
			v.do(chromedp.KeyEvent(kb.Enter))
			v.tabTo(`button[value^="mailed"]`)
			v.turn(chromedp.KeyEvent(kb.Enter))
			if l := v.leadOf("Adatum"); l.Stage != lead.StageContacted {
				t.Errorf("the lead is %s", l.Stage)
			}
		})
	}
}

func TestSixLeadsAreRecordedInTwelveTaps(t *testing.T) {
	phone := browser.Views()[0]
	v := visit(t, browser.ForTest(t), phone, "en")
	companies := []string{"Adatum", "Fabrikam", "Litware", "Northwind", "Proseware", "Tailspin"}
	for _, company := range companies {
		v.hasLead(company, "KR")
	}
	v.goOn(v.clock().Add(5 * time.Hour)) // by when all of them are due
	v.turn(chromedp.Navigate(v.mailed("mina", "", link.KindMine)))
	taps := 0
	tap := func(selector string) chromedp.Action[chromedp.Void] {
		taps++
		return chromedp.Tap(chromedp.CSS(selector))
	}
	hows := []string{"called", "mailed", "noAnswer"}
	for n, company := range companies {
		place := asked[int](v, fmt.Sprintf(`document.querySelector("[name=leads]").value.split(" ").indexOf(%q)`, v.leadOf(company).ID))
		card := fmt.Sprintf(`li:has([value="called %d"]) `, place)
		v.do(tap(card + "summary"))
		v.turn(tap(card + fmt.Sprintf(`button[value^="%s"]`, hows[n%3])))
		if said := v.says(`[role="status"]`); !strings.Contains(said, company) || !strings.Contains(said, "Recorded:") {
			t.Errorf("the list says %q", said)
		}
	}
	if taps != 12 {
		t.Errorf("it took %d taps", taps)
	}
	for n, company := range companies {
		want := []lead.Disposition{lead.Connected, lead.LeftMessage, lead.NoAnswer}[n%3]
		if l := v.leadOf(company); l.Stage != lead.StageContacted || l.Response.Disposition != want {
			t.Errorf("%s is %s, answered %+v", company, l.Stage, l.Response)
		}
	}
	if late := v.says(".sub strong"); late != "" {
		t.Errorf("the list says still %q", late)
	}
}

func TestWhoDeclaresToBeAwayGetsNoNewLeadUntilBack(t *testing.T) {
	tab := browser.ForTest(t)
	for _, view := range []browser.View{browser.Views()[0], browser.Views()[3]} {
		t.Run(view.String(), func(t *testing.T) {
			v := visit(t, tab, view, "en")
			v.hasLead("Fabrikam", "KR")
			v.turn(chromedp.Navigate(v.mailed("mina", "", link.KindMine)))
			v.do(chromedp.SetValue(chromedp.CSS(`input[name="at"]`), "2026-11-30"))
			v.turn(press(view, `button[value="until"]`))
			if said := v.says(`[role="status"]`); !strings.Contains(said, "30 Nov 2026") {
				t.Errorf("the list says %q", said)
			}
			v.goOn(v.clock().Add(time.Minute)) // the functions follow within half of it
			for _, company := range []string{"Adatum", "Litware", "Northwind"} {
				if l := v.hasLead(company, "BR"); l.Owner.Person != "jonas" {
					t.Errorf("%s went to %s", company, l.Owner.Person)
				}
			}
			v.turn(press(view, `button[value="back"]`))
			if said := v.says(`[role="status"]`); !strings.Contains(said, "you are back") {
				t.Errorf("the list says %q", said)
			}
			v.goOn(v.clock().Add(time.Minute))
			if l := v.hasLead("Proseware", "BR"); l.Owner.Person != "mina" {
				t.Errorf("the next one went to %s", l.Owner.Person)
			}
		})
	}
}

func TestAManagerSeesTheTeamAndGivesSeveralLeadsAway(t *testing.T) {
	tab := browser.ForTest(t)
	for _, view := range []browser.View{browser.Views()[1], browser.Views()[2]} {
		t.Run(view.String(), func(t *testing.T) {
			v := visit(t, tab, view, "en")
			for _, company := range []string{"Adatum", "Fabrikam", "Litware", "Northwind"} {
				v.hasLead(company, "KR")
			}
			v.goOn(v.clock().Add(26 * time.Hour))
			v.hasLead("Proseware", "BR")
			v.turn(chromedp.Navigate(v.mailed("sofia", "", link.KindTeam)))
			if people := v.says("table"); !strings.Contains(people, "Li Wei") || !strings.Contains(people, "Away until Sat 12 Dec 2026") {
				t.Errorf("the people are %q", people)
			}
			shown := func() int { return asked[int](v, `document.querySelectorAll(".cards li").length`) }
			choose := func(show, whose string) {
				v.do(chromedp.SetValue(chromedp.CSS(`[name="show"]`), show), chromedp.SetValue(chromedp.CSS(`[name="whose"]`), whose))
				v.turn(press(view, `.filter button`))
			}
			give := func(to, why string, companies ...string) {
				for _, company := range companies {
					v.do(press(view, fmt.Sprintf(`[value="%s"]`, v.leadOf(company).ID)))
				}
				v.do(chromedp.SetValue(chromedp.CSS(`[name="to"]`), to), chromedp.SendKeys(chromedp.CSS(`[name="reason"]`), why))
				v.turn(press(view, `[value="reassign"]`))
			}
			if n := shown(); n != 5 {
				t.Errorf("shows %d leads", n)
			}
			choose("overdue", "")
			if n := shown(); n != 4 {
				t.Errorf("shows %d overdue leads", n)
			}
			give(lead.Operations, "Nobody has time", "Adatum")
			choose("unowned", "")
			if n := shown(); n != 1 {
				t.Errorf("shows %d leads that nobody owns", n)
			}
			choose("", "mina")
			theirs := shown()
			give("jonas", "He knows them", "Fabrikam", "Litware", "Northwind")
			if said := v.says(`[role="status"]`); !strings.Contains(said, "3 leads were given to Jonas von Hohenstein-Wackernagel") {
				t.Errorf("the page says %q", said)
			}
			if n := shown(); n != theirs-3 {
				t.Errorf("shows %d leads that are still Mina's", n)
			}
			for company, owner := range map[string]string{"Adatum": lead.Operations, "Fabrikam": "jonas", "Litware": "jonas", "Northwind": "jonas"} {
				if l := v.leadOf(company); l.Owner.Person != owner {
					t.Errorf("%s is now %s's", company, l.Owner.Person)
				}
			}
		})
	}
}
