package cosmos_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/local/cosmos"
	"leadflow/shared/topology"
)

// samples are documents of every type of value, among which the WHERE tests choose.
func samples() map[string]string {
	return map[string]string{
		"one":    `"n":1,"s":"apple","tags":["a","b"],"deep":{"x":"y"},"at":"2026-03-02T09:00:00.000Z"`,
		"two":    `"n":2,"s":"Banana","tags":["b",{"k":1,"l":2}],"b":true,"at":"2026-03-02T10:00:00.000Z"`,
		"three":  `"n":3,"s":"","tags":[],"b":false,"at":"2026-03-03T09:00:00.000Z","deep":{"list":[1,null,1,[1],0,true,null]}`,
		"text":   `"n":"2","s":2,"tags":"a"`,
		"null":   `"n":null,"s":null,"tags":null,"b":null`,
		"object": `"n":{"v":1},"s":["apple"],"tags":{"0":"a"}`,
		"bare":   ``,
	}
}

func fill(t *testing.T, c *azcosmos.ContainerClient) {
	t.Helper()
	for id, members := range samples() {
		if members != "" {
			members = "," + members
		}
		create(t, c, "p", `{"id":"`+id+`","pk":"p"`+members+`}`)
	}
}

// fillers is how many more documents there are like the bare one.
const fillers = 60

