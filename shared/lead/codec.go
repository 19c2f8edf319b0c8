package lead

// Everything that is stored keeps the fields that it does not know. The types named plain have the fields
// and not the methods, which would call themselves.

// UnmarshalJSON reads a stored lead.
func (l *Lead) UnmarshalJSON(b []byte) error {
	type plain Lead
	return l.unknown.Decode(b, (*plain)(l))
}

// MarshalJSON writes a lead as it is stored, with what it is found by.
func (l Lead) MarshalJSON() ([]byte, error) {
	type plain Lead
	l.DueFrom, l.OpenFor = Time{}, ""
	if l.FollowUp != nil {
		l.DueFrom = l.FollowUp.from()
	}
	if !l.Stage.Closed() {
		l.OpenFor = l.Owner.Person
	}
	return l.unknown.Encode(plain(l))
}

// UnmarshalJSON reads a stored contact.
func (c *Contact) UnmarshalJSON(b []byte) error {
	type plain Contact
	return c.unknown.Decode(b, (*plain)(c))
}

// MarshalJSON writes a contact as it is stored.
func (c Contact) MarshalJSON() ([]byte, error) {
	type plain Contact
	return c.unknown.Encode(plain(c))
}

// UnmarshalJSON reads a stored offer.
func (o *Offer) UnmarshalJSON(b []byte) error {
	type plain Offer
	return o.unknown.Decode(b, (*plain)(o))
}

// MarshalJSON writes an offer as it is stored.
func (o Offer) MarshalJSON() ([]byte, error) {
	type plain Offer
	return o.unknown.Encode(plain(o))
}

// UnmarshalJSON reads a stored touch.
func (t *Touch) UnmarshalJSON(b []byte) error {
	type plain Touch
	return t.unknown.Decode(b, (*plain)(t))
}

// MarshalJSON writes a touch as it is stored.
func (t Touch) MarshalJSON() ([]byte, error) {
	type plain Touch
	return t.unknown.Encode(plain(t))
}

// UnmarshalJSON reads a stored owner.
func (o *Owner) UnmarshalJSON(b []byte) error {
	type plain Owner
	return o.unknown.Decode(b, (*plain)(o))
}

// MarshalJSON writes an owner as it is stored.
func (o Owner) MarshalJSON() ([]byte, error) {
	type plain Owner
	return o.unknown.Encode(plain(o))
}

// UnmarshalJSON reads a stored decision.
func (d *Decision) UnmarshalJSON(b []byte) error {
	type plain Decision
	return d.unknown.Decode(b, (*plain)(d))
}

// MarshalJSON writes a decision as it is stored.
func (d Decision) MarshalJSON() ([]byte, error) {
	type plain Decision
	return d.unknown.Encode(plain(d))
}

// UnmarshalJSON reads a stored candidate.
func (c *Candidate) UnmarshalJSON(b []byte) error {
	type plain Candidate
	return c.unknown.Decode(b, (*plain)(c))
}

// MarshalJSON writes a candidate as it is stored.
func (c Candidate) MarshalJSON() ([]byte, error) {
	type plain Candidate
	return c.unknown.Encode(plain(c))
}

// UnmarshalJSON reads a stored suppression.
func (s *Suppression) UnmarshalJSON(b []byte) error {
	type plain Suppression
	return s.unknown.Decode(b, (*plain)(s))
}

// MarshalJSON writes a suppression as it is stored.
func (s Suppression) MarshalJSON() ([]byte, error) {
	type plain Suppression
	return s.unknown.Encode(plain(s))
}

// UnmarshalJSON reads a stored suggestion.
func (s *Suggestion) UnmarshalJSON(b []byte) error {
	type plain Suggestion
	return s.unknown.Decode(b, (*plain)(s))
}

// MarshalJSON writes a suggestion as it is stored.
func (s Suggestion) MarshalJSON() ([]byte, error) {
	type plain Suggestion
	return s.unknown.Encode(plain(s))
}

// UnmarshalJSON reads a stored activity.
func (a *Activity) UnmarshalJSON(b []byte) error {
	type plain Activity
	return a.unknown.Decode(b, (*plain)(a))
}

