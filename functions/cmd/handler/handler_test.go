package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
)

// prompt is how soon something happens when nothing is in its way, with room for a loaded machine.
const prompt = 20 * time.Second

func TestASubmissionBecomesAnEntryALeadAndAMail(t *testing.T) {
	t.Parallel()
	a := startApp(t, nil)
	id := a.mustPost(person(1))
	o := a.outcome(id, prompt)
	if o.Kind != lead.OutcomeLead {
		t.Fatalf("outcome %+v", o)
	}
	l := a.mailed(o.Lead, prompt)
	if l.Owner.Person != lead.Operations || len(l.Touches) != 1 || l.Touches[0].Submission != id {
		t.Errorf("lead %+v", l)
	}
	m := a.Mails()[0]
	if m.Subject != "Northwind - Contact me - Contoso Analytics" || m.To[0].Address != a.settings["OPERATIONS_MAIL"] {
		t.Errorf("mail %q to %v", m.Subject, m.To)
	}
	page := m.Text[strings.Index(m.Text, a.url):]
	page = page[:strings.IndexAny(page, "\r\n")]
	res, err := http.Get(page)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("the page behind the mail's link: %v, %v", res, err)
	}
	res.Body.Close()
}

func TestEverySampleSubmissionEndsAsItsKindSays(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "marketplace", "testdata", "submissions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name, Body string
		Expect     struct{ Kind, SameContentAs string }
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	a := startApp(t, nil)
	ids := map[string]string{}
	for _, v := range vectors {
		ids[v.Name] = a.mustPost(v.Body)
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			o := a.outcome(ids[v.Name], prompt)
			e, err := a.store.Entry(t.Context(), ids[v.Name])
			if err != nil || string(e.Body) != v.Body {
				t.Errorf("the ledger has another body, %v", err)
			}
			switch {
			case v.Expect.SameContentAs != "":
				other := a.outcome(ids[v.Expect.SameContentAs], prompt)
				if o.Lead != other.Lead || (o.Kind == lead.OutcomeRedelivery) == (other.Kind == lead.OutcomeRedelivery) {
					t.Errorf("outcomes %+v and %+v of the same content", o, other)
				}
			case v.Expect.Kind == "lead" && o.Kind == lead.OutcomeRedelivery: // the other one of a pair came first
			case string(o.Kind) != v.Expect.Kind:
				t.Errorf("outcome %+v, want %s", o, v.Expect.Kind)
			}
			if v.Expect.Kind == "lead" {
				if _, _, err := a.store.Lead(t.Context(), o.Lead); err != nil {
					t.Errorf("its lead: %v", err)
				}
			} else if o.Lead != "" {
				t.Errorf("it is in the lead %s", o.Lead)
			}
		})
	}
	if n := len(a.entries()); n != len(vectors) {
		t.Errorf("%d entries for %d submissions", n, len(vectors))
	}
}

func TestASubmissionArrivesThoughAServiceIsAway(t *testing.T) {
	for _, c := range []struct {
		name   string
		away   func(*app) []*lab.Service
		answer int
	}{
		{"Service Bus", func(a *app) []*lab.Service { return []*lab.Service{a.ServiceBus} }, http.StatusAccepted},
		{"Cosmos DB", func(a *app) []*lab.Service { return []*lab.Service{a.Cosmos} }, http.StatusAccepted},
		{"the mail server", func(a *app) []*lab.Service { return []*lab.Service{a.SMTP} }, http.StatusAccepted},
		{"Service Bus and Cosmos DB", func(a *app) []*lab.Service { return []*lab.Service{a.ServiceBus, a.Cosmos} }, http.StatusServiceUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := startApp(t, nil)
			services := c.away(a)
			for _, s := range services {
				s.Stop()
			}
			status, _ := a.post(person(1))
			for _, s := range services {
				s.Start()
			}
			if status != c.answer {
				t.Fatalf("answered %d, want %d", status, c.answer)
			}
			var id string
			lab.Eventually(t, prompt, "the ledger has it", func() bool {
				for _, e := range a.entries() {
					id = e.ID
				}
				return id != ""
			})
			o := a.outcome(id, 2*prompt)
			if o.Kind != lead.OutcomeLead {
				t.Fatalf("outcome %+v", o)
			}
			a.mailed(o.Lead, 2*prompt)
			if n := len(a.Mails()); n != 1 {
				t.Errorf("%d mails", n)
			}
			if q := a.Queued(); q["leads"].DeadLettered != 0 || q["mails"].DeadLettered != 0 {
				t.Errorf("dead letters: %+v", q)
			}
		})
	}
}

// The database is away while the queue works, so the first try ends with a copy for later, well within the
// ten minutes for which MessageIDs are remembered.
func TestACopyForLaterGetsPastDuplicateDetection(t *testing.T) {
	t.Parallel()
	a := startApp(t, map[string]string{"RESEND_AFTER": "1h", "MAIL_RESEND_AFTER": "1h"}) // no sweep helps
	a.Cosmos.Stop()
	a.mustPost(person(1))
	lab.Eventually(t, prompt, "a copy waits for its time", func() bool { return a.Queued()["leads"].Scheduled > 0 })
	a.Cosmos.Start()
	lab.Eventually(t, prompt, "the lead is mailed", func() bool { return len(a.Mails()) == 1 })
}

func TestEverySweepGetsPastDuplicateDetection(t *testing.T) {
	t.Parallel()
	a := startApp(t, nil)
	id := a.mustPost(`not JSON`)
	opened := time.Now()
	for range 2 { // twice, for the second sweep must get past the first one too
		a.outcome(id, prompt)
		opened = time.Now()
		if err := a.store.Reopen(t.Context(), id, opened); err != nil {
			t.Fatal(err)
		}
	}
	if o := a.outcome(id, prompt); !o.At.After(opened.Add(-time.Second)) {
		t.Errorf("outcome %+v", o)
	}
}

