package normalize

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// The library's parser spends its 10 to 20 µs on regular expressions that find extensions, letters and prefixes. What
// follows asks the library's tables directly where a number can have none of them, which takes 1 µs. It leaves
// every doubt to the parser, and tests hold that both say the same.

// quickInternational reads the digits of an international number, calling code first. It is not ok where the
// parser must decide: the calling code does not exist, the country has no numbers of this length, or the digits
// behind the code may begin with a prefix that does not belong to the number, as in +44 (0)20.
func quickInternational(digits string) (n Number, ok bool) {
	code, region, national := cutCallingCode(digits)
	if code == 0 || mayHavePrefix(code, region, national) {
		return Number{}, false
	}
	return quickNumber(code, national)
}

// quickNational reads digits without a "+" that were typed in a country. It is not ok where the parser must
// decide, which is also wherever several regions share a calling code and the country is not the main one.
func quickNational(digits, country string) (n Number, ok bool) {
	code := phonenumbers.GetCountryCodeForRegion(country)
	if phonenumbers.GetRegionCodeForCountryCode(code) != country || len(digits) < 2 {
		return Number{}, false
	}
	switch {
	case strings.HasPrefix(digits, strconv.Itoa(code)):
		// The calling code without the "+", if the digits are too many for a national number.
		if lengthOf(code, digits) == phonenumbers.TOO_LONG {
			return quickInternational(digits)
		}
	case digits[0] != '0':
		if !mayBeAbroad(country) && !mayHavePrefix(code, country, digits) {
			return quickNumber(code, digits)
		}
	case digits[1] != '0':
		if phonenumbers.GetNddPrefixForRegion(country, true) == "0" && isTrunkOnly(country, digits[1]) {
			return quickNumber(code, digits[1:])
		}
	}
	return Number{}, false
}

// quickNumber gives the number of a calling code and a national number without any prefix. It is not ok if the
// country has no numbers of this length.
func quickNumber(code int, national string) (n Number, ok bool) {
	calling := strconv.Itoa(code)
	if len(calling)+len(national) > maxE164 || lengthOf(code, national) != phonenumbers.IS_POSSIBLE {
		return Number{}, false
	}
	return Number{E164: "+" + calling + national, Placeholder: isPlaceholder(national)}, true
}

// cutCallingCode takes the calling code off. The region is the main one of those that share the code; the code
// is 0 when none begins the digits.
func cutCallingCode(digits string) (code int, region, national string) {
	for i := 1; i <= phonenumbers.MAX_LENGTH_COUNTRY_CODE && i < len(digits) && digits[0] != '0'; i++ {
		code, _ = strconv.Atoi(digits[:i])
		if region = phonenumbers.GetRegionCodeForCountryCode(code); region != phonenumbers.UNKNOWN_REGION {
			return code, region, digits[i:]
		}
	}
	return 0, "", ""
}

// lengthOf says whether the country has national numbers that are this long.
func lengthOf(code int, national string) phonenumbers.ValidationResult {
	if len(national) > phonenumbers.MAX_LENGTH_FOR_NSN {
		return phonenumbers.TOO_LONG
	}
	value, err := strconv.ParseUint(national, 10, 64)
	if err != nil {
		return phonenumbers.INVALID_LENGTH
	}
	number := phonenumbers.PhoneNumber{CountryCode: new(int32(code)), NationalNumber: &value}
	if zeros := len(national) - len(strings.TrimLeft(national, "0")); zeros > 0 {
		// The last digit counts as the number itself even if it is a zero.
		number.ItalianLeadingZero = new(true)
		number.NumberOfLeadingZeros = new(int32(min(zeros, len(national)-1)))
	}
	return phonenumbers.IsPossibleNumberWithReason(&number)
}

// mayHavePrefix says whether the parser could take the first digits for a prefix: the country's trunk prefix,
// or one of those that only the parser's own expressions know (carrier codes, old numbering plans).
func mayHavePrefix(code int, region, national string) bool {
	if trunk := phonenumbers.GetNddPrefixForRegion(region, true); trunk != "" && strings.HasPrefix(national, trunk) {
		return true
	}
	begins := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(national, p) {
				return true
			}
		}
		return false
	}
	switch code {
	case 54, 261, 378, 672: // Argentina, Madagascar, San Marino, Norfolk Island: rewritten numbers
		return true
	case 44: // United Kingdom
		return begins("18")
	case 55: // Brazil
		return begins("90")
	case 61: // Australia
		return begins("183")
	case 86: // China
		return begins("11", "12", "179")
	case 241, 375: // Gabon, Belarus
		return begins("0")
	case 298, 423: // Faroe Islands, Liechtenstein
		return begins("10")
	case 352: // Luxembourg
		return begins("15")
	case 370: // Lithuania
		return begins("8")
	case 506: // Costa Rica
		return begins("19")
	}
	return false
}

// mayBeAbroad has the countries whose prefix for calls abroad need not begin with a zero.
func mayBeAbroad(country string) bool {
	switch country {
	case "AU", "BY", "CL", "CN", "CU", "FI", "IS", "KP", "PE", "PG", "RU", "SI", "TD", "TJ", "TM":
		return true
	}
	return false
}

// isTrunkOnly says whether, in a country with the trunk prefix 0, a zero and this digit begin nothing but a
// national number behind the trunk prefix: no carrier code, no call abroad, no number with a zero of its own.
func isTrunkOnly(country string, digit byte) bool {
	switch country {
	case "AR", "BO", "BR", "CO", "RW":
		return false
	case "IL", "JP", "NZ", "TW", "UY":
		return digit != '1'
	case "KR":
		return digit != '8'
	}
	return true
}
