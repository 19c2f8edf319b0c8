package inbox

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"
)

//go:embed web
var web embed.FS

// mailPolicy is for a mail's own HTML: styles and data: images, no script and nothing from the network.
// The sandbox holds even when the mail is opened outside of our frame, and gives it no origin, so that it
// cannot read the inbox. Links may open tabs, which are free of the sandbox.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

// mailPrefix comes before a mail's own HTML. A browser keeps to the first doctype and the first base it
// sees, so the mail cannot change where its links open.
const mailPrefix = `<!doctype html><meta charset="utf-8"><base target="_blank">`

func (i *Inbox) routePages(mux *http.ServeMux) {
	pages := template.Must(template.New("").Funcs(template.FuncMap{
		"address": address,
		"when":    func(t time.Time) string { return t.Format("2006-01-02 15:04:05 MST") },
		"machine": func(t time.Time) string { return t.Format(time.RFC3339) },
		"size":    size,
	}).ParseFS(web, "web/*.html"))

	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		start, err := count(r, "start", 0)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		page, total := i.mails.newest(start, defaultPage)
		i.writePage(w, pages.Lookup("list.html"), newListPage(page, start, total))
	})
	mux.HandleFunc("GET /view/{id}", i.withMessage(func(w http.ResponseWriter, _ *http.Request, m *Message) {
		i.writePage(w, pages.Lookup("view.html"), newViewPage(m))
	}))
	mux.HandleFunc("GET /view/{id}/html", i.withMessage(func(w http.ResponseWriter, _ *http.Request, m *Message) {
		if m.HTML == "" {
			http.Error(w, "the mail has no HTML", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Security-Policy", mailPolicy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, mailPrefix)
		io.WriteString(w, m.HTML)
	}))
	mux.HandleFunc("GET /style.css", file("web/style.css"))
	mux.HandleFunc("GET /list.js", file("web/list.js"))
}

type listPage struct {
	Total  int
	Mails  []*Message
	Newest string // id of the first on the page, which list.js compares
	First  int    // number of the first on the page, from 1
	Last   int
	// Newer and Older are where the neighboring pages start, -1 if there is none.
	Newer, Older int
}

func newListPage(mails []*Message, start, total int) listPage {
	p := listPage{Total: total, Mails: mails, First: start + 1, Last: start + len(mails), Newer: -1, Older: -1}
	if len(mails) > 0 {
		p.Newest = mails[0].ID
	}
	if start > 0 {
		p.Newer = max(0, min(start, total)-defaultPage)
	}
	if p.Last < total {
		p.Older = p.Last
	}
	return p
}

type viewPage struct {
	*Message
	Headers []headerLine
	Source  string // only if the mail could not be parsed
}

type headerLine struct{ Name, Value string }

func newViewPage(m *Message) viewPage {
	p := viewPage{Message: m}
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[name] {
			p.Headers = append(p.Headers, headerLine{name, decodeWords(value)})
		}
	}
	if m.ParseError != "" {
		p.Source = strings.ToValidUTF8(string(m.Raw), "\uFFFD")
	}
	return p
}

func (i *Inbox) writePage(w http.ResponseWriter, page *template.Template, data any) {
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		i.log.Error("page not rendered", "page", page.Name(), "error", err)
		http.Error(w, "the page could not be rendered", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(b.Bytes())
}

func file(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, web, name) }
}

// address writes an address for people: no quotes, nothing encoded.
func address(a mail.Address) string {
	switch {
	case a.Name == "":
		return a.Address
	case a.Address == "":
		return a.Name
	}
	return a.Name + " <" + a.Address + ">"
}

func size(bytes int) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}
