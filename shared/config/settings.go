package config

// This file is embedded into the program: the comments of the fields are what Describe says and what
// local.settings.sample.json documents. So they are written for those who run Leadflow, and name
// settings, not fields.
//
// Tags: envconfig is the name of the setting, default what holds when it is absent, stops the
// functions that do not run while it has a problem, optional marks what may be absent without a
// default, secret what belongs into Key Vault.

// Settings is everything that Leadflow can be told from outside. Every field has Get.
type Settings struct {
	ServiceBus // embedded, because envconfig would put a field's name before the names in it

	// Where Cosmos DB is: an https URL without path; http only for a loopback address. No default.
	CosmosEndpoint Endpoint `envconfig:"COSMOS_ENDPOINT" stops:"capture,ingest,notify,remind,respond,rescue-leads,rescue-mails"`

	// The key of the Cosmos DB account, in base64. Absent: an identity is used, which needs https.
	CosmosKey AccountKey `envconfig:"COSMOS_KEY" optional:"true" secret:"true" stops:"capture,ingest,notify,remind,respond,rescue-leads,rescue-mails"`

	// The name of the database in Cosmos DB. Default leadflow.
	CosmosDatabase DatabaseName `envconfig:"COSMOS_DATABASE" default:"leadflow" stops:"capture,ingest,notify,remind,respond,rescue-leads,rescue-mails"`

	// The secrets behind the keys in the webhook's URLs: 1 to 10, in base64, separated by commas, each
	// of 32 bytes or more, newest first. The newest makes new URLs and all are accepted, so that
	// rotation overlaps. No default.
	IntakeSecrets Secrets `envconfig:"INTAKE_SECRETS" secret:"true" stops:"capture"`

	// The secrets behind the links in mails, in the form of INTAKE_SECRETS and none of them the same.
	// No default.
	LinkSecrets Secrets `envconfig:"LINK_SECRETS" secret:"true" stops:"notify,respond"`

	// What sends the mail: smtp://USER:PASSWORD@HOST:PORT or smtps://USER:PASSWORD@HOST:PORT, both also
	// without USER:PASSWORD@, or https://NAME.communication.azure.com for Azure Communication Services
	// (http only for a loopback address). Special characters in USER and PASSWORD are percent-encoded.
	// No default.
	MailURL MailURL `envconfig:"MAIL_URL" secret:"true" stops:"notify"`

	// The sender of every mail: an address, or NAME <ADDRESS>. No default.
	MailFrom Sender `envconfig:"MAIL_FROM" stops:"notify"`

	// true or false. true: mails are rendered and recorded as sent with dryRun, and none is sent.
	// Default false.
	MailDryRun Switch `envconfig:"MAIL_DRY_RUN" default:"false" stops:"notify"`

	// The address that gets the operations mails and, while no team is applied, owns the leads.
	// No default.
	OperationsMail Mailbox `envconfig:"OPERATIONS_MAIL" stops:"ingest,notify,remind"`

	// Where people reach the pages, which is the part of every link before /api: an https URL without
	// query, fragment and user; http only for a loopback address. A slash at the end is dropped.
	// No default.
	PublicURL PublicURL `envconfig:"PUBLIC_URL" stops:"notify,remind,respond"`

	// How many days a submission is kept after its outcome is final: 1 to 3650. Default 400.
	SubmissionTTL Days `envconfig:"SUBMISSION_TTL_DAYS" default:"400" stops:"ingest,remind,rescue-leads,rescue-mails"`

	// When remind runs: NCRONTAB with six fields, seconds first, in UTC. 0 */5 * * * * is every five
	// minutes. No default, because the Functions host reads this setting itself and knows none.
	RemindSchedule Schedule `envconfig:"REMIND_SCHEDULE" stops:"remind"`

	// Duration (30s, 15m, 72h): how long a submission may be without outcome before remind sends it
	// again. Default 15m.
	ResendAfter Duration `envconfig:"RESEND_AFTER" default:"15m" stops:"remind"`

	// Duration (30s, 15m, 72h): how long a mail may be overdue before remind sends it again.
	// Default 30m.
	MailResendAfter Duration `envconfig:"MAIL_RESEND_AFTER" default:"30m" stops:"remind"`

	// Duration (30s, 15m, 72h): how long a message that cannot be handled now waits the first time. The
	// wait doubles up to BACKOFF_MAX. Default 1m.
	BackoffFirst Duration `envconfig:"BACKOFF_FIRST" default:"1m" stops:"ingest,notify"`

	// Duration (30s, 15m, 72h): the longest wait between two tries of a message, at least
	// BACKOFF_FIRST. Default 30m.
	BackoffMax Duration `envconfig:"BACKOFF_MAX" default:"30m" stops:"ingest,notify"`

	// Duration (30s, 15m, 72h): how long after the first try a message or submission is given up to
	// quarantine, at least BACKOFF_MAX and longer than RESEND_AFTER and MAIL_RESEND_AFTER. Default 72h.
	GiveUpAfter Duration `envconfig:"GIVE_UP_AFTER" default:"72h" stops:"ingest,notify,remind"`

	// Duration (30s, 15m, 72h): how long a queue function that can neither finish a message nor put it
	// off waits before it fails, because the queue delivers a failed message again at once. Under 1m,
	// which is how long the lock of a message lasts. Default 30s.
	FailWait Duration `envconfig:"FAIL_WAIT" default:"30s" stops:"ingest,notify,rescue-leads,rescue-mails"`

	// Duration (30s, 15m, 72h): how long capture keeps a body in memory and tries to store it when
	// neither queue nor ledger took it. While this setting has a problem capture runs with the default,
	// so that the webhook stays open. Default 10m.
	CaptureKeep Duration `envconfig:"CAPTURE_KEEP" default:"10m" stops:""`
}

// ServiceBus is the connection to the Service Bus namespace, in one of two forms: a connection
// string, or the namespace and an identity. The Functions host reads these settings too, for its
// triggers, and their names are its own: SERVICEBUS is the "connection" in function.json.
type ServiceBus struct {
	// The connection string of the Service Bus namespace. Exactly one of this and
	// SERVICEBUS__fullyQualifiedNamespace is set. No default.
	ConnectionString ConnectionString `envconfig:"SERVICEBUS" optional:"true" secret:"true" stops:"capture,ingest,notify,remind,rescue-leads,rescue-mails"`

	// Identity form: the host name of the Service Bus namespace, NAME.servicebus.windows.net.
	// No default.
	Namespace HostName `envconfig:"SERVICEBUS__fullyQualifiedNamespace" optional:"true" stops:"capture,ingest,notify,remind,rescue-leads,rescue-mails"`

	// Identity form: managedidentity, the only value there is. Needed with SERVICEBUS__clientId.
	// No default.
	Credential Credential `envconfig:"SERVICEBUS__credential" optional:"true" stops:"capture,ingest,notify,remind,rescue-leads,rescue-mails"`

	// Identity form: the client id (a GUID) of the user-assigned identity. Absent: the identity that
	// the app itself has. No default.
	ClientID ClientID `envconfig:"SERVICEBUS__clientId" optional:"true" stops:"capture,ingest,notify,remind,rescue-leads,rescue-mails"`
}
