package cosmos_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/local/cosmos"
)

// sign makes a request as the account key signs it; link is the signed resource.
func sign(method, path, kind, link string, content []byte) *http.Request {
	r := httptest.NewRequest(method, "http://local/", bytes.NewReader(content))
	r.URL.Path, r.URL.RawPath = path, ""
	const date = "mon, 02 mar 2026 09:00:00 gmt"
	key, _ := base64.StdEncoding.DecodeString(cosmos.EmulatorKey)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s\n%s\n%s\n%s\n\n", strings.ToLower(method), kind, link, date)
	r.Header.Set("x-ms-date", date)
	r.Header.Set("Authorization", url.QueryEscape("type=master&ver=1.0&sig="+base64.StdEncoding.EncodeToString(mac.Sum(nil))))
	return r
}

func serve(a *account, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, r)
	return w.Result()
}

func TestTheAccountDocumentPointsBackAtTheServer(t *testing.T) {
	a := open(t, cosmos.Options{}, nil)
	r := serve(a, sign("GET", "/", "", "", nil))
	var account struct {
		WritableLocations, ReadableLocations []struct{ DatabaseAccountEndpoint string }
	}
	if err := json.NewDecoder(r.Body).Decode(&account); err != nil {
		t.Fatal(err)
	}
	if len(account.WritableLocations) != 1 || account.WritableLocations[0].DatabaseAccountEndpoint != "http://local/" {
		t.Errorf("writable locations %v", account.WritableLocations)
	}
	if len(account.ReadableLocations) != 1 || account.ReadableLocations[0].DatabaseAccountEndpoint != "http://local/" {
		t.Errorf("readable locations %v", account.ReadableLocations)
	}
}

