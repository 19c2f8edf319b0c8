package remind_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/functions/remind"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// pulses are the pulse lines of the log.
func (d *desk) pulses() []map[string]any {
	d.t.Helper()
	var all []map[string]any
	for line := range strings.Lines(d.log.String()) {
		var said map[string]any
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			d.t.Fatal(err)
		}
		if said["msg"] == "pulse" {
			all = append(all, said)
		}
	}
	return all
}

// pulse is the last of them, but for when it was logged.
func (d *desk) pulse() string {
	d.t.Helper()
	all := d.pulses()
	last := all[len(all)-1]
	delete(last, "time")
	b, err := json.Marshal(last)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

func (d *desk) settles(id string, after time.Duration, o lead.Outcome) {
	d.t.Helper()
	o.At = lead.At(morning.Add(after))
	if err := d.store.Settle(d.t.Context(), submission(id, after), o, life); err != nil {
		d.t.Fatal(err)
	}
}

// news are what operations are told of in all digests so far, by kind and id or name.
func (d *desk) news() []string {
	d.t.Helper()
	var all []string
	for _, id := range d.digests() {
		for _, n := range d.record(id).Digest.Notices {
			all = append(all, string(n.Kind)+" "+n.ID+n.Name)
		}
	}
	return all
}

func TestEachRunLogsAPulse(t *testing.T) {
	d := open(t)
	d.arrives("s1", -10*time.Minute)
	d.arrives("s2", 0)
	d.settles("s3", -2*time.Minute, lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "no JSON"})
	d.settles("s4", -time.Minute, lead.Outcome{Kind: lead.OutcomeTest})
	d.sees("analytics", -time.Minute)
	d.asks("l1", -5*time.Hour) // due after four
	d.now = morning
	d.runs()
	if got, want := d.pulse(), `{"canary":{"failing":false,"hour":"2026-11-23T09"},"lastSubmission":"2026-11-23T08:59:00.000Z","lastTestLeads":{"analytics":"2026-11-23T08:59:00.000Z"},`+
		`"level":"INFO","msg":"pulse","open":{"count":2,"oldestSeconds":600},"overdue":{"count":1,"oldestSeconds":3600},"quarantined":{"count":1,"oldestSeconds":120},"silent":[],`+
		`"unsentMails":{"count":3,"oldestSeconds":18000},"unverified":{"count":0,"oldestSeconds":0}}`; got != want {
		t.Errorf("the pulse is\n%s\nand not\n%s", got, want)
	}
	d.runs()
	if n := len(d.pulses()); n != 2 {
		t.Errorf("%d pulses in two runs", n)
	}
	for _, personal := range []string{"Ana", "fabrikam"} {
		if strings.Contains(d.log.String(), personal) {
			t.Errorf("the log holds %q", personal)
		}
	}
}

// brokenStore fails at what a test says.
type brokenStore struct {
	*store.Store
	at string
}

func (s brokenStore) fail(at string) error {
	if s.at == at {
		return errAway
	}
	return nil
}

func (s brokenStore) OpenSubmissions(ctx context.Context) (store.Some, error) {
	n, err := s.Store.OpenSubmissions(ctx)
	return n, errors.Join(s.fail("open"), err)
}

func (s brokenStore) QuarantineCount(ctx context.Context) (quarantined, unverified store.Some, err error) {
	quarantined, unverified, err = s.Store.QuarantineCount(ctx)
	return quarantined, unverified, errors.Join(s.fail("quarantined"), err)
}

func (s brokenStore) UnsentMails(ctx context.Context) (store.Some, error) {
	n, err := s.Store.UnsentMails(ctx)
	return n, errors.Join(s.fail("unsentMails"), err)
}

func (s brokenStore) Due(ctx context.Context, now time.Time) ([]store.Waiting, error) {
	all, err := s.Store.Due(ctx, now)
	return all, errors.Join(s.fail("overdue"), err)
}

func (s brokenStore) ReadWatch(ctx context.Context) (*lead.Watch, store.Version, error) {
	w, v, err := s.Store.ReadWatch(ctx)
	return w, v, errors.Join(s.fail("lastSubmission"), err)
}

