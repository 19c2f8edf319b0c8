package servicebus

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/go-amqp"
)

func TestWhatIsEncodedIsReadBack(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 7e6, time.UTC)
	for _, n := range []uint32{0, 1, 255, 256, math.MaxUint32} {
		if got, ok := whole(t, unsigned(n)).uint(); !ok || got != uint64(n) {
			t.Errorf("%d came back as %d", n, got)
		}
	}
	for _, n := range []uint64{0, 255, 256, math.MaxUint64} {
		if got, ok := whole(t, ulong(n)).uint(); !ok || got != n {
			t.Errorf("%d came back as %d", n, got)
		}
	}
	for _, n := range []int64{0, -1, math.MinInt64, math.MaxInt64} {
		if got, ok := whole(t, long(n)).int(); !ok || got != n {
			t.Errorf("%d came back as %d", n, got)
		}
	}
	for _, v := range []value{{typeSmallInt, 0xfe}, {typeSmallLong, 0xfe}, integer(-2)} {
		if got, ok := whole(t, v).int(); !ok || got != -2 {
			t.Errorf("%x is %d, want -2", v, got)
		}
	}
	for _, v := range []value{boolean(true), {typeBool, 1}} {
		if got, ok := whole(t, v).bool(); !ok || !got {
			t.Errorf("%x is not true", v)
		}
	}
	for _, s := range []string{"", "é", strings.Repeat("x", 255), strings.Repeat("x", 256)} {
		if got, ok := whole(t, text(s)).text(); !ok || got != s {
			t.Errorf("text of %d bytes came back with %d", len(s), len(got))
		}
		if got, ok := whole(t, octets([]byte(s))).bytes(); !ok || string(got) != s {
			t.Errorf("%d octets came back as %d", len(s), len(got))
		}
	}
	if got, ok := whole(t, symbol("a:b")).text(); !ok || got != "a:b" {
		t.Errorf("symbol came back as %q", got)
	}
	if got, ok := whole(t, timestamp(now)).time(); !ok || !got.Equal(now) {
		t.Errorf("%s came back as %s", now, got)
	}
	for _, v := range []value{list(unsigned(1), nil, unsigned(0)), {typeList8, 5, 3, typeSmallUint, 1, typeNull, typeUint0}} {
		got, ok := whole(t, v).list()
		if !ok || len(got) != 3 || !bytes.Equal(got[0], unsigned(1)) || !got[1].null() || !bytes.Equal(got[2], unsigned(0)) {
			t.Errorf("list %x came back as %x", v, got)
		}
	}
	if got, ok := whole(t, mapping(pair{text("a"), long(1)}, pair{text("b"), nil})).pairs(); !ok || len(got) != 2 || !bytes.Equal(got[0].val, long(1)) {
		t.Errorf("map came back as %x", got)
	}
	if got, ok := whole(t, array(typeLong, long(5), long(6))).sequence(); !ok || len(got) != 2 || !bytes.Equal(got[1], long(6)) {
		t.Errorf("array came back as %x", got)
	}
	if code, inner, ok := whole(t, described(codeAccepted, list())).described(); !ok || code != codeAccepted || !bytes.Equal(inner, list()) {
		t.Errorf("described value came back as 0x%x %x", code, inner)
	}
}

// whole wants v to be one value and nothing else.
func whole(t *testing.T, v value) value {
	t.Helper()
	got, rest, err := cut(v)
	if err != nil || len(rest) > 0 || !bytes.Equal(got, v) {
		t.Fatalf("%x is cut into %x and %x: %v", v, got, rest, err)
	}
	return got
}

func TestAValueIsCutOffWhereItEnds(t *testing.T) {
	for _, v := range []value{
		{typeNull}, {typeUshort, 1, 2}, {typeFloat, 1, 2, 3, 4}, {typeDecimal64, 1, 2, 3, 4, 5, 6, 7, 8}, {typeList0},
		{typeString8, 2, 'a', 'b'}, {typeBinary32, 0, 0, 0, 1, 0xff}, {typeList8, 3, 2, typeTrue, typeFalse}, {typeMap8, 1, 0},
		{typeArray8, 6, 2, typeShort, 1, 2, 3, 4}, {typeArray8, 6, 2, typeString8, 1, 'a', 1, 'b'},
		{typeArray8, 5, 1, typeDescribed, typeSmallUlong, 7, typeNull}, // one described element
		described(codeAccepted, list(list(nil), mapping())),
	} {
		got, rest, err := cut(append(slices.Clone(v), 0xaa, 0xbb))
		if err != nil || !bytes.Equal(got, v) || !bytes.Equal(rest, []byte{0xaa, 0xbb}) {
			t.Errorf("%x is cut into %x and %x: %v", v, got, rest, err)
		}
	}
}

func TestAMalformedValueIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		b    []byte
		want error
	}{
		"nothing":                              {nil, errShort},
		"a number cut short":                   {[]byte{typeUint, 0, 0, 0}, errShort},
		"a text without its length":            {[]byte{typeString32, 0, 0}, errShort},
		"a text cut short":                     {[]byte{typeString8, 3, 'a', 'b'}, errShort},
		"a size above all memory":              {[]byte{typeBinary32, 0xff, 0xff, 0xff, 0xff}, errShort},
		"a text that is not UTF-8":             {[]byte{typeString8, 1, 0x80}, errText},
		"a symbol that is not ASCII":           {[]byte{typeSymbol8, 2, 0xc3, 0xa9}, errText},
		"a flag that is neither":               {[]byte{typeBool, 2}, errType},
		"a constructor that does not exist":    {[]byte{0x46}, errType},
		"a variable one that does not exist":   {[]byte{0xa2, 0}, errType},
		"a descriptor with nothing to it":      {[]byte{typeDescribed, typeSmallUlong, 1}, errShort},
		"a list without a count":               {[]byte{typeList8, 0}, errShort},
		"a list with a count too high":         {[]byte{typeList8, 2, 2, typeNull}, errCount},
		"a list with a count too low":          {[]byte{typeList8, 2, 0, typeNull}, errCount},
		"a list whose last element is short":   {[]byte{typeList8, 2, 1, typeUbyte}, errShort},
		"a map with an odd count":              {[]byte{typeMap8, 2, 1, typeNull}, errCount},
		"an array without a constructor":       {[]byte{typeArray8, 1, 0}, errShort},
		"an array with a count too high":       {[]byte{typeArray8, 3, 2, typeUbyte, 1}, errShort},
		"an array with a count too low":        {[]byte{typeArray8, 3, 0, typeUbyte, 1}, errCount},
		"an array of what does not exist":      {[]byte{typeArray8, 3, 1, 0x46, 1}, errType},
		"an array with an empty description":   {[]byte{typeArray8, 2, 1, typeDescribed}, errShort},
		"lists nested without an end":          {nested(typeList32, 1000), errNesting},
		"arrays nested without an end":         {nested(typeArray32, 1000), errNesting},
		"descriptors nested without an end":    {make([]byte, 1<<20), errNesting},
		"described arrays nested without end":  {nestedDescriptors(1000), errNesting},
		"an array of nothing, 2^32 times, and": {[]byte{typeArray32, 0, 0, 0, 6, 0xff, 0xff, 0xff, 0xff, typeNull, 1}, errCount},
	} {
		if _, _, err := cut(test.b); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// nested is a list in a list, or an array of one array, and so on.
func nested(constructor byte, depth int) []byte {
	var body []byte
	for range depth {
		if constructor == typeList32 {
			body = list(body)
		} else if body == nil {
			body = array(constructor)
		} else {
			body = array(constructor, body)
		}
	}
	return body
}

// nestedDescriptors is an array whose elements' descriptor is an array whose elements' descriptor ...
func nestedDescriptors(depth int) []byte {
	body := []byte{typeNull}
	for range depth {
		inner := append([]byte{0, 0, 0, 0, typeDescribed}, body...)
		inner = append(inner, typeNull)
		body = append([]byte{typeArray32, 0, 0, byte(len(inner) >> 8), byte(len(inner))}, inner...)
	}
	return body
}

func TestAnArrayOfNothingTakesNoTimeHoweverLongItIs(t *testing.T) {
	v := value{typeArray32, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, typeTrue}
	whole(t, v)
	if got, ok := v.sequence(); ok {
		t.Errorf("it has %d elements", len(got))
	}
}

func TestAValueReadAsWhatItIsNotIsNothing(t *testing.T) {
	all := []value{nil, {typeNull}, unsigned(1), long(1), boolean(true), text("x"), octets(nil), timestamp(time.Time{}), list(), mapping(),
		array(typeLong), described(1, nil), {typeUUID, 15: 0, 16: 0}, {typeFloat, 1, 2, 3, 4}}
	kinds := map[string]func(value) bool{
		"uint":      func(v value) bool { _, ok := v.uint(); return ok },
		"int":       func(v value) bool { _, ok := v.int(); return ok },
		"bool":      func(v value) bool { _, ok := v.bool(); return ok },
		"text":      func(v value) bool { _, ok := v.text(); return ok },
		"bytes":     func(v value) bool { _, ok := v.bytes(); return ok },
		"time":      func(v value) bool { _, ok := v.time(); return ok },
		"list":      func(v value) bool { _, ok := v.list(); return ok },
		"map":       func(v value) bool { _, ok := v.pairs(); return ok },
		"uuid":      func(v value) bool { _, ok := v.uuid(); return ok },
		"described": func(v value) bool { _, _, ok := v.described(); return ok },
	}
	for name, is := range kinds {
		n := 0
		for _, v := range all {
			if is(v) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d values are a %s, want one", n, name)
		}
	}
}

func TestChangesReplaceByNameAndAddTheRest(t *testing.T) {
	got := merge(
		[]pair{{text("a"), long(1)}, {text("b"), long(2)}},
		[]pair{{symbol("b"), long(3)}, {text("c"), long(4)}, {text("c"), long(5)}})
	want := []pair{{text("a"), long(1)}, {text("b"), long(3)}, {text("c"), long(5)}}
	if !slices.EqualFunc(got, want, func(a, b pair) bool { return bytes.Equal(a.key, b.key) && bytes.Equal(a.val, b.val) }) {
		t.Errorf("got %x", got)
	}
}

// exercise uses a value in every way there is.
func exercise(v value, depth int) {
	v.uint()
	v.int()
	v.bool()
	v.text()
	v.bytes()
	v.time()
	v.uuid()
	if depth == 0 {
		return
	}
	if _, inner, ok := v.described(); ok {
		exercise(inner, depth-1)
	}
	items, _ := v.list()
	elements, _ := v.sequence()
	for _, item := range append(items, elements...) {
		exercise(item, depth-1)
	}
	pairs, _ := v.pairs()
	for _, p := range pairs {
		exercise(p.key, depth-1)
		exercise(p.val, depth-1)
	}
}

func FuzzValue(f *testing.F) {
	f.Add([]byte(described(codeAttach, list(text("n"), unsigned(0), boolean(true), ubyte(1), nil, described(codeSource, list(text("q")))))))
	f.Add([]byte(mapping(pair{text("a"), array(typeLong, long(1))}, pair{symbol("b"), list(timestamp(time.Time{}))})))
	f.Add([]byte{typeArray32, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, typeTrue})
	f.Add(nestedDescriptors(5))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, rest, err := cut(b)
		if err != nil {
			return
		}
		if !bytes.Equal(append(slices.Clone(v), rest...), b) {
			t.Errorf("%x is cut into %x and %x", b, v, rest)
		}
		if again, rest, err := cut(v); err != nil || len(rest) > 0 || !bytes.Equal(again, v) {
			t.Errorf("%x alone is cut into %x and %x: %v", v, again, rest, err)
		}
		exercise(v, 4)
	})
}

