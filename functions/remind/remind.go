// Package remind is the timer: it finds what was left undone and has it done.
//
// Its parts are separate, and the failure of one stops no other. The next run finds everything again, so a
// run that is cut short loses nothing.
package remind

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// atOnce is how many documents a sweep works on at the same time.
const atOnce = 8

// Store is what remind needs of the database.
type Store interface {
	DueSubmissions(ctx context.Context, cutoff time.Time) ([]string, error)
	Entry(ctx context.Context, id string) (*store.Entry, error)
	ClaimTry(ctx context.Context, e *store.Entry, next time.Time) error
	Settle(ctx context.Context, s lead.Submission, o lead.Outcome, life time.Duration) error

	DueMails(ctx context.Context, cutoff time.Time) ([]string, error)
	Mail(ctx context.Context, id string) (*store.Mail, error)
	ReplaceMail(ctx context.Context, m *store.Mail) error
	LeadsWithMailDue(ctx context.Context, cutoff time.Time) ([]string, error)
	Update(ctx context.Context, id string, change func(*lead.Lead) error) (*lead.Lead, error)
	UpdateFrom(ctx context.Context, l *lead.Lead, v store.Version, change func(*lead.Lead) error) (*lead.Lead, error)

	Due(ctx context.Context, now time.Time) ([]store.Waiting, error)
	OpenLeads(ctx context.Context, owner string) ([]lead.Due, error)
	UpdateRoster(ctx context.Context, change func(*lead.Roster) error) error
	UpdateSeries(ctx context.Context, kind lead.MailKind, person string, change func(*lead.Series) error) error

	ReadWatch(ctx context.Context) (*lead.Watch, store.Version, error)
	UpdateWatch(ctx context.Context, change func(*lead.Watch) error) error
	UpdateWatchFrom(ctx context.Context, w *lead.Watch, v store.Version, change func(*lead.Watch) error) error
	Ended(ctx context.Context, since lead.Time, each func(store.Entry) error) error
	FailedMails(ctx context.Context, since lead.Time, each func(store.Mail) error) error
	OpenSubmissions(ctx context.Context) (store.Some, error)
	QuarantineCount(ctx context.Context) (quarantined, unverified store.Some, err error)
	UnsentMails(ctx context.Context) (store.Some, error)
	CreateMail(ctx context.Context, m *store.Mail) error
}

// Queue is what remind needs of the queues.
type Queue interface {
	SendSubmission(ctx context.Context, s lead.Submission, resend string) error
	SendMail(ctx context.Context, leadID, mailID string, tries int, resend string) error
}

// Teams gives the team that is applied now.
type Teams interface {
	Team(ctx context.Context) (team.Team, error)
}

// Webhook posts a submission to the webhook, by the way that Partner Center takes. Its error says why it was not taken, in
// words for a log: without the URL, which has the code in it.
type Webhook interface {
	Post(ctx context.Context, body []byte) error
}

// Remind is the timer function.
type Remind struct {
	Store Store
	Queue Queue
	Team  Teams
	// Webhook takes the canaries, and Secrets, newest first, sign them.
	Webhook Webhook
	Secrets [][]byte
	// ResendAfter is how long a submission may be without outcome before it is sent again;
	// MailResendAfter is the same for mails.
	ResendAfter, MailResendAfter time.Duration
	// GiveUpAfter is when a submission without outcome is quarantined.
	GiveUpAfter time.Duration
	// Life is how long the ledger keeps a submission after its outcome.
	Life time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

// Run does every part once.
func (r *Remind) Run(ctx context.Context, _ azfunc.Timer) error {
	overdue, failed := r.do(ctx)
	w, err := r.watch(ctx)
	failed = append(failed, err, r.tellOperations(ctx, w), r.pulse(ctx, w, overdue))
	// The canary is last: whatever holds up its post holds up nothing else.
	return errors.Join(append(failed, r.canary(ctx, w))...)
}

// do does what people wait for. It counts the follow-ups that are overdue, nil if they could not be looked for.
func (r *Remind) do(ctx context.Context) (overdue *store.Some, failed []error) {
	failed = append(failed, r.sweepSubmissions(ctx), r.assignHeld(ctx))
	// The lists come before the sweep of the mails, which would send one that an earlier run has only half made.
	overdue, err := r.remindPeople(ctx)
	return overdue, append(failed, err, r.sweepMails(ctx), r.sweepLeads(ctx))
}

// each works on the documents with these ids, several at a time. What somebody else changed or removed in
// the meantime is theirs. The first other error ends the part: the service is away.
func each(ctx context.Context, ids []string, f func(context.Context, string) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			err := f(ctx, id)
			if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}
