package mail

import (
	"bytes"
	"errors"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"leadflow/shared/normalize"
)

var testDate = time.Date(2026, 3, 2, 10, 4, 5, 0, time.FixedZone("KST", 9*60*60))

// koreanMail uses every field.
func koreanMail() Message {
	return Message{
		ID:          "alert-0193c5@leads.contoso.com",
		From:        Address{"Leadflow 리드", "leads@contoso.com"},
		To:          Address{"김민지", "minji@bücher.example"},
		ReplyTo:     &Address{"Team, Seoul", "team@contoso.com"},
		Subject:     "콘토소 - 연락 요청 - 콘토소 애널리틱스와 아주 긴 제목이 계속 이어집니다 그리고 더 이어집니다",
		Text:        "월요일 13:00 KST까지\n\nWhat they wrote:\n.\n안녕하세요",
		HTML:        "<p>월요일 13:00 KST까지</p>\n<p>안녕하세요 &amp; hello</p>",
		References:  []string{"alert-0101@leads.contoso.com", "alert-0102@leads.contoso.com"},
		ThreadTopic: "콘토소 - 연락 요청",
		ThreadID:    "lead-42",
		ListID:      "Leadflow leads <leads.leadflow.contoso.com>",
	}
}

func parse(t testing.TB, source []byte) *enmime.Envelope {
	t.Helper()
	e, err := enmime.ReadEnvelope(bytes.NewReader(source))
	if err != nil {
		t.Fatalf("enmime: %v\n%s", err, source)
	}
	for _, e := range e.Errors {
		t.Errorf("enmime: %v\n%s", e, source)
	}
	return e
}

func compose(t testing.TB, m Message) *enmime.Envelope {
	t.Helper()
	source, err := Compose(m, testDate)
	if err != nil {
		t.Fatalf("Compose: %v", err)
	}
	checkSource(t, source)
	return parse(t, source)
}

// checkSource checks what every receiving server may insist on.
func checkSource(t testing.TB, source []byte) {
	t.Helper()
	if rest := bytes.ReplaceAll(source, []byte("\r\n"), nil); bytes.ContainsAny(rest, "\r\n") {
		t.Errorf("a line end is not CRLF:\n%q", source)
	}
	headers, body, ok := bytes.Cut(source, []byte("\r\n\r\n"))
	if !ok {
		t.Fatalf("no end of headers:\n%s", source)
	}
	for line := range bytes.SplitSeq(headers, []byte("\r\n")) {
		if len(line) > 998 || len(bytes.TrimSpace(line)) == 0 {
			t.Errorf("header line of %d bytes: %q", len(line), line)
		}
	}
	for line := range bytes.SplitSeq(body, []byte("\r\n")) {
		if len(line) > 76 {
			t.Errorf("body line of %d bytes: %q", len(line), line)
		}
	}
	for _, b := range source {
		if b >= 0x7f || b < ' ' && b != '\r' && b != '\n' && b != '\t' {
			t.Fatalf("byte %#x in source:\n%q", b, source)
		}
	}
}

