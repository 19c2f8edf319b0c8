package lead_test

import (
	"strconv"
	"testing"
	"time"

	"leadflow/shared/lead"
)

var analytics = lead.Offer{ID: "analytics", Title: "Contoso Analytics"}

func TestTheFirstTestLeadPerOfferAndDayIsNews(t *testing.T) {
	w := &lead.Watch{}
	for _, c := range []struct {
		name       string
		offer      lead.Offer
		at         time.Duration
		seen, told bool
	}{
		{"the first one", analytics, 0, true, true},
		{"the same one again", analytics, 0, false, false},
		{"an older one of the day", analytics, -time.Hour, false, false},
		{"another one of the day", analytics, time.Hour, true, false},
		{"one of another offer", lead.Offer{ID: "backup"}, time.Hour, true, true},
		{"one of an offer that has only a title", lead.Offer{Title: "analytics"}, time.Hour, true, true},
		{"the first one of the next day", analytics, 15 * time.Hour, true, true},
		{"one of the day before that comes late", analytics, 2 * time.Hour, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(w.News)
			if seen := w.SeeTest(c.offer, after(c.at)); seen != c.seen {
				t.Errorf("changed: %t, want %t", seen, c.seen)
			}
			if told := len(w.News) > before; told != c.told {
				t.Errorf("news: %t, want %t", told, c.told)
			}
		})
	}
	if len(w.TestLeads) != 3 {
		t.Fatalf("test leads %+v", w.TestLeads)
	}
	if last := w.TestLeads[2]; last.Offer != "analytics" || last.Name != "Contoso Analytics" || last.SeenAt != after(15*time.Hour) {
		t.Errorf("the last one is %+v", last)
	}
}

func TestOperationsGetOneDigestInAQuarterOfAnHour(t *testing.T) {
	w := &lead.Watch{}
	if w.NextDigest(morning) != nil {
		t.Fatal("a digest of nothing")
	}
	w.SeeTest(analytics, morning)
	first := w.NextDigest(after(time.Minute))
	if first == nil || len(first.TestLeads) != 1 || len(w.News) != 0 {
		t.Fatalf("digest %+v, news %+v", first, w.News)
	}
	w.SeeTest(lead.Offer{ID: "backup"}, after(time.Minute))
	if again := w.NextDigest(after(2 * time.Minute)); again != first {
		t.Errorf("until it is told the same digest is given, not %+v", again)
	}
	if w.Told("operations-1") || !w.Told(first.ID) || w.Told(first.ID) {
		t.Error("a digest is told once")
	}
	if d := w.NextDigest(after(15*time.Minute + time.Minute - 1*time.Millisecond)); d != nil {
		t.Errorf("a second digest so soon: %+v", d)
	}
	second := w.NextDigest(after(16 * time.Minute))
	if second == nil || second.ID == first.ID || second.TestLeads[0].Offer != "backup" {
		t.Errorf("digest %+v", second)
	}
}

func TestTheOffersThatAreWatchedAreBounded(t *testing.T) {
	w := &lead.Watch{}
	for n := range 600 {
		w.SeeTest(lead.Offer{ID: strconv.Itoa(n)}, after(time.Duration(n)*time.Second))
	}
	if len(w.TestLeads) != 200 || w.TestLeads[199].Offer != "599" || len(w.News) != 100 {
		t.Errorf("%d test leads, %d news", len(w.TestLeads), len(w.News))
	}
}
