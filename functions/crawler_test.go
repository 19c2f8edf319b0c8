package functions_test

import (
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"
	"github.com/chromedp/chromedp"

	"leadflow/shared/lead"
	"leadflow/shared/local/browser"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/local/lab"
	"leadflow/shared/topology"
)

// A scanner of mails opens every link before the reader does, with a browser or without, and what it finds there too.
func TestACrawlerThatOpensEveryLinkOfEveryMailChangesNothing(t *testing.T) {
	v := visit(t, browser.ForTest(t), browser.Views()[2], "en")
	v.allMails()
	before := v.documents()
	v.kinds(before)
	mails := len(v.Mails())

	var found []string
	for _, m := range v.Mails() {
		found = append(found, links(m)...)
		found = append(found, inText.FindAllString(m.Text, -1)...)
	}
	first := v.ours(found)
	if len(first) < 2*mails {
		t.Errorf("%d mails have only %d links", mails, len(first))
	}
	second := v.ours(append(v.crawl(first, odd()...), v.browse(first)...))
	second = slices.DeleteFunc(second, func(address string) bool { return slices.Contains(first, address) })
	if len(second) < len(first) {
		t.Errorf("behind %d links are only %d more", len(first), len(second))
	}
	v.crawl(second)
	v.browse(second)
	t.Logf("opened %d links of %d mails, and %d on the pages behind them", len(first), mails, len(second))

	for name, queue := range v.Queued() {
		if queue.Active != 0 {
			t.Errorf("the queue %s has %d messages", name, queue.Active)
		}
	}
	after := v.documents()
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%s is now\n%s\nand was\n%s", name, after[name], was)
		}
	}
	if len(after) != len(before) {
		t.Errorf("there are %d documents, and were %d", len(after), len(before))
	}
}

// allMails has a mail of every kind sent.
func (v *visitor) allMails() {
	v.t.Helper()
	touch := func(company, source, action, phone, wrote string) {
		v.t.Helper()
		v.post("contoso.analytics", fmt.Sprintf(`{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"ana@%s.example.com","phone":%q,"country":"KR","company":%q},`+
			`"leadSource":"AppSource-%s|contoso.analytics","actionCode":%q,"offerTitle":"Contoso Analytics","description":%q}`, strings.ToLower(company), phone, company, source, action, wrote))
	}
	touch("Fabrikam", "PLT", "PLT", "+82 10-1234-5678", "https://evil.example/api/respond?t=x")
	v.goOn(v.clock().Add(20 * time.Minute))
	touch("Fabrikam", "PLT", "PLT", "+82 10-1234-5678", "https://evil.example/api/respond?t=x")
	v.goOn(v.clock().Add(20 * time.Minute))
	touch("Fabrikam", "StartTestDrive", "StartTestDrive", "+82 10-1234-5678", "")
	touch("Adatum", "DNC", "DNC", "+82 10-1234-5678", "") // may be the same person
	touch("Litware", "PLT", "PLT", "+82 10-8888-1111", "")
	touch("Litware", "DNC", "DNC", "+82 10-8888-1111", "")
	v.goOn(v.clock().Add(20 * time.Minute))
	touch("Litware", "PLT", "PLT", "+82 10-8888-1111", "I want it now")
	v.post("contoso.analytics", `{"userDetails":{"firstName":"MSFT_TEST_123","lastName":"MSFT_TEST_123","email":"MSFT_TEST_123@test.example","company":"MSFT_TEST_123"},`+
		`"leadSource":"AppSource-PLT|contoso.analytics","actionCode":"PLT","offerTitle":"Contoso Analytics"}`)
	v.goOn(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)) // Friday evening
	touch("Northwind", "PLT", "PLT", "", "")
	v.goOn(time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC))
	v.run()
}

