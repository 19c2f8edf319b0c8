package normalize_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"leadflow/shared/normalize"
)

var names = []struct{ name, first, last, want string }{
	{"first and last", "Ana", "Silva", "ana silva"},
	{"letter case", "ANA", "sILVA", "ana silva"},
	{"space around and inside", " Ana ", "\tde  Silva\r\n", "ana de silva"},
	{"accents", "José", "Müller", "jose muller"},
	{"combining accents", "Jose\u0301", "Mu\u0308ller", "jose muller"},
	{"Vietnamese accents", "Nguyễn", "Đức Thắng", "nguyen duc thang"},
	{"strokes and ligatures", "Søren", "Wałęsa Þórðarson Œuvre Ægir", "soren walesa thordarson oeuvre aegir"},
	{"a stroke with an accent", "Ǿrsted", "Ǽgir", "orsted aegir"},
	{"a sharp s", "Jürgen", "Groß", "jurgen gross"},
	{"a capital sharp s", "JÜRGEN", "GROẞ", "jurgen gross"},
	{"Turkish letters", "IŞIK", "İNCİ", "isik inci"},
	{"Turkish small letters", "ışık", "inci", "isik inci"},
	{"Greek accents", "Γιώργος", "Παπαδόπουλος", "γιωργοσ παπαδοπουλοσ"},
	{"Greek capitals", "ΓΙΩΡΓΟΣ", "ΠΑΠΑΔΟΠΟΥΛΟΣ", "γιωργοσ παπαδοπουλοσ"},
	{"Cyrillic, whose marks are letters", "Андрей", "Ёлкин", "андрей ёлкин"},
	{"full-width letters", "Ａｎａ", "Ｓｉｌｖａ", "ana silva"},
	{"apostrophes of every kind", "D'Arcy", "O’Neil", "darcy oneil"},
	{"an accent for an apostrophe", "D`Arcy", "O´Neil", "darcy oneil"},
	{"an apostrophe before an accent", "D'Été", "L'Écuyer", "dete lecuyer"},
	{"a letter for an apostrophe", "Oʻtkir", "Maʼruf", "otkir maruf"},
	{"periods", "J.R.R.", "Tolkien Jr.", "jrr tolkien jr"},
	{"hyphens and dashes", "Anne-Marie", "Smith–Jones", "anne marie smith jones"},
	{"commas and brackets", "Ana (Annie)", "Silva, PhD", "ana annie silva phd"},
	{"symbols", "Ana™ 🎉", "Silva+", "anatm silva"},
	{"digits", "Ana2", "Silva ３", "ana2 silva 3"},
	{"Hangul", "지훈", "김", "지훈 김"},
	{"decomposed Hangul", "\u110c\u1175\u1112\u116e\u11ab", "\u1100\u1175\u11b7", "지훈 김"},
	{"Han", "伟", "王", "伟 王"},
	{"Kana with voicing marks", "がく", "ヴィック", "がく ヴィック"},
	{"half-width Kana", "ﾀﾞｲｷ", "ｽｽﾞｷ", "ダイキ スズキ"},
	{"Japanese variation selectors", "葛\U000E0100", "城", "葛 城"},
	{"Thai vowels and tones", "สมชาย", "ใจดี", "สมชาย ใจดี"},
	{"Thai marks make the name", "น้ำ", "", "น้\u0e4dา"},
	{"Devanagari vowels", "प्रिया", "नायर", "प्रिया नायर"},
	{"Arabic vowel signs", "مُحَمَّد", "علي", "مُحَمَّد علي"},
	{"a Persian joiner", "علی\u200cرضا", "کریمی", "علیرضا کریمی"},
	{"Hebrew with its apostrophe", "ג׳ורג׳", "כהן", "גורג כהן"},

	{"the last name is said in the first", "Ana Silva", "Silva", "ana silva"},
	{"the first name is said in the last", "Ana", "Ana Silva", "ana silva"},
	{"the last name is said at the start", "Silva Ana", "Silva", "silva ana"},
	{"the first name is said at the end of the last", "Ana", "Silva, Ana", "silva ana"},
	{"both fields say all", "Ana Silva", "ana silva", "ana silva"},
	{"both fields say the same with accents", "José", "JOSE", "jose"},
	{"a part of a word is no repetition", "Anabel", "Ana", "anabel ana"},
	{"an end of a word is no repetition", "Mariana", "Ana", "mariana ana"},
	{"a word in the middle is no repetition", "Ana Maria Silva", "Maria", "ana maria silva maria"},
	{"the whole name in one field", "Ana Silva", "", "ana silva"},
	{"the whole name in the other field", "", "Ana Silva", "ana silva"},
	{"a dot for a last name", "Ana", ".", "ana"},
	{"a dash for a first name", "-", "Silva", "silva"},
	{"nothing", "", "", ""},
	{"blanks", " ", "\u3000", ""},
	{"punctuation only", "...", "--- ' ---", ""},
	{"symbols only", "🎉", "👍🏽", ""},
	{"fillers that look like nothing", "\u3164", "\u115f", ""},
	{"marks on nothing", "\u0301", "\u0e31", ""},
	{"markup is words", "<img src=x onerror=alert(1)>", "O'Neil Bcc: everyone@contoso.com", "img src x onerror alert 1 oneil bcc everyone contosocom"},
}

