package team

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"leadflow/shared/normalize"
)

// Internal says whether a mail host is one of the publisher's own domains or below one. The host is in
// lower-case ASCII.
func (t Team) Internal(mailHost string) bool {
	for _, d := range t.InternalDomains {
		if within(mailHost, d) {
			return true
		}
	}
	return false
}

// within says whether a host is a domain or below it.
func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// domains reads internalDomains. What stands there twice is harmless, so it is a warning.
func (r *reader) domains(n *node) []string {
	type listed struct {
		name string
		at   place
	}
	var all []listed
	r.items(n, "internalDomains", func(n *node) {
		s, ok := r.text(n, "an entry of internalDomains")
		if !ok {
			return
		}
		name, err := domain(s)
		if err != nil {
			r.add(n.place, quoted(s)+" "+err.Error())
			return
		}
		all = append(all, listed{name, n.place})
	})
	var names []string
	lines := map[string]int{}
	for _, d := range all {
		if first, twice := lines[d.name]; twice {
			r.warn(d.at, fmt.Sprintf("%s is listed twice, first in line %d: take one out", d.name, first))
			continue
		}
		lines[d.name] = d.at.line
		names = append(names, d.name)
	}
	for _, d := range all {
		for _, parent, more := strings.Cut(d.name, "."); more; _, parent, more = strings.Cut(parent, ".") {
			if _, above := lines[parent]; above {
				r.warn(d.at, fmt.Sprintf("%s is below %s, which is listed and includes it: take it out", d.name, parent))
				break
			}
		}
	}
	return names
}

// domain brings a mail domain to lower-case ASCII.
func domain(s string) (string, error) {
	wrong := errors.New("is not a mail domain: give what stands behind the @ of your addresses, such as contoso.com")
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || !strings.Contains(ascii, ".") || len(ascii) > 253 {
		return "", wrong
	}
	last := ""
	for last = range strings.SplitSeq(ascii, ".") {
		if last == "" || len(last) > 63 {
			return "", wrong
		}
	}
	if strings.Trim(last, "0123456789") == "" {
		return "", wrong // an IP address
	}
	if suffix, _ := publicsuffix.PublicSuffix(ascii); suffix == ascii {
		return "", errors.New("is a public suffix, below which anybody can have a domain: give your whole domain, such as contoso.com")
	}
	if normalize.IsProvider(ascii) {
		return "", errors.New("is where anybody can have an address, customers too: give only domains that are your own")
	}
	return ascii, nil
}
