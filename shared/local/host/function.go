package host

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
)

// The triggers that this host knows, as function.json spells them.
const (
	httpTrigger  = "httpTrigger"
	queueTrigger = "serviceBusTrigger"
	timerTrigger = "timerTrigger"
)

// Function is one function of a script root, with every %SETTING% replaced.
type Function struct {
	Name    string
	Trigger string // "httpTrigger", "serviceBusTrigger" or "timerTrigger"

	Methods []string // HTTP: in capitals; empty is any
	Route   string   // HTTP: the path, with the prefix: "/api/leads/{offerId?}"

	Queue string // Service Bus: the queue, or "QUEUE/$DeadLetterQueue"

	Schedule     string // timer: as NCRONTAB, in UTC
	RunOnStartup bool   // timer: runs once as soon as the handler is ready

	parameter  string     // the name of the trigger's value in the envelope
	route      route      // HTTP
	binary     bool       // Service Bus: "dataType": "binary"
	connection connection // Service Bus
	schedule   schedule   // timer
}

// connection is how to reach a Service Bus namespace.
type connection struct {
	text      string // connection string, or "" for an identity
	namespace string // host name of the namespace
}

// binding is one entry of function.json. Fields of all triggers are together, as in the file.
type binding struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Direction string `json:"direction"`

	Methods []string `json:"methods"`
	Route   *string  `json:"route"`

	QueueName            string `json:"queueName"`
	TopicName            string `json:"topicName"`
	Connection           string `json:"connection"`
	DataType             string `json:"dataType"`
	Cardinality          string `json:"cardinality"`
	IsSessionsEnabled    bool   `json:"isSessionsEnabled"`
	AutoComplete         *bool  `json:"autoComplete"`
	AutoCompleteMessages *bool  `json:"autoCompleteMessages"`

	Schedule     string `json:"schedule"`
	RunOnStartup bool   `json:"runOnStartup"`
	UseMonitor   *bool  `json:"useMonitor"`
}

func (b binding) is(kind string) bool { return strings.EqualFold(b.Type, kind) }

func (b binding) trigger() bool { return strings.HasSuffix(strings.ToLower(b.Type), "trigger") }

