package config_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"leadflow/shared/config"
	"leadflow/shared/local/cosmos"
)

// sample is local.settings.sample.json, in the form that Core Tools reads.
type sample struct {
	IsEncrypted   bool
	Values        map[string]string
	Documentation map[string]string // not read by Core Tools
}

// platform lists what the Functions host reads and Leadflow does not.
var platform = []string{"AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME"}

// identityForm lists the settings of the form that the sample does not use.
var identityForm = []string{"SERVICEBUS__fullyQualifiedNamespace", "SERVICEBUS__credential", "SERVICEBUS__clientId"}

func readSample(t *testing.T) sample {
	t.Helper()
	text, err := os.ReadFile("../../local.settings.sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSampleHasEverySettingAndNoOther(t *testing.T) {
	s := readSample(t)
	want := slices.Concat(settings(), platform)
	want = slices.DeleteFunc(want, func(name string) bool { return slices.Contains(identityForm, name) })
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(s.Values)); !slices.Equal(got, want) {
		t.Errorf("Values has\n%v, want\n%v", got, want)
	}
	if s.IsEncrypted {
		t.Error("the sample says that it is encrypted")
	}
}

func TestTheSampleHasNoProblem(t *testing.T) {
	if _, problems := load(t, readSample(t).Values); len(problems) > 0 {
		t.Errorf("problems:\n%v", problems)
	}
}

func TestTheSampleGivesOptionalSettingsTheirDefault(t *testing.T) {
	values := readSample(t).Values
	for _, d := range (config.Settings{}).Describe() {
		if d.Default != "" && values[d.Setting] != d.Default {
			t.Errorf("%s is %q in the sample, and the default is %q", d.Setting, values[d.Setting], d.Default)
		}
	}
}

func TestTheSampleDocumentsEverySettingAsTheCodeDoes(t *testing.T) {
	got := readSample(t).Documentation
	for _, d := range (config.Settings{}).Describe() {
		if got[d.Setting] != d.Meaning {
			t.Errorf("Documentation of %s is\n%s\nwant\n%s", d.Setting, got[d.Setting], d.Meaning)
		}
		delete(got, d.Setting)
	}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, platform) {
		t.Errorf("Documentation also has %v, want %v", names, platform)
	}
}

func TestEveryMeaningSaysTheDefault(t *testing.T) {
	for _, d := range (config.Settings{}).Describe() {
		want := "Default " + d.Default + "."
		switch {
		case d.Setting == "COSMOS_KEY":
			want = "Absent: " // is a choice, not a default
		case d.Default == "":
			want = "No default"
		}
		if !strings.Contains(d.Meaning, want) {
			t.Errorf("%s: %q does not say %q", d.Setting, d.Meaning, want)
		}
	}
}

func TestTheSecretsOfTheSampleSayThatTheyAreSamples(t *testing.T) {
	s, _ := load(t, readSample(t).Values)
	for _, key := range slices.Concat(s.IntakeSecrets.Keys(), s.LinkSecrets.Keys()) {
		if !strings.HasPrefix(string(key), "sample-only-") {
			t.Errorf("a secret of the sample decodes to %q", key)
		}
	}
}

func TestTheSampleHasTheKeyOfTheLocalCosmos(t *testing.T) {
	if got := readSample(t).Values["COSMOS_KEY"]; got != cosmos.EmulatorKey {
		t.Errorf("COSMOS_KEY is %s, and the local service has %s", got, cosmos.EmulatorKey)
	}
}
