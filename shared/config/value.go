package config

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// state is what became of one setting.
type state int

const (
	missing    state = iota
	blank            // there, and nothing but white space
	unresolved       // a Key Vault reference that the platform did not replace
	malformed
	valid
)

// Value is one setting, as every type of this package embeds it. It prints as its value if that may
// be seen and is sound, as "set" if it is a secret, as "not set" if it is missing, blank or
// unresolved and as "invalid" otherwise, whatever the verb or encoder.
type Value[T any] struct {
	state   state
	shown   string // for printing, unless missing
	problem string // if malformed: what is wrong and what to do

	// A function, because fmt prints the unexported fields of a struct without asking their methods,
	// and with a verb that does not fit follows pointers there too. nil unless valid. The text itself
	// is not kept: nothing can print what is not there.
	parsed func() T
}

// Get returns the value: the default if the setting is absent, and the zero value if it is absent
// without default or has a problem. It is shared: do not change what it points to.
func (v Value[T]) Get() T {
	if v.parsed == nil {
		var zero T
		return zero
	}
	return v.parsed()
}

// read takes the text of a setting. parse says in its error what is wrong ("is not a time"), never
// repeating the text; form is what it should be ("a time such as 15m"); show prints a sound value.
// It always returns nil, for Decode to return: envconfig would stop at the first error.
func (v *Value[T]) read(text, form string, parse func(string) (T, error), show func(T) string) error {
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "":
		*v = Value[T]{state: blank, shown: "not set"}
	case hasPrefixFold(trimmed, "@Microsoft.KeyVault("):
		*v = Value[T]{state: unresolved, shown: "not set"}
	case !utf8.ValidString(text) || strings.ContainsFunc(trimmed, unicode.IsControl):
		v.reject("invalid", "holds control characters or broken UTF-8: give "+form)
	case trimmed != text:
		v.reject("invalid", "has white space around it, which the Functions host does not remove: remove it")
	default:
		parsed, err := parse(text)
		if err != nil {
			v.reject("invalid", err.Error()+": give "+form)
			break
		}
		*v = Value[T]{state: valid, shown: show(parsed), parsed: func() T { return parsed }}
	}
	return nil
}

// readSecret is read for secrets, of which nothing is seen while they are malformed either.
func (v *Value[T]) readSecret(text, form string, parse func(string) (T, error), show func(T) string) error {
	v.read(text, form, parse, show)
	if v.state == malformed {
		v.shown = "set"
	}
	return nil
}

// reject makes the setting malformed, for a problem that also says what to do, and printed as shown.
func (v *Value[T]) reject(shown, problem string) {
	*v = Value[T]{state: malformed, shown: shown, problem: problem}
}

// became tells what became of the setting, and what is wrong with it if it is malformed.
func (v *Value[T]) became() (state, string) { return v.state, v.problem }

// String gives what may be seen.
func (v Value[T]) String() string {
	if v.state == missing {
		return "not set"
	}
	return v.shown
}

// Format prints String for every verb and flag.
func (v Value[T]) Format(f fmt.State, _ rune) { io.WriteString(f, v.String()) }

// MarshalText gives String to JSON and other encoders.
func (v Value[T]) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// LogValue gives String to slog.
func (v Value[T]) LogValue() slog.Value { return slog.StringValue(v.String()) }

// asItIs shows a text that may be seen.
func asItIs(text string) string { return text }

// hidden shows of a secret that there is one.
func hidden[T any](T) string { return "set" }

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
