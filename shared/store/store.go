// Package store keeps submissions, leads, mails and state in Cosmos DB.
//
// Every change is conditional: it is written only if the document is still as it was read, so two
// handlers never undo each other's work. Nothing here decides anything about leads; it reads, writes and
// tells apart the errors that callers act on.
//
// Queries are SELECT and WHERE on indexed paths only, because the gateway serves no others across
// partitions and their cost must follow what is due, not what is stored.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/lead"
)

// What callers test for. Every other error is transient: the service is away, slow or busy.
var (
	// ErrNotFound says that there is no such document.
	ErrNotFound = errors.New("not found")
	// ErrExists says that a document to be created is there already.
	ErrExists = errors.New("exists already")
	// ErrChanged says that somebody else changed the document in the meantime.
	ErrChanged = errors.New("changed by somebody else")
	// ErrNoContainer says that there is nothing in which a document could be.
	ErrNoContainer = errors.New("the database or the container does not exist: check COSMOS_DATABASE")
)

// ErrUnchanged is what the function given to Update returns when there is nothing to write.
var ErrUnchanged = errors.New("nothing to write")

const (
	// operationTimeout bounds one operation with all its retries. An account that is reached answers in
	// milliseconds; one that does not answer within this time is away, and the back-off takes over.
	operationTimeout = 10 * time.Second
	// maxConflicts bounds how often Update starts over. Two handlers seldom meet on one lead; twenty
	// clashes in a row mean a fault that the back-off handles better.
	maxConflicts = 20
)

// Options says where the database is and how to reach it.
type Options struct {
	Endpoint string
	// Key is the account key; empty means that Credential is used.
	Key        string
	Credential azcore.TokenCredential
	Database   string
	// Transport sends the requests; nil means the store's own, with limits of its own.
	Transport policy.Transporter
}

// Store is safe for concurrent use. Make one per process: it holds the connections.
type Store struct {
	options Options
	mu      sync.Mutex
	current *session

	// rosterTurn is held by the one who changes the roster.
	rosterTurn chan struct{}
}

// session is one SDK client. A client whose first contact failed repeats that error for five minutes
// without asking again, so a client that has not reached the account yet is replaced after each failure.
type session struct {
	client  *azcosmos.Client
	reached atomic.Bool
}

// Open makes a store. It does not use the network, so it succeeds while the database is away.
func Open(o Options) (*Store, error) {
	if o.Transport == nil {
		o.Transport = newTransport() // once: the sessions share its connections
	}
	s := &Store{options: o, rosterTurn: make(chan struct{}, 1)}
	if _, err := s.session(); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return s, nil
}

func (s *Store) session() (*session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		return s.current, nil
	}
	options := &azcosmos.ClientOptions{ClientOptions: policy.ClientOptions{
		Transport: s.options.Transport,
		// Two quick tries more ride out a blip or a 429; whatever lasts longer is for the back-off of the
		// functions, which holds no invocation open. An answer that asks for more than the longest delay is
		// given up at once.
		Retry: policy.RetryOptions{MaxRetries: 2, RetryDelay: 200 * time.Millisecond, MaxRetryDelay: 2 * time.Second, TryTimeout: tryTimeout, StatusCodes: again()},
	}}
	var client *azcosmos.Client
	var err error
	if s.options.Key != "" {
		var key azcosmos.KeyCredential
		if key, err = azcosmos.NewKeyCredential(s.options.Key); err == nil {
			client, err = azcosmos.NewClientWithKey(s.options.Endpoint, key, options)
		}
	} else {
		client, err = azcosmos.NewClient(s.options.Endpoint, s.options.Credential, options)
	}
	if err != nil {
		return nil, err
	}
	s.current = &session{client: client}
	return s.current, nil
}

// do runs one operation on a container under the time limit, and tells its error apart.
func do[T any](ctx context.Context, s *Store, container string, f func(context.Context, *azcosmos.ContainerClient) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	var none T
	session, err := s.session()
	if err != nil {
		return none, err
	}
	c, err := session.client.NewContainer(s.options.Database, container)
	if err != nil {
		return none, err
	}
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	ask := func() {
		value, err := f(ctx, c)
		done <- answer{value, err}
	}
	if session.reached.Load() {
		ask()
	} else {
		go ask() // at its first contact the client waits up to a minute for the account, whatever ctx says
	}
	var ofAccount *azcore.ResponseError
	select {
	case a := <-done:
		if a.err == nil || answered(a.err) {
			session.reached.Store(true)
			return a.value, sorted(a.err)
		}
		if err = a.err; errors.As(err, &ofAccount) { // no document is meant by a 404 of it
			err = &AnswerError{Status: ofAccount.StatusCode, Code: ofAccount.ErrorCode}
		}
	case <-ctx.Done():
		err = fmt.Errorf("reach the database: %w", ctx.Err())
	}
	if !session.reached.Load() {
		s.mu.Lock()
		if s.current == session {
			s.current = nil
		}
		s.mu.Unlock()
	}
	return none, err
}

