package normalize

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"leadflow/shared/normalize/internal/fold"
)

// maxCountry is longer than any spelling of a country that is known, in bytes.
const maxCountry = 250

// Country gives the ISO 3166-1 alpha-2 code of a country, or XK for Kosovo, from a code (alpha-2, alpha-3, or
// withdrawn with one successor), a name in any language of the CLDR, or one of the usual English variants. It
// is "" when nobody knows the country, when several could be meant, and for what is none: the world, a
// continent, a union, a language. "Korea" is KR.
//
// Letter case, accents, punctuation and "the" in front do not count. A remark in brackets or behind a comma is
// read where it belongs (Korea, Republic of) and otherwise left out.
func Country(name string) string {
	name = strings.TrimSpace(name)
	if len(name) > maxCountry {
		return ""
	}
	if code := countryOf(name); code != "" {
		return code
	}
	name, remark, ok := cutRemark(name)
	if !ok {
		return ""
	}
	if code := countryOf(remark + " " + name); code != "" {
		return code
	}
	code := countryOf(name)
	if isShared(code) && !means(remark, code) {
		return ""
	}
	return code
}

// CountryName gives the English name of an alpha-2 code in upper case, as the CLDR has it, "" for any other text.
func CountryName(code string) string {
	name, _ := find(countryNames, code)
	return name
}

// countryOf looks a spelling up. Where the accents tell two countries apart, they count.
func countryOf(name string) string {
	key := fold.Country(name)
	if !fold.IsASCII(name) {
		if code, ok := find(spellings, fold.AccentedCountry(name)); ok {
			return code
		}
	}
	code, _ := find(spellings, key)
	return code
}

// cutRemark takes a name and the remark in brackets or behind the first comma apart.
func cutRemark(text string) (name, remark string, ok bool) {
	text = norm.NFKC.String(text) // full-width brackets and commas are brackets and commas
	if before, after, ok := strings.Cut(text, "("); ok {
		inside, after, _ := strings.Cut(after, ")")
		return before + " " + after, inside, true
	}
	return strings.Cut(text, ",")
}

// isShared has the countries whose name is also part of the name of another one, so that leaving out a remark
// could change the country: Korea (North), Ireland (Northern), Samoa (US).
func isShared(code string) bool {
	switch code {
	case "CG", "CN", "GE", "GN", "IE", "KR", "MF", "SD", "WS":
		return true
	}
	return false
}

// means says whether a remark is another word for the country, or "republic", which tells none of those that
// share a name from the country that has it alone.
func means(remark, code string) bool {
	if other := countryOf(remark); other != "" {
		return other == code
	}
	return strings.HasPrefix(fold.Country(remark), "rep")
}
