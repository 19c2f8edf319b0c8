package lead_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"leadflow/shared/lead"
)

// newer is a lead as a later version of the program may write it: every object has a field more.
const newer = `{"id":"l1","lead":"l1","schema":9,"matchKey":"email:a@b.example","probes":["phone:+4722123456"],
"contact":{"firstName":"Ana","saidAt":{"firstName":"2026-11-23T09:00:00.000Z"},"later":[1,{"a":null}]},"subject":"x",
"offers":[{"id":"o","action":"PLT","later":1}],"touches":[{"submission":"s1","contentKey":"k","source":"AppSource","action":"PLT",
"offer":{"id":"o","action":"PLT","later":"é"},"receivedAt":"2026-11-23T09:00:00.000Z","later":true}],
"owner":{"person":"ana","since":"2026-11-23T09:00:00.000Z","why":"her turn","said":[{"say":"words","with":{"note":"8"},"later":12}],"decision":{"rule":"x","of":0,"teamVersion":1,
"candidates":[{"person":"ana","weight":1,"load":3,"later":7}],"later":8},"later":2},"stage":"New",
"followUp":{"kind":"respond","since":"2026-11-23T09:00:00.000Z","clock":{"person":"ana","zone":"UTC","minutes":240,"startsAt":"2026-11-23T09:00:00.000Z",
"stretches":[{"from":"2026-11-23T09:00:00Z","to":"2026-11-23T13:00:00Z"}],"later":9},"halfAt":"2026-11-23T11:00:00.000Z","dueAt":"2026-11-23T13:00:00.000Z",
"showFrom":"2026-11-23T11:00:00.000Z","ownerAt":"2026-11-23T11:00:00.000Z","later":10},"dueFrom":"2026-11-23T11:00:00.000Z","openFor":"ana",
"response":{"contactedAt":"2026-11-23T09:00:00.000Z","recordedAt":"2026-11-23T09:00:00.000Z","by":"ana","disposition":"NoAnswer","later":11},
"suppression":{"reason":"DoNotContact","since":"2026-11-23T09:00:00.000Z","later":3},
"suggestions":[{"lead":"l2","why":"same phone","later":4}],
"mails":[{"id":"alert-s1","kind":"alert","submission":"s1","to":"ana","plannedAt":"2026-11-23T09:00:00.000Z","about":"x","said":[{"say":"about.look","later":14}],"later":5}],
"timeline":[{"at":"2026-11-23T09:00:00.000Z","text":"x","said":[{"say":"later","later":13}],"later":6}],"createdAt":"2026-11-23T09:00:00.000Z","updatedAt":"2026-11-23T09:00:00.000Z",
"erased":{"at":"2026-11-23T09:00:00.000Z","later":15},"later":{"deep":{"er":["x"]}},"_etag":"e"}`

func TestFieldsOfALaterVersionSurviveAReadAndAWrite(t *testing.T) {
	var l lead.Lead
	if err := json.Unmarshal([]byte(newer), &l); err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var before, after map[string]any
	for text, into := range map[string]*map[string]any{newer: &before, string(written): &after} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("it was\n%v\nand is written as\n%v", before, after)
	}
}

func TestFieldsOfALaterVersionStayWithTheirTouchWhereverItMoves(t *testing.T) {
	var l lead.Lead
	if err := json.Unmarshal([]byte(newer), &l); err != nil {
		t.Fatal(err)
	}
	l.Take(touch("s0", -1, lead.ActionContactMe), ana(), morning, staff(owner)) // comes before s1
	b, err := json.Marshal(l.Touches)
	if err != nil {
		t.Fatal(err)
	}
	var touches []struct {
		Submission string
		Later      bool
	}
	if err := json.Unmarshal(b, &touches); err != nil {
		t.Fatal(err)
	}
	if len(touches) != 2 || touches[0].Submission != "s0" || touches[0].Later || !touches[1].Later {
		t.Errorf("touches %+v", touches)
	}
}

func TestADocumentWithoutStrangeFieldsHasNoMoreThanItsOwn(t *testing.T) {
	b, err := json.Marshal(lead.Offer{ID: "o", Action: lead.ActionContactMe})
	if err != nil || string(b) != `{"id":"o","action":"PLT"}` {
		t.Errorf("%s, %v", b, err)
	}
}

func TestADocumentWithNoneButStrangeFieldsIsOneToo(t *testing.T) {
	const document = `{"a":1,"later":{"x":[null]}}`
	var c lead.Contact
	if err := json.Unmarshal([]byte(document), &c); err != nil {
		t.Fatal(err)
	}
	if b, err := json.Marshal(c); err != nil || string(b) != document {
		t.Errorf("%s, %v", b, err)
	}
}

func TestAValueThatIsReadTwiceKeepsNothingOfTheFirstDocument(t *testing.T) {
	var c lead.Contact
	for _, document := range []string{`{"later":1}`, `{"firstName":"Ana"}`} {
		if err := json.Unmarshal([]byte(document), &c); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := json.Marshal(c); err != nil || string(b) != `{"firstName":"Ana"}` {
		t.Errorf("%s, %v", b, err)
	}
}
