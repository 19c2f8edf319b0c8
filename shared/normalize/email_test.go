package normalize_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"leadflow/shared/normalize"
)

// emails have one form for all spellings of one mailbox, and none for what identifies nobody.
var emails = []struct{ name, email, want string }{
	{"an address as documented", "someone@contoso.com", "someone@contoso.com"},
	{"letter case does not matter", "Ana.Silva@Fabrikam.Example.COM", "ana.silva@fabrikam.example.com"},
	{"space around it does not matter", " \tana@contoso.com\r\n", "ana@contoso.com"},
	{"a non-breaking space around it does not matter", "\u00a0ana@contoso.com\u00a0", "ana@contoso.com"},
	{"invisible characters do not matter", "\u200bana@con\u2060toso.com\ufeff", "ana@contoso.com"},
	{"full-width letters are letters", "ａｎａ＠ｃｏｎｔｏｓｏ．ｃｏｍ", "ana@contoso.com"},
	{"a ligature is its letters", "o\ufb03ce@contoso.com", "office@contoso.com"},
	{"an international domain has one form", "ana@Bücher.example", "ana@xn--bcher-kva.example"},
	{"an encoded domain is that form", "ana@XN--BCHER-KVA.example", "ana@xn--bcher-kva.example"},
	{"a composed accent is a combining one", "ana@bu\u0308cher.example", "ana@xn--bcher-kva.example"},
	{"an ideographic full stop is a dot", "ana@contoso。com", "ana@contoso.com"},
	{"an ideographic full stop at the end is the root", "ana@contoso.com。", "ana@contoso.com"},
	{"a joiner makes another domain", "ana@نامه\u200cای.com", "ana@xn--mgba3gch31f060k.com"},
	{"a joiner where there is nothing to join", "ana@con\u200dtoso.com", ""},
	{"a Hangul domain", "ana@한국.kr", "ana@xn--3e0b707e.kr"},
	{"a local part in another script", "지훈@contoso.co.kr", "지훈@contoso.co.kr"},
	{"letter case in another script", "ИВАН@contoso.com", "иван@contoso.com"},
	{"a letter that has its accent in lower case only", "H\u0331ana@contoso.com", "\u1e96ana@contoso.com"},
	{"signs that a local part may have", "o'neil_x!#$%&*/=?^`{|}~@contoso.com", "o'neil_x!#$%&*/=?^`{|}~@contoso.com"},
	{"a local part of one letter", "a@b.co", "a@b.co"},
	{"a local part of digits", "12345@qq.com", "12345@qq.com"},
	{"a domain with digits and hyphens", "a@1-2.3x.io", "a@1-2.3x.io"},

	{"Google ignores dots", "a.n.a@gmail.com", "ana@gmail.com"},
	{"Google ignores tags", "ana+azure+x@gmail.com", "ana@gmail.com"},
	{"Google has two names", "A.na+x@GoogleMail.com", "ana@gmail.com"},
	{"a subdomain of Google's is another domain", "a.na+x@mail.gmail.com", "a.na+x@mail.gmail.com"},
	{"a domain that ends like Google's is another", "a.na+x@notgmail.com", "a.na+x@notgmail.com"},
	{"nothing but a tag at Google's", "+x@gmail.com", ""},
	{"Outlook ignores tags and keeps dots", "a.na+x@outlook.com", "a.na@outlook.com"},
	{"Hotmail ignores tags", "ana+x@hotmail.com", "ana@hotmail.com"},
	{"Live ignores tags", "ana+x@live.com", "ana@live.com"},
	{"Microsoft's domains differ", "ana@hotmail.com", "ana@hotmail.com"},
	{"Hotmail in the United Kingdom", "ana+x@hotmail.co.uk", "ana@hotmail.co.uk"},
	{"Outlook in Germany", "ana+x@outlook.de", "ana@outlook.de"},
	{"Live in the Netherlands", "ana+x@live.nl", "ana@live.nl"},
	{"a company called Live under no free-mail domain", "ana+x@live.example", "ana+x@live.example"},
	{"a subdomain called outlook", "ana+x@outlook.contoso.com", "ana+x@outlook.contoso.com"},
	{"nothing but a tag at Microsoft's", "+x@outlook.com", ""},
	{"a dot before a tag at Microsoft's", "ana.+x@outlook.com", ""},
	{"elsewhere a tag may be another person", "ana+x@contoso.com", "ana+x@contoso.com"},
	{"elsewhere dots count", "a.na@contoso.com", "a.na@contoso.com"},

	{"nothing", "", ""},
	{"blanks", " \t ", ""},
	{"words", "not an address", ""},
	{"no local part", "@contoso.com", ""},
	{"no domain", "ana@", ""},
	{"no dot in the domain", "ana@localhost", ""},
	{"two at signs", "ana@b@contoso.com", ""},
	{"two dots in the local part", "a..na@contoso.com", ""},
	{"a dot before the at sign", "ana.@contoso.com", ""},
	{"an empty label", "ana@contoso..com", ""},
	{"an empty label of ideographic full stops", "ana@contoso。。com", ""},
	{"a dot at the end", "ana@contoso.com.", ""},
	{"a space inside", "a na@contoso.com", ""},
	{"a space before the at sign", "ana @contoso.com", ""},
	{"an underscore in the domain", "ana@con_toso.com", ""},
	{"a hyphen at the start of a label", "ana@-contoso.com", ""},
	{"an IPv4 address", "ana@192.0.2.1", ""},
	{"an address literal", "ana@[192.0.2.1]", ""},
	{"a top-level domain of digits", "ana@contoso.1", ""},
	{"a name and an address", "Ana <ana@contoso.com>", ""},
	{"angle brackets alone", "<ana@contoso.com>", ""},
	{"a comment", "ana@contoso.com (Ana)", ""},
	{"a comment inside", "ana(home)@contoso.com", ""},
	{"a quoted local part", `"ana"@contoso.com`, ""},
	{"a quoted at sign", `"a@b"@contoso.com`, ""},
	{"two addresses", "ana@contoso.com, bo@contoso.com", ""},
	{"a group", "team:ana@contoso.com;", ""},
	{"a link", "mailto:ana@contoso.com", ""},
	{"markup", `"><script>@x.example.com`, ""},
	{"a line break inside", "ana@contoso.com\r\nBcc: bo@contoso.com", ""},
	{"broken UTF-8", "an\xff@contoso.com", ""},
	{"a label that is too long", "ana@" + strings.Repeat("a", 64) + ".com", ""},
	{"a domain that is too long", "ana@" + strings.Repeat("a23456789.", 25) + "comm", ""},
	{"an address that is too long", strings.Repeat("a", 310) + "@contoso.com", ""},
	{"an address that is too long as it is typed", strings.Repeat("ａ", 110) + "@contoso.com", ""},
	{"an address that becomes too long", strings.Repeat("㌀", 100) + "@contoso.com", ""},

	{"the test address", "test@test.com", ""},
	{"whatever is at test.com", "MSFT_TEST_636573304831318844@Test.com", ""},
	{"an address at example.com", "someone@example.com", ""},
	{"an address at example.org", "someone@EXAMPLE.org", ""},
	{"an address at example.net", "someone@example.net", ""},
	{"an address below example.com", "someone@a.example.com", "someone@a.example.com"},
	{"an address below test.com", "someone@mail.test.com", "someone@mail.test.com"},
	{"an address whose domain ends like a placeholder", "someone@mytest.com", "someone@mytest.com"},
}

