package normalize

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// CompanyDomain gives the registrable domain of the company behind an address: contoso.co.uk for
// ann@mail.contoso.co.uk. It is "" where the address says nothing of a company: at free-mail providers and
// those of disposable addresses, at placeholders, at a public suffix itself, and where it is not valid.
//
// Below a placeholder domain the next label is the company: fabrikam.example.com, not example.com.
func CompanyDomain(address string) string {
	host := MailHost(address)
	if host == "" {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	if isPlaceholderHost(domain) {
		below, ok := strings.CutSuffix(host, "."+domain)
		if !ok {
			return ""
		}
		return below[strings.LastIndexByte(below, '.')+1:] + "." + domain
	}
	if IsProvider(domain) || host != domain && IsProvider(host) {
		return ""
	}
	return domain
}

// IsProvider says whether a mail host, in lower-case ASCII, is that of a free-mail provider or of disposable
// addresses, where anybody can have one.
func IsProvider(host string) bool {
	return strings.Contains(host, ".") && (isListed(freeMail, host) || isListed(disposable, host))
}
