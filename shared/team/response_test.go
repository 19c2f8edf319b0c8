package team_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

func TestResponseTimesAreReadByAction(t *testing.T) {
	got := says(t, "sla: {plt: 4h, StartTestDrive: 90m, ins: 1h30m, CREATE: 400h, unknown: \"1m\", Default: 24h0m}\n")
	want := map[lead.Action]time.Duration{lead.ActionContactMe: 4 * time.Hour, lead.ActionTestDrive: 90 * time.Minute, lead.ActionAcquired: 90 * time.Minute,
		lead.ActionCreated: 400 * time.Hour, lead.ActionUnknown: time.Minute}
	if !maps.Equal(got.SLA, want) || got.DefaultSLA != 24*time.Hour {
		t.Errorf("response times %v, %v", got.SLA, got.DefaultSLA)
	}
	if got := says(t, "sla: {}\n"); len(got.SLA) > 0 || got.DefaultSLA != 0 {
		t.Errorf("response times %v, %v", got.SLA, got.DefaultSLA)
	}
}

func TestTheResponseTimeOfAnActionIsThatOfTheFileThenItsDefaultThenABuiltInOne(t *testing.T) {
	for _, c := range []struct {
		sla    string
		action lead.Action
		want   time.Duration
	}{
		{"{}", lead.ActionContactMe, 4 * time.Hour},
		{"{}", lead.ActionTestDrive, 4 * time.Hour},
		{"{}", lead.ActionAcquired, 8 * time.Hour},
		{"{}", lead.ActionUnknown, 8 * time.Hour},
		{"{}", "", 8 * time.Hour},
		{"{default: 6h}", lead.ActionContactMe, 6 * time.Hour},
		{"{default: 6h}", lead.ActionAcquired, 6 * time.Hour},
		{"{PLT: 1h, default: 6h}", lead.ActionContactMe, time.Hour},
		{"{PLT: 1h}", lead.ActionTestDrive, 4 * time.Hour},
		{"{INS: 1h}", lead.ActionCreated, 8 * time.Hour},
	} {
		if got := says(t, "sla: "+c.sla+"\n").ResponseTime(c.action); got != c.want {
			t.Errorf("with %s %q has %v, want %v", c.sla, c.action, got, c.want)
		}
	}
	if got := (team.Team{}).ResponseTime(lead.ActionContactMe); got != 4*time.Hour {
		t.Errorf("without a file it is %v", got)
	}
}

func TestMistakesAboutResponseTimes(t *testing.T) {
	const form = "hours and minutes, such as 4h, 90m or 1h30m"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"no keys", "sla: 4h\n", []string{`1:6 sla is "4h": it must be keys with values: INS, PLT, Create, StartTestDrive, unknown, default`}},
		{"an unknown action", "sla: {BUY: 4h}\n", []string{`1:7 there is no key "BUY" here: sla has the keys INS, PLT, Create, StartTestDrive, unknown, default`}},
		{"do not contact", "sla: {dnc: 4h}\n", []string{"1:7 DNC has no response time, because nobody may answer such a lead: take it out"}},
		{"an action twice", "sla:\n  PLT: 4h\n  plt: 4h\n  default: 1h\n  DEFAULT: 1h\n", []string{`3:3 "plt" stands here a second time, first in line 2: take one out`, `5:3 "DEFAULT" stands here a second time`}},
		{"whole numbers", "sla: {PLT: 4, default: 90}\n", []string{`1:12 PLT is "4": add h for hours or m for minutes`, `1:24 default is "90": add h`}},
		{"what is no duration", "sla: {PLT: 2d, INS: 1.5h, Create: 4 h, unknown: '', StartTestDrive: [4h], default: 30m1h}\n", []string{
			`1:12 PLT is "2d": give ` + form, `1:21 INS is "1.5h": give`, `1:35 Create is "4 h": give`, `1:49 unknown is "": give`, "1:69 StartTestDrive is a list: it must be " + form, `1:84 default is "30m1h"`}},
		{"what is too short or too long", "sla: {PLT: 0h, INS: 0m, Create: 400h1m, unknown: 24001m, default: 999h}\n", []string{
			`1:12 PLT is "0h": give more than nothing and at most 400h`, `1:21 INS is "0m"`, `1:33 Create is "400h1m"`, `1:50 unknown is "24001m"`, `1:67 default is "999h"`}},
		{"no value", "sla:\n  PLT:\n", []string{"2:3 PLT is blank"}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want...) })
	}
}

func TestACadenceIsReadAndOneWithoutEntriesMeansNoFollowUps(t *testing.T) {
	if got := says(t, "cadence: [1, 3, 250]\n"); !slices.Equal(got.Cadence, []int{1, 3, 250}) || !slices.Equal(got.FollowUpDays(), got.Cadence) {
		t.Errorf("cadence %v, follow-ups %v", got.Cadence, got.FollowUpDays())
	}
	if got := says(t, "cadence: []\n"); got.Cadence == nil || len(got.FollowUpDays()) > 0 {
		t.Errorf("cadence %v, follow-ups %v", got.Cadence, got.FollowUpDays())
	}
	if got := says(t, ""); got.Cadence != nil || !slices.Equal(got.FollowUpDays(), []int{2, 5, 10, 20}) {
		t.Errorf("cadence %v, follow-ups %v", got.Cadence, got.FollowUpDays())
	}
}

func TestMistakesAboutACadence(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"no list", "cadence: 5\n", []string{`1:10 cadence is "5": it must be a list`}},
		{"numbers that cannot be", "cadence: [0, 1.5, two, \"3\", 251]\n", []string{
			`1:11 an entry of cadence is "0": give a whole number from 1 to 250, without quotes`, `1:14 an entry of cadence is "1.5"`, `1:19 an entry of cadence is "two"`, `1:24 an entry of cadence is "3"`, `1:29 an entry of cadence is "251"`}},
		{"days that do not ascend", "cadence: [2, 5, 5, 3, 6]\n", []string{"1:17 cadence has 5 behind 5: each follow-up is on a later day than the one before", "1:20 cadence has 3 behind 5"}},
		{"too many", "cadence: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]\n", []string{"1:82 cadence has more than 20 entries: give fewer follow-ups"}},
		{"a blank one", "cadence:\n", []string{"1:1 cadence is blank"}},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, c.text, c.want...) })
	}
	says(t, "cadence: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]\n")
}
