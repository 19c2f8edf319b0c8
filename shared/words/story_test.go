package words_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

const people = `
people:
  - {id: mina, name: Mina Kim, mail: mina@contoso.example.com, zone: Asia/Seoul, cover: jonas}
  - {id: jonas, name: Jonas Weber, mail: jonas@contoso.example.com, zone: Europe/Berlin, weight: 2}
  - {id: petra, name: Petra Novak, mail: petra@contoso.example.com, zone: Europe/Prague}
  - {id: sofia, name: Sofia Rossi, mail: sofia@contoso.example.com, zone: Europe/Rome, cover: eva}
  - {id: eva, name: Eva Berg, mail: eva@contoso.example.com, zone: Europe/Oslo}
teams:
  - {id: sales, people: [mina, jonas], manager: sofia, fallback: petra}
  - {id: partners, people: [mina], manager: operations, fallback: sofia}
offers:
  - {id: contoso.backup, titles: [Contoso Backup], team: partners}
rules:
  - {country: KR, action: StartTestDrive, person: mina}
  - {country: BR, team: sales}
  - {source: AzurePortal, team: sales}
sla: {PLT: 4h, default: 4h}
cadence: [2, 4]
`

const hostile = "{{.by}} {by} <b>내일</b> 다시, 1%: C:\\n.\nStop."

// story is what happens to one lead, told step by step.
type story struct {
	t    *testing.T
	team team.Team
	lead *lead.Lead
	now  time.Time
	n    int
}

// monday is 09:00 in Seoul on Monday 23 November 2026.
var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func parsed(t *testing.T, absent ...string) team.Team {
	t.Helper()
	all, problems := team.Parse([]byte(people))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	all.Version = 1
	for i := range all.People {
		for _, id := range absent {
			if all.People[i].ID == id {
				all.People[i].Calendar.Away = []lead.Stretch{{From: monday.Add(-time.Hour), To: monday.Add(14*24*time.Hour - 9*time.Hour)}}
			}
		}
	}
	return all.WithOperations("operations@contoso.example.com")
}

func begin(t *testing.T, people team.Team, a lead.Action, phone string) *story {
	t.Helper()
	s := &story{t: t, team: people, now: monday, lead: &lead.Lead{ID: "l1", MatchKey: "email:ana@fabrikam.example.com", Contact: lead.Contact{Phone: phone}}}
	s.touch(a, "key")
	return s
}

func (s *story) staff() lead.Staff {
	return s.team.Staff(s.now, func() lead.Owner {
		ask := team.Ask{Country: "BR", Action: lead.ActionContactMe}
		o, _ := s.team.Choose(ask, s.now).Assign(&lead.Roster{}, s.lead.ID, lead.At(s.now))
		return o
	})
}

func (s *story) touch(a lead.Action, content string) {
	s.n++
	s.lead.Take(lead.Touch{Submission: fmt.Sprint("s", s.n), ContentKey: content, Action: a, Offer: lead.Offer{ID: "contoso.analytics", Title: "Contoso Analytics"},
		ReceivedAt: lead.At(s.now)}, lead.Contact{FirstName: "Ana", LastName: "Silva", Phone: s.lead.Contact.Phone}, lead.At(s.now), s.staff())
}

func (s *story) after(d time.Duration) *story { s.now = s.now.Add(d); return s }

func (s *story) person(id string) lead.Actor { p, _ := s.team.Person(id); return p.Actor() }

func (s *story) did(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("at %s: %v", s.now, err)
	}
}

func (s *story) contacted(d lead.Disposition, ago time.Duration, note string) {
	s.t.Helper()
	s.did(s.lead.Contacted(lead.Attempt{At: s.now.Add(-ago), By: s.person("mina"), Disposition: d, Note: note}, s.now, s.staff()))
}

