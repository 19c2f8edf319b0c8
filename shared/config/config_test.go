package config_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"

	"leadflow/shared/config"
	"leadflow/shared/topology"
)

func TestEveryFieldHasTheValueOfItsSetting(t *testing.T) {
	s, problems := load(t, map[string]string{
		"SERVICEBUS__fullyQualifiedNamespace": "contoso.servicebus.windows.net",
		"SERVICEBUS__credential":              "ManagedIdentity",
		"SERVICEBUS__clientId":                "01234567-89ab-cdef-0123-456789abcdef",
		"COSMOS_ENDPOINT":                     "https://contoso.documents.azure.com:443/",
		"COSMOS_KEY":                          key("k", 64),
		"COSMOS_DATABASE":                     "sales",
		"INTAKE_SECRETS":                      key("a", 32) + " , " + key("b", 33),
		"LINK_SECRETS":                        key("c", 40),
		"MAIL_URL":                            "smtp://mailer:open%20sesame@mail.contoso.com:587",
		"MAIL_FROM":                           "Contoso Leads <leads@contoso.com>",
		"MAIL_DRY_RUN":                        "True",
		"OPERATIONS_MAIL":                     " operations@contoso.com\n",
		"PUBLIC_URL":                          "https://contoso.example/leads//",
		"SUBMISSION_TTL_DAYS":                 "30",
		"REMIND_SCHEDULE":                     "15 0-59/10 8-18 * JAN-NOV MON-FRI",
		"RESEND_AFTER":                        "1m",
		"MAIL_RESEND_AFTER":                   "2m",
		"BACKOFF_FIRST":                       "3s",
		"BACKOFF_MAX":                         "4m",
		"GIVE_UP_AFTER":                       "5h",
		"FAIL_WAIT":                           "6s",
		"CAPTURE_KEEP":                        "7m30s",
	})
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v", problems)
	}
	password, _ := s.MailURL.Get().User.Password()
	for _, c := range []struct {
		setting   string
		got, want any
	}{
		{"SERVICEBUS", s.ServiceBus.ConnectionString.Get(), ""},
		{"SERVICEBUS__fullyQualifiedNamespace", s.ServiceBus.Namespace.Get(), "contoso.servicebus.windows.net"},
		{"SERVICEBUS__credential", s.ServiceBus.Credential.Get(), "managedidentity"},
		{"SERVICEBUS__clientId", s.ServiceBus.ClientID.Get(), "01234567-89ab-cdef-0123-456789abcdef"},
		{"COSMOS_ENDPOINT", s.CosmosEndpoint.Get(), "https://contoso.documents.azure.com:443/"},
		{"COSMOS_KEY", s.CosmosKey.Get(), key("k", 64)},
		{"COSMOS_DATABASE", s.CosmosDatabase.Get(), "sales"},
		{"INTAKE_SECRETS", len(s.IntakeSecrets.Keys()), 2},
		{"INTAKE_SECRETS, newest", string(s.IntakeSecrets.Keys()[0]), strings.Repeat("a", 32)},
		{"INTAKE_SECRETS, oldest", string(s.IntakeSecrets.Keys()[1]), strings.Repeat("b", 33)},
		{"LINK_SECRETS", string(s.LinkSecrets.Keys()[0]), strings.Repeat("c", 40)},
		{"MAIL_URL, host", s.MailURL.Get().Host, "mail.contoso.com:587"},
		{"MAIL_URL, user", s.MailURL.Get().User.Username(), "mailer"},
		{"MAIL_URL, password", password, "open sesame"},
		{"MAIL_FROM, name", s.MailFrom.Get().Name, "Contoso Leads"},
		{"MAIL_FROM, address", s.MailFrom.Get().Address, "leads@contoso.com"},
		{"MAIL_DRY_RUN", s.MailDryRun.Get(), true},
		{"OPERATIONS_MAIL", s.OperationsMail.Get(), "operations@contoso.com"},
		{"PUBLIC_URL", s.PublicURL.Get(), "https://contoso.example/leads"},
		{"SUBMISSION_TTL_DAYS", s.SubmissionTTL.Get(), 30 * 24 * time.Hour},
		{"REMIND_SCHEDULE", s.RemindSchedule.Get(), "15 0-59/10 8-18 * JAN-NOV MON-FRI"},
		{"RESEND_AFTER", s.ResendAfter.Get(), time.Minute},
		{"MAIL_RESEND_AFTER", s.MailResendAfter.Get(), 2 * time.Minute},
		{"BACKOFF_FIRST", s.BackoffFirst.Get(), 3 * time.Second},
		{"BACKOFF_MAX", s.BackoffMax.Get(), 4 * time.Minute},
		{"GIVE_UP_AFTER", s.GiveUpAfter.Get(), 5 * time.Hour},
		{"FAIL_WAIT", s.FailWait.Get(), 6 * time.Second},
		{"CAPTURE_KEEP", s.CaptureKeep.Get(), 7*time.Minute + 30*time.Second},
	} {
		if c.got != c.want {
			t.Errorf("%s is %v, want %v", c.setting, c.got, c.want)
		}
	}
}

