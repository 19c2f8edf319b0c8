package azfunc

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// envelope is what the host posts to a function: the trigger's value under the name of its binding, and
// what the trigger knows about it.
type envelope struct {
	Data     map[string]json.RawMessage
	Metadata metadata
}

// metadata is the part of a serviceBusTrigger's metadata that a Message holds. encoding/json matches the
// names in any letter case.
type metadata struct {
	MessageID             text `json:"MessageId"`
	DeliveryCount         text
	SequenceNumber        text
	EnqueuedTimeUTC       text `json:"EnqueuedTimeUtc"`
	EnqueuedTime          text
	ContentType           text
	Subject               text
	CorrelationID         text `json:"CorrelationId"`
	DeadLetterSource      text
	ApplicationProperties properties
}

// decodeEnvelope reads a request body.
func decodeEnvelope(b []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil {
		return envelope{}, err
	}
	return e, nil
}

// trigger returns the trigger's value: the binding of that name, or else the only one there is.
func (e envelope) trigger(name string) (json.RawMessage, error) {
	if v, ok := e.Data[name]; ok {
		return v, nil
	}
	for _, v := range e.Data {
		if len(e.Data) == 1 {
			return v, nil
		}
	}
	return nil, fmt.Errorf("no %q among the %d entries of Data", name, len(e.Data))
}

// message reads the envelope of a serviceBusTrigger.
func (e envelope) message() (Message, error) {
	v, err := e.trigger("message")
	if err != nil {
		return Message{}, err
	}
	md := e.Metadata
	m := Message{
		Body:             messageBody(v),
		ID:               string(md.MessageID),
		DeliveryCount:    int(md.DeliveryCount.number()),
		EnqueuedAt:       md.EnqueuedTimeUTC.time(),
		SequenceNumber:   md.SequenceNumber.number(),
		ContentType:      string(md.ContentType),
		Subject:          string(md.Subject),
		CorrelationID:    string(md.CorrelationID),
		Properties:       md.ApplicationProperties,
		DeadLetterSource: string(md.DeadLetterSource),
	}
	if m.Properties == nil {
		m.Properties = map[string]any{}
	}
	if m.EnqueuedAt.IsZero() {
		m.EnqueuedAt = md.EnqueuedTime.time()
	}
	m.DeadLetterReason = m.Text("DeadLetterReason")
	m.DeadLetterDescription = m.Text("DeadLetterErrorDescription")
	return m, nil
}

// timer reads the envelope of a timerTrigger.
func (e envelope) timer() (Timer, error) {
	v, err := e.trigger("timer")
	if err != nil {
		return Timer{}, err
	}
	var info struct {
		// ScheduleStatus is null where the schedule is not monitored.
		ScheduleStatus *struct{ Last, Next text }
		IsPastDue      bool
	}
	v = opened(v)
	if !bytes.HasPrefix(v, []byte("{")) {
		return Timer{}, errors.New("the timer is no JSON object")
	}
	if err := json.Unmarshal(v, &info); err != nil {
		return Timer{}, fmt.Errorf("the timer: %w", err)
	}
	t := Timer{IsPastDue: info.IsPastDue}
	if s := info.ScheduleStatus; s != nil {
		t.Last, t.Next = s.Last.time(), s.Next.time()
	}
	return t, nil
}

// messageBody returns the bytes of a message from the value of its trigger.
//
// The host writes bytes (dataType binary) as base64, text as a JSON string inside a JSON string, and
// older hosts wrote text as one JSON string. Nothing in the envelope says which it is, so the content of
// the outer string decides, in this order:
//
//  1. it is itself a JSON string literal: text, encoded twice. Base64 has no quotation mark.
//  2. it is base64, in full groups of four with padding and nothing in between: bytes.
//  3. anything else is text, encoded once.
//
// So text encoded once that happens to be base64, like "null" or "test", is read wrongly. With dataType
// binary, which every queue function here has, it cannot occur.
//
// Any other JSON value is its own text, and null is no bytes.
func messageBody(v json.RawMessage) []byte {
	s, ok := jsonString(v)
	if !ok {
		if string(v) == "null" {
			return nil
		}
		return v
	}
	if inner, ok := jsonString([]byte(s)); ok {
		return []byte(inner)
	}
	if b, ok := fromBase64(s); ok {
		return b
	}
	return []byte(s)
}

// fromBase64 decodes standard base64. The decoder of the standard library skips line breaks, which the
// host never writes and text may have.
func fromBase64(s string) ([]byte, bool) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return b, err == nil
}

// jsonString returns what v holds if v is exactly one JSON string.
func jsonString(v []byte) (string, bool) {
	if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
		return "", false
	}
	var s string
	if err := json.Unmarshal(v, &s); err != nil {
		return "", false
	}
	return s, true
}

// opened returns the JSON that v holds if v is a JSON string, else v.
func opened(v []byte) []byte {
	if s, ok := jsonString(v); ok {
		return []byte(s)
	}
	return v
}

// text is one value of the metadata. The host writes a string twice encoded and anything else once
// ("\"abc\"", "1"); older hosts wrote strings once; a JSON number or bool is taken as it is written.
// Objects, arrays and null are no text.
type text string

// UnmarshalJSON never fails: what is no text leaves it empty.
func (t *text) UnmarshalJSON(v []byte) error {
	s, ok := jsonString(v)
	switch {
	case ok:
		*t = text(opened([]byte(s)))
	case len(v) > 0 && strings.IndexByte("{[n", v[0]) < 0:
		*t = text(v)
	default:
		*t = ""
	}
	return nil
}

// number returns t as a number, 0 if it is none.
func (t text) number() int64 {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// time returns t as a time in UTC, zero if it is none. The ...Utc values of the host have no zone.
func (t text) time() time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, string(t)); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// properties are the application properties of a message.
type properties map[string]any

// UnmarshalJSON never fails: what is no object has no properties. Values other than text, numbers and
// bools are left out: Service Bus has none, but for null.
func (p *properties) UnmarshalJSON(v []byte) error {
	*p = nil
	var values map[string]json.RawMessage
	if err := json.Unmarshal(opened(v), &values); err != nil {
		return nil
	}
	*p = make(properties, len(values))
	for key, v := range values {
		if value := scalar(v); value != nil {
			(*p)[key] = value
		}
	}
	return nil
}

// scalar returns a JSON value as string, bool, int64 (whole numbers that fit) or float64; nil for
// anything else.
func scalar(v json.RawMessage) any {
	if s, ok := jsonString(v); ok {
		return s
	}
	switch string(v) {
	case "true":
		return true
	case "false":
		return false
	}
	if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
		return n
	}
	var f float64
	if json.Unmarshal(v, &f) == nil && string(v) != "null" {
		return f
	}
	return nil
}
