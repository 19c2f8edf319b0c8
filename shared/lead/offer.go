package lead

// Offer is a listing that the person showed interest in, with the strongest action seen for it.
type Offer struct {
	ID        string `json:"id,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	Title     string `json:"title,omitempty"`
	Action    Action `json:"action"`
	// TitledAt is when the submission was received that the title is from.
	TitledAt Time `json:"titledAt,omitzero"`

	unknown Unknown
}

// Name is how the offer is shown: its title, else its id.
func (o Offer) Name() string {
	if o.Title != "" {
		return o.Title
	}
	return o.ID
}

// bound shortens what a stranger may have made long.
func (o *Offer) bound() {
	for _, s := range []*string{&o.ID, &o.Publisher, &o.Title} {
		*s = cutRunes(*s, maxField)
	}
}

// same says whether two are the same listing: by id, and by title only where neither has an id. A title
// alone may be that of several listings, and guessing would make the result depend on who comes first.
func (o Offer) same(p Offer) bool {
	if o.ID != "" || p.ID != "" {
		return o.ID == p.ID
	}
	return o.Title == p.Title
}

// interest notes an offer with the strongest action seen for it and the title that was received last.
func (l *Lead) interest(o Offer, a Action, at Time) {
	if o.ID == "" && o.Title == "" {
		return
	}
	o.Action = a
	if o.Title != "" {
		o.TitledAt = at
	}
	for i := range l.Offers {
		have := &l.Offers[i]
		if !have.same(o) {
			continue
		}
		have.Publisher = max(have.Publisher, o.Publisher)
		if newer := at.Compare(have.TitledAt.Time); o.Title != "" && (newer > 0 || newer == 0 && o.Title > have.Title) {
			have.Title, have.TitledAt = o.Title, at
		}
		if stronger(a, have.Action) {
			have.Action = a
		}
		return
	}
	l.Offers = append(l.Offers, o)
}

// stronger says whether a counts for more than b. Two that count the same are told apart by name, so that
// the order in which they come does not matter.
func stronger(a, b Action) bool {
	if a.strength() != b.strength() {
		return a.strength() > b.strength()
	}
	return a > b
}
