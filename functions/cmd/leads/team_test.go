package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"leadflow/shared/lead"
	"leadflow/shared/local/lab"
	"leadflow/shared/store"
)

const (
	validTeam = "# Contoso\ninternalDomains: [contoso.com]\noffers:\n  - id: analytics\n    titles: [Contoso Analytics]\n  - id: backup\n"
	// fullTeam has people too.
	fullTeam = `internalDomains: [contoso.com, contoso.example]
holidays: [DE]
people:
- {id: mina, name: Mina Kim, mail: mina@contoso.com, zone: Asia/Seoul, cover: jonas, weight: 2, languages: [ko, en],
   hours: {mon-thu: ["13:00-18:00", "09:00-12:00"], fri: ["09:00-12:00", "11:00-13:30"], sun: "00:00-24:00"},
   absences: [{from: 2026-03-02, to: 2026-03-03}, {from: 2026-03-04, to: 2026-03-04T12:00}, {from: 2026-12-24}]}
- {id: jonas, name: Jonas Weber, mail: jonas@contoso.com, zone: Europe/Berlin}
- {id: sofia, name: Sofia Rossi, mail: sofia@contoso.com, zone: Europe/Berlin, hours: {mon-sun: "00:00-24:00"}, onDuty: true}
teams:
- {id: sales, people: [mina, jonas], manager: sofia, fallback: jonas}
- {id: other, people: [jonas], manager: operations}
rules:
- {offer: [analytics, backup], publisher: contoso, source: AppSource, action: [PLT, StartTestDrive], country: [KR, DE], person: mina}
- {country: JP, team: sales}
- {team: other}
offers:
- {id: analytics, publisher: contoso, titles: [Contoso Analytics], team: sales}
- {id: backup, publisher: contoso}
sla: {PLT: 90m, default: 6h}
cadence: [1, 5]
texts:
- {language: en, subject: "About {offer|our offers}", body: Hello}
- {language: pt-BR, body: Olá}
- {language: en, offer: backup, signature: Contoso}
mailPrivacy: minimal
`
	invalidTeam = "internalDomains: [contoso.com, contoso.com]\noffers:\n  - titles: A\n    price: 5\n"
)

// writeFile writes a file in the folder of the test.
func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// reads runs the command with a standard input.
func reads(t *testing.T, in string, args ...string) (out, note string, err error) {
	t.Helper()
	var o, n bytes.Buffer
	err = run(t.Context(), args, strings.NewReader(in), &o, &n)
	return o.String(), n.String(), err
}

// applied is the team that is applied; the zero value if there is none.
func (o *operator) applied() store.TeamFile {
	o.t.Helper()
	f, err := o.store.Team(o.t.Context())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		o.t.Fatal(err)
	}
	return f
}

// applies has somebody else apply a team.
func (o *operator) applies(text string) {
	o.t.Helper()
	if _, err := o.store.ApplyTeam(o.t.Context(), text, o.applied().Version, time.Now()); err != nil {
		o.t.Fatal(err)
	}
}

type problemJSON struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Text    string `json:"text"`
	Warning bool   `json:"warning"`
}

// checkJSON is what programs get of a check.
type checkJSON struct {
	File            string        `json:"file"`
	Valid           bool          `json:"valid"`
	Problems        []problemJSON `json:"problems"`
	People          int           `json:"people"`
	Teams           int           `json:"teams"`
	Rules           int           `json:"rules"`
	Offers          int           `json:"offers"`
	InternalDomains int           `json:"internalDomains"`
}

// applyJSON is what programs get of an application.
type applyJSON struct {
	File            string        `json:"file"`
	Version         int           `json:"version"`
	Applied         bool          `json:"applied"`
	Problems        []problemJSON `json:"problems"`
	Diff            string        `json:"diff"`
	HandedOver      int           `json:"handedOver"`
	People          int           `json:"people"`
	Teams           int           `json:"teams"`
	Rules           int           `json:"rules"`
	Offers          int           `json:"offers"`
	InternalDomains int           `json:"internalDomains"`
}

