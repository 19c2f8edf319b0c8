package azfunc

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// routePrefix is the host's extensions.http.routePrefix, which is "api" unless host.json changes it.
const routePrefix = "api"

// underPrefix returns what follows "/api/" in a path with escapes ("" for "/api" alone). The host does not
// care for letter case or needless escapes and passes the path as it came.
func underPrefix(path string) (rest string, ok bool) {
	path, ok = strings.CutPrefix(path, "/")
	if !ok {
		return "", false
	}
	first, rest, _ := strings.Cut(path, "/")
	text, err := url.PathUnescape(first)
	return rest, err == nil && strings.EqualFold(text, routePrefix)
}

// route is the route template of an HTTP function.
type route []segment

// segment is one part of a route between slashes: fixed text or a parameter.
type segment struct {
	text     string
	param    string
	optional bool
}

var (
	fixedSegment = regexp.MustCompile(`^[A-Za-z0-9_~-]+(\.[A-Za-z0-9_~-]+)*$`)
	paramSegment = regexp.MustCompile(`^\{([A-Za-z][A-Za-z0-9_]*)(\?)?\}$`)
)

func parseRoute(pattern string) (route, error) {
	var rt route
	seen := map[string]bool{}
	for part := range strings.SplitSeq(pattern, "/") {
		if len(rt) > 0 && rt[len(rt)-1].optional {
			return nil, errors.New("only the last parameter can be optional")
		}
		if fixedSegment.MatchString(part) {
			rt = append(rt, segment{text: part})
			continue
		}
		p := paramSegment.FindStringSubmatch(part)
		switch {
		case p == nil:
			return nil, fmt.Errorf("%q is neither text nor a {parameter}", part)
		case seen[p[1]]:
			return nil, fmt.Errorf("parameter %s comes twice", p[1])
		}
		seen[p[1]] = true
		rt = append(rt, segment{param: p[1], optional: p[2] != ""})
	}
	return rt, nil
}

// match matches a path with escapes, without the prefix. values has one entry for each segment that was
// there, in order and without escapes; those of fixed text are "".
//
// One slash at the end is nothing. An escaped slash is part of its parameter. No parameter is empty, "." or
// "..": clients and proxies fold these, so a path that still has them is a mistake or an attack.
func (rt route) match(path string) (values []string, ok bool) {
	path = strings.TrimSuffix(path, "/")
	more := path != ""
	for _, seg := range rt {
		if !more {
			return values, seg.optional
		}
		var raw string
		raw, path, more = strings.Cut(path, "/")
		text, err := url.PathUnescape(raw)
		switch {
		case err != nil:
			return nil, false
		case seg.param == "":
			if !strings.EqualFold(text, seg.text) {
				return nil, false
			}
			text = ""
		case text == "" || text == "." || text == "..":
			return nil, false
		}
		values = append(values, text)
	}
	return values, !more
}

// overlaps tells whether there can be a path that both routes match.
func (rt route) overlaps(other route) bool {
	for n := max(rt.least(), other.least()); n <= min(len(rt), len(other)); n++ {
		same := true
		for i := range n {
			a, b := rt[i], other[i]
			same = same && (a.param != "" || b.param != "" || strings.EqualFold(a.text, b.text))
		}
		if same {
			return true
		}
	}
	return false
}

// least is the smallest number of segments that rt matches.
func (rt route) least() int {
	if len(rt) > 0 && rt[len(rt)-1].optional {
		return len(rt) - 1
	}
	return len(rt)
}
