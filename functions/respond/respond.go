// Package respond is the pages behind the links in the mails, where people record what they did: the page of one lead,
// the open leads of one person, and those of a manager's team. They are in the reader's language and need no JavaScript.
//
// The links are opened by scanners before people do, so GET and HEAD write nothing, ever. Only a form that is sent
// does, and the same form sent twice does it once. Who may see a page and act on it is what its token says, and only
// while the person is in the team. Everything on a page came from a stranger and is escaped.
package respond

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/language"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/normalize"
	"leadflow/shared/store"
	"leadflow/shared/team"
	"leadflow/shared/words"
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
	Cards(ctx context.Context, owners ...string) ([]lead.Card, error)
	AllCards(ctx context.Context) ([]lead.Card, error)
	Absences(ctx context.Context) (map[string]lead.Declared, error)
	DeclareAway(ctx context.Context, person string, d lead.Declared) error
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

// New makes the pages. inURL keeps a stranger's address from bringing further headers into a mailto link: the templates
// escape markup, not question marks. dial keeps codes that a phone obeys out of the links that call.
func New(o Options) *Respond {
	return &Respond{Options: o,
		pages: template.Must(template.New("pages").Funcs(template.FuncMap{"inURL": url.PathEscape, "dial": normalize.Dial, "readable": normalize.ReadablePhone}).ParseFS(files, "templates/*.html"))}
}

// visit is somebody on one of the pages.
type visit struct {
	words.Words
	// token is as it stands in the query, and opens is what it says.
	token  string
	opens  link.Token
	person team.Person
	zone   *time.Location
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
		p.say(w, accepted(r), notSupported)
		return
	case post && !p.fromHere(r):
		p.say(w, accepted(r), foreign)
		return
	}
	v, n := p.enter(r)
	if n == (notice{}) && post {
		n = readForm(w, r)
	}
	if n != (notice{}) {
		p.say(w, v.Words, n)
		return
	}
	switch v.opens.Kind {
	case link.KindMine:
		p.mine(w, r, v)
	case link.KindTeam:
		p.manage(w, r, v)
	default:
		p.lead(w, r, v)
	}
}

// lead shows or changes one lead.
func (p *Respond) lead(w http.ResponseWriter, r *http.Request, v visit) {
	post := r.Method == http.MethodPost
	if post && !(act{said: r.PostForm}).known() {
		p.say(w, v.Words, unreadable)
		return
	}
	l, version, err := p.Store.Lead(r.Context(), v.opens.Lead)
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.say(w, v.Words, gone)
	case err != nil:
		p.failed(r, err)
		p.say(w, v.Words, notNow)
	case post:
		p.record(w, r, v, l, version)
	default:
		p.show(w, http.StatusOK, "lead.html", v.Words, l.Subject, p.answered(l, v, r.URL.Query()))
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
func (p *Respond) enter(r *http.Request) (visit, notice) {
	v := visit{Words: accepted(r), token: r.URL.Query().Get("t"), now: p.Now()}
	var err error
	v.opens, err = link.Verify(p.Secrets, v.token, v.now)
	if errors.Is(err, link.ErrExpired) {
		return v, expired
	}
	if err != nil {
		return v, wrongLink
	}
	if v.team, err = p.Team.Team(r.Context()); err != nil {
		p.failed(r, err)
		return v, notNow
	}
	var known bool
	if v.person, known = v.team.Person(v.opens.Person); !known {
		return v, wrongLink
	}
	v.Words, v.zone = words.In(v.person.Languages), cmp.Or(v.person.Calendar.Zone, time.UTC)
	if v.opens.Kind != link.KindTeam || v.manages() {
		return v, notice{}
	}
	// Somebody may have declared a moment ago to be away whose place the visitor takes.
	if v, err = p.declared(r.Context(), v); err != nil {
		p.failed(r, err)
		return v, notNow
	}
	if !v.manages() {
		return v, wrongLink
	}
	return v, notice{}
}

// accepted are the words for somebody of whom nothing is known but what the browser says.
func accepted(r *http.Request) words.Words {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return words.In(nil)
	}
	var reads []string
	for _, tag := range tags {
		reads = append(reads, tag.String())
	}
	return words.In(reads)
}

// address is that of another page for the same person. It is good for as long as the page on which it stands, and
// relative, because a proxy in front may have paths of its own.
func (p *Respond) address(v visit, kind link.Kind, leadID string) string {
	return "?t=" + link.Sign(p.Secrets[0], link.Token{Kind: kind, Person: v.person.ID, Lead: leadID, Expires: v.opens.Expires})
}

// readForm reads the form that was sent, or says what is wrong with it.
func readForm(w http.ResponseWriter, r *http.Request) notice {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return tooLong
	}
	if err != nil {
		return unreadable
	}
	return notice{}
}

// record does what a form asks for, and leads to the page that says so: a page that is loaded again sends nothing again.
func (p *Respond) record(w http.ResponseWriter, r *http.Request, v visit, l *lead.Lead, version store.Version) {
	id, l, err := p.do(r.Context(), act{by: v.person, said: r.PostForm, now: v.now, team: v.team}, l, version)
	refused, ok := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.say(w, v.Words, gone)
	case ok:
		p.show(w, status(refused.why), "lead.html", v.Words, v.Say("page.notRecordedTitle", "Title", l.Subject), p.refused(l, v, r.PostForm, refused.why))
	case err != nil && !errors.Is(err, lead.ErrRecorded):
		p.failed(r, err)
		p.say(w, v.Words, notRecorded)
	default:
		redirect(w, v, url.Values{how(err): {id}, querySeen: {r.PostForm.Get(querySeen)}})
	}
}

// refusal is why a lead does not take an act. The text is for the person who acts.
type refusal struct{ why error }

func (r *refusal) Error() string { return r.why.Error() }

// do has a lead take an act once, and gives the act's id and the lead as it is then. It fails with lead.ErrRecorded,
// store.ErrNotFound, a refusal, or an error of the database.
func (p *Respond) do(ctx context.Context, a act, l *lead.Lead, version store.Version) (string, *lead.Lead, error) {
	id := a.id(l.ID)
	var refused error
	l, err := p.Store.UpdateFrom(ctx, l, version, func(l *lead.Lead) error {
		if l.CreatedAt.IsZero() { // erased since it was read
			return store.ErrNotFound
		}
		if refused = l.Once(id, func() error { return a.on(l) }); refused != nil {
			return store.ErrUnchanged
		}
		return nil
	})
	switch {
	case err != nil:
		return id, l, err
	case errors.Is(refused, lead.ErrRecorded):
		return id, l, lead.ErrRecorded
	case refused != nil:
		return id, l, &refusal{refused}
	}
	p.Log.InfoContext(ctx, "a person acted on a lead", "lead", l.ID, "person", a.by.ID, "act", a.said.Get("do"))
	return id, l, nil
}

// how says in a query how an act ended.
func how(err error) string {
	if err != nil {
		return queryAgain
	}
	return queryDone
}

// redirect leads to the page that says what was recorded.
func redirect(w http.ResponseWriter, v visit, query url.Values) {
	query.Set("t", v.token)
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