// decoded decodes what a command printed with --json.
func decoded[T any](t *testing.T, out string) T {
	t.Helper()
	var v T
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || d.More() {
		t.Fatalf("%v in %s", err, out)
	}
	return v
}

func TestACheckSaysWhatAValidFileConfiguresAndNeedsNoSettings(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", validTeam)
	writeFile(t, "one.yaml", "offers: [{id: a}]\ninternalDomains: [contoso.com, Contoso.com]\npeople: [{id: a, name: A, mail: a@contoso.com, zone: UTC}]\nteams: [{id: a, people: [a], manager: operations}]\nrules: [{team: a}]\n")
	writeFile(t, "full.yaml", fullTeam)
	writeFile(t, "empty.yaml", "")
	for args, want := range map[string]string{
		"team.yaml":  "team.yaml is valid: 0 people, 0 teams, 0 rules, 2 offers, 1 internal domain.\n",
		"full.yaml":  "full.yaml is valid: 3 people, 2 teams, 3 rules, 2 offers, 2 internal domains.\n",
		"one.yaml":   "one.yaml:2:32: warning: contoso.com is listed twice, first in line 2: take one out\none.yaml is valid: 1 person, 1 team, 1 rule, 1 offer, 1 internal domain.\n",
		"empty.yaml": "empty.yaml is valid: 0 people, 0 teams, 0 rules, 0 offers, 0 internal domains.\n",
	} {
		if out := says(t, "team", "check", args); out != want {
			t.Errorf("leads team check %s prints %q", args, out)
		}
	}
	if got := saysJSON[checkJSON](t, "team", "check", "team.yaml"); !got.Valid || got.Offers != 2 || got.InternalDomains != 1 || got.Problems == nil || len(got.Problems) > 0 || got.File != "team.yaml" {
		t.Errorf("check %+v", got)
	}
	if got := saysJSON[checkJSON](t, "team", "check", "full.yaml"); got.People != 3 || got.Teams != 2 || got.Rules != 3 || got.Offers != 2 || got.InternalDomains != 2 {
		t.Errorf("check %+v", got)
	}
}

func TestACheckPrintsEveryProblemAndFails(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", invalidTeam)
	out, _, err := callWith(t, "team", "check", "team.yaml")
	want := "team.yaml:1:32: warning: contoso.com is listed twice, first in line 1: take one out\n" +
		"team.yaml:3:5: an offer has no id: give the offer id as Partner Center has it\n" +
		"team.yaml:3:13: titles is \"A\": it must be a list, [A, B] or each entry on a line of its own behind \"- \"\n" +
		"team.yaml:4:5: there is no key \"price\" here: an offer has the keys id, publisher, titles, product, team, silenceDays\n"
	if out != want || err == nil || err.Error() != "team.yaml is not valid: 3 errors" || errors.Is(err, errUsage) {
		t.Errorf("printed %s, %v", out, err)
	}
	out, _, err = callWith(t, "team", "check", "team.yaml", "--json")
	got := decoded[checkJSON](t, out)
	if err == nil || got.Valid || len(got.Problems) != 4 || got.Problems[1] != (problemJSON{3, 5, "an offer has no id: give the offer id as Partner Center has it", false}) || !got.Problems[0].Warning {
		t.Errorf("check %+v, %v", got, err)
	}
}

func TestACheckOfTheStandardInput(t *testing.T) {
	bare(t)
	if out, _, err := reads(t, validTeam, "team", "check", "-"); err != nil || out != "stdin is valid: 0 people, 0 teams, 0 rules, 2 offers, 1 internal domain.\n" {
		t.Errorf("printed %s, %v", out, err)
	}
	if out, _, err := reads(t, "x: y", "team", "check", "-"); err == nil || !strings.HasPrefix(out, "stdin:1:1: there is no key \"x\" here") {
		t.Errorf("printed %s, %v", out, err)
	}
	if out, _, err := reads(t, strings.Repeat("#", 2<<20), "team", "check", "-"); err == nil || !strings.HasPrefix(out, "stdin:1:1: the file is larger than 512 KiB") {
		t.Errorf("printed %s, %v", out, err)
	}
}

