package inbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"time"
)

const (
	defaultPage    = 50
	maxDeleteBytes = 1 << 20
)

func (i *Inbox) routeAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/messages", i.listMessages)
	mux.HandleFunc("DELETE /api/v1/messages", i.deleteMessages)
	mux.HandleFunc("GET /api/v1/message/{id}", i.withMessage(func(w http.ResponseWriter, _ *http.Request, m *Message) {
		i.writeJSON(w, newMessageAnswer(m))
	}))
	mux.HandleFunc("GET /api/v1/message/{id}/headers", i.withMessage(func(w http.ResponseWriter, _ *http.Request, m *Message) {
		i.writeJSON(w, m.Header)
	}))
	mux.HandleFunc("GET /api/v1/message/{id}/raw", i.withMessage(func(w http.ResponseWriter, _ *http.Request, m *Message) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write(m.Raw)
	}))
}

// listAnswer is Mailpit's list of mails.
type listAnswer struct {
	Total         int       `json:"total"`
	Count         int       `json:"count"`
	MessagesCount int       `json:"messages_count"`
	Start         int       `json:"start"`
	Messages      []summary `json:"messages"`
}

// summary is Mailpit's mail in a list.
type summary struct {
	ID          string
	MessageID   string
	From        mail.Address
	To          []mail.Address
	Cc          []mail.Address
	Bcc         []mail.Address
	ReplyTo     []mail.Address
	Subject     string
	Created     time.Time
	Size        int
	Attachments int
	Snippet     string
}

// messageAnswer is Mailpit's single mail, with its headers added.
type messageAnswer struct {
	ID          string
	MessageID   string
	From        mail.Address
	To          []mail.Address
	Cc          []mail.Address
	Bcc         []mail.Address
	ReplyTo     []mail.Address
	ReturnPath  string
	Subject     string
	Date        time.Time
	Text        string
	HTML        string
	Size        int
	Attachments []Attachment
	Inline      []Attachment
	Headers     mail.Header
}

func newSummary(m *Message) summary {
	return summary{
		ID:          m.ID,
		MessageID:   m.MessageID,
		From:        m.From,
		To:          list(m.To),
		Cc:          list(m.Cc),
		Bcc:         list(m.Bcc),
		ReplyTo:     list(m.ReplyTo),
		Subject:     m.Subject,
		Created:     m.Created,
		Size:        len(m.Raw),
		Attachments: len(m.Attachments),
		Snippet:     m.Snippet,
	}
}

func newMessageAnswer(m *Message) messageAnswer {
	date := m.Date
	if date.IsZero() {
		date = m.Created
	}
	return messageAnswer{
		ID:          m.ID,
		MessageID:   m.MessageID,
		From:        m.From,
		To:          list(m.To),
		Cc:          list(m.Cc),
		Bcc:         list(m.Bcc),
		ReplyTo:     list(m.ReplyTo),
		ReturnPath:  m.ReturnPath,
		Subject:     m.Subject,
		Date:        date,
		Text:        m.Text,
		HTML:        m.HTML,
		Size:        len(m.Raw),
		Attachments: list(m.Attachments),
		Inline:      list(m.Inline),
		Headers:     m.Header,
	}
}

// list makes an empty list [] in JSON and not null, as Mailpit does.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func (i *Inbox) listMessages(w http.ResponseWriter, r *http.Request) {
	start, err := count(r, "start", 0)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	limit, err := count(r, "limit", defaultPage)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	page, total := i.mails.newest(start, limit)
	answer := listAnswer{Total: total, Count: len(page), MessagesCount: total, Start: start, Messages: []summary{}}
	for _, m := range page {
		answer.Messages = append(answer.Messages, newSummary(m))
	}
	i.writeJSON(w, answer)
}

// deleteMessages deletes the mails named in the body, or all if it names none. A body it does not
// understand deletes nothing, where Mailpit would delete everything.
func (i *Inbox) deleteMessages(w http.ResponseWriter, r *http.Request) {
	var which struct{ IDs []string }
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxDeleteBytes))
	body.DisallowUnknownFields()
	if err := body.Decode(&which); err != nil && !errors.Is(err, io.EOF) {
		http.Error(w, `the body must be empty or {"IDs":["...",...]}`, http.StatusBadRequest)
		return
	}
	i.mails.remove(func(m *Message) bool {
		return len(which.IDs) == 0 || slices.Contains(which.IDs, m.ID)
	})
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "ok")
}

// withMessage finds the mail that the path names and answers 404 if there is none.
func (i *Inbox) withMessage(show func(http.ResponseWriter, *http.Request, *Message)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m := i.mails.byID(r.PathValue("id"))
		if m == nil {
			http.Error(w, "there is no such mail", http.StatusNotFound)
			return
		}
		show(w, r, m)
	}
}

// count reads a whole number of 0 or more from the query.
func count(r *http.Request, name string, otherwise int) (int, error) {
	value := r.URL.Query().Get(name)
	if value == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0, errors.New(name + " must be a whole number of 0 or more")
	}
	return int(n), nil
}

func (i *Inbox) writeJSON(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		i.log.Error("answer not encoded", "error", err)
		http.Error(w, "the answer could not be encoded", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(b)
}
