package team_test

import (
	"reflect"
	"testing"
	"time"

	"leadflow/shared/lead"
)

func TestHoursAreReadByWeekday(t *testing.T) {
	nine := []lead.Hours{{From: 540, To: 1020}}
	for _, c := range []struct {
		name, hours string
		want        [7][]lead.Hours
	}{
		{"an interval alone", "{mon: 09:00-17:00}", [7][]lead.Hours{1: nine}},
		{"in quotes", `{"tue": "09:00-17:00"}`, [7][]lead.Hours{2: nine}},
		{"with one digit and with spaces", `{sun: "9:00 - 17:00"}`, [7][]lead.Hours{0: nine}},
		{"several in any order, which may overlap", `{sat: ["13:00-24:00", "0:00-9:30", "08:00-14:15"]}`, [7][]lead.Hours{6: {{From: 780, To: 1440}, {From: 0, To: 570}, {From: 480, To: 855}}}},
		{"several without quotes", "{mon: [9:00 - 12:00, 13:00-24:00]}", [7][]lead.Hours{1: {{From: 540, To: 720}, {From: 780, To: 1440}}}},
		{"several days", "{mon-wed: 09:00-17:00}", [7][]lead.Hours{1: nine, 2: nine, 3: nine}},
		{"several days beyond the end of the week", "{sun-thu: 09:00-17:00}", [7][]lead.Hours{0: nine, 1: nine, 2: nine, 3: nine, 4: nine}},
		{"the weekend", `{sat-sun: ["09:00-17:00"]}`, [7][]lead.Hours{6: nine, 0: nine}},
		{"every day", "{mon-sun: 09:00-17:00}", [7][]lead.Hours{nine, nine, nine, nine, nine, nine, nine}},
		{"a day without", "{mon-tue: 09:00-17:00, fri: []}", [7][]lead.Hours{1: nine, 2: nine}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := says(t, mina("hours: "+c.hours)).People[0].Calendar.Week
			for day := range got {
				if len(got[day])+len(c.want[day]) > 0 && !reflect.DeepEqual(got[day], c.want[day]) {
					t.Errorf("%v is %v, want %v", time.Weekday(day), got[day], c.want[day])
				}
			}
		})
	}
}

func TestMistakesAboutHours(t *testing.T) {
	for _, c := range []struct {
		name, hours string
		want        []string
	}{
		{"a list in place of days", "[09:00-17:00]", []string{"6:10 hours is a list: it must be keys with values: mon, tue, wed, thu, fri, sat, sun, or several such as mon-fri"}},
		{"nothing", "", []string{"6:3 hours is blank"}},
		{"no day", "{}", []string{"w6:10 this person never works: no day of the week has hours"}},
		{"no hours on any day", "{mon: [], tue-sun: []}", []string{"w6:10 this person never works"}},
		{"a day that is none", "{mon: 09:00-17:00, Tue: 09:00-17:00, monday: 09:00-17:00, mon-mon: 09:00-17:00, fri-: 09:00-17:00, mon-wed-fri: 09:00-17:00}", []string{
			`6:29 there is no key "Tue" here: hours has the keys mon, tue, wed, thu, fri, sat, sun, or several such as mon-fri`, `6:47 there is no key "monday"`, `6:68 there is no key "mon-mon"`, `6:90 there is no key "fri-"`, `6:109 there is no key "mon-wed-fri"`}},
		{"a day twice", "{mon: 09:00-17:00, mon: 09:00-17:00}", []string{`6:29 "mon" stands here a second time, first in line 6`}},
		{"a day twice, once among several", "{wed: 09:00-17:00, mon-fri: 09:00-17:00}", []string{"6:29 hours has wed a second time, first in line 6: give each day once"}},
		{"days twice, each time among several", "{fri-mon: 09:00-17:00, mon-tue: 09:00-17:00}", []string{"6:33 hours has mon a second time"}},
		{"a day without a value", "{mon: , tue: 09:00-17:00}", []string{"6:11 mon is blank"}},
		{"what is no interval", `{mon: 9-17, tue: ["09:00", 9, true, [], "09:00-17:00-18:00", "9:0-17:00"], wed-fri: {from: 9}}`, []string{
			`6:16 mon is "9-17": write "09:00-17:00", or a list of that`, `6:28 tue is "09:00": write`, `6:37 tue is "9"`, `6:40 tue is "true"`,
			`6:46 tue is a list: it must be "09:00-17:00", or a list of that`, `6:50 tue is "09:00-17:00-18:00"`, `6:71 tue is "9:0-17:00"`, "6:94 wed-fri has keys of its own"}},
		{"what is a key in a list", "{mon: [{09: 00-17:00}, 09: 00-17:00, '09':00-17:00]}", []string{"6:17 mon has keys of its own", `6:33 mon has keys of its own: it must be "09:00-17:00", or a list of that`, "6:47 mon has keys of its own"}},
		{"no times of a day", `{mon: ["25:00-26:00", "09:60-10:00", "20:00-24:01"]}`, []string{
			`6:17 mon is "25:00-26:00", which is no time of a day: give hours to 23 and minutes to 59, and 24:00 only as an end`, `6:32 mon is "09:60-10:00"`, `6:47 mon is "20:00-24:01"`}},
		{"24:00 as a begin", `{mon: ["24:00-24:00"]}`, []string{`6:17 mon is "24:00-24:00": 24:00 is only an end, so begin with 00:00 on the next day`}},
		{"00:00 as an end", `{mon: ["22:00-00:00", 00:00-00:00]}`, []string{`6:17 mon is "22:00-00:00": write the end of the day as 24:00`, "6:32 mon"}},
		{"over midnight", `{mon-fri: ["22:00-6:00", "09:00-09:00"]}`, []string{
			`6:21 mon-fri is "22:00-6:00", which does not end after it begins: write two, "22:00-24:00" on this day and "00:00-06:00" on the next`, `6:35 mon-fri is "09:00-09:00", which does not end`}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, mina("hours: "+c.hours), c.want...) })
	}
}
