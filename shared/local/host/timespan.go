package host

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// timeSpan is .NET's way to write a duration: [days.]hours:minutes:seconds[.fraction].
var timeSpan = regexp.MustCompile(`^(?:(\d{1,5})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?$`)

// parseTimeSpan reads a duration such as "00:05:00".
func parseTimeSpan(s string) (time.Duration, error) {
	m := timeSpan.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%q is not a time span like \"00:05:00\"", s)
	}
	var n [4]int // days, hours, minutes, seconds
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits only; a part that is absent is 0
	}
	if n[1] > 23 || n[2] > 59 || n[3] > 59 {
		return 0, fmt.Errorf("%q is not a time span: 23 hours, 59 minutes and 59 seconds are the most", s)
	}
	d := time.Duration(n[0])*24*time.Hour + time.Duration(n[1])*time.Hour +
		time.Duration(n[2])*time.Minute + time.Duration(n[3])*time.Second
	if m[5] != "" {
		ticks, _ := strconv.Atoi((m[5] + "000000")[:7])
		d += time.Duration(ticks) * 100
	}
	return d, nil
}
