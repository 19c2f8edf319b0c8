package azfunc

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestAMessageBodyIsReadInEveryEncoding(t *testing.T) {
	for name, c := range map[string]struct{ value, want string }{
		"bytes":                                      {`"aGVsbG8="`, "hello"},
		"bytes without padding need":                 {`"aGVsbG8h"`, "hello!"},
		"bytes with + and /":                         {`"+/+/"`, "\xfb\xff\xbf"},
		"bytes with escaped slashes":                 {`"\/\/4AgA=="`, "\xff\xfe\x00\x80"},
		"no bytes":                                   {`""`, ""},
		"text twice encoded":                         {`"\"plain\""`, "plain"},
		"empty text twice encoded":                   {`"\"\""`, ""},
		"text twice encoded that looks like base64":  {`"\"aGVsbG8=\""`, "aGVsbG8="},
		"JSON text twice encoded":                    {`"\"{\\\"a\\\":\\\"b\\\"}\""`, `{"a":"b"}`},
		"a JSON string as text twice encoded":        {`"\"\\\"a\\\"\""`, `"a"`},
		"text once encoded":                          {`"plain text"`, "plain text"},
		"JSON text once encoded":                     {`"{\"a\":1}"`, `{"a":1}`},
		"text in one quotation mark":                 {`"\""`, `"`},
		"text in quotation marks that is no JSON":    {`"\"a\" and \"b\""`, `"a" and "b"`},
		"base64 without its padding is text":         {`"aGVsbG8"`, "aGVsbG8"},
		"base64 with bits left over is text":         {`"aGVsbG9="`, "aGVsbG9="},
		"base64 of URLs is text":                     {`"_-_-"`, "_-_-"},
		"base64 in lines is text":                    {`"aGVs\r\nbG8h"`, "aGVs\r\nbG8h"},
		"text once encoded that is base64 by chance": {`"test"`, "\xb5\xeb\x2d"},
		"a number twice encoded":                     {`"5"`, "5"},
		"an object":                                  {`{"a": 1}`, `{"a": 1}`},
		"an array":                                   {`[1, 2]`, `[1, 2]`},
		"a number":                                   {`1.50`, `1.50`},
		"a bool":                                     {`true`, `true`},
		"null":                                       {`null`, ``},
		"letters of all kinds":                       {`"\"Zo\u00eb \ud83d\ude00\""`, "Zoë 😀"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newServer()
			var got Message
			s.Queue("ingest", keep(&got))
			wantAnswer(t, post(s, "ingest", `{"Data":{"message": `+c.value+` }}`), 200)
			if string(got.Body) != c.want {
				t.Errorf("got %q, want %q", got.Body, c.want)
			}
		})
	}
}

