package config_test

import (
	"slices"
	"strings"
	"testing"

	"leadflow/shared/config"
)

// needs says which settings a function needs, CAPTURE_KEEP being nobody's need: capture has its
// default at hand.
var needs = map[string][]string{
	"capture":      {ofServiceBus, ofCosmos, "INTAKE_SECRETS"},
	"ingest":       {ofServiceBus, ofCosmos, "SUBMISSION_TTL_DAYS OPERATIONS_MAIL BACKOFF_FIRST BACKOFF_MAX GIVE_UP_AFTER FAIL_WAIT"},
	"notify":       {ofServiceBus, ofCosmos, "MAIL_URL MAIL_FROM MAIL_DRY_RUN LINK_SECRETS PUBLIC_URL OPERATIONS_MAIL BACKOFF_FIRST BACKOFF_MAX GIVE_UP_AFTER FAIL_WAIT"},
	"remind":       {ofServiceBus, ofCosmos, "REMIND_SCHEDULE RESEND_AFTER MAIL_RESEND_AFTER GIVE_UP_AFTER PUBLIC_URL OPERATIONS_MAIL SUBMISSION_TTL_DAYS"},
	"respond":      {ofCosmos, "LINK_SECRETS PUBLIC_URL"},
	"rescue-leads": {ofServiceBus, ofCosmos, "FAIL_WAIT SUBMISSION_TTL_DAYS"},
	"rescue-mails": {ofServiceBus, ofCosmos, "FAIL_WAIT SUBMISSION_TTL_DAYS"},
}

const (
	ofServiceBus = "SERVICEBUS SERVICEBUS__fullyQualifiedNamespace SERVICEBUS__credential SERVICEBUS__clientId"
	ofCosmos     = "COSMOS_ENDPOINT COSMOS_KEY COSMOS_DATABASE"
)

func TestAProblemStopsTheFunctionsThatNeedTheSettingAndNoOthers(t *testing.T) {
	for function, lists := range needs {
		needed := strings.Fields(strings.Join(lists, " "))
		for _, name := range settings() {
			_, problems := load(t, with(map[string]string{name: " "}))
			stopped := slices.ContainsFunc(problems.For(function), func(p config.Problem) bool { return p.Setting == name })
			if want := slices.Contains(needed, name); stopped != want {
				t.Errorf("%s stopped by a blank %s: %t, want %t", function, name, stopped, want)
			}
			fatal := slices.ContainsFunc(problems.Fatal(), func(p config.Problem) bool { return p.Setting == name })
			if function == "capture" && fatal != stopped {
				t.Errorf("a blank %s is fatal: %t, want %t", name, fatal, stopped)
			}
		}
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	t.Run("nothing is set", func(t *testing.T) {
		_, problems := load(t, nil)
		want := []string{"SERVICEBUS", "COSMOS_ENDPOINT", "INTAKE_SECRETS", "LINK_SECRETS", "MAIL_URL", "MAIL_FROM", "OPERATIONS_MAIL", "PUBLIC_URL", "REMIND_SCHEDULE"}
		if got := named(problems); !slices.Equal(got, want) {
			t.Errorf("problems with %v, want %v", got, want)
		}
		for _, p := range problems {
			if !strings.HasPrefix(p.Text, "is missing: give ") {
				t.Errorf("%s: %s", p.Setting, p.Text)
			}
		}
	})
	for name, value := range map[string]string{
		"every setting is blank":                    " \t",
		"every setting is malformed":                "?",
		"every setting is an unresolved reference":  "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/s)",
		"every setting holds control characters":    "a\x07b",
		"every setting is broken UTF-8":             "\xff\xfe",
		"every setting is a reference in any case":  " @microsoft.keyvault(",
		"every setting is far too long and garbage": strings.Repeat("?", 50_000),
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{}
			for _, name := range settings() {
				env[name] = value
			}
			_, problems := load(t, env)
			got := slices.Compact(named(problems))
			if !slices.Equal(got, settings()) {
				t.Errorf("problems with %v, want one with every setting", got)
			}
			if lines := strings.Split(problems.Error(), "\n"); len(lines) != len(problems) || !strings.HasPrefix(lines[0], problems[0].Setting+": "+problems[0].Text) {
				t.Errorf("the error does not list every problem on a line:\n%v", problems)
			}
			if len(problems.Error()) > 10_000 {
				t.Errorf("the problems take %d bytes", len(problems.Error()))
			}
		})
	}
	t.Run("and contradictions beside them", func(t *testing.T) {
		_, problems := load(t, with(map[string]string{"FAIL_WAIT": "2m", "BACKOFF_FIRST": "1h", "MAIL_FROM": absent, "COSMOS_DATABASE": "", "PUBLIC_URL": "ftp://x"}))
		want := []string{"COSMOS_DATABASE", "MAIL_FROM", "PUBLIC_URL", "BACKOFF_FIRST", "FAIL_WAIT"}
		if got := named(problems); !slices.Equal(got, want) {
			t.Errorf("problems with %v, want %v", got, want)
		}
	})
}

