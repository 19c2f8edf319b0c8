// Command leads is the operator's tool: it looks at the ledger and the leads and acts on them.
//
// It takes the same settings as the handler, from the environment; without any it finds those of a running
// "make run". It never prints a secret but the code in a webhook's URL, which is what it is asked for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	_ "time/tzdata" // an operator's machine may have no zone files

	"leadflow/shared/store"
)

const usage = `Usage: leads COMMAND [--json]

  url [OFFER]                     the webhook URL to paste into Partner Center, for one offer or for all
  list [--days N]                 the leads that changed in the last N days (30), newest first; those that fit all of these:
                                  --since TIME|DATE: that changed since then, and not by days (TIME in RFC 3339, a DATE
                                  begins in UTC); --stage STAGE; --owner PERSON; --offer ID|TITLE;
                                  --overdue: whose time to respond by has passed, of whatever age unless it is said;
                                  --csv: for a spreadsheet, in UTF-8; a cell that would be a formula begins with '
  show ID|EMAIL                   one lead with its timeline
  submissions [--days N]          what arrived in the last N days (7), newest first, and what became of it; --all: with the
                                  canaries, which Leadflow sends itself every hour
  submissions show ID [--raw]     one submission; --raw prints the body exactly as it was received
  submissions replay ID           process a quarantined or open submission once more
  quarantine                      what is quarantined, of whatever age, the oldest first, and why
  quarantine show ID [--raw]      one of them; --raw prints the body exactly as it was received
  quarantine replay ID|--all      process it once more, or all of them but those that came without a valid code, which
                                  are replayed one by one; asks before all (unless --yes)
  quarantine drop ID --reason TEXT
                                  ends it for good: it is nothing, and is never replayed. The ledger keeps it as dropped,
                                  with who did it and why. Asks (unless --yes)
  deadletters                     the dead letters of both queues, which stay there. The functions rescue-leads and
                                  rescue-mails take them out within a minute; those that stay say that these do not run
  deadletters purge QUEUE         removes the dead letters of leads or mails that are on record: of submissions that the
                                  ledger has with an outcome, of mails that have ended. Asks (unless --yes); what is not on
                                  record stays, is named and makes it exit with 1
  ledger [--month YYYY-MM]        how many submissions were received in a month (this one) of UTC, and what became of them;
                                  one that has been open for over an hour is named and makes it exit with 1
  reassign ID|EMAIL --to PERSON --reason TEXT
                                  gives a lead to somebody else. The time to respond by stays
  reassign --from PERSON --to PERSON|rules --reason TEXT
                                  gives all open leads of a person to another, or to whoever of the others the rules find.
                                  Says how many and asks (unless --yes); called again it goes on with what is left
  suppress ID|EMAIL --reason TEXT the person must not be contacted; --opt-out: because they said so themselves, which
                                  nobody can take back, so it asks (unless --yes)
  unsuppress ID|EMAIL --reason TEXT
                                  they may be contacted again; never after they said themselves that they may not
  explain [FILE] [--offline]      what Leadflow understands of a submission, and what it would do, writing nothing;
                                  --offer ID: the offer of the webhook's URL; --team FILE: not the applied team;
                                  --offline needs no settings and does not look whether the lead exists
  offers [--unknown] [--days N]   the offers on the leads that changed in the last N days (90), and whether the
                                  catalogue has them; --unknown: those it lacks, ready for the team file
  team check FILE                 everything that is wrong with a team file, with line and column
  team apply FILE [--yes]         check a team file, show what it changes, ask (unless --yes) and apply it;
                                  --hand-over-to PERSON: who gets the open leads of those whom the file leaves out
                                  (operations: whoever the rules find)
  team show [--raw]               what the applied team says, in words, and who declared to be away or back; --raw prints
                                  the file exactly as it was applied
  team away PERSON UNTIL|back     declares for somebody that they are away, or back, as people do on their page, and says
                                  who acts now. UNTIL is the day on which the person is back (2026-12-07), or a local
                                  time of theirs (2026-12-07T13:00). It wins over the absences of the file, also of the next one
  clock --person ID --from TIME --hours N
                                  when the response to a lead that arrives then is due, with the arithmetic: TIME is
                                  RFC 3339 with its offset (2026-11-21T15:00:00+09:00), N a decimal (1.5), 100000 at most; --team FILE:
                                  not the applied team, and no settings are needed. All absences of the file, and those
                                  that were declared, are taken out of the working time
  team simulate [FILE]            who would get a submission and why, with every candidate, writing nothing;
                                  --offer, --team and --offline as for explain;
                                  --last N: not a submission, but the last N leads, as if they came in again now
  doctor                          what is wrong and how to mend it: settings, database, queues, rights, clock, mail service,
                                  public address, team, and what last arrived for each offer; it changes nothing
  export EMAIL|ID [--out FILE]    everything about one person as one JSON document: the leads that ever had the address,
                                  with their archives, submissions with their bodies, mails and suppression; to a new FILE that
                                  only you can read. It looks through every lead and submission once
  erase EMAIL|ID [--yes]          erase everything about one person, after it has said what and asked: contact, touches,
                                  bodies, archives, mails. What stays is a tombstone without personal data, so that whoever must not be
                                  contacted is suppressed at once when they come again, and of each submission the id,
                                  times and outcome. Safe to call again, also after it was interrupted. Reads as much as export
  send-test [--alert-to PERSON]   send Partner Center's test lead through the webhook, as it does, and wait until the ledger has
                                  it as test; then, with --alert-to, a sample of an alert to a person of the team, and wait until it is
                                  sent. If not, it says where that got stuck. It touches no lead; operations are told of the
                                  test lead as of any. --wait N: for N seconds at most (120)
  help                            this text

With --json every command prints JSON. A FILE of - is the standard input, from which explain and team simulate
also read without a FILE. The settings are those of the handler, as environment variables; without them, those
of "make run" in .local/settings.json. team check and clock --team need none.

Exit codes: 0 done, 1 failed or something is wrong that a person has to look at, 2 wrong usage, 3 not found.
`

