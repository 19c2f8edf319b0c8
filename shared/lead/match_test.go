package lead_test

import (
	"testing"

	"leadflow/shared/lead"
)

func TestAddressesOfOnePersonHaveOneMatchKey(t *testing.T) {
	for _, c := range []struct{ name, email, want string }{
		{"letter case does not matter", " Ana.Silva@Fabrikam.Example.COM ", "email:ana.silva@fabrikam.example.com"},
		{"Google ignores dots and tags, and has two names", "A.na+x@googlemail.com", "email:ana@gmail.com"},
		{"Microsoft ignores tags and keeps dots", "a.na+x@outlook.com", "email:a.na@outlook.com"},
		{"elsewhere a tag may be another person", "ana+x@contoso.com", "email:ana+x@contoso.com"},
		{"an international domain has one form", "ana@Bücher.example", "email:ana@xn--bcher-kva.example"},
		{"the address in a name-and-address is not taken apart", "Ana <ana@contoso.com>", ""},
		{"what is no address identifies nobody", "not an address", ""},
		{"nothing identifies nobody", "", ""},
		{"a placeholder identifies nobody", "test@test.com", ""},
		{"an address at example.com identifies nobody", "someone@example.com", ""},
		{"an address below example.com does", "someone@a.example.com", "email:someone@a.example.com"},
		{"markup identifies nobody", `"><script>@x.example.com`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lead.MatchKey(lead.Contact{Email: c.email}); got != c.want {
				t.Errorf("match key %q, want %q", got, c.want)
			}
		})
	}
}

func TestALeadWithoutAMatchKeyHasTheIdOfItsSubmission(t *testing.T) {
	if got := lead.ID("", "s1"); got != "s1" {
		t.Errorf("id %q", got)
	}
	if a, b := lead.ID("email:a@b.example", "s1"), lead.ID("email:a@b.example", "s2"); a != b || a == "s1" {
		t.Errorf("ids %q and %q of one person", a, b)
	}
}
