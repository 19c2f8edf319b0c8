package mail

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"leadflow/shared/normalize"
)

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

// headerText encodes a line from normalize.Line for a header (RFC 2047) when it needs
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
	return normalize.Line(mailAddress.ReplaceAllString(reply, "<address>"), 200)
}