func TestAFileThatIsNotThereIsAnErrorWithItsName(t *testing.T) {
	start(t)
	for _, command := range []string{"check", "apply"} {
		if out, _, err := callWith(t, "team", command, "nothing.yaml"); err == nil || !strings.Contains(err.Error(), "nothing.yaml") || out != "" {
			t.Errorf("printed %q, %v", out, err)
		}
	}
}

func TestATeamCommandWithoutAFileIsExplained(t *testing.T) {
	start(t)
	for _, args := range [][]string{{"team", "check"}, {"team", "apply", "--yes"}, {"team", "check", "a", "b"}, {"team", "show", "a"}, {"team"}, {"team", "check", "a", "--yes"}, {"offers", "a"}, {"offers", "--raw"}} {
		if _, _, err := callWith(t, args...); !errors.Is(err, errUsage) {
			t.Errorf("leads %q: %v", args, err)
		}
	}
}

func TestATeamIsAppliedWithItsNextVersionAfterItsDifferenceIsShown(t *testing.T) {
	o := start(t)
	writeFile(t, "team.yaml", validTeam)
	before := time.Now().Truncate(time.Millisecond)
	out := says(t, "team", "apply", "team.yaml", "--yes")
	inOrder(t, out, "--- nothing applied\n+++ team.yaml\n", "+# Contoso\n+internalDomains: [contoso.com]\n", "Applied as version 1: 0 people, 0 teams, 0 rules, 2 offers, 1 internal domain. The handlers follow within a minute.\n")
	if f := o.applied(); f.Version != 1 || f.Text != validTeam || f.AppliedAt.Before(before) {
		t.Errorf("applied %+v", f)
	}
	next := strings.Replace(validTeam, "backup", "vault", 1)
	writeFile(t, "team.yaml", next)
	out = says(t, "team", "apply", "--yes", "team.yaml")
	inOrder(t, out, "--- version 1\n+++ team.yaml\n", "\n-  - id: backup\n+  - id: vault\n", "Applied as version 2: ")
	if strings.Contains(out, "-# Contoso") {
		t.Errorf("the difference has what is the same:\n%s", out)
	}
	if f := o.applied(); f.Version != 2 || f.Text != next {
		t.Errorf("applied %+v", f)
	}
}

func TestATeamIsAppliedByPrograms(t *testing.T) {
	o := start(t)
	out, note, err := reads(t, "internalDomains: [contoso.com, contoso.com]\n", "team", "apply", "-", "--yes", "--json")
	got := decoded[applyJSON](t, out)
	if err != nil || note != "" || !got.Applied || got.Version != 1 || len(got.Problems) != 1 || got.InternalDomains != 1 || got.File != "stdin" || !strings.Contains(got.Diff, "+internalDomains") {
		t.Errorf("application %+v, %q, %v", got, note, err)
	}
	out, _, err = reads(t, "x: y\n", "team", "apply", "-", "--yes", "--json")
	if got := decoded[applyJSON](t, out); err == nil || got.Applied || len(got.Problems) != 1 {
		t.Errorf("application %+v, %v", got, err)
	}
	if v := o.applied().Version; v != 1 {
		t.Errorf("version %d", v)
	}
}

func TestAnInvalidFileNeverReplacesAValidOne(t *testing.T) {
	o := start(t)
	o.applies(validTeam)
	writeFile(t, "team.yaml", invalidTeam)
	out, _, err := callWith(t, "team", "apply", "team.yaml", "--yes")
	if err == nil || err.Error() != "team.yaml is not valid, so nothing was applied: 3 errors" {
		t.Errorf("error %v", err)
	}
	if strings.Count(out, "team.yaml:") != 4 || strings.Contains(out, "+++") {
		t.Errorf("printed %s", out)
	}
	if f := o.applied(); f.Version != 1 || f.Text != validTeam {
		t.Errorf("applied %+v", f)
	}
}

