package cosmos_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/local/cosmos"
)

func TestADocumentIsKeptAsItWasWritten(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	const text = `"text":"<a & b> \"한국어\" \\ \u0000 😀","list":[1,2.5,-3e10,null,true,{"x":[]}],"deep":{"a":{"b":{}}}`
	r := create(t, c, "p", `{"id":"1","pk":"p",`+text+`}`)
	if len(r.Value) != 0 {
		t.Errorf("the client asked for no content, and got %s", r.Value)
	}
	raw, err := c.ReadItem(t.Context(), pk("p"), "1", nil)
	if err != nil || !strings.Contains(string(raw.Value), "<a & b>") {
		t.Errorf("read %s, %v", raw.Value, err)
	}
	got := object(t, raw.Value)
	want := object(t, []byte(`{`+text+`}`))
	for name := range want {
		if fmt.Sprint(got[name]) != fmt.Sprint(want[name]) {
			t.Errorf("%s = %v, want %v", name, got[name], want[name])
		}
	}
	if got["_etag"] != string(r.ETag) || got["_ts"] != float64(a.clock.now().Unix()) || got["_rid"] == "" || got["_self"] == "" {
		t.Errorf("system properties %v", got)
	}
	if r.SessionToken == nil || r.ActivityID == "" || r.RequestCharge <= 0 {
		t.Errorf("headers %+v", r.Response)
	}
}

func TestSystemPropertiesOfTheClientAreIgnored(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p","_etag":"mine","_ts":1,"_rid":"mine","_self":7,"_attachments":{}}`)
	got := read(t, c, "p", "1")
	if got["_etag"] == "mine" || got["_ts"] == 1.0 || got["_rid"] == "mine" || got["_self"] == 7.0 {
		t.Errorf("system properties %v", got)
	}
}

func TestEveryWriteGivesANewETag(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	doc := []byte(`{"id":"1","pk":"p"}`)
	full := &azcosmos.ItemOptions{EnableContentResponseOnWrite: true}
	seen := map[azcore.ETag]bool{}
	keep := func(r azcosmos.ItemResponse, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if r.ETag == "" || seen[r.ETag] {
			t.Errorf("the ETag %q is empty or not new", r.ETag)
		}
		seen[r.ETag] = true
		if got := object(t, r.Value)["_etag"]; got != string(r.ETag) {
			t.Errorf("the document says %v, the header %v", got, r.ETag)
		}
		if got := read(t, c, "p", "1")["_etag"]; got != string(r.ETag) {
			t.Errorf("the stored document says %v, the write %v", got, r.ETag)
		}
	}
	keep(c.CreateItem(t.Context(), pk("p"), doc, full))
	keep(c.UpsertItem(t.Context(), pk("p"), doc, full))
	keep(c.ReplaceItem(t.Context(), pk("p"), "1", doc, full))
	var ops azcosmos.PatchOperations
	ops.AppendSet("/a", 1)
	keep(c.PatchItem(t.Context(), pk("p"), "1", ops, full))
}

func TestTheStatusOfAWriteSaysWhatItFound(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	ctx := t.Context()
	doc := []byte(`{"id":"1","pk":"p"}`)
	_, err := c.ReplaceItem(ctx, pk("p"), "1", doc, nil)
	wantStatus(t, err, http.StatusNotFound)
	_, err = c.DeleteItem(ctx, pk("p"), "1", nil)
	wantStatus(t, err, http.StatusNotFound)
	_, err = c.ReadItem(ctx, pk("p"), "1", nil)
	wantStatus(t, err, http.StatusNotFound)

	r, err := c.UpsertItem(ctx, pk("p"), doc, nil)
	if err != nil || r.RawResponse.StatusCode != http.StatusCreated {
		t.Errorf("first upsert: %v", err)
	}
	_, err = c.CreateItem(ctx, pk("p"), doc, nil)
	wantStatus(t, err, http.StatusConflict)
	r, err = c.UpsertItem(ctx, pk("p"), doc, nil)
	if err != nil || r.RawResponse.StatusCode != http.StatusOK {
		t.Errorf("second upsert: %v", err)
	}
	r, err = c.DeleteItem(ctx, pk("p"), "1", nil)
	if err != nil || r.RawResponse.StatusCode != http.StatusNoContent {
		t.Errorf("delete: %v", err)
	}
	create(t, c, "p", string(doc))
}

