package main

import (
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
)

// realTeam has somebody who is away for good, a rule, an offer with a team, and a team in which nobody is there.
const realTeam = `people:
- {id: ana, name: Ana Silva, mail: ana@contoso.com, zone: America/Sao_Paulo, weight: 2}
- {id: bo, name: Bo Berg, mail: bo@contoso.com, zone: Europe/Oslo}
- {id: kim, name: Kim Lee, mail: kim@contoso.com, zone: Asia/Seoul, absences: [{from: 2020-01-01, to: 2099-12-31}], cover: mina}
- {id: mina, name: Mina Kim, mail: mina@contoso.com, zone: Asia/Seoul}
- {id: max, name: Max Boss, mail: max@contoso.com, zone: UTC}
teams:
- {id: emea, people: [ana, bo, kim], manager: max}
- {id: apac, people: [kim], manager: max, fallback: mina}
rules:
- {country: KR, team: apac}
- {offer: backup, person: kim}
offers:
- {id: analytics, publisher: contoso, titles: [Contoso Analytics]}
- {id: backup, titles: [Contoso Backup]}
`

// takes ingests a submission for real, by the team that is applied, and gives the lead.
func (o *operator) takes(id, body string) *lead.Lead {
	o.t.Helper()
	applied, err := appliedTeam(o.t.Context(), o.store)
	if err != nil {
		o.t.Fatal(err)
	}
	people, err := withDeclared(o.t.Context(), o.store, applied.WithOperations("operations@contoso.com"))
	if err != nil {
		o.t.Fatal(err)
	}
	q := o.Queue(queue.Backoff{})
	i := ingest.Ingest{Store: o.store, Queue: q, Team: lab.Team(people), Secrets: [][]byte{intakeSecret}, Life: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	s := lead.Submission{ID: id, ReceivedAt: lead.At(time.Now()), Body: []byte(body)}
	o.receive(s, nil)
	if err := q.SendSubmission(o.t.Context(), s, ""); err != nil {
		o.t.Fatal(err)
	}
	all := o.Messages("leads")
	if out := i.Run(o.t.Context(), all[len(all)-1].Message); out.Kind() != azfunc.KindDone {
		o.t.Fatalf("ingest says %s", out)
	}
	e, err := o.store.Entry(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	l, _, err := o.store.Lead(o.t.Context(), e.Outcome.Lead)
	if err != nil {
		o.t.Fatal(err)
	}
	return l
}

// Who would get a lead, and why, is what ingest then does: word for word, with the same candidates.
func TestWhatIsSimulatedAndExplainedIsWhatHappensThen(t *testing.T) {
	o := start(t)
	o.applies("")
	o.applies(realTeam)
	got := map[string]int{}
	for n := range 24 {
		body := strings.ReplaceAll(ana, "Ana.Silva+x", fmt.Sprint("someone-", n))
		body = strings.ReplaceAll(body, "91234-5678", fmt.Sprintf("91234-5%03d", n))
		switch n % 4 {
		case 1:
			body = strings.Replace(body, "Brazil", "Korea", 1)
		case 2:
			body = strings.ReplaceAll(strings.ReplaceAll(body, "contoso.analytics", "fabrikam.Backup"), "Analytics", "Backup")
		}
		for _, again := range []bool{false, true} { // a new lead, and another touch of it
			if again {
				body = strings.Replace(body, "Please call.", "Please do.", 1)
			}
			before := o.requests()
			simulated := answer[simulationJSON](t, body, "team", "simulate")
			explained := answer[explanation](t, body, "explain")
			for kind, n := range o.requests() {
				if n != before[kind] && !strings.HasPrefix(kind, "read ") && !strings.HasPrefix(kind, "query ") {
					t.Errorf("the database was asked for %s", kind)
				}
			}
			l := o.takes(fmt.Sprintf("s%d-%t", n, again), body)
			if simulated.Lead != l.ID || simulated.Owner != l.Owner.Person || simulated.Name != l.Owner.Name || !reflect.DeepEqual(simulated.Decision, l.Owner.Decision) ||
				!strings.HasSuffix(simulated.Why, l.Owner.Why) || (simulated.Why == l.Owner.Why) == again {
				t.Errorf("submission %d, again %t: it would be %+v, and it is %+v", n, again, simulated, l.Owner)
			}
			if explained.Lead != l.ID || explained.Owner != l.Owner.Person || explained.OwnerName != l.Owner.Name || explained.OwnerWhy != l.Owner.Why || explained.LeadExists != again {
				t.Errorf("submission %d, again %t: explained as %+v, and it is %+v", n, again, explained, l.Owner)
			}
			if !again {
				got[l.Owner.Person]++
			}
		}
	}
	if want := map[string]int{"ana": 8, "bo": 4, "mina": 12}; !maps.Equal(got, want) {
		t.Errorf("they got %v, want %v", got, want)
	}
}

func TestAnExplanationNamesWhoWouldOwnANewLead(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", realTeam)
	out, _, err := reads(t, strings.Replace(ana, "Brazil", "Korea", 1), "explain", "--offline", "--team", "team.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "It would begin the lead", "Mina Kim (mina) would own it: Nobody in the team apac is available (rule in line 11: country KR), so Mina Kim gets it as the fallback of the team apac, and Max Boss is told.",
		"Mina Kim (mina) would get a mail: alert.", "Max Boss (max) would get a mail: alert.")
}

// answer gives a submission to a command and decodes what it says to programs.
func answer[T any](t *testing.T, body string, args ...string) T {
	t.Helper()
	out, note, err := reads(t, body, append(args, "--json")...)
	if err != nil || note != "" {
		t.Fatalf("leads %q: %v, and notes %q", args, err, note)
	}
	return decoded[T](t, out)
}
