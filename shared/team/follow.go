package team

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// ErrNotApplied is what the load of a Follower gives while no team has been applied.
var ErrNotApplied = errors.New("no team has been applied")

const (
	// rereadAfter keeps the promise that handlers follow within a minute, at one point read per process.
	rereadAfter = 30 * time.Second
	// retryAfter spares a database that is away a question with every message.
	retryAfter = 5 * time.Second
)

// Follower gives handlers the team that is applied now. It is safe for concurrent use. Make one per process.
type Follower struct {
	load func(context.Context) (text []byte, version int, err error)
	mail string
	now  func() time.Time
	log  *slog.Logger

	// reading is held by the one who reads.
	reading chan struct{}

	mu       sync.Mutex
	good     *Team // the last good one; nil at first
	readAt   time.Time
	failedAt time.Time

	// For the one who reads.
	away   bool // the last read failed
	broken int  // the version that was read last and cannot be used; 0 if it can
}

// Follow makes a follower. load reads the file that is applied and its version, from 1, or gives
// ErrNotApplied; operationsMail is the address of the person operations. Nothing is read yet.
func Follow(load func(context.Context) (text []byte, version int, err error), operationsMail string, now func() time.Time, log *slog.Logger) *Follower {
	return &Follower{load: load, mail: operationsMail, now: now, log: log, reading: make(chan struct{}, 1)}
}

// Team gives the team that is applied, at most 30 seconds old, or Operations while there is none. When it
// cannot be read or used, the last good one stays, and the next try is 5 seconds away or more. An error says
// that there has been no good one yet: come again later.
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

// read reads the team that is applied.
func (f *Follower) read(ctx context.Context, good *Team) (Team, error) {
	began := f.now()
	file, version, err := f.load(ctx)
	if err != nil && !errors.Is(err, ErrNotApplied) {
		return f.fail(ctx, good, fmt.Errorf("read the team: %w", err))
	}
	f.away = false
	if err != nil {
		return f.keep(Operations(f.mail), began), nil
	}
	if good != nil && good.Version == version {
		return f.keep(*good, began), nil
	}
	if version != f.broken {
		t, problems := Parse(file)
		if len(problems.Errors()) == 0 {
			t.Version = version
			f.log.InfoContext(ctx, "the team that is applied is followed", "version", version)
			return f.keep(t.WithOperations(f.mail).indexed(), began), nil
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
	f.set(good, began)
	return *good, nil
}

// keep takes a team that was read as the good one.
func (f *Follower) keep(t Team, readAt time.Time) Team {
	f.broken = 0
	f.set(&t, readAt)
	return t
}

func (f *Follower) set(good *Team, readAt time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.good, f.readAt = good, readAt
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
