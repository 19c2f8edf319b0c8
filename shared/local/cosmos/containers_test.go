package cosmos_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/local/cosmos"
	"leadflow/shared/topology"
)

func TestADatabaseCanBeCreatedListedReadAndDeleted(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	ctx := t.Context()
	if _, err := a.client.CreateDatabase(ctx, azcosmos.DatabaseProperties{ID: "second"}, nil); err != nil {
		t.Fatal(err)
	}
	_, err := a.client.CreateDatabase(ctx, azcosmos.DatabaseProperties{ID: "second"}, nil)
	wantStatus(t, err, http.StatusConflict)

	list := func(text string, o *azcosmos.QueryDatabasesOptions) (ids []string) {
		pager := a.client.NewQueryDatabasesPager(text, o)
		for pager.More() {
			p, err := pager.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range p.Databases {
				ids = append(ids, d.ID)
			}
		}
		return ids
	}
	if got := list("SELECT * FROM c", nil); !slices.Equal(got, []string{"db", "second"}) {
		t.Errorf("databases %v", got)
	}
	only := &azcosmos.QueryDatabasesOptions{QueryParameters: []azcosmos.QueryParameter{{Name: "@id", Value: "second"}}}
	if got := list("SELECT * FROM root r WHERE r.id = @id", only); !slices.Equal(got, []string{"second"}) {
		t.Errorf("databases of that id %v", got)
	}
	d, err := a.client.NewDatabase("second")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := d.Read(ctx, nil); err != nil || r.DatabaseProperties.ID != "second" || r.DatabaseProperties.ResourceID == "" {
		t.Errorf("read %v, %v", r.DatabaseProperties, err)
	}
	if _, err := d.Delete(ctx, nil); err != nil {
		t.Fatal(err)
	}
	_, err = d.Read(ctx, nil)
	wantStatus(t, err, http.StatusNotFound)
}

func TestAContainerCanBeCreatedListedReadAndDeleted(t *testing.T) {
	a := open(t, cosmos.Options{}, nil)
	ctx := t.Context()
	d, err := a.client.NewDatabase("db")
	if err != nil {
		t.Fatal(err)
	}
	ttl := int32(60)
	properties := azcosmos.ContainerProperties{ID: "new", DefaultTimeToLive: &ttl, PartitionKeyDefinition: azcosmos.PartitionKeyDefinition{Paths: []string{"/a/b"}}}
	if _, err := d.CreateContainer(ctx, properties, nil); err != nil {
		t.Fatal(err)
	}
	_, err = d.CreateContainer(ctx, properties, nil)
	wantStatus(t, err, http.StatusConflict)

	c := a.container(t, "new")
	r, err := c.Read(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := r.ContainerProperties; *p.DefaultTimeToLive != 60 || p.PartitionKeyDefinition.Paths[0] != "/a/b" || p.IndexingPolicy.IncludedPaths[0].Path != "/*" {
		t.Errorf("properties %+v", p)
	}
	create(t, c, "x", `{"id":"1","a":{"b":"x"}}`)

	pager := d.NewQueryContainersPager("SELECT * FROM c WHERE c.id != 'x'", nil)
	p, err := pager.NextPage(ctx)
	if err != nil || len(p.Containers) != 1 || p.Containers[0].ID != "new" {
		t.Errorf("containers %v, %v", p.Containers, err)
	}
	if _, err := c.Delete(ctx, nil); err != nil {
		t.Fatal(err)
	}
	_, err = c.ReadItem(ctx, pk("x"), "1", nil)
	wantStatus(t, err, http.StatusNotFound)
	if _, err := d.CreateContainer(ctx, properties, nil); err != nil {
		t.Fatal(err)
	}
	_, err = c.ReadItem(ctx, pk("x"), "1", nil)
	wantStatus(t, err, http.StatusNotFound)
}

func TestADefinitionThatCannotBeKeptIsRefused(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	const key = `"partitionKey":{"paths":["/pk"],"kind":"Hash"}`
	for name, definition := range map[string]string{
		"no id":                                     `{` + key + `}`,
		"an id with a slash":                        `{"id":"a/b",` + key + `}`,
		"no partition key":                          `{"id":"x"}`,
		"hierarchical partition keys":               `{"id":"x","partitionKey":{"paths":["/a","/b"],"kind":"MultiHash","version":2}}`,
		"a partition key path without a slash":      `{"id":"x","partitionKey":{"paths":["pk"],"kind":"Hash"}}`,
		"a system property as the key":              `{"id":"x","partitionKey":{"paths":["/_etag"],"kind":"Hash"}}`,
		"unique keys":                               `{"id":"x",` + key + `,"uniqueKeyPolicy":{"uniqueKeys":[{"paths":["/a"]}]}}`,
		"a TTL of zero":                             `{"id":"x",` + key + `,"defaultTtl":0}`,
		"a TTL of -2":                               `{"id":"x",` + key + `,"defaultTtl":-2}`,
		"a policy without the root":                 `{"id":"x",` + key + `,"indexingPolicy":{"indexingMode":"consistent","automatic":true,"includedPaths":[{"path":"/a/?"}]}}`,
		"a policy path without end":                 `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/a"}]}}`,
		"a policy path of the document's elements":  `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/[]/?"}]}}`,
		"a policy path of the elements' properties": `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/a/[]/b/?"}]}}`,
		"a policy path of what is below elements":   `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/a/[]/*"}]}}`,
		"a policy path of the elements' elements":   `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/a/[]/[]/?"}]}}`,
		"a policy path with [] joined to a name":    `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/a[]/?"}]}}`,
		"a policy path that ends with []":           `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/a/[]"}]}}`,
		"a policy path with a wildcard within":      `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/a/*/b/?"}]}}`,
		"a policy path with an open quote":          `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/\"a/[]/?"}]}}`,
		"a partition key path into an array":        `{"id":"x","partitionKey":{"paths":["/a/[]"],"kind":"Hash"}}`,
		"a policy path given twice":                 `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/*"}]}}`,
		"lazy indexing":                             `{"id":"x",` + key + `,"indexingPolicy":{"indexingMode":"lazy","includedPaths":[{"path":"/*"}]}}`,
		"manual indexing":                           `{"id":"x",` + key + `,"indexingPolicy":{"automatic":false,"includedPaths":[{"path":"/*"}]}}`,
		"composite indexes":                         `{"id":"x",` + key + `,"indexingPolicy":{"includedPaths":[{"path":"/*"}],"compositeIndexes":[]}}`,
		"two objects":                               `{"id":"x",` + key + `}{}`,
		"not JSON":                                  `{`,
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(a, sign("POST", "/dbs/db/colls", "colls", "dbs/db", []byte(definition)))
			if r.StatusCode != http.StatusBadRequest {
				t.Errorf("status %d, want 400: %s", r.StatusCode, body(t, r))
			}
		})
	}
	t.Run("throughput", func(t *testing.T) {
		d, _ := a.client.NewDatabase("db")
		throughput := azcosmos.NewManualThroughputProperties(400)
		_, err := d.CreateContainer(t.Context(), azcosmos.ContainerProperties{ID: "x", PartitionKeyDefinition: azcosmos.PartitionKeyDefinition{Paths: []string{"/pk"}}},
			&azcosmos.CreateContainerOptions{ThroughputProperties: &throughput})
		wantStatus(t, err, http.StatusBadRequest)
	})
}

