package draft

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// texts are the languages in which there is a body for a touch: those of the team file, and the built-in ones of which
// the file has no variety.
func texts(of team.Team, t lead.Touch) []string {
	var all []string
	for _, tag := range of.TextLanguages(t.Action, t.Offer) {
		if isBuiltIn(tag) || of.Text(tag, t.Action, t.Offer).Body != "" {
			all = append(all, tag)
		}
	}
	for _, w := range builtIn {
		if !slices.ContainsFunc(all, func(tag string) bool { return base(tag) == w.language }) {
			all = append(all, w.language)
		}
	}
	return all
}

func isBuiltIn(tag string) bool {
	return slices.ContainsFunc(builtIn, func(w words) bool { return w.language == base(tag) })
}

// languageOf is the language of a draft for a customer in a country, of those that have a text.
func languageOf(country string, owners, texts []string) string {
	for _, wanted := range append([]string{"und-" + country}, owners...) {
		if found := match(wanted, texts); found != "" {
			return found
		}
	}
	return match("en", texts)
}

// match finds the text in a language, or in that of a country, which is the one most people there write (CLDR, likely
// subtags). It is in the same language and the same script; of several the matcher of BCP 47 has the nearest one.
func match(wanted string, texts []string) string {
	tag, err := language.Parse(wanted)
	if err != nil {
		return ""
	}
	var found []string
	for _, text := range texts {
		if sameWriting(tag, text) {
			found = append(found, text)
		}
	}
	if len(found) < 2 {
		return first(found)
	}
	var tags []language.Tag
	for _, text := range found {
		tags = append(tags, language.Make(text))
	}
	_, i, _ := language.NewMatcher(tags).Match(tag)
	return found[i]
}

// sameWriting says whether what a text is in is the language and the script that are wanted.
func sameWriting(wanted language.Tag, text string) bool {
	tag, err := language.Parse(text)
	if err != nil {
		return false
	}
	_, sure := wanted.Base() // of a country that nobody knows it is English, with little confidence
	script, _ := wanted.Script()
	theirs, _ := tag.Script()
	return sure >= language.High && baseOf(wanted) == baseOf(tag) && script == theirs
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// base is a language without script and country.
func base(tag string) string {
	b, _, _ := strings.Cut(tag, "-")
	return b
}

func baseOf(tag language.Tag) string {
	b, _ := tag.Base()
	if b.String() == "nb" {
		return "no" // one language with two codes
	}
	return b.String()
}
