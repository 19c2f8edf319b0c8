package cosmos

import (
	"slices"
	"strings"
)

// expression is a part of a WHERE. Its value for a document is a JSON value or undefined.
type expression interface {
	evaluate(document any) any
}

type literal struct{ value any }

func (l literal) evaluate(any) any { return l.value }

// property is a path below the document; an empty one is the document itself.
type property struct{ path []string }

func (p property) evaluate(document any) any { return lookup(document, p.path) }

type comparison struct {
	operator    string // = != < <= > >=
	left, right expression
}

func (c comparison) evaluate(document any) any {
	return compare(c.operator, c.left.evaluate(document), c.right.evaluate(document))
}

// compare is undefined between different types, and between objects or arrays but for =.
func compare(operator string, a, b any) any {
	if rank(a) != rank(b) || rank(a) == rankUndefined {
		return undefined{}
	}
	if !isScalar(a) {
		if operator == "=" {
			return equal(a, b)
		}
		return undefined{}
	}
	switch c := order(a, b); operator {
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	default:
		return c >= 0
	}
}

// logical is AND or OR of two or more terms.
type logical struct {
	decides bool // the value of one term that decides: false for AND, true for OR
	terms   []expression
}

func (l logical) evaluate(document any) any {
	var result any = !l.decides
	for _, term := range l.terms {
		value, isBool := term.evaluate(document).(bool)
		switch {
		case !isBool:
			result = undefined{}
		case value == l.decides:
			return value
		}
	}
	return result
}

// negation of anything but true and false is undefined.
type negation struct{ term expression }

func (n negation) evaluate(document any) any {
	if value, ok := n.term.evaluate(document).(bool); ok {
		return !value
	}
	return undefined{}
}

// membership is IN: the OR of comparisons with =.
type membership struct {
	value expression
	list  []expression
}

func (m membership) evaluate(document any) any {
	value := m.value.evaluate(document)
	var result any = false
	for _, member := range m.list {
		switch compare("=", value, member.evaluate(document)) {
		case true:
			return true
		case undefined{}:
			result = undefined{}
		}
	}
	return result
}

// between is the AND of >= and <=.
type between struct{ value, low, high expression }

func (b between) evaluate(document any) any {
	value := b.value.evaluate(document)
	above := compare(">=", value, b.low.evaluate(document))
	below := compare("<=", value, b.high.evaluate(document))
	switch {
	case above == any(false) || below == any(false):
		return false
	case above == any(true) && below == any(true):
		return true
	}
	return undefined{}
}

type call struct {
	name      string
	function  func(arguments []any) any
	arguments []expression
}

func (c call) evaluate(document any) any {
	values := make([]any, len(c.arguments))
	for i, argument := range c.arguments {
		values[i] = argument.evaluate(document)
	}
	return c.function(values)
}

// function is one of the query language. An argument of the wrong type makes its result undefined.
type function struct {
	least, most int // number of arguments
	evaluate    func(arguments []any) any
}

func findFunction(name string) (function, bool) {
	switch name {
	case "IS_DEFINED":
		return function{1, 1, func(a []any) any { return rank(a[0]) != rankUndefined }}, true
	case "IS_NULL":
		return function{1, 1, func(a []any) any { return a[0] == nil }}, true
	case "ARRAY_CONTAINS":
		return function{2, 3, arrayContains}, true
	case "STARTSWITH":
		return stringTest(strings.HasPrefix), true
	case "CONTAINS":
		return stringTest(strings.Contains), true
	case "LOWER":
		return stringChange(strings.ToLower), true
	case "UPPER":
		return stringChange(strings.ToUpper), true
	}
	return function{}, false
}

// stringTest compares two strings; a third argument, true, means without regard to letter case.
func stringTest(test func(s, part string) bool) function {
	return function{2, 3, func(a []any) any {
		s, isString := a[0].(string)
		part, isPart := a[1].(string)
		anyCase, isBool := false, true
		if len(a) == 3 {
			anyCase, isBool = a[2].(bool)
		}
		if !isString || !isPart || !isBool {
			return undefined{}
		}
		if anyCase {
			s, part = strings.ToLower(s), strings.ToLower(part)
		}
		return test(s, part)
	}}
}

func stringChange(change func(string) string) function {
	return function{1, 1, func(a []any) any {
		if s, ok := a[0].(string); ok {
			return change(s)
		}
		return undefined{}
	}}
}

// arrayContains looks for an element; with a third argument, true, an object matches every object that
// has at least its members.
func arrayContains(a []any) any {
	array, isArray := a[0].([]any)
	partly, isBool := false, true
	if len(a) == 3 {
		partly, isBool = a[2].(bool)
	}
	if !isArray || !isBool || rank(a[1]) == rankUndefined {
		return undefined{}
	}
	return slices.ContainsFunc(array, func(element any) bool {
		return equal(element, a[1]) || partly && includes(element, a[1])
	})
}

func includes(whole, part any) bool {
	w, isObject := whole.(map[string]any)
	p, isPart := part.(map[string]any)
	if !isObject || !isPart {
		return equal(whole, part)
	}
	for name, value := range p {
		if member, has := w[name]; !has || !includes(member, value) {
			return false
		}
	}
	return true
}
