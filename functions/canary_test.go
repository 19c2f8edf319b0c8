package functions_test

import (
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// The way is the one that leads take: the public URL, the webhook, the queue, ingest and the ledger.
func TestTheCanaryGoesThroughTheWholeOfLeadflowAndTroublesNobody(t *testing.T) {
	s := alone(t)
	s.goOn(s.clock().Add(3 * time.Hour))
	kinds := map[lead.OutcomeKind]int{}
	err := s.store.Entries(t.Context(), time.Time{}, func(e store.Entry) error {
		if e.Open() {
			t.Errorf("submission %s is open", e.ID)
			return nil
		}
		kinds[e.Outcome.Kind]++
		return nil
	})
	if err != nil || len(kinds) != 1 || kinds[lead.OutcomeCanary] != 3 {
		t.Errorf("in three hours the ledger has %v, %v", kinds, err)
	}
	w, err := s.store.Watch(t.Context())
	if err != nil || w.Canary == nil || w.Canary.Failed || !w.Canary.FailingSince.IsZero() || !w.LastSubmissionAt.IsZero() {
		t.Errorf("canary %+v, last submission %s, %v", w.Canary, w.LastSubmissionAt, err)
	}
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
}

func TestOperationsGetAMailWhenTheCanaryIsNotProcessedAndWhenItIsAgain(t *testing.T) {
	s := alone(t)
	s.run() // the canary of nine is on its way
	s.waits(5 * time.Minute)
	s.deliver()
	s.goOn(s.clock().Add(time.Hour)) // it was seen
	remind := func() {
		s.call("remind", map[string]any{"timer": map[string]any{"Schedule": map[string]any{}, "ScheduleStatus": nil, "IsPastDue": false}}, nil)
	}
	for range 10 { // nobody processes the queue leads any more
		s.waits(10 * time.Minute)
		remind()
		s.only("mails")
	}
	s.goOn(s.clock().Add(2 * time.Hour))
	got := strings.Join(s.told(0), ", ")
	if want := "operations: Leadflow: news for operations, operations: Leadflow: news for operations"; got != want {
		t.Fatalf("the mails are %s", got)
	}
	mails := s.Mails() // the newest first
	if !strings.Contains(mails[1].Text, "It was taken and not processed until") || !strings.Contains(mails[0].Text, "It arrives again, since") {
		t.Errorf("they say\n%s\n%s", mails[1].Text, mails[0].Text)
	}
}