// What is accepted has to come out again: the same body, in a form that can be accepted again.
func FuzzMessage(f *testing.F) {
	sample, err := (&amqp.Message{
		Header:                &amqp.MessageHeader{Durable: true, TTL: time.Minute},
		DeliveryAnnotations:   amqp.Annotations{"x": int64(1)},
		Annotations:           amqp.Annotations{annotationScheduled: time.Unix(0, 0), annotationSequence: "spoofed", "own": nil},
		Properties:            &amqp.MessageProperties{MessageID: "id", ContentType: new("text/plain")},
		ApplicationProperties: map[string]any{"a": int64(1), "b": []byte{1}},
		Data:                  [][]byte{[]byte("x"), []byte("y")},
		Footer:                amqp.Annotations{"z": "z"},
	}).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	f.Add(body([]byte("x")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, refusal := parseMessage(raw)
		if refusal != nil {
			return
		}
		m := &message{content: c, seq: 7, failed: 2, enqueuedAt: time.Unix(1, 0)}
		m.application = merge(m.application, []pair{{text(propertyReason), text("reason")}})
		again, refusal := parseMessage(m.encode([]pair{{symbol(annotationToken), uuid([16]byte{1})}}, []pair{{symbol(annotationLocked), timestamp(time.Unix(2, 0))}}))
		if refusal != nil {
			t.Fatalf("%x is accepted once and not again: %v", raw, refusal)
		}
		if again.id != c.id || !bytes.Equal(again.body, c.body) || !bytes.Equal(again.properties, c.properties) || len(again.annotations) != len(c.annotations) || len(again.delivery) != len(c.delivery) {
			t.Errorf("%x became %x", c.body, again.body)
		}
	})
}

func FuzzBatch(f *testing.F) {
	f.Add(append(body(body([]byte("a"))), body(body([]byte("b")))...))
	f.Add(body([]byte{0xff}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, refusal := parseMessages(raw, batchFormat)
		if refusal != nil && all != nil {
			t.Error("a refused batch has messages")
		}
	})
}