// reassigned gives the lead to somebody for a reason in phrases, else in words.
func (s *story) reassigned(to string, said lead.Phrase, words string) {
	s.t.Helper()
	o := lead.Owner{Person: to, Name: s.person(to).Name, Since: lead.At(s.now), Why: words}
	if words == "" {
		o.Why, o.Said = lead.Told(said)
	}
	s.did(s.lead.Reassign(o, s.now, s.staff()))
}

// listed has the lead on a list for somebody, which ended so.
func (s *story) listed(kind lead.MailKind, to string, became lead.Phrase) {
	s.t.Helper()
	s.n++
	mail := fmt.Sprint("list", s.n)
	if !s.lead.PutOn(kind, mail, s.person(to), s.now, s.staff()) {
		s.t.Fatalf("at %s the lead does not belong on the %s: %+v", s.now, kind, s.lead.FollowUp)
	}
	s.recorded(mail, became)
}

func (s *story) recorded(mail string, became lead.Phrase) {
	s.t.Helper()
	text, said := lead.Told(became)
	if s.lead.Mail(mail) != nil && !s.lead.Record(mail, text, lead.At(s.now), said...) {
		s.t.Fatalf("the mail %s was recorded before", mail)
	}
}

// operator is whoever acts with the operator's command.
var operator = lead.Actor{Name: lead.OperatorName + " (lee)"}

// long is a story in which nearly everything happens.
func long(t *testing.T) *lead.Lead {
	t.Helper()
	s := begin(t, parsed(t), lead.ActionContactMe, "+4722123456")
	mina := s.person("mina")
	s.recorded("alert-s1", lead.Say("mail.sent", "to", "Mina Kim"))
	s.after(time.Hour)
	s.did(s.lead.Snooze(s.now.Add(3*time.Hour), mina, s.now))
	s.after(time.Hour)
	s.did(s.lead.Wake(mina, s.now))
	owner := s.lead.Owner.Person
	s.after(time.Hour).listed(lead.MailReminder, owner, lead.Say("reminder.sent", "to", s.person(owner).Name))
	s.now = s.lead.FollowUp.DueAt.Time
	s.listed(lead.MailReminder, owner, lead.Say("sent.not", "mail", "reminder", "to", "Mina Kim", "because", "there is nothing to be done about any of its leads any more"))
	s.listed(lead.MailEscalation, "sofia", lead.Say("escalation.sent", "to", "Sofia Rossi"))
	s.after(24*time.Hour).listed(lead.MailReminder, owner, lead.Say("sent.dry", "mail", "reminder", "to", "Mina Kim"))
	s.contacted(lead.LeftMessage, time.Hour, hostile)
	s.now = s.lead.FollowUp.DueAt.Time
	s.listed(lead.MailReminder, owner, lead.Say("sent.without", "mail", "reminder", "to", "Mina Kim"))
	s.now = s.lead.FollowUp.OwnerAt.Time
	s.listed(lead.MailReminder, owner, lead.Say("sent.instead", "mail", "reminder", "to", "Mina Kim"))
	s.did(s.lead.Note(hostile, mina, s.now))
	s.reassigned("petra", lead.Say("why.given", "by", "Mina Kim", "to", "Petra Novak", "note", hostile), "")
	s.listed(lead.MailReminder, "petra", lead.Say("sent.failed", "mail", "reminder", "to", "Petra Novak", "because", "550"))
	s.now = s.lead.FollowUp.DueAt.Time
	s.contacted(lead.NoAnswer, 0, "")
	s.now = s.lead.FollowUp.DueAt.Time
	s.listed(lead.MailReminder, "petra", lead.Say("reminder.sent", "to", "Petra Novak"))
	s.did(s.lead.Close(lead.StageLost, lead.NoBudget, hostile, mina, s.now))
	s.did(s.lead.Wake(mina, s.now))
	s.after(time.Minute).listed(lead.MailReminder, "petra", lead.Say("reminder.sent", "to", "Petra Novak"))
	s.did(s.lead.Close(lead.StageWon, "", "", mina, s.now))
	s.after(100*time.Hour).touch(lead.ActionTestDrive, "other")
	s.after(time.Hour).touch(lead.ActionTestDrive, "other")
	s.contacted(lead.NoAnswer, 2*time.Hour, "")
	s.contacted(lead.Bounced, 0, "")
	s.contacted(lead.Connected, 0, "")
	s.did(s.lead.Snooze(s.now.Add(time.Hour), mina, s.now))
	s.reassigned("sofia", lead.Phrase{}, "Free words")
	s.listed(lead.MailReminder, "sofia", lead.Say("reminder.sent", "to", "Sofia Rossi"))
	s.after(time.Hour).listed(lead.MailReminder, "sofia", lead.Say("reminder.sent", "to", "Sofia Rossi"))
	s.did(s.lead.Qualify(mina, s.now))
	s.lead.Warn(lead.Suggestion{Lead: "l2", Why: "same phone, same company domain and name"}, "s9", lead.At(s.now))
	s.did(s.lead.Suppress(lead.SuppressedDoNotContact, "", mina, s.now))
	s.touch(lead.ActionContactMe, "third")
	s.did(s.lead.Leave(mina, s.now))
	s.did(s.lead.Unsuppress(hostile, mina, s.now))
	s.reassigned("jonas", lead.Say("why.takesOver", "person", "Jonas Weber", "absent", "gone"), "")
	s.did(s.lead.Suppress(lead.SuppressedDoNotContact, hostile, operator, s.now))
	s.did(s.lead.Unsuppress(hostile, operator, s.now))
	s.touch(lead.ActionDoNot, "fourth")
	s.recorded("do-not-contact-s"+fmt.Sprint(s.n), lead.Say("sent.givenUp", "because", "MaxDeliveryCountExceeded"))
	s.contacted(lead.OptedOut, 0, "")
	return s.lead
}

