package notify

import (
	"context"
	"errors"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// Fail records a mail as failed, in its own document and on its lead if it has one. A mail that has ended stays
// as it is. Without an id, as in a message from strange hands, there is nothing to record.
func Fail(ctx context.Context, s Store, leadID, mailID, reason string, now time.Time) error {
	if mailID == "" {
		return nil
	}
	record, err := fail(ctx, s, leadID, mailID, reason, now)
	switch {
	case err != nil:
		return err
	case record.Lead != leadID: // a message from strange hands
		return nil
	case record.List != nil:
		return recordList(ctx, s, record, team.Team{}, now)
	case leadID == "":
		return nil
	}
	became := lead.Say("sent.givenUp", "because", reason)
	if record.State != store.MailFailed { // and only its lead does not know yet
		became = sentence(record, team.Team{})
	}
	l, version, err := s.Lead(ctx, leadID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.UpdateFrom(ctx, l, version, func(l *lead.Lead) error {
		text, said := lead.Told(became)
		if !l.Record(mailID, text, lead.At(now), said...) {
			return store.ErrUnchanged
		}
		return nil
	})
	return err
}

// fail ends a mail's record and gives it.
func fail(ctx context.Context, s Store, leadID, mailID, reason string, now time.Time) (*store.Mail, error) {
	if leadID != "" {
		record := &store.Mail{ID: mailID, Lead: leadID, State: store.MailFailed, FailedAt: lead.At(now), Why: reason}
		if err := s.CreateMail(ctx, record); !errors.Is(err, store.ErrExists) {
			return record, err
		}
	}
	record, err := s.Mail(ctx, mailID)
	switch {
	case leadID == "" && errors.Is(err, store.ErrNotFound):
		return &store.Mail{ID: mailID, State: store.MailFailed}, nil // a message from strange hands
	case err != nil:
		return nil, err
	case record.Ended(), record.Lead != leadID: // the latter from strange hands too
		return record, nil
	case record.State == store.MailClaimed && now.Before(record.ClaimedUntil.Time):
		return nil, errors.New("somebody is sending the mail just now")
	}
	record.State, record.FailedAt, record.Why = store.MailFailed, lead.At(now), reason
	record.ClaimedUntil, record.NextTryAt = lead.Time{}, lead.Time{}
	return record, s.ReplaceMail(ctx, record)
}
