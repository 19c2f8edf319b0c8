package cosmos

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// databaseProperties is a database as it is shown.
type databaseProperties struct {
	ID         string `json:"id"`
	ResourceID string `json:"_rid"`
	Self       string `json:"_self"`
	ETag       string `json:"_etag"`
	Written    int64  `json:"_ts"`
}

func (s *Server) serveDatabases(verb string, r *http.Request, body []byte) (reply, error) {
	switch verb {
	case http.MethodPost:
		if err := allow(r); err != nil {
			return reply{}, err
		}
		var properties databaseProperties
		if err := decodeStrictly(body, &properties); err != nil {
			return reply{}, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		d, err := s.createDatabase(properties.ID)
		if err != nil {
			return reply{}, err
		}
		return jsonReply(http.StatusCreated, d.properties)
	case http.MethodGet, verbQuery:
		s.mu.RLock()
		defer s.mu.RUnlock()
		all := []any{}
		for _, id := range slices.Sorted(maps.Keys(s.databases)) {
			all = append(all, s.databases[id].properties)
		}
		return list(verb, r, body, "Databases", all)
	}
	return reply{}, wrongVerb()
}

func (s *Server) createDatabase(id string) (*database, error) {
	if err := checkName(id); err != nil {
		return nil, err
	}
	if s.databases[id] != nil {
		return nil, refuse(http.StatusConflict, "Resource with specified id or name already exists.")
	}
	rid := newResourceID("")
	d := &database{id: id, containers: map[string]*container{}, properties: databaseProperties{
		ID: id, ResourceID: rid, Self: "dbs/" + rid + "/", ETag: newETag(), Written: s.now().Unix(),
	}}
	if err := s.disk.putDatabase(d); err != nil {
		return nil, err
	}
	s.databases[id] = d
	return d, nil
}

func (s *Server) serveDatabase(verb string, r *http.Request, id string) (reply, error) {
	if err := allow(r); err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.findDatabase(id)
	if err != nil {
		return reply{}, err
	}
	switch verb {
	case http.MethodGet:
		return jsonReply(http.StatusOK, d.properties)
	case http.MethodDelete:
		if err := s.disk.deleteDatabase(d); err != nil {
			return reply{}, err
		}
		delete(s.databases, id)
		return reply{status: http.StatusNoContent}, nil
	}
	return reply{}, wrongVerb()
}

func (s *Server) findDatabase(id string) (*database, error) {
	if d := s.databases[id]; d != nil {
		return d, nil
	}
	return nil, refuse(http.StatusNotFound, "Resource Not Found: no such database.")
}

// list answers with all databases or containers, or with those that a query selects. It has no pages.
func list(verb string, r *http.Request, body []byte, name string, all []any) (reply, error) {
	if err := allow(r, "x-ms-documentdb-query", "x-ms-max-item-count"); err != nil {
		return reply{}, err
	}
	rows := []json.RawMessage{}
	q := &query{all: true}
	if verb == verbQuery {
		var err error
		if q, err = parseQueryBody(body); err != nil {
			return reply{}, err
		}
	}
	for _, resource := range all {
		raw, err := encode(resource)
		if err != nil {
			return reply{}, err
		}
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			return reply{}, err
		}
		if !q.selects(value) {
			continue
		}
		if row, err := q.project(value, raw); err != nil {
			return reply{}, err
		} else if row != nil {
			rows = append(rows, row)
		}
	}
	return jsonReply(http.StatusOK, map[string]any{"_rid": "", name: rows, "_count": len(rows)})
}
