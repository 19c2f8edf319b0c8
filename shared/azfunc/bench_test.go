package azfunc

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func BenchmarkAnEnvelopeIsDecoded(b *testing.B) {
	for name, body := range map[string]string{"lead of 1 KiB": strings.Repeat("x", 1<<10), "message of 192 KiB": strings.Repeat("x", 192<<10)} {
		envelope := []byte(strings.Replace(binaryEnvelope([]byte(body)), `"Metadata":{}`,
			`"Metadata":{"MessageReceiver":{},"Client":{"FullyQualifiedNamespace":"sb-example.servicebus.windows.net"},"DeliveryCount":"1",`+
				`"EnqueuedTimeUtc":"2026-11-22T09:41:07","MessageId":"\"9f86d081884c7d65\"","ContentType":"\"application/json\"","SequenceNumber":"42",`+
				`"ApplicationProperties":{"schema":"1","attempt":2},"UserProperties":{"schema":"1","attempt":2},"sys":{"MethodName":"ingest"}}`, 1))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(envelope)))
			b.ReportAllocs()
			for b.Loop() {
				e, err := decodeEnvelope(envelope)
				if err != nil {
					b.Fatal(err)
				}
				if m, err := e.message(); err != nil || m.DeliveryCount != 1 {
					b.Fatal(m, err)
				}
			}
		})
	}
}

func BenchmarkAnInvocationIsAnswered(b *testing.B) {
	s := New(NewLogger(io.Discard, nil))
	s.Queue("ingest", QueueFunction{Run: func(context.Context, Message) Outcome { return Done() }})
	h := s.Handler()
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ingest", strings.NewReader(aMessage)))
		if w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

func BenchmarkAnHTTPRequestIsRouted(b *testing.B) {
	s := New(NewLogger(io.Discard, nil))
	s.HTTP("respond", "respond", http.NotFoundHandler())
	s.HTTP("capture", "leads/{offerId?}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("offerId") != "contoso.backup-preview" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	h := s.Handler()
	r := httptest.NewRequest(http.MethodGet, "/api/leads/contoso.backup-preview?code=x", nil)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
