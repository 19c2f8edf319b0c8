package lead

import (
	"slices"
	"strconv"
	"time"
)

// Bounds of the lists that one person gets.
const (
	remindEvery  = 2 * time.Hour
	remindPerDay = 4
	// maxListed bounds the leads that one list names. Nobody works through more.
	maxListed = 500
)

// Series are the lists of one kind that one person gets, as one document. It bounds how many there are, and keeps the
// one that is being made, so that a crash in between loses none.
type Series struct {
	ID     string `json:"id"`
	Schema int    `json:"schema"`
	// Sent has when the last ones were made, the newest last.
	Sent []Time `json:"sent,omitempty"`
	// Open is the mail that is being made, and Leads those that it may name.
	Open  string   `json:"open,omitempty"`
	Leads []string `json:"leads,omitempty"`

	unknown Unknown
}

// SeriesID is the id of the series of a kind of list to a person.
func SeriesID(kind MailKind, person string) string { return string(kind) + "-" + person }

// MadeAfter says whether the last list was made after an instant.
func (s *Series) MadeAfter(at time.Time) bool {
	return len(s.Sent) > 0 && s.Sent[len(s.Sent)-1].After(at)
}

// Free is the first instant, not before now, at which another list may be made without a new breach: two hours after the
// last reminder, and the day after the fourth of a day; for an escalation, the next half day. Days are the receiver's own.
func (s *Series) Free(kind MailKind, now time.Time, zone *time.Location) time.Time {
	if len(s.Sent) == 0 {
		return now
	}
	last := s.Sent[len(s.Sent)-1]
	if kind == MailEscalation {
		if free := nextHalfDay(last.Time, zone); free.After(now) {
			return free
		}
		return now
	}
	free := last.Add(remindEvery)
	day := startOfDay(now, zone)
	today := 0
	for _, at := range s.Sent {
		if !at.Before(day) {
			today++
		}
	}
	if today >= remindPerDay {
		y, m, d := now.In(zone).Date()
		free = startOfDay(time.Date(y, m, d+1, 12, 0, 0, 0, zone), zone)
	}
	if free.Before(now) {
		return now
	}
	return free
}

// nextHalfDay is the midnight or noon behind an instant.
func nextHalfDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	if noon := time.Date(y, m, d, 12, 0, 0, 0, zone); t.Before(noon) {
		return noon
	}
	return startOfDay(time.Date(y, m, d+1, 12, 0, 0, 0, zone), zone)
}

// Begin opens a list of leads, unless one is open: that one has to be finished first. It gives the mail's id.
func (s *Series) Begin(now time.Time, leads []string) string {
	if s.Open == "" {
		s.Open = s.ID + "-" + strconv.FormatInt(now.UnixMilli(), 10)
		s.Leads = leads[:min(len(leads), maxListed)]
		s.Sent = append(s.Sent, At(now))
		s.Sent = slices.Clone(s.Sent[max(0, len(s.Sent)-remindPerDay*3):])
	}
	return s.Open
}

// End closes the list that is open. It says whether it was open.
func (s *Series) End(mail string) bool {
	if s.Open != mail {
		return false
	}
	s.Open, s.Leads = "", nil
	return true
}
