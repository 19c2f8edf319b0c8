package lead_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadflow/shared/lead"
)

// people are candidates of equal weight.
func people(ids ...string) []lead.Candidate {
	var all []lead.Candidate
	for _, id := range ids {
		all = append(all, lead.Candidate{Person: id, Weight: 1})
	}
	return all
}

// weighted are the candidates a, b, c and so on with these weights.
func weighted(weights ...int) []lead.Candidate {
	var all []lead.Candidate
	for i, w := range weights {
		all = append(all, lead.Candidate{Person: string(rune('a' + i)), Weight: w})
	}
	return all
}

// without skips some of the candidates.
func without(candidates []lead.Candidate, ids ...string) []lead.Candidate {
	candidates = slices.Clone(candidates)
	for i := range candidates {
		if slices.Contains(ids, candidates[i].Person) {
			candidates[i].Skipped = "away"
		}
	}
	return candidates
}

var nobody = people("operations")

// give gives n new leads and says how many each got.
func give(r *lead.Roster, n int, candidates []lead.Candidate) map[string]int {
	got := map[string]int{}
	for range n {
		got[r.Pick("lead-"+strconv.Itoa(r.Seq), candidates, nobody, morning).Person]++
	}
	return got
}

func TestEqualPeopleTakeTurns(t *testing.T) {
	r, three := &lead.Roster{}, people("ana", "kim", "mina")
	var turns []string
	for i := range 1600 { // more than three times as many as are remembered
		p := r.Pick("lead-"+strconv.Itoa(i), three, nobody, morning)
		turns = append(turns, p.Person)
		if want := three[i%3].Person; p.Person != want {
			t.Fatalf("lead %d goes to %s, want %s, after %v", i, p.Person, want, turns[max(0, i-6):i])
		}
	}
	if len(r.Assignments) != 500 || r.Seq != 1600 || r.Assignments[499].Lead != "lead-1599" {
		t.Errorf("%d are remembered of %d", len(r.Assignments), r.Seq)
	}
	if got := give(&lead.Roster{}, 100, three); !reflect.DeepEqual(got, map[string]int{"ana": 34, "kim": 33, "mina": 33}) {
		t.Errorf("of a hundred leads they got %v", got)
	}
}

// deviation is how far anybody was from his share at most, at any time.
func deviation(weights []int, leads int) float64 {
	r, candidates := &lead.Roster{}, weighted(weights...)
	round, most, got := 0, 0.0, map[string]int{}
	for _, w := range weights {
		round += w
	}
	for n := 1; n <= leads; n++ {
		got[r.Pick("lead-"+strconv.Itoa(n), candidates, nobody, morning).Person]++
		for _, c := range candidates {
			share := float64(n*c.Weight) / float64(round)
			most = max(most, math.Abs(float64(got[c.Person])-share))
		}
	}
	return most
}

func TestEverybodyIsLessThanALeadFromTheShareOfTheWeightAtAnyTime(t *testing.T) {
	for _, weights := range [][]int{{1, 1}, {2, 1}, {1, 2}, {2, 1, 1}, {10, 1, 1, 1, 1}, {5, 5, 1, 1, 1, 1}, {9, 1, 1, 1, 9, 2}, {100, 1}, {100, 100, 100, 100, 100, 1}} {
		if most := deviation(weights, 2000); most >= 1 {
			t.Errorf("with the weights %v somebody is %.3f leads from the share", weights, most)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(1, 10), 1, 8).Draw(t, "weights")
		if most := deviation(weights, rapid.IntRange(1, 1200).Draw(t, "leads")); most >= 1 {
			t.Errorf("somebody is %.3f leads from the share", most)
		}
	})
}

// A load of his own is none that he has: it would have him wait for months or get every lead for days.
func TestANewcomerGetsHisShareFromTheFirstLeadOn(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after int
		old, all      []lead.Candidate
	}{
		{"after 1,000 leads", 1000, 400, people("a", "b", "c"), people("a", "b", "c", "d")},
		{"after 30 leads, of which none is forgotten for a while", 30, 400, people("a", "b", "c"), people("a", "b", "c", "d")},
		{"until long after what was before him is forgotten", 1000, 1600, people("a", "b", "c"), people("a", "b", "c", "d")},
		{"when few leads are forgotten within many", 30, 1600, people("a", "b", "c"), people("a", "b", "c", "d")},
		{"as the first in the file", 1000, 400, people("b", "c", "d"), people("a", "b", "c", "d")},
		{"as one of two", 1000, 400, people("a", "b"), people("a", "b", "c", "d")},
		{"of another weight", 1000, 400, weighted(1, 1, 2), weighted(1, 1, 2, 4)},
		{"of a small weight", 300, 500, weighted(3, 3, 3), weighted(3, 3, 3, 1)},
		{"beside somebody with nearly all the weight", 700, 440, weighted(20, 1), weighted(20, 1, 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, round := &lead.Roster{}, 0
			give(r, c.before, c.old)
			for _, p := range c.all {
				round += p.Weight
			}
			got := give(r, c.after, c.all)
			for _, p := range c.all {
				if share := float64(c.after*p.Weight) / float64(round); math.Abs(float64(got[p.Person])-share) > 2 {
					t.Errorf("%s got %d leads, the share is %.1f; all got %v", p.Person, got[p.Person], share, got)
				}
			}
		})
	}
}

