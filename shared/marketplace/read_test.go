package marketplace_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"leadflow/shared/marketplace"
)

// facts is a Submission without what it keeps for its content key.
func facts(s marketplace.Submission) marketplace.Submission {
	return marketplace.Submission{
		Source: s.Source, Action: s.Action, RawSource: s.RawSource, RawAction: s.RawAction,
		Publisher: s.Publisher, Offer: s.Offer, OfferTitle: s.OfferTitle,
		FirstName: s.FirstName, LastName: s.LastName, Email: s.Email, Phone: s.Phone, Country: s.Country,
		Company: s.Company, JobTitle: s.JobTitle, Description: s.Description,
	}
}

func utf16Bytes(text string, bigEndian bool) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune("\uFEFF" + text)) {
		if bigEndian {
			b.Write([]byte{byte(u >> 8), byte(u)})
		} else {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
	}
	return b.String()
}

type want = marketplace.Submission

func TestABodyIsReadForWhatItSays(t *testing.T) {
	for _, c := range []struct {
		name string
		body string
		want want
	}{
		// keys
		{"keys match in capital letters at both levels",
			`{"USERDETAILS":{"FIRSTNAME":"A","EMAIL":"a@b.c"},"OFFERTITLE":"T"}`, want{FirstName: "A", Email: "a@b.c", OfferTitle: "T"}},
		{"keys match in small letters at both levels",
			`{"userdetails":{"firstname":"A","email":"a@b.c"},"offertitle":"T"}`, want{FirstName: "A", Email: "a@b.c", OfferTitle: "T"}},
		{"keys match when they are written with escapes",
			`{"\u006ffferTitle":"T"}`, want{OfferTitle: "T"}},
		{"a key with a space around it is a stranger",
			`{"offerTitle ":"X","description":"d"}`, want{Description: "d"}},
		{"unknown keys of any shape are ignored at both levels",
			`{"leadId":7,"x":{"email":"no@b.c"},"userDetails":{"linkedin":[1,{}],"lastName":"B"},"y":null}`, want{LastName: "B"}},
		{"one known key that is null makes a lead",
			`{"leadSource":null}`, want{}},
		{"one known key of a person makes a lead",
			`{"company":null}`, want{}},
		{"empty user details make a lead",
			`{"userDetails":{}}`, want{}},
		{"what looks like the end of a value inside a text is text",
			`{"x":["]}\"",{"}":"\\"}],"y":"\\","email":"}],\"a\\","phone":"{[,:"}`, want{Email: "}],\"a\\", Phone: "{[,:"}},
		{"white space between all parts changes nothing",
			" { \"x\" :\t[ 1 , { } ]\r\n,\"phone\" : 12 , \"userDetails\"\t: [ ] ,\"offerTitle\":true\n} ", want{Phone: "12", OfferTitle: "true"}},
		{"a known key one level too deep is not read",
			`{"description":"d","lead":{"email":"a@b.c"}}`, want{Description: "d"}},

		// types
		{"a number keeps its literal text",
			`{"phone":16175550100,"company":-1.50e+3}`, want{Phone: "16175550100", Company: "-1.50e+3"}},
		{"a number that no machine holds keeps its literal text",
			`{"phone":1e999999,"company":123456789012345678901234567890}`, want{Phone: "1e999999", Company: "123456789012345678901234567890"}},
		{"booleans are their words",
			`{"firstName":true,"lastName":false}`, want{FirstName: "true", LastName: "false"}},
		{"objects and arrays in place of text are blank",
			`{"firstName":{"a":1},"lastName":["B"],"leadSource":{"x":"AppSource-DNC"},"actionCode":["DNC"],"email":"a@b.c"}`, want{Email: "a@b.c"}},
		{"an action code that is a number stays raw",
			`{"actionCode":5 ,"leadSource":7 }`, want{RawAction: "5", RawSource: "7"}},

		// where the person is
		{"without user details the person is taken from the top level",
			`{"firstName":"A","lastName":"B","email":"a@b.c","phone":"1","country":"US","company":"C","title":"CTO"}`,
			want{FirstName: "A", LastName: "B", Email: "a@b.c", Phone: "1", Country: "US", Company: "C", JobTitle: "CTO"}},
		{"user details win over the top level as a whole",
			`{"firstName":"top","email":"top@b.c","userDetails":{"firstName":"A"}}`, want{FirstName: "A"}},
		{"user details that say nothing are none",
			`{"userDetails":{"firstName":" ","email":null},"email":"top@b.c"}`, want{Email: "top@b.c"}},
		{"user details that are null are none",
			`{"userDetails":null,"email":"top@b.c"}`, want{Email: "top@b.c"}},
		{"user details of the wrong type do not lose the lead",
			`{"userDetails":5,"description":"d"}`, want{Description: "d"}},
		{"a title in user details is the job title",
			`{"userDetails":{"title":"CTO"},"title":"The offer?"}`, want{JobTitle: "CTO"}},
		{"keys of the lead inside user details are strangers",
			`{"userDetails":{"email":"a@b.c","leadSource":"AppSource-DNC|a.b","actionCode":"DNC","offerTitle":"T","description":"d","userDetails":{"email":"z@b.c"}}}`, want{Email: "a@b.c"}},
		{"user details behind a byte order mark in a string are opened",
			`{"userDetails":"\ufeff{\"email\":\"a@b.c\"}"}`, want{Email: "a@b.c"}},
		{"user details as an array count by their first object",
			`{"userDetails":[null,"x",["a"],{"email":"a@b.c"},{"email":"z@b.c","phone":"1"}]}`, want{Email: "a@b.c"}},
		{"user details as an array without an object say nothing",
			`{"userDetails":[1,"{\"email\":\"a@b.c\"}"],"description":"d"}`, want{Description: "d"}},
		{"user details as an empty array say nothing",
			`{"userDetails":[],"description":"d"}`, want{Description: "d"}},
		{"user details in a string are opened",
			`{"userDetails":" {\"Email\":\"a@b.c\",\"title\":\"CTO\"} "}`, want{Email: "a@b.c", JobTitle: "CTO"}},
		{"user details in a string may be an array too",
			`{"userDetails":"[{\"email\":\"a@b.c\"}]"}`, want{Email: "a@b.c"}},
		{"user details in a string in a string are not opened",
			`{"userDetails":"\"{\\\"email\\\":\\\"a@b.c\\\"}\"","description":"d"}`, want{Description: "d"}},
		{"user details that are words do not lose the lead",
			`{"userDetails":"Ana Silva","description":"d"}`, want{Description: "d"}},
		{"user details in a string that breaks off do not lose the lead",
			`{"userDetails":"{\"email\":\"a@b.c\"","description":"d"}`, want{Description: "d"}},
		{"user details in an empty string do not lose the lead",
			`{"userDetails":"","description":"d"}`, want{Description: "d"}},

		// the same key twice
		{"the last value counts",
			`{"email":"a@b.c","Email":"z@b.c"}`, want{Email: "z@b.c"}},
		{"the last value that is not blank counts",
			`{"email":"a@b.c","EMAIL":" ","eMail":null,"email":{},"email":"\u0000\u200e"}`, want{Email: "a@b.c"}},
		{"user details that come twice are merged field by field",
			`{"userDetails":{"firstName":"A","email":"a@b.c"},"UserDetails":{"firstName":"Z","email":"","phone":"1"}}`,
			want{FirstName: "Z", Email: "a@b.c", Phone: "1"}},
		{"user details in different shapes are merged too",
			`{"userDetails":{"firstName":"A"},"userDetails":"{\"email\":\"a@b.c\"}","userDetails":[{"phone":"1"}],"userDetails":null}`,
			want{FirstName: "A", Email: "a@b.c", Phone: "1"}},
		{"an action code of DNC stays whatever follows",
			`{"actionCode":"dnc","actionCode":"PLT","actionCode":""}`, want{Action: "DNC", RawAction: "dnc"}},
		{"of two action codes of DNC the last one is raw",
			`{"actionCode":"DNC","actionCode":"dnc"}`, want{Action: "DNC", RawAction: "dnc"}},
		{"of two lead sources with DNC the last one counts",
			`{"leadSource":"AppSource-DNC|a.b","leadSource":"TestDrive-DNC|c.d"}`,
			want{Source: "TestDrive", Action: "DNC", RawSource: "TestDrive-DNC|c.d", Publisher: "c", Offer: "d"}},
		{"an action code of DNC replaces what was before",
			`{"actionCode":"PLT","actionCode":"DNC"}`, want{Action: "DNC", RawAction: "DNC"}},
		{"a lead source with DNC stays whatever follows",
			`{"leadSource":"AppSource-DNC|a.b","leadSource":"AzureMarketplace-INS|c.d","actionCode":"PLT"}`,
			want{Source: "AppSource", Action: "DNC", RawSource: "AppSource-DNC|a.b", RawAction: "PLT", Publisher: "a", Offer: "b"}},
		{"a lead source without DNC is the last one",
			`{"leadSource":"AppSource-PLT|a.b","leadSource":"AzureMarketplace-INS|c.d","leadSource":" "}`,
			want{Source: "AzureMarketplace", Action: "INS", RawSource: "AzureMarketplace-INS|c.d", Publisher: "c", Offer: "d"}},

		// offer titles
		{"the offer title wins over the display name",
			`{"offerTitle":"T","leadSource":"AppSource-PLT|Name"}`, want{OfferTitle: "T", Source: "AppSource", Action: "PLT", RawSource: "AppSource-PLT|Name"}},
		{"a blank offer title leaves the display name",
			`{"offerTitle":" \t","leadSource":"AppSource-PLT|Name"}`, want{OfferTitle: "Name", Source: "AppSource", Action: "PLT", RawSource: "AppSource-PLT|Name"}},
		{"ids in the lead source are no title",
			`{"leadSource":"AppSource|a.b"}`, want{Source: "AppSource", RawSource: "AppSource|a.b", Publisher: "a", Offer: "b"}},

		// text
		{"text becomes NFC",
			`{"lastName":"Mu\u0308ller","company":"\u1112\u1161\u11ab"}`, want{LastName: "Müller", Company: "한"}},
		{"compatibility characters stay what they are",
			`{"company":"㈜콘토소 ﬁ Ⅷ"}`, want{Company: "㈜콘토소 ﬁ Ⅷ"}},
		{"white space of every kind folds to one space",
			`{"company":"\u3000A\t\r\n B\u00a0\u2003C\u2028D\u0085E "}`, want{Company: "A B C D E"}},
		{"control characters go",
			`{"company":"A\u0000B\u0007\u001b[31mC\u007f\u0090D"}`, want{Company: "AB[31mCD"}},
		{"characters that turn the direction of writing go",
			`{"company":"\u202aa\u202bb\u202cc\u202dd\u202ee\u2066f\u2067g\u2068h\u2069i\u200ej\u200fk\u061cl"}`, want{Company: "abcdefghijkl"}},
		{"a byte order mark inside a text goes",
			`{"email":"\ufeffa@b.c"}`, want{Email: "a@b.c"}},
		{"right-to-left names and joiners stay whole",
			`{"firstName":"مریم","lastName":"علی\u200cزاده","company":"👩\u200d💻"}`, want{FirstName: "مریم", LastName: "علی\u200cزاده", Company: "👩\u200d💻"}},
		{"a line break cannot leave a name",
			`{"lastName":"O'Neil\r\nBcc: all@contoso.com"}`, want{LastName: "O'Neil Bcc: all@contoso.com"}},
		{"a description keeps its line breaks, of whatever kind",
			`{"description":" \r\n one \t two \r\n\r\n three\rfour\u2028 five\u0085six\u000bseven \n"}`, want{Description: "one two\n\nthree\nfour\nfive\nsix\nseven"}},
		{"a description of white space is blank",
			`{"description":" \n\t "}`, want{}},
		{"an empty campaign list stays",
			`{"description":"Campaigns: "}`, want{Description: "Campaigns:"}},
		{"a lone surrogate becomes the replacement character",
			`{"company":"A\ud800B","lastName":"\udc00"}`, want{Company: "A\uFFFDB", LastName: "\uFFFD"}},
		{"a pair of surrogates is one character",
			`{"company":"\ud83d\ude00"}`, want{Company: "😀"}},
		{"markup and templates are only text",
			`{"company":"<b>&amp;\u003cscript>","offerTitle":"{{.}} %s ${x}"}`, want{Company: "<b>&amp;<script>", OfferTitle: "{{.}} %s ${x}"}},
		{"what is raw stays as sent",
			`{"leadSource":"\u00a0 App\u0000Source  -\u202e X ","actionCode":" i\u0000ns\n"}`,
			want{RawSource: "\u00a0 App\x00Source  -\u202e X ", RawAction: " i\x00ns\n", Source: "AppSource", Action: "INS"}},
		{"what is raw and blank is nothing",
			`{"leadSource":" \u200e\t","actionCode":"\u0000","description":"d"}`, want{Description: "d"}},
		{"an email stays as it was typed",
			`{"email":" Ana.SILVA+x@Fabrikam.Example.COM "}`, want{Email: "Ana.SILVA+x@Fabrikam.Example.COM"}},

		// shapes and character sets of the body
		{"white space around the object",
			" \r\n\t" + `{"email":"a@b.c"}` + "\n\n", want{Email: "a@b.c"}},
		{"the object in a JSON string",
			`"{\"userDetails\":{\"email\":\"a@b.c\"}}"`, want{Email: "a@b.c"}},
		{"the object in a JSON string with white space and user details in a string",
			` " {\"userDetails\":\"{\\\"email\\\":\\\"a@b.c\\\"}\"}\n" `, want{Email: "a@b.c"}},
		{"the object behind a byte order mark in a JSON string",
			`"\ufeff{\"email\":\"a@b.c\"}"`, want{Email: "a@b.c"}},
		{"a UTF-8 byte order mark",
			"\xef\xbb\xbf" + `{"email":"a@b.c"}`, want{Email: "a@b.c"}},
		{"UTF-16 with the small end first",
			utf16Bytes(`{"company":"콘토소 😀"}`, false), want{Company: "콘토소 😀"}},
		{"UTF-16 with the big end first",
			utf16Bytes(`{"company":"콘토소 😀"}`, true), want{Company: "콘토소 😀"}},
		{"UTF-16 with half a pair of surrogates",
			"\xff\xfe{\x00\"\x00c\x00o\x00m\x00p\x00a\x00n\x00y\x00\"\x00:\x00\"\x00A\x00\x00\xd8\"\x00}\x00", want{Company: "A\uFFFD"}},
		{"Windows-1252",
			"{\"lastName\":\"M\xfcller\",\"description\":\"\x80 5 \x96 caf\xe9\"}", want{LastName: "Müller", Description: "€ 5 – café"}},
		{"UTF-8 with one broken character stays UTF-8",
			"{\"company\":\"콘토소\",\"lastName\":\"A\xed\x81B\"}", want{Company: "콘토소", LastName: "A\uFFFD\uFFFDB"}},
		{"broken characters are replaced in what is raw too",
			"{\"leadSource\":\"콘\xed\x81\",\"actionCode\":\"\x81\"}", want{RawSource: "콘\uFFFD\uFFFD", RawAction: "\uFFFD"}},
		{"a value nested deep in an unknown key does not lose the lead",
			`{"email":"a@b.c","x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, want{Email: "a@b.c"}},
		{"a value nested deep in place of text does not lose the lead",
			`{"email":"a@b.c","phone":` + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000) + `}`, want{Email: "a@b.c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want.Source == "" {
				c.want.Source = marketplace.SourceUnknown
			}
			if c.want.Action == "" {
				c.want.Action = marketplace.ActionUnknown
			}
			s, err := marketplace.Read([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := facts(s); got != c.want {
				t.Errorf("got  %+q\nwant %+q", got, c.want)
			}
		})
	}
}

func TestABodyThatIsNoLeadSaysWhyWithoutRepeatingIt(t *testing.T) {
	for _, c := range []struct {
		name, body, reason string
	}{
		{"nothing", "", "empty"},
		{"only white space", " \r\n\t", "empty"},
		{"only a byte order mark", "\xef\xbb\xbf", "empty"},
		{"only a byte order mark of UTF-16", "\xff\xfe", "empty"},
		{"an empty object", "{}", "an object without any field of a lead"},
		{"an object of strangers", `{"secret":"Zebulon","lead":{"email":"z@b.c"}}`, "an object without any field of a lead"},
		{"our own canary", `{"leadflowCanary":"2026-01-02T03","mac":"00"}`, "an object without any field of a lead"},
		{"an array", `[{"email":"Zebulon"}]`, "a JSON array, not an object"},
		{"null", "null", "a JSON null, not an object"},
		{"a number", " 12 ", "a JSON number, not an object"},
		{"a negative number", "-1", "a JSON number, not an object"},
		{"a boolean", "true", "a JSON boolean, not an object"},
		{"a string of words", `"Zebulon"`, "a JSON string, not an object"},
		{"an empty string", `""`, "a JSON string, not an object"},
		{"a string that holds an array", `"[{\"email\":\"Zebulon\"}]"`, "a JSON string, not an object"},
		{"a string in a string", `"\"{\\\"email\\\":\\\"Zebulon\\\"}\""`, "a JSON string, not an object"},
		{"a string that holds strangers", `"{\"x\":\"Zebulon\"}"`, "an object without any field of a lead"},
		{"a string that holds broken JSON", `"{\"email\":Zebulon}"`, "the body is a JSON string and what it holds is not JSON: it goes wrong at byte 10 of 17"},
		{"a form", "first_name=Zebulon&email=z", "the body is not JSON: it goes wrong at byte 2 of 26"},
		{"words", "Zebulon", "the body is not JSON: it goes wrong at byte 1 of 7"},
		{"a body that breaks off", `{"email":"Zebulon`, "the body is not JSON: it goes wrong at byte 17 of 17"},
		{"a string that breaks off", `"Zebulon`, "the body is not JSON: it goes wrong at byte 8 of 8"},
		{"a missing comma", `{"email":"Zebulon" "phone":"1"}`, "the body is not JSON: it goes wrong at byte 20 of 31"},
		{"something behind the object", `{"email":"Zebulon"} Zebulon`, "the body is not JSON: it goes wrong at byte 21 of 27"},
		{"two objects", `{"email":"Zebulon"}{"email":"Zebulon"}`, "the body is not JSON: it goes wrong at byte 20 of 38"},
		{"a NUL behind the object", `{"email":"Zebulon"}` + "\x00", "the body is not JSON: it goes wrong at byte 20 of 20"},
		{"a raw line break in a text", "{\"email\":\"Zebulon\n\"}", "the body is not JSON: it goes wrong at byte 18 of 20"},
		{"single quotes", `{'email':'Zebulon'}`, "the body is not JSON: it goes wrong at byte 2 of 19"},
		{"brackets without end", strings.Repeat("[", 192<<10), "the body is not JSON: it goes wrong at byte 10001 of 196608"},
		{"a lead around a bottomless value", `{"email":"Zebulon","x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", "the body is not JSON: it goes wrong at byte 10023 of 40024"},
		{"UTF-16 with a byte too many", utf16Bytes(`{"email":"Zebulon"}`, false) + "x", "the body is not JSON: it goes wrong at byte 20 of 22"},
		{"bytes", "\x00\x01\x02\xff", "the body is not JSON: it goes wrong at byte 1 of 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := marketplace.Read([]byte(c.body))
			unreadable, ok := errors.AsType[*marketplace.UnreadableError](err)
			if !ok {
				t.Fatalf("read as %+q with error %v", s, err)
			}
			if unreadable.Reason != c.reason {
				t.Errorf("reason %q, want %q", unreadable.Reason, c.reason)
			}
			if want := "the submission is unreadable: " + c.reason; err.Error() != want {
				t.Errorf("error %q, want %q", err, want)
			}
			if s != (marketplace.Submission{}) {
				t.Errorf("an unreadable body says %+q", s)
			}
		})
	}
}

func TestATestLeadOfPartnerCenterIsKnownByTwoMarks(t *testing.T) {
	const mark = "MSFT_TEST_636573304831318844"
	for _, c := range []struct {
		name string
		body string
		test bool
	}{
		{"first and last name", `{"firstName":"` + mark + `","lastName":"` + mark + `"}`, true},
		{"company and email", `{"company":"` + mark + `","email":"` + mark + `@test.com"}`, true},
		{"first name and email of any domain", `{"userDetails":{"firstName":"` + mark + `","email":"` + mark + `@contoso.com"}}`, true},
		{"two different numbers", `{"firstName":"MSFT_TEST_1","company":"MSFT_TEST_2"}`, true},
		{"small and mixed letters", `{"firstName":"msft_test_1","company":"Msft_Test_2"}`, true},
		{"white space around", `{"firstName":" MSFT_TEST_1","company":"MSFT_TEST_2\n"}`, true},
		{"one name only", `{"firstName":"` + mark + `","lastName":"Lee","email":"lee@contoso.com"}`, false},
		{"company only", `{"firstName":"Ann","company":"` + mark + `"}`, false},
		{"title and description only", `{"title":"` + mark + `","description":"` + mark + `","offerTitle":"` + mark + `"}`, false},
		{"one name with title and description", `{"lastName":"` + mark + `","title":"` + mark + `","description":"` + mark + `"}`, false},
		{"no digits", `{"firstName":"MSFT_TEST_","lastName":"MSFT_TEST_"}`, false},
		{"letters among the digits", `{"firstName":"MSFT_TEST_1a","lastName":"MSFT_TEST_1a"}`, false},
		{"digits of another script", `{"firstName":"MSFT_TEST_١","lastName":"MSFT_TEST_١"}`, false},
		{"a person who mentions it in both names", `{"firstName":"Jo MSFT_TEST_1","lastName":"MSFT_TEST_1 Park"}`, false},
		{"the mark in the domain", `{"firstName":"` + mark + `","email":"jo@MSFT_TEST_1"}`, false},
		{"the mark in an email without an at sign", `{"firstName":"` + mark + `","email":"MSFT_TEST_1"}`, false},
		{"an empty lead", `{"leadSource":"MSFT_TEST_1-MSFT_TEST_1"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := marketplace.Read([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if s.IsTest() != c.test {
				t.Errorf("IsTest is %t", s.IsTest())
			}
		})
	}
}

func TestOnlyACanaryIsReadAsOne(t *testing.T) {
	for _, c := range []struct {
		name, body, hour, mac string
	}{
		{"hour as text", `{"leadflowCanary":"2026-01-02T03","mac":"0a1b"}`, "2026-01-02T03", "0a1b"},
		{"hour as a number", ` {"leadflowCanary": 490000, "mac": "0a1b"} `, "490000", "0a1b"},
		{"no mac", `{"leadflowCanary":"2026-01-02T03"}`, "", ""},
		{"a blank mac", `{"leadflowCanary":"2026-01-02T03","mac":" "}`, "", ""},
		{"no hour", `{"mac":"0a1b"}`, "", ""},
		{"values of the wrong type", `{"leadflowCanary":["2026"],"mac":{}}`, "", ""},
		{"a lead", typical, "", ""},
		{"an array", `[{"leadflowCanary":"1","mac":"2"}]`, "", ""},
		{"no JSON", `leadflowCanary`, "", ""},
		{"nothing", ``, "", ""},
		{"something behind it", `{"leadflowCanary":"1","mac":"2"}x`, "", ""},
		{"a lead with the keys of a canary", `{"leadflowCanary":"1","mac":"2","email":"a@b.c"}`, "", ""},
		{"any other key", `{"leadflowCanary":"1","mac":"2","x":null}`, "", ""},
		{"the same key twice", `{"mac":"1","mac":"2"}`, "", ""},
		{"a key in other letters", `{"LeadflowCanary":"1","mac":"2"}`, "", ""},
		{"more than a canary needs", `{"leadflowCanary":"1","mac":"` + strings.Repeat("2", 1<<10) + `"}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			hour, mac, ok := marketplace.ReadCanary([]byte(c.body))
			if hour != c.hour || mac != c.mac || ok != (c.mac != "") {
				t.Errorf("hour %q, mac %q, %t; want %q, %q", hour, mac, ok, c.hour, c.mac)
			}
		})
	}
}

func TestReadingAUsualLeadAllocatesLittle(t *testing.T) {
	const limit = 25
	body := []byte(typical)
	if n := testing.AllocsPerRun(100, func() { _, _ = marketplace.Read(body) }); n >= limit {
		t.Errorf("%.0f allocations, want fewer than %d", n, limit)
	}
}

func TestTheWorstBodiesAreReadOrRefused(t *testing.T) {
	for _, n := range nasty {
		t.Run(n.name, func(t *testing.T) {
			s, err := marketplace.Read(n.body(192 << 10))
			checkReading(t, s, err)
		})
	}
}
