package inbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile are mails that try to become part of the page that shows them.
var hostile = []string{
	"From: \"<script>alert(1)</script>\" <a@b.example>\r\nTo: \"><img src=x onerror=alert(2)>\r\nSubject: </title><script>alert(3)</script>\r\n" +
		"X-\"><script>alert(4)</script>: x\r\nContent-Type: text/html\r\n\r\n<script>alert(5)</script><a href=\"javascript:alert(6)\">x</a>",
	"Subject: =?utf-8?q?=3Cscript=3Ealert(1)=3C/script=3E=0D=0AX-Injected:_1?=\r\nContent-Type: text/plain\r\n\r\n</pre><script>alert(2)</script>",
	"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: \"><script>\"/x\r\n" +
		"Content-Disposition: attachment; filename=\"</li><script>alert(1)</script>\"\r\n\r\nx\r\n--b--\r\n",
	"<script>alert('no header at all')</script>\r\n",
	"Subject: {{.Raw}}\r\nContent-Type: text/plain; charset=\"<svg onload=alert(1)>\"\r\n\r\n<!--<base href=//evil.example>",
	"Subject: \xff\xfe<\x00script>\r\n\r\n\xff<\x00img src=x onerror=alert(1)>",
}

// ours are the elements and attributes that our own pages are made of. An attribute that takes a URL is
// named with what its value begins with.
var ours = map[string][]string{
	"html": {"lang"}, "head": nil, "meta": {"charset", "name", "content", "http-equiv=refresh"}, "title": nil, "link": {"rel", "href=/style.css"},
	"script": {"src=/list.js", "defer"}, "noscript": nil, "body": {"data-total", "data-newest"}, "header": nil, "main": nil, "nav": {"aria-label"},
	"h1": nil, "h2": nil, "p": nil, "a": {"href=/", "rel"}, "ul": {"class"}, "li": nil, "span": {"class"}, "bdi": nil,
	"time": {"datetime"}, "table": {"class"}, "thead": nil, "tbody": nil, "tr": nil, "th": {"scope"}, "td": nil,
	"section": {"class"}, "pre": {"dir"}, "details": nil, "summary": nil,
	"iframe": {"title", "src=/view/", "sandbox=allow-popups allow-popups-to-escape-sandbox", "referrerpolicy=no-referrer"},
}

// foreign returns what is in a page that we did not put there.
func foreign(page string) []string {
	var found []string
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return found
		}
		if kind == html.CommentToken {
			found = append(found, "a comment")
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		tag := z.Token()
		allowed, ok := ours[tag.Data]
		if !ok {
			found = append(found, "<"+tag.Data+">")
		}
		for _, a := range tag.Attr {
			if !slices.ContainsFunc(allowed, func(known string) bool {
				name, begin, url := strings.Cut(known, "=")
				return a.Key == name && (!url || strings.HasPrefix(a.Val, begin) && !strings.HasPrefix(a.Val, "//"))
			}) {
				found = append(found, fmt.Sprintf("<%s %s=%q>", tag.Data, a.Key, a.Val))
			}
		}
	}
}

func TestAMailNeverBecomesPartOfThePage(t *testing.T) {
	for n, source := range hostile {
		i := filled(source)
		for _, target := range []string{"/", "/view/" + i.Messages()[0].ID} {
			page := get(t, i, target)
			if found := foreign(page); len(found) > 0 {
				t.Errorf("mail %d put %q into %s", n, found, target)
			}
			if target == "/" && strings.Count(page, "<script") != 1 || target != "/" && strings.Contains(page, "<script") {
				t.Errorf("mail %d put a script into %s", n, target)
			}
		}
	}
	if len(foreign(`<script src="//evil.example"></script><p onclick="x"><a href="javascript:x">`)) != 3 {
		t.Error("this test sees nothing")
	}
}

func TestTheHTMLOfAMailIsAWorldOfItsOwn(t *testing.T) {
	i := filled(hostile[0])
	id := i.Messages()[0].ID

	w := request(i, "GET", "/view/"+id+"/html", "")
	var policy []string
	for _, directive := range strings.Split(w.Header().Get("Content-Security-Policy"), ";") {
		policy = append(policy, strings.TrimSpace(directive))
	}
	for _, want := range []string{
		"default-src 'none'", // no scripts, fonts, frames or requests
		"img-src data:",
		"base-uri 'none'",
		"form-action 'none'",
		"sandbox allow-popups allow-popups-to-escape-sandbox", // neither allow-scripts nor allow-same-origin
	} {
		if !slices.Contains(policy, want) {
			t.Errorf("the policy %q has no %q", policy, want)
		}
	}
	if slices.ContainsFunc(policy, func(d string) bool { return strings.HasPrefix(d, "script-src") }) {
		t.Errorf("the policy %q allows scripts", policy)
	}
	want := `<!doctype html><meta charset="utf-8"><base target="_blank"><script>alert(5)</script><a href="javascript:alert(6)">x</a>`
	if got := w.Body.String(); got != want {
		t.Errorf("the HTML is %q, want %q", got, want)
	}
	if page := get(t, i, "/view/"+id); !strings.Contains(page, `sandbox="allow-popups allow-popups-to-escape-sandbox"`) {
		t.Error("the frame has no sandbox")
	}
}