func TestWhatChangesNothingIsNotApplied(t *testing.T) {
	o := start(t)
	o.applies(validTeam)
	writeFile(t, "team.yaml", validTeam)
	if out := says(t, "team", "apply", "team.yaml"); out != "team.yaml is what version 1 says, so nothing was applied.\n" {
		t.Errorf("printed %q", out)
	}
	if got := saysJSON[applyJSON](t, "team", "apply", "team.yaml"); got.Applied || got.Version != 1 || got.Diff != "" {
		t.Errorf("application %+v", got)
	}
	if v := o.applied().Version; v != 1 {
		t.Errorf("version %d", v)
	}
}

func TestAnEmptyFileCanBeApplied(t *testing.T) {
	o := start(t)
	writeFile(t, "team.yaml", "")
	says(t, "team", "apply", "team.yaml", "--yes")
	if v := o.applied().Version; v != 1 {
		t.Errorf("version %d", v)
	}
}

func TestWithoutATerminalNothingIsAppliedUnlessItIsSaidBefore(t *testing.T) {
	o := start(t)
	writeFile(t, "team.yaml", validTeam)
	for _, c := range []struct{ in, file string }{{"y\n", "team.yaml"}, {validTeam, "-"}} {
		out, _, err := reads(t, c.in, "team", "apply", c.file)
		if err == nil || !strings.Contains(err.Error(), "no terminal to ask on") || !strings.Contains(err.Error(), "--yes") || !strings.Contains(out, "+# Contoso") {
			t.Errorf("printed %s, %v", out, err)
		}
		out, _, err = reads(t, c.in, "team", "apply", c.file, "--json")
		if got := decoded[applyJSON](t, out); err == nil || got.Applied || !strings.Contains(got.Diff, "+# Contoso") {
			t.Errorf("application %+v, %v", got, err)
		}
	}
	if v := o.applied().Version; v != 0 {
		t.Errorf("version %d", v)
	}
}

func TestTheNullDeviceIsNoTerminal(t *testing.T) {
	o := start(t)
	writeFile(t, "team.yaml", validTeam)
	command := exec.CommandContext(t.Context(), program, "team", "apply", "team.yaml") // its standard input is the null device
	out, err := command.CombinedOutput()
	if command.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), "no terminal to ask on") {
		t.Errorf("printed %s, %v", out, err)
	}
	if v := o.applied().Version; v != 0 {
		t.Errorf("version %d", v)
	}
}

func TestAFileThatIsTypedOnTheTerminalLeavesNobodyToAsk(t *testing.T) {
	o := start(t)
	keyboard, screen, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	defer screen.Close()
	typing("offers: []\n\x04")(keyboard)
	var out, note bytes.Buffer
	err = run(t.Context(), []string{"team", "apply", "-"}, screen, &out, &note)
	if err == nil || !strings.Contains(err.Error(), "no terminal to ask on") || note.String() != "" || o.applied().Version != 0 {
		t.Errorf("asked %q, %v", note.String(), err)
	}
}

// onTerminal runs the command on a terminal on which somebody types when the question stands there.
func onTerminal(t *testing.T, ctx context.Context, asked func(keyboard io.Writer), args ...string) (out, note string, err error) {
	t.Helper()
	keyboard, screen, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close(); screen.Close() })
	var o bytes.Buffer
	var n lab.Output
	done := make(chan error)
	go func() { done <- run(ctx, args, screen, &o, &n) }()
	lab.Eventually(t, 10*time.Second, "it asks", func() bool { return strings.HasSuffix(n.String(), "[y/N] ") })
	asked(keyboard)
	err = <-done
	return o.String(), n.String(), err
}

func typing(text string) func(io.Writer) {
	return func(keyboard io.Writer) { _, _ = io.WriteString(keyboard, text) }
}

func TestOnATerminalOnlyYesApplies(t *testing.T) {
	for typed, yes := range map[string]bool{"y\n": true, "YES\n": true, " y \n": true, "n\n": false, "\n": false, "yep\n": false, "\x04": false} {
		o := start(t)
		writeFile(t, "team.yaml", validTeam)
		out, _, err := onTerminal(t, t.Context(), typing(typed), "team", "apply", "team.yaml")
		if err != nil || !strings.Contains(out, "+# Contoso") || strings.HasSuffix(out, "\nNothing was applied.\n") == yes || (o.applied().Version == 1) != yes {
			t.Errorf("%q: version %d, printed %s, %v", typed, o.applied().Version, out, err)
		}
	}
}

