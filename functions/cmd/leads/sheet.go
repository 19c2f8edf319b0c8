package main

import (
	"encoding/csv"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
)

// sheetColumns are what a spreadsheet gets of each lead. Their names stay, and new ones come behind them. Times are UTC.
var sheetColumns = []string{"lead", "stage", "owner", "owner_name", "company", "name", "job_title", "email", "phone", "country", "offers", "actions",
	"subject", "created_utc", "changed_utc", "last_touch_utc", "next", "due_utc", "overdue", "contacted_utc", "answered_in_time", "suppressed"}

// writeSheet writes leads as RFC 4180 has it, in UTF-8 without a byte order mark.
func writeSheet(out io.Writer, leads []lead.Lead, now time.Time) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if err := w.Write(sheetColumns); err != nil {
		return err
	}
	for _, l := range leads {
		row := sheetRow(&l, now)
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// sheetRow is what a spreadsheet gets of a lead.
func sheetRow(l *lead.Lead, now time.Time) []string {
	var offers, actions []string
	for _, o := range l.Offers {
		offers, actions = append(offers, o.Name()), append(actions, o.Action.Words())
	}
	var touched lead.Time
	for _, t := range l.Touches {
		if t.ReceivedAt.After(touched.Time) {
			touched = t.ReceivedAt
		}
	}
	row := []string{l.ID, string(l.Stage), l.Owner.Person, l.Owner.Called(), l.Contact.Company, normalize.FullName(l.Contact.FirstName, l.Contact.LastName), l.Contact.JobTitle,
		l.Contact.Email, l.Contact.Phone, normalize.CountryName(l.Contact.Country), strings.Join(offers, "; "), strings.Join(actions, "; "),
		l.Subject, cell(l.CreatedAt), cell(l.UpdatedAt), cell(touched)}
	if f := l.FollowUp; f != nil {
		row = append(row, todo(f), cell(f.DueAt), yes(f.Breached(now)))
	} else {
		row = append(row, "", "", yes(false))
	}
	switch r := l.Response; {
	case r == nil:
		row = append(row, "", "")
	case r.RespondBy.IsZero():
		row = append(row, cell(r.ContactedAt), "")
	default:
		row = append(row, cell(r.ContactedAt), yes(!r.Breached()))
	}
	if l.Suppression == nil {
		return append(row, "")
	}
	return append(row, string(l.Suppression.Reason))
}

// cell writes a time so that a spreadsheet takes it for one; zero is an empty cell.
func cell(t lead.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateTime)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// harmless makes one line of a stranger's text that no spreadsheet takes for a formula, as OWASP advises: one that begins
// with = + - @, a tab or a carriage return has an apostrophe in front. Spreadsheets in Japanese, Chinese and Korean take the
// wide forms too, and spaces in front of them are no protection in all.
func harmless(s string) string {
	text := strings.TrimSpace(printable(s))
	if first, _ := utf8.DecodeRuneInString(text); strings.ContainsRune("=+-@＝＋－＠", first) || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") {
		return "'" + text
	}
	return text
}