// kinds fails the test if a kind of mail was not sent.
func (v *visitor) kinds(documents map[string]string) {
	v.t.Helper()
	sent := map[lead.MailKind]bool{}
	for _, text := range documents {
		for _, found := range mailKind.FindAllStringSubmatch(text, -1) {
			sent[lead.MailKind(found[1])] = true
		}
	}
	for _, kind := range []lead.MailKind{lead.MailAlert, lead.MailAgain, lead.MailTouch, lead.MailDoNotContact, lead.MailDecide, lead.MailSimilar, lead.MailOnDuty,
		lead.MailReminder, lead.MailEscalation, lead.MailOperations} {
		if !sent[kind] {
			v.t.Errorf("no mail of the kind %s was sent, only %v", kind, sent)
		}
	}
}

var (
	mailKind = regexp.MustCompile(`"kind":"([a-z-]+)"`)
	inText   = regexp.MustCompile(`https?://[^\s<>")]+`)
	onPage   = regexp.MustCompile(`(?:href|action)="([^"]*)"`)
)

// ours are the links to the pages, each once.
func (v *visitor) ours(all []string) []string {
	seen := map[string]bool{}
	for _, address := range all {
		address, _, _ = strings.Cut(address, "#")
		if strings.HasPrefix(address, v.url) {
			seen[address] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// request is how a scanner asks for a link.
type request struct {
	method string
	header http.Header
}

// odd are the ways in which prefetching mail programs, previews of chats and broken scanners ask.
func odd() []request {
	return []request{
		{http.MethodGet, http.Header{"Purpose": {"prefetch"}}}, {http.MethodGet, http.Header{"Sec-Purpose": {"prefetch;prerender"}}},
		{http.MethodGet, http.Header{"X-Moz": {"prefetch"}}}, {http.MethodGet, http.Header{"Range": {"bytes=0-99"}}},
		{http.MethodHead, http.Header{"X-Http-Method-Override": {"POST"}}},
	}
}

// crawl opens addresses by GET and HEAD, and in other ways, and gives the links found.
func (v *visitor) crawl(addresses []string, ways ...request) []string {
	v.t.Helper()
	var found []string
	for _, address := range addresses {
		for _, as := range append([]request{{http.MethodGet, nil}, {http.MethodHead, nil}}, ways...) {
			r, err := http.NewRequestWithContext(v.t.Context(), as.method, address, nil)
			if err != nil {
				v.t.Fatal(err)
			}
			maps.Copy(r.Header, as.header)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				v.t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != http.StatusOK {
				v.t.Fatalf("%s %s answered %d, %v", as.method, address, res.StatusCode, err)
			}
			for _, link := range onPage.FindAllStringSubmatch(string(body), -1) {
				if to, err := res.Request.URL.Parse(html.UnescapeString(link[1])); err == nil {
					found = append(found, to.String())
				}
			}
		}
	}
	return found
}

// browse opens addresses in the browser, which runs scripts, and gives the links found.
func (v *visitor) browse(addresses []string) []string {
	v.t.Helper()
	var found []string
	for _, address := range addresses {
		v.turn(chromedp.Navigate(address))
		found = append(found, asked[[]string](v, `[...document.links].map(a => a.href)`)...)
	}
	return found
}

// documents are all that the database has, by container and id.
func (v *visitor) documents() map[string]string {
	v.t.Helper()
	key, err := azcosmos.NewKeyCredential(cosmos.EmulatorKey)
	if err != nil {
		v.t.Fatal(err)
	}
	client, err := azcosmos.NewClientWithKey((&url.URL{Scheme: "http", Host: v.Cosmos.Address}).String(), key, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	all := map[string]string{}
	for _, c := range topology.Load().Containers {
		container, err := client.NewContainer(lab.Database, c.ID)
		if err != nil {
			v.t.Fatal(err)
		}
		pager := container.NewQueryItemsPager("SELECT * FROM c", azcosmos.NewPartitionKey(), nil)
		for pager.More() {
			page, err := pager.NextPage(v.t.Context())
			if err != nil {
				v.t.Fatal(err)
			}
			for _, document := range page.Items {
				all[fmt.Sprintf("%s %d", c.ID, len(all))] = string(document)
			}
		}
	}
	return all
}
