package cosmos

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limits of one page. The service, too, ends a page early and hands out a continuation; it may be empty.
const (
	defaultPage = 100
	maxPage     = 1000
	maxBytes    = 4 << 20  // of rows
	maxScan     = 10_000   // documents looked at
	maxScanned  = 64 << 20 // bytes of them
	chunk       = 1000     // documents fetched at a time, so that no lock is held while they are evaluated
)

// parseQueryBody reads {"query": ..., "parameters": [{"name": ..., "value": ...}]}.
func parseQueryBody(body []byte) (*query, error) {
	var request struct {
		Query      string `json:"query"`
		Parameters []struct {
			Name  string `json:"name"`
			Value any    `json:"value"`
		} `json:"parameters"`
	}
	if err := decodeStrictly(body, &request); err != nil {
		return nil, err
	}
	parameters := make(map[string]any, len(request.Parameters))
	for _, p := range request.Parameters {
		if _, twice := parameters[p.Name]; twice || !strings.HasPrefix(p.Name, "@") || deeperThan(p.Value, maxDepth) {
			return nil, refuse(http.StatusBadRequest, "The query parameter %q is given twice, too deep or not named with @.", p.Name)
		}
		parameters[p.Name] = p.Value
	}
	return parseQuery(request.Query, parameters)
}

// selects tells whether a document satisfies the WHERE.
func (q *query) selects(document any) bool {
	return q.where == nil || q.where.evaluate(document) == any(true)
}

// project gives the row of a document, nil for none: SELECT VALUE of something undefined has no row.
func (q *query) project(document any, raw []byte) ([]byte, error) {
	if q.all {
		return raw, nil
	}
	if q.value != nil {
		value := q.value.evaluate(document)
		if rank(value) == rankUndefined {
			return nil, nil
		}
		return encode(value)
	}
	row := map[string]any{}
	for _, column := range q.columns {
		if value := column.evaluate(document); rank(value) != rankUndefined {
			row[column.name] = value
		}
	}
	return encode(row)
}

// page is what one request of a query gathers.
type page struct {
	rows          []byte // JSON of the rows, with commas
	count         int
	looked        int
	lookedBytes   int
	examined      int
	examinedBytes int
	last          uint64 // sequence number of the last document looked at
	more          bool   // there may be more documents
}

func (s *Server) serveQuery(r *http.Request, databaseID, containerID string, body []byte) (reply, error) {
	err := allow(r, headerPartition, "x-ms-documentdb-query", "x-ms-documentdb-query-enablecrosspartition", "x-ms-max-item-count",
		"x-ms-continuation", "x-ms-documentdb-responsecontinuationtokenlimitinkb", "x-ms-documentdb-force-query-scan", "x-ms-documentdb-populatequerymetrics")
	if err != nil {
		return reply{}, err
	}
	s.mu.RLock()
	c, err := s.find(databaseID, containerID)
	s.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	s.count("query", containerID)
	started := time.Now()
	q, err := parseQueryBody(body)
	if err != nil {
		return reply{}, err
	}
	var partition *string
	if r.Header.Get(headerPartition) != "" {
		key, err := partitionOf(r)
		if err != nil {
			return reply{}, err
		}
		partition = &key
	}
	pl := c.newPlan(q, partition)
	if pl.partition == nil && !strings.EqualFold(r.Header.Get("x-ms-documentdb-query-enablecrosspartition"), "true") {
		return reply{}, refuse(http.StatusBadRequest, "Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition to true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception.")
	}
	limit, err := pageLimit(r)
	if err != nil {
		return reply{}, err
	}
	after, err := c.readContinuation(r.Header.Get("x-ms-continuation"))
	if err != nil {
		return reply{}, err
	}
	p, err := s.gather(r, c, q, pl, after, limit)
	if err != nil {
		return reply{}, err
	}
	rid, err := encode(c.properties.ResourceID)
	if err != nil {
		return reply{}, err
	}
	answer := reply{
		status: http.StatusOK,
		body:   fmt.Appendf(nil, `{"_rid":%s,"Documents":[%s],"_count":%d}`, rid, p.rows, p.count),
		charge: queryCharge(p.examined, p.examinedBytes),
		header: map[string]string{
			"x-ms-item-count": strconv.Itoa(p.count),
			"x-ms-documentdb-query-metrics": fmt.Sprintf("totalExecutionTimeInMs=%.2f;retrievedDocumentCount=%d;retrievedDocumentSize=%d;outputDocumentCount=%d;outputDocumentSize=%d",
				float64(time.Since(started).Microseconds())/1000, p.examined, p.examinedBytes, p.count, len(p.rows)),
		},
	}
	if p.more {
		answer.header["x-ms-continuation"] = c.continuation(p.last)
	}
	return c.reply(answer), nil
}

