package queue_test

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"leadflow/shared/queue"
	"leadflow/shared/topology"
)

const kib = 1 << 10

func TestWhatTheRequestSaidOfItselfIsBounded(t *testing.T) {
	b := start(t)
	for _, c := range []struct{ name, text, want string }{
		{"1 KiB is kept", strings.Repeat("x", kib), strings.Repeat("x", kib)},
		{"more is cut", strings.Repeat("x", kib+1), strings.Repeat("x", kib)},
		{"very much more is cut", strings.Repeat("x", 1<<20), strings.Repeat("x", kib)},
		{"no character is cut in two", "x" + strings.Repeat("é", kib/2), "x" + strings.Repeat("é", kib/2-1)},
		{"nor one of four bytes", strings.Repeat("x", kib-3) + "😀", strings.Repeat("x", kib-3)},
		{"one that just fits is kept", strings.Repeat("x", kib-4) + "😀", strings.Repeat("x", kib-4) + "😀"},
		{"bytes that are no text arrive as the sign for that", "text/\xff\xfeplain", "text/\uFFFDplain"},
		{"bytes that are no text are bounded too", strings.Repeat("x\xff", kib), strings.Repeat("x\uFFFD", kib/4)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := submission()
			s.ID, s.OfferID, s.ContentType = c.name, c.text, c.text
			if err := b.SendSubmission(t.Context(), s, ""); err != nil {
				t.Fatal(err)
			}
			got := queue.Submission(delivered(b.receiveOne(topology.QueueLeads)))
			if got.OfferID != c.want || got.ContentType != c.want {
				t.Errorf("offer of %d bytes (%.20q), content type of %d bytes, want %d (%.20q)", len(got.OfferID), got.OfferID, len(got.ContentType), len(c.want), c.want)
			}
			if !utf8.ValidString(got.OfferID) {
				t.Error("the offer is no text")
			}
		})
	}
}

func TestTheLargestSubmissionFitsIntoAMessageAndIntoItsCopies(t *testing.T) {
	b := start(t)
	s := submission()
	s.ID = strings.Repeat("i", 100)
	s.OfferID, s.ContentType = strings.Repeat("é", kib), strings.Repeat("é", kib)
	s.Body = make([]byte, 192*kib)
	if _, err := rand.Read(s.Body); err != nil {
		t.Fatal(err)
	}
	b.must(b.SendSubmission(t.Context(), s, queue.SweepID(morning)))
	m := b.receiveOne(topology.QueueLeads)
	for range 2 {
		b.must(b.Postpone(t.Context(), topology.QueueLeads, delivered(m), time.Minute, morning))
		m = b.receiveOne(topology.QueueLeads)
	}
	if got := queue.Submission(delivered(m)); got.ID != s.ID || !bytes.Equal(got.Body, s.Body) || len(got.OfferID) != kib {
		t.Errorf("submission %s with %d bytes and an offer of %d", got.ID, len(got.Body), len(got.OfferID))
	}
}

func TestAMessageThatIsTooLargeIsRefusedForGoodAndHarmsNoOther(t *testing.T) {
	b := start(t)
	b.must(b.SendSubmission(t.Context(), submission(), ""))
	large := submission()
	large.Body = make([]byte, 256*kib)
	for range 2 {
		if err := b.SendSubmission(t.Context(), large, "/r1"); !queue.Refused(err) {
			t.Errorf("error %v", err)
		}
	}
	b.must(b.SendSubmission(t.Context(), submission(), "/r2"))
	if n := b.lab.Queued()["leads"].Active; n != 2 {
		t.Errorf("%d messages in the queue", n)
	}
}

func TestNoErrorIsNoRefusal(t *testing.T) {
	if queue.Refused(nil) {
		t.Error("a success is a refusal")
	}
}
