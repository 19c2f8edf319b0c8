package draft_test

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"leadflow/shared/draft"
	"leadflow/shared/lead"
	"leadflow/shared/mailto"
	"leadflow/shared/team"
)

var update = flag.Bool("update", false, "write the golden files")

var mina = team.Person{ID: "mina", Name: "Mina Kim", Languages: []string{"ko", "en"}}

// teamOf reads a team file, without warnings unless they are wanted.
func teamOf(t testing.TB, file string) team.Team {
	t.Helper()
	of, problems := team.Parse([]byte(file))
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	return of
}

// actions with the names of their drafts.
var actions = map[string]lead.Action{"contact-me": lead.ActionContactMe, "test-drive": lead.ActionTestDrive, "acquired": lead.ActionAcquired, "other": lead.ActionUnknown}

// customers are ordinary ones, by what the golden files call them.
func customers(country string) map[string]lead.Contact {
	full := lead.Contact{FirstName: "Ana", LastName: "Silva", Company: "Contoso Analytics Ltd", Country: country}
	if country == "KR" {
		full = lead.Contact{FirstName: "길동", LastName: "홍", Company: "콘토소 애널리틱스", Country: country}
	}
	return map[string]lead.Contact{"full": full, "empty": {Country: country}}
}

// The golden files are what customers get; go test -update writes them anew.
func TestTheBuiltInDrafts(t *testing.T) {
	for country, language := range map[string]string{"US": "en", "KR": "ko"} {
		for kind, contact := range customers(country) {
			for name, action := range actions {
				touch, from := lead.Touch{Action: action}, team.Person{ID: lead.Operations, Name: "Operations"}
				if kind == "full" {
					touch.Offer, from = lead.Offer{Title: "Contoso Backup"}, mina
					if country == "KR" {
						from.Name = "김미나"
					}
				}
				d := draft.Write(&lead.Lead{Contact: contact}, touch, from, team.Team{})
				if d.Language != language {
					t.Errorf("%s is in %s", name, d.Language)
				}
				file := filepath.Join("testdata", language+"-"+name+"-"+kind+".txt")
				got := d.Subject + "\n" + d.Body + "\n"
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if want, err := os.ReadFile(file); err != nil || got != string(want) {
					t.Errorf("%s is (%v)\n%s", file, err, got)
				}
				if link, whole := d.MailTo("hong.gildong@contoso-analytics.example"); !whole {
					t.Errorf("%s does not fit: %d", file, len(link))
				} else if *update {
					t.Logf("%s: %d", file, len(link))
				}
			}
		}
	}
}

// holes are what a value leaves that is not there.
var holes = regexp.MustCompile(`  | [,.?!:)]|[({\[] |\(\)|\[\]|^[ ,.:]|\b(for|of|in|at|from|by|and|about|to) ?[,.:?!]|\bfor and\b|(^|\s)(에|의|에서|에게|을|를)([ ,.]|$)|(^|[,.] ?)님|,\.|\{|\}|<no value>`)

func TestNoCombinationOfMissingValuesLeavesAHole(t *testing.T) {
	// The publisher's words are ordinary ones: what comes first on a line, what is behind "Dear" and "for".
	own := teamOf(t, `texts:
- language: en
  subject: "{offer}: a question for {company}"
  body: |
    Dear {firstName} {lastName},

    {company} asked about {offer}. {firstName}, may we talk about it at {company}?
    {offer} is ready for {name} at {company}; {owner} is glad to help.
    Ms {lastName} can reach us in {offer}.
- language: ko
  subject: "[{offer}] {company} 문의 감사합니다"
  body: |
    안녕하세요, {name}님.
    {owner}입니다. {company}에서 {offer}에 관심을 가져 주셔서 감사합니다. {lastName}{firstName}님의 연락을 기다리겠습니다.
- {language: en, action: PLT, signature: "{owner}\nContoso"}
- {language: ko, action: PLT, signature: "{owner}\n콘토소"}
`)
	for _, of := range []team.Team{{}, own} {
		for _, country := range []string{"US", "KR"} {
			for _, korean := range []bool{false, true} {
				for missing := range 1 << 5 {
					contact, touch, from := lead.Contact{FirstName: "Ana", LastName: "Silva", Company: "Contoso"}, lead.Touch{Offer: lead.Offer{Title: "Backup"}}, mina
					if korean {
						contact = lead.Contact{FirstName: "길동", LastName: "홍", Company: "콘토소"}
					}
					for i, value := range []*string{&contact.FirstName, &contact.LastName, &contact.Company, &touch.Offer.Title, &from.Name} {
						if missing&(1<<i) != 0 {
							*value = ""
						}
					}
					contact.Country = country
					for name, action := range actions {
						touch.Action = action
						d := draft.Write(&lead.Lead{Contact: contact}, touch, from, of)
						for line := range strings.SplitSeq(d.Subject+"\n"+d.Body, "\n") {
							if hole := holes.FindString(line); hole != "" || strings.TrimSpace(line) != line {
								t.Errorf("%s in %s without %05b has a hole %q: %s", name, d.Language, missing, hole, line)
							}
						}
						if strings.Contains(d.Body, "\n\n\n") || d.Subject == "" || strings.HasSuffix(d.Body, ",") {
							t.Errorf("%s in %s without %05b is\n%s", name, d.Language, missing, d.Body)
						}
					}
				}
			}
		}
	}
}

