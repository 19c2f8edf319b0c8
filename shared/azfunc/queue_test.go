package azfunc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestADecisionIsCarriedOut(t *testing.T) {
	errSend, errWrite := errors.New("send: connection lost"), errors.New("write: 503")
	const (
		wait    = 30 * time.Second
		tooLong = "tried for long enough: cosmos: 429"
		noWrite = "quarantine could not be written: quarantine: write: 503"
	)
	type table map[string]struct {
		run              Outcome
		giveUp           bool
		postpone         error
		quarantine       error
		without          string // "postpone", "quarantine": what the function does not have
		steps            []string
		status           int
		waited           time.Duration
		outcome, details string // logged
	}
	for name, c := range (table{
		"done is success": {
			run: Done(), status: 200, outcome: "done"},
		"later sends a copy": {
			run: Later(0, errOutage), steps: []string{"postpone 0s: cosmos: 429"},
			status: 200, outcome: "later", details: "cosmos: 429"},
		"later after a time sends a copy for then": {
			run: Later(time.Hour, errOutage), steps: []string{"postpone 1h0m0s: cosmos: 429"},
			status: 200, outcome: "later", details: "cosmos: 429"},
		"later whose copy cannot be sent waits and fails": {
			run: Later(0, errOutage), postpone: errSend, steps: []string{"postpone 0s: cosmos: 429"},
			status: 500, waited: wait, outcome: "failed", details: "carry out later (cosmos: 429): postpone: send: connection lost"},
		"later where nothing can be postponed waits and fails": {
			run: Later(0, errOutage), without: "postpone",
			status: 500, waited: wait, outcome: "failed", details: "carry out later (cosmos: 429): this function cannot postpone a message"},
		"later that was tried for long enough is quarantined": {
			run: Later(0, errOutage), giveUp: true, steps: []string{"quarantine: " + tooLong},
			status: 200, outcome: "never", details: tooLong},
		"later that was tried for long enough and cannot be quarantined comes later all the same": {
			run: Later(0, errOutage), giveUp: true, quarantine: errWrite,
			steps:  []string{"quarantine: " + tooLong, "postpone 0s: " + noWrite},
			status: 200, outcome: "later", details: noWrite},
		"never is quarantined": {
			run: Never("unreadable"), steps: []string{"quarantine: unreadable"},
			status: 200, outcome: "never", details: "unreadable"},
		"never that cannot be quarantined comes later": {
			run: Never("unreadable"), quarantine: errWrite, steps: []string{"quarantine: unreadable", "postpone 0s: " + noWrite},
			status: 200, outcome: "later", details: noWrite},
		"never that can neither be quarantined nor postponed waits and fails": {
			run: Never("unreadable"), quarantine: errWrite, postpone: errSend, steps: []string{"quarantine: unreadable", "postpone 0s: " + noWrite},
			status: 500, waited: wait, outcome: "failed", details: "send: connection lost"},
		"never that cannot be quarantined where nothing can be postponed waits and fails": {
			run: Never("unreadable"), quarantine: errWrite, without: "postpone", steps: []string{"quarantine: unreadable"},
			status: 500, waited: wait, outcome: "failed", details: "this function cannot postpone a message"},
		"never without a quarantine comes later": {
			run: Never("unreadable"), without: "quarantine",
			steps:  []string{"postpone 0s: quarantine could not be written: this function has no quarantine"},
			status: 200, outcome: "later", details: "this function has no quarantine"},
		"no decision is a bug and fails at once": {
			run: Outcome{}, status: 500, outcome: "failed", details: "the function panicked"},
	}) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, log := newServer()
				var steps []string
				f := QueueFunction{
					Run: func(context.Context, Message) Outcome { return c.run },
					Postpone: func(ctx context.Context, m Message, after time.Duration, reason string) error {
						if m.ID != "m1" || ctx.Err() != nil {
							t.Errorf("postpone message %q, context %v", m.ID, ctx.Err())
						}
						steps = append(steps, fmt.Sprintf("postpone %s: %s", after, reason))
						return c.postpone
					},
					Quarantine: func(ctx context.Context, m Message, reason string) error {
						if m.ID != "m1" || ctx.Err() != nil {
							t.Errorf("quarantine message %q, context %v", m.ID, ctx.Err())
						}
						steps = append(steps, "quarantine: "+reason)
						return c.quarantine
					},
					GiveUp:   func(Message) bool { return c.giveUp },
					FailWait: wait,
				}
				switch c.without {
				case "postpone":
					f.Postpone = nil
				case "quarantine":
					f.Quarantine = nil
				}
				s.Queue("ingest", f)

				begin := time.Now()
				line := wantAnswer(t, post(s, "ingest", aMessage), c.status)
				if waited := time.Since(begin); waited != c.waited {
					t.Errorf("answered after %s, want %s", waited, c.waited)
				}
				if !slices.Equal(steps, c.steps) {
					t.Errorf("steps\n%q, want\n%q", steps, c.steps)
				}
				if !strings.HasPrefix(line, "ingest: "+c.outcome) {
					t.Errorf("answered %q, want %q", line, "ingest: "+c.outcome)
				}
				record := log.only(t)
				said := fmt.Sprint(record["reason"])
				if c.outcome == "failed" {
					said = fmt.Sprint(record["error"])
				}
				if record["outcome"] != c.outcome || c.details != "" && !strings.Contains(said, c.details) {
					t.Errorf("logged outcome %v because %q, want %s because %q", record["outcome"], said, c.outcome, c.details)
				}
				if record["function"] != "ingest" || record["deliveryCount"] != 3.0 || record["messageId"] != "m1" || record["durationMs"] != float64(c.waited.Milliseconds()) {
					t.Errorf("logged %v", record)
				}
			})
		})
	}
}

