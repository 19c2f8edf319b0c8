package servicebus

import (
	"bufio"
	"net"
	"testing"
	"time"
)

// A rawClient speaks frames, for what no well-behaved client says.
type rawClient struct {
	net net.Conn
	in  *bufio.Reader
}

// raw connects and begins a session on channel 0 with room for many frames.
func (s *server) raw(t *testing.T) *rawClient {
	t.Helper()
	c := s.rawHeader(t)
	c.say(t, codeOpen, text("raw"))
	c.want(t, codeOpen)
	c.say(t, codeBegin, nil, unsigned(0), unsigned(1<<20), unsigned(1<<20))
	c.want(t, codeBegin)
	return c
}

// rawHeader connects and agrees on AMQP without SASL.
func (s *server) rawHeader(t *testing.T) *rawClient {
	t.Helper()
	c := s.rawDial(t)
	c.write(t, []byte(headerAMQP))
	c.wantBytes(t, headerAMQP)
	return c
}

func (s *server) rawDial(t *testing.T) *rawClient {
	t.Helper()
	n, err := net.Dial("tcp", s.addr)
	must(t, err)
	t.Cleanup(func() { n.Close() })
	n.SetDeadline(time.Now().Add(20 * time.Second))
	return &rawClient{net: n, in: bufio.NewReader(n)}
}

func (c *rawClient) write(t *testing.T, b []byte) {
	t.Helper()
	_, err := c.net.Write(b)
	must(t, err)
}

func (c *rawClient) say(t *testing.T, code uint8, items ...value) {
	t.Helper()
	c.write(t, frame(frameAMQP, 0, described(code, list(items...)), nil))
}

// transfer sends one frame of a message on handle 0.
func (c *rawClient) transfer(t *testing.T, id uint32, more bool, payload []byte) {
	t.Helper()
	head := described(codeTransfer, list(unsigned(0), unsigned(id), octets([]byte{1}), unsigned(0), nil, boolean(more)))
	c.write(t, frame(frameAMQP, 0, head, payload))
}

// attachSender attaches a link for sending to node, with handle 0, and takes its first credit.
func (c *rawClient) attachSender(t *testing.T, node string) {
	t.Helper()
	c.say(t, codeAttach, text("sender"), unsigned(0), boolean(false), nil, nil,
		described(codeSource, list()), described(codeTarget, list(text(node))), nil, nil, unsigned(0))
	if f := c.want(t, codeAttach); f.at(6) == nil {
		t.Fatal("the link is refused")
	}
	c.want(t, codeFlow)
}

// attachReceiver attaches a link that locks the messages of node, with the given handle.
func (c *rawClient) attachReceiver(t *testing.T, handle uint32, node string) {
	t.Helper()
	c.say(t, codeAttach, text("receiver"), unsigned(handle), boolean(true), nil, ubyte(receiverSecond),
		described(codeSource, list(text(node))), described(codeTarget, list()))
	if f := c.want(t, codeAttach); f.at(5) == nil {
		t.Fatal("the link is refused")
	}
}

// read returns the next frame that is no heartbeat.
func (c *rawClient) read(t *testing.T) (code uint64, f *fields, payload []byte) {
	t.Helper()
	for {
		_, _, body, err := readFrame(c.in)
		must(t, err)
		if len(body) == 0 {
			continue
		}
		code, f, payload, err = performative(body)
		must(t, err)
		return code, f, payload
	}
}

// want reads the next frame, which has to be of one kind.
func (c *rawClient) want(t *testing.T, want uint64) *fields {
	t.Helper()
	code, f, _ := c.read(t)
	if code != want {
		t.Fatalf("frame 0x%x %v, want 0x%x", code, f.items, want)
	}
	return f
}

// wantError reads a frame that carries an error in its i-th field.
func (c *rawClient) wantError(t *testing.T, want uint64, i int, condition string) {
	t.Helper()
	f := c.want(t, want)
	if got := conditionOf(f.at(i)); got != condition {
		t.Fatalf("condition %q, want %q", got, condition)
	}
}

func conditionOf(v value) string {
	_, e, ok := composite(v)
	if !ok {
		return ""
	}
	return e.text(0)
}

func (c *rawClient) wantBytes(t *testing.T, want string) {
	t.Helper()
	got := make([]byte, len(want))
	for n := 0; n < len(got); {
		m, err := c.in.Read(got[n:])
		must(t, err)
		n += m
	}
	if string(got) != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

// wantEnd wants the broker to have closed the connection.
func (c *rawClient) wantEnd(t *testing.T) {
	t.Helper()
	if b, err := c.in.ReadByte(); err == nil {
		t.Fatalf("got byte 0x%x, want the end", b)
	} else if e, ok := err.(net.Error); ok && e.Timeout() {
		t.Fatal("the connection stays open")
	}
}

// body is a message with nothing but a body.
func body(b []byte) []byte { return described(codeData, octets(b)) }
