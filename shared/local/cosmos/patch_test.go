package cosmos_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/local/cosmos"
)

const patchable = `{"id":"1","pk":"p","n":1,"text":"a","deep":{"x":1},"list":[1,2],"a/b":{"~":0}}`

func TestAPatchChangesMembers(t *testing.T) {
	for name, test := range map[string]struct {
		patch func(*azcosmos.PatchOperations)
		want  map[string]any // nil: gone
	}{
		"set adds":                  {func(p *azcosmos.PatchOperations) { p.AppendSet("/new", "x") }, map[string]any{"new": "x"}},
		"set replaces":              {func(p *azcosmos.PatchOperations) { p.AppendSet("/text", "b") }, map[string]any{"text": "b"}},
		"set within an object":      {func(p *azcosmos.PatchOperations) { p.AppendSet("/deep/y", 2) }, map[string]any{"deep": map[string]any{"x": 1.0, "y": 2.0}}},
		"add replaces":              {func(p *azcosmos.PatchOperations) { p.AppendAdd("/text", "b") }, map[string]any{"text": "b"}},
		"replace":                   {func(p *azcosmos.PatchOperations) { p.AppendReplace("/list", []int{3}) }, map[string]any{"list": []any{3.0}}},
		"remove":                    {func(p *azcosmos.PatchOperations) { p.AppendRemove("/deep/x") }, map[string]any{"deep": map[string]any{}}},
		"incr":                      {func(p *azcosmos.PatchOperations) { p.AppendIncrement("/n", -3) }, map[string]any{"n": -2.0}},
		"incr of what is not there": {func(p *azcosmos.PatchOperations) { p.AppendIncrement("/m", 3) }, map[string]any{"m": 3.0}},
		"a path with escapes":       {func(p *azcosmos.PatchOperations) { p.AppendIncrement("/a~1b/~0", 1) }, map[string]any{"a/b": map[string]any{"~": 1.0}}},
		"one operation after another": {func(p *azcosmos.PatchOperations) {
			p.AppendSet("/o", map[string]any{})
			p.AppendSet("/o/x", 1)
			p.AppendRemove("/text")
		}, map[string]any{"o": map[string]any{"x": 1.0}, "text": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, cosmos.Options{}, plainContainers())
			c := a.container(t, "things")
			create(t, c, "p", patchable)
			var p azcosmos.PatchOperations
			test.patch(&p)
			if _, err := c.PatchItem(t.Context(), pk("p"), "1", p, nil); err != nil {
				t.Fatal(err)
			}
			got, want := read(t, c, "p", "1"), object(t, []byte(patchable))
			for name, value := range test.want {
				if want[name] = value; value == nil {
					delete(want, name)
				}
			}
			for _, name := range []string{"_rid", "_self", "_etag", "_ts", "_attachments"} {
				delete(got, name)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("\n got %v\nwant %v", got, want)
			}
		})
	}
}

