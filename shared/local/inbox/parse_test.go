package inbox

import (
	"fmt"
	"net/mail"
	"strings"
	"testing"
)

func TestAMailIsUnderstoodAsItsReaderWould(t *testing.T) {
	for _, c := range []struct {
		name   string
		source string
		got    func(*Message) string
		want   string
	}{
		{"a subject in RFC 2047", "Subject: =?UTF-8?B?7Jew6529IOyalOyyrQ==?=\r\n\r\n", subjectOf, "연락 요청"},
		{"a subject in an older Korean encoding", "Subject: =?euc-kr?B?v6y29CC/5MO7?=\r\n\r\n", subjectOf, "연락 요청"},
		{"a subject in plain UTF-8", "Subject: 연락 요청\r\n\r\n", subjectOf, "연락 요청"},
		{"a subject over two lines", "Subject: one\r\n two\r\n\r\n", subjectOf, "one two"},
		{"a subject in an unknown encoding", "Subject: =?x-none?B?AA==?=\r\n\r\n", subjectOf, "=?x-none?B?AA==?="},
		{"a subject that is not UTF-8", "Subject: a\xffb\r\n\r\n", subjectOf, "a\uFFFDb"},
		{"no subject", "To: a@b.example\r\n\r\n", subjectOf, ""},

		{"a sender in RFC 2047", "From: =?UTF-8?Q?=EA=B9=80=EB=AF=BC=EC=A4=80?= <a@b.example>\r\n\r\n", fromOf, "김민준 <a@b.example>"},
		{"a sender in plain UTF-8", "From: 김민준 <a@b.example>\r\n\r\n", fromOf, "김민준 <a@b.example>"},
		{"the first of several senders", "From: a@b.example, c@d.example\r\n\r\n", fromOf, "a@b.example"},
		{"a sender that is no address", "From: the accountant\r\n\r\n", fromOf, "the accountant"},
		{"no sender", "Subject: x\r\n\r\n", fromOf, ""},
		{"several recipients", "To: a@b.example,\r\n =?UTF-8?Q?=EA=B9=80?= <c@d.example>\r\n\r\n", toOf, "a@b.example; 김 <c@d.example>"},
		{"recipients in two headers", "To: a@b.example\r\nTo: c@d.example\r\n\r\n", toOf, "a@b.example; c@d.example"},
		{"recipients that are no addresses", "To: undisclosed people\r\n\r\n", toOf, "undisclosed people"},
		{"an empty group of recipients", "To: undisclosed recipients:;\r\n\r\n", toOf, ""},
		{"an envelope recipient whom a header names is not blind", "To: Blind@X.example\r\n\r\n", bccOf, ""},
		{"an envelope recipient whom no header names is blind", "To: a@b.example\r\n\r\n", bccOf, "blind@x.example"},
		{"a message id loses its brackets", "Message-ID: <1@b.example>\r\n\r\n", func(m *Message) string { return m.MessageID }, "1@b.example"},
		{"a header as it stands", "X-A: =?UTF-8?Q?=EA=B9=80?=\r\nx-a: 2\r\n\r\n", func(m *Message) string { return strings.Join(m.Header["X-A"], "|") }, "=?UTF-8?Q?=EA=B9=80?=|2"},
		{"a date", "Date: Fri, 21 Nov 2025 09:30:00 +0900\r\n\r\n", func(m *Message) string { return m.Date.String() }, "2025-11-21 09:30:00 +0900 +0900"},
		{"a date in a zone that is none", "Date: Fri, 21 Nov 2025 09:30:00 +2400\r\n\r\n", func(m *Message) string { return fmt.Sprint(m.Date.IsZero()) }, "true"},
		{"a date that is none", "Date: soon\r\n\r\n", func(m *Message) string { return fmt.Sprint(m.Date.IsZero()) }, "true"},

		{"a body without any header for it", "Subject: x\r\n\r\n안녕", textOf, "안녕"},
		{"a body declared ASCII that is UTF-8", "Content-Type: text/plain; charset=us-ascii\r\n\r\n안녕", textOf, "안녕"},
		{"a body in an older Korean encoding", "Content-Type: text/plain; charset=ks_c_5601-1987\r\nContent-Transfer-Encoding: base64\r\n\r\nvsiz5w==\r\n", textOf, "안녕"},
		{"a body in quoted-printable", "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n=EC=95=88=\r\n=EB=85=95", textOf, "안녕"},
		{"HTML alone is not made into text", "Content-Type: text/html\r\n\r\n<p>a</p>", textOf, ""},
		{"HTML alone", "Content-Type: text/html; charset=utf-8\r\n\r\n<p>안녕</p>", htmlOf, "<p>안녕</p>"},
		{"the snippet of HTML alone is what it says", "Content-Type: text/html\r\n\r\n<title>t</title><style>p{}</style><p>Hello <b>you</b></p><p>&amp;</p><script>x()</script>", func(m *Message) string { return m.Snippet }, "Hello you &"},
		{"a snippet is cut at 250 characters", "\r\n" + strings.Repeat("가", 300), func(m *Message) string { return m.Snippet }, strings.Repeat("가", 250)},
		{"the text of an alternative", alternative, textOf, "text"},
		{"the HTML of an alternative", alternative, htmlOf, "<p>html</p>"},
		{"the text in eight multiparts, each in the one before", nested(8), textOf, "text"},
		{"attachments and inline files apart", mixed, filesOf, "attached: 1.txt text/plain 5, 견적.pdf application/pdf 3; inline: logo image/png 3"},
		{"an empty mail", "", textOf, ""},
		{"broken base64 keeps what was before it", "Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8h$$$$", textOf, "Hello!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse([]byte(c.source), "sender@x.example", []string{"blind@x.example"})
			if m.ParseError != "" {
				t.Fatalf("parse error %q", m.ParseError)
			}
			if got := c.got(m); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func subjectOf(m *Message) string { return m.Subject }
func fromOf(m *Message) string    { return address(m.From) }
func toOf(m *Message) string      { return addresses(m.To) }
func bccOf(m *Message) string     { return addresses(m.Bcc) }
func textOf(m *Message) string    { return m.Text }
func htmlOf(m *Message) string    { return m.HTML }

func addresses(list []mail.Address) string {
	var all []string
	for _, a := range list {
		all = append(all, address(a))
	}
	return strings.Join(all, "; ")
}

func filesOf(m *Message) string {
	names := func(list []Attachment) string {
		var all []string
		for _, a := range list {
			all = append(all, fmt.Sprint(a.FileName, " ", a.ContentType, " ", a.Size))
		}
		return strings.Join(all, ", ")
	}
	return "attached: " + names(m.Attachments) + "; inline: " + names(m.Inline)
}

const alternative = "Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain\r\n\r\ntext\r\n" +
	"--b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--b--\r\n"

const mixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain\r\n\r\ntext\r\n" +
	"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=1.txt\r\n\r\nhello\r\n" +
	"--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n" +
	"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=UTF-8''%EA%B2%AC%EC%A0%81.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n" +
	"--b--\r\n"

// nested is a mail of so many multiparts, each in the one before, with a text in the innermost.
func nested(depth int) string {
	source := "Subject: kept\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n"
	for n := range depth - 1 {
		source += fmt.Sprintf("--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", n+1, n+2)
	}
	source += fmt.Sprintf("--b%d\r\nContent-Type: text/plain\r\n\r\ntext\r\n", depth)
	for n := range depth {
		source += fmt.Sprintf("--b%d--\r\n", depth-n)
	}
	return source
}

func TestAMailThatCannotBeParsedIsKeptWithTheReason(t *testing.T) {
	for _, c := range []struct{ name, source, reason, subject string }{
		{"without a header", "hello\r\n", "reading its header", ""},
		{"with a multipart that has no boundary", "Subject: kept\r\nContent-Type: multipart/mixed\r\n\r\nx", "boundary", "kept"},
		{"with a content type that is none", "Subject: kept\r\nContent-Type: a b c\r\n\r\nx", "reading its parts", "kept"},
		{"with nine multiparts, each in the one before", nested(9), "more than 8 multiparts", "kept"},
		{"with too many parts", "Subject: kept\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 300), "it has 301 parts", "kept"},
		{"with far too many parts", "Subject: kept\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n", 20_000), "could begin a part", "kept"},
		{"with a content type that does not end", "Subject: kept\r\nContent-Type: text/plain; a=" + strings.Repeat("a", 5000) + "\r\n\r\nx", "a media type has 5014 bytes", "kept"},
		{"with a header that does not end", "Subject: lost\r\nX: " + strings.Repeat("a", 200_000), "its header has 200018 bytes", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse([]byte(c.source), "a@b.example", []string{"c@d.example"})
			if !strings.Contains(m.ParseError, c.reason) {
				t.Errorf("parse error is %q, want one with %q", m.ParseError, c.reason)
			}
			if string(m.Raw) != c.source || m.ReturnPath != "a@b.example" || m.Recipients[0] != "c@d.example" {
				t.Error("the source or the envelope is not whole")
			}
			if m.Subject != c.subject {
				t.Errorf("the subject is %q, want %q", m.Subject, c.subject)
			}
			if m.Text != "" || m.HTML != "" || m.Attachments != nil {
				t.Error("a mail that could not be parsed has a body")
			}
		})
	}
}

func TestWhatIsWrongWithAMailIsTold(t *testing.T) {
	for _, c := range []struct{ name, source, problem string }{
		{"an unknown character set", "Content-Type: text/plain; charset=x-none\r\n\r\nx", `part 0: unknown character set "x-none"`},
		{"an unknown transfer encoding", "Content-Transfer-Encoding: rot13\r\n\r\nx", `part 0: unknown transfer encoding "rot13"`},
		{"broken base64", "Content-Transfer-Encoding: base64\r\n\r\n$$$$", "part 0: illegal base64 data"},
		{"a multipart that does not end", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nx", "not closed correctly"},
		{"HTML without text", "Content-Type: text/html\r\n\r\n<p>x", "did not contain a text/plain part"},
		{"a header line that is none", "Subject: x\r\nhello\r\n\r\nx", "was not indented"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse([]byte(c.source), "", nil)
			if m.ParseError != "" || !strings.Contains(strings.Join(m.Problems, "\n"), c.problem) {
				t.Errorf("parse error %q, problems %q, want %q", m.ParseError, m.Problems, c.problem)
			}
		})
	}
	t.Run("at most twenty times", func(t *testing.T) {
		m := parse([]byte("Subject: x\r\n"+strings.Repeat("hello\r\n", 100)+"\r\nx"), "", nil)
		if len(m.Problems) != 20 {
			t.Errorf("%d problems", len(m.Problems))
		}
	})
}
