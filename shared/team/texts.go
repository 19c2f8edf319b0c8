package team

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"leadflow/shared/lead"
	"leadflow/shared/mailto"
)

// Bounds of the texts, the lengths in characters. A link holds far less than the longest texts.
const (
	maxTexts     = 500
	maxBody      = 4000
	maxSignature = 1000
	// maxBraces bounds the problems with the braces of one part, each of which is looked for in the file.
	maxBraces = 20
)

// Text is what the publisher says in the drafts to customers: to all, or to those with an action or an offer. A part
// that is empty is said by another text, or built in.
type Text struct {
	// Language is that of the text, as BCP 47 has it.
	Language string
	// Action is that of the touch which the draft answers; empty for every action.
	Action lead.Action
	// Offer is an id as a rule has it, without regard to letter case; empty for every offer.
	Offer string
	// Subject is one line. Body and Signature have lines that end with \n, but for the last one. All three have
	// placeholders, for which Fill puts values. A body always holds {signature}.
	Subject, Body, Signature string
	// Booking is the https URL where the customer picks a time.
	Booking string
	// Line is where the text stands in the file.
	Line int
}

// readText is a text with the places of its parts.
type readText struct {
	Text
	place
	// at has where each part stands, in the order of Text.parts.
	at [4]place
	// uses are where the text has {booking}.
	uses   []place
	broken bool
}

// partNames are the keys of the parts, in the order of Text.parts.
var partNames = [4]string{"subject", "body", "signature", "booking"}

// texts reads what the publisher says in drafts.
func (r *reader) texts(n *node, catalogue []Offer) []Text {
	var all []readText
	r.items(n, "texts", func(n *node) {
		if len(all) == maxTexts {
			r.add(n.place, fmt.Sprintf("the file has more than %d texts: leave conditions out where the words are the same", maxTexts))
		}
		if len(all) <= maxTexts {
			all = append(all, r.draftText(n))
		}
	})
	if len(all) > maxTexts {
		return nil
	}
	t := Team{Offers: catalogue}
	for _, one := range all {
		t.Texts = append(t.Texts, one.Text)
	}
	r.saidTwice(all)
	for _, one := range all {
		if !one.broken {
			r.whole(one, t)
		}
	}
	return t.Texts
}

// draftText reads one text.
func (r *reader) draftText(n *node) readText {
	t := readText{Text: Text{Line: n.line}, place: n.place}
	before := len(r.problems)
	all := []string{"firstName", "lastName", "name", "company", "offer", "owner"}
	part := func(i int, read func(*node)) field {
		return field{name: partNames[i], read: func(n *node) { t.at[i] = n.place; read(n) }}
	}
	r.keys(n, "a text",
		field{name: "language", needed: "give the code of the language that it is in, such as en or ko", read: func(n *node) { t.Language, _ = r.language(n, "language") }},
		field{name: "action", read: func(n *node) { t.Action = r.draftAction(n) }},
		field{name: "offer", read: func(n *node) { t.Offer, _ = r.word(n, "offer", "-_.") }},
		part(0, func(n *node) { t.Subject = r.passage(n, "subject", maxText, all, &t) }),
		part(1, func(n *node) { t.Body = signed(r.passage(n, "body", maxBody, placeholders, &t)) }),
		part(2, func(n *node) { t.Signature = r.passage(n, "signature", maxSignature, append(all, "booking"), &t) }),
		part(3, func(n *node) { t.Booking = r.booking(n) }),
	)
	if n.kind == keys && !slices.ContainsFunc(partNames[:], n.has) {
		r.add(n.place, "a text says nothing: give it a subject, a body, a signature or a booking")
	}
	t.broken = n.kind != keys || len(r.problems[before:].Errors()) > 0
	return t
}

// signed is a body with the place of the signature, at its end unless it has one.
func signed(body string) string {
	if body == "" || strings.Contains(body, "{signature}") || strings.Contains(body, "{signature|") {
		return body
	}
	return body + "\n\n{signature}"
}

