package team_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// offerOf is what LeadSource says of an offer of the catalogue.
func offerOf(o team.Offer) lead.Offer { return lead.Offer{ID: o.ID, Publisher: o.Publisher} }

// contoso is a publisher with a catalogue of every kind of offer.
var contoso = team.Team{Offers: []team.Offer{
	{ID: "analytics", Publisher: "contoso", Titles: []string{"Contoso Analytics", "Contoso 애널리틱스", "Straße & Weg"}, Product: "Analytics"},
	{ID: "backup", Titles: []string{"Contoso Backup"}},
	{ID: "check.point-r77.10", Publisher: "contoso"},
	{ID: "v2.vault", Product: "Vault"},
	{ID: "shared", Publisher: "contoso", Product: "Shared of Contoso"},
	{ID: "shared", Publisher: "fabrikam", Product: "Shared of Fabrikam"},
	{ID: "mixed", Publisher: "fabrikam", Product: "Mixed of Fabrikam"},
	{ID: "mixed", Product: "Mixed of anybody"},
	{ID: "adatum.report", Publisher: "contoso", Product: "Report on Adatum"},
	{ID: "report", Product: "Report"},
}}

func TestAListingIsFoundInTheCatalogue(t *testing.T) {
	analytics := lead.Offer{ID: "analytics", Publisher: "contoso", Title: "Analytics"}
	backup := lead.Offer{ID: "backup", Title: "Contoso Backup"}
	for _, c := range []struct {
		name string
		url  string
		said lead.Offer
		want lead.Offer
	}{
		{"by the URL's id", "analytics", lead.Offer{}, analytics},
		{"by the URL's id with the publisher", "contoso.analytics", lead.Offer{}, analytics},
		{"by the URL's id in another letter case", "Contoso.ANALYTICS", lead.Offer{}, analytics},
		{"by what LeadSource said", "", lead.Offer{Publisher: "contoso", ID: "analytics"}, analytics},
		{"by what LeadSource said in another letter case", "", lead.Offer{Publisher: "CONTOSO", ID: "Analytics"}, analytics},
		{"by LeadSource's id alone", "", lead.Offer{ID: "analytics"}, analytics},
		{"by the title", "", lead.Offer{Title: "Contoso Analytics"}, analytics},
		{"by an alias in another language", "", lead.Offer{Title: "Contoso 애널리틱스"}, analytics},
		{"by a title in another letter case and with more spaces", "", lead.Offer{Title: " CONTOSO   analytics "}, analytics},
		{"by a title in full width", "", lead.Offer{Title: "Ｃｏｎｔｏｓｏ　Ａｎａｌｙｔｉｃｓ"}, analytics},
		{"by a title in decomposed letters", "", lead.Offer{Title: norm.NFD.String("Contoso 애널리틱스")}, analytics},
		{"by a title whose letter case has another length", "", lead.Offer{Title: "STRASSE & WEG"}, analytics},
		{"by the title when the id is unknown", "", lead.Offer{Publisher: "contoso", ID: "older", Title: "Contoso Analytics"}, analytics},
		{"the URL before LeadSource", "backup", lead.Offer{Publisher: "contoso", ID: "analytics"}, backup},
		{"the URL before the title", "backup", lead.Offer{Title: "Contoso Analytics"}, backup},
		{"LeadSource before the title", "", lead.Offer{Publisher: "contoso", ID: "analytics", Title: "Contoso Backup"}, analytics},
		{"an offer without publisher for any publisher, which stays", "", lead.Offer{Publisher: "fabrikam", ID: "backup"}, lead.Offer{ID: "backup", Publisher: "fabrikam", Title: "Contoso Backup"}},
		{"an offer without publisher by the URL with one", "contoso.backup", lead.Offer{}, backup},
		{"an offer without publisher by the URL, and the publisher that LeadSource has for it", "backup", lead.Offer{Publisher: "contoso", ID: "Backup"}, lead.Offer{ID: "backup", Publisher: "contoso", Title: "Contoso Backup"}},
		{"an offer without publisher by the URL, when LeadSource has another one", "backup", lead.Offer{Publisher: "fabrikam", ID: "other"}, backup},
		{"an id with dots", "check.point-r77.10", lead.Offer{}, lead.Offer{ID: "check.point-r77.10", Publisher: "contoso"}},
		{"an id with dots behind its publisher", "contoso.check.point-r77.10", lead.Offer{}, lead.Offer{ID: "check.point-r77.10", Publisher: "contoso"}},
		{"an id with dots that LeadSource has without publisher", "", lead.Offer{Publisher: "check", ID: "point-r77.10"}, lead.Offer{ID: "check.point-r77.10", Publisher: "contoso"}},
		{"an id with dots and no publisher", "V2.vault", lead.Offer{}, lead.Offer{ID: "v2.vault", Title: "Vault"}},
		{"an id with dots whose beginning LeadSource takes for the publisher", "", lead.Offer{Publisher: "v2", ID: "vault"}, lead.Offer{ID: "v2.vault", Title: "Vault"}},
		{"an id with dots behind any publisher", "", lead.Offer{Publisher: "contoso", ID: "v2.vault"}, lead.Offer{ID: "v2.vault", Publisher: "contoso", Title: "Vault"}},
		{"an id of two publishers by the one that is named", "fabrikam.shared", lead.Offer{}, lead.Offer{ID: "shared", Publisher: "fabrikam", Title: "Shared of Fabrikam"}},
		{"an id of two publishers by the one that LeadSource names", "shared", lead.Offer{Publisher: "Fabrikam", ID: "another"}, lead.Offer{ID: "shared", Publisher: "fabrikam", Title: "Shared of Fabrikam"}},
		{"an id of two publishers, when none is named, as the first", "shared", lead.Offer{}, lead.Offer{ID: "shared", Publisher: "contoso", Title: "Shared of Contoso"}},
		{"an id of one publisher and of any, by the one", "", lead.Offer{Publisher: "fabrikam", ID: "mixed"}, lead.Offer{ID: "mixed", Publisher: "fabrikam", Title: "Mixed of Fabrikam"}},
		{"an id of one publisher and of any, by another", "", lead.Offer{Publisher: "adatum", ID: "mixed"}, lead.Offer{ID: "mixed", Publisher: "adatum", Title: "Mixed of anybody"}},
		{"an id of one publisher and of any, by none", "mixed", lead.Offer{}, lead.Offer{ID: "mixed", Title: "Mixed of anybody"}},
		{"an id behind its publisher before the same with dots of another", "", lead.Offer{Publisher: "adatum", ID: "report"}, lead.Offer{ID: "report", Publisher: "adatum", Title: "Report"}},
		{"what was said is the title if the catalogue has none", "contoso.check.point-r77.10", lead.Offer{Title: "Check Point"}, lead.Offer{ID: "check.point-r77.10", Publisher: "contoso", Title: "Check Point"}},
		{"the product is the title before the first of the titles", "", lead.Offer{Title: "straße & weg"}, analytics},
		{"and the action stays", "analytics", lead.Offer{Action: lead.ActionContactMe}, lead.Offer{ID: "analytics", Publisher: "contoso", Title: "Analytics", Action: lead.ActionContactMe}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, known := contoso.Resolve(c.url, c.said); !known || !reflect.DeepEqual(got, c.want) {
				t.Errorf("it is %+v, known: %v, want %+v", got, known, c.want)
			}
		})
	}
}

