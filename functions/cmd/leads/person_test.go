package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// What everything about Ana is found by, and nobody else has. The mails name her company.
var traces = []string{"ana.silva", "silva", "fabrikam", "4791234567", "looking for"}

const (
	anasAddress = "ana.silva@fabrikam.example.com"
	anaAsks     = `{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"Ana.Silva@fabrikam.example.com","phone":"+4791234567","company":"Fabrikam"},"leadSource":"AzureMarketplace-PLT|contoso.analytics","actionCode":"PLT","description":"I am looking for %s"}`
	anaWithout  = `{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"ana","phone":"+4791234567","company":"Fabrikam"},"leadSource":"AzureMarketplace-INS|contoso.analytics","actionCode":"INS"}`
	boAsks      = `{"userDetails":{"firstName":"Bo","lastName":"Berg","email":"bo@northwind.example.com"},"leadSource":"AzureMarketplace-PLT|contoso.analytics","actionCode":"PLT","description":"Ana.Silva@fabrikam.example.com told me of you"}`
)

func ids(address string) string { return lead.ID(lead.Keys{Email: address}.Match(), "") }

// ingested has a submission arrive so long ago and ingested, as the handler does.
func (o *operator) ingested(id string, ago time.Duration, body string) {
	o.t.Helper()
	s := arrival(id, time.Now().Add(-ago), body)
	o.receive(s, nil)
	q := o.Queue(queue.Backoff{})
	if err := q.SendSubmission(o.t.Context(), s, ""); err != nil {
		o.t.Fatal(err)
	}
	all := o.Messages("leads")
	i := slices.IndexFunc(all, func(m lab.Message) bool { return m.ID == id })
	o.ingests(all[i].Message)
}