func TestNamesAreWrittenAsTheirPeopleWriteThem(t *testing.T) {
	for _, c := range []struct{ first, last, company, country, want string }{
		{"Ana", "Silva", "Contoso", "US", "Hello Ana,"},
		{"Ana Silva", "", "", "US", "Hello Ana Silva,"},
		{"", "Silva", "", "US", "Hello Silva,"},
		{"길동", "홍", "", "US", "Hello 홍길동,"},
		{"", "", "Contoso", "US", "Hello there,"},
		{".", "-", "", "US", "Hello there,"},
		{"길동", "홍", "콘토소", "KR", "안녕하세요, 홍길동님."},
		{"Ana", "Silva", "콘토소", "KR", "안녕하세요, Ana Silva 님."},
		{"太郎", "山田", "", "KR", "안녕하세요, 山田太郎 님."},
		{"", "", "콘토소", "KR", "안녕하세요, 콘토소 담당자님."},
		{"", "", "1&1", "KR", "안녕하세요, 1&1 담당자님."},
		{strings.Repeat("a", 60), "Silva", "", "KR", "안녕하세요, " + strings.Repeat("a", 59) + "… 님."},
		{"", "", "", "KR", "안녕하세요, 담당자님."},
	} {
		d := draft.Write(&lead.Lead{Contact: lead.Contact{FirstName: c.first, LastName: c.last, Company: c.company, Country: c.country}}, lead.Touch{}, mina, team.Team{})
		if got, _, _ := strings.Cut(d.Body, "\n"); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.first, c.last, got, c.want)
		}
	}
}

func TestTheLanguageIsThatOfTheCustomersCountryElseTheOwners(t *testing.T) {
	const german, portuguese, chinese = "- {language: de, body: Hallo}\n", "- {language: pt-BR, body: Olá}\n", "- {language: zh-Hant, body: 您好}\n"
	for _, c := range []struct {
		name, texts, country string
		owner                []string
		want                 string
	}{
		{"a customer in Korea", "", "KR", []string{"en"}, "ko"},
		{"a customer in the United States", "", "US", []string{"ko"}, "en"},
		{"a customer in Germany with a German text", german, "DE", []string{"en"}, "de"},
		{"a customer in Germany without one", "", "DE", []string{"de", "ko"}, "ko"},
		{"a customer in Germany with an owner who has no text", "", "DE", []string{"de", "fr"}, "en"},
		{"a customer in Germany with a German signature alone", "- {language: de, signature: MfG}\n", "DE", []string{"de"}, "en"},
		{"a German text for another action", "- {language: de, action: INS, body: Hallo}\n", "DE", nil, "en"},
		{"a German text for this action", "- {language: de, action: PLT, body: Hallo}\n", "DE", nil, "de"},
		{"a German text for another offer", "- {language: de, offer: vault, body: Hallo}\n", "DE", nil, "en"},
		{"a customer in Austria", german, "AT", nil, "de"},
		{"a customer in Switzerland", german, "CH", []string{"en"}, "de"},
		{"a customer in Belgium, where most write Dutch", german, "BE", []string{"ko"}, "ko"},
		{"a customer in Canada", german, "CA", []string{"de"}, "en"},
		{"nobody knows the country", german, "", []string{"de", "ko"}, "de"},
		{"a country that there is not", german, "QX", []string{"ko"}, "ko"},
		{"a country where nobody lives", german, "AQ", []string{"ko"}, "ko"},
		{"Norwegian by its older code", "- {language: no, body: Hei}\n", "NO", []string{"ko"}, "no"},
		{"Norwegian by its newer code", "- {language: nb, body: Hei}\n", "NO", []string{"ko"}, "nb"},
		{"what is no code", german, "Korea", []string{"de-AT"}, "de"},
		{"a text of Brazil for Brazil", portuguese, "BR", nil, "pt-BR"},
		{"a text of Brazil for Portugal", portuguese, "PT", nil, "pt-BR"},
		{"two texts in Portuguese", portuguese + "- {language: pt-PT, body: Olá}\n", "PT", nil, "pt-PT"},
		{"traditional signs for Taiwan", chinese, "TW", nil, "zh-Hant"},
		{"traditional signs for Hong Kong", chinese, "HK", nil, "zh-Hant"},
		{"traditional signs are not for China", chinese, "CN", []string{"ko"}, "ko"},
		{"a text of Taiwan and one of China", "- {language: zh-CN, body: 您好}\n- {language: zh-TW, body: 您好}\n", "HK", nil, "zh-TW"},
		{"British words before the built-in ones", "- {language: en-GB, body: Hello}\n", "US", nil, "en-GB"},
		{"a British signature under built-in words", "- {language: en-GB, signature: Cheers}\n", "GB", nil, "en-GB"},
		{"the nearer of two", "- {language: en-GB, body: Hello}\n- {language: en-US, body: Hello}\n", "AU", nil, "en-GB"},
		{"nothing is known at all", "", "", nil, "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := teamOf(t, "texts:\n- {language: fr, booking: \"https://contoso.com\"}\n"+c.texts)
			of.People = []team.Person{{ID: "jin", Name: "Jin", Languages: c.owner}}
			l := &lead.Lead{Contact: lead.Contact{Country: c.country}, Owner: lead.Owner{Person: "jin"}}
			if d := draft.Write(l, lead.Touch{Action: lead.ActionContactMe, Offer: lead.Offer{ID: "backup"}}, mina, of); d.Language != c.want || d.Body == "" {
				t.Errorf("it is in %q, want %s", d.Language, c.want)
			}
		})
	}
}

