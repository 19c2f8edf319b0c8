package host

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// segment is one part of a route between slashes.
type segment struct {
	kind segmentKind
	text string // of a literal
}

type segmentKind int

// The kinds, the more particular first.
const (
	literal   segmentKind = iota
	parameter             // {name}
	optional              // {name?}, at the end
	rest                  // {*name}, at the end
)

// route is a route of ASP.NET, as far as this host understands it.
type route []segment

var routeParameter = regexp.MustCompile(`^\{(\*?)[A-Za-z_][A-Za-z0-9_]*(\??)\}$`)

// parseRoute reads a route that begins with a slash.
func parseRoute(text string) (route, error) {
	var r route
	parts := split(text)
	for i, part := range parts {
		s := segment{kind: literal, text: part}
		if strings.ContainsAny(part, "{}") {
			m := routeParameter.FindStringSubmatch(part)
			switch {
			case m == nil || m[1] != "" && m[2] != "":
				return nil, fmt.Errorf("route %q: %q is not supported by the local host, only {name}, {name?} and {*name} are", text, part)
			case m[1] != "":
				s = segment{kind: rest}
			case m[2] != "":
				s = segment{kind: optional}
			default:
				s = segment{kind: parameter}
			}
			if s.kind > parameter && i < len(parts)-1 {
				return nil, fmt.Errorf("route %q: %q must be at the end", text, part)
			}
		} else if part == "" {
			return nil, fmt.Errorf("route %q has an empty part", text)
		}
		r = append(r, s)
	}
	if len(r) > 0 && r[0].kind == literal && slices.Contains([]string{"admin", "runtime"}, strings.ToLower(r[0].text)) {
		return nil, fmt.Errorf("route %q: admin and runtime belong to the host", text)
	}
	return r, nil
}

// split cuts a path, as it was sent, into its parts. One slash at the end says nothing.
func split(path string) []string {
	path = strings.TrimPrefix(path, "/")
	path = strings.TrimSuffix(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// matches says whether a path in parts is this route's. Letter case does not count.
func (r route) matches(parts []string) bool {
	for i, s := range r {
		if s.kind == rest {
			return true
		}
		if i >= len(parts) {
			return s.kind == optional && i == len(parts)
		}
		if parts[i] == "" {
			return false
		}
		if s.kind == literal {
			text, err := url.PathUnescape(parts[i])
			if err != nil || !strings.EqualFold(text, s.text) {
				return false
			}
		}
	}
	return len(parts) == len(r)
}

// compareRoutes orders the more particular route first.
func compareRoutes(a, b route) int {
	return slices.CompareFunc(a, b, func(x, y segment) int { return cmp.Compare(x.kind, y.kind) })
}
