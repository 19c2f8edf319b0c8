package remind

import (
	"context"
	"errors"
	"fmt"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// tellOperations sends operations what they have not been told yet, as one mail. Each step can be repeated: the
// digest stays in the watch until its mail has a record, from which the sweep of the mails takes care of it.
func (r *Remind) tellOperations(ctx context.Context) error {
	now := lead.At(r.Now())
	w, err := r.Store.Watch(ctx)
	if err != nil || w.NextDigest(now) == nil {
		return err
	}
	var d *lead.Digest
	err = r.Store.UpdateWatch(ctx, func(w *lead.Watch) error {
		begun := w.Digest != nil
		if d = w.NextDigest(now); d == nil || begun {
			return store.ErrUnchanged
		}
		return nil
	})
	if err != nil || d == nil { // somebody was faster
		return err
	}
	m := &store.Mail{ID: d.ID, Kind: lead.MailOperations, To: lead.Operations, State: store.MailPlanned, Digest: d, NextTryAt: now}
	if err := r.Store.CreateMail(ctx, m); err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	if err := r.Queue.SendMail(ctx, "", d.ID, 0, ""); err != nil {
		return fmt.Errorf("tell operations: %w", err)
	}
	return r.Store.UpdateWatch(ctx, func(w *lead.Watch) error {
		if !w.Told(d.ID) {
			return store.ErrUnchanged
		}
		return nil
	})
}
