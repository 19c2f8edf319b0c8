package mail

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanLine makes one line of text that is safe in a header: valid UTF-8, no
// control characters, no line or paragraph separators, no runs of white space, at
// most limit characters. Marks that turn the direction of writing around are
// dropped: in a name or subject they only serve to make one thing look like
// another. Right-to-left letters themselves stay.
//
// Single spaces are more than tidiness: the library folds a header at each space,
// and a run of them could fold into a line of white space only, which some
// servers take for the end of the headers.
func cleanLine(s string, limit int) string {
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

// cleanBody makes text that any mail part can hold: valid UTF-8, CRLF line ends
// (base64 parts must have them as well), no control characters but the tab.
func cleanBody(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '\r':
			return '\n'
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// headerText encodes a line from cleanLine for a header (RFC 2047) when it needs
// encoding. ASCII that looks like an encoded word needs it too, or the reader's
// program would decode what the writer never encoded.
func headerText(line string) string {
	if isASCII(line) && !strings.Contains(line, "=?") {
		return line
	}
	// 45 bytes become 60 characters of base64, 72 with the frame: an encoded word
	// has at most 75. Characters are never torn apart.
	const room = 45
	var words []string
	for len(line) > 0 {
		end := 0
		for end < len(line) {
			_, size := utf8.DecodeRuneInString(line[end:])
			if end+size > room {
				break
			}
			end += size
		}
		words = append(words, "=?UTF-8?B?"+base64.StdEncoding.EncodeToString([]byte(line[:end]))+"?=")
		line = line[end:]
	}
	return strings.Join(words, " ")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// mailAddress matches whatever looks like a mail address in a server's reply.
var mailAddress = regexp.MustCompile(`[^\s<>"'(),:;\[\]]+@[^\s<>"'(),:;\[\]]+`)

// masked makes a server's reply fit for errors and logs: one line of at most 200
// characters without mail addresses.
func masked(reply string) string {
	// Cut before the search so that its cost is bounded. 4 KiB is more than any
	// honest reply has.
	reply = reply[:min(len(reply), 4<<10)]
	return cleanLine(mailAddress.ReplaceAllString(reply, "<address>"), 200)
}
