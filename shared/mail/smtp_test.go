package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// smtpServer is a real SMTP server on loopback that keeps what it receives and
// refuses what the test says.
type smtpServer struct {
	addr string

	mu          sync.Mutex
	refuse      map[step]error // stepConnect refuses EHLO
	cutAfter    bool           // hang up instead of answering to the message
	block       chan struct{}  // if not nil, the answer to the message waits for it
	connections int
	logins      []string
	mails       []received
	left        chan struct{} // one for each connection that has ended
}

type received struct {
	from, to string
	source   []byte
	tls      bool
	utf8     bool
	user     string
}

func (s *smtpServer) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *smtpServer) received() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}

func (s *smtpServer) opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

func (s *smtpServer) refusal(at step) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refuse[at]
}

// smtpSession is one connection to it.
type smtpSession struct {
	server *smtpServer
	conn   *smtp.Conn
	now    received
}

func (c *smtpSession) Reset()        { c.now = received{user: c.now.user} }
func (c *smtpSession) Logout() error { c.server.left <- struct{}{}; return nil }

func (c *smtpSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (c *smtpSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		c.server.set(func() { c.server.logins = append(c.server.logins, user) })
		if user != "leads" || password != "p@ss/word" {
			return smtp.ErrAuthFailed
		}
		c.now.user = user
		return nil
	}), nil
}

func (c *smtpSession) Mail(from string, options *smtp.MailOptions) error {
	c.now.from, c.now.utf8 = from, options.UTF8
	return c.server.refusal(stepFrom)
}

func (c *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.now.to = to
	return c.server.refusal(stepTo)
}

func (c *smtpSession) Data(r io.Reader) error {
	source, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := c.server.refusal(stepEnd); err != nil {
		return err
	}
	c.now.source = source
	_, c.now.tls = c.conn.TLSConnectionState()
	var cut bool
	var block chan struct{}
	c.server.set(func() {
		c.server.mails = append(c.server.mails, c.now)
		cut, block = c.server.cutAfter, c.server.block
	})
	if cut {
		c.conn.Conn().Close()
	}
	if block != nil {
		<-block
	}
	return nil
}

// start serves on loopback until the test ends. With a certificate it offers
// STARTTLS, with fromStart it speaks TLS from the start.
func start(t *testing.T, certificate *tls.Certificate, fromStart bool) *smtpServer {
	t.Helper()
	s := &smtpServer{refuse: map[step]error{}, left: make(chan struct{}, 1000)}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		s.set(func() { s.connections++ })
		if err := s.refusal(stepConnect); err != nil {
			return nil, err
		}
		return &smtpSession{server: s, conn: c}, nil
	}))
	server.Domain = "mail.contoso.test"
	server.AllowInsecureAuth = true
	server.EnableSMTPUTF8 = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	if certificate != nil {
		config := &tls.Config{Certificates: []tls.Certificate{*certificate}}
		if fromStart {
			listener = tls.NewListener(listener, config)
		} else {
			server.TLSConfig = config
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with Close
	}()
	t.Cleanup(func() {
		server.Close()
		listener.Close() // the server may not have come to know it yet
		<-done
	})
	return s
}

