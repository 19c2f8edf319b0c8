package cosmos

import (
	"net/http"
	"slices"
	"strings"
)

// indexingPolicy is a container's policy as it is written in JSON.
type indexingPolicy struct {
	IndexingMode  string       `json:"indexingMode"`
	Automatic     *bool        `json:"automatic"`
	IncludedPaths []policyPath `json:"includedPaths"`
	ExcludedPaths []policyPath `json:"excludedPaths"`
}

type policyPath struct {
	Path string `json:"path"`
}

// pathRule is one path of a policy: the scalar at a property ("/a/b/?") or everything below it ("/a/*").
type pathRule struct {
	names   []string
	below   bool
	include bool
}

// defaultPolicy is what the service gives a container that names no policy.
func defaultPolicy() *indexingPolicy {
	automatic := true
	return &indexingPolicy{
		IndexingMode:  "consistent",
		Automatic:     &automatic,
		IncludedPaths: []policyPath{{"/*"}},
		ExcludedPaths: []policyPath{{`/"_etag"/?`}},
	}
}

// rules checks a policy as the service does and returns its rules; none at all if indexing is off.
func (p *indexingPolicy) rules() ([]pathRule, error) {
	switch strings.ToLower(p.IndexingMode) {
	case "none":
		return nil, nil
	case "", "consistent":
	default:
		return nil, refuse(http.StatusBadRequest, "The indexing mode '%s' is not supported.", p.IndexingMode)
	}
	if p.Automatic != nil && !*p.Automatic {
		return nil, refuse(http.StatusBadRequest, "Manual indexing is not supported: set automatic to true or the indexing mode to none.")
	}
	// id and _ts are always indexed, whatever the policy says.
	rules := []pathRule{{names: []string{"id"}, include: true}, {names: []string{"_ts"}, include: true}}
	seen := map[string]bool{}
	add := func(path string, include bool) error {
		r, ok := parseRule(path)
		if !ok {
			return refuse(http.StatusBadRequest, "The indexing path '%s' could not be accepted. It must begin with '/' and end with '/?' or '/*'.", path)
		}
		if seen[path] {
			return refuse(http.StatusBadRequest, "The indexing path '%s' is given twice.", path)
		}
		seen[path] = true
		r.include = include
		rules = append(rules, r)
		return nil
	}
	for _, path := range p.IncludedPaths {
		if err := add(path.Path, true); err != nil {
			return nil, err
		}
	}
	for _, path := range p.ExcludedPaths {
		if err := add(path.Path, false); err != nil {
			return nil, err
		}
	}
	if !seen["/*"] {
		return nil, refuse(http.StatusBadRequest, `The special mandatory indexing path "/" is not provided in any of the path type sets. Please provide this path in one of the sets.`)
	}
	return rules, nil
}

// parseRule reads a path such as /outcome/kind/? or /"_etag"/?.
func parseRule(path string) (pathRule, bool) {
	names, ok := splitPath(path)
	if !ok || len(names) == 0 {
		return pathRule{}, false
	}
	last := names[len(names)-1]
	names = names[:len(names)-1]
	switch {
	case last == "*":
		return pathRule{names: names, below: true}, true
	case last == "?" && len(names) > 0:
		return pathRule{names: names}, true
	}
	return pathRule{}, false
}

// splitPath reads the names of a path; a name in double quotes may hold any character but a quote.
func splitPath(path string) ([]string, bool) {
	var names []string
	for path != "" {
		rest, ok := strings.CutPrefix(path, "/")
		if !ok {
			return nil, false
		}
		var name string
		if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
			if name, path, ok = strings.Cut(quoted, `"`); !ok {
				return nil, false
			}
		} else if i := strings.IndexByte(rest, '/'); i >= 0 {
			name, path = rest[:i], rest[i:]
		} else {
			name, path = rest, ""
		}
		if name == "" {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

// covers tells whether the scalar at a property is indexed. The most precise rule decides: the property
// itself before any wildcard, a longer wildcard before a shorter one; of two equal ones the first.
func covers(rules []pathRule, property []string) bool {
	best, include := -1, false
	for _, r := range rules {
		precision := -1
		switch {
		case !r.below && slices.Equal(r.names, property):
			precision = len(property) + 1
		case r.below && len(r.names) < len(property) && slices.Equal(r.names, property[:len(r.names)]):
			precision = len(r.names)
		}
		if precision > best {
			best, include = precision, r.include
		}
	}
	return include
}