func lf(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func TestAComposedMailReadsBackAsItWasWritten(t *testing.T) {
	m := koreanMail()
	e := compose(t, m)

	for name, want := range map[string]string{
		"Message-ID":               "<alert-0193c5@leads.contoso.com>",
		"Date":                     "Mon, 02 Mar 2026 01:04:05 +0000",
		"Subject":                  m.Subject,
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		"In-Reply-To":              "<alert-0102@leads.contoso.com>",
		"References":               "<alert-0101@leads.contoso.com> <alert-0102@leads.contoso.com>",
		"Thread-Topic":             "콘토소 - 연락 요청",
		"Thread-Index":             threadIndex("lead-42"),
		"List-Id":                  `"Leadflow leads" <leads.leadflow.contoso.com>`,
		"MIME-Version":             "1.0",
	} {
		if got := e.GetHeader(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]netmail.Address{
		"From":     {Name: "Leadflow 리드", Address: "leads@contoso.com"},
		"To":       {Name: "김민지", Address: "minji@xn--bcher-kva.example"},
		"Reply-To": {Name: "Team, Seoul", Address: "team@contoso.com"},
	} {
		got, err := e.AddressList(name)
		if err != nil || len(got) != 1 || *got[0] != want {
			t.Errorf("%s = %v, %v; want %v", name, got, err, want)
		}
	}
	want := []string{"Auto-Submitted", "Content-Type", "Date", "From", "In-Reply-To", "List-Id", "Message-Id", "Mime-Version",
		"References", "Reply-To", "Subject", "Thread-Index", "Thread-Topic", "To", "X-Auto-Response-Suppress"}
	if got := slices.Sorted(slices.Values(e.GetHeaderKeys())); !slices.Equal(got, want) {
		t.Errorf("headers are\n%q, want\n%q", got, want)
	}
	if lf(e.Text) != m.Text {
		t.Errorf("text = %q, want %q", e.Text, m.Text)
	}
	if lf(e.HTML) != m.HTML {
		t.Errorf("html = %q, want %q", e.HTML, m.HTML)
	}
	if e.Root.ContentType != "multipart/alternative" || e.Root.FirstChild.ContentType != "text/plain" ||
		e.Root.FirstChild.NextSibling.ContentType != "text/html" || e.Root.FirstChild.NextSibling.NextSibling != nil {
		t.Error("the parts are not text/plain and text/html in multipart/alternative")
	}
}

func TestAPlainMailHasOnePartAndNoOptionalHeader(t *testing.T) {
	e := compose(t, Message{
		ID: "a@b.c", From: Address{"", "leads@contoso.com"}, To: Address{"", "ann@contoso.com"},
		Subject: "Hello", Text: "one line",
	})
	want := []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To", "X-Auto-Response-Suppress"}
	if got := slices.Sorted(slices.Values(e.GetHeaderKeys())); !slices.Equal(got, want) {
		t.Errorf("headers are\n%q, want\n%q", got, want)
	}
	if e.Root.ContentType != "text/plain" || e.Root.Charset != "UTF-8" || e.Text != "one line" || e.Root.FirstChild != nil {
		t.Errorf("root is %s; %s: %q", e.Root.ContentType, e.Root.Charset, e.Text)
	}
}

func TestTheSameMessageAndDateGiveTheSameBytes(t *testing.T) {
	one, err := Compose(koreanMail(), testDate)
	two, err2 := Compose(koreanMail(), testDate.UTC())
	if err != nil || err2 != nil || !bytes.Equal(one, two) {
		t.Errorf("%v, %v\n%s\n%s", err, err2, one, two)
	}
	other := koreanMail()
	other.HTML += "."
	three, err := Compose(other, testDate)
	if err != nil || bytes.Equal(one, three) {
		t.Errorf("%v: another body gave the same source", err)
	}
}

func TestHostileTextLeavesNoHeaderBehind(t *testing.T) {
	const attack = "x\r\nBcc: eve@evil.example\r\n\r\n<script>\n\x00\x1b\u2028Cc: eve@evil.example\u0085\r\tX-Evil: 1"
	plain := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To", "X-Auto-Response-Suppress"}
	base := Message{
		ID: "a@b.c", From: Address{"F", "leads@contoso.com"}, To: Address{"T", "ann@contoso.com"},
		Subject: "S", Text: "text", HTML: "html",
	}
	for name, tt := range map[string]struct {
		set   func(*Message)
		extra []string
	}{
		"in the subject":            {func(m *Message) { m.Subject = attack }, nil},
		"in the sender's name":      {func(m *Message) { m.From.Name = attack }, nil},
		"in the recipient's name":   {func(m *Message) { m.To.Name = `"` + attack + `" <eve@evil.example>, "` }, nil},
		"in the text":               {func(m *Message) { m.Text = attack }, nil},
		"in the html":               {func(m *Message) { m.HTML = attack }, nil},
		"in a reference":            {func(m *Message) { m.References = []string{attack, "a@b\r\nBcc: eve@evil.example", "a@b> <c@d"} }, nil},
		"beside a good reference":   {func(m *Message) { m.References = []string{attack, "r@b.c"} }, []string{"In-Reply-To", "References"}},
		"in the topic":              {func(m *Message) { m.ThreadTopic = attack }, []string{"Thread-Topic"}},
		"in the thread's id":        {func(m *Message) { m.ThreadID = attack }, []string{"Thread-Index"}},
		"in the list's id":          {func(m *Message) { m.ListID = "leads <" + attack + ">" }, nil},
		"in the list's name":        {func(m *Message) { m.ListID = strings.ReplaceAll(attack, "<script>", "") + "<leads.contoso.com>" }, []string{"List-Id"}},
		"in the reply-to address":   {func(m *Message) { m.ReplyTo = &Address{"R", "r@contoso.com" + attack} }, nil},
		"in the reply-to name":      {func(m *Message) { m.ReplyTo = &Address{attack, "r@contoso.com"} }, []string{"Reply-To"}},
		"as an encoded word":        {func(m *Message) { m.Subject = "=?UTF-8?Q?x=0D=0ABcc:_eve@evil.example?=" }, nil},
		"as many spaces":            {func(m *Message) { m.Subject = strings.Repeat("a"+strings.Repeat(" ", 90), 3) + strings.Repeat("b", 90) }, nil},
		"as a boundary":             {func(m *Message) { m.Text = "--leadflow-\r\n\r\n--leadflow---" }, nil},
		"as bytes that are no text": {func(m *Message) { m.Subject, m.Text = "\xff\xfe\xed\xa0\x80", "\xff\xfe" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := base
			tt.set(&m)
			e := compose(t, m)
			want := slices.Sorted(slices.Values(append(tt.extra, plain...)))
			if got := slices.Sorted(slices.Values(e.GetHeaderKeys())); !slices.Equal(got, want) {
				t.Errorf("headers are\n%q, want\n%q", got, want)
			}
			for _, name := range []string{"From", "To"} {
				if list, err := e.AddressList(name); err != nil || len(list) != 1 || !strings.HasSuffix(list[0].Address, "@contoso.com") {
					t.Errorf("%s = %v, %v", name, list, err)
				}
			}
			if got, want := e.GetHeader("Subject"), normalize.Line(m.Subject, maxSubject); got != want {
				t.Errorf("Subject = %q, want %q", got, want)
			}
		})
	}
}

// hangul is n syllables, all different for the first eleven thousand: punycode
// costs the square of such a text.
func hangul(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune(rune('가' + i%11172))
	}
	return b.String()
}

func TestNamesHoldQuotesAndWhatLooksEncoded(t *testing.T) {
	m := koreanMail()
	m.From.Name = `"O'Hara\", =?UTF-8?Q?Eve?=`
	m.To.Name = "=?UTF-8?Q?Eve?= 리드"
	m.ListID = `A "list"\, =?UTF-8?Q?Eve?= <leads.contoso.com>`
	e := compose(t, m)
	for header, want := range map[string]string{"From": `"O'Hara\", = ?UTF-8?Q?Eve?=`, "To": "= ?UTF-8?Q?Eve?= 리드"} {
		if list, err := e.AddressList(header); err != nil || len(list) != 1 || list[0].Name != want {
			t.Errorf("%s = %v, %v; want %q", header, list, err, want)
		}
	}
	if got, want := e.GetHeader("List-Id"), `"A 'list'/, = ?UTF-8?Q?Eve?=" <leads.contoso.com>`; got != want {
		t.Errorf("List-Id = %q, want %q", got, want)
	}
	m.ListID = "리드 =?UTF-8?Q?Eve?= <leads.contoso.com>"
	if got, want := compose(t, m).GetHeader("List-Id"), "리드 =?UTF-8?Q?Eve?= <leads.contoso.com>"; got != want {
		t.Errorf("List-Id = %q, want %q", got, want)
	}
}

func TestAMailThatLacksSomethingIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		set       func(*Message)
		permanent bool
	}{
		"no id":                          {func(m *Message) { m.ID = "" }, true},
		"an id without a domain":         {func(m *Message) { m.ID = "alert-1" }, true},
		"an id with a line break":        {func(m *Message) { m.ID = "a@b.c\r\nBcc: eve@evil.example" }, true},
		"an id with brackets":            {func(m *Message) { m.ID = "<a@b.c>" }, true},
		"an id of 251 bytes":             {func(m *Message) { m.ID = strings.Repeat("a", 247) + "@b.c" }, true},
		"no recipient":                   {func(m *Message) { m.To = Address{} }, true},
		"two recipients":                 {func(m *Message) { m.To.Address = "a@b.c, d@e.f" }, true},
		"two at signs":                   {func(m *Message) { m.To.Address = "a@b@c.d" }, true},
		"a recipient with a line break":  {func(m *Message) { m.To.Address = "a@b.c\r\nRCPT TO:<eve@evil.example>" }, true},
		"a recipient with an SMTP extra": {func(m *Message) { m.To.Address = "a@b.c> SIZE=1" }, true},
		"a quoted local part":            {func(m *Message) { m.To.Address = `"a b"@c.d` }, true},
		"a local part that is not ASCII": {func(m *Message) { m.To.Address = "김@contoso.com" }, true},
		"a domain with an empty label":   {func(m *Message) { m.To.Address = "a@b..c" }, true},
		"an address literal":             {func(m *Message) { m.To.Address = "a@[127.0.0.1]" }, true},
		"a local part of 65 bytes":       {func(m *Message) { m.To.Address = strings.Repeat("a", 65) + "@b.c" }, true},
		"an endless domain":              {func(m *Message) { m.To.Address = "a@" + hangul(1<<18) + ".c" }, true},
		"an empty subject":               {func(m *Message) { m.Subject = " \r\n\x00" }, true},
		"an empty text":                  {func(m *Message) { m.Text = "\r\n \x00" }, true},
		"an endless text":                {func(m *Message) { m.Text = strings.Repeat("a", maxBody+1) }, true},
		"an endless html":                {func(m *Message) { m.HTML = strings.Repeat("a", maxBody+1) }, true},
		"no sender, which is a setting":  {func(m *Message) { m.From = Address{} }, false},
		"a sender that is no address":    {func(m *Message) { m.From.Address = "leads" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := koreanMail()
			tt.set(&m)
			began := time.Now()
			source, err := Compose(m, testDate)
			if err == nil {
				t.Fatalf("composed:\n%s", source)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v to see that", took)
			}
			if _, permanent := errors.AsType[*PermanentError](err); permanent != tt.permanent {
				t.Errorf("permanent = %v, want %v: %v", permanent, tt.permanent, err)
			}
			if strings.Contains(err.Error(), "evil") || len(err.Error()) > 300 {
				t.Errorf("the error repeats its input: %v", err)
			}
		})
	}
}