func whereCases() map[string]string {
	return map[string]string{
		// Comparisons keep to one type.
		"c.n = 2":                            "two",
		"2 = c.n":                            "two",
		"c.n = '2'":                          "text",
		"c.n = null":                         "null",
		"c.n != 2":                           "one three",
		"c.n <> 2":                           "one three",
		"c.n < 3":                            "one two",
		"3 > c.n":                            "one two",
		"2 < c.n":                            "three",
		"2 <= c.n":                           "three two",
		"1 >= c.n":                           "one",
		"c.n <= 2":                           "one two",
		"c.n > 1":                            "three two",
		"c.n >= 2":                           "three two",
		"c.n < '9'":                          "text",
		"c.n >= null":                        "null",
		"c.n > null":                         "",
		"c.n != null":                        "",
		"c.n > -1.5e0":                       "one three two",
		"c.b = true":                         "two",
		"c.b < true":                         "three",
		"c.b != true":                        "three",
		"c.s > 'Z'":                          "one",
		"c.s >= ''":                          "one three two",
		"c.missing = 1":                      "",
		"c.missing = undefined":              "",
		"c.at <= '2026-03-02T10:00:00.000Z'": "one two",
		"c.deep.x = 'y'":                     "one",
		`c["deep"]["x"] = "y"`:               "one",
		"c.n.v = 1":                          "object",
		"c.n = c.n":                          "null object one text three two",
		"c.s = c.tags":                       "null",
		"c.n = @object":                      "object",
		"c.n != @object":                     "",
		"c.n < @object":                      "",
		// Three values of logic: true, false and undefined.
		"NOT c.n = 2":                         "one three",
		"NOT (c.n < 2)":                       "three two",
		"NOT NOT c.n = 2":                     "two",
		"NOT c.n":                             "",
		"c.b":                                 "two",
		"NOT c.b":                             "three",
		"c.n = 1 OR c.s = 'Banana'":           "one two",
		"c.missing = 1 OR c.n = 1":            "one",
		"NOT (c.missing = 1 AND c.n = 1)":     "three two",
		"NOT (c.missing = 1 OR c.n = 1)":      "",
		"c.n = 1 AND c.s = 'apple'":           "one",
		"c.n = 1 OR c.n = 2 AND c.b = true":   "one two",
		"(c.n = 1 OR c.n = 2) AND c.b = true": "two",
		"c.n AND true":                        "",
		// IN and BETWEEN.
		"c.n IN (1, '2', 7)":          "one text",
		"c.n NOT IN (1, 7)":           "three two",
		"c.n NOT IN (1, '2')":         "",
		"c.n IN (@two, 3)":            "three two",
		"c.n IN (1, 1, 1)":            "one",
		"c.n BETWEEN 2 AND 3":         "three two",
		"c.n NOT BETWEEN 2 AND 3":     "one",
		"c.n BETWEEN 3 AND 2":         "",
		"c.n BETWEEN 1 AND '3'":       "",
		"c.n BETWEEN '1' AND '3'":     "text",
		"2 BETWEEN c.n AND 3":         "one two",
		"c.n BETWEEN 1 AND 2 AND c.b": "two",
		// Functions.
		"IS_DEFINED(c.n)":                          "null object one text three two",
		"NOT IS_DEFINED(c.n)":                      "bare",
		"is_defined(c.b)":                          "null three two",
		"IS_NULL(c.b)":                             "null",
		"NOT IS_NULL(c.b)":                         "bare object one text three two",
		"ARRAY_CONTAINS(c.tags, 'b')":              "one two",
		"NOT ARRAY_CONTAINS(c.tags, 'b')":          "three",
		"ARRAY_CONTAINS(c.tags, 'a')":              "one",
		"ARRAY_CONTAINS(c.tags, @tag)":             "one two",
		"ARRAY_CONTAINS(c.tags, 1)":                "",
		"ARRAY_CONTAINS(c.tags, null)":             "",
		"ARRAY_CONTAINS(c.tags, undefined)":        "",
		"ARRAY_CONTAINS(c.tags, 'a', true)":        "one",
		"ARRAY_CONTAINS(c.s, 'apple')":             "object",
		"ARRAY_CONTAINS(c, 'a')":                   "",
		"ARRAY_CONTAINS(c.deep.list, null)":        "three",
		"ARRAY_CONTAINS(c.deep.list, -0.0)":        "three",
		"ARRAY_CONTAINS(c.deep.list, true)":        "three",
		"ARRAY_CONTAINS(c.deep.list, '1')":         "",
		"ARRAY_CONTAINS(c.tags, @part)":            "",
		"ARRAY_CONTAINS(c.tags, @part, true)":      "two",
		"ARRAY_CONTAINS(@list, c.n)":               "one three",
		"STARTSWITH(c.s, 'ap')":                    "one",
		"STARTSWITH(c.s, '')":                      "one three two",
		"STARTSWITH(c.s, 'ba')":                    "",
		"STARTSWITH(c.s, 'ba', true)":              "two",
		"NOT STARTSWITH(c.s, 'ap')":                "three two",
		"CONTAINS(c.s, 'an')":                      "two",
		"CONTAINS(c.s, 'AN', false)":               "",
		"CONTAINS(c.s, 'AN', true)":                "two",
		"LOWER(c.s) = 'banana'":                    "two",
		"UPPER(c.s) = 'APPLE'":                     "one",
		"LOWER(c.n) = '2'":                         "text",
		"c.id = 'one'":                             "one",
		"c.s = @quote":                             "",
		"c.pk = 'p' AND c.n = 1":                   "one",
		"c.pk = 'q'":                               "",
		"c.n = 1 AND c.n = 2":                      "",
		"c.n >= 1 AND c.n <= 2 AND c.s = 'Banana'": "two",
		"c.s = 'a\\u0070ple'":                      "one",
		"STARTSWITH(c.s, 'ap') OR ARRAY_CONTAINS(c.tags, 'b') AND NOT c.b = false": "one two",
		"ARRAY_CONTAINS(c.tags, 'a') OR ARRAY_CONTAINS(c.tags, 'b')":               "one two",
		"ARRAY_CONTAINS(c.tags, 'a') OR ARRAY_CONTAINS(c.tags, 'none')":            "one",
		"ARRAY_CONTAINS(c.tags, 'a') OR c.n IN (2, 3) OR ARRAY_CONTAINS(c.s, 'x')": "one three two",
		"ARRAY_CONTAINS(c.tags, 'a') AND ARRAY_CONTAINS(c.tags, 'b')":              "one",
		"NOT (ARRAY_CONTAINS(c.tags, 'a') OR ARRAY_CONTAINS(c.tags, 'b'))":         "three",
	}
}

