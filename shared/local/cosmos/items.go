package cosmos

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// purgeLimit is how many expired documents one write removes at most: more than it adds, so that they
// cannot pile up.
const purgeLimit = 100

const headerPartition = "x-ms-documentdb-partitionkey"

// serveItems serves what is posted to the documents of a container: create, upsert and query.
func (s *Server) serveItems(verb string, r *http.Request, databaseID, containerID string, body []byte) (reply, error) {
	switch verb {
	case verbQuery:
		return s.serveQuery(r, databaseID, containerID, body)
	case http.MethodPost:
	case http.MethodGet:
		return reply{}, refuse(http.StatusBadRequest, "Reading all documents or the change feed is not supported by this stand-in: query them.")
	default:
		return reply{}, wrongVerb()
	}
	kind := "create"
	known := []string{headerPartition, "x-ms-documentdb-is-upsert"}
	if strings.EqualFold(r.Header.Get("x-ms-documentdb-is-upsert"), "true") {
		kind = "upsert"
		known = append(known, "if-match")
	}
	if err := allow(r, known...); err != nil {
		return reply{}, err
	}
	return s.write(r, kind, databaseID, containerID, "", body)
}

// serveItem serves one document by its id.
func (s *Server) serveItem(verb string, r *http.Request, databaseID, containerID, id string, body []byte) (reply, error) {
	known := []string{headerPartition, "if-match"}
	if verb == http.MethodGet {
		known = []string{headerPartition, "if-none-match"}
	}
	if err := allow(r, known...); err != nil {
		return reply{}, err
	}
	if err := checkAddress(id); err != nil {
		return reply{}, err
	}
	switch verb {
	case http.MethodGet:
		return s.read(r, databaseID, containerID, id)
	case http.MethodPut:
		return s.write(r, "replace", databaseID, containerID, id, body)
	case http.MethodPatch:
		return s.patch(r, databaseID, containerID, id, body)
	case http.MethodDelete:
		return s.remove(r, databaseID, containerID, id)
	}
	return reply{}, wrongVerb()
}

func (s *Server) read(r *http.Request, databaseID, containerID, id string) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.find(databaseID, containerID)
	if err != nil {
		return reply{}, err
	}
	s.count("read", containerID)
	partition, err := partitionOf(r)
	if err != nil {
		return reply{}, err
	}
	d := c.get(partition, id, s.now())
	if d == nil {
		return reply{}, notFound()
	}
	if r.Header.Get("If-None-Match") == d.etag {
		return c.reply(reply{status: http.StatusNotModified, header: map[string]string{"etag": d.etag}}), nil
	}
	return c.reply(reply{status: http.StatusOK, body: d.raw, header: map[string]string{"etag": d.etag}, charge: readCharge(len(d.raw))}), nil
}

func notFound() error {
	return refuse(http.StatusNotFound, "Entity with the specified id does not exist in the system.")
}