// sender is what New makes of the URL; HOST in it becomes the server's address.
// A host that is not loopback is reached at the server's address all the same.
func (s *smtpServer) sender(t *testing.T, raw string, roots *x509.CertPool) *smtpSender {
	t.Helper()
	u, err := ValidateURL(strings.ReplaceAll(raw, "HOST", s.addr))
	if err != nil {
		t.Fatal(err)
	}
	made, err := New(u, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	sender := made.(*smtpSender)
	sender.now = func() time.Time { return testDate }
	sender.tls.RootCAs = roots
	dial := sender.dialTCP
	sender.dialTCP = func(ctx context.Context, network, _ string) (net.Conn, error) { return dial(ctx, network, s.addr) }
	t.Cleanup(func() {
		sender.mu.Lock()
		defer sender.mu.Unlock()
		if sender.idle != nil {
			sender.timer.Stop()
			sender.idle.conn.Close()
		}
	})
	return sender
}

// certificate makes a self-signed certificate for name and a pool that trusts it.
func certificate(t *testing.T, name string) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestAMailTravelsBySMTPAsItWasComposed(t *testing.T) {
	server := start(t, nil, false)
	m := koreanMail()
	if err := server.sender(t, "smtp://HOST", nil).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	mails := server.received()
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	got := mails[0]
	if got.from != "leads@contoso.com" || got.to != "minji@xn--bcher-kva.example" || got.utf8 {
		t.Errorf("envelope is %s to %s, UTF-8: %v", got.from, got.to, got.utf8)
	}
	want, err := Compose(m, testDate)
	if err != nil || !bytes.Equal(bytes.TrimRight(got.source, "\r\n"), bytes.TrimRight(want, "\r\n")) {
		t.Errorf("%v; received\n%s\nwant\n%s", err, got.source, want)
	}
	e := parse(t, got.source)
	if e.GetHeader("Subject") != m.Subject || lf(strings.TrimRight(e.Text, "\r\n")) != m.Text {
		t.Errorf("read back %q: %q", e.GetHeader("Subject"), e.Text)
	}
}

func TestTLSAndLoginAreUsedAsTheURLAsks(t *testing.T) {
	cert, roots := certificate(t, "mail.contoso.test")
	_, otherRoots := certificate(t, "mail.contoso.test")
	const login = "leads:p%40ss%2Fword@"
	for name, tt := range map[string]struct {
		url       string
		server    func(t *testing.T) *smtpServer
		roots     *x509.CertPool
		wantTLS   bool
		wantUser  string
		wantError string // a part of it; then nothing may have been received
	}{
		"STARTTLS and login":                    {"smtp://" + login + "mail.contoso.test:587", func(t *testing.T) *smtpServer { return start(t, cert, false) }, roots, true, "leads", ""},
		"TLS from the start and login":          {"smtps://" + login + "mail.contoso.test:465", func(t *testing.T) *smtpServer { return start(t, cert, true) }, roots, true, "leads", ""},
		"TLS without login":                     {"smtps://mail.contoso.test:465", func(t *testing.T) *smtpServer { return start(t, cert, true) }, roots, true, "", ""},
		"plain loopback and login":              {"smtp://" + login + "HOST", func(t *testing.T) *smtpServer { return start(t, nil, false) }, nil, false, "leads", ""},
		"no STARTTLS offered":                   {"smtp://" + login + "mail.contoso.test:587", func(t *testing.T) *smtpServer { return start(t, nil, false) }, roots, false, "", "STARTTLS"},
		"a certificate of nobody":               {"smtp://" + login + "mail.contoso.test:587", func(t *testing.T) *smtpServer { return start(t, cert, false) }, otherRoots, false, "", "certificate"},
		"a certificate of nobody, at once":      {"smtps://" + login + "mail.contoso.test:465", func(t *testing.T) *smtpServer { return start(t, cert, true) }, otherRoots, false, "", "certificate"},
		"a certificate for another name":        {"smtp://" + login + "mx.contoso.test:587", func(t *testing.T) *smtpServer { return start(t, cert, false) }, roots, false, "", "mx.contoso.test"},
		"smtps where the server speaks plainly": {"smtps://" + login + "mail.contoso.test:2525", func(t *testing.T) *smtpServer { return start(t, nil, false) }, roots, false, "", "TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			server := tt.server(t)
			err := server.sender(t, tt.url, tt.roots).Send(t.Context(), koreanMail())
			mails := server.received()
			if tt.wantError != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantError) || kind(err) != "transient" {
					t.Errorf("error is %q (%s), want a transient one with %q", err, kind(err), tt.wantError)
				}
				server.set(func() {
					if len(mails) != 0 || len(server.logins) != 0 {
						t.Errorf("%d mails and logins %q got through", len(mails), server.logins)
					}
				})
				return
			}
			if err != nil || len(mails) != 1 || mails[0].tls != tt.wantTLS || mails[0].user != tt.wantUser {
				t.Errorf("%v, received %+v", err, mails)
			}
		})
	}
}

