package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

const (
	minSecret  = 32 // bytes: the size of the hash they key
	maxSecrets = 10 // every request is compared with each
)

// Secrets is a list of secrets, newest first.
type Secrets struct{ Value[[][]byte] }

// Decode reads it for envconfig and never fails.
func (s *Secrets) Decode(text string) error {
	return s.readSecret(strings.TrimSpace(text), s.form(), parseSecrets, hidden)
}

// Keys gives the secrets as bytes, newest first. It is empty if the setting is missing or has a
// problem.
func (s Secrets) Keys() [][]byte { return s.Get() }

func (*Secrets) form() string {
	return fmt.Sprintf("1 to %d secrets in base64, separated by commas, each of %d bytes or more (make one with: openssl rand -base64 %d)", maxSecrets, minSecret, minSecret)
}

func parseSecrets(text string) ([][]byte, error) {
	entries := strings.SplitN(text, ",", maxSecrets+1)
	if len(entries) > maxSecrets {
		return nil, fmt.Errorf("has more than %d secrets", maxSecrets)
	}
	var keys [][]byte
	var wrong []string
	for i, entry := range entries {
		key, err := decodeBase64(strings.TrimSpace(entry))
		switch {
		case strings.TrimSpace(entry) == "":
			wrong = append(wrong, fmt.Sprintf("has a blank secret (number %d)", i+1))
		case err != nil:
			wrong = append(wrong, fmt.Sprintf("has a secret that is not base64 (number %d)", i+1))
		case len(key) < minSecret:
			wrong = append(wrong, fmt.Sprintf("has a secret of less than %d bytes (number %d)", minSecret, i+1))
		case contains(keys, key):
			wrong = append(wrong, fmt.Sprintf("has a secret twice (number %d)", i+1))
		}
		keys = append(keys, key)
	}
	if wrong != nil {
		return nil, errors.New(strings.Join(wrong, ", "))
	}
	return keys, nil
}

// decodeBase64 takes both alphabets, with and without padding.
func decodeBase64(text string) ([]byte, error) {
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if key, err := encoding.DecodeString(text); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("not base64")
}

// AccountKey is the key of a Cosmos DB account, as its base64 text.
type AccountKey struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (a *AccountKey) Decode(text string) error {
	return a.readSecret(strings.TrimSpace(text), a.form(), parseAccountKey, hidden)
}

func (*AccountKey) form() string {
	return "the primary or secondary key of the account, which is base64"
}

func parseAccountKey(text string) (string, error) {
	// azcosmos takes the standard alphabet with padding only.
	if _, err := base64.StdEncoding.DecodeString(text); err != nil {
		return "", errors.New("is not base64")
	}
	return text, nil
}

// ConnectionString is how to reach and enter a Service Bus namespace.
type ConnectionString struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (c *ConnectionString) Decode(text string) error {
	return c.readSecret(text, c.form(), parseConnectionString, hidden)
}

func (*ConnectionString) form() string {
	return "the connection string of the namespace, Endpoint=sb://NAME.servicebus.windows.net/;SharedAccessKeyName=NAME;SharedAccessKey=KEY"
}

func parseConnectionString(text string) (string, error) {
	parts := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return "", errors.New("has a part without =")
		}
		name = strings.ToLower(name)
		if _, twice := parts[name]; twice {
			return "", errors.New("has a part twice")
		}
		parts[name] = value
	}

	if parts["endpoint"] == "" {
		return "", errors.New("has no Endpoint")
	}
	u, err := url.Parse(parts["endpoint"])
	if err != nil || u.Scheme != "sb" || u.User != nil || !isHost(u.Hostname()) || !strings.HasPrefix(parts["endpoint"], "sb://") {
		return "", errors.New("has an Endpoint that is not sb://HOST")
	}
	if _, ok := parts["entitypath"]; ok {
		return "", errors.New("has an EntityPath, so it is that of one queue, and Leadflow has two")
	}
	if emulator, ok := parts["usedevelopmentemulator"]; ok {
		if _, err := strconv.ParseBool(emulator); err != nil {
			return "", errors.New("has a UseDevelopmentEmulator that is neither true nor false")
		}
	}
	if parts["sharedaccesssignature"] == "" && (parts["sharedaccesskeyname"] == "" || parts["sharedaccesskey"] == "") {
		return "", errors.New("lacks SharedAccessKeyName or SharedAccessKey")
	}
	return text, nil
}