func TestTheFirstPeopleAreNoNewcomersToEachOther(t *testing.T) {
	r := &lead.Roster{}
	if got := give(r, 30, people("a", "b")); got["a"] != 15 || got["b"] != 15 {
		t.Errorf("they got %v", got)
	}
	for _, k := range r.Known {
		if k.Credit != 0 {
			t.Errorf("%s has a credit of %d", k.Person, k.Credit)
		}
	}
}

func TestSomebodyIsANewcomerWhenHeIsFirstAvailable(t *testing.T) {
	r, three := &lead.Roster{}, people("a", "b", "c")
	give(r, 100, without(three, "c"))
	p := r.Pick("next", three, nobody, morning)
	if c := p.Candidates[2]; c.Load != 50 || c.Credit != 50 {
		t.Errorf("the newcomer counts as %+v", c)
	}
	give(r, 99, three)
	if p = r.Pick("later", without(three, "c"), nobody, morning); p.Candidates[2].Credit != 50 {
		t.Errorf("once known he keeps his credit while he is away: %+v", p.Candidates)
	}
}

func TestANewcomerStartsLevelWithThoseWhoAreThere(t *testing.T) {
	r, three := &lead.Roster{}, people("a", "b", "c")
	give(r, 2, three[:2])
	give(r, 10, without(three[:2], "b"))
	if p := r.Pick("next", without(three, "b"), nobody, morning); p.Candidates[1].Load != 1 || p.Candidates[2].Load != 11 {
		t.Errorf("level with somebody who is away: %+v", p.Candidates)
	}
}

func TestWhoGotLeadsBeforeHeWasACandidateIsCreditedWithTheRestOnly(t *testing.T) {
	r := &lead.Roster{}
	for i := range 10 {
		r.Pick("at night "+strconv.Itoa(i), without(people("a"), "a"), people("kim"), morning)
	}
	give(r, 30, people("a", "b"))
	if p := r.Pick("next", people("a", "b", "kim"), nobody, morning); p.Candidates[2].Load != 15 || p.Candidates[2].Credit != 5 {
		t.Errorf("candidates %+v", p.Candidates)
	}
}

func TestTheRepeatOfALeadGivesTheSamePerson(t *testing.T) {
	three := people("a", "b", "c")
	for _, c := range []struct {
		name                  string
		first, then           []lead.Candidate
		otherwise, thenOthers []lead.Candidate
		want                  string
		again                 bool
	}{
		{"at once", three, three, nobody, nobody, "a", true},
		{"who is absent by now", three, without(three, "a"), nobody, nobody, "a", true},
		{"who is absent by now with everybody", three, without(three, "a", "b", "c"), nobody, nobody, "a", true},
		{"who got it as nobody else could, and others can by now", without(three, "a", "b", "c"), three, people("kim"), people("kim"), "kim", true},
		{"whom it can still fall to", three, people("b", "c"), nobody, people("kim", "a"), "a", true},
		{"unless it is no candidate any more", three, people("b", "c"), nobody, nobody, "b", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &lead.Roster{}
			r.Pick("l1", c.first, c.otherwise, morning)
			give(r, 4, people("x", "y"))
			before, _ := json.Marshal(r)
			p := r.Pick("l1", c.then, c.thenOthers, after(time.Hour))
			now, _ := json.Marshal(r)
			if p.Person != c.want || p.Again != c.again || (string(before) == string(now)) != c.again || p.Of != 4 {
				t.Errorf("got %+v, and the roster is %s, and was %s", p, now, before)
			}
			for _, x := range p.Candidates {
				if x.Load != 0 {
					t.Errorf("the lead counts for its own assignment: %+v", x)
				}
			}
			if r.Seq != 5 || len(r.Assignments) != 5 {
				t.Errorf("the lead counts twice: %+v", r.Assignments)
			}
			if q := r.Pick("l1", c.then, c.thenOthers, morning); q.Person != p.Person || !q.Again {
				t.Errorf("then it is %+v", q)
			}
		})
	}
}

