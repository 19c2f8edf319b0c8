package main

import (
	"strings"
	"testing"
)

func TestASpellingIsTheCountryThatMostLanguagesMean(t *testing.T) {
	type vote struct {
		code, language string
		rank           int
	}
	for _, c := range []struct {
		name  string
		votes []vote
		want  string
	}{
		{"one language", []vote{{"CG", "fr", byLanguage}}, "CG"},
		{"more languages", []vote{{"CD", "hi", byLanguage}, {"CG", "fr", byLanguage}, {"CG", "es", byLanguage}}, "CG"},
		{"as many languages", []vote{{"CD", "hi", byLanguage}, {"CG", "fr", byLanguage}}, ""},
		{"the locales of one language are one voice", []vote{{"CD", "hi", byLanguage}, {"CD", "sw", byLanguage}, {"CG", "fr", byLanguage}, {"CG", "fr", byLanguage}, {"CG", "fr", byLanguage}}, "CD"},
		{"English before all other languages", []vote{{"CD", "en", byEnglish}, {"CG", "fr", byLanguage}, {"CG", "es", byLanguage}}, "CD"},
		{"variants before other languages", []vote{{"CD", "", byVariant}, {"CG", "fr", byLanguage}, {"CG", "es", byLanguage}}, "CD"},
		{"a code before English", []vote{{"CD", "en", byEnglish}, {"CG", "", byCode}}, "CG"},
		{"a rule before a code", []vote{{"", "", byRule}, {"CG", "", byCode}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := ballots{}
			for _, v := range c.votes {
				b.add("congo", v.code, v.language, v.rank)
			}
			for range 20 { // the order of a map must not decide
				if got := b.decide("congo"); got != c.want {
					t.Fatalf("it is %q, want %q", got, c.want)
				}
			}
		})
	}
}

func TestShortAbbreviationsOfAlphabetsAreLeftOut(t *testing.T) {
	for key, want := range map[string]bool{"ok": true, "e u": true, "су": true, "usa": false, "日本": false, "هند": false, "中国": false} {
		if got := isTooShort(key); got != want {
			t.Errorf("%q is too short: %t", key, got)
		}
	}
}

func TestDomainsAreWrittenOnceByTopLevelDomain(t *testing.T) {
	known := map[string]bool{}
	first, err := group([]string{"b.com", "a.com", "Bücher.de", "mail.a.com", "mail.c.com", "co.uk", "starbucks.com"}, known)
	if err != nil {
		t.Fatal(err)
	}
	if want := "com\t0 11\nde\t11 14\n*\na\nb\nmail.c\nxn--bcher-kva\n"; first != want {
		t.Errorf("the list is %q, want %q", first, want)
	}
	second, err := group([]string{"a.com", "x.b.com", "d.com"}, known)
	if err != nil {
		t.Fatal(err)
	}
	if want := "com\t0 2\n*\nd\n"; second != want {
		t.Errorf("the second list is %q, want %q", second, want)
	}
	if _, err := group([]string{"no domain"}, known); err == nil {
		t.Error("what is no domain is no error")
	}
}

func TestRulesAreAboutCountries(t *testing.T) {
	for name, code := range rules {
		if code != "" && (len(code) != 2 || strings.ToUpper(code) != code) {
			t.Errorf("%q is %q", name, code)
		}
	}
}
