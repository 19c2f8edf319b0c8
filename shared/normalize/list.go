package normalize

import (
	_ "embed"
	"strconv"
	"strings"
)

// The lists, written by internal/generate; data/NOTICE.md says from what.
var (
	//go:embed data/countries.txt
	spellings string // of countries: spelling, tab, alpha-2 code
	//go:embed data/country-names.txt
	countryNames string // alpha-2 code, tab, English name
	//go:embed data/free-mail.txt
	freeMail string // domains, as isListed reads them
	//go:embed data/disposable.txt
	disposable string // domains, as isListed reads them
)

// find gives what stands behind the key and a tab in a list whose lines are sorted by their keys. It reads
// about twenty lines of the longest list.
func find(list, key string) (value string, ok bool) {
	for list != "" {
		begin := strings.LastIndexByte(list[:len(list)/2], '\n') + 1
		line, rest, _ := strings.Cut(list[begin:], "\n")
		found, value, _ := strings.Cut(line, "\t")
		switch strings.Compare(key, found) {
		case -1:
			list = list[:begin]
		case 0:
			return value, true
		default:
			list = rest
		}
	}
	return "", false
}

// isListed says whether a list of domains has the host, which is lower-case ASCII with a dot. Such a list
// begins with an index: a top-level domain, a tab, where its group begins behind the index, a space, and how
// long the group is. A line with a star follows, and the groups: the domains without their last label.
func isListed(list, host string) bool {
	at := strings.LastIndexByte(host, '.')
	index, groups, _ := strings.Cut(list, "*\n")
	_, ok := find(groupOf(index, groups, host[at+1:]), host[:at])
	return ok
}

// groupOf gives the group of a top-level domain, "" if there is none.
func groupOf(index, groups, tld string) string {
	where, _ := find(index, tld)
	begin, length, ok := strings.Cut(where, " ")
	if !ok {
		return ""
	}
	b, _ := strconv.Atoi(begin) // the generator wrote them
	l, _ := strconv.Atoi(length)
	return groups[b : b+l]
}