// The same WHERE must choose the same documents with every kind of index, within a partition and across.
func TestAWhereChoosesWhatItMakesTrue(t *testing.T) {
	for name, policy := range map[string]string{
		"everything included": `{"includedPaths":[{"path":"/*"}]}`,
		"an index on each":    `{"includedPaths":[{"path":"/n/?"},{"path":"/s/?"},{"path":"/b/?"},{"path":"/at/?"},{"path":"/deep/x/?"},{"path":"/tags/?"}],"excludedPaths":[{"path":"/*"}]}`,
		"the elements too":    `{"includedPaths":[{"path":"/n/?"},{"path":"/s/[]/?"},{"path":"/tags/[]/?"},{"path":"/tags/?"},{"path":"/deep/list/[]/?"}],"excludedPaths":[{"path":"/*"}]}`,
		"no index":            `{"indexingMode":"none"}`,
	} {
		t.Run(name, func(t *testing.T) {
			containers := plainContainers()
			containers[0].IndexingPolicy = json.RawMessage(policy)
			a := open(t, cosmos.Options{}, containers)
			c := a.container(t, "things")
			fill(t, c)
			for i := range fillers { // So many that an index is worth its while.
				create(t, c, "p", fmt.Sprintf(`{"id":"bare-%d","pk":"p"}`, i))
			}
			for where, want := range whereCases() {
				for scope, partition := range map[string]azcosmos.PartitionKey{"across": everywhere(), "within": pk("p")} {
					q, err := query(t.Context(), c, partition, "SELECT VALUE c.id FROM c WHERE "+where, parameters(map[string]any{
						"@two": 2, "@object": map[string]any{"v": 1}, "@part": map[string]any{"k": 1}, "@list": []any{1, 3}, "@tag": "b", "@quote": "' OR true",
					}))
					if err != nil {
						t.Errorf("%s %s: %v", scope, where, err)
						continue
					}
					slices.Sort(q.rows)
					bare := 0
					q.rows = slices.DeleteFunc(q.rows, func(row string) bool {
						if !strings.HasPrefix(row, `"bare-`) {
							return false
						}
						bare++
						return true
					})
					got := strings.ReplaceAll(strings.Join(q.rows, " "), `"`, "")
					if all := strings.Contains(want, "bare"); all && bare != fillers || !all && bare != 0 {
						t.Errorf("%s %s: %d of the bare documents", scope, where, bare)
					}
					if got != want {
						t.Errorf("%s %s:\n got %q\nwant %q", scope, where, got, want)
					}
				}
			}
		})
	}
}

func TestASelectGivesTheRowsItNames(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p","deep":{"x":"y","z":[1]},"none":null}`)
	for text, want := range map[string]string{
		"SELECT c.id, c.deep.x FROM c":            `[{"id":"1","x":"y"}]`,
		"select c.id as name from c":              `[{"name":"1"}]`,
		`SELECT c["deep"]["z"] FROM c`:            `[{"z":[1]}]`,
		"SELECT c.missing, c.none FROM c":         `[{"none":null}]`,
		"SELECT c.missing FROM c":                 `[{}]`,
		"SELECT VALUE c.deep FROM c":              `[{"x":"y","z":[1]}]`,
		"SELECT VALUE c.none FROM c":              `[null]`,
		"SELECT VALUE c.missing FROM c":           `[]`,
		"SELECT VALUE r.id FROM root r":           `["1"]`,
		"SELECT VALUE lead.id FROM lead":          `["1"]`,
		"SELECT VALUE x.id FROM c AS x":           `["1"]`,
		"SELECT d FROM c d WHERE d.id = 'absent'": `[]`,
	} {
		q, err := query(t.Context(), c, everywhere(), text, nil)
		if got := "[" + strings.Join(q.rows, ",") + "]"; err != nil || got != want {
			t.Errorf("%s\n got %s, %v\nwant %s", text, got, err, want)
		}
	}
	q, err := query(t.Context(), c, pk("p"), "SELECT * FROM c", nil)
	if err != nil || len(q.rows) != 1 || fmt.Sprint(object(t, []byte(q.rows[0]))) != fmt.Sprint(read(t, c, "p", "1")) {
		t.Errorf("SELECT * gives %v, %v", q.rows, err)
	}
	q, err = query(t.Context(), c, pk("p"), "SELECT VALUE c FROM c", nil)
	if err != nil || len(q.rows) != 1 || fmt.Sprint(object(t, []byte(q.rows[0]))) != fmt.Sprint(read(t, c, "p", "1")) {
		t.Errorf("SELECT VALUE c gives %v, %v", q.rows, err)
	}
}

