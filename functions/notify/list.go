package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/normalize"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// errNothingDue says that all that a list was to name has been done in the meantime.
var errNothingDue = errors.New("there is nothing to be done about any of its leads any more")

// list writes a mail that names several leads: those that carry its id and still wait.
func (n *Notify) list(ctx context.Context, record *store.Mail, t team.Team) (mail.Message, error) {
	to, err := person(t, record.To)
	if err != nil {
		return mail.Message{}, err
	}
	now := n.Now()
	staff := t.Staff(now, nil)
	var due []*lead.Lead
	record.List.Named = nil
	for _, id := range record.List.Leads {
		l, _, err := n.Store.Lead(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // it was erased
		}
		if err != nil {
			return mail.Message{}, err
		}
		if l.Named(record.Kind, record.ID, record.To, now, staff) {
			due = append(due, l)
			record.List.Named = append(record.List.Named, id)
		}
	}
	if len(due) == 0 {
		return mail.Message{}, errNothingDue
	}
	slices.SortStableFunc(due, func(a, b *lead.Lead) int { return a.FollowUp.DueAt.Compare(b.FollowUp.DueAt.Time) })
	return n.Writer.List(record.Kind, record.ID, due, to, t, now)
}

// recordList puts on each lead of a list what became of it.
func recordList(ctx context.Context, s Store, record *store.Mail, t team.Team, now time.Time) error {
	for _, id := range record.List.Leads {
		l, version, err := s.Lead(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = s.UpdateFrom(ctx, l, version, func(l *lead.Lead) error {
			became := listSentence(record, id, t)
			if record.State != store.MailFailed && !record.List.Names(id) && l.TellInstead(record.ID, now) {
				became = lead.Say("sent.instead", "mail", string(record.Kind), "to", t.Called(record.To))
			}
			text, said := lead.Told(became)
			if !l.Record(record.ID, text, lead.At(now), said...) {
				return store.ErrUnchanged
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// listSentence says on the timeline of a lead what became of a list.
func listSentence(record *store.Mail, id string, t team.Team) lead.Phrase {
	if record.State == store.MailSent && !record.List.Names(id) {
		return lead.Say("sent.without", "mail", string(record.Kind), "to", t.Called(record.To))
	}
	return sentence(record, t)
}

// listItem is one lead of a list.
type listItem struct {
	// Subject is that of the mails about the lead, and Who the person.
	Subject string
	Who     string
	// What has to be done, and When: " by ..." or ", due since ...".
	What string
	When string
	// Late says that the time has passed.
	Late bool
	// Owner is whose lead it is, where the reader is somebody else.
	Owner string
	Page  string
}

const (
	reminderSubject   = "Leadflow: leads that wait for you"
	escalationSubject = "Leadflow: leads that have waited too long"
)

// List renders a mail that names several leads, for a person of a team.
func (w Writer) List(kind lead.MailKind, id string, due []*lead.Lead, to team.Person, t team.Team, now time.Time) (mail.Message, error) {
	c := struct {
		Subject, Heading, Advice string
		Items                    []listItem
	}{Subject: reminderSubject}
	late := 0
	for _, l := range due {
		item := w.listItem(l, to, t, now)
		if item.Late {
			late++
		}
		c.Items = append(c.Items, item)
	}
	leads := strconv.Itoa(len(due)) + " leads wait"
	if len(due) == 1 {
		leads = "1 lead waits"
	}
	c.Heading, c.Advice = leads+" for you", "The most urgent comes first. Get in touch, and record it on the lead's page."
	if late > 0 {
		c.Heading += ", " + strconv.Itoa(late) + " too long already"
	}
	if kind == lead.MailEscalation {
		c.Subject = escalationSubject
		c.Heading, c.Advice = leads+" too long", "Nobody has answered these customers in time. See that somebody does."
	}
	m, err := w.render("list", c)
	if err != nil {
		return m, fmt.Errorf("render mail %s: %w", id, err)
	}
	domain := w.domain()
	m.ID, m.To, m.Subject = id+"@"+domain, mail.Address{Name: to.Name, Address: to.Mail}, c.Subject
	m.References, m.ThreadTopic, m.ThreadID = []string{string(kind) + "-" + to.ID + "@" + domain}, c.Subject, string(kind)+"-"+to.ID
	m.ListID = "Leadflow leads <leads.leadflow." + domain + ">"
	return m, nil
}

func (w Writer) listItem(l *lead.Lead, to team.Person, t team.Team, now time.Time) listItem {
	f := l.FollowUp
	item := listItem{Subject: l.Subject, Who: normalize.FullName(l.Contact.FirstName, l.Contact.LastName), What: what(f),
		When: " by " + lead.English().Moment(f.DueAt.Time, to.Calendar.Zone), Page: w.page(to, l.ID, now)}
	if !f.DueAt.After(now) {
		item.When = ", due since " + lead.English().Moment(f.DueAt.Time, to.Calendar.Zone)
		item.Late = f.Running()
	}
	if f.Snoozed(now) {
		item.When += ", put off until " + lead.English().Moment(f.SnoozedUntil.Time, to.Calendar.Zone)
	}
	if l.Owner.Person != to.ID {
		item.Owner = t.Called(l.Owner.Person)
	}
	return item
}

// what says what has to be done.
func what(f *lead.FollowUp) string {
	switch f.Kind {
	case lead.FollowUpRespond:
		return "Answer"
	case lead.FollowUpDecide:
		return "Decide whether to contact them"
	case lead.FollowUpStep:
		return "Follow up, step " + strconv.Itoa(f.Step)
	case lead.FollowUpClose:
		return "Close it: they have not answered to any follow-up"
	case lead.FollowUpLook:
		return "It is yours now: look at it"
	}
	return "You wanted to be reminded"
}
