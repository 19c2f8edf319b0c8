package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// teamFile is a team file as somebody wrote it.
type teamFile struct {
	name     string
	text     string
	team     team.Team
	problems team.Problems
}

// contents says how much a team file configures.
type contents struct {
	People          int `json:"people"`
	Teams           int `json:"teams"`
	Rules           int `json:"rules"`
	Offers          int `json:"offers"`
	InternalDomains int `json:"internalDomains"`
}

func contentsOf(t team.Team) contents {
	return contents{len(t.People), len(t.Groups), len(t.Rules), len(t.Offers), len(t.InternalDomains)}
}

func (c contents) String() string {
	people := plural(c.People, "person")
	if c.People != 1 {
		people = strconv.Itoa(c.People) + " people"
	}
	return strings.Join([]string{people, plural(c.Teams, "team"), plural(c.Rules, "rule"), plural(c.Offers, "offer"), plural(c.InternalDomains, "internal domain")}, ", ")
}

// errors says how many of its problems make the file invalid, "" if none does.
func (f teamFile) errors() string {
	if n := len(f.problems.Errors()); n > 0 {
		return plural(n, "error")
	}
	return ""
}

// readTeam reads a team file, or the standard input.
func (c *call) readTeam(name string) (teamFile, error) {
	f := teamFile{name: printable(name)}
	from := c.in
	if name == "-" {
		f.name = "stdin"
	} else {
		file, err := os.Open(name)
		if err != nil {
			return f, fmt.Errorf("read the team file: %w", err)
		}
		defer file.Close()
		from = file
	}
	b, err := io.ReadAll(io.LimitReader(from, team.MaxBytes+1)) // one more, so that too much is noticed
	if err != nil {
		return f, fmt.Errorf("read the team file: %w", err)
	}
	f.text = string(b)
	f.team, f.problems = team.Parse(b)
	if f.problems == nil {
		f.problems = team.Problems{} // an empty list in JSON
	}
	return f, nil
}

// printProblems prints a file's problems as compilers do.
func (c *call) printProblems(f teamFile) {
	for _, p := range f.problems {
		fmt.Fprintf(c.out, "%s:%d:%d: %s\n", f.name, p.Line, p.Column, printable(p.Words()))
	}
}

// checkTeam says what is wrong with a team file, or what it configures.
func checkTeam(_ context.Context, c *call) error {
	f, err := c.readTeam(c.args[0])
	if err != nil {
		return err
	}
	wrong := f.errors()
	if c.json {
		err := c.asJSON(struct {
			File     string        `json:"file"`
			Valid    bool          `json:"valid"`
			Problems team.Problems `json:"problems"`
			contents
		}{f.name, wrong == "", f.problems, contentsOf(f.team)})
		if err != nil {
			return err
		}
	} else {
		c.printProblems(f)
	}
	if wrong != "" {
		return fmt.Errorf("%s is not valid: %s", f.name, wrong)
	}
	if !c.json {
		fmt.Fprintf(c.out, "%s is valid: %s.\n", f.name, contentsOf(f.team))
	}
	return nil
}

// application is what became of a team file that was to be applied.
type application struct {
	File string `json:"file"`
	// Version is the one that is applied now; 0 if there is none.
	Version  int           `json:"version"`
	Applied  bool          `json:"applied"`
	Problems team.Problems `json:"problems"`
	// Diff is what the file changes.
	Diff string `json:"diff"`
	// HandedOver is how many open leads changed their owner.
	HandedOver int `json:"handedOver"`
	contents
}

