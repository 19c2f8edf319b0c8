package config

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// maxDuration is the longest time taken. Longer ones are slips, and doubling them could overflow.
const maxDuration = 365 * 24 * time.Hour

// Duration is a length of time, more than nothing.
type Duration struct{ Value[time.Duration] }

// Decode reads it for envconfig and never fails.
func (d *Duration) Decode(text string) error {
	return d.read(strings.TrimSpace(text), d.form(), parseDuration, showDuration)
}

func (*Duration) form() string { return "a time such as 30s, 15m or 72h" }

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, errors.New("is not a time with its unit")
	case d <= 0:
		return 0, errors.New("is not more than nothing")
	case d > maxDuration:
		return 0, errors.New("is longer than a year")
	}
	return d, nil
}

// showDuration drops the zeros of 15m0s and 72h0m0s.
func showDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

const (
	day     = 24 * time.Hour
	maxDays = 3650
)

// Days is a number of days, 1 to 3650, as a length of time.
type Days struct{ Value[time.Duration] }

// Decode reads it for envconfig and never fails.
func (d *Days) Decode(text string) error {
	return d.read(strings.TrimSpace(text), d.form(), parseDays, func(d time.Duration) string { return strconv.Itoa(int(d / day)) })
}

func (*Days) form() string { return "a whole number of days, 1 to 3650" }

func parseDays(text string) (time.Duration, error) {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, errors.New("is not a whole number")
	case n < 1 || n > maxDays:
		return 0, errors.New("is out of range")
	}
	return time.Duration(n) * day, nil
}

// Schedule is an NCRONTAB expression of six fields.
type Schedule struct{ Value[string] }

// Decode reads it for envconfig and never fails.
func (s *Schedule) Decode(text string) error {
	return s.read(text, s.form(), parseSchedule, asItIs)
}

func (*Schedule) form() string {
	return "six fields (second minute hour day month weekday) such as 0 */5 * * * *"
}

func parseSchedule(text string) (string, error) {
	// The parser knows more than NCRONTAB does (time zones, ?, @every) and panics on a time zone that
	// is cut short, so it gets to see only what both know. It also takes a field of commas alone.
	known := func(r rune) bool {
		return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || strings.ContainsRune("*,-/ ", r)
	}
	fields := strings.Fields(text)
	if len(text) > 256 || strings.ContainsFunc(text, func(r rune) bool { return !known(r) }) || len(fields) != 6 {
		return "", errors.New("is not an NCRONTAB expression of six fields")
	}
	for _, f := range fields {
		if strings.HasPrefix(f, ",") || strings.HasSuffix(f, ",") || strings.Contains(f, ",,") {
			return "", errors.New("has a list with nothing between two commas")
		}
	}
	schedule, err := cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(text)
	if err != nil {
		// Not the error: it repeats the text.
		return "", errors.New("has a field that is out of range or not a number")
	}
	// From a leap year on, so that a 29 February is found within the parser's five years.
	if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return "", errors.New("names a day that never comes")
	}
	return text, nil
}
