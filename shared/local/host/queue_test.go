package host

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/local/servicebus"
	"leadflow/shared/topology"
)

// namespace is a broker with the queue "leads" that can be switched off and on.
type namespace struct {
	t       *testing.T
	broker  *servicebus.Broker
	address string
	off     func()       // waits until nobody listens
	behind  atomic.Int64 // of the broker's clock, in nanoseconds
	asked   atomic.Int64 // how often the broker looked at its clock
}

func (n *namespace) now() time.Time {
	n.asked.Add(1)
	return time.Now().Add(-time.Duration(n.behind.Load()))
}

func newNamespace(t *testing.T, lock time.Duration) *namespace {
	t.Helper()
	n := &namespace{t: t, address: "127.0.0.1:0"}
	n.broker = servicebus.NewBroker([]topology.Queue{{
		Name:       "leads",
		Properties: topology.QueueProperties{LockDuration: topology.Duration{Duration: lock}, MaxDeliveryCount: 10},
	}}, n.now)
	n.on()
	t.Cleanup(func() { n.off() })
	return n
}

func (n *namespace) on() {
	n.t.Helper()
	l, err := net.Listen("tcp", n.address)
	if err != nil {
		n.t.Fatal(err)
	}
	n.address = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.broker.Serve(ctx, l) }()
	n.off = func() {
		cancel()
		if err := <-done; err != nil {
			n.t.Errorf("broker: %v", err)
		}
		n.off = func() {}
	}
}

// turnAway waits for clients that find nobody to talk to.
func (n *namespace) turnAway(clients int) {
	n.t.Helper()
	l, err := net.Listen("tcp", n.address)
	if err != nil {
		n.t.Fatal(err)
	}
	defer l.Close()
	if err := l.(*net.TCPListener).SetDeadline(time.Now().Add(patience)); err != nil {
		n.t.Fatal(err)
	}
	for range clients {
		c, err := l.Accept()
		if err != nil {
			n.t.Fatalf("nobody tries to come back: %v", err)
		}
		c.Close()
	}
}

func (n *namespace) send(messages ...*azservicebus.Message) {
	n.t.Helper()
	client, err := azservicebus.NewClientFromConnectionString(servicebus.ConnectionString(n.address), nil)
	if err != nil {
		n.t.Fatal(err)
	}
	defer client.Close(context.Background())
	sender, err := client.NewSender("leads", nil)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, m := range messages {
		if err := sender.SendMessage(n.t.Context(), m, nil); err != nil {
			n.t.Fatal(err)
		}
	}
}

// empty waits until no message is left, in whatever state.
func (n *namespace) empty() {
	n.t.Helper()
	eventually(n.t, "no message is left", func() bool { return n.broker.Stats()["leads"] == servicebus.QueueStats{} })
}

func queueFunction(queue string) string {
	return `{"bindings":[{"type":"serviceBusTrigger","direction":"in","name":"message","queueName":"` + queue + `","connection":"SERVICEBUS","dataType":"binary"}]}`
}

// ingest runs a host with a function on "leads".
func (n *namespace) ingest(d *double, hostMore string, functions map[string]string) *running {
	n.t.Helper()
	all := map[string]string{"ingest": queueFunction("leads")}
	for name, text := range functions {
		all[name] = text
	}
	return start(n.t, stage(n.t, hostJSON(hostMore), all), map[string]string{
		controlSetting: d.address,
		"SERVICEBUS":   servicebus.ConnectionString(n.address),
	})
}

func text(s string) *azservicebus.Message {
	return &azservicebus.Message{Body: []byte(s), MessageID: ptr(s)}
}

// told is what a handler learns of a message.
type told struct {
	Data     struct{ Message []byte }
	Metadata struct {
		DeliveryCount         string
		ApplicationProperties map[string]any
	}
}

