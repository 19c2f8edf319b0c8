package team_test

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// whole has every key there is.
const whole = `# The team of Contoso.
internalDomains:
  - contoso.com
  - "Bücher.Example"   # the bookshop

offers:
  - id: contoso-analytics.v2
    publisher: contoso
    titles:
      - Contoso Analytics
      - 'Contoso  애널리틱스'
    product: Analytics   # our own name
    team: sales
    silenceDays: 14
  - {id: backup, titles: [Contoso Backup, "Sicherung: Contoso"]}

holidays:
  - 2026-12-31
  - Germany
  - {id: korea, dates: [2026-02-16, 2026-02-17]}
  - {id: italy, country: IT, dates: [2026-06-29]}

people:
  - id: mina
    name: Mina Kim
    mail: mina@contoso.com
    zone: Asia/Seoul
    holidays: korea
    hours:
      mon-thu: ["09:00-12:00", "13:00-18:00"]
      fri: 09:00-12:00
    absences:
      - {from: 2026-12-24, to: 2026-12-31}
      - from: 2027-01-04T13:00
        to: 2027-01-04T15:00
    cover: sofia
    weight: 2
    languages: [ko, en]
    onDuty: true
  - {id: sofia, name: Sofia Rossi, mail: sofia@contoso.com, zone: Europe/Berlin, holidays: [italy]}

teams:
  - id: sales
    people: [mina]
    manager: sofia
    fallback: operations

rules:
  - offer: backup
    publisher: contoso
    source: [AppSource, AzurePortal]
    action: PLT
    country: [KR, Germany]
    person: mina
  - team: sales

sla:
  PLT: 2h30m
  default: 6h

cadence: [1, 3, 8]
`

func TestAFileIsReadWhole(t *testing.T) {
	got, problems := team.Parse([]byte(whole))
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	want := team.Team{
		InternalDomains: []string{"contoso.com", "xn--bcher-kva.example"},
		Offers: []team.Offer{
			{ID: "contoso-analytics.v2", Publisher: "contoso", Titles: []string{"Contoso Analytics", "Contoso 애널리틱스"}, Product: "Analytics", Team: "sales", SilenceDays: 14},
			{ID: "backup", Titles: []string{"Contoso Backup", "Sicherung: Contoso"}},
		},
		People: []team.Person{
			{ID: "mina", Name: "Mina Kim", Mail: "mina@contoso.com", Cover: "sofia", Weight: 2, Languages: []string{"ko", "en"}, OnDuty: true},
			{ID: "sofia", Name: "Sofia Rossi", Mail: "sofia@contoso.com", Weight: 1},
		},
		Groups: []team.Group{{ID: "sales", People: []string{"mina"}, Manager: "sofia", Fallback: "operations"}},
		Rules: []team.Rule{
			{Offers: []string{"backup"}, Publishers: []string{"contoso"}, Sources: []string{"AppSource", "AzurePortal"}, Actions: []lead.Action{lead.ActionContactMe},
				Countries: []string{"KR", "DE"}, Person: "mina", Line: 49},
			{Group: "sales", Line: 55},
		},
		SLA:        map[lead.Action]time.Duration{lead.ActionContactMe: 150 * time.Minute},
		DefaultSLA: 6 * time.Hour,
		Cadence:    []int{1, 3, 8},
	}
	for i := range got.People {
		if c := got.People[i].Calendar; c.Zone == nil || len(c.Week[time.Friday]) != 1 || c.Holiday == nil {
			t.Errorf("the calendar of %s is %+v", got.People[i].ID, c)
		}
		got.People[i].Calendar = lead.Calendar{} // has functions, which are not comparable
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("team %+v", got)
	}
}

func TestAFileThatSaysNothingIsAValidTeam(t *testing.T) {
	for name, text := range map[string]string{
		"an empty file":                         "",
		"a byte order mark alone":               "\ufeff",
		"blank lines":                           "\n \n\r\n",
		"comments":                              "# nothing yet\n\n# offers:\n",
		"a document without a value":            "---\n# nothing yet\n...\n",
		"lists without entries":                 "internalDomains: []\noffers: []\n",
		"a list whose entries are all comments": "offers: [\n  # - id: analytics\n]\n",
	} {
		got, problems := team.Parse([]byte(text))
		if len(problems) > 0 || len(got.InternalDomains)+len(got.Offers)+len(got.People) > 0 || got.HasCatalogue() {
			t.Errorf("%s: %+v, %v", name, got, problems)
		}
	}
}

