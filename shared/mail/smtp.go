package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

const (
	// connectTimeout bounds the connection, and again greeting, TLS and AUTH
	// together.
	connectTimeout = 10 * time.Second
	// checkTimeout bounds the check of a connection that was idle, and its QUIT.
	checkTimeout = 2 * time.Second
	// idleTime is how long a connection is kept for the next mail. Alerts come in
	// bursts; servers commonly hang up after a minute or more.
	idleTime = 30 * time.Second
)

// smtpSender sends by SMTP. It keeps at most one idle connection; mails sent at
// the same time open connections of their own, and the last one is kept.
type smtpSender struct {
	host, port     string
	user, password string
	tlsFromStart   bool
	plain          bool // loopback: no TLS asked for
	tls            *tls.Config
	dialTCP        func(ctx context.Context, network, address string) (net.Conn, error)
	now            func() time.Time
	idleTime       time.Duration

	mu    sync.Mutex
	idle  *session
	timer *time.Timer // closes idle
}

func newSMTP(u *url.URL) *smtpSender {
	s := &smtpSender{
		host:         u.Hostname(),
		port:         u.Port(),
		user:         u.User.Username(),
		tlsFromStart: u.Scheme == "smtps",
		tls:          &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12},
		dialTCP:      (&net.Dialer{Timeout: connectTimeout}).DialContext,
		now:          time.Now,
		idleTime:     idleTime,
	}
	s.password, _ = u.User.Password()
	s.plain = !s.tlsFromStart && isLoopback(s.host)
	return s
}

// Send sends m over the idle connection or a new one.
//
// A connection that breaks after the message was sent and before the answer came
// leaves open whether the server has it. That is a transient error: the caller
// sends again, and the repeat bears the same Message-ID.
func (s *smtpSender) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	p, err := prepare(m)
	if err != nil {
		return err
	}
	source, err := p.compose(s.now())
	if err != nil {
		return err
	}
	c, err := s.take(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	if step, err := c.transmit(ctx, p.from.Address, p.to.Address, source); err != nil {
		// Nothing is known of the state of this dialogue, so it is not used again.
		// A refusal is: the server has only said no to one mail.
		if isReply(err) {
			s.keep(c)
		} else {
			c.conn.Close()
		}
		return ended(ctx, smtpError(step, err))
	}
	s.keep(c)
	return nil
}

// ended adds to an error that the context was what ended the dialogue.
func ended(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

// take returns the idle connection if the server still answers on it, or else a
// new one.
func (s *smtpSender) take(ctx context.Context) (*session, error) {
	s.mu.Lock()
	c := s.idle
	if c != nil {
		s.idle = nil
		s.timer.Stop()
	}
	s.mu.Unlock()
	if c != nil {
		if c.alive(ctx) {
			return c, nil
		}
		c.conn.Close()
	}
	return s.connect(ctx)
}

// keep makes c the idle connection in place of the one before.
func (s *smtpSender) keep(c *session) {
	s.mu.Lock()
	before := s.idle
	if before != nil {
		s.timer.Stop()
	}
	s.idle = c
	s.timer = time.AfterFunc(s.idleTime, func() {
		s.mu.Lock()
		mine := s.idle == c
		if mine {
			s.idle = nil
		}
		s.mu.Unlock()
		if mine {
			c.quit()
		}
	})
	s.mu.Unlock()
	if before != nil {
		before.quit()
	}
}

// connect opens a connection and goes as far as the server is ready to take mail.
// go-mail speaks the dialogue; dialing is done here, so that the connection can be
// bounded, is closed when ctx ends, and does not leak when the dialogue fails.
func (s *smtpSender) connect(ctx context.Context) (*session, error) {
	c := &session{}
	stop := func() bool { return true }
	dial := func(dialCtx context.Context, network, _ string) (net.Conn, error) {
		raw, err := s.dialTCP(dialCtx, network, net.JoinHostPort(s.host, s.port))
		if err != nil {
			return nil, err
		}
		c.conn = newBoundedConn(raw)
		if s.plain && !remoteIsLoopback(raw) {
			return nil, errors.New("the host's name is a loopback name but its address is not, and without TLS nothing is sent elsewhere")
		}
		stop = context.AfterFunc(ctx, func() { c.conn.Close() })
		if !s.tlsFromStart {
			return c.conn, nil
		}
		secure := tls.Client(c.conn, s.tls)
		if err := secure.HandshakeContext(dialCtx); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		return secure, nil
	}

	client, err := gomail.NewClient(s.host, s.options(dial)...)
	if err != nil {
		return nil, fmt.Errorf("smtp client: %w", err)
	}
	c.client, err = client.DialToSMTPClientWithContext(ctx)
	stop()
	if err != nil {
		if c.conn != nil {
			c.conn.Close()
		}
		return nil, smtpError(stepConnect, err)
	}
	return c, nil
}

func (s *smtpSender) options(dial gomail.DialContextFunc) []gomail.Option {
	options := []gomail.Option{
		gomail.WithTimeout(connectTimeout),
		gomail.WithDialContextFunc(dial),
		gomail.WithTLSConfig(s.tls),
		gomail.WithoutSMTPUTF8(), // every address is ASCII by now
	}
	switch {
	case s.tlsFromStart:
		options = append(options, gomail.WithSSL())
	case s.plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.user == "" {
		return options
	}
	// The library discovers what the server offers; the order is its own, without
	// NTLM. Passwords in clear text are for TLS, and for loopback (where the library
	// wants that spelled out).
	mechanisms := []gomail.SMTPAuthType{
		gomail.SMTPAuthSCRAMSHA256PLUS, gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1PLUS,
		gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin,
	}
	if s.plain {
		mechanisms = []gomail.SMTPAuthType{
			gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5,
			gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc,
		}
	}
	return append(options,
		gomail.WithOpportunisticSMTPAuth(mechanisms...),
		gomail.WithUsername(s.user),
		gomail.WithPassword(s.password))
}

func remoteIsLoopback(c net.Conn) bool {
	host, _, err := net.SplitHostPort(c.RemoteAddr().String())
	// An IPv6 address may carry a zone.
	host, _, _ = strings.Cut(host, "%")
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}
