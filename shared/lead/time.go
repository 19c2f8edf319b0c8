package lead

import (
	"fmt"
	"time"
)

// TimeLayout is how times are stored: UTC with a fixed width, because Cosmos DB compares them as strings.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// Time is an instant in UTC with millisecond precision, stored in TimeLayout.
type Time struct{ time.Time }

// At gives t as it is stored.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// String gives the time as it is stored.
func (t Time) String() string { return t.Format(TimeLayout) }

// MarshalJSON writes the time in TimeLayout.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// UnmarshalJSON reads a time in TimeLayout or, from other hands, in RFC 3339.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*t = Time{}
		return nil
	}
	p, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(b))
	if err != nil {
		return fmt.Errorf("read a stored time: %w", err)
	}
	*t = At(p)
	return nil
}
