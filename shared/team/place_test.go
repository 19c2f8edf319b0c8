package team_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"leadflow/shared/team"
)

// page is a team file in the making. It knows where it stands.
type page struct {
	strings.Builder
	t            *rapid.T
	line, column int
	end          string // of a line
	marks        []string
}

func (p *page) write(s string) {
	p.WriteString(s)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		p.line, p.column, s = p.line+strings.Count(s, "\n"), 1, s[i+1:]
	}
	p.column += utf8.RuneCountInString(s)
}

// breakLine ends a line, as people do: with spaces, with a comment, with blank lines and whole comments behind it.
func (p *page) breakLine() {
	p.write(rapid.SampledFrom([]string{"", "", " ", "   ", " # nearby", "  # 가까이  "}).Draw(p.t, "end of line") + p.end)
	for range rapid.IntRange(0, 2).Draw(p.t, "lines between") {
		p.write(rapid.SampledFrom([]string{"", "  ", "# between", "      # indented"}).Draw(p.t, "line between") + p.end)
	}
}

// mark notes that a problem must be told here.
func (p *page) mark() { p.marks = append(p.marks, fmt.Sprintf("%d:%d", p.line, p.column)) }

// value writes a text in one of YAML's ways, on one line or on several.
func (p *page) value(indent string) {
	switch rapid.IntRange(0, 7).Draw(p.t, "way") {
	case 0:
		p.write("plain text")
	case 1:
		p.write(`'it''s # 작은: quoted'`)
	case 2:
		p.write(`"\"double\" \u00e9 😀, [quoted]"`)
	case 3:
		p.write("plain" + p.end + indent + "  of two lines")
	case 4:
		p.mark() // the blank line makes it a text of two lines
		p.write(`"double` + p.end + p.end + indent + `  of three lines"`)
	case 5:
		p.write("'single" + p.end + indent + "  of two lines'")
	case 6:
		p.write(">-" + p.end + indent + "  folded" + p.end + indent + "  text")
		p.write(p.end)
		p.write("# a comment behind it")
	case 7:
		p.mark() // a number is no text
		p.write("12")
	}
}

// Each file has problems in places that are known, among texts and comments of every form.
func TestAProblemIsToldInItsPlaceWhateverStandsAroundIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &page{t: t, line: 1, column: 1, end: rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")}
		p.breakLine()
		p.write("offers:")
		p.breakLine()
		dash := rapid.SampledFrom([]string{"", "  ", "    "}).Draw(t, "indent")
		gap := rapid.SampledFrom([]string{" ", "   "}).Draw(t, "gap")
		indent := dash + " " + gap
		for i := range rapid.IntRange(1, 4).Draw(t, "offers") {
			p.write(dash + "-" + gap + fmt.Sprintf("id: offer-%d", i))
			p.breakLine()
			for _, key := range rapid.Permutation([]string{"product", "titles", "price", "silenceDays", "publisher"}).Draw(t, "keys") {
				if rapid.Bool().Draw(t, "left out") {
					continue
				}
				p.write(indent)
				switch key {
				case "product":
					p.write("product: ")
					p.value(indent)
				case "titles":
					p.write("titles: [ ")
					if rapid.Bool().Draw(t, "two lines") {
						p.write(p.end + indent + "  ")
					}
					p.write(fmt.Sprintf("하나%d, ", i))
					p.mark()
					p.write("true,  ")
					p.mark()
					p.write("[list] ]")
				case "price":
					p.mark()
					p.write("price:  5")
				case "silenceDays":
					p.write("silenceDays:   ")
					p.mark()
					p.write("'14'")
				case "publisher":
					p.mark() // of the key, for there is no value
					p.write("publisher:")
				}
				p.breakLine()
			}
		}
		p.mark()
		p.write("persons: []" + p.end)

		_, problems := team.Parse([]byte(p.String()))
		var told []string
		for _, problem := range problems {
			told = append(told, fmt.Sprintf("%d:%d", problem.Line, problem.Column))
		}
		if strings.Join(told, " ") != strings.Join(p.marks, " ") {
			t.Errorf("problems in %s, want %s, of\n%s\n%v", told, p.marks, p.String(), problems)
		}
	})
}
