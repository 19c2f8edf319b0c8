package functions_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/functions"
	"leadflow/shared/azfunc"
	"leadflow/shared/config"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/local/servicebus"
	"leadflow/shared/store"
	"leadflow/shared/team"
	"leadflow/shared/words"
)

var update = flag.Bool("update", false, "write the transcripts of the stories anew")

// tick is how often the timer runs in a story: on the hour, and whenever something happens.
const tick = time.Hour

// A story is a folder: the team file that is applied, what happens (story.txt), and everything that comes of it, from the
// webhook to the last reminder, through the real functions: transcript.txt. The words of a story are, one a line:
//
//	zone ZONE                          where the times of the story are
//	at YYYY-MM-DD HH:MM                time goes on until then; the timer runs every hour, and then
//	apply FILE                         a team file is applied
//	post OFFER JSON                    Partner Center posts a lead; OFFER - is a URL for all offers
//	reply PERSON COMPANY FIELD=VALUE…  a person posts the form of a lead's page, opened from the newest mail about it
//	away PERSON UNTIL, back PERSON     a person declares to be away until a day or a local time, or to be back
//	mail away, mail back               the mail server stops and starts
//
// A story ends with another run of everything, which must change nothing.
func TestStories(t *testing.T) {
	folders, err := filepath.Glob("testdata/stories/*/story.txt")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range folders {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			s := begin(t, folder)
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(script)) {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					s.step(line)
				}
			}
			s.end()
			transcript := filepath.Join(folder, "transcript.txt")
			if *update {
				if err := os.WriteFile(transcript, s.said.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(transcript)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, s.said.Bytes()) {
				t.Errorf("the story went\n%s\nand not\n%s", s.said.String(), want)
			}
		})
	}
}

type story struct {
	*lab.Lab
	t       *testing.T
	folder  string
	zone    *time.Location
	now     atomic.Pointer[time.Time]
	store   *store.Store
	handler http.Handler
	url     string
	bus     *azservicebus.Client
	seen    map[string]bool
	said    bytes.Buffer
	last    time.Time // that the transcript has said
	version int
}

func begin(t *testing.T, folder string) *story {
	t.Helper()
	s := &story{t: t, folder: folder, zone: time.UTC, seen: map[string]bool{}}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.now.Store(&start)
	s.Lab = lab.NewAt(t, s.clock)
	s.store = s.Store()
	encode := base64.StdEncoding.EncodeToString
	// The public URL leads to the handler: links open, and the canaries go the way that leads do.
	public := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }))
	t.Cleanup(public.Close)
	s.url = public.URL
	all := map[string]string{"INTAKE_SECRETS": encode(bytes.Repeat([]byte("s"), 32)), "LINK_SECRETS": encode(bytes.Repeat([]byte("l"), 32)), "REMIND_SCHEDULE": "0 */15 * * * *", "MAIL_FROM": "Leadflow <leads@contoso.example.com>",
		"OPERATIONS_MAIL": "operations@contoso.example.com", "PUBLIC_URL": s.url}
	for name, value := range s.Settings() {
		all[name] = value
	}
	for name, value := range all {
		t.Setenv(name, value)
	}
	settings, problems := config.Load()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	log := slog.New(slog.DiscardHandler)
	server := azfunc.New(log)
	none := func() (azcore.TokenCredential, error) { return nil, nil }
	if err := functions.Serve(server, settings, problems, none, s.clock, log); err != nil {
		t.Fatal(err)
	}
	s.handler = server.Handler()
	var err error
	if s.bus, err = azservicebus.NewClientFromConnectionString(servicebus.ConnectionString(s.ServiceBus.Address), nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.bus.Close(context.Background()) })
	return s
}

func (s *story) clock() time.Time { return *s.now.Load() }

func (s *story) step(line string) {
	s.t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "zone":
		zone, err := time.LoadLocation(rest)
		if err != nil {
			s.t.Fatal(err)
		}
		s.zone = zone
	case "at":
		until, err := time.ParseInLocation("2006-01-02 15:04", rest, s.zone)
		if err != nil {
			s.t.Fatal(err)
		}
		s.goOn(until)
	case "apply":
		s.apply(rest)
	case "post":
		offer, body, _ := strings.Cut(rest, " ")
		s.post(offer, body)
	case "reply":
		s.reply(strings.Fields(rest))
	case "away":
		person, until, _ := strings.Cut(rest, " ")
		at, err := s.person(person).Until(until)
		if err != nil {
			s.t.Fatal(err)
		}
		word, err := lead.DeclareAway(s.clock(), at)
		if err != nil {
			s.t.Fatal(err)
		}
		s.declare(person, word, "away until "+until)
	case "back":
		s.declare(rest, lead.DeclareBack(s.clock()), "back")
	case "mail":
		if rest == "away" {
			s.SMTP.Stop()
		} else {
			s.SMTP.Start()
		}
		s.say("the mail server is " + rest)
	default:
		s.t.Fatalf("%s: what is %q?", s.folder, line)
	}
}

