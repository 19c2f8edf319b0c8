package normalize

import (
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// mainRegions gives the library's data of each region that is the main one of its calling code.
func mainRegions(t *testing.T) []*phonenumbers.PhoneMetadata {
	t.Helper()
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	var found []*phonenumbers.PhoneMetadata
	for _, m := range all.GetMetadata() {
		if phonenumbers.GetRegionCodeForCountryCode(int(m.GetCountryCode())) == m.GetId() {
			found = append(found, m)
		}
	}
	if len(found) < 200 {
		t.Fatalf("only %d regions", len(found))
	}
	return found
}

// compile gives the program of an expression, which is never run: mayMatch walks through it.
func compile(t *testing.T, expression string) *syntax.Prog {
	t.Helper()
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

// mayMatch says whether an expression that is tried at the start of a text can match any text that begins with
// the given one. It follows all ways through the expression at once.
func mayMatch(prog *syntax.Prog, start string) bool {
	matched := false
	var add func(at map[uint32]bool, pc uint32)
	add = func(at map[uint32]bool, pc uint32) {
		if at[pc] {
			return
		}
		at[pc] = true
		switch in := prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			add(at, in.Out)
			add(at, in.Arg)
		case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			add(at, in.Out)
		case syntax.InstMatch:
			matched = true
		}
	}
	at := map[uint32]bool{}
	add(at, uint32(prog.Start))
	for _, r := range start {
		next := map[uint32]bool{}
		for pc := range at {
			switch in := prog.Inst[pc]; in.Op {
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				if in.MatchRune(r) {
					add(next, in.Out)
				}
			}
		}
		at = next
	}
	return matched || len(at) > 0
}

func TestNoNumberThatIsReadQuicklyCanHaveAPrefixForTheParser(t *testing.T) {
	for _, m := range mainRegions(t) {
		code, region := int(m.GetCountryCode()), m.GetId()
		if m.GetNationalPrefixForParsing() == "" {
			continue
		}
		prefix := compile(t, m.GetNationalPrefixForParsing())
		for i := range 10_000 {
			start := fmt.Sprintf("%04d", i)
			if !mayHavePrefix(code, region, start) && mayMatch(prefix, start) {
				t.Errorf("+%d (%s): %s... may begin with what %s matches", code, region, start, m.GetNationalPrefixForParsing())
				break
			}
		}
	}
}

func TestNoNumberThatIsReadQuicklyAsNationalCanBeACallAbroad(t *testing.T) {
	for _, m := range mainRegions(t) {
		if m.GetId() == "001" {
			continue
		}
		abroad, code := compile(t, m.GetInternationalPrefix()), strconv.Itoa(int(m.GetCountryCode()))
		if mayMatch(abroad, code) {
			t.Errorf("%s: %s... may be a call abroad and begins with the own calling code", m.GetId(), code)
		}
		for digit := '1'; digit <= '9'; digit++ {
			if !mayBeAbroad(m.GetId()) && mayMatch(abroad, string(digit)) {
				t.Errorf("%s: %c... may be a call abroad", m.GetId(), digit)
			}
		}
	}
}

func TestAZeroThatIsLeftOutQuicklyIsNothingButTheTrunkPrefix(t *testing.T) {
	regions := 0
	for _, m := range mainRegions(t) {
		if m.GetNationalPrefix() != "0" {
			continue
		}
		regions++
		abroad, number := compile(t, m.GetInternationalPrefix()), compile(t, m.GetGeneralDesc().GetNationalNumberPattern())
		// The zero itself matches. What goes on after it takes other digits away or rewrites them; with one
		// more character required, the zero alone is no match.
		prefix := compile(t, "(?:"+m.GetNationalPrefixForParsing()+")x")
		for digit := byte('1'); digit <= '9'; digit++ {
			if !isTrunkOnly(m.GetId(), digit) {
				continue
			}
			start := "0" + string(digit)
			if mayMatch(abroad, start) {
				t.Errorf("%s: %s... may be a call abroad", m.GetId(), start)
			}
			if mayMatch(number, start) {
				t.Errorf("%s: %s... may be a number with a zero of its own", m.GetId(), start)
			}
			if mayMatch(prefix, start) {
				t.Errorf("%s: %s... may begin with more than the trunk prefix", m.GetId(), start)
			}
		}
	}
	if regions < 90 {
		t.Errorf("only %d regions have the trunk prefix 0", regions)
	}
}

// reference is Phone without the quick ways and with nothing taken out of the text before the parser has it.
func reference(number, country string) Number {
	n := parse(number, country)
	plus, digits, _ := plainDigits(number)
	if abroad, ok := strings.CutPrefix(digits, "00"); ok && !plus && !exists(n.E164) {
		if other := parse("+"+abroad, ""); other.E164 != "" {
			n = other
		}
	}
	n.Placeholder = n.Placeholder || isPlaceholder(digits)
	return n
}

// separate puts separators between digits.
func separate(t *rapid.T, digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 {
			b.WriteString(rapid.SampledFrom([]string{"", "", "", " ", "-", ".", ") ", " (", "/"}).Draw(t, "separator"))
		}
		b.WriteRune(d)
	}
	return b.String()
}

