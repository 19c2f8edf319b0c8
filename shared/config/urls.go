package config

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// maxURL is the length of the longest URL taken, in bytes.
const maxURL = 2048

// Endpoint is the URL of a service: scheme, host and port.
type Endpoint struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (e *Endpoint) Decode(text string) error {
	return e.read(strings.TrimSpace(text), e.form(), parseEndpoint, asItIs)
}

func (*Endpoint) form() string {
	return "the URL of the account, https://NAME.documents.azure.com:443/ (http only for a loopback address)"
}

func parseEndpoint(text string) (string, error) {
	if hasPrefixFold(text, "AccountEndpoint=") {
		return "", errors.New("is a whole connection string, whose parts are COSMOS_ENDPOINT and COSMOS_KEY")
	}
	u, err := parseWebURL(text)
	if err != nil {
		return "", err
	}
	if u.Path != "" && u.Path != "/" {
		return "", errors.New("has a path")
	}
	return u.String(), nil
}

// PublicURL is the beginning of every link, without a slash at its end.
type PublicURL struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (p *PublicURL) Decode(text string) error {
	return p.read(strings.TrimSpace(text), p.form(), parsePublicURL, asItIs)
}

func (*PublicURL) form() string {
	return "the URL before /api, https://NAME.azurewebsites.net (http only for a loopback address)"
}

func parsePublicURL(text string) (string, error) {
	u, err := parseWebURL(text)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// MailURL says what sends the mail: a mail server and the user for it, or a web service. Only its form
// is checked; whether mail can be sent that way is for the mail transports to say.
type MailURL struct{ Value[*url.URL] }

// Decode reads it for envconfig and never fails.
func (m *MailURL) Decode(text string) error {
	return m.readSecret(strings.TrimSpace(text), m.form(), parseMailURL, showMailURL)
}

func (*MailURL) form() string {
	return "smtp://USER:PASSWORD@HOST:PORT, smtps://USER:PASSWORD@HOST:PORT or https://NAME.communication.azure.com, with special characters in USER and PASSWORD percent-encoded"
}

func parseMailURL(text string) (*url.URL, error) {
	u, err := parseURL(text)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case "smtp", "smtps":
		if u.Port() == "" {
			return nil, errors.New("has no port (usually 587 for smtp and 465 for smtps)")
		}
		if u.User != nil {
			if password, _ := u.User.Password(); u.User.Username() == "" || password == "" {
				return nil, errors.New("has only one of user and password")
			}
		}
	case "https", "http":
		if _, err := parseWebURL(text); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("has a scheme other than smtp, smtps and https")
	}
	if u.Path != "" && u.Path != "/" {
		return nil, errors.New("has a path")
	}
	return u, nil
}

// showMailURL leaves out who logs in.
func showMailURL(u *url.URL) string {
	if u.User != nil {
		return u.Scheme + "://redacted@" + u.Host
	}
	return u.Scheme + "://" + u.Host
}

// parseWebURL is parseURL for https, and for http on this machine, without a user.
func parseWebURL(text string) (*url.URL, error) {
	u, err := parseURL(text)
	if err != nil {
		return nil, err
	}
	if u.User != nil {
		return nil, errors.New("has a user or password")
	}
	switch {
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	case u.Scheme == "http":
		return nil, errors.New("is http to another machine")
	default:
		return nil, errors.New("has a scheme other than https")
	}
}

// parseURL reads a URL with scheme, host and perhaps port, without query and fragment.
func parseURL(text string) (*url.URL, error) {
	if len(text) > maxURL {
		return nil, errors.New("is longer than a URL may be")
	}
	if strings.ContainsAny(text, "?#") {
		return nil, errors.New("has a query or fragment, or a ? or # that is not percent-encoded")
	}
	u, err := url.Parse(text)
	if err != nil {
		// Not the error: it repeats the text.
		return nil, errors.New("is not a URL")
	}
	if u.Scheme == "" || !isHost(u.Hostname()) {
		return nil, errors.New("is not a URL with scheme and host")
	}
	if strings.HasSuffix(u.Host, ":") {
		return nil, errors.New("has a colon and no port")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, errors.New("has a port outside 1 to 65535")
		}
	}
	return u, nil
}
