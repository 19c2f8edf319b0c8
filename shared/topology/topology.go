// Package topology is the one list of what Leadflow keeps in Azure: the Service Bus queues and the
// Cosmos DB containers, with every property that changes behavior.
//
// The list is topology.json, in the shapes of the Azure Resource Manager, so that a template can take it
// over as it is. The local services start with it, so that they have the properties of the real ones.
package topology

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sosodev/duration"
)

// Names of the queues and containers, as topology.json has them.
const (
	QueueLeads = "leads"
	QueueMails = "mails"

	ContainerSubmissions = "submissions"
	ContainerLeads       = "leads"
	ContainerMails       = "mails"
	ContainerState       = "state"
)

//go:embed topology.json
var file []byte

// Topology is the whole list.
type Topology struct {
	Queues     []Queue     `json:"queues"`
	Containers []Container `json:"containers"`
}

// Queue is one Service Bus queue.
type Queue struct {
	Name       string          `json:"name"`
	Properties QueueProperties `json:"properties"`
}

// QueueProperties are the properties of Microsoft.ServiceBus/namespaces/queues that Leadflow sets.
type QueueProperties struct {
	// LockDuration is how long a received message belongs to its receiver.
	LockDuration Duration `json:"lockDuration"`
	// MaxDeliveryCount is the number of deliveries after which a message becomes a dead letter.
	MaxDeliveryCount int `json:"maxDeliveryCount"`
	// DefaultMessageTimeToLive is how long a message may wait before it becomes a dead letter.
	DefaultMessageTimeToLive         Duration `json:"defaultMessageTimeToLive"`
	DeadLetteringOnMessageExpiration bool     `json:"deadLetteringOnMessageExpiration"`
	RequiresDuplicateDetection       bool     `json:"requiresDuplicateDetection"`
	// DuplicateDetectionHistoryTimeWindow is how long a MessageID is remembered.
	DuplicateDetectionHistoryTimeWindow Duration `json:"duplicateDetectionHistoryTimeWindow"`
}

// Container is one Cosmos DB container.
type Container struct {
	ID           string       `json:"id"`
	PartitionKey PartitionKey `json:"partitionKey"`
	// DefaultTTL is in seconds; -1 means that only documents with a ttl of their own expire, nil that
	// none ever does.
	DefaultTTL     *int            `json:"defaultTtl,omitempty"`
	IndexingPolicy json.RawMessage `json:"indexingPolicy"`
}

// PartitionKey is the definition of a container's partition key.
type PartitionKey struct {
	Paths   []string `json:"paths"`
	Kind    string   `json:"kind"`
	Version int      `json:"version"`
}

// Duration is written in ISO 8601 in the file ("PT1M"), as the Azure Resource Manager has it.
type Duration struct{ time.Duration }

// UnmarshalJSON reads an ISO 8601 duration.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	p, err := duration.Parse(s)
	if err != nil {
		return fmt.Errorf("duration %q is not ISO 8601: %w", s, err)
	}
	d.Duration = p.ToTimeDuration()
	return nil
}

// Load reads the embedded list. It panics if the file is broken, which its test rules out.
func Load() Topology {
	var t Topology
	if err := json.Unmarshal(file, &t); err != nil {
		panic("topology.json: " + err.Error())
	}
	return t
}