// goOn lets time pass until then.
func (s *story) goOn(until time.Time) {
	s.t.Helper()
	if s.clock().Year() == 2026 && s.clock().YearDay() == 1 { // the beginning
		s.now.Store(&until)
		return
	}
	for s.clock().Before(until) {
		next := s.clock().Truncate(tick).Add(tick)
		if next.After(until) {
			next = until
		}
		s.now.Store(&next)
		s.run()
	}
}

// run has everything that is to be done done: the messages, the timer, and what follows from it.
func (s *story) run() {
	s.t.Helper()
	s.deliver()
	s.call("remind", map[string]any{"timer": map[string]any{"Schedule": map[string]any{}, "ScheduleStatus": nil, "IsPastDue": false}}, nil)
	s.deliver()
}

// deliver hands over the messages that are due until there is none.
func (s *story) deliver() {
	s.t.Helper()
	s.only("leads", "mails")
}

// only hands over the messages of these queues that are due until there is none.
func (s *story) only(queues ...string) {
	s.t.Helper()
	ctx := s.t.Context()
	for again := true; again; {
		again = false
		for queue, function := range map[string]string{"leads": "ingest", "mails": "notify"} {
			if !slices.Contains(queues, queue) {
				continue
			}
			for s.Queued()[queue].Active > 0 {
				receiver, err := s.bus.NewReceiverForQueue(queue, &azservicebus.ReceiverOptions{ReceiveMode: azservicebus.ReceiveModeReceiveAndDelete})
				if err != nil {
					s.t.Fatal(err)
				}
				messages, err := receiver.ReceiveMessages(ctx, 1, nil)
				if err != nil {
					s.t.Fatal(err)
				}
				_ = receiver.Close(ctx)
				for _, m := range messages {
					s.call(function, map[string]any{"message": base64.StdEncoding.EncodeToString(m.Body)},
						map[string]any{"MessageId": m.MessageID, "DeliveryCount": 1, "ApplicationProperties": m.ApplicationProperties})
				}
				again = true
			}
		}
	}
	s.arrived()
}

// call is an invocation by the host.
func (s *story) call(function string, data, metadata map[string]any) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"Data": data, "Metadata": metadata})
	if err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/"+function, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Azure-Functions-InvocationId", "00000000-0000-0000-0000-000000000000")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s answered %d: %s", function, w.Code, w.Body)
	}
}

func (s *story) apply(name string) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.folder, name))
	if err != nil {
		s.t.Fatal(err)
	}
	if _, problems := team.Parse(text); len(problems) > 0 {
		s.t.Fatalf("%s: %v", name, problems)
	}
	f, err := s.store.ApplyTeam(s.t.Context(), string(text), s.version, s.clock())
	if err != nil {
		s.t.Fatal(err)
	}
	s.version = f.Version
	s.say(name + " is applied")
}

