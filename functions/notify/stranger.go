package notify

import (
	"strings"

	"leadflow/shared/normalize"
)

const (
	// maxShown bounds in characters one line that a mail shows of what strangers wrote, as far as the lead holds it, and
	// maxListed one in a list, which has many.
	maxShown  = 256
	maxListed = 80
	// maxReason bounds in characters why the owner has the lead: a colleague may have written much.
	maxReason = 400
)

// line is one line that a stranger may have written.
func line(s string) string { return normalize.Line(s, maxShown) }

// short is the same where there is little room.
func short(s string) string { return normalize.Line(s, maxListed) }

// breaks ends a line in every way in which a program may take it to end.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// lines are those of a text that a stranger wrote, without blank ones at its ends and without two in a row.
func lines(text string) []string {
	var all []string
	blank := false
	for l := range strings.SplitSeq(breaks.Replace(text), "\n") {
		l = normalize.Line(l, len(text)+1)
		switch {
		case l == "":
			blank = len(all) > 0
			continue
		case blank:
			all = append(all, "")
		}
		all, blank = append(all, l), false
	}
	return all
}
