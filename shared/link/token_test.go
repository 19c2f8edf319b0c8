package link_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"leadflow/shared/link"
)

var (
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	token = link.Token{Kind: link.KindLead, Person: "kim", Lead: "0123456789abcdef", Expires: noon.Add(link.Life)}
)

func TestATokenSaysWhatWasSigned(t *testing.T) {
	for _, c := range []struct {
		name  string
		token link.Token
	}{
		{"for a lead", token},
		{"for one's own leads", link.Token{Kind: link.KindMine, Person: "kim", Expires: noon.Add(time.Hour)}},
		{"for the leads of a team", link.Token{Kind: link.KindTeam, Person: "kim", Expires: noon.Add(time.Hour)}},
		{"for a person in any script", link.Token{Kind: link.KindLead, Person: "김 지훈.|&=", Lead: "a.b-c_d", Expires: noon.Add(time.Hour)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := link.Verify(secrets, link.Sign(newest, c.token), noon)
			if err != nil || got.Kind != c.token.Kind || got.Person != c.token.Person || got.Lead != c.token.Lead || !got.Expires.Equal(c.token.Expires) {
				t.Errorf("token %+v, %v", got, err)
			}
		})
	}
}

func TestThePageOfATokenHasItInTheQueryAndSignedWithTheNewestSecret(t *testing.T) {
	page, err := url.Parse(link.Page("https://leads.contoso.com", secrets, token))
	if err != nil {
		t.Fatal(err)
	}
	if page.Host != "leads.contoso.com" || page.Path != "/api/respond" {
		t.Errorf("page %s", page)
	}
	text := page.Query().Get("t")
	if got, err := link.Verify([][]byte{newest}, text, noon); err != nil || got.Lead != token.Lead {
		t.Errorf("token %+v, %v", got, err)
	}
	if text != url.QueryEscape(text) {
		t.Errorf("the token %s needs escaping, which mail programs get wrong", text)
	}
}

func TestATokenOutlivesTheRotationOfItsSecret(t *testing.T) {
	signed := link.Sign(older, token)
	if _, err := link.Verify(secrets, signed, noon); err != nil {
		t.Errorf("while the secret is still listed: %v", err)
	}
	if _, err := link.Verify([][]byte{newest}, signed, noon); !errors.Is(err, link.ErrDamaged) {
		t.Errorf("after the secret was taken out: %v", err)
	}
}

func TestATokenExpiresAtItsVeryInstant(t *testing.T) {
	signed := link.Sign(newest, token)
	for _, c := range []struct {
		name string
		at   time.Time
		want error
	}{
		{"not at once", noon, nil},
		{"not a nanosecond before", token.Expires.Add(-time.Nanosecond), nil},
		{"at the instant", token.Expires, link.ErrExpired},
		{"at the instant on another clock", token.Expires.In(time.FixedZone("", 9*3600)), link.ErrExpired},
		{"for good", token.Expires.AddDate(100, 0, 0), link.ErrExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := link.Verify(secrets, signed, c.at)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if err != nil && got != (link.Token{}) {
				t.Errorf("token %+v with the error", got)
			}
		})
	}
}