func (s brokenStore) Ended(ctx context.Context, since lead.Time, each func(store.Entry) error) error {
	if err := s.fail("ledger"); err != nil {
		return err
	}
	return s.Store.Ended(ctx, since, each)
}

func (s brokenStore) FailedMails(ctx context.Context, since lead.Time, each func(store.Mail) error) error {
	if err := s.fail("failed"); err != nil {
		return err
	}
	return s.Store.FailedMails(ctx, since, each)
}

func TestAPartOfThePulseThatFailsIsNullAndStopsNoOther(t *testing.T) {
	for at, also := range map[string][]string{"open": nil, "quarantined": {"unverified"}, "unsentMails": nil, "overdue": nil, "lastSubmission": {"canary", "lastTestLeads", "silent"}} {
		t.Run(at, func(t *testing.T) {
			d := open(t)
			d.arrives("s1", -time.Minute)
			d.settles("s2", 0, lead.Outcome{Kind: lead.OutcomeLead})
			d.remind.Store = brokenStore{d.store, at}
			if err := d.fails(); !errors.Is(err, errAway) {
				t.Errorf("the error is %v", err)
			}
			all := d.pulses()
			if len(all) != 1 {
				t.Fatalf("%d pulses", len(all))
			}
			null := map[string]bool{at: true}
			for _, name := range also {
				null[name] = true
			}
			for name, value := range all[0] {
				if (value == nil) != null[name] {
					t.Errorf("%s is %v", name, value)
				}
			}
		})
	}
}

