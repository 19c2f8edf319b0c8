package azfunc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are made in memory, so that the server's limits can be watched in
// the time of a synctest bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() pipes { return pipes{make(chan net.Conn), make(chan struct{})} }

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial returns the client's end of a connection.
func (p pipes) dial(t *testing.T) net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	t.Cleanup(func() { client.Close() })
	return client
}

func TestHeadersThatDoNotArriveInTenSecondsEndTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer()
		ln := newPipes()
		serveUntilTheEnd(t, s, ln)
		conn := ln.dial(t)
		begin := time.Now()
		io.WriteString(conn, "POST /ingest HTTP/1.1\r\nHost: ")
		rest, err := io.ReadAll(conn)
		if took := time.Since(begin); took != 10*time.Second || len(rest) > 0 {
			t.Errorf("after %s: %q, %v; want the end after 10s", took, rest, err)
		}
	})
}

func TestAnIdleConnectionEndsAfterTwoMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer()
		ln := newPipes()
		serveUntilTheEnd(t, s, ln)
		conn := ln.dial(t)
		const probe = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
		io.WriteString(conn, probe)
		receive(t, conn, []byte(probe))
		begin := time.Now()
		io.ReadAll(conn)
		if took := time.Since(begin); took != 2*time.Minute {
			t.Errorf("ended after %s, want 2m", took)
		}
	})
}

func TestHeadersOfMoreThan32KiBAreRefused(t *testing.T) {
	s, _ := newServer()
	addr := start(t, s)
	request := func(n int) []byte {
		return []byte("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + strings.Repeat("a", n) + "\r\n\r\n")
	}
	if resp := send(t, addr, request(30<<10)); resp.StatusCode != 200 {
		t.Errorf("30 KiB: %d", resp.StatusCode)
	}
	if resp := send(t, addr, request(36<<10)); resp.StatusCode != 431 { // net/http allows 4 KiB more than it is told
		t.Errorf("36 KiB: %d, want 431", resp.StatusCode)
	}
}

func TestAnEnvelopeThatDoesNotArriveIn30SecondsIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer()
		s.Queue("ingest", QueueFunction{Run: func(context.Context, Message) Outcome {
			t.Error("called")
			return Done()
		}})
		ln := newPipes()
		serveUntilTheEnd(t, s, ln)
		conn := ln.dial(t)
		begin := time.Now()
		request := "POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"
		go drip(t.Context(), conn, request)
		r := receive(t, conn, []byte(request))
		wantAnswer(t, r, 408)
		if took := time.Since(begin); took != 30*time.Second {
			t.Errorf("refused after %s, want 30s", took)
		}
		if rest, _ := io.ReadAll(conn); len(rest) > 0 {
			t.Errorf("the connection goes on: %q", rest)
		}
	})
}

// drip writes a request and then a space each second until the connection or ctx ends.
func drip(ctx context.Context, conn net.Conn, request string) {
	_, err := io.WriteString(conn, request)
	for err == nil {
		select {
		case <-time.After(time.Second):
			_, err = io.WriteString(conn, " ")
		case <-ctx.Done():
			return
		}
	}
}

func TestAnHTTPBodyThatDoesNotArriveIn30SecondsIsAnErrorToItsFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer()
		s.HTTP("capture", "leads", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begin := time.Now()
			_, err := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%t after %s", errors.Is(err, os.ErrDeadlineExceeded), time.Since(begin))
		}))
		ln := newPipes()
		serveUntilTheEnd(t, s, ln)
		conn := ln.dial(t)
		request := "POST /api/leads HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"
		go drip(t.Context(), conn, request)
		if r := receive(t, conn, []byte(request)); r.body != "true after 30s" {
			t.Errorf("answered %q", r.body)
		}
	})
}

func TestAFunctionMayWorkLongerThanItsBodyMayTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer()
		work := func(ctx context.Context) error {
			select {
			case <-time.After(2 * time.Minute):
			case <-ctx.Done():
			}
			return ctx.Err()
		}
		s.Timer("remind", func(ctx context.Context, _ Timer) error { return work(ctx) })
		s.HTTP("respond", "respond", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			if err := work(r.Context()); err != nil {
				http.Error(w, err.Error(), 500)
			}
		}))
		ln := newPipes()
		serveUntilTheEnd(t, s, ln)
		conn := ln.dial(t)
		const envelope = `{"Data":{"timer":{}}}`
		for range 2 { // the second request finds no deadline of the first
			for _, path := range []string{"/remind", "/api/respond"} {
				request := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, len(envelope), envelope)
				io.WriteString(conn, request)
				if r := receive(t, conn, []byte(request)); r.StatusCode != 200 {
					t.Errorf("%s: %d %s", path, r.StatusCode, r.body)
				}
			}
		}
	})
}

