package notify

import (
	"cmp"
	"fmt"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/team"
)

// maxTests bounds the test leads that a digest shows. Of its other notices the watch keeps few enough.
const maxTests = 50

// digest is what a mail to operations shows.
type digest struct {
	frame
	Sections []section
}

// section is the news of one kind.
type section struct {
	Heading string
	Lines   []string
	// More says that there is more of it, and Advice what to do about it; each empty for nothing.
	More, Advice string
}

// Digest renders a mail to operations.
func (w Writer) Digest(d lead.Digest, to team.Person) (mail.Message, error) {
	r := w.reader(to, team.Team{}, time.Time{})
	c := digest{frame: frame{Words: r.Words, Subject: r.Say("mail.digest.subject")}}
	submissions := r.Say("mail.digest.submission.advice")
	for _, s := range []section{ // what is most urgent first
		r.section(d, r.Say("mail.digest.canary"), "", lead.NoticeCanaryRefused, lead.NoticeCanaryMissing, lead.NoticeCanaryBack),
		r.section(d, r.Say("mail.digest.silent"), r.Say("mail.digest.silent.advice"), lead.NoticeSilent),
		r.section(d, r.Say("mail.digest.deadLetter"), submissions, lead.NoticeDeadLetter),
		r.section(d, r.Say("mail.digest.givenUp"), submissions, lead.NoticeGivenUp),
		r.section(d, r.Say("mail.digest.quarantined"), submissions, lead.NoticeQuarantined),
		r.section(d, r.Say("mail.digest.unverified"), "", lead.NoticeUnverified),
		r.section(d, r.Say("mail.digest.mailFailed"), r.Say("mail.digest.mailFailed.advice"), lead.NoticeMailFailed),
		r.tests(d.TestLeads),
	} {
		if len(s.Lines) > 0 {
			c.Sections = append(c.Sections, s)
			c.Preheader = cmp.Or(c.Preheader, s.Lines[0])
		}
	}
	m, err := w.render("digest", c)
	if err != nil {
		return m, fmt.Errorf("render mail %s: %w", d.ID, err)
	}
	return r.send(m, d.ID, c.Subject, "operations", "operations"), nil
}

// section is made of the notices of some kinds, in the order in which they came.
func (r reader) section(d lead.Digest, heading, advice string, kinds ...lead.NoticeKind) section {
	s := section{Heading: heading, Advice: advice}
	left := 0
	for _, kind := range kinds {
		left += d.Left[kind]
	}
	for _, n := range d.Notices {
		for _, kind := range kinds {
			if n.Kind == kind {
				s.Lines = append(s.Lines, r.notice(n))
			}
		}
	}
	if left > 0 {
		s.More = r.Say("mail.digest.left", "N", left)
	}
	return s
}

// notice says one thing to operations.
func (r reader) notice(n lead.Notice) string {
	when, why := r.at(n.At), line(n.Why)
	switch n.Kind {
	case lead.NoticeCanaryRefused:
		return r.Say("mail.digest.canary.refused", "When", when, "Why", why)
	case lead.NoticeCanaryMissing:
		return r.Say("mail.digest.canary.missing", "When", when)
	case lead.NoticeCanaryBack:
		return r.Say("mail.digest.canary.back", "When", when)
	case lead.NoticeUnverified:
		return r.Say("mail.digest.unverified.one", "When", when)
	case lead.NoticeMailFailed:
		return r.Say("mail.digest.mailFailed.one", "ID", line(n.ID), "When", when, "Why", why)
	case lead.NoticeSilent:
		if n.TestedAt.IsZero() {
			return r.Say("mail.digest.silent.untested", "Offer", short(n.Name), "N", n.Days)
		}
		return r.Say("mail.digest.silent.one", "Offer", short(n.Name), "N", n.Days, "When", r.at(n.TestedAt))
	}
	return r.Say("mail.digest.submission", "ID", line(n.ID), "When", when, "Why", why)
}

// tests are the test leads that arrived first.
func (r reader) tests(all []lead.TestLead) section {
	s := section{Heading: r.Say("mail.digest.tests")}
	more := max(0, len(all)-maxTests)
	for _, t := range all[:len(all)-more] {
		if name := short(t.Name); name != "" {
			s.Lines = append(s.Lines, r.Say("mail.digest.test", "Offer", name, "When", r.at(t.SeenAt)))
		} else {
			s.Lines = append(s.Lines, r.Say("mail.digest.test.unnamed", "When", r.at(t.SeenAt)))
		}
	}
	if more > 0 {
		s.More = r.Say("mail.digest.more", "N", more)
	}
	return s
}