// write creates, replaces or upserts. Reading the body needs no lock; everything that depends on what is
// stored happens under one.
func (s *Server) write(r *http.Request, kind, databaseID, containerID, id string, body []byte) (reply, error) {
	fields, invalid := decodeObject(body)
	var content []byte
	if invalid == nil {
		content, invalid = withoutSystemProperties(fields)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.find(databaseID, containerID)
	if err != nil {
		return reply{}, err
	}
	s.count(kind, containerID)
	if invalid != nil {
		return reply{}, invalid
	}
	partition, err := partitionOf(r)
	if err != nil {
		return reply{}, err
	}
	own, _ := fields["id"].(string)
	if err := c.check(fields, own, partition); err != nil {
		return reply{}, err
	}
	if kind == "replace" && own != id {
		return reply{}, refuse(http.StatusBadRequest, "The id in the body does not match the one in the address.")
	}
	old := c.get(partition, own, s.now())
	switch {
	case kind == "create" && old != nil:
		return reply{}, refuse(http.StatusConflict, "Entity with the specified id already exists in the system.")
	case kind == "replace" && old == nil:
		return reply{}, notFound()
	}
	// An upsert that finds nothing creates, whatever its If-Match says: so does the service.
	if err := checkMatch(r, old); err != nil {
		return reply{}, err
	}
	return s.put(r, c, fields, content, old)
}

// check refuses a document that the service would not store under this partition key.
func (c *container) check(fields map[string]any, id, partition string) error {
	if err := checkID(id); err != nil {
		return err
	}
	own, ok := canonicalPartition(lookup(fields, c.partitionPath))
	if !ok || own != partition {
		return &failure{status: http.StatusBadRequest, sub: 1001, message: "PartitionKey extracted from document doesn't match the one specified in the header"}
	}
	if len(own) > 2048 {
		return refuse(http.StatusBadRequest, "The partition key is longer than 2048 bytes.")
	}
	if ttl, has := fields["ttl"]; has {
		if seconds, ok := ttl.(float64); !ok || !validTTL(seconds) {
			return refuse(http.StatusBadRequest, "The input ttl is invalid. Ensure to provide a nonzero positive integer less than or equal to '2147483647', or '-1' for never expire.")
		}
	}
	return nil
}

// withoutSystemProperties drops what a client sent of them and gives the rest as JSON.
func withoutSystemProperties(fields map[string]any) ([]byte, error) {
	for _, name := range systemProperties() {
		delete(fields, name)
	}
	return encode(fields)
}

func systemProperties() []string { return []string{"_rid", "_self", "_etag", "_ts", "_attachments"} }

// put stores a checked document in the place of old, which may be nil, and removes some of what has
// expired. The disk comes first: memory never holds what a restart would lose.
func (s *Server) put(r *http.Request, c *container, fields map[string]any, content []byte, old *document) (reply, error) {
	now := s.now()
	seq, status := c.lastSeq+1, http.StatusCreated
	if old != nil {
		seq, status = old.seq, http.StatusOK
	}
	etag := newETag()
	fields["_etag"], fields["_ts"] = etag, float64(now.Unix())
	rid := c.resourceID(seq)
	raw := fmt.Appendf(content[:len(content)-1:len(content)-1], `,"_rid":"%s","_self":"%sdocs/%s/","_etag":"\"%s\"","_attachments":"attachments/","_ts":%d}`,
		rid, c.properties.Self, rid, strings.Trim(etag, `"`), now.Unix())
	d := c.newDocument(seq, fields, raw)

	gone := c.expired(now, purgeLimit)
	if stale := c.documents[documentKey{d.partition, d.id}]; stale != old && !slices.Contains(gone, stale) {
		gone = append(gone, stale) // Expired, and about to lose its place to the new one.
	}
	if err := s.disk.write(c, d, gone); err != nil {
		return reply{}, err
	}
	for _, expired := range gone {
		c.unset(expired)
	}
	c.set(d)
	c.writes.Add(1)
	answer := reply{status: status, body: raw, header: map[string]string{"etag": etag}, charge: writeCharge(len(raw), d.indexed(), old != nil)}
	if r.Header.Get("Prefer") == "return=minimal" {
		answer.body = nil
	}
	return c.reply(answer), nil
}

func (s *Server) remove(r *http.Request, databaseID, containerID, id string) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.find(databaseID, containerID)
	if err != nil {
		return reply{}, err
	}
	s.count("delete", containerID)
	partition, err := partitionOf(r)
	if err != nil {
		return reply{}, err
	}
	d := c.get(partition, id, s.now())
	if d == nil {
		return reply{}, notFound()
	}
	if err := checkMatch(r, d); err != nil {
		return reply{}, err
	}
	if err := s.disk.write(c, nil, []*document{d}); err != nil {
		return reply{}, err
	}
	c.unset(d)
	c.writes.Add(1)
	return c.reply(reply{status: http.StatusNoContent, charge: writeCharge(len(d.raw), d.indexed(), false)}), nil
}

// checkMatch compares If-Match with a document; nil matches anything.
func checkMatch(r *http.Request, d *document) error {
	want := r.Header.Get("If-Match")
	if d == nil || want == "" || want == "*" || want == d.etag {
		return nil
	}
	return refuse(http.StatusPreconditionFailed, "One of the specified pre-condition is not met.")
}

// partitionOf reads the header that names the partition key: a JSON array of one value.
func partitionOf(r *http.Request) (string, error) {
	header := r.Header.Get(headerPartition)
	if header == "" {
		return "", refuse(http.StatusBadRequest, "PartitionKey value must be supplied for this operation.")
	}
	var values []any
	if err := json.Unmarshal([]byte(header), &values); err == nil && len(values) == 1 {
		if partition, ok := canonicalPartition(values[0]); ok {
			return partition, nil
		}
	}
	return "", refuse(http.StatusBadRequest, "The partition key in the header %s is not a JSON array of one value.", headerPartition)
}

// reply adds the session token of the container.
func (c *container) reply(answer reply) reply {
	if answer.header == nil {
		answer.header = map[string]string{}
	}
	answer.header["x-ms-session-token"] = fmt.Sprintf("0:-1#%d", c.writes.Load())
	return answer
}
