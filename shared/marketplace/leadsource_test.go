package marketplace_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"leadflow/shared/marketplace"
)

// body is a submission with the given top-level fields; nil is null.
func body(t testing.TB, fields map[string]any) []byte {
	t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLeadSourceAndActionCodeSayWhereTheLeadComesFrom(t *testing.T) {
	const absent = "\x00absent"
	const (
		azure, app, portal = marketplace.SourceAzureMarketplace, marketplace.SourceAppSource, marketplace.SourceAzurePortal
		drive, noSource    = marketplace.SourceTestDrive, marketplace.SourceUnknown
		ins, plt, dnc      = marketplace.ActionINS, marketplace.ActionPLT, marketplace.ActionDNC
		create, start      = marketplace.ActionCreate, marketplace.ActionStartTestDrive
		noAction           = marketplace.ActionUnknown
	)
	for _, c := range []struct {
		name             string
		leadSource       string
		actionCode       string
		source           marketplace.Source
		action           marketplace.Action
		publisher, offer string
		title            string
	}{
		// as documented
		{"a bare source and an action apart", "AzureMarketplace", "INS", azure, ins, "", "", ""},
		{"the full grammar without spaces", "AzureMarketplace-INS|bitnami.openedxcypress", absent, azure, ins, "bitnami", "openedxcypress", ""},
		{"the full grammar with spaces and an id that is no GUID", "SPZA-PLT | docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145", "PLT", app, plt, "docusign", "3701c77e-1cfa-4c56-91e6-3ed0b622145", ""},
		{"DNC in both places, in small letters once", "AppSource (SPZA)-DNC|bitnami.openedxcypress", "dnc", app, dnc, "bitnami", "openedxcypress", ""},
		{"DNC in LeadSource beats the action code", "AppSource (SPZA)-DNC|bitnami.openedxcypress", "PLT", app, dnc, "bitnami", "openedxcypress", ""},
		{"hyphens in the offer id", "AzurePortal-Create|checkpoint.check-point-r77-10sg-byol", "Create", portal, create, "checkpoint", "check-point-r77-10sg-byol", ""},
		{"dots in the offer id", "TestDrive-StartTestDrive|a.b.c", absent, drive, start, "a", "b.c", ""},
		{"a display name with a dot, spaces and a bar", "MSFT_TEST_1-MSFT_TEST_1|My Offer v1.2 | EU", absent, noSource, noAction, "", "", "My Offer v1.2 | EU"},
		{"free text as source", "Test run through MS Flow", absent, noSource, noAction, "", "", ""},
		{"an empty source and no action", "", absent, noSource, noAction, "", "", ""},

		// sources
		{"AppSource by its own name", "AppSource", "PLT", app, plt, "", "", ""},
		{"AppSource by its code", "SPZA", "PLT", app, plt, "", "", ""},
		{"AppSource by both names", "AppSource (SPZA)", "PLT", app, plt, "", "", ""},
		{"a bare portal", "AzurePortal", "Create", portal, create, "", "", ""},
		{"a bare test drive", "TestDrive", "StartTestDrive", drive, start, "", "", ""},
		{"small letters", "azuremarketplace-ins|contoso.analytics", absent, azure, ins, "contoso", "analytics", ""},
		{"capital letters", "APPSOURCE (SPZA)-PLT|Contoso.Analytics", absent, app, plt, "Contoso", "Analytics", ""},
		{"white space of every kind", "\t AppSource  (SPZA)\u00a0- PLT  |  contoso.analytics \n", absent, app, plt, "contoso", "analytics", ""},
		{"an unknown source with a known action", "Copilot-INS|contoso.analytics", absent, noSource, ins, "contoso", "analytics", ""},
		{"an unknown source and an unknown action", "Copilot-TRY|contoso.analytics", "TRY", noSource, noAction, "contoso", "analytics", ""},
		{"a hyphen inside an unknown source", "Azure-Marketplace-INS", absent, noSource, ins, "", "", ""},
		{"a known source behind a hyphen is none", "Contoso-AzureMarketplace", absent, noSource, noAction, "", "", ""},
		{"a source that only begins like a known one", "AzureMarketplace2", "INS", noSource, ins, "", "", ""},

		// actions
		{"the explicit action wins", "AppSource-PLT|contoso.analytics", "INS", app, ins, "contoso", "analytics", ""},
		{"an unknown explicit action wins too", "AppSource-PLT|contoso.analytics", "TRY", app, noAction, "contoso", "analytics", ""},
		{"a blank explicit action does not count", "AppSource-PLT|contoso.analytics", " \u200e\t", app, plt, "contoso", "analytics", ""},
		{"an explicit DNC wins over the action in LeadSource", "AppSource-PLT|contoso.analytics", "DNC", app, dnc, "contoso", "analytics", ""},
		{"DNC in LeadSource wins over an unknown explicit action", "AppSource-DNC|contoso.analytics", "TRY", app, dnc, "contoso", "analytics", ""},
		{"an explicit DNC counts without any source", "", "DNC", noSource, dnc, "", "", ""},
		{"an action code among invisible characters", "AppSource", "\u202aD\u0000NC ", app, dnc, "", "", ""},
		{"an action without a source", "-DNC|contoso.analytics", absent, noSource, dnc, "contoso", "analytics", ""},
		{"DNC alone is no source but still DNC", "DNC", "PLT", noSource, dnc, "", "", ""},
		{"another action alone is only an unknown source", "PLT", absent, noSource, noAction, "", "", ""},
		{"a source with a hyphen and no action", "AzureMarketplace-|contoso.analytics", absent, azure, noAction, "contoso", "analytics", ""},
		{"an action that only begins like a known one", "AzureMarketplace-INSERT", absent, azure, noAction, "", "", ""},
		{"a word that holds DNC is not DNC", "AzureMarketplace-INS|dnc.dnc", "DNCX", azure, noAction, "dnc", "dnc", ""},
		{"an action behind the bar is an offer's name", "AzureMarketplace|X-DNC", absent, azure, noAction, "", "", "X-DNC"},

		// offers
		{"a bar and nothing behind it", "AzureMarketplace-INS|", absent, azure, ins, "", "", ""},
		{"nothing before the bar", "|contoso.analytics", absent, noSource, noAction, "contoso", "analytics", ""},
		{"a display name of one word", "AppSource-PLT|Analytics", absent, app, plt, "", "", "Analytics"},
		{"a display name with a hyphen", "AppSource-PLT|Contoso - Analytics", absent, app, plt, "", "", "Contoso - Analytics"},
		{"a display name in another script", "AppSource-PLT|콘토소 애널리틱스", absent, app, plt, "", "", "콘토소 애널리틱스"},
		{"a display name that begins with a dot", "AppSource-PLT|.NET", absent, app, plt, "", "", ".NET"},
		{"a display name that ends with a dot", "AppSource-PLT|Contoso.", absent, app, plt, "", "", "Contoso."},
		{"a bar behind what looks like ids", "AppSource-PLT|contoso.analytics|eu", absent, app, plt, "", "", "contoso.analytics|eu"},
		{"a publisher of all allowed characters", "AppSource-PLT|A_z-09.x", absent, app, plt, "A_z-09", "x", ""},
		{"a publisher with an accent is a display name", "AppSource-PLT|é.x", absent, app, plt, "", "", "é.x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields := map[string]any{"leadSource": c.leadSource}
			rawAction := ""
			if c.actionCode != absent {
				fields["actionCode"] = c.actionCode
				if c.name != "a blank explicit action does not count" {
					rawAction = c.actionCode
				}
			}
			s, err := marketplace.Read(body(t, fields))
			if err != nil {
				t.Fatal(err)
			}
			if s.Source != c.source || s.Action != c.action {
				t.Errorf("source %s, action %s; want %s, %s", s.Source, s.Action, c.source, c.action)
			}
			if s.Publisher != c.publisher || s.Offer != c.offer || s.OfferTitle != c.title {
				t.Errorf("publisher %q, offer %q, title %q; want %q, %q, %q", s.Publisher, s.Offer, s.OfferTitle, c.publisher, c.offer, c.title)
			}
			if s.RawSource != c.leadSource || s.RawAction != rawAction {
				t.Errorf("raw source %q, raw action %q; want %q, %q", s.RawSource, s.RawAction, c.leadSource, rawAction)
			}
		})
	}
}