func TestATokenThatSomebodyChangedIsDamaged(t *testing.T) {
	signed := link.Sign(newest, token)
	head, tail, _ := strings.Cut(signed, ".")
	other := link.Sign(newest, link.Token{Kind: link.KindLead, Person: "somebody else", Lead: token.Lead, Expires: token.Expires})
	otherHead, _, _ := strings.Cut(other, ".")
	payload := "lead\x00kim\x00abc\x00" + "1800000000"
	encoded := base64.RawURLEncoding.EncodeToString([]byte(payload))
	for _, c := range []struct{ name, token string }{
		{"nothing at all", ""},
		{"a dot", "."},
		{"without its mac", head},
		{"without its mac, with the dot", head + "."},
		{"without what it says", "." + tail},
		{"with the mac of another token", otherHead + "." + tail},
		{"with the halves exchanged", tail + "." + head},
		{"with something behind it", signed + "A"},
		{"with another dot behind it", signed + "."},
		{"with padding", signed + "="},
		{"with a line end in it", head + "\n." + tail},
		{"with a line end behind it", signed + "\r\n"},
		{"signed with an unknown secret", link.Sign(unknown, token)},
		{"signed as the code of a webhook", encoded + "." + link.Code(newest, payload)},
		{"signed as a canary", encoded + "." + link.Canary(newest, payload)},
		{"with a field too many", signText(newest, payload+"\x00")},
		{"with a field too few", signText(newest, "lead\x00kim\x001800000000")},
		{"that expires at no time", signText(newest, "lead\x00kim\x00abc\x00never")},
		{"that expires beyond all time", signText(newest, "lead\x00kim\x00abc\x0099999999999999999999")},
		{"for a person with a separator in the name", link.Sign(newest, link.Token{Kind: link.KindLead, Person: "a\x00b", Expires: token.Expires})},
		{"of a kind that there is not", link.Sign(newest, link.Token{Kind: "all", Person: "kim", Expires: token.Expires})},
		{"of no kind", link.Sign(newest, link.Token{Person: "kim", Expires: token.Expires})},
		{"of another kind in capitals", link.Sign(newest, link.Token{Kind: "Mine", Person: "kim", Expires: token.Expires})},
		{"for the page of a lead without a lead", link.Sign(newest, link.Token{Kind: link.KindLead, Person: "kim", Expires: token.Expires})},
		{"for one's own leads with a lead", link.Sign(newest, link.Token{Kind: link.KindMine, Person: "kim", Lead: "abc", Expires: token.Expires})},
		{"for the leads of a team with a lead", link.Sign(newest, link.Token{Kind: link.KindTeam, Person: "kim", Lead: "abc", Expires: token.Expires})},
		{"that has expired too", link.Sign(newest, link.Token{Kind: "all", Person: "kim", Expires: noon.Add(-time.Hour)})},
		{"that is no text", "\xff\xfe.\xff"},
		{"that is very long", strings.Repeat("A", 1<<20) + "." + tail},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := link.Verify(secrets, c.token, noon); !errors.Is(err, link.ErrDamaged) || got != (link.Token{}) {
				t.Errorf("token %+v, error %v", got, err)
			}
		})
	}
}

// signText signs a payload of any form, as only somebody with the secret can.
func signText(secret []byte, payload string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." + mac(secret, "link:"+payload)
}

func TestNoTokenWithOneCharacterChangedOpens(t *testing.T) {
	signed := link.Sign(newest, token)
	for i := range signed {
		for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.") {
			if changed := signed[:i] + string(c) + signed[i+1:]; changed != signed {
				if got, err := link.Verify(secrets, changed, noon); !errors.Is(err, link.ErrDamaged) {
					t.Errorf("with %q instead of %q at %d: %+v, %v", c, signed[i], i, got, err)
				}
			}
		}
		if got, err := link.Verify(secrets, signed[:i], noon); !errors.Is(err, link.ErrDamaged) {
			t.Errorf("the first %d characters: %+v, %v", i, got, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	signed := link.Sign(newest, token)
	head, tail, _ := strings.Cut(signed, ".")
	for _, s := range []string{signed, link.Sign(older, token), head, "." + tail, tail + "." + head, "", ".", signed + "=", signed + "\n", "AAAA.AAAA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := link.Verify(secrets, text, noon)
		if err != nil {
			if !errors.Is(err, link.ErrDamaged) && !errors.Is(err, link.ErrExpired) || got != (link.Token{}) {
				t.Errorf("token %+v, error %v", got, err)
			}
			return
		}
		if text != link.Sign(newest, got) && text != link.Sign(older, got) {
			t.Errorf("nobody signed %q, and it opens %+v", text, got)
		}
	})
}

func FuzzSign(f *testing.F) {
	f.Add([]byte("secret"), "lead", "kim", "abc", int64(1800000000))
	f.Add([]byte{}, "mine", "", "", int64(1<<40))
	f.Add([]byte{}, "team", "kim", "abc", int64(1<<40))
	f.Add([]byte{}, "", "", "", int64(1<<40))
	f.Fuzz(func(t *testing.T, secret []byte, kind, person, leadID string, expires int64) {
		if expires <= noon.Unix() || expires > 1<<50 || strings.Contains(kind+person+leadID, "\x00") {
			return // expired, beyond what time.Time holds, or with the separator in it
		}
		want := link.Token{Kind: link.Kind(kind), Person: person, Lead: leadID, Expires: time.Unix(expires, 0)}
		signed := link.Sign(secret, want)
		var failure error
		if pages := map[string]bool{"lead": leadID != "", "mine": leadID == "", "team": leadID == ""}; !pages[kind] {
			want, failure = link.Token{}, link.ErrDamaged
		}
		if got, err := link.Verify([][]byte{secret}, signed, noon); !errors.Is(err, failure) || got != want {
			t.Errorf("token %+v, %v, want %+v", got, err, want)
		}
		if other := append(bytes.Clone(secret), 1); link.ValidCode([][]byte{other}, person, link.Code(secret, person)) {
			t.Error("a code made with another secret is valid")
		}
	})
}
