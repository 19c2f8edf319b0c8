package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// handOver is the open leads of people whom a team does not have, and who gets them.
type handOver struct {
	leads []lead.Due
	to    team.Person
	team  team.Team
}

// leftBehind finds the open leads whose owners a team does not have. to is the id of the person who gets them; empty
// is only right if there are none.
func leftBehind(ctx context.Context, db *store.Store, t team.Team, to string) (handOver, error) {
	var h handOver
	var err error
	if h.team, err = withDeclared(ctx, db, t.WithOperations("")); err != nil {
		return h, err
	}
	if to != "" {
		var known bool
		if h.to, known = h.team.Person(to); !known {
			return h, fmt.Errorf("nothing was applied: --hand-over-to %s: the file has no such person, only %s", printable(to), strings.Join(idsOf(h.team), ", "))
		}
	}
	open, err := db.AllOpenLeads(ctx)
	if err != nil {
		return h, err
	}
	of := map[string]int{}
	for _, d := range open {
		if _, known := h.team.Person(d.Owner.Person); !known {
			h.leads = append(h.leads, d)
			of[d.Owner.Person]++
		}
	}
	if to == "" && len(h.leads) > 0 {
		var who []string
		for _, id := range slices.Sorted(maps.Keys(of)) {
			who = append(who, fmt.Sprintf("%s has %s", printable(id), plural(of[id], "open lead")))
		}
		return h, fmt.Errorf("nothing was applied: the file leaves out people who have leads (%s): say who gets them with --hand-over-to PERSON", strings.Join(who, ", "))
	}
	return h, nil
}

// String says in a line what would be handed over, "" if that is nothing.
func (h handOver) String() string {
	if len(h.leads) == 0 {
		return ""
	}
	return fmt.Sprintf("%s of people whom the file leaves out would go to %s.\n", plural(len(h.leads), "open lead"), h.to.Name)
}

func idsOf(t team.Team) []string {
	var ids []string
	for _, p := range t.People {
		ids = append(ids, p.ID)
	}
	return ids
}

// carryOut gives the leads to the person. The time to respond by stays, and the reminders tell the person. What
// somebody else changed in the meantime is looked at anew. It gives how many leads changed their owner.
func (h handOver) carryOut(ctx context.Context, c *call, db *store.Store) (int, error) {
	return c.handOut(h.leads, func(id string) (bool, error) { return h.give(ctx, db, id, time.Now()) })
}

// handOut gives leads to somebody, one after the other. It gives how many changed their owner.
func (c *call) handOut(leads []lead.Due, give func(id string) (given bool, err error)) (int, error) {
	done := 0
	for i, d := range leads {
		if i > 0 && i%100 == 0 {
			fmt.Fprintf(c.note, "%d of %d leads handed over\n", i, len(leads))
		}
		given, err := give(d.ID)
		if err != nil {
			return done, fmt.Errorf("%d of %d leads were handed over, call again for the others: %w", done, len(leads), err)
		}
		if given {
			done++
		}
	}
	return done, nil
}

// give gives one lead to the person, if its owner is still somebody whom the team does not have.
func (h handOver) give(ctx context.Context, db *store.Store, id string, now time.Time) (given bool, err error) {
	_, err = db.Update(ctx, id, func(l *lead.Lead) error {
		given = false
		if _, known := h.team.Person(l.Owner.Person); known || l.Stage.Closed() || l.Owner.Person == "" {
			return store.ErrUnchanged
		}
		given = true
		why, said := lead.Told(lead.Say("why.takesOver", "person", h.to.Name, "absent", l.Owner.Called()))
		return l.Reassign(lead.Owner{Person: h.to.ID, Name: h.to.Name, Since: lead.At(now), Why: why, Said: said},
			now, h.team.Staff(now, nil))
	})
	return given && err == nil, err
}