// Exit codes.
const (
	exitFailed   = 1
	exitUsage    = 2
	exitNotFound = 3
)

// errUsage is what the caller of the command has to mend.
var errUsage = errors.New("see \"leads help\"")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "leads:", err)
	switch {
	case errors.Is(err, errUsage):
		os.Exit(exitUsage)
	case errors.Is(err, store.ErrNotFound):
		os.Exit(exitNotFound)
	}
	os.Exit(exitFailed)
}

// call is one call of a command: what was asked, and where the answer goes.
type call struct {
	args       []string // what is left of the words after the command's name and the flags
	json       bool
	raw        bool
	yes        bool
	unknown    bool
	offline    bool
	days       int
	last       int
	offer      string
	team       string
	person     string
	from       string
	hours      string
	handOverTo string
	outFile    string
	alertTo    string
	wait       int

	stage, owner, since    string
	to, reason, month      string
	overdue, csv           bool
	all, optOut, daysGiven bool

	in   io.Reader
	out  io.Writer
	note io.Writer
}

// command is one row of the table of commands.
type command struct {
	// name is one word or two.
	name string
	// least and most are how many words may follow.
	least, most int
	flags       []string // those that it takes beside --json
	days        int      // the default of --days
	run         func(context.Context, *call) error
}

var commands = []command{
	{name: "url", most: 1, run: printURL},
	{name: "list", flags: []string{"days", "since", "stage", "owner", "offer", "overdue", "csv"}, days: 30, run: listLeads},
	{name: "show", least: 1, most: 1, run: showLead},
	{name: "submissions show", least: 1, most: 1, flags: []string{"raw"}, run: showSubmission},
	{name: "submissions replay", least: 1, most: 1, run: replaySubmission},
	{name: "submissions", flags: []string{"days", "all"}, days: 7, run: listSubmissions},
	{name: "explain", most: 1, flags: []string{"offline", "offer", "team"}, run: explain},
	{name: "offers", flags: []string{"days", "unknown"}, days: 90, run: listOffers},
	{name: "team check", least: 1, most: 1, run: checkTeam},
	{name: "team apply", least: 1, most: 1, flags: []string{"yes", "hand-over-to"}, run: applyTeam},
	{name: "team show", flags: []string{"raw"}, run: showTeam},
	{name: "team away", least: 1, most: 2, run: declareAway},
	{name: "clock", flags: []string{"person", "from", "hours", "team"}, run: runClock},
	{name: "doctor", run: examine},
	{name: "export", least: 1, most: 1, flags: []string{"out"}, run: exportPerson},
	{name: "erase", least: 1, most: 1, flags: []string{"yes"}, run: erasePerson},
	{name: "send-test", flags: []string{"alert-to", "wait"}, run: sendTest},
	{name: "team simulate", most: 1, flags: []string{"last", "offline", "offer", "team"}, run: simulateTeam},

	{name: "quarantine show", least: 1, most: 1, flags: []string{"raw"}, run: showSubmission},
	{name: "quarantine replay", most: 1, flags: []string{"all", "yes"}, run: replayQuarantine},
	{name: "quarantine drop", least: 1, most: 1, flags: []string{"reason", "yes"}, run: dropSubmission},
	{name: "quarantine", run: listQuarantine},
	{name: "deadletters purge", least: 1, most: 1, flags: []string{"yes"}, run: purgeDeadLetters},
	{name: "deadletters", run: listDeadLetters},
	{name: "ledger", flags: []string{"month"}, run: countLedger},
	{name: "reassign", most: 1, flags: []string{"from", "to", "reason", "yes"}, run: reassign},
	{name: "suppress", least: 1, most: 1, flags: []string{"opt-out", "reason", "yes"}, run: suppress},
	{name: "unsuppress", least: 1, most: 1, flags: []string{"reason"}, run: unsuppress},
}