func TestTheExampleOfTheReadmeIsValid(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(readme), "```yaml\n")
	example, _, found := strings.Cut(example, "```\n")
	if got := says(t, example); !found || len(got.People) == 0 || len(got.Rules) == 0 {
		t.Errorf("it is %s", example)
	}
}

// says fails the test unless the problems of a file are exactly those: "LINE:COLUMN part of the text", or the
// same with a w in front for a warning.
func says(t *testing.T, text string, want ...string) team.Team {
	t.Helper()
	got, problems := team.Parse([]byte(text))
	for i := range max(len(problems), len(want)) {
		var have, place, part string
		if i < len(problems) {
			p := problems[i]
			have = fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Text)
			if p.Warning {
				have = "w" + have
			}
		}
		if i < len(want) {
			place, part, _ = strings.Cut(want[i], " ")
		}
		if i >= len(problems) || i >= len(want) || !strings.HasPrefix(have, place+" ") || !strings.Contains(have, part) {
			t.Errorf("problem %d is %q, want %q", i+1, have, strings.TrimSpace(place+" "+part))
		}
	}
	return got
}

func TestEveryMistakeIsToldWithItsPlaceAndWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"an unknown key", "offer: []\n", []string{`1:1 there is no key "offer" here: the file has the keys internalDomains, offers`}},
		{"a key in another letter case", "Offers: []\n", []string{`1:1 there is no key "Offers" here`}},
		{"an unknown key of an offer", "offers:\n- id: a\n  price: 5\n", []string{`3:3 there is no key "price" here: an offer has the keys id, publisher, titles, product, team, silenceDays`}},
		{"the team of an offer that is no id", "offers:\n- id: a\n  team: two words\n", []string{`3:9 team "two words" has a character that it cannot have`}},
		{"a key that is no text", "5: a\ntrue: b\n", []string{`1:1 there is no key "5"`, `2:1 there is no key "true"`}},
		{"a key that stands twice", "offers: []\noffers: []\n", []string{`2:1 "offers" stands here a second time, first in line 1: take one out`}},
		{"a key of an offer that stands twice", "offers:\n  - id: a\n    id: b\n", []string{`3:5 "id" stands here a second time, first in line 2`}},
		{"an unknown key that stands twice", "x: 1\nx: 2\n", []string{`1:1 there is no key "x"`, `2:1 "x" stands here a second time`}},
		{"a key without a value", "internalDomains:\noffers:\n", []string{"1:1 internalDomains is blank: give it a value or take it out", "2:1 offers is blank"}},
		{"values that are null", "internalDomains: ~\noffers: [null]\n", []string{"1:18 internalDomains is blank", "2:10 an offer is blank"}},
		{"a dash without a value", "internalDomains:\n  -\n  - contoso.com\n", []string{"2:3 an entry of internalDomains is blank"}},
		{"texts that are blank", "offers:\n- id: ''\n  publisher: \"  \"\n  titles: [\"\\t\", '\u00a0']\n  product: |\n\n", []string{
			"2:7 id is blank", "3:14 publisher is blank", "4:12 an entry of titles is blank", "4:18 an entry of titles is blank", "5:12 product is blank"}},
		{"a text in place of the file", "contoso.com\n", []string{`1:1 the file is "contoso.com": it must be keys with values: internalDomains, offers`}},
		{"a list in place of the file", "- contoso.com\n", []string{"1:1 the file is a list: it must be keys"}},
		{"a text in place of a list", "internalDomains: contoso.com\n", []string{`1:18 internalDomains is "contoso.com": it must be a list, [A, B] or`}},
		{"keys in place of a list", "offers:\n  id: a\n", []string{"2:3 offers has keys of its own: it must be a list"}},
		{"a text in place of an offer", "offers: [analytics]\n", []string{`1:10 an offer is "analytics": it must be keys with values: id, publisher`}},
		{"a list in place of a text", "offers:\n- id: [a]\n", []string{"2:7 id is a list: it must be a text"}},
		{"keys in place of a text", "offers:\n- id:\n    a: b\n", []string{"3:5 id has keys of its own: it must be a text"}},
		{"what YAML takes for no text", "offers:\n- id: 2024\n  publisher: true\n  titles: [1.0, .inf, 0x1F]\n", []string{
			`2:7 id is "2024": it must be a text, so put it in quotes`, `3:14 publisher is "true": it must be a text, so put it in quotes`,
			`4:12 an entry of titles is "1.0"`, `4:17 an entry of titles is ".inf"`, `4:23 an entry of titles is "0x1F"`}},
		{"a text of several lines", "offers:\n- id: a\n  titles: [\"A\\nB\"]\n  product: |\n    A\n    B\n", []string{
			"3:12 an entry of titles has a line end or a control character in it: write it in one line", "4:12 product has a line end"}},
		{"a text with the line end of Unicode", "offers: [{id: a, product: \"A\\u2028B\"}]\n", []string{"1:27 product has a line end"}},
		{"an escape that moves a terminal", "offers: [{id: a, product: \"x\\e[2J\"}]\n", []string{"1:27 product has a line end or a control character"}},
		{"a text that is too long", "offers: [{id: a, product: " + strings.Repeat("김", 257) + "}]\n", []string{"1:27 product has more than 256 characters: shorten it"}},
		{"an offer without an id", "offers:\n  - titles: [A]\n  - {product: B}\n", []string{"2:5 an offer has no id: give the offer id as Partner Center has it", "3:5 an offer has no id"}},
		{"an id with a space", "offers: [{id: a b}]\n", []string{`1:15 id "a b" has a character that it cannot have: give letters, digits and - _ . only`}},
		{"an id that is a URL's", "offers: [{id: \"contoso/analytics\"}]\n", []string{"1:15 id"}},
		{"a publisher with a dot", "offers: [{id: a, publisher: contoso.com}]\n", []string{`1:29 publisher "contoso.com" has a character that it cannot have: give letters, digits and - _ only`}},
		{"days that are too few, too many or no number", "offers:\n- {id: a, silenceDays: 0}\n- {id: b, silenceDays: 366}\n- {id: c, silenceDays: 1.5}\n- {id: d, silenceDays: \"14\"}\n- {id: e, silenceDays: 0x10}\n- {id: f, silenceDays: 010}\n- {id: g, silenceDays: two}\n- {id: h, silenceDays: -1}\n- {id: i, silenceDays: 99999999999999999999}\n- {id: j, silenceDays: true}\n- {id: k, silenceDays: 1_0}\n", []string{
			`2:24 silenceDays is "0": give a whole number from 1 to 365, without quotes`, `3:24 silenceDays is "366"`, `4:24 silenceDays is "1.5"`,
			`5:24 silenceDays is "14"`, `6:24 silenceDays is "0x10"`, `7:24 silenceDays is "010"`, `8:24 silenceDays is "two"`, `9:24 silenceDays is "-1"`, `10:24 silenceDays is "9`, `11:24 silenceDays is "true"`, `12:24 silenceDays is "1_0"`}},
		{"days that are no single value", "offers:\n- {id: a, silenceDays: [1]}\n- {id: b, silenceDays: {}}\n- {id: c, silenceDays: }\n", []string{
			"2:24 silenceDays is a list: it must be a whole number", "3:24 silenceDays has keys", "4:11 silenceDays is blank"}},
		{"an id twice", "offers:\n- id: Analytics\n- id: a\n- id: analytics\n", []string{`4:7 the offer "analytics" is in the list already, in line 2: put the two together`}},
		{"an id of one publisher twice", "offers:\n- {id: A, publisher: contoso}\n- {publisher: CONTOSO, id: a}\n- {id: a, publisher: fabrikam}\n- {id: a}\n", []string{`3:28 the offer "contoso.a" is in the list already, in line 2`}},
		{"an id once with the publisher in it and once beside it", "offers:\n- {id: contoso.a}\n- {id: a, publisher: contoso}\n", []string{`3:8 the offer "contoso.a" is in the list already, in line 2`}},
		{"a title for two offers", "offers:\n- id: a\n  titles: [Contoso Analytics]\n- id: b\n  titles: [B, \"ＣＯＮＴＯＳＯ   analytics\"]\n", []string{
			"5:15 the title \"ＣＯＮＴＯＳＯ analytics\" is also that of the offer in line 3: a title belongs to one offer"}},
		{"a title twice for one offer", "offers:\n- id: a\n  titles: [A, Straße, STRASSE]\n", []string{`w3:23 the offer has the title "STRASSE" twice, first in line 3: take one out`}},
		{"an internal domain where customers have addresses", "internalDomains: [gmail.com, Hotmail.co.uk]\n", []string{"1:19 \"gmail.com\" is where anybody can have an address, customers too: give only domains that are your own", "1:30 \"Hotmail.co.uk\" is where"}},
		{"an internal domain twice", "internalDomains: [contoso.com, Contoso.COM]\n", []string{"w1:32 contoso.com is listed twice, first in line 1: take one out"}},
		{"an internal domain below another", "internalDomains:\n- eu.sales.contoso.com\n- contoso.com\n- notcontoso.com\n", []string{"w2:3 eu.sales.contoso.com is below contoso.com, which is listed and includes it: take it out"}},
		{"a tag", "offers: !!seq\n- id: !!str 5\n", []string{`1:9 the tag "!!seq" has no meaning here: take it out`, `2:7 the tag "!!str"`, `2:13 id is "5"`}},
		{"a directive", "%YAML 1.2\n---\noffers: 5\n", []string{"1:1 a directive (%) has no meaning here: take the line out", "3:9 offers"}},
		{"a key behind a question mark", "? offers\n: []\n", []string{`1:1 a key written with ? has no meaning here`}},
		{"a merge key", "offers:\n- &a {id: a}\n- <<: *a\n  id: b\n", []string{"3:3 the merge key << has no meaning here: write the keys out"}},
		{"an alias without its anchor", "offers: *a\n", []string{"1:9 there is no anchor &a above this: write the value itself"}},
		{"an alias within its own anchor", "offers: &a [*a]\n", []string{"1:13 there is no anchor &a above this"}},
		{"two documents", "offers: []\n---\nx: y\n", []string{"2:1 another document begins here"}},
		{"a second document without a value", "offers: []\n---\n", []string{"2:1 another document begins here"}},
		{"a list that is not closed", "offers:\n  - id: [a\nx: y\n", []string{"3:1 this is not YAML (',' or ']' must be specified): mend it; what follows was not checked"}},
		{"a text that is not closed", "offers:\n  - id: \"a\n", []string{"2:9 this is not YAML (could not find end character of double-quoted text)"}},
		{"a tab before a key", "offers:\n\t- id: a\n", []string{"2:2 this is not YAML (found character"}},
		{"keys that do not stand in line", " a: 1\nb: 2\n", []string{"2:1 this is not YAML"}},
		{"a text that is not UTF-8", "# caf\xe9\n", []string{"1:6 the file is not UTF-8 from here on: save it as UTF-8"}},
		{"UTF-16", "\xff\xfeo\x00f\x00", []string{"1:1 the file is not UTF-8"}},
		{"a control character", "# a\n  \x1b[2J\n", []string{"2:3 the control character U+001B stands here: take it out"}},
		{"the line ends of an old Mac", "# a\rb: c\n", []string{"1:4 the control character U+000D"}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want...) })
	}
}