func TestAddressesOfOneMailboxHaveOneForm(t *testing.T) {
	for _, c := range emails {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize.Email(c.email); got != c.want {
				t.Errorf("%q is %q, want %q", c.email, got, c.want)
			}
		})
	}
}

func TestEveryValidAddressHasAMailHost(t *testing.T) {
	for _, c := range []struct{ name, email, want string }{
		{"an address", "Ana@Contoso.COM", "contoso.com"},
		{"a free-mail address", "a.na@googlemail.com", "googlemail.com"},
		{"a placeholder", "test@test.com", "test.com"},
		{"an international domain", "ana@bücher.example", "xn--bcher-kva.example"},
		{"a subdomain", "ana@eu.mail.contoso.co.uk", "eu.mail.contoso.co.uk"},
		{"nothing but a tag", "+x@gmail.com", "gmail.com"},
		{"no address", "contoso.com", ""},
		{"a name and an address", "Ana <ana@contoso.com>", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize.MailHost(c.email); got != c.want {
				t.Errorf("the host of %q is %q, want %q", c.email, got, c.want)
			}
		})
	}
}

func TestMicrosoftsConsumerDomainsIgnoreTagsInEveryCountry(t *testing.T) {
	for _, host := range []string{
		"outlook.com", "hotmail.com", "live.com", "outlook.fr", "outlook.jp", "outlook.com.br", "outlook.co.il",
		"hotmail.fr", "hotmail.de", "hotmail.it", "hotmail.es", "hotmail.co.jp", "hotmail.com.br", "hotmail.co.uk",
		"live.fr", "live.de", "live.it", "live.co.uk", "live.com.mx", "live.com.au",
	} {
		if got, want := normalize.Email("a.na+x@"+host), "a.na@"+host; got != want {
			t.Errorf("the form is %q, want %q", got, want)
		}
	}
}