// short are the stories that leave out little of the rest.
func short(t *testing.T) []*lead.Lead {
	t.Helper()
	bounced := begin(t, parsed(t), lead.ActionContactMe, "")
	bounced.contacted(lead.Bounced, 0, "")
	told := begin(t, parsed(t), lead.ActionContactMe, "")
	told.contacted(lead.NoAnswer, 0, "")
	told.now = told.lead.FollowUp.OwnerAt.Time
	told.did(told.lead.Suppress(lead.SuppressedOptedOut, "", told.person("mina"), told.now))
	heard := begin(t, parsed(t), lead.ActionContactMe, "")
	heard.reassigned("petra", lead.Say("why.given", "by", operator.Name, "to", "Petra Novak", "note", "because"), "")
	heard.did(heard.lead.Suppress(lead.SuppressedOptedOut, "because", operator, heard.now))
	early := begin(t, parsed(t), lead.ActionContactMe, "")
	early.contacted(lead.NoAnswer, 0, "")
	early.reassigned("petra", lead.Say("why.takesOver", "person", "Petra Novak", "absent", "Mina Kim"), "")
	early.listed(lead.MailReminder, "petra", lead.Say("reminder.sent", "to", "Petra Novak"))
	nobody := parsed(t)
	for i := range nobody.People {
		nobody.People[i].Calendar.Week = [7][]lead.Hours{}
	}
	plain := begin(t, nobody, lead.ActionUnknown, "")
	plain.n++
	plain.lead.Take(lead.Touch{Submission: "plain", ContentKey: "plain", Action: lead.ActionAcquired, ReceivedAt: lead.At(plain.now)}, lead.Contact{}, lead.At(plain.now), plain.staff())
	away := begin(t, parsed(t, "mina", "jonas"), lead.ActionContactMe, "")
	cover := begin(t, parsed(t, "mina"), lead.ActionContactMe, "")
	cover.reassigned("mina", lead.Phrase{}, "because")
	cover.after(time.Hour).touch(lead.ActionAcquired, "further")
	erased := begin(t, parsed(t), lead.ActionDoNot, "")
	erased.lead.Erase(lead.Time{}, lead.At(erased.now), nil, nil)
	erased.after(time.Hour).touch(lead.ActionAcquired, "again")
	return []*lead.Lead{bounced.lead, told.lead, heard.lead, early.lead, plain.lead, away.lead, cover.lead, erased.lead}
}