func TestAListingThatTheCatalogueLacksIsWhatWasSaid(t *testing.T) {
	for _, c := range []struct {
		name string
		url  string
		said lead.Offer
		want lead.Offer
	}{
		{"nothing at all", "", lead.Offer{}, lead.Offer{}},
		{"the URL's id", "portal", lead.Offer{}, lead.Offer{ID: "portal"}},
		{"the URL's id and the title", "portal", lead.Offer{Title: "Contoso Portal"}, lead.Offer{ID: "portal", Title: "Contoso Portal"}},
		{"the URL's id without another's publisher", "portal", lead.Offer{Publisher: "contoso", ID: "gateway", Title: "Contoso Gateway"}, lead.Offer{ID: "portal", Title: "Contoso Gateway"}},
		{"LeadSource's publisher and id", "", lead.Offer{Publisher: "contoso", ID: "portal", Title: "Contoso Portal"}, lead.Offer{Publisher: "contoso", ID: "portal", Title: "Contoso Portal"}},
		{"LeadSource's form of the URL's id", "portal", lead.Offer{Publisher: "contoso", ID: "portal"}, lead.Offer{Publisher: "contoso", ID: "portal"}},
		{"LeadSource's form of the URL's publisher and id", "contoso.portal", lead.Offer{Publisher: "contoso", ID: "portal"}, lead.Offer{Publisher: "contoso", ID: "portal"}},
		{"LeadSource's form in another letter case", "Contoso.Portal", lead.Offer{Publisher: "contoso", ID: "PORTAL"}, lead.Offer{Publisher: "contoso", ID: "PORTAL"}},
		{"LeadSource's form of an id with dots", "contoso.portal.v2", lead.Offer{Publisher: "contoso", ID: "portal.v2"}, lead.Offer{Publisher: "contoso", ID: "portal.v2"}},
		{"the URL's id of another publisher", "fabrikam.portal", lead.Offer{Publisher: "contoso", ID: "portal"}, lead.Offer{ID: "fabrikam.portal"}},
		{"the URL's id though LeadSource and title are those of a known offer", "portal", lead.Offer{Publisher: "contoso", ID: "analytics", Title: "Contoso Backup"}, lead.Offer{ID: "portal", Title: "Contoso Backup"}},
		{"the title alone", "", lead.Offer{Title: "Contoso Portal"}, lead.Offer{Title: "Contoso Portal"}},
		{"an id of a publisher who has none of that name", "", lead.Offer{Publisher: "fabrikam", ID: "analytics"}, lead.Offer{Publisher: "fabrikam", ID: "analytics"}},
		{"the name of a product, which is no title", "", lead.Offer{Title: "Vault"}, lead.Offer{Title: "Vault"}},
		{"a title that only begins like one", "", lead.Offer{Title: "Contoso Backup 2"}, lead.Offer{Title: "Contoso Backup 2"}},
		{"a blank title", "", lead.Offer{Title: "  "}, lead.Offer{Title: "  "}},
		{"an id that only ends like one", "", lead.Offer{Publisher: "contoso", ID: "x.backup"}, lead.Offer{Publisher: "contoso", ID: "x.backup"}},
		{"and the action stays", "portal", lead.Offer{Action: lead.ActionTestDrive}, lead.Offer{ID: "portal", Action: lead.ActionTestDrive}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, of := range map[string]team.Team{"a catalogue": contoso, "no catalogue": {}} {
				if got, known := of.Resolve(c.url, c.said); known || !reflect.DeepEqual(got, c.want) {
					t.Errorf("with %s it is %+v, known: %v, want %+v", name, got, known, c.want)
				}
			}
		})
	}
}

