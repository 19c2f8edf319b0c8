package remind_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// sees has the test lead of an offer arrive at that time after nine.
func (d *desk) sees(offer string, after time.Duration) {
	d.t.Helper()
	if err := d.store.UpdateWatch(d.t.Context(), func(w *lead.Watch) error {
		w.SeeTest(lead.Offer{ID: offer}, lead.At(morning.Add(after)))
		return nil
	}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) watch() *lead.Watch {
	d.t.Helper()
	w, err := d.store.Watch(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return w
}

// digests are the mails to operations that word was sent of.
func (d *desk) digests() []string {
	_, mails := d.queued()
	return slices.Sorted(maps.Keys(mails))
}

func TestOperationsAreToldOfTheFirstTestLeadInOneMail(t *testing.T) {
	d := open(t)
	d.sees("analytics", 0)
	d.sees("backup", time.Minute)
	for range 2 { // a consecutive run finds nothing to do
		d.runs()
		if got := d.digests(); len(got) != 1 {
			t.Fatalf("word of %v", got)
		}
	}
	id := d.digests()[0]
	m := d.record(id)
	if m.Kind != lead.MailOperations || m.To != lead.Operations || m.Lead != "" || m.State != store.MailPlanned || len(m.Digest.TestLeads) != 2 {
		t.Errorf("record %+v", m)
	}
	if w := d.watch(); w.Digest != nil || len(w.News) != 0 || len(w.TestLeads) != 2 {
		t.Errorf("watch %+v", w)
	}
}

func TestOperationsHavePeaceForAQuarterOfAnHour(t *testing.T) {
	d := open(t)
	d.sees("analytics", 0)
	d.runs()
	d.sees("backup", time.Minute)
	d.now = morning.Add(14 * time.Minute)
	d.runs()
	if got := d.digests(); len(got) != 1 {
		t.Fatalf("word of %v", got)
	}
	d.now = morning.Add(15 * time.Minute)
	d.runs()
	if got := d.digests(); len(got) != 2 {
		t.Errorf("word of %v", got)
	}
}

func TestADigestThatACrashLeftOutIsMadeUpFor(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.sees("analytics", 0)
	d.ServiceBus.Stop() // the mail has its record, and no word can be sent
	d.fails()
	if w := d.watch(); w.Digest == nil {
		t.Fatalf("watch %+v", w)
	}
	d.ServiceBus.Start()
	d.now = morning.Add(5 * time.Minute)
	d.runs()
	if got := d.digests(); len(got) != 1 || d.watch().Digest != nil || len(d.record(got[0]).Digest.TestLeads) != 1 {
		t.Errorf("word of %v, watch %+v", got, d.watch())
	}
}

func TestADigestWhoseWordWasLostIsSweptLikeAnyMail(t *testing.T) {
	d := open(t)
	d.sees("analytics", 0)
	d.runs()
	d.ServiceBus.Stop()
	d.ServiceBus.Start() // empty
	d.now = morning.Add(time.Hour)
	d.runs()
	if got := d.digests(); len(got) != 1 {
		t.Errorf("word of %v", got)
	}
}

// watchingStore has something happen after the watch was read.
type watchingStore struct {
	*store.Store
	read func()
}

func (s watchingStore) ReadWatch(ctx context.Context) (*lead.Watch, store.Version, error) {
	w, v, err := s.Store.ReadWatch(ctx)
	s.read()
	return w, v, err
}

func TestOfTwoRunsThatFindTheSameNewsOneTellsOperations(t *testing.T) {
	d := open(t)
	d.sees("analytics", 0)
	other := d.process(func() time.Time { return d.now })
	d.remind.Store = watchingStore{d.store, func() {
		if err := other.Run(t.Context(), azfunc.Timer{}); err != nil {
			t.Error(err)
		}
	}}
	d.runs()
	if got := d.digests(); len(got) != 1 || d.watch().Digest != nil {
		t.Errorf("word of %v, watch %+v", got, d.watch())
	}
}

func TestADigestIsBegunAndToldInOneWriteOfTheWatchEach(t *testing.T) {
	d := open(t)
	d.sees("analytics", 0)
	d.ServiceBus.Stop()
	d.fails() // begun and not told
	d.ServiceBus.Start()
	before := d.Requests()["replace state"]
	d.runs()
	if n := d.Requests()["replace state"] - before; n != 1 {
		t.Errorf("%d writes, though the digest was begun already", n)
	}
	before = d.Requests()["replace state"]
	d.runs()
	if n := d.Requests()["replace state"] - before; n != 0 {
		t.Errorf("%d writes when there is nothing to tell", n)
	}
}
