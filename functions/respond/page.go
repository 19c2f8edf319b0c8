package respond

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/normalize"
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
	// Stop says that the person must not be contacted; empty if nothing speaks against it.
	Stop string
	Due  due
	// Status says what was recorded, and Alert what was not; one of them at most.
	Status, Alert string
	// Meanwhile is what others did since the person opened the page.
	Meanwhile []lead.Activity
	// Token and Seen go with every form.
	Token, Seen string
	Forms       []form
}

// similar is a lead that may be the same person, with the link to its page.
type similar struct {
	lead.Suggestion
	// Link is relative to the page itself.
	Link string
}

// page is what a visitor sees of a lead. said is a form that was refused, nil if none was.
func (p *Respond) page(l *lead.Lead, v visit, said url.Values) page {
	shown := page{Lead: l, Owner: v.team.Called(l.Owner.Person),
		Name:    cmp.Or(normalize.FullName(l.Contact.FirstName, l.Contact.LastName), "Unknown person"),
		Country: cmp.Or(normalize.CountryName(l.Contact.Country), l.Contact.CountrySent),
		Stop:    stop(l.Suppression), Due: dueOf(l, v.now, zoneOf(v.person), v.team),
		Token: v.token, Seen: l.Seen(), Forms: forms(l, v, said)}
	for _, s := range l.Suggestions {
		token := link.Token{Kind: link.KindLead, Person: v.person.ID, Lead: s.Lead, Expires: v.now.Add(link.Life)}
		shown.Similar = append(shown.Similar, similar{s, "?t=" + link.Sign(p.Secrets[0], token)})
	}
	return shown
}

// answered is the page behind the redirect that answers a form: the query says which act that was, and what the person
// had seen before.
func (p *Respond) answered(l *lead.Lead, v visit, query url.Values) page {
	shown := p.page(l, v, nil)
	id := cmp.Or(query.Get(queryDone), query.Get(queryAgain))
	did := l.Did(id)
	switch {
	case query.Has(queryAgain):
		shown.Status = again(did)
	case len(did) > 0:
		shown.Status = done(did)
	}
	shown.Meanwhile = slices.DeleteFunc(l.Since(query.Get(querySeen)), func(a lead.Activity) bool { return id != "" && a.Act == id })
	return shown
}

// refused is the page that says what was not recorded, and why.
func (p *Respond) refused(l *lead.Lead, v visit, said url.Values, why error) page {
	shown := p.page(l, v, said)
	shown.Alert = why.Error()
	shown.Meanwhile = l.Since(said.Get(querySeen))
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

// say shows a notice.
func (p *Respond) say(w http.ResponseWriter, n notice) {
	if n.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	p.show(w, n.status, "notice.html", n)
}
