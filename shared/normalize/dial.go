package normalize

import "strings"

// Dial is a phone number as a link that calls it has it: digits, behind a plus or not. It is empty for what is not plainly
// one number, such as one with an extension, or a code by which a phone would change its settings.
func Dial(phone string) string {
	var digits strings.Builder
	for i, c := range phone {
		switch {
		case c >= '0' && c <= '9', c == '+' && i == 0:
			digits.WriteRune(c)
		case !strings.ContainsRune(" -./()\u00a0", c):
			return ""
		}
	}
	const fewest, most = 5, 16 // E.164 has 15 and a plus
	if n := digits.Len(); n < fewest || n > most || strings.Contains(phone, "(0)") {
		return ""
	}
	return digits.String()
}
