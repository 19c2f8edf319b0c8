package inbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func textLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// filled returns an inbox that holds the sources, accepted one second after another.
func filled(sources ...string) *Inbox {
	clock := time.Date(2025, 11, 22, 9, 0, 0, 0, time.UTC)
	i := New(Options{Now: func() time.Time { clock = clock.Add(time.Second); return clock }})
	for _, s := range sources {
		i.accept([]byte(s), "leads@contoso.example", []string{"minjun@contoso.example"})
	}
	return i
}

func numbered(n int) []string {
	var sources []string
	for k := range n {
		sources = append(sources, fmt.Sprintf("Subject: mail %d\r\n\r\n", k))
	}
	return sources
}

func request(i *Inbox, method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "localhost:8025"
	w := httptest.NewRecorder()
	i.Handler().ServeHTTP(w, r)
	return w
}

func get(t *testing.T, i *Inbox, target string) string {
	t.Helper()
	w := request(i, "GET", target, "")
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d %s", target, w.Code, w.Body)
	}
	return w.Body.String()
}

func subjects(i *Inbox) []string {
	var all []string
	for _, m := range i.Messages() {
		all = append(all, m.Subject)
	}
	return all
}

const whole = "From: =?UTF-8?B?6rmA?= <a@b.example>\r\nTo: c@d.example\r\nSubject: <b>\r\nMessage-ID: <1@b.example>\r\n" +
	"Date: Fri, 21 Nov 2025 09:30:00 +0900\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n" +
	"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=1.txt\r\n\r\n123\r\n--b--\r\n"

