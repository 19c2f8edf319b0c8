package cosmos

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"leadflow/shared/topology"
)

// containerProperties is a container as it is written and shown.
type containerProperties struct {
	ID             string                `json:"id"`
	PartitionKey   topology.PartitionKey `json:"partitionKey"`
	DefaultTTL     *int                  `json:"defaultTtl,omitempty"`
	IndexingPolicy *indexingPolicy       `json:"indexingPolicy"`
	ResourceID     string                `json:"_rid"`
	Self           string                `json:"_self"`
	ETag           string                `json:"_etag"`
	Written        int64                 `json:"_ts"`
}

// find needs Server.mu. The substatus tells a missing owner from a missing document.
func (s *Server) find(databaseID, id string) (*container, error) {
	if d := s.databases[databaseID]; d != nil && d.containers[id] != nil {
		return d.containers[id], nil
	}
	return nil, &failure{status: http.StatusNotFound, sub: 1003, message: "Owner resource does not exist"}
}

func (s *Server) serveContainers(verb string, r *http.Request, databaseID string, body []byte) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.findDatabase(databaseID)
	if err != nil {
		return reply{}, err
	}
	switch verb {
	case http.MethodPost:
		if err := allow(r); err != nil {
			return reply{}, err
		}
		c, err := s.createContainer(d, body)
		if err != nil {
			return reply{}, err
		}
		return jsonReply(http.StatusCreated, c.properties)
	case http.MethodGet, verbQuery:
		all := []any{}
		for _, id := range slices.Sorted(maps.Keys(d.containers)) {
			all = append(all, d.containers[id].properties)
		}
		return list(verb, r, body, "DocumentCollections", all)
	}
	return reply{}, wrongVerb()
}

func (s *Server) createContainer(d *database, definition []byte) (*container, error) {
	properties, err := s.readDefinition(definition)
	if err != nil {
		return nil, err
	}
	if d.containers[properties.ID] != nil {
		return nil, refuse(http.StatusConflict, "Resource with specified id or name already exists.")
	}
	properties.ResourceID = newResourceID(d.properties.ResourceID)
	properties.Self = d.properties.Self + "colls/" + properties.ResourceID + "/"
	c, err := newContainer(d.id, properties)
	if err != nil {
		return nil, err
	}
	if err := s.disk.putContainer(c); err != nil {
		return nil, err
	}
	d.containers[properties.ID] = c
	return c, nil
}

// replaceContainer changes TTL and indexing policy, and indexes the documents again if they changed.
func (s *Server) replaceContainer(d *database, old *container, definition []byte) (*container, error) {
	properties, err := s.readDefinition(definition)
	if err != nil {
		return nil, err
	}
	if properties.ID != old.properties.ID {
		return nil, refuse(http.StatusBadRequest, "The id in the body does not match the one in the address.")
	}
	if !slices.Equal(properties.PartitionKey.Paths, old.properties.PartitionKey.Paths) {
		return nil, refuse(http.StatusBadRequest, "Document collection partition key cannot be changed.")
	}
	properties.PartitionKey = old.properties.PartitionKey
	properties.ResourceID, properties.Self = old.properties.ResourceID, old.properties.Self
	unchanged := equal(properties.DefaultTTL, old.properties.DefaultTTL) && equal(properties.IndexingPolicy, old.properties.IndexingPolicy)
	if unchanged {
		return old, nil
	}
	c, err := newContainer(d.id, properties)
	if err != nil {
		return nil, err
	}
	c.lastSeq = old.lastSeq
	c.writes.Store(old.writes.Load())
	var broken error
	old.created.each(point(nil), func(kept *document) bool {
		broken = c.restore(kept.seq, kept.raw)
		return broken == nil
	})
	if broken != nil {
		return nil, fmt.Errorf("index container %s again: %w", properties.ID, broken)
	}
	if err := s.disk.putContainer(c); err != nil {
		return nil, err
	}
	d.containers[properties.ID] = c
	return c, nil
}

// readDefinition reads what a client may say about a container; what it does not know would change how
// the container behaves, so it is refused.
func (s *Server) readDefinition(definition []byte) (containerProperties, error) {
	var properties containerProperties
	if err := decodeStrictly(definition, &properties); err != nil {
		return containerProperties{}, err
	}
	if properties.IndexingPolicy == nil {
		properties.IndexingPolicy = defaultPolicy()
	}
	properties.ETag, properties.Written = newETag(), s.now().Unix()
	return properties, checkName(properties.ID)
}

func (s *Server) serveContainer(verb string, r *http.Request, databaseID, id string, body []byte) (reply, error) {
	if err := allow(r); err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.find(databaseID, id)
	if err != nil {
		return reply{}, err
	}
	switch verb {
	case http.MethodGet:
		return jsonReply(http.StatusOK, c.properties)
	case http.MethodPut:
		c, err := s.replaceContainer(s.databases[databaseID], c, body)
		if err != nil {
			return reply{}, err
		}
		return jsonReply(http.StatusOK, c.properties)
	case http.MethodDelete:
		if err := s.disk.deleteContainer(databaseID, id); err != nil {
			return reply{}, err
		}
		delete(s.databases[databaseID].containers, id)
		return reply{status: http.StatusNoContent}, nil
	}
	return reply{}, wrongVerb()
}

// serveRanges tells of the one range of partition keys. The client asks again with the ETag until it
// hears that nothing has changed.
func (s *Server) serveRanges(verb string, r *http.Request, databaseID, id string) (reply, error) {
	if verb != http.MethodGet {
		return reply{}, wrongVerb()
	}
	if err := allow(r, "a-im", "if-none-match", "x-ms-max-item-count"); err != nil {
		return reply{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.find(databaseID, id)
	if err != nil {
		return reply{}, err
	}
	rid := c.properties.ResourceID
	header := map[string]string{"etag": `"` + rid + `"`}
	if r.Header.Get("If-None-Match") == header["etag"] {
		return reply{status: http.StatusNotModified, header: header}, nil
	}
	answer, err := jsonReply(http.StatusOK, map[string]any{"_rid": rid, "_count": 1, "PartitionKeyRanges": []any{map[string]any{
		"id": "0", "_rid": rid, "minInclusive": "", "maxExclusive": "FF", "status": "online", "throughputFraction": 1, "parents": []string{},
	}}})
	answer.header = header
	return answer, err
}