func TestNamesOfOnePersonAreComparedAsOne(t *testing.T) {
	for _, c := range names {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize.Name(c.first, c.last); got != c.want {
				t.Errorf("%q and %q are %q (%+q), want %q", c.first, c.last, got, got, c.want)
			}
		})
	}
}

func TestFullNamesReadAsTheirPeopleWriteThem(t *testing.T) {
	for _, c := range []struct{ name, first, last, want string }{
		{"first and last", "Ana", "Silva", "Ana Silva"},
		{"space around", " Ana ", " Silva\n", "Ana Silva"},
		{"nothing else changes", "dr. ana-MARIA", "O'Neil  ™", "dr. ana-MARIA O'Neil  ™"},
		{"a name in the first field", "Ana Silva", "", "Ana Silva"},
		{"a name in the last field", "", "Ana Silva", "Ana Silva"},
		{"the last name is said in the first", "Ana Silva", "SILVA", "Ana Silva"},
		{"the first name is said in the last", "ana", "Ana Silva", "Ana Silva"},
		{"both fields say all", "Ana Silva", "ANA SILVA", "Ana Silva"},
		{"a part of a word is no repetition", "Anabel", "Ana", "Anabel Ana"},
		{"a dot for a last name", "Ana", ".", "Ana"},
		{"a dash for a first name", "-", "Silva", "Silva"},
		{"no letter at all", "...", "!!!", "... !!!"},
		{"no letter at all in one field", "...", "", "..."},
		{"nothing", "", "", ""},
		{"blanks", " ", "\t", ""},
		{"Hangul", "지훈", "김", "김지훈"},
		{"a Hangul family name of two", "민수", "남궁", "남궁민수"},
		{"a Hangul name in one field", "김지훈", "", "김지훈"},
		{"a Hangul name in both fields", "김지훈", "김지훈", "김지훈"},
		{"Hangul with a space in a field", "지 훈", "김", "김 지 훈"},
		{"Hangul and Latin letters", "Jihoon", "김", "Jihoon 김"},
		{"Han, simplified", "伟", "王", "王伟"},
		{"Han, traditional", "國榮", "張", "張國榮"},
		{"Han, Japanese", "太郎", "田中", "田中太郎"},
		{"Han with the iteration mark", "直樹", "佐々木", "佐々木直樹"},
		{"Hangul and Han", "지훈", "金", "金지훈"},
		{"Katakana", "タロウ", "サトー", "サトー タロウ"},
		{"half-width Katakana", "ﾀﾛｳ", "ｽｽﾞｷ", "ｽｽﾞｷ ﾀﾛｳ"},
		{"Hiragana", "さくら", "やまだ", "やまだ さくら"},
		{"Han and Kana", "さくら", "山田", "山田 さくら"},
		{"Kana with a middle dot", "ジャン・ポール", "サルトル", "サルトル ジャン・ポール"},
		{"a foreign name in Han", "卡尔·马克思", "马", "卡尔·马克思 马"},
		{"Arabic", "محمد", "علي", "محمد علي"},
		{"Hebrew", "נועה", "כהן", "נועה כהן"},
		{"Thai", "สมชาย", "ใจดี", "สมชาย ใจดี"},
		{"Cyrillic", "Иван", "Петров", "Иван Петров"},
		{"Devanagari", "प्रिया", "नायर", "प्रिया नायर"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize.FullName(c.first, c.last); got != c.want {
				t.Errorf("%q and %q are %q, want %q", c.first, c.last, got, c.want)
			}
		})
	}
}

