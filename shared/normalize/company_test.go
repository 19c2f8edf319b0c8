package normalize_test

import (
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"

	"leadflow/shared/normalize"
)

var companies = []struct{ name, email, want string }{
	{"a company", "ana@contoso.com", "contoso.com"},
	{"letter case does not matter", " ANA@Contoso.COM ", "contoso.com"},
	{"a department of a company", "ana@eu.mail.contoso.com", "contoso.com"},
	{"a company in the United Kingdom", "ana@mail.contoso.co.uk", "contoso.co.uk"},
	{"a company in Korea", "jihoon.kim@contoso.co.kr", "contoso.co.kr"},
	{"a company with an international domain", "ana@mail.bücher.example", "xn--bcher-kva.example"},
	{"a large company", "jsmith@microsoft.com", "microsoft.com"},
	{"a company that the lists have by mistake", "ana@starbucks.com", "starbucks.com"},
	{"a university", "ana@student.unibo.it", "unibo.it"},
	{"a site at a host of many", "ana@contoso.azurewebsites.net", "contoso.azurewebsites.net"},

	{"Gmail", "ana@gmail.com", ""},
	{"Googlemail", "ana@googlemail.com", ""},
	{"Outlook", "ana@outlook.com", ""},
	{"Hotmail in the United Kingdom", "ana@hotmail.co.uk", ""},
	{"Yahoo in Japan", "ana@yahoo.co.jp", ""},
	{"Naver", "ana@naver.com", ""},
	{"QQ", "12345@qq.com", ""},
	{"GMX", "ana@gmx.de", ""},
	{"Orange", "ana@orange.fr", ""},
	{"mail.ru", "ana@mail.ru", ""},
	{"Proton", "ana@proton.me", ""},
	{"iCloud", "ana@icloud.com", ""},
	{"a provider that no list has", "ana@tutanota.com", ""},
	{"Hide My Email", "x1y2@privaterelay.appleid.com", ""},
	{"the company whose subdomain hides addresses", "ana@appleid.com", "appleid.com"},
	{"a subdomain of a free-mail provider", "ana@mail.gmail.com", ""},
	{"a disposable address", "ana@mailinator.com", ""},
	{"a disposable address at a subdomain", "ana@x.y.mailinator.com", ""},
	{"a disposable address at a domain with subdomains for all", "ana@any.33mail.com", ""},
	{"a disposable address in a list of disposable ones only", "ana@0-180.com", ""},

	{"a placeholder", "test@test.com", ""},
	{"another placeholder", "someone@example.com", ""},
	{"a company below a placeholder domain", "ana.silva@fabrikam.example.com", "fabrikam.example.com"},
	{"a department below a placeholder domain", "ana@mail.fabrikam.example.com", "fabrikam.example.com"},
	{"a bare public suffix", "ana@co.uk", ""},
	{"a bare suffix of a host of many", "ana@azurewebsites.net", ""},
	{"no address", "contoso.com", ""},
	{"nothing", "", ""},
	{"a name and an address", "Ana <ana@contoso.com>", ""},
}

func TestTheCompanyBehindAnAddressIsItsRegistrableDomain(t *testing.T) {
	for _, c := range companies {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize.CompanyDomain(c.email); got != c.want {
				t.Errorf("the company of %q is %q, want %q", c.email, got, c.want)
			}
		})
	}
}

func TestWellKnownCompaniesAreCompanies(t *testing.T) {
	for _, domain := range strings.Fields("microsoft.com google.com apple.com amazon.com ibm.com oracle.com sap.com siemens.com bosch.com " +
		"samsung.com sony.com toyota.co.jp hitachi.co.jp lge.com hyundai.com navercorp.com kakaocorp.com tencent.com alibaba.com huawei.com " +
		"accenture.com deloitte.com capgemini.com infosys.com tcs.com nestle.com unilever.com airbus.com shell.com bp.com github.com " +
		"salesforce.com adobe.com cisco.com intel.com nvidia.com vodafone.com telefonica.com telekom.de bbc.co.uk contoso.com fabrikam.com") {
		if got := normalize.CompanyDomain("ana@" + domain); got != domain {
			t.Errorf("the company at %s is %q", domain, got)
		}
	}
}

// checkCompany checks what holds for every text.
func checkCompany(t interface{ Errorf(string, ...any) }, s string) {
	domain, host := normalize.CompanyDomain(s), normalize.MailHost(s)
	if domain == "" {
		return
	}
	if host != domain && !strings.HasSuffix(host, "."+domain) {
		t.Errorf("the company of %q is %q, and the host %q", s, domain, host)
	}
	if again := normalize.CompanyDomain("info@" + domain); again != domain {
		t.Errorf("the company of %q is %q, and the company of that %q", s, domain, again)
	}
	if suffix, _ := publicsuffix.PublicSuffix(domain); suffix == domain {
		t.Errorf("the company of %q is the public suffix %q", s, domain)
	}
	for _, other := range []string{"\t " + s + "\r\n", asciiUpper(s)} {
		if got := normalize.CompanyDomain(other); got != domain {
			t.Errorf("the company of %q is %q, and of %q it is %q", s, domain, other, got)
		}
	}
}

func FuzzCompanyDomain(f *testing.F) {
	for _, c := range companies {
		f.Add(c.email)
	}
	for _, c := range emails {
		f.Add(c.email)
	}
	f.Fuzz(func(t *testing.T, s string) { checkCompany(t, s) })
}

func BenchmarkCompanyDomain(b *testing.B) {
	for _, c := range []struct{ name, email string }{
		{"company", "ana.silva@fabrikam.com"},
		{"department", "ana.silva@mail.fabrikam.co.uk"},
		{"free-mail", "ana.silva@gmail.com"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalize.CompanyDomain(c.email)
			}
		})
	}
}
