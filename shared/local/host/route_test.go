package host

import (
	"slices"
	"testing"
)

func TestRoutesMatchAsInASPNET(t *testing.T) {
	for _, c := range []struct {
		route, path string
		want        bool
	}{
		{"/api/leads/{offerId?}", "/api/leads", true},
		{"/api/leads/{offerId?}", "/api/leads/", true},
		{"/api/leads/{offerId?}", "/api/leads/contoso.backup-preview", true},
		{"/api/leads/{offerId?}", "/API/Leads/x", true},
		{"/api/leads/{offerId?}", "/api/leads/x/", true},
		{"/api/leads/{offerId?}", "/api/leads/x/y", false},
		{"/api/leads/{offerId?}", "/api/leads//", false},
		{"/api/leads/{offerId?}", "/api//leads", false},
		{"/api/leads/{offerId?}", "/leads/x", false},
		{"/api/leads/{offerId?}", "/api/leads/a%2Fb", true},
		{"/api/leads/{offerId?}", "/api/leads%2Fx", false},
		{"/api/leads/{offerId?}", "/api/l%65ads", true},
		{"/api/leads/{offerId}", "/api/leads", false},
		{"/api/leads/{offerId}", "/api/leads/x", true},
		{"/api/leads/{offerId}/notes", "/api/leads/x/notes", true},
		{"/api/files/{*path}", "/api/files", true},
		{"/api/files/{*path}", "/api/files/a/b", true},
		{"/", "/", true},
		{"/", "/x", false},
	} {
		r, err := parseRoute(c.route)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.matches(split(c.path)); got != c.want {
			t.Errorf("%s matches %s: %v, want %v", c.route, c.path, got, c.want)
		}
	}
}

func TestTheMoreParticularRouteComesFirst(t *testing.T) {
	want := []string{"/a", "/a/b", "/a/{x}/c", "/a/{x}", "/a/{x?}", "/{x}", "/{*x}"}
	var routes []route
	for _, text := range want {
		r, err := parseRoute(text)
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, r)
	}
	for i, a := range routes {
		for j, b := range routes {
			if i < j && compareRoutes(a, b) > 0 && overlap(a, b) {
				t.Errorf("%s comes after %s", want[i], want[j])
			}
		}
	}
}

// overlap says whether a path exists that both routes match.
func overlap(a, b route) bool {
	paths := []string{"/a", "/a/b", "/a/b/c", "/x", "/x/y"}
	return slices.ContainsFunc(paths, func(p string) bool { return a.matches(split(p)) && b.matches(split(p)) })
}

func TestRoutesThatAreNotUnderstoodAreRefused(t *testing.T) {
	for _, text := range []string{"/api/{id:int}", "/api/{a}-{b}", "/api/{id=3}", "/api/{*a?}", "/api/{a?}/b", "/api/{*a}/b", "/api/a//b", "/admin/x", "/api/{", "/api/{}"} {
		if r, err := parseRoute(text); err == nil {
			t.Errorf("%s is understood as %v", text, r)
		}
	}
}
