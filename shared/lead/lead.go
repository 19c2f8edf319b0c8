package lead

// Schema is the version of the stored documents that this code writes. Version 1 had countries and phones as
// they were sent; package store brings such leads up to date when it reads them.
const Schema = 2

// Lead is one person's interest, merged from submissions. The one document is the whole aggregate, so one
// conditional write makes each change atomic.
type Lead struct {
	ID string `json:"id"`
	// Partition is the id once more: the partition key /lead, which the lead's archive documents share.
	Partition string `json:"lead"`
	Schema    int    `json:"schema"`
	// MatchKey is what the id was made from; empty when nothing identifies the person.
	MatchKey string `json:"matchKey,omitempty"`
	// Probes are what leads that may be the same person are found by.
	Probes  []string `json:"probes,omitempty"`
	Contact Contact  `json:"contact"`
	// Subject is that of every mail about the lead. It never changes.
	Subject string  `json:"subject"`
	Offers  []Offer `json:"offers,omitempty"`
	Touches []Touch `json:"touches"`
	Owner   Owner   `json:"owner"`
	Stage   Stage   `json:"stage"`
	// FollowUp is the next thing to do; nil while there is none.
	FollowUp *FollowUp `json:"followUp,omitempty"`
	// Response is how the last clock was answered; nil while none was.
	Response *Response `json:"response,omitempty"`
	// Suppression is set while the person must not be contacted.
	Suppression *Suppression `json:"suppression,omitempty"`
	// Suggestions are other leads that may be the same person.
	Suggestions []Suggestion `json:"suggestions,omitempty"`
	Mails       []Mail       `json:"mails,omitempty"`
	// MailDueAt is when the oldest planned mail without a record was planned; zero when there is none.
	// The mail sweep finds a lead by it.
	MailDueAt Time       `json:"mailDueAt,omitzero"`
	Timeline  []Activity `json:"timeline"`
	// DueFrom is when remind first has to look at the lead, and OpenFor the id of its owner while it is open. Both are
	// made from the rest when the lead is written; leads are found by them.
	DueFrom Time   `json:"dueFrom,omitzero"`
	OpenFor string `json:"openFor,omitempty"`
	// Archived says where to find what no longer fits into this document; nil while everything does.
	Archived *Archived `json:"archived,omitempty"`
	// Erased is set once what was known of the person was erased, also when the person has come again since.
	Erased    *Erased `json:"erased,omitempty"`
	CreatedAt Time    `json:"createdAt"`
	UpdatedAt Time    `json:"updatedAt"`

	unknown Unknown
}

// Action is what the person did in the marketplace, as Partner Center codes it.
type Action string

// The documented actions; anything else is ActionUnknown and kept raw.
const (
	ActionAcquired  Action = "INS"
	ActionContactMe Action = "PLT"
	ActionDoNot     Action = "DNC"
	ActionCreated   Action = "Create"
	ActionTestDrive Action = "StartTestDrive"
	ActionUnknown   Action = "unknown"
)

// Words says what the person did in plain words.
func (a Action) Words() string {
	switch a {
	case ActionAcquired:
		return "Acquired the offer"
	case ActionContactMe:
		return "Contact me"
	case ActionDoNot:
		return "Do not contact"
	case ActionCreated:
		return "Created in the Azure portal"
	case ActionTestDrive:
		return "Test drive"
	}
	return "Showed interest"
}

// strength ranks the actions: acquired before trying before asking before unknown.
func (a Action) strength() int {
	switch a {
	case ActionAcquired, ActionCreated:
		return 3
	case ActionTestDrive:
		return 2
	case ActionContactMe:
		return 1
	}
	return 0
}

// Touch is one submission seen from the lead's timeline.
type Touch struct {
	Submission  string `json:"submission"`
	ContentKey  string `json:"contentKey"`
	Source      string `json:"source"`
	Action      Action `json:"action"`
	RawSource   string `json:"rawSource,omitempty"`
	RawAction   string `json:"rawAction,omitempty"`
	Offer       Offer  `json:"offer"`
	Description string `json:"description,omitempty"`
	ReceivedAt  Time   `json:"receivedAt"`
	// Again says that the same content came between 10 minutes and 24 hours after an earlier touch.
	Again bool `json:"again,omitempty"`
	// Redeliveries are the submissions that only repeated this one within 10 minutes.
	Redeliveries []string `json:"redeliveries,omitempty"`

	unknown Unknown
}

// Owner is the person responsible for the lead.
type Owner struct {
	// Person is the id in the team, which may be Operations.
	Person string `json:"person"`
	// Name is what the person was called then.
	Name  string `json:"name,omitempty"`
	Since Time   `json:"since"`
	// Why is a sentence in English without its full stop, and Said what it says in phrases; without any it is in a
	// person's own words, or an older version's.
	Why  string   `json:"why"`
	Said []Phrase `json:"said,omitempty"`
	// Decision is how the person was found; nil if there was nothing to decide.
	Decision *Decision `json:"decision,omitempty"`

	unknown Unknown
}

