package marketplace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// wire has the keys that Partner Center sends. encoding/json finds them in any letter case (by
// Unicode's folding, so "ſ" passes for "s") and calls UnmarshalJSON for each occurrence of a key in its order,
// null included; that is how duplicates are merged.
type wire struct {
	UserDetails userDetails
	LeadSource  leadSource
	ActionCode  actionCode
	OfferTitle  field
	Description field
	person      // counts where UserDetails says nothing
}

// known says whether the object had any key of a lead.
func (w *wire) known() bool {
	return w.UserDetails.sent || w.LeadSource.sent || w.ActionCode.sent || w.OfferTitle.sent || w.Description.sent ||
		w.person.known()
}

// readWire reads a JSON object, or the one that a JSON string holds. A string inside that string is not opened.
// The decoder refuses what is nested deeper than 10,000 levels, and does not recurse into values that nobody reads.
func readWire(text []byte, opened bool) (*wire, error) {
	trimmed := trimLeft(text)
	if len(trimmed) == 0 {
		return nil, &UnreadableError{Reason: "empty"}
	}
	kind := trimmed[0]
	if kind == '{' {
		w := new(wire)
		if err := json.Unmarshal(text, w); err != nil {
			return nil, notJSON(text, opened, err)
		}
		if !w.known() {
			return nil, &UnreadableError{Reason: "an object without any field of a lead"}
		}
		return w, nil
	}
	if kind == '"' {
		var inside string
		if err := json.Unmarshal(text, &inside); err != nil {
			return nil, notJSON(text, opened, err)
		}
		if inner := withoutBOM(inside); bytes.HasPrefix(trimLeft(inner), []byte("{")) {
			return readWire(inner, true)
		}
		return nil, &UnreadableError{Reason: "a JSON string, not an object"}
	}
	var value json.RawMessage
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, notJSON(text, opened, err)
	}
	return nil, &UnreadableError{Reason: "a JSON " + kindName(kind) + ", not an object"}
}

// notJSON says where a text stops being JSON. The decoder's own words are left out: they quote the text.
func notJSON(text []byte, opened bool, err error) error {
	what := "the body is not JSON"
	if opened {
		what = "the body is a JSON string and what it holds is not JSON"
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		what += fmt.Sprintf(": it goes wrong at byte %d of %d", syntax.Offset, len(text))
	}
	return &UnreadableError{Reason: what}
}

// trimLeft takes JSON's white space from the front.
func trimLeft(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n") }

// withoutBOM is the text of a JSON string, which can begin with a byte order mark as a body can.
func withoutBOM(s string) []byte { return bytes.TrimPrefix([]byte(s), []byte("\uFEFF")) }

// kindName names by its first byte the kind of a valid JSON value that is neither an object nor a string.
func kindName(first byte) string {
	switch first {
	case '[':
		return "array"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	default:
		return "number"
	}
}

// person has the seven fields about the customer.
type person struct {
	FirstName field
	LastName  field
	Email     field
	Phone     field
	Country   field
	Company   field
	Title     field
}

// all has the fields in the order that the content key depends on.
func (p *person) all() [7]*field {
	return [...]*field{&p.FirstName, &p.LastName, &p.Email, &p.Phone, &p.Country, &p.Company, &p.Title}
}

// known says whether the object had any key of a person.
func (p *person) known() bool {
	all := p.all()
	return slices.ContainsFunc(all[:], func(f *field) bool { return f.sent })
}

// blank says whether nothing is known of the person.
func (p *person) blank() bool {
	all := p.all()
	return !slices.ContainsFunc(all[:], func(f *field) bool { return f.value != "" })
}

// userDetails is the person as an object, as the first object of an array, or as a string that holds either.
// Anything else says nothing about anybody.
type userDetails struct {
	sent bool
	person
}

// UnmarshalJSON adds one occurrence of the key.
func (d *userDetails) UnmarshalJSON(raw []byte) error {
	d.sent = true
	if raw[0] != '"' {
		return d.add(raw)
	}
	text, err := scalar(raw)
	if err != nil {
		return err
	}
	// Text that is no JSON is a value of the wrong type: it is blank and does not lose the lead.
	if inner := withoutBOM(text); json.Valid(inner) {
		return d.add(trimLeft(inner))
	}
	return nil
}

// add adds a valid JSON value that is not a string.
func (d *userDetails) add(raw []byte) error {
	switch raw[0] {
	case '{':
		return json.Unmarshal(raw, &d.person)
	case '[':
		object, err := firstObject(raw)
		if err != nil || object == nil {
			return err
		}
		return json.Unmarshal(object, &d.person)
	default:
		return nil
	}
}

// firstObject is the first object in a JSON array, nil if there is none.
func firstObject(array []byte) (json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(array))
	if _, err := dec.Token(); err != nil { // the opening bracket
		return nil, err
	}
	var element json.RawMessage
	for dec.More() {
		if err := dec.Decode(&element); err != nil {
			return nil, err
		}
		if element[0] == '{' {
			return element, nil
		}
	}
	return nil, nil
}

// field is the value of a key as text. Of several occurrences it keeps the last that is not blank.
type field struct {
	sent  bool   // the key was there, whatever its value
	value string // decoded, not trimmed; "" if blank
}

// UnmarshalJSON adds one occurrence of the key.
func (f *field) UnmarshalJSON(raw []byte) error {
	f.sent = true
	text, err := scalar(raw)
	if err != nil {
		return err
	}
	if !isBlank(text) {
		f.value = text
	}
	return nil
}

// code is a field in which DNC can stand. A value that has it stays, whatever follows.
type code struct {
	field
	doNotContact bool
}

// add adds one occurrence of the key. action says what a tidied value asks for.
func (c *code) add(raw []byte, action func(tidied string) Action) error {
	c.sent = true
	var next field
	if err := next.UnmarshalJSON(raw); err != nil {
		return err
	}
	dnc := action(tidyLine(next.value)) == ActionDNC
	if next.value != "" && (dnc || !c.doNotContact) {
		c.value, c.doNotContact = next.value, dnc
	}
	return nil
}

type leadSource struct{ code }

// UnmarshalJSON adds one occurrence of the key.
func (l *leadSource) UnmarshalJSON(raw []byte) error {
	return l.add(raw, func(text string) Action { return parseLeadSource(text).action })
}

type actionCode struct{ code }

// UnmarshalJSON adds one occurrence of the key.
func (a *actionCode) UnmarshalJSON(raw []byte) error { return a.add(raw, classAction) }

// scalar is a valid JSON value as text: a string decoded, a number or a boolean as it was written. Null, an
// object and an array are blank.
func scalar(raw []byte) (string, error) {
	switch raw[0] {
	case 'n', '{', '[':
		return "", nil
	case '"':
		// Most strings are what stands between their quotes; the decoder costs more than all the rest.
		if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
			return string(raw[1 : len(raw)-1]), nil
		}
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	default:
		return string(raw), nil
	}
}
