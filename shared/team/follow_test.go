package team_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/team"
)

// shelf is where the team that is applied lies.
type shelf struct {
	mu      sync.Mutex
	file    string
	version int
	err     error
	reads   int
	// declared is what people declared, unheard what its reading fails with, and heard how often it was read.
	declared map[string]lead.Declared
	unheard  error
	heard    int
	now      time.Time
	log      lab.Output
	// gate, if there is one, holds every read up until it is closed.
	gate chan struct{}
}

func follow() (*shelf, *team.Follower) {
	s := &shelf{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.now
	}
	return s, team.Follow(s.load, s.absences, "operations@contoso.com", clock, slog.New(slog.NewTextHandler(&s.log, nil)))
}

func (s *shelf) load(ctx context.Context) ([]byte, int, error) {
	s.mu.Lock()
	s.reads++
	gate, file, version, err := s.gate, s.file, s.version, s.err
	s.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
	if err == nil && version == 0 {
		err = fmt.Errorf("read the team: %w", team.ErrNotApplied)
	}
	return []byte(file), version, err
}

func (s *shelf) absences(context.Context) (map[string]lead.Declared, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard++
	return maps.Clone(s.declared), s.unheard
}

// declare has a person declare to be away for so long, and nobody else; 0 is back.
func (s *shelf) declare(person string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.declared = map[string]lead.Declared{person: {Since: lead.At(s.now), Until: lead.At(s.now.Add(d))}}
}

// deafen has the next reads of what people declared fail, or succeed again.
func (s *shelf) deafen(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unheard = err
}

// apply puts a file in place.
func (s *shelf) apply(version int, file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version, s.file = version, file
}

