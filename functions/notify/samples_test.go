package notify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"leadflow/functions/notify"
	"leadflow/shared/lead"
	"leadflow/shared/mail"
	"leadflow/shared/team"
)

// sample is a mail as somebody may get it.
type sample struct {
	name string
	// to is who gets it, at an instant.
	to    string
	at    time.Time
	leads []*lead.Lead
	// mail is the one about a lead; a list has only its kind, and a mail to operations what it says.
	mail   lead.Mail
	digest lead.Digest
}

// evening is a Friday on which Mina has gone home, and monday the morning after in Seoul.
var (
	evening = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	monday  = time.Date(2026, 11, 23, 0, 30, 0, 0, time.UTC)
)

// office is the team of the samples, whose people read a language: Mina owns the leads, Sofia is her manager, Lou is on
// duty. Sofia covers for Mina in the week after.
func office(language string) team.Team {
	t := reps()
	t.People[0].Cover, t.People[0].Calendar.Away = "sofia", []lead.Stretch{{From: monday.AddDate(0, 0, 7), To: monday.AddDate(0, 0, 14)}}
	lou := t.People[1]
	lou.ID, lou.Name, lou.Mail, lou.OnDuty = "lou", "Lou Martin", "lou@contoso.example.com", true
	t.People = append(t.People[:2:2], lou)
	t = t.WithOperations("operations@contoso.example.com")
	for i := range t.People {
		t.People[i].Languages = []string{language}
	}
	return t
}

// hers is a lead of Mina's after touches. The last one came at an instant, and the others each a day before the next.
func hers(c lead.Contact, at time.Time, touches ...lead.Touch) *lead.Lead {
	l := &lead.Lead{ID: lead.ID(keys(c).Match(), touches[0].Submission)}
	l.MatchKey = keys(c).Match()
	for n, t := range touches {
		t.ReceivedAt = lead.At(at.AddDate(0, 0, n-len(touches)+1))
		l.Take(t, c, t.ReceivedAt, office("en").Staff(t.ReceivedAt.Time, func() lead.Owner {
			owner, _ := office("en").Choose(team.AskOf(t, c), monday).Assign(&lead.Roster{}, l.ID, t.ReceivedAt)
			return owner
		}))
	}
	return l
}

// jihoon is a customer who reads Korean.
func jihoon() lead.Contact {
	return lead.Contact{FirstName: "지훈", LastName: "김", Email: "jihoon.kim@contoso.co.kr", Phone: "+821012345678", Company: "㈜콘토소", JobTitle: "최고기술책임자",
		Country: "KR", CountrySent: "대한민국"}
}

