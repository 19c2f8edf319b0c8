// Package queue sends messages on Service Bus: submissions to the queue leads, mails to the queue mails.
// Receiving is the Functions host's business, but for the dead letters that an operator looks at.
//
// Duplicate detection drops a second message with the same MessageID for 10 minutes. A submission's first
// message has the submission's id, so only a client's retry is dropped; every deliberate re-send has an id
// of its own or it would be dropped too. A copy for later adds "/" and the attempt to the id of the
// message that began its chain.
package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// Application properties of the messages.
const (
	propertyID           = "id"           // of the submission or the mail
	propertyReceivedAt   = "receivedAt"   // of the submission
	propertyOfferID      = "offerId"      // of the webhook's URL
	propertyContentType  = "contentType"  // of the webhook's request
	propertyLead         = "leadId"       // that a mail is about
	propertyChain        = "chain"        // MessageID of the message that the copies for later began with
	propertyAttempt      = "attempt"      // how many copies for later there were before
	propertyFirstTriedAt = "firstTriedAt" // when the first copy for later was sent
)

// sendTimeout bounds one send with all its retries: the client would wait for an answer as long as its context lets it. A
// namespace that is reached answers in milliseconds.
const sendTimeout = 10 * time.Second

// maxProperty bounds each application property in bytes, so that the largest body and its properties stay
// below the 256 KB of one message.
const maxProperty = 1 << 10

// The longest ids taken over from other hands, in bytes. A MessageID has 128 characters at most, and
// something is put behind them: 15 characters by a re-send, "/" and the attempt by a copy for later.
const (
	maxID    = 100 // of a submission; 116 for a mail, which puts its kind before it
	maxChain = 120
)

// Options says how to reach the namespace: by ConnectionString or, if that is empty, by Namespace (its
// fully qualified name) and Credential.
type Options struct {
	ConnectionString string
	Namespace        string
	Credential       azcore.TokenCredential
	Backoff          Backoff
	// Transport carries what is asked of the management of the namespace; nil is the SDK's own.
	Transport policy.Transporter
}

// Backoff says when a copy for later arrives and when there is none any more.
type Backoff struct {
	// First is the delay of the first copy; it doubles with each up to Max.
	First, Max time.Duration
	// GiveUpAfter is how long after the first copy a message is given up.
	GiveUpAfter time.Duration
}

// Delay is the delay of the copy after that many copies.
func (b Backoff) Delay(attempt int) time.Duration {
	d := b.First
	for range attempt {
		if d >= b.Max {
			break
		}
		d *= 2
	}
	return min(d, b.Max)
}

// Queue is safe for concurrent use. Make one per process: it holds the connection.
type Queue struct {
	options Options
	client  *azservicebus.Client
	backoff Backoff
	mu      sync.Mutex
	senders map[string]*azservicebus.Sender
}

// Open makes a Queue. It does not use the network, so it succeeds while the namespace is away.
func Open(o Options) (*Queue, error) {
	options := &azservicebus.ClientOptions{RetryOptions: azservicebus.RetryOptions{
		// An idle link is detached after 10 minutes, which the first retry mends at once. What lasts
		// longer is for the caller: the webhook has the ledger, the functions have the back-off. One
		// connection carries the links of both queues.
		MaxRetries: 2, RetryDelay: 100 * time.Millisecond, MaxRetryDelay: time.Second,
	}}
	var client *azservicebus.Client
	var err error
	if o.ConnectionString != "" {
		client, err = azservicebus.NewClientFromConnectionString(o.ConnectionString, options)
	} else {
		client, err = azservicebus.NewClient(o.Namespace, o.Credential, options)
	}
	if err != nil {
		return nil, fmt.Errorf("open the queues: %w", err)
	}
	return &Queue{options: o, client: client, backoff: o.Backoff, senders: map[string]*azservicebus.Sender{}}, nil
}

// Close ends the connection.
func (q *Queue) Close(ctx context.Context) error { return q.client.Close(ctx) }

// SendSubmission sends a submission to be ingested. resend is empty for the first time; it sets a
// deliberate re-send apart from the first (see SweepID and ReplayID).
func (q *Queue) SendSubmission(ctx context.Context, s lead.Submission, resend string) error {
	return q.send(ctx, topology.QueueLeads, s.ID+resend, s.Body, map[string]any{
		propertyID:          s.ID,
		propertyReceivedAt:  s.ReceivedAt.String(),
		propertyOfferID:     bounded(s.OfferID),
		propertyContentType: bounded(s.ContentType),
	})
}

// SendMail sends word that a lead has a mail to be sent. tries is the number of attempts that the mail's
// record knows of.
func (q *Queue) SendMail(ctx context.Context, leadID, mailID string, tries int, resend string) error {
	properties := map[string]any{propertyID: mailID, propertyLead: leadID}
	if tries > 0 {
		properties[propertyAttempt] = int64(tries)
	}
	return q.send(ctx, topology.QueueMails, mailID+resend, nil, properties)
}

// SweepID sets the re-send of a sweep apart, by the next try that the sweep has claimed: one sweep claims
// it once, and the next one claims another.
func SweepID(nextTry time.Time) string { return "/s" + strconv.FormatInt(nextTry.UnixMilli(), 10) }

// ReplayID sets the replay by an operator apart.
func ReplayID(now time.Time) string { return "/r" + strconv.FormatInt(now.Unix(), 10) }

