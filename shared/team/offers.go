package team

import (
	"cmp"
	"fmt"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"leadflow/shared/lead"
)

// Offer is one listing of the catalogue.
type Offer struct {
	// ID is the offer id as Partner Center has it.
	ID string
	// Publisher is the publisher id; empty stands for any.
	Publisher string
	// Titles are the title of the listing and its aliases, also in other languages.
	Titles []string
	// Product is the publisher's own name for it; empty if it has none of its own.
	Product string
	// Team is the id of the team that gets its leads where no rule decides; empty for none of its own.
	Team string
	// SilenceDays is after how many days without a lead a warning is worth it, 1 to 365; 0 is never.
	SilenceDays int
}

// Name is how the offer is shown: its product, else its first title; empty if it has neither.
func (o Offer) Name() string {
	if o.Product == "" && len(o.Titles) > 0 {
		return o.Titles[0]
	}
	return o.Product
}

// HasCatalogue says whether the team knows any offers. Without a catalogue no offer is called unknown.
func (t Team) HasCatalogue() bool { return len(t.Offers) > 0 }

// Resolve says which listing a submission is about, and whether the catalogue has it. The offer id of the
// webhook's URL, which the publisher chose, decides if there is one; else the catalogue is asked for the
// publisher and id that LeadSource said, then for the title that was said. Letter case does not matter, and in
// titles neither do compatibility forms (NFKC) and repeated spaces.
//
// An id may be written "publisher.offer" or "offer", though an id can hold dots itself. Where several
// publishers have an offer of that id, the one that LeadSource said is taken, else the first of the file.
//
// An offer that is known has the id, publisher and name of the catalogue, as far as it gives them. One that is
// not is what was said, under the id of the URL if that is another. When nothing is said at all the offer is
// empty and not known. The Action is always said's.
func (t Team) Resolve(urlOffer string, said lead.Offer) (offer lead.Offer, known bool) {
	id := cmp.Or(urlOffer, Written(said.Publisher, said.ID))
	if o, ok := t.byID(id, said.Publisher); ok {
		return o.named(said), true
	}
	if urlOffer == "" {
		if o, ok := t.byTitle(said.Title); ok {
			return o.named(said), true
		}
		return said, false
	}
	if !strings.EqualFold(urlOffer, said.ID) && !strings.EqualFold(urlOffer, Written(said.Publisher, said.ID)) {
		said.ID, said.Publisher = urlOffer, ""
	}
	return said, false
}

// Listings are the offers whose silence is to be watched.
func (t Team) Listings() []lead.Listing {
	var all []lead.Listing
	for _, o := range t.Offers {
		if o.SilenceDays > 0 {
			l := o.listing()
			l.Name, l.Days = cmp.Or(o.Name(), o.ID), o.SilenceDays
			all = append(all, l)
		}
	}
	return all
}

// Listing says which listing of the catalogue is written so in LeadSource or in the URL of the webhook.
func (t Team) Listing(offer string) (listing string, known bool) {
	o, known := t.byID(offer, "")
	return o.listing().Offer, known
}

func (o Offer) listing() lead.Listing {
	return lead.Listing{Offer: strings.ToLower(Written(o.Publisher, o.ID)), ID: o.ID}
}

// Find looks for an offer that Resolve has given, in a catalogue that may be another one by now.
func (t Team) Find(o lead.Offer) (offer lead.Offer, known bool) {
	return t.Resolve(Written(o.Publisher, o.ID), o)
}

// Written is how an offer stands in LeadSource.
func Written(publisher, id string) string {
	if publisher == "" || id == "" {
		return id
	}
	return publisher + "." + id
}

// byID finds the offer that is written so: most of all the one that is exactly that, then one of any publisher
// behind the publisher's id, which has no dots, then one of a certain publisher without its publisher's id.
func (t Team) byID(id, publisher string) (Offer, bool) {
	if id == "" {
		return Offer{}, false
	}
	_, behind, _ := strings.Cut(id, ".")
	best, found := Offer{}, 0
	for _, o := range t.Offers {
		fits := 0
		switch {
		case o.isWritten(id):
			return o, true
		case o.Publisher == "" && strings.EqualFold(o.ID, behind):
			fits = 3
		case strings.EqualFold(o.ID, id) && strings.EqualFold(o.Publisher, publisher):
			fits = 2
		case strings.EqualFold(o.ID, id):
			fits = 1
		}
		if fits > found {
			best, found = o, fits
		}
	}
	return best, found > 0
}

