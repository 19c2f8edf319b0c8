package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"leadflow/shared/normalize/internal/fold"
)

// countries gives the two lists of countries: every spelling with its code, and every code with its English
// name. Both have one entry a line, sorted by bytes, the key before a tab.
func countries(packages string) (spellings, names string, err error) {
	codes, err := readCodes(packages)
	if err != nil {
		return "", "", err
	}
	english, err := readTerritories(packages, "en")
	if err != nil {
		return "", "", err
	}
	for _, code := range slices.Sorted(maps.Keys(codes.current)) {
		if english[code] == "" {
			return "", "", fmt.Errorf("%s has no English name", code)
		}
		names += code + "\t" + english[code] + "\n"
	}

	plain, accented, err := collect(packages, codes)
	if err != nil {
		return "", "", err
	}
	lines := map[string]string{}
	for key := range plain {
		if code := plain.decide(key); codes.current[code] {
			lines[key] = code
		}
	}
	// A spelling with accents is needed only where it would mean another country without them, or is too
	// short without them.
	for key := range accented {
		bare := fold.Country(key)
		code, without := accented.decide(key), lines[bare]
		if codes.current[code] && code != without && (without != "" || isTooShort(bare)) {
			lines[key] = code
		}
	}
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(key + "\t" + lines[key] + "\n")
	}
	return b.String(), names, nil
}

// The ranks of what is said about a spelling. Only the best rank that says anything counts.
const (
	byRule     = iota // rules.go
	byCode            // ISO 3166
	byEnglish         // the CLDR's English names
	byVariant         // the list of variants
	byLanguage        // the CLDR's names in any other language
	ranks
)

// ballots hold, for each spelling, rank and code, which languages say that the spelling is that code.
type ballots map[string]*[ranks]map[string]map[string]bool

func (b ballots) add(key, code, language string, rank int) {
	if b[key] == nil {
		b[key] = new([ranks]map[string]map[string]bool)
	}
	votes := b[key]
	if votes[rank] == nil {
		votes[rank] = map[string]map[string]bool{}
	}
	if votes[rank][code] == nil {
		votes[rank][code] = map[string]bool{}
	}
	votes[rank][code][language] = true
}

// decide gives the code that a spelling stands for: the one that most languages mean, "" when two are equal.
func (b ballots) decide(key string) string {
	for _, votes := range b[key] {
		best, most := "", 0
		for code, languages := range votes {
			switch {
			case len(languages) > most:
				best, most = code, len(languages)
			case len(languages) == most:
				best = ""
			}
		}
		if most > 0 {
			return best
		}
	}
	return ""
}

// collect reads all spellings: without accents, and as they are written where that differs.
func collect(packages string, codes codes) (plain, accented ballots, err error) {
	plain, accented = ballots{}, ballots{}
	add := func(name, code, language string, rank int) {
		key, exact := fold.Country(name), fold.AccentedCountry(name)
		if rank > byEnglish && isTooShort(key) {
			key = ""
		}
		if key != "" {
			plain.add(key, code, language, rank)
		}
		if exact != "" && exact != fold.Country(name) {
			accented.add(exact, code, language, rank)
		}
	}
	for code, other := range codes.all {
		add(code, other, "", byCode)
	}
	for name, code := range rules {
		add(name, code, "", byRule)
	}
	if err := readVariants(packages, func(name, code string) { add(name, code, "", byVariant) }); err != nil {
		return nil, nil, err
	}
	locales, err := fs.Glob(os.DirFS(filepath.Join(packages, cldrNames.name, "main")), "*/territories.json")
	if err != nil {
		return nil, nil, err
	}
	for _, file := range locales {
		locale := filepath.Dir(file)
		territories, err := readTerritories(packages, locale)
		if err != nil {
			return nil, nil, err
		}
		// The locales of one language have one voice.
		language, _, _ := strings.Cut(locale, "-")
		rank := byLanguage
		if language == "en" {
			rank = byEnglish
		}
		for key, name := range territories {
			code, _, _ := strings.Cut(key, "-alt-")
			if place, ok := places[code]; ok {
				code = place
			}
			add(name, code, language, rank)
		}
	}
	return plain, accented, nil
}

// isTooShort has the abbreviations of one or two letters in an alphabet. In a field for a country they are
// more likely something else: OK is short for the United Kingdom in Inari Sami, and Oklahoma.
func isTooShort(key string) bool {
	letters := strings.ReplaceAll(key, " ", "")
	return utf8.RuneCountInString(letters) < 3 && strings.ContainsFunc(letters, func(r rune) bool {
		return unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek)
	})
}

// readTerritories gives the names of a locale by code, or by code and "-alt-" and a word for a second name.
func readTerritories(packages, locale string) (map[string]string, error) {
	var file struct {
		Main map[string]struct {
			LocaleDisplayNames struct{ Territories map[string]string }
		}
	}
	if err := cldrNames.read(packages, filepath.Join("main", locale, "territories.json"), &file); err != nil {
		return nil, err
	}
	return file.Main[locale].LocaleDisplayNames.Territories, nil
}

// readVariants calls add for each entry of the list of variants but the names of languages (Thai), which are no
// countries.
func readVariants(packages string, add func(name, code string)) error {
	var file struct {
		Main struct {
			En struct {
				LocaleDisplayNames struct{ Languages map[string]string }
			}
		}
	}
	if err := cldrNames.read(packages, "main/en/languages.json", &file); err != nil {
		return err
	}
	languages := map[string]bool{}
	for _, name := range file.Main.En.LocaleDisplayNames.Languages {
		languages[fold.Country(name)] = true
	}
	files, err := fs.Glob(os.DirFS(filepath.Join(packages, variants.name, "data/country")), "*.json")
	if err != nil {
		return err
	}
	for _, name := range files {
		var country struct {
			Alpha2 string
			Names  []string
		}
		if err := variants.read(packages, filepath.Join("data/country", name), &country); err != nil {
			return err
		}
		for _, n := range country.Names {
			if !languages[fold.Country(n)] {
				add(n, country.Alpha2)
			}
		}
	}
	return nil
}
