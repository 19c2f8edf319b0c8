package marketplace

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// toUTF8 gives the text of a body. Partner Center documents no character set; JSON is UTF-8 by rule, and the
// other two are what programs on Windows write that do not keep to it. What is none of them stays as it is: the JSON decoder
// then refuses it, or replaces the few bytes in it that are no UTF-8.
func toUTF8(body []byte) []byte {
	if bytes.HasPrefix(body, []byte{0xFF, 0xFE}) || bytes.HasPrefix(body, []byte{0xFE, 0xFF}) {
		if text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(body); err == nil {
			return text
		}
		return body
	}
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	if utf8.Valid(body) {
		return body
	}
	// Five bytes mean nothing in Windows-1252. A body with one of them is more likely UTF-8 with a broken
	// character, in which everything else would become unreadable.
	text, err := charmap.Windows1252.NewDecoder().Bytes(body)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return body
	}
	return text
}
