package lead

import (
	"slices"
	"strconv"
	"time"
)

const (
	// digestEvery is how long operations have peace between two digests.
	digestEvery = 15 * time.Minute
	// maxWatched bounds the offers whose test leads are remembered, and maxNews those that operations are told of
	// at once; those that came last stay.
	maxWatched = 200
	maxNews    = 100
)

// Watch is what is kept for the people who run Leadflow, as one document: when the test leads of Partner Center
// arrived last, which offers are silent, how the canary fares, and what operations have not been told yet.
type Watch struct {
	ID     string `json:"id"`
	Schema int    `json:"schema"`
	// LedgerReadTo and MailsReadTo are up to when the outcomes of submissions, and the mails that failed for good,
	// have been looked at; zero before the first look.
	LedgerReadTo Time `json:"ledgerReadTo,omitzero"`
	MailsReadTo  Time `json:"mailsReadTo,omitzero"`
	// LastSubmissionAt is when the last submission arrived that has an outcome, canaries and unverified ones aside.
	LastSubmissionAt Time `json:"lastSubmissionAt,omitzero"`
	// TestLeads has the last test lead of each offer, the newest last.
	TestLeads []TestLead `json:"testLeads,omitempty"`
	// News are the test leads that operations have to be told of: the first per offer and day.
	News []TestLead `json:"news,omitempty"`
	// Notices are what operations have to be told of besides, and Left how many there was no room for, by kind.
	Notices []Notice           `json:"notices,omitempty"`
	Left    map[NoticeKind]int `json:"left,omitempty"`
	// Noted are those that the next look may find again.
	Noted []string `json:"noted,omitempty"`
	// UnverifiedAt is when operations were last told that somebody posts without a valid code.
	UnverifiedAt Time `json:"unverifiedAt,omitzero"`
	// Offers are those whose silence is watched.
	Offers []WatchedOffer `json:"offers,omitempty"`
	// Canary is the last one; nil before the first.
	Canary *Canary `json:"canary,omitempty"`
	// Digest is the mail that is being sent, and DigestAt when the last one was begun.
	Digest   *Digest `json:"digest,omitempty"`
	DigestAt Time    `json:"digestAt,omitzero"`

	unknown Unknown
}

// TestLead says when Partner Center's test lead for an offer arrived: on Validate or Publish.
type TestLead struct {
	// Offer tells offers apart: an id or, without one, a title.
	Offer string `json:"offer"`
	// Name is how the offer is shown.
	Name   string `json:"name,omitempty"`
	SeenAt Time   `json:"seenAt"`

	unknown Unknown
}

// Digest is one mail to operations. It carries what it says, because it belongs to no lead.
type Digest struct {
	// ID is that of its mail.
	ID        string     `json:"id"`
	TestLeads []TestLead `json:"testLeads,omitempty"`
	// Notices are the rest of the news, and Left how many more there were, by kind.
	Notices []Notice           `json:"notices,omitempty"`
	Left    map[NoticeKind]int `json:"left,omitempty"`

	unknown Unknown
}

// SeeTest notes the test lead of an offer. It says whether that was news. The days are those of UTC.
func (w *Watch) SeeTest(o Offer, at Time) bool {
	o.bound()
	seen := TestLead{Offer: o.ID, Name: o.Name(), SeenAt: at}
	if o.ID == "" {
		seen.Offer = "title:" + o.Title
	}
	i := slices.IndexFunc(w.TestLeads, func(t TestLead) bool { return t.Offer == seen.Offer })
	if i >= 0 {
		last := w.TestLeads[i].SeenAt
		if !at.After(last.Time) {
			return false
		}
		w.TestLeads = slices.Delete(w.TestLeads, i, i+1)
		if at.Format(time.DateOnly) == last.Format(time.DateOnly) {
			w.TestLeads = append(w.TestLeads, seen)
			return true
		}
	}
	w.TestLeads = append(w.TestLeads, seen)
	w.News = append(w.News, seen)
	w.TestLeads = w.TestLeads[max(0, len(w.TestLeads)-maxWatched):]
	w.News = w.News[max(0, len(w.News)-maxNews):]
	return true
}

// NextDigest gives the digest to be sent now, nil if there is none. One that was begun and not told yet is
// given again, so that a crash in between loses nothing.
func (w *Watch) NextDigest(now Time) *Digest {
	if w.Digest == nil && len(w.News)+len(w.Notices) > 0 && now.Sub(w.DigestAt.Time) >= digestEvery {
		w.Digest = &Digest{ID: "operations-" + strconv.FormatInt(now.UnixMilli(), 10), TestLeads: w.News, Notices: w.Notices, Left: w.Left}
		w.News, w.Notices, w.Left, w.DigestAt = nil, nil, nil, now
	}
	return w.Digest
}

// Told notes that a digest is on its way: its mail has a record of its own now. It says whether that was news.
func (w *Watch) Told(id string) bool {
	if w.Digest == nil || w.Digest.ID != id {
		return false
	}
	w.Digest = nil
	return true
}