// why are the reasons of the team in all cases.
func why(t *testing.T) []lead.Owner {
	t.Helper()
	var all []lead.Owner
	by := func(people team.Team, a team.Ask, taken ...string) {
		r := &lead.Roster{}
		for i, p := range taken {
			r.Pick(fmt.Sprint("lead-", i), []lead.Candidate{{Person: p, Weight: 1}}, nil, lead.At(monday))
		}
		o, _ := people.Choose(a, monday).Assign(r, "l1", lead.At(monday))
		all = append(all, o)
	}
	drive := team.Ask{Country: "KR", Action: lead.ActionTestDrive}
	backup := team.Ask{Offer: lead.Offer{ID: "contoso.backup"}}
	by(parsed(t), team.Ask{})
	by(parsed(t), backup)
	by(parsed(t), drive)
	by(parsed(t, "mina"), drive)
	by(parsed(t, "mina", "jonas"), drive)
	by(parsed(t), team.Ask{Country: "BR"}, "mina", "mina", "jonas")
	by(parsed(t), team.Ask{Source: "AzurePortal"}, "mina", "mina", "mina")
	by(parsed(t, "mina", "jonas"), team.Ask{})
	by(parsed(t, "mina", "jonas", "petra"), team.Ask{})
	by(parsed(t, "mina", "jonas", "petra", "sofia"), team.Ask{})
	by(parsed(t, "mina", "jonas", "petra", "sofia", "eva"), team.Ask{})
	by(parsed(t, "mina"), backup)
	by(parsed(t, "mina", "sofia"), backup)
	everybody := parsed(t)
	everybody.Groups, everybody.Rules, everybody.Offers = nil, nil, nil
	by(everybody, team.Ask{})
	everybody = parsed(t, "mina", "jonas", "petra", "sofia", "eva")
	everybody.Groups, everybody.Rules, everybody.Offers = nil, nil, nil
	by(everybody, team.Ask{})
	rule := parsed(t)
	rule.Rules = []team.Rule{{Line: 9, Group: "sales"}}
	by(rule, team.Ask{})
	choice, again := parsed(t).Choose(team.Ask{}, monday), &lead.Roster{}
	choice.Assign(again, "l1", lead.At(monday))
	o, _ := choice.Assign(again, "l1", lead.At(monday))
	applied := team.Operations("operations@contoso.example.com")
	all = append(all, o, applied.Assign(lead.At(monday)))
	applied.Version = 1
	all = append(all, applied.Assign(lead.At(monday)))
	taken := all[0]
	taken.Why, taken.Said = lead.Told(append(slices.Clone(taken.Said), lead.Say("stop"), lead.Say("why.taken", "by", operator.Name, "absent", "Petra Novak", "note", "because"))...)
	return append(all, taken)
}

// acting are the reasons why somebody acts for Mina, in all cases.
func acting(t *testing.T) [][]lead.Phrase {
	t.Helper()
	var all [][]lead.Phrase
	for _, absent := range [][]string{{"mina"}, {"mina", "jonas"}, {"mina", "jonas", "petra"}, {"mina", "jonas", "petra", "sofia"}} {
		_, said := parsed(t, absent...).ActingWhy("mina", monday)
		all = append(all, said)
	}
	_, gone := parsed(t).ActingWhy("gone", monday)
	year := parsed(t, "mina")
	year.People[0].Calendar.Away[0].To = monday.Add(60 * 24 * time.Hour)
	_, said := year.ActingWhy("mina", monday)
	return append(all, gone, said)
}
