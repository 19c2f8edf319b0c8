package azfunc

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// NewLogger returns a logger that writes one JSON object per line to w, with the time in UTC and, where
// the context of a record has one, the invocation id as "invocationId". w is meant to be stdout: the host
// makes an error trace of every line on stderr.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(invocationLog{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})})
}

// invocationLog adds the invocation id to each record. In a logger with a group it becomes part of the
// group.
type invocationLog struct{ slog.Handler }

func (h invocationLog) Handle(ctx context.Context, r slog.Record) error {
	r.Time = r.Time.UTC()
	if id := InvocationID(ctx); id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("invocationId", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h invocationLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return invocationLog{h.Handler.WithAttrs(attrs)}
}

func (h invocationLog) WithGroup(name string) slog.Handler {
	return invocationLog{h.Handler.WithGroup(name)}
}

type invocationKey struct{}

// InvocationID returns the host's id of the invocation that ctx belongs to, "" outside of one. It finds the
// invocation in the host's own logs and traces.
func InvocationID(ctx context.Context) string {
	id, _ := ctx.Value(invocationKey{}).(string)
	return id
}

// withInvocationID puts the invocation id of a request into its context.
//
// x-ms-invocation-id comes with proxied requests, X-Azure-Functions-InvocationId with all others. A caller
// of a proxied request can send the latter too, so the former wins.
func withInvocationID(ctx context.Context, h http.Header) context.Context {
	for _, name := range []string{"X-Ms-Invocation-Id", "X-Azure-Functions-Invocationid"} {
		if id := h.Get(name); isInvocationID(id) {
			return context.WithValue(ctx, invocationKey{}, id)
		}
	}
	return ctx
}

// isInvocationID accepts what looks like the host's GUIDs, so that nothing else gets into the log by this
// way.
func isInvocationID(id string) bool {
	const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"
	return id != "" && len(id) <= 64 && strings.Trim(id, letters) == ""
}