func TestAllProblemsComeAtOnceSortedByPlace(t *testing.T) {
	says(t, `internalDomains:
  - com
  - contoso.com
  - contoso.com
offers:
  - id: a
    titles: A
    silenceDays: 999
    id: b
  - product:
  - id: A
persons: []
offers: []
`,
		`2:5 "com" is`,
		"w4:5 contoso.com is listed twice",
		"7:13 titles is",
		"8:18 silenceDays is",
		`9:5 "id" stands here a second time`,
		"10:5 an offer has no id",
		"10:5 product is blank",
		"11:9 the offer \"a\" is in the list already, in line 6",
		`12:1 there is no key "persons"`,
		`13:1 "offers" stands here a second time`,
	)
}

func TestAFileWithAnErrorGivesNoTeamAndOneWithWarningsDoes(t *testing.T) {
	got, problems := team.Parse([]byte("internalDomains: [contoso.com]\noffers: [{id: a}, {id: a}]\n"))
	if !reflect.DeepEqual(got, team.Team{}) || len(problems.Errors()) != 1 {
		t.Errorf("team %+v, %v", got, problems)
	}
	got, problems = team.Parse([]byte("internalDomains: [contoso.com, contoso.com]\n"))
	if len(got.InternalDomains) != 1 || len(problems) != 1 || len(problems.Errors()) != 0 {
		t.Errorf("team %+v, %v", got, problems)
	}
}

