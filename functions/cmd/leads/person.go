package main

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/lead"
	"leadflow/shared/normalize"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// person is somebody of whom everything is asked for. All addresses that a lead ever had count; a lead that is only
// suggested to be the same person is not theirs.
type person struct {
	// asked is the address or the id of a lead that was asked for.
	asked string
	// address is empty if an id was asked for, and match, its normal form, also if it identifies nobody.
	address, match string
	// leads are the ids of their leads, of which there may be none; first is the one of the address, if it has one.
	leads []string
}

// findPerson finds who is meant by an address or the id of a lead. For an address it looks through all leads: one that
// is known by a phone can have the address too, and no index says which.
func (c *call) findPerson(ctx context.Context, db *store.Store, asked string) (person, error) {
	p := person{asked: asked}
	if !strings.Contains(asked, "@") {
		p.leads = []string{asked}
		return p, nil
	}
	p.address = bareAddress(asked)
	if p.match = normalize.Email(p.address); p.match != "" {
		if err := p.begin(ctx, db); err != nil {
			return p, err
		}
	}
	read := c.counter("lead")
	err := db.Reached(ctx, func(r store.Reached) error {
		read()
		theirs := slices.ContainsFunc(append(r.Contact.Emails, r.Contact.Email), p.is)
		if !theirs && r.Archived != nil {
			archives, err := db.AllArchives(ctx, r.ID)
			if err != nil {
				return err
			}
			theirs = slices.ContainsFunc(archives, func(a lead.Archive) bool { return slices.ContainsFunc(a.Emails, p.is) })
		}
		if theirs && !slices.Contains(p.leads, r.ID) {
			p.leads = append(p.leads, r.ID)
		}
		return nil
	})
	if err == nil && p.match == "" && len(p.leads) > 0 {
		err = fmt.Errorf("many people may have given this address, for it identifies nobody: name the lead instead, which is one of %s", strings.Join(p.leads, ", "))
	}
	return p, err
}

// begin begins with the lead of the address, and with those whose erasure was begun with it.
func (p *person) begin(ctx context.Context, db *store.Store) error {
	id := lead.ID(lead.Keys{Email: p.match}.Match(), "")
	p.leads = []string{id}
	l, _, err := db.LeadOrTombstone(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil && l.Erased != nil {
		p.leads = append(p.leads, l.Erased.With...)
	}
	return err
}

// counter counts what is looked through, and says so on the way.
func (c *call) counter(thing string) (count func()) {
	n := 0
	fmt.Fprintf(c.note, "Looking through every %s once.\n", thing)
	return func() {
		if n++; n%1000 == 0 {
			fmt.Fprintf(c.note, "%s looked through\n", plural(n, thing))
		}
	}
}

// bareAddress is an address without a name around it.
func bareAddress(s string) string {
	if a, err := mail.ParseAddress(s); err == nil {
		return a.Address
	}
	return strings.TrimSpace(s)
}

// is says whether an address is one of the person's.
func (p person) is(address string) bool {
	if p.address == "" {
		return false
	}
	address = bareAddress(address)
	return strings.EqualFold(address, p.address) || p.match != "" && normalize.Email(address) == p.match
}

// submissions gives the entries of the ledger that belong to the person, the oldest first: those of their leads and
// those whose body is theirs, whatever became of it. It looks through the whole ledger, and into the bodies of those
// that no lead has.
func (c *call) submissions(ctx context.Context, db *store.Store, p person) ([]store.Entry, error) {
	var theirs, unclear []string
	read := c.counter("submission")
	err := db.Entries(ctx, time.Time{}, func(e store.Entry) error {
		read()
		switch o := e.Outcome; {
		case o != nil && o.Lead != "":
			if slices.Contains(p.leads, o.Lead) {
				theirs = append(theirs, e.ID)
			}
		case !e.ErasedAt.IsZero():
		case o == nil, o.Kind == lead.OutcomeQuarantined, o.Kind == lead.OutcomeInternal:
			unclear = append(unclear, e.ID)
		}
		return nil
	})
	var all []store.Entry
	for i, id := range slices.Concat(theirs, unclear) {
		var e *store.Entry
		if err == nil {
			e, err = db.Entry(ctx, id)
		}
		switch {
		case errors.Is(err, store.ErrNotFound): // its time was over
			err = nil
		case err != nil:
			return nil, err
		case i < len(theirs) || p.wrote(e.Submission()):
			all = append(all, *e)
		}
	}
	slices.SortFunc(all, func(a, b store.Entry) int { return a.ReceivedAt.Compare(b.ReceivedAt.Time) })
	return all, err
}

// mention is what may be an address in a body that nobody could read.
var mention = regexp.MustCompile(`[^\s"'<>(),:;=&@]+@[\w-]+(\.[\w-]+)+`)

// wrote says whether a submission that no lead has is the person's. In one that cannot be read the address decides.
func (p person) wrote(s lead.Submission) bool {
	r := ingest.Read(s, team.Team{}, nil)
	if r.Kind != lead.OutcomeQuarantined {
		return slices.Contains(p.leads, lead.ID(r.Keys.Match(), s.ID)) || p.is(r.Contact.Email)
	}
	text := strings.NewReplacer("\x00", "", "%40", "@").Replace(string(s.Body)) // UTF-16, and forms
	return slices.ContainsFunc(mention.FindAllString(text, -1), p.is)
}

// mailsOf are the ids of the mails about a lead that have records of their own. A list is none of them: of each of its
// leads it holds no more than the id.
func mailsOf(l *lead.Lead, archives []lead.Archive) []string {
	var ids []string
	add := func(mails []lead.Mail) {
		for _, m := range mails {
			if !m.Kind.IsList() {
				ids = append(ids, m.ID)
			}
		}
	}
	add(l.Mails)
	for _, a := range archives {
		add(a.Mails)
	}
	if l.Erased != nil {
		ids = append(ids, l.Erased.Mails...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// records reads the records of these mails, but for those that are not there.
func records(ctx context.Context, db *store.Store, ids []string) ([]store.Mail, error) {
	all := []store.Mail{}
	for _, id := range ids {
		m, err := db.Mail(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound): // it was not begun, or its time was over
		case err != nil:
			return nil, err
		default:
			all = append(all, *m)
		}
	}
	return all, nil
}