func run(ctx context.Context, args []string, in io.Reader, out, note io.Writer) error {
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "--help", "-help"}, args[0]) {
		_, err := io.WriteString(out, usage)
		return err
	}
	for _, c := range commands {
		words := strings.Fields(c.name)
		if len(args) < len(words) || !slices.Equal(args[:len(words)], words) {
			continue
		}
		called, err := c.parse(args[len(words):])
		if errors.Is(err, flag.ErrHelp) {
			_, err := io.WriteString(out, usage)
			return err
		}
		if err != nil {
			return fmt.Errorf("%s: %w: %w", c.name, err, errUsage)
		}
		called.in, called.out, called.note = in, out, note
		return c.run(ctx, called)
	}
	return fmt.Errorf("there is no command %q: %w", args[0], errUsage)
}

// parse takes the flags out of the words, wherever they stand.
func (c command) parse(args []string) (*call, error) {
	called := &call{}
	f := flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.BoolVar(&called.json, "json", false, "")
	if slices.Contains(c.flags, "days") {
		f.IntVar(&called.days, "days", c.days, "")
	}
	if slices.Contains(c.flags, "wait") {
		f.IntVar(&called.wait, "wait", defaultWait, "")
	}
	if slices.Contains(c.flags, "last") {
		f.IntVar(&called.last, "last", 0, "")
	}
	for name, value := range map[string]*bool{"raw": &called.raw, "yes": &called.yes, "unknown": &called.unknown, "offline": &called.offline,
		"overdue": &called.overdue, "csv": &called.csv, "all": &called.all, "opt-out": &called.optOut} {
		if slices.Contains(c.flags, name) {
			f.BoolVar(value, name, false, "")
		}
	}
	for name, value := range map[string]*string{"offer": &called.offer, "team": &called.team, "person": &called.person, "from": &called.from, "hours": &called.hours,
		"hand-over-to": &called.handOverTo, "out": &called.outFile, "alert-to": &called.alertTo,
		"stage": &called.stage, "owner": &called.owner, "since": &called.since, "to": &called.to, "reason": &called.reason, "month": &called.month} {
		if slices.Contains(c.flags, name) {
			f.StringVar(value, name, "", "")
		}
	}
	for len(args) > 0 {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if args = f.Args(); len(args) > 0 {
			called.args, args = append(called.args, args[0]), args[1:]
		}
	}
	f.Visit(func(given *flag.Flag) { called.daysGiven = called.daysGiven || given.Name == "days" })
	switch n := len(called.args); {
	case n < c.least:
		return nil, errors.New("it is not said which one")
	case n > c.most:
		return nil, fmt.Errorf("%q is one word too many", called.args[c.most])
	case called.days < 0:
		return nil, errors.New("--days must not be negative")
	case called.wait < 0:
		return nil, errors.New("--wait must not be negative")
	case called.last < 0:
		return nil, errors.New("--last must not be negative")
	}
	return called, nil
}
