package team

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing about a team file that its author should know.
type Problem struct {
	// Line and Column say where it is, from 1. Columns count characters, a tab as one.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Text says what is wrong and what to do. It can repeat words of the file.
	Text string `json:"text"`
	// Warning says that the file is valid all the same.
	Warning bool `json:"warning,omitempty"`
}

// Problems is a list of problems, sorted by place. As an error it is nil only if it is converted while it is
// empty, and it may hold warnings only: test the length of Errors.
type Problems []Problem

// Error lists every problem, one a line: "line 3, column 5: what is wrong and what to do".
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = fmt.Sprintf("line %d, column %d: %s", problem.Line, problem.Column, problem.Words())
	}
	return strings.Join(lines, "\n")
}

// Words is the text, marked if it is a warning.
func (p Problem) Words() string {
	if p.Warning {
		return "warning: " + p.Text
	}
	return p.Text
}

// Errors are the problems that make the file invalid: all but the warnings.
func (p Problems) Errors() Problems {
	return slices.DeleteFunc(slices.Clone(p), func(problem Problem) bool { return problem.Warning })
}

// sorted gives the problems by place, each once: what an alias repeats has one place.
func (p Problems) sorted() Problems {
	slices.SortFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(p)
}
