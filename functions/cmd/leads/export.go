package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// dossier is everything about one person.
type dossier struct {
	// Person is the address or the id that was asked for.
	Person     string    `json:"person"`
	ExportedAt lead.Time `json:"exportedAt"`
	// Leads are as they are stored, what stays of erased ones among them.
	Leads []*lead.Lead `json:"leads"`
	// Archives are what no longer fits into the leads.
	Archives    []lead.Archive `json:"archives"`
	Submissions []submission   `json:"submissions"`
	Mails       []store.Mail   `json:"mails"`
	// Suppressions say by which leads the person must not be contacted.
	Suppressions map[string]*lead.Suppression `json:"suppressions"`
}

// exportPerson writes everything about one person as one JSON document.
func exportPerson(ctx context.Context, c *call) error {
	db, err := c.store()
	if err != nil {
		return err
	}
	d, err := c.dossier(ctx, db)
	if err != nil {
		return err
	}
	if c.outFile == "" {
		return c.asJSON(d)
	}
	if err := c.keep(d); err != nil {
		return err
	}
	if c.json {
		return c.asJSON(map[string]any{"file": c.outFile, "leads": len(d.Leads), "archives": len(d.Archives), "submissions": len(d.Submissions), "mails": len(d.Mails)})
	}
	fmt.Fprintf(c.out, "%s has everything about %s: %s, %s, %s and %s. Only you can read it.\n", printable(c.outFile), printable(d.Person),
		plural(len(d.Leads), "lead"), plural(len(d.Archives), "archive"), plural(len(d.Submissions), "submission"), plural(len(d.Mails), "mail"))
	return nil
}

// dossier collects everything about the person who is asked for.
func (c *call) dossier(ctx context.Context, db *store.Store) (*dossier, error) {
	p, err := c.findPerson(ctx, db, c.args[0])
	if err != nil {
		return nil, err
	}
	d := &dossier{Person: p.asked, ExportedAt: lead.At(time.Now()), Leads: []*lead.Lead{}, Archives: []lead.Archive{}, Submissions: []submission{}, Mails: []store.Mail{},
		Suppressions: map[string]*lead.Suppression{}}
	for _, id := range p.leads {
		l, _, err := db.LeadOrTombstone(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		archives, err := db.AllArchives(ctx, id)
		if err != nil {
			return nil, err
		}
		mails, err := records(ctx, db, mailsOf(l, archives))
		if err != nil {
			return nil, err
		}
		d.Leads, d.Archives, d.Mails = append(d.Leads, l), append(d.Archives, archives...), append(d.Mails, mails...)
		if l.Suppression != nil {
			d.Suppressions[id] = l.Suppression
		}
	}
	entries, err := c.submissions(ctx, db, p)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		d.Submissions = append(d.Submissions, printed(e))
	}
	if len(d.Leads)+len(d.Submissions) == 0 {
		return nil, fmt.Errorf("there is nothing about this person: %w", store.ErrNotFound)
	}
	return d, nil
}

// keep writes what was collected to a file that only the caller can read. One that is there is left alone: others may
// be able to read it.
func (c *call) keep(d *dossier) (err error) {
	f, err := os.OpenFile(c.outFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already: remove it, or name another file", printable(c.outFile))
	}
	if err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(c.outFile)) // half of it would pass for everything
		}
	}()
	return (&call{out: f}).asJSON(d)
}
