package mail

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// session is one connection to an SMTP server that is ready to take mail.
type session struct {
	client *smtp.Client
	conn   *boundedConn
}

// step is where in the dialogue something happened; the words appear in errors.
type step string

const (
	stepConnect step = "connect" // greeting, EHLO, STARTTLS, AUTH
	stepFrom    step = "sender"
	stepTo      step = "recipient"
	stepData    step = "data"
	stepEnd     step = "message"
)

// transmit sends one message and says at which step it failed.
func (c *session) transmit(ctx context.Context, from, to string, source []byte) (step, error) {
	c.conn.refill()
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	defer stop()
	// The library has left a deadline for connecting on the connection. From here
	// on ctx decides, which sendTimeout bounds.
	if err := c.client.UpdateDeadline(sendTimeout + time.Second); err != nil {
		return stepFrom, err
	}
	if err := c.client.Mail("<" + from + ">"); err != nil {
		return stepFrom, err
	}
	if err := c.client.Rcpt("<" + to + ">"); err != nil {
		return stepTo, err
	}
	data, err := c.client.Data()
	if err != nil {
		return stepData, err
	}
	if _, err := data.Write(source); err != nil {
		return stepEnd, err
	}
	return stepEnd, data.Close()
}

// alive asks the server whether it is still there, and clears what a refused mail
// has left (RSET).
func (c *session) alive(ctx context.Context) bool {
	c.conn.refill()
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	defer stop()
	return c.client.UpdateDeadline(checkTimeout) == nil && c.client.Reset() == nil
}

// quit says goodbye and closes.
func (c *session) quit() {
	c.conn.refill()
	if c.client.UpdateDeadline(checkTimeout) == nil {
		_ = c.client.Quit() // the connection is given up, whatever the answer
	}
	c.conn.Close()
}

// maxReplies bounds what a server may say during one mail, certificates included;
// the library reads lines of any length.
const maxReplies = 256 << 10

// boundedConn is a connection from which only so much can be read.
type boundedConn struct {
	net.Conn
	left atomic.Int64
}

func newBoundedConn(c net.Conn) *boundedConn {
	b := &boundedConn{Conn: c}
	b.refill()
	return b
}

func (b *boundedConn) refill() { b.left.Store(maxReplies) }

func (b *boundedConn) Read(p []byte) (int, error) {
	left := b.left.Load()
	if left <= 0 {
		return 0, errors.New("the server says more than 256 KiB about one mail")
	}
	n, err := b.Conn.Read(p[:min(int64(len(p)), left)])
	b.left.Add(-int64(n))
	return n, err
}
