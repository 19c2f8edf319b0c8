package lead

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

// Once changes the lead unless the act was done already, and names it in the activities that the change adds. It fails
// with ErrRecorded, or with the error of change, which must then have changed nothing. An act is known for as long as
// its activities are not in the archive.
func (l *Lead) Once(act string, change func() error) error {
	if len(l.Did(act)) > 0 {
		return ErrRecorded
	}
	before := len(l.Timeline)
	if err := change(); err != nil {
		return err
	}
	for i := before; i < len(l.Timeline); i++ {
		l.Timeline[i].Act = act
	}
	return nil
}

// Did gives the activities that tell of an act; none if it was not done.
func (l *Lead) Did(act string) []Activity {
	var all []Activity
	for _, a := range l.Timeline {
		if act != "" && a.Act == act {
			all = append(all, a)
		}
	}
	return all
}

// Seen names the end of the timeline as it is now, for who looks at it and asks later what was added.
func (l *Lead) Seen() string {
	if len(l.Timeline) == 0 {
		return ""
	}
	return l.Timeline[len(l.Timeline)-1].digest()
}

// Since gives the activities that were added after what Seen gave; none if that end of the timeline is not known (any
// more).
func (l *Lead) Since(seen string) []Activity {
	for i, a := range slices.Backward(l.Timeline) {
		if a.digest() == seen {
			return slices.Clone(l.Timeline[i+1:])
		}
	}
	return nil
}

// RecordedAt is when the activity was written down: a contact may have been earlier.
func (a Activity) RecordedAt() time.Time {
	for _, p := range a.Said {
		if at, err := time.Parse(TimeLayout, p.With["at"]); err == nil && p.Say == "contacted.recorded" {
			return at
		}
	}
	return a.At.Time
}

// ActID names what a person did to a lead by what the person said, so that the same said twice is one act.
func ActID(person, leadID, said string) string { return digest("act", person, leadID, said) }

// digest tells an activity from others.
func (a Activity) digest() string {
	return digest("activity", a.At.String(), a.Text, a.Submission, a.Mail, a.Act)
}

// digest is a short name for texts in their order, in the letters of a URL.
func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t) // so that none can be cut elsewhere
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}