func TestTheProblemsOfOneSetting(t *testing.T) {
	const (
		connection = "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=k"
		clientID   = "01234567-89ab-cdef-0123-456789abcdef"
		reference  = "@Microsoft.KeyVault(VaultName=v;SecretName=s)"
	)
	// servicebus is the connection in the other form.
	servicebus := func(text string) map[string]string {
		return map[string]string{"SERVICEBUS": text, "SERVICEBUS__fullyQualifiedNamespace": absent}
	}
	one := func(name, text string) map[string]string { return map[string]string{name: text} }
	for _, c := range []struct {
		name    string
		env     map[string]string
		setting string
		text    string // with which the problem begins
	}{
		{"both forms of the connection are set", one("SERVICEBUS", connection), "SERVICEBUS", "and SERVICEBUS__fullyQualifiedNamespace are both set"},
		{"both forms are set and one is malformed", map[string]string{"SERVICEBUS": connection, "SERVICEBUS__fullyQualifiedNamespace": "sb://x/"}, "SERVICEBUS", "and SERVICEBUS__fullyQualifiedNamespace are both set"},
		{"the connection string has a part of the identity form beside it", map[string]string{"SERVICEBUS": connection, "SERVICEBUS__fullyQualifiedNamespace": absent, "SERVICEBUS__credential": "managedidentity"}, "SERVICEBUS", "and parts of the identity form"},
		{"the identity form has no namespace", map[string]string{"SERVICEBUS__fullyQualifiedNamespace": absent, "SERVICEBUS__credential": "managedidentity"}, "SERVICEBUS__fullyQualifiedNamespace", "is missing, though other parts"},
		{"neither form is set", one("SERVICEBUS__fullyQualifiedNamespace", absent), "SERVICEBUS", "is missing: give the connection string"},
		{"a client id without credential", one("SERVICEBUS__clientId", clientID), "SERVICEBUS__credential", "is missing, without which SERVICEBUS__clientId is not used"},
		{"a client id that is no GUID", map[string]string{"SERVICEBUS__credential": "managedidentity", "SERVICEBUS__clientId": "leadflow"}, "SERVICEBUS__clientId", "is not a GUID"},
		{"a client id as a URN", map[string]string{"SERVICEBUS__credential": "managedidentity", "SERVICEBUS__clientId": "urn:uuid:" + clientID}, "SERVICEBUS__clientId", "is not a GUID"},
		{"another credential", one("SERVICEBUS__credential", "workloadidentity"), "SERVICEBUS__credential", "is a credential that Leadflow does not use"},
		{"a namespace as URL", one("SERVICEBUS__fullyQualifiedNamespace", "sb://contoso.servicebus.windows.net/"), "SERVICEBUS__fullyQualifiedNamespace", "is not a host name"},
		{"a namespace without domain", one("SERVICEBUS__fullyQualifiedNamespace", "contoso"), "SERVICEBUS__fullyQualifiedNamespace", "is not a host name"},
		{"a namespace with a space the host keeps", one("SERVICEBUS__fullyQualifiedNamespace", "contoso.servicebus.windows.net "), "SERVICEBUS__fullyQualifiedNamespace", "has white space around it"},
		{"a connection string with a line end the host keeps", servicebus(connection + "\n"), "SERVICEBUS", "has white space around it"},
		{"a connection string that is only a key", servicebus("c2VjcmV0"), "SERVICEBUS", "has a part without ="},
		{"a connection string without endpoint", servicebus("SharedAccessKeyName=n;SharedAccessKey=k"), "SERVICEBUS", "has no Endpoint"},
		{"a connection string with a web address", servicebus("Endpoint=https://contoso.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=k"), "SERVICEBUS", "has an Endpoint that is not sb://HOST"},
		{"a connection string with an endpoint without host", servicebus("Endpoint=sb:contoso;SharedAccessKeyName=n;SharedAccessKey=k"), "SERVICEBUS", "has an Endpoint that is not sb://HOST"},
		{"a connection string of one queue", servicebus(connection + ";EntityPath=leads"), "SERVICEBUS", "has an EntityPath"},
		{"a connection string without key", servicebus("Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=n"), "SERVICEBUS", "lacks SharedAccessKeyName or SharedAccessKey"},
		{"a connection string without key name", servicebus("Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKey=k"), "SERVICEBUS", "lacks SharedAccessKeyName or SharedAccessKey"},
		{"a connection string with a key twice", servicebus(connection + ";SharedAccessKey=l"), "SERVICEBUS", "has a part twice"},
		{"a connection string for an emulator, perhaps", servicebus(connection + ";UseDevelopmentEmulator=perhaps"), "SERVICEBUS", "has a UseDevelopmentEmulator"},
		{"a connection string that is an unresolved reference", servicebus(reference), "SERVICEBUS", "is missing, because its Key Vault reference is not resolved: check the reference"},
		{"a blank connection string beside the identity form", one("SERVICEBUS", ""), "SERVICEBUS", "is blank: remove it, or give"},

		{"a Cosmos endpoint over http to another machine", one("COSMOS_ENDPOINT", "http://contoso.documents.azure.com/"), "COSMOS_ENDPOINT", "is http to another machine"},
		{"a Cosmos endpoint that is a connection string", one("COSMOS_ENDPOINT", "AccountEndpoint=https://contoso.documents.azure.com:443/;AccountKey=x;"), "COSMOS_ENDPOINT", "is a whole connection string"},
		{"a Cosmos endpoint without scheme", one("COSMOS_ENDPOINT", "contoso.documents.azure.com"), "COSMOS_ENDPOINT", "is not a URL"},
		{"a Cosmos endpoint with a path", one("COSMOS_ENDPOINT", "https://contoso.documents.azure.com/dbs"), "COSMOS_ENDPOINT", "has a path"},
		{"a Cosmos endpoint with a key as user", one("COSMOS_ENDPOINT", "https://key@contoso.documents.azure.com"), "COSMOS_ENDPOINT", "has a user or password"},
		{"a Cosmos endpoint on http without key", one("COSMOS_ENDPOINT", "http://127.0.0.1:8081/"), "COSMOS_KEY", "is missing: a COSMOS_ENDPOINT with http takes only a key"},
		{"a Cosmos key that is not base64", one("COSMOS_KEY", "key!"), "COSMOS_KEY", "is not base64"},
		{"a Cosmos key that is an unresolved reference, which is not the identity form", one("COSMOS_KEY", reference), "COSMOS_KEY", "is missing, because its Key Vault reference"},
		{"a database name with a slash", one("COSMOS_DATABASE", "dbs/leadflow"), "COSMOS_DATABASE", "is not a name that Cosmos DB takes"},
		{"a database name of 256 bytes", one("COSMOS_DATABASE", strings.Repeat("x", 256)), "COSMOS_DATABASE", "is not a name that Cosmos DB takes"},

		{"no secret", one("INTAKE_SECRETS", absent), "INTAKE_SECRETS", "is missing: give 1 to 10 secrets"},
		{"a short secret", one("INTAKE_SECRETS", key("a", 31)), "INTAKE_SECRETS", "has a secret of less than 32 bytes (number 1): give"},
		{"a secret that is a word", one("INTAKE_SECRETS", "open sesame"), "INTAKE_SECRETS", "has a secret that is not base64 (number 1): give"},
		{"a secret twice, in two alphabets", one("INTAKE_SECRETS", key("\xfb\xff", 16)+","+strings.NewReplacer("+", "-", "/", "_").Replace(key("\xfb\xff", 16))), "INTAKE_SECRETS", "has a secret twice (number 2)"},
		{"a comma too many", one("LINK_SECRETS", key("c", 32)+","), "LINK_SECRETS", "has a blank secret (number 2)"},
		{"several secrets are wrong", one("LINK_SECRETS", "x y,"+key("c", 32)+","+key("d", 1)), "LINK_SECRETS", "has a secret that is not base64 (number 1), has a secret of less than 32 bytes (number 3): give"},
		{"eleven secrets", one("LINK_SECRETS", strings.Repeat(key("c", 32)+",", 10)+key("d", 32)), "LINK_SECRETS", "has more than 10 secrets"},
		{"a secret in both lists", one("LINK_SECRETS", key("c", 32)+","+key("b", 33)), "LINK_SECRETS", "shares a secret with INTAKE_SECRETS"},
		{"a sample secret for the webhook on the internet", one("INTAKE_SECRETS", "c2FtcGxlLW9ubHktaW50YWtlLXNlY3JldC1wbGVhc2UtcmVwbGFjZQ=="), "INTAKE_SECRETS", "is the sample of local.settings.sample.json"},
		{"a sample secret for links on the internet", one("LINK_SECRETS", key("c", 32)+",c2FtcGxlLW9ubHktbGluay1zZWNyZXQtcGxlYXNlLXJlcGxhY2U="), "LINK_SECRETS", "is the sample of local.settings.sample.json"},

		{"a mail URL with another scheme", one("MAIL_URL", "imap://mail.contoso.com:143"), "MAIL_URL", "has a scheme other than smtp, smtps and https"},
		{"a mail URL without scheme", one("MAIL_URL", "mail.contoso.com:587"), "MAIL_URL", "is not a URL with scheme and host"},
		{"a mail URL without host", one("MAIL_URL", "smtp://:587"), "MAIL_URL", "is not a URL with scheme and host"},
		{"a mail server without port", one("MAIL_URL", "smtp://mail.contoso.com"), "MAIL_URL", "has no port"},
		{"a mail server with a colon and no port", one("MAIL_URL", "smtp://mail.contoso.com:"), "MAIL_URL", "has a colon and no port"},
		{"a mail server with port 70000", one("MAIL_URL", "smtp://mail.contoso.com:70000"), "MAIL_URL", "has a port outside 1 to 65535"},
		{"a mail server with a user without password", one("MAIL_URL", "smtp://mailer@mail.contoso.com:587"), "MAIL_URL", "has only one of user and password"},
		{"a mail server with a password without user", one("MAIL_URL", "smtp://:secret@mail.contoso.com:587"), "MAIL_URL", "has only one of user and password"},
		{"a mail password with a # in it", one("MAIL_URL", "smtp://mailer:12#34@mail.contoso.com:587"), "MAIL_URL", "has a query or fragment, or a ? or # that is not percent-encoded"},
		{"a mail password with a slash in it", one("MAIL_URL", "smtp://mailer:se/cret@mail.contoso.com:587"), "MAIL_URL", "is not a URL"},
		{"a mail server with a path", one("MAIL_URL", "smtp://mail.contoso.com:587/x"), "MAIL_URL", "has a path"},
		{"a mail service with a user", one("MAIL_URL", "https://key:x@contoso.communication.azure.com"), "MAIL_URL", "has a user or password"},
		{"a mail service over http", one("MAIL_URL", "http://contoso.communication.azure.com"), "MAIL_URL", "is http to another machine"},
		{"a sender without address", one("MAIL_FROM", "Contoso Leads"), "MAIL_FROM", "is not a mail address"},
		{"two senders", one("MAIL_FROM", "a@contoso.com, b@contoso.com"), "MAIL_FROM", "is not a mail address"},
		{"a sender with a line end in it", one("MAIL_FROM", "Leads\r\nBcc: all@contoso.com <leads@contoso.com>"), "MAIL_FROM", "holds control characters"},
		{"a sender that is not ASCII", one("MAIL_FROM", "lëads@contoso.com"), "MAIL_FROM", "is not a mail address"},
		{"a sender with a domain that is none", one("MAIL_FROM", "leads@contoso..com"), "MAIL_FROM", "is not a mail address"},
		{"a sender with a quoted local part", one("MAIL_FROM", `"a b"@contoso.com`), "MAIL_FROM", "is not a mail address"},
		{"a dry run, perhaps", one("MAIL_DRY_RUN", "yes"), "MAIL_DRY_RUN", "is neither true nor false: give true or false"},
		{"a blank dry run", one("MAIL_DRY_RUN", ""), "MAIL_DRY_RUN", "is blank: remove it for the default false, or give true or false"},
		{"an operations address with a name", one("OPERATIONS_MAIL", "Operations <operations@contoso.com>"), "OPERATIONS_MAIL", "is more than an address"},
		{"an operations address that is none", one("OPERATIONS_MAIL", "operations"), "OPERATIONS_MAIL", "is not a mail address"},

		{"a public URL over http", one("PUBLIC_URL", "http://contoso.azurewebsites.net"), "PUBLIC_URL", "is http to another machine"},
		{"a public URL that only looks like this machine", one("PUBLIC_URL", "http://localhost.contoso.com"), "PUBLIC_URL", "is http to another machine"},
		{"a public URL with another scheme", one("PUBLIC_URL", "ftp://contoso.azurewebsites.net"), "PUBLIC_URL", "has a scheme other than https"},
		{"a public URL with a query", one("PUBLIC_URL", "https://contoso.azurewebsites.net/?code=x"), "PUBLIC_URL", "has a query or fragment"},
		{"a public URL with an empty query", one("PUBLIC_URL", "https://contoso.azurewebsites.net?"), "PUBLIC_URL", "has a query or fragment"},
		{"a public URL with an empty fragment", one("PUBLIC_URL", "https://contoso.azurewebsites.net/#"), "PUBLIC_URL", "has a query or fragment"},
		{"a public URL with a user", one("PUBLIC_URL", "https://me@contoso.azurewebsites.net"), "PUBLIC_URL", "has a user or password"},
		{"a public URL without host", one("PUBLIC_URL", "https:///leads"), "PUBLIC_URL", "is not a URL with scheme and host"},
		{"a public URL of 2049 bytes", one("PUBLIC_URL", "https://contoso.com/"+strings.Repeat("x", 2029)), "PUBLIC_URL", "is longer than a URL may be"},

		{"no days", one("SUBMISSION_TTL_DAYS", "0"), "SUBMISSION_TTL_DAYS", "is out of range: give a whole number of days, 1 to 3650"},
		{"3651 days", one("SUBMISSION_TTL_DAYS", "3651"), "SUBMISSION_TTL_DAYS", "is out of range"},
		{"days with a unit", one("SUBMISSION_TTL_DAYS", "400d"), "SUBMISSION_TTL_DAYS", "is not a whole number"},
		{"blank days", one("SUBMISSION_TTL_DAYS", ""), "SUBMISSION_TTL_DAYS", "is blank: remove it for the default 400, or give"},

		{"no schedule, which the host would miss", one("REMIND_SCHEDULE", absent), "REMIND_SCHEDULE", "is missing: give six fields"},
		{"a schedule of five fields", one("REMIND_SCHEDULE", "*/5 * * * *"), "REMIND_SCHEDULE", "is not an NCRONTAB expression of six fields"},
		{"a schedule with a time zone", one("REMIND_SCHEDULE", "TZ=UTC 0 */5 * * * *"), "REMIND_SCHEDULE", "is not an NCRONTAB expression"},
		{"a schedule that is a time zone cut short", one("REMIND_SCHEDULE", "TZ=UTC"), "REMIND_SCHEDULE", "is not an NCRONTAB expression"},
		{"a schedule in words", one("REMIND_SCHEDULE", "@every 5m"), "REMIND_SCHEDULE", "is not an NCRONTAB expression"},
		{"a schedule with a question mark", one("REMIND_SCHEDULE", "0 0 0 1 * ?"), "REMIND_SCHEDULE", "is not an NCRONTAB expression"},
		{"a schedule with minute 60", one("REMIND_SCHEDULE", "0 60 * * * *"), "REMIND_SCHEDULE", "has a field that is out of range"},
		{"a schedule with a field of commas", one("REMIND_SCHEDULE", "0 , * * * *"), "REMIND_SCHEDULE", "has a list with nothing between two commas"},
		{"a schedule on 30 February", one("REMIND_SCHEDULE", "0 0 0 30 2 *"), "REMIND_SCHEDULE", "names a day that never comes"},
		{"a schedule with white space the host keeps", one("REMIND_SCHEDULE", "0 */5 * * * *\n"), "REMIND_SCHEDULE", "has white space around it"},

		{"a time without unit", one("RESEND_AFTER", "15"), "RESEND_AFTER", "is not a time with its unit: give a time such as 30s, 15m or 72h"},
		{"a time in ISO 8601", one("RESEND_AFTER", "PT15M"), "RESEND_AFTER", "is not a time with its unit"},
		{"no time at all", one("MAIL_RESEND_AFTER", "0s"), "MAIL_RESEND_AFTER", "is not more than nothing"},
		{"a time before now", one("FAIL_WAIT", "-30s"), "FAIL_WAIT", "is not more than nothing"},
		{"a time of more than a year", one("GIVE_UP_AFTER", "8761h"), "GIVE_UP_AFTER", "is longer than a year"},
		{"a blank time", one("RESEND_AFTER", " "), "RESEND_AFTER", "is blank: remove it for the default 15m, or give a time"},
		{"a first wait longer than the longest", one("BACKOFF_FIRST", "31m"), "BACKOFF_FIRST", "is longer than BACKOFF_MAX"},
		{"giving up before the longest wait is over", map[string]string{"GIVE_UP_AFTER": "31m", "BACKOFF_MAX": "32m"}, "GIVE_UP_AFTER", "is shorter than BACKOFF_MAX"},
		{"giving up before a submission is sent again", map[string]string{"GIVE_UP_AFTER": "2h", "RESEND_AFTER": "2h"}, "GIVE_UP_AFTER", "is not longer than RESEND_AFTER"},
		{"giving up before a mail is sent again", map[string]string{"GIVE_UP_AFTER": "2h", "MAIL_RESEND_AFTER": "3h"}, "GIVE_UP_AFTER", "is not longer than MAIL_RESEND_AFTER"},
		{"waiting longer than the lock of a message", one("FAIL_WAIT", "60s"), "FAIL_WAIT", "is 1m or longer, but the lock of a message lasts 1m"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := load(t, with(c.env))
			found := slices.ContainsFunc(problems, func(p config.Problem) bool {
				return p.Setting == c.setting && strings.HasPrefix(p.Text, c.text)
			})
			// A malformed setting may contradict another one besides.
			if !found || len(problems) > 2 {
				t.Errorf("problems:\n%v\nwant one with %s that begins %q", problems, c.setting, c.text)
			}
		})
	}
}

