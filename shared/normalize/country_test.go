package normalize_test

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"leadflow/shared/normalize"
)

var countries = []struct{ name, country, want string }{
	{"alpha-2", "US", "US"},
	{"alpha-2 in small letters", "us", "US"},
	{"alpha-3, as documented", "USA", "US"},
	{"alpha-3 in small letters", "kor", "KR"},
	{"space around it", " \tUSA\r\n", "US"},
	{"periods", "U.S.A.", "US"},
	{"two periods", "U.S.", "US"},
	{"the long name", "United States of America", "US"},
	{"the in front", "The United States", "US"},
	{"a remark that repeats it", "United States (US)", "US"},
	{"America", "America", "US"},
	{"in Spanish", "Estados Unidos", "US"},
	{"abbreviated in Spanish", "EE. UU.", "US"},
	{"abbreviated in Portuguese", "EUA", "US"},
	{"in Japanese", "アメリカ合衆国", "US"},
	{"in Chinese", "美国", "US"},
	{"in Vietnamese, which without accents is Malaysia", "Mỹ", "US"},
	{"the code of Malaysia", "MY", "MY"},

	{"UK", "UK", "GB"},
	{"U.K.", "U.K.", "GB"},
	{"the whole kingdom", "United Kingdom", "GB"},
	{"the whole kingdom in one mouthful", "United Kingdom of Great Britain and Northern Ireland (the)", "GB"},
	{"Great Britain", "Great Britain", "GB"},
	{"Britain", "Britain", "GB"},
	{"England", "England", "GB"},
	{"Scotland", "Scotland", "GB"},
	{"Wales", "wales", "GB"},
	{"Northern Ireland", "Northern Ireland", "GB"},
	{"Northern Ireland, turned round", "Ireland, Northern", "GB"},
	{"Ireland", "Ireland", "IE"},
	{"the Republic of Ireland", "Republic of Ireland", "IE"},
	{"Ireland with a remark", "Ireland (Republic of)", "IE"},
	{"Ireland in Irish", "Éire", "IE"},

	{"Korea", "Korea", "KR"},
	{"Korea in Spanish", "Corea", "KR"},
	{"Korea in French", "Corée", "KR"},
	{"South Korea", "South Korea", "KR"},
	{"South Korea, turned round", "Korea, South", "KR"},
	{"the Republic of Korea", "Republic of Korea", "KR"},
	{"as ISO writes it", "Korea (the Republic of)", "KR"},
	{"as lists write it", "Korea, Republic of", "KR"},
	{"as short lists write it", "Korea, Rep.", "KR"},
	{"in Korean", "대한민국", "KR"},
	{"in Korean, short", "한국", "KR"},
	{"in Korean, decomposed", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "KR"},
	{"in Chinese as spoken of", "韩国", "KR"},
	{"North Korea", "North Korea", "KP"},
	{"North Korea, turned round", "Korea, North", "KP"},
	{"North Korea in brackets", "Korea (North)", "KP"},
	{"North Korea as ISO writes it", "Korea (the Democratic People's Republic of)", "KP"},
	{"North Korea as lists write it", "Korea, Democratic People’s Republic of", "KP"},
	{"North Korea as the World Bank writes it", "Korea, Dem. People's Rep.", "KP"},
	{"DPRK", "DPRK", "KP"},
	{"a remark in front", "(South) Korea", "KR"},
	{"a remark in front that is left out", "(formerly Burma) Myanmar", "MM"},
	{"a Korea that nobody knows", "Korea (East)", ""},

	{"China", "China", "CN"},
	{"the People's Republic", "People's Republic of China", "CN"},
	{"P.R. China", "P.R. China", "CN"},
	{"China with a remark", "China (PRC)", "CN"},
	{"in Chinese, simplified", "中国", "CN"},
	{"in Chinese, traditional", "中國", "CN"},
	{"Taiwan", "Taiwan", "TW"},
	{"Taiwan as ISO writes it", "Taiwan (Province of China)", "TW"},
	{"Taiwan as lists write it", "Taiwan, Province of China", "TW"},
	{"the Republic of China", "Republic of China", "TW"},
	{"Taiwan in Chinese", "台灣", "TW"},
	{"Hong Kong", "Hong Kong", "HK"},
	{"Hong Kong SAR", "Hong Kong SAR", "HK"},
	{"Hong Kong S.A.R.", "Hong Kong S.A.R.", "HK"},
	{"Hong Kong as the United Nations write it", "China, Hong Kong SAR", "HK"},
	{"Hong Kong in Chinese", "香港", "HK"},
	{"Macao", "Macao SAR", "MO"},
	{"Macau", "Macau", "MO"},
	{"a part of China that may be another code", "中国（香港）", ""},

	{"Russia", "Russia", "RU"},
	{"the Russian Federation", "Russian Federation", "RU"},
	{"in Russian", "Россия", "RU"},
	{"in Russian capitals", "РОССИЯ", "RU"},
	{"Viet Nam", "Viet Nam", "VN"},
	{"Vietnam", "Vietnam", "VN"},
	{"in Vietnamese", "Việt Nam", "VN"},
	{"the Czech Republic", "Czech Republic", "CZ"},
	{"Czechia", "Czechia", "CZ"},
	{"in Czech", "Česko", "CZ"},
	{"Turkey", "Turkey", "TR"},
	{"Türkiye", "Türkiye", "TR"},
	{"Türkiye in capitals", "TÜRKİYE", "TR"},
	{"Turkiye", "Turkiye", "TR"},
	{"Ivory Coast", "Ivory Coast", "CI"},
	{"Côte d'Ivoire with any apostrophe", "Cote d’Ivoire", "CI"},
	{"Côte d'Ivoire with an accent for it", "Côte d´Ivoire", "CI"},
	{"Holland", "Holland", "NL"},
	{"the Netherlands", "The Netherlands", "NL"},
	{"the Netherlands as ISO writes it", "Netherlands (Kingdom of the)", "NL"},
	{"Burma", "Burma", "MM"},
	{"Myanmar", "Myanmar", "MM"},
	{"Myanmar with a remark", "Myanmar (formerly Burma)", "MM"},
	{"UAE", "UAE", "AE"},
	{"U.A.E.", "U.A.E.", "AE"},
	{"the Emirates", "United Arab Emirates", "AE"},
	{"Saudi Arabia", "Kingdom of Saudi Arabia", "SA"},
	{"KSA", "KSA", "SA"},
	{"Iran as lists write it", "Iran, Islamic Republic of", "IR"},
	{"Venezuela as lists write it", "Venezuela, Bolivarian Republic of", "VE"},
	{"Tanzania as ISO writes it", "Tanzania, the United Republic of", "TZ"},
	{"the Bahamas as ISO writes it", "Bahamas (the)", "BS"},
	{"the Falklands with all brackets", "Falkland Islands (the) [Malvinas]", "FK"},
	{"the Holy See", "Holy See", "VA"},
	{"Swaziland", "Swaziland", "SZ"},
	{"Cape Verde", "Cape Verde", "CV"},
	{"Macedonia", "Macedonia, the former Yugoslav Republic of", "MK"},
	{"East Timor", "East Timor", "TL"},
	{"Zaire", "Zaire", "CD"},
	{"Congo", "Congo", "CG"},
	{"the other Congo", "Congo, The Democratic Republic of the", "CD"},
	{"the other Congo, short", "DR Congo", "CD"},
	{"the other Congo as the World Bank writes it", "Congo, Dem. Rep.", "CD"},
	{"a Congo that nobody knows", "Congo (Upper)", ""},
	{"South Sudan, turned round", "Sudan, South", "SS"},
	{"American Samoa, turned round", "Samoa, American", "AS"},
	{"Georgia", "Georgia", "GE"},
	{"the other Georgia", "Georgia, USA", ""},
	{"and as a sign", "Trinidad & Tobago", "TT"},
	{"and as a full-width sign", "Trinidad ＆ Tobago", "TT"},
	{"and as a word", "Bosnia and Herzegovina", "BA"},
	{"hyphens", "Guinea-Bissau", "GW"},
	{"no hyphens", "Guinea Bissau", "GW"},
	{"St. for saint", "St. Lucia", "LC"},
	{"St in the middle", "Collectivité territoriale de St-Pierre-et-Miquelon", "PM"},
	{"St. and a sign", "St. Vincent & the Grenadines", "VC"},
	{"the code that reads like saint", "ST", "ST"},
	{"Saint Martin's other half", "Saint Martin (Dutch part)", "SX"},
	{"accents left out", "Curacao", "CW"},
	{"accents kept", "Curaçao", "CW"},
	{"strokes left out", "Faeroerne", "FO"},
	{"very many spaces around it", strings.Repeat(" ", 200<<10) + "Korea", "KR"},
	{"more spaces", "  New   Zealand ", "NZ"},
	{"full-width letters", "ＪＡＰＡＮ", "JP"},
	{"Kosovo", "Kosovo", "XK"},
	{"Kosovo's code", "XK", "XK"},
	{"Palestine as lists write it", "Palestine, State of", "PS"},

	{"in German", "Deutschland", "DE"},
	{"in German, Austria", "Österreich", "AT"},
	{"in German, Austria, in capitals", "ÖSTERREICH", "AT"},
	{"in Portuguese", "Brasil", "BR"},
	{"in Spanish, Spain", "España", "ES"},
	{"in French", "Royaume-Uni", "GB"},
	{"in Italian", "Svizzera", "CH"},
	{"in Dutch", "Duitsland", "DE"},
	{"in Polish", "Polska", "PL"},
	{"in Finnish", "Suomi", "FI"},
	{"in Hungarian", "Magyarország", "HU"},
	{"in Greek", "Ελλάδα", "GR"},
	{"in Greek capitals", "ΕΛΛΑΔΑ", "GR"},
	{"in Ukrainian", "Україна", "UA"},
	{"in Japanese, Japan", "日本", "JP"},
	{"in Arabic", "مصر", "EG"},
	{"in Persian", "ایران", "IR"},
	{"in Hebrew", "ישראל", "IL"},
	{"in Hindi", "भारत", "IN"},
	{"in Thai", "ไทย", "TH"},
	{"in Bengali", "বাংলাদেশ", "BD"},
	{"in Georgian", "საქართველო", "GE"},
	{"in Armenian", "Հայաստան", "AM"},
	{"in Amharic", "ኢትዮጵያ", "ET"},
	{"in Vietnamese, Austria, which without accents is Angola", "Áo", "AT"},
	{"in Vietnamese, Belgium, which without accents is Burundi", "Bỉ", "BE"},
	{"the code of Burundi", "bi", "BI"},

	{"Greece to the European Union", "EL", "GR"},
	{"Burma's old code", "BU", "MM"},
	{"East Timor's old code", "TP", "TL"},
	{"East Germany's old code", "DD", "DE"},
	{"Zaire's old code", "ZR", "CD"},
	{"Zaire's old alpha-3", "ZAR", "CD"},
	{"the code reserved for the Canary Islands", "IC", "ES"},
	{"Canary Islands", "Canary Islands", "ES"},
	{"the Soviet Union's code, with many successors", "SU", ""},
	{"Yugoslavia's code, with two", "YU", ""},
	{"the Netherlands Antilles' code, with three", "AN", ""},
	{"Connecticut, a withdrawn code", "CT", ""},
	{"Oklahoma, a kingdom's abbreviation in Inari Sami", "OK", ""},

	{"the world", "World", ""},
	{"a continent", "Europe", ""},
	{"another continent", "Africa", ""},
	{"Latin America", "Latin America", ""},
	{"North America", "North America", ""},
	{"the European Union", "European Union", ""},
	{"the European Union's code", "EU", ""},
	{"the United Nations", "United Nations", ""},
	{"the United Nations' code", "UN", ""},
	{"no country", "ZZ", ""},
	{"a private code", "XX", ""},
	{"another private code", "QM", ""},
	{"a numeric code", "840", ""},
	{"a language", "English", ""},
	{"a language with a country's letters", "Thai", ""},
	{"a code of a language", "EN", ""},
	{"two countries of one name", "Virgin Islands", ""},
	{"Guyana or French Guiana", "Guiana", ""},
	{"a city", "Seoul", ""},
	{"no word", "asdf", ""},
	{"nothing", "", ""},
	{"punctuation", "-", ""},
	{"brackets", "()", ""},
	{"a comma", ",", ""},
	{"a remark alone", "(the)", ""},
	{"markup", "<b>US</b>", ""},
	{"very long", strings.Repeat("Korea, ", 30<<10), ""},
}

