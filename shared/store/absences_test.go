package store_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"sync"
	"testing"
	"time"

	"leadflow/shared/lead"
)

func away(t *testing.T, days int) lead.Declared {
	t.Helper()
	d, err := lead.DeclareAway(morning, morning.AddDate(0, 0, days))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatAPersonDeclaredIsReadAsItWasUntilTheNextWord(t *testing.T) {
	d, ctx := open(t), t.Context()
	if all, err := d.Absences(ctx); err != nil || len(all) != 0 {
		t.Errorf("at first there is %v, %v", all, err)
	}
	for _, word := range []lead.Declared{away(t, 7), away(t, 3), lead.DeclareBack(morning.Add(time.Hour))} {
		if err := d.DeclareAway(ctx, "mina", word); err != nil {
			t.Fatal(err)
		}
		if all, err := d.Absences(ctx); err != nil || !reflect.DeepEqual(all, map[string]lead.Declared{"mina": word}) {
			t.Errorf("declared is %v, %v, want %v", all, err, word)
		}
	}
}

func TestADeclarationIsOneReadAndOneWriteAndItsRepetitionARead(t *testing.T) {
	d, ctx := open(t), t.Context()
	for _, c := range []struct {
		person string
		err    error
		want   map[string]int
	}{
		{"mina", nil, map[string]int{"read state": 1, "create state": 1}},
		{"jonas", nil, map[string]int{"read state": 1, "replace state": 1}},
		{"mina", lead.ErrRecorded, map[string]int{"read state": 1}},
	} {
		got := d.cost(func() {
			if err := d.DeclareAway(ctx, c.person, away(t, 7)); !errors.Is(err, c.err) {
				t.Errorf("%s: %v, want %v", c.person, err, c.err)
			}
		})
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: it cost %v, want %v", c.person, got, c.want)
		}
	}
	if got := d.cost(func() { _, _ = d.Absences(ctx) }); !maps.Equal(got, map[string]int{"read state": 1}) {
		t.Errorf("reading costs %v", got)
	}
}

func TestWhatPeopleDeclareAtOnceIsAllKept(t *testing.T) {
	d, ctx := open(t), t.Context()
	var group sync.WaitGroup
	for i := range 15 {
		group.Go(func() {
			if err := d.DeclareAway(ctx, fmt.Sprint("p", i), away(t, i+1)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	all, err := d.Absences(ctx)
	for i := range 15 {
		if got, want := all[fmt.Sprint("p", i)], away(t, i+1); !reflect.DeepEqual(got, want) {
			t.Errorf("person %d declared %v, and it is %v", i, want, got)
		}
	}
	if err != nil || len(all) != 15 {
		t.Errorf("%d declared, %v", len(all), err)
	}
}

func TestADatabaseThatIsAwayIsNotOneInWhichNobodyDeclaredAnything(t *testing.T) {
	d, ctx := open(t), t.Context()
	if err := d.DeclareAway(ctx, "mina", away(t, 7)); err != nil {
		t.Fatal(err)
	}
	d.fault.Store(http.StatusForbidden)
	if all, err := d.Absences(ctx); err == nil || all != nil {
		t.Errorf("declared is %v, %v", all, err)
	}
}
