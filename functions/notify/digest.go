package notify

import (
	"fmt"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/team"
)

// maxTests bounds the test leads that a digest shows.
const maxTests = 50

// digest is what a mail to operations shows.
type digest struct {
	frame
	Tests []string
	More  int
}

// Digest renders a mail to operations.
func (w Writer) Digest(d lead.Digest, to team.Person) (mail.Message, error) {
	r := w.reader(to, team.Team{}, time.Time{})
	c := digest{frame: frame{Words: r.Words, Subject: r.Say("mail.digest.subject")}, More: max(0, len(d.TestLeads)-maxTests)}
	for _, t := range d.TestLeads[:len(d.TestLeads)-c.More] {
		if name := short(t.Name); name != "" {
			c.Tests = append(c.Tests, r.Say("mail.digest.test", "Offer", name, "When", r.at(t.SeenAt)))
		} else {
			c.Tests = append(c.Tests, r.Say("mail.digest.test.unnamed", "When", r.at(t.SeenAt)))
		}
	}
	if len(c.Tests) > 0 {
		c.Preheader = c.Tests[0]
	}
	m, err := w.render("digest", c)
	if err != nil {
		return m, fmt.Errorf("render mail %s: %w", d.ID, err)
	}
	return r.send(m, d.ID, c.Subject, "operations", "operations"), nil
}
