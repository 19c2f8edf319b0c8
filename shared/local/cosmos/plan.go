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

// condition is a term of the WHERE that compares one property, and the parts of an index on that
// property that satisfy it.
type condition struct {
	path  []string
	spans []span
	term  expression
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
		path, spans, ok := spansOf(term)
		if !ok {
			continue
		}
		if equals, isComparison := term.(comparison); isComparison && equals.operator == "=" &&
			pl.partition == nil && slices.Equal(path, c.partitionPath) && len(spans) == 1 {
			if key, ok := canonicalPartition(spans[0].from.value); ok {
				pl.partition = &key
			}
		}
		if covers(c.rules, path) {
			pl.covered = append(pl.covered, condition{path, spans, term})
		}
	}
	return pl
}

// spansOf finds the property that a term compares with constants, and the spans of its values that make
// the term true.
func spansOf(term expression) (path []string, spans []span, ok bool) {
	switch t := term.(type) {
	case comparison:
		p, l, operator, ok := sides(t)
		if !ok {
			return nil, nil, false
		}
		s, ok := spanOf(operator, l)
		return p.path, s, ok
	case between:
		p, isProperty := t.value.(property)
		low, isLow := t.low.(literal)
		high, isHigh := t.high.(literal)
		if !isProperty || !isLow || !isHigh || !isScalar(low.value) || !isScalar(high.value) {
			return nil, nil, false
		}
		if rank(low.value) != rank(high.value) {
			return p.path, nil, true
		}
		return p.path, []span{{key{low.value, 0}, key{high.value, math.MaxUint64}}}, true
	case membership:
		p, ok := t.value.(property)
		for _, member := range t.list {
			l, isLiteral := member.(literal)
			if !ok || !isLiteral || !isScalar(l.value) {
				return nil, nil, false
			}
			spans = append(spans, point(l.value))
		}
		return p.path, spans, ok
	case call:
		return spansOfCall(t)
	}
	return nil, nil, false
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

// spansOfCall knows IS_DEFINED, IS_NULL and STARTSWITH with regard to letter case.
func spansOfCall(c call) (path []string, spans []span, ok bool) {
	p, isProperty := c.arguments[0].(property)
	if !isProperty {
		return nil, nil, false
	}
	switch c.name {
	case "IS_DEFINED":
		return p.path, []span{{key{nil, 0}, key{composite{}, math.MaxUint64}}}, true
	case "IS_NULL":
		return p.path, []span{point(nil)}, true
	case "STARTSWITH":
		if l, isLiteral := c.arguments[1].(literal); isLiteral && len(c.arguments) == 2 {
			if prefix, isString := l.value.(string); isString {
				return p.path, []span{{key{prefix, 0}, key{prefix + "\xff", 0}}}, true
			}
		}
	}
	return nil, nil, false
}

// candidates gives up to limit documents created after the one with this sequence number, in the order
// of their creation, among which are all that the plan wants; and whether there are more.
func (c *container) candidates(pl plan, after uint64, limit int) (documents []*document, more bool) {
	source, spans := c.cheapest(pl)
	ordered := len(spans) == 1 && order(spans[0].from.value, spans[0].to.value) == 0
	for _, s := range spans {
		if ordered { // Entries of one value are in the order of creation already.
			s.from.seq = after + 1
		}
		source.each(s, func(d *document) bool {
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

// cheapest chooses the index with the least work: the partition, the covered condition with the fewest
// documents, or all documents. A span of many values counts eightfold, because every page sorts it again.
func (c *container) cheapest(pl plan) (*index, []span) {
	source, spans := &c.created, []span{point(nil)}
	if pl.partition != nil {
		source, spans = &c.partitions, []span{point(*pl.partition)}
	}
	cost := source.count(spans[0])
	for _, condition := range pl.covered {
		at := slices.IndexFunc(c.paths, func(p *pathIndex) bool { return slices.Equal(p.path, condition.path) })
		if at < 0 {
			continue
		}
		work := 0
		for _, s := range condition.spans {
			n := c.paths[at].count(s)
			if len(condition.spans) > 1 || order(s.from.value, s.to.value) != 0 {
				n *= 8
			}
			work += n
		}
		if work < cost {
			cost, source, spans = work, &c.paths[at].index, condition.spans
		}
	}
	return source, spans
}
