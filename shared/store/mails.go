package store

import (
	"context"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"leadflow/shared/lead"
	"leadflow/shared/topology"
)

// MailState is where a mail stands.
type MailState string

// The states of a mail. A claim that runs out makes a claimed mail free again.
const (
	MailPlanned MailState = "planned"
	MailClaimed MailState = "claimed"
	MailSent    MailState = "sent"
	MailFailed  MailState = "failed"
	// MailDropped is a mail that was overtaken: there is nothing left to ask for.
	MailDropped MailState = "dropped"
)

// Mail is the record of one mail: what makes sure that it is sent, and not sent twice by two handlers.
type Mail struct {
	ID     string        `json:"id"`
	Schema int           `json:"schema"`
	Kind   lead.MailKind `json:"kind"`
	// Lead is the lead that asks for the mail; empty for a mail that carries what it says itself.
	Lead string `json:"lead,omitempty"`
	// Digest is what a mail to operations says.
	Digest *lead.Digest `json:"digest,omitempty"`
	// List says which leads a mail may name that names several.
	List *lead.List `json:"list,omitempty"`
	// To is the person of the team, not an address.
	To    string    `json:"to"`
	State MailState `json:"state"`
	// ClaimedUntil ends the claim of the handler that is sending it.
	ClaimedUntil lead.Time `json:"claimedUntil,omitzero"`
	// NextTryAt is there until the mail has ended; the sweep finds it by that.
	NextTryAt lead.Time `json:"nextTryAt,omitzero"`
	// PlannedAt is when a mail that no lead asks for was planned; leads know that of theirs.
	PlannedAt lead.Time `json:"plannedAt,omitzero"`
	// FailedAt is when a mail was given up for good; zero for all others. Operations are told by it.
	FailedAt lead.Time `json:"failedAt,omitzero"`
	// Tries counts the attempts that ended with a later.
	Tries     int       `json:"tries,omitempty"`
	MessageID string    `json:"messageId,omitempty"`
	Subject   string    `json:"subject,omitempty"`
	SentAt    lead.Time `json:"sentAt,omitzero"`
	// DryRun says that the mail was recorded as sent without being sent.
	DryRun bool `json:"dryRun,omitempty"`
	// Why is the reason of a failure or of the last later.
	Why string `json:"why,omitempty"`

	etag    azcore.ETag
	unknown lead.Unknown
}

// UnmarshalJSON reads a stored mail.
func (m *Mail) UnmarshalJSON(b []byte) error {
	type plain Mail
	return m.unknown.Decode(b, (*plain)(m))
}

// MarshalJSON writes a mail as it is stored.
func (m Mail) MarshalJSON() ([]byte, error) {
	type plain Mail
	return m.unknown.Encode(plain(m))
}

// Ended says that there is nothing left to send.
func (m *Mail) Ended() bool {
	return m.State == MailSent || m.State == MailFailed || m.State == MailDropped
}

// Mail reads one mail.
func (s *Store) Mail(ctx context.Context, id string) (*Mail, error) {
	var m Mail
	etag, err := s.read(ctx, topology.ContainerMails, id, id, &m)
	if err != nil {
		return nil, fmt.Errorf("read mail %s: %w", id, err)
	}
	m.etag = etag
	return &m, nil
}

// CreateMail writes a mail that must not exist yet (ErrExists).
func (s *Store) CreateMail(ctx context.Context, m *Mail) error {
	m.Schema = lead.Schema
	etag, err := s.create(ctx, topology.ContainerMails, m.ID, m)
	if err != nil {
		return fmt.Errorf("create mail %s: %w", m.ID, err)
	}
	m.etag = etag
	return nil
}

// ReplaceMail writes a mail if nobody else did so since it was read or written (ErrChanged).
func (s *Store) ReplaceMail(ctx context.Context, m *Mail) error {
	etag, err := s.replace(ctx, topology.ContainerMails, m.ID, m.ID, m, m.etag)
	if err != nil {
		return fmt.Errorf("write mail %s: %w", m.ID, err)
	}
	m.etag = etag
	return nil
}

// DueMails gives the ids of the mails that have not ended and whose next try lies at or before
// cutoff.
func (s *Store) DueMails(ctx context.Context, cutoff time.Time) ([]string, error) {
	ids, err := s.ids(ctx, topology.ContainerMails, "nextTryAt", cutoff)
	if err != nil {
		return nil, fmt.Errorf("look for unsent mails: %w", err)
	}
	return ids, nil
}
