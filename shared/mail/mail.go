// Package mail sends one rendered mail at a time: it composes the message and
// hands it to a transport, SMTP or Azure Communication Services (ACS) Email.
//
// It promises:
//   - Hostile text in a [Message] never becomes a header, a recipient or a
//     command: control characters and line breaks are taken out, lengths are
//     bounded, everything that is not ASCII is encoded.
//   - Composing is deterministic: the same Message and date give the same bytes,
//     so that a repeated mail is the same mail, with the same Message-ID.
//   - Every error says what may be done about it: never again
//     ([PermanentError]), not before some time ([RateLimitError]), or again
//     later (any other error). In doubt an error is transient: a mail that comes
//     twice is better than a mail that never comes. What is the operator's to
//     repair (credentials, certificate, sender address) is therefore transient
//     too, and its text says so.
//   - Errors and log lines hold no address, name, subject or secret. Addresses in
//     a server's reply are masked.
//
// It is not a queue and not a scheduler: it retries nothing (the queue before it
// does), claims nothing and remembers nothing but one idle SMTP connection. It
// renders no templates. It sends to one recipient: no Cc, no Bcc, no attachment.
//
// Known limits: a mail address whose local part is not ASCII or is quoted is
// refused (no SMTPUTF8). ACS shows as sender name the one configured for the
// sender address in Azure, not From.Name; Message-ID and the other headers
// are handed to ACS, which documents no promise to keep them.
package mail

import (
	"context"
	"fmt"
	"time"
)

// Message is one rendered mail. Every field may hold hostile text.
//
// Required are ID, From, To, Subject and Text; without one of them there is no
// mail but an error. The others are optional, and an optional header whose value
// cannot be made valid is left out, because the mail matters more than its
// decoration.
type Message struct {
	// ID is the Message-ID without angle brackets, stable per mail, for example
	// "alert-0193@leads.contoso.com". At most 250 bytes of ASCII.
	ID string
	// From is the sender, in the header and in the envelope.
	From Address
	// To is the only recipient.
	To Address
	// ReplyTo is where answers go, if not to From.
	ReplyTo *Address
	// Subject is one line of at most 255 characters; what is longer is cut and
	// ends with "…".
	Subject string
	// Text and HTML are the two forms of the body, at most 1 MiB each. Without
	// HTML the mail has one part.
	Text, HTML string
	// References are the Message-IDs of the thread without angle brackets, oldest
	// first: In-Reply-To is the last, References are all (the first and the last
	// 19 if there are more than 20).
	References []string
	// ThreadTopic is Outlook's Thread-Topic: the subject that names the thread.
	ThreadTopic string
	// ThreadID names the thread for Outlook's Thread-Index, for example a lead's
	// id. Equal ids give equal indexes.
	ThreadID string
	// ListID is the value of List-Id: "Leadflow leads <leads.leadflow.contoso.com>".
	ListID string
}

// Address is a mail address with an optional display name of at most 100
// characters. The domain may be an internationalized one.
type Address struct {
	Name, Address string
}

// Sender sends one message. A nil error means that the server has accepted it,
// not that it was read or even delivered. Send returns within a minute, or sooner
// when ctx ends. It may be called by many goroutines at the same time.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// PermanentError says that this message, or its recipient, was refused and
// will be refused every time.
type PermanentError struct {
	Reason string // one line for the record, without personal data
	Err    error  // what the server said, addresses masked; may be nil
}

func (e *PermanentError) Error() string {
	if e.Err == nil {
		return "mail refused for good: " + e.Reason
	}
	return fmt.Sprintf("mail refused for good: %s: %v", e.Reason, e.Err)
}

func (e *PermanentError) Unwrap() error { return e.Err }

// RateLimitError says that the service wants no mail at all, from anyone of this
// sender, before After has passed.
type RateLimitError struct {
	After time.Duration // from 1 second to 24 hours
	Err   error
}

func (e *RateLimitError) Error() string {
	return fmt.Sprintf("mail rate limit: nothing before %s have passed: %v", e.After, e.Err)
}

func (e *RateLimitError) Unwrap() error { return e.Err }

// sendTimeout bounds one Send when the caller's context does not do so sooner.
const sendTimeout = 60 * time.Second

// ratePause is the pause after a rate limit that names none. A minute is the
// shorter of the two windows in which ACS counts (minute and hour), and what
// SMTP servers that throttle commonly count in.
const ratePause = time.Minute
