// Package words says what Leadflow has to say in the language of who reads it: English or Korean.
//
// The texts are the files in the folder text, one per part of the program and language. It promises that every text
// is there in both languages: there is no falling back from one to the other that a reader would stumble over. What
// strangers wrote is a part of a text and never a text itself, and nothing here escapes it for HTML.
//
// The record on a lead's timeline is written in English; [Words.Told] says it in the reader's language.
package words

import (
	"embed"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"leadflow/shared/lead"
)

//go:embed text/*.yaml
var files embed.FS

// languages are those that there are texts in; the first one is for whoever reads none of them.
func languages() []language.Tag { return []language.Tag{language.English, language.Korean} }

// bundle has all texts. It is read once and never changed.
var bundle = read()

func read() *i18n.Bundle {
	b := i18n.NewBundle(languages()[0])
	b.RegisterUnmarshalFunc("yaml", func(text []byte, v any) error { return yaml.Unmarshal(text, v) })
	entries, _ := files.ReadDir("text")
	for _, e := range entries {
		text, _ := files.ReadFile("text/" + e.Name())
		b.MustParseMessageFileBytes(text, e.Name()) // they are part of the program, so this cannot fail but by a bug
	}
	return b
}

// Words are the texts of one language. The zero value is none: see In.
type Words struct {
	// Language is its code, as HTML has it: "en" or "ko".
	Language  string
	localizer *i18n.Localizer
}

// In gives the texts for somebody who reads these languages, as BCP 47 has them, the preferred one first: the first of
// them that there are texts in, else English.
func In(reads []string) Words {
	for _, code := range reads {
		tag, err := language.Parse(code)
		if err != nil {
			continue
		}
		base, _ := tag.Base()
		if i := slices.IndexFunc(languages(), func(t language.Tag) bool { return t.String() == base.String() }); i >= 0 {
			return of(languages()[i])
		}
	}
	return of(languages()[0])
}

func of(tag language.Tag) Words {
	return Words{Language: tag.String(), localizer: i18n.NewLocalizer(bundle, tag.String())}
}

// Say gives the text with an id, in which each {{.Name}} is the part of that name: parts are names and values in turn. An
// id that there is no text for is said itself; a test proves that the program asks for none.
func (w Words) Say(id string, parts ...any) string { return w.localize(id, nil, named(parts)) }

// Count gives the form of a text that fits a number, which is its part N.
func (w Words) Count(id string, n int, parts ...any) string {
	return w.localize(id, n, named(append(slices.Clip(parts), "N", n)))
}

func named(parts []any) map[string]any {
	data := make(map[string]any, len(parts)/2)
	for i := 0; i+1 < len(parts); i += 2 {
		data[parts[i].(string)] = parts[i+1]
	}
	return data
}

func (w Words) localize(id string, count, data any) string {
	text, err := w.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: count})
	if err != nil {
		return id
	}
	return text
}

// Vocabulary is what times are written with.
func (w Words) Vocabulary() lead.Vocabulary {
	if w.Language == language.Korean.String() {
		return korean()
	}
	return lead.English()
}

// Moment is an instant to the minute in a person's zone and in UTC, without its year: "Mon 23 Nov 13:00 KST, 04:00 UTC".
func (w Words) Moment(at time.Time, zone *time.Location) string {
	return w.Vocabulary().Moment(at, zone)
}

// Stamp is an instant to the minute in a zone, with its year: "Mon 23 Nov 2026, 13:00 KST".
func (w Words) Stamp(at time.Time, zone *time.Location) string { return w.Vocabulary().Stamp(at, zone) }

// Local is Stamp without the name of the zone.
func (w Words) Local(at time.Time, zone *time.Location) string { return w.Vocabulary().Local(at, zone) }
