package team

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"leadflow/shared/lead"
)

func TestAPreparedCatalogueFindsWhatTheFileSays(t *testing.T) {
	titles := []string{"Contoso Analytics", "contoso  ANALYTICS", "Straße", "STRASSE", "애널리틱스", "", "x"}
	rapid.Check(t, func(t *rapid.T) {
		var of Team
		taken := map[string]bool{}
		for n := range rapid.IntRange(0, 3).Draw(t, "offers") {
			o := Offer{ID: string(rune('a' + n))}
			for _, title := range rapid.SliceOf(rapid.SampledFrom(titles)).Draw(t, "titles") {
				if key := sameTitle(title); key != "" && !taken[key] { // a title belongs to one offer
					taken[key] = true
					o.Titles = append(o.Titles, title)
				}
			}
			of.Offers = append(of.Offers, o)
		}
		said := lead.Offer{Title: rapid.SampledFrom(titles).Draw(t, "said")}
		want, known := of.Resolve("", said)
		if got, k := of.indexed().Resolve("", said); !reflect.DeepEqual(got, want) || k != known {
			t.Errorf("it is %+v, %t, want %+v, %t", got, k, want, known)
		}
	})
}
