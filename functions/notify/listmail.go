package notify

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/normalize"
	"leadflow/shared/team"
)

const (
	// maxSize bounds in bytes each part of a list, so that every program shows it whole, and maxLeads the leads that it
	// shows. A list names the others by the link to all of them.
	maxSize  = 55_000
	maxLeads = 50
)

// list is what a mail that names several leads shows.
type list struct {
	frame
	Heading, Advice string
	Parts           []part
}

// part are the leads of a list of which the same has to be done.
type part struct {
	// Heading is empty where that of the list says enough.
	Heading string
	Items   []item
	// More says that there are more of them than are shown; empty if there are not.
	More string
}

// item is one lead of a list.
type item struct {
	// What has to be done, and by when.
	What string
	// Lead leads to the page of the lead; its text is the subject of the mails about it.
	Lead button
	Who  string
	// Phone is the person's, and Call the link that calls it; nil where there is none.
	Phone string
	Call  *button
	// Owner is whose lead it is, where the reader is somebody else.
	Owner string
	// Next leads to the form of what has to be done; nil where that is for the page to say.
	Next *button
}

// List renders a mail that names several leads, for a person of a team.
func (w Writer) List(kind lead.MailKind, id string, due []*lead.Lead, to team.Person, t team.Team, now time.Time) (mail.Message, error) {
	r := w.reader(to, t, now)
	due = slices.SortedStableFunc(slices.Values(due), byUrgency)
	for room := maxLeads; ; room -= 5 {
		c := r.list(kind, id, due, room)
		m, err := w.render("list", c)
		if err != nil {
			return m, fmt.Errorf("render mail %s: %w", id, err)
		}
		if max(len(m.HTML), len(m.Text)) <= maxSize || room <= 5 {
			return r.send(m, id, c.Subject, lead.SeriesID(kind, to.ID), "leads"), nil
		}
	}
}

// list is one with room for so many leads.
func (r reader) list(kind lead.MailKind, id string, due []*lead.Lead, room int) list {
	c := r.reminder(id, due, room)
	if kind == lead.MailEscalation {
		c = r.escalation(id, due, room)
	}
	if first := c.first(); first != nil {
		c.Preheader = r.Say("mail.list.first", "What", first.What, "Subject", first.Lead.Text)
	}
	return c
}

// byUrgency has those first who wait for an answer, then what is due first.
func byUrgency(a, b *lead.Lead) int {
	switch waits := a.FollowUp.Running(); {
	case waits == b.FollowUp.Running():
		return a.FollowUp.DueAt.Compare(b.FollowUp.DueAt.Time)
	case waits:
		return -1
	}
	return 1
}

// first is the lead that the list shows first.
func (c list) first() *item {
	for _, p := range c.Parts {
		if len(p.Items) > 0 {
			return &p.Items[0]
		}
	}
	return nil
}

// escalation lists the leads that waited too long for their owners.
func (r reader) escalation(id string, due []*lead.Lead, room int) list {
	return list{frame: frame{Words: r.Words, Subject: r.Say("mail.escalation.subject"), All: r.ofTeam()},
		Heading: r.Count("mail.escalation.waiting", len(due)), Advice: r.Say("mail.escalation.advice"),
		Parts: []part{r.part(lead.MailEscalation, id, "", due, room, r.ofTeam())}}
}

// reminder lists the leads that wait for the reader, and behind them those that nothing is left to be done about but to
// close them.
func (r reader) reminder(id string, due []*lead.Lead, room int) list {
	c := list{frame: frame{Words: r.Words, Subject: r.Say("mail.reminder.subject"), All: r.mine()}}
	var waiting, closing []*lead.Lead
	late := 0
	for _, l := range due {
		if l.FollowUp.Kind == lead.FollowUpClose {
			closing = append(closing, l)
			continue
		}
		waiting = append(waiting, l)
		if l.FollowUp.Breached(r.now) {
			late++
		}
	}
	c.Heading, c.Advice = r.Count("mail.closing.count", len(closing)), r.Say("mail.closing.only")
	heading := ""
	if len(waiting) > 0 {
		c.Heading, c.Advice = r.Count("mail.reminder.waiting", len(waiting)), r.Say("mail.reminder.advice")
		if late > 0 {
			c.Heading = r.Say("mail.reminder.late", "Waiting", c.Heading, "Late", late)
		}
		heading = r.Say("mail.closing")
		c.Parts = append(c.Parts, r.part(lead.MailReminder, id, "", waiting, room, r.mine()))
	}
	if len(closing) > 0 {
		c.Parts = append(c.Parts, r.part(lead.MailReminder, id, heading, closing, room/5, r.mine()))
	}
	return c
}

