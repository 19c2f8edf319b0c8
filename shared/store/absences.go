package store

import (
	"context"

	"leadflow/shared/lead"
)

func absences() kept[lead.Absences] {
	const id = "absences"
	return kept[lead.Absences]{"the absences that people declared", id, func() *lead.Absences { return &lead.Absences{ID: id, Schema: lead.Schema} }}
}

// Absences reads what people declared last about being away, by person. While nobody has it is empty.
func (s *Store) Absences(ctx context.Context) (map[string]lead.Declared, error) {
	a, _, err := absences().read(ctx, s)
	if err != nil {
		return nil, err
	}
	return a.People, nil
}

// DeclareAway takes what a person declares in the place of what that one declared before; what others declare
// meanwhile stays. It fails with lead.ErrRecorded if that is nothing new.
func (s *Store) DeclareAway(ctx context.Context, person string, d lead.Declared) error {
	return absences().update(ctx, s, maxConflicts, func(a *lead.Absences) error { return a.Declare(person, d) })
}
