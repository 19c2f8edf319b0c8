package servicebus

import (
	"cmp"
	"container/heap"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"leadflow/shared/topology"
)

// What the service takes for queue properties that are not given.
const (
	defaultLockDuration  = time.Minute
	defaultMaxDeliveries = 10
	defaultWindow        = 10 * time.Minute
)

// maxQueueSize is the service's default limit for a queue together with its dead letters.
const maxQueueSize = 1 << 30

// deadLetterSuffix follows a queue's name in the name of its dead-letter queue, in lower case as all
// names are compared.
const deadLetterSuffix = "/$deadletterqueue"

var errLockLost = &wireError{condLockLost, "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue."}

// A queue is a queue or a dead-letter queue. All of it is guarded by the broker's mutex.
//
// A message is in all, and by its state in ready, in locked, or counted as scheduled. Whoever acts on a
// queue calls advance first, so that what the clock has ended is ended, and pump last.
type queue struct {
	lock              time.Duration
	maxDeliveries     int
	ttl               time.Duration // 0: messages live as long as they say themselves
	deadLetterExpired bool
	window            time.Duration // of duplicate detection; 0: none
	dead              *queue        // nil on a dead-letter queue

	lastSeq   int64
	all       *order
	ready     *order
	locked    map[[16]byte]*message
	scheduled int
	wakeups   wakeups
	used      *int // size of the messages here and in the dead-letter queue
	limit     int  // of used

	seen    map[string]bool // message ids within the window
	history []sighting      // the same, oldest first

	receivers []*link
	turn      int // whose turn it is among the receivers
}

// A sighting is the acceptance of a message id.
type sighting struct {
	id string
	at time.Time
}

func newQueue(q topology.Queue) *queue {
	p := q.Properties
	dead := &queue{
		lock:   cmp.Or(p.LockDuration.Duration, defaultLockDuration),
		all:    newOrder(),
		ready:  newOrder(),
		locked: map[[16]byte]*message{},
		used:   new(int),
		limit:  maxQueueSize,
	}
	main := *dead
	main.dead = dead
	main.all, main.ready, main.locked = newOrder(), newOrder(), map[[16]byte]*message{}
	main.maxDeliveries = cmp.Or(p.MaxDeliveryCount, defaultMaxDeliveries)
	main.ttl = p.DefaultMessageTimeToLive.Duration
	main.deadLetterExpired = p.DeadLetteringOnMessageExpiration
	if p.RequiresDuplicateDetection {
		main.window = cmp.Or(p.DuplicateDetectionHistoryTimeWindow.Duration, defaultWindow)
		main.seen = map[string]bool{}
	}
	return &main
}

// send takes the messages of one transfer: all of them, or none and an error.
func (q *queue) send(raw []byte, format uint32, now time.Time) *wireError {
	all, err := parseMessages(raw, format)
	if err != nil {
		return err
	}
	if _, err := q.accept(all, now); err != nil {
		return err
	}
	q.pump(now)
	return nil
}

// accept puts messages on the queue and returns their sequence numbers. A message whose id has been
// seen within the window is accepted and dropped; its number belongs to no message.
func (q *queue) accept(all []content, now time.Time) ([]int64, *wireError) {
	size := 0
	for i := range all {
		size += all[i].size()
	}
	if *q.used+size > q.limit {
		return nil, &wireError{condResourceLimit, "The queue is full."}
	}
	numbers := make([]int64, len(all))
	for i, c := range all {
		q.lastSeq++
		numbers[i] = q.lastSeq
		if q.isDuplicate(c.id, now) {
			continue
		}
		*q.used += c.size()
		if q.ttl > 0 && (c.ttl == 0 || c.ttl > q.ttl) {
			c.ttl = q.ttl
		}
		m := &message{content: c, seq: q.lastSeq, enqueuedAt: now}
		if c.scheduledAt.After(now) {
			m.state = stateScheduled
			q.scheduled++
			q.all.insert(m)
			q.wake(m, c.scheduledAt)
			continue
		}
		q.enter(m, now)
	}
	return numbers, nil
}

