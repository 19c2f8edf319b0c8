// Package link makes and checks the keys that stand in Leadflow's URLs: the code of the webhook, and the
// tokens behind the links in mails.
//
// Both are HMAC-SHA-256 under secrets that can be rotated: the newest secret signs, every secret
// verifies. Comparisons take the same time whether they match or not. A key never stands in a path, which
// hosts log, only in the query. Each has one spelling: whatever was added, padded or changed in it, even
// where base64 would decode to the same bytes, does not match.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Life is how long a token is good for.
const Life = 30 * 24 * time.Hour

// Why a token does not open a page.
var (
	ErrDamaged = errors.New("the link is damaged")
	ErrExpired = errors.New("the link has expired")
)

// Code is the code of the webhook's URL for an offer; the empty offer is the URL for all.
func Code(secret []byte, offerID string) string {
	return encode(sum(secret, "intake:"+offerID))
}

// ValidCode says whether code is the one for the offer under any of the secrets.
func ValidCode(secrets [][]byte, offerID, code string) bool {
	valid := false
	for _, s := range secrets { // all of them, so that the time does not tell which one matched
		if hmac.Equal([]byte(code), []byte(Code(s, offerID))) {
			valid = true
		}
	}
	return valid
}

// Canary is the mac of a canary submission of that hour.
func Canary(secret []byte, hour string) string {
	return encode(sum(secret, "canary:"+hour))
}

// ValidCanary says whether mac is the one of that hour under any of the secrets.
func ValidCanary(secrets [][]byte, hour, mac string) bool {
	valid := false
	for _, s := range secrets {
		if hmac.Equal([]byte(mac), []byte(Canary(s, hour))) {
			valid = true
		}
	}
	return valid
}

// Webhook is the URL to paste into Partner Center.
func Webhook(publicURL string, secret []byte, offerID string) string {
	u := publicURL + "/api/leads"
	if offerID != "" {
		u += "/" + url.PathEscape(offerID)
	}
	return u + "?code=" + Code(secret, offerID)
}

// Kind says which page a token opens.
type Kind string

// The kinds of pages.
const (
	// KindLead is the page of one lead.
	KindLead Kind = "lead"
	// KindMine is the list of the person's own open leads. Its token has no lead.
	KindMine Kind = "mine"
	// KindTeam is the list for managers. Its token has no lead.
	KindTeam Kind = "team"
)

// Token is what a link in a mail may do: show a page to a person, until it expires.
type Token struct {
	Kind   Kind
	Person string
	// Lead is the id of the lead, empty on the pages with lists.
	Lead    string
	Expires time.Time
}

// Page is the address of the page that a token opens.
func Page(publicURL string, secrets [][]byte, t Token) string {
	return publicURL + "/api/respond?t=" + Sign(secrets[0], t)
}

// Sign writes a token.
func Sign(secret []byte, t Token) string {
	payload := strings.Join([]string{string(t.Kind), t.Person, t.Lead, strconv.FormatInt(t.Expires.Unix(), 10)}, "\x00")
	return encode([]byte(payload)) + "." + encode(sum(secret, "link:"+payload))
}

// Verify reads a token that was signed with any of the secrets. It fails with ErrDamaged, also for a kind that is none
// of the above or that has a lead where it should have none or none where it should, and with ErrExpired.
func Verify(secrets [][]byte, token string, now time.Time) (Token, error) {
	head, mac, _ := strings.Cut(token, ".")
	payload, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil || encode(payload) != head {
		return Token{}, ErrDamaged
	}
	valid := false
	for _, s := range secrets {
		if hmac.Equal([]byte(mac), []byte(encode(sum(s, "link:"+string(payload))))) {
			valid = true
		}
	}
	parts := strings.Split(string(payload), "\x00")
	if !valid || len(parts) != 4 {
		return Token{}, ErrDamaged
	}
	expires, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil {
		return Token{}, ErrDamaged
	}
	t := Token{Kind: Kind(parts[0]), Person: parts[1], Lead: parts[2], Expires: time.Unix(expires, 0)}
	switch {
	case !t.whole():
		return Token{}, ErrDamaged
	case !now.Before(t.Expires):
		return Token{}, ErrExpired
	}
	return t, nil
}

// whole says whether the token is for a page that there is.
func (t Token) whole() bool {
	switch t.Kind {
	case KindLead:
		return t.Lead != ""
	case KindMine, KindTeam:
		return t.Lead == ""
	}
	return false
}

// encode writes bytes in the letters of a URL.
func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func sum(secret []byte, text string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(text))
	return h.Sum(nil)
}
