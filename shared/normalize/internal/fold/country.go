package fold

import "strings"

// Country gives the form in which names of countries are compared: Text with "&" read as "and", without "the"
// in front, and with "St" before another word as "saint".
func Country(name string) string { return country(name, false) }

// AccentedCountry is Country with the accents kept. In Vietnamese "Bỉ" is Belgium, and BI is Burundi.
func AccentedCountry(name string) string { return country(name, true) }

func country(name string, accents bool) string {
	name = strings.ReplaceAll(name, "&", " and ")
	name = strings.ReplaceAll(name, "＆", " and ")
	name = strings.TrimPrefix(text(name, accents), "the ")
	// Alone, ST is the code of São Tomé and Príncipe.
	if rest, ok := strings.CutPrefix(name, "st "); ok {
		name = "saint " + rest
	}
	return strings.ReplaceAll(name, " st ", " saint ")
}
