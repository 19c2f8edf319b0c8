package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"

	"leadflow/shared/local/browser"
)

// pictures takes a picture of each item on every screen, each screen in a tab of its own, and gives the names of the
// screens. It fails with browser.ErrNone if there is no Chromium.
func pictures(ctx context.Context, folder string, items []item, out io.Writer) ([]string, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	first, stop, err := browser.Start(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	var names []string
	done := make(chan error)
	for _, view := range browser.Views() {
		names = append(names, view.String())
		go func() {
			tab, end := chromedp.NewContext(first)
			defer end()
			done <- take(tab, folder, items, view)
		}()
	}
	var all []error
	for range names {
		all = append(all, <-done)
		fmt.Fprintf(out, "gallery: the pictures of %d of %d screens are taken\n", len(all), len(names))
	}
	return names, errors.Join(all...)
}

// take takes the pictures on one screen.
func take(tab context.Context, folder string, items []item, view browser.View) error {
	if err := chromedp.Do(tab, browser.On(view)); err != nil {
		return err
	}
	for _, i := range items {
		page := url.URL{Scheme: "file", Path: filepath.Join(folder, i.file(".html"))}
		if err := chromedp.Do(tab, chromedp.Navigate(page.String())); err != nil {
			return fmt.Errorf("look at %s: %w", i.file(".html"), err)
		}
		picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
		if err != nil {
			return fmt.Errorf("take a picture of %s: %w", i.file(".html"), err)
		}
		if err := os.WriteFile(filepath.Join(folder, i.file("-"+view.String()+".png")), picture, 0o644); err != nil {
			return err
		}
	}
	return nil
}
