package lead

import (
	"errors"
	"time"
)

// Calendar says when a person works.
type Calendar struct {
	// Zone is where the person's days and hours are.
	Zone *time.Location
	// Week has the working hours of each weekday, in any order; what overlaps counts once.
	Week [7][]Hours // by time.Weekday
	// Holiday says whether a local day is one on which nobody works; nil is a year without holidays.
	Holiday func(year int, month time.Month, day int) bool
	// Away are the person's absences.
	Away []Stretch
}

// Hours are working hours within one local day, in minutes from midnight. To is behind From and 1440 at most.
type Hours struct{ From, To int }

// Stretch is a stretch of real time. It ends before To.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// ErrNoWorkingTime says that a calendar has no working time for a whole year.
var ErrNoWorkingTime = errors.New("there is no working time in a whole year")

// Clock is the arithmetic of a response time.
type Clock struct {
	// StartsAt is the first working instant at or after the arrival, and RespondBy when the time is used up.
	StartsAt, RespondBy time.Time
	// Stretches are the working time that is used up, in order; none of them touches the next.
	Stretches []Stretch
}

// Clock says when a response is due that has so much working time, counted in real time, from an arrival. If the
// time is used up exactly when working hours end, it is due at that end. It fails with ErrNoWorkingTime.
func (c Calendar) Clock(from time.Time, within time.Duration) (Clock, error) {
	return Clock{}, ErrNoWorkingTime
}

// Works says whether the person works at an instant.
func (c Calendar) Works(at time.Time) bool { return false }

// Next gives the first working instant at or after another. It fails with ErrNoWorkingTime.
func (c Calendar) Next(at time.Time) (time.Time, error) { return at, ErrNoWorkingTime }

// NextDay gives the first working instant of the n-th local day with working time after the local day of at.
// It fails with ErrNoWorkingTime.
func (c Calendar) NextDay(at time.Time, n int) (time.Time, error) { return at, ErrNoWorkingTime }

// IsAway says whether the person is absent at an instant.
func (c Calendar) IsAway(at time.Time) bool { return false }
