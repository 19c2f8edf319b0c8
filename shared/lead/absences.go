package lead

import (
	"errors"
	"time"
)

const (
	// MaxAway is how far ahead the end of an absence may lie, so that a mistaken year is found.
	MaxAway = 366 * 24 * time.Hour
	// maxDeclared bounds the people whose word is remembered; those whose absences ended last stay. A word does not end
	// with the time that it names: whoever is back stays so, however long the team file has them away.
	maxDeclared = 500
)

// What a declaration can be refused for. The texts are for the person who declares.
var (
	ErrAwayPast = errors.New("that time has passed already: give when the absence ends")
	ErrAwayLong = errors.New("an absence can end 366 days from now at most: check the year")
)

// Declared is what a person said last about being away: from Since until before Until, or back at both.
type Declared struct {
	Since Time `json:"since"`
	Until Time `json:"until"`

	unknown Unknown
}

// DeclareAway is the word of somebody who is away from now until then. It fails with ErrAwayPast or ErrAwayLong.
func DeclareAway(now, until time.Time) (Declared, error) {
	d := Declared{Since: At(now), Until: At(until)}
	switch {
	case !d.Until.After(d.Since.Time):
		return Declared{}, ErrAwayPast
	case until.Sub(now) > MaxAway:
		return Declared{}, ErrAwayLong
	}
	return d, nil
}

// DeclareBack is the word of somebody who is back, or stays.
func DeclareBack(now time.Time) Declared { return Declared{Since: At(now), Until: At(now)} }

// Instead gives when somebody is away who has declared that and of whom a plan says otherwise. From Since the word
// counts instead of whatever the plan has begin before Until: what had begun before Since ends there. Later absences of
// the plan stay, also one that begins at Until: whoever is there all the same says so then, and no lead waits meanwhile.
func (d Declared) Instead(plan []Stretch) []Stretch {
	since, until := d.Since.Time, later(d.Since.Time, d.Until.Time)
	var away []Stretch
	for _, s := range plan {
		if (s.From.Before(until) || !s.From.After(since)) && s.To.After(since) {
			s.To = since
		}
		if s.From.Before(s.To) {
			away = append(away, s)
		}
	}
	if since.Before(until) {
		away = append(away, Stretch{From: since, To: until})
	}
	return away
}

// Absences are what people declared, as one document.
type Absences struct {
	ID     string `json:"id"`
	Schema int    `json:"schema"`
	// People has the last word of each person, by id.
	People map[string]Declared `json:"people,omitempty"`

	unknown Unknown
}

// Declare takes the word of a person in the place of the one before. It fails with ErrRecorded if the person is away
// until then already by the one before.
func (a *Absences) Declare(person string, d Declared) error {
	before, said := a.People[person]
	if said && before.Until == d.Until && !before.Since.After(d.Since.Time) && d.Since.Before(d.Until.Time) {
		return ErrRecorded
	}
	if a.People == nil {
		a.People = map[string]Declared{}
	}
	a.People[person] = d
	for len(a.People) > maxDeclared {
		delete(a.People, a.oldest(person))
	}
	return nil
}

// oldest is the person but for one whose absence ended first.
func (a *Absences) oldest(but string) string {
	var oldest string
	for id, d := range a.People {
		first := a.People[oldest].Until
		if id != but && (oldest == "" || d.Until.Before(first.Time) || d.Until == first && id < oldest) {
			oldest = id
		}
	}
	return oldest
}
