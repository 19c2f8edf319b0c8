package capture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/functions/capture"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

var secrets = [][]byte{bytes.Repeat([]byte("new"), 12), bytes.Repeat([]byte("old"), 12)}

// webhook is capture behind the protocol of the host, on a lab.
type webhook struct {
	*lab.Lab
	store *store.Store
	url   string
}

func start(t *testing.T) *webhook {
	t.Helper()
	l := lab.New(t)
	w := &webhook{Lab: l, store: l.Store()}
	log := slog.New(slog.DiscardHandler)
	server := azfunc.New(log)
	server.HTTP("capture", "leads/{offerId?}", capture.New(capture.Options{Ledger: w.store, Sender: l.Queue(queue.Backoff{}),
		Secrets: secrets, Keep: time.Minute, Now: time.Now, Log: log}))
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	w.url = web.URL
	return w
}

// post sends a body and gives the answer and, if there is one, the submission's id.
func (w *webhook) post(t *testing.T, url string, body []byte) (*http.Response, string) {
	t.Helper()
	res, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Submission string }
	_ = json.NewDecoder(res.Body).Decode(&answer)
	return res, answer.Submission
}

// entries are the entries of the ledger, with their bodies.
func (w *webhook) entries(t *testing.T) []*store.Entry {
	t.Helper()
	var all []*store.Entry
	err := w.store.Entries(t.Context(), time.Now().Add(-time.Hour), func(e store.Entry) error {
		whole, err := w.store.Entry(t.Context(), e.ID)
		all = append(all, whole)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *webhook) valid(offer string) string { return link.Webhook(w.url, secrets[0], offer) }

func TestASubmissionIsOneSendAndOneLedgerWrite(t *testing.T) {
	w := start(t)
	w.post(t, w.valid(""), []byte(`{"warm":"up"}`)) // the clients ask for the account and the link once
	lab.Eventually(t, time.Second, "the first entry", func() bool { return len(w.entries(t)) == 1 })
	asked, queued := w.Requests(), w.Queued()["leads"].Active
	res, id := w.post(t, w.valid("contoso.analytics"), []byte("{\x00\xff}"))
	if res.StatusCode != http.StatusAccepted || id == "" {
		t.Fatalf("answered %s", res.Status)
	}
	lab.Eventually(t, time.Second, "the ledger write, which the answer does not wait for", func() bool {
		return w.Requests()["create submissions"] == asked["create submissions"]+1
	})
	if n := w.Queued()["leads"].Active - queued; n != 1 {
		t.Errorf("%d messages were sent", n)
	}
	for kind, n := range w.Requests() {
		if kind != "create submissions" && n != asked[kind] {
			t.Errorf("the database was asked for %s too", kind)
		}
	}
	e, err := w.store.Entry(t.Context(), id)
	if err != nil || string(e.Body) != "{\x00\xff}" || e.OfferID != "contoso.analytics" || e.ContentType != "application/json" || !e.Open() {
		t.Errorf("entry %+v, %v", e, err)
	}
}

func TestTheCode(t *testing.T) {
	w := start(t)
	for _, c := range []struct {
		name string
		url  string
		want int
	}{
		{"of the offer opens its URL", w.valid("contoso.analytics"), 202},
		{"of the URL for all opens that", w.valid(""), 202},
		{"made with an older secret still opens", link.Webhook(w.url, secrets[1], "a.b"), 202},
		{"of another offer does not open", strings.Replace(w.valid("contoso.analytics"), "contoso.analytics", "contoso.other", 1), 401},
		{"of an offer does not open the URL for all", strings.Replace(w.valid("contoso.analytics"), "/contoso.analytics", "", 1), 401},
		{"made with an unknown secret does not open", link.Webhook(w.url, []byte("unknown"), ""), 401},
		{"that is missing does not open", w.url + "/api/leads", 401},
		{"that is empty does not open", w.url + "/api/leads?code=", 401},
		{"with something behind it does not open", w.valid("") + "x", 401},
		{"for an offer with a slash in it opens", w.valid("a/b c"), 202},
	} {
		t.Run(c.name, func(t *testing.T) {
			if res, _ := w.post(t, c.url, []byte("{}")); res.StatusCode != c.want {
				t.Errorf("answered %s, want %d", res.Status, c.want)
			}
		})
	}
}

func TestABodyWithAWrongCodeIsKeptAsUnverified(t *testing.T) {
	w := start(t)
	if res, _ := w.post(t, w.url+"/api/leads/contoso.analytics?code=wrong", []byte(`{"leadSource":"AppSource"}`)); res.StatusCode != 401 {
		t.Fatalf("answered %s", res.Status)
	}
	if res, _ := w.post(t, w.url+"/api/leads", bytes.Repeat([]byte("x"), 100<<10)); res.StatusCode != 401 {
		t.Fatalf("answered %s", res.Status)
	}
	whole, cut := 0, 0
	for _, e := range w.entries(t) {
		if e.Outcome == nil || e.Outcome.Kind != lead.OutcomeQuarantined || e.Outcome.Why != lead.Unverified || e.TTL != 14*86400 {
			t.Errorf("entry %+v", e)
		}
		switch {
		case string(e.Body) == `{"leadSource":"AppSource"}` && !e.Truncated && e.OfferID == "contoso.analytics":
			whole++
		case len(e.Body) == 64<<10 && e.Truncated:
			cut++
		}
	}
	if whole != 1 || cut != 1 {
		t.Errorf("%d whole and %d cut", whole, cut)
	}
	if n := w.Queued()["leads"].Active; n != 0 {
		t.Errorf("%d unverified submissions were sent to be ingested", n)
	}
}

func TestOnlyAHundredUnverifiedBodiesAnHourAreKept(t *testing.T) {
	w := start(t)
	for range 105 {
		if res, _ := w.post(t, w.url+"/api/leads?code=wrong", []byte("{}")); res.StatusCode != 401 {
			t.Fatalf("answered %s", res.Status)
		}
	}
	if n := len(w.entries(t)); n != 100 {
		t.Errorf("%d were kept", n)
	}
}

func TestAnHourLaterUnverifiedBodiesAreKeptAgain(t *testing.T) {
	l := lab.New(t)
	db, now := l.Store(), time.Now()
	c := capture.New(capture.Options{Ledger: db, Sender: l.Queue(queue.Backoff{}), Secrets: secrets, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	for _, hour := range []int{1, 2} {
		for range 101 {
			c.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/api/leads?code=wrong", strings.NewReader("{}")))
		}
		n := 0
		if err := db.Entries(t.Context(), now.Add(-24*time.Hour), func(store.Entry) error { n++; return nil }); err != nil || n != hour*100 {
			t.Errorf("after hour %d there are %d, %v", hour, n, err)
		}
		now = now.Add(time.Hour)
	}
}

// away is a ledger and a queue that nothing can be brought to.
type away struct{ capture.Ledger }

func (away) AddSubmission(context.Context, lead.Submission) error { return errors.New("away") }

func (away) SendSubmission(context.Context, lead.Submission, string) error {
	return errors.New("away")
}

func TestAHundredBodiesWaitInMemoryAndNoMore(t *testing.T) {
	var log lab.Output
	c := capture.New(capture.Options{Ledger: away{}, Sender: away{}, Secrets: secrets, Keep: time.Minute, Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for range 105 {
		answer := httptest.NewRecorder()
		c.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, link.Webhook("", secrets[0], ""), strings.NewReader("{}")))
		if answer.Code != 503 {
			t.Fatalf("answered %d", answer.Code)
		}
	}
	if kept, lost := strings.Count(log.String(), "inMemory=true"), strings.Count(log.String(), "inMemory=false"); kept != 100 || lost != 5 {
		t.Errorf("%d wait in memory, %d do not", kept, lost)
	}
}

func TestWhatIsNoSubmissionIsRefused(t *testing.T) {
	w := start(t)
	for _, c := range []struct {
		name   string
		method string
		body   []byte
		want   int
	}{
		{"an empty body", http.MethodPost, nil, 400},
		{"a body over 192 KiB", http.MethodPost, bytes.Repeat([]byte("x"), 192<<10+1), 413},
		{"a body far over 192 KiB", http.MethodPost, bytes.Repeat([]byte("x"), 4<<20), 413},
		{"GET", http.MethodGet, nil, 405},
		{"HEAD", http.MethodHead, nil, 405},
		{"PUT", http.MethodPut, []byte("{}"), 405},
		{"OPTIONS", http.MethodOptions, nil, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := http.NewRequestWithContext(t.Context(), c.method, w.valid(""), bytes.NewReader(c.body))
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != c.want || c.want == 405 && res.Header.Get("Allow") != "POST" {
				t.Errorf("answered %s, Allow %q", res.Status, res.Header.Get("Allow"))
			}
		})
	}
	if n := len(w.entries(t)); n != 0 {
		t.Errorf("%d entries in the ledger", n)
	}
}

func TestABodyOfExactly192KiBIsTaken(t *testing.T) {
	w := start(t)
	if res, _ := w.post(t, w.valid(""), bytes.Repeat([]byte("x"), 192<<10)); res.StatusCode != 202 {
		t.Fatalf("answered %s", res.Status)
	}
	if n := w.Queued()["leads"].Active; n != 1 {
		t.Errorf("%d messages in the queue", n)
	}
}

func TestWithoutTheQueueTheLedgerIsEnough(t *testing.T) {
	w := start(t)
	w.ServiceBus.Stop()
	defer w.ServiceBus.Start()
	res, id := w.post(t, w.valid(""), []byte("{}"))
	if res.StatusCode != 202 {
		t.Fatalf("answered %s", res.Status)
	}
	if e, err := w.store.Entry(t.Context(), id); err != nil || !e.Open() {
		t.Errorf("entry %+v, %v", e, err)
	}
}

func TestWithoutTheLedgerTheQueueIsEnough(t *testing.T) {
	w := start(t)
	w.Cosmos.Stop()
	defer w.Cosmos.Start()
	if res, _ := w.post(t, w.valid(""), []byte("{}")); res.StatusCode != 202 {
		t.Fatalf("answered %s", res.Status)
	}
	if n := w.Queued()["leads"].Active; n != 1 {
		t.Errorf("%d messages in the queue", n)
	}
}

func TestWithoutBothTheAnswerIs503AndTheBodyArrivesWhenOneComesBack(t *testing.T) {
	for _, c := range []struct {
		name string
		back func(*webhook)
		has  func(*webhook, *testing.T) bool
	}{
		{"the queue", func(w *webhook) { w.ServiceBus.Start() }, func(w *webhook, _ *testing.T) bool { return w.Queued()["leads"].Active == 1 }},
		{"the ledger", func(w *webhook) { w.Cosmos.Start() }, func(w *webhook, t *testing.T) bool { return len(w.entries(t)) == 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			w.ServiceBus.Stop()
			w.Cosmos.Stop()
			res, _ := w.post(t, w.valid(""), []byte("{}"))
			if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
				t.Fatalf("answered %s, Retry-After %q", res.Status, res.Header.Get("Retry-After"))
			}
			c.back(w)
			lab.Eventually(t, 30*time.Second, "the body arrives", func() bool { return c.has(w, t) })
		})
	}
}

func TestABodyThatArrivedIsKeptThoughItsSenderHasHungUp(t *testing.T) {
	w := start(t)
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	c := capture.New(capture.Options{Ledger: w.store, Sender: w.Queue(queue.Backoff{}), Secrets: secrets, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	answer := httptest.NewRecorder()
	c.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodPost, w.valid(""), strings.NewReader("{}")))
	if answer.Code != 202 {
		t.Errorf("answered %d", answer.Code)
	}
	lab.Eventually(t, 10*time.Second, "the ledger has the body", func() bool { return len(w.entries(t)) == 1 })
}

func TestManyAtOnceEachHaveTheirOwnEntry(t *testing.T) {
	w := start(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	ids := map[string]bool{}
	for i := range 100 {
		group.Go(func() {
			res, id := w.post(t, w.valid(""), fmt.Appendf(nil, `{"n":%d}`, i))
			mu.Lock()
			defer mu.Unlock()
			if ids[id] = true; res.StatusCode != 202 {
				t.Errorf("answered %s", res.Status)
			}
		})
	}
	group.Wait()
	lab.Eventually(t, 5*time.Second, "100 entries and 100 messages", func() bool {
		return len(w.entries(t)) == 100 && w.Queued()["leads"].Active == 100
	})
	if len(ids) != 100 {
		t.Errorf("%d ids", len(ids))
	}
}

// silent takes connections and never says a word, as a service behind a broken network does.
func silent(t *testing.T, s *lab.Service) {
	t.Helper()
	s.Stop()
	ln, err := net.Listen("tcp", s.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
}

func TestTheCallerGetsAnAnswerThoughBothServicesAreSilent(t *testing.T) {
	w := start(t)
	silent(t, w.ServiceBus)
	silent(t, w.Cosmos)
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, w.valid(""), strings.NewReader("{}"))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 503 {
		t.Errorf("answered %s", res.Status)
	}
}
