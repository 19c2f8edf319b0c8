package notify

import (
	"cmp"
	htmltemplate "html/template"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/mail"
	"leadflow/shared/team"
	"leadflow/shared/words"
)

// reader is the person whom a mail is for, and what it is made with.
type reader struct {
	words.Words
	w    Writer
	to   team.Person
	team team.Team
	now  time.Time
}

func (w Writer) reader(to team.Person, t team.Team, now time.Time) reader {
	return reader{Words: words.In(to.Languages), w: w, to: to, team: t, now: now}
}

// button is a link with what it says. Its URL is one of ours, or made of nothing but digits or escaped text.
type button struct {
	Text string
	URL  htmltemplate.URL
	// Quiet buttons stand beside one that is the usual way.
	Quiet bool
}

// frame is what every mail has around its content.
type frame struct {
	words.Words
	Subject string
	// Preheader is what programs show beside the subject in the list of mails.
	Preheader string
	// All leads to all leads of the reader, or of the reader's people; nil in a mail that is not about leads.
	All *button
}

// mine is the link to all leads of the reader.
func (r reader) mine() *button {
	return &button{Text: r.Say("mail.link.mine"), URL: r.link(link.KindMine, "")}
}

// ofTeam is the link to all leads that the reader looks after as a manager.
func (r reader) ofTeam() *button {
	return &button{Text: r.Say("mail.link.team"), URL: r.link(link.KindTeam, "")}
}

// page is the link to the page of a lead.
func (r reader) page(leadID string) htmltemplate.URL { return r.link(link.KindLead, leadID) }

func (r reader) link(kind link.Kind, leadID string) htmltemplate.URL {
	token := link.Token{Kind: kind, Person: r.to.ID, Lead: leadID, Expires: r.now.Add(link.Life)}
	return htmltemplate.URL(link.Page(r.w.PublicURL, r.w.LinkSecrets, token))
}

// at is an instant for the reader, in the reader's zone and in UTC.
func (r reader) at(t lead.Time) string { return r.Moment(t.Time, r.zone()) }

func (r reader) zone() *time.Location { return cmp.Or(r.to.Calendar.Zone, time.UTC) }

// called is how a person of the team is called to the reader.
func (r reader) called(id string) string {
	if id == lead.Operations {
		return r.Say("mail.operations")
	}
	return r.Say("mail.person", "Name", r.team.Called(id))
}

// send addresses a mail to the reader. Mails of one thread have equal topics.
func (r reader) send(m mail.Message, id, subject, thread, list string) mail.Message {
	domain := r.w.domain()
	m.ID, m.From, m.To, m.Subject = id+"@"+domain, r.w.From, mail.Address{Name: r.to.Name, Address: r.to.Mail}, subject
	m.References, m.ThreadTopic, m.ThreadID = []string{thread + "@" + domain}, subject, thread
	m.ListID = "Leadflow " + list + " <" + list + ".leadflow." + domain + ">"
	return m
}
