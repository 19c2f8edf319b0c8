package lead

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Unknown are the fields of a stored document that this version of the program does not know. They are
// written back as they were read, so that while two versions run side by side the older one does not undo
// what the newer one has written. A type that is stored keeps one for itself.
type Unknown map[string]json.RawMessage

// Decode reads a JSON object into the struct that known points to, and keeps what the struct has no field
// for. known must be of a type without an UnmarshalJSON of its own.
func (u *Unknown) Decode(object []byte, known any) error {
	*u = nil
	if err := json.Unmarshal(object, known); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(object, &all); err != nil {
		return err
	}
	names := fieldNames(reflect.TypeOf(known).Elem())
	for name := range all {
		if names[strings.ToLower(name)] {
			delete(all, name)
		}
	}
	if len(all) > 0 {
		*u = all
	}
	return nil
}

// Encode writes a struct as a JSON object with the unknown fields behind its own. known must be of a type
// without a MarshalJSON of its own.
func (u Unknown) Encode(known any) ([]byte, error) {
	object, err := json.Marshal(known)
	if err != nil || len(u) == 0 {
		return object, err
	}
	out := bytes.NewBuffer(object[:len(object)-1])
	for _, name := range slices.Sorted(maps.Keys(u)) {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(u[name])
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// namesOf remembers the names of each type's fields, in small letters because encoding/json finds them in any.
var namesOf sync.Map

func fieldNames(t reflect.Type) map[string]bool {
	if names, ok := namesOf.Load(t); ok {
		return names.(map[string]bool)
	}
	names := map[string]bool{}
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names[strings.ToLower(name)] = true
		}
	}
	namesOf.Store(t, names)
	return names
}
