package team

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"leadflow/shared/lead"
)

// Ask is what a new lead is assigned by.
type Ask struct {
	Offer   lead.Offer
	Source  string
	Action  lead.Action
	Country string
}

// AskOf is the question of a lead that begins with this touch of this person.
func AskOf(t lead.Touch, c lead.Contact) Ask {
	return Ask{Offer: t.Offer, Source: t.Source, Action: t.Action, Country: c.Country}
}

// Choice is who may get a lead. The roster decides among them.
type Choice struct {
	// Rule says in words by what they were chosen, such as "rule in line 12: country KR".
	Rule string
	// Group is their team; its ID is empty if they are of none.
	Group Group
	// Candidates are the people of the team in its order or, where a rule names a person, that one and who covers.
	Candidates []lead.Candidate
	// Otherwise is to whom it falls when none of them is available: the team's fallback, its manager and who covers
	// for them, in the order in which they are tried. When they are all absent too the first one gets it.
	Otherwise []lead.Candidate

	team Team
	// rule is what Rule says.
	rule lead.Phrase
	// named is the person whom the rule names; nil where it names a team.
	named *Person
	now   time.Time
}

// HandsLeads says whether the team names people who get leads. While it does not, operations own them all.
func (t Team) HandsLeads() bool { return len(t.ofTheFile()) > 0 }

// Choose finds who may get a new lead: by the first rule that fits, else the team of the offer, else the first
// team, else everybody if there are no teams. A rule or an offer whose team or person is not in the file counts
// for nothing. While nobody hands out leads the choice is empty.
func (t Team) Choose(a Ask, now time.Time) Choice {
	c := Choice{team: t, now: now}
	if !t.HandsLeads() {
		return c
	}
	a.Offer, _ = t.Find(a.Offer) // of a catalogue that may be another one by now
	c.rule, c.Group, c.named = t.route(a)
	c.Rule = lead.Text(c.rule)
	if c.named != nil {
		c.Candidates = append(c.Candidates, c.named.candidate(now))
		if cover, ok := t.Person(c.named.Cover); ok {
			candidate := cover.candidate(now)
			if candidate.Skipped == "" && c.named.there(now) {
				candidate.Skipped = "covers only while " + c.named.words() + " is away"
			}
			c.Candidates = append(c.Candidates, candidate)
		}
	} else {
		for _, id := range c.Group.People {
			if p, ok := t.Person(id); ok {
				c.Candidates = append(c.Candidates, p.candidate(now))
			}
		}
	}
	for _, p := range []Person{t.fallback(c.Group), t.manager(c.Group)} {
		c.fallTo(p)
		if cover, ok := t.Person(p.Cover); ok {
			c.fallTo(cover)
		}
	}
	return c
}

// fallTo adds somebody to whom the lead falls.
func (c *Choice) fallTo(p Person) {
	if !slices.ContainsFunc(c.Otherwise, func(o lead.Candidate) bool { return o.Person == p.ID }) {
		c.Otherwise = append(c.Otherwise, p.candidate(c.now))
	}
}

// route finds the team or, with a team that may be none, the person for a lead.
func (t Team) route(a Ask) (rule lead.Phrase, g Group, named *Person) {
	for _, r := range t.Rules {
		rule, fits := r.fits(a)
		if !fits {
			continue
		}
		if p, ok := t.Person(r.Person); ok {
			g, _ := t.groupOf(p.ID)
			return rule, g, &p
		}
		if g, ok := t.group(r.Group); ok {
			return rule, g, nil
		}
	}
	if o, ok := t.byID(Written(a.Offer.Publisher, a.Offer.ID), a.Offer.Publisher); ok {
		if g, ok := t.group(o.Team); ok {
			return lead.Say("rule.offer"), g, nil
		}
	}
	if len(t.Groups) > 0 {
		return lead.Say("rule.first"), t.Groups[0], nil
	}
	for _, p := range t.ofTheFile() {
		g.People = append(g.People, p.ID)
	}
	return lead.Say("rule.all"), g, nil
}

// fits says whether a rule is for a lead, and what it is: the condition's values that the lead has.
func (r Rule) fits(a Ask) (rule lead.Phrase, fits bool) {
	var met []string
	meets := func(what string, values []string, has ...string) bool {
		if len(values) == 0 {
			return true
		}
		i := slices.IndexFunc(values, func(v string) bool {
			return slices.ContainsFunc(has, func(h string) bool { return strings.EqualFold(v, h) })
		})
		if i >= 0 {
			met = append(met, what+" "+values[i])
		}
		return i >= 0
	}
	var actions []string
	for _, action := range r.Actions {
		actions = append(actions, string(action))
	}
	fits = meets("offer", r.Offers, a.Offer.ID, Written(a.Offer.Publisher, a.Offer.ID)) &&
		meets("publisher", r.Publishers, a.Offer.Publisher) &&
		meets("source", r.Sources, a.Source) &&
		meets("action", actions, string(a.Action)) &&
		meets("country", r.Countries, a.Country)
	if len(met) == 0 {
		return lead.Say("rule.every", "line", strconv.Itoa(r.Line)), fits
	}
	return lead.Say("rule.line", "line", strconv.Itoa(r.Line), "met", strings.Join(met, ", ")), fits
}

