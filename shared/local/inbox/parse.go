package inbox

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"
	"golang.org/x/net/html/charset"
)

// Beyond these a mail is not parsed but kept as its source: a header takes many times its size in memory,
// and the parser reads each byte once for every multipart around it, doubles its work for each of them
// that does not end, walks all the parts before it adds one, and copies all the text so far before it
// appends more. Within them the worst mail costs some seconds and 250 MiB.
const (
	maxHeaderBytes    = 128 << 10
	maxMediaTypeBytes = 4 << 10
	maxMultiparts     = 8
	maxParts          = 200
	// maxDashLines bounds the parts while they are being read: each begins with a line that has two
	// dashes in it.
	maxDashLines = 10_000
)

const maxProblems = 20

// parse understands what it can of a mail. It always returns a message that has raw and the envelope.
func parse(raw []byte, from string, to []string) *Message {
	m := &Message{ID: rand.Text(), Raw: raw, ReturnPath: from, Recipients: to, Header: mail.Header{}}
	if err := m.read(); err != nil {
		m.ParseError = line(err.Error())
	}
	m.addBlindRecipients()
	m.Snippet = snippet(m.Text, m.HTML)
	return m
}

// read fills m from m.Raw. A panic of the parser is an error like any other: losing the mail, or the
// inbox with it, would be worse.
func (m *Message) read() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser panicked: %v", p)
		}
	}()

	head := m.Raw[:headerEnd(m.Raw)]
	if len(head) > maxHeaderBytes {
		return fmt.Errorf("its header has %d bytes, more than %d", len(head), maxHeaderBytes)
	}
	header, err := enmime.ReadHeader(bufio.NewReader(bytes.NewReader(head)), ignored{})
	m.Header = mail.Header(header)
	m.readHeader()
	if err != nil {
		return fmt.Errorf("reading its header: %w", err)
	}
	return m.readBody()
}

func (m *Message) readHeader() {
	m.MessageID = strings.Trim(strings.TrimSpace(m.Header.Get("Message-Id")), "<>")
	m.Subject = decodeWords(m.Header.Get("Subject"))
	if date, err := m.Header.Date(); err == nil {
		if _, err := date.MarshalText(); err == nil { // JSON has no zone of 24 hours, which a mail may have
			m.Date = date
		}
	}
	if from := m.addresses("From"); len(from) > 0 {
		m.From = from[0]
	}
	m.To = m.addresses("To")
	m.Cc = m.addresses("Cc")
	m.Bcc = m.addresses("Bcc")
	m.ReplyTo = m.addresses("Reply-To")
}

func (m *Message) addresses(name string) []mail.Address {
	var list []mail.Address
	for _, value := range m.Header[name] {
		if strings.TrimSpace(value) == "" {
			continue
		}
		parsed, err := enmime.ParseAddressList(value)
		if err != nil {
			list = append(list, mail.Address{Name: decodeWords(value)})
			continue
		}
		for _, a := range parsed {
			list = append(list, *a)
		}
	}
	return list
}

func (m *Message) addBlindRecipients() {
	named := map[string]bool{}
	for _, list := range [][]mail.Address{m.To, m.Cc, m.Bcc} {
		for _, a := range list {
			named[strings.ToLower(a.Address)] = true
		}
	}
	for _, to := range m.Recipients {
		if !named[strings.ToLower(to)] {
			m.Bcc = append(m.Bcc, mail.Address{Address: to})
		}
	}
}

func (m *Message) readBody() error {
	if n := dashLines(m.Raw); n > maxDashLines {
		return fmt.Errorf("%d of its lines could begin a part, more than %d", n, maxDashLines)
	}
	var types mediaTypes
	parser := enmime.NewParser(
		enmime.SetCustomParseMediaType(types.parse),
		enmime.MaxStoredPartErrors(maxProblems),
		enmime.DisableTextConversion(true),
		// Decoded below: the parser's own decoder keeps an error for every byte that is not base64,
		// which turns 10 MiB into more than 1 GB.
		enmime.RawContent(true),
	)
	root, err := parser.ReadParts(bytes.NewReader(m.Raw))
	if err != nil {
		return fmt.Errorf("reading its parts: %w", err)
	}
	types = mediaTypes{} // the same types are read once more
	parts := root.DepthMatchAll(func(*enmime.Part) bool { return true })
	if len(parts) > maxParts {
		return fmt.Errorf("it has %d parts, more than %d", len(parts), maxParts)
	}
	for _, p := range parts {
		if err := decode(p); err != nil {
			m.addProblem("part %s: %v", p.PartID, err)
		}
	}
	envelope, err := parser.EnvelopeFromPart(root)
	if err != nil {
		return fmt.Errorf("finding its bodies: %w", err)
	}

	m.Text = strings.ToValidUTF8(envelope.Text, "\uFFFD")
	m.HTML = strings.ToValidUTF8(envelope.HTML, "\uFFFD")
	for _, p := range envelope.Attachments {
		m.Attachments = append(m.Attachments, describe(p))
	}
	for _, p := range append(envelope.Inlines, envelope.OtherParts...) {
		if p.FileName != "" || p.ContentID != "" { // else it is a body
			m.Inline = append(m.Inline, describe(p))
		}
	}
	for _, e := range envelope.Errors {
		m.addProblem("%s: %s", e.Name, e.Detail)
	}
	return nil
}

