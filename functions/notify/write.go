package notify

import (
	"cmp"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"

	"leadflow/shared/draft"
	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/normalize"
	"leadflow/shared/team"
)

//go:embed templates
var templates embed.FS

// Writer renders mails about a lead.
type Writer struct {
	From mail.Address
	// PublicURL is where the links lead; LinkSecrets sign them, newest first.
	PublicURL   string
	LinkSecrets [][]byte

	html *htmltemplate.Template
	text *texttemplate.Template
}

// NewWriter makes a Writer. The templates are part of the program, so it cannot fail but by a bug.
func NewWriter(from mail.Address, publicURL string, linkSecrets [][]byte) Writer {
	return Writer{From: from, PublicURL: publicURL, LinkSecrets: linkSecrets,
		html: htmltemplate.Must(htmltemplate.ParseFS(templates, "templates/*.html")),
		text: texttemplate.Must(texttemplate.ParseFS(templates, "templates/*.txt")),
	}
}

const (
	// maxEarlier and maxSimilar bound what a mail shows of a lead's past and of leads that may be the same; the page has
	// all.
	maxEarlier = 5
	maxSimilar = 5
)

// alert is what a mail about one lead shows.
type alert struct {
	frame
	// Due is what is due when; empty while nobody waits.
	Due             string
	Heading, Advice string
	// Warning says that somebody who may be the same person must not be contacted; empty if nobody is.
	Warning string
	// Late says that this is later than Microsoft asks for.
	Late bool
	Rows []row
	// Addresses are where the person is reached and came from. The HTML has them further below, behind the buttons.
	Addresses []row
	// Notes are what the reader should know about how Leadflow understood the touch.
	Notes []string
	// Wrote are the lines of what they wrote.
	Wrote []string
	// Ways lead to the person. Hint is what has to be said of them.
	Ways []button
	Hint string
	// DraftSubject and the lines of Draft are for the plain text, where the link would be unreadable.
	DraftSubject string
	Draft        []string
	Page         button
	// Verbs lead to the forms of the page.
	Verbs       []button
	Earlier     []string
	MoreEarlier int
	Similar     []similar
	MoreSimilar int
	// Details are sentences about how it came to the mail: why to this reader, when, and the arithmetic.
	Details []string
}

// row is one line of the table that says who the person is.
type row struct{ Label, Value string }

// similar is a lead that may be the same person.
type similar struct {
	button
	// Stop says that it must not be contacted.
	Stop bool
}

// Write renders one mail for a person of a team.
func (w Writer) Write(l *lead.Lead, planned lead.Mail, to team.Person, t team.Team, now time.Time) (mail.Message, error) {
	r := w.reader(to, t, now)
	touch, earlier := touches(l, planned.Submission)
	c := alert{
		Due: r.due(l, planned.Kind), Heading: r.heading(planned), Advice: r.advice(l, planned, touch),
		Late: l.FollowUp.Late() && !planned.Kind.Stops(),
		Rows: r.rows([]row{{"mail.label.company", l.Contact.Company}, {"mail.label.action", r.Action(touch.Action)}, {"mail.label.offer", touch.Offer.Name()}}),
		Page: button{Text: r.Say("mail.link.open"), URL: r.page(l.ID)}, Verbs: r.verbs(l, planned.Kind),
	}
	c.frame = frame{Words: r.Words, Subject: line(l.Subject), Preheader: sentences(c.Due, c.Advice), All: r.mine()}
	if !t.MailPrivacy {
		r.personal(&c, l, planned, touch, earlier)
	}
	m, err := w.render("alert", c)
	if err != nil {
		return m, fmt.Errorf("render mail %s: %w", planned.ID, err)
	}
	return r.send(m, planned.ID, l.Subject, "lead-"+l.ID, "leads"), nil
}

