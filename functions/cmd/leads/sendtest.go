package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"leadflow/shared/config"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/store"
)

const (
	// defaultWait is how long a test lead or a sample may take, in seconds. The handler does it within some; a queue
	// function that was put off comes again after a minute.
	defaultWait = 120
	// lookEvery is how often the database is asked meanwhile, and sayEvery how often it is said that it goes on.
	lookEvery, sayEvery = 200 * time.Millisecond, 10 * time.Second
	// postTimeout bounds the call of the webhook. A sleeping app takes some seconds to wake up.
	postTimeout = 30 * time.Second
)

// testLead is what Partner Center posts on Validate and Publish, as it is documented, but for the title of an offer: no
// offer is to seem connected by it.
const testLead = `{"userDetails":{"FirstName":"%[1]s","LastName":"%[1]s","Email":"%[1]s@test.com","Phone":"1234567890","Country":"US","Company":"%[1]s","Title":"%[1]s"},"LeadSource":"AzureMarketplace","ActionCode":"INS","Description":"%[1]s"}`

// sending says how far a test came.
type sending struct {
	// Submission is the id of the test lead in the ledger, and Outcome what became of it.
	Submission string           `json:"submission,omitempty"`
	Outcome    lead.OutcomeKind `json:"outcome,omitempty"`
	// Mail is the id of the sample, and MailState where it stands.
	Mail      string          `json:"mail,omitempty"`
	MailState store.MailState `json:"mailState,omitempty"`
	DryRun    bool            `json:"dryRun,omitempty"`
}

// sendTest sends Partner Center's test lead through the webhook, and a sample of an alert to a person, and waits for both.
func sendTest(ctx context.Context, c *call) error {
	s, err := c.settings("PUBLIC_URL", "INTAKE_SECRETS")
	if err != nil {
		return err
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	if c.alertTo != "" { // before anything is sent
		t, err := c.teamFor(ctx, db)
		if err != nil {
			return err
		}
		if _, err := personOf(t, c.alertTo); err != nil {
			return err
		}
	}
	var done sending
	err = c.sendLead(ctx, db, s, &done)
	if err == nil && c.alertTo != "" {
		err = c.sendSample(ctx, db, &done)
	}
	if c.json {
		return errors.Join(c.asJSON(done), err)
	}
	return err
}

// sendLead posts the test lead and waits until the ledger has it as one.
func (c *call) sendLead(ctx context.Context, db *store.Store, s config.Settings, done *sending) error {
	address := link.Webhook(s.PublicURL.Get(), s.IntakeSecrets.Keys()[0], "")
	var err error
	if done.Submission, err = post(ctx, address, fmt.Sprintf(testLead, fmt.Sprint("MSFT_TEST_", time.Now().UnixNano()))); err != nil {
		return err
	}
	c.say("The webhook took the test lead as submission %s.", done.Submission)
	var e *store.Entry
	err = c.await(ctx, "the test lead", func(ctx context.Context) (bool, error) {
		have, err := db.Entry(ctx, done.Submission)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return false, err
		}
		if err == nil {
			e = have
		}
		return e != nil && !e.Open(), nil
	})
	switch {
	case errors.Is(err, errImpatient) && e == nil:
		return errors.New("the webhook took the test lead, and the ledger that the settings name does not have it: see that COSMOS_ENDPOINT and COSMOS_DATABASE are those of the handler behind PUBLIC_URL, and that it can write there")
	case errors.Is(err, errImpatient):
		return errors.New("the test lead is in the ledger and nobody has taken it from the queue leads: see in the log whether the function ingest runs and whether SERVICEBUS is that of this database; \"leads doctor\" looks at the queues")
	case err != nil:
		return err
	}
	if done.Outcome = e.Outcome.Kind; done.Outcome != lead.OutcomeTest {
		return fmt.Errorf("the test lead ended as %s and not as test: %s; \"leads submissions show %s\" has what arrived", done.Outcome, printable(e.Outcome.Why), done.Submission)
	}
	c.say("The ledger has it as a test lead.")
	return nil
}

