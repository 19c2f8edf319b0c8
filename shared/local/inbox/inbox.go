// Package inbox is a mailbox for one machine: an SMTP server that takes every mail it is given and
// delivers none, a web page that shows each mail as its reader would see it, and a JSON API in
// Mailpit's shapes.
//
// It promises:
//   - A mail answered with 250 is in the inbox before the answer is sent, byte for byte as it came. One
//     that cannot be parsed is kept all the same and shown as its source, with the reason.
//   - Memory is bounded: the newest 2,000 mails and at most 64 MiB are kept, the oldest go first. A mail
//     of 10 MiB or more is refused (the limit is announced).
//   - Everything in a mail is hostile. It is escaped wherever it is shown, and its HTML is shown in a
//     sandbox of its own: no script, nothing from the network, links open in a new tab.
//   - Newest first is the order in which mails were accepted, and never changes.
//
// What it is not: it trusts everyone who can reach it (AUTH takes any user and password, nothing is
// encrypted), so it belongs on a loopback listener; the pages and the API answer only to loopback names.
// It offers no STARTTLS, DSN or BINARYMIME, and refuses mails in chunks (BDAT) although it cannot help
// announcing them. A line over 2,000 bytes is refused, as RFC 5321 allows only 1,000. Of Mailpit's API it
// has no search, tags, read marks, part downloads or release, and Text is what the mail carries, never
// made from its HTML. Images that are not data: URLs are not shown, those inside the mail (cid:)
// included. Nothing survives the process.
package inbox

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// The stages of an SMTP transaction at which Options.Fault is asked.
const (
	StageMail = "MAIL"
	StageRcpt = "RCPT"
	StageData = "DATA"
)

// Options are what an Inbox needs from outside. The zero value works.
type Options struct {
	// Now gives the time at which a mail is accepted; nil is time.Now. Pages show its time zone.
	Now func() time.Time
	// Logger is told of mails by id and size, never by content; nil logs nothing.
	Logger *slog.Logger
	// Fault is asked once for each MAIL, RCPT and DATA command, from several goroutines at once, and
	// refuses it by returning an error: an *smtp.SMTPError as it is, anything else as a 451 with its
	// text. from is the envelope sender; to is empty at MAIL, one recipient at RCPT, and all of them,
	// separated by commas, at DATA, where the refusal comes after the whole mail was sent. nil refuses
	// nothing.
	Fault func(stage string, from string, to string) error
}

// Inbox keeps the mails it receives. Its methods may be used from several goroutines at once.
type Inbox struct {
	now   func() time.Time
	log   *slog.Logger
	fault func(stage, from, to string) error
	mails store

	// receiving has one place for each mail that is being received, so that many senders at once
	// cannot hold more than maxReceiving times maxMessageBytes.
	receiving chan struct{}
	// parsing lets one mail be parsed at a time: a hostile one takes many times its size meanwhile.
	parsing sync.Mutex
}

// New returns an empty inbox. It listens to nothing by itself: see ServeSMTP and Handler.
func New(o Options) *Inbox {
	i := &Inbox{now: o.Now, log: o.Logger, fault: o.Fault, receiving: make(chan struct{}, maxReceiving)}
	if i.now == nil {
		i.now = time.Now
	}
	if i.log == nil {
		i.log = slog.New(slog.DiscardHandler)
	}
	return i
}

// Messages returns the mails that are kept, newest first. What they point to is shared: read it only.
func (i *Inbox) Messages() []Message {
	kept, _ := i.mails.newest(0, maxMails)
	messages := make([]Message, len(kept))
	for n, m := range kept {
		messages[n] = *m
	}
	return messages
}

// Handler serves the web page at / and the JSON API under /api/v1/.
func (i *Inbox) Handler() http.Handler {
	mux := http.NewServeMux()
	i.routeAPI(mux)
	i.routePages(mux)
	return guard(mux)
}

// accept parses a received mail and keeps it, whatever it is.
func (i *Inbox) accept(raw []byte, from string, to []string) {
	i.parsing.Lock()
	m := parse(raw, from, to)
	i.parsing.Unlock()

	i.mails.add(m, i.now)
	i.log.Info("mail kept", "id", m.ID, "bytes", len(m.Raw), "parsed", m.ParseError == "")
}