// answered says that the error is the service's answer about a document and not about the account, which
// the client asks for first.
func answered(err error) bool {
	re, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && re.RawResponse != nil && re.RawResponse.Request != nil && len(re.RawResponse.Request.URL.Path) > 1
}

// A 404 with this substatus is about the database or the container and not about a document.
const (
	headerSubstatus  = "x-ms-substatus"
	substatusNoOwner = "1003"
)

// statusRetryWith is the service's own: another write of the same document is under way.
const statusRetryWith = 449

// again are the answers after which the client tries once more by itself; see sorted.
func again() []int {
	return []int{http.StatusRequestTimeout, http.StatusGone, http.StatusTooManyRequests, statusRetryWith,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
}

// sorted decides what an error of the service means. This is the one place for it.
//
//	404                    ErrNotFound; with substatus 1003 the operator's to repair: a container is missing
//	409                    ErrExists
//	412                    ErrChanged: an If-Match or a patch's condition does not hold
//	408, 410, 449, 5xx     transient: slow, moving a partition, busy with the same document, or away. The client
//	                       has tried again by itself. Whether a write took effect all the same is not known, which
//	                       is why each is conditional and may be repeated. A 503 it leaves to the caller when the
//	                       account has one region: there is no other to turn to
//	429                    transient: over the throughput. The client has waited as long as Retry-After said; an
//	                       answer that asks for over 2 s, or the third in a row, is for the back-off of the
//	                       functions, which begins with a minute and so is longer than the service ever asks for
//	401, 403               transient: key, role or firewall, the operator's to repair; nothing is lost meanwhile
//	400, 413               transient, though the same request will not do better: the message goes the way of all
//	                       that fails, and ends in quarantine
//	no answer, time-outs   transient
func sorted(err error) error {
	re, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return err
	}
	switch re.StatusCode {
	case http.StatusNotFound:
		if re.RawResponse != nil && re.RawResponse.Header.Get(headerSubstatus) == substatusNoOwner {
			return ErrNoContainer
		}
		return ErrNotFound
	case http.StatusConflict:
		return ErrExists
	case http.StatusPreconditionFailed:
		return ErrChanged
	}
	return &AnswerError{Status: re.StatusCode, Code: re.ErrorCode}
}

// AnswerError is any other answer than those above. The SDK's text repeats the whole of it; status and code say what
// there is to know.
type AnswerError struct {
	// Status is that of HTTP, and Code the service's word for it.
	Status int
	Code   string
}

func (e *AnswerError) Error() string {
	text := fmt.Sprintf("the database answered %d %s", e.Status, e.Code)
	if e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden {
		text += ": check COSMOS_KEY, the identity's role, the account's firewall and this machine's clock"
	}
	return text
}

// read reads a document by its id in the partition of that name, and gives its ETag.
func (s *Store) read(ctx context.Context, container, partition, id string, into any) (azcore.ETag, error) {
	r, err := do(ctx, s, container, func(ctx context.Context, c *azcosmos.ContainerClient) (azcosmos.ItemResponse, error) {
		return c.ReadItem(ctx, azcosmos.NewPartitionKeyString(partition), id, nil)
	})
	if err != nil {
		return "", err
	}
	return r.ETag, json.Unmarshal(r.Value, into)
}

// create writes a document that must not exist yet.
func (s *Store) create(ctx context.Context, container, partition string, doc any) (azcore.ETag, error) {
	return s.write(ctx, container, doc, func(ctx context.Context, c *azcosmos.ContainerClient, b []byte) (azcosmos.ItemResponse, error) {
		return c.CreateItem(ctx, azcosmos.NewPartitionKeyString(partition), b, nil)
	})
}

// replace writes a document if it is still the one that etag names.
func (s *Store) replace(ctx context.Context, container, partition, id string, doc any, etag azcore.ETag) (azcore.ETag, error) {
	return s.write(ctx, container, doc, func(ctx context.Context, c *azcosmos.ContainerClient, b []byte) (azcosmos.ItemResponse, error) {
		return c.ReplaceItem(ctx, azcosmos.NewPartitionKeyString(partition), id, b, &azcosmos.ItemOptions{IfMatchEtag: &etag})
	})
}