// post posts a lead as Partner Center does, and gives the id of the submission.
func post(ctx context.Context, address, body string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return "", errors.New("PUBLIC_URL makes no address that can be called")
	}
	r.Header.Set("Content-Type", "application/json")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // the code is for nobody else
	response, err := client.Do(r)
	if err != nil {
		return "", fmt.Errorf("the webhook cannot be reached: see that PUBLIC_URL is right and the app runs: %w", withoutURL(err))
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	switch response.StatusCode {
	case http.StatusAccepted:
	case http.StatusUnauthorized:
		return "", errors.New("the webhook does not know the code: the handler has other INTAKE_SECRETS, so give the command those of the handler")
	case http.StatusNotFound:
		return "", errors.New("there is no webhook at PUBLIC_URL: see that it is the address of the app, and that the app is deployed and its function capture is there")
	case http.StatusServiceUnavailable:
		return "", errors.New("the webhook could not keep the test lead: see in the log of the handler whether Service Bus and Cosmos DB are up, or whether the app is just starting, and call again")
	default:
		return "", fmt.Errorf("the webhook answered %d, which Leadflow does not: see that PUBLIC_URL is the address of the app", response.StatusCode)
	}
	var taken struct{ Submission string }
	if err != nil || json.Unmarshal(bytes.TrimSpace(answer), &taken) != nil || taken.Submission == "" {
		return "", errors.New("the webhook answered 202 without a submission, which Leadflow does not: see that PUBLIC_URL is the address of the app")
	}
	return taken.Submission, nil
}

// withoutURL is an error of a request without its address, which has a code in it.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// sendSample sends the sample of an alert through the queue, and waits until notify has recorded it as sent.
func (c *call) sendSample(ctx context.Context, db *store.Store, done *sending) error {
	q, err := c.queue()
	if err != nil {
		return err
	}
	defer q.Close(context.WithoutCancel(ctx))
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	m := &store.Mail{ID: "sample-" + id.String(), Kind: lead.MailSample, To: c.alertTo, State: store.MailPlanned, NextTryAt: lead.At(time.Now())}
	if err := db.CreateMail(ctx, m); err != nil {
		return err
	}
	done.Mail, done.MailState = m.ID, m.State
	if err := q.SendMail(ctx, "", m.ID, 0, ""); err != nil {
		return fmt.Errorf("the sample is planned as mail %s, and remind will send it on its way; sending it now failed: %w", m.ID, err)
	}
	c.say("The sample of an alert to %s is on its way as mail %s.", c.alertTo, m.ID)
	err = c.await(ctx, "the sample", func(ctx context.Context) (bool, error) {
		m, err = db.Mail(ctx, done.Mail)
		if err == nil {
			done.MailState, done.DryRun = m.State, m.DryRun
		}
		return err == nil && m.Ended(), err
	})
	return c.sampleEnded(m, err)
}

// sampleEnded says what became of the sample and, if it did not arrive, why.
func (c *call) sampleEnded(m *store.Mail, err error) error {
	switch {
	case errors.Is(err, errImpatient) && m.State == store.MailPlanned && m.Why == "":
		return errors.New("nobody has taken the sample from the queue mails: see in the log whether the function notify runs, and whether its settings have problems")
	case errors.Is(err, errImpatient) && m.State == store.MailClaimed:
		return errors.New("the mail server has not answered yet; Leadflow tries again by itself: \"leads doctor\" looks at MAIL_URL")
	case errors.Is(err, errImpatient):
		return fmt.Errorf("the mail server did not take the sample; Leadflow tries again by itself at %s UTC: %s", m.NextTryAt.Format(time.TimeOnly), printable(m.Why))
	case err != nil:
		return err
	case m.State != store.MailSent:
		return fmt.Errorf("the sample could not be delivered: %s; mend the mail address in the team file, or the settings of the mail", printable(m.Why))
	case m.DryRun:
		return errors.New("the sample is recorded as sent and was not sent, because MAIL_DRY_RUN is true: no alert reaches anybody until it is false")
	}
	c.say("The mail server took it at %s UTC. See that it arrived, and not among the junk.", m.SentAt.Format(time.TimeOnly))
	return nil
}

// say prints a line for people.
func (c *call) say(format string, values ...any) {
	if !c.json {
		fmt.Fprintln(c.out, printable(fmt.Sprintf(format, values...)))
	}
}

// errImpatient says that something did not happen in the time that it may take.
var errImpatient = errors.New("it takes too long")

// await asks until something has happened, for as long as it may take.
func (c *call) await(ctx context.Context, what string, happened func(context.Context) (bool, error)) error {
	wait := time.Duration(c.wait) * time.Second
	begun := time.Now()
	limit := time.NewTimer(wait)
	defer limit.Stop()
	look, say := time.NewTicker(lookEvery), time.NewTicker(sayEvery)
	defer look.Stop()
	defer say.Stop()
	for {
		if done, err := happened(ctx); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.C:
			return errImpatient
		case <-say.C:
			fmt.Fprintf(c.note, "waiting for %s, %d of %d seconds\n", what, int(time.Since(begun).Seconds()), int(wait.Seconds()))
		case <-look.C:
		}
	}
}
