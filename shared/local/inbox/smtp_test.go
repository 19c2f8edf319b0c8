package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	netsmtp "net/smtp"
	"net/textproto"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	gomail "github.com/wneessen/go-mail"
)

// start serves an inbox on a loopback port until the test ends.
func start(t *testing.T, o Options) (*Inbox, string) {
	t.Helper()
	i := New(o)
	l := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- i.ServeSMTP(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("ServeSMTP ended with %v", err)
		}
	})
	return i, l.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// compose makes a mail as Leadflow's own sender does.
func compose(t *testing.T, change ...func(*gomail.Msg)) *gomail.Msg {
	t.Helper()
	m := gomail.NewMsg()
	for _, err := range []error{
		m.FromFormat("리드플로", "leads@contoso.example"),
		m.AddToFormat("김민준", "minjun@contoso.example"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m.Subject("콘토소 - 연락 요청 - Contoso Analytics")
	m.SetMessageIDWithValue("lead-1@contoso.example")
	m.SetBodyString(gomail.TypeTextPlain, "안녕하세요.\nSecond line.")
	m.AddAlternativeString(gomail.TypeTextHTML, "<p>안녕하세요.</p>")
	for _, c := range change {
		c(m)
	}
	return m
}

func client(t *testing.T, addr string, o ...gomail.Option) *gomail.Client {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscan(port, &n); err != nil {
		t.Fatal(err)
	}
	c, err := gomail.NewClient(host, append([]gomail.Option{gomail.WithPort(n), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithHELO("test")}, o...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, addr string, m *gomail.Msg) {
	t.Helper()
	if err := client(t, addr).DialAndSendWithContext(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// sendRaw sends a source as it is.
func sendRaw(t *testing.T, addr, source string) {
	t.Helper()
	if err := netsmtp.SendMail(addr, nil, "leads@contoso.example", []string{"minjun@contoso.example"}, []byte(source)); err != nil {
		t.Fatal(err)
	}
}

// only returns the one mail that the inbox must hold.
func only(t *testing.T, i *Inbox) Message {
	t.Helper()
	kept := i.Messages()
	if len(kept) != 1 {
		t.Fatalf("the inbox holds %d mails, want 1", len(kept))
	}
	return kept[0]
}

// dial speaks SMTP by hand, up to the answer to EHLO.
func dial(t *testing.T, addr string) (*textproto.Conn, string) {
	t.Helper()
	c, err := textproto.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, _, err := c.ReadResponse(220); err != nil {
		t.Fatal(err)
	}
	return c, say(t, c, 250, "EHLO test")
}

func say(t *testing.T, c *textproto.Conn, code int, command string) string {
	t.Helper()
	if err := c.PrintfLine("%s", command); err != nil {
		t.Fatal(err)
	}
	_, answer, err := c.ReadResponse(code)
	if err != nil {
		t.Fatalf("%.60q was answered with %v, want %d", command, err, code)
	}
	return answer
}

func TestAMailIsInTheInboxWhenItsSenderIsToldSo(t *testing.T) {
	i, addr := start(t, Options{})
	send(t, addr, compose(t, func(m *gomail.Msg) {
		if err := m.AttachReader("견적.pdf", strings.NewReader("%PDF-1.7 ...")); err != nil {
			t.Fatal(err)
		}
		if err := m.Bcc("manager@contoso.example"); err != nil {
			t.Fatal(err)
		}
		if err := m.ReplyTo("reply@contoso.example"); err != nil {
			t.Fatal(err)
		}
		m.SetGenHeader("Auto-Submitted", "auto-generated")
	}))

	m := only(t, i)
	if m.ParseError != "" || len(m.Problems) > 0 {
		t.Fatalf("a well-made mail has problems: %q %q", m.ParseError, m.Problems)
	}
	for _, c := range []struct{ what, got, want string }{
		{"from", address(m.From), "리드플로 <leads@contoso.example>"},
		{"to", addresses(m.To), "김민준 <minjun@contoso.example>"},
		{"reply to", addresses(m.ReplyTo), "reply@contoso.example"},
		{"bcc", addresses(m.Bcc), "manager@contoso.example"},
		{"subject", m.Subject, "콘토소 - 연락 요청 - Contoso Analytics"},
		{"message id", m.MessageID, "lead-1@contoso.example"},
		{"text", strings.TrimSpace(m.Text), "안녕하세요.\r\nSecond line."},
		{"html", strings.TrimSpace(m.HTML), "<p>안녕하세요.</p>"},
		{"a header", m.Header.Get("Auto-Submitted"), "auto-generated"},
		{"envelope from", m.ReturnPath, "leads@contoso.example"},
		{"envelope to", strings.Join(m.Recipients, " "), "minjun@contoso.example manager@contoso.example"},
		{"snippet", m.Snippet, "안녕하세요. Second line."},
	} {
		if c.got != c.want {
			t.Errorf("%s is %q, want %q", c.what, c.got, c.want)
		}
	}
	if len(m.Attachments) != 1 || m.Attachments[0].FileName != "견적.pdf" || m.Attachments[0].Size != len("%PDF-1.7 ...") {
		t.Errorf("attachments are %+v", m.Attachments)
	}
}

func TestASourceIsKeptByteForByte(t *testing.T) {
	i, addr := start(t, Options{})
	source := "Subject: dots\r\n\r\n.\r\n..\r\n.hidden\r\ntrailing space \r\n\r\n\xff\xfe 8-bit\r\n"
	sendRaw(t, addr, source)
	if got := string(only(t, i).Raw); got != source {
		t.Errorf("kept %q, sent %q", got, source)
	}
}

func TestAnyCredentialsAreGoodEnough(t *testing.T) {
	for name, auth := range map[string]gomail.SMTPAuthType{
		"PLAIN": gomail.SMTPAuthPlainNoEnc,
		"LOGIN": gomail.SMTPAuthLoginNoEnc,
	} {
		t.Run(name, func(t *testing.T) {
			i, addr := start(t, Options{})
			c := client(t, addr, gomail.WithSMTPAuth(auth), gomail.WithUsername("누구든"), gomail.WithPassword("x"))
			if err := c.DialAndSendWithContext(t.Context(), compose(t)); err != nil {
				t.Fatal(err)
			}
			only(t, i)
		})
	}
	t.Run("LOGIN with the user in the first line", func(t *testing.T) {
		_, addr := start(t, Options{})
		c, err := smtp.Dial(addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Auth(sasl.NewLoginClient("anyone", "x")); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("an unknown mechanism is refused", func(t *testing.T) {
		_, addr := start(t, Options{})
		c, _ := dial(t, addr)
		say(t, c, 504, "AUTH CRAM-MD5")
	})
}

func TestTheSizeLimitIsAnnouncedAndKept(t *testing.T) {
	i, addr := start(t, Options{})
	c, capabilities := dial(t, addr)
	if !slices.Contains(strings.Fields(strings.ReplaceAll(capabilities, "SIZE ", "SIZE=")), "SIZE=10485760") {
		t.Errorf("EHLO announces %q", capabilities)
	}
	say(t, c, 552, "MAIL FROM:<a@b.example> SIZE=10485761")

	body := strings.Repeat(strings.Repeat("x", 998)+"\r\n", 10<<20/1000)
	for _, mail := range []struct {
		body string
		code int
	}{
		{body, 250}, // just under 10 MiB
		{body + body[:2000], 552},
		{"and the connection is still good", 250},
	} {
		say(t, c, 250, "MAIL FROM:<a@b.example>")
		say(t, c, 250, "RCPT TO:<c@d.example>")
		say(t, c, 354, "DATA")
		say(t, c, mail.code, mail.body+"\r\n.")
	}
	if kept := i.Messages(); len(kept) != 2 {
		t.Errorf("%d mails are kept, want 2", len(kept))
	}
}

func TestAMailWhoseSenderHangsUpIsNotKept(t *testing.T) {
	i, addr := start(t, Options{})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "EHLO test\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: half\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answers, err := io.ReadAll(conn) // ends when the server has done with the connection
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(answers, []byte("354 ")) || bytes.Contains(answers, []byte("queued")) {
		t.Errorf("the server said %s", answers)
	}
	if n := len(i.Messages()); n != 0 {
		t.Error("half a mail is kept")
	}
}

func TestAMailInChunksIsRefused(t *testing.T) {
	i, addr := start(t, Options{})
	c, _ := dial(t, addr)
	for _, chunk := range []string{"BDAT 7\r\nhello", "BDAT 7 LAST\r\nhello", "BDAT 0 LAST"} {
		say(t, c, 250, "MAIL FROM:<a@b.example>")
		say(t, c, 250, "RCPT TO:<c@d.example>")
		say(t, c, 502, chunk)
	}
	if n := len(i.Messages()); n != 0 {
		t.Errorf("%d refused mails are kept", n)
	}
	say(t, c, 250, "MAIL FROM:<a@b.example>")
	say(t, c, 250, "RCPT TO:<c@d.example>")
	say(t, c, 354, "DATA")
	say(t, c, 250, "hello\r\n.")
	only(t, i)
}

func TestFiftySendersAtOnceLoseNothing(t *testing.T) {
	i, addr := start(t, Options{})
	var senders sync.WaitGroup
	for n := range 50 {
		m := compose(t, func(m *gomail.Msg) { m.Subject(fmt.Sprintf("mail %d", n)) })
		c := client(t, addr)
		senders.Go(func() {
			if err := c.DialAndSendWithContext(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()

	kept := i.Messages()
	subjects := map[string]bool{}
	for n, m := range kept {
		subjects[m.Subject] = true
		if n > 0 && m.Created.After(kept[n-1].Created) {
			t.Errorf("mail %d is newer than the one before it", n)
		}
	}
	if len(kept) != 50 || len(subjects) != 50 {
		t.Errorf("%d mails with %d subjects are kept, want 50", len(kept), len(subjects))
	}
}

func TestAtMostEightMailsAreReceivedAtOnce(t *testing.T) {
	i, addr := start(t, Options{})
	var senders []*textproto.Conn
	for range maxReceiving + 2 {
		c, _ := dial(t, addr)
		say(t, c, 250, "MAIL FROM:<a@b.example>")
		say(t, c, 250, "RCPT TO:<c@d.example>")
		say(t, c, 354, "DATA")
		senders = append(senders, c)
	}
	for deadline := time.Now().Add(10 * time.Second); len(i.receiving) < 8; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d mails are being received", len(i.receiving))
		}
	}
	for _, c := range senders {
		if err := c.PrintfLine("Subject: x\r\n."); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range senders {
		if _, _, err := c.ReadResponse(250); err != nil {
			t.Error(err)
		}
	}
	if n := len(i.Messages()); n != len(senders) {
		t.Errorf("%d mails are kept, want %d", n, len(senders))
	}
}

func TestAFaultRefusesAMail(t *testing.T) {
	busy := &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "mailbox busy"}
	gone := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	for _, c := range []struct {
		name  string
		stage string
		err   error
		code  int
	}{
		{"for now, at MAIL", StageMail, busy, 450},
		{"for now, at RCPT", StageRcpt, busy, 450},
		{"for now, at DATA", StageData, busy, 450},
		{"for good, at MAIL", StageMail, gone, 550},
		{"for good, at RCPT", StageRcpt, gone, 550},
		{"for good, at DATA", StageData, gone, 550},
		{"with a wrapped error", StageData, fmt.Errorf("test: %w", gone), 550},
		{"for now, with any other error, at RCPT", StageRcpt, errors.New("a word"), 451},
		{"for now, with any other error, at DATA", StageData, errors.New("a word"), 451},
	} {
		t.Run(c.name, func(t *testing.T) {
			failing := true
			i, addr := start(t, Options{Fault: func(stage, _, _ string) error {
				if failing && stage == c.stage {
					return c.err
				}
				return nil
			}})
			send := func() error {
				return netsmtp.SendMail(addr, nil, "leads@contoso.example", []string{"minjun@contoso.example"}, []byte("Subject: x\r\n\r\ny"))
			}
			answer, ok := errors.AsType[*textproto.Error](send())
			if !ok || answer.Code != c.code {
				t.Errorf("the sender was told %v, want %d", answer, c.code)
			}
			if n := len(i.Messages()); n != 0 {
				t.Errorf("%d refused mails are kept", n)
			}
			failing = false
			if err := send(); err != nil {
				t.Errorf("after the fault: %v", err)
			}
			only(t, i)
		})
	}
}

func TestAFaultIsAskedOnceForEachCommand(t *testing.T) {
	var asked []string
	_, addr := start(t, Options{Fault: func(stage, from, to string) error {
		asked = append(asked, stage+" "+from+" "+to)
		return nil
	}})
	if err := netsmtp.SendMail(addr, nil, "a@b.example", []string{"c@d.example", "e@f.example"}, []byte("x")); err != nil {
		t.Fatal(err)
	}
	want := []string{"MAIL a@b.example ", "RCPT a@b.example c@d.example", "RCPT a@b.example e@f.example", "DATA a@b.example c@d.example,e@f.example"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

func TestServingEndsWithItsContext(t *testing.T) {
	t.Run("and cuts open connections", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := listen(t)
		ended := make(chan error)
		go func() { ended <- New(Options{}).ServeSMTP(ctx, l) }()
		c, _ := dial(t, l.Addr().String())
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v, want nil", err)
		}
		if _, err := c.ReadLine(); err == nil {
			t.Error("the connection is still open")
		}
		if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
			t.Error("the port is still open")
		}
	})
	t.Run("even if it ended before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 200 { // serving and ending race
			if err := New(Options{}).ServeSMTP(ctx, listen(t)); err != nil {
				t.Errorf("ended with %v, want nil", err)
			}
		}
	})
	t.Run("but a listener that fails is an error", func(t *testing.T) {
		l := listen(t)
		l.Close()
		if err := New(Options{}).ServeSMTP(t.Context(), l); !errors.Is(err, net.ErrClosed) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestTheLogNamesNobody(t *testing.T) {
	var log bytes.Buffer
	_, addr := start(t, Options{Logger: textLogger(&log)})
	send(t, addr, compose(t))
	sendRaw(t, addr, "no header minjun at all\r\n")
	if got := log.String(); strings.Count(got, "mail kept") != 2 || strings.Contains(got, "contoso") || strings.Contains(got, "minjun") {
		t.Errorf("the log says %s", got)
	}
}