func TestProblemsAreAnErrorWithOneLineEach(t *testing.T) {
	_, problems := team.Parse([]byte("internalDomains: [contoso.com, contoso.com]\noffers: [{id: }]\n"))
	var err error = problems
	want := "line 1, column 32: warning: contoso.com is listed twice, first in line 1: take one out\n" +
		"line 2, column 11: id is blank: give it a value or take it out"
	if err.Error() != want {
		t.Errorf("error %q", err)
	}
}

func TestWhatIsNoMailDomainOfOnePublisherIsRefused(t *testing.T) {
	const no, suffix = `is not a mail domain: give what stands behind the @`, `is a public suffix`
	for domain, want := range map[string]string{
		"contoso": no, "@contoso.com": no, "kim@contoso.com": no, "https://contoso.com": no, "contoso.com/": no, "*.contoso.com": no, ".contoso.com": no,
		"contoso.com.": no, "contoso..com": no, "con toso.com": no, "-contoso.com": no, "con_toso.com": no, "10.0.0.1": no, "[::1]": no, "contoso.com:25": no,
		strings.Repeat("a", 64) + ".com": no, strings.Repeat("a.", 126) + "com": no, "xn--a.com": no,
		"com": no, "co.uk": suffix, "CO.UK": suffix, "github.io": suffix, "公司.cn": suffix,
	} {
		says(t, "internalDomains: ['"+domain+"']\n", "1:19 "+want)
	}
}

