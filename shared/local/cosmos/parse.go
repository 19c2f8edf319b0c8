package cosmos

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// query is a parsed query with its parameters filled in.
type query struct {
	all     bool         // SELECT *
	value   *property    // SELECT VALUE path
	columns []selectItem // SELECT path, path
	where   expression   // nil: every document
}

type selectItem struct {
	name string
	property
}

// maxNesting bounds parentheses and NOTs within each other.
const maxNesting = 100

type parser struct {
	tokens     []token
	next       int
	parameters map[string]any
	alias      string // what FROM calls a document; known once FROM is read
	nesting    int
	err        error // the first error; from then on only the end is seen
}

// parseQuery reads SELECT ... FROM ... [WHERE ...].
func parseQuery(text string, parameters map[string]any) (*query, error) {
	p, err := newParser(text, parameters)
	if err != nil {
		return nil, err
	}
	q := &query{}
	p.need("SELECT")
	p.refuseClause("DISTINCT", "TOP")
	var roots []string
	selected := func() property {
		root, path := p.path()
		roots = append(roots, root)
		return property{path}
	}
	switch {
	case p.symbol("*"):
		q.all = true
	case p.word("VALUE"):
		path := selected()
		q.value = &path
	default:
		for {
			item := selectItem{property: selected()}
			item.name = roots[len(roots)-1]
			if n := len(item.path); n > 0 {
				item.name = item.path[n-1]
			}
			if p.word("AS") {
				item.name = p.identifier()
			}
			if slices.ContainsFunc(q.columns, func(c selectItem) bool { return c.name == item.name }) {
				p.fail("two selected properties are called %q", item.name)
			}
			q.columns = append(q.columns, item)
			if !p.symbol(",") {
				break
			}
		}
	}
	p.from(q)
	for _, root := range roots {
		if p.err == nil && root != p.alias {
			p.fail("the identifier %q could not be resolved", root)
		}
	}
	return q, p.err
}

// parseCondition reads FROM ... [WHERE ...], the condition of a patch.
func parseCondition(text string) (*query, error) {
	p, err := newParser(text, nil)
	if err != nil {
		return nil, err
	}
	q := &query{}
	p.from(q)
	return q, p.err
}

func newParser(text string, parameters map[string]any) (*parser, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	return &parser{tokens: tokens, parameters: parameters}, nil
}

func (p *parser) current() token { return p.tokens[p.next] }

func (p *parser) fail(format string, args ...any) {
	p.failWith(syntaxError(format, args...))
}

func (p *parser) failWith(err error) {
	if p.err == nil {
		p.err = err
		p.next = len(p.tokens) - 1
	}
}

func (p *parser) isWord(word string) bool {
	t := p.current()
	return t.kind == tokenWord && strings.EqualFold(t.text, word)
}

func (p *parser) word(word string) bool {
	if !p.isWord(word) {
		return false
	}
	p.next++
	return true
}

func (p *parser) symbol(symbol string) bool {
	if t := p.current(); t.kind != tokenSymbol || t.text != symbol {
		return false
	}
	p.next++
	return true
}

// need expects a keyword or a symbol.
func (p *parser) need(text string) {
	if !p.word(text) && !p.symbol(text) {
		p.fail("%s expected before %q", text, p.current().text)
	}
}

// refuseClause answers what the gateway of the service answers, if one of these words comes next.
func (p *parser) refuseClause(words ...string) {
	for _, word := range words {
		if p.isWord(word) {
			p.failWith(notServed(word))
		}
	}
}

func notServed(what string) error {
	return refuse(http.StatusBadRequest, "The provided cross partition query can not be directly served by the gateway: it uses %s. This stand-in serves SELECT and WHERE only, within one partition too.", what)
}

func isKeyword(word string) bool {
	switch strings.ToUpper(word) {
	case "SELECT", "FROM", "WHERE", "ORDER", "GROUP", "BY", "OFFSET", "LIMIT", "AND", "OR", "NOT", "IN", "BETWEEN", "LIKE",
		"JOIN", "AS", "TOP", "VALUE", "DISTINCT", "EXISTS", "ASC", "DESC", "ESCAPE", "NULL", "TRUE", "FALSE", "UNDEFINED":
		return true
	}
	return false
}

func (p *parser) identifier() string {
	t := p.current()
	if t.kind != tokenWord || isKeyword(t.text) {
		p.fail("a name expected before %q", t.text)
		return ""
	}
	p.next++
	return t.text
}

// from reads the end of a query: FROM, the name of the collection, which may be any, and WHERE.
func (p *parser) from(q *query) {
	p.need("FROM")
	p.alias = p.identifier()
	p.refuseClause("IN")
	if p.word("AS") || p.current().kind == tokenWord && !isKeyword(p.current().text) {
		p.alias = p.identifier()
	}
	p.refuseClause("JOIN")
	if p.word("WHERE") {
		q.where = p.disjunction()
	}
	p.refuseClause("ORDER", "GROUP", "OFFSET", "LIMIT")
	if t := p.current(); t.kind != tokenEnd {
		p.fail("%q is not expected", t.text)
	}
}

