package store_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/store"
	"leadflow/shared/topology"
)

// listener sends requests on and remembers the queries by container.
type listener struct {
	mu      sync.Mutex
	queries map[string][]string
}

func (l *listener) Do(r *http.Request) (*http.Response, error) {
	// A query of one partition reads that and no more, and needs no index.
	if r.Header.Get("Content-Type") == "application/query+json" && r.Header.Get("x-ms-documentdb-partitionkey") == "" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		var q struct{ Query string }
		if err := json.Unmarshal(body, &q); err != nil {
			return nil, err
		}
		container := strings.Split(strings.Trim(r.URL.Path, "/"), "/")[3] // dbs/NAME/colls/NAME/docs
		l.mu.Lock()
		l.queries[container] = append(l.queries[container], q.Query)
		l.mu.Unlock()
	}
	return http.DefaultClient.Do(r)
}

// shape is what a query may be: SELECT and WHERE, which is all that the service answers across partitions.
var (
	shape    = regexp.MustCompile(`^SELECT (\*|VALUE c\.id|c\.\w+(, c\.\w+)*) FROM c WHERE .+$`)
	refused  = regexp.MustCompile(`(?i)\b(ORDER BY|GROUP BY|TOP|DISTINCT|OFFSET|JOIN|COUNT|MAX|MIN|SUM|AVG)\b`)
	contains = regexp.MustCompile(`ARRAY_CONTAINS\(c\.([\w.]+)`)
	property = regexp.MustCompile(`\bc\.([\w.]+)`)
)

// The index policy costs request units at each write, so it has what is queried and nothing more; without a
// path in it a query would read every document.
func TestTheIndexesAreThoseThatTheQueriesUseAndNoOthers(t *testing.T) {
	d, ctx := open(t), t.Context()
	heard := &listener{queries: map[string][]string{}}
	s, err := store.Open(store.Options{Endpoint: d.url, Key: cosmos.EmulatorKey, Database: "leadflow", Transport: heard})
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func() error{
		"DueSubmissions": func() error { _, err := s.DueSubmissions(ctx, morning); return err },
		"Entries":        func() error { return s.Entries(ctx, morning, func(store.Entry) error { return nil }) },
		"EntriesBetween": func() error {
			return s.EntriesBetween(ctx, morning, morning.Add(time.Hour), func(store.Entry) error { return nil })
		},
		"Quarantined":      func() error { return s.Quarantined(ctx, func(store.Entry) error { return nil }) },
		"DueMails":         func() error { _, err := s.DueMails(ctx, morning); return err },
		"LeadsWithMailDue": func() error { _, err := s.LeadsWithMailDue(ctx, morning); return err },
		"Due":              func() error { _, err := s.Due(ctx, morning); return err },
		"OpenLeads":        func() error { _, err := s.OpenLeads(ctx, "ana"); return err },
		"Cards":            func() error { _, err := s.Cards(ctx, "ana", "bo"); return err },
		"AllCards":         func() error { _, err := s.AllCards(ctx); return err },
		"AllOpenLeads":     func() error { _, err := s.AllOpenLeads(ctx); return err },
		"Leads":            func() error { return s.Leads(ctx, time.Time{}, func(lead.Lead) error { return nil }) },
		"Reached":          func() error { return s.Reached(ctx, func(store.Reached) error { return nil }) },
		"AllArchives":      func() error { _, err := s.AllArchives(ctx, "l1"); return err },
		"Ended":            func() error { return s.Ended(ctx, lead.At(morning), func(store.Entry) error { return nil }) },
		"OpenSubmissions":  func() error { _, err := s.OpenSubmissions(ctx); return err },
		"QuarantineCount":  func() error { _, _, err := s.QuarantineCount(ctx); return err },
		"UnsentMails":      func() error { _, err := s.UnsentMails(ctx); return err },
		"FailedMails":      func() error { return s.FailedMails(ctx, lead.At(morning), func(store.Mail) error { return nil }) },
		"Similar":          func() error { _, err := s.Similar(ctx, []string{"a", "b"}, ""); return err },
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range topology.Load().Containers {
		var policy struct {
			IncludedPaths, ExcludedPaths []struct{ Path string }
		}
		if err := json.Unmarshal(c.IndexingPolicy, &policy); err != nil {
			t.Fatal(err)
		}
		var indexed, queried []string
		for _, p := range policy.IncludedPaths {
			indexed = append(indexed, p.Path)
		}
		for _, q := range heard.queries[c.ID] {
			if !shape.MatchString(q) || refused.MatchString(q) {
				t.Errorf("%s: the service does not answer %q across partitions", c.ID, q)
			}
			_, where, _ := strings.Cut(q, " WHERE ")
			for _, m := range contains.FindAllStringSubmatch(where, -1) {
				queried = append(queried, "/"+strings.ReplaceAll(m[1], ".", "/")+"/[]/?")
			}
			for _, m := range property.FindAllStringSubmatch(contains.ReplaceAllString(where, ""), -1) {
				queried = append(queried, "/"+strings.ReplaceAll(m[1], ".", "/")+"/?")
			}
		}
		slices.Sort(indexed)
		slices.Sort(queried)
		if queried = slices.Compact(queried); !slices.Equal(indexed, queried) {
			t.Errorf("%s: indexed is %q, queried %q", c.ID, indexed, queried)
		}
		if len(policy.ExcludedPaths) != 1 || policy.ExcludedPaths[0].Path != "/*" {
			t.Errorf("%s: excluded is %v and not everything else", c.ID, policy.ExcludedPaths)
		}
	}
}
