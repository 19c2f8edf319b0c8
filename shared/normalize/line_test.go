package normalize_test

import (
	"testing"

	"leadflow/shared/normalize"
)

func TestLinesAreCleanedAndCut(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"white space is single":              {"  a \t\r\n b\u00a0\u3000c ", "a b c"},
		"controls are spaces":                {"a\x00b\x7fc\u0085d", "a b c d"},
		"direction overrides go":             {"a\u202egpj.exe\u2066b", "agpj.exeb"},
		"right-to-left letters stay":         {"שלום عليكم", "שלום عليكم"},
		"joined emoji stay":                  {"👩\u200d💻", "👩\u200d💻"},
		"broken UTF-8 is replaced":           {"a\xffb", "a\ufffdb"},
		"ten characters stay":                {"가나다라마바사아자차", "가나다라마바사아자차"},
		"the eleventh is cut with the tenth": {"가나다라마바사아자차카", "가나다라마바사아자…"},
		"no space before the mark":           {"12345678 abc", "12345678…"},
	} {
		if got := normalize.Line(tt.in, 10); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
