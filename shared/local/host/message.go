package host

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/go-amqp"
	"github.com/google/uuid"
)

// messageEnvelope is the envelope for a message that f has received through client.
func messageEnvelope(f Function, client object, m *azservicebus.ReceivedMessage, now time.Time) (envelope, error) {
	body, err := messageBody(m)
	if err != nil {
		return envelope{}, err
	}
	metadata := messageMetadata(f.Name, client, m, now)
	if f.binary {
		return envelope{Data: object{{f.parameter, base64.StdEncoding.EncodeToString(body)}}, Metadata: metadata}, nil
	}
	return envelope{
		Data:     object{{f.parameter, quoted{string(body)}}},
		Metadata: shadow(metadata, body),
	}, nil
}

// messageBody is the bytes of a message.
func messageBody(m *azservicebus.ReceivedMessage) ([]byte, error) {
	if m.RawAMQPMessage == nil {
		return m.Body, nil
	}
	b := m.RawAMQPMessage.Body
	if b.Value != nil || len(b.Sequence) > 0 {
		return nil, errors.New("the body of the message is an AMQP value or sequence, the local host knows only bytes")
	}
	return bytes.Join(b.Data, nil), nil
}

// never is the end of .NET's time: what does not expire expires then.
var never = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// messageMetadata is what the broker says of a message, with the names and the order of the real host.
func messageMetadata(function string, client object, m *azservicebus.ReceivedMessage, now time.Time) object {
	var meta object
	for _, name := range []string{"MessageReceiver", "MessageSession", "MessageActions", "SessionActions", "ReceiveActions"} {
		meta = append(meta, member{name, object{}})
	}
	add := func(name string, value any) { meta = append(meta, member{name, value}) }
	text := func(name string, value *string) {
		if value != nil { // what is null is left out
			add(name, quoted{*value})
		}
	}
	add("Client", client)
	add("DeliveryCount", quoted{m.DeliveryCount})
	text("DeadLetterSource", m.DeadLetterSource)
	add("LockToken", quoted{uuid.UUID(m.LockToken).String()})
	addTime(&meta, "ExpiresAt", expiry(m))
	if m.EnqueuedTime != nil {
		addTime(&meta, "EnqueuedTime", *m.EnqueuedTime)
	}
	if m.MessageID != "" {
		add("MessageId", quoted{m.MessageID})
	}
	text("ContentType", m.ContentType)
	text("ReplyTo", m.ReplyTo)
	if m.SequenceNumber != nil {
		add("SequenceNumber", quoted{*m.SequenceNumber})
	}
	text("To", m.To)
	text("Subject", m.Subject)
	text("Label", m.Subject) // the older name
	text("CorrelationId", m.CorrelationID)
	properties := make(map[string]any, len(m.ApplicationProperties))
	for k, v := range m.ApplicationProperties {
		properties[k] = plain(v)
	}
	add("ApplicationProperties", properties)
	add("UserProperties", properties) // the older name
	text("SessionId", m.SessionID)
	text("ReplyToSessionId", m.ReplyToSessionID)
	text("PartitionKey", m.PartitionKey)
	return append(meta, sys(function, now))
}

// addTime adds a time in both its forms: without a zone, and with one. Neither has a fraction of a second.
func addTime(meta *object, name string, t time.Time) {
	*meta = append(*meta,
		member{name + "Utc", t.UTC().Format("2006-01-02T15:04:05")},
		member{name, t.UTC().Format("2006-01-02T15:04:05-07:00")})
}

func expiry(m *azservicebus.ReceivedMessage) time.Time {
	if raw := m.RawAMQPMessage; raw != nil && raw.Properties != nil && raw.Properties.AbsoluteExpiryTime != nil {
		return *raw.Properties.AbsoluteExpiryTime
	}
	if m.EnqueuedTime == nil || m.TimeToLive == nil || *m.TimeToLive <= 0 {
		return never
	}
	return m.EnqueuedTime.Add(*m.TimeToLive)
}

// plain turns an application property, which comes from outside, into what JSON can hold.
func plain(v any) any {
	switch v := v.(type) {
	case nil, bool, string, int8, int16, int32, int64, uint8, uint16, uint32, uint64, []byte, time.Time:
		return v
	case float32:
		return plain(float64(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return v
	case amqp.UUID:
		return uuid.UUID(v).String()
	}
	return fmt.Sprint(v)
}

// shadow overwrites Metadata with the fields of a message body that is a JSON object, as the real host does
// for a trigger value that is a string. Names are compared without regard to case and keep their first
// spelling; arrays and nulls are passed over; so is, like every name of that kind, "...trigger".
func shadow(meta object, body []byte) object {
	names, values, ok := fields(body)
	if !ok {
		return meta
	}
	index := make(map[string]int, len(meta)+len(names))
	for i, m := range meta {
		index[strings.ToLower(m.name)] = i
	}
	for i, name := range names {
		value := shadowValue(values[i])
		if value == nil || strings.HasSuffix(strings.ToLower(name), "trigger") {
			continue
		}
		key := strings.ToLower(name)
		if at, ok := index[key]; ok {
			meta[at].value = value
			continue
		}
		index[key] = len(meta)
		meta = append(meta, member{name, value})
	}
	return meta
}

// shadowValue is the form in which a field of a body comes into Metadata: objects as they are, everything else
// as text. Nil is not to be taken over.
func shadowValue(raw json.RawMessage) any {
	switch raw[0] {
	case '{':
		return raw
	case '[', 'n':
		return nil
	case 't':
		return quoted{"True"}
	case 'f':
		return quoted{"False"}
	case '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return nil
		}
		return quoted{s}
	}
	return quoted{string(raw)}
}

// fields reads the members of a JSON object in their order. It is not ok if b is anything else.
func fields(b []byte) (names []string, values []json.RawMessage, ok bool) {
	if !json.Valid(b) {
		return nil, nil, false
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, nil, false
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, nil, false
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, nil, false
		}
		names, values = append(names, name.(string)), append(values, value)
	}
	return names, values, true
}
