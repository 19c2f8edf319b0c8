package respond

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/normalize"
	"leadflow/shared/team"
)

//go:embed templates/style.css
var style string

// styleHash lets the one stylesheet through the Content-Security-Policy, and nothing else.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}()

// page is what the page of one lead shows.
type page struct {
	Lead    *lead.Lead
	Owner   string
	Name    string
	Country string
	Similar []similar
}

// similar is a lead that may be the same person, with the link to its page.
type similar struct {
	lead.Suggestion
	// Link is relative to the page itself.
	Link string
}

// page is what a person of the team sees of a lead.
func (p *Respond) page(l *lead.Lead, person team.Person, t team.Team) page {
	owner := l.Owner.Person
	if known, ok := t.Person(owner); ok {
		owner = known.Name
	}
	shown := page{Lead: l, Owner: owner,
		Name:    cmp.Or(normalize.FullName(l.Contact.FirstName, l.Contact.LastName), "Unknown person"),
		Country: cmp.Or(normalize.CountryName(l.Contact.Country), l.Contact.CountrySent)}
	for _, s := range l.Suggestions {
		token := link.Token{Kind: link.KindLead, Person: person.ID, Lead: s.Lead, Expires: p.Now().Add(link.Life)}
		shown.Similar = append(shown.Similar, similar{s, "?t=" + link.Sign(p.Secrets[0], token)})
	}
	return shown
}

// frame is what every page has around it.
type frame struct {
	Style template.CSS
	Page  any
}

func (p *Respond) show(w http.ResponseWriter, status int, name string, data any) {
	var out bytes.Buffer
	if err := p.pages.ExecuteTemplate(&out, name, frame{Style: template.CSS(style), Page: data}); err != nil {
		p.Log.Error("a page could not be rendered", "page", name, "error", err.Error())
		http.Error(w, "The page could not be shown.", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}