func TestCountriesAreKnownByCodesNamesAndVariants(t *testing.T) {
	for _, c := range countries {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize.Country(c.country); got != c.want {
				t.Errorf("%.60q is %q, want %q", c.country, got, c.want)
			}
		})
	}
}

func TestEveryCountryIsKnownByItsNameAndCodes(t *testing.T) {
	n := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			name := normalize.CountryName(code)
			if name == "" {
				continue
			}
			n++
			for _, text := range []string{code, strings.ToLower(code), name, strings.ToUpper(name), "The " + name, language.MustParseRegion(code).ISO3()} {
				if got := normalize.Country(text); got != code {
					t.Errorf("%q is %q, want %q", text, got, code)
				}
			}
		}
	}
	if n != 250 {
		t.Errorf("%d countries, not the 249 of ISO 3166-1 and Kosovo", n)
	}
}

func TestOnlyCurrentCodesHaveNames(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"a country", "KR", "South Korea"},
		{"a name with an accent", "TR", "Türkiye"},
		{"Kosovo", "XK", "Kosovo"},
		{"a withdrawn code", "DD", ""},
		{"a reserved code", "UK", ""},
		{"a union", "EU", ""},
		{"small letters", "kr", ""},
		{"alpha-3", "KOR", ""},
		{"a name", "South Korea", ""},
		{"nothing", "", ""},
		{"a line of the list", "KR\tSouth Korea", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize.CountryName(c.code); got != c.want {
				t.Errorf("the name of %q is %q, want %q", c.code, got, c.want)
			}
		})
	}
}

