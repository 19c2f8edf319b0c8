package cosmos

import (
	"cmp"
	"math"
	"slices"
)

// plan is how a query finds its documents: the partition it is bound to, and those conditions of its
// WHERE that the indexing policy covers. A document that satisfies all of them is examined.
type plan struct {
	partition *string
	covered   []condition
}

// condition is a term of the WHERE, and the parts of the indexes that hold every document for which it
// is true.
type condition struct {
	term  expression
	parts []part
}

// part is some spans of the index of one target.
type part struct {
	target
	spans []span
}

// newPlan reads the terms that must all be true. partition is that of the request; without one, a term
// that fixes the partition key binds the query too.
func (c *container) newPlan(q *query, partition *string) plan {
	pl := plan{partition: partition}
	terms := []expression{q.where}
	if l, ok := q.where.(logical); ok && !l.decides {
		terms = l.terms
	}
	for _, term := range terms {
		if pl.partition == nil {
			pl.partition = c.partitionIn(term)
		}
		if parts, ok := c.partsOf(term); ok {
			pl.covered = append(pl.covered, condition{term, parts})
		}
	}
	return pl
}

// partitionIn gives the partition key that a term fixes, nil if it fixes none.
func (c *container) partitionIn(term expression) *string {
	equals, ok := term.(comparison)
	if !ok || equals.operator != "=" {
		return nil
	}
	t, spans, ok := spansOf(equals)
	if !ok || !slices.Equal(t.names, c.partitionPath) {
		return nil
	}
	key, ok := canonicalPartition(spans[0].from.value)
	if !ok {
		return nil
	}
	return &key
}

// partsOf finds the parts that make a term true, if the policy covers their targets. An OR has those of
// all its terms; if one of them has none, an index is of no use.
func (c *container) partsOf(term expression) (parts []part, ok bool) {
	if l, isLogical := term.(logical); isLogical && l.decides {
		for _, t := range l.terms {
			some, ok := c.partsOf(t)
			if !ok {
				return nil, false
			}
			parts = append(parts, some...)
		}
		return parts, true
	}
	t, spans, ok := spansOf(term)
	return []part{{t, spans}}, ok && covers(c.rules, t)
}

// spansOf finds what a term compares with constants, and the spans of its values that make the term true.
func spansOf(term expression) (t target, spans []span, ok bool) {
	switch e := term.(type) {
	case comparison:
		p, l, operator, ok := sides(e)
		if !ok {
			return target{}, nil, false
		}
		s, ok := spanOf(operator, l)
		return target{names: p.path}, s, ok
	case between:
		p, isProperty := e.value.(property)
		low, isLow := e.low.(literal)
		high, isHigh := e.high.(literal)
		if !isProperty || !isLow || !isHigh || !isScalar(low.value) || !isScalar(high.value) {
			return target{}, nil, false
		}
		if rank(low.value) != rank(high.value) {
			return target{names: p.path}, nil, true
		}
		return target{names: p.path}, []span{{key{low.value, 0}, key{high.value, math.MaxUint64}}}, true
	case membership:
		p, ok := e.value.(property)
		for _, member := range e.list {
			l, isLiteral := member.(literal)
			if !ok || !isLiteral || !isScalar(l.value) {
				return target{}, nil, false
			}
			spans = append(spans, point(l.value))
		}
		return target{names: p.path}, spans, ok
	case call:
		return spansOfCall(e)
	}
	return target{}, nil, false
}

// sides gives a comparison as property, operator, constant, whichever way it is written.
func sides(c comparison) (property, any, string, bool) {
	if p, ok := c.left.(property); ok {
		l, ok := c.right.(literal)
		return p, l.value, c.operator, ok
	}
	p, ok := c.right.(property)
	l, isLiteral := c.left.(literal)
	operator := c.operator
	switch operator {
	case "<":
		operator = ">"
	case "<=":
		operator = ">="
	case ">":
		operator = "<"
	case ">=":
		operator = "<="
	}
	return p, l.value, operator, ok && isLiteral
}

