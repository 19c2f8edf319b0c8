package servicebus

import (
	"iter"
	"math/bits"
	"math/rand/v2"
	"time"
)

// An order holds messages by sequence number. It is a skip list: a message that is given back goes to
// its old place among thousands of others as quickly as a new one goes to the end, and browsing can
// begin anywhere. Every step takes time logarithmic in the number of messages.
type order struct {
	head orderNode
	size int
}

type orderNode struct {
	m    *message
	next []*orderNode
}

// orderLevels serves 4^16 messages: each level holds a quarter of the one below.
const orderLevels = 16

func newOrder() *order {
	return &order{head: orderNode{next: make([]*orderNode, orderLevels)}}
}

// before returns, for every level, the last node with a number below seq.
func (o *order) before(seq int64) (path [orderLevels]*orderNode) {
	at := &o.head
	for level := orderLevels - 1; level >= 0; level-- {
		for at.next[level] != nil && at.next[level].m.seq < seq {
			at = at.next[level]
		}
		path[level] = at
	}
	return path
}

// insert adds m, whose number no other message in o has.
func (o *order) insert(m *message) {
	path := o.before(m.seq)
	height := 1 + min(bits.TrailingZeros64(rand.Uint64())/2, orderLevels-1)
	n := &orderNode{m: m, next: make([]*orderNode, height)}
	for level := range height {
		n.next[level], path[level].next[level] = path[level].next[level], n
	}
	o.size++
}

func (o *order) remove(seq int64) {
	path := o.before(seq)
	n := path[0].next[0]
	if n == nil || n.m.seq != seq {
		return
	}
	for level, next := range n.next {
		path[level].next[level] = next
	}
	o.size--
}

// get returns the message with the number seq, or nil.
func (o *order) get(seq int64) *message {
	for m := range o.from(seq) {
		if m.seq == seq {
			return m
		}
		break
	}
	return nil
}

// first returns the message with the lowest number, or nil.
func (o *order) first() *message {
	if n := o.head.next[0]; n != nil {
		return n.m
	}
	return nil
}

// from goes through the messages in order, beginning at seq.
func (o *order) from(seq int64) iter.Seq[*message] {
	return func(yield func(*message) bool) {
		for n := o.before(seq)[0].next[0]; n != nil; n = n.next[0] {
			if !yield(n.m) {
				return
			}
		}
	}
}

// wakeups is a heap (container/heap) of the messages to which something happens at a known time: the
// end of a lock, of a schedule or of a life.
type wakeups []*message

func (w wakeups) Len() int           { return len(w) }
func (w wakeups) Less(i, j int) bool { return w[i].wakeAt.Before(w[j].wakeAt) }

func (w wakeups) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].wakeIndex, w[j].wakeIndex = i, j
}

func (w *wakeups) Push(x any) {
	m := x.(*message)
	m.wakeIndex = len(*w)
	*w = append(*w, m)
}

func (w *wakeups) Pop() any {
	last := len(*w) - 1
	m := (*w)[last]
	(*w)[last], *w = nil, (*w)[:last]
	m.wakeAt = time.Time{}
	return m
}
