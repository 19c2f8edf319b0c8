package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

func TestTheLedgerCountsAMonthByOutcomeAndTheSumIsWhatWasReceived(t *testing.T) {
	o := start(t)
	month := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	n := 0
	for i, kind := range lead.OutcomeKinds() {
		for range i + 1 {
			o.receive(arrival(fmt.Sprint("s", n), month.Add(time.Duration(n)*time.Hour), "{}"), &lead.Outcome{Kind: kind, At: lead.At(month)})
			n++
		}
	}
	for id, at := range map[string]time.Time{"first": month, "last": month.AddDate(0, 1, 0).Add(-time.Millisecond), "before": month.Add(-time.Millisecond), "after": month.AddDate(0, 1, 0)} {
		o.receive(arrival(id, at, "{}"), &lead.Outcome{Kind: lead.OutcomeTest, At: lead.At(at)})
	}
	out := says(t, "ledger", "--month", "2026-02")
	inOrder(t, out, "OUTCOME", "lead", "1\n", "redelivery", "2\n", "test", "5\n", "internal", "4\n", "canary", "5\n", "quarantined", "6\n", "dropped", "7\n", "erased", "8\n", "open", "0\n", "received in 2026-02", "38\n")
	got := saysJSON[tally](t, "ledger", "--month", "2026-02")
	sum := 0
	for _, count := range got.Outcomes {
		sum += count
	}
	if got.Month != "2026-02" || got.Received != n+2 || sum != n+2 || got.Outcomes["test"] != 5 || len(got.Waiting) != 0 || len(got.Outcomes) != 9 {
		t.Errorf("tally %+v with the sum %d", got, sum)
	}
	if got := saysJSON[tally](t, "ledger", "--month", "2026-03"); got.Received != 1 {
		t.Errorf("the next month: %+v", got)
	}
	if got := saysJSON[tally](t, "ledger"); got.Month != time.Now().UTC().Format("2006-01") || got.Received != 0 {
		t.Errorf("this month: %+v", got)
	}
}

func TestWhatIsOpenForOverAnHourFailsTheLedgerAndIsNamed(t *testing.T) {
	o := start(t)
	now := time.Now()
	month := []string{"ledger", "--month", now.Add(-2 * time.Hour).UTC().Format("2006-01")}
	o.receive(arrival("s-late", now.Add(-2*time.Hour), "{}"), nil)
	o.receive(arrival("s-again", now.Add(-2*time.Hour), "{}"), nil)
	if err := o.store.Reopen(t.Context(), "s-again", now); err != nil {
		t.Fatal(err)
	}
	out, _, err := callWith(t, month...)
	if err == nil || err.Error() != "1 submission open for over an hour: look whether Service Bus, Cosmos DB and the handler are up" || errors.Is(err, errUsage) || errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	inOrder(t, out, "open", "2\n", "received in", "2\n", "OPEN FOR OVER AN HOUR", "s-late", "contoso.analytics")
	if strings.Contains(out, "s-again") {
		t.Errorf("what was replayed now is named:\n%s", out)
	}
	out, _, err = callWith(t, append(month, "--json")...)
	if got := decoded[tally](t, out); err == nil || len(got.Waiting) != 1 || got.Waiting[0].ID != "s-late" || got.Outcomes["open"] != 2 {
		t.Errorf("tally %+v, %v", got, err)
	}
}

func TestAMonthThatIsNoneIsNotCounted(t *testing.T) {
	start(t)
	for _, month := range []string{"2026", "2026-13", "11-2026", "2026-1", "now"} {
		if _, _, err := callWith(t, "ledger", "--month", month); !errors.Is(err, errUsage) {
			t.Errorf("%s: %v", month, err)
		}
	}
}

func TestALargeMonthIsCountedExactlyAndSaysHowFarItIs(t *testing.T) {
	o := start(t)
	at := lead.At(time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC))
	const all = 4321
	o.Fill("submissions", iter.Seq2[string, []byte](func(yield func(string, []byte) bool) {
		for i := range all {
			e := store.Entry{ID: fmt.Sprint("s", i), Schema: lead.Schema, ReceivedAt: at, OpenedAt: at, TTL: -1, Outcome: &lead.Outcome{Kind: lead.OutcomeLead, At: at}}
			b, err := json.Marshal(e)
			if err != nil || !yield(e.ID, b) {
				return
			}
		}
	}))
	out, note, err := callWith(t, "ledger", "--month", "2026-02", "--json")
	if got := decoded[tally](t, out); err != nil || got.Received != all || got.Outcomes["lead"] != all {
		t.Errorf("tally %+v, %v", got, err)
	}
	if want := "1000 submissions counted\n2000 submissions counted\n3000 submissions counted\n4000 submissions counted\n"; note != want {
		t.Errorf("notes %q", note)
	}
}
