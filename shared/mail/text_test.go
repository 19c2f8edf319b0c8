package mail

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLinesAreCleanedAndCut(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"white space is single":              {"  a \t\r\n b\u00a0\u3000c ", "a b c"},
		"controls are spaces":                {"a\x00b\x7fc\u0085d", "a b c d"},
		"direction overrides go":             {"a\u202egpj.exe\u2066b", "agpj.exeb"},
		"right-to-left letters stay":         {"שלום عليكم", "שלום عليكم"},
		"joined emoji stay":                  {"👩\u200d💻", "👩\u200d💻"},
		"broken UTF-8 is replaced":           {"a\xffb", "a\ufffdb"},
		"ten characters stay":                {"가나다라마바사아자차", "가나다라마바사아자차"},
		"the eleventh is cut with the tenth": {"가나다라마바사아자차카", "가나다라마바사아자…"},
		"no space before the mark":           {"12345678 abc", "12345678…"},
	} {
		if got := cleanLine(tt.in, 10); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestAnEncodedSubjectHasWordsOfAtMost75Characters(t *testing.T) {
	for _, s := range []string{strings.Repeat("가", 200), strings.Repeat("aé", 100), "=?UTF-8?B?eA==?= " + strings.Repeat("a", 200)} {
		encoded := headerText(s)
		for word := range strings.SplitSeq(encoded, " ") {
			if !regexp.MustCompile(`^=\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=$`).MatchString(word) || len(word) > 75 {
				t.Errorf("word of %d: %q", len(word), word)
			}
			raw, err := base64.StdEncoding.DecodeString(word[10 : len(word)-2])
			if err != nil || !utf8.Valid(raw) {
				t.Errorf("a character is torn apart in %q: %v", word, err)
			}
		}
	}
}

// FuzzMasked: whatever a server says, an error repeats little of it and no address.
func FuzzMasked(f *testing.F) {
	f.Add("<ann@contoso.com>: Recipient address rejected\nsecond line")
	f.Add("\xff\x00@\x1b a@b")
	f.Fuzz(func(t *testing.T, reply string) {
		got := masked(reply)
		if strings.ContainsAny(got, "\r\n\x00") || len([]rune(got)) > 200 || mailAddress.MatchString(got) {
			t.Errorf("%q", got)
		}
	})
}
