package team_test

import (
	"reflect"
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestAbsencesAreReadInTheZoneOfThePerson(t *testing.T) {
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
	}
	for _, c := range []struct {
		name, zone, absence string
		want                lead.Stretch
	}{
		{"dates, the last day included", "Asia/Seoul", "{from: 2026-12-24, to: 2026-12-26}", lead.Stretch{From: at(12, 23, 15, 0), To: at(12, 26, 15, 0)}},
		{"dates in quotes", "Asia/Seoul", `{from: "2026-12-24", to: '2026-12-26'}`, lead.Stretch{From: at(12, 23, 15, 0), To: at(12, 26, 15, 0)}},
		{"the end in front", "UTC", "{to: 2026-12-26, from: 2026-12-24}", lead.Stretch{From: at(12, 24, 0, 0), To: at(12, 27, 0, 0)}},
		{"one day", "UTC", "{from: 2026-12-24}", lead.Stretch{From: at(12, 24, 0, 0), To: at(12, 25, 0, 0)}},
		{"the last day of a month", "UTC", "{from: 2026-02-28, to: 2026-02-28}", lead.Stretch{From: at(2, 28, 0, 0), To: at(3, 1, 0, 0)}},
		{"times", "Europe/Berlin", "{from: 2026-12-24T13:00, to: 2026-12-24T17:30}", lead.Stretch{From: at(12, 24, 12, 0), To: at(12, 24, 16, 30)}},
		{"times with a space", "Europe/Berlin", "{from: 2026-12-24 9:00, to: '2026-12-24 17:30'}", lead.Stretch{From: at(12, 24, 8, 0), To: at(12, 24, 16, 30)}},
		{"times with seconds, which are none", "UTC", "{from: 2026-12-24T13:00:00, to: 2026-12-24 17:30:00}", lead.Stretch{From: at(12, 24, 13, 0), To: at(12, 24, 17, 30)}},
		{"a time to a date", "UTC", "{from: 2026-12-24T13:00, to: 2026-12-24}", lead.Stretch{From: at(12, 24, 13, 0), To: at(12, 25, 0, 0)}},
		{"a date to a time", "UTC", "{from: 2026-12-24, to: 2026-12-28T12:00}", lead.Stretch{From: at(12, 24, 0, 0), To: at(12, 28, 12, 0)}},
		{"a day of 23 hours", "Europe/Berlin", "{from: 2026-03-29}", lead.Stretch{From: at(3, 28, 23, 0), To: at(3, 29, 22, 0)}},
		{"times that the clocks leave out", "Europe/Berlin", "{from: 2026-03-29T02:30, to: 2026-03-30}", lead.Stretch{From: at(3, 29, 1, 0), To: at(3, 30, 22, 0)}},
		{"an hour that the clocks show twice", "Europe/Berlin", "{from: 2026-10-25T02:30, to: 2026-10-25T02:45}", lead.Stretch{From: at(10, 25, 0, 30), To: at(10, 25, 1, 45)}},
		{"an end with seconds", "Europe/Berlin", "{from: 2026-03-28T13:00:00, to: 2026-03-28T14:00:00}", lead.Stretch{From: at(3, 28, 12, 0), To: at(3, 28, 13, 0)}},
		{"an end that is its begin the second time", "Europe/Berlin", "{from: 2026-10-25T02:30, to: 2026-10-25T02:30}", lead.Stretch{From: at(10, 25, 0, 30), To: at(10, 25, 1, 30)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := says(t, "people: [{id: a, name: A, mail: a@contoso.com, absences: ["+c.absence+"], zone: "+c.zone+"}]\n").People[0].Calendar.Away
			if !reflect.DeepEqual(got, []lead.Stretch{c.want}) {
				t.Errorf("away %v, want %v", got, c.want)
			}
		})
	}
}

func TestMistakesAboutAbsences(t *testing.T) {
	const form = "a date such as 2026-12-24 or a local time such as 2026-12-24T13:00"
	for _, c := range []struct {
		name, absences string
		want           []string
	}{
		{"no list", "{from: 2026-12-24}", []string{"6:13 absences has keys of its own: it must be a list"}},
		{"a date alone", "[2026-12-24]", []string{`6:14 an absence is "2026-12-24": it must be keys with values: from, to`}},
		{"an unknown key", "[{from: 2026-12-24, until: 2026-12-25}]", []string{`6:33 there is no key "until" here: an absence has the keys from, to`}},
		{"no begin", "[{to: 2026-12-24}]", []string{"6:14 an absence has no from: give its first day, such as 2026-12-24"}},
		{"no end of a time", "[{from: 2026-12-24T13:00}]", []string{"6:14 an absence that begins at a time has no to: give when it ends"}},
		{"blank values", "[{from: , to: ''}]", []string{"6:15 from is blank", `6:27 to is "": give`}},
		{"no dates", "[{from: 24.12.2026, to: 2026-12-24T13}, {from: 2026-1-1, to: 20261224}, {from: [2026-12-24], to: 2026-12-24T13:00Z}, {from: today}]", []string{
			`6:21 from is "24.12.2026": give ` + form, `6:37 to is "2026-12-24T13": give`, `6:60 from is "2026-1-1"`, `6:74 to is "20261224"`,
			"6:92 from is a list: it must be " + form, `6:110 to is "2026-12-24T13:00Z"`, `6:137 from is "today"`}},
		{"days that there are not", "[{from: 2026-02-30}, {from: 2025-02-29, to: 2026-13-01}, {from: 2026-00-10, to: 2026-04-31T10:00}]", []string{
			`6:21 from is "2026-02-30", a day that there is not: give one of the calendar`, `6:41 from is "2025-02-29"`, `6:57 to is "2026-13-01"`, `6:77 from is "2026-00-10"`, `6:93 to is "2026-04-31T10:00", a day`}},
		{"times that there are not", "[{from: 2026-12-24T24:00, to: 2026-12-25T09:60}, {from: 2026-12-24T13:00:30}]", []string{
			`6:21 from is "2026-12-24T24:00", which is no time of a day: give hours to 23 and minutes to 59`, `6:43 to is "2026-12-25T09:60"`, `6:69 from is "2026-12-24T13:00:30": give ` + form}},
		{"an end that is not after the begin", "[{from: 2026-12-24, to: 2026-12-23}, {from: 2026-12-24T13:00, to: 2026-12-24T13:00}, {from: 2026-12-24T13:00, to: 2026-12-23}]", []string{
			"6:37 the absence does not end after it begins: mend from or to", "6:79 the absence does not end", "6:127 the absence does not end"}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, mina("absences: "+c.absences), c.want...) })
	}
}
