package remind_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"leadflow/functions/remind"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// metered counts the documents that a store reads: by itself, and through the queries for leads.
type metered struct{ read, retrieved atomic.Int64 }

var retrieved = regexp.MustCompile(`retrievedDocumentCount=(\d+)`)

// Do answers a request.
func (m *metered) Do(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return res, err
	}
	if r.Method == http.MethodGet && regexp.MustCompile(`/colls/leads/docs/`).MatchString(r.URL.Path) {
		m.read.Add(1)
	}
	if !strings.Contains(r.URL.Path, "/colls/leads/") {
		return res, nil
	}
	if found := retrieved.FindStringSubmatch(res.Header.Get("x-ms-documentdb-query-metrics")); found != nil {
		n, _ := strconv.Atoi(found[1])
		m.retrieved.Add(int64(n))
	}
	return res, nil
}

// five are people in one team under a manager, who all work round the clock in UTC.
func five() team.Team {
	day := []lead.Hours{{From: 0, To: 24 * 60}}
	works := lead.Calendar{Zone: time.UTC, Week: [7][]lead.Hours{day, day, day, day, day, day, day}}
	t := team.Team{Version: 1, Groups: []team.Group{{ID: "sales", Manager: "boss"}}}
	for n := range 5 {
		id := fmt.Sprintf("rep%d", n)
		t.People = append(t.People, team.Person{ID: id, Name: id, Mail: id + "@contoso.example.com", Weight: 1, Calendar: works})
		t.Groups[0].People = append(t.Groups[0].People, id)
	}
	t.People = append(t.People, team.Person{ID: "boss", Name: "Boss", Mail: "boss@contoso.example.com", Weight: 1, Calendar: works})
	return t.WithOperations("operations@contoso.example.com")
}

func TestAHundredDueLeadsAreAHundredReadsHoweverManyThereAre(t *testing.T) {
	const due = 100
	for _, stored := range []int{1000, 200_000} {
		t.Run(strconv.Itoa(stored), func(t *testing.T) {
			l := lab.New(t)
			people := five()
			l.Fill("leads", func(yield func(string, []byte) bool) {
				for n := range due {
					x := store.NewLead(fmt.Sprintf("l%06d", n))
					arrived := morning.Add(-3 * time.Hour) // of four: half of the time is used up
					x.Take(lead.Touch{Submission: x.ID, ContentKey: x.ID, Action: lead.ActionContactMe, ReceivedAt: lead.At(arrived)}, lead.Contact{FirstName: "Ana"},
						lead.At(arrived), people.Staff(arrived, func() lead.Owner { return lead.Owner{Person: fmt.Sprintf("rep%d", n%5), Decision: &lead.Decision{}} }))
					x.Record(x.Mails[0].ID, "sent", lead.At(arrived))
					document, err := json.Marshal(x)
					if err != nil {
						t.Error(err)
					}
					if !yield(x.ID, document) {
						return
					}
				}
				for n := due; n < stored; n++ { // of which a run sees nothing but what they are found by
					id := fmt.Sprintf("l%06d", n)
					if !yield(id, fmt.Appendf(nil, `{"id":%q,"lead":%q,"dueFrom":%q,"openFor":"rep%d"}`, id, id, lead.At(morning.Add(time.Hour)), n%5)) {
						return
					}
				}
			})
			m := &metered{}
			s, err := store.Open(store.Options{Endpoint: "http://" + l.Cosmos.Address, Key: cosmos.EmulatorKey, Database: lab.Database, Transport: m})
			if err != nil {
				t.Fatal(err)
			}
			r := &remind.Remind{Store: s, Queue: l.Queue(queue.Backoff{}), Team: lab.Team(people), Webhook: &desk{lost: true}, Secrets: [][]byte{[]byte("secret")}, ResendAfter: resendAfter, MailResendAfter: mailResendAfter,
				GiveUpAfter: giveUpAfter, Life: life, Now: func() time.Time { return morning }, Log: slog.New(slog.DiscardHandler)}
			run := func() (read, retrieved int64) {
				m.read.Store(0)
				m.retrieved.Store(0)
				if err := r.Run(context.Background(), azfunc.Timer{}); err != nil {
					t.Fatal(err)
				}
				return m.read.Load(), m.retrieved.Load()
			}
			if read, retrieved := run(); retrieved != due || read != 0 {
				t.Errorf("a run with %d due leads among %d retrieved %d and read %d more", due, stored, retrieved, read)
			}
			if n := len(l.Messages("mails")); n != 5 {
				t.Errorf("%d lists were made, want one for each owner", n)
			}
			if read, retrieved := run(); retrieved != due || read != 0 {
				t.Errorf("the next run retrieved %d and read %d more", retrieved, read)
			}
			if n := len(l.Messages("mails")); n != 5 {
				t.Errorf("the next run made %d lists more", n-5)
			}
		})
	}
}
