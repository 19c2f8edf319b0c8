package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/functions/capture"
	"leadflow/functions/ingest"
	"leadflow/functions/notify"
	"leadflow/functions/respond"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/local/servicebus"
	"leadflow/shared/mail"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// app is the handler behind a PUBLIC_URL, as far as a test sees it.
type app struct {
	// secret is behind the codes, and team the one that is applied.
	secret []byte
	team   team.Team
	// stops are the functions that do not run.
	stops  string
	dryRun bool
}

// runs has the app run on the lab until the test ends.
func (o *operator) runs(a app) {
	o.t.Helper()
	log, q := slog.New(slog.DiscardHandler), o.Queue(queue.Backoff{First: time.Hour, Max: time.Hour})
	web := http.NewServeMux()
	webhook := capture.New(capture.Options{Ledger: o.store, Sender: q, Secrets: [][]byte{a.secret}, Now: time.Now, Log: log})
	web.Handle("/api/leads", webhook)
	web.Handle("/api/leads/{offerId}", webhook)
	web.Handle("/api/respond", respond.New(respond.Options{Store: o.store, Team: lab.Team(a.team), Secrets: [][]byte{a.secret}, Now: time.Now, Log: log}))
	server := httptest.NewServer(web)
	o.t.Cleanup(server.Close)
	o.t.Setenv("PUBLIC_URL", server.URL)
	in := &ingest.Ingest{Store: o.store, Queue: q, Team: lab.Team(a.team), Secrets: [][]byte{a.secret}, Life: time.Hour, Now: time.Now, Log: log}
	out := &notify.Notify{Store: o.store, Queue: q, Sender: &sender{o}, Team: lab.Team(a.team), DryRun: a.dryRun,
		Writer: notify.NewWriter(mail.Address{Address: "leads@contoso.com"}, server.URL, [][]byte{a.secret}), Now: time.Now, Log: log}
	for name, run := range map[string]func(context.Context, azfunc.Message) azfunc.Outcome{"leads": in.Run, "mails": out.Run} {
		if !strings.Contains(a.stops, name) {
			o.triggers(name, run)
		}
	}
}

// triggers hands the messages of a queue over as they come, until the test ends.
func (o *operator) triggers(queueName string, run func(context.Context, azfunc.Message) azfunc.Outcome) {
	o.t.Helper()
	client, err := azservicebus.NewClientFromConnectionString(servicebus.ConnectionString(o.ServiceBus.Address), nil)
	if err != nil {
		o.t.Fatal(err)
	}
	receiver, err := client.NewReceiverForQueue(queueName, &azservicebus.ReceiverOptions{ReceiveMode: azservicebus.ReceiveModeReceiveAndDelete})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			messages, err := receiver.ReceiveMessages(ctx, 1, nil)
			if err != nil {
				return
			}
			for _, m := range messages {
				message := azfunc.Message{Body: m.Body, ID: m.MessageID, DeliveryCount: 1, Properties: map[string]any{}}
				maps.Copy(message.Properties, m.ApplicationProperties)
				run(ctx, message)
			}
		}
	}()
	o.t.Cleanup(func() { stop(); <-done; _ = client.Close(context.Background()) })
}

// sender notes what is sent, or refuses it.
type sender struct{ o *operator }

func (s *sender) Send(_ context.Context, m mail.Message) error {
	switch m.To.Address {
	case "gone@contoso.com":
		return &mail.PermanentError{Reason: "no such mailbox"}
	case "busy@contoso.com":
		return errors.New("smtp, at sender: the server says 451 busy")
	}
	return nil
}

const reachable = `people:
- {id: ana, name: Ana Silva, mail: ana@contoso.com, zone: UTC}
- {id: gone, name: Gone, mail: gone@contoso.com, zone: UTC}
- {id: busy, name: Busy, mail: busy@contoso.com, zone: UTC}
`

func reachableTeam(t *testing.T) team.Team {
	t.Helper()
	all, problems := team.Parse([]byte(reachable))
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	return all.WithOperations("operations@contoso.com")
}

