package lead

// Submission is one arrival at the webhook, as received. It never changes.
type Submission struct {
	// ID is unique and ordered by time.
	ID         string
	ReceivedAt Time
	// OfferID is the offer that the webhook's URL named; empty when the URL serves every offer.
	OfferID     string
	ContentType string
	Body        []byte
}

// OutcomeKind says what became of a submission.
type OutcomeKind string

// What can become of a submission. All but quarantined are final; a quarantined one can be replayed.
//
// A person drops what was quarantined and is nothing. It is never replayed, but a message of it that was on its way all
// the same may still make a lead of it: then that is its outcome, for nothing that happened is denied.
const (
	OutcomeLead        OutcomeKind = "lead"
	OutcomeRedelivery  OutcomeKind = "redelivery"
	OutcomeTest        OutcomeKind = "test"
	OutcomeInternal    OutcomeKind = "internal"
	OutcomeCanary      OutcomeKind = "canary"
	OutcomeQuarantined OutcomeKind = "quarantined"
	OutcomeDropped     OutcomeKind = "dropped"
	// OutcomeErased is one whose person was erased before it had another final outcome.
	OutcomeErased OutcomeKind = "erased"
)

// OutcomeKinds are all there are.
func OutcomeKinds() []OutcomeKind {
	return []OutcomeKind{OutcomeLead, OutcomeRedelivery, OutcomeTest, OutcomeInternal, OutcomeCanary, OutcomeQuarantined, OutcomeDropped, OutcomeErased}
}

// Unverified is why a submission was quarantined whose URL had no valid code.
const Unverified = "unverified: the code in the URL is missing or wrong"

// Outcome is what became of a submission, as the ledger keeps it.
type Outcome struct {
	Kind OutcomeKind `json:"kind"`
	// Lead is the id of the lead that the submission is a touch of.
	Lead string `json:"lead,omitempty"`
	// Of is the submission that a redelivery repeats.
	Of string `json:"of,omitempty"`
	// Offer is the offer of a lead, a redelivery or a test lead, written as in LeadSource; empty where the catalogue
	// does not have it.
	Offer string `json:"offer,omitempty"`
	// Hour is that of a canary.
	Hour string `json:"hour,omitempty"`
	// Why is the reason of a quarantine or a drop, in words for a person and without personal data; Cause is the sort of a
	// quarantine.
	Why   string `json:"why,omitempty"`
	Cause Cause  `json:"cause,omitempty"`
	// By is who dropped it, in words.
	By string `json:"by,omitempty"`
	At Time   `json:"at"`
}

// Cause says how it came to a quarantine.
type Cause string

// The causes. A submission that could not be read, or not be sent, has none.
const (
	// CauseGivenUp is that of a submission that was tried for long enough.
	CauseGivenUp Cause = "givenUp"
	// CauseDeadLetter is that of a submission whose message became a dead letter.
	CauseDeadLetter Cause = "deadLetter"
)
