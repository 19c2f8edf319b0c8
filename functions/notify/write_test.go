package notify_test

import (
	"flag"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"leadflow/functions/notify"
	"leadflow/shared/azfunc"
	"leadflow/shared/lead"
	"leadflow/shared/local/inbox"
	"leadflow/shared/mail"
	"leadflow/shared/team"
)

var update = flag.Bool("update", false, "write the golden files")

// written is the newest mail about a lead, as it is rendered for its owner.
func written(t *testing.T, l *lead.Lead) mail.Message {
	t.Helper()
	owner, _ := people.Person(lead.Operations)
	m, err := notify.NewWriter(sender, publicURL, secrets).Write(l, l.Mails[len(l.Mails)-1], owner, people, morning)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// grown is a lead after touches, one an hour.
func grown(c lead.Contact, touches ...lead.Touch) *lead.Lead {
	l := &lead.Lead{ID: "8b1f0c52a5de4bb7", MatchKey: keys(c).Match()}
	for n, t := range touches {
		t.ReceivedAt = lead.At(morning.Add(time.Duration(n-len(touches)+1) * time.Hour))
		l.Take(t, c, t.ReceivedAt, people.Staff(t.ReceivedAt.Time, func() lead.Owner { return people.Assign(t.ReceivedAt) }))
	}
	return l
}

// again is a touch with the same content as another.
func again(id, of string, a lead.Action) lead.Touch {
	t := touch(id, a)
	t.ContentKey = of
	return t
}

func TestASuppressedPersonCannotBeReachedFromTheMail(t *testing.T) {
	for _, c := range []struct {
		name string
		lead *lead.Lead
	}{
		{"when Microsoft said so", grown(person(1), touch("s1", lead.ActionContactMe), touch("s2", lead.ActionDoNot))},
		{"when they ask to be contacted after that", grown(person(1), touch("s1", lead.ActionDoNot), touch("s2", lead.ActionContactMe))},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := written(t, c.lead)
			for _, way := range []string{"mailto:", "tel:", "ana.1@", "fabrikam.example.com", "91234"} {
				if strings.Contains(m.Text+m.HTML+m.Subject, way) {
					t.Errorf("the mail holds %q", way)
				}
			}
			if !strings.Contains(m.Text, "Ana Silva") {
				t.Error("the mail does not say who it is about")
			}
		})
	}
}

// It was allowed between the mail's being planned and its being sent.
func TestAMailThatAsksToStopHasNoAddressThoughContactIsAllowedByNow(t *testing.T) {
	l := grown(person(1), touch("s1", lead.ActionContactMe), touch("s2", lead.ActionDoNot))
	l.Suppression = nil
	if m := written(t, l); strings.Contains(m.Text+m.HTML, "ana.1@") || strings.Contains(m.Text+m.HTML, "91234") {
		t.Errorf("the mail is\n%s", m.Text)
	}
}

// What was decided after the mail was planned counts too.
func TestAMailOffersNoContactThatIsOrWasInDoubt(t *testing.T) {
	suppressed := grown(person(1), touch("s1", lead.ActionContactMe))
	suppressed.Suppression = &lead.Suppression{Reason: lead.SuppressedOptedOut}
	decided := grown(person(1), touch("s1", lead.ActionDoNot), touch("s2", lead.ActionContactMe))
	decided.Suppression = nil
	for name, l := range map[string]*lead.Lead{"suppressed since": suppressed, "to be decided on, and allowed since": decided} {
		if m := written(t, l); strings.Contains(m.HTML, "mailto:") || strings.Contains(m.HTML, "tel:") {
			t.Errorf("%s: the mail is\n%s", name, m.Text)
		}
	}
	closed := grown(person(1), touch("s1", lead.ActionContactMe))
	closed.Stage = lead.StageWon
	if m := written(t, closed); strings.Contains(m.HTML, "#contacted") {
		t.Error("the mail leads to forms that the page of a closed lead has not")
	}
}

func TestWhoWasCreatedInThePortalIsWelcomedAsOneWhoAcquired(t *testing.T) {
	if m := written(t, grown(person(1), touch("s1", lead.ActionCreated))); !strings.Contains(m.Text, "Welcome them and offer help with the first steps.") {
		t.Errorf("the mail is\n%s", m.Text)
	}
}

