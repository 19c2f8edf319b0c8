// Package cosmos stands in for Azure Cosmos DB for NoSQL on one machine: the part of its REST interface
// that Leadflow uses, for the unmodified azcosmos client with a key credential, over plain HTTP on
// loopback.
//
// It promises what the service promises for that part: a document is known by its id and partition key,
// every write is atomic and gets a new ETag, If-Match and If-None-Match decide as documented, a document
// whose time to live is over is gone at once, and a query never returns a row that its WHERE does not
// make true. Whatever it does not know (a header, a property of a container, a word of the query
// language) it refuses with 400, so that nothing is answered by guessing.
//
// What it serves:
//
//   - the account document, an empty list of offers, and the signature check of the account key;
//   - databases and containers: create, read, list, query, delete; replacing a container's defaultTtl and
//     indexing policy; its partition key ranges (always one);
//   - items: create, read, replace, upsert, delete, and patch with set, add, replace, remove and incr on
//     members of objects, with a condition;
//   - queries of SELECT (*, properties, VALUE) and WHERE with parameters, within a partition or across
//     partitions: = != <> < <= > >=, AND, OR, NOT, IN, BETWEEN, IS_DEFINED, IS_NULL, ARRAY_CONTAINS,
//     STARTSWITH, CONTAINS, LOWER, UPPER. Values of different types do not compare: the result is
//     undefined and the row is dropped, as documented, also for = and !=;
//   - indexing policies with the paths /a/? (the scalar at a property), /a/* (everything below it) and
//     /a/[]/? (the scalars among the elements of the array there). They count for what compares a property
//     with constants: = < <= > >=, IN, BETWEEN, IS_DEFINED, IS_NULL and STARTSWITH; for ARRAY_CONTAINS
//     with a scalar and no third argument, if the elements are covered by /a/[]/? or /a/*, which /a/? does
//     not do; and for an OR of such terms, if all of them are covered.
//
// What it lacks and refuses:
//
//   - ORDER BY, TOP, OFFSET, DISTINCT, GROUP BY, aggregates, JOIN, subqueries, LIKE, arithmetic, elements
//     of an array by their number and every other function. The gateway of the service refuses the first
//     ones across partitions, where azcosmos has no query engine to make up for it; here they are refused
//     within one partition too;
//   - change feed, transactional batches, read-many (its queries name a partition key range), query plans,
//     index metrics, stored procedures, triggers, user-defined functions, users, permissions;
//   - hierarchical partition keys, unique keys, composite, spatial, vector and full-text indexes, and
//     indexing paths that lead further than to the elements of an array, such as /a/[]/b/? and /a/[]/*;
//   - patch paths that lead into arrays, and the patch operation move;
//   - provisioned throughput: like a serverless account it has no offers;
//   - Microsoft Entra ID: only the account key opens it, and the date of a signature may be any.
//
// Where it differs: the members of a document come back sorted by name, with numbers as 64-bit floating
// point; there is one partition key range, one region and no waiting for a session, because a read always
// sees the last write. Where the documentation leaves it open, rows come in the order of creation: no
// caller may rely on it.
//
// The request charge is an estimate, made to be compared between requests, not with a bill. For a
// query it follows the documents examined: those that satisfy every condition of the WHERE which
// the container's indexing policy covers. The header x-ms-documentdb-query-metrics reports them as
// retrievedDocumentCount.
package cosmos

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"leadflow/shared/topology"
)

// EmulatorKey is the account key of local runs. It is public, printed here and in no way a secret: it
// opens nothing but a stand-in that was told to accept it.
const EmulatorKey = "kcawGRuQw1w9okSyYaq7nvGOdftQklTfsQ3uhXEncK4DRWHU/KX0mhqcRCzBRvNHvFF4UFUEvXtIJumyEBz6xA=="

// Options say how a Server runs.
type Options struct {
	// Key is the account key in base64; required.
	Key string
	// Dir is the folder that keeps the data, made if it is missing; "" keeps everything in memory. One
	// process at a time can use it. A killed process loses nothing that was acknowledged; a power cut
	// may lose or damage the file, because writes are not forced to the disk before Close.
	Dir string
	// Now is the clock for _ts and for times to live; nil means time.Now.
	Now func() time.Time
	// Fault may answer instead of the store, for tests: it returns a status such as 429 or 503, or 0 to
	// go on. It sees only requests with a valid signature and is called by many goroutines.
	Fault func(r *http.Request) int
}

// Server is one account. It is an http.Handler and safe for concurrent use.
type Server struct {
	key   []byte
	now   func() time.Time
	fault func(r *http.Request) int
	disk  *disk

	mu        sync.RWMutex // guards databases and everything below them
	databases map[string]*database

	countMu sync.Mutex
	counts  map[string]int
}

type database struct {
	id         string
	properties databaseProperties
	containers map[string]*container
}

// Open starts an account with what Dir holds. It fails if the key is not base64 or is empty, if the
// folder cannot be made or read, and after one second if another process uses it.
func Open(o Options) (*Server, error) {
	key, err := base64.StdEncoding.DecodeString(o.Key)
	if err != nil || len(key) == 0 {
		return nil, errors.New("open Cosmos DB stand-in: the account key is not base64 or is empty")
	}
	s := &Server{key: key, now: o.Now, fault: o.Fault, databases: map[string]*database{}, counts: map[string]int{}}
	if s.now == nil {
		s.now = time.Now
	}
	if s.disk, err = openDisk(o.Dir); err != nil {
		return nil, fmt.Errorf("open Cosmos DB stand-in: %w", err)
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("read the data of the Cosmos DB stand-in: %w", err), s.disk.close())
	}
	return s, nil
}

// Close forces the data to the disk and releases the folder. No request may be running, and none is
// served afterwards.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.disk.close(); err != nil {
		return fmt.Errorf("close Cosmos DB stand-in: %w", err)
	}
	return nil
}

// EnsureDatabase creates the database and the containers that are missing, and gives those that exist
// the TTL and the indexing policy of the list. It fails if a container has another partition key, or if
// the service would refuse a definition; what came before it in the list is then done.
func (s *Server) EnsureDatabase(name string, containers []topology.Container) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.databases[name]
	if d == nil {
		var err error
		if d, err = s.createDatabase(name); err != nil {
			return fmt.Errorf("create database %s: %w", name, err)
		}
	}
	for _, want := range containers {
		definition, err := json.Marshal(want)
		if err != nil {
			return fmt.Errorf("write the definition of container %s: %w", want.ID, err)
		}
		if d.containers[want.ID] == nil {
			_, err = s.createContainer(d, definition)
		} else {
			_, err = s.replaceContainer(d, d.containers[want.ID], definition)
		}
		if err != nil {
			return fmt.Errorf("ensure container %s: %w", want.ID, err)
		}
	}
	return nil
}

// Requests counts the requests for documents served since the start, whatever their status, by kind and
// container: "create submissions", "read leads". Kinds are create, read, replace, upsert, patch, delete
// and query (one for each page). Requests answered by Options.Fault or refused before they reached a
// container are not counted. The result is a copy.
func (s *Server) Requests() map[string]int {
	s.countMu.Lock()
	defer s.countMu.Unlock()
	return maps.Clone(s.counts)
}

func (s *Server) count(kind, container string) {
	s.countMu.Lock()
	defer s.countMu.Unlock()
	s.counts[kind+" "+container]++
}
