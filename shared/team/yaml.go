package team

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxBytes is the size of the largest team file.
const MaxBytes = 512 << 10

// Bounds of what is in a file. The parser takes memory for each level of nesting and time that grows with the square of
// some counts; within these bounds it needs seconds at worst, and no team comes near them.
const (
	maxTokens = 100_000 // words and signs
	maxDepth  = 20      // brackets within brackets
	maxIndent = 100     // characters before a line or a "- " begins
	maxMarks  = 1000    // anchors and tags
	maxRow    = 5000    // keys of one value, each on a line of its own
	maxCopied = 100_000 // values that aliases repeat
)

// kind is what a value of the file is.
type kind int

const (
	blank kind = iota
	text
	integer
	scalar // any other single value: true, 1.5, .inf
	list
	keys
	// reported is a value about which a problem was noted already.
	reported
)

// place is a line and a column, from 1.
type place struct{ line, column int }

// node is a value of the file with its place.
type node struct {
	place
	kind kind
	// text is that of a single value, without its quotes.
	text    string
	items   []*node
	entries []entry
	// size is the number of values in it, aliases followed.
	size int
}

// entry is one key of a node with its value. The place is that of the key.
type entry struct {
	place
	name  string
	value *node
}

// document turns the text of a file into nodes.
type document struct {
	lines    [][]rune
	anchors  map[string]*node
	copied   int
	problems Problems
}

// readYAML reads the one document of a file, and gives its lines too, as places count them. It gives nil if there is
// no value in it or if it is not YAML within the bounds. Keys that stand twice and aliases that lead nowhere are problems here; what the keys
// mean is the caller's business.
func readYAML(file []byte) (*node, [][]rune, Problems) {
	if len(file) > MaxBytes {
		return nil, nil, Problems{{Line: 1, Column: 1, Text: "the file is larger than 512 KiB: a team file is far smaller"}}
	}
	file = bytes.TrimPrefix(file, []byte("\ufeff"))
	if problem, ok := unreadable(file); ok {
		return nil, nil, Problems{problem}
	}
	// The lexer loses its place after line ends of two characters and after spaces at the end of a line.
	lines := strings.Split(string(file), "\n")
	d := &document{anchors: map[string]*node{}}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r")
		d.lines = append(d.lines, []rune(lines[i]))
	}
	tokens := lexer.Tokenize(strings.Join(lines, "\n"))
	if !d.check(tokens) {
		return nil, nil, d.problems
	}
	parsed, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return nil, nil, d.problems
	}
	return d.only(parsed.Docs), d.lines, d.problems
}

