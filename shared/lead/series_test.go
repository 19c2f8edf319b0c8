package lead_test

import (
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestAnotherListIsFreeWhenTheBoundsSaySo(t *testing.T) {
	oslo, cairo, havana := zone(t, "Europe/Oslo"), zone(t, "Africa/Cairo"), zone(t, "America/Havana")
	for _, c := range []struct {
		name string
		kind lead.MailKind
		in   *time.Location
		sent []string
		now  string
		want string
	}{
		{"the first one is free", lead.MailReminder, oslo, nil, "2026-11-23T09:00:00+01:00", "2026-11-23T09:00:00+01:00"},
		{"two hours after the last one", lead.MailReminder, oslo, []string{"2026-11-23T09:00:00+01:00"}, "2026-11-23T09:05:00+01:00", "2026-11-23T11:00:00+01:00"},
		{"then it is free at once", lead.MailReminder, oslo, []string{"2026-11-23T09:00:00+01:00"}, "2026-11-23T12:05:00+01:00", "2026-11-23T12:05:00+01:00"},
		{"and exactly then too", lead.MailReminder, oslo, []string{"2026-11-23T09:00:00+01:00"}, "2026-11-23T11:00:00+01:00", "2026-11-23T11:00:00+01:00"},
		{"after three of a day", lead.MailReminder, oslo, []string{"2026-11-23T09:00:00+01:00", "2026-11-23T11:00:00+01:00", "2026-11-23T13:00:00+01:00"},
			"2026-11-23T16:00:00+01:00", "2026-11-23T16:00:00+01:00"},
		{"after four of a day it is the next day", lead.MailReminder, oslo, []string{"2026-11-23T00:00:00+01:00", "2026-11-23T11:00:00+01:00", "2026-11-23T13:00:00+01:00", "2026-11-23T15:00:00+01:00"},
			"2026-11-23T23:00:00+01:00", "2026-11-24T00:00:00+01:00"},
		{"what was sent before midnight is of the day before", lead.MailReminder, oslo, []string{"2026-11-22T23:59:00+01:00", "2026-11-23T11:00:00+01:00", "2026-11-23T13:00:00+01:00", "2026-11-23T15:00:00+01:00"},
			"2026-11-23T23:00:00+01:00", "2026-11-23T23:00:00+01:00"},
		{"a day of 25 hours", lead.MailReminder, oslo, []string{"2026-10-25T00:00:00+02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T10:00:00+01:00", "2026-10-25T12:00:00+01:00"},
			"2026-10-25T15:00:00+01:00", "2026-10-26T00:00:00+01:00"},
		{"a day that begins at one o'clock", lead.MailReminder, cairo, []string{"2026-04-23T15:00:00+02:00", "2026-04-23T17:00:00+02:00", "2026-04-23T19:00:00+02:00", "2026-04-23T21:00:00+02:00"},
			"2026-04-23T23:00:00+02:00", "2026-04-24T01:00:00+03:00"},
		{"such a day has none of what was sent before it", lead.MailReminder, cairo, []string{"2026-04-23T23:30:00+02:00", "2026-04-24T02:00:00+03:00", "2026-04-24T04:00:00+03:00", "2026-04-24T06:00:00+03:00"},
			"2026-04-24T09:00:00+03:00", "2026-04-24T09:00:00+03:00"},
		{"a day that begins with the first of two midnights", lead.MailReminder, havana, []string{"2026-11-01T00:30:00-04:00", "2026-11-01T03:00:00-05:00", "2026-11-01T06:00:00-05:00", "2026-11-01T09:00:00-05:00"},
			"2026-11-01T12:00:00-05:00", "2026-11-02T00:00:00-05:00"},

		{"an escalation in the morning has peace until noon", lead.MailEscalation, oslo, []string{"2026-11-23T00:00:00+01:00"}, "2026-11-23T11:59:00+01:00", "2026-11-23T12:00:00+01:00"},
		{"one at noon until midnight", lead.MailEscalation, oslo, []string{"2026-11-23T12:00:00+01:00"}, "2026-11-23T16:00:00+01:00", "2026-11-24T00:00:00+01:00"},
		{"the next half day is free", lead.MailEscalation, oslo, []string{"2026-11-23T11:59:00+01:00"}, "2026-11-23T12:00:00+01:00", "2026-11-23T12:00:00+01:00"},
		{"four of a day do not matter", lead.MailEscalation, oslo, []string{"2026-11-23T01:00:00+01:00", "2026-11-23T02:00:00+01:00", "2026-11-23T03:00:00+01:00", "2026-11-23T04:00:00+01:00"},
			"2026-11-23T13:00:00+01:00", "2026-11-23T13:00:00+01:00"},
		{"until a midnight that there is not", lead.MailEscalation, cairo, []string{"2026-04-23T15:00:00+02:00"}, "2026-04-23T23:00:00+02:00", "2026-04-24T01:00:00+03:00"},
		{"until the first of two midnights", lead.MailEscalation, havana, []string{"2026-10-31T15:00:00-04:00"}, "2026-10-31T16:00:00-04:00", "2026-11-01T00:00:00-04:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s lead.Series
			for _, at := range c.sent {
				s.Sent = append(s.Sent, lead.At(rfc(t, at)))
			}
			if got := s.Free(c.kind, rfc(t, c.now), c.in); !got.Equal(rfc(t, c.want)) {
				t.Errorf("free at %s, want %s", got.In(c.in), c.want)
			}
		})
	}
}

func TestASeriesIsBounded(t *testing.T) {
	s := lead.Series{ID: "reminder-ana"}
	many := make([]string, 501)
	for n := range 100 {
		mail := s.Begin(morning.Add(time.Duration(n)*time.Minute), many)
		if len(s.Leads) != 500 || len(s.Sent) < min(n+1, 4) || len(s.Sent) > 12 || !s.Sent[len(s.Sent)-1].Equal(morning.Add(time.Duration(n)*time.Minute)) {
			t.Fatalf("%d leads, sent %v", len(s.Leads), s.Sent)
		}
		if again := s.Begin(morning.Add(time.Hour), nil); again != mail || len(s.Leads) != 500 {
			t.Fatal("a list that is open was begun again")
		}
		if s.End("another") || !s.End(mail) || s.End(mail) || s.Open != "" || s.Leads != nil {
			t.Fatalf("it did not end once: %+v", s)
		}
	}
}
