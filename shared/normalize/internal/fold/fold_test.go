package fold_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leadflow/shared/normalize/internal/fold"
)

func TestTextIsFoldedForComparing(t *testing.T) {
	for _, c := range []struct{ name, text, want, accented string }{
		{"letter case", "AbC", "abc", "abc"},
		{"accents", "Éa", "ea", "éa"},
		{"a combining accent", "E\u0301a", "ea", "éa"},
		{"an accent that has no letter of its own", "X\u0301", "x", "x\u0301"},
		{"strokes", "Øł", "ol", "øł"},
		{"a sharp s", "ß", "ss", "ss"},
		{"compatibility forms", "ﬁ①", "fi1", "fi1"},
		{"Greek accents and the final sigma", "Ώς", "ωσ", "ώσ"},
		{"Cyrillic marks", "Йй", "йй", "йй"},
		{"a mark on a digit", "1\u0301", "1", "1"},
		{"a mark after punctuation", "a-\u0301b", "a b", "a b"},
		{"a mark behind a dropped apostrophe", "и'\u0306", "й", "й"},
		{"periods and apostrophes are dropped", "a.b'c’d", "abcd", "abcd"},
		{"other punctuation is a space", "a-b_c/d", "a b c d", "a b c d"},
		{"punctuation at the ends", "(a)", "a", "a"},
		{"invisible characters", "a\u200db\u00adc", "abc", "abc"},
		{"no letter", "-", "", ""},
		{"no UTF-8", "a\xffb", "a b", "a b"},
		{"a compatibility form behind what is no UTF-8", "\xf7ǅ", "dz", "dž"},
		{"nothing", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fold.Text(c.text); got != c.want {
				t.Errorf("%q is %q, want %q", c.text, got, c.want)
			}
			if got := fold.Accented(c.text); got != c.accented {
				t.Errorf("%q with accents is %q, want %q", c.text, got, c.accented)
			}
		})
	}
}

func TestCountriesAreFoldedForLookingUp(t *testing.T) {
	for _, c := range []struct{ name, country, want, accented string }{
		{"the in front", "The Gambia", "gambia", "gambia"},
		{"the inside", "Isle of the Dead", "isle of the dead", "isle of the dead"},
		{"and as a sign", "Trinidad&Tobago", "trinidad and tobago", "trinidad and tobago"},
		{"and as a full-width sign", "A＆B", "a and b", "a and b"},
		{"saint", "St. Lucia", "saint lucia", "saint lucia"},
		{"saint inside", "Collectivité de St-Martin", "collectivite de saint martin", "collectivité de saint martin"},
		{"no saint at the end", "Main St", "main st", "main st"},
		{"no saint alone", "ST", "st", "st"},
		{"accents", "Bỉ", "bi", "bỉ"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fold.Country(c.country); got != c.want {
				t.Errorf("%q is %q, want %q", c.country, got, c.want)
			}
			if got := fold.AccentedCountry(c.country); got != c.accented {
				t.Errorf("%q with accents is %q, want %q", c.country, got, c.accented)
			}
		})
	}
}

func TestWhatNobodySeesIsLeftOut(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"ASCII", "a b", "a b"},
		{"direction marks and spaces without width", "\u202aa\u200b\u200eb\ufeff", "ab"},
		{"joiners", "नी\u200dक", "नी\u200dक"},
		{"fillers and selectors", "a\u3164\ufe0f\U000E0100", "a"},
		{"letters and accents", "éк ", "éк "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fold.Visible(c.text); got != c.want {
				t.Errorf("%q is %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestFoldingAFormChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		checkFold(t, s)
	})
}

// checkFold checks what holds for every text.
func checkFold(t interface{ Errorf(string, ...any) }, s string) {
	for name, text := range map[string]func(string) string{"without accents": fold.Text, "with accents": fold.Accented} {
		form := text(s)
		if again := text(form); again != form {
			t.Errorf("%q is %q (%+q) %s, and that is %q (%+q)", s, form, form, name, again, again)
		}
		if strings.TrimSpace(form) != form || strings.Contains(form, "  ") || strings.ToLower(form) != form {
			t.Errorf("%q is %q %s", s, form, name)
		}
	}
	if form := fold.Text(fold.Accented(s)); form != fold.Text(s) {
		t.Errorf("%q is %q, and %q by way of the accented form", s, fold.Text(s), form)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"Ana Silva", "José Müller", "IŞIK İNCİ", "O´Neil", "김지훈", "ﾀﾞｲｷ", "น้ำ", "प्रिया", "مُحَمَّد", "и'\u0306", "\u3164", "a\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkFold(t, s) })
}
