package notify

import (
	"fmt"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// Sample renders what shows a person how an alert arrives. It says that it is a sample, and has nothing that leads to a
// customer: no form, no draft and no lead of which there would be a page.
func (w Writer) Sample(id string, to team.Person, now time.Time) (mail.Message, error) {
	r := w.reader(to, team.Team{}, now)
	c := alert{
		frame:   frame{Words: r.Words, Subject: r.Say("mail.sample.subject"), Preheader: r.Say("mail.sample.advice")},
		Heading: r.Say("mail.sample.heading"), Advice: r.Say("mail.sample.advice"),
		Rows: r.rows([]row{{"mail.label.name", "Sample Person"}, {"mail.label.company", "Sample Company"},
			{"mail.label.action", r.Action(lead.ActionContactMe)}, {"mail.label.offer", "Sample Offer"}}),
		Wrote: []string{r.Say("mail.sample.wrote")},
		Page:  *r.mine(),
	}
	m, err := w.render("alert", c)
	if err != nil {
		return m, fmt.Errorf("render mail %s: %w", id, err)
	}
	return r.send(m, id, c.Subject, "sample", "leads"), nil
}

// sample writes the sample of an alert for the person whom its record names.
func (n *Notify) sample(record *store.Mail, t team.Team) (mail.Message, error) {
	to, err := person(t, record.To)
	if err != nil {
		return mail.Message{}, err
	}
	return n.Writer.Sample(record.ID, to, n.Now())
}
