package lead

// Erased says that what was known of the person was erased. The document that stays is a tombstone: it holds who must
// not be contacted by nothing but the lead's id, which is a hash of the match key.
//
// There is no other hash beside it. One under a secret would have to outlive every rotation of that secret, and would
// hide nothing while the id, which the ledger has too, is a hash of the same key.
type Erased struct {
	At Time `json:"at"`
	// Through is when the newest submission was received that was erased. What was received by then and comes late,
	// such as a message that was still under way, is erased too.
	Through Time `json:"through,omitzero"`
	// Mails are those whose records are still to be removed. Their ids hold nothing of the person.
	Mails []string `json:"mails,omitempty"`
	// With are other leads of the person that are being erased with this one, by which it is finished should it be
	// interrupted: they cannot be found by what is erased of them.
	With []string `json:"with,omitempty"`

	unknown Unknown
}

// Erase takes out of the lead all that is known of the person, but for why the person must not be contacted. through is
// when the newest submission was received that is erased with it; mails are those whose records are to be removed beside
// the lead's own, and with are the other leads of the person. A lead that was erased before, and came again, is erased once more.
func (l *Lead) Erase(through, now Time, mails, with []string) {
	e := &Erased{At: now, Through: through, Mails: mails, With: with}
	if l.Erased != nil {
		e.reach(l.Erased.Through)
		e.Mails, e.With = remember(e.Mails, l.Erased.Mails...), remember(e.With, l.Erased.With...)
	}
	if l.Archived != nil {
		e.reach(l.Archived.Through)
	}
	for _, t := range l.Touches {
		e.reach(t.ReceivedAt)
	}
	for _, m := range l.Mails {
		if !m.Kind.IsList() { // which names others too, and of this one nothing but the id
			e.Mails = remember(e.Mails, m.ID)
		}
	}
	var suppression *Suppression
	if s := l.Suppression; s != nil {
		suppression = &Suppression{Reason: s.Reason, Since: s.Since, Submission: s.Submission}
	}
	*l = Lead{ID: l.ID, Partition: l.Partition, Schema: Schema, Suppression: suppression, Erased: e, UpdatedAt: now}
}

// Tombstone says that the person was erased and has not come again.
func (l *Lead) Tombstone() bool { return l.Erased != nil && len(l.Touches) == 0 }

// HasErased says whether a submission that was received then belongs to what was erased.
func (l *Lead) HasErased(receivedAt Time) bool {
	return l.Erased != nil && !receivedAt.After(l.Erased.Through.Time)
}

// reach has what was received by then belong to what was erased.
func (e *Erased) reach(at Time) {
	if at.After(e.Through.Time) {
		e.Through = at
	}
}
