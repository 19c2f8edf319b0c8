package config

import (
	"errors"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// DatabaseName is the name of a Cosmos DB database.
type DatabaseName struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (d *DatabaseName) Decode(text string) error {
	return d.read(strings.TrimSpace(text), d.form(), parseDatabaseName, asItIs)
}

func (*DatabaseName) form() string { return "a name of up to 255 characters without / \\ # ?" }

func parseDatabaseName(text string) (string, error) {
	if len(text) > 255 || strings.ContainsAny(text, `/\#?`) {
		return "", errors.New("is not a name that Cosmos DB takes")
	}
	return text, nil
}

// Switch is yes or no.
type Switch struct{ Value[bool] }

// Decode reads it for envconfig and never fails.
func (s *Switch) Decode(text string) error {
	return s.read(strings.TrimSpace(text), s.form(), parseSwitch, strconv.FormatBool)
}

func (*Switch) form() string { return "true or false" }

func parseSwitch(text string) (bool, error) {
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, errors.New("is neither true nor false")
	}
	return b, nil
}

// Mailbox is a bare mail address, all ASCII.
type Mailbox struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (m *Mailbox) Decode(text string) error {
	return m.read(strings.TrimSpace(text), m.form(), parseMailbox, asItIs)
}

func (*Mailbox) form() string { return "a mail address such as operations@example.com" }

func parseMailbox(text string) (string, error) {
	a, err := parseSender(text)
	if err != nil {
		return "", err
	}
	if a.Address != text {
		return "", errors.New("is more than an address")
	}
	return text, nil
}

// Sender is a mail address, all ASCII, with or without a name.
type Sender struct{ Value[mail.Address] }

// Decode reads it for envconfig and never fails.
func (s *Sender) Decode(text string) error {
	return s.read(strings.TrimSpace(text), s.form(), parseSender, func(a mail.Address) string { return a.String() })
}

func (*Sender) form() string {
	return "a mail address such as leads@example.com or Leads <leads@example.com>"
}

func parseSender(text string) (mail.Address, error) {
	wrong := errors.New("is not a mail address")
	if len(text) > 512 {
		return mail.Address{}, wrong
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		return mail.Address{}, wrong
	}
	at := strings.LastIndexByte(a.Address, '@')
	local, domain := a.Address[:max(at, 0)], a.Address[at+1:]
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),:;<>@[\]`, r) }
	if local == "" || len(local) > 64 || len(a.Address) > 254 || strings.ContainsFunc(local, odd) || !isHost(domain) {
		return mail.Address{}, wrong
	}
	return *a, nil
}

// HostName is the name of a host, without scheme, port and path.
type HostName struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (h *HostName) Decode(text string) error {
	return h.read(text, h.form(), parseHostName, asItIs)
}

func (*HostName) form() string {
	return "the host name of the namespace, NAME.servicebus.windows.net, without sb:// and slash"
}

func parseHostName(text string) (string, error) {
	if !isHost(text) || !strings.Contains(text, ".") {
		return "", errors.New("is not a host name")
	}
	return text, nil
}

// Credential is the kind of an identity; managedidentity is the only one.
type Credential struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (c *Credential) Decode(text string) error {
	return c.read(text, c.form(), parseCredential, asItIs)
}

func (*Credential) form() string { return "managedidentity" }

func parseCredential(text string) (string, error) {
	if !strings.EqualFold(text, "managedidentity") {
		return "", errors.New("is a credential that Leadflow does not use")
	}
	return "managedidentity", nil
}

// ClientID is the client id of a user-assigned identity, a GUID.
type ClientID struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (c *ClientID) Decode(text string) error {
	return c.read(text, c.form(), parseClientID, asItIs)
}

func (*ClientID) form() string {
	return "the client id of the identity, a GUID such as 01234567-89ab-cdef-0123-456789abcdef"
}

func parseClientID(text string) (string, error) {
	// 36 characters: uuid takes other forms too.
	if _, err := uuid.Parse(text); err != nil || len(text) != 36 {
		return "", errors.New("is not a GUID")
	}
	return text, nil
}

// isHost tells whether a name can be that of a host: an IP address, or labels of ASCII letters,
// digits, hyphens and (in container networks) underscores. International names are written xn--.
func isHost(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
				return false
			}
		}
	}
	return true
}

// isLoopback tells whether a host is this machine.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost")
}