func TestLongThreadsKeepTheirRootAndTheirNewestMails(t *testing.T) {
	var ids []string
	for i := range 50 {
		ids = append(ids, string(rune('a'+i%26))+strings.Repeat("x", i)+"@b.c")
	}
	refs := references(ids)
	if len(refs) != 20 || refs[0] != "<"+ids[0]+">" || refs[1] != "<"+ids[31]+">" || refs[19] != "<"+ids[49]+">" {
		t.Errorf("%d references: %q", len(refs), refs)
	}
}

// FuzzCompose: whatever the fields hold, there is an error or a mail that an
// independent parser reads with exactly the headers that belong there.
func FuzzCompose(f *testing.F) {
	f.Add("a@b.c", "Name", "f@b.c", "Name", "t@b.c", "r@b.c", "Subject", "text", "html", "x@y.z", "topic", "thread", "List <l.b.c>")
	f.Add("a@b.c", "리드", "f@b.c", "=?UTF-8?Q?=0D=0A?=", "t@bücher.example", "r@b.c\r\nBcc: x@y.z", "제목\r\nBcc: x@y.z", "본문", "", "x\r\n@y", "\u2028", "\x00", "\"\\ <a>")
	f.Add("a@b.c", `"\`, "f@b.c", "a,b;c:<d>@(e)[f]", "t@b.c", "", strings.Repeat(" a", 300), "=\r\n.\r\n--", "<p>\r", "", "=?", "", "=?x?= <l>")
	f.Add("a@b.c", "\u202e\ufeff", "f@b.c", "", "t@b.c", "", "\xff", "\xff", "\xff", "", "\xff", "\xff", "\xff")
	f.Fuzz(func(t *testing.T, id, fromName, from, toName, to, replyTo, subject, text, html, reference, topic, thread, list string) {
		m := Message{
			ID: id, From: Address{fromName, from}, To: Address{toName, to}, ReplyTo: &Address{toName, replyTo},
			Subject: subject, Text: text, HTML: html, References: []string{reference},
			ThreadTopic: topic, ThreadID: thread, ListID: list,
		}
		source, err := Compose(m, testDate)
		if err != nil {
			// With sound addresses and something to say, the rest cannot stop a mail.
			m.ID, m.From.Address, m.To.Address = "a@b.c", "f@b.c", "t@b.c"
			subject, text = "s"+subject, "t"+text
			m.Subject, m.Text = subject, text
			if source, err = Compose(m, testDate); err != nil {
				t.Fatal(err)
			}
		}
		checkSource(t, source)
		e := parse(t, source)
		want := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To", "X-Auto-Response-Suppress"}
		optional := map[string]bool{ // present if and only if
			"Content-Transfer-Encoding": cleanBody(html) == "",
			"Reply-To":                  plausibleAddress(replyTo),
			"In-Reply-To":               validMessageID(reference),
			"References":                validMessageID(reference),
			"Thread-Topic":              normalize.Line(topic, maxSubject) != "",
			"Thread-Index":              thread != "",
			"List-Id":                   listID(list) != "",
		}
		for name, is := range optional {
			if is {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		if got := slices.Sorted(slices.Values(e.GetHeaderKeys())); !slices.Equal(got, want) {
			t.Errorf("headers are\n%q, want\n%q\n%s", got, want, source)
		}
		for _, name := range want {
			if n := len(e.GetHeaderValues(name)); n != 1 {
				t.Errorf("%d times %s\n%s", n, name, source)
			}
		}
		for _, name := range []string{"From", "To"} {
			if list, err := e.AddressList(name); err != nil || len(list) != 1 {
				t.Errorf("%s = %v, %v\n%s", name, list, err, source)
			}
		}
		if got, want := e.GetHeader("Subject"), normalize.Line(subject, maxSubject); got != want {
			t.Errorf("Subject = %q, want %q", got, want)
		}
		if got, want := strings.TrimRight(lf(e.Text), "\n"), strings.TrimRight(lf(cleanBody(text)), "\n"); got != want {
			t.Errorf("text = %q, want %q", got, want)
		}
	})
}

// plausibleAddress is the oracle for Reply-To, from what address promises.
func plausibleAddress(s string) bool {
	_, err := address(Address{Address: s})
	return err == nil
}

func BenchmarkCompose(b *testing.B) {
	m := koreanMail()
	m.Text = strings.Repeat(m.Text+"\n", 40)
	m.HTML = strings.Repeat(m.HTML+"\n", 100)
	for b.Loop() {
		if _, err := Compose(m, testDate); err != nil {
			b.Fatal(err)
		}
	}
}