// spanOf gives the values that compare with a scalar, all of its type; != is left to a scan.
func spanOf(operator string, v any) ([]span, bool) {
	if !isScalar(v) || operator == "!=" {
		return nil, false
	}
	var lowest, highest any
	switch v.(type) {
	case bool:
		lowest, highest = false, true
	case float64:
		lowest, highest = math.Inf(-1), math.Inf(1)
	case string:
		lowest, highest = "", "\xff" // No UTF-8 text sorts after this byte.
	}
	s := point(v)
	switch operator {
	case "<":
		s = span{key{lowest, 0}, key{v, 0}}
	case "<=":
		s.from = key{lowest, 0}
	case ">":
		s = span{key{v, math.MaxUint64}, key{highest, math.MaxUint64}}
	case ">=":
		s.to = key{highest, math.MaxUint64}
	}
	return []span{s}, true
}

// spansOfCall knows IS_DEFINED, IS_NULL, STARTSWITH with regard to letter case and ARRAY_CONTAINS of a
// scalar.
func spansOfCall(c call) (t target, spans []span, ok bool) {
	p, isProperty := c.arguments[0].(property)
	if !isProperty {
		return target{}, nil, false
	}
	var constant any = undefined{}
	if len(c.arguments) == 2 {
		if l, isLiteral := c.arguments[1].(literal); isLiteral {
			constant = l.value
		}
	}
	switch c.name {
	case "IS_DEFINED":
		return target{names: p.path}, []span{{key{nil, 0}, key{composite{}, math.MaxUint64}}}, true
	case "IS_NULL":
		return target{names: p.path}, []span{point(nil)}, true
	case "STARTSWITH":
		if prefix, isString := constant.(string); isString {
			return target{names: p.path}, []span{{key{prefix, 0}, key{prefix + "\xff", 0}}}, true
		}
	case "ARRAY_CONTAINS":
		return target{p.path, true}, []span{point(constant)}, isScalar(constant)
	}
	return target{}, nil, false
}

// reading is one span of an index that a query reads.
type reading struct {
	index *index
	span  span
}

// inOrder tells whether readings give the documents in the order of their creation, each once: those of
// one value do.
func inOrder(readings []reading) bool {
	return len(readings) == 1 && order(readings[0].span.from.value, readings[0].span.to.value) == 0
}

// work counts the entries of readings. If they are not in order they count eightfold, because every page
// sorts them again.
func work(readings []reading) int {
	n := 0
	for _, r := range readings {
		n += r.index.count(r.span)
	}
	if !inOrder(readings) {
		n *= 8
	}
	return n
}

// candidates gives up to limit documents created after the one with this sequence number, in the order
// of their creation, among which are all that the plan wants; and whether there are more.
func (c *container) candidates(pl plan, after uint64, limit int) (documents []*document, more bool) {
	readings := c.cheapest(pl)
	ordered := inOrder(readings)
	for _, r := range readings {
		if ordered {
			r.span.from.seq = after + 1
		}
		r.index.each(r.span, func(d *document) bool {
			if d.seq > after {
				documents = append(documents, d)
			}
			return !ordered || len(documents) <= limit
		})
	}
	if !ordered {
		bySeq := func(a, b *document) int { return cmp.Compare(a.seq, b.seq) }
		slices.SortFunc(documents, bySeq)
		documents = slices.Compact(documents)
	}
	if len(documents) > limit {
		return documents[:limit], true
	}
	return documents, false
}

// cheapest chooses the readings with the least work: the partition, a covered condition, or all
// documents.
func (c *container) cheapest(pl plan) []reading {
	best := []reading{{&c.created, point(nil)}}
	if pl.partition != nil {
		best = []reading{{&c.partitions, point(*pl.partition)}}
	}
	least := work(best)
	for _, covered := range pl.covered {
		if readings, ok := c.readings(covered); ok {
			if w := work(readings); w < least {
				least, best = w, readings
			}
		}
	}
	return best
}

// readings gives what to read for a condition, if there is an index for each of its parts.
func (c *container) readings(covered condition) (readings []reading, ok bool) {
	for _, p := range covered.parts {
		x := c.indexOf(p.target)
		if x == nil {
			return nil, false
		}
		for _, s := range p.spans {
			readings = append(readings, reading{x, s})
		}
	}
	return readings, true
}
