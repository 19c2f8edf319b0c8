package team

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"leadflow/shared/lead"
)

// Values are what the placeholders of a text stand for. None of them is looked at for placeholders itself.
type Values struct {
	FirstName, LastName string
	// Name is the whole name, in the order of its language.
	Name    string
	Company string
	// Offer is what customers call it.
	Offer string
	// Owner is the name of who sends the text.
	Owner string
	// Booking is the URL where the customer picks a time.
	Booking string
	// Signature has the last lines of a text.
	Signature string
}

// placeholders are the names that stand in braces.
var placeholders = []string{"firstName", "lastName", "name", "company", "offer", "owner", "booking", "signature"}

// bothNames are placeholders beside each other that are one name: together they are in the order of its language,
// and said once if the lead has only one of them.
var bothNames = strings.NewReplacer("{firstName} {lastName}", "{name}", "{lastName} {firstName}", "{name}", "{lastName}{firstName}", "{name}")

// Fill puts the values in the place of a text's placeholders. Where the lead has no value, the text has what the
// placeholder says behind a |, else a word that Leadflow knows in the language, else nothing, and then not the space
// before it either.
func Fill(text, language string, v Values) string {
	var out []byte
	rest := bothNames.Replace(text)
	for {
		before, p, after, ok := cutPlaceholder(rest)
		out = append(out, before...)
		if !ok {
			return string(out)
		}
		said := v.of(p.name)
		if said == "" {
			said = p.otherwise
		}
		if said == "" {
			said = v.word(p.name, language)
			if startsSentence(out) {
				said = capital(said)
			}
		}
		if said == "" {
			out = bytes.TrimRight(out, " ")
		}
		out, rest = append(out, said...), after
	}
}

func (v Values) of(name string) string {
	switch name {
	case "firstName":
		return v.FirstName
	case "lastName":
		return v.LastName
	case "name":
		return v.Name
	case "company":
		return v.Company
	case "offer":
		return v.Offer
	case "owner":
		return v.Owner
	case "booking":
		return v.Booking
	case "signature":
		return v.Signature
	}
	return ""
}

// hasWords says whether Leadflow knows words of a language for what a lead lacks.
func hasWords(language string) bool { return baseOf(language) == "en" || baseOf(language) == "ko" }

// word is what stands in the place of a value that the lead lacks. What is missing of a name is the whole name, and
// of that the people of the company; the words read well behind "Dear" and "Hello", and before 님.
func (v Values) word(name, language string) string {
	korean := baseOf(language) == "ko"
	if !hasWords(language) {
		if name == "firstName" || name == "lastName" {
			return v.Name
		}
		return ""
	}
	switch name {
	case "firstName", "lastName", "name":
		switch {
		case v.Name != "":
			return v.Name
		case korean:
			return strings.TrimSpace(v.Company + " 담당자")
		case v.Company != "":
			return v.Company + " team"
		}
		return "customer"
	case "company":
		if korean {
			return "귀사"
		}
		return "your company"
	case "offer":
		if korean {
			return "저희 제품"
		}
		return "our product"
	case "owner":
		if korean {
			return "담당자"
		}
		return "our team"
	}
	return ""
}

// startsSentence says whether a sentence begins behind a text.
func startsSentence(text []byte) bool {
	text = bytes.TrimRight(text, " ")
	return len(text) == 0 || strings.ContainsRune(".!?\n", rune(text[len(text)-1]))
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// placeholder is what stands in braces.
type placeholder struct {
	name string
	// otherwise is what stands there when the lead has no value.
	otherwise string
}

// cutPlaceholder cuts a text at its first placeholder.
func cutPlaceholder(text string) (before string, p placeholder, after string, ok bool) {
	before, rest, open := strings.Cut(text, "{")
	inside, after, closed := strings.Cut(rest, "}")
	if !open || !closed {
		return text, placeholder{}, "", false
	}
	name, otherwise, _ := strings.Cut(inside, "|")
	return before, placeholder{name, otherwise}, after, true
}

// fits says whether a text is for leads with an action and an offer. Without them only texts for all fit.
func (t Text) fits(a lead.Action, o lead.Offer) bool {
	return (t.Action == "" || t.Action == a) &&
		(t.Offer == "" || strings.EqualFold(t.Offer, o.ID) || strings.EqualFold(t.Offer, Written(o.Publisher, o.ID)))
}

// parts are those of the text, which can be set.
func (t *Text) parts() [4]*string { return [4]*string{&t.Subject, &t.Body, &t.Signature, &t.Booking} }

// Text gives what the file says in a language to leads with an action and an offer. Each part is that of the most
// specific text that has it: for the offer and the action, for the offer, for the action, for all. Where the file has
// nothing in the language itself, it is what it has in the one that this is a variety of: pt for pt-BR. A part is empty
// where the file has none at all.
func (t Team) Text(language string, a lead.Action, o lead.Offer) Text {
	best := Text{Language: language}
	if len(t.Texts) == 0 {
		return best
	}
	languages := varieties(language)
	var ranks [4]int
	for i := range t.Texts {
		text := &t.Texts[i]
		near := slices.Index(languages, text.Language)
		if near < 0 || !text.fits(a, o) {
			continue
		}
		rank := 1 + 4*(len(languages)-near)
		if text.Offer != "" {
			rank += 2
		}
		if text.Action != "" {
			rank++
		}
		for i, part := range text.parts() {
			if *part != "" && rank > ranks[i] {
				*best.parts()[i], ranks[i] = *part, rank
			}
		}
	}
	return best
}

// TextLanguages are those in which the file says something to leads with an action and an offer, in its order.
func (t Team) TextLanguages(a lead.Action, o lead.Offer) []string {
	var all []string
	for i := range t.Texts {
		if text := &t.Texts[i]; !slices.Contains(all, text.Language) && text.fits(a, o) {
			all = append(all, text.Language)
		}
	}
	return all
}
