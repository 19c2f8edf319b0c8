package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leadflow/shared/config"
	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
)

// program is the built command; TestMain makes it.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "leads")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "leads")
		if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build the command: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// intakeSecret is behind the codes of the webhook in these tests.
var intakeSecret = bytes.Repeat([]byte("intake"), 6)

// operator is somebody with the command and the settings of a lab.
type operator struct {
	*lab.Lab
	store *store.Store
	t     *testing.T
}

// start gives the process the settings of a lab, and no others, in an empty folder.
func start(t *testing.T) *operator {
	t.Helper()
	o := &operator{Lab: lab.New(t), t: t}
	o.store = o.Store()
	bare(t)
	for name, value := range o.settings() {
		t.Setenv(name, value)
	}
	return o
}

// settings are those that the command needs.
func (o *operator) settings() map[string]string {
	all := map[string]string{"PUBLIC_URL": "https://leads.contoso.com", "INTAKE_SECRETS": base64.StdEncoding.EncodeToString(intakeSecret)}
	maps.Copy(all, o.Lab.Settings())
	return all
}

// bare takes every setting out of the environment and moves to an empty folder, until the test ends.
func bare(t *testing.T) {
	t.Helper()
	for _, d := range (config.Settings{}).Describe() {
		t.Setenv(d.Setting, "") // has it restored
		if err := os.Unsetenv(d.Setting); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir())
}

// callWith runs the command.
func callWith(t *testing.T, args ...string) (out, note string, err error) {
	t.Helper()
	var o, n bytes.Buffer
	err = run(t.Context(), args, strings.NewReader(""), &o, &n)
	return o.String(), n.String(), err
}

// says runs the command, which must succeed.
func says(t *testing.T, args ...string) string {
	t.Helper()
	out, note, err := callWith(t, args...)
	if err != nil || note != "" {
		t.Fatalf("leads %q: %v, and notes %q", args, err, note)
	}
	return out
}

// saysJSON is says with --json, decoded.
func saysJSON[T any](t *testing.T, args ...string) T {
	t.Helper()
	out := says(t, append(args, "--json")...)
	var v T
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || d.More() {
		t.Fatalf("leads %q: %v in %s", args, err, out)
	}
	return v
}

