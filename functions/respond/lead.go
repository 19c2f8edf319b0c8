package respond

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"leadflow/shared/draft"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/normalize"
)

// maxTold is how many entries of the timeline a page shows at first, and maxTouches how many touches: the newest ones.
const (
	maxTold    = 30
	maxTouches = 10
)

// queryAll asks for the whole timeline and for all touches.
const queryAll = "all"

// leadPage is what the page of one lead shows.
type leadPage struct {
	Lead    *lead.Lead
	Heading string
	Stage   string
	Owner   string
	Why     string
	Country string
	Similar []similar
	// Stop says that the person must not be contacted; empty if nothing speaks against it.
	Stop string
	Due  due
	// Status says what was recorded, and Alert what was not; one of them at most.
	Status, Alert string
	// Meanwhile is what others did since the person opened the page.
	Meanwhile []told
	Touches   []touch
	Timeline  []told
	// EarlierTouches and Earlier are how many touches and entries of the timeline the page leaves out, and All the address
	// of the page that has them.
	EarlierTouches, Earlier int
	All                     string
	Draft                   draft.Draft
	// MailTo opens the draft in a mail program; DraftLong says that it holds no more than the subject.
	MailTo    string
	DraftLong bool
	// Token and Seen go with every form.
	Token, Seen string
	Forms       []form
	// Mine and Team are the addresses of the lists; Team is empty for who manages none.
	Mine, Team string
}

// told is an entry of the timeline.
type told struct{ At, Stamp, Text string }

// touch is something that the customer did.
type touch struct {
	At, Stamp, Action, Offer string
	Again                    bool
	// Raw is what Partner Center sent, where Leadflow does not know what it means.
	Raw   string
	Wrote string
}

// similar is a lead that may be the same person, with the link to its page.
type similar struct {
	// Subject is that of the mails about it.
	Subject    string
	Why        string
	Suppressed bool
	Link       string
}

// page is what a visitor sees of a lead. said is a form that was refused, nil if none was.
func (p *Respond) page(l *lead.Lead, v visit, said url.Values) leadPage {
	shown := leadPage{Lead: l, Heading: name(l.Contact, v), Stage: v.Stage(l.Stage), Owner: v.team.Called(l.Owner.Person), Why: v.Words.Why(l.Owner, v.zone),
		Country: v.Country(l.Contact), Stop: stop(l.Suppression, v.Words), Due: explained(l, v),
		Token: v.token, Seen: l.Seen(), Forms: forms(l, v, said), Mine: p.address(v, link.KindMine, "")}
	if v.manages() {
		shown.Team = p.address(v, link.KindTeam, "")
	}
	for _, s := range l.Suggestions {
		shown.Similar = append(shown.Similar, similar{cmp.Or(cut(s.Subject, maxTitle), v.Say("page.similarLead")), v.Words.Similar(s), s.Suppressed, p.address(v, link.KindLead, s.Lead)})
	}
	shown.tell(l, v, maxTouches, maxTold)
	if l.Suppression == nil && !l.Stage.Closed() && len(l.Touches) > 0 {
		shown.Draft = draft.Write(l, l.Touches[len(l.Touches)-1], v.person, v.team)
		var whole bool
		shown.MailTo, whole = shown.Draft.MailTo(l.Contact.Email)
		shown.DraftLong = !whole
	}
	return shown
}

// tell puts the newest touches and entries of the timeline on the page.
func (s *leadPage) tell(l *lead.Lead, v visit, touches, entries int) {
	s.EarlierTouches, s.Touches = max(0, len(l.Touches)-touches), nil
	for _, t := range l.Touches[s.EarlierTouches:] {
		s.Touches = append(s.Touches, touched(t, v))
	}
	s.Earlier = max(0, len(l.Timeline)-entries)
	s.Timeline = toldOf(l.Timeline[s.Earlier:], v)
	s.All = "?" + url.Values{"t": {v.token}, queryAll: {"1"}}.Encode()
}

// name is what a contact is called.
func name(c lead.Contact, v visit) string {
	return cmp.Or(normalize.FullName(c.FirstName, c.LastName), v.Say("page.unknownPerson"))
}

func touched(t lead.Touch, v visit) touch {
	shown := touch{At: t.ReceivedAt.String(), Stamp: v.Stamp(t.ReceivedAt.Time, v.zone), Action: v.Action(t.Action), Offer: t.Offer.Name(),
		Again: t.Again, Wrote: t.Description}
	if t.Action == lead.ActionUnknown {
		shown.Raw = v.Say("page.raw", "Source", t.RawSource, "Action", t.RawAction)
	}
	return shown
}

func toldOf(activities []lead.Activity, v visit) []told {
	var all []told
	for _, a := range activities {
		all = append(all, told{a.At.String(), v.Stamp(a.At.Time, v.zone), v.Told(a, v.zone)})
	}
	return all
}

// answered is the page behind the redirect that answers a form: the query says which act that was, and what the person
// had seen before.
func (p *Respond) answered(l *lead.Lead, v visit, query url.Values) leadPage {
	shown := p.page(l, v, nil)
	shown.Status = recorded(l, v, query)
	id := cmp.Or(query.Get(queryDone), query.Get(queryAgain))
	shown.Meanwhile = toldOf(slices.DeleteFunc(l.Since(query.Get(querySeen)), func(a lead.Activity) bool { return a.Act == id }), v)
	if query.Has(queryAll) {
		shown.tell(l, v, len(l.Touches), len(l.Timeline))
	}
	return shown
}

// recorded says what the act has recorded that a query names.
func recorded(l *lead.Lead, v visit, query url.Values) string {
	did := l.Did(cmp.Or(query.Get(queryDone), query.Get(queryAgain)))
	var texts []string
	for _, t := range toldOf(did, v) {
		texts = append(texts, t.Text)
	}
	what := strings.Join(texts, " ")
	switch {
	case query.Has(queryAgain) && len(did) == 0:
		return v.Say("page.alreadyDone")
	case query.Has(queryAgain):
		return v.Say("page.already", "What", what)
	case len(did) > 0:
		return v.Say("page.recorded", "What", what)
	}
	return ""
}

// refused is the page that says what was not recorded, and why.
func (p *Respond) refused(l *lead.Lead, v visit, said url.Values, refusal error) leadPage {
	shown := p.page(l, v, said)
	shown.Alert = v.Say("page.notRecorded", "Why", why(v.Words, refusal))
	shown.Meanwhile = toldOf(l.Since(said.Get(querySeen)), v)
	return shown
}