func TestADomainIsReadInItsASCIIForm(t *testing.T) {
	for domain, want := range map[string]string{
		"contoso.com": "contoso.com", "EU.Contoso.com": "eu.contoso.com", "한국.contoso.co.kr": "xn--3e0b707e.contoso.co.kr", "XN--BCHER-KVA.example": "xn--bcher-kva.example",
		"contoso.internal": "contoso.internal", "ｃｏｎｔｏｓｏ．com": "contoso.com",
	} {
		if got := says(t, "internalDomains: ["+domain+"]\n"); len(got.InternalDomains) != 1 || got.InternalDomains[0] != want {
			t.Errorf("%s is read as %q", domain, got.InternalDomains)
		}
	}
}

func TestAHostIsInternalAtOrBelowADomain(t *testing.T) {
	own := says(t, "internalDomains: [contoso.com, Bücher.example]\n")
	for host, want := range map[string]bool{
		"contoso.com": true, "eu.contoso.com": true, "a.b.contoso.com": true, "xn--bcher-kva.example": true,
		"notcontoso.com": false, "contoso.com.example": false, "com": false, "": false, ".com": false, "contoso.co": false,
	} {
		if own.Internal(host) != want {
			t.Errorf("%q is internal: %v", host, !want)
		}
	}
	if (team.Team{}).Internal("contoso.com") || (team.Team{}).Internal("") {
		t.Error("a host is internal to a team without domains")
	}
}

func TestAnAliasStandsForTheValueOfItsAnchor(t *testing.T) {
	got := says(t, "offers:\n- id: a\n  publisher: &p contoso\n- id: b\n  publisher: *p\n")
	if got.Offers[1].Publisher != "contoso" {
		t.Errorf("offers %+v", got.Offers)
	}
	// What is wrong with the value is told once, where it stands; what is wrong with its use, where it is used.
	says(t, "offers:\n- id: a\n  publisher: &p [x]\n- id: b\n  publisher: *p\n", "3:17 publisher is a list", "5:14 publisher is a list")
	says(t, "offers:\n- {id: a, titles: &t [5]}\n- {id: b, titles: *t}\n- {id: c, titles: *t}\n", "2:23 an entry of titles is")
	says(t, "internalDomains: &d [com.]\noffers: *d\n", "1:22 \"com.\" is", "1:22 an offer is")
}

func TestAFileOfMoreThan512KiBIsRefused(t *testing.T) {
	full := "# " + strings.Repeat("x", 512<<10-3) + "\n"
	says(t, full)
	says(t, full+"\n", "1:1 the file is larger than 512 KiB")
}

func TestALargeCatalogueIsRead(t *testing.T) {
	var file strings.Builder
	file.WriteString("offers:\n")
	for i := range 3000 {
		indent := strings.Repeat(" ", 10)
		if i < 100 {
			indent = strings.Repeat(" ", 120) // within brackets it means nothing
		}
		fmt.Fprintf(&file, "  - id: offer-%d\n    publisher: contoso\n    titles: [\"Contoso Offer %d\",\n%s\"콘토소 %d\"]\n", i, i, indent, i)
	}
	if got := says(t, file.String()); len(got.Offers) != 3000 || got.Offers[2999].Titles[1] != "콘토소 2999" {
		t.Errorf("%d offers", len(got.Offers))
	}
}

