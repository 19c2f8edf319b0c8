package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"

	"leadflow/shared/local/browser"
)

// pictures takes a picture of each item on every screen. It fails with browser.ErrNone if there is no Chromium.
func pictures(ctx context.Context, folder string, items []item, out io.Writer) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	tab, stop, err := browser.Start(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for _, view := range browser.Views() {
		for n := range items {
			i := &items[n]
			page := url.URL{Scheme: "file", Path: filepath.Join(folder, i.file(".html"))}
			if err := chromedp.Do(tab, browser.On(view), chromedp.Navigate(page.String())); err != nil {
				return fmt.Errorf("look at %s: %w", i.file(".html"), err)
			}
			picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
			if err != nil {
				return fmt.Errorf("take a picture of %s: %w", i.file(".html"), err)
			}
			if err := os.WriteFile(filepath.Join(folder, i.file("-"+view.String()+".png")), picture, 0o644); err != nil {
				return err
			}
			i.Pictures = append(i.Pictures, view.String())
		}
		fmt.Fprintf(out, "gallery: pictures on %s\n", view)
	}
	return nil
}
