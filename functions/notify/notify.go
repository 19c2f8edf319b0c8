// Package notify sends the mails. Nothing else does.
//
// A mail is decided elsewhere; here it is claimed, rendered, sent and recorded, in its own document first
// and then on the lead. The claim keeps two handlers from sending one mail twice. A crash between sending
// and recording may repeat a mail, with the same Message-ID; none is ever lost.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
	"leadflow/shared/topology"
)

const (
	// claimLife is how long a claim holds: three times as long as a send may take.
	claimLife = 3 * time.Minute
	// sendTimeout bounds one send.
	sendTimeout = 60 * time.Second
)

// Store is what notify needs of the database.
type Store interface {
	Lead(ctx context.Context, id string) (*lead.Lead, store.Version, error)
	UpdateFrom(ctx context.Context, l *lead.Lead, v store.Version, change func(*lead.Lead) error) (*lead.Lead, error)
	Mail(ctx context.Context, id string) (*store.Mail, error)
	CreateMail(ctx context.Context, m *store.Mail) error
	ReplaceMail(ctx context.Context, m *store.Mail) error
}

// Teams gives the team that is applied now.
type Teams interface {
	Team(ctx context.Context) (team.Team, error)
}

// Queue is what notify needs of the queues.
type Queue interface {
	Delay(m azfunc.Message, after time.Duration) time.Duration
	Postpone(ctx context.Context, queueName string, m azfunc.Message, delay time.Duration, now time.Time) error
}

// Notify handles the queue mails.
type Notify struct {
	Store  Store
	Queue  Queue
	Sender mail.Sender
	Team   Teams
	Writer Writer
	// DryRun records each mail as sent without sending it.
	DryRun bool
	Now    func() time.Time
	Log    *slog.Logger

	limit rateLimit
}

// Run sends one mail: one that a lead asks for, or one to operations, which belongs to no lead.
func (n *Notify) Run(ctx context.Context, m azfunc.Message) azfunc.Outcome {
	leadID, mailID, _ := queue.Mail(m)
	if mailID == "" {
		return azfunc.Never("the message names no mail")
	}
	t, err := n.Team.Team(ctx)
	if err != nil {
		return azfunc.Later(0, err)
	}
	if leadID == "" {
		return n.ofNoLead(ctx, m, mailID, t)
	}
	l, version, err := n.Store.Lead(ctx, leadID)
	if errors.Is(err, store.ErrNotFound) {
		return azfunc.Never("there is no such lead")
	}
	if err != nil {
		return azfunc.Later(0, err)
	}
	planned := l.Mail(mailID)
	if planned == nil {
		return azfunc.Never("its lead asks for no such mail")
	}
	if !planned.RecordedAt.IsZero() {
		return azfunc.Done()
	}
	record, out := n.attempt(ctx, m, &store.Mail{ID: mailID, Kind: planned.Kind, Lead: leadID, To: planned.To}, func(record *store.Mail) (mail.Message, error) {
		if !planned.Copy { // the owner may have changed since, or may be absent by now
			record.To = t.Staff(n.Now(), nil).Acting(l.Owner.Person).Person
		}
		return n.aboutLead(l, *planned, record.To, t)
	})
	if record == nil {
		return out
	}
	// What is on the mail's record is put on the lead, also when an earlier try did not get that far.
	_, err = n.Store.UpdateFrom(ctx, l, version, func(l *lead.Lead) error {
		text, said := lead.Told(sentence(record, t))
		if !l.Record(mailID, text, lead.At(n.Now()), said...) {
			return store.ErrUnchanged
		}
		return nil
	})
	if err != nil {
		return azfunc.Later(0, err)
	}
	return azfunc.Done()
}

// ofNoLead sends a mail that carries what it says itself: a list of leads, a digest for operations, or a sample.
func (n *Notify) ofNoLead(ctx context.Context, m azfunc.Message, mailID string, t team.Team) azfunc.Outcome {
	record, out := n.attempt(ctx, m, &store.Mail{ID: mailID}, func(record *store.Mail) (mail.Message, error) {
		if record.List != nil {
			return n.list(ctx, record, t)
		}
		if record.Kind == lead.MailSample {
			return n.sample(record, t)
		}
		return n.digest(record, t)
	})
	if record == nil || record.List == nil {
		return out
	}
	if err := recordList(ctx, n.Store, record, t, n.Now()); err != nil {
		return azfunc.Later(0, err)
	}
	return out
}

