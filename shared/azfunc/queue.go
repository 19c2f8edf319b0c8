package azfunc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// QueueFunction is a queue function with what carries out its decisions.
//
//	Run says    then                                            and if that fails
//	done        success
//	later       Postpone; Quarantine if GiveUp says so          wait, fail; as never
//	never       Quarantine                                      Postpone; if that fails too: wait, fail
//	(panics)    fail at once; without Postpone: wait, fail
//
// "Wait, fail" is for a decision that cannot be carried out just now: the message's lock keeps it away
// for FailWait, then the host abandons it and it is delivered again. A panic is a bug, which waiting does
// not mend: ten deliveries, then the dead-letter queue. In a dead-letter queue, where nothing can be
// postponed, there is no such end, so there it waits as well and does not spin.
//
// Sending a copy and completing the original are two steps, so the copy must be harmless twice.
type QueueFunction struct {
	// Run decides about one message. Its context ends after 4 minutes, 30 seconds before the invocation
	// does, so that there is time to carry out the decision.
	Run func(ctx context.Context, m Message) Outcome

	// Postpone sends a copy of m that arrives after the given time; 0 means by the ordinary back-off. Nil
	// means that nothing can be postponed, as in a dead-letter queue: later is then wait, fail.
	Postpone func(ctx context.Context, m Message, after time.Duration, reason string) error

	// GiveUp says that m has been tried for long enough: it is quarantined instead of coming later. If
	// that fails, it does come later: a quarantine that cannot be written is no reason to lose it. Nil
	// means never.
	GiveUp func(m Message) bool

	// Quarantine keeps m for a human. Nil is the same as one that always fails.
	Quarantine func(ctx context.Context, m Message, reason string) error

	// FailWait is how long to wait before failing an invocation whose decision could not be carried out.
	FailWait time.Duration
}

// Queue registers a queue function under its name, that of its folder with function.json.
func (s *Server) Queue(name string, f QueueFunction) {
	s.claim(name)
	s.called[name] = func(e envelope) (task, error) {
		m, err := e.message()
		if err != nil {
			return task{}, err
		}
		return task{
			about: []slog.Attr{slog.Int("deliveryCount", m.DeliveryCount), slog.String("messageId", bounded(m.ID, logTextLimit))},
			run:   func(ctx context.Context) (Outcome, error) { return f.handle(ctx, m) },
		}, nil
	}
}

// GivenUp begins the reason of a message that is quarantined because GiveUp said so.
const GivenUp = "tried for long enough: "

// runReserve is what an invocation keeps of its time to carry out the decision of Run.
const runReserve = 30 * time.Second

// handle runs f on m and carries out its decision. It returns what became of m in the end, which is not
// always what Run decided: a message that was given up is never, one whose quarantine failed is later.
func (f QueueFunction) handle(ctx context.Context, m Message) (Outcome, error) {
	panicking := true
	defer func() {
		if panicking && f.Postpone == nil {
			wait(ctx, f.FailWait)
		}
	}()
	decided := f.run(ctx, m)
	done, err := f.carryOut(ctx, m, decided)
	panicking = false
	if err != nil {
		wait(ctx, f.FailWait)
		return Outcome{}, fmt.Errorf("carry out %s: %w", decided, err)
	}
	return done, nil
}

func (f QueueFunction) run(ctx context.Context, m Message) Outcome {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-runReserve))
		defer cancel()
	}
	return f.Run(ctx, m)
}

func (f QueueFunction) carryOut(ctx context.Context, m Message, o Outcome) (Outcome, error) {
	switch o.Kind() {
	case KindDone:
		return o, nil
	case KindLater:
		if f.GiveUp != nil && f.GiveUp(m) {
			return f.putAside(ctx, m, Never(GivenUp+o.Reason()))
		}
		return o, f.postpone(ctx, m, o)
	case KindNever:
		return f.putAside(ctx, m, o)
	default:
		panic("the function returned no outcome")
	}
}

// putAside quarantines m, or has it come again for another try at that.
func (f QueueFunction) putAside(ctx context.Context, m Message, never Outcome) (Outcome, error) {
	err := f.quarantine(ctx, m, never)
	if err == nil {
		return never, nil
	}
	again := Later(0, fmt.Errorf("quarantine could not be written: %w", err))
	if perr := f.postpone(ctx, m, again); perr != nil {
		return Outcome{}, errors.Join(err, perr)
	}
	return again, nil
}

func (f QueueFunction) postpone(ctx context.Context, m Message, later Outcome) error {
	if f.Postpone == nil {
		return errors.New("this function cannot postpone a message")
	}
	if err := f.Postpone(ctx, m, later.After(), later.Reason()); err != nil {
		return fmt.Errorf("postpone: %w", err)
	}
	return nil
}

func (f QueueFunction) quarantine(ctx context.Context, m Message, never Outcome) error {
	if f.Quarantine == nil {
		return errors.New("this function has no quarantine")
	}
	if err := f.Quarantine(ctx, m, never.Reason()); err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	return nil
}

// wait returns after d or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