func TestWhatLooksOddAndIsSoundIsNoProblem(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"an identity of the app's own":           {"SERVICEBUS__credential": "managedidentity"},
		"a Cosmos endpoint without slash":        {"COSMOS_ENDPOINT": "https://contoso.documents.azure.com"},
		"http to this machine by name":           {"PUBLIC_URL": "http://LOCALHOST:7071"},
		"http to this machine by IPv6":           {"PUBLIC_URL": "http://[::1]:7071"},
		"sample secrets on this machine":         {"PUBLIC_URL": "http://127.0.0.2:7071", "INTAKE_SECRETS": "c2FtcGxlLW9ubHktaW50YWtlLXNlY3JldC1wbGVhc2UtcmVwbGFjZQ"},
		"a public URL with a path":               {"PUBLIC_URL": "https://www.contoso.com/leads"},
		"a mail server without user":             {"MAIL_URL": "smtp://mail.contoso.com:25"},
		"Azure Communication Services":           {"MAIL_URL": "https://contoso.communication.azure.com/"},
		"a mail service on this machine":         {"MAIL_URL": "http://127.0.0.1:8090"},
		"a sender without name":                  {"MAIL_FROM": "leads@contoso.com"},
		"a sender with a name in another script": {"MAIL_FROM": "리드 <leads@contoso.com>"},
		"a schedule on 29 February":              {"REMIND_SCHEDULE": "0 0 0 29 2 *"},
		"ten secrets":                            {"LINK_SECRETS": strings.Join([]string{key("0", 32), key("1", 32), key("2", 32), key("3", 32), key("4", 32), key("5", 32), key("6", 32), key("7", 32), key("8", 32), key("9", 32)}, ",")},
		"one wait for all tries":                 {"BACKOFF_FIRST": "5m", "BACKOFF_MAX": "5m"},
		"giving up after the longest wait":       {"GIVE_UP_AFTER": "1h", "BACKOFF_MAX": "1h"},
		"the fewest days":                        {"SUBMISSION_TTL_DAYS": "1"},
		"the most days":                          {"SUBMISSION_TTL_DAYS": "3650"},
	} {
		if _, problems := load(t, with(env)); len(problems) > 0 {
			t.Errorf("%s:\n%v", name, problems)
		}
	}
}

