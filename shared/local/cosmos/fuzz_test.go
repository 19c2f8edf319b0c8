package cosmos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"unicode/utf8"

	"leadflow/shared/topology"
)

// FuzzQuery wants two things of every query: no panic, and the same documents whether the indexes choose
// the candidates or every document is looked at.
func FuzzQuery(f *testing.F) {
	for _, text := range []string{
		"SELECT * FROM c",
		"SELECT c.a, c.b.c AS x FROM root c WHERE c.n = 1 AND NOT c.s != 'x' OR c.n IN (1, -2.5e3, null)",
		`SELECT VALUE c["a b"] FROM c WHERE c.n NOT BETWEEN 1 AND 2 AND STARTSWITH(c.s, "\u00e9", true)`,
		"SELECT * FROM c WHERE c.n >= 1 AND c.n < 3 AND IS_DEFINED(c.s) AND ARRAY_CONTAINS(c.t, @p, false)",
		"SELECT * FROM c WHERE @p <= c.n AND (IS_NULL(c.s) OR LOWER(c.s) = UPPER(c.s))",
		"SELECT VALUE COUNT(1) FROM c JOIN t IN c.t GROUP BY c.a ORDER BY c.b OFFSET 1 LIMIT 2",
		"SELECT * FROM c WHERE ARRAY_CONTAINS(c.t, @p) OR ARRAY_CONTAINS(c.t, 'a') OR c.n = 2",
		"SELECT * FROM c WHERE (ARRAY_CONTAINS(c.t, null) OR ARRAY_CONTAINS(c.b.c, -0)) AND NOT ARRAY_CONTAINS(c.t, true)",
		"SELECT TOP 1 * FROM c WHERE EXISTS(SELECT VALUE x FROM x IN c.y)",
	} {
		f.Add(text, `1`)
	}
	c := fuzzContainer(f)
	f.Fuzz(func(t *testing.T, text, parameter string) {
		var value any
		if json.Unmarshal([]byte(parameter), &value) != nil || deeperThan(value, maxDepth) {
			return
		}
		q, err := parseQuery(text, map[string]any{"@p": value})
		if err != nil {
			return
		}
		pl := c.newPlan(q, nil)
		candidates, more := c.candidates(pl, 0, 1000)
		if more {
			t.Fatal("more than there are")
		}
		var chosen, all []string
		for _, d := range c.documents {
			document := decode(t, d.raw)
			if !q.selects(document) {
				continue
			}
			all = append(all, d.id)
			if _, err := q.project(document, d.raw); err != nil {
				t.Fatalf("project: %v", err)
			}
		}
		for _, d := range candidates {
			if q.selects(decode(t, d.raw)) {
				chosen = append(chosen, d.id)
			}
		}
		slices.Sort(chosen)
		slices.Sort(all)
		if !slices.Equal(chosen, all) {
			t.Fatalf("%s\nby index %v\nof all   %v", text, chosen, all)
		}
	})
}