func TestWhatTheyWroteBeginsAndEndsWithALineThatSaysSomething(t *testing.T) {
	wrote := touch("s1", lead.ActionContactMe)
	wrote.Description = "\r\n \u2028Hello,\n\n\n\nplease call.\v\v"
	if m := written(t, grown(person(1), wrote)); !strings.Contains(m.Text, "They wrote:\n> Hello,\n> \n> please call.\n\n") {
		t.Errorf("the mail is\n%s", m.Text)
	}
}

func TestTheMailNamesAnOfferThatTheCatalogueLacks(t *testing.T) {
	with := func(o lead.Offer) *lead.Lead {
		x := touch("s1", lead.ActionContactMe)
		x.Offer = o
		return grown(person(1), x)
	}
	catalogue := people
	catalogue.Offers = []team.Offer{{ID: "analytics", Publisher: "contoso", Titles: []string{"Contoso Analytics"}}}
	const lacks = "is not in the catalogue of your team file"
	for _, c := range []struct {
		name string
		lead *lead.Lead
		team team.Team
		says string
	}{
		{"by its id and title", with(lead.Offer{ID: "backup", Publisher: "contoso", Title: "Contoso Backup"}), catalogue, "The offer Contoso Backup (backup) " + lacks},
		{"by its id", with(lead.Offer{ID: "backup"}), catalogue, "The offer backup " + lacks},
		{"by its title", with(lead.Offer{Title: "Contoso Backup"}), catalogue, "The offer Contoso Backup " + lacks},
		{"as far as there is one", with(lead.Offer{}), catalogue, "The submission names no offer."},
		{"and no known one", with(lead.Offer{ID: "analytics", Publisher: "contoso", Title: "Contoso Analytics"}), catalogue, ""},
		{"and none while there is no catalogue", with(lead.Offer{ID: "backup"}), people, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			owner, _ := people.Person(lead.Operations)
			m, err := notify.NewWriter(sender, publicURL, secrets).Write(c.lead, c.lead.Mails[0], owner, c.team, morning)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{m.Text, m.HTML} {
				if c.says != "" && !strings.Contains(part, c.says) || c.says == "" && strings.Contains(part, lacks) {
					t.Errorf("want %q in\n%s", c.says, part)
				}
			}
		})
	}
}

func TestAnAlertWarnsFirstOfSomebodyWhoMustNotBeContacted(t *testing.T) {
	l := &lead.Lead{ID: "l1", Subject: "Fabrikam - Contact me", Contact: person(1)}
	l.Take(touch("s1", lead.ActionContactMe), person(1), lead.At(morning), people.Staff(morning, func() lead.Owner { return people.Assign(lead.At(morning)) }))
	for _, stopped := range []bool{false, true} {
		l.Suggestions = []lead.Suggestion{{Lead: "l2", Subject: "Adatum - Do not contact", Why: "same phone", Suppressed: stopped}}
		m, err := notify.NewWriter(sender, publicURL, secrets).Write(l, l.Mails[0], people.People[0], people, morning)
		if err != nil {
			t.Fatal(err)
		}
		for part, text := range map[string]string{"text": m.Text, "HTML": m.HTML} {
			warning, name, other := strings.Index(text, "Look first: another lead"), strings.Index(text, "Ana Silva"), strings.Contains(text, "Adatum - Do not contact, same phone")
			if stopped && (warning < 0 || warning > name) || !stopped && warning >= 0 || !other {
				t.Errorf("stopped %t: the %s is\n%s", stopped, part, text)
			}
		}
	}
}

func TestAWarningShowsWhatTheLeadItselfDidLast(t *testing.T) {
	l := grown(person(1), touch("s1", lead.ActionContactMe), touch("s2", lead.ActionTestDrive))
	l.Warn(lead.Suggestion{Lead: "5f0e1d2c", Why: "same phone"}, "s9", lead.At(morning))
	text := written(t, l).Text
	if !strings.Contains(text, "What they did: Test drive") || !strings.Contains(text, "Contact me, Contoso Analytics") {
		t.Errorf("the mail says\n%s", text)
	}
}

