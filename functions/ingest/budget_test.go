package ingest_test

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// meter counts what the database's client sends, whatever it is.
type meter struct {
	mu   sync.Mutex
	sent map[string]int
}

func (m *meter) Do(r *http.Request) (*http.Response, error) {
	what := r.Method + " " + strings.Trim(r.URL.Path, "/")
	if parts := strings.Split(what, "/"); len(parts) > 4 { // dbs/NAME/colls/CONTAINER/docs[/ID]
		what = r.Method + " " + parts[3]
	}
	if r.Header.Get("Content-Type") == "application/query+json" {
		what = strings.Replace(what, "POST", "QUERY", 1)
	}
	m.mu.Lock()
	m.sent[what]++
	m.mu.Unlock()
	return http.DefaultClient.Do(r)
}

// metered is a desk whose requests to the database are counted.
func metered(t *testing.T) (*desk, *meter) {
	t.Helper()
	d := open(t)
	m := &meter{sent: map[string]int{}}
	s, err := store.Open(store.Options{Endpoint: "http://" + d.Cosmos.Address, Key: cosmos.EmulatorKey, Database: lab.Database, Transport: m})
	if err != nil {
		t.Fatal(err)
	}
	d.ingest.Store = s
	if _, err := s.Watch(t.Context()); err != nil { // the client reads the account once in its life
		t.Fatal(err)
	}
	return d, m
}

// spending is what a submission may cost.
type spending struct {
	name, id, body string
	after          time.Duration
	sent           map[string]int
	words          int
}

// The budget is the price: what a lead costs in Azure is what is counted here.
func TestIngestAsksNoMoreOfTheServicesThanItsBudget(t *testing.T) {
	d, m := metered(t)
	d.team(team.Team{InternalDomains: []string{"contoso.com"}})
	for _, c := range []spending{
		{"a new lead: a read, the query for similar ones, a write, the outcome and one message", "s1", from("PLT", erik), 0,
			map[string]int{"GET leads": 1, "QUERY leads": 1, "POST leads": 1, "PATCH submissions": 1}, 1},
		{"a new lead of nobody: without the query", "s2", from("PLT", `"country":"US"`), 0,
			map[string]int{"GET leads": 1, "POST leads": 1, "PATCH submissions": 1}, 1},
		{"a further touch: a read, a write, the outcome and one message", "s3", from("INS", erik), time.Hour,
			map[string]int{"GET leads": 1, "PUT leads": 1, "PATCH submissions": 1}, 1},
		{"a redelivery: a read, a write, the outcome and no message", "s4", from("INS", erik), time.Hour + time.Minute,
			map[string]int{"GET leads": 1, "PUT leads": 1, "PATCH submissions": 1}, 0},
		{"the same message again: a read, the outcome, and the message again, which the queue drops", "s3", from("INS", erik), time.Hour,
			map[string]int{"GET leads": 1, "PATCH submissions": 2}, 0},
		{"an internal one: the outcome", "s5", from("INS", `"email":"kim@contoso.com"`), time.Hour,
			map[string]int{"PATCH submissions": 1}, 0},
		{"a test lead: the outcome and when it came", "s6", testLead, time.Hour,
			map[string]int{"GET state": 1, "POST state": 1, "PATCH submissions": 1}, 0},
		{"another test lead: the same", "s7", testLead, 2 * time.Hour,
			map[string]int{"GET state": 1, "PUT state": 1, "PATCH submissions": 1}, 0},
	} {
		t.Run(c.name, func(t *testing.T) { d.spends(t, m, c) })
	}
}

func TestATeamCostsANewLeadAReadAndAWriteOfTheRosterAndATouchNothing(t *testing.T) {
	d, m := metered(t)
	d.staff(1, 2, 3)
	for _, c := range []spending{
		{"the first lead of all: the roster begins", "s1", from("PLT", erik), 0,
			map[string]int{"GET leads": 1, "QUERY leads": 1, "POST leads": 1, "PATCH submissions": 1, "GET state": 1, "POST state": 1}, 1},
		{"a new lead", "s2", someone(2), 0,
			map[string]int{"GET leads": 1, "QUERY leads": 1, "POST leads": 1, "PATCH submissions": 1, "GET state": 1, "PUT state": 1}, 1},
		{"a new lead of nobody", "s3", from("PLT", `"country":"US"`), 0,
			map[string]int{"GET leads": 1, "POST leads": 1, "PATCH submissions": 1, "GET state": 1, "PUT state": 1}, 1},
		{"a further touch", "s4", from("INS", erik), time.Hour,
			map[string]int{"GET leads": 1, "PUT leads": 1, "PATCH submissions": 1}, 1},
		{"a redelivery", "s5", from("INS", erik), time.Hour + time.Minute,
			map[string]int{"GET leads": 1, "PUT leads": 1, "PATCH submissions": 1}, 0},
		{"the same message again", "s4", from("INS", erik), time.Hour,
			map[string]int{"GET leads": 1, "PATCH submissions": 2}, 0},
		{"a touch of a lead that must not be contacted", "s6", from("DNC", erik), 2 * time.Hour,
			map[string]int{"GET leads": 1, "PUT leads": 1, "PATCH submissions": 1, "QUERY leads": 1}, 1},
	} {
		t.Run(c.name, func(t *testing.T) { d.spends(t, m, c) })
	}
}

// spends has a submission ingested and counts what that costs.
func (d *desk) spends(t *testing.T, m *meter, c spending) {
	message := d.message(submission(c.id, c.after, c.body))
	if err := d.store.AddSubmission(t.Context(), lead.Submission{ID: c.id, ReceivedAt: lead.At(morning.Add(c.after)), Body: []byte(c.body)}); err != nil {
		t.Fatal(err)
	}
	words := d.Queued()["mails"].Active
	clear(m.sent)
	d.done(message)
	if !maps.Equal(m.sent, c.sent) {
		t.Errorf("asked of the database: %v, want %v", m.sent, c.sent)
	}
	if n := d.Queued()["mails"].Active - words; n != c.words {
		t.Errorf("%d messages, want %d", n, c.words)
	}
}
