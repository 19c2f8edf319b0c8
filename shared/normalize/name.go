package normalize

import (
	"strings"
	"unicode"

	"leadflow/shared/normalize/internal/fold"
)

// Name gives a person's full name as it is compared: first and last name in this order, lower-case, without
// the accents of Latin and Greek letters, apostrophes and periods, and with one space for all other
// punctuation. What one field has and the other repeats as whole words at its start or end is said once. It is
// "" when no letter or digit is left.
func Name(first, last string) string {
	f, l := fold.Text(first), fold.Text(last)
	switch {
	case holds(f, l):
		return f
	case holds(l, f):
		return l
	}
	return f + " " + l
}

// FullName gives a person's full name as people read it. Names wholly in Hangul, Han or Kana are written with
// the family name first, Hangul and Han without a space (김지훈), Kana and mixed ones with one; every other name
// in the order of the fields. What one field repeats of the other is said once, and a field without any letter
// or digit is left out if the other has one. Nothing within a field changes but the space around it.
func FullName(first, last string) string {
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	f, l := fold.Text(first), fold.Text(last)
	switch {
	case last == "", f != "" && holds(f, l):
		return first
	case first == "", l != "" && holds(l, f):
		return last
	}
	switch max(scriptOf(first), scriptOf(last)) {
	case tight:
		return last + first
	case spaced:
		return last + " " + first
	}
	return first + " " + last
}

// holds says whether a folded name is, begins with or ends with a part, in whole words. Every name holds "".
func holds(name, part string) bool {
	if len(name) <= len(part) || part == "" {
		return name == part || part == ""
	}
	return strings.HasPrefix(name, part) && name[len(part)] == ' ' ||
		strings.HasSuffix(name, part) && name[len(name)-len(part)-1] == ' '
}

// A script is how the names of a script are put together.
type script int

const (
	tight   script = iota // Hangul and Han: the family name first, no space
	spaced                // Kana, alone or with the others: the family name first, a space
	western               // all others: in the order of the fields
)

// scriptOf gives the script that a part of a name is wholly written in.
func scriptOf(name string) script {
	s := tight
	for _, r := range name {
		switch {
		case unicode.In(r, unicode.Hangul, unicode.Han):
		case unicode.In(r, unicode.Hiragana, unicode.Katakana), isKanaSign(r), unicode.IsSpace(r):
			s = spaced
		default:
			return western
		}
	}
	return s
}

// isKanaSign has the signs of Kana that Unicode counts to several scripts: voicing marks, the long vowel, the
// dot between two names, and the closing mark.
func isKanaSign(r rune) bool {
	switch r {
	case '\u3099', '\u309A', '゛', '゜', 'ﾞ', 'ﾟ', 'ー', 'ｰ', '・', '･', '〆':
		return true
	}
	return false
}
