package team

import (
	"fmt"
	"slices"
	"strings"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
)

// maxRules bounds the work of comparing each rule with those before it.
const maxRules = 500

// sources are those that a lead can be from.
var sources = []string{"AzureMarketplace", "AppSource", "AzurePortal", "TestDrive", "unknown"}

// actions are those that a lead can come with.
var actions = []lead.Action{lead.ActionAcquired, lead.ActionContactMe, lead.ActionDoNot, lead.ActionCreated, lead.ActionTestDrive, lead.ActionUnknown}

// The kinds of conditions.
const (
	kindOffer = iota
	kindPublisher
	kindSource
	kindAction
	kindCountry
)

// rule is a rule with what is needed to compare it.
type rule struct {
	Rule
	place
	// conditions are its values in one letter case, by kind; none fits everything.
	conditions []map[string]bool
	// broken says that a value could not be used.
	broken bool
}

// rules reads the rules. The catalogue may lack what they name.
func (r *reader) rules(n *node, catalogue []Offer) []Rule {
	var all []rule
	r.items(n, "rules", func(n *node) {
		if len(all) == maxRules {
			r.add(n.place, fmt.Sprintf("the file has more than %d rules: put values into one list where a team is the same", maxRules))
		}
		all = append(all, r.rule(n))
	})
	if len(all) <= maxRules {
		r.neverDeciding(all)
	}
	r.againstCatalogue(all, catalogue)
	read := make([]Rule, len(all))
	for i := range all {
		read[i] = all[i].Rule
	}
	return read
}

// rule reads one rule.
func (r *reader) rule(n *node) rule {
	c := rule{Rule: Rule{Line: n.line}, place: n.place}
	before := len(r.problems)
	r.keys(n, "a rule",
		field{name: "offer", read: func(n *node) {
			c.Offers = r.values(n, "offer", func(n *node) (string, bool) { return r.word(n, "offer", "-_.") })
		}},
		field{name: "publisher", read: func(n *node) {
			c.Publishers = r.values(n, "publisher", func(n *node) (string, bool) { return r.word(n, "publisher", "-_") })
		}},
		field{name: "source", read: func(n *node) { c.Sources = r.values(n, "source", r.source) }},
		field{name: "action", read: func(n *node) {
			for _, a := range r.values(n, "action", r.action) {
				c.Actions = append(c.Actions, lead.Action(a))
			}
		}},
		field{name: "country", read: func(n *node) { c.Countries = r.values(n, "country", r.country) }},
		field{name: "team", read: func(n *node) { c.Group = r.name(n, "team", &r.groups) }},
		field{name: "person", read: func(n *node) {
			if c.Person = r.somebody(n, "person"); c.Person != "" && c.Group != "" {
				r.add(n.place, "a rule has a team and a person: take one of them out")
			}
		}},
	)
	if n.kind == keys && !n.has("team") && !n.has("person") {
		r.add(n.place, "a rule has neither a team nor a person: say who gets its leads")
	}
	c.broken = len(r.problems[before:].Errors()) > 0
	c.conditions = []map[string]bool{
		kindOffer: lowered(c.Offers), kindPublisher: lowered(c.Publishers), kindSource: lowered(c.Sources), kindAction: lowered(texts(c.Actions)), kindCountry: lowered(c.Countries),
	}
	return c
}

// values reads what a condition compares with: a value or a list.
func (r *reader) values(n *node, what string, read func(*node) (string, bool)) []string {
	var all []string
	lines := map[string]int{}
	r.each(n, what, func(n *node) {
		v, ok := read(n)
		if !ok {
			return
		}
		if first, twice := lines[strings.ToLower(v)]; twice {
			r.warn(n.place, fmt.Sprintf("%s lists %s twice, first in line %d: take one out", what, v, first))
			return
		}
		lines[strings.ToLower(v)] = n.line
		all = append(all, v)
	})
	return all
}

func (r *reader) source(n *node) (string, bool) { return r.oneOf(n, "source", sources) }

func (r *reader) action(n *node) (string, bool) { return r.oneOf(n, "action", texts(actions)) }

