package notify

import (
	"context"
	"errors"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// Fail records a mail as failed, in its own document and on its lead. A mail that has ended stays as it is.
// Without the ids, as in a message from strange hands, there is nothing to record.
func Fail(ctx context.Context, s Store, leadID, mailID, reason string, now time.Time) error {
	if leadID == "" || mailID == "" {
		return nil
	}
	text := "A mail was given up: " + reason + "."
	record := &store.Mail{ID: mailID, Lead: leadID, State: store.MailFailed, Why: reason}
	err := s.CreateMail(ctx, record)
	if errors.Is(err, store.ErrExists) {
		record, err = s.Mail(ctx, mailID)
		switch {
		case err != nil:
		case record.State == store.MailSent, record.State == store.MailDropped: // and only its lead does not know yet
			text = sentence(record, record.To)
		case record.State != store.MailFailed:
			record.State, record.Why = store.MailFailed, reason
			record.ClaimedUntil, record.NextTryAt = lead.Time{}, lead.Time{}
			err = s.ReplaceMail(ctx, record)
		}
	}
	if err != nil {
		return err
	}
	l, version, err := s.Lead(ctx, leadID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.UpdateLeadFrom(ctx, l, version, func(l *lead.Lead) (bool, error) {
		return l.Record(mailID, text, lead.At(now)), nil
	})
	return err
}
