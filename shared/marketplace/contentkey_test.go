package marketplace_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheContentKeyOfALeadNeverChanges(t *testing.T) {
	// The keys are stored: one that changes makes yesterday's lead new.
	const want = "e9beeae310149e65f7d6f3811b2967b888fdfacaf674eec2f420f7e007dcc739"
	if got := read(t, typical).ContentKey("contoso.analytics"); got != want {
		t.Errorf("the key is %s, want %s", got, want)
	}
}

func TestEveryKnownFieldAndTheOfferOfTheURLMakeTheContentKey(t *testing.T) {
	base := map[string]string{}
	for _, k := range append(append([]string{}, personKeys...), leadKeys...) {
		base[k] = "AppSource"
	}
	write := func(changed string) string {
		var person, rest []pair
		for _, k := range personKeys {
			person = append(person, pair{k, quote(base[k] + strings.Repeat("x", count(k, changed)))})
		}
		for _, k := range leadKeys {
			rest = append(rest, pair{k, quote(base[k] + strings.Repeat("x", count(k, changed)))})
		}
		return object(append(rest, pair{"userDetails", object(person)}))
	}
	seen := map[string]string{
		read(t, write("")).ContentKey("o"): "nothing",
		read(t, write("")).ContentKey("p"): "the offer of the URL",
		read(t, write("")).ContentKey("O"): "the letter case of the offer of the URL",
		read(t, write("")).ContentKey(""):  "no offer in the URL",
	}
	for k := range base {
		key := read(t, write(k)).ContentKey("o")
		if before, ok := seen[key]; ok {
			t.Errorf("changing %s gives the key of changing %s", k, before)
		}
		seen[key] = k
	}
	if want := 4 + len(base); len(seen) != want {
		t.Errorf("%d keys, want %d", len(seen), want)
	}
}

func count(key, changed string) int {
	if key == changed {
		return 1
	}
	return 0
}

func TestTheContentKeyIsOfTheTextAsSent(t *testing.T) {
	for _, c := range []struct {
		name, one, other string
		same             bool
	}{
		{"white space at the ends does not count", `{"company":" A\u00a0"}`, `{"company":"A"}`, true},
		{"escapes do not count", `{"company":"\u0041"}`, `{"company":"A"}`, true},
		{"a number is its text", `{"phone":16175550100}`, `{"phone":"16175550100"}`, true},
		{"Windows-1252 is the same text", "{\"company\":\"\xe9\"}", `{"company":"é"}`, true},
		{"white space inside counts", `{"company":"A  B"}`, `{"company":"A B"}`, false},
		{"letter case counts", `{"email":"A@b.c"}`, `{"email":"a@b.c"}`, false},
		{"composition counts", `{"company":"e\u0301"}`, `{"company":"\u00e9"}`, false},
		{"invisible characters count", `{"company":"A\u200e"}`, `{"company":"A"}`, false},
		{"numbers of the same size are different texts", `{"phone":1.0}`, `{"phone":1}`, false},
		{"two names swapped", `{"firstName":"A","lastName":"B"}`, `{"firstName":"B","lastName":"A"}`, false},
		{"a name cut elsewhere", `{"firstName":"Anna","lastName":"Lee"}`, `{"firstName":"An","lastName":"naLee"}`, false},
		{"the separators inside a value", `{"firstName":"A","lastName":"B"}`, `{"firstName":"A1:B","lastName":""}`, false},
		{"the display name is no offer title", `{"leadSource":"AppSource|Name"}`, `{"leadSource":"AppSource|Name","offerTitle":"Name"}`, false},
		{"a DNC that another action follows", `{"actionCode":"DNC","actionCode":"PLT"}`, `{"actionCode":"PLT"}`, false},
		{"a lead source with DNC that another follows", `{"leadSource":"SPZA-DNC","leadSource":"SPZA-PLT"}`, `{"leadSource":"SPZA-PLT"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			one, other := read(t, c.one).ContentKey("o"), read(t, c.other).ContentKey("o")
			if (one == other) != c.same {
				t.Errorf("the keys are the same: %t", one == other)
			}
		})
	}
	s := read(t, `{"company":"A"}`)
	if s.ContentKey(" o ") != s.ContentKey("o") {
		t.Error("white space around the offer of the URL counts")
	}
}

func TestTextThatMovesFromFieldToFieldChangesTheContentKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9:a-c]{2,12}`).Draw(t, "text")
		cut := func(name string) (string, int) {
			at := rapid.IntRange(0, len(text)).Draw(t, name)
			return fmt.Sprintf(`{"firstName":%s,"lastName":%s}`, quote(text[:at]), quote(text[at:])), at
		}
		one, at := cut("one")
		other, otherAt := cut("other")
		if same := read(t, one).ContentKey("o") == read(t, other).ContentKey("o"); same != (at == otherAt) {
			t.Errorf("%s and %s have the same key: %t", one, other, same)
		}
	})
}