// Assign has the roster decide, and gives the owner with the record of the decision. changed says whether the
// roster must be written. While nobody hands out leads the owner is operations, and r may be nil.
func (c Choice) Assign(r *lead.Roster, leadID string, now lead.Time) (o lead.Owner, changed bool) {
	if !c.team.HandsLeads() {
		return c.team.Assign(now), false
	}
	p := r.Pick(leadID, c.Candidates, c.Otherwise, now)
	d := &lead.Decision{Rule: c.Rule, Team: c.Group.ID, Candidates: p.Candidates, Of: p.Of, TeamVersion: c.team.Version}
	if c.nobody() {
		d.Escalated, d.Manager = true, c.told(p.Person).ID
	}
	d.Bound(p.Person)
	person, _ := c.team.Person(p.Person)
	o = lead.Owner{Person: p.Person, Name: person.words(), Since: now, Decision: d}
	o.Why, o.Said = lead.Told(c.why(p)...)
	return o, !p.Again
}

// nobody says whether none of the candidates is available.
func (c Choice) nobody() bool {
	return !slices.ContainsFunc(c.Candidates, func(x lead.Candidate) bool { return x.Skipped == "" })
}

// told is who is told that nobody of the team was there: its manager, who acts while the manager is absent, or
// operations where that is the owner or nobody is there. A manager who is the owner knows.
func (c Choice) told(owner string) Person {
	m := c.team.manager(c.Group)
	if m.ID == owner {
		return m
	}
	return c.team.thereFor(m, owner, c.now)
}

// why says in a sentence without its full stop why the person who was picked has the lead.
func (c Choice) why(p lead.Picked) []lead.Phrase {
	person, _ := c.team.Person(p.Person)
	name := person.words()
	switch {
	case p.Again:
		return []lead.Phrase{lead.Say("why.again", "person", name)}
	case c.nobody():
		said := append([]lead.Phrase{c.nobodyWords(), lead.Say("why.falls", "person", name)}, c.team.role(person, c.Group)...)
		if m := c.told(person.ID); m.ID != person.ID {
			said = append(said, lead.Say("why.told", "person", m.words()))
		}
		return said
	case c.named == nil && c.Group.ID != "":
		return append([]lead.Phrase{lead.Say("why.nextIn", "person", name, "team", c.Group.ID).And("rule", c.rule)}, c.share(p)...)
	case c.named == nil:
		return append([]lead.Phrase{lead.Say("why.next", "person", name).And("rule", c.rule)}, c.share(p)...)
	case c.named.ID == person.ID:
		return []lead.Phrase{lead.Say("why.named", "person", name).And("rule", c.rule)}
	}
	return []lead.Phrase{lead.Say("why.covers", "person", name, "absent", c.named.words()).And("away", c.named.away(c.now)).And("rule", c.rule)}
}

// nobodyWords says who is not available.
func (c Choice) nobodyWords() lead.Phrase {
	switch {
	case c.named != nil:
		return lead.Say("why.absent", "absent", c.named.words()).And("away", c.named.away(c.now)).And("rule", c.rule)
	case c.Group.ID != "":
		return lead.Say("why.nobodyIn", "team", c.Group.ID).And("rule", c.rule)
	}
	return lead.Say("why.nobody").And("rule", c.rule)
}

// share says how many of the last leads the person had who was picked, if there were enough to speak of.
func (c Choice) share(p lead.Picked) []lead.Phrase {
	if p.Of < 2 {
		return nil
	}
	i := slices.IndexFunc(p.Candidates, func(x lead.Candidate) bool { return x.Person == p.Person })
	has := p.Candidates[i]
	said := []lead.Phrase{lead.Say("why.share", "load", strconv.Itoa(has.Load-has.Credit), "of", strconv.Itoa(p.Of))}
	if has.Load == has.Credit {
		said = []lead.Phrase{lead.Say("why.none", "of", strconv.Itoa(p.Of))}
	}
	if slices.ContainsFunc(p.Candidates, func(x lead.Candidate) bool { return x.Weight != has.Weight }) {
		said = append(said, lead.Say("why.weight", "weight", strconv.Itoa(has.Weight)))
	}
	return said
}

// Assign gives the owner of a new lead while nobody hands out leads, and why. The team must have people.
func (t Team) Assign(now lead.Time) lead.Owner {
	operations := t.operations()
	why := lead.Say("why.noTeam", "person", operations.Name)
	if t.Version > 0 {
		why = lead.Say("why.noPeople", "person", operations.Name)
	}
	o := lead.Owner{Person: operations.ID, Name: operations.Name, Since: now}
	o.Why, o.Said = lead.Told(why)
	return o
}