// FuzzLeadSource compares with the documented grammar written as patterns.
func FuzzLeadSource(f *testing.F) {
	for _, v := range readings(f, reported) {
		if s, err := marketplace.Read([]byte(v.Body)); err == nil {
			f.Add(s.RawSource, s.RawAction)
		}
	}
	f.Add("MSFT_TEST_1-MSFT_TEST_1|My Offer v1.2 | EU", "")
	f.Add("AppSource  (SPZA) - dnc | x.y|z", " PLT ")
	f.Add("a\u2028-\u202eDNC|é", "\x00")
	ids := regexp.MustCompile(`^[A-Za-z0-9_-]+\.[^\s|]+$`)
	split := regexp.MustCompile(`^([^|]*)-\s*([^-|]*?)\s*(?:\||$)`)
	f.Fuzz(func(t *testing.T, leadSource, actionCode string) {
		s, err := marketplace.Read(body(t, map[string]any{"LeadSource": leadSource, "ActionCode": actionCode}))
		if err != nil {
			t.Fatal(err)
		}
		// What tidying does is the business of other tests; here it is only taken from a field of one line.
		tidied := func(text string) string {
			d, err := marketplace.Read(body(t, map[string]any{"company": text}))
			if err != nil {
				t.Fatal(err)
			}
			return d.Company
		}
		line, code := tidied(leadSource), tidied(actionCode)
		_, right, _ := strings.Cut(line, "|")
		right = strings.TrimSpace(right)
		if ids.MatchString(right) {
			if s.Publisher+"."+s.Offer != right || strings.Contains(s.Publisher, ".") || s.OfferTitle != "" {
				t.Errorf("publisher %q, offer %q, title %q of %q", s.Publisher, s.Offer, s.OfferTitle, right)
			}
		} else if s.Publisher != "" || s.Offer != "" || s.OfferTitle != right {
			t.Errorf("publisher %q, offer %q, title %q; want the title %q", s.Publisher, s.Offer, s.OfferTitle, right)
		}
		action := code
		if m := split.FindStringSubmatch(line); m != nil && (action == "" || strings.EqualFold(m[2], "DNC")) {
			action = m[2]
		}
		if left, _, _ := strings.Cut(line, "|"); strings.EqualFold(strings.TrimSpace(left), "DNC") {
			action = "DNC"
		}
		if s.Action == marketplace.ActionUnknown {
			for _, known := range []string{"INS", "PLT", "DNC", "Create", "StartTestDrive"} {
				if strings.EqualFold(action, known) {
					t.Errorf("the action is unknown, want %s", known)
				}
			}
		} else if !strings.EqualFold(string(s.Action), action) {
			t.Errorf("the action is %s, want %s", s.Action, action)
		}
	})
}