func TestTheOneWhoSendsStandsInForAnOwnerWhomTheTeamLacks(t *testing.T) {
	if d := draft.Write(&lead.Lead{Owner: lead.Owner{Person: "gone"}}, lead.Touch{}, mina, team.Team{}); d.Language != "ko" || !strings.Contains(d.Body, "Mina Kim 드림") {
		t.Errorf("draft %+v", d)
	}
}

func TestThePublishersWordsAreUsedPartByPart(t *testing.T) {
	of := teamOf(t, `offers: [{id: backup, titles: [Contoso Backup]}]
texts:
- {language: en, signature: "Regards\n{owner}, {booking}", booking: "https://book.contoso.com/a"}
- {language: en, action: PLT, subject: "A call, {firstName}?"}
- {language: en, action: INS, body: "Welcome to {offer}.\n\n{signature}\n\nPS: {booking}"}
- {language: en, action: INS, offer: backup, body: "Hello, {offer}."}
`)
	write := func(a lead.Action, o lead.Offer) draft.Draft {
		return draft.Write(&lead.Lead{Contact: customers("US")["full"]}, lead.Touch{Action: a, Offer: o}, mina, of)
	}
	if d := write(lead.ActionContactMe, lead.Offer{}); d.Subject != "A call, Ana?" || !strings.HasPrefix(d.Body, "Hello Ana,\n\nThank you") || !strings.HasSuffix(d.Body, "\n\nRegards\nMina Kim, https://book.contoso.com/a") {
		t.Errorf("draft %+v", d)
	}
	if d := write(lead.ActionAcquired, lead.Offer{}); !strings.HasPrefix(d.Subject, "Welcome") || d.Body != "Welcome to our product.\n\nRegards\nMina Kim, https://book.contoso.com/a\n\nPS: https://book.contoso.com/a" {
		t.Errorf("draft %+v", d)
	}
	if d := write(lead.ActionCreated, lead.Offer{Title: "Contoso Backup as it was called"}); !strings.HasPrefix(d.Body, "Hello Ana,\n\nWelcome, and thank you for choosing Contoso Backup as it was called.") {
		t.Errorf("draft %+v", d)
	}
	if d := write(lead.ActionAcquired, lead.Offer{ID: "backup", Title: "Contoso Backup as it was called"}); !strings.HasPrefix(d.Body, "Hello, Contoso Backup as it was called.") {
		t.Errorf("draft %+v", d)
	}
	if d := write(lead.ActionAcquired, lead.Offer{ID: "backup"}); d.Body != "Hello, Contoso Backup.\n\nRegards\nMina Kim, https://book.contoso.com/a" {
		t.Errorf("draft %+v", d)
	}
}

func TestNobodyIsWrittenToWhoAsksNotToBeContacted(t *testing.T) {
	if d := draft.Write(&lead.Lead{}, lead.Touch{Action: lead.ActionDoNot}, mina, team.Team{}); d != (draft.Draft{}) {
		t.Errorf("draft %+v", d)
	}
}

