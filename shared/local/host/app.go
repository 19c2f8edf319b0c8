package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// executable is the one name that publishing makes executable in the package it uploads, compared letter by
// letter: "./handler" would be uploaded without the executable bit.
const executable = "handler"

// app is a script root that was read and found valid.
type app struct {
	functions   []Function
	routePrefix string
	timeout     time.Duration // of one invocation; 0 is none
	serviceBus  serviceBusOptions
}

// serviceBusOptions are extensions.serviceBus of host.json.
type serviceBusOptions struct {
	maxConcurrentCalls int           // of each function
	maxRenewal         time.Duration // how long a message's lock is renewed
}

// hostFile is host.json, as far as this host understands it.
type hostFile struct {
	Version         string `json:"version"`
	FunctionTimeout string `json:"functionTimeout"`
	CustomHandler   struct {
		Description struct {
			DefaultExecutablePath string   `json:"defaultExecutablePath"`
			WorkingDirectory      string   `json:"workingDirectory"`
			Arguments             []string `json:"arguments"`
		} `json:"description"`
		EnableForwarding bool `json:"enableForwardingHttpRequest"`
		EnableProxying   bool `json:"enableProxyingHttpRequest"`
	} `json:"customHandler"`
	Extensions struct {
		HTTP struct {
			RoutePrefix *string `json:"routePrefix"`
		} `json:"http"`
		ServiceBus struct {
			MaxConcurrentCalls         *int   `json:"maxConcurrentCalls"`
			PrefetchCount              int    `json:"prefetchCount"`
			MaxAutoLockRenewalDuration string `json:"maxAutoLockRenewalDuration"`
			AutoCompleteMessages       *bool  `json:"autoCompleteMessages"`
		} `json:"serviceBus"`
	} `json:"extensions"`
}

// problems collects everything that is wrong with a root.
type problems []error

func (p *problems) add(format string, args ...any) { *p = append(*p, fmt.Errorf(format, args...)) }

// load reads and checks a script root. Its error lists every problem.
func load(root string, s settings) (app, error) {
	var p problems
	var file hostFile
	read := readJSON(filepath.Join(root, "host.json"), &file)
	a := app{functions: readFunctions(root, s, &p)}
	if read != nil {
		p.add("host.json: %w", read)
	} else {
		a.apply(file, &p)
	}
	checkExecutable(root, &p)
	if len(p) > 0 {
		return app{}, fmt.Errorf("script root %s:\n%w", root, errors.Join(p...))
	}
	return a, nil
}

// readJSON reads one JSON file into v.
func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
			return pathErr.Err // the caller names the file
		}
		return err
	}
	return json.Unmarshal(b, v)
}

// apply takes over host.json.
func (a *app) apply(file hostFile, p *problems) {
	if file.Version != "2.0" {
		p.add("host.json: version is %q, must be \"2.0\"", file.Version)
	}
	d := file.CustomHandler.Description
	if d.DefaultExecutablePath != executable {
		p.add("host.json: customHandler.description.defaultExecutablePath is %q, must be exactly %q", d.DefaultExecutablePath, executable)
	}
	if len(d.Arguments) > 0 || d.WorkingDirectory != "" {
		p.add("host.json: customHandler.description.arguments and workingDirectory are not supported by the local host")
	}

	a.timeout = 30 * time.Minute
	switch {
	case file.FunctionTimeout == "-1":
		a.timeout = 0
	case file.FunctionTimeout != "":
		var err error
		if a.timeout, err = parseTimeSpan(file.FunctionTimeout); err != nil || a.timeout == 0 {
			p.add("host.json: functionTimeout %q is not a time like \"00:05:00\"", file.FunctionTimeout)
		}
	}

	a.routePrefix = "api"
	if prefix := file.Extensions.HTTP.RoutePrefix; prefix != nil {
		a.routePrefix = strings.Trim(*prefix, "/")
	}
	for i := range a.functions {
		f := &a.functions[i]
		if f.Trigger != httpTrigger {
			continue
		}
		if file.CustomHandler.EnableForwarding && !file.CustomHandler.EnableProxying {
			p.add("function %s: host.json: enableForwardingHttpRequest is not supported by the local host, set enableProxyingHttpRequest", f.Name)
		} else if !file.CustomHandler.EnableProxying {
			p.add("function %s: host.json: HTTP functions need customHandler.enableProxyingHttpRequest, envelopes for them are not supported by the local host", f.Name)
		}
		f.Route = "/" + strings.Trim(a.routePrefix+"/"+f.Route, "/")
		route, err := parseRoute(f.Route)
		if err != nil {
			p.add("function %s: %w", f.Name, err)
		}
		f.route = route
	}

	bus := file.Extensions.ServiceBus
	a.serviceBus = serviceBusOptions{maxConcurrentCalls: 16 * runtime.NumCPU(), maxRenewal: 5 * time.Minute}
	if n := bus.MaxConcurrentCalls; n != nil {
		a.serviceBus.maxConcurrentCalls = *n
		if *n < 1 || *n > 5000 {
			p.add("host.json: extensions.serviceBus.maxConcurrentCalls is %d, must be 1 to 5000", *n)
		}
	}
	if bus.PrefetchCount != 0 {
		p.add("host.json: extensions.serviceBus.prefetchCount is %d, only 0 is supported by the local host", bus.PrefetchCount)
	}
	if bus.AutoCompleteMessages != nil && !*bus.AutoCompleteMessages {
		p.add("host.json: extensions.serviceBus.autoCompleteMessages false is not supported by the local host: a custom handler cannot settle messages")
	}
	if text := bus.MaxAutoLockRenewalDuration; text != "" {
		var err error
		if a.serviceBus.maxRenewal, err = parseTimeSpan(text); err != nil {
			p.add("host.json: extensions.serviceBus.maxAutoLockRenewalDuration: %w", err)
		}
	}
}

// checkExecutable looks for a handler that can be started.
func checkExecutable(root string, p *problems) {
	info, err := os.Stat(filepath.Join(root, executable))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.add("%s: there is no such executable", executable)
	case err != nil:
		p.add("%s: %w", executable, err)
	case !info.Mode().IsRegular():
		p.add("%s: not a file", executable)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o111 == 0:
		p.add("%s: not executable, mode is %s", executable, info.Mode().Perm())
	}
}
