package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"leadflow/functions/capture"
	"leadflow/functions/ingest"
	"leadflow/shared/config"
	"leadflow/shared/lead"
	"leadflow/shared/normalize"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// explanation is what Leadflow understands of a submission, and what it would do.
type explanation struct {
	Kind       lead.OutcomeKind `json:"kind"`
	Why        string           `json:"why,omitempty"`
	Source     string           `json:"source,omitempty"`
	Action     lead.Action      `json:"action,omitempty"`
	RawSource  string           `json:"rawSource,omitempty"`
	RawAction  string           `json:"rawAction,omitempty"`
	Publisher  string           `json:"publisher,omitempty"`
	Offer      string           `json:"offer,omitempty"`
	OfferTitle string           `json:"offerTitle,omitempty"`
	// OfferName is how the offer is shown: by the catalogue's name for it if it has one.
	OfferName       string `json:"offerName,omitempty"`
	OfferInCatalog  bool   `json:"offerInCatalogue,omitempty"`
	FirstName       string `json:"firstName,omitempty"`
	LastName        string `json:"lastName,omitempty"`
	Email           string `json:"email,omitempty"`
	Phone           string `json:"phone,omitempty"`
	Country         string `json:"country,omitempty"`
	CountrySent     string `json:"countrySent,omitempty"`
	Company         string `json:"company,omitempty"`
	JobTitle        string `json:"jobTitle,omitempty"`
	Description     string `json:"description,omitempty"`
	Anonymous       bool   `json:"anonymous"`
	Suppressed      bool   `json:"suppressed"`
	FollowUp        bool   `json:"followUp"`
	PhoneIsMatchKey bool   `json:"phoneIsMatchKey"`
	MatchKey        string `json:"matchKey,omitempty"`
	ContentKey      string `json:"contentKey,omitempty"`
	// Lead is the id of the lead that it is or would be a touch of; LeadExists is only known with a store.
	Lead       string `json:"lead,omitempty"`
	LeadExists bool   `json:"leadExists,omitempty"`
	// Owner is the id of who has the lead or would get it, OwnerName the name, and OwnerWhy why.
	Owner     string `json:"owner,omitempty"`
	OwnerName string `json:"ownerName,omitempty"`
	OwnerWhy  string `json:"ownerWhy,omitempty"`
	// Mails are the kinds of those that would be sent.
	Mails   []lead.MailKind   `json:"mails,omitempty"`
	Similar []lead.Suggestion `json:"similar,omitempty"`
	Notes   []string          `json:"notes,omitempty"`
}

// note adds a sentence about what Leadflow would do, or why.
func (e *explanation) note(format string, args ...any) {
	e.Notes = append(e.Notes, fmt.Sprintf(format, args...))
}

// explain says what Leadflow understands of a body, writing nothing.
func explain(ctx context.Context, c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	db, err := c.storeOrNone("explains")
	if err != nil {
		return err
	}
	t, err := c.teamToTry(ctx, db)
	if err != nil {
		return err
	}
	s := lead.Submission{ID: "this-submission", ReceivedAt: lead.At(time.Now()), OfferID: c.offer, Body: body}
	r := ingest.Read(s, t, intakeSecrets())
	e := understood(r)
	if len(body) > capture.MaxBody {
		e.note("The webhook would refuse it with 413: it has %d bytes, and %d are the limit.", len(body), capture.MaxBody)
	}
	if len(body) == 0 {
		e.note("The webhook would refuse it with 400: it is empty.")
	}
	if t.HasCatalogue() && r.Kind != lead.OutcomeQuarantined && r.Kind != lead.OutcomeCanary && !r.OfferKnown {
		e.note("The offer is not in the catalogue of the team file; the alert says so.")
	}
	if err := e.wouldDo(ctx, db, r, t, s.ReceivedAt); err != nil {
		return err
	}
	if c.json {
		return c.asJSON(e)
	}
	e.print(c.out)
	return nil
}

// storeOrNone is the store; nil if the command does what it does without one, because of --offline or because there
// is a team file and no setting that names a store.
func (c *call) storeOrNone(does string) (*store.Store, error) {
	if c.offline {
		return nil, nil
	}
	db, err := c.store()
	switch {
	case err != nil && c.team != "" && os.Getenv("COSMOS_ENDPOINT") == "":
		fmt.Fprintln(c.note, "(without a store, as with --offline)")
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w\n(--offline %s without a store)", err, does)
	}
	return db, nil
}