func TestAMailWhoseTouchIsInTheArchiveIsAboutTheNewestOne(t *testing.T) {
	d := open(t)
	id, m := d.alerted(1)
	if _, err := d.store.Update(t.Context(), id, func(l *lead.Lead) error {
		l.Touches = []lead.Touch{touch("s2", lead.ActionContactMe)}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d.runs(m, azfunc.KindDone, 0)
	d.sent(1)
	d.recorded(id, "alert-s1", "Mail to Operations sent.")
	if !strings.Contains(d.Mails()[0].Text, "They asked to be contacted.") {
		t.Errorf("the mail says\n%s", d.Mails()[0].Text)
	}
}

func TestAHostileLeadMakesAMailOfTheSameShapeAsAnyOther(t *testing.T) {
	send := func(d *desk, id, s string) inbox.Message {
		x := touch(id, lead.ActionUnknown)
		x.Source, x.RawSource, x.RawAction, x.Description = s, s, s, s
		x.Offer = lead.Offer{ID: s, Publisher: s, Title: s}
		c := lead.Contact{FirstName: s, LastName: s, Email: s, Phone: s, Company: s, JobTitle: s, CountrySent: s}
		earlier := x
		earlier.Submission, earlier.ReceivedAt = id+"-earlier", lead.At(morning.Add(-time.Hour))
		_, err := d.store.Update(t.Context(), id, func(l *lead.Lead) error {
			for _, x := range []lead.Touch{earlier, x} {
				l.Take(x, c, lead.At(morning), people.Staff(lead.At(morning).Time, func() lead.Owner { return people.Assign(lead.At(morning)) }))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		before := len(d.Mails())
		d.runs(d.word(id, "touch-"+id, 0), azfunc.KindDone, 0)
		d.sent(before + 1)
		return d.Mails()[0]
	}
	d := open(t)
	harmless := send(d, "harmless", "harmless")
	n := 0
	for name, s := range hostile {
		n++
		id := "hostile-" + string(rune('a'+n))
		t.Run(name, func(t *testing.T) {
			m := send(d, id, s)
			if m.ParseError != "" || len(m.Problems) > 0 || len(m.Attachments)+len(m.Inline) > 0 {
				t.Fatalf("the mail is %q, %q", m.ParseError, m.Problems)
			}
			if got, want := headers(m), headers(harmless); !slices.Equal(got, want) {
				t.Errorf("headers\n%v\nand not\n%v", got, want)
			}
			if !slices.Equal(m.Recipients, harmless.Recipients) || len(m.To) != 1 || len(m.Cc)+len(m.Bcc) > 0 {
				t.Errorf("it went to %v, %v, %v", m.Recipients, m.Cc, m.Bcc)
			}
			if got, want := skeleton(t, m.HTML), skeleton(t, harmless.HTML); !slices.Equal(got, want) {
				t.Errorf("markup\n%v\nand not\n%v", got, want)
			}
			if strings.Contains(s, "{{") && (!strings.Contains(m.Text, s) || strings.Count(m.HTML, "/api/respond") != strings.Count(harmless.HTML, "/api/respond")) {
				t.Errorf("the template was carried out:\n%s", m.Text)
			}
		})
	}
}

// headers are the names of a mail's headers, once for each value.
func headers(m inbox.Message) []string {
	var names []string
	for name, values := range m.Header {
		for range values {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestTheLinkToWriteToThemHoldsTheirAddressAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		name, email string
		link        bool
	}{
		{"an address", "ana@fabrikam.example.com", true},
		{"a tag", "ana+x@fabrikam.example.com", true},
		{"characters with a meaning in links", "a?bcc=b&body=%41#c/d@fabrikam.example.com", true},
		{"no address", "call me", false},
		{"a second header", "ana@fabrikam.example.com?bcc=everyone@contoso.example.com", false},
		{"a placeholder", "test@test.com", false},
		{"nothing", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := person(1)
			p.Email = c.email
			_, after, found := strings.Cut(written(t, grown(p, touch("s1", lead.ActionContactMe))).HTML, `href="mailto:`)
			if found != c.link {
				t.Fatalf("a link: %v", found)
			}
			if !found {
				return
			}
			value, _, _ := strings.Cut(after, `"`)
			u, err := url.Parse("mailto:" + html.UnescapeString(value))
			fields := slices.Sorted(maps.Keys(u.Query()))
			if err != nil || !slices.Equal(fields, []string{"body", "subject"}) || u.Fragment != "" {
				t.Fatalf("the link is to %q, %v", value, err)
			}
			if to, err := url.PathUnescape(u.Opaque); err != nil || to != c.email {
				t.Errorf("the link is to %q, %v", to, err)
			}
		})
	}
}
