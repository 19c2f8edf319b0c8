package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/local/lab"
	"leadflow/shared/local/servicebus"
)

func TestTheURLOpensTheWebhook(t *testing.T) {
	start(t)
	for _, c := range []struct{ offer, want string }{
		{"", "https://leads.contoso.com/api/leads?code="},
		{"contoso.analytics", "https://leads.contoso.com/api/leads/contoso.analytics?code="},
		{"a/b c", "https://leads.contoso.com/api/leads/a%2Fb%20c?code="},
	} {
		args := []string{"url"}
		if c.offer != "" {
			args = append(args, c.offer)
		}
		out := says(t, args...)
		code, ok := strings.CutPrefix(strings.TrimSuffix(out, "\n"), c.want)
		if !ok || !link.ValidCode([][]byte{intakeSecret}, c.offer, code) {
			t.Errorf("leads %q prints %q", args, out)
		}
		if got := saysJSON[map[string]string](t, args...); got["offer"] != c.offer || got["url"]+"\n" != out {
			t.Errorf("leads %q --json prints %v", args, got)
		}
	}
}

func TestTheURLHasTheCodeOfTheNewestSecret(t *testing.T) {
	start(t)
	newest := bytes.Repeat([]byte("newest"), 6)
	t.Setenv("INTAKE_SECRETS", base64.StdEncoding.EncodeToString(newest)+","+base64.StdEncoding.EncodeToString(intakeSecret))
	if out := says(t, "url"); !strings.Contains(out, link.Code(newest, "")) {
		t.Errorf("url %s", out)
	}
}

