package config

import (
	"fmt"
	"reflect"
	"strings"
)

// setting is what every field of Settings is.
type setting interface {
	fmt.Stringer
	Decode(text string) error
	form() string // what to give: "a time such as 15m"
	became() (state, string)
	reject(shown, problem string)
}

// field is one field of Settings with what its tags say.
type field struct {
	name     string   // of the setting, as the platform spells it
	fallback string   // the default
	stops    []string // functions that do not run while it has a problem
	optional bool     // may be absent without a default
	secret   bool
	value    setting
}

// fields lists the settings in the order of the struct.
func (s *Settings) fields() []field { return gather(reflect.ValueOf(s).Elem()) }

func gather(v reflect.Value) []field {
	var fields []field
	for i := range v.NumField() {
		t := v.Type().Field(i)
		if t.Anonymous {
			fields = append(fields, gather(v.Field(i))...)
			continue
		}
		fields = append(fields, field{
			name:     t.Tag.Get("envconfig"),
			fallback: t.Tag.Get("default"),
			stops:    strings.FieldsFunc(t.Tag.Get("stops"), func(r rune) bool { return r == ',' }),
			optional: t.Tag.Get("optional") == "true",
			secret:   t.Tag.Get("secret") == "true",
			value:    v.Field(i).Addr().Interface().(setting),
		})
	}
	return fields
}

// complaint says what is wrong with a setting by itself and what to do, and is empty if nothing is.
func (f field) complaint() string {
	give := "give " + f.value.form()
	state, problem := f.value.became()
	switch state {
	case missing:
		if !f.optional {
			return "is missing: " + give
		}
	case blank:
		switch {
		case f.fallback != "":
			return "is blank: remove it for the default " + f.fallback + ", or " + give
		case f.optional:
			return "is blank: remove it, or " + give
		default:
			return "is blank: " + give
		}
	case unresolved:
		return "is missing, because its Key Vault reference is not resolved: check the reference (vault, secret, version), " +
			"and that the app's identity has the role Key Vault Secrets User and, if user-assigned, is the app's keyVaultReferenceIdentity"
	case malformed:
		return problem
	}
	return ""
}

// shownInvalid is how the setting prints when something is there that cannot be used.
func (f field) shownInvalid() string {
	if f.secret {
		return "set"
	}
	return "invalid"
}