func TestAContradictionOfTimesStopsTheFunctionsOfBoth(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"BACKOFF_FIRST and BACKOFF_MAX":       {map[string]string{"BACKOFF_FIRST": "1h"}, []string{"ingest", "notify"}},
		"GIVE_UP_AFTER and BACKOFF_MAX":       {map[string]string{"BACKOFF_MAX": "73h"}, []string{"ingest", "notify", "remind"}},
		"GIVE_UP_AFTER and RESEND_AFTER":      {map[string]string{"RESEND_AFTER": "73h"}, []string{"ingest", "notify", "remind"}},
		"GIVE_UP_AFTER and MAIL_RESEND_AFTER": {map[string]string{"MAIL_RESEND_AFTER": "73h"}, []string{"ingest", "notify", "remind"}},
	} {
		_, problems := load(t, with(c.env))
		if len(problems) != 1 || !slices.Equal(problems[0].Functions, c.want) {
			t.Errorf("%s: problems %#v", name, []config.Problem(problems))
		}
	}
}

func TestASecretInBothListsLeavesTheWebhookOpen(t *testing.T) {
	_, problems := load(t, with(map[string]string{"LINK_SECRETS": key("a", 32)}))
	if len(problems) != 1 || len(problems.Fatal()) != 0 || len(problems.For("respond")) != 1 || len(problems.For("notify")) != 1 {
		t.Errorf("problems %+v", problems)
	}
}

// named gives the settings of the problems in their order.
func named(problems config.Problems) []string {
	var names []string
	for _, p := range problems {
		names = append(names, p.Setting)
	}
	return names
}