func TestAnUnusualEnvelopeIsReadAllTheSame(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 41, 7, 0, time.UTC)
	for name, c := range map[string]struct {
		envelope string
		want     Message
	}{
		"the binding has another name": {
			`{"Data":{"mySbMsg":"aGVsbG8="},"Metadata":{"MessageId":"\"m\""}}`,
			Message{Body: []byte("hello"), ID: "m"}},
		"the binding is one of several": {
			`{"Data":{"a":"","message":"aGVsbG8=","z":""}}`,
			Message{Body: []byte("hello")}},
		"names in other letter case": {
			`{"data":{"message":"aGVsbG8="},"METADATA":{"messageid":"\"m\"","DELIVERYCOUNT":"2","correlationID":"\"c\"","enqueuedTimeUTC":"2026-11-22T09:41:07"}}`,
			Message{Body: []byte("hello"), ID: "m", DeliveryCount: 2, CorrelationID: "c", EnqueuedAt: at}},
		"values once encoded by an older host": {
			`{"Data":{"message":"plain text"},"Metadata":{"MessageId":"m","DeliveryCount":2,"SequenceNumber":9007199254740993,"ContentType":"text/plain"}}`,
			Message{Body: []byte("plain text"), ID: "m", DeliveryCount: 2, SequenceNumber: 9007199254740993, ContentType: "text/plain"}},
		"numbers twice encoded": {
			`{"Data":{"message":""},"Metadata":{"DeliveryCount":"\"99\"","SequenceNumber":"\"42\""}}`,
			Message{Body: []byte{}, DeliveryCount: 99, SequenceNumber: 42}},
		"an id that is a number": {
			`{"Data":{"message":""},"Metadata":{"MessageId":12}}`,
			Message{Body: []byte{}, ID: "12"}},
		"an id in quotation marks": {
			`{"Data":{"message":""},"Metadata":{"MessageId":"\"\\\"m\\\"\""}}`,
			Message{Body: []byte{}, ID: `"m"`}},
		"a time only in local form": {
			`{"Data":{"message":""},"Metadata":{"EnqueuedTime":"2026-11-22T10:41:07+01:00"}}`,
			Message{Body: []byte{}, EnqueuedAt: at}},
		"a time with a fraction and Z, twice encoded": {
			`{"Data":{"message":""},"Metadata":{"EnqueuedTimeUtc":"\"2026-11-22T09:41:07.0000000Z\""}}`,
			Message{Body: []byte{}, EnqueuedAt: at}},
		"values that are none": {
			`{"Data":{"message":""},"Metadata":{"MessageId":null,"DeliveryCount":"many","SequenceNumber":"99999999999999999999","EnqueuedTimeUtc":"yesterday","Subject":{},"ContentType":[]}}`,
			Message{Body: []byte{}}},
		"properties of every type": {
			`{"Data":{"message":""},"Metadata":{"ApplicationProperties":{"s":"x","t":true,"f":false,"n":9007199254740993,"d":1.5,"e":1e3,"big":1e999,"null":null,"o":{"a":1},"a":[1]}}}`,
			Message{Body: []byte{}, Properties: map[string]any{"s": "x", "t": true, "f": false, "n": int64(9007199254740993), "d": 1.5, "e": 1e3}}},
		"properties in a JSON string": {
			`{"Data":{"message":""},"Metadata":{"ApplicationProperties":"{\"attempt\":2}"}}`,
			Message{Body: []byte{}, Properties: map[string]any{"attempt": int64(2)}}},
		"properties that are no object": {
			`{"Data":{"message":""},"Metadata":{"ApplicationProperties":"gone"}}`,
			Message{Body: []byte{}}},
		"a dead letter without a reason": {
			`{"Data":{"message":""},"Metadata":{"DeadLetterSource":"\"mails\"","ApplicationProperties":{"DeadLetterReason":null}}}`,
			Message{Body: []byte{}, DeadLetterSource: "mails"}},
		"no metadata": {
			`{"Data":{"message":"aGVsbG8="},"Metadata":null}`,
			Message{Body: []byte("hello")}},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newServer()
			var got Message
			s.Queue("ingest", keep(&got))
			wantAnswer(t, post(s, "ingest", c.envelope), 200)
			if c.want.Properties == nil {
				c.want.Properties = map[string]any{}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %#v\nwant %#v", got, c.want)
			}
		})
	}
}