// isDuplicate remembers the id, from now and not from a message's schedule. A duplicate does not make
// the memory last longer.
func (q *queue) isDuplicate(id string, now time.Time) bool {
	if q.window == 0 || id == "" {
		return false
	}
	if q.seen[id] {
		return true
	}
	q.seen[id] = true
	q.history = append(q.history, sighting{id, now})
	return false
}

// enter makes a message of no queue ready, its life beginning now.
func (q *queue) enter(m *message, now time.Time) {
	m.enqueuedAt = now
	if m.ttl > 0 {
		m.expiresAt = now.Add(m.ttl)
	}
	q.all.insert(m)
	q.makeReady(m)
}

func (q *queue) makeReady(m *message) {
	m.state = stateReady
	q.ready.insert(m)
	q.wake(m, m.expiresAt)
}

// wake has advance look at m at the given time; the zero time takes the wake-up back.
func (q *queue) wake(m *message, at time.Time) {
	known := !m.wakeAt.IsZero()
	switch {
	case at.IsZero() && known:
		heap.Remove(&q.wakeups, m.wakeIndex)
	case at.IsZero():
	case known:
		m.wakeAt = at
		heap.Fix(&q.wakeups, m.wakeIndex)
	default:
		m.wakeAt = at
		heap.Push(&q.wakeups, m)
	}
}

// advance does what is due by now: schedules, locks and lives end, message ids are forgotten.
func (q *queue) advance(now time.Time) {
	for len(q.wakeups) > 0 && !q.wakeups[0].wakeAt.After(now) {
		m := q.wakeups[0]
		switch m.state {
		case stateScheduled:
			// It joins the end of the queue under a new number, as if it were sent only now.
			q.leave(m)
			q.lastSeq++
			m.seq = q.lastSeq
			q.enter(m, now)
		case stateLocked:
			q.release(m, true, now)
		case stateReady:
			if q.deadLetterExpired {
				q.bury(m, "TTLExpiredException", "The message expired and was dead lettered.", now)
			} else {
				q.remove(m)
			}
		}
	}
	forgotten := 0
	for forgotten < len(q.history) && !q.history[forgotten].at.Add(q.window).After(now) {
		delete(q.seen, q.history[forgotten].id)
		forgotten++
	}
	q.history = q.history[forgotten:]
}

// leave takes m out of the queue's order and out of what its state has put it in.
func (q *queue) leave(m *message) {
	q.wake(m, time.Time{})
	q.all.remove(m.seq)
	q.unstate(m)
}

func (q *queue) unstate(m *message) {
	switch m.state {
	case stateReady:
		q.ready.remove(m.seq)
	case stateLocked:
		delete(q.locked, m.token)
	case stateScheduled:
		q.scheduled--
	}
}

// remove forgets m.
func (q *queue) remove(m *message) {
	q.leave(m)
	*q.used -= m.size()
}

// lend locks m for the receiver l and sends it.
func (q *queue) lend(m *message, l *link, now time.Time) {
	q.unstate(m)
	m.state, m.token = stateLocked, newToken()
	q.locked[m.token] = m
	q.renew(m, now)
	l.lend(m)
}

// renew lets the lock of m last the lock duration from now.
func (q *queue) renew(m *message, now time.Time) {
	m.lockedUntil = now.Add(q.lock)
	q.wake(m, m.lockedUntil)
}

// release puts a locked message back into its place. A failed delivery counts, and one too many makes
// a dead letter; a dead-letter queue does not count.
func (q *queue) release(m *message, failed bool, now time.Time) {
	if failed && q.dead != nil {
		m.failed++
		if int(m.failed) >= q.maxDeliveries {
			q.bury(m, "MaxDeliveryCountExceeded", fmt.Sprintf("Message could not be consumed after %d delivery attempts.", q.maxDeliveries), now)
			return
		}
	}
	q.unstate(m)
	q.makeReady(m)
}

