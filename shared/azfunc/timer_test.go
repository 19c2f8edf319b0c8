package azfunc

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestATimerFunctionEndsBeforeTheHostKillsTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, log := newServer()
		s.Timer("remind", func(ctx context.Context, _ Timer) error {
			<-ctx.Done()
			return ctx.Err()
		})
		begin := time.Now()
		line := wantAnswer(t, post(s, "remind", `{"Data":{"timer":{}}}`), 500)
		if took := time.Since(begin); took != 4*time.Minute+30*time.Second {
			t.Errorf("ended after %s, want 4m30s", took)
		}
		if line != "remind: failed (context deadline exceeded)" {
			t.Errorf("answered %q", line)
		}
		if r := log.only(t); r["level"] != "ERROR" || r["error"] != "context deadline exceeded" || r["outcome"] != "failed" {
			t.Errorf("logged %v", r)
		}
	})
}

func TestATimerFunctionThatPanicsFailsItsInvocation(t *testing.T) {
	s, log := newServer()
	s.Timer("remind", func(context.Context, Timer) error { panic(errOutage) })
	wantAnswer(t, post(s, "remind", `{"Data":{"timer":{}}}`), 500)
	if r := log.only(t); r["panic"] != "cosmos: 429" || r["function"] != "remind" {
		t.Errorf("logged %v", r)
	}
}
