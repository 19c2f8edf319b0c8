package team_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// ours has every key of texts.
const ours = `offers: [{id: backup, publisher: contoso}, {id: vault}]
mailPrivacy: minimal
texts:
  - language: en
    subject: "{offer}: your request"
    body: |
      Hello {firstName|there},

      thank you for your interest in {offer}.
        - Pick a time: {booking}
    signature: |
      Kind regards
      {owner}, Contoso
    booking: https://book.contoso.com/call?type=intro
  - {language: pt-br, action: plt, offer: contoso.BACKUP, body: "Olá {firstName}, {signature|Contoso} P.S. {offer|o produto}"}
`

func TestTheTextsOfAFileAreRead(t *testing.T) {
	got := says(t, ours)
	want := []team.Text{
		{Language: "en", Subject: "{offer}: your request", Body: "Hello {firstName|there},\n\nthank you for your interest in {offer}.\n  - Pick a time: {booking}\n\n{signature}",
			Signature: "Kind regards\n{owner}, Contoso", Booking: "https://book.contoso.com/call?type=intro", Line: 4},
		{Language: "pt-BR", Action: lead.ActionContactMe, Offer: "contoso.BACKUP", Body: "Olá {firstName}, {signature|Contoso} P.S. {offer|o produto}", Line: 15},
	}
	if !reflect.DeepEqual(got.Texts, want) || !got.MailPrivacy {
		t.Errorf("texts %+v, privacy %v", got.Texts, got.MailPrivacy)
	}
	if got := says(t, "mailPrivacy: Full\n"); got.MailPrivacy {
		t.Error("full privacy takes personal data out of the mails")
	}
}

