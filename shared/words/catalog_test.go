package words_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// gap is where a part of a text goes.
var gap = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

// catalog gives the holes of each text of a file, in their order by name. A text that counts may have more forms in one
// language than in another; each of them has the same holes, but
// the number may be said in a word.
func catalog(t *testing.T, file string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]any
	if err := yaml.Unmarshal(b, &texts); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	holes := map[string]string{}
	for id, text := range texts {
		forms, counted := text.(map[string]any)
		if !counted {
			forms = map[string]any{"other": text}
		}
		for form, text := range forms {
			said, _ := text.(string)
			names := map[string]bool{}
			if counted {
				names["N"] = true
			}
			for _, found := range gap.FindAllStringSubmatch(said, -1) {
				names[found[1]] = true
			}
			has := strings.Join(slices.Sorted(maps.Keys(names)), " ")
			if before, twice := holes[id]; strings.TrimSpace(said) == "" || twice && before != has {
				t.Errorf("%s: the form %s of %s is %q, and another one has %q", file, form, id, said, before)
			}
			holes[id] = has
			if rest := gap.ReplaceAllString(said, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
				t.Errorf("%s: %s has a hole without a name: %q", file, id, said)
			}
		}
	}
	return holes
}

func TestEveryTextIsThereInBothLanguagesWithTheSameParts(t *testing.T) {
	files, err := filepath.Glob("text/*.en.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no texts", err)
	}
	for _, file := range files {
		english, korean := catalog(t, file), catalog(t, strings.TrimSuffix(file, ".en.yaml")+".ko.yaml")
		for _, id := range slices.Sorted(maps.Keys(english)) {
			if parts, ok := korean[id]; !ok {
				t.Errorf("%s: there is no Korean for %s", file, id)
			} else if parts != english[id] {
				t.Errorf("%s: %s has the parts %q in English and %q in Korean", file, id, english[id], parts)
			}
		}
		for id := range korean {
			if _, ok := english[id]; !ok {
				t.Errorf("%s: there is no English for %s", file, id)
			}
		}
	}
}
