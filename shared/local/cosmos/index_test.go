package cosmos

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// checkIndexes compares what a container's indexes hold with its documents.
func checkIndexes(t testing.TB, c *container) {
	t.Helper()
	n := len(c.documents)
	if c.created.size != n || c.partitions.size != n {
		t.Fatalf("%d documents, %d by creation, %d by partition", n, c.created.size, c.partitions.size)
	}
	for i, p := range c.paths {
		values := 0
		for _, d := range c.documents {
			values += len(d.values[i])
		}
		if p.size != values {
			t.Fatalf("%d values at %v, %d entries", values, p.target, p.size)
		}
	}
	for _, x := range append([]*index{&c.created, &c.partitions, &c.expiring}, indexesOf(c)...) {
		checkOrder(t, x)
	}
}

func indexesOf(c *container) []*index {
	var all []*index
	for _, p := range c.paths {
		all = append(all, &p.index)
	}
	return all
}

func checkOrder(t testing.TB, x *index) {
	t.Helper()
	size := 0
	var before *entry
	for _, b := range x.blocks {
		if len(b) == 0 || len(b) > blockSize {
			t.Fatalf("a block has %d entries", len(b))
		}
		for _, e := range b {
			if before != nil && before.compare(key{e.value, e.doc.seq}) >= 0 {
				t.Fatalf("%v (%d) comes before %v (%d)", before.value, before.doc.seq, e.value, e.doc.seq)
			}
			before = &e
			size++
		}
	}
	if size != x.size {
		t.Fatalf("%d entries, counted %d", size, x.size)
	}
}

func TestAnIndexHoldsEachScalarOfItsTargetOnce(t *testing.T) {
	for _, test := range []struct {
		name, document string
		property       []any
		elements       []any
	}{
		{"an array is not looked into for the property", `{"a":{"b":["x"]}}`, []any{composite{}}, []any{"x"}},
		{"equal elements count once", `{"a":{"b":["x",1,"x",1.0,-0,0]}}`, []any{composite{}}, []any{0.0, 1.0, "x"}},
		{"objects and arrays are no scalars", `{"a":{"b":[{"x":1},["y"],null,false]}}`, []any{composite{}}, []any{nil, false}},
		{"an empty array has no elements", `{"a":{"b":[]}}`, []any{composite{}}, nil},
		{"a scalar has no elements", `{"a":{"b":"x"}}`, []any{"x"}, nil},
		{"an object has no elements", `{"a":{"b":{"0":"x"}}}`, []any{composite{}}, nil},
		{"nothing has neither", `{"a":["b"]}`, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			document := decode(t, []byte(test.document))
			property := pathIndex{target: target{names: []string{"a", "b"}}}
			elements := pathIndex{target: target{names: []string{"a", "b"}, elements: true}}
			if got := property.valuesOf(document); !slices.Equal(got, test.property) {
				t.Errorf("of the property %v, want %v", got, test.property)
			}
			if got := elements.valuesOf(document); !slices.Equal(got, test.elements) {
				t.Errorf("of the elements %v, want %v", got, test.elements)
			}
		})
	}
}

func TestAPathNamedTwiceHasOneIndex(t *testing.T) {
	c := probesContainer(t, 100, []string{"/id/?", "/probes/[]/?", `/"probes"/[]/?`, "/probes/?"}, []string{"/*"})
	if len(c.paths) != 4 { // id, _ts, the property and its elements
		t.Errorf("%d indexes, want 4", len(c.paths))
	}
	checkIndexes(t, c)
}

// TestAnIndexAgreesWithASortedList puts entries in and out at random and compares every span.
func TestAnIndexAgreesWithASortedList(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	values := func() any {
		return []any{nil, true, false, float64(random.IntN(40)), string(rune('a' + random.IntN(20))), composite{}}[random.IntN(6)]
	}
	var x index
	var list []entry
	for seq := range uint64(6000) {
		if len(list) > 0 && random.IntN(3) == 0 {
			i := random.IntN(len(list))
			x.remove(list[i].value, list[i].doc)
			list = slices.Delete(list, i, i+1)
			continue
		}
		e := entry{values(), &document{seq: seq}}
		x.insert(e.value, e.doc)
		list = append(list, e)
	}
	checkOrder(t, &x)
	if len(x.blocks) < 2 {
		t.Fatal("there is only one block: nothing was split")
	}
	slices.SortFunc(list, func(a, b entry) int { return a.compare(key{b.value, b.doc.seq}) })
	for range 500 {
		s := span{key{values(), uint64(random.IntN(6000))}, key{values(), []uint64{0, 3000, math.MaxUint64}[random.IntN(3)]}}
		var want, got []uint64
		for _, e := range list {
			if e.compare(s.from) >= 0 && e.compare(s.to) < 0 {
				want = append(want, e.doc.seq)
			}
		}
		x.each(s, func(d *document) bool {
			got = append(got, d.seq)
			return true
		})
		if !slices.Equal(got, want) || x.count(s) != len(want) {
			t.Fatalf("span %v: %d entries, counted %d, want %d", s, len(got), x.count(s), len(want))
		}
	}
}