func TestAnUnusualTimerIsReadAllTheSame(t *testing.T) {
	last := time.Date(2026, 11, 22, 9, 35, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		envelope string
		want     Timer
	}{
		"the binding has another name": {`{"Data":{"myTimer":{"IsPastDue":true}}}`, Timer{IsPastDue: true}},
		"names in other letter case":   {`{"Data":{"timer":{"scheduleStatus":{"last":"2026-11-22T09:35:00Z"},"isPastDue":true}}}`, Timer{IsPastDue: true, Last: last}},
		"in a JSON string":             {`{"Data":{"timer":"{\"IsPastDue\":true}"}}`, Timer{IsPastDue: true}},
		"times with another offset":    {`{"Data":{"timer":{"ScheduleStatus":{"Last":"2026-11-22T18:35:00+09:00"}}}}`, Timer{Last: last}},
		"the first firing ever":        {`{"Data":{"timer":{"ScheduleStatus":{"Last":"0001-01-01T00:00:00","Next":"2026-11-22T09:35:00+00:00"}}}}`, Timer{Next: last}},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newServer()
			var got Timer
			s.Timer("remind", func(_ context.Context, tm Timer) error { got = tm; return nil })
			wantAnswer(t, post(s, "remind", c.envelope), 200)
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestAnEnvelopeThatCannotBeReadIsRefused(t *testing.T) {
	for name, envelope := range map[string]string{
		"nothing":                         ``,
		"no JSON":                         `hello`,
		"half of it":                      `{"Data":{"message":"aGVs`,
		"two of them":                     `{"Data":{"message":""}}{"Data":{"message":""}}`,
		"an array":                        `[]`,
		"null":                            `null`,
		"no Data":                         `{"Metadata":{}}`,
		"empty Data":                      `{"Data":{}}`,
		"Data that is no object":          `{"Data":"aGVsbG8="}`,
		"Metadata that is no object":      `{"Data":{"message":""},"Metadata":[]}`,
		"several bindings of other names": `{"Data":{"a":"","b":""}}`,
		"JSON that is very deep":          `{"Data":{"message":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s, log := newServer()
			s.Queue("ingest", QueueFunction{Run: func(context.Context, Message) Outcome {
				t.Error("the function was called")
				return Done()
			}})
			if line := wantAnswer(t, post(s, "ingest", envelope), 400); !strings.HasPrefix(line, "ingest: read the envelope: ") {
				t.Errorf("answered %q", line)
			}
			if r := log.only(t); r["level"] != "ERROR" || r["status"] != 400.0 {
				t.Errorf("logged %v", r)
			}
		})
	}
}

func TestATimerThatIsNoObjectIsRefused(t *testing.T) {
	for _, value := range []string{`null`, `"null"`, `1`, `"soon"`, `[]`, `{"IsPastDue":"perhaps"}`, `"{"`} {
		s, _ := newServer()
		s.Timer("remind", func(context.Context, Timer) error {
			t.Error("the function was called")
			return nil
		})
		wantAnswer(t, post(s, "remind", `{"Data":{"timer":`+value+`}}`), 400)
	}
}

func TestTheLargestMessageFitsAndALargerEnvelopeIsRefused(t *testing.T) {
	s, _ := newServer()
	var got Message
	s.Queue("ingest", keep(&got))
	body := bytes.Repeat([]byte{0}, 256<<10)

	wantAnswer(t, post(s, "ingest", binaryEnvelope(body)), 200)
	if !bytes.Equal(got.Body, body) {
		t.Errorf("%d bytes arrived as base64", len(got.Body))
	}
	wantAnswer(t, post(s, "ingest", textEnvelope(string(body))), 200)
	if !bytes.Equal(got.Body, body) {
		t.Errorf("%d bytes arrived as text", len(got.Body))
	}
	wantAnswer(t, post(s, "ingest", binaryEnvelope(make([]byte, 3<<20))), 413)
}

// binaryEnvelope and textEnvelope write a message as the host does with and without dataType binary.
func binaryEnvelope(body []byte) string {
	return `{"Data":{"message":"` + base64.StdEncoding.EncodeToString(body) + `"},"Metadata":{}}`
}

func textEnvelope(body string) string {
	return `{"Data":{"message":` + quoted(quoted(body)) + `},"Metadata":{}}`
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func FuzzAMessageArrivesAsItWasSent(f *testing.F) {
	f.Add([]byte("hello"))
	f.Add([]byte(""))
	f.Add([]byte(`"in quotation marks"`))
	f.Add([]byte("aGVsbG8="))
	f.Add([]byte{0xff, 0xfe, 0x00, 0x80})
	f.Add([]byte("\u2028<>&\x00\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for name, envelope := range map[string]string{"binary": binaryEnvelope(body), "text": textEnvelope(string(body))} {
			if name == "text" && !utf8.Valid(body) {
				continue // no text
			}
			e, err := decodeEnvelope([]byte(envelope))
			if err != nil {
				t.Fatal(err)
			}
			m, err := e.message()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(m.Body, body) {
				t.Errorf("%s: %q arrived as %q", name, body, m.Body)
			}
		}
	})
}

func FuzzAnEnvelopeNeverBreaksTheDecoder(f *testing.F) {
	for _, s := range []string{
		aMessage, `{"Data":{"timer":{"ScheduleStatus":null,"IsPastDue":false}}}`, `{"Data":{"message":"\"\\\"\""}}`,
		`{"Data":{"x":[[[]]]},"Metadata":{"MessageId":"\"","ApplicationProperties":"{\"a\":1e999}"}}`, `{"Data":null}`, `[`, ``,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeEnvelope(b)
		if err != nil {
			return
		}
		m, merr := e.message()
		_, terr := e.timer()
		if merr != nil && terr == nil && len(e.Data) == 1 {
			t.Errorf("one binding that is a timer but no message: %s", merr)
		}
		if merr != nil {
			return
		}
		if len(m.Body) > 3*len(b) { // each byte that is no text becomes the three bytes of U+FFFD
			t.Errorf("a body of %d bytes out of an envelope of %d", len(m.Body), len(b))
		}
		if m.EnqueuedAt.Location() != time.UTC {
			t.Errorf("time %s is not in UTC", m.EnqueuedAt)
		}
		for key, v := range m.Properties {
			switch v.(type) {
			case string, bool, int64, float64:
			default:
				t.Errorf("property %q is a %T", key, v)
			}
			m.Text(key)
			m.Int(key)
		}
	})
}
