package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

func TestTheListOfSubmissionsSaysWhatBecameOfEach(t *testing.T) {
	o := start(t)
	now := time.Now()
	ago := func(h int) time.Time { return now.Add(-time.Duration(h) * time.Hour) }
	outcome := func(kind lead.OutcomeKind) *lead.Outcome { return &lead.Outcome{Kind: kind, At: lead.At(now)} }
	o.receive(arrival("s-open", ago(1), "{}"), nil)
	o.receive(arrival("s-lead", ago(2), "{}"), &lead.Outcome{Kind: lead.OutcomeLead, Lead: "lead-7", At: lead.At(now)})
	o.receive(arrival("s-again", ago(3), "{}"), &lead.Outcome{Kind: lead.OutcomeRedelivery, Lead: "lead-7", Of: "s-first", At: lead.At(now)})
	o.receive(arrival("s-odd", ago(4), "{}"), &lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "it is no JSON", At: lead.At(now)})
	o.receive(arrival("s-test", ago(5), "{}"), outcome(lead.OutcomeTest))
	o.receive(arrival("s-old", ago(8*24), "{}"), outcome(lead.OutcomeTest))
	out := says(t, "submissions")
	inOrder(t, out, "SUBMISSION", "s-open", "contoso.analytics", "open", "next try "+ago(1).UTC().Format(time.DateTime),
		"s-lead", ago(2).UTC().Format(time.DateTime), "lead", "lead-7", "s-again", "redelivery", "of s-first", "s-odd", "quarantined", "it is no JSON", "s-test", "test",
		"Submissions: 5 (1 lead, 1 open, 1 quarantined, 1 redelivery, 1 test)")
	if strings.Contains(out, "s-old") {
		t.Errorf("a submission of eight days ago is in the list of seven:\n%s", out)
	}
	all := saysJSON[[]submissionJSON](t, "submissions", "--days", "9")
	var ids []string
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	if !slices.Equal(ids, []string{"s-open", "s-lead", "s-again", "s-odd", "s-test", "s-old"}) {
		t.Errorf("the submissions of nine days are %q", ids)
	}
	if all[0].Outcome != nil || all[0].NextTryAt.IsZero() || all[1].Outcome.Lead != "lead-7" || all[2].Outcome.Of != "s-first" || all[3].Outcome.Why != "it is no JSON" {
		t.Errorf("submissions %+v", all)
	}
	if all[0].Text != "" || all[0].Bytes != nil {
		t.Errorf("the list has bodies: %+v", all[0])
	}
}

// submissionJSON is what programs get of a submission.
type submissionJSON struct {
	ID          string        `json:"id"`
	ReceivedAt  lead.Time     `json:"receivedAt"`
	Offer       string        `json:"offer"`
	ContentType string        `json:"contentType"`
	Truncated   bool          `json:"truncated"`
	NextTryAt   lead.Time     `json:"nextTryAt"`
	Outcome     *lead.Outcome `json:"outcome"`
	Text        string        `json:"text"`
	Bytes       []byte        `json:"bytes"`
}

func TestAListWithoutSubmissionsIsEmpty(t *testing.T) {
	start(t)
	if out := says(t, "submissions", "--json"); out != "[]\n" {
		t.Errorf("list %q", out)
	}
}

func TestASubmissionIsShownWithItsBody(t *testing.T) {
	o := start(t)
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	odd := lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "no lead in it", At: lead.At(at)}
	o.receive(arrival("s-text", at, "{\r\n  \"a\": 1\r\n}"), &odd)
	o.receive(arrival("s-bytes", at, "\xff\x00\x1b[2J"), &odd)
	o.receive(arrival("s-empty", at, ""), &odd)
	if err := o.store.AddUnverified(t.Context(), arrival("s-cut", at, "{\"a\""), true, time.Hour); err != nil {
		t.Fatal(err)
	}
	inOrder(t, says(t, "submissions", "show", "s-text"), "s-text", "2026-03-02 09:30:00 UTC", "contoso.analytics", "application/json", "quarantined", "no lead in it",
		"14 bytes\n  {\n    \"a\": 1\n  }\n")
	inOrder(t, says(t, "submissions", "show", "s-bytes"), "6 bytes\n", "It is not text. --raw prints it")
	inOrder(t, says(t, "submissions", "show", "s-cut"), "unverified", "the first 4 bytes\n  {\"a\"\n")
	if out := says(t, "submissions", "show", "s-empty"); !strings.HasSuffix(out, " 0 bytes\n") {
		t.Errorf("the end for an empty body: %q", out)
	}
	if s := saysJSON[submissionJSON](t, "submissions", "show", "s-text"); s.Text != "{\r\n  \"a\": 1\r\n}" || s.Bytes != nil || s.Outcome.Why != "no lead in it" || s.Truncated {
		t.Errorf("submission %+v", s)
	}
	if s := saysJSON[submissionJSON](t, "submissions", "show", "s-bytes"); string(s.Bytes) != "\xff\x00\x1b[2J" || s.Text != "" {
		t.Errorf("submission %+v", s)
	}
	if s := saysJSON[submissionJSON](t, "submissions", "show", "s-cut"); !s.Truncated {
		t.Errorf("submission %+v", s)
	}
}

