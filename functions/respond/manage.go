package respond

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// What a manager asks to see.
const (
	queryShow  = "show"
	queryWhose = "whose"

	showOverdue = "overdue"
	showUnowned = "unowned"
)

// fieldEvery asks for all leads that fit the filters, also those that the page does not show.
const fieldEvery = "every"

// maxGiven is how many leads one form can give away, so that its sender does not wait for long.
const maxGiven = 200

// teamPage is what a manager sees.
type teamPage struct {
	part
	Open, Late    string
	Status, Alert string
	// Shows and Whose are the filters.
	Shows, Whose []option
	People       []colleague
	To           []option
	Reason       string
	// Every offers to give away all leads that fit the filters.
	Every string
	// AllTicked says that this was chosen in a form that was refused.
	AllTicked bool
	Mine      string
	// Token goes with the filters. Seen tells the same form sent twice from a second one.
	Token, Seen string
}

// colleague is one of the people of a manager's team.
type colleague struct {
	Name string
	// Link shows the person's leads.
	Link       string
	Open, Late int
	// Away says whether the person is there.
	Away string
}

// manages says whether the visitor manages a team or acts for who does, as operations always do.
func (v visit) manages() bool {
	return v.person.ID == lead.Operations || len(v.team.ManagedBy(v.person.ID, v.now)) > 0
}

// manage shows the open leads of a manager's people, and gives several of them to somebody else.
func (p *Respond) manage(w http.ResponseWriter, r *http.Request, v visit) {
	if r.Method != http.MethodPost {
		p.showTeam(w, r, http.StatusOK, v, "", "")
		return
	}
	if r.PostForm.Get("do") != doReassign {
		p.say(w, v.Words, unreadable)
		return
	}
	p.give(w, r, v)
}

// showTeam shows the list, with what was recorded or refused.
func (p *Respond) showTeam(w http.ResponseWriter, r *http.Request, status int, v visit, said, alert string) {
	v, err := p.declared(r.Context(), v)
	if err != nil {
		p.failed(r, err)
		p.say(w, v.Words, notNow)
		return
	}
	cards, err := p.Store.AllCards(r.Context())
	if err != nil {
		p.failed(r, err)
		p.say(w, v.Words, notNow)
		return
	}
	people := v.looksAfter()
	cards = slices.DeleteFunc(cards, func(c lead.Card) bool { return !v.sees(c, people) })
	query := r.URL.Query()
	shown := teamPage{Status: said, Alert: alert, Mine: p.address(v, link.KindMine, ""),
		To: colleagues(v.team, "", r.PostForm.Get("to")), Token: v.token, Seen: lead.At(v.now).String()}
	ticked := map[string]bool{}
	if alert != "" { // as it was filled in
		shown.AllTicked = r.PostForm.Has(fieldEvery)
		shown.Reason = r.PostForm.Get("reason")
		for _, id := range r.PostForm[fieldLead] {
			ticked[id] = true
		}
	}
	shown.Open, shown.Late = summary(cards, v)
	for _, show := range []string{"", showOverdue, showUnowned} {
		words := "team.all"
		if show != "" {
			words = "team." + show
		}
		shown.Shows = append(shown.Shows, option{choice{show, v.Say(words)}, query.Get(queryShow) == show})
	}
	shown.Whose = []option{{choice{"", v.Say("team.everybody")}, query.Get(queryWhose) == ""}}
	for _, id := range people {
		shown.Whose = append(shown.Whose, option{choice{id, v.called(id)}, query.Get(queryWhose) == id})
		shown.People = append(shown.People, p.colleague(id, cards, v))
	}
	cards = slices.DeleteFunc(cards, func(c lead.Card) bool { return !fits(c, query, v) })
	sortCards(cards, v.now)
	shown.Every = v.Count("team.every", len(cards))
	page, err := p.fit("team.html", v.Say("team.title"), cards, v, query, func(shows part) any {
		for _, s := range shows.Sections {
			for i, c := range s.Cards {
				s.Cards[i].Owner, s.Cards[i].Ticked = v.Say("list.owned", "Person", v.called(c.OwnerID)), ticked[c.ID]
			}
		}
		shown.part = shows
		return shown
	})
	p.write(w, status, "team.html", v.Words, page, err)
}

// looksAfter are the people whose leads a manager sees, in the order of the team file; operations see all.
func (v visit) looksAfter() []string {
	var all []string
	groups := v.team.ManagedBy(v.person.ID, v.now)
	for _, someone := range v.team.People {
		in := v.person.ID == lead.Operations || someone.ID == v.person.ID
		for _, g := range groups {
			in = in || g.Fallback == someone.ID || slices.Contains(g.People, someone.ID)
		}
		if in {
			all = append(all, someone.ID)
		}
	}
	return all
}

