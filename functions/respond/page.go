package respond

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"leadflow/shared/words"
)

//go:embed templates/style.css
var style string

// styleHash lets the one stylesheet through the Content-Security-Policy, and nothing else.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}()

// frame is what every page has around it.
type frame struct {
	words.Words
	Style template.CSS
	Title string
	Page  any
}

// show answers with a page, which a template of that name makes.
func (p *Respond) show(w http.ResponseWriter, status int, name string, in words.Words, title string, data any) {
	page, err := p.render(name, in, title, data)
	p.write(w, status, name, in, page, err)
}

// render makes a page. It fails only by a bug.
func (p *Respond) render(name string, in words.Words, title string, data any) ([]byte, error) {
	var out bytes.Buffer
	err := p.pages.ExecuteTemplate(&out, name, frame{in, template.CSS(style), title, data})
	return out.Bytes(), err
}

// write answers with a page that was rendered.
func (p *Respond) write(w http.ResponseWriter, status int, name string, in words.Words, page []byte, err error) {
	if err != nil {
		p.Log.Error("a page could not be rendered", "page", name, "error", err.Error())
		http.Error(w, in.Say("notice.notNow.text"), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(page)
}

// say shows a notice.
func (p *Respond) say(w http.ResponseWriter, in words.Words, n notice) {
	if n.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	p.show(w, n.status, "notice.html", in, in.Say("notice."+n.name), in.Say("notice."+n.name+".text"))
}