// The gateway of the service cannot serve these across partitions, and azcosmos has no query engine.
func TestAQueryThatNeedsAnEngineIsRefusedAsByTheGateway(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p","list":[1]}`)
	for _, text := range []string{
		"SELECT * FROM c ORDER BY c.id",
		"SELECT * FROM c WHERE c.id = '1' ORDER BY c.id",
		"SELECT TOP 1 * FROM c",
		"SELECT DISTINCT c.id FROM c",
		"SELECT * FROM c OFFSET 0 LIMIT 1",
		"SELECT * FROM c WHERE c.id = '1' OFFSET 0 LIMIT 1",
		"SELECT c.id FROM c GROUP BY c.id",
		"SELECT VALUE COUNT(1) FROM c",
		"SELECT COUNT(1) AS n FROM c",
		"SELECT VALUE MAX(c.id) FROM c",
		"SELECT t FROM c JOIN t IN c.list",
		"SELECT * FROM t IN c.list",
		"SELECT * FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.list)",
		"SELECT * FROM c WHERE c.id = (SELECT VALUE 1)",
	} {
		for _, partition := range []azcosmos.PartitionKey{everywhere(), pk("p")} {
			_, err := query(t.Context(), c, partition, text, nil)
			if status(err) != http.StatusBadRequest || !strings.Contains(err.Error(), "cross partition query can not be directly served by the gateway") {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

func TestAQueryThatIsNotUnderstoodIsRefused(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p"}`)
	deep := strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200)
	for _, text := range []string{
		"",
		"SELECT",
		"SELECT * FROM",
		"SELECT * FROM c WHERE",
		"SELECT * FROM c WHERE c.id =",
		"SELECT * FROM c WHERE c.id = '1",
		"SELECT * FROM c WHERE c.id = '\\x'",
		"SELECT * FROM c WHERE c.id = '\\ud800'",
		"SELECT * FROM c WHERE c.id == '1'",
		"SELECT * FROM c WHERE c.id = 1x",
		"SELECT * FROM c WHERE c.id = 0x1F",
		"SELECT * FROM c WHERE c.id = 1e999",
		"SELECT * FROM c WHERE c.id = @missing",
		"SELECT * FROM c WHERE d.id = '1'",
		"SELECT d.id FROM c",
		"SELECT c.id, c.id FROM c",
		"SELECT * FROM c WHERE c.list[0] = 1",
		"SELECT * FROM c WHERE c.id LIKE '1%'",
		"SELECT * FROM c WHERE c.n + 1 = 2",
		"SELECT * FROM c WHERE c.a ?? c.b",
		"SELECT * FROM c WHERE c.a ? c.b : c.d",
		"SELECT * FROM c WHERE c.a || 'x' = 'x'",
		"SELECT * FROM c WHERE LENGTH(c.id) = 1",
		"SELECT * FROM c WHERE udf.f(c.id)",
		"SELECT * FROM c WHERE IS_DEFINED()",
		"SELECT * FROM c WHERE IS_DEFINED(c.a, c.b)",
		"SELECT * FROM c WHERE STARTSWITH(c.a)",
		"SELECT * FROM c WHERE c.id IN ()",
		"SELECT * FROM c WHERE c.id NOT '1'",
		"SELECT * FROM c WHERE TRUE",
		"SELECT * FROM c WHERE c.id = '1' c",
		"SELECT * FROM c; DELETE",
		"SELECT * FROM c -- WHERE c.id = '2'",
		"SELECT LOWER(c.id) FROM c",
		"SELECT {'a': c.id} FROM c",
		"SELECT 1 FROM c",
		"SELECT *",
		"SELECT * FROM c.list",
		"UPDATE c SET c.x = 1",
		"SELECT * FROM c WHERE " + deep,
		"SELECT * FROM c WHERE " + strings.Repeat("NOT ", 200) + "true",
		"SELECT * FROM c WHERE c.n IN (" + strings.Repeat("1,", 20_000) + "1)",
		"SELECT * FROM c WHERE c.id = '" + strings.Repeat("x", 512<<10) + "'",
	} {
		if _, err := query(t.Context(), c, everywhere(), text, nil); status(err) != http.StatusBadRequest {
			t.Errorf("%.80s: %v", text, err)
		}
	}
}

func TestAQueryAcrossPartitionsMustBeAllowed(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p"}`)
	create(t, c, "q", `{"id":"1","pk":"q"}`)
	no := false
	only := &azcosmos.QueryOptions{EnableCrossPartitionQuery: &no}
	_, err := query(t.Context(), c, everywhere(), "SELECT * FROM c", only)
	wantStatus(t, err, http.StatusBadRequest)
	for _, test := range []struct {
		partition azcosmos.PartitionKey
		text      string
	}{{pk("p"), "SELECT * FROM c"}, {everywhere(), "SELECT * FROM c WHERE c.pk = 'p'"}} {
		q, err := query(t.Context(), c, test.partition, test.text, only)
		if err != nil || len(q.rows) != 1 {
			t.Errorf("%s: %d rows, %v", test.text, len(q.rows), err)
		}
	}
}

func TestAQuerySeesOnlyItsPartition(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	for _, p := range []string{"p", "q"} {
		for i := range 3 {
			create(t, c, p, fmt.Sprintf(`{"id":"%d","pk":"%s","n":%d}`, i, p, i))
		}
	}
	for text, want := range map[string]int{"SELECT * FROM c": 3, "SELECT * FROM c WHERE c.n = 1": 1, "SELECT * FROM c WHERE c.id = '1'": 1, "SELECT * FROM c WHERE c.pk = 'q'": 0} {
		q, err := query(t.Context(), c, pk("p"), text, nil)
		if err != nil || len(q.rows) != want {
			t.Errorf("%s: %d rows, %v; want %d", text, len(q.rows), err, want)
		}
		for _, row := range q.rows {
			if object(t, []byte(row))["pk"] != "p" {
				t.Errorf("%s gives %s", text, row)
			}
		}
	}
}

func TestPagesHaveTheSizeThatWasAskedFor(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	for i := range 250 {
		create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p"}`, i))
	}
	for _, test := range []struct {
		name      string
		partition azcosmos.PartitionKey
		size      int32
		pages     int
	}{
		{"100 if nothing is said", pk("p"), 0, 3},
		{"50 within a partition", pk("p"), 50, 5},
		{"50 across partitions, where an empty page ends it", everywhere(), 50, 6},
		{"300 across partitions", everywhere(), 300, 1},
		{"as many as the server likes", pk("p"), -1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			q, err := query(t.Context(), c, test.partition, "SELECT VALUE c.id FROM c", &azcosmos.QueryOptions{PageSizeHint: test.size})
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(q.rows)
			if n := len(slices.Compact(q.rows)); n != 250 || q.pages != test.pages {
				t.Errorf("%d documents on %d pages, want 250 on %d", n, q.pages, test.pages)
			}
		})
	}
	create(t, a.container(t, "singles"), "1", `{"id":"1"}`)
	foreign, err := a.container(t, "singles").NewQueryItemsPager("SELECT * FROM c", everywhere(), &azcosmos.QueryOptions{PageSizeHint: 1}).NextPage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]header{
		"a page size of -2":               {"x-ms-max-item-count", "-2"},
		"a page size that is no number":   {"x-ms-max-item-count", "x"},
		"a continuation of nobody":        {"x-ms-continuation", "eA=="},
		"a continuation that is not ours": {"x-ms-continuation", "{}"},
		"that of another container":       {"x-ms-continuation", *foreign.ContinuationToken},
	} {
		_, err := query(t.Context(), a.containerWith(t, "things", value), everywhere(), "SELECT * FROM c", nil)
		if got := status(err); got != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", name, got)
		}
	}
}

