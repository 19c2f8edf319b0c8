package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus/admin"
	"github.com/Azure/go-amqp"

	"leadflow/shared/topology"
)

// What may be wrong with a queue, as far as it is told apart. Every other error is about the connection.
var (
	// ErrNotAllowed says that the identity or the key may not do that.
	ErrNotAllowed = errors.New("not allowed")
	// ErrNoQueue says that there is no such queue.
	ErrNoQueue = errors.New("there is no such queue")
	// ErrNoManagement says that the namespace is a stand-in, which cannot be asked for properties.
	ErrNoManagement = errors.New("a stand-in has no management")
)

// MaySend finds out whether messages may be sent to a queue, and sends none.
func (q *Queue) MaySend(ctx context.Context, name string) error {
	sender, err := q.client.NewSender(name, nil) // one that is open already would not ask
	if err == nil {
		_, err = sender.NewMessageBatch(ctx, nil) // needs to know the largest size, and so has to be let in
		_ = sender.Close(ctx)
	}
	return answered(err, "ask whether messages may be sent to the queue "+name)
}

// MayReceive finds out whether messages of a queue may be received, and leaves them where they are.
func (q *Queue) MayReceive(ctx context.Context, name string) error {
	receiver, err := q.client.NewReceiverForQueue(name, nil)
	if err == nil {
		_, err = receiver.PeekMessages(ctx, 1, nil)
		_ = receiver.Close(ctx)
	}
	return answered(err, "ask whether messages of the queue "+name+" may be received")
}

func answered(err error, what string) error {
	if err == nil {
		return nil
	}
	said, _ := errors.AsType[*azservicebus.Error](err)
	refused, _ := errors.AsType[*amqp.Error](err) // which the client gives as it is where a link is refused
	switch {
	case said != nil && said.Code == azservicebus.CodeUnauthorizedAccess, refused != nil && refused.Condition == amqp.ErrCondUnauthorizedAccess:
		err = ErrNotAllowed
	case said != nil && said.Code == azservicebus.CodeNotFound, refused != nil && refused.Condition == amqp.ErrCondNotFound:
		err = ErrNoQueue
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Properties reads the properties of a queue. That needs more than sending and receiving do: the claim Manage, or the
// role Azure Service Bus Data Owner.
func (q *Queue) Properties(ctx context.Context, name string) (topology.QueueProperties, error) {
	p, err := q.properties(ctx, name)
	if err != nil {
		return topology.QueueProperties{}, fmt.Errorf("ask for the properties of the queue %s: %w", name, err)
	}
	return p, nil
}

func (q *Queue) properties(ctx context.Context, name string) (topology.QueueProperties, error) {
	var p topology.QueueProperties
	if strings.Contains(strings.ToLower(q.options.ConnectionString), "usedevelopmentemulator=true") {
		return p, ErrNoManagement
	}
	client, err := q.management()
	if err != nil {
		return p, err
	}
	have, err := client.GetQueue(ctx, name, nil)
	if re, ok := errors.AsType[*azcore.ResponseError](err); ok {
		if re.StatusCode == http.StatusUnauthorized || re.StatusCode == http.StatusForbidden {
			return p, ErrNotAllowed
		}
		return p, fmt.Errorf("the service answered %d", re.StatusCode)
	}
	switch {
	case err != nil:
		return p, err
	case have == nil:
		return p, ErrNoQueue
	}
	// The names are those of the file of the topology, and the durations are in its form.
	b, err := json.Marshal(have.QueueProperties)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	return p, err
}

func (q *Queue) management() (*admin.Client, error) {
	options := &admin.ClientOptions{ClientOptions: policy.ClientOptions{Transport: q.options.Transport, Retry: policy.RetryOptions{MaxRetries: 1}}}
	if q.options.ConnectionString != "" {
		return admin.NewClientFromConnectionString(q.options.ConnectionString, options)
	}
	return admin.NewClient(q.options.Namespace, q.options.Credential, options)
}