var functionName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,127}$`)

// readFunctions reads NAME/function.json in the first-level folders of root, and nowhere else, as the real
// host does.
func readFunctions(root string, s settings, p *problems) []Function {
	entries, err := os.ReadDir(root)
	if err != nil {
		p.add("read the folders: %w", err)
		return nil
	}
	var functions []Function
	found := false
	for _, e := range entries {
		var file struct {
			Bindings []binding       `json:"bindings"`
			Disabled any             `json:"disabled"`
			Retry    json.RawMessage `json:"retry"`
		}
		err := readJSON(filepath.Join(root, e.Name(), "function.json"), &file)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			continue
		}
		found = true
		add := func(format string, args ...any) {
			p.add("function %s: "+format, append([]any{e.Name()}, args...)...)
		}
		if !functionName.MatchString(e.Name()) || e.Name() == "host" {
			add("the name must match %s and not be host", functionName)
		}
		var f Function
		if err != nil {
			add("function.json: %w", err)
		} else {
			if file.Disabled != nil && file.Disabled != false {
				add("disabled is not supported by the local host")
			}
			if file.Retry != nil {
				add("retry is not supported by the local host")
			}
			f = newFunction(e.Name(), file.Bindings, s, add)
		}
		functions = append(functions, f)
	}
	if !found {
		p.add("there is no function: function.json is looked for in the first-level folders only")
	}
	slices.SortFunc(functions, func(a, b Function) int { return cmp.Compare(a.Name, b.Name) })
	return functions
}

// newFunction makes a function of the bindings of its function.json.
func newFunction(name string, bindings []binding, s settings, add func(string, ...any)) Function {
	f := Function{Name: name}
	var triggers, others []binding
	for _, b := range bindings {
		if b.trigger() {
			triggers = append(triggers, b)
		} else {
			others = append(others, b)
		}
	}
	if len(triggers) != 1 {
		add("there are %d triggers, there must be exactly one", len(triggers))
		return f
	}
	t := triggers[0]
	if f.parameter = t.Name; t.Name == "" {
		add("the trigger has no name")
	}
	if t.Direction != "" && !strings.EqualFold(t.Direction, "in") {
		add("the direction of the trigger is %q, must be \"in\"", t.Direction)
	}
	switch {
	case t.is(httpTrigger):
		f.http(t, others, add)
		return f
	case t.is(queueTrigger):
		f.queue(t, s, add)
	case t.is(timerTrigger):
		f.timer(t, s, add)
	default:
		add("trigger type %q is not supported by the local host", t.Type)
	}
	for _, b := range others {
		add("binding %s of type %q is not supported by the local host beside %s", b.Name, b.Type, t.Type)
	}
	return f
}

func (f *Function) http(t binding, others []binding, add func(string, ...any)) {
	f.Trigger = httpTrigger
	f.Route = f.Name
	if t.Route != nil {
		f.Route = *t.Route
	}
	if strings.HasPrefix(f.Route, "/") || strings.HasPrefix(f.Route, "~") {
		add("route %q must not begin with / or ~", f.Route)
	}
	for _, m := range t.Methods {
		f.Methods = append(f.Methods, strings.ToUpper(m))
	}
	if len(others) != 1 || !others[0].is("http") || !strings.EqualFold(others[0].Direction, "out") {
		add("an HTTP function needs exactly one other binding, of type http and direction out: anything else gets an envelope, which the local host does not send for HTTP")
	}
	if slices.Contains(f.Methods, http.MethodConnect) {
		add("method CONNECT cannot be proxied")
	}
}

func (f *Function) queue(t binding, s settings, add func(string, ...any)) {
	f.Trigger = queueTrigger
	switch {
	case t.TopicName != "":
		add("topics are not supported by the local host")
	case t.QueueName == "":
		add("queueName is missing")
	}
	if t.IsSessionsEnabled {
		add("isSessionsEnabled is not supported by the local host")
	}
	if t.Cardinality != "" && !strings.EqualFold(t.Cardinality, "one") {
		add("cardinality %q is not supported by the local host", t.Cardinality)
	}
	for _, auto := range []*bool{t.AutoComplete, t.AutoCompleteMessages} {
		if auto != nil && !*auto {
			add("autoCompleteMessages false is not supported by the local host: a custom handler cannot settle messages")
		}
	}
	switch strings.ToLower(t.DataType) {
	case "binary":
		f.binary = true
	case "", "string":
	default:
		add("dataType %q is not supported by the local host", t.DataType)
	}
	var err error
	if f.Queue, err = s.resolve(t.QueueName); err != nil {
		add("queueName: %w", err)
	}
	name, err := s.resolve(t.Connection)
	switch {
	case err != nil:
		add("connection: %w", err)
	case name == "":
		add("connection is missing")
	default:
		f.connection = connect(name, s, add)
	}
}

// connect finds a Service Bus namespace in the settings, by the name that function.json gives its connection.
func connect(name string, s settings, add func(string, ...any)) connection {
	const suffix = "__fullyQualifiedNamespace"
	if text := s.get(name); text != "" {
		_, err := azservicebus.NewClientFromConnectionString(text, nil) // connects to nothing yet
		if err != nil {
			add("app setting %s is not a Service Bus connection string", name) // err may quote the key
			return connection{}
		}
		return connection{text: text, namespace: endpoint(text)}
	}
	if namespace := s.get(name + suffix); namespace != "" {
		return connection{namespace: namespace}
	}
	add("connection: there is neither app setting %s nor %s", name, name+suffix)
	return connection{}
}

// endpoint is the host name in a connection string.
func endpoint(text string) string {
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(strings.TrimSpace(name), "Endpoint") {
			if u, err := url.Parse(strings.TrimSpace(value)); err == nil {
				return u.Hostname()
			}
		}
	}
	return ""
}

func (f *Function) timer(t binding, s settings, add func(string, ...any)) {
	f.Trigger = timerTrigger
	f.RunOnStartup = t.RunOnStartup
	if t.Schedule == "" {
		add("schedule is missing")
		return
	}
	var err error
	if f.Schedule, err = s.resolve(t.Schedule); err != nil {
		add("schedule: %w", err)
		return
	}
	if f.schedule, err = parseSchedule(f.Schedule); err != nil {
		add("schedule: %w", err)
	}
	if t.UseMonitor != nil && !*t.UseMonitor {
		f.schedule.monitored = false
	}
}
