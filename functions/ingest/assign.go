package ingest

import (
	"context"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// Rosters keeps who was given which lead.
type Rosters interface {
	UpdateRoster(ctx context.Context, change func(*lead.Roster) error) error
}

// Assign finds the owner of a lead that begins with a touch of a person. The roster is written before the lead is, and
// remembers it: a repeat gets the same owner. While the team names nobody it is operations, without a roster.
func Assign(ctx context.Context, s Rosters, t team.Team, leadID string, touch lead.Touch, c lead.Contact, now lead.Time) (lead.Owner, error) {
	if !t.HandsLeads() {
		return t.Assign(now), nil
	}
	var owner lead.Owner
	choice := t.Choose(team.AskOf(touch, c), now.Time)
	err := s.UpdateRoster(ctx, func(roster *lead.Roster) error {
		var changed bool
		if owner, changed = choice.Assign(roster, leadID, now); !changed {
			return store.ErrUnchanged
		}
		return nil
	})
	return owner, err
}
