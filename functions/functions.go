// Package functions is the map of the program: the table of its functions, what each reads and writes,
// and what its failure means.
//
//	Partner Center --POST--> capture --> [leads] --> ingest --> Cosmos: leads --> [mails] --> notify --> mailbox
//	                            |                      |                                         |  link
//	                            v                      v                                         v
//	                     Cosmos: submissions <-- outcome      remind (timer): what was left   respond
//	                                                          undone is sent on its way again
//	[leads dead letters] --> rescue-leads     [mails dead letters] --> rescue-mails
//
// Imports go one way: cmd -> functions -> shared. Each function is plain Go beside its function.json; only
// this file knows the protocol of the Functions host.
package functions

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"leadflow/functions/capture"
	"leadflow/functions/ingest"
	"leadflow/functions/notify"
	"leadflow/functions/remind"
	"leadflow/functions/rescue"
	"leadflow/functions/respond"
	"leadflow/shared/azfunc"
	"leadflow/shared/config"
	"leadflow/shared/mail"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// Function is one row of the table.
type Function struct {
	// Name is also the name of the folder with its function.json.
	Name string
	// Trigger is what starts it.
	Trigger string
	// Does and Fails say what it is for and what a failure means.
	Does, Fails string

	serve func(*azfunc.Server, *parts)
	// closed stands in while the function's settings have problems: the list is logged once at the
	// start, and each invocation is put off or refused, never swallowed.
	closed func(*azfunc.Server, *parts)
}

// Table is every function there is.
var Table = []Function{
	{
		Name: "capture", Trigger: "POST /api/leads/{offerId?}?code=",
		Does:  "Writes the submission to the ledger and sends it to the queue leads, at the same time.",
		Fails: "503 with Retry-After if neither took it; it is then retried from memory for a while.",
		serve: func(s *azfunc.Server, p *parts) {
			s.HTTP("capture", "leads/{offerId?}", capture.New(capture.Options{Ledger: p.store, Sender: p.queue,
				Secrets: p.IntakeSecrets.Keys(), Keep: p.CaptureKeep.Get(), Now: p.now, Log: p.log}))
		},
	},
	{
		Name: "ingest", Trigger: "queue leads",
		Does:  "Reads a submission, merges it into its lead, gives it an owner, plans the mail, records the outcome.",
		Fails: "Comes again later; unreadable ones are quarantined; a bug ends as a dead letter.",
		serve: func(s *azfunc.Server, p *parts) {
			f := &ingest.Ingest{Store: p.store, Queue: p.queue, Team: p.team, Secrets: p.IntakeSecrets.Keys(),
				Life: p.SubmissionTTL.Get(), Now: p.now, Log: p.log}
			s.Queue("ingest", azfunc.QueueFunction{Run: f.Run, Postpone: f.Postpone, GiveUp: p.giveUp, Quarantine: f.Quarantine, FailWait: p.FailWait.Get()})
		},
		closed: func(s *azfunc.Server, p *parts) {
			f := &ingest.Ingest{Store: p.store, Queue: p.queue, Now: p.now, Log: p.log}
			s.Queue("ingest", azfunc.QueueFunction{Run: misconfigured, Postpone: f.Postpone, FailWait: p.failWait()})
		},
	},
	{
		Name: "notify", Trigger: "queue mails",
		Does:  "Claims, renders, sends and records one mail. Nothing else sends mail.",
		Fails: "Comes again later, or after the pause that the mail service asks for; a bad address is recorded.",
		serve: func(s *azfunc.Server, p *parts) {
			from := p.MailFrom.Get()
			f := &notify.Notify{Store: p.store, Queue: p.queue, Sender: p.sender, Team: p.team, DryRun: p.MailDryRun.Get(),
				Writer: notify.NewWriter(mail.Address{Name: from.Name, Address: from.Address}, p.PublicURL.Get(), p.LinkSecrets.Keys()),
				Now:    p.now, Log: p.log}
			s.Queue("notify", azfunc.QueueFunction{Run: f.Run, Postpone: f.Postpone, GiveUp: p.giveUp, Quarantine: f.Quarantine, FailWait: p.FailWait.Get()})
		},
		closed: func(s *azfunc.Server, p *parts) {
			f := &notify.Notify{Queue: p.queue, Now: p.now}
			s.Queue("notify", azfunc.QueueFunction{Run: misconfigured, Postpone: f.Postpone, FailWait: p.failWait()})
		},
	},
	{
		Name: "remind", Trigger: "timer %REMIND_SCHEDULE%",
		Does:  "Lists the leads that wait for their owners and managers; gives what operations hold to the team; sends submissions without outcome and mails that were never sent on their way again; tells operations the news; posts a canary to the webhook every hour; logs the pulse.",
		Fails: "The next run finds everything again.",
		serve: func(s *azfunc.Server, p *parts) {
			f := &remind.Remind{Store: p.store, Queue: p.queue, Team: p.team,
				Webhook: remind.NewPublicWebhook(p.PublicURL.Get(), p.IntakeSecrets.Keys()[0]), Secrets: p.IntakeSecrets.Keys(), ResendAfter: p.ResendAfter.Get(), MailResendAfter: p.MailResendAfter.Get(),
				GiveUpAfter: p.GiveUpAfter.Get(), Life: p.SubmissionTTL.Get(), Now: p.now, Log: p.log}
			s.Timer("remind", f.Run)
		},
		closed: func(s *azfunc.Server, _ *parts) {
			s.Timer("remind", func(context.Context, azfunc.Timer) error { return errMisconfigured })
		},
	},
	{
		Name: "respond", Trigger: "GET/POST /api/respond?t=TOKEN",
		Does:  "Shows people a lead, all their open leads or those of their team, and records what they did about them, and when they are away.",
		Fails: "The page says what to do.",
		serve: func(s *azfunc.Server, p *parts) {
			s.HTTP("respond", "respond", respond.New(respond.Options{Store: p.store, Team: p.team, PublicURL: p.PublicURL.Get(),
				Secrets: p.LinkSecrets.Keys(), Now: p.now, Log: p.log}))
		},
		closed: func(s *azfunc.Server, _ *parts) {
			s.HTTP("respond", "respond", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "300")
				http.Error(w, "Leadflow's settings have to be completed first. Please tell your administrator.", http.StatusServiceUnavailable)
			}))
		},
	},
	{
		Name: "rescue-leads", Trigger: "queue leads/$DeadLetterQueue",
		Does:  "Records a dead submission as quarantined, to be replayed by a person.",
		Fails: "Waits, then fails: the dead letter comes again.",
		serve: func(s *azfunc.Server, p *parts) {
			s.Queue("rescue-leads", azfunc.QueueFunction{Run: p.rescue().Lead, FailWait: p.FailWait.Get()})
		},
		closed: func(s *azfunc.Server, p *parts) {
			s.Queue("rescue-leads", azfunc.QueueFunction{Run: misconfigured, FailWait: p.failWait()})
		},
	},
	{
		Name: "rescue-mails", Trigger: "queue mails/$DeadLetterQueue",
		Does:  "Records a dead mail as failed.",
		Fails: "Waits, then fails: the dead letter comes again.",
		serve: func(s *azfunc.Server, p *parts) {
			s.Queue("rescue-mails", azfunc.QueueFunction{Run: p.rescue().Mail, FailWait: p.FailWait.Get()})
		},
		closed: func(s *azfunc.Server, p *parts) {
			s.Queue("rescue-mails", azfunc.QueueFunction{Run: misconfigured, FailWait: p.failWait()})
		},
	},
}