// OperationsName is what Operations is called.
const OperationsName = "Operations"

// OperatorName is what whoever acts with the operator's command is called, who need not be in the team. The account that
// called it may follow in brackets.
const OperatorName = "the operator"

// Operations is the person who owns the leads while no team has been applied, and those that nobody else can own.
const Operations = "operations"

// Stage is where the lead stands.
type Stage string

// The stages.
const (
	StageNew          Stage = "New"
	StageContacted    Stage = "Contacted"
	StageNurturing    Stage = "Nurturing"
	StageQualified    Stage = "Qualified"
	StageWon          Stage = "Won"
	StageLost         Stage = "Lost"
	StageDisqualified Stage = "Disqualified"
)

// Stages are all there are, in the order in which a lead comes to them.
func Stages() []Stage {
	return []Stage{StageNew, StageContacted, StageNurturing, StageQualified, StageWon, StageLost, StageDisqualified}
}

// Closed says whether the lead has come to its end.
func (s Stage) Closed() bool { return s == StageWon || s == StageLost || s == StageDisqualified }

// Suppression says that the person must not be contacted. Nothing but a person's explicit act ends it.
type Suppression struct {
	Reason SuppressionReason `json:"reason"`
	Since  Time              `json:"since"`
	// Submission is the one that said so, if it was one.
	Submission string `json:"submission,omitempty"`

	unknown Unknown
}

// SuppressionReason is why a person must not be contacted.
type SuppressionReason string

// The reasons.
const (
	SuppressedDoNotContact SuppressionReason = "DoNotContact"
	SuppressedOptedOut     SuppressionReason = "OptedOut"
	SuppressedBounced      SuppressionReason = "Bounced"
)

// Activity is anything on the timeline.
type Activity struct {
	At Time `json:"at"`
	// Text says it in English, and Said in phrases; without any an older version wrote it.
	Text string   `json:"text"`
	Said []Phrase `json:"said,omitempty"`
	// Submission or Mail names what the activity is about, where there is one.
	Submission string `json:"submission,omitempty"`
	Mail       string `json:"mail,omitempty"`
	// Act names what a person did that the activity tells of, so that it is done once.
	Act string `json:"act,omitempty"`

	unknown Unknown
}

// Mail is a mail that the lead asks for, until it is recorded as sent or failed.
type Mail struct {
	// ID is deterministic, so that the repeat of a half-done ingest plans the same mail.
	ID         string   `json:"id"`
	Kind       MailKind `json:"kind"`
	Submission string   `json:"submission"`
	// To is the person of the team who gets it.
	To        string `json:"to"`
	PlannedAt Time   `json:"plannedAt"`
	// Copy says that the mail is for this person and not for whoever acts for the owner when it is sent.
	Copy bool `json:"copy,omitempty"`
	// About is why a list names the lead, in English, and Said what it says in phrases.
	About string   `json:"about,omitempty"`
	Said  []Phrase `json:"said,omitempty"`
	// RecordedAt is when its end was noted here; zero while it is open.
	RecordedAt Time `json:"recordedAt,omitzero"`

	unknown Unknown
}

// MailKind says what a mail is about.
type MailKind string

// The kinds of mails. The first ones are what a touch gives rise to.
const (
	MailAlert        MailKind = "alert"
	MailAgain        MailKind = "again"
	MailTouch        MailKind = "touch"
	MailDoNotContact MailKind = "do-not-contact"
	MailDecide       MailKind = "decide"
	// MailSimilar says that another lead, which may be the same person, must not be contacted.
	MailSimilar MailKind = "similar"
	// MailOnDuty tells those on duty of a lead that would be answered late.
	MailOnDuty MailKind = "on-duty"
	// MailReminder lists the leads that wait for their owner, and MailEscalation those that waited too long for a
	// manager.
	MailReminder   MailKind = "reminder"
	MailEscalation MailKind = "escalation"
	// MailOperations is the digest for operations. It belongs to no lead.
	MailOperations MailKind = "operations"
	// MailSample shows a person how an alert arrives. It belongs to no lead.
	MailSample MailKind = "sample"
)

// Stops says whether a mail of this kind asks people to stop, so that nothing is due by it.
func (k MailKind) Stops() bool { return k == MailDoNotContact || k == MailSimilar }

// AsksToCall says whether a mail of this kind asks for contact, which nobody may be asked for while the
// person is suppressed.
func (k MailKind) AsksToCall() bool {
	switch k {
	case MailDoNotContact, MailDecide, MailSimilar, MailOperations:
		return false
	}
	return true
}
