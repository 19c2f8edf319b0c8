package store_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

var three = []lead.Candidate{{Person: "ana", Weight: 1}, {Person: "kim", Weight: 1}, {Person: "mina", Weight: 1}}

// assign gives a lead to one of the three.
func assign(t *testing.T, s *store.Store, leadID string) string {
	t.Helper()
	var p lead.Picked
	err := s.UpdateRoster(t.Context(), func(r *lead.Roster) error {
		if p = r.Pick(leadID, three, nil, lead.At(morning)); p.Again {
			return store.ErrUnchanged
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return p.Person
}

func TestLeadsThatComeAtOnceAreSharedEquallyAcrossProcesses(t *testing.T) {
	for _, processes := range []int{1, 2, 10} {
		t.Run(strconv.Itoa(processes), func(t *testing.T) {
			d := open(t)
			var stores []*store.Store
			for range processes {
				stores = append(stores, connect(t, d.url))
			}
			var group sync.WaitGroup
			var owners [100]string
			for i := range owners {
				group.Go(func() { owners[i] = assign(t, stores[i%processes], "lead-"+strconv.Itoa(i)) })
			}
			group.Wait()
			got := map[string]int{}
			for _, owner := range owners {
				got[owner]++
			}
			if counts := slices.Sorted(maps.Values(got)); !slices.Equal(counts, []int{33, 33, 34}) {
				t.Errorf("they got %v", got)
			}
			r, err := d.Roster(t.Context())
			if err != nil || r.Seq != 100 || len(r.Assignments) != 100 || r.ID != "roster" || r.Schema != lead.Schema {
				t.Fatalf("the roster is %+v, %v", r, err)
			}
			cost := d.cost(func() {
				for i, owner := range owners {
					if again := assign(t, stores[(i+1)%processes], "lead-"+strconv.Itoa(i)); again != owner {
						t.Errorf("lead %d went to %s, and again to %s", i, owner, again)
					}
				}
			})
			if len(cost) != 1 || cost["read state"] != 100 {
				t.Errorf("a hundred repeats cost %v", cost)
			}
		})
	}
}

func TestAnAssignmentIsOneReadAndOneWrite(t *testing.T) {
	d := open(t)
	for i, want := range []map[string]int{{"read state": 1, "create state": 1}, {"read state": 1, "replace state": 1}} {
		if got := d.cost(func() { assign(t, d.Store, "lead-"+strconv.Itoa(i)) }); !maps.Equal(got, want) {
			t.Errorf("lead %d costs %v, want %v", i, got, want)
		}
	}
}

// The database counts what it is asked, so a clash would be a read more than there are changes.
func TestTheHandlersOfAProcessDoNotClashOverTheRoster(t *testing.T) {
	d := open(t)
	got := d.cost(func() {
		var group sync.WaitGroup
		for i := range 60 {
			group.Go(func() { assign(t, d.Store, "lead-"+strconv.Itoa(i)) })
		}
		group.Wait()
	})
	if want := map[string]int{"read state": 60, "create state": 1, "replace state": 59}; !maps.Equal(got, want) {
		t.Errorf("sixty at once cost %v, want %v", got, want)
	}
}

func TestWhoWaitsForTheRosterGivesUpWithItsContext(t *testing.T) {
	d := open(t)
	busy, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = d.UpdateRoster(context.Background(), func(*lead.Roster) error {
			busy <- struct{}{}
			<-busy
			return store.ErrUnchanged
		})
	}()
	<-busy
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.UpdateRoster(ctx, func(*lead.Roster) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	busy <- struct{}{}
	<-done
	if assign(t, d.Store, "l1") != "ana" {
		t.Error("the next one has no turn")
	}
}

func TestAChangeOfTheRosterThatFailsWritesNothing(t *testing.T) {
	d, broken := open(t), errors.New("broken")
	got := d.cost(func() {
		if err := d.UpdateRoster(t.Context(), func(*lead.Roster) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
	})
	if len(got) != 1 || got["read state"] != 1 {
		t.Errorf("it cost %v", got)
	}
}