func TestATestLeadAndASampleGoTheWholeWay(t *testing.T) {
	o := start(t)
	o.applies(reachable)
	o.runs(app{secret: intakeSecret, team: reachableTeam(t)})
	inOrder(t, says(t, "send-test"), "The webhook took the test lead as submission ", "The ledger has it as a test lead.")
	inOrder(t, says(t, "send-test", "--alert-to", "ana"), "as a test lead.", "The sample of an alert to ana is on its way as mail sample-", "The mail server took it at ")
	got := saysJSON[sending](t, "send-test", "--alert-to", "operations")
	if e, err := o.store.Entry(t.Context(), got.Submission); err != nil || e.Outcome.Kind != lead.OutcomeTest || got.Outcome != lead.OutcomeTest {
		t.Errorf("%+v, entry %+v, %v", got, e, err)
	}
	if m, err := o.store.Mail(t.Context(), got.Mail); err != nil || m.State != store.MailSent || m.To != "operations" || m.Subject != "Leadflow: a sample of an alert" || got.MailState != store.MailSent {
		t.Errorf("%+v, mail %+v, %v", got, m, err)
	}
	if err := o.store.Leads(t.Context(), time.Time{}, func(l lead.Lead) error { return fmt.Errorf("lead %s", l.ID) }); err != nil {
		t.Error(err)
	}
	if r, err := o.store.Roster(t.Context()); err != nil || r.Seq != 0 {
		t.Errorf("roster %+v, %v", r, err)
	}
	if out := says(t, "offers", "--unknown"); strings.Count(out, "\n") != 1 {
		t.Errorf("an offer seems to be connected:\n%s", out)
	}
}

func TestATestThatGetsStuckSaysWhereAndWhatToDo(t *testing.T) {
	other := []byte(strings.Repeat("other", 8))
	for _, c := range []struct {
		name string
		app  app
		args []string
		env  map[string]string
		want string
	}{
		{"another secret", app{secret: other}, nil, nil, "the webhook does not know the code: the handler has other INTAKE_SECRETS"},
		{"nobody there", app{secret: intakeSecret}, nil, map[string]string{"PUBLIC_URL": "http://127.0.0.1:1"}, "the webhook cannot be reached: see that PUBLIC_URL is right"},
		{"ingest stands still", app{secret: intakeSecret, stops: "leads"}, nil, nil, "nobody has taken it from the queue leads"},
		{"another database", app{secret: intakeSecret, stops: "leads"}, nil, map[string]string{"COSMOS_DATABASE": "other"}, "the database or the container does not exist"},
		{"notify stands still", app{secret: intakeSecret, stops: "mails"}, []string{"--alert-to", "ana"}, nil, "nobody has taken the sample from the queue mails"},
		{"a mailbox that is not there", app{secret: intakeSecret}, []string{"--alert-to", "gone"}, nil, "the sample could not be delivered: no such mailbox; mend the mail address"},
		{"a mail server that is busy", app{secret: intakeSecret}, []string{"--alert-to", "busy"}, nil, "the mail server did not take the sample; Leadflow tries again by itself at "},
		{"a dry run", app{secret: intakeSecret, dryRun: true}, []string{"--alert-to", "ana"}, nil, "was not sent, because MAIL_DRY_RUN is true"},
		{"somebody who is not there", app{secret: intakeSecret}, []string{"--alert-to", "kim"}, nil, `there is no person "kim" in the team`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := start(t)
			o.applies(reachable)
			c.app.team = reachableTeam(t)
			o.runs(c.app)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			_, _, err := callWith(t, append([]string{"send-test", "--wait", "5"}, c.args...)...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v", err)
			}
			if err != nil && strings.Contains(err.Error(), link.Code(intakeSecret, "")) {
				t.Error("it tells the code")
			}
		})
	}
}

func TestWhatIsNoWebhookIsToldByItsAnswer(t *testing.T) {
	for answer, want := range map[int]string{404: "there is no webhook at PUBLIC_URL", 503: "the webhook could not keep the test lead", 200: "the webhook answered 200, which Leadflow does not",
		302: "the webhook answered 302", 202: "answered 202 without a submission"} {
		start(t)
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", "/"); w.WriteHeader(answer) }))
		t.Cleanup(web.Close)
		t.Setenv("PUBLIC_URL", web.URL)
		out, _, err := callWith(t, "send-test", "--json")
		if err == nil || !strings.Contains(err.Error(), want) || decoded[sending](t, out) != (sending{}) {
			t.Errorf("%d: %v, printed %s", answer, err, out)
		}
	}
}