// checkCountry checks what holds for every text.
func checkCountry(t interface{ Errorf(string, ...any) }, s string) {
	code := normalize.Country(s)
	if code == "" {
		return
	}
	name := normalize.CountryName(code)
	if name == "" {
		t.Errorf("%q is %q, which has no name", s, code)
	}
	if got := normalize.Country(name); got != code {
		t.Errorf("%q is %q, and its name %q is %q", s, code, name, got)
	}
	for _, other := range []string{"\t " + s + "\r\n", asciiUpper(s)} {
		if got := normalize.Country(other); got != code {
			t.Errorf("%q is %q, and %q is %q", s, code, other, got)
		}
	}
}

func TestACountryIsTheCountryOfItsName(t *testing.T) {
	words := []string{"Korea", "the", "Republic of", "(", ")", ",", "United", "States", "&", "Congo", "North", "St.", "Guinea", "Bỉ", "ÅLAND", "日本", " ", "-", "'"}
	rapid.Check(t, func(t *rapid.T) {
		checkCountry(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 6).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between")))
	})
}

func FuzzCountry(f *testing.F) {
	for _, c := range countries {
		if len(c.country) < 1000 {
			f.Add(c.country)
		}
	}
	f.Fuzz(func(t *testing.T, s string) { checkCountry(t, s) })
}

func BenchmarkCountry(b *testing.B) {
	for _, c := range []struct{ name, country string }{
		{"code", "US"},
		{"name", "Brazil"},
		{"with-accents", "Türkiye"},
		{"Hangul", "대한민국"},
		{"turned-round", "Korea, South"},
		{"unknown", "Nowhere, at all"},
		{"192KiB", strings.Repeat("Korea, ", 192<<10/7)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalize.Country(c.country)
			}
		})
	}
}

func BenchmarkCountryName(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		normalize.CountryName("KR")
	}
}