// Submission is the submission that a message carries. A message from other hands, without our
// properties, is one too: its id is the broker's and it was received when it was enqueued.
func Submission(m azfunc.Message) lead.Submission {
	s := lead.Submission{ID: m.Text(propertyID), OfferID: m.Text(propertyOfferID), ContentType: m.Text(propertyContentType), Body: m.Body}
	if !usableID(s.ID) {
		s.ID = brokersID(m)
	}
	at, err := time.Parse(lead.TimeLayout, m.Text(propertyReceivedAt))
	if err != nil {
		at = m.EnqueuedAt
	}
	s.ReceivedAt = lead.At(at)
	return s
}

// Mail is what a message of the queue mails says: which mail of which lead, and after how many tries. Ids
// that no document can have are given as "".
func Mail(m azfunc.Message) (leadID, mailID string, tries int) {
	leadID, mailID = m.Text(propertyLead), m.Text(propertyID)
	if !usableID(leadID) {
		leadID = ""
	}
	if !usableID(mailID) {
		mailID = ""
	}
	return leadID, mailID, m.Int(propertyAttempt)
}

// brokersID names a message by what the broker says of it: every delivery has the same.
func brokersID(m azfunc.Message) string {
	return lead.ID("message:"+m.ID+":"+strconv.FormatInt(m.SequenceNumber, 10), "")
}

// usableID says whether Cosmos DB takes id as the id of a document, and Service Bus with what a re-send puts
// behind it as a MessageID.
func usableID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for _, c := range id {
		if c == '/' || c == '\\' || c == '#' || c == '?' || c < ' ' {
			return false
		}
	}
	return true
}

// Delay is when the copy for later of m arrives: after, or by the back-off if that is 0.
func (q *Queue) Delay(m azfunc.Message, after time.Duration) time.Duration {
	if after > 0 {
		return after
	}
	return q.backoff.Delay(m.Int(propertyAttempt))
}

// GiveUp says that a message has been tried for long enough.
func (q *Queue) GiveUp(m azfunc.Message, now time.Time) bool {
	first, err := firstTriedAt(m)
	return err == nil && now.Sub(first) >= q.backoff.GiveUpAfter
}

func firstTriedAt(m azfunc.Message) (time.Time, error) {
	return time.Parse(lead.TimeLayout, m.Text(propertyFirstTriedAt))
}

// Postpone sends a copy of m that arrives after delay. The same message postponed twice, as after a crash,
// gives the same copy, which duplicate detection drops.
func (q *Queue) Postpone(ctx context.Context, queueName string, m azfunc.Message, delay time.Duration, now time.Time) error {
	properties := make(map[string]any, len(m.Properties)+3)
	for k, v := range m.Properties {
		properties[k] = v
	}
	if queueName == topology.QueueLeads { // the copy is the same submission, also if it came from other hands
		s := Submission(m)
		properties[propertyID], properties[propertyReceivedAt] = s.ID, s.ReceivedAt.String()
	}
	attempt := m.Int(propertyAttempt) + 1
	chain := m.Text(propertyChain)
	if chain == "" {
		chain = m.ID
	}
	if chain == "" || len(chain) > maxChain {
		chain = brokersID(m)
	}
	properties[propertyChain] = chain
	properties[propertyAttempt] = int64(attempt)
	if _, err := firstTriedAt(m); err != nil {
		properties[propertyFirstTriedAt] = lead.At(now).String()
	}
	at := now.Add(delay).UTC()
	id := chain + "/" + strconv.Itoa(attempt)
	return q.sendMessage(ctx, queueName, &azservicebus.Message{MessageID: &id, Body: m.Body, ApplicationProperties: properties, ScheduledEnqueueTime: &at})
}

func (q *Queue) send(ctx context.Context, queueName, id string, body []byte, properties map[string]any) error {
	return q.sendMessage(ctx, queueName, &azservicebus.Message{MessageID: &id, Body: body, ApplicationProperties: properties})
}

func (q *Queue) sendMessage(ctx context.Context, queueName string, m *azservicebus.Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	sender, err := q.sender(queueName)
	if err == nil {
		err = sender.SendMessage(ctx, m, nil)
	}
	if err != nil {
		return fmt.Errorf("send message %s to the queue %s: %w", *m.MessageID, queueName, err)
	}
	return nil
}

func (q *Queue) sender(name string) (*azservicebus.Sender, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if s := q.senders[name]; s != nil {
		return s, nil
	}
	s, err := q.client.NewSender(name, nil)
	if err == nil {
		q.senders[name] = s
	}
	return s, err
}

// Refused says that the very message was refused and will be every time. Every other error may pass. This is the one
// place that decides about the errors of Service Bus.
//
//	too large           refused: it is the message, whoever sends it
//	unauthorized        transient: key, role or firewall, the operator's to repair
//	notfound            transient: the queue is missing, the operator's to repair
//	connlost, timeout   transient: the client has tried three times by itself, with a new link or connection
//	closed              transient: the client makes a new link with the next send
//	throttled           transient: the service says so as any failure that may pass, and takes what is sent later
//	no answer in time   transient: whether it was sent is not known, and duplicate detection drops the repeat
func Refused(err error) bool { return errors.Is(err, azservicebus.ErrMessageTooLarge) }

// bounded cuts s to maxProperty between two characters. Bytes that are no UTF-8 give way to U+FFFD: they
// cannot be sent as text.
func bounded(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	n := min(len(s), maxProperty)
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
