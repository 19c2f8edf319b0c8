package normalize

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"

	"leadflow/shared/normalize/internal/fold"
)

const (
	// maxAddress is the longest mail address in bytes (RFC 5321, 4.5.3.1: 64 and 255 and the @), so that no
	// stranger's text makes a long key.
	maxAddress = 320
	// maxHost and maxLabel are the longest domain and the longest part of one, in bytes (RFC 1035, 2.3.4, less
	// the dot of the root).
	maxHost, maxLabel = 253, 63
)

// Email gives the form by which an address is matched, never the one that is written to. Two addresses have the
// same form only if they reach one mailbox: letter case and the spelling of an international domain do not
// count, Google's two domains are one and ignore dots and tags ("+tag"), Microsoft's consumer domains ignore
// tags. Elsewhere a tag may be another person.
//
// It is "" for what identifies nobody: no valid address, more than an address (a display name, a comment), or
// a placeholder, which is any address directly at test.com, example.com, example.org and example.net.
func Email(address string) string {
	local, host, ok := split(address)
	if !ok || isPlaceholderHost(host) {
		return ""
	}
	switch {
	case host == "gmail.com", host == "googlemail.com":
		local, _, _ = strings.Cut(local, "+")
		local, host = strings.ReplaceAll(local, ".", ""), "gmail.com"
	case isMicrosoft(host):
		local, _, _ = strings.Cut(local, "+")
	}
	if local == "" || strings.HasSuffix(local, ".") {
		return "" // nothing, or nothing that is an address, was before the tag
	}
	return local + "@" + host
}

// MailHost gives the domain of an address in lower-case ASCII (IDNA), "" when the address is not valid.
// Placeholders and free-mail providers have a domain too.
func MailHost(address string) string {
	_, host, _ := split(address)
	return host
}

// split takes a valid address apart, both parts in the form in which they are compared. Valid is what is an
// address and nothing else (RFC 5322, dot-atom), at a domain with a dot whose last label is not a number.
func split(address string) (local, host string, ok bool) {
	address = strings.TrimSpace(address)
	if len(address) > maxAddress {
		return "", "", false
	}
	if local, host, ok := splitPlain(address); ok {
		return local, host, true
	}
	return splitAny(address)
}

// splitAny is split for every address.
func splitAny(address string) (local, host string, ok bool) {
	// NFKC twice: the lower-case form of a few letters is one that NFKC changes again.
	address = norm.NFKC.String(strings.ToLower(norm.NFKC.String(fold.Visible(address))))
	address = strings.TrimSpace(address)
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > maxAddress {
		return "", "", false
	}
	at := strings.LastIndexByte(address, '@')
	host, err = idna.Lookup.ToASCII(address[at+1:])
	host = strings.TrimSuffix(host, ".")
	if err != nil || !isHost(host) || strings.ContainsFunc(address[:at], isUnprintable) {
		return "", "", false
	}
	return address[:at], host, true
}

// splitPlain takes the usual address apart, which spares it the work of RFC 5322 and IDNA: ASCII letters, digits
// and a few signs before the @, and a domain of letters, digits and hyphens behind it. It is not ok for what is
// no address and for every other one, and tests hold that it never says anything else than the rest.
func splitPlain(address string) (local, host string, ok bool) {
	local, host, _ = strings.Cut(strings.ToLower(address), "@")
	before := byte('.')
	for i := range len(local) {
		c := local[i]
		if c == '.' && before == '.' || c != '.' && !isLowerOrDigit(c) && c != '_' && c != '-' && c != '+' && c != '%' {
			return "", "", false
		}
		before = c
	}
	if before == '.' || !isHost(host) {
		return "", "", false
	}
	for label := range strings.SplitSeq(host, ".") {
		// A label with two hyphens in its third and fourth place has a meaning of its own.
		if label[0] == '-' || label[len(label)-1] == '-' || len(label) > 3 && label[2:4] == "--" {
			return "", "", false
		}
		for i := range len(label) {
			if !isLowerOrDigit(label[i]) && label[i] != '-' {
				return "", "", false
			}
		}
	}
	return local, host, true
}

func isLowerOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// isUnprintable has what no address can be read with, the sign for a broken character among it: two addresses
// broken at the same place are two addresses.
func isUnprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// isHost says whether a name that passed IDNA has the lengths of a domain, a dot, and a last label that is not
// the end of an IP address.
func isHost(name string) bool {
	if len(name) > maxHost || !strings.Contains(name, ".") {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > maxLabel {
			return false
		}
		last = label
	}
	return strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}

// isPlaceholderHost has the domains whose addresses people type when they do not want to give theirs. The
// domains below them are not placeholders.
func isPlaceholderHost(host string) bool {
	switch host {
	case "test.com", "example.com", "example.org", "example.net":
		return true
	}
	return false
}

// isMicrosoft says whether a host is one of Microsoft's consumer mail domains: outlook, hotmail or live under
// a public suffix (hotmail.co.uk), if it is a known free-mail provider.
func isMicrosoft(host string) bool {
	switch name, suffix, _ := strings.Cut(host, "."); name {
	case "outlook", "hotmail", "live":
		public, _ := publicsuffix.PublicSuffix(host)
		return suffix == public && isListed(freeMail, host)
	}
	return false
}
