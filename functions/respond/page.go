package respond

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"leadflow/shared/lead"
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
	Lead  *lead.Lead
	Owner string
	Name  string
}

func (p *Respond) page(l *lead.Lead) page {
	name := l.Contact.Name()
	if name == "" {
		name = "Unknown person"
	}
	owner := l.Owner.Person
	if person, ok := p.Team.Person(owner); ok {
		owner = person.Name
	}
	return page{Lead: l, Owner: owner, Name: name}
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
