package lead

import (
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// maxAddress is the longest mail address in bytes (RFC 5321, 4.5.3.1: 64 and 255 and the @), so that no
// stranger's text makes a long key.
const maxAddress = 320

// MatchKey is what identifies a person across submissions: "email:" and the normalized address. It is
// empty when nothing does; such a lead never merges.
func MatchKey(c Contact) string {
	if e := normalizeEmail(c.Email); e != "" {
		return "email:" + e
	}
	return ""
}

// ID is the id of the lead that a submission belongs to: a hash of the match key or, without one, the
// submission's own id.
func ID(matchKey, submissionID string) string {
	if matchKey == "" {
		return submissionID
	}
	sum := sha256.Sum256([]byte(matchKey))
	return hex.EncodeToString(sum[:16])
}

// normalizeEmail gives the address for comparing only; the address that is written to stays as it came.
// Lower case and IDNA; Google's two domains are one and ignore dots and tags, Microsoft's ignore tags.
// It is empty for what is no address and for addresses that are known placeholders.
func normalizeEmail(s string) string {
	if len(s) > maxAddress {
		return ""
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || strings.ContainsAny(s, "<>\"") {
		return ""
	}
	at := strings.LastIndexByte(a.Address, '@')
	local, domain := strings.ToLower(a.Address[:at]), a.Address[at+1:]
	domain, err = idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil || !strings.Contains(domain, ".") {
		return ""
	}
	switch domain {
	case "test.com", "example.com", "example.org", "example.net":
		return "" // placeholders; addresses at their subdomains are not
	case "gmail.com", "googlemail.com":
		local, _, _ = strings.Cut(local, "+")
		local, domain = strings.ReplaceAll(local, ".", ""), "gmail.com"
	case "outlook.com", "hotmail.com", "live.com":
		local, _, _ = strings.Cut(local, "+")
	}
	if local == "" {
		return ""
	}
	return local + "@" + domain
}
