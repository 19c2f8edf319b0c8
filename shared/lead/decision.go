package lead

// maxCandidates bounds the candidates that a decision keeps.
const maxCandidates = 50

// Decision is why a lead has its owner, as it was decided: what a person can check.
type Decision struct {
	// Rule says in words why this team or person was asked, such as "rule in line 12: country KR".
	Rule string `json:"rule"`
	// Team is the id of the team in which an owner was looked for; empty if that was none.
	Team string `json:"team,omitempty"`
	// Candidates are those who were looked at, in the team's order, 50 at most.
	Candidates []Candidate `json:"candidates,omitempty"`
	// Of is how many of the last assignments their loads were counted among.
	Of int `json:"of"`
	// Escalated says that nobody was available, so the manager is told of the lead at once.
	Escalated bool `json:"escalated,omitempty"`
	// Manager is the id of who is told: the manager of Team, or who is there instead. It may be the owner; it is empty
	// unless Escalated.
	Manager string `json:"manager,omitempty"`
	// TeamVersion is the version of the team file by which it was decided.
	TeamVersion int `json:"teamVersion"`

	unknown Unknown
}

// Candidate is somebody who was looked at for a lead.
type Candidate struct {
	Person string `json:"person"`
	// Weight is the person's share compared with others, 1 or more.
	Weight int `json:"weight"`
	// Load is how many of the last assignments counted for the person, Credit included: what a newcomer was taken
	// to have had already.
	Load   int `json:"load"`
	Credit int `json:"credit,omitempty"`
	// Skipped is why the person could not have the lead; empty if nothing spoke against it.
	Skipped string `json:"skipped,omitempty"`

	unknown Unknown
}

func (c Candidate) available() bool { return c.Skipped == "" }

// Bound takes out the candidates beyond the 50th, but for the owner.
func (d *Decision) Bound(owner string) {
	for i := len(d.Candidates) - 1; i >= 0 && len(d.Candidates) > maxCandidates; i-- {
		if d.Candidates[i].Person != owner {
			d.Candidates = append(d.Candidates[:i:i], d.Candidates[i+1:]...)
		}
	}
}
