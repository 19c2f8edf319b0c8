// Command gallery is behind make gallery: it renders every page and every mail, in every language, from sample data into
// a folder, for whoever changes them. Where there is a Chromium it takes pictures of them on a phone and on a desktop, in
// light and in dark.
//
// It is a command of its own and not one of cmd/local, because nothing of it is needed to run Leadflow on a machine, and
// it writes the same files whenever it is run: its clock stands still.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"leadflow/shared/local/browser"
)

const usage = `Usage: gallery FOLDER

Renders every page and mail from sample data into the folders pages and mails in FOLDER, which are removed first, with
an index.html.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) != 2 || os.Args[1] == "" || os.Args[1][0] == '-' {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := gallery(ctx, os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

// The groups of items. Each is a folder.
const (
	groupPages = "pages"
	groupMails = "mails"
)

// item is one page or mail in one language.
type item struct {
	Group, Language, Name, Title string
	HTML                         []byte
	// Text is the plain part of a mail.
	Text []byte
}

// file is where something of an item is, within the folder.
func (i item) file(ending string) string {
	return filepath.Join(i.Group, i.Language, i.Name+ending)
}

// gallery writes everything into a folder.
func gallery(ctx context.Context, folder string, out io.Writer) error {
	items, err := render(ctx)
	if err != nil {
		return err
	}
	for _, group := range []string{groupPages, groupMails} {
		if err := os.RemoveAll(filepath.Join(folder, group)); err != nil {
			return err
		}
	}
	for _, i := range items {
		if err := write(folder, i); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "gallery: %d pages and mails\n", len(items))
	screens, err := pictures(ctx, folder, items, out)
	if errors.Is(err, browser.ErrNone) {
		fmt.Fprintf(out, "gallery: the pictures are left out: %v\n", err)
	} else if err != nil {
		return err
	}
	if err := index(folder, items, screens); err != nil {
		return err
	}
	fmt.Fprintf(out, "gallery: look at %s\n", filepath.Join(folder, "index.html"))
	return nil
}

// render makes all items.
func render(ctx context.Context) ([]item, error) {
	var all []item
	for _, r := range readers() {
		s, err := open(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, p := range pages() {
			html, err := s.render(ctx, p)
			if err != nil {
				s.close()
				return nil, err
			}
			all = append(all, item{Group: groupPages, Language: r.language, Name: p.name, Title: p.title, HTML: html})
		}
		s.close()
		letters, err := mails(r)
		if err != nil {
			return nil, err
		}
		all = append(all, letters...)
	}
	return all, nil
}

// write writes the files of an item.
func write(folder string, i item) error {
	if err := os.MkdirAll(filepath.Join(folder, i.Group, i.Language), 0o755); err != nil {
		return err
	}
	err := os.WriteFile(filepath.Join(folder, i.file(".html")), i.HTML, 0o644)
	if i.Text != nil {
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, i.file(".txt")), i.Text, 0o644))
	}
	return err
}
