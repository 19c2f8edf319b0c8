package respond

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"leadflow/shared/lead"
)

// fieldAway is what a person declares: awayUntil, with the day in the field "at", or awayBack.
const (
	fieldAway = "away"
	awayUntil = "until"
	awayBack  = "back"
)

// awayForm is where a person declares to be away.
type awayForm struct {
	// Now says whether the person is away.
	Now  string
	Away bool
	// First is the first day that can be declared, as forms write dates.
	First string
}

func awayOf(v visit) awayForm {
	f := awayForm{Now: v.Say("away.there"), First: v.now.In(v.zone).AddDate(0, 0, 1).Format(time.DateOnly)}
	if until := v.person.AwayUntil(v.now); !until.IsZero() {
		f.Now, f.Away = v.Say("away.away", "Until", v.Stamp(until, v.zone)), true
	}
	return f
}

// declared is the visit with what people have declared by now: the team that handlers follow is half a minute old.
func (p *Respond) declared(ctx context.Context, v visit) (visit, error) {
	all, err := p.Store.Absences(ctx)
	if err != nil {
		return v, err
	}
	v.team = v.team.WithDeclared(all)
	v.person, _ = v.team.Person(v.person.ID)
	return v, nil
}

// declare records that a person is away, or is back.
func (p *Respond) declare(w http.ResponseWriter, r *http.Request, v visit) {
	d := lead.DeclareBack(v.now)
	if r.PostForm.Get(fieldAway) != awayBack {
		until, err := v.person.Until(r.PostForm.Get("at"))
		if err != nil {
			p.showMine(w, r, http.StatusUnprocessableEntity, v, v.Say("page.notRecorded", "Why", why(v.Words, errDate)))
			return
		}
		if d, err = lead.DeclareAway(v.now, until); err != nil {
			p.showMine(w, r, http.StatusUnprocessableEntity, v, v.Say("page.notRecorded", "Why", why(v.Words, err)))
			return
		}
	}
	err := p.Store.DeclareAway(r.Context(), v.person.ID, d)
	if err != nil && !errors.Is(err, lead.ErrRecorded) {
		p.failed(r, err)
		p.say(w, v.Words, notRecorded)
		return
	}
	p.Log.InfoContext(r.Context(), "a person declared to be away or back", "person", v.person.ID, "until", d.Until.String())
	redirect(w, v, url.Values{fieldAway: {d.Until.String()}})
}

// awaySaid says what a person has declared, if that is what a query says.
func awaySaid(v visit, until string) string {
	d, said := v.person.Declared()
	switch {
	case !said || d.Until.String() != until:
		return ""
	case d.Until.After(v.now):
		return v.Say("away.saved", "Until", v.Stamp(d.Until.Time, v.zone))
	}
	return v.Say("away.ended")
}
