package marketplace_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"leadflow/shared/marketplace"
)

var personKeys = []string{"firstName", "lastName", "email", "phone", "country", "company", "title"}
var leadKeys = []string{"leadSource", "actionCode", "offerTitle", "description"}

// pair is one key with its value as JSON.
type pair struct{ key, value string }

func object(pairs []pair) string {
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = quote(p.key) + ":" + p.value
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return string(b)
}

// lead draws the known fields, each with a value of any type.
func lead(t *rapid.T) (person, rest []pair) {
	text := rapid.OneOf(
		rapid.StringN(0, 12, -1),
		rapid.SampledFrom([]string{"AppSource-DNC|a.b", "AzureMarketplace-INS|Name", "DNC", "PLT", "MSFT_TEST_1", "MSFT_TEST_1@test.com", "a\r\nb", "e\u0301"}),
	)
	value := rapid.OneOf(
		rapid.Map(text, quote),
		rapid.Map(text, quote),
		rapid.SampledFrom([]string{"null", "true", "-1.5e3", `""`, `" "`, "{}", "[1]"}),
	)
	for _, k := range personKeys {
		person = append(person, pair{k, value.Draw(t, k)})
	}
	for _, k := range leadKeys {
		rest = append(rest, pair{k, value.Draw(t, k)})
	}
	return person, rest
}

func read(t rapid.TB, body string) marketplace.Submission {
	t.Helper()
	s, err := marketplace.Read([]byte(body))
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return s
}

// reads wants two bodies to say the same and to have the same content key.
func reads(t rapid.TB, body, other string) {
	t.Helper()
	a, b := read(t, body), read(t, other)
	if a != b {
		t.Errorf("%s\nsays %+q\n%s\nsays %+q", body, a, other, b)
	}
	if a.ContentKey("o") != b.ContentKey("o") {
		t.Errorf("different content keys:\n%s\n%s", body, other)
	}
}

// disguise writes the pairs in another order, the keys in other letters, and strangers among them.
func disguise(t *rapid.T, pairs []pair) []pair {
	strangers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pair {
		key := "x" + rapid.StringN(0, 8, -1).Draw(t, "stranger")
		return pair{key, rapid.SampledFrom([]string{"1", `"DNC"`, "[]", `{"email":"x@y.z"}`, "null", `"}],\\\""`, `[{"]":"\\"},"}"]`, "-0.5e9"}).Draw(t, "value")}
	}), 0, 4).Draw(t, "strangers")
	all := rapid.Permutation(append(strangers, pairs...)).Draw(t, "order")
	for i, p := range all {
		if strings.HasPrefix(p.key, "x") {
			continue
		}
		letters := []byte(p.key)
		for j := range letters {
			if rapid.Bool().Draw(t, "capital") {
				letters[j] = byte(unicode.ToUpper(rune(letters[j])))
			} else {
				letters[j] = byte(unicode.ToLower(rune(letters[j])))
			}
		}
		all[i].key = string(letters)
	}
	return all
}

func TestOrderLetterCaseAndStrangersDoNotChangeWhatABodySays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		person, rest := lead(t)
		plain := object(append([]pair{{"userDetails", object(person)}}, rest...))
		other := object(disguise(t, append([]pair{{"userDetails", object(disguise(t, person))}}, rest...)))
		reads(t, plain, other)
	})
}

func TestTheShapeOfABodyDoesNotChangeWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		person, rest := lead(t)
		with := func(userDetails string) string {
			return object(append([]pair{{"userDetails", userDetails}}, rest...))
		}
		plain := with(object(person))
		reads(t, plain, quote(plain))
		reads(t, plain, "\uFEFF"+plain)
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, []byte(plain), "\r", "\t"); err != nil {
			t.Fatal(err)
		}
		reads(t, plain, spaced.String())
		reads(t, plain, utf16Bytes(plain, false))
		reads(t, plain, utf16Bytes(plain, true))
		reads(t, plain, with(quote(object(person))))
		reads(t, plain, with("[null,"+object(person)+",{\"email\":\"other@b.c\"}]"))
		reads(t, plain, object(append(append([]pair{}, person...), rest...)))
	})
}

func TestAbsentNullAndBlankAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		person, rest := lead(t)
		blank := rapid.SampledFrom([]string{"null", `""`, `" \t\n"`, `"\u00a0\u3000"`, "{}", "[]", `"\u0000"`, `"\u200e"`})
		vary := func(pairs []pair) (absent, blanked []pair) {
			for _, p := range pairs {
				if rapid.Bool().Draw(t, "is blank") {
					blanked = append(blanked, pair{p.key, blank.Draw(t, "blank")})
					continue
				}
				absent, blanked = append(absent, p), append(blanked, p)
			}
			return absent, blanked
		}
		person1, person2 := vary(person)
		rest1, rest2 := vary(rest)
		reads(t, object(append([]pair{{"userDetails", object(person1)}}, rest1...)),
			object(append([]pair{{"userDetails", object(person2)}}, rest2...)))
	})
}

func TestABlankRepetitionOfAKeyChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		person, rest := lead(t)
		blanks := []pair{{"EMAIL", "null"}, {"Title", `" "`}}
		plain := object(append([]pair{{"userDetails", object(person)}}, rest...))
		again := object(append(append([]pair{{"userDetails", object(append(append([]pair{}, person...), blanks...))}}, rest...),
			pair{"UserDetails", "null"}, pair{"LeadSource", `""`}, pair{"ActionCode", "{}"}, pair{"Description", "null"}))
		reads(t, plain, again)
	})
}

