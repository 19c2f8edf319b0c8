// Package browser drives a headless Chromium: it is how the tests use the pages as people do, and how the gallery takes
// its pictures. Without a Chromium on the machine there is none, and who asks for it says so.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// ErrNone says that there is no Chromium. It ends with what to do.
var ErrNone = errors.New("no Chromium found: install chromium")

// View is a screen on which a page is looked at. Sizes are in pixels of CSS.
type View struct {
	Width, Height int64
	// Dark is what the person prefers.
	Dark bool
}

// Views are those that the pages are made for: a phone and a desktop, light and dark.
func Views() []View {
	return []View{{390, 844, false}, {390, 844, true}, {1280, 800, false}, {1280, 800, true}}
}

// String is for names of files and tests: "390-dark".
func (v View) String() string {
	if v.Dark {
		return fmt.Sprintf("%d-dark", v.Width)
	}
	return fmt.Sprintf("%d-light", v.Width)
}

// Start starts a browser, which ends with the context. What runs in the context that it gives runs in one of its tabs.
// It fails with ErrNone if there is no Chromium.
func Start(ctx context.Context) (context.Context, context.CancelFunc, error) {
	path, err := find()
	if err != nil {
		return nil, nil, err
	}
	// Without the sandbox, because root in a container has none. It only ever opens pages of our own.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	tab, endTab := chromedp.NewContext(ctx)
	stop := func() { endTab(); end() }
	if err := chromedp.Do(tab); err != nil {
		stop()
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	return tab, stop, nil
}

// ForTest is a browser that ends with the test. Without a Chromium the test is skipped, but fails where CI is set: there
// nothing may be left out.
func ForTest(t testing.TB) context.Context {
	t.Helper()
	ctx, stop, err := Start(t.Context())
	if errors.Is(err, ErrNone) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return ctx
}

// On has the tab show its pages on a screen. One that is narrower than it is high is touched.
func On(v View) chromedp.Action[chromedp.Void] {
	var options []chromedp.EmulateViewportOption
	if v.Width < v.Height {
		options = append(options, chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	scheme := "light"
	if v.Dark {
		scheme = "dark"
	}
	return chromedp.Steps(
		chromedp.EmulateViewport(v.Width, v.Height, options...),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia,
				emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			return err
		}))
}

// Unfit says what of a page does not fit a screen: a page that scrolls sideways, and what is pressed but is too small for a
// finger.
func Unfit(v View) chromedp.Action[[]string] {
	return chromedp.Evaluate[[]string](fmt.Sprintf(`(() => {
		const wrong = [], wide = document.documentElement.scrollWidth;
		if (wide > %d) wrong.push("it scrolls sideways: it is " + wide + " pixels wide");
		for (const e of document.querySelectorAll("button, summary, label, select, textarea, .button")) {
			const size = e.getBoundingClientRect();
			if (size.width && size.height < %d) wrong.push("only " + size.height + " pixels high: " + e.outerHTML.slice(0, 80));
		}
		return wrong;
	})()`, v.Width, finger))
}

// finger is how high at least is what a finger presses.
const finger = 44

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNone
}
