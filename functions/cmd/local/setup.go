package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"leadflow/shared/config"
	"leadflow/shared/local/servicebus"
)

// Where things are, from the project's root, where make runs this.
const (
	sampleFile   = "local.settings.sample.json"
	publishDir   = "publish"
	dataDir      = ".local/cosmos"
	settingsFile = ".local/settings.json"
	logDir       = ".local/log"
)

// setup is what every process of the local run works with.
type setup struct {
	ports map[string]int
	// values are the app settings.
	values map[string]string
	// given are the settings that the environment names: what they point to is not started here.
	given map[string]bool
}

// pace is how fast things happen in a local run, so that a sweep can be watched. Whoever runs
// "func start" has the pace of production, from the sample.
var pace = map[string]string{
	"REMIND_SCHEDULE":   "*/10 * * * * *",
	"RESEND_AFTER":      "20s",
	"MAIL_RESEND_AFTER": "60s",
	"BACKOFF_FIRST":     "2s",
	"BACKOFF_MAX":       "30s",
	"FAIL_WAIT":         "5s",
}

// setUp reads the sample, with the ports of this run, at the local pace or at that of production; the
// environment has the last word.
func setUp(atLocalPace bool) (*setup, error) {
	s := &setup{ports: map[string]int{}, given: map[string]bool{}}
	for name, standard := range map[string]int{"WEBHOOK_PORT": 7071, "INBOX_PORT": 8025, "SMTP_PORT": 1025, "COSMOS_PORT": 8081, "SERVICEBUS_PORT": 5672} {
		s.ports[name] = standard
		text, ok := os.LookupEnv(name)
		if !ok {
			continue
		}
		port, err := strconv.Atoi(text)
		if err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("%s is not a port: give a number from 1 to 65535", name)
		}
		s.ports[name] = port
	}
	values, err := readSettings(sampleFile)
	if err != nil {
		return nil, err
	}
	s.values = values
	s.values["SERVICEBUS"] = servicebus.ConnectionString(s.address("SERVICEBUS_PORT"))
	s.values["COSMOS_ENDPOINT"] = "http://" + s.address("COSMOS_PORT") + "/"
	s.values["MAIL_URL"] = "smtp://" + s.address("SMTP_PORT")
	s.values["PUBLIC_URL"] = "http://" + s.address("WEBHOOK_PORT")
	if atLocalPace {
		for name, value := range pace {
			s.values[name] = value
		}
	}
	for name := range s.values {
		if value, ok := os.LookupEnv(name); ok {
			s.values[name], s.given[name] = value, true
		}
	}
	s.takeIdentities()
	return s, nil
}

// takeIdentities has the connections to Azure that the environment names without a key use an identity, and
// not the key of the stand-in. An endpoint with plain http is a stand-in too.
func (s *setup) takeIdentities() {
	if strings.HasPrefix(s.values["COSMOS_ENDPOINT"], "https://") && !s.given["COSMOS_KEY"] {
		delete(s.values, "COSMOS_KEY")
	}
	if os.Getenv("SERVICEBUS__fullyQualifiedNamespace") == "" {
		return
	}
	delete(s.values, "SERVICEBUS")
	s.given["SERVICEBUS"] = true
	for _, name := range []string{"SERVICEBUS__fullyQualifiedNamespace", "SERVICEBUS__credential", "SERVICEBUS__clientId"} {
		if value, ok := os.LookupEnv(name); ok {
			s.values[name] = value
		}
	}
}

func (s *setup) address(port string) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.ports[port]))
}

// intakeKey is the secret behind the codes of this run's webhook URLs.
func (s *setup) intakeKey() ([]byte, error) {
	var secrets config.Secrets
	if err := secrets.Decode(s.values["INTAKE_SECRETS"]); err != nil || len(secrets.Keys()) == 0 {
		return nil, errors.New("INTAKE_SECRETS is not usable: give secrets as the sample has them, or none")
	}
	return secrets.Keys()[0], nil
}

// settings is the file that Core Tools and this command share.
type settings struct {
	IsEncrypted bool              `json:"IsEncrypted"`
	Values      map[string]string `json:"Values"`
}

func readSettings(file string) (map[string]string, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is not here: run this from the project's root", file)
	}
	var content settings
	if err == nil {
		err = json.Unmarshal(b, &content)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return content.Values, nil
}

func writeSettings(file string, values map[string]string) error {
	b, err := json.MarshalIndent(settings{Values: values}, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(file, append(b, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
