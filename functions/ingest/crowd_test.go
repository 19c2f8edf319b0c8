package ingest_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
)

// The crowd: made-up people who send what real ones do, and what must become of them. What is expected is made
// beside what is sent, by other code than the one under test.
const (
	crowdPeople      = 3_000
	crowdSubmissions = 10_000
)

// figure is one person of the crowd.
type figure struct {
	n     int
	first string
	last  string
	// mailbox gives a spelling of the person's address; nil without one. key is what all spellings have in common.
	mailbox func(*rand.Rand) string
	key     string
	phones  []string // spellings of one number, with the person's country
	e164    string
	country string
	want    *expectation // nil for people whom nothing identifies: each submission is a lead of its own
}

// expectation is the lead of one person.
type expectation struct {
	touches    map[string]string // submission to submission: to itself, or to the other one of a redelivered pair
	offers     map[string]lead.Action
	emails     map[string]bool
	suppressed bool
	company    string // of the submission that was received last
	companyAt  time.Time
}

// crowd makes the people.
func crowd(r *rand.Rand) []*figure {
	firsts := []string{"Ana", "José", "Zoë", "Kim", "Jürgen", "지훈", "Łukasz", "Mary-Jane", "O'Brien"}
	var people []*figure
	for n := range crowdPeople {
		f := &figure{n: n, first: firsts[n%len(firsts)], last: fmt.Sprintf("Person%04d", n)}
		local := fmt.Sprintf("person%04d", n)
		switch r.IntN(20) {
		case 0, 1, 2, 3, 4: // at Google, where dots and tags do not count and the domain has two names
			f.key = "email:" + local + "@gmail.com"
			f.mailbox = func(r *rand.Rand) string {
				s := local[:3] + pick(r, "", ".") + local[3:] + pick(r, "", "+news", "+a.b")
				return anyCase(r, s+"@"+pick(r, "gmail.com", "googlemail.com"))
			}
		case 5, 6, 7: // at Microsoft, where tags do not count
			f.key = "email:" + local + "@outlook.com"
			f.mailbox = func(r *rand.Rand) string { return anyCase(r, local+pick(r, "", "+azure")+"@outlook.com") }
		case 8, 9, 10, 11, 12, 13: // at a company
			f.key = fmt.Sprintf("email:%s@company%d.example", local, n/3)
			f.mailbox = func(r *rand.Rand) string { return anyCase(r, strings.TrimPrefix(f.key, "email:")) }
		case 14, 15, 16, 17: // without an address
			f.phone(r)
			name := map[string]string{"José": "jose", "Zoë": "zoe", "Jürgen": "jurgen", "Łukasz": "lukasz", "Mary-Jane": "mary jane", "O'Brien": "obrien"}[f.first]
			f.key = "phone:" + f.e164 + "|" + cmp.Or(name, strings.ToLower(f.first)) + " " + strings.ToLower(f.last)
		case 18: // only a name
		case 19: // nothing at all
			f.first, f.last = "", ""
		}
		if f.key != "" {
			f.want = &expectation{touches: map[string]string{}, offers: map[string]lead.Action{}, emails: map[string]bool{}}
		}
		people = append(people, f)
	}
	return people
}

