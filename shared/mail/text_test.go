package mail

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

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
