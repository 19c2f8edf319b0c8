package cosmos

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"
)

// undefined is the value of a property that a document does not have, and of a comparison that makes no
// sense. It is neither null nor false.
type undefined struct{}

// composite stands for any object or array in an index: its content is not indexed there.
type composite struct{}

// maxDepth is the service's limit of nested objects and arrays in a document.
const maxDepth = 128

// Ranks order the types of values in an index. Only values of one rank compare.
const (
	rankUndefined = iota
	rankNull
	rankBool
	rankNumber
	rankString
	rankArray
	rankObject
	rankComposite
)

func rank(v any) int {
	switch v.(type) {
	case nil:
		return rankNull
	case bool:
		return rankBool
	case float64:
		return rankNumber
	case string:
		return rankString
	case []any:
		return rankArray
	case map[string]any:
		return rankObject
	case composite:
		return rankComposite
	}
	return rankUndefined
}

func isScalar(v any) bool {
	r := rank(v)
	return r >= rankNull && r <= rankString
}

// order compares two values by type, then by value. Strings compare by bytes, which in UTF-8 is the
// order of code points. Objects and arrays are all equal to each other.
func order(a, b any) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch x := a.(type) {
	case bool:
		y := b.(bool)
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	case float64:
		return cmp.Compare(x, b.(float64))
	case string:
		return strings.Compare(x, b.(string))
	}
	return 0
}

// equal tells whether two values of one rank are the same.
func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

// lookup follows a path of member names.
func lookup(v any, path []string) any {
	for _, name := range path {
		object, ok := v.(map[string]any)
		if !ok {
			return undefined{}
		}
		if v, ok = object[name]; !ok {
			return undefined{}
		}
	}
	return v
}

// decodeObject reads a JSON object from outside.
func decodeObject(body []byte) (map[string]any, error) {
	if !utf8.Valid(body) {
		return nil, refuse(http.StatusBadRequest, "The input content is not valid UTF-8.")
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, refuse(http.StatusBadRequest, "The input content is not a valid JSON object.")
	}
	if deeperThan(fields, maxDepth) {
		return nil, refuse(http.StatusBadRequest, "The input content is nested deeper than %d levels.", maxDepth)
	}
	return fields, nil
}

func deeperThan(v any, levels int) bool {
	switch x := v.(type) {
	case map[string]any:
		if levels == 0 {
			return true
		}
		for _, member := range x {
			if deeperThan(member, levels-1) {
				return true
			}
		}
	case []any:
		if levels == 0 {
			return true
		}
		for _, element := range x {
			if deeperThan(element, levels-1) {
				return true
			}
		}
	}
	return false
}

// encode writes JSON as it came in: without the HTML escapes of json.Marshal.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decodeStrictly reads a JSON object whose members are all known.
func decodeStrictly(body []byte, into any) error {
	if !utf8.Valid(body) {
		return refuse(http.StatusBadRequest, "The input content is not valid UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refuse(http.StatusBadRequest, "The input content is invalid, or names a property that this stand-in does not support: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return refuse(http.StatusBadRequest, "The input content is invalid: something follows the JSON object.")
	}
	return nil
}
