package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/team"
)

func TestASubmissionBecomesALeadWithEverythingItSays(t *testing.T) {
	d := open(t)
	o := d.takes("s1", 0, ana("Please call me."))
	l := d.lead(o.Lead)
	if o.Kind != lead.OutcomeLead || l == nil || o.Lead != leadID(anaAddress) {
		t.Fatalf("outcome %+v, lead %+v", o, l)
	}
	c := l.Contact
	c.SaidAt = nil
	if want := (lead.Contact{FirstName: "Ana", LastName: "Silva", Email: "Ana.Silva@fabrikam.example.com", Phone: "+5511912345678",
		Company: "Fabrikam", JobTitle: "Head of Data", Country: "BR", CountrySent: "Brazil",
		Emails: []string{"Ana.Silva@fabrikam.example.com"}, Phones: []string{"+5511912345678"}}); asJSON(t, c) != asJSON(t, want) {
		t.Errorf("contact %+v", c)
	}
	if want := []string{"phone:+5511912345678", "company:fabrikam.example.com|ana silva"}; !slices.Equal(l.Probes, want) {
		t.Errorf("probes %q, want %q", l.Probes, want)
	}
	got := l.Touches[0]
	if got.ContentKey == "" {
		t.Error("the touch has no content key")
	}
	got.ContentKey = ""
	if want := (lead.Touch{Submission: "s1", Source: "AppSource", Action: lead.ActionContactMe, RawSource: "SPZA-PLT | contoso.analytics", RawAction: "PLT",
		Offer: lead.Offer{ID: "analytics", Publisher: "contoso", Title: "Contoso Analytics"}, Description: "Please call me.", ReceivedAt: lead.At(morning)}); asJSON(t, got) != asJSON(t, want) {
		t.Errorf("touch %s", asJSON(t, got))
	}
	if l.Owner.Person != lead.Operations || l.Stage != lead.StageNew || len(l.Mails) != 1 || l.Mails[0].To != lead.Operations || !l.MailDueAt.Equal(morning) {
		t.Errorf("owner %+v, stage %s, mails %+v due %s", l.Owner, l.Stage, l.Mails, l.MailDueAt)
	}
	if e := d.entry("s1"); e.TTL != int(life/time.Second) || !e.NextTryAt.IsZero() || !e.Outcome.At.Equal(morning) {
		t.Errorf("entry %+v, outcome %+v", e, e.Outcome)
	}
}

func TestTheOfferOfTheURLWinsOverTheOneInTheBody(t *testing.T) {
	for url, want := range map[string]lead.Offer{
		"backup":            {ID: "backup", Title: "Contoso Analytics"},
		"contoso.analytics": {ID: "analytics", Publisher: "contoso", Title: "Contoso Analytics"}, // the same listing, said in full
	} {
		d := open(t)
		s := submission("s1", 0, ana(""))
		s.OfferID = url
		d.done(d.message(s))
		if got := d.lead(leadID(anaAddress)).Touches[0].Offer; asJSON(t, got) != asJSON(t, want) {
			t.Errorf("behind the URL of %s the offer is %+v", url, got)
		}
	}
}

func TestAnOutcomeIsWrittenThoughTheWebhookCouldNotWriteTheEntry(t *testing.T) {
	d := open(t)
	s := submission("s1", 0, ana(""))
	d.done(d.message(s))
	if e := d.entry("s1"); e.Open() || string(e.Body) != string(s.Body) || e.ReceivedAt != s.ReceivedAt || e.ContentType != s.ContentType {
		t.Errorf("entry %+v", e)
	}
}

// The order is what makes every crash harmless: word of a mail is sent only when its lead asks for it, and
// the outcome stops the sweep only when there is nothing left to do.
func TestTheLeadIsWrittenBeforeWordIsSentAndTheOutcomeComesLast(t *testing.T) {
	d := open(t)
	m := d.arrives("s1", 0, ana(""))
	var asked []string
	d.ingest.Queue = stoppingQueue{d.queue, func() {
		for _, mail := range d.lead(leadID(anaAddress)).OpenMails() {
			asked = append(asked, mail.ID)
		}
		if o := d.outcome("s1"); o != nil {
			t.Errorf("the outcome %+v is there though word may not have been sent", o)
		}
	}}
	d.done(m)
	if !slices.Equal(asked, []string{"alert-s1"}) || !slices.Equal(d.mails(), asked) {
		t.Errorf("when word was sent, the lead asked for %v; word is of %v", asked, d.mails())
	}
	sent := d.Messages("mails")[0]
	if len(sent.Body) != 0 || sent.Text("leadId") != leadID(anaAddress) || sent.ID != "alert-s1" {
		t.Errorf("word %+v", sent)
	}
}

