package normalize

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"leadflow/shared/normalize/internal/fold"
)

const (
	// maxPhone is the longest text that is read as a phone number, in bytes. The library has the same limit.
	maxPhone = 250
	// maxE164 is the most digits of a number in E.164.
	maxE164 = 15
)

// Number is what a text says about a phone number.
type Number struct {
	// E164 is the number in E.164, "+" and at most 15 digits, without an extension. It is "" when the text is
	// no number, when the number needs a country and has none, and when no number of the country is that long.
	E164 string
	// Extension is the digits to dial when the call is answered, "" without an E164.
	Extension string
	// Placeholder says that nobody's number looks like this: one digit again and again, or 1234567890, with or
	// without the code of a country. It must never be what people are matched by.
	Placeholder bool
}

// Phone reads a number as people type it in the country with the given ISO 3166-1 alpha-2 code. A number that
// begins with "+" or "00", or with the country's own calling code, is read as international; without a country
// every other number has no E164. Letters are keypad digits (1-800-FLOWERS), an extension is one (x123, ext.
// 12, ;ext=12), and the digits of every script count.
//
// That a number has an E164 means that the country has numbers of this length, not that this one exists.
func Phone(number, country string) Number {
	number = tidyPhone(number)
	if number == "" || len(number) > maxPhone {
		return Number{}
	}
	typed, extension := number, ""
	plus, digits, plain := plainDigits(typed)
	if !plain {
		typed, extension = phonenumbers.MaybeSeparateExtensionFromPhone(number)
		plus, digits, plain = plainDigits(typed)
	}
	var n Number
	if plain {
		n = readDigits(plus, digits, country)
	} else {
		n = readLetters(typed, country)
		digits = phonenumbers.NormalizeDigitsOnly(phonenumbers.ConvertAlphaCharactersInNumber(typed))
	}
	if n.E164 != "" && extension != "" {
		n.Extension = extension
	}
	n.Placeholder = n.Placeholder || isPlaceholder(digits)
	return n
}

// tidyPhone gives the text in lower case, with ASCII digits and ASCII separators, "" when it has no digit at all
// or is too long to be a number.
func tidyPhone(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxPhone || !strings.ContainsFunc(s, unicode.IsDigit) {
		return ""
	}
	s = strings.ToLower(s)
	if fold.IsASCII(s) {
		return s
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return digit(r)
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Pd, r):
			return '-'
		}
		return r
	}, norm.NFKC.String(fold.Visible(s))))
}

// digit gives the ASCII digit of a decimal digit. Unicode keeps the ten digits of a script together, in their
// order, so the ranges of decimal digits are as long as a multiple of ten.
func digit(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}

// plainDigits takes the digits out of the usual form of a number: an optional "+" and digits with separators.
func plainDigits(s string) (plus bool, digits string, ok bool) {
	var found [maxPhone]byte
	n := 0
	for i := range len(s) {
		switch c := s[i]; c {
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			found[n] = c
			n++
		case '+':
			if plus || n > 0 {
				return false, "", false
			}
			plus = true
		case ' ', '-', '.', '/', '(', ')', '[', ']':
		default:
			return false, "", false
		}
	}
	return plus, string(found[:n]), true
}

// readLetters reads a number that has more in it than digits and separators.
func readLetters(number, country string) Number {
	if n := parse(number, country); n.E164 != "" {
		return n
	}
	// The library takes one or two letters for slips of the finger.
	if plus, digits, ok := plainDigits(phonenumbers.ConvertAlphaCharactersInNumber(number)); ok {
		return readDigits(plus, digits, country)
	}
	return Number{}
}

// readDigits reads digits, with or without a "+" before them.
func readDigits(plus bool, digits, country string) Number {
	if plus {
		return readInternational(digits, country)
	}
	n := readNational(digits, country)
	if abroad, ok := strings.CutPrefix(digits, "00"); ok && !exists(n.E164) {
		// "00" is not the prefix for calls abroad everywhere, but it is what people know.
		if other := readInternational(abroad, ""); other.E164 != "" {
			return other
		}
	}
	return n
}

// readInternational reads the digits behind a "+". The country is the one to fall back on if they begin with no
// calling code.
func readInternational(digits, country string) Number {
	if n, ok := quickInternational(digits); ok {
		return n
	}
	return parse("+"+digits, country)
}

// readNational reads digits that were typed in a country.
func readNational(digits, country string) Number {
	if n, ok := quickNational(digits, country); ok {
		return n
	}
	return parse(digits, country)
}

// parse leaves a number to the library.
func parse(number, country string) Number {
	parsed, err := phonenumbers.Parse(number, country)
	if err != nil {
		return Number{}
	}
	national := phonenumbers.GetNationalSignificantNumber(parsed)
	n := Number{Placeholder: isPlaceholder(national)}
	// A few numbers exist although their region's biggest neighbor has none that long.
	if phonenumbers.IsPossibleNumberWithReason(parsed) != phonenumbers.IS_POSSIBLE && !phonenumbers.IsValidNumber(parsed) {
		return n
	}
	if digits := strconv.Itoa(int(parsed.GetCountryCode())) + national; len(digits) <= maxE164 {
		n.E164, n.Extension = "+"+digits, parsed.GetExtension()
	}
	return n
}

// exists says whether the country has given out numbers like this one.
func exists(e164 string) bool {
	parsed, err := phonenumbers.Parse(e164, "")
	return err == nil && phonenumbers.IsValidNumber(parsed)
}

// isPlaceholder says whether digits are one digit again and again, or 1234567890 with or without its zero, at
// either end. Longer and shorter rows, and those that begin elsewhere, are somebody's number: 090-1234-5678.
func isPlaceholder(digits string) bool {
	if digits == "" {
		return false
	}
	switch digits {
	case "123456789", "0123456789", "1234567890", "01234567890":
		return true
	}
	return strings.Trim(digits, digits[:1]) == ""
}