// personal adds what a mail says of people: whatever could tell who they are.
func (r reader) personal(c *alert, l *lead.Lead, planned lead.Mail, touch lead.Touch, earlier []lead.Touch) {
	c.Rows = r.rows([]row{
		{"mail.label.name", normalize.FullName(l.Contact.FirstName, l.Contact.LastName)}, {"mail.label.company", l.Contact.Company},
		{"mail.label.title", l.Contact.JobTitle}, {"mail.label.country", r.Country(l.Contact)},
		{"mail.label.action", r.Action(touch.Action)}, {"mail.label.offer", touch.Offer.Name()},
	})
	var addresses []row
	if l.Suppression == nil && planned.Kind != lead.MailDoNotContact {
		addresses = []row{{"mail.label.email", l.Contact.Email}, {"mail.label.phone", normalize.ReadablePhone(l.Contact.Phone)}}
	}
	c.Addresses = r.rows(append(addresses, row{"mail.label.source", touch.Source}))
	c.Notes, c.Wrote = r.notes(touch), lines(touch.Description)
	r.reach(c, l, planned.Kind, touch)
	c.Page.Quiet = len(c.Ways) > 0
	c.Earlier, c.MoreEarlier = r.earlier(earlier)
	if len(c.Ways) > 0 && slices.ContainsFunc(l.Suggestions, func(s lead.Suggestion) bool { return s.Suppressed }) {
		c.Warning = r.Say("mail.similar.warning")
	}
	c.Similar, c.MoreSimilar = r.similar(l.Suggestions)
	c.Details = r.details(l, planned, touch)
}

// render makes both parts of a mail from the templates of a name.
func (w Writer) render(name string, content any) (mail.Message, error) {
	var html, text strings.Builder
	if err := w.html.ExecuteTemplate(&html, name+".html", content); err != nil {
		return mail.Message{}, err
	}
	if err := w.text.ExecuteTemplate(&text, name+".txt", content); err != nil {
		return mail.Message{}, err
	}
	return mail.Message{Text: text.String(), HTML: html.String()}, nil
}

func (w Writer) domain() string {
	_, domain, _ := strings.Cut(w.From.Address, "@")
	return domain
}

// due says what is due when.
func (r reader) due(l *lead.Lead, kind lead.MailKind) string {
	f := l.FollowUp
	if !f.Running() || kind.Stops() {
		return ""
	}
	id := "mail.due.respond"
	switch past := f.Breached(r.now); {
	case f.Kind == lead.FollowUpDecide && past:
		id = "mail.due.decide.past"
	case f.Kind == lead.FollowUpDecide:
		id = "mail.due.decide"
	case past:
		id = "mail.due.respond.past"
	}
	return r.Say(id, "When", r.at(f.DueAt))
}

// heading says what the mail is about.
func (r reader) heading(planned lead.Mail) string {
	switch planned.Kind {
	case lead.MailAgain:
		return r.Say("mail.about.again")
	case lead.MailTouch:
		return r.Say("mail.about.touch")
	case lead.MailDoNotContact:
		return r.Say("mail.about.do-not-contact")
	case lead.MailDecide:
		return r.Say("mail.about.decide")
	case lead.MailOnDuty:
		return r.Say("mail.about.on-duty")
	case lead.MailSimilar:
		return r.Say("mail.about.similar")
	}
	if planned.Copy {
		return r.Say("mail.about.copy")
	}
	return r.Say("mail.about.alert")
}

// advice says what to do now, in the words that fit what happened.
func (r reader) advice(l *lead.Lead, planned lead.Mail, t lead.Touch) string {
	s := l.Suppression
	switch {
	case planned.Kind == lead.MailDoNotContact:
		return r.Say("mail.advice.do-not-contact")
	case planned.Kind == lead.MailDecide && s != nil && s.Reason == lead.SuppressedBounced:
		return r.Say("mail.advice.decide.bounced")
	case planned.Kind == lead.MailDecide && s != nil && s.Submission == "":
		return r.Say("mail.advice.decide.colleague")
	case planned.Kind == lead.MailDecide:
		return r.Say("mail.advice.decide")
	case planned.Kind == lead.MailSimilar:
		return r.Say("mail.advice.similar")
	case planned.Copy && planned.Kind == lead.MailAlert:
		return sentences(r.Say("mail.advice.copy"), r.ask(l, t))
	}
	return r.ask(l, t)
}

