package config_test

import (
	"encoding/base64"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"

	"leadflow/shared/config"
)

// key gives a secret of n bytes in base64, another one for each letter.
func key(letter string, n int) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, n)))
}

// production is an environment without a problem, as it would be in Azure, with the settings that
// have no default and no others.
func production() map[string]string {
	return map[string]string{
		"SERVICEBUS__fullyQualifiedNamespace": "contoso.servicebus.windows.net",
		"COSMOS_ENDPOINT":                     "https://contoso.documents.azure.com:443/",
		"INTAKE_SECRETS":                      key("a", 32) + "," + key("b", 33),
		"LINK_SECRETS":                        key("c", 32),
		"MAIL_URL":                            "smtps://mailer:open%20sesame@mail.contoso.com:465",
		"MAIL_FROM":                           "Contoso Leads <leads@contoso.com>",
		"OPERATIONS_MAIL":                     "operations@contoso.com",
		"PUBLIC_URL":                          "https://contoso.azurewebsites.net/",
		"REMIND_SCHEDULE":                     "0 */5 * * * *",
	}
}

// with changes the production environment. A value of absent removes the setting.
func with(changes map[string]string) map[string]string {
	env := production()
	maps.Copy(env, changes)
	maps.DeleteFunc(env, func(_, value string) bool { return value == absent })
	return env
}

const absent = "\x00absent"

// load loads from an environment in which no settings but these exist, whatever the machine has set.
func load(t *testing.T, env map[string]string) (config.Settings, config.Problems) {
	t.Helper()
	set(t, env)
	return config.Load()
}

func set(t *testing.T, env map[string]string) {
	t.Helper()
	known := map[string]bool{}
	for _, name := range settings() {
		known[strings.ToUpper(name)] = true
	}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if known[strings.ToUpper(name)] {
			t.Setenv(name, value) // so that it comes back after the test
			os.Unsetenv(name)
		}
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
}

// settings lists the names of all settings.
var settings = sync.OnceValue(func() []string {
	var names []string
	for _, d := range (config.Settings{}).Describe() {
		names = append(names, d.Setting)
	}
	return names
})