// person is one of the team that is applied.
func (s *story) person(id string) team.Person {
	s.t.Helper()
	f, err := s.store.Team(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	t, _ := team.Parse([]byte(f.Text))
	p, ok := t.Person(id)
	if !ok {
		s.t.Fatalf("%s: there is no person %q", s.folder, id)
	}
	return p
}

// declare has a person declare something about being away.
func (s *story) declare(person string, word lead.Declared, says string) {
	s.t.Helper()
	if err := s.store.DeclareAway(s.t.Context(), person, word); err != nil {
		s.t.Fatal(err)
	}
	s.say(person + " declares: " + says)
}

func (s *story) post(offer, body string) {
	s.t.Helper()
	target := link.Webhook("https://leadflow.contoso.example.com", bytes.Repeat([]byte("s"), 32), strings.TrimPrefix(offer, "-"))
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code != http.StatusAccepted {
		s.t.Fatalf("the webhook answered %d: %s", w.Code, w.Body)
	}
	var said struct{ LeadSource, OfferTitle string }
	_ = json.Unmarshal([]byte(body), &said)
	s.say("a lead arrives: " + said.LeadSource)
	s.deliver()
}

// reply posts the form of the page that the newest mail to somebody about a lead leads to.
func (s *story) reply(words []string) {
	s.t.Helper()
	person, company := words[0], words[1]
	form := url.Values{}
	for _, field := range words[2:] {
		name, value, _ := strings.Cut(field, "=")
		form.Set(name, strings.ReplaceAll(value, "_", " "))
	}
	var page string
	for _, m := range s.Mails() {
		if strings.HasPrefix(m.Recipients[0], person+"@") {
			for _, part := range strings.Split(m.Text, "\n\n") {
				if found := pageLink.FindString(part); found != "" && (strings.Contains(m.Subject, company) || strings.Contains(part, company)) {
					page = cmp.Or(page, found)
				}
			}
		}
	}
	if page == "" {
		s.t.Fatalf("no mail to %s about %s has a link", person, company)
	}
	opened := httptest.NewRecorder()
	s.handler.ServeHTTP(opened, httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, page, nil))
	if found := hiddenSeen.FindStringSubmatch(opened.Body.String()); found != nil {
		form.Set("seen", found[1])
	}
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, page, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	answer := "recorded"
	if w.Code != http.StatusSeeOther {
		answer = http.StatusText(w.Code)
		if alert := refusal.FindStringSubmatch(w.Body.String()); alert != nil {
			answer = alert[1]
		}
	}
	s.say(fmt.Sprintf("%s, on the page of %s: %s - %s", person, company, strings.Join(words[2:], " "), answer))
	s.deliver()
}

var hiddenSeen = regexp.MustCompile(`name="seen" value="([^"]*)"`)

var refusal = regexp.MustCompile(`role="alert"[^>]*>([^<]*)<`)

var pageLink = regexp.MustCompile(`http://\S+/api/respond\?t=\S+`)

// arrived puts the mails that are new into the transcript, with their text but for the links.
func (s *story) arrived() {
	for _, m := range slices.Backward(s.Mails()) {
		if s.seen[m.ID] {
			continue
		}
		s.seen[m.ID] = true
		s.say("mail to " + m.Recipients[0] + ": " + m.Subject)
		for line := range strings.Lines(m.Text) {
			if line = strings.TrimSpace(line); line != "" && !pageLink.MatchString(line) {
				fmt.Fprintln(&s.said, "    "+line)
			}
		}
	}
}

// say writes a line of the transcript, under its time.
func (s *story) say(what string) {
	if at := s.clock().In(s.zone); !at.Equal(s.last) {
		s.last = at
		fmt.Fprintln(&s.said, at.Format("\nMon 2 Jan 2006, 15:04 MST"))
	}
	fmt.Fprintln(&s.said, "  "+what)
}

// end says what the leads are now, and that another run changes nothing.
func (s *story) end() {
	s.t.Helper()
	mails := len(s.Mails())
	before := s.leads()
	s.run()
	s.run()
	if n := len(s.Mails()) - mails; n != 0 {
		s.t.Errorf("another run sends %d mails more", n)
	}
	if after := s.leads(); after != before {
		s.t.Errorf("another run changes the leads:\n%s\nwere\n%s", after, before)
	}
	s.said.WriteString(before)
}

func (s *story) leads() string {
	s.t.Helper()
	var all []lead.Lead
	err := s.store.Leads(s.t.Context(), time.Time{}, func(l lead.Lead) error {
		all = append(all, l)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b lead.Lead) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
	var out strings.Builder
	korean := words.In([]string{"ko"})
	for _, l := range all {
		fmt.Fprintf(&out, "\n%s: %s, owner %s\n", l.Subject, l.Stage, l.Owner.Person)
		if f := l.FollowUp; f != nil {
			fmt.Fprintf(&out, "  next: %s %d, due %s\n", f.Kind, f.Step, f.DueAt.In(s.zone).Format("Mon 2 Jan 15:04"))
		}
		for _, a := range l.Timeline {
			fmt.Fprintf(&out, "  %s  %s\n", a.At.In(s.zone).Format("Mon 2 Jan 15:04"), a.Text)
			if korean.Told(a, s.zone) == a.Text {
				s.t.Errorf("the timeline cannot be told in another language: %s", a.Text)
			}
		}
	}
	return out.String()
}
