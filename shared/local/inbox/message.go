package inbox

import (
	"net/mail"
	"time"
)

// Message is one mail as it was received, and what was understood of it.
type Message struct {
	// ID is the inbox's own name for the mail: random, unique, safe in a URL.
	ID string
	// Created is when the mail was accepted.
	Created time.Time
	// Raw is the source as the sender sent it, without SMTP's dot-stuffing.
	Raw []byte
	// ReturnPath is the envelope sender (MAIL FROM), empty for a bounce.
	ReturnPath string
	// Recipients are the envelope recipients (RCPT TO), in the order given.
	Recipients []string

	// ParseError says why the mail could not be parsed, and is empty if it could. With it, the fields
	// below hold what the header gave, Text and HTML are empty, and Raw has everything.
	ParseError string
	// Problems are what is wrong with a mail beside that, 20 at most.
	Problems []string

	// Header has each header's values as they stand in the source, unfolded but not decoded, under the
	// canonical name ("Message-Id").
	Header mail.Header
	// MessageID is without its angle brackets.
	MessageID string
	// Subject is decoded.
	Subject string
	// Date is what the Date header says, and zero if it says nothing readable.
	Date time.Time
	// From is the first sender. Here and in the lists below names are decoded, and a header that is no
	// address list is one address whose Name is the whole header.
	From    mail.Address
	To      []mail.Address
	Cc      []mail.Address
	ReplyTo []mail.Address
	// Bcc has also the envelope recipients whom no header names.
	Bcc []mail.Address

	// Text and HTML are the two bodies in UTF-8, each empty if the mail has none.
	Text string
	HTML string
	// Snippet is how the mail begins, at most 250 characters on one line.
	Snippet string
	// Attachments are the files to save, Inline those that the HTML shows.
	Attachments []Attachment
	Inline      []Attachment
}

// Attachment describes one file in a mail. Its content is in Raw only.
type Attachment struct {
	// PartID is the place in the mail's tree of parts, as "2" or "1.3".
	PartID      string
	FileName    string
	ContentType string
	ContentID   string
	// Size is the length of the decoded content in bytes.
	Size int
}

// memory is about how many bytes the mail takes. An entry of a list or map is taken at 256 bytes, so
// that a mail of many tiny headers or addresses counts as what it costs and not as what it measures.
func (m *Message) memory() int {
	n := cap(m.Raw) + len(m.Text) + len(m.HTML)
	entries := 8 + len(m.Recipients) + len(m.To) + len(m.Cc) + len(m.ReplyTo) + len(m.Bcc) + len(m.Attachments) + len(m.Inline)
	for _, values := range m.Header {
		entries += len(values)
		for _, v := range values {
			n += len(v)
		}
	}
	return n + 256*entries
}
