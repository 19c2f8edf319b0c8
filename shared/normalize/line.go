package normalize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line makes one line of text that is safe to show and in the header of a mail: valid UTF-8, no control characters, no
// line or paragraph separators, no runs of white space, at most limit characters. Marks that turn the direction of
// writing around are dropped: in a name or subject they only serve to make one thing look like another. Right-to-left
// letters themselves stay.
//
// Single spaces are more than tidiness: a library of mail folds a header at each space, and a run of them could fold
// into a line of white space only, which some servers take for the end of the headers.
func Line(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	s = strings.Join(strings.Fields(s), " ")
	n := 0
	for i := range s {
		if n++; n == limit && utf8.RuneCountInString(s[i:]) > 1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}
