package main

import (
	"encoding/json"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sampleValues are the settings of the sample.
func sampleValues(t *testing.T) map[string]string {
	t.Helper()
	values, err := readSettings(sampleFile)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func mustSetUp(t *testing.T, atLocalPace bool) *setup {
	t.Helper()
	s, err := setUp(atLocalPace)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestThePortsThatTheHelpNamesAreTheDefaults(t *testing.T) {
	inSite(t)
	for _, name := range portNames {
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	s := mustSetUp(t, false)
	want := map[string]int{"WEBHOOK_PORT": 7071, "INBOX_PORT": 8025, "SMTP_PORT": 1025, "COSMOS_PORT": 8081, "SERVICEBUS_PORT": 5672}
	if !maps.Equal(s.ports, want) {
		t.Errorf("ports %v", s.ports)
	}
	for name, port := range want {
		if !strings.Contains(usage, name+", default "+strconv.Itoa(port)) {
			t.Errorf("the help does not say that %s is %d", name, port)
		}
	}
	// With the default ports the sample is right as it is, for those who copy it.
	sample := sampleValues(t)
	for _, name := range []string{"COSMOS_ENDPOINT", "MAIL_URL", "PUBLIC_URL"} {
		if s.values[name] != sample[name] {
			t.Errorf("%s is %q, and %q in the sample", name, s.values[name], sample[name])
		}
	}
}

func TestTheSettingsNameThePortsOfTheRun(t *testing.T) {
	at := inSite(t)
	s := mustSetUp(t, true)
	address := func(port string) string { return "127.0.0.1:" + strconv.Itoa(at.ports[port]) }
	for name, want := range map[string]string{
		"COSMOS_ENDPOINT": "http://" + address("COSMOS_PORT") + "/",
		"MAIL_URL":        "smtp://" + address("SMTP_PORT"),
		"PUBLIC_URL":      "http://" + address("WEBHOOK_PORT"),
	} {
		if s.values[name] != want {
			t.Errorf("%s is %q, want %q", name, s.values[name], want)
		}
	}
	if !strings.HasPrefix(s.values["SERVICEBUS"], "Endpoint=sb://"+address("SERVICEBUS_PORT")+";") || !strings.Contains(s.values["SERVICEBUS"], "UseDevelopmentEmulator=true") {
		t.Errorf("SERVICEBUS is %q", s.values["SERVICEBUS"])
	}
	if len(s.given) != 0 {
		t.Errorf("given are %v", s.given)
	}
}

func TestEveryOtherSettingIsTheSamplesAtTheLocalPaceOrAtThatOfProduction(t *testing.T) {
	inSite(t)
	sample := sampleValues(t)
	for _, c := range []struct {
		name  string
		local bool
		want  map[string]string
	}{
		{"at the pace of production they are all the sample's", false, nil},
		{"at the local pace a sweep comes every ten seconds", true, map[string]string{"REMIND_SCHEDULE": "*/10 * * * * *", "RESEND_AFTER": "20s",
			"MAIL_RESEND_AFTER": "60s", "BACKOFF_FIRST": "2s", "BACKOFF_MAX": "30s", "FAIL_WAIT": "5s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := maps.Clone(sample)
			maps.Copy(want, c.want)
			got := mustSetUp(t, c.local).values
			for _, name := range []string{"SERVICEBUS", "COSMOS_ENDPOINT", "MAIL_URL", "PUBLIC_URL"} {
				delete(want, name)
				delete(got, name)
			}
			if !maps.Equal(got, want) {
				t.Errorf("settings %v, want %v", got, want)
			}
		})
	}
}

func TestTheEnvironmentHasTheLastWord(t *testing.T) {
	inSite(t)
	want := map[string]string{
		"COSMOS_ENDPOINT": "https://contoso.documents.azure.com:443/", "MAIL_URL": "smtps://kim:sesame@mail.contoso.com:465",
		"RESEND_AFTER": "3s", "PUBLIC_URL": "https://leads.contoso.com", "MAIL_DRY_RUN": "true",
	}
	for name, value := range want {
		t.Setenv(name, value)
	}
	t.Setenv("OF_ANOTHER_PROGRAM", "stays out")
	s := mustSetUp(t, true)
	for name, value := range want {
		if s.values[name] != value || !s.given[name] {
			t.Errorf("%s is %q, given: %v", name, s.values[name], s.given[name])
		}
	}
	if _, there := s.values["OF_ANOTHER_PROGRAM"]; there {
		t.Error("a variable that is no setting became one")
	}
	if s.given["SERVICEBUS"] {
		t.Error("SERVICEBUS is taken for given")
	}
}

func TestANamespaceTakesThePlaceOfTheConnectionString(t *testing.T) {
	inSite(t)
	t.Setenv("SERVICEBUS__fullyQualifiedNamespace", "contoso.servicebus.windows.net")
	s := mustSetUp(t, true)
	if _, there := s.values["SERVICEBUS"]; there || s.values["SERVICEBUS__fullyQualifiedNamespace"] != "contoso.servicebus.windows.net" || !s.given["SERVICEBUS"] {
		t.Errorf("settings %v, given %v", s.values, s.given)
	}
}

func TestTheIdentityOfANamespaceIsTakenOver(t *testing.T) {
	inSite(t)
	want := map[string]string{"SERVICEBUS__fullyQualifiedNamespace": "contoso.servicebus.windows.net", "SERVICEBUS__credential": "managedidentity",
		"SERVICEBUS__clientId": "00000000-0000-0000-0000-000000000001"}
	for name, value := range want {
		t.Setenv(name, value)
	}
	s := mustSetUp(t, true)
	for name, value := range want {
		if s.values[name] != value {
			t.Errorf("%s is %q", name, s.values[name])
		}
	}
}

func TestTheStandInsKeyGoesToNoAccountInAzure(t *testing.T) {
	for _, c := range []struct {
		name, endpoint, key string
		want                func(standIns string) string
	}{
		{"without a key of its own the account is reached by an identity", "https://contoso.documents.azure.com:443/", "", func(string) string { return "" }},
		{"its own key is used", "https://contoso.documents.azure.com:443/", "b3du", func(string) string { return "b3du" }},
		{"a stand-in elsewhere on this machine keeps its key", "http://127.0.0.1:9999/", "", func(standIns string) string { return standIns }},
	} {
		t.Run(c.name, func(t *testing.T) {
			inSite(t)
			standIns := mustSetUp(t, true).values["COSMOS_KEY"]
			t.Setenv("COSMOS_ENDPOINT", c.endpoint)
			if c.key != "" {
				t.Setenv("COSMOS_KEY", c.key)
			}
			if got := mustSetUp(t, true).values["COSMOS_KEY"]; got != c.want(standIns) {
				t.Errorf("the key is %q", got)
			}
		})
	}
}

func TestAPortThatIsNoneIsAnErrorWithItsVariable(t *testing.T) {
	for _, name := range portNames {
		t.Run(name, func(t *testing.T) {
			inSite(t)
			for _, value := range []string{"", "http", "0", "65536", "-1", "80a", " 80", "1e3"} {
				t.Setenv(name, value)
				if _, err := says(t.Context(), "run"); err == nil || err.Error() != name+" is not a port: give a number from 1 to 65535" {
					t.Errorf("%q: %v", value, err)
				}
			}
		})
	}
}

func TestEveryBusyPortIsReportedAtOnceAndNothingIsStarted(t *testing.T) {
	for _, c := range []struct {
		command string
		busy    []string
	}{
		{"run", []string{"SERVICEBUS_PORT", "SMTP_PORT", "WEBHOOK_PORT"}},
		{"demo", portNames},
		{"services", []string{"COSMOS_PORT", "INBOX_PORT"}},
		{"servicebus", []string{"SERVICEBUS_PORT"}},
		{"cosmos", []string{"COSMOS_PORT"}},
		{"inbox", []string{"INBOX_PORT"}},
	} {
		t.Run(c.command, func(t *testing.T) {
			at := inSite(t)
			for _, name := range c.busy {
				l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(at.ports[name])))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { l.Close() })
			}
			out, err := says(t.Context(), c.command)
			if err == nil {
				t.Fatalf("it ran, and printed %s", out)
			}
			for _, name := range portNames {
				line := "port " + strconv.Itoa(at.ports[name]) + " is busy: stop what listens there, or set " + name + " to another port"
				if busy := strings.Contains(strings.Join(c.busy, " "), name); strings.Contains(err.Error(), line) != busy {
					t.Errorf("%s is busy: %v, and the error is %v", name, busy, err)
				}
			}
			if strings.Contains(out, "process") {
				t.Errorf("something was started: %s", out)
			}
		})
	}
}

// The settings of a run are also where the operator's command and a host that is started again look.
func TestARunThatCannotStartLeavesTheSettingsOfTheRunningOneAlone(t *testing.T) {
	at := inSite(t)
	if err := writeSettings(settingsFile, map[string]string{"PUBLIC_URL": "http://127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(at.ports["COSMOS_PORT"])))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for _, c := range []string{"run", "demo", "services"} {
		if _, err := says(t.Context(), c); err == nil {
			t.Errorf("local %s ran", c)
		}
		if values, err := readSettings(settingsFile); err != nil || len(values) != 1 {
			t.Errorf("after local %s they are %v, %v", c, values, err)
		}
	}
}

func TestSettingsAreWrittenForTheirOwnerOnlyAndReadBackTheSame(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a", "b", "settings.json")
	want := map[string]string{"A": "b\"c\\d", "SECRET": "<sesame>&\n", "EMPTY": ""}
	if err := writeSettings(file, want); err != nil {
		t.Fatal(err)
	}
	if m := mode(t, file); m != 0o600 {
		t.Errorf("mode %o", m)
	}
	if got, err := readSettings(file); err != nil || !maps.Equal(got, want) {
		t.Errorf("settings %v, %v", got, err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var content map[string]any // as Core Tools reads it
	if err := json.Unmarshal(b, &content); err != nil || content["IsEncrypted"] != false {
		t.Errorf("content %v, %v", content, err)
	}
}

func TestASampleThatCannotBeReadIsAnErrorWithItsName(t *testing.T) {
	inSite(t)
	if err := os.WriteFile(sampleFile, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := says(t.Context(), "run"); err == nil || !strings.Contains(err.Error(), "read "+sampleFile) {
		t.Errorf("error %v", err)
	}
}

func TestAHostAloneNeedsTheSettingsOfARun(t *testing.T) {
	inSite(t)
	if _, err := says(t.Context(), "host"); err == nil || !strings.Contains(err.Error(), `"make run" writes it`) {
		t.Errorf("error %v", err)
	}
}
