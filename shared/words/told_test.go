package words_test

import (
	"encoding/json"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"leadflow/shared/lead"
	"leadflow/shared/team"
	"leadflow/shared/words"
)

var update = flag.Bool("update", false, "write the golden files")

func seoul(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// sentence is something that the record says.
type sentence struct {
	english, korean string
	said            []lead.Phrase
}

// record is all that the stories say.
func record(t *testing.T) []sentence {
	t.Helper()
	ko, zone := words.In([]string{"ko"}), seoul(t)
	var all []sentence
	for _, l := range append([]*lead.Lead{long(t)}, short(t)...) {
		for _, a := range l.Timeline {
			all = append(all, sentence{a.Text, ko.Told(a, zone), a.Said})
		}
	}
	for _, o := range why(t) {
		all = append(all, sentence{o.Why, ko.Why(o, zone), o.Said})
	}
	for _, said := range acting(t) {
		all = append(all, sentence{lead.Text(said...), ko.Phrases(said, zone), said})
	}
	return all
}

var hole, koreanHole = regexp.MustCompile(`\{(\w+)\}`), regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func holes(pattern *regexp.Regexp, text string) []string {
	var all []string
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

func TestEverySentenceOfTheRecordIsThereInKoreanWithTheSameParts(t *testing.T) {
	file, err := os.ReadFile("text/record.ko.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := yaml.Unmarshal(file, &texts); err != nil {
		t.Fatal(err)
	}
	english := lead.Sentences()
	for id, text := range english {
		korean := texts["said."+id]
		if korean == "" {
			t.Errorf("%s is not there in Korean", id)
			continue
		}
		if want, got := holes(hole, text), holes(koreanHole, korean); !slices.Equal(got, want) {
			t.Errorf("%s has the parts %v in Korean, want %v", id, got, want)
		}
		if goesOn := strings.IndexByte(".,:", text[0]) >= 0; goesOn != (strings.IndexByte(".,:", korean[0]) >= 0) {
			t.Errorf("%s is %q and %q: only one of them goes on with what was said before", id, text, korean)
		}
		if strings.HasSuffix(text, ".") != strings.HasSuffix(korean, ".") && !strings.HasSuffix(korean, ").") {
			t.Errorf("%s is %q and %q: only one of them has a full stop", id, text, korean)
		}
	}
	for id := range texts {
		phrase, said := strings.CutPrefix(id, "said.")
		if _, known := english[phrase]; said && !known && !slices.Contains([]string{"person", "operations", "operator"}, phrase) {
			t.Errorf("%s is said by nobody", id)
		}
	}
}

func TestWhatTheProgramWritesIntoTheRecordIsAmongItsSentences(t *testing.T) {
	asked, source := regexp.MustCompile(`\blead\.Say\("([\w.]+)"`), ""
	english := lead.Sentences()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "lead/sentences.go") {
			return err
		}
		text, err := os.ReadFile(path)
		code := string(text)
		if filepath.Base(filepath.Dir(path)) == "lead" {
			code = strings.NewReplacer(" Say(", " lead.Say(", "withNote(", "lead.Say(").Replace(code)
		}
		for _, m := range asked.FindAllStringSubmatch(code, -1) {
			if _, known := english[m[1]]; !known {
				t.Errorf("%s says %q, which is no sentence", path, m[1])
			}
		}
		source += code
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range english {
		if !strings.Contains(source, `"`+id+`"`) && !strings.HasSuffix(id, ".sent") { // which are of the kinds of mails
			t.Errorf("nothing says %s", id)
		}
	}
}

func TestTheWholeRecordIsToldInKorean(t *testing.T) {
	// What is left in Latin letters are names, ids, zones and what people wrote.
	left := regexp.MustCompile(`Mina Kim|Jonas Weber|Petra Novak|Sofia Rossi|Eva Berg|Contoso Analytics|KST|UTC|Microsoft|sales|partners|gone|Free words|because|550|MaxDeliveryCountExceeded|lee|l2|BR|KR|AzurePortal`)
	english, seen := lead.Sentences(), map[string]bool{}
	for _, s := range record(t) {
		if s.english == s.korean || s.korean == "" {
			t.Errorf("%q is not told in Korean", s.english)
		}
		if strings.Contains(s.english, "{{.by}}") && !strings.Contains(s.korean, hostile) {
			t.Errorf("%q is told without the words %q: %q", s.english, hostile, s.korean)
		}
		rest := left.ReplaceAllString(strings.ReplaceAll(s.korean, hostile, ""), "")
		if regexp.MustCompile(`[A-Za-z{}<]`).MatchString(rest) {
			t.Errorf("%q is told as %q, and %q is no Korean", s.english, s.korean, rest)
		}
		for _, p := range s.said {
			want := holes(hole, english[p.Say])
			seen[p.Say] = true
			for _, inner := range []string{"rule", "away"} {
				if id, ok := p.With[inner]; ok {
					want = append(want, holes(hole, english[id])...)
					seen[id] = true
				}
			}
			if got := slices.Sorted(maps.Keys(p.With)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
				t.Errorf("%s has the parts %v, want %v", p.Say, got, want)
			}
		}
	}
	for id := range english {
		if !seen[id] {
			t.Errorf("no story says %s", id)
		}
	}
}

func TestALongRecordReadsWellInKorean(t *testing.T) {
	var b strings.Builder
	for _, s := range record(t) {
		b.WriteString(s.english + "\n  " + strings.ReplaceAll(s.korean, "\n", "\n  ") + "\n")
	}
	const golden = "testdata/record.ko.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || string(want) != b.String() {
		t.Errorf("%s is not what the record says now (%v): look at it, and write it with -update", golden, err)
	}
}

