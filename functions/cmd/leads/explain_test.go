package main

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/link"
	"leadflow/shared/team"
)

// reading is a submission and what must be understood of it.
type reading struct {
	Name, Why, Body string
	BodyBase64      []byte
	Offer, Team     string
	Expect          map[string]any
}

// readings are those of the file, and root is where it is.
func readings(t *testing.T, file string) []reading {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []reading
	if err := json.Unmarshal(b, &all); err != nil || len(all) == 0 {
		t.Fatalf("%s: %d readings, %v", file, len(all), err)
	}
	return all
}

// absolute gives the path of a file before a test moves to another folder.
func absolute(t *testing.T, parts ...string) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// explains gives what the command says of a body, without a store.
func explains(t *testing.T, r reading) map[string]any {
	t.Helper()
	body := r.BodyBase64
	if body == nil {
		body = []byte(r.Body)
	}
	if err := os.WriteFile("body", body, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"explain", "body", "--offline", "--offer", r.Offer}
	if r.Team != "" {
		if err := os.WriteFile("team.yaml", []byte(r.Team), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--team", "team.yaml")
	}
	return saysJSON[map[string]any](t, args...)
}

func TestEverySubmissionIsUnderstoodAsItShouldBe(t *testing.T) {
	for _, file := range []string{
		absolute(t, "..", "..", "ingest", "testdata", "readings.json"),
		absolute(t, "..", "..", "..", "shared", "marketplace", "testdata", "submissions.json"),
	} {
		bare(t)
		all := readings(t, file)
		got := map[string]map[string]any{}
		for _, r := range all {
			got[r.Name] = explains(t, r)
		}
		for _, r := range all {
			t.Run(r.Name, func(t *testing.T) {
				have := got[r.Name]
				for key, want := range r.Expect {
					other, _ := want.(string)
					switch key {
					case "sameContentAs":
						if have["contentKey"] == nil || have["contentKey"] != got[other]["contentKey"] {
							t.Errorf("%s: another content than %s", r.Why, other)
						}
					case "samePersonAs":
						if have["matchKey"] == nil || have["matchKey"] != got[other]["matchKey"] {
							t.Errorf("%s: the match key is %v, and that of %s is %v", r.Why, have["matchKey"], other, got[other]["matchKey"])
						}
					case "otherPersonThan":
						if got[other] == nil || have["matchKey"] == got[other]["matchKey"] {
							t.Errorf("%s: the match key is %v, as that of %s", r.Why, have["matchKey"], other)
						}
					default:
						value := have[key]
						if value == nil && want == "" || value == nil && want == false { // absent and empty are the same
							continue
						}
						if value != want {
							t.Errorf("%s: %s is %q, want %q", r.Why, key, value, want)
						}
					}
				}
			})
		}
	}
}

const ana = `{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"Ana.Silva+x@googlemail.com","phone":"11 91234-5678","country":"Brazil","company":"Fabrikam"},` +
	`"leadSource":"SPZA-PLT | contoso.analytics","actionCode":"PLT","offerTitle":"Contoso Analytics","description":"Please call."}`

func TestAnExplanationIsInWords(t *testing.T) {
	bare(t)
	out, note, err := reads(t, ana, "explain", "--offline")
	if err != nil || note != "" {
		t.Fatal(err, note)
	}
	inOrder(t, out, "Kind", "lead", "Source", `AppSource (sent: "SPZA-PLT | contoso.analytics")`, "Action", "PLT: Contact me", "Offer", "Contoso Analytics (contoso.analytics)",
		"Name", "Ana Silva", "Company", "Fabrikam", "Email", "Ana.Silva+x@googlemail.com", "Phone", "+5511912345678", "Country", `BR (sent: "Brazil")`,
		"Match key", "email:anasilva@gmail.com", "Content key",
		"It would begin the lead "+lead.ID("email:anasilva@gmail.com", "")+", unless that exists already (--offline does not look).",
		"Operations (operations) would own it: No team has been applied yet, so Operations owns every lead.", "Operations (operations) would get a mail: alert.")
	if strings.Contains(out, "catalogue") {
		t.Errorf("there is none, and it says\n%s", out)
	}
}

func TestWhatIsNoLeadIsExplained(t *testing.T) {
	bare(t)
	const hour = "2026-11-23T09"
	for _, c := range []struct{ name, body, kind, says string }{
		{"no JSON", "Ana Silva", "quarantined", "It would be kept for a person, who can replay it: the body is not JSON: it goes wrong at byte 1 of 9."},
		{"nothing", "", "quarantined", "The webhook would refuse it with 400: it is empty."},
		{"too much", ana[:len(ana)-1] + strings.Repeat(" ", 192<<10) + "}", "lead", "The webhook would refuse it with 413"},
		{"a test lead", `{"userDetails":{"firstName":"MSFT_TEST_1","lastName":"MSFT_TEST_1"}}`, "test", "It is the test lead that Partner Center sends on Validate and Publish"},
		{"nobody", `{"leadSource":"AzureMarketplace"}`, "lead", "Nothing identifies the person, so it would begin a lead of its own and never merge."},
		{"do not contact", strings.ReplaceAll(ana, "PLT", "DNC"), "lead", "The person must not be contacted: there would be no follow-up.\nNobody would get a mail."},
		{"a canary that nobody of us signed", `{"leadflowCanary":"` + hour + `","mac":"x"}`, "quarantined", "a canary with a wrong mac"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _, err := reads(t, c.body, "explain", "-", "--offline")
			if err != nil {
				t.Fatal(err)
			}
			inOrder(t, out, "Kind", c.kind, c.says)
			if strings.Contains(out, "Country") != strings.Contains(c.body, `"country"`) {
				t.Errorf("a country that nobody sent is shown, or one is not:\n%s", out)
			}
		})
	}
	start(t)
	out, _, err := reads(t, `{"leadflowCanary":"`+hour+`","mac":"`+link.Canary(intakeSecret, hour)+`"}`, "explain", "--json")
	if err != nil || decoded[map[string]any](t, out)["kind"] != "canary" {
		t.Errorf("%s, %v", out, err)
	}
}