// kind is what a caller makes of an error.
func kind(err error) string {
	if err == nil {
		return "none"
	}
	if _, ok := errors.AsType[*PermanentError](err); ok {
		return "permanent"
	}
	if limit, ok := errors.AsType[*RateLimitError](err); ok {
		return "rate limit " + limit.After.String()
	}
	return "transient"
}

func TestALoginThatFailsKeepsTheMailAndNamesTheSetting(t *testing.T) {
	server := start(t, nil, false)
	err := server.sender(t, "smtp://leads:wrong-secret@HOST", nil).Send(t.Context(), koreanMail())
	if kind(err) != "transient" || !strings.Contains(err.Error(), "MAIL_URL") || !strings.Contains(err.Error(), "535") {
		t.Errorf("%s: %v", kind(err), err)
	}
	if strings.Contains(err.Error(), "wrong-secret") {
		t.Errorf("the password is in the error: %v", err)
	}
}

func TestPlainTextNeverLeavesTheMachine(t *testing.T) {
	server := start(t, nil, false)
	sender := server.sender(t, "smtp://leads:p%40ss%2Fword@localhost:25", nil)
	dial := sender.dialTCP
	sender.dialTCP = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return elsewhere{c}, err
	}
	err := sender.Send(t.Context(), koreanMail())
	if kind(err) != "transient" || !strings.Contains(err.Error(), "loopback") || len(server.received()) != 0 || len(server.logins) != 0 {
		t.Errorf("%v, received %d", err, len(server.received()))
	}
}

// elsewhere is a connection to another machine, as far as one can see.
type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25} }

func TestARefusalMeansWhatItsCodeAndPlaceSay(t *testing.T) {
	reply := func(code int, a, b, c int, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{a, b, c}, Message: text}
	}
	for name, tt := range map[string]struct {
		at    step
		reply error
		want  string
		says  string
	}{
		"EHLO refused for good":              {stepConnect, reply(550, 5, 7, 1, "go away"), "transient", "MAIL_URL"},
		"EHLO refused for now":               {stepConnect, reply(450, 4, 7, 1, "later"), "transient", "450"},
		"EHLO answered by closing":           {stepConnect, reply(421, 4, 7, 0, "too many connections"), "rate limit 1m0s", "421"},
		"sender refused for good":            {stepFrom, reply(550, 5, 0, 0, "no"), "permanent", "550"},
		"sender may not send here":           {stepFrom, reply(550, 5, 7, 60, "SendAsDenied"), "transient", "MAIL_FROM"},
		"sender is unknown":                  {stepFrom, reply(501, 5, 1, 7, "bad sender"), "transient", "MAIL_FROM"},
		"sender needs a login":               {stepFrom, reply(530, 5, 7, 57, "not authenticated"), "transient", "MAIL_URL"},
		"commands out of order":              {stepTo, reply(503, 5, 5, 1, "AUTH first"), "transient", "MAIL_URL"},
		"sender refused for now":             {stepFrom, reply(451, 4, 3, 0, "later"), "transient", "451"},
		"sender throttled":                   {stepFrom, reply(451, 4, 7, 500, "server busy"), "rate limit 1m0s", "4.7.500"},
		"recipient unknown":                  {stepTo, reply(550, 5, 1, 1, "no such user"), "permanent", "550 5.1.1"},
		"recipient's mailbox full for good":  {stepTo, reply(552, 5, 2, 2, "full"), "permanent", "552"},
		"recipient's mailbox full for now":   {stepTo, reply(452, 4, 2, 2, "full"), "transient", "452"},
		"recipient greylisted":               {stepTo, reply(451, 4, 7, 1, "greylisted"), "transient", "451"},
		"recipient elsewhere":                {stepTo, reply(554, 5, 7, 1, "Relay access denied"), "transient", "MAIL_URL"},
		"too many connections at recipient":  {stepTo, reply(432, 4, 3, 2, "concurrent connections exceeded"), "rate limit 1m0s", "432"},
		"message refused for good":           {stepEnd, reply(554, 5, 6, 0, "bad message"), "permanent", "554 5.6.0"},
		"message refused for now":            {stepEnd, reply(451, 4, 6, 0, "later"), "transient", "451"},
		"message one too many today":         {stepEnd, reply(550, 5, 4, 5, "daily limit"), "rate limit 1m0s", "5.4.5"},
		"message answered by closing":        {stepEnd, reply(421, 4, 3, 2, "shutting down"), "rate limit 1m0s", "421"},
		"message refused for its sender":     {stepEnd, reply(535, 5, 7, 3, "who are you"), "transient", "MAIL_URL"},
		"message throttled":                  {stepEnd, reply(454, 4, 7, 28, "rate"), "rate limit 1m0s", "4.7.28"},
		"message refused as spam":            {stepEnd, reply(550, 5, 7, 1, "spam"), "permanent", "550 5.7.1"},
		"recipient unknown, with an address": {stepTo, reply(550, 5, 1, 1, "<minji@xn--bcher-kva.example>: unknown"), "permanent", "<<address>>: unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, nil, false)
			sender := server.sender(t, "smtp://HOST", nil)
			server.set(func() { server.refuse[tt.at] = tt.reply })
			err := sender.Send(t.Context(), koreanMail())
			if kind(err) != tt.want || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %v\nwant %s with %q", kind(err), err, tt.want, tt.says)
			}
			if strings.Contains(err.Error(), "minji") {
				t.Errorf("the address is in the error: %v", err)
			}
			if p, ok := errors.AsType[*PermanentError](err); ok && (p.Reason == "" || strings.ContainsAny(p.Reason, "\r\n@")) {
				t.Errorf("the reason is %q", p.Reason)
			}
			// Once the server has changed its mind, the same sender delivers.
			server.set(func() { clear(server.refuse) })
			if err := sender.Send(t.Context(), koreanMail()); err != nil || len(server.received()) != 1 {
				t.Errorf("afterwards: %v, %d mails", err, len(server.received()))
			}
		})
	}
}

