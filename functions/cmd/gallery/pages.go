package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"leadflow/functions/respond"
	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/store"
	"leadflow/shared/team"
	"leadflow/shared/topology"
)

const publicURL = "https://leadflow.contoso.example.com"

// secrets sign the links of the gallery, which lead nowhere.
func secrets() [][]byte { return [][]byte{bytes.Repeat([]byte("gallery "), 4)} }

// page is one that the gallery shows: what a reader asks for, and how often before.
type page struct {
	name, title string
	// lead is whose page it is; empty for the lists and notices.
	lead string
	kind link.Kind
	// query goes with the address.
	query url.Values
	// form is sent to it, if there is one. The page that answers is shown, behind a redirect if there is one.
	form url.Values
	// missed is how many of the newest entries of the timeline the reader has not seen.
	missed int
	// away takes the database away.
	away bool
	// spoil changes the token.
	spoil func(link.Token) string
	// header goes with the request.
	header http.Header
}

func form(words ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(words); i += 2 {
		v.Add(words[i], words[i+1])
	}
	return v
}

// pages are all kinds there are. Those that change something come last.
func pages() []page {
	again := url.Values{"do": {"note"}, "note": {"She is back on Thursday."}, "seen": {"x"}}
	return []page{
		{name: "lead-new", title: "A lead that waits for an answer", kind: link.KindLead, lead: "new"},
		{name: "lead-overdue", title: "A lead that waited too long", kind: link.KindLead, lead: "overdue"},
		{name: "lead-contacted", title: "A lead in the cadence", kind: link.KindLead, lead: "contacted"},
		{name: "lead-closing", title: "A lead that answered to nothing", kind: link.KindLead, lead: "closing"},
		{name: "lead-snoozed", title: "A lead that was put off", kind: link.KindLead, lead: "snoozed"},
		{name: "lead-covered", title: "A lead of somebody who is absent", kind: link.KindLead, lead: "covered"},
		{name: "lead-stopped", title: "A lead that must not be contacted", kind: link.KindLead, lead: "stopped"},
		{name: "lead-decide", title: "Contact me after do not contact", kind: link.KindLead, lead: "decide"},
		{name: "lead-closed", title: "A lead that was lost", kind: link.KindLead, lead: "closed"},
		{name: "lead-withheld", title: "A lead without a name, of an unknown kind", kind: link.KindLead, lead: "withheld"},
		{name: "lead-hostile", title: "A hostile lead", kind: link.KindLead, lead: "hostile"},
		{name: "lead-refused", title: "A form that was refused", kind: link.KindLead, lead: "new", form: form("do", "contacted", "when", "other", "note", "She asked for a quote.")},
		{name: "lead-meanwhile", title: "Somebody else was there meanwhile", kind: link.KindLead, lead: "contacted", missed: 1},
		{name: "mine", title: "My leads", kind: link.KindMine},
		{name: "mine-refused", title: "My leads, with a form that was refused", kind: link.KindMine, form: form("away", "until", "at", "2020-01-01")},
		{name: "mine-empty", title: "My leads: none", kind: link.KindMine, spoil: func(t link.Token) string { t.Person = lead.Operations; return link.Sign(secrets()[0], t) }},
		{name: "team", title: "The team", kind: link.KindTeam},
		{name: "team-overdue", title: "The team: overdue", kind: link.KindTeam, query: url.Values{"show": {"overdue"}}},
		{name: "team-none", title: "The team: nothing fits", kind: link.KindTeam, query: url.Values{"show": {"overdue"}, "whose": {"sofia"}}},
		{name: "team-refused", title: "The team, with a form that was refused", kind: link.KindTeam, form: form("do", "reassign", "lead", "new", "lead", "overdue", "to", "jonas")},
		{name: "notice-expired", title: "An expired link", kind: link.KindLead, lead: "new", spoil: func(t link.Token) string { t.Expires = now.Add(-time.Hour); return link.Sign(secrets()[0], t) }},
		{name: "notice-damaged", title: "A damaged link", kind: link.KindLead, lead: "new", spoil: func(link.Token) string { return "damaged" }},
		{name: "notice-erased", title: "A lead that was erased", kind: link.KindLead, lead: "erased"},
		{name: "notice-foreign", title: "A form of another site", kind: link.KindLead, lead: "new", form: again, header: http.Header{"Origin": {"https://evil.example"}}},
		{name: "notice-unreadable", title: "A form that cannot be read", kind: link.KindLead, lead: "new", form: form("do", "nothing")},
		{name: "notice-too-long", title: "A form that is too long", kind: link.KindLead, lead: "new", form: form("do", "note", "note", strings.Repeat("long ", 5000))},
		{name: "notice-not-now", title: "The database is away", kind: link.KindLead, lead: "new", away: true},
		{name: "notice-not-recorded", title: "The database is away when a form is sent", kind: link.KindMine, form: form("how", "called 0", "leads", "new"), away: true},
		{name: "lead-recorded", title: "A contact was recorded", kind: link.KindLead, lead: "new", form: form("do", "contacted", "disposition", "Connected", "when", "now", "note", "She wants a quote for 400 seats.", "seen", "x")},
		{name: "lead-already", title: "A contact was recorded already", kind: link.KindLead, lead: "new", form: form("do", "contacted", "disposition", "Connected", "when", "now", "note", "She wants a quote for 400 seats.", "seen", "x")},
		{name: "mine-recorded", title: "My leads: recorded in two taps", kind: link.KindMine, form: form("how", "noAnswer 0", "leads", "overdue", "seen", "x")},
		{name: "mine-away", title: "My leads: away", kind: link.KindMine, form: form("away", "until", "at", "2026-12-07")},
		{name: "team-given", title: "The team: leads were given away", kind: link.KindTeam, form: form("do", "reassign", "lead", "overdue", "lead", "unowned", "to", "sofia", "reason", "They speak Italian.", "seen", "x")},
	}
}

