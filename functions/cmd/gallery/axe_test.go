package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"leadflow/shared/local/browser"
)

// What is closed is opened first, because axe looks only at what is shown. Another color scheme changes nothing but colors.
const runAxe = `(async () => {
	for (const d of document.querySelectorAll("details")) { d.removeAttribute("name"); d.open = true }
	const found = await axe.run(document, %s);
	return found.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 120) + " " + n.any.map(a => a.message).join(" ")).slice(0, 3).join(" | "));
})()`

func TestAxeFindsNothingWrongWithAnyPage(t *testing.T) {
	tab := browser.ForTest(t)
	axe := axeCore(t)
	items, err := render(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string][]byte{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(pages[r.URL.Path])
	}))
	t.Cleanup(web.Close)
	for _, view := range browser.Views() {
		if err := chromedp.Do(tab, browser.On(view)); err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			if i.Group != groupPages {
				continue
			}
			t.Run(i.Language+" "+i.Name+" "+view.String(), func(t *testing.T) {
				path := "/" + filepath.ToSlash(i.file(".html"))
				pages[path] = i.HTML
				rules := "{}"
				if view.Dark {
					rules = `{runOnly: ["color-contrast"]}`
				}
				if err := chromedp.Do(tab, chromedp.Navigate(web.URL+path), chromedp.Evaluate[chromedp.Void](axe)); err != nil {
					t.Fatal(err)
				}
				violations, err := chromedp.Run(tab, chromedp.Evaluate[[]string](fmt.Sprintf(runAxe, rules), chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				unfit, err := chromedp.Run(tab, browser.Unfit(view))
				if err != nil {
					t.Fatal(err)
				}
				for _, problem := range append(violations, unfit...) {
					t.Error(problem)
				}
			})
		}
	}
}

// axeCore is the source of axe-core in the version and with the checksum of testdata/axe, fetched once into .local. Where
// it cannot be fetched the test is skipped, but fails where CI is set.
func axeCore(t *testing.T) string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", ".local", "axe")
	source, err := fetchAxe(folder)
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("axe-core cannot be fetched: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func fetchAxe(folder string) (string, error) {
	fetched := filepath.Join(folder, "node_modules", "axe-core", "axe.min.js")
	lock, err := os.ReadFile(filepath.Join("testdata", "axe", "package-lock.json"))
	if err != nil {
		return "", err
	}
	if had, err := os.ReadFile(filepath.Join(folder, "package-lock.json")); err == nil && string(had) == string(lock) {
		if source, err := os.ReadFile(fetched); err == nil {
			return string(source), nil
		}
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return "", errors.New("npm is not installed")
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "axe"))); err != nil {
		return "", err
	}
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = folder
	if out, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w: %s", err, strings.TrimSpace(string(out)))
	}
	source, err := os.ReadFile(fetched)
	return string(source), err
}