// sees says whether a manager sees a lead: one of the own people has it, the own team was to have it, or nobody has it.
func (v visit) sees(c lead.Card, people []string) bool {
	ours := c.Owner.Decision != nil && slices.ContainsFunc(v.team.ManagedBy(v.person.ID, v.now), func(g team.Group) bool { return g.ID == c.Owner.Decision.Team })
	return ours || unowned(c, v) || slices.Contains(people, c.Owner.Person)
}

// unowned says whether nobody in particular has a lead: operations hold it, or its owner has left the team.
func unowned(c lead.Card, v visit) bool {
	_, known := v.team.Person(c.Owner.Person)
	return !known || c.Owner.Person == lead.Operations
}

// fits says whether a manager has asked to see a lead.
func fits(c lead.Card, query url.Values, v visit) bool {
	if whose := query.Get(queryWhose); whose != "" && c.Owner.Person != whose {
		return false
	}
	switch query.Get(queryShow) {
	case showOverdue:
		return c.FollowUp.Breached(v.now)
	case showUnowned:
		return unowned(c, v)
	}
	return true
}

func (p *Respond) colleague(id string, cards []lead.Card, v visit) colleague {
	person, _ := v.team.Person(id)
	var theirs []lead.Card
	for _, c := range cards {
		if c.Owner.Person == id {
			theirs = append(theirs, c)
		}
	}
	shown := colleague{Name: v.called(id), Link: "?" + url.Values{"t": {v.token}, queryWhose: {id}}.Encode(), Open: len(theirs), Late: late(theirs, v.now), Away: v.Say("team.here")}
	if until := person.AwayUntil(v.now); !until.IsZero() {
		shown.Away = v.Say("team.awayUntil", "Until", v.Stamp(until, v.zone))
	}
	return shown
}

// chosen are the ids of the leads that a manager wants to give away: those that are ticked, or all that fit the filters.
func (p *Respond) chosen(r *http.Request, v visit) ([]string, error) {
	if !r.PostForm.Has(fieldEvery) {
		return r.PostForm[fieldLead], nil
	}
	cards, err := p.Store.AllCards(r.Context())
	if err != nil {
		return nil, err
	}
	var ids []string
	people, query := v.looksAfter(), r.URL.Query()
	for _, c := range cards {
		if v.sees(c, people) && fits(c, query, v) && len(ids) < maxGiven {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

// give gives the ticked leads to somebody else, each once, and says what became of them. What could not be written is
// done by the same form sent again.
func (p *Respond) give(w http.ResponseWriter, r *http.Request, v visit) {
	to, known := v.team.Person(r.PostForm.Get("to"))
	ids, err := p.chosen(r, v)
	if err != nil {
		p.failed(r, err)
		p.say(w, v.Words, notRecorded)
		return
	}
	a := act{by: v.person, now: v.now, team: v.team, said: url.Values{"do": {doReassign}, "to": {to.ID}, "reason": {r.PostForm.Get("reason")}, querySeen: r.PostForm[querySeen]}}
	var refusal error
	switch {
	case len(ids) == 0 || len(ids) > maxGiven:
		refusal = errLeads
	case !known:
		refusal = errPerson
	case a.reason() == "":
		refusal = lead.ErrNoWords
	}
	if refusal != nil {
		p.showTeam(w, r, http.StatusUnprocessableEntity, v, "", v.Say("page.notRecorded", "Why", why(v.Words, refusal)))
		return
	}
	if v, err = p.declared(r.Context(), v); err != nil {
		p.failed(r, err)
		p.say(w, v.Words, notRecorded)
		return
	}
	people := v.looksAfter()
	given, kept, failed := 0, 0, 0
	for _, id := range ids {
		l, version, err := p.Store.Lead(r.Context(), id)
		if err == nil && !v.sees(lead.Card{Due: lead.Due{ID: l.ID, Owner: l.Owner}}, people) {
			err = store.ErrNotFound // only strange hands ask for it
		}
		if err == nil {
			_, _, err = p.do(r.Context(), a, l, version)
		}
		switch {
		case err == nil:
			given++
		case errors.Is(err, lead.ErrRecorded), errors.Is(err, store.ErrNotFound):
			kept++
		default:
			p.failed(r, err)
			failed++
		}
	}
	var said, alert []string
	if given > 0 {
		said = append(said, v.Count("team.given", given, "Person", to.Name))
	}
	if kept > 0 {
		said = append(said, v.Count("team.kept", kept, "Person", to.Name))
	}
	status := http.StatusOK
	if failed > 0 {
		alert, status = append(alert, v.Count("team.failed", failed)), http.StatusServiceUnavailable
	}
	p.showTeam(w, r, status, v, strings.Join(said, " "), strings.Join(alert, " "))
}