func TestAnotherKeyIsRefused(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	credential, err := azcosmos.NewKeyCredential(base64.StdEncoding.EncodeToString([]byte("another key")))
	if err != nil {
		t.Fatal(err)
	}
	client, err := azcosmos.NewClientWithKey(a.url, credential, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c, err := client.NewContainer("db", "things")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.ReadItem(t.Context(), pk("p"), "1", nil)
	wantStatus(t, err, http.StatusUnauthorized)
}

func TestAMalformedAuthorizationIsRefused(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	good := sign("GET", "/dbs/db", "dbs", "dbs/db", nil)
	if r := serve(a, good); r.StatusCode != http.StatusOK {
		t.Fatalf("the well-formed one: %d %s", r.StatusCode, body(t, r))
	}
	signature := strings.TrimPrefix(good.Header.Get("Authorization"), url.QueryEscape("type=master&ver=1.0&sig="))
	for name, authorization := range map[string]string{
		"none":                    "",
		"a stray percent sign":    "%",
		"not even a signature":    "type=master",
		"an empty signature":      "type%3dmaster%26ver%3d1.0%26sig%3d",
		"a signature not base64":  "type%3dmaster%26ver%3d1.0%26sig%3d!!!",
		"a short signature":       "type%3dmaster%26ver%3d1.0%26sig%3dAAAA",
		"an Entra ID token":       "type%3daad%26ver%3d1.0%26sig%3d" + signature,
		"a resource token":        "type%3dresource%26ver%3d1.0%26sig%3d" + signature,
		"a bearer token":          "Bearer abc",
		"only the signature":      signature,
		"another version":         "type%3dmaster%26ver%3d2.0%26sig%3d" + signature,
		"something after the sig": good.Header.Get("Authorization") + "x",
	} {
		t.Run(name, func(t *testing.T) {
			r := sign("GET", "/dbs/db", "dbs", "dbs/db", nil)
			r.Header.Set("Authorization", authorization)
			if got := serve(a, r).StatusCode; got != http.StatusUnauthorized {
				t.Errorf("status %d, want 401", got)
			}
		})
	}
}

func TestASignatureServesOnlyWhatItSigned(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	for name, r := range map[string]*http.Request{
		"another verb":         sign("GET", "/dbs/db", "dbs", "dbs/db", nil),
		"another link":         sign("GET", "/dbs/db", "dbs", "dbs/other", nil),
		"another type":         sign("GET", "/dbs/db", "colls", "dbs/db", nil),
		"another date":         sign("GET", "/dbs/db", "dbs", "dbs/db", nil),
		"a link in lower case": sign("GET", "/dbs/DB", "dbs", "dbs/db", nil),
	} {
		switch name {
		case "another verb":
			r.Method = "DELETE"
		case "another date":
			r.Header.Set("x-ms-date", "Tue, 03 Mar 2026 09:00:00 GMT")
		}
		if got := serve(a, r).StatusCode; got != http.StatusUnauthorized {
			t.Errorf("%s: status %d, want 401", name, got)
		}
	}
}

func TestOpenNeedsAKeyInBase64(t *testing.T) {
	for _, key := range []string{"", "not base64!"} {
		if s, err := cosmos.Open(cosmos.Options{Key: key}); err == nil {
			t.Errorf("the key %q was accepted", key)
			s.Close()
		}
	}
}

func TestAFaultAnswersInsteadOfTheStore(t *testing.T) {
	status := http.StatusTooManyRequests
	a := open(t, cosmos.Options{Fault: func(r *http.Request) int {
		if strings.HasSuffix(r.URL.Path, "/docs") {
			return status
		}
		return 0
	}}, plainContainers())
	c := a.container(t, "things")
	_, err := c.CreateItem(t.Context(), pk("p"), []byte(`{"id":"1","pk":"p"}`), nil)
	wantStatus(t, err, http.StatusTooManyRequests)
	if e, ok := errors.AsType[*azcore.ResponseError](err); !ok || e.RawResponse.Header.Get("x-ms-retry-after-ms") == "" {
		t.Error("a 429 does not say when to come again")
	}
	status = http.StatusServiceUnavailable
	_, err = c.CreateItem(t.Context(), pk("p"), []byte(`{"id":"1","pk":"p"}`), nil)
	wantStatus(t, err, http.StatusServiceUnavailable)
	status = 0
	create(t, c, "p", `{"id":"1","pk":"p"}`)
}

func TestAHeaderThatCouldChangeTheResultIsRefused(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	create(t, a.container(t, "things"), "p", `{"id":"1","pk":"p"}`)
	for name, policy := range map[string]header{
		"a trigger":             {"x-ms-documentdb-pre-trigger-include", "t"},
		"an indexing directive": {"x-ms-indexing-directive", "Exclude"},
		"an unknown one":        {"x-ms-something-new", "1"},
		"If-Modified-Since":     {"If-Modified-Since", "Mon, 02 Mar 2026 09:00:00 GMT"},
		"If-Match on a read":    {"If-Match", "x"},
		"a continuation":        {"x-ms-continuation", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.containerWith(t, "things", policy).ReadItem(t.Context(), pk("p"), "1", nil)
			wantStatus(t, err, http.StatusBadRequest)
		})
	}
	t.Run("a header given twice", func(t *testing.T) {
		r := sign("GET", "/dbs/db", "dbs", "dbs/db", nil)
		r.Header["X-Ms-Activity-Id"] = []string{"1", "2"}
		if got := serve(a, r).StatusCode; got != http.StatusBadRequest {
			t.Errorf("status %d, want 400", got)
		}
	})
}