// bury moves m to the dead-letter queue, where it lives for ever under its old number.
func (q *queue) bury(m *message, reason, description string, now time.Time) {
	var why []pair
	if reason != "" {
		why = append(why, pair{text(propertyReason), text(reason)})
	}
	if description != "" {
		why = append(why, pair{text(propertyDescription), text(description)})
	}
	q.change(m, why)
	q.leave(m)
	m.expiresAt = time.Time{}
	q.dead.all.insert(m)
	q.dead.makeReady(m)
	q.dead.pump(now)
}

// change sets application properties of m.
func (q *queue) change(m *message, changes []pair) {
	if len(changes) == 0 {
		return
	}
	*q.used -= m.size()
	m.application = merge(m.application, changes)
	*q.used += m.size()
}

// An outcome is how a receiver settles a message.
type outcome struct {
	code                uint64
	undeliverable       bool // with modified: the receiver defers the message
	reason, description string
	changes             []pair // application properties to set
}

// settle ends the lock with the given token.
func (q *queue) settle(token [16]byte, o outcome, now time.Time) *wireError {
	m := q.locked[token]
	if m == nil {
		return errLockLost
	}
	if err := q.refuses(m, o); err != nil {
		return err
	}
	q.change(m, o.changes)
	switch o.code {
	case codeAccepted:
		q.remove(m)
	case codeRejected:
		q.bury(m, o.reason, o.description, now)
	case codeReleased:
		q.release(m, false, now)
	case codeModified:
		q.release(m, true, now)
	}
	return nil
}

// refuses tells why m cannot be settled so; it stays locked then.
func (q *queue) refuses(m *message, o outcome) *wireError {
	switch {
	case o.code < codeAccepted || o.code > codeModified:
		return &wireError{condNotImplemented, fmt.Sprintf("delivery state 0x%x is not known", o.code)}
	case o.undeliverable:
		return &wireError{condNotImplemented, "messages cannot be deferred"}
	case o.code == codeRejected && q.dead == nil:
		return &wireError{condNotAllowed, "a dead letter cannot be dead-lettered again"}
	case !named(o.changes):
		return &wireError{condInvalidField, "a property to modify has no name"}
	}
	size := m.size()
	for _, p := range o.changes {
		size += len(p.key) + len(p.val)
	}
	// The 64 KiB allow the largest message to be dead-lettered with its reason, and bound one that
	// grows each time it is given back.
	if size > maxMessageSize+64<<10 {
		return &wireError{condSizeExceeded, "the properties to modify make the message too large"}
	}
	return nil
}

// pump does what is due and hands out what is ready, in order, to the receivers that have credit, in
// turn.
func (q *queue) pump(now time.Time) {
	q.advance(now)
	for m := q.ready.first(); m != nil; m = q.ready.first() {
		l := q.nextReceiver()
		switch {
		case l == nil:
			return
		case l.settled:
			q.remove(m)
			l.deliver(newToken(), m.encode(nil, nil), true)
		default:
			q.lend(m, l, now)
		}
	}
}

// nextReceiver returns the next receiver that can take a message, or nil.
func (q *queue) nextReceiver() *link {
	for range q.receivers {
		q.turn = (q.turn + 1) % len(q.receivers)
		if l := q.receivers[q.turn]; l.canTake() {
			return l
		}
	}
	return nil
}

func (q *queue) leaveReceivers(l *link) {
	q.receivers = slices.DeleteFunc(q.receivers, func(r *link) bool { return r == l })
}

// stats counts the messages.
func (q *queue) stats() QueueStats {
	return QueueStats{
		Active:       q.ready.size,
		Scheduled:    q.scheduled,
		Locked:       len(q.locked),
		DeadLettered: q.dead.all.size,
	}
}

// newToken makes a lock token, or the tag of a delivery that needs none.
func newToken() (token [16]byte) {
	rand.Read(token[:])
	return token
}