func TestAPageEndsBeforeItIsTooBig(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	big := strings.Repeat("x", 1<<20)
	for i := range 6 {
		create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p","big":"%s"}`, i, big))
	}
	q, err := query(t.Context(), c, pk("p"), "SELECT * FROM c", nil)
	if err != nil || len(q.rows) != 6 || q.pages < 2 {
		t.Errorf("%d documents of 1 MB on %d pages, %v", len(q.rows), q.pages, err)
	}
}

// Between two pages documents before, at and after the place are removed, changed and created.
func TestAContinuationLeavesNoDocumentOutAndRepeatsNone(t *testing.T) {
	for _, text := range []string{"SELECT VALUE c.id FROM c", "SELECT VALUE c.id FROM c WHERE c.n >= 0"} {
		t.Run(text, func(t *testing.T) {
			containers := plainContainers()
			containers[0].IndexingPolicy = json.RawMessage(`{"includedPaths":[{"path":"/n/?"}],"excludedPaths":[{"path":"/*"}]}`)
			a := open(t, cosmos.Options{}, containers)
			c := a.container(t, "things")
			ctx := t.Context()
			for i := range 20 {
				create(t, c, "p", fmt.Sprintf(`{"id":"%02d","pk":"p","n":%d}`, i, (i*7)%20))
			}
			for i := range 500 { // So that the index is worth its while.
				create(t, c, "p", fmt.Sprintf(`{"id":"other%d","pk":"p","n":-1}`, i))
			}
			if strings.HasSuffix(text, " c") {
				text += " WHERE c.n != -1"
			}
			seen := map[string]int{}
			pager := c.NewQueryItemsPager(text, everywhere(), &azcosmos.QueryOptions{PageSizeHint: 5})
			for page := 0; pager.More(); page++ {
				r, err := pager.NextPage(ctx)
				if err != nil {
					t.Fatal(err)
				}
				for _, id := range r.Items {
					seen[string(id)]++
				}
				if page != 0 {
					continue
				}
				for _, id := range []string{"00", "04", "05", "19"} { // seen, last seen, next, last
					if _, err := c.DeleteItem(ctx, pk("p"), id, nil); err != nil {
						t.Fatal(err)
					}
				}
				for _, id := range []string{"01", "10"} { // seen, not seen yet
					if _, err := c.UpsertItem(ctx, pk("p"), []byte(`{"id":"`+id+`","pk":"p","n":50}`), nil); err != nil {
						t.Fatal(err)
					}
				}
				create(t, c, "p", `{"id":"aa","pk":"p","n":0}`)
			}
			for i := range 20 {
				want := 1
				if i == 5 || i == 19 {
					want = 0
				}
				if n := seen[fmt.Sprintf(`"%02d"`, i)]; n != want {
					t.Errorf("document %02d came %d times, want %d", i, n, want)
				}
			}
			if seen[`"aa"`] != 1 {
				t.Errorf("the new document came %d times", seen[`"aa"`])
			}
		})
	}
}