// MarshalJSON writes an activity as it is stored.
func (a Activity) MarshalJSON() ([]byte, error) {
	type plain Activity
	return a.unknown.Encode(plain(a))
}

// UnmarshalJSON reads a stored phrase.
func (p *Phrase) UnmarshalJSON(b []byte) error {
	type plain Phrase
	return p.unknown.Decode(b, (*plain)(p))
}

// MarshalJSON writes a phrase as it is stored.
func (p Phrase) MarshalJSON() ([]byte, error) {
	type plain Phrase
	return p.unknown.Encode(plain(p))
}

// UnmarshalJSON reads a stored mail of a lead.
func (m *Mail) UnmarshalJSON(b []byte) error {
	type plain Mail
	return m.unknown.Decode(b, (*plain)(m))
}

// MarshalJSON writes a mail of a lead as it is stored.
func (m Mail) MarshalJSON() ([]byte, error) {
	type plain Mail
	return m.unknown.Encode(plain(m))
}

// UnmarshalJSON reads a stored watch.
func (w *Watch) UnmarshalJSON(b []byte) error {
	type plain Watch
	return w.unknown.Decode(b, (*plain)(w))
}

// MarshalJSON writes a watch as it is stored.
func (w Watch) MarshalJSON() ([]byte, error) {
	type plain Watch
	return w.unknown.Encode(plain(w))
}

// UnmarshalJSON reads a stored test lead.
func (t *TestLead) UnmarshalJSON(b []byte) error {
	type plain TestLead
	return t.unknown.Decode(b, (*plain)(t))
}

// MarshalJSON writes a test lead as it is stored.
func (t TestLead) MarshalJSON() ([]byte, error) {
	type plain TestLead
	return t.unknown.Encode(plain(t))
}

// UnmarshalJSON reads a stored digest.
func (d *Digest) UnmarshalJSON(b []byte) error {
	type plain Digest
	return d.unknown.Decode(b, (*plain)(d))
}

// MarshalJSON writes a digest as it is stored.
func (d Digest) MarshalJSON() ([]byte, error) {
	type plain Digest
	return d.unknown.Encode(plain(d))
}

// UnmarshalJSON reads a stored roster.
func (r *Roster) UnmarshalJSON(b []byte) error {
	type plain Roster
	return r.unknown.Decode(b, (*plain)(r))
}

// MarshalJSON writes a roster as it is stored.
func (r Roster) MarshalJSON() ([]byte, error) {
	type plain Roster
	return r.unknown.Encode(plain(r))
}

// UnmarshalJSON reads a stored assignment.
func (a *Assignment) UnmarshalJSON(b []byte) error {
	type plain Assignment
	return a.unknown.Decode(b, (*plain)(a))
}

// MarshalJSON writes an assignment as it is stored.
func (a Assignment) MarshalJSON() ([]byte, error) {
	type plain Assignment
	return a.unknown.Encode(plain(a))
}

// UnmarshalJSON reads a stored known person.
func (k *Known) UnmarshalJSON(b []byte) error {
	type plain Known
	return k.unknown.Decode(b, (*plain)(k))
}

// MarshalJSON writes a known person as it is stored.
func (k Known) MarshalJSON() ([]byte, error) {
	type plain Known
	return k.unknown.Encode(plain(k))
}

// UnmarshalJSON reads a stored place of an archive.
func (a *Archived) UnmarshalJSON(b []byte) error {
	type plain Archived
	return a.unknown.Decode(b, (*plain)(a))
}

// MarshalJSON writes a place of an archive as it is stored.
func (a Archived) MarshalJSON() ([]byte, error) {
	type plain Archived
	return a.unknown.Encode(plain(a))
}

// UnmarshalJSON reads what is stored of an erasure.
func (e *Erased) UnmarshalJSON(b []byte) error {
	type plain Erased
	return e.unknown.Decode(b, (*plain)(e))
}

