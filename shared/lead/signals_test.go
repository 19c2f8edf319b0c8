package lead_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

// backup is a listing that should not be silent for a week.
var backup = lead.Listing{Offer: "contoso.backup", ID: "backup", Name: "Contoso Backup", Days: 7}

const aDay = 24 * time.Hour

// notices are those of a kind that operations are told of next.
func notices(w *lead.Watch, kind lead.NoticeKind) []lead.Notice {
	var all []lead.Notice
	for _, n := range w.Notices {
		if n.Kind == kind {
			all = append(all, n)
		}
	}
	return all
}

func TestOperationsAreToldOfASilenceOnceAndAgainAfterAsLong(t *testing.T) {
	w := &lead.Watch{}
	leads := func(at time.Duration) map[string]lead.Time { return map[string]lead.Time{backup.Offer: after(at)} }
	for _, c := range []struct {
		name  string
		at    time.Duration
		leads map[string]lead.Time
		days  int // that operations are told of; 0 for nothing
	}{
		{"an offer that is new has not been silent before", 0, nil, 0},
		{"not before its days are over", 7*aDay - time.Millisecond, nil, 0},
		{"when they are over", 7 * aDay, nil, 7},
		{"not with every run", 7*aDay + time.Minute, nil, 0},
		{"not before as long again", 14*aDay - time.Millisecond, nil, 0},
		{"after as long again", 14 * aDay, nil, 14},
		{"a lead ends it", 15 * aDay, leads(15 * aDay), 0},
		{"a lead that is seen again does not change that", 15*aDay + time.Hour, leads(15 * aDay), 0},
		{"an older lead neither", 16 * aDay, leads(aDay), 0},
		{"not before its days after the lead", 22*aDay - time.Millisecond, nil, 0},
		{"its days after the lead", 22 * aDay, nil, 7},
	} {
		before := len(w.Notices)
		w.Listen([]lead.Listing{backup}, c.leads, after(c.at))
		told := w.Notices[before:]
		switch {
		case c.days == 0 && len(told) > 0:
			t.Errorf("%s: %+v", c.name, told)
		case c.days > 0 && (len(told) != 1 || told[0].Kind != lead.NoticeSilent || told[0].Days != c.days || told[0].Name != backup.Name || !w.Offers[0].Silent()):
			t.Errorf("%s: %+v, watched %+v", c.name, told, w.Offers)
		}
	}
}

func TestASilenceIsToldWithTheLastTestLead(t *testing.T) {
	w := &lead.Watch{}
	w.SeeTest(lead.Offer{ID: "backup"}, after(time.Hour))
	w.Listen([]lead.Listing{backup, {Offer: "mail", ID: "mail", Name: "Mail", Days: 7}}, nil, morning)
	w.Listen([]lead.Listing{backup, {Offer: "mail", ID: "mail", Name: "Mail", Days: 7}}, nil, after(7*aDay))
	if n := w.Notices; len(n) != 2 || n[0].TestedAt != after(time.Hour) || !n[1].TestedAt.IsZero() {
		t.Errorf("notices %+v", n)
	}
}

func TestAnOfferThatLeavesTheCatalogueIsForgottenAndBeginsAnewWhenItIsBack(t *testing.T) {
	w := &lead.Watch{}
	w.Listen([]lead.Listing{backup}, nil, morning)
	w.Listen(nil, nil, after(aDay))
	w.Listen([]lead.Listing{backup}, nil, after(8*aDay))
	if len(w.Notices) != 0 || len(w.Offers) != 1 || w.Offers[0].Since != after(8*aDay) {
		t.Errorf("notices %+v, offers %+v", w.Notices, w.Offers)
	}
}

func TestFewerDaysInTheCatalogueHoldAtOnce(t *testing.T) {
	w := &lead.Watch{}
	w.Listen([]lead.Listing{backup}, nil, morning)
	less := backup
	less.Days = 2
	w.Listen([]lead.Listing{less}, nil, after(3*aDay))
	if n := notices(w, lead.NoticeSilent); len(n) != 1 || n[0].Days != 3 {
		t.Errorf("notices %+v", n)
	}
}

func TestACanaryIsPostedOncePerHour(t *testing.T) {
	w := &lead.Watch{}
	claim := func(at time.Duration, want string) {
		t.Helper()
		if got := w.ClaimCanary(after(at)); got != want {
			t.Errorf("after %s the canary of %q is posted, want %q", at, got, want)
		}
	}
	seen := func(hour string, at time.Duration) {
		w.SeeOutcome("c", after(at), lead.Outcome{Kind: lead.OutcomeCanary, Hour: hour, At: after(at)})
	}
	claim(0, "2026-11-23T09")
	claim(0, "") // another run
	claim(30*time.Second, "")
	claim(2*time.Minute, "2026-11-23T09") // nobody knows whether the one who claimed it has posted it
	w.PostedCanary("2026-11-23T09", "", after(2*time.Minute))
	claim(5*time.Minute, "")
	seen("2026-11-23T09", 3*time.Minute)
	claim(59*time.Minute, "")
	claim(time.Hour, "2026-11-23T10")
	claim(5*time.Hour, "2026-11-23T14") // what was missed is not made up for
	claim(2*time.Hour, "")              // a clock that is behind
	if len(w.Notices) != 0 {
		t.Errorf("notices %+v", w.Notices)
	}
}