func (s *Store) write(ctx context.Context, container string, doc any, f func(context.Context, *azcosmos.ContainerClient, []byte) (azcosmos.ItemResponse, error)) (azcore.ETag, error) {
	b, err := json.Marshal(doc)
	if err != nil {
		return "", fmt.Errorf("encode a document: %w", err)
	}
	r, err := do(ctx, s, container, func(ctx context.Context, c *azcosmos.ContainerClient) (azcosmos.ItemResponse, error) {
		return f(ctx, c, b)
	})
	return r.ETag, err
}

// ids gives the ids of the documents whose path is at or before cutoff.
func (s *Store) ids(ctx context.Context, container, path string, cutoff time.Time) ([]string, error) {
	var ids []string
	err := s.query(ctx, container, "SELECT VALUE c.id FROM c WHERE c."+path+" <= @cutoff",
		[]azcosmos.QueryParameter{{Name: "@cutoff", Value: lead.At(cutoff).String()}},
		func(b []byte) error {
			var id string
			err := json.Unmarshal(b, &id)
			ids = append(ids, id)
			return err
		}, 0, 0)
	return ids, err
}

// query gives each document that the query finds to each, page by page. pageSize is how many documents a page
// has at most and pages how many pages are read at most; 0 leaves the size to the service and reads them all.
func (s *Store) query(ctx context.Context, container, query string, parameters []azcosmos.QueryParameter, each func([]byte) error, pageSize int32, pages int) error {
	session, err := s.session()
	if err != nil {
		return err
	}
	c, err := session.client.NewContainer(s.options.Database, container)
	if err != nil {
		return err
	}
	pager := c.NewQueryItemsPager(query, azcosmos.NewPartitionKey(), &azcosmos.QueryOptions{QueryParameters: parameters, PageSizeHint: pageSize})
	return s.pages(ctx, container, pager, each, pages)
}

// partition gives each document of one partition to each. Only that partition is read, so it needs no index.
func (s *Store) partition(ctx context.Context, container, key string, each func([]byte) error) error {
	session, err := s.session()
	if err != nil {
		return err
	}
	c, err := session.client.NewContainer(s.options.Database, container)
	if err != nil {
		return err
	}
	return s.pages(ctx, container, c.NewQueryItemsPager("SELECT * FROM c", azcosmos.NewPartitionKeyString(key), nil), each, 0)
}

// pages gives each document of a query to each, of so many pages at most or, with 0, of all.
func (s *Store) pages(ctx context.Context, container string, pager *runtime.Pager[azcosmos.QueryItemsResponse], each func([]byte) error, pages int) error {
	for n := 0; pager.More() && (pages == 0 || n < pages); n++ { // a page may be empty and not the last one
		page, err := do(ctx, s, container, func(ctx context.Context, _ *azcosmos.ContainerClient) (azcosmos.QueryItemsResponse, error) {
			return pager.NextPage(ctx)
		})
		if err != nil {
			return err
		}
		for _, b := range page.Items {
			if err := each(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// retry reads, changes and writes a document by try until no other write comes between, or so many conflicts
// came. An ErrUnchanged of try ends it as a success.
func retry(ctx context.Context, conflicts int, what string, try func() (clashed bool, err error)) error {
	for clashes := range conflicts {
		clashed, err := try()
		switch {
		case errors.Is(err, ErrUnchanged):
			return nil
		case err != nil:
			return fmt.Errorf("write %s: %w", what, err)
		case !clashed:
			return nil
		}
		if err := pause(ctx, clashes); err != nil {
			return fmt.Errorf("write %s: %w", what, err)
		}
	}
	return fmt.Errorf("write %s: %d times %w", what, conflicts, ErrChanged)
}

// clash tells a write that somebody else was faster with from other failures.
func clash(err error) (clashed bool, other error) {
	if errors.Is(err, ErrExists) || errors.Is(err, ErrChanged) || errors.Is(err, ErrNotFound) {
		return true, nil
	}
	return false, err
}

// pause waits a little before a write that clashed is tried again: the longer, the more it clashed.
func pause(ctx context.Context, clashes int) error {
	limit := min(5*time.Millisecond<<min(clashes, 7), 500*time.Millisecond)
	t := time.NewTimer(rand.N(limit))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