func TestDATARefusedBeforeTheMessageIsPermanent(t *testing.T) {
	addr := scripted(t, "220 hi", "250 hi", "250 ok", "250 ok", "554 5.5.1 no valid recipients")
	err := (&smtpServer{addr: addr}).sender(t, "smtp://HOST", nil).Send(t.Context(), koreanMail())
	if kind(err) != "permanent" || !strings.Contains(err.Error(), "data with 554 5.5.1") {
		t.Errorf("%s: %v", kind(err), err)
	}
}

// scripted is a server that gives these answers, one per line it reads, and then
// hangs up.
func scripted(t *testing.T, answers ...string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			buf := make([]byte, 64<<10)
			for _, answer := range answers {
				if _, err := io.WriteString(c, answer+"\r\n"); err != nil {
					break
				}
				if _, err := c.Read(buf); err != nil {
					break
				}
			}
			c.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return listener.Addr().String()
}

func TestAServerThatSpeaksNonsenseIsTransientAndBounded(t *testing.T) {
	for name, tt := range map[string]struct {
		answers []string
		says    string
	}{
		"not SMTP":                 {[]string{"HTTP/1.1 400 Bad Request minji@contoso.com"}, "HTTP/1.1"},
		"an endless line":          {[]string{"220 " + strings.Repeat("x", 8<<20)}, "256 KiB"},
		"an endless greeting":      {[]string{strings.Repeat("220-x\r\n", 1<<20)}, "256 KiB"},
		"an endless later answer":  {[]string{"220 hi", "250 hi", "250 ok", "550-" + strings.Repeat("x", 8<<20)}, "256 KiB"},
		"a success that is none":   {[]string{"220 hi", "250 hi", "299 what"}, "299"},
		"an end in the middle":     {[]string{"220 hi", "250 hi", "250 ok"}, "recipient"},
		"control characters in it": {[]string{"220 hi", "250 hi", "450 \x1b[31m\x00 \xff" + strings.Repeat("y", 1000)}, "450"},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&smtpServer{addr: scripted(t, tt.answers...)}).sender(t, "smtp://HOST", nil).Send(t.Context(), koreanMail())
			if kind(err) != "transient" || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %.500q, want %q", kind(err), err, tt.says)
			}
			if len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\r\n\x00\x1b@") {
				t.Errorf("the error repeats too much: %.500q", err)
			}
		})
	}
}

