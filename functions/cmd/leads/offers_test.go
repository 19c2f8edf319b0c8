package main

import (
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// catalogue has an offer of a publisher, one of any and one without a name.
const catalogue = `offers:
  - id: analytics
    publisher: contoso
    titles: [Contoso Analytics, Contoso 애널리틱스]
    product: Analytics
  - id: backup
    titles: [Contoso Backup]
  - id: vault
`

// wants writes a lead with offers, that changed so many days ago.
func (o *operator) wants(id string, days int, offers ...lead.Offer) {
	o.t.Helper()
	for i := range offers {
		offers[i].Action = lead.ActionContactMe
	}
	o.keep(id, time.Now().AddDate(0, 0, -days), func(l *lead.Lead) { l.Offers = offers })
}

type listingJSON struct {
	ID         string    `json:"id"`
	Publisher  string    `json:"publisher"`
	Title      string    `json:"title"`
	Leads      int       `json:"leads"`
	Known      *bool     `json:"known"`
	TestLeadAt lead.Time `json:"testLeadAt"`
}

// words says what a listing is, for a comparison.
func words(all []listingJSON) string {
	var b strings.Builder
	for _, l := range all {
		known := "?"
		if l.Known != nil {
			known = map[bool]string{true: "known", false: "unknown"}[*l.Known]
		}
		b.WriteString(strings.Join([]string{l.Publisher, l.ID, l.Title, strings.Repeat("#", l.Leads), known}, "|") + "\n")
	}
	return b.String()
}

func TestTheOffersOfTheLeadsAreListedWithThoseOfTheCatalogue(t *testing.T) {
	o := start(t)
	o.applies(catalogue)
	o.wants("l1", 0, lead.Offer{ID: "analytics", Publisher: "contoso", Title: "Analytics"}, lead.Offer{ID: "portal", Title: "Contoso Portal"})
	o.wants("l2", 1, lead.Offer{Title: "contoso  analytics"}, lead.Offer{ID: "contoso.analytics"}) // one offer, however it is spelled
	o.wants("l3", 89, lead.Offer{ID: "BACKUP", Publisher: "fabrikam"})
	o.wants("l4", 91, lead.Offer{ID: "vault"})
	o.wants("l5", 2)
	want := "contoso|analytics|Analytics|##|known\n|backup|Contoso Backup|#|known\n|portal|Contoso Portal|#|unknown\n|vault|||known\n"
	if got := words(saysJSON[[]listingJSON](t, "offers")); got != want {
		t.Errorf("offers:\n%s", got)
	}
	out := says(t, "offers")
	inOrder(t, out, "OFFER", "PUBLISHER", "TITLE", "LEADS", "IN THE CATALOGUE\n", "analytics  contoso", "Analytics", "2", "yes\n", "backup", "1", "yes\n", "portal", "Contoso Portal", "no\n", "vault", "0", "yes\n")
	if strings.Contains(out, "offers:") {
		t.Errorf("printed %s", out)
	}
	if got := words(saysJSON[[]listingJSON](t, "offers", "--days", "100")); !strings.Contains(got, "|vault||#|known\n") {
		t.Errorf("offers of 100 days:\n%s", got)
	}
	if got := words(saysJSON[[]listingJSON](t, "offers", "--days", "1", "--unknown")); got != "|portal|Contoso Portal|#|unknown\n" {
		t.Errorf("unknown offers:\n%s", got)
	}
}

func TestTheLastTestLeadOfEachOfferIsListed(t *testing.T) {
	o := start(t)
	o.applies(catalogue)
	o.wants("l1", 0, lead.Offer{ID: "portal", Publisher: "contoso"})
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	err := o.store.UpdateWatch(t.Context(), func(w *lead.Watch) error {
		for n, offer := range []lead.Offer{{ID: "analytics", Title: "Analytics"}, {Title: "Contoso Analytics"}, {ID: "portal"}, {Title: "Contoso Gateway"}, {}} {
			w.SeeTest(offer, lead.At(at.Add(time.Duration(n)*time.Hour)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range saysJSON[[]listingJSON](t, "offers") {
		if !l.TestLeadAt.IsZero() {
			got[l.ID+"|"+l.Title] = l.TestLeadAt.Format(time.TimeOnly)
		}
	}
	if want := map[string]string{"analytics|Analytics": "10:00:00", "portal|": "11:00:00", "|Contoso Gateway": "12:00:00"}; !maps.Equal(got, want) {
		t.Errorf("test leads %v, want %v", got, want)
	}
	inOrder(t, says(t, "offers"), "LAST TEST LEAD (UTC)", "portal", "2026-03-02 11:00:00", "no")
}

func TestAnOfferWithoutANameHasTheTitleThatLeadsHave(t *testing.T) {
	o := start(t)
	o.applies(catalogue)
	o.wants("l1", 0, lead.Offer{ID: "vault", Title: "Contoso Vault"})
	if got := words(saysJSON[[]listingJSON](t, "offers")); !strings.HasPrefix(got, "|vault|Contoso Vault|#|known\n") {
		t.Errorf("offers:\n%s", got)
	}
}

func TestWithoutACatalogueNoOfferIsCalledUnknown(t *testing.T) {
	for _, text := range []string{"", "internalDomains: [contoso.com]\n"} {
		o := start(t)
		if text != "" {
			o.applies(text)
		}
		o.wants("l1", 0, lead.Offer{ID: "portal", Publisher: "contoso", Title: "Contoso Portal"})
		for _, args := range [][]string{{"offers"}, {"offers", "--unknown"}} {
			if got := words(saysJSON[[]listingJSON](t, args...)); got != "contoso|portal|Contoso Portal|#|?\n" {
				t.Errorf("leads %q:\n%s", args, got)
			}
		}
		inOrder(t, says(t, "offers"), "portal", "1", "no catalogue\n")
		inOrder(t, says(t, "offers", "--unknown"), "There is no catalogue yet. To have one, put this into the team file", "\n\noffers:\n  - id: \"portal\"\n    publisher: \"contoso\"\n    titles: [\"Contoso Portal\"]\n")
	}
}

func TestWithoutLeadsAndCatalogueThereAreNoOffers(t *testing.T) {
	start(t)
	for _, args := range [][]string{{"offers"}, {"offers", "--unknown"}} {
		if out := says(t, args...); strings.Count(out, "\n") != 1 {
			t.Errorf("leads %q prints %q", args, out)
		}
		if out := says(t, append(args, "--json")...); out != "[]\n" {
			t.Errorf("leads %q prints %q", args, out)
		}
	}
}

func TestUnknownOffersComeReadyForTheTeamFile(t *testing.T) {
	o := start(t)
	o.applies(catalogue)
	o.wants("l1", 0, lead.Offer{ID: "contoso.portal", Title: "Contoso \"Portal\""}, lead.Offer{ID: "portal", Publisher: "contoso", Title: "콘토소: 포털"})
	o.wants("l2", 0, lead.Offer{ID: "portal"}, lead.Offer{Title: "콘토소:  포털"})
	o.wants("l3", 0, lead.Offer{ID: "2024"}, lead.Offer{ID: "a b"}, lead.Offer{Title: "Contoso Gateway"})
	out := says(t, "offers", "--unknown")
	inOrder(t, out, "contoso", "2", "no\n", "2024", "no\n", "Contoso Gateway", "no\n",
		"To have them in the catalogue, put this under \"offers:\" in the team file, and apply it:\n\n",
		"  - id: \"portal\"\n    publisher: \"contoso\"\n    titles: [\"콘토소: 포털\", \"Contoso \\\"Portal\\\"\"]\n",
		"  - id: \"2024\"\n",
		"  - id: # the offer id as Partner Center has it\n    titles: [\"Contoso Gateway\"]\n",
		"Left out: 1 offer whose id cannot be one of Partner Center.\n")
	_, snippet, _ := strings.Cut(out, "apply it:\n\n")
	snippet, _, _ = strings.Cut(snippet, "\nLeft out")
	_, problems := team.Parse([]byte(catalogue + snippet))
	if len(problems) != 1 || !strings.HasPrefix(problems[0].Text, "id is blank") {
		t.Errorf("problems %v in\n%s", problems, catalogue+snippet)
	}
	o.applies(catalogue + strings.Replace(snippet, "id: #", "id: gateway #", 1))
	if got := words(saysJSON[[]listingJSON](t, "offers", "--unknown")); got != "|a b||#|unknown\n" {
		t.Errorf("then unknown are\n%s", got)
	}
}

func TestOneTitleDoesNotMakeTwoOffersOne(t *testing.T) {
	o := start(t)
	o.wants("l1", 0, lead.Offer{ID: "portal", Title: "Contoso"}, lead.Offer{ID: "gateway", Title: "Contoso"})
	o.wants("l2", 0, lead.Offer{ID: "portal", Title: "Contoso"})
	if got := words(saysJSON[[]listingJSON](t, "offers")); got != "|portal|Contoso|##|?\n|gateway|Contoso|#|?\n" {
		t.Errorf("offers:\n%s", got)
	}
}

func TestOffersOfWhichOnlyTheTitleIsKnownAreCountedApart(t *testing.T) {
	o := start(t)
	o.wants("l1", 0, lead.Offer{Title: "One"}, lead.Offer{Title: "Two"})
	o.wants("l2", 0, lead.Offer{Title: "two"})
	o.wants("l3", 0, lead.Offer{Title: "TWO "})
	if got := words(saysJSON[[]listingJSON](t, "offers")); got != "||TWO |###|?\n||One|#|?\n" {
		t.Errorf("offers:\n%s", got)
	}
}

// Whatever is on leads, what is printed for the team file can be put there.
func TestTheSnippetMakesEveryOfferKnown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of, problems := team.Parse([]byte(catalogue))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		offers := rapid.SliceOf(rapid.Custom(func(t *rapid.T) lead.Offer {
			return lead.Offer{
				ID:        rapid.SampledFrom([]string{"", "a", "A", "a.b", "b", "true", "contoso.a", "backup", "x.backup"}).Draw(t, "id"),
				Publisher: rapid.SampledFrom([]string{"", "contoso", "a", "x"}).Draw(t, "publisher"),
				Title:     rapid.OneOf(rapid.SampledFrom([]string{"", "A", "a ", "Contoso Backup", "it's: #1 - [x]"}), rapid.StringMatching(`[\pL\pN\pP\pS]{1,4}`)).Draw(t, "title"),
				Action:    rapid.SampledFrom([]lead.Action{lead.ActionContactMe, lead.ActionCreated}).Draw(t, "action"),
			}
		})).Draw(t, "offers")
		s := newSurvey(of, [][]lead.Offer{offers})
		snippet := catalogue
		for _, o := range s.lacking.Offers {
			snippet += entry(o)
		}
		n := 0
		for strings.Contains(snippet, "id: #") { // the ids that people give
			n++
			snippet = strings.Replace(snippet, "id: #", "id: given-"+strings.Repeat("n", n)+" #", 1)
		}
		after, problems := team.Parse([]byte(snippet))
		if len(problems) > 0 {
			t.Fatalf("problems %v in\n%s", problems, snippet)
		}
		for _, o := range offers {
			if o.ID == "" && o.Title == "" {
				continue // no lead has such an offer
			}
			if _, known := after.Resolve("", o); !known {
				t.Errorf("%+v is unknown with\n%s", o, snippet)
			}
		}
		total := 0
		for _, l := range s.listings(false) {
			if l.Leads > 1 {
				t.Errorf("%+v of one lead", l)
			}
			total += l.Leads
		}
		if total > len(offers) || total == 0 && len(offers) > 0 {
			t.Errorf("%d of %d offers are counted", total, len(offers))
		}
	})
}

func TestAnAppliedTeamThatIsNotValidIsAnError(t *testing.T) {
	o := start(t)
	o.applies("# made by a newer version\npersons: []\n")
	if out, _, err := callWith(t, "offers"); err == nil || !strings.Contains(err.Error(), "version 1 of the team, which is applied, is not valid") || out != "" {
		t.Errorf("printed %s, %v", out, err)
	}
}

func TestOffersCannotMoveTheTerminal(t *testing.T) {
	o := start(t)
	o.wants("l1", 0, lead.Offer{ID: hostile, Title: hostile}, lead.Offer{ID: "evil", Title: "\u202e" + hostile})
	for _, args := range [][]string{{"offers"}, {"offers", "--unknown"}, {"offers", "--json"}} {
		cannotMove(t, says(t, args...))
	}
}
