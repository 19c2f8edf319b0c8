package azfunc

import (
	"fmt"
	"strconv"
	"time"
)

// Message is one Service Bus message as its trigger delivers it.
//
// The trigger has to say "dataType": "binary" in function.json. Without it the top-level fields of a
// JSON body overwrite same-named values of the broker, and every field but Body is the sender's word.
type Message struct {
	// Body is the message's bytes, as sent, whether text or not.
	Body []byte
	// ID is the MessageId.
	ID string
	// DeliveryCount is 1 for the first delivery.
	DeliveryCount int
	// EnqueuedAt is when the queue accepted the message, in UTC and whole seconds; zero if unknown.
	EnqueuedAt time.Time
	// SequenceNumber is the broker's own number of the message.
	SequenceNumber int64

	ContentType, Subject, CorrelationID string

	// Properties are the application properties. As decoded they are string, bool, int64 or float64,
	// so they can be put into a copy of the message as they are; null values are left out, and the map
	// is never nil.
	Properties map[string]any

	// DeadLetterReason and DeadLetterDescription say why the message is in a dead-letter queue, from its
	// properties DeadLetterReason and DeadLetterErrorDescription.
	DeadLetterReason, DeadLetterDescription string
	// DeadLetterSource is the queue a dead letter came from, where the broker says it.
	DeadLetterSource string
}

// Text returns a property as text: numbers and bools as they are written, "" when there is none.
func (m Message) Text(key string) string {
	switch v := m.Properties[key].(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// Int returns a property that is a whole number, also one written as text; 0 when there is none or it is
// anything else or does not fit.
func (m Message) Int(key string) int {
	n, err := strconv.Atoi(m.Text(key))
	if err != nil {
		return 0
	}
	return n
}

// Timer is one firing of a timerTrigger.
type Timer struct {
	// IsPastDue says that this firing is late: one or more were missed.
	IsPastDue bool
	// Last and Next are the firing before this one and the one after it, in UTC. Both are zero when the
	// host does not monitor the schedule, Last also at the first firing ever.
	Last, Next time.Time
}
