package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/store"
)

// samples are what Partner Center posts. %s makes each run's people new ones.
//
//go:embed samples
var samples embed.FS

// deliverSamples posts the samples to the webhook and says what became of each, once its mail is in the
// inbox. It gives the number of those that arrived.
func (s *setup) deliverSamples(ctx context.Context, out io.Writer) (int, error) {
	db, err := s.openStore()
	if err != nil {
		return 0, err
	}
	files, err := samples.ReadDir("samples")
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(out, "\nDelivering %d samples through the webhook:\n", len(files))
	arrived := 0
	var failed []error
	for _, f := range files {
		body, err := samples.ReadFile("samples/" + f.Name())
		if err != nil {
			return 0, err
		}
		name := strings.TrimSuffix(f.Name(), ".json")
		if err := s.deliver(ctx, out, db, name, bytes.ReplaceAll(body, []byte("%s"), []byte(strconv.FormatInt(time.Now().UnixMilli(), 36)))); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
			continue
		}
		arrived++
	}
	return arrived, errors.Join(failed...)
}

// openStore makes a client of this run's database: with its key or, if there is none, with your own login.
func (s *setup) openStore() (*store.Store, error) {
	o := store.Options{Endpoint: s.values["COSMOS_ENDPOINT"], Key: s.values["COSMOS_KEY"], Database: s.values["COSMOS_DATABASE"]}
	if o.Key == "" {
		var err error
		if o.Credential, err = azidentity.NewDefaultAzureCredential(nil); err != nil {
			return nil, err
		}
	}
	return store.Open(o)
}

func (s *setup) deliver(ctx context.Context, out io.Writer, db *store.Store, name string, body []byte) error {
	id, err := s.post(ctx, body)
	if err != nil {
		return err
	}
	l, err := waitForLead(ctx, db, id)
	if err != nil {
		return err
	}
	mailID := l.Mails[0].ID
	fmt.Fprintf(out, "  %-14s submission %s\n%17slead       %s\n%17sowner      %s\n%17smail       %s\n",
		name, id, "", l.ID, "", l.Owner.Person, "", l.Subject)
	if m, err := db.Mail(ctx, mailID); err != nil || m.State != store.MailSent {
		return errors.Join(err, fmt.Errorf("its mail was not sent: %s", l.Timeline[len(l.Timeline)-1].Text))
	}
	if s.given["MAIL_URL"] {
		return nil // the mails go elsewhere
	}
	return poll(ctx, "its mail in the inbox", func() (bool, error) { return s.inInbox(ctx, mailID) })
}

// post sends a body to the webhook and gives the submission's id.
func (s *setup) post(ctx context.Context, body []byte) (string, error) {
	key, err := s.intakeKey()
	if err != nil {
		return "", err
	}
	url := link.Webhook("http://"+s.address("WEBHOOK_PORT"), key, "")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", fmt.Errorf("post to the webhook: %w", err)
	}
	defer res.Body.Close()
	var answer struct{ Submission string }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusAccepted {
		return "", fmt.Errorf("the webhook answered %s", res.Status)
	}
	return answer.Submission, nil
}

// waitForLead waits until a submission has become a lead and the end of its mail is recorded.
func waitForLead(ctx context.Context, db *store.Store, id string) (*lead.Lead, error) {
	var l *lead.Lead
	err := poll(ctx, "its mail to be sent", func() (bool, error) {
		e, err := db.Entry(ctx, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && e.Open() {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if e.Outcome.Kind != lead.OutcomeLead {
			return false, fmt.Errorf("it became %s (%s) and no lead", e.Outcome.Kind, e.Outcome.Why)
		}
		l, _, err = db.Lead(ctx, e.Outcome.Lead)
		return err == nil && len(l.Mails) > 0 && len(l.OpenMails()) == 0, err
	})
	return l, err
}

// inInbox says whether a mail with that id is in the inbox.
func (s *setup) inInbox(ctx context.Context, mailID string) (bool, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address("INBOX_PORT")+"/api/v1/messages?limit=1000", nil)
	if err != nil {
		return false, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false, fmt.Errorf("ask the inbox: %w", err)
	}
	defer res.Body.Close()
	var list struct{ Messages []struct{ MessageID string } }
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		return false, fmt.Errorf("read the inbox: %w", err)
	}
	for _, m := range list.Messages {
		if strings.HasPrefix(m.MessageID, mailID+"@") {
			return true, nil
		}
	}
	return false, nil
}

// poll asks again and again until done or ctx ends.
func poll(ctx context.Context, what string, done func() (bool, error)) error {
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