func TestATeamWithOffersHasACatalogue(t *testing.T) {
	if !contoso.HasCatalogue() || (team.Team{}).HasCatalogue() || team.Operations("a@contoso.com").HasCatalogue() {
		t.Error("who has a catalogue?")
	}
}

// catalogues are catalogues in which no name has two meanings: no two offers share an id or a title, and no id
// ends with another behind a dot.
func catalogues(t *rapid.T) []team.Offer {
	ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9]([a-z0-9_-]{0,4})`), 1, 6, rapid.ID[string]).Draw(t, "ids")
	titles := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zäéß가-깋]{1,4}( [a-z]{1,3})?`), len(ids), len(ids), strings.ToUpper).Draw(t, "titles")
	var all []team.Offer
	for i, id := range ids {
		o := team.Offer{ID: id, Publisher: rapid.SampledFrom([]string{"", "contoso", "fabrikam"}).Draw(t, "publisher")}
		if rapid.Bool().Draw(t, "dots") {
			o.ID = "v" + string(rune('0'+i)) + "." + o.ID + "_" + string(rune('0'+i))
		}
		if rapid.Bool().Draw(t, "titled") {
			o.Titles = []string{titles[i]}
		}
		if rapid.Bool().Draw(t, "named") {
			o.Product = "Product " + id
		}
		all = append(all, o)
	}
	return all
}

