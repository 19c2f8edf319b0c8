package host

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// journal is where the host writes down what happens. It is safe for concurrent use and writes whole lines.
type journal struct {
	mu  sync.Mutex
	out io.Writer
	log *slog.Logger
}

func newJournal(out io.Writer, log *slog.Logger) *journal {
	if out == nil {
		out = io.Discard
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &journal{out: out, log: log}
}

// info writes a message of the host; args are names and values in turn, as in log/slog.
func (j *journal) info(message string, args ...any) {
	j.log.Info(message, args...)
	j.line("host: ", format(message, args))
}

// error is info for what went wrong.
func (j *journal) error(message string, args ...any) {
	j.log.Error(message, args...)
	j.line("host: error: ", format(message, args))
}

func format(message string, args []any) string {
	var b strings.Builder
	b.WriteString(message)
	for i := 0; i+1 < len(args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", args[i], args[i+1])
	}
	return b.String()
}

// line writes one line to the output.
func (j *journal) line(prefix, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	// An output that cannot be written to has no better place to say so.
	_, _ = fmt.Fprintf(j.out, "%s%s\n", prefix, strings.TrimRight(text, "\r\n"))
}

// maxLine is where a line without an end is cut.
const maxLine = 64 << 10

// lines passes what is written to it to a journal, line by line. Only one goroutine may use it.
type lines struct {
	j      *journal
	prefix string
	rest   []byte
}

// Write takes any part of the text. It never fails.
func (l *lines) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			i = len(b) - 1
		}
		room := maxLine - len(l.rest)
		part := b[:min(i+1, room)]
		b = b[len(part):]
		l.rest = append(l.rest, part...)
		if l.rest[len(l.rest)-1] == '\n' || len(l.rest) == maxLine {
			l.flush()
		}
	}
	return n, nil
}

// flush writes a last line that has no end.
func (l *lines) flush() {
	if len(l.rest) > 0 {
		l.j.line(l.prefix, string(l.rest))
		l.rest = l.rest[:0]
	}
}
