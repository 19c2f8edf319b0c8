package notify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/jhillyerd/enmime/v2"

	"leadflow/shared/lead"
	"leadflow/shared/mail"
)

// source is a mail as it travels.
func source(t *testing.T, m mail.Message) []byte {
	t.Helper()
	b, err := mail.Compose(m, morning)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnotherProgramReadsInEveryMailWhatWasWritten(t *testing.T) {
	for _, language := range []string{"en", "ko"} {
		for _, s := range samples() {
			t.Run(language+"/"+s.name, func(t *testing.T) {
				m := s.written(t, office(language))
				e, err := enmime.ReadEnvelope(strings.NewReader(string(source(t, m))))
				if err != nil || len(e.Errors) > 0 {
					t.Fatal(err, e.Errors)
				}
				first, second := e.Root.FirstChild, e.Root.FirstChild.NextSibling
				if e.Root.ContentType != "multipart/alternative" || first.ContentType != "text/plain" || second.ContentType != "text/html" || second.NextSibling != nil {
					t.Errorf("it is a %s of %s and %s", e.Root.ContentType, first.ContentType, second.ContentType)
				}
				if lf := strings.NewReplacer("\r\n", "\n"); lf.Replace(e.Text) != m.Text || lf.Replace(e.HTML) != m.HTML {
					t.Error("another program reads another text")
				}
				thread, list := "lead-", "leads"
				switch {
				case s.mail.Kind.IsList():
					thread = string(s.mail.Kind) + "-" + s.to
				case s.digest.ID != "":
					thread, list = "operations", "operations"
				case s.mail.Kind == lead.MailSample:
					thread = "sample"
				default:
					thread += s.leads[0].ID
				}
				for name, want := range map[string]string{"Subject": m.Subject, "Thread-Topic": m.Subject, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
					"Message-ID": "<" + m.ID + ">", "In-Reply-To": "<" + thread + "@contoso.example.com>", "References": "<" + thread + "@contoso.example.com>",
					"List-Id": `"Leadflow ` + list + `" <` + list + `.leadflow.contoso.example.com>`} {
					if got := e.GetHeader(name); got != want {
						t.Errorf("%s is %q, want %q", name, got, want)
					}
				}
				if e.GetHeader("Thread-Index") == "" {
					t.Error("it has no Thread-Index")
				}
				if !strings.Contains(m.HTML, `<html lang="`+language+`">`) {
					t.Error("the HTML does not say its language")
				}
			})
		}
	}
}

func TestEverythingThatIsDueOpensTheMailAndIsBesideItsSubject(t *testing.T) {
	const due = "Answer by Mon 23 Nov 13:30 KST, 04:30 UTC"
	m := samples()[0].written(t, office("en"))
	if !strings.HasPrefix(m.Text, due+"\n") {
		t.Errorf("the text begins with\n%.80s", m.Text)
	}
	body := regexp.MustCompile(`(?s)<body[^>]*>\s*<div style="display:none[^>]*>([^<]*)<.*?<h1[^>]*>([^<]*)<`).FindStringSubmatch(m.HTML)
	if body == nil || !strings.HasPrefix(body[1], due+". They asked") || body[2] != due {
		t.Errorf("the HTML begins with %q", body)
	}
}

// personal writes a mark into every field of a lead that tells of a person, and gives the marks.
func personal(l *lead.Lead) []string {
	var marks []string
	mark := func(s *string, form string) {
		*s = fmt.Sprintf(form, len(marks))
		marks = append(marks, *s)
	}
	c := &l.Contact
	c.Country, c.Emails, c.Phones = "", []string{""}, []string{""}
	mark(&c.Email, "qx%dqx@fabrikam.example.com")
	mark(&c.Emails[0], "qx%dqx@fabrikam.example.com")
	mark(&c.Phone, "+55 11 9876 00%02d")
	mark(&c.Phones[0], "+55 11 9876 00%02d")
	for _, s := range []*string{&c.FirstName, &c.LastName, &c.JobTitle, &c.CountrySent, &l.Owner.Why, &l.Owner.Name, &l.MatchKey} {
		mark(s, "qx%dqx")
	}
	for i := range l.Touches {
		for _, s := range []*string{&l.Touches[i].Description, &l.Touches[i].RawSource, &l.Touches[i].RawAction} {
			mark(s, "qx%dqx")
		}
	}
	for i := range l.Suggestions {
		mark(&l.Suggestions[i].Why, "qx%dqx")
	}
	for i := range l.Timeline {
		mark(&l.Timeline[i].Text, "qx%dqx")
	}
	for i := range l.Mails {
		mark(&l.Mails[i].About, "qx%dqx")
	}
	return marks
}

func TestAMailWithLittleOfPeopleHoldsNothingOfThem(t *testing.T) {
	in := office("en")
	in.MailPrivacy = true
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			var marks []string
			for _, l := range s.leads {
				marks = append(marks, personal(l)...)
			}
			marks = append(marks, "551198760", "mailto:", "tel:", "qx", "Mina Kim is")
			m := s.written(t, in)
			e, err := enmime.ReadEnvelope(strings.NewReader(string(source(t, m))))
			if err != nil {
				t.Fatal(err)
			}
			all := []string{e.Text, e.HTML}
			for _, name := range e.GetHeaderKeys() {
				if name != "To" { // who gets it
					all = append(all, e.GetHeaderValues(name)...)
				}
			}
			for _, part := range all {
				for _, mark := range marks {
					if strings.Contains(part, mark) {
						t.Errorf("it holds %q:\n%s", mark, part)
					}
				}
			}
			for _, l := range s.leads {
				if !strings.Contains(m.Text, "https://") || !strings.Contains(m.Text, l.Touches[0].Offer.Title) || l.Contact.Company != "" && !strings.Contains(m.Text, l.Contact.Company) {
					t.Errorf("it does not say what it is about:\n%s", m.Text)
				}
			}
		})
	}
}