// ask says what a touch asks for.
func (r reader) ask(l *lead.Lead, t lead.Touch) string {
	switch {
	case l.Contact.Anonymous():
		return r.Say("mail.advice.withheld")
	case t.Action == lead.ActionContactMe && l.FollowUp.Breached(r.now):
		return r.Say("mail.advice.contact-me.past")
	case t.Action == lead.ActionContactMe:
		return r.Say("mail.advice.contact-me")
	case t.Action == lead.ActionTestDrive:
		return r.Say("mail.advice.test-drive")
	case t.Action == lead.ActionAcquired, t.Action == lead.ActionCreated:
		return r.Say("mail.advice.acquired")
	}
	return r.Say("mail.advice.unknown")
}

// rows are those with a value, whose labels are ids of texts.
func (r reader) rows(all []row) []row {
	var known []row
	for _, one := range all {
		if value := line(one.Value); value != "" {
			known = append(known, row{r.Say(one.Label), value})
		}
	}
	return known
}

// reach adds the ways to the person: none while the person must not be contacted, or people have to decide on that.
func (r reader) reach(c *alert, l *lead.Lead, kind lead.MailKind, touch lead.Touch) {
	if l.Suppression != nil || kind.Stops() || kind == lead.MailDecide {
		return
	}
	if call := r.call(l.Contact.Phone); call != nil {
		c.Ways = append(c.Ways, *call)
	}
	d := draft.Write(l, touch, r.to, r.team)
	url, whole := d.MailTo(l.Contact.Email)
	if url == "" {
		return
	}
	c.Ways = append(c.Ways, button{Text: r.Say("mail.link.write"), URL: htmltemplate.URL(url)})
	if !whole {
		c.Hint = r.Say("mail.link.write.long")
	}
	c.DraftSubject, c.Draft = d.Subject, strings.Split(d.Body, "\n")
}

// call calls a phone; nil where no link can.
func (r reader) call(phone string) *button {
	number := normalize.Dial(phone)
	if number == "" {
		return nil
	}
	return &button{Text: r.Say("mail.link.call", "Phone", line(normalize.ReadablePhone(phone))), URL: htmltemplate.URL("tel:" + number)}
}

// verb is an act on a lead by the name that its form has on the lead's page.
type verb string

const (
	verbContacted  verb = "contacted"
	verbUnsuppress verb = "unsuppress"
	verbLeave      verb = "leave"
	verbSnooze     verb = "snooze"
	verbReassign   verb = "reassign"
	verbLost       verb = "lost"
)

// verb leads to the form of a verb, in the words of the page.
func (r reader) verb(leadID string, v verb) button {
	text := r.Say("verb." + string(v))
	if v == verbLost {
		text = r.Say("mail.link.close")
	}
	return button{Text: text, URL: r.page(leadID) + htmltemplate.URL("#"+v)}
}

// verbs lead to the forms that a mail offers.
func (r reader) verbs(l *lead.Lead, kind lead.MailKind) []button {
	if l.Stage.Closed() || kind == lead.MailDoNotContact {
		return nil
	}
	var all []button
	if l.Suppression == nil {
		all = append(all, r.verb(l.ID, verbContacted))
	} else if kind == lead.MailDecide {
		all = append(all, r.verb(l.ID, verbUnsuppress), r.verb(l.ID, verbLeave))
	}
	return append(all, r.verb(l.ID, verbSnooze), r.verb(l.ID, verbReassign), r.verb(l.ID, verbLost))
}