func TestTimesAreToldInTheZoneOfTheReader(t *testing.T) {
	ko := words.In([]string{"ko"})
	snoozed := lead.Activity{Text: "x", Said: []lead.Phrase{lead.Say("snoozed", "by", "Mina Kim", "until", "2026-11-23T04:00:00.000Z")}}
	for _, c := range []struct {
		zone *time.Location
		want string
	}{
		{seoul(t), "Mina Kim님이 2026년 11월 23일(월) 13:00 KST까지 미뤘습니다."},
		{time.UTC, "Mina Kim님이 2026년 11월 23일(월) 04:00 UTC까지 미뤘습니다."},
		{nil, "Mina Kim님이 2026년 11월 23일(월) 04:00 UTC까지 미뤘습니다."},
	} {
		if got := ko.Told(snoozed, c.zone); got != c.want {
			t.Errorf("in %s it is %q, want %q", c.zone, got, c.want)
		}
	}
	if got := words.In(nil).Told(snoozed, seoul(t)); got != "x" {
		t.Errorf("in English it is %q, and not what is stored", got)
	}
}

func TestWhatPhrasesDoNotTellIsShownAsItIsStored(t *testing.T) {
	ko := words.In([]string{"ko"})
	for name, said := range map[string][]lead.Phrase{
		"an older version":                 nil,
		"a later version":                  {lead.Say("woken", "by", "Mina Kim"), lead.Say("later")},
		"a note that is longer than it":    {lead.Say("noted", "by", "Mina Kim", "note", "100")},
		"a note of no length":              {lead.Say("noted", "by", "Mina Kim", "note", "-1")},
		"a note whose length is no number": {lead.Say("noted", "by", "Mina Kim", "note", "all")},
	} {
		if got := ko.Told(lead.Activity{Text: "Stored.", Said: said}, time.UTC); got != "Stored." {
			t.Errorf("what %s wrote is told as %q", name, got)
		}
	}
	if got := ko.Why(lead.Owner{Why: "her turn"}, time.UTC); got != "her turn" {
		t.Errorf("the reason of an older version is %q", got)
	}
	if got := ko.Similar(lead.Suggestion{Why: "same shoes, same phone"}); got != "same shoes, 같은 전화번호" {
		t.Errorf("what two leads have in common is %q", got)
	}
}

