package servicebus

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"time"
)

// maxMessageSize is the Standard tier's limit for a message, or a batch, with its properties.
const maxMessageSize = 256 << 10

// batchFormat marks a transfer whose Data sections are one encoded message each.
const batchFormat = 0x80013700

// Annotations of the service.
const (
	annotationSequence  = "x-opt-sequence-number"
	annotationEnqueued  = "x-opt-enqueued-time"
	annotationLocked    = "x-opt-locked-until"
	annotationState     = "x-opt-message-state"
	annotationScheduled = "x-opt-scheduled-enqueue-time"
	annotationToken     = "x-opt-lock-token" // a delivery annotation
)

// Application properties of dead letters.
const (
	propertyReason      = "DeadLetterReason"
	propertyDescription = "DeadLetterErrorDescription"
)

// A message is one message of a queue.
type message struct {
	content
	seq        int64
	state      state
	enqueuedAt time.Time
	expiresAt  time.Time // zero: never
	failed     uint32    // deliveries that ended without success

	token       [16]byte  // of the lock, while locked
	lockedUntil time.Time // while locked

	wakeAt    time.Time // when the queue has to look at it again; zero: never
	wakeIndex int       // its place among the queue's wakeups
}

type state int

const (
	stateReady state = iota
	stateLocked
	stateScheduled
)

// content is what the sender sent. Properties and body are kept as they came; header, annotations
// and application properties are taken apart because the service changes them.
type content struct {
	durable, priority value
	ttl               time.Duration // 0: none
	delivery          []pair        // delivery annotations, without the one that the broker sets
	annotations       []pair        // without those that the broker sets
	scheduledAt       time.Time     // zero: at once
	properties        value         // the whole section
	application       []pair
	body              []byte // sections of the body and the footer
	id                string // comparable form of the message id, empty: none
}

// parseMessages reads the messages of one transfer: all of them, or none and an error.
func parseMessages(raw []byte, format uint32) ([]content, *wireError) {
	switch format {
	case 0:
		c, err := parseMessage(raw)
		if err != nil {
			return nil, err
		}
		return []content{c}, nil
	case batchFormat:
	default:
		return nil, &wireError{condNotImplemented, fmt.Sprintf("message format 0x%x is not known", format)}
	}
	var all []content
	for len(raw) > 0 {
		section, rest, err := cut(raw)
		if err != nil {
			return nil, decodeError(err)
		}
		raw = rest
		code, inner, ok := section.described()
		if ok && code != codeData {
			continue // the envelope repeats properties of the first message
		}
		data, isBinary := inner.bytes()
		if !ok || !isBinary {
			return nil, decodeError(errType)
		}
		// A copy: one message left over must not keep the whole batch in memory.
		c, refusal := parseMessage(bytes.Clone(data))
		if refusal != nil {
			return nil, refusal
		}
		all = append(all, c)
	}
	return all, nil
}

// parseMessage takes one message apart. The result refers to raw.
func parseMessage(raw []byte) (content, *wireError) {
	var c content
	var last uint64
	for len(raw) > 0 {
		section, rest, err := cut(raw)
		if err != nil {
			return c, decodeError(err)
		}
		code, inner, ok := section.described()
		repeats := code == last && (code == codeData || code == codeSequence)
		if !ok || code < codeHeader || code > codeFooter || code <= last && !repeats {
			return c, decodeError(fmt.Errorf("message section 0x%x is unknown or out of order", code))
		}
		last = code
		ok = true
		switch code {
		case codeHeader:
			ok = c.readHeader(section)
		case codeDeliveryAnnotations:
			c.delivery, ok = inner.pairs()
			c.delivery = slices.DeleteFunc(c.delivery, func(p pair) bool {
				name, _ := p.key.text()
				return name == annotationToken
			})
		case codeMessageAnnotations:
			ok = c.readAnnotations(inner)
		case codeProperties:
			ok = c.readProperties(section)
		case codeApplication:
			c.application, ok = inner.pairs()
			ok = ok && named(c.application)
		default:
			if c.body == nil {
				c.body = raw // sections stand in order, so it is all from here on
			}
		}
		if !ok {
			return c, decodeError(fmt.Errorf("message section 0x%x has a field of a wrong type", code))
		}
		raw = rest
	}
	return c, nil
}

func decodeError(err error) *wireError { return &wireError{condDecode, err.Error()} }

func (c *content) readHeader(section value) bool {
	_, f, ok := composite(section)
	if !ok {
		return false
	}
	f.bool(0)
	f.uint32(1, 0)
	c.durable, c.priority = f.at(0), f.at(1)
	c.ttl = time.Duration(f.uint32(2, 0)) * time.Millisecond
	return f.err == nil
}

func (c *content) readAnnotations(inner value) bool {
	all, ok := inner.pairs()
	for _, p := range all {
		switch name, _ := p.key.text(); name {
		case annotationSequence, annotationEnqueued, annotationLocked, annotationState:
			// The broker's to set; the service ignores what a sender says.
			continue
		case annotationScheduled:
			if p.val.null() {
				continue
			}
			at, isTime := p.val.time()
			ok = ok && isTime
			c.scheduledAt = at
		}
		c.annotations = append(c.annotations, p)
	}
	return ok
}

func (c *content) readProperties(section value) bool {
	_, f, ok := composite(section)
	if !ok {
		return false
	}
	c.properties = section
	if id := f.at(0); id != nil {
		if c.id, ok = id.text(); !ok {
			c.id = "\x00" + string(id) // a number, a UUID or octets: equal if all bytes are
		}
	}
	return true
}

// size is what the message takes of its queue's limit; the constant stands for the broker's own
// record of it.
func (c *content) size() int {
	n := 256 + len(c.properties) + len(c.body)
	for _, pairs := range [][]pair{c.delivery, c.annotations, c.application} {
		for _, p := range pairs {
			n += len(p.key) + len(p.val)
		}
	}
	return n
}

// encode writes the message as a receiver gets it, with the broker's annotations added.
func (m *message) encode(delivery, annotations []pair) []byte {
	annotations = append(annotations,
		pair{symbol(annotationSequence), long(m.seq)},
		pair{symbol(annotationEnqueued), timestamp(m.enqueuedAt)})
	var ttl value
	if m.ttl > 0 {
		ttl = unsigned(uint32(min(m.ttl.Milliseconds(), math.MaxUint32)))
	}
	return slices.Concat(
		described(codeHeader, list(m.durable, m.priority, ttl, nil, unsigned(m.failed))),
		section(codeDeliveryAnnotations, append(delivery, m.delivery...)),
		section(codeMessageAnnotations, append(annotations, m.annotations...)),
		m.properties,
		section(codeApplication, m.application),
		m.body)
}

// section is a section that is a map, or nothing if the map is empty.
func section(code uint8, pairs []pair) value {
	if len(pairs) == 0 {
		return nil
	}
	return described(code, mapping(pairs...))
}

// named tells whether all entries have a name.
func named(pairs []pair) bool {
	for _, p := range pairs {
		if _, ok := p.key.text(); !ok {
			return false
		}
	}
	return true
}

// merge returns old with the entries of changes set, keyed by string. It takes time linear in both.
func merge(old, changes []pair) []pair {
	index := make(map[string]int, len(old)+len(changes))
	merged := make([]pair, 0, len(old)+len(changes))
	for _, p := range append(old[:len(old):len(old)], changes...) {
		name, _ := p.key.text()
		if i, known := index[name]; known {
			merged[i].val = p.val
			continue
		}
		index[name] = len(merged)
		merged = append(merged, pair{text(name), p.val})
	}
	return merged
}