func TestAContinuationOutlivesARestart(t *testing.T) {
	dir := t.TempDir()
	var token *string
	t.Run("before", func(t *testing.T) {
		a := open(t, cosmos.Options{Dir: dir}, plainContainers())
		c := a.container(t, "things")
		for i := range 4 {
			create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p"}`, i))
		}
		r, err := c.NewQueryItemsPager("SELECT * FROM c", everywhere(), &azcosmos.QueryOptions{PageSizeHint: 4}).NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		token = r.ContinuationToken
		if _, err := c.DeleteItem(t.Context(), pk("p"), "3", nil); err != nil {
			t.Fatal(err)
		}
	})
	a := open(t, cosmos.Options{Dir: dir}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"new","pk":"p"}`)
	q, err := query(t.Context(), c, everywhere(), "SELECT VALUE c.id FROM c", &azcosmos.QueryOptions{ContinuationToken: token})
	if err != nil || !slices.Equal(q.rows, []string{`"new"`}) {
		t.Errorf("after the restart the rest is %v, %v; want the new document", q.rows, err)
	}
}

// fillLeads writes n documents of which ten are due: the share that the timers find.
func fillLeads(t *testing.T, c *azcosmos.ContainerClient, n int) {
	t.Helper()
	for i := range n {
		due := ""
		if i%(n/10) == 0 {
			due = fmt.Sprintf(`,"mailDueAt":"2026-03-02T09:%02d:00.000Z"`, i*10/n)
		}
		create(t, c, fmt.Sprint("l", i), fmt.Sprintf(`{"id":"l%d","lead":"l%d","stage":"New"%s}`, i, i, due))
	}
}

func TestTheCostOfAQueryFollowsTheDocumentsThatTheIndexNames(t *testing.T) {
	a := open(t, cosmos.Options{}, topology.Load().Containers)
	c := a.container(t, topology.ContainerLeads)
	fillLeads(t, c, 500)
	for _, test := range []struct {
		name, where string
		rows        int
		examined    int
	}{
		{"a comparison on an included path", "c.mailDueAt <= '2026-03-02T09:04:00.000Z'", 5, 5},
		{"with a second condition on a path that is not included", "c.mailDueAt <= '2026-03-02T09:04:00.000Z' AND c.stage = 'Won'", 0, 5},
		{"IS_DEFINED on an included path", "IS_DEFINED(c.mailDueAt)", 10, 10},
		{"the id, which is always indexed", "c.id = 'l7'", 1, 1},
		{"the id of several", "c.id IN ('l7', 'l8', 'none')", 2, 2},
		{"the partition key", "c.lead = 'l7'", 1, 1},
		{"a path that is not included", "c.stage = 'Won'", 0, 500},
		{"an OR, of which only one side is indexed", "c.mailDueAt <= '2026-03-02T09:04:00.000Z' OR c.stage = 'Won'", 5, 500},
		{"a function of an included path", "LOWER(c.mailDueAt) = 'x'", 0, 500},
		{"!= , which no index serves", "c.mailDueAt != 'x'", 10, 500},
	} {
		t.Run(test.name, func(t *testing.T) {
			q, err := query(t.Context(), c, everywhere(), "SELECT * FROM c WHERE "+test.where, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(q.rows) != test.rows || q.examined != test.examined {
				t.Errorf("%d rows, %d examined; want %d and %d", len(q.rows), q.examined, test.rows, test.examined)
			}
			if least := 2.3 + 0.05*float32(test.examined); q.charge < least || q.charge > least*2+1 {
				t.Errorf("%d documents cost %.2f", test.examined, q.charge)
			}
		})
	}
}

func TestAPathCoveredByAWildcardCountsAsIndexed(t *testing.T) {
	for policy, want := range map[string]int{
		`{"includedPaths":[{"path":"/*"}]}`:                                                          1,
		`{"includedPaths":[{"path":"/a/*"}],"excludedPaths":[{"path":"/*"}]}`:                        1,
		`{"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/a/*"}]}`:                        20,
		`{"includedPaths":[{"path":"/*"},{"path":"/a/b/?"}],"excludedPaths":[{"path":"/a/*"}]}`:      1,
		`{"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/a/b/?"}]}`:                      20,
		`{"includedPaths":[{"path":"/\"a\"/b/?"}],"excludedPaths":[{"path":"/*"}]}`:                  1,
		`{"includedPaths":[{"path":"/a/b/c/?"},{"path":"/a/?"}],"excludedPaths":[{"path":"/*"}]}`:    20,
		`{"includedPaths":[{"path":"/a/b/[]/?"},{"path":"/a/b/*"}],"excludedPaths":[{"path":"/*"}]}`: 20,
		`{"indexingMode":"none","automatic":false}`:                                                  20,
	} {
		containers := plainContainers()
		containers[0].IndexingPolicy = json.RawMessage(policy)
		a := open(t, cosmos.Options{}, containers)
		c := a.container(t, "things")
		for i := range 20 {
			create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p","a":{"b":%d}}`, i, i))
		}
		q, err := query(t.Context(), c, everywhere(), "SELECT * FROM c WHERE c.a.b = 3", nil)
		if err != nil || len(q.rows) != 1 || q.examined != want {
			t.Errorf("%s: %d rows, %d examined, %v; want 1 and %d", policy, len(q.rows), q.examined, err, want)
		}
	}
}

