package respond

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/normalize"
)

const (
	// maxCards is how many leads a list shows at once, and maxList how many bytes its page may have: with long names it
	// shows fewer.
	maxCards = 50
	maxList  = 40_000
	// fewCards is how many it shows all the same where the people of a large team take that room.
	fewCards = 10
	// maxTitle and maxWho bound what a list shows of a subject and of a name, in characters.
	maxTitle = 80
	maxWho   = 50
)

// queryFrom is the place of the first lead that a list shows, counted from 0.
const queryFrom = "from"

// card is a lead as the lists show it.
type card struct {
	ID, Title, Who string
	// Link is signed here, so it needs no filter.
	Link template.URL
	Due  due
	// Phone is empty if there is none or nobody may call. Call has its digits, if it is plainly one number.
	Phone string
	Call  template.URL
	// Stop says that nobody may contact them.
	Stop string
	// OwnerID is whose lead it is, and Owner says so where it is not said anyway.
	OwnerID, Owner string
	// Record is what records a contact, where somebody may be contacted.
	Record template.HTML
	// Ticked says that it was chosen in a form that was refused.
	Ticked bool
}

// section is a part of a list: what is equally urgent.
type section struct {
	Title string
	Late  bool
	Cards []card
}

// urgency is how soon something has to be done about a lead. The lower ones come first.
type urgency int

const (
	overdue urgency = iota
	waiting
	dueNow
	later
)

func urgencyOf(c lead.Card, now time.Time) urgency {
	f := c.FollowUp
	switch {
	case f == nil:
		return later
	case f.Breached(now):
		return overdue
	case f.Snoozed(now):
		return later
	case f.Running():
		return waiting
	case !f.DueAt.After(now):
		return dueNow
	}
	return later
}

// sortCards puts what is most urgent first; leads with which nothing is planned come last.
func sortCards(cards []lead.Card, now time.Time) {
	at := func(c lead.Card) time.Time {
		switch f := c.FollowUp; {
		case f == nil:
			return time.Unix(1<<40, 0)
		case f.Snoozed(now) && !f.Breached(now):
			return f.SnoozedUntil.Time
		default:
			return f.DueAt.Time
		}
	}
	slices.SortFunc(cards, func(a, b lead.Card) int {
		return cmp.Or(cmp.Compare(urgencyOf(a, now), urgencyOf(b, now)), at(a).Compare(at(b)), cmp.Compare(a.ID, b.ID))
	})
}

// sections are what a list shows of cards that are sorted.
func (p *Respond) sections(cards []lead.Card, v visit) []section {
	var all []section
	var last urgency
	for i, c := range cards {
		u := urgencyOf(c, v.now)
		if i == 0 || u != last {
			all = append(all, section{Title: v.Say([...]string{"list.overdue", "list.waiting", "list.due", "list.later"}[u]), Late: u == overdue})
			last = u
		}
		s := &all[len(all)-1]
		s.Cards = append(s.Cards, p.card(c, v))
	}
	return all
}

func (p *Respond) card(c lead.Card, v visit) card {
	shown := card{ID: c.ID, OwnerID: c.Owner.Person, Title: cut(c.Subject, maxTitle), Who: cut(name(c.Contact, v), maxWho), Link: template.URL(p.address(v, link.KindLead, c.ID)),
		Due: dueOf(&lead.Lead{Stage: c.Stage, FollowUp: c.FollowUp, Suppression: c.Suppression}, v)}
	if c.Suppression == nil {
		shown.Phone = c.Contact.Phone
		if digits := normalize.Dial(shown.Phone); digits != "" {
			shown.Call = template.URL("tel:" + digits)
		}
	} else {
		shown.Stop = v.Say("stop.short")
	}
	return shown
}

// called is what a list calls a person of the team.
func (v visit) called(id string) string { return cut(v.team.Called(id), maxWho) }

func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// late counts the leads that have waited too long.
func late(cards []lead.Card, now time.Time) int {
	n := 0
	for _, c := range cards {
		if c.FollowUp.Breached(now) {
			n++
		}
	}
	return n
}

// summary says how many leads are open, and how many of them have waited too long; empty if none has.
func summary(cards []lead.Card, v visit) (open, tooLong string) {
	open = v.Say("list.none")
	if len(cards) > 0 {
		open = v.Count("list.open", len(cards))
	}
	if n := late(cards, v.now); n > 0 {
		tooLong = v.Count("list.late", n)
	}
	return open, tooLong
}

// part is what a page shows of a list.
type part struct {
	Sections []section
	// More is how many leads come behind it and Next the address of the page that begins with them; First is that of the
	// first page, if this is another one.
	More        int
	Next, First string
}

// fit renders the page of a list with as many leads as a page may have, from the place that a query names.
func (p *Respond) fit(name, title string, cards []lead.Card, v visit, query url.Values, page func(part) any) ([]byte, error) {
	from, err := strconv.Atoi(query.Get(queryFrom))
	if err != nil || from < 0 || from >= len(cards) {
		from = 0
	}
	at := func(place int) string {
		q := url.Values{"t": {v.token}}
		for _, name := range []string{queryShow, queryWhose} {
			if query.Has(name) {
				q.Set(name, query.Get(name))
			}
		}
		if place > 0 {
			q.Set(queryFrom, strconv.Itoa(place))
		}
		return "?" + q.Encode()
	}
	for n := min(maxCards, len(cards)-from); ; {
		shown := part{Sections: p.sections(cards[from:from+n], v), More: len(cards) - from - n}
		if shown.More > 0 {
			shown.Next = at(from + n)
		}
		if from > 0 {
			shown.First = at(0)
		}
		out, err := p.render(name, v.Words, title, page(shown))
		if err != nil || len(out) <= maxList || n <= fewCards {
			return out, err
		}
		n = max(fewCards, min(n-1, n*maxList/len(out)))
	}
}