func TestRawIsByteForByte(t *testing.T) {
	o := start(t)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for _, body := range []string{"{}", "no line end", "line ends\r\n\n\r", hostile, "\xef\xbb\xbf{}", string(every), strings.Repeat("x", 192<<10)} {
		s := arrival("s1", time.Now(), body)
		s.ID = lead.ID(body, "")
		o.receive(s, nil)
		if out := says(t, "submissions", "show", s.ID, "--raw"); out != body {
			t.Errorf("printed %.40q (%d bytes), want %.40q (%d bytes)", out, len(out), body, len(body))
		}
	}
}

// messages takes n messages out of the queue.
func (o *operator) messages(n int) []*azservicebus.ReceivedMessage {
	o.t.Helper()
	client, err := azservicebus.NewClientFromConnectionString(o.Settings()["SERVICEBUS"], nil)
	if err != nil {
		o.t.Fatal(err)
	}
	defer client.Close(context.Background())
	receiver, err := client.NewReceiverForQueue("leads", &azservicebus.ReceiverOptions{ReceiveMode: azservicebus.ReceiveModeReceiveAndDelete})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(o.t.Context(), 10*time.Second)
	defer cancel()
	var all []*azservicebus.ReceivedMessage
	for len(all) < n {
		got, err := receiver.ReceiveMessages(ctx, n-len(all), nil)
		if err != nil {
			o.t.Fatalf("%d of %d messages: %v", len(all), n, err)
		}
		all = append(all, got...)
	}
	return all
}

func TestAReplaySendsAQuarantinedSubmissionPastDuplicateDetection(t *testing.T) {
	o := start(t)
	now := time.Now()
	s := arrival("s1", now, "{\x00\xff}")
	o.receive(s, &lead.Outcome{Kind: lead.OutcomeQuarantined, Why: "no lead in it", At: lead.At(now)})
	if err := o.Queue(queue.Backoff{}).SendSubmission(t.Context(), s, ""); err != nil { // as the webhook did, minutes ago
		t.Fatal(err)
	}
	out := says(t, "submissions", "replay", "s1")
	inOrder(t, out, "Submission s1 is on its way", "leads submissions show s1")
	sent := o.messages(2)
	again := sent[slices.IndexFunc(sent, func(m *azservicebus.ReceivedMessage) bool { return m.MessageID != "s1" })]
	if !strings.HasPrefix(again.MessageID, "s1/r") || string(again.Body) != "{\x00\xff}" || again.ApplicationProperties["id"] != "s1" ||
		again.ApplicationProperties["receivedAt"] != s.ReceivedAt.String() || again.ApplicationProperties["offerId"] != "contoso.analytics" {
		t.Errorf("message %s with %v and the body %q", again.MessageID, again.ApplicationProperties, again.Body)
	}
	o.opened("s1", now)
}

// opened checks that a submission is open again, and watched over by the sweep.
func (o *operator) opened(id string, since time.Time) {
	o.t.Helper()
	e, err := o.store.Entry(o.t.Context(), id)
	if err != nil || !e.Open() || e.OpenedAt.Before(since.Truncate(time.Millisecond)) {
		o.t.Errorf("entry %+v, %v", e, err)
	}
	if due, err := o.store.DueSubmissions(o.t.Context(), time.Now()); err != nil || !slices.Contains(due, id) {
		o.t.Errorf("the sweep will find %q, %v", due, err)
	}
}

func TestAReplayAnswersProgramsToo(t *testing.T) {
	o := start(t)
	if err := o.store.AddUnverified(t.Context(), arrival("s1", time.Now(), "{"), true, time.Hour); err != nil {
		t.Fatal(err)
	}
	got := saysJSON[map[string]any](t, "submissions", "replay", "s1")
	if got["submission"] != "s1" || got["replayed"] != true || got["truncated"] != true {
		t.Errorf("answer %v", got)
	}
}

func TestAReplayOfAnUnverifiedSubmissionKeepsItAndSaysWhenItWasCut(t *testing.T) {
	o := start(t)
	now := time.Now()
	if err := o.store.AddUnverified(t.Context(), arrival("s1", now, "{"), true, time.Hour); err != nil {
		t.Fatal(err)
	}
	inOrder(t, says(t, "submissions", "replay", "s1"), "on its way", "Only the beginning of its body was kept")
	o.opened("s1", now)
	if e, err := o.store.Entry(t.Context(), "s1"); err != nil || e.TTL != -1 {
		t.Errorf("it is gone after %d s, %v", e.TTL, err)
	}
}

