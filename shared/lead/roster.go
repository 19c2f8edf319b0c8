package lead

import "slices"

const (
	// maxAssignments is how many of the last assignments are remembered, and so count as load.
	maxAssignments = 500
	// maxKnown bounds the people who are no newcomers; those seen last stay.
	maxKnown = 500
)

// Roster remembers who was given which lead, as one document, so that the next lead goes to whom it is due.
type Roster struct {
	ID     string `json:"id"`
	Schema int    `json:"schema"`
	// Assignments are the last 500, the newest last.
	Assignments []Assignment `json:"assignments,omitempty"`
	// Seq is how many were ever made. The first of Assignments has the number Seq - len(Assignments), from 0.
	Seq int `json:"seq"`
	// Known are the people who have been available before, those seen last behind; anybody else is a newcomer.
	Known []Known `json:"known,omitempty"`

	unknown Unknown
}

// Assignment says who was given a lead.
type Assignment struct {
	Lead   string `json:"lead"`
	Person string `json:"person"`
	At     Time   `json:"at"`

	unknown Unknown
}

// Known is somebody who has been available before.
type Known struct {
	Person string `json:"person"`
	// Credit are the leads that a newcomer is taken to have had already, so that he starts at the lowest load and
	// not at none. It stands for his share of the assignments numbered From to To, without To, and fades as these
	// are forgotten.
	Credit int `json:"credit,omitempty"`
	From   int `json:"from,omitempty"`
	To     int `json:"to,omitempty"`

	unknown Unknown
}

// Picked is whom a roster gives a lead to, and what that rests on.
type Picked struct {
	Person string
	// Candidates are all who were looked at, with their loads: those who could have had the lead instead of nobody
	// stand behind the others, and only where nobody else was available.
	Candidates []Candidate
	// Of is how many assignments the loads were counted among.
	Of int
	// Again says that the lead had been given to the person before. Then the roster has not changed.
	Again bool
}

// Pick gives a lead to the available candidate who is due, and remembers it. If none is available, the first
// available of those in otherwise gets it or, failing that too, the very first of them; one must be there then.
// A candidate is available who is skipped for no reason.
//
// A lead that is remembered stays with its person, however absent, while that is one of candidates or otherwise:
// so the repeat of an assignment that was only half done gives the same.
//
// Who is due is decided by load, the assignments among the last 500 divided by the weight: it is the one whose
// load would be the lowest with this lead, among those who would not be ahead of their share by a whole lead. For
// the same candidates throughout that is the quota method of Balinski and Young, under which everybody is always
// less than one lead away from the share that the weight gives. Ties go by the order of candidates.
func (r *Roster) Pick(leadID string, candidates, otherwise []Candidate, now Time) Picked {
	first := r.first(candidates)
	p := Picked{Candidates: r.counted(leadID, candidates, first)}
	if !slices.ContainsFunc(candidates, Candidate.available) {
		for _, c := range r.counted(leadID, otherwise, first) {
			if !slices.ContainsFunc(candidates, func(o Candidate) bool { return o.Person == c.Person }) {
				p.Candidates = append(p.Candidates, c)
			}
		}
	}
	before := slices.IndexFunc(r.Assignments, func(a Assignment) bool { return a.Lead == leadID })
	p.Of = r.Seq - first
	if before >= r.index(first) {
		p.Of-- // a lead is no reason for or against its own assignment
	}
	if before >= 0 {
		p.Person = r.Assignments[before].Person
		is := func(c Candidate) bool { return c.Person == p.Person }
		if p.Again = slices.ContainsFunc(candidates, is) || slices.ContainsFunc(otherwise, is); p.Again {
			return p
		}
	}
	r.welcome(p.Candidates[:len(candidates)], first)
	p.Person = due(p.Candidates[:len(candidates)])
	if p.Person == "" {
		p.Person = firstAvailable(otherwise)
	}
	a := Assignment{Lead: leadID, Person: p.Person, At: now}
	if before >= 0 { // the one who had it can have it no more
		r.Assignments[before] = a
		return p
	}
	r.Assignments = append(r.Assignments, a)
	r.Assignments = r.Assignments[max(0, len(r.Assignments)-maxAssignments):]
	r.Seq++
	return p
}

