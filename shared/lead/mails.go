package lead

import "slices"

// plan notes a mail once; the lead stays due for the mail sweep until it is recorded.
func (l *Lead) plan(m Mail) {
	if l.Mail(m.ID) != nil {
		return
	}
	l.Mails = append(l.Mails, m)
	l.dueAgain()
}

// Mail is the planned mail with that id, or nil.
func (l *Lead) Mail(id string) *Mail {
	if i := slices.IndexFunc(l.Mails, func(m Mail) bool { return m.ID == id }); i >= 0 {
		return &l.Mails[i]
	}
	return nil
}

// OpenMails are the mails that the lead asks for and that are not recorded yet. A list is none of them: it has a record
// of its own, by which it is sent.
func (l *Lead) OpenMails() []Mail {
	var open []Mail
	for _, m := range l.Mails {
		if m.RecordedAt.IsZero() && !m.Kind.IsList() {
			open = append(open, m)
		}
	}
	return open
}

// Record notes on the lead how a mail ended, in English for the timeline; said is the same in phrases, as Told gives
// both. It says whether that was news.
func (l *Lead) Record(id, text string, at Time, said ...Phrase) bool {
	m := l.Mail(id)
	if m == nil || !m.RecordedAt.IsZero() {
		return false
	}
	m.RecordedAt = at
	if m.About != "" {
		text += " " + m.About
		if len(said) > 0 && len(m.Said) > 0 {
			said = append(said, m.Said...)
		} else {
			said = nil // one half of it would be missing
		}
	}
	l.Timeline = append(l.Timeline, Activity{At: at, Text: text, Said: said, Submission: m.Submission, Mail: id})
	l.dueAgain()
	l.UpdatedAt = at
	return true
}

// IsList says whether a mail of this kind names several leads.
func (k MailKind) IsList() bool { return k == MailReminder || k == MailEscalation }

// dueAgain sets MailDueAt from the mails that are open.
func (l *Lead) dueAgain() {
	l.MailDueAt = Time{}
	for _, m := range l.OpenMails() {
		if l.MailDueAt.IsZero() || m.PlannedAt.Before(l.MailDueAt.Time) {
			l.MailDueAt = m.PlannedAt
		}
	}
}
