package store_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/store"
	"leadflow/shared/topology"
)

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// database is a Cosmos DB stand-in with the containers of the topology, and a store on it.
type database struct {
	*store.Store
	server *cosmos.Server
	url    string
	// fault answers with a status instead of the server while it is not 0.
	fault atomic.Int64
}

func open(t *testing.T) *database {
	t.Helper()
	d := &database{}
	var err error
	d.server, err = cosmos.Open(cosmos.Options{Key: cosmos.EmulatorKey, Fault: func(*http.Request) int { return int(d.fault.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.server.EnsureDatabase("leadflow", topology.Load().Containers); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(d.server)
	t.Cleanup(func() { web.Close(); d.server.Close() })
	d.url = web.URL
	d.Store = connect(t, web.URL)
	return d
}

func connect(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{Endpoint: url, Key: cosmos.EmulatorKey, Database: "leadflow"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cost is what f asks of the database.
func (d *database) cost(f func()) map[string]int {
	before := d.server.Requests()
	f()
	diff := map[string]int{}
	for k, n := range d.server.Requests() {
		if n != before[k] {
			diff[k] = n - before[k]
		}
	}
	return diff
}

func submission(id string) lead.Submission {
	return lead.Submission{ID: id, ReceivedAt: lead.At(morning), OfferID: "contoso.analytics", ContentType: "application/json", Body: []byte("{\x00\xff}")}
}

const life = 400 * 24 * time.Hour

func TestAnEntryKeepsTheSubmissionByteForByte(t *testing.T) {
	d, ctx := open(t), t.Context()
	if err := d.AddSubmission(ctx, submission("s1")); err != nil {
		t.Fatal(err)
	}
	e, err := d.Entry(ctx, "s1")
	if err != nil {
		t.Fatal(err)
	}
	got := e.Submission()
	if string(got.Body) != "{\x00\xff}" || got.OfferID != "contoso.analytics" || !got.ReceivedAt.Equal(morning) || !e.Open() || !e.NextTryAt.Equal(morning) {
		t.Errorf("entry %+v", e)
	}
}

func TestAnEntryThatIsThereAlreadyStays(t *testing.T) {
	d, ctx := open(t), t.Context()
	settle(t, d, "s1", lead.OutcomeLead)
	if err := d.AddSubmission(ctx, submission("s1")); err != nil {
		t.Fatal(err)
	}
	if e, _ := d.Entry(ctx, "s1"); e.Open() {
		t.Error("the webhook's late write took the outcome back")
	}
}

func settle(t *testing.T, d *database, id string, kind lead.OutcomeKind) {
	t.Helper()
	if err := d.Settle(t.Context(), submission(id), lead.Outcome{Kind: kind, At: lead.At(morning)}, life); err != nil {
		t.Fatal(err)
	}
}

func TestAnOutcome(t *testing.T) {
	for _, c := range []struct {
		name    string
		entry   bool
		settles []lead.OutcomeKind
		want    lead.OutcomeKind
		ttl     int
	}{
		{"closes an open entry, which then expires", true, []lead.OutcomeKind{lead.OutcomeLead}, lead.OutcomeLead, 400 * 86400},
		{"creates the entry that the webhook could not write", false, []lead.OutcomeKind{lead.OutcomeTest}, lead.OutcomeTest, 400 * 86400},
		{"of a quarantine never expires", true, []lead.OutcomeKind{lead.OutcomeQuarantined}, lead.OutcomeQuarantined, -1},
		{"follows on a quarantine", true, []lead.OutcomeKind{lead.OutcomeQuarantined, lead.OutcomeLead}, lead.OutcomeLead, 400 * 86400},
		{"that is final stays when a dead letter says otherwise", true, []lead.OutcomeKind{lead.OutcomeLead, lead.OutcomeQuarantined}, lead.OutcomeLead, 400 * 86400},
		{"follows on a drop, because it happened", true, []lead.OutcomeKind{lead.OutcomeDropped, lead.OutcomeLead}, lead.OutcomeLead, 400 * 86400},
		{"of a drop stays when a dead letter says otherwise", true, []lead.OutcomeKind{lead.OutcomeDropped, lead.OutcomeQuarantined}, lead.OutcomeDropped, 400 * 86400},
		{"that is final stays when another comes late", true, []lead.OutcomeKind{lead.OutcomeLead, lead.OutcomeRedelivery}, lead.OutcomeLead, 400 * 86400},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, ctx := open(t), t.Context()
			if c.entry {
				if err := d.AddSubmission(ctx, submission("s1")); err != nil {
					t.Fatal(err)
				}
			}
			for _, kind := range c.settles {
				settle(t, d, "s1", kind)
			}
			e, err := d.Entry(ctx, "s1")
			if err != nil {
				t.Fatal(err)
			}
			if e.Open() || e.Outcome.Kind != c.want || e.TTL != c.ttl || !e.NextTryAt.IsZero() || string(e.Body) != "{\x00\xff}" {
				t.Errorf("entry %+v with outcome %+v", e, e.Outcome)
			}
		})
	}
}

func TestAQuarantineKeepsItsFirstReason(t *testing.T) {
	d, ctx := open(t), t.Context()
	for _, why := range []string{"the body is not JSON", "dead letter"} {
		if err := d.Settle(ctx, submission("s1"), lead.Outcome{Kind: lead.OutcomeQuarantined, Why: why, At: lead.At(morning)}, life); err != nil {
			t.Fatal(err)
		}
	}
	if e, err := d.Entry(ctx, "s1"); err != nil || e.Outcome.Why != "the body is not JSON" {
		t.Errorf("outcome %+v, %v", e.Outcome, err)
	}
}

func TestAnOutcomeIsOneWriteAndNoRead(t *testing.T) {
	d := open(t)
	if err := d.AddSubmission(t.Context(), submission("s1")); err != nil {
		t.Fatal(err)
	}
	got := d.cost(func() { settle(t, d, "s1", lead.OutcomeLead) })
	if len(got) != 1 || got["patch submissions"] != 1 {
		t.Errorf("cost %v", got)
	}
}

func TestAReplayOpensAQuarantinedEntryAndNoOther(t *testing.T) {
	d, ctx := open(t), t.Context()
	later := morning.Add(time.Hour)
	settle(t, d, "s1", lead.OutcomeQuarantined)
	if err := d.Reopen(ctx, "s1", later); err != nil {
		t.Fatal(err)
	}
	if e, _ := d.Entry(ctx, "s1"); !e.Open() || !e.NextTryAt.Equal(later) || !e.OpenedAt.Equal(later) {
		t.Errorf("entry %+v", e)
	}
	settle(t, d, "s1", lead.OutcomeLead)
	if err := d.Reopen(ctx, "s1", later); !errors.Is(err, store.ErrChanged) {
		t.Errorf("error %v, want ErrChanged", err)
	}
	if err := d.Reopen(ctx, "nobody", later); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
}

func TestADropEndsAQuarantineForGoodAndNothingElse(t *testing.T) {
	d, ctx := open(t), t.Context()
	dropped := lead.Outcome{Kind: lead.OutcomeDropped, Why: "spam", By: "the operator (lee)", At: lead.At(morning)}
	settle(t, d, "s1", lead.OutcomeQuarantined)
	if err := d.Drop(ctx, "s1", dropped, life); err != nil {
		t.Fatal(err)
	}
	if e, err := d.Entry(ctx, "s1"); err != nil || *e.Outcome != dropped || e.TTL != 400*86400 || string(e.Body) != "{\x00\xff}" {
		t.Errorf("entry %+v with outcome %+v, %v", e, e.Outcome, err)
	}
	if err := d.Reopen(ctx, "s1", morning); !errors.Is(err, store.ErrChanged) {
		t.Errorf("a replay of what was dropped: %v", err)
	}
	settle(t, d, "s2", lead.OutcomeLead)
	if err := d.AddSubmission(ctx, submission("s3")); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]error{"s1": store.ErrChanged, "s2": store.ErrChanged, "s3": store.ErrChanged, "nobody": store.ErrNotFound} {
		if err := d.Drop(ctx, id, dropped, life); !errors.Is(err, want) {
			t.Errorf("a drop of %s: %v, want %v", id, err, want)
		}
	}
}

func TestEntriesAreFoundByWhenTheyCameAndByTheirQuarantine(t *testing.T) {
	d, ctx := open(t), t.Context()
	for i, kind := range []lead.OutcomeKind{lead.OutcomeQuarantined, lead.OutcomeLead, lead.OutcomeQuarantined, lead.OutcomeDropped} {
		s := submission("s" + strconv.Itoa(i))
		s.ReceivedAt = lead.At(morning.Add(time.Duration(i) * time.Hour))
		if err := d.Settle(ctx, s, lead.Outcome{Kind: kind, At: s.ReceivedAt}, life); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	note := func(e store.Entry) error { ids = append(ids, e.ID); return nil }
	for want, ask := range map[string]func() error{
		"s1 s2":    func() error { return d.EntriesBetween(ctx, morning.Add(time.Hour), morning.Add(3*time.Hour), note) },
		"s1 s2 s3": func() error { return d.Entries(ctx, morning.Add(time.Hour), note) },
		"s0 s2":    func() error { return d.Quarantined(ctx, note) },
	} {
		if ids = nil; ask() != nil || strings.Join(slices.Sorted(slices.Values(ids)), " ") != want {
			t.Errorf("found %q, want %s", ids, want)
		}
	}
}

func TestOnlyOneSweepClaimsATry(t *testing.T) {
	d, ctx := open(t), t.Context()
	if err := d.AddSubmission(ctx, submission("s1")); err != nil {
		t.Fatal(err)
	}
	first, _ := d.Entry(ctx, "s1")
	second, _ := d.Entry(ctx, "s1")
	if err := d.ClaimTry(ctx, first, morning.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := d.ClaimTry(ctx, second, morning.Add(time.Hour)); !errors.Is(err, store.ErrChanged) {
		t.Errorf("error %v, want ErrChanged", err)
	}
}

func TestASweepFindsWhatIsDueAndNothingElse(t *testing.T) {
	d, ctx := open(t), t.Context()
	for i := range 250 { // more than one page
		if err := d.AddSubmission(ctx, submission("due"+strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
	}
	late := submission("late")
	late.ReceivedAt = lead.At(morning.Add(time.Minute))
	if err := d.AddSubmission(ctx, late); err != nil {
		t.Fatal(err)
	}
	settle(t, d, "due7", lead.OutcomeLead)
	if err := d.Postpone(ctx, "due8", morning.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	ids, err := d.DueSubmissions(ctx, morning)
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) != 248 || slices.Contains(ids, "due7") || slices.Contains(ids, "due8") || slices.Contains(ids, "late") {
		t.Errorf("%d are due", len(ids))
	}
}

func TestUnverifiedSubmissionsAreQuarantinedAndExpire(t *testing.T) {
	d, ctx := open(t), t.Context()
	if err := d.AddUnverified(ctx, submission("s1"), true, 14*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	e, err := d.Entry(ctx, "s1")
	if err != nil || e.Outcome.Kind != lead.OutcomeQuarantined || e.Outcome.Why != lead.Unverified || !e.Truncated || e.TTL != 14*86400 || !e.NextTryAt.IsZero() {
		t.Errorf("entry %+v, %v", e, err)
	}
}

func TestTwentyHandlersChangeOneLeadAndLoseNothing(t *testing.T) {
	d, ctx := open(t), t.Context()
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			_, err := d.Update(ctx, "l1", func(l *lead.Lead) error {
				l.Timeline = append(l.Timeline, lead.Activity{At: lead.At(morning), Text: strconv.Itoa(i)})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	l, _, err := d.Lead(ctx, "l1")
	if err != nil || len(l.Timeline) != 20 {
		t.Errorf("%d of 20 changes are there, %v", len(l.Timeline), err)
	}
}

func TestAChangeOfALeadIsOneReadAndOneWrite(t *testing.T) {
	d, ctx := open(t), t.Context()
	change := func(l *lead.Lead) error { l.UpdatedAt = lead.At(morning); return nil }
	nothing := func(*lead.Lead) error { return store.ErrUnchanged }
	if _, err := d.Update(ctx, "l1", change); err != nil {
		t.Fatal(err)
	}
	if got := d.cost(func() { _, _ = d.Update(ctx, "l1", change) }); len(got) != 2 || got["read leads"] != 1 || got["replace leads"] != 1 {
		t.Errorf("a change costs %v", got)
	}
	if got := d.cost(func() { _, _ = d.Update(ctx, "l1", nothing) }); len(got) != 1 || got["read leads"] != 1 {
		t.Errorf("no change costs %v", got)
	}
	l, version, _ := d.Lead(ctx, "l1")
	if got := d.cost(func() { _, _ = d.UpdateFrom(ctx, l, version, change) }); len(got) != 1 || got["replace leads"] != 1 {
		t.Errorf("a change of a lead that was read costs %v", got)
	}
	stale := func(l *lead.Lead) error { l.Subject = "changed"; return nil }
	if _, err := d.UpdateFrom(ctx, l, version, stale); err != nil { // the version is old by now
		t.Error(err)
	}
	if l, _, _ := d.Lead(ctx, "l1"); l.Subject != "changed" {
		t.Error("a change that clashed was lost")
	}
}

func TestAMailIsClaimedByOne(t *testing.T) {
	d, ctx := open(t), t.Context()
	m := &store.Mail{ID: "alert-s1", State: store.MailClaimed, NextTryAt: lead.At(morning)}
	if err := d.CreateMail(ctx, m); err != nil {
		t.Fatal(err)
	}
	if err := d.CreateMail(ctx, &store.Mail{ID: "alert-s1"}); !errors.Is(err, store.ErrExists) {
		t.Errorf("error %v, want ErrExists", err)
	}
	other, err := d.Mail(ctx, "alert-s1")
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := d.DueMails(ctx, morning); err != nil || !slices.Equal(ids, []string{"alert-s1"}) {
		t.Errorf("due %v, %v", ids, err)
	}
	m.State, m.NextTryAt = store.MailSent, lead.Time{}
	if err := d.ReplaceMail(ctx, m); err != nil {
		t.Fatal(err)
	}
	if err := d.ReplaceMail(ctx, other); !errors.Is(err, store.ErrChanged) {
		t.Errorf("error %v, want ErrChanged", err)
	}
	if ids, _ := d.DueMails(ctx, morning); len(ids) != 0 {
		t.Errorf("a sent mail is due: %v", ids)
	}
}

func TestTheStoreWorksAsSoonAsTheDatabaseComesBack(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close() // nobody is there at first
	s := connect(t, "http://"+address)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := s.AddSubmission(ctx, submission("s1")); err == nil {
		t.Fatal("written to a database that is away")
	}
	server, err := cosmos.Open(cosmos.Options{Key: cosmos.EmulatorKey})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if err := server.EnsureDatabase("leadflow", topology.Load().Containers); err != nil {
		t.Fatal(err)
	}
	if l, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	web := &httptest.Server{Listener: l, Config: &http.Server{Handler: server}}
	web.Start()
	defer web.Close()
	if err := s.AddSubmission(t.Context(), submission("s1")); err != nil {
		t.Errorf("the database is back, but: %v", err)
	}
}

func TestErrorsAreToldApart(t *testing.T) {
	d, ctx := open(t), t.Context()
	if _, _, err := d.Lead(ctx, "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
	d.fault.Store(http.StatusServiceUnavailable)
	_, _, err := d.Lead(ctx, "nobody")
	if err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v of a database that answers 503", err)
	}
}

func TestAWrongDatabaseIsNoMissingDocument(t *testing.T) {
	d := open(t)
	s, err := store.Open(store.Options{Endpoint: d.url, Key: cosmos.EmulatorKey, Database: "wrong"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Lead(t.Context(), "l1"); err == nil || errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "COSMOS_DATABASE") {
		t.Errorf("error %v", err)
	}
}
