package mail

import (
	"errors"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// New makes the sender that a MAIL_URL asks for:
//
//	smtp://user:password@host:port    STARTTLS required, unless the host is loopback
//	smtps://user:password@host:port   TLS from the start
//	https://NAME.communication.azure.com   Azure Communication Services Email
//
// User and password may be left out and are percent-encoded. http:// is taken for
// a loopback host only, where a stand-in of ACS may listen.
//
// cred is called for ACS only. transport carries the requests to ACS; nil is the
// standard one. log must not be nil. New opens no connection and asks for no token.
func New(u *url.URL, cred func() (azcore.TokenCredential, error), transport policy.Transporter, log *slog.Logger) (Sender, error) {
	if u == nil {
		return nil, errors.New("MAIL_URL is missing")
	}
	if err := checkURL(u); err != nil {
		return nil, err
	}
	switch u.Scheme {
	case "smtp", "smtps":
		return newSMTP(u), nil
	default:
		return newACS(u, cred, transport, log)
	}
}

// ValidateURL parses a MAIL_URL and lists everything that is wrong with it, one
// problem a line. No part of the value is ever repeated in the error: with a
// character that is not percent-encoded, a piece of the password can end up in
// any part.
func ValidateURL(raw string) (*url.URL, error) {
	if strings.TrimSpace(raw) == "" {
		return nil, errors.New("MAIL_URL is missing")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("MAIL_URL is not a URL (in user and password, characters like / : @ # ? % must be percent-encoded)")
	}
	if err := checkURL(u); err != nil {
		return nil, err
	}
	return u, nil
}

// checkURL is what New and ValidateURL have in common.
func checkURL(u *url.URL) error {
	var problems []error
	wrong := func(is bool, what string) {
		if is {
			problems = append(problems, errors.New("MAIL_URL "+what))
		}
	}
	wrong(u.Opaque != "" || u.Host == "", "has no //host")
	wrong(u.Path != "" && u.Path != "/", "must have no path")
	wrong(u.RawQuery != "" || u.ForceQuery || u.Fragment != "", "must have no query and no fragment (percent-encode ? and # in user and password)")

	host := strings.ToLower(u.Hostname())
	wrong(u.Host != "" && !domainName.MatchString(host) && net.ParseIP(host) == nil, "has a host that is not a host name")
	port, err := strconv.Atoi(u.Port())
	wrong(u.Port() != "" && (err != nil || port < 1 || port > 65535), "has a port that is not between 1 and 65535")

	switch u.Scheme {
	case "smtp", "smtps":
		wrong(u.Port() == "", "needs a port, usually 587 for smtp and 465 for smtps")
		wrong(u.Scheme == "smtp" && port == 465, "has port 465 with smtp, where servers expect TLS from the start: use smtps")
		if u.User != nil {
			password, _ := u.User.Password()
			wrong(u.User.Username() == "" || password == "", "has a user without a password or a password without a user")
			wrong(strings.ContainsFunc(u.User.Username()+password, unicode.IsControl), "has control characters in user or password")
		}
	case "https", "http":
		local := isLoopback(host)
		wrong(u.User != nil, "must have no user and password with https: Azure Communication Services is reached with an identity")
		wrong(u.Scheme == "http" && !local, "must be https: a token must not travel unencrypted")
		// The token goes to this host, so it must be Azure's.
		wrong(!local && !strings.HasSuffix(host, ".communication.azure.com"), "with https must be https://NAME.communication.azure.com")
		wrong(!local && u.Port() != "", "with https must have no port")
	default:
		wrong(true, "must begin with smtp://, smtps:// or https://")
	}
	return errors.Join(problems...)
}

// isLoopback tells whether host is this machine: localhost, 127.0.0.0/8 or ::1.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
