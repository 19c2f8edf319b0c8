package main

import (
	"fmt"
	"time"

	"leadflow/functions/notify"
	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/team"
)

// mails are one of each kind that the samples give rise to, for the people whom they are for. With minimal privacy, of
// which the team file decides, there are those again that say less then.
func mails(r reader) ([]item, error) {
	t, err := people()
	if err != nil {
		return nil, err
	}
	for i := range t.People { // so that everybody who gets one reads the language
		t.People[i].Languages = []string{r.language}
	}
	var all []item
	for _, privacy := range []string{"", "-minimal"} {
		t.MailPrivacy = privacy != ""
		made, err := mailsIn(t, r)
		if err != nil {
			return nil, err
		}
		for _, m := range made {
			m.Name += privacy
			if t.MailPrivacy {
				m.Title += ", without personal data"
			}
			all = append(all, m)
		}
	}
	return all, nil
}

// lastMail is the newest mail that a lead asks for, if that would be sent as the lead is now.
func lastMail(l *lead.Lead) (lead.Mail, bool) {
	n := len(l.Mails)
	if n == 0 || l.Stage.Closed() || l.Suppression != nil && l.Mails[n-1].Kind.AsksToCall() {
		return lead.Mail{}, false
	}
	return l.Mails[n-1], true
}

// mailsIn are the mails of a team.
func mailsIn(t team.Team, r reader) ([]item, error) {
	w := notify.NewWriter(mail.Address{Name: "Leadflow", Address: "leads@contoso.example.com"}, publicURL, secrets())
	var all []item
	add := func(name, title string, m mail.Message, err error) error {
		if err != nil {
			return fmt.Errorf("write the mail %s in %s: %w", name, r.language, err)
		}
		all = append(all, item{Group: groupMails, Language: r.language, Name: name, Title: title, HTML: []byte(m.HTML), Text: []byte("Subject: " + m.Subject + "\n\n" + m.Text)})
		return nil
	}
	rep, _ := t.Person(r.rep)
	manager, _ := t.Person(r.manager)
	operations, _ := t.Person(lead.Operations)
	var reminded, closing, escalated []*lead.Lead
	for _, s := range samples() {
		l, err := sampleLead(s, t, r)
		if err != nil {
			return nil, err
		}
		if planned, sent := lastMail(l); sent {
			to, _ := t.Person(planned.To)
			m, err := w.Write(l, planned, to, t, now)
			if err := add(s.name+"-"+string(planned.Kind), "Mail "+string(planned.Kind)+": "+s.name, m, err); err != nil {
				return nil, err
			}
		}
		if f := l.FollowUp; f != nil && !f.Snoozed(now) && l.Owner.Person == r.rep {
			reminded = append(reminded, l)
		}
		if f := l.FollowUp; f != nil && f.Kind == lead.FollowUpClose {
			closing = append(closing, l)
		}
		if l.FollowUp.Breached(now) {
			escalated = append(escalated, l)
		}
	}
	for _, list := range []struct {
		name, title string
		kind        lead.MailKind
		leads       []*lead.Lead
		to          team.Person
	}{
		{"list-reminder", "The list of what waits", lead.MailReminder, reminded, rep},
		{"list-closing", "The request to close", lead.MailReminder, closing, rep},
		{"list-escalation", "The list of what waited too long", lead.MailEscalation, escalated, manager},
	} {
		m, err := w.List(list.kind, list.name, list.leads, list.to, t, now)
		if err := add(list.name, list.title, m, err); err != nil {
			return nil, err
		}
	}
	m, err := w.Digest(lead.Digest{ID: "operations-1", TestLeads: []lead.TestLead{{Offer: "analytics", Name: "Contoso Analytics", SeenAt: ago(time.Minute)}}}, operations)
	return all, add("operations", "News for operations", m, err)
}
