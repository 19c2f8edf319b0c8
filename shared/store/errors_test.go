package store_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/store"
)

// faulty answers so many requests for documents with a status, and sends all others on.
type faulty struct {
	status     int
	retryAfter time.Duration
	left       atomic.Int64
	asked      atomic.Int64
}

func (f *faulty) Do(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, "/docs") {
		return http.DefaultClient.Do(r)
	}
	f.asked.Add(1)
	if f.left.Add(-1) < 0 {
		return http.DefaultClient.Do(r)
	}
	h := http.Header{}
	if f.retryAfter > 0 {
		h.Set("x-ms-retry-after-ms", strconv.FormatInt(f.retryAfter.Milliseconds(), 10))
	}
	return &http.Response{StatusCode: f.status, Status: strconv.Itoa(f.status), Header: h, Body: io.NopCloser(strings.NewReader(`{"code":"x"}`)), Request: r}, nil
}

// answering is a store whose database answers so many requests for documents with a status.
func answering(t *testing.T, f *faulty, times int64) *store.Store {
	t.Helper()
	d := open(t)
	if err := d.AddSubmission(t.Context(), submission("s1")); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(store.Options{Endpoint: d.url, Key: cosmos.EmulatorKey, Database: "leadflow", Transport: f})
	if err != nil {
		t.Fatal(err)
	}
	f.left.Store(times)
	return s
}

func TestAnAnswerThatMayPassIsRiddenOutOrLeftToTheBackOff(t *testing.T) {
	for _, status := range []int{408, 410, 429, 449, 500, 502, 503, 504} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			once := &faulty{status: status}
			if _, err := answering(t, once, 1).Entry(t.Context(), "s1"); status != http.StatusServiceUnavailable && (err != nil || once.asked.Load() != 2) {
				t.Errorf("once: %v, after %d requests", err, once.asked.Load())
			}
			always := &faulty{status: status}
			_, err := answering(t, always, 1000).Entry(t.Context(), "s1")
			if err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrExists) || !strings.Contains(err.Error(), strconv.Itoa(status)) {
				t.Errorf("always: %v", err)
			}
			if n := always.asked.Load(); n > 12 {
				t.Errorf("always: %d requests", n)
			}
		})
	}
}

func TestAnAnswerThatWantsALongPauseIsLeftToTheBackOffAtOnce(t *testing.T) {
	f := &faulty{status: http.StatusTooManyRequests, retryAfter: time.Minute}
	if _, err := answering(t, f, 1).Entry(t.Context(), "s1"); err == nil || f.asked.Load() != 1 {
		t.Errorf("%v, after %d requests", err, f.asked.Load())
	}
}

func TestARefusalNamesWhatTheOperatorHasToMend(t *testing.T) {
	for _, status := range []int{401, 403} {
		f := &faulty{status: status}
		if _, err := answering(t, f, 1000).Entry(t.Context(), "s1"); err == nil || !strings.Contains(err.Error(), "check COSMOS_KEY") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestAConditionThatDoesNotHoldIsNoFailureOfTheDatabase(t *testing.T) {
	for status, want := range map[int]error{404: store.ErrNotFound, 409: store.ErrExists, 412: store.ErrChanged} {
		f := &faulty{status: status}
		m := &store.Mail{ID: "m1", Kind: lead.MailAlert}
		if err := answering(t, f, 1).ReplaceMail(t.Context(), m); !errors.Is(err, want) || f.asked.Load() != 1 {
			t.Errorf("%d: %v, after %d requests", status, err, f.asked.Load())
		}
	}
}