func TestAnExplanationSaysWhichLeadItIsAndWritesNothing(t *testing.T) {
	o := start(t)
	explained := func(body string) map[string]any {
		t.Helper()
		out, note, err := reads(t, body, "explain", "--json")
		if err != nil || note != "" {
			t.Fatal(err, note)
		}
		return decoded[map[string]any](t, out)
	}
	id := lead.ID("email:anasilva@gmail.com", "")
	if got := explained(ana); got["lead"] != id || got["leadExists"] != nil || asText(got["mails"]) != `["alert"]` || got["followUp"] != true {
		t.Errorf("a new lead is %v", got)
	}
	keys := lead.Keys{Email: "anasilva@gmail.com", Phone: "+5511912345678", Name: "ana silva"}
	if _, err := o.store.Update(t.Context(), id, func(l *lead.Lead) error {
		l.Identify(keys)
		l.Take(lead.Touch{Submission: "s1", ContentKey: "other", Action: lead.ActionAcquired, ReceivedAt: lead.At(time.Now().Add(-48 * time.Hour))},
			lead.Contact{FirstName: "Ana"}, lead.At(time.Now()), team.Operations("operations@contoso.com").Staff(time.Now(), func() lead.Owner { return lead.Owner{Person: lead.Operations} }))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	before := o.requests()
	if got := explained(ana); got["lead"] != id || got["leadExists"] != true || got["owner"] != lead.Operations || asText(got["mails"]) != `["touch"]` {
		t.Errorf("a known lead is %v", got)
	}
	other := strings.Replace(ana, "Ana.Silva+x@googlemail.com", "silva@fabrikam.example.com", 1)
	if got := explained(other); got["leadExists"] != nil || !strings.Contains(asText(got["similar"]), `"same phone"`) {
		t.Errorf("a similar lead is %v", got)
	}
	for kind, n := range o.requests() {
		if n != before[kind] && !strings.HasPrefix(kind, "read ") && !strings.HasPrefix(kind, "query ") {
			t.Errorf("explaining asked the database for %s", kind)
		}
	}
	if _, err := o.store.Update(t.Context(), id, func(l *lead.Lead) error {
		l.Suppression = &lead.Suppression{Reason: lead.SuppressedDoNotContact}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := explained(ana); got["suppressed"] != true || got["followUp"] != false || asText(got["mails"]) != `["decide"]` {
		t.Errorf("a lead that must not be contacted is %v", got)
	}
}

func TestAnExplanationSaysThatTheSameContentCameBefore(t *testing.T) {
	for _, c := range []struct {
		name  string
		ago   time.Duration
		says  string
		mails string
	}{
		{"minutes ago", 5 * time.Minute, "The same content arrived less than ten minutes ago", "null"},
		{"hours ago", 5 * time.Hour, "the person asked again", `["again"]`},
		{"days ago", 48 * time.Hour, "Operations (operations) would get a mail: touch.", `["touch"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := start(t)
			out, _, err := reads(t, ana, "explain", "--json")
			if err != nil {
				t.Fatal(err)
			}
			first := decoded[map[string]any](t, out)
			if _, err := o.store.Update(t.Context(), first["lead"].(string), func(l *lead.Lead) error {
				l.MatchKey = first["matchKey"].(string)
				l.Take(lead.Touch{Submission: "s1", ContentKey: first["contentKey"].(string), Action: lead.ActionContactMe, ReceivedAt: lead.At(time.Now().Add(-c.ago))},
					lead.Contact{FirstName: "Ana"}, lead.At(time.Now()), team.Operations("operations@contoso.com").Staff(time.Now(), func() lead.Owner { return lead.Owner{Person: lead.Operations} }))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if out, _, err = reads(t, ana, "explain", "--json"); err != nil {
				t.Fatal(err)
			}
			got := decoded[map[string]any](t, out)
			if !strings.Contains(asText(got["notes"]), c.says) || asText(got["mails"]) != c.mails {
				t.Errorf("notes %s, mails %s", asText(got["notes"]), asText(got["mails"]))
			}
		})
	}
}

func TestTheLargestBodyThatTheWebhookTakesIsExplainedWithoutARefusal(t *testing.T) {
	bare(t)
	largest := ana[:len(ana)-1] + strings.Repeat(" ", 192<<10-len(ana)) + "}"
	for _, c := range []struct {
		body    string
		refused bool
	}{{largest, false}, {largest + " ", true}} {
		out, _, err := reads(t, c.body, "explain", "--offline")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out, "413") != c.refused {
			t.Errorf("of %d bytes it says\n%s", len(c.body), out)
		}
	}
}

func TestACanaryHasNoOfferToMissInTheCatalogue(t *testing.T) {
	start(t)
	writeFile(t, "team.yaml", "offers: [{id: backup}]\n")
	const hour = "2026-11-23T09"
	out, _, err := reads(t, `{"leadflowCanary":"`+hour+`","mac":"`+link.Canary(intakeSecret, hour)+`"}`, "explain", "--team", "team.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out, "catalogue") || !strings.Contains(out, "canary") {
		t.Errorf("it says\n%s", out)
	}
}

func TestOnlyANewLeadIsComparedWithOthers(t *testing.T) {
	o := start(t)
	out, _, err := reads(t, ana, "explain", "--json")
	if err != nil {
		t.Fatal(err)
	}
	known := decoded[map[string]any](t, out)["lead"].(string)
	for _, id := range []string{known, "another"} {
		o.keep(id, time.Now(), func(l *lead.Lead) { l.BeFoundBy(lead.Keys{Phone: "+5511912345678"}) })
	}
	before := o.requests()["query leads"]
	if out, _, err = reads(t, ana, "explain", "--json"); err != nil {
		t.Fatal(err)
	}
	if got := decoded[map[string]any](t, out); got["leadExists"] != true || got["similar"] != nil || o.requests()["query leads"] != before {
		t.Errorf("a known lead is %v", got)
	}
}

func TestALeadThatNothingIdentifiesHasNoIdBeforeItsSubmissionHas(t *testing.T) {
	bare(t)
	out, _, err := reads(t, `{"leadSource":"AzureMarketplace"}`, "explain", "--offline", "--json")
	if err != nil {
		t.Fatal(err)
	}
	if got := decoded[map[string]any](t, out); got["lead"] != nil || got["anonymous"] != true {
		t.Errorf("it is %v", got)
	}
}

func TestSomebodyOfOursWhoMustNotBeContactedIsExplainedToo(t *testing.T) {
	bare(t)
	writeFile(t, "team.yaml", "internalDomains: [fabrikam.com]\n")
	ana := strings.Replace(ana, "googlemail.com", "fabrikam.com", 1)
	for action, suppressed := range map[string]bool{"PLT": false, "DNC": true} {
		out, _, err := reads(t, strings.ReplaceAll(ana, "PLT", action), "explain", "--offline", "--json", "--team", "team.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if got := decoded[map[string]any](t, out); got["kind"] != "internal" || got["suppressed"] != suppressed || got["followUp"] != false || got["lead"] != nil {
			t.Errorf("%s is %v", action, got)
		}
	}
}

// requests is what the database was asked for so far.
func (o *operator) requests() map[string]int { return maps.Clone(o.Requests()) }

func asText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestAnExplanationFollowsTheTeam(t *testing.T) {
	o := start(t)
	ana := strings.Replace(ana, "googlemail.com", "eu.fabrikam.com", 1)
	o.applies("internalDomains: [fabrikam.example]\noffers: [{id: backup}]\n")
	out, _, err := reads(t, ana, "explain")
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "Kind", "lead", "The offer is not in the catalogue of the team file; the alert says so.")
	writeFile(t, "team.yaml", "internalDomains: [fabrikam.com]\n")
	if out, _, err = reads(t, ana, "explain", "--team", "team.yaml"); err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "Kind", "internal", "publisher's own staff")
	writeFile(t, "team.yaml", "internalDomain: [fabrikam.com]\n")
	if _, _, err = reads(t, ana, "explain", "--team", "team.yaml"); err == nil || !strings.Contains(err.Error(), "team.yaml is not valid:\nline 1, column 1: there is no key") {
		t.Errorf("error %v", err)
	}
}

func TestWithoutAStoreAnExplanationSaysHowToGoOn(t *testing.T) {
	bare(t)
	if _, _, err := reads(t, ana, "explain"); err == nil || !strings.Contains(err.Error(), "--offline explains without a store") {
		t.Errorf("error %v", err)
	}
	writeFile(t, "team.yaml", "")
	out, note, err := reads(t, ana, "explain", "--team", "team.yaml")
	if err != nil || !strings.Contains(note, "without a store") || !strings.Contains(out, "lead") {
		t.Errorf("%q, %q, %v", out, note, err)
	}
	if _, _, err := reads(t, ana, "explain", "nothing.json", "--offline"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestAnExplanationCannotMoveATerminal(t *testing.T) {
	bare(t)
	hostile := "{\"userDetails\":{\"firstName\":\"\\u001b[2J\\u202e\",\"company\":\"\\u001b]0;x\\u0007\"},\"leadSource\":\"\\u001b[31mx\",\"description\":\"a\\r\\n\\u001b[1A\"}"
	for _, args := range [][]string{{"explain", "--offline"}, {"explain", "--offline", "--json"}} {
		out, _, err := reads(t, hostile, args...)
		if err != nil || strings.ContainsAny(out, "\x1b\x07\u202e\r") {
			t.Errorf("%q, %v", out, err)
		}
	}
}

func TestTheKindsOfAnExplanationAreThoseOfTheLedger(t *testing.T) {
	kinds := map[string]bool{}
	for _, r := range readings(t, absolute(t, "..", "..", "ingest", "testdata", "readings.json")) {
		kinds[r.Expect["kind"].(string)] = true
	}
	if want := []string{"internal", "lead", "quarantined", "test"}; !slices.Equal(slices.Sorted(maps.Keys(kinds)), want) {
		t.Errorf("the readings have the kinds %v, want %v", kinds, want)
	}
}

func TestAnOfferIsNamedOnce(t *testing.T) {
	bare(t)
	for _, c := range []struct{ body, offer, says string }{
		{`{"leadSource":"AzureMarketplace"}`, "backup", " backup\n"},
		{`{"leadSource":"SPZA-PLT|contoso.backup"}`, "", " backup (contoso.backup)\n"},
		{`{"leadSource":"AzureMarketplace","offerTitle":"Contoso Backup"}`, "", " Contoso Backup\n"},
	} {
		out, _, err := reads(t, c.body, "explain", "--offline", "--offer", c.offer)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out, c.says) {
			t.Errorf("of %s it says\n%s", c.body, out)
		}
	}
}

func TestALeadThatCannotBeReadIsNotTakenForANewOne(t *testing.T) {
	o := start(t)
	writeFile(t, "team.yaml", "")
	o.Cosmos.Stop()
	const unlikeOthers = `{"userDetails":{"email":"ana.silva@gmail.com"},"actionCode":"PLT"}` // so nothing else is asked for
	if out, _, err := reads(t, unlikeOthers, "explain", "--team", "team.yaml"); err == nil {
		t.Errorf("no error, and it says\n%s", out)
	}
}
