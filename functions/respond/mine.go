package respond

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/store"
)

// The fields of the forms on the list.
const (
	fieldLead  = "lead"
	fieldLeads = "leads"
	fieldHow   = "how"
)

// The ways in which the list records a contact that was just made.
const (
	howCalled   = "called"
	howMailed   = "mailed"
	howNoAnswer = "noAnswer"
)

// minePage is what a person sees of the own leads.
type minePage struct {
	part
	Heading       string
	Open, Late    string
	Status, Alert string
	Meanwhile     []told
	// Seen tells the same button pressed twice from a second time, and Leads has the ids of those that are shown.
	Seen, Leads string
	Away        awayForm
	Team        string
}

// mine shows all open leads for which a person acts, and records what came of one of them.
func (p *Respond) mine(w http.ResponseWriter, r *http.Request, v visit) {
	if r.Method != http.MethodPost {
		p.showMine(w, r, http.StatusOK, v, "")
		return
	}
	switch {
	case r.PostForm.Has(fieldHow):
		p.recordQuick(w, r, v)
	case r.PostForm.Has(fieldAway):
		p.declare(w, r, v)
	default:
		p.say(w, v.Words, unreadable)
	}
}

// showMine shows the list, with an alert if a form was refused.
func (p *Respond) showMine(w http.ResponseWriter, r *http.Request, status int, v visit, alert string) {
	v, err := p.declared(r.Context(), v)
	if err != nil {
		p.failed(r, err)
		p.say(w, v.Words, notNow)
		return
	}
	cards, err := p.Store.Cards(r.Context(), v.actsFor()...)
	if err != nil {
		p.failed(r, err)
		p.say(w, v.Words, notNow)
		return
	}
	sortCards(cards, v.now)
	query := r.URL.Query()
	shown := minePage{Heading: v.Say("list.mine", "Person", v.person.Name), Alert: alert, Away: awayOf(v), Seen: lead.At(v.now).String()}
	shown.Open, shown.Late = summary(cards, v)
	if v.manages() {
		shown.Team = p.address(v, link.KindTeam, "")
	}
	if alert == "" {
		if shown.Status, shown.Meanwhile, err = p.whatWasDone(r.Context(), v, query); err != nil {
			p.failed(r, err)
			p.say(w, v.Words, notNow)
			return
		}
	}
	record, err := p.render("record", v.Words, "", nil)
	if err != nil {
		p.write(w, status, "record", v.Words, nil, err)
		return
	}
	page, err := p.fit("mine.html", shown.Heading, cards, v, query, func(shows part) any {
		var ids []string
		for _, s := range shows.Sections {
			for i, c := range s.Cards {
				if c.Stop == "" {
					s.Cards[i].Record = template.HTML(strings.ReplaceAll(string(record), "PLACE", strconv.Itoa(len(ids))))
				}
				ids = append(ids, c.ID)
				if c.OwnerID != v.person.ID {
					s.Cards[i].Owner = v.Say("list.for", "Person", v.called(c.OwnerID))
				}
			}
		}
		shown.part, shown.Leads = shows, strings.Join(ids, " ")
		return shown
	})
	p.write(w, status, "mine.html", v.Words, page, err)
}

// actsFor are the owners for whom a person acts now: that one, and the absent ones whom the person covers.
func (v visit) actsFor() []string {
	all := []string{v.person.ID}
	for _, owner := range v.team.People {
		if acting, _ := v.team.Acting(owner.ID, v.now); owner.ID != v.person.ID && acting.ID == v.person.ID {
			all = append(all, owner.ID)
		}
	}
	return all
}

// knows says whether a person has to do with a lead: acts for its owner or has been told of it, though it may have been
// given to somebody else since.
func (v visit) knows(l *lead.Lead) bool {
	return slices.Contains(v.actsFor(), l.Owner.Person) || slices.ContainsFunc(l.Mails, func(m lead.Mail) bool { return m.To == v.person.ID })
}

// recordQuick records a contact that was just made, by one of three buttons of a lead. What a button sends is how it went
// and the lead's place among the ids that the form has once: an id in each button would make the page too large.
func (p *Respond) recordQuick(w http.ResponseWriter, r *http.Request, v visit) {
	way, place, _ := strings.Cut(r.PostForm.Get(fieldHow), " ")
	ids := strings.Fields(r.PostForm.Get(fieldLeads))
	at, err := strconv.Atoi(place)
	disposition, ok := map[string]lead.Disposition{howCalled: lead.Connected, howMailed: lead.LeftMessage, howNoAnswer: lead.NoAnswer}[way]
	if !ok || err != nil || at < 0 || at >= len(ids) {
		p.showMine(w, r, http.StatusUnprocessableEntity, v, v.Say("page.notRecorded", "Why", why(v.Words, errHow)))
		return
	}
	l, version, err := p.Store.Lead(r.Context(), ids[at])
	if err == nil && !v.knows(l) {
		v, err = p.declared(r.Context(), v) // somebody may be away since a moment ago
	}
	if err == nil && !v.knows(l) {
		err = store.ErrNotFound // only strange hands ask for it
	}
	var id string
	if err == nil {
		said := url.Values{"do": {doContacted}, "when": {string(lead.ContactNow)}, "disposition": {string(disposition)}, querySeen: r.PostForm[querySeen]}
		id, l, err = p.do(r.Context(), act{by: v.person, said: said, now: v.now, team: v.team}, l, version)
	}
	refused, isRefusal := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.showMine(w, r, http.StatusNotFound, v, v.Say("list.gone"))
	case isRefusal:
		p.showMine(w, r, status(refused.why), v, v.Say("page.notRecorded", "Why", why(v.Words, refused.why)))
	case err != nil && !errors.Is(err, lead.ErrRecorded):
		p.failed(r, err)
		p.say(w, v.Words, notRecorded)
	default:
		said := url.Values{how(err): {id}, fieldLead: {l.ID}, querySeen: {r.PostForm.Get(querySeen)}}
		if from := r.URL.Query().Get(queryFrom); from != "" { // the same part of the list
			said.Set(queryFrom, from)
		}
		redirect(w, v, said)
	}
}

// whatWasDone says what the act has recorded that a query names, on which lead, and what others did to that lead since
// the list was opened.
func (p *Respond) whatWasDone(ctx context.Context, v visit, query url.Values) (status string, meanwhile []told, err error) {
	if query.Has(fieldAway) {
		return awaySaid(v, query.Get(fieldAway)), nil, nil
	}
	id := cmp.Or(query.Get(queryDone), query.Get(queryAgain))
	if id == "" || query.Get(fieldLead) == "" {
		return "", nil, nil
	}
	l, _, err := p.Store.Lead(ctx, query.Get(fieldLead))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return v.Say("list.gone"), nil, nil
	case err != nil:
		return "", nil, err
	case !v.knows(l) || len(l.Did(id)) == 0 && !query.Has(queryAgain):
		return "", nil, nil
	}
	seen, err := time.Parse(time.RFC3339, query.Get(querySeen))
	if err == nil {
		meanwhile = toldOf(slices.DeleteFunc(slices.Clone(l.Timeline), func(a lead.Activity) bool { return a.Act == id || !a.RecordedAt().After(seen) }), v)
	}
	return cut(l.Subject, maxTitle) + " - " + recorded(l, v, query), meanwhile, nil
}