// unreadable finds the first thing for which a file is no text at all.
func unreadable(file []byte) (Problem, bool) {
	at := place{1, 1}
	for i := 0; i < len(file); {
		r, n := utf8.DecodeRune(file[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return at.problem("the file is not UTF-8 from here on: save it as UTF-8"), true
		case r == '\n':
			at = place{at.line + 1, 0}
		case r == '\r' && bytes.HasPrefix(file[i:], []byte("\r\n")), r == '\t':
		case unicode.IsControl(r):
			return at.problem(fmt.Sprintf("the control character %U stands here: take it out", r)), true
		}
		at.column++
		i += n
	}
	return Problem{}, false
}

// check says whether the parser can be trusted with the file. It notes why not, and what a team file has no
// use for.
func (d *document) check(tokens token.Tokens) bool {
	depth, line, count, marks := 0, 0, 0, 0
	var row [maxIndent + 1]int // by column, the lines that began there since one began before it
	for _, t := range tokens {
		if t.Type == token.CommentType {
			continue
		}
		at := d.place(t)
		first := at.line != line
		line = at.line
		if count++; count > maxTokens {
			d.add(at, fmt.Sprintf("the file has more than %d words and signs: a team file is far smaller", maxTokens))
			return false
		}
		if at.column > maxIndent && (t.Type == token.SequenceEntryType || first && depth == 0) {
			d.add(at, fmt.Sprintf("this begins behind column %d: indent it less", maxIndent))
			return false
		}
		if first && depth == 0 {
			clear(row[at.column+1:])
			if t.Type != token.SequenceEntryType {
				row[at.column]++
			}
			if row[at.column] > maxRow {
				d.add(at, fmt.Sprintf("more than %d keys stand in a row here: a team file has few", maxRow))
				return false
			}
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			if depth++; depth > maxDepth {
				d.add(at, fmt.Sprintf("more than %d brackets are open here: a team file needs few", maxDepth))
				return false
			}
		case token.SequenceEndType, token.MappingEndType:
			depth = max(depth-1, 0)
		case token.TagType, token.AnchorType:
			if marks++; marks > maxMarks {
				d.add(at, fmt.Sprintf("the file has more than %d anchors and tags: write the values out", maxMarks))
				return false
			}
			if t.Type == token.AnchorType {
				continue
			}
			d.add(at, fmt.Sprintf("the tag %s has no meaning here: take it out", quoted(t.Value)))
		case token.DirectiveType:
			d.add(at, "a directive (%) has no meaning here: take the line out")
		case token.MappingKeyType:
			d.add(at, "a key written with ? has no meaning here: write \"key: value\"")
		}
	}
	return true
}

// syntax notes an error of the lexer or the parser.
func (d *document) syntax(err error) {
	var at place
	what := err.Error()
	var said interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if errors.As(err, &said) {
		what, at = said.GetMessage(), d.place(said.GetToken())
	}
	d.add(at, "this is not YAML ("+what+"): mend it; what follows was not checked")
}

// only is the value of the file's one document.
func (d *document) only(documents []*ast.DocumentNode) *node {
	var root *node
	seen := 0
	for _, doc := range documents {
		if _, directive := doc.Body.(*ast.DirectiveNode); directive || doc.Body == nil && doc.Start == nil {
			continue // noted already, or comments
		}
		if seen++; seen > 1 {
			at := place{1, 1}
			if doc.Start != nil {
				at = d.place(doc.Start)
			}
			d.add(at, "another document begins here: a team file is one; take out the \"---\" and put its keys together")
			break
		}
		if doc.Body != nil {
			root = d.node(doc.Body, place{1, 1})
		}
	}
	return root
}

// node turns a value of the parser into ours. A value that is not there has the place of its key or dash.
func (d *document) node(n ast.Node, owner place) *node {
	v := &node{place: d.place(n.GetToken()), kind: scalar, text: n.GetToken().Value, size: 1}
	switch n := n.(type) {
	case *ast.NullNode:
		v.kind = blank
		if n.GetToken().Type == token.ImplicitNullType {
			v.place = owner
		}
	case *ast.StringNode:
		v.kind, v.text = text, n.Value
	case *ast.LiteralNode:
		v.kind, v.text = text, n.Value.Value
	case *ast.IntegerNode:
		v.kind = integer
	case *ast.SequenceNode:
		v.kind = list
		for i, item := range n.Values {
			at := v.place
			if i < len(n.Entries) && n.Entries[i].Start != nil {
				at = d.place(n.Entries[i].Start)
			}
			v.items = append(v.items, d.item(item, at))
		}
		for _, item := range v.items {
			v.size += item.size
		}
	case *ast.MappingNode:
		d.keys(v, n)
	case *ast.AnchorNode:
		// The anchor is known only behind its value, so that no value holds itself.
		v = d.node(n.Value, v.place)
		d.anchors[n.Name.GetToken().Value] = v
	case *ast.TagNode:
		if n.Value == nil {
			v.kind = reported
			return v
		}
		v = d.node(n.Value, owner)
	case *ast.AliasNode:
		d.alias(v, n.Value.GetToken().Value)
	}
	return v
}

// item turns an entry of a list into a node. Within braces the parser takes 09:00-12:00 for a key with a value,
// though there is no space behind the colon.
func (d *document) item(n ast.Node, owner place) *node {
	pair, ok := n.(*ast.MappingNode)
	if !ok || len(pair.Values) != 1 || pair.GetToken().Type != token.MappingValueType {
		return d.node(n, owner)
	}
	key, value := pair.Values[0].Key.GetToken(), pair.Values[0].Value.GetToken()
	at, behind := d.place(key), d.place(value)
	if at.line != behind.line || at.column+utf8.RuneCountInString(key.Value)+1 != behind.column || !plain(key) || !plain(value) {
		return d.node(n, owner)
	}
	return &node{place: at, kind: text, text: key.Value + ":" + value.Value, size: 1}
}

// plain says whether a token is a single value without quotes.
func plain(t *token.Token) bool {
	return t.Type == token.StringType || t.Type == token.IntegerType || t.Type == token.FloatType
}

func (d *document) keys(v *node, n *ast.MappingNode) {
	v.kind = keys
	seen := map[string]place{}
	for i, pair := range n.Values {
		at := d.place(pair.Key.GetToken())
		if i == 0 && !n.IsFlowStyle {
			v.place = at // the parser has that of the colon
		}
		name := pair.Key.GetToken()
		if marked, ok := pair.Key.(*ast.MappingKeyNode); ok {
			name = marked.Value.GetToken()
		}
		e := entry{place: at, name: name.Value, value: d.node(pair.Value, at)}
		v.size += e.value.size
		if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
			d.add(at, "the merge key << has no meaning here: write the keys out")
			continue
		}
		if first, twice := seen[e.name]; twice {
			d.add(at, fmt.Sprintf("%s stands here a second time, first in line %d: take one out", quoted(e.name), first.line))
			continue
		}
		seen[e.name] = at
		v.entries = append(v.entries, e)
	}
}

// alias puts the value that an anchor names in the place of the alias.
func (d *document) alias(v *node, name string) {
	at := v.place
	target, known := d.anchors[name]
	if !known {
		d.add(at, fmt.Sprintf("there is no anchor &%s above this: write the value itself", cut(name)))
		v.kind = reported
		return
	}
	if d.copied > maxCopied {
		v.kind = reported
		return // said already
	}
	if d.copied += target.size; d.copied > maxCopied {
		d.add(at, fmt.Sprintf("the aliases up to here repeat more than %d values: write the values out", maxCopied))
		v.kind = reported
		return
	}
	*v = *target
	v.place = at
}

// place is where a token is. The lexer gives the place of the white space before a few.
func (d *document) place(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	at := place{max(t.Position.Line, 1), max(t.Position.Column, 1)}
	if at.line <= len(d.lines) {
		line := d.lines[at.line-1]
		for at.column < len(line) && (line[at.column-1] == ' ' || line[at.column-1] == '\t') {
			at.column++
		}
	}
	return at
}

func (d *document) add(at place, what string) { d.problems = append(d.problems, at.problem(what)) }

func (p place) problem(what string) Problem {
	return Problem{Line: max(p.line, 1), Column: max(p.column, 1), Text: what}
}

// quoted is a word of the file as it stands in the text of a problem.
func quoted(s string) string { return strconv.Quote(cut(s)) }

// cut shortens a word of the file.
func cut(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
