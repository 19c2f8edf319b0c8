package inbox

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzAnyMailIsKeptAndShownSafely(f *testing.F) {
	for _, source := range hostile {
		f.Add([]byte(source))
	}
	for _, source := range []string{whole, alternative, mixed, "", "\r\n", "Date: Fri, 21 Nov 2025 09:30:00 +2400\r\n\r\n", "a:b\n\n--", "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\n----"} {
		f.Add([]byte(source))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		i := filled(string(source))
		m := i.Messages()[0]
		if !bytes.Equal(m.Raw, source) {
			t.Error("the source is not whole")
		}
		if strings.Contains(m.ParseError, "panicked") {
			t.Error(m.ParseError)
		}
		for _, s := range []string{m.Subject, m.Text, m.HTML, m.Snippet, m.ParseError} {
			if !utf8.ValidString(s) {
				t.Errorf("%q is not UTF-8", s)
			}
		}
		if utf8.RuneCountInString(m.Snippet) > maxSnippet || len(m.Problems) > maxProblems {
			t.Errorf("%d problems, snippet %q", len(m.Problems), m.Snippet)
		}
		for _, target := range []string{"/", "/view/" + m.ID} {
			if found := foreign(get(t, i, target)); len(found) > 0 {
				t.Errorf("%s holds %q", target, found)
			}
		}
		for _, target := range []string{"/api/v1/messages", "/api/v1/message/" + m.ID, "/api/v1/message/" + m.ID + "/headers"} {
			if !json.Valid([]byte(get(t, i, target))) {
				t.Errorf("%s is not JSON", target)
			}
		}
	})
}