// body reads the file that was named, or the standard input.
func (c *call) body() ([]byte, error) {
	var b []byte
	var err error
	if len(c.args) == 0 || c.args[0] == "-" {
		b, err = io.ReadAll(c.in)
	} else {
		b, err = os.ReadFile(c.args[0])
	}
	if err != nil {
		return nil, fmt.Errorf("read the submission: %w", err)
	}
	return b, nil
}

// teamFor is the team of the file that was named, else the one that is applied, else none; with what people declared
// about being away, as far as there is a store.
func (c *call) teamFor(ctx context.Context, db *store.Store) (team.Team, error) {
	var t team.Team
	switch {
	case c.team != "":
		f, err := c.readTeam(c.team)
		if err != nil {
			return t, err
		}
		if wrong := f.problems.Errors(); len(wrong) > 0 {
			return t, fmt.Errorf("%s is not valid:\n%w", f.name, wrong)
		}
		t = f.team
	case db != nil:
		var err error
		if t, err = appliedTeam(ctx, db); err != nil {
			return t, err
		}
	}
	return withDeclared(ctx, db, t.WithOperations(""))
}

// intakeSecrets are those of the webhook, which sign the canaries; none if the settings have none.
func intakeSecrets() [][]byte {
	s, problems := config.Load()
	for _, p := range problems {
		if p.Setting == "INTAKE_SECRETS" {
			return nil
		}
	}
	return s.IntakeSecrets.Keys()
}

// understood is what a submission says by itself.
func understood(r ingest.Reading) *explanation {
	e := &explanation{Kind: r.Kind, Why: r.Why}
	switch r.Kind {
	case lead.OutcomeQuarantined:
		e.note("It would be kept for a person, who can replay it: %s.", r.Why)
		return e
	case lead.OutcomeCanary:
		e.note("It is a canary, which Leadflow sends to itself.")
		return e
	}
	t, p := r.Touch, r.Contact
	e.Source, e.Action, e.RawSource, e.RawAction = t.Source, t.Action, t.RawSource, t.RawAction
	e.Publisher, e.Offer, e.OfferTitle, e.OfferInCatalog = t.Offer.Publisher, t.Offer.ID, r.OfferTitle, r.OfferKnown
	e.OfferName = t.Offer.Name()
	e.FirstName, e.LastName, e.Email, e.Phone = p.FirstName, p.LastName, p.Email, p.Phone
	e.Country, e.CountrySent, e.Company, e.JobTitle, e.Description = p.Country, p.CountrySent, p.Company, p.JobTitle, t.Description
	e.Anonymous, e.PhoneIsMatchKey = p.Anonymous(), r.Keys.PhoneMatches()
	e.MatchKey, e.ContentKey = r.Keys.Match(), t.ContentKey
	e.Suppressed = t.Action == lead.ActionDoNot
	switch r.Kind {
	case lead.OutcomeTest:
		e.note("It is the test lead that Partner Center sends on Validate and Publish: it is kept as evidence that the connection works, and nobody is alerted.")
	case lead.OutcomeInternal:
		e.note("Its address belongs to the publisher's own staff (internalDomains): it is kept, and nobody is alerted.")
	}
	return e
}

