package mail

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"leadflow/shared/normalize"
)

const (
	maxID         = 250     // bytes: a header line of 998 holds it with room to spare
	maxSubject    = 255     // characters: what Outlook compares of a topic
	maxName       = 100     // characters
	maxBody       = 1 << 20 // bytes of Text and of HTML each; ACS takes 10 MB in all
	maxReferences = 20
)

// prepared is a Message made safe: what both transports send.
type prepared struct {
	id         string
	from, to   netmail.Address // domains in ASCII
	replyTo    *netmail.Address
	subject    string // clean, not encoded
	text, html string // clean; html may be empty
	headers    []header
}

// header is one header whose value is ASCII and complete.
type header struct{ name, value string }

// prepare checks and cleans m.
func prepare(m Message) (prepared, error) {
	var p prepared
	var err error
	if !validMessageID(m.ID) {
		return p, &PermanentError{Reason: "the message id is not valid"}
	}
	p.id = m.ID
	// The sender is a setting: a bad one is the operator's to repair, and the mail
	// waits for it.
	if p.from, err = address(m.From); err != nil {
		return p, fmt.Errorf("check sender address (setting MAIL_FROM): %w", err)
	}
	if p.to, err = address(m.To); err != nil {
		return p, &PermanentError{Reason: "the recipient's address is not valid", Err: err}
	}
	if p.subject = normalize.Line(m.Subject, maxSubject); p.subject == "" {
		return p, &PermanentError{Reason: "the subject is empty"}
	}
	if len(m.Text) > maxBody || len(m.HTML) > maxBody {
		return p, &PermanentError{Reason: "the body is larger than 1 MiB"}
	}
	p.text, p.html = cleanBody(m.Text), cleanBody(m.HTML)
	if strings.TrimSpace(p.text) == "" {
		return p, &PermanentError{Reason: "the plain text is empty"}
	}
	if m.ReplyTo != nil {
		if a, err := address(*m.ReplyTo); err == nil {
			p.replyTo = &a
		}
	}
	p.headers = headers(m)
	return p, nil
}

// headers are those that both transports send alike, Message-ID first.
func headers(m Message) []header {
	hs := []header{
		{"Message-ID", "<" + m.ID + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no out-of-office answers
		{"X-Auto-Response-Suppress", "All"},  // the same for Exchange
	}
	if refs := references(m.References); len(refs) > 0 {
		hs = append(hs,
			header{"In-Reply-To", refs[len(refs)-1]},
			header{"References", strings.Join(refs, " ")})
	}
	if topic := normalize.Line(m.ThreadTopic, maxSubject); topic != "" {
		hs = append(hs, header{"Thread-Topic", headerText(topic)})
	}
	if m.ThreadID != "" {
		hs = append(hs, header{"Thread-Index", threadIndex(m.ThreadID)})
	}
	if id := listID(m.ListID); id != "" {
		hs = append(hs, header{"List-Id", id})
	}
	return hs
}

// dotAtom is RFC 5322's: words of plain characters with single dots between them.
var dotAtom = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")

// domainName is a domain in ASCII, with or without dots ("localhost").
var domainName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

// validMessageID is stricter than RFC 5322 (no quoted strings, no literals): ACS
// refuses or replaces what is not of this form.
func validMessageID(id string) bool {
	if len(id) > maxID {
		return false
	}
	local, domain, ok := strings.Cut(id, "@")
	return ok && dotAtom.MatchString(local) && domainName.MatchString(domain)
}

// references are the valid ids in angle brackets, the first and the newest ones
// when there are too many: RFC 5322 asks to keep the root of the thread.
func references(ids []string) []string {
	var refs []string
	for _, id := range ids {
		if validMessageID(id) {
			refs = append(refs, "<"+id+">")
		}
	}
	if over := len(refs) - maxReferences; over > 0 {
		refs = append(refs[:1:1], refs[over+1:]...)
	}
	return refs
}

// listID makes "Name <id>" or "<id>" safe (RFC 2919), or empty if there is no
// valid id in it.
func listID(s string) string {
	name, id, ok := strings.Cut(s, "<")
	id, rest, closed := strings.Cut(id, ">")
	if !ok || !closed || strings.TrimSpace(rest) != "" || len(id) > maxID || !domainName.MatchString(id) {
		return ""
	}
	name = normalize.Line(name, maxName)
	if name == "" {
		return "<" + id + ">"
	}
	if isASCII(name) {
		// A quoted string holds any ASCII but these two.
		name = `"` + strings.NewReplacer(`"`, "'", `\`, "/", "=?", "= ?").Replace(name) + `"`
	}
	return headerText(name) + " <" + id + ">"
}

// address checks and cleans one address: the domain becomes ASCII (punycode) and
// lower case, the local part stays as it is.
func address(a Address) (netmail.Address, error) {
	// Not cut at the last of several "@": two of them need quoting, which is refused.
	local, domain, ok := strings.Cut(a.Address, "@")
	switch {
	case !ok:
		return netmail.Address{}, errors.New("a mail address has the form name@domain")
	case len(local) > 64 || !dotAtom.MatchString(local): // 64: RFC 5321
		return netmail.Address{}, errors.New("the part before @ is too long or has characters that are not supported")
	case len(domain) > 1000: // no domain is that long in any writing; bounds the next step
		return netmail.Address{}, errors.New("the domain is too long")
	}
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil || !domainName.MatchString(domain) || len(local)+1+len(domain) > 254 { // 254: RFC 5321
		return netmail.Address{}, errors.New("the domain is not valid") // err would quote it
	}
	// A quoted name that holds an encoded word is decoded by some programs.
	name := strings.ReplaceAll(normalize.Line(a.Name, maxName), "=?", "= ?")
	if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		// It is encoded with its backslashes as they are, which RFC 2047 (5.3) does not allow there.
		name = strings.ReplaceAll(name, `\`, "/")
	}
	return netmail.Address{Name: name, Address: local + "@" + domain}, nil
}