func TestWhatIsAbsentHasItsDefault(t *testing.T) {
	s, problems := load(t, production())
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v", problems)
	}
	for _, c := range []struct {
		setting   string
		got, want any
	}{
		{"SERVICEBUS__clientId", s.ClientID.Get(), ""},
		{"COSMOS_KEY", s.CosmosKey.Get(), ""},
		{"COSMOS_DATABASE", s.CosmosDatabase.Get(), "leadflow"},
		{"MAIL_DRY_RUN", s.MailDryRun.Get(), false},
		{"SUBMISSION_TTL_DAYS", s.SubmissionTTL.Get(), 400 * 24 * time.Hour},
		{"RESEND_AFTER", s.ResendAfter.Get(), 15 * time.Minute},
		{"MAIL_RESEND_AFTER", s.MailResendAfter.Get(), 30 * time.Minute},
		{"BACKOFF_FIRST", s.BackoffFirst.Get(), time.Minute},
		{"BACKOFF_MAX", s.BackoffMax.Get(), 30 * time.Minute},
		{"GIVE_UP_AFTER", s.GiveUpAfter.Get(), 72 * time.Hour},
		{"FAIL_WAIT", s.FailWait.Get(), 30 * time.Second},
		{"CAPTURE_KEEP", s.CaptureKeep.Get(), 10 * time.Minute},
	} {
		if c.got != c.want {
			t.Errorf("%s is %v, want %v", c.setting, c.got, c.want)
		}
	}
}

func TestSecretsAreTakenInEveryKindOfBase64(t *testing.T) {
	// These 32 bytes have + and / in the one alphabet, - and _ in the other, and padding.
	want := strings.Repeat("\xfb\xff", 16)
	for name, text := range map[string]string{
		"standard":              "+//7//v/+//7//v/+//7//v/+//7//v/+//7//v/+/8=",
		"standard, not padded":  "+//7//v/+//7//v/+//7//v/+//7//v/+//7//v/+/8",
		"for URLs":              "-__7__v_-__7__v_-__7__v_-__7__v_-__7__v_-_8=",
		"for URLs, not padded":  "-__7__v_-__7__v_-__7__v_-__7__v_-__7__v_-_8",
		"with white space":      "\t +//7//v/+//7//v/+//7//v/+//7//v/+//7//v/+/8=\r\n",
		"twice in one alphabet": key("x", 32) + ",-__7__v_-__7__v_-__7__v_-__7__v_-__7__v_-_8",
	} {
		t.Run(name, func(t *testing.T) {
			s, problems := load(t, with(map[string]string{"INTAKE_SECRETS": text}))
			keys := s.IntakeSecrets.Keys()
			if len(problems) > 0 || string(keys[len(keys)-1]) != want {
				t.Errorf("keys %q, problems:\n%v", keys, problems)
			}
		})
	}
}

// What this package takes and the client refuses would stop the process after the settings were
// called sound.
func TestAConnectionStringThatIsTakenIsTakenByTheClientToo(t *testing.T) {
	for _, text := range []string{
		"Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=c2VjcmV0c2VjcmV0=",
		"endpoint=sb://contoso.servicebus.windows.net;sharedaccesskeyname=send;sharedaccesskey=x;",
		"Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessSignature=SharedAccessSignature sr=contoso.servicebus.windows.net&sig=x&se=1&skn=y",
		"Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true",
	} {
		s, problems := load(t, with(map[string]string{"SERVICEBUS": text, "SERVICEBUS__fullyQualifiedNamespace": absent}))
		if len(problems) > 0 {
			t.Errorf("%s:\n%v", text, problems)
		}
		if _, err := azservicebus.NewClientFromConnectionString(s.ConnectionString.Get(), nil); err != nil {
			t.Errorf("%s: the client says %v", text, err)
		}
	}
}

func TestAnAccountKeyThatIsTakenIsTakenByTheClientToo(t *testing.T) {
	s, _ := load(t, with(map[string]string{"COSMOS_KEY": " " + key("\xfb", 64) + "\n"}))
	if s.CosmosKey.Get() == "" {
		t.Fatal("no key")
	}
	if _, err := azcosmos.NewKeyCredential(s.CosmosKey.Get()); err != nil {
		t.Error(err)
	}
}

func TestFailWaitEndsBeforeTheLockOfAMessage(t *testing.T) {
	for _, q := range topology.Load().Queues {
		lock := q.Properties.LockDuration.Duration
		_, problems := load(t, with(map[string]string{"FAIL_WAIT": (lock - time.Second).String()}))
		if len(problems) > 0 {
			t.Errorf("a second less than the lock of %s:\n%v", q.Name, problems)
		}
		_, problems = load(t, with(map[string]string{"FAIL_WAIT": lock.String()}))
		if len(problems) != 1 || problems[0].Setting != "FAIL_WAIT" {
			t.Errorf("as long as the lock of %s:\n%v", q.Name, problems)
		}
	}
}

