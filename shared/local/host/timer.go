package host

import (
	"context"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// late is how long after its time a run that nothing held up may begin without being past due: the machine
// may have slept.
const late = time.Second

// schedule is an NCRONTAB expression.
type schedule struct {
	spec      *cron.SpecSchedule
	monitored bool // whether the function is told Last and Next
}

// star is the mark of cron's SpecSchedule for a field that was "*".
const star = 1 << 63

// parseSchedule reads six fields, beginning with seconds, or five without. Unlike in cron, a day must fit both
// the day of the month and the day of the week.
func parseSchedule(expression string) (schedule, error) {
	if strings.ContainsAny(expression, "@=?") {
		return schedule{}, fmt.Errorf("%q is not NCRONTAB: @, = and ? mean nothing in it", expression)
	}
	parser := cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	parsed, err := parser.Parse(expression)
	if err != nil {
		return schedule{}, fmt.Errorf("%q is not NCRONTAB: %w", expression, err)
	}
	spec := parsed.(*cron.SpecSchedule) // what the parser makes of everything but "@..."
	spec.Location = time.UTC
	for _, field := range []uint64{spec.Second, spec.Minute, spec.Hour, spec.Dom, spec.Month, spec.Dow} {
		if field&^star == 0 {
			return schedule{}, fmt.Errorf("%q is not NCRONTAB: a field is empty", expression)
		}
	}
	spec.Dow |= star // makes cron ask for both days
	if spec.Next(time.Unix(0, 0)).IsZero() {
		return schedule{}, fmt.Errorf("%q never comes", expression)
	}
	// More than one run a minute, and nothing said about minutes and beyond: the real host keeps no record then.
	often := bits.OnesCount64(spec.Second&^star) > 1
	fields := strings.Fields(expression)
	for _, field := range fields[1:] {
		often = often && field == "*"
	}
	return schedule{spec: spec, monitored: !often}, nil
}

// next is the first time after t, in UTC.
func (s schedule) next(t time.Time) time.Time { return s.spec.Next(t.UTC()) }

// status is what the host knows of the runs of a timer.
type status struct{ last, next, updated time.Time }

// first is the status before any run.
func (s schedule) first(now time.Time) status { return status{next: s.next(now)} }

// ran is the status after a run that began at began. However many times went by since then, one run follows.
func (s schedule) ran(before status, began time.Time) status {
	if before.next.After(began) && before.next.Sub(began) < late {
		began = before.next // it began a little early: the same time must not come twice
	}
	return status{last: began, next: s.next(began), updated: began}
}

// timerEnvelope is the envelope of one run.
func timerEnvelope(f Function, s status, pastDue bool, now time.Time) envelope {
	var record any
	if f.schedule.monitored {
		record = object{
			{"Last", timerTime(s.last)},
			{"Next", timerTime(s.next)},
			{"LastUpdated", timerTime(s.updated)},
		}
	}
	return envelope{
		Data: object{{f.parameter, object{
			{"Schedule", object{{"AdjustForDST", true}}},
			{"ScheduleStatus", record},
			{"IsPastDue", pastDue},
		}}},
		Metadata: object{sys(f.Name, now)},
	}
}

func timerTime(t time.Time) string { return t.UTC().Truncate(100).Format(time.RFC3339Nano) }

// runTimer runs f by its schedule until ctx ends, beginning when the handler is ready for the first time.
func runTimer(ctx context.Context, f Function, h *handler, j *journal) {
	_, _ = h.ready(ctx) // a handler that is gone for good fails every run, as in Azure
	now := time.Now()
	s := f.schedule.first(now)
	run := func(pastDue bool) {
		// A failure is in the journal and changes nothing: the next run comes in its time.
		_ = h.perform(ctx, f.Name, timerEnvelope(f, s, pastDue, now))
		s = f.schedule.ran(s, now)
	}
	if f.RunOnStartup {
		run(false)
	}
	for {
		now = time.Now()
		pastDue := !s.next.After(now)
		if !pastDue {
			select {
			case <-time.After(s.next.Sub(now)):
			case <-ctx.Done():
				return
			}
			now = time.Now()
			pastDue = now.Sub(s.next) > late
		}
		if ctx.Err() != nil {
			return
		}
		if pastDue {
			j.info("timer is past due", "function", f.Name, "by", now.Sub(s.next).Round(time.Millisecond))
		}
		run(pastDue)
	}
}
