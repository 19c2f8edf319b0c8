package notify

import (
	"cmp"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"net/url"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
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

// row is one line of the table that says who the person is.
type row struct{ Label, Value string }

// content is what the templates show.
type content struct {
	Heading string
	Advice  string
	// By is what is due when, and Arithmetic how that comes about; empty while nobody waits.
	By         string
	Arithmetic string
	// Late says that this is later than Microsoft promises its customers.
	Late bool
	// Acting is why the mail goes to somebody else than the owner.
	Acting   string
	Rows     []row
	Wrote    string
	Why      string
	Notes    []string
	Similar  []similar
	Earlier  []string
	Page     string
	MailTo   string
	Subject  string
	Received string
}

// similar is a lead that may be the same person.
type similar struct {
	Why  string
	Page string
	// Stop says that it must not be contacted.
	Stop bool
}

// WroteQuoted is what they wrote with a mark before each line, so that no line of it passes for one of ours.
func (c content) WroteQuoted() string { return "> " + strings.ReplaceAll(c.Wrote, "\n", "\n> ") }

// Write renders one mail for a person of a team.
func (w Writer) Write(l *lead.Lead, planned lead.Mail, to team.Person, t team.Team, now time.Time) (mail.Message, error) {
	touch, earlier := touches(l, planned.Submission)
	c := content{
		Heading: headings[planned.Kind], Advice: advice(l, planned.Kind, touch), Subject: l.Subject,
		Rows: rows(l, touch), Wrote: touch.Description, Why: l.Owner.Why, Earlier: earlier, Notes: notes(touch, t),
		Received: touch.ReceivedAt.Format("Mon 2 Jan 2006, 15:04 UTC"),
		Page:     w.page(to, l.ID, now),
	}
	if f := l.FollowUp; f.Running() && !planned.Kind.Stops() {
		c.By, c.Late = "Answer by "+lead.English().Moment(f.DueAt.Time, to.Calendar.Zone), f.Late()
		if f.Kind == lead.FollowUpDecide {
			c.By = "Decide by " + lead.English().Moment(f.DueAt.Time, to.Calendar.Zone)
		}
		if clock, ok := f.Arithmetic(); ok {
			c.Arithmetic = clock.Words(lead.English())
		}
	}
	if to.ID != l.Owner.Person {
		c.Acting = acting(l, planned, to, t, now)
	}
	for _, s := range l.Suggestions {
		c.Similar = append(c.Similar, similar{Why: s.Why, Page: w.page(to, s.Lead, now), Stop: s.Suppressed})
	}
	if l.Suppression == nil && normalize.Email(l.Contact.Email) != "" {
		c.MailTo = "mailto:" + url.PathEscape(l.Contact.Email)
	}
	m, err := w.render("alert", c)
	if err != nil {
		return m, fmt.Errorf("render mail %s: %w", planned.ID, err)
	}
	domain := w.domain()
	m.ID, m.To, m.Subject = planned.ID+"@"+domain, mail.Address{Name: to.Name, Address: to.Mail}, l.Subject
	m.References, m.ThreadTopic, m.ThreadID = []string{"lead-" + l.ID + "@" + domain}, l.Subject, l.ID
	m.ListID = "Leadflow leads <leads.leadflow." + domain + ">"
	return m, nil
}

// acting says why a mail goes to somebody who is not the owner.
func acting(l *lead.Lead, planned lead.Mail, to team.Person, t team.Team, now time.Time) string {
	owner := t.Called(l.Owner.Person)
	switch {
	case planned.Kind == lead.MailOnDuty:
		return "You get this because you are on duty. The owner is " + owner
	case planned.Copy:
		return "You get this as the manager. The owner is " + owner
	}
	if p, why := t.Acting(l.Owner.Person, now); p.ID == to.ID && why != "" {
		return why
	}
	return "The owner is " + owner
}

// Digest renders a mail to operations.
func (w Writer) Digest(d lead.Digest, to team.Person) (mail.Message, error) {
	m, err := w.render("digest", struct {
		Subject string
		lead.Digest
	}{digestSubject, d})
	if err != nil {
		return m, fmt.Errorf("render mail %s: %w", d.ID, err)
	}
	domain := w.domain()
	m.ID, m.To, m.Subject = d.ID+"@"+domain, mail.Address{Name: to.Name, Address: to.Mail}, digestSubject
	m.References, m.ThreadTopic, m.ThreadID = []string{"operations@" + domain}, digestSubject, "operations"
	m.ListID = "Leadflow operations <operations.leadflow." + domain + ">"
	return m, nil
}

const digestSubject = "Leadflow: news for operations"

// render makes both parts of a mail from the templates of a name.
func (w Writer) render(name string, content any) (mail.Message, error) {
	var html, text strings.Builder
	if err := w.html.ExecuteTemplate(&html, name+".html", content); err != nil {
		return mail.Message{}, err
	}
	if err := w.text.ExecuteTemplate(&text, name+".txt", content); err != nil {
		return mail.Message{}, err
	}
	return mail.Message{From: w.From, Text: text.String(), HTML: html.String()}, nil
}

// page is the link of a person to the page of a lead.
func (w Writer) page(to team.Person, leadID string, now time.Time) string {
	return link.Page(w.PublicURL, w.LinkSecrets, link.Token{Kind: link.KindLead, Person: to.ID, Lead: leadID, Expires: now.Add(link.Life)})
}

func (w Writer) domain() string {
	_, domain, _ := strings.Cut(w.From.Address, "@")
	return domain
}

// notes are what the reader should know about how Leadflow understood the touch.
func notes(t lead.Touch, of team.Team) []string {
	var all []string
	if _, known := of.Find(t.Offer); of.HasCatalogue() && !known {
		name := t.Offer.Name()
		switch {
		case name == "":
			all = append(all, "The submission names no offer.")
		case t.Offer.ID != "" && t.Offer.ID != name:
			all = append(all, "The offer "+name+" ("+t.Offer.ID+") is not in the catalogue of your team file.")
		default:
			all = append(all, "The offer "+name+" is not in the catalogue of your team file.")
		}
	}
	return all
}

var headings = map[lead.MailKind]string{
	lead.MailAlert:        "A new lead",
	lead.MailAgain:        "Asked again",
	lead.MailTouch:        "A further touch of a lead you know",
	lead.MailDoNotContact: "Do not contact this lead any more",
	lead.MailDecide:       "Asked to be contacted after a do-not-contact",
	lead.MailOnDuty:       "A lead that would be answered late",
	lead.MailSimilar:      "Perhaps do not contact this lead",
}

// advice says what to do now, in the words that fit what happened.
func advice(l *lead.Lead, kind lead.MailKind, t lead.Touch) string {
	switch {
	case kind == lead.MailDoNotContact:
		return "Microsoft says that this customer need not be contacted. Please stop any follow-up."
	case kind == lead.MailDecide:
		return "This customer pressed Contact me, but an earlier note from Microsoft said not to contact them. Decide with your manager whether to get in touch."
	case kind == lead.MailSimilar:
		return "Microsoft says that a customer who may be the same person need not be contacted. Compare the two, and decide with your manager whether to go on."
	case l.Contact.Anonymous():
		return "Microsoft withheld who this is. Look the lead up in Partner Center, under Referrals, Leads."
	case t.Action == lead.ActionContactMe:
		return "They asked to be contacted. Please answer as soon as you can, within 24 hours at the latest."
	case t.Action == lead.ActionTestDrive:
		return "They are trying the product right now. Get in touch while it is warm."
	case t.Action == lead.ActionAcquired, t.Action == lead.ActionCreated:
		return "They acquired the offer. Welcome them and offer help with the first steps."
	}
	return "Please get in touch and find out what they need. Leadflow does not know this kind of lead; the raw values are on its page."
}

func rows(l *lead.Lead, t lead.Touch) []row {
	all := []row{
		{"Name", normalize.FullName(l.Contact.FirstName, l.Contact.LastName)}, {"Company", l.Contact.Company}, {"Job title", l.Contact.JobTitle},
		{"Country", country(l.Contact)}, {"What they did", t.Action.Words()}, {"Offer", t.Offer.Name()}, {"Source", t.Source},
	}
	if l.Suppression == nil {
		all = append(all, row{"Email", l.Contact.Email}, row{"Phone", l.Contact.Phone})
	}
	var known []row
	for _, r := range all {
		if r.Value != "" {
			known = append(known, r)
		}
	}
	return known
}

// country is the country's name where it is known, else what the person wrote.
func country(c lead.Contact) string {
	return cmp.Or(normalize.CountryName(c.Country), c.CountrySent)
}

// touches finds the touch that a mail is about, and says the others before it in words. It is the newest one
// when its own came to another lead or is in the archive.
func touches(l *lead.Lead, submission string) (this lead.Touch, earlier []string) {
	if len(l.Touches) == 0 {
		return this, nil
	}
	at := slices.IndexFunc(l.Touches, func(t lead.Touch) bool { return t.Submission == submission })
	if at < 0 {
		at = len(l.Touches) - 1
	}
	for _, t := range l.Touches[:at] {
		text := t.ReceivedAt.Format("2 Jan 2006") + ": " + t.Action.Words()
		if name := t.Offer.Name(); name != "" {
			text += ", " + name
		}
		earlier = append(earlier, text)
	}
	return l.Touches[at], earlier
}