func TestReplacingAContainerChangesItsTTLAndIndexes(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	ctx := t.Context()
	c := a.container(t, "things")
	for _, n := range []string{"1", "2", "3", "4"} {
		create(t, c, "p", `{"id":"`+n+`","pk":"p","n":`+n+`}`)
	}
	count := func() int {
		q, err := query(ctx, c, everywhere(), "SELECT * FROM c WHERE c.n = 3", nil)
		if err != nil || len(q.rows) != 1 {
			t.Fatalf("%d rows, %v", len(q.rows), err)
		}
		return q.examined
	}
	if got := count(); got != 1 {
		t.Errorf("%d documents examined on an included path, want 1", got)
	}
	r, err := c.Read(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	ttl := int32(10)
	p := *r.ContainerProperties
	p.DefaultTimeToLive = &ttl
	p.IndexingPolicy = &azcosmos.IndexingPolicy{Automatic: true, IndexingMode: azcosmos.IndexingModeConsistent, ExcludedPaths: []azcosmos.ExcludedPath{{Path: "/*"}}}
	if _, err := c.Replace(ctx, p, nil); err != nil {
		t.Fatal(err)
	}
	if got := count(); got != 4 {
		t.Errorf("%d documents examined on a path that is not included any more, want all 4", got)
	}
	a.clock.advance(11e9)
	_, err = c.ReadItem(ctx, pk("p"), "1", nil)
	wantStatus(t, err, http.StatusNotFound)

	p.PartitionKeyDefinition.Paths = []string{"/other"}
	_, err = c.Replace(ctx, p, nil)
	wantStatus(t, err, http.StatusBadRequest)
}

func TestEnsureDatabaseTakesTheTopologyAndCanRunAgain(t *testing.T) {
	a := open(t, cosmos.Options{}, topology.Load().Containers)
	c := a.container(t, topology.ContainerMails)
	create(t, c, "m", `{"id":"m"}`)
	before, err := c.Read(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if ttl := before.ContainerProperties.DefaultTimeToLive; ttl == nil || *ttl != 7776000 {
		t.Errorf("the TTL of mails is %v", ttl)
	}
	if err := a.server.EnsureDatabase("db", topology.Load().Containers); err != nil {
		t.Fatal(err)
	}
	after, err := c.Read(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if *before.ContainerProperties.ETag != *after.ContainerProperties.ETag {
		t.Error("a second run changed a container that was as wanted")
	}
	read(t, c, "m", "m")

	changed := topology.Load().Containers
	for i := range changed {
		changed[i].DefaultTTL = new(5)
		changed[i].IndexingPolicy = json.RawMessage(`{"indexingMode":"none"}`)
	}
	if err := a.server.EnsureDatabase("db", changed); err != nil {
		t.Fatal(err)
	}
	a.clock.advance(6e9)
	_, err = c.ReadItem(t.Context(), pk("m"), "m", nil)
	wantStatus(t, err, http.StatusNotFound)

	changed[0].PartitionKey.Paths = []string{"/other"}
	if err := a.server.EnsureDatabase("db", changed); err == nil || !strings.Contains(err.Error(), changed[0].ID) {
		t.Errorf("another partition key: %v", err)
	}
}