// samples are one mail of each kind and sort.
func samples() []sample {
	about := func(name, to string, at time.Time, l *lead.Lead, m lead.Mail) sample {
		return sample{name: name, to: to, at: at, leads: []*lead.Lead{l}, mail: m}
	}
	newest := func(name string, l *lead.Lead) sample { return about(name, "mina", monday, l, l.Mails[len(l.Mails)-1]) }
	is := func(a lead.Action) *lead.Lead { return hers(person(1), monday, touch("s1", a)) }

	korean := touch("s1", lead.ActionContactMe)
	korean.Description = "가격이 궁금합니다.\n전화 부탁드립니다."
	many := make([]lead.Touch, 9)
	for n := range many {
		many[n] = touch(fmt.Sprintf("s%d", n), lead.ActionTestDrive)
	}
	many[8].Action = lead.ActionContactMe
	similar := is(lead.ActionContactMe)
	for n := range 7 {
		similar.Suggest(lead.Suggestion{Lead: fmt.Sprintf("5f0e1d2c%d", n), Why: "same phone", Suppressed: n == 4})
	}
	warned := is(lead.ActionContactMe)
	warned.Warn(lead.Suggestion{Lead: "5f0e1d2c", Why: "same company domain and name"}, "s9", lead.At(monday))
	bounced := is(lead.ActionContactMe)
	bounced.Suppression = &lead.Suppression{Reason: lead.SuppressedBounced, Since: lead.At(monday)}
	bounced.Mails[0].Kind = lead.MailDecide
	marked := is(lead.ActionContactMe)
	marked.Suppression = &lead.Suppression{Reason: lead.SuppressedDoNotContact, Since: lead.At(monday)}
	marked.Mails[0].Kind = lead.MailDecide
	late := hers(person(1), evening, touch("s1", lead.ActionContactMe))
	away := monday.AddDate(0, 0, 8)
	covered := hers(person(1), away, touch("s1", lead.ActionContactMe))
	nobody := is(lead.ActionContactMe)
	nobody.Mails = append(nobody.Mails, lead.Mail{ID: "alert-s1-to-sofia", Kind: lead.MailAlert, Submission: "s1", To: "sofia", Copy: true})
	all := []sample{
		newest("contact-me", is(lead.ActionContactMe)),
		newest("test-drive", is(lead.ActionTestDrive)),
		newest("acquired", is(lead.ActionAcquired)),
		newest("unknown-action", is(lead.ActionUnknown)),
		newest("withheld", hers(lead.Contact{Country: "US"}, monday, touch("s1", lead.ActionAcquired))),
		newest("hangul", hers(jihoon(), monday, korean)),
		newest("asked-again", hers(person(1), monday, touch("s1", lead.ActionAcquired), again("s2", "s1", lead.ActionAcquired))),
		newest("further-touch", hers(person(1), monday, many...)),
		newest("similar", similar),
		newest("similar-do-not-contact", warned),
		newest("do-not-contact", hers(person(1), monday, touch("s1", lead.ActionContactMe), touch("s2", lead.ActionDoNot))),
		newest("decide", hers(person(1), monday, touch("s1", lead.ActionDoNot), touch("s2", lead.ActionContactMe))),
		newest("decide-bounced", bounced),
		newest("decide-colleague", marked),
		about("on-duty", "lou", evening, late, *late.Mail("on-duty-s1-to-lou")),
		about("covered", "sofia", away, covered, covered.Mails[0]),
		about("overdue", "mina", monday.Add(4*time.Hour), late, late.Mails[0]),
		about("manager", "sofia", monday, nobody, nobody.Mails[1]),
		{name: "operations", to: lead.Operations, at: monday, digest: lead.Digest{ID: "operations-1", TestLeads: []lead.TestLead{
			{Offer: "analytics", Name: "Contoso Analytics", SeenAt: lead.At(monday)}, {Offer: "title:", SeenAt: lead.At(monday.Add(time.Minute))}}}},
		{name: "sample", to: "mina", at: monday, mail: lead.Mail{ID: "sample-1", Kind: lead.MailSample}},
		{name: "operations-trouble", to: lead.Operations, at: monday, digest: trouble()},
	}
	return append(all, listSamples()...)
}

// trouble is a digest with a bit of everything.
func trouble() lead.Digest {
	at := func(minutes time.Duration) lead.Time { return lead.At(monday.Add(minutes * time.Minute)) }
	return lead.Digest{ID: "operations-2", TestLeads: []lead.TestLead{{Offer: "analytics", Name: "Contoso Analytics", SeenAt: at(0)}},
		Left: map[lead.NoticeKind]int{lead.NoticeQuarantined: 7},
		Notices: []lead.Notice{
			{Kind: lead.NoticeQuarantined, ID: "0193b2c4-0001", Why: "no JSON", At: at(1)},
			{Kind: lead.NoticeSilent, Name: "Contoso Backup", Days: 14, TestedAt: lead.At(monday.AddDate(0, 0, -20)), At: at(2)},
			{Kind: lead.NoticeSilent, Name: "Contoso Mail", Days: 30, At: at(2)},
			{Kind: lead.NoticeCanaryRefused, Why: "the answer was 503 and not 202", At: at(3)},
			{Kind: lead.NoticeMailFailed, ID: "alert-0193b2c4-0002", Why: "the server refused the recipient with 550 5.1.1", At: at(4)},
			{Kind: lead.NoticeGivenUp, ID: "0193b2c4-0003", Why: "no outcome after 72h0m0s", At: at(5)},
			{Kind: lead.NoticeDeadLetter, ID: "0193b2c4-0004", Why: "dead letter: MaxDeliveryCountExceeded", At: at(6)},
			{Kind: lead.NoticeUnverified, At: at(7)},
			{Kind: lead.NoticeCanaryBack, At: at(8)},
			{Kind: lead.NoticeQuarantined, ID: "0193b2c4-0005", Why: "a canary with a wrong mac", At: at(9)},
			{Kind: lead.NoticeCanaryMissing, At: at(10)},
		}}
}

