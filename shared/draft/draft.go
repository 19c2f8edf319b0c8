// Package draft writes the mail to a customer that a person only has to look through and send: in the publisher's own
// words where the team file has them, else in words that are built in, English and Korean.
//
// A draft never has a hole: what the lead lacks is worded around. What strangers sent is a value in it and nothing
// else: it cannot add lines, turn the direction of writing around or become a placeholder. A draft promises nothing
// for the publisher and has no links but the publisher's own. Nothing here does I/O or looks at the clock.
package draft

import (
	"strings"
	"unicode"

	"leadflow/shared/lead"
	"leadflow/shared/mailto"
	"leadflow/shared/normalize"
	"leadflow/shared/team"
)

// maxValue is the most characters of a value of the lead that a draft repeats.
const maxValue = 60

// Draft is a mail that nobody has sent yet.
type Draft struct {
	// Language is that of the draft, as BCP 47 has it.
	Language string
	// Subject is one line.
	Subject string
	// Body is plain text, whose lines end with \n, but for the last one.
	Body string
}

// Write writes the draft that answers a touch of a lead. from is who will send it: the owner, or who acts for the owner.
//
// The customer's country decides about the language if there is a text in that country's; else the first language of
// the owner in which there is one, else English. It is the zero value for a touch that asks not to be contacted.
// Whether the person may be written to otherwise is for the caller to know.
func Write(l *lead.Lead, t lead.Touch, from team.Person, of team.Team) Draft {
	if t.Action == lead.ActionDoNot {
		return Draft{}
	}
	owner, known := of.Person(l.Owner.Person)
	if !known {
		owner = from
	}
	language := languageOf(l.Contact.Country, owner.Languages, texts(of, t))
	own := of.Text(language, t.Action, t.Offer)
	builtIn := builtInFor(language)
	v := valuesOf(l.Contact, offerName(t.Offer, of), from, own.Booking)
	if v.Signature = builtIn.signature(v.Owner); own.Signature != "" {
		v.Signature = team.Fill(own.Signature, language, v)
	}
	d := Draft{Language: language}
	if own.Subject == "" || own.Body == "" {
		d.Subject, d.Body = builtIn.write(t.Action, v)
	}
	if own.Subject != "" {
		d.Subject = team.Fill(own.Subject, language, v)
	}
	if own.Body != "" {
		d.Body = team.Fill(own.Body, language, v)
	}
	return d
}

// MailTo gives the link that opens the draft as a mail to an address. It has less than mailto.Limit characters: a draft
// that does not fit leaves its body out, and then its subject, and whole is false. It is "" for what is not one plain
// mail address.
func (d Draft) MailTo(address string) (link string, whole bool) {
	return mailto.Link(address, d.Subject, d.Body)
}

// valuesOf are what a draft says of a lead and its sender. What a stranger sent is made one line of a bounded length.
func valuesOf(c lead.Contact, offer string, from team.Person, booking string) team.Values {
	v := team.Values{
		FirstName: line(c.FirstName), LastName: line(c.LastName), Company: line(c.Company), Offer: line(offer),
		Owner: nameOf(from), Booking: booking,
	}
	v.Name = line(normalize.FullName(v.FirstName, v.LastName))
	return v
}

// line is a value as a draft repeats it; empty for one without a letter or digit, which is what people type who do not
// want to say.
func line(s string) string {
	if !strings.ContainsFunc(s, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
		return ""
	}
	return normalize.Line(s, maxValue)
}

// nameOf is a person's name. Operations is no name that means anything to a customer.
func nameOf(p team.Person) string {
	if p.ID == lead.Operations {
		return ""
	}
	return line(p.Name)
}

// offerName is what the customer knows the offer by: the title of the touch, else the one of the catalogue. An id alone
// is nothing to tell a customer.
func offerName(o lead.Offer, of team.Team) string {
	if o.Title == "" {
		o, _ = of.Find(o)
	}
	return o.Title
}