// gather looks at documents until the page is full. Each is seen as it is at that moment; one that is
// created, changed or removed meanwhile is seen or not, as in the service.
func (s *Server) gather(r *http.Request, c *container, q *query, pl plan, after uint64, limit int) (page, error) {
	p := page{last: after, more: true}
	for p.more {
		if err := r.Context().Err(); err != nil {
			return p, refuse(http.StatusRequestTimeout, "The request was canceled.")
		}
		s.mu.RLock()
		documents, more := c.candidates(pl, p.last, chunk)
		s.mu.RUnlock()
		now := s.now()
		for i, d := range documents {
			p.looked++
			p.lookedBytes += len(d.raw)
			p.last = d.seq
			if err := p.add(d, q, pl, now); err != nil {
				return p, err
			}
			if p.count >= limit || len(p.rows) > maxBytes || p.looked >= maxScan || p.lookedBytes > maxScanned {
				// Across partitions the gateway learns only from the next page that there is none.
				p.more = pl.partition == nil || more || i+1 < len(documents)
				return p, nil
			}
		}
		p.more = more
	}
	return p, nil
}

// add takes a document into the page if the query selects it.
func (p *page) add(d *document, q *query, pl plan, now time.Time) error {
	if !d.live(now) || pl.partition != nil && d.partition != *pl.partition {
		return nil
	}
	var value any
	if !q.all || q.where != nil {
		if err := json.Unmarshal(d.raw, &value); err != nil {
			return fmt.Errorf("read document %s: %w", d.id, err)
		}
	}
	for _, condition := range pl.covered {
		if condition.term.evaluate(value) != any(true) {
			return nil
		}
	}
	p.examined++
	p.examinedBytes += len(d.raw)
	if !q.selects(value) {
		return nil
	}
	row, err := q.project(value, d.raw)
	if err != nil || row == nil {
		return err
	}
	if p.count > 0 {
		p.rows = append(p.rows, ',')
	}
	p.rows = append(p.rows, row...)
	p.count++
	return nil
}

func pageLimit(r *http.Request) (int, error) {
	text := r.Header.Get("x-ms-max-item-count")
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < -1 || n == 0 {
		return 0, refuse(http.StatusBadRequest, "The page size in x-ms-max-item-count must be -1 or positive.")
	}
	if n == -1 {
		return maxPage, nil
	}
	return min(n, maxPage), nil
}

// continuation names the last document looked at, by its place in the order of creation. That place
// never changes and is never given twice, so whatever is created or removed between two pages, no other
// document is left out or comes again.
func (c *container) continuation(last uint64) string {
	return base64.URLEncoding.EncodeToString(fmt.Appendf(nil, "%s#%d", c.properties.ResourceID, last))
}

func (c *container) readContinuation(token string) (uint64, error) {
	if token == "" {
		return 0, nil
	}
	invalid := refuse(http.StatusBadRequest, "Invalid Continuation Token")
	text, err := base64.URLEncoding.DecodeString(token)
	if err != nil {
		return 0, invalid
	}
	rid, place, _ := strings.Cut(string(text), "#")
	last, err := strconv.ParseUint(place, 10, 64)
	if err != nil || rid != c.properties.ResourceID {
		return 0, invalid
	}
	return last, nil
}