// phone gives the person a number of their own in several spellings.
func (f *figure) phone(r *rand.Rand) {
	a, b := f.n/100, f.n%100
	switch r.IntN(3) {
	case 0:
		f.country, f.e164 = "NO", fmt.Sprintf("+472212%02d%02d", a, b)
		f.phones = []string{fmt.Sprintf("22 12 %02d %02d", a, b), fmt.Sprintf("+47 22 12 %02d %02d", a, b), fmt.Sprintf("0047 2212%02d%02d", a, b)}
	case 1:
		f.country, f.e164 = "Korea", fmt.Sprintf("+821012%02d34%02d", a, b)
		f.phones = []string{fmt.Sprintf("010-12%02d-34%02d", a, b), fmt.Sprintf("+82-10-12%02d-34%02d", a, b), fmt.Sprintf("8210 12%02d 34%02d", a, b)}
	case 2:
		f.country, f.e164 = "Brasil", fmt.Sprintf("+55119%02d123%03d", 10+a, b)
		f.phones = []string{fmt.Sprintf("(11) 9%02d12-3%03d", 10+a, b), fmt.Sprintf("+55 11 9%02d123%03d", 10+a, b), fmt.Sprintf("011 9%02d123%03d", 10+a, b)}
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// anyCase writes a text in small letters, in capitals or in both.
func anyCase(r *rand.Rand, s string) string {
	switch r.IntN(3) {
	case 0:
		return s
	case 1:
		return strings.ToUpper(s)
	}
	first := []rune(s)[0]
	return strings.ToUpper(string(first)) + s[utf8.RuneLen(first):]
}

// rank is the strength of an action; two of the same rank are told apart by name.
var rank = map[lead.Action]string{"unknown": "0", "PLT": "1", "StartTestDrive": "2", "INS": "3Create", "Create": "3"}

// submissions makes what the people send, and notes what is expected of it.
func submissions(r *rand.Rand, people []*figure) []lead.Submission {
	var all []lead.Submission
	silent := people // those who have sent nothing yet
	for n := 0; n < crowdSubmissions; n++ {
		f := pick(r, people...)
		if len(silent) > 0 {
			f, silent = silent[0], silent[1:]
		}
		// Every submission has a text of its own and a time of its own, so none but those made below is a redelivery.
		at := morning.Add(time.Duration(n) * 17 * time.Minute)
		action := pick(r, lead.ActionContactMe, lead.ActionAcquired, lead.ActionCreated, lead.ActionTestDrive, lead.ActionUnknown)
		if r.IntN(50) == 0 {
			action = lead.ActionDoNot
		}
		offer := fmt.Sprintf("offer-%d", r.IntN(4))
		user := map[string]any{"firstName": f.first, "lastName": f.last, "company": pick(r, "", fmt.Sprintf("Company %d", n))}
		if f.e164 == "" && r.IntN(4) == 0 && f.first != "" { // the name in one field
			user["firstName"], user["lastName"] = f.first+" "+f.last, ""
		}
		if f.e164 != "" {
			user["phone"], user["country"] = pick(r, f.phones...), f.country
			user["firstName"] = anyCase(r, f.first)
		}
		if f.mailbox != nil {
			user["email"] = f.mailbox(r)
		}
		text, err := json.Marshal(map[string]any{"userDetails": user, "actionCode": action, "leadSource": "AppSource (SPZA)-" + string(action) + "|contoso." + offer,
			"description": fmt.Sprintf("number %d", n)})
		if err != nil {
			panic(err)
		}
		s := lead.Submission{ID: fmt.Sprintf("s%05d", n), ReceivedAt: lead.At(at), Body: text}
		all = append(all, s)
		if f.want == nil {
			continue
		}
		f.want.touches[s.ID] = s.ID
		if action == lead.ActionDoNot {
			f.want.suppressed = true
		} else if have, ok := f.want.offers[offer]; !ok || rank[action] > rank[have] {
			f.want.offers[offer] = action
		}
		if address, ok := user["email"].(string); ok {
			f.want.emails[address] = true
		}
		if c := user["company"].(string); c != "" && at.After(f.want.companyAt) {
			f.want.company, f.want.companyAt = c, at
		}
		if r.IntN(20) == 0 && n+1 < crowdSubmissions { // the same content a minute later
			n++
			again := s
			again.ID, again.ReceivedAt = fmt.Sprintf("s%05d", n), lead.At(at.Add(time.Minute))
			all = append(all, again)
			f.want.touches[again.ID] = s.ID
		}
	}
	return all
}

func TestTenThousandSubmissionsOfThreeThousandPeopleEndInTheRightLeads(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	people := crowd(r)
	all := submissions(r, people)
	d := open(t)
	d.ingest.Queue = silentQueue{d.queue}
	deliver(t, d, r, all)

	leads := map[string]lead.Lead{}
	for _, l := range d.leads() {
		leads[l.ID] = l
	}
	alone := 0
	for _, f := range people {
		if f.want == nil {
			continue
		}
		if len(f.want.touches) == 0 {
			t.Fatalf("person %d sent nothing", f.n)
		}
		id := lead.ID(f.key, "")
		l, ok := leads[id]
		if !ok {
			t.Errorf("person %d (%s) has no lead", f.n, f.key)
			continue
		}
		delete(leads, id)
		alone += len(f.want.touches)
		f.check(t, l)
	}
	for id, l := range leads { // each of a submission that nothing identifies
		if len(l.Touches) != 1 || l.Touches[0].Submission != id || l.MatchKey != "" {
			t.Errorf("lead %s is of nobody: %s, %d touches", id, l.MatchKey, len(l.Touches))
		}
	}
	if len(leads) != len(all)-alone {
		t.Errorf("%d leads of people whom nothing identifies, want %d", len(leads), len(all)-alone)
	}
}

// silentQueue sends no word of mails, which here nobody would read.
type silentQueue struct{ *queue.Queue }

func (silentQueue) SendMail(context.Context, string, string, int, string) error { return nil }

// deliver has several handlers ingest all submissions in any order, some of them twice or more.
func deliver(t *testing.T, d *desk, r *rand.Rand, all []lead.Submission) {
	t.Helper()
	var messages []azfunc.Message
	for _, s := range all {
		for range pick(r, 1, 1, 1, 1, 2, 3) {
			messages = append(messages, azfunc.Message{Body: s.Body, Properties: map[string]any{"id": s.ID, "receivedAt": s.ReceivedAt.String()}})
		}
	}
	r.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
	next := make(chan azfunc.Message)
	var handlers sync.WaitGroup
	for range 8 {
		handlers.Go(func() {
			for m := range next {
				if o := d.ingest.Run(t.Context(), m); o.Kind() != azfunc.KindDone {
					t.Errorf("ingest says %s", o)
				}
			}
		})
	}
	for _, m := range messages {
		next <- m
	}
	close(next)
	handlers.Wait()
}

// check holds a lead against what is expected of a person.
func (f *figure) check(t *testing.T, l lead.Lead) {
	t.Helper()
	seen := map[string]bool{}
	for _, x := range l.Touches {
		first := f.want.touches[x.Submission]
		if first == "" || seen[first] {
			t.Errorf("person %d: %s is not theirs, or there twice", f.n, x.Submission)
		}
		seen[first] = true
		for _, again := range x.Redeliveries {
			if f.want.touches[again] != first {
				t.Errorf("person %d: %s is no redelivery of %s", f.n, again, x.Submission)
			}
		}
	}
	for submission, first := range f.want.touches {
		if !seen[first] {
			t.Errorf("person %d: %s has left no touch", f.n, submission)
		}
	}
	if suppressed := l.Suppression != nil; suppressed != f.want.suppressed {
		t.Errorf("person %d: suppressed is %t", f.n, suppressed)
	}
	if l.Contact.Company != f.want.company {
		t.Errorf("person %d: company %q, want %q", f.n, l.Contact.Company, f.want.company)
	}
	if f.e164 != "" && (l.Contact.Phone != f.e164 || !slices.Equal(l.Contact.Phones, []string{f.e164})) {
		t.Errorf("person %d: phone %q, %q, want %q", f.n, l.Contact.Phone, l.Contact.Phones, f.e164)
	}
	for _, address := range l.Contact.Emails {
		if !f.want.emails[address] {
			t.Errorf("person %d: the address %q was never sent", f.n, address)
		}
	}
	if len(l.Contact.Emails) != len(f.want.emails) || len(l.Offers) != len(f.want.offers) {
		t.Errorf("person %d: %d addresses and %d offers, want %d and %d", f.n, len(l.Contact.Emails), len(l.Offers), len(f.want.emails), len(f.want.offers))
	}
	for _, o := range l.Offers {
		if want := f.want.offers[o.ID]; o.Action != want {
			t.Errorf("person %d: %s is %s, want %s", f.n, o.ID, o.Action, want)
		}
	}
}