func readMessage(t *testing.T, e event) told {
	t.Helper()
	var m told
	if err := json.Unmarshal(e.body(t), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAMessageArrivesAsRecordedAndIsCompleted(t *testing.T) {
	t.Parallel()
	n := newNamespace(t, time.Minute)
	d := newDouble(t, nil, nil)
	n.ingest(d, "", nil)
	week := 7 * 24 * time.Hour
	n.send(&azservicebus.Message{
		Body:        []byte(`{"LeadSource":"AzureMarketplace","UserDetails":{"FirstName":"Zoë","LastName":"O'Brien"}}` + "\n"),
		MessageID:   ptr("9f86d081884c7d65"),
		ContentType: ptr("application/json"),
		TimeToLive:  &week,
		ApplicationProperties: map[string]any{
			"schema": "1", "attempt": int32(2), "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		},
	})
	got := next(t, d.calls)
	_, _, want := recording(t, "queue-binary.http")
	live := []*regexp.Regexp{
		regexp.MustCompile(`("FullyQualifiedNamespace":)"[a-z0-9.-]+"`),
		regexp.MustCompile(`("Identifier":)"[a-z0-9.-]+"`),
		regexp.MustCompile(`("LockToken":)"\\"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\""`),
		regexp.MustCompile(`("(?:ExpiresAt|EnqueuedTime)Utc":)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"`),
		regexp.MustCompile(`("(?:ExpiresAt|EnqueuedTime)":)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"`),
		regexp.MustCompile(`("SequenceNumber":)"\d+"`),
	}
	if got, want := sortProperties(t, steady(got.body(t), live...)), sortProperties(t, steady(want, live...)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	n.empty()
}

func TestAFailureAbandonsAtOnceUntilTheMessageIsADeadLetter(t *testing.T) {
	t.Parallel()
	n := newNamespace(t, time.Minute)
	d := newDouble(t, nil, func(e event) reply {
		if e.path() == "/ingest" {
			return answer("500 Internal Server Error", "application/json", "{}")
		}
		return success()
	})
	n.ingest(d, "", map[string]string{"rescue": queueFunction("leads/$DeadLetterQueue")})
	n.send(text("poison"))
	began := time.Now()
	for i := range 10 {
		m := readMessage(t, next(t, d.calls))
		if want := fmt.Sprint(i + 1); m.Metadata.DeliveryCount != want {
			t.Errorf("delivery %s, want %s", m.Metadata.DeliveryCount, want)
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("ten deliveries took %s", took)
	}
	e := next(t, d.calls)
	m := readMessage(t, e)
	if e.path() != "/rescue" || string(m.Data.Message) != "poison" {
		t.Errorf("%s gets %q", e.path(), m.Data.Message)
	}
	if m.Metadata.ApplicationProperties["DeadLetterReason"] != "MaxDeliveryCountExceeded" || m.Metadata.ApplicationProperties["DeadLetterErrorDescription"] == nil {
		t.Errorf("the dead letter says %+v", m.Metadata)
	}
	n.empty()
}

func TestNoMoreThanMaxConcurrentCallsRunAtATime(t *testing.T) {
	t.Parallel()
	const limit, messages = 3, 12
	n := newNamespace(t, time.Minute)
	var inside, most atomic.Int32
	release := make(chan struct{})
	d := newDouble(t, nil, func(event) reply {
		now := inside.Add(1)
		defer inside.Add(-1)
		for {
			seen := most.Load()
			if now <= seen || most.CompareAndSwap(seen, now) {
				break
			}
		}
		<-release
		return success()
	})
	for i := range messages {
		n.send(text(fmt.Sprint(i)))
	}
	n.ingest(d, fmt.Sprintf(`,"extensions":{"serviceBus":{"maxConcurrentCalls":%d}}`, limit), nil)
	eventually(t, "all slots are in use", func() bool { return inside.Load() == limit })
	for range messages {
		release <- struct{}{}
	}
	n.empty()
	if most.Load() != limit {
		t.Errorf("%d calls at the same time, want %d", most.Load(), limit)
	}
	if len(d.calls) != messages {
		t.Errorf("%d calls for %d messages", len(d.calls), messages)
	}
}

func TestTheHostIsBackSoonAfterTheBroker(t *testing.T) {
	t.Parallel()
	n := newNamespace(t, time.Minute)
	d := newDouble(t, nil, nil)
	r := n.ingest(d, "", nil)
	n.send(text("before"))
	next(t, d.calls)
	n.empty()
	for outage := range 2 {
		n.off()
		eventually(t, "the outage is mentioned", func() bool {
			return strings.Count(r.output.String(), "cannot receive") == outage+1
		})
		n.turnAway(3)
		n.on()
		began := time.Now()
		n.send(text(fmt.Sprint("after ", outage)))
		if m := readMessage(t, next(t, d.calls)); string(m.Data.Message) != fmt.Sprint("after ", outage) {
			t.Errorf("got %q", m.Data.Message)
		}
		if took := time.Since(began); took > 10*time.Second { // a few tenths, but for a busy machine
			t.Errorf("back after %s", took)
		}
		n.empty()
	}
	if text := r.output.String(); strings.Count(text, "cannot receive") != 2 || strings.Count(text, "receiving again") != 2 {
		t.Error("not one message for each outage and one for each end")
	}
}

func TestAHostThatStartsWithoutABrokerWaitsForIt(t *testing.T) {
	t.Parallel()
	n := newNamespace(t, time.Minute)
	n.off()
	d := newDouble(t, nil, nil)
	r := n.ingest(d, "", nil)
	eventually(t, "the outage is mentioned", func() bool { return strings.Contains(r.output.String(), "cannot receive") })
	n.on()
	n.send(text("x"))
	next(t, d.calls)
	n.empty()
}

func TestAMessageInHandSurvivesALostConnection(t *testing.T) {
	t.Parallel()
	n := newNamespace(t, time.Minute)
	hold := make(chan struct{})
	d := newDouble(t, nil, func(event) reply { <-hold; return success() })
	n.ingest(d, "", nil)
	n.send(text("x"))
	next(t, d.calls)
	n.broker.DropConnections()
	close(hold)
	n.empty() // the lock is still good, and a new connection completes the message
	if len(d.calls) != 0 {
		t.Error("the message was delivered twice")
	}
}

func TestALockIsRenewedWhileTheInvocationRuns(t *testing.T) {
	t.Parallel()
	const lock = 8 * time.Second // half of it is what a busy machine may take for a renewal
	n := newNamespace(t, lock)
	d := newDouble(t, nil, func(event) reply { <-time.After(lock * 3 / 2); return success() })
	n.ingest(d, "", nil)
	n.send(text("x"))
	next(t, d.calls)
	n.empty()
	if len(d.calls) > 0 {
		t.Error("the message was delivered twice")
	}
}

func TestALockIsRenewedOverANewConnectionIfTheFirstIsLost(t *testing.T) {
	t.Parallel()
	const lock = 8 * time.Second // half of it is what a busy machine may take for a renewal
	n := newNamespace(t, lock)
	d := newDouble(t, nil, func(event) reply {
		n.broker.DropConnections()
		<-time.After(lock * 3 / 2)
		return success()
	})
	n.ingest(d, "", nil)
	n.send(text("x"))
	next(t, d.calls)
	n.empty()
	if len(d.calls) > 0 {
		t.Error("the message was delivered twice")
	}
}

func TestABrokerWhoseClockIsBehindIsNotFloodedWithRenewals(t *testing.T) {
	t.Parallel()
	n := newNamespace(t, time.Minute)
	answered := make(chan struct{})
	n.behind.Store(int64(time.Hour)) // every lock seems to have ended long ago
	d := newDouble(t, nil, func(event) reply {
		before, began := n.asked.Load(), time.Now()
		<-time.After(4 * renewEvery)
		// The broker's own habit is once in 10 ms.
		if asked, most := n.asked.Load()-before, 100+3*int64(time.Since(began)/(10*time.Millisecond)); asked > most {
			t.Errorf("the broker looked at its clock %d times, want at most %d", asked, most)
		}
		close(answered)
		return success()
	})
	r := n.ingest(d, "", nil)
	n.send(text("x"))
	next(t, d.calls)
	<-answered
	n.empty()
	if strings.Contains(r.output.String(), "cannot") {
		t.Error("a lock that seems to have ended was given up")
	}
}

func TestALockIsNotRenewedForLongerThanTheHostMay(t *testing.T) {
	t.Parallel()
	n := newNamespace(t, time.Second)
	second := make(chan struct{})
	var calls atomic.Int32
	d := newDouble(t, nil, func(event) reply {
		if calls.Add(1) == 1 {
			<-second
		}
		return success()
	})
	n.ingest(d, `,"extensions":{"serviceBus":{"maxAutoLockRenewalDuration":"00:00:00"}}`, nil)
	n.send(text("x"))
	next(t, d.calls)
	if m := readMessage(t, next(t, d.calls)); m.Metadata.DeliveryCount != "2" {
		t.Errorf("delivery %s, want 2", m.Metadata.DeliveryCount)
	}
	close(second)
	n.empty()
}

func TestAMessageComesAgainAfterItsProcessDied(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first reply
		how   string
	}{
		"by itself":                       {reply{Exit: true, Code: 3}, "exit status 3"},
		"because nothing was answered":    {answer("200 OK", "application/json", ""), "signal: killed"},
		"because it did not end its work": {reply{Pad: -1}, "signal: killed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNamespace(t, time.Minute)
			var calls atomic.Int32
			d := newDouble(t, nil, func(event) reply {
				if calls.Add(1) > 1 {
					return success()
				}
				if c.first.Pad < 0 {
					select {}
				}
				return c.first
			})
			r := n.ingest(d, `,"functionTimeout":"00:00:00.5"`, nil)
			n.send(text("x"))
			first, second := next(t, d.calls), next(t, d.calls)
			if first.PID == second.PID {
				t.Error("it comes again to the same process")
			}
			// A process that dies by itself may still take a connection after it has lost the first.
			if n := readMessage(t, second).Metadata.DeliveryCount; n != "2" && (c.first.Code == 0 || n == "1") {
				t.Errorf("delivery %s, want 2", n)
			}
			n.empty()
			if !strings.Contains(r.output.String(), c.how) {
				t.Errorf("the process did not end by %s", c.how)
			}
		})
	}
}

func TestAMessageIsKeptWhenTheHostEnds(t *testing.T) {
	t.Parallel()
	n := newNamespace(t, time.Minute)
	d := newDouble(t, nil, func(event) reply { select {} })
	r := n.ingest(d, "", nil)
	n.send(text("x"))
	next(t, d.calls)
	r.stop()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if stats := n.broker.Stats()["leads"]; stats.Locked != 1 {
		t.Errorf("the message was settled, or given back before its lock ends: %+v", stats)
	}
}