func TestTheQuickWaysAgreeWithTheParserOnEveryExample(t *testing.T) {
	quick, all := 0, 0
	for region := range phonenumbers.GetSupportedRegions() {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			example := phonenumbers.GetExampleNumberForType(region, kind)
			if example == nil || example.NationalNumber == nil {
				continue
			}
			international := phonenumbers.Format(example, phonenumbers.E164)
			for _, number := range []string{
				international, international[1:], "00" + international[1:],
				phonenumbers.Format(example, phonenumbers.INTERNATIONAL),
				phonenumbers.Format(example, phonenumbers.NATIONAL),
				phonenumbers.GetNationalSignificantNumber(example),
				"0" + phonenumbers.GetNationalSignificantNumber(example),
			} {
				plus, digits, ok := plainDigits(number)
				if !ok {
					continue // a few countries write other signs
				}
				all++
				if got, want := Phone(number, region), reference(number, region); got != want {
					t.Errorf("%q in %s is %+v, and %+v to the parser", number, region, got, want)
				}
				if _, ok := quickInternational(digits); plus && ok {
					quick++
				} else if _, ok := quickNational(digits, region); !plus && ok {
					quick++
				}
			}
		}
	}
	if all < 5000 || quick < all*6/10 {
		t.Errorf("of %d numbers only %d are read quickly", all, quick)
	}
}

func TestTheQuickWaysAgreeWithTheParserOnAnyNumber(t *testing.T) {
	regions := slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))
	codes := slices.Sorted(maps.Keys(phonenumbers.GetSupportedCallingCodes()))
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom(append([]string{""}, regions...)).Draw(t, "country")
		code := rapid.SampledFrom(codes).Draw(t, "code")
		if rapid.Bool().Draw(t, "of the country") && country != "" {
			code = phonenumbers.GetCountryCodeForRegion(country)
		}
		national := rapid.StringMatching(`0{0,2}[0-9]{3,13}`).Draw(t, "national")
		digits := rapid.SampledFrom([]string{"+", "", "00"}).Draw(t, "before") + strconv.Itoa(code) + national
		if rapid.Bool().Draw(t, "national only") {
			digits = national
		}
		number := separate(t, digits)
		if got, want := Phone(number, country), reference(number, country); got != want {
			t.Errorf("%q in %q is %+v, and %+v to the parser", number, country, got, want)
		}
	})
}

func TestTheUsualNumbersAreReadQuickly(t *testing.T) {
	for _, digits := range []string{"5511912345678", "442079460018", "16175550100", "821012345678", "4722123456", "390612345678", "8613812345678", "919812345678"} {
		if _, ok := quickInternational(digits); !ok {
			t.Errorf("+%s is left to the parser", digits)
		}
	}
	for _, c := range [][2]string{
		{"16175550100", "US"}, {"6175550100", "US"}, {"02079460018", "GB"}, {"01012345678", "KR"}, {"5511912345678", "BR"},
		{"03012345678", "DE"}, {"0612345678", "FR"}, {"0312345678", "JP"}, {"612345678", "ES"}, {"22123456", "NO"},
	} {
		if _, ok := quickNational(c[0], c[1]); !ok {
			t.Errorf("%s in %s is left to the parser", c[0], c[1])
		}
	}
}

func FuzzPhoneAgainstTheParser(f *testing.F) {
	for _, c := range [][2]string{
		{"+5511912345678", "BR"}, {"16175555555", "US"}, {"020 7946 0018", "GB"}, {"010-1234-5678", "KR"}, {"+47 22 12 34 56", "NO"},
		{"0044 20 7946 0018", ""}, {"011 15-2345-6789", "AR"}, {"1234567890", "US"},
	} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, number, country string) {
		if len(number) > maxPhone || tidyPhone(number) != number {
			return
		}
		if _, _, ok := plainDigits(number); !ok {
			return
		}
		if got, want := Phone(number, country), reference(number, country); got != want {
			t.Errorf("%q in %q is %+v, and %+v to the parser", number, country, got, want)
		}
	})
}
