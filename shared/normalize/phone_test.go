package normalize_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"

	"leadflow/shared/normalize"
)

var phones = []struct {
	name, number, country string
	want                  normalize.Number
}{
	{"an international number", "+55 11 91234-5678", "BR", normalize.Number{E164: "+5511912345678"}},
	{"an international number needs no country", "+55 11 91234-5678", "", normalize.Number{E164: "+5511912345678"}},
	{"an international number is not of the country", "+55 11 91234-5678", "US", normalize.Number{E164: "+5511912345678"}},
	{"an international number without separators", "+4722123456", "NO", normalize.Number{E164: "+4722123456"}},
	{"space around it does not matter", " \t+47 22 12 34 56\r\n", "NO", normalize.Number{E164: "+4722123456"}},
	{"the calling code without a plus, as documented", "16175555555", "US", normalize.Number{E164: "+16175555555"}},
	{"a number that came as a JSON number", "16175550100", "US", normalize.Number{E164: "+16175550100"}},
	{"the calling code of Brazil without a plus", "5511912345678", "BR", normalize.Number{E164: "+5511912345678"}},
	{"the calling code of Korea without a plus", "821012345678", "KR", normalize.Number{E164: "+821012345678"}},
	{"the calling code of Canada without a plus", "14165550100", "CA", normalize.Number{E164: "+14165550100"}},
	{"a national number with a trunk prefix", "020 7946 0018", "GB", normalize.Number{E164: "+442079460018"}},
	{"a Korean mobile", "010-1234-5678", "KR", normalize.Number{E164: "+821012345678"}},
	{"a national number without a trunk prefix", "(617) 555-0100", "US", normalize.Number{E164: "+16175550100"}},
	{"a Canadian number", "416-555-0100", "CA", normalize.Number{E164: "+14165550100"}},
	{"dots and slashes", "030/123.456.78", "DE", normalize.Number{E164: "+493012345678"}},
	{"square brackets", "[030] 12345678", "DE", normalize.Number{E164: "+493012345678"}},
	{"a number that forgot its trunk prefix", "2079460018", "GB", normalize.Number{E164: "+442079460018"}},
	{"Russia's trunk prefix", "8 (495) 123-45-67", "RU", normalize.Number{E164: "+74951234567"}},
	{"Hungary's trunk prefix", "06 1 234 5679", "HU", normalize.Number{E164: "+3612345679"}},
	{"an Italian number keeps its zero", "06 1234 5678", "IT", normalize.Number{E164: "+390612345678"}},
	{"an Italian number keeps its zero behind the code", "+39 06 1234 5678", "IT", normalize.Number{E164: "+390612345678"}},
	{"an Argentine mobile", "011 15-2345-6789", "AR", normalize.Number{E164: "+5491123456789"}},
	{"a Brazilian carrier code", "0 15 11 91234-5678", "BR", normalize.Number{E164: "+5511912345678"}},
	{"the carrier left open", "(0xx11) 91234-5678", "BR", normalize.Number{E164: "+5511912345678"}},
	{"the trunk prefix in brackets", "+44 (0)20 7946 0018", "GB", normalize.Number{E164: "+442079460018"}},
	{"the trunk prefix behind the code", "+49 030 12345678", "", normalize.Number{E164: "+493012345678"}},
	{"the code in brackets", "(+44) 20 7946 0018", "", normalize.Number{E164: "+442079460018"}},
	{"two pluses", "++44 20 7946 0018", "", normalize.Number{E164: "+442079460018"}},
	{"a full-width plus", "＋４４ ２０ ７９４６ ００１８", "", normalize.Number{E164: "+442079460018"}},
	{"two zeros are a plus", "0044 20 7946 0018", "", normalize.Number{E164: "+442079460018"}},
	{"two zeros where they are the prefix for calls abroad", "0044 20 7946 0018", "DE", normalize.Number{E164: "+442079460018"}},
	{"two zeros where they are not", "0044 20 7946 0018", "US", normalize.Number{E164: "+442079460018"}},
	{"two zeros where numbers are so long that they could be one", "0081 3-1234-5678", "JP", normalize.Number{E164: "+81312345678"}},
	{"the prefix for calls abroad of the United States", "011 44 20 7946 0018", "US", normalize.Number{E164: "+442079460018"}},
	{"the prefix for calls abroad of Japan", "010 44 20 7946 0018", "JP", normalize.Number{E164: "+442079460018"}},
	{"no country and no plus", "020 7946 0018", "", normalize.Number{}},
	{"no country, no plus and a calling code", "16175555555", "", normalize.Number{}},
	{"a country without telephone numbers of its own", "020 7946 0018", "AQ", normalize.Number{}},
	{"no country at all", "020 7946 0018", "ZZ", normalize.Number{}},
	{"a small region whose rules are not its neighbor's", "9164 1234", "CX", normalize.Number{E164: "+61891641234"}},
	{"zeros behind a calling code", "+39 000000", "", normalize.Number{E164: "+39000000", Placeholder: true}},
	{"Kosovo", "044 123 456", "XK", normalize.Number{E164: "+38344123456"}},

	{"letters are keypad digits", "1-800-FLOWERS", "US", normalize.Number{E164: "+18003569377"}},
	{"small letters are keypad digits", "1-800-flowers", "US", normalize.Number{E164: "+18003569377"}},
	{"letters behind a plus", "+1 800 FLOWERS", "", normalize.Number{E164: "+18003569377"}},
	{"two letters are keypad digits", "617-555-01AB", "US", normalize.Number{E164: "+16175550122"}},
	{"two letters and an extension", "617-555-01AB x12", "US", normalize.Number{E164: "+16175550122", Extension: "12"}},
	{"letters in two zeros' number", "00 1 800 FLOWERS", "", normalize.Number{E164: "+18003569377"}},
	{"an extension with x", "617-555-0100 x123", "US", normalize.Number{E164: "+16175550100", Extension: "123"}},
	{"an extension with X", "617-555-0100X123", "US", normalize.Number{E164: "+16175550100", Extension: "123"}},
	{"an extension with ext.", "617-555-0100 ext. 12", "US", normalize.Number{E164: "+16175550100", Extension: "12"}},
	{"an extension with a word", "617-555-0100 Extension 12", "US", normalize.Number{E164: "+16175550100", Extension: "12"}},
	{"an extension with a number sign", "617-555-0100 #12", "US", normalize.Number{E164: "+16175550100", Extension: "12"}},
	{"an extension as in RFC 3966", "+1-617-555-0100;ext=12", "", normalize.Number{E164: "+16175550100", Extension: "12"}},
	{"a link", "tel:+1-617-555-0100;ext=12", "", normalize.Number{E164: "+16175550100", Extension: "12"}},
	{"an extension of other digits", "617-555-0100 x١٢", "US", normalize.Number{E164: "+16175550100", Extension: "12"}},
	{"two zeros and an extension", "0044 20 7946 0018 x12", "", normalize.Number{E164: "+442079460018", Extension: "12"}},
	{"an extension without a number", "x123", "US", normalize.Number{}},
	{"words before it", "Phone: 617-555-0100", "US", normalize.Number{E164: "+16175550100"}},

	{"Arabic-Indic digits", "٠٢٠٧٩٤٦٠٠١٨", "GB", normalize.Number{E164: "+442079460018"}},
	{"Persian digits", "+۹۸ ۲۱ ۱۲۳۴ ۵۶۷۹", "", normalize.Number{E164: "+982112345679"}},
	{"Devanagari digits", "+९१ ९८१२३ ४५६७०", "", normalize.Number{E164: "+919812345670"}},
	{"Thai digits", "๐๒ ๑๒๓ ๔๕๖๐", "TH", normalize.Number{E164: "+6621234560"}},
	{"dashes and spaces of every kind", "+33 1\u202f23\u200945‑67–80", "", normalize.Number{E164: "+33123456780"}},
	{"direction marks of a copied contact", "\u202a+1 617 555 0100\u202c", "", normalize.Number{E164: "+16175550100"}},

	{"the test lead's number", "1234567890", "US", normalize.Number{E164: "+11234567890", Placeholder: true}},
	{"the test lead's number without a country", "1234567890", "", normalize.Number{Placeholder: true}},
	{"digits in a row behind a calling code", "+1 1234567890", "", normalize.Number{E164: "+11234567890", Placeholder: true}},
	{"digits in a row behind a calling code without a plus", "+91 1234567890", "IN", normalize.Number{E164: "+911234567890", Placeholder: true}},
	{"digits in a row behind a trunk prefix", "01234 567890", "GB", normalize.Number{E164: "+441234567890", Placeholder: true}},
	{"digits in a row from zero", "0123456789", "FR", normalize.Number{E164: "+33123456789", Placeholder: true}},
	{"nine digits in a row", "123456789", "PT", normalize.Number{E164: "+351123456789", Placeholder: true}},
	{"a few digits in a row where numbers may be short", "12345", "DE", normalize.Number{E164: "+4912345"}},
	{"digits in a row downwards, which somebody has", "9876543210", "IN", normalize.Number{E164: "+919876543210"}},
	{"digits in a row from another one on", "090-1234-5678", "JP", normalize.Number{E164: "+819012345678"}},
	{"repeated digits", "(555) 555-5555", "US", normalize.Number{E164: "+15555555555", Placeholder: true}},
	{"repeated digits behind a calling code", "+91 99999 99999", "", normalize.Number{E164: "+919999999999", Placeholder: true}},
	{"ones with the calling code among them", "+1 (111) 111-1111", "", normalize.Number{E164: "+11111111111", Placeholder: true}},
	{"zeros", "000-000-0000", "US", normalize.Number{E164: "+10000000000", Placeholder: true}},
	{"a placeholder with an extension", "1234567890 x12", "US", normalize.Number{E164: "+11234567890", Extension: "12", Placeholder: true}},
	{"a number that only ends in a row", "+1 212 456 7890", "", normalize.Number{E164: "+12124567890"}},
	{"a number that is one but for a digit", "1234567891", "FR", normalize.Number{}},
	{"a word that begins with a one", "1-MICROSOFTS", "US", normalize.Number{E164: "+16427676387"}},

	{"nothing", "", "US", normalize.Number{}},
	{"blanks", "  ", "US", normalize.Number{}},
	{"words", "none", "US", normalize.Number{}},
	{"a plus", "+", "US", normalize.Number{}},
	{"a local number without its area", "555-0123", "US", normalize.Number{}},
	{"too short", "12", "US", normalize.Number{}},
	{"too long", "617 555 0100 617 555 0101", "US", normalize.Number{}},
	{"longer than E.164 allows", "+49 123456789012346", "", normalize.Number{}},
	{"a calling code that nobody has", "+999 123 4567", "", normalize.Number{}},
	{"no country has zero", "+0 617 555 0100", "", normalize.Number{}},
	{"a plus in the middle", "617+5550100", "US", normalize.Number{}},
	{"a formula", `=HYPERLINK("http://x")`, "US", normalize.Number{}},
	{"an address", "someone@contoso.com", "US", normalize.Number{}},
	{"very many digits", strings.Repeat("6175550100", 20<<10), "US", normalize.Number{}},
	{"very many spaces", "6175550100" + strings.Repeat(" ", 200<<10) + "1", "US", normalize.Number{}},
	{"very many spaces around it", strings.Repeat(" ", 200<<10) + "6175550100", "US", normalize.Number{E164: "+16175550100"}},
	{"as many digits as are read", strings.Repeat("9", 250), "US", normalize.Number{Placeholder: true}},
	{"a text that grows past the limit", "1" + strings.Repeat("\ufdfa", 80), "US", normalize.Number{}},
}