func TestACanaryThatIsUnderWayIsWaitedForAlsoInTheNextHour(t *testing.T) {
	w := &lead.Watch{}
	hour := w.ClaimCanary(after(55 * time.Minute))
	w.PostedCanary(hour, "", after(55*time.Minute))
	if next := w.ClaimCanary(after(60 * time.Minute)); next != "" {
		t.Errorf("the canary of %s is posted though that of %s is under way", next, hour)
	}
	if missed := w.MissCanary(after(70*time.Minute - time.Millisecond)); missed != "" {
		t.Errorf("the canary of %s is missed too soon", missed)
	}
	if missed := w.MissCanary(after(70 * time.Minute)); missed != hour {
		t.Errorf("missed is %q", missed)
	}
	if next := w.ClaimCanary(after(70 * time.Minute)); next != "2026-11-23T10" {
		t.Errorf("then the canary of %q is posted", next)
	}
}

func TestOperationsAreToldThatTheCanaryFailsAndThatItRecoversOnceEach(t *testing.T) {
	refused := func(w *lead.Watch, hour string, at time.Duration) {
		w.PostedCanary(hour, "the answer was 503", after(at))
	}
	missing := func(w *lead.Watch, hour string, at time.Duration) {
		w.PostedCanary(hour, "", after(at))
		w.MissCanary(after(at + 15*time.Minute))
	}
	for _, c := range []struct {
		name  string
		fails func(*lead.Watch, string, time.Duration)
		want  lead.NoticeKind
	}{{"refused", refused, lead.NoticeCanaryRefused}, {"missing", missing, lead.NoticeCanaryMissing}} {
		t.Run(c.name, func(t *testing.T) {
			w := &lead.Watch{}
			for n := range 3 {
				at := time.Duration(n) * time.Hour
				c.fails(w, w.ClaimCanary(after(at)), at)
			}
			if n := w.Notices; len(n) != 1 || n[0].Kind != c.want || w.Canary.FailingSince.IsZero() {
				t.Fatalf("notices %+v, canary %+v", n, w.Canary)
			}
			hour := w.ClaimCanary(after(3 * time.Hour))
			w.PostedCanary(hour, "", after(3*time.Hour))
			for range 2 {
				w.SeeOutcome("c", after(3*time.Hour), lead.Outcome{Kind: lead.OutcomeCanary, Hour: hour, At: after(3 * time.Hour)})
			}
			if n := w.Notices; len(n) != 2 || n[1].Kind != lead.NoticeCanaryBack || !w.Canary.FailingSince.IsZero() {
				t.Errorf("notices %+v, canary %+v", n, w.Canary)
			}
			refused(w, w.ClaimCanary(after(4*time.Hour)), 4*time.Hour)
			if n := w.Notices; len(n) != 3 {
				t.Errorf("a new failure is not told: %+v", n)
			}
		})
	}
}

func TestACanaryWhoseAnswerWasLostRecoversWhenItArrives(t *testing.T) {
	w := &lead.Watch{}
	hour := w.ClaimCanary(morning)
	w.PostedCanary(hour, "no answer", morning)
	w.SeeOutcome("c", morning, lead.Outcome{Kind: lead.OutcomeCanary, Hour: hour, At: after(time.Minute)})
	if len(notices(w, lead.NoticeCanaryBack)) != 1 || w.Canary.Failed {
		t.Errorf("notices %+v, canary %+v", w.Notices, w.Canary)
	}
}

func TestTheLateCanaryOfAnEarlierHourIsNoRecovery(t *testing.T) {
	w := &lead.Watch{}
	w.PostedCanary(w.ClaimCanary(morning), "no answer", morning)
	w.PostedCanary(w.ClaimCanary(after(time.Hour)), "no answer", after(time.Hour))
	w.SeeOutcome("c", morning, lead.Outcome{Kind: lead.OutcomeCanary, Hour: "2026-11-23T09", At: after(time.Hour)})
	if len(notices(w, lead.NoticeCanaryBack)) != 0 {
		t.Errorf("notices %+v", w.Notices)
	}
}

