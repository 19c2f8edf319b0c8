package servicebus

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
	"unicode/utf8"
)

// Constructors of the AMQP 1.0 type system (part 1, section 1.6), as far as they are named here.
const (
	typeDescribed  = 0x00
	typeNull       = 0x40
	typeTrue       = 0x41
	typeFalse      = 0x42
	typeUint0      = 0x43
	typeUlong0     = 0x44
	typeList0      = 0x45
	typeUbyte      = 0x50
	typeSmallUint  = 0x52
	typeSmallUlong = 0x53
	typeByte       = 0x51
	typeSmallInt   = 0x54
	typeSmallLong  = 0x55
	typeBool       = 0x56
	typeUshort     = 0x60
	typeShort      = 0x61
	typeUint       = 0x70
	typeInt        = 0x71
	typeFloat      = 0x72
	typeChar       = 0x73
	typeDecimal32  = 0x74
	typeUlong      = 0x80
	typeLong       = 0x81
	typeDouble     = 0x82
	typeTimestamp  = 0x83
	typeDecimal64  = 0x84
	typeDecimal128 = 0x94
	typeUUID       = 0x98
	typeBinary8    = 0xa0
	typeString8    = 0xa1
	typeSymbol8    = 0xa3
	typeBinary32   = 0xb0
	typeString32   = 0xb1
	typeSymbol32   = 0xb3
	typeList8      = 0xc0
	typeMap8       = 0xc1
	typeList32     = 0xd0
	typeMap32      = 0xd1
	typeArray8     = 0xe0
	typeArray32    = 0xf0
)

// maxNestedValues bounds the recursion; real messages and frames nest less than ten deep.
const maxNestedValues = 32

var (
	errShort   = errors.New("value is cut short")
	errNesting = errors.New("values are nested too deep")
	errText    = errors.New("text is not UTF-8 (string) or ASCII (symbol)")
	errCount   = errors.New("count and size do not agree")
	errType    = errors.New("unknown type")
)

// A value is one AMQP value as it is on the wire, constructor included. Values from outside are taken
// apart only where the broker needs to look inside; everything else is passed on byte by byte, so no
// type a sender may use can be damaged or missed. Nil is the absent value and encodes as null.
type value []byte

// A pair is one entry of a map.
type pair struct{ key, val value }

// cut takes the first value off b. It checks the value to its last leaf, so that the accessors below
// meet well-formed values only. It takes time linear in the length of the value.
func cut(b []byte) (v value, rest []byte, err error) {
	n, err := measure(b, 0)
	if err != nil {
		return nil, nil, err
	}
	return value(b[:n:n]), b[n:], nil
}

// measure returns the length of the value at the beginning of b.
func measure(b []byte, depth int) (int, error) {
	if depth > maxNestedValues {
		return 0, errNesting
	}
	if len(b) == 0 {
		return 0, errShort
	}
	if b[0] != typeDescribed {
		n, err := measureBody(b[0], b[1:], depth)
		return 1 + n, err
	}
	descriptor, err := measure(b[1:], depth+1)
	if err != nil {
		return 0, err
	}
	n, err := measure(b[1+descriptor:], depth+1)
	return 1 + descriptor + n, err
}

// measureBody returns the length of what follows the constructor.
func measureBody(constructor byte, b []byte, depth int) (int, error) {
	if n, ok := width(constructor); ok {
		switch {
		case len(b) < n:
			return 0, errShort
		case constructor == typeBool && b[0] > 1:
			return 0, errType
		}
		return n, nil
	}
	prefix, size, err := sizeOf(constructor, b)
	if err != nil {
		return 0, err
	}
	body := b[prefix : prefix+size]
	switch constructor {
	case typeBinary8, typeBinary32:
	case typeString8, typeString32:
		if !utf8.Valid(body) {
			return 0, errText
		}
	case typeSymbol8, typeSymbol32:
		for _, c := range body {
			if c >= utf8.RuneSelf {
				return 0, errText
			}
		}
	case typeArray8, typeArray32:
		err = checkArray(body, prefix, depth)
	case typeList8, typeList32, typeMap8, typeMap32:
		err = checkCompound(constructor, body, prefix, depth)
	default:
		err = errType
	}
	return prefix + size, err
}

// width is the length of the types that have a fixed one.
func width(constructor byte) (n int, fixed bool) {
	switch constructor {
	case typeNull, typeTrue, typeFalse, typeUint0, typeUlong0, typeList0:
		return 0, true
	case typeUbyte, typeByte, typeSmallUint, typeSmallUlong, typeSmallInt, typeSmallLong, typeBool:
		return 1, true
	case typeUshort, typeShort:
		return 2, true
	case typeUint, typeInt, typeFloat, typeChar, typeDecimal32:
		return 4, true
	case typeUlong, typeLong, typeDouble, typeTimestamp, typeDecimal64:
		return 8, true
	case typeDecimal128, typeUUID:
		return 16, true
	}
	return 0, false
}

