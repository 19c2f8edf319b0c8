package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
	"leadflow/shared/store"
)

// erasure is what is erased of a person.
type erasure struct {
	// Person is the address or the id that was asked for.
	Person string `json:"person"`
	Erased bool   `json:"erased"`
	// Leads are the ids of those that are erased, and Suppressed of those whose suppression holds.
	Leads      []string `json:"leads"`
	Suppressed []string `json:"suppressed"`
	// The rest is how many there are of each.
	Archives    int `json:"archives"`
	Submissions int `json:"submissions"`
	Mails       int `json:"mails"`
	// ErasedAt is when the person was erased before.
	ErasedAt lead.Time `json:"erasedAt,omitzero"`

	// graves are the leads of which a tombstone stays: those that are erased, and those that a submission under way
	// would begin.
	graves []string
	// entries are the submissions, and through when the newest was received.
	entries []string
	through lead.Time
	// lines say who is erased.
	lines []string
}

// erasePerson erases everything about one person but a tombstone for each lead. Nothing is needed to finish what was
// interrupted but to call it again: what was not erased is found once more.
func erasePerson(ctx context.Context, c *call) error {
	s, err := c.settings("SUBMISSION_TTL_DAYS")
	if err != nil {
		return err
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	p, err := c.findPerson(ctx, db, c.args[0])
	if err != nil {
		return err
	}
	e, err := c.plan(ctx, db, p)
	if err != nil {
		return err
	}
	switch {
	case e.nothing() && e.ErasedAt.IsZero():
		return fmt.Errorf("there is nothing about this person: %w", store.ErrNotFound)
	case e.nothing() && c.json:
		return c.asJSON(e)
	case e.nothing():
		fmt.Fprintf(c.out, "This person was erased on %s UTC, and nothing has come since.\n", e.ErasedAt.Format(time.DateTime))
		return nil
	}
	agreed, err := c.agreeToErase(ctx, e)
	if err == nil && agreed {
		err = c.erase(ctx, db, e, s.SubmissionTTL.Get())
	}
	if c.json {
		return errors.Join(c.asJSON(e), err)
	}
	if e.Erased {
		fmt.Fprintf(c.out, "Erased: %s.\n", e.counts())
		fmt.Fprintln(c.out, "What stays is the id of each lead, which is a hash, and of each submission its id, times and outcome.")
		if len(e.Suppressed) > 0 {
			fmt.Fprintln(c.out, "The person must not be contacted. That holds: whoever comes again with the same address or phone is suppressed at once.")
		}
	}
	return err
}

// plan finds what there is to be erased.
func (c *call) plan(ctx context.Context, db *store.Store, p person) (*erasure, error) {
	e := &erasure{Person: p.asked, Leads: []string{}, Suppressed: []string{}}
	for _, id := range p.leads {
		if err := e.addLead(ctx, db, id); err != nil {
			return nil, err
		}
	}
	entries, err := c.submissions(ctx, db, p)
	if err != nil {
		return nil, err
	}
	for _, s := range entries {
		if !s.ErasedAt.IsZero() {
			continue
		}
		e.entries = append(e.entries, s.ID)
		e.through = s.ReceivedAt // they come in this order
	}
	if e.Submissions = len(e.entries); e.Submissions > 0 || len(p.leads) > 1 {
		e.graves = p.leads
	}
	return e, nil
}

// addLead adds one lead to what is erased, with its archives and the records of its mails.
func (e *erasure) addLead(ctx context.Context, db *store.Store, id string) error {
	l, _, err := db.LeadOrTombstone(ctx, id)
	gone := errors.Is(err, store.ErrNotFound)
	if gone {
		l = store.NewLead(id)
	} else if err != nil {
		return err
	}
	archives, err := db.AllArchives(ctx, id)
	if err != nil {
		return err
	}
	mails, err := records(ctx, db, mailsOf(l, archives))
	if err != nil {
		return err
	}
	e.Archives += len(archives)
	e.Mails += len(mails)
	if l.Suppression != nil {
		e.Suppressed = append(e.Suppressed, id)
	}
	switch {
	case l.Tombstone():
		e.ErasedAt = l.Erased.At
	case !gone:
		e.Leads = append(e.Leads, id)
		e.lines = append(e.lines, "  "+strings.Join(slices.DeleteFunc([]string{id, normalize.FullName(l.Contact.FirstName, l.Contact.LastName), l.Contact.Company, plural(len(l.Touches), "submission")},
			func(s string) bool { return s == "" }), ", "))
	}
	if !gone || len(archives) > 0 {
		e.graves = append(e.graves, id)
	}
	return nil
}

// nothing says whether there is nothing to be erased.
func (e *erasure) nothing() bool {
	return len(e.Leads)+e.Archives+e.Submissions+e.Mails == 0
}

func (e *erasure) counts() string {
	return strings.Join([]string{plural(len(e.Leads), "lead"), plural(e.Archives, "archive"), plural(e.Submissions, "submission"), plural(e.Mails, "mail")}, ", ")
}

// agreeToErase shows what would be erased and asks whether it shall, unless that was said before.
func (c *call) agreeToErase(ctx context.Context, e *erasure) (bool, error) {
	shown := strings.Join(append(e.lines, "Everything about this person would be erased: "+e.counts()+"."), "\n") + "\n"
	if !c.json {
		lines(c.out, shown)
	}
	switch {
	case c.yes:
		return true, nil
	case !isTerminal(c.in):
		return false, errors.New("nothing was erased: there is no terminal to ask on; look at it with \"leads export\", then call again with --yes")
	case c.json:
		lines(c.note, shown)
	}
	agreed, err := c.ask(ctx, "Erase? It cannot be undone. [y/N] ")
	if err != nil {
		return false, fmt.Errorf("nothing was erased: %w", err)
	}
	if !agreed && !c.json {
		fmt.Fprintln(c.out, "Nothing was erased.")
	}
	return agreed, nil
}

// erase erases what was found. The tombstones come first: from then on nobody sees the lead, and what comes of it late
// adds nothing. They keep which mails are to be removed until that is done, for nothing else leads to them.
func (c *call) erase(ctx context.Context, db *store.Store, e *erasure, life time.Duration) error {
	now := time.Now()
	unfinished := func(err error) error {
		return fmt.Errorf("not everything was erased, call again to finish it: %w", err)
	}
	entries := e.entries
	for i, id := range e.graves {
		var with []string
		if i == 0 { // which the others are found by
			with = e.graves[1:]
		}
		touched, err := bury(ctx, db, id, e.through, lead.At(now), with)
		if err != nil {
			return unfinished(err)
		}
		entries = append(entries, touched...)
	}
	slices.Sort(entries)
	entries = slices.Compact(entries)
	for i, id := range entries {
		if i > 0 && i%100 == 0 {
			fmt.Fprintf(c.note, "%d of %d submissions erased\n", i, len(entries))
		}
		if err := db.EraseSubmission(ctx, id, now, life); err != nil {
			return unfinished(err)
		}
	}
	for _, id := range slices.Backward(e.graves) {
		if err := sweep(ctx, db, id); err != nil {
			return unfinished(err)
		}
	}
	e.Erased = true
	return nil
}

// bury puts a tombstone in the place of a lead, as it is by then, and gives the submissions that were in it.
func bury(ctx context.Context, db *store.Store, id string, through, now lead.Time, with []string) ([]string, error) {
	var submissions []string
	_, err := db.Update(ctx, id, func(l *lead.Lead) error {
		archives, err := db.AllArchives(ctx, id)
		if err != nil {
			return err
		}
		submissions = nil
		touches := l.Touches
		for _, a := range archives {
			touches = append(touches, a.Touches...)
		}
		for _, t := range touches {
			submissions = append(append(submissions, t.Submission), t.Redeliveries...)
		}
		noted := l.Erased == nil || !slices.ContainsFunc(with, func(id string) bool { return !slices.Contains(l.Erased.With, id) })
		if l.Tombstone() && l.HasErased(through) && noted {
			return store.ErrUnchanged
		}
		l.Erase(through, now, mailsOf(l, archives), with)
		return nil
	})
	return submissions, err
}

// sweep removes what was beside a lead that is erased: its archives, and the records of its mails.
func sweep(ctx context.Context, db *store.Store, id string) error {
	archives, err := db.AllArchives(ctx, id)
	if err != nil {
		return err
	}
	l, _, err := db.LeadOrTombstone(ctx, id)
	if err != nil {
		return err
	}
	if l.Erased == nil {
		return nil
	}
	for _, mail := range l.Erased.Mails {
		if err := db.DeleteMail(ctx, mail); err != nil {
			return err
		}
	}
	for _, a := range archives {
		if err := db.DeleteArchive(ctx, id, a.ID); err != nil {
			return err
		}
	}
	_, err = db.Update(ctx, id, func(now *lead.Lead) error {
		if now.Erased == nil || len(now.Erased.Mails)+len(now.Erased.With) == 0 {
			return store.ErrUnchanged
		}
		now.Erased.Mails = slices.DeleteFunc(now.Erased.Mails, func(m string) bool { return slices.Contains(l.Erased.Mails, m) })
		now.Erased.With = slices.DeleteFunc(now.Erased.With, func(id string) bool { return slices.Contains(l.Erased.With, id) })
		return nil
	})
	return err
}