func TestAQueueFunctionHasTimeLeftToCarryOutItsDecision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer()
		begin := time.Now()
		var postponedAt time.Duration
		s.Queue("ingest", QueueFunction{
			Run: func(ctx context.Context, _ Message) Outcome {
				<-ctx.Done()
				return Later(0, ctx.Err())
			},
			Postpone: func(ctx context.Context, _ Message, _ time.Duration, _ string) error {
				postponedAt = time.Since(begin)
				return ctx.Err()
			},
		})
		wantAnswer(t, post(s, "ingest", aMessage), 200)
		if postponedAt != 4*time.Minute {
			t.Errorf("Run ended after %s, want 4m", postponedAt)
		}
	})
}

func TestTheWaitBeforeAFailureEndsWithTheInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newServer()
		s.Queue("rescue", QueueFunction{
			Run:      func(context.Context, Message) Outcome { return Later(0, errOutage) },
			FailWait: time.Hour,
		})
		begin := time.Now()
		wantAnswer(t, post(s, "rescue", aMessage), 500)
		if took := time.Since(begin); took != 4*time.Minute+30*time.Second {
			t.Errorf("failed after %s, want 4m30s", took)
		}
	})
}

func TestAPanicFailsTheInvocationAtOnceAndStaysInTheLog(t *testing.T) {
	boom := func() { panic("lead without an owner") }
	postpone := func(context.Context, Message, time.Duration, string) error { return nil }
	for name, c := range map[string]struct {
		function QueueFunction
		waited   time.Duration
	}{
		"in Run": {QueueFunction{
			Run:      func(context.Context, Message) Outcome { boom(); return Done() },
			Postpone: postpone}, 0},
		"in Postpone": {QueueFunction{
			Run:      func(context.Context, Message) Outcome { return Later(0, errOutage) },
			Postpone: func(context.Context, Message, time.Duration, string) error { boom(); return nil }}, 0},
		"in Quarantine": {QueueFunction{
			Run:        func(context.Context, Message) Outcome { return Never("x") },
			Quarantine: func(context.Context, Message, string) error { boom(); return nil },
			Postpone:   postpone}, 0},
		"in Run at a dead-letter queue, which would spin": {QueueFunction{
			Run: func(context.Context, Message) Outcome { boom(); return Done() }}, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, log := newServer()
				f := c.function
				f.FailWait = 30 * time.Second
				s.Queue("ingest", f)
				begin := time.Now()
				if line := wantAnswer(t, post(s, "ingest", aMessage), 500); line != "ingest: failed (the function panicked)" {
					t.Errorf("answered %q", line)
				}
				if waited := time.Since(begin); waited != c.waited {
					t.Errorf("waited %s, want %s", waited, c.waited)
				}
				r := log.only(t)
				if stack, _ := r["stack"].(string); r["panic"] != "lead without an owner" || r["level"] != "ERROR" || !strings.Contains(stack, "queue_test.go") {
					t.Errorf("logged %v", r)
				}
				if r["deliveryCount"] != 3.0 || r["messageId"] != "m1" {
					t.Errorf("logged delivery %v of message %v", r["deliveryCount"], r["messageId"])
				}
			})
		})
	}
}