// sizeOf reads the size that begins the types of variable length; prefix is how many bytes it takes.
func sizeOf(constructor byte, b []byte) (prefix, size int, err error) {
	switch constructor >> 4 {
	case 0xa, 0xc, 0xe:
		prefix = 1
	case 0xb, 0xd, 0xf:
		prefix = 4
	default:
		return 0, 0, errType
	}
	if len(b) < prefix {
		return 0, 0, errShort
	}
	n := number(b[:prefix])
	if n > uint64(len(b)-prefix) {
		return 0, 0, errShort
	}
	return prefix, int(n), nil
}

func checkCompound(constructor byte, body []byte, prefix, depth int) error {
	if len(body) < prefix {
		return errShort
	}
	count, body := number(body[:prefix]), body[prefix:]
	if count > uint64(len(body)) || count%2 != 0 && (constructor == typeMap8 || constructor == typeMap32) {
		return errCount
	}
	for range count {
		n, err := measure(body, depth+1)
		if err != nil {
			return err
		}
		body = body[n:]
	}
	if len(body) > 0 {
		return errCount
	}
	return nil
}

func checkArray(body []byte, prefix, depth int) error {
	count, constructor, body, err := arrayHead(body, prefix, depth)
	if err != nil {
		return err
	}
	if n, fixed := width(constructor); fixed && n == 0 {
		// Elements of no width: the count may be anything and must never be counted out.
		count = 0
	}
	for range count {
		if depth >= maxNestedValues {
			return errNesting
		}
		n, err := measureBody(constructor, body, depth+1)
		if err != nil {
			return err
		}
		body = body[n:]
	}
	if len(body) > 0 {
		return errCount
	}
	return nil
}

// arrayHead reads the count and the constructor that all elements share; the descriptor of described
// elements is skipped.
func arrayHead(body []byte, prefix, depth int) (count uint64, constructor byte, rest []byte, err error) {
	if len(body) < prefix+1 {
		return 0, 0, nil, errShort
	}
	count, body = number(body[:prefix]), body[prefix:]
	if body[0] == typeDescribed {
		n, err := measure(body[1:], depth+1)
		if err != nil {
			return 0, 0, nil, err
		}
		body = body[1+n:]
	}
	if len(body) == 0 {
		return 0, 0, nil, errShort
	}
	return count, body[0], body[1:], nil
}

