package cosmos

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"leadflow/shared/topology"
)

// leadsContainer holds n leads of 1 KB, of which due have a mailDueAt that is indexed.
func leadsContainer(t testing.TB, n, due int) *container {
	t.Helper()
	policy := &indexingPolicy{IncludedPaths: []policyPath{{"/mailDueAt/?"}}, ExcludedPaths: []policyPath{{"/*"}}}
	c, err := newContainer("db", containerProperties{ID: "leads", PartitionKey: topology.PartitionKey{Paths: []string{"/lead"}}, IndexingPolicy: policy})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		member := ""
		if i%(n/due) == 0 {
			member = fmt.Sprintf(`,"mailDueAt":"2026-03-%02d"`, i%28+1)
		}
		if err := c.restore(uint64(i+1), fmt.Appendf(nil, `{"id":"l%d","lead":"l%d","text":"%01000d"%s}`, i, i, i, member)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestAQueryOnAnIndexedPathFetchesOnlyWhatItNames(t *testing.T) {
	c := leadsContainer(t, 5000, 10)
	for where, want := range map[string]int{
		"c.mailDueAt <= '2027'":                                  10,
		"c.mailDueAt <= '2027' AND c.text = ''":                  10,
		"c.text = '' AND c.mailDueAt >= '2026' AND c.id = 'l77'": 1,
		"c.id IN ('l1', 'l2')":                                   2,
		"c.id IN ('l1', 'l1')":                                   1,
		"c.lead = 'l77'":                                         1,
		"STARTSWITH(c.mailDueAt, '2026-03')":                     10,
		"IS_DEFINED(c.mailDueAt)":                                10,
		"c.mailDueAt = 7":                                        0,
		"c.text = ''":                                            5000,
	} {
		q, err := parseQuery("SELECT * FROM c WHERE "+where, nil)
		if err != nil {
			t.Fatal(err)
		}
		documents, _ := c.candidates(c.newPlan(q, nil), 0, 1<<20)
		if len(documents) != want {
			t.Errorf("%s: %d documents fetched, want %d", where, len(documents), want)
		}
	}
}

// probesContainer holds n documents with a few probes each: two have "a", three have "b", of which one has
// both, and the first has "a" twice.
func probesContainer(t testing.TB, n int, included, excluded []string) *container {
	t.Helper()
	policy := &indexingPolicy{}
	for _, path := range included {
		policy.IncludedPaths = append(policy.IncludedPaths, policyPath{path})
	}
	for _, path := range excluded {
		policy.ExcludedPaths = append(policy.ExcludedPaths, policyPath{path})
	}
	c, err := newContainer("db", containerProperties{ID: "leads", PartitionKey: topology.PartitionKey{Paths: []string{"/id"}}, IndexingPolicy: policy})
	if err != nil {
		t.Fatal(err)
	}
	rare := map[int]string{0: `"a","a",`, 17: `"b",`, 18: `"a","b",`, n - 1: `"b",`}
	for i := range n {
		if err := c.restore(uint64(i+1), fmt.Appendf(nil, `{"id":"%d","n":%d,"probes":[%s"own %d",{"k":"a"},["a"],7]}`, i, i, rare[i], i)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestAQueryForAnElementFetchesTheDocumentsThatHaveItOnce(t *testing.T) {
	c := probesContainer(t, 1000, []string{"/probes/[]/?", "/n/?"}, []string{"/*"})
	for where, want := range map[string]int{
		"ARRAY_CONTAINS(c.probes, 'a')":                                                    2,
		"ARRAY_CONTAINS(c.probes, @b)":                                                     3,
		"ARRAY_CONTAINS(c.probes, 'a') OR ARRAY_CONTAINS(c.probes, @b)":                    4,
		"ARRAY_CONTAINS(c.probes, 'a') OR (c.n = 5 OR c.n IN (5, 6))":                      4,
		"ARRAY_CONTAINS(c.probes, 'a') AND ARRAY_CONTAINS(c.probes, @b)":                   2,
		"(ARRAY_CONTAINS(c.probes, 'a') OR ARRAY_CONTAINS(c.probes, 'b')) AND c.text = ''": 4,
		"ARRAY_CONTAINS(c.probes, 'none')":                                                 0,
		"ARRAY_CONTAINS(c.probes, null)":                                                   0,
		"ARRAY_CONTAINS(c.probes, 7)":                                                      1000,
		"ARRAY_CONTAINS(c.probes, 'a') OR c.text = ''":                                     1000,
		"ARRAY_CONTAINS(c.probes, 'a') OR ARRAY_CONTAINS(c.probes, 'b') AND c.id = '1'":    1000,
		"ARRAY_CONTAINS(c.probes, @object)":                                                1000,
		"ARRAY_CONTAINS(c.probes, 'a', true)":                                              1000,
		"ARRAY_CONTAINS(c.probes, c.id)":                                                   1000,
		"ARRAY_CONTAINS(@list, c.n)":                                                       1000,
		"NOT ARRAY_CONTAINS(c.probes, 'a')":                                                1000,
		"c.probes = 'a'":                                                                   1000,
	} {
		q, err := parseQuery("SELECT * FROM c WHERE "+where, map[string]any{"@b": "b", "@object": map[string]any{"k": "a"}, "@list": []any{1.0}})
		if err != nil {
			t.Fatal(err)
		}
		documents, _ := c.candidates(c.newPlan(q, nil), 0, 1<<20)
		if len(documents) != want {
			t.Errorf("%s: %d documents fetched, want %d", where, len(documents), want)
		}
	}
}

func TestThePolicySaysWhetherAQueryForAnElementIsCovered(t *testing.T) {
	for _, test := range []struct {
		name               string
		included, excluded []string
		covered            bool
	}{
		{"the elements", []string{"/probes/[]/?"}, []string{"/*"}, true},
		{"the elements, of a name in quotes", []string{`/"probes"/[]/?`}, []string{"/*"}, true},
		{"the elements and the property", []string{"/probes/?", "/probes/[]/?"}, []string{"/*"}, true},
		{"the elements, but nothing else below the property", []string{"/probes/[]/?"}, []string{"/*", "/probes/*"}, true},
		{"everything below the property", []string{"/probes/*"}, []string{"/*"}, true},
		{"everything", []string{"/*"}, nil, true},
		{"only the property", []string{"/probes/?"}, []string{"/*"}, false},
		{"a property called []", []string{`/probes/"[]"/?`}, []string{"/*"}, false},
		{"the elements of another array", []string{"/other/[]/?"}, []string{"/*"}, false},
		{"everything but the elements", []string{"/*"}, []string{"/probes/[]/?"}, false},
		{"nothing", nil, []string{"/*"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := map[bool]int{true: 2, false: 100}[test.covered]
			checkCost(t, probesContainer(t, 100, test.included, test.excluded), "ARRAY_CONTAINS(c.probes, @a)", want)
		})
	}
}

func TestAQueryForAnElementAmongTenThousandDocumentsCostsWhatItExamines(t *testing.T) {
	const n = 10_000
	elements := probesContainer(t, n, []string{"/probes/[]/?"}, []string{"/*"})
	checkCost(t, elements, "ARRAY_CONTAINS(c.probes, @a)", 2)
	checkCost(t, elements, "ARRAY_CONTAINS(c.probes, @a) OR ARRAY_CONTAINS(c.probes, @b)", 4)
	property := probesContainer(t, n, []string{"/probes/?"}, []string{"/*"})
	checkCost(t, property, "ARRAY_CONTAINS(c.probes, @a)", n)
	checkCost(t, property, "ARRAY_CONTAINS(c.probes, @a) OR ARRAY_CONTAINS(c.probes, @b)", n)
}

// checkCost asks for the probes a and b across partitions and looks at what the first page reports.
func checkCost(t *testing.T, c *container, where string, examined int) {
	t.Helper()
	s := &Server{now: time.Now, counts: map[string]int{}, databases: map[string]*database{"db": {containers: map[string]*container{"leads": c}}}}
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("x-ms-documentdb-query-enablecrosspartition", "true")
	answer, err := s.serveQuery(r, "db", "leads", fmt.Appendf(nil,
		`{"query":"SELECT * FROM c WHERE %s","parameters":[{"name":"@a","value":"a"},{"name":"@b","value":"b"}]}`, where))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := answer.header["x-ms-documentdb-query-metrics"], fmt.Sprintf(";retrievedDocumentCount=%d;", examined); !strings.Contains(got, want) {
		t.Errorf("%s: %s, want %s", where, got, want)
	}
	if least := 2.3 + 0.05*float64(examined); answer.charge < least || answer.charge > least*1.2 {
		t.Errorf("%s: %d documents cost %.2f", where, examined, answer.charge)
	}
}

func TestAPageHasAThousandRowsAtMost(t *testing.T) {
	for asked, want := range map[string]int{"": defaultPage, "1": 1, "1000": 1000, "5000": maxPage, "-1": maxPage} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("x-ms-max-item-count", asked)
		if got, err := pageLimit(r); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", asked, got, err, want)
		}
	}
}

// A page that finds nothing ends all the same, so that no request runs over everything there is.
func TestAPageEndsAfterLookingAtTenThousandDocuments(t *testing.T) {
	c := leadsContainer(t, maxScan+500, 1)
	q, err := parseQuery("SELECT * FROM c WHERE c.text = ''", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{now: time.Now}
	r := httptest.NewRequest("POST", "/", nil)
	first, err := s.gather(r, c, q, c.newPlan(q, nil), 0, 100)
	if err != nil || first.looked != maxScan || !first.more || first.count != 0 {
		t.Errorf("the first page looked at %d documents, more: %t, %v", first.looked, first.more, err)
	}
	second, err := s.gather(r, c, q, c.newPlan(q, nil), first.last, 100)
	if err != nil || second.looked != 500 || second.more {
		t.Errorf("the second page looked at %d documents, more: %t, %v", second.looked, second.more, err)
	}
}

// BenchmarkFindWhatIsDue is a query for 50 due leads among 200,000.
func BenchmarkFindWhatIsDue(b *testing.B) {
	c := leadsContainer(b, 200_000, 50)
	q, err := parseQuery("SELECT * FROM c WHERE c.mailDueAt <= '2027'", nil)
	if err != nil {
		b.Fatal(err)
	}
	s := &Server{now: time.Now}
	for b.Loop() {
		p, err := s.gather(httptest.NewRequest("POST", "/", nil), c, q, c.newPlan(q, nil), 0, 100)
		if err != nil || p.examined != 50 {
			b.Fatal(p.examined, err)
		}
	}
}
