package cosmos

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// blockSize bounds what one insertion moves: 512 entries of 24 bytes.
const blockSize = 512

// index keeps documents ordered by a value and, where values are equal, by their order of creation. It
// is a list of sorted blocks: finding is logarithmic, inserting and removing move at most one block.
type index struct {
	blocks [][]entry
	size   int
}

type entry struct {
	value any
	doc   *document
}

// key is a place in an index: before the entry of the same value and sequence number.
type key struct {
	value any
	seq   uint64
}

// span is the part of an index from one key up to, and without, another.
type span struct{ from, to key }

// point is the span of one value.
func point(v any) span { return span{key{v, 0}, key{v, math.MaxUint64}} }

func (e entry) compare(k key) int {
	return cmp.Or(order(e.value, k.value), cmp.Compare(e.doc.seq, k.seq))
}

// seek finds the first entry that is not before k, as block and place in it.
func (x *index) seek(k key) (block, place int) {
	block = sort.Search(len(x.blocks), func(i int) bool {
		b := x.blocks[i]
		return b[len(b)-1].compare(k) >= 0
	})
	if block < len(x.blocks) {
		b := x.blocks[block]
		place = sort.Search(len(b), func(i int) bool { return b[i].compare(k) >= 0 })
	}
	return block, place
}

func (x *index) insert(value any, d *document) {
	x.size++
	e := entry{value, d}
	block, place := x.seek(key{value, d.seq})
	if block == len(x.blocks) {
		if block == 0 {
			x.blocks = [][]entry{{e}}
			return
		}
		block--
		place = len(x.blocks[block])
	}
	b := slices.Insert(x.blocks[block], place, e)
	x.blocks[block] = b
	if len(b) > blockSize {
		x.blocks[block] = slices.Clone(b[:len(b)/2])
		x.blocks = slices.Insert(x.blocks, block+1, slices.Clone(b[len(b)/2:]))
	}
}

// remove takes out an entry that insert put in.
func (x *index) remove(value any, d *document) {
	x.size--
	block, place := x.seek(key{value, d.seq})
	b := slices.Delete(x.blocks[block], place, place+1)
	x.blocks[block] = b
	if len(b) == 0 {
		x.blocks = slices.Delete(x.blocks, block, block+1)
	}
}

// count is the number of entries in a span.
func (x *index) count(s span) int {
	block, place := x.seek(s.from)
	lastBlock, lastPlace := x.seek(s.to)
	if block > lastBlock || block == lastBlock && place >= lastPlace {
		return 0
	}
	n := lastPlace - place
	for ; block < lastBlock; block++ {
		n += len(x.blocks[block])
	}
	return n
}

// each gives the documents of a span in order until yield returns false.
func (x *index) each(s span, yield func(*document) bool) {
	block, place := x.seek(s.from)
	for ; block < len(x.blocks); block++ {
		for _, e := range x.blocks[block][place:] {
			if e.compare(s.to) >= 0 || !yield(e.doc) {
				return
			}
		}
		place = 0
	}
}
