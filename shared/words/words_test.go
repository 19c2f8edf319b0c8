package words_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/words"
)

func TestTheFirstLanguageThatThereAreTextsInIsTaken(t *testing.T) {
	for _, c := range []struct {
		reads []string
		want  string
	}{
		{nil, "en"}, {[]string{"ko"}, "ko"}, {[]string{"ko-KR", "en"}, "ko"}, {[]string{"en", "ko"}, "en"},
		{[]string{"de", "ko"}, "ko"}, {[]string{"de"}, "en"}, {[]string{"no language", "ko"}, "ko"}, {[]string{"kok"}, "en"},
	} {
		if got := words.In(c.reads).Language; got != c.want {
			t.Errorf("somebody who reads %v gets %s, want %s", c.reads, got, c.want)
		}
	}
}

func TestTimesAreWrittenAsReadersWriteThem(t *testing.T) {
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	calendar := lead.Calendar{Zone: seoul}
	for day := time.Monday; day <= time.Friday; day++ {
		calendar.Week[day] = []lead.Hours{{From: 9 * 60, To: 17 * 60}}
	}
	clock, err := calendar.Clock(time.Date(2026, 11, 28, 15, 0, 0, 0, seoul), 4*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ language, moment, arithmetic string }{
		{"en", "Mon 30 Nov 13:00 KST, 04:00 UTC", "arrived Sat 15:00 KST, clock started Mon 09:00 KST, due Mon 13:00 KST, 04:00 UTC"},
		{"ko", "11월 30일(월) 13:00 KST, 04:00 UTC", "토요일 15:00 KST 도착, 월요일 09:00 KST부터 계산, 월요일 13:00 KST, 04:00 UTC까지"},
	} {
		w := words.In([]string{c.language})
		if got := w.Moment(clock.RespondBy, seoul); got != c.moment {
			t.Errorf("in %s the moment is %q, want %q", c.language, got, c.moment)
		}
		if got := clock.Words(w.Vocabulary()); got != c.arithmetic {
			t.Errorf("in %s the arithmetic is %q, want %q", c.language, got, c.arithmetic)
		}
	}
}

func TestTheWordsOfTheRecordAreThereInEveryLanguage(t *testing.T) {
	for _, language := range []string{"en", "ko"} {
		w := words.In([]string{language})
		said := map[string]string{}
		see := func(what, value, text string) {
			if text == "" || text == value && language != "en" {
				t.Errorf("in %s the %s %s is not said: %q", language, what, value, text)
			}
			if other, twice := said[what+text]; twice {
				t.Errorf("in %s the %ss %s and %s are both %q", language, what, value, other, text)
			}
			said[what+text] = value
		}
		for _, a := range []lead.Action{lead.ActionAcquired, lead.ActionContactMe, lead.ActionDoNot, lead.ActionCreated, lead.ActionTestDrive, lead.ActionUnknown} {
			see("action", string(a), w.Action(a))
		}
		for _, d := range lead.Dispositions() {
			see("disposition", string(d), w.Disposition(d))
		}
		for _, r := range lead.Reasons() {
			see("reason", string(r), w.Reason(r))
		}
		for _, s := range lead.Stages() {
			see("stage", string(s), w.Stage(s))
		}
		if got := w.Stage("Archived"); got != "Archived" {
			t.Errorf("a stage of a later version is %q", got)
		}
	}
	for _, err := range []error{lead.ErrSnoozedOut, lead.ErrSnoozeLong, lead.ErrSnoozePast, lead.ErrClosed, lead.ErrOptedOut, lead.ErrSuppressed, lead.ErrNoReason, lead.ErrNoWords,
		lead.ErrNoDisposition, lead.ErrInFuture, lead.ErrBeforeArrival, lead.ErrAwayPast, lead.ErrAwayLong} {
		if english, korean := words.In(nil).Refusal(err), words.In([]string{"ko"}).Refusal(fmt.Errorf("act: %w", err)); english != err.Error() || strings.Contains(korean, english) {
			t.Errorf("%v is said as %q and %q", err, english, korean)
		}
	}
	for text, want := range map[string]string{"no answer": "No answer", "답이 없음": "답이 없음", "": ""} {
		if got := words.Sentence(text); got != want {
			t.Errorf("a sentence of %q begins as %q", text, got)
		}
	}
	if got := words.In([]string{"ko"}).Country(lead.Contact{Country: "BR"}); got != "브라질" {
		t.Errorf("the country is %q", got)
	}
	if got := words.In([]string{"ko"}).Country(lead.Contact{CountrySent: "Atlantis"}); got != "Atlantis" {
		t.Errorf("a country that is none is %q", got)
	}
}
