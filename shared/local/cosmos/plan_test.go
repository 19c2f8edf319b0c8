package cosmos

import (
	"fmt"
	"net/http/httptest"
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