func fuzzContainer(t testing.TB) *container {
	t.Helper()
	policy := &indexingPolicy{
		IncludedPaths: []policyPath{{"/n/?"}, {"/s/?"}, {"/b/c/?"}, {"/t/[]/?"}, {"/b/c/[]/?"}},
		ExcludedPaths: []policyPath{{"/*"}},
	}
	c, err := newContainer("db", containerProperties{ID: "c", PartitionKey: topology.PartitionKey{Paths: []string{"/pk"}}, IndexingPolicy: policy})
	if err != nil {
		t.Fatal(err)
	}
	for i, raw := range []string{
		`{"id":"1","pk":"p","n":1,"s":"x","t":[1,"a",1,[2],{"a":1}]}`,
		`{"id":"2","pk":"q","n":2,"s":"é","t":[null,true,""],"b":{"c":true}}`,
		`{"id":"3","pk":1,"n":"1","s":null,"t":"a","b":{"c":[0,0,"é"]}}`,
		`{"id":"4","pk":null,"n":null,"a b":1}`,
		`{"id":"5","n":{},"s":[],"b":false}`,
		`{"id":"6","pk":true,"n":-2500}`,
		`{"id":"7","pk":"p","n":1,"s":"X"}`,
	} {
		if err := c.restore(uint64(i+1), []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100 { // So many that an index is worth its while.
		if err := c.restore(uint64(i+100), fmt.Appendf(nil, `{"id":"bare-%d"}`, i)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func decode(t testing.TB, raw []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// FuzzHTTP wants an answer that is JSON for every request, and a store that still works after it. The
// signature is not checked, so that the rest is reached.
func FuzzHTTP(f *testing.F) {
	const items = "/dbs/db/colls/things/docs"
	f.Add("GET", "/", "", "", "", "")
	f.Add("POST", "/dbs", "", "", "", `{"id":"x"}`)
	f.Add("POST", "/dbs/db/colls", "", "", "", `{"id":"x","partitionKey":{"paths":["/\"a\"/b"]},"defaultTtl":5}`)
	f.Add("PUT", "/dbs/db/colls/things", "", "", "", `{"id":"things","partitionKey":{"paths":["/pk"]},"indexingPolicy":{"indexingMode":"none"}}`)
	f.Add("PUT", "/dbs/db/colls/things", "", "", "", `{"id":"things","partitionKey":{"paths":["/pk"]},"indexingPolicy":{"includedPaths":[{"path":"/t/[]/?"}],"excludedPaths":[{"path":"/*"}]}}`)
	f.Add("POST", items, `["p"]`, "x-ms-documentdb-is-upsert", "true", `{"id":"1","pk":"p","ttl":3}`)
	f.Add("POST", items, `["p"]`, "x-ms-documentdb-query", "true", `{"query":"SELECT * FROM c WHERE c.n = @n","parameters":[{"name":"@n","value":1}]}`)
	f.Add("POST", items, ``, "x-ms-continuation", "QUFBQUFBQUE9IzE=", `{"query":"SELECT * FROM c"}`)
	f.Add("PATCH", items+"/kept", `["p"]`, "If-Match", "*", `{"condition":"FROM c WHERE c.n = 1","operations":[{"op":"incr","path":"/n","value":1}]}`)
	f.Add("PUT", items+"/kept", `["p"]`, "If-Match", `"x"`, `{"id":"kept","pk":"p"}`)
	f.Add("DELETE", items+"/%6bept", `[{}]`, "Prefer", "return=minimal", ``)
	f.Add("GET", "/dbs/db", "", "Authorization", "type%3dmaster%26ver%3d1.0%26sig%3dAAAA", "")
	f.Add("GET", "/dbs/db/colls/things/pkranges", "", "A-IM", "Incremental Feed", "")
	f.Fuzz(func(t *testing.T, method, path, partition, header, value, content string) {
		s, err := Open(Options{Key: EmulatorKey})
		if err != nil {
			t.Fatal(err)
		}
		things := topology.Container{ID: "things", PartitionKey: topology.PartitionKey{Paths: []string{"/pk"}, Kind: "Hash"}, DefaultTTL: new(-1)}
		if err := s.EnsureDatabase("db", []topology.Container{things}); err != nil {
			t.Fatal(err)
		}
		do := func(method, path, partition, header, value, content string) *httptest.ResponseRecorder {
			r := httptest.NewRequest("GET", "/", bytes.NewReader([]byte(content)))
			r.Method, r.URL.Path = method, path
			if partition != "" {
				r.Header.Set(headerPartition, partition)
			}
			if header != "" {
				r.Header.Set(header, value)
			}
			w := httptest.NewRecorder()
			segments, err := splitURL(r.URL)
			s.authorized(r, segments)
			var answer reply
			if err == nil {
				answer, err = s.route(r, segments, []byte(content))
			}
			if err != nil {
				answer = errorReply(err)
			}
			w.Code = answer.status
			w.Body.Write(answer.body)
			return w
		}
		do("POST", items, `["p"]`, "", "", `{"id":"kept","pk":"p","n":1,"t":["a",1,"a",null]}`)
		for range 2 {
			w := do(method, path, partition, header, value, content)
			if w.Code < 200 || w.Code >= 500 {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if b := w.Body.Bytes(); len(b) > 0 && (!json.Valid(b) || !utf8.Valid(b)) {
				t.Fatalf("the answer is not JSON: %q", b)
			}
		}
		if c := s.databases["db"]; c != nil && c.containers["things"] != nil {
			checkIndexes(t, c.containers["things"])
		}

	})
}
