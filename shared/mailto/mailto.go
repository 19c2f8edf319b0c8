// Package mailto makes the links that open a mail for a person to send (RFC 6068).
//
// A link has exactly one recipient, and whatever the address, the subject and the text hold, none of it becomes a
// further one or a header. It is always short enough for the mail programs that cut long ones: what does not fit is
// left out as a whole, because a text that was cut would be sent half.
package mailto

import (
	"strings"

	"leadflow/shared/normalize"
)

// Limit is more characters than any link has. Outlook and the browsers of phones cut links of about 2,000.
const Limit = 1800

// Link gives the link to a mail with a subject, made one line, and a text, whose lines end with \n. If both do not fit, it has the
// subject only, and if that does not either, the address alone; whole says that nothing was left out. It is "" for
// what is not one mail address in ASCII, with nothing around it but space.
func Link(address, subject, text string) (link string, whole bool) {
	address = strings.TrimSpace(address)
	if !isPlain(address) {
		return "", false
	}
	subject = normalize.Line(subject, Limit)
	at := strings.LastIndexByte(address, '@')
	link = "mailto:" + escape(address[:at]) + "@" + escape(address[at+1:])
	if with := link + fields(subject, text); len(with) < Limit {
		return with, true
	}
	if with := link + fields(subject, ""); len(with) < Limit {
		return with, false
	}
	return link, false
}

// fields are the header fields of a link; a blank one is left out.
func fields(subject, text string) string {
	var all []string
	if subject != "" {
		all = append(all, "subject="+escape(subject))
	}
	if text != "" {
		all = append(all, "body="+escape(text))
	}
	if len(all) == 0 {
		return ""
	}
	return "?" + strings.Join(all, "&")
}

// escape writes a text in the characters that mean themselves in every part of a link (RFC 3986, 2.3), line ends as
// the CRLF of mails. The plus is not among them: some programs take it for a space.
func escape(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
			b.WriteByte(c)
		case c == '\n':
			b.WriteString("%0D%0A")
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

// isPlain says whether an address is one, in ASCII and without quotes.
func isPlain(address string) bool {
	for i := range len(address) {
		if address[i] <= ' ' || address[i] > '~' {
			return false
		}
	}
	return normalize.Email(address) != ""
}