func TestANameInQuotesIsANameWhateverItLooksLike(t *testing.T) {
	containers := plainContainers()
	containers[0].IndexingPolicy = json.RawMessage(`{"includedPaths":[{"path":"/a/\"[]\"/?"},{"path":"/\"*\"/?"}],"excludedPaths":[{"path":"/*"}]}`)
	a := open(t, cosmos.Options{}, containers)
	c := a.container(t, "things")
	for i := range 20 {
		create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p","a":{"[]":%d},"*":%d}`, i, i, i))
	}
	for where, want := range map[string]int{`c.a["[]"] = 3`: 1, `c["*"] = 3`: 1, `c.a["[]"] = 3 AND c.b = 1`: 1, "c.b = 1": 20} {
		q, err := query(t.Context(), c, everywhere(), "SELECT * FROM c WHERE "+where, nil)
		if err != nil || q.examined != want {
			t.Errorf("%s: %d examined, %v; want %d", where, q.examined, err, want)
		}
	}
}

func TestTheIDIsIndexedWhateverThePolicySays(t *testing.T) {
	containers := plainContainers()
	containers[0].IndexingPolicy = json.RawMessage(`{"includedPaths":[],"excludedPaths":[{"path":"/*"},{"path":"/id/?"}]}`)
	a := open(t, cosmos.Options{}, containers)
	c := a.container(t, "things")
	for i := range 20 {
		create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p"}`, i))
	}
	q, err := query(t.Context(), c, everywhere(), "SELECT * FROM c WHERE c.id = '3'", nil)
	if err != nil || len(q.rows) != 1 || q.examined != 1 {
		t.Errorf("%d rows, %d examined, %v; want one", len(q.rows), q.examined, err)
	}
}

func TestTheIndexFollowsEveryWrite(t *testing.T) {
	containers := plainContainers()
	containers[0].IndexingPolicy = json.RawMessage(`{"includedPaths":[{"path":"/n/?"}],"excludedPaths":[{"path":"/*"}]}`)
	a := open(t, cosmos.Options{}, containers)
	c := a.container(t, "things")
	ctx := t.Context()
	for i := range 50 {
		create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p","n":%d}`, i, i))
	}
	want := func(where string, n int) {
		t.Helper()
		q, err := query(ctx, c, everywhere(), "SELECT * FROM c WHERE "+where, nil)
		if err != nil || len(q.rows) != n || q.examined != n {
			t.Errorf("%s: %d rows, %d examined, %v; want %d", where, len(q.rows), q.examined, err, n)
		}
	}
	want("c.n = 7", 1)
	if _, err := c.ReplaceItem(ctx, pk("p"), "7", []byte(`{"id":"7","pk":"p","n":1000}`), nil); err != nil {
		t.Fatal(err)
	}
	want("c.n = 7", 0)
	want("c.n = 1000", 1)
	var p azcosmos.PatchOperations
	p.AppendRemove("/n")
	if _, err := c.PatchItem(ctx, pk("p"), "7", p, nil); err != nil {
		t.Fatal(err)
	}
	want("c.n >= 7", 42)
	if _, err := c.DeleteItem(ctx, pk("p"), "8", nil); err != nil {
		t.Fatal(err)
	}
	want("c.n >= 7", 41)
	want("c.n BETWEEN 45 AND 60", 5)
}

