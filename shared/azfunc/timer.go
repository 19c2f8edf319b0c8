package azfunc

import (
	"context"
	"log/slog"
)

// TimerFunction does what is due at one firing. An error fails the invocation; unless function.json asks
// for retries the next firing is the next try, so a run must find again what an earlier one left.
type TimerFunction func(ctx context.Context, t Timer) error

// Timer registers a timer function under its name, that of its folder with function.json.
func (s *Server) Timer(name string, f TimerFunction) {
	s.claim(name)
	s.called[name] = func(e envelope) (task, error) {
		t, err := e.timer()
		if err != nil {
			return task{}, err
		}
		return task{
			about: []slog.Attr{slog.Bool("isPastDue", t.IsPastDue)},
			run:   func(ctx context.Context) (Outcome, error) { return Done(), f(ctx, t) },
		}, nil
	}
}
