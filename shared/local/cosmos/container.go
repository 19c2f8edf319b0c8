package cosmos

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// container holds the documents of one container and their indexes. Whoever changes it holds Server.mu.
type container struct {
	database      string
	properties    containerProperties
	partitionPath []string
	rules         []pathRule

	documents  map[documentKey]*document
	created    index // all documents under one value: in the order of their creation
	partitions index // by partition key
	expiring   index // by the second of expiry; only documents that expire
	paths      []*pathIndex

	lastSeq uint64        // sequence number of the newest document ever created
	writes  atomic.Uint64 // for the session token
}

type documentKey struct{ partition, id string }

// pathIndex is the index of one target that the policy names. What the policy covers by a wildcard only
// has none: its conditions count for the charge, and cost a scan.
type pathIndex struct {
	target
	index
}

// valuesOf gives what the index holds of a document, each value once: of a property its value, if it has
// one; of the elements of an array the scalars.
func (p *pathIndex) valuesOf(document any) []any {
	value := lookup(document, p.names)
	if p.elements {
		array, _ := value.([]any)
		scalars := slices.DeleteFunc(slices.Clone(array), func(element any) bool { return !isScalar(element) })
		slices.SortFunc(scalars, order)
		return slices.CompactFunc(scalars, func(a, b any) bool { return order(a, b) == 0 })
	}
	switch {
	case rank(value) == rankUndefined:
		return nil
	case !isScalar(value):
		value = composite{}
	}
	return []any{value}
}

// document is one stored item. It is never changed: a write puts another one in its place.
type document struct {
	seq       uint64 // place in the order of creation; a replaced document keeps it
	id        string
	partition string  // partition key in canonical JSON
	etag      string  // with its quotes
	expires   int64   // Unix second at which it is gone; 0: never
	raw       []byte  // JSON with the system properties
	values    [][]any // what each of container.paths holds, in their order
}

// indexed is the number of its values in container.paths.
func (d *document) indexed() int {
	n := 0
	for _, values := range d.values {
		n += len(values)
	}
	return n
}

// live tells whether the time to live is not over.
func (d *document) live(now time.Time) bool { return d.expires == 0 || now.Unix() < d.expires }

func newContainer(database string, properties containerProperties) (*container, error) {
	rules, err := properties.IndexingPolicy.rules()
	if err != nil {
		return nil, err
	}
	c := &container{database: database, properties: properties, rules: rules, documents: map[documentKey]*document{}}
	if paths := properties.PartitionKey.Paths; len(paths) == 1 {
		c.partitionPath, _ = splitPath(paths[0])
	}
	if len(c.partitionPath) == 0 || properties.PartitionKey.Kind != "Hash" && properties.PartitionKey.Kind != "" {
		return nil, refuse(http.StatusBadRequest, "The partition key definition must be one path of kind Hash.")
	}
	if slices.Contains(systemProperties(), c.partitionPath[0]) {
		return nil, refuse(http.StatusBadRequest, "The partition key cannot be a system property.")
	}
	if ttl := properties.DefaultTTL; ttl != nil && !validTTL(float64(*ttl)) {
		return nil, refuse(http.StatusBadRequest, "The defaultTtl %d must be -1 or a positive number of seconds.", *ttl)
	}
	for _, r := range rules {
		if r.include && !r.below && c.indexOf(r.target) == nil {
			c.paths = append(c.paths, &pathIndex{target: r.target})
		}
	}
	return c, nil
}

// indexOf gives the index of a target; nil if there is none.
func (c *container) indexOf(t target) *index {
	for _, p := range c.paths {
		if p.equals(t) {
			return &p.index
		}
	}
	return nil
}

func validTTL(seconds float64) bool {
	return seconds == -1 || seconds >= 1 && seconds <= math.MaxInt32 && seconds == math.Trunc(seconds)
}

// newDocument reads what the container needs to know of a document that was checked before.
func (c *container) newDocument(seq uint64, fields map[string]any, raw []byte) *document {
	d := &document{seq: seq, raw: raw, values: make([][]any, len(c.paths))}
	d.id, _ = fields["id"].(string)
	d.etag, _ = fields["_etag"].(string)
	d.partition, _ = canonicalPartition(lookup(fields, c.partitionPath))
	if c.properties.DefaultTTL != nil {
		ttl, own := fields["ttl"].(float64)
		if !own {
			ttl = float64(*c.properties.DefaultTTL)
		}
		if written, _ := fields["_ts"].(float64); ttl > 0 {
			d.expires = int64(written) + int64(ttl)
		}
	}
	for i, p := range c.paths {
		d.values[i] = p.valuesOf(fields)
	}
	return d
}

// get finds a document that has not expired.
func (c *container) get(partition, id string, now time.Time) *document {
	d := c.documents[documentKey{partition, id}]
	if d == nil || !d.live(now) {
		return nil
	}
	return d
}

// set puts a document in, in the place of the one with the same key.
func (c *container) set(d *document) {
	c.unset(c.documents[documentKey{d.partition, d.id}])
	c.documents[documentKey{d.partition, d.id}] = d
	c.created.insert(nil, d)
	c.partitions.insert(d.partition, d)
	if d.expires != 0 {
		c.expiring.insert(float64(d.expires), d)
	}
	for i, p := range c.paths {
		for _, value := range d.values[i] {
			p.insert(value, d)
		}
	}
	c.lastSeq = max(c.lastSeq, d.seq)
}

// unset takes a document out; nil is allowed.
func (c *container) unset(d *document) {
	if d == nil {
		return
	}
	delete(c.documents, documentKey{d.partition, d.id})
	c.created.remove(nil, d)
	c.partitions.remove(d.partition, d)
	if d.expires != 0 {
		c.expiring.remove(float64(d.expires), d)
	}
	for i, p := range c.paths {
		for _, value := range d.values[i] {
			p.remove(value, d)
		}
	}
}

// expired gives up to limit documents whose time is over.
func (c *container) expired(now time.Time, limit int) []*document {
	var gone []*document
	due := span{key{math.Inf(-1), 0}, key{float64(now.Unix()), math.MaxUint64}}
	c.expiring.each(due, func(d *document) bool {
		gone = append(gone, d)
		return len(gone) < limit
	})
	return gone
}

// restore puts a stored document in.
func (c *container) restore(seq uint64, raw []byte) error {
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	c.set(c.newDocument(seq, fields, raw))
	return nil
}

// resourceID is the _rid of a document: that of its container and its sequence number.
func (c *container) resourceID(seq uint64) string {
	rid, _ := base64.URLEncoding.DecodeString(c.properties.ResourceID)
	return base64.URLEncoding.EncodeToString(binary.LittleEndian.AppendUint64(rid, seq))
}

// canonicalPartition writes a partition key value in one way only: JSON, or "undefined". Only scalars,
// null and the absence of a value can be partition keys; on the wire the last is an empty object.
func canonicalPartition(v any) (string, bool) {
	switch x := v.(type) {
	case undefined:
		return "undefined", true
	case map[string]any:
		return "undefined", len(x) == 0
	case []any:
		return "", false
	}
	b, err := encode(v)
	return string(b), err == nil
}
