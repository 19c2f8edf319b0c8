// Package respond is the pages behind the links in the mails, where people record what they did.
//
// The links are opened by scanners before people do, so GET and HEAD write nothing, ever. Only a form that is sent
// does, and the same form sent twice does it once. Who may see a page and act on it is what its token says, and only
// while the person is in the team. Everything on a page came from a stranger and is escaped.
package respond

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

//go:embed templates
var files embed.FS

// maxForm bounds a form in bytes. The longest text that the pages let a person write is 1,300 characters, which are up to
// 12 KB as forms send them.
const maxForm = 16 << 10

// What a query says besides the token: the act that was just recorded, or was before, and what the person had seen.
const (
	queryDone  = "done"
	queryAgain = "again"
	querySeen  = "seen"
)

// Store is what the pages need of the database.
type Store interface {
	Lead(ctx context.Context, id string) (*lead.Lead, store.Version, error)
	UpdateFrom(ctx context.Context, l *lead.Lead, version store.Version, change func(*lead.Lead) error) (*lead.Lead, error)
}

// Teams gives the team that is applied now.
type Teams interface {
	Team(ctx context.Context) (team.Team, error)
}

// Options are what the pages are made of.
type Options struct {
	Store Store
	Team  Teams
	// PublicURL is where the pages are; forms from other sites are refused.
	PublicURL string
	// Secrets sign the tokens, newest first.
	Secrets [][]byte
	Now     func() time.Time
	Log     *slog.Logger
}

// Respond serves the pages.
type Respond struct {
	Options
	pages *template.Template
}

// New makes the pages. inURL keeps a stranger's address from bringing further headers into a mailto link:
// the templates escape markup, not question marks.
func New(o Options) *Respond {
	return &Respond{Options: o,
		pages: template.Must(template.New("pages").Funcs(template.FuncMap{"inURL": url.PathEscape}).ParseFS(files, "templates/*.html"))}
}

// visit is somebody on the page of a lead.
type visit struct {
	// token is as it stands in the query.
	token  string
	leadID string
	person team.Person
	team   team.Team
	now    time.Time
}

// ServeHTTP shows the page that the token in the query opens, and records what its forms say.
func (p *Respond) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header(w)
	post := r.Method == http.MethodPost
	switch {
	case !post && r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.say(w, notSupported)
		return
	case post && !p.fromHere(r):
		p.say(w, foreign)
		return
	}
	v, n, ok := p.enter(r)
	if !ok {
		p.say(w, n)
		return
	}
	if post {
		if n, ok := readForm(w, r); !ok {
			p.say(w, n)
			return
		}
	}
	l, version, err := p.Store.Lead(r.Context(), v.leadID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.say(w, gone)
	case err != nil:
		p.failed(r, err)
		p.say(w, notNow)
	case post:
		p.record(w, r, v, l, version)
	default:
		p.show(w, http.StatusOK, "lead.html", p.answered(l, v, r.URL.Query()))
	}
}

// fromHere says that a form was not sent by another site's page. What browsers say of that is believed; the token is
// what keeps out everything else. Pages without a referrer, as these are, send the origin "null".
func (p *Respond) fromHere(r *http.Request) bool {
	if strings.EqualFold(r.Header.Get("Sec-Fetch-Site"), "cross-site") {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" || origin == "null" {
		return true
	}
	theirs, err := url.Parse(origin)
	if err != nil {
		return false
	}
	ours, err := url.Parse(p.PublicURL)
	return err == nil && strings.EqualFold(theirs.Host, ours.Host)
}

// enter lets in whoever has a token, or says what to do instead.
func (p *Respond) enter(r *http.Request) (visit, notice, bool) {
	v := visit{token: r.URL.Query().Get("t"), now: p.Now()}
	token, err := link.Verify(p.Secrets, v.token, v.now)
	if errors.Is(err, link.ErrExpired) {
		return v, expired, false
	}
	if err != nil || token.Kind != link.KindLead {
		return v, wrongLink, false
	}
	if v.team, err = p.Team.Team(r.Context()); err != nil {
		p.failed(r, err)
		return v, notNow, false
	}
	v.leadID = token.Lead
	var known bool
	if v.person, known = v.team.Person(token.Person); !known {
		return v, wrongLink, false
	}
	return v, notice{}, true
}

// readForm reads the form that was sent, or says what is wrong with it.
func readForm(w http.ResponseWriter, r *http.Request) (notice, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return tooLong, false
	}
	if err != nil || !(act{said: r.PostForm}).known() {
		return unreadable, false
	}
	return notice{}, true
}

// record does what a form asks for, and leads to the page that says so: a page that is loaded again sends nothing again.
func (p *Respond) record(w http.ResponseWriter, r *http.Request, v visit, l *lead.Lead, version store.Version) {
	a := act{by: v.person, said: r.PostForm, now: v.now, team: v.team}
	id := a.id(l.ID)
	var refusal error
	l, err := p.Store.UpdateFrom(r.Context(), l, version, func(l *lead.Lead) error {
		if l.CreatedAt.IsZero() { // erased since it was read
			return store.ErrNotFound
		}
		if refusal = l.Once(id, func() error { return a.on(l) }); refusal != nil {
			return store.ErrUnchanged
		}
		return nil
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.say(w, gone)
	case err != nil:
		p.failed(r, err)
		p.say(w, notRecorded)
	case errors.Is(refusal, lead.ErrRecorded):
		redirect(w, v, queryAgain, id, r.PostForm.Get(querySeen))
	case refusal != nil:
		p.show(w, status(refusal), "lead.html", p.refused(l, v, r.PostForm, refusal))
	default:
		p.Log.InfoContext(r.Context(), "a person acted on a lead", "lead", l.ID, "person", v.person.ID, "act", a.said.Get("do"))
		redirect(w, v, queryDone, id, r.PostForm.Get(querySeen))
	}
}

// redirect leads to the page that says what was recorded. The address is relative, because a proxy in front may have
// paths of its own.
func redirect(w http.ResponseWriter, v visit, how, id, seen string) {
	query := url.Values{"t": {v.token}, how: {id}, querySeen: {seen}}
	w.Header().Set("Location", "?"+query.Encode())
	w.WriteHeader(http.StatusSeeOther)
}

// failed logs that something is away that a page needs. Who asked for the page is told to have patience.
func (p *Respond) failed(r *http.Request, err error) {
	p.Log.ErrorContext(r.Context(), "a page could not be shown or an act not be recorded", "error", err.Error())
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