// catalogue has the offers whose silence is watched.
func catalogue(t *testing.T) team.Team {
	t.Helper()
	parsed, problems := team.Parse([]byte("offers:\n- {id: backup, publisher: contoso, product: Contoso Backup, silenceDays: 7}\n- {id: mail, titles: [Contoso Mail], silenceDays: 3}\n- {id: quiet}\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return parsed.WithOperations("operations@contoso.com")
}

// passes lets days pass, in which remind runs once a day.
func (d *desk) passes(days int) {
	d.t.Helper()
	for range days {
		d.now = d.now.AddDate(0, 0, 1)
		d.runs()
	}
}

func TestSilenceIsJudgedPerOfferAndEndsWithALead(t *testing.T) {
	d := open(t)
	d.remind.Team = lab.Team(catalogue(t))
	d.runs()
	d.passes(2)
	d.settles("s1", 48*time.Hour, lead.Outcome{Kind: lead.OutcomeLead, Offer: "Contoso.Backup"})
	d.settles("s2", 48*time.Hour, lead.Outcome{Kind: lead.OutcomeTest, Offer: "mail"}) // no lead
	if got := d.news(); len(got) != 0 {
		t.Fatalf("news %q", got)
	}
	d.passes(1)
	if got := strings.Join(d.news(), ", "); got != "silent Contoso Mail" {
		t.Fatalf("after three days the news are %s", got)
	}
	d.passes(2)
	if got := d.news(); len(got) != 1 {
		t.Fatalf("after five days the news are %q", got)
	}
	d.passes(1)
	if got := strings.Join(d.news(), ", "); got != "silent Contoso Mail, silent Contoso Mail" {
		t.Fatalf("after six days the news are %s", got)
	}
	if !strings.Contains(d.pulse(), `"silent":["mail"]`) {
		t.Errorf("pulse %s", d.pulse())
	}
	s := submission("s3", 6*24*time.Hour)
	s.OfferID = "mail" // the outcome of an older version has no offer
	if err := d.store.Settle(t.Context(), s, lead.Outcome{Kind: lead.OutcomeLead, At: s.ReceivedAt}, life); err != nil {
		t.Fatal(err)
	}
	d.passes(2)
	if !strings.Contains(d.pulse(), `"silent":[]`) {
		t.Errorf("pulse %s", d.pulse())
	}
	d.passes(1) // seven days after the lead for the backup, three after that for the mail
	if got := strings.Join(d.news()[2:], ", "); got != "silent Contoso Backup, silent Contoso Mail" {
		t.Errorf("after nine days the news are %s", got)
	}
}

func TestALeadThatCouldNotBeLookedForDoesNotMakeItsOfferSilent(t *testing.T) {
	d := open(t)
	d.remind.Team = lab.Team(catalogue(t))
	d.runs()
	d.settles("s1", 47*time.Hour, lead.Outcome{Kind: lead.OutcomeLead, Offer: "mail"})
	d.remind.Store = brokenStore{d.store, "ledger"}
	d.now = morning.Add(72 * time.Hour)
	d.fails()
	d.remind.Store = d.store
	d.runs()
	if got := d.news(); len(got) != 0 {
		t.Errorf("news %q", got)
	}
}

func TestOperationsAreToldOfWhatWaitsForThem(t *testing.T) {
	d := open(t)
	d.runs()
	d.settles("s1", time.Minute, lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "no JSON"})
	d.settles("s2", time.Minute, lead.Outcome{Kind: lead.OutcomeQuarantined, Cause: lead.CauseDeadLetter, Why: "dead letter"})
	d.arrives("s3", -giveUpAfter)
	for id, kind := range map[string]lead.MailKind{"alert-s9": lead.MailAlert, "operations-9": lead.MailOperations} {
		d.has(store.Mail{ID: id, Kind: kind, State: store.MailFailed, Why: "550", FailedAt: lead.At(morning.Add(time.Minute))})
	}
	d.now = morning.Add(5 * time.Minute)
	for range 3 { // consecutive runs find nothing
		d.runs()
		got := map[string]int{}
		for _, n := range d.news() {
			got[n]++
		}
		if len(d.digests()) != 1 || len(got) != 4 || got["quarantined s1"] != 1 || got["deadLetter s2"] != 1 || got["givenUp s3"] != 1 || got["mailFailed alert-s9"] != 1 {
			t.Errorf("digests %v, news %v", d.digests(), got)
		}
		d.now = d.now.Add(5 * time.Minute)
	}
}

func TestOnePartThatCannotBeLookedAtIsToldOfLater(t *testing.T) {
	for at, want := range map[string]string{"ledger": "mailFailed m1", "failed": "quarantined s1"} {
		t.Run(at, func(t *testing.T) {
			d := open(t)
			d.runs()
			d.settles("s1", time.Minute, lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "no JSON"})
			d.has(store.Mail{ID: "m1", Kind: lead.MailAlert, State: store.MailFailed, FailedAt: lead.At(morning.Add(time.Minute))})
			d.now = morning.Add(2 * time.Hour)
			d.remind.Store = brokenStore{d.store, at}
			d.fails()
			if got := strings.Join(d.news(), ", "); got != want {
				t.Errorf("news %s", got)
			}
			d.remind.Store = d.store
			d.now = morning.Add(3 * time.Hour)
			d.runs()
			got := map[string]int{}
			for _, n := range d.news() {
				got[n]++
			}
			if len(got) != 2 || got["quarantined s1"] != 1 || got["mailFailed m1"] != 1 {
				t.Errorf("news %v", got)
			}
		})
	}
}

func TestACanaryIsPostedEveryHourAndSeenInTheLedger(t *testing.T) {
	d := open(t)
	for n := range 36 { // three hours, every five minutes
		d.now = morning.Add(time.Duration(n) * 5 * time.Minute)
		d.runs()
	}
	mac := link.Canary([]byte("secret"), "2026-11-23T09")
	if len(d.posted) != 3 || d.posted[0] != `{"leadflowCanary":"2026-11-23T09","mac":"`+mac+`"}` {
		t.Errorf("posted %q", d.posted)
	}
	if got := d.digests(); len(got) != 0 || d.watch().Canary.SeenAt.IsZero() {
		t.Errorf("digests %v, canary %+v", got, d.watch().Canary)
	}
}