// checkName checks what holds for every text.
func checkName(t interface{ Errorf(string, ...any) }, first, last string) {
	name := normalize.Name(first, last)
	if again := normalize.Name(name, ""); again != name {
		t.Errorf("%q and %q are %q (%+q), and that is %q (%+q)", first, last, name, name, again, again)
	}
	if !utf8.ValidString(name) || strings.Contains(name, "  ") || strings.TrimSpace(name) != name {
		t.Errorf("%q and %q are %q", first, last, name)
	}
	if name != "" && !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		t.Errorf("%q and %q are %q, without letter or digit", first, last, name)
	}
	if other := normalize.Name("\t "+asciiUpper(first)+" ", " "+asciiUpper(last)+"\r\n"); other != name {
		t.Errorf("%q and %q are %q, and %q in upper case with space around", first, last, name, other)
	}

	full := normalize.FullName(first, last)
	if strings.TrimSpace(full) != full || len(full) > len(first)+len(last)+1 {
		t.Errorf("%q and %q read %q", first, last, full)
	}
	f, l := strings.TrimSpace(first), strings.TrimSpace(last)
	switch full {
	case f, l, f + " " + l, l + " " + f, l + f:
	default:
		t.Errorf("%q and %q read %q", first, last, full)
	}
	if again := normalize.FullName(full, ""); again != full {
		t.Errorf("%q and %q read %q, and that %q", first, last, full, again)
	}
}

func TestAComparedNameIsComparedAsItself(t *testing.T) {
	letters := []rune("aÅßİıØœ'’´.- \u0301\u0308\u0345\u3099김\u1100\u1161\u11a8かハ々ー王ώΣςй\u0e33\u0e31प\u093cक़ا\u0651\u064e\u200d\u034f\ufe0f🎉１\u2028\ufffd")
	rapid.Check(t, func(t *rapid.T) {
		checkName(t, rapid.StringOf(rapid.SampledFrom(letters)).Draw(t, "first"), rapid.StringOf(rapid.SampledFrom(letters)).Draw(t, "last"))
	})
}

func FuzzName(f *testing.F) {
	for _, c := range names {
		f.Add(c.first, c.last)
	}
	f.Add("MSFT_TEST_636573304831318844", "MSFT_TEST_636573304831318844")
	f.Add("<img src=x onerror=alert(1)>", "O'Neil\r\nBcc: everyone@contoso.com")
	f.Add("5", "true")
	f.Fuzz(func(t *testing.T, first, last string) { checkName(t, first, last) })
}

// nasty are pieces of text that cost the most to take apart.
var nasty = []struct{ name, piece string }{
	{"letters", "a"},
	{"spaces", " "},
	{"apostrophes", "'"},
	{"accents", "é"},
	{"combining-marks", "\u0301"},
	{"combining-marks-out-of-order", "\u0301\u0316"},
	{"marks-on-another-script", "क\u093c\u0951\u0316\u0301"},
	{"Hangul-parts", "\u1100\u1161\u11a8"},
	{"a-character-of-many", "\ufdfa"},
	{"joiners", "\u200d"},
	{"no-UTF-8", "\xff"},
	{"addresses", "a@b.c,"},
	{"brackets", "("},
	{"digits", "0"},
}

func TestNoTextIsTooLong(t *testing.T) {
	for _, n := range nasty {
		t.Run(n.name, func(t *testing.T) {
			text := strings.Repeat(n.piece, 192<<10/len(n.piece))
			if name := normalize.Name("Ana", text); normalize.Name(name, "") != name || !strings.HasPrefix(name, "ana") {
				t.Errorf("the name begins with %.20q", name)
			}
			if full := normalize.FullName(text, ""); full != strings.TrimSpace(text) {
				t.Errorf("the full name begins with %.20q", full)
			}
			checkEmail(t, text)
			checkEmail(t, text+"@contoso.com")
			checkEmail(t, "ana@"+text)
			checkCompany(t, "ana@"+text)
			checkCountry(t, text)
			checkPhone(t, "1"+text, "US")
		})
	}
}

func BenchmarkName(b *testing.B) {
	for _, c := range []struct{ name, first, last string }{
		{"ASCII", "Ana", "Silva"},
		{"accents", "José", "Müller"},
		{"Hangul", "지훈", "김"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalize.Name(c.first, c.last)
			}
		})
	}
}

func BenchmarkFullName(b *testing.B) {
	for _, c := range []struct{ name, first, last string }{
		{"ASCII", "Ana", "Silva"},
		{"accents", "José", "Müller"},
		{"Hangul", "지훈", "김"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalize.FullName(c.first, c.last)
			}
		})
	}
}

// BenchmarkNasty compares names at an eighth of the webhook's limit and at the limit. The speed in MB/s must be
// about the same for both, otherwise the time grows faster than the text.
func BenchmarkNasty(b *testing.B) {
	for _, n := range nasty {
		for _, size := range []struct {
			name  string
			bytes int
		}{{"24KiB", 24 << 10}, {"192KiB", 192 << 10}} {
			text := strings.Repeat(n.piece, size.bytes/len(n.piece))
			b.Run(n.name+"/"+size.name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					normalize.FullName(text, "Silva")
				}
			})
		}
	}
}
