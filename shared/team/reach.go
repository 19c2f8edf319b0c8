package team

import "maps"

// maxReach bounds the looking for leads that earlier rules leave to the rules of a file. Those of people need a few
// steps each.
const maxReach = 20_000

// leads are all that have certain values: one entry for each kind of condition, in the order of rule.conditions.
type leads []values

// values are those of a set or, if but is set, all others.
type values struct {
	set map[string]bool
	but bool
}

// leads are those that fit a rule. There are no other sources and actions than the known ones.
func (c rule) leads() leads {
	var all leads
	for kind, condition := range c.conditions {
		v := values{set: condition}
		switch {
		case len(condition) > 0:
		case kind == kindSource:
			v.set = lowered(sources)
		case kind == kindAction:
			v.set = lowered(texts(actions))
		default:
			v.but = true
		}
		all = append(all, v)
	}
	return all
}

// reach says whether earlier rules leave any of the leads. When the steps are used up it says so too.
func (l leads) reach(earlier []rule, steps *int) bool {
	for len(earlier) > 0 && l.apart(earlier[0]) {
		earlier = earlier[1:]
	}
	if *steps--; len(earlier) == 0 || *steps < 0 {
		return true
	}
	for kind, condition := range earlier[0].conditions {
		if len(condition) == 0 {
			continue
		}
		outside, inside := l[kind].split(condition)
		if outside.any() && l.with(kind, outside).reach(earlier[1:], steps) {
			return true
		}
		l = l.with(kind, inside)
	}
	return false
}

// apart says whether none of the leads fits a rule.
func (l leads) apart(c rule) bool {
	for kind, condition := range c.conditions {
		if len(condition) > 0 && !l[kind].meets(condition) {
			return true
		}
	}
	return false
}

func (l leads) with(kind int, v values) leads {
	with := append(leads(nil), l...)
	with[kind] = v
	return with
}

func (v values) any() bool { return v.but || len(v.set) > 0 }

func (v values) meets(condition map[string]bool) bool {
	for value := range condition {
		if v.set[value] != v.but {
			return true
		}
	}
	return false
}

// split gives the values that are outside of a condition, and those in it.
func (v values) split(condition map[string]bool) (outside, inside values) {
	outside, inside = values{maps.Clone(v.set), v.but}, values{set: map[string]bool{}}
	if outside.set == nil {
		outside.set = map[string]bool{}
	}
	for value := range condition {
		if v.set[value] != v.but {
			inside.set[value] = true
		}
		if v.but {
			outside.set[value] = true
		} else {
			delete(outside.set, value)
		}
	}
	return outside, inside
}