// fail has the next reads fail, or succeed again.
func (s *shelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *shelf) passes(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// read checks how often the file was read so far.
func (s *shelf) read(t *testing.T, want int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reads != want {
		t.Errorf("it was read %d times, want %d", s.reads, want)
	}
}

// gives checks which version the follower gives: the one whose only internal domain is vVERSION.example.
func gives(t *testing.T, f *team.Follower, version int) {
	t.Helper()
	got, err := f.Team(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != version || version > 0 && !got.Internal(fmt.Sprintf("v%d.example", version)) {
		t.Errorf("version %d with %v, want version %d", got.Version, got.InternalDomains, version)
	}
	if p, ok := got.Person(lead.Operations); !ok || p.Mail != "operations@contoso.com" || got.Assign(lead.Time{}).Person != lead.Operations {
		t.Errorf("the people are %+v", got.People)
	}
}

func file(version int) string { return fmt.Sprintf("internalDomains: [v%d.example]\n", version) }

var errAway = errors.New("the database is away")

func TestNothingIsReadBeforeSomebodyAsks(t *testing.T) {
	s, _ := follow()
	s.read(t, 0)
}

func TestWithoutATeamOperationsIsGiven(t *testing.T) {
	s, f := follow()
	gives(t, f, 0)
	gives(t, f, 0)
	s.read(t, 1)
	s.apply(1, file(1))
	s.passes(31 * time.Second)
	gives(t, f, 1)
}

func TestATeamIsReadAgainWhenItIsOlderThan30Seconds(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	gives(t, f, 1)
	s.apply(2, file(2))
	s.passes(30 * time.Second)
	gives(t, f, 1)
	s.read(t, 1)
	s.passes(time.Millisecond)
	gives(t, f, 2)
	s.read(t, 2)
	s.passes(30 * time.Second)
	gives(t, f, 2)
	s.read(t, 2)
}

func TestATeamIsReadButNotUnderstoodAgainWhileItsVersionStays(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	gives(t, f, 1)
	s.apply(1, "no team at all") // would be told if anybody tried
	s.passes(31 * time.Second)
	gives(t, f, 1)
	s.read(t, 2)
	s.passes(30 * time.Second)
	gives(t, f, 1)
	s.read(t, 2)
	if strings.Contains(s.log.String(), "cannot be used") {
		t.Errorf("log %s", s.log.String())
	}
}

func TestATeamThatIsTakenAwayIsNoTeam(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	gives(t, f, 1)
	s.apply(0, "")
	s.passes(31 * time.Second)
	gives(t, f, 0)
	s.apply(1, file(1))
	s.passes(31 * time.Second)
	gives(t, f, 1)
}

func TestTheReasonOfAnOwnerSaysWhetherATeamIsApplied(t *testing.T) {
	s, f := follow()
	for version, want := range []string{"No team has been applied yet, so Operations owns every lead", "The applied team names no people, so Operations owns every lead"} {
		s.apply(version, file(version))
		s.passes(31 * time.Second)
		got, err := f.Team(t.Context())
		if err != nil || got.Assign(lead.Time{}).Why != want {
			t.Errorf("the reason of version %d is %q, %v", version, got.Assign(lead.Time{}).Why, err)
		}
	}
}

func TestTheLastGoodTeamStaysWhileItCannotBeRead(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	gives(t, f, 1)
	s.apply(2, file(2))
	s.fail(errAway)
	s.passes(31 * time.Second)
	gives(t, f, 1)
	gives(t, f, 1)
	s.read(t, 2)
	s.passes(5*time.Second - time.Millisecond)
	gives(t, f, 1)
	s.read(t, 2) // not with every call
	s.passes(time.Millisecond)
	gives(t, f, 1)
	s.read(t, 3)
	s.fail(nil)
	s.passes(5 * time.Second)
	gives(t, f, 2)
	s.read(t, 4)
	if log := s.log.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, errAway.Error()) {
		t.Errorf("the one outage is not told once: %s", log)
	}
	s.fail(errAway)
	s.passes(31 * time.Second)
	gives(t, f, 2)
	if log := s.log.String(); strings.Count(log, "level=WARN") != 2 {
		t.Errorf("the next outage is not told: %s", log)
	}
}

func TestOperationsStaysWhileNothingCanBeReadIfThereWasNoTeam(t *testing.T) {
	s, f := follow()
	gives(t, f, 0)
	s.fail(errAway)
	s.passes(31 * time.Second)
	gives(t, f, 0)
}

func TestWithoutAnyGoodTeamTheCallerIsToComeAgain(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	s.fail(errAway)
	for range 2 {
		if got, err := f.Team(t.Context()); !errors.Is(err, errAway) || got.People != nil {
			t.Fatalf("team %+v, %v", got, err)
		}
	}
	s.fail(nil)
	gives(t, f, 1) // at once
	s.read(t, 3)
}

func TestAFileThatCannotBeUsedNeverReplacesAGoodOne(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	gives(t, f, 1)
	s.apply(2, file(2)+"persons: [{name: Kim}]\nnobody: x\n")
	for range 3 {
		s.passes(31 * time.Second)
		gives(t, f, 1)
		gives(t, f, 1)
	}
	s.read(t, 4)
	log := s.log.String()
	if strings.Count(log, "level=ERROR") != 1 || !strings.Contains(log, "version=2 problems=2 line=2 column=1") {
		t.Errorf("it is not told once, with its place: %s", log)
	}
	for _, word := range []string{"Kim", "people", "nobody", "v2.example"} {
		if strings.Contains(log, word) {
			t.Errorf("the log has the word %q of the file: %s", word, log)
		}
	}
	s.apply(3, file(3))
	s.passes(31 * time.Second)
	gives(t, f, 3)
}

func TestAFirstFileThatCannotBeUsedIsAnErrorUntilThereIsAnother(t *testing.T) {
	s, f := follow()
	s.apply(1, "persons: [{name: Kim}]\n")
	for range 2 {
		if _, err := f.Team(t.Context()); err == nil || !strings.Contains(err.Error(), "version 1 of the team cannot be used") || strings.Contains(err.Error(), "Kim") {
			t.Errorf("error %v", err)
		}
	}
	if strings.Count(s.log.String(), "level=ERROR") != 1 {
		t.Errorf("log %s", s.log.String())
	}
	s.apply(2, file(2))
	gives(t, f, 2)
}

func TestAnotherFileOfTheSameVersionIsUsedIfTheOneThatCouldNotBeWasTakenAway(t *testing.T) {
	s, f := follow()
	s.apply(1, "persons: []\n")
	if _, err := f.Team(t.Context()); err == nil {
		t.Fatal("it is used")
	}
	s.apply(0, "")
	gives(t, f, 0)
	s.apply(1, file(1))
	s.passes(31 * time.Second)
	gives(t, f, 1)
}

func TestAFileWithAWarningIsUsed(t *testing.T) {
	s, f := follow()
	s.apply(1, "internalDomains: [v1.example, v1.example]\n")
	gives(t, f, 1)
}

func TestManyCallersReadOnceAndTheOthersHaveTheLastGoodOneMeanwhile(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	gives(t, f, 1)
	s.apply(2, file(2))
	s.passes(31 * time.Second)
	gate := make(chan struct{})
	s.mu.Lock()
	s.gate = gate
	s.mu.Unlock()
	reader := make(chan team.Team)
	go func() {
		got, err := f.Team(t.Context())
		if err != nil {
			t.Error(err)
		}
		reader <- got
	}()
	lab.Eventually(t, 10*time.Second, "the reader reads", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.reads == 2
	})
	var others sync.WaitGroup
	for range 20 {
		others.Go(func() { gives(t, f, 1) })
	}
	others.Wait()
	close(gate)
	if got := <-reader; got.Version != 2 {
		t.Errorf("the reader has version %d", got.Version)
	}
	gives(t, f, 2)
	s.read(t, 2)
}

func TestTheFirstCallersWaitForOneRead(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	s.gate = make(chan struct{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { gives(t, f, 1) })
	}
	lab.Eventually(t, 10*time.Second, "one reads", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.reads == 1
	})
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Team(impatient); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of one who does not wait", err)
	}
	close(s.gate)
	all.Wait()
	s.read(t, 1)
}