func TestProgramsOnATerminalGetTheirAnswerAndPeopleTheQuestion(t *testing.T) {
	start(t)
	writeFile(t, "team.yaml", validTeam)
	out, note, err := onTerminal(t, t.Context(), typing("n\n"), "team", "apply", "team.yaml", "--json")
	if got := decoded[applyJSON](t, out); err != nil || got.Applied || got.Version != 0 || !strings.Contains(note, "+# Contoso\n") {
		t.Errorf("application %+v, notes %s, %v", got, note, err)
	}
	out, _, err = onTerminal(t, t.Context(), typing("y\n"), "team", "apply", "team.yaml", "--json")
	if got := decoded[applyJSON](t, out); err != nil || !got.Applied || got.Version != 1 {
		t.Errorf("application %+v, %v", got, err)
	}
}

func TestCtrlCAtTheQuestionAppliesNothing(t *testing.T) {
	o := start(t)
	writeFile(t, "team.yaml", validTeam)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, _, err := onTerminal(t, ctx, func(io.Writer) { cancel() }, "team", "apply", "team.yaml")
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "nothing was applied") || o.applied().Version != 0 {
		t.Errorf("version %d, %v", o.applied().Version, err)
	}
}

func TestATeamThatSomebodyElseAppliedMeanwhileStays(t *testing.T) {
	for _, before := range []string{"", "offers: []\n"} {
		o := start(t)
		if before != "" {
			o.applies(before)
		}
		writeFile(t, "team.yaml", validTeam)
		_, _, err := onTerminal(t, t.Context(), func(keyboard io.Writer) {
			o.applies("# theirs\n")
			typing("y\n")(keyboard)
		}, "team", "apply", "team.yaml")
		if err == nil || !strings.Contains(err.Error(), "somebody else applied a team meanwhile") || !strings.Contains(err.Error(), `look at it with "leads team show"`) {
			t.Errorf("error %v", err)
		}
		if f := o.applied(); f.Text != "# theirs\n" {
			t.Errorf("applied %+v", f)
		}
	}
}

// Between the command's look at the version and its write there is a moment in which only the database can
// tell.
func TestATeamThatSomebodyElseAppliesAtTheVeryMomentStays(t *testing.T) {
	o := start(t)
	o.applies("offers: []\n")
	target, err := url.Parse(o.Settings()["COSMOS_ENDPOINT"])
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	web := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the database names itself by it
		if r.In.Method == http.MethodPut {
			once.Do(func() { o.applies("# theirs\n") })
		}
	}})
	t.Cleanup(web.Close)
	t.Setenv("COSMOS_ENDPOINT", web.URL)
	writeFile(t, "team.yaml", validTeam)
	if _, _, err := callWith(t, "team", "apply", "team.yaml", "--yes"); err == nil || !strings.Contains(err.Error(), "somebody else applied a team meanwhile") {
		t.Errorf("error %v", err)
	}
	if f := o.applied(); f.Text != "# theirs\n" || f.Version != 2 {
		t.Errorf("applied %+v", f)
	}
}