func TestAPatchThatCannotBeAppliedChangesNothing(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	tag := create(t, c, "p", patchable).ETag
	operation := func(op string) string { return `{"operations":[{"op":"set","path":"/n","value":99},` + op + `]}` }
	for name, test := range map[string]struct {
		body string
		want int
	}{
		"replacing what is not there":     {operation(`{"op":"replace","path":"/x","value":1}`), 400},
		"removing what is not there":      {operation(`{"op":"remove","path":"/x"}`), 400},
		"a parent that is not there":      {operation(`{"op":"set","path":"/x/y","value":1}`), 400},
		"a parent that is a text":         {operation(`{"op":"set","path":"/text/y","value":1}`), 400},
		"an element of an array":          {operation(`{"op":"set","path":"/list/0","value":1}`), 400},
		"the end of an array":             {operation(`{"op":"add","path":"/list/-","value":1}`), 400},
		"incr of a text":                  {operation(`{"op":"incr","path":"/text","value":1}`), 400},
		"incr by a text":                  {operation(`{"op":"incr","path":"/n","value":"1"}`), 400},
		"a number out of range":           {operation(`{"op":"set","path":"/big","value":1.7e308},{"op":"incr","path":"/big","value":1.7e308}`), 400},
		"no value":                        {operation(`{"op":"set","path":"/x"}`), 400},
		"the root":                        {operation(`{"op":"set","path":"/","value":{}}`), 400},
		"no path":                         {operation(`{"op":"set","value":{}}`), 400},
		"a path without a slash":          {operation(`{"op":"set","path":"x","value":1}`), 400},
		"a system property":               {operation(`{"op":"set","path":"/_ts","value":1}`), 400},
		"the id":                          {operation(`{"op":"set","path":"/id","value":"2"}`), 400},
		"the partition key":               {operation(`{"op":"set","path":"/pk","value":"q"}`), 400},
		"removing the partition key":      {operation(`{"op":"remove","path":"/pk"}`), 400},
		"a ttl of zero":                   {operation(`{"op":"set","path":"/ttl","value":0}`), 400},
		"move":                            {operation(`{"op":"move","path":"/x","from":"/n"}`), 400},
		"an unknown operation":            {operation(`{"op":"swap","path":"/x","value":1}`), 400},
		"no operations":                   {`{"operations":[]}`, 400},
		"eleven operations":               {`{"operations":[` + strings.Repeat(`{"op":"incr","path":"/n","value":1},`, 10) + `{"op":"incr","path":"/n","value":1}]}`, 400},
		"an unknown member":               {`{"operations":[{"op":"incr","path":"/n","value":1}],"if":"x"}`, 400},
		"not JSON":                        {`{`, 400},
		"too deep":                        {operation(`{"op":"set","path":"/x","value":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`), 400},
		"a condition that does not parse": {`{"condition":"WHERE c.n = 1","operations":[{"op":"incr","path":"/n","value":1}]}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			const link = "dbs/db/colls/things/docs/1"
			r := sign("PATCH", "/"+link, "docs", link, []byte(test.body))
			r.Header.Set("x-ms-documentdb-partitionkey", `["p"]`)
			if answer := serve(a, r); answer.StatusCode != test.want {
				t.Errorf("status %d, want %d: %.200s", answer.StatusCode, test.want, body(t, answer))
			}
			if got := read(t, c, "p", "1"); got["n"] != 1.0 || got["_etag"] != string(tag) {
				t.Errorf("the document changed: %v", got)
			}
		})
	}
	t.Run("ten operations are served", func(t *testing.T) {
		var p azcosmos.PatchOperations
		for range 10 {
			p.AppendIncrement("/n", 1)
		}
		if _, err := c.PatchItem(t.Context(), pk("p"), "1", p, nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("a document that grows over 2 MB", func(t *testing.T) {
		half := strings.Repeat("x", 1<<20)
		create(t, c, "p", `{"id":"big","pk":"p","a":"`+half+`"}`)
		var p azcosmos.PatchOperations
		p.AppendSet("/b", half)
		_, err := c.PatchItem(t.Context(), pk("p"), "big", p, nil)
		wantStatus(t, err, http.StatusRequestEntityTooLarge)
	})
	t.Run("a missing document", func(t *testing.T) {
		var p azcosmos.PatchOperations
		p.AppendSet("/n", 1)
		_, err := c.PatchItem(t.Context(), pk("p"), "2", p, nil)
		wantStatus(t, err, http.StatusNotFound)
	})
}

func TestTheConditionOfAPatchDecides(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", patchable)
	for condition, want := range map[string]int{
		"FROM c WHERE c.n = 2":                        http.StatusPreconditionFailed,
		"from c where c.text = 'b'":                   http.StatusPreconditionFailed,
		"FROM c WHERE NOT c.missing = 1":              http.StatusPreconditionFailed,
		"FROM c WHERE c.text = 'a' AND c.deep.x = 1":  0,
		"FROM lead l WHERE NOT IS_DEFINED(l.missing)": 0,
	} {
		var p azcosmos.PatchOperations
		p.SetCondition(condition)
		p.AppendSet("/seen", condition)
		_, err := c.PatchItem(t.Context(), pk("p"), "1", p, nil)
		if got := status(err); got != want {
			t.Errorf("%s: status %d, want %d: %v", condition, got, want, err)
		}
		if applied := read(t, c, "p", "1")["seen"] == condition; applied != (want == 0) {
			t.Errorf("%s: applied = %t", condition, applied)
		}
	}
}

func TestNoIncrementOfConcurrentPatchesIsLost(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p","n":0}`)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 10 {
				var p azcosmos.PatchOperations
				p.AppendIncrement("/n", 1)
				if _, err := c.PatchItem(t.Context(), pk("p"), "1", p, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := read(t, c, "p", "1")["n"]; n != 160.0 {
		t.Errorf("n = %v, want 160", n)
	}
}
