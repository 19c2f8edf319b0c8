package marketplace_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"leadflow/shared/marketplace"
)

// reading is one case of the table that the product is tested with: a submission, written from what Partner
// Center documents and from what careless and hostile senders do, and what must be understood of it.
type reading struct {
	Name       string
	Why        string
	Body       string
	BodyBase64 []byte // in place of Body, where the body is no UTF-8
	Offer      string // the offer id in the webhook's URL
	Team       string // the team's YAML
	Expect     struct {
		Kind          string
		Source        *marketplace.Source
		Action        *marketplace.Action
		RawSource     *string
		RawAction     *string
		Publisher     *string
		Offer         *string
		OfferTitle    *string
		FirstName     *string
		LastName      *string
		Email         *string
		Company       *string
		JobTitle      *string
		Description   *string
		Suppressed    bool
		Anonymous     bool
		SameContentAs string

		// Known only once addresses, phones and countries are normalized, elsewhere.
		Phone, Country, FollowUp, PhoneIsMatchKey, MatchKey, SamePersonAs, OtherPersonThan any
	}
}

func (r reading) bytes() []byte {
	if r.BodyBase64 != nil {
		return r.BodyBase64
	}
	return []byte(r.Body)
}

// Where the readings are: what Microsoft documents and publishers reported, and what was made up beside it.
const (
	reported = "testdata/submissions.json"
	madeUp   = "../../functions/ingest/testdata/readings.json"
)

func readings(t testing.TB, name string) []reading {
	t.Helper()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []reading
	dec := json.NewDecoder(bytes.NewReader(file))
	dec.DisallowUnknownFields() // an expectation that this test overlooks is an error
	if err := dec.Decode(&all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no readings")
	}
	return all
}

func TestEveryReadingIsUnderstoodAsFarAsTheBodyAloneDecides(t *testing.T) {
	for _, r := range append(readings(t, reported), readings(t, madeUp)...) {
		t.Run(r.Name, func(t *testing.T) {
			s, err := marketplace.Read(r.bytes())
			checkReading(t, s, err)
			kind := "lead"
			switch {
			case err != nil:
				kind = "quarantined"
			case s.IsTest():
				kind = "test"
			}
			want := r.Expect.Kind
			if want == "internal" { // the team decides that
				want = "lead"
			}
			if kind != want {
				t.Fatalf("%s: it is %s (%v), want %s", r.Why, kind, err, want)
			}
			if err != nil {
				return // of which checkReading has seen that it is an UnreadableError
			}
			equal(t, "source", s.Source, r.Expect.Source)
			equal(t, "action", s.Action, r.Expect.Action)
			equal(t, "raw source", s.RawSource, r.Expect.RawSource)
			equal(t, "raw action", s.RawAction, r.Expect.RawAction)
			if r.Offer == "" && r.Team == "" {
				equal(t, "publisher", s.Publisher, r.Expect.Publisher)
				equal(t, "offer", s.Offer, r.Expect.Offer)
			}
			equal(t, "offer title", s.OfferTitle, r.Expect.OfferTitle)
			equal(t, "first name", s.FirstName, r.Expect.FirstName)
			equal(t, "last name", s.LastName, r.Expect.LastName)
			equal(t, "email", s.Email, r.Expect.Email)
			equal(t, "company", s.Company, r.Expect.Company)
			equal(t, "job title", s.JobTitle, r.Expect.JobTitle)
			equal(t, "description", s.Description, r.Expect.Description)
			if dnc := s.Action == marketplace.ActionDNC; dnc != r.Expect.Suppressed {
				t.Errorf("do not contact is %t, want %t", dnc, r.Expect.Suppressed)
			}
			if nobody := s.FirstName+s.LastName+s.Email+s.Phone == ""; nobody != r.Expect.Anonymous {
				t.Errorf("anonymous is %t, want %t", nobody, r.Expect.Anonymous)
			}
			if t.Failed() {
				t.Log(r.Why)
			}
		})
	}
}

func TestReadingsHaveTheSameContentExactlyWhereTheySaySo(t *testing.T) {
	all := append(readings(t, reported), readings(t, madeUp)...)
	original := map[string]string{} // by the name of a case, the case whose content it repeats in the end
	for _, r := range all {
		if _, twice := original[r.Name]; twice {
			t.Errorf("%s comes twice", r.Name)
		}
		original[r.Name] = r.Name
		if same := r.Expect.SameContentAs; same != "" {
			if original[same] == "" {
				t.Fatalf("%s is like %s, which is no case before it", r.Name, same)
			}
			original[r.Name] = original[same]
		}
	}
	keyOf, nameOf := map[string]string{}, map[string]string{}
	for _, r := range all {
		s, err := marketplace.Read(r.bytes())
		if err != nil {
			continue
		}
		key, name := s.ContentKey(r.Offer), original[r.Name]
		if before, ok := keyOf[name]; ok && before != key {
			t.Errorf("%s has another content than %s", r.Name, name)
		}
		if before, ok := nameOf[key]; ok && before != name {
			t.Errorf("%s has the content of %s", r.Name, before)
		}
		keyOf[name], nameOf[key] = key, name
	}
}

func equal[T comparable](t *testing.T, what string, got T, want *T) {
	t.Helper()
	if want != nil && got != *want {
		t.Errorf("%s %v, want %v", what, got, *want)
	}
}
