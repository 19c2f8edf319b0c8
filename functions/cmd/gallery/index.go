package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"os"
	"path/filepath"
)

//go:embed index.html
var indexPage string

// index writes the page that leads to everything: to pictures on these screens, if there are any.
func index(folder string, items []item, screens []string) error {
	page, err := template.New("index").Parse(indexPage)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, struct {
		Items   []item
		Screens []string
	}{items, screens}); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "index.html"), out.Bytes(), 0o644)
}