func TestARepeatMakesUpForACrash(t *testing.T) {
	for _, c := range []struct {
		name  string
		crash func(*desk, azfunc.Message)
		back  func(*desk)
		// What the crash leaves.
		lead, word, settled bool
	}{
		{"before the lead was written",
			func(d *desk, m azfunc.Message) { d.Cosmos.Stop(); d.later(m) },
			func(d *desk) { d.Cosmos.Start() }, false, false, false},
		{"when the lead was written and no word of its mail sent",
			func(d *desk, m azfunc.Message) { d.ServiceBus.Stop(); d.later(m) },
			func(d *desk) { d.ServiceBus.Start() }, true, false, false},
		{"when word was sent and the outcome not written",
			func(d *desk, m azfunc.Message) { d.ingest.Queue = stoppingQueue{d.queue, d.Cosmos.Stop}; d.later(m) },
			func(d *desk) { d.Cosmos.Start(); d.ingest.Queue = d.queue }, true, true, false},
		{"when the outcome was written and the message not completed",
			func(d *desk, m azfunc.Message) { d.done(m) },
			func(*desk) {}, true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			m := d.arrives("s1", 0, ana(""))
			c.crash(d, m)
			c.back(d)
			left := d.lead(leadID(anaAddress))
			if (left != nil) != c.lead || (len(d.mails()) == 1) != c.word || (d.outcome("s1") != nil) != c.settled {
				t.Fatalf("left lead %+v, word of %v, outcome %+v", left, d.mails(), d.outcome("s1"))
			}
			outcome := d.outcome("s1")

			d.now = morning.Add(time.Minute)
			for range 2 { // a consecutive run finds nothing to do
				d.done(m)
				got := d.lead(leadID(anaAddress))
				if left == nil {
					left = got
				}
				if asJSON(t, got) != asJSON(t, left) || len(got.Touches) != 1 || len(got.Mails) != 1 {
					t.Errorf("the repeat made the lead\n%s\nof\n%s", asJSON(t, got), asJSON(t, left))
				}
				if !slices.Equal(d.mails(), []string{"alert-s1"}) {
					t.Errorf("word of %v", d.mails())
				}
				if outcome == nil {
					outcome = d.outcome("s1")
				}
				if got := d.outcome("s1"); got == nil || *got != *outcome || got.Kind != lead.OutcomeLead || got.Lead != left.ID {
					t.Errorf("outcome %+v", got)
				}
			}
		})
	}
}

