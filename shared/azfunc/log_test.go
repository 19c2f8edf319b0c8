package azfunc

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestALogLineIsInUTCAndHasTheInvocationID(t *testing.T) {
	var out lines
	log := NewLogger(&out, slog.LevelInfo)
	ctx := withInvocationID(t.Context(), http.Header{"X-Ms-Invocation-Id": {"abc-1"}})
	at := time.Date(2026, 11, 22, 18, 41, 7, 0, time.FixedZone("KST", 9*3600))
	r := slog.NewRecord(at, slog.LevelInfo, "hello", 0)
	r.AddAttrs(slog.String("k", "v"))
	if err := log.With("with", 1).Handler().Handle(ctx, r); err != nil {
		t.Fatal(err)
	}
	want := `{"time":"2026-11-22T09:41:07Z","level":"INFO","msg":"hello","with":1,"k":"v","invocationId":"abc-1"}` + "\n"
	if got := out.String(); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestALogLineOutsideOfAnInvocationHasNoID(t *testing.T) {
	var out lines
	log := NewLogger(&out, slog.LevelInfo)
	log.Debug("too quiet")
	log.Info("start")
	if r := out.only(t); r["msg"] != "start" || len(r) != 3 {
		t.Errorf("logged %v", r)
	}
}

func TestALogGroupHasTheInvocationIDToo(t *testing.T) {
	var out lines
	ctx := withInvocationID(t.Context(), http.Header{"X-Ms-Invocation-Id": {"abc-1"}})
	NewLogger(&out, slog.LevelInfo).WithGroup("queue").InfoContext(ctx, "sent")
	if r := out.only(t); fmt.Sprint(r["queue"]) != "map[invocationId:abc-1]" {
		t.Errorf("logged %v", r)
	}
}

func TestTheLevelOfTheLoggerCanChange(t *testing.T) {
	var out lines
	var level slog.LevelVar
	log := NewLogger(&out, &level)
	log.Debug("too quiet")
	level.Set(slog.LevelDebug)
	log.Debug("now")
	if r := out.only(t); r["msg"] != "now" {
		t.Errorf("logged %v", r)
	}
}

func TestTheInvocationIDComesFromEitherHeader(t *testing.T) {
	const proxied, other = "x-ms-invocation-id", "X-Azure-Functions-InvocationId"
	for name, c := range map[string]struct {
		headers map[string]string
		want    any
	}{
		"of a proxied request":                    {map[string]string{proxied: "p-1"}, "p-1"},
		"of any other":                            {map[string]string{other: "o-1"}, "o-1"},
		"a caller of a proxied one cannot set it": {map[string]string{proxied: "p-1", other: "forged"}, "p-1"},
		"no header":                               {nil, nil},
		"a text that is no id is not logged":      {map[string]string{proxied: "ann@contoso.com"}, nil},
		"a very long id is not logged":            {map[string]string{other: strings.Repeat("a", 65)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, log := newServer()
			var seen []string
			s.Queue("ingest", QueueFunction{Run: func(ctx context.Context, _ Message) Outcome {
				seen = append(seen, InvocationID(ctx))
				return Done()
			}})
			s.HTTP("capture", "leads", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				seen = append(seen, InvocationID(r.Context()))
			}))
			for _, path := range []string{"/ingest", "/api/leads"} {
				r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(aMessage))
				for k, v := range c.headers {
					r.Header.Set(k, v)
				}
				s.Handler().ServeHTTP(httptest.NewRecorder(), r)
			}
			records := log.records(t)
			if len(records) != 2 || len(seen) != 2 {
				t.Fatalf("%d lines logged and %d functions called, want 2 and 2:\n%s", len(records), len(seen), log)
			}
			want, _ := c.want.(string)
			for i, r := range records {
				if r["invocationId"] != c.want || seen[i] != want {
					t.Errorf("the function saw %q, logged %v", seen[i], r)
				}
			}
		})
	}
}

func TestALongErrorIsCutAndOnOneLine(t *testing.T) {
	if got := bounded("a\n\tb\r\nc", 100); got != "a b c" {
		t.Errorf("got %q", got)
	}
	if got := bounded(strings.Repeat("é", 100), 20); got != strings.Repeat("é", 8)+"..." {
		t.Errorf("got %q", got)
	}
}
