package inbox

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyLoopbackNamesAreAnswered(t *testing.T) {
	for host, want := range map[string]int{
		"localhost":            200,
		"localhost:8025":       200,
		"LOCALHOST.:8025":      200,
		"mail.localhost:8025":  200,
		"127.0.0.1:8025":       200,
		"127.8.9.10":           200,
		"[::1]:8025":           200,
		"[::1]":                200,
		"[::ffff:127.0.0.1]:1": 200,

		"":                         403,
		"evil.example":             403,
		"evil.example:8025":        403,
		"localhost.evil.example":   403,
		"127.0.0.1.evil.example":   403,
		"notlocalhost":             403,
		"10.0.0.1:8025":            403,
		"0.0.0.0:8025":             403,
		"[::]:8025":                403,
		"localhost:8025:8025":      403,
		"evil.example@localhost:1": 403,
	} {
		for _, target := range []string{"/", "/api/v1/messages", "/style.css"} {
			r := httptest.NewRequest("GET", target, nil)
			r.Host = host
			w := httptest.NewRecorder()
			New(Options{}).Handler().ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("host %q, %s: %d, want %d", host, target, w.Code, want)
			}
		}
	}
}

func TestAPageOfAnotherSiteDeletesNothing(t *testing.T) {
	for _, c := range []struct {
		name          string
		header, value string
		code, left    int
	}{
		{"another site", "Sec-Fetch-Site", "cross-site", 403, 1},
		{"another port", "Sec-Fetch-Site", "same-site", 403, 1},
		{"another origin, from an old browser", "Origin", "http://evil.example", 403, 1},
		{"a mail in its sandbox", "Origin", "null", 403, 1},
		{"our own page", "Sec-Fetch-Site", "same-origin", 200, 0},
		{"a test, which is no browser", "User-Agent", "Go-http-client/1.1", 200, 0},
		{"another name that points here", "Host", "evil.example", 403, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := filled("Subject: x\r\n\r\n")
			r := httptest.NewRequest("DELETE", "/api/v1/messages", nil)
			r.Host = "localhost:8025"
			r.Header.Set(c.header, c.value)
			if c.header == "Host" {
				r.Host = c.value
			}
			w := httptest.NewRecorder()
			i.Handler().ServeHTTP(w, r)
			if w.Code != c.code || len(i.Messages()) != c.left {
				t.Errorf("%d with %d mails left, want %d with %d", w.Code, len(i.Messages()), c.code, c.left)
			}
		})
	}
}

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	i := filled("Content-Type: text/html\r\n\r\n<p>x")
	id := i.Messages()[0].ID
	for _, target := range []string{
		"/", "/view/" + id, "/view/" + id + "/html", "/style.css", "/list.js", "/api/v1/messages",
		"/api/v1/message/" + id, "/api/v1/message/" + id + "/raw", "/view/none", "/nothing", "/?start=x",
	} {
		policy := pagePolicy
		if target == "/view/"+id+"/html" {
			policy = mailPolicy
		}
		checkHeaders(t, target, policy, request(i, "GET", target, "").Header())
	}
	checkHeaders(t, "a method that is not allowed", pagePolicy, request(i, "POST", "/api/v1/messages", "").Header())
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "evil.example"
	w := httptest.NewRecorder()
	i.Handler().ServeHTTP(w, r)
	checkHeaders(t, "a refused host", pagePolicy, w.Header())
}

func checkHeaders(t *testing.T, what, policy string, got http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy":      policy,
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cache-Control":                "no-store",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got.Get(name), want)
		}
	}
}