// Each of these would take the parser minutes, gigabytes or the whole stack.
func TestAFileThatIsMadeToHurtIsRefusedInSeconds(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, 500<<10/len(s)) }
	fillUnder := func(key, s string) string { return key + strings.Repeat(s, 9000) }
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := range 20 {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
	}
	var wide strings.Builder
	for i := range 33_000 {
		fmt.Fprintf(&wide, "a%d: b\n", i)
	}
	for _, c := range []struct{ name, text, want string }{
		{"an alias bomb", bomb.String(), "the aliases up to here repeat more than 100000 values: write the values out"},
		{"brackets in brackets", "offers: " + fill("["), "more than 20 brackets are open here"},
		{"brackets in brackets behind as many closing ones", strings.Repeat("]", 1000) + strings.Repeat("[", 1000), "more than 20 brackets are open here"},
		{"braces in braces", "offers: " + fill("{a: "), "more than 20 brackets are open here"},
		{"dashes behind dashes", fill("- "), "this begins behind column 100"},
		{"dashes behind dashes within brackets", "[" + fill("- "), "this begins behind column 100"},
		{"lines indented more and more", func() string {
			var b strings.Builder
			for i := range 900 {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}(), "this begins behind column 100"},
		{"too many keys", wide.String(), "more than 5000 keys stand in a row here"},
		{"too many blanks", fill("-\n"), "the file has more than 100000 words and signs"},
		{"tags behind tags", "a: " + fill("!a "), "the file has more than 1000 anchors and tags"},
		{"anchors behind anchors", "a: " + fill("&a "), "the file has more than 1000 anchors and tags"},
		{"question marks behind question marks", strings.Repeat("? ", 40), "a key written with ?"},
		{"people without end", fillUnder("people:\n", "- {id: a, zone: X/Y}\n"), "a person has no mail"},
		{"mails without end", fillUnder("people:\n", "- mail: a@b.c\n"), "a person has no id"},
		{"rules without end", fillUnder("rules:\n", "- team: a\n"), "the file has more than 500 rules"},
		{"rules for many offers", "teams: [{id: a, people: [b]}]\nrules:\n" + strings.Repeat("- {team: a, country: KR, offer: &o [x"+strings.Repeat(",x", 40)+"]}\n", 499), "offer lists x twice"},
		{"holidays without end", "holidays:\n" + strings.Repeat("- 2026-12-24\n- {id: a, country: DE}\n", 5000), "is that of the calendar of holidays"},
		{"people who are away without end", "people:\n- zone: Pacific/Apia\n  absences:\n" + strings.Repeat("  - {from: 2026-12-24T13:00, to: 2026-12-25T13:00}\n", 9000) + "x: y\n", "there is no key"},
		{"closing brackets", fill("]"), "the file has more than 100000 words and signs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, problems := team.Parse([]byte(c.text))
			if !strings.Contains(problems.Error(), c.want) || len(got.Offers) > 0 {
				t.Errorf("problems %.300s", problems.Error())
			}
		})
	}
}

