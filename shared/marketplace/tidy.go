package marketplace

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tidyLine makes a text one line: NFC, every run of white space one space, what is invisible and dangerous
// left out, nothing at the ends.
func tidyLine(s string) string { return tidy(s, false) }

// tidyLines is tidyLine for each line of a text. Every kind of line break becomes "\n".
func tidyLines(s string) string { return tidy(s, true) }

func tidy(s string, lines bool) string {
	if isTidyASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space, breaks := false, 0 // seen since the last visible character
	var before rune
	for _, r := range s {
		switch {
		case lines && isLineBreak(r):
			if r != '\n' || before != '\r' { // CR LF is one break
				breaks++
			}
		case unicode.IsSpace(r):
			space = true
		case isHarmful(r):
		default:
			if b.Len() > 0 && breaks > 0 {
				for range breaks {
					b.WriteByte('\n')
				}
			} else if b.Len() > 0 && space {
				b.WriteByte(' ')
			}
			space, breaks = false, 0
			b.WriteRune(r)
		}
		before = r
	}
	return norm.NFC.String(b.String())
}

// isTidyASCII says whether s has only visible ASCII and single spaces between: such a text, the usual one,
// is tidy as it is.
func isTidyASCII(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return s == "" || !space
}

// isBlank says whether tidying would leave nothing.
func isBlank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !isHarmful(r) })
}

// isLineBreak has the characters at which Unicode always ends a line.
func isLineBreak(r rune) bool {
	switch r {
	case '\n', '\v', '\f', '\r', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// isHarmful has the control characters, those that turn the direction of writing (which make a file name or
// an address read as another) and the byte order mark. White space is not among them, and neither are the
// joiners that Persian and Indic scripts and emoji need.
func isHarmful(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\uFEFF'
}