func TestWhatIsNotServedIsRefused(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	create(t, c, "p", `{"id":"1","pk":"p"}`)
	ctx := t.Context()

	t.Run("a transactional batch", func(t *testing.T) {
		b := c.NewTransactionalBatch(pk("p"))
		b.DeleteItem("1", nil)
		_, err := c.ExecuteTransactionalBatch(ctx, b, nil)
		wantStatus(t, err, http.StatusBadRequest)
	})
	t.Run("read-many", func(t *testing.T) {
		_, err := c.ReadManyItems(ctx, []azcosmos.ItemIdentity{{ID: "1", PartitionKey: pk("p")}}, nil)
		wantStatus(t, err, http.StatusBadRequest)
	})
	t.Run("the change feed", func(t *testing.T) {
		_, err := c.ReadChangeFeed(ctx, &azcosmos.ChangeFeedOptions{FeedRange: &azcosmos.FeedRange{MaxExclusive: "FF"}})
		wantStatus(t, err, http.StatusBadRequest)
	})
	t.Run("a query plan", func(t *testing.T) {
		_, err := query(ctx, a.containerWith(t, "things", header{"x-ms-cosmos-is-query-plan-request", "True"}), everywhere(), "SELECT * FROM c", nil)
		wantStatus(t, err, http.StatusBadRequest)
	})
	t.Run("index metrics", func(t *testing.T) {
		_, err := query(ctx, c, everywhere(), "SELECT * FROM c", &azcosmos.QueryOptions{PopulateIndexMetrics: true})
		wantStatus(t, err, http.StatusBadRequest)
	})
	t.Run("reading a throughput that nothing has", func(t *testing.T) {
		if _, err := c.ReadThroughput(ctx, nil); err == nil {
			t.Error("there is a throughput")
		}
	})
	t.Run("a stored procedure", func(t *testing.T) {
		r := serve(a, sign("POST", "/dbs/db/colls/things/sprocs/s", "sprocs", "dbs/db/colls/things/sprocs/s", []byte("[]")))
		if r.StatusCode != http.StatusNotFound {
			t.Errorf("status %d, want 404", r.StatusCode)
		}
	})
	t.Run("an unknown verb", func(t *testing.T) {
		r := serve(a, sign("OPTIONS", "/dbs/db", "dbs", "dbs/db", nil))
		if r.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("status %d, want 405", r.StatusCode)
		}
	})
	if got := read(t, c, "p", "1")["id"]; got != "1" {
		t.Errorf("the refused requests changed the document: id %v", got)
	}
}

func TestRequestsAreCountedByKindAndContainer(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	c := a.container(t, "things")
	ctx := t.Context()
	create(t, c, "p", `{"id":"1","pk":"p"}`)
	c.CreateItem(ctx, pk("p"), []byte(`{"id":"1","pk":"p"}`), nil) // 409 counts too
	read(t, c, "p", "1")
	c.ReplaceItem(ctx, pk("p"), "1", []byte(`{"id":"1","pk":"p"}`), nil)
	c.UpsertItem(ctx, pk("p"), []byte(`{"id":"1","pk":"p"}`), nil)
	var ops azcosmos.PatchOperations
	ops.AppendSet("/a", 1)
	c.PatchItem(ctx, pk("p"), "1", ops, nil)
	query(ctx, c, pk("p"), "SELECT * FROM c", nil)
	c.DeleteItem(ctx, pk("p"), "1", nil)
	read := a.server.Requests()
	want := map[string]int{"create things": 2, "read things": 1, "replace things": 1, "upsert things": 1, "patch things": 1, "query things": 1, "delete things": 1}
	if fmt.Sprint(read) != fmt.Sprint(want) {
		t.Errorf("counted %v, want %v", read, want)
	}
	read["create things"] = 100
	if a.server.Requests()["create things"] != 2 {
		t.Error("the caller can change the counts")
	}
}

func TestThePartitionKeyRangesAreOneAndDoNotChange(t *testing.T) {
	a := open(t, cosmos.Options{}, plainContainers())
	ranges, err := a.container(t, "things").ReadFeedRanges(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(ranges) != 1 || ranges[0].MinInclusive != "" || ranges[0].MaxExclusive != "FF" {
		t.Errorf("ranges %v", ranges)
	}
	const link = "dbs/db/colls/things"
	first := serve(a, sign("GET", "/"+link+"/pkranges", "pkranges", link, nil))
	again := sign("GET", "/"+link+"/pkranges", "pkranges", link, nil)
	again.Header.Set("If-None-Match", first.Header.Get("etag"))
	if got := serve(a, again).StatusCode; got != http.StatusNotModified {
		t.Errorf("status %d for ranges that have not changed, want 304", got)
	}
}