// checkEmail checks what holds for every text.
func checkEmail(t interface{ Errorf(string, ...any) }, s string) {
	email, host := normalize.Email(s), normalize.MailHost(s)
	if again := normalize.Email(email); again != email {
		t.Errorf("the form of %q is %q, and the form of that %q", s, email, again)
	}
	if len(email) > 2*320 || !utf8.ValidString(email) || strings.ContainsAny(email, " \r\n\t<>\"(),;") {
		t.Errorf("the form of %q is %q", s, email)
	}
	if email != "" && !strings.HasSuffix(email, "@"+host) && host != "googlemail.com" {
		t.Errorf("the form of %q is %q, and its host %q", s, email, host)
	}
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || host != "" && !strings.Contains(host, ".") {
		t.Errorf("the host of %q is %q", s, host)
	}
	if around := normalize.Email("\t " + s + "\r\n"); around != email {
		t.Errorf("the form of %q is %q, and %q with space around it", s, email, around)
	}
	if upper := normalize.Email(asciiUpper(s)); upper != email {
		t.Errorf("the form of %q is %q, and %q in upper case", s, email, upper)
	}
}

// asciiUpper turns ASCII letters to upper case. The letter case of a few others cannot be turned and back.
func asciiUpper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

func TestAFormOfAnAddressIsItsOwnForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.StringOf(rapid.SampledFrom([]rune("abzÄßſıİ.+-_'09한ア "))).Draw(t, "local")
		host := rapid.SampledFrom([]string{"gmail.com", "Outlook.com", "hotmail.co.uk", "contoso.com", "BÜCHER.example"}).Draw(t, "host")
		checkEmail(t, local+"@"+host)
	})
}

func FuzzEmail(f *testing.F) {
	for _, c := range emails {
		f.Add(c.email)
	}
	f.Add("jsmith@microsoft.com")
	f.Add("Ana.Silva@Fabrikam.example.com")
	f.Add("jihoon.kim@contoso.co.kr")
	f.Fuzz(func(t *testing.T, s string) { checkEmail(t, s) })
}

func BenchmarkEmail(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		normalize.Email("Ana.Silva@Fabrikam.example.com")
	}
}

func BenchmarkMailHost(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		normalize.MailHost("Ana.Silva@Fabrikam.example.com")
	}
}
