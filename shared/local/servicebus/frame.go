package servicebus

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// Descriptors of performatives, sections, outcomes and the like (AMQP 1.0 parts 2, 3 and 5).
const (
	codeOpen        = 0x10
	codeBegin       = 0x11
	codeAttach      = 0x12
	codeFlow        = 0x13
	codeTransfer    = 0x14
	codeDisposition = 0x15
	codeDetach      = 0x16
	codeEnd         = 0x17
	codeClose       = 0x18
	codeError       = 0x1d

	codeAccepted    = 0x24
	codeRejected    = 0x25
	codeReleased    = 0x26
	codeModified    = 0x27
	codeSource      = 0x28
	codeTarget      = 0x29
	codeCoordinator = 0x30

	codeSASLMechanisms = 0x40
	codeSASLInit       = 0x41
	codeSASLOutcome    = 0x44

	codeHeader              = 0x70
	codeDeliveryAnnotations = 0x71
	codeMessageAnnotations  = 0x72
	codeProperties          = 0x73
	codeApplication         = 0x74
	codeData                = 0x75
	codeSequence            = 0x76
	codeValue               = 0x77
	codeFooter              = 0x78
)

// Error conditions, those of AMQP and those of the service.
const (
	condDecode          = "amqp:decode-error"
	condFraming         = "amqp:connection:framing-error"
	condHandleInUse     = "amqp:session:handle-in-use"
	condIllegalState    = "amqp:illegal-state"
	condInvalidField    = "amqp:invalid-field"
	condLockLost        = "com.microsoft:message-lock-lost"
	condMessageNotFound = "com.microsoft:message-not-found"
	condArgument        = "com.microsoft:argument-error"
	condNotAllowed      = "amqp:not-allowed"
	condNotFound        = "amqp:not-found"
	condNotImplemented  = "amqp:not-implemented"
	condResourceLimit   = "amqp:resource-limit-exceeded"
	condSizeExceeded    = "amqp:link:message-size-exceeded"
	condUnattached      = "amqp:session:unattached-handle"
)

// A wireError is what the broker tells a client about a refusal.
type wireError struct{ condition, description string }

func (e *wireError) Error() string { return e.condition + ": " + e.description }

func (e *wireError) encode() value {
	return described(codeError, list(symbol(e.condition), text(e.description)))
}

// Frames are at most maxFrame bytes long in both directions, or what the client takes if that is less.
const (
	maxFrame   = 64 << 10
	minFrame   = 512 // no peer may ask for less
	frameHead  = 8
	frameAMQP  = 0
	frameSASL  = 1
	headerAMQP = "AMQP\x00\x01\x00\x00"
	headerSASL = "AMQP\x03\x01\x00\x00"
	// transferHead is more than a frame takes besides its part of a message.
	transferHead = 128
)

var errFrame = errors.New("frame with an impossible size or offset")

// readFrame reads one frame; an empty body is a heartbeat.
func readFrame(r io.Reader) (kind byte, channel uint16, body []byte, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, nil, err
	}
	size, offset := binary.BigEndian.Uint32(head[:]), 4*uint32(head[4])
	if size > maxFrame || offset < frameHead || offset > size {
		return 0, 0, nil, errFrame
	}
	body = make([]byte, size-frameHead)
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, 0, nil, err
	}
	return head[5], binary.BigEndian.Uint16(head[6:]), body[offset-frameHead:], nil
}

func frame(kind byte, channel uint16, performative value, payload []byte) []byte {
	size := frameHead + len(performative) + len(payload)
	b := make([]byte, 0, size)
	b = binary.BigEndian.AppendUint32(b, uint32(size))
	b = append(b, frameHead/4, kind)
	b = binary.BigEndian.AppendUint16(b, channel)
	b = append(b, performative...)
	return append(b, payload...)
}

// fields are the items of a performative or of another composite; missing ones at the end are null.
// The first field of a wrong type is remembered in err, so that a handler reads all it needs and then
// looks once.
type fields struct {
	items []value
	err   error
}

// composite takes a described list apart.
func composite(v value) (code uint64, f *fields, ok bool) {
	code, inner, ok := v.described()
	if !ok {
		return 0, nil, false
	}
	items, ok := inner.list()
	return code, &fields{items: items}, ok
}

// performative cuts the performative off a frame's body and leaves the payload.
func performative(body []byte) (code uint64, f *fields, payload []byte, err error) {
	v, payload, err := cut(body)
	if err != nil {
		return 0, nil, nil, err
	}
	code, f, ok := composite(v)
	if !ok {
		return 0, nil, nil, errType
	}
	return code, f, payload, nil
}

// at returns the i-th field, nil if it is null.
func (f *fields) at(i int) value {
	if i >= len(f.items) || f.items[i].null() {
		return nil
	}
	return f.items[i]
}

// has notes an error unless the i-th field is there.
func (f *fields) has(i int) bool {
	ok := f.at(i) != nil
	f.check(ok)
	return ok
}

func (f *fields) check(ok bool) {
	if !ok && f.err == nil {
		f.err = errType
	}
}

// uint32 reads a number, absent if there is none.
func (f *fields) uint32(i int, absent uint32) uint32 {
	v := f.at(i)
	if v == nil {
		return absent
	}
	n, ok := v.uint()
	f.check(ok && n <= math.MaxUint32)
	return uint32(n)
}

// bool reads a flag, false if there is none.
func (f *fields) bool(i int) bool {
	v := f.at(i)
	if v == nil {
		return false
	}
	b, ok := v.bool()
	f.check(ok)
	return b
}

// text reads a string or symbol, empty if there is none.
func (f *fields) text(i int) string {
	v := f.at(i)
	if v == nil {
		return ""
	}
	s, ok := v.text()
	f.check(ok)
	return s
}

// pairs reads a map, empty if there is none.
func (f *fields) pairs(i int) []pair {
	v := f.at(i)
	if v == nil {
		return nil
	}
	p, ok := v.pairs()
	f.check(ok)
	return p
}
