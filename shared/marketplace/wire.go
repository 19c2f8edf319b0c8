package marketplace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// The fields that a lead can have, in the order that the content key depends on.
const (
	firstName = iota
	lastName
	email
	phone
	country
	company
	title
	leadSource
	actionCode
	offerTitle
	description

	fields                   // how many there are
	personFields = title + 1 // how many of them, the first, are about the person
)

// keys has the fields' names on the wire, where any letter case will do.
var keys = [fields][]byte{[]byte("firstName"), []byte("lastName"), []byte("email"), []byte("phone"), []byte("country"), []byte("company"), []byte("title"),
	[]byte("leadSource"), []byte("actionCode"), []byte("offerTitle"), []byte("description")}

var userDetails = []byte("userDetails")

// fieldOf is the field that a key names, -1 if none. Letters are compared by Unicode's folding, so "ſ"
// passes for "s".
func fieldOf(key []byte) int {
	return slices.IndexFunc(keys[:], func(k []byte) bool { return bytes.EqualFold(k, key) })
}

// wire has the text of each field, decoded and not trimmed, "" if blank. Of several occurrences of a key it
// keeps the last that is not blank.
type wire struct {
	known   bool // some key was one of a lead
	values  [fields]string
	details [personFields]string // the person in userDetails
	from    origin               // what LeadSource says
	action  Action               // what ActionCode says, "" if it is blank
}

// readWire reads a JSON object, or the one that a JSON string holds. A string inside that string is not opened.
func readWire(text []byte, opened bool) (*wire, error) {
	value := trimLeft(text)
	if len(value) == 0 {
		return nil, &UnreadableError{Reason: "empty"}
	}
	if !json.Valid(value) { // which refuses what is nested deeper than 10,000 levels, too
		return nil, notJSON(text, opened)
	}
	if value[0] == '"' {
		if inside := withoutBOM(decode(value)); bytes.HasPrefix(trimLeft(inside), []byte("{")) {
			return readWire(inside, true)
		}
	}
	if value[0] != '{' {
		return nil, &UnreadableError{Reason: "a JSON " + kindName(value[0]) + ", not an object"}
	}
	w := &wire{from: parseLeadSource("")}
	members(value, w.add)
	if !w.known {
		return nil, &UnreadableError{Reason: "an object without any field of a lead"}
	}
	return w, nil
}

// add adds one occurrence of a key of the lead. A DNC in LeadSource or ActionCode stays, whatever follows.
func (w *wire) add(key, value []byte) {
	if bytes.EqualFold(key, userDetails) {
		w.known = true
		w.addDetails(value)
		return
	}
	field := fieldOf(key)
	if field < 0 {
		return
	}
	w.known = true
	text := decode(value)
	if isBlank(text) {
		return
	}
	switch field {
	case leadSource:
		from := parseLeadSource(tidyLine(text))
		if w.from.action == ActionDNC && from.action != ActionDNC {
			return
		}
		w.from = from
	case actionCode:
		action := classAction(tidyLine(text))
		if w.action == ActionDNC && action != ActionDNC {
			return
		}
		w.action = action
	}
	w.values[field] = text
}

// addDetails adds one occurrence of userDetails: the person as an object, as the first object of an array, or
// as a string that holds either. Anything else says nothing about anybody and does not lose the lead.
func (w *wire) addDetails(value []byte) {
	if value[0] == '"' {
		inside := withoutBOM(decode(value))
		if !json.Valid(inside) {
			return
		}
		value = trimLeft(inside)
	}
	if value[0] == '[' {
		value = firstObject(value)
	}
	if len(value) > 0 && value[0] == '{' {
		members(value, w.addDetail)
	}
}

// addDetail adds one occurrence of a key inside userDetails.
func (w *wire) addDetail(key, value []byte) {
	field := fieldOf(key)
	if field < 0 || field >= personFields {
		return
	}
	if text := decode(value); !isBlank(text) {
		w.details[field] = text
	}
}

// notJSON says where a text stops being JSON. The decoder's own words are left out: they quote the text.
func notJSON(text []byte, opened bool) error {
	what := "the body is not JSON"
	if opened {
		what = "the body is a JSON string and what it holds is not JSON"
	}
	var value any
	if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(text, &value)); ok {
		what += fmt.Sprintf(": it goes wrong at byte %d of %d", syntax.Offset, len(text))
	}
	return &UnreadableError{Reason: what}
}

// kindName names by its first byte the kind of a valid JSON value that is no object.
func kindName(first byte) string {
	switch first {
	case '"':
		return "string"
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