func (o *operator) ingests(m azfunc.Message) {
	o.t.Helper()
	f := &ingest.Ingest{Store: o.store, Queue: o.Queue(queue.Backoff{}), Team: lab.Team(team.Operations("operations@contoso.com")), Life: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if out := f.Run(o.t.Context(), m); out.Kind() != azfunc.KindDone {
		o.t.Fatalf("ingest says %s", out)
	}
}

// anas is a ledger with everything that there can be about Ana, and Bo's lead: a lead by her address, with an archive, a
// redelivery and the record of a mail; one by her phone, on which a colleague noted the address; and submissions that no
// lead has.
func anas(t *testing.T) *operator {
	t.Helper()
	o := start(t)
	o.ingested("s1", 20*time.Hour, fmt.Sprintf(anaAsks, "help"))
	o.ingested("s2", 20*time.Hour-time.Minute, fmt.Sprintf(anaAsks, "help")) // a redelivery
	o.ingested("s3", 2*time.Hour, fmt.Sprintf(anaAsks, "a price"))
	o.ingested("s4", time.Hour, anaWithout)
	o.ingested("s5", time.Hour, boAsks)
	id := ids(anasAddress)
	phone := o.lead(phonesLead)
	if phone.Contact.Phone == "" || o.lead(id).Touches[0].Redeliveries == nil {
		t.Fatalf("leads %+v, %+v", phone, o.lead(id))
	}
	for _, change := range []struct {
		id     string
		change func(*lead.Lead)
	}{
		{phonesLead, func(l *lead.Lead) { l.Contact.Emails = append(l.Contact.Emails, "Ana Silva <"+anasAddress+">") }},
		{id, func(l *lead.Lead) {
			for i := range 250 { // so that there is an archive
				l.Timeline = append(l.Timeline, lead.Activity{At: lead.At(time.Now()), Text: fmt.Sprint("Silva ", i)})
			}
		}},
	} {
		if _, err := o.store.Update(t.Context(), change.id, func(l *lead.Lead) error { change.change(l); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []store.Mail{{ID: "alert-s1", Kind: lead.MailAlert, Lead: id, State: store.MailSent, Subject: "Fabrikam - Contact me"}, {ID: "alert-s5", Kind: lead.MailAlert, Lead: ids("bo@northwind.example.com"), State: store.MailSent}} {
		if err := o.store.CreateMail(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
	}
	// No lead has these.
	o.receive(arrival("q1", time.Now(), "name=Ana&mail=ana.silva%40fabrikam.example.com&looking+for"), &lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "no JSON"})
	o.receive(arrival("q2", time.Now(), "\xff\xfe{"+"joana.silva@fabrikam.example.com.br"), &lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "no JSON"})
	o.receive(arrival("i1", time.Now(), fmt.Sprintf(anaAsks, "a test")), &lead.Outcome{Kind: lead.OutcomeInternal})
	o.receive(arrival("o1", time.Now().Add(-time.Minute), fmt.Sprintf(anaAsks, "an answer")), nil)
	return o
}

// phonesLead is the id of Ana's lead by her phone.
var phonesLead = lead.ID(lead.Keys{Phone: "+4791234567", Name: "ana silva"}.Match(), "")

// left gives all documents of the database that have a trace of Ana.
func (o *operator) left() []string {
	o.t.Helper()
	var all []string
	look := func(what string, v any, more ...string) {
		b, err := json.Marshal(v)
		if err != nil {
			o.t.Fatal(err)
		}
		text := strings.ToLower(string(b) + strings.Join(more, ""))
		for _, trace := range traces {
			if strings.Contains(text, trace) {
				all = append(all, what+" has "+trace)
			}
		}
	}
	ctx := o.t.Context()
	for _, id := range []string{ids(anasAddress), phonesLead} {
		l, _, err := o.store.LeadOrTombstone(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			o.t.Fatal(err)
		}
		archives, err := o.store.AllArchives(ctx, id)
		if err != nil {
			o.t.Fatal(err)
		}
		look("lead "+id, l)
		if len(archives) > 0 {
			look("an archive of "+id, archives)
		}
	}
	for _, id := range []string{"s1", "s2", "s3", "s4", "q1", "i1", "o1"} {
		e, err := o.store.Entry(ctx, id)
		if err != nil {
			o.t.Fatal(err)
		}
		look("submission "+id, e, string(e.Body))
	}
	for _, id := range []string{"alert-s1", "touch-s3", "alert-s4"} {
		m, err := o.store.Mail(ctx, id)
		if err == nil {
			look("mail "+id, m)
		} else if !errors.Is(err, store.ErrNotFound) {
			o.t.Fatal(err)
		}
	}
	return all
}

func TestAnExportHasEverythingAboutOnePersonAndNothingAboutAnother(t *testing.T) {
	anas(t)
	out, note, err := callWith(t, "export", " ANA.Silva@fabrikam.example.com")
	if err != nil || !strings.Contains(note, "Looking through every lead once.") {
		t.Fatalf("%v, and notes %q", err, note)
	}
	var d struct {
		Person      string
		Leads       []lead.Lead
		Archives    []lead.Archive
		Submissions []submission
		Mails       []store.Mail
	}
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Leads) != 2 || d.Leads[0].ID != ids(anasAddress) || d.Leads[1].ID != phonesLead || len(d.Archives) != 1 || len(d.Mails) != 1 || d.Mails[0].ID != "alert-s1" {
		t.Errorf("%d leads, %d archives, mails %+v", len(d.Leads), len(d.Archives), d.Mails)
	}
	var got []string
	for _, s := range d.Submissions {
		got = append(got, s.ID)
		if s.Text == "" {
			t.Errorf("submission %s has no body", s.ID)
		}
	}
	if slices.Sort(got); strings.Join(got, " ") != "i1 o1 q1 s1 s2 s3 s4" {
		t.Errorf("submissions %q", got)
	}
	if strings.Contains(out, "Berg") || strings.Contains(out, "joana") {
		t.Error("somebody else is in it")
	}
}

func TestAnExportIsKeptInAFileThatOnlyItsOwnerCanRead(t *testing.T) {
	anas(t)
	out, _, err := callWith(t, "export", anasAddress, "--out", "ana.json")
	if err != nil || out != "ana.json has everything about "+anasAddress+": 2 leads, 1 archive, 7 submissions and 1 mail. Only you can read it.\n" {
		t.Errorf("printed %s, %v", out, err)
	}
	b, err := os.ReadFile("ana.json")
	if err != nil || !json.Valid(b) || !strings.Contains(string(b), "looking for help") {
		t.Errorf("it wrote %s, %v", b, err)
	}
	if info, err := os.Stat("ana.json"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %s, %v", info.Mode(), err)
	}
	if _, _, err := callWith(t, "export", anasAddress, "--out", "ana.json"); err == nil || !strings.HasPrefix(err.Error(), "ana.json is there already") {
		t.Errorf("a second time: %v", err)
	}
	out, _, err = callWith(t, "export", anasAddress, "--out", "again.json", "--json")
	if got := decoded[map[string]any](t, out); err != nil || got["submissions"] != 7.0 || got["file"] != "again.json" {
		t.Errorf("programs are told %v, %v", got, err)
	}
}

func TestABodyThatIsNoTextIsExportedInBase64(t *testing.T) {
	o := start(t)
	o.receive(arrival("s1", time.Now(), "{\xff"), &lead.Outcome{Kind: lead.OutcomeLead, Lead: "l1"})
	out, _, err := callWith(t, "export", "l1")
	if err != nil || !strings.Contains(out, `"bytes": "e/8="`) {
		t.Errorf("printed %s, %v", out, err)
	}
}

func TestNobodyIsExportedOrErasedOfWhomThereIsNothing(t *testing.T) {
	anas(t)
	for _, command := range []string{"export", "erase"} {
		for _, who := range []string{"kim@northwind.example.com", "nobody", "s1"} {
			if out, _, err := callWith(t, command, who); !errors.Is(err, store.ErrNotFound) || out != "" {
				t.Errorf("%s %s: %v, printed %s", command, who, err, out)
			}
		}
	}
}

// Two people may have typed an address that is nobody's.
func TestAnAddressThatManyGiveIdentifiesNobody(t *testing.T) {
	o := start(t)
	for _, id := range []string{"l1", "l2"} {
		o.keep(id, time.Now(), func(l *lead.Lead) {
			l.Contact.Email = "Test@test.com"
			l.Touches = []lead.Touch{{Submission: "of-" + id}}
		})
	}
	for _, command := range []string{"export", "erase"} {
		_, _, err := callWith(t, command, "test@test.com")
		if err == nil || !strings.Contains(err.Error(), "name the lead instead, which is one of l") {
			t.Errorf("%s: %v", command, err)
		}
	}
	if _, _, err := callWith(t, "erase", "l1", "--yes"); err != nil {
		t.Error(err)
	}
	if _, _, err := o.store.Lead(t.Context(), "l1"); !errors.Is(err, store.ErrNotFound) || o.lead("l2").Contact.Email == "" {
		t.Error("not the lead that was named is erased")
	}
}

func TestErasingLeavesNothingOfThePersonAndAllOfAnother(t *testing.T) {
	o := anas(t)
	if len(o.left()) < 10 {
		t.Fatalf("there is little to be erased: %q", o.left())
	}
	bo := o.lead(ids("bo@northwind.example.com"))
	out, _, err := callWith(t, "erase", anasAddress, "--yes")
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, ids(anasAddress)+", Ana Silva, Fabrikam, 2 submissions", phonesLead, "would be erased: 2 leads, 1 archive, 7 submissions, 1 mail.", "Erased: 2 leads, 1 archive, 7 submissions, 1 mail.", "What stays is")
	if left := o.left(); len(left) > 0 {
		t.Errorf("left is %q", left)
	}
	for id, want := range map[string]lead.OutcomeKind{"s1": "lead", "s2": "redelivery", "s4": "lead", "q1": "erased", "i1": "internal", "o1": "erased"} {
		if e, err := o.store.Entry(t.Context(), id); err != nil || e.Open() || e.Outcome.Kind != want || e.ErasedAt.IsZero() || e.ReceivedAt.IsZero() {
			t.Errorf("entry %+v, %v", e, err)
		}
	}
	for _, id := range []string{"s5", "q2"} {
		if e, err := o.store.Entry(t.Context(), id); err != nil || len(e.Body) == 0 {
			t.Errorf("entry %+v, %v", e, err)
		}
	}
	if now := o.lead(bo.ID); len(now.Timeline) != len(bo.Timeline) || now.Contact.Email == "" {
		t.Errorf("somebody else's lead is %+v", now)
	}
	if _, err := o.store.Mail(t.Context(), "alert-s5"); err != nil {
		t.Errorf("somebody else's mail: %v", err)
	}
	if out := says(t, "submissions", "show", "s1"); !strings.Contains(out, "Erased        20") || !strings.Contains(out, "0 bytes") {
		t.Errorf("the ledger says\n%s", out)
	}
	if out, _, err := callWith(t, "erase", anasAddress, "--yes"); err != nil || !strings.HasPrefix(out, "This person was erased on ") {
		t.Errorf("a second time it prints %s, %v", out, err)
	}
	// What stays of her is told to who asks for it.
	out, _, err = callWith(t, "export", anasAddress)
	if err != nil || !strings.Contains(out, `"erased": {`) || !strings.Contains(out, `"id": "s1"`) || strings.Contains(strings.ToLower(out), "silva\"") {
		t.Errorf("exported is %s, %v", out, err)
	}
}

func TestProgramsAreToldWhatIsErased(t *testing.T) {
	anas(t)
	for _, c := range []struct {
		name   string
		args   []string
		erased bool
		leads  int
	}{
		{"not without a yes", []string{"erase", anasAddress, "--json"}, false, 2},
		{"with a yes", []string{"erase", anasAddress, "--json", "--yes"}, true, 2},
		{"when nothing is left", []string{"erase", anasAddress, "--json", "--yes"}, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _, err := callWith(t, c.args...)
			got := decoded[erasure](t, out)
			if got.Erased != c.erased || len(got.Leads) != c.leads || (err != nil) != (c.name == "not without a yes") || got.ErasedAt.IsZero() != (c.leads > 0) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestOnlyYesErases(t *testing.T) {
	o := anas(t)
	out, note, err := onTerminal(t, t.Context(), typing("n\n"), "erase", anasAddress)
	if err != nil || !strings.HasSuffix(out, "Nothing was erased.\n") || !strings.Contains(note, "It cannot be undone.") || len(o.left()) < 10 {
		t.Errorf("printed %s, %s, %v", out, note, err)
	}
	if out, _, err = onTerminal(t, t.Context(), typing("y\n"), "erase", anasAddress); err != nil || !strings.Contains(out, "\nErased: 2 leads") || len(o.left()) > 0 {
		t.Errorf("printed %s, %v", out, err)
	}
}

func TestASuppressionOutlivesTheErasure(t *testing.T) {
	o := anas(t)
	id := ids(anasAddress)
	if _, err := o.store.Update(t.Context(), id, func(l *lead.Lead) error {
		return l.Suppress(lead.SuppressedOptedOut, "", lead.Actor{Person: "operations", Name: "Operations"}, time.Now())
	}); err != nil {
		t.Fatal(err)
	}
	out, _, err := callWith(t, "erase", anasAddress, "--yes")
	if err != nil || !strings.Contains(out, "The person must not be contacted. That holds") {
		t.Errorf("printed %s, %v", out, err)
	}
	o.ingested("again", -time.Second, fmt.Sprintf(anaAsks, "more"))
	l := o.lead(id)
	if l.Suppression == nil || l.Suppression.Reason != lead.SuppressedOptedOut || len(l.Touches) != 1 || len(l.Mails) != 0 {
		t.Errorf("who comes again is %+v", l)
	}
	// And who comes again can be erased again.
	if out, _, err := callWith(t, "erase", id, "--yes"); err != nil || !strings.Contains(out, "Erased: 1 lead, 0 archives, 1 submission, 0 mails.") {
		t.Errorf("printed %s, %v", out, err)
	}
	if l, _, err := o.store.LeadOrTombstone(t.Context(), id); err != nil || !l.Tombstone() || l.Suppression == nil {
		t.Errorf("lead %+v, %v", l, err)
	}
}

func TestAMessageThatWasUnderWayWhenThePersonWasErasedBringsNothingBack(t *testing.T) {
	o := anas(t)
	if _, _, err := callWith(t, "erase", anasAddress, "--yes"); err != nil {
		t.Fatal(err)
	}
	for _, m := range o.Messages("leads") {
		if m.ID != "s5" {
			o.ingests(m.Message)
		}
	}
	if left := o.left(); len(left) > 0 {
		t.Errorf("left is %q", left)
	}
}

// refusing has the database refuse all writes but so many first ones, as if the command was killed there, and says
// whether it did.
func (o *operator) refusing(after int32) (ends func(), refused *atomic.Bool) {
	o.t.Helper()
	direct := o.Settings()["COSMOS_ENDPOINT"]
	target, err := url.Parse(direct)
	if err != nil {
		o.t.Fatal(err)
	}
	var written atomic.Int32
	refused = &atomic.Bool{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the database names itself by it
	}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writes := r.Method == http.MethodPut || r.Method == http.MethodPatch || r.Method == http.MethodDelete || r.Method == http.MethodPost && r.Header.Get("Content-Type") != "application/query+json"
		if writes && written.Add(1) > after {
			refused.Store(true)
			w.WriteHeader(http.StatusForbidden)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	o.t.Cleanup(web.Close)
	o.t.Setenv("COSMOS_ENDPOINT", web.URL)
	return func() { o.t.Setenv("COSMOS_ENDPOINT", direct) }, refused
}

func TestAnErasureThatWasInterruptedAnywhereIsFinishedByCallingAgain(t *testing.T) {
	for n := int32(0); ; n++ {
		o := anas(t)
		ends, refused := o.refusing(n)
		_, _, err := callWith(t, "erase", anasAddress, "--yes")
		ends()
		if !refused.Load() {
			if err != nil || n < 10 {
				t.Errorf("after %d writes: %v", n, err)
			}
			return
		}
		if err == nil || !strings.HasPrefix(err.Error(), "not everything was erased, call again to finish it: ") {
			t.Errorf("after %d writes: %v", n, err)
		}
		if _, _, err := callWith(t, "erase", anasAddress, "--yes"); err != nil {
			t.Errorf("after %d writes, called again: %v", n, err)
		}
		if left := o.left(); len(left) > 0 {
			t.Errorf("after %d writes, called again, left is %q", n, left)
		}
		if out, _, err := callWith(t, "erase", anasAddress, "--yes"); err != nil || !strings.HasPrefix(out, "This person was erased on ") {
			t.Errorf("after %d writes, a third time it prints %s, %v", n, out, err)
		}
	}
}

func TestATouchThatArrivesWhileThePersonIsErasedIsErasedWithIt(t *testing.T) {
	o := anas(t)
	target, err := url.Parse(o.Settings()["COSMOS_ENDPOINT"])
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the database names itself by it
		if r.In.Method == http.MethodPut {
			once.Do(func() { o.ingested("late", -time.Minute, fmt.Sprintf(anaAsks, "news")) })
		}
	}}
	web := httptest.NewServer(proxy)
	t.Cleanup(web.Close)
	t.Setenv("COSMOS_ENDPOINT", web.URL)
	if _, _, err := callWith(t, "erase", anasAddress, "--yes"); err != nil {
		t.Fatal(err)
	}
	if e, err := o.store.Entry(t.Context(), "late"); err != nil || len(e.Body) > 0 || e.Outcome.Kind != lead.OutcomeLead {
		t.Errorf("entry %+v, %v", e, err)
	}
	if left := o.left(); len(left) > 0 {
		t.Errorf("left is %q", left)
	}
}