func TestAPersonWhoMustNotBeContactedCannotBeReachedFromAnyMail(t *testing.T) {
	for _, s := range samples() {
		m := s.written(t, office("en"))
		switch s.name {
		case "do-not-contact", "decide", "decide-bounced", "decide-colleague":
			for _, way := range []string{"mailto:", "tel:", "ana.1@", "91234", "#contacted", "draft"} {
				if strings.Contains(m.Text+m.HTML, way) {
					t.Errorf("the mail %s holds %q", s.name, way)
				}
			}
		case "similar-do-not-contact":
			if strings.Contains(m.HTML, "mailto:") || strings.Contains(m.HTML, "tel:") {
				t.Errorf("the mail %s has a way to the person before the two were compared", s.name)
			}
		}
	}
}

// largest is a lead with as much of everything as a lead can have, in the letters that take the most room in HTML.
func largest() *lead.Lead {
	const letter = `"`
	long := strings.Repeat(letter, 300)
	c := person(1)
	c.FirstName, c.LastName, c.Company, c.JobTitle, c.CountrySent, c.Country = long, "x"+long, long, long, long, ""
	c.Email = strings.Repeat("'", 60) + "@" + strings.Repeat("a.", 60) + "example.com"
	many := make([]lead.Touch, 100)
	for i := range many {
		many[i] = touch(fmt.Sprintf("s%d", i), lead.ActionContactMe)
		many[i].Offer = lead.Offer{ID: "x" + long, Publisher: long, Title: long}
		many[i].Source, many[i].Description = long, strings.Repeat("'\n", 5000)
	}
	l := hers(c, monday, many...)
	l.Owner.Why = strings.Repeat(letter, 4096)
	for i := range 40 {
		l.Suggest(lead.Suggestion{Lead: fmt.Sprintf("%032d", i), Why: long, Suppressed: true})
	}
	return l
}

func TestNoMailIsTooLargeForAnyProgram(t *testing.T) {
	one := largest()
	const room = 60_000 // Gmail cuts at 102 KB, and the parts are encoded
	in := catalogued("ko")
	in.People[0].Name = strings.Repeat(`"`, 256)
	long := strings.Repeat("p", 60)
	for i := range in.People {
		in.People[i].ID += long
	}
	many := make([]*lead.Lead, 200)
	for n := range many {
		l := *one
		l.Owner.Person += long
		if many[n] = &l; n >= 100 {
			l.FollowUp = &lead.FollowUp{Kind: lead.FollowUpClose, DueAt: one.FollowUp.DueAt}
		}
	}
	tests := make([]lead.TestLead, 100)
	for i := range tests {
		tests[i] = lead.TestLead{Name: strings.Repeat(`"`, 256), SeenAt: lead.At(monday)}
	}
	for _, s := range []sample{
		{name: "alert", to: "mina", leads: many[:1], mail: many[0].Mails[0]},
		{name: "on-duty", to: "lou", leads: many[:1], mail: lead.Mail{ID: "on-duty", Kind: lead.MailOnDuty, Submission: "s99", Copy: true}},
		{name: "reminder", to: "mina", leads: many, mail: lead.Mail{ID: "list-1", Kind: lead.MailReminder}},
		{name: "escalation", to: "sofia", leads: many[:100], mail: lead.Mail{ID: "list-1", Kind: lead.MailEscalation}},
		{name: "operations", to: lead.Operations, digest: lead.Digest{ID: "operations-1", TestLeads: tests}},
	} {
		s.to, s.at = s.to+long, monday.Add(time.Hour)
		m := s.written(t, in)
		t.Logf("%s: text %d, HTML %d", s.name, len(m.Text), len(m.HTML))
		if len(m.Text) > room || len(m.HTML) > room {
			t.Errorf("the mail %s has %d bytes of text and %d of HTML", s.name, len(m.Text), len(m.HTML))
		}
	}
}

