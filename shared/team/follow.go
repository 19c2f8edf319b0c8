package team

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"leadflow/shared/lead"
)

// ErrNotApplied is what the load of a Follower gives while no team has been applied.
var ErrNotApplied = errors.New("no team has been applied")

const (
	// rereadAfter keeps the promise that handlers follow within a minute, at two point reads per process.
	rereadAfter = 30 * time.Second
	// retryAfter spares a database that is away a question with every message.
	retryAfter = 5 * time.Second
)

// Follower gives handlers the team that is applied now. It is safe for concurrent use. Make one per process.
type Follower struct {
	load     func(context.Context) (text []byte, version int, err error)
	absences func(context.Context) (map[string]lead.Declared, error)
	mail     string
	now      func() time.Time
	log      *slog.Logger

	// reading is held by the one who reads.
	reading chan struct{}

	mu       sync.Mutex
	good     *Team // the last good one; nil at first
	readAt   time.Time
	failedAt time.Time

	// For the one who reads.
	away   bool // the last read failed
	broken int  // the version that was read last and cannot be used; 0 if it can
	// declared is what people declared, as it was read last, and unheard says that the last read of it failed.
	declared map[string]lead.Declared
	unheard  bool
}

// Follow makes a follower. load reads the file that is applied and its version, from 1, or gives
// ErrNotApplied; absences reads what people declared about being away; operationsMail is the address of the person
// operations. Nothing is read yet.
func Follow(load func(context.Context) (text []byte, version int, err error), absences func(context.Context) (map[string]lead.Declared, error),
	operationsMail string, now func() time.Time, log *slog.Logger) *Follower {
	return &Follower{load: load, absences: absences, mail: operationsMail, now: now, log: log, reading: make(chan struct{}, 1)}
}

// Team gives the team that is applied, at most 30 seconds old, or Operations while there is none, with what people
// declared about being away. When it cannot be read or used, the last good one stays, and the next try is 5 seconds
// away or more. An error says that there has been no good one yet: come again later. Without what people declared
// the team is good all the same, with what was read of that before.
func (f *Follower) Team(ctx context.Context) (Team, error) {
	good, fresh := f.current()
	if fresh {
		return *good, nil
	}
	if good != nil {
		select {
		case f.reading <- struct{}{}:
		default:
			return *good, nil // somebody else is reading
		}
	} else {
		select {
		case f.reading <- struct{}{}:
		case <-ctx.Done():
			return Team{}, fmt.Errorf("wait for the team to be read: %w", ctx.Err())
		}
	}
	defer func() { <-f.reading }()
	if good, fresh = f.current(); fresh { // another one read it meanwhile
		return *good, nil
	}
	return f.read(ctx, good)
}

// current is the last good team, if there is one, and whether it may be given without reading.
func (f *Follower) current() (good *Team, fresh bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	return f.good, f.good != nil && (now.Sub(f.readAt) <= rereadAfter || now.Sub(f.failedAt) < retryAfter)
}

// read reads the team that is applied, and what people declared.
func (f *Follower) read(ctx context.Context, good *Team) (Team, error) {
	began := f.now()
	t, err := f.readTeam(ctx, good)
	if err != nil {
		return f.fail(ctx, good, err)
	}
	heard := f.readAbsences(ctx)
	t = t.WithDeclared(f.declared)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.good = &t
	if heard {
		f.readAt = began
	} else {
		f.failedAt = f.now()
	}
	return t, nil
}

// readTeam gives the team that is applied or, if that cannot be used, the last good one.
func (f *Follower) readTeam(ctx context.Context, good *Team) (Team, error) {
	file, version, err := f.load(ctx)
	if err != nil && !errors.Is(err, ErrNotApplied) {
		return Team{}, fmt.Errorf("read the team: %w", err)
	}
	f.away = false
	switch {
	case err != nil:
		f.broken = 0
		return Operations(f.mail), nil
	case good != nil && good.Version == version:
		f.broken = 0
		return *good, nil
	case version != f.broken:
		t, problems := Parse(file)
		if len(problems.Errors()) == 0 {
			f.broken = 0
			t.Version = version
			f.log.InfoContext(ctx, "the team that is applied is followed", "version", version)
			return t.WithOperations(f.mail).indexed(), nil
		}
		// The problems can repeat words of the file, which do not belong in a log.
		first := problems.Errors()[0]
		f.log.ErrorContext(ctx, "the team that is applied cannot be used", "version", version,
			"problems", len(problems.Errors()), "line", first.Line, "column", first.Column)
		f.broken = version
	}
	if good == nil {
		return Team{}, fmt.Errorf("version %d of the team cannot be used: \"leads team show\" prints it", version)
	}
	return *good, nil
}

// readAbsences reads what people declared. When that fails it says so, and what was read last stays.
func (f *Follower) readAbsences(ctx context.Context) (heard bool) {
	declared, err := f.absences(ctx)
	if err == nil {
		f.declared, f.unheard = declared, false
		return true
	}
	if !f.unheard {
		f.log.WarnContext(ctx, "what people declared about being away stays as it was last read", "error", err.Error())
	}
	f.unheard = true
	return false
}

// fail gives the last good team, if there is one, after a read that failed.
func (f *Follower) fail(ctx context.Context, good *Team, err error) (Team, error) {
	if good == nil {
		return Team{}, err
	}
	if !f.away {
		f.log.WarnContext(ctx, "the team stays as it was last read", "version", good.Version, "error", err.Error())
	}
	f.away = true
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failedAt = f.now()
	return *good, nil
}
