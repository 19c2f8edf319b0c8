package azfunc

import (
	"fmt"
	"time"
)

// Kind is what a queue function decided about its message.
type Kind int

// The three decisions. The zero Kind is none of them, so that a forgotten decision is never taken for
// success.
const (
	// KindDone: the message has had its effect.
	KindDone Kind = iota + 1
	// KindLater: the message is to come again.
	KindLater
	// KindNever: the message can never be handled and is kept for a human.
	KindNever
)

// String returns the word for k in logs.
func (k Kind) String() string {
	switch k {
	case KindDone:
		return "done"
	case KindLater:
		return "later"
	case KindNever:
		return "never"
	default:
		return "undecided"
	}
}

// Outcome is what a queue function decided about its message, and why. Only Done, Later and Never make
// one; a function that returns the zero Outcome is treated as one that panicked.
type Outcome struct {
	kind   Kind
	after  time.Duration
	reason string
}

// Done says that the message has had its effect.
func Done() Outcome { return Outcome{kind: KindDone} }

// Later says that the message is to come again after the given time; 0 or less means by the ordinary
// back-off. cause is logged and must hold no personal data.
func Later(after time.Duration, cause error) Outcome {
	o := Outcome{kind: KindLater, after: max(after, 0)}
	if cause != nil {
		o.reason = cause.Error()
	}
	return o
}

// Never says that the message can never be handled, and why. reason is logged and must hold no personal
// data.
func Never(reason string) Outcome { return Outcome{kind: KindNever, reason: reason} }

// Kind returns the decision.
func (o Outcome) Kind() Kind { return o.kind }

// After returns how long a message that is to come later stays away; 0 means the ordinary back-off.
func (o Outcome) After() time.Duration { return o.after }

// Reason returns why the message comes later or never; "" when it is done.
func (o Outcome) Reason() string { return o.reason }

// String returns the outcome for people, such as "later in 1m0s (cosmos: 429)".
func (o Outcome) String() string {
	s := o.kind.String()
	if o.after > 0 {
		s += fmt.Sprintf(" in %s", o.after)
	}
	if o.reason != "" {
		s += " (" + o.reason + ")"
	}
	return s
}
