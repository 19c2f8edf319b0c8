package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
	"leadflow/shared/team"
)

// listing is an offer of the catalogue, or one that leads have and the catalogue lacks.
type listing struct {
	ID        string `json:"id,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	Title     string `json:"title,omitempty"`
	// Leads is how many leads have it, and TestLeadAt when Partner Center's last test lead for it arrived.
	Leads      int       `json:"leads"`
	TestLeadAt lead.Time `json:"testLeadAt,omitzero"`
	// Known says whether the catalogue has it; absent while there is no catalogue.
	Known *bool `json:"known,omitempty"`
}

// listOffers lists the offers of the leads that changed lately and those of the catalogue.
func listOffers(ctx context.Context, c *call) error {
	db, err := c.store()
	if err != nil {
		return err
	}
	catalogue, err := appliedTeam(ctx, db)
	if err != nil {
		return err
	}
	var leads [][]lead.Offer
	err = db.Leads(ctx, time.Now().AddDate(0, 0, -c.days), func(l lead.Lead) error {
		leads = append(leads, l.Offers)
		return nil
	})
	if err != nil {
		return err
	}
	watch, err := db.Watch(ctx)
	if err != nil {
		return err
	}
	s := newSurvey(catalogue, leads)
	for _, seen := range watch.TestLeads {
		s.see(seen)
	}
	all := s.listings(c.unknown)
	if c.json {
		return c.asJSON(all)
	}
	rows := make([][]string, len(all))
	for i, l := range all {
		has := "no catalogue"
		if l.Known != nil {
			has = map[bool]string{true: "yes", false: "no"}[*l.Known]
		}
		seen := ""
		if !l.TestLeadAt.IsZero() {
			seen = l.TestLeadAt.Format(time.DateTime)
		}
		rows[i] = []string{l.ID, l.Publisher, l.Title, strconv.Itoa(l.Leads), seen, has}
	}
	if err := c.table([]string{"OFFER", "PUBLISHER", "TITLE", "LEADS", "LAST TEST LEAD (UTC)", "IN THE CATALOGUE"}, rows); err != nil {
		return err
	}
	if c.unknown && len(all) > 0 {
		c.printSnippet(s)
	}
	return nil
}

// appliedTeam is the team that is applied; empty while there is none.
func appliedTeam(ctx context.Context, db *store.Store) (team.Team, error) {
	applied, err := db.Team(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return team.Team{}, err
	}
	t, problems := team.Parse([]byte(applied.Text))
	if n := len(problems.Errors()); n > 0 {
		return team.Team{}, fmt.Errorf("version %d of the team, which is applied, is not valid for this version of the command: %s", applied.Version, plural(n, "error"))
	}
	t.Version = applied.Version
	return t, nil
}

// survey sorts what leads have into the offers of the catalogue and those that it lacks.
type survey struct {
	catalogue team.Team
	// lacking are the offers that the catalogue lacks, with the titles that only they have.
	lacking team.Team
	// The rest is that of each offer: of the catalogue first, then of the lacking ones.
	titles map[int]string
	leads  map[int]int
	tests  map[int]lead.Time
}

// newSurvey takes the offers of each lead.
func newSurvey(catalogue team.Team, leads [][]lead.Offer) *survey {
	s := &survey{catalogue: catalogue, titles: map[int]string{}, leads: map[int]int{}, tests: map[int]lead.Time{}}
	index := map[spelling]int{}
	for _, o := range spellings(leads) {
		index[o] = s.place(lead.Offer{ID: o.id, Publisher: o.publisher, Title: o.title})
		if s.titles[index[o]] == "" {
			s.titles[index[o]] = o.title
		}
	}
	for _, offers := range leads {
		counted := map[int]bool{} // once, however a lead spells it
		for _, o := range offers {
			if i := index[spelled(o)]; !counted[i] {
				counted[i] = true
				s.leads[i]++
			}
		}
	}
	return s
}

// see notes when the test lead of an offer arrived.
func (s *survey) see(seen lead.TestLead) {
	o := lead.Offer{ID: seen.Offer, Title: seen.Name}
	if o.Title == o.ID { // it is shown by its id
		o.Title = ""
	}
	if strings.HasPrefix(seen.Offer, "title:") {
		o.ID = ""
	}
	if o.ID == "" && o.Title == "" {
		return // it named no offer
	}
	if i := s.place(o); seen.SeenAt.After(s.tests[i].Time) {
		s.tests[i] = seen.SeenAt
	}
}

// spelling is one way in which leads have an offer.
type spelling struct{ publisher, id, title string }

func spelled(o lead.Offer) spelling { return spelling{o.Publisher, o.ID, o.Title} }

// spellings are all ways in which leads have offers, those first that say most.
func spellings(leads [][]lead.Offer) []spelling {
	var all []spelling
	for _, offers := range leads {
		for _, o := range offers {
			all = append(all, spelled(o))
		}
	}
	blank := func(s string) int { return min(len(s), 1) }
	slices.SortFunc(all, func(a, b spelling) int {
		return cmp.Or(blank(b.publisher)-blank(a.publisher), blank(b.id)-blank(a.id),
			cmp.Compare(a.publisher, b.publisher), cmp.Compare(a.id, b.id), cmp.Compare(a.title, b.title))
	})
	return slices.Compact(all)
}

// place finds the offer that is spelled so, or adds one to those that are lacking.
func (s *survey) place(o lead.Offer) int {
	if found, ok := s.catalogue.Find(o); ok {
		return position(s.catalogue, found)
	}
	asked := o
	if o.ID != "" {
		asked.Title = "" // one title can stand for several offers, and does not make them one
	}
	at := len(s.lacking.Offers)
	if found, ok := s.lacking.Find(asked); ok {
		at = position(s.lacking, found)
	} else {
		s.lacking.Offers = append(s.lacking.Offers, team.Offer{ID: o.ID, Publisher: o.Publisher})
	}
	titled := lead.Offer{Title: o.Title}
	_, theirs := s.catalogue.Find(titled)
	if _, taken := s.lacking.Find(titled); !taken && !theirs && o.Title != "" {
		have := &s.lacking.Offers[at]
		have.Titles = append(have.Titles, o.Title)
	}
	return len(s.catalogue.Offers) + at
}

// position is where the offer stands that Resolve found.
func position(of team.Team, found lead.Offer) int {
	for _, publisher := range []string{found.Publisher, ""} {
		i := slices.IndexFunc(of.Offers, func(o team.Offer) bool {
			return o.ID == found.ID && o.Publisher == publisher && (o.ID != "" || o.Name() == found.Title)
		})
		if i >= 0 {
			return i
		}
	}
	return -1
}

// listings are what there is to list, the most wanted first.
func (s *survey) listings(unknownOnly bool) []listing {
	all := []listing{}
	for i, o := range slices.Concat(s.catalogue.Offers, s.lacking.Offers) {
		known := i < len(s.catalogue.Offers)
		if known && unknownOnly {
			continue
		}
		l := listing{ID: o.ID, Publisher: o.Publisher, Title: cmp.Or(o.Name(), s.titles[i]), Leads: s.leads[i], TestLeadAt: s.tests[i]}
		if s.catalogue.HasCatalogue() {
			l.Known = &known
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b listing) int { return b.Leads - a.Leads })
	return all
}

// printSnippet prints the offers that the catalogue lacks as they are written in a team file. One whose id
// nobody said has to get it there: until then the file is not valid.
func (c *call) printSnippet(s *survey) {
	var b strings.Builder
	odd := 0
	for _, o := range s.lacking.Offers {
		written := entry(o)
		if _, problems := team.Parse([]byte("offers:\n" + written)); len(problems) > 0 && o.ID != "" {
			odd++
			continue
		}
		b.WriteString(written)
	}
	if b.Len() > 0 && s.catalogue.HasCatalogue() {
		fmt.Fprintf(c.out, "\nTo have them in the catalogue, put this under \"offers:\" in the team file, and apply it:\n\n%s", b.String())
	} else if b.Len() > 0 {
		fmt.Fprintf(c.out, "\nThere is no catalogue yet. To have one, put this into the team file, and apply it:\n\noffers:\n%s", b.String())
	}
	if odd > 0 {
		fmt.Fprintf(c.out, "\nLeft out: %s whose id cannot be one of Partner Center.\n", plural(odd, "offer"))
	}
}

// entry is an offer as an entry of a team file. Go's quotes are also YAML's.
func entry(o team.Offer) string {
	var b strings.Builder
	if o.ID == "" {
		b.WriteString("  - id: # the offer id as Partner Center has it\n")
	} else {
		fmt.Fprintf(&b, "  - id: %q\n", o.ID)
	}
	if o.Publisher != "" {
		fmt.Fprintf(&b, "    publisher: %q\n", o.Publisher)
	}
	if len(o.Titles) > 0 {
		fmt.Fprintf(&b, "    titles: [%s]\n", strings.Join(quoted(o.Titles), ", "))
	}
	return b.String()
}

func quoted(all []string) []string {
	var q []string
	for _, s := range all {
		q = append(q, strconv.Quote(s))
	}
	return q
}