// mentions are a URL's offer and what LeadSource said, of which each may be in the catalogue or not.
func mentions(t *rapid.T, all []team.Offer) (url string, said lead.Offer) {
	o := rapid.SampledFrom(all).Draw(t, "of the URL")
	url = rapid.SampledFrom([]string{"", "unknown", o.ID, "contoso." + o.ID, "fabrikam." + o.ID}).Draw(t, "url")
	o = rapid.SampledFrom(all).Draw(t, "of LeadSource")
	said.ID = rapid.SampledFrom([]string{"", "unknown", o.ID}).Draw(t, "id")
	said.Publisher = rapid.SampledFrom([]string{"", "contoso", "fabrikam"}).Draw(t, "said publisher")
	said.Title = rapid.SampledFrom(append([]string{"", "Unknown Title"}, o.Titles...)).Draw(t, "title")
	return url, said
}

// shout changes the letter case of some letters.
func shout(t *rapid.T, s string) string {
	return strings.Map(func(r rune) rune {
		if rapid.Bool().Draw(t, "upper") {
			return unicode.ToUpper(r)
		}
		return r
	}, s)
}

func TestNeitherLetterCaseNorTheOrderOfTheFileMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := catalogues(t)
		url, said := mentions(t, all)
		want, known := team.Team{Offers: all}.Resolve(url, said)

		other := rapid.Permutation(all).Draw(t, "order")
		if got, k := (team.Team{Offers: other}).Resolve(url, said); !reflect.DeepEqual(got, want) || k != known {
			t.Errorf("in another order it is %+v, %v, want %+v, %v", got, k, want, known)
		}
		loud := lead.Offer{ID: shout(t, said.ID), Publisher: shout(t, said.Publisher), Title: "  " + strings.ReplaceAll(shout(t, said.Title), " ", "   ")}
		got, k := team.Team{Offers: all}.Resolve(shout(t, url), loud)
		if k != known || !strings.EqualFold(got.ID, want.ID) || !strings.EqualFold(got.Publisher, want.Publisher) {
			t.Errorf("in another letter case it is %+v, %v, want %+v, %v", got, k, want, known)
		}
		if known && got.ID != want.ID {
			t.Errorf("the id %q is not that of the catalogue", got.ID)
		}
	})
}

func TestWhatIsFoundOnceIsFoundAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := team.Team{Offers: catalogues(t)}
		url, said := mentions(t, of.Offers)
		got, known := of.Resolve(url, said)
		if again, k := of.Find(got); k != known || !reflect.DeepEqual(again, got) {
			t.Errorf("%+v, %v is then %+v, %v", got, known, again, k)
		}
		if known && !slices.ContainsFunc(of.Offers, func(o team.Offer) bool { return o.ID == got.ID && (o.Publisher == "" || o.Publisher == got.Publisher) }) {
			t.Errorf("%+v is not in the catalogue", got)
		}
	})
}

func TestTheListingsWhoseSilenceIsWatchedAreToldApartHoweverTheyAreWritten(t *testing.T) {
	file, problems := team.Parse([]byte("offers:\n- {id: Backup, publisher: Contoso, silenceDays: 7}\n- {id: mail, product: Mail, silenceDays: 3}\n- {id: quiet}\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := []lead.Listing{{Offer: "contoso.backup", ID: "Backup", Name: "Backup", Days: 7}, {Offer: "mail", ID: "mail", Name: "Mail", Days: 3}}
	if got := file.Listings(); !slices.Equal(got, want) {
		t.Errorf("listings %+v", got)
	}
	for written, want := range map[string]string{"contoso.backup": "contoso.backup", "BACKUP": "contoso.backup", "fabrikam.mail": "mail", "other": "", "": ""} {
		if got, known := file.Listing(written); known != (want != "") || known && got != want {
			t.Errorf("%q is %q, %t", written, got, known)
		}
	}
}
