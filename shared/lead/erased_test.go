package lead_test

import (
	"encoding/json"
	"strings"
	"testing"

	"leadflow/shared/lead"
)

// everything is a lead of Ana with all that there is to be erased.
func everything(t *testing.T) *lead.Lead {
	t.Helper()
	var l lead.Lead
	if err := json.Unmarshal([]byte(newer), &l); err != nil {
		t.Fatal(err)
	}
	l.Archived = &lead.Archived{ID: "archive-1", Through: lead.At(morning.Add(-1))}
	l.Mails = append(l.Mails, lead.Mail{ID: "reminder-1", Kind: lead.MailReminder})
	return &l
}

func TestATombstoneHoldsNothingOfThePerson(t *testing.T) {
	l := everything(t)
	l.Erase(lead.Time{}, morning, []string{"alert-s0"}, nil)
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":"l1","lead":"l1","schema":2,"contact":{},"subject":"","touches":null,"owner":{"person":"","since":"0001-01-01T00:00:00.000Z","why":""},"stage":"",` +
		`"suppression":{"reason":"DoNotContact","since":"2026-11-23T09:00:00.000Z"},"timeline":null,` +
		`"erased":{"at":"2026-11-23T09:00:00.000Z","through":"2026-11-23T09:00:00.000Z","mails":["alert-s0","alert-s1"]},` +
		`"createdAt":"0001-01-01T00:00:00.000Z","updatedAt":"2026-11-23T09:00:00.000Z"}`
	if string(b) != want {
		t.Errorf("it is\n%s\nand not\n%s", b, want)
	}
	if !l.Tombstone() {
		t.Error("it is no tombstone")
	}
}

func TestWhoWasSuppressedAndErasedComesAgainAsANewLeadThatIsSuppressed(t *testing.T) {
	for _, c := range []struct {
		name   string
		reason lead.SuppressionReason
		action lead.Action
		mails  string
	}{
		{"who acquired the offer", lead.SuppressedDoNotContact, lead.ActionAcquired, ""},
		{"who asks to be contacted, which people decide", lead.SuppressedDoNotContact, lead.ActionContactMe, "decide-s2 decide-s2-to-operations"},
		{"who asks to be contacted after an own word, which is absolute", lead.SuppressedOptedOut, lead.ActionContactMe, ""},
		{"who was not suppressed", "", lead.ActionContactMe, "alert-s2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := everything(t)
			l.Suppression = nil
			if c.reason != "" {
				l.Suppression = &lead.Suppression{Reason: c.reason, Since: morning}
			}
			l.Erase(lead.Time{}, morning, nil, nil)
			again := touch("s2", 1, c.action)
			taken := l.Take(again, ana(), again.ReceivedAt, staff(owner))
			if taken.Verdict != lead.FirstTouch || l.Tombstone() || l.Stage != lead.StageNew || l.Contact.Email != ana().Email {
				t.Errorf("it was taken as %+v, and is %+v", taken, l)
			}
			if (l.Suppression != nil) != (c.reason != "") || l.Suppression != nil && l.Suppression.Reason != c.reason {
				t.Errorf("suppressed is %+v", l.Suppression)
			}
			var mails []string
			for _, m := range l.Mails {
				mails = append(mails, m.ID)
			}
			if strings.Join(mails, " ") != c.mails {
				t.Errorf("mails %q, want %q", mails, c.mails)
			}
			said := false
			for _, a := range l.Timeline {
				said = said || a.Text == "Must not be contacted: that was so before the person's data were erased."
			}
			if said != (c.reason != "") {
				t.Errorf("the timeline says %+v", l.Timeline)
			}
		})
	}
}

func TestWhatWasReceivedBeforeAnErasureBelongsToIt(t *testing.T) {
	l := everything(t)
	through := lead.At(morning.Add(1000000))
	l.Erase(through, morning, nil, nil)
	for at, want := range map[lead.Time]bool{morning: true, through: true, lead.At(through.Add(1000000)): false} {
		if l.HasErased(at) != want {
			t.Errorf("received %s: %t", at, !want)
		}
	}
	if (&lead.Lead{}).HasErased(morning) {
		t.Error("a lead that was never erased has erased something")
	}
	again := touch("s2", 1, lead.ActionContactMe)
	l.Take(again, ana(), again.ReceivedAt, staff(owner))
	if !l.HasErased(through) {
		t.Error("once the person has come again, what was erased is not known any more")
	}
	l.Erase(lead.Time{}, morning, nil, nil)
	if !l.HasErased(again.ReceivedAt) {
		t.Error("a second erasure does not reach to what came since the first")
	}
}