func TestARepeatSendsNoWordOfAMailThatWasRecordedMeanwhile(t *testing.T) {
	d := open(t)
	m := d.arrives("s1", 0, ana(""))
	d.done(m)
	_, err := d.store.Update(t.Context(), leadID(anaAddress), func(l *lead.Lead) error {
		l.Record("alert-s1", "Mail sent.", lead.At(morning))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d.ServiceBus.Stop()
	d.ServiceBus.Start() // a broker that remembers no MessageID and so drops no duplicate
	d.done(m)
	if len(d.mails()) != 0 {
		t.Errorf("word of %v", d.mails())
	}
}

func TestTheSameContentAgain(t *testing.T) {
	for _, c := range []struct {
		name    string
		after   time.Duration
		outcome lead.OutcomeKind
		of      string
		touches int
		mails   []string
	}{
		{"within ten minutes is a redelivery that the lead only counts", 9 * time.Minute, lead.OutcomeRedelivery, "s1", 1, []string{"alert-s1"}},
		{"within a day tells the owner that the person asked again", 11 * time.Minute, lead.OutcomeLead, "", 2, []string{"alert-s1", "again-s2"}},
		{"after a day is a touch like any other", 25 * time.Hour, lead.OutcomeLead, "", 2, []string{"alert-s1", "touch-s2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			first := d.takes("s1", 0, ana(""))
			m := d.arrives("s2", c.after, ana(""))
			d.now = morning.Add(c.after)
			for range 2 { // a consecutive run finds nothing to do
				d.done(m)
				if o := d.outcome("s2"); o.Kind != c.outcome || o.Of != c.of || o.Lead != first.Lead {
					t.Fatalf("outcome %+v", o)
				}
				l := d.lead(first.Lead)
				if len(l.Touches) != c.touches || !slices.Equal(d.mails(), c.mails) {
					t.Errorf("%d touches, word of %v", len(l.Touches), d.mails())
				}
				if got := l.Touches[0].Redeliveries; (len(got) == 1) != (c.of != "") {
					t.Errorf("redeliveries %v", got)
				}
			}
		})
	}
}

func TestADoNotContactOfAStrangerIsKeptAndNobodyIsAskedToCall(t *testing.T) {
	d := open(t)
	o := d.takes("s1", 0, strings.ReplaceAll(ana(""), "PLT", "DNC"))
	if l := d.lead(o.Lead); o.Kind != lead.OutcomeLead || l.Suppression == nil || len(l.Mails) != 0 || len(d.mails()) != 0 {
		t.Errorf("outcome %+v, lead %+v, word of %v", o, l, d.mails())
	}
}

func TestWhatIsNoLeadIsInTheLedgerOnly(t *testing.T) {
	const hour = "2026-11-23T09"
	canary := func(secret []byte) string {
		return fmt.Sprintf(`{"leadflowCanary":%q,"mac":%q}`, hour, link.Canary(secret, hour))
	}
	ledger := map[string]int{"create submissions": 1, "patch submissions": 1}
	for _, c := range []struct {
		name, body string
		want       lead.OutcomeKind
		cost       map[string]int
	}{
		{"a test lead of Partner Center, but for the note of when it came", testLead, lead.OutcomeTest,
			map[string]int{"create submissions": 1, "patch submissions": 1, "read state": 1, "create state": 1}},
		{"somebody of the publisher's own staff", strings.Replace(ana(""), "fabrikam", "contoso", 1), lead.OutcomeInternal, ledger},
		{"a canary", canary(secrets[0]), lead.OutcomeCanary, ledger},
		{"a canary under the older secret", canary(secrets[1]), lead.OutcomeCanary, ledger},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			d.team(team.Team{InternalDomains: []string{"contoso.example.com"}})
			if cost := d.cost(func() { d.done(d.arrives("s1", 0, c.body)) }); !maps.Equal(cost, c.cost) {
				t.Errorf("asked of the database: %v", cost)
			}
			if len(d.mails()) != 0 || len(d.leads()) != 0 {
				t.Errorf("word of %v, %d leads", d.mails(), len(d.leads()))
			}
			o := d.outcome("s1")
			if o.Kind != c.want || o.Lead != "" || o.Why != "" || (o.Hour == hour) != (c.want == lead.OutcomeCanary) {
				t.Errorf("outcome %+v", o)
			}
		})
	}
}

// The silence of an offer is judged by what the ledger says of it, without another write.
func TestTheLedgerSaysOfWhichOfferOfTheCatalogueASubmissionWas(t *testing.T) {
	catalogue := team.Team{Offers: []team.Offer{{ID: "analytics", Publisher: "contoso", Titles: []string{"Contoso Analytics"}}}}
	unknown := strings.NewReplacer("contoso.analytics", strings.Repeat("x", 1000), "Contoso Analytics", "Other").Replace(ana(""))
	for _, c := range []struct{ name, body, want string }{
		{"a lead", ana(""), "contoso.analytics"},
		{"a test lead, by its title", testLead, "contoso.analytics"},
		{"a lead for an offer that the catalogue lacks", unknown, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			d.team(catalogue)
			if o := d.takes("s1", 0, c.body); o.Offer != c.want {
				t.Errorf("outcome %+v", o)
			}
			if o := d.takes("s2", time.Minute, c.body); o.Kind == lead.OutcomeRedelivery && o.Offer != c.want {
				t.Errorf("the redelivery's outcome is %+v", o)
			}
		})
	}
}

func TestTheLedgerSaysThatASubmissionWasGivenUp(t *testing.T) {
	for reason, want := range map[string]lead.Cause{azfunc.GivenUp + "the database is away": lead.CauseGivenUp, "no JSON": ""} {
		d := open(t)
		if err := d.ingest.Quarantine(t.Context(), d.arrives("s1", 0, "x"), reason); err != nil {
			t.Fatal(err)
		}
		if o := d.outcome("s1"); o.Cause != want || o.Why != reason {
			t.Errorf("outcome %+v", o)
		}
	}
}

const testLead = `{"userDetails":{"FirstName":"MSFT_TEST_636573304831318844","LastName":"MSFT_TEST_636573304831318844","Email":"MSFT_TEST_636573304831318844@test.com"},"LeadSource":"AzureMarketplace","ActionCode":"INS","OfferTitle":"Contoso Analytics"}`