func TestTidyTextIsTidyTheSecondTimeToo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune(" \r\n\t\u0000\u202e\u0301\u0316\u2028\u1112\u1161각<\uFFFD"))), 0, 40, -1).Draw(t, "text")
		first := read(t, object([]pair{{"company", quote(text)}, {"description", quote(text)}}))
		checkReading(t, first, nil)
		second := read(t, object([]pair{{"company", quote(first.Company)}, {"description", quote(first.Description)}}))
		if second.Company != first.Company || second.Description != first.Description {
			t.Errorf("%+q became %+q", facts(first), facts(second))
		}
		if strings.Join(strings.Fields(first.Description), " ") != first.Company {
			t.Errorf("as lines %+q, as one line %+q", first.Description, first.Company)
		}
	})
}

func TestReadNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"{", "}", "[", "]", `"`, ":", ",", `\`, " ", "null", "1", "-", "\xff\xfe", "\xef\xbb\xbf", "\x00", "é", "\x81",
			`"userDetails"`, `"leadSource"`, `"email"`, `"AppSource-DNC|a.b"`, `"{\"email\":1}"`})
		parts := rapid.SliceOfN(rapid.OneOf(piece, rapid.String()), 0, 30).Draw(t, "parts")
		body := []byte(strings.Join(parts, ""))
		s, err := marketplace.Read(body)
		checkReading(t, s, err)
		marketplace.ReadCanary(body)
	})
}

var reasons = regexp.MustCompile(`^(empty|an object without any field of a lead|a JSON (array|string|number|boolean|null), not an object|` +
	`the body is( a JSON string and what it holds is)? not JSON: it goes wrong at byte \d+ of \d+)$`)

// checkReading checks what holds for whatever was read.
func checkReading(t rapid.TB, s marketplace.Submission, err error) {
	t.Helper()
	if err != nil {
		unreadable, ok := errors.AsType[*marketplace.UnreadableError](err)
		if !ok || !reasons.MatchString(unreadable.Reason) {
			t.Errorf("the error %q is not one of the known reasons", err)
		}
		if s != (marketplace.Submission{}) {
			t.Errorf("an unreadable body says %+q", s)
		}
		return
	}
	for _, text := range []string{s.Publisher, s.Offer, s.OfferTitle, s.FirstName, s.LastName, s.Email, s.Phone, s.Country, s.Company, s.JobTitle, s.Description} {
		if !utf8.ValidString(text) || !norm.NFC.IsNormalString(text) || text != strings.TrimSpace(text) || strings.Contains(text, "  ") {
			t.Errorf("%+q is not tidy", text)
		}
		for _, r := range text {
			if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) || r == '\uFEFF' || unicode.IsSpace(r) && r != ' ' && r != '\n' {
				t.Errorf("%+q holds %U", text, r)
			}
		}
	}
	for _, line := range []string{s.Publisher, s.Offer, s.OfferTitle, s.FirstName, s.LastName, s.Email, s.Phone, s.Country, s.Company, s.JobTitle} {
		if strings.Contains(line, "\n") {
			t.Errorf("%+q is more than one line", line)
		}
	}
	if (s.Publisher == "") != (s.Offer == "") {
		t.Errorf("publisher %q, offer %q", s.Publisher, s.Offer)
	}
	if s.Source == "" || s.Action == "" {
		t.Errorf("source %q, action %q", s.Source, s.Action)
	}
	if !utf8.ValidString(s.RawSource) || !utf8.ValidString(s.RawAction) {
		t.Errorf("raw source %+q, raw action %+q", s.RawSource, s.RawAction)
	}
}

func FuzzRead(f *testing.F) {
	for _, v := range readings(f, reported) {
		f.Add([]byte(v.Body))
		f.Add([]byte(quote(v.Body)))
		f.Add([]byte(utf16Bytes(v.Body, true)))
	}
	f.Add([]byte("{\"lastName\":\"M\xfcller\",\"company\":\"\x81\"}"))
	f.Add([]byte(`{"userDetails":"[{\"email\":1e999999}]","UserDetails":[null,{"title":"\ud800"}]}`))
	f.Add([]byte(`{"actionCode":"DNC","actionCode":"PLT","leadSource":"a-dnc|x","leadSource":null}`))
	f.Add([]byte(`{"description":"e` + strings.Repeat(`\u0301`, 40) + `"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := marketplace.Read(body)
		checkReading(t, s, err)
		marketplace.ReadCanary(body)
		if err != nil || !utf8.Valid(body) || strings.TrimLeft(string(body), " \t\r\n\uFEFF")[0] != '{' {
			return
		}
		text := strings.TrimPrefix(string(body), "\uFEFF")
		reads(t, text, quote(text))
		reads(t, text, utf16Bytes(text, false))
		object := strings.TrimRight(text, " \t\r\n")
		object = object[:len(object)-1]
		// A DNC stays, whatever else the body says.
		if stopped := read(t, object+`,"ACTIONCODE":"DNC","actionCode":"PLT"}`); stopped.Action != marketplace.ActionDNC {
			t.Errorf("the action is %s behind a DNC", stopped.Action)
		}
	})
}