func TestWhoIsAbsentIsPassedOver(t *testing.T) {
	three := people("a", "b", "c")
	for _, c := range []struct {
		name                  string
		candidates, otherwise []lead.Candidate
		want                  string
		seen                  int
	}{
		{"to the next", without(three, "a"), people("x", "y"), "b", 3},
		{"to whom it falls when all are", without(three, "a", "b", "c"), people("x", "y"), "x", 5},
		{"as that one too", without(three, "a", "b", "c"), without(people("x", "y"), "x"), "y", 5},
		{"but for the first to whom it falls, when there is nobody", without(three, "a", "b", "c"), without(people("x", "y"), "x", "y"), "x", 5},
		{"to whom it falls when nobody is asked", nil, people("x"), "x", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &lead.Roster{}
			p := r.Pick("l1", c.candidates, c.otherwise, morning)
			if p.Person != c.want || len(p.Candidates) != c.seen {
				t.Errorf("got %+v, want %s and %d candidates", p, c.want, c.seen)
			}
			if a := r.Assignments; len(a) != 1 || a[0].Person != c.want || a[0].Lead != "l1" || a[0].At != morning {
				t.Errorf("remembered is %+v", a)
			}
		})
	}
}

func TestLoadsAreCountedOverAllTeams(t *testing.T) {
	r := &lead.Roster{}
	give(r, 10, people("a"))
	give(r, 3, people("z"))
	r.Pick("b's", people("b"), nobody, morning)
	p := r.Pick("next", people("a", "b"), nobody, morning)
	if p.Person != "b" || p.Candidates[0].Load != 10 || p.Candidates[1].Load != 1 || p.Of != 14 {
		t.Errorf("got %+v", p)
	}
}

// Two teams, turns of absence and newcomers: whatever happens, nothing panics and everybody gets something.
func TestTheRosterHoldsWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &lead.Roster{}
		for i := range rapid.IntRange(1, 700).Draw(t, "leads") {
			candidates := weighted(rapid.SliceOfN(rapid.IntRange(1, 100), 0, 6).Draw(t, "weights")...)
			for j := range candidates {
				if rapid.IntRange(0, 3).Draw(t, "away") == 0 {
					candidates[j].Skipped = "away"
				}
			}
			id := "lead-" + strconv.Itoa(rapid.IntRange(0, i).Draw(t, "lead"))
			p := r.Pick(id, candidates, nobody, morning)
			is := func(c lead.Candidate) bool { return c.Person == p.Person && (p.Again || c.Skipped == "") }
			if p.Person != "operations" && !slices.ContainsFunc(candidates, is) {
				t.Fatalf("picked %+v of %+v", p, candidates)
			}
			if p.Of < 0 || len(r.Assignments) > 500 || r.Seq < len(r.Assignments) {
				t.Fatalf("%d remembered of %d, counted %d", len(r.Assignments), r.Seq, p.Of)
			}
			for _, c := range p.Candidates {
				if c.Load < 0 || c.Credit < 0 || c.Credit > c.Load {
					t.Fatalf("candidate %+v", c)
				}
			}
		}
	})
}

func TestTheRosterAndADecisionAreBounded(t *testing.T) {
	r := &lead.Roster{}
	var many []lead.Candidate
	for i := range 700 {
		many = append(many, lead.Candidate{Person: fmt.Sprintf("person-%03d", i), Weight: 1})
	}
	give(r, 1200, many)
	if len(r.Known) != 500 || len(r.Assignments) != 500 {
		t.Errorf("%d people are known, %d assignments", len(r.Known), len(r.Assignments))
	}
	for _, owner := range []string{"person-003", "person-049", "person-699"} {
		d := lead.Decision{Candidates: slices.Clone(many)}
		d.Bound(owner)
		if len(d.Candidates) != 50 || d.Candidates[0].Person != "person-000" || !slices.ContainsFunc(d.Candidates, func(c lead.Candidate) bool { return c.Person == owner }) {
			t.Errorf("of %s are kept %+v", owner, d.Candidates)
		}
	}
}

func TestARosterKeepsTheFieldsOfALaterVersion(t *testing.T) {
	const document = `{"id":"roster","schema":2,"assignments":[{"lead":"l1","person":"ana","at":"2026-11-23T09:00:00.000Z","later":1}],` +
		`"seq":1,"known":[{"person":"ana","later":2}],"later":3}`
	var r lead.Roster
	if err := json.Unmarshal([]byte(document), &r); err != nil {
		t.Fatal(err)
	}
	r.Pick("l2", people("ana", "kim"), nobody, morning)
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{`"later":1`, `"later":2`, `"later":3`} {
		if !strings.Contains(string(b), kept) {
			t.Errorf("%s is lost in %s", kept, b)
		}
	}
}
