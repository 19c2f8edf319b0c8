package azfunc

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func TestTheProbeIsAnsweredAtOnceAndNotLogged(t *testing.T) {
	s, log := newServer()
	addr := start(t, s)
	for _, method := range []string{"GET", "HEAD"} {
		resp := send(t, addr, []byte(method+" / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
		if resp.StatusCode != 200 || resp.body != "" {
			t.Errorf("%s: %d %q", method, resp.StatusCode, resp.body)
		}
	}
	if got := log.String(); got != "" {
		t.Errorf("logged %s", got)
	}
}

func TestARequestThatCallsNoFunctionIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		method, path string
		status       int
		allow, says  string
	}{
		"an unknown function":                      {"POST", "/export", 404, "", "there is no such function"},
		"a name in another letter case":            {"POST", "/Ingest", 404, "", "there is no such function"},
		"a name with a slash at the end":           {"POST", "/ingest/", 404, "", "there is no such function"},
		"a name after two slashes":                 {"POST", "//ingest", 404, "", "there is no such function"},
		"a name and more":                          {"POST", "/ingest/x", 404, "", "there is no such function"},
		"a queue function that is asked":           {"GET", "/ingest", 405, "POST", "ingest is called with POST"},
		"a timer function that is asked":           {"PUT", "/remind", 405, "POST", "remind is called with POST"},
		"a post to the probe":                      {"POST", "/", 405, "GET, HEAD", "only GET and HEAD"},
		"an HTTP function called with an envelope": {"POST", "/capture", 404, "", "host.json must set enableProxyingHttpRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newServer()
			s.Queue("ingest", QueueFunction{Run: func(context.Context, Message) Outcome {
				t.Error("called")
				return Done()
			}})
			s.Timer("remind", func(context.Context, Timer) error {
				t.Error("called")
				return nil
			})
			s.HTTP("capture", "leads", http.NotFoundHandler())
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(aMessage)))
			if line := wantAnswer(t, reply{w.Result(), w.Body.String()}, c.status); !strings.Contains(line, c.says) {
				t.Errorf("answered %q, want %q in it", line, c.says)
			}
			if got := w.Header().Get("Allow"); got != c.allow {
				t.Errorf("Allow %q, want %q", got, c.allow)
			}
		})
	}
}

func TestARegistrationThatCannotWorkPanics(t *testing.T) {
	queue := func(s *Server, name string) { s.Queue(name, QueueFunction{}) }
	route := func(s *Server, pattern string) { s.HTTP("capture", pattern, http.NotFoundHandler()) }
	routes := func(s *Server, a, b string) {
		s.HTTP("first", a, http.NotFoundHandler())
		s.HTTP("second", b, http.NotFoundHandler())
	}
	for name, register := range map[string]func(s *Server){
		"no name":                        func(s *Server) { queue(s, "") },
		"a capital letter":               func(s *Server) { queue(s, "Ingest") },
		"a slash":                        func(s *Server) { queue(s, "a/b") },
		"a name the host keeps":          func(s *Server) { queue(s, "host") },
		"the prefix of HTTP functions":   func(s *Server) { queue(s, "api") },
		"a name of 129 letters":          func(s *Server) { queue(s, strings.Repeat("a", 129)) },
		"the same name twice":            func(s *Server) { queue(s, "a"); s.Timer("a", nil) },
		"no route":                       func(s *Server) { route(s, "") },
		"a slash at the end":             func(s *Server) { route(s, "leads/") },
		"a slash at the start":           func(s *Server) { route(s, "/leads") },
		"a dot segment":                  func(s *Server) { route(s, "leads/..") },
		"a query":                        func(s *Server) { route(s, "leads?x") },
		"a constraint":                   func(s *Server) { route(s, "leads/{id:int}") },
		"a catch-all":                    func(s *Server) { route(s, "leads/{*rest}") },
		"a parameter beside text":        func(s *Server) { route(s, "leads/a{id}") },
		"a parameter twice":              func(s *Server) { route(s, "{id}/{id}") },
		"an optional parameter inside":   func(s *Server) { route(s, "leads/{id?}/x") },
		"the same route twice":           func(s *Server) { routes(s, "leads", "LEADS") },
		"a parameter over text":          func(s *Server) { routes(s, "leads/export", "leads/{id}") },
		"an optional parameter left out": func(s *Server) { routes(s, "leads/{id?}", "leads") },
		"two optional parameters":        func(s *Server) { routes(s, "leads/{id?}", "{what?}") },
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newServer()
			defer func() {
				if v := recover(); v == nil || !strings.HasPrefix(fmt.Sprint(v), "azfunc: ") {
					t.Errorf("recovered %v", v)
				}
			}()
			register(s)
		})
	}
}

func TestRoutesThatNoPathSharesLiveTogether(t *testing.T) {
	s, _ := newServer()
	for i, pattern := range []string{"leads/{id?}", "respond", "mails/{id}", "mails", "mails/{id}/body", "a.b/x", "c/{x}/{y?}"} {
		s.HTTP(fmt.Sprintf("f%d", i), pattern, http.NotFoundHandler())
	}
}

func TestManyInvocationsAtOnceKeepTheirOwnMessages(t *testing.T) {
	s, log := newServer()
	const n = 200
	var all, here sync.WaitGroup
	here.Add(8) // eight at least run at the same time
	var started sync.Map
	s.Queue("ingest", QueueFunction{Run: func(ctx context.Context, m Message) Outcome {
		if m.Int("number") < 8 {
			if _, again := started.LoadOrStore(m.ID, true); !again {
				here.Done()
			}
			here.Wait()
		}
		if want := "id-" + m.Text("number"); m.ID != want || string(m.Body) != want || InvocationID(ctx) != want {
			return Never(fmt.Sprintf("message %q with body %q in invocation %q", m.ID, m.Body, InvocationID(ctx)))
		}
		return Done()
	}})
	addr := start(t, s)
	for i := range n {
		all.Go(func() {
			id := fmt.Sprintf("id-%d", i)
			envelope := fmt.Sprintf(`{"Data":{"message":%s},"Metadata":{"MessageId":%s,"ApplicationProperties":{"number":%d}}}`,
				quoted(quoted(id)), quoted(quoted(id)), i)
			req, err := http.NewRequest(http.MethodPost, "http://"+addr+"/ingest", strings.NewReader(envelope))
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("X-Azure-Functions-InvocationId", id)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode != 200 {
				t.Errorf("message %d: %s", i, resp.Status)
			}
		})
	}
	all.Wait()
	for _, r := range log.records(t) {
		if r["outcome"] != "done" || r["invocationId"] != r["messageId"] {
			t.Errorf("logged %v", r)
		}
	}
}