func TestOfTwoRunsAtOnceOnePostsTheCanary(t *testing.T) {
	d := open(t)
	for hour := range 3 {
		d.now = morning.Add(time.Duration(hour) * time.Hour)
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if err := d.process(func() time.Time { return d.now }).Run(t.Context(), azfunc.Timer{}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := len(d.posted); n != hour+1 {
			t.Fatalf("%d canaries in %d hours", n, hour+1)
		}
	}
}

func TestAHandlerThatEndsBeforeThePostIsMadeUpFor(t *testing.T) {
	d := open(t)
	w, v, err := d.store.ReadWatch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.store.UpdateWatchFrom(t.Context(), w, v, func(w *lead.Watch) error { w.ClaimCanary(lead.At(morning)); return nil }); err != nil {
		t.Fatal(err)
	}
	d.runs() // it may still be at it
	if len(d.posted) != 0 {
		t.Errorf("posted %q", d.posted)
	}
	for n := range 8 {
		d.now = morning.Add(time.Duration(n+1) * 5 * time.Minute)
		d.runs()
	}
	if len(d.posted) != 1 || len(d.digests()) != 0 {
		t.Errorf("posted %q, digests %v", d.posted, d.digests())
	}
}

func TestACanaryThatFailsIsAnErrorInTheLogAndToldUntilItRecovers(t *testing.T) {
	for _, c := range []struct {
		name        string
		fails       func(*desk)
		logs, tells string
	}{
		{"refused", func(d *desk) { d.refusal = errors.New("the answer was 503 and not 202") }, "the webhook did not take a canary", "canaryRefused"},
		{"lost", func(d *desk) { d.lost = true }, "a canary is not in the ledger", "canaryMissing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			c.fails(d)
			goOn := func(until time.Duration) {
				for ; d.now.Before(morning.Add(until)); d.now = d.now.Add(5 * time.Minute) {
					d.runs()
				}
			}
			goOn(3 * time.Hour)
			if got := strings.TrimSpace(strings.Join(d.news(), ", ")); got != c.tells {
				t.Fatalf("news %q", got)
			}
			if n := strings.Count(d.log.String(), c.logs); n != 3 {
				t.Errorf("%d errors in the log in three hours", n)
			}
			if !strings.Contains(d.pulse(), `"failing":true`) {
				t.Errorf("pulse %s", d.pulse())
			}
			d.refusal, d.lost = nil, false
			goOn(5 * time.Hour)
			if got := strings.Join(d.news(), ","); got != c.tells+" ,canaryBack " {
				t.Errorf("news %q", got)
			}
		})
	}
}

// A public URL that does not answer holds up nothing: everything else is done before.
func TestEverythingElseIsDoneBeforeTheCanaryIsPosted(t *testing.T) {
	d := open(t)
	d.arrives("s1", -time.Hour)
	d.sees("analytics", 0)
	asked := false
	d.remind.Webhook = post(func() error {
		asked = true
		d.sent(1, 1)
		if len(d.pulses()) != 1 {
			t.Error("there is no pulse yet")
		}
		return nil
	})
	d.runs()
	if !asked {
		t.Error("no canary was posted")
	}
}

// post is a webhook that does something.
type post func() error

func (p post) Post(context.Context, []byte) error { return p() }

func TestThePublicWebhookTakesWhatIsAnsweredWith202(t *testing.T) {
	secret := bytes.Repeat([]byte("s"), 32)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"taken", func(w http.ResponseWriter, r *http.Request) {
			if !link.ValidCode([][]byte{secret}, "", r.URL.Query().Get("code")) || r.URL.Path != "/api/leads" || r.Method != http.MethodPost {
				t.Errorf("%s %s", r.Method, r.URL)
			}
			w.WriteHeader(http.StatusAccepted)
		}, ""},
		{"a page of somebody else", func(http.ResponseWriter, *http.Request) {}, "the answer was 200 and not 202"},
		{"away", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, "the answer was 503 and not 202"},
		{"sent elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, "the answer was 307 and not 202"},
		{"broken off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "no answer: EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			web := httptest.NewServer(c.answer)
			defer web.Close()
			err := remind.NewPublicWebhook(web.URL, secret).Post(t.Context(), []byte("{}"))
			if got := said(err); got != c.want {
				t.Errorf("it says %q", got)
			}
		})
	}
	web := httptest.NewServer(http.NotFoundHandler())
	web.Close()
	if got := said(remind.NewPublicWebhook(web.URL, secret).Post(t.Context(), nil)); got == "" || strings.Contains(got, "code=") || strings.Contains(got, link.Code(secret, "")) {
		t.Errorf("nobody there: it says %q", got)
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