func TestAReplayGetsPastDuplicateDetection(t *testing.T) {
	t.Parallel()
	a := startApp(t, map[string]string{"RESEND_AFTER": "1h"}) // no sweep helps
	id := a.mustPost(`not JSON`)
	if o := a.outcome(id, prompt); o.Kind != lead.OutcomeQuarantined {
		t.Fatalf("outcome %+v", o)
	}
	e, err := a.store.Entry(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if err := a.store.Reopen(t.Context(), id, now); err != nil {
		t.Fatal(err)
	}
	if err := a.Queue(queue.Backoff{}).SendSubmission(t.Context(), e.Submission(), queue.ReplayID(now)); err != nil {
		t.Fatal(err)
	}
	if o := a.outcome(id, prompt); o.Kind != lead.OutcomeQuarantined || !o.At.After(now.Add(-time.Second)) {
		t.Errorf("outcome %+v", o)
	}
}

func TestTheSamePostTwiceIsOneLeadAndOneMail(t *testing.T) {
	t.Parallel()
	a := startApp(t, nil)
	var group sync.WaitGroup
	ids := make([]string, 2)
	for i := range ids {
		group.Go(func() { ids[i] = a.mustPost(person(1)) })
	}
	group.Wait()
	first, second := a.outcome(ids[0], prompt), a.outcome(ids[1], prompt)
	if first.Lead != second.Lead || (first.Kind == lead.OutcomeRedelivery) == (second.Kind == lead.OutcomeRedelivery) {
		t.Errorf("outcomes %+v and %+v", first, second)
	}
	if l := a.mailed(first.Lead, prompt); len(l.Touches) != 1 || len(l.Mails) != 1 {
		t.Errorf("lead %+v", l)
	}
}

func TestNothingIsLostThoughTheHandlerIsKilledAndTheBrokerCrashes(t *testing.T) {
	t.Parallel()
	a := startApp(t, nil)
	const people = 500
	accepted := make(chan struct{}, people)
	var group sync.WaitGroup
	next := make(chan int)
	for range 8 {
		group.Go(func() {
			for n := range next {
				for { // as somebody who is told to send again, or is told nothing
					if status, _ := a.post(person(n)); status == http.StatusAccepted {
						accepted <- struct{}{}
						break
					}
				}
			}
		})
	}
	for n := range people {
		next <- n
		switch n {
		case 100, 200, 250, 400:
			a.kill()
		case 300:
			a.ServiceBus.Stop()
			a.ServiceBus.Start()
		}
	}
	close(next)
	group.Wait()
	if len(accepted) != people {
		t.Fatalf("%d accepted", len(accepted))
	}
	lab.Eventually(t, 3*time.Minute, "every entry has an outcome", func() bool {
		entries := a.entries()
		open := 0
		for _, e := range entries {
			if e.Open() {
				open++
			}
		}
		return len(entries) >= people && open == 0
	})
	leads := map[string]*lead.Lead{}
	read := func() (open int) {
		err := a.store.Leads(t.Context(), time.Now().Add(-time.Hour), func(l lead.Lead) error {
			leads[l.ID] = &l
			open += len(l.OpenMails())
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return open
	}
	// A mail that was being sent when the handler died is claimed for three more minutes.
	lab.Eventually(t, 5*time.Minute, "every mail is recorded", func() bool { return read() == 0 })
	if len(leads) != people {
		t.Errorf("%d leads", len(leads))
	}
	have := a.inInbox()
	for _, l := range leads {
		if len(l.Touches) != 1 {
			t.Errorf("lead %s has %d touches", l.ID, len(l.Touches))
		}
		for _, m := range l.Mails {
			if have[m.ID] == 0 {
				t.Errorf("mail %s did not arrive", m.ID)
			}
		}
	}
	for _, e := range a.entries() {
		if e.Outcome.Kind != lead.OutcomeLead && e.Outcome.Kind != lead.OutcomeRedelivery {
			t.Errorf("entry %s ended as %s: %s", e.ID, e.Outcome.Kind, e.Outcome.Why)
		}
	}
	t.Logf("%d entries for %d people, %d mails in the inbox", len(a.entries()), people, len(a.Mails()))
}

func TestASettingThatOnlyTheMailNeedsDoesNotCloseTheWebhook(t *testing.T) {
	t.Parallel()
	a := startApp(t, map[string]string{"MAIL_FROM": "nobody"})
	id := a.mustPost(person(1))
	if o := a.outcome(id, prompt); o.Kind != lead.OutcomeLead {
		t.Fatalf("outcome %+v", o)
	}
	lab.Eventually(t, prompt, "the mail waits for its time", func() bool { return a.Queued()["mails"].Scheduled == 1 })
	if !strings.Contains(a.output.String(), "MAIL_FROM") {
		t.Error("the log does not name the setting")
	}
}

func TestAHundredMailsForAHundredPeople(t *testing.T) {
	t.Parallel()
	a := startApp(t, nil)
	for n := range 100 {
		a.mustPost(person(n))
	}
	lab.Eventually(t, time.Minute, "a hundred mails arrive", func() bool { return len(a.Mails()) == 100 })
	for id, n := range a.inInbox() {
		if n != 1 {
			t.Errorf("mail %s arrived %d times", id, n)
		}
	}
	if got := fmt.Sprint(len(a.entries())); got != "100" {
		t.Errorf("%s entries", got)
	}
}