func TestACanaryThatNobodyOfUsSignedIsQuarantined(t *testing.T) {
	const hour = "2026-11-23T09"
	for name, body := range map[string]string{
		"under an unknown secret": fmt.Sprintf(`{"leadflowCanary":%q,"mac":%q}`, hour, link.Canary([]byte("unknown"), hour)),
		"of another hour":         fmt.Sprintf(`{"leadflowCanary":"2026-11-23T10","mac":%q}`, link.Canary(secrets[0], hour)),
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			if o := d.ingest.Run(t.Context(), d.arrives("s1", 0, body)); o.Kind() != azfunc.KindNever || o.Reason() != "a canary with a wrong mac" {
				t.Errorf("ingest says %s", o)
			}
		})
	}
}

func TestWhenTheTestLeadOfAnOfferCameIsKeptAndTheFirstOfTheDayIsNews(t *testing.T) {
	d := open(t)
	d.team(team.Team{Offers: []team.Offer{{ID: "analytics", Publisher: "contoso", Titles: []string{"Contoso Analytics"}}}})
	m := d.arrives("s1", 0, testLead)
	for range 2 { // a consecutive run finds nothing to do
		d.done(m)
	}
	d.takes("s2", time.Hour, testLead)
	w, err := d.store.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(w.TestLeads) != 1 || w.TestLeads[0].Offer != "analytics" || w.TestLeads[0].Name != "Contoso Analytics" || !w.TestLeads[0].SeenAt.Equal(morning.Add(time.Hour)) {
		t.Errorf("test leads %+v", w.TestLeads)
	}
	if len(w.News) != 1 || !w.News[0].SeenAt.Equal(morning) {
		t.Errorf("news %+v", w.News)
	}
}

func TestWithoutATeamASubmissionWaits(t *testing.T) {
	d := open(t)
	m := d.arrives("s1", 0, ana(""))
	d.ingest.Team = awayTeam{}
	d.later(m)
	if len(d.leads()) != 0 || d.outcome("s1") != nil {
		t.Errorf("leads %v, outcome %+v", d.leads(), d.outcome("s1"))
	}
}

// awayTeam cannot be read.
type awayTeam struct{}

func (awayTeam) Team(context.Context) (team.Team, error) {
	return team.Team{}, errors.New("the database is away")
}

func TestWhatCannotBeReadIsNeverTriedAgainForAReasonThatRepeatsNothingOfIt(t *testing.T) {
	for _, c := range []struct{ name, body string }{
		{"text", `Ana Silva, ana.silva@fabrikam.example.com`},
		{"a broken object", `{"userDetails":{"firstName":"Ana","lastName":"Silva" "email":"ana.silva@fabrikam.example.com"}}`},
		{"an array", `[{"leadSource":"AzureMarketplace","userDetails":{"email":"ana.silva@fabrikam.example.com"}}]`},
		{"a form", `first_name=Ana&last_name=Silva&email=ana.silva%40fabrikam.example.com`},
		{"an object of strangers", `{"Ana":"Silva"}`},
		{"no bytes at all", ``},
		{"bytes that are no text", "\x00\xff\xfe\x80Ana"},
		{"brackets sixty thousand deep", strings.Repeat(`{"a":[`, 30_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			m := d.arrives("s1", 0, c.body)
			o := d.ingest.Run(t.Context(), m)
			if o.Kind() != azfunc.KindNever || o.Reason() == "" {
				t.Fatalf("ingest says %s", o)
			}
			if len(d.leads()) != 0 || len(d.mails()) != 0 {
				t.Errorf("leads %v, word of %v", d.leads(), d.mails())
			}
			if err := d.ingest.Quarantine(t.Context(), m, o.Reason()); err != nil {
				t.Fatal(err)
			}
			e := d.entry("s1")
			if e.Outcome.Kind != lead.OutcomeQuarantined || e.Outcome.Why != o.Reason() || e.TTL != -1 || string(e.Body) != c.body {
				t.Errorf("entry %+v, outcome %+v", e, e.Outcome)
			}
			for _, personal := range []string{"Ana", "Silva", "fabrikam"} {
				if strings.Contains(o.Reason()+d.log.String(), personal) {
					t.Errorf("the reason or the log repeats %q: %s, %s", personal, o.Reason(), &d.log)
				}
			}
		})
	}
}

func TestAQuarantineLeavesAnOutcomeThatIsFinal(t *testing.T) {
	d := open(t)
	m := d.arrives("s1", 0, ana(""))
	d.done(m)
	if err := d.ingest.Quarantine(t.Context(), m, "tried for long enough"); err != nil {
		t.Fatal(err)
	}
	if o := d.outcome("s1"); o.Kind != lead.OutcomeLead {
		t.Errorf("outcome %+v", o)
	}
}

