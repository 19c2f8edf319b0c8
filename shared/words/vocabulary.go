package words

import (
	"strconv"
	"time"

	"leadflow/shared/lead"
)

// korean is what times are written with for readers of Korean.
func korean() lead.Vocabulary {
	weekday := func(t time.Time) string {
		return [...]string{"일", "월", "화", "수", "목", "금", "토"}[t.Weekday()]
	}
	return lead.Vocabulary{
		Arrived: "%s 도착", Started: "%s부터 계산", AtOnce: "(근무 시간이므로 바로 계산)", Due: "%s까지",
		Stretch: "%s ~ %s: %s",
		Days:    "%d일", Hours: "%d시간", Minutes: "%d분", Seconds: "%d초", Less: "1초 미만",
		Weekday: func(t time.Time) string { return weekday(t) + "요일" },
		Date:    func(t time.Time) string { return t.Format("2006-01-02") + "(" + weekday(t) + ")" },
		Day: func(t time.Time) string {
			return strconv.Itoa(int(t.Month())) + "월 " + strconv.Itoa(t.Day()) + "일(" + weekday(t) + ")"
		},
		FullDay: func(t time.Time) string { return t.Format("2006년 1월 2일") + "(" + weekday(t) + ")" },
	}
}
