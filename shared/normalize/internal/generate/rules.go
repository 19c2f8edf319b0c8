package main

// places are the codes that ISO 3166 reserves for, or the CLDR gives to, places that have none of their own
// because they belong to a country.
var places = map[string]string{
	"AC": "SH", // Ascension Island
	"CP": "FR", // Clipperton Island
	"CQ": "GG", // Sark
	"DG": "IO", // Diego Garcia
	"EA": "ES", // Ceuta and Melilla
	"IC": "ES", // Canary Islands
	"TA": "SH", // Tristan da Cunha
}

// rules are the spellings that no source has, or that the sources leave open. "" leaves a spelling out.
var rules = map[string]string{
	// Leadflow's own decision: who writes Korea means the one with the customers.
	"Corea":  "KR",
	"Coreia": "KR",
	"Corée":  "KR",
	"Korea":  "KR",
	"Корея":  "KR",
	// In a field for a country it is not the continent.
	"America": "US",
	"Amerika": "US",
	// Guyana, French Guiana or the region: the sources disagree.
	"Guiana": "",

	// Withdrawn codes of Canton and Enderbury and of the Midway Islands. Connecticut and Michigan are typed more
	// often.
	"CT": "",
	"MI": "",

	// Short and old names in English, and abbreviations.
	"Britain":        "GB",
	"Czech Rep.":     "CZ",
	"DPRK":           "KP",
	"Emirates":       "AE",
	"Mainland China": "CN",
	"Persia":         "IR",
	"PRC":            "CN",
	"P.R. China":     "CN",
	"ROC":            "TW",
	"ROK":            "KR",
	"Trinidad":       "TT",
	"Zaire":          "CD",

	// What the World Bank's lists, and those copied from them, call the countries whose name without the
	// remark is another country.
	"Congo, Dem. Rep.":          "CD",
	"Korea, Dem. Rep.":          "KP",
	"Korea, Dem. People's Rep.": "KP",
	"Saint Martin (Dutch part)": "SX",

	// The European Union's code for Greece.
	"EL": "GR",
}