func TestTheColumnsCountCharacters(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"with letters of several bytes", "offers: [{id: a, titles: [김, 나], x: y}]\n", "1:34"},
		{"with characters beyond the first 65536", "offers: [{id: a, product: 😀, x: y}]\n", "1:30"},
		{"with the line ends of Windows", "# a\r\noffers: # b\r\n\r\n  # c\r\n  - id: a\r\n    product: 'A\r\n      B'\r\n    x: y\r\n", "8:5"},
		{"behind spaces at the ends of lines", "offers:   \n  - id: a   \n    x: y  \n", "3:5"},
		{"behind texts of several lines", "offers:\n- id: a\n  product: \"A\n    B\"\n  titles:\n  - >-\n    C\n    D\n\n  - E\n    F\n  x: y\n", "12:3"},
		{"behind a byte order mark", "\ufeffx: y\n", "1:1"},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want+` there is no key "x"`) })
	}
	says(t, "offers:\t5  \n", "1:9 offers is")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	for _, s := range []string{
		"people:\n- {id: a, name: A, mail: a@b.example, zone: Asia/Seoul, hours: {fri-mon: [09:00-17:00, '22:00-6:00']}}\n",
		"people: [{id: a, absences: [{from: 2026-03-29 2:30, to: '2026-03-29'}, {from: 0000-01-01}], zone: Europe/Berlin, cover: a, languages: [x-y, i-klingon]}]\n",
		"people: [{id: a, name: A, mail: a@b.example, weight: 1e3, onDuty: TRUE, holidays: [b]}]\nholidays: [US, {id: b, dates: 9999-12-31}, 2026-02-30, Atlantis]\nteams: [{id: a, people: [b, a, a], manager: operations}]\n",
		"rules: [{offer: [a], team: t}, {offer: A, country: [Korea, kr], action: dnc, person: operations}, {}]\nteams: [{id: t, people: []}]\noffers: [{id: b, team: t}]\n",
		ours, "texts: [{language: zh-tw, action: ins, offer: a.b, subject: '{a} }{', body: &b \"{{name}\\x7b{booking|}\", signature: >-\n *b, booking: https://a/{}}, {language: en, body: *b}]\nmailPrivacy: MINIMAL\n",
		"texts:\n- language: de\n  body: |+ # {\n    {offer}\n\n   }\n",
		"sla: {plt: 0h1m, Default: 24001m, dnc: 1h, 5: 5}\ncadence: [1, 2, 2, 0, x]\n",
		"", "a: b\na: c\n", "offers: &a [*a]\n", "%YAML 1.2\n---\n? a\n: !!str b\n", "offers:\n- <<: *a\n-\n", "a: [1, {b: 'c\n d'}]\n---\n...\n", "a: |2-\n   x\r\n", "\xef\xbb\xbf\t#\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, problems := team.Parse(file)
		lines := strings.Split(string(file), "\n")
		last := team.Problem{}
		for _, p := range problems {
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 || p.Text == "" {
				t.Errorf("problem %+v of %q", p, file)
			}
			if p.Line < last.Line || p.Line == last.Line && p.Column < last.Column || p == last {
				t.Errorf("problem %+v comes after %+v", p, last)
			}
			last = p
		}
		if len(problems.Errors()) > 0 && !reflect.DeepEqual(got, team.Team{}) {
			t.Errorf("an invalid file gives %+v", got)
		}
		for _, d := range got.InternalDomains {
			if !got.Internal(d) || !got.Internal("mail."+d) || d != strings.ToLower(d) {
				t.Errorf("the domain %q", d)
			}
		}
		for _, p := range got.People {
			if p.ID == "" || p.Name == "" || p.Mail == "" || p.Weight < 1 || p.Calendar.Zone == nil || p.Cover == p.ID {
				t.Errorf("the person %+v", p)
			}
			for _, h := range slices.Concat(p.Calendar.Week[:]...) {
				if h.From < 0 || h.To <= h.From || h.To > 24*60 {
					t.Errorf("hours %+v", h)
				}
			}
			for _, away := range p.Calendar.Away {
				if !away.To.After(away.From) {
					t.Errorf("away %+v", away)
				}
			}
			if p.Calendar.Holiday != nil {
				p.Calendar.Holiday(2026, time.December, 25)
			}
		}
		whole := got.WithOperations("operations@contoso.com")
		for _, g := range got.Groups {
			for _, id := range append(slices.Clone(g.People), cmp.Or(g.Manager, lead.Operations), cmp.Or(g.Fallback, lead.Operations)) {
				if _, ok := whole.Person(id); !ok || len(g.People) == 0 {
					t.Errorf("%q of %+v", id, g)
				}
			}
		}
		for _, rule := range got.Rules {
			_, person := whole.Person(rule.Person)
			if person == slices.ContainsFunc(got.Groups, func(g team.Group) bool { return g.ID == rule.Group }) || rule.Line < 1 {
				t.Errorf("the rule %+v", rule)
			}
		}
		if got.ResponseTime(lead.ActionContactMe) <= 0 || !slices.IsSorted(got.FollowUpDays()) {
			t.Errorf("answered within %v, followed up after %v", got.ResponseTime(lead.ActionContactMe), got.FollowUpDays())
		}
		for _, text := range got.Texts {
			if filled := team.Fill(text.Subject+text.Body+text.Signature, text.Language, team.Values{}); text.Language == "" || strings.ContainsAny(filled, "{}") {
				t.Errorf("the text %+v", text)
			}
		}
		for _, o := range got.Offers {
			if found, known := got.Resolve(o.ID, offerOf(o)); !known || found.ID == "" {
				t.Errorf("the offer %+v is not found", o)
			}
		}
	})
}
