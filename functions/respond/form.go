package respond

import (
	"net/url"

	"leadflow/shared/lead"
	"leadflow/shared/team"
	"leadflow/shared/words"
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
	f := form{Do: do, Title: title(do, l, v), Open: open}
	f.Button = f.Title
	ask := func(name, usual string, of []choice) {
		legend := name
		if name == "reason" {
			legend = "why"
			if do == doSuppress {
				legend = "who"
			}
		}
		f.Groups = append(f.Groups, group{name, v.Say("form." + legend), choose(of, given(answers, name, usual))})
	}
	write := func(name, label, kind string, required bool) {
		f.Fields = append(f.Fields, field{Name: name, Label: v.Say("form." + label), Kind: kind, Value: answers.Get(name), Required: required})
	}
	switch do {
	case doContacted:
		ask("disposition", "", choices(lead.Dispositions(), func(d lead.Disposition) string { return words.Sentence(v.Disposition(d)) }))
		ask("when", string(lead.ContactNow), choices(whens(l, v, answers.Get("when")), func(when string) string { return v.Say("form.when." + when) }))
		write("at", "otherTime", "datetime-local", false)
		write("note", "noteToo", "text", false)
		f.Hint, f.Button = zoneWords(v), v.Say("form.record")
	case doSnooze:
		ask("until", "", choices(untils(), func(until string) string { return v.Say("form.until." + until) }))
		write("at", "otherDay", "date", false)
		f.Hint = zoneWords(v) + " " + snoozesLeft(l.FollowUp, v)
	case doNote:
		write("note", "note", "text", true)
	case doWon:
		write("note", "noteToo", "text", false)
	case doLost, doDisqualify:
		ask("reason", "", choices(lead.Reasons(), func(r lead.Reason) string { return words.Sentence(v.Reason(r)) }))
		write("note", "noteToo", "text", false)
	case doSuppress:
		ask("reason", "", choices(stops(), func(r lead.SuppressionReason) string { return v.Say("form.who." + string(r)) }))
	case doUnsuppress:
		write("reason", "whyAgain", "text", true)
	case doReassign:
		f.Fields = append(f.Fields, field{Name: "to", Label: v.Say("form.to"), Kind: "select", Required: true, Options: colleagues(v.team, l.Owner.Person, answers.Get("to"))})
		write("reason", "why", "text", true)
	}
	return f
}

// title is what a verb is called on the page of a lead.
func title(do string, l *lead.Lead, v visit) string {
	if do == doWake && l.Stage.Closed() {
		return v.Say("verb.reopen")
	}
	return v.Say("verb." + do)
}

// zoneWords say which zone a form's times are in.
func zoneWords(v visit) string {
	return v.Say("form.zone", "Zone", v.zone.String(), "Now", v.Local(v.now, v.zone))
}

// snoozesLeft says how often a lead can still be put off.
func snoozesLeft(f *lead.FollowUp, v visit) string {
	left := lead.MaxSnoozes
	if f != nil {
		left -= f.Snoozes
	}
	if left <= 0 {
		return v.Say("form.snoozedOut", "Max", lead.MaxSnoozes)
	}
	return v.Count("form.snoozes", left)
}

// colleagues are those to whom a lead of an owner can be given.
func colleagues(t team.Team, owner, chosen string) []option {
	var all []option
	for _, p := range t.People {
		if p.ID != owner {
			all = append(all, option{choice{p.ID, cut(p.Name, maxWho)}, p.ID == chosen})
		}
	}
	return all
}

// choice is one of several that a form offers.
type choice struct{ Value, Words string }

// choices are values with their words.
func choices[T ~string](values []T, say func(T) string) []choice {
	var all []choice
	for _, v := range values {
		all = append(all, choice{string(v), say(v)})
	}
	return all
}

// whens are the answers to when somebody was contacted, but for those that a lead would refuse now. What was answered is
// among them.
func whens(l *lead.Lead, v visit, answered string) []string {
	all := []string{string(lead.ContactNow)}
	for _, preset := range []lead.ContactPreset{lead.ContactHour, lead.ContactMorning, lead.ContactYesterday} {
		if at, _ := preset.When(v.now, v.zone); l.CanContactAt(at, v.now) || answered == string(preset) {
			all = append(all, string(preset))
		}
	}
	return append(all, whenOther)
}

// untils are the answers to how long a lead is put off.
func untils() []string {
	return []string{string(lead.SnoozeHour), string(lead.SnoozeTomorrow), string(lead.SnoozeDays), string(lead.SnoozeWeek), untilDate}
}

// stops are those on whose word nobody is contacted.
func stops() []lead.SuppressionReason {
	return []lead.SuppressionReason{lead.SuppressedOptedOut, lead.SuppressedDoNotContact}
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