// parts are what the functions are made of: one client of each kind per process.
type parts struct {
	config.Settings
	store  *store.Store
	queue  *queue.Queue
	sender mail.Sender
	team   *team.Follower
	now    func() time.Time
	log    *slog.Logger
}

// Serve registers every function of the table with the server. now is their clock. It uses no network. problems must hold
// none that stops capture; functions that others stop answer without doing anything.
func Serve(server *azfunc.Server, s config.Settings, problems config.Problems, credential func() (azcore.TokenCredential, error), now func() time.Time, log *slog.Logger) error {
	p := &parts{Settings: s, now: now, log: log}
	var err error
	if p.store, err = OpenStore(s, credential); err != nil {
		return err
	}
	p.team = team.Follow(p.appliedTeam, p.store.Absences, s.OperationsMail.Get(), now, log)
	if p.queue, err = OpenQueue(s, credential); err != nil {
		return err
	}
	if len(problems.For("notify")) == 0 {
		if p.sender, err = mail.New(s.MailURL.Get(), credential, nil, log); err != nil {
			problems = append(problems, config.Problem{Setting: "MAIL_URL", Text: err.Error(), Functions: []string{"notify"}})
		}
	}
	if len(problems) > 0 {
		log.Error("the settings have problems", "problems", problems.Error())
	}
	for _, f := range Table {
		if len(problems.For(f.Name)) > 0 {
			f.closed(server, p)
		} else {
			f.serve(server, p)
		}
	}
	return nil
}

// appliedTeam reads the team file that is applied.
func (p *parts) appliedTeam(ctx context.Context) (text []byte, version int, err error) {
	f, err := p.store.Team(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, team.ErrNotApplied
	}
	return []byte(f.Text), f.Version, err
}

// OpenStore makes the client of the database that the settings name.
func OpenStore(s config.Settings, credential func() (azcore.TokenCredential, error)) (*store.Store, error) {
	o := store.Options{Endpoint: s.CosmosEndpoint.Get(), Key: s.CosmosKey.Get(), Database: s.CosmosDatabase.Get()}
	if o.Key == "" {
		var err error
		if o.Credential, err = credential(); err != nil {
			return nil, err
		}
	}
	return store.Open(o)
}

// OpenQueue makes the client of the queues that the settings name. Times of the back-off that have a
// problem keep their documented defaults here, so that the functions they stop can still put messages off.
func OpenQueue(s config.Settings, credential func() (azcore.TokenCredential, error)) (*queue.Queue, error) {
	o := queue.Options{ConnectionString: s.ConnectionString.Get(), Namespace: s.Namespace.Get(), Backoff: queue.Backoff{
		First: cmp.Or(s.BackoffFirst.Get(), time.Minute), Max: cmp.Or(s.BackoffMax.Get(), 30*time.Minute), GiveUpAfter: cmp.Or(s.GiveUpAfter.Get(), 72*time.Hour)}}
	if o.ConnectionString == "" {
		var err error
		if o.Credential, err = credential(); err != nil {
			return nil, err
		}
	}
	return queue.Open(o)
}

func (p *parts) giveUp(m azfunc.Message) bool { return p.queue.GiveUp(m, p.now()) }

func (p *parts) failWait() time.Duration { return cmp.Or(p.FailWait.Get(), 30*time.Second) }

func (p *parts) rescue() *rescue.Rescue {
	return &rescue.Rescue{Ledger: p.store, Mails: p.store, Life: p.SubmissionTTL.Get(), Now: p.now, Log: p.log}
}

var errMisconfigured = errors.New("the settings of this function have problems; they are listed in the log of the start")

func misconfigured(context.Context, azfunc.Message) azfunc.Outcome {
	return azfunc.Later(0, errMisconfigured)
}
