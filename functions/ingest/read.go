package ingest

import (
	"errors"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/marketplace"
	"leadflow/shared/normalize"
	"leadflow/shared/team"
)

// Reading is what Leadflow understands of a submission by itself, before it looks for its lead.
type Reading struct {
	// Kind is OutcomeLead, OutcomeTest, OutcomeInternal, OutcomeCanary or, with a reason in Why,
	// OutcomeQuarantined.
	Kind lead.OutcomeKind
	Why  string
	// Hour is that of a canary.
	Hour string
	// The rest is there for a lead, a test and an internal one.
	Touch   lead.Touch
	Contact lead.Contact
	Keys    lead.Keys
	// OfferKnown says that the catalogue has the offer, and OfferTitle is the title that was sent, which may
	// differ from the one that the catalogue gives it.
	OfferKnown bool
	OfferTitle string
}

// Read reads a submission by the rules of the marketplace and of a team. secrets are those of the webhook, which
// sign the canaries. What cannot be read is quarantined for a reason that repeats nothing of the body.
func Read(s lead.Submission, t team.Team, secrets [][]byte) Reading {
	if hour, mac, ok := marketplace.ReadCanary(s.Body); ok {
		if !link.ValidCanary(secrets, hour, mac) {
			return Reading{Kind: lead.OutcomeQuarantined, Why: "a canary with a wrong mac"}
		}
		return Reading{Kind: lead.OutcomeCanary, Hour: hour}
	}
	said, err := marketplace.Read(s.Body)
	if unreadable, ok := errors.AsType[*marketplace.UnreadableError](err); ok {
		return Reading{Kind: lead.OutcomeQuarantined, Why: unreadable.Reason}
	}
	r := Reading{Kind: lead.OutcomeLead, OfferTitle: said.OfferTitle}
	r.Touch, r.OfferKnown = touchOf(s, said, t)
	r.Contact, r.Keys = contactOf(said)
	switch {
	case said.IsTest():
		r.Kind = lead.OutcomeTest
	case t.Internal(normalize.MailHost(said.Email)):
		r.Kind = lead.OutcomeInternal
	}
	return r
}

// touchOf turns what Partner Center said into the domain's words.
func touchOf(s lead.Submission, said marketplace.Submission, t team.Team) (touch lead.Touch, offerKnown bool) {
	offer, offerKnown := t.Resolve(s.OfferID, lead.Offer{ID: said.Offer, Publisher: said.Publisher, Title: said.OfferTitle})
	return lead.Touch{
		Submission:  s.ID,
		ContentKey:  said.ContentKey(s.OfferID),
		Source:      string(said.Source),
		Action:      lead.Action(said.Action),
		RawSource:   said.RawSource,
		RawAction:   said.RawAction,
		Offer:       offer,
		Description: said.Description,
		ReceivedAt:  s.ReceivedAt,
	}, offerKnown
}

// contactOf brings the person's values into their standard form where they have one; what has none stays as it
// was sent.
func contactOf(said marketplace.Submission) (lead.Contact, lead.Keys) {
	c := lead.Contact{
		FirstName:   said.FirstName,
		LastName:    said.LastName,
		Email:       said.Email,
		Phone:       said.Phone,
		Company:     said.Company,
		JobTitle:    said.JobTitle,
		Country:     normalize.Country(said.Country),
		CountrySent: said.Country,
	}
	k := lead.Keys{Email: normalize.Email(said.Email), Name: normalize.Name(said.FirstName, said.LastName), Domain: normalize.CompanyDomain(said.Email)}
	if number := normalize.Phone(said.Phone, c.Country); number.E164 != "" && !number.Placeholder {
		c.Phone, k.Phone = number.E164, number.E164
		if number.Extension != "" {
			c.Phones = []string{said.Phone}
		}
	}
	return c, k
}