func TestAConnectionCutAfterTheMessageIsTransientAndTheRepeatIsTheSameMail(t *testing.T) {
	server := start(t, nil, false)
	sender := server.sender(t, "smtp://HOST", nil)
	server.set(func() { server.cutAfter = true })
	if err := sender.Send(t.Context(), koreanMail()); kind(err) != "transient" {
		t.Fatalf("%s: %v", kind(err), err)
	}
	server.set(func() { server.cutAfter = false })
	if err := sender.Send(t.Context(), koreanMail()); err != nil {
		t.Fatal(err)
	}
	mails := server.received()
	if len(mails) != 2 || !bytes.Equal(mails[0].source, mails[1].source) {
		t.Errorf("%d mails, or they differ", len(mails))
	}
}

func TestASlowServerIsLeftWhenTheContextEnds(t *testing.T) {
	server := start(t, nil, false)
	block := make(chan struct{})
	server.set(func() { server.block = block })
	t.Cleanup(func() { close(block) })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	err := server.sender(t, "smtp://HOST", nil).Send(ctx, koreanMail())
	if kind(err) != "transient" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: %v", kind(err), err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestASilentServerIsLeftWhenTheContextEnds(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts, says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	err = (&smtpServer{addr: listener.Addr().String()}).sender(t, "smtp://HOST", nil).Send(ctx, koreanMail())
	if kind(err) != "transient" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: %v", kind(err), err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestMailsInARowShareAConnection(t *testing.T) {
	server := start(t, nil, false)
	sender := server.sender(t, "smtp://HOST", nil)
	unknown := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "unknown"}
	for i := range 5 {
		// A recipient refused in between leaves the connection usable.
		server.set(func() {
			delete(server.refuse, stepTo)
			if i == 2 {
				server.refuse[stepTo] = unknown
			}
		})
		if err := sender.Send(t.Context(), koreanMail()); (err != nil) != (i == 2) {
			t.Fatalf("mail %d: %v", i, err)
		}
	}
	if n := server.opened(); n != 1 || len(server.received()) != 4 {
		t.Errorf("%d connections for %d mails", n, len(server.received()))
	}
}

func TestAnIdleConnectionThatTheServerClosedIsReplaced(t *testing.T) {
	server := start(t, nil, false)
	sender := server.sender(t, "smtp://HOST", nil)
	if err := sender.Send(t.Context(), koreanMail()); err != nil {
		t.Fatal(err)
	}
	sender.mu.Lock()
	sender.idle.conn.Close() // as a server's hanging up looks from here
	sender.mu.Unlock()
	if err := sender.Send(t.Context(), koreanMail()); err != nil {
		t.Fatal(err)
	}
	if n := server.opened(); n != 2 || len(server.received()) != 2 {
		t.Errorf("%d connections, %d mails", n, len(server.received()))
	}
}

func TestAnIdleConnectionIsGivenUpInTime(t *testing.T) {
	server := start(t, nil, false)
	sender := server.sender(t, "smtp://HOST", nil)
	sender.idleTime = time.Millisecond
	if err := sender.Send(t.Context(), koreanMail()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-server.left:
	case <-time.After(5 * time.Second):
		t.Fatal("the connection is still kept")
	}
	if err := sender.Send(t.Context(), koreanMail()); err != nil || server.opened() != 2 {
		t.Errorf("%v, %d connections", err, server.opened())
	}
}

func TestManySendAtTheSameTime(t *testing.T) {
	server := start(t, nil, false)
	sender := server.sender(t, "smtp://HOST", nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if err := sender.Send(t.Context(), koreanMail()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(server.received()); n != 40 {
		t.Errorf("%d mails", n)
	}
	if n := server.opened(); n > 39 {
		t.Errorf("%d connections for 40 mails", n)
	}
}

func TestAMailThatCannotBeComposedOpensNoConnection(t *testing.T) {
	server := start(t, nil, false)
	m := koreanMail()
	m.To.Address = "minji"
	if err := server.sender(t, "smtp://HOST", nil).Send(t.Context(), m); kind(err) != "permanent" || server.opened() != 0 {
		t.Errorf("%v, %d connections", err, server.opened())
	}
}
