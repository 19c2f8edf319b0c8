// Package marketplace reads what Partner Center posts: the bytes of one submission become the facts they
// state. Partner Center's names stop here.
//
// It promises: whatever the body, Read ends in time that grows with its length only, does not panic, and
// gives either a Submission or an *UnreadableError whose words repeat nothing of the body. Every field is
// optional on the wire, so a value of the wrong type, a key in another letter case, an unknown key or a key
// that comes twice never makes a lead unreadable. (What is nested deeper than 10,000 levels is not JSON here.)
//
// It is not a judge of values: nothing is matched, corrected, looked up or cut here. An email stays as it was
// typed, a phone stays without its country code, a country stays a word, and a text is as long as it was sent.
// It keeps no body: who calls it does.
package marketplace

import "strings"

// Source is where in the marketplace a submission comes from.
type Source string

// The sources that Partner Center documents. AppSource also calls itself SPZA and AppSource (SPZA).
const (
	SourceAzureMarketplace Source = "AzureMarketplace"
	SourceAppSource        Source = "AppSource"
	SourceAzurePortal      Source = "AzurePortal"
	SourceTestDrive        Source = "TestDrive"
	SourceUnknown          Source = "unknown"
)

// Action is what the customer did.
type Action string

// The actions that Partner Center documents.
const (
	// ActionINS says that the customer acquired the offer, which is no proof of a purchase.
	ActionINS Action = "INS"
	// ActionPLT (partner led trial) says that the customer pressed "Contact me".
	ActionPLT Action = "PLT"
	// ActionDNC says that the customer must not be contacted, and that the offer named beside it is not one
	// that the customer asked for.
	ActionDNC Action = "DNC"
	// ActionCreate says that the customer bought in the Azure portal.
	ActionCreate Action = "Create"
	// ActionStartTestDrive says that the customer started a test drive.
	ActionStartTestDrive Action = "StartTestDrive"
	// ActionUnknown is an action that is absent or that nobody documents.
	ActionUnknown Action = "unknown"
)

// Submission is what one body says. What the body does not say is "".
//
// All texts but RawSource and RawAction are tidied: valid UTF-8 in NFC, without control characters and
// without the invisible characters that turn the direction of writing, white space folded to single spaces
// and none at the ends. None has a limit of its own: the longest is as long as the body.
type Submission struct {
	// Source is the class of what stands before the hyphen of LeadSource.
	Source Source
	// Action is the class of ActionCode, or where that is blank of what stands behind the hyphen of
	// LeadSource. It is ActionDNC if either place says so.
	Action Action
	// RawSource and RawAction are LeadSource and ActionCode as sent: decoded, neither trimmed nor tidied, so
	// they can hold any character at all. A blank one is "".
	RawSource, RawAction string
	// Publisher and Offer are the ids behind the bar of LeadSource. Both are set or neither is.
	Publisher, Offer string
	// OfferTitle is the offer's title, or where that is blank the display name behind the bar of LeadSource.
	OfferTitle string

	FirstName string
	LastName  string
	Email     string
	Phone     string
	Country   string
	Company   string
	JobTitle  string
	// Description is what the customer or a campaign wrote. It keeps its line breaks, each as one "\n".
	Description string

	// sent has the known fields as text, decoded and trimmed only, in the order that ContentKey depends on.
	sent [fields]string
}

// UnreadableError says why a body is not a lead.
type UnreadableError struct {
	// Reason is in plain words for a person and repeats nothing of the body.
	Reason string
}

func (e *UnreadableError) Error() string { return "the submission is unreadable: " + e.Reason }

// Read says what a body says. The body may be UTF-8, UTF-16 with a byte order mark, or Windows-1252. The
// error is an *UnreadableError.
//
// Of a key that comes twice the last value that is not blank counts, except that a DNC in LeadSource or
// ActionCode stays. A blank value is one in which nobody would see anything; it says no more than an absent
// one or null.
func Read(body []byte) (Submission, error) {
	w, err := readWire(toUTF8(body), false)
	if err != nil {
		return Submission{}, err
	}
	return w.submission(), nil
}

// submission says what the values of the wire mean.
func (w *wire) submission() Submission {
	if w.details != [personFields]string{} {
		copy(w.values[:], w.details[:])
	}
	text := &w.values
	s := Submission{
		Source:      w.from.source,
		Action:      w.from.action,
		RawSource:   text[leadSource],
		RawAction:   text[actionCode],
		Publisher:   w.from.publisher,
		Offer:       w.from.offer,
		OfferTitle:  tidyLine(text[offerTitle]),
		FirstName:   tidyLine(text[firstName]),
		LastName:    tidyLine(text[lastName]),
		Email:       tidyLine(text[email]),
		Phone:       tidyLine(text[phone]),
		Country:     tidyLine(text[country]),
		Company:     tidyLine(text[company]),
		JobTitle:    tidyLine(text[title]),
		Description: tidyLines(text[description]),
	}
	if s.OfferTitle == "" {
		s.OfferTitle = w.from.displayName
	}
	if w.action != "" && s.Action != ActionDNC {
		s.Action = w.action
	}
	for i, value := range text {
		s.sent[i] = strings.TrimSpace(value)
	}
	return s
}

// IsTest says whether this is the lead that Partner Center sends on every Validate and Publish: MSFT_TEST_
// and digits, in any letter case, as the whole of at least two of first name, last name, company and the local
// part of the email. One of them alone is a person, whatever title and description say.
func (s Submission) IsTest() bool {
	local := s.Email[:max(strings.LastIndexByte(s.Email, '@'), 0)]
	marks := 0
	for _, v := range [...]string{s.FirstName, s.LastName, s.Company, local} {
		if isTestMark(v) {
			marks++
		}
	}
	return marks >= 2
}

func isTestMark(s string) bool {
	const prefix = "MSFT_TEST_"
	if len(s) <= len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return false
	}
	return !strings.ContainsFunc(s[len(prefix):], func(r rune) bool { return r < '0' || r > '9' })
}
