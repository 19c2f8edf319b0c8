package azfunc

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each file in testdata/host is one request of the real host, recorded byte for byte with its chunk framing
// (host 4.1037; bodies and property values were chosen for the recording).

const recordedID = "3f0c9b52-7d0e-4d0b-9a77-1c2b3d4e5f60"

var (
	leadBody     = []byte("{\"LeadSource\":\"AzureMarketplace\",\"UserDetails\":{\"FirstName\":\"Zoë\",\"LastName\":\"O'Brien\"}}\n")
	shadowBody   = []byte(`{"MessageId":"from-the-body","deliverycount":"99","ApplicationProperties":{"x":1},"Email":"a@b.example","sys":"gone"}`)
	enqueued     = time.Date(2026, 11, 22, 9, 41, 7, 0, time.UTC)
	someProperty = map[string]any{"schema": "1", "attempt": int64(2), "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
)

var recordedMessages = map[string]Message{
	"queue-binary": {Body: leadBody, ID: "9f86d081884c7d65", DeliveryCount: 1, EnqueuedAt: enqueued, SequenceNumber: 42,
		ContentType: "application/json", Properties: someProperty},
	"queue-string": {Body: leadBody, ID: "9f86d081884c7d65", DeliveryCount: 1, EnqueuedAt: enqueued, SequenceNumber: 42,
		ContentType: "application/json", Properties: someProperty},
	"queue-string-text": {Body: []byte("plain text, not JSON"), ID: "text", DeliveryCount: 1, EnqueuedAt: enqueued, SequenceNumber: 46,
		ContentType: "text/plain"},
	"queue-binary-empty":    {Body: []byte{}, ID: "empty", DeliveryCount: 1, EnqueuedAt: enqueued, SequenceNumber: 45},
	"queue-binary-not-utf8": {Body: []byte{0xff, 0xfe, 0x00, 0x80}, ID: "not-text", DeliveryCount: 1, EnqueuedAt: enqueued, SequenceNumber: 44},
	"queue-binary-shadowed": {Body: shadowBody, ID: "real-id", DeliveryCount: 3, EnqueuedAt: enqueued, SequenceNumber: 43,
		ContentType: "application/json"},
	// Without dataType binary the host itself replaced the broker's values by those of the body.
	"queue-string-shadowed": {Body: shadowBody, ID: "from-the-body", DeliveryCount: 99, EnqueuedAt: enqueued, SequenceNumber: 43,
		ContentType: "application/json", Properties: map[string]any{"x": int64(1)}},
	"deadletter-binary": {Body: leadBody, ID: "9f86d081884c7d65", DeliveryCount: 1, EnqueuedAt: enqueued, SequenceNumber: 47,
		ContentType: "application/json",
		Properties: map[string]any{"DeadLetterReason": "MaxDeliveryCountExceeded",
			"DeadLetterErrorDescription": "Message could not be consumed after 10 delivery attempts."},
		DeadLetterReason:      "MaxDeliveryCountExceeded",
		DeadLetterDescription: "Message could not be consumed after 10 delivery attempts.",
		DeadLetterSource:      "leads"},
}

var (
	recordedLast = time.Date(2026, 11, 22, 9, 35, 0, 0, time.UTC)
	recordedNext = time.Date(2026, 11, 22, 9, 40, 0, 0, time.UTC)
)

var recordedTimers = map[string]Timer{
	"timer":          {Last: recordedLast, Next: recordedNext},
	"timer-past-due": {IsPastDue: true, Last: recordedLast, Next: recordedNext},
	"timer-retry":    {},
}

// recordedRequest is what an HTTP function has to see.
type recordedRequest struct {
	method, offerID, code string
	source                []string
	contentType, body     string
}

const (
	jsonType, formType = "application/json; charset=utf-8", "application/x-www-form-urlencoded; charset=utf-8"
	jsonBody, formBody = `{"UserDetails":{"FirstName":"Zoë"}}`, "first=Zo%C3%AB&last=x"
)

var recordedRequests = map[string]recordedRequest{
	"http-proxy-length":  {"POST", "contoso.backup-preview", "k/ey", []string{"a", "b c"}, jsonType, jsonBody},
	"http-proxy-chunked": {"POST", "contoso.backup-preview", "k/ey", []string{"a", "b c"}, jsonType, jsonBody},
	"http-proxy-expect":  {"POST", "contoso.backup-preview", "k/ey", []string{"a", "b c"}, jsonType, jsonBody},
	"http-proxy-form":    {"POST", "contoso.backup-preview", "k/ey", []string{"a", "b c"}, formType, formBody},
	"http-proxy-get":     {"GET", "contoso.backup-preview", "k/ey", []string{"a", "b c"}, "", ""},
	"http-proxy-head":    {"HEAD", "contoso.backup-preview", "k/ey", []string{"a", "b c"}, "", ""},
	// Forwarding joins repeated keys with commas.
	"http-forward-length": {"POST", "contoso.backup-preview", "k/ey", []string{"a,b c"}, jsonType, jsonBody},
	"http-forward-expect": {"POST", "contoso.backup-preview", "k/ey", []string{"a,b c"}, jsonType, jsonBody},
	"http-forward-form":   {"POST", "contoso.backup-preview", "k/ey", []string{"a,b c"}, formType, formBody},
	"http-forward-get":    {"GET", "contoso.backup-preview", "k/ey", []string{"a,b c"}, "", ""},
	"http-forward-head":   {"HEAD", "contoso.backup-preview", "k/ey", []string{"a,b c"}, "", ""},
}

func recorded(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "host", name+".http"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryRecordedRequestHasAnExpectation(t *testing.T) {
	files, err := filepath.Glob("testdata/host/*.http")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings (%v)", err)
	}
	expected := 0
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".http")
		_, message := recordedMessages[name]
		_, timer := recordedTimers[name]
		_, request := recordedRequests[name]
		if !message && !timer && !request {
			t.Errorf("%s is tested by nothing", f)
		}
		expected++
	}
	if n := len(recordedMessages) + len(recordedTimers) + len(recordedRequests); n != expected {
		t.Errorf("%d expectations for %d recordings", n, expected)
	}
}

