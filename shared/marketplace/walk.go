package marketplace

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// What is here walks through JSON that json.Valid has passed, and through nothing else: it looks for the end of
// each value and does not look into those that nobody reads. The decoder of encoding/json would take
// more than twice the time.

// members calls do for each member of an object in order, which is why a key may come twice. The key is decoded.
func members(object []byte, do func(key, value []byte)) {
	for rest := next(object); rest[0] != '}'; {
		key, behind := cutValue(rest)
		value, behind := cutValue(next(trimLeft(behind))) // behind the colon
		do(decodeKey(key), value)
		rest = trimLeft(behind)
		if rest[0] == ',' {
			rest = next(rest)
		}
	}
}

// firstObject is the first object in an array, nil if there is none.
func firstObject(array []byte) []byte {
	for rest := next(array); rest[0] != ']'; {
		value, behind := cutValue(rest)
		if value[0] == '{' {
			return value
		}
		rest = trimLeft(behind)
		if rest[0] == ',' {
			rest = next(rest)
		}
	}
	return nil
}

// next is what follows a bracket, a comma or a colon.
func next(text []byte) []byte { return trimLeft(text[1:]) }

// cutValue cuts what stands inside an object or an array behind the value that it begins with.
func cutValue(text []byte) (value, behind []byte) {
	var end int
	switch text[0] {
	case '"':
		end = lengthOfString(text)
	case '{', '[':
		end = lengthOfNested(text)
	default:
		end = bytes.IndexAny(text, ",]} \t\r\n")
	}
	return text[:end], text[end:]
}

// lengthOfString is the length of the string that a text begins with, in bytes with its quotes.
func lengthOfString(text []byte) int {
	for i := 1; ; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// lengthOfNested is the length of the object or array that a text begins with, in bytes with its brackets.
func lengthOfNested(text []byte) int {
	depth := 0
	for i := 0; ; i++ {
		switch text[i] {
		case '"':
			i += lengthOfString(text[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

// trimLeft takes JSON's white space from the front.
func trimLeft(text []byte) []byte {
	for i, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return text[i:]
		}
	}
	return nil
}

// withoutBOM is the text of a JSON string, which can begin with a byte order mark as a body can.
func withoutBOM(s string) []byte { return bytes.TrimPrefix([]byte(s), []byte("\uFEFF")) }

// decodeKey is a key as text, without a copy of it in the usual case.
func decodeKey(key []byte) []byte {
	if isPlain(key) {
		return key[1 : len(key)-1]
	}
	return []byte(decode(key))
}

// isPlain says whether a string is what stands between its quotes.
func isPlain(value []byte) bool { return bytes.IndexByte(value, '\\') < 0 && utf8.Valid(value) }

// decode is a value as text: a string decoded, a number or a boolean as it was written. Null, an object and an
// array are blank.
func decode(value []byte) string {
	switch value[0] {
	case 'n', '{', '[':
		return ""
	case '"':
		// Most strings are what stands between their quotes; the decoder costs more than all the rest.
		if isPlain(value) {
			return string(value[1 : len(value)-1])
		}
		var text string
		_ = json.Unmarshal(value, &text) // a valid string becomes a string
		return text
	default:
		return string(value)
	}
}
