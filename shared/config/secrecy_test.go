package config_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"strings"
	"testing"

	"leadflow/shared/config"
)

// prints puts the settings through everything that may print them, by the name of the way.
func prints(s config.Settings, problems config.Problems) map[string]string {
	out := map[string]string{"problems": problems.Error(), "descriptions": fmt.Sprint(s.Describe())}
	hidden := struct{ s config.Settings }{s}
	fields := []any{s.ConnectionString, s.CosmosKey, s.IntakeSecrets, s.LinkSecrets, s.MailURL}
	for _, flag := range []string{"", "+", "#", "-", " ", "0", "+#"} {
		for _, verb := range "vTtbcdoOqxXUeEfFgGspwz" {
			format := "%" + flag + string(verb)
			out["the settings by "+format] = fmt.Sprintf(format, s)
			out["a pointer by "+format] = fmt.Sprintf(format, &s)
			out["a list by "+format] = fmt.Sprintf(format, []config.Settings{s})
			out["an unexported field by "+format] = fmt.Sprintf(format, hidden)
			out["each field by "+format] = fmt.Sprintf(format, fields)
			out["the problems by "+format] = fmt.Sprintf(format, problems)
		}
	}
	for name, v := range map[string]any{"the settings": s, "a pointer": &s, "each field": fields, "an unexported field": hidden, "the problems": problems} {
		b, err := json.Marshal(v)
		out[name+" as JSON"] = fmt.Sprintf("%s%v", b, err)
		x, err := xml.Marshal(v)
		out[name+" as XML"] = fmt.Sprintf("%s%v", x, err)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("start", "settings", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "settings", v)
		out[name+" in a log"] = log.String()
	}
	for i, v := range fields {
		out[fmt.Sprint("field ", i)] = fmt.Sprint(v)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("start", "setting", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "setting", v)
		out[fmt.Sprint("field in a log ", i)] = log.String()
	}
	return out
}