// isWritten says whether an id is exactly how the offer stands in LeadSource. A publisher's id has no dots.
func (o Offer) isWritten(id string) bool {
	if o.Publisher == "" {
		return strings.EqualFold(o.ID, id)
	}
	publisher, rest, ok := strings.Cut(id, ".")
	return ok && strings.EqualFold(publisher, o.Publisher) && strings.EqualFold(rest, o.ID)
}

// indexed prepares the catalogue for being asked often.
func (t Team) indexed() Team {
	t.titles = map[string]int{}
	for i, o := range t.Offers {
		for _, title := range o.Titles {
			t.titles[sameTitle(title)] = i
		}
	}
	return t
}

func (t Team) byTitle(title string) (Offer, bool) {
	title = sameTitle(title)
	if title == "" {
		return Offer{}, false
	}
	if t.titles != nil {
		if i, ok := t.titles[title]; ok {
			return t.Offers[i], true
		}
		return Offer{}, false
	}
	for _, o := range t.Offers {
		for _, have := range o.Titles {
			if sameTitle(have) == title {
				return o, true
			}
		}
	}
	return Offer{}, false
}

// named is what was said, in the words of the catalogue.
func (o Offer) named(said lead.Offer) lead.Offer {
	if o.Publisher == "" && strings.EqualFold(o.ID, said.ID) {
		o.Publisher = said.Publisher
	}
	said.ID, said.Publisher = o.ID, o.Publisher
	if name := o.Name(); name != "" {
		said.Title = name
	}
	return said
}

// sameTitle is equal for titles that count as the same.
func sameTitle(s string) string {
	s = cases.Fold().String(norm.NFKC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// offers reads the catalogue.
func (r *reader) offers(n *node) []Offer {
	var all []Offer
	ids := map[string]int{} // the lines of the ids
	type titled struct{ offer, line int }
	titles := map[string]titled{}
	r.items(n, "offers", func(n *node) {
		var o Offer
		idAt := n.place
		r.keys(n, "an offer",
			field{name: "id", needed: "give the offer id as Partner Center has it", read: func(n *node) {
				idAt = n.place
				o.ID, _ = r.word(n, "id", "-_.")
			}},
			field{name: "publisher", read: func(n *node) { o.Publisher, _ = r.word(n, "publisher", "-_") }},
			field{name: "titles", read: func(n *node) {
				r.items(n, "titles", func(n *node) {
					title, ok := r.text(n, "an entry of titles")
					if !ok {
						return
					}
					switch first, taken := titles[sameTitle(title)]; {
					case !taken:
						titles[sameTitle(title)] = titled{len(all), n.line}
						o.Titles = append(o.Titles, title)
					case first.offer == len(all):
						r.warn(n.place, fmt.Sprintf("the offer has the title %s twice, first in line %d: take one out", quoted(title), first.line))
					default:
						r.add(n.place, fmt.Sprintf("the title %s is also that of the offer in line %d: a title belongs to one offer", quoted(title), first.line))
					}
				})
			}},
			field{name: "product", read: func(n *node) { o.Product, _ = r.text(n, "product") }},
			field{name: "team", read: func(n *node) { o.Team = r.name(n, "team", &r.groups) }},
			field{name: "silenceDays", read: func(n *node) { o.SilenceDays = r.number(n, "silenceDays", 1, 365) }},
		)
		if name := strings.ToLower(Written(o.Publisher, o.ID)); name != "" {
			if first, twice := ids[name]; twice {
				r.add(idAt, fmt.Sprintf("the offer %s is in the list already, in line %d: put the two together", quoted(name), first))
			} else {
				ids[name] = idAt.line
			}
		}
		all = append(all, o)
	})
	return all
}
