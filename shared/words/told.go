package words

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"leadflow/shared/lead"
)

// Told says an activity of a timeline, with its times in the reader's zone where it is not said in English: the record
// itself is in English and UTC. What an older version wrote is said in English to everybody.
func (w Words) Told(a lead.Activity, zone *time.Location) string { return w.told(a.Said, a.Text, zone) }

// Why says in a sentence without its full stop why somebody owns a lead.
func (w Words) Why(o lead.Owner, zone *time.Location) string { return w.told(o.Said, o.Why, zone) }

// Phrases says phrases that stand for themselves, such as those of team.ActingWhy. They have no full stop.
func (w Words) Phrases(said []lead.Phrase, zone *time.Location) string {
	return w.told(said, lead.Text(said...), zone)
}

// Similar says what a lead that may be the same person has in common with the other one.
func (w Words) Similar(s lead.Suggestion) string { return reader{Words: w}.Listed("same", s.Why) }

func (w Words) told(said []lead.Phrase, english string, zone *time.Location) string {
	if w.Language != language.English.String() {
		if text, ok := lead.Tell(said, english, reader{w, zone}); ok {
			return text
		}
	}
	return english
}

// reader is somebody who reads the record in another language than its own.
type reader struct {
	Words
	zone *time.Location
}

// Sentence gives the text of a phrase.
func (r reader) Sentence(id string, parts map[string]string) (string, bool) {
	id = "said." + id
	text := r.localize(id, nil, parts)
	return text, text != id
}

// Person is a name as one speaks of its bearer, so that the same particles fit behind each.
func (r reader) Person(name string) string {
	if name == lead.OperationsName {
		return r.Say("said.operations")
	}
	if account, ok := strings.CutPrefix(name, lead.OperatorName); ok {
		name = r.Say("said.operator") + strings.TrimSpace(account)
	}
	return name + r.Say("said.person")
}

// Time is an instant with its year, because a record is read years later.
func (r reader) Time(at lead.Time) string { return r.Vocabulary().Stamp(at.Time, r.in()) }

func (r reader) Day(at time.Time, clock, year bool) string {
	text := r.Vocabulary().Day(at)
	if year {
		text = strconv.Itoa(at.Year()) + "년 " + text
	}
	if clock {
		text += at.Format(" 15:04")
	}
	return text
}

// Clock counts in the reader's zone.
func (r reader) Clock(c lead.Clock) string {
	c.Zone = r.in()
	return c.Words(r.Vocabulary())
}

// Listed says texts of which there are a few. Of a rule's conditions it says the names and the actions, and other values
// stay, as what is not known does.
func (r reader) Listed(part, english string) string {
	texts := strings.Split(english, ", ")
	for i, text := range texts {
		name, value, met := text, "", false
		if part == "met" {
			name, value, met = strings.Cut(text, " ")
		}
		if met && name == "action" {
			value = r.Action(lead.Action(value))
		}
		texts[i] = r.recorded(part, name, name)
		if met {
			texts[i] += " " + value
		}
	}
	return strings.Join(texts, ", ")
}

func (r reader) in() *time.Location {
	if r.zone == nil {
		return time.UTC
	}
	return r.zone
}
