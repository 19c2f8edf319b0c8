package respond

import (
	"net/url"

	"leadflow/shared/lead"
)

// form is a verb as the page offers it.
type form struct {
	Do, Title, Button string
	// Hint says what the person has to know to fill it in, if anything.
	Hint   string
	Groups []group
	Fields []field
	// Open says that it is shown at once: the usual one, or what was refused.
	Open bool
}

// group is a question with one of several answers.
type group struct {
	Name, Legend string
	Choices      []option
}

type option struct {
	choice
	Chosen bool
}

// field is a question with an answer of one's own.
type field struct {
	Name, Label string
	// Kind is how it is asked: "text" with several lines, "select", or the type of an input.
	Kind     string
	Value    string
	Options  []option
	Required bool
}

// forms are the verbs that the page of a lead offers. said is the form that was refused, nil if none was: it is shown as
// it was filled in.
func forms(l *lead.Lead, v visit, said url.Values) []form {
	var all []form
	refused := ""
	if said != nil {
		refused = said.Get("do")
	}
	offers := offered(l, v.now)
	for i, do := range offers {
		open := i == 0
		answers := url.Values{}
		if refused != "" {
			if open = do == refused; open {
				answers = said
			}
		}
		all = append(all, verbForm(do, l, v, answers, open))
	}
	return all
}

// verbForm is the form of one verb, with answers filled in.
func verbForm(do string, l *lead.Lead, v visit, answers url.Values, open bool) form {
	f := form{Do: do, Title: titles(do, l), Open: open}
	f.Button = f.Title
	ask := func(name, legend, usual string, of []choice) {
		f.Groups = append(f.Groups, group{name, legend, choose(of, given(answers, name, usual))})
	}
	write := func(name, label, kind string, required bool) {
		f.Fields = append(f.Fields, field{Name: name, Label: label, Kind: kind, Value: answers.Get(name), Required: required})
	}
	zone := zoneOf(v.person)
	switch do {
	case doContacted:
		ask("disposition", askDisposition, "", dispositions())
		ask("when", askWhen, string(lead.ContactNow), whens())
		write("at", askOtherTime, "datetime-local", false)
		write("note", askNoteToo, "text", false)
		f.Hint, f.Button = zoneWords(v.now, zone), buttonRecord
	case doSnooze:
		ask("until", askUntil, "", untils())
		write("at", askOtherDay, "date", false)
		f.Hint = zoneWords(v.now, zone) + snoozesLeft(l.FollowUp)
	case doNote:
		write("note", askNote, "text", true)
	case doWon:
		write("note", askNoteToo, "text", false)
	case doLost, doDisqualify:
		ask("reason", askWhy, "", reasons())
		write("note", askNoteToo, "text", false)
	case doSuppress:
		ask("reason", askWho, "", stops())
	case doUnsuppress:
		write("reason", askWhyAgain, "text", true)
	case doReassign:
		to := field{Name: "to", Label: askTo, Kind: "select", Required: true}
		for _, p := range v.team.People {
			if p.ID != l.Owner.Person {
				to.Options = append(to.Options, option{choice{p.ID, p.Name}, p.ID == answers.Get("to")})
			}
		}
		f.Fields = append(f.Fields, to)
		write("reason", askWhy, "text", true)
	}
	return f
}

// choose marks the choice that is made.
func choose(of []choice, chosen string) []option {
	var all []option
	for _, c := range of {
		all = append(all, option{c, c.Value == chosen})
	}
	return all
}

// given is what was answered, or the usual answer where nothing was asked yet.
func given(answers url.Values, name, usual string) string {
	if len(answers) == 0 {
		return usual
	}
	return answers.Get(name)
}
