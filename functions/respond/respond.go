// Package respond is the pages behind the links in the mails.
//
// The links are opened by scanners before people do, so GET and HEAD write nothing. Who may see a page is
// what its token says, and only while the person is in the team. Everything on a page came from a stranger
// and is escaped.
package respond

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

//go:embed templates
var files embed.FS

// Store is what the pages need of the database.
type Store interface {
	Lead(ctx context.Context, id string) (*lead.Lead, store.Version, error)
}

// Teams gives the team that is applied now.
type Teams interface {
	Team(ctx context.Context) (team.Team, error)
}

// Respond serves the pages.
type Respond struct {
	Store Store
	Team  Teams
	// Secrets sign the tokens, newest first.
	Secrets [][]byte
	Now     func() time.Time
	Log     *slog.Logger
	pages   *template.Template
}

// New makes the pages. inURL keeps a stranger's address from bringing further headers into a mailto link:
// the templates escape markup, not question marks.
func New(s Store, t Teams, secrets [][]byte, now func() time.Time, log *slog.Logger) *Respond {
	return &Respond{Store: s, Team: t, Secrets: secrets, Now: now, Log: log,
		pages: template.Must(template.New("pages").Funcs(template.FuncMap{"inURL": url.PathEscape}).ParseFS(files, "templates/*.html"))}
}

// notice is a page that says what to do instead of showing a lead.
type notice struct{ Title, Text string }

// ServeHTTP shows the page that the token in the query opens.
func (p *Respond) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header(w)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		p.show(w, http.StatusMethodNotAllowed, "notice.html", notice{"Not possible", "This page only shows the lead."})
		return
	}
	token, err := link.Verify(p.Secrets, r.URL.Query().Get("t"), p.Now())
	if errors.Is(err, link.ErrExpired) {
		p.show(w, http.StatusGone, "notice.html", notice{"This link has expired", "Links in mails work for 30 days. Open the link in a newer mail about this lead, or ask your administrator to look it up."})
		return
	}
	if err != nil || token.Kind != link.KindLead {
		p.refuse(w)
		return
	}
	t, err := p.Team.Team(r.Context())
	if err != nil {
		p.notNow(w, r, err)
		return
	}
	person, known := t.Person(token.Person)
	if !known {
		p.refuse(w)
		return
	}
	l, _, err := p.Store.Lead(r.Context(), token.Lead)
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.show(w, http.StatusNotFound, "notice.html", notice{"This lead is gone", "Its data has been removed. There is nothing left to do."})
	case err != nil:
		p.notNow(w, r, err)
	default:
		p.show(w, http.StatusOK, "lead.html", p.page(l, person, t))
	}
}

// refuse answers a link that opens nothing.
func (p *Respond) refuse(w http.ResponseWriter) {
	p.show(w, http.StatusForbidden, "notice.html", notice{"This link does not work", "It is damaged, or it belongs to somebody who is no longer in the team. Open it from the mail itself; if that does not help, ask your administrator."})
}

// notNow asks for patience while what a page needs is away.
func (p *Respond) notNow(w http.ResponseWriter, r *http.Request, err error) {
	p.Log.ErrorContext(r.Context(), "a page could not be shown", "error", err.Error())
	w.Header().Set("Retry-After", "60")
	p.show(w, http.StatusServiceUnavailable, "notice.html", notice{"Not just now", "The lead cannot be read at the moment. Please try again in a minute."})
}

// header sets what keeps a page with personal data out of caches, frames and logs of others.
func header(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash+"'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
}