func TestAQuarantineThatCannotBeWrittenSaysSo(t *testing.T) {
	t.Parallel()
	d := open(t)
	m := d.arrives("s1", 0, "not JSON")
	d.Cosmos.Stop()
	if err := d.ingest.Quarantine(t.Context(), m, "not JSON"); err == nil {
		t.Error("no error, so the message would be completed and its quarantine lost")
	}
}

func TestPeopleWhomNothingIdentifiesNeverBecomeOneLead(t *testing.T) {
	for _, c := range []struct{ name, person string }{
		{"nothing at all", `{"firstName":"","email":null}`},
		{"only a name", `{"firstName":"Ana","lastName":"Silva"}`},
		{"a placeholder for an address", `{"email":"test@test.com"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			body := `{"userDetails":` + c.person + `,"leadSource":"AzureMarketplace","actionCode":"INS","offerTitle":"Contoso Analytics"}`
			for i, id := range []string{"s1", "s2"} {
				if o := d.takes(id, time.Duration(i)*time.Minute, body); o.Kind != lead.OutcomeLead || o.Lead != id {
					t.Errorf("outcome %+v of %s", o, id)
				}
			}
			if want := []string{"alert-s1", "alert-s2"}; len(d.leads()) != 2 || !slices.Equal(d.mails(), want) {
				t.Errorf("%d leads, word of %v", len(d.leads()), d.mails())
			}
		})
	}
}

func TestWhatASubmissionCosts(t *testing.T) {
	d := open(t)
	for _, c := range []struct {
		name  string
		id    string
		after time.Duration
		cost  map[string]int
		words int
	}{
		{"that begins a lead: one lead read, one suggestions query, one lead write, one ledger write, one send", "s1", 0,
			map[string]int{"read leads": 1, "query leads": 1, "create leads": 1, "patch submissions": 1}, 1},
		{"that touches a lead: the same without the query", "s2", 48 * time.Hour,
			map[string]int{"read leads": 1, "replace leads": 1, "patch submissions": 1}, 1},
		{"that is a redelivery: no send", "s3", 48*time.Hour + time.Minute,
			map[string]int{"read leads": 1, "replace leads": 1, "patch submissions": 1}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := d.arrives(c.id, c.after, ana(""))
			before := len(d.mails())
			if cost := d.cost(func() { d.done(m) }); !maps.Equal(cost, c.cost) {
				t.Errorf("asked of the database: %v", cost)
			}
			if n := len(d.mails()) - before; n != c.words {
				t.Errorf("%d sends", n)
			}
		})
	}
}

func TestTouchesOfOnePersonThatAreIngestedAtOnceAllCount(t *testing.T) {
	t.Parallel()
	d := open(t)
	const touches = 12
	var messages []azfunc.Message
	for n := range touches {
		messages = append(messages, d.arrives(fmt.Sprintf("s%02d", n), 0, ana(fmt.Sprintf("Question %d", n))))
	}
	var group sync.WaitGroup
	for _, m := range messages {
		group.Go(func() {
			if o := d.ingest.Run(context.WithoutCancel(t.Context()), m); o.Kind() != azfunc.KindDone {
				t.Errorf("ingest says %s", o)
			}
		})
	}
	group.Wait()
	l := d.lead(leadID(anaAddress))
	if len(d.leads()) != 1 || len(l.Touches) != touches || len(l.Mails) != touches {
		t.Errorf("%d leads, %d touches, %d mails", len(d.leads()), len(l.Touches), len(l.Mails))
	}
	alerts := 0
	words := d.mails()
	for _, m := range l.Mails {
		if m.Kind == lead.MailAlert {
			alerts++
		}
		if !slices.Contains(words, m.ID) {
			t.Errorf("no word was sent of %s", m.ID)
		}
	}
	if alerts != 1 || len(words) != touches {
		t.Errorf("%d alerts, word of %v", alerts, words)
	}
}

func TestTheLogSaysWhatBecameOfASubmissionAndNamesNobody(t *testing.T) {
	d := open(t)
	o := d.takes("s1", 0, ana("Please call me."))
	if said := d.log.String(); !strings.Contains(said, "submission=s1 outcome=lead lead="+o.Lead) {
		t.Errorf("the log says %s", said)
	}
	d.namesNobody("the log", d.log.String())
}
