package mail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/uuid"
)

// acsServer follows the documented contract of ACS Email: POST /emails:send with
// repeatable requests, GET /emails/operations/{id}. It knows nothing of domains,
// limits or delivery: what it refuses and how operations end, the test says.
type acsServer struct {
	*httptest.Server
	now func() time.Time

	mu       sync.Mutex
	refuse   []acsReply   // the answers to the next new requests, instead of 202
	states   []acsReply   // the answers to the next polls; then Succeeded
	accepted acsReply     // what is added to a 202
	hangUp   int          // so many answers to POST are lost on their way
	posts    []acsPost    // every request, repeated ones too
	mails    []acsMessage // what was accepted
	polls    []string     // operation ids
	known    map[string]acsKnown
}

type acsReply struct {
	status int
	header map[string]string
	body   string
}

type acsPost struct {
	id, first, operation string
}

type acsKnown struct {
	body, first string
	reply       acsReply
}

func startACS(t *testing.T) *acsServer {
	t.Helper()
	s := &acsServer{now: time.Now, known: map[string]acsKnown{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /emails:send", s.send)
	mux.HandleFunc("GET /emails/operations/{id}", s.operation)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer the-token" {
			acsReply{status: 401, body: acsProblem("Denied", "Denied by the resource provider.")}.write(w)
			return
		}
		if r.URL.Query().Get("api-version") != "2023-03-31" {
			acsReply{status: 400, body: acsProblem("UnsupportedApiVersion", "")}.write(w)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func acsProblem(code, message string) string {
	body, _ := json.Marshal(map[string]any{"error": map[string]string{"code": code, "message": message}})
	return string(body)
}

func (r acsReply) write(w http.ResponseWriter) {
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	io.WriteString(w, r.body)
}

func (s *acsServer) send(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	post := acsPost{r.Header.Get("Repeatability-Request-Id"), r.Header.Get("Repeatability-First-Sent"), r.Header.Get("Operation-Id")}
	s.posts = append(s.posts, post)
	reply := s.answer(post, string(body))
	if s.hangUp > 0 {
		s.hangUp--
		panic(http.ErrAbortHandler)
	}
	reply.write(w)
}

// answer is the documented table of repeatable requests.
func (s *acsServer) answer(post acsPost, body string) acsReply {
	first, err := time.Parse(http.TimeFormat, post.first)
	if _, idErr := uuid.Parse(post.id); err != nil || idErr != nil {
		return acsReply{status: 400, body: acsProblem("InvalidRepeatability", "")}
	}
	if age := s.now().Sub(first); age > 5*time.Minute || age < 0 {
		return acsReply{status: 412, body: acsProblem("PreconditionFailed", "Repeatability first sent header is not within 5 minutes window.")}
	}
	if known, ok := s.known[post.id]; ok && known.reply.status < 500 && known.reply.status != http.StatusConflict {
		if known.body != body || known.first != post.first {
			return acsReply{status: 400, body: acsProblem("RepeatedRequestDiffers", "")}
		}
		return known.reply
	}
	reply := s.execute(post, body)
	s.known[post.id] = acsKnown{body, post.first, reply}
	return reply
}

func (s *acsServer) execute(post acsPost, body string) acsReply {
	if len(s.refuse) > 0 {
		reply := s.refuse[0]
		s.refuse = s.refuse[1:]
		return reply
	}
	var mail acsMessage
	strict := json.NewDecoder(strings.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&mail); err != nil || len(mail.Recipients.To) == 0 || mail.Content.Subject == "" {
		return acsReply{status: 400, body: acsProblem("BadRequest", fmt.Sprint(err))}
	}
	s.mails = append(s.mails, mail)
	reply := acsReply{status: 202, header: map[string]string{
		"Operation-Location": s.URL + "/emails/operations/" + post.operation + "?api-version=2023-03-31",
	}, body: fmt.Sprintf(`{"id":%q,"status":"Running"}`, post.operation)}
	maps.Copy(reply.header, s.accepted.header)
	if s.accepted.body != "" {
		reply.body = s.accepted.body
	}
	return reply
}

func (s *acsServer) operation(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.polls = append(s.polls, r.PathValue("id"))
	if len(s.states) == 0 {
		acsReply{status: 200, body: fmt.Sprintf(`{"id":%q,"status":"Succeeded","error":null}`, r.PathValue("id"))}.write(w)
		return
	}
	reply := s.states[0]
	s.states = s.states[1:]
	reply.write(w)
}

// credential gives a token and remembers what it was asked for.
type credential struct {
	mu     sync.Mutex
	scopes []string
	err    error
}

func (c *credential) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scopes = append(c.scopes, o.Scopes...)
	return azcore.AccessToken{Token: "the-token", ExpiresOn: time.Now().Add(time.Hour)}, c.err
}

// acsTest is a sender for a server, with a clock that only waiting moves.
type acsTest struct {
	*acsServer
	sender *acsSender
	cred   *credential
	log    *bytes.Buffer
	clock  testClock
	waits  []time.Duration
}

// testClock stands still until somebody moves it.
type testClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newACSTest(t *testing.T) *acsTest {
	t.Helper()
	a := &acsTest{acsServer: startACS(t), cred: &credential{}, log: &bytes.Buffer{}}
	a.clock.at = testDate
	u, err := ValidateURL(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	made, err := New(u, func() (azcore.TokenCredential, error) { return a.cred, nil }, nil, slog.New(slog.NewTextHandler(a.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	a.sender = made.(*acsSender)
	a.now, a.sender.now = a.clock.now, a.clock.now
	a.sender.wait = func(ctx context.Context, d time.Duration) error {
		a.waits = append(a.waits, d)
		a.clock.move(d)
		return ctx.Err()
	}
	return a
}

func TestAMailTravelsByACSAsDocumented(t *testing.T) {
	a := newACSTest(t)
	m := koreanMail()
	if err := a.sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := acsMessage{
		Headers: map[string]string{
			"Message-ID":                        "<alert-0193c5@leads.contoso.com>",
			"Auto-Submitted":                    "auto-generated",
			"X-Auto-Response-Suppress":          "All",
			"In-Reply-To":                       "<alert-0102@leads.contoso.com>",
			"References":                        "<alert-0101@leads.contoso.com> <alert-0102@leads.contoso.com>",
			"Thread-Topic":                      "=?UTF-8?B?7L2Y7Yag7IaMIC0g7Jew6529IOyalOyyrQ==?=",
			"Thread-Index":                      threadIndex("lead-42"),
			"List-Id":                           `"Leadflow leads" <leads.leadflow.contoso.com>`,
			"x-ms-acsemail-validate-message-id": "true",
		},
		SenderAddress:                  "leads@contoso.com",
		Content:                        acsContent{m.Subject, strings.ReplaceAll(m.Text, "\n", "\r\n"), strings.ReplaceAll(m.HTML, "\n", "\r\n")},
		Recipients:                     acsRecipients{[]acsAddress{{"minji@xn--bcher-kva.example", "김민지"}}},
		ReplyTo:                        []acsAddress{{"team@contoso.com", "Team, Seoul"}},
		UserEngagementTrackingDisabled: true,
	}
	if got, want := fmt.Sprintf("%+v", a.mails), fmt.Sprintf("%+v", []acsMessage{want}); got != want {
		t.Errorf("mails are\n%s, want\n%s", got, want)
	}
	if !slices.Equal(a.cred.scopes, []string{"https://communication.azure.com/.default"}) {
		t.Errorf("token for %q", a.cred.scopes)
	}
	if post := a.posts[0]; post.id != post.operation || post.first != "Mon, 02 Mar 2026 01:03:00 GMT" {
		t.Errorf("request is %+v", post)
	}
}

func TestAnAcceptedMailIsPolledAtTheServicesPaceUntilItEnds(t *testing.T) {
	a := newACSTest(t)
	a.accepted.header = map[string]string{"Retry-After": "7"}
	a.states = []acsReply{
		{status: 200, header: map[string]string{"Retry-After": "5"}, body: `{"id":"x","status":"NotStarted"}`},
		{status: 200, body: `{"id":"x","status":"Running"}`},
		{status: 503, header: map[string]string{"Retry-After": "3"}, body: `no JSON`},
		{status: 200, body: `no JSON`},
	}
	if err := a.sender.Send(t.Context(), koreanMail()); err != nil {
		t.Fatal(err)
	}
	if want := []time.Duration{7 * time.Second, 5 * time.Second, 2 * time.Second, 3 * time.Second, 2 * time.Second}; !slices.Equal(a.waits, want) {
		t.Errorf("waited %v, want %v", a.waits, want)
	}
	if len(a.posts) != 1 || len(a.polls) != 5 || a.polls[0] != a.posts[0].operation {
		t.Errorf("%d posts, polls %q", len(a.posts), a.polls)
	}
}

func TestAnAcceptedMailWhoseEndIsNotKnownInTimeCountsAsSent(t *testing.T) {
	t.Run("the service asks for more time than there is", func(t *testing.T) {
		a := newACSTest(t)
		a.accepted.header = map[string]string{"Retry-After": "100"}
		if err := a.sender.Send(t.Context(), koreanMail()); err != nil || len(a.waits) != 0 {
			t.Errorf("%v, waited %v", err, a.waits)
		}
		if !strings.Contains(a.log.String(), "counted as sent") || !strings.Contains(a.log.String(), a.posts[0].operation) {
			t.Errorf("log: %s", a.log)
		}
	})
	t.Run("the context ends while it runs", func(t *testing.T) {
		a := newACSTest(t)
		ctx, cancel := context.WithCancel(t.Context())
		a.sender.wait = func(context.Context, time.Duration) error { cancel(); return ctx.Err() }
		if err := a.sender.Send(ctx, koreanMail()); err != nil || !strings.Contains(a.log.String(), "counted as sent") {
			t.Errorf("%v, log: %s", err, a.log)
		}
	})
	t.Run("the answer breaks off", func(t *testing.T) {
		a := newACSTest(t)
		a.accepted.header = map[string]string{"Content-Length": "1000"}
		if err := a.sender.Send(t.Context(), koreanMail()); err != nil || len(a.polls) != 1 {
			t.Errorf("%v, %d polls", err, len(a.polls))
		}
	})
}

func TestTheTokenGoesOnlyToTheEndpoint(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("asked elsewhere for %s with %q", r.URL.Path, r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	id := uuid.NewString()

	a := newACSTest(t)
	a.accepted.header = map[string]string{"Operation-Location": elsewhere.URL + "/emails/operations/" + id + "?api-version=x"}
	if err := a.sender.Send(t.Context(), koreanMail()); err != nil || !slices.Equal(a.polls, []string{id}) {
		t.Errorf("%v, polls %q", err, a.polls)
	}

	a = newACSTest(t)
	a.refuse = []acsReply{{status: 307, header: map[string]string{"Location": elsewhere.URL}}}
	if err := a.sender.Send(t.Context(), koreanMail()); kind(err) != "transient" {
		t.Errorf("a redirect is %s: %v", kind(err), err)
	}
}

func TestTheOperationIsFoundWhateverNamesIt(t *testing.T) {
	const one, two, asked = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-555555555555", "bbbbbbbb-2222-4333-8444-555555555555"
	for name, tt := range map[string]struct{ location, body, want string }{
		"the location":          {"https://x//emails/operations/" + one + "?api-version=1", `{"id":"` + two + `"}`, one},
		"the body":              {"", `{"id":"` + two + `"}`, two},
		"neither":               {"", "", asked},
		"a hostile location":    {"https://x/emails/operations/..%2f..%2f?", "[]", asked},
		"a location that is no": {"%zz", `{"id":"../x"}`, asked},
	} {
		if got := operationID(tt.location, []byte(tt.body), asked); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestARefusalByACSMeansWhatItsStatusAndCodeSay(t *testing.T) {
	for name, tt := range map[string]struct {
		reply acsReply
		want  string
		says  string
	}{
		"an invalid recipient":            {acsReply{status: 400, body: acsProblem("InvalidEmailAddress", "minji@contoso.com is no address")}, "permanent", "InvalidEmailAddress"},
		"a bad request without a code":    {acsReply{status: 400, body: "<html>"}, "permanent", "status 400"},
		"a message that is too large":     {acsReply{status: 413}, "permanent", "413"},
		"a sender that is not known":      {acsReply{status: 400, body: acsProblem("InvalidSenderUserName", "Invalid email sender username")}, "transient", "MAIL_FROM"},
		"a domain that is not linked":     {acsReply{status: 404, body: acsProblem("DomainNotLinked", "The specified sender domain has not been linked.")}, "transient", "linked"},
		"an identity without a role":      {acsReply{status: 401, body: acsProblem("Denied", "Denied by the resource provider.")}, "transient", "role"},
		"a forbidden identity":            {acsReply{status: 403}, "transient", "role"},
		"a request still under way":       {acsReply{status: 409}, "transient", "409"},
		"a wrong clock":                   {acsReply{status: 412}, "transient", "clock"},
		"a fault":                         {acsReply{status: 500, body: acsProblem("InternalServerError", "")}, "transient", "500"},
		"an outage":                       {acsReply{status: 503, header: map[string]string{"Retry-After": "1"}}, "transient", "503"},
		"a limit with seconds":            {acsReply{status: 429, header: map[string]string{"Retry-After": "37"}, body: acsProblem("TooManyRequests", "")}, "rate limit 37s", "TooManyRequests"},
		"a limit with a date":             {acsReply{status: 429, header: map[string]string{"Retry-After": "Mon, 02 Mar 2026 01:06:05 GMT"}}, "rate limit 2m0s", "429"},
		"a limit with a date in the past": {acsReply{status: 429, header: map[string]string{"Retry-After": "Mon, 02 Mar 2020 01:06:05 GMT"}}, "rate limit 1s", "429"},
		"a limit without a time":          {acsReply{status: 429}, "rate limit 1m0s", "429"},
		"a limit without sense":           {acsReply{status: 429, header: map[string]string{"Retry-After": "soon"}}, "rate limit 1m0s", "429"},
		"a limit of a year":               {acsReply{status: 429, header: map[string]string{"Retry-After": "31536000"}}, "rate limit 24h0m0s", "429"},
		"a limit beyond numbers":          {acsReply{status: 429, header: map[string]string{"Retry-After": "99999999999999999999999"}}, "rate limit 24h0m0s", "429"},
		"an endless answer":               {acsReply{status: 400, body: acsProblem("Bad", strings.Repeat("x", 8<<20))}, "permanent", "400"},
		"a deep answer":                   {acsReply{status: 400, body: strings.Repeat(`{"error":`, 1<<17)}, "permanent", "400"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newACSTest(t)
			a.refuse = []acsReply{tt.reply}
			err := a.sender.Send(t.Context(), koreanMail())
			if kind(err) != tt.want || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %v\nwant %s with %q", kind(err), err, tt.want, tt.says)
			}
			if strings.Contains(err.Error(), "minji") || len(err.Error()) > 600 {
				t.Errorf("the error repeats too much: %v", err)
			}
			if len(a.posts) != 1 {
				t.Errorf("%d posts: trying again is the queue's business", len(a.posts))
			}
			// A moment later the service has changed its mind, and the same mail goes.
			if err := a.sender.Send(t.Context(), koreanMail()); err != nil || len(a.mails) != 1 {
				t.Errorf("afterwards: %v, %d mails", err, len(a.mails))
			}
		})
	}
}

func TestAnOperationThatFailsMeansWhatItsCodeSays(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"suppressed":           {`{"status":"Failed","error":{"code":"EmailDroppedAllRecipientsSuppressed","message":"minji@contoso.com"}}`, "permanent"},
		"given up":             {`{"status":"Failed","error":{"code":"EmailDropped","message":"Email was dropped after several attempts to deliver."}}`, "permanent"},
		"no such recipient":    {`{"status":"Failed","error":{"code":"InvalidRecipient"}}`, "permanent"},
		"a fault":              {`{"status":"Failed","error":{"code":"InternalServerError"}}`, "transient"},
		"failed without a why": {`{"status":"Failed"}`, "transient"},
		"canceled":             {`{"status":"Canceled"}`, "transient"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newACSTest(t)
			a.states = []acsReply{{status: 200, body: tt.body}}
			err := a.sender.Send(t.Context(), koreanMail())
			if kind(err) != tt.want || strings.Contains(err.Error(), "minji") {
				t.Errorf("%s: %v", kind(err), err)
			}
			// A repeat is a new request: otherwise ACS would answer with the failed one.
			if err := a.sender.Send(t.Context(), koreanMail()); err != nil || len(a.mails) != 2 {
				t.Errorf("afterwards: %v, %d mails", err, len(a.mails))
			}
		})
	}
}

func TestARepeatAfterALostAnswerDoesNotMailTwice(t *testing.T) {
	a := newACSTest(t)
	a.hangUp = 1
	if err := a.sender.Send(t.Context(), koreanMail()); kind(err) != "transient" {
		t.Fatalf("%s: %v", kind(err), err)
	}
	a.clock.move(time.Minute)
	// Another process repeats it: nothing is kept in memory.
	again, err := newACS(must(url.Parse(a.URL)), func() (azcore.TokenCredential, error) { return a.cred, nil }, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	again.now, again.wait = a.sender.now, a.sender.wait
	if err := again.Send(t.Context(), koreanMail()); err != nil {
		t.Fatal(err)
	}
	if len(a.posts) != 2 || a.posts[0] != a.posts[1] || len(a.mails) != 1 {
		t.Errorf("%d mails from %+v", len(a.mails), a.posts)
	}
	// Rendered anew with another text it is another request, not a refused one.
	m := koreanMail()
	m.Text += "."
	if err := again.Send(t.Context(), m); err != nil || len(a.mails) != 2 {
		t.Errorf("%v, %d mails", err, len(a.mails))
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestEveryRequestIsWithinTheServicesFiveMinutes(t *testing.T) {
	a := newACSTest(t)
	for i := range 13 {
		a.clock.move(47 * time.Second)
		now := a.clock.now()
		if err := a.sender.Send(t.Context(), koreanMail()); err != nil {
			t.Fatalf("at %v: %v", now, err)
		}
		first := must(time.Parse(http.TimeFormat, a.posts[i].first))
		// Two minutes are left for a clock that is wrong.
		if age := now.Sub(first); age < 0 || age >= 3*time.Minute {
			t.Errorf("First-Sent is %v old", age)
		}
	}
}

func TestAMessageIDThatAzureRefusesDoesNotStopTheMail(t *testing.T) {
	refusal := acsReply{status: 400, body: acsProblem("BadRequest", "The internet message id is a duplicate.")}
	a := newACSTest(t)
	a.refuse = []acsReply{refusal}
	if err := a.sender.Send(t.Context(), koreanMail()); err != nil {
		t.Fatal(err)
	}
	if len(a.mails) != 1 || a.mails[0].Headers["x-ms-acsemail-validate-message-id"] != "" || a.mails[0].Headers["Message-ID"] == "" {
		t.Errorf("mails: %+v", a.mails)
	}
	if !strings.Contains(a.log.String(), "Message-ID") {
		t.Errorf("log: %s", a.log)
	}

	a = newACSTest(t)
	a.refuse = []acsReply{refusal, refusal}
	if err := a.sender.Send(t.Context(), koreanMail()); kind(err) != "permanent" || len(a.posts) != 2 {
		t.Errorf("%s after %d posts: %v", kind(err), len(a.posts), err)
	}
}

func TestHostileTextStaysTextForACS(t *testing.T) {
	const attack = "x\r\nBcc: eve@evil.example\x00\u2028y"
	a := newACSTest(t)
	m := koreanMail()
	m.Subject, m.To.Name, m.ReplyTo.Name, m.ThreadTopic, m.ThreadID = attack, attack, attack, attack, attack
	m.ListID = "leads" + attack + "<leads.contoso.com>"
	m.References = []string{attack}
	if err := a.sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := a.mails[0]
	const clean = "x Bcc: eve@evil.example y"
	if got.Content.Subject != clean || got.Recipients.To[0].DisplayName != clean || got.ReplyTo[0].DisplayName != clean {
		t.Errorf("%+v", got)
	}
	for name, value := range got.Headers {
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%s: %q", name, value)
		}
	}
	if _, ok := got.Headers["References"]; ok {
		t.Errorf("headers: %v", got.Headers)
	}
}

func TestATokenIsNeverSentUnencryptedToAnotherMachine(t *testing.T) {
	cred := &credential{}
	u := &url.URL{Scheme: "http", Host: "contoso.communication.azure.com"}
	transport := transportFunc(func(*http.Request) (*http.Response, error) {
		t.Error("a request was made")
		return nil, errors.New("no")
	})
	// New refuses such a URL; the pipeline does so as well.
	s, err := newACS(u, func() (azcore.TokenCredential, error) { return cred, nil }, transport, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), koreanMail()); kind(err) != "transient" || len(cred.scopes) != 0 {
		t.Errorf("%v, asked for %q", err, cred.scopes)
	}
}

func TestAnEndlessAnswerIsNotReadWhole(t *testing.T) {
	endless := &endlessBody{}
	transport := transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 400, Header: http.Header{}, Body: endless}, nil
	})
	s, err := New(must(ValidateURL("https://contoso.communication.azure.com")), func() (azcore.TokenCredential, error) { return &credential{}, nil }, transport, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), koreanMail()); kind(err) != "permanent" || endless.read > 1<<20 {
		t.Errorf("%s after %d bytes: %v", kind(err), endless.read, err)
	}
}

// endlessBody ends after 64 MiB, or a test that fails would never end.
type endlessBody struct{ read int }

func (b *endlessBody) Close() error { return nil }
func (b *endlessBody) Read(p []byte) (int, error) {
	if b.read > 64<<20 {
		return 0, io.EOF
	}
	b.read += len(p)
	return len(p), nil
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

func TestNewAsksForACredentialOnlyForACSAndTalksToNobody(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	for raw, wantAsked := range map[string]bool{"smtp://localhost:1": false, "https://contoso.communication.azure.com": true} {
		asked, cred := false, &credential{}
		transport := transportFunc(func(*http.Request) (*http.Response, error) {
			t.Errorf("%s: a request was made", raw)
			return nil, errors.New("no")
		})
		s, err := New(must(ValidateURL(raw)), func() (azcore.TokenCredential, error) { asked = true; return cred, nil }, transport, log)
		if err != nil || s == nil || asked != wantAsked || len(cred.scopes) != 0 {
			t.Errorf("%s: %v, asked: %v, token: %q", raw, err, asked, cred.scopes)
		}
	}
	u := must(ValidateURL("https://contoso.communication.azure.com"))
	for name, cred := range map[string]func() (azcore.TokenCredential, error){
		"none":     nil,
		"nil":      func() (azcore.TokenCredential, error) { return nil, nil },
		"an error": func() (azcore.TokenCredential, error) { return nil, errors.New("no identity") },
	} {
		if s, err := New(u, cred, nil, log); err == nil {
			t.Errorf("credential %s: %T", name, s)
		}
	}
}

func TestATokenThatCannotBeHadKeepsTheMail(t *testing.T) {
	a := newACSTest(t)
	a.cred.err = errors.New("the identity endpoint is down")
	if err := a.sender.Send(t.Context(), koreanMail()); kind(err) != "transient" || !strings.Contains(err.Error(), "identity endpoint") || len(a.posts) != 0 {
		t.Errorf("%s: %v", kind(err), err)
	}
}

func TestAnACSThatDoesNotAnswerIsLeftWhenTheContextEnds(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	s, err := New(must(ValidateURL(server.URL)), func() (azcore.TokenCredential, error) { return &credential{}, nil }, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Send(ctx, koreanMail()); kind(err) != "transient" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: %v", kind(err), err)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := wait(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := wait(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
}
