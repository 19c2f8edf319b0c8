package topology_test

import (
	"slices"
	"testing"
	"time"

	"leadflow/shared/topology"
)

func TestTheFileHasTheQueuesAndContainersOfTheDesign(t *testing.T) {
	top := topology.Load()
	var queues, containers []string
	for _, q := range top.Queues {
		queues = append(queues, q.Name)
		p := q.Properties
		if p.LockDuration.Duration != time.Minute || p.MaxDeliveryCount != 10 || p.DefaultMessageTimeToLive.Duration != 14*24*time.Hour {
			t.Errorf("queue %s: lock %s, deliveries %d, life %s; want 1m, 10, 336h", q.Name, p.LockDuration, p.MaxDeliveryCount, p.DefaultMessageTimeToLive)
		}
		if !p.RequiresDuplicateDetection || p.DuplicateDetectionHistoryTimeWindow.Duration != 10*time.Minute {
			t.Errorf("queue %s does not remember MessageIDs for 10 minutes", q.Name)
		}
		if !p.DeadLetteringOnMessageExpiration {
			t.Errorf("queue %s drops what expires", q.Name)
		}
	}
	if want := []string{topology.QueueLeads, topology.QueueMails}; !slices.Equal(queues, want) {
		t.Errorf("queues %v, want %v", queues, want)
	}
	keys := map[string]string{}
	for _, c := range top.Containers {
		containers = append(containers, c.ID)
		keys[c.ID] = c.PartitionKey.Paths[0]
	}
	if want := []string{topology.ContainerSubmissions, topology.ContainerLeads, topology.ContainerMails, topology.ContainerState}; !slices.Equal(containers, want) {
		t.Errorf("containers %v, want %v", containers, want)
	}
	if keys[topology.ContainerLeads] != "/lead" || keys[topology.ContainerSubmissions] != "/id" {
		t.Errorf("partition keys %v", keys)
	}
}
