package inbox

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxSnippet = 250
	maxLine    = 300
	// snippetSource is how much of a body is looked at, in bytes.
	snippetSource = 4 << 10
)

// snippet is how a mail begins: its text, or what its HTML says if there is no text.
func snippet(text, markup string) string {
	if text == "" {
		text = words(markup)
	}
	return cut(text, maxSnippet)
}

// line makes a complaint, which may quote the mail, one short line.
func line(s string) string { return cut(s, maxLine) }

// cut joins the words of s with single spaces and keeps the first limit characters.
func cut(s string, limit int) string {
	s = strings.ToValidUTF8(s[:min(len(s), snippetSource)], "")
	s = strings.Join(strings.Fields(s), " ")
	for at := range s {
		if limit == 0 {
			return s[:at]
		}
		limit--
	}
	return s
}

// words returns the beginning of what the HTML says.
func words(markup string) string {
	var text strings.Builder
	hidden := false
	for z := html.NewTokenizer(strings.NewReader(markup)); text.Len() < snippetSource; {
		switch kind := z.Next(); kind {
		case html.ErrorToken: // the end
			return text.String()
		case html.TextToken:
			if !hidden {
				text.Write(z.Text())
			}
		case html.StartTagToken, html.EndTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Script, atom.Style, atom.Title:
				hidden = kind == html.StartTagToken
			case atom.A, atom.B, atom.Em, atom.I, atom.Span, atom.Strong, atom.U:
			default:
				text.WriteByte(' ')
			}
		}
	}
	return text.String()
}
