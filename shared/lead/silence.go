package lead

import (
	"slices"
	"time"
)

const day = 24 * time.Hour

// maxSilent bounds the offers whose silence is watched.
const maxSilent = 500

// Listing is an offer whose silence is to be watched, as the catalogue has it.
type Listing struct {
	// Offer tells the listings apart, and ID is the offer id alone, which the test leads have.
	Offer, ID string
	// Name is how it is shown, and Days is after how many days without a lead operations are told.
	Name string
	Days int
}

// WatchedOffer is what is known of the leads of a listing.
type WatchedOffer struct {
	Offer string `json:"offer"`
	// Since is when the watch began: an offer that is new has not been silent before.
	Since Time `json:"since"`
	// LastLeadAt is when the last lead arrived since then; zero while none did.
	LastLeadAt Time `json:"lastLeadAt,omitzero"`
	// ToldAt is when operations were last told of a silence; zero while they were not.
	ToldAt Time `json:"toldAt,omitzero"`

	unknown Unknown
}

// quietFrom is when the present silence began: with the last lead, or with the watch.
func (o WatchedOffer) quietFrom() Time {
	if o.LastLeadAt.After(o.Since.Time) {
		return o.LastLeadAt
	}
	return o.Since
}

// Silent says whether operations have been told that the offer is silent, and no lead has come since.
func (o WatchedOffer) Silent() bool { return o.ToldAt.After(o.quietFrom().Time) }

// Listen judges the silence of listings. leads has when the last lead arrived that was found for each of them. Operations
// are told once the days of a listing are over, and again whenever they are over once more; a lead ends it. A listing that
// is not among them any more is forgotten.
func (w *Watch) Listen(listings []Listing, leads map[string]Time, now Time) {
	var watched []WatchedOffer
	for _, l := range listings[:min(len(listings), maxSilent)] {
		o := WatchedOffer{Offer: l.Offer, Since: now}
		if i := slices.IndexFunc(w.Offers, func(o WatchedOffer) bool { return o.Offer == l.Offer }); i >= 0 {
			o = w.Offers[i]
		}
		if at := leads[l.Offer]; at.After(o.LastLeadAt.Time) {
			o.LastLeadAt = at
		}
		quietFrom := o.quietFrom()
		from := quietFrom
		if o.Silent() {
			from = o.ToldAt
		}
		if now.Sub(from.Time) >= time.Duration(l.Days)*day {
			o.ToldAt = now
			w.tell(Notice{Kind: NoticeSilent, Name: l.Name, Days: int(now.Sub(quietFrom.Time) / day), TestedAt: w.tested(l.ID), At: now})
		}
		watched = append(watched, o)
	}
	w.Offers = watched
}

// tested is when the last test lead for an offer arrived; zero if none did.
func (w *Watch) tested(offer string) Time {
	for _, t := range w.TestLeads {
		if t.Offer == offer {
			return t.SeenAt
		}
	}
	return Time{}
}
