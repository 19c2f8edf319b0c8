package remind

import (
	"context"
	"fmt"

	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

// sweepMails sends word again of the mails that have a record and were neither sent nor given up
// MailResendAfter their next try.
func (r *Remind) sweepMails(ctx context.Context) error {
	ids, err := r.Store.DueMails(ctx, r.Now().Add(-r.MailResendAfter))
	if err == nil {
		err = each(ctx, ids, r.sweepMail)
	}
	if err != nil {
		return fmt.Errorf("sweep the mails: %w", err)
	}
	return nil
}

func (r *Remind) sweepMail(ctx context.Context, id string) error {
	m, err := r.Store.Mail(ctx, id)
	if err != nil {
		return err
	}
	now := r.Now()
	if m.Ended() || m.NextTryAt.After(now.Add(-r.MailResendAfter)) { // somebody was faster
		return nil
	}
	m.NextTryAt = lead.At(now)
	if err := r.Store.ReplaceMail(ctx, m); err != nil {
		return err
	}
	r.Log.WarnContext(ctx, "an unsent mail was sent on its way again", "mail", id, "lead", m.Lead)
	return r.Queue.SendMail(ctx, m.Lead, m.ID, m.Tries, queue.SweepID(now))
}

// sweepLeads sends word again of the mails that a lead asks for and that were not recorded on it
// MailResendAfter they were planned.
func (r *Remind) sweepLeads(ctx context.Context) error {
	ids, err := r.Store.LeadsWithMailDue(ctx, r.Now().Add(-r.MailResendAfter))
	if err == nil {
		err = each(ctx, ids, r.sweepLead)
	}
	if err != nil {
		return fmt.Errorf("sweep the leads: %w", err)
	}
	return nil
}

func (r *Remind) sweepLead(ctx context.Context, id string) error {
	now := r.Now()
	cutoff := now.Add(-r.MailResendAfter)
	due := false
	l, err := r.Store.Update(ctx, id, func(l *lead.Lead) error {
		due = !l.MailDueAt.IsZero() && !l.MailDueAt.After(cutoff)
		if !due {
			return store.ErrUnchanged
		}
		l.MailDueAt = lead.At(now)
		return nil
	})
	if err != nil || !due {
		return err
	}
	for _, m := range l.OpenMails() {
		r.Log.WarnContext(ctx, "a planned mail was sent on its way again", "mail", m.ID, "lead", id)
		if err := r.Queue.SendMail(ctx, id, m.ID, 0, queue.SweepID(now)); err != nil {
			return err
		}
	}
	return nil
}
