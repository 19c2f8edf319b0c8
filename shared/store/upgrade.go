package store

import (
	"slices"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
)

// upgrade brings a lead that an older version of the program wrote up to date; it is written so with its next
// change. Leads of a newer version are left as they are.
func upgrade(l *lead.Lead) {
	if l.Schema >= lead.Schema {
		return
	}
	// Version 1 had the country and the phones as they were sent, no probes and no times of the values. Its
	// match key stays: a lead without one has an id that no other submission leads to.
	c := &l.Contact
	c.CountrySent, c.Country = c.Country, normalize.Country(c.Country)
	k := lead.Keys{Domain: normalize.CompanyDomain(c.Email), Name: normalize.Name(c.FirstName, c.LastName)}
	l.BeFoundBy(k)
	var phones []string
	for _, sent := range c.Phones {
		phone := sent
		number := normalize.Phone(sent, c.Country)
		if number.E164 != "" && !number.Placeholder {
			phone = number.E164
			l.BeFoundBy(lead.Keys{Phone: phone})
		}
		if c.Phone == sent {
			c.Phone = phone
		}
		if !slices.Contains(phones, phone) {
			phones = append(phones, phone)
		}
		if number.Extension != "" { // which the normal form leaves out
			phones = append(phones, sent)
		}
	}
	c.Phones = phones
	if n := len(l.Touches); n > 0 {
		newest := l.Touches[n-1].ReceivedAt
		c.SaidBy(newest)
		for i := range l.Offers {
			l.Offers[i].TitledAt = newest
		}
	}
	l.Schema = lead.Schema
}