func TestARecordedMessageIsDecodedWhole(t *testing.T) {
	for name, want := range recordedMessages {
		t.Run(name, func(t *testing.T) {
			s, log := newServer()
			var got Message
			var id string
			f := QueueFunction{Run: func(ctx context.Context, m Message) Outcome {
				got, id = m, InvocationID(ctx)
				return Done()
			}}
			s.Queue("ingest", f)
			s.Queue("rescue", f)
			line := wantAnswer(t, send(t, start(t, s), recorded(t, name)), 200)
			if want.Properties == nil {
				want.Properties = map[string]any{}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %#v\nwant %#v", got, want)
			}
			if id != recordedID {
				t.Errorf("invocation id %q, want %q", id, recordedID)
			}
			record := log.only(t)
			if record["invocationId"] != recordedID || record["outcome"] != "done" || record["deliveryCount"] != float64(want.DeliveryCount) {
				t.Errorf("logged %v", record)
			}
			if fn := record["function"].(string); !strings.HasPrefix(line, fn+": done in ") {
				t.Errorf("answered %q for function %s", line, fn)
			}
		})
	}
}

func TestARecordedTimerIsDecodedWhole(t *testing.T) {
	for name, want := range recordedTimers {
		t.Run(name, func(t *testing.T) {
			s, log := newServer()
			var got Timer
			var id string
			s.Timer("remind", func(ctx context.Context, tm Timer) error {
				got, id = tm, InvocationID(ctx)
				return nil
			})
			wantAnswer(t, send(t, start(t, s), recorded(t, name)), 200)
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if id != recordedID {
				t.Errorf("invocation id %q, want %q", id, recordedID)
			}
			if record := log.only(t); record["invocationId"] != recordedID || record["isPastDue"] != want.IsPastDue {
				t.Errorf("logged %v", record)
			}
		})
	}
}

func TestARecordedRequestReachesItsHTTPFunction(t *testing.T) {
	for name, want := range recordedRequests {
		t.Run(name, func(t *testing.T) {
			s, log := newServer()
			var got recordedRequest
			var id string
			s.HTTP("capture", "leads/{offerId?}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Errorf("read the body: %s", err)
				}
				q := r.URL.Query()
				got = recordedRequest{r.Method, r.PathValue("offerId"), q.Get("code"), q["source"], r.Header.Get("Content-Type"), string(body)}
				id = InvocationID(r.Context())
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(http.StatusAccepted)
				io.WriteString(w, "thank you")
			}))
			resp := send(t, start(t, s), recorded(t, name))
			if resp.StatusCode != 202 || resp.Header.Get("Retry-After") != "7" {
				t.Errorf("status %d, Retry-After %q", resp.StatusCode, resp.Header.Get("Retry-After"))
			}
			if wantBody := map[bool]string{true: "", false: "thank you"}[want.method == "HEAD"]; resp.body != wantBody {
				t.Errorf("answered %q, want %q", resp.body, wantBody)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %#v\nwant %#v", got, want)
			}
			if id != recordedID {
				t.Errorf("invocation id %q, want %q", id, recordedID)
			}
			record := log.only(t)
			if record["invocationId"] != recordedID || record["function"] != "capture" || record["status"] != float64(202) || record["method"] != want.method {
				t.Errorf("logged %v", record)
			}
			for _, secret := range []string{"k/ey", "k%2Fey", "code", "contoso", "source", "Zo"} {
				if strings.Contains(log.String(), secret) {
					t.Errorf("the log holds %q of the request: %s", secret, log)
				}
			}
		})
	}
}

func TestARecordedRequestIsDecodedInPieces(t *testing.T) {
	s, _ := newServer()
	var got Message
	s.Queue("ingest", keep(&got))
	addr := start(t, s)
	conn := dial(t, addr)
	request := recorded(t, "queue-binary")
	for piece := range slices.Chunk(request, 97) {
		if _, err := conn.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	wantAnswer(t, receive(t, conn, request), 200)
	if want := recordedMessages["queue-binary"]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v", got)
	}
}