// part shows as many leads as there is room for: those that no list has named to the reader before come first, because
// the reader does not know of them, then the most urgent.
func (r reader) part(kind lead.MailKind, id, heading string, due []*lead.Lead, room int, all *button) part {
	p := part{Heading: heading}
	if more := len(due) - room; more > 0 {
		p.More = r.Say("mail.list.more", "N", more, "Link", all.Text)
		due = slices.Clone(due)
		slices.SortStableFunc(due, func(a, b *lead.Lead) int { return cmp.Compare(r.named(a, kind, id), r.named(b, kind, id)) })
		due = due[:room]
		slices.SortStableFunc(due, byUrgency)
	}
	for _, l := range due {
		p.Items = append(p.Items, r.item(kind, l))
	}
	return p
}

// named is 1 for a lead that an earlier list of the kind has named to the reader, else 0.
func (r reader) named(l *lead.Lead, kind lead.MailKind, id string) int {
	if slices.ContainsFunc(l.Mails, func(m lead.Mail) bool { return m.Kind == kind && m.To == r.to.ID && m.ID != id }) {
		return 1
	}
	return 0
}

func (r reader) item(kind lead.MailKind, l *lead.Lead) item {
	i := item{What: r.what(l.FollowUp), Lead: button{Text: short(l.Subject), URL: r.page(l.ID)}, Next: r.next(kind, l)}
	if f := l.FollowUp; f.Snoozed(r.now) {
		i.What = r.Say("mail.item.snoozed", "What", i.What, "When", r.at(f.SnoozedUntil))
	}
	if !r.team.MailPrivacy {
		if name := short(normalize.FullName(l.Contact.FirstName, l.Contact.LastName)); name != "" {
			i.Who = r.Say("mail.person", "Name", name)
		}
		if l.Owner.Person != r.to.ID {
			i.Owner = short(r.called(l.Owner.Person))
		}
		if l.Suppression == nil {
			i.Phone, i.Call = short(normalize.ReadablePhone(l.Contact.Phone)), r.call(l.Contact.Phone)
		}
	}
	return i
}

// next leads to the form of what has to be done about a lead, nil where people have to think first.
func (r reader) next(kind lead.MailKind, l *lead.Lead) *button {
	verb := verbContacted
	switch {
	case kind == lead.MailEscalation:
		verb = verbReassign
	case l.FollowUp.Kind == lead.FollowUpClose:
		verb = verbLost
	case l.Suppression != nil:
		return nil
	}
	next := r.verb(l.ID, verb)
	return &next
}

// what says what has to be done, and by when or since when.
func (r reader) what(f *lead.FollowUp) string {
	var what string
	switch f.Kind {
	case lead.FollowUpRespond:
		what = r.Say("mail.item.respond")
	case lead.FollowUpDecide:
		what = r.Say("mail.item.decide")
	case lead.FollowUpStep:
		what = r.Say("mail.item.step", "Step", f.Step)
	case lead.FollowUpClose:
		return r.Say("mail.item.close", "When", r.Vocabulary().Day(f.Since.In(r.zone())))
	case lead.FollowUpLook:
		return r.Say("mail.item.look")
	default:
		return r.Say("mail.item.wake", "When", r.at(f.DueAt))
	}
	if f.DueAt.After(r.now) {
		return r.Say("mail.item.by", "What", what, "When", r.at(f.DueAt))
	}
	return r.Say("mail.item.since", "What", what, "When", r.at(f.DueAt))
}