func TestATypoInCaptureKeepIsReportedAndLeavesTheWebhookOpen(t *testing.T) {
	for name, text := range map[string]string{
		"malformed":  "ten minutes",
		"blank":      " ",
		"unresolved": "@Microsoft.KeyVault(VaultName=v;SecretName=s)",
	} {
		s, problems := load(t, with(map[string]string{"CAPTURE_KEEP": text}))
		if len(problems) != 1 || problems[0].Setting != "CAPTURE_KEEP" || len(problems[0].Functions) != 0 {
			t.Errorf("%s: problems %+v", name, problems)
		}
		if len(problems.Fatal()) != 0 || s.CaptureKeep.Get() != 10*time.Minute {
			t.Errorf("%s: capture is stopped by %v, or keeps bodies for %s", name, problems.Fatal(), s.CaptureKeep.Get())
		}
	}
	env := with(map[string]string{"CAPTURE_KEEP": "1m", "Capture_Keep": "2m"})
	if s, problems := load(t, env); len(problems) != 1 || s.CaptureKeep.Get() != 10*time.Minute {
		t.Errorf("two spellings: capture keeps bodies for %s, problems:\n%v", s.CaptureKeep.Get(), problems)
	}
}

func TestASettingWithAProblemHasNoValue(t *testing.T) {
	s, _ := load(t, with(map[string]string{"RESEND_AFTER": "soon", "COSMOS_DATABASE": "a/b", "LINK_SECRETS": key("c", 32) + ",short", "MAIL_URL": "ftp://x", "SUBMISSION_TTL_DAYS": "0"}))
	if s.ResendAfter.Get() != 0 || s.CosmosDatabase.Get() != "" || len(s.LinkSecrets.Keys()) != 0 || s.MailURL.Get() != nil || s.SubmissionTTL.Get() != 0 {
		t.Errorf("a value instead of none: %+v", s)
	}
}

func TestTheLetterCaseOfANameDoesNotMatter(t *testing.T) {
	shapes := map[string]func(string) string{
		"as documented": func(s string) string { return s },
		"in capitals":   strings.ToUpper,
		"in small":      strings.ToLower,
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{}
			for name, value := range production() {
				env[shape(name)] = value
			}
			env[shape("SERVICEBUS__credential")] = "managedidentity"
			env[shape("SERVICEBUS__clientId")] = "01234567-89ab-cdef-0123-456789abcdef"
			env[shape("BACKOFF_MAX")] = "20m"
			set(t, env)
			before := os.Environ()
			s, problems := config.Load()
			if len(problems) > 0 {
				t.Fatalf("problems:\n%v", problems)
			}
			if s.Namespace.Get() != "contoso.servicebus.windows.net" || s.ClientID.Get() == "" || s.BackoffMax.Get() != 20*time.Minute {
				t.Errorf("a setting was not read: %+v", s)
			}
			after := os.Environ()
			slices.Sort(before)
			slices.Sort(after)
			if !slices.Equal(before, after) {
				t.Error("the environment is not as it was before")
			}
		})
	}
}

func TestTwoSpellingsOfANameMayHaveOneValue(t *testing.T) {
	env := with(map[string]string{"SERVICEBUS__FULLYQUALIFIEDNAMESPACE": production()["SERVICEBUS__fullyQualifiedNamespace"]})
	if s, problems := load(t, env); len(problems) > 0 || s.Namespace.Get() == "" {
		t.Errorf("namespace %q, problems:\n%v", s.Namespace.Get(), problems)
	}
}

func TestTwoSpellingsOfANameWithTwoValuesContradictEachOther(t *testing.T) {
	for _, name := range settings() {
		for _, second := range []string{"something else", " "} {
			env := with(map[string]string{strings.ToLower(name): "something"})
			env[strings.ToUpper(name)] = second
			_, problems := load(t, env)
			i := slices.IndexFunc(problems, func(p config.Problem) bool {
				return p.Setting == name && strings.HasPrefix(p.Text, "is set in two spellings with different values")
			})
			if i < 0 {
				t.Errorf("%s: problems:\n%v", name, problems)
			}
		}
	}
}

func TestLoadingTwiceFindsTheSame(t *testing.T) {
	env := with(map[string]string{"GIVE_UP_AFTER": "1m", "mail_from": "nobody", "MAIL_FROM": absent})
	first, problems := load(t, env)
	second, again := config.Load()
	if problems.Error() != again.Error() || !slices.Equal(first.Describe(), second.Describe()) {
		t.Errorf("first\n%v\nthen\n%v", problems, again)
	}
}

func TestTheProductionEnvironmentOfTheseTestsLacksNothingAndHasNothingToSpare(t *testing.T) {
	for name := range production() {
		if _, problems := load(t, with(map[string]string{name: absent})); len(problems) != 1 {
			t.Errorf("without %s there are %d problems, want one", name, len(problems))
		}
	}
	if _, problems := load(t, maps.Clone(production())); len(problems) != 0 {
		t.Errorf("problems:\n%v", problems)
	}
}