func TestAListThatIsTooLongShowsWhatIsMostUrgentAndSaysWhereTheRestIs(t *testing.T) {
	var many []*lead.Lead
	for n := range 200 {
		l := hers(person(n), monday, touch(fmt.Sprintf("s%d", n), lead.ActionContactMe))
		l.Subject = fmt.Sprintf("Lead %03d.", n)
		l.FollowUp.DueAt = lead.At(monday.Add(time.Duration(n) * time.Minute))
		many = append(many, l)
	}
	noon := monday.Add(4 * time.Hour)
	for _, l := range many[:199] { // of the last one the reader has not heard before
		l.Mails = append(l.Mails, lead.Mail{ID: "list-0", Kind: lead.MailReminder, To: "mina"}, lead.Mail{ID: "list-0", Kind: lead.MailEscalation, To: "sofia"})
	}
	for _, l := range many {
		l.Mails = append(l.Mails, lead.Mail{ID: "list-1", Kind: lead.MailReminder, To: "mina"}, lead.Mail{ID: "list-1", Kind: lead.MailEscalation, To: "sofia"})
	}
	slices.Reverse(many)
	subject := regexp.MustCompile(`Lead \d+\.`)
	for _, c := range []struct {
		to, more string
		kind     lead.MailKind
		shown    int
	}{
		{"mina", "And 150 more: see All my open leads.", lead.MailReminder, 50},
		{"sofia", "And 150 more: see All leads of the team.", lead.MailEscalation, 50},
	} {
		m := sample{to: c.to, at: noon, leads: many, mail: lead.Mail{ID: "list-1", Kind: c.kind}}.written(t, office("en"))
		var want []string
		for n := range c.shown - 1 {
			want = append(want, fmt.Sprintf("Lead %03d.", n))
		}
		want = append(want, "Lead 199.")
		if got := subject.FindAllString(m.Text, -1); !slices.Equal(got, want) {
			t.Errorf("it shows %v", got)
		}
		if !strings.Contains(m.Text, c.more) || !strings.Contains(m.HTML, c.more) || !strings.HasPrefix(m.Text, "200 leads wait ") {
			t.Errorf("it does not say what there is more:\n%s", m.Text)
		}
	}
}

// Those whom nobody could reach are asked to be closed, apart from those who wait.
func TestWhatHasToBeClosedIsAPartOfAReminderOfItsOwn(t *testing.T) {
	for _, s := range samples() {
		text := s.written(t, office("en")).Text
		heading, last, closing := strings.Index(text, "These have not answered any follow-up: close them with a reason"), strings.LastIndex(text, "due since"), strings.Index(text, "Close it, no answer since Mon 26 Oct")
		switch s.name {
		case "reminder":
			if heading < last || last < 0 || closing < heading {
				t.Errorf("the reminder says\n%s", text)
			}
		case "closing":
			if heading >= 0 || closing < 0 || !strings.HasPrefix(text, "2 leads have not answered any follow-up\n") {
				t.Errorf("the reminder says\n%s", text)
			}
		}
	}
}

func TestPhonesAreCalledOnlyWhereTheyArePlainlyOneNumber(t *testing.T) {
	for phone, want := range map[string]string{
		"+821012345678": "tel:+821012345678", "+55 11 91234-5678": "tel:+5511912345678", "(02) 123.45/67": "tel:021234567",
		"+44 (0)20 7946 0000": "", "call me": "", "12": "", "+1 425 555 0100 x12": "", "+8210123456789012345": "", "tel:+15550100": "", "0+12345678": "", "": "",
	} {
		p := person(1)
		p.Phone = phone
		got := ""
		if _, after, ok := strings.Cut(written(t, grown(p, touch("s1", lead.ActionContactMe))).HTML, `href="tel:`); ok {
			number, _, _ := strings.Cut(after, `"`)
			got = "tel:" + strings.ReplaceAll(number, "&#43;", "+")
		}
		if got != want {
			t.Errorf("%q is called by %q, want %q", phone, got, want)
		}
	}
}

func TestEveryTextThatAMailAsksForIsThereAndEachIsAskedFor(t *testing.T) {
	asked := map[string]bool{}
	id := regexp.MustCompile(`"((?:mail|verb)\.[A-Za-z.-]*[A-Za-z])"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	layouts, err := filepath.Glob("templates/*")
	if err != nil || len(layouts) == 0 {
		t.Fatal(err)
	}
	for _, file := range append(files, layouts...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range id.FindAllStringSubmatch(string(b), -1) {
			asked[found[1]] = true
		}
	}
	for _, language := range []string{"en", "ko"} {
		b, err := os.ReadFile("../../shared/words/text/mail." + language + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := yaml.Unmarshal(b, &texts); err != nil {
			t.Fatal(err)
		}
		for id := range texts {
			if !asked[id] {
				t.Errorf("in %s the text %s is asked for by nobody", language, id)
			}
		}
		for id := range asked {
			if texts[id] == nil {
				t.Errorf("in %s there is no text %s", language, id)
			}
		}
	}
	for _, s := range samples() { // and none is put together of pieces
		for _, language := range []string{"en", "ko"} {
			m := s.written(t, office(language))
			if found := regexp.MustCompile(`\b(mail|verb|action)\.[a-z]|<no value>`).FindString(m.Subject + m.Text + m.HTML); found != "" {
				t.Errorf("the mail %s in %s says %s", s.name, language, found)
			}
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	in := office("ko")
	s := samples()[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := writer.Write(s.leads[0], s.mail, in.People[0], in, s.at); err != nil {
			b.Fatal(err)
		}
	}
}