// writeLocal writes what a running "make run" has written.
func writeLocal(t *testing.T, values map[string]string) {
	t.Helper()
	b, err := json.Marshal(map[string]any{"IsEncrypted": false, "Values": values})
	if err == nil {
		err = os.MkdirAll(filepath.Dir(localSettings), 0o755)
	}
	if err == nil {
		err = os.WriteFile(localSettings, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestARunningMakeRunIsFound(t *testing.T) {
	o := &operator{Lab: lab.New(t), t: t}
	o.store = o.Store()
	bare(t)
	writeLocal(t, o.settings())
	o.receive(arrival("s1", time.Now(), "{}"), nil)
	out, note, err := callWith(t, "submissions", "--json")
	if err != nil || !strings.Contains(out, `"s1"`) {
		t.Fatalf("printed %s, %v", out, err)
	}
	if !json.Valid([]byte(out)) || !strings.Contains(note, localSettings) {
		t.Errorf("it is said in %q, beside the output %s", note, out)
	}
}

func TestTheEnvironmentWinsOverAMakeRun(t *testing.T) {
	o := start(t)
	o.receive(arrival("of-the-environment", time.Now(), "{}"), nil)
	other := &operator{Lab: lab.New(t), t: t}
	other.store = other.Store()
	other.receive(arrival("of-make-run", time.Now(), "{}"), nil)
	writeLocal(t, other.settings())
	if out := says(t, "submissions"); !strings.Contains(out, "of-the-environment") || strings.Contains(out, "of-make-run") {
		t.Errorf("printed %s", out)
	}
}

// Else the database of one environment could meet the queue of another.
func TestASettingThatSaysWhereThingsAreKeepsAllOfTheMakeRunOut(t *testing.T) {
	for name, value := range map[string]string{
		"SERVICEBUS":                          servicebus.ConnectionString("127.0.0.1:1"),
		"SERVICEBUS__fullyQualifiedNamespace": "contoso.servicebus.windows.net",
		"COSMOS_ENDPOINT":                     "https://contoso.documents.azure.com:443/",
		"INTAKE_SECRETS":                      base64.StdEncoding.EncodeToString(intakeSecret),
	} {
		t.Run(name, func(t *testing.T) {
			bare(t)
			t.Setenv(name, value)
			writeLocal(t, map[string]string{"PUBLIC_URL": "http://127.0.0.1:7071", "INTAKE_SECRETS": base64.StdEncoding.EncodeToString(intakeSecret)})
			if out, note, err := callWith(t, "url"); err == nil || !strings.Contains(err.Error(), "PUBLIC_URL: is missing") || out+note != "" {
				t.Errorf("printed %q and %q, %v", out, note, err)
			}
		})
	}
}

// One of the others does not say where things are: it changes the local run, in one point.
func TestASingleSettingInTheEnvironmentWinsOverThatOfAMakeRun(t *testing.T) {
	bare(t)
	t.Setenv("PUBLIC_URL", "http://127.0.0.1:9999")
	writeLocal(t, map[string]string{"PUBLIC_URL": "http://127.0.0.1:7071", "INTAKE_SECRETS": base64.StdEncoding.EncodeToString(intakeSecret)})
	if out, _, err := callWith(t, "url"); err != nil || !strings.HasPrefix(out, "http://127.0.0.1:9999/api/leads?") {
		t.Errorf("url %s, %v", out, err)
	}
}

func TestSettingsOfAMakeRunThatCannotBeReadAreAnError(t *testing.T) {
	bare(t)
	writeLocal(t, nil)
	if err := os.WriteFile(localSettings, []byte(`{"Values": {"COSMOS_KEY": "sesame`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := callWith(t, "list"); err == nil || !strings.Contains(err.Error(), localSettings) || strings.Contains(err.Error(), "sesame") {
		t.Errorf("error %v", err)
	}
}

func TestWithoutSettingsTheErrorSaysWhatToSet(t *testing.T) {
	bare(t)
	for _, c := range []struct {
		args  []string
		names []string
	}{
		{[]string{"url"}, []string{"PUBLIC_URL", "INTAKE_SECRETS"}},
		{[]string{"list"}, []string{"COSMOS_ENDPOINT"}},
		{[]string{"show", "x"}, []string{"COSMOS_ENDPOINT"}},
		{[]string{"submissions"}, []string{"COSMOS_ENDPOINT"}},
		{[]string{"submissions", "show", "x"}, []string{"COSMOS_ENDPOINT"}},
		{[]string{"submissions", "replay", "x"}, []string{"COSMOS_ENDPOINT"}},
	} {
		_, _, err := callWith(t, c.args...)
		if err == nil || !strings.Contains(err.Error(), "environment") || !strings.Contains(err.Error(), "make run") {
			t.Errorf("leads %q: %v", c.args, err)
			continue
		}
		for _, name := range c.names {
			if !strings.Contains(err.Error(), name+": is missing: give ") {
				t.Errorf("leads %q does not ask for %s: %v", c.args, name, err)
			}
		}
		if strings.Contains(err.Error(), "MAIL_FROM") {
			t.Errorf("leads %q asks for what it does not need: %v", c.args, err)
		}
	}
}

func TestAReplayAsksForServiceBusToo(t *testing.T) {
	start(t)
	if err := os.Unsetenv("SERVICEBUS"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := callWith(t, "submissions", "replay", "s1"); err == nil || !strings.Contains(err.Error(), "SERVICEBUS: is missing: give ") {
		t.Errorf("error %v", err)
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	o := start(t)
	o.receive(arrival("s1", time.Now(), "{}"), &lead.Outcome{Kind: lead.OutcomeQuarantined, At: lead.At(time.Now())})
	const sesame = "c2VzYW1lLXNlc2FtZS1zZXNhbWUtc2VzYW1lLXNlc2FtZS1zZXNhbWU="
	away := newAddress(t)
	for _, c := range []struct {
		name     string
		settings map[string]string
		fails    []string // the commands that cannot work with these settings
	}{
		{"when all is well", nil, nil},
		{"when the database does not know the key", map[string]string{"COSMOS_KEY": sesame}, []string{"list", "replay"}},
		{"when the database is away", map[string]string{"COSMOS_KEY": sesame, "COSMOS_ENDPOINT": "http://" + away}, []string{"list", "replay"}},
		{"when Service Bus is away", map[string]string{"SERVICEBUS": strings.Replace(servicebus.ConnectionString(away), "=local", "="+sesame, 1)}, []string{"replay"}},
		{"when the key of the database is malformed", map[string]string{"COSMOS_KEY": "!" + sesame}, []string{"list", "replay"}},
		{"when the connection string is malformed", map[string]string{"SERVICEBUS": "sb://SharedAccessKey=" + sesame}, []string{"replay"}},
		{"when the secrets of the webhook are malformed", map[string]string{"INTAKE_SECRETS": sesame + ",!"}, []string{"url"}},
		{"when a secret stands in the wrong place", map[string]string{"COSMOS_ENDPOINT": sesame, "PUBLIC_URL": sesame}, []string{"url", "list", "replay"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			settings := o.settings()
			settings["LINK_SECRETS"] = base64.StdEncoding.EncodeToString([]byte("link " + sesame))
			settings["MAIL_URL"] = "smtp://kim:" + sesame + "@mail.contoso.com:587"
			maps.Copy(settings, c.settings)
			for name, value := range settings {
				t.Setenv(name, value)
			}
			secrets := []string{"c2VzYW1l", "sesame", cosmos.EmulatorKey, settings["COSMOS_KEY"], settings["INTAKE_SECRETS"], settings["LINK_SECRETS"], string(intakeSecret)}
			for name, args := range map[string][]string{"url": {"url"}, "list": {"list"}, "replay": {"submissions", "replay", "s1"}} {
				out, note, err := callWith(t, args...)
				all := out + note
				if err != nil {
					all += err.Error()
				}
				if failed := err != nil; failed != strings.Contains(strings.Join(c.fails, " "), name) {
					t.Errorf("leads %q: %v", args, err)
				}
				for _, secret := range secrets {
					if strings.Contains(all, secret) {
						t.Errorf("leads %q prints the secret %q: %s", args, secret, all)
					}
				}
			}
		})
	}
}

// newAddress is an address where nobody listens.
func newAddress(t *testing.T) string {
	t.Helper()
	l := lab.New(t)
	l.ServiceBus.Stop()
	return l.ServiceBus.Address
}
