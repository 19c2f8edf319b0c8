package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

//go:embed team.yaml
var teamFile []byte

// now is when the gallery is looked at: a Tuesday at half past five in Seoul, half past nine in Berlin.
var now = time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)

// ago is an instant before now.
func ago(d time.Duration) lead.Time { return lead.At(now.Add(-d)) }

const day = 24 * time.Hour

// reader is one for whom the gallery is rendered: somebody who gets leads, and that one's manager.
type reader struct{ language, rep, manager string }

func readers() []reader { return []reader{{"en", "hannah", "sofia"}, {"ko", "mina", "jihun"}} }

// people are the team of the gallery.
func people() (team.Team, error) {
	t, problems := team.Parse(teamFile)
	if len(problems) > 0 {
		return t, problems
	}
	return t.WithOperations("operations@contoso.example.com"), nil
}

// maker makes one sample lead.
type maker struct {
	*lead.Lead
	team   team.Team
	reader reader
	// owner is who gets the lead.
	owner string
}

// actor is a person of the team.
func (m *maker) actor(id string) lead.Actor {
	p, _ := m.team.Person(id)
	return p.Actor()
}

func (m *maker) staff(at time.Time) lead.Staff {
	return m.team.Staff(at, func() lead.Owner {
		p, _ := m.team.Person(m.owner)
		said := lead.Say("why.nextIn", "person", p.Name, "team", "sales").And("rule", lead.Say("rule.first"))
		return lead.Owner{Person: p.ID, Name: p.Name, Since: lead.At(at), Why: lead.Text(said), Said: []lead.Phrase{said}}
	})
}

// takes has the lead take a touch.
func (m *maker) takes(at lead.Time, a lead.Action, c lead.Contact, wrote string) {
	m.takesAgain(at, a, c, wrote, fmt.Sprintf("%s-%d", m.ID, len(m.Touches)))
}

// takesAgain has the lead take a touch of a content that it may have had before.
func (m *maker) takesAgain(at lead.Time, a lead.Action, c lead.Contact, wrote, content string) {
	submission := fmt.Sprintf("%s-%d", m.ID, len(m.Touches))
	c.Emails, c.Phones = some(c.Email), some(c.Phone)
	m.Take(lead.Touch{Submission: submission, ContentKey: content, Source: "AppSource", RawSource: "AppSource-" + string(a), RawAction: string(a), Action: a,
		Offer: lead.Offer{ID: "analytics", Publisher: "contoso", Title: "Contoso Analytics"}, Description: wrote, ReceivedAt: at}, c, at, m.staff(at.Time))
}

func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// contacted records an attempt of the owner.
func (m *maker) contacted(at lead.Time, d lead.Disposition, note string) error {
	return m.Contacted(lead.Attempt{At: at.Time, By: m.actor(m.owner), Disposition: d, Note: note}, at.Time, m.staff(at.Time))
}

// sample is a lead of the gallery.
type sample struct {
	name string
	make func(m *maker) error
}

