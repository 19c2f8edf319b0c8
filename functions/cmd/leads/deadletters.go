package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
	"leadflow/shared/topology"
)

// deadLetter is a dead letter as it is printed.
type deadLetter struct {
	Queue string `json:"queue"`
	// Submission or Mail is the id of what it carries; a message of strange hands may have neither.
	Submission string `json:"submission,omitempty"`
	Mail       string `json:"mail,omitempty"`
	// Lead is the lead of a mail, and Offer the offer of a submission's URL.
	Lead  string `json:"lead,omitempty"`
	Offer string `json:"offer,omitempty"`
	// Bytes is the size of the body.
	Bytes       int       `json:"bytes"`
	SentAt      lead.Time `json:"sentAt,omitzero"`
	Deliveries  int       `json:"deliveries"`
	Reason      string    `json:"reason,omitempty"`
	Description string    `json:"description,omitempty"`
	// Kept is why it was not removed; only after a purge.
	Kept string `json:"kept,omitempty"`
}

// dead is a dead letter of a queue in words.
func dead(queueName string, m azfunc.Message) deadLetter {
	d := deadLetter{Queue: queueName, Bytes: len(m.Body), Deliveries: m.DeliveryCount, Reason: m.DeadLetterReason, Description: m.DeadLetterDescription}
	if !m.EnqueuedAt.IsZero() {
		d.SentAt = lead.At(m.EnqueuedAt)
	}
	if queueName == topology.QueueMails {
		d.Lead, d.Mail, _ = queue.Mail(m)
		return d
	}
	s := queue.Submission(m)
	d.Submission, d.Offer = s.ID, s.OfferID
	return d
}

// what says in a few words what a dead letter is.
func (d deadLetter) what() string {
	switch {
	case d.Submission != "":
		return strings.TrimSpace("submission, " + plural(d.Bytes, "byte") + " " + d.Offer)
	case d.Mail != "" && d.Lead != "":
		return "mail of lead " + d.Lead
	case d.Mail != "":
		return "mail"
	}
	return "nothing that Leadflow sent"
}

// row is a dead letter in a table.
func (d deadLetter) row(now time.Time) []string {
	age := ""
	if !d.SentAt.IsZero() {
		age = aged(now.Sub(d.SentAt.Time))
	}
	return []string{d.Queue, d.Submission + d.Mail, age, d.what(), strings.TrimSpace(d.Reason + " " + d.Description)}
}

// aged says roughly how long ago something was.
func aged(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "under 1 min"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days"
}

// deadQueues are the queues whose dead letters there are.
func deadQueues() []string { return []string{topology.QueueLeads, topology.QueueMails} }

// listDeadLetters lists the dead letters of both queues, which stay there. It asks no database, because that is what may
// be away when there are any.
func listDeadLetters(ctx context.Context, c *call) error {
	q, err := c.queue()
	if err != nil {
		return err
	}
	defer q.Close(context.WithoutCancel(ctx))
	all := []deadLetter{}
	for _, name := range deadQueues() {
		err := q.DeadLetters(ctx, name, func(m azfunc.Message) error {
			all = append(all, dead(name, m))
			c.progress(len(all), 0, "dead letters read")
			return nil
		})
		if err != nil {
			return err
		}
	}
	if c.json {
		return c.asJSON(all)
	}
	return c.deadTable(all)
}

func (c *call) deadTable(all []deadLetter) error {
	now := time.Now()
	rows := make([][]string, len(all))
	for i, d := range all {
		rows[i] = d.row(now)
	}
	return c.table([]string{"QUEUE", "ID", "AGE", "WHAT", "REASON"}, rows)
}

// purge is what became of the dead letters of a queue.
type purge struct {
	Queue       string `json:"queue"`
	DeadLetters int    `json:"deadLetters"`
	Removed     int    `json:"removed"`
	// Kept are those that are not on record.
	Kept []deadLetter `json:"kept"`
}

// purgeDeadLetters removes the dead letters of a queue that are on record, so that nothing is lost by it.
func purgeDeadLetters(ctx context.Context, c *call) error {
	p := purge{Queue: c.args[0], Kept: []deadLetter{}}
	if !slices.Contains(deadQueues(), p.Queue) {
		return fmt.Errorf("deadletters purge: there is no queue %q, only %s: %w", p.Queue, strings.Join(deadQueues(), ", "), errUsage)
	}
	db, err := c.store()
	if err != nil {
		return err
	}
	q, err := c.queue()
	if err != nil {
		return err
	}
	defer q.Close(context.WithoutCancel(ctx))
	recorded := map[int64]bool{}
	err = q.DeadLetters(ctx, p.Queue, func(m azfunc.Message) error {
		c.progress(p.DeadLetters, 0, "dead letters looked up")
		p.DeadLetters++
		missing, err := missingRecord(ctx, db, p.Queue, m)
		switch {
		case err != nil:
			return err
		case missing == "":
			recorded[m.SequenceNumber] = true
		default:
			d := dead(p.Queue, m)
			d.Kept = missing
			p.Kept = append(p.Kept, d)
		}
		return nil
	})
	if err != nil {
		return err
	}
	agreed := len(recorded) > 0
	if agreed {
		happens := fmt.Sprintf("%s of the queue %s would be removed: what they carry is on record.\n", plural(len(recorded), "dead letter"), p.Queue)
		agreed, err = c.confirm(ctx, happens, "Remove?", "nothing was removed")
	}
	if agreed && err == nil {
		p.Removed, err = q.RemoveDeadLetters(ctx, p.Queue, recorded)
	}
	err = errors.Join(c.printPurge(p), err)
	if err == nil && len(p.Kept) > 0 {
		err = fmt.Errorf("%s stayed, because it is not on record what became of them: rescue-%s records them, so look whether it runs", plural(len(p.Kept), "dead letter"), p.Queue)
	}
	return err
}

func (c *call) printPurge(p purge) error {
	if c.json {
		return c.asJSON(p)
	}
	if len(p.Kept) > 0 {
		now := time.Now()
		rows := make([][]string, len(p.Kept))
		for i, d := range p.Kept {
			rows[i] = append(d.row(now)[1:], d.Kept)
		}
		if err := c.table([]string{"ID", "AGE", "WHAT", "REASON", "STAYS BECAUSE"}, rows); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, "Removed: %d of %s of the queue %s.\n", p.Removed, plural(p.DeadLetters, "dead letter"), printable(p.Queue))
	return nil
}

// missingRecord says why what a dead letter carries would be lost with it; "" if it would not.
func missingRecord(ctx context.Context, db *store.Store, queueName string, m azfunc.Message) (string, error) {
	if queueName == topology.QueueMails {
		return missingMail(ctx, db, m)
	}
	s := queue.Submission(m)
	e, err := db.Entry(ctx, s.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "the ledger has no such submission", nil
	case err != nil:
		return "", err
	case e.Open():
		return "the submission has no outcome yet", nil
	case !bytes.Equal(e.Body, s.Body):
		return "the ledger has another body under this id", nil
	}
	return "", nil
}

func missingMail(ctx context.Context, db *store.Store, m azfunc.Message) (string, error) {
	leadID, mailID, _ := queue.Mail(m)
	if mailID == "" {
		return "it names no mail", nil
	}
	record, err := db.Mail(ctx, mailID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "there is no record of the mail", nil
	case err != nil:
		return "", err
	case record.Lead != leadID:
		return "the record of the mail is of another lead", nil
	case !record.Ended():
		return "the mail has not ended yet", nil
	}
	return "", nil
}
