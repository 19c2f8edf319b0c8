package mail

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

func TestMailURLsAreChecked(t *testing.T) {
	for _, good := range []string{
		"smtp://localhost:1025", "smtp://leads:p%40ss@smtp.contoso.com:587", "smtps://u:p@smtp.contoso.com:465/",
		"smtp://[::1]:25", "https://contoso.communication.azure.com", "https://contoso.europe.communication.azure.com/",
		"https://127.0.0.1:8443", "http://localhost:8080", "SMTP://localhost:25",
	} {
		if u, err := ValidateURL(good); err != nil || u == nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for bad, says := range map[string][]string{
		"":                                                  {"missing"},
		"  ":                                                {"missing"},
		"smtp.contoso.com:587":                              {"must begin with"},
		"imap://hunter2@contoso.com":                        {"must begin with"},
		"smtp://contoso.com":                                {"needs a port"},
		"smtp://:587":                                       {"host"},
		"smtp:hunter2":                                      {"host", "needs a port"},
		"smtp://contoso.com:0":                              {"port that is not"},
		"smtp://contoso.com:70000":                          {"port that is not"},
		"smtp://contoso.com:465":                            {"use smtps"},
		"smtp://hunter2@contoso.com:587":                    {"without a password"},
		"smtp://:hunter2@contoso.com:587":                   {"without a password"},
		"smtp://u:hunter2%0a@contoso.com:1":                 {"control characters"},
		"smtp://u:hunter2/x@contoso.com:25":                 {"not a URL"},
		"smtp://u:hunter2%zz@contoso.com:1":                 {"not a URL"},
		"smtp://u:hun#ter2@contoso.com:587":                 {"not a URL"},
		"smtp://u:1?hunter2@contoso.com:25":                 {"no query"},
		"smtp://hunter2 x:25":                               {"not a URL"},
		"smtp://con_toso!.com:25":                           {"host name"},
		"smtp://contoso.com:25/hunter2?x#y":                 {"no path", "no query"},
		"https://contoso.com":                               {"communication.azure.com"},
		"https://communication.azure.com":                   {"communication.azure.com"},
		"https://x.communication.azure.com.evil.example":    {"communication.azure.com"},
		"https://evilcommunication.azure.com":               {"communication.azure.com"},
		"http://contoso.communication.azure.com":            {"must be https"},
		"https://u:hunter2@contoso.communication.azure.com": {"no user and password"},
		"https://contoso.communication.azure.com:444":       {"no port"},
		"https://contoso.communication.azure.com/emails":    {"no path"},
		"http://10.0.0.1:80":                                {"must be https", "communication.azure.com"},
	} {
		_, err := ValidateURL(bad)
		if err == nil {
			t.Errorf("%s: no error", bad)
			continue
		}
		for _, s := range says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: %q does not say %q", bad, err, s)
			}
		}
		if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "ter2") {
			t.Errorf("%s: the secret is in %q", bad, err)
		}
	}
}

func TestNewChecksItsURLAgain(t *testing.T) {
	for _, u := range []*url.URL{nil, {}, {Scheme: "http", Host: "contoso.communication.azure.com"}, {Scheme: "smtp", Host: "contoso.com"}} {
		if s, err := New(u, nil, nil, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%v: %T", u, s)
		}
	}
}

// FuzzValidateURL: no panic, and what passes is something New can use.
func FuzzValidateURL(f *testing.F) {
	f.Add("smtp://user:pass@contoso.com:587")
	f.Add("https://contoso.communication.azure.com")
	f.Add("smtps://[::1%25lo]:465")
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := ValidateURL(raw)
		if err != nil {
			return
		}
		if u.Scheme == "smtp" || u.Scheme == "smtps" {
			if _, err := New(u, nil, nil, slog.New(slog.DiscardHandler)); err != nil {
				t.Errorf("%q: %v", raw, err)
			}
		} else if u.Scheme != "https" && !isLoopback(u.Hostname()) {
			t.Errorf("%q passes", raw)
		}
	})
}
