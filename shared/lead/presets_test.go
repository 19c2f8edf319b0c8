package lead_test

import (
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestAPresetOfASnoozeIsALocalTime(t *testing.T) {
	for _, c := range []struct {
		name, zone, now string
		preset          lead.SnoozePreset
		want            string
	}{
		{"an hour is one of real time", "Asia/Seoul", "2026-11-23T14:20:30+09:00", lead.SnoozeHour, "2026-11-23T15:20:30+09:00"},
		{"even when the clocks go forward", "Europe/Berlin", "2026-03-29T01:30:00+01:00", lead.SnoozeHour, "2026-03-29T03:30:00+02:00"},
		{"tomorrow is nine in the morning", "Asia/Seoul", "2026-11-23T14:20:30+09:00", lead.SnoozeTomorrow, "2026-11-24T09:00:00+09:00"},
		{"tomorrow is counted from the local day", "Asia/Seoul", "2026-11-23T23:30:00Z", lead.SnoozeTomorrow, "2026-11-25T09:00:00+09:00"},
		{"tomorrow at the end of a year", "UTC", "2026-12-31T23:59:59Z", lead.SnoozeTomorrow, "2027-01-01T09:00:00Z"},
		{"tomorrow with another offset", "Europe/Berlin", "2026-03-28T18:00:00+01:00", lead.SnoozeTomorrow, "2026-03-29T09:00:00+02:00"},
		{"tomorrow back at the old offset", "America/New_York", "2026-10-31T18:00:00-04:00", lead.SnoozeTomorrow, "2026-11-01T09:00:00-05:00"},
		{"three days are at the same time", "Asia/Seoul", "2026-11-23T14:20:30+09:00", lead.SnoozeDays, "2026-11-26T14:20:00+09:00"},
		{"three days across a change of the clocks", "Europe/Berlin", "2026-10-23T14:20:00+02:00", lead.SnoozeDays, "2026-10-26T14:20:00+01:00"},
		{"three days to a time that is left out", "Europe/Berlin", "2026-03-26T02:30:00+01:00", lead.SnoozeDays, "2026-03-29T03:00:00+02:00"},
		{"three days to a time that comes twice", "Europe/Berlin", "2026-10-22T02:30:00+02:00", lead.SnoozeDays, "2026-10-25T02:30:00+02:00"},
		{"next week on a Wednesday", "Asia/Seoul", "2026-11-25T14:20:00+09:00", lead.SnoozeWeek, "2026-11-30T09:00:00+09:00"},
		{"next week on a Monday is in seven days", "Asia/Seoul", "2026-11-23T08:00:00+09:00", lead.SnoozeWeek, "2026-11-30T09:00:00+09:00"},
		{"next week on a Sunday is tomorrow", "Asia/Seoul", "2026-11-29T22:00:00+09:00", lead.SnoozeWeek, "2026-11-30T09:00:00+09:00"},
		{"next week where it is Monday already", "Pacific/Kiritimati", "2026-11-29T12:00:00Z", lead.SnoozeWeek, "2026-12-07T09:00:00+14:00"},
		{"next week with another offset", "America/New_York", "2026-03-06T16:00:00-05:00", lead.SnoozeWeek, "2026-03-09T09:00:00-04:00"},
		{"next week of half an hour's change", "Australia/Lord_Howe", "2026-10-02T09:00:00+10:30", lead.SnoozeWeek, "2026-10-05T09:00:00+11:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.preset.Until(rfc(t, c.now), zone(t, c.zone))
			if !ok || !got.Equal(rfc(t, c.want)) {
				t.Errorf("%s, %t, want %s", got.In(zone(t, c.zone)), ok, c.want)
			}
		})
	}
	if at, ok := lead.SnoozePreset("never").Until(morning.Time, time.UTC); ok {
		t.Errorf("what is no preset is %s", at)
	}
}

func TestEveryPresetOfASnoozeIsToComeAndWithinTheLimit(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"} {
		in := zone(t, name)
		for n := range 366 * 24 / 5 { // five divides no day, so each hour of a day comes
			now := time.Date(2026, 1, 1, 5*n, 29, 0, 0, time.UTC)
			for _, p := range []lead.SnoozePreset{lead.SnoozeHour, lead.SnoozeTomorrow, lead.SnoozeDays, lead.SnoozeWeek} {
				if at, ok := p.Until(now, in); !ok || !at.After(now) || at.Sub(now) > lead.MaxSnooze {
					t.Fatalf("%s of %s in %s is %s, %t", p, now, name, at, ok)
				}
			}
		}
	}
}

