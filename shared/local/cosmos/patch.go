package cosmos

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// maxPatchOperations is the service's limit.
const maxPatchOperations = 10

type patchRequest struct {
	Condition  string           `json:"condition"`
	Operations []patchOperation `json:"operations"`
}

type patchOperation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"` // nil: none was given; null is a value
}

// patch changes members of one document, all of them or none.
func (s *Server) patch(r *http.Request, databaseID, containerID, id string, body []byte) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.find(databaseID, containerID)
	if err != nil {
		return reply{}, err
	}
	s.count("patch", containerID)
	partition, err := partitionOf(r)
	if err != nil {
		return reply{}, err
	}
	var request patchRequest
	if err := decodeStrictly(body, &request); err != nil {
		return reply{}, err
	}
	if n := len(request.Operations); n < 1 || n > maxPatchOperations {
		return reply{}, refuse(http.StatusBadRequest, "The number of patch operations must be from 1 to %d, not %d.", maxPatchOperations, n)
	}
	condition := &query{}
	if request.Condition != "" {
		if condition, err = parseCondition(request.Condition); err != nil {
			return reply{}, err
		}
	}
	old := c.get(partition, id, s.now())
	if old == nil {
		return reply{}, notFound()
	}
	if err := checkMatch(r, old); err != nil {
		return reply{}, err
	}
	fields, err := decodeObject(old.raw)
	if err != nil {
		return reply{}, err
	}
	if !condition.selects(fields) {
		return reply{}, refuse(http.StatusPreconditionFailed, "One of the specified pre-condition is not met: the condition of the patch is not true.")
	}
	for _, operation := range request.Operations {
		if err := operation.apply(fields); err != nil {
			return reply{}, err
		}
	}
	content, err := withoutSystemProperties(fields)
	if err != nil {
		return reply{}, refuse(http.StatusBadRequest, "The patched document cannot be written: %v", err)
	}
	if len(content) > maxBody {
		return reply{}, refuse(http.StatusRequestEntityTooLarge, "Request size is too large")
	}
	if deeperThan(fields, maxDepth) {
		return reply{}, refuse(http.StatusBadRequest, "The patched document is nested deeper than %d levels.", maxDepth)
	}
	if own, _ := fields["id"].(string); own != id {
		return reply{}, refuse(http.StatusBadRequest, "The id of a document cannot be patched.")
	}
	if err := c.check(fields, id, partition); err != nil {
		return reply{}, err
	}
	return s.put(r, c, fields, content, old)
}

// apply changes the document that is being built.
func (o patchOperation) apply(fields map[string]any) error {
	names, err := pointer(o.Path)
	if err != nil {
		return err
	}
	last := len(names) - 1
	parent := fields
	for i, name := range names[:last] {
		switch next := parent[name].(type) {
		case map[string]any:
			parent = next
		case []any:
			return refuse(http.StatusBadRequest, "The patch path '%s' leads into an array, which this stand-in does not support.", o.Path)
		default:
			return refuse(http.StatusBadRequest, "The patch path '%s' cannot be created recursively, no path found beyond: '%s'.", o.Path, strings.Join(names[:i], "/"))
		}
	}
	name := names[last]
	old, has := parent[name]
	if !has && (o.Op == "replace" || o.Op == "remove") {
		return refuse(http.StatusBadRequest, "The patch path '%s' to %s does not exist.", o.Path, o.Op)
	}
	if o.Op == "remove" {
		delete(parent, name)
		return nil
	}
	var value any
	if err := json.Unmarshal(o.Value, &value); err != nil {
		return refuse(http.StatusBadRequest, "The patch operation %s at '%s' has no valid value.", o.Op, o.Path)
	}
	switch o.Op {
	case "add", "set", "replace":
		parent[name] = value
	case "incr":
		by, ok := value.(float64)
		number, isNumber := old.(float64)
		if !ok || has && !isNumber {
			return refuse(http.StatusBadRequest, "The patch operation incr at '%s' needs numbers.", o.Path)
		}
		parent[name] = number + by
	default:
		return refuse(http.StatusBadRequest, "The patch operation '%s' is not supported.", o.Op)
	}
	return nil
}

// pointer reads the path of an operation: a JSON pointer to a member below the root.
func pointer(path string) ([]string, error) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok || rest == "" {
		return nil, refuse(http.StatusBadRequest, "The patch path '%s' must begin with '/' and name a member.", path)
	}
	names := strings.Split(rest, "/")
	if len(names) > maxDepth {
		return nil, refuse(http.StatusBadRequest, "The patch path is longer than %d names.", maxDepth)
	}
	for i, name := range names {
		names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	}
	if slices.Contains(systemProperties(), names[0]) {
		return nil, refuse(http.StatusBadRequest, "The patch path '%s' is that of a system property.", path)
	}
	return names, nil
}
