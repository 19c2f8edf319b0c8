package host

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// envelope is the body of an invocation that is not plain HTTP.
type envelope struct {
	Data     object
	Metadata object
}

// object is a JSON object whose members have an order, as the real host's have.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := encode(m.name)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// encode is json.Marshal without its escapes for HTML, which the real host does not use.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// quoted is a value that is no object, as the real host sends it: a JSON string that holds JSON.
type quoted struct{ value any }

// MarshalJSON encodes twice.
func (q quoted) MarshalJSON() ([]byte, error) {
	inner, err := encode(q.value)
	if err != nil {
		return nil, err
	}
	return encode(string(inner))
}

// sys is what the host adds to every Metadata.
func sys(function string, now time.Time) member {
	return member{"sys", object{
		{"MethodName", function},
		{"UtcNow", now.UTC().Truncate(100).Format(time.RFC3339Nano)}, // .NET counts in 100 ns
		{"RandGuid", uuid.NewString()},
	}}
}
