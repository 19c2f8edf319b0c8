package host

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"
	"github.com/google/uuid"
)

// recording is one request of the real host.
func recording(t *testing.T, name string) (raw []byte, req *http.Request, body []byte) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	req, body = parse(t, raw)
	return raw, req, body
}

func parse(t *testing.T, raw []byte) (*http.Request, []byte) {
	t.Helper()
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	return req, body
}

// headers are the headers of a raw request, in their letters and sorted by name.
func headers(raw []byte) []string {
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")[1:]
	slices.Sort(lines)
	return lines
}

// changing is what differs from call to call, with the form it has.
var changing = []*regexp.Regexp{
	regexp.MustCompile(`("UtcNow":)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z"`),
	regexp.MustCompile(`("RandGuid":)"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"`),
}

// steady replaces what changes by its name, if it has its form.
func steady(body []byte, more ...*regexp.Regexp) string {
	s := string(body)
	for _, r := range append(slices.Clone(changing), more...) {
		s = r.ReplaceAllString(s, `$1"changes"`)
	}
	return s
}

// sortProperties puts ApplicationProperties in alphabetical order: Go's client does not keep that of the sender.
func sortProperties(t *testing.T, body string) string {
	t.Helper()
	return regexp.MustCompile(`("(?:Application|User)Properties":)(\{[^{}]*\})`).ReplaceAllStringFunc(body, func(m string) string {
		name, value, _ := strings.Cut(m, ":")
		var v map[string]any
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return name + ":" + string(b)
	})
}

func ptr[T any](v T) *T { return &v }

// recorded is the message that was recorded most often.
func recorded() *azservicebus.ReceivedMessage {
	return &azservicebus.ReceivedMessage{
		DeliveryCount:  1,
		LockToken:      [16]byte(uuid.MustParse("7d9c2a1e-53f8-4a5b-9e0c-2f4f6b1c8d01")),
		EnqueuedTime:   ptr(time.Date(2026, 11, 22, 9, 41, 7, 999, time.UTC)),
		TimeToLive:     ptr(14 * 24 * time.Hour),
		MessageID:      "9f86d081884c7d65",
		SequenceNumber: ptr(int64(42)),
	}
}

var recordedClient = object{
	{"FullyQualifiedNamespace", "sb-example.servicebus.windows.net"},
	{"IsClosed", false},
	{"TransportType", 0},
	{"Identifier", "sb-example.servicebus.windows.net-1b4c"},
}

