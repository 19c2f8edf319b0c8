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

// target is what can be indexed by itself: the scalar at a property, or the scalars among the elements
// of the array there, wherever in it they are.
type target struct {
	names    []string
	elements bool
}

func (t target) equals(other target) bool {
	return t.elements == other.elements && slices.Equal(t.names, other.names)
}

// depth counts the steps from the document: the elements of an array are one below it.
func (t target) depth() int {
	if t.elements {
		return len(t.names) + 1
	}
	return len(t.names)
}

// pathRule is one path of a policy: a target ("/a/b/?", "/a/b/[]/?") or everything below a property
// ("/a/*").
type pathRule struct {
	target
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
	rules := []pathRule{
		{target: target{names: []string{"id"}}, include: true},
		{target: target{names: []string{"_ts"}}, include: true},
	}
	seen := map[string]bool{}
	add := func(path string, include bool) error {
		r, ok := parseRule(path)
		if !ok {
			return refuse(http.StatusBadRequest, "The indexing path '%s' could not be accepted. Please ensure that it begins with '/' and ends with '/?' or '/*', that it has '[]' only as '/[]/?' at its end, and that other names with [, ], * or ? are in quotes.", path)
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

// parseRule reads a path such as /outcome/kind/?, /"_etag"/?, /outcome/* or /probes/[]/?. The service
// takes [] in other places too, for queries that are not served here; they are refused.
func parseRule(path string) (pathRule, bool) {
	var r pathRule
	rest, scalar := strings.CutSuffix(path, "/?")
	if scalar {
		rest, r.elements = strings.CutSuffix(rest, "/[]")
	} else if rest, r.below = strings.CutSuffix(path, "/*"); !r.below {
		return pathRule{}, false
	}
	var ok bool
	r.names, ok = splitPath(rest)
	return r, ok && (r.below || len(r.names) > 0)
}

// splitPath reads the names of a path; a name in double quotes may hold any character but a quote, one
// without them none that means something in a path.
func splitPath(path string) ([]string, bool) {
	var names []string
	for path != "" {
		rest, ok := strings.CutPrefix(path, "/")
		if !ok {
			return nil, false
		}
		var name string
		quoted, isQuoted := strings.CutPrefix(rest, `"`)
		if isQuoted {
			if name, path, ok = strings.Cut(quoted, `"`); !ok {
				return nil, false
			}
		} else if i := strings.IndexByte(rest, '/'); i >= 0 {
			name, path = rest[:i], rest[i:]
		} else {
			name, path = rest, ""
		}
		if name == "" || !isQuoted && strings.ContainsAny(name, "[]*?") {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

// covers tells whether a target is indexed. The most precise rule decides: the target itself before any
// wildcard, a longer wildcard before a shorter one; of two equal ones the first. The elements of an array
// are below it, so /a/* covers them and /a/? does not.
func covers(rules []pathRule, t target) bool {
	best, include := -1, false
	for _, r := range rules {
		precision := -1
		switch {
		case !r.below && r.equals(t):
			precision = t.depth() + 1
		case r.below && len(r.names) < t.depth() && slices.Equal(r.names, t.names[:len(r.names)]):
			precision = len(r.names)
		}
		if precision > best {
			best, include = precision, r.include
		}
	}
	return include
}
