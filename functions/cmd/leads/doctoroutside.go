package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"leadflow/shared/mail"
)

var outsideChecks = []check{
	{"MAIL_URL", []string{"MAIL_URL"}, examineMail},
	{"MAIL_FROM", []string{"MAIL_FROM"}, examineSender},
	{"PUBLIC_URL", []string{"PUBLIC_URL"}, examinePublicURL},
}

// examineMail goes as far as a mail could be handed over.
func examineMail(ctx context.Context, p *patient) []finding {
	s, err := mail.New(p.settings.MailURL.Get(), login, nil, slog.New(slog.DiscardHandler))
	if err == nil {
		err = mail.Check(ctx, s)
	}
	if err != nil {
		return []finding{{levelProblem, "MAIL_URL", fmt.Sprintf("no mail can be sent: %v; see that it is right and that the server can be reached from where the handler runs", err)}}
	}
	return []finding{{levelOK, "MAIL_URL", "the mail service lets us in; \"leads send-test --alert-to PERSON\" sends a mail"}}
}

// examineSender warns of the domains that Azure manages.
func examineSender(_ context.Context, p *patient) []finding {
	if _, domain, _ := strings.Cut(p.settings.MailFrom.Get().Address, "@"); strings.HasSuffix(strings.ToLower(domain), ".azurecomm.net") {
		return []finding{{levelNote, "MAIL_FROM", "Azure manages this domain, and sends 5 mails a minute and 10 an hour from it: alerts of a busy hour come late. Use a domain of your own"}}
	}
	return nil
}

// examinePublicURL sees that the webhook and the pages answer at the address that stands in every link.
func examinePublicURL(ctx context.Context, p *patient) []finding {
	public := p.settings.PublicURL.Get()
	status, text, err := get(ctx, public+"/api/leads")
	const app = "see that it is the address of the function app, that the app is deployed and that it runs"
	switch {
	case err != nil:
		return []finding{{levelProblem, "PUBLIC_URL", fmt.Sprintf("it cannot be reached: %v; %s", err, app)}}
	case status != http.StatusMethodNotAllowed || !strings.Contains(text, "This is the webhook for marketplace leads."):
		return []finding{{levelProblem, "PUBLIC_URL", fmt.Sprintf("at /api/leads something answers %d that is not Leadflow's webhook: %s", status, app)}}
	}
	found := []finding{{levelOK, "PUBLIC_URL", "the webhook answers; \"leads send-test\" sends a lead through it"}}
	switch status, text, err = get(ctx, public+"/api/respond"); {
	case err != nil:
		return append(found, finding{levelProblem, "PUBLIC_URL", fmt.Sprintf("the pages cannot be reached: %v; %s", err, app)})
	case status == http.StatusServiceUnavailable:
		return append(found, finding{levelProblem, "PUBLIC_URL", "the pages say that the handler's settings have problems: the log of its start lists them"})
	case status < 400 || status >= 500 || !strings.Contains(text, "<html"):
		return append(found, finding{levelProblem, "PUBLIC_URL", fmt.Sprintf("at /api/respond something answers %d that is not Leadflow's page: %s", status, app)})
	}
	return append(found, finding{levelOK, "PUBLIC_URL", "the pages answer"})
}

// get asks for an address, and gives the beginning of what it answers.
func get(ctx context.Context, address string) (status int, text string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, "", errors.New("it makes no address that can be called")
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		return 0, "", withoutURL(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	return response.StatusCode, string(b), err
}
