package functions_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"leadflow/functions"
	"leadflow/shared/config"
	"leadflow/shared/topology"
)

// binding is what function.json says of a trigger.
type binding struct {
	Type, Direction, Name, AuthLevel, Route, QueueName, Connection, DataType, Schedule string
	Methods                                                                            []string
}

// folders reads every function.json.
func folders(t *testing.T) map[string][]binding {
	t.Helper()
	files, err := filepath.Glob("*/function.json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]binding{}
	for _, f := range files {
		var content struct{ Bindings []binding }
		read(t, f, &content)
		all[filepath.Dir(f)] = content.Bindings
	}
	return all
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func TestTheTableHasExactlyTheFoldersWithAFunction(t *testing.T) {
	var table []string
	for _, f := range functions.Table {
		table = append(table, f.Name)
		if f.Trigger == "" || f.Does == "" || f.Fails == "" {
			t.Errorf("the table does not say everything about %s", f.Name)
		}
	}
	var names []string
	for name := range folders(t) {
		names = append(names, name)
	}
	slices.Sort(table)
	slices.Sort(names)
	if !slices.Equal(table, names) {
		t.Errorf("the table has %v, the folders are %v", table, names)
	}
}

func TestTheTriggersAreThoseOfTheTable(t *testing.T) {
	all := folders(t)
	for _, f := range functions.Table {
		trigger := all[f.Name][0]
		var want string
		switch trigger.Type {
		case "httpTrigger":
			want = "/api/" + trigger.Route
			if trigger.AuthLevel != "anonymous" {
				t.Errorf("%s: the host would turn callers away before Leadflow could keep what they send", f.Name)
			}
			if len(all[f.Name]) != 2 || all[f.Name][1].Type != "http" {
				t.Errorf("%s: only a function with one httpTrigger and one http output gets the raw request", f.Name)
			}
		case "serviceBusTrigger":
			want = "queue " + trigger.QueueName
			if trigger.DataType != "binary" {
				t.Errorf("%s: without dataType binary a body's fields overwrite the broker's own", f.Name)
			}
			if trigger.Connection != "SERVICEBUS" {
				t.Errorf("%s: its connection is %q", f.Name, trigger.Connection)
			}
			queue, _, _ := strings.Cut(trigger.QueueName, "/")
			if !slices.ContainsFunc(topology.Load().Queues, func(q topology.Queue) bool { return q.Name == queue }) {
				t.Errorf("%s: there is no queue %s", f.Name, queue)
			}
		case "timerTrigger":
			want = "timer " + trigger.Schedule
		}
		if want == "" || !strings.Contains(f.Trigger, want) {
			t.Errorf("%s: the table says %q, its function.json %q", f.Name, f.Trigger, want)
		}
	}
}

// platform are the settings that belong to the host and not to Leadflow.
var platform = map[string]string{
	"AzureWebJobsStorage":      "the host keeps its own state there; func start needs it for timers and queues",
	"FUNCTIONS_WORKER_RUNTIME": "tells Core Tools that the handler is a custom one",
}

// otherForm are the settings that stand in for another one: a connection is told in one form only.
var otherForm = map[string]string{
	"SERVICEBUS__fullyQualifiedNamespace": "identity form of SERVICEBUS",
	"SERVICEBUS__credential":              "identity form of SERVICEBUS",
	"SERVICEBUS__clientId":                "identity form of SERVICEBUS",
}

func TestTheSampleHasExactlyTheSettingsThatAreRead(t *testing.T) {
	var sample struct{ Values map[string]string }
	read(t, filepath.Join("..", "local.settings.sample.json"), &sample)
	want := map[string]bool{}
	for name := range settingNames(reflect.TypeFor[config.Settings]()) {
		want[name] = otherForm[name] == ""
	}
	for name := range platform {
		want[name] = true
	}
	for name, in := range want {
		if _, has := sample.Values[name]; has != in {
			t.Errorf("%s: in the sample %t, want %t", name, has, in)
		}
	}
	for name := range sample.Values {
		if !want[name] {
			t.Errorf("%s is in the sample and nothing reads it", name)
		}
	}
	for _, bindings := range folders(t) {
		for _, b := range bindings {
			for _, m := range regexp.MustCompile(`%([^%]+)%`).FindAllStringSubmatch(b.Schedule+b.QueueName+b.Route, -1) {
				if !want[m[1]] {
					t.Errorf("function.json asks for %s, which is no setting", m[1])
				}
			}
		}
	}
}

// settingNames are the names in the envconfig tags.
func settingNames(s reflect.Type) map[string]bool {
	names := map[string]bool{}
	for i := range s.NumField() {
		f := s.Field(i)
		if name, ok := f.Tag.Lookup("envconfig"); ok {
			names[name] = true
		} else if f.Anonymous {
			for name := range settingNames(f.Type) {
				names[name] = true
			}
		}
	}
	return names
}

func TestTheHostIsSetUpForTheHandler(t *testing.T) {
	var host struct {
		Version         string
		ExtensionBundle struct{ ID, Version string }
		CustomHandler   struct {
			Description                struct{ DefaultExecutablePath string }
			EnableProxyingHTTPRequest  bool
			EnableForwardingHTTPRequst *bool `json:"enableForwardingHttpRequest"`
		}
		FunctionTimeout string
		Extensions      struct {
			HTTP       struct{ RoutePrefix string }
			ServiceBus struct {
				MaxConcurrentCalls, PrefetchCount int
				MaxAutoLockRenewalDuration        string
				AutoCompleteMessages              *bool
			}
		}
	}
	read(t, filepath.Join("..", "host.json"), &host)
	bus := host.Extensions.ServiceBus
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"the bundle is the one with the Service Bus extension for custom handlers", host.ExtensionBundle.Version == "[4.*, 5.0.0)"},
		{"the executable's path is what publishing sets the executable bit by", host.CustomHandler.Description.DefaultExecutablePath == "handler"},
		{"requests are proxied, because forwarding loses chunked bodies", host.CustomHandler.EnableProxyingHTTPRequest && host.CustomHandler.EnableForwardingHTTPRequst == nil},
		{"routes begin with api, as the links do", host.Extensions.HTTP.RoutePrefix == "api"},
		{"nothing waits in the host with its lock running", bus.PrefetchCount == 0},
		{"a lock lasts as long as an invocation may", bus.MaxAutoLockRenewalDuration == host.FunctionTimeout},
		{"a success completes the message", bus.AutoCompleteMessages == nil},
	} {
		if !c.ok {
			t.Errorf("not true any more: %s", c.name)
		}
	}
}
