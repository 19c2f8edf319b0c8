package servicebus

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	// handshakeTime is how long a client may take from connecting to its open frame.
	handshakeTime = 10 * time.Second
	// lingerTime is how long a client that is told goodbye has to hear it.
	lingerTime = time.Second
	// shortestIdle is the least idle timeout of a client that the broker keeps up with.
	shortestIdle = 20 * time.Millisecond
	// highestChannel bounds the sessions of a connection.
	highestChannel = 4999
	// outLimit is how much may wait for a client to read it. Above, the client gets no further
	// messages, and nothing it says is read.
	outLimit = 1 << 20
	// partialLimit bounds the messages of which a connection has sent only a part, together.
	partialLimit = 16 << 20
)

// mechanisms are offered because some client asks for each of them: ANONYMOUS the Go client, MSSBCBS
// the .NET one. None is checked.
var mechanisms = []string{"ANONYMOUS", "MSSBCBS", "PLAIN", "EXTERNAL"}

var heartbeat = frame(frameAMQP, 0, nil, nil)

// errBye is the orderly end of a connection.
var errBye = errors.New("connection ended")

// A conn is one client's connection. One goroutine reads and acts, under the broker's mutex; another
// writes, so that nobody who holds the mutex waits for the network.
type conn struct {
	broker *Broker
	net    net.Conn
	in     *bufio.Reader

	frameMax int // longest frame that the client takes

	// Guarded by the broker's mutex.
	sessions map[uint16]*session
	replies  map[string]*link // links that take answers, by node and reply-to address
	partial  int              // size of the messages of which a part is missing

	mu      sync.Mutex
	out     []byte
	full    bool // somebody has been told that out is full
	silent  bool // the writer has gone
	wake    chan struct{}
	beats   chan time.Duration // tells the writer how often the client wants to hear something
	drained chan struct{}
	stop    chan struct{} // has the writer write what there is and go
	gone    chan struct{} // closed by the writer
}

// serve talks to one client until either has enough or ctx ends.
func (b *Broker) serve(ctx context.Context, accepted net.Conn) {
	c := &conn{
		broker:   b,
		net:      accepted,
		in:       bufio.NewReaderSize(accepted, maxFrame),
		frameMax: minFrame,
		sessions: map[uint16]*session{},
		replies:  map[string]*link{},
		wake:     make(chan struct{}, 1),
		beats:    make(chan time.Duration, 1),
		drained:  make(chan struct{}, 1),
		stop:     make(chan struct{}),
		gone:     make(chan struct{}),
	}
	b.mu.Lock()
	b.conns[c] = true
	b.mu.Unlock()
	defer context.AfterFunc(ctx, func() { c.net.Close() })()
	defer c.net.Close()
	go c.write()

	err := c.read()
	c.leave()
	var refusal *wireError
	switch {
	case errors.As(err, &refusal):
		c.say(0, codeClose, refusal.encode())
	case errors.Is(err, errBye):
	default:
		c.net.Close() // nobody is there to hear anything
	}
	defer time.AfterFunc(lingerTime, func() { c.net.Close() }).Stop()
	close(c.stop)
	<-c.gone
	// What is closed with unread data is reset, and a reset can overtake the goodbye. So the broker
	// falls silent, and closes when the client has read that.
	if half, ok := c.net.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	io.Copy(io.Discard, c.net)
}

// leave takes the connection out of the broker.
func (c *conn) leave() {
	b := c.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, c)
	for _, s := range c.sessions {
		s.drop()
	}
}

// read hears the client out. It returns a *wireError to be told to the client, errBye if all has been
// said, or what went wrong with the network.
func (c *conn) read() error {
	c.net.SetReadDeadline(time.Now().Add(handshakeTime))
	if err := c.handshake(); err != nil {
		return err
	}
	for {
		c.net.SetReadDeadline(time.Now().Add(2 * c.broker.idle))
		kind, channel, body, err := readFrame(c.in)
		switch {
		case errors.Is(err, errFrame):
			return &wireError{condFraming, err.Error()}
		case err != nil:
			return err
		case kind != frameAMQP:
			return &wireError{condFraming, fmt.Sprintf("frame of type %d", kind)}
		case len(body) == 0:
			continue
		}
		code, f, payload, err := performative(body)
		if err != nil {
			return decodeError(err)
		}
		if err := c.act(channel, code, f, payload); err != nil {
			return err
		}
		if err := c.awaitRoom(); err != nil {
			return err
		}
	}
}

// act does what one frame says. Its error ends the connection.
func (c *conn) act(channel uint16, code uint64, f *fields, payload []byte) error {
	c.broker.mu.Lock()
	defer c.broker.mu.Unlock()
	s := c.sessions[channel]
	switch {
	case code == codeClose:
		c.say(0, codeClose)
		return errBye
	case code == codeBegin && s == nil:
		return c.begin(channel, f)
	case code == codeBegin, code == codeOpen:
		return &wireError{condIllegalState, "the session or connection is open already"}
	case s == nil:
		return &wireError{condNotAllowed, fmt.Sprintf("there is no session on channel %d", channel)}
	}
	return s.act(code, f, payload)
}

