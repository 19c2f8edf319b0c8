package cosmos_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/local/cosmos"
	"leadflow/shared/topology"
)

// TestMain turns the test binary into a server when a test starts it as a child process to be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("COSMOS_CHILD_DIR"); dir != "" {
		serveAsChild(dir)
	}
	os.Exit(m.Run())
}

func serveAsChild(dir string) {
	s, err := cosmos.Open(cosmos.Options{Key: cosmos.EmulatorKey, Dir: dir})
	if err != nil {
		log.Fatal(err)
	}
	if err := s.EnsureDatabase("db", plainContainers()); err != nil {
		log.Fatal(err)
	}
	address := os.Getenv("COSMOS_CHILD_ADDRESS")
	if address == "" {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/\n", l.Addr())
	log.Fatal(http.Serve(l, s))
}

// clock is a time that only a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// plainContainers are one container by each kind of partition key, without TTL and fully indexed.
func plainContainers() []topology.Container {
	return []topology.Container{
		{ID: "things", PartitionKey: topology.PartitionKey{Paths: []string{"/pk"}, Kind: "Hash", Version: 2}},
		{ID: "singles", PartitionKey: topology.PartitionKey{Paths: []string{"/id"}, Kind: "Hash", Version: 2}},
	}
}

// account is a running server and a client of it.
type account struct {
	server *cosmos.Server
	url    string
	client *azcosmos.Client
	clock  *clock
}

func open(t testing.TB, o cosmos.Options, containers []topology.Container) *account {
	t.Helper()
	a := &account{clock: newClock()}
	if o.Now == nil {
		o.Now = a.clock.now
	}
	o.Key = cosmos.EmulatorKey
	var err error
	if a.server, err = cosmos.Open(o); err != nil {
		t.Fatal(err)
	}
	if err := a.server.EnsureDatabase("db", containers); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(a.server)
	a.url = web.URL
	a.client = newClient(t, a.url)
	t.Cleanup(func() {
		web.Close()
		if err := a.server.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func newClient(t testing.TB, url string, policies ...policy.Policy) *azcosmos.Client {
	t.Helper()
	credential, err := azcosmos.NewKeyCredential(cosmos.EmulatorKey)
	if err != nil {
		t.Fatal(err)
	}
	client, err := azcosmos.NewClientWithKey(url, credential, &azcosmos.ClientOptions{ClientOptions: azcore.ClientOptions{
		Retry:           policy.RetryOptions{MaxRetries: -1},
		PerCallPolicies: policies,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func (a *account) container(t testing.TB, id string) *azcosmos.ContainerClient {
	t.Helper()
	c, err := a.client.NewContainer("db", id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// header is a policy that sets a request header.
type header struct{ name, value string }

func (h header) Do(r *policy.Request) (*http.Response, error) {
	r.Raw().Header.Set(h.name, h.value)
	return r.Next()
}

func (a *account) containerWith(t testing.TB, id string, policies ...policy.Policy) *azcosmos.ContainerClient {
	t.Helper()
	c, err := newClient(t, a.url, policies...).NewContainer("db", id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func pk(s string) azcosmos.PartitionKey { return azcosmos.NewPartitionKeyString(s) }

func create(t testing.TB, c *azcosmos.ContainerClient, partition, document string) azcosmos.ItemResponse {
	t.Helper()
	r, err := c.CreateItem(t.Context(), pk(partition), []byte(document), nil)
	if err != nil {
		t.Fatalf("create %s: %v", document, err)
	}
	return r
}

func read(t testing.TB, c *azcosmos.ContainerClient, partition, id string) map[string]any {
	t.Helper()
	r, err := c.ReadItem(t.Context(), pk(partition), id, nil)
	if err != nil {
		t.Fatalf("read %s: %v", id, err)
	}
	return object(t, r.Value)
}

func object(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return m
}

// status is that of an error of the client; 0 for none.
func status(err error) int {
	if e, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return e.StatusCode
	}
	if err != nil {
		return -1
	}
	return 0
}

func wantStatus(t testing.TB, err error, want int) {
	t.Helper()
	if got := status(err); got != want {
		t.Errorf("status %d, want %d: %v", got, want, err)
	}
}

// answer is what a query gave in all its pages.
type answer struct {
	rows     []string
	pages    int
	examined int
	charge   float32
}

func query(ctx context.Context, c *azcosmos.ContainerClient, partition azcosmos.PartitionKey, text string, o *azcosmos.QueryOptions) (answer, error) {
	var a answer
	pager := c.NewQueryItemsPager(text, partition, o)
	for pager.More() {
		p, err := pager.NextPage(ctx)
		if err != nil {
			return a, err
		}
		a.pages++
		a.charge += p.RequestCharge
		a.examined += examined(*p.QueryMetrics)
		for _, row := range p.Items {
			a.rows = append(a.rows, string(row))
		}
	}
	return a, nil
}

func examined(metrics string) int {
	for part := range strings.SplitSeq(metrics, ";") {
		var n int
		if _, err := fmt.Sscanf(part, "retrievedDocumentCount=%d", &n); err == nil {
			return n
		}
	}
	return -1
}

func parameters(values map[string]any) *azcosmos.QueryOptions {
	o := &azcosmos.QueryOptions{}
	for name, value := range values {
		o.QueryParameters = append(o.QueryParameters, azcosmos.QueryParameter{Name: name, Value: value})
	}
	return o
}

// everywhere is the partition key of a query across partitions.
func everywhere() azcosmos.PartitionKey { return azcosmos.NewPartitionKey() }

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