// attempt claims a mail and sends it. It gives its record once the mail has ended, and what is to become of
// the message.
func (n *Notify) attempt(ctx context.Context, m azfunc.Message, wanted *store.Mail, write func(*store.Mail) (mail.Message, error)) (*store.Mail, azfunc.Outcome) {
	_, _, tries := queue.Mail(m)
	record, wait, err := n.claim(ctx, wanted, tries)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, azfunc.Never("there is no such mail")
	case err != nil:
		return nil, azfunc.Later(0, err)
	case wait > 0:
		return nil, azfunc.Later(wait, errors.New("somebody else is sending it"))
	case record.State == store.MailPlanned && m.DeliveryCount > 1:
		// The message came back, so its copy may not have been sent. If it was, the queue drops this one.
		return nil, azfunc.Later(record.NextTryAt.Sub(n.Now()), errors.New("its copy may not have been sent"))
	case record.State == store.MailPlanned: // another copy of the message is on its way to the same end
		return nil, azfunc.Done()
	case !record.Ended():
		if out, ok := n.send(ctx, m, tries, record, write); !ok {
			return nil, out
		}
	}
	return record, azfunc.Done()
}

// claim takes a mail for claimLife. It gives the claimed record, or one that has ended; or how long
// somebody else's claim still holds; or one that is planned, when a later copy of the message takes care. The
// record of a mail that a lead asks for is created here, that of any other has to be there.
func (n *Notify) claim(ctx context.Context, wanted *store.Mail, tries int) (*store.Mail, time.Duration, error) {
	now := n.Now()
	until := lead.At(now.Add(claimLife))
	if wanted.Lead != "" {
		wanted.State, wanted.ClaimedUntil, wanted.NextTryAt = store.MailClaimed, until, until
		err := n.Store.CreateMail(ctx, wanted)
		if err == nil {
			return wanted, 0, nil
		}
		if !errors.Is(err, store.ErrExists) {
			return nil, 0, err
		}
	}
	record, err := n.Store.Mail(ctx, wanted.ID)
	switch {
	case err != nil:
		return nil, 0, err
	case record.Lead != wanted.Lead: // only strange hands say so
		return nil, 0, store.ErrNotFound
	case record.Ended():
		return record, 0, nil
	case record.State == store.MailClaimed && now.Before(record.ClaimedUntil.Time):
		return nil, record.ClaimedUntil.Sub(now), nil
	case record.State == store.MailPlanned && tries < record.Tries && now.Before(record.NextTryAt.Time):
		return record, 0, nil
	}
	record.State, record.ClaimedUntil, record.NextTryAt = store.MailClaimed, until, until
	err = n.Store.ReplaceMail(ctx, record)
	if errors.Is(err, store.ErrChanged) { // somebody else was faster
		return nil, claimLife, nil
	}
	return record, 0, err
}

// send sends a claimed mail and records how that ended. ok says that it has ended; otherwise the outcome
// says what is to become of the message.
func (n *Notify) send(ctx context.Context, m azfunc.Message, tries int, record *store.Mail, write func(*store.Mail) (mail.Message, error)) (out azfunc.Outcome, ok bool) {
	err := n.deliver(ctx, record, write)
	refused, permanent := errors.AsType[*mail.PermanentError](err)
	switch {
	case err == nil:
		record.State, record.SentAt, record.DryRun, record.Why = store.MailSent, lead.At(n.Now()), n.DryRun, ""
		n.Log.InfoContext(ctx, "mail sent", "mail", record.ID, "lead", record.Lead, "dryRun", n.DryRun)
	case errors.Is(err, errOvertaken), errors.Is(err, errNothingDue):
		record.State, record.Why = store.MailDropped, err.Error()
		n.Log.InfoContext(ctx, "a mail was overtaken", "mail", record.ID, "lead", record.Lead, "why", record.Why)
	case permanent:
		record.State, record.Why, record.FailedAt = store.MailFailed, refused.Reason, lead.At(n.Now())
		n.Log.ErrorContext(ctx, "a mail was refused for good", "mail", record.ID, "lead", record.Lead, "error", err.Error())
	default:
		return n.again(ctx, m, tries, record, err), false
	}
	record.ClaimedUntil, record.NextTryAt = lead.Time{}, lead.Time{}
	if err := n.Store.ReplaceMail(ctx, record); err != nil && !errors.Is(err, store.ErrChanged) {
		return azfunc.Later(0, fmt.Errorf("record how mail %s ended: %w", record.ID, err)), false
	}
	return azfunc.Outcome{}, true
}

// errOvertaken says that a mail asks for contact with somebody who must not be contacted any more.
var errOvertaken = errors.New("the person must not be contacted any more")