// applyTeam puts a team file in the place of the one that is applied, if it is valid, changes anything and
// whoever calls agrees.
func applyTeam(ctx context.Context, c *call) error {
	f, err := c.readTeam(c.args[0])
	if err != nil {
		return err
	}
	a := application{File: f.name, Problems: f.problems, contents: contentsOf(f.team)}
	if !c.json {
		c.printProblems(f)
	}
	if wrong := f.errors(); wrong != "" {
		return errors.Join(c.told(a), fmt.Errorf("%s is not valid, so nothing was applied: %s", f.name, wrong))
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	applied, err := db.Team(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	a.Version = applied.Version
	left, err := leftBehind(ctx, db, f.team, c.handOverTo)
	if err != nil {
		return errors.Join(c.told(a), err)
	}
	unchanged := applied.Version > 0 && applied.Text == f.text
	if unchanged && !c.json {
		fmt.Fprintf(c.out, "%s is what version %d says, so nothing was applied.\n", f.name, applied.Version)
	}
	if unchanged && len(left.leads) == 0 {
		return c.told(a)
	}
	if !unchanged {
		a.Diff = udiff.Unified(appliedName(applied), f.name, applied.Text, f.text)
	}
	agreed, err := c.agree(ctx, a.Diff+left.String(), unchanged)
	if err != nil || !agreed {
		return errors.Join(c.told(a), err)
	}
	if !unchanged {
		now, err := db.ApplyTeam(ctx, f.text, applied.Version, time.Now())
		if errors.Is(err, store.ErrChanged) {
			err = errors.New("nothing was applied: somebody else applied a team meanwhile; look at it with \"leads team show\", then call again")
		}
		if err != nil {
			return errors.Join(c.told(a), err)
		}
		a.Version, a.Applied = now.Version, true
		if !c.json {
			fmt.Fprintf(c.out, "Applied as version %d: %s. The handlers follow within a minute.\n", now.Version, a.contents)
		}
	}
	return c.handOver(ctx, db, left, a)
}

// appliedName is what the applied team is called in a difference.
func appliedName(applied store.TeamFile) string {
	if applied.Version == 0 {
		return "nothing applied"
	}
	return "version " + strconv.Itoa(applied.Version)
}

// agree shows what would happen and asks whether it shall, unless that was said before. Of a file that is applied
// already only the hand-over is left.
func (c *call) agree(ctx context.Context, happens string, unchanged bool) (bool, error) {
	if c.args[0] == "-" {
		c.in = nil // the file came from there
	}
	if unchanged {
		return c.confirm(ctx, happens, "Hand over?", "nothing was handed over")
	}
	return c.confirm(ctx, happens, "Apply?", "nothing was applied")
}

// handOver hands over what people who left have, after the team is applied, and tells what became of the file.
func (c *call) handOver(ctx context.Context, db *store.Store, left handOver, a application) error {
	var err error
	a.HandedOver, err = left.carryOut(ctx, c, db)
	if a.HandedOver > 0 && !c.json {
		fmt.Fprintf(c.out, "%s handed over to %s.\n", plural(a.HandedOver, "open lead"), left.to.Name)
	}
	return errors.Join(c.told(a), err)
}

// told prints what became of the file, for programs.
func (c *call) told(a application) error {
	if !c.json {
		return nil
	}
	return c.asJSON(a)
}

// showTeam shows the team that is applied.
func showTeam(ctx context.Context, c *call) error {
	db, err := c.store()
	if err != nil {
		return err
	}
	applied, err := db.Team(ctx)
	none := errors.Is(err, store.ErrNotFound)
	if err != nil && (c.raw || !none) {
		return err
	}
	if c.raw {
		_, err := io.WriteString(c.out, applied.Text)
		return err
	}
	declared, err := db.Absences(ctx)
	if err != nil {
		return err
	}
	if c.json {
		return c.asJSON(struct {
			Version   int                      `json:"version"`
			AppliedAt lead.Time                `json:"appliedAt,omitzero"`
			Text      string                   `json:"text"`
			Declared  map[string]lead.Declared `json:"declared,omitempty"`
		}{applied.Version, applied.AppliedAt, applied.Text, declared})
	}
	now := time.Now()
	if none {
		fmt.Fprintln(c.out, "No team has been applied yet. \"leads team apply FILE\" applies one.")
		c.printWords(team.Operations("").WithDeclared(declared), now)
		return nil
	}
	field(c.out, "Version", strconv.Itoa(applied.Version))
	field(c.out, "Applied", applied.AppliedAt.Format(time.DateTime)+" UTC")
	t, problems := team.Parse([]byte(applied.Text))
	if n := len(problems.Errors()); n > 0 {
		fmt.Fprintf(c.out, "\nThis version of the command does not understand the file: %s. It is:\n\n", plural(n, "error"))
		lines(c.out, applied.Text)
		return nil
	}
	if err := c.describe(t.WithDeclared(declared), now); err != nil {
		return err
	}
	c.printWords(t.WithOperations("").WithDeclared(declared), now)
	return nil
}

// lines prints a text of several lines, without what could move a terminal.
func lines(w io.Writer, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintln(w, printable(strings.TrimRight(line, "\r\n")))
	}
}

// plural says how many there are of a thing.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
