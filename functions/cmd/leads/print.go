package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
)

// asJSON prints a value as JSON for programs. What could move a terminal is escaped there too: to a program
// it is the same.
func (c *call) asJSON(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	var safe strings.Builder
	for _, r := range b.String() {
		if r != '\n' && moves(r) { // a line end is the indentation's; all others are in strings
			fmt.Fprintf(&safe, "\\u%04x", r)
		} else {
			safe.WriteRune(r)
		}
	}
	_, err := io.WriteString(c.out, safe.String())
	return err
}

// table prints rows under a heading, in columns.
func (c *call) table(heading []string, rows [][]string) error {
	w := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(heading, "\t"))
	for _, r := range rows {
		for i := range r {
			r[i] = printable(r[i])
		}
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}

// field prints one labeled line, if there is something to print.
func field(w io.Writer, label, value string) {
	if value != "" {
		fmt.Fprintf(w, "%-13s %s\n", label, printable(value))
	}
}

// printable takes out what a stranger's text could do to a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if moves(r) {
			return ' '
		}
		return r
	}, s)
}

// moves says whether a character does something to a terminal instead of being shown. All that do are
// below U+10000.
func moves(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
