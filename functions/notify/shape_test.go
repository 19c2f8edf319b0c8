package notify_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"leadflow/shared/lead"
	"leadflow/shared/team"
	"leadflow/shared/words"
)

// hostile is what strangers may write into any field.
var hostile = map[string]string{
	"an element":           `<img src=x onerror=alert(1)>`,
	"a script":             `"'><script>alert(1)</script>`,
	"the end of the page":  `</td></tr></table></h1></title></style></textarea></body></html><h1>`,
	"a comment":            `<!-- --><!--`,
	"an attribute":         `" onmouseover="alert(1)" style="x`,
	"a header":             "x\r\nBcc: everyone@contoso.example.com\r\nContent-Type: text/html\r\n\r\n<b>",
	"a header, encoded":    "x%0d%0aBcc: everyone@contoso.example.com =?utf-8?Q?=0D=0ABcc:_x?=",
	"the end of the mail":  "x\r\n.\r\nMAIL FROM:<x@y.example.com>\r\n",
	"a template":           `{{.Page}} {{define "alert.html"}}{{end}} {{template "x"}} ${x} <%= x %>`,
	"a script's address":   `javascript:alert(1)`,
	"a formula":            `=HYPERLINK("http://x.example.com")`,
	"what cannot be seen":  "a\x00b\x1b[31m\u202ecod.exe\u2066\u2028\ufeff",
	"what is no text":      "\xff\xfe\x80",
	"from right to left":   "\u05e9\u05dc\u05d5\u05dd \u202b\u2067\u202e http://x.example.com",
	"two thousand letters": strings.Repeat("가", 2000),
}

// wrote has strangers, and a colleague who gave the lead away, write a text wherever they may.
func (s sample) wrote(text string) sample {
	for _, l := range s.leads {
		l.Subject, l.Owner.Why = text, text
		c := &l.Contact
		c.FirstName, c.LastName, c.Email, c.Phone, c.Company, c.JobTitle, c.Country, c.CountrySent = text, text, text, text, text, text, "", text
		for i := range l.Touches {
			t := &l.Touches[i]
			t.Source, t.RawSource, t.RawAction, t.Description = text, text, text, text
			t.Offer = lead.Offer{ID: text, Publisher: text, Title: text}
		}
		for i := range l.Suggestions {
			l.Suggestions[i].Why = text
		}
	}
	for i := range s.digest.TestLeads {
		s.digest.TestLeads[i].Offer, s.digest.TestLeads[i].Name = text, text
	}
	return s
}

// reached has the customers of a sample be reached by mail and phone, whatever else they wrote.
func (s sample) reached() sample {
	for _, l := range s.leads {
		l.Contact.Email, l.Contact.Phone = "ana@fabrikam.example.com", "+5511912345678"
	}
	return s
}

// catalogued is the team of the samples with an offer in its catalogue.
func catalogued(language string) team.Team {
	t := office(language)
	t.Offers = []team.Offer{{ID: "vault", Publisher: "contoso", Titles: []string{"Contoso Vault"}}}
	return t
}

func TestWhateverStrangersWriteEveryMailHasTheShapeOfAHarmlessOne(t *testing.T) {
	in := catalogued("ko")
	for name, text := range hostile {
		harmless, reached := samples(), samples()
		for i, s := range samples() {
			t.Run(name+"/"+s.name, func(t *testing.T) {
				got, want := s.wrote(text).written(t, in), harmless[i].wrote("harmless").written(t, in)
				if got, want := skeleton(t, got.HTML), skeleton(t, want.HTML); !slices.Equal(got, want) {
					t.Errorf("the HTML is\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				if got, want := ownLines(got.Text), ownLines(want.Text); got != want {
					t.Errorf("the text has %d lines of ours and not %d", got, want)
				}
				got, want = s.reached().written(t, in), reached[i].wrote("harmless").reached().written(t, in)
				if got, want := skeleton(t, got.HTML), skeleton(t, want.HTML); !slices.Equal(got, want) {
					t.Errorf("with ways to the person the HTML is\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				if strange := unseen.FindString(got.Text + got.HTML); strange != "" {
					t.Errorf("the mail has the character %+q", strange)
				}
			})
		}
	}
}

// unseen is what turns writing around or cannot be seen.
var unseen = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}]`)

// ownLines counts the lines of a plain text that are not quoted.
func ownLines(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "> ") {
			n++
		}
	}
	return n
}

// skeleton is what a page is without its text, as a browser reads it: its elements with their attributes, and where its
// links lead. The breaks between lines are left out, because what people write has more and less of them.
func skeleton(t *testing.T, page string) []string {
	t.Helper()
	// Whether a draft fits into a link is a matter of length.
	tooLong := regexp.MustCompile("<p [^>]*>" + regexp.QuoteMeta(words.In([]string{"ko"}).Say("mail.link.write.long")) + "</p>")
	root, err := html.Parse(strings.NewReader(tooLong.ReplaceAllString(page, "")))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for n := range root.Descendants() {
		switch {
		case n.Type == html.CommentNode:
			all = append(all, "a comment")
		case n.Type != html.ElementNode, n.Data == "br" && len(n.Attr) == 0:
			continue
		}
		element := n.Data
		for range n.Ancestors() {
			element = " " + element
		}
		for _, a := range n.Attr {
			if a.Key == "href" {
				a.Val = leads(t, a.Val)
			}
			element += " " + a.Namespace + a.Key + "=" + a.Val
		}
		all = append(all, element)
	}
	return all
}

// leads is where a link leads: the page, or the recipient of a mail that has nothing but a subject and a text.
func leads(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Errorf("a link is %q: %v", link, err)
		return link
	}
	if u.Scheme == "mailto" {
		for field := range u.Query() {
			if field != "subject" && field != "body" {
				t.Errorf("a link has the field %q: %s", field, link)
			}
		}
	}
	return u.Scheme + "://" + u.Host + u.Path + u.Opaque + "#" + u.Fragment
}
