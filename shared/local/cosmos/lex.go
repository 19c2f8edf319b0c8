package cosmos

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of a query. The service allows 512 KB of text; the number of words bounds the work for one
// document.
const (
	maxQueryText  = 512 << 10
	maxQueryWords = 20_000
)

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenParameter
	tokenString
	tokenNumber
	tokenSymbol
)

type token struct {
	kind   tokenKind
	text   string // as written, but for strings their value
	number float64
}

func syntaxError(format string, args ...any) error {
	f := refuse(http.StatusBadRequest, format, args...)
	f.message = "Syntax error, or something that this stand-in does not support: " + f.message
	return f
}

// lex cuts a query into words. The last one is the end.
func lex(text string) ([]token, error) {
	if len(text) > maxQueryText {
		return nil, syntaxError("the query is longer than %d bytes", maxQueryText)
	}
	var tokens []token
	for i := 0; i < len(text); {
		if len(tokens) > maxQueryWords {
			return nil, syntaxError("the query has more than %d words", maxQueryWords)
		}
		c := text[i]
		start := i
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case isLetter(c) || c == '@':
			i++
			for i < len(text) && (isLetter(text[i]) || isDigit(text[i])) {
				i++
			}
			kind := tokenWord
			if c == '@' {
				kind = tokenParameter
			}
			tokens = append(tokens, token{kind: kind, text: text[start:i]})
		case isDigit(c) || c == '-' && i+1 < len(text) && isDigit(text[i+1]):
			i++
			for i < len(text) && (isDigit(text[i]) || isLetter(text[i]) || text[i] == '.' ||
				(text[i] == '+' || text[i] == '-') && (text[i-1] == 'e' || text[i-1] == 'E')) {
				i++
			}
			number, err := parseNumber(text[start:i])
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, token{kind: tokenNumber, text: text[start:i], number: number})
		case c == '\'' || c == '"':
			value, length, err := lexString(text[i:])
			if err != nil {
				return nil, err
			}
			i += length
			tokens = append(tokens, token{kind: tokenString, text: value})
		default:
			length := 1
			if i+1 < len(text) {
				switch text[i : i+2] {
				case "!=", "<>", "<=", ">=":
					length = 2
				}
			}
			if length == 1 && !strings.ContainsRune("()[],.*=<>", rune(c)) {
				return nil, syntaxError("unexpected %q", text[i:min(i+8, len(text))])
			}
			i += length
			tokens = append(tokens, token{kind: tokenSymbol, text: text[start:i]})
		}
	}
	return append(tokens, token{kind: tokenEnd, text: "the end"}), nil
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

func parseNumber(text string) (float64, error) {
	if strings.ContainsAny(text, "xX_") {
		return 0, syntaxError("%q is not a number", text)
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, syntaxError("%q is not a number", text)
	}
	return number, nil
}

// lexString reads a string in single or double quotes with the escapes of JSON. It returns its value and
// its length in the text.
func lexString(text string) (value string, length int, err error) {
	quote := text[0]
	var b strings.Builder
	for i := 1; i < len(text); {
		switch c := text[i]; {
		case c == quote:
			return b.String(), i + 1, nil
		case c != '\\':
			b.WriteByte(c)
			i++
		default:
			if i+1 == len(text) {
				return "", 0, syntaxError("a string has no end")
			}
			switch e := text[i+1]; e {
			case '\'', '"', '\\', '/':
				b.WriteByte(e)
			case 'b':
				b.WriteByte('\b')
			case 'f':
				b.WriteByte('\f')
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			case 'u':
				r, n := lexUnicode(text[i:])
				if n == 0 {
					return "", 0, syntaxError("a string has an invalid escape")
				}
				b.WriteRune(r)
				i += n
				continue
			default:
				return "", 0, syntaxError("a string has an invalid escape")
			}
			i += 2
		}
	}
	return "", 0, syntaxError("a string has no end")
}

// lexUnicode reads \uXXXX, or two of them that make one character; length 0 says that it is neither.
func lexUnicode(text string) (r rune, length int) {
	first, ok := hexEscape(text)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(first) {
		return first, 6
	}
	second, ok := hexEscape(text[6:])
	if r = utf16.DecodeRune(first, second); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

func hexEscape(text string) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(v), err == nil
}
