package lead

import (
	"maps"
	"strings"
	"time"
)

// Sentences are what the record can say, in English, by their ids. A part stands in it as {name}.
func Sentences() map[string]string { return maps.Clone(sentences) }

// sentences is read only. What begins with a mark goes on with what was said before; the others are divided by a space.
var sentences = map[string]string{
	"stop":  ".",
	"note":  "Note: {note}",
	"words": "{note}",
	// remark is what somebody wrote about what was just said.
	"remark": "{note}",

	// What happens to a lead.
	"touch":               "{action}",
	"touch.offer":         "{action}: {offer}",
	"touch.again":         "Asked again.",
	"owner":               "Owner: {person}.",
	"owner.new":           "New owner: {person}.",
	"owner.absent":        "The owner is absent: {person} acts.",
	"reopened":            "Reopened from {stage}: a new touch arrived.",
	"suppressed":          "Must not be contacted: Microsoft said so.",
	"suppressed.by":       "Must not be contacted: {by} said so.",
	"suppressed.told":     "Must not be contacted: they said so to {by}.",
	"suppressed.optedOut": "Must not be contacted: they said so.",
	"suppressed.bounced":  "Must not be contacted: the mail came back and there is no phone.",
	"suppressed.erased":   "Must not be contacted: that was so before the person's data were erased.",
	"similar":             "A lead that may be the same person ({same}) must not be contacted: {lead}.",
	"clock":               "The response clock began: {clock}.",
	"clock.round":         "{person} has no working time in a whole year, so every hour counts.",
	"step.passed":         "Step {step} of the follow-ups passed without a contact.",

	// What people do.
	"contacted":          "{by} contacted them: {disposition}.",
	"contacted.inTime":   "That was in time.",
	"contacted.late":     "That was too late: the answer was due {due}.",
	"contacted.before":   "That was before they asked.",
	"contacted.stillDue": "The answer is still due.",
	"contacted.recorded": "Recorded {at}.",
	"snoozed":            "{by} put it off until {until}.",
	"woken":              "{by} took it up again.",
	"opened":             "{by} opened it again; it was {stage}.",
	"closed":             "{by} closed it as {stage}.",
	"closed.reason":      "{by} closed it as {stage}: {reason}.",
	"qualified":          "{by} qualified it.",
	"unsuppressed":       "{by} said that they may be contacted again.",
	"left":               "{by} decided to leave it: they are not contacted.",
	"noted":              "{by} noted: {note}",

	// Why a list names a lead.
	"about.escalation": "Nobody had answered by {due}.",
	"about.stillDue":   "An answer is still due, since {due}.",
	"about.passed":     "The time to respond by has passed: {due}.",
	"about.due":        "An answer is due by {due}.",
	"about.step":       "Step {step} of the follow-ups is due.",
	"about.stepBy":     "Step {step} of the follow-ups is due by {due}.",
	"about.close":      "They have not answered to any follow-up: it should be closed.",
	"about.wake":       "It was put off until now.",
	"about.wakeBy":     "It was put off until {due}.",
	"about.look":       "It has a new owner.",

	// What became of a mail.
	"mail.sent":       "Mail to {to} sent.",
	"reminder.sent":   "Reminder to {to} sent.",
	"escalation.sent": "Escalation to {to} sent.",
	"sent.not":        "The {mail} to {to} was not sent: {because}.",
	"sent.failed":     "The {mail} to {to} could not be delivered: {because}.",
	"sent.dry":        "The {mail} to {to} was rendered and not sent (dry run).",
	"sent.without":    "The {mail} to {to} did not name it any more.",
	"sent.instead":    "The {mail} to {to} did not name it: somebody else acts now.",
	"sent.givenUp":    "A mail was given up: {because}.",

	// Why somebody owns a lead. These have no full stop, as the ones below.
	"why.again":     "{person} had been given this lead before, when it was first tried",
	"why.nobody":    "Nobody is available ({rule})",
	"why.nobodyIn":  "Nobody in the team {team} is available ({rule})",
	"why.absent":    "{absent} is {away} ({rule})",
	"why.falls":     ", so {person} gets it",
	"why.told":      ", and {person} is told",
	"why.next":      "{person} is next ({rule})",
	"why.nextIn":    "{person} is next in the team {team} ({rule})",
	"why.share":     ", with {load} of the last {of} leads",
	"why.none":      ", with none of the last {of} leads",
	"why.weight":    "at weight {weight}",
	"why.named":     "{person} gets it by the {rule}",
	"why.covers":    "{person} gets it for {absent}, who is {away} ({rule})",
	"why.noTeam":    "No team has been applied yet, so {person} owns every lead",
	"why.noPeople":  "The applied team names no people, so {person} owns every lead",
	"why.given":     "{by} gave it to {to}: {note}",
	"why.takesOver": "{person} takes over the leads of {absent}",
	// why.taken follows on why the rules gave it to somebody.
	"why.taken":  "{by} took it from {absent}: {note}",
	"rule.line":  "rule in line {line}: {met}",
	"rule.every": "rule in line {line}: every lead",
	"rule.offer": "the team of the offer",
	"rule.first": "no rule fits: the first team",
	"rule.all":   "there are no teams: everybody",

	// Why somebody acts for an owner.
	"acts":             "{person} acts",
	"acts.away":        ": {absent} is {away}",
	"acts.unknown":     "{person} acts: the owner is not in the team any more",
	"acts.covers":      "{person} covers for {absent}, who is {away}",
	"acts.nobody":      "{absent} is {away}, and so is everybody who would act",
	"away":             "away until {day}",
	"away.year":        "away until {date}",
	"role.manager":     "as the manager of the team {team}",
	"role.fallback":    "as the fallback of the team {team}",
	"role.forManager":  "for {absent}, the manager of the team {team}",
	"role.forFallback": "for {absent}, the fallback of the team {team}",
}

// english is the language of the record.
type english struct{}

func (english) Sentence(id string, parts map[string]string) (string, bool) {
	text, ok := sentences[id]
	if !ok {
		return id, true // of a mistake or a later version, and better than nothing
	}
	holes := make([]string, 0, 2*len(parts))
	for part, value := range parts {
		holes = append(holes, "{"+part+"}", value)
	}
	said := strings.NewReplacer(holes...).Replace(text)
	if strings.HasPrefix(text, "{by}") && strings.HasPrefix(said, OperatorName) { // who is no name, and begins the sentence
		said = "T" + said[1:]
	}
	return said, ok
}

func (english) Person(name string) string        { return name }
func (english) Action(a Action) string           { return a.Words() }
func (english) Disposition(d Disposition) string { return d.Words() }
func (english) Reason(r Reason) string           { return r.Words() }
func (english) Stage(s Stage) string             { return string(s) }
func (english) Listed(_, text string) string     { return text }
func (english) Clock(c Clock) string             { return c.Words(English()) }
func (english) Time(t Time) string               { return stamp(t) }
func (english) Day(at time.Time, clock, year bool) string {
	layout := "Mon 2 Jan"
	if year {
		layout += " 2006"
	}
	if clock {
		layout += " 15:04"
	}
	return at.Format(layout)
}
