package azfunc

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// routesServer serves the routes that Leadflow has, and one more with two parameters. Each function answers
// with its name and parameters.
func routesServer() (*Server, *lines) {
	s, log := newServer()
	for name, pattern := range map[string]string{"capture": "leads/{offerId?}", "respond": "respond", "pair": "pair/{a}/{b}"} {
		s.HTTP(name, pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, name)
			for _, p := range []string{"offerId", "a", "b"} {
				if v := r.PathValue(p); v != "" {
					io.WriteString(w, " "+p+"="+v)
				}
			}
		}))
	}
	return s, log
}

func TestAPathFindsItsFunction(t *testing.T) {
	s, _ := routesServer()
	addr := start(t, s)
	for path, want := range map[string]string{
		"/api/leads":                         "capture",
		"/api/leads/":                        "capture",
		"/api/leads?code=x":                  "capture",
		"/api/leads/contoso.backup":          "capture offerId=contoso.backup",
		"/api/leads/contoso.backup/":         "capture offerId=contoso.backup",
		"/api/leads/Contoso.Backup":          "capture offerId=Contoso.Backup",
		"/API/Leads/contoso":                 "capture offerId=contoso",
		"/%61pi/l%65ads/contoso":             "capture offerId=contoso",
		"/api/leads/a%2Fb":                   "capture offerId=a/b",
		"/api/leads/a%2fb/":                  "capture offerId=a/b",
		"/api/leads/a%252Fb":                 "capture offerId=a%2Fb",
		"/api/leads/a%20b":                   "capture offerId=a b",
		"/api/leads/a+b":                     "capture offerId=a+b",
		"/api/leads/a%3Fb":                   "capture offerId=a?b",
		"/api/leads/Zo%C3%AB":                "capture offerId=Zoë",
		"/api/leads/Zo\xc3\xab%2Fx":          "capture offerId=Zoë/x",
		"/api/leads/...":                     "capture offerId=...",
		"/api/leads/a;b=c":                   "capture offerId=a;b=c",
		"/api/leads/leads":                   "capture offerId=leads",
		"/api/respond":                       "respond",
		"/api/respond/?t=x":                  "respond",
		"/api/pair/1/2":                      "pair a=1 b=2",
		"/api/pair/%2F/%2F/":                 "pair a=/ b=/",
		"http://elsewhere.example/api/leads": "capture",
	} {
		resp := send(t, addr, []byte("GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
		if resp.StatusCode != 200 || resp.body != want {
			t.Errorf("%s: %d %q, want %q", path, resp.StatusCode, resp.body, want)
		}
	}
}

// strayPaths belong to no function of routesServer.
var strayPaths = []string{
	"/api", "/api/", "/api//", "/api/lead", "/api/leadsx", "/api/leads/a/b", "/api/leads//", "/api/leads//a", "/api/leads/a//",
	"/api//leads", "//api/leads", "/api/./leads", "/api/leads/.", "/api/leads/..", "/api/leads/../respond", "/api/../ingest",
	"/api/leads/%2e", "/api/leads/%2E%2e", "/api/leads/%2e%2e/respond", "/api/x/../leads/a", "/./api/leads", "/../api/leads",
	"/api/leads%2Fa", "/api%2Fleads", "/api/respond/x", "/api/pair", "/api/pair/1", "/api/pair/1/", "/api/pair//2", "/api/pair/1/2/3",
	"/api/pair/1//", `/api\leads`, `/api/..\leads`, "/apis/leads", "/leads", "//", "///", "/.", "/..", "/%2e%2e/", "/index.html", "/api/leads/a%2F/b",
	"//evil.example/api/leads", "/api/leads/" + strings.Repeat("a", 9000), "/" + strings.Repeat("/", 5000), "/api" + strings.Repeat("/..", 2000),
}

func TestAStrayPathIsRefusedAndNeverRedirected(t *testing.T) {
	s, _ := routesServer()
	s.Queue("ingest", QueueFunction{})
	addr := start(t, s)
	for _, path := range strayPaths {
		for _, method := range []string{"GET", "POST"} {
			resp := send(t, addr, []byte(method+" "+path+"?code=secret HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"))
			want := 404
			if len(path) > 9000 {
				want = 414
			}
			if resp.StatusCode != want || resp.Header.Get("Location") != "" {
				t.Errorf("%s %.60s: %d, Location %q; want %d", method, path, resp.StatusCode, resp.Header.Get("Location"), want)
			}
		}
	}
}

func TestAPathThatNetHTTPCannotReadIsRefused(t *testing.T) {
	s, _ := routesServer()
	addr := start(t, s)
	for _, path := range []string{"/api/leads/%", "/api/leads/%zz", "/api/leads/a b", "api/leads"} {
		if resp := send(t, addr, []byte("GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")); resp.StatusCode != 400 {
			t.Errorf("%s: %d, want 400", path, resp.StatusCode)
		}
	}
}

func TestAnUnknownAddressIsAnsweredInPlainText(t *testing.T) {
	s, log := routesServer()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/api/ann@contoso.com?code=secret", nil))
	if got := w.Header().Get("Content-Type"); w.Code != 404 || !strings.HasPrefix(got, "text/plain") || strings.Contains(w.Body.String(), "ann") {
		t.Errorf("%d %s %q", w.Code, got, w.Body)
	}
	if r := log.only(t); r["status"] != 404.0 || r["function"] != "" {
		t.Errorf("logged %v", r)
	}
	if strings.Contains(log.String(), "ann") || strings.Contains(log.String(), "secret") {
		t.Errorf("the log holds the request: %s", log)
	}
}

func TestEveryMethodReachesAnHTTPFunction(t *testing.T) {
	s, log := newServer()
	s.HTTP("respond", "respond", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Seen", r.Method)
	}))
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(method, "/api/respond", nil))
		if w.Header().Get("Seen") != method {
			t.Errorf("%s did not arrive", method)
		}
	}
	for _, r := range log.records(t) {
		if r["status"] != 200.0 || r["level"] != "INFO" {
			t.Errorf("a response of nothing is logged as %v", r)
		}
	}
}