func TestMessagesHaveTheRecordedEnvelope(t *testing.T) {
	const lead = `{"LeadSource":"AzureMarketplace","UserDetails":{"FirstName":"Zoë","LastName":"O'Brien"}}` + "\n"
	const shadowing = `{"MessageId":"from-the-body","deliverycount":"99","ApplicationProperties":{"x":1},"Email":"a@b.example","sys":"gone"}`
	properties := map[string]any{"schema": "1", "attempt": int32(2), "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
	for _, c := range []struct {
		file   string
		binary bool
		body   string
		change func(m *azservicebus.ReceivedMessage)
	}{
		{"queue-binary.http", true, lead, func(m *azservicebus.ReceivedMessage) {
			m.ContentType, m.ApplicationProperties = ptr("application/json"), properties
		}},
		{"queue-string.http", false, lead, func(m *azservicebus.ReceivedMessage) {
			m.ContentType, m.ApplicationProperties = ptr("application/json"), properties
		}},
		{"queue-string-shadowed.http", false, shadowing, func(m *azservicebus.ReceivedMessage) {
			m.DeliveryCount, m.MessageID, m.ContentType, m.SequenceNumber = 3, "real-id", ptr("application/json"), ptr(int64(43))
		}},
		{"queue-binary-shadowed.http", true, shadowing, func(m *azservicebus.ReceivedMessage) {
			m.DeliveryCount, m.MessageID, m.ContentType, m.SequenceNumber = 3, "real-id", ptr("application/json"), ptr(int64(43))
		}},
		{"queue-binary-not-utf8.http", true, "\xff\xfe\x00\x80", func(m *azservicebus.ReceivedMessage) {
			m.MessageID, m.SequenceNumber = "not-text", ptr(int64(44))
		}},
		{"queue-binary-empty.http", true, "", func(m *azservicebus.ReceivedMessage) {
			m.MessageID, m.SequenceNumber = "empty", ptr(int64(45))
		}},
		{"queue-string-text.http", false, "plain text, not JSON", func(m *azservicebus.ReceivedMessage) {
			m.MessageID, m.ContentType, m.SequenceNumber = "text", ptr("text/plain"), ptr(int64(46))
		}},
		{"deadletter-binary.http", true, lead, func(m *azservicebus.ReceivedMessage) {
			m.ContentType, m.SequenceNumber, m.DeadLetterSource = ptr("application/json"), ptr(int64(47)), ptr("leads")
			m.ApplicationProperties = map[string]any{
				"DeadLetterReason":           "MaxDeliveryCountExceeded",
				"DeadLetterErrorDescription": "Message could not be consumed after 10 delivery attempts.",
			}
		}},
	} {
		t.Run(c.file, func(t *testing.T) {
			_, req, want := recording(t, c.file)
			m := recorded()
			m.Body = []byte(c.body)
			c.change(m)
			f := Function{Name: req.URL.Path[1:], parameter: "message", binary: c.binary}
			e, err := messageEnvelope(f, recordedClient, m, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			got, err := encode(e)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := sortProperties(t, steady(got)), sortProperties(t, steady(want)); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestTimersHaveTheRecordedEnvelope(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 35, 0, 0, time.UTC)
	for file, pastDue := range map[string]bool{"timer.http": false, "timer-past-due.http": true} {
		_, req, want := recording(t, file)
		f := Function{Name: req.URL.Path[1:], parameter: "timer", schedule: schedule{monitored: true}}
		got, err := encode(timerEnvelope(f, status{last: at, next: at.Add(5 * time.Minute), updated: at}, pastDue, time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		if steady(got) != steady(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
	f := Function{Name: "often", parameter: "timer"}
	got, err := encode(timerEnvelope(f, status{}, false, time.Now()))
	if err != nil || !strings.Contains(string(got), `"ScheduleStatus":null`) {
		t.Errorf("a timer without a record: %s, %v", got, err)
	}
}

func TestRequestsOfEnvelopesAreTheRecordedOnes(t *testing.T) {
	d := newDouble(t, nil, nil)
	h, _ := startHandler(t, 0, d)
	raw, _, _ := recording(t, "queue-binary.http")
	if err := h.invoke(t.Context(), "ingest", envelope{Data: object{{"message", "x"}}, Metadata: object{}}); err != nil {
		t.Fatal(err)
	}
	got := next(t, d.calls).Request
	line := func(b []byte) string { l, _, _ := strings.Cut(string(b), "\r\n"); return l }
	if line(got) != line(raw) {
		t.Errorf("request line %q, want %q", line(got), line(raw))
	}
	own := regexp.MustCompile(`(?m)^(Host: 127\.0\.0\.1:)\d+$|^(X-Azure-Functions-InvocationId: )[0-9a-f-]{36}$`)
	hide := func(b []byte) []string {
		h := headers(b)
		for i := range h {
			h[i] = own.ReplaceAllString(h[i], "$1$2*")
		}
		return h
	}
	if !slices.Equal(hide(got), hide(raw)) {
		t.Errorf("headers\n%q\nwant\n%q", hide(got), hide(raw))
	}
	if !bytes.HasSuffix(got, []byte("\r\n0\r\n\r\n")) {
		t.Errorf("the body is not chunked: %q", got)
	}
}

func TestMetadataLeavesOutWhatIsNullAndHasTheRest(t *testing.T) {
	m := &azservicebus.ReceivedMessage{
		ReplyTo: ptr("r"), To: ptr("t"), Subject: ptr("s"), CorrelationID: ptr("c"),
		SessionID: ptr("se"), ReplyToSessionID: ptr("rs"), PartitionKey: ptr("p"),
	}
	var names []string
	for _, m := range messageMetadata("f", object{}, m, time.Now()) {
		names = append(names, m.name)
	}
	want := "MessageReceiver MessageSession MessageActions SessionActions ReceiveActions Client DeliveryCount LockToken " +
		"ExpiresAtUtc ExpiresAt ReplyTo To Subject Label CorrelationId ApplicationProperties UserProperties " +
		"SessionId ReplyToSessionId PartitionKey sys"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestAMessageWithoutAnEndExpiresAtTheEndOfTime(t *testing.T) {
	m := recorded()
	m.TimeToLive = nil
	if got := expiry(m); !got.Equal(never) {
		t.Errorf("expires at %s", got)
	}
}

func TestAnyApplicationPropertyFitsIntoTheEnvelope(t *testing.T) {
	id := uuid.New()
	m := recorded()
	m.ApplicationProperties = map[string]any{
		"bytes": []byte{1, 2}, "uuid": amqp.UUID(id), "nan": float64(0) / zero(), "float": float32(1.5),
		"time": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "symbol": amqp.Symbol("s"), "map": map[any]any{1: 2}, "nil": nil, "not \xff text": "\xff",
	}
	e, err := messageEnvelope(Function{binary: true}, object{}, m, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b, err := encode(e)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Metadata struct{ ApplicationProperties map[string]any }
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"bytes": "AQI=", "uuid": id.String(), "nan": "NaN", "float": 1.5, "time": "2026-01-02T03:04:05Z",
		"symbol": "s", "map": "map[1:2]", "nil": nil, "not \ufffd text": "\ufffd",
	}
	if p := got.Metadata.ApplicationProperties; !reflect.DeepEqual(p, want) {
		t.Errorf("got %v, want %v", p, want)
	}
}

func zero() float64 { return 0 }

func TestABodyThatIsNotBytesIsRefused(t *testing.T) {
	m := recorded()
	m.RawAMQPMessage = &azservicebus.AMQPAnnotatedMessage{Body: azservicebus.AMQPAnnotatedMessageBody{Value: "text"}}
	if _, err := messageEnvelope(Function{binary: true}, object{}, m, time.Now()); err == nil {
		t.Error("an AMQP value is taken for bytes")
	}
	m.RawAMQPMessage.Body = azservicebus.AMQPAnnotatedMessageBody{Data: [][]byte{[]byte("a"), []byte("b")}}
	e, err := messageEnvelope(Function{binary: true}, object{}, m, time.Now())
	if err != nil || e.Data[0].value != base64.StdEncoding.EncodeToString([]byte("ab")) {
		t.Errorf("two data sections are %v, %v", e.Data, err)
	}
}

func TestFieldsOfABodyShadowMetadataAsTheRealHostLetsThem(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"what is there keeps its spelling and its place", `{"ID":"x"}`, `{"id":"\"x\"","n":"1"}`},
		{"what is not there comes last", `{"b":"x","a":"y"}`, `{"id":"0","n":"1","b":"\"x\"","a":"\"y\""}`},
		{"numbers and booleans become text", `{"n":1.50,"t":true,"f":false}`, `{"id":"0","n":"\"1.50\"","t":"\"True\"","f":"\"False\""}`},
		{"lists and nulls are passed over", `{"id":[1],"n":null}`, `{"id":"0","n":"1"}`},
		{"objects stay objects", `{"id":{"a":{"b":[1]}}}`, `{"id":{"a":{"b":[1]}},"n":"1"}`},
		{"the last of equal names wins", `{"id":"x","Id":"y"}`, `{"id":"\"y\"","n":"1"}`},
		{"names that end in trigger are the host's", `{"timerTrigger":"x"}`, `{"id":"0","n":"1"}`},
		{"a list shadows nothing", `[{"id":"x"}]`, `{"id":"0","n":"1"}`},
		{"text shadows nothing", `id`, `{"id":"0","n":"1"}`},
		{"broken JSON shadows nothing", `{"id":"x"`, `{"id":"0","n":"1"}`},
		{"two values shadow nothing", `{"id":"x"}{}`, `{"id":"0","n":"1"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := encode(shadow(object{{"id", quoted{0}}, {"n", quoted{1}}}, []byte(c.body)))
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

func FuzzAnyMessageBodyMakesAnEnvelope(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"MessageId":1,"messageid":{"a":[]}}`, "\xff", `{"a":"\ud800"}`, strings.Repeat("[", 100), `{"sys":{"x":null},"":0}`} {
		f.Add([]byte(seed), seed)
	}
	f.Fuzz(func(t *testing.T, body []byte, property string) {
		m := recorded()
		m.Body, m.MessageID = body, property
		m.ApplicationProperties = map[string]any{property: property}
		for _, binary := range []bool{true, false} {
			e, err := messageEnvelope(Function{Name: "f", parameter: "m", binary: binary}, recordedClient, m, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			b, err := encode(e)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Data     map[string]string
				Metadata map[string]any
			}
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatalf("%v in %s", err, b)
			}
			if binary {
				if sent, err := base64.StdEncoding.DecodeString(got.Data["m"]); err != nil || !bytes.Equal(sent, body) {
					t.Fatalf("the body %q arrives as %q, %v", body, sent, err)
				}
			} else {
				var sent string
				if err := json.Unmarshal([]byte(got.Data["m"]), &sent); err != nil || sent != string([]rune(string(body))) {
					t.Fatalf("the body %q arrives as %q, %v", body, sent, err)
				}
			}
		}
	})
}