// listSamples are the lists.
func listSamples() []sample {
	staff := office("en").Staff(monday, nil)
	mina := lead.Actor{Person: "mina", Name: "Mina Kim"}
	late := hers(person(1), evening, touch("s1", lead.ActionContactMe))
	off := hers(person(2), evening, touch("s2", lead.ActionTestDrive))
	noon := monday.Add(4*time.Hour + 30*time.Minute)
	must(off.Snooze(noon.Add(2*time.Hour), mina, noon.Add(-time.Hour)))
	soon := hers(jihoon(), monday, touch("s3", lead.ActionContactMe))
	stops := hers(person(4), monday, touch("s4", lead.ActionDoNot), touch("s5", lead.ActionContactMe))
	step := hers(person(5), evening.AddDate(0, 0, -7), touch("s6", lead.ActionAcquired))
	must(step.Contacted(lead.Attempt{At: evening.AddDate(0, 0, -4), By: mina, Disposition: lead.LeftMessage}, evening, staff))
	closing := func(n int) *lead.Lead {
		l := hers(person(n), evening.AddDate(0, -1, n), touch(fmt.Sprintf("c%d", n), lead.ActionContactMe))
		since := lead.At(evening.AddDate(0, -1, n))
		due := lead.At(monday.Add(time.Duration(n-10) * time.Hour))
		l.FollowUp = &lead.FollowUp{Kind: lead.FollowUpClose, Since: since, DueAt: due, ShowFrom: due, OwnerAt: due}
		return l
	}
	reminder, escalation := lead.Mail{ID: "list-1", Kind: lead.MailReminder}, lead.Mail{ID: "list-1", Kind: lead.MailEscalation}
	return []sample{
		{name: "reminder", to: "mina", at: noon, leads: []*lead.Lead{late, soon, stops, step, closing(6), closing(7)}, mail: reminder},
		{name: "closing", to: "mina", at: noon, leads: []*lead.Lead{closing(6), closing(7)}, mail: reminder},
		{name: "escalation", to: "sofia", at: noon, leads: []*lead.Lead{late, off}, mail: escalation},
	}
}

func must(err error) {
	if err != nil {
		panic(err) // the samples do what a person may do
	}
}

// writer writes all samples: to read the templates takes longer than to write a mail.
var writer = notify.NewWriter(sender, publicURL, secrets)

// written is the mail as it is rendered for the people of a team.
func (s sample) written(t testing.TB, in team.Team) mail.Message {
	t.Helper()
	to, _ := in.Person(s.to)
	var m mail.Message
	var err error
	switch {
	case s.digest.ID != "":
		m, err = writer.Digest(s.digest, to)
	case s.mail.Kind == lead.MailSample:
		m, err = writer.Sample(s.mail.ID, to, s.at)
	case s.mail.Kind.IsList():
		m, err = writer.List(s.mail.Kind, s.mail.ID, s.leads, to, in, s.at)
	default:
		m, err = writer.Write(s.leads[0], s.mail, to, in, s.at)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The golden files are what people see; go test -update writes them anew.
func TestTheMails(t *testing.T) {
	for _, language := range []string{"en", "ko"} {
		full, minimal := office(language), office(language)
		minimal.MailPrivacy = true
		for _, s := range samples() {
			for name, in := range map[string]team.Team{filepath.Join(language, s.name): full, filepath.Join(language, "minimal", s.name): minimal} {
				t.Run(name, func(t *testing.T) {
					m := s.written(t, in)
					golden(t, name+".txt", "Subject: "+m.Subject+"\n\n"+m.Text)
					golden(t, name+".html", m.HTML)
				})
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nand not\n%s", name, got, want)
	}
}
