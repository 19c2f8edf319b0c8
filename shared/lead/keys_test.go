package lead_test

import (
	"slices"
	"strconv"
	"testing"

	"leadflow/shared/lead"
)

func TestTheStrongestKeyIdentifiesAPerson(t *testing.T) {
	for _, c := range []struct {
		name string
		keys lead.Keys
		want string
	}{
		{"an address before everything", lead.Keys{Email: "ana@contoso.com", Phone: "+4722123456", Name: "ana silva"}, "email:ana@contoso.com"},
		{"without an address the number and the name", lead.Keys{Phone: "+4722123456", Name: "ana silva"}, "phone:+4722123456|ana silva"},
		{"a number alone may be a switchboard", lead.Keys{Phone: "+4722123456"}, ""},
		{"a name alone may be anybody", lead.Keys{Name: "ana silva", Domain: "contoso.com"}, ""},
		{"nothing identifies nobody", lead.Keys{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.keys.Match(); got != c.want {
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

// Two people whose ids are the same would be one lead, so the hash must leave no room for that.
func TestTheIdOfALeadHas128Bits(t *testing.T) {
	if id := lead.ID("email:a@b.example", ""); len(id) != 32 {
		t.Errorf("id %q", id)
	}
}

func TestANameAloneIsNoProbe(t *testing.T) {
	if got := (lead.Keys{Email: "ana@gmail.com", Name: "ana silva"}).Probes(); len(got) != 0 {
		t.Errorf("probes %q: everybody of that name would be suggested", got)
	}
}

// The id was made from it.
func TestTheMatchKeyOfALeadStays(t *testing.T) {
	l := &lead.Lead{}
	for _, k := range []lead.Keys{{}, {Phone: "+4722123456", Name: "ana silva"}, {Email: "ana@contoso.com"}, {}} {
		l.Identify(k)
	}
	if l.MatchKey != "phone:+4722123456|ana silva" {
		t.Errorf("match key %q", l.MatchKey)
	}
}

func TestALeadIsFoundByEveryNumberAndByCompanyAndName(t *testing.T) {
	l := &lead.Lead{}
	l.Identify(lead.Keys{Email: "ana@contoso.com", Phone: "+4722123456", Name: "ana silva", Domain: "contoso.com"})
	l.Identify(lead.Keys{Email: "ana@contoso.com", Phone: "+4722123457", Name: "ana silva", Domain: "contoso.com"})
	l.Identify(lead.Keys{Email: "ana@contoso.com", Domain: "contoso.com"})
	if want := []string{"phone:+4722123456", "company:contoso.com|ana silva", "phone:+4722123457"}; !slices.Equal(l.Probes, want) {
		t.Errorf("probes %q, want %q", l.Probes, want)
	}
	if l.MatchKey != "email:ana@contoso.com" {
		t.Errorf("match key %q", l.MatchKey)
	}
}

func TestTheProbesOfALeadAreBoundedAndTheNewestStay(t *testing.T) {
	l := &lead.Lead{}
	for n := range 100 {
		l.Identify(lead.Keys{Phone: "+4722123" + strconv.Itoa(100+n)})
	}
	if len(l.Probes) != 40 || l.Probes[39] != "phone:+4722123199" {
		t.Errorf("%d probes: %q", len(l.Probes), l.Probes)
	}
}
