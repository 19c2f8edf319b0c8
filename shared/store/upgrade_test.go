package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestAnExtensionSurvivesTheUpgrade(t *testing.T) {
	d, ctx := open(t), t.Context()
	d.put(t, "l1", strings.ReplaceAll(version1, "+55 11 91234-5678", "+55 11 91234-5678 ext. 42"))
	l, _, err := d.Lead(ctx, "l1")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(l.Contact.Phones, "+55 11 91234-5678 ext. 42") {
		t.Errorf("%q", l.Contact.Phones)
	}
}

func TestAnOlderTouchDoesNotChangeATitleOfTheFirstVersion(t *testing.T) {
	d, ctx := open(t), t.Context()
	d.put(t, "l1", strings.Replace(version1, `"touches"`, `"offers":[{"id":"analytics","title":"Contoso Analytics","action":"PLT"}],"touches"`, 1))
	l, err := d.Update(ctx, "l1", func(l *lead.Lead) error {
		x := touch("s0", morning.Add(-100*24*time.Hour))
		x.Offer = lead.Offer{ID: "analytics", Title: "Long ago"}
		l.Take(x, lead.Contact{}, lead.At(morning), staff(nobody))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if l.Offers[0].Title != "Contoso Analytics" {
		t.Errorf("%+v", l.Offers)
	}
}
