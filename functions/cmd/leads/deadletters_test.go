package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/lead"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

// dies makes dead letters of all messages of a queue.
func (o *operator) dies(queueName string) {
	o.t.Helper()
	client, err := azservicebus.NewClientFromConnectionString(o.Settings()["SERVICEBUS"], nil)
	if err != nil {
		o.t.Fatal(err)
	}
	defer client.Close(context.Background())
	r, err := client.NewReceiverForQueue(queueName, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	for o.Queued()[queueName].Active > 0 {
		page, err := r.ReceiveMessages(o.t.Context(), 100, nil)
		if err != nil {
			o.t.Fatal(err)
		}
		for _, m := range page {
			if err := r.DeadLetterMessage(o.t.Context(), m, &azservicebus.DeadLetterOptions{Reason: new("MaxDeliveryCountExceeded"), ErrorDescription: new("10 deliveries " + hostile)}); err != nil {
				o.t.Fatal(err)
			}
		}
	}
}

// sends puts a submission on its queue.
func (o *operator) sends(s lead.Submission) {
	o.t.Helper()
	if err := o.Queue(queue.Backoff{}).SendSubmission(o.t.Context(), s, ""); err != nil {
		o.t.Fatal(err)
	}
}

// mails puts word of a mail on its queue, with a record in a state if there is one.
func (o *operator) mails(leadID, mailID string, state store.MailState) {
	o.t.Helper()
	err := o.Queue(queue.Backoff{}).SendMail(o.t.Context(), leadID, mailID, 0, "")
	if err == nil && state != "" {
		err = o.store.CreateMail(o.t.Context(), &store.Mail{ID: mailID, Lead: leadID, State: state})
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

// deadIDs are those of what the dead letters carry.
func deadIDs(all []deadLetter) string {
	var ids []string
	for _, d := range all {
		ids = append(ids, d.Submission+d.Mail)
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func TestDeadLettersOfBothQueuesAreListedAndStay(t *testing.T) {
	o := start(t)
	if out := says(t, "deadletters", "--json"); out != "[]\n" {
		t.Errorf("without any: %q", out)
	}
	o.sends(arrival("s1", time.Now(), "{}"))
	o.mails("l1", "alert-s1", "")
	o.dies("leads")
	o.dies("mails")
	o.Cosmos.Stop() // which is often why there are some
	for range 2 {
		out := says(t, "deadletters")
		inOrder(t, out, "QUEUE", "AGE", "leads", "s1", "under 1 min", "submission, 2 bytes contoso.analytics", "MaxDeliveryCountExceeded 10 deliveries", "mails", "alert-s1", "mail of lead l1", "MaxDeliveryCountExceeded")
		cannotMove(t, out)
	}
	all := saysJSON[[]deadLetter](t, "deadletters")
	if len(all) != 2 || all[0].Submission != "s1" || all[0].Offer != "contoso.analytics" || all[0].Bytes != 2 || all[0].SentAt.IsZero() || all[1].Mail != "alert-s1" || all[1].Lead != "l1" ||
		all[1].Reason != "MaxDeliveryCountExceeded" || all[1].Description != "10 deliveries "+hostile {
		t.Errorf("dead letters %+v", all)
	}
	if q := o.Queued(); q["leads"].DeadLettered != 1 || q["mails"].DeadLettered != 1 {
		t.Errorf("queues %+v", q)
	}
	o.Cosmos.Start()
}

func TestOnlyDeadLettersThatAreOnRecordAreRemoved(t *testing.T) {
	o := start(t)
	now := time.Now()
	send := func(id string, outcome lead.OutcomeKind) {
		s := arrival(id, now, "{}")
		o.sends(s)
		switch outcome {
		case "":
		case kindOpen:
			o.receive(s, nil)
		default:
			o.receive(s, &lead.Outcome{Kind: outcome, At: lead.At(now)})
		}
	}
	send("s-nowhere", "")
	send("s-open", kindOpen)
	send("s-quarantined", lead.OutcomeQuarantined)
	send("s-lead", lead.OutcomeLead)
	send("s-dropped", lead.OutcomeDropped)
	o.sends(arrival("s-other", now, "another body"))
	o.receive(arrival("s-other", now, "{}"), &lead.Outcome{Kind: lead.OutcomeLead, At: lead.At(now)})
	o.dies("leads")

	if _, _, err := callWith(t, "deadletters", "purge", "leads"); err == nil || !strings.HasPrefix(err.Error(), "nothing was removed: there is no terminal to ask on") || o.Queued()["leads"].DeadLettered != 6 {
		t.Errorf("error %v", err)
	}
	out, _, err := onTerminal(t, t.Context(), typing("n\n"), "deadletters", "purge", "leads")
	if !strings.Contains(out, "Nothing was removed.\n") || o.Queued()["leads"].DeadLettered != 6 {
		t.Errorf("printed %s, %v", out, err)
	}
	out, _, err = onTerminal(t, t.Context(), typing("y\n"), "deadletters", "purge", "leads")
	if err == nil || err.Error() != "3 dead letters stayed, because it is not on record what became of them: rescue-leads records them, so look whether it runs" {
		t.Errorf("error %v", err)
	}
	inOrder(t, out, "3 dead letters of the queue leads would be removed", "STAYS BECAUSE", "s-nowhere", "the ledger has no such submission", "s-open", "the submission has no outcome yet",
		"s-other", "the ledger has another body under this id", "Removed: 3 of 6 dead letters of the queue leads.")
	cannotMove(t, out)
	if left := deadIDs(saysJSON[[]deadLetter](t, "deadletters")); left != "s-nowhere s-open s-other" {
		t.Errorf("left are %s", left)
	}
	out, _, err = callWith(t, "deadletters", "purge", "leads", "--yes", "--json")
	if got := decoded[purge](t, out); err == nil || got.Queue != "leads" || got.DeadLetters != 3 || got.Removed != 0 || deadIDs(got.Kept) != "s-nowhere s-open s-other" || got.Kept[0].Kept == "" {
		t.Errorf("a second time: %+v, %v", got, err)
	}
	// What stays can be rescued at once: the purge holds no lock.
	if n := len(o.rescued("leads")); n != 3 {
		t.Errorf("%d dead letters are free", n)
	}
}

// rescued takes all dead letters that are free out of a queue.
func (o *operator) rescued(queueName string) []*azservicebus.ReceivedMessage {
	o.t.Helper()
	client, err := azservicebus.NewClientFromConnectionString(o.Settings()["SERVICEBUS"], nil)
	if err != nil {
		o.t.Fatal(err)
	}
	defer client.Close(context.Background())
	r, err := client.NewReceiverForQueue(queueName, &azservicebus.ReceiverOptions{SubQueue: azservicebus.SubQueueDeadLetter, ReceiveMode: azservicebus.ReceiveModeReceiveAndDelete})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(o.t.Context(), 30*time.Second) // under the time of a lock
	defer cancel()
	var all []*azservicebus.ReceivedMessage
	for o.Queued()[queueName].DeadLettered > 0 {
		page, err := r.ReceiveMessages(ctx, 100, nil)
		if err != nil {
			o.t.Fatal(err)
		}
		all = append(all, page...)
	}
	return all
}

func TestOnlyDeadLettersOfMailsThatHaveEndedAreRemoved(t *testing.T) {
	o := start(t)
	o.mails("l1", "m-failed", store.MailFailed)
	o.mails("l1", "m-sent", store.MailSent)
	o.mails("l1", "m-dropped", store.MailDropped)
	o.mails("l1", "m-planned", store.MailPlanned)
	o.mails("l1", "m-claimed", store.MailClaimed)
	o.mails("l1", "m-nowhere", "")
	if err := o.store.CreateMail(t.Context(), &store.Mail{ID: "m-strange", Lead: "l2", State: store.MailFailed}); err != nil {
		t.Fatal(err)
	}
	o.mails("l1", "m-strange", "")
	o.mails("", "?", "") // an id that no document can have
	o.dies("mails")
	out, _, err := callWith(t, "deadletters", "purge", "mails", "--yes")
	if err == nil || !strings.HasPrefix(err.Error(), "5 dead letters stayed") {
		t.Errorf("error %v", err)
	}
	inOrder(t, out, "m-planned", "the mail has not ended yet", "m-claimed", "the mail has not ended yet", "m-nowhere", "there is no record of the mail", "m-strange", "the record of the mail is of another lead",
		"nothing that Leadflow sent", "it names no mail", "Removed: 3 of 8 dead letters of the queue mails.")
	if left := deadIDs(saysJSON[[]deadLetter](t, "deadletters")); left != " m-claimed m-nowhere m-planned m-strange" {
		t.Errorf("left are %q", left)
	}
}

func TestAPurgeWithoutTheLedgerRemovesNothing(t *testing.T) {
	o := start(t)
	s := arrival("s1", time.Now(), "{}")
	o.receive(s, &lead.Outcome{Kind: lead.OutcomeLead, At: s.ReceivedAt})
	o.sends(s)
	o.dies("leads")
	o.Cosmos.Stop()
	if _, _, err := callWith(t, "deadletters", "purge", "leads", "--yes"); err == nil || o.Queued()["leads"].DeadLettered != 1 {
		t.Errorf("error %v", err)
	}
	o.Cosmos.Start()
	if got := saysJSON[purge](t, "deadletters", "purge", "leads", "--yes"); got.Removed != 1 || o.Queued()["leads"].DeadLettered != 0 {
		t.Errorf("purge %+v", got)
	}
	if _, _, err := callWith(t, "deadletters", "purge", "submissions"); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), "only leads, mails") {
		t.Errorf("error %v", err)
	}
}

func TestManyDeadLettersAreRemovedAmongManyThatStay(t *testing.T) {
	o := start(t)
	now := time.Now()
	q := o.Queue(queue.Backoff{})
	for i := range 250 {
		s := arrival(fmt.Sprintf("s%03d", i), now, "{}")
		if err := q.SendSubmission(t.Context(), s, ""); err != nil {
			t.Fatal(err)
		}
		if i%5 == 4 {
			o.receive(s, &lead.Outcome{Kind: lead.OutcomeQuarantined, At: lead.At(now)})
		}
	}
	o.dies("leads")
	out, _, err := callWith(t, "deadletters", "purge", "leads", "--yes", "--json")
	if got := decoded[purge](t, out); err == nil || got.DeadLetters != 250 || got.Removed != 50 || len(got.Kept) != 200 || o.Queued()["leads"].DeadLettered != 200 {
		t.Errorf("%d of %d removed, %d kept, %v", got.Removed, got.DeadLetters, len(got.Kept), err)
	}
}