// touches finds the touch that a mail is about, and those before it. It is the newest one when its own came to another
// lead or is in the archive.
func touches(l *lead.Lead, submission string) (this lead.Touch, earlier []lead.Touch) {
	if len(l.Touches) == 0 {
		return this, nil
	}
	at := slices.IndexFunc(l.Touches, func(t lead.Touch) bool { return t.Submission == submission })
	if at < 0 {
		at = len(l.Touches) - 1
	}
	return l.Touches[at], l.Touches[:at]
}

// earlier says what the person did before, the newest first, and how much more there is.
func (r reader) earlier(all []lead.Touch) (said []string, more int) {
	more = max(0, len(all)-maxEarlier)
	for _, t := range slices.Backward(all[more:]) {
		what := r.Action(t.Action)
		if name := short(t.Offer.Name()); name != "" {
			what += ", " + name
		}
		said = append(said, r.Say("mail.earlier.one", "When", r.Vocabulary().Date(t.ReceivedAt.In(r.zone())), "What", what))
	}
	return said, more
}

// similar are leads that may be the same person, those that must not be contacted first, and how many more there are.
func (r reader) similar(all []lead.Suggestion) (shown []similar, more int) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b lead.Suggestion) int {
		switch {
		case a.Suppressed == b.Suppressed:
			return 0
		case a.Suppressed:
			return -1
		}
		return 1
	})
	more = max(0, len(all)-maxSimilar)
	for _, s := range all[:len(all)-more] {
		shown = append(shown, similar{button{Text: r.Say("mail.similar.one", "Lead", cmp.Or(short(s.Subject), r.Say("mail.similar.unnamed")), "Why", short(r.Words.Similar(s))), URL: r.page(s.Lead)}, s.Suppressed})
	}
	return shown, more
}

// details say how it came to the mail.
func (r reader) details(l *lead.Lead, planned lead.Mail, touch lead.Touch) []string {
	var all []string
	if r.to.ID != l.Owner.Person {
		all = append(all, r.acting(l, planned)+".")
	}
	if why := normalize.Line(r.Why(l.Owner, r.zone()), maxReason); why != "" {
		all = append(all, why+".")
	}
	all = append(all, r.Say("mail.arrived", "When", r.at(touch.ReceivedAt)))
	if f := l.FollowUp; f.Running() && !planned.Kind.Stops() {
		if clock, ok := f.Arithmetic(); ok {
			within := r.Vocabulary().Amount(time.Duration(f.Clock.Minutes) * time.Minute)
			all = append(all, r.Say("mail.clock", "Within", within, "Arithmetic", clock.Words(r.Vocabulary())))
		}
	}
	return all
}

// acting says why a mail goes to somebody who is not the owner.
func (r reader) acting(l *lead.Lead, planned lead.Mail) string {
	owner := r.called(l.Owner.Person)
	switch {
	case planned.Kind == lead.MailOnDuty:
		return r.Say("mail.acting.duty", "Owner", owner)
	case planned.Copy:
		return r.Say("mail.acting.manager", "Owner", owner)
	}
	if p, why := r.team.ActingWhy(l.Owner.Person, r.now); p.ID == r.to.ID && len(why) > 0 {
		return r.Phrases(why, r.zone())
	}
	return r.Say("mail.acting.other", "Owner", owner)
}

// notes are what the reader should know about how Leadflow understood the touch.
func (r reader) notes(t lead.Touch) []string {
	if _, known := r.team.Find(t.Offer); known || !r.team.HasCatalogue() {
		return nil
	}
	name := line(t.Offer.Name())
	if name == "" {
		return []string{r.Say("mail.note.no-offer")}
	}
	if id := line(t.Offer.ID); id != "" && id != name {
		name += " (" + id + ")"
	}
	return []string{r.Say("mail.note.unlisted", "Offer", name)}
}

// sentences puts two together, of which one may be empty. The first one may lack its full stop.
func sentences(first, second string) string {
	switch {
	case first == "":
		return second
	case strings.HasSuffix(first, "."):
		return first + " " + second
	}
	return first + ". " + second
}
