package ingest

import (
	"leadflow/shared/lead"
	"leadflow/shared/marketplace"
)

// touchOf turns what Partner Center said into the domain's words. The offer of the URL, which the
// publisher chose, wins over the one in the body.
func touchOf(s lead.Submission, said marketplace.Submission) (lead.Touch, lead.Contact) {
	offer := lead.Offer{ID: s.OfferID, Title: said.OfferTitle}
	if offer.ID == "" {
		offer.ID, offer.Publisher = said.Offer, said.Publisher
	}
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
		}, lead.Contact{
			FirstName: said.FirstName,
			LastName:  said.LastName,
			Email:     said.Email,
			Phone:     said.Phone,
			Company:   said.Company,
			JobTitle:  said.JobTitle,
			Country:   said.Country,
		}
}