func (m *Message) addProblem(format string, args ...any) {
	if len(m.Problems) < maxProblems {
		m.Problems = append(m.Problems, line(fmt.Sprintf(format, args...)))
	}
}

func describe(p *enmime.Part) Attachment {
	name := p.FileName
	if name == "" {
		name = p.ContentID
	}
	return Attachment{PartID: p.PartID, FileName: name, ContentType: p.ContentType, ContentID: p.ContentID, Size: len(p.Content)}
}

// decode replaces the content of a part by what it stands for: out of its transfer encoding and, for
// text, in UTF-8. What was decoded before an error stays.
func decode(p *enmime.Part) error {
	var r io.Reader = bytes.NewReader(p.Content)
	switch encoding := strings.ToLower(strings.TrimSpace(p.Header.Get("Content-Transfer-Encoding"))); encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "", "7bit", "8bit", "binary":
	default:
		return fmt.Errorf("unknown transfer encoding %q", encoding)
	}
	var unknown error
	if strings.HasPrefix(p.ContentType, "text/") && !utf8Already(p.Charset) {
		converted, err := charset.NewReaderLabel(p.Charset, r)
		if err != nil {
			unknown = fmt.Errorf("unknown character set %q", p.Charset)
		} else {
			r = converted
		}
	}
	content, err := io.ReadAll(r)
	p.Content = content
	return errors.Join(unknown, err)
}

// utf8Already says which character sets need no conversion. Undeclared and US-ASCII are taken for UTF-8,
// which is what a body with bytes beyond ASCII then nearly always is.
func utf8Already(set string) bool {
	switch strings.ToLower(set) {
	case "", "us-ascii", "ascii", "utf-8", "utf8":
		return true
	}
	return false
}

// mediaTypes reads the media types of one mail and fails when it has too many multiparts.
type mediaTypes struct{ boundaries int }

func (t *mediaTypes) parse(s string) (kind string, params map[string]string, invalid []string, err error) {
	if len(s) > maxMediaTypeBytes {
		return "", nil, nil, fmt.Errorf("a media type has %d bytes, more than %d", len(s), maxMediaTypeBytes)
	}
	kind, params, invalid, err = mediatype.Parse(s)
	if params["boundary"] != "" {
		t.boundaries++
	}
	if t.boundaries > 2*maxMultiparts { // the parser reads the type of a multipart twice
		return "", nil, nil, fmt.Errorf("it has more than %d multiparts", maxMultiparts)
	}
	return kind, params, invalid, err
}

// headerEnd returns where the header ends: after its last line, before the empty one.
func headerEnd(raw []byte) int {
	for start := 0; ; {
		n := bytes.IndexByte(raw[start:], '\n')
		if n < 0 {
			return len(raw)
		}
		if n == 0 || n == 1 && raw[start] == '\r' {
			return start
		}
		start += n + 1
	}
}

func dashLines(raw []byte) int {
	for lines := 0; ; lines++ {
		n := bytes.Index(raw, []byte("--"))
		if n < 0 {
			return lines
		}
		raw = raw[n:]
		n = bytes.IndexByte(raw, '\n')
		if n < 0 {
			return lines + 1
		}
		raw = raw[n:]
	}
}

// decodeWords decodes the encoded words of a header. One that cannot be decoded stays as it is.
func decodeWords(s string) string {
	decoder := mime.WordDecoder{CharsetReader: charset.NewReaderLabel}
	if decoded, err := decoder.DecodeHeader(s); err == nil {
		s = decoded
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// ignored takes the complaints about a header. They come again, to be kept, when the whole mail is read.
type ignored struct{}

func (ignored) AddError(string, string, ...any)   {}
func (ignored) AddWarning(string, string, ...any) {}