func TestManyCallersAtManyTimesAlwaysHaveAGoodTeam(t *testing.T) {
	s, f := follow()
	s.apply(1, file(1))
	gives(t, f, 1)
	var all sync.WaitGroup
	for caller := range 8 {
		all.Go(func() {
			for i := range 100 {
				switch {
				case caller == 0 && i%7 == 3:
					s.fail(errAway)
				case caller == 0 && i%7 == 5:
					s.fail(nil)
				case caller == 1:
					s.apply(i+2, file(i+2))
				case caller == 2:
					s.passes(3 * time.Second)
				}
				if got, err := f.Team(t.Context()); err != nil || !got.Internal(fmt.Sprintf("v%d.example", got.Version)) {
					t.Errorf("version %d with %v, %v", got.Version, got.InternalDomains, err)
				}
			}
		})
	}
	all.Wait()
	s.fail(nil)
	s.passes(31 * time.Second)
	gives(t, f, 101)
}

const withMina = "internalDomains: [v1.example]\npeople: [{id: mina, name: Mina Kim, mail: mina@contoso.com, zone: UTC, absences: [{from: 2026-11-23, to: 2026-12-31}]}]\n"

// away checks until when Mina is away by the team that the follower gives, empty if she is there.
func (s *shelf) away(t *testing.T, f *team.Follower, want string) {
	t.Helper()
	got, err := f.Team(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	until := ""
	p, ok := got.Person("mina")
	if at := p.AwayUntil(s.now); !at.IsZero() {
		until = at.Format("2 Jan 15:04")
	}
	if !ok || until != want || !got.Internal("v1.example") {
		t.Errorf("Mina is away until %q, want %q", until, want)
	}
}

func TestWhatPeopleDeclareIsFollowedWhileTheVersionOfTheFileStays(t *testing.T) {
	s, f := follow()
	s.apply(1, withMina)
	s.away(t, f, "1 Jan 00:00")
	s.apply(1, "no team at all") // would be told if anybody tried to understand it
	s.declare("mina", 48*time.Hour)
	s.passes(30 * time.Second)
	s.away(t, f, "1 Jan 00:00")
	s.passes(time.Millisecond)
	s.away(t, f, "25 Nov 09:00")
	s.declare("mina", 0)
	s.passes(31 * time.Second)
	s.away(t, f, "")
	s.declare("jonas", 48*time.Hour)
	s.passes(31 * time.Second)
	s.away(t, f, "1 Jan 00:00")
	s.read(t, 4)
	if s.heard != 4 {
		t.Errorf("what people declared was read %d times", s.heard)
	}
}

func TestWhatPeopleDeclareHoldsForTheNextFileTooAndForOperations(t *testing.T) {
	s, f := follow()
	s.declare(lead.Operations, 48*time.Hour)
	if got, err := f.Team(t.Context()); err != nil || got.People[0].AwayUntil(s.now).IsZero() {
		t.Errorf("people %+v, %v", got.People, err)
	}
	s.declare("mina", 0)
	s.apply(1, withMina)
	s.passes(31 * time.Second)
	s.away(t, f, "")
	s.apply(2, withMina+"cadence: []\n")
	s.passes(31 * time.Second)
	s.away(t, f, "")
	s.apply(3, "persons: []\n") // cannot be used
	s.declare("mina", 48*time.Hour)
	s.passes(31 * time.Second)
	s.away(t, f, "25 Nov 09:01")
}

func TestWhatPeopleDeclaredStaysWhileItCannotBeReadAndTheTeamIsFollowed(t *testing.T) {
	s, f := follow()
	s.apply(1, withMina)
	s.declare("mina", 0)
	s.away(t, f, "")
	s.deafen(errAway)
	s.apply(2, withMina+"cadence: []\n")
	s.passes(31 * time.Second)
	s.away(t, f, "")
	if got, _ := f.Team(t.Context()); got.Version != 2 {
		t.Errorf("version %d of the team", got.Version)
	}
	s.passes(5*time.Second - time.Millisecond)
	s.away(t, f, "")
	s.read(t, 2)
	s.passes(time.Millisecond)
	s.away(t, f, "")
	s.read(t, 3)
	if log := s.log.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, errAway.Error()) {
		t.Errorf("the one outage is not told once: %s", log)
	}
	s.declare("jonas", time.Hour)
	s.deafen(nil)
	s.passes(5 * time.Second)
	s.away(t, f, "1 Jan 00:00")
	s.passes(30 * time.Second)
	s.away(t, f, "1 Jan 00:00")
	s.read(t, 4)
	s.deafen(errAway)
	s.passes(time.Second)
	s.away(t, f, "1 Jan 00:00")
	if log := s.log.String(); strings.Count(log, "level=WARN") != 2 {
		t.Errorf("the next outage is not told: %s", log)
	}
}

func TestATeamIsGivenThoughNobodyEverReadWhatPeopleDeclared(t *testing.T) {
	s, f := follow()
	s.apply(1, withMina)
	s.declare("mina", 0)
	s.deafen(errAway)
	s.away(t, f, "1 Jan 00:00")
	s.deafen(nil)
	s.passes(5 * time.Second) // and not 30
	s.away(t, f, "")
}