// draftAction reads the action of the leads that a text is for.
func (r *reader) draftAction(n *node) lead.Action {
	a, _ := r.action(n)
	if lead.Action(a) == lead.ActionDoNot {
		r.add(n.place, "DNC has no draft, because nobody may write to such a person: take it out")
		return ""
	}
	return lead.Action(a)
}

// booking reads the link where customers pick a time.
func (r *reader) booking(n *node) string {
	s, ok := r.text(n, "booking")
	if !ok {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, " {}<>\"") {
		r.add(n.place, fmt.Sprintf("booking %s is no address of a page: give one that begins with https://, such as https://book.contoso.com/mina", quoted(s)))
		return ""
	}
	return s
}

// passage reads a text with placeholders: in NFC, without space around it and at the ends of its lines.
func (r *reader) passage(n *node, what string, most int, known []string, of *readText) string {
	switch n.kind {
	case text:
	case keys:
		r.add(n.place, fmt.Sprintf("%s begins with a brace, so YAML takes it for keys: put it in quotes", what))
		return ""
	default:
		r.text(n, what) // says why not
		return ""
	}
	lines := strings.Split(norm.NFC.String(strings.ReplaceAll(n.text, "\t", " ")), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	s := strings.TrimSpace(strings.Join(lines, "\n"))
	switch {
	case s == "":
		r.blank(n, what)
		return ""
	case what == "subject" && strings.Contains(s, "\n"):
		r.add(n.place, "subject has a line end in it: write it in one line")
		return ""
	case strings.ContainsFunc(s, func(c rune) bool { return c != '\n' && (unicode.IsControl(c) || c == '\u2028' || c == '\u2029') }):
		r.add(n.place, what+" has a control character in it: take it out")
		return ""
	case utf8.RuneCountInString(s) > most:
		r.add(n.place, fmt.Sprintf("%s has more than %d characters: shorten it", what, most))
		return ""
	}
	r.placeholders(n, what, s, known, of)
	return s
}

// placeholders notes what is wrong with the braces of a text, each at its place.
func (r *reader) placeholders(n *node, what, s string, known []string, of *readText) {
	before := len(r.problems)
	for braces := 0; ; {
		i := strings.IndexAny(s, "{}")
		if i < 0 || len(r.problems)-before == maxBraces {
			return
		}
		end := strings.IndexAny(s[i+1:], "{}\n") + i + 1
		if s[i] == '}' || end == i || s[end] != '}' {
			r.add(r.brace(n, braces, s[i:i+1]), fmt.Sprintf("%s has a %s alone: braces stand around a placeholder, such as {name}, and for nothing else; write ( ) or take it out", what, quoted(s[i:i+1])))
			s, braces = s[i+1:], braces+1
			continue
		}
		inside := s[i+1 : end]
		name, otherwise, substituted := strings.Cut(inside, "|")
		at := r.brace(n, braces, s[i:end+1])
		switch {
		case !slices.Contains(placeholders, name):
			r.add(at, fmt.Sprintf("there is no placeholder %s: %s can have {%s}", quoted("{"+name+"}"), what, strings.Join(known, "} {")))
		case !slices.Contains(known, name):
			r.add(at, fmt.Sprintf("%s cannot have {%s}: it can have {%s}", what, name, strings.Join(known, "} {")))
		case substituted && strings.TrimSpace(otherwise) == "":
			r.add(at, fmt.Sprintf("nothing stands behind the | of {%s|}: say what stands there when a lead has no %s, or take the | out", name, name))
		case name == "booking":
			of.uses = append(of.uses, at)
		case (name == "company" || name == "offer") && !substituted && of.Language != "" && !hasWords(of.Language):
			r.warn(at, fmt.Sprintf("a lead may have no %s, and then nothing stands here: write {%s|WORDS} with the words in %s that stand there instead", name, name, of.Language))
		}
		s, braces = s[end+1:], braces+2
	}
}

// brace is where the file has the brace behind as many others of a value, and what begins with it; the value itself
// if it is written in another way than it is meant.
func (r *reader) brace(n *node, behind int, begins string) place {
	for line := n.line; line <= len(r.lines); line++ {
		chars := r.lines[line-1]
		from := 0
		if line == n.line {
			from = min(n.column-1, len(chars))
			if from < len(chars) && (chars[from] == '|' || chars[from] == '>') {
				continue // what is meant begins on the next line
			}
		}
		for i := from; i < len(chars); i++ {
			if chars[i] != '{' && chars[i] != '}' {
				continue
			}
			if behind--; behind < 0 {
				if strings.HasPrefix(string(chars[i:]), begins) {
					return place{line, i + 1}
				}
				return n.place
			}
		}
	}
	return n.place
}

// saidTwice notes the parts that two texts say to the same leads.
func (r *reader) saidTwice(all []readText) {
	type said struct {
		language, action, offer string
		part                    int
	}
	lines := map[said]int{}
	for _, t := range all {
		if t.Language == "" {
			continue
		}
		for i, part := range t.parts() {
			if *part == "" {
				continue
			}
			key := said{t.Language, string(t.Action), strings.ToLower(t.Offer), i}
			if first, twice := lines[key]; twice {
				r.add(t.at[i], fmt.Sprintf("the text in line %d has a %s in %s for the same leads already: take one out, or give them other conditions", first, partNames[i], t.Language))
				continue
			}
			lines[key] = t.Line
		}
	}
}

// whole checks a text together with what the others say to its leads.
func (r *reader) whole(one readText, t Team) {
	o := lead.Offer{ID: one.Offer}
	if one.Offer != "" {
		found, known := t.Find(o)
		if !known && t.HasCatalogue() {
			r.warn(one.place, fmt.Sprintf("the catalogue has no offer with the id %s, which this text names: mend it, or add the offer", quoted(one.Offer)))
		}
		o = found
	}
	said := t.Text(one.Language, one.Action, o)
	if said.Booking == "" {
		for _, at := range one.uses {
			r.add(at, fmt.Sprintf("no text gives a booking in %s for these leads: give one, or take the {booking} out", one.Language))
		}
	}
	if one.Subject+one.Body+one.Signature+one.Booking != "" && !said.fitsLink() {
		r.warn(one.place, fmt.Sprintf("with ordinary names this text makes a link of more than %d characters, in which each letter of Hangul counts for 9: mails will have the link with the subject only; shorten the text", mailto.Limit))
	}
}

// fitsLink says whether a text for an ordinary lead fits into a link.
func (t Text) fitsLink() bool {
	v := Values{FirstName: "Alexander", LastName: "Lindqvist", Name: "Alexander Lindqvist", Company: "Contoso Analytics Ltd", Offer: "Contoso Data Backup", Owner: "Margarete Schneider", Booking: t.Booking}
	subject, body, signature := 100, 600, 40 // about the longest that are built in, in characters of a link
	if baseOf(t.Language) == "ko" {
		subject, body, signature = 250, 1100, 120
		v = Values{FirstName: "길동", LastName: "홍", Name: "홍길동", Company: "콘토소 애널리틱스", Offer: "Contoso Data Backup", Owner: "김미나", Booking: t.Booking}
	}
	filled := func(s string, builtIn int) string {
		return Fill(cmp.Or(s, strings.Repeat("x", builtIn)), t.Language, v)
	}
	v.Signature = filled(t.Signature, signature)
	_, whole := mailto.Link("alexander.lindqvist@contoso-analytics.example", filled(t.Subject, subject), filled(cmp.Or(t.Body, signed(strings.Repeat("x", body))), 0))
	return whole
}

// varieties are a language and those that it is a variety of, nearest first.
func varieties(tag string) []string {
	var all []string
	parsed, err := language.Parse(tag)
	if err != nil {
		return []string{tag}
	}
	for ; parsed != language.Und; parsed = parsed.Parent() {
		all = append(all, parsed.String())
	}
	return all
}

// baseOf is a language without script and country.
func baseOf(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	return base
}
