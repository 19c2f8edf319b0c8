package servicebus

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"leadflow/shared/topology"
)

func TestAnOrderIsAlwaysInOrder(t *testing.T) {
	o := newOrder()
	var want []int64
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		seq := random.Int64N(500)
		i, known := slices.BinarySearch(want, seq)
		switch {
		case !known:
			o.insert(&message{seq: seq})
			want = slices.Insert(want, i, seq)
		default:
			o.remove(seq)
			want = slices.Delete(want, i, i+1)
		}
		if m := o.first(); len(want) > 0 && (m == nil || m.seq != want[0]) || len(want) == 0 && m != nil {
			t.Fatalf("the first is %v, want %v", m, want)
		}
		if m := o.get(seq); (m != nil) == known {
			t.Fatalf("%d is there: %t", seq, !known)
		}
	}
	o.remove(1 << 40) // is not there
	from := random.Int64N(500)
	i, _ := slices.BinarySearch(want, from)
	var got []int64
	for m := range o.from(from) {
		got = append(got, m.seq)
	}
	if !slices.Equal(got, want[i:]) || o.size != len(want) {
		t.Errorf("got %d of %d numbers, size %d", len(got), len(want[i:]), o.size)
	}
}

// A bench is a queue with a receiver, without a network in between.
type bench struct {
	*queue
	link *link
	now  time.Time
	sent uint64
}

func newBench(q topology.Queue) *bench {
	b := &bench{queue: newQueue(q), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	c := &conn{frameMax: maxFrame}
	b.link = &link{queue: b.queue, session: &session{conn: c, window: 1 << 40, unsettled: map[uint32]delivery{}}, sends: true}
	b.receivers = []*link{b.link}
	return b
}

func (b *bench) sendMany(t *testing.T, n int) {
	t.Helper()
	for range n {
		b.sent++
		must(t, orNil(b.send(append(described(codeProperties, list(ulong(b.sent))), body(nil)...), 0, b.now)))
	}
}

// lockMany has the receiver take n messages and returns their tokens, in no order.
func (b *bench) lockMany(n int) [][16]byte {
	b.link.session.conn.out = nil
	clear(b.link.session.unsettled)
	b.link.credit = uint32(n)
	b.pump(b.now)
	return slices.Collect(maps.Keys(b.locked))
}

func (b *bench) settleAll(t *testing.T, tokens [][16]byte, code uint64) {
	t.Helper()
	for _, token := range tokens {
		must(t, orNil(b.settle(token, outcome{code: code}, b.now)))
	}
}

// Sending, locking, giving back and completing take about as long with 50,000 messages waiting as with
// 500. Steps that went through the queue would take a hundred times as long.
func TestALongQueueIsAsQuickAsAShortOne(t *testing.T) {
	lap := func(waiting int) time.Duration {
		b := newBench(queueWith("leads", func(p *topology.QueueProperties) {
			p.DefaultMessageTimeToLive.Duration = time.Hour
			p.RequiresDuplicateDetection = true
		}))
		b.sendMany(t, waiting)
		best := time.Hour
		for range 5 { // the best of several: others use the machine too
			begun := time.Now()
			b.sendMany(t, 500)
			b.settleAll(t, b.lockMany(500), codeReleased)
			b.settleAll(t, b.lockMany(500), codeAccepted)
			best = min(best, time.Since(begun))
		}
		if b.ready.size != waiting || len(b.wakeups) != waiting || len(b.locked) != 0 {
			t.Errorf("%d ready, %d wake-ups, %d locked; want %d, %[4]d, 0", b.ready.size, len(b.wakeups), len(b.locked), waiting)
		}
		return best
	}
	short, long := lap(500), lap(50_000)
	if long > 20*short {
		t.Errorf("%s with a short queue, %s with a long one", short, long)
	}
}

// orNil keeps a nil *wireError from becoming an error that is not nil.
func orNil(err *wireError) error {
	if err == nil {
		return nil
	}
	return err
}

func TestTheQueueForgetsMessageIDsAfterTheWindow(t *testing.T) {
	b := newBench(deduplicating("leads"))
	for range 1000 {
		b.sendMany(t, 1)
		b.now = b.now.Add(time.Minute)
		b.advance(b.now)
		if len(b.seen) > 10 || len(b.history) > 10 {
			t.Fatalf("%d ids are remembered for ten minutes at one a minute", len(b.seen))
		}
	}
}

func TestTheSizeOfTheQueueIsThatOfItsMessages(t *testing.T) {
	b := newBench(plainQueue("leads"))
	check := func(step string) {
		t.Helper()
		want := 0
		for _, o := range []*order{b.all, b.dead.all} {
			for m := range o.from(0) {
				want += m.size()
			}
		}
		if *b.used != want {
			t.Errorf("%s: %d bytes are counted, there are %d", step, *b.used, want)
		}
	}
	must(t, orNil(b.send(body(bytes.Repeat([]byte("x"), 1000)), 0, b.now)))
	check("sent")
	settle := func(o outcome) {
		t.Helper()
		must(t, orNil(b.settle(b.lockMany(1)[0], o, b.now)))
	}
	settle(outcome{code: codeModified, changes: []pair{{text("a"), text("b")}}})
	check("given back")
	settle(outcome{code: codeRejected, reason: "reason"})
	check("dead-lettered")
	if *b.used == 0 || b.dead.all.size != 1 {
		t.Errorf("%d bytes, %d dead letters", *b.used, b.dead.all.size)
	}
}