// oneOf reads a text that is one of a few, in any letter case, and gives it in theirs.
func (r *reader) oneOf(n *node, what string, few []string) (string, bool) {
	s, ok := r.text(n, what)
	if !ok {
		return "", false
	}
	i := slices.IndexFunc(few, func(one string) bool { return strings.EqualFold(one, s) })
	if i < 0 {
		r.add(n.place, fmt.Sprintf("there is no %s %s: give one of %s", what, quoted(s), strings.Join(few, ", ")))
		return "", false
	}
	return few[i], true
}

// country reads a country and gives its code.
func (r *reader) country(n *node) (string, bool) {
	s, ok := r.text(n, "country")
	if !ok {
		return "", false
	}
	code := normalize.Country(s)
	if code == "" {
		r.add(n.place, fmt.Sprintf("country %s is unknown: give its code (ISO 3166-1) or its English name, such as KR or Germany", quoted(s)))
	}
	return code, code != ""
}

// neverDeciding warns of rules whose leads earlier ones take.
func (r *reader) neverDeciding(all []rule) {
	var earlier []rule
	steps := maxReach
	for _, later := range all {
		if later.broken {
			continue
		}
		if first := slices.IndexFunc(earlier, func(c rule) bool { return c.takesAllOf(later) }); first >= 0 {
			r.warn(later.place, fmt.Sprintf("this rule never decides: the one in line %d takes all its leads; put this one before it or take it out", earlier[first].Line))
		} else if !later.leads().reach(earlier, &steps) {
			r.warn(later.place, "this rule never decides: together those above it take all its leads; put this one before them or take it out")
		}
		earlier = append(earlier, later)
	}
}

// takesAllOf says whether every lead that fits another rule fits this one too.
func (c rule) takesAllOf(other rule) bool {
	for i, mine := range c.conditions {
		theirs := other.conditions[i]
		if len(mine) == 0 {
			continue
		}
		if len(theirs) == 0 || len(theirs) > len(mine) {
			return false
		}
		for v := range theirs {
			if !mine[v] {
				return false
			}
		}
	}
	return true
}

// againstCatalogue warns of rules whose offers or publishers the catalogue lacks, and of those whose offers it has for
// other publishers.
func (r *reader) againstCatalogue(all []rule, catalogue []Offer) {
	if len(catalogue) == 0 {
		return
	}
	publishers := map[string]map[string]bool{} // by offer id; "" stands for any
	everybody := map[string]bool{}
	for _, o := range catalogue {
		id := strings.ToLower(o.ID)
		if publishers[id] == nil {
			publishers[id] = map[string]bool{}
		}
		publishers[id][strings.ToLower(o.Publisher)] = true
		everybody[strings.ToLower(o.Publisher)] = true
	}
	for _, c := range all {
		theirs := c.conditions[kindPublisher]
		possible := len(c.Offers) == 0 || len(theirs) == 0 || c.broken
		for _, id := range c.Offers {
			has := publishersOf(strings.ToLower(id), publishers)
			if has == nil {
				r.warn(c.place, fmt.Sprintf("the catalogue has no offer with the id %s, which this rule names: mend it, or add the offer", quoted(id)))
			}
			possible = possible || has == nil || has[""]
			for publisher := range has {
				possible = possible || theirs[publisher]
			}
		}
		for _, publisher := range c.Publishers {
			if possible && !everybody[""] && !everybody[strings.ToLower(publisher)] {
				r.warn(c.place, fmt.Sprintf("the catalogue has no offer of the publisher %s, which this rule names: mend it, or add an offer", quoted(publisher)))
			}
		}
		if !possible {
			r.warn(c.place, "this rule never decides: the catalogue has its offers for other publishers only")
		}
	}
}

// publishersOf are those of an offer in the catalogue, as a rule writes it: with its publisher or without. It is nil
// if the catalogue lacks it.
func publishersOf(id string, publishers map[string]map[string]bool) map[string]bool {
	if has := publishers[id]; has != nil {
		return has
	}
	publisher, rest, _ := strings.Cut(id, ".")
	if has := publishers[rest]; has[publisher] || has[""] {
		return map[string]bool{publisher: true}
	}
	return nil
}

// lowered are values in one letter case.
func lowered(values []string) map[string]bool {
	set := map[string]bool{}
	for _, v := range values {
		set[strings.ToLower(v)] = true
	}
	return set
}

// texts are values as texts.
func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}
