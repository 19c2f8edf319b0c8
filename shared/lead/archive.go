package lead

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Bounds of one lead's document. What is over them is moved to the archive, the oldest first.
const (
	maxTouches   = 100
	maxTimeline  = 200
	maxMails     = 100 // recorded ones; an open mail never leaves the lead
	maxAddresses = 20  // of each kind
	maxOffers    = 50
	// MaxSize is the size of the whole document in bytes of JSON.
	MaxSize = 128 << 10
)

// Archive is a document beside a lead's, in the same partition, with what no longer fits into that. The
// archives of a lead are a chain: each names the one that was written before it.
type Archive struct {
	ID        string     `json:"id"`
	Partition string     `json:"lead"`
	Schema    int        `json:"schema"`
	Before    string     `json:"before,omitempty"`
	Touches   []Touch    `json:"touches,omitempty"`
	Timeline  []Activity `json:"timeline,omitempty"`
	Mails     []Mail     `json:"mails,omitempty"`
	Offers    []Offer    `json:"offers,omitempty"`
	Emails    []string   `json:"emails,omitempty"`
	Phones    []string   `json:"phones,omitempty"`
}

// Archived says where the archive of a lead begins.
type Archived struct {
	// ID is that of the archive that was written last.
	ID string `json:"id"`
	// Through is when the newest touch in any of them was received.
	Through Time `json:"through,omitzero"`

	unknown Unknown
}

// MayHaveArchived says that a submission received then is not among the touches and may be in the archive.
func (l *Lead) MayHaveArchived(submission string, receivedAt Time) bool {
	// A redelivery comes up to that long after its touch.
	return l.Archived != nil && !receivedAt.After(l.Archived.Through.Add(RedeliveryWindow)) && !l.has(submission)
}

// Has says whether a touch is in the archive: it, or one that it is a redelivery of. of is that touch.
func (a *Archive) Has(t Touch) (of string, ok bool) {
	i := slices.IndexFunc(a.Touches, func(x Touch) bool {
		return x.Submission == t.Submission || slices.Contains(x.Redeliveries, t.Submission)
	})
	if i < 0 { // only then, for what it is by its id counts before what it is by its content
		i = slices.IndexFunc(a.Touches, func(x Touch) bool { return x.ContentKey == t.ContentKey && x.apart(t) < RedeliveryWindow })
	}
	if i < 0 {
		return "", false
	}
	return a.Touches[i].Submission, true
}

// Shed takes out of the lead what is over its bounds and gives it as an archive, which has to be written before
// the lead is; nil if everything fits. The archive's id is made from its content, so to write it twice is
// harmless, and so is one that was written for a change of the lead that somebody else was faster with: it
// only repeats what the lead still has. More is taken out than must be, so that it is not needed each time.
//
// size is the length of the lead's document, which the caller has at hand.
func (l *Lead) Shed(size int) (*Archive, error) {
	a := &Archive{Partition: l.ID, Schema: Schema}
	if l.Archived != nil {
		a.Before = l.Archived.ID
	}
	shed(&a.Touches, &l.Touches, maxTouches)
	shed(&a.Timeline, &l.Timeline, maxTimeline)
	shed(&a.Offers, &l.Offers, maxOffers)
	shed(&a.Emails, &l.Contact.Emails, maxAddresses)
	shed(&a.Phones, &l.Contact.Phones, maxAddresses)
	// The address and the number to use stay in their lists, though others came later.
	l.Contact.Emails = remember(l.Contact.Emails, l.Contact.Email)
	l.Contact.Phones = remember(l.Contact.Phones, l.Contact.Phone)
	l.shedMails(a)
	for size > MaxSize && l.shedLargest(a) {
		b, err := json.Marshal(l)
		if err != nil {
			return nil, fmt.Errorf("measure lead %s: %w", l.ID, err)
		}
		size = len(b)
	}
	if a.empty() {
		return nil, nil
	}
	content, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write the archive of lead %s: %w", l.ID, err)
	}
	sum := sha256.Sum256(content)
	a.ID = "archive-" + hex.EncodeToString(sum[:16])
	next := &Archived{}
	if l.Archived != nil {
		*next = *l.Archived
	}
	next.ID = a.ID
	for _, t := range a.Touches {
		if t.ReceivedAt.After(next.Through.Time) {
			next.Through = t.ReceivedAt
		}
	}
	l.Archived = next
	return a, nil
}

// shed moves the first ones of a list that has more than most, until half of that is left.
func shed[T any](to, from *[]T, most int) {
	if len(*from) > most {
		move(to, from, len(*from)-most/2)
	}
}

// move moves the first n of a list.
func move[T any](to, from *[]T, n int) {
	*to = append(*to, (*from)[:n]...)
	*from = slices.Clone((*from)[n:])
}

// shedMails moves the oldest recorded mails.
func (l *Lead) shedMails(a *Archive) {
	over := -maxMails
	for _, m := range l.Mails {
		if !m.RecordedAt.IsZero() {
			over++
		}
	}
	if over <= 0 {
		return
	}
	over += maxMails / 2
	l.Mails = slices.DeleteFunc(slices.Clone(l.Mails), func(m Mail) bool {
		if over == 0 || m.RecordedAt.IsZero() {
			return false
		}
		over--
		a.Mails = append(a.Mails, m)
		return true
	})
}

// shedLargest moves the older half of the list that takes the most room. It says whether there was anything
// to move; what is newest always stays.
func (l *Lead) shedLargest(a *Archive) bool {
	lists := []struct {
		value any
		n     int
		move  func(n int)
	}{
		{l.Touches, len(l.Touches), func(n int) { move(&a.Touches, &l.Touches, n) }},
		{l.Timeline, len(l.Timeline), func(n int) { move(&a.Timeline, &l.Timeline, n) }},
		{l.Offers, len(l.Offers), func(n int) { move(&a.Offers, &l.Offers, n) }},
		{l.Contact.Emails, len(l.Contact.Emails), func(n int) { move(&a.Emails, &l.Contact.Emails, n) }},
		{l.Contact.Phones, len(l.Contact.Phones), func(n int) { move(&a.Phones, &l.Contact.Phones, n) }},
	}
	largest, at := 0, -1
	for i, list := range lists {
		b, err := json.Marshal(list.value)
		if err == nil && list.n > 1 && len(b) > largest {
			largest, at = len(b), i
		}
	}
	if at < 0 {
		return false
	}
	lists[at].move((lists[at].n + 1) / 2)
	return true
}

func (a *Archive) empty() bool {
	return len(a.Touches)+len(a.Timeline)+len(a.Mails)+len(a.Offers)+len(a.Emails)+len(a.Phones) == 0
}
