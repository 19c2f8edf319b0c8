package host

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func timerFunction(schedule, more string) string {
	return `{"bindings":[{"type":"timerTrigger","direction":"in","name":"timer","schedule":"` + schedule + `"` + more + `}]}`
}

// run is what a handler learns of one run.
type run struct {
	Data struct {
		Timer struct {
			ScheduleStatus *struct{ Last, Next, LastUpdated time.Time }
			IsPastDue      bool
		}
	}
}

func readRun(t *testing.T, e event) run {
	t.Helper()
	var r run
	if err := json.Unmarshal(e.body(t), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSchedulesAreNCRONTABInUTC(t *testing.T) {
	from := time.Date(2026, 11, 22, 9, 41, 7, 5, time.FixedZone("", 3600)) // Sunday, 08:41:07 in UTC
	for _, c := range []struct{ expression, want string }{
		{"0 */5 * * * *", "2026-11-22T08:45:00Z"},
		{"*/5 * * * *", "2026-11-22T08:45:00Z"},
		{"* * * * * *", "2026-11-22T08:41:08Z"},
		{"30 0 9 * * Mon-Fri", "2026-11-23T09:00:30Z"},
		{"0 0 0 1 jan *", "2027-01-01T00:00:00Z"},
		{"0 0 12 13 * 5", "2027-08-13T12:00:00Z"}, // Friday the 13th: both must fit
		{"0 0 0 29 2 *", "2028-02-29T00:00:00Z"},
		{"10/20 * * * * *", "2026-11-22T08:41:10Z"},
	} {
		s, err := parseSchedule(c.expression)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		if got := s.next(from).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s, want %s", c.expression, got, c.want)
		}
	}
	for _, wrong := range []string{"", "@daily", "TZ=", "CRON_TZ=Asia/Seoul 0 0 * * * *", "* * * *", "* * * * * * *", "61 * * * * *", ", * * * * *", "0 0 0 30 2 *", "00:05:00", "? * * * * *", "5-1 * * * * *"} {
		if _, err := parseSchedule(wrong); err == nil {
			t.Errorf("%q is taken for NCRONTAB", wrong)
		}
	}
}

func FuzzSchedulesMoveOnOrAreRefused(f *testing.F) {
	for _, seed := range []string{"0 */5 * * * *", "* * * * *", "TZ= ", "1-2,3/4 * * * jan mon", "*/9223372036854775807 * * * * *", "59 59 23 31 12 6"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 22, 9, 41, 7, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expression string) {
		s, err := parseSchedule(expression)
		if err != nil {
			return
		}
		for range 3 {
			if at := s.next(now); !at.After(now) && !at.IsZero() {
				t.Fatalf("%q comes at %s after %s", expression, at, now)
			}
		}
	})
}

func TestARecordIsKeptUnlessATimerRunsMoreThanOnceAMinute(t *testing.T) {
	for expression, want := range map[string]bool{
		"0 */5 * * * *": true, "0 * * * * *": true, "* * * * *": true, "*/10 * * * * *": false, "* * * * * *": false, "*/10 5 * * * *": true,
	} {
		s, err := parseSchedule(expression)
		if err != nil || s.monitored != want {
			t.Errorf("%s: %v, %v, want %v", expression, s.monitored, err, want)
		}
	}
}

func TestMissedRunsAreOneRun(t *testing.T) {
	s, err := parseSchedule("0 */5 * * * *")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		v, err := time.Parse("15:04:05.000", text)
		if err != nil {
			t.Fatal(err)
		}
		return v.AddDate(2026, 0, 0)
	}
	now := s.first(at("09:31:00.000"))
	if !now.last.IsZero() || !now.next.Equal(at("09:35:00.000")) {
		t.Fatalf("first %+v", now)
	}
	for _, step := range []struct{ name, began, last, next string }{
		{"in time", "09:35:00.003", "09:35:00.003", "09:40:00.000"},
		{"a little early does not repeat the time", "09:39:59.998", "09:40:00.000", "09:45:00.000"},
		{"two hours late", "11:47:00.000", "11:47:00.000", "11:50:00.000"},
		{"at start, long before its time", "11:48:00.000", "11:48:00.000", "11:50:00.000"},
	} {
		now = s.ran(now, at(step.began))
		if !now.last.Equal(at(step.last)) || !now.next.Equal(at(step.next)) || !now.updated.Equal(now.last) {
			t.Errorf("%s: %+v", step.name, now)
		}
	}
}

func TestATimerRunsByItsScheduleAndRunsNeverOverlap(t *testing.T) {
	t.Parallel()
	var inside, most atomic.Int32
	n := atomic.Int32{}
	d := newDouble(t, nil, func(event) reply {
		most.Store(max(most.Load(), inside.Add(1)))
		defer inside.Add(-1)
		if n.Add(1) == 1 {
			<-time.After(1200 * time.Millisecond) // over the next time
		}
		return success()
	})
	start(t, stage(t, hostJSON(""), map[string]string{"remind": timerFunction("%EVERY%", "")}), map[string]string{controlSetting: d.address, "EVERY": "* * * * * *"})
	began := time.Now()
	held, missed := readRun(t, next(t, d.calls)), readRun(t, next(t, d.calls))
	if !missed.Data.Timer.IsPastDue {
		t.Error("the run after the one that took too long is not past due")
	}
	for readRun(t, next(t, d.calls)).Data.Timer.IsPastDue { // a busy machine may be late again
	}
	if took := time.Since(began); took < 1500*time.Millisecond {
		t.Errorf("three runs in %s, the schedule is every second", took)
	}
	if most.Load() != 1 {
		t.Errorf("%d runs at the same time", most.Load())
	}
	if held.Data.Timer.ScheduleStatus != nil {
		t.Error("a timer of every second is told a schedule status")
	}
}

func TestATimerMayRunAtStart(t *testing.T) {
	t.Parallel()
	d := newDouble(t, nil, func(event) reply { return answer("500 Internal Server Error", "text/plain", "") })
	r := start(t, stage(t, hostJSON(""), map[string]string{
		"startup":   timerFunction("0 0 0 1 1 *", `,"runOnStartup":true`),
		"unwatched": timerFunction("0 0 0 1 1 *", `,"runOnStartup":true,"useMonitor":false`),
		"not":       timerFunction("0 0 0 1 1 *", ""),
	}), map[string]string{controlSetting: d.address})
	got := map[string]run{}
	for range 2 {
		e := next(t, d.calls)
		got[e.path()] = readRun(t, e)
	}
	status := got["/startup"].Data.Timer.ScheduleStatus
	if status == nil || !status.Last.IsZero() || status.Next.Format("01-02T15:04:05Z07:00") != "01-01T00:00:00Z" {
		t.Errorf("schedule status of the first run: %+v", status)
	}
	if _, ok := got["/unwatched"]; !ok || got["/unwatched"].Data.Timer.ScheduleStatus != nil {
		t.Error("useMonitor false changes nothing")
	}
	eventually(t, "a failed run is reported", func() bool {
		return strings.Contains(r.output.String(), "function failed function=startup")
	})
}