// keep writes a lead that changed at that time.
func (o *operator) keep(id string, at time.Time, fill func(*lead.Lead)) {
	o.t.Helper()
	_, err := o.store.Update(o.t.Context(), id, func(l *lead.Lead) error {
		l.Stage, l.CreatedAt, l.UpdatedAt = lead.StageNew, lead.At(at), lead.At(at)
		l.Owner = lead.Owner{Person: "operations", Since: lead.At(at), Why: "No team"}
		fill(l)
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// receive writes a submission to the ledger as the webhook does, and with an outcome if there is one.
func (o *operator) receive(s lead.Submission, outcome *lead.Outcome) {
	o.t.Helper()
	err := o.store.AddSubmission(o.t.Context(), s)
	if err == nil && outcome != nil {
		err = o.store.Settle(o.t.Context(), s, *outcome, 400*24*time.Hour)
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

func arrival(id string, at time.Time, body string) lead.Submission {
	return lead.Submission{ID: id, ReceivedAt: lead.At(at), OfferID: "contoso.analytics", ContentType: "application/json", Body: []byte(body)}
}

// inOrder fails unless the texts stand in out one after the other.
func inOrder(t *testing.T, out string, texts ...string) {
	t.Helper()
	rest := out
	for _, text := range texts {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Fatalf("%q is missing, or not in its place, in:\n%s", text, out)
		}
		rest = after
	}
}

func TestTheExitCodeTellsProgramsWhatHappened(t *testing.T) {
	o := start(t)
	now := time.Now()
	o.receive(arrival("s1", now, "{}"), &lead.Outcome{Kind: lead.OutcomeTest, At: lead.At(now)})
	for _, c := range []struct {
		name string
		args []string
		code int
		says string // on the standard output if the code is 0, else on the standard error
	}{
		{"0 for help", []string{"help"}, 0, "Usage: leads"},
		{"0 without a word, which is a question for help", nil, 0, "Usage: leads"},
		{"0 for what was done", []string{"submissions", "show", "s1"}, 0, "test"},
		{"1 for what was refused", []string{"submissions", "replay", "s1"}, 1, "leads: submission s1 has the outcome test"},
		{"2 for an unknown command", []string{"lsit"}, 2, `leads: there is no command "lsit": see "leads help"`},
		{"2 for an unknown flag", []string{"list", "--day", "3"}, 2, "leads: list: flag provided but not defined: -day"},
		{"2 for what is no address", []string{"show", "@"}, 2, "leads: this is no address"},
		{"3 for a lead that is not there", []string{"show", "nobody"}, 3, "leads: there is no such lead"},
		{"3 for a person who is not there", []string{"show", "kim@northwind.example.com"}, 3, "leads: there is no such lead"},
		{"3 for a submission that is not there", []string{"submissions", "show", "s2"}, 3, "s2: not found"},
		{"3 for a submission to be replayed that is not there", []string{"submissions", "replay", "s2"}, 3, "s2: not found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			command := exec.CommandContext(t.Context(), program, c.args...)
			command.Stdout, command.Stderr = &out, &errs
			if err := command.Run(); command.ProcessState == nil {
				t.Fatal(err)
			}
			if code := command.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			said, silent := errs.String(), out.String()
			if c.code == 0 {
				said, silent = silent, said
			}
			if !strings.Contains(said, c.says) || silent != "" {
				t.Errorf("standard output:\n%s\nstandard error:\n%s\nwant %q", &out, &errs, c.says)
			}
		})
	}
}

func TestHelpNamesEveryCommandAndNeedsNoSettings(t *testing.T) {
	bare(t)
	for _, args := range [][]string{nil, {"help"}, {"-h"}, {"--help"}, {"list", "--help"}, {"submissions", "show", "-h"}} {
		out := says(t, args...)
		for _, c := range commands {
			if !strings.Contains(out, "\n  "+c.name+" ") {
				t.Errorf("the help for %q does not have %q", args, c.name)
			}
		}
	}
}

func TestWrongUsageIsExplained(t *testing.T) {
	start(t)
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"an unknown command", []string{"leads"}, `there is no command "leads"`},
		{"an unknown command with control characters", []string{"\x1b[2J"}, `there is no command "\x1b[2J"`},
		{"an unknown word after submissions", []string{"submissions", "reply", "s1"}, `submissions: "reply" is one word too many`},
		{"an unknown flag", []string{"show", "x", "--verbose"}, "show: flag provided but not defined: -verbose"},
		{"a flag of another command", []string{"show", "x", "--raw"}, "show: flag provided but not defined: -raw"},
		{"a word too many", []string{"show", "a", "b"}, `show: "b" is one word too many`},
		{"a word for a command that takes none", []string{"list", "mine"}, `list: "mine" is one word too many`},
		{"two offers", []string{"url", "a", "b"}, `url: "b" is one word too many`},
		{"no id", []string{"show"}, "show: it is not said which one"},
		{"no id of a submission", []string{"submissions", "show", "--raw"}, "submissions show: it is not said which one"},
		{"no id to replay", []string{"submissions", "replay"}, "submissions replay: it is not said which one"},
		{"days that are no number", []string{"list", "--days", "many"}, `list: invalid value "many" for flag -days`},
		{"days without a number", []string{"list", "--days"}, "list: flag needs an argument: -days"},
		{"days before today", []string{"submissions", "--days", "-1"}, "submissions: --days must not be negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _, err := callWith(t, c.args...)
			if err == nil || !errors.Is(err, errUsage) || !strings.HasPrefix(err.Error(), c.says) || !strings.HasSuffix(err.Error(), `see "leads help"`) {
				t.Errorf("error %v, want %s", err, c.says)
			}
			if out != "" {
				t.Errorf("it printed %q all the same", out)
			}
		})
	}
}

func TestFlagsStandAnywhereAfterTheCommand(t *testing.T) {
	o := start(t)
	o.receive(arrival("s1", time.Now(), "body"), nil)
	for _, args := range [][]string{
		{"submissions", "show", "s1", "--raw"}, {"submissions", "show", "--raw", "s1"}, {"submissions", "show", "-raw=true", "s1"},
		{"submissions", "show", "--json", "s1", "--raw"}, {"submissions", "show", "--raw", "--", "s1"},
	} {
		if out := says(t, args...); out != "body" {
			t.Errorf("leads %q prints %q", args, out)
		}
	}
	for _, args := range [][]string{{"submissions", "--json", "--days", "1"}, {"submissions", "--days=1", "--json"}} {
		if out := says(t, args...); !strings.HasPrefix(out, "[") {
			t.Errorf("leads %q prints %q", args, out)
		}
	}
}