func TestAnOpenSubmissionCanBeReplayed(t *testing.T) {
	o := start(t)
	now := time.Now()
	o.receive(arrival("s1", now.Add(-time.Hour), "{}"), nil)
	says(t, "submissions", "replay", "s1")
	o.messages(1)
	o.opened("s1", now)
}

func TestCanariesAreLeftOutOfTheSubmissionsUnlessAskedFor(t *testing.T) {
	o := start(t)
	now := time.Now()
	o.receive(arrival("s-lead", now.Add(-time.Hour), "{}"), &lead.Outcome{Kind: lead.OutcomeLead, Lead: "l1", At: lead.At(now)})
	o.receive(arrival("s-canary", now.Add(-time.Hour), "{}"), &lead.Outcome{Kind: lead.OutcomeCanary, At: lead.At(now)})
	out := says(t, "submissions")
	if !strings.Contains(out, "s-lead") || strings.Contains(out, "s-canary") || !strings.Contains(out, "Left out: 1 sent by Leadflow itself") {
		t.Errorf("it says\n%s", out)
	}
	if out := says(t, "submissions", "--all"); !strings.Contains(out, "s-canary") || strings.Contains(out, "Left out") {
		t.Errorf("with all it says\n%s", out)
	}
	if got := saysJSON[[]submission](t, "submissions"); len(got) != 1 || got[0].ID != "s-lead" {
		t.Errorf("programs are told %+v", got)
	}
}

func TestAFinalOutcomeIsNotReplayed(t *testing.T) {
	o := start(t)
	for _, kind := range []lead.OutcomeKind{lead.OutcomeLead, lead.OutcomeRedelivery, lead.OutcomeTest, lead.OutcomeInternal, lead.OutcomeCanary} {
		id := "s-" + string(kind)
		o.receive(arrival(id, time.Now(), "{}"), &lead.Outcome{Kind: kind, Lead: "l1", At: lead.At(time.Now())})
		out, _, err := callWith(t, "submissions", "replay", id)
		if want := "submission " + id + " has the outcome " + string(kind) + "; only open and quarantined ones"; err == nil || !strings.HasPrefix(err.Error(), want) || out != "" {
			t.Errorf("error %v and the output %q, want %s", err, out, want)
		}
		if errors.Is(err, errUsage) || errors.Is(err, store.ErrNotFound) {
			t.Errorf("the exit code is not 1: %v", err)
		}
		if e, err := o.store.Entry(t.Context(), id); err != nil || e.Open() || e.Outcome.Kind != kind {
			t.Errorf("entry %+v, %v", e, err)
		}
	}
	if err := o.Queue(queue.Backoff{}).SendSubmission(t.Context(), arrival("last", time.Now(), "{}"), ""); err != nil {
		t.Fatal(err)
	}
	if first := o.messages(1)[0]; first.MessageID != "last" {
		t.Errorf("the message %s was sent", first.MessageID)
	}
}

// The handler may finish an open submission at the very moment of its replay.
func TestAnOutcomeThatComesBetweenWins(t *testing.T) {
	o := start(t)
	s := arrival("s1", time.Now(), "{}")
	o.receive(s, nil)
	target, err := url.Parse(o.Settings()["COSMOS_ENDPOINT"])
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the database names itself by it
		if r.In.Method == http.MethodPatch {
			once.Do(func() { o.receive(s, &lead.Outcome{Kind: lead.OutcomeLead, Lead: "l1", At: lead.At(time.Now())}) })
		}
	}}
	web := httptest.NewServer(proxy)
	t.Cleanup(web.Close)
	t.Setenv("COSMOS_ENDPOINT", web.URL)
	if _, _, err := callWith(t, "submissions", "replay", "s1"); err == nil || !strings.Contains(err.Error(), "has the outcome lead") {
		t.Errorf("error %v", err)
	}
}

func TestAReplayWhileServiceBusIsAwaySaysWhatWillHappen(t *testing.T) {
	o := start(t)
	now := time.Now()
	o.receive(arrival("s1", now, "{}"), &lead.Outcome{Kind: lead.OutcomeQuarantined, At: lead.At(now)})
	o.ServiceBus.Stop()
	out, _, err := callWith(t, "submissions", "replay", "s1")
	if err == nil || !strings.Contains(err.Error(), "open again, and the next sweep will send it") || out != "" {
		t.Errorf("error %v and the output %q", err, out)
	}
	o.opened("s1", now)
	o.ServiceBus.Start()
}