// first is the number of the first assignment that counts. Beyond the oldest that is remembered it skips as many
// as it takes to start where a round of these candidates starts, a round being as many leads as they have weight:
// a count that begins within a round forgets who is ahead in it, and would shift by a lead every 500.
func (r *Roster) first(candidates []Candidate) int {
	round := 0
	for _, c := range candidates {
		if c.available() {
			round += c.Weight
		}
	}
	first := r.Seq - len(r.Assignments)
	if round > 0 && round < maxAssignments && first%round > 0 {
		first = min(r.Seq, first+round-first%round)
	}
	return first
}

// index is where the assignment of a number stands.
func (r *Roster) index(number int) int { return number - (r.Seq - len(r.Assignments)) }

// counted is the candidates with their loads, to which the lead itself does not count.
func (r *Roster) counted(leadID string, candidates []Candidate, first int) []Candidate {
	given := map[string]int{}
	for _, a := range r.Assignments[r.index(first):] {
		if a.Lead != leadID {
			given[a.Person]++
		}
	}
	credited := map[string]int{}
	for _, k := range r.Known {
		if left := k.To - max(k.From, first); left > 0 {
			credited[k.Person] = k.Credit * left / (k.To - k.From)
		}
	}
	counted := slices.Clone(candidates)
	for i := range counted {
		c := &counted[i]
		c.Credit = credited[c.Person]
		c.Load = given[c.Person] + c.Credit
	}
	return counted
}

// welcome credits the newcomers among the candidates with what the least loaded of the others has, and notes who
// was seen.
func (r *Roster) welcome(candidates []Candidate, first int) {
	known := map[string]Known{}
	for _, k := range r.Known {
		known[k.Person] = k
	}
	var others []Candidate
	for _, c := range candidates {
		if _, old := known[c.Person]; old && c.available() {
			others = append(others, c)
		}
	}
	seen := map[string]bool{}
	var now []Known
	for i := range candidates {
		c := &candidates[i]
		k, old := known[c.Person]
		if !old && !c.available() {
			continue
		}
		if !old {
			k = Known{Person: c.Person}
			if c.Credit = credit(*c, others); c.Credit > 0 {
				c.Load += c.Credit
				k.Credit, k.From, k.To = c.Credit, first, r.Seq
			}
		}
		seen[c.Person] = true
		now = append(now, k)
	}
	before := slices.DeleteFunc(r.Known, func(k Known) bool { return seen[k.Person] })
	r.Known = append(before, now...)
	r.Known = r.Known[max(0, len(r.Known)-maxKnown):]
}

// credit is what a newcomer lacks to be as loaded as the least loaded of the others.
func credit(c Candidate, others []Candidate) int {
	if len(others) == 0 {
		return 0
	}
	least := slices.MinFunc(others, func(a, b Candidate) int { return a.Load*b.Weight - b.Load*a.Weight })
	return max(0, least.Load*c.Weight/least.Weight-c.Load)
}

// due is the available candidate who is due, "" if none is available.
func due(candidates []Candidate) string {
	leads, round := 1, 0 // with the lead that is to be given
	for _, c := range candidates {
		if c.available() {
			leads += c.Load
			round += c.Weight
		}
	}
	var next Candidate
	for _, c := range candidates {
		if !c.available() || c.Load*round >= leads*c.Weight { // a lead more would be a whole one ahead of the share
			continue
		}
		if next.Person == "" || (c.Load+1)*next.Weight < (next.Load+1)*c.Weight {
			next = c
		}
	}
	return next.Person
}

// firstAvailable is the first who is available, else the first, "" if there is nobody.
func firstAvailable(candidates []Candidate) string {
	for _, c := range candidates {
		if c.available() {
			return c.Person
		}
	}
	if len(candidates) == 0 {
		return ""
	}
	return candidates[0].Person
}