func TestEveryMistakeInTheTextsIsToldWithItsPlace(t *testing.T) {
	const en = "texts:\n- language: en\n"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a text that is none", "texts: [hello]\n", []string{`1:9 a text is "hello": it must be keys`}},
		{"no language", "texts: [{body: Hello}]\n", []string{"1:9 a text has no language: give the code"}},
		{"no language that there is", "texts: [{language: klingon-x, body: Hello}]\n", []string{`1:20 "klingon-x" is no language`}},
		{"nothing that is said", "texts: [{language: en, action: PLT}]\n", []string{"1:9 a text says nothing: give it a subject, a body, a signature or a booking"}},
		{"an unknown action", "texts: [{language: en, action: call, body: Hello}]\n", []string{`1:32 there is no action "call": give one of INS, PLT`}},
		{"a text for those who must not be contacted", "texts: [{language: en, action: DNC, body: Hello}]\n", []string{"1:32 DNC has no draft, because nobody may write to such a person"}},
		{"an offer that the catalogue lacks", "offers: [{id: a, publisher: p}]\ntexts:\n- {language: en, offer: b, body: Hello}\n- {language: en, offer: p.A, body: Hello}\n", []string{`w3:3 the catalogue has no offer with the id "b", which this text names`}},
		{"a part that is blank", en + "  subject: ''\n  body: |\n\n", []string{"3:12 subject is blank", "4:9 body is blank"}},
		{"a part that is no text", en + "  body: 5\n  signature: [a]\n", []string{`3:9 body is "5": it must be a text, so put it in quotes`, "4:14 signature is a list: it must be a text"}},
		{"a brace without quotes", en + "  subject: {offer}\n", []string{"3:12 subject begins with a brace, so YAML takes it for keys: put it in quotes"}},
		{"a subject of two lines", en + "  subject: \"a\\nb\"\n", []string{"3:12 subject has a line end in it"}},
		{"a line end that not every program sees", en + "  subject: \"a\\u2028b\"\n  body: \"a\\u2029b\"\n", []string{"3:12 subject has a control character in it: take it out", "4:9 body has a control character in it: take it out"}},
		{"a control character", en + "  body: \"a\\eb\"\n", []string{"3:9 body has a control character in it: take it out"}},
		{"parts that are too long", en + "  subject: " + strings.Repeat("a", 257) + "\n  signature: " + strings.Repeat("a", 1001) + "\n  body: " + strings.Repeat("가", 4001) + "\n", []string{
			"3:12 subject has more than 256 characters: shorten it", "4:14 signature has more than 1000", "5:9 body has more than 4000"}},
		{"a booking that is no page", "texts:\n- {language: en, booking: book.contoso.com}\n- {language: ko, booking: \"http://contoso.com\"}\n- {language: de, booking: \"https://\"}\n- {language: fr, booking: \"https://u:p@contoso.com\"}\n- {language: it, booking: \"https://contoso.com/{owner}\"}\n", []string{
			`2:27 booking "book.contoso.com" is no address of a page: give one that begins with https://`, "3:27 booking", "4:27 booking", "5:27 booking", "6:27 booking"}},
		{"unknown placeholders", en + "  subject: \"Dear {Name}, {frstName}\"\n  body: | # {name}\n    Hello {firstName},\n\n      - {}, {offer} {ofer}\n", []string{
			`3:18 there is no placeholder "{Name}": subject can have {firstName} {lastName} {name} {company} {offer} {owner}`, `3:26 there is no placeholder "{frstName}"`,
			`7:9 there is no placeholder "{}": body can have {firstName} {lastName} {name} {company} {offer} {owner} {booking} {signature}`, `7:21 there is no placeholder "{ofer}"`}},
		{"placeholders that another part can have", en + "  subject: \"{booking}\"\n  signature: >-\n    a\n    b {signature}\n", []string{"3:13 subject cannot have {booking}", "6:7 signature cannot have {signature}: it can have {firstName}"}},
		{"braces that stand alone", en + "  body: |\n    a } b\n    {{name}} {\n    name}\n", []string{`4:7 body has a "}" alone: braces stand around a placeholder, such as {name}, and for nothing else`, `5:5 body has a "{" alone`, `5:12 body has a "}" alone`, `5:14 body has a "{"`, `6:9 body has a "}"`}},
		{"a brace that is written as its number", en + "  body: \"a \\u007b b\"\n", []string{`3:9 body has a "{" alone`}},
		{"nothing behind the |", en + "  body: Hello {name| }\n", []string{"3:15 nothing stands behind the | of {name|}: say what stands there"}},
		{"a booking that nobody gives", en + "  offer: a\n  body: Pick {booking}\n- {language: en, offer: b, booking: \"https://contoso.com\"}\n- {language: en, action: PLT, offer: a, booking: \"https://contoso.com\"}\n- {language: ko, booking: \"https://contoso.com\"}\n", []string{"4:14 no text gives a booking in en for these leads: give one, or take the {booking} out"}},
		{"a booking that a more general text gives", en + "  offer: a\n  action: PLT\n  signature: Pick {booking}\n- {language: en, action: PLT, booking: \"https://contoso.com\"}\n", nil},
		{"a booking of the language that this is a variety of", "texts:\n- {language: en-GB, body: \"Pick {booking}\"}\n- {language: en, booking: \"https://contoso.com\"}\n", nil},
		{"a part twice", "texts:\n- {language: en, offer: a, body: A, subject: A}\n- {language: EN, offer: A, body: B, signature: B}\n- {language: en-GB, offer: a, body: A}\n- {language: en, action: PLT, offer: a, body: A}\n", []string{"3:34 the text in line 2 has a body in en for the same leads already"}},
		{"no words for what a lead lacks", "texts:\n- {language: de, body: \"Ihr Interesse an {offer}, {company|Ihrer Firma}, {name}\"}\n", []string{"w2:42 a lead may have no offer, and then nothing stands here: write {offer|WORDS} with the words in de"}},
		{"a long text", en + "  body: " + strings.Repeat("가", 200) + "\n- {language: ko, signature: " + strings.Repeat("a", 600) + "}\n", []string{"w2:3 with ordinary names this text makes a link of more than 1800 characters", "w4:3 with ordinary names"}},
		{"another privacy", "mailPrivacy: none\n", []string{`1:14 there is no mailPrivacy "none": give one of full, minimal`}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want...) })
	}
}

func TestTextsWithoutEndAreRefused(t *testing.T) {
	var file strings.Builder
	file.WriteString("texts:\n")
	for i := range 600 {
		fmt.Fprintf(&file, "- {language: en, offer: o%d, body: Hello}\n", i)
	}
	says(t, file.String(), "502:3 the file has more than 500 texts")
	braces := "texts: [{language: en, body: \"" + strings.Repeat("{", 3000) + "\"}]\n"
	if _, problems := team.Parse([]byte(braces)); len(problems) != 20 {
		t.Errorf("%d problems", len(problems))
	}
}