func TestAPresetOfAContactIsALocalTime(t *testing.T) {
	for _, c := range []struct {
		name, zone, now string
		preset          lead.ContactPreset
		want            string
	}{
		{"now", "Asia/Seoul", "2026-11-23T14:20:30+09:00", lead.ContactNow, "2026-11-23T14:20:30+09:00"},
		{"an hour ago", "Asia/Seoul", "2026-11-23T14:20:30+09:00", lead.ContactHour, "2026-11-23T13:20:30+09:00"},
		{"an hour ago, before the clocks went forward", "Europe/Berlin", "2026-03-29T03:30:00+02:00", lead.ContactHour, "2026-03-29T01:30:00+01:00"},
		{"this morning", "Asia/Seoul", "2026-11-23T14:20:00+09:00", lead.ContactMorning, "2026-11-23T09:00:00+09:00"},
		{"this morning may be still to come", "Asia/Seoul", "2026-11-22T23:00:00Z", lead.ContactMorning, "2026-11-23T09:00:00+09:00"},
		{"yesterday", "Asia/Seoul", "2026-11-23T00:30:00+09:00", lead.ContactYesterday, "2026-11-22T15:00:00+09:00"},
		{"yesterday, at another offset", "Europe/Berlin", "2026-03-29T12:00:00+02:00", lead.ContactYesterday, "2026-03-28T15:00:00+01:00"},
		{"yesterday in another month", "America/New_York", "2026-11-01T12:00:00-05:00", lead.ContactYesterday, "2026-10-31T15:00:00-04:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.preset.When(rfc(t, c.now), zone(t, c.zone))
			if !ok || !got.Equal(rfc(t, c.want)) {
				t.Errorf("%s, %t, want %s", got.In(zone(t, c.zone)), ok, c.want)
			}
		})
	}
	if at, ok := lead.ContactPreset("other").When(morning.Time, time.UTC); ok {
		t.Errorf("what is no preset is %s", at)
	}
}

func TestALocalTimeIsReadAsFormsSendIt(t *testing.T) {
	for _, c := range []struct{ text, zone, want string }{
		{"2026-11-23T09:30", "Asia/Seoul", "2026-11-23T09:30:00+09:00"},
		{"2026-11-23T09:30:59", "Asia/Seoul", "2026-11-23T09:30:00+09:00"},
		{"2026-03-29T02:30", "Europe/Berlin", "2026-03-29T03:00:00+02:00"}, // left out
		{"2026-10-25T02:30", "Europe/Berlin", "2026-10-25T02:30:00+02:00"}, // comes twice
		{"2026-02-30T09:30", "UTC", ""},
		{"2026-11-23T24:00", "UTC", ""},
		{"2026-11-23 09:30", "UTC", ""},
		{"2026-11-23", "UTC", ""},
		{"12026-11-23T09:30", "UTC", ""},
		{"", "UTC", ""},
	} {
		at, ok := lead.LocalTime(c.text, zone(t, c.zone))
		if ok != (c.want != "") || ok && !at.Equal(rfc(t, c.want)) {
			t.Errorf("%q in %s is %s, %t, want %q", c.text, c.zone, at, ok, c.want)
		}
	}
}

func TestADateIsItsMorning(t *testing.T) {
	for _, c := range []struct{ text, zone, want string }{
		{"2026-11-23", "Asia/Seoul", "2026-11-23T09:00:00+09:00"},
		{"2026-03-29", "Europe/Berlin", "2026-03-29T09:00:00+02:00"},
		{"2026-02-29", "UTC", ""},
		{"2026-11-23T09:30", "UTC", ""},
		{"tomorrow", "UTC", ""},
		{"", "UTC", ""},
	} {
		at, ok := lead.LocalMorning(c.text, zone(t, c.zone))
		if ok != (c.want != "") || ok && !at.Equal(rfc(t, c.want)) {
			t.Errorf("%q in %s is %s, %t, want %q", c.text, c.zone, at, ok, c.want)
		}
	}
}

func TestAMomentIsToldInThePersonsZoneAndInUTC(t *testing.T) {
	for _, c := range []struct{ at, zone, want string }{
		{"2026-11-23T04:00:00Z", "Asia/Seoul", "Mon 23 Nov 13:00 KST, 04:00 UTC"},
		{"2026-11-23T22:00:00Z", "Asia/Seoul", "Tue 24 Nov 07:00 KST, Mon 23 Nov 22:00 UTC"},
		{"2026-11-23T04:00:00Z", "UTC", "Mon 23 Nov 04:00 UTC"},
		{"2026-11-23T04:00:00Z", "Europe/London", "Mon 23 Nov 04:00 GMT, 04:00 UTC"},
		{"2026-11-23T04:00:00Z", "America/Sao_Paulo", "Mon 23 Nov 01:00 UTC-03:00, 04:00 UTC"},
	} {
		if got := lead.English().Moment(rfc(t, c.at), zone(t, c.zone)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
