package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// ordinary are companies that the lists have although their people's addresses are at these domains.
var ordinary = map[string]bool{
	"alibaba.com":    true,
	"craigslist.org": true,
	"facebook.com":   true,
	"starbucks.com":  true,
}

// missing are providers that neither list has.
var missing = []string{
	"hey.com",
	"keemail.me", "tuta.com", "tutamail.com", "tutanota.com", // Tuta
	"mozmail.com",              // Firefox Relay
	"privaterelay.appleid.com", // Hide My Email
	"simplelogin.com",
}

// domains gives the lists of free-mail and of disposable domains, each domain in one of them.
func domains(packages string) (free, throwaway string, err error) {
	var listed, named, wildcards []string
	if err := freeMail.read(packages, "domains.json", &listed); err != nil {
		return "", "", err
	}
	if err := disposable.read(packages, "index.json", &named); err != nil {
		return "", "", err
	}
	if err := disposable.read(packages, "wildcard.json", &wildcards); err != nil {
		return "", "", err
	}
	known := map[string]bool{}
	free, err = group(append(listed, missing...), known)
	if err != nil {
		return "", "", err
	}
	throwaway, err = group(append(named, wildcards...), known)
	if err != nil {
		return "", "", err
	}
	return free, throwaway, nil
}

// group gives the list of the domains that are not known yet, and makes them known. The list is grouped by
// top-level domain, which saves a quarter of its size. It begins with an index, one line for each group: its
// name, a tab, the offset of its first byte behind the index, a space and its length. A line with a star
// follows, and then the groups: their domains without the last label, sorted, one a line.
func group(list []string, known map[string]bool) (string, error) {
	fresh := map[string]bool{}
	for _, d := range list {
		host, err := idna.Lookup.ToASCII(d)
		if err != nil {
			return "", fmt.Errorf("%q: %w", d, err)
		}
		if !known[host] && !ordinary[host] {
			fresh[host] = true
		}
	}
	groups := map[string][]string{}
	for host := range fresh {
		registrable, err := publicsuffix.EffectiveTLDPlusOne(host)
		if err != nil {
			continue // a public suffix: what is below it belongs to many
		}
		if host != registrable && (fresh[registrable] || known[registrable]) {
			continue // whoever looks up the host looks up the registrable domain too
		}
		at := strings.LastIndexByte(host, '.')
		groups[host[at+1:]] = append(groups[host[at+1:]], host[:at])
	}
	maps.Copy(known, fresh)

	var index, all strings.Builder
	for _, tld := range slices.Sorted(maps.Keys(groups)) {
		begin := all.Len()
		for _, name := range slices.Sorted(slices.Values(groups[tld])) {
			all.WriteString(name + "\n")
		}
		fmt.Fprintf(&index, "%s\t%d %d\n", tld, begin, all.Len()-begin)
	}
	return index.String() + "*\n" + all.String(), nil
}