func TestEachPartComesFromTheMostSpecificTextThatHasIt(t *testing.T) {
	of := says(t, `texts:
- {language: en, subject: all, body: all, signature: all, booking: "https://contoso.com/all"}
- {language: en, action: PLT, subject: action, body: action, signature: action}
- {language: en, offer: backup, subject: offer, body: offer}
- {language: en, offer: contoso.backup, action: PLT, subject: both}
- {language: en-GB, signature: British}
- {language: ko, offer: vault, body: 안녕하세요}
`)
	backup, vault := lead.Offer{ID: "Backup", Publisher: "Contoso"}, lead.Offer{ID: "vault", Publisher: "contoso"}
	for _, c := range []struct {
		language string
		action   lead.Action
		offer    lead.Offer
		want     string
	}{
		{"en", lead.ActionContactMe, backup, "both offer action all"},
		{"en", lead.ActionAcquired, backup, "offer offer all all"},
		{"en", lead.ActionContactMe, vault, "action action action all"},
		{"en", lead.ActionUnknown, lead.Offer{}, "all all all all"},
		{"en-GB", lead.ActionContactMe, backup, "both offer British all"},
		{"en-US", lead.ActionUnknown, vault, "all all all all"},
		{"ko", lead.ActionContactMe, vault, "- 안녕하세요 - -"},
		{"ko", lead.ActionContactMe, backup, "- - - -"},
		{"de", lead.ActionContactMe, backup, "- - - -"},
	} {
		got := of.Text(c.language, c.action, c.offer)
		var parts []string
		for _, part := range []string{got.Subject, strings.TrimSuffix(got.Body, "\n\n{signature}"), got.Signature, strings.TrimPrefix(got.Booking, "https://contoso.com/")} {
			if part == "" {
				part = "-"
			}
			parts = append(parts, part)
		}
		if said := strings.Join(parts, " "); said != c.want || got.Language != c.language {
			t.Errorf("%s %s of %s says %q, want %q", c.language, c.action, c.offer.ID, said, c.want)
		}
	}
	if got := of.TextLanguages(lead.ActionContactMe, vault); !reflect.DeepEqual(got, []string{"en", "en-GB", "ko"}) {
		t.Errorf("languages %v", got)
	}
	if got := of.TextLanguages(lead.ActionContactMe, backup); !reflect.DeepEqual(got, []string{"en", "en-GB"}) {
		t.Errorf("languages %v", got)
	}
}

func TestPlaceholdersStandForValuesOrForWordsThatReadWell(t *testing.T) {
	ana := team.Values{FirstName: "Ana", LastName: "Silva", Name: "Ana Silva", Company: "Contoso", Offer: "Backup", Owner: "Mina Kim", Booking: "https://contoso.com", Signature: "Mina"}
	company := team.Values{Company: "Contoso"}
	for _, c := range []struct {
		language, text string
		values         team.Values
		want           string
	}{
		{"en", "{firstName} {lastName}, {name}, {company}, {offer}, {owner}, {booking}\n{signature}", ana, "Ana Silva, Ana Silva, Contoso, Backup, Mina Kim, https://contoso.com\nMina"},
		{"en", "Dear {firstName},", team.Values{}, "Dear customer,"},
		{"en-GB", "Dear {firstName},", company, "Dear Contoso team,"},
		{"en", "Dear {firstName},", team.Values{LastName: "Ana Silva", Name: "Ana Silva"}, "Dear Ana Silva,"},
		{"en", "Dear {firstName} {lastName},", team.Values{LastName: "Silva", Name: "Silva"}, "Dear Silva,"},
		{"en", "{firstName|there}, {offer} for {company}. {offer}\n{company} has {offer}", team.Values{}, "there, our product for your company. Our product\nYour company has our product"},
		{"ko", "{name}님, {company}의 {offer}", team.Values{}, "담당자님, 귀사의 저희 제품"},
		{"ko", "{firstName}님", company, "Contoso 담당자님"},
		{"ko", "{lastName}{firstName}님", team.Values{FirstName: "길동", LastName: "홍", Name: "홍길동"}, "홍길동님"},
		{"de", "Guten Tag {firstName},\nfür {company|Ihre Firma}", team.Values{}, "Guten Tag,\nfür Ihre Firma"},
		{"en", "{name} of {company}", team.Values{Name: "{booking}", Company: "{{.X}} {name|x}"}, "{booking} of {{.X}} {name|x}"},
	} {
		if got := team.Fill(c.text, c.language, c.values); got != c.want {
			t.Errorf("%s is %q, want %q", c.text, got, c.want)
		}
	}
}