func TestAnHTTPFunctionThatPanicsIsAnsweredWithoutDetails(t *testing.T) {
	s, log := newServer()
	s.HTTP("respond", "respond", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "half=done")
		panic("lead without an owner")
	}))
	resp := send(t, start(t, s), []byte("GET /api/respond?t=secret HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
	if resp.StatusCode != 500 || resp.body != "internal error\n" || resp.Header.Get("Set-Cookie") != "" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %v %q", resp.StatusCode, resp.Header, resp.body)
	}
	r := log.only(t)
	if stack, _ := r["stack"].(string); r["level"] != "ERROR" || r["status"] != 500.0 || r["panic"] != "lead without an owner" || !strings.Contains(stack, "http_test.go") {
		t.Errorf("logged %v", r)
	}
	if strings.Contains(log.String(), "secret") {
		t.Errorf("the log holds the query: %s", log)
	}
}

func TestAHalfWrittenAnswerIsCutOffAfterAPanic(t *testing.T) {
	for name, value := range map[string]any{"a bug": "boom", "wanted": http.ErrAbortHandler} {
		t.Run(name, func(t *testing.T) {
			s, log := newServer()
			s.HTTP("respond", "respond", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, "the first half")
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Errorf("flush: %s", err)
				}
				panic(value)
			}))
			conn := dial(t, start(t, s))
			io.WriteString(conn, "GET /api/respond HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("read %q, %v; want a response that breaks off", body, err)
			}
			r := log.only(t)
			if _, bug := r["stack"]; bug != (name == "a bug") {
				t.Errorf("logged %v", r)
			}
		})
	}
}

func TestAServerErrorIsLoggedAsOneAndAClientErrorIsNot(t *testing.T) {
	for status, level := range map[int]string{200: "INFO", 302: "INFO", 401: "INFO", 413: "INFO", 500: "ERROR", 503: "ERROR"} {
		s, log := newServer()
		s.HTTP("capture", "leads", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(status)
		}))
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/api/leads", nil))
		if r := log.only(t); r["status"] != float64(status) || r["level"] != level {
			t.Errorf("%d: logged %v", status, r)
		}
	}
}

func FuzzAPathIsMatchedOnlyByItsRoute(f *testing.F) {
	for _, p := range strayPaths {
		f.Add(p)
	}
	for _, p := range []string{"/api/leads", "/API/leads/a%2Fb/", "/api/leads/%C3%AB", "/api/leads/\xff", "/%61pi/leads/%00"} {
		f.Add(p)
	}
	rt, err := parseRoute("leads/{offerId?}")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		rest, ok := underPrefix(path)
		if !ok {
			return
		}
		values, ok := rt.match(rest)
		if !ok {
			return
		}
		// One slash starts the path, one stands before each segment; at most one more at the end.
		slashes := strings.Count(path, "/")
		if n := len(values); n < 1 || n > 2 || slashes < n+1 || slashes > n+2 {
			t.Fatalf("%q gave %q", path, values)
		}
		if len(values) == 2 {
			if v := values[1]; v == "" || v == "." || v == ".." || len(v) > len(path) {
				t.Errorf("%q gave the parameter %q", path, v)
			}
			again, ok := rt.match("leads/" + escaped(values[1]))
			if !ok || again[1] != values[1] {
				t.Errorf("%q came back as %q", values[1], again)
			}
		}
	})
}

// escaped writes every byte of s as an escape.
func escaped(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		b.Write([]byte{'%', hex[s[i]>>4], hex[s[i]&15]})
	}
	return b.String()
}