// MarshalJSON writes an erasure as it is stored.
func (e Erased) MarshalJSON() ([]byte, error) {
	type plain Erased
	return e.unknown.Encode(plain(e))
}

// UnmarshalJSON reads a stored follow-up.
func (f *FollowUp) UnmarshalJSON(b []byte) error {
	type plain FollowUp
	return f.unknown.Decode(b, (*plain)(f))
}

// MarshalJSON writes a follow-up as it is stored.
func (f FollowUp) MarshalJSON() ([]byte, error) {
	type plain FollowUp
	return f.unknown.Encode(plain(f))
}

// UnmarshalJSON reads the stored arithmetic of a stored follow-up.
func (c *FollowUpClock) UnmarshalJSON(b []byte) error {
	type plain FollowUpClock
	return c.unknown.Decode(b, (*plain)(c))
}

// MarshalJSON writes the arithmetic of a follow-up as it is stored.
func (c FollowUpClock) MarshalJSON() ([]byte, error) {
	type plain FollowUpClock
	return c.unknown.Encode(plain(c))
}

// UnmarshalJSON reads a stored response.
func (r *Response) UnmarshalJSON(b []byte) error {
	type plain Response
	return r.unknown.Decode(b, (*plain)(r))
}

// MarshalJSON writes a response as it is stored.
func (r Response) MarshalJSON() ([]byte, error) {
	type plain Response
	return r.unknown.Encode(plain(r))
}

// UnmarshalJSON reads a stored series.
func (s *Series) UnmarshalJSON(b []byte) error {
	type plain Series
	return s.unknown.Decode(b, (*plain)(s))
}

// MarshalJSON writes a series as it is stored.
func (s Series) MarshalJSON() ([]byte, error) {
	type plain Series
	return s.unknown.Encode(plain(s))
}

// UnmarshalJSON reads a stored list.
func (l *List) UnmarshalJSON(b []byte) error {
	type plain List
	return l.unknown.Decode(b, (*plain)(l))
}

// MarshalJSON writes a list as it is stored.
func (l List) MarshalJSON() ([]byte, error) {
	type plain List
	return l.unknown.Encode(plain(l))
}

// UnmarshalJSON reads stored absences.
func (a *Absences) UnmarshalJSON(b []byte) error {
	type plain Absences
	return a.unknown.Decode(b, (*plain)(a))
}

// MarshalJSON writes absences as they are stored.
func (a Absences) MarshalJSON() ([]byte, error) {
	type plain Absences
	return a.unknown.Encode(plain(a))
}

// UnmarshalJSON reads what a person declared, as it is stored.
func (d *Declared) UnmarshalJSON(b []byte) error {
	type plain Declared
	return d.unknown.Decode(b, (*plain)(d))
}

// MarshalJSON writes what a person declared, as it is stored.
func (d Declared) MarshalJSON() ([]byte, error) {
	type plain Declared
	return d.unknown.Encode(plain(d))
}

// UnmarshalJSON reads a stored notice.
func (n *Notice) UnmarshalJSON(b []byte) error {
	type plain Notice
	return n.unknown.Decode(b, (*plain)(n))
}

// MarshalJSON writes a notice as it is stored.
func (n Notice) MarshalJSON() ([]byte, error) {
	type plain Notice
	return n.unknown.Encode(plain(n))
}

// UnmarshalJSON reads a stored watched offer.
func (o *WatchedOffer) UnmarshalJSON(b []byte) error {
	type plain WatchedOffer
	return o.unknown.Decode(b, (*plain)(o))
}

// MarshalJSON writes a watched offer as it is stored.
func (o WatchedOffer) MarshalJSON() ([]byte, error) {
	type plain WatchedOffer
	return o.unknown.Encode(plain(o))
}

// UnmarshalJSON reads a stored canary.
func (c *Canary) UnmarshalJSON(b []byte) error {
	type plain Canary
	return c.unknown.Decode(b, (*plain)(c))
}

// MarshalJSON writes a canary as it is stored.
func (c Canary) MarshalJSON() ([]byte, error) {
	type plain Canary
	return c.unknown.Encode(plain(c))
}