// samples are the leads, in the stages and with the contents that pages and mails have to be good with.
func samples() []sample {
	return []sample{
		{"new", func(m *maker) error {
			m.takes(ago(3*day), lead.ActionTestDrive, ana(), "")
			m.takes(ago(40*time.Minute), lead.ActionContactMe, ana(), "We are 400 people in three countries and have to leave our old reporting by March.\nHow much is it, and can somebody call me this week?")
			m.Suggest(lead.Suggestion{Lead: "colleague", Why: "same company domain and name"}, lead.Suggestion{Lead: "stopped", Why: "same phone", Suppressed: true})
			return nil
		}},
		{"overdue", func(m *maker) error {
			m.takes(ago(5*day), lead.ActionContactMe, lead.Contact{FirstName: "서연", LastName: "황보", Email: "seoyeon.hwangbo@fabrikam.example.com", Phone: "+82 10-1234-5678",
				Company: "주식회사 대한국제물류정보시스템", JobTitle: "디지털전환추진본부 데이터플랫폼팀 수석매니저", Country: "KR", CountrySent: "South Korea"},
				"데이터 분석 도입을 검토하고 있습니다. 도입 비용과 기간, 한국어 지원 여부를 알려 주시면 감사하겠습니다. 가능하면 이번 주 안에 전화로 설명을 듣고 싶습니다.")
			return nil
		}},
		{"contacted", func(m *maker) error {
			m.takes(ago(9*day), lead.ActionAcquired, lead.Contact{FirstName: "Karl-Theodor", LastName: "Donaudampfschifffahrtsgesellschaft-Schmidt", Email: "karl-theodor@donaudampfschifffahrt.example.com", Phone: "+49 30 901820",
				Company: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH", JobTitle: "Bereichsleiter Datenverarbeitung", Country: "DE", CountrySent: "Deutschland"}, "")
			if err := m.contacted(ago(8*day), lead.LeftMessage, "Left a message with his assistant. She says that mornings are best."); err != nil {
				return err
			}
			return m.contacted(ago(6*day), lead.NoAnswer, "")
		}},
		{"closing", func(m *maker) error {
			m.takes(ago(60*day), lead.ActionTestDrive, lead.Contact{FirstName: "Olu", LastName: "Adeyemi", Email: "olu@adatum.example.com", Company: "Adatum", Country: "NG", CountrySent: "Nigeria"}, "")
			if err := m.contacted(ago(59*day), lead.NoAnswer, ""); err != nil {
				return err
			}
			m.FollowUp.Kind, m.FollowUp.Step, m.FollowUp.DueAt = lead.FollowUpClose, 0, ago(day) // as all reminders leave it
			return nil
		}},
		{"snoozed", func(m *maker) error {
			m.takes(ago(2*time.Hour), lead.ActionCreated, lead.Contact{FirstName: "Zoë", LastName: "D'Água", Email: "zoe@proseware.example.com", Phone: "+351 21 123 4567", Company: "Proseware", Country: "PT", CountrySent: "Portugal"}, "")
			return m.Snooze(now.Add(3*day), m.actor(m.owner), now.Add(-time.Hour))
		}},
		{"covered", func(m *maker) error {
			m.owner = map[string]string{"en": "jonas", "ko": "seoyeon"}[m.reader.language]
			m.takes(ago(70*time.Minute), lead.ActionTestDrive, lead.Contact{FirstName: "Yuki", LastName: "Tanaka", Email: "yuki@litware.example.com", Phone: "+81 3-1234-5678", Company: "Litware", Country: "JP", CountrySent: "日本"}, "")
			return nil
		}},
		{"colleague", func(m *maker) error {
			c := ana()
			c.FirstName, c.Email, c.Phone = "Ana Maria", "ana.maria@fabrikam.example.com", "+55 11 95555-0101"
			m.takes(ago(20*day), lead.ActionAcquired, c, "")
			return m.contacted(ago(19*day), lead.Connected, "")
		}},
		{"stopped", func(m *maker) error {
			m.takes(ago(30*day), lead.ActionContactMe, lead.Contact{FirstName: "Bo", LastName: "Berg", Email: "bo@northwind.example.com", Company: "Northwind Traders", Country: "SE", CountrySent: "Sweden"}, "")
			return m.Suppress(lead.SuppressedOptedOut, "", m.actor(m.owner), now.Add(-29*day))
		}},
		{"decide", func(m *maker) error {
			c := lead.Contact{FirstName: "Ines", LastName: "Carvalho", Email: "ines@wingtip.example.com", Phone: "+351 21 765 4321", Company: "Wingtip Toys", Country: "PT", CountrySent: "Portugal"}
			m.takes(ago(10*day), lead.ActionDoNot, c, "")
			m.takes(ago(30*time.Minute), lead.ActionContactMe, c, "I have changed my mind. Please call me.")
			return nil
		}},
		{"closed", func(m *maker) error {
			m.takes(ago(30*day), lead.ActionContactMe, lead.Contact{FirstName: "Mei", LastName: "Lin", Email: "mei@tailspin.example.com", Company: "Tailspin", Country: "TW", CountrySent: "Taiwan"}, "")
			return m.Close(lead.StageLost, lead.NoBudget, "Again in the next fiscal year.", m.actor(m.owner), now.Add(-20*day))
		}},
		{"withheld", func(m *maker) error {
			m.takes(ago(20*time.Minute), lead.ActionUnknown, lead.Contact{Country: "US", CountrySent: "United States"}, "")
			return nil
		}},
		{"hostile", func(m *maker) error {
			m.takes(ago(90*time.Minute), lead.ActionContactMe, lead.Contact{FirstName: `"><script>alert(1)</script>`, LastName: "\u202eevil " + strings.Repeat("W", 200),
				Email: "a?subject=x&bcc=spam@evil.example@evil.example.com", Phone: `+1"onclick="alert(1)`, Company: "<img src=x onerror=alert(1)> " + strings.Repeat("Limited", 30), JobTitle: "{{.}}", CountrySent: "</style><script>"},
				"<a href=\"https://evil.example\">Click here to confirm</a>\n"+strings.Repeat("no spaces at all", 60))
			return nil
		}},
		{"again", func(m *maker) error {
			c := lead.Contact{FirstName: "Ravi", LastName: "Iyer", Email: "ravi@woodgrove.example.com", Phone: "+91 22 1234 5678", Company: "Woodgrove Bank", Country: "IN", CountrySent: "India"}
			m.takesAgain(ago(3*time.Hour), lead.ActionCreated, c, "", "again")
			m.takesAgain(ago(time.Hour), lead.ActionCreated, c, "", "again")
			return nil
		}},
		{"told", func(m *maker) error {
			c := lead.Contact{FirstName: "Eva", LastName: "Novák", Email: "eva@vanarsdel.example.com", Phone: "+420 221 234 567", Company: "Van Arsdel", Country: "CZ", CountrySent: "Czechia"}
			m.takes(ago(3*day), lead.ActionAcquired, c, "")
			m.takes(ago(time.Hour), lead.ActionDoNot, c, "")
			return nil
		}},
		{"warned", func(m *maker) error {
			m.takes(ago(2*time.Hour), lead.ActionTestDrive, lead.Contact{FirstName: "Tom", LastName: "Baker", Email: "tom@alpine.example.com", Phone: "+44 20 7946 0123", Company: "Alpine Ski House", Country: "GB", CountrySent: "UK"}, "")
			m.Warn(lead.Suggestion{Lead: "stopped", Why: "same company domain and name"}, "stopped-0", ago(time.Hour))
			return nil
		}},
		{"evening", func(m *maker) error {
			friday := lead.At(time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC))
			m.takes(friday, lead.ActionContactMe, lead.Contact{FirstName: "María José", LastName: "García-Hernández y Ruiz de la Prada", Email: "mj@bellows.example.com", Phone: "+34 91 123 45 67", Company: "Bellows College", Country: "ES", CountrySent: "España"}, "¿Me pueden llamar?")
			return nil
		}},
		{"unowned", func(m *maker) error {
			m.owner = lead.Operations
			m.takes(ago(50*time.Hour), lead.ActionAcquired, lead.Contact{FirstName: "Sam", LastName: "Okafor", Email: "sam@relecloud.example.com", Company: "Relecloud", Country: "US", CountrySent: "USA"}, "")
			return nil
		}},
	}
}

func ana() lead.Contact {
	return lead.Contact{FirstName: "Ana", LastName: "Silva", Email: "ana.silva@fabrikam.example.com", Phone: "+55 11 91234-5678", Company: "Fabrikam", JobTitle: "Head of Data", Country: "BR", CountrySent: "Brazil"}
}

// sampleLead makes a lead as a reader has it, in memory.
func sampleLead(s sample, t team.Team, r reader) (*lead.Lead, error) {
	l := store.NewLead(s.name)
	l.MatchKey = s.name // so that it is known again
	if err := s.make(&maker{Lead: l, team: t, reader: r, owner: r.rep}); err != nil {
		return nil, fmt.Errorf("make the sample %s: %w", s.name, err)
	}
	return l, nil
}

// fill writes all samples of a reader into a database.
func fill(ctx context.Context, s *store.Store, t team.Team, r reader) error {
	var all []error
	for _, sample := range samples() {
		made, err := sampleLead(sample, t, r)
		if err == nil {
			_, err = s.Update(ctx, sample.name, func(l *lead.Lead) error {
				*l = *made
				return nil
			})
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}
