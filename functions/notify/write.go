package notify

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"net/url"
	"strings"
	texttemplate "text/template"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/mail"
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
		html: htmltemplate.Must(htmltemplate.ParseFS(templates, "templates/alert.html")),
		text: texttemplate.Must(texttemplate.ParseFS(templates, "templates/alert.txt")),
	}
}

// row is one line of the table that says who the person is.
type row struct{ Label, Value string }

// content is what the templates show.
type content struct {
	Heading  string
	Advice   string
	Rows     []row
	Wrote    string
	Why      string
	Earlier  []string
	Page     string
	MailTo   string
	Subject  string
	Received string
}

// WroteQuoted is what they wrote with a mark before each line, so that no line of it passes for one of ours.
func (c content) WroteQuoted() string { return "> " + strings.ReplaceAll(c.Wrote, "\n", "\n> ") }

// Write renders one mail for a person.
func (w Writer) Write(l *lead.Lead, planned lead.Mail, to team.Person, now time.Time) (mail.Message, error) {
	touch, earlier := touches(l, planned.Submission)
	c := content{
		Heading: headings[planned.Kind], Advice: advice(l, planned.Kind, touch), Subject: l.Subject,
		Rows: rows(l, touch), Wrote: touch.Description, Why: l.Owner.Why, Earlier: earlier,
		Received: touch.ReceivedAt.Format("Mon 2 Jan 2006, 15:04 UTC"),
		Page:     link.Page(w.PublicURL, w.LinkSecrets, link.Token{Kind: link.KindLead, Person: to.ID, Lead: l.ID, Expires: now.Add(link.Life)}),
	}
	if l.Suppression == nil && l.Contact.Email != "" && lead.MatchKey(l.Contact) != "" {
		c.MailTo = "mailto:" + url.PathEscape(l.Contact.Email)
	}
	var html, text strings.Builder
	if err := w.html.Execute(&html, c); err != nil {
		return mail.Message{}, fmt.Errorf("render mail %s: %w", planned.ID, err)
	}
	if err := w.text.Execute(&text, c); err != nil {
		return mail.Message{}, fmt.Errorf("render mail %s: %w", planned.ID, err)
	}
	_, domain, _ := strings.Cut(w.From.Address, "@")
	return mail.Message{
		ID: planned.ID + "@" + domain, From: w.From, To: mail.Address{Name: to.Name, Address: to.Mail},
		Subject: l.Subject, Text: text.String(), HTML: html.String(),
		References: []string{"lead-" + l.ID + "@" + domain}, ThreadTopic: l.Subject, ThreadID: l.ID,
		ListID: "Leadflow leads <leads.leadflow." + domain + ">",
	}, nil
}

var headings = map[lead.MailKind]string{
	lead.MailAlert:        "A new lead",
	lead.MailAgain:        "Asked again",
	lead.MailTouch:        "A further touch of a lead you know",
	lead.MailDoNotContact: "Do not contact this lead any more",
	lead.MailDecide:       "Asked to be contacted after a do-not-contact",
}

// advice says what to do now, in the words that fit what happened.
func advice(l *lead.Lead, kind lead.MailKind, t lead.Touch) string {
	switch {
	case kind == lead.MailDoNotContact:
		return "Microsoft says that this customer need not be contacted. Please stop any follow-up."
	case kind == lead.MailDecide:
		return "This customer pressed Contact me, but an earlier note from Microsoft said not to contact them. Decide with your manager whether to get in touch."
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
		{"Name", l.Contact.Name()}, {"Company", l.Contact.Company}, {"Job title", l.Contact.JobTitle},
		{"Country", l.Contact.Country}, {"What they did", t.Action.Words()}, {"Offer", t.Offer.Name()}, {"Source", t.Source},
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

// touches finds the touch that a mail is about, and says the others before it in words.
func touches(l *lead.Lead, submission string) (this lead.Touch, earlier []string) {
	for _, t := range l.Touches {
		if t.Submission == submission {
			return t, earlier
		}
		text := t.ReceivedAt.Format("2 Jan 2006") + ": " + t.Action.Words()
		if name := t.Offer.Name(); name != "" {
			text += ", " + name
		}
		earlier = append(earlier, text)
	}
	return this, earlier
}