// deliver renders and sends a mail.
func (n *Notify) deliver(ctx context.Context, record *store.Mail, write func(*store.Mail) (mail.Message, error)) error {
	message, err := write(record)
	if err != nil {
		return err
	}
	record.MessageID, record.Subject = message.ID, message.Subject
	if n.DryRun {
		return nil
	}
	if wait := n.limit.left(n.Now()); wait > 0 {
		return &mail.RateLimitError{After: wait, Err: errors.New("the mail service wants a pause")}
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return n.Sender.Send(ctx, message)
}

// again gives the mail free for a later try, and notes when that is.
func (n *Notify) again(ctx context.Context, m azfunc.Message, tries int, record *store.Mail, cause error) azfunc.Outcome {
	var after time.Duration
	if limited, ok := errors.AsType[*mail.RateLimitError](cause); ok {
		n.limit.pause(n.Now().Add(limited.After))
		if after = limited.After; after > 0 {
			after += patience(record.Kind)
		}
	}
	record.State, record.Why, record.ClaimedUntil = store.MailPlanned, cause.Error(), lead.Time{}
	record.Tries = tries + 1
	record.NextTryAt = lead.At(n.Now().Add(n.Queue.Delay(m, after)))
	if err := n.Store.ReplaceMail(ctx, record); err != nil {
		n.Log.WarnContext(ctx, "the next try of a mail was not noted", "mail", record.ID, "error", err.Error())
	}
	return azfunc.Later(after, cause)
}

// patience is how much longer than an alert a mail waits after a rate limit, so that what is urgent comes back first.
func patience(kind lead.MailKind) time.Duration {
	switch kind {
	case lead.MailEscalation:
		return 10 * time.Second
	case lead.MailReminder:
		return 20 * time.Second
	case lead.MailOperations:
		return 30 * time.Second
	}
	return 0
}

// aboutLead writes a mail that a lead asks for.
func (n *Notify) aboutLead(l *lead.Lead, planned lead.Mail, receiver string, t team.Team) (mail.Message, error) {
	optedOut := l.Suppression != nil && l.Suppression.Reason == lead.SuppressedOptedOut
	if l.Suppression != nil && planned.Kind.AsksToCall() || optedOut && planned.Kind == lead.MailDecide {
		return mail.Message{}, errOvertaken
	}
	to, err := person(t, receiver)
	if err != nil {
		return mail.Message{}, err
	}
	return n.Writer.Write(l, planned, to, t, n.Now())
}

// digest writes a mail to operations from what its record says.
func (n *Notify) digest(record *store.Mail, t team.Team) (mail.Message, error) {
	if record.Digest == nil {
		return mail.Message{}, &mail.PermanentError{Reason: "its record does not say what to write"}
	}
	to, err := person(t, record.To)
	if err != nil {
		return mail.Message{}, err
	}
	return n.Writer.Digest(*record.Digest, to)
}

func person(t team.Team, id string) (team.Person, error) {
	p, ok := t.Person(id)
	if !ok {
		return p, &mail.PermanentError{Reason: "nobody in the team has the id " + id}
	}
	return p, nil
}

// sentence says on the timeline what became of a mail.
func sentence(record *store.Mail, t team.Team) lead.Phrase {
	mail, to := "mail", t.Called(record.To)
	if record.Kind.IsList() {
		mail = string(record.Kind)
	}
	switch {
	case record.State == store.MailDropped:
		return lead.Say("sent.not", "mail", mail, "to", to, "because", record.Why)
	case record.State == store.MailFailed:
		return lead.Say("sent.failed", "mail", mail, "to", to, "because", record.Why)
	case record.DryRun:
		return lead.Say("sent.dry", "mail", mail, "to", to)
	}
	return lead.Say(mail+".sent", "to", to)
}

// Postpone sends the copy for later.
func (n *Notify) Postpone(ctx context.Context, m azfunc.Message, after time.Duration, _ string) error {
	return n.Queue.Postpone(ctx, topology.QueueMails, m, n.Queue.Delay(m, after), n.Now())
}

// Quarantine records a mail as failed, on its lead too where there is one.
func (n *Notify) Quarantine(ctx context.Context, m azfunc.Message, reason string) error {
	leadID, mailID, _ := queue.Mail(m)
	if err := Fail(ctx, n.Store, leadID, mailID, reason, n.Now()); err != nil {
		return err
	}
	n.Log.ErrorContext(ctx, "a mail was given up", "mail", mailID, "lead", leadID, "why", reason)
	return nil
}