func TestAMailIsShownWhole(t *testing.T) {
	i := filled("From: =?UTF-8?B?6rmA?= <a@b.example>\r\nTo: c@d.example\r\nSubject: Fish & chips\r\nX-Note: =?UTF-8?B?6rmA?=\r\n" +
		mixed)
	page := get(t, i, "/view/"+i.Messages()[0].ID)
	for _, want := range []string{
		"<title>Fish &amp; chips</title>", "김 &lt;a@b.example&gt;", "c@d.example", "2025-11-22 09:00:01 UTC", "from <bdi>leads@contoso.example</bdi> to <bdi>minjun@contoso.example</bdi>",
		"\ntext</pre>", "견적.pdf</bdi>, application/pdf, 3 bytes", "logo</bdi>, image/png, 3 bytes, inline",
		`<th scope="row">X-Note</th><td><bdi>김</bdi>`, "/raw",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "iframe") {
		t.Error("a mail without HTML has a frame")
	}
}

func TestAMailThatCannotBeParsedIsShownAsItsSource(t *testing.T) {
	i := filled("Subject: broken\r\nContent-Type: multipart/mixed\r\n\r\nthe <body>")
	page := get(t, i, "/view/"+i.Messages()[0].ID)
	for _, want := range []string{"could not be parsed", "unable to locate boundary", "\r\nContent-Type: multipart/mixed\r\n\r\nthe &lt;body&gt;</pre>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	if !strings.Contains(get(t, i, "/"), "Could not be parsed") {
		t.Error("the list does not say so")
	}
}

func TestTheListShowsTheNewestFirst(t *testing.T) {
	i := filled(numbered(120)...)
	for _, c := range []struct {
		target       string
		first, last  string
		newer, older string
	}{
		{"/", "mail 119", "mail 70", "", "/?start=50"},
		{"/?start=50", "mail 69", "mail 20", "/?start=0", "/?start=100"},
		{"/?start=100", "mail 19", "mail 0", "/?start=50", ""},
	} {
		page := get(t, i, c.target)
		first, last := strings.Index(page, "<bdi>"+c.first+"</bdi>"), strings.Index(page, "<bdi>"+c.last+"</bdi>")
		if first < 0 || last < first || strings.Count(page, `class="subject"`) > 50 {
			t.Errorf("%s shows %s at %d and %s at %d", c.target, c.first, first, c.last, last)
		}
		for rel, link := range map[string]string{"prev": c.newer, "next": c.older} {
			if got := strings.Contains(page, `" rel="`+rel+`"`); got != (link != "") || got && !strings.Contains(page, `href="`+link+`" rel="`+rel+`"`) {
				t.Errorf("%s: the %s link is not %q", c.target, rel, link)
			}
		}
	}
	if !strings.Contains(get(t, filled(), "/"), "No mail yet") {
		t.Error("an empty inbox does not say so")
	}
	if !strings.Contains(get(t, i, "/?start=500"), "No mails this far back") {
		t.Error("a page beyond the end does not say so")
	}
}

func TestTheListShowsWhoAndWhen(t *testing.T) {
	i := filled("From: =?UTF-8?B?6rmA?= <a@b.example>\r\nTo: c@d.example\r\n\r\nhello", "Subject: neither\r\n\r\n")
	page := get(t, i, "/")
	for _, want := range []string{
		"<bdi>김 &lt;a@b.example&gt;</bdi>", "<bdi>c@d.example</bdi>", "(no subject)", `datetime="2025-11-22T09:00:01Z"`, "2025-11-22 09:00:01 UTC", "<bdi>hello</bdi>",
		"<bdi>leads@contoso.example</bdi>", "<bdi>minjun@contoso.example</bdi>", // the envelope, where the mail is silent
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the list has no %q:\n%s", want, page)
		}
	}
}

func TestTheListRefreshesByItself(t *testing.T) {
	i := filled(numbered(3)...)
	page := get(t, i, "/")
	for _, want := range []string{
		`<noscript><meta http-equiv="refresh" content="5"></noscript>`,
		`<script src="/list.js" defer></script>`,
		`<body data-total="3" data-newest="` + i.Messages()[0].ID + `">`, // what the script compares
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the list has no %q", want)
		}
	}
	for target, want := range map[string]string{"/list.js": "text/javascript; charset=utf-8", "/style.css": "text/css; charset=utf-8"} {
		// Told not to guess, a browser uses them only under their own types.
		if got := request(i, "GET", target, "").Header().Get("Content-Type"); got != want {
			t.Errorf("%s is served as %q", target, got)
		}
	}
}