func TestPartsThatAreNotAsTheyShouldBeAreCopied(t *testing.T) {
	ko := words.In([]string{"ko"})
	for want, said := range map[string]lead.Phrase{
		"응답 시간 계산을 시작했습니다: soon.":                                lead.Say("clock", "clock", "soon"),
		"응답 시간 계산을 시작했습니다: a b c d.":                             lead.Say("clock", "clock", "a b c d"),
		"Mina님이 tomorrow까지 미뤘습니다.":                               lead.Say("snoozed", "by", "Mina", "until", "tomorrow"),
		"Mina님은 부재 중(one day 복귀)이고, 대신할 사람도 모두 부재 중입니다":          lead.Say("acts.nobody", "absent", "Mina").And("away", lead.Say("away", "day", "one day")),
		"지금 맡을 수 있는 사람이 없습니다 (later)":                            lead.Say("why.nobody", "rule", "later"),
		"지금 맡을 수 있는 사람이 없습니다 (지금 맡을 수 있는 사람이 없습니다 (<no value>))": lead.Say("why.nobody", "rule", "why.nobody"),
	} {
		if got := ko.Phrases([]lead.Phrase{said}, time.UTC); got != want {
			t.Errorf("%v is told as %q, want %q", said, got, want)
		}
	}
}

// What a person wrote comes out as it went in, whatever it is, and is stored once.
func TestNotesAreToldAsTheyWereWritten(t *testing.T) {
	zone := seoul(t)
	rapid.Check(t, func(t *rapid.T) {
		note := strings.TrimSpace(rapid.String().Draw(t, "note"))
		if note == "" {
			note = strings.Repeat("가{{.by}}", 200)
		}
		text, said := lead.Told(lead.Say("why.given", "by", "A", "to", "B", "note", note))
		l := &lead.Lead{ID: "l1", Touches: []lead.Touch{{}}}
		if err := l.Reassign(lead.Owner{Person: "b", Name: "B", Why: text, Said: said}, monday, team.Operations("o@contoso.example.com").Staff(monday, nil)); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var read lead.Lead
		if err := json.Unmarshal(b, &read); err != nil {
			t.Fatal(err)
		}
		ko := words.In([]string{"ko"})
		if got, want := ko.Why(read.Owner, zone), "A님이 B님에게 넘겼습니다: "+note; got != want {
			t.Errorf("the reason is %q, want %q", got, want)
		}
		if got, want := ko.Told(read.Timeline[0], zone), "새 담당자: B님. A님이 B님에게 넘겼습니다: "+note+"."; got != want {
			t.Errorf("the timeline says %q, want %q", got, want)
		}
		if phrases, _ := json.Marshal(read.Timeline[0].Said); len(phrases) > 200 {
			t.Errorf("the phrases take %d bytes: %s", len(phrases), phrases)
		}
	})
}

func BenchmarkTold(b *testing.B) {
	ko := words.In([]string{"ko"})
	text, said := lead.Told(lead.Say("contacted", "by", "Mina Kim", "disposition", "NoAnswer"), lead.Say("contacted.late", "due", "2026-11-23T04:00:00.000Z"), lead.Say("note", "note", "내일 다시"))
	a := lead.Activity{Text: text, Said: said}
	b.ReportAllocs()
	for b.Loop() {
		ko.Told(a, time.UTC)
	}
}

// What is beside the text may not be larger than what strangers may write.
func TestThePartsThatAreStoredAreShort(t *testing.T) {
	text, stored := lead.Told(lead.Say("sent.failed", "mail", "mail", "to", "Mina Kim", "because", strings.Repeat("가", 1000)))
	if utf8.RuneCountInString(text) < 1000 {
		t.Errorf("the text is %q", text)
	}
	if because := stored[0].With["because"]; utf8.RuneCountInString(because) != 256 || !strings.HasSuffix(because, "가…") {
		t.Errorf("the part has %d characters: %q", utf8.RuneCountInString(because), because)
	}
}
