package mailto_test

import (
	"net/mail"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leadflow/shared/mailto"
	"leadflow/shared/normalize"
)

func TestALinkHasTheAddressTheSubjectAndTheText(t *testing.T) {
	for _, c := range []struct {
		name, address, subject, text, want string
		whole                              bool
	}{
		{"all of them", "ana@contoso.com", "Hello", "Dear Ana,\n\nyes & no?", "mailto:ana@contoso.com?subject=Hello&body=Dear%20Ana%2C%0D%0A%0D%0Ayes%20%26%20no%3F", true},
		{"a subject alone", "ana@contoso.com", "a+b", "", "mailto:ana@contoso.com?subject=a%2Bb", true},
		{"a text alone", "ana@contoso.com", "", "길", "mailto:ana@contoso.com?body=%EA%B8%B8", true},
		{"nothing", " ana@contoso.com ", "", "", "mailto:ana@contoso.com", true},
		{"a text that does not fit", "ana@contoso.com", "Hello", strings.Repeat("길", 200), "mailto:ana@contoso.com?subject=Hello", false},
		{"a subject that does not fit", "ana@contoso.com", strings.Repeat("길", 200), "Hello", "mailto:ana@contoso.com", false},
		{"a tag", "ana+crm@contoso.com", "", "", "mailto:ana%2Bcrm@contoso.com", true},
		{"signs that mean something in a link", "a?cc=x&b%26#/c@contoso.com", "Hello", "", "mailto:a%3Fcc%3Dx%26b%2526%23%2Fc@contoso.com?subject=Hello", true},
	} {
		if link, whole := mailto.Link(c.address, c.subject, c.text); link != c.want || whole != c.whole {
			t.Errorf("%s: %s, whole %v", c.name, link, whole)
		}
	}
}

func TestALinkHasLessCharactersThanTheLimit(t *testing.T) {
	const address, subject = "ana@contoso.com", "Hello"
	room := mailto.Limit - 1 - len("mailto:ana@contoso.com?subject=Hello&body=")
	if link, whole := mailto.Link(address, subject, strings.Repeat("a", room)); len(link) != mailto.Limit-1 || !whole {
		t.Errorf("a text that just fits makes a link of %d characters, whole %v", len(link), whole)
	}
	if link, whole := mailto.Link(address, subject, strings.Repeat("a", room+1)); link != "mailto:ana@contoso.com?subject=Hello" || whole {
		t.Errorf("a text that just does not fit makes %s, whole %v", link, whole)
	}
	room = mailto.Limit - 1 - len("mailto:ana@contoso.com?subject=")
	if link, whole := mailto.Link(address, strings.Repeat("a", room), "Hello"); len(link) != mailto.Limit-1 || whole {
		t.Errorf("a subject that just fits makes a link of %d characters, whole %v", len(link), whole)
	}
	if link, _ := mailto.Link(address, strings.Repeat("a", room+1), "Hello"); link != "mailto:ana@contoso.com" {
		t.Errorf("a subject that just does not fit makes %s", link)
	}
}

func TestWhatIsNoPlainAddressGetsNoLink(t *testing.T) {
	for _, address := range []string{"", "ana", "ana@contoso", "Ana <ana@contoso.com>", "ana@contoso.com,bob@contoso.com", `"ana,bob"@contoso.com`, "ana@contoso.com\r\nBcc: bob@contoso.com",
		"ana @contoso.com", "길동@contoso.com", "ana@bücher.example", "ana@contoso.com?cc=bob@contoso.com", "a@b@contoso.com", "ana@test.com", strings.Repeat("a", 400) + "@contoso.com"} {
		if link, whole := mailto.Link(address, "Hello", "Hello"); link != "" || whole {
			t.Errorf("%q gets %s", address, link)
		}
	}
}

func TestALinkIsShortAndSaysExactlyWhatWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address := rapid.OneOf(rapid.StringMatching("[a-z!#$%&'*+/=?^_`{|}~.,;<>\" @-]{1,300}@contoso\\.com"), rapid.StringMatching("[ -~]{0,40}"), rapid.String()).Draw(t, "address")
		long := rapid.IntRange(1, 60).Draw(t, "times")
		subject := strings.Repeat(rapid.String().Draw(t, "subject"), long)
		text := strings.Repeat(strings.ReplaceAll(rapid.String().Draw(t, "text"), "\r", ""), long)
		link, whole := mailto.Link(address, subject, text)
		if link == "" {
			return
		}
		u, err := url.Parse(link)
		if len(link) >= mailto.Limit || err != nil || u.Scheme != "mailto" || u.Fragment != "" {
			t.Fatalf("%s: %v", link, err)
		}
		to, err := url.PathUnescape(u.Opaque)
		list, listErr := mail.ParseAddressList(to)
		if err != nil || listErr != nil || to != strings.TrimSpace(address) || len(list) != 1 || list[0].Address != to {
			t.Fatalf("%s is for %q: %v, %v", link, to, err, listErr)
		}
		q, err := url.ParseQuery(u.RawQuery)
		said := q.Get("subject") == normalize.Line(subject, mailto.Limit) && q.Get("body") == strings.ReplaceAll(text, "\n", "\r\n")
		if err != nil || len(q) > 2 || whole != said || !whole && q.Has("body") || q.Has("subject") && q.Get("subject") != normalize.Line(subject, mailto.Limit) {
			t.Fatalf("%s, whole %v, says %q: %v", link, whole, q, err)
		}
	})
}
