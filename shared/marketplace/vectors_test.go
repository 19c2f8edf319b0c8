package marketplace_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"leadflow/shared/marketplace"
)

// vector is a body from Microsoft's documentation or a publisher's report, and what must become of it.
type vector struct {
	Name   string
	Why    string
	Body   string
	Expect struct {
		Kind          string
		Source        *marketplace.Source
		Action        *marketplace.Action
		RawSource     *string
		Publisher     *string
		Offer         *string
		OfferTitle    *string
		Email         *string
		Company       *string
		JobTitle      *string
		SameContentAs string
		Suppressed    bool
		Anonymous     bool

		// Known only once countries and phones are looked up, elsewhere.
		Country, Phone, PhoneIsMatchKey, FollowUp any
	}
}

func vectors(t testing.TB) []vector {
	t.Helper()
	file, err := os.ReadFile("testdata/submissions.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	dec := json.NewDecoder(bytes.NewReader(file))
	dec.DisallowUnknownFields() // an expectation that this test overlooks is an error
	if err := dec.Decode(&all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no vectors")
	}
	return all
}

func TestEveryDocumentedOrReportedBodyIsReadAsItShouldBe(t *testing.T) {
	all := vectors(t)
	keys := map[string]string{}
	for _, v := range all {
		if s, err := marketplace.Read([]byte(v.Body)); err == nil {
			keys[v.Name] = s.ContentKey("")
		}
	}
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			s, err := marketplace.Read([]byte(v.Body))
			kind := "lead"
			switch {
			case err != nil:
				kind = "quarantined"
			case s.IsTest():
				kind = "test"
			}
			if kind != v.Expect.Kind {
				t.Fatalf("%s: it is %s (%v), want %s", v.Why, kind, err, v.Expect.Kind)
			}
			if err != nil {
				if _, ok := errors.AsType[*marketplace.UnreadableError](err); !ok {
					t.Errorf("the error is a %T", err)
				}
				return
			}
			equal(t, "source", s.Source, v.Expect.Source)
			equal(t, "action", s.Action, v.Expect.Action)
			equal(t, "raw source", s.RawSource, v.Expect.RawSource)
			equal(t, "publisher", s.Publisher, v.Expect.Publisher)
			equal(t, "offer", s.Offer, v.Expect.Offer)
			equal(t, "offer title", s.OfferTitle, v.Expect.OfferTitle)
			equal(t, "email", s.Email, v.Expect.Email)
			equal(t, "company", s.Company, v.Expect.Company)
			equal(t, "job title", s.JobTitle, v.Expect.JobTitle)
			if dnc := s.Action == marketplace.ActionDNC; dnc != v.Expect.Suppressed {
				t.Errorf("do not contact is %t, want %t", dnc, v.Expect.Suppressed)
			}
			if nobody := s.FirstName+s.LastName+s.Email+s.Phone == ""; nobody != v.Expect.Anonymous {
				t.Errorf("anonymous is %t, want %t", nobody, v.Expect.Anonymous)
			}
			for _, other := range all {
				if other.Name == v.Name || keys[other.Name] == "" {
					continue
				}
				same := v.Expect.SameContentAs == other.Name || other.Expect.SameContentAs == v.Name
				if (keys[other.Name] == keys[v.Name]) != same {
					t.Errorf("the content key equals that of %s: %t, want %t", other.Name, !same, same)
				}
			}
		})
	}
}

func equal[T comparable](t *testing.T, what string, got T, want *T) {
	t.Helper()
	if want != nil && got != *want {
		t.Errorf("%s %v, want %v", what, got, *want)
	}
}