// path reads c.a.b or c["a"]["b"]: a root and the names below it.
func (p *parser) path() (root string, names []string) {
	if t := p.tokens[min(p.next+1, len(p.tokens)-1)]; t.kind == tokenSymbol && t.text == "(" {
		p.call() // Nothing may be called here, but this says it best.
		p.fail("a property expected instead of a function")
	}
	root = p.identifier()
	for {
		switch {
		case p.symbol("."):
			t := p.current()
			if t.kind != tokenWord {
				p.fail("a name expected before %q", t.text)
				return root, names
			}
			p.next++
			names = append(names, t.text)
		case p.symbol("["):
			t := p.current()
			if t.kind != tokenString {
				p.fail("a name in quotes expected before %q", t.text)
				return root, names
			}
			p.next++
			p.need("]")
			names = append(names, t.text)
		default:
			return root, names
		}
	}
}

func (p *parser) disjunction() expression {
	p.nesting++
	defer func() { p.nesting-- }()
	if p.nesting > maxNesting {
		p.fail("it is nested deeper than %d levels", maxNesting)
	}
	terms := []expression{p.conjunction()}
	for p.word("OR") {
		terms = append(terms, p.conjunction())
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return logical{decides: true, terms: terms}
}

func (p *parser) conjunction() expression {
	terms := []expression{p.negation()}
	for p.word("AND") {
		terms = append(terms, p.negation())
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return logical{decides: false, terms: terms}
}

func (p *parser) negation() expression {
	if !p.word("NOT") {
		return p.comparison()
	}
	p.nesting++
	defer func() { p.nesting-- }()
	if p.nesting > maxNesting {
		p.fail("it is nested deeper than %d levels", maxNesting)
	}
	return negation{p.negation()}
}

func (p *parser) comparison() expression {
	left := p.operand()
	if t := p.current(); t.kind == tokenSymbol {
		switch t.text {
		case "=", "!=", "<>", "<", "<=", ">", ">=":
			p.next++
			if t.text == "<>" {
				t.text = "!="
			}
			return comparison{t.text, left, p.operand()}
		}
	}
	negated := false
	if after := p.tokens[min(p.next+1, len(p.tokens)-1)]; p.isWord("NOT") && after.kind == tokenWord {
		switch strings.ToUpper(after.text) {
		case "IN", "BETWEEN", "LIKE":
			p.next++
			negated = true
		}
	}
	var result expression
	switch {
	case p.word("IN"):
		p.need("(")
		list := []expression{p.operand()}
		for p.symbol(",") {
			list = append(list, p.operand())
		}
		p.need(")")
		result = membership{left, list}
	case p.word("BETWEEN"):
		low := p.operand()
		p.need("AND")
		result = between{left, low, p.operand()}
	default:
		return left
	}
	if negated {
		return negation{result}
	}
	return result
}

func (p *parser) operand() expression {
	switch t := p.current(); t.kind {
	case tokenNumber:
		p.next++
		return literal{t.number}
	case tokenString:
		p.next++
		return literal{t.text}
	case tokenParameter:
		p.next++
		value, ok := p.parameters[t.text]
		if !ok {
			p.fail("the parameter %s has no value", t.text)
		}
		return literal{value}
	case tokenSymbol:
		if t.text != "(" {
			break
		}
		p.next++
		if p.isWord("SELECT") {
			p.failWith(notServed("a subquery"))
		}
		inner := p.disjunction()
		p.need(")")
		return inner
	case tokenWord:
		switch t.text {
		case "true", "false":
			p.next++
			return literal{t.text == "true"}
		case "null":
			p.next++
			return literal{nil}
		case "undefined":
			p.next++
			return literal{undefined{}}
		}
		if after := p.tokens[p.next+1]; after.kind == tokenSymbol && after.text == "(" {
			return p.call()
		}
		root, names := p.path()
		if p.err == nil && root != p.alias {
			p.fail("the identifier %q could not be resolved", root)
		}
		return property{names}
	}
	p.fail("a value expected before %q", p.current().text)
	return literal{undefined{}}
}

// call reads a function and its arguments.
func (p *parser) call() expression {
	name := strings.ToUpper(p.current().text)
	f, known := findFunction(name)
	switch {
	case known:
	case name == "EXISTS" || name == "ARRAY":
		p.failWith(notServed("a subquery"))
	case slices.Contains([]string{"COUNT", "SUM", "AVG", "MIN", "MAX"}, name):
		p.failWith(notServed("an aggregate"))
	default:
		p.fail("the function %s", name)
	}
	if p.err != nil {
		return literal{undefined{}}
	}
	p.next++
	p.need("(")
	c := call{name: name, function: f.evaluate}
	if !p.symbol(")") {
		c.arguments = append(c.arguments, p.disjunction())
		for p.symbol(",") {
			c.arguments = append(c.arguments, p.disjunction())
		}
		p.need(")")
	}
	if n := len(c.arguments); n < f.least || n > f.most {
		p.fail("%s takes %s", name, takes(f.least, f.most))
	}
	return c
}

func takes(least, most int) string {
	if least == most {
		return fmt.Sprintf("%d arguments", least)
	}
	return fmt.Sprintf("%d to %d arguments", least, most)
}
