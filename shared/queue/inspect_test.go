package queue_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
	"leadflow/shared/topology"
)

// manager answers for the management of a namespace.
type manager struct {
	status int
	body   string
	asked  string
}

func (m *manager) Do(r *http.Request) (*http.Response, error) {
	m.asked = r.URL.Host + r.URL.Path
	return &http.Response{StatusCode: m.status, Body: io.NopCloser(strings.NewReader(m.body)), Header: http.Header{}, Request: r}, nil
}

const entry = `<entry xmlns="http://www.w3.org/2005/Atom"><title type="text">leads</title><content type="application/xml">
<QueueDescription xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect"><LockDuration>PT30S</LockDuration><MaxSizeInMegabytes>1024</MaxSizeInMegabytes>
<RequiresDuplicateDetection>true</RequiresDuplicateDetection><RequiresSession>false</RequiresSession><DefaultMessageTimeToLive>P14D</DefaultMessageTimeToLive>
<DeadLetteringOnMessageExpiration>false</DeadLetteringOnMessageExpiration><DuplicateDetectionHistoryTimeWindow>PT10M</DuplicateDetectionHistoryTimeWindow><MaxDeliveryCount>5</MaxDeliveryCount>
<EnableBatchedOperations>true</EnableBatchedOperations><Status>Active</Status><EnablePartitioning>false</EnablePartitioning></QueueDescription></content></entry>`

func TestThePropertiesOfAQueueAreReadWhereTheyMayBe(t *testing.T) {
	for _, c := range []struct {
		name    string
		manager manager
		want    error
	}{
		{"they may", manager{status: 200, body: entry}, nil},
		{"no queue", manager{status: 404}, queue.ErrNoQueue},
		{"no right", manager{status: 401}, queue.ErrNotAllowed},
		{"no role", manager{status: 403}, queue.ErrNotAllowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := queue.Open(queue.Options{ConnectionString: "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=a2V5", Transport: &c.manager})
			if err != nil {
				t.Fatal(err)
			}
			p, err := q.Properties(t.Context(), "leads")
			if !errors.Is(err, c.want) || c.manager.asked != "contoso.servicebus.windows.net/leads" {
				t.Errorf("%v, asked was %s", err, c.manager.asked)
			}
			if c.want == nil && (p.LockDuration.String() != "30s" || p.MaxDeliveryCount != 5 || p.DefaultMessageTimeToLive.String() != "336h0m0s" || !p.RequiresDuplicateDetection ||
				p.DuplicateDetectionHistoryTimeWindow.String() != "10m0s" || p.DeadLetteringOnMessageExpiration) {
				t.Errorf("properties %+v", p)
			}
		})
	}
}

func TestWhatMayBeDoneWithAQueueIsFoundOutWithoutDoingIt(t *testing.T) {
	l := lab.New(t)
	q := l.Queue(queue.Backoff{})
	for name, want := range map[string]error{topology.QueueLeads: nil, topology.QueueMails: nil, "other": queue.ErrNoQueue} {
		for what, err := range map[string]error{"send": q.MaySend(t.Context(), name), "receive": q.MayReceive(t.Context(), name)} {
			if !errors.Is(err, want) {
				t.Errorf("%s %s: %v", what, name, err)
			}
		}
	}
	if _, err := q.Properties(t.Context(), topology.QueueLeads); !errors.Is(err, queue.ErrNoManagement) {
		t.Errorf("the stand-in's properties: %v", err)
	}
	if n := len(l.Messages(topology.QueueLeads)); n > 0 {
		t.Errorf("%d messages were sent", n)
	}
	l.ServiceBus.Stop()
	if err := q.MaySend(t.Context(), topology.QueueMails); err == nil || errors.Is(err, queue.ErrNoQueue) || errors.Is(err, queue.ErrNotAllowed) {
		t.Errorf("while the namespace is away: %v", err)
	}
}