func TestNumbersAreGivenInE164AsTheirCountryReadsThem(t *testing.T) {
	for _, c := range phones {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize.Phone(c.number, c.country); got != c.want {
				t.Errorf("%.60q in %q is %+v, want %+v", c.number, c.country, got, c.want)
			}
		})
	}
}

func TestTheDigitsOfEveryScriptCount(t *testing.T) {
	for _, zero := range "0٠۰߀०০੦૦୦௦౦೦൦෦๐໐༠၀႐០᠐᥆᧐᪀᪐᭐᮰᱀᱐꘠꣐꤀꧐꧰꩐꯰０𐒠𐴰𑁦𑃰𑄶𑇐𑋰𑑐𑓐𑙐𑛀𑜰𑣠𑥐𑱐𑵐𑶠𖩠𖭐𝟎𝟘𝟢𝟬𝟶𞅀𞋰𞥐🯰" {
		number := strings.Map(func(r rune) rune { return zero + r - '0' }, "02079460018")
		if got := normalize.Phone(number, "GB").E164; got != "+442079460018" {
			t.Errorf("%s is %q", number, got)
		}
	}
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)

// checkPhone checks what holds for every text.
func checkPhone(t interface{ Errorf(string, ...any) }, number, country string) {
	n := normalize.Phone(number, country)
	if n.E164 != "" && !e164.MatchString(n.E164) {
		t.Errorf("%q in %q is %q", number, country, n.E164)
	}
	if strings.Trim(n.Extension, "0123456789") != "" || len(n.Extension) > 20 || n.Extension != "" && n.E164 == "" {
		t.Errorf("%q in %q has the extension %q", number, country, n.Extension)
	}
	if around := normalize.Phone("\t "+number+"\r\n", country); around != n {
		t.Errorf("%q in %q is %+v, and %+v with space around it", number, country, n, around)
	}
	if upper := normalize.Phone(asciiUpper(number), country); upper != n {
		t.Errorf("%q in %q is %+v, and %+v in upper case", number, country, n, upper)
	}
	if n.E164 != "" {
		parsed, err := phonenumbers.Parse(n.E164, "")
		if err != nil {
			t.Errorf("%q in %q is %q, which is no number: %v", number, country, n.E164, err)
		} else if phonenumbers.IsPossibleNumberWithReason(parsed) != phonenumbers.IS_POSSIBLE && !phonenumbers.IsValidNumber(parsed) {
			t.Errorf("%q in %q is %q, and the country has no such numbers", number, country, n.E164)
		}
	}
}

func TestAnyTextIsAPossibleNumberOrNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringOfN(rapid.SampledFrom([]rune("0123456789012345678900+ -.()/xA;#,~*٣９\u00a0")), 0, 24, -1).Draw(t, "number")
		checkPhone(t, number, rapid.SampledFrom([]string{"", "US", "GB", "DE", "JP", "BR", "AR", "IT", "KR", "AQ"}).Draw(t, "country"))
	})
}

func FuzzPhone(f *testing.F) {
	for _, c := range phones {
		if len(c.number) < 1000 {
			f.Add(c.number, c.country)
		}
	}
	f.Fuzz(func(t *testing.T, number, country string) { checkPhone(t, number, country) })
}

func BenchmarkPhone(b *testing.B) {
	for _, c := range []struct{ name, number, country string }{
		{"international", "+55 11 91234-5678", "BR"},
		{"calling-code-without-plus", "16175555555", "US"},
		{"national", "020 7946 0018", "GB"},
		{"national-without-trunk-prefix", "(617) 555-0100", "US"},
		{"left-to-the-library", "+44 (0)20 7946 0018", "GB"},
		{"extension", "617-555-0100 x123", "US"},
		{"letters", "1-800-FLOWERS", "US"},
		{"250-digits", strings.Repeat("6175550109", 25), "US"},
		{"250-letters-and-digits", strings.Repeat("5x", 125), "US"},
		{"192KiB", strings.Repeat("6175550109", 192<<10/10), "US"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalize.Phone(c.number, c.country)
			}
		})
	}
}
