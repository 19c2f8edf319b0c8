package lead

import "slices"

// Reason is why a lead ended without a sale.
type Reason string

// The reasons.
const (
	NoBudget     Reason = "NoBudget"
	NoNeed       Reason = "NoNeed"
	Competitor   Reason = "Competitor"
	BadTiming    Reason = "BadTiming"
	NotReachable Reason = "NotReachable"
	NoCustomer   Reason = "NoCustomer"
	IsDuplicate  Reason = "Duplicate"
	OtherReason  Reason = "Other"
)

// Reasons are all there are, in the order in which people choose among them.
func Reasons() []Reason {
	return []Reason{NoBudget, NoNeed, Competitor, BadTiming, NotReachable, NoCustomer, IsDuplicate, OtherReason}
}

// Words says the reason in plain words.
func (r Reason) Words() string {
	switch r {
	case NoBudget:
		return "no budget"
	case NoNeed:
		return "no need"
	case Competitor:
		return "chose a competitor"
	case BadTiming:
		return "bad timing"
	case NotReachable:
		return "not reachable"
	case NoCustomer:
		return "not a customer (spam, student, job seeker)"
	case IsDuplicate:
		return "duplicate"
	case OtherReason:
		return "another reason"
	}
	return string(r)
}

func (r Reason) known() bool { return slices.Contains(Reasons(), r) }
