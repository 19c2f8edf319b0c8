package link_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"leadflow/shared/link"
)

var (
	newest  = bytes.Repeat([]byte("newest"), 6)
	older   = bytes.Repeat([]byte("older"), 8)
	unknown = bytes.Repeat([]byte("unknown"), 5)
	secrets = [][]byte{newest, older}
)

// mac is HMAC-SHA-256 in base64url without padding, computed apart from the package.
func mac(secret []byte, text string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(text))
	return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(base64.StdEncoding.EncodeToString(h.Sum(nil))), "=")
}

func TestACodeIsTheHMACOfItsOffer(t *testing.T) {
	for _, offer := range []string{"", "contoso.analytics", "ünï/cödé", strings.Repeat("x", 4096)} {
		if got, want := link.Code(newest, offer), mac(newest, "intake:"+offer); got != want {
			t.Errorf("code %q of the offer %.20q, want %q", got, offer, want)
		}
	}
}

// URLs that were pasted into Partner Center must go on working. These were computed with openssl.
func TestCodesStayAsTheyAre(t *testing.T) {
	secret, err := hex.DecodeString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	if err != nil {
		t.Fatal(err)
	}
	for offer, want := range map[string]string{
		"":                  "TiwVoKnpWInm56dx4VjOlvUbiSsMOCIWbpwvDFYYfo8",
		"contoso.analytics": "OWBVy8_QrF9fgaYhCe9imkyJpdS_iKuf4FWKxY2DOog",
	} {
		if got := link.Code(secret, offer); got != want {
			t.Errorf("code %q of the offer %q, want %q", got, offer, want)
		}
	}
}

func TestACodeOpensItsOwnURLOnly(t *testing.T) {
	valid := link.Code(newest, "contoso.analytics")
	for _, c := range []struct {
		name  string
		offer string
		code  string
		want  bool
	}{
		{"that of the offer opens", "contoso.analytics", valid, true},
		{"one made with an older secret opens", "contoso.analytics", link.Code(older, "contoso.analytics"), true},
		{"one made with a secret that was taken out does not", "contoso.analytics", link.Code(unknown, "contoso.analytics"), false},
		{"that of the URL for all opens it", "", link.Code(newest, ""), true},
		{"that of the URL for all does not open an offer's", "contoso.analytics", link.Code(newest, ""), false},
		{"that of an offer does not open the URL for all", "", valid, false},
		{"that of another offer does not", "contoso.backup", valid, false},
		{"the letter case of an offer counts", "Contoso.Analytics", valid, false},
		{"none does not", "contoso.analytics", "", false},
		{"something behind it does not", "contoso.analytics", valid + "x", false},
		{"something before it does not", "contoso.analytics", "x" + valid, false},
		{"padding does not", "contoso.analytics", valid + "=", false},
		{"a line end does not", "contoso.analytics", valid + "\n", false},
		{"the other alphabet of base64 does not", "contoso.backup", otherAlphabet(t, link.Code(newest, "contoso.backup")), false},
		{"hexadecimal does not", "contoso.analytics", hexadecimal(t, valid), false},
		{"a canary's mac does not", "contoso.analytics", link.Canary(newest, "contoso.analytics"), false},
		{"what is no text does not", "contoso.analytics", "\xff\x00", false},
		{"what is very long does not", "contoso.analytics", strings.Repeat("A", 1<<20), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := link.ValidCode(secrets, c.offer, c.code); got != c.want {
				t.Errorf("the code %.60q of the offer %q opens: %v", c.code, c.offer, got)
			}
		})
	}
}

// otherAlphabet writes a code with the letters + and / of plain base64.
func otherAlphabet(t *testing.T, code string) string {
	t.Helper()
	changed := strings.NewReplacer("-", "+", "_", "/").Replace(code)
	if changed == code {
		t.Fatal("the code has neither - nor _: take one that has")
	}
	return changed
}

func hexadecimal(t *testing.T, code string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(code)
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}

func TestNoCodeWithOneCharacterChangedOpens(t *testing.T) {
	valid := link.Code(newest, "contoso.analytics")
	for i := range valid {
		for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ") {
			if changed := valid[:i] + string(c) + valid[i+1:]; changed != valid && link.ValidCode(secrets, "contoso.analytics", changed) {
				t.Errorf("the code opens with %q instead of %q at %d", c, valid[i], i)
			}
		}
		if link.ValidCode(secrets, "contoso.analytics", valid[:i]) {
			t.Errorf("the first %d characters open", i)
		}
	}
}

func TestWithoutSecretsNothingOpens(t *testing.T) {
	if link.ValidCode(nil, "", link.Code(nil, "")) || link.ValidCanary(nil, "h", link.Canary(nil, "h")) {
		t.Error("a code is valid under no secret")
	}
}

func TestACanaryIsGoodForItsHour(t *testing.T) {
	for _, c := range []struct {
		name string
		hour string
		mac  string
		want bool
	}{
		{"under the newest secret", "2026-11-23T09", mac(newest, "canary:2026-11-23T09"), true},
		{"under an older secret", "2026-11-23T09", mac(older, "canary:2026-11-23T09"), true},
		{"not under an unknown secret", "2026-11-23T09", mac(unknown, "canary:2026-11-23T09"), false},
		{"not for the next hour", "2026-11-23T10", mac(newest, "canary:2026-11-23T09"), false},
		{"not with the code of an offer", "2026-11-23T09", link.Code(newest, "2026-11-23T09"), false},
		{"not without a mac", "2026-11-23T09", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := link.ValidCanary(secrets, c.hour, c.mac); got != c.want {
				t.Errorf("valid: %v", got)
			}
		})
	}
}

func TestTheURLForAllNamesNoOffer(t *testing.T) {
	if got, want := link.Webhook("https://leads.contoso.com", newest, ""), "https://leads.contoso.com/api/leads?code="+mac(newest, "intake:"); got != want {
		t.Errorf("webhook %s, want %s", got, want)
	}
}

func TestTheURLOfAnOfferBringsTheOfferAndItsCodeBack(t *testing.T) {
	var offers, valid []string
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/leads/{offerId}", func(_ http.ResponseWriter, r *http.Request) {
		offers = append(offers, r.PathValue("offerId"))
		valid = append(valid, fmt.Sprint(link.ValidCode(secrets, r.PathValue("offerId"), r.URL.Query().Get("code"))))
	})
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	want := []string{
		"contoso.analytics", "with space", "a/b", "a/../b", "100%", "%2F", "a+b", "a?b=c&code=d", "a#b", "a;b", "a:b@c", "a\\b",
		`"quoted"`, "<b>", "ünïcödé", "分析", "عربي", "\xff", "a\nb", "...", strings.Repeat("long", 200),
	}
	for _, offer := range want {
		res, err := http.Post(link.Webhook(web.URL, newest, offer), "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("the URL of the offer %.40q leads to %s", offer, res.Status)
		}
	}
	if !slices.Equal(offers, want) {
		t.Errorf("offers %.40q, want %.40q", offers, want)
	}
	if slices.Contains(valid, "false") {
		t.Errorf("codes that are valid: %v", valid)
	}
}