// number reads an unsigned number of 0, 1, 2, 4 or 8 bytes.
func number(b []byte) uint64 {
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

// null tells whether v is absent.
func (v value) null() bool { return len(v) == 0 || v[0] == typeNull }

// described takes a described value apart. Only numeric descriptors are known.
func (v value) described() (descriptor uint64, inner value, ok bool) {
	if len(v) == 0 || v[0] != typeDescribed {
		return 0, nil, false
	}
	d, rest, err := cut(v[1:])
	if err != nil {
		return 0, nil, false
	}
	descriptor, ok = d.uint()
	return descriptor, value(rest), ok
}

// uint reads an unsigned number of any width.
func (v value) uint() (uint64, bool) {
	if len(v) == 0 {
		return 0, false
	}
	switch v[0] {
	case typeUbyte, typeUshort, typeUint0, typeSmallUint, typeUint, typeUlong0, typeSmallUlong, typeUlong:
		return number(v[1:]), true
	}
	return 0, false
}

// int reads a signed number of 32 or 64 bits.
func (v value) int() (int64, bool) {
	if len(v) == 0 {
		return 0, false
	}
	switch v[0] {
	case typeSmallInt, typeSmallLong:
		return int64(int8(v[1])), true
	case typeInt:
		return int64(int32(number(v[1:]))), true
	case typeLong:
		return int64(number(v[1:])), true
	}
	return 0, false
}

func (v value) bool() (b, ok bool) {
	if len(v) == 0 {
		return false, false
	}
	switch v[0] {
	case typeTrue, typeFalse:
		return v[0] == typeTrue, true
	case typeBool:
		return v[1] == 1, true
	}
	return false, false
}

// text reads a string or a symbol.
func (v value) text() (string, bool) {
	if len(v) == 0 {
		return "", false
	}
	switch v[0] {
	case typeString8, typeSymbol8:
		return string(v[2:]), true
	case typeString32, typeSymbol32:
		return string(v[5:]), true
	}
	return "", false
}

func (v value) bytes() ([]byte, bool) {
	if len(v) == 0 {
		return nil, false
	}
	switch v[0] {
	case typeBinary8:
		return v[2:], true
	case typeBinary32:
		return v[5:], true
	}
	return nil, false
}

func (v value) time() (time.Time, bool) {
	if len(v) == 0 || v[0] != typeTimestamp {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(number(v[1:]))).UTC(), true
}

func (v value) uuid() ([16]byte, bool) {
	if len(v) == 0 || v[0] != typeUUID {
		return [16]byte{}, false
	}
	return [16]byte(v[1:]), true
}

// list returns the elements of a list.
func (v value) list() ([]value, bool) {
	if len(v) == 0 {
		return nil, false
	}
	switch v[0] {
	case typeList0:
		return nil, true
	case typeList8:
		return elements(v[3:]), true
	case typeList32:
		return elements(v[9:]), true
	}
	return nil, false
}

// pairs returns the entries of a map.
func (v value) pairs() ([]pair, bool) {
	if len(v) == 0 {
		return nil, false
	}
	var flat []value
	switch v[0] {
	case typeMap8:
		flat = elements(v[3:])
	case typeMap32:
		flat = elements(v[9:])
	default:
		return nil, false
	}
	pairs := make([]pair, len(flat)/2)
	for i := range pairs {
		pairs[i] = pair{flat[2*i], flat[2*i+1]}
	}
	return pairs, true
}

// elements cuts values out of b until it is used up.
func elements(b []byte) []value {
	var all []value
	for len(b) > 0 {
		v, rest, err := cut(b)
		if err != nil {
			return all
		}
		all, b = append(all, v), rest
	}
	return all
}

// sequence returns the elements of an array or of a list: clients write arrays of numbers either way.
// Arrays whose elements take no bytes are not sequences of anything here.
func (v value) sequence() ([]value, bool) {
	if all, ok := v.list(); ok {
		return all, true
	}
	if len(v) == 0 || v[0] != typeArray8 && v[0] != typeArray32 {
		return nil, false
	}
	prefix := 1
	if v[0] == typeArray32 {
		prefix = 4
	}
	count, constructor, body, err := arrayHead(v[1+prefix:], prefix, 0)
	if n, fixed := width(constructor); err != nil || fixed && n == 0 {
		return nil, false
	}
	all := make([]value, 0, min(count, uint64(len(body))))
	for range count {
		n, err := measureBody(constructor, body, 0)
		if err != nil {
			return nil, false
		}
		all, body = append(all, append(value{constructor}, body[:n]...)), body[n:]
	}
	return all, true
}

// The functions below encode. Lists, maps and arrays are always written in their 32-bit form.

func ubyte(n uint8) value       { return value{typeUbyte, n} }
func ushort(n uint16) value     { return binary.BigEndian.AppendUint16(value{typeUshort}, n) }
func integer(n int32) value     { return binary.BigEndian.AppendUint32(value{typeInt}, uint32(n)) }
func long(n int64) value        { return binary.BigEndian.AppendUint64(value{typeLong}, uint64(n)) }
func uuid(u [16]byte) value     { return append(value{typeUUID}, u[:]...) }
func text(s string) value       { return variable(typeString8, typeString32, []byte(s)) }
func symbol(s string) value     { return variable(typeSymbol8, typeSymbol32, []byte(s)) }
func octets(b []byte) value     { return variable(typeBinary8, typeBinary32, b) }
func list(items ...value) value { return compound(typeList32, items) }

func boolean(b bool) value {
	if b {
		return value{typeTrue}
	}
	return value{typeFalse}
}

func unsigned(n uint32) value {
	switch {
	case n == 0:
		return value{typeUint0}
	case n <= math.MaxUint8:
		return value{typeSmallUint, byte(n)}
	}
	return binary.BigEndian.AppendUint32(value{typeUint}, n)
}

func ulong(n uint64) value {
	switch {
	case n == 0:
		return value{typeUlong0}
	case n <= math.MaxUint8:
		return value{typeSmallUlong, byte(n)}
	}
	return binary.BigEndian.AppendUint64(value{typeUlong}, n)
}

func timestamp(t time.Time) value {
	return binary.BigEndian.AppendUint64(value{typeTimestamp}, uint64(t.UnixMilli()))
}

// described gives v a descriptor below 256, as all that the broker sends have one.
func described(descriptor uint8, v value) value {
	return append(value{typeDescribed, typeSmallUlong, descriptor}, v...)
}

func mapping(pairs ...pair) value {
	flat := make([]value, 0, 2*len(pairs))
	for _, p := range pairs {
		flat = append(flat, p.key, p.val)
	}
	return compound(typeMap32, flat)
}

// array writes items, which all have the given constructor, as an array.
func array(constructor byte, items ...value) value {
	size := 4 + 1
	for _, item := range items {
		size += len(item) - 1
	}
	b := make(value, 0, 5+size)
	b = binary.BigEndian.AppendUint32(append(b, typeArray32), uint32(size))
	b = binary.BigEndian.AppendUint32(b, uint32(len(items)))
	b = append(b, constructor)
	for _, item := range items {
		b = append(b, item[1:]...)
	}
	return b
}

func compound(constructor byte, items []value) value {
	size := 4
	for _, item := range items {
		size += max(len(item), 1)
	}
	b := make(value, 0, 5+size)
	b = binary.BigEndian.AppendUint32(append(b, constructor), uint32(size))
	b = binary.BigEndian.AppendUint32(b, uint32(len(items)))
	for _, item := range items {
		if len(item) == 0 {
			item = value{typeNull}
		}
		b = append(b, item...)
	}
	return b
}

func variable(narrow, wide byte, body []byte) value {
	b := make(value, 0, 5+len(body))
	if len(body) <= math.MaxUint8 {
		b = append(b, narrow, byte(len(body)))
	} else {
		b = binary.BigEndian.AppendUint32(append(b, wide), uint32(len(body)))
	}
	return append(b, body...)
}
