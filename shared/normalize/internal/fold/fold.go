// Package fold gives texts the form in which they are compared: two texts that a person would call the same
// word for word have one form.
//
// It promises: the form is lower-case letters, digits and single spaces, none at the ends; the time grows with
// the length only, and no input makes it panic. It is not for showing: what it drops cannot be had back.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text folds letter case and compatibility forms (NFKC), drops the accents of Latin and Greek letters,
// apostrophes and periods, and makes every other run of punctuation, symbols and spaces one space. The marks
// of other scripts are part of their letters and stay: Thai and Indic vowels, Arabic vowel signs, Japanese
// voicing marks. The form is "" when no letter or digit is left; folding a form changes nothing.
func Text(s string) string { return text(s, false) }

// Accented is Text with the accents kept, for where a word and its accented twin mean two things.
func Accented(s string) string { return text(s, true) }

// Visible drops the characters that nobody sees: direction marks, fillers, variation selectors, spaces without
// width. The joiners stay, for they change how the letters beside them look, and which domain a name is.
func Visible(s string) string {
	if IsASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isIgnorable(r) && r != '\u200C' && r != '\u200D' {
			return -1
		}
		return r
	}, s)
}

func text(s string, accents bool) string {
	if IsASCII(s) {
		return ascii(s)
	}
	// NFKC may leave alone what stands behind a byte that is no UTF-8.
	s = strings.ToValidUTF8(s, "\uFFFD")
	// It would make an acute accent that stands alone, which many keyboards offer for an apostrophe, a space and
	// a combining mark.
	s = norm.NFKC.String(strings.ReplaceAll(s, "´", "'"))

	var b strings.Builder
	b.Grow(len(s))
	space, base := false, none
	for _, r := range s {
		r = unicode.ToLower(r)
		switch {
		case isIgnorable(r), isDropped(r):
		case unicode.IsMark(r):
			if base == other || base == european && accents {
				b.WriteRune(r)
			}
		case unicode.IsLetter(r), unicode.IsNumber(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space, base = false, classify(r)
			switch {
			case r == 'ß':
				b.WriteString("ss")
			case r == 'ς':
				b.WriteRune('σ')
			case base == european && r >= utf8.RuneSelf && !accents:
				b.WriteString(withoutAccent(r))
			default:
				b.WriteRune(r)
			}
		default:
			space, base = true, none
		}
	}
	return norm.NFKC.String(b.String()) // what was dropped may have stood between a letter and its mark
}

// IsASCII says whether a text has ASCII characters only.
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ascii is text for the usual input.
func ascii(s string) string {
	b := make([]byte, 0, len(s))
	space := false
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case isDropped(rune(c)):
			continue
		default:
			space = true
			continue
		}
		if space && len(b) > 0 {
			b = append(b, ' ')
		}
		space = false
		b = append(b, c)
	}
	return string(b)
}

// A base is what a combining mark stands on.
type base int

const (
	none     base = iota // nothing that can bear one
	european             // a Latin or Greek letter, whose marks are accents
	other                // a letter that is another one without its marks
)

func classify(r rune) base {
	switch {
	case !unicode.IsLetter(r):
		return none
	case unicode.In(r, unicode.Latin, unicode.Greek):
		return european
	default:
		return other
	}
}

// isIgnorable has the characters that nobody sees alone.
func isIgnorable(r rune) bool {
	return r > unicode.MaxASCII && unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// isDropped has the period, the apostrophes and the letters and signs that people type for one.
func isDropped(r rune) bool {
	switch r {
	case '.', '\'', '`', '‘', '’', '‛', '′', 'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', '׳':
		return true
	}
	return false
}

// withoutAccent gives a lower-case Latin or Greek letter as those write it who cannot type its accent.
func withoutAccent(r rune) string {
	letter := string(r)
	if apart := norm.NFD.PropertiesString(letter).Decomposition(); len(apart) > 0 {
		r, _ = utf8.DecodeRune(apart)
		letter = string(r)
	}
	switch r { // what Unicode does not take apart
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'þ':
		return "th"
	}
	return letter
}