func TestADocumentIsKnownByItsIDAndPartitionKey(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	ctx := t.Context()
	create(t, c, "p", `{"id":"1","pk":"p","from":"p"}`)
	create(t, c, "q", `{"id":"1","pk":"q","from":"q"}`)
	if got := read(t, c, "q", "1")["from"]; got != "q" {
		t.Errorf("read from partition q: %v", got)
	}
	_, err := c.ReadItem(ctx, pk("r"), "1", nil)
	wantStatus(t, err, http.StatusNotFound)
	if _, err := c.DeleteItem(ctx, pk("p"), "1", nil); err != nil {
		t.Fatal(err)
	}
	read(t, c, "q", "1")
}

func TestThePartitionKeyOfTheHeaderMustBeThatOfTheDocument(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	ctx := t.Context()
	create(t, c, "p", `{"id":"1","pk":"p"}`)
	for name, write := range map[string]func() error{
		"create": func() error { _, err := c.CreateItem(ctx, pk("q"), []byte(`{"id":"2","pk":"p"}`), nil); return err },
		"upsert": func() error { _, err := c.UpsertItem(ctx, pk("q"), []byte(`{"id":"1","pk":"p"}`), nil); return err },
		"replace": func() error {
			_, err := c.ReplaceItem(ctx, pk("p"), "1", []byte(`{"id":"1","pk":"q"}`), nil)
			return err
		},
		"a missing property":   func() error { _, err := c.CreateItem(ctx, pk("q"), []byte(`{"id":"2"}`), nil); return err },
		"an array as the key":  func() error { _, err := c.CreateItem(ctx, pk("q"), []byte(`{"id":"2","pk":["q"]}`), nil); return err },
		"a number, not a text": func() error { _, err := c.CreateItem(ctx, pk("7"), []byte(`{"id":"2","pk":7}`), nil); return err },
		"no header": func() error {
			_, err := c.CreateItem(ctx, everywhere(), []byte(`{"id":"2","pk":"q"}`), nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { wantStatus(t, write(), http.StatusBadRequest) })
	}
	if q, err := query(ctx, c, everywhere(), "SELECT * FROM c", nil); err != nil || len(q.rows) != 1 {
		t.Errorf("%d documents, %v; want only the first", len(q.rows), err)
	}
}

func TestPartitionKeysOfEveryTypeAreKeptApart(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	keys := map[string]azcosmos.PartitionKey{
		`"1"`:           pk("1"),
		`1`:             azcosmos.NewPartitionKeyNumber(1),
		`true`:          azcosmos.NewPartitionKeyBool(true),
		`"true"`:        pk("true"),
		`null`:          azcosmos.NullPartitionKey,
		`"null"`:        pk("null"),
		`"undefined"`:   pk("undefined"),
		`"한국 \"q\" \\"`: pk(`한국 "q" \`),
	}
	for text, key := range keys {
		if _, err := c.CreateItem(t.Context(), key, []byte(`{"id":"1","pk":`+text+`}`), nil); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	for text, key := range keys {
		r, err := c.ReadItem(t.Context(), key, "1", nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var want any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got := object(t, r.Value)["pk"]; got != want {
			t.Errorf("the partition of %s gave %v", text, got)
		}
	}
}

func TestADocumentWithoutThePartitionKeyPropertyHasTheUndefinedOne(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.containerWith(t, "things", header{"x-ms-documentdb-partitionkey", "[{}]"})
	if _, err := c.CreateItem(t.Context(), everywhere(), []byte(`{"id":"1"}`), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ReadItem(t.Context(), everywhere(), "1", nil); err != nil {
		t.Error(err)
	}
	_, err := a.container(t, "things").ReadItem(t.Context(), azcosmos.NullPartitionKey, "1", nil)
	wantStatus(t, err, http.StatusNotFound)
}

func TestIfMatchDecidesAWrite(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	ctx := t.Context()
	doc := []byte(`{"id":"1","pk":"p"}`)
	old := create(t, c, "p", string(doc)).ETag
	current, err := c.ReplaceItem(ctx, pk("p"), "1", doc, &azcosmos.ItemOptions{IfMatchEtag: &old})
	if err != nil {
		t.Fatal(err)
	}
	var ops azcosmos.PatchOperations
	ops.AppendSet("/a", 1)
	stale := &azcosmos.ItemOptions{IfMatchEtag: &old}
	writes := []func(o *azcosmos.ItemOptions) (azcosmos.ItemResponse, error){
		func(o *azcosmos.ItemOptions) (azcosmos.ItemResponse, error) {
			return c.ReplaceItem(ctx, pk("p"), "1", doc, o)
		},
		func(o *azcosmos.ItemOptions) (azcosmos.ItemResponse, error) {
			return c.UpsertItem(ctx, pk("p"), doc, o)
		},
		func(o *azcosmos.ItemOptions) (azcosmos.ItemResponse, error) {
			return c.PatchItem(ctx, pk("p"), "1", ops, o)
		},
		func(o *azcosmos.ItemOptions) (azcosmos.ItemResponse, error) {
			return c.DeleteItem(ctx, pk("p"), "1", o)
		},
	}
	for i, write := range writes {
		_, err := write(stale)
		if got := status(err); got != http.StatusPreconditionFailed {
			t.Errorf("write %d with an old ETag: status %d, want 412", i, got)
		}
	}
	if got := read(t, c, "p", "1")["_etag"]; got != string(current.ETag) {
		t.Error("a refused write changed the document")
	}
	tag := current.ETag
	for i, write := range writes {
		r, err := write(&azcosmos.ItemOptions{IfMatchEtag: &tag})
		if err != nil {
			t.Fatalf("write %d with the current ETag: %v", i, err)
		}
		tag = r.ETag
	}
	t.Run("an asterisk matches whatever is there", func(t *testing.T) {
		create(t, c, "p", string(doc))
		asterisk := azcore.ETagAny
		if _, err := c.ReplaceItem(ctx, pk("p"), "1", doc, &azcosmos.ItemOptions{IfMatchEtag: &asterisk}); err != nil {
			t.Error(err)
		}
	})
	t.Run("an upsert that finds nothing creates", func(t *testing.T) {
		if _, err := c.UpsertItem(ctx, pk("p"), []byte(`{"id":"new","pk":"p"}`), stale); err != nil {
			t.Error(err)
		}
	})
	t.Run("a create has nothing to match", func(t *testing.T) {
		_, err := c.CreateItem(ctx, pk("p"), []byte(`{"id":"newer","pk":"p"}`), stale)
		wantStatus(t, err, http.StatusBadRequest)
	})
}

func TestAReadWithTheCurrentETagIsNotModified(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	tag := create(t, a.container(t, "things"), "p", `{"id":"1","pk":"p"}`).ETag
	c := a.containerWith(t, "things", header{"If-None-Match", string(tag)})
	r, err := c.ReadItem(t.Context(), pk("p"), "1", nil)
	if err != nil || r.RawResponse.StatusCode != http.StatusNotModified || len(r.Value) != 0 || r.ETag != tag {
		t.Errorf("status %d, body %q, %v", r.RawResponse.StatusCode, r.Value, err)
	}
	if _, err := a.container(t, "things").UpsertItem(t.Context(), pk("p"), []byte(`{"id":"1","pk":"p","a":2}`), nil); err != nil {
		t.Fatal(err)
	}
	r, err = c.ReadItem(t.Context(), pk("p"), "1", nil)
	if err != nil || r.RawResponse.StatusCode != http.StatusOK || object(t, r.Value)["a"] != 2.0 {
		t.Errorf("after a write: status %d, body %q, %v", r.RawResponse.StatusCode, r.Value, err)
	}
}

func TestADocumentThatTheServiceWouldNotStoreIsRefused(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	big := strings.Repeat("x", 2<<20)
	for name, test := range map[string]struct {
		document string
		want     int
	}{
		"more than 2 MB":        {`{"id":"1","pk":"p","a":"` + big + `"}`, http.StatusRequestEntityTooLarge},
		"no id":                 {`{"pk":"p"}`, http.StatusBadRequest},
		"an empty id":           {`{"id":"","pk":"p"}`, http.StatusBadRequest},
		"a number as id":        {`{"id":1,"pk":"p"}`, http.StatusBadRequest},
		"an id of 256 bytes":    {`{"id":"` + strings.Repeat("x", 256) + `","pk":"p"}`, http.StatusBadRequest},
		"not JSON":              {`{"id":"1","pk":"p"`, http.StatusBadRequest},
		"two objects":           {`{"id":"1","pk":"p"}{}`, http.StatusBadRequest},
		"an array":              {`[]`, http.StatusBadRequest},
		"null":                  {`null`, http.StatusBadRequest},
		"nothing":               {``, http.StatusBadRequest},
		"not UTF-8":             {"{\"id\":\"1\",\"pk\":\"p\",\"a\":\"\xff\"}", http.StatusBadRequest},
		"a number out of range": {`{"id":"1","pk":"p","a":1e400}`, http.StatusBadRequest},
		"129 levels":            {`{"id":"1","pk":"p","a":` + strings.Repeat("[", 128) + strings.Repeat("]", 128) + `}`, http.StatusBadRequest},
		"100000 levels":         {`{"id":"1","pk":"p","a":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + `}`, http.StatusBadRequest},
		"a ttl of 0":            {`{"id":"1","pk":"p","ttl":0}`, http.StatusBadRequest},
		"a ttl of -2":           {`{"id":"1","pk":"p","ttl":-2}`, http.StatusBadRequest},
		"a ttl of 1.5":          {`{"id":"1","pk":"p","ttl":1.5}`, http.StatusBadRequest},
		"a ttl that is a text":  {`{"id":"1","pk":"p","ttl":"1"}`, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.CreateItem(t.Context(), pk("p"), []byte(test.document), nil)
			wantStatus(t, err, test.want)
		})
	}
	t.Run("just under 2 MB is stored", func(t *testing.T) {
		create(t, c, "p", `{"id":"1","pk":"p","a":"`+big[:len(big)-50]+`"}`)
	})
	t.Run("a partition key of more than 2048 bytes", func(t *testing.T) {
		long := strings.Repeat("k", 2048)
		_, err := c.CreateItem(t.Context(), pk(long), []byte(`{"id":"1","pk":"`+long+`"}`), nil)
		wantStatus(t, err, http.StatusBadRequest)
	})
	t.Run("128 levels are stored", func(t *testing.T) {
		create(t, c, "p", `{"id":"2","pk":"p","a":`+strings.Repeat("[", 127)+strings.Repeat("]", 127)+`}`)
	})
	t.Run("another id in the body of a replace", func(t *testing.T) {
		_, err := c.ReplaceItem(t.Context(), pk("p"), "1", []byte(`{"id":"3","pk":"p"}`), nil)
		wantStatus(t, err, http.StatusBadRequest)
	})
}

func TestAnIDThatTheGatewayCannotAddressIsStoredButNotRead(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	for id, want := range map[string]int{
		"plain":              0,
		"with a space":       0,
		" at the start":      0,
		"What?":              0,
		",=.:~+-@()^${}[]!_": 0,
		"한국어":                0,
		"a/b":                http.StatusUnauthorized,
		`a\b`:                http.StatusUnauthorized,
		"a#b":                http.StatusUnauthorized,
		"100%":               http.StatusUnauthorized,
		"at the end ":        http.StatusUnauthorized,
		"a\nb":               http.StatusBadRequest,
	} {
		name, _ := json.Marshal(id)
		create(t, c, "p", `{"id":`+string(name)+`,"pk":"p"}`)
		_, err := c.ReadItem(t.Context(), pk("p"), id, nil)
		if got := status(err); got != want {
			t.Errorf("read %s: status %d, want %d", name, got, want)
		}
		q, err := query(t.Context(), c, pk("p"), "SELECT * FROM c WHERE c.id = @id", parameters(map[string]any{"@id": id}))
		if err != nil || len(q.rows) != 1 {
			t.Errorf("query of %s: %d rows, %v", name, len(q.rows), err)
		}
	}
}

func TestNoIncrementOfSixteenWritersIsLost(t *testing.T) {
	a := open(t, cosmos.Options{Dir: t.TempDir()}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p","n":0}`)
	const writers, each = 16, 10
	var clashes atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < each; {
				r, err := c.ReadItem(t.Context(), pk("p"), "1", nil)
				if err != nil {
					t.Error(err)
					return
				}
				n := object(t, r.Value)["n"].(float64)
				_, err = c.ReplaceItem(t.Context(), pk("p"), "1", fmt.Appendf(nil, `{"id":"1","pk":"p","n":%v}`, n+1), &azcosmos.ItemOptions{IfMatchEtag: &r.ETag})
				switch status(err) {
				case 0:
					done++
				case http.StatusPreconditionFailed:
					clashes.Add(1)
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if n := read(t, c, "p", "1")["n"]; n != float64(writers*each) {
		t.Errorf("n = %v, want %d", n, writers*each)
	}
	if clashes.Load() == 0 {
		t.Error("no write was ever refused: the writers did not meet")
	}
}

func TestOfManyThatCreateTheSameDocumentOneSucceeds(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	var created, refused atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, err := c.CreateItem(t.Context(), pk("p"), []byte(`{"id":"1","pk":"p"}`), nil)
			switch status(err) {
			case 0:
				created.Add(1)
			case http.StatusConflict:
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if created.Load() != 1 || refused.Load() != 15 {
		t.Errorf("%d created, %d refused; want 1 and 15", created.Load(), refused.Load())
	}
}

// Queries run while documents come, change and go. Each row must be a document that was written whole.
func TestQueriesRunWhileOthersWrite(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	for i := range 50 {
		create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p","a":0,"b":0}`, i))
	}
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for finished := false; !finished; {
				select {
				case <-done:
					finished = true
				default:
				}
				q, err := query(t.Context(), c, everywhere(), "SELECT * FROM c WHERE c.a >= 0", &azcosmos.QueryOptions{PageSizeHint: 20})
				if err != nil || len(q.rows) < 40 {
					t.Errorf("%d rows, %v", len(q.rows), err)
					return
				}
				for _, row := range q.rows {
					if d := object(t, []byte(row)); d["a"] != d["b"] {
						t.Errorf("half a write: %s", row)
					}
				}
			}
		})
	}
	for worker := range 2 {
		writers.Go(func() {
			for i := range 50 {
				id := fmt.Sprint(i/2*2 + worker)
				if _, err := c.UpsertItem(t.Context(), pk("p"), fmt.Appendf(nil, `{"id":"%s","pk":"p","a":%d,"b":%d}`, id, i, i), nil); err != nil {
					t.Error(err)
				}
				if i%10 == 0 {
					if _, err := c.DeleteItem(t.Context(), pk("p"), id, nil); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
}