// wouldDo adds what would become of a lead. Without a store it is taken for the first touch of its person.
func (e *explanation) wouldDo(ctx context.Context, db *store.Store, r ingest.Reading, t team.Team, now lead.Time) error {
	if r.Kind != lead.OutcomeLead {
		return nil
	}
	e.Lead = lead.ID(e.MatchKey, r.Touch.Submission)
	l := store.NewLead(e.Lead)
	if db != nil {
		known, _, err := db.Lead(ctx, e.Lead)
		switch {
		case err == nil:
			l, e.LeadExists = known, true
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		if !e.LeadExists {
			hits, err := db.Similar(ctx, r.Keys.Probes(), e.Lead)
			if err != nil {
				return err
			}
			e.Similar = lead.Suggestions(r.Keys.Probes(), hits)
		}
	}
	owner, err := newOwner(ctx, db, t, l, r, now)
	if err != nil {
		return err
	}
	switch {
	case e.MatchKey == "":
		e.Lead = "" // its id would be that of the submission, which has none yet
		e.note("Nothing identifies the person, so it would begin a lead of its own and never merge.")
	case e.LeadExists:
		e.note("It belongs to the lead %s, which is %s and owned by %s.", l.ID, l.Stage, owned(t, l.Owner))
	case db == nil:
		e.note("It would begin the lead %s, unless that exists already (--offline does not look).", l.ID)
	default:
		e.note("It would begin the lead %s.", l.ID)
	}
	before := map[string]bool{}
	for _, m := range l.Mails {
		before[m.ID] = true
	}
	l.Identify(r.Keys)
	taken := l.Take(r.Touch, r.Contact, now, t.Staff(now.Time, func() lead.Owner { return owner }))
	e.Owner, e.OwnerName, e.OwnerWhy = l.Owner.Person, l.Owner.Name, l.Owner.Why
	if !e.LeadExists {
		e.note("%s would own it: %s.", owned(t, l.Owner), l.Owner.Why)
	}
	e.Suppressed = l.Suppression != nil
	e.FollowUp = !e.Suppressed
	switch taken.Verdict {
	case lead.Redelivered:
		e.note("The same content arrived less than ten minutes ago: it would be counted as a redelivery and nothing else.")
		return nil
	case lead.AskedAgain:
		e.note("The same content arrived less than a day ago: the person asked again.")
	}
	if e.Suppressed {
		e.note("The person must not be contacted: there would be no follow-up.")
	}
	for _, m := range l.Mails {
		if !before[m.ID] {
			e.Mails = append(e.Mails, m.Kind)
			e.note("%s would get a mail: %s.", inTeam(t, m.To), m.Kind)
		}
	}
	if len(e.Mails) == 0 {
		e.note("Nobody would get a mail.")
	}
	for _, s := range e.Similar {
		e.note("The person may be the same as that of lead %s (%s).", s.Lead, s.Why)
	}
	return nil
}

// newOwner is who would get a lead, if it has no owner yet. The roster is as it is, or empty without a store.
func newOwner(ctx context.Context, db *store.Store, t team.Team, l *lead.Lead, r ingest.Reading, now lead.Time) (lead.Owner, error) {
	if l.Owner.Person != "" {
		return l.Owner, nil
	}
	roster := &lead.Roster{}
	if db != nil {
		var err error
		if roster, err = db.Roster(ctx); err != nil {
			return lead.Owner{}, err
		}
	}
	owner, _ := t.Choose(team.AskOf(r.Touch, r.Contact), now.Time).Assign(roster, l.ID, now)
	return owner, nil
}

// owned is an owner by name, as the team has it or else as it was then.
func owned(t team.Team, o lead.Owner) string {
	p, _ := t.Person(o.Person)
	return named(o.Person, cmp.Or(p.Name, o.Name))
}

// print says it in words.
func (e *explanation) print(w io.Writer) {
	field(w, "Kind", string(e.Kind))
	if e.Source != "" {
		field(w, "Source", e.Source+sent(e.RawSource, e.Source))
		field(w, "Action", string(e.Action)+": "+e.Action.Words()+sent(e.RawAction, string(e.Action)))
		field(w, "Offer", e.offer()+sent(e.OfferTitle, e.OfferName))
	}
	field(w, "Name", normalize.FullName(e.FirstName, e.LastName))
	field(w, "Company", e.Company)
	field(w, "Job title", e.JobTitle)
	field(w, "Email", e.Email)
	field(w, "Phone", e.Phone)
	if e.CountrySent != "" {
		field(w, "Country", cmp.Or(e.Country, "unknown")+sent(e.CountrySent, e.Country))
	}
	field(w, "Description", e.Description)
	field(w, "Match key", e.MatchKey)
	field(w, "Content key", e.ContentKey)
	fmt.Fprintln(w)
	for _, s := range e.Notes {
		fmt.Fprintln(w, printable(s))
	}
}

// offer is the offer's name with its id in brackets.
func (e *explanation) offer() string {
	id := strings.TrimPrefix(e.Publisher+"."+e.Offer, ".")
	if id == "" || id == e.OfferName {
		return e.OfferName
	}
	return e.OfferName + " (" + id + ")"
}

// sent says what was sent where that differs from what was understood.
func sent(raw, understood string) string {
	if raw == "" || raw == understood {
		return ""
	}
	return fmt.Sprintf(" (sent: %q)", raw)
}
