package cosmos_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/local/cosmos"
	"leadflow/shared/topology"
)

func withTTL(ttl *int) []topology.Container {
	containers := plainContainers()
	containers[0].DefaultTTL = ttl
	return containers
}

func TestADocumentIsGoneWhenItsTimeIsOver(t *testing.T) {
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		ttl      *int
		document string
		last     time.Duration // still there; one second later it is gone. 0: it never goes
	}{
		"the container's default":              {new(60), `{"id":"1","pk":"p"}`, 59 * time.Second},
		"its own ttl before the default":       {new(60), `{"id":"1","pk":"p","ttl":10}`, 9 * time.Second},
		"its own ttl longer than the default":  {new(60), `{"id":"1","pk":"p","ttl":600}`, 599 * time.Second},
		"a ttl of -1 against the default":      {new(60), `{"id":"1","pk":"p","ttl":-1}`, 0},
		"no default, its own ttl":              {new(-1), `{"id":"1","pk":"p","ttl":10}`, 9 * time.Second},
		"no default, no ttl":                   {new(-1), `{"id":"1","pk":"p"}`, 0},
		"TTL switched off, whatever it says":   {nil, `{"id":"1","pk":"p","ttl":10}`, 0},
		"the longest ttl there is":             {new(-1), `{"id":"1","pk":"p","ttl":2147483647}`, 0},
		"a ttl of 400 days, as the ledger has": {new(-1), `{"id":"1","pk":"p","ttl":34560000}`, 400*day - time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, cosmos.Options{}, withTTL(test.ttl))
			c := a.container(t, "things")
			create(t, c, "p", test.document)
			last := test.last
			if last == 0 {
				last = 10 * 365 * day
			}
			a.clock.advance(last)
			read(t, c, "p", "1")
			if test.last == 0 {
				return
			}
			a.clock.advance(time.Second)
			ctx := t.Context()
			_, err := c.ReadItem(ctx, pk("p"), "1", nil)
			wantStatus(t, err, http.StatusNotFound)
			_, err = c.ReplaceItem(ctx, pk("p"), "1", []byte(`{"id":"1","pk":"p"}`), nil)
			wantStatus(t, err, http.StatusNotFound)
			_, err = c.DeleteItem(ctx, pk("p"), "1", nil)
			wantStatus(t, err, http.StatusNotFound)
			var p azcosmos.PatchOperations
			p.AppendSet("/a", 1)
			_, err = c.PatchItem(ctx, pk("p"), "1", p, nil)
			wantStatus(t, err, http.StatusNotFound)
			if q, err := query(ctx, c, everywhere(), "SELECT * FROM c", nil); err != nil || len(q.rows) != 0 {
				t.Errorf("a query still finds %v, %v", q.rows, err)
			}
			create(t, c, "p", test.document)
		})
	}
}

func TestAWriteStartsTheTimeAgain(t *testing.T) {
	a := open(t, cosmos.Options{}, withTTL(new(60)))
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p"}`)
	a.clock.advance(50 * time.Second)
	var p azcosmos.PatchOperations
	p.AppendSet("/a", 1)
	if _, err := c.PatchItem(t.Context(), pk("p"), "1", p, nil); err != nil {
		t.Fatal(err)
	}
	a.clock.advance(50 * time.Second)
	read(t, c, "p", "1")
	a.clock.advance(10 * time.Second)
	_, err := c.ReadItem(t.Context(), pk("p"), "1", nil)
	wantStatus(t, err, http.StatusNotFound)
}

// What has expired is removed by later writes: the file of a container whose documents live for a minute
// stops growing although six times as many are written.
func TestExpiredDocumentsDoNotPileUp(t *testing.T) {
	dir := t.TempDir()
	a := open(t, cosmos.Options{Dir: dir}, withTTL(new(60)))
	c := a.container(t, "things")
	size := func(round int) int64 {
		for i := range 100 {
			create(t, c, "p", fmt.Sprintf(`{"id":"%d-%d","pk":"p","text":"%0500d"}`, round, i, 0))
		}
		a.clock.advance(61 * time.Second)
		f, err := os.Stat(filepath.Join(dir, "cosmos.db"))
		if err != nil {
			t.Fatal(err)
		}
		return f.Size()
	}
	var sizes []int64
	for round := range 6 {
		sizes = append(sizes, size(round))
	}
	if sizes[5] > 2*sizes[1] {
		t.Errorf("the file grows with what has expired: %d", sizes)
	}
}
