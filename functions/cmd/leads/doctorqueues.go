package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"leadflow/functions"
	"leadflow/shared/queue"
	"leadflow/shared/topology"
)

var (
	queueSettings = []string{"SERVICEBUS", "SERVICEBUS__fullyQualifiedNamespace", "SERVICEBUS__credential", "SERVICEBUS__clientId"}
	queueChecks   = []check{{"Service Bus", queueSettings, examineQueues}}
)

// examineQueues looks at what may be done with every queue, and at its properties.
func examineQueues(ctx context.Context, p *patient) []finding {
	q, err := functions.OpenQueue(p.settings, login)
	if err != nil {
		return []finding{{levelProblem, "Service Bus", "no client could be made: " + err.Error()}}
	}
	defer q.Close(context.WithoutCancel(ctx))
	keyed := p.settings.ConnectionString.Get() != ""
	how := "with a connection string"
	if !keyed {
		how = "with your own login; the identity of the app needs its roles too"
	}
	found := []finding{{levelOK, "Service Bus", "it is used " + how}}
	for _, want := range topology.Load().Queues {
		about := "queue " + want.Name
		for _, may := range []struct {
			what, claim, role string
			ask               func(context.Context, string) error
		}{
			{"sent to", "Send", "Azure Service Bus Data Sender", q.MaySend},
			{"received from", "Listen", "Azure Service Bus Data Receiver", q.MayReceive},
		} {
			err := may.ask(ctx, want.Name)
			switch {
			case err == nil:
				found = append(found, finding{levelOK, about, "it can be " + may.what})
				continue
			case errors.Is(err, queue.ErrNoQueue):
				return append(found, finding{levelProblem, about, "it is not there: create it as shared/topology/topology.json has it"})
			case errors.Is(err, queue.ErrNotAllowed) && keyed:
				found = append(found, finding{levelProblem, about, fmt.Sprintf("it cannot be %s: the policy of the connection string in SERVICEBUS has to have the claim %s, and its key has to be valid", may.what, may.claim)})
				continue
			case errors.Is(err, queue.ErrNotAllowed):
				found = append(found, finding{levelProblem, about, fmt.Sprintf("it cannot be %s: assign the role %s on the namespace", may.what, may.role)})
				continue
			}
			return append(found, finding{levelProblem, "Service Bus", fmt.Sprintf("%v: see that the namespace in the settings is right, that it is up, and that its firewall lets you in on port 5671", err)})
		}
		found = append(found, queueProperties(ctx, q, want)...)
	}
	return found
}

// queueProperties compares the properties of a queue, if they may be seen.
func queueProperties(ctx context.Context, q *queue.Queue, want topology.Queue) []finding {
	about := "queue " + want.Name
	have, err := q.Properties(ctx, want.Name)
	switch {
	case errors.Is(err, queue.ErrNoManagement):
		return []finding{{levelOK, about, "it is a stand-in's, which has the properties of shared/topology/topology.json"}}
	case errors.Is(err, queue.ErrNotAllowed):
		return []finding{{levelNote, about, fmt.Sprintf("its properties can be seen with the claim Manage or the role Azure Service Bus Data Owner only; see yourself that they are: %s", propertiesOf(want.Properties))}}
	case err != nil:
		return []finding{{levelNote, about, fmt.Sprintf("its properties could not be seen: %v; see yourself that they are: %s", err, propertiesOf(want.Properties))}}
	}
	return compareQueues(about, want.Properties, have)
}

func propertiesOf(p topology.QueueProperties) string {
	return fmt.Sprintf("lock %s, at most %d deliveries, time to live %s, dead letters on expiry, duplicate detection over %s",
		span(p.LockDuration), p.MaxDeliveryCount, span(p.DefaultMessageTimeToLive), span(p.DuplicateDetectionHistoryTimeWindow))
}

// compareQueues says in what a queue differs from what it is to be.
func compareQueues(about string, want, have topology.QueueProperties) []finding {
	var found []finding
	differs := func(differ bool, format string, values ...any) {
		if differ {
			found = append(found, finding{levelProblem, about, fmt.Sprintf(format, values...)})
		}
	}
	differs(have.RequiresDuplicateDetection != want.RequiresDuplicateDetection,
		"it does not detect duplicates, so that a retry can become a second lead, and that cannot be changed: delete the queue when it is empty and create it anew")
	differs(have.RequiresDuplicateDetection && have.DuplicateDetectionHistoryTimeWindow != want.DuplicateDetectionHistoryTimeWindow,
		"it remembers duplicates for %s and has to for %s: set it", span(have.DuplicateDetectionHistoryTimeWindow), span(want.DuplicateDetectionHistoryTimeWindow))
	differs(have.LockDuration != want.LockDuration, "its lock lasts %s and has to last %s: set it", span(have.LockDuration), span(want.LockDuration))
	differs(have.MaxDeliveryCount != want.MaxDeliveryCount, "it delivers a message %d times at most and has to %d times: set it", have.MaxDeliveryCount, want.MaxDeliveryCount)
	differs(have.DefaultMessageTimeToLive != want.DefaultMessageTimeToLive, "its messages live %s and have to live %s: set it", span(have.DefaultMessageTimeToLive), span(want.DefaultMessageTimeToLive))
	differs(have.DeadLetteringOnMessageExpiration != want.DeadLetteringOnMessageExpiration, "what expires is dropped and has to become a dead letter: set it")
	if found == nil {
		found = []finding{{levelOK, about, "its properties are right"}}
	}
	return found
}

// span writes a duration with days, as people set it.
func span(d topology.Duration) string {
	if days := d.Duration / (24 * time.Hour); days > 1 && d.Duration%(24*time.Hour) == 0 {
		return plural(int(days), "day")
	}
	return d.String()
}
