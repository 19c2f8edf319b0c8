package cosmos

import (
	"iter"
	"net/http"
)

// Fill creates documents, given with their partition keys, without a request for each: for tests that need very many.
// None of them may exist yet.
func (s *Server) Fill(databaseID, containerID string, documents iter.Seq2[string, []byte]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.find(databaseID, containerID)
	if err != nil {
		return err
	}
	nobody := &http.Request{}
	for partition, document := range documents {
		fields, err := decodeObject(document)
		if err != nil {
			return err
		}
		content, err := withoutSystemProperties(fields)
		if err != nil {
			return err
		}
		id, _ := fields["id"].(string)
		partition, ok := canonicalPartition(partition)
		if !ok {
			return refuse(http.StatusBadRequest, "That cannot be a partition key.")
		}
		if err := c.check(fields, id, partition); err != nil {
			return err
		}
		if _, err := s.put(nobody, c, fields, content, nil); err != nil {
			return err
		}
	}
	return nil
}
