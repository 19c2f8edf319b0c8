package inbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const (
	maxMessageBytes = 10 << 20
	maxRecipients   = 100
	maxReceiving    = 8
	// idleTimeout is how long a connection may say nothing, and how long one mail may take (RFC 5321,
	// section 4.5.3.2.7, asks for 5 minutes).
	idleTimeout = 5 * time.Minute
)

// ServeSMTP accepts mail on l, which it closes, until ctx ends, and returns nil then. Connections that
// are open at that moment are cut: a mail that was not yet answered is not kept, and its sender, having
// no answer, has to send it again. It may run for several listeners at once.
func (i *Inbox) ServeSMTP(ctx context.Context, l net.Listener) error {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{inbox: i}, nil
	}))
	server.Domain = "localhost"
	server.MaxMessageBytes = maxMessageBytes
	server.MaxRecipients = maxRecipients
	server.AllowInsecureAuth = true
	server.EnableSMTPUTF8 = true
	server.ReadTimeout = idleTimeout
	server.WriteTimeout = idleTimeout
	server.ErrorLog = slog.NewLogLogger(i.log.Handler(), slog.LevelWarn)

	closeAll := sync.OnceFunc(func() {
		server.Close()
		l.Close() // the server knows l only once Serve runs
	})
	defer closeAll()
	stop := context.AfterFunc(ctx, closeAll)
	defer stop()
	if err := server.Serve(l); err != nil {
		return fmt.Errorf("accepting mail on %s: %w", l.Addr(), err)
	}
	return nil
}

// session is one connection.
type session struct {
	inbox *Inbox
	from  string
	to    []string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain, sasl.Login} }

func (s *session) Auth(mechanism string) (sasl.Server, error) {
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, _, _ string) error { return nil }), nil
	case sasl.Login:
		return &loginServer{}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if err := s.inbox.refusal(StageMail, from, ""); err != nil {
		return err
	}
	s.from, s.to = from, nil
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.inbox.refusal(StageRcpt, s.from, to); err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	// The server hands over a mail in chunks as a pipe, on a goroutine of its own. It takes one that
	// was cut off in its last chunk for whole and mixes up the answers after a reset, so none is taken.
	if _, chunks := r.(*io.PipeReader); chunks {
		return &smtp.SMTPError{Code: 502, EnhancedCode: smtp.EnhancedCode{5, 5, 1}, Message: "BDAT is not taken here, use DATA"}
	}
	s.inbox.receiving <- struct{}{}
	defer func() { <-s.inbox.receiving }()

	raw, err := io.ReadAll(r)
	if err != nil {
		return err // too large or cut off: the server's own errors, which it looks for unwrapped
	}
	if err := s.inbox.refusal(StageData, s.from, strings.Join(s.to, ",")); err != nil {
		return err
	}
	s.inbox.accept(raw, s.from, s.to)
	return nil
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }

// refusal asks Options.Fault and returns nil or an *smtp.SMTPError, the only error that the server
// answers at every stage as it is.
func (i *Inbox) refusal(stage, from, to string) error {
	if i.fault == nil {
		return nil
	}
	err := i.fault(stage, from, to)
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*smtp.SMTPError](err); ok {
		return refused
	}
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: err.Error()}
}

// loginServer is the server's side of AUTH LOGIN, which asks for a user and then a password. Any will do.
type loginServer struct{ answers int }

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response != nil {
		l.answers++
	}
	switch l.answers {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, nil
}
