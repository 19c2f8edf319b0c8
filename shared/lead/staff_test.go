package lead_test

import (
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// staff are ana and operations, who both work round the clock in UTC.
func staff(owner func() lead.Owner) lead.Staff {
	day := []lead.Hours{{From: 0, To: 24 * 60}}
	ana := team.Person{ID: "ana", Name: "Ana", Mail: "ana@contoso.com", Weight: 1,
		Calendar: lead.Calendar{Zone: time.UTC, Week: [7][]lead.Hours{day, day, day, day, day, day, day}}}
	return team.Team{People: []team.Person{ana}}.WithOperations("operations@contoso.com").Staff(morning.Time, owner)
}
