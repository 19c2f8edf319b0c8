package lead

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Keys are what a contact is compared by: its values in their normal form. A value that identifies nobody,
// such as a placeholder, is empty.
type Keys struct {
	// Email is the normalized address; it is for comparing, not for writing to.
	Email string
	// Phone is a number in E.164.
	Phone string
	// Name is the normalized full name.
	Name string
	// Domain is the registrable domain of the company, never that of a mail provider.
	Domain string
}

// Match is the strongest key, which identifies a person across submissions: "email:" and the address, else
// "phone:", the number, "|" and the name. It is empty when nothing identifies the person; such a lead never
// merges. A number without a name is shared too often to be a key.
func (k Keys) Match() string {
	switch {
	case k.Email != "":
		return "email:" + k.Email
	case k.PhoneMatches():
		return "phone:" + k.Phone + "|" + k.Name
	}
	return ""
}

// PhoneMatches says whether the number could be a match key.
func (k Keys) PhoneMatches() bool { return k.Phone != "" && k.named() }

// maxName is longer than the name of any person, in bytes. A key is stored with the lead and asked for.
const maxName = 1 << 10

// named says whether there is a name that people can be told apart by.
func (k Keys) named() bool { return k.Name != "" && len(k.Name) <= maxName }

// Probes are what other leads that may be the same person would have in common with this one, in the order
// in which they count.
func (k Keys) Probes() []string {
	var probes []string
	if k.Phone != "" {
		probes = append(probes, probePhone+k.Phone)
	}
	if k.Domain != "" && k.named() {
		probes = append(probes, probeCompany+k.Domain+"|"+k.Name)
	}
	return probes
}

// What a probe begins with.
const (
	probePhone   = "phone:"
	probeCompany = "company:"
)

// ID is the id of the lead that a submission belongs to: a hash of the match key or, without one, the
// submission's own id.
func ID(matchKey, submissionID string) string {
	if matchKey == "" {
		return submissionID
	}
	sum := sha256.Sum256([]byte(matchKey))
	return hex.EncodeToString(sum[:16])
}

// maxProbes bounds what one lead can be found by.
const maxProbes = 40

// Identify notes what the person is known by from now on.
func (l *Lead) Identify(k Keys) {
	if l.MatchKey == "" {
		l.MatchKey = k.Match()
	}
	l.BeFoundBy(k)
}

// BeFoundBy lets others that may be the same person find the lead by the probes of k.
func (l *Lead) BeFoundBy(k Keys) {
	for _, p := range k.Probes() {
		if !slices.Contains(l.Probes, p) {
			l.Probes = append(l.Probes, p)
		}
	}
	if over := len(l.Probes) - maxProbes; over > 0 {
		l.Probes = slices.Delete(l.Probes, 0, over)
	}
}
