package marketplace_test

import (
	"bytes"
	"strings"
	"testing"

	"leadflow/shared/marketplace"
)

const typical = `{"userDetails": {"firstName": "Ana", "lastName": "Silva", "email": "ana.silva@fabrikam.example.com", ` +
	`"phone": "+55 11 91234-5678", "country": "Brazil", "company": "Fabrikam Ltda.", "title": "Head of Data"}, ` +
	`"leadSource": "SPZA-PLT | docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145", "actionCode": "PLT", "offerTitle": "DocuSign", ` +
	`"description": "We need 300 seats by January. Can you call me on Tuesday?"}`

func BenchmarkReadTypical(b *testing.B) {
	body := []byte(typical)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := marketplace.Read(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkContentKey(b *testing.B) {
	s, err := marketplace.Read([]byte(typical))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.ContentKey("contoso.analytics")
	}
}

// BenchmarkReadNasty reads the worst bodies we know at an eighth of the webhook's limit and at the limit. The
// speed in MB/s must be about the same for both, otherwise the time grows faster than the body.
func BenchmarkReadNasty(b *testing.B) {
	for _, size := range []int{24 << 10, 192 << 10} {
		for _, n := range nasty {
			body := n.body(size)
			b.Run(strings.ReplaceAll(n.name, " ", "-")+"/"+sizeName(size), func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					_, _ = marketplace.Read(body)
				}
			})
		}
	}
}

func sizeName(size int) string {
	if size == 192<<10 {
		return "192KiB"
	}
	return "24KiB"
}

// fill repeats a piece between head and tail up to a size in bytes.
func fill(head, piece, tail string) func(size int) []byte {
	return func(size int) []byte {
		times := max(0, (size-len(head)-len(tail))/len(piece))
		return []byte(head + strings.Repeat(piece, times) + tail)
	}
}

// half fills one half of the body with one piece and the other half with another.
func half(head, first, middle, second, tail string) func(size int) []byte {
	return func(size int) []byte {
		return bytes.Join([][]byte{fill(head, first, "")(size / 2), fill(middle, second, tail)(size / 2)}, nil)
	}
}

var nasty = []struct {
	name string
	body func(size int) []byte
}{
	{"open brackets", fill("", "[", "")},
	{"open objects", fill("", `{"a":`, "")},
	{"deep value in an unknown key", half(`{"leadSource":"x","deep":`, "[", "1", "]", "}")},
	{"deep user details", half(`{"userDetails":`, "[", "1", "]", "}")},
	{"user details in a long array", fill(`{"userDetails":[`, "1,", "1]}")},
	{"user details in a string with an array", fill(`{"userDetails":"[`, "1,", `1]"}`)},
	{"the same user details again and again", fill(`{"a":1`, `,"userDetails":{"email":"a@b.c"}`, "}")},
	{"the same key again and again", fill(`{"a":1`, `,"email":"a"`, "}")},
	{"a long DNC before many sources", half(`{"leadSource":"AppSource-DNC|`, "x", `"`, `,"leadSource":"a"`, "}")},
	{"unknown keys", fill(`{"leadSource":"x"`, `,"k":1`, "}")},
	{"one long unknown key", fill(`{"leadSource":"x","`, "k", `":1}`)},
	{"escapes", fill(`{"description":"`, `\u00e9`, `"}`)},
	{"lone surrogates", fill(`{"description":"`, `\ud800`, `"}`)},
	{"combining marks", fill(`{"description":"a`, "\u0301", `"}`)},
	{"combining marks out of order", fill(`{"description":"a`, "\u0301\u0316", `"}`)},
	{"spaces", fill(`{"description":"a`, " ", `b"}`)},
	{"line breaks", fill(`{"description":"a`, `\n`, `b"}`)},
	{"bars and hyphens", fill(`{"leadSource":"`, "-|", `"}`)},
	{"hyphens", fill(`{"leadSource":"`, "-", `"}`)},
	{"a long number", fill(`{"phone":`, "9", "}")},
	{"white space only", fill("", " ", "")},
	{"bytes of no character set", fill(`{"description":"`, "\x81", `"}`)},
	{"Windows-1252", fill(`{"description":"`, "\xe9", `"}`)},
	{"UTF-16", fill("\xff\xfe{\x00\"\x00e\x00m\x00a\x00i\x00l\x00\"\x00:\x00\"\x00", "a\x00", "\"\x00}\x00")},
	{"a string that holds the object", fill(`"{\"email\":\"`, "a", `\"}"`)},
	{"a string of quotes", fill(`"`, `\"`, `"`)},
	{"a lead that breaks off", fill(`{"description":"`, "x", "")},
}
