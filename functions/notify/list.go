package notify

import (
	"context"
	"errors"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// errNothingDue says that all that a list was to name has been done in the meantime.
var errNothingDue = errors.New("there is nothing to be done about any of its leads any more")

// list writes a mail that names several leads: those that carry its id and still wait. It may show fewer of them than it
// names, because it links to all: told again of the others at once, their owner would get one list after another.
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