func TestTheAppliedTeamIsShown(t *testing.T) {
	o := start(t)
	const text = "# Contoso\r\noffers: []\n"
	if _, err := o.store.ApplyTeam(t.Context(), text, 0, time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	inOrder(t, says(t, "team", "show"), "Version       1\nApplied       2026-03-02 09:30:00 UTC\nConfigures    0 people, 0 teams, 0 rules, 0 offers, 0 internal domains\n")
	if out := says(t, "team", "show", "--raw"); out != text {
		t.Errorf("printed %q", out)
	}
	got := saysJSON[struct {
		Version   int       `json:"version"`
		AppliedAt lead.Time `json:"appliedAt"`
		Text      string    `json:"text"`
	}](t, "team", "show")
	if got.Version != 1 || got.Text != text || got.AppliedAt.Hour() != 9 {
		t.Errorf("team %+v", got)
	}
}

func TestAnAppliedTeamThatThisVersionDoesNotUnderstandIsShownAsItIs(t *testing.T) {
	o := start(t)
	o.applies("# Contoso\r\nmachines: []\n")
	inOrder(t, says(t, "team", "show"), "Version       1\n", "\n\nThis version of the command does not understand the file: 1 error. It is:\n\n# Contoso\nmachines: []\n")
}

func TestWithoutATeamItIsSaidThatThereIsNone(t *testing.T) {
	start(t)
	if out := says(t, "team", "show"); !strings.HasPrefix(out, "No team has been applied yet.") {
		t.Errorf("printed %q", out)
	}
	if out := says(t, "team", "show", "--json"); out != "{\n  \"version\": 0,\n  \"text\": \"\"\n}\n" {
		t.Errorf("printed %q", out)
	}
	if out, _, err := callWith(t, "team", "show", "--raw"); !errors.Is(err, store.ErrNotFound) || out != "" {
		t.Errorf("printed %q, %v", out, err)
	}
}

func TestATeamFileCannotMoveTheTerminal(t *testing.T) {
	o := start(t)
	o.applies("# " + hostile + "\n")
	name := "evil\x1b[2J.yaml"
	for text, fails := range map[string]bool{"# evil \u202e\n": false, "evil\u202e: '\u2066'\n": true, hostile: true} {
		writeFile(t, filepath.Base(name), text)
		for _, args := range [][]string{{"team", "check", name}, {"team", "apply", name}, {"team", "check", name, "--json"}, {"team", "apply", name, "--json"}, {"team", "show"}, {"team", "show", "--json"}} {
			out, note, err := callWith(t, args...)
			if refused := err != nil && args[1] != "apply"; refused != (fails && args[1] == "check") {
				t.Errorf("leads %q: %v", args, err)
			}
			if err != nil {
				note += err.Error()
			}
			cannotMove(t, out+note)
		}
	}
}

func TestTheTeamCommandsAskForTheDatabaseAndNothingElse(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", validTeam)
	for _, args := range [][]string{{"team", "show"}, {"team", "apply", "team.yaml", "--yes"}, {"offers"}} {
		_, _, err := callWith(t, args...)
		if err == nil || !strings.Contains(err.Error(), "COSMOS_ENDPOINT: is missing: give ") || strings.Contains(err.Error(), "SERVICEBUS") {
			t.Errorf("leads %q: %v", args, err)
		}
	}
}

func TestADatabaseThatIsAwayIsNotAnEmptyOne(t *testing.T) {
	o := start(t)
	writeFile(t, "team.yaml", validTeam)
	o.Cosmos.Stop()
	for _, args := range [][]string{{"team", "show"}, {"team", "apply", "team.yaml", "--yes"}, {"offers"}} {
		if out, _, err := callWith(t, args...); err == nil || strings.Contains(out, "No team") || strings.Contains(out, "+++") {
			t.Errorf("leads %q: %v, printed %s", args, err, out)
		}
	}
	o.Cosmos.Start()
}

func TestTheExitCodesOfTheTeamCommands(t *testing.T) {
	start(t)
	writeFile(t, "good.yaml", validTeam)
	writeFile(t, "bad.yaml", invalidTeam)
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"team", "check", "good.yaml"}, 0},
		{[]string{"team", "check", "bad.yaml"}, exitFailed},
		{[]string{"team", "apply", "bad.yaml", "--yes"}, exitFailed},
		{[]string{"team", "show"}, 0},
		{[]string{"team", "show", "--raw"}, exitNotFound},
		{[]string{"team", "check"}, exitUsage},
		{[]string{"offers", "--unknown"}, 0},
	} {
		command := exec.CommandContext(t.Context(), program, c.args...)
		out, err := command.CombinedOutput()
		if code := command.ProcessState.ExitCode(); code != c.code {
			t.Errorf("leads %q: exit code %d, %v, printed %s", c.args, code, err, out)
		}
	}
}
