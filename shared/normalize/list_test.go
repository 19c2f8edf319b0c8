package normalize

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/language"

	"leadflow/shared/normalize/internal/fold"
)

// isCountryCode asks a list of codes that is not ours.
func isCountryCode(code string) bool {
	region, err := language.ParseRegion(code)
	return err == nil && len(code) == 2 && region.IsCountry() && region.Canonicalize() == region && region.String() == code
}

// lines gives the lines of a list, which must end with a line break.
func lines(t *testing.T, list string) []string {
	t.Helper()
	all, ok := strings.CutSuffix(list, "\n")
	if !ok {
		t.Fatal("the last line has no end")
	}
	return strings.Split(all, "\n")
}

// checkKeys checks that the keys of a list can be searched for.
func checkKeys(t *testing.T, list string) {
	t.Helper()
	before := ""
	for _, line := range lines(t, list) {
		key, _, _ := strings.Cut(line, "\t")
		if key <= before {
			t.Errorf("%q follows %q", key, before)
		}
		before = key
	}
}

func TestTheSpellingsOfCountriesAreSortedAndStandForCountries(t *testing.T) {
	checkKeys(t, spellings)
	for _, line := range lines(t, spellings) {
		key, code, _ := strings.Cut(line, "\t")
		if !isCountryCode(code) {
			t.Errorf("%q stands for %q", key, code)
		}
		if fold.Country(key) != key && fold.AccentedCountry(key) != key {
			t.Errorf("%q is not as it is looked up", key)
		}
		if len(key) > maxCountry {
			t.Errorf("%q is longer than what is looked up", key)
		}
	}
	if n := strings.Count(spellings, "\n"); n < 30_000 {
		t.Errorf("only %d spellings", n)
	}
	if len(spellings) > 1<<20 {
		t.Errorf("%d bytes", len(spellings))
	}
}

func TestEveryCountryHasOneEnglishName(t *testing.T) {
	checkKeys(t, countryNames)
	all := lines(t, countryNames)
	for _, line := range all {
		code, name, _ := strings.Cut(line, "\t")
		if !isCountryCode(code) || name == "" {
			t.Errorf("%q has the name %q", code, name)
		}
	}
	if len(all) != 250 {
		t.Errorf("%d countries, not the 249 of ISO 3166-1 and Kosovo", len(all))
	}
}

// domainsOf gives the domains of a list, checking its index on the way.
func domainsOf(t *testing.T, list string) map[string]bool {
	t.Helper()
	index, groups, ok := strings.Cut(list, "*\n")
	if !ok {
		t.Fatal("the list has no index")
	}
	checkKeys(t, index)
	domains := map[string]bool{}
	end := 0
	for _, line := range lines(t, index) {
		tld, _, _ := strings.Cut(line, "\t")
		group := groupOf(index, groups, tld)
		begin := strings.Index(groups[end:], group) + end
		if begin != end || group == "" {
			t.Errorf("the group of %s begins at %d, and the one before ends at %d", tld, begin, end)
		}
		end += len(group)
		checkKeys(t, group)
		for _, name := range lines(t, group) {
			domains[name+"."+tld] = true
		}
	}
	if end != len(groups) {
		t.Errorf("the groups end at %d of %d", end, len(groups))
	}
	return domains
}

func TestTheListsOfMailDomainsCanBeSearched(t *testing.T) {
	free, throwaway := domainsOf(t, freeMail), domainsOf(t, disposable)
	if len(free) < 14_000 || len(throwaway) < 110_000 {
		t.Errorf("only %d free-mail and %d disposable domains", len(free), len(throwaway))
	}
	if size := len(freeMail) + len(disposable); size > 3<<19 {
		t.Errorf("the lists take %d bytes", size)
	}
	for domain := range free {
		if throwaway[domain] {
			t.Errorf("%s is in both lists", domain)
		}
		if !isListed(freeMail, domain) || isListed(freeMail, "x"+domain+"x") {
			t.Errorf("%s is not found, or what is not there is", domain)
		}
	}
	for domain := range throwaway {
		if !isListed(disposable, domain) {
			t.Errorf("%s is not found", domain)
		}
	}
	for _, domains := range []map[string]bool{free, throwaway} {
		for domain := range domains {
			if strings.Trim(domain, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
				t.Errorf("%q is not lower-case ASCII", domain)
			}
			if suffix, _ := publicsuffix.PublicSuffix(domain); suffix == domain {
				t.Errorf("%s is a public suffix, so what is below it belongs to many", domain)
			}
		}
	}
}

func TestAKeyIsFoundOnlyIfItIsTheWholeKey(t *testing.T) {
	const list = "ab\t1\nabc\t2\nb\t3\nd\t\n"
	for _, c := range []struct {
		name, list, key, want string
		ok                    bool
	}{
		{"the first key", list, "ab", "1", true},
		{"a key that begins like another", list, "abc", "2", true},
		{"a key in the middle", list, "b", "3", true},
		{"the last key, with nothing behind it", list, "d", "", true},
		{"a beginning of a key", list, "a", "", false},
		{"a key and more", list, "abcd", "", false},
		{"what would come first", list, "A", "", false},
		{"what would come last", list, "e", "", false},
		{"nothing", list, "", "", false},
		{"an empty list", "", "ab", "", false},
		{"a list without tabs", "a\nb\nc\n", "b", "", true},
		{"what stands behind a key", list, "1", "", false},
		{"a key with its value", list, "ab\t1", "", false},
		{"two lines", list, "ab\t1\nabc", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := find(c.list, c.key); got != c.want || ok != c.ok {
				t.Errorf("%q is %q, %t", c.key, got, ok)
			}
		})
	}
}

func TestTheNamesThatCountriesShareAreKnown(t *testing.T) {
	// A remark that is left out changes the country where the name alone is part of another country's name.
	names := map[string]string{}
	for _, line := range lines(t, countryNames) {
		code, name, _ := strings.Cut(line, "\t")
		names[code] = " " + fold.Country(name) + " "
	}
	for code, name := range names {
		for other, longer := range names {
			if code != other && strings.Contains(longer, name) && !isShared(code) &&
				!slices.Contains([]string{"NL", "US"}, code) { // Caribbean Netherlands, U.S. Virgin Islands: nobody writes Netherlands (Caribbean)
				t.Errorf("%s and %s share a name", code, other)
			}
		}
	}
}
