package config

import (
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the settings.
type Problem struct {
	// Setting is the name of the setting to change.
	Setting string
	// Text says what is wrong and what to do. It never holds a value.
	Text string
	// Functions are those that must not run while the problem lasts, by their names: capture, ingest,
	// notify, remind, respond, rescue-leads, rescue-mails. It is empty for CAPTURE_KEEP.
	Functions []string
}

// Problems is a list of problems. As an error it is nil only if it is converted while it is empty:
// test its length, not the error.
type Problems []Problem

// Error lists every problem, one a line: "SETTING: what is wrong and what to do".
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Setting + ": " + problem.Text
	}
	return strings.Join(lines, "\n")
}

// For gives the problems that stop a function, which is named as its folder is: "capture",
// "rescue-leads".
func (p Problems) For(function string) Problems {
	var stopping Problems
	for _, problem := range p {
		if slices.Contains(problem.Functions, function) {
			stopping = append(stopping, problem)
		}
	}
	return stopping
}

// Fatal gives the problems that stop capture: with one of them the process must not start, with any
// other it must, or a typo would close the webhook.
func (p Problems) Fatal() Problems { return p.For("capture") }
