package lead

import (
	"maps"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Phrase is one sentence of the record, or a piece of one: which it is, and its parts. What the record says in English is
// made of phrases, so that it can be said in other languages too.
type Phrase struct {
	// Say is the id of the sentence, one of Sentences.
	Say string `json:"say"`
	// With has its parts by name: a person's name, a time as it is stored, a value as it is stored. Those that need more
	// than being copied are the methods of Language.
	With map[string]string `json:"with,omitempty"`

	unknown Unknown
}

// partNote is what a person wrote. It is long, so that the stored phrase has the number of its characters instead: it is
// the last thing in the text beside the phrases, but for a full stop.
const partNote = "note"

// Language says sentences and what their parts stand for, for one reader.
type Language interface {
	// Sentence is the one with an id and these parts. It is false if there is none, as for one of a later version.
	Sentence(id string, parts map[string]string) (string, bool)
	Person(name string) string
	Action(Action) string
	Disposition(Disposition) string
	Reason(Reason) string
	Stage(Stage) string
	Time(Time) string
	// Day is a local day, with its clock or its year if they matter.
	Day(at time.Time, clock, year bool) string
	Clock(Clock) string
	// Listed is what one of a few texts in English says, or several of them with commas between.
	Listed(part, english string) string
}

// Say makes a phrase. Parts are names and values in turn.
func Say(id string, parts ...string) Phrase {
	p := Phrase{Say: id}
	for i := 0; i+1 < len(parts); i += 2 {
		p = p.with(parts[i], parts[i+1])
	}
	return p
}

// And adds a phrase as a part, with the parts that it has itself.
func (p Phrase) And(part string, inner Phrase) Phrase {
	for name, value := range inner.With {
		p = p.with(name, value)
	}
	return p.with(part, inner.Say)
}

func (p Phrase) with(part, value string) Phrase {
	if p.With = maps.Clone(p.With); p.With == nil {
		p.With = map[string]string{}
	}
	p.With[part] = value
	return p
}

// Text is what phrases say in English.
func Text(said ...Phrase) string {
	text, _ := tell(said, english{})
	return text
}

// Told gives what phrases say in English, and the phrases as they are stored beside that.
func Told(said ...Phrase) (text string, stored []Phrase) {
	for _, p := range said {
		for part, value := range p.With {
			if part == partNote {
				p = p.with(part, strconv.Itoa(utf8.RuneCountInString(value)))
			} else if short := cutRunes(value, maxField); short != value {
				p = p.with(part, short)
			}
		}
		stored = append(stored, p)
	}
	return Text(said...), stored
}

// Tell says in a language what a stored text says in English, by the phrases that are stored beside it. It is false if
// they do not tell, as those of an older or a later version: then the text is all there is.
func Tell(stored []Phrase, text string, in Language) (string, bool) {
	said := make([]Phrase, len(stored))
	for i, p := range stored {
		if length, has := p.With[partNote]; has {
			note, ok := lastOf(strings.TrimSuffix(text, Text(stored[i+1:]...)), length)
			if !ok {
				return "", false
			}
			p = p.with(partNote, note)
		}
		said[i] = p
	}
	return tell(said, in)
}

// lastOf is the end of a text with so many characters.
func lastOf(text, length string) (string, bool) {
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > utf8.RuneCountInString(text) {
		return "", false
	}
	at := len(text)
	for ; n > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return text[at:], true
}

func tell(said []Phrase, in Language) (string, bool) {
	var b strings.Builder
	for i, p := range said {
		text, ok := p.in(in)
		if !ok {
			return "", false
		}
		if i > 0 && !p.goesOn() {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return b.String(), len(said) > 0
}

// goesOn says whether no space comes before the phrase, because it begins with a mark that ends or divides what was said.
func (p Phrase) goesOn() bool {
	text := sentences[p.Say]
	return text != "" && strings.IndexByte(".,:", text[0]) >= 0
}

// in says a phrase in a language.
func (p Phrase) in(l Language) (string, bool) {
	parts := make(map[string]string, len(p.With))
	for part, value := range p.With {
		parts[part] = p.part(part, value, l)
	}
	return l.Sentence(p.Say, parts)
}

// part says one part in a language. What is not as it should be stays as it is.
func (p Phrase) part(part, value string, l Language) string {
	switch part {
	case "by", "to", "person", "absent":
		return l.Person(value)
	case "action":
		return l.Action(Action(value))
	case "disposition":
		return l.Disposition(Disposition(value))
	case "reason":
		return l.Reason(Reason(value))
	case "stage":
		return l.Stage(Stage(value))
	case "mail", "because", "same", "met":
		return l.Listed(part, value)
	case "at", "due", "until":
		if at, err := time.Parse(TimeLayout, value); err == nil {
			return l.Time(At(at))
		}
	case "day", "date":
		if at, err := time.Parse(time.DateOnly, value); err == nil {
			return l.Day(at, false, part == "date")
		}
		if at, err := time.Parse(dayAndClock, value); err == nil {
			return l.Day(at, true, part == "date")
		}
	case "clock":
		if c, ok := parseClock(value); ok {
			return l.Clock(c)
		}
	case "rule", "away": // a phrase within this one
		inner := p.with(part, "")
		delete(inner.With, part)
		inner.Say = value
		if text, ok := inner.in(l); ok {
			return text
		}
	}
	return value
}

// dayAndClock is how a local day with its clock is a part.
const dayAndClock = "2006-01-02T15:04"

// Day gives a local day as the part "day", or "date" if its year matters; with its clock unless that is midnight.
func Day(at time.Time) string {
	if h, m, s := at.Clock(); h+m+s > 0 {
		return at.Format(dayAndClock)
	}
	return at.Format(time.DateOnly)
}

// part gives the arithmetic of a clock in one line as the part "clock".
func (c Clock) part() string {
	return strings.Join([]string{At(c.ArrivedAt).String(), At(c.StartsAt).String(), At(c.RespondBy).String(), c.Zone.String()}, " ")
}

func parseClock(part string) (c Clock, ok bool) {
	fields := strings.Fields(part)
	if len(fields) != 4 {
		return c, false
	}
	for i, at := range []*time.Time{&c.ArrivedAt, &c.StartsAt, &c.RespondBy} {
		t, err := time.Parse(TimeLayout, fields[i])
		if err != nil {
			return c, false
		}
		*at = t
	}
	zone, err := time.LoadLocation(fields[3])
	if err != nil {
		zone = time.UTC
	}
	c.Zone = zone
	return c, true
}