func TestOperationsAreToldOfEachOutcomeOnceHoweverOftenItIsSeen(t *testing.T) {
	w := &lead.Watch{}
	quarantined := func(cause lead.Cause, why string, at time.Duration) lead.Outcome {
		return lead.Outcome{Kind: lead.OutcomeQuarantined, Cause: cause, Why: why, At: after(at)}
	}
	look := func() {
		w.SeeOutcome("s1", morning, quarantined("", "no JSON", 0))
		w.SeeOutcome("s2", morning, quarantined(lead.CauseGivenUp, "no outcome", 0))
		w.SeeOutcome("s3", morning, quarantined(lead.CauseDeadLetter, "dead letter", 0))
		w.SeeOutcome("s4", after(time.Hour), lead.Outcome{Kind: lead.OutcomeLead, At: after(time.Hour)})
		w.SeeOutcome("s5", after(2*time.Hour), quarantined("", lead.Unverified, 2*time.Hour))
		w.SeeOutcome("s6", after(2*time.Hour), quarantined("", lead.Unverified, 3*time.Hour))
		w.SeeOutcome("s7", after(3*time.Hour), lead.Outcome{Kind: lead.OutcomeCanary, Hour: "x", At: after(time.Hour)})
		w.SeeFailed("alert-s4", lead.MailAlert, "550", after(time.Hour))
		w.SeeFailed("operations-1", lead.MailOperations, "550", after(time.Hour))
	}
	for range 3 {
		look()
		w.ReadTo(after(time.Minute), after(time.Minute))
	}
	for kind, id := range map[lead.NoticeKind]string{lead.NoticeQuarantined: "s1", lead.NoticeGivenUp: "s2", lead.NoticeDeadLetter: "s3", lead.NoticeUnverified: "", lead.NoticeMailFailed: "alert-s4"} {
		if n := notices(w, kind); len(n) != 1 || n[0].ID != id {
			t.Errorf("%s: %+v", kind, n)
		}
	}
	if len(w.Notices) != 5 || w.LastSubmissionAt != after(time.Hour) {
		t.Errorf("notices %+v, last submission %s", w.Notices, w.LastSubmissionAt)
	}
	w.SeeOutcome("s1", morning, quarantined("", "no JSON", time.Hour)) // replayed, to the same end
	if n := notices(w, lead.NoticeQuarantined); len(n) != 2 {
		t.Errorf("a replay that ends in quarantine again is told: %+v", n)
	}
}

func TestWhatCanNoLongerBeFoundAgainIsForgotten(t *testing.T) {
	w := &lead.Watch{}
	w.SeeFailed("m1", lead.MailAlert, "550", morning)
	w.SeeFailed("m2", lead.MailAlert, "550", after(15*time.Minute))
	if w.ReadTo(after(20*time.Minute), lead.Time{}); len(w.Noted) != 1 || !strings.HasSuffix(w.Noted[0], "m2") {
		t.Errorf("noted %q", w.Noted)
	}
	if from := w.LedgerFrom(after(30 * time.Minute)); from != after(10*time.Minute) {
		t.Errorf("the next look is from %s on", from)
	}
	if from := (&lead.Watch{}).MailsFrom(morning); from != after(-10*time.Minute) {
		t.Errorf("the first look is from %s on", from)
	}
}

func TestAFloodOfNoticesIsCounted(t *testing.T) {
	w := &lead.Watch{}
	for n := range 1000 {
		w.SeeOutcome(fmt.Sprint("s", n), morning, lead.Outcome{Kind: lead.OutcomeQuarantined, Why: strings.Repeat("x", 1000), At: after(time.Duration(n) * time.Second)})
	}
	w.SeeFailed("m1", lead.MailAlert, "550", morning)
	d := w.NextDigest(after(time.Hour))
	if d == nil || len(d.Notices) != 21 || d.Left[lead.NoticeQuarantined] != 980 || len(w.Noted) != 500 || len(w.Notices) != 0 || len(w.Left) != 0 {
		t.Fatalf("digest %+v, %d noted", d, len(w.Noted))
	}
	if b, err := json.Marshal(w); err != nil || len(b) > 64<<10 {
		t.Errorf("the watch has %d bytes: %v", len(b), err)
	}
}

// laterWatch is a watch as a later version of the program may write it: every object has a field more.
const laterWatch = `{"id":"watch","schema":9,"ledgerReadTo":"2026-11-23T09:00:00.000Z","notices":[{"kind":"silent","name":"x","days":1,"at":"2026-11-23T09:00:00.000Z","later":1}],
"offers":[{"offer":"o","since":"2026-11-23T09:00:00.000Z","later":2}],"canary":{"hour":"h","claimedAt":"2026-11-23T09:00:00.000Z","later":3},
"digest":{"id":"operations-1","notices":[{"kind":"new","at":"2026-11-23T09:00:00.000Z","later":4}],"later":5},"later":6}`

func TestWhatALaterVersionKeepsForOperationsSurvives(t *testing.T) {
	var w lead.Watch
	if err := json.Unmarshal([]byte(laterWatch), &w); err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	var before, after map[string]any
	for text, into := range map[string]*map[string]any{laterWatch: &before, string(written): &after} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("it was\n%v\nand is written as\n%v", before, after)
	}
}
