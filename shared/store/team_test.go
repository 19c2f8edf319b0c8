package store_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

const teamText = "# 팀 <of Contoso> & \"friends\"\r\noffers: []\n"

func TestThereIsNoTeamAtFirst(t *testing.T) {
	d, ctx := open(t), t.Context()
	if f, err := d.Team(ctx); !errors.Is(err, store.ErrNotFound) || f != (store.TeamFile{}) {
		t.Errorf("team %+v, %v", f, err)
	}
}

func TestATeamIsKeptAsItWasApplied(t *testing.T) {
	d, ctx := open(t), t.Context()
	applied, err := d.ApplyTeam(ctx, teamText, 0, morning)
	if err != nil {
		t.Fatal(err)
	}
	want := store.TeamFile{ID: "team", Schema: lead.Schema, Version: 1, AppliedAt: lead.At(morning), Text: teamText}
	if applied != want {
		t.Errorf("applied %+v", applied)
	}
	if f, err := d.Team(ctx); err != nil || f != want {
		t.Errorf("team %+v, %v", f, err)
	}
}

func TestTheNextTeamReplacesTheOneThatItsAuthorHasSeen(t *testing.T) {
	d, ctx := open(t), t.Context()
	for version := range 3 {
		f, err := d.ApplyTeam(ctx, strings.Repeat("#", version+1), version, morning.Add(time.Duration(version)*time.Hour))
		if err != nil || f.Version != version+1 {
			t.Fatalf("applied %+v, %v", f, err)
		}
	}
	if f, err := d.Team(ctx); err != nil || f.Version != 3 || f.Text != "###" || !f.AppliedAt.Equal(morning.Add(2*time.Hour)) {
		t.Errorf("team %+v, %v", f, err)
	}
}

func TestATeamThatItsAuthorHasNotSeenIsNotReplaced(t *testing.T) {
	d, ctx := open(t), t.Context()
	for version := range 2 {
		if _, err := d.ApplyTeam(ctx, teamText, version, morning); err != nil {
			t.Fatal(err)
		}
	}
	for name, previous := range map[string]int{"none": 0, "an older one": 1, "one that is not there yet": 3} {
		if f, err := d.ApplyTeam(ctx, "offers: []", previous, morning); !errors.Is(err, store.ErrChanged) || f != (store.TeamFile{}) {
			t.Errorf("who has seen %s applied %+v, %v", name, f, err)
		}
	}
	if f, err := d.Team(ctx); err != nil || f.Version != 2 || f.Text != teamText {
		t.Errorf("team %+v, %v", f, err)
	}
}

func TestATeamThatIsGoneIsNotReplaced(t *testing.T) {
	d, ctx := open(t), t.Context()
	if _, err := d.ApplyTeam(ctx, teamText, 4, morning); !errors.Is(err, store.ErrChanged) {
		t.Errorf("error %v", err)
	}
	if _, err := d.Team(ctx); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestOfManyOperatorsAtOnceOneApplies(t *testing.T) {
	d, ctx := open(t), t.Context()
	for previous := range 3 { // the first is a creation, the others are replacements
		var group sync.WaitGroup
		var applied, refused atomic.Int64
		for range 10 {
			group.Go(func() {
				switch _, err := d.ApplyTeam(ctx, teamText, previous, morning); {
				case err == nil:
					applied.Add(1)
				case errors.Is(err, store.ErrChanged):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if applied.Load() != 1 || refused.Load() != 9 {
			t.Errorf("of ten at version %d, %d applied and %d were refused", previous, applied.Load(), refused.Load())
		}
	}
}

func TestATeamIsOneRead(t *testing.T) {
	d, ctx := open(t), t.Context()
	if _, err := d.ApplyTeam(ctx, teamText, 0, morning); err != nil {
		t.Fatal(err)
	}
	got := d.cost(func() {
		if _, err := d.Team(ctx); err != nil {
			t.Error(err)
		}
	})
	if len(got) != 1 || got["read state"] != 1 {
		t.Errorf("cost %v", got)
	}
}

func TestADatabaseThatIsAwayIsNeitherNoTeamNorAnotherOne(t *testing.T) {
	d := open(t)
	d.fault.Store(http.StatusServiceUnavailable)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, read := d.Team(ctx)
	_, created := d.ApplyTeam(ctx, teamText, 0, morning)
	_, replaced := d.ApplyTeam(ctx, teamText, 1, morning)
	for _, err := range []error{read, created, replaced} {
		if err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrChanged) || strings.Contains(err.Error(), "Contoso") {
			t.Errorf("error %v", err)
		}
	}
}