// forms are the ways in which a printed text could give a secret away.
func forms(secret string) []string {
	return []string{
		secret,
		fmt.Sprintf("%x", secret),
		fmt.Sprintf("%X", secret),
		fmt.Sprint([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		url.QueryEscape(secret),
		url.PathEscape(secret),
	}
}

func TestSecretsDoNotShowHoweverTheyArePrinted(t *testing.T) {
	secrets := map[string]string{
		"SERVICEBUS":     "BusSesameBusSesameBusSesameBusSesame",
		"COSMOS_KEY":     strings.Repeat("CosmosSesame", 4),
		"INTAKE_SECRETS": strings.Repeat("IntakeSesame", 4),
		"LINK_SECRETS":   strings.Repeat("LinkSesame", 4),
		"MAIL_URL":       "MailSesame Mail",
	}
	in64 := func(name string) string { return base64.StdEncoding.EncodeToString([]byte(secrets[name])) }
	sound := map[string]string{
		"SERVICEBUS__fullyQualifiedNamespace": absent,
		"SERVICEBUS":                          "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=" + secrets["SERVICEBUS"],
		"COSMOS_KEY":                          in64("COSMOS_KEY"),
		"INTAKE_SECRETS":                      in64("INTAKE_SECRETS"),
		"LINK_SECRETS":                        in64("LINK_SECRETS"),
		"MAIL_URL":                            "smtp://MailSesame%20User:" + url.PathEscape(secrets["MAIL_URL"]) + "@mail.contoso.com:587",
	}
	broken := maps.Clone(sound)
	for name := range secrets {
		broken[name] = "?" + sound[name]
	}
	clashing := maps.Clone(sound)
	for name := range secrets {
		clashing[strings.ToLower(name)] = sound[name] + "x"
	}
	for name, env := range map[string]map[string]string{"sound": sound, "broken": broken, "clashing": clashing} {
		t.Run(name, func(t *testing.T) {
			s, problems := load(t, with(env))
			if want := map[string]int{"sound": 0, "broken": 5, "clashing": 5}[name]; len(problems) != want {
				t.Fatalf("%d problems, want %d:\n%v", len(problems), want, problems)
			}
			if name == "sound" && (s.CosmosKey.Get() == "" || len(s.LinkSecrets.Keys()) == 0 || s.MailURL.Get() == nil || s.ConnectionString.Get() == "") {
				t.Fatal("there is no secret to show")
			}
			for way, text := range prints(s, problems) {
				if strings.Contains(text, "Sesame") {
					t.Fatalf("%s shows a secret: %s", way, text)
				}
				for setting, secret := range secrets {
					for _, form := range forms(secret) {
						if strings.Contains(text, form) {
							t.Fatalf("%s shows %s: %s", way, setting, text)
						}
					}
				}
			}
			for _, d := range s.Describe() {
				if _, secret := secrets[d.Setting]; secret != d.Secret {
					t.Errorf("%s is secret: %t, want %t", d.Setting, d.Secret, secret)
				}
				want := "set"
				if d.Setting == "MAIL_URL" && name == "sound" {
					want = "smtp://redacted@mail.contoso.com:587"
				}
				if d.Secret && d.Value != want {
					t.Errorf("%s prints as %s, want %s", d.Setting, d.Value, want)
				}
			}
		})
	}
}

func TestSecretsThatAreNotSetPrintAsNotSet(t *testing.T) {
	for name, value := range map[string]string{"absent": absent, "blank": " ", "unresolved": "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/s)"} {
		s, _ := load(t, with(map[string]string{"SERVICEBUS": value, "COSMOS_KEY": value, "INTAKE_SECRETS": value, "LINK_SECRETS": value, "MAIL_URL": value}))
		for _, d := range s.Describe() {
			if d.Secret && d.Value != "not set" {
				t.Errorf("%s: %s prints as %s", name, d.Setting, d.Value)
			}
		}
		if text := fmt.Sprintf("%#v", s.IntakeSecrets); text != "not set" {
			t.Errorf("%s: printed as %s", name, text)
		}
	}
}

func TestOpenSettingsPrintTheirValue(t *testing.T) {
	s, _ := load(t, with(map[string]string{"MAIL_URL": "https://contoso.communication.azure.com", "BACKOFF_MAX": "90m", "FAIL_WAIT": "1500ms", "RESEND_AFTER": "soon"}))
	want := map[string]string{
		"SERVICEBUS":                          "not set",
		"SERVICEBUS__fullyQualifiedNamespace": "contoso.servicebus.windows.net",
		"SERVICEBUS__credential":              "not set",
		"SERVICEBUS__clientId":                "not set",
		"COSMOS_ENDPOINT":                     "https://contoso.documents.azure.com:443/",
		"COSMOS_KEY":                          "not set",
		"COSMOS_DATABASE":                     "leadflow",
		"INTAKE_SECRETS":                      "set",
		"LINK_SECRETS":                        "set",
		"MAIL_URL":                            "https://contoso.communication.azure.com",
		"MAIL_FROM":                           `"Contoso Leads" <leads@contoso.com>`,
		"MAIL_DRY_RUN":                        "false",
		"OPERATIONS_MAIL":                     "operations@contoso.com",
		"PUBLIC_URL":                          "https://contoso.azurewebsites.net",
		"SUBMISSION_TTL_DAYS":                 "400",
		"REMIND_SCHEDULE":                     "0 */5 * * * *",
		"RESEND_AFTER":                        "invalid",
		"MAIL_RESEND_AFTER":                   "30m",
		"BACKOFF_FIRST":                       "1m",
		"BACKOFF_MAX":                         "1h30m",
		"GIVE_UP_AFTER":                       "72h",
		"FAIL_WAIT":                           "1.5s",
		"CAPTURE_KEEP":                        "10m",
	}
	for _, d := range s.Describe() {
		if d.Value != want[d.Setting] {
			t.Errorf("%s prints as %q, want %q", d.Setting, d.Value, want[d.Setting])
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "settings", s)
	var line struct{ Settings map[string]string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || !maps.Equal(line.Settings, want) {
		t.Errorf("the log has (%v) %v", err, line.Settings)
	}
}

// A secret in the wrong place: whatever a problem says, it repeats no value.
func TestNoProblemRepeatsAValue(t *testing.T) {
	for _, name := range settings() {
		for _, value := range []string{"Pasted:Sesame/1?", "Pasted Sesame", "Pasted@Sesame:x", "Endpoint=Sesame", "smtp://Sesame:Sesame", "https://Sesame:Sesame@x/Sesame", "Sesame\x7f", "0 Sesame * * * *"} {
			_, problems := load(t, with(map[string]string{name: value}))
			if strings.Contains(problems.Error(), "Sesame") {
				t.Errorf("%s=%s: %v", name, value, problems)
			}
		}
	}
}

// FuzzLoad gives one value to one setting, and a password to the mail URL.
func FuzzLoad(f *testing.F) {
	names := settings()
	for i, value := range []string{
		"", " ", "x", "@Microsoft.KeyVault(", "Endpoint=sb://h.x;SharedAccessKeyName=n;SharedAccessKey=k", "sb://", "https://u:p@h:1/p?q#f", "http://[::1%25z]:0",
		"TZ=", "CRON_TZ=x", "0 */5 * * * *", "0/9223372036854775807 * * * * *", "* * * * * ,", "-1m", "9e9h", "a <b@c.d>", "=?utf-8?q?a?= <b@c>", "\xff", "c2Vj,,",
		"smtp://a:b@c:1", "01234567-89ab-cdef-0123-456789abcdef", "3650", "true", key("z", 32),
	} {
		f.Add(uint8(i), value)
		f.Add(uint8(len(value)), value)
	}
	const sentinel = "S3ntinelS3ntinelS3ntinelS3ntinel"
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		value = strings.ReplaceAll(value, "\x00", "") // the environment cannot hold it
		name := names[int(which)%len(names)]

		s, problems := load(t, with(map[string]string{name: value}))
		for i, d := range s.Describe() {
			if d.Setting != names[i] || d.Value == "" {
				t.Fatalf("description %+v", d)
			}
		}
		for _, p := range problems {
			if p.Setting == "" || p.Text == "" || strings.Contains(p.Text, "\n") {
				t.Fatalf("problem %#v", p)
			}
		}

		// A value with a secret in it shows in no problem, and nowhere if its setting is secret.
		for _, value := range []string{value + sentinel, sentinel + value, value + sentinel + value} {
			if name == "MAIL_URL" {
				value = "smtp://" + sentinel + url.QueryEscape(value) + ":" + value + sentinel + "@mail.contoso.com:587"
			}
			s, problems := load(t, with(map[string]string{name: value}))
			if strings.Contains(problems.Error(), sentinel) {
				t.Fatalf("%s=%q: %v", name, value, problems)
			}
			for _, d := range s.Describe() {
				if d.Secret && strings.Contains(d.Value, sentinel) {
					t.Fatalf("%s=%q: %+v", name, value, d)
				}
			}
			if problems.For("notify") == nil && strings.Contains(fmt.Sprintf("%#v", s.MailURL), sentinel) {
				t.Fatalf("%s=%q: %#v", name, value, s.MailURL)
			}
		}
	})
}