// handshake agrees on SASL, if the client wants it, and on AMQP, and opens the connection.
func (c *conn) handshake() error {
	header, err := c.readHeader()
	if err != nil {
		return err
	}
	if header == headerSASL {
		if err := c.authenticate(); err != nil {
			return err
		}
		if header, err = c.readHeader(); err != nil {
			return err
		}
	}
	c.post([]byte(headerAMQP))
	if header != headerAMQP {
		return errBye // whoever speaks something else has been told what is spoken here
	}
	code, f, err := c.readFirst(frameAMQP)
	if err != nil {
		return err
	}
	c.say(0, codeOpen, text("leadflow"), nil, unsigned(maxFrame), ushort(highestChannel), unsigned(uint32(c.broker.idle.Milliseconds())))
	frameMax := f.uint32(2, maxFrame)
	idle := time.Duration(f.uint32(4, 0)) * time.Millisecond
	switch {
	case code != codeOpen:
		return &wireError{condIllegalState, "the first frame has to be open"}
	case f.err != nil:
		return decodeError(f.err)
	case idle > 0 && idle < shortestIdle:
		return &wireError{condNotAllowed, "the idle timeout is too short"}
	case idle > 0:
		c.beats <- idle / 2
	}
	c.frameMax = int(min(max(frameMax, minFrame), maxFrame))
	return nil
}

func (c *conn) authenticate() error {
	c.post([]byte(headerSASL))
	offered := make([]value, len(mechanisms))
	for i, name := range mechanisms {
		offered[i] = symbol(name)
	}
	c.post(frame(frameSASL, 0, described(codeSASLMechanisms, list(array(typeSymbol8, offered...))), nil))
	code, f, err := c.readFirst(frameSASL)
	if err != nil {
		return err
	}
	if code != codeSASLInit || !slices.Contains(mechanisms, f.text(0)) {
		c.post(frame(frameSASL, 0, described(codeSASLOutcome, list(ubyte(1))), nil))
		return errBye
	}
	c.post(frame(frameSASL, 0, described(codeSASLOutcome, list(ubyte(0))), nil))
	return nil
}

func (c *conn) readHeader() (string, error) {
	header := make([]byte, len(headerAMQP))
	_, err := io.ReadFull(c.in, header)
	return string(header), err
}

// readFirst reads the one frame of the given kind that has to come now.
func (c *conn) readFirst(kind byte) (uint64, *fields, error) {
	got, _, body, err := readFrame(c.in)
	if err == nil && got != kind {
		err = errFrame
	}
	if err != nil {
		return 0, nil, err
	}
	code, f, _, err := performative(body)
	return code, f, err
}

// say sends one frame with no payload.
func (c *conn) say(channel uint16, code uint8, items ...value) {
	c.post(frame(frameAMQP, channel, described(code, list(items...)), nil))
}

// post has the writer send b.
func (c *conn) post(b []byte) {
	c.mu.Lock()
	if !c.silent {
		c.out = append(c.out, b...)
	}
	c.mu.Unlock()
	signal(c.wake)
}

// hasRoom tells whether the client keeps up. If not, the writer resumes deliveries later.
func (c *conn) hasRoom() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silent {
		return false
	}
	if len(c.out) >= outLimit {
		c.full = true
	}
	return len(c.out) < outLimit
}

// awaitRoom keeps a client that does not listen from talking.
func (c *conn) awaitRoom() error {
	for !c.hasRoom() {
		select {
		case <-c.drained:
		case <-c.gone:
			return net.ErrClosed
		}
	}
	return nil
}

// write sends what is posted, and heartbeats, until stop or until the network fails.
func (c *conn) write() {
	defer close(c.gone)
	defer func() {
		c.mu.Lock()
		c.silent, c.out = true, nil
		c.mu.Unlock()
	}()
	var beats <-chan time.Time
	for last := false; !last; {
		select {
		case <-c.stop:
			last = true
		case <-c.wake:
		case <-beats:
			c.post(heartbeat)
		case every := <-c.beats:
			ticker := time.NewTicker(every)
			defer ticker.Stop()
			beats = ticker.C
		}
		c.mu.Lock()
		out, full := c.out, c.full
		c.out, c.full = nil, false
		c.mu.Unlock()
		if len(out) > 0 {
			c.net.SetWriteDeadline(time.Now().Add(2 * c.broker.idle))
			if _, err := c.net.Write(out); err != nil {
				c.net.Close() // ends the reader too
				return
			}
		}
		if full {
			signal(c.drained)
			c.resume()
		}
	}
}

// resume continues the deliveries that waited for the client to read.
func (c *conn) resume() {
	c.broker.mu.Lock()
	defer c.broker.mu.Unlock()
	now := c.broker.now()
	for _, s := range c.sessions {
		s.resume(now)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