func TestAnInvocationGoesOnWhenTheHostIsGoneAndARequestDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer()
		began, ended := make(chan string), make(chan error)
		work := func(ctx context.Context) {
			began <- InvocationID(ctx)
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
			}
			ended <- ctx.Err()
		}
		s.Queue("ingest", QueueFunction{Run: func(ctx context.Context, _ Message) Outcome { work(ctx); return Done() }})
		s.HTTP("respond", "respond", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			work(r.Context())
		}))
		ln := newPipes()
		serveUntilTheEnd(t, s, ln)
		for path, want := range map[string]error{"/ingest": nil, "/api/respond": context.Canceled} {
			conn := ln.dial(t)
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nx-ms-invocation-id: i-1\r\nContent-Length: %d\r\n\r\n%s", path, len(aMessage), aMessage)
			if id := <-began; id != "i-1" {
				t.Errorf("%s: invocation id %q", path, id)
			}
			conn.Close()
			if err := <-ended; err != want {
				t.Errorf("%s ended with %v, want %v", path, err, want)
			}
		}
	})
}

func TestTheEndWaitsThreeSecondsForWhatRuns(t *testing.T) {
	for name, c := range map[string]struct{ work, wait time.Duration }{
		"nothing runs":            {0, 0},
		"a quick one is finished": {time.Second, time.Second},
		"a long one is cut off":   {time.Minute, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := newServer()
				began, ended, left := make(chan bool), make(chan bool), make(chan bool)
				s.Queue("ingest", QueueFunction{Run: func(context.Context, Message) Outcome {
					close(began)
					<-time.After(c.work)
					close(ended)
					return Done()
				}})
				ln := newPipes()
				ctx, stop := context.WithCancel(t.Context())
				stopped := make(chan error)
				go func() { stopped <- s.serve(ctx, ln) }()

				if c.work > 0 {
					conn := ln.dial(t)
					fmt.Fprintf(conn, "POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(aMessage), aMessage)
					<-began
					go func() {
						io.Copy(io.Discard, conn)
						close(left)
					}()
				}
				begin := time.Now()
				stop()
				if err := <-stopped; err != nil {
					t.Errorf("ended with %s", err)
				}
				// Shutdown looks again after at most half a second.
				if took := time.Since(begin); took < c.wait || took > c.wait+500*time.Millisecond {
					t.Errorf("ended after %s, want %s", took, c.wait)
				}
				if c.work > 0 {
					<-left
					if took := time.Since(begin); took > c.wait+500*time.Millisecond {
						t.Errorf("its connection ended after %s, want %s", took, c.wait)
					}
					<-ended // the bubble needs it; in Azure the process is gone by now
				}
			})
		})
	}
}

func TestAPortThatIsNoneIsAnError(t *testing.T) {
	s, _ := newServer()
	for _, port := range []string{"", " ", "0", "-1", "65536", "http", "80 ", "+80", "0x50", "127.0.0.1:80", ":80"} {
		if err := s.ListenAndServe(t.Context(), port); err == nil || !strings.Contains(err.Error(), "FUNCTIONS_CUSTOMHANDLER_PORT") {
			t.Errorf("%q: %v", port, err)
		}
	}
}

func TestAPortThatIsTakenIsAnError(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	s, _ := newServer()
	if err := s.ListenAndServe(t.Context(), port); err == nil {
		t.Error("no error")
	}
}

func TestAListenerThatBreaksIsAnError(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	s, _ := newServer()
	if err := s.serve(t.Context(), ln); !errors.Is(err, net.ErrClosed) {
		t.Errorf("ended with %v", err)
	}
}

func TestTheServerListensOnLoopbackUntilItsContextEnds(t *testing.T) {
	// Another process can take the port between here and ListenAndServe; then the next is tried.
	for range 10 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		ln.Close()

		s, _ := newServer()
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		go func() { stopped <- s.ListenAndServe(ctx, port) }()
		var conn net.Conn
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && len(stopped) == 0; {
			if conn, err = net.Dial("tcp", "127.0.0.1:"+port); err == nil {
				break
			}
		}
		if conn == nil {
			stop()
			<-stopped
			continue
		}
		defer conn.Close()
		const probe = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
		io.WriteString(conn, probe)
		if r := receive(t, conn, []byte(probe)); r.StatusCode != 200 {
			t.Errorf("probe: %d", r.StatusCode)
		}
		// All of 127.0.0.0/8 is this machine; only 127.0.0.1 may answer.
		if other, err := net.Dial("tcp", "127.0.0.2:"+port); err == nil {
			other.Close()
			t.Error("the server listens on more than 127.0.0.1")
		}
		stop()
		if err := <-stopped; err != nil {
			t.Errorf("ended with %s", err)
		}
		return
	}
	t.Fatal("no port could be had")
}