// site is the pages over a database of their own, with the samples of one reader.
type site struct {
	respond, broken http.Handler
	store           *store.Store
	reader          reader
	close           func()
}

// open starts a site: the real pages over the stand-in for Cosmos DB.
func open(ctx context.Context, r reader) (*site, error) {
	db, err := cosmos.Open(cosmos.Options{Key: cosmos.EmulatorKey, Now: func() time.Time { return now }})
	if err != nil {
		return nil, err
	}
	if err := db.EnsureDatabase("gallery", topology.Load().Containers); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	web := &http.Server{Handler: db, ReadHeaderTimeout: time.Minute}
	go func() { _ = web.Serve(ln) }()
	s := &site{reader: r, close: func() { _ = web.Close(); _ = db.Close() }}
	st, err := store.Open(store.Options{Endpoint: "http://" + ln.Addr().String() + "/", Key: cosmos.EmulatorKey, Database: "gallery"})
	if err != nil {
		s.close()
		return nil, err
	}
	s.store = st
	t, err := people()
	if err == nil {
		err = fill(ctx, st, t, r)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	o := respond.Options{Store: st, Team: always{t}, PublicURL: publicURL, Secrets: secrets(), Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	s.respond = respond.New(o)
	o.Store = awayStore{st}
	s.broken = respond.New(o)
	return s, nil
}

// always is a team that does not change.
type always struct{ team team.Team }

// Team gives it.
func (a always) Team(context.Context) (team.Team, error) { return a.team, nil }

// awayStore is a database of which nothing can be read.
type awayStore struct{ *store.Store }

// Lead fails.
func (awayStore) Lead(context.Context, string) (*lead.Lead, store.Version, error) {
	return nil, "", errors.New("the database is away")
}

// address is where a page is.
func (s *site) address(p page) string {
	token := link.Token{Kind: p.kind, Person: s.reader.rep, Lead: p.lead, Expires: now.Add(link.Life)}
	if p.kind == link.KindTeam || strings.HasPrefix(p.name, "mine-empty") {
		token.Person = s.reader.manager
	}
	signed := link.Sign(secrets()[0], token)
	if p.spoil != nil {
		signed = p.spoil(token)
	}
	query := url.Values{"t": {signed}}
	for name, values := range p.query {
		query[name] = values
	}
	return "/api/respond?" + query.Encode()
}

// render gives the HTML of a page.
func (s *site) render(ctx context.Context, p page) ([]byte, error) {
	handler := s.respond
	if p.away {
		handler = s.broken
	}
	address := s.address(p)
	if p.missed > 0 {
		l, _, err := s.store.Lead(ctx, p.lead)
		if err != nil {
			return nil, err
		}
		l.Timeline = l.Timeline[:len(l.Timeline)-p.missed]
		address += "&seen=" + url.QueryEscape(l.Seen())
	}
	ask := func(method, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Language", s.reader.language)
		for name, values := range p.header {
			r.Header[name] = values
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	w := ask(http.MethodGet, "")
	if p.form != nil {
		w = ask(http.MethodPost, p.form.Encode())
	}
	if to := w.Header().Get("Location"); to != "" {
		address = "/api/respond" + to
		w = ask(http.MethodGet, "")
	}
	if w.Code == http.StatusInternalServerError || !whole.Match(w.Body.Bytes()) {
		return nil, fmt.Errorf("the page %s in %s answered %d: %s", p.name, s.reader.language, w.Code, w.Body)
	}
	return w.Body.Bytes(), nil
}

var whole = regexp.MustCompile(`</html>\s*$`)
