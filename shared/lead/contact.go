package lead

import (
	"slices"
	"strings"
)

// Contact is who the person is.
type Contact struct {
	FirstName string `json:"firstName,omitempty"`
	LastName  string `json:"lastName,omitempty"`
	// Email is the address to write to, as the person spelled it.
	Email string `json:"email,omitempty"`
	// Phone is in E.164 where it can be given so, else as it was sent.
	Phone    string `json:"phone,omitempty"`
	Company  string `json:"company,omitempty"`
	JobTitle string `json:"jobTitle,omitempty"`
	// Country is the code of ISO 3166-1 alpha-2, empty if nobody knows the country that was sent.
	Country string `json:"country,omitempty"`
	// CountrySent is the country as it was sent.
	CountrySent string `json:"countrySent,omitempty"`
	// Emails and Phones are all that were ever seen, oldest first, each spelling once. What a phone's normal
	// form leaves out, such as an extension, is kept by having it as it was sent too.
	Emails []string `json:"emails,omitempty"`
	Phones []string `json:"phones,omitempty"`
	// SaidAt is when the submission was received whose value a field has, by the field's name.
	SaidAt map[string]Time `json:"saidAt,omitempty"`
	// Edited names the fields that a person has set. No submission changes them any more.
	Edited []string `json:"edited,omitempty"`

	unknown Unknown
}

// Anonymous says that nothing tells who the person is: no name, no address, no phone. Partner Center
// withholds some people's data.
func (c Contact) Anonymous() bool {
	return c.FirstName == "" && c.LastName == "" && c.Email == "" && c.Phone == ""
}

// contactField is one field of a contact, by the name that its document has. Its values change together.
type contactField struct {
	name   string
	values []*string
}

func (c *Contact) fields() []contactField {
	return []contactField{
		{"firstName", []*string{&c.FirstName}},
		{"lastName", []*string{&c.LastName}},
		{"email", []*string{&c.Email}},
		{"phone", []*string{&c.Phone}},
		{"company", []*string{&c.Company}},
		{"jobTitle", []*string{&c.JobTitle}},
		{"country", []*string{&c.CountrySent, &c.Country}},
	}
}

// merge takes over what a submission says of the person. Blank never overwrites, what a person edited stays,
// and else the value that was received last wins; of two that were received in the same millisecond the one
// that sorts last, so that the order in which submissions are merged never matters.
func (c *Contact) merge(n Contact, at Time) {
	n.bound()
	theirs := n.fields()
	for i, mine := range c.fields() {
		have, got := join(mine.values), join(theirs[i].values)
		if blank(theirs[i].values) || slices.Contains(c.Edited, mine.name) {
			continue
		}
		if newer := at.Compare(c.SaidAt[mine.name].Time); newer < 0 || newer == 0 && got <= have {
			continue
		}
		for j := range mine.values {
			*mine.values[j] = *theirs[i].values[j]
		}
		c.dateField(mine.name, at)
	}
	c.Emails = remember(c.Emails, append(n.Emails, n.Email)...)
	c.Phones = remember(c.Phones, append(n.Phones, n.Phone)...)
}

// SaidBy dates the fields that have a value and no time: they were received by then.
func (c *Contact) SaidBy(at Time) {
	for _, f := range c.fields() {
		if _, dated := c.SaidAt[f.name]; !dated && !blank(f.values) {
			c.dateField(f.name, at)
		}
	}
}

func (c *Contact) dateField(name string, at Time) {
	if c.SaidAt == nil {
		c.SaidAt = map[string]Time{}
	}
	c.SaidAt[name] = at
}

func blank(values []*string) bool {
	return !slices.ContainsFunc(values, func(v *string) bool { return *v != "" })
}

func join(values []*string) string {
	if len(values) == 1 {
		return *values[0]
	}
	var b strings.Builder
	for _, v := range values {
		b.WriteString(*v)
		b.WriteByte(0)
	}
	return b.String()
}

// bound shortens what a stranger may have made long.
func (c *Contact) bound() {
	for _, f := range c.fields() {
		for _, v := range f.values {
			*v = cutRunes(*v, maxField)
		}
	}
}

func remember(list []string, values ...string) []string {
	for _, v := range values {
		if v = cutRunes(v, maxField); v != "" && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}
