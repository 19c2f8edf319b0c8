package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Compose builds the MIME source of m with the given date: CRLF line ends, ASCII
// only, multipart/alternative when there is HTML. No line is longer than 998
// bytes, no body line longer than 76. The same input gives the same bytes.
//
// Errors: [PermanentError] if m lacks something or its recipient is not a mail
// address; a plain error if From is not one, for that is a setting.
func Compose(m Message, date time.Time) ([]byte, error) {
	p, err := prepare(m)
	if err != nil {
		return nil, err
	}
	return p.compose(date)
}

func (p prepared) compose(date time.Time) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(p.boundary()))
	msg.SetAddrHeaderFromMailAddress(gomail.HeaderFrom, &p.from)
	msg.SetAddrHeaderFromMailAddress(gomail.HeaderTo, &p.to)
	if p.replyTo != nil {
		msg.SetAddrHeaderFromMailAddress(gomail.HeaderReplyTo, p.replyTo)
	}
	msg.SetDateWithValue(date.UTC())
	msg.SetGenHeader(gomail.HeaderSubject, headerText(p.subject))
	for _, h := range p.headers {
		msg.SetGenHeader(gomail.Header(h.name), h.value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, p.text, gomail.WithPartEncoding(transferEncoding(p.text)))
	if p.html != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, p.html, gomail.WithPartEncoding(transferEncoding(p.html)))
	}
	var source bytes.Buffer
	source.Grow(len(p.text) + len(p.html) + 2<<10)
	if _, err := msg.WriteTo(&source); err != nil {
		return nil, fmt.Errorf("compose mail: %w", err)
	}
	return source.Bytes(), nil
}

// boundary separates the parts. It is a hash over the parts themselves, so that
// it is stable and that no text can be written to contain it.
func (p prepared) boundary() string {
	h := sha256.New()
	for _, s := range []string{p.id, p.text, p.html} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return "leadflow-" + hex.EncodeToString(h.Sum(nil)[:16])
}

// transferEncoding keeps mostly English text readable in the source, where each
// foreign byte costs three characters, and packs other text into base64, where
// every three bytes cost four.
func transferEncoding(s string) gomail.Encoding {
	foreign := 0
	for i := range len(s) {
		if s[i] >= 0x80 {
			foreign++
		}
	}
	if foreign > len(s)/6 { // 3f + (n-f) = 4n/3 at f = n/6
		return gomail.EncodingB64
	}
	return gomail.EncodingQP
}