// hostile are values that strangers may send.
var hostile = []string{"{booking}", "{{.Owner}}", "{{.X}}", "{signature} {name|x}", "a\r\nBcc: b@contoso.com\n\n.\n", "\u202egpj.exe\u2066", "<b>x</b>", "x\x00\x1b[2J\u2028y", strings.Repeat("가", 300), "a?cc=b&bcc=c%0D%0A#", "a\xffb", "NAME"}

func TestWhatStrangersSendIsAValueAndNothingElse(t *testing.T) {
	of := teamOf(t, "texts:\n- {language: en, body: \"Dear {name} of {company}: {offer}\", booking: \"https://book.contoso.com/a\"}\n")
	of.Texts = append(of.Texts, team.Text{Language: "ko", Signature: "Contoso"})
	for _, value := range hostile {
		for _, country := range []string{"US", "KR"} {
			for name, action := range actions {
				write := func(value string) draft.Draft {
					return draft.Write(&lead.Lead{Contact: lead.Contact{FirstName: value, LastName: value, Company: value, Country: country}}, lead.Touch{Action: action, Offer: lead.Offer{Title: value}}, mina, of)
				}
				d, plain := write(value), write("Plain")
				for _, text := range []string{d.Subject, d.Body} {
					if strings.ContainsFunc(text, func(c rune) bool {
						return unicode.IsControl(c) && c != '\n' || c == '\u2028' || c == '\u202e' || c == '\u2066'
					}) || !utf8.ValidString(text) || strings.Contains(text, "book.contoso.com") {
						t.Errorf("%s of %q is %q", name, value, text)
					}
				}
				if strings.Count(d.Body, "\n") != strings.Count(plain.Body, "\n") || strings.Contains(d.Subject, "\n") || utf8.RuneCountInString(d.Body) > utf8.RuneCountInString(plain.Body)+6*60 {
					t.Errorf("%s of %q is\n%s", name, value, d.Body)
				}
				if strings.HasPrefix(value, "{") && !strings.Contains(d.Body, value) {
					t.Errorf("%s of %q does not repeat it:\n%s", name, value, d.Body)
				}
			}
		}
	}
}

func TestALinkIsShortAndOpensExactlyTheDraft(t *testing.T) {
	own := teamOf(t, "texts:\n- {language: en, body: \""+strings.Repeat("Dear {name}. ", 30)+"\", subject: \""+strings.Repeat("{company} ", 20)+"\"}\n")
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.StringOfN(rapid.RuneFrom(nil, unicode.Hangul), 0, 80, -1))
		contact := lead.Contact{FirstName: value.Draw(t, "first"), LastName: value.Draw(t, "last"), Company: value.Draw(t, "company"), Country: rapid.SampledFrom([]string{"KR", "US"}).Draw(t, "country")}
		touch := lead.Touch{Action: rapid.SampledFrom([]lead.Action{lead.ActionContactMe, lead.ActionTestDrive, lead.ActionAcquired, lead.ActionCreated, lead.ActionUnknown}).Draw(t, "action"), Offer: lead.Offer{Title: value.Draw(t, "offer")}}
		d := draft.Write(&lead.Lead{Contact: contact}, touch, mina, rapid.SampledFrom([]team.Team{{}, own}).Draw(t, "team"))
		link, whole := d.MailTo("ana+x@contoso.com")
		u, err := url.Parse(link)
		if err != nil || len(link) >= mailto.Limit || u.Opaque != "ana%2Bx@contoso.com" {
			t.Fatalf("%s: %v", link, err)
		}
		q := u.Query()
		if whole && (q.Get("subject") != d.Subject || q.Get("body") != strings.ReplaceAll(d.Body, "\n", "\r\n")) || !whole && q.Has("body") || len(q) > 2 {
			t.Fatalf("%s, whole %v, is for %+v", link, whole, d)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	var file strings.Builder
	file.WriteString("texts:\n")
	for i := range 20 {
		fmt.Fprintf(&file, "- {language: en, offer: o%d, body: \"Dear {firstName} {lastName}, thank you for {offer}\"}\n- {language: de, offer: o%d, body: \"Guten Tag {name}\"}\n", i, i)
	}
	of := teamOf(b, file.String())
	touch := lead.Touch{Action: lead.ActionContactMe, Offer: lead.Offer{ID: "o3", Title: "Contoso Backup"}}
	for name, with := range map[string]team.Team{"built in": {}, "the publisher's words": of} {
		for _, country := range []string{"KR", "DE"} {
			b.Run(name+" for "+country, func(b *testing.B) {
				l := &lead.Lead{Contact: customers(country)["full"]}
				for b.Loop() {
					draft.Write(l, touch, mina, with)
				}
			})
		}
	}
}