func TestTheListIsInMailpitsShape(t *testing.T) {
	i := filled(whole)
	m := i.Messages()[0]
	want := fmt.Sprintf(`{"total":1,"count":1,"messages_count":1,"start":0,"messages":[{"ID":"%s","MessageID":"1@b.example",`+
		`"From":{"Name":"김","Address":"a@b.example"},"To":[{"Name":"","Address":"c@d.example"}],"Cc":[],`+
		`"Bcc":[{"Name":"","Address":"minjun@contoso.example"}],"ReplyTo":[],"Subject":"\u003cb\u003e",`+
		`"Created":"2025-11-22T09:00:01Z","Size":%d,"Attachments":1,"Snippet":"hello"}]}`, m.ID, len(whole))
	if got := strings.TrimSpace(get(t, i, "/api/v1/messages")); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAMailIsInMailpitsShape(t *testing.T) {
	i := filled(whole)
	m := i.Messages()[0]
	want := fmt.Sprintf(`{"ID":"%s","MessageID":"1@b.example","From":{"Name":"김","Address":"a@b.example"},`+
		`"To":[{"Name":"","Address":"c@d.example"}],"Cc":[],"Bcc":[{"Name":"","Address":"minjun@contoso.example"}],"ReplyTo":[],`+
		`"ReturnPath":"leads@contoso.example","Subject":"\u003cb\u003e","Date":"2025-11-21T09:30:00+09:00","Text":"hello","HTML":"","Size":%d,`+
		`"Attachments":[{"PartID":"2","FileName":"1.txt","ContentType":"text/plain","ContentID":"","Size":3}],"Inline":[],`+
		`"Headers":{"Content-Type":["multipart/mixed; boundary=b"],"Date":["Fri, 21 Nov 2025 09:30:00 +0900"],`+
		`"From":["=?UTF-8?B?6rmA?= \u003ca@b.example\u003e"],"Message-Id":["\u003c1@b.example\u003e"],"Subject":["\u003cb\u003e"],"To":["c@d.example"]}}`,
		m.ID, len(whole))
	if got := strings.TrimSpace(get(t, i, "/api/v1/message/"+m.ID)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := get(t, i, "/api/v1/message/"+m.ID+"/raw"); got != whole {
		t.Errorf("the source is %q", got)
	}
	var headers map[string][]string
	if err := json.Unmarshal([]byte(get(t, i, "/api/v1/message/"+m.ID+"/headers")), &headers); err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(headers, m.Header, slices.Equal) {
		t.Errorf("the headers are %q", headers)
	}
}

func TestAMailThatCannotBeParsedHasTheSameShape(t *testing.T) {
	i := filled("hello\r\n")
	got := get(t, i, "/api/v1/message/"+i.Messages()[0].ID)
	for _, want := range []string{`"To":[]`, `"Attachments":[]`, `"Inline":[]`, `"Headers":{}`, `"Date":"2025-11-22T09:00:01Z"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s has no %s", got, want)
		}
	}
}

func TestTheListComesInPages(t *testing.T) {
	i := filled(numbered(60)...)
	for _, c := range []struct {
		query       string
		first, last string
		count       int
	}{
		{"", "mail 59", "mail 10", 50},
		{"?start=50", "mail 9", "mail 0", 10},
		{"?limit=2", "mail 59", "mail 58", 2},
		{"?start=3&limit=2", "mail 56", "mail 55", 2},
		{"?limit=1000", "mail 59", "mail 0", 60},
		{"?start=60", "", "", 0},
		{"?start=2147483647&limit=2147483647", "", "", 0},
		{"?limit=0", "", "", 0},
	} {
		t.Run(c.query, func(t *testing.T) {
			var got struct {
				Total, Count int
				Messages     []struct{ Subject string }
			}
			if err := json.Unmarshal([]byte(get(t, i, "/api/v1/messages"+c.query)), &got); err != nil {
				t.Fatal(err)
			}
			if got.Total != 60 || got.Count != c.count || len(got.Messages) != c.count {
				t.Fatalf("total %d, count %d, %d mails", got.Total, got.Count, len(got.Messages))
			}
			if c.count > 0 && (got.Messages[0].Subject != c.first || got.Messages[c.count-1].Subject != c.last) {
				t.Errorf("from %q to %q", got.Messages[0].Subject, got.Messages[c.count-1].Subject)
			}
		})
	}
	for _, query := range []string{"?start=-1", "?limit=x", "?limit=99999999999", "?start=1.5"} {
		if w := request(i, "GET", "/api/v1/messages"+query, ""); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", query, w.Code)
		}
	}
}

func TestMailsAreDeleted(t *testing.T) {
	i := filled(numbered(4)...)
	id := func(subject string) string {
		return i.Messages()[slices.Index(subjects(i), subject)].ID
	}
	for _, c := range []struct {
		name, body string
		code       int
		left       []string
	}{
		{"none by a body that is not understood", `{"IDs":`, 400, []string{"mail 3", "mail 2", "mail 1", "mail 0"}},
		{"none by a misspelt body", `{"Id":["x"]}`, 400, []string{"mail 3", "mail 2", "mail 1", "mail 0"}},
		{"none by an id that is unknown", `{"IDs":["x"]}`, 200, []string{"mail 3", "mail 2", "mail 1", "mail 0"}},
		{"some by their ids", fmt.Sprintf(`{"IDs":[%q,%q]}`, id("mail 1"), id("mail 2")), 200, []string{"mail 3", "mail 0"}},
		{"one by its id", fmt.Sprintf(`{"IDs":[%q]}`, id("mail 3")), 200, []string{"mail 0"}},
		{"all by no body", "", 200, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if w := request(i, "DELETE", "/api/v1/messages", c.body); w.Code != c.code {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if got := subjects(i); !slices.Equal(got, c.left) {
				t.Errorf("left are %q, want %q", got, c.left)
			}
		})
	}
	i = filled(numbered(2)...)
	if request(i, "DELETE", "/api/v1/messages", `{"IDs":[]}`); len(i.Messages()) != 0 {
		t.Error("an empty list of ids left mails")
	}
}

func TestAnUnknownMailIsNotFound(t *testing.T) {
	i := filled(numbered(1)...)
	for _, target := range []string{
		"/api/v1/message/x", "/api/v1/message/x/raw", "/api/v1/message/x/headers", "/view/x", "/view/x/html",
		"/view/" + i.Messages()[0].ID + "/html", // which has no HTML
		"/nothing", "/web/list.html",
	} {
		if w := request(i, "GET", target, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", target, w.Code)
		}
	}
}

func TestASourceIsNeverServedAsAPage(t *testing.T) {
	i := filled("Subject: x\r\n\r\n<script>alert(1)</script>")
	for target, want := range map[string]string{"/raw": "text/plain; charset=utf-8", "": "application/json", "/headers": "application/json"} {
		w := request(i, "GET", "/api/v1/message/"+i.Messages()[0].ID+target, "")
		if got := w.Header().Get("Content-Type"); got != want {
			t.Errorf("%q is served as %q", target, got)
		}
		if bytes.Contains(w.Body.Bytes(), []byte("<script>")) && target != "/raw" {
			t.Errorf("%q holds a tag", target)
		}
	}
}
