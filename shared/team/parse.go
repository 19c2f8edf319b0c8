package team

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxText is the longest id, title or name in characters: what is longer on a lead is cut there, so it would
// never be the same.
const maxText = 256

// Parse reads a team file: UTF-8, one YAML document, at most 512 KiB. It gives every problem there is, sorted
// by place; after an error of YAML's own syntax there are no others. The team is empty if any of them is more
// than a warning. A file without values is a team that configures nothing. The person operations is not among
// the people yet: see WithOperations.
func Parse(file []byte) (Team, Problems) {
	root, lines, problems := readYAML(file)
	r := newReader(lines, problems)
	var t Team
	if root != nil {
		t = r.team(root)
	}
	all := r.problems.sorted()
	if len(all.Errors()) > 0 {
		return Team{}, all
	}
	return t, all
}

// reader reads values of the file and notes what is wrong with them. Its methods tell by a bool or an empty
// list that a value could not be used, which they have noted then.
type reader struct {
	// lines are those of the file, as places count them.
	lines                    [][]rune
	problems                 Problems
	people, groups, holidays ids
}

func newReader(lines [][]rune, problems Problems) *reader {
	return &reader{lines: lines, problems: problems, people: newIDs("person"), groups: newIDs("team"), holidays: newIDs("calendar of holidays")}
}

func (r *reader) team(n *node) Team {
	var t Team
	if n.kind == blank {
		return t
	}
	days := newCalendars()
	r.keys(n, "the file",
		field{name: "internalDomains", read: func(n *node) { t.InternalDomains = r.domains(n) }},
		field{name: "offers", read: func(n *node) { t.Offers = r.offers(n) }},
		field{name: "holidays", read: func(n *node) { days = r.calendars(n) }},
		field{name: "people", read: func(n *node) { t.People = r.everybody(n, days) }},
		field{name: "teams", read: func(n *node) { t.Groups = r.teams(n) }},
		field{name: "rules", read: func(n *node) { t.Rules = r.rules(n, t.Offers) }},
		field{name: "sla", read: func(n *node) { t.SLA, t.DefaultSLA = r.sla(n) }},
		field{name: "cadence", read: func(n *node) { t.Cadence = r.cadence(n) }},
		field{name: "texts", read: func(n *node) { t.Texts = r.texts(n, t.Offers) }},
		field{name: "mailPrivacy", read: func(n *node) {
			privacy, _ := r.oneOf(n, "mailPrivacy", []string{"full", "minimal"})
			t.MailPrivacy = privacy == "minimal"
		}},
	)
	r.unknown(r.people)
	r.unknown(r.groups)
	r.unknown(r.holidays)
	r.idle(t)
	r.unnamed()
	return t
}

// field is one key that a value can have.
type field struct {
	name string
	// needed says that the value is useless without it, and what to give.
	needed string
	read   func(*node)
}

// keys reads the keys of a value, in the order of the fields.
func (r *reader) keys(n *node, what string, fields ...field) {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	known := strings.Join(names, ", ")
	if n.kind != keys {
		r.wrong(n, what, "keys with values: "+known)
		return
	}
	for _, e := range n.entries {
		if !slices.Contains(names, e.name) {
			r.add(e.place, fmt.Sprintf("there is no key %s here: %s has the keys %s", quoted(e.name), what, known))
		}
	}
	for _, f := range fields {
		if i := slices.IndexFunc(n.entries, func(e entry) bool { return e.name == f.name }); i >= 0 {
			f.read(n.entries[i].value)
		} else if f.needed != "" {
			r.add(n.place, fmt.Sprintf("%s has no %s: %s", what, f.name, f.needed))
		}
	}
}

// has says whether a value has a key.
func (n *node) has(name string) bool {
	return slices.ContainsFunc(n.entries, func(e entry) bool { return e.name == name })
}

// items reads a list.
func (r *reader) items(n *node, what string, read func(*node)) {
	if n.kind != list {
		r.wrong(n, what, "a list, [A, B] or each entry on a line of its own behind \"- \"")
		return
	}
	for _, item := range n.items {
		read(item)
	}
}

// each reads a list, or a value alone that stands for a list of one. A list without entries would say nothing
// where something is meant, so it is a problem.
func (r *reader) each(n *node, what string, read func(*node)) {
	switch {
	case n.kind != list:
		read(n)
	case len(n.items) == 0:
		r.add(n.place, what+" is a list without entries: give it one or take it out")
	default:
		r.items(n, what, read)
	}
}

// single reads a single value as it stands in the file, whatever YAML takes it for.
func (r *reader) single(n *node, what, must string) (string, bool) {
	switch n.kind {
	case text, integer, scalar:
		return strings.TrimSpace(n.text), true
	}
	r.wrong(n, what, must)
	return "", false
}

// truth reads true or false.
func (r *reader) truth(n *node, what string) bool {
	s, ok := r.single(n, what, "true or false")
	if ok && (n.kind != scalar || s != "true" && s != "false") {
		r.add(n.place, fmt.Sprintf("%s is %s: give true or false, without quotes", what, quoted(s)))
		return false
	}
	return s == "true"
}

// text reads a text of one line: in NFC, with single spaces.
func (r *reader) text(n *node, what string) (string, bool) {
	if n.kind != text {
		must := "a text"
		if n.kind == integer || n.kind == scalar {
			must += ", so put it in quotes"
		}
		r.wrong(n, what, must)
		return "", false
	}
	s := norm.NFC.String(strings.TrimSpace(n.text))
	switch {
	case s == "":
		r.blank(n, what)
	case strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' }):
		r.add(n.place, what+" has a line end or a control character in it: write it in one line")
	case utf8.RuneCountInString(s) > maxText:
		r.add(n.place, fmt.Sprintf("%s has more than %d characters: shorten it", what, maxText))
	default:
		return strings.Join(strings.Fields(s), " "), true
	}
	return "", false
}

// word reads a text that has only the characters that may stand in it.
func (r *reader) word(n *node, what, may string) (string, bool) {
	s, ok := r.text(n, what)
	if ok && strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(may, c)
	}) {
		r.add(n.place, fmt.Sprintf("%s %s has a character that it cannot have: give letters, digits and %s only", what, quoted(s), strings.Join(strings.Split(may, ""), " ")))
		return "", false
	}
	return s, ok
}

// number reads a whole number.
func (r *reader) number(n *node, what string, least, most int) int {
	if n.kind == reported || n.kind == blank || n.kind == list || n.kind == keys {
		r.wrong(n, what, "a whole number")
		return 0
	}
	i, err := strconv.Atoi(n.text)
	if n.kind != integer || err != nil || strconv.Itoa(i) != n.text || i < least || i > most {
		r.add(n.place, fmt.Sprintf("%s is %s: give a whole number from %d to %d, without quotes", what, quoted(n.text), least, most))
		return 0
	}
	return i
}

// wrong notes that a value is of another kind than it must be.
func (r *reader) wrong(n *node, what, must string) {
	switch n.kind {
	case reported:
	case blank:
		r.blank(n, what)
	case list:
		r.add(n.place, what+" is a list: it must be "+must)
	case keys:
		r.add(n.place, what+" has keys of its own: it must be "+must)
	default:
		r.add(n.place, what+" is "+quoted(n.text)+": it must be "+must)
	}
}

func (r *reader) blank(n *node, what string) {
	r.add(n.place, what+" is blank: give it a value or take it out")
}

func (r *reader) add(at place, what string) { r.problems = append(r.problems, at.problem(what)) }

func (r *reader) warn(at place, what string) {
	p := at.problem(what)
	p.Warning = true
	r.problems = append(r.problems, p)
}
