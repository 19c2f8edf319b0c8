package team

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
)

// everybody reads people.
func (r *reader) everybody(n *node, days *calendars) []Person {
	var all []Person
	mails := map[string]int{} // the lines, by address in lower case
	r.items(n, "people", func(n *node) { all = append(all, r.person(n, mails, days)) })
	return all
}

// person reads one of the people.
func (r *reader) person(n *node, mails map[string]int, days *calendars) Person {
	p := Person{Weight: 1, Calendar: lead.Calendar{Zone: time.UTC, Week: usualWeek()}}
	var coverAt place
	var holidays []string
	r.keys(n, "a person",
		field{name: "id", needed: "give a short one that stays, such as mina", read: func(n *node) {
			p.ID = r.id(n, &r.people)
			if strings.EqualFold(p.ID, lead.Operations) {
				r.add(n.place, "the id operations is that of the setting OPERATIONS_MAIL, who is in every team: choose another")
			}
		}},
		field{name: "name", needed: "give the name that others know", read: func(n *node) { p.Name, _ = r.text(n, "name") }},
		field{name: "mail", needed: "give the address that gets the leads", read: func(n *node) { p.Mail = r.address(n, mails) }},
		field{name: "zone", read: func(n *node) {
			if zone := r.zone(n); zone != nil {
				p.Calendar.Zone = zone
			}
		}},
		field{name: "hours", read: func(n *node) { p.Calendar.Week = r.week(n) }},
		field{name: "holidays", read: func(n *node) {
			holidays = r.values(n, "holidays", func(n *node) (string, bool) {
				id := r.name(n, "an entry of holidays", &r.holidays)
				return id, id != ""
			})
		}},
		field{name: "absences", read: func(n *node) { p.Calendar.Away = r.absences(n, p.Calendar.Zone) }},
		field{name: "cover", read: func(n *node) { p.Cover, coverAt = r.somebody(n, "cover"), n.place }},
		field{name: "weight", read: func(n *node) { p.Weight = r.number(n, "weight", 1, 100) }},
		field{name: "languages", read: func(n *node) {
			p.Languages = r.values(n, "languages", func(n *node) (string, bool) { return r.language(n, "an entry of languages") })
		}},
		field{name: "onDuty", read: func(n *node) { p.OnDuty = r.truth(n, "onDuty") }},
	)
	p.Calendar.Holiday = days.of(holidays)
	if n.kind == keys && !n.has("zone") {
		r.warn(n.place, "a person has no zone, so the hours are those of UTC: give one, such as Europe/Berlin")
	}
	if p.Cover != "" && p.Cover == p.ID {
		r.add(coverAt, fmt.Sprintf("%s is the cover of %s: name somebody else", p.Cover, p.ID))
	}
	return p
}

// address reads a mail address that stands alone, without a name or a comment. Two people can share one.
func (r *reader) address(n *node, mails map[string]int) string {
	s, ok := r.text(n, "mail")
	if !ok {
		return ""
	}
	parsed, err := mail.ParseAddress(s)
	odd := func(c rune) bool { return c <= ' ' || c > unicode.MaxASCII }
	if err != nil || parsed.Name != "" || parsed.Address != s || strings.ContainsFunc(s, odd) || normalize.MailHost(s) == "" {
		r.add(n.place, fmt.Sprintf("mail %s is not one mail address: give it alone and in ASCII, such as mina@contoso.com", quoted(s)))
		return ""
	}
	if first, twice := mails[strings.ToLower(s)]; twice {
		r.warn(n.place, fmt.Sprintf("mail %s is also that of the person in line %d: both get each other's mails", quoted(s), first))
	} else {
		mails[strings.ToLower(s)] = n.line
	}
	return s
}

// zone reads the name of a time zone. A small letter in front is that of a file beside the zones, such as
// localtime, which another machine lacks; "Local" is another zone on each.
func (r *reader) zone(n *node) *time.Location {
	s, ok := r.text(n, "zone")
	if !ok {
		return nil
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" || s[0] < 'A' || s[0] > 'Z' {
		r.add(n.place, fmt.Sprintf("zone %s is no time zone: give its name in the IANA database, such as Europe/Berlin, Asia/Seoul or UTC", quoted(s)))
		return nil
	}
	return zone
}

// language reads a language.
func (r *reader) language(n *node, what string) (string, bool) {
	s, ok := r.text(n, what)
	if !ok {
		return "", false
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		r.add(n.place, fmt.Sprintf("%s is no language: give its code (BCP 47), such as en, ko or pt-BR", quoted(s)))
		return "", false
	}
	return tag.String(), true
}
