package mail

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// senderFor is a sender for a MAIL_URL.
func senderFor(t *testing.T, raw string) Sender {
	t.Helper()
	u, err := ValidateURL(raw)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(u, func() (azcore.TokenCredential, error) { return &credential{}, nil }, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestACheckBySMTPLogsInAndSendsNothing(t *testing.T) {
	server := start(t, nil, false)
	for _, c := range []struct {
		name, url, want string
		refuse          error
	}{
		{"who is let in", "smtp://leads:p%40ss%2Fword@" + server.addr, "", nil},
		{"without a user", "smtp://" + server.addr, "", nil},
		{"with another password", "smtp://leads:other@" + server.addr, "the server does not accept this user, password or kind of connection", nil},
		{"where nobody is let in", "smtp://" + server.addr, "busy", errors.New("busy")},
		{"where nobody is", "smtp://127.0.0.1:1", "smtp, at connect", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			server.set(func() { server.refuse = map[step]error{stepConnect: c.refuse} })
			err := Check(t.Context(), senderFor(t, c.url))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("it says %v", err)
			}
		})
	}
	if n := len(server.received()); n > 0 || server.opened() == 0 {
		t.Errorf("%d mails over %d connections", n, server.opened())
	}
}

func TestACheckByACSAsksForATokenAndSendsNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		reply acsReply
		token error
		want  string
	}{
		{"who is let in", acsReply{status: 404}, nil, ""},
		{"who has no role", acsReply{status: 403}, nil, "answer 403: assign the role Communication and Email Service Owner"},
		{"where it is away", acsReply{status: 503}, nil, "answer 503"},
		{"who gets no token", acsReply{status: 404}, errors.New("no login"), "no login"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newACSTest(t)
			a.states, a.cred.err = []acsReply{c.reply}, c.token
			err := Check(t.Context(), a.sender)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("it says %v", err)
			}
			if len(a.posts) > 0 {
				t.Error("it sent something")
			}
		})
	}
}

type anotherSender struct{}

func (anotherSender) Send(context.Context, Message) error { return nil }

func TestAnotherSenderCannotBeChecked(t *testing.T) {
	if err := Check(t.Context(), anotherSender{}); err == nil {
		t.Error("it was checked")
	}
}