func TestTheElementsInTheIndexFollowEveryWrite(t *testing.T) {
	containers := plainContainers()
	containers[0].IndexingPolicy = json.RawMessage(`{"includedPaths":[{"path":"/probes/[]/?"}],"excludedPaths":[{"path":"/*"}]}`)
	a := open(t, cosmos.Options{}, containers)
	c := a.container(t, "things")
	ctx := t.Context()
	for i := range 50 {
		create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p","probes":["e%d","p%d","e%d"]}`, i, i, i/2, i))
	}
	want := func(where string, n int) {
		t.Helper()
		q, err := query(ctx, c, everywhere(), "SELECT * FROM c WHERE "+where, nil)
		if err != nil || len(q.rows) != n || q.examined != n {
			t.Errorf("%s: %d rows, %d examined, %v; want %d", where, len(q.rows), q.examined, err, n)
		}
	}
	want("ARRAY_CONTAINS(c.probes, 'e7')", 1)
	want("ARRAY_CONTAINS(c.probes, 'p3')", 2)
	want("ARRAY_CONTAINS(c.probes, 'e7') OR ARRAY_CONTAINS(c.probes, 'p3')", 2)
	if _, err := c.ReplaceItem(ctx, pk("p"), "7", []byte(`{"id":"7","pk":"p","probes":["p3","new"]}`), nil); err != nil {
		t.Fatal(err)
	}
	want("ARRAY_CONTAINS(c.probes, 'e7')", 0)
	want("ARRAY_CONTAINS(c.probes, 'p3')", 2)
	want("ARRAY_CONTAINS(c.probes, 'new')", 1)
	var p azcosmos.PatchOperations
	p.AppendSet("/probes", "p3")
	if _, err := c.PatchItem(ctx, pk("p"), "7", p, nil); err != nil {
		t.Fatal(err)
	}
	want("ARRAY_CONTAINS(c.probes, 'p3')", 1)
	if _, err := c.DeleteItem(ctx, pk("p"), "6", nil); err != nil {
		t.Fatal(err)
	}
	want("ARRAY_CONTAINS(c.probes, 'p3')", 0)
}

// Every element is a value to be indexed, as in the service.
func TestAWriteCostsMoreWithMoreIndexedElements(t *testing.T) {
	containers := plainContainers()
	containers[0].IndexingPolicy = json.RawMessage(`{"includedPaths":[{"path":"/probes/[]/?"}],"excludedPaths":[{"path":"/*"}]}`)
	a := open(t, cosmos.Options{}, containers)
	c := a.container(t, "things")
	same := create(t, c, "p", `{"id":"1","pk":"p","probes":["a","a","a"]}`)
	different := create(t, c, "p", `{"id":"2","pk":"p","probes":["a","b","c"]}`)
	if same.RequestCharge >= different.RequestCharge {
		t.Errorf("three equal elements cost %.2f, three different ones %.2f", same.RequestCharge, different.RequestCharge)
	}
}

func TestAQueryBodyThatIsNotOneIsRefused(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	const link = "dbs/db/colls/things"
	for name, content := range map[string]string{
		"nothing":                      ``,
		"not JSON":                     `{"query":`,
		"not UTF-8":                    "{\"query\":\"SELECT * FROM c WHERE c.a = '\xff'\"}",
		"an unknown member":            `{"query":"SELECT * FROM c","options":{}}`,
		"a parameter given twice":      `{"query":"SELECT * FROM c","parameters":[{"name":"@a","value":1},{"name":"@a","value":2}]}`,
		"a parameter without @":        `{"query":"SELECT * FROM c","parameters":[{"name":"a","value":1}]}`,
		"a parameter nested too deep":  `{"query":"SELECT * FROM c","parameters":[{"name":"@a","value":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}]}`,
		"a query that is not a string": `{"query":1}`,
	} {
		r := sign("POST", "/"+link+"/docs", "docs", link, []byte(content))
		r.Header.Set("x-ms-documentdb-query", "True")
		r.Header.Set("x-ms-documentdb-query-enablecrosspartition", "true")
		if got := serve(a, r).StatusCode; got != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", name, got)
		}
	}
}
